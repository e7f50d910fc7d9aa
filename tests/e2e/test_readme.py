"""The README is true: its commands do what it says, its C compiles, its targets exist."""
import functools
import hashlib
import http.server
import os
import re
import subprocess
import tarfile
import threading

import pytest

from credentials import basic
from plomb import SIGNING, signs
from registry import Answer, Repository, Server

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
README = open(os.path.join(TOP, "README.md"), encoding="utf8").read()
PLOMB = os.environ.get("PLOMB", "./plomb")
# What signs is for a program that can.
COMMANDS = [found for found in re.findall(r"<!-- test: exit (\d+)(?:; (.*?))? -->\n```sh\n(.*?)```", README, re.S)
            if signs() or not re.search(r"plomb (%s)\b" % "|".join(SIGNING), found[2])]


def test_there_are_commands():
    assert len(COMMANDS) >= 4


def private(request):
    """registry.example.com lets nobody at acme/private who does not say who he is."""
    if "/private/" in request.path and request.headers.get("Authorization") != basic("somebody", "a-password"):
        return Answer(401, b"{}", headers=[("WWW-Authenticate", 'Basic realm="example"')])
    return None


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """
    Where the README's commands run, one after the other: a folder that looks like the tree, and servers for the two names that
    it uses. Gives the folder and a function that puts their addresses into a command.
    """
    folder = tmp_path_factory.mktemp("readme")
    for name in ("tests", "contrib", "src"):
        (folder / name).symlink_to(os.path.join(TOP, name))
    (folder / "plomb").symlink_to(os.path.realpath(PLOMB))
    with tarfile.open(os.path.join(TOP, "tests", "vectors", "demo", "image.tar")) as archive:
        archive.extractall(folder / "layout")
    image = Repository.from_layout(folder / "layout", True)
    image.tags["v1"] = image.tags["latest"]
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=os.path.join(TOP, "tests/vectors/tuf/made/base"))
    handler.log_message = lambda *args: None
    with Server({"acme/app": image, "acme/private": image}, private) as registry, \
            http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as mirror:
        threading.Thread(target=mirror.serve_forever, daemon=True).start()

        def addressed(command):
            return (command.replace("registry.example.com", f"127.0.0.1:{registry.port}")
                    .replace("https://tuf.example.com", f"http://127.0.0.1:{mirror.server_address[1]}"))

        yield folder, addressed
        mirror.shutdown()


@pytest.mark.parametrize("status,text,command", COMMANDS, ids=[c[2].split("--")[0].strip() + " exit " + c[0] for c in COMMANDS])
def test_command(status, text, command, place):
    folder, addressed = place
    done = subprocess.run(["sh", "-c", addressed(command)], cwd=folder, capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"})
    assert done.returncode == int(status), done.stderr
    assert text in done.stdout + done.stderr


def test_snippet_compiles(tmp_path):
    snippet = re.search(r"<!-- test: compile -->\n```c\n(.*?)```", README, re.S).group(1)
    source = tmp_path / "snippet.c"
    source.write_text(snippet)
    subprocess.run(["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(TOP, "src"),
                    "-c", source, "-o", tmp_path / "snippet.o"], check=True)


# Everything about who and what is asked for is argv; the files come first.
MAIN = r"""
#include <stdio.h>
#include <string.h>
static unsigned char bytes[2][1 << 16];
static plomb_view load(int i, const char *path)
{
	FILE *file = fopen(path, "rb");
	plomb_view view = { bytes[i], 0 };
	if (file != NULL) { view.n = fread(bytes[i], 1, sizeof bytes[i], file); fclose(file); }
	return view;
}
static plomb_view text(const char *s)
{
	plomb_view view = { (const unsigned char *)s, strlen(s) };
	return view;
}
int main(int argc, char **argv)
{
	static plomb_policy policy;
	plomb_digest digest;
	if (argc != 6 || plomb_digest_parse(text(argv[3]), &digest) != PLOMB_OK) { return 2; }
	policy.identity.exact = text(argv[4]);
	policy.issuer.exact = text(argv[5]);
	return is_signed(load(0, argv[1]), load(1, argv[2]), &digest, &policy) ? 0 : 12;
}
"""


def test_snippet_decides(tmp_path):
    source = tmp_path / "snippet.c"
    source.write_text(re.search(r"<!-- test: compile -->\n```c\n(.*?)```", README, re.S).group(1) + MAIN)
    subprocess.run(["make", "-s", "BUILD=build", "lib"], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(TOP, "src"), source,
                    os.path.join(TOP, "build", "libplomb.a"), "-lbearssl", "-lsodium", "-o", tmp_path / "snippet"], check=True)
    cases = os.path.join(TOP, "tests", "vectors", "conformance")
    with open(os.path.join(cases, "a.txt"), "rb") as file:
        digest = "sha256:" + hashlib.sha256(file.read()).hexdigest()
    identity = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
                "extremely-dangerous-oidc-beacon.yml@refs/heads/main")

    def decide(case="happy-path-v0.3", digest=digest, identity=identity):
        return subprocess.run([tmp_path / "snippet", os.path.join(TOP, "src", "cli", "trusted_root.json"),
                               os.path.join(cases, case, "bundle.sigstore.json"), digest, identity,
                               "https://token.actions.githubusercontent.com"]).returncode

    assert decide() == 0
    assert decide(digest="sha256:" + "0" * 64) == 12
    assert decide(identity=identity + "2") == 12
    assert decide(case="invalid-checkpoint-signature_fail") == 12


