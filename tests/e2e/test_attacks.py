"""
Attacks that no advisory has: genuine pieces put together so that each is
signed by somebody trusted and the whole is about something else. Beside each
the honest form of the same material is accepted.
"""
import base64
import hashlib

import pytest

from plomb import image_with, mint, verify_blob, verify_blob_attestation, verify_image
from mint import T, b64, cert, der, key, merkle, pem, rekor
from mint.material import CUSTOM_PREDICATE, pae
from test_reasons import V2, edited

OTHER = key("somebody else")
DSSE = dict(content="dsse", predicate_type=CUSTOM_PREDICATE)


def scts_of(certificate):
    """The value of a certificate's own SCT extension."""
    return next(value for oid, _, value in certificate.extensions if oid == cert.SCT_LIST)


# --- certificates and their logs ------------------------------------------------------


@pytest.mark.parametrize("change", [{"leaf.serial": 99}, {"leaf.not_after": T + 591}, {"leaf.fulcio": {"8": ("https://x.example", False)}}],
                         ids=["serial", "time", "issuer"])
def test_the_sct_of_another_certificate(change, tmp_path):
    """Same key, authority and names: only the certificate that was logged is another."""
    logged = mint(knobs=change)
    verify_blob(tmp_path / "control", mint(knobs={"sct.value": lambda v: v})).accepted()
    verify_blob(tmp_path / "attack", mint(knobs={"sct.value": scts_of(logged.leaf)})).refused("sct-signature-invalid")


def test_a_stranger_s_sct_beside_the_own(tmp_path):
    """One of two is good: enough. The other alone is not, and adds nothing."""
    seen = []
    mint(knobs={"leaf.serial": 99, "sct.sct": lambda one: seen.append(one) or one})
    verify_blob(tmp_path / "control", mint(knobs={"sct.scts": lambda own: seen + own})).accepted()
    verify_blob(tmp_path / "attack", mint(knobs={"sct.scts": seen * 2})).refused("sct-signature-invalid")


# --- trees ------------------------------------------------------------------------------


def test_a_tree_of_one_leaf(tmp_path):
    """
    With a size of 1 the root is the leaf and no hash is needed: everybody can
    make such a proof for every entry. Only a log's signature makes it one.
    """
    one = {"entry.tree.size": 1, "entry.index": 0}
    verify_blob(tmp_path / "control", mint(knobs=one, promise=False, timestamp=True)).accepted()
    attack = edited(inclusionProof__logIndex="0", inclusionProof__treeSize="1", inclusionProof__hashes=[])
    settings = dict(promise=False, timestamp=True)
    verify_blob(tmp_path / "size", mint(**settings, knobs={"entry.json": attack})).refused("checkpoint-size-mismatch")
    own = lambda form: {**attack(form), "inclusionProof": {**attack(form)["inclusionProof"], "rootHash": b64(
        merkle.leaf_hash(base64.b64decode(form["canonicalizedBody"])))}}
    verify_blob(tmp_path / "root", mint(**settings, knobs={"entry.json": own})).refused("checkpoint-root-mismatch")
    stranger = rekor.Log("rekor.mint.example", OTHER, 1)
    verify_blob(tmp_path / "key", mint(**settings, knobs={**one, "entry.checkpoint.key": stranger})).refused("checkpoint-signature-invalid")


@pytest.mark.parametrize("logs", [("v1",), ("v2",), ("v2ec",)], ids=lambda logs: logs[0])
def test_an_inner_node_for_a_leaf(logs, tmp_path):
    """RFC 6962's second preimage: the body is two hashes, and the proof is the path of their parent."""
    settings = dict(logs=logs, promise=False, timestamp=True)
    verify_blob(tmp_path / "control", mint(**settings)).accepted()
    attack = mint(**settings, knobs={"entry.tree.leaf": lambda leaf: merkle.node_hash(leaf, leaf)})
    verify_blob(tmp_path / "attack", attack).refused("tlog-proof-invalid")


# --- checkpoints ------------------------------------------------------------------------


