"""
Key pairs: made, imported, shown. What ends in files, what a person is asked,
and that nothing is left behind where it goes wrong. What openssl says about
the keys is an answer of its own.
"""
import fcntl
import os
import pty
import re
import select
import signal
import stat
import subprocess
import termios
import time

import pytest

import credentials
from plomb import PROGRAM, VECTORS, run

PASSWORD = "k3y7passw0rd9of0tests\u00e9"
WRONG = "n0t6the5password8of1it"
credentials.secret("KEY_PASSWORD", PASSWORD)
credentials.secret("WRONG_KEY_PASSWORD", WRONG)
WITH = {"COSIGN_PASSWORD": PASSWORD}
TYPES = ("p256", "p384", "p521", "rsa-2048", "rsa-3072", "ed25519")
OPENSSL = {
    "p256": ("EC", "ec_paramgen_curve:P-256"), "p384": ("EC", "ec_paramgen_curve:P-384"), "p521": ("EC", "ec_paramgen_curve:P-521"),
    "rsa-2048": ("RSA", "rsa_keygen_bits:2048"), "rsa-3072": ("RSA", "rsa_keygen_bits:3072"), "ed25519": ("ED25519", None),
}


def openssl(*argv, stdin=b""):
    return subprocess.run(["openssl", *map(str, argv)], input=stdin, capture_output=True, check=True).stdout


def listing(folder):
    return sorted(os.listdir(folder))


def generate(folder, *flags, env=WITH, **more):
    return run("generate-key-pair", *flags, cwd=folder, env=env, **more)


def made_by_openssl(kind, path):
    algorithm, option = OPENSSL[kind]
    openssl("genpkey", "-algorithm", algorithm, *(("-pkeyopt", option) if option else ()), "-out", path)
    return openssl("pkey", "-in", path, "-pubout")


