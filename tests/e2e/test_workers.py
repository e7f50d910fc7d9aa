"""
--max-workers: several images at a time say the same, in the same order, as one after the other; on one connection to each
registry; and whatever lacks or breaks, no image is left out and none is accepted for it.
"""
import json
import os
import shutil
import subprocess
import threading
import time

import pytest

import credentials
from credentials import PASSWORD, TOKEN, USER, basic
from plomb import IDENTITY_FLAGS, PROGRAM, image_with, mint, run
from registry import INDEX, Answer, Repository, Server

COUNT = 12
MIXED = ["good", "good", "annotation", "good", "nothing", "old", "good", "missing", "broken", "good", "denied", "good"]


class World:
    """Twelve repositories, of which some are not as they should be."""

    def __init__(self, folder, kinds=("good",) * COUNT):
        self.folder, self.kinds, self.repositories, self.paths = folder, list(kinds), {}, []
        trust = None
        for i, kind in enumerate(self.kinds):
            content = "simplesigning" if kind == "old" else "dsse"
            layout, image, m = image_with({"content": content, "annotations": {"n": str(i), "tag": "x" if kind == "annotation" else "v1"}},
                                          attach=kind != "nothing")
            # Everybody signs with what the mint always makes; the last one's root is everybody's.
            trust = m.trusted_root_text
            path = layout.write(str(folder / f"image{i}"))
            if kind == "missing":
                shutil.rmtree(path)
            else:
                self.repositories[f"acme/app{i}"] = Repository.from_layout(path, True)
            if kind in ("broken", "denied"):
                name = image["digest"].split(":")[1]
                with open(os.path.join(path, "blobs", "sha256", name), "ab") as file:
                    file.write(b" ")
            self.paths.append(f"image{i}:latest")
        (folder / "root.json").write_bytes(trust)
        self.digests = {name: repository.tags["latest"] for name, repository in self.repositories.items()}

    def hook(self, request):
        for i, kind in enumerate(self.kinds):
            if f"/app{i}/" in request.path and kind == "broken" and "/blobs/" in request.path:
                return Answer(200, b"{}", "application/octet-stream")
            if f"/app{i}/" in request.path and kind == "denied":
                return Answer(403)
        return None

    def serve(self, hook=None, **more):
        return Server(self.repositories, hook or self.hook, **more)

    def names(self, server):
        return [f"{server.name}/acme/app{i}:latest" for i in range(len(self.kinds))]

    def verify(self, where, *flags, output="report", timeout=120, env=None):
        result = run("verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "-a", "tag=v1", "-o", output, *flags, *where, cwd=self.folder,
                     timeout=timeout, env=env)
        assert not credentials.leaks(result.stdout + result.stderr), result
        return result


