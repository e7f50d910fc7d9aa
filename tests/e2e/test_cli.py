"""
The command line itself: usage errors, outputs, exit statuses, sources of
trust and keys. What a verdict is based on is the other files' matter.
"""
import base64
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mint import pem
import outputs
from plomb import IDENTITY, IDENTITY_FLAGS, ISSUER, PROGRAM, STATUS, VECTORS, Run, image_with, mint, run
from test_fixtures import CASES, command_line

GITLAB = ("--certificate-identity", "https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main",
          "--certificate-oidc-issuer", "https://gitlab.example.com")
EMAIL = ("--certificate-identity", "dev@example.com", "--certificate-oidc-issuer", "https://accounts.example.com")
KEYLESS = "is required for verification in keyless mode"


def last_line(result):
    return result.stderr.decode().strip().splitlines()[-1]


@pytest.fixture(scope="session")
def world(fixtures):
    """verify COMMAND-ish shorthand in the fixtures' folder."""
    def go(command, *argv, **more):
        return run(command, *argv, cwd=fixtures, **more)
    go.folder = fixtures
    return go


@pytest.fixture
def signed(tmp_path):
    """A file with its bundle and root."""
    m = mint()
    (tmp_path / "artifact").write_bytes(m.artifact)
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "b.json").write_bytes(m.bundle_text)
    return m


@pytest.fixture
def image(tmp_path):
    layout, _, m = image_with({"annotations": {"tag": "v1", "odd": "<&\u2028\u001b[2J"}})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    layout.write(str(tmp_path / "layout"))
    return tmp_path


def verify(folder, *argv, **more):
    return run("verify", "--local-image", "layout:latest", "--trusted-root", "root.json", *IDENTITY_FLAGS, *argv,
               cwd=folder, **more)


def write_private_key(path):
    """The wrong half."""
    path.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


# --- usage -------------------------------------------------------------------------

LOCAL = ("verify", "--local-image", "x")

USAGE = [
    # name, command line, code, text in the last line
    ("no such command", ["frobnicate"], "usage-error", "no such command: frobnicate"),
    ("a command to come", ["attach"], "unsupported-feature", "attach: not in this build"),
    ("two words", ["attach", "sbom"], "unsupported-feature", "attach: not in this build"),
    ("no second word", ["trusted-root"], "usage-error", "no such command: trusted-root"),
    ("unknown flag", [*LOCAL, "--frob"], "usage-error", "unknown flag: --frob"),
    ("unknown letter", [*LOCAL, "-Z"], "usage-error", "unknown flag: -Z"),
    ("a secret is not repeated", [*LOCAL, "--registry-pass=hunter2x7q9k"], "usage-error", "unknown flag: --registry-pass"),
    ("another command's flag", [*LOCAL, "--bundle", "b"], "usage-error", "--bundle is not an option of verify"),
    ("another command's flag", ["version", "--key", "k"], "usage-error", "--key is not an option of version"),
    ("hardware key", [*LOCAL, "--sk"], "unsupported-feature", "--sk: hardware keys"),
    ("slot", [*LOCAL, "--slot", "a"], "unsupported-feature", "--slot: hardware keys"),
    ("detached SCT", [*LOCAL, "--sct", "f"], "unsupported-feature", "--sct: detached"),
    ("policy", ["verify-attestation", "--local-image", "x", "--policy", "p.rego"], "unsupported-feature", "--policy: CUE and Rego"),
    ("registry options", [*LOCAL, *IDENTITY_FLAGS, "--registry-token", "t0kenFor3registry"], "usage-error", "--registry-token has no meaning with --local-image"),
    ("attachments", [*LOCAL, "--attachment", "sbom"], "unsupported-feature", "--attachment: "),
    ("no image", ["verify", *IDENTITY_FLAGS], "usage-error", "no image was given"),
    ("empty image", ["verify", *IDENTITY_FLAGS, ""], "usage-error", "an image's name is empty"),
    ("a password without a name", ["verify", *IDENTITY_FLAGS, "--registry-password", "hunter2x7q9k", "localhost:1/app"], "usage-error",
     "--registry-username and --registry-password go together"),
    ("no host for a mirror", ["verify", *IDENTITY_FLAGS, "--registry-mirror", "http://x", "localhost:1/app"], "usage-error",
     "--registry-mirror: http://x is not a host[:port]"),
    ("a second image's name", ["verify", *IDENTITY_FLAGS, "localhost:1/app", "Nope"], "reference-invalid", "Nope"),
    ("nobody is asked for", LOCAL, "usage-error", f"--certificate-identity or --certificate-identity-regexp {KEYLESS}"),
    ("no issuer", [*LOCAL, "--certificate-identity", "i"], "usage-error",
     f"--certificate-oidc-issuer or --certificate-oidc-issuer-regexp {KEYLESS}"),
    ("no identity", [*LOCAL, "--certificate-oidc-issuer", "i"], "usage-error",
     f"--certificate-identity or --certificate-identity-regexp {KEYLESS}"),
    ("empty identity", [*LOCAL, "--certificate-identity", "", "--certificate-oidc-issuer", "i"], "usage-error",
     "--certificate-identity is empty"),
    ("key and identity", [*LOCAL, "--key", "k", "--certificate-identity", "i"], "usage-error", "at most one of --key"),
    ("key and pattern", [*LOCAL, "--key", "k", "--certificate-identity-regexp", "i"], "usage-error", "at most one of --key"),
    ("identity and pattern", [*LOCAL, *IDENTITY_FLAGS, "--certificate-identity-regexp", "i"], "usage-error", "at most one of --key"),
    ("two identities", [*LOCAL, *IDENTITY_FLAGS, "--certificate-identity", "other"], "usage-error",
     "--certificate-identity is given twice with different values"),
    ("key and issuer", [*LOCAL, "--key", "k", "--certificate-oidc-issuer", "i"], "usage-error", "--certificate-oidc-issuer has no meaning"),
    ("KMS", [*LOCAL, "--key", "awskms:///alias/x"], "unsupported-feature", "--key awskms:///alias/x"),
    ("PKCS#11", [*LOCAL, "--key", "pkcs11:token=x"], "unsupported-feature", "--key pkcs11:token=x"),
    ("key URL", [*LOCAL, "--key", "https://example.com/k.pub"], "unsupported-feature", "--key https://"),
    ("variable that is not set", [*LOCAL, "--key", "env://NO_SUCH_VARIABLE"], "config-invalid", "env://NO_SUCH_VARIABLE"),
    ("annotation without =", [*LOCAL, *IDENTITY_FLAGS, "-a", "tag"], "usage-error", "--annotations: no = in tag"),
    ("empty annotation", [*LOCAL, *IDENTITY_FLAGS, "-a", ""], "usage-error", "--annotations is empty"),
    ("annotation without a name", [*LOCAL, *IDENTITY_FLAGS, "-a", "=v"], "usage-error", "no name"),
    ("annotations of attestations", ["verify-attestation", "--local-image", "x", *IDENTITY_FLAGS, "-a", "k=v"], "usage-error",
     "--annotations is not an option of verify-attestation"),
    ("annotations that would not be checked", [*LOCAL, *IDENTITY_FLAGS, "-a", "k=v", "--check-claims=false"], "usage-error",
     "--annotations cannot be checked with --check-claims=false"),
    ("extension nobody has", [*LOCAL, *IDENTITY_FLAGS, "--certificate-extension", "frob=1"], "usage-error", "no extension is called frob"),
    ("extension of a key", [*LOCAL, "--key", "env://A_KEY", "--certificate-extension", "1.2.3=1"], "usage-error", "certificate extensions have no meaning"),
    ("empty extension", [*LOCAL, *IDENTITY_FLAGS, "--certificate-github-workflow-sha", ""], "usage-error", "--certificate-github-workflow-sha is empty"),
    ("another log's URL", [*LOCAL, *IDENTITY_FLAGS, "--rekor-url", "https://rekor.example.com"], "unsupported-feature", "--rekor-url: no log is asked online"),
    ("no number", [*LOCAL, *IDENTITY_FLAGS, "--max-workers", "many"], "usage-error", "--max-workers: many"),
    ("SHA-224", [*LOCAL, *IDENTITY_FLAGS, "--signature-digest-algorithm", "sha224"], "unsupported-feature", "sha224"),
    ("no hash", [*LOCAL, *IDENTITY_FLAGS, "--signature-digest-algorithm", "md5"], "usage-error", "md5"),
    ("no such output", [*LOCAL, *IDENTITY_FLAGS, "-o", "yaml"], "usage-error", "--output: yaml"),
    ("cosign's JSON of a file", ["verify-blob", *IDENTITY_FLAGS, "-o", "json", "f"], "usage-error", "--output: json"),
    ("no duration", [*LOCAL, *IDENTITY_FLAGS, "--timeout", "soon"], "usage-error", "--timeout: soon"),
    ("root and chain", [*LOCAL, *IDENTITY_FLAGS, "--trusted-root", "r", "--certificate-chain", "c"], "usage-error",
     "--trusted-root cannot be combined"),
    ("chain and pool", [*LOCAL, *IDENTITY_FLAGS, "--certificate-chain", "c", "--ca-roots", "r"], "usage-error",
     "--certificate-chain cannot be combined"),
    ("intermediates alone", [*LOCAL, *IDENTITY_FLAGS, "--ca-intermediates", "i"], "usage-error", "--ca-intermediates needs --ca-roots"),
    ("no file", ["verify-blob", *IDENTITY_FLAGS], "usage-error", "no file was given"),
    ("two files", ["verify-blob", *IDENTITY_FLAGS, "a", "b"], "usage-error", "more than one file was given: b"),
    ("file and digest", ["verify-blob-attestation", *IDENTITY_FLAGS, "--digest", "00", "--digestAlg", "sha256", "a"], "usage-error",
     "--digest is given in place of a file"),
    ("digest without its hash", ["verify-blob-attestation", *IDENTITY_FLAGS, "--digest", "00"], "usage-error", "go together"),
    ("no digest", ["verify-blob-attestation", *IDENTITY_FLAGS, "--digest", "00", "--digestAlg", "sha256"], "usage-error", "sha256:00 is not a digest"),
    ("digest with nothing beside it", ["verify-blob", *IDENTITY_FLAGS, "sha256:" + "0" * 64], "usage-error", "give --bundle"),
    ("half a digest", ["verify-blob", *IDENTITY_FLAGS, "--bundle", "b", "sha256:xyz"], "usage-error", "sha256:xyz: there is no such file, and it is not a digest"),
    ("a digest in capitals", ["verify-blob", *IDENTITY_FLAGS, "--bundle", "b", "sha256:" + "A" * 64], "usage-error", "it is not a digest"),
    ("a digest that is not supported", ["verify-bundle", *IDENTITY_FLAGS, "--bundle", "b", "sha1:" + "0" * 40], "usage-error", "it is not a digest"),
    ("conformance without a bundle", ["conformance", "verify-bundle", *IDENTITY_FLAGS, "f"], "usage-error", "--bundle is required"),
    ("conformance without a file", ["verify-bundle", "--bundle", "b", *IDENTITY_FLAGS], "usage-error", "exactly one file"),
    ("staging", ["verify-bundle", "--staging", "--bundle", "b", *IDENTITY_FLAGS, "f"], "unsupported-feature", "--staging: "),
    ("inspect nothing", ["inspect"], "usage-error", "exactly one bundle"),
    ("argument of show", ["trusted-root", "show", "x"], "usage-error", "unexpected argument: x"),
    ("specification without =", ["trusted-root", "create", "--rekor", "x"], "usage-error", "--rekor: no = in x"),
    ("half a specification", ["trusted-root", "create", "--rekor", "url=x"], "usage-error", "--rekor: needs url, public-key and start-time"),
    ("strange member", ["trusted-root", "create", "--tsa", "url=x,origin=y"], "usage-error", "--tsa: origin is not one of its members"),
    ("nothing to take away from", ["trusted-root", "create", "--no-default-tsa"], "usage-error", "--with-default-services"),
    ("help about nothing", ["help", "frob"], "usage-error", "frob: no such command"),
]


