"""
What an attacker tries who may write bundles, layers and layouts but holds no
trusted key: material that is good in pieces and put together wrongly, files
that are no files, text that talks to the terminal.
"""
import copy
import json
import os
import time

import pytest

from plomb import (IDENTITY, IDENTITY_FLAGS, ISSUER, Layout, image_with, mint, run, verify_blob, verify_blob_attestation,
                   verify_image)
from mint import T, b64, cert, der, key, oci, pem, rekor, sha256
from mint.knobs import Knobs
from mint.material import CUSTOM_PREDICATE, compact, log_objects
from test_reasons import V2, edited

OTHER, OTHER384 = key("somebody else"), key("somebody else", "p384")
LOGS = log_objects(Knobs({}))

# --- good pieces, wrong whole -----------------------------------------------------------------


def test_second_entry_is_about_something_else(tmp_path):
    """One good entry does not carry another along."""
    stranger = mint(artifact=b"other\n", knobs={"entry.index": 9})
    verify_blob(tmp_path / "control", mint(logs=("v1", "v1b"))).accepted()
    for order in (lambda e: e + [stranger.entries[0].json], lambda e: [stranger.entries[0].json] + e):
        verify_blob(tmp_path / "attack", mint(knobs={"entries": order})).refused("tlog-signature-mismatch")


@pytest.mark.parametrize("defect, code", [("tst-tsb.key", "timestamp-signature-invalid"), ("tst-tsb.imprint", "timestamp-imprint-mismatch")])
def test_second_timestamp_is_bad(defect, code, tmp_path):
    value = OTHER if defect.endswith("key") else bytes(32)
    verify_blob(tmp_path / "control", mint(**V2, tsas=("tsa", "tsb"))).accepted()
    verify_blob(tmp_path / "attack", mint(**V2, tsas=("tsa", "tsb"), knobs={defect: value})).refused(code)


def test_checkpoint_of_another_trusted_log(tmp_path):
    """Each log vouches for its own entries only."""
    def by(log):
        return {"entry.checkpoint.origin": log.origin, "entry.checkpoint.name": log.name, "entry.checkpoint.key": log,
                "entry.checkpoint.key_id": rekor.note_key_id(log.name, log.key, log.version)}
    verify_blob(tmp_path / "v1-control", mint()).accepted()
    verify_blob(tmp_path / "v1", mint(knobs=by(LOGS["v1b"]))).refused("checkpoint-key-unknown")
    verify_blob(tmp_path / "v2-control", mint(**V2)).accepted()
    verify_blob(tmp_path / "v2", mint(**V2, knobs=by(LOGS["v2ec"]))).refused({"checkpoint-key-unknown", "checkpoint-origin-mismatch"})


def test_promise_of_another_trusted_log(tmp_path):
    verify_blob(tmp_path / "control", mint()).accepted()
    verify_blob(tmp_path / "attack", mint(knobs={"entry.set.key": LOGS["v1b"].key})).refused("tlog-promise-invalid")


def test_certificate_log_signs_an_entry(tmp_path):
    """A CT log's key is no transparency log's, and the other way round."""
    ct = key("ct")
    verify_blob(tmp_path / "a", mint(knobs={"entry.set.key": ct, "entry.log_id": rekor.H256(ct.spki)})).refused("tlog-log-unknown")
    verify_blob(tmp_path / "b", mint(knobs={"sct.key": LOGS["v1"].key, "sct.log_id": rekor.H256(LOGS["v1"].key.spki)})).refused("sct-log-unknown")


def test_certificate_by_the_timestamp_authority(tmp_path):
    """Every list of the trust root has its own purpose."""
    tsa_root = mint(**V2).tsas["tsa"][0]
    m = mint(knobs={"leaf.issuer_certificate": tsa_root})
    verify_blob(tmp_path, m).refused("cert-untrusted")


def test_intermediate_that_only_the_bundle_knows(tmp_path):
    """SPEC appendix C item 5."""
    root = mint().root
    sub = cert.build(Knobs({}), "sub", OTHER384, root, cert.name(("CN", "sub")), [
        (cert.KU, True, cert.key_usage(5)), (cert.BC, True, cert.basic_constraints(True, 0))], T - 10 ** 6, T + 10 ** 6)
    settings = dict(material="chain", version="0.2")
    knobs = {"leaf.issuer_certificate": sub, "chain": lambda c: c + [sub.der]}
    trusted = dict(knobs, **{"trust.ca_chain": [sub, root]})
    verify_blob(tmp_path / "control", mint(**settings, knobs=trusted)).accepted()
    verify_blob(tmp_path / "attack", mint(**settings, knobs=knobs)).refused("cert-untrusted")