def test_a_checkpoint_of_another_log_with_the_same_key(tmp_path):
    """
    Rekor 2 binds a checkpoint to a name. Two logs that share an ECDSA key
    share its key id too, and only the origin tells their trees apart.
    """
    twin = rekor.Log("other.mint.example", key("rekor v2 ec"), 2)
    settings = dict(logs=("v2ec",))
    verify_blob(tmp_path / "control", mint(**settings)).accepted()
    for name, knobs in (("origin", {"entry.checkpoint.origin": twin.origin}),
                        ("origin-and-name", {"entry.checkpoint.origin": twin.origin, "entry.checkpoint.name": twin.name})):
        verify_blob(tmp_path / name, mint(**settings, knobs=knobs)).refused("checkpoint-origin-mismatch")
    verify_blob(tmp_path / "name", mint(**settings, knobs={"entry.checkpoint.name": twin.name})).refused("checkpoint-key-unknown")


def test_the_entry_names_one_log_and_the_checkpoint_is_of_another(tmp_path):
    """Both logs are trusted: each piece is genuine, and the logId is of the other."""
    v2ec = mint(logs=("v2ec",)).logs["v2ec"]
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    verify_blob(tmp_path / "attack", mint(**V2, knobs={"entry.log_id": v2ec.log_id})).refused("checkpoint-origin-mismatch")
    v1b = mint(logs=("v1b",)).logs["v1b"]
    settings = dict(promise=False, timestamp=True)
    verify_blob(tmp_path / "v1", mint(**settings, knobs={"entry.log_id": v1b.log_id})).refused("checkpoint-key-unknown")


COSIGNATURE = b"\x00" * 4 + (T + 1).to_bytes(4, "big")


def cosigned(log, text, key_id):
    """A line by the log's own key over the message of a witness (C2SP tlog-cosignature)."""
    message = b"cosignature/v1\ntime %d\n" % (T + 1) + text.encode()
    return rekor.note_line(log.name, key_id, COSIGNATURE + log.key.sign(message, None))


@pytest.mark.parametrize("which", ["witness-key-id", "log-key-id", "without-its-time"])
def test_a_cosignature_is_no_signature(which, tmp_path):
    """A log that only witnessed this checkpoint did not make it, whatever key id its line has."""
    log = mint(**V2).logs["v2"]
    texts = []

    def lines(_):
        text = texts[-1]
        own = rekor.note_key_id(log.name, log.key, 2)
        witness = hashlib.sha256(log.name.encode() + b"\n\x04" + log.key.raw).digest()[:4]
        if which == "without-its-time":
            message = b"cosignature/v1\ntime %d\n" % (T + 1) + text.encode()
            return [rekor.note_line(log.name, own, log.key.sign(message, None))]
        return [cosigned(log, text, witness if which == "witness-key-id" else own)]

    def text(value):
        texts.append(value)
        return value
    verify_blob(tmp_path / "control", mint(**V2, knobs={"entry.checkpoint.lines": lambda good: good + lines(good),
                                                        "entry.checkpoint.text": text})).accepted()
    attack = mint(**V2, knobs={"entry.checkpoint.lines": lines, "entry.checkpoint.text": text})
    verify_blob(tmp_path / "attack", attack).refused(
        "checkpoint-key-unknown" if which == "witness-key-id" else "checkpoint-signature-invalid")


# --- generations of logs ------------------------------------------------------------------


def test_an_entry_of_rekor_2_in_a_log_of_rekor_1(tmp_path):
    """Its checkpoint names a shard and not the log, which is no name that Rekor 2 knows."""
    settings = dict(logs=("v1",), kind=("hashedrekord", "0.0.2"), promise=False, timestamp=True)
    verify_blob(tmp_path / "control", mint(logs=("v1",), promise=False, timestamp=True)).accepted()
    attack = mint(**settings, knobs={"entry.log_index": 5})
    verify_blob(tmp_path / "attack", attack).refused("checkpoint-origin-mismatch")


def test_an_entry_of_rekor_1_in_a_log_of_rekor_2_says_no_time(tmp_path):
    """A body of Rekor 1 under a checkpoint of Rekor 2 is held to its rules, and its time is nobody's."""
    settings = dict(logs=("v2",), kind=("hashedrekord", "0.0.1"))
    verify_blob(tmp_path / "control", mint(**settings, timestamp=True)).accepted()
    verify_blob(tmp_path / "time", mint(**settings, timestamp=False, knobs={"entry.time": T})).refused("time-missing")
    attack = mint(**settings, timestamp=True, knobs={"entry.checkpoint.origin": "rekor2.mint.example - 5"})
    # The log signs with Ed25519 under C2SP's key id; a shard's name asks for Rekor 1's.
    verify_blob(tmp_path / "shard", attack).refused("checkpoint-key-unknown")


