"""
Registries: the requests that are made, who is told a password, and what a
hostile one can do. Every server here is on this machine.
"""
import json
import os
import signal
import subprocess
import time
import urllib.parse

import pytest

import credentials
from credentials import (HELPER_SECRET, HELPER_TOKEN, IDENTITY_TOKEN, PASSWORD, REFRESH_TOKEN, TOKEN, URL_PASSWORD, USER, WRONG_PASSWORD,
                         WRONG_TOKEN, basic)
from plomb import PROGRAM, Layout, image_with, prepare, run, who
from registry import INDEX, MANIFEST, Answer, Repository, Server, closed_port, sha256

NAME = "acme/app"


class World:
    """One signed image in a repository, and how to ask for it."""

    def __init__(self, folder, bundles=1, content="dsse", api=True, **more):
        self.folder = folder
        self.layout, self.image, self.m = image_with({"content": content}, **more)
        for _ in range(bundles - 1):
            image_with({"content": "dsse"}, layout=self.layout, image=self.image)
        prepare(self.m, folder)
        self.repository = Repository.from_layout(self.layout.write(str(folder / "layout")), api)
        self.digest = self.image["digest"]
        self.env = {}

    def serve(self, hook=None, tls=None, name=NAME):
        return Server({name: self.repository}, hook, tls)

    def verify(self, server, *flags, by=":latest", command="verify", timeout=60, images=(NAME,)):
        result = run(command, "--trusted-root", self.folder / "root.json", *who(self.m, self.folder), *flags, "--output", "report",
                     *[f"{server.name if hasattr(server, 'name') else server}/{image}{by}" for image in images],
                     cwd=self.folder, env=self.env, timeout=timeout)
        assert not credentials.leaks(result.stdout + result.stderr), result
        return result

    def config(self, value):
        (self.folder / "docker").mkdir(exist_ok=True)
        (self.folder / "docker" / "config.json").write_text(value if isinstance(value, str) else json.dumps(value))
        self.env["DOCKER_CONFIG"] = str(self.folder / "docker")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def undecided(result, code, text=None):
    assert result.status == 3, result
    assert result.mentions(code)
    assert text is None or text in result.stderr.decode(), result
    return result


def timed_out(result):
    assert result.status == 3 and result.stderr == b"plomb: timeout: the deadline has passed\n", result


# --- requests ------------------------------------------------------------------------

@pytest.mark.parametrize("bundles", [1, 2, 5])
def test_requests_by_digest(tmp_path, bundles):
    """1 + 2N, on one connection, nothing twice."""
    world = World(tmp_path, bundles)
    with world.serve() as server:
        world.verify(server, by="@" + world.digest).accepted()
        assert len(server.requests) == 1 + 2 * bundles, server.requests
        assert len(set(server.requests)) == len(server.requests)
        assert server.connections == 1
    assert server.paths()[0] == f"referrers/{world.digest}"
    assert [path.split("/")[0] for path in server.paths()[1:]] == ["manifests", "blobs"] * bundles
    assert all(seen["User-Agent"].startswith("plomb/") for seen in server.seen)


def test_requests_by_tag(world):
    with world.serve() as server:
        world.verify(server).accepted()
    assert server.paths()[:2] == ["manifests/latest", f"referrers/{world.digest}"]
    assert len(server.requests) == 4


def test_requests_of_two_images(world):
    """The same repository twice: one connection, nothing asked of the first is missing for the second."""
    with world.serve() as server:
        result = world.verify(server, by="@" + world.digest, images=(NAME, NAME))
        assert result.status == 0, result
        assert server.connections == 1


@pytest.mark.parametrize("kind", ["dsse-type", "empty", "empty-type", "absent"])
def test_fallback_tag(tmp_path, kind):
    """No API: an index under the digest's tag, with the types that registries write into it."""
    world = World(tmp_path, api=False)
    listed = world.repository.referrers(world.digest)
    for entry in listed:
        if kind == "absent":
            del entry["artifactType"]
        elif kind != "dsse-type":
            entry["artifactType"] = "" if kind == "empty" else "application/vnd.oci.empty.v1+json"
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}
    if kind == "empty-type":
        index["artifactType"] = "application/vnd.oci.empty.v1+json"
    world.repository.put(index, world.digest.replace(":", "-"))
    with world.serve() as server:
        world.verify(server, by="@" + world.digest).accepted()
    assert len(server.requests) == 4
    assert server.paths()[1] == "manifests/" + world.digest.replace(":", "-")


@pytest.mark.parametrize("status", [400, 404, 405, 406])
def test_no_referrers_api(tmp_path, status):
    world = World(tmp_path, api=False)
    world.repository.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": world.repository.referrers(world.digest)},
                         world.digest.replace(":", "-"))
    with world.serve(lambda r: Answer(status) if "/referrers/" in r.path else None) as server:
        world.verify(server).accepted()


@pytest.mark.parametrize("status,code", [(403, "registry-auth-failed"), (500, "registry-http-error"), (418, "registry-http-error")])
def test_referrers_unknown(world, status, code):
    """That there is no signature is concluded only from success or 404."""
    with world.serve(lambda r: Answer(status) if "/referrers/" in r.path else None) as server:
        undecided(world.verify(server), code, f"answers {status}")


