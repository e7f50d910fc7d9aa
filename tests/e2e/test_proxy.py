"""
Proxies: requests go through them, each side is told its own password and no
other, and one that refuses, talks nonsense or says nothing ends with a reason.
"""
import http.client
import select
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from credentials import PASSWORD, PROXY_PASSWORD, PROXY_USER, USER, WRONG_PASSWORD, basic
from registry import Answer, Server, closed_port
from test_registry import World, timed_out, undecided, wants_basic

HOST = "other.example" # which only the proxy knows


class Proxy:
    """
    CONNECT and GET http://, all to one port. answer: bytes or pieces of them
    that go back instead. seen: (method, target, headers).
    """

    def __init__(self, port, answer=None, login=None):
        self.port, self.answer, self.login, self.seen = port, answer, login, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def refuse(self):
                outer.seen.append((self.command, self.path, dict(self.headers)))
                answer = outer.answer
                if outer.login and self.headers.get("Proxy-Authorization") != basic(*outer.login):
                    answer = b"HTTP/1.1 407 Go away\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
                if answer is None:
                    return False
                self.close_connection = True
                for part in ([answer] if isinstance(answer, bytes) else answer()):
                    self.wfile.write(part)
                return True

            def do_CONNECT(self):
                if self.refuse():
                    return
                self.close_connection = True
                with socket.create_connection(("127.0.0.1", outer.port)) as there:
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    while True:
                        for one in select.select([self.connection, there], [], [])[0]:
                            data = one.recv(65536)
                            if not data:
                                return
                            (there if one is self.connection else self.connection).sendall(data)

            def do_GET(self):
                if self.refuse():
                    return
                target = urllib.parse.urlsplit(self.path)
                there = http.client.HTTPConnection("127.0.0.1", outer.port)
                there.request("GET", target.path + ("?" + target.query if target.query else ""),
                              headers={k: v for k, v in self.headers.items() if not k.lower().startswith("proxy-")})
                got = there.getresponse()
                body = got.read()
                self.send_response(got.status)
                for name, value in got.getheaders():
                    if name.lower() not in ("server", "date", "content-length"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *args: None
        self.name = f"localhost:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def address(proxy, user=PROXY_USER, password=PROXY_PASSWORD):
    return f"http://{user}:{urllib.parse.quote(password, safe='')}@{proxy.name}"


def over_tls(world, tls, hook=None):
    return world.serve(hook, (tls("other.crt"), tls("other.key")))


def ask(world, tls, *flags, host=HOST, **more):
    return world.verify(host, "--registry-cacert", tls("ca.crt"), *flags, **more)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_connect(world, tls, variable):
    """Through the proxy, which sees a name and a port; each side gets its own password."""
    with over_tls(world, tls, wants_basic) as server, Proxy(server.port, login=(PROXY_USER, PROXY_PASSWORD)) as proxy:
        world.env[variable] = address(proxy)
        ask(world, tls, "--registry-username", USER, "--registry-password", PASSWORD).accepted()
        assert [(m, t) for m, t, h in proxy.seen] == [("CONNECT", f"{HOST}:443")], "one connection"
        for method, target, headers in proxy.seen:
            assert headers["Proxy-Authorization"] == basic(PROXY_USER, PROXY_PASSWORD)
            assert not {"Authorization", "Cookie", "Accept"} & set(headers), headers
        assert len(server.requests) == 5
        for headers in server.seen:
            assert not any(name.lower().startswith("proxy-") for name in headers), headers
        assert server.seen[-1]["Authorization"] == basic(USER, PASSWORD)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_plain(world, variable):
    """http only where it is allowed; then the proxy sees all, but passes its own login on to nobody."""
    with world.serve() as server, Proxy(server.port, login=(PROXY_USER, PROXY_PASSWORD)) as proxy:
        world.env[variable] = address(proxy)
        assert world.verify("registry.invalid").status == 3 and proxy.seen == []
        world.verify("registry.invalid", "--allow-http-registry").accepted()
        assert {t.split("/v2/")[0] for m, t, h in proxy.seen} == {"http://registry.invalid"}
        assert all(m == "GET" and h["Proxy-Authorization"] == basic(PROXY_USER, PROXY_PASSWORD) for m, t, h in proxy.seen)


def test_variable_of_a_web_server(world):
    """Under CGI, HTTP_PROXY is what a stranger wrote into a header."""
    with world.serve() as server, Proxy(server.port) as proxy:
        world.env.update({"HTTP_PROXY": address(proxy), "REQUEST_METHOD": "GET"})
        world.verify(server).accepted()
        assert proxy.seen == []


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("names", ["localhost", "example.com,localhost", "*"])
def test_no_proxy(world, variable, names):
    with world.serve() as server, Proxy(server.port) as proxy:
        world.env.update({"HTTP_PROXY": address(proxy), "HTTPS_PROXY": address(proxy), variable: names})
        world.verify(server).accepted()
        assert proxy.seen == []
        world.env[variable] = "example.com"
        world.verify(server)
        assert proxy.seen != []


def test_wrong_login(world, tls):
    """Told, once, and without the password."""
    with over_tls(world, tls, wants_basic) as server, Proxy(server.port, login=(PROXY_USER, PROXY_PASSWORD)) as proxy:
        for wrong in (f"http://{proxy.name}", address(proxy, password=WRONG_PASSWORD)):
            proxy.seen.clear()
            world.env["HTTPS_PROXY"] = wrong
            undecided(ask(world, tls, "--registry-username", USER, "--registry-password", PASSWORD), "registry-unreachable", "the proxy wants a login (407)")
            assert len(proxy.seen) == 1
        assert server.requests == []
        world.env = {"http_proxy": address(proxy, password=WRONG_PASSWORD)}
        undecided(world.verify("registry.invalid", "--allow-http-registry"), "registry-unreachable", "the proxy wants a login (407)")


@pytest.mark.parametrize("status", [301, 401, 403, 502])
def test_refusal(world, tls, status):
    """What a proxy says instead of a connection is no answer of the registry: no password for it, no redirect."""
    thief = Server(hook=lambda r: Answer(200))
    text = (f"HTTP/1.1 {status} No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nLocation: http://{thief.name}/\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}").encode()
    with over_tls(world, tls) as server, Proxy(server.port, text) as proxy, thief:
        world.env["HTTPS_PROXY"] = address(proxy)
        undecided(ask(world, tls, "--registry-username", USER, "--registry-password", PASSWORD), "registry-unreachable", f"the proxy answers {status}")
        assert len(proxy.seen) == 1 and thief.requests == [] and server.requests == []


def endless_header():
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Filler: " + b"a" * 1000 + b"\r\n"


def endless_line():
    while True:
        yield b"a" * 65536


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28",
                                    b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", endless_header, endless_line],
                         ids=["nothing", "ssh", "half", "no status", "tls alert", "plain answer", "endless header", "endless line"])
