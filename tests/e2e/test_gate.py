"""
The gate: containerd's image verifier protocol, and the policy file of
containers/image with plomb's members. Every refusal stands beside the same
question with the one difference taken away, which is accepted.
"""
import base64
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

from credentials import PASSWORD, USER, basic
from plomb import IDENTITY, ISSUER, PROGRAM, STATUS, Layout, build, image_with, prepare, run
from mint import cert, key, pem
from registry import Answer as Reply
from registry import INDEX, Repository, Server

REPOSITORY = "registry.mint.example/acme/edge"
DESCRIPTOR = "application/vnd.oci.descriptor.v1+json"
WRAPPED = "application/vnd.containerd.image-verifier.input.v1+json"
NOBODY = "sha256:" + "0" * 64
EMAIL = "dev@mint.example"


class Gate:
    """One signed image in a layout, and the gate in front of it."""

    def __init__(self, folder, name=REPOSITORY + ":v1", layout=(None, None), **settings):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.name = folder, name
        self.layout, self.image, self.m = image_with(settings, *layout)
        prepare(self.m, folder)
        self.path = self.layout.write(str(folder / "layout"))
        self.digest = self.image["digest"]
        self.file("key.pub", self.m.key.pem)
        self.file("rekor.pub", self.m.logs["v1"].key.pem)
        self.file("ca.pem", pem("CERTIFICATE", self.m.intermediate.der) + pem("CERTIFICATE", self.m.root.der))
        self.root = self.file("root.json", None)

    def file(self, name, text):
        if text is not None:
            (self.folder / name).write_text(text)
        return str(self.folder / name)

    def policy(self, value):
        self.file("policy.json", value if isinstance(value, str) else json.dumps(value))

    def ask(self, *requirements, argv=None, stdin=None, env=None, name=None, digest=None, local=True, timeout=60):
        if requirements:
            self.policy({"default": list(requirements)})
        environment = {"PLOMB_POLICY": str(self.folder / "policy.json"), **(env or {})}
        if argv is None:
            argv = ["-name", name or self.name, "-digest", digest or self.digest, "-stdin-media-type", DESCRIPTOR]
        if stdin is None:
            stdin = json.dumps(self.descriptor(digest=digest or self.digest)).encode() + b"\n"
        before = ["gate", "--local-image", self.path] if local else []
        return Answer(run(*before, *argv, stdin=stdin, env=environment, cwd=self.folder, timeout=timeout))

    def descriptor(self, **more):
        """As containerd writes it."""
        return {"mediaType": self.image["mediaType"], "digest": self.digest, "size": self.image["size"], **more}

    def signed(self, **plomb):
        """A requirement that is met."""
        return {"type": "sigstoreSigned", "signedIdentity": {"type": "matchRepository"},
                "plomb": {"trustedRoot": self.root, "identity": IDENTITY, "issuer": ISSUER, "acceptUnnamed": True, **plomb}}

    def keyed(self, **members):
        return {"type": "sigstoreSigned", "keyPath": self.file("key.pub", None),
                "signedIdentity": {"type": "matchRepository"}, **members}


class Answer:
    def __init__(self, result):
        self.result, self.status = result, result.status
        self.line = result.stdout.decode().split("\n")[0]
        assert len(self.line) <= 1024, result

    def allowed(self, text="sigstore: accepted"):
        assert self.status == 0 and self.line.startswith("sigstore: accepted") and text in self.line, self.result
        return self

    def refused(self, code, text=""):
        assert self.line.startswith(f"rejected: {code}: "), self.result
        assert self.status == STATUS[code], self.result
        assert text in self.line, self.result
        assert self.result.stdout.count(b"\n") == 1 and not self.result.stdout.startswith(b"sigstore"), self.result
        assert self.result.stderr.decode().startswith("plomb: ") and code in self.result.stderr.decode(), self.result
        return self


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    return Gate(tmp_path_factory.mktemp("gate"), content="dsse", annotations={"tag": "v1", "env": "prod"})


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """cosign 2's form, which names the repository."""
    return Gate(tmp_path_factory.mktemp("old"), content="simplesigning", annotations={"tag": "v1"})


@pytest.fixture(scope="module")
def by_key(tmp_path_factory):
    return Gate(tmp_path_factory.mktemp("key"), content="simplesigning", material="key")


@pytest.fixture(scope="module")
def by_email(tmp_path_factory):
    return Gate(tmp_path_factory.mktemp("mail"), content="simplesigning", knobs={"leaf.san": cert.san(("email", EMAIL))})


# --- the protocol -----------------------------------------------------------------


def test_signed_is_allowed(gate):
    gate.ask(gate.signed()).allowed(f'identity="{IDENTITY}" issuer="{ISSUER}"')
    gate.ask(gate.signed(annotations={"tag": "v1"})).allowed()


def test_unsigned_is_refused(gate, tmp_path):
    layout = Layout()
    image = layout.image()
    path = layout.write(str(tmp_path / "layout"))
    gate.policy({"default": [gate.signed()]})
    result = run("gate", "--local-image", path, "-name", gate.name, "-digest", image["digest"],
                 env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, cwd=tmp_path)
    Answer(result).refused("signature-not-found")


def question(gate, *more):
    return ["-name", gate.name, "-digest", gate.digest, "-stdin-media-type", DESCRIPTOR, *more]


def test_as_a_plugin_without_a_command(gate):
    """containerd gives no command: the options alone say what it is, with one dash or two, with "=" or without."""
    gate.policy({"default": ACCEPT})
    gate.ask(local=False).allowed("insecureAcceptAnything")
    name, digest, media = "name", "digest", "stdin-media-type"
    for dash in ("-", "--"):
        gate.ask(local=False, argv=[f"{dash}{name}={gate.name}", f"{dash}{digest}={gate.digest}", f"{dash}{media}={DESCRIPTOR}"]).allowed()
        gate.ask(local=False, argv=[f"{dash}{media}", DESCRIPTOR, f"{dash}{digest}", gate.digest, f"{dash}{name}", gate.name]).allowed()
        gate.ask(local=False, argv=[f"{dash}{name}", gate.name]).refused("usage-error", "-digest is required")
        gate.ask(local=False, argv=[f"{dash}{media}", DESCRIPTOR, f"{dash}{digest}", gate.digest]).refused("usage-error", "-name is required")
    gate.policy({"default": REJECT})
    gate.ask(local=False).refused("policy-rejected")


@pytest.mark.parametrize("name", ["cosign", "10-verify", "gate", "a name with blanks"])
def test_under_any_name(gate, tmp_path, name):
    """Administrators call the file as they like; no name changes what it does or how it answers."""
    (tmp_path / name).symlink_to(PROGRAM)
    for policy, status in ((ACCEPT, 0), (REJECT, 12)):
        gate.policy({"default": policy})
        result = run(*question(gate), program=str(tmp_path / name), stdin=json.dumps(gate.descriptor()).encode(),
                     env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, cwd=tmp_path)
        assert result.status == status, result
        Answer(result).allowed() if status == 0 else Answer(result).refused("policy-rejected")