@pytest.mark.parametrize("argv,code,text", [pytest.param(*row[1:], id=row[0]) for row in USAGE])
def test_usage(argv, code, text, tmp_path):
    result = run(*argv, cwd=tmp_path, env={"A_KEY": mint().key.pem})
    assert result.status == 2, result
    assert result.stdout == b"", result
    assert last_line(result).startswith(f"plomb: {code}: "), result
    assert text in last_line(result), result
    assert b"hunter2x7q9k" not in result.stderr


def test_help(tmp_path):
    for argv in ([], ["help"], ["--help"], ["-h"]):
        result = run(*argv, cwd=tmp_path)
        assert result.status == (0 if argv else 2)
        assert b"verify-blob-attestation" in (result.stdout if argv else result.stderr)
    for argv in (["help", "verify"], ["verify", "--help"], ["--help", "verify"]):
        result = run(*argv, cwd=tmp_path)
        assert result.status == 0 and b"-a, --annotations KEY=VALUE" in result.stdout, result
        assert b"--bundle" not in result.stdout and b"--sk" not in result.stdout
    assert b"--fulcio SPEC" in run("help", "trusted-root", "create", cwd=tmp_path).stdout


def test_version(tmp_path):
    assert run("version", cwd=tmp_path).stdout.startswith(b"plomb ")
    for argv in (["--json"], ["--output", "json"], ["-o=json"]):
        told = json.loads(run("version", *argv, cwd=tmp_path).stdout)
        assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"]) and told["profile"]
        assert told["backends"]["x509"] == "BearSSL" and told["limits"]["entries"] == 32


def test_spellings(image):
    """Options behind arguments, values behind = or not, letters, cosign's short certificate options, and --."""
    for argv in (
        ["verify", "layout:latest", *IDENTITY_FLAGS, "--local-image", "--trusted-root=root.json", "-atag=v1"],
        ["verify", "--cert-identity", IDENTITY, "--cert-oidc-issuer", ISSUER, "--local-image=true", "--trusted-root", "root.json",
         "--annotations", "tag=v1", "--", "layout:latest"],
        ["-d", "verify", "-a=tag=v1", *IDENTITY_FLAGS, "--local-image", "layout", "--trusted-root", "root.json"],
        ["verify", "--local-image", "layout:latest", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--offline", "--max-workers", "4",
         "--experimental-oci11", "--rekor-url", "https://rekor.sigstore.dev", "--new-bundle-format", "--check-claims=1", "-t", "1m"],
    ):
        assert run(*argv, cwd=image).status == 0, argv


# --- outputs -----------------------------------------------------------------------

def test_json_is_cosigns(image):
    """Go's escapes, sorted names, an array on its own line, and a header on stderr."""
    result = verify(image)
    digest = json.loads((image / "layout/index.json").read_text())["manifests"][0]["digest"]
    assert result.stdout.decode() == (
        '\n[{"critical":{"identity":{"docker-reference":"layout:latest"},"image":{"docker-manifest-digest":"' + digest + '"},'
        '"type":"https://sigstore.dev/cosign/sign/v1"},"optional":{"odd":"\\u003c\\u0026\\u2028\\u001b[2J","tag":"v1"}}]\n')
    assert result.stderr.decode() == (
        "\nVerification for layout:latest --\nThe following checks were performed on each of these signatures:\n"
        "  - The cosign claims were validated\n"
        "  - Existence of the claims in the transparency log was verified offline\n"
        "  - The code-signing certificate was verified using trusted certificate authority certificates\n")
    assert "  - The specified annotations were verified.\n" in verify(image, "-a", "tag=v1").stderr.decode()
    assert "cosign claims" not in verify(image, "--check-claims=false").stderr.decode()


def test_text_is_cosigns(image):
    result = verify(image, "-o", "text")
    assert json.loads(result.stdout)["optional"]["tag"] == "v1" and result.stdout.endswith(b"}\n")
    assert f"Certificate subject: {IDENTITY}\nCertificate issuer URL: {ISSUER}\n" in result.stderr.decode()


def test_simplesigning_is_cosigns(world):
    """cosign 2's shape, byte for byte: what the certificate and the log say stands beside what was signed."""
    result = world("verify", "--local-image", "images/old-email:latest", *EMAIL, "--trusted-root", "trusted_root.json")
    assert result.status == 0, result
    text = result.stdout.decode()
    assert text.startswith('\n[{"critical":{"identity":{"docker-reference":"127.0.0.1:7706/old-email"},'
                           '"image":{"docker-manifest-digest":"sha256:'
                           'e43701f4c39d7369bd69e2195c5447a32ab30ff03deb75ec72ccc73847e15209"},'
                           '"type":"cosign container image signature"},"optional":{'
                           '"1.3.6.1.4.1.57264.1.1":"https://accounts.example.com","Bundle":{"SignedEntryTimestamp":"')
    assert '"},"Issuer":"https://accounts.example.com","RFC3161Timestamp":{"SignedRFC3161Timestamp":"' in text.replace('"}},"Issuer', '"},"Issuer')
    assert text.endswith('"},"Subject":"dev@example.com"}}]\n')
    bundle = json.loads(text)[0]["optional"]["Bundle"]
    assert list(bundle) == ["SignedEntryTimestamp", "Payload"]
    assert list(bundle["Payload"]) == ["body", "integratedTime", "logIndex", "logID"]


