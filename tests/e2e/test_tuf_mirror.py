"""
Mirrors of the trust root behind a URL: what is asked of them, and what a
hostile one can do. Whatever it does, what was kept stays as it was, byte for
byte, and a good mirror is good afterwards. Every server is on this machine.
"""
import gzip
import hashlib
import itertools
import re
import subprocess
import time

import pytest

from plomb import STATUS, build, run
from registry import Answer, Server, closed_port
from tuf import NOW, PUBLIC, ROOT, Client, mirror_of, serve

EVERY = ["4.root.json", "timestamp.json", "5.snapshot.json", "4.targets.json", "target"]
CEILING = {"4.root.json": 512 << 10, "timestamp.json": 16 << 10, "5.snapshot.json": 2 << 20, "4.targets.json": 5 << 20, "target": 4 << 20}
AT_ONCE = [("Retry-After", "0")]


@pytest.fixture
def client(tmp_path):
    return Client(tmp_path)


def is_file(name, wanted):
    return name.startswith("targets/") if wanted == "target" else name == wanted


def newer(client):
    """A repository one step ahead of what the client has, which lacks the target, so that every kind of file is asked for."""
    (client.folder / "trusted_root.json").write_bytes(b"{}")
    return mirror_of(client.path, "base", "chain-good-undescribed")


def refused(result, code, text=None):
    assert result.status == STATUS[code], result
    result.mentions(code)
    assert text is None or text in result.stderr.decode(), result


def unharmed(client, before):
    """Nothing that verification uses has changed, and a good mirror still does its work."""
    assert client.kept()["trusted_root.json"] == before["trusted_root.json"]
    assert client.kept()["root.json"] == before["root.json"]
    assert not [name for name in client.kept() if name not in before]
    with serve(mirror_of(client.path, "base", "chain-good-undescribed")) as good:
        assert client.update(good.url).status == 0


def attack(client, name, answer, code, *more, text=None, tries=None):
    """One file of the mirror is answered with this; the rest is good and new."""
    before = client.start()
    mirror = newer(client)
    before = client.kept()
    asked = []

    def hook(request, path):
        if is_file(path, name):
            asked.append(path)
            return answer(request) if callable(answer) else answer
        return None

    began = time.monotonic()
    with serve(mirror, hook) as server:
        result = client.update(server.url, *more)
    assert time.monotonic() - began < 60
    assert asked, "the file was not asked for"
    refused(result, code, text)
    assert tries is None or len(asked) == tries, asked
    unharmed(client, before)
    return result


# --- what is asked ------------------------------------------------------------------

def test_first_and_second_time(client):
    with serve(mirror_of(client.path, "base")) as server:
        result = client.update(server.url, "--root", ROOT)
        assert result.status == 0 and b"trust root updated from " + server.url.encode() in result.stdout, result
        names = [path.lstrip("/") for _, path in server.requests]
        assert names[:4] == ["2.root.json", "3.root.json", "4.root.json", "timestamp.json"]
        assert names[4:6] == ["4.snapshot.json", "3.targets.json"] and re.fullmatch(r"targets/[0-9a-f]{64}\.trusted_root\.json", names[6])
        assert len(names) == 7 and server.connections == 1
        assert all(method == "GET" for method, _ in server.requests)
        del server.requests[:]
        # The mirror is remembered.
        result = client.update(None)
        assert result.status == 0 and b"up to date with " + server.url.encode() in result.stdout, result
        assert len(server.requests) == len(set(server.requests))


def test_public_repository(client):
    with serve(PUBLIC) as server:
        result = client.run("initialize", "--mirror", server.url + "//", "--root", PUBLIC / "1.root.json", "--clock", NOW)
        assert result.status == 0 and b"version 15, from 1" in result.stdout, result
    target = next((PUBLIC / "targets").glob("*.trusted_root.json")).read_bytes()
    assert client.kept()["trusted_root.json"] == target
    assert client.kept()["mirror"].decode() == server.url


def test_below_a_path(client):
    mirror_of(client.path, "base")
    with serve(client.path) as server:
        assert client.update(server.url + "/mirror/", "--root", ROOT).status == 0
        assert {path.split("/")[1] for _, path in server.requests} == {"mirror"}


def test_default_mirror(client, no_network):
    """cosign's; nobody else is asked."""
    result = client.run("initialize", "--timeout", "30s", namespace=True)
    refused(result, "tuf-network", "https://tuf-repo-cdn.sigstore.dev/16.root.json: ")
    assert client.kept() == {}


