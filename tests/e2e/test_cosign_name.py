"""
Started under cosign's name (ln -s plomb cosign): its exit statuses, the shape
of its errors, its flags. What the real cosign said about the same cases,
word for word, is in vectors/fixtures/cosign_said.json.xz.
"""
import json
import lzma
import os
import re
import shutil
import subprocess
import time

import pytest

from plomb import IDENTITY_FLAGS, ISSUER, PROGRAM, SIGNING, VECTORS, image_with, mint, run, signs
from registry import Repository, Server
from test_fixtures import CASES

SAID = json.loads(lzma.open(VECTORS / "fixtures" / "cosign_said.json.xz").read())
RUNS = [(name, one["argv"][0]) for name in sorted(SAID) for one in SAID[name]]

# The exit statuses that differ: ours, and why.
HIDES = "cosign takes a bundle that it cannot read for none at all, and says 10; here it is told what is wrong with it"
WRONG = "cosign 3 cannot verify this key's good signature"
SILENT = "cosign 2 looks elsewhere without a word when it does not like a referrer"
STATUS = {
    ("attested-not-signed", "cosign3"): (1, "cosign takes any attestation for a signature; --any-predicate does so here"),
    ("gitlab-cosign2-annotation", "cosign2"): (1, "cosign 2 does not look at annotations of bundles"),
    **{(name, "cosign3"): (1, HIDES) for name in ("bad-version", "empty", "no-proof", "not-json")},
    **{(name, "cosign3"): (0, WRONG) for name in ("blob-ed25519", "blob-p384-rekor1", "blob-p384-rekor2", "blob-p521-rekor1",
                                                  "blob-p521-rekor2", "key-p384", "key-p521")},
    **{(name, "cosign2"): (12, SILENT) for name in ("old-oci11-wrong", "old-oci11-fallback-wrong")},
}

# What is printed about an accepted image differs:
OUTPUT = {
    ("gitlab-cosign2", "cosign2"): "cosign 2 drops the annotations of a bundle",
    ("key-p384", "cosign2"): "cosign 2 drops the annotations of a bundle",
    ("key-p521", "cosign2"): "cosign 2 drops the annotations of a bundle",
    ("gitlab-saved", "cosign3"): "cosign 3 prints empty structures for a local image",
}
LOGGED = "cosign says that it looked at the log where it was told not to"
HEADER = {
    ("gitlab-nolog-ignored", "cosign3"): LOGGED,
    ("key-bare-ignored", "cosign3"): LOGGED,
    ("gitlab-regexp", "cosign3"): "here it is warned of a pattern that is not anchored",
}

# The words of cosign that are kept; where the real one says one of them about a case, so do we.
WORDS = [
    "no matching signatures: ",
    "no matching attestations: ",
    "no signatures found",
    "image tag not found: ",
    "missing or incorrect annotation",
    "invalid or missing digest in claim: sha256:",
    "none of the expected identities matched what was in the certificate, got subjects [",
    "failed to verify certificate identity: no matching CertificateIdentity found, last error: expected SAN value ",
    "failed to verify certificate identity: no matching CertificateIdentity found, last error: expected issuer value ",
    "none of the attestations matched the predicate type: ",
    "provided artifact digest does not match any digest in statement",
    "invalid signature when validating ASN.1 encoded signature",
    "accepted signatures do not match threshold, Found: 0, Expected 1",
    "leaf certificate verification failed",
    "only able to verify 0 SCT entries; unable to meet threshold of 1",
    "offline verification failed",
    "unable to verify SET",
    "expected key signature, not certificate",
]
# Unless the check that refuses here comes before the one that refuses there.
OTHER_CHECK = {
    ("bad-version", "cosign3"), ("empty", "cosign3"), ("no-proof", "cosign3"), ("not-json", "cosign3"), ("key-bad-payload-type", "cosign3"),
    ("old-oci11-wrong", "cosign2"), ("old-oci11-fallback-wrong", "cosign2"),
}


@pytest.fixture(scope="session")
def cosign(tmp_path_factory):
    """A link of that name, beside the program's own."""
    path = tmp_path_factory.mktemp("bin") / "cosign"
    os.symlink(PROGRAM, path)
    return path