def test_options_of_ours_before_containerds(gate, tmp_path):
    """A script in containerd's folder: exec plomb gate OPTIONS "$@"."""
    accept = gate.file("accept.json", json.dumps({"default": ACCEPT}))
    gate.policy({"default": REJECT})
    for number, command in enumerate((f'exec "{PROGRAM}" gate --policy "{accept}" "$@"', f'exec "{PROGRAM}" --policy "{accept}" "$@"',
                                      f'exec "{PROGRAM}" gate "$@" --policy "{accept}"')):
        script = tmp_path / f"script-{number}"
        script.write_text(f"#!/bin/sh\n{command}\n")
        script.chmod(0o755)
        result = run(*question(gate), program=str(script), stdin=json.dumps(gate.descriptor()).encode(),
                     env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, cwd=tmp_path)
        Answer(result).allowed("accept.json")


def test_key_that_did_not_sign(tmp_path):
    g = Gate(tmp_path, content="simplesigning", material="key", logs=())
    g.ask(g.keyed()).allowed()
    g.ask(g.keyed(keyPath=g.file("other.pub", key("somebody else").pem))).refused("signature-invalid")


@pytest.mark.parametrize("name, argv, code", [
    ("an unknown flag", ["-frobnicate", "1"], "usage-error"),
    ("an unknown long flag", ["--frobnicate"], "usage-error"),
    ("a flag of another command", ["--key", "x"], "usage-error"),
    ("an argument", ["extra"], "usage-error"),
    ("an empty value", ["-operation", ""], "usage-error"),
    ("an operation that is not known", ["-operation", "push"], "plugin-input-mismatch"),
    ("a media type without an operation", ["-stdin-media-type", WRAPPED], "plugin-input-mismatch"),
    ("an output that is not known", ["--output", "json"], "usage-error"),
    ("the policy on standard input", ["--policy", "-"], "usage-error"),
    ("a registry's option beside a local image", ["--registry-cacert", "/x"], "usage-error"),
    ("another digest", ["-digest", NOBODY], "usage-error"),
    ("another name", ["-name", "other/name"], "usage-error"),
    ("another media type", ["-stdin-media-type", "application/json"], "plugin-input-mismatch"),
    ("two policies", ["--policy", "a", "--policy", "b"], "usage-error"),
])
def test_usage(gate, name, argv, code):
    gate.policy({"default": [gate.signed()]})
    base = ["-name", gate.name, "-digest", gate.digest]
    gate.ask(argv=base).allowed()
    gate.ask(argv=base + argv).refused(code)


@pytest.mark.parametrize("argv, code", [
    ([], "usage-error"), (["-digest", NOBODY], "usage-error"), (["-name", "a/b:c", "-digest", "sha256:0"], "reference-invalid"),
    (["-name", "a/b:c", "-digest", "md5:" + "0" * 32], "digest-alg-unsupported"), (["-name", "A B", "-digest", NOBODY], "reference-invalid"),
    (["-name", "../x", "-digest", NOBODY], "reference-invalid"), (["-name", f"a/b@sha256:{'1' * 64}", "-digest", NOBODY], "plugin-input-mismatch")])
def test_question_incomplete(gate, argv, code):
    gate.ask(gate.signed(), argv=argv).refused(code)


def test_no_digest_is_for_local_images_only(gate):
    gate.ask(gate.signed(), argv=["-name", gate.name]).allowed()
    gate.ask(gate.signed(), argv=["-name", gate.name], local=False).refused("usage-error", "-digest")
    # A name with a digest asks for that image, and for no other that the layout may hold.
    gate.ask(argv=["-name", f"{REPOSITORY}@{gate.digest}"]).allowed()
    gate.ask(argv=["-name", f"{REPOSITORY}@{NOBODY}"]).refused("image-not-found")


def test_a_value_that_looks_like_an_option(gate):
    """A name is chosen by whoever pulls; it is a name whatever it looks like."""
    gate.policy({"default": [{"type": "insecureAcceptAnything"}]})
    gate.ask(argv=["-name", "--help", "-digest", gate.digest]).refused("reference-invalid")
    gate.ask(argv=["-name", "--policy=/dev/null", "-digest", gate.digest], local=False).refused("reference-invalid")


def test_help_is_no_yes(gate):
    gate.policy({"default": [{"type": "reject"}]})
    gate.ask(argv=["-name", gate.name, "-digest", gate.digest, "--help"]).refused("policy-rejected")
    for option, value in (("-digest", gate.digest), ("-stdin-media-type", DESCRIPTOR), ("-operation", "pull")):
        for before in ([], ["gate"]):
            assert run(*before, option, value, "--help", cwd=gate.folder).status == 2
    assert run("gate", "--help", cwd=gate.folder).status == 0


@pytest.mark.parametrize("stdin, code", [
    (b"", "plugin-input-mismatch"), (b"{}", "plugin-input-mismatch"), (b"[]", "plugin-input-mismatch"), (b"{", "plugin-input-mismatch"),
    (json.dumps({"digest": NOBODY}).encode(), "plugin-input-mismatch"), (b'{"digest":1}', "plugin-input-mismatch"),
    (b"%s", "plugin-input-mismatch"), (b"null", "plugin-input-mismatch"), (b" " * 32768, "plugin-input-mismatch"), (b" " * 32769, "limit-exceeded"), (b"x" * 5000000, "limit-exceeded")],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value)
def test_descriptor(gate, stdin, code):
    gate.ask(gate.signed()).allowed()
    gate.ask(stdin=stdin).refused(code)


LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