def test_github_names(world):
    result = world("verify", "--local-image", "images/old-github:latest", "--trusted-root", "trusted_root.json",
                   "--certificate-identity", "https://github.example.com/acme/widget/.github/workflows/release.yml@refs/heads/main",
                   "--certificate-oidc-issuer", "https://token.actions.example.com")
    optional = json.loads(result.stdout)[0]["optional"]
    assert optional["githubWorkflowRef"] == optional["1.3.6.1.4.1.57264.1.6"] == "refs/heads/main"
    assert list(optional) == sorted(optional)


def test_attestation_is_cosigns(world):
    """The envelope again: made anew from a bundle, as it was uploaded by cosign 2."""
    new = world("verify-attestation", "--local-image", "images/attested:latest", *GITLAB, "--trusted-root", "trusted_root.json",
                "--type", "https://example.com/tests/v1")
    assert new.status == 0 and new.stdout.count(b"\n") == 1
    envelope = json.loads(new.stdout)
    assert list(envelope) == ["payload", "payloadType", "signatures"] and list(envelope["signatures"][0]) == ["sig"]
    assert json.loads(base64.b64decode(envelope["payload"]))["predicateType"] == "https://example.com/tests/v1"
    old = world("verify-attestation", "--local-image", "images/old-attested:latest", *GITLAB, "--trusted-root", "trusted_root.json",
                "--type", "slsaprovenance1")
    assert old.status == 0 and list(json.loads(old.stdout)) == ["payloadType", "payload", "signatures"]
    assert b"Certificate subject: https://gitlab.example.com" in old.stderr


def test_report_is_one_object_an_image(world):
    result = world("verify", "--local-image", "images/several:latest", "images/unsigned:latest", "images/nope", *GITLAB,
                   "--trusted-root", "trusted_root.json", "--output", "report")
    assert result.status == 10, result
    several, unsigned, nope = [json.loads(line) for line in result.stdout.splitlines()]
    assert several["result"] == "accepted" and several["code"] == "ok" and len(several["candidates"]) == 4
    assert sum(c["result"] == "accepted" for c in several["candidates"]) == 2
    for candidate in several["candidates"]:
        assert candidate["source"] == "layout" and candidate["digest"].startswith("sha256:") and candidate["format"] == "bundle-0.3"
        assert len(candidate["checks"]) == 14 and candidate["warnings"] == []
        failed = [c for c in candidate["checks"] if c["result"] == "fail"]
        assert [c["code"] for c in failed] == ([] if candidate["result"] == "accepted" else [candidate["code"]])
    assert (unsigned["result"], unsigned["code"], unsigned["candidates"]) == ("rejected", "signature-not-found", [])
    assert (nope["result"], nope["code"], nope["digest"]) == ("rejected", "image-not-found", None)
    # The last line is about the image that decided the exit status; the other one's reason is there too, each once.
    assert [line.split(": ")[1:3] for line in result.stderr.decode().splitlines()] == [
        ["images/nope", "image-not-found"], ["images/unsigned:latest", "signature-not-found"]], result


def test_last_line_is_of_the_image_that_decides(world):
    flags = (*GITLAB, "--trusted-root", "trusted_root.json")
    for images, name, code in (
        (["images/unsigned:latest", "images/several:latest"], "images/unsigned:latest", "signature-not-found"),
        (["images/several:latest", "images/unsigned:latest"], "images/unsigned:latest", "signature-not-found"),
        (["images/nope", "images/unsigned:latest", "images/several:latest"], "images/nope", "image-not-found"),
        (["images/several:latest", "images/unsigned:latest", "images/nope", "images/nope2"], "images/unsigned:latest", "signature-not-found"),
    ):
        for output in ("json", "report"):
            result = world("verify", "--local-image", *images, *flags, "-o", output)
            assert result.status == STATUS[code] and last_line(result).startswith(f"plomb: {name}: {code}: "), result
            assert result.stderr.count(b"plomb: ") == sum("several" not in image for image in images)


def test_report_of_a_file(signed, tmp_path):
    result = run("verify-blob", "--bundle", "b.json", "--trusted-root", "root.json", "--certificate-identity", "x",
                 "--certificate-oidc-issuer", ISSUER, "--output", "report", "artifact", cwd=tmp_path)
    assert result.status == 12, result
    report = result.report
    assert report["artifact"] == "artifact" and "image" not in report and report["code"] == "identity-san-mismatch"
    assert report["message"] == f'certificate identity is "{IDENTITY}", wanted "x"'
    candidate = report["candidates"][0]
    assert candidate["source"] == "file" and candidate["file"] == "b.json" and candidate["digest"] is None
    assert candidate["detail"] == {"what": "subject alternative name", "want": "x", "got": IDENTITY}
    assert candidate["subject"] == IDENTITY and candidate["times"]
    assert {"name": "identity", "result": "fail", "code": "identity-san-mismatch", **candidate["detail"]} in candidate["checks"]
    assert {"name": "signature", "result": "not-reached"} in candidate["checks"]


def test_last_line_has_both_values(image):
    result = verify(image, "-a", "tag=v2")
    assert result.status == 12 and result.stdout == b""
    assert last_line(result) == 'plomb: layout:latest: annotation-mismatch: annotation "tag" is "v1", wanted "v2"'
    result = verify(image, "-a", "nope=v2")
    assert last_line(result) == 'plomb: layout:latest: annotation-mismatch: annotation "nope" is absent, wanted "v2"'


SENTENCES = [
    # case, the last line behind the image's name: whose it is, what was found, what was wanted, each in its place
    ("bad-promise", "tlog-promise-invalid: the log's signed entry timestamp does not verify: signedEntryTimestamp of LOG"),
    ("root-log-ended-old", "tlog-log-outside-validity: the entry was made outside the log's validity: "
                           'at "TIME", end of the validity of LOG "2021-01-01T00:00:00Z"'),
    ("bad-timestamp", "timestamp-signature-invalid: a timestamp's signature does not verify: timestamp of TSA"),
    ("other-timestamp", "timestamp-imprint-mismatch: the timestamp is of another signature: timestamp of TSA"),
    ("root-tsa-ended-gitlab", "timestamp-outside-tsa-validity: the trust root does not trust the timestamp authority at this time: "
                              'at "TIME", end of the validity of TSA "2021-01-01T00:00:00Z"'),
    ("root-ca-ended-gitlab", "cert-ca-outside-validity: the trust root does not trust the authority at the time of signing: "
                             'at "TIME", end of the authority\'s validity "2021-01-01T00:00:00Z"'),
]


@pytest.mark.parametrize("name,sentence", SENTENCES)
def test_sentences_for_people(name, sentence, fixtures):
    line = last_line(run(*command_line(CASES[name], fixtures), cwd=fixtures))
    line = line.replace("http://127.0.0.1:7703", "LOG").replace("http://127.0.0.1:7705/api/v1/timestamp", "TSA")
    line = re.sub(r'at "2026-11-24T\d\d:\d\d:\d\dZ"', 'at "TIME"', line)
    assert line.endswith(":latest: " + sentence), line
    report = run(*command_line(CASES[name], fixtures), "--output", "report", cwd=fixtures).candidates[0]["detail"]
    assert not any("http" in report.get(value, "") for value in ("want", "got")), report


def test_nothing_from_outside_drives_the_terminal(image):
    result = verify(image, "-a", "odd=x")
    assert last_line(result) == 'plomb: layout:latest: annotation-mismatch: annotation "odd" is "<&\\u2028\\x1b[2J", wanted "x"'
    result = run("verify", "--local-image", "no\nplomb: ok\x1b[2J", *IDENTITY_FLAGS, cwd=image)
    assert b"\x1b" not in result.stderr and len(result.stderr.splitlines()) == 1


def test_explain(image):
    result = verify(image, "--explain", "-a", "tag=v2")
    lines = result.stderr.decode().splitlines()
    assert "  + identity                  it was signed by the identity that was asked for" in lines
    assert "  - extensions                not asked for" in lines
    assert '  x annotations               annotation-mismatch: annotation "tag" is "v1", wanted "v2"' in lines
    assert lines[-1].startswith("plomb: layout:latest: annotation-mismatch: ")
    assert b"\x1b" not in result.stderr
    assert "  \u2713 identity" in verify(image, "--explain", env={"LC_ALL": "C.UTF-8"}).stderr.decode()
    assert b"identity  " not in verify(image).stderr


