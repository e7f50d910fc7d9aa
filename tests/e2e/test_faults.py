"""
Every call to the operating system and to libcurl fails in turn. Whatever
fails, the answer is right or there is an error with its reason: no wrong yes,
no crash, no hang, and no memory left behind.

A call is named by what it is and by whose it is: the program's own, libcurl's,
or another library's. A sample is tried here; every call of the program and of
libcurl with PLOMB_FAULTS=all (make faults).
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import zlib

import pytest

from credentials import HELPER_SECRET, USER, basic
from fault import Log, Shim
from plomb import IDENTITY, IDENTITY_FLAGS, ISSUER, Run, build, image_with, mint, run
from registry import MANIFEST, Answer, Repository, Server
from test_registry import NAME
from tuf import NOW, ROOT, mirror_of, serve

ALL = os.environ.get("PLOMB_FAULTS") == "all"
ERRORS = {2, 3, 10, 11, 12, 13}
# A stream that cannot be written to cannot be told why.
MUTE = {"fwrite", "fflush", "write"}


class Scene:
    """
    A command, what it prints and leaves undisturbed, and whether that is a yes.
    once: a folder that each run gets fresh, and what may stand in it afterwards.
    """

    def __init__(self, name, argv, cwd, status=0, stdin=b"", env=None, fresh=None):
        self.name, self.argv, self.cwd, self.status, self.stdin, self.env, self.fresh = name, argv, cwd, status, stdin, env or {}, fresh

    def run(self, env, folder, program=None, timeout=60):
        own = {**self.env, **env}
        if self.fresh:
            shutil.copytree(self.fresh, folder)
            own["TUF_ROOT"] = str(folder)
        return run(*self.argv, cwd=self.cwd, stdin=self.stdin, env=own, program=program, timeout=timeout)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def wants(request):
    """A login from a helper, by Basic."""
    if request.headers.get("Authorization") != basic(USER, HELPER_SECRET):
        return Answer(401, headers=[("WWW-Authenticate", 'Basic realm="x"')])
    return None


class Stage:
    """Material, servers and scenes: all of them good, each beside one that must not be accepted."""

    def __init__(self, folder, tls):
        self.folder, self.scenes, self.servers = folder, {}, []
        self.local()
        self.blob()
        self.registry(tls)
        self.trust()

    def add(self, name, argv, **more):
        self.scenes[name] = Scene(name, argv, self.folder, **more)

    def close(self):
        for server in self.servers:
            server.close()

    def local(self):
        layout, image, m = image_with({"annotations": {"tag": "v1"}})
        self.image, self.layout = image, layout
        layout.write(str(self.folder / "layout"))
        subprocess.run(["tar", "cf", self.folder / "layout.tar", "-C", self.folder / "layout", "."], check=True)
        (self.folder / "root.json").write_bytes(m.trusted_root_text)
        ask = ("verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "-o", "report", "--local-image")
        tar = (self.folder / "layout.tar").read_bytes()
        for name, tag, status in (("", "v1", 0), (" wrong", "v2", 12)):
            self.add("dir" + name, (*ask, "layout:latest", "-a", f"tag={tag}", "--explain"), status=status)
            self.add("tar" + name, (*ask, "layout.tar", "-a", f"tag={tag}"), status=status)
            self.add("stdin" + name, (*ask, "-", "-a", f"tag={tag}"), status=status, stdin=tar)
        old, _, o = image_with({"content": "simplesigning", "annotations": {"tag": "v1"}, "timestamp": True})
        old.write(str(self.folder / "old"))
        (self.folder / "old.json").write_bytes(o.trusted_root_text)
        for name, tag, status in (("", "v1", 0), (" wrong", "v2", 12)):
            self.add("old" + name, ("verify", *IDENTITY_FLAGS, "--trusted-root", "old.json", "-a", f"tag={tag}", "--local-image", "old:latest"), status=status)
        # A changed byte in a layer: only the reading of it can tell.
        shutil.copytree(self.folder / "layout", self.folder / "spoilt")
        manifest = json.loads(layout.blobs[image["digest"]])
        path = self.folder / "spoilt" / "blobs" / manifest["layers"][0]["digest"].replace(":", "/")
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        self.add("content wrong", (*ask, "spoilt:latest", "-a", "tag=v1"), status=12)
        self.policy()
        descriptor = json.dumps({"mediaType": image["mediaType"], "digest": image["digest"], "size": image["size"]}).encode()
        for name, policy, status in (("", "allow", 0), (" wrong", "other", 12)):
            self.add("gate" + name, ("gate", "--local-image", "layout", "-name", "registry.mint.example/acme/edge:v1", "-digest", image["digest"],
                                     "-stdin-media-type", "application/vnd.oci.descriptor.v1+json"), stdin=descriptor, status=status,
                     env={"PLOMB_POLICY": str(self.folder / f"{policy}.json")})
        self.add("tree", ("tree", "--local-image", "layout:latest"))

    def policy(self):
        for name, tag in (("allow", "v1"), ("other", "v2")):
            (self.folder / f"{name}.json").write_text(json.dumps({"default": [{
                "type": "sigstoreSigned", "signedIdentity": {"type": "matchRepository"}, "plomb": {
                    "trustedRoot": str(self.folder / "root.json"), "identity": IDENTITY, "issuer": ISSUER, "acceptUnnamed": True,
                    "annotations": {"tag": tag}}}]}))

    def blob(self):
        m = mint()
        (self.folder / "artifact").write_bytes(m.artifact)
        (self.folder / "other").write_bytes(m.artifact + b"x")
        (self.folder / "b.json").write_bytes(m.bundle_text)
        (self.folder / "blob.json").write_bytes(m.trusted_root_text)
        (self.folder / "k.pub").write_text(mint(material="key").key.pem)
        for name, artifact, status in (("", "artifact", 0), (" wrong", "other", 12)):
            self.add("blob" + name, ("verify-blob", *IDENTITY_FLAGS, "--trusted-root", "blob.json", "--bundle", "b.json", artifact,
                                     "-o", "report", "--output-file", "/dev/stdout"), status=status)
        # Nothing but the clock says that this certificate has expired.
        old = mint(knobs={"entries": lambda entries: []})
        (self.folder / "old-b.json").write_bytes(old.bundle_text)
        (self.folder / "old-root.json").write_bytes(old.trusted_root_text)
        self.add("expired wrong", ("verify-blob", *IDENTITY_FLAGS, "--trusted-root", "old-root.json", "--bundle", "old-b.json", "--insecure-ignore-tlog",
                                   "artifact", "-o", "report"), status=12)
        self.add("inspect", ("inspect", "b.json", "-o", "json"))

    def registry(self, tls):
        repository = Repository.from_layout(self.folder / "layout", True)
        http, https = Server({NAME: repository}, wants), Server({NAME: repository}, tls=(tls("good.crt"), tls("good.key")))
        self.servers += [http, https]
        (self.folder / "docker").mkdir()
        (self.folder / "docker" / "config.json").write_text(json.dumps({"credHelpers": {http.name: "test"}}))
        (self.folder / "answer").write_text(json.dumps({"ServerURL": "x", "Username": USER, "Secret": HELPER_SECRET}))
        helper = self.folder / "docker-credential-test"
        helper.write_text(f"#!/bin/sh\nread name; exec cat {self.folder / 'answer'}\n")
        helper.chmod(0o755)
        env = {"DOCKER_CONFIG": str(self.folder / "docker"), "PATH": f"{self.folder}:{os.environ['PATH']}", "SSL_CERT_FILE": tls("ca.crt")}
        ask = ("verify", *IDENTITY_FLAGS, "--trusted-root", "root.json", "-o", "report", "--timeout", "5s")
        for name, tag, status in (("", "v1", 0), (" wrong", "v2", 12)):
            self.add("registry" + name, (*ask, "-a", f"tag={tag}", f"{http.name}/{NAME}:latest"), status=status, env=env)
            self.add("registry by TLS" + name, (*ask, "-a", f"tag={tag}", "--registry-cacert", tls("ca.crt"), f"{https.name}/{NAME}@{self.image['digest']}"),
                     status=status)
        self.add("stranger wrong", (*ask, "--registry-cacert", tls("other.crt"), f"{https.name}/{NAME}:latest"), status=3)
        self.add("tree of a registry", ("tree", "--timeout", "5s", f"{http.name}/{NAME}:latest"), env=env)
        name = f"{http.name}/{NAME}"
        descriptor = json.dumps({"mediaType": MANIFEST, "digest": self.image["digest"], "size": self.image["size"]}).encode()
        for end, policy, status in (("", "allow", 0), (" wrong", "other", 12)):
            self.add("gate of a registry" + end, ("gate", "--timeout", "5s", "-name", f"{name}:latest", "-digest", self.image["digest"], "-stdin-media-type",
                                                  "application/vnd.oci.descriptor.v1+json"), stdin=descriptor, status=status,
                     env={**env, "PLOMB_POLICY": str(self.folder / f"{policy}.json")})

    def trust(self):
        """Updates, from nothing and from an older state; and what is read of them."""
        base = mirror_of(self.folder, "base")
        good = self.folder / "base"
        base.rename(good)
        newer = self.folder / "newer"
        mirror_of(self.folder, "base", "chain-good").rename(newer)
        bad = self.folder / "bad"
        mirror_of(self.folder, "base", "timestamp-by-snapshot-key").rename(bad)
        empty, kept = self.folder / "empty", self.folder / "kept"
        empty.mkdir()
        done = run("initialize", "--mirror", good, "--root", ROOT, "--clock", NOW, cwd=self.folder, env={"TUF_ROOT": str(kept)})
        assert done.status == 0, done
        server = serve(newer)
        self.servers.append(server)
        for name, mirror, more, fresh, status in (
                ("initialize", good, ("--root", ROOT), empty, 0), ("update", newer, (), kept, 0), ("update by http", server.url, (), kept, 0),
                ("update wrong", bad, (), kept, 12)):
            self.add(name, ("initialize", "--mirror", mirror, "--clock", NOW, "--timeout", "5s", *more), fresh=fresh, status=status)
        self.add("show", ("trusted-root", "show", "--clock", "none"), fresh=kept)
        self.add("create", ("trusted-root", "create", "--with-default-services", "--rekor", "url=x,public-key=k.pub,start-time=2026-01-01T00:00:00Z"))


SCENES = ["dir", "dir wrong", "tar", "tar wrong", "stdin", "stdin wrong", "old", "old wrong", "content wrong", "gate", "gate wrong", "tree", "blob", "blob wrong",
          "expired wrong", "inspect", "registry", "registry wrong", "registry by TLS", "registry by TLS wrong", "stranger wrong", "tree of a registry", "gate of a registry",
          "gate of a registry wrong", "initialize", "update", "update by http", "update wrong", "show", "create"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory, tls):
    stage = Stage(tmp_path_factory.mktemp("stage"), tls)
    assert sorted(stage.scenes) == sorted(SCENES)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return Shim(tmp_path_factory.mktemp("shim"))


class Trial:
    """One scene, one call that fails."""

    def __init__(self, scene, shim, folder, normal, left):
        self.scene, self.shim, self.folder, self.normal, self.left = scene, shim, folder, normal, left
        self.numbers = iter(range(10 ** 9))

    def ask(self, op, caller, at, every, program=None):
        """What is wrong with the answer, or None."""
        scene = self.scene
        env, log = self.shim.env(op, caller, at, every)
        if program:
            del env["LD_PRELOAD"]
        folder = self.folder / f"{op}-{caller}-{at}-{every}-{bool(program)}"
        try:
            result = scene.run(env, folder, program)
        except subprocess.TimeoutExpired:
            return "it does not end"
        log = Log(log) if log.exists() else None
        result.stdout = result.stdout.replace(os.fsencode(folder), b"FOLDER")
        if caller == "other" and result.status < 0 and log is None:
            return None  # another library does not survive it: that is no yes, and not ours to mend
        wrong = self.judge(op, caller, at, result, log, folder, bool(program))
        if scene.fresh:
            shutil.rmtree(folder)
        return wrong and f"{wrong}: {result!r}"

    def judge(self, op, caller, at, result, log, folder, is_sanitized):
        normal = self.normal
        if result.status not in {0, 1, *ERRORS} or b"Sanitizer" in result.stderr or b"runtime error" in result.stderr:
            return "a crash or a leak"
        if result.status == 1 and not self.scene.argv[0] == "gate":
            return "an exit status that is none of ours"
        if log is None:
            return "it was killed"
        if result.status == 0:
            if normal.status != 0:
                return "A WRONG YES"
            if not self.same_answer(result):
                return "a yes with another answer"
        elif not result.stderr.count(b"plomb: ") and op not in MUTE:
            return "no reason"
        if log.calls.get((op, caller), 0) < at and result.status != normal.status:
            return "nothing failed, and yet"
        if not is_sanitized and log.blocks and b"plomb: timeout: " not in result.stderr:
            return f"{log.left} bytes are left"
        return self.judge_files(result, folder)

    def same_answer(self, result):
        """Word for word; but a report may also tell that there is no clock, or of something that could not be read and so was not taken for a signature."""
        if result.stdout == self.normal.stdout:
            return True
        if "report" not in self.scene.argv or not result.stdout.startswith(b'{"'):
            return False
        told, wanted = result.report, self.normal.report
        for candidate in told["candidates"]:
            candidate["warnings"] = [w for w in candidate["warnings"] if w != "clock-unknown"]
        told["candidates"] = [c for c in told["candidates"] if not (c["result"] == "rejected" and c["code"] in ("io-error", "no-room", "limit-exceeded"))]
        return told == wanted

    def judge_files(self, result, folder):
        """What an update leaves is whole: each file as it was, or as it is to be; and after a yes as it is to be."""
        if not self.scene.fresh:
            return None
        before, after = files(self.scene.fresh), files(folder)
        for name, data in after.items():
            if "." in name and name.rsplit(".", 1)[1].isalnum() and name.rsplit(".", 1)[1] != "json":
                continue  # a temporary name that could not be removed either
            # What is to be put in place next.
            name = name.removeprefix("next.")
            if data not in (before.get(name), self.left.get(name)):
                return f"{name} is neither old nor new"
        if result.status == 0 and {n: d for n, d in after.items() if n in self.left} != self.left:
            return "a yes, and not everything is kept"
        return None


def undisturbed(scene, shim, folder):
    env, log = shim.env()
    result = scene.run(env, folder)
    left = files(folder) if scene.fresh else {}
    log = Log(log)
    result.stdout = result.stdout.replace(os.fsencode(folder), b"FOLDER")
    assert result.status == scene.status, result
    assert log.blocks == 0, (log.left, result)
    return result, left, log


def sample(count, most):
    """The first ones, others evenly, the last, and the one after it, which nothing disturbs."""
    if count <= most:
        return list(range(1, count + 2))
    return sorted({*range(1, most // 2 + 1), *(1 + i * count // (most - most // 2) for i in range(most - most // 2)), count, count + 1})


def caps(scene):
    """How many of one kind of call are tried; of what OpenSSL and its like allocate, never all."""
    if ALL:
        return {"plomb": 10 ** 6, "curl": 10 ** 6, "other": 100}
    own = 6 if scene.status else 10 if scene.argv[0] == "initialize" or "registry" in scene.name else 32
    return {"plomb": own, "curl": 2, "other": 2}


def plan(scene, log):
    """[(op, caller, n, all that follow too)]"""
    for (op, caller), count in sorted(log.calls.items()):
        most = caps(scene)[caller]
        yield from ((op, caller, at, False) for at in sample(count, most))
        yield from ((op, caller, at, True) for at in ([1, count // 2 + 1] if not ALL else sample(count, 30)))


@pytest.mark.parametrize("name", SCENES)
def test_each_call_fails(name, stage, shim, tmp_path):
    scene = stage.scenes[name]
    normal, left, log = undisturbed(scene, shim, tmp_path / "normal")
    trial = Trial(scene, shim, tmp_path, normal, left)
    jobs = sorted(set(plan(scene, log)))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda job: trial.ask(*job), jobs))
    bad = [(job, answer) for job, answer in zip(jobs, answers) if answer]
    assert not bad, f"{len(bad)} of {len(jobs)}: " + "\n".join(f"{job}: {answer}" for job, answer in bad[:5])
    assert len(jobs) > 20


def test_every_kind_of_call_is_made(stage, shim, tmp_path):
    """What is never called cannot fail: the list of calls is that of the program."""
    made = set()
    for name in SCENES:
        made |= {op for op, caller in undisturbed(stage.scenes[name], shim, tmp_path / name)[2].calls}
    assert made == set(shim.ops)


@pytest.fixture(scope="module")
def sanitized():
    """The same program under ASan, LSan and UBSan, with the calls linked in: a sanitizer's allocator bears no other in front of it."""
    return build("faulty", folder="build/gcc")


