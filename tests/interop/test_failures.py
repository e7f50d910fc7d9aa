"""
Signing that fails at a real server: a token that Fulcio does not take, a log or
an authority that is another's, a trust root that does not know them, and a
registry that is killed in the middle. The step is named, and nothing is left
behind that verifies.
"""
import http.client
import http.server
import json
import signal
import socket
import subprocess
import threading
import time

import pytest

from mint import Layout
from test_fresh import new_image
from world import free_ports

CONFIG = "signing_config.json"


class Place:
    """An image in REFERRERS, and whether anything hangs on it."""

    def __init__(self, world, name):
        self.world, self.registry = world, world.registries["REFERRERS"]
        self.repository = f"failures/{name}"
        self.digest = new_image(world, self.registry, self.repository)
        self.reference = f"{self.registry.host}/{self.repository}@{self.digest}"

    def sign(self, token, *flags, config=None, root=None):
        return self.world.plomb("sign", "--yes", "--trusted-root", root or self.world.env["TRUSTED_ROOT"], "--signing-config",
                                config or self.world.folder / CONFIG, *flags, self.reference, env={"SIGSTORE_ID_TOKEN": token})

    def is_bare(self):
        status, body = self.registry.get(f"{self.repository}/referrers/{self.digest}")
        assert status == 200 and json.loads(body)["manifests"] == []
        assert self.registry.get(f"{self.repository}/manifests/{self.digest.replace(':', '-')}.sig")[0] == 404


def forged(token):
    head, body, signature = token.split(".")
    return f"{head}.{body}.{signature[:-20]}{signature[-20:][::-1]}"


def fulcio_refusals(world):
    """So far. Others may be signing meanwhile, but nobody else is refused."""
    lines = (world.folder / "log" / "fulcio").read_text().splitlines()
    return sum('"CreateSigningCertificate"' in line and '"grpc.code": "OK"' not in line for line in lines)


# A token, what plomb must not refuse by itself (flags), the code, and whether Fulcio sees it.
TOKENS = {
    "expired": (lambda world: world.token("gitlab", exp=int(time.time()) - 60), (), "token-expired", False),
    "expired, and no clock": (lambda world: world.token("gitlab", exp=int(time.time()) - 60), ("--clock", "none"), "sign-fulcio", True),
    "another audience": (lambda world: world.token("gitlab", aud="registry"), (), "token-audience", False),
    "an issuer that nobody knows": (lambda world: world.token("gitlab", iss="https://gitlab.example.org"), (), "sign-fulcio", True),
    "another's signature": (lambda world: forged(world.token("gitlab")), (), "sign-fulcio", True),
}


@pytest.mark.parametrize("name", TOKENS)
def test_token(world, name):
    make, flags, code, is_seen = TOKENS[name]
    place, token, before = Place(world, f"token-{list(TOKENS).index(name)}"), make(world), fulcio_refusals(world)
    run = place.sign(token, *flags)
    assert run.status in (2, 3) and run.stdout == b"", run
    run.mentions(code)
    assert token not in run.stderr.decode() and token.rsplit(".", 1)[1] not in run.stderr.decode()
    assert (fulcio_refusals(world) > before) == is_seen, run
    place.is_bare()


def changed_config(world, tmp_path, change):
    config = json.loads((world.folder / CONFIG).read_text())
    change(config, world.env)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return path


def rekor_is(name, version):
    def change(config, env):
        config["rekorTlogUrls"][0].update(url=env[name], majorApiVersion=version)
    return change


def tsa_is(name):
    def change(config, env):
        config["tsaUrls"][0]["url"] = env[name]
    return change


def fulcio_is(name):
    def change(config, env):
        config["caUrls"][0]["url"] = env[name]
    return change


SERVICES = {
    "rekor 2 as rekor 1": (rekor_is("REKOR2_URL", 1), "sign-rekor"),
    "rekor 1 as rekor 2": (rekor_is("REKOR_URL", 2), "sign-rekor"),
    "fulcio as rekor": (rekor_is("FULCIO_URL", 2), "sign-rekor"),
    "rekor as tsa": (tsa_is("REKOR_URL"), "sign-tsa"),
    "tsa as fulcio": (fulcio_is("TSA_URL"), "sign-fulcio"),
}


@pytest.mark.parametrize("name", SERVICES)
def test_another_service(world, tmp_path, name):
    change, code = SERVICES[name]
    place = Place(world, name.replace(" ", "-"))
    run = place.sign(world.token("gitlab"), config=changed_config(world, tmp_path, change))
    assert run.status == 3 and run.stdout == b"", run
    run.mentions(code)
    place.is_bare()


