"""
What a registry, a token server or a mirror can do that wants to cost memory
and time, or to learn a password. Each ends with its reason, in time, and with
less than 8 MB of the heap in use at any moment, all libraries included; what
the program took itself it has given back.
"""
import copy
import gzip
import itertools
import json
import time
import urllib.parse

import pytest

from credentials import PASSWORD, TOKEN, USER
from fault import Log, Shim
from mint import compact
from plomb import IDENTITY, ISSUER, image_with, prepare, run
from registry import INDEX, MANIFEST, Answer, Server, sha256
from test_registry import NAME, Bearer, World, basic, timed_out, wants_basic
from tuf import Client, mirror_of, serve

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
MOST = 8_000_000
MIB = 1 << 20


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return Shim(tmp_path_factory.mktemp("shim"))


class Measured(World):
    """A world in which every run is measured: another's image and signature, and a repository of its own to spoil."""

    def __init__(self, folder, shim, other):
        self.folder, self.shim, self.env = folder, shim, {}
        self.layout, self.image, self.m, self.digest = other.layout, other.image, other.m, other.digest
        prepare(self.m, folder)
        self.repository = copy.copy(other.repository)
        for name in ("manifests", "tags", "blobs"):
            setattr(self.repository, name, dict(getattr(other.repository, name)))

    def verify(self, *args, most=MOST, seconds=30, **more):
        return self.measure(super().verify, *args, most=most, seconds=seconds, **more)

    def tree(self, server, *flags, **more):
        return self.measure(lambda: run("tree", *flags, f"{server.name}/{NAME}:latest", cwd=self.folder, env=self.env), **more)

    def gate(self, server, **more):
        """The same question, asked by containerd."""
        name = f"{server.name}/{NAME}"
        (self.folder / "policy.json").write_text(json.dumps({"default": [{"type": "reject"}], "transports": {"docker": {name: [
            {"type": "sigstoreSigned", "signedIdentity": {"type": "matchRepository"}, "plomb": {
                "trustedRoot": str(self.folder / "root.json"), "identity": IDENTITY, "issuer": ISSUER, "acceptUnnamed": True}}]}}}))
        descriptor = json.dumps({"mediaType": MANIFEST, "digest": self.digest, "size": len(self.repository.manifests[self.digest][0])}).encode()
        return self.measure(lambda: run("-name", f"{name}:latest", "-digest", self.digest, "-stdin-media-type", "application/vnd.oci.descriptor.v1+json",
                                        stdin=descriptor, cwd=self.folder, env={**self.env, "PLOMB_POLICY": str(self.folder / "policy.json")}), **more)

    def measure(self, ask, *args, most=MOST, seconds=30, **more):
        env, log = self.shim.env()
        self.env.update(env)
        begun = time.monotonic()
        result = ask(*args, **more)
        self.seconds = time.monotonic() - begun
        assert self.seconds < seconds, result
        self.log = Log(log)
        # The deadline ends the program where it is.
        assert self.log.blocks == 0 or result.stderr.startswith(b"plomb: timeout: "), (self.log.left, "bytes are left", result)
        assert self.log.peak < most, (self.log.peak, result)
        assert result.status == 0 or result.stderr.startswith(b"plomb: ") or b"\nplomb: " in result.stderr, result
        return result


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return World(tmp_path_factory.mktemp("original"))


@pytest.fixture
def world(tmp_path, shim, original):
    return Measured(tmp_path, shim, original)


def refused(result, code, status=None):
    assert result.status != 0 and (status is None or result.status == status), result
    return result.mentions(code)


def pad(value, size):
    """The same JSON in so many bytes."""
    data = compact(value)
    return data[:-1] + b" " * (size - len(data)) + data[-1:]


def stream(head, part):
    """An answer that does not end."""
    def parts():
        yield head
        while True:
            yield part
    return Answer(raw=parts())