def replay(cosign, folder, name, program):
    """The recorded command line, with a registry that serves the case: the run, and what the real cosign did."""
    case = CASES[name]
    said = next(one for one in SAID[name] if one["argv"][0] == program)
    argv = said["argv"][1:]
    # cosign 2 was given the world's keys by files and variables.
    env = {} if any(word.startswith("--trusted-root") for word in argv) else {"PLOMB_TRUSTED_ROOT": "trusted_root.json"}
    if "reference" not in case or case.get("local"):
        return run(*argv, program=str(cosign), cwd=folder, env=env), said, "REGISTRY"
    repository = re.split("[@:]", case["reference"][case["reference"].index("/") + 1:])[0]
    with Server({repository: Repository.from_layout(folder / case["layout"], case["referrers_api"])}) as server:
        argv = [word.replace("REGISTRY", server.name) for word in argv]
        return run(*argv, program=str(cosign), cwd=folder, env=env), said, server.name


def error_of(result):
    """The message; it stands there twice, as cosign says it."""
    text = result.stderr.decode()
    at = text.index("Error: ")
    message, rest = text[at + 7:].split("\nerror during command execution: ", 1)
    assert rest == message + "\n", result
    return message


def test_tables_are_of_cases():
    assert len(SAID) == len(CASES) == 179
    for table in (STATUS, OUTPUT, HEADER):
        assert set(table) <= set(RUNS)
    assert OTHER_CHECK <= set(RUNS)


@pytest.mark.parametrize("name,program", RUNS)
def test_says_what_cosign_says(name, program, cosign, fixtures):
    result, said, server = replay(cosign, fixtures, name, program)
    expected, why = STATUS.get((name, program), (said["status"], "the same"))
    assert result.status == expected, (why, result)
    # A row that is no difference any more is to go.
    assert (expected == said["status"]) == ((name, program) not in STATUS)
    if result.status != 0:
        assert result.stdout == b"", result
        message = error_of(result).replace(server, "REGISTRY")
        for words in WORDS if (name, program) not in OTHER_CHECK and said["status"] != 0 else []:
            assert words not in said["stderr"] or words in message, (words, said["stderr"], message)
        return
    if (name, program) not in STATUS:
        same = result.stdout.decode().replace(server, "REGISTRY") == said["stdout"]
        assert same == ((name, program) not in OUTPUT), (said["stdout"], result)
        same = result.stderr.decode().replace(server, "REGISTRY") == said["stderr"]
        assert same == ((name, program) not in HEADER), (said["stderr"], result)


def test_reason_is_told_in_both_words(cosign, fixtures):
    result, _, _ = replay(cosign, fixtures, "old-wrong-annotation", "cosign3")
    assert error_of(result) == ('no matching signatures: missing or incorrect annotation '
                                '(annotation-mismatch: annotation "tag" is "main", wanted "v1")')
    result, _, _ = replay(cosign, fixtures, "other-entry", "cosign3")
    assert error_of(result).startswith("no matching attestations: tlog-signature-mismatch: the log entry is about another signature")


# --- names -------------------------------------------------------------------------

@pytest.mark.parametrize("name,status", [("cosign", 1), ("cosign-linux-amd64", 1), ("cosign3", 2), ("plomb", 2), ("sigstore", 2)])
def test_names(name, status, tmp_path):
    """cosign's own name and those of its releases; cosign2 and cosign3 are somebody's real ones."""
    path = tmp_path / name
    shutil.copy(PROGRAM, path)
    assert run("verify", program=str(path), cwd=tmp_path).status == status
    # Only argv[0] counts.
    result = subprocess.run(["/x/" + name, "verify"], executable=path, capture_output=True, env={})
    assert result.returncode == status
    assert result.stderr.startswith(b"Error: " if status == 1 else b"plomb: ")


# --- errors ------------------------------------------------------------------------

