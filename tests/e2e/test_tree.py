"""What hangs on an image: shown as it is listed, from registries and layouts, and never as if it were verified."""
import json
import os

import pytest

from credentials import PASSWORD, USER, WRONG_PASSWORD, basic
from plomb import Layout, image_with, mint, run
from registry import INDEX, MANIFEST, Answer, Repository, Server, sha256
from test_registry import NAME, World, drip, endless, raw, wants_basic

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"
SBOM = "application/spdx+json"


def tree(world, server, *flags, by=":latest", timeout=60):
    return run("tree", *flags, f"{server.name if hasattr(server, 'name') else server}/{NAME}{by}", cwd=world.folder, env=world.env,
               timeout=timeout)


def shown(result, status=0):
    assert result.status == status, result
    return json.loads(result.stdout)


def kinds(told):
    """What is shown of each: where it is from, under which suffix, and what became of it."""
    return [(a["source"], a.get("tag", "")[71:], a["code"]) for a in told["artifacts"]]


def named(layout, image, suffix, media_type, data=b"{}"):
    """A manifest under the tag sha256-HEX and the suffix."""
    layout.attach_tag(image, [layout.blob(data, media_type)], suffix)


def refer(layout, image, artifact_type, layers, **more):
    """A referrer of any kind."""
    empty = layout.blob(b"{}", "application/vnd.oci.empty.v1+json")
    return layout.list(layout.manifest({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type, "config": empty,
                                        "layers": layers, "subject": {k: image[k] for k in ("mediaType", "digest", "size")}, **more}))


class Full(World):
    """An image with something of every kind."""

    def __init__(self, folder, api=True):
        super().__init__(folder, edit=lambda m: {**m, "annotations": {
            "dev.sigstore.bundle.predicateType": SIGN, "org.opencontainers.image.created": "2026-11-24T10:50:24Z"}})
        layout, image = self.layout, self.image
        refer(layout, image, SBOM, [layout.blob(b"sbom", SBOM, annotations={"org.opencontainers.image.title": "sbom.json"})])
        m = mint(content="simplesigning", subject=image["digest"].split(":")[1])
        layout.attach_tag(image, [layout.layer(m), layout.layer(m)], "sig")
        a = mint(content="att", subject=image["digest"].split(":")[1])
        layout.attach_tag(image, [layout.layer(a, lambda d: {**d, "annotations": {**d["annotations"], "predicateType": "https://spdx.dev/Document"}})], "att")
        named(layout, image, "sbom", SBOM)
        self.repository = Repository.from_layout(layout.write(str(folder / "full")), api)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def full(tmp_path):
    return Full(tmp_path)


# --- what is shown -------------------------------------------------------------------

def test_everything(full):
    with full.serve() as server:
        told = shown(tree(full, server, "-o", "json"))
        assert told["image"] == f"{server.name}/{NAME}:latest" and told["digest"] == full.digest
        assert told["mediaType"] == MANIFEST and told["verified"] is False and told["complete"] is True and told["warnings"] == [] and told["referrers"] == "registry"
        assert kinds(told) == [("referrer", "", "ok")] * 2 + [("tag", ".sig", "ok"), ("tag", ".att", "ok"), ("tag", ".sbom", "ok")]
        assert server.connections == 1
        # The image, the list, two manifests, three tags; no blob.
        assert len(server.requests) == 7 and not any("/blobs/" in path for _, path in server.requests)
        by_digest = shown(tree(full, server, "-o", "json", by="@" + full.digest))
        assert by_digest["artifacts"] == told["artifacts"] and by_digest["image"].endswith("@" + full.digest)
    bundle, sbom, sig, att, old = told["artifacts"]
    assert bundle["artifactType"] == BUNDLE and bundle["predicateType"] == SIGN and bundle["created"] == "2026-11-24T10:50:24Z"
    assert bundle["digest"] in full.repository.manifests and bundle["size"] == len(full.repository.manifests[bundle["digest"]][0])
    assert bundle["mediaType"] == MANIFEST and "tag" not in bundle
    assert [layer["mediaType"] for layer in bundle["layers"]] == [BUNDLE]
    assert bundle["layers"][0]["size"] == len(full.repository.blobs[bundle["layers"][0]["digest"]])
    assert sbom["artifactType"] == SBOM and sbom["layers"][0]["title"] == "sbom.json" and sbom["layers"][0]["digest"] == sha256(b"sbom")
    assert sig["tag"] == full.digest.replace(":", "-") + ".sig" and len(sig["layers"]) == 2
    assert att["layers"][0]["predicateType"] == "https://spdx.dev/Document"
    assert old["layers"][0] == {"digest": sha256(b"{}"), "mediaType": SBOM, "size": 2}


