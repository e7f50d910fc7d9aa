"""
The world of tests/world in a test run: started on free ports, asked, signed
in, and stopped however the run ends. Everything that plomb prints is kept, so
that the last test can look for passwords and tokens in it.
"""
import base64
import functools
import http.server
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

TESTS = pathlib.Path(__file__).resolve().parents[1]
WORLD = TESTS / "world"
BIN = os.path.realpath(os.environ.get("WORLD_BIN", os.path.expanduser("~/go/bin")))
sys.path.insert(0, str(TESTS / "e2e"))

import plomb as program  # noqa: E402
from outputs import Record  # noqa: E402

PORTS = 11
ANY_MANIFEST = ",".join(["application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
                         "application/vnd.docker.distribution.manifest.v2+json"])
LINE = re.compile(r'^127\.0\.0\.1 - - \[[^]]*\] "(\S+) (\S+) \S+" (\d+) \d+ "[^"]*" "([^"]*)"$')

# Who signs in these tests, as the certificates of token kinds say it.
WHO = {
    "gitlab": ("https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main", "https://gitlab.example.com"),
    "github": ("https://github.example.com/acme/widget/.github/workflows/release.yml@refs/heads/main",
               "https://token.actions.example.com"),
    "email": ("dev@example.com", "https://accounts.example.com"),
}
KEYS = {
    "p256": ("EC", "ec_paramgen_curve:P-256"),
    "p384": ("EC", "ec_paramgen_curve:P-384"),
    "p521": ("EC", "ec_paramgen_curve:P-521"),
    "rsa2048": ("RSA", "rsa_keygen_bits:2048"),
    "rsa3072": ("RSA", "rsa_keygen_bits:3072"),
    "rsa4096": ("RSA", "rsa_keygen_bits:4096"),
    "ed25519": ("ED25519", None),
    "other": ("EC", "ec_paramgen_curve:P-256"),
}


def identity(kind):
    """The flags that ask for a signer, the same for plomb and cosign."""
    name, issuer = WHO[kind]
    return ("--certificate-identity", name, "--certificate-oidc-issuer", issuer)


def free_ports(count):
    """The first of so many ports in a row that nobody listens on."""
    for base in range(20000 + os.getpid() % 200 * 50, 32000, count):
        try:
            for port in range(base, base + count):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no free ports")