ERRORS = [
    # command line, what the message begins with
    (["frobnicate"], 'unknown command "frobnicate" for "cosign"'),
    (["verify", "--frob"], "unknown flag: --frob"),
    (["verify", "x"], "--certificate-identity or --certificate-identity-regexp is required for verification in keyless mode"),
    (["verify", "--certificate-identity", "i", "x"],
     "--certificate-oidc-issuer or --certificate-oidc-issuer-regexp is required for verification in keyless mode"),
    (["verify", "--sk", "x"], "--sk: hardware keys"),
    (["verify", "--key", "awskms:///alias/x", "x"], "--key awskms:///alias/x: keys are read from PEM files"),
    (["verify", "--key", "nowhere.pub", "x"], "nowhere.pub: no such file"),
    (["verify", *IDENTITY_FLAGS, "-a", "tag", "x"], "--annotations: no = in tag"),
    (["verify", *IDENTITY_FLAGS, "--local-image", "nowhere"], "nowhere: there is no file or directory nowhere"),
    (["verify", *IDENTITY_FLAGS, "Nope"], "Nope: "),
    (["verify-blob", *IDENTITY_FLAGS, "--bundle", "nowhere", "here"], "here: nowhere: no such file"),
    (["verify-blob", *IDENTITY_FLAGS, "--bundle", "nowhere", "--signature", "s", "sha256:00"], "sha256:00: there is no such file"),
    (["attach", "x"], "attach: not in this build"),
    (["trusted-root"], 'unknown command "trusted-root" for "cosign"'),
]


@pytest.mark.parametrize("argv,text", ERRORS, ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "")
def test_errors(argv, text, cosign, tmp_path):
    (tmp_path / "here").write_text("x")
    result = run(*argv, program=str(cosign), cwd=tmp_path)
    assert result.status == 1 and result.stdout == b"", result
    assert error_of(result).startswith(text), result
    assert b"plomb:" not in result.stderr


def test_nothing_asked_for_is_no_yes(cosign, tmp_path):
    """cosign says 0 here, and so lets a script pass whose variables are not set."""
    result = run(program=str(cosign), cwd=tmp_path)
    assert result.status == 1 and b"verify-blob-attestation" in result.stderr
    assert run("verify", "--help", program=str(cosign), cwd=tmp_path).status == 0


def registry_of(folder):
    """A signed image, one that is not, and what cosign asks for first."""
    layout, _, m = image_with({"annotations": {"tag": "v1"}})
    (folder / "root.json").write_bytes(m.trusted_root_text)
    layout.write(str(folder / "signed"))
    plain, _, _ = image_with({}, attach=False)
    plain.write(str(folder / "plain"))
    return {name: Repository.from_layout(folder / name, True) for name in ("signed", "plain")}


def test_registry_statuses(cosign, tmp_path):
    flags = (*IDENTITY_FLAGS, "--trusted-root", "root.json")
    with Server(registry_of(tmp_path)) as server:
        def ask(*argv, command="verify", **more):
            return run(command, *flags, *argv, program=str(cosign), cwd=tmp_path, **more)
        signed, plain = f"{server.name}/signed:latest", f"{server.name}/plain:latest"
        for argv, status, text in (
            ([plain], 10, "no signatures found"),
            ([f"{server.name}/plain:nope"], 11, "image tag not found: "),
            ([f"{server.name}/nope:x"], 11, "image tag not found: "),
            ([f"{server.name}/plain@sha256:" + "0" * 64], 10, "no signatures found"),
            ([signed, "-a", "tag=v2"], 1, "no matching attestations: missing or incorrect annotation "),
            (["localhost:1/nobody:x"], 1, "localhost:1/nobody:x: "),
            ([plain, "--platform", "linux/arm64"], 10, "no signatures found"),
        ):
            result = ask(*argv)
            assert result.status == status and error_of(result).startswith(text), result
        for argv in ([plain], [f"{server.name}/plain:nope"], [signed, "--type", "vuln"]):
            assert ask(*argv, command="verify-attestation").status == 1
        # What does not matter to us is taken.
        result = ask(signed, "--offline", "--max-workers", "3", "--new-bundle-format", "--experimental-oci11", "--k8s-keychain=false",
                     "--allow-http-registry", "-t", "2m", "--rekor-url", "https://rekor.sigstore.dev")
        assert result.status == 0 and json.loads(result.stdout)[0]["optional"] == {"tag": "v1"}, result
        # cosign stops at the first that fails, and has printed what was good before it.
        before = len(server.requests)
        result = ask(signed, plain, signed)
        assert result.status == 10 and result.stdout.count(b"critical") == 1
        assert error_of(result) == "no signatures found"
        assert len(server.requests) - before > 2
        before = len(server.requests)
        assert ask(plain, signed).status == 10
        assert not any("/signed/" in path for _, path in server.requests[before:])