def test_leaf_as_an_authority(tmp_path):
    """A signer's own certificate issues another (CVE-2002-0862's class)."""
    signer = mint()
    forged = {"leaf.issuer_certificate": signer.leaf, "leaf.key": OTHER, "signer": OTHER}
    verify_blob(tmp_path / "untrusted", mint(knobs=forged)).refused("cert-untrusted")
    with_it = dict(forged, **{"trust.ca_chain": [signer.leaf, signer.intermediate, signer.root]})
    verify_blob(tmp_path / "configured", mint(knobs=with_it)).refused({"cert-ca-constraint", "cert-eku-missing"})


@pytest.mark.parametrize("fields", [("logIndex",), ("integratedTime",), ("canonicalizedBody",), ("logId",)])
def test_promise_binds_each_field(fields, tmp_path):
    """Two good entries of one log; each field of one under the promise of the other."""
    other = mint(artifact=b"other\n", time_s=T + 7, knobs={"entry.index": 9, "entry.log_id": bytes(32)}).entries[0].json
    for field in fields:
        m = mint(knobs={"entry.json": lambda e: {**e, field: other[field]}})
        result = verify_blob(tmp_path / field, m)
        assert result.status == 12 and result.codes[0] in ("tlog-promise-invalid", "tlog-log-unknown", "tlog-proof-invalid"), result


def test_key_bundle_with_a_certificates_signature(tmp_path):
    """The certificate's key given as --key, and the material swapped for a hint."""
    m = mint()
    as_key = mint(knobs={"signature": m.signature, "verification": lambda v: {**{k: x for k, x in v.items() if k != "certificate"},
                                                                           "publicKey": {"hint": ""}}})
    (tmp_path / "key.pub").write_text(m.key.pem)
    verify_blob(tmp_path, as_key, by=("--key", tmp_path / "key.pub")).refused("tlog-key-mismatch")


def test_statement_type_confusion(tmp_path):
    """A signature over a PAE is none over a file, and the other way round."""
    envelope = mint(content="dsse", predicate_type=CUSTOM_PREDICATE)
    as_message = mint(artifact=envelope.message, knobs={"signature": envelope.signature, "leaf.der": envelope.leaf.der})
    # The log really has it: this is the same key signing bytes that happen to be a PAE. Only the caller's file decides.
    verify_blob(tmp_path / "same-bytes", as_message).accepted()
    file_is_the_payload = mint(artifact=envelope.payload, knobs={"signature": envelope.signature, "leaf.der": envelope.leaf.der})
    verify_blob(tmp_path / "payload", file_is_the_payload).refused("signature-invalid")
    result = verify_blob(tmp_path / "verify-blob", envelope)
    assert result.status == 12, result


# --- layers -----------------------------------------------------------------------------------


def test_first_certificate_of_the_annotation(tmp_path):
    """Only the first certificate is used, for everything."""
    m0 = mint()
    two = lambda a: {**a, "dev.sigstore.cosign/certificate": a["dev.sigstore.cosign/certificate"] + pem("CERTIFICATE", m0.root.der)}
    layout, _, m = image_with({"content": "simplesigning", "knobs": {"layer.annotations": two}})
    result = verify_image(tmp_path / "appended", layout, m)
    assert result.status in (0, 12), result
    other_first = lambda a: {**a, "dev.sigstore.cosign/certificate": pem("CERTIFICATE", m0.intermediate.der) + a["dev.sigstore.cosign/certificate"]}
    layout, _, m = image_with({"content": "simplesigning", "knobs": {"layer.annotations": other_first}})
    result = verify_image(tmp_path / "first", layout, m)
    assert result.status == 12, result


def test_members_that_nobody_knows_in_an_att_envelope(tmp_path):
    """Plain Go JSON (SPEC 9): unknown members are ignored, the same one twice is not."""
    layout, _, m = image_with({"content": "att", "knobs": {"envelope": lambda e: {**e, "comment": "x"}}})
    verify_image(tmp_path / "unknown", layout, m, command="verify-attestation").accepted()
    twice = lambda t: t.replace(b'{"payloadType"', b'{"payload":"e30=","payloadType"')
    layout, _, m = image_with({"content": "att", "knobs": {"envelope.text": twice}})
    verify_image(tmp_path / "twice", layout, m, command="verify-attestation").refused("json-duplicate-key")
    other_case = lambda t: t.replace(b'{"payloadType"', b'{"Payload":"e30=","payloadType"')
    layout, _, m = image_with({"content": "att", "knobs": {"envelope.text": other_case}})
    result = verify_image(tmp_path / "case", layout, m, command="verify-attestation")
    assert result.status in (0, 12), result


