"""
What sigstore-conformance asks of a client that signs, by its protocol
(`sign-bundle`, arguments in the protocol's order), against the world: the
suite itself takes its token from the Internet and knows the public instances
alone, so it cannot be pointed here.
"""
import base64
import hashlib
import json

import pytest
from cryptography import x509

from world import WHO

WANTED = WHO["email"]


@pytest.fixture(scope="module")
def sign_bundle(world, tmp_path_factory):
    """sign(name, config, *flags): the bundle of a file of that name, and the folder it is in."""
    def sign(content, config, *flags):
        folder = tmp_path_factory.mktemp("conformance")
        (folder / "a.txt").write_bytes(content)
        out = world.plomb("sign-bundle", *flags, "--identity-token", world.token("email"), "--bundle", "a.txt.sigstore.json",
                          "--trusted-root", world.env["TRUSTED_ROOT"], "--signing-config", world.folder / config, "a.txt", cwd=folder)
        assert out.status == 0, out
        return folder, json.loads((folder / "a.txt.sigstore.json").read_text())
    return sign


def verify(world, folder, artifact, who=WANTED):
    return world.plomb("verify-bundle", "--bundle", "a.txt.sigstore.json", "--certificate-identity", who[0], "--certificate-oidc-issuer", who[1],
                       "--trusted-root", world.env["TRUSTED_ROOT"], artifact, cwd=folder)


def check(world, folder, bundle, artifact):
    """No authority's certificate is in it; plomb and cosign 3 verify it, by name and by digest, and nobody else's."""
    material = bundle["verificationMaterial"]
    assert "x509CertificateChain" not in material
    leaf = x509.load_der_x509_certificate(base64.b64decode(material["certificate"]["rawBytes"]))
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    digest = "sha256:" + hashlib.sha256(artifact).hexdigest()
    assert verify(world, folder, digest).status == 0
    assert verify(world, folder, "sha256:" + "0" * 64).status == 12
    for who in (WANTED[0] + "x", WANTED[1]), (WANTED[0], WANTED[1] + "/"):
        assert verify(world, folder, digest, who).status == 12


@pytest.mark.parametrize("config,version", [("signing_config.json", "0.0.2"), ("signing_config.v1.json", "0.0.1"), ("signing_config.v1.notsa.json", "0.0.1")])
def test_file(world, sign_bundle, config, version):
    folder, bundle = sign_bundle(b"something\n", config)
    assert "messageSignature" in bundle and "dsseEnvelope" not in bundle
    assert [entry["kindVersion"] for entry in bundle["verificationMaterial"]["tlogEntries"]] == [{"kind": "hashedrekord", "version": version}]
    assert bool(bundle["verificationMaterial"].get("timestampVerificationData")) == (config != "signing_config.v1.notsa.json")
    check(world, folder, bundle, b"something\n")
    assert verify(world, folder, "a.txt").status == 0
    world.run("cosign3", "verify-blob", "--bundle", "a.txt.sigstore.json", "--trusted-root", world.env["TRUSTED_ROOT"], "--certificate-identity", WANTED[0],
              "--certificate-oidc-issuer", WANTED[1], "a.txt", cwd=folder)
    (folder / "a.txt").write_bytes(b"something else\n")
    assert verify(world, folder, "a.txt").status == 12


@pytest.mark.parametrize("config", ["signing_config.json", "signing_config.v1.json"])
def test_statement(world, sign_bundle, config):
    """--in-toto: the file is a statement, and what it is about is what is verified."""
    artifact = b"an artifact\n"
    statement = {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "a", "digest": {"sha256": hashlib.sha256(artifact).hexdigest()}}],
                 "predicateType": "https://example.com/p", "predicate": {"a": 1}}
    text = json.dumps(statement).encode()
    folder, bundle = sign_bundle(text, config, "--in-toto")
    assert "messageSignature" not in bundle and base64.b64decode(bundle["dsseEnvelope"]["payload"]) == text
    check(world, folder, bundle, artifact)