def test_the_last_value_wins(cosign, tmp_path):
    """As pflag has it; under our own name two values are an error."""
    flags = ("verify", "--certificate-identity", "nobody", *IDENTITY_FLAGS, "--trusted-root", "root.json", "-a", "tag=v2", "-a", "tag=v1",
             "-o", "text", "-o", "json")
    with Server(registry_of(tmp_path)) as server:
        result = run(*flags, f"{server.name}/signed:latest", program=str(cosign), cwd=tmp_path)
        assert result.status == 0 and json.loads(result.stdout), result
        assert run(*flags, f"{server.name}/signed:latest", cwd=tmp_path).status == 2
        result = run(*flags, "-a", "tag=v3", f"{server.name}/signed:latest", program=str(cosign), cwd=tmp_path)
        assert result.status == 1, result


def test_answers_that_nobody_got(cosign, tmp_path):
    m = mint()
    (tmp_path / "artifact").write_bytes(m.artifact)
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "b.json").write_bytes(m.bundle_text)
    argv = [cosign, "verify-blob", "--bundle", "b.json", "--trusted-root", "root.json", *IDENTITY_FLAGS, "artifact"]
    good = subprocess.run(argv, cwd=tmp_path, capture_output=True)
    assert (good.returncode, good.stdout, good.stderr) == (0, b"", b"Verified OK\n")
    with open("/dev/full", "wb") as full:
        assert subprocess.run(argv, cwd=tmp_path, stderr=full).returncode == 1
        assert subprocess.run([cosign, "version"], stdout=full, stderr=subprocess.PIPE).returncode == 1


def test_deadline(cosign, tmp_path):
    with Server({}, hook=lambda request: time.sleep(2)) as server:
        result = run("verify", *IDENTITY_FLAGS, "-t", "200ms", f"{server.name}/x:y", program=str(cosign), cwd=tmp_path)
    assert result.status == 1 and error_of(result) == "context deadline exceeded", result


def test_unanchored_pattern_is_warned_of(cosign, tmp_path):
    with Server(registry_of(tmp_path)) as server:
        result = run("verify", "--certificate-identity-regexp", "mint", "--certificate-oidc-issuer", ISSUER, "--trusted-root", "root.json",
                     f"{server.name}/signed:latest", program=str(cosign), cwd=tmp_path)
    assert result.status == 0 and result.stderr.startswith(b"WARNING: --certificate-identity-regexp has no ^ and $"), result


# --- version -----------------------------------------------------------------------

def test_version(cosign, tmp_path):
    """What scripts look for in it, and no pretence."""
    result = run("version", program=str(cosign), cwd=tmp_path)
    assert result.status == 0 and b"plomb" in result.stdout.splitlines()[0]
    assert re.search(rb"^GitVersion:    v3\.1\.3\+plomb\.\d+\.\d+\.\d+$", result.stdout, re.M), result
    told = json.loads(run("version", "--json", program=str(cosign), cwd=tmp_path).stdout)
    assert list(told) == ["gitVersion", "gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"]
    assert told["gitVersion"].startswith("v3.1.3+plomb.")


# --- flags -------------------------------------------------------------------------

FLAGS = [line.split() for line in (VECTORS / "cosign" / "flags.txt").read_text().splitlines() if not line.startswith("#")]