def same(a, b):
    assert (a.status, a.stdout, a.stderr) == (b.status, b.stdout, b.stderr), (a, b)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    return World(tmp_path_factory.mktemp("twelve"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return World(tmp_path_factory.mktemp("mixed"), MIXED)


# --- the same --------------------------------------------------------------------------

@pytest.mark.parametrize("output", ["json", "text", "report"])
@pytest.mark.parametrize("where", ["registry", "local"])
def test_same_output(where, output, mixed):
    """Accepted, refused, unsigned, missing, damaged and denied ones: byte for byte, whoever is ready first."""
    with mixed.serve() as server:
        names = mixed.names(server) if where == "registry" else ["--local-image", *mixed.paths]
        for flags in ((), ("--explain",)):
            alone = mixed.verify(names, "--max-workers", "1", *flags, output=output)
            assert alone.status == 12, alone
            lines = [line for line in alone.stderr.decode().splitlines() if line.startswith("plomb: ")]
            assert len(lines) == 4 + (where == "registry" or 1) and lines[-1].split(": ")[2] == "annotation-mismatch"
            for workers in (["--max-workers", "2"], ["--max-workers", "10"], ["--max-workers", "64"], []):
                for _ in range(3):
                    same(alone, mixed.verify(names, *workers, *flags, output=output))
        if output == "report":
            assert [json.loads(line)["image"] for line in alone.stdout.splitlines()] == names[where == "local":]


def test_all_good(twelve):
    with twelve.serve() as server:
        alone = twelve.verify(twelve.names(server), "--max-workers", "1")
        assert alone.status == 0 and len(alone.stdout.splitlines()) == COUNT
        for workers in ("2", "10"):
            same(alone, twelve.verify(twelve.names(server), "--max-workers", workers))
        local = twelve.verify(["--local-image", *twelve.paths], "--max-workers", "1")
        assert local.status == 0
        same(local, twelve.verify(["--local-image", *twelve.paths]))


@pytest.mark.parametrize("wrong", [0, 1, 5, COUNT - 1])
def test_one_is_wrong(wrong, tmp_path):
    """Eleven that are good do not outvote it, wherever it stands."""
    world = World(tmp_path, ["annotation" if i == wrong else "good" for i in range(COUNT)])
    with world.serve() as server:
        for workers in ("1", "2", "10"):
            result = world.verify(world.names(server), "--max-workers", workers)
            assert result.status == 12, result
            found = [json.loads(line)["result"] for line in result.stdout.splitlines()]
            assert found == ["rejected" if i == wrong else "accepted" for i in range(COUNT)]
            assert result.stderr.decode() == f'plomb: {server.name}/acme/app{wrong}:latest: annotation-mismatch: annotation "tag" is "x", wanted "v1"\n'


def test_attestations(tmp_path):
    layout, image, m = image_with({"predicate_type": "https://example.com/t/v1"})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    layout.write(str(tmp_path / "a"))
    flags = ("--type", "https://example.com/t/v1", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--local-image", *["a"] * 9)
    alone = run("verify-attestation", "--max-workers", "1", *flags, cwd=tmp_path)
    assert alone.status == 0 and alone.stdout.count(b"\n") == 9
    same(alone, run("verify-attestation", *flags, cwd=tmp_path))


# --- what is asked ---------------------------------------------------------------------

@pytest.mark.parametrize("workers", ["1", "2", "10"])
@pytest.mark.parametrize("secure", [False, True])
def test_one_connection(workers, secure, twelve, tls):
    """One connection to the registry, and the requests of twelve runs of one image."""
    with twelve.serve(tls=(tls("good.crt"), tls("good.key")) if secure else None) as server:
        flags = ("--registry-cacert", tls("ca.crt")) if secure else ()
        assert twelve.verify(twelve.names(server), "--max-workers", workers, *flags).status == 0
        assert server.connections == 1
        assert len(server.requests) == 4 * COUNT and len(set(server.requests)) == 4 * COUNT
        # One at a time: nothing is asked before the answer to what was asked before it.
        asked = server.requests
        for i in range(COUNT):
            own = [path.split("/")[4] for method, path in asked if f"/app{i}/" in path]
            assert own == ["manifests", "referrers", "manifests", "blobs"]


@pytest.mark.parametrize("workers", ["1", "10"])
def test_one_token_each(workers, twelve):
    """A token for each repository, and each fetched once; the password is told to the token server alone."""
    asked = []

    def give(request):
        asked.append(request.path)
        assert request.headers.get("Authorization") == basic(USER, PASSWORD)
        return Answer(200, json.dumps({"token": TOKEN, "expires_in": 300}).encode())

    with Server(hook=give) as tokens:
        def want(request):
            if request.headers.get("Authorization") == "Bearer " + TOKEN:
                return None
            return Answer(401, headers=[("WWW-Authenticate", f'Bearer realm="http://{tokens.name}/token",service="x"')])
        (twelve.folder / "docker").mkdir(exist_ok=True)
        with twelve.serve(want) as server:
            (twelve.folder / "docker" / "config.json").write_text(json.dumps({"auths": {server.name: {"username": USER, "password": PASSWORD}}}))
            result = twelve.verify(twelve.names(server), "--max-workers", workers, env={"DOCKER_CONFIG": str(twelve.folder / "docker")})
            assert result.status == 0, result
            assert len(asked) == len(set(asked)) == COUNT and server.connections == 1
            assert len(server.requests) == 5 * COUNT


def test_login_that_cannot_be_read(twelve):
    """What is wrong with the configuration is told of every image that asked for it, not of whichever asked first."""
    (twelve.folder / "bad").mkdir(exist_ok=True)
    (twelve.folder / "bad" / "config.json").write_text("{")
    with twelve.serve(lambda r: Answer(401, headers=[("WWW-Authenticate", 'Basic realm="x"')])) as server:
        alone = twelve.verify(twelve.names(server), "--max-workers", "1", env={"DOCKER_CONFIG": str(twelve.folder / "bad")})
        assert alone.status == 2 and alone.stderr.count(b"config-invalid") == COUNT
        same(alone, twelve.verify(twelve.names(server), env={"DOCKER_CONFIG": str(twelve.folder / "bad")}))


def test_reasons_are_of_their_own_image(tmp_path):
    """Each image's answer is another status, and each line tells its own."""
    world = World(tmp_path)
    statuses = [403, 404, 410, 418, 420, 421, 422, 423, 424, 426, 428, 431]

    def hook(request):
        return Answer(statuses[int(request.path.split("/app")[1].split("/")[0])]) if "/referrers/" in request.path else None
    with world.serve(hook) as server:
        alone = world.verify(world.names(server), "--max-workers", "1")
        reports = [json.loads(line) for line in alone.stdout.splitlines()]
        assert [f"answers {status}" in report["message"] for status, report in zip(statuses, reports)] == [status != 404 for status in statuses]
        for _ in range(5):
            same(alone, world.verify(world.names(server), "--max-workers", "10"))


def test_reason_of_a_list_that_breaks_off(tmp_path):
    """What a page says is looked at, though the next one is refused; and why it was is told in the end, of this image."""
    world = World(tmp_path, ["annotation"] * COUNT)

    def hook(request):
        if "/referrers/" not in request.path:
            return None
        i = int(request.path.split("/app")[1].split("/")[0])
        if "page=2" in request.path:
            return Answer(420 + i)
        name = f"acme/app{i}"
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": world.repositories[name].referrers(world.digests[name])}).encode()
        return Answer(200, body, INDEX, [("Link", f'<{request.path}?page=2>; rel="next"')])
    with world.serve(hook) as server:
        alone = world.verify(world.names(server), "--max-workers", "1")
        reports = [json.loads(line) for line in alone.stdout.splitlines()]
        assert [report["message"].rsplit(" answers ", 1)[1] for report in reports] == [str(420 + i) for i in range(COUNT)]
        assert all(len(report["candidates"]) == 1 for report in reports)
        for _ in range(5):
            same(alone, world.verify(world.names(server), "--max-workers", "10"))


def test_several_registries(twelve):
    """Each has its own connection, and none more."""
    with twelve.serve() as a, twelve.serve() as b:
        names = [f"{(a, b)[i % 2].name}/acme/app{i}:latest" for i in range(COUNT)]
        alone = twelve.verify(names, "--max-workers", "1")
        assert alone.status == 0 and (a.connections, b.connections) == (1, 1)
        same(alone, twelve.verify(names, "--max-workers", "10"))
        assert (a.connections, b.connections) == (2, 2)


def test_work_goes_on_beside_the_network(tmp_path):
    """While one image is waited for, others are worked on: the next ones are not asked for after the answer, but in between."""
    world = World(tmp_path)
    order, lock = [], threading.Lock()

    def hook(request):
        with lock:
            order.append(request.path.split("/app")[1].split("/")[0])
        return None
    with world.serve(hook) as server:
        assert world.verify(world.names(server), "--max-workers", "1").status == 0
        assert order == [str(i) for i in range(COUNT) for _ in range(4)]
        order.clear()
        # Which one is asked for first is anybody's guess, but not one after the other in every one of ten runs.
        mixed_up = False
        for _ in range(10):
            assert world.verify(world.names(server), "--max-workers", "10").status == 0
            mixed_up |= order != [str(i) for i in range(COUNT) for _ in range(4)]
            order.clear()
        assert mixed_up


# --- what hangs, and what breaks -----------------------------------------------------------

@pytest.mark.parametrize("workers", ["1", "10"])
@pytest.mark.parametrize("hanging", [0, 6, COUNT - 1])
def test_one_hangs(workers, hanging, twelve):
    """--timeout ends everything, and nothing is accepted by it."""
    def hook(request):
        if f"/app{hanging}/" in request.path and "/blobs/" in request.path:
            time.sleep(4)
        return None
    with twelve.serve(hook) as server:
        started = time.monotonic()
        result = twelve.verify(twelve.names(server), "--max-workers", workers, "--timeout", "2s")
        assert result.status == 3 and result.stderr.endswith(b"plomb: timeout: the deadline has passed\n"), result
        assert time.monotonic() - started < 20
        # What was said before that is whole lines about the images before it.
        told = [json.loads(line)["image"] for line in result.stdout.splitlines()]
        assert told == twelve.names(server)[:len(told)] and len(told) <= hanging


def test_one_is_slow(twelve):
    """It holds the others up, and then all is as ever."""
    with twelve.serve() as server:
        def hook(request):
            if "/app3/" in request.path and "/blobs/" in request.path:
                time.sleep(1)
            return None
        alone = twelve.verify(twelve.names(server), "--max-workers", "1")
        server.hook = hook
        same(alone, twelve.verify(twelve.names(server), "--max-workers", "10"))


def test_one_breaks_off(tmp_path):
    """A connection that is closed in the middle is opened again; the retry is of that image alone."""
    world = World(tmp_path)
    broken = []

    def hook(request):
        if "/app5/" in request.path and "/blobs/" in request.path and not broken:
            broken.append(1)
            return Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
        return None
    with world.serve(hook) as server:
        assert world.verify(world.names(server), "--max-workers", "10").status == 0
        assert server.connections == 2 and len(server.requests) == 4 * COUNT + 1


@pytest.mark.parametrize("workers", ["2", "10"])
def test_killed(workers, twelve):
    """CVE-2026-44310: whatever ends a thread ends the program, and not with 0."""
    with twelve.serve(lambda r: time.sleep(0.05)) as server:
        for signal in (11, 6, 15, 9):
            done = subprocess.Popen([PROGRAM, "verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--max-workers", workers, *twelve.names(server)],
                                    cwd=twelve.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"})
            while not server.requests:
                time.sleep(0.01)
            time.sleep(0.1)
            done.send_signal(signal)
            assert done.wait(60) != 0
            server.requests.clear()


def test_output_that_does_not_arrive(twelve):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "--local-image", *twelve.paths], cwd=twelve.folder,
                              stdout=full, stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 3 and b"could not be written" in done.stderr


# --- streams -------------------------------------------------------------------------------

def test_streams_are_read_in_turn(twelve):
    """Standard input can be read once, by the first that names it; a named pipe brings what it brings."""
    subprocess.run(["tar", "cf", "one.tar", "-C", "image0", "."], cwd=twelve.folder, check=True)
    data = (twelve.folder / "one.tar").read_bytes()
    flags = ("verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "-o", "report", "--local-image", "image1", "-", "image2", "-", "image3")
    alone = run(*flags, "--max-workers", "1", cwd=twelve.folder, stdin=data)
    assert [json.loads(line)["result"] for line in alone.stdout.splitlines()] == ["accepted", "accepted", "accepted", "undecided", "accepted"]
    for _ in range(5):
        same(alone, run(*flags, "--max-workers", "10", cwd=twelve.folder, stdin=data))
    pipe = twelve.folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(data))
    writer.start()
    result = run("verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "-o", "report", "--local-image", "image1", "pipe", "image2", cwd=twelve.folder)
    writer.join()
    assert result.status == 0 and len(result.stdout.splitlines()) == 3, result


# --- what lacks ----------------------------------------------------------------------------

# The n-th thread and all after it cannot be started; or each so manieth allocation of a thread that is not the first fails.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>
static long threads, count, failed;
static int is_first(void) { return syscall(SYS_gettid) == getpid(); }
int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *user)
{
	static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	const char *s = getenv("FAIL_THREAD");
	if (!next) next = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(RTLD_NEXT, "pthread_create");
	if (s && __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED) >= atol(s)) return EAGAIN;
	return next(t, a, fn, user);
}
static int fails(void)
{
	static long every = -1;
	if (every < 0) { const char *s = getenv("FAIL_EVERY"); every = s ? atol(s) : 0; }
	if (every == 0 || is_first() || __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED) % every != 0) return 0;
	__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED);
	errno = ENOMEM;
	return 1;
}
void *malloc(size_t n) { static void *(*next)(size_t); if (!next) next = dlsym(RTLD_NEXT, "malloc"); return fails() ? NULL : next(n); }
void *realloc(void *p, size_t n) { static void *(*next)(void *, size_t); if (!next) next = dlsym(RTLD_NEXT, "realloc"); return fails() ? NULL : next(p, n); }
static void __attribute__((destructor)) done(void)
{
	const char *s = getenv("FAIL_COUNT");
	FILE *f = s ? fopen(s, "w") : NULL;
	if (f) { fprintf(f, "%ld", failed); fclose(f); }
}
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", "-O1", "-o", folder / "shim.so", folder / "shim.c", "-ldl"], check=True)
    sanitizers = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": str(folder / "shim.so"), "ASAN_OPTIONS": (sanitizers + ":" if sanitizers else "") + "verify_asan_link_order=0"}