def endless(media_type="application/json", status=200, length=b""):
    return stream(b"HTTP/1.1 %d X\r\nContent-Type: %s\r\n%sConnection: close\r\n\r\n" % (status, media_type.encode(), length), b" " * 65536)


FIVE_GB = b"Content-Length: 5368709120\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % INDEX.encode()
WHERE = {"tag": f"/v2/{NAME}/manifests/latest", "referrers": "/referrers/", "manifest": "/manifests/sha256:", "blob": "/blobs/"}


def at(where, answer):
    """A hook: this answer there, and everywhere else the truth."""
    return lambda request: answer(request) if WHERE[where] in request.path else None


def test_friendly(world):
    """What is measured is measured: it is some megabytes, and a large attestation takes more than is allowed to strangers here."""
    with world.serve() as server:
        world.verify(server).accepted()
        assert 1 * MIB < world.log.peak < 5 * MIB and world.log.own_peak > 100_000
    large = {"statement": lambda s: {**s, "predicate": {"x": "y" * 4_000_000}}}
    world.layout, world.image, world.m = image_with({"predicate_type": "https://example.com/sbom", "knobs": large})
    prepare(world.m, world.folder)
    world.repository = type(world.repository).from_layout(world.layout.write(str(world.folder / "large")), True)
    with world.serve() as server:
        world.verify(server, "--type", "https://example.com/sbom", command="verify-attestation", most=200 * MIB).accepted()
        assert world.log.peak > MOST


# --- bodies ------------------------------------------------------------------------------

@pytest.mark.parametrize("length", [b"", FIVE_GB, b"Content-Length: 99999999999999999999\r\n"], ids=["no length", "5 GB", "no number"])
@pytest.mark.parametrize("where,codes", [("tag", {"limit-exceeded"}), ("referrers", {"referrers-too-many"}), ("manifest", {"digest-mismatch"}),
                                         ("blob", {"digest-mismatch"})])
def test_endless_body(world, where, codes, length):
    with world.serve(at(where, lambda r: endless(INDEX if where == "referrers" else MANIFEST, length=length))) as server:
        refused(world.verify(server), codes if b"999" not in length else codes | {"registry-unreachable"})


@pytest.mark.parametrize("status", [201, 204, 302, 401, 403, 404, 418, 500])
@pytest.mark.parametrize("where", WHERE)
def test_endless_error(world, where, status):
    """What comes with an error is not kept, and not waited for."""
    with world.serve(at(where, lambda r: endless(status=status))) as server:
        result = world.verify(server)
        assert result.status in (3, 11, 12), result
        result.mentions({"limit-exceeded", "registry-http-error", "registry-auth-failed", "registry-redirect-refused", "referrers-too-many",
                         "digest-mismatch", "registry-unreachable"})


@pytest.mark.parametrize("head,part", [
    (b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"a" * 1000 + b"\r\n"), (b"HTTP/1.1 200 OK\r\n", b"A:\r\n"), (b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65536),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), (b"HTTP/1.1 200 ", b"O" * 65536),
    (CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"), (CHUNKED, b"1\r\n \r\n" * 10000),
    (CHUNKED + b"0\r\n", b"X-Trailer: " + b"a" * 1000 + b"\r\n"), (b"", b"\r\n"), (b"", b"\0" * 65536)],
    ids=["long headers", "many headers", "one header", "100", "103", "reason", "chunks", "small chunks", "trailers", "empty lines", "zeros"])
def test_endless_http(world, head, part):
    with world.serve(at("referrers", lambda r: stream(head, part))) as server:
        refused(world.verify(server), {"limit-exceeded", "referrers-too-many", "registry-unreachable"})