def test_nonsense(world, tls, answer):
    with over_tls(world, tls) as server, Proxy(server.port, answer) as proxy:
        world.env["HTTPS_PROXY"] = address(proxy)
        result = ask(world, tls, "--registry-username", USER, "--registry-password", PASSWORD, "--timeout", "30s")
        assert result.status == 3 and result.mentions({"registry-unreachable", "registry-tls", "limit-exceeded"}), result
        assert not any("Authorization" in headers for method, target, headers in proxy.seen)


def test_hangs(world, tls):
    def nothing():
        time.sleep(6)
        yield b""
    with over_tls(world, tls) as server, Proxy(server.port, nothing) as proxy:
        world.env["HTTPS_PROXY"] = address(proxy)
        begun = time.monotonic()
        timed_out(ask(world, tls, "--timeout", "1s"))
        assert time.monotonic() - begun < 10


def test_nobody_listens(world, tls):
    for text in (f"http://{PROXY_USER}:{PROXY_PASSWORD.replace('%', '%25')}@localhost:{closed_port()}", f"http://{PROXY_USER}:{PROXY_USER}@proxy.invalid:1"):
        world.env["HTTPS_PROXY"] = text
        undecided(ask(world, tls), "registry-unreachable")


@pytest.mark.parametrize("text", ["http://%s:%s@[::1", "gopher://%s:%s@localhost/", "%s:%s@", "http://%s:%s@local host:1"])
def test_no_address(world, tls, text):
    """A variable that names no proxy is not repeated, and nothing goes past it."""
    with over_tls(world, tls) as server:
        world.env["HTTPS_PROXY"] = text % (PROXY_USER, PROXY_PASSWORD)
        result = ask(world, tls)
        assert result.status in (2, 3) and result.stderr, result
        assert server.requests == []


def test_man_in_the_middle(world, tls):
    """The certificate is checked through the proxy as without it."""
    with world.serve(tls=(tls("good.crt"), tls("good.key"))) as server, Proxy(server.port) as proxy:
        world.env["HTTPS_PROXY"] = address(proxy)
        undecided(ask(world, tls, "--registry-username", USER, "--registry-password", PASSWORD), "registry-tls")
        assert server.requests == []
