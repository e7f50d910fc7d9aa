"""
Signatures that the real cosigns and plomb make while the test runs, in each
registry and each form, by identities and by every kind of key: plomb accepts
them, refuses them for another annotation, signer or issuer, and asks no more
than it must. Both cosigns accept them too, or differences.txt says why not.
"""
import json

import pytest

from cases import COSIGNS, DIFFERENCES, Decision, same_decision
from mint import Layout
from world import WHO, World, identity, pairs

NOTES = ("tag=main", "com.gitlab.ci.pipeline.id=574", "com.gitlab.ci.commit.ref.name=main",
         "com.gitlab.ci.job.url=https://gitlab.example.com/acme/edge/firmware/-/jobs/302")
PREDICATE = {"buildDefinition": {"buildType": "https://gitlab.example.com/build/v1", "externalParameters": {"ref": "main"}},
             "runDetails": {"builder": {"id": "https://gitlab.example.com/runner"}}}
OCI11 = ("--registry-referrers-mode", "oci-1-1")
NO_LOG = ("--insecure-ignore-tlog",)
DIGESTS = {"p384": "sha384", "p521": "sha512"}


class Maker:
    """
    One way to sign. by: a kind of token, or a key. form: bundle, oci11 or tag.
    flags: what every verifier needs besides; stamped: a time stamp stands for
    the log's time.
    """

    def __init__(self, by, form, sign, notes=NOTES, flags=(), stamped=False, kind="sign"):
        self.by, self.form, self.sign, self.notes, self.flags, self.stamped, self.kind = by, form, sign, notes, flags, stamped, kind

    @property
    def command(self):
        return ["verify"] if self.kind == "sign" else ["verify-attestation", "--type", "slsaprovenance1"]

    def cosign_flags(self, cosign):
        """What a real cosign must be told, and plomb finds out: the digest that belongs to a key, and for cosign 2 the form."""
        flags = [f"--signature-digest-algorithm={DIGESTS[self.by]}"] if self.by in DIGESTS else []
        if self.kind == "sign":
            flags.append("--offline")
        if cosign == "cosign2" and self.form == "bundle":
            flags += ["--new-bundle-format"] + ["--use-signed-timestamps"] * self.stamped
        return flags + ["--experimental-oci11"] * (cosign == "cosign2" and self.form == "oci11")


def cosign3(by, config="signing_config.json", verified=True, **more):
    return Maker(by, "bundle", lambda world, registry, reference, maker: world.sign3(
        registry, reference, by, *attested(world, maker), config=config, annotations=maker.notes, verb=maker.kind, verified=verified),
        stamped=config in ("signing_config.json", "signing_config.v1.json"), **more)


def cosign2(by, *flags, form="tag", log=True, stamp=False, **more):
    return Maker(by, form, lambda world, registry, reference, maker: world.sign2(
        registry, reference, by, *flags, *attested(world, maker), log=log, stamp=stamp, annotations=maker.notes, verb=maker.kind), **more)


def plomb(by, config="signing_config.json", **more):
    """A bundle, in the log of that signing configuration."""
    return Maker(by, "bundle", lambda world, registry, reference, maker: world.sign(
        registry, reference, by, "--signing-config", world.folder / config, *attested(world, maker), annotations=maker.notes, verb=maker.kind),
        stamped=config != "signing_config.v1.notsa.json" and config != "signing_config.bare.json", **more)


def plomb2(by, *flags, form="tag", log=True, stamp=False, **more):
    """cosign 2's formats, with its options."""
    def sign(world, registry, reference, maker):
        stamped = ["--timestamp-server-url", world.env["TSA_URL"]] if stamp else []
        return world.sign(registry, reference, by, "--new-bundle-format=false", f"--tlog-upload={str(log).lower()}", "--fulcio-url", world.env["FULCIO_URL"],
                          "--rekor-url", world.env["REKOR_URL"], *stamped, *flags, *attested(world, maker), annotations=maker.notes, verb=maker.kind)
    return Maker(by, form, sign, **more)