@pytest.mark.parametrize("name, change, fits", [
    ("an index", {"mediaType": "application/vnd.oci.image.index.v1+json"}, True),
    ("a Docker manifest", {"mediaType": "application/vnd.docker.distribution.manifest.v2+json"}, True),
    ("a Docker list", {"mediaType": LIST}, True),
    ("everything that a descriptor may have", {"annotations": {"a": "b"}, "platform": {"os": "linux"}, "artifactType": "x/y", "urls": [], "data": "e30="}, True),
    ("a layer", {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip"}, False),
    ("a media type with a parameter", {"mediaType": LIST + ";x=y"}, False),
    ("no media type", {"mediaType": None}, False),
    ("no size", {"size": None}, False),
    ("a negative size", {"size": -1}, False),
    ("a size in quotes", {"size": "401"}, False),
    ("another digest", {"digest": NOBODY}, False),
    ("no digest", {"digest": None}, False),
    ("a digest of another kind", {"digest": "sha512:" + "0" * 128}, False),
    ("a member that is not known", {"subject": {}}, False),
    ("a member in capitals", {"Digest": NOBODY}, False),
    ("annotations that are none", {"annotations": {"a": 1}}, False),
    ("urls that are none", {"urls": "x"}, False),
])
def test_descriptor_members(gate, name, change, fits):
    value = {k: v for k, v in gate.descriptor(**change).items() if v is not None}
    answer = gate.ask(gate.signed(), stdin=json.dumps(value).encode())
    if fits:
        answer.allowed()
    else:
        answer.refused("plugin-input-mismatch")


def test_descriptor_is_one_document(gate):
    text = json.dumps(gate.descriptor())
    gate.ask(gate.signed(), stdin=b" " * 1000 + text.encode() + b"\n").allowed()
    gate.ask(stdin=text.replace(gate.digest, gate.digest.upper()).encode()).refused("plugin-input-mismatch")
    gate.ask(stdin=(text[:-1] + f',"digest":"{NOBODY}"}}').encode()).refused("plugin-input-mismatch")
    gate.ask(stdin=(text + text).encode()).refused("plugin-input-mismatch")
    gate.ask(stdin=text.encode() + b"\0").refused("plugin-input-mismatch")
    gate.ask(stdin=f"[{text}]".encode()).refused("plugin-input-mismatch")
    gate.ask(stdin=text.encode() + b" " * (1 << 20)).refused("limit-exceeded")


def test_operation(gate):
    """containerd's proposal to ask before containers start, too: the descriptor is then one member of three."""
    def ask(word, **change):
        value = {"descriptor": gate.descriptor(), "operation": word, "annotations": {"io.kubernetes.cri.sandbox-name": "x"}, **change}
        return gate.ask(argv=["-name", gate.name, "-digest", gate.digest, "-stdin-media-type", WRAPPED, "-operation", word],
                        stdin=json.dumps({k: v for k, v in value.items() if v is not None}).encode())
    gate.policy({"default": [gate.signed()]})
    ask("pull").allowed()
    ask("run").allowed()
    ask("run", annotations=None).allowed()
    gate.ask(argv=question(gate, "-operation", "pull")).allowed()
    for change in ({"operation": "pull"}, {"operation": None}, {"descriptor": None}, {"descriptor": gate.descriptor(digest=NOBODY)},
                   {"descriptor": gate.descriptor(more=1)}, {"annotations": []}, {"annotations": {"x": 1}}, {"more": 1}):
        ask("run", **change).refused("plugin-input-mismatch")
    ask("start").refused("plugin-input-mismatch", "-operation")
    gate.ask(argv=["-name", gate.name, "-digest", gate.digest, "-stdin-media-type", WRAPPED, "-operation", "run"]).refused("plugin-input-mismatch")
    gate.policy({"default": REJECT})
    ask("run").refused("policy-rejected")


def test_digest_of_another_image(gate):
    gate.ask(gate.signed(), digest=NOBODY).refused("image-not-found")


def test_policy_file_is_found(gate, tmp_path):
    accept = gate.file("accept.json", json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
    gate.policy({"default": [{"type": "reject"}]})
    gate.ask().refused("policy-rejected")
    base = ["-name", gate.name, "-digest", gate.digest]
    gate.ask(argv=base + ["--policy", accept]).allowed()
    gate.ask(env={"PLOMB_POLICY": accept}).allowed()
    gate.ask(env={"PLOMB_POLICY": str(tmp_path / "nowhere")}).refused("io-error")
    gate.ask(env={"PLOMB_POLICY": str(tmp_path)}).refused("io-error")
    gate.ask(argv=base + ["--policy", "/dev/zero"]).refused("config-invalid")
    gate.ask(env={"PLOMB_POLICY": ""}).refused("config-invalid", "PLOMB_POLICY")
    gate.ask(env={"PLOMB_POLICY": ""}, argv=base + ["--policy", accept]).allowed(f"default of {accept}")
    gate.ask(env={"PLOMB_POLICY": str(tmp_path / "nowhere")}).refused("io-error", str(tmp_path / "nowhere"))


def test_the_systems_policy_file(gate, tmp_path):
    """Without a word about it: /etc/containers/policy.json, which is refused by name if it is not there."""
    argv = [PROGRAM, "-name", gate.name, "-digest", gate.digest]
    script = 'mount -t tmpfs none /etc/containers && cp "$1" /etc/containers/policy.json 2>/dev/null; shift; exec "$@"'
    pathlib.Path("/etc/containers").mkdir(exist_ok=True)
    for content, status in ((ACCEPT, 0), (REJECT, 12), (None, 3)):
        file = tmp_path / "policy.json"
        file.write_text(json.dumps({"default": content}))
        done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", file if content else tmp_path / "none", *argv],
                              stdin=subprocess.DEVNULL, capture_output=True, env={"PATH": os.environ["PATH"]})
        assert done.returncode == status, done
        assert b"/etc/containers/policy.json" in done.stdout, done


def test_policy_that_may_not_be_read(gate, tmp_path):
    """As somebody else than root."""
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"default": ACCEPT}))
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    for mode, status in ((0o644, 0), (0o600, 3)):
        file.chmod(mode)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", PROGRAM, "-name", gate.name, "-digest", gate.digest,
                               "--policy", file], stdin=subprocess.DEVNULL, capture_output=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
        assert done.returncode == status, done
        assert status == 0 or done.stdout.startswith(f"rejected: io-error: {file}: ".encode()), done


def test_closed_streams(gate):
    """Nobody listens: that is no yes, and no death by a signal either."""
    gate.policy({"default": [{"type": "insecureAcceptAnything"}]})
    argv = [PROGRAM, "-name", gate.name, "-digest", gate.digest]
    env = {"PLOMB_POLICY": str(gate.folder / "policy.json"), "PATH": "/usr/bin:/bin"}
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(argv, env=env, stdout=write, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.close(write)
    assert done.returncode == 3 and b"could not be written" in done.stderr, done
    with open("/dev/full", "wb") as full:
        assert subprocess.run(argv, env=env, stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL).returncode == 3
    assert subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).returncode == 0


def start(gate, *argv, stdin=subprocess.DEVNULL, env=None):
    return subprocess.Popen([PROGRAM, *argv], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={"PLOMB_POLICY": str(gate.folder / "policy.json"), "PATH": os.environ["PATH"], **(env or {})})


def test_deadline(gate, tmp_path):
    """
    Within containerd's ten seconds, with an answer, whatever does not come: the end of standard input, a registry's first byte, the end of its
    answer, a connection, what a credential helper has to say.
    """
    gate.policy({"default": [gate.signed()]})
    (tmp_path / "docker-credential-slow").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "docker-credential-slow").chmod(0o755)
    (tmp_path / "config.json").write_text('{"credsStore":"slow"}')
    silent = socket.create_server(("127.0.0.1", 0))
    read, write = os.pipe()

    def trickle(request):
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.oci.image.index.v1+json\r\nContent-Length: 100000\r\n\r\n"
        while True:
            time.sleep(0.5)
            yield b" "
    try:
        with Server(hook=lambda r: Reply(raw=trickle(r))) as slow, Server(hook=lambda r: Reply(401, b"", headers=[("WWW-Authenticate", 'Basic realm="x"')])) as closed:
            began = time.monotonic()
            names = {"silent": f"localhost:{silent.getsockname()[1]}/acme/app", "trickle": f"{slow.name}/acme/app", "helper": f"{closed.name}/acme/app"}
            asked = {what: start(gate, "-name", name + ":v1", "-digest", gate.digest, env={"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"})
                     for what, name in names.items()}
            asked["stdin"] = start(gate, *question(gate), stdin=read)
            for what, process in asked.items():
                out, err = process.communicate(timeout=30)
                assert time.monotonic() - began < 10, what
                assert out.startswith(b"rejected: config-invalid: docker-credential-slow: does not end" if what == "helper" else b"rejected: timeout: "), (what, out)
                assert process.returncode == (2 if what == "helper" else 3), (what, out, err)
                assert out.count(b"\n") == 1 and (what not in ("silent", "trickle") or f"{names[what]}@{gate.digest}".encode() in out), (what, out)
            # --timeout changes it, in both directions.
            answer = gate.ask(local=False, argv=["gate", "-name", names["silent"] + ":v1", "-digest", gate.digest, "--timeout", "300ms"])
            answer.refused("timeout")
            assert time.monotonic() - began < 15
    finally:
        silent.close()
        os.close(read)
        os.close(write)