def test_fallback_tag_of_something_else(tmp_path):
    """Not a list, so no referrers (SPEC 11.3); but somebody wanted to tell something there, and hears about it."""
    warning = b"plomb: warning: the tag of the image's digest names no list of referrers but something else, which is passed over\n"
    world = World(tmp_path, api=False, content="simplesigning")
    with world.serve() as server:
        assert warning not in world.verify(server).accepted().stderr
        world.repository.tags[world.digest.replace(":", "-")] = world.digest
        assert warning in world.verify(server).accepted().stderr
        assert warning in world.verify(server, "-a", "nope=x").refused("annotation-mismatch").stderr
        shown = run("tree", f"{server.name}/{NAME}", cwd=tmp_path).stdout
        assert b"\nWarning: the tag of the image's digest names no list of referrers" in shown
        assert len(json.loads(run("tree", "-o", "json", f"{server.name}/{NAME}", cwd=tmp_path).stdout)["warnings"]) == 1
        # A registry that lists referrers itself is not asked for the tag.
        world.repository.api = True
        assert warning not in world.verify(server).accepted().stderr
    world.layout.list(world.image, world.digest.replace(":", "-"))
    world.layout.write(str(tmp_path / "odd"))
    result = run("verify", "--trusted-root", "root.json", *who(world.m, tmp_path), "--local-image", "odd:latest", cwd=tmp_path)
    assert result.status == 0 and warning in result.stderr, result


def test_tag_signature(tmp_path):
    world = World(tmp_path, content="simplesigning")
    with world.serve() as server:
        world.verify(server, by="@" + world.digest).accepted()
    assert server.paths()[:2] == [f"referrers/{world.digest}", "manifests/" + world.digest.replace(":", "-") + ".sig"]


def test_tag_prefix(tmp_path):
    world = World(tmp_path, content="simplesigning")
    tag = world.digest.replace(":", "-") + ".sig"
    world.repository.tags["mine-" + tag] = world.repository.tags.pop(tag)
    with world.serve() as server:
        world.verify(server).refused("signature-not-found")
        world.verify(server, "--attachment-tag-prefix", "mine-").accepted()


def test_oci11_signature_without_a_flag(tmp_path):
    world = World(tmp_path, content="simplesigning")
    tag = world.digest.replace(":", "-") + ".sig"
    old = json.loads(world.repository.manifests[world.repository.tags.pop(tag)][0])
    old["config"]["mediaType"] = old["artifactType"] = "application/vnd.dev.cosign.artifact.sig.v1+json"
    data, media_type = world.repository.manifests[world.digest]
    old["subject"] = {"mediaType": media_type, "digest": world.digest, "size": len(data)}
    world.repository.put(old)
    with world.serve() as server:
        assert world.verify(server).accepted().candidates[0]["source"] == "referrer"


def test_pages(tmp_path):
    """A list in several pages: the good one is on the last."""
    world = World(tmp_path, bundles=3)
    listed = world.repository.referrers(world.digest)

    def hook(request):
        if "/referrers/" not in request.path:
            return None
        page = int(request.path.split("page=")[1]) if "page=" in request.path else 0
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed[::-1][page:page + 1]}).encode()
        link = [("Link", f'</v2/{NAME}/referrers/{world.digest}?page={page + 1}>; rel="next"')] if page < 2 else []
        return Answer(200, body, INDEX, link)
    with world.serve(hook) as server:
        world.verify(server, by="@" + world.digest).accepted()
    assert len(server.requests) == 3 + 2 * 3


def test_cosign_repository(world):
    world.env["COSIGN_REPOSITORY"] = None
    with Server({NAME: Repository(), "other/place": world.repository}) as server:
        server.repositories[NAME].manifests[world.digest] = world.repository.manifests[world.digest]
        server.repositories[NAME].tags["latest"] = world.digest
        world.env["COSIGN_REPOSITORY"] = f"{server.name}/other/place"
        world.verify(server).accepted()
    assert [path.split("/")[2] for method, path in server.requests] == ["acme", "other", "other", "other"]


def test_mirror(world):
    with world.serve() as server:
        result = world.verify("registry.example.com", "--registry-mirror", server.name).accepted()
    assert result.report["image"] == f"registry.example.com/{NAME}:latest"
    assert len(server.requests) == 4


def test_no_image(world):
    with world.serve() as server:
        assert world.verify(server, by=":nope").status == 11
        assert world.verify(server, by="@sha256:" + "0" * 64).status == 11


def test_no_signature(world):
    world.repository.manifests = {world.digest: world.repository.manifests[world.digest]}
    with world.serve() as server:
        for by in (":latest", "@" + world.digest):
            result = world.verify(server, by=by).refused("signature-not-found")
            assert result.status == 10


def test_nobody_listens(world):
    undecided(world.verify(f"localhost:{closed_port()}"), "registry-unreachable")


# --- platforms -----------------------------------------------------------------------

def for_platforms(folder, platforms, edit=lambda children: children):
    """A signed index, with a child for each platform (None: one that names none)."""
    layout = Layout()
    children = []
    for i, platform in enumerate(platforms):
        child = layout.image(b"layer %d" % i, listed=False)
        children.append({**child, "platform": dict(zip(("os", "architecture", "variant"), platform.split("/")))} if platform else child)
    index = layout.image_index(edit(children))
    folder.mkdir(exist_ok=True)
    world = World(folder, layout=layout, image=index)
    return world, children


@pytest.mark.parametrize("by", ["tag", "digest"])
@pytest.mark.parametrize("wanted,chosen,status,code", [
    ("linux/amd64", 0, 0, "ok"), ("linux/arm64", 1, 0, "ok"), ("linux/arm/v7", 3, 0, "ok"), ("linux/arm", None, 2, "layout-ambiguous"),
    ("linux/s390x", None, 11, "image-not-found"), ("windows/amd64", None, 11, "image-not-found"), ("Linux/amd64", None, 11, "image-not-found"),
    ("linux/arm64/v8", None, 11, "image-not-found")])