def attested(world, maker):
    """What is attested; nothing is, for a signature."""
    if maker.kind == "sign":
        return []
    path = world.folder / "predicate.json"
    if not path.exists():
        path.write_text(json.dumps(PREDICATE))
    return ["--type", "slsaprovenance1", "--predicate", path]


MAKERS = {
    # What cosign 3 makes of a pipeline's token: Rekor 2 has a time stamp always, Rekor 1 by choice.
    "rekor2": cosign3("gitlab"),
    "rekor1-stamped": cosign3("gitlab", "signing_config.v1.json"),
    "rekor1": cosign3("gitlab", "signing_config.v1.notsa.json"),
    "github": cosign3("github"),
    "attestation": cosign3("gitlab", notes=(), kind="attest"),
    # cosign 2; it leaves annotations out of its bundles.
    "bundle-by-2": cosign2("gitlab", "--new-bundle-format", form="bundle", notes=()),
    "sig-tag": cosign2("gitlab"),
    "sig-tag-stamped": cosign2("email", stamp=True),
    "oci11": cosign2("gitlab", *OCI11, form="oci11"),
    "att-tag": cosign2("gitlab", notes=(), kind="attest"),
    # Keys: cosign 3 logs all but Ed25519, cosign 2 those whose digest is SHA-256.
    "p256": cosign3("p256"),
    "p384": cosign3("p384"),
    "p521": cosign3("p521"),
    "rsa2048": cosign3("rsa2048"),
    "rsa3072": cosign3("rsa3072"),
    "rsa4096": cosign3("rsa4096"),
    "ed25519": cosign3("ed25519", "signing_config.bare.json", verified=False, flags=NO_LOG),
    "p256-attestation": cosign3("p256", notes=(), kind="attest"),
    "p256-tag": cosign2("p256"),
    "p256-oci11": cosign2("p256", *OCI11, form="oci11"),
    "p384-tag": cosign2("p384", log=False, flags=NO_LOG),
    "p521-tag": cosign2("p521", log=False, flags=NO_LOG),
    "rsa2048-tag": cosign2("rsa2048"),
    "rsa3072-tag": cosign2("rsa3072"),
    "rsa4096-tag": cosign2("rsa4096"),
    "ed25519-tag": cosign2("ed25519", log=False, flags=NO_LOG),
    # plomb, in every form of both.
    "plomb-rekor2": plomb("gitlab"),
    "plomb-rekor1-stamped": plomb("gitlab", "signing_config.v1.json"),
    "plomb-rekor1": plomb("gitlab", "signing_config.v1.notsa.json"),
    "plomb-no-log": plomb("gitlab", "signing_config.none.json", flags=NO_LOG),
    "plomb-github": plomb("github"),
    "plomb-email": plomb("email"),
    "plomb-attestation": plomb("gitlab", notes=(), kind="attest"),
    "plomb-p256": plomb("p256"),
    "plomb-p256-rekor1": plomb("p256", "signing_config.v1.notsa.json"),
    "plomb-p256-bare": plomb("p256", "signing_config.bare.json", flags=NO_LOG),
    "plomb-p384": plomb("p384"),
    "plomb-p521": plomb("p521"),
    "plomb-rsa2048": plomb("rsa2048"),
    "plomb-rsa3072": plomb("rsa3072"),
    "plomb-rsa4096": plomb("rsa4096"),
    "plomb-ed25519": plomb("ed25519", "signing_config.bare.json", flags=NO_LOG),
    "plomb-p256-attestation": plomb("p256", notes=(), kind="attest"),
    "plomb-sig-tag": plomb2("gitlab"),
    "plomb-sig-tag-stamped": plomb2("email", stamp=True),
    "plomb-oci11": plomb2("gitlab", *OCI11, form="oci11"),
    "plomb-att-tag": plomb2("gitlab", notes=(), kind="attest"),
    "plomb-p256-tag": plomb2("p256"),
    "plomb-p256-oci11": plomb2("p256", *OCI11, form="oci11"),
    "plomb-p384-tag": plomb2("p384", log=False, flags=NO_LOG),
    "plomb-p521-tag": plomb2("p521", log=False, flags=NO_LOG),
    "plomb-rsa2048-tag": plomb2("rsa2048"),
    "plomb-rsa3072-tag": plomb2("rsa3072"),
    "plomb-rsa4096-tag": plomb2("rsa4096"),
    "plomb-ed25519-tag": plomb2("ed25519", log=False, flags=NO_LOG),
}


