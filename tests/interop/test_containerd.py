"""
The gate in its place: a real containerd 2 asks it before every pull, as contrib/containerd sets it up.

The images come from a registry that was filled by oras; the signatures are cosign's.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]
CONTRIB = TREE / "contrib" / "containerd"
DEMO = TREE / "tests" / "vectors" / "demo"
PLOMB = os.environ.get("PLOMB", str(TREE / "plomb"))
BIN = pathlib.Path(os.environ.get("WORLD_BIN", os.path.expanduser("~/go/bin")))
DIGEST = "sha256:3fd1490244f56dfe2916bea3fc8fc44f6e5473a530e05dc954298a9289c60f48"
SCOPE = "registry.example.com/acme"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, process, condition):
    for _ in range(200):
        if condition():
            return
        assert process.poll() is None, f"{what} ended with {process.returncode}"
        time.sleep(0.05)
    raise AssertionError(f"{what} does not answer")


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """docker-registry with acme/signed (image and signature) and acme/unsigned (the image alone)."""
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    (folder / "config.yaml").write_text(json.dumps({
        "version": "0.1", "storage": {"filesystem": {"rootdirectory": str(folder / "data")}}, "http": {"addr": f"127.0.0.1:{port}"}}))
    process = subprocess.Popen(["docker-registry", "serve", "config.yaml"], cwd=folder, stdout=open(folder / "log", "wb"),
                               stderr=subprocess.STDOUT, env={**os.environ, "OTEL_TRACES_EXPORTER": "none"})
    try:
        wait_for("docker-registry", process, lambda: listens(port))
        layout = folder / "layout"
        layout.mkdir()
        subprocess.run(["tar", "xf", DEMO / "image.tar", "-C", layout], check=True)
        for name, more in (("signed", ["-r"]), ("unsigned", [])):
            subprocess.run([BIN / "oras", "cp", *more, "--from-oci-layout", f"{layout}:latest", "--to-plain-http",
                            f"127.0.0.1:{port}/acme/{name}:v1"], check=True, capture_output=True)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Containerd:
    def __init__(self, folder, registry):
        self.folder, self.registry = folder, registry
        self.verifiers = folder / "verifiers"
        self.verifiers.mkdir()
        (self.verifiers / "plomb").symlink_to(os.path.realpath(PLOMB))
        self.policy = folder / "policy.json"
        self.address = folder / "c.sock"
        example = (CONTRIB / "config.toml").read_text()
        assert "/opt/containerd/image-verifier/bin'" in example
        (folder / "config.toml").write_text(
            "\n".join(line for line in example.splitlines() if not line.startswith("version")).join((
                f"version = 3\nroot = '{folder}/root'\nstate = '{folder}/state'\n"
                "disabled_plugins = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime', "
                "'io.containerd.nri.v1.nri', 'io.containerd.internal.v1.opt']\n"
                f"[grpc]\naddress = '{self.address}'\n[ttrpc]\naddress = '{folder}/c.ttrpc'\n", "\n"))
            .replace("/opt/containerd/image-verifier/bin", str(self.verifiers)))
        self.set_policy()

    def set_policy(self, **plomb):
        """The example's policy for this registry, with members of "plomb" replaced."""
        policy = json.loads((CONTRIB / "policy.json").read_text())
        requirements = policy["transports"]["docker"].pop(SCOPE)
        requirements[0]["plomb"].update({"trustedRoot": str(DEMO / "trusted_root.json"), **plomb})
        policy["transports"]["docker"][f"{self.registry}/acme"] = requirements
        self.policy.write_text(json.dumps(policy))

    def start(self):
        self.log = open(self.folder / "log", "wb")
        # As a system service: hardly any environment, no home.
        self.process = subprocess.Popen(
            [BIN / "containerd", "-c", self.folder / "config.toml"], stdout=self.log, stderr=self.log, cwd="/",
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PLOMB_POLICY": str(self.policy)})
        wait_for("containerd", self.process, lambda: self.ctr("version").returncode == 0)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def ctr(self, *argv):
        return subprocess.run([BIN / "ctr", "-a", self.address, *argv], capture_output=True, text=True, timeout=120)

    def pull(self, name):
        return self.ctr("image", "pull", "--plain-http", f"{self.registry}/acme/{name}")

    def images(self):
        return self.ctr("image", "ls", "-q").stdout.split()

    def refuses(self, name, reason):
        done = self.pull(name)
        assert done.returncode != 0, done
        assert reason in done.stderr + done.stdout, done
        assert self.images() == []


@pytest.fixture
def containerd(registry, tmp_path):
    daemon = Containerd(tmp_path, registry)
    daemon.start()
    yield daemon
    daemon.stop()
    shutil.rmtree(tmp_path / "root", ignore_errors=True)


def test_a_signed_image_is_pulled(containerd):
    done = containerd.pull("signed:v1")
    assert done.returncode == 0, done
    assert containerd.images() == [f"{containerd.registry}/acme/signed:v1"]


def test_by_digest(containerd):
    assert containerd.pull(f"signed@{DIGEST}").returncode == 0


def test_an_unsigned_image_is_not(containerd):
    containerd.refuses("unsigned:v1", "signature-not-found")


def test_a_wrongly_annotated_image_is_not(containerd):
    containerd.set_policy(annotations={"tag": "v1"})
    containerd.refuses("signed:v1", "annotation-mismatch")


def test_another_signer_is_not_enough(containerd):
    containerd.set_policy(identities=[{"identity": "https://gitlab.example.com/acme/other", "issuer": "https://gitlab.example.com"}])
    containerd.refuses("signed:v1", "identity-san-mismatch")


def test_what_the_policy_does_not_name_is_not_pulled(containerd, registry):
    policy = json.loads(containerd.policy.read_text())
    policy["transports"]["docker"] = {"registry.example.com": policy["transports"]["docker"].popitem()[1]}
    containerd.policy.write_text(json.dumps(policy))
    containerd.refuses("signed:v1", "policy-rejected")


@pytest.mark.parametrize("text", ["", "{", '{"default":[{"type":"reject"}],"more":1}'])
def test_a_policy_that_cannot_be_read_allows_nothing(containerd, text):
    containerd.policy.write_text(text)
    containerd.refuses("signed:v1", "policy-malformed")


def test_a_missing_policy_allows_nothing(containerd):
    containerd.policy.unlink()
    containerd.refuses("signed:v1", str(containerd.policy))