def test_https(client, tls):
    with serve(mirror_of(client.path, "base"), tls=(tls("good.crt"), tls("good.key"))) as server:
        refused(client.update(server.url, "--root", ROOT), "tuf-network")
        assert client.update(server.url, "--root", ROOT, "--mirror-cacert", tls("ca.crt")).status == 0
        assert client.update(server.url, env={"SSL_CERT_FILE": tls("ca.crt")}).status == 0
        # The option wins over the variable, and the registries' options are not for mirrors.
        refused(client.update(server.url, "--mirror-cacert", tls("other.crt"), env={"SSL_CERT_FILE": tls("ca.crt")}), "tuf-network")
        refused(client.update(server.url, "--registry-cacert", tls("ca.crt")), "usage-error")
        refused(client.update(server.url, "--mirror-cacert", "nothing.crt"), "config-invalid", "nothing.crt")
    with serve(mirror_of(client.path, "base"), tls=(tls("other.crt"), tls("other.key"))) as server:
        refused(client.update(server.url, "--mirror-cacert", tls("ca.crt")), "tuf-network")


def test_file_url(client):
    mirror = mirror_of(client.path, "base")
    assert client.update(f"file://{mirror}", "--root", ROOT).status == 0
    assert client.kept()["mirror"].decode() == str(mirror)


def test_relative_mirror(client):
    """A stick is found again from another folder."""
    mirror = mirror_of(client.path, "base")
    assert client.update(mirror.name, "--root", ROOT).status == 0
    assert client.kept()["mirror"].decode() == str(client.path / mirror.name)
    client.path = client.path / "elsewhere"
    client.path.mkdir()
    assert client.run("trusted-root", "update", "--clock", NOW).status == 0


@pytest.mark.parametrize("url", ["http://somebody:hunter2x7q9k@localhost/", "https://", "http://localhost/?x=hunter2x7q9k", "ftp://localhost/hunter2x7q9k",
                                 "http://local host/", "http://localhost:0/", "http://localhost/#hunter2x7q9k"])
def test_no_such_address(client, url):
    """A password in an address is not repeated."""
    before = client.start()
    result = client.update(url)
    refused(result, "usage-error", "--mirror: ")
    assert b"hunter2x7q9k" not in result.stderr + result.stdout
    refused(client.update(None, "--root", url, "--root-checksum", "sha256:" + "0" * 64) if url.startswith("http") else result, "usage-error")
    assert client.kept() == before


@pytest.mark.parametrize("way", ["file", "url"])
def test_root_checksum(client, way):
    """As cosign: SHA-512 in hex, or sha256: in front; a URL needs one."""
    data = ROOT.read_bytes()
    with serve(mirror_of(client.path, "base")) as server:
        root = ROOT if way == "file" else server.url + "/1.root.json"
        for checksum in (hashlib.sha512(data).hexdigest(), "sha512:" + hashlib.sha512(data).hexdigest(),
                         "sha256:" + hashlib.sha256(data).hexdigest()):
            assert client.update(server.url, "--root", root, "--root-checksum", checksum).status == 0
        before = client.kept()
        refused(client.update(server.url, "--root", root, "--root-checksum", "sha256:" + hashlib.sha256(data + b" ").hexdigest()),
                "tuf-hash-mismatch")
        for checksum in ("sha256:00", hashlib.sha256(data).hexdigest(), "md5:" + hashlib.md5(data).hexdigest(), "sha256:"):
            refused(client.update(server.url, "--root", root, "--root-checksum", checksum), "usage-error", "--root-checksum")
        refused(client.update(server.url, "--root-checksum", hashlib.sha512(data).hexdigest()), "usage-error")
        if way == "url":
            del server.requests[:]
            refused(client.update(server.url, "--root", root), "usage-error", "--root-checksum")
            assert server.requests == []
            refused(client.update(server.url, "--root", server.url + "/0.root.json", "--root-checksum", "0" * 128), "tuf-network")
        assert client.kept() == before


# --- hostile answers ------------------------------------------------------------------

@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("name", EVERY[1:])
def test_absent(client, name, status):
    attack(client, name, Answer(status, b"<html>"), "tuf-network", text="has no ", tries=1)