def test_text(full):
    """cosign's shape, and a line that says what it is not."""
    with full.serve() as server:
        result = tree(full, server)
        told = shown(tree(full, server, "--output", "json"))
        fancy = run("tree", f"{server.name}/{NAME}", cwd=full.folder, env={"LC_ALL": "C.UTF-8"})
    assert result.status == 0 and result.stderr == b"", result
    bundle, sbom, sig, att, old = told["artifacts"]
    place, tag = f"{server.name}/{NAME}", full.digest.replace(":", "-")
    lines = result.stdout.decode("ascii").splitlines()
    assert lines == [
        f"Supply Chain Security Related artifacts for an image: {place}:latest",
        f"{full.digest}, {MANIFEST}",
        "not verified: this is what is listed for the image, nothing was checked",
        f"`-- {SIGN} artifacts via OCI referrer: {place}@{bundle['digest']}",
        f"   |   manifest, {BUNDLE}, {bundle['size']} bytes, 2026-11-24T10:50:24Z",
        f"   `-- {bundle['layers'][0]['digest']}, {BUNDLE}, {bundle['layers'][0]['size']} bytes",
        f"`-- {SBOM} artifacts via OCI referrer: {place}@{sbom['digest']}",
        f"   |   manifest, {SBOM}, {sbom['size']} bytes",
        f"   `-- {sha256(b'sbom')}, {SBOM}, 4 bytes, sbom.json",
        f"`-- Signatures for an image tag: {place}:{tag}.sig",
        f"   |   manifest {sig['digest']}, application/vnd.oci.image.config.v1+json, {sig['size']} bytes",
        *[f"   {branch}-- {layer['digest']}, {layer['mediaType']}, {layer['size']} bytes" for branch, layer in zip("|`", sig["layers"])],
        f"`-- Attestations for an image tag: {place}:{tag}.att",
        f"   |   manifest {att['digest']}, application/vnd.oci.image.config.v1+json, {att['size']} bytes",
        f"   `-- {att['layers'][0]['digest']}, {att['layers'][0]['mediaType']}, {att['layers'][0]['size']} bytes, https://spdx.dev/Document",
        f"`-- SBOMs for an image tag: {place}:{tag}.sbom",
        f"   |   manifest {old['digest']}, application/vnd.oci.image.config.v1+json, {old['size']} bytes",
        f"   `-- {sha256(b'{}')}, {SBOM}, 2 bytes",
    ]
    plain = fancy.stdout.decode().replace("\u251c\u2500\u2500", "|--").replace("\u2514\u2500\u2500", "`--").replace("\u2502", "|")
    assert plain == result.stdout.decode() and fancy.stdout != result.stdout


@pytest.mark.parametrize("form", ["directory", "tar", "stdin"])
def test_layout(full, form):
    """The same without a registry, whatever form the layout has."""
    path, stdin = "full", b""
    if form != "directory":
        full.layout.tar(str(full.folder / "full.tar"))
        path = "full.tar"
    if form == "stdin":
        stdin, path = (full.folder / "full.tar").read_bytes(), "-"
    told = shown(run("tree", "--local-image", path, "-o", "json", cwd=full.folder, stdin=stdin))
    assert kinds(told) == [("layout", "", "ok")] * 2 + [("layout", ".sig", "ok"), ("layout", ".att", "ok"), ("layout", ".sbom", "ok")]
    assert told["image"] == path and told["digest"] == full.digest and "referrers" not in told
    text = run("tree", "--local-image", path, cwd=full.folder, stdin=stdin).stdout.decode()
    assert f"`-- Signatures for an image tag: {full.digest.replace(':', '-')}.sig\n" in text
    assert f"`-- {SIGN} artifacts via OCI referrer: sha256:" in text