def test_platform(tmp_path, by, wanted, chosen, status, code):
    """The signed index says which manifest is for the platform; only the index is asked for."""
    world, children = for_platforms(tmp_path, ["linux/amd64", "linux/arm64", "linux/arm/v6", "linux/arm/v7", None])
    with world.serve() as server:
        result = world.verify(server, "--platform", wanted, by=":latest" if by == "tag" else "@" + world.digest)
        requests = server.paths()
    assert result.status == status and result.report["code"] == code, result
    assert result.report["digest"] == world.digest
    assert result.report["platform"] == {"name": wanted, "digest": None if chosen is None else children[chosen]["digest"]}
    # The index once, by its tag or its digest, and none of the children.
    assert len([path for path in requests if path in ("manifests/latest", "manifests/" + world.digest)]) == 1, requests
    assert not any(child["digest"] in path for child in children for path in requests)


def test_platform_of_a_large_config(tmp_path):
    """It takes more room than the signatures did: they are looked at again, and where they are."""
    layout = Layout()
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "history": [{}] * 60000}
    image = layout.manifest({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
                             "config": layout.blob(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json")})
    layout.list(image, "latest")
    m = image_with({"content": "dsse"}, layout, image, attach=False)[2]
    # More than is kept of a registry's answers when nobody reads them.
    for i in range(4):
        layout.attach_bundle(image, m.bundle_text + b" " * (250000 + i))
    prepare(m, tmp_path)
    signatures = Repository.from_layout(layout.write(str(tmp_path / "layout")), True)
    images = Repository()
    images.manifests[image["digest"]] = signatures.manifests.pop(image["digest"])
    images.blobs = {digest: body for digest, body in signatures.blobs.items() if b"history" in body}
    with Server({NAME: images, "other/place": signatures}) as server:
        result = run("verify", "--trusted-root", tmp_path / "root.json", *who(m, tmp_path), "--any-predicate", "--platform", "linux/amd64",
                     "--output", "report", f"{server.name}/{NAME}@{image['digest']}", cwd=tmp_path,
                     env={"COSIGN_REPOSITORY": f"{server.name}/other/place"}).accepted()
    assert result.codes == ["ok"] * 4
    assert result.report["platform"]["digest"] == image["digest"]
    asked = [path for method, path in server.requests if "/blobs/" in path]
    assert len(asked) > 5, "there was another try, and it fetched again"
    assert [path for path in asked if path.startswith(f"/v2/{NAME}/")] == [f"/v2/{NAME}/blobs/" + next(iter(images.blobs))]


def test_platform_of_an_image(tmp_path):
    """Without an index the signed image's config says it, and is what its digest says, or nothing is believed of it."""
    world = World(tmp_path)
    manifest = json.loads(world.repository.manifests[world.digest][0])
    config = manifest["config"]["digest"]
    with world.serve() as server:
        assert world.verify(server, "--platform", "linux/amd64").accepted().report["platform"]["digest"] == world.digest
        assert world.verify(server, "--platform", "linux/arm64").status == 11
        lie = world.repository.blobs[config].replace(b"amd64", b"arm64")
        for served, status, code in ((lie, 12, "digest-mismatch"), (lie + b" ", 12, "digest-mismatch"), (b"", 12, "digest-mismatch"), (None, 3, "registry-http-error")):
            server.hook = lambda r: (Answer(200, served) if served is not None else Answer(404)) if config in r.path else None
            result = world.verify(server, "--platform", "linux/arm64")
            assert result.status == status and result.mentions(code), result
            assert result.report["platform"]["digest"] is None


@pytest.mark.parametrize("edit,status,code", [
    # Nothing of the list is believed if one entry is no descriptor.
    (lambda c: [c[0], {**c[1], "digest": "sha256:../../x"}], 12, "manifest-malformed"),
    (lambda c: [c[0], {**c[1], "size": -1}], 12, "manifest-malformed"), (lambda c: [c[0], {**c[1], "platform": []}], 12, "manifest-malformed"),
    # Twice the same manifest is one; two for one platform are none.
    (lambda c: [c[0], c[1], c[1]], 0, "ok"), (lambda c: [c[1], {**c[0], "platform": c[1]["platform"]}], 2, "layout-ambiguous"),
    (lambda c: [c[0], {**c[1], "platform": {"os": "linux"}}], 11, "image-not-found"),
    (lambda c: [c[0], {**c[1], "platform": {"os": "linux", "architecture": 7}}], 11, "image-not-found"),
    (lambda c: [], 11, "image-not-found")], ids=range(8))
def test_platform_in_a_bad_index(tmp_path, edit, status, code):
    world, _ = for_platforms(tmp_path, ["linux/amd64", "linux/arm64"], edit)
    with world.serve() as server:
        result = world.verify(server, "--platform", "linux/arm64", by="@" + world.digest)
        assert result.status == status and result.report["code"] == code, result
        # The control: the signature is good.
        assert "platform" in world.verify(server, "--platform", "linux/amd64", by="@" + world.digest).report
        assert code == "manifest-malformed" or world.verify(server, by="@" + world.digest).status == 0


def test_platform_of_what_is_not_signed(tmp_path):
    """The signature comes first: an index without one is that, and a child's own signature does not help its index."""
    world, children = for_platforms(tmp_path, ["linux/amd64", "linux/arm64"])
    layout, image, m = image_with({"content": "dsse"}, layout=world.layout, image=children[1])
    world.repository = Repository.from_layout(world.layout.write(str(tmp_path / "both")), True)
    index = world.repository.manifests[world.digest]
    world.repository.manifests = {d: v for d, v in world.repository.manifests.items()
                                  if (json.loads(v[0]).get("subject") or {}).get("digest") != world.digest}
    with world.serve() as server:
        world.verify(server, "--platform", "linux/arm64").refused("signature-not-found")
        assert index == world.repository.manifests[world.digest]
        world.m = m
        prepare(m, tmp_path)
        world.verify(server, by="@" + children[1]["digest"]).accepted()


# --- who may know the password ---------------------------------------------------------

def wants_basic(request, password=PASSWORD):
    if request.headers.get("Authorization") != basic(USER, password):
        return Answer(401, headers=[("WWW-Authenticate", 'Basic realm="x"')])
    return None


@pytest.mark.parametrize("how", ["flags", "auth", "fields", "https key", "XDG", "REGISTRY_AUTH_FILE"])
def test_basic(world, how):
    with world.serve(wants_basic) as server:
        auth = {"auth": basic(USER, PASSWORD).split()[1]}
        key = f"https://{server.name}/v1/" if how == "https key" else server.name
        config = {"auths": {key: {"username": USER, "password": PASSWORD} if how == "fields" else auth}}
        flags = ("--registry-username", USER, "--registry-password", PASSWORD) if how == "flags" else ()
        if how == "REGISTRY_AUTH_FILE":
            (world.folder / "auth.json").write_text(json.dumps(config))
            world.env["REGISTRY_AUTH_FILE"] = str(world.folder / "auth.json")
        elif how == "XDG":
            (world.folder / "run" / "containers").mkdir(parents=True)
            (world.folder / "run" / "containers" / "auth.json").write_text(json.dumps(config))
            world.env["XDG_RUNTIME_DIR"] = str(world.folder / "run")
        elif how != "flags":
            world.config(config)
        world.verify(server, *flags, by="@" + world.digest).accepted()
        assert len(server.requests) == 4, "one 401, and then no more"
        undecided(world.verify(server, "--registry-username", USER, "--registry-password", WRONG_PASSWORD), "registry-auth-failed")


def test_basic_for_each_repository(world):
    """Two logins at one host: neither is sent for the other's repository, where it would be refused."""
    passwords = {"one": PASSWORD, "two": HELPER_SECRET}

    def hook(request):
        sent = request.headers.get("Authorization")
        if sent is None:
            return Answer(401, headers=[("WWW-Authenticate", 'Basic realm="x"')])
        return None if sent == basic(USER, passwords[request.path.split("/")[2]]) else Answer(403)
    images = ("one/app", "two/app")
    with Server({image: world.repository for image in images}, hook) as server:
        world.config({"auths": {f"{server.name}/{name}": {"username": USER, "password": password} for name, password in passwords.items()}})
        result = world.verify(server, "--max-workers", "1", by="@" + world.digest, images=images)
        assert result.status == 0, result
        assert len(server.requests) == 2 * 4, "one 401 for each, and then no more"


@pytest.mark.parametrize("key", ["localhost", "evil.{}", "{}.evil", "{}/acme/ap", "{}/other", "{}0", "localhost:1"])
def test_other_hosts_password(world, key):
    """CVE-2026-59891: credentials of a host whose name only looks like this one."""
    with world.serve(wants_basic) as server:
        world.config({"auths": {key.format(server.name): {"username": USER, "password": PASSWORD}}})
        undecided(world.verify(server), "registry-auth-failed", "none is known")
        assert not any("Authorization" in seen for seen in server.seen)


@pytest.mark.parametrize("text", ["{", "[]", '{"auths":{"localhost":1},"auths":{}}', '{"auths":[]}',
                                  '{"auths":{"%s":{"auth":"!"}}}', '{"auths":{"%s":{"auth":"bm9jb2xvbg=="}}}',
                                  '{"credsStore":"../../bin/sh"}', '{"credsStore":"there-is-none"}'])
def test_unreadable_config(world, text):
    """An error, never "anonymous"."""
    with world.serve(wants_basic) as server:
        world.config(text.replace("%s", server.name))
        result = world.verify(server)
    assert result.status == 2 and result.mentions("config-invalid"), result


def put_helper(world, server, script):
    """docker-credential-test, which finds what it may tell in a file beside it."""
    (world.folder / "answer").write_text(json.dumps({"ServerURL": "x", "Username": USER, "Secret": HELPER_SECRET}))
    (world.folder / "token").write_text(json.dumps({"ServerURL": "x", "Username": "<token>", "Secret": HELPER_TOKEN}))
    path = world.folder / "docker-credential-test"
    path.write_text(f"#!/bin/sh\ncd '{world.folder}'\nserver={server.name}\n{script}\n")
    path.chmod(0o755)
    world.env["PATH"] = f"{world.folder}:{os.environ['PATH']}"
    world.config({"credHelpers": {server.name: "test"}})


@pytest.mark.parametrize("script,status,text", [
    ('read host; [ "$host" = $server ] && cat answer', 0, ""),
    ('cat answer', 0, ""),
    ('echo "credentials not found in native keychain"; exit 1', 3, "none is known"),
    ('cat answer; exit 1', 2, "does not tell"), ('echo "{"', 2, "does not tell"), ('head -c 70 answer', 2, "does not tell"),
    ('cat answer answer', 2, "does not tell"), ('yes', 2, "says too much"), ('kill -9 $$', 2, "does not tell"),
    ('exit 127', 2, "no such program"), ('chmod 644 "$0"; exec "$0" get', 2, ""), ('printf ""', 2, "does not tell")])
def test_helper(world, script, status, text):
    with world.serve(lambda r: wants_basic(r, HELPER_SECRET)) as server:
        put_helper(world, server, script)
        result = world.verify(server)
        assert result.status == status and text in result.stderr.decode(), result


def test_helper_of_a_program_that_ignores_children(world):
    """Whoever started us may not care how children end; we do."""
    with world.serve(lambda r: wants_basic(r, HELPER_SECRET)) as server:
        put_helper(world, server, "cat answer")
        before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            process = subprocess.Popen([PROGRAM, "verify", "--trusted-root", "root.json", *who(world.m, world.folder), f"{server.name}/{NAME}:latest"],
                                       cwd=world.folder, env={"HOME": str(world.folder), **world.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        finally:
            signal.signal(signal.SIGCHLD, before)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, (out, err)


def test_helper_with_a_token(world):
    """The user name <token>: what comes with it is for the token server only."""
    with Bearer(world) as b:
        put_helper(world, b.registry, "cat token")
        world.verify(b.registry).accepted()
        assert urllib.parse.parse_qs(b.asked[0][3])["refresh_token"] == [HELPER_TOKEN]
        assert not any(HELPER_TOKEN in str(seen) for seen in b.registry.seen)


def test_helper_that_hangs(world):
    """The deadline holds for helpers too."""
    with world.serve(wants_basic) as server:
        put_helper(world, server, "exec sleep 5")
        result = world.verify(server, "--timeout", "2s")
    assert result.status == 3 and result.report["code"] == "timeout", result
    assert "docker-credential-test: does not end before the deadline" in result.stderr.decode(), result


class Bearer:
    """A registry that wants a token, and the server that gives one."""

    def __init__(self, world, **more):
        self.world, self.more, self.asked = world, more, []
        self.tokens = Server(hook=self.give)
        self.registry = world.serve(self.want)

    def want(self, request):
        if request.headers.get("Authorization") == "Bearer " + TOKEN:
            return None
        realm = self.more.get("realm", f"http://{self.tokens.name}/token")
        challenge = self.more.get("challenge", f'Basic realm="no", Bearer realm="{realm}",service="the \\"registry\\"",scope="repository:{NAME}:pull"')
        return Answer(401, headers=[("WWW-Authenticate", challenge)])

    def give(self, request):
        self.asked.append((request.command, request.path, request.headers.get("Authorization"), request.form))
        return self.more.get("give", lambda r: Answer(200, json.dumps({"token": TOKEN, "expires_in": 300}).encode()))(request)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.tokens.close()
        self.registry.close()


def test_bearer_anonymous(world):
    with Bearer(world) as b:
        world.verify(b.registry, by="@" + world.digest).accepted()
        assert b.asked == [("GET", f"/token?service=the%20%22registry%22&scope=repository%3Aacme%2Fapp%3Apull", None, "")]
        assert len(b.registry.requests) == 4


def test_bearer_with_password(world):
    with Bearer(world) as b:
        world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD).accepted()
        assert b.asked[0][2] == basic(USER, PASSWORD)
        assert all(s.get("Authorization") in (None, "Bearer " + TOKEN) for s in b.registry.seen)


def test_bearer_token_once_for_two_images(world):
    with Bearer(world) as b:
        assert world.verify(b.registry, images=(NAME, NAME)).status == 0
        assert len(b.asked) == 1


@pytest.mark.parametrize("seconds", [0, 5])
def test_bearer_short_lived(world, seconds):
    """A token that is as good as expired is not kept."""
    with Bearer(world, give=lambda r: Answer(200, json.dumps({"access_token": TOKEN, "expires_in": seconds}).encode())) as b:
        assert world.verify(b.registry, by="@" + world.digest).status == 0
        assert len(b.asked) > 1


def test_identity_token(world):
    with Bearer(world) as b:
        world.config({"auths": {b.registry.name: {"identitytoken": IDENTITY_TOKEN}}})
        world.verify(b.registry).accepted()
        assert b.asked[0][0] == "POST" and "grant_type=refresh_token" in b.asked[0][3]
        assert urllib.parse.parse_qs(b.asked[0][3])["refresh_token"] == [IDENTITY_TOKEN] and b.asked[0][2] is None


def test_registry_token(world):
    with Bearer(world) as b:
        world.verify(b.registry, "--registry-token", TOKEN).accepted()
        assert b.asked == []
        undecided(world.verify(b.registry, "--registry-token", WRONG_TOKEN), "registry-auth-failed")


def test_token_by_post(world):
    def give(request):
        if request.command == "GET":
            return Answer(405)
        assert urllib.parse.parse_qs(request.form)["password"] == [PASSWORD]
        return Answer(200, json.dumps({"access_token": TOKEN}).encode())
    with Bearer(world, give=give) as b:
        world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD).accepted()


REPEATED = json.dumps({"errors": [{"code": "DENIED", "message": f"{PASSWORD} {basic(USER, PASSWORD)} {REFRESH_TOKEN}"}]}).encode()


@pytest.mark.parametrize("status", [401, 403, 418, 500])
@pytest.mark.parametrize("who_answers", ["registry", "token server"])
def test_answers_that_repeat_credentials(world, status, who_answers):
    """Nothing of a server's error is repeated: it may hold what it was sent."""
    headers = [("WWW-Authenticate", f'Basic realm="{URL_PASSWORD} {basic(USER, PASSWORD)}"'), ("X-Error", PASSWORD.encode().hex()), ("Retry-After", "0")]
    flags = ("--registry-username", USER, "--registry-password", PASSWORD)
    if who_answers == "registry":
        with world.serve(lambda r: wants_basic(r) or Answer(status, REPEATED, headers=headers)) as server:
            assert world.verify(server, *flags).status == 3
            assert server.seen[-1]["Authorization"] == basic(USER, PASSWORD)
    else:
        with Bearer(world, give=lambda r: Answer(status, REPEATED, headers=headers)) as b:
            assert world.verify(b.registry, *flags).status == 3
            assert b.asked[0][2] == basic(USER, PASSWORD)


@pytest.mark.parametrize("where", ["mirror", "COSIGN_REPOSITORY", "image", "image with scheme", "image without password",
                                   "image at shared.example.com", "image at sha256", "redirect", "realm", "realm's query",
                                   "next page"])
def test_password_in_an_address(world, where):
    """An address with a password is refused, and not repeated."""
    login = f"{USER}:{urllib.parse.quote(URL_PASSWORD)}@"

    def hook(request):
        if where == "redirect":
            return Answer(302, headers=[("Location", f"http://{login}localhost/x")])
        if where == "next page" and "/referrers/" in request.path:
            return Answer(200, b'{"schemaVersion":2,"manifests":[]}', INDEX, [("Link", f'<http://{login}localhost/x>; rel="next"')])
        return None
    with world.serve(hook) as server:
        if where == "mirror":
            result = world.verify("registry.example", "--registry-mirror", login + server.name)
        elif where == "COSIGN_REPOSITORY":
            world.env["COSIGN_REPOSITORY"] = f"{login}{server.name}/{NAME}"
            result = world.verify(server)
        elif where == "image":
            result = world.verify(login + server.name)
        elif where == "image with scheme":
            result = world.verify("https://" + login + server.name)
        elif where == "image without password":
            result = world.verify(URL_PASSWORD + "@" + server.name)
        elif where.startswith("image at "):
            result = world.verify(login + where.split()[-1] + ":5000")
        elif where.startswith("realm"):
            realm = f"http://{login}localhost/token" if where == "realm" else f"http://10.0.0.1/token?password={URL_PASSWORD}"
            with Bearer(world, realm=realm) as b:
                result = world.verify(b.registry)
        else:
            result = world.verify(server)
    assert result.status in (2, 3, 12) and result.stderr, result
    assert not server.requests or where in ("redirect", "next page")


@pytest.mark.parametrize("mistake", [
    ("--bogus",), ("--timeout", "soon"), ("--output", "loud"), ("--registry-cacert", "nowhere"), ("--registry-client-cert", "x"), ("--key", "nowhere"),
    ("--registry-token", TOKEN), ("--registry-password", WRONG_PASSWORD, "--registry-username"), ("--certificate-identity",), ("--local-image",),
    ("--registry-passwort", PASSWORD), ("--registry-password=" + WRONG_PASSWORD,), ("--platform", "x"), ("--registry-mirror", "//"), ("-a", "=")],
    ids=lambda m: m[0])
def test_mistakes_beside_credentials(world, mistake):
    with world.serve(wants_basic) as server:
        result = world.verify(server, "--registry-username", USER, "--registry-password", PASSWORD, *mistake)
    assert result.status in (2, 3, 11, 12) and result.stderr, result


@pytest.mark.parametrize("answer", [
    Answer(200, json.dumps({"token": 7, "refresh_token": REFRESH_TOKEN}).encode()), Answer(200, json.dumps({"token": TOKEN + "\r\nX: y"}).encode()),
    Answer(200, json.dumps({"token": TOKEN}).encode() + b","), Answer(200, json.dumps({"token": TOKEN, "token ": TOKEN}).encode()[:-1]),
    Answer(401), Answer(403), Answer(200, b"{}"), Answer(200, b"["), Answer(200, b'{"token":7}'),
    Answer(200, b'{"token":"a\\r\\nX: y"}'), Answer(200, b'{"token":"' + b"a" * 20000 + b'"}'), Answer(200, b'{"token":"refused"}')],
    ids=range(12))
def test_no_token(world, answer):
    with Bearer(world, give=lambda r: answer) as b:
        undecided(world.verify(b.registry), "registry-auth-failed")


@pytest.mark.parametrize("realm", [
    "http://169.254.169.254/latest", "http://10.0.0.1/", "http://[fe80::1]/", "http://0.0.0.0:1/", "http://0x0a000001/", "http://167772161/",
    "ftp://localhost/", "file:///etc/passwd", "https://user@localhost/", "//localhost/", "token", "http://a b/"])
def test_realm_refused(world, realm):
    """CVE-2026-33540: the challenge names a place inside the network, or none at all."""
    with Bearer(world, realm=realm) as b:
        undecided(world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD, timeout=20), "registry-realm-refused")


@pytest.mark.parametrize("challenge", ["", "Bearer", 'Bearer realm="x', 'Bearer realm="a",realm="b"', "Digest realm=x", ",,,", 'Bearer realm="\x01"',
                                       "Negotiate", "=", 'Bearer service="x"'])
def test_challenge_not_understood(world, challenge):
    with Bearer(world, challenge=challenge) as b:
        undecided(world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD), "registry-auth-failed")
        assert not any("Authorization" in seen for seen in b.registry.seen)


# --- redirects -------------------------------------------------------------------------

@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirected_blob(world, status):
    """To another port: followed, without the password."""
    storage = Server(hook=lambda r: Answer(200, world.repository.blobs[r.path[1:]], "application/octet-stream"))

    def hook(request):
        if "/blobs/" in request.path and request.headers.get("Authorization"):
            return Answer(status, headers=[("Location", f"http://{storage.name}/{request.path.split('/')[-1]}")])
        return wants_basic(request)
    with world.serve(hook) as server, storage:
        world.verify(server, "--registry-username", USER, "--registry-password", PASSWORD).accepted()
        assert len(storage.requests) == 1
        assert "Authorization" not in storage.seen[0] and "Cookie" not in storage.seen[0]


def test_redirected_host_wants_credentials(world):
    """CVE-2020-15157."""
    thief = Server(hook=lambda r: Answer(401, headers=[("WWW-Authenticate", 'Basic realm="please"')]))
    with world.serve(lambda r: Answer(307, headers=[("Location", f"http://{thief.name}/x")]) if "/blobs/" in r.path else wants_basic(r)) as server, thief:
        result = world.verify(server, "--registry-username", USER, "--registry-password", PASSWORD)
        undecided(result, "registry-auth-failed", "redirects to")
        assert not any("Authorization" in seen for seen in thief.seen)


@pytest.mark.parametrize("location", ["SELF", "/loop", "ftp://x/", "file:///etc/passwd", "http://u:p@localhost/", "", "http://a\tb/", "http://[::1"])
def test_redirect_refused(world, location):
    with world.serve(lambda r: Answer(302, headers=[("Location", r.path if location == "SELF" else location)])) as server:
        undecided(world.verify(server, timeout=20), "registry-redirect-refused")
        assert len(server.requests) <= 6


def test_token_redirect_drops_password(world):
    thief = Server(hook=lambda r: Answer(200, json.dumps({"token": TOKEN}).encode()))
    with Bearer(world, give=lambda r: Answer(302, headers=[("Location", f"http://{thief.name}/t")])) as b, thief:
        world.verify(b.registry, "--registry-username", USER, "--registry-password", PASSWORD).accepted()
        assert b.asked[0][2] == basic(USER, PASSWORD)
        assert "Authorization" not in thief.seen[0]


def test_token_redirect_to_inside(world):
    with Bearer(world, give=lambda r: Answer(302, headers=[("Location", "http://169.254.169.254/")])) as b:
        undecided(world.verify(b.registry, timeout=20), "registry-realm-refused")


def test_posted_secret_is_not_redirected(world):
    thief = Server(hook=lambda r: Answer(200, json.dumps({"token": TOKEN}).encode()))
    with Bearer(world, give=lambda r: Answer(307, headers=[("Location", f"http://{thief.name}/t")])) as b, thief:
        world.config({"auths": {b.registry.name: {"identitytoken": IDENTITY_TOKEN}}})
        undecided(world.verify(b.registry), "registry-redirect-refused")
        assert thief.requests == []


# --- retries ---------------------------------------------------------------------------

@pytest.mark.parametrize("status", [429, 503])
def test_retry(world, status):
    failed = []

    def hook(request):
        if "/blobs/" in request.path and not failed:
            failed.append(1)
            return Answer(status, headers=[("Retry-After", "0")])
        return None
    with world.serve(hook) as server:
        world.verify(server).accepted()
        assert len(server.requests) == 5


def test_retry_ends(world):
    with world.serve(lambda r: Answer(502, headers=[("Retry-After", "0")])) as server:
        undecided(world.verify(server), "registry-http-error", "answers 502")
        assert len(server.requests) == 3


def test_retry_after_has_a_limit(world):
    """A server that asks for a day's patience meets the timeout."""
    with world.serve(lambda r: Answer(503, headers=[("Retry-After", "86400")])) as server:
        started = time.monotonic()
        timed_out(world.verify(server, "--timeout", "2s"))
        assert time.monotonic() - started < 10


# --- hostile answers ---------------------------------------------------------------------

def drip():
    yield b"HTTP/1.1 200 OK\r\nContent-Type: " + INDEX.encode() + b"\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(200):
        time.sleep(0.1)
        yield b" "


def endless(media_type):
    yield b"HTTP/1.1 200 OK\r\nContent-Type: " + media_type.encode() + b"\r\nConnection: close\r\n\r\n"
    while True:
        yield b" " * 65536


def test_slow_drip(world):
    with world.serve(lambda r: Answer(raw=drip()) if "/referrers/" in r.path else None) as server:
        started = time.monotonic()
        timed_out(world.verify(server, "--timeout", "2s"))
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("where,code,status", [("/referrers/", "referrers-too-many", 12), ("/manifests/latest", "limit-exceeded", None),
                                               ("/blobs/", "digest-mismatch", 12)])
def test_endless_body(world, where, code, status):
    media_type = INDEX if "referrers" in where else MANIFEST
    with world.serve(lambda r: Answer(raw=endless(media_type)) if where in r.path else None) as server:
        result = world.verify(server, timeout=30)
        assert result.mentions(code) and result.status in ((status,) if status else (3, 12)), result


def test_endless_header(world):
    def lines():
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            yield b"X-Filler: " + b"a" * 1000 + b"\r\n"
    with world.serve(lambda r: Answer(raw=lines())) as server:
        assert world.verify(server, timeout=30).mentions("limit-exceeded").status != 0


def test_endless_pages(world):
    def hook(request):
        if "/referrers/" not in request.path:
            return None
        n = int(request.path.split("n=")[1]) + 1 if "n=" in request.path else 1
        return Answer(200, json.dumps({"schemaVersion": 2, "manifests": []}).encode(), INDEX,
                      [("Link", f'</v2/{NAME}/referrers/{world.digest}?n={n}>; rel="next"')])
    with world.serve(hook) as server:
        world.verify(server).refused("referrers-too-many")
        assert len(server.requests) <= 52


@pytest.mark.parametrize("link,code", [("SELF", "referrers-too-many"), ("http://localhost:1/x", "referrers-malformed"),
                                       ("https://example.com/x", "referrers-malformed"), ("gopher:x", "referrers-malformed")])
def test_next_page_elsewhere(world, link, code):
    def hook(request):
        if "/referrers/" not in request.path:
            return None
        target = request.path if link == "SELF" else link
        return Answer(200, b'{"schemaVersion":2,"manifests":[]}', INDEX, [("Link", f'<{target}>; rel="next"')])
    with world.serve(hook) as server:
        world.verify(server).refused(code)


def test_a_thousand_and_one_referrers(world):
    one = world.repository.referrers(world.digest)[0]
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX,
                       "manifests": [{**one, "artifactType": "text/x", "digest": sha256(str(i).encode())} for i in range(1001)]}).encode()
    with world.serve(lambda r: Answer(200, body, INDEX) if "/referrers/" in r.path else None) as server:
        world.verify(server).refused("referrers-too-many")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\x1f\x8b\x08\x00", b'{"schemaVersion":2,"manifests":[{}]}', b'{"schemaVersion":2,"layers":[]}',
                                  b'{"schemaVersion":2,"manifests":[{"mediaType":"a","size":1,"digest":"sha256:../../../../etc/passwd"}]}'])