@pytest.mark.parametrize("nth", range(1, 6))
@pytest.mark.parametrize("where", ["registry", "local"])
def test_no_more_threads(where, nth, mixed, shim):
    """Fewer, or none: the same is said."""
    with mixed.serve() as server:
        names = mixed.names(server) if where == "registry" else ["--local-image", *mixed.paths]
        alone = mixed.verify(names, "--max-workers", "1")
        same(alone, mixed.verify(names, "--max-workers", "4", env={**shim, "FAIL_THREAD": str(nth)}))


@pytest.mark.parametrize("every", [1, 2, 5, 17, 40])
def test_no_more_memory(every, mixed, shim, tmp_path):
    """What lacked memory beside others is done again alone, where there is enough: the same is said, and nothing is left out."""
    if b"__asan_init" in open(PROGRAM, "rb").read():
        every = 0  # The sanitizer has an allocator of its own; the run is the same without.
    flags = ["--local-image", *mixed.paths]
    alone = mixed.verify(flags, "--max-workers", "1")
    for workers in ("2", "10"):
        result = mixed.verify(flags, "--max-workers", workers, env={**shim, "FAIL_EVERY": str(every), "FAIL_COUNT": str(tmp_path / "count")})
        assert every == 0 or int((tmp_path / "count").read_text()) > 0
        same(alone, result)


def test_usage(tmp_path):
    for value in ("0", "-1", "x", "1.5", "4294967296"):
        result = run("verify", *IDENTITY_FLAGS, f"--max-workers={value}", "a/b", cwd=tmp_path)
        assert result.status == 2 and f"--max-workers: {value} is not a positive number".encode() in result.stderr, result
    told = json.loads(run("version", "-o", "json", cwd=tmp_path).stdout)
    assert told["backends"]["threads"] in ("posix", "none") and told["limits"]["workers"] == 64