def test_cosign_save(tmp_path):
    """Kinds instead of tags, and referrers that index.json does not list."""
    layout = Layout()
    image = layout.image(ref=None, kind="dev.cosignproject.cosign/image")
    m = mint(content="simplesigning", subject=image["digest"].split(":")[1])
    layout.attach_tag(image, [layout.layer(m)], "sig", kind="dev.cosignproject.cosign/sigs", ref=False)
    layout.attach_bundle(image, b"{}", listed=False)
    layout.write(str(tmp_path / "saved"))
    result = run("tree", "--local-image", "saved", cwd=tmp_path)
    assert result.status == 0 and b"`-- Signatures for an image\n" in result.stdout, result
    assert f"`-- {BUNDLE} artifacts via OCI referrer: sha256:".encode() in result.stdout


def test_nothing(world):
    world.repository.manifests = {world.digest: world.repository.manifests[world.digest]}
    with world.serve() as server:
        result = tree(world, server)
        assert result.status == 0 and result.stderr == b"", result
        assert result.stdout.decode().endswith(f"\nNo Supply Chain Security Related Artifacts found for image {server.name}/{NAME}:latest\n")
        told = shown(tree(world, server, "-o", "json"))
        assert told["artifacts"] == [] and told["complete"] is True


def test_no_image(world):
    with world.serve() as server:
        for by in (":nope", "@sha256:" + "0" * 64):
            for output in ("text", "json"):
                result = tree(world, server, "-o", output, by=by)
                assert result.status == 11 and result.stdout == b"", result
                assert b": image-not-found: there is no such image" in result.stderr
    assert run("tree", "--local-image", "nope", cwd=world.folder).status == 11
    assert run("tree", "--local-image", "layout:nope", cwd=world.folder).status == 11


def test_fallback_tag(tmp_path):
    full = Full(tmp_path, api=False)
    full.repository.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": full.repository.referrers(full.digest)},
                        full.digest.replace(":", "-"))
    with full.serve() as server:
        told = shown(tree(full, server, "-o", "json"))
        assert told["referrers"] == "tag" and len(told["artifacts"]) == 5
        assert b"\nThe registry does not list referrers: the tag of the digest did.\n" in tree(full, server).stdout
        full.repository.tags.pop(full.digest.replace(":", "-"))
        told = shown(tree(full, server, "-o", "json"))
        assert told["referrers"] == "none" and [a["source"] for a in told["artifacts"]] == ["tag"] * 3


def test_subject_of_another(world):
    """A list that names what does not say that it is about the image: shown, as verify does not take it."""
    other = world.repository.put({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": BUNDLE, "layers": []})
    data = world.repository.manifests[other][0]
    world.repository.api = False
    world.repository.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": MANIFEST, "digest": other, "size": len(data), "artifactType": BUNDLE}]}, world.digest.replace(":", "-"))
    with world.serve() as server:
        told = shown(tree(world, server, "-o", "json"))
        assert kinds(told) == [("referrer", "", "subject-mismatch")] and told["complete"] is True
        assert b"does not say itself that it is about it" in tree(world, server).stdout
        world.verify(server).refused("signature-not-found")


def test_pages(tmp_path):
    world = World(tmp_path, bundles=5)
    listed = world.repository.referrers(world.digest)

    def hook(request):
        if "/referrers/" not in request.path:
            return None
        page = int(request.path.split("page=")[1]) if "page=" in request.path else 0
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed[page:page + 1]}).encode()
        link = [("Link", f'</v2/{NAME}/referrers/{world.digest}?page={page + 1}>; rel="next"')] if page < 4 else []
        return Answer(200, body, INDEX, link)
    with world.serve(hook) as server:
        told = shown(tree(world, server, "-o", "json"))
    assert [a["digest"] for a in told["artifacts"]] == [entry["digest"] for entry in listed]


