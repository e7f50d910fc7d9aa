"""
What must be accepted: the leniencies of proto3 JSON that real producers use,
every key and hash, both kinds of log, both shapes of timestamp, every way a
layout holds an image. A verifier that is strict in the wrong place is of no
use to anybody. Beside some of them stands the neighbour that must be refused.
"""
import base64
import copy
import hashlib
import json
import re

import pytest

from plomb import (IDENTITY, IDENTITY_FLAGS, ISSUER, Layout, image_with, mint, run, verify_blob, verify_blob_attestation,
                   verify_image, who)
from mint import T, b64, cert, der, key, oci, pem, rekor, sha256, tsa
from mint import keys as mint_keys
from mint.check import check_bundle
from mint.knobs import Knobs
from mint.material import CUSTOM_PREDICATE, STATEMENT_V01, compact, timestamp_authority
from test_reasons import V2, also, edited, instead, text, without

DSSE = dict(content="dsse", predicate_type=CUSTOM_PREDICATE)


def verify(folder, m, flags=(), **more):
    return (verify_blob_attestation if m.payload is not None else verify_blob)(folder, m, flags, **more)


# --- the JSON of a bundle (SPEC 1.3) ----------------------------------------------------


def snake(value):
    if isinstance(value, dict):
        return {re.sub("[A-Z0-9]+", lambda found: "_" + found.group().lower(), k) if not k.startswith("rfc") else "rfc3161_timestamps":
                snake(v) for k, v in value.items()}
    return [snake(v) for v in value] if isinstance(value, list) else value


def numbers(value):
    if isinstance(value, dict):
        return {k: int(v) if k in ("logIndex", "treeSize", "integratedTime") else numbers(v) for k, v in value.items()}
    return [numbers(v) for v in value] if isinstance(value, list) else value


URL = str.maketrans("+/", "-_")
BASE64_NAMES = {"rawBytes", "keyId", "signedEntryTimestamp", "rootHash", "canonicalizedBody", "signedTimestamp", "digest", "signature",
                "payload", "sig"}


def respelled(change):
    def walk(value):
        if isinstance(value, dict):
            return {k: change(v) if k in BASE64_NAMES and isinstance(v, str) else [change(h) for h in v] if k == "hashes" else walk(v)
                    for k, v in value.items()}
        return [walk(v) for v in value] if isinstance(value, list) else value
    return walk


SPELLINGS = {
    "snake-case": {"bundle": snake}, "numbers": {"bundle": numbers},
    "url-alphabet": {"bundle": respelled(lambda s: s.translate(URL))},
    "no-padding": {"bundle": respelled(lambda s: s.rstrip("="))},
    "url-alphabet-no-padding": {"bundle": respelled(lambda s: s.translate(URL).rstrip("="))},
    "reversed-members": {"bundle": lambda b: dict(reversed(list(b.items())))},
    "indented": {"bundle.text": lambda t: json.dumps(json.loads(t), indent=2).encode()},
    "escaped": {"bundle.text": lambda t: t.replace(b'"mediaType"', b'"\\u006dediaType"').replace(b"/", b"\\/")},
    "newline-at-end": {"bundle.text": lambda t: t + b"\r\n\t "},
    "null-members": {"bundle": lambda b: {**b, "verificationMaterial": {
        "publicKey": None, "x509CertificateChain": None, "certificate": None, "timestampVerificationData": None,
        **b["verificationMaterial"]}, **({"dsseEnvelope": None} if "messageSignature" in b else {"messageSignature": None})}},
    "ascii-only": {"bundle.text": lambda t: json.dumps(json.loads(t), ensure_ascii=True).encode()},
}


