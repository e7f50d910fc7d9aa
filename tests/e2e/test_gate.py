"""
The gate: containerd's image verifier protocol, and the policy file of
containers/image with plomb's members. Every refusal stands beside the same
question with the one difference taken away, which is accepted.
"""
import base64
import json
import os
import socket
import subprocess
import threading
import time

import pytest

from plomb import IDENTITY, ISSUER, PROGRAM, STATUS, Layout, image_with, prepare, run
from mint import cert, key, pem
from registry import Repository, Server

REPOSITORY = "registry.mint.example/acme/edge"
DESCRIPTOR = "application/vnd.oci.descriptor.v1+json"
NOBODY = "sha256:" + "0" * 64
EMAIL = "dev@mint.example"


class Gate:
    """One signed image in a layout, and the gate in front of it."""

    def __init__(self, folder, name=REPOSITORY + ":v1", **settings):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.name = folder, name
        self.layout, self.image, self.m = image_with(settings)
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
            stdin = json.dumps({"mediaType": self.image["mediaType"], "digest": digest or self.digest,
                                "size": self.image["size"]}).encode() + b"\n"
        before = ["gate", "--local-image", self.path] if local else []
        return Answer(run(*before, *argv, stdin=stdin, env=environment, cwd=self.folder, timeout=timeout))

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

    def allowed(self, text="sigstore: accepted"):
        assert self.status == 0 and self.line.startswith("sigstore: accepted") and text in self.line, self.result
        return self

    def refused(self, code, text=""):
        assert self.line.startswith(f"rejected: {code}: "), self.result
        assert self.status == STATUS[code], self.result
        assert text in self.line, self.result
        assert self.result.stdout.count(b"\n") == 1 and b"accepted" not in self.result.stdout, self.result
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


def test_as_a_plugin_without_a_command(gate):
    """containerd gives no command: the options alone say what it is."""
    gate.policy({"default": [{"type": "insecureAcceptAnything"}]})
    gate.ask(local=False).allowed("insecureAcceptAnything")
    gate.ask(local=False, argv=["-operation", "pull", "-name=" + gate.name, "-digest=" + gate.digest,
                                "-stdin-media-type=" + DESCRIPTOR]).allowed()
    assert run("--name", gate.name, "--digest", gate.digest, cwd=gate.folder).status == 2


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


def test_a_value_that_looks_like_an_option(gate):
    """A name is chosen by whoever pulls; it is a name whatever it looks like."""
    gate.policy({"default": [{"type": "insecureAcceptAnything"}]})
    gate.ask(argv=["-name", "--help", "-digest", gate.digest]).refused("reference-invalid")
    gate.ask(argv=["-name", "--policy=/dev/null", "-digest", gate.digest], local=False).refused("reference-invalid")


def test_help_is_no_yes(gate):
    gate.policy({"default": [{"type": "reject"}]})
    gate.ask(argv=["-name", gate.name, "-digest", gate.digest, "--help"]).refused("policy-rejected")


@pytest.mark.parametrize("stdin, code", [
    (b"", "plugin-input-mismatch"), (b"{}", "plugin-input-mismatch"), (b"[]", "plugin-input-mismatch"), (b"{", "plugin-input-mismatch"),
    (json.dumps({"digest": NOBODY}).encode(), "plugin-input-mismatch"), (b'{"digest":1}', "plugin-input-mismatch"),
    (b"%s", "plugin-input-mismatch"), (b" " * 32769, "limit-exceeded"), (b"x" * 5000000, "limit-exceeded")],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value)
def test_descriptor(gate, stdin, code):
    gate.ask(gate.signed()).allowed()
    gate.ask(stdin=stdin).refused(code)


def test_descriptor_twice_and_upper_case(gate):
    text = '{"digest":"%s","digest":"%s"}' % (gate.digest, NOBODY)
    gate.ask(gate.signed(), stdin=text.encode()).refused("plugin-input-mismatch")
    gate.ask(stdin=json.dumps({"digest": gate.digest.upper()}).encode()).refused("plugin-input-mismatch")
    gate.ask(stdin=b" " * 1000 + json.dumps({"digest": gate.digest, "annotations": {"a": "b"}}).encode() + b"\n").allowed()


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


def test_deadline(gate):
    """Well within containerd's ten seconds, with an answer."""
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        start = time.monotonic()
        name = f"localhost:{listener.getsockname()[1]}/acme/app:v1"
        answer = gate.ask(gate.signed(), local=False, argv=["-name", name, "-digest", gate.digest])
        answer.refused("timeout")
        assert 7 < time.monotonic() - start < 9.5
        short = ["gate", "-name", name, "-digest", gate.digest, "--timeout", "300ms"]
        gate.ask(local=False, argv=short).refused("timeout")
        assert time.monotonic() - start < 11
    finally:
        listener.close()


def test_stdin_that_never_ends(gate):
    gate.policy({"default": [gate.signed()]})
    read, write = os.pipe()
    try:
        done = subprocess.run([PROGRAM, "gate", "--timeout", "500ms", "-name", gate.name, "-digest", gate.digest, "-stdin-media-type", DESCRIPTOR],
                              stdin=read, capture_output=True, env={"PLOMB_POLICY": str(gate.folder / "policy.json")}, timeout=10)
    finally:
        os.close(read)
        os.close(write)
    assert done.returncode == 3 and done.stdout == b"rejected: timeout: the deadline has passed\n", done


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


def test_fulcio_takes_an_address_only(tmp_path):
    """A URI that reads like the address is another name of somebody else."""
    g = Gate(tmp_path, content="simplesigning", knobs={"leaf.san": cert.san(("uri", EMAIL))})
    g.ask(fulcio(g)).refused("identity-san-mismatch", "an e-mail address")
    g.ask({**g.signed(identity=EMAIL, acceptUnnamed=False)}).allowed()


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


def test_registry_login_is_found(gate, tmp_path):
    """Credentials come from docker's configuration, without an argument."""
    from credentials import PASSWORD, USER, basic
    from registry import Answer as Reply
    repository = Repository.from_layout(gate.path, True)

    def hook(request):
        if request.headers.get("Authorization") != basic(USER, PASSWORD):
            return Reply(401, b"{}", headers=[("WWW-Authenticate", 'Basic realm="x"')])
    with Server({"acme/edge": repository}, hook) as server:
        name = f"{server.name}/acme/edge:v1"
        gate.ask(gate.signed(), local=False, name=name).refused("registry-auth-failed")
        (tmp_path / "config.json").write_text(json.dumps({"auths": {server.name: {"auth": basic(USER, PASSWORD).split()[1]}}}))
        gate.ask(gate.signed(), local=False, name=name, env={"DOCKER_CONFIG": str(tmp_path)}).allowed()