def test_more_than_verify_looks_at(world):
    """A hundred and fifty: verify has an end there, tree shows them."""
    data, media_type = world.repository.manifests[world.digest]
    subject = {"mediaType": media_type, "digest": world.digest, "size": len(data)}
    for i in range(150):
        world.repository.put({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": SBOM, "layers": [], "subject": subject,
                              "annotations": {"n": str(i)}})
    with world.serve() as server:
        assert len(shown(tree(world, server, "-o", "json"))["artifacts"]) == 151


# --- flags ---------------------------------------------------------------------------

def test_platform(tmp_path):
    """Of an index, what hangs on one of its manifests."""
    layout = Layout()
    children = [layout.image(arch.encode(), listed=False, architecture=arch) for arch in ("amd64", "arm64")]
    index = layout.image_index([{**child, "platform": {"os": "linux", "architecture": arch}} for child, arch in zip(children, ("amd64", "arm64"))])
    on_index = layout.attach_bundle(index, b"{}")
    on_child = layout.attach_bundle(children[1], b"{ }")
    layout.write(str(tmp_path / "layout"))
    repository = Repository.from_layout(tmp_path / "layout", True)
    for child in children:
        repository.manifests[child["digest"]] = (layout.blobs[child["digest"]], child["mediaType"])
    with Server({NAME: repository}) as server:
        for where in ((f"{server.name}/{NAME}",), ("--local-image", "layout:latest")):
            told = shown(run("tree", "-o", "json", *where, cwd=tmp_path))
            assert [a["digest"] for a in told["artifacts"]] == [on_index["digest"]] and "platform" not in told
            told = shown(run("tree", "-o", "json", "--platform", "linux/arm64", *where, cwd=tmp_path))
            assert told["digest"] == index["digest"] and told["platform"] == {"name": "linux/arm64", "digest": children[1]["digest"]}
            assert [a["digest"] for a in told["artifacts"]] == [on_child["digest"]]
            text = run("tree", "--platform", "linux/arm64", *where, cwd=tmp_path).stdout.decode()
            assert f"\nlinux/arm64: {children[1]['digest']}\n" in text
            assert run("tree", "--platform", "linux/s390x", *where, cwd=tmp_path).status == 11
            assert run("tree", "--platform", "nonsense", *where, cwd=tmp_path).status == 2


def test_platform_of_one_manifest(world):
    with world.serve() as server:
        assert shown(tree(world, server, "-o", "json", "--platform", "linux/amd64"))["platform"]["digest"] == world.digest
        assert tree(world, server, "--platform", "linux/arm64").status == 11


def test_cosigns_flags(full):
    """cosign shows referrers unless both of its options speak against it."""
    with full.serve() as server:
        for flags, count in (((), 5), (("--experimental-oci11=false",), 3), (("--registry-referrers-mode", "legacy"), 5),
                             (("--experimental-oci11=false", "--registry-referrers-mode", "legacy"), 3),
                             (("--experimental-oci11=false", "--registry-referrers-mode=oci-1-1"), 5)):
            assert len(shown(tree(full, server, "-o", "json", *flags))["artifacts"]) == count, flags
        assert [path.split("/")[0] for path in server.paths()[7:12]] == ["manifests"] * 5 and server.paths()[12].startswith("referrers/")
        assert shown(tree(full, server, "-o", "json", "--allow-http-registry", "--allow-insecure-registry", "-d", "--timeout", "50s", "--k8s-keychain=false"))
        full.env["LC_ALL"] = "C"
        result = tree(full, server, "--output-file", "out.json", "-o", "json")
        assert result.stdout == b"" and json.loads((full.folder / "out.json").read_text())["digest"] == full.digest


