"""
Updates of the trust root that are cut short: a write that fails, a program
that is killed, power that is lost, at each operation in turn. Afterwards the
trust root is the old one or the new one, never a mix and never none, and the
next update does its work.

A library in front of the C library counts what is done to files, and lets one
operation fail or ends the program there. What it writes down is also played
back on a model of a disk, where only that is sure to survive which was synced.
"""
import pathlib
import random
import shutil
import signal
import subprocess
import time

import pytest

from fault import Log, Shim
from plomb import PROGRAM, VECTORS
from tuf import MADE, NOW, PUBLIC, ROOT, Client, mirror_of, serve

OLD = next((PUBLIC / "targets").glob("*.trusted_root.json")).read_bytes()
NEW = (VECTORS / "demo" / "trusted_root.json").read_bytes()

# What one of the two trust roots accepts and the other refuses.
BY_NEW = ("verify", "--local-image", VECTORS / "demo" / "image.tar", "--certificate-oidc-issuer", "https://gitlab.example.com",
          "--certificate-identity", "https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main")
BY_OLD = ("conformance", "verify-bundle", "--bundle", VECTORS / "conformance" / "happy-path-v0.3" / "bundle.sigstore.json",
          "--certificate-identity", "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon"
          "/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
          "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", VECTORS / "conformance" / "a.txt")

# FAIL_AT: that operation fails. SHORT_AT: that write writes one byte, and nothing after it works. KILL_AT: the program ends before it.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static long count, fail_at, kill_at, short_at;
static char names[1024][512];
static int is_init;
static void note(const char *op, const char *a, const char *b, const void *p, size_t n)
{
	const char *path = getenv("OPERATIONS");
	char line[1024];
	int fd, k;
	size_t i;
	if (!path) return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0) return;
	k = snprintf(line, sizeof line, "%s\t%s\t%s\t", op, a, b);
	(void)syscall(SYS_write, fd, line, k);
	for (i = 0; i < n; i ++) { k = snprintf(line, sizeof line, "%02x", ((const unsigned char *)p)[i]); (void)syscall(SYS_write, fd, line, k); }
	(void)syscall(SYS_write, fd, "\n", 1);
	close(fd);
}
static long number(const char *name) { const char *s = getenv(name); return s ? atol(s) : 0; }
static int fails(void)
{
	if (!is_init) { is_init = 1; fail_at = number("FAIL_AT"); kill_at = number("KILL_AT"); short_at = number("SHORT_AT"); }
	count ++;
	if (count == kill_at) kill(getpid(), SIGKILL);
	if (count == fail_at || (short_at && count > short_at)) { errno = ENOSPC; return 1; }
	return 0;
}
#define NEXT(type, name) static type; if (!next) next = dlsym(RTLD_NEXT, name)
static const char *of(int fd) { return fd >= 0 && fd < 1024 ? names[fd] : ""; }
static void set(int fd, const char *path) { if (fd >= 0 && fd < 1024) snprintf(names[fd], sizeof names[fd], "%s", path); }
int mkdir(const char *path, mode_t mode) { NEXT(int (*next)(const char *, mode_t), "mkdir"); int r; if (fails()) return -1; r = next(path, mode); if (r == 0) note("mkdir", path, "", 0, 0); return r; }
static int temporary(char *path, const char *name)
{
	int (*next)(char *) = dlsym(RTLD_NEXT, name), fd;
	if (fails()) return -1;
	fd = next(path);
	if (fd >= 0) { set(fd, path); note("create", path, "", 0, 0); }
	return fd;
}
int mkstemp(char *path) { return temporary(path, "mkstemp"); }
int mkstemp64(char *path) { return temporary(path, "mkstemp64"); }
static int opened(const char *path, int flags, const char *name)
{
	int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, name), fd;
	fd = next(path, flags, 0600);
	if (fd >= 0) set(fd, path);
	return fd;
}
int open(const char *path, int flags, ...) { return opened(path, flags, "open"); }
int open64(const char *path, int flags, ...) { return opened(path, flags, "open64"); }
ssize_t write(int fd, const void *p, size_t n)
{
	NEXT(ssize_t (*next)(int, const void *, size_t), "write");
	if (fd <= 2 || !of(fd)[0]) return next(fd, p, n);
	if (fails()) return -1;
	if (count == short_at && n > 1) n = 1;
	note("write", of(fd), "", p, n);
	return next(fd, p, n);
}
int fchmod(int fd, mode_t mode) { NEXT(int (*next)(int, mode_t), "fchmod"); return fails() ? -1 : next(fd, mode); }
int fsync(int fd) { NEXT(int (*next)(int), "fsync"); if (fails()) return -1; note("fsync", of(fd), "", 0, 0); return next(fd); }
int close(int fd) { NEXT(int (*next)(int), "close"); int mine = of(fd)[0] && strlen(of(fd)) > 7 && of(fd)[strlen(of(fd)) - 7] == '.'; set(fd, ""); if (mine && fails()) { next(fd); return -1; } return next(fd); }
int rename(const char *a, const char *b) { NEXT(int (*next)(const char *, const char *), "rename"); int r; if (fails()) return -1; r = next(a, b); if (r == 0) note("rename", a, b, 0, 0); return r; }
int unlink(const char *path) { NEXT(int (*next)(const char *), "unlink"); int r; if (fails()) return -1; r = next(path); if (r == 0) note("unlink", path, "", 0, 0); return r; }
int flock(int fd, int how) { NEXT(int (*next)(int, int), "flock"); return fails() ? -1 : next(fd, how); }
static void __attribute__((destructor)) done(void)
{
	const char *s = getenv("FAIL_COUNT");
	FILE *f = s ? fopen(s, "w") : NULL;
	if (f) { fprintf(f, "%ld", count); fclose(f); }
}
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", "-O1", "-w", "-o", folder / "shim.so", folder / "shim.c", "-ldl"], check=True)
    return str(folder / "shim.so")


