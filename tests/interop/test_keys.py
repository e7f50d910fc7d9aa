"""
Key files in both directions: cosign 2 and 3 sign with what plomb made or
imported, and plomb opens what they made. No services are needed.
"""
import os
import subprocess

import pytest

from world import BIN, KEYS, program

COSIGN = ("cosign2", "cosign3")
PASSWORD = "hunter2"
TYPES = ("p256", "p384", "p521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519")
FLAGS = {"cosign2": (), "cosign3": ("--use-signing-config=false",)}


def run(folder, *argv, check=True):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "COSIGN_PASSWORD": PASSWORD, "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run([str(a) for a in argv], cwd=folder, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
    assert not check or done.returncode == 0, done
    return done


def plomb(folder, *argv):
    return run(folder, program.PROGRAM, *argv)


def cosign(folder, which, *argv, **more):
    return run(folder, f"{BIN}/{which}", *argv, **more)


def signs(folder, which, prefix):
    """cosign signs with the key, and plomb accepts that under the public half, and nothing else."""
    (folder / "blob").write_bytes(b"something")
    (folder / "other").write_bytes(b"something else")
    cosign(folder, which, "sign-blob", "--key", f"{prefix}.key", "--tlog-upload=false", *FLAGS[which], "--new-bundle-format", "--bundle", "bundle.json", "-y", "blob")
    verify = ("verify-blob", "--key", f"{prefix}.pub", "--bundle", "bundle.json", "--insecure-ignore-tlog")
    plomb(folder, *verify, "blob")
    assert run(folder, program.PROGRAM, *verify, "other", check=False).returncode == 12


def can(which, kind):
    # cosign 2 ends in a Go panic when it is to write a new bundle with an Ed25519 key.
    return not (which == "cosign2" and kind == "ed25519")


@pytest.mark.parametrize("kind", TYPES)
def test_cosign_signs_with_generated(kind, tmp_path):
    plomb(tmp_path, "generate-key-pair", "--key-type", kind)
    for which in COSIGN:
        assert cosign(tmp_path, which, "public-key", "--key", "cosign.key").stdout == (tmp_path / "cosign.pub").read_bytes()
        if can(which, kind):
            signs(tmp_path, which, "cosign")


@pytest.mark.parametrize("kind", sorted(set(KEYS) - {"other"}))
def test_both_import_the_same(kind, tmp_path):
    algorithm, option = KEYS[kind]
    run(tmp_path, "openssl", "genpkey", "-algorithm", algorithm, *(("-pkeyopt", option) if option else ()), "-out", "key.pem")
    plomb(tmp_path, "import-key-pair", "--key", "key.pem", "--output-key-prefix", "ours")
    for which in COSIGN:
        assert cosign(tmp_path, which, "public-key", "--key", "ours.key").stdout == (tmp_path / "ours.pub").read_bytes()
        cosign(tmp_path, which, "import-key-pair", "--key", "key.pem", "--output-key-prefix", which)
        assert (tmp_path / f"{which}.pub").read_bytes() == (tmp_path / "ours.pub").read_bytes()
        assert plomb(tmp_path, "public-key", "--key", f"{which}.key").stdout == (tmp_path / "ours.pub").read_bytes()
        if can(which, kind):
            signs(tmp_path, which, "ours")


@pytest.mark.parametrize("which", COSIGN)
def test_plomb_opens_generated(which, tmp_path):
    theirs = cosign(tmp_path, which, "generate-key-pair")
    assert plomb(tmp_path, "public-key", "--key", "cosign.key").stdout == (tmp_path / "cosign.pub").read_bytes()
    ours = plomb(tmp_path, "generate-key-pair", "-y")
    assert ours.stderr == theirs.stderr
