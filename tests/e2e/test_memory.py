"""
Memory: the work buffer grows with the input and has an end; and when the
system gives none, the answer is an error, never a yes and never a crash.
"""
import base64
import json
import os
import shutil
import subprocess

import pytest

from plomb import IDENTITY, IDENTITY_FLAGS, ISSUER, PROGRAM, image_with, mint, run

PREDICATE = "https://example.com/sbom/v1"

# The n-th allocation fails (FAIL_AT), or that and all that follow (FAIL_ALL); the count is left in FAIL_COUNT.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
static long count, at = -1;
static int all;
static int fails(void)
{
	if (at < 0) { const char *s = getenv("FAIL_AT"); at = s ? atol(s) : 0; all = getenv("FAIL_ALL") != NULL; }
	count ++;
	if (at != 0 && (count == at || (all && count > at))) { errno = ENOMEM; return 1; }
	return 0;
}
void *malloc(size_t n) { static void *(*next)(size_t); if (!next) next = dlsym(RTLD_NEXT, "malloc"); return fails() ? NULL : next(n); }
void *realloc(void *p, size_t n) { static void *(*next)(void *, size_t); if (!next) next = dlsym(RTLD_NEXT, "realloc"); return fails() ? NULL : next(p, n); }
void *calloc(size_t a, size_t b) { static void *(*next)(size_t, size_t); if (!next) next = dlsym(RTLD_NEXT, "calloc"); return fails() ? NULL : next(a, b); }
static void __attribute__((destructor)) done(void)
{
	const char *s = getenv("FAIL_COUNT");
	FILE *f = s ? fopen(s, "w") : NULL;
	if (f) { fprintf(f, "%ld", count); fclose(f); }
}
"""


def big_statement(n):
    return {"statement": lambda s: {**s, "predicate": {"packages": [{"name": f"package-{i}", "id": i} for i in range(n)]}}}


@pytest.mark.parametrize("n,status", [(10, 0), (20000, 0), (120000, 0)])
def test_attestations_of_any_size(n, status, tmp_path):
    """Half a megabyte to some megabytes; what is printed is what was signed."""
    layout, _, m = image_with({"predicate_type": PREDICATE, "knobs": big_statement(n)})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    layout.write(str(tmp_path / "layout"))
    flags = ("--local-image", "layout:latest", "--trusted-root", "root.json", *IDENTITY_FLAGS)
    result = run("verify-attestation", "--type", PREDICATE, *flags, cwd=tmp_path)
    assert result.status == status, result
    assert base64.b64decode(json.loads(result.stdout)["payload"]) == m.payload
    # As a signature it is no signature, and one too large is not looked at.
    refused = run("verify", *flags, "-o", "report", cwd=tmp_path)
    assert refused.status == 12 and refused.codes == ["predicate-type-mismatch" if n < 50000 else "limit-exceeded"], refused


def test_inspect_of_a_large_bundle(tmp_path):
    m = mint(content="dsse", predicate_type=PREDICATE, knobs=big_statement(20000))
    (tmp_path / "b.json").write_bytes(m.bundle_text)
    assert json.loads(run("inspect", "-o", "json", "b.json", cwd=tmp_path).stdout)["statement"]["predicateType"] == PREDICATE


def test_many_annotations(tmp_path):
    wanted = {f"key-{i}": "v" * 200 for i in range(900)}
    layout, _, m = image_with({"annotations": wanted})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "a.json").write_text(json.dumps(wanted))
    layout.write(str(tmp_path / "layout"))
    result = run("verify", "--local-image", "layout", "--trusted-root", "root.json", *IDENTITY_FLAGS, "--annotations-file", "a.json",
                 cwd=tmp_path)
    assert result.status == 0 and json.loads(result.stdout)[0]["optional"] == wanted


def is_sanitized():
    with open(PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    if is_sanitized():
        pytest.skip("the sanitizer has an allocator of its own; the plain build is tested")
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", "-O1", "-o", folder / "shim.so", folder / "shim.c", "-ldl"], check=True)
    return str(folder / "shim.so")


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = tmp_path_factory.mktemp("material")
    layout, image, m = image_with({"annotations": {"tag": "v1"}})
    image_with({"annotations": {"tag": "v2"}}, layout, image)
    layout.write(str(folder / "layout"))
    subprocess.run(["tar", "cf", folder / "layout.tar", "-C", folder / "layout", "."], check=True)
    (folder / "root.json").write_bytes(m.trusted_root_text)
    old, _, o = image_with({"content": "simplesigning", "annotations": {"tag": "v1"}, "timestamp": True})
    old.write(str(folder / "old"))
    (folder / "old.json").write_bytes(o.trusted_root_text)
    b = mint()
    (folder / "artifact").write_bytes(b.artifact)
    (folder / "b.json").write_bytes(b.bundle_text)
    (folder / "blob.json").write_bytes(b.trusted_root_text)
    (folder / "k.pub").write_text(mint(material="key").key.pem)
    sign = {"type": "sigstoreSigned", "signedIdentity": {"type": "matchRepository"},
            "plomb": {"identity": IDENTITY, "issuer": ISSUER, "trustedRoot": "root.json", "acceptUnnamed": True, "annotations": {"tag": "v1"}}}
    (folder / "accept.json").write_text(json.dumps({"default": [sign, sign]}))
    return folder


LOCAL = ("verify", *IDENTITY_FLAGS, "-a", "tag=v1", "--local-image")
GATE = ("-name", "registry.mint.example/acme/edge:v1", "--local-image", "layout:latest")
COMMANDS = {
    "image": (*LOCAL, "layout:latest", "--trusted-root", "root.json"),
    "tar": (*LOCAL, "layout.tar", "--trusted-root", "root.json", "-o", "report", "--explain"),
    "old": (*LOCAL, "old:latest", "--trusted-root", "old.json"),
    "refused": ("verify", *IDENTITY_FLAGS, "-a", "tag=v3", "--local-image", "layout", "--trusted-root", "root.json", "-o", "report"),
    "gate": ("gate", *GATE, "--policy", "accept.json"),
    "blob": ("verify-blob", *IDENTITY_FLAGS, "--trusted-root", "blob.json", "--bundle", "b.json", "artifact", "-o", "report"),
    "inspect": ("inspect", "b.json", "-o", "json"),
    "create": ("trusted-root", "create", "--with-default-services", "--rekor", "url=x,public-key=k.pub,start-time=2026-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_allocation_fails_in_turn(name, every, shim, material, tmp_path):
    """Fail closed: an error (2 or 3), or the same answer as ever where stdio can do without."""
    normal = run(*COMMANDS[name], cwd=material)
    assert normal.status == (12 if name == "refused" else 0), normal
    env = {"LD_PRELOAD": shim, "FAIL_COUNT": str(tmp_path / "count")}
    assert run(*COMMANDS[name], cwd=material, env=env).status == normal.status
    count = int((tmp_path / "count").read_text())
    assert count > 5
    if every:
        env["FAIL_ALL"] = "1"
    for at in range(1, count + 1):
        result = run(*COMMANDS[name], cwd=material, env={**env, "FAIL_AT": str(at)})
        if result.status == 0:
            # One of a tar's signatures that could not be kept does not count; the other still may.
            assert result.stdout == normal.stdout or (name == "tar" and b"limit-exceeded" in result.stdout), (at, result)
            continue
        assert result.status in (2, 3, 12), (at, result)
        # A tar's member that could not be kept is one too many: also a refusal.
        assert result.status != 12 or name == "refused" or (name == "tar" and b"limit-exceeded" in result.stderr), (at, result)
        assert b"plomb: " in result.stderr, (at, result)
    os.remove(tmp_path / "count")