# name: what the device had before (folders of vectors, or nothing), the mirror, and how it is asked for
WAYS = {
    "first": (None, ("base", "chain-new-target"), ("--root", ROOT)),
    "update": (("base",), ("base", "chain-new-target"), ()),
    "rotation": (("base",), ("base", "rotation-new-target"), ()),
    "other-instance": (("base",), ("other-instance",), ("--root", MADE / "other-instance" / "1.root.json")),
}


class Scene:
    def __init__(self, tmp_path, way):
        self.before, folders, self.flags = WAYS[way]
        self.client = Client(tmp_path)
        self.folder = self.client.folder
        if self.before:
            self.client.start(*self.before)
        self.saved = tmp_path / "saved"
        if self.folder.exists():
            shutil.copytree(self.folder, self.saved)
        # The first time what is compiled in holds.
        self.old = OLD if self.before else compiled_in(self.client)
        # Another instance is elsewhere, and the old one's mirror still serves the old one.
        place = tmp_path / "other"
        place.mkdir()
        self.mirror = mirror_of(place if way == "other-instance" else tmp_path, *folders)

    def reset(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.saved.exists():
            shutil.copytree(self.saved, self.folder)

    def update(self, **env):
        return self.client.update(self.mirror, *self.flags, env={name: str(value) for name, value in env.items()})

    def check(self, what):
        """The old or the new trust root, whole, and verification follows it."""
        shown = self.client.show()
        assert shown.status == 0, (what, shown)
        assert shown.stdout.rstrip(b"\n") in (self.old.rstrip(b"\n"), NEW.rstrip(b"\n")), (what, shown)
        is_new = shown.stdout.rstrip(b"\n") == NEW.rstrip(b"\n")
        assert self.client.run(*(BY_NEW if is_new else BY_OLD)).status == 0, what
        return is_new

    def repair(self, what):
        """The next update says no word about where from: old and new belong together. One by the same words does the rest."""
        if (self.folder / "mirror").exists():
            result = self.client.update(None)
            assert result.status == 0, (what, result)
            self.check(what)
        result = self.update()
        assert result.status == 0, (what, result)
        kept = self.client.kept()
        assert kept["trusted_root.json"] == NEW, what
        assert sorted(kept) == ["mirror", "root.json", "snapshot.json", "targets.json", "time", "timestamp.json", "trusted_root.json"], what


def compiled_in(client):
    shown = client.run("trusted-root", "show", "--output", "json", env={"TUF_ROOT": "/nonexistent"})
    assert shown.status == 0
    return shown.stdout


def count_of(scene, shim, tmp_path):
    result = scene.update(LD_PRELOAD=shim, FAIL_COUNT=tmp_path / "count")
    assert result.status == 0, result
    assert scene.check("all went well")
    count = int((tmp_path / "count").read_text())
    assert count > 20
    return count


@pytest.mark.parametrize("way,kind", [(way, kind) for way in sorted(WAYS) for kind in ("FAIL_AT", "KILL_AT")] + [("update", "SHORT_AT")])
def test_each_operation_in_turn(way, kind, shim, tmp_path):
    scene = Scene(tmp_path, way)
    assert scene.client.run(*BY_NEW).status != 0 and scene.client.run(*BY_OLD).status == 0
    count = count_of(scene, shim, tmp_path)
    assert scene.client.run(*BY_OLD).status != 0
    seen = set()
    for at in range(1, count + 1):
        scene.reset()
        result = scene.update(LD_PRELOAD=shim, **{kind: at})
        assert result.status in ((-signal.SIGKILL,) if kind == "KILL_AT" else (0, 3)), (at, result)
        if result.status == 3:
            assert b"io-error: " in result.stderr, (at, result)
        is_new = scene.check(at)
        assert is_new or result.status != 0, (at, result)
        seen.add(is_new)
        scene.repair(at)
    assert seen == {False, True}


@pytest.fixture(scope="module")
def no_memory(tmp_path_factory):
    return Shim(tmp_path_factory.mktemp("memory"))


@pytest.mark.parametrize("way", ["first", "rotation", "other-instance", "url"])
def test_an_allocation_fails(way, no_memory, tmp_path):
    """An error and the old trust root, or the new one."""
    scene = Scene(tmp_path, "update" if way == "url" else way)
    with serve(scene.mirror) as server:
        if way == "url":
            scene.mirror = server.url
        env, log = no_memory.env()
        result = scene.update(**env)
        assert result.status == 0, result
        count = Log(log).calls["malloc", "plomb"]
        assert count > 50
        # There may be a thousand: the first ones, the last ones, and some between.
        some = random.Random(way).sample(range(1, count + 1), 50)
        for at in sorted({*some, *range(1, 11), *range(count - 9, count + 1)}):
            scene.reset()
            result = scene.update(**no_memory.env("malloc", "plomb", at)[0])
            assert result.status in (0, 2, 3), (at, result)
            assert result.status == 0 or b"plomb: " in result.stderr, (at, result)
            assert scene.check(at) or result.status != 0, (at, result)
            if at % 8 == 0:
                scene.repair(at)


# --- power ------------------------------------------------------------------------

class Disk:
    """What is where: now, and what survives for sure."""

    def __init__(self, folder):
        self.files, self.synced = {}, {}      # inode: bytes
        self.now, self.safe = {}, {}          # path: inode, or None for a directory
        self.pending = []                     # (directory, change) that no fsync has made safe yet
        for path in [folder, *folder.rglob("*")] if folder.exists() else []:
            inode = None if path.is_dir() else self.new(path.read_bytes())
            self.now[str(path)] = self.safe[str(path)] = inode

    def new(self, content):
        self.files[len(self.files)] = self.synced[len(self.synced)] = content
        return len(self.files) - 1

    def change(self, names, op, a, b, inode):
        if op in ("create", "mkdir"):
            names[a] = inode
        if op == "rename" and a in names:
            names[b] = names.pop(a)
        if op == "unlink":
            names.pop(a, None)

    def play(self, op, a, b, data):
        if op == "write":
            self.files[self.now[a]] += data
        elif op == "fsync" and self.now.get(a, 0) is not None and a in self.now:
            self.synced[self.now[a]] = self.files[self.now[a]]
        elif op == "fsync":
            for change in [c for c in self.pending if str(pathlib.Path(c[1]).parent) == a.rstrip("/")]:
                self.change(self.safe, *change)
                self.pending.remove(change)
        else:
            inode = self.new(b"") if op == "create" else None
            if op == "create":
                self.synced[inode] = b""
            self.change(self.now, op, a, b, inode)
            self.pending.append((op, a, b, inode))

    def states(self, rng):
        """How it may look when the power comes back: names that were changed or not, bytes that were written or not."""
        for some in (0, len(self.pending), rng.randint(0, len(self.pending))):
            names = dict(self.safe)
            for change in self.pending[:some]:
                self.change(names, *change)
            for files in (self.files, self.synced):
                yield {path: None if inode is None else files[inode] for path, inode in names.items()}


def restore(folder, state):
    shutil.rmtree(folder, ignore_errors=True)
    for path in sorted(state):
        if state[path] is None:
            pathlib.Path(path).mkdir(parents=True, exist_ok=True)
    for path, data in state.items():
        if data is not None and pathlib.Path(path).parent.exists():
            pathlib.Path(path).write_bytes(data)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_power_is_lost(way, shim, tmp_path):
    scene = Scene(tmp_path, way)
    scene.reset()
    disk = Disk(scene.folder)
    log = tmp_path / "operations"
    assert scene.update(LD_PRELOAD=shim, OPERATIONS=log).status == 0
    operations = [line.split("\t") for line in log.read_text().splitlines()]
    assert len(operations) > 20
    rng = random.Random(way)
    seen, tried = set(), {}
    for i in range(len(operations) + 1):
        for state in disk.states(rng):
            key = tuple(sorted((path, hash(data)) for path, data in state.items()))
            if key not in tried:
                tried[key] = i
                restore(scene.folder, state)
                seen.add(scene.check((i, operations[:i][-3:])))
                scene.repair(i)
        if i < len(operations):
            op, a, b, data = operations[i]
            disk.play(op, a, b, bytes.fromhex(data))
    # What was reported as done is safe.
    assert disk.pending == [] or way == "first"
    restore(scene.folder, {path: None if inode is None else disk.synced[inode] for path, inode in disk.safe.items()})
    assert scene.check("after the end") and seen == {False, True}


# --- kill ------------------------------------------------------------------------------

@pytest.mark.parametrize("way", ["update", "other-instance"])
def test_killed_at_any_moment(way, tmp_path):
    """Not only between two operations: at random times, several times in a row."""
    scene = Scene(tmp_path, way)
    rng = random.Random(11)
    began = time.monotonic()
    scene.update()
    took = time.monotonic() - began
    killed = 0
    for i in range(30):
        if i % 3 == 0:
            scene.reset()
        process = subprocess.Popen([PROGRAM, "trusted-root", "update", "--mirror", str(scene.mirror), "--clock", NOW, *map(str, scene.flags)],
                                   env={"PATH": "/usr/bin:/bin", **scene.client.env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, took))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        scene.check(i)
        if i % 3 == 2:
            scene.repair(i)
    assert killed > 5


def test_two_at_once(tmp_path):
    """One works, the other waits; both are right."""
    scene = Scene(tmp_path, "update")
    argv = [PROGRAM, "trusted-root", "update", "--mirror", str(scene.mirror), "--clock", NOW]
    for _ in range(5):
        scene.reset()
        both = [subprocess.Popen(argv, env={"PATH": "/usr/bin:/bin", **scene.client.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(4)]
        results = [process.communicate() for process in both]
        assert [process.returncode for process in both] == [0] * 4, results
        assert sum(b"trust root updated from" in out for out, err in results) == 1, results
        scene.repair("at once")


def test_somebody_else_is_at_work(tmp_path):
    """Waits no longer than it may."""
    import fcntl
    import os
    scene = Scene(tmp_path, "update")
    handle = os.open(scene.folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    result = scene.client.update(scene.mirror, "--timeout", "1s")
    assert result.status == 3 and b"timeout" in result.stderr, result
    os.close(handle)
    assert scene.update().status == 0