def test_deadline_with_the_alarm_blocked(gate):
    """Which signals are blocked is inherited from whoever started us."""
    gate.policy({"default": [gate.signed()]})
    silent = socket.create_server(("127.0.0.1", 0))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    try:
        answer = gate.ask(local=False, argv=["gate", "-name", f"localhost:{silent.getsockname()[1]}/acme/app:v1", "-digest", gate.digest, "--timeout", "300ms"])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        silent.close()
    answer.refused("timeout")


def test_helper_ends_before_the_gate(gate, tmp_path):
    """Asked late and slow to answer: it is not left behind with our standard error, on which somebody waits for the end."""
    gate.policy({"default": [gate.signed()]})
    (tmp_path / "docker-credential-slow").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "docker-credential-slow").chmod(0o755)
    (tmp_path / "config.json").write_text('{"credsStore":"slow"}')

    def late(request):
        time.sleep(1)
        return Reply(401, b"", headers=[("WWW-Authenticate", 'Basic realm="x"')])
    with Server(hook=late) as closed:
        process = start(gate, "-name", f"{closed.name}/acme/app:v1", "-digest", gate.digest, "--timeout", "6s",
                        env={"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"})
        out, err = process.communicate(timeout=30)
    assert process.returncode == 3 and out == b"rejected: timeout: docker-credential-slow: does not end before the deadline\n", (out, err)


def test_deadline_of_a_report(gate):
    """A report that is not there is not replaced by something that is none."""
    gate.policy({"default": [gate.signed()]})
    silent = socket.create_server(("127.0.0.1", 0))
    try:
        name = f"localhost:{silent.getsockname()[1]}/acme/app:v1"
        result = run("gate", "-name", name, "-digest", gate.digest, "--timeout", "300ms", "-o", "report",
                     env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, cwd=gate.folder)
    finally:
        silent.close()
    assert result.status == 3 and result.stdout == b"" and result.stderr == b"plomb: timeout: the deadline has passed\n", result


# --- requirements -----------------------------------------------------------------