def test_referrers_malformed(world, body):
    with world.serve(lambda r: Answer(200, body, INDEX) if "/referrers/" in r.path else None) as server:
        result = world.verify(server)
        assert result.status == 12 and result.mentions({"referrers-malformed"}), result


@pytest.mark.parametrize("where", ["/manifests/sha256:", "/blobs/"])
@pytest.mark.parametrize("change", [lambda b: b + b" ", lambda b: b[:-1], lambda b: b[:-2] + b"  ", lambda b: b""], ids=["longer", "shorter", "other", "empty"])
def test_digest_lies(world, where, change):
    def hook(request):
        if where not in request.path:
            return None
        true = world.serve_answer(request.path)
        return Answer(200, change(true.body), true.media_type, true.headers)
    world.serve_answer = lambda path: world.repository.get(path.split("/")[-2], path.split("/")[-1])
    with world.serve(hook) as server:
        world.verify(server).refused("digest-mismatch")


def test_tag_header_lies(world):
    def hook(request):
        if not request.path.endswith("/manifests/latest"):
            return None
        data, media_type = world.repository.manifests[world.digest]
        return Answer(200, data, media_type, [("Docker-Content-Digest", "sha256:" + "0" * 64)])
    with world.serve(hook) as server:
        world.verify(server).refused("digest-mismatch")