@pytest.mark.parametrize("status", [403, 404])
def test_no_newer_root(client, status):
    client.start()
    with serve(newer(client), lambda request, name: Answer(status) if name == "4.root.json" else None) as server:
        assert client.update(server.url).status == 0


@pytest.mark.parametrize("status", [500, 503, 429])
@pytest.mark.parametrize("name", EVERY)
def test_server_error(client, name, status):
    """Three tries; never "there is no newer root"."""
    attack(client, name, Answer(status, headers=AT_ONCE), "tuf-network", text=f"answers {status}", tries=3)


@pytest.mark.parametrize("name", EVERY)
def test_server_recovers(client, name):
    client.start()
    seen = []

    def hook(request, path):
        if is_file(path, name) and len(seen) < 2:
            seen.append(path)
            return Answer(503, headers=AT_ONCE)
        return None

    with serve(newer(client), hook) as server:
        assert client.update(server.url).status == 0
    assert len(seen) == 2


@pytest.mark.parametrize("status", [204, 206, 400, 405, 410, 418])
@pytest.mark.parametrize("name", EVERY[:2])
def test_odd_status(client, name, status):
    attack(client, name, Answer(status, b"{}" if status != 204 else b""), "tuf-network", text=f"answers {status}", tries=1)


@pytest.mark.parametrize("challenge", ['Bearer realm="{url}/token",service="x"', 'Basic realm="x"', "Negotiate", ""])
@pytest.mark.parametrize("name", EVERY[:2])
def test_login(client, name, challenge):
    """Nobody is told anything, and the token server that the mirror names is not asked."""
    asked = []

    def answer(request):
        asked.append(request)
        url = f"http://localhost:{request.server.server_address[1]}"
        return Answer(401, headers=[("WWW-Authenticate", challenge.format(url=url))] if challenge else [])

    result = attack(client, name, answer, "tuf-network", text="answers 401", tries=1)
    assert b"token" not in result.stderr
    assert all("Authorization" not in request.headers for request in asked)


@pytest.mark.parametrize("body", [b"", b"<html>welcome to the hotel</html>", b"{", b"\x00" * 100, b"[" * 5000, b'{"signed":{},"signatures":[]}'],
                         ids=["empty", "html", "cut", "zeros", "deep", "hollow"])
@pytest.mark.parametrize("name", EVERY)
def test_garbage(client, name, body):
    attack(client, name, Answer(200, body), {"4.root.json": "tuf-malformed", "timestamp.json": "tuf-malformed", "5.snapshot.json": "tuf-malformed",
                                             "4.targets.json": "tuf-malformed", "target": "tuf-length"}[name])


def endless(total):
    def parts():
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        for _ in itertools.count():
            total[0] += 65536
            assert total[0] < 256 << 20, "nobody stops this"
            yield b"a" * 65536
    return parts


@pytest.mark.parametrize("name", EVERY)
def test_endless(client, name):
    total = [0]
    attack(client, name, lambda request: Answer(raw=endless(total)()), "tuf-length", tries=1)
    # What the two sockets hold is sent though nobody reads it.
    assert total[0] <= CEILING[name] + (32 << 20)


@pytest.mark.parametrize("name", EVERY)
def test_one_byte_too_long(client, name):
    attack(client, name, Answer(200, b" " * (CEILING[name] + 1)), "tuf-length", tries=1)


@pytest.mark.parametrize("name", EVERY[:2])
def test_compressed_bomb(client, name):
    """Nobody asked for gzip, so nobody unpacks it."""
    attack(client, name, Answer(200, gzip.compress(b"{}" * (8 << 20), 1)[:8000], headers=[("Content-Encoding", "gzip")]), "tuf-malformed")


@pytest.mark.parametrize("name", EVERY)
def test_content_length_too_small(client, name):
    """The rest is nobody's answer: a part of a file is no file."""
    def answer(request):
        return Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + b'{"signatures": [], "signed": {"_type": "timestamp"}}' * 10)
    attack(client, name, answer, "tuf-length" if name == "target" else "tuf-malformed")


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{}", b"", b"\x16\x03\x01 no HTTP\r\n\r\n",
                                 b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}"],
                         ids=["length-too-large", "nothing", "no-http", "chunk-too-large"])
def test_broken(client, raw):
    result = attack(client, "timestamp.json", lambda request: Answer(raw=raw), "tuf-network")
    assert b"/timestamp.json: " in result.stderr