def test_a_promise_does_not_make_up_for_a_log_of_rekor_2(tmp_path):
    """A SET over an entry of Rekor 2 by the key of a log of Rekor 1: a time that no log of it says."""
    v1 = mint().logs["v1"]
    attack = mint(logs=("v2",), promise=True, timestamp=False, knobs={"entry.time": T, "entry.promise": True, "entry.set.key": v1.key})
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    verify_blob(tmp_path / "attack", attack).refused("time-missing")


# --- entries ----------------------------------------------------------------------------


@pytest.mark.parametrize("change, code", [
    ({"payloadType": "application/vnd.other+json"}, "tlog-digest-mismatch"),
    ({"payload": b64(b64(b'{"other":1}').encode())}, "tlog-digest-mismatch"),
    ({"signatures": []}, "tlog-signature-mismatch")], ids=["type", "payload", "no-signature"])
def test_an_intoto_entry_whose_payload_hash_alone_fits(change, code, tmp_path):
    settings = dict(kind=("intoto", "0.0.2"), **DSSE)
    envelope = edited(spec__content__envelope=lambda e: {**e, **change})
    right = edited(spec__content__envelope=lambda e: {**e, "payload": b64(b64(mint(**DSSE).payload).encode())})
    verify_blob_attestation(tmp_path / "control", mint(**settings)).accepted()
    verify_blob_attestation(tmp_path / "control-payload", mint(**settings, knobs={"entry.body": right})).accepted()
    verify_blob_attestation(tmp_path / "attack", mint(**settings, knobs={"entry.body": envelope})).refused(code)


@pytest.mark.parametrize("kind", [("dsse", "0.0.1"), ("intoto", "0.0.2"), ("hashedrekord", "0.0.2"), ("dsse", "0.0.2")], ids=" ".join)
def test_an_entry_about_the_same_payload_by_somebody_else(kind, tmp_path):
    """Payload, and so its hash, are the same; signature and certificate are the stranger's."""
    settings = dict(logs=("v2",) if kind[1] == "0.0.2" and kind[0] != "intoto" else ("v1",), kind=kind, **DSSE)
    stranger = mint(**settings, knobs={"signer": OTHER})
    verify_blob_attestation(tmp_path / "control", mint(**settings)).accepted()
    attack = mint(**settings, knobs={"entries": [stranger.entries[0].json]})
    assert attack.payload == stranger.payload
    verify_blob_attestation(tmp_path / "attack", attack).refused("tlog-signature-mismatch")


@pytest.mark.parametrize("material", ["certificate", "key"])
@pytest.mark.parametrize("logs", [("v1",), ("v2",)], ids=lambda logs: logs[0])
def test_an_entry_that_names_the_key_and_not_the_certificate(logs, material, tmp_path):
    """Who signed with a key logged the key; who signed with a certificate logged that."""
    settings = dict(logs=logs, material=material)
    other = mint(logs=logs, material="key" if material == "certificate" else "certificate")
    member = (lambda s: {**s, "publicKey": {"content": b64((other.key.pem if other.leaf is None else pem(
        "CERTIFICATE", other.leaf.der)).encode())}})
    if logs == ("v1",):
        body = edited(spec__signature=member)
    else:
        body = edited(spec__hashedRekordV002__signature__verifier=lambda v: {"keyDetails": v["keyDetails"], **(
            {"publicKey": {"rawBytes": b64(other.key.spki)}} if other.leaf is None
            else {"x509Certificate": {"rawBytes": b64(other.leaf.der)}})})
    verify_blob(tmp_path / "control", mint(**settings)).accepted()
    verify_blob(tmp_path / "attack", mint(**settings, knobs={"entry.body": body})).refused("tlog-key-mismatch")


# --- keys, digests, envelopes --------------------------------------------------------------


@pytest.mark.parametrize("content", ["message", "dsse"])
def test_the_hint_of_the_right_key(content, tmp_path):
    """A hint is nobody's word: the right one does not make a stranger's signature good."""
    settings = dict(material="key", **(DSSE if content == "dsse" else {}))
    verify = verify_blob_attestation if content == "dsse" else verify_blob
    right = mint(**settings)
    verify(tmp_path / "control", right).accepted()
    (tmp_path / "key.pub").write_text(right.key.pem)
    attack = mint(**settings, knobs={"signer": OTHER, "hint": b64(hashlib.sha256(right.key.spki).digest())})
    verify(tmp_path / "attack", attack, by=("--key", tmp_path / "key.pub")).refused("tlog-key-mismatch")
    alone = mint(**settings, logs=(), knobs={"signer": OTHER, "hint": b64(hashlib.sha256(right.key.spki).digest())})
    verify(tmp_path / "alone", alone, ("--insecure-ignore-tlog",), by=("--key", tmp_path / "key.pub")).refused("signature-invalid")