HARDWARE, IMAGE = "hardware keys are not supported", "an image's"
VERIFY = ("verify", "verify-attestation", "verify-blob", "verify-blob-attestation")
SIGN = ("sign", "attest", "sign-blob", "attest-blob")
# The flags of cosign that are refused, and what begins the reason; every other one works.
REFUSED = {
    **{(command, "sk"): HARDWARE for command in VERIFY},
    **{(command, "slot"): HARDWARE for command in VERIFY},
    **{(command, "sct"): "detached certificate timestamps" for command in VERIFY},
    **{(command, "rekor-url"): "no log is asked online" for command in VERIFY},
    **{(command, "certificate"): IMAGE for command in VERIFY[:2]},
    ("verify", "signature"): IMAGE,
    ("verify", "payload"): IMAGE,
    ("verify", "attachment"): "attachments are not verified",
    ("verify-attestation", "policy"): "CUE and Rego",
    **{(command, "k8s-keychain"): "logins come from docker's configuration" for command in ("verify", "verify-attestation", "tree")},
    ("initialize", "staging"): "only the public-good root is compiled in",
    **{(command, "sk"): HARDWARE for command in SIGN},
    **{(command, "slot"): HARDWARE for command in SIGN},
    **{(command, "k8s-keychain"): "logins come from docker's configuration" for command in SIGN[:2]},
    **{(command, "certificate"): IMAGE for command in SIGN},
    **{(command, "certificate-chain"): "a certificate comes from --fulcio-url" for command in SIGN},
    **{(command, "oidc-client-secret-file"): "a client with a secret" for command in SIGN},
    **{(command, "oidc-redirect-url"): "no browser" for command in SIGN},
    **{(command, f"timestamp-client-{what}"): "nobody logs in" for command in SIGN for what in ("cacert", "cert", "key")},
    **{(command, "timestamp-server-name"): "nobody logs in" for command in SIGN},
    **{(command, "record-creation-timestamp"): "cosign 2's formats have no time" for command in SIGN[:2]},
    ("sign", "attachment"): "attachments are not verified, and not signed",
    ("sign", "payload"): "an image's payloads",
    ("attest", "replace"): "nothing that others attached",
    ("attest", "statement"): "the statement is made here",
    ("attest-blob", "statement"): "the statement is made here",
    ("attest-blob", "rfc3161-timestamp-bundle"): "the bundle holds the timestamp",
}
# A value that is not refused for being none.
CHAIN, LOG = "url=http://x,certificate-chain=nowhere", "url=http://x,public-key=nowhere,start-time=2024-01-01T00:00:00Z"
VALUE = {"rekor-entry-type": "dsse", "signing-algorithm": "ecdsa-sha2-256-nistp256", "hash": 64 * "0", "timeout": "1m", "output-file": "out", "max-workers": "3", "registry-referrers-mode": "legacy", "annotations": "k=v", "digestAlg": "sha256", "output": "json",
         "signature-digest-algorithm": "sha256", "fulcio": CHAIN, "tsa": CHAIN, "rekor": LOG, "ctfe": LOG}


def test_flags_are_all_there():
    assert len(FLAGS) == 411 and {row[3] for row in FLAGS} == {"2.6.5", "3.1.3", "2.6.5,3.1.3"}
    assert set(REFUSED) <= {(row[0], row[1]) for row in FLAGS}


@pytest.mark.parametrize("command,option,kind", [row[:3] for row in FLAGS if signs() or row[0] not in SIGNING])
def test_flag(command, option, kind, cosign, tmp_path):
    """Supported, or refused by its name: never unknown, never ignored."""
    words = command.split("_")
    helped = run("help", *words, program=str(cosign), cwd=tmp_path)
    result = run(*words, f"--{option}" + ("" if kind == "switch" else "=" + VALUE.get(option, "x")), program=str(cosign), cwd=tmp_path,
                 env={"HOME": str(tmp_path / "home")})
    text = result.stderr.decode()
    if b"\n  " + words[0].encode() + b" " not in run("help", cwd=tmp_path).stdout:
        # A command that this build lacks says that it does, and knows its options all the same.
        assert error_of(result) == f"{command}: not in this build", result
        return
    if (command, option) in REFUSED:
        assert result.status == 1, result
        assert error_of(result).startswith(f"--{option}: {REFUSED[command, option]}"), result
        return
    assert helped.status == 0 and re.search(rf"^  (-[a-z], )?--{option}( |$)", helped.stdout.decode(), re.M), helped
    for words in ("unknown flag", "is not an option of", "not supported", f"Error: --{option}: "):
        assert words not in text, result