def test_login(full):
    with full.serve(wants_basic) as server:
        result = tree(full, server)
        assert result.status == 3 and b"registry-auth-failed" in result.stderr and result.stdout == b"", result
        full.config({"auths": {server.name: {"auth": basic(USER, PASSWORD).split()[1]}}})
        assert len(shown(tree(full, server, "-o", "json"))["artifacts"]) == 5
        assert tree(full, server, "--registry-username", USER, "--registry-password", WRONG_PASSWORD).status == 3


def test_tls_and_mirror(full, tls):
    with full.serve(tls=(tls("good.crt"), tls("good.key"))) as server:
        assert tree(full, server).status == 3
        assert tree(full, server, "--registry-cacert", tls("ca.crt")).status == 0
    with full.serve() as server:
        told = shown(tree(full, "registry.example.com", "-o", "json", "--registry-mirror", server.name))
        assert told["image"] == f"registry.example.com/{NAME}:latest"


def test_prefix_and_repository(full):
    tag = full.digest.replace(":", "-") + ".sig"
    full.repository.tags["mine-" + tag] = full.repository.tags.pop(tag)
    image = Repository()
    image.manifests[full.digest], image.tags["latest"] = full.repository.manifests[full.digest], full.digest
    with Server({NAME: image, "other/place": full.repository}) as server:
        assert shown(tree(full, server, "-o", "json"))["artifacts"] == []
        full.env["COSIGN_REPOSITORY"] = f"{server.name}/other/place"
        told = shown(tree(full, server, "-o", "json", "--attachment-tag-prefix", "mine-"))
        assert [a.get("tag") for a in told["artifacts"]] == [None, None, "mine-" + tag]
        assert f"Signatures for an image tag: {server.name}/other/place:mine-{tag}\n".encode() in tree(full, server, "--attachment-tag-prefix", "mine-").stdout


@pytest.mark.parametrize("argv,text", [
    ([], "exactly one image"), (["a/b", "c/d"], "exactly one image"), ([""], "exactly one image"),
    (["a/b", "-o", "report"], "--output: report is neither json nor text"), (["a/b", "-o", "yaml"], "--output: yaml"),
    (["a/b", "--registry-referrers-mode", "x"], "--registry-referrers-mode: x is neither"), (["a/b", "--key", "k"], "--key"),
    (["a/b", "--k8s-keychain"], "--k8s-keychain"), (["--local-image", "l", "--registry-token", "x"], "--registry-token has no meaning"),
    (["--local-image", "l", "--registry-referrers-mode", "legacy"], "--registry-referrers-mode has no meaning"),
    (["--local-image", "l", "--experimental-oci11=false"], "--experimental-oci11=false has no meaning"),
    (["UPPER/Case:x y"], "reference-invalid"), (["a/b", "--registry-username", "x"], "go together")])
def test_usage(argv, text, tmp_path):
    result = run("tree", *argv, cwd=tmp_path)
    assert result.status == 2 and result.stdout == b"" and text in result.stderr.decode(), result


# --- what cannot be read --------------------------------------------------------------

def test_one_cannot_be_read(full):
    """It is shown as what it is, the others too, and the exit status says that it is not everything."""
    bad = full.repository.referrers(full.digest)[0]["digest"]
    with full.serve(lambda r: Answer(403) if r.path.endswith(bad) else None) as server:
        result = tree(full, server, "-o", "json")
        told = shown(result, 3)
        assert ("referrer", "", "registry-auth-failed") in kinds(told) and len(told["artifacts"]) == 5 and told["complete"] is False
        assert result.stderr.decode().startswith(f"plomb: {server.name}/{NAME}:latest: registry-auth-failed: ") and b"answers 403" in result.stderr
        text = tree(full, server)
        assert text.status == 3 and b"\n       registry-auth-failed: " in text.stdout and b"\nNot everything could be read.\n" in text.stdout