@pytest.mark.parametrize("name", EVERY[:4])
def test_header_is_cut(client, name):
    """What libcurl takes for an answer without a body is no file, and not the absence of one."""
    attack(client, name, lambda request: Answer(raw=b"HTTP/1.1 200 OK\r\n"), "tuf-malformed", tries=1)


@pytest.mark.parametrize("headers", ["long", "many"])
def test_header(client, headers):
    lines = [("X-Long", "a" * 60000)] * 2 if headers == "long" else [(f"X-{i}", "a") for i in range(300)]
    attack(client, "timestamp.json", Answer(200, b"{}", headers=lines), "tuf-length")


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("way", ["drip", "silence", "header"])
def test_slow(client, name, way):
    """The whole run ends in time."""
    before = client.start()

    def drip():
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n" + (b"\r\n" if way == "drip" else b"X-Slow: ")
        for _ in range(200):
            time.sleep(0.2 if way != "silence" else 5)
            yield b"a"

    mirror = newer(client)
    before = client.kept()
    began = time.monotonic()
    with serve(mirror, lambda request, path: Answer(raw=drip()) if is_file(path, name) else None) as server:
        result = client.update(server.url, "--timeout", "2s")
    assert time.monotonic() - began < 20
    assert result.status == 3 and b"timeout: the deadline has passed" in result.stderr, result
    unharmed(client, before)


# --- redirects ------------------------------------------------------------------------

def to(location):
    return Answer(302, b"", headers=[("Location", location)])


def test_redirects_are_followed(client):
    """To another place of the mirror, and to another server: what comes from there is verified all the same."""
    mirror = mirror_of(client.path, "base")
    with serve(mirror) as other:
        def hook(request, path):
            if path.startswith("again/"):
                return Answer(200, (mirror / path[6:]).read_bytes())
            if path == "timestamp.json":
                return to("/again/" + path)
            return to(f"{other.url}/{path}") if path.endswith("snapshot.json") else None

        with serve(mirror, hook) as server:
            assert client.update(server.url, "--root", ROOT).status == 0
    assert [path for _, path in other.requests] == ["/4.snapshot.json"]


@pytest.mark.parametrize("name", EVERY)
def test_redirect_loop(client, name):
    attack(client, name, lambda request: to(request.path), "tuf-network", text="more than five redirects", tries=6)


@pytest.mark.parametrize("location", ["", "ftp://localhost/x", "file:///etc/passwd", "http://user:pass@localhost/", "//", "http://[::1"])
def test_redirect_to_nowhere(client, location):
    attack(client, "timestamp.json", to(location), "tuf-network", text="is not an address", tries=1)


def test_no_way_back_from_https(client, tls):
    client.start()
    before = client.kept()
    mirror = newer(client)
    with serve(mirror) as plain:
        with serve(mirror, lambda request, path: to(f"{plain.url}/{path}") if path == "timestamp.json" else None,
                   (tls("good.crt"), tls("good.key"))) as server:
            refused(client.update(server.url, "--mirror-cacert", tls("ca.crt")), "tuf-network", "redirects from https to http")
    assert plain.requests == []
    assert client.kept()["root.json"] == before["root.json"]


# --- nobody there ----------------------------------------------------------------------

def test_nobody_listens(client):
    before = client.start()
    result = client.update(f"http://localhost:{closed_port()}")
    refused(result, "tuf-network", "/4.root.json: ")
    assert client.kept() == before


def test_no_such_host(client, no_network):
    before = client.start()
    refused(client.update("http://mirror.invalid", namespace=True), "tuf-network", "mirror.invalid")
    assert client.kept() == before


def test_everything_is_absent(client):
    """An empty server is not "up to date"."""
    before = client.start()
    with Server(hook=lambda request: Answer(404)) as server:
        refused(client.update(f"http://localhost:{server.port}"), "tuf-network", "has no timestamp.json")
    assert client.kept() == before


def test_build_without_network(client):
    program = build("plomb", "HTTP=none", folder="build/none")
    result = client.update("https://localhost/", program=program)
    refused(result, "unsupported-feature", "this build has no network: carry the mirror by hand and name its directory with --mirror")
    assert client.update(mirror_of(client.path, "base"), "--root", ROOT, program=program).status == 0
    refused(run("initialize", program=program, cwd=client.path), "unsupported-feature", "no network")