def questions(maker):
    """{what is asked: (flags, None or the codes of the refusal)}"""
    asked = {"plainly": ((), None)}
    if maker.notes:
        asked["annotated"] = (("-a", "tag=main"), None)
        asked["fully annotated"] = (pairs(maker.notes), None)
        asked["another annotation"] = (("-a", "tag=v1"), "annotation-mismatch")
        asked["one annotation of two"] = (("-a", "tag=main", "-a", "approved=yes"), "annotation-mismatch")
    if maker.by == "gitlab":
        asked["extensions"] = (("--certificate-extension", "source-repository-ref=refs/heads/main", "--certificate-extension",
                                "runner-environment=gitlab-hosted"), None)
        asked["another extension"] = (("--certificate-extension", "source-repository-ref=refs/heads/other"), "identity-extension-mismatch")
    if maker.by in WHO:
        name, issuer = WHO[maker.by]
        asked["another identity"] = (("--certificate-identity", name + "x", "--certificate-oidc-issuer", issuer), "identity-san-mismatch")
        asked["another issuer"] = (("--certificate-identity", name, "--certificate-oidc-issuer", issuer + "/"), "identity-issuer-mismatch")
    else:
        asked["another key"] = (("--key", "other"), {"tlog-key-mismatch", "signature-invalid", "signature-malformed", "bundle-key-hint-mismatch"})
        asked["an identity"] = (identity("gitlab"), {"key-required", "key-not-expected"})
    return asked


QUESTIONS = [(name, question) for name, maker in MAKERS.items() for question in questions(maker)]


def new_image(world, registry, repository, tag="latest", folder=None):
    """An image like no other, put there by oras; its digest."""
    layout = Layout()
    digest = layout.image(f"{registry.name} {repository} {tag}\n".encode())["digest"]
    folder = world.home / f"layout-{registry.name}-{repository.replace('/', '-')}-{tag}"
    layout.write(str(folder))
    registry.push(folder, "latest", repository, tag)
    return digest


class Fresh:
    """One maker's signature in one registry, and every question about it."""

    def __init__(self, world, registry, name):
        self.world, self.registry, self.name, self.maker = world, registry, name, MAKERS[name]
        self.repository = f"fresh/{name}"
        self.answers = {}

    def run(self):
        world, registry, maker = self.world, self.registry, self.maker
        digest = new_image(world, registry, self.repository)
        self.reference = f"{registry.host}/{self.repository}@{digest}"
        maker.sign(world, registry, self.reference, maker)
        for question, (flags, refusal) in questions(maker).items():
            mark = registry.mark()
            run = self.ask(flags)
            self.answers[question] = (run, registry.since(mark, self.repository, "plomb/", self.wanted_requests() if question == "plainly" else 2))
        unsigned = new_image(world, registry, self.repository, "unsigned")
        self.unsigned = self.ask((), f"{registry.host}/{self.repository}@{unsigned}")
        self.asked = {cosign: Decision(self.ask_cosign(cosign)) for cosign in COSIGNS}
        return self

    def wanted_requests(self):
        """By digest: the list of referrers, two for the signature; the rest is the registry's doing."""
        return (1 if self.registry.has_referrers_api else 2) + 2 + self.registry.wants_login

    def ask_cosign(self, cosign):
        """With every annotation that was signed."""
        maker, world = self.maker, self.world
        trusted, env = world.trusted(maker.by), {}
        if cosign == "cosign2" and maker.kind == "attest" and maker.form == "tag":
            trusted = trusted[2:]  # here it takes the trust root from the environment only
            env = {name: world.env[name] for name in world.COSIGN2}
        return world.run(cosign, *maker.command, *trusted, *maker.flags, *maker.cosign_flags(cosign), *pairs(maker.notes),
                         *self.registry.cosign_flags(), self.reference, env=env, check=False)

    def ask(self, flags, reference=None):
        world, by = self.world, self.maker.by
        flags = list(flags)
        other = "--certificate-identity" in flags or "--key" in flags
        if "--key" in flags:
            flags[1] = world.key(flags[1])[1]
        trusted = ["--trusted-root", world.env["TRUSTED_ROOT"]] if other else world.trusted(by)
        return world.plomb(*self.maker.command, *trusted, *flags, *self.maker.flags, *self.registry.plomb_flags(), "--output", "report",
                           reference or self.reference)