@pytest.mark.parametrize("kind", TYPES)
def test_generate(kind, tmp_path):
    result = generate(tmp_path, "--key-type", kind)
    assert result.status == 0 and result.stdout == b"", result
    assert result.stderr == b"Private key written to cosign.key\nPublic key written to cosign.pub\n"
    assert listing(tmp_path) == ["cosign.key", "cosign.pub"]
    assert stat.S_IMODE((tmp_path / "cosign.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "cosign.pub").stat().st_mode) == 0o644
    assert (tmp_path / "cosign.key").read_text().startswith("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n")
    public = (tmp_path / "cosign.pub").read_bytes()
    assert openssl("pkey", "-pubin", "-pubout", stdin=public) == public
    shown = run("public-key", "--key", "cosign.key", cwd=tmp_path, env=WITH)
    assert shown.status == 0 and shown.stdout == public and shown.stderr == b"", shown
    run("public-key", "--key", "cosign.key", cwd=tmp_path, env={"COSIGN_PASSWORD": WRONG}).refused("key-password-wrong")


def test_two_are_two(tmp_path):
    for prefix in ("a", "b"):
        assert generate(tmp_path, "--output-key-prefix", prefix).status == 0
    assert listing(tmp_path) == ["a.key", "a.pub", "b.key", "b.pub"]
    assert (tmp_path / "a.pub").read_bytes() != (tmp_path / "b.pub").read_bytes()


@pytest.mark.parametrize("kind", TYPES)
def test_import(kind, tmp_path):
    """Each PEM that openssl writes; and the pair is the same when it is imported from cosign's own form."""
    public = made_by_openssl(kind, tmp_path / "pkcs8.pem")
    sources = ["pkcs8.pem"]
    if kind != "ed25519":
        openssl("pkey", "-in", tmp_path / "pkcs8.pem", "-traditional", "-out", tmp_path / "old.pem")
        assert re.match(r"-----BEGIN (EC|RSA) PRIVATE KEY-----", (tmp_path / "old.pem").read_text())
        sources.append("old.pem")
    for source in sources:
        result = run("import-key-pair", "--key", source, "-y", cwd=tmp_path, env=WITH)
        assert result.status == 0, result
        assert result.stderr == b"Private key written to import-cosign.key\nPublic key written to import-cosign.pub\n"
        assert (tmp_path / "import-cosign.pub").read_bytes() == public
        assert run("public-key", "--key", source, cwd=tmp_path).stdout == public
    assert run("import-key-pair", "--key", "import-cosign.key", "--output-key-prefix", "again", cwd=tmp_path, env=WITH).status == 0
    assert (tmp_path / "again.pub").read_bytes() == public


def test_keys_that_are_none(tmp_path):
    made_by_openssl("p256", tmp_path / "key.pem")
    openssl("pkey", "-in", tmp_path / "key.pem", "-aes128", "-passout", "pass:abcd", "-out", tmp_path / "encrypted.pem")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-out", tmp_path / "koblitz.pem")
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", tmp_path / "small.pem")
    (tmp_path / "public.pem").write_bytes(openssl("pkey", "-in", tmp_path / "key.pem", "-pubout"))
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "cut.pem").write_bytes((tmp_path / "key.pem").read_bytes()[:-40])
    before = listing(tmp_path)
    for name, code in {"encrypted": "key-type-unsupported", "koblitz": "key-type-unsupported", "small": "key-too-small", "public": "key-type-unsupported",
                       "empty": "key-malformed", "cut": "key-malformed", "absent": "io-error"}.items():
        for command in ("import-key-pair", "public-key"):
            result = run(command, "--key", f"{name}.pem", cwd=tmp_path, env=WITH)
            result.refused(code)
            assert f"{name}.pem: ".encode() in result.stderr and result.stdout == b"", result
    assert listing(tmp_path) == before


def test_public_key_out(tmp_path):
    public = (VECTORS / "sign" / "cosign-p256.pub").read_bytes()
    key = VECTORS / "sign" / "cosign-p256.key"
    env = {"COSIGN_PASSWORD": "hunter2"}
    result = run("public-key", "--key", key, "--outfile", "out.pub", cwd=tmp_path, env=env)
    assert result.status == 0 and result.stdout == b"" and result.stderr == b"Public key written to out.pub\n", result
    assert (tmp_path / "out.pub").read_bytes() == public and listing(tmp_path) == ["out.pub"]
    by_variable = run("public-key", "--key", "env://THE_KEY", cwd=tmp_path, env={**env, "THE_KEY": key.read_text()})
    assert by_variable.status == 0 and by_variable.stdout == public
    run("public-key", "--key", "env://NO_KEY", cwd=tmp_path, env=env).refused("config-invalid")


@pytest.mark.parametrize("argv,code", [
    (("generate-key-pair", "k8s://namespace/name"), "unsupported-feature"), (("generate-key-pair", "gitlab://group/project"), "unsupported-feature"),
    (("generate-key-pair", "--kms", "awskms:///alias"), "unsupported-feature"), (("generate-key-pair", "something"), "usage-error"),
    (("generate-key-pair", "--key-type", "p224"), "usage-error"), (("generate-key-pair", "--key-type", "rsa-1024"), "usage-error"),
    (("import-key-pair",), "usage-error"), (("public-key",), "usage-error"), (("public-key", "--key", "awskms:///x"), "unsupported-feature"),
    (("public-key", "--key", "k8s://a/b"), "unsupported-feature"), (("public-key", "--sk"), "unsupported-feature"),
])
def test_refused(argv, code, tmp_path):
    result = run(*argv, cwd=tmp_path, env=WITH)
    result.refused(code)
    assert listing(tmp_path) == [] and result.stdout == b""


# ------------------------------------------------------------------ passwords

def opens(folder, password):
    return run("public-key", "--key", "cosign.key", cwd=folder, env={"COSIGN_PASSWORD": password}).status == 0


def test_empty_password_is_one(tmp_path):
    assert generate(tmp_path, env={"COSIGN_PASSWORD": ""}).status == 0
    assert opens(tmp_path, "") and not opens(tmp_path, WRONG)


def test_password_by_stdin(tmp_path):
    """All of it, as cosign takes it: with the line's end."""
    generate(tmp_path, env={}).refused("config-invalid")
    assert listing(tmp_path) == []
    assert generate(tmp_path, env={}, stdin=PASSWORD.encode() + b"\n").status == 0
    assert opens(tmp_path, PASSWORD + "\n") and not opens(tmp_path, PASSWORD)
    assert run("public-key", "--key", "cosign.key", cwd=tmp_path, stdin=PASSWORD.encode() + b"\n").status == 0
    run("public-key", "--key", "cosign.key", cwd=tmp_path).refused("config-invalid")


def test_long_passwords(tmp_path):
    assert generate(tmp_path, env={"COSIGN_PASSWORD": "x" * 4096}).status == 0
    assert opens(tmp_path, "x" * 4096)
    generate(tmp_path, "-y", env={"COSIGN_PASSWORD": "x" * 4097}).refused("config-invalid")
    generate(tmp_path, "-y", env={}, stdin=b"x" * 4097).refused("config-invalid")
    assert opens(tmp_path, "x" * 4096)


# --------------------------------------------------------------- overwriting

@pytest.mark.parametrize("there", ["cosign.key", "cosign.pub"])
def test_what_is_there_stays(there, tmp_path):
    (tmp_path / there).write_bytes(b"old")
    for env in ({}, {"COSIGN_YES": "false"}, {"COSIGN_YES": "0"}):
        result = generate(tmp_path, env={**WITH, **env}, stdin=b"y\n")
        result.refused("usage-error")
        assert f"File {there} already exists. Overwrite?".encode() in result.stderr
        assert listing(tmp_path) == [there] and (tmp_path / there).read_bytes() == b"old"
    generate(tmp_path, env={**WITH, "COSIGN_YES": "perhaps"}).refused("config-invalid")
    assert listing(tmp_path) == [there]
    assert generate(tmp_path, env={**WITH, "COSIGN_YES": "true"}).status == 0
    assert listing(tmp_path) == ["cosign.key", "cosign.pub"] and opens(tmp_path, PASSWORD)
    first = (tmp_path / "cosign.pub").read_bytes()
    assert generate(tmp_path, "--yes").status == 0
    assert (tmp_path / "cosign.pub").read_bytes() != first
    assert stat.S_IMODE((tmp_path / "cosign.key").stat().st_mode) == 0o600


# ------------------------------------------------------------------- terminal

def at_a_terminal():
    """The program's own terminal; and what a shell makes a background job ignore, somebody at a terminal does not."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in signal.SIGINT, signal.SIGQUIT:
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """The program at a terminal of its own."""

    def __init__(self, folder, *argv):
        self.master, slave = pty.openpty()
        self.slave, self.seen = slave, b""
        self.before = termios.tcgetattr(slave)
        env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C", "TERM": "dumb",
               **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
        self.child = subprocess.Popen([PROGRAM, *map(str, argv)], cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
                                      preexec_fn=at_a_terminal)

    def until(self, text, seconds=30):
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert select.select([self.master], [], [], max(0, end - time.monotonic()))[0], (text, self.seen)
            self.seen += os.read(self.master, 4096)
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def wait_unseen(self):
        end = time.monotonic() + 30
        while self.echoes():
            assert time.monotonic() < end
            time.sleep(0.01)

    def end(self):
        status = self.child.wait(60)
        assert termios.tcgetattr(self.slave) == self.before, "the terminal is as it was"
        os.close(self.slave)
        while select.select([self.master], [], [], 0.2)[0]:
            try:
                got = os.read(self.master, 4096)
            except OSError:
                break
            if not got:
                break
            self.seen += got
        os.close(self.master)
        assert PASSWORD.encode() not in self.seen
        return status


ONCE, TWICE = b"Enter password for private key: ", b"Enter password for private key again: "


def test_terminal(tmp_path):
    terminal = Terminal(tmp_path, "generate-key-pair")
    terminal.until(ONCE)
    terminal.wait_unseen()
    terminal.type(PASSWORD + "\n")
    terminal.until(TWICE)
    terminal.wait_unseen()
    terminal.type(PASSWORD + "\n")
    terminal.until(b"Private key written to cosign.key")
    assert terminal.end() == 0
    assert opens(tmp_path, PASSWORD)
    # Once for a key that is there.
    terminal = Terminal(tmp_path, "public-key", "--key", "cosign.key")
    terminal.until(ONCE)
    terminal.wait_unseen()
    terminal.type(PASSWORD + "\n")
    terminal.until(b"-----BEGIN PUBLIC KEY-----")
    assert terminal.end() == 0


def test_terminal_two_passwords(tmp_path):
    terminal = Terminal(tmp_path, "generate-key-pair")
    terminal.until(ONCE)
    terminal.type(PASSWORD + "\n")
    terminal.until(TWICE)
    terminal.type(WRONG + "\n")
    terminal.until(b"passwords do not match")
    assert terminal.end() == 2 and listing(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_terminal_signals(number, tmp_path):
    """Whatever ends it while nothing is shown, the terminal shows again what is typed."""
    terminal = Terminal(tmp_path, "generate-key-pair")
    terminal.until(ONCE)
    terminal.wait_unseen()
    if number == signal.SIGINT:
        terminal.type("abc\x03")
    else:
        os.kill(terminal.child.pid, number)
    assert terminal.end() == -number and listing(tmp_path) == []


def test_terminal_timeout(tmp_path):
    terminal = Terminal(tmp_path, "generate-key-pair", "--timeout", "1s")
    terminal.until(ONCE)
    assert terminal.end() == 3 and listing(tmp_path) == []


def test_terminal_end_of_input(tmp_path):
    terminal = Terminal(tmp_path, "generate-key-pair")
    terminal.until(ONCE)
    terminal.wait_unseen()
    terminal.type("\x04")
    terminal.until(b"config-invalid")
    assert terminal.end() == 2 and listing(tmp_path) == []


@pytest.mark.parametrize("answer,status", [("y", 0), ("n", 2), ("", 2), ("yesterday", 2)])
def test_terminal_overwrite(answer, status, tmp_path):
    (tmp_path / "cosign.key").write_bytes(b"old")
    terminal = Terminal(tmp_path, "generate-key-pair")
    terminal.until(b"WARNING: File cosign.key already exists. Overwrite?\r\nAre you sure you would like to continue? [y/N] ")
    assert terminal.echoes()
    terminal.type(answer + "\n")
    if status == 0:
        for prompt in (ONCE, TWICE):
            terminal.until(prompt)
            terminal.wait_unseen()
            terminal.type(PASSWORD + "\n")
        terminal.until(b"Private key written")
    else:
        terminal.until(b"user declined the prompt")
    assert terminal.end() == status
    assert ((tmp_path / "cosign.key").read_bytes() == b"old") == (status != 0)


# ------------------------------------------------------------- where it fails

def test_nowhere_to_write(tmp_path):
    result = generate(tmp_path, "--output-key-prefix", "none/key")
    result.refused("io-error")
    assert listing(tmp_path) == []
    (tmp_path / "d.key").mkdir()
    generate(tmp_path, "--output-key-prefix", "d", "-y").refused("io-error")
    run("public-key", "--key", VECTORS / "sign" / "cosign-p256.key", "--outfile", "none/x", cwd=tmp_path, env={"COSIGN_PASSWORD": "hunter2"}).refused("io-error")


def test_no_space(tmp_path):
    """A file may have as many bytes as the public half: then the private one does not fit, and neither stays."""
    for most in (0, 100, 300):
        program = tmp_path / "limited"
        program.write_text(f"#!/bin/sh\ntrap '' XFSZ\nexec prlimit --fsize={most} '{PROGRAM}' \"$@\"\n")
        program.chmod(0o700)
        result = generate(tmp_path, program=str(program))
        assert result.status == 3, result
        assert listing(tmp_path) == ["limited"], most