@pytest.mark.parametrize("name", [name for name in SCENES if not name.startswith(("tree of", "stranger"))])
def test_under_sanitizers(name, stage, shim, sanitized, tmp_path):
    """A sample of the program's own calls: no byte is read or written that is not ours, and none is left."""
    scene = stage.scenes[name]
    normal, left, log = undisturbed(scene, shim, tmp_path / "normal")
    trial = Trial(scene, shim, tmp_path, normal, left)
    jobs = [(op, caller, at, False) for (op, caller), count in sorted(log.calls.items()) if caller == "plomb"
            for at in ([*range(1, count + 1)] if ALL else sorted({1 + zlib.crc32(f"{name} {op}".encode()) % count, count}))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda job: trial.ask(*job, program=sanitized), jobs))
    bad = [(job, answer) for job, answer in zip(jobs, answers) if answer]
    assert not bad, f"{len(bad)} of {len(jobs)}: " + "\n".join(f"{job}: {answer}" for job, answer in bad[:5])


def test_the_search_finds(stage, shim, tmp_path):
    """What would be wrong is found: a yes where none is due, another answer, no reason, a crash, bytes left behind."""
    scene = stage.scenes["tar wrong"]
    normal, left, log = undisturbed(scene, shim, tmp_path)
    trial = Trial(scene, shim, tmp_path, normal, left)

    def judge(status, stdout=normal.stdout, stderr=b"plomb: x\n", blocks=0):
        log.blocks = blocks
        return trial.judge("read", "plomb", 1, Run(["plomb"], status, stdout, stderr), log, tmp_path, False)
    assert judge(3) is None and judge(12) is None
    assert judge(0) == "A WRONG YES" and judge(-11) == "a crash or a leak" and judge(1) == "an exit status that is none of ours"
    assert judge(3, stderr=b"") == "no reason" and judge(3, blocks=1).endswith("bytes are left")
    normal.status = 0
    assert judge(0) is None and judge(0, b"{}", b"") == "a yes with another answer"