@pytest.mark.parametrize("suffix", [".sig", ".att", ".sbom"])
def test_a_tag_cannot_be_read(full, suffix):
    """What was read before it is shown, and then why that is not all."""
    with full.serve(lambda r: Answer(500, headers=[("Retry-After", "0")]) if r.path.endswith(suffix) else None) as server:
        result = tree(full, server, "-o", "json")
        told = shown(result, 3)
        assert told["complete"] is False and len(told["artifacts"]) == {".sig": 2, ".att": 3, ".sbom": 4}[suffix]
        assert b"registry-http-error" in result.stderr


@pytest.mark.parametrize("answer,code", [
    (Answer(403), "registry-auth-failed"), (Answer(500, headers=[("Retry-After", "0")]), "registry-http-error"),
    (Answer(200, b"{", INDEX), "referrers-malformed"), (Answer(200, b"[]", INDEX), "referrers-malformed"),
    (Answer(200, b'{"schemaVersion":2,"manifests":[{"mediaType":"a","size":1,"digest":"sha256:../../../../etc/passwd"}]}', INDEX), "referrers-malformed"),
    (Answer(200, b'{"schemaVersion":2,"manifests":[]}', INDEX, [("Link", "<http://localhost:1/x>; rel=next")]), "referrers-malformed"),
    (Answer(302, headers=[("Location", "file:///etc/passwd")]), "registry-redirect-refused")], ids=range(7))
def test_the_list_cannot_be_read(full, answer, code):
    with full.serve(lambda r: answer if "/referrers/" in r.path else None) as server:
        result = tree(full, server, "-o", "json", timeout=30)
        told = shown(result, 3)
        assert told["artifacts"] == [] and told["complete"] is False and result.mentions(code), result


@pytest.mark.parametrize("where,code", [("/referrers/", "referrers-too-many"), ("/manifests/latest", "limit-exceeded"), (".sig", "limit-exceeded")])
def test_endless(full, where, code):
    with full.serve(lambda r: Answer(raw=endless(INDEX if "referrers" in where else MANIFEST)) if where in r.path else None) as server:
        result = tree(full, server, timeout=30)
        assert result.status == 3 and result.mentions(code), result


def test_endless_pages(world):
    def hook(request):
        if "/referrers/" not in request.path:
            return None
        n = int(request.path.split("n=")[1]) + 1 if "n=" in request.path else 1
        return Answer(200, json.dumps({"schemaVersion": 2, "manifests": []}).encode(), INDEX,
                      [("Link", f'</v2/{NAME}/referrers/{world.digest}?n={n}>; rel="next"')])
    with world.serve(hook) as server:
        assert tree(world, server).mentions("referrers-too-many").status == 3
        assert len(server.requests) <= 53


def test_too_many(world):
    one = world.repository.referrers(world.digest)[0]
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**one, "digest": sha256(str(i).encode())} for i in range(1001)]}).encode()
    with world.serve(lambda r: Answer(200, body, INDEX) if "/referrers/" in r.path else None) as server:
        assert tree(world, server).mentions("referrers-too-many").status == 3
        assert len(server.requests) == 2


def test_slow(world):
    with world.serve(lambda r: Answer(raw=drip()) if "/referrers/" in r.path else None) as server:
        result = tree(world, server, "--timeout", "2s")
        assert result.status == 3 and result.stderr == b"plomb: timeout: the deadline has passed\n", result


@pytest.mark.parametrize("change", [lambda b: b + b" ", lambda b: b[:-1], lambda b: b""], ids=["longer", "shorter", "empty"])
def test_digest_lies(full, change):
    bad = full.repository.referrers(full.digest)[0]["digest"]

    def hook(request):
        if not request.path.endswith(bad):
            return None
        data, media_type = full.repository.manifests[bad]
        return Answer(200, change(data), media_type)
    with full.serve(hook) as server:
        told = shown(tree(full, server, "-o", "json"), 3)
        assert kinds(told)[0] == ("referrer", "", "digest-mismatch") and len(told["artifacts"]) == 5