def raw(body, length, media_type=MANIFEST, extra=b""):
    return Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s" % (media_type.encode(), length, extra, body))


@pytest.mark.parametrize("length", [1, 10, 1 << 40])
def test_content_length_lies(world, length):
    with world.serve(lambda r: raw(world.repository.manifests[world.digest][0], length) if r.path.endswith("latest") else None) as server:
        result = world.verify(server, timeout=30)
        assert result.status in (3, 11, 12), result


@pytest.mark.parametrize("body", [{"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "manifests": []},
                                  {"schemaVersion": 2, "mediaType": INDEX, "manifests": []},
                                  {"schemaVersion": 2, "mediaType": INDEX, "layers": []}])
def test_two_kinds_at_once(world, body):
    """CVE-2021-41190: an index to one reader and an image to another."""
    world.repository.put(body, "latest", MANIFEST)
    with world.serve() as server:
        world.verify(server).refused("manifest-malformed")


@pytest.mark.parametrize("media_type", ["text/html", "application/vnd.docker.distribution.manifest.v1+prettyjws", ""])
def test_no_manifest_type(world, media_type):
    data, _ = world.repository.manifests[world.digest]
    with world.serve(lambda r: Answer(200, data, media_type) if r.path.endswith("latest") else None) as server:
        world.verify(server).refused("manifest-media-type")


def test_gzip(world):
    """Nobody asked for it: the bytes are what they are."""
    import gzip
    data = gzip.compress(b" " * 50_000_000)
    with world.serve(lambda r: Answer(200, data, INDEX, [("Content-Encoding", "gzip")]) if "/referrers/" in r.path else None) as server:
        world.verify(server).refused("referrers-malformed")


@pytest.mark.parametrize("answer", [Answer(raw=b""), Answer(raw=b"SSH-2.0-OpenSSH\r\n"), Answer(raw=b"HTTP/1.1 999999 \r\n\r\n")], ids=range(3))
def test_no_http(world, answer):
    with world.serve(lambda r: answer) as server:
        assert world.verify(server, timeout=40).status == 3


# --- TLS ---------------------------------------------------------------------------------

def test_tls(world, tls):
    with world.serve(tls=(tls("good.crt"), tls("good.key"))) as server:
        world.verify(server, "--registry-cacert", tls("ca.crt")).accepted()
        assert server.connections == 1
        undecided(world.verify(server), "registry-tls")
        world.verify(server, "--allow-insecure-registry").accepted()


def test_tls_other_host(world, tls):
    with world.serve(tls=(tls("other.crt"), tls("other.key"))) as server:
        undecided(world.verify(server, "--registry-cacert", tls("ca.crt")), "registry-tls")
        undecided(world.verify(server, "--registry-cacert", tls("ca.crt"), "--allow-http-registry"), "registry-tls")
        assert server.requests == []
        world.verify(server, "--registry-cacert", tls("ca.crt"), "--registry-server-name", "other.example").accepted()
        assert server.seen[0]["Host"] == server.name


def test_tls_client_certificate(world, tls):
    with world.serve(tls=(tls("good.crt"), tls("good.key"), tls("ca.crt"))) as server:
        assert world.verify(server, "--registry-cacert", tls("ca.crt")).status == 3
        world.verify(server, "--registry-cacert", tls("ca.crt"), "--registry-client-cert", tls("client.crt"),
                     "--registry-client-key", tls("client.key")).accepted()


def test_no_way_back_from_tls(world, tls):
    """A redirect from https to http is refused, also on one host; and a token server of a TLS registry is not http."""
    plain = Server({NAME: world.repository})
    with world.serve(lambda r: Answer(307, headers=[("Location", f"http://{plain.name}{r.path}")]), (tls("good.crt"), tls("good.key"))) as server, plain:
        undecided(world.verify(server, "--registry-cacert", tls("ca.crt")), "registry-redirect-refused", "https to http")
        assert plain.requests == []
        server.hook = lambda r: Answer(401, headers=[("WWW-Authenticate", f'Bearer realm="http://{plain.name}/t"')])
        undecided(world.verify(server, "--registry-cacert", tls("ca.crt")), "registry-realm-refused", "not https")
        assert plain.requests == []


def test_http_only_where_allowed(world):
    """A name that is not this machine's is never asked in the clear without the flag."""
    with world.serve() as server:
        world.env["http_proxy"] = world.env["HTTP_PROXY"] = f"http://{server.name}"
        assert world.verify("registry.example:80", timeout=40).status == 3
        assert server.requests == []