@pytest.fixture(scope="session")
def signed(request, world, workers):
    """{(registry, maker): future}, for the chosen tests."""
    wanted = dict.fromkeys((item.callspec.params["registry"], item.callspec.params["name"]) for item in request.session.items
                           if "signed" in item.fixturenames)
    return {(registry, name): workers.submit(Fresh(world, world.registries[registry], name).run) for registry, name in wanted}


@pytest.mark.parametrize("name,question", QUESTIONS)
@pytest.mark.parametrize("registry", World.NAMES)
def test_decision(signed, registry, name, question):
    run, requests = signed[registry, name].result().answers[question]
    flags, refusal = questions(MAKERS[name])[question]
    if refusal is None:
        run.accepted()
    else:
        run.refused(refusal)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("registry", World.NAMES)
def test_unsigned(signed, registry, name):
    """Another image in the same repository."""
    signed[registry, name].result().unsigned.refused("signature-not-found" if MAKERS[name].kind == "sign" else "attestation-not-found")


@pytest.mark.parametrize("cosign", COSIGNS)
@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("registry", World.NAMES)
def test_cosign(signed, registry, name, cosign):
    """The real cosigns accept it too, or a row of differences.txt says why not."""
    fresh = signed[registry, name].result()
    ours = Decision(fresh.answers["fully annotated" if fresh.maker.notes else "plainly"][0])
    assert ours.verdict == "accept"
    same_decision(f"fresh/{name}", cosign, ours, fresh.asked[cosign])


def test_every_row_is_of_a_signature():
    assert {name for name, cosign in DIFFERENCES if name.startswith("fresh/")} <= {f"fresh/{name}" for name in MAKERS}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("registry", World.NAMES)
def test_requests(signed, registry, name):
    fresh = signed[registry, name].result()
    run, requests = fresh.answers["plainly"]
    assert len(requests) == fresh.wanted_requests(), requests
    found = [path.split("/")[0] for status, path in requests if status == 200]
    assert found[-2:] == ["manifests", "blobs"], requests


@pytest.mark.parametrize("registry", World.NAMES)
def test_several(world, registry):
    """Three signers of one image: 1 + 2N requests, and no annotation is found on another's signature."""
    registry = world.registries[registry]
    repository = "fresh/several"
    reference = f"{registry.host}/{repository}@{new_image(world, registry, repository)}"
    for by, note in ("gitlab", "by=gitlab"), ("github", "by=github"), ("p256", "by=key"):
        world.sign3(registry, reference, by, annotations=[note])
    for by, note in ("gitlab", "by=gitlab"), ("github", "by=github"), ("p256", "by=key"):
        mark = registry.mark()
        run = world.plomb("verify", *world.trusted(by), "-a", note, *registry.plomb_flags(), "--output", "report", reference)
        wanted = (1 if registry.has_referrers_api else 2) + 2 * 3 + registry.wants_login
        run.accepted()
        assert len(run.candidates) == 3
        assert len(registry.since(mark, repository, "plomb/", wanted)) == wanted
    world.plomb("verify", *world.trusted("gitlab"), "-a", "by=github", *registry.plomb_flags(), "--output", "report",
                reference).refused("annotation-mismatch", any_candidate=True)
