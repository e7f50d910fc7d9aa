"""
The search for credentials in all that is printed can find them: otherwise it
would say nothing. The search itself is at the end of every session.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import urllib.parse

import pytest

import credentials
from credentials import PASSWORD, USER, basic

HERE = pathlib.Path(__file__).resolve().parent
WAYS = {
    "plain": lambda s: s, "json": json.dumps, "percent": urllib.parse.quote, "form": urllib.parse.quote_plus, "hex": lambda s: s.encode().hex(),
    "percent of all": lambda s: "".join(f"%{b:02x}" for b in s.encode()),
    "base64": lambda s: base64.b64encode(s.encode()).decode(), "base64 for URLs": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
    "after one byte": lambda s: base64.b64encode(b"x" + s.encode() + b"yz").decode(), "after two": lambda s: base64.b64encode(b"xx" + s.encode() + b"y").decode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", sorted(credentials.known()))
def test_found(name, way):
    written = WAYS[way](credentials.known()[name])
    assert name in {found for found, how in credentials.leaks(f"error: {written} at line 3".encode())}


def test_found_in_a_header():
    assert credentials.leaks(f"Authorization: {basic(USER, PASSWORD)}\r\n".encode())


def test_nothing_in_ordinary_texts():
    """A search that always finds would be switched off soon."""
    for path in (HERE.parents[1] / "README.md", HERE.parents[1] / "src" / "plomb.h"):
        assert credentials.leaks(path.read_bytes()) == []


SESSION = """
import subprocess, sys
sys.path.insert(0, {here!r})
from outputs import *
"""
TEST = """
import subprocess, sys, credentials
def test_it():
    {statement}
"""
PRINT = "subprocess.run([sys.executable, '-c', {program!r}], {options})"
CASES = {
    "stdout": ("print('token: ' + %r)", "capture_output=True", 1),
    "stderr": ("import sys; sys.stderr.write(%r)", "stderr=subprocess.PIPE, text=True", 1),
    "nothing": ("print('ok', len(%r))", "capture_output=True", 0),
}


def session(tmp_path, statement):
    (tmp_path / "conftest.py").write_text(SESSION.format(here=str(HERE)))
    (tmp_path / "test_it.py").write_text(TEST.format(statement=statement))
    return subprocess.run([sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HERE)})


# What the session of the inner pytest prints names the credential, never writes it.
@pytest.mark.parametrize("case", CASES)
def test_session_fails(case, tmp_path):
    """Every test of the session passes, and yet it fails."""
    program, options, status = CASES[case]
    done = session(tmp_path, PRINT.format(program=program % base64.b64encode(PASSWORD.encode()).decode(), options=options))
    assert done.returncode == status, done.stdout
    assert b"1 passed" in done.stdout
    assert (b"LEAKED: PASSWORD (base64" in done.stdout) == bool(status), done.stdout
    assert b"0 found" in done.stdout if status == 0 else b"0 found" not in done.stdout


def test_session_fails_for_a_file(tmp_path):
    """What --output-file wrote, and a credential that only became known after it was printed."""
    statement = ("subprocess.run(['/bin/sh', '-c', 'printf later5-made8-up9 >out', 'sh', '--output-file', 'out'], capture_output=True, cwd=%r); "
                 "credentials.secret('MADE UP', 'later5-made8-up9')" % str(tmp_path))
    done = session(tmp_path, statement)
    assert done.returncode == 1 and b"LEAKED: MADE UP (plain) by: /bin/sh" in done.stdout, done.stdout