def test_attestation_is_no_signature_and_the_other_way_round(tmp_path):
    layout, _, m = image_with({"content": "att"})
    result = verify_image(tmp_path / "att", layout, m)
    assert result.status in (10, 12), result
    layout, _, m = image_with({"content": "simplesigning"})
    result = verify_image(tmp_path / "sig", layout, m, command="verify-attestation")
    assert result.status in (10, 12), result


def test_layer_payload_of_five_megabytes(tmp_path):
    big = lambda c: {**c, "optional": {"x": "y" * (5 << 20)}}
    layout, _, m = image_with({"content": "simplesigning", "knobs": {"claims": big}})
    verify_image(tmp_path, layout, m).refused("limit-exceeded")


# --- layouts that are no layouts -----------------------------------------------------------------


def written(tmp_path, content="dsse"):
    layout, image, m = image_with({"content": content})
    path = layout.write(str(tmp_path / "layout"))
    verify_image(tmp_path, layout, m, path=path).accepted()
    referrer = layout.index["manifests"][1]["digest"]
    bundle = json.loads(layout.blobs[referrer])["layers"][0]["digest"]
    manifest = json.loads(layout.blobs[image["digest"]])
    names = {"index.json": "index.json", "oci-layout": "oci-layout", "manifest": image["digest"], "bundle": bundle,
             "layer": manifest["layers"][0]["digest"], "referrer": referrer}
    return layout, m, path, {k: os.path.join(path, "blobs/" + v.replace(":", "/") if ":" in v else v) for k, v in names.items()}


@pytest.mark.parametrize("what", ["fifo", "directory", "dev-zero", "loop", "socket", "unreadable-link"])
@pytest.mark.parametrize("which", ["index.json", "oci-layout", "manifest", "bundle", "layer", "referrer"])
def test_not_a_file(which, what, tmp_path):
    """Nothing hangs, nothing is read without end."""
    layout, m, path, names = written(tmp_path)
    os.unlink(names[which])
    if what == "fifo":
        os.mkfifo(names[which])
    elif what == "directory":
        os.mkdir(names[which])
    elif what == "dev-zero":
        os.symlink("/dev/zero", names[which])
    elif what == "loop":
        os.symlink(names[which], names[which])
    elif what == "socket":
        import socket
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(tmp_path / "s"))  # a socket's path is short
        os.rename(tmp_path / "s", names[which])
    else:
        os.symlink("/nonexistent/x", names[which])
    begun = time.monotonic()
    result = verify_image(tmp_path, layout, m, path=path)
    assert time.monotonic() - begun < 5
    assert result.status in (3, 10, 12), result
    assert b"internal-error" not in result.stdout + result.stderr, result


def test_extra_blobs_are_harmless(tmp_path):
    """The scan of a saved layout reads what it finds, and believes nothing."""
    layout, image, m = image_with({}, listed=False)
    for i, junk in enumerate([b"{", b"{}", b'{"subject":1}', b"\x00" * 100, b'{"subject":{"digest":"' + image["digest"].encode() + b'"}}',
                              b"[" * 100000, compact({"schemaVersion": 2, "subject": {"digest": image["digest"]}, "layers": {}})]):
        layout.blobs[sha256(junk)] = junk
    path = layout.write(str(tmp_path / "layout"))
    for name in ("README", "0" * 64, "A" * 64, "0" * 63):
        (tmp_path / "layout" / "blobs" / "sha256" / name).write_bytes(b'{"subject":{}}')
    result = verify_image(tmp_path, layout, m, path=path)
    assert result.status == 0, result


def test_same_name_twice(tmp_path):
    """Two images under one name: neither the first nor the last is guessed."""
    layout, image, m = image_with({})
    verify_image(tmp_path / "one", layout, m).accepted()
    layout.image(b"other\n", "latest")
    result = verify_image(tmp_path / "two", layout, m)
    assert result.status in (2, 12), result
    result.mentions({"layout-ambiguous", "layout-malformed"})


def test_digest_and_tag(tmp_path):
    """The digest wins; the report says what was verified."""
    layout, image, m = image_with({})
    other = layout.image(b"other\n", "other")
    path = layout.write(str(tmp_path / "l"))
    good = verify_image(tmp_path, layout, m, path=f"{path}@{image['digest']}", ref=None).accepted()
    assert good.report["digest"] == image["digest"]
    bad = verify_image(tmp_path, layout, m, path=f"{path}@{other['digest']}", ref=None)
    assert bad.status in (10, 12), bad