def test_simple_types(gate):
    gate.ask({"type": "insecureAcceptAnything"}).allowed("without a signature")
    gate.ask({"type": "reject"}).refused("policy-rejected", "default")
    gate.ask({"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}).refused("policy-unsupported", "signedBy")
    pki = {"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": EMAIL}}
    gate.ask(pki).refused("policy-unsupported", "pki")


def test_all_requirements_must_hold(gate):
    good, bad = gate.signed(), gate.signed(annotations={"tag": "v2"})
    gate.ask(good, good).allowed()
    gate.ask(good, bad).refused("annotation-mismatch")
    gate.ask(bad, good).refused("annotation-mismatch")
    gate.ask({"type": "insecureAcceptAnything"}, good).allowed("identity=")
    gate.ask({"type": "insecureAcceptAnything"}, bad).refused("annotation-mismatch")
    gate.ask(good, {"type": "reject"}).refused("policy-rejected")
    gate.ask(good, {"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}).refused("policy-unsupported")


def test_which_requirement_does_not_hold(gate):
    good, bad = gate.signed(), gate.signed(annotations={"tag": "v2"})
    gate.ask(good, {"type": "insecureAcceptAnything"}, bad, good).refused("annotation-mismatch", "(requirement 2 of 3)")
    gate.ask({"type": "insecureAcceptAnything"}, bad).refused("annotation-mismatch", 'is "v1", wanted "v2"')
    assert "requirement" not in gate.ask(bad).line
    many = gate.ask(*[good] * 32).allowed()
    assert many.line.endswith("...") and len(many.line) > 990
    gate.ask(*[good] * 31, bad).refused("annotation-mismatch", "(requirement 32 of 32)")
    gate.ask(*[good] * 33).refused("limit-exceeded")


def test_requirements_may_be_met_by_different_signatures(tmp_path):
    gate = Gate(tmp_path, content="dsse", annotations={"stage": "build"})
    image_with({"content": "dsse", "annotations": {"stage": "test"}}, layout=gate.layout, image=gate.image)
    gate.path = gate.layout.write(str(tmp_path / "both"))
    gate.ask(gate.signed(annotations={"stage": "build"}), gate.signed(annotations={"stage": "test"})).allowed()
    gate.ask(gate.signed(annotations={"stage": "build"}), gate.signed(annotations={"stage": "audit"})).refused("annotation-mismatch")


@pytest.mark.parametrize("name, change, code", [
    ("another identity", {"identity": IDENTITY + "x"}, "identity-san-mismatch"),
    ("a part of the identity", {"identity": IDENTITY[:-1]}, "identity-san-mismatch"),
    ("another issuer", {"issuer": ISSUER + "/"}, "identity-issuer-mismatch"),
    ("another annotation", {"annotations": {"tag": "v2"}}, "annotation-mismatch"),
    ("a missing annotation", {"annotations": {"tag": "v1", "stage": ""}}, "annotation-mismatch"),
    ("an annotation's pattern", {"annotationsRegexp": {"tag": "^v[2-9]$"}}, "annotation-mismatch"),
    ("another extension", {"extensions": {"source-repository-uri": "https://elsewhere.example"}}, "identity-extension-mismatch"),
])
def test_identity(gate, name, change, code):
    gate.ask(gate.signed()).allowed()
    gate.ask(gate.signed(**change)).refused(code)


def test_identity_by_pattern(gate):
    def of(**members):
        r = gate.signed()
        r["plomb"] = {"trustedRoot": gate.root, "acceptUnnamed": True, **members}
        return r
    host = r"^https://gitlab\.mint\.example"
    gate.ask(of(identityRegexp=host + "/acme/", issuerRegexp=host + "$")).allowed()
    gate.ask(of(identityRegexp=host + "/evil/", issuerRegexp=host + "$")).refused("identity-san-mismatch")
    gate.ask(of(identityRegexp=host, issuerRegexp=host + "x$")).refused("identity-issuer-mismatch")
    gate.ask(gate.signed(annotationsRegexp={"tag": "^v[0-9]$"}, annotations={"env": "prod"})).allowed()


def test_any_of_several_identities(gate):
    def of(*identities, **more):
        r = gate.signed()
        r["plomb"] = {"trustedRoot": gate.root, "acceptUnnamed": True, "identities": list(identities), **more}
        return r
    right, wrong = {"identity": IDENTITY, "issuer": ISSUER}, {"identity": "https://elsewhere.example", "issuer": ISSUER}
    gate.ask(of(wrong, right)).allowed()
    gate.ask(of(right, wrong)).allowed()
    gate.ask(of(wrong)).refused("identity-san-mismatch")
    gate.ask(of(wrong, {**right, "issuer": ISSUER + "x"})).refused("identity-issuer-mismatch")
    gate.ask(of(wrong, right, annotations={"tag": "v2"})).refused("annotation-mismatch")
    gate.ask(of(wrong, {**right, "extensions": {"source-repository-uri": "x"}})).refused("identity-extension-mismatch")
    gate.ask(of(wrong, right, extensions={"source-repository-uri": "x"})).refused("identity-extension-mismatch")


def test_trusted_root(gate, tmp_path):
    r = gate.signed()
    del r["plomb"]["trustedRoot"]
    base = ["-name", gate.name, "-digest", gate.digest]
    gate.ask(r, argv=base + ["--trusted-root", gate.root]).allowed()
    gate.ask(env={"PLOMB_TRUSTED_ROOT": gate.root}).allowed()
    # The public-good root, which did not issue this certificate.
    answer = gate.ask()
    assert answer.status == 12 and answer.line.startswith("rejected: "), answer.result
    gate.ask(gate.signed(trustedRoot=str(tmp_path / "nowhere"))).refused("io-error")
    gate.ask(gate.signed(trustedRoot=gate.file("bad.json", "{}"))).refused("root-media-type-unsupported")


def test_bundles_name_nothing(gate):
    """cosign 3 signs a digest without a name: only a policy that says so takes that for its repository."""
    gate.ask(gate.signed()).allowed()
    gate.ask(gate.signed(acceptUnnamed=False)).refused("policy-identity-mismatch")
    default = gate.signed(acceptUnnamed=False)
    del default["signedIdentity"]
    gate.ask(default).refused("policy-identity-mismatch")
    gate.ask(default, name=f"{REPOSITORY}@{gate.digest}").refused("policy-identity-mismatch")
    for other in ({"type": "matchExact"}, {"type": "exactRepository", "dockerRepository": REPOSITORY}):
        gate.ask({**gate.signed(), "signedIdentity": other}).refused("policy-malformed", "acceptUnnamed")
        gate.ask({**gate.signed(acceptUnnamed=False), "signedIdentity": other}).refused("policy-identity-mismatch")


def test_an_old_signature_without_a_name(tmp_path):
    """acceptUnnamed is for forms that have no place for a name."""
    def named(text):
        return {"claims": lambda c: {**c, "critical": {**c["critical"], "identity": {"docker-reference": text}}}}
    for text, allowed in ((REPOSITORY, True), ("", False), (REPOSITORY + "x", False), ("/", False)):
        g = Gate(tmp_path / str(len(text)), content="simplesigning", knobs=named(text))
        answer = g.ask(g.signed(acceptUnnamed=True))
        if allowed:
            answer.allowed()
        else:
            answer.refused("policy-identity-mismatch")


def test_bundles_that_name_something(tmp_path):
    def named(text):
        return {"statement.subjects": lambda subjects: [{**subjects[0], "name": text}]}
    gate = Gate(tmp_path / "a", content="dsse", knobs=named(REPOSITORY))
    gate.ask(gate.signed(acceptUnnamed=False)).allowed()
    gate = Gate(tmp_path / "b", content="dsse", knobs=named("registry.mint.example/evil/edge"))
    gate.ask(gate.signed(acceptUnnamed=True)).refused("policy-identity-mismatch", "evil")
    gate = Gate(tmp_path / "c", content="dsse", knobs=named("no name at all"))
    gate.ask(gate.signed(acceptUnnamed=True)).refused("policy-identity-mismatch")


IDENTITIES = [
    ({"type": "matchRepository"}, REPOSITORY + ":v1", True),
    ({"type": "matchRepository"}, "registry.mint.example/acme/edges:v1", False),
    ({"type": "matchRepository"}, "registry.mint.example:443/acme/edge:v1", False),
    ({"type": "matchRepoDigestOrExact"}, REPOSITORY + ":v1", False),
    ({"type": "matchRepoDigestOrExact"}, REPOSITORY + "@", False),
    ({"type": "matchExact"}, REPOSITORY + ":v1", False),
    ({"type": "exactRepository", "dockerRepository": REPOSITORY}, "mirror.example/x:v1", True),
    ({"type": "exactRepository", "dockerRepository": "registry.mint.example/acme"}, REPOSITORY + ":v1", False),
    ({"type": "exactReference", "dockerReference": REPOSITORY + ":v1"}, REPOSITORY + ":v1", False),
    ({"type": "remapIdentity", "prefix": "mirror.example", "signedPrefix": "registry.mint.example/acme"}, "mirror.example/edge@", False),
    ({"type": "remapIdentity", "prefix": "mirror.example", "signedPrefix": "registry.mint.example/acme"}, "mirror.example/edge:v1", False),
    ({"type": "remapIdentity", "prefix": "mirror.example/e", "signedPrefix": "registry.mint.example/acme/e"}, "mirror.example/edge@", False),
    (None, REPOSITORY + ":v1", False), (None, REPOSITORY + "@", False),
]


@pytest.mark.parametrize("identity, name, allowed", IDENTITIES, ids=lambda value: json.dumps(value)[:60])
def test_signed_identity(old, identity, name, allowed):
    """cosign 2 signs the repository without a tag."""
    r = old.signed(acceptUnnamed=False)
    del r["signedIdentity"]
    if identity:
        r["signedIdentity"] = identity
    answer = old.ask(r, name=name + old.digest if name.endswith("@") else name)
    if allowed:
        answer.allowed()
    else:
        answer.refused("policy-identity-mismatch", "the image's name in the signature")


def test_the_clock_is_no_witness(tmp_path):
    """Without a log an authority has to say when: that the certificate is valid at this moment shows nothing."""
    now = int(time.time())
    for content in ("simplesigning", "dsse"):
        for timestamp, allowed in ((True, True), (False, False)):
            g = Gate(tmp_path / f"{content}{timestamp}", content=content, logs=(), time_s=now, timestamp=timestamp)
            answer = g.ask(g.signed(transparencyLog=False))
            if allowed:
                answer.allowed()
            else:
                answer.refused("time-missing")
            g.ask(g.signed()).refused("tlog-entry-missing")


def test_certificate_log(tmp_path):
    g = Gate(tmp_path, content="dsse", knobs={"sct.present": False})
    g.ask(g.signed()).refused("sct-missing")
    g.ask(g.signed(certificateLog=True)).refused("sct-missing")
    g.ask(g.signed(certificateLog=False)).allowed()


# --- keys ---------------------------------------------------------------------------


def data(text):
    return base64.b64encode(text.encode()).decode()


def test_keys(by_key):
    g, other = by_key, key("somebody else").pem
    right, wrong = g.file("key.pub", None), g.file("other.pub", other)
    g.ask(g.keyed()).allowed("key=")
    g.ask(g.keyed(keyPath=wrong)).refused("tlog-key-mismatch")

    def of(**members):
        r = g.keyed(**members)
        del r["keyPath"]
        return r
    g.ask(of(keyPaths=[wrong, right])).allowed(right)
    g.ask(of(keyPaths=[wrong])).refused("tlog-key-mismatch")
    g.ask(of(keyData=data(g.m.key.pem))).allowed("data in the policy file")
    g.ask(of(keyData=data(other))).refused("tlog-key-mismatch")
    g.ask(of(keyDatas=[data(other), data(g.m.key.pem)])).allowed()
    g.ask(of(keyDatas=[data(other)])).refused("tlog-key-mismatch")
    g.ask(g.keyed(keyPath=str(g.folder / "nowhere"))).refused("io-error")
    g.ask(of(keyData=data("no key"))).refused("key-malformed", "data in the policy file")


def test_key_and_log(by_key):
    g = by_key
    rekor, other = g.file("rekor.pub", None), g.file("other-log.pub", key("another log").pem)
    g.ask(g.keyed(rekorPublicKeyPath=rekor)).allowed()
    g.ask(g.keyed(rekorPublicKeyPath=other)).refused("tlog-log-unknown")
    g.ask(g.keyed(rekorPublicKeyPaths=[other, rekor])).allowed()
    g.ask(g.keyed(rekorPublicKeyData=data(g.m.logs["v1"].key.pem))).allowed()
    g.ask(g.keyed(rekorPublicKeyDatas=[data(key("another log").pem)])).refused("tlog-log-unknown")
    g.ask(g.keyed(plomb={"transparencyLog": True, "trustedRoot": g.root})).allowed()
    g.ask(g.keyed(plomb={"trustedRoot": g.root})).allowed()


def test_key_without_an_entry(tmp_path):
    g = Gate(tmp_path, content="simplesigning", material="key", logs=())
    g.ask(g.keyed()).allowed()
    g.ask(g.keyed(rekorPublicKeyPath=g.file("rekor.pub", None))).refused("tlog-entry-missing")
    g.ask(g.keyed(plomb={"trustedRoot": g.root})).refused("tlog-entry-missing")
    g.ask(g.keyed(plomb={"trustedRoot": g.root, "transparencyLog": False})).allowed()


def test_the_policys_logs_have_to_have_signed_the_time(tmp_path):
    """An inclusion proof alone is another promise than the one that containers/image asks for with rekorPublicKey…."""
    for promise, proof, allowed in ((True, False, True), (True, True, True), (False, True, False)):
        g = Gate(tmp_path / f"{promise}{proof}", content="dsse", material="key", promise=promise, proof=proof,
                 version="0.1" if promise and not proof else "0.3")
        r = g.keyed(plomb={"acceptUnnamed": True})
        g.ask(r).allowed()
        r["rekorPublicKeyPath"] = g.file("rekor.pub", None)
        if allowed:
            g.ask(r).allowed()
        else:
            g.ask(r).refused("tlog-promise-missing")
            g.ask(g.keyed(plomb={"acceptUnnamed": True, "trustedRoot": g.root})).allowed()


def test_certificates_are_no_keys(by_key, old):
    for g in (by_key, old):
        leaf = g.file("leaf.pem", pem("CERTIFICATE", (g.m.leaf or g.m.root).der))
        g.ask(g.keyed(keyPath=leaf)).refused("key-type-unsupported", "certificate")
    by_key.ask(by_key.keyed(rekorPublicKeyPath=leaf)).refused("key-type-unsupported", "certificate")


def test_files_of_the_policy(by_key, tmp_path):
    g = by_key
    g.ask(g.keyed(keyPath="key.pub")).allowed('key="key.pub"')
    g.file("-", g.m.key.pem)
    g.ask(g.keyed(keyPath="-")).allowed('key="-"')
    g.ask(g.keyed(keyPath=str(tmp_path))).refused("io-error")
    g.ask(g.keyed(keyPath="/dev/zero")).refused("config-invalid")
    g.ask(g.keyed(keyPath="/dev/full")).refused("config-invalid")
    many = [{**g.keyed(), "keyPaths": [g.file("key.pub", None)] * 64} for _ in range(5)]
    for r in many:
        del r["keyPath"]
    g.ask(*many[:4]).allowed()
    g.ask(*many).refused("policy-malformed", "more files than are read")
    large = g.file("large.pub", g.m.key.pem + "\n" * 1000000)
    r = {**many[0], "keyPaths": [large] * 16}
    g.ask(r).allowed()
    g.ask({**r, "keyPaths": [large] * 17}).refused("policy-malformed", "too large together")


def test_key_where_a_certificate_signed(old):
    old.ask(old.keyed()).refused("cert-not-expected")


def test_certificate_where_a_key_signed(by_key):
    answer = by_key.ask(by_key.signed())
    assert answer.status == 13 and answer.line.startswith("rejected: key-"), answer.result


# --- fulcio ---------------------------------------------------------------------------


def fulcio(g, rekor=True, **members):
    r = {"type": "sigstoreSigned", "signedIdentity": {"type": "matchRepository"},
         "fulcio": {"caPath": g.file("ca.pem", None), "oidcIssuer": ISSUER, "subjectEmail": EMAIL, **members}}
    if rekor:
        r["rekorPublicKeyPath"] = g.file("rekor.pub", None)
    return r


def test_fulcio(by_email):
    g = by_email
    g.ask(fulcio(g)).allowed(EMAIL)
    g.ask(fulcio(g, subjectEmail="dev@mint.exampl")).refused("identity-san-mismatch")
    g.ask(fulcio(g, oidcIssuer=ISSUER + "/")).refused("identity-issuer-mismatch")
    r = fulcio(g)
    r["fulcio"]["caData"] = data(open(r["fulcio"].pop("caPath")).read())
    g.ask(r).allowed()
    r["rekorPublicKeyPath"] = g.file("other-log.pub", key("another log").pem)
    g.ask(r).refused("tlog-log-unknown")
    g.ask(fulcio(g, rekor=False)).refused("policy-malformed", "rekorPublicKey")
    g.ask({**fulcio(g), "plomb": {"annotations": {"tag": "v1"}}}).refused("annotation-mismatch")


def test_fulcio_and_time(tmp_path):
    """Without the log's word nobody says that the certificate was valid."""
    g = Gate(tmp_path, content="dsse", promise=False, knobs={"leaf.san": cert.san(("email", EMAIL))})
    r = {**fulcio(g), "plomb": {"acceptUnnamed": True}}
    g.ask(r).refused("time-missing")
    g = Gate(tmp_path / "with", content="dsse", knobs={"leaf.san": cert.san(("email", EMAIL))})
    g.ask({**fulcio(g), "plomb": {"acceptUnnamed": True}}).allowed()
    g.ask({**fulcio(g), "plomb": {"acceptUnnamed": True, "extensions": {"runner-environment": "self-hosted"}}}).allowed()
    g.ask({**fulcio(g), "plomb": {"acceptUnnamed": True, "extensions": {"runner-environment": "github-hosted"}}}).refused("identity-extension-mismatch")


def test_fulcio_takes_an_address_only(tmp_path):
    """A URI that reads like the address is another name of somebody else."""
    g = Gate(tmp_path, content="simplesigning", knobs={"leaf.san": cert.san(("uri", EMAIL))})
    g.ask(fulcio(g)).refused("identity-san-mismatch", "an e-mail address")
    g.ask({**g.signed(identity=EMAIL, acceptUnnamed=False)}).allowed()


def test_fulcio_authorities(by_email):
    """Root and intermediate in any order, or the issuing one alone; and never a certificate that may not issue."""
    g, root, middle = by_email, pem("CERTIFICATE", by_email.m.root.der), pem("CERTIFICATE", by_email.m.intermediate.der)
    stranger = pem("CERTIFICATE", g.m.tsas["tsa"][1].der)
    for text in (root + middle, middle + root, middle + root + root, middle, stranger + middle):
        g.ask(fulcio(g, caPath=g.file("some-ca.pem", text))).allowed(EMAIL)
    for text, code in ((stranger, "cert-untrusted"), (pem("CERTIFICATE", g.m.leaf.der), "cert-is-ca"), (middle[:-30], "config-invalid")):
        g.ask(fulcio(g, caPath=g.file("some-ca.pem", text))).refused(code)


def test_fulcio_of_another_authority(by_email):
    g = by_email
    ca = g.file("other-ca.pem", pem("CERTIFICATE", g.m.tsas["tsa"][0].der))
    g.ask(fulcio(g, caPath=ca)).refused("cert-untrusted")
    g.ask(fulcio(g, caPath=g.file("not-a-ca.pem", "nothing"))).refused("config-invalid")
    g.ask(fulcio(g, caPath=str(g.folder / "nowhere"))).refused("io-error")


# --- scopes ---------------------------------------------------------------------------

REJECT, ACCEPT = [{"type": "reject"}], [{"type": "insecureAcceptAnything"}]


@pytest.mark.parametrize("scope", [REPOSITORY + ":v1", REPOSITORY, "registry.mint.example/acme", "registry.mint.example",
                                   "*.mint.example", "*.example", ""])
def test_scope(gate, scope):
    gate.policy({"default": REJECT, "transports": {"docker": {scope: ACCEPT}}})
    gate.ask().allowed("scope" if scope else "transport")
    gate.policy({"default": ACCEPT, "transports": {"docker": {scope: REJECT}}})
    gate.ask().refused("policy-rejected")


@pytest.mark.parametrize("scope", [REPOSITORY + ":v2", REPOSITORY + "s", "registry.mint.example/acm", "mint.example", "*.registry.mint.example",
                                   "registry.mint.example:443"])
def test_scope_of_something_else(gate, scope):
    gate.policy({"default": REJECT, "transports": {"docker": {scope: ACCEPT}}})
    gate.ask().refused("policy-rejected", "default")


@pytest.mark.parametrize("text", [
    "", "{}", "[]", "null", '{"default":[]}', '{"default":null}', '{"default":{}}', '{"default":[{}]}', '{"default":[{"type":"accept"}]}',
    '{"default":[{"type":"reject"}],"Default":[{"type":"reject"}]}', '{"default":[{"type":"reject","x":1}]}',
    '{"default":[{"type":"insecureAcceptAnything"}],"default":[{"type":"reject"}]}',
    '{"default":[{"type":"insecureAcceptAnything"}]} {}', '// comment\n{"default":[{"type":"insecureAcceptAnything"}]}',
    '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"x":[]}}}',
    '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"x":[{"type":"sigstoreSigned"}]}}}',
    '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"atomic":{"x":[{"type":"frob"}]}}}',
    '{"default":[{"type":"insecureAcceptAnything"}],"transports":[]}',
    '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"*":[{"type":"reject"}]}}}',
    '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"Registry.mint.example":[{"type":"reject"}]}}}',
], ids=lambda text: text[:70])
def test_policy_malformed(gate, text):
    gate.policy({"default": ACCEPT})
    gate.ask().allowed()
    gate.policy(text)
    gate.ask().refused("policy-malformed")


# --- registries -------------------------------------------------------------------------


def test_registry(gate, tmp_path):
    """By digest alone: 1 + 2N requests, and the tag is never asked for."""
    repository = Repository.from_layout(gate.path, True)
    with Server({"acme/edge": repository}) as server:
        name = f"{server.name}/acme/edge:v1"
        gate.ask(gate.signed(), local=False, name=name).allowed()
        assert len(server.requests) == 3 and not any("/v1" in p for p in server.paths("acme/edge")), server.requests
        gate.ask(gate.signed(annotations={"tag": "v2"}), local=False, name=name).refused("annotation-mismatch")
        before = len(server.requests)
        gate.ask(gate.signed(annotations={"tag": "v1"}), gate.signed(annotations={"env": "prod"}), local=False, name=name).allowed()
        assert len(server.requests) == before + 3, server.requests
        gate.ask(gate.signed(), local=False, name=name, digest=NOBODY).refused("image-not-found")
        before = len(server.requests)
        gate.ask({"type": "reject"}, local=False, name=name).refused("policy-rejected")
        gate.ask({"type": "insecureAcceptAnything"}, local=False, name=name).allowed()
        assert len(server.requests) == before
    gate.ask(gate.signed(), local=False, name=name).refused("registry-unreachable")


@pytest.mark.parametrize("place", ["referrers", "fallback tag", ".sig tag"])
def test_where_signatures_are(gate, old, place):
    g = old if place == ".sig tag" else gate
    repository = Repository.from_layout(g.path, place == "referrers")
    if place == "fallback tag":
        repository.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": repository.referrers(g.digest)}, g.digest.replace(":", "-"))
    with Server({"acme/edge": repository}) as server:
        name = f"registry.mint.example/acme/edge@{g.digest}"
        g.ask(g.signed(), local=False, name=name, env={"PLOMB_REGISTRY_MIRROR": server.name}).allowed()
        g.ask(g.signed(annotations={"tag": "v2"}), local=False, name=name, env={"PLOMB_REGISTRY_MIRROR": server.name}).refused("annotation-mismatch")
        repository.tags, repository.api = {}, True
        repository.manifests = {g.digest: repository.manifests[g.digest]}
        g.ask(g.signed(), local=False, name=name, env={"PLOMB_REGISTRY_MIRROR": server.name}).refused("signature-not-found")


def test_an_index(tmp_path):
    """What containerd resolved is what must be signed: the index, not a manifest in it."""
    layout = Layout()
    child = layout.image(ref=None, listed=False)
    child["platform"] = {"os": "linux", "architecture": "arm64"}
    index = layout.image_index([child])
    g = Gate(tmp_path, layout=(layout, index), content="dsse")
    repository = Repository.from_layout(g.path, True)
    repository.manifests[child["digest"]] = (layout.blobs[child["digest"]], child["mediaType"])
    with Server({"acme/edge": repository}) as server:
        env = {"PLOMB_REGISTRY_MIRROR": server.name}
        g.ask(g.signed(), local=False, env=env).allowed()
        g.ask(local=False, env=env, digest=child["digest"]).refused("signature-not-found")


def test_build_without_network(gate):
    program = build("plomb", "HTTP=none", folder="build/none")

    def ask(*requirements, before=()):
        gate.policy({"default": list(requirements)})
        return Answer(run(*before, *question(gate), program=program, stdin=json.dumps(gate.descriptor()).encode(),
                          env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, cwd=gate.folder))
    ask({"type": "insecureAcceptAnything"}).allowed()
    ask({"type": "reject"}).refused("policy-rejected")
    ask(gate.signed()).refused("unsupported-feature", "this build has no registry access")
    ask(gate.signed(), before=("gate", "--local-image", gate.path)).allowed()


def wants_basic(request):
    if request.headers.get("Authorization") != basic(USER, PASSWORD):
        return Reply(401, b"{}", headers=[("WWW-Authenticate", 'Basic realm="x"')])
    return None


@pytest.mark.parametrize("place", ["DOCKER_CONFIG", "HOME", "no HOME: .docker", "no HOME: .config", "no XDG_RUNTIME_DIR"])
def test_registry_login_is_found(gate, tmp_path, place):
    """Without an argument, and with hardly any environment: from the list of users and the system's own folder."""
    repository = Repository.from_layout(gate.path, True)
    gate.policy({"default": [gate.signed()]})
    home, run_folder = tmp_path / "home", tmp_path / "run"
    file = {"DOCKER_CONFIG": tmp_path / "config.json", "HOME": home / ".docker" / "config.json", "no HOME: .docker": home / ".docker" / "config.json",
            "no HOME: .config": home / ".config" / "containers" / "auth.json",
            "no XDG_RUNTIME_DIR": run_folder / "containers" / "0" / "auth.json"}[place]
    users = tmp_path / "passwd"
    users.write_text(f"root:x:0:0:root:{home}:/bin/sh\n")
    env = {"PATH": os.environ["PATH"], "PLOMB_POLICY": str(gate.folder / "policy.json")}
    env.update({"DOCKER_CONFIG": {"DOCKER_CONFIG": str(tmp_path)}, "HOME": {"HOME": str(home)}}.get(place, {}))
    (run_folder / "containers").mkdir(parents=True)
    script = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /run && shift 2 && exec "$@"'
    with Server({"acme/edge": repository}, wants_basic) as server:
        for is_there in (False, True):
            if is_there:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps({"auths": {server.name: {"auth": basic(USER, PASSWORD).split()[1]}}}))
            done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", users, run_folder, PROGRAM, "-name", f"{server.name}/acme/edge:v1",
                                   "-digest", gate.digest], stdin=subprocess.DEVNULL, capture_output=True, env=env)
            assert done.returncode == (0 if is_there else 3), done
            assert is_there or done.stdout.startswith(b"rejected: registry-auth-failed: "), done