def on_terminal(folder, *argv, **env):
    """The program with stderr on a terminal: what stands there."""
    ours, theirs = pty.openpty()
    done = subprocess.run([PROGRAM, *argv], cwd=folder, stderr=theirs, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C", **env})
    os.close(theirs)
    out = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(ours)
    outputs.record.add(done.args, out)
    return done.returncode, out


def test_colour_only_on_a_terminal(image):
    argv = ("verify", "--local-image", "layout:latest", "--trusted-root", "root.json", *IDENTITY_FLAGS)
    status, text = on_terminal(image, *argv)
    assert status == 0 and b"\x1b[32m+\x1b[0m identity" in text
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        status, text = on_terminal(image, *argv, **env)
        assert status == 0 and b"+ identity" in text and b"\x1b" not in text


def test_log_skipped_is_said(image):
    warning = b"WARNING: Skipping tlog verification is an insecure practice"
    assert verify(image, "--insecure-ignore-tlog").stderr.startswith(warning)
    quiet = verify(image, "--private-infrastructure")
    assert quiet.status == 0 and warning not in quiet.stderr and b"transparency log" not in quiet.stderr


def test_open_patterns_are_said(image):
    flags = ("verify", "--local-image", "layout", "--trusted-root", "root.json", "--certificate-oidc-issuer", ISSUER)
    result = run(*flags, "--certificate-identity-regexp", "mint", cwd=image)
    assert result.status == 0 and b"warning: --certificate-identity-regexp has no ^ and $" in result.stderr
    result = run(*flags, "--certificate-identity-regexp", "^https://gitlab\\.mint\\..*$", cwd=image)
    assert result.status == 0 and b"warning" not in result.stderr
    result = run(*flags, "--certificate-identity-regexp", "(", cwd=image)
    assert result.status == 2 and "identity-regex-invalid" in last_line(result), result


@pytest.mark.parametrize("output", ["json", "text", "report"])
def test_an_answer_nobody_got_is_not_a_yes(output, image):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "verify", "--local-image", "layout", "--trusted-root", "root.json", *IDENTITY_FLAGS,
                               "-o", output], cwd=image, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 3 and b"io-error" in done.stderr
    assert verify(image, "--output-file", "/dev/full", "-o", output).status == 3
    assert verify(image, "--output-file", "/no/such/folder/f").status == 3
    for argv in (["version"], ["help"], ["trusted-root", "show"]):
        with open("/dev/full", "wb") as full:
            assert subprocess.run([PROGRAM, *argv], stdout=full, stderr=subprocess.DEVNULL).returncode == 3
    assert subprocess.run([PROGRAM, "version"], stdout=None, preexec_fn=lambda: os.close(1),
                          stderr=subprocess.DEVNULL).returncode == 3


@pytest.mark.parametrize("flags,status", [([], 3), (["--output", "report"], 0)])
def test_a_yes_that_only_stderr_would_have_said(flags, status, signed, tmp_path):
    """"Verified OK" is the whole answer; a report is one of its own."""
    argv = [PROGRAM, "verify-blob", "--bundle", "b.json", "--trusted-root", "root.json", *IDENTITY_FLAGS, *flags, "artifact"]
    with open("/dev/full", "wb") as full:
        assert subprocess.run(argv, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=full).returncode == status
    assert subprocess.run(argv, cwd=tmp_path, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.close(2)).returncode == status


def test_output_file(image):
    result = verify(image, "--output-file", "out.json")
    assert result.status == 0 and result.stdout == b""
    assert json.loads((image / "out.json").read_text())[0]["optional"]["tag"] == "v1"


def test_timeout(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    start = time.monotonic()
    result = run("verify", "--local-image", "pipe", *IDENTITY_FLAGS, "--timeout", "200ms", cwd=tmp_path)
    assert result.status == 3 and result.stderr == b"plomb: timeout: the deadline has passed\n"
    assert time.monotonic() - start < 20


# --- streams -----------------------------------------------------------------------

def shell(folder, line):
    """With a shell that has <(…)."""
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "PLOMB": PROGRAM, "WHO": " ".join(IDENTITY_FLAGS)})
    return Run([line], done.returncode, done.stdout, done.stderr)


def test_whatever_can_be_read(signed, image, tmp_path):
    """Process substitution, /dev/stdin, "-" and named pipes, for each thing that has a name."""
    key = mint(material="key")
    (tmp_path / "key.pub").write_text(key.key.pem)
    for name, m in (("k", key), ("", signed)):
        (tmp_path / (name + "artifact")).write_bytes(m.artifact)
        (tmp_path / (name + "root.json")).write_bytes(m.trusted_root_text)
        (tmp_path / (name + "b.json")).write_bytes(m.bundle_text)
    for line in (
        "$PLOMB verify-blob $WHO --trusted-root root.json --bundle <(cat b.json) <(cat artifact)",
        "$PLOMB verify-blob $WHO --trusted-root <(cat root.json) --bundle b.json artifact",
        "$PLOMB verify-blob $WHO --trusted-root root.json --bundle - artifact < b.json",
        "cat b.json | $PLOMB verify-blob $WHO --trusted-root root.json --bundle /dev/stdin artifact",
        "cat artifact | $PLOMB verify-blob $WHO --trusted-root root.json --bundle b.json -",
        "$PLOMB verify-blob $WHO --trusted-root root.json --bundle b.json /dev/stdin < artifact",
        "$PLOMB verify-blob --key <(cat key.pub) --trusted-root kroot.json --bundle kb.json kartifact",
        "mkfifo p; cat b.json > p & $PLOMB verify-blob $WHO --trusted-root root.json --bundle p artifact",
        "mkfifo q; cat artifact > q & $PLOMB verify-blob $WHO --trusted-root root.json --bundle b.json q",
        "mkfifo r; cat key.pub > r & $PLOMB verify-blob --key r --trusted-root kroot.json --bundle kb.json kartifact",
    ):
        result = shell(tmp_path, line)
        assert result.status == 0, result


def test_images_from_streams(image):
    for line in (
        "$PLOMB verify $WHO --trusted-root root.json --local-image <(tar -C layout -cf - .)",
        "tar -C layout -cf - . | $PLOMB verify $WHO --trusted-root root.json --local-image -",
        "tar -C layout -cf - . | $PLOMB verify $WHO --trusted-root root.json --local-image /dev/stdin",
        "mkfifo p; tar -C layout -cf - . > p & $PLOMB verify $WHO --trusted-root root.json --local-image p",
    ):
        result = shell(image, line)
        assert result.status == 0, result


def test_a_stream_is_read_once(signed, image, tmp_path):
    """Who asks a second time is told so, and not that nothing is no signature."""
    for line, name in (
        ("$PLOMB verify-blob $WHO --trusted-root root.json --bundle - - < artifact", ": standard input was read already"),
        ("cat root.json | $PLOMB verify-blob $WHO --trusted-root - --bundle b.json -", ": standard input was read already"),
        ("cat artifact | $PLOMB verify-blob $WHO --trusted-root root.json --bundle /dev/stdin -", ": /dev/stdin: nothing came"),
        ("true | $PLOMB verify-blob $WHO --trusted-root root.json --bundle - artifact", ": -: nothing came"),
        ("$PLOMB verify-blob $WHO --trusted-root root.json --bundle <(false) artifact", "nothing came"),
        ("tar -C layout -cf - . | $PLOMB verify $WHO --trusted-root root.json --local-image - -", ": standard input was read already"),
    ):
        result = shell(tmp_path, line)
        assert result.status == 3 and name in last_line(result) and "io-error" in last_line(result), result