class Registry:
    """One of the five: how each program reaches it, and what it wrote into its log."""

    def __init__(self, world, name):
        self.world, self.name, self.host = world, name, world.env[name]
        self.has_referrers_api = name == "REFERRERS"
        self.wants_login = name in ("BASIC", "BEARER")
        self.log = world.folder / "log" / f"registry-{name.lower()}"
        self.tls = ssl.create_default_context(cafile=world.env["TLS_CA"]) if name == "TLS" else None

    def __repr__(self):
        return self.name

    def plomb_flags(self):
        """localhost needs no --allow-http-registry; credentials come from DOCKER_CONFIG."""
        return ["--registry-cacert", self.world.env["TLS_CA"]] if self.tls else []

    def cosign_flags(self):
        return ["--registry-cacert", self.world.env["TLS_CA"]] if self.tls else ["--allow-http-registry"]

    def push(self, layout, source, repository, tag):
        """
        oras copies a tag with everything that hangs on it. It takes a token
        server on this machine only for a registry of the same host name.
        """
        host = self.host.replace("127.0.0.1", "localhost") if self.name == "BEARER" else self.host
        flags = ["--to-plain-http=false", "--to-ca-file", self.world.env["TLS_CA"]] if self.tls else ["--to-plain-http"]
        self.world.run("oras", "cp", "-r", "--from-oci-layout", f"{layout}:{source}", *flags, f"{host}/{repository}:{tag}")

    def get(self, path, agent="test", authorization=None):
        """(status, body) of /v2/path."""
        request = urllib.request.Request(f"{'https' if self.tls else 'http'}://{self.host}/v2/{path}",
                                         headers={"Accept": ANY_MANIFEST, "User-Agent": agent})
        if authorization:
            request.add_header("Authorization", authorization)
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def authorization(self, repository):
        if self.name == "BASIC":
            return self.world.basic
        if self.name == "BEARER":
            request = urllib.request.Request(f"{self.world.env['TOKEN_URL']}?service=world&scope=repository:{repository}:pull",
                                             headers={"Authorization": self.world.basic, "User-Agent": "test"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return "Bearer " + json.load(answer)["token"]
        return None

    def mark(self):
        return self.log.stat().st_size

    def since(self, mark, repository, agent, at_least):
        """
        [(status, path)]: what an agent that has ended asked of a repository
        since the mark. A log may lag behind: wait until a request of our own
        is in it, and, for a while, until there are as many as there should be.
        """
        mine = "marker-" + uuid.uuid4().hex
        self.get(f"{repository}/manifests/{mine}", agent=mine)
        until = time.monotonic() + 10
        while True:
            with open(self.log, "rb") as file:
                file.seek(mark)
                found = [m.groups() for m in map(LINE.match, file.read().decode("utf8", "replace").splitlines()) if m]
            prefix = f"/v2/{repository}/"
            out = [(int(status), path.replace(prefix, "", 1)) for method, path, status, by in found
                   if by.startswith(agent) and (path.startswith(prefix) or path == "/v2/")]
            marked = any(by == mine for method, path, status, by in found)
            if (marked and len(out) >= at_least) or time.monotonic() > until:
                assert marked, f"{self.log}: our own request is not there"
                return out
            time.sleep(0.02)


class World:
    NAMES = ("PLAIN", "REFERRERS", "BASIC", "BEARER", "TLS")
    # Where cosign 2 finds its trust, if it is not given a trust root.
    COSIGN2 = ("SIGSTORE_ROOT_FILE", "SIGSTORE_REKOR_PUBLIC_KEY", "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE")

    def __init__(self, folder):
        """Start it. A shell that waits on a pipe stops it when this process ends, whatever the reason."""
        self.folder = pathlib.Path(folder)
        self.printed, self.tokens_told, self.lock, self.mirror_server = Record(), [], threading.Lock(), None
        self.home = self.folder.parent / (self.folder.name + "-home")
        self.home.mkdir()
        environment = {**os.environ, "BASE_PORT": str(free_ports(PORTS)), "WORLD_BIN": BIN}
        self.keeper = subprocess.Popen(["sh", "-c", 'trap "" INT TERM HUP; cat >/dev/null; exec "$0" "$1"', WORLD / "down", self.folder],
                                       stdin=subprocess.PIPE, start_new_session=True)
        done = subprocess.run([WORLD / "up", self.folder], env=environment, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
        if done.returncode:
            self.stop()
            raise AssertionError(f"the world does not start:\n{done.stdout.decode()}{done.stderr.decode()}")
        with open(self.folder / "env") as file:
            self.env = dict(line.strip().split("=", 1) for line in file)
        self.password = (self.folder / "password").read_text().strip()
        self.basic = "Basic " + base64.b64encode(f"user:{self.password}".encode()).decode()
        self.registries = {name: Registry(self, name) for name in self.NAMES}
        self.keys = {}

    def mirror(self):
        """The URL of the world's TUF mirror, which is served from here on by this process."""
        with self.lock:
            if self.mirror_server is None:
                quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *args: None})
                handler = functools.partial(quiet, directory=self.env["TUF_MIRROR_FOLDER"])
                self.mirror_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
                threading.Thread(target=self.mirror_server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.mirror_server.server_port}"

    def stop(self):
        if self.mirror_server is not None:
            self.mirror_server.shutdown()
        self.keeper.stdin.close()
        self.keeper.wait(timeout=60)

    # --- programs ------------------------------------------------------------------

    def run(self, *argv, check=True, cwd=None, env=None, timeout=120):
        """Somebody else's program, by name. Nothing of it reaches beyond this machine: the way out is a proxy that is not there."""
        clean = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.home), "LC_ALL": "C", "COSIGN_PASSWORD": "hunter2",
                 "DOCKER_CONFIG": self.env["DOCKER_CONFIG"], "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9",
                 **(env or {})}
        done = subprocess.run([str(a) for a in argv], cwd=cwd or self.home, env=clean, capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=timeout)
        out = program.Run([str(a) for a in argv], done.returncode, done.stdout, done.stderr)
        assert not check or out.status == 0, out
        return out

    def plomb(self, *argv, env=None, cwd=None, timeout=120):
        """plomb, with the world's docker configuration; what it prints is kept."""
        out = program.run(*argv, cwd=cwd or self.home, env={"DOCKER_CONFIG": self.env["DOCKER_CONFIG"], **(env or {})}, timeout=timeout)
        with self.lock:
            self.printed.runs += 1
            self.printed.add(out.argv, out.stdout)
            self.printed.add(out.argv, out.stderr)
        return out

    def secrets(self):
        """{what it is: the text}: everything that plomb was told in confidence, or was given by the token service."""
        found = {"the world's password": self.password, "the world's login": f"user:{self.password}"}
        issued = (self.folder / "issued").read_text().splitlines() if (self.folder / "issued").exists() else []
        tokens = [line.split()[1] for line in issued if line.startswith("plomb/")]
        # The signature alone: without it the rest opens nothing.
        for number, token in enumerate(tokens + self.tokens_told):
            found[f"token {number}"] = token.rsplit(".", 1)[1]
        return found

    # --- signing -------------------------------------------------------------------

    def token(self, kind, **claims):
        token = self.run(WORLD / "token", self.folder, kind, *(f"{k}={v}" for k, v in claims.items())).stdout.decode().strip()
        with self.lock:
            self.tokens_told.append(token)
        return token

    def key(self, name):
        """(private, public): a key pair of KEYS in cosign's own format; its password is hunter2."""
        with self.lock:
            if name not in self.keys:
                algorithm, option = KEYS[name]
                pem = self.home / f"{name}.pem"
                self.run("openssl", "genpkey", "-algorithm", algorithm, *(["-pkeyopt", option] if option else []), "-out", pem)
                self.run("cosign3", "import-key-pair", "--key", pem, "--output-key-prefix", name, "-y")
                self.keys[name] = (self.home / f"{name}.key", self.home / f"{name}.pub")
            return self.keys[name]

    def signer(self, by):
        """The environment and flags of a signer: a key's name, a kind of token, or a token."""
        env = {"COSIGN_EXPERIMENTAL": "1"}  # it guards --registry-referrers-mode
        if by in KEYS:
            return env, ["--key", self.key(by)[0]]
        return {**env, "SIGSTORE_ID_TOKEN": self.token(by) if by in WHO else by}, []

    def trusted(self, by):
        """The flags that ask for that signer, the same for plomb and cosign."""
        return ["--trusted-root", self.env["TRUSTED_ROOT"], *(identity(by) if by in WHO else ["--key", self.key(by)[1]])]

    def sign3(self, registry, reference, by, *flags, config="signing_config.json", annotations=(), verb="sign", verified=True, check=True,
              cosign="cosign3"):
        """cosign 3: a bundle, in the log of that signing configuration; cosign verifies it at once, unless it is given no trust root."""
        env, who = self.signer(by)
        root = ["--trusted-root", self.env["TRUSTED_ROOT"]] if verified else []
        return self.run(cosign, verb, "--yes", *registry.cosign_flags(), "--signing-config", self.folder / config, *root, *who,
                        *pairs(annotations), *flags, reference, env=env, check=check)

    def sign2(self, registry, reference, by, *flags, log=True, stamp=False, annotations=(), verb="sign", check=True):
        """cosign 2: simple signing, under a tag or as a referrer."""
        env, who = self.signer(by)
        stamped = ["--timestamp-server-url", self.env["TSA_URL"]] if stamp else []
        trust = {name: self.env[name] for name in self.COSIGN2}
        return self.run("cosign2", verb, "--yes", *registry.cosign_flags(), f"--tlog-upload={str(log).lower()}", "--fulcio-url",
                        self.env["FULCIO_URL"], "--rekor-url", self.env["REKOR_URL"], *stamped, *who, *pairs(annotations), *flags,
                        reference, env={**trust, **env}, check=check)

    def sign(self, registry, reference, by, *flags, annotations=(), verb="sign", trusted=True):
        """plomb, in any form. What is asked of services is in flags."""
        env, who = self.signer(by)
        del env["COSIGN_EXPERIMENTAL"]
        root = ["--trusted-root", self.env["TRUSTED_ROOT"]] if trusted else []
        out = self.plomb(verb, "--yes", *registry.plomb_flags(), *root, *who, *pairs(annotations), *flags, reference,
                         env={**env, "COSIGN_PASSWORD": "hunter2"})
        assert out.status == 0, out
        return out


def pairs(annotations):
    return [part for pair in annotations for part in ("-a", pair)]