def test_endless_chunk_extension(world):
    """A line that belongs to nothing and has no end: to the library it is no progress, and that has its time."""
    with world.serve(at("referrers", lambda r: stream(CHUNKED + b"1;x=", b"a" * 65536))) as server:
        timed_out(world.verify(server, "--timeout", "2s", seconds=10))


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("length", [0, 1, 10 << 20, 5 << 30])
def test_content_length_lies(world, where, length):
    """Too small, the bytes are not those of the digest; too large, the connection ends in the middle."""
    def lie(request):
        true = server.find(request.path)
        return Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (true.media_type.encode(), length, true.body))
    with world.serve(at(where, lie)) as server:
        refused(world.verify(server), {"digest-mismatch", "registry-unreachable", "referrers-malformed", "manifest-malformed", "limit-exceeded",
                                       "referrers-too-many"})


@pytest.mark.parametrize("two", [b"Content-Length: 2\r\nContent-Length: 999\r\n", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"])
def test_two_lengths(world, two):
    body = b"2\r\n{}\r\n0\r\n\r\n" if b"chunked" in two else b"{}"
    with world.serve(at("referrers", lambda r: Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s\r\n%s" % (INDEX.encode(), two, body)))) as server:
        refused(world.verify(server), {"referrers-malformed", "registry-unreachable"})


@pytest.mark.parametrize("where,codes", [("tag", {"manifest-malformed"}), ("referrers", {"referrers-malformed"}), ("manifest", {"digest-mismatch"}),
                                         ("blob", {"digest-mismatch"})])
def test_gzip(world, where, codes):
    """Nobody asked for it: bytes are what they are, and 50 MB of nothing stay 50 KB."""
    bomb = gzip.compress(b" " * 50_000_000)
    for encoding in ("gzip", "deflate", "br", "gzip, gzip"):
        with world.serve(at(where, lambda r: Answer(200, bomb, INDEX if where == "referrers" else MANIFEST, [("Content-Encoding", encoding)]))) as server:
            refused(world.verify(server), codes)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"], ids=["header", "body"])
def test_slow_drip(world, where, head):
    def drip():
        yield head or b"HTTP/1.1 200 OK\r\nX: "
        for _ in range(100):
            time.sleep(0.1)
            yield b"a"
    with world.serve(at(where, lambda r: Answer(raw=drip()))) as server:
        timed_out(world.verify(server, "--timeout", "1s", seconds=8))


# --- lists and manifests -------------------------------------------------------------------

def pages(world, body, name="n"):
    count = itertools.count(1)

    def hook(request):
        if "/referrers/" not in request.path:
            return None
        return Answer(200, body, INDEX, [("Link", f'</v2/{NAME}/referrers/{world.digest}?{name}={next(count)}>; rel="next"')])
    return hook


@pytest.mark.parametrize("size", [100, 4 * MIB], ids=["small", "4 MiB"])
def test_endless_pages(world, size):
    with world.serve(pages(world, pad({"schemaVersion": 2, "manifests": []}, size))) as server:
        refused(world.verify(server), "referrers-too-many", 12)
        assert len(server.requests) <= 52


def test_two_pages_that_lead_to_each_other(world):
    def hook(request):
        if "/referrers/" not in request.path:
            return None
        return Answer(200, b'{"schemaVersion":2,"manifests":[]}', INDEX, [("Link", f'<{"?b" if request.path.endswith("?a") else "?a"}>; rel="next"')])
    with world.serve(hook) as server:
        refused(world.verify(server), "referrers-too-many", 12)
        assert len(server.requests) <= 52


FULL = {
    "zeros": b'{"schemaVersion":2,"%s":[' + b"0," * 2_000_000 + b"0]}", "objects": b'{"schemaVersion":2,"%s":[' + b"{}," * 1_300_000 + b"{}]}",
    "arrays": b'{"schemaVersion":2,"%s":[' + b"[]," * 1_300_000 + b"[]]}", "members": b'{"schemaVersion":2,"%s":[]' + b"".join(b',"%06x":0' % i for i in range(380_000)) + b"}",
    "one string": b'{"schemaVersion":2,"mediaType":"' + b"\\u0061" * 690_000 + b'","%s":[]}', "one key": b'{"schemaVersion":2,"%s":[],"' + b"\\u0061" * 690_000 + b'":0}',
    "deep": b'{"schemaVersion":2,"%s":' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}", "open": b'{"schemaVersion":2,"%s":' + b'{"a":' * 800_000,
    "spaces": b'{"schemaVersion":2,"%s":[]' + b" " * 4_100_000 + b"}"}
REASONS = {"limit-exceeded", "manifest-malformed", "manifest-media-type", "referrers-too-many", "referrers-malformed", "signature-not-found"}


@pytest.mark.parametrize("what", FULL)
@pytest.mark.parametrize("where", ["tag", "referrers", "fallback", ".sig", "referrer"])
def test_four_megabytes_of(world, where, what):
    """A million layers, descriptors, members: of the image, of a list, of signatures."""
    body = FULL[what] % (b"manifests" if where in ("referrers", "fallback") else b"layers")
    repository = world.repository
    repository.api = where not in ("fallback", ".sig")
    if where == "tag":
        repository.put(body, "latest", MANIFEST)
    elif where == "fallback":
        repository.put(body, world.digest.replace(":", "-"), INDEX)
    elif where == ".sig":
        repository.put(body, world.digest.replace(":", "-") + ".sig", MANIFEST)
    elif where == "referrer":
        repository.put(body, None, MANIFEST)
    listed = compact({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": MANIFEST, "digest": sha256(body), "size": len(body), "artifactType": BUNDLE}]}) if where == "referrer" else body
    with world.serve(at("referrers", lambda r: Answer(200, listed, INDEX)) if where in ("referrers", "referrer") else None) as server:
        refused(world.verify(server), REASONS)


def attach(world, manifest):
    data, media_type = world.repository.manifests[world.digest]
    return world.repository.put({"schemaVersion": 2, "mediaType": MANIFEST, "subject": {"mediaType": media_type, "digest": world.digest, "size": len(data)},
                                 "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": sha256(b"{}"), "size": 2}, **manifest})


def layer(world, body, media_type=BUNDLE, **more):
    return {"mediaType": media_type, "digest": world.repository.add(body), "size": len(body), **more}


def alone(world):
    """Without its good signature."""
    world.repository.manifests = {world.digest: world.repository.manifests[world.digest]}


BUNDLES = {
    "no JSON": lambda i: b"%04d" % i + b"x" * (MIB - 4), "zeros": lambda i: b"[%d," % i + b"0," * (MIB // 2 - 8) + b"0]",
    "media type": lambda i: b'{"mediaType":"%04d' % i + b"a" * (MIB - 40) + b'"}',
    "payload": lambda i: compact({"mediaType": BUNDLE, "verificationMaterial": {"publicKey": {"hint": "x"}, "tlogEntries": []}, "dsseEnvelope": {
        "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AAAA"}], "payload": "%04d" % i + "A" * (MIB - 400)}}),
    "too large": lambda i: b"%04d" % i + b"x" * (4 * MIB - 4)}


@pytest.mark.parametrize("what,good", [*((what, False) for what in BUNDLES), ("payload", True), ("too large", True)])
def test_many_bundles(world, what, good):
    """They cost time, not memory; and a good one in front of them is found all the same."""
    if not good:
        alone(world)
    for i in range(40):
        attach(world, {"artifactType": BUNDLE, "layers": [layer(world, BUNDLES[what](i))]})
    listed = world.repository.referrers(world.digest)
    with world.serve(at("referrers", lambda r: Answer(200, compact({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}), INDEX))) as server:
        result = world.verify(server, timeout=60)
    assert result.status == (0 if good else 12), result


def test_bundle_in_a_large_manifest(world):
    """The largest manifest that is read, with the largest bundle: both are in memory at a time, with what is read of them."""
    alone(world)
    for i in range(4):
        attach(world, {"artifactType": BUNDLE, "layers": [layer(world, BUNDLES["payload"](i))], "annotations": {
            **{"%05d" % k: "" for k in range(16_000)}, "x": "y" * (MIB + MIB // 2)}})
    with world.serve() as server:
        assert world.verify(server).status in (12, 13)
    assert 7_000_000 > world.log.own_peak > 4_000_000
    assert any("/blobs/" in path for method, path in server.requests)


@pytest.mark.parametrize("what", ["payloads", "signatures", "escapes", "certificates"])
def test_a_hundred_layers(world, what):
    """cosign 2's: everything in one manifest, of up to 2 MiB, each with a payload of up to 1 MiB."""
    alone(world)
    big = {"signatures": ("dev.cosignproject.cosign/signature", "A" * 18_000), "escapes": ("dev.cosignproject.cosign/signature", "\\u0041" * 3_000),
           "certificates": ("dev.sigstore.cosign/certificate", "-----BEGIN CERTIFICATE-----\n" + "A" * 18_000 + "\n-----END CERTIFICATE-----\n")}
    name, value = big.get(what, ("dev.cosignproject.cosign/signature", "AAAA"))
    layers = [layer(world, b'{"critical":%d}' % i + b" " * (MIB - 20 if what == "payloads" else 0), LAYER,
                    annotations={"dev.cosignproject.cosign/signature": "AAAA", name: value}) for i in range(100)]
    world.repository.put(compact({"schemaVersion": 2, "mediaType": MANIFEST, "layers": layers}).replace(b"\\\\u0041", b"\\u0041"),
                         world.digest.replace(":", "-") + ".sig", MANIFEST)
    with world.serve() as server:
        result = world.verify(server, timeout=60)
    assert result.status in (12, 13), result
    assert len(result.candidates) == (100 if what != "payloads" else len(result.candidates)), result


def test_a_thousand_absent_referrers(world):
    """Each costs one request, and after a hundred candidates it is enough."""
    alone(world)
    listed = [{"mediaType": MANIFEST, "digest": sha256(b"%d" % i), "size": 100 + i, "artifactType": BUNDLE} for i in range(1000)]
    with world.serve(at("referrers", lambda r: Answer(200, compact({"schemaVersion": 2, "manifests": listed}), INDEX))) as server:
        result = world.verify(server)
    assert result.status in (3, 12) and len(result.candidates) <= 100, result
    assert len(server.requests) <= 110


@pytest.mark.parametrize("digest", ["sha256:../../../../etc/passwd", "sha256:" + "A" * 64, "../" + "0" * 64, "sha256:" + "0" * 63 + "/", "sha256:" + "0" * 65,
                                    "sha512:" + "0" * 64, "md5:" + "0" * 32, ""])
@pytest.mark.parametrize("where", ["referrers", "layer"])
def test_digest_that_is_a_path(world, where, digest):
    """CVE-2024-3727: it never becomes part of an address."""
    alone(world)
    descriptor = {"mediaType": MANIFEST if where == "referrers" else BUNDLE, "size": 1, "digest": digest, "artifactType": BUNDLE}
    if where == "layer":
        attach(world, {"artifactType": BUNDLE, "layers": [descriptor]})
    body = compact({"schemaVersion": 2, "manifests": [descriptor]})
    with world.serve(at("referrers", lambda r: Answer(200, body, INDEX)) if where == "referrers" else None) as server:
        refused(world.verify(server), {"referrers-malformed", "manifest-malformed", "digest-alg-unsupported", "digest-mismatch"}, 12)
        assert not any(".." in path or "passwd" in path or "md5" in path for method, path in server.requests), server.requests


@pytest.mark.parametrize("body", [
    {"mediaType": MANIFEST, "layers": [], "manifests": []}, {"mediaType": INDEX, "manifests": []}, {"mediaType": INDEX, "layers": []},
    {"mediaType": MANIFEST, "Layers": [], "layers": []}, {"mediaType": MANIFEST, "layers": [], "\u017fubject": {}}])
def test_two_kinds_at_once(world, body):
    """CVE-2021-41190."""
    world.repository.put({"schemaVersion": 2, **body}, "latest", MANIFEST)
    with world.serve() as server:
        refused(world.verify(server), "manifest-malformed", 12)


# --- the other commands that ask registries ----------------------------------------------------

def many_referrers(world):
    """As many as are listed."""
    for i in range(990):
        attach(world, {"artifactType": f"application/vnd.example.{i}", "layers": [layer(world, b"x")], "annotations": {f"{k:05d}": "v" for k in range(100)}})


HOSTILE = {
    "pages": lambda world: pages(world, pad({"schemaVersion": 2, "manifests": []}, 4 * MIB)),
    "zeros": lambda world: at("referrers", lambda r: Answer(200, FULL["zeros"] % b"manifests", INDEX)),
    "members": lambda world: at("referrers", lambda r: Answer(200, FULL["members"] % b"manifests", INDEX)),
    "endless": lambda world: at("referrers", lambda r: endless(INDEX)),
    "bundles": lambda world: [attach(world, {"artifactType": BUNDLE, "layers": [layer(world, BUNDLES["payload"](i))]}) for i in range(20)] and None,
    "manifests": lambda world: [attach(world, {"artifactType": BUNDLE, "layers": [layer(world, b"{}")], "annotations": {
        **{"%05d" % k: "" for k in range(16_000)}, "x": "y" * (MIB + MIB // 2 - i)}}) for i in range(20)] and None,
    "many": lambda world: many_referrers(world)}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("command", ["tree", "gate"])
def test_other_commands(world, command, what):
    with world.serve(HOSTILE[what](world)) as server:
        result = getattr(world, command)(server)
    if what in ("pages", "zeros", "members", "endless"):
        refused(result, "referrers-too-many")
    elif command == "gate":
        # The good one is the first of the list; more than a hundred candidates are none of these.
        assert result.status == 0 and result.stdout.startswith(b"sigstore: accepted"), result
    else:
        assert result.status in (0, 3, 12), result


# --- redirects and tokens --------------------------------------------------------------------

def test_redirects_without_end(world):
    """To ever new places, on this host and on others."""
    count = itertools.count()
    servers = [Server(hook=lambda r: Answer(307, headers=[("Location", f"http://{servers[next(count) % 3].name}/{next(count)}")])) for _ in range(3)]
    with servers[0], servers[1], servers[2]:
        result = world.verify(servers[0], "--registry-username", USER, "--registry-password", PASSWORD)
        refused(result, "registry-redirect-refused", 3)
        assert sum(len(s.requests) for s in servers) <= 7
        assert not any("Authorization" in seen for s in servers for seen in s.seen)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_that_fishes(world, status):
    """CVE-2020-15157: a registry that has been logged in to sends us where a password is asked for, by Basic and by a token server of its own."""
    thief = Server()
    thief.hook = lambda r: Answer(401, headers=[("WWW-Authenticate", f'Basic realm="x", Bearer realm="http://{thief.name}/token"')])

    def hook(request):
        wanted = wants_basic(request)
        return wanted or Answer(status, headers=[("Location", f"http://{thief.name}{request.path}")])
    with world.serve(hook) as server, thief:
        refused(world.verify(server, "--registry-username", USER, "--registry-password", PASSWORD), "registry-auth-failed", 3)
        assert thief.requests and all("Authorization" not in seen for seen in thief.seen)
        assert not any("token" in path for method, path in thief.requests)


TOKENS = {
    "endless": endless(), "5 GB": endless(length=FIVE_GB), "endless error": endless(status=403), "long": Answer(200, compact({"token": "a" * 60_000})),
    "as long as it may be": Answer(200, compact({"token": "a" * 16_000})), "deep": Answer(200, b"[" * 60_000), "many": Answer(200, b"[" + b"0," * 30_000 + b"0]"),
    "new line": Answer(200, compact({"token": TOKEN + "\r\nX-Evil: 1"})), "NUL": Answer(200, compact({"token": TOKEN + "\0"})),
    "space": Answer(200, compact({"token": TOKEN + " x"})), "DEL": Answer(200, compact({"token": TOKEN + "\x7f"})), "UTF-8": Answer(200, compact({"token": TOKEN + "\u00e9"})),
    "escaped new line": Answer(200, b'{"access_token":"x\\u000a\\u000dX-Evil: 1"}'), "twice": Answer(200, b'{"token":"a","token":"b"}'),
    "number": Answer(200, b'{"token":1}'), "gzip": Answer(200, gzip.compress(b'{"token":"x"}'), headers=[("Content-Encoding", "gzip")])}


@pytest.mark.parametrize("what", TOKENS)
def test_token_server(world, what):
    def give(request):
        answer = TOKENS[what]
        # A generator is good for one answer.
        return endless(status=403 if "error" in what else 200, length=FIVE_GB if "GB" in what else b"") if answer.raw is not None else answer
    with Bearer(world, give=give) as b:
        refused(world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD), {"registry-auth-failed", "limit-exceeded"})
        assert not any("X-Evil" in seen for seen in b.registry.seen)
        assert len(b.registry.requests) <= 2 and len(b.asked) <= 2


def test_token_server_that_drips(world):
    def drip():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        for _ in range(100):
            time.sleep(0.1)
            yield b" "
    with Bearer(world, give=lambda r: Answer(raw=drip())) as b:
        timed_out(world.verify(b.registry, "--timeout", "1s", seconds=8))


@pytest.mark.parametrize("challenge", [
    'Bearer realm="http://169.254.169.254/latest/meta-data"', 'Bearer realm="http://[::ffff:169.254.169.254]/"', 'Bearer realm="http://2852039166/"',
    'Bearer realm="http://0xA9FEA9FE/"', 'Bearer realm="http://169.254.43518/"', 'Bearer realm="http://10.0.0.1/"', 'Bearer realm="http://192.168.0.1:80/"',
    'Bearer realm="https://172.16.0.1/"', 'Bearer realm="http://100.64.0.1/"', 'Bearer realm="http://[fd00::1]/"', 'Bearer realm="http://[fe80::1%25eth0]/"'])
def test_realm_inside(world, challenge):
    """CVE-2026-33540."""
    with Bearer(world, challenge=challenge) as b:
        refused(world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD), {"registry-realm-refused", "registry-auth-failed"}, 3)
        assert len(b.registry.requests) == 1


@pytest.mark.parametrize("lines", [["Basic x"] * 100, ["Bearer " + ",".join(f'k{i}="v"' for i in range(5000))], ["Bearer " + "a" * 60_000], ["Basic realm=" + '"\\' * 20_000]],
                         ids=["many", "parameters", "one word", "escapes"])
def test_challenges(world, lines):
    with world.serve(lambda r: Answer(401, headers=[("WWW-Authenticate", line) for line in lines])) as server:
        refused(world.verify(server, "--registry-username", USER, "--registry-password", PASSWORD),
                {"registry-auth-failed", "limit-exceeded", "registry-unreachable"}, None)
        assert len(server.requests) <= 3


def test_unauthorized_for_ever(world):
    """Whatever is sent, it is not enough."""
    with world.serve(lambda r: Answer(401, headers=[("WWW-Authenticate", 'Basic realm="x"')])) as server:
        refused(world.verify(server, "--registry-username", USER, "--registry-password", PASSWORD), "registry-auth-failed", 3)
        assert len(server.requests) == 2
    with Bearer(world, give=lambda r: Answer(200, compact({"token": "never-good-enough"}))) as b:
        refused(world.verify(b.registry), "registry-auth-failed", 3)
        assert len(b.registry.requests) == 2 and len(b.asked) == 1


# --- TLS ---------------------------------------------------------------------------------

@pytest.mark.parametrize("certificate,authority", [("other", "ca"), ("expired", "ca"), ("early", "ca"), ("alone", "ca"), ("good", "alone"), ("good", None)])
def test_certificate(world, tls, certificate, authority):
    """Wrong host, expired, not valid yet, self-signed, by somebody else: nothing is asked, no password is sent, and http is not tried."""
    with world.serve(tls=(tls(certificate + ".crt"), tls(certificate + ".key"))) as server:
        flags = ("--registry-cacert", tls(authority + ".crt")) if authority else ()
        refused(world.verify(server, *flags, "--registry-username", USER, "--registry-password", PASSWORD), "registry-tls", 3)
        assert server.requests == []


def test_certificate_of_itself(world, tls):
    """The control: the same self-signed certificate, trusted by name."""
    with world.serve(tls=(tls("alone.crt"), tls("alone.key"))) as server:
        world.verify(server, "--registry-cacert", tls("alone.crt")).accepted()


# --- mirrors -------------------------------------------------------------------------------

def test_mirror_lies_about_a_digest(world):
    """It may say what it has, not what it is."""
    other = World(world.folder / "other")
    data, media_type = world.repository.manifests[world.digest]
    data += b" "
    other.repository.manifests.clear()
    for where in ("/manifests/sha256:", "/blobs/", "/referrers/"):
        with world.serve(lambda r: Answer(200, data, media_type) if where in r.path else None) as server:
            refused(world.verify("registry.example.com", "--registry-mirror", server.name, by="@" + world.digest),
                    {"digest-mismatch", "signature-not-found"})
    with other.serve() as server:
        refused(world.verify("registry.example.com", "--registry-mirror", server.name, by="@" + world.digest), "image-not-found", 11)


@pytest.mark.parametrize("way", ["basic", "bearer"])
def test_mirror_wants_a_password(world, way):
    """What is kept for the registry is not for its mirror."""
    thief = Server()
    challenge = 'Basic realm="x"' if way == "basic" else f'Bearer realm="http://{thief.name}/token"'
    with world.serve(lambda r: Answer(401, headers=[("WWW-Authenticate", challenge)])) as server, thief:
        world.config({"auths": {"registry.example.com": {"auth": basic(USER, PASSWORD).split()[1]}}})
        assert world.verify("registry.example.com", "--registry-mirror", server.name).status == 3
        assert not any("Authorization" in seen for seen in server.seen + thief.seen)


@pytest.mark.parametrize("name", ["4.root.json", "timestamp.json", "5.snapshot.json", "4.targets.json"])
@pytest.mark.parametrize("what", ["zeros", "objects", "members", "one string", "deep"])
def test_mirror_of_the_trust_root(tmp_path, shim, name, what):
    """As large as it may be."""
    client = Client(tmp_path)
    client.start()
    (client.folder / "trusted_root.json").write_bytes(b"{}")
    mirror = mirror_of(tmp_path, "base", "chain-good-undescribed")
    ceiling = {"4.root.json": 512 << 10, "timestamp.json": 16 << 10, "5.snapshot.json": 2 << 20, "4.targets.json": 5 << 20}[name]
    body = FULL[what] % b"x"
    (mirror / name).write_bytes(body[:ceiling])
    env, log = shim.env()
    with serve(mirror) as server:
        result = client.update(server.url, env=env)
    assert result.status not in (0, 139) and result.stderr.startswith((b"plomb: tuf-", b"plomb: limit-exceeded: ")), result
    measured = Log(log)
    assert measured.blocks == 0 and measured.peak < (10_000_000 if name == "4.targets.json" else MOST), measured.peak