def section(title):
    return README[README.index("## " + title):].split("\n## ")[0]


def shown(*argv):
    return subprocess.run([PLOMB, "help", *argv], cwd=TOP, capture_output=True, text=True, check=True).stdout


def test_exit_statuses_are_the_programs():
    header = open(os.path.join(TOP, "src", "plomb.h"), encoding="utf8").read()
    assert re.findall(r"^\| (\d+) \|", section("Exit status"), re.M) == re.findall(r"PLOMB_CLASS_[A-Z_]+ = (\d+)", header)


def test_commands_and_options_are_the_programs():
    commands = re.findall(r"^  ([a-z-]+(?: [a-z-]+)?)  ", shown(), re.M)
    assert len(commands) >= 11
    table = " ".join(line.split(" | ")[0] for line in section("Commands").splitlines() if line.startswith("| `"))
    # The conformance suite's own spelling of commands that are listed.
    for command in set(commands) - {"verify-bundle", "sign-bundle"}:
        assert re.search(r"`%s[ `]" % command, table), command
    options = set(re.findall(r"--([a-zA-Z0-9-]+)", " ".join(shown(*command.split()) for command in commands)))
    named = set(re.findall(r"`--([a-zA-Z0-9-]+)", README))
    assert len(named) >= 12 and len(named & options) >= 12, named
    # Some are those of commands that a program without the signing module does not have.
    assert not signs() or named <= options, named - options


def test_sweep_is_the_last_one():
    with open(os.path.join(TOP, "tests", "sweep.txt"), encoding="utf8") as file:
        signatures, mutations = re.search(r"^(\d+) signatures, (\d+) mutations", file.read(), re.M).groups()
    assert f"{signatures} accepted signatures, {mutations} mutations" in README


def test_every_fuzz_target_is_described():
    folder = os.path.join(TOP, "fuzz")
    with open(os.path.join(folder, "README.md"), encoding="utf8") as file:
        rows = [line.strip("|").split(" | ") for line in file.read().splitlines() if line.startswith("| `")]
    assert [row[0].strip(" `") for row in rows] == sorted(n[5:-2] for n in os.listdir(folder) if re.fullmatch(r"fuzz_.*\.c", n))
    assert all(len(row) == 3 and row[2].strip() for row in rows)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)`", README)) | {"unit", "cross", "purity", "e2e", "replay", "fuzz", "install"}))
def test_target_is_listed(target):
    shown = subprocess.run(["make", "help"], cwd=TOP, capture_output=True, text=True).stdout
    assert re.search(r"^make %s\b" % target, shown, re.M), shown