@pytest.mark.parametrize("material", ["certificate", "key"])
@pytest.mark.parametrize("content", ["message", "dsse"])
@pytest.mark.parametrize("log", ["v1", "v2"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling(spelling, log, content, material, tmp_path):
    settings = DSSE if content == "dsse" else {}
    verify(tmp_path, mint(logs=(log,), material=material, **settings, knobs=SPELLINGS[spelling])).accepted()


@pytest.mark.parametrize("number", [1, "SHA2_256"])
def test_enum(number, tmp_path):
    verify(tmp_path, mint(knobs={"message": edited(messageDigest__algorithm=number)})).accepted()


@pytest.mark.parametrize("edit", [{}, None, {"digest": ""}, {"algorithm": "HASH_ALGORITHM_UNSPECIFIED"}], ids=str)
def test_empty_message_digest(edit, tmp_path):
    """cosign 3.1.3 writes {} for Ed25519 (SPEC 1.5)."""
    verify(tmp_path / "file", mint(knobs={"message": edited(messageDigest=edit)})).accepted()
    verify(tmp_path / "digest", mint(knobs={"message": edited(messageDigest=edit)}), digest=True).accepted()


@pytest.mark.parametrize("version, material", [("0.1", "chain"), ("0.1", "certificate"), ("0.1", "key"), ("0.2", "chain"),
                                               ("0.2", "certificate"), ("0.2", "key"), ("0.3", "certificate"), ("0.3", "key"),
                                               ("0.3old", "certificate"), ("0.3old", "key")])
@pytest.mark.parametrize("log", ["v1", "v2"])
@pytest.mark.parametrize("digest", [False, True])
def test_version(version, material, log, digest, tmp_path):
    if version == "0.1" and log == "v2":
        # 0.1 wants a promise for every entry (SPEC 1.1), and a v2 log gives none.
        verify(tmp_path, mint(version=version, material=material, logs=(log,)), digest=digest).refused("tlog-promise-missing")
        return
    verify(tmp_path, mint(version=version, material=material, logs=(log,)), digest=digest).accepted()


def test_01_needs_no_proof(tmp_path):
    verify(tmp_path, mint(version="0.1", material="chain", proof=False)).accepted()


def test_allow_certificate_chain(tmp_path):
    m = mint(material="chain", version="0.3", knobs={"chain": lambda c: c + [mint().intermediate.der]})
    verify(tmp_path / "control", m).refused("bundle-chain-not-allowed")
    verify(tmp_path / "allowed", m, ("--allow-certificate-chain",)).accepted()
    with_root = mint(material="chain", version="0.3", knobs={"chain": lambda c: c + [mint().root.der]})
    verify(tmp_path / "root", with_root, ("--allow-certificate-chain",)).refused("bundle-ca-cert-included")


# --- keys and hashes (SPEC 3) --------------------------------------------------------------

KEYS = [("p256", None), ("p384", None), ("p521", None), ("p384", "sha256"), ("p521", "sha256"), ("rsa2048", None), ("rsa3072", None),
        ("rsa4096", None), ("ed25519", "ph")]


@pytest.mark.parametrize("content", ["message", "dsse"])
@pytest.mark.parametrize("log", ["v1", "v2"])
@pytest.mark.parametrize("material", ["certificate", "key"])
@pytest.mark.parametrize("kind, scheme", KEYS)
def test_key(kind, scheme, material, log, content, tmp_path):
    m = mint(signer=kind, scheme=scheme, material=material, logs=(log,), **(DSSE if content == "dsse" else {}))
    verify(tmp_path, m).accepted()


@pytest.mark.parametrize("content", ["message", "dsse", "simplesigning"])
@pytest.mark.parametrize("kind, scheme", KEYS + [("ed25519", None)])
def test_key_without_a_log(kind, scheme, content, tmp_path):
    flags = ("--insecure-ignore-tlog",)
    if content == "simplesigning":
        layout, _, m = image_with(dict(content=content, signer=kind, scheme=scheme, material="key", logs=()))
        verify_image(tmp_path / "without", layout, m).refused("tlog-entry-missing")
        verify_image(tmp_path / "with", layout, m, flags).accepted()
        return
    m = mint(signer=kind, scheme=scheme, material="key", logs=(), **(DSSE if content == "dsse" else {}))
    verify(tmp_path / "without", m).refused("tlog-entry-missing")
    verify(tmp_path / "with", m, flags).accepted()


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa2048", "ed25519"])
@pytest.mark.parametrize("content", ["simplesigning", "att"])
def test_key_of_a_layer(kind, content, tmp_path):
    layout, _, m = image_with(dict(content=content, signer=kind, material="key", logs=() if kind == "ed25519" else ("v1",)))
    flags = ("--insecure-ignore-tlog",) if kind == "ed25519" else ()
    verify_image(tmp_path, layout, m, flags, command="verify-attestation" if content == "att" else "verify").accepted()


def test_pss_only_with_a_pss_key(tmp_path):
    m = mint(signer="rsa2048", scheme="pss", material="key", logs=())
    flags = ("--insecure-ignore-tlog",)
    verify(tmp_path / "pkcs1-key", m, flags).refused("signature-invalid")
    spki = der.seq(der.seq(der.oid("1.2.840.113549.1.1.10")), der.children(der.read(m.key.spki)[1])[1][2])
    (tmp_path / "pss.pub").write_text(pem("PUBLIC KEY", spki))
    verify(tmp_path / "pss-key", m, flags, by=("--key", tmp_path / "pss.pub")).accepted()
    plain = mint(signer="rsa2048", material="key", logs=())
    verify(tmp_path / "other-way", plain, flags, by=("--key", tmp_path / "pss.pub")).refused("signature-invalid")


def test_key_file_with_text_before_it(tmp_path):
    m = mint(material="key")
    for i, before in enumerate(("", "my key\n\n", "\r\n")):
        (tmp_path / "key.pem").write_bytes((before + m.key.pem + "\n  \n").encode())
        verify(tmp_path / str(i), m, by=("--key", tmp_path / "key.pem")).accepted()
    (tmp_path / "crlf.pem").write_bytes(m.key.pem.replace("\n", "\r\n").encode())
    verify(tmp_path / "crlf", m, by=("--key", tmp_path / "crlf.pem")).accepted()
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    result = run("verify-blob", "--bundle", tmp_path / "crlf" / "bundle.json", "--trusted-root", tmp_path / "root.json", "--key",
                 "env://MY_KEY", "--output", "report", tmp_path / "crlf" / "artifact", cwd=tmp_path, env={"MY_KEY": m.key.pem})
    result.accepted()


# --- logs (SPEC 5, 6, 7) ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "ed25519", "rsa2048", "rsa4096"])
@pytest.mark.parametrize("log", ["v1", "v2"])
def test_key_of_a_log(log, kind, tmp_path):
    if kind in ("p384", "p521"):
        knobs = {f"log.{log}.key": key("log " + kind, kind)}
        # keyDetails name the hash; the mint signs notes and SETs with SHA-256, so these logs are the deprecated pairing.
        knobs["trust"] = lambda t: json.loads(json.dumps(t).replace("PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P384_SHA_256")
                                              .replace("PKIX_ECDSA_P521_SHA_512", "PKIX_ECDSA_P521_SHA_256"))
    else:
        knobs = {f"log.{log}.key": key("log " + kind, kind)}
    verify(tmp_path, mint(logs=(log,), knobs=knobs)).accepted()


@pytest.mark.parametrize("kind", ["p256", "rsa2048", "rsa4096"])
def test_key_of_a_certificate_log(kind, tmp_path):
    verify(tmp_path, mint(knobs={"log.ct.key": key("ct " + kind, kind)})).accepted()


def test_certificate_log_with_a_pkcs1_key(tmp_path):
    """Staging's CT log (SPEC 2.1)."""
    ct = key("ct rsa2048", "rsa2048")
    raw = der.children(der.read(ct.spki)[1])[1][1][1:]
    verify(tmp_path, mint(knobs={"log.ct.key": ct, "trust": edited(
        ctlogs__0__publicKey__rawBytes=b64(raw), ctlogs__0__publicKey__keyDetails="PKCS1_RSA_PKCS1V5")})).accepted()


def test_log_with_pss(tmp_path):
    log_key = key("pss log", "rsa2048")

    class PssKey(mint_keys.Key):
        def sign(self, message, scheme=None):
            return super().sign(message, "pss")

        @property
        def details(self):
            return "PKIX_RSA_PSS_2048_SHA256"
    verify(tmp_path, mint(knobs={"log.v1.key": PssKey("rsa2048", log_key.private)})).accepted()


@pytest.mark.parametrize("size, index", [(1, 0), (2, 0), (2, 1), (3, 2), (4, 3), (7, 6), (8, 0), (8, 7), (9, 8), (33, 32), (64, 63), (100, 64)])
@pytest.mark.parametrize("log", ["v1", "v2"])
def test_tree(log, size, index, tmp_path):
    verify(tmp_path, mint(logs=(log,), knobs={"entry.tree.size": size, "entry.index": index})).accepted()


CHECKPOINT_LINES = {
    "witness-after": lambda lines: lines + [rekor.note_line("witness.example", b"abcd", bytes(72))],
    "witness-before": lambda lines: [rekor.note_line("witness.example", b"abcd", bytes(72))] + lines,
    "log-name-with-another-key": lambda lines: [rekor.note_line("rekor2.mint.example", b"abcd", bytes(64))] + lines,
    "16-witnesses": lambda lines: [rekor.note_line(f"w{i}.example", b"abcd", bytes(72)) for i in range(16)] + lines,
    "63-witnesses": lambda lines: [rekor.note_line(f"w{i}.example", b"abcd", bytes(72)) for i in range(63)] + lines,
}


@pytest.mark.parametrize("log", ["v1", "v2"])
@pytest.mark.parametrize("name", CHECKPOINT_LINES)
def test_checkpoint_lines(name, log, tmp_path):
    verify(tmp_path, mint(logs=(log,), knobs={"entry.checkpoint.lines": CHECKPOINT_LINES[name]})).accepted()


@pytest.mark.parametrize("log", ["v1", "v2"])
def test_checkpoint_extension_lines(log, tmp_path):
    verify(tmp_path, mint(logs=(log,), knobs={"entry.checkpoint.extension": "Timestamp: 1689177396617352539\nother line\n"})).accepted()


def test_v1_entry_with_a_v2_style_checkpoint(tmp_path):
    """A v1 entry whose origin has no tree id is verified by v2's rules (SPEC 7.3)."""
    verify(tmp_path, mint(knobs={"entry.checkpoint.origin": "rekor.mint.example"})).accepted()


def test_origin_of_v1_is_not_bound_to_the_url(tmp_path):
    """Shards and private logs write what they like (SPEC 6.3)."""
    verify(tmp_path, mint(knobs={"entry.checkpoint.origin": "localhost:8000 - 17", "entry.checkpoint.name": "localhost:8000"})).accepted()


@pytest.mark.parametrize("url", ["https://rekor2.mint.example/", "https://rekor2.mint.example:8443/path", "http://rekor2.mint.example"])
def test_base_url(url, tmp_path):
    verify(tmp_path, mint(logs=("v2",), knobs={"trust": edited(tlogs__2__baseUrl=url)})).accepted()


def test_two_logs_and_an_unknown_one(tmp_path):
    verify(tmp_path / "two", mint(logs=("v1", "v2"))).accepted()
    verify(tmp_path / "unknown", mint(logs=("v1", "v1b"), knobs={"entry2.log_id": bytes(32)})).accepted()


@pytest.mark.parametrize("kind", [("dsse", "0.0.1"), ("intoto", "0.0.2")])
def test_kind_of_a_statement(kind, tmp_path):
    verify(tmp_path, mint(kind=kind, **DSSE)).accepted()


def test_kind_dsse_002(tmp_path):
    verify(tmp_path, mint(kind=("dsse", "0.0.2"), **V2, **DSSE)).accepted()


def test_intoto_with_its_payload(tmp_path):
    """The payload may stand in the entry, double base64; then it must be the same."""
    put = lambda payload: lambda body: edited(spec__content__envelope=lambda e: {**e, "payload": b64(b64(payload).encode())})(body)
    good = mint(kind=("intoto", "0.0.2"), **DSSE)
    verify(tmp_path / "same", mint(kind=("intoto", "0.0.2"), **DSSE, knobs={"entry.body": put(good.payload)})).accepted()
    verify(tmp_path / "other", mint(kind=("intoto", "0.0.2"), **DSSE, knobs={"entry.body": put(b"{}")})).refused("tlog-digest-mismatch")


@pytest.mark.parametrize("kind", [("dsse", "0.0.1"), ("intoto", "0.0.1"), ("intoto", "0.0.2")])
def test_kind_of_an_att_layer(kind, tmp_path):
    layout, _, m = image_with(dict(content="att", kind=kind))
    verify_image(tmp_path, layout, m, command="verify-attestation").accepted()


# --- timestamps (SPEC 8) ------------------------------------------------------------------------

CMS = {
    "plain": {}, "not-embedded": {"tst.certificates": []}, "granted-with-mods": {"tst.status": der.seq(der.integer(1))},
    "sha384-imprint": {"tst.imprint_hash": "sha384"}, "sha512-imprint": {"tst.imprint_hash": "sha512"},
    "sha512-digest": {"tst.digest_hash": "sha512"}, "fraction": {"tst.gen_time": der.generalized(T + 1, ".5")},
    "long-fraction": {"tst.gen_time": der.generalized(T + 1, ".123456789")},
    "no-accuracy-no-nonce": {"tst.info_rest": []},
    "tsa-name-and-ordering": {"tst.info_rest": [der.seq(der.integer(1), der.implicit(0, b"\x64")), der.boolean(True), der.integer(5),
                                                der.explicit(0, der.explicit(4, cert.name(("CN", "tsa"))))]},
    "more-attributes": {"tst.attributes": lambda a: a + [tsa.attribute(tsa.SIGNING_TIME, der.time(T + 1))]},
    "ess-v1": {"tst.ess": lambda _: tsa.ess_v1(timestamp_authority(Knobs({}), "tsa", "tsa")[1].der)},
    "ess-v2-sha512": {"tst.ess": lambda _: tsa.ess_v2(timestamp_authority(Knobs({}), "tsa", "tsa")[1].der, "sha512")},
    "id-ecPublicKey": {"tst.signature_algorithm": der.seq(der.oid("1.2.840.10045.2.1"))},
    "attributes-not-sorted": {"tst.signed_attributes": lambda s: der.set_as_is(*[c[2] for c in der.children(der.read(s)[1])][::-1])},
    "chain-embedded": {"tst.certificates": lambda c: c + [timestamp_authority(Knobs({}), "tsa", "tsa")[0].der]},
    "p384": {"tsa.key": key("tsa p384", "p384")}, "rsa2048": {"tsa.key": key("tsa rsa", "rsa2048")},
    "rsaEncryption": {"tsa.key": key("tsa rsa", "rsa2048"), "tst.signature_algorithm": der.seq(der.oid("1.2.840.113549.1.1.1"), der.null())},
    "rsa4096-root": {"tsaroot.key": key("tsa root rsa", "rsa4096")},
}


@pytest.mark.parametrize("name", CMS)
def test_timestamp(name, tmp_path):
    verify(tmp_path, mint(**V2, knobs=CMS[name])).accepted()


def test_timestamp_by_subject_key_identifier(tmp_path):
    identifier = hashlib.sha1(b"some id").digest()
    knobs = {"tsa.extensions": also((cert.SKI, False, der.octets(identifier))), "tst.sid": der.implicit(0, identifier)}
    verify(tmp_path / "good", mint(**V2, knobs=knobs)).accepted()
    knobs["tst.sid"] = der.implicit(0, bytes(20))
    verify(tmp_path / "other", mint(**V2, knobs={**knobs, "tst.certificates": []})).refused("timestamp-signer-missing")


def test_timestamp_when_the_root_gives_only_the_ca(tmp_path):
    def only_ca(trust):
        trust["timestampAuthorities"][0]["certChain"]["certificates"].pop(0)
        return trust
    verify(tmp_path / "embedded", mint(**V2, knobs={"trust": only_ca})).accepted()
    verify(tmp_path / "not-embedded", mint(**V2, knobs={"trust": only_ca, "tst.certificates": []})).refused("timestamp-signer-missing")


def test_timestamp_by_an_unknown_authority_beside_a_promise(tmp_path):
    """SPEC 8.6a: a warning."""
    foreign = timestamp_authority(Knobs({}), "foreign", "foreign")[1]
    knobs = {"tst.signer_certificate": foreign.der, "tst.key": foreign.key, "tst.certificates": [foreign.der]}
    verify(tmp_path, mint(timestamp=True, knobs=knobs)).accepted().mentions("timestamp-signer-untrusted")


def test_two_authorities(tmp_path):
    verify(tmp_path / "both", mint(**V2, tsas=("tsa", "tsb"))).accepted()
    verify(tmp_path / "second", mint(**V2, tsas=("tsa", "tsb"), knobs={"timestamps": lambda s: s[1:]})).accepted()


def test_two_entries_of_one_authority_with_different_windows(tmp_path):
    """PGI's way to rotate: the same chain twice, each with its window; the second is the right one."""
    def twice(trust):
        entry = trust["timestampAuthorities"][0]
        old = {**entry, "validFor": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59.999Z"}}
        return {**trust, "timestampAuthorities": [old, entry]}
    verify(tmp_path, mint(**V2, knobs={"trust": twice})).accepted()


# --- the authority (SPEC 4) --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa2048", "rsa4096", "ed25519"])
@pytest.mark.parametrize("which", ["root", "intermediate"])
def test_key_of_the_authority(which, kind, tmp_path):
    verify(tmp_path, mint(knobs={which + ".key": key("ca " + kind, kind)})).accepted()


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ["p384", "rsa2048"])
def test_hash_of_the_authority(kind, hash_name, tmp_path):
    verify(tmp_path, mint(knobs={"intermediate.key": key("ca " + kind, kind), "leaf.hash": hash_name})).accepted()


AUTHORITIES = {
    "root-only": lambda t: t, "another-first": lambda t: {**t, "certificateAuthorities": [other_ca()] + t["certificateAuthorities"]},
    "another-last": lambda t: {**t, "certificateAuthorities": t["certificateAuthorities"] + [other_ca()]},
    "same-subject-other-key-first": lambda t: {**t, "certificateAuthorities": [namesake()] + t["certificateAuthorities"]},
    "no-window": edited(certificateAuthorities__0__validFor={}),
    "closed-window-first": lambda t: {**t, "certificateAuthorities": [
        {**t["certificateAuthorities"][0], "validFor": {"start": "2020-01-01T00:00:00Z", "end": "2021-01-01T00:00:00Z"}}] + t["certificateAuthorities"]},
    "intermediate-as-anchor": lambda t: {**t, "certificateAuthorities": [{**t["certificateAuthorities"][0], "certChain": {
        "certificates": t["certificateAuthorities"][0]["certChain"]["certificates"][:1]}}]},
    "unknown-member": lambda t: {**t, "somethingNew": {"a": [1, 2]}},
    "offset": edited(certificateAuthorities__0__validFor__start="2025-06-01T14:00:00+02:00"),
    "media-type-0.1": lambda t: {**t, "mediaType": "application/vnd.dev.sigstore.trustedroot.v0.1+json"},
    "media-type-0.2": lambda t: {**t, "mediaType": "application/vnd.dev.sigstore.trustedroot.v0.2+json"},
    "post-quantum-log-beside": lambda t: {**t, "tlogs": t["tlogs"] + [{**t["tlogs"][0], "logId": {"keyId": b64(bytes(32))}, "publicKey": {
        **t["tlogs"][0]["publicKey"], "rawBytes": b64(bytes(100)), "keyDetails": "ML_DSA_65"}}]},
    "operators": lambda t: {**t, "tlogs": [{**log, "operator": "mint.example"} for log in t["tlogs"]]},
}


def other_ca():
    from mint.material import authority
    root, middle = authority(Knobs({"root.key": key("x", "p384"), "intermediate.key": key("y", "p384"),
                                    "root.subject": cert.name(("CN", "x")), "intermediate.subject": cert.name(("CN", "y"))}))
    return {"subject": {}, "uri": "https://x.example", "certChain": {"certificates": [{"rawBytes": b64(middle.der)}, {"rawBytes": b64(root.der)}]},
            "validFor": {"start": "2024-01-01T00:00:00Z"}}


def namesake():
    from mint.material import authority
    root, middle = authority(Knobs({"root.key": key("x", "p384"), "intermediate.key": key("y", "p384")}))
    return {"subject": {}, "uri": "https://x.example", "certChain": {"certificates": [{"rawBytes": b64(middle.der)}, {"rawBytes": b64(root.der)}]},
            "validFor": {"start": "2024-01-01T00:00:00Z"}}


@pytest.mark.parametrize("name", AUTHORITIES)
def test_trust_root(name, tmp_path):
    verify(tmp_path, mint(knobs={"trust": AUTHORITIES[name]})).accepted()


def test_leaf_under_the_root_itself(tmp_path):
    """A CA entry of one certificate, PGI's oldest."""
    m = mint()
    verify(tmp_path, mint(knobs={"leaf.issuer_certificate": m.root, "root.extensions": instead(cert.BC, cert.basic_constraints(True)),
                                 "trust.ca_chain": lambda chain: chain[1:]})).accepted()


@pytest.mark.parametrize("kind, value, asked", [
    ("email", "dev@mint.example", "dev@mint.example"), ("other", "user!mint.example", "user!mint.example"),
    ("uri", "spiffe://mint.example/x", "spiffe://mint.example/x")])
def test_identity_kinds(kind, value, asked, tmp_path):
    m = mint(knobs={"leaf.san": cert.san((kind, value))})
    verify(tmp_path, m, by=("--certificate-identity", asked, "--certificate-oidc-issuer", ISSUER)).accepted()
    verify(tmp_path, m).refused("identity-san-mismatch")


PATTERNS = ["gitlab", "^https://gitlab\\.mint\\.example/acme/.*@refs/heads/main$", "main$", "(?i)GITLAB", "[a-z]+\\.mint", "acme|other",
            "\\Qgitlab.mint.example\\E", "(edge|other)//", "\\d?\\w+\\b", "a{1,3}", ".*?", "(?:acme)", "[[:alpha:]]+", "[^0-9]", "\\x67itlab",
            "(?P<name>acme)", "\\pL+", "^", "$", "\\A.*\\z", "(?s).", "x*", "\\S+", "a{1000}?|gitlab"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns(pattern, tmp_path):
    m = mint()
    result = verify(tmp_path, m, by=("--certificate-identity-regexp", pattern, "--certificate-oidc-issuer-regexp", "."))
    if result.status == 2:  # an honest "not supported" is allowed for what SPEC 4.5 does not list
        result.mentions("identity-regex-invalid")
        assert pattern in ("[[:alpha:]]+", "\\x67itlab", "(?P<name>acme)", "\\pL+", "\\A.*\\z", "(?s)."), result
    else:
        result.accepted()


NO_MATCH = ["^gitlab", "GITLAB", "main$x", "[0-9]{40}", "^https://gitlab\\.mint\\.example$", "edge/[^/]", "\\bitlab", "(?i)GITHUB", "x{2}",
            "\\Qgitlab.*\\E", "^$"]


@pytest.mark.parametrize("pattern", NO_MATCH)
def test_patterns_that_do_not_match(pattern, tmp_path):
    verify(tmp_path, mint(), by=("--certificate-identity-regexp", pattern, "--certificate-oidc-issuer-regexp", ".")).refused(
        "identity-san-mismatch")


def test_everything_given_must_match(tmp_path):
    """SPEC 4.5: exact and pattern of the issuer together."""
    m = mint()
    verify(tmp_path, m, by=IDENTITY_FLAGS + ("--certificate-oidc-issuer-regexp", "^https://gitlab")).accepted()
    verify(tmp_path, m, by=IDENTITY_FLAGS + ("--certificate-oidc-issuer-regexp", "^https://github")).refused("identity-issuer-mismatch")


# --- images and layouts -------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["directory", "tar", "stdin"])
@pytest.mark.parametrize("content", ["dsse", "simplesigning", "oci11"])
def test_layout_shapes(content, shape, tmp_path):
    layout, image, m = image_with({"content": "simplesigning" if content == "oci11" else content}, attach=content != "oci11")
    if content == "oci11":
        layout.attach_oci11(image, [layout.layer(m)])
    if shape == "directory":
        verify_image(tmp_path, layout, m).accepted()
        return
    path = layout.tar(str(tmp_path / "layout.tar"))
    if shape == "tar":
        verify_image(tmp_path, layout, m, path=path).accepted()
        return
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    result = run("verify", "--trusted-root", tmp_path / "root.json", *IDENTITY_FLAGS, "--output", "report", "--local-image", "-",
                 cwd=tmp_path, stdin=open(path, "rb").read())
    result.accepted()


@pytest.mark.parametrize("content", ["dsse", "simplesigning"])
def test_cosign_save(content, tmp_path):
    """kind annotations, and bundles that index.json does not list."""
    layout = Layout()
    image = layout.image(ref=None, kind="dev.cosignproject.cosign/image")
    if content == "dsse":
        _, _, m = image_with({"content": content}, layout, image, listed=False)
    else:
        _, _, m = image_with({"content": content}, layout, image, kind="dev.cosignproject.cosign/sigs", ref=False)
    verify_image(tmp_path / "directory", layout, m, ref=None).accepted()
    verify_image(tmp_path / "tar", layout, m, ref=None, path=layout.tar(str(tmp_path / "saved.tar"))).accepted()


@pytest.mark.parametrize("content", ["dsse", "simplesigning"])
def test_index(content, tmp_path):
    """What the reference names is what must be signed: the index; its child is not signed by that (SPEC 10.1)."""
    layout = Layout()
    child = layout.image(listed=False)
    arm = layout.image(b"arm\n", listed=False, architecture="arm64")
    index = layout.image_index([{**child, "platform": {"os": "linux", "architecture": "amd64"}},
                                {**arm, "platform": {"os": "linux", "architecture": "arm64"}}])
    _, _, m = image_with({"content": content}, layout, index)
    verify_image(tmp_path, layout, m).accepted()
    path = str(tmp_path / "layout")
    result = verify_image(tmp_path, layout, m, path=f"{path}@{child['digest']}", ref=None)
    assert result.status in (10, 11, 12), result
    verify_image(tmp_path, layout, m, ("--platform", "linux/arm64"), path=path).accepted()
    result = verify_image(tmp_path, layout, m, ("--platform", "linux/s390x"), path=path)
    assert result.status == 11, result


@pytest.mark.parametrize("annotation", ["a=1", "a=", "c=x=y", "d=\u00e4\u2028", '"e=a,b"', "a=1,b=", "f~=^v[0-9]+$"])
@pytest.mark.parametrize("content", ["dsse", "simplesigning"])
def test_annotations(content, annotation, tmp_path):
    values = {"a": "" if annotation == "a=" else "1", "b": "", "c": "x=y", "d": "\u00e4\u2028", "e": "a,b", "f": "v12"}
    layout, _, m = image_with({"content": content, "annotations": values})
    verify_image(tmp_path, layout, m, ("-a", annotation)).accepted()
    verify_image(tmp_path, layout, m, ("--annotations=" + annotation,)).accepted()
    layout, _, m = image_with({"content": content, "annotations": {**values, "a": "2", "c": "x", "d": "a", "e": "a", "f": "v"}})
    verify_image(tmp_path / "other", layout, m, ("-a", annotation)).refused("annotation-mismatch")


def test_any_predicate(tmp_path):
    layout, _, m = image_with({"content": "dsse", "predicate_type": "https://spdx.dev/Document"})
    verify_image(tmp_path, layout, m).refused("predicate-type-mismatch")
    verify_image(tmp_path, layout, m, ("--any-predicate",)).accepted()


def test_message_signature_on_an_image(tmp_path):
    """A bundle with a bare signature over the manifest says nothing about an image (SPEC 10.3 item 4)."""
    layout = Layout()
    image = layout.image()
    m = mint(artifact=layout.blobs[image["digest"]])
    layout.attach_bundle(image, m.bundle_text)
    result = verify_image(tmp_path, layout, m)
    assert result.status == 12, result


@pytest.mark.parametrize("statement_type", ["https://in-toto.io/Statement/v1", STATEMENT_V01])
def test_statement_types(statement_type, tmp_path):
    verify(tmp_path, mint(statement_type=statement_type, **DSSE)).accepted()


def test_statement_with_more_in_it(tmp_path):
    more = lambda s: {**s, "somethingNew": [1, {"a": None}], "predicate": "a string, as old cosign wrote"}
    verify(tmp_path, mint(**DSSE, knobs={"statement": more})).accepted()


def test_any_subject(tmp_path):
    others = [{"name": "x", "digest": {"sha256": "11" * 32}}, {"digest": {"sha512": "22" * 64, "gitCommit": "33" * 20}}]
    verify(tmp_path, mint(**DSSE, knobs={"statement.subjects": lambda s: others + s})).accepted()
    by_sha512 = [{"digest": {"sha512": hashlib.sha512(b"what was signed\n").hexdigest()}}]
    verify(tmp_path, mint(**DSSE, knobs={"statement.subjects": by_sha512})).accepted()


def test_check_claims_off(tmp_path):
    layout, _, m = image_with({"content": "simplesigning", "knobs": {"claims": edited(critical__image={"docker-manifest-digest": "sha256:" + "0" * 64})}})
    verify_image(tmp_path, layout, m).refused("payload-digest-mismatch")
    verify_image(tmp_path, layout, m, ("--check-claims=false",)).accepted()
    layout, _, m = image_with({"knobs": {"statement.subjects": [{"digest": {"sha256": "0" * 64}}]}})
    verify_image(tmp_path / "bundle", layout, m, ("--check-claims=false",)).refused("subject-mismatch")


@pytest.mark.parametrize("content", ["message", "dsse", "simplesigning"])
def test_ignore_sct(content, tmp_path):
    flags = ("--insecure-ignore-sct",)
    if content == "simplesigning":
        layout, _, m = image_with({"content": content, "knobs": {"sct.present": False}})
        verify_image(tmp_path, layout, m).refused("sct-missing")
        verify_image(tmp_path, layout, m, flags).accepted()
        return
    m = mint(**(DSSE if content == "dsse" else {}), knobs={"sct.present": False})
    verify(tmp_path, m).refused("sct-missing")
    verify(tmp_path, m, flags).accepted()


def test_two_scts(tmp_path):
    """One good is enough, wherever it stands; a version that is not known is skipped (SPEC 5)."""
    strange = lambda one: b"\0" + bytes(32) + one[33:]
    for scts in (lambda s: [strange(s[0])] + s, lambda s: s + [strange(s[0])], lambda s: [b"\1" + bytes(50)] + s):
        verify(tmp_path, mint(knobs={"sct.scts": scts})).accepted()
    verify(tmp_path, mint(knobs={"sct.scts": lambda s: [strange(s[0])] * 2})).refused("sct-log-unknown")


def test_digest_argument(tmp_path):
    m = mint()
    verify(tmp_path, m, digest=True).accepted()
    wrong = mint()
    wrong.artifact = b"another\n"
    verify(tmp_path / "wrong", wrong, digest=True).refused("artifact-digest-mismatch")
    # A file of that name wins over the digest.
    (tmp_path / ("sha256:" + "0" * 64)).write_bytes(m.artifact)
    result = run("verify-blob", "--bundle", tmp_path / "bundle.json", "--trusted-root", tmp_path / "root.json", *IDENTITY_FLAGS,
                 "--output", "report", "sha256:" + "0" * 64, cwd=tmp_path)
    result.accepted()


@pytest.mark.parametrize("name", ["artifact.sigstore.json", "artifact.sigstore"])
def test_bundle_is_found_beside_the_file(name, tmp_path):
    m = mint()
    (tmp_path / "artifact").write_bytes(m.artifact)
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / name).write_bytes(m.bundle_text)
    run("verify-blob", "--trusted-root", tmp_path / "root.json", *IDENTITY_FLAGS, "--output", "report", tmp_path / "artifact",
        cwd=tmp_path).accepted()


def test_several_images(tmp_path):
    """All must pass."""
    layout, image, m = image_with({})
    other = layout.image(b"other\n", "other")
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    path = layout.write(str(tmp_path / "layout"))
    both = ("verify", "--trusted-root", tmp_path / "root.json", *IDENTITY_FLAGS, "--local-image", f"{path}:latest", f"{path}:other")
    result = run(*both, cwd=tmp_path)
    assert result.status == 10, result
    image_with({}, layout, other)
    layout.write(path)
    assert run(*both, cwd=tmp_path).status == 0