def test_registry_by_environment(gate, tls, tmp_path):
    """What containerd cannot pass as an option: a registry's authority, and another place to fetch from."""
    repository = Repository.from_layout(gate.path, True)
    with Server({"acme/edge": repository}, tls=(tls("good.crt"), tls("good.key"))) as server:
        name = f"{server.name}/acme/edge:v1"
        gate.ask(gate.signed(), local=False, name=name).refused("registry-tls")
        gate.ask(local=False, name=name, env={"PLOMB_REGISTRY_CACERT": tls("ca.crt")}).allowed()
        gate.ask(local=False, name=name, env={"PLOMB_REGISTRY_CACERT": tls("other.crt")}).refused("registry-tls")
        gate.ask(local=False, name=name, env={"PLOMB_REGISTRY_CACERT": str(tmp_path / "none")}).refused("config-invalid", "PLOMB_REGISTRY_CACERT")
        gate.ask(local=False, name=name, env={"PLOMB_REGISTRY_CACERT": ""}).refused("config-invalid", "PLOMB_REGISTRY_CACERT")
        gate.ask(local=False, env={"PLOMB_REGISTRY_CACERT": tls("ca.crt"), "PLOMB_REGISTRY_MIRROR": server.name}).allowed()
        argv = ["gate", "--registry-cacert", tls("ca.crt"), "--registry-mirror", server.name, *question(gate)]
        gate.ask(local=False, argv=argv, env={"PLOMB_REGISTRY_CACERT": tls("other.crt"), "PLOMB_REGISTRY_MIRROR": "nowhere.example"}).allowed()
        gate.ask(local=False, env={"PLOMB_REGISTRY_MIRROR": server.name + "/x"}).refused("usage-error", "PLOMB_REGISTRY_MIRROR")
        # No variable weakens a check.
        for variable in ("PLOMB_ALLOW_HTTP_REGISTRY", "PLOMB_ALLOW_INSECURE_REGISTRY", "COSIGN_ALLOW_INSECURE_REGISTRY"):
            gate.ask(local=False, name=name, env={variable: "1"}).refused("registry-tls")