def test_not_the_type_it_is_listed_as(full):
    """An old artifact manifest, which nobody reads any more."""
    old = full.repository.put(b'{"blobs":[]}', media_type="application/vnd.oci.artifact.manifest.v1+json")
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        {"mediaType": "application/vnd.oci.artifact.manifest.v1+json", "digest": old, "size": 12, "artifactType": "text/x"}]}).encode()
    with full.serve(lambda r: Answer(200, body, INDEX) if "/referrers/" in r.path else None) as server:
        told = shown(tree(full, server, "-o", "json"), 3)
        assert told["artifacts"][0]["code"] == "manifest-media-type" and told["artifacts"][0]["artifactType"] == "text/x"
        assert told["artifacts"][0]["size"] == 12 and "layers" not in told["artifacts"][0]


def test_terminal(world):
    """Names are what somebody else wrote: they are shown, not obeyed."""
    data, media_type = world.repository.manifests[world.digest]
    evil = "x\x1b[2J\r\n\u202e<&"
    world.repository.put({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": evil,
                          "layers": [{"mediaType": evil, "digest": sha256(b""), "size": 0, "annotations": {"org.opencontainers.image.title": evil}}],
                          "annotations": {"org.opencontainers.image.created": evil, "dev.sigstore.bundle.predicateType": evil},
                          "subject": {"mediaType": media_type, "digest": world.digest, "size": len(data)}})
    with world.serve() as server:
        for locale in ("C", "C.UTF-8"):
            world.env["LC_ALL"] = locale
            text = tree(world, server)
            assert text.status == 0 and b"\x1b" not in text.stdout and b"\r" not in text.stdout and "\u202e".encode() not in text.stdout
            assert b"x\\x1b[2J\\x0d\\n\\u202e<&" in text.stdout
        told = shown(tree(world, server, "-o", "json"))
    assert told["artifacts"][-1]["artifactType"] == evil == told["artifacts"][-1]["layers"][0]["mediaType"]


def test_damaged_layout(tmp_path):
    layout, image, m = image_with({})
    named(layout, image, "sbom", SBOM)
    layout.write(str(tmp_path / "layout"))
    bad = json.loads((tmp_path / "layout/index.json").read_text())["manifests"][1]["digest"].split(":")[1]
    (tmp_path / "layout/blobs/sha256" / bad).write_bytes(b"{}")
    result = run("tree", "-o", "json", "--local-image", "layout", cwd=tmp_path)
    told = shown(result, 3)
    assert kinds(told) == [("layout", "", "digest-mismatch"), ("layout", ".sbom", "ok")] and told["complete"] is False
    assert b"plomb: layout: digest-mismatch: " in result.stderr
    os.remove(tmp_path / "layout/oci-layout")
    result = run("tree", "--local-image", "layout", cwd=tmp_path)
    assert result.status == 3 and result.mentions("layout-malformed") and result.stdout == b"", result
    (tmp_path / "x.tar").write_bytes(b"no tar" * 1000)
    result = run("tree", "--local-image", "x.tar", cwd=tmp_path)
    assert result.status == 3 and result.mentions("layout-malformed"), result
    (tmp_path / "two").mkdir()
    two = Layout()
    two.image(b"1", ref="a"), two.image(b"2", ref="b")
    two.write(str(tmp_path / "two"))
    assert run("tree", "--local-image", "two", cwd=tmp_path).status == 2
    assert run("tree", "--local-image", "two:b", cwd=tmp_path).status == 0


def test_output_that_does_not_arrive(full):
    with full.serve() as server:
        result = tree(full, server, "--output-file", "/dev/full")
        assert result.status == 3 and b"could not be written" in result.stderr, result


def test_length_lies(full):
    with full.serve(lambda r: raw(full.repository.manifests[full.digest][0], 1 << 40) if r.path.endswith("latest") else None) as server:
        assert tree(full, server, timeout=30).status == 3


def test_offline(full, no_network):
    assert run("tree", "--local-image", "full", cwd=full.folder, namespace=True).status == 0