@pytest.mark.parametrize("argv", [
    ["verify-blob", "--key", "pipe", "--bundle", "b.json", "artifact"],
    ["verify-blob", *IDENTITY_FLAGS, "--trusted-root", "pipe", "--bundle", "b.json", "artifact"],
    ["verify-blob", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--bundle", "pipe", "artifact"],
    ["verify-blob", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--bundle", "b.json", "pipe"],
    ["verify-blob", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--signature", "pipe", "artifact"],
    ["verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--local-image", "pipe"],
    ["verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--local-image", "-"],
    ["inspect", "pipe"],
], ids=lambda argv: next(f"{before}" for before, word in zip(argv, argv[1:]) if word in ("pipe", "-")))
@pytest.mark.parametrize("has_writer", [False, True])
def test_nothing_is_waited_for_for_ever(argv, has_writer, signed, tmp_path):
    """
    Nobody writes to the pipe, or somebody who says nothing. The deadline is
    minutes away, so it is brought about here: a program that had set none
    would be killed by the signal.
    """
    os.mkfifo(tmp_path / "pipe")
    ours, theirs = os.pipe()
    writer = os.open(tmp_path / "pipe", os.O_RDWR) if has_writer else None
    try:
        child = subprocess.Popen([PROGRAM, *argv], cwd=tmp_path, stdin=ours, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        status = pathlib.Path(f"/proc/{child.pid}/status")
        deadline = time.monotonic() + 30
        while not re.search(r"^SigCgt:\s*[0-9a-f]{12}[2367abef][0-9a-f]{3}$", status.read_text(), re.M) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(child.pid, signal.SIGALRM)
        assert child.wait(30) == 3 and child.stderr.read() == b"plomb: timeout: the deadline has passed\n"
    finally:
        os.close(ours)
        os.close(theirs)
        if writer is not None:
            os.close(writer)


def test_what_is_only_found_is_a_file(signed, tmp_path):
    """Nobody named it, so nobody meant a pipe; it is not waited for."""
    for kind in (lambda path: os.mkfifo(path), lambda path: os.symlink("/dev/zero", path), lambda path: os.mkdir(path)):
        path = tmp_path / "artifact.sigstore.json"
        kind(path)
        result = blob(tmp_path, "artifact")
        assert result.status == 3, result
        assert re.search("artifact.sigstore.json: is (not a regular file|a directory)$", last_line(result)), result
        (path.rmdir if path.is_dir() else path.unlink)()


# --- annotations -------------------------------------------------------------------

@pytest.mark.parametrize("argv,status", [
    (["-a", "tag=v1"], 0),
    (["-a", "tag~=^v[0-9]$"], 0),
    (["-a", "tag~=^w"], 12),
    (["-a", "tag=v1", "-a", "tag~=2"], 12),
    (["-a", "tag=v2", "-a", "tag=v1"], 2),
    (["-a", "tag=v2,tag=v1"], 2),
    (["-a", "tag=v1", "-a", "tag=v1"], 0),
    (["-a", "tag=v1,nope=x"], 12),
    (["-a", '"tag=v1"'], 0),
    (["-a", "tag~=("], 2),
    (["-a", "Tag=v1"], 12),
    (["--annotations-file", "good.json"], 0),
    (["--annotations-file", "bad.json"], 12),
    (["--annotations-file", "bad.json", "-a", "tag=v1"], 0),
    (["--annotations-file", "bad.json", "--annotations-file", "good.json"], 2),
    (["--annotations-file", "/dev/zero"], 2),
    (["--annotations-file", "lines"], 0),
    (["--annotations-file", "empty"], 2),
    (["--annotations-file", "number.json"], 2),
    (["--annotations-file", "none"], 3),
])
def test_annotations(argv, status, image):
    (image / "good.json").write_text('{"tag": "v1"}')
    (image / "bad.json").write_text('{"tag": "v3"}')
    (image / "number.json").write_text('{"tag": 1}')
    (image / "lines").write_text("# wanted\ntag=v1\ntag~=^v\n")
    (image / "empty").write_text("{}")
    result = verify(image, *argv)
    assert result.status == status, result


# --- images ------------------------------------------------------------------------

def test_names_of_local_images(image):
    """A path that exists is the path, whatever it is called."""
    os.rename(image / "layout", image / "a:b@c")
    digest = json.loads((image / "a:b@c/index.json").read_text())["manifests"][0]["digest"]
    flags = ("--trusted-root", "root.json", *IDENTITY_FLAGS, "--output", "report")
    for name, status in (("a:b@c", 0), ("a:b@c:latest", 0), (f"a:b@c@{digest}", 0), (f"a:b@c:latest@{digest}", 0), ("a:b@c:other", 11),
                         ("a:b@c@sha256:" + "0" * 64, 11), ("a:b@c@sha256:00", 2), ("a", 11), ("a:b", 11), (f"x@{digest}", 11)):
        result = run("verify", "--local-image", name, *flags, cwd=image)
        assert result.status == status, result


def test_an_archive_that_breaks_off_could_not_be_read(image):
    """A download or a pipe that ended early: trying again may help. One that is damaged is refused."""
    subprocess.run(["tar", "-C", image / "layout", "-cf", image / "whole.tar", "."], check=True)
    whole = (image / "whole.tar").read_bytes()
    flags = ("--trusted-root", "root.json", *IDENTITY_FLAGS)
    assert run("verify", "--local-image", "-", *flags, cwd=image, stdin=whole).status == 0
    for n in (0, 1, 511, 512, 1024, 2000, len(whole) // 2):
        (image / "part.tar").write_bytes(whole[:n])
        for name in ("part.tar", "-"):
            result = run("verify", "--local-image", name, *flags, cwd=image, stdin=whole[:n])
            assert result.status == 3 and f"plomb: {name}: io-error: could not be read: archive member" in last_line(result), (n, result)
    result = run("verify", "--local-image", "-", *flags, cwd=image, stdin=b"x" + whole[1:])
    assert result.status == 12 and "layout-malformed" in last_line(result), result


def test_blobs_that_are_links(image):
    """
    Bazel's rules_oci and rules_img write layouts whose blobs are links to
    where the layers are. What a link leads to is held against its digest like
    any other blob, also if it is somewhere else.
    """
    def damaged(path):
        """The exit status with one byte of it changed."""
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        status = verify(image).status
        path.write_bytes(content)
        return status

    blobs, elsewhere = image / "layout/blobs/sha256", image / "elsewhere"
    before = {path.name: damaged(path) for path in blobs.iterdir()}
    assert sum(status == 12 for status in before.values()) >= 4
    os.rename(blobs, elsewhere)
    blobs.mkdir()
    for name in before:
        os.symlink(f"../../../elsewhere/{name}", blobs / name)
    assert verify(image).status == 0
    assert {name: damaged(elsewhere / name) for name in before} == before
    for name, status in before.items():
        (blobs / name).unlink()
        os.symlink("/etc/hostname", blobs / name)
        assert verify(image).status == status
        (blobs / name).unlink()
        os.symlink(f"../../../elsewhere/{name}", blobs / name)
    assert verify(image).status == 0


def test_content_is_checked(image):
    manifest = json.loads((image / "layout/index.json").read_text())["manifests"][0]
    layer = json.loads((image / "layout/blobs/sha256" / manifest["digest"][7:]).read_bytes())["layers"][0]
    path = image / "layout/blobs/sha256" / layer["digest"][7:]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    result = verify(image, "-o", "report")
    assert result.status == 12 and result.report["code"] == "digest-mismatch" and result.report["result"] == "rejected", result
    assert verify(image, "--check-content=false").status == 0


def test_platform(world):
    flags = (*GITLAB, "--trusted-root", "trusted_root.json", "--output", "report")
    result = world("verify", "--local-image", "images/index:latest", "--platform", "linux/arm64", *flags)
    assert result.status == 0 and result.report["platform"]["name"] == "linux/arm64"
    assert result.report["platform"]["digest"].startswith("sha256:")
    assert result.report["platform"]["digest"] != result.report["digest"]
    result = world("verify", "--local-image", "images/index:latest", "--platform", "linux/riscv64", *flags)
    assert result.status == 11 and result.report["platform"]["digest"] is None, result
    # An unsigned image is that first, whatever its platform.
    assert world("verify", "--local-image", "images/unsigned:latest", "--platform", "linux/riscv64", *flags).status == 10


def test_any_predicate(world):
    flags = ("--local-image", "images/attested:latest", *GITLAB, "--trusted-root", "trusted_root.json")
    assert world("verify", *flags).status == 12
    result = world("verify", *flags, "--any-predicate")
    assert result.status == 0 and len(json.loads(result.stdout)) == 3


def test_old_formats_only(world, image):
    assert verify(image, "--new-bundle-format=false").status == 10
    assert world("verify", "--local-image", "images/old:latest", *GITLAB, "--trusted-root", "trusted_root.json",
                 "--new-bundle-format=false").status == 0


def test_extensions(world):
    flags = ("--local-image", "images/gitlab:latest", *GITLAB, "--trusted-root", "trusted_root.json")
    for pair, status in (("runner-environment=gitlab-hosted", 0), ("runnerEnvironment=gitlab-hosted", 0),
                         ("1.3.6.1.4.1.57264.1.11=gitlab-hosted", 0), ("runner-environment~=^gitlab-", 0),
                         ("runner-environment=gitlab", 12), ("build-signer-uri~=^https://evil/", 12), ("deployment-environment=", 12)):
        result = world("verify", *flags, "--certificate-extension", pair)
        assert result.status == status, result
    result = world("verify", *flags, "--certificate-github-workflow-ref", "refs/heads/main")
    assert result.status == 12 and 'certificate extension "github-workflow-ref" is absent' in last_line(result)


def test_statuses(world):
    """10 no signature, 11 no image, 12 refused, 13 no certificate, 3 could not be read."""
    root = ("--trusted-root", "trusted_root.json")
    write_private_key(world.folder / "private.pem")
    for argv, status in (
        (["images/unsigned:latest", *GITLAB, *root], 10), (["images/gitlab:nope", *GITLAB, *root], 11), (["images/nope", *GITLAB, *root], 11),
        (["images/gitlab:latest", *EMAIL, *root], 12), (["images/key-rekor2:latest", *GITLAB, *root], 13),
        (["cases/old-no-certificate/image:latest", *GITLAB, *root], 13), (["images/gitlab:latest", *GITLAB, "--trusted-root", "nope"], 3),
        (["images/gitlab:latest", "--key", "keys/nope.pub", *root], 3), (["images/gitlab:latest", "--key", "private.pem", *root], 2),
        (["images/gitlab:latest", *GITLAB, "--trusted-root", "keys/p256.pub"], 2),
        (["images/gitlab:latest", *GITLAB, "--trusted-root", "trusted_root.no-logs.json"], 2),
    ):
        result = world("verify", "--local-image", *argv)
        assert result.status == status, result
    result = world("verify-attestation", "--local-image", "images/unsigned:latest", *GITLAB, *root)
    assert result.status == 10 and "attestation-not-found" in last_line(result)
    # The first image that fails decides, and the others are still told about.
    result = world("verify", "--local-image", "images/gitlab:latest", "images/nope", "images/unsigned:latest", *GITLAB, *root)
    assert result.status == 11 and b"signature-not-found" in result.stderr and result.stdout.count(b"critical") == 1


# --- files -------------------------------------------------------------------------

def blob(folder, *argv, **more):
    return run("verify-blob", "--trusted-root", "root.json", *IDENTITY_FLAGS, *argv, cwd=folder, **more)


def test_verified_ok(signed, tmp_path):
    result = blob(tmp_path, "--bundle", "b.json", "artifact")
    assert (result.status, result.stdout, result.stderr) == (0, b"", b"Verified OK\n")


def test_file_from_a_stream(signed, tmp_path):
    assert blob(tmp_path, "--bundle", "b.json", "-", stdin=signed.artifact).status == 0
    assert blob(tmp_path, "--bundle", "b.json", "-", stdin=signed.artifact + b"x").status == 12
    assert blob(tmp_path, "-", stdin=signed.artifact).status == 2


def test_several_bundles_in_a_file(signed, tmp_path):
    """Any line may satisfy; each is told about."""
    other = mint(artifact=b"other\n")
    lines = [json.dumps(json.loads(m.bundle_text)).encode() for m in (other, signed)]
    (tmp_path / "artifact.sigstore.jsonl").write_bytes(b"\n".join(lines) + b"\n\r\n\n")
    result = blob(tmp_path, "artifact", "-o", "report").accepted()
    assert [c["result"] for c in result.candidates] == ["rejected", "accepted"]
    (tmp_path / "artifact.sigstore.jsonl").write_bytes(lines[0] + b"\nnot JSON\n")
    result = blob(tmp_path, "artifact", "-o", "report")
    assert result.status == 12 and result.report["code"] == "artifact-digest-mismatch", result
    assert result.codes == ["artifact-digest-mismatch", "json-malformed"]
    (tmp_path / "artifact.sigstore.jsonl").write_bytes(b"\n\n")
    assert blob(tmp_path, "artifact").status == 10
    (tmp_path / "artifact.sigstore.jsonl").write_bytes((lines[1] + b"\n") * 101)
    assert "limit-exceeded" in last_line(blob(tmp_path, "artifact"))


def test_no_bundle(signed, tmp_path):
    result = blob(tmp_path, "artifact")
    assert result.status == 10 and "signature-not-found: there is no --bundle" in last_line(result)
    assert blob(tmp_path, "--bundle", "nope", "artifact").status == 3
    assert blob(tmp_path, "--bundle", "b.json", "nope").status == 3
    assert blob(tmp_path, "--bundle", "b.json", ".").status == 3
    assert blob(tmp_path, "--bundle", ".", "artifact").status == 3


def test_bundle_that_does_not_parse_says_so(signed, tmp_path):
    """cosign falls back to the old format then and complains about something else (SPEC 10.7)."""
    (tmp_path / "b.json").write_bytes(signed.bundle_text[:-2])
    result = blob(tmp_path, "--bundle", "b.json", "artifact")
    assert result.status == 12 and "json-malformed" in last_line(result)


@pytest.mark.parametrize("option", ["certificate", "certificate-chain", "ca-roots", "timestamp-certificate-chain", "rfc3161-timestamp", "signature"])
def test_options_that_a_bundle_leaves_no_room_for(option, signed, tmp_path):
    (tmp_path / "x").write_text("")
    result = run("verify-blob", *IDENTITY_FLAGS, "--bundle", "b.json", f"--{option}", "root.json", "artifact", cwd=tmp_path)
    assert result.status == 2, result
    if option not in ("certificate-chain", "ca-roots", "timestamp-certificate-chain"):
        assert f"unsupported: --{option} when using --new-bundle-format" in last_line(result)


def test_attestation_is_not_a_signature_of_a_file(world):
    flags = ("--bundle", "blobs/attested-file/bundle.sigstore.json", *GITLAB, "--trusted-root", "trusted_root.json", "blobs/attested-file/artifact")
    result = world("verify-blob", *flags)
    assert result.status == 12 and "predicate-type-mismatch" in last_line(result), result
    assert world("verify-blob", "--any-predicate", *flags).status == 0
    assert world("verify-blob-attestation", "--type", "slsaprovenance1", *flags).status == 0
    assert world("verify-blob-attestation", *flags).status == 12
    digest = "da69f286f03c0d2131b3f95afe7c8d31b4f65cbf5ca49a12c41d8bf02d366a34"
    for by, status in (([digest], 0), (["0" * 64], 12)):
        assert world("verify-blob-attestation", "--type", "slsaprovenance1", *flags[:-1], "--digest", *by, "--digestAlg", "sha256").status == status
    assert world("verify-blob-attestation", *flags[:-1]).status == 2


def write_key(folder, key):
    (folder / "k.pub").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("curve,algorithm", [(ec.SECP256R1(), hashes.SHA256()), (ec.SECP384R1(), hashes.SHA384()),
                                             (ec.SECP521R1(), hashes.SHA512()), (None, None)])
def test_detached_signature(curve, algorithm, tmp_path):
    """In a file as base64 or DER, or as the argument itself; the file is hashed again as the key asks for."""
    data = b"content\n" * 100000
    key = ec.generate_private_key(curve) if curve else ed25519.Ed25519PrivateKey.generate()
    signature = key.sign(data, ec.ECDSA(algorithm)) if curve else key.sign(data)
    write_key(tmp_path, key)
    (tmp_path / "f").write_bytes(data)
    (tmp_path / "f.sig").write_bytes(base64.b64encode(signature) + b"\n")
    (tmp_path / "f.der").write_bytes(signature)
    flags = ("verify-blob", "--key", "k.pub", "--insecure-ignore-tlog", "--signature")
    for given in ("f.sig", "f.der", base64.b64encode(signature).decode()):
        assert run(*flags, given, "f", cwd=tmp_path).status == 0
        assert run(*flags, given, "-", cwd=tmp_path, stdin=data).status == 0
        assert run(*flags, given, "-", cwd=tmp_path, stdin=data[:-1]).status == 12
    assert run(*flags[:3], *flags[4:], "f.sig", "f", cwd=tmp_path).status == 12  # not in a log
    (tmp_path / "g").write_bytes(data + b"x")
    assert run(*flags, "f.sig", "g", cwd=tmp_path).status == 12
    assert run(*flags, "https://example.com/sig", "f", cwd=tmp_path).status == 2


def test_digest_is_not_always_enough(tmp_path):
    """Pure Ed25519 needs the file, P-384 another hash; each is said."""
    data = b"content\n"
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    name = "sha256:" + digest.finalize().hex()
    for key, sign, code in ((ed25519.Ed25519PrivateKey.generate(), lambda k: k.sign(data), {"signature-needs-artifact"}),
                            (ec.generate_private_key(ec.SECP384R1()), lambda k: k.sign(data, ec.ECDSA(hashes.SHA384())),
                             {"artifact-digest-alg-unsupported"})):
        write_key(tmp_path, key)
        result = run("verify-blob", "--key", "k.pub", "--insecure-ignore-tlog", "--signature", base64.b64encode(sign(key)).decode(),
                     "-o", "report", name, cwd=tmp_path)
        assert result.status == 12 and result.report["code"] in code, result


def cosign2_bundle(m, **change):
    return json.dumps({"base64Signature": base64.b64encode(m.signature).decode(), "rekorBundle": m.entries[0].cosign2(),
                       "cert": base64.b64encode(pem("CERTIFICATE", m.leaf.der).encode()).decode(), **change})


def test_cosign_2_blob_bundle(signed, tmp_path):
    """{"base64Signature","cert","rekorBundle"}, and its parts in files beside each other."""
    m = signed
    (tmp_path / "old.bundle").write_text(cosign2_bundle(m))
    for flags in ([], ["--new-bundle-format=false"]):
        assert blob(tmp_path, "--bundle", "old.bundle", *flags, "artifact").status == 0
    (tmp_path / "old.bundle").write_text(cosign2_bundle(m, base64Signature=base64.b64encode(m.signature[:-1] + b"x").decode()))
    assert blob(tmp_path, "--bundle", "old.bundle", "artifact").status == 12
    (tmp_path / "rekor.bundle").write_text(json.dumps(m.entries[0].cosign2()))
    (tmp_path / "c.pem").write_text(pem("CERTIFICATE", m.leaf.der))
    (tmp_path / "c.der").write_bytes(m.leaf.der)
    (tmp_path / "s").write_bytes(base64.b64encode(m.signature))
    for certificate in ("c.pem", "c.der"):
        flags = ("--bundle", "rekor.bundle", "--signature", "s", "--certificate", certificate)
        assert blob(tmp_path, *flags, "artifact", "-o", "report").accepted().candidates[0]["format"] == "detached"
        assert blob(tmp_path, *flags, "root.json").status == 12
    # A certificate was asked for and there is none; a log entry was asked for and there is none.
    assert blob(tmp_path, "--bundle", "rekor.bundle", "--signature", "s", "artifact").status == 13
    result = blob(tmp_path, "--signature", "s", "--certificate", "c.pem", "artifact")
    assert result.status == 12 and "tlog-entry-missing" in last_line(result)
    # A Sigstore bundle is not one of cosign 2's.
    assert blob(tmp_path, "--bundle", "b.json", "--new-bundle-format=false", "artifact").status == 2


def test_detached_timestamp(tmp_path):
    m = mint(timestamp=True, logs=("v1",))
    (tmp_path / "artifact").write_bytes(m.artifact)
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "old.bundle").write_text(cosign2_bundle(m))
    (tmp_path / "t").write_text(json.dumps({"SignedRFC3161Timestamp": base64.b64encode(m.timestamps[0]).decode()}))
    flags = ("--bundle", "old.bundle", "--use-signed-timestamps", "artifact")
    assert blob(tmp_path, *flags, "--rfc3161-timestamp", "t").status == 0
    result = blob(tmp_path, *flags)
    assert result.status == 12 and "time-missing" in last_line(result), result


def test_detached_envelope(tmp_path):
    """verify-blob-attestation --signature: the envelope is the signature file."""
    m = mint(content="att")
    (tmp_path / "artifact").write_bytes(m.artifact)
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "e").write_bytes(m.envelope_text)
    (tmp_path / "c.pem").write_text(pem("CERTIFICATE", m.leaf.der))
    (tmp_path / "rekor.bundle").write_text(json.dumps(m.entries[0].cosign2()))
    flags = ("verify-blob-attestation", "--trusted-root", "root.json", *IDENTITY_FLAGS, "--signature", "e", "--certificate", "c.pem",
             "--bundle", "rekor.bundle")
    assert run(*flags, "artifact", cwd=tmp_path).status == 0
    assert run(*flags, "root.json", cwd=tmp_path).status == 12
    assert run(*flags, "--type", "vuln", "artifact", cwd=tmp_path).status == 12
    assert run(*flags, "--check-claims=false", cwd=tmp_path).status == 0
    assert run(*flags, cwd=tmp_path).status == 2
    assert run(*flags[:6], "--bundle", "rekor.bundle", "artifact", cwd=tmp_path).status == 2


def test_values_that_are_no_strings(tmp_path):
    """What a payload holds beside strings is written again as Go would: names sorted at every depth."""
    claims = {"z": [1, {"b": None, "a": "<"}, True], "a": {"y": 1.5, "x": False}, "Issuer": "somebody else"}
    layout, _, m = image_with({"content": "simplesigning", "knobs": {"claims": lambda c: {**c, "optional": claims}}})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    layout.write(str(tmp_path / "layout"))
    result = verify(tmp_path)
    assert result.status == 0, result
    optional = json.loads(result.stdout)[0]["optional"]
    assert optional["z"] == claims["z"] and optional["a"] == claims["a"] and optional["Issuer"] == ISSUER
    for piece in ('"a":{"x":false,"y":1.5}', '"z":[1,{"a":"\\u003c","b":null},true]}}]\n'):
        assert piece in result.stdout.decode()
    text = verify(tmp_path, "-o", "text")
    assert text.stdout == m.payload + b"\n"
    refused = verify(tmp_path, "-a", "z=1")
    assert refused.status == 12 and 'annotation "z" is "[1' in last_line(refused)


def test_key_from_a_variable(tmp_path):
    m = mint(material="key")
    (tmp_path / "artifact").write_bytes(m.artifact)
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "b.json").write_bytes(m.bundle_text)
    flags = ("verify-blob", "--bundle", "b.json", "--trusted-root", "root.json", "artifact")
    assert run(*flags, "--key", "env://K", cwd=tmp_path, env={"K": m.key.pem}).status == 0
    assert run(*flags, "--key", "env://K", cwd=tmp_path, env={"K": mint(material="key").key.pem[:-40]}).status == 2
    assert run(*flags, "--key", "env://K", cwd=tmp_path, env={"K": ""}).status == 2


# --- trust -------------------------------------------------------------------------

def test_which_trust_root(signed, tmp_path):
    """--trusted-root, else PLOMB_TRUSTED_ROOT, else the one compiled in."""
    (tmp_path / "other.json").write_bytes(mint().trusted_root_text)
    flags = ("verify-blob", "--bundle", "b.json", *IDENTITY_FLAGS, "artifact")
    good, bad = str(tmp_path / "root.json"), str(tmp_path / "other.json")
    assert run(*flags, "--trusted-root", good, cwd=tmp_path).status == 0
    assert run(*flags, cwd=tmp_path, env={"PLOMB_TRUSTED_ROOT": good}).status == 0
    assert run(*flags, "--trusted-root", good, cwd=tmp_path, env={"PLOMB_TRUSTED_ROOT": bad}).status == 0
    assert run(*flags, cwd=tmp_path).status == 12
    assert run(*flags, cwd=tmp_path, env={"PLOMB_TRUSTED_ROOT": "/nonexistent"}).status == 3


@pytest.mark.parametrize("name", ["PLOMB_TRUSTED_ROOT", "SIGSTORE_ROOT_FILE", "SIGSTORE_REKOR_PUBLIC_KEY",
                                  "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", "SIGSTORE_TSA_CERTIFICATE_FILE", "TUF_ROOT"])
def test_empty_variables_are_said(name, signed, tmp_path):
    """A script whose own variable is missing does not get the default where it named something else."""
    flags = ("verify-blob", "--bundle", "b.json", *IDENTITY_FLAGS, "artifact")
    result = run(*flags, cwd=tmp_path, env={name: ""})
    assert result.status == 2 and last_line(result).startswith(f"plomb: config-invalid: {name}: "), result
    # What the command line says is not asked of the environment.
    assert run(*flags, "--trusted-root", "root.json", cwd=tmp_path, env={name: ""}).status == 0


def test_empty_repository_is_said(image):
    result = run("verify", *IDENTITY_FLAGS, "localhost:1/app", cwd=image, env={"COSIGN_REPOSITORY": ""})
    assert result.status == 2 and last_line(result).startswith("plomb: config-invalid: COSIGN_REPOSITORY: "), result


@pytest.mark.parametrize("flags", [
    ["--key", "/dev/zero"],
    [*IDENTITY_FLAGS, "--trusted-root", "/dev/zero"],
    [*IDENTITY_FLAGS, "--certificate-chain", "/dev/zero"],
    [*IDENTITY_FLAGS, "--ca-roots", "/dev/zero"],
    [*IDENTITY_FLAGS, "--timestamp-certificate-chain", "/dev/zero"],
], ids=lambda flags: flags[-2])
def test_what_the_user_says_without_end(flags, signed, tmp_path):
    """A matter of configuration, not a verdict on the file."""
    result = run("verify-blob", *flags, "--bundle", "b.json", "artifact", cwd=tmp_path)
    assert result.status == 2 and last_line(result).startswith("plomb: config-invalid: /dev/zero: "), result



def test_compiled_in_root(no_network, tmp_path):
    case = VECTORS / "conformance"
    result = run("verify-bundle", "--bundle", case / "happy-path-v0.3" / "bundle.sigstore.json", "--certificate-identity",
                 "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
                 "extremely-dangerous-oidc-beacon.yml@refs/heads/main", "--certificate-oidc-issuer",
                 "https://token.actions.githubusercontent.com", case / "a.txt", cwd=tmp_path, namespace=True)
    assert result.status == 0, result


OLD_ENV = {"SIGSTORE_REKOR_PUBLIC_KEY": "keys/rekor.pub", "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": "keys/ct.pub"}


@pytest.mark.parametrize("flags,env,status", [
    (["--certificate-chain", "keys/fulcio.pem"], OLD_ENV, 0),
    (["--ca-roots", "keys/fulcio.pem"], OLD_ENV, 0),
    (["--ca-roots", "root.pem", "--ca-intermediates", "intermediate.pem"], OLD_ENV, 0),
    (["--ca-roots", "intermediate.pem"], OLD_ENV, 2),
    ([], {**OLD_ENV, "SIGSTORE_ROOT_FILE": "keys/fulcio.pem"}, 0),
    ([], OLD_ENV, 12),
    (["--certificate-chain", "keys/fulcio.pem"], {"SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": "keys/ct.pub"}, 12),
    (["--certificate-chain", "keys/fulcio.pem"], {"SIGSTORE_REKOR_PUBLIC_KEY": "keys/rekor.pub"}, 12),
    (["--certificate-chain", "keys/fulcio.pem", "--insecure-ignore-sct"], {"SIGSTORE_REKOR_PUBLIC_KEY": "keys/rekor.pub"}, 0),
    (["--certificate-chain", "keys/tsa.pem"], OLD_ENV, 12),
    (["--certificate-chain", "keys/rekor.pub"], OLD_ENV, 2),
    (["--certificate-chain", "keys/fulcio.pem"], {**OLD_ENV, "SIGSTORE_REKOR_PUBLIC_KEY": "keys/fulcio.pem"}, 2),
    (["--certificate-chain", "keys/fulcio.pem"], {**OLD_ENV, "SIGSTORE_REKOR_PUBLIC_KEY": "keys/nope"}, 3),
    (["--certificate-chain", "keys/fulcio.pem", "--timestamp-certificate-chain", "keys/tsa.pem", "--use-signed-timestamps"], OLD_ENV, 0),
    (["--certificate-chain", "keys/fulcio.pem", "--use-signed-timestamps"], {**OLD_ENV, "SIGSTORE_TSA_CERTIFICATE_FILE": "keys/tsa.pem"}, 0),
    # A root named on the command line is the whole truth.
    (["--trusted-root", "trusted_root.json"], {**OLD_ENV, "SIGSTORE_REKOR_PUBLIC_KEY": "keys/p256.pub"}, 0),
    ([], {"PLOMB_TRUSTED_ROOT": "trusted_root.json", "SIGSTORE_REKOR_PUBLIC_KEY": "keys/p256.pub"}, 12),
])
def test_trust_from_pem_files(flags, env, status, world):
    """cosign 2's options and variables, each of which replaces its part of the root."""
    chain = re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----\n", (world.folder / "keys/fulcio.pem").read_text(), re.S)
    (world.folder / "intermediate.pem").write_text(chain[0])
    (world.folder / "root.pem").write_text(chain[1])
    result = world("verify", "--local-image", "images/old-email:latest", *EMAIL, *flags, env=env)
    if status == 2 and "keys/fulcio.pem" in env.get("SIGSTORE_REKOR_PUBLIC_KEY", ""):
        assert result.status in (2, 12), result
        return
    assert result.status == status, result


def test_create_and_show(world, tmp_path):
    result = world("trusted-root", "create", "--out", tmp_path / "new.json",
                   "--fulcio", "url=https://fulcio.example.com,certificate-chain=keys/fulcio.pem",
                   "--rekor", "url=http://127.0.0.1:7703,public-key=keys/rekor.pub,start-time=2026-11-24T00:00:00Z",
                   "--ctfe", "url=https://ct.example.com,public-key=keys/ct.pub,start-time=2026-11-24T00:00:00Z,end-time=2030-01-01T00:00:00Z",
                   "--tsa", "url=https://tsa.example.com,certificate-chain=keys/tsa.pem")
    assert result.status == 0 and result.stdout == b"", result
    root = json.loads((tmp_path / "new.json").read_text())
    made = json.loads((world.folder / "trusted_root.json").read_text())
    assert root["tlogs"][0]["logId"] == made["tlogs"][0]["logId"] and root["ctlogs"][0]["logId"] == made["ctlogs"][0]["logId"]
    assert root["tlogs"][0]["publicKey"]["keyDetails"] == "PKIX_ECDSA_P256_SHA_256"
    assert root["certificateAuthorities"][0]["certChain"] == made["certificateAuthorities"][0]["certChain"]
    assert root["timestampAuthorities"][0]["certChain"] == made["timestampAuthorities"][0]["certChain"]
    assert world("verify", "--local-image", "images/old-email:latest", *EMAIL, "--trusted-root", tmp_path / "new.json").status == 0
    shown = world("trusted-root", "show", "--trusted-root", tmp_path / "new.json")
    assert shown.status == 0 and b"from 2026-11-24T00:00:00Z to 2030-01-01T00:00:00Z" in shown.stdout
    assert world("trusted-root", "show", "--trusted-root", tmp_path / "new.json", "-o", "json").stdout == (tmp_path / "new.json").read_bytes()


def test_create_for_rekor_2(world, tmp_path):
    """The log's id is that of its name and key (SPEC 7.3): a root for the world's Rekor v2 without its own file."""
    made = json.loads((world.folder / "trusted_root.json").read_text())
    log = next(log for log in made["tlogs"] if log["publicKey"]["keyDetails"] == "PKIX_ED25519")
    (tmp_path / "log.pub").write_text("-----BEGIN PUBLIC KEY-----\n" + log["publicKey"]["rawBytes"] + "\n-----END PUBLIC KEY-----\n")
    result = world("trusted-root", "create", "--certificate-chain", "keys/fulcio.pem", "--timestamp-certificate-chain", "keys/tsa.pem",
                   "--rekor", f"url=http://localhost:7704,public-key={tmp_path}/log.pub,start-time=2026-11-24T00:00:00Z,origin=localhost",
                   "--ctfe", "url=https://x,public-key=keys/ct.pub,start-time=2026-11-24T00:00:00Z")
    root = json.loads(result.stdout)
    assert root["tlogs"][0]["logId"] == log["logId"]
    (tmp_path / "new.json").write_bytes(result.stdout)
    assert world("verify", "--local-image", "images/gitlab:latest", *GITLAB, "--trusted-root", tmp_path / "new.json").status == 0


def test_create_on_top_of_the_default(world):
    base = json.loads(world("trusted-root", "show", "--output", "json").stdout)
    root = json.loads(world("trusted-root", "create", "--with-default-services", "--no-default-tsa", "--rekor",
                            "url=https://x,public-key=keys/rekor.pub,start-time=2026-11-24T00:00:00Z").stdout)
    assert root["tlogs"][:-1] == base["tlogs"] and root["tlogs"][-1]["baseUrl"] == "https://x"
    assert root["timestampAuthorities"] == [] and root["certificateAuthorities"] == base["certificateAuthorities"]


@pytest.mark.parametrize("spec,status", [
    ("url=x,public-key=keys/fulcio.pem,start-time=2026-11-24T00:00:00Z", 2), ("url=x,public-key=nope,start-time=2026-11-24T00:00:00Z", 3),
    ("url=x,public-key=keys/rekor.pub,start-time=yesterday", 2), ("url=x,public-key=keys/rekor.pub,start-time=2026-11-24T00:00:00Z,url=y", 2),
    ("url=,public-key=keys/rekor.pub,start-time=2026-11-24T00:00:00Z", 2), ("url=x,public-key=private.pem,start-time=2026-11-24T00:00:00Z", 2),
])
def test_create_refuses(spec, status, world, tmp_path):
    write_private_key(world.folder / "private.pem")
    result = world("trusted-root", "create", "--rekor", spec, "--out", tmp_path / "r.json")
    assert result.status == status and not (tmp_path / "r.json").exists(), result


# --- inspect -----------------------------------------------------------------------

def test_inspect(world):
    text = world("inspect", "blobs/attested-file/bundle.sigstore.json").stdout.decode()
    assert text.startswith("not verified: ")
    for line in ("  subject                          https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main",
                 "    Runner Environment             gitlab-hosted", "  predicate type                   https://slsa.dev/provenance/v1"):
        assert line in text.splitlines(), text
    told = json.loads(world("inspect", "-o", "json", "blobs/attested-file/bundle.sigstore.json").stdout)
    assert told["verified"] is False and told["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert told["certificate"]["extensions"]["runnerEnvironment"] == "gitlab-hosted"
    assert told["logEntries"][0]["kind"] == "hashedrekord" and told["timestamps"][0]["time"].startswith("2026-11-24T")
    assert told["statement"]["subjects"][0]["digest"]["sha256"].startswith("da69f286")
    told = json.loads(world("inspect", "-o", "json", "blobs/p256-rekor1/bundle.sigstore.json").stdout)
    assert told["content"] == "message-signature" and told["keyHint"] and told["logEntries"][0]["promise"] == "present"
    assert world("inspect", "keys/p256.pub").status == 12
    assert world("inspect", "nope").status == 3


def test_inspect_of_every_stored_bundle(tmp_path):
    """Whatever is in it: JSON that is JSON, or a refusal."""
    for bundle in sorted((VECTORS / "conformance").glob("*/bundle.sigstore.json")):
        result = run("inspect", "--output", "json", bundle, cwd=tmp_path)
        assert result.status in (0, 12, 13), result
        if result.status == 0:
            assert json.loads(result.stdout)["verified"] is False
        assert run("inspect", bundle, cwd=tmp_path).status == result.status
