"""The README is true: its commands do what it says, its C compiles, its targets exist."""
import os
import re
import subprocess

import pytest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
README = open(os.path.join(TOP, "README.md"), encoding="utf8").read()
PLOMB = os.environ.get("PLOMB", "./plomb")
COMMANDS = re.findall(r"<!-- test: exit (\d+)(?:; (.*?))? -->\n```sh\n(.*?)```", README, re.S)


def test_there_are_commands():
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("status,text,command", COMMANDS, ids=[c[2].split("--")[0].strip() + " exit " + c[0] for c in COMMANDS])
def test_command(status, text, command):
    done = subprocess.run(["sh", "-c", command.replace("./plomb", PLOMB)], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == int(status), done.stderr
    assert text in done.stdout + done.stderr


def test_snippet_compiles(tmp_path):
    snippet = re.search(r"<!-- test: compile -->\n```c\n(.*?)```", README, re.S).group(1)
    source = tmp_path / "snippet.c"
    source.write_text(snippet)
    subprocess.run(["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(TOP, "src"),
                    "-c", source, "-o", tmp_path / "snippet.o"], check=True)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)`", README)) | {"unit", "cross", "purity", "e2e", "replay", "fuzz", "install"}))
def test_target_is_listed(target):
    shown = subprocess.run(["make", "help"], cwd=TOP, capture_output=True, text=True).stdout
    assert re.search(r"^make %s\b" % target, shown, re.M), shown