def test_short_names(gate):
    """The policy is asked about docker.io/library/NAME, and that is what is looked at."""
    repository = Repository.from_layout(gate.path, True)
    with Server({"library/edge": repository}) as server:
        for name in ("edge:v1", "docker.io/library/edge:v1", "index.docker.io/library/edge:v1", "docker.io/edge"):
            gate.policy({"default": REJECT, "transports": {"docker": {"docker.io/library/edge": [gate.signed()]}}})
            gate.ask(local=False, name=name, env={"PLOMB_REGISTRY_MIRROR": server.name}).allowed('scope "docker.io/library/edge"')
    assert all(path.startswith("/v2/library/edge/") for _, path in server.requests)


def test_names_and_digests(gate):
    gate.policy({"default": REJECT, "transports": {"docker": {REPOSITORY + ":v1": [gate.signed()], REPOSITORY + "@" + gate.digest: ACCEPT}}})
    gate.ask(name=REPOSITORY + ":v1").allowed("identity=")
    gate.ask(name=f"{REPOSITORY}@{gate.digest}").allowed("insecureAcceptAnything")
    gate.ask(name=f"{REPOSITORY}:v1@{gate.digest}").allowed("insecureAcceptAnything")
    gate.ask(name=f"{REPOSITORY}:v1@{NOBODY}").refused("plugin-input-mismatch", "another digest")
    gate.ask(name=REPOSITORY + ":v2").refused("policy-rejected")
    gate.ask(name=REPOSITORY).refused("policy-rejected")