@pytest.mark.parametrize("part", ["tlogs", "timestampAuthorities", "certificateAuthorities", "ctlogs"])
def test_nobody_gets_what_does_not_verify(world, tmp_path, part):
    """The services do as they are asked, but the trust root does not know one of them."""
    root = json.loads((world.folder / "trusted_root.json").read_text())
    root[part] = [] if part != "tlogs" else [log for log in root["tlogs"] if not log["baseUrl"].startswith(world.env["REKOR2_URL"])]
    path = tmp_path / "root.json"
    path.write_text(json.dumps(root))
    place = Place(world, f"root-{part}".lower())
    run = place.sign(world.token("gitlab"), root=path)
    assert run.status != 0 and run.stdout == b"", run
    place.is_bare()


class Mortal:
    """
    A registry of its own, behind a relay that kills it (SIGKILL) when the
    n-th request of a kind arrives, before that is passed on. What it had
    stored stays, and it can be started again.
    """

    def __init__(self, folder, method, path):
        self.folder, self.method, self.path = folder, method, path
        self.inside = free_ports(1)
        self.config = folder / "registry.yaml"
        self.config.write_text(f"""version: 0.1
log: {{accesslog: {{disabled: true}}, level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}}}
http: {{addr: 127.0.0.1:{self.inside}}}
""")
        self.armed, self.killed, self.process = False, 0, None
        self.start()
        self.relay = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.host = f"127.0.0.1:{self.relay.server_port}"
        threading.Thread(target=self.relay.serve_forever, daemon=True).start()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", self.config], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env={"PATH": "/usr/bin:/bin", "OTEL_TRACES_EXPORTER": "none"})
        for _ in range(600):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.inside)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the registry does not start")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self.killed += 1

    def stop(self):
        self.relay.shutdown()
        self.relay.server_close()
        self.process.kill()
        self.process.wait(30)

    def handler(self):
        mortal = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if mortal.armed and self.command == mortal.method and mortal.path in self.path:
                    mortal.armed = False
                    mortal.kill()
                try:
                    inside = http.client.HTTPConnection("127.0.0.1", mortal.inside, timeout=30)
                    inside.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                    for name, value in self.headers.items():
                        inside.putheader(name, value)
                    inside.endheaders(body)
                    answer = inside.getresponse()
                    data = answer.read()
                except OSError:
                    self.close_connection = True
                    return
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = relay

            def log_message(self, *args):
                pass

        return Handler


# When the registry dies: at the bundle's blob, at its manifest, at the list of referrers that the manifest must be in; at cosign 2's.
DEATHS = {
    "blob": ("PUT", "/blobs/uploads/", ()), "manifest": ("PUT", "/manifests/sha256:", ()), "list": ("PUT", "/manifests/sha256-", ()),
    "sig-blob": ("PUT", "/blobs/uploads/", ("--new-bundle-format=false",)), "sig-tag": ("PUT", "/manifests/sha256-", ("--new-bundle-format=false",)),
}


@pytest.mark.parametrize("name", DEATHS)
def test_registry_dies(world, tmp_path, name):
    """An error, and nothing is signed; once it lives again, signing again does it, once."""
    method, path, flags = DEATHS[name]
    flags = [*flags, "--tlog-upload=false"] if flags else ["--signing-config", world.folder / "signing_config.bare.json"]
    mortal = Mortal(tmp_path, method, path)
    try:
        layout = tmp_path / "layout"
        image = Layout()
        digest = image.image(f"mortal {name}\n".encode())["digest"]
        image.write(str(layout))
        world.run("oras", "cp", "-r", "--from-oci-layout", f"{layout}:latest", "--to-plain-http", f"{mortal.host}/app:v1")
        reference = f"{mortal.host}/app@{digest}"

        def sign():
            return world.plomb("sign", "--yes", "--trusted-root", world.env["TRUSTED_ROOT"], "--key", world.key("p256")[0], *flags, "-a", "tag=main",
                               reference, env={"COSIGN_PASSWORD": "hunter2"})

        def verify():
            return world.plomb("verify", *world.trusted("p256"), "--insecure-ignore-tlog", "-a", "tag=main", "--output", "report", reference)
        mortal.armed = True
        run = sign()
        assert mortal.killed == 1 and run.status == 3 and run.stdout == b"", run
        assert b"registry" in run.stderr, run
        mortal.start()
        verify().refused("signature-not-found")
        assert sign().status == 0
        assert len(verify().accepted().candidates) == 1
        theirs = world.run("cosign3", "verify", *world.trusted("p256"), "--insecure-ignore-tlog", "--allow-http-registry", "-a", "tag=main", reference)
        assert len(json.loads(theirs.stdout)) == 1
    finally:
        mortal.stop()
