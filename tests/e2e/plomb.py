"""
Run the program on minted or stored material, offline, in a clean environment.

PLOMB names the program (default: ./plomb of this tree).
"""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
TREE = TESTS.parent
VECTORS = TESTS / "vectors"
sys.path.insert(0, str(TESTS))

import mint as _mint  # noqa: E402
from mint import IDENTITY, ISSUER, Layout, mint  # noqa: E402

PROGRAM = os.path.realpath(os.environ.get("PLOMB", str(TREE / "plomb")))
# The commands of the signing module, and whether the program has it: asked of the program (make SIGN=0 builds one without).
SIGNING = ("sign", "attest", "sign-blob", "attest-blob", "sign-bundle", "generate-key-pair", "import-key-pair", "public-key")


def signs():
    shown = subprocess.run([PROGRAM, "version", "--output", "json"], capture_output=True, check=True).stdout
    profile = json.loads(shown)["profile"]
    assert profile in ("full", "full-offline", "verifier", "offline"), profile
    return profile.startswith("full")


def build(name, *settings, folder="build"):
    """Have make build a file of another kind of build, with the signing module if the program has it; returns its path."""
    kept = signs()
    path = f"{folder}/{name}" if kept else f"{folder}/verifier/{name}"
    target = name if name == "faulty" else path
    subprocess.run(["make", "-s", f"SIGN={int(kept)}", *settings, target], cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    return str(TREE / path)


EXIT = {"USAGE": 2, "UNDECIDED": 3, "NO_SIGNATURE": 10, "NO_IMAGE": 11, "REJECTED": 12, "NO_CERT": 13}


def status_list():
    """{code: exit status} of src/plomb.h, the one list of reasons."""
    text = (TREE / "src" / "plomb.h").read_text()
    found = re.findall(r'X\([A-Z_0-9]+, "([a-z0-9-]+)", ([A-Z_]+), "', text)
    assert len(found) > 100
    return {code: EXIT[name] for code, name in found}


STATUS = status_list()


def unpack_fixtures(folder):
    """What the real servers and cosigns made, unpacked under a folder; returns where."""
    with tarfile.open(VECTORS / "fixtures" / "fixtures.tar.xz") as archive:
        for member in archive:
            assert member.isfile() or member.isdir()
            assert not member.name.startswith("/") and ".." not in member.name
        archive.extractall(folder)
    return folder / "fixtures"


class Run:
    def __init__(self, argv, status, stdout, stderr):
        self.argv, self.status, self.stdout, self.stderr = argv, status, stdout, stderr

    @property
    def report(self):
        return json.loads(self.stdout)

    @property
    def candidates(self):
        return self.report.get("candidates", [])

    @property
    def codes(self):
        """Each candidate's reason, in order."""
        return [candidate.get("code") for candidate in self.candidates]

    def __repr__(self):
        return (f"$ {' '.join(self.argv)}\nexit {self.status}\nstdout: {self.stdout[:4000].decode('utf8', 'replace')}"
                f"\nstderr: {self.stderr[:2000].decode('utf8', 'replace')}")

    # --- what tests claim ---------------------------------------------------------

    def accepted(self):
        assert self.status == 0, self
        report = self.report
        assert report["result"] == "accepted", self
        assert any(c["result"] == "accepted" for c in self.candidates), self
        return self

    def refused(self, code, any_candidate=False, status=None):
        """Refused for that reason: the exit status, the candidate's code, and a check that says the same."""
        codes = {code} if isinstance(code, str) else set(code)
        expected = {STATUS[c] for c in codes} if status is None else {status}
        assert self.status in expected, self
        if self.status == 2 or self.status == 3:
            return self.mentions(codes)
        report = self.report
        assert report["result"] == "rejected", self
        candidates = self.candidates
        if not candidates:
            assert report["code"] in codes, self
            return self
        assert all(c["result"] == "rejected" for c in candidates), self
        if not any_candidate:
            assert len(candidates) == 1, self
        chosen = [c for c in candidates if c["code"] in codes]
        assert chosen, self
        for candidate in chosen:
            failed = [c for c in candidate.get("checks", []) if c.get("code") == candidate["code"]]
            assert failed or not candidate.get("checks"), self
            assert not any(c.get("result") in ("pass", "ok", "accepted") for c in failed), self
        assert report["code"] in codes | {"no-matching-signature"}, self
        return self

    def mentions(self, codes):
        """The reason stands in the report or, before there is one, on stderr."""
        codes = {codes} if isinstance(codes, str) else codes
        text = (self.stdout + self.stderr).decode("utf8", "replace")
        found = set(re.findall(r"(?<![\w-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-])", text))
        assert codes & found, self
        return self


def run(*argv, cwd=None, stdin=b"", env=None, program=None, namespace=False, timeout=60):
    argv = [program or PROGRAM] + [str(a) for a in argv]
    clean = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(cwd or "/nonexistent"), "LC_ALL": "C",
             "NO_COLOR": "1"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE", "GCOV_PREFIX"):
        if name in os.environ:
            clean[name] = os.environ[name]
    clean.update(env or {})
    if namespace:
        argv = ["unshare", "-n", "--"] + argv
    done = subprocess.run(argv, cwd=cwd, input=stdin, capture_output=True, env=clean, timeout=timeout)
    return Run(argv, done.returncode, done.stdout, done.stderr)


IDENTITY_FLAGS = ("--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER)


def who(m, folder, use_key=None):
    """The flags that ask for the signer: identity and issuer, or --key."""
    if use_key if use_key is not None else not m.leaf:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "key.pub").write_text(m.key.pem)
        return ("--key", folder / "key.pub")
    return IDENTITY_FLAGS


def prepare(m, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "artifact").write_bytes(m.artifact)
    (folder / "root.json").write_bytes(m.trusted_root_text)
    if getattr(m, "text", None) is not None or hasattr(m, "bundle"):
        (folder / "bundle.json").write_bytes(m.bundle_text)


def verify_blob(folder, m, flags=(), digest=False, by=None, command="verify-blob"):
    prepare(m, folder)
    artifact = _mint.sha256(m.artifact) if digest else folder / "artifact"
    return run(command, "--bundle", folder / "bundle.json", "--trusted-root", folder / "root.json",
               *(who(m, folder) if by is None else by), *flags, "--output", "report", artifact, cwd=folder)


def many_entries(count, **settings):
    """Entries of one log about one signature, each of its own: the PEM in each has other words before it."""
    def words(i):
        def knob(body):
            spec = body["spec"]
            text = b"entry %d\n" % i + base64.b64decode(spec["signature"]["publicKey"]["content"])
            signature = {**spec["signature"], "publicKey": {"content": base64.b64encode(text).decode()}}
            return {**body, "spec": {**spec, "signature": signature}}
        return knob
    return mint(logs=("v1",) * count, knobs={f"entry{i}.body": words(i) for i in range(2, count + 1)}, **settings)


def verify_blob_attestation(folder, m, flags=(), **more):
    return verify_blob(folder, m, flags, command="verify-blob-attestation", **more)


def image_with(settings, layout=None, image=None, attach=True, edit=lambda value: value, **attach_options):
    """(layout, image, material): a layout whose one image carries one minted signature."""
    layout = layout or Layout()
    image = image or layout.image()
    settings = {"content": "dsse", **settings}
    m = mint(subject=image["digest"].split(":")[1], **settings)
    if attach and settings["content"] == "dsse":
        layout.attach_bundle(image, m.bundle_text, edit, **attach_options)
    elif attach:
        suffix = "sig" if settings["content"] == "simplesigning" else "att"
        layout.attach_tag(image, [layout.layer(m)], suffix, edit, **attach_options)
    return layout, image, m


def verify_image(folder, layout, m, flags=(), by=None, ref="latest", command="verify", path=None):
    prepare(m, folder)
    if path is None:
        path = layout.write(str(folder / "layout"))
    return run(command, "--trusted-root", folder / "root.json", *(who(m, folder) if by is None else by), *flags,
               "--output", "report", "--local-image", f"{path}:{ref}" if ref else path, cwd=folder)