@pytest.mark.parametrize("suffix", ["@sha256:zz", "@sha256:" + "A" * 64, "@sha256:" + "0" * 65, "@md5:" + "0" * 32])
def test_bad_digest_of_a_layout(suffix, tmp_path):
    layout, image, m = image_with({})
    path = layout.write(str(tmp_path / "l"))
    result = verify_image(tmp_path, layout, m, path=path + suffix, ref=None)
    assert result.status in (2, 3, 11, 12), result
    result.mentions({"reference-invalid", "digest-alg-unsupported", "io-error", "layout-malformed"})


# --- what is shown ---------------------------------------------------------------------------------

NASTY = ["\x1b[2J\x1b]0;owned\x07", "v1\nplomb: accepted", "\r\x1b[31mv1", "\u202egnp.exe", "\u009b31m", '"},{"result":"accepted"', "\\", "\u2028"]


@pytest.mark.parametrize("value", NASTY, ids=ascii)
@pytest.mark.parametrize("content", ["dsse", "simplesigning"])
def test_terminal_and_log_injection(content, value, tmp_path):
    """An attacker's text in a refusal: one line, no control characters, and the report is JSON with it inside."""
    layout, _, m = image_with({"content": content, "annotations": {"tag": value}})
    result = verify_image(tmp_path, layout, m, ("-a", "tag=v1")).refused("annotation-mismatch")
    text = result.stderr.decode("utf8")
    assert len(text.strip("\n").split("\n")) == len(verify_image(tmp_path, layout, m, ("-a", "tag=v2")).stderr.decode().strip("\n").split("\n"))
    assert not any(ord(c) < 32 and c not in "\n" or 0x7F <= ord(c) < 0xA0 for c in text), result
    assert "\u202e" not in text and "\u2028" not in text, result
    found = result.candidates[0].get("detail", {})
    assert found.get("got") == value, result
    plain = run(*[a for a in result.argv[1:] if a not in ("--output", "report")], cwd=tmp_path)
    assert not any(c < 32 and c != 10 for c in plain.stderr), plain
    explained = run(*[a for a in result.argv[1:] if a not in ("--output", "report")], "--explain", cwd=tmp_path)
    assert not any(c < 32 and c != 10 for c in explained.stderr), explained


@pytest.mark.parametrize("value", NASTY, ids=ascii)
@pytest.mark.parametrize("content", ["dsse", "simplesigning"])
def test_output_is_json_whatever_is_in_it(content, value, tmp_path):
    layout, _, m = image_with({"content": content, "annotations": {"tag": value, value: "x"}})
    good = verify_image(tmp_path, layout, m).accepted()
    plain = run(*[a for a in good.argv[1:] if a not in ("--output", "report")], cwd=tmp_path)
    assert plain.status == 0, plain
    printed = json.loads(plain.stdout)
    assert len(printed) == 1 and printed[0]["optional"]["tag"] == value and printed[0]["optional"][value] == "x", plain


def test_payload_members_do_not_override_what_was_verified(tmp_path):
    """`optional` may hold anything, even the names that cosign adds (SPEC 10.6)."""
    layout, _, m = image_with({"content": "simplesigning", "annotations": {"Subject": "admin@example.com", "Issuer": "https://evil.example",
                                                                          "Bundle": "x"}})
    good = verify_image(tmp_path, layout, m).accepted()
    plain = run(*[a for a in good.argv[1:] if a not in ("--output", "report")], cwd=tmp_path)
    printed = json.loads(plain.stdout)[0]["optional"]
    assert printed["Subject"] == IDENTITY and printed["Issuer"] == ISSUER, plain
    assert printed["Bundle"]["Payload"]["logIndex"] == m.entries[0].log_index, plain


@pytest.mark.parametrize("content", ["dsse", "simplesigning"])
def test_only_good_signatures_are_printed(content, tmp_path):
    """Those that were refused are not in the output."""
    layout, image, m = image_with({"content": content, "annotations": {"who": "good"}})
    settings = {"content": content, "annotations": {"who": "bad"}, "knobs": {"entry.set.key": OTHER}}
    if content == "dsse":
        image_with(settings, layout, image)
    else:
        layout = Layout()
        image = layout.image()
        good = mint(content=content, subject=image["digest"][7:], annotations={"who": "good"})
        bad = mint(**settings, subject=image["digest"][7:])
        layout.attach_tag(image, [layout.layer(bad), layout.layer(good)])
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    path = layout.write(str(tmp_path / "layout"))
    plain = run("verify", "--trusted-root", tmp_path / "root.json", *IDENTITY_FLAGS, "--local-image", path + ":latest", cwd=tmp_path)
    assert plain.status == 0, plain
    assert [p["optional"]["who"] for p in json.loads(plain.stdout)] == ["good"], plain