# --- the answer in other forms ------------------------------------------------------------


def test_report(gate, tmp_path):
    def ask(*requirements, name=None, digest=None, more=()):
        gate.policy({"default": list(requirements)})
        return run("gate", "--local-image", gate.path, "-name", name or gate.name, "-digest", digest or gate.digest, "--output", "report", *more,
                   env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, cwd=gate.folder)
    good, bad = gate.signed(), gate.signed(annotations={"tag": "v2"})
    result = ask(good)
    assert result.status == 0 and result.stdout.count(b"\n") == 1, result
    assert {k: result.report[k] for k in ("image", "digest", "result", "code", "message")} == {
        "image": gate.name, "digest": gate.digest, "result": "accepted", "code": "ok", "message": ""}
    assert [c["result"] for c in result.candidates] == ["accepted"]
    result = ask(good, bad)
    assert result.status == 12 and result.report["result"] == "rejected" and result.report["code"] == "annotation-mismatch", result
    assert [c["code"] for c in result.candidates] == ["ok", "annotation-mismatch"]
    for requirement, status, code, decision in (({"type": "reject"}, 12, "policy-rejected", "rejected"),
                                                ({"type": "insecureAcceptAnything"}, 0, "ok", "accepted"),
                                                ({"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}, 2, "policy-unsupported", "undecided")):
        result = ask(requirement)
        assert (result.status, result.report["code"], result.report["result"], result.candidates) == (status, code, decision, []), result
    result = ask(good, digest=NOBODY)
    assert result.status == 11 and result.report["code"] == "image-not-found" and result.report["digest"] is None, result
    result = ask(good, more=("--output-file", "report.json"))
    assert result.status == 0 and result.stdout == b"" and json.loads((gate.folder / "report.json").read_text())["result"] == "accepted", result


def test_explain(gate):
    gate.policy({"default": [gate.signed(), gate.signed(annotations={"tag": "v2"})]})
    argv = ["-name", gate.name, "-digest", gate.digest]
    quiet, told = gate.ask(argv=argv).result, gate.ask(argv=argv + ["--explain"]).result
    assert quiet.stderr.count(b"\n") == 1 and told.stdout == quiet.stdout, told
    assert b"signature 2 of 2" in told.stderr and told.stderr.endswith(quiet.stderr), told


def test_what_others_say_is_harmless(tmp_path):
    """Names and values that somebody else chose, in one line, without control characters."""
    g = Gate(tmp_path, content="dsse", annotations={"tag": "v1\n\x1b[31msigstore: accepted\u202e" + "x" * 5000})
    line = g.ask(g.signed(annotations={"tag": "v2"})).refused("annotation-mismatch").line
    assert all(c.isprintable() for c in line) and "\\n" in line and "accepted" in line
    login = f"https://{USER}:{PASSWORD}@registry.mint.example/acme/edge:v1"
    for answer in (g.ask(name=login, local=False), g.ask(name=login)):
        assert answer.status == 2 and answer.line.startswith("rejected: reference-invalid: "), answer.result
