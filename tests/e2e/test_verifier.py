"""The program that make SIGN=0 builds: it has no line of the signing module, and says so when it is asked to sign."""
import json
import re
import subprocess

import pytest

from plomb import PROGRAM, SIGNING, TREE, run, signs

ROOMS = ("src/sign/*.c", "src/cli/sign/*.c", "port/random_posix.c", "port/terminal_posix.c")


@pytest.fixture(scope="module")
def verifier():
    if not signs():
        return PROGRAM
    subprocess.run(["make", "-s", "SIGN=0", "build/verifier/plomb"], cwd=TREE, check=True)
    return str(TREE / "build" / "verifier" / "plomb")


def symbols(program):
    shown = subprocess.run(["nm", "--defined-only", program], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in shown.splitlines()}


def test_no_symbol_of_the_module(verifier):
    sources = [path.read_text() for room in ROOMS for path in TREE.glob(room)]
    module = {name for text in sources for name in re.findall(r"^(plomb_[a-z0-9_]+)\(", text, re.M)}
    there = symbols(verifier)
    assert len(module) > 70 and "plomb_cmd_verify" in there
    assert module & there == set()
    assert not signs() or len(module & symbols(PROGRAM)) > 70


def test_profile(verifier):
    assert json.loads(run("version", "--output", "json", program=verifier).stdout)["profile"] in ("verifier", "offline")


@pytest.mark.parametrize("command", [*SIGNING, "conformance sign-bundle"])
def test_a_command_of_the_module(command, verifier, tmp_path):
    result = run(*command.split(), "x", program=verifier, cwd=tmp_path)
    assert result.status == 2 and result.stderr == f"plomb: unsupported-feature: {command}: not in this build\n".encode(), result
    assert list(tmp_path.iterdir()) == []
