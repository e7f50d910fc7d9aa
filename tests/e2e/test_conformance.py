"""
The 70 bundle-verify cases of sigstore-conformance, each with the file and
with its digest, through the conformance client protocol; and the reason of
each refusal, from SPEC appendix A, through verify-blob's report.
"""
import hashlib
import json

import pytest

from plomb import STATUS, VECTORS, run

CASES = VECTORS / "conformance"
NAMES = sorted(p.name for p in CASES.iterdir() if p.is_dir())
IDENTITY = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
            "extremely-dangerous-oidc-beacon.yml@refs/heads/main")
ISSUER = "https://token.actions.githubusercontent.com"

# Where appendix A names several, all of them are right.
REASONS = {
    "bundle-empty-certificate-chain_fail": {"bundle-cert-missing"},
    "bundle-from-wrong-instance_fail": {"tlog-log-unknown"},
    "bundle-invalid-base64-signature_fail": {"base64-invalid"},
    "bundle-malformed-json_fail": {"json-malformed"},
    "bundle-negative-log-index_fail": {"tlog-entry-malformed"},
    "bundle-unknown-version_fail": {"bundle-media-type-unsupported"},
    "bundle-with-root-cert_fail": {"bundle-ca-cert-included"},
    "checkpoint-bad-keyhint_fail": {"checkpoint-key-unknown"},
    "checkpoint-wrong-roothash_fail": {"checkpoint-root-mismatch"},
    "dsse-invalid-sig_fail": {"tlog-signature-mismatch"},
    "dsse-mismatch-envelope_fail": {"tlog-signature-mismatch"},
    "dsse-mismatch-sig_fail": {"tlog-signature-mismatch"},
    "inclusion-proof-corrupted-hash_fail": {"tlog-proof-invalid"},
    "incorrect-public-key_fail": {"tlog-promise-invalid"},
    "integrated-time-in-future_fail": {"cert-expired", "tlog-time-outside-cert"},
    "intoto-expired-certificate_fail": {"cert-not-yet-valid", "tlog-time-outside-cert"},
    "intoto-log-entry-mismatch_fail": {"tlog-signature-mismatch"},
    "intoto-missing-inclusion-proof_fail": {"tlog-proof-missing"},
    "intoto-set-outside-signing-cert-validity_fail": {"tlog-time-outside-cert"},
    "intoto-tsa-timestamp-outside-cert-validity_fail": {"cert-expired", "cert-not-yet-valid"},
    "invalid-checkpoint-signature_fail": {"checkpoint-signature-invalid"},
    "invalid-ct-key_fail": {"sct-log-unknown"},
    "invalid-inclusion-proof_fail": {"checkpoint-missing"},
    "managed-key-no-key_fail": {"key-required"},
    "managed-key-wrong-key_fail": {"key-malformed"},
    "message-digest-mismatch_fail": {"artifact-digest-mismatch"},
    "rekor2-checkpoint-missing-log-signature_fail": {"checkpoint-malformed"},
    "rekor2-checkpoint-missing-origin_fail": {"checkpoint-malformed"},
    "rekor2-checkpoint-missing-root-hash_fail": {"checkpoint-malformed"},
    "rekor2-checkpoint-missing-size_fail": {"checkpoint-malformed"},
    "rekor2-checkpoint-no-matching-signature_fail": {"checkpoint-origin-mismatch", "checkpoint-key-unknown"},
    "rekor2-dsse-invalid-sig_fail": {"tlog-signature-mismatch"},
    "rekor2-dsse-mismatch-envelope_fail": {"tlog-signature-mismatch"},
    "rekor2-dsse-mismatch-sig_fail": {"tlog-signature-mismatch"},
    "rekor2-no-inclusion-proof_fail": {"tlog-proof-missing"},
    "rekor2-no-timestamp_fail": {"time-missing"},
    "rekor2-timestamp-outside-trust-root-tsa-validity_fail": {"timestamp-outside-tsa-validity"},
    "rekor2-timestamp-outside-tsa-cert-validity_fail": {"timestamp-chain-invalid"},
    "rekor2-timestamp-payload-mismatch_fail": {"timestamp-imprint-mismatch"},
    "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": {"timestamp-signer-untrusted"},
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": {"timestamp-signer-missing"},
    "rekor2-timestamp-with-incorrect-time_fail": {"cert-expired", "base64-invalid"},
    "set-invalid-signature_fail": {"tlog-promise-invalid"},
    "signature-mismatch_fail": {"tlog-signature-mismatch"},
    "trust-root-tlog-missing-validity-start_fail": {"root-log-validity-missing"},
    "wrong-hashedrekord-artifact_fail": {"tlog-signature-mismatch"},
    "wrong-hashedrekord-cert-and-sig_fail": {"tlog-signature-mismatch"},
    "wrong-hashedrekord-entry_fail": {"tlog-signature-mismatch"},
    # messageDigest is compared with the other artifact; the log's digest is another way to see it.
    "wrong-material_fail": {"artifact-digest-mismatch", "tlog-digest-mismatch"},
}


def test_all_cases_are_here():
    assert len(NAMES) == 70
    assert {n for n in NAMES if n.endswith("_fail")} == set(REASONS)


def arguments(name):
    folder = CASES / name
    artifact = folder / "artifact" if (folder / "artifact").exists() else CASES / "a.txt"
    flags = ["--bundle", folder / "bundle.sigstore.json"]
    if (folder / "key.pub").exists():
        flags += ["--key", folder / "key.pub"]
    else:
        text = lambda file, default: (folder / file).read_text().strip() if (folder / file).exists() else default
        flags += ["--certificate-identity", text("identity", IDENTITY), "--certificate-oidc-issuer", text("issuer", ISSUER)]
    if (folder / "trusted_root.json").exists():
        flags += ["--trusted-root", folder / "trusted_root.json"]
    return flags, artifact


def digest_of(artifact):
    return "sha256:" + hashlib.sha256(artifact.read_bytes()).hexdigest()


@pytest.mark.parametrize("how", ["file", "digest"])
@pytest.mark.parametrize("name", NAMES)
def test_client_protocol(name, how, tmp_path, no_network):
    flags, artifact = arguments(name)
    result = run("conformance", "verify-bundle", *flags, artifact if how == "file" else digest_of(artifact),
                 cwd=tmp_path, namespace=True)
    assert (result.status == 0) == (not name.endswith("_fail")), result
    assert result.status in set(STATUS.values()) | {0}, result


def is_statement(name):
    try:
        return "dsseEnvelope" in json.loads((CASES / name / "bundle.sigstore.json").read_text())
    except ValueError:
        return False


@pytest.mark.parametrize("how", ["file", "digest"])
@pytest.mark.parametrize("name", NAMES)
def test_reason(name, how, tmp_path):
    flags, artifact = arguments(name)
    command = "verify-blob"
    if is_statement(name):
        command, flags = "verify-blob-attestation", flags + ["--type", "https://slsa.dev/provenance/v1"]
    result = run(command, *flags, "--output", "report", artifact if how == "file" else digest_of(artifact), cwd=tmp_path)
    if name.endswith("_fail"):
        result.refused(REASONS[name])
    else:
        result.accepted()
