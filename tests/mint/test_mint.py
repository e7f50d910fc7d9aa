"""The mint makes the real thing: a verifier that says yes to real bundles says yes to minted ones."""
import json
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from mint import T, key, mint  # noqa: E402
from mint.check import check_bundle, check_entry, check_timestamp, unb64  # noqa: E402
from mint.keys import ed25519ph_sign, digest  # noqa: E402
from mint.rekor import note_key_id  # noqa: E402

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "vectors"
CASES = VECTORS / "conformance"
GOOD = sorted(p.name for p in CASES.iterdir() if p.is_dir() and not p.name.endswith("_fail")
              and (p / "trusted_root.json").exists())


@pytest.mark.parametrize("name", GOOD)
def test_second_opinion_accepts_real_bundle(name):
    folder = CASES / name
    artifact = folder / "artifact"
    artifact = artifact if artifact.exists() else CASES / "a.txt"
    key_file = folder / "key.pub"
    check_bundle(json.loads((folder / "bundle.sigstore.json").read_text()),
                 json.loads((folder / "trusted_root.json").read_text()), artifact.read_bytes(),
                 key_file.read_text() if key_file.exists() else None)


SHAPES = {
    "v1": {}, "v1-chain-0.1": dict(material="chain", version="0.1"), "v1-0.2": dict(version="0.2", material="chain"),
    "v2": dict(logs=("v2",)), "v2-ecdsa-log": dict(logs=("v2ec",)), "v1-and-v2": dict(logs=("v1", "v2")),
    "v1-stamped": dict(timestamp=True), "dsse-v1": dict(content="dsse"), "dsse-v2": dict(content="dsse", logs=("v2",)),
    "intoto-v1": dict(content="dsse", kind=("intoto", "0.0.2")),
    "dsse-0.0.2": dict(content="dsse", logs=("v2",), kind=("dsse", "0.0.2")),
    "p384": dict(signer="p384"), "p521-v2": dict(signer="p521", logs=("v2",)),
    "p384-with-sha256": dict(signer="p384", scheme="sha256"), "rsa2048": dict(signer="rsa2048"),
    "key": dict(material="key"), "key-rsa4096-v2": dict(material="key", signer="rsa4096", logs=("v2",)),
    "key-ed25519-dsse": dict(material="key", signer="ed25519", content="dsse"),
    "key-ed25519ph-v2": dict(material="key", signer="ed25519", scheme="ph", logs=("v2",)),
    "two-authorities": dict(logs=("v2",), tsas=("tsa", "tsb")),
    "sct-extensions": dict(knobs={"sct.extensions": bytes.fromhex("0000050000000070")}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_second_opinion_accepts_minted_bundle(shape):
    m = mint(**SHAPES[shape])
    check_bundle(json.loads(m.bundle_text), json.loads(m.trusted_root_text), m.artifact, m.key.pem)


@pytest.mark.parametrize("knob, value", [
    ("signature", lambda s: key("other").sign(b"what was signed\n")),
    ("entry.set.key", key("other")), ("sct.key", key("other")), ("leaf.issuer_key", key("other", "p384")),
    ("entry.tree.leaf", bytes(32)), ("leaf.not_after", T - 1), ("sct.timestamp", 0),
    ("entry.log_id", bytes(32)), ("entry.proof.root", bytes(32)),
])
def test_second_opinion_refuses(knob, value):
    m = mint(knobs={knob: value})
    with pytest.raises((AssertionError, StopIteration)):
        check_bundle(json.loads(m.bundle_text), json.loads(m.trusted_root_text), m.artifact, m.key.pem)


@pytest.mark.parametrize("knob, value", [
    ("tst.key", key("other")), ("tst.imprint", bytes(32)), ("tst.message_digest", bytes(32)),
    ("tsa.not_after", T - 1), ("tst.signer_certificate", mint().leaf.der),
])
def test_second_opinion_refuses_timestamp(knob, value):
    m = mint(logs=("v2",), knobs={knob: value})
    with pytest.raises(AssertionError):
        check_bundle(json.loads(m.bundle_text), json.loads(m.trusted_root_text), m.artifact, m.key.pem)


def test_layers():
    for kwargs in (dict(content="simplesigning"), dict(content="att"), dict(content="att", kind=("intoto", "0.0.1")),
                   dict(content="att", kind=("intoto", "0.0.2"), timestamp=True)):
        m = mint(**kwargs)
        check_entry(m.entries[0].json, m.trusted_root, m.signature, m.leaf.der, m.message, m.payload)
        if m.timestamps:
            assert check_timestamp(m.timestamps[0], m.trusted_root["timestampAuthorities"], m.envelope_text) == T + 1


def test_ed25519ph_of_rfc_8032():
    seed = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
    assert ed25519ph_sign(seed, digest("sha512", b"abc")).hex() == (
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406")


def test_log_ids_of_the_public_good_instance():
    """SPEC appendix B: the id of log2025-1 is the hash whose first bytes are the checkpoint key id."""
    case = json.loads((CASES / "rekor2-happy-path" / "trusted_root.json").read_text())
    for log in case["tlogs"]:
        spki = unb64(log["publicKey"]["rawBytes"])
        from mint.rekor import H256
        host = log["baseUrl"].split("//")[1]
        expected = (H256(host.encode() + b"\n\x01" + spki[-32:]) if log["publicKey"]["keyDetails"] == "PKIX_ED25519"
                    else H256(spki))
        assert unb64(log["logId"]["keyId"]) == expected


def test_an_unknown_knob_is_an_error():
    with pytest.raises(KeyError):
        mint(knobs={"leaf.not_afetr": T})