def test_the_digest_of_the_right_artifact(tmp_path):
    """messageDigest is the artifact's, and signature and entry are about another: genuine pieces of two bundles."""
    digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(b"what was signed\n").digest())}
    verify_blob(tmp_path / "control", mint()).accepted()
    attack = mint(artifact=b"something else\n", knobs={"message": edited(messageDigest=digest)})
    attack.artifact = b"what was signed\n"
    verify_blob(tmp_path / "attack", attack).refused("tlog-digest-mismatch")
    alone = mint(artifact=b"something else\n", logs=(), timestamp=True, knobs={"message": edited(messageDigest=digest)})
    alone.artifact = b"what was signed\n"
    verify_blob(tmp_path / "alone", alone, ("--insecure-ignore-tlog",)).refused("signature-invalid")


@pytest.mark.parametrize("order", ["good-first", "good-last"])
def test_several_signatures_in_one_envelope(order, tmp_path):
    """The good one beside a stranger's: which of the two is meant is a matter of opinion, so neither is."""
    def both(envelope):
        good = envelope["signatures"][0]
        bad = {"sig": b64(OTHER.sign(pae(envelope["payloadType"], base64.b64decode(envelope["payload"])))), "keyid": ""}
        return {**envelope, "signatures": [good, bad] if order == "good-first" else [bad, good]}
    verify_blob_attestation(tmp_path / "control", mint(**DSSE)).accepted()
    verify_blob_attestation(tmp_path / "attack", mint(**DSSE, knobs={"envelope": both})).refused("dsse-signature-count")
    layout, _, m = image_with({"content": "att"})
    verify_image(tmp_path / "layer", layout, m, command="verify-attestation").accepted()
    layout, _, m = image_with({"content": "att", "knobs": {"envelope": both}})
    verify_image(tmp_path / "attack-layer", layout, m, command="verify-attestation").refused("dsse-signature-count")


# --- timestamps ---------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("which", ["tsa", "tsaroot"])
def test_a_timestamp_from_outside_its_chain(which, when, tmp_path):
    """The token is genuine and the trust root trusts its authority then; a certificate of its chain was not valid."""
    edge = {"before": {which + ".not_before": T + 2}, "after": {which + ".not_after": T}}[when]
    inside = {"before": {which + ".not_before": T + 1}, "after": {which + ".not_after": T + 1}}[when]
    verify_blob(tmp_path / "control", mint(**V2, knobs=inside)).accepted()
    verify_blob(tmp_path / "attack", mint(**V2, knobs=edge)).refused("timestamp-chain-invalid")


def test_the_certificate_authority_stamps_no_times(tmp_path):
    """The leaf that signs artifacts signs a token too, under the code signing authority, in a trust root that has it as TSA."""
    m = mint()
    chain = {"trust.tsa_chain": lambda c: [m.intermediate, m.root]}
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    attack = mint(**V2, knobs={**chain, "tst.signer_certificate": m.leaf.der, "tst.key": m.key, "tst.certificates": [m.leaf.der]})
    result = verify_blob(tmp_path / "attack", attack)
    result.refused({"timestamp-eku", "timestamp-chain-invalid"})


def test_a_timestamp_of_another_signature_of_the_same_artifact(tmp_path):
    """Backdating: the key signs twice, and the token is of the first time."""
    early = mint(**V2)
    late = mint(**V2, knobs={"timestamps": list(early.timestamps)})
    verify_blob(tmp_path / "control", early).accepted()
    assert early.signature != late.signature
    verify_blob(tmp_path / "attack", late).refused("timestamp-imprint-mismatch")


def test_an_authority_of_the_same_name(tmp_path):
    """All names are those of the trusted authority, and the key is the attacker's."""
    verify_blob(tmp_path / "control", mint()).accepted()
    attack = mint(knobs={"leaf.issuer_key": key("attacker", "p384")})
    verify_blob(tmp_path / "attack", attack).refused("cert-signature-invalid")
