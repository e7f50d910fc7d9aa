"""
GitLab's tutorial on annotating images with build provenance
(tests/vectors/tutorial, word for word), run as a pipeline's job in each
registry: with the real cosign 3 as `cosign`, so that the runner is shown to be
right, and with plomb. Which services there are comes from `cosign initialize`
(for plomb also from COSIGN_SIGNING_CONFIG), which is not part of the script.

What either signed, the other verifies, by the tutorial's own lines.
"""
import json

import pytest
import runner
from world import TESTS, World

TUTORIAL = TESTS / "vectors" / "tutorial" / ".gitlab-ci.yml"
JOB = runner.read(TUTORIAL)["build_and_sign"]
VERIFY = JOB["script"][-1]
TOOLS = ("cosign3", "plomb")
OTHER = {"cosign3": "plomb", "plomb": "cosign3"}
CELLS = [(registry, tool) for registry in World.NAMES for tool in TOOLS]
# What the script signs, with the values of the runner's variables.
SIGNED = {
    "com.gitlab.ci.user.name": "GITLAB_USER_NAME", "com.gitlab.ci.pipeline.id": "CI_PIPELINE_ID",
    "com.gitlab.ci.pipeline.url": "CI_PIPELINE_URL", "com.gitlab.ci.job.id": "CI_JOB_ID", "com.gitlab.ci.job.url": "CI_JOB_URL",
    "com.gitlab.ci.commit.sha": "CI_COMMIT_SHA", "com.gitlab.ci.commit.ref.name": "CI_COMMIT_REF_NAME",
    "com.gitlab.ci.project.path": "CI_PROJECT_PATH", "org.opencontainers.image.source": "CI_PROJECT_URL",
    "org.opencontainers.image.revision": "CI_COMMIT_SHA", "tag": "IMAGE_TAG",
}
# What another variable makes of the same lines: another annotation, identity, issuer, tag.
CHANGED = {
    "annotation": {"IMAGE_TAG": "deadbeef"},
    "identity-ref": {"CI_COMMIT_REF_NAME": "main2"},
    "identity-project": {"CI_PROJECT_URL": "https://gitlab.example.com/acme/edge/other"},
    "identity-shorter": {"CI_COMMIT_REF_NAME": "mai"},
    "issuer": {"CI_SERVER_URL": "https://gitlab.com"},
    "issuer-slash": {"CI_SERVER_URL": "https://gitlab.example.com/"},
}


def test_the_tutorial_says_what_is_tested():
    assert len(JOB["script"]) == 5 and len(SIGNED) == 11
    assert JOB["script"][3].startswith("cosign sign ") and VERIFY.startswith("cosign verify ") and "| jq ." in VERIFY
    assert JOB["id_tokens"] == {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}} and JOB["variables"]["FF_SCRIPT_SECTIONS"] == "true"


class Pipeline:
    """The job once, by one tool in one registry, and the machine of the other tool."""

    def __init__(self, world, registry, tool, folder):
        self.world, self.registry, self.tool = world, world.registries[registry], tool
        # Another commit each, so that the two tools do not sign one image.
        sha = {"cosign3": "a" * 8, "plomb": "b" * 8}[tool]
        self.runner = runner.Runner(world, self.registry, folder / tool, tool).trust_the_world()
        self.env = self.runner.gitlab(JOB, CI_COMMIT_SHORT_SHA=sha)
        self.done = self.runner.run_job(JOB, self.env)
        self.other = runner.Runner(world, self.registry, folder / OTHER[tool], OTHER[tool])

    def verify(self, changed=None, by=None, lines=VERIFY):
        return (by or self.runner).shell(lines, {**self.env, **(changed or {})})

    def crane(self, *argv):
        self.runner.shell('crane "$@"'.replace('"$@"', " ".join(argv)), self.env).succeeded()


@pytest.fixture(scope="session")
def pipelines(request, world, workers, tmp_path_factory):
    """{(registry, tool): future}, for the chosen tests."""
    wanted = dict.fromkeys((item.callspec.params["registry"], item.callspec.params["tool"]) for item in request.session.items
                           if "pipelines" in item.fixturenames)
    folder = tmp_path_factory.mktemp("tutorial")
    return {(registry, tool): workers.submit(Pipeline, world, registry, tool, folder / f"{registry}-{tool}") for registry, tool in wanted}


def annotations_of(run):
    """What `| jq .` printed at last: one signature, and its annotations."""
    printed = run.stdout.decode()
    array = json.loads(printed[printed.index("[\n"):])
    assert len(array) == 1, run
    return array[0]["optional"]


@pytest.mark.parametrize("registry,tool", CELLS)
def test_job(pipelines, registry, tool):
    """It succeeds, and prints all eleven annotations; nothing asked for a terminal."""
    pipeline = pipelines[registry, tool].result()
    pipeline.done.succeeded()
    assert annotations_of(pipeline.done) == {name: pipeline.env[variable] for name, variable in SIGNED.items()}


@pytest.mark.parametrize("registry,tool", CELLS)
def test_the_other_verifies(pipelines, registry, tool):
    """cosign 3 what plomb signed, plomb what cosign 3 signed: the same lines, the same annotations."""
    pipeline = pipelines[registry, tool].result()
    pipeline.other.shell('docker login -u gitlab-ci-token -p "$CI_JOB_TOKEN" "$CI_REGISTRY"', pipeline.env).succeeded()
    pipeline.other.trust_the_world()
    run = pipeline.verify(by=pipeline.other).succeeded()
    assert annotations_of(run) == {name: pipeline.env[variable] for name, variable in SIGNED.items()}


@pytest.mark.parametrize("change", CHANGED)
@pytest.mark.parametrize("registry,tool", CELLS)
def test_changed(pipelines, registry, tool, change):
    pipeline = pipelines[registry, tool].result()
    pipeline.verify().succeeded()
    run = pipeline.verify(CHANGED[change])
    assert run.status != 0 and run.stdout == b"", run
    wanted = {"annotation": b"annotation", "issuer": b"issuer"}.get(change.split("-")[0], b"identit")
    assert wanted in run.stderr.lower() or (tool == "cosign3" and b"certificate" in run.stderr), run


@pytest.mark.parametrize("registry,tool", CELLS)
def test_moved_tag(pipelines, registry, tool):
    """The signed image under another tag, and another image under that tag: neither passes for what was released."""
    pipeline = pipelines[registry, tool].result()
    moved = {"IMAGE_TAG": "v9", "IMAGE_URI": f"{pipeline.env['CI_REGISTRY_IMAGE']}:v9"}
    pipeline.crane("tag", '"$IMAGE_URI"', "v9")
    run = pipeline.verify(moved)
    assert run.status != 0 and run.stdout == b"" and b"annotation" in run.stderr, run
    pipeline.verify({"IMAGE_URI": moved["IMAGE_URI"]}).succeeded()
    (pipeline.runner.source / "changed").write_text("something else\n")
    pipeline.runner.shell('docker build -t "$IMAGE_URI" . && docker push "$IMAGE_URI"', {**pipeline.env, **moved}).succeeded()
    run = pipeline.verify({"IMAGE_URI": moved["IMAGE_URI"]})
    assert run.status != 0 and run.stdout == b"" and b"no signatures found" in run.stderr, run


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("registry,tool", [(registry, tool) for registry in ("PLAIN", "REFERRERS") for tool in TOOLS])
def test_every_annotation(pipelines, registry, tool, name):
    """Each of the eleven is compared, whole."""
    pipeline = pipelines[registry, tool].result()
    lines = VERIFY.replace('--annotations "tag=$IMAGE_TAG"', f'--annotations "{name}=${SIGNED[name]}$MORE"')
    assert "$MORE" in lines
    pipeline.verify({"MORE": ""}, lines=lines).succeeded()
    run = pipeline.verify({"MORE": "x"}, lines=lines)
    assert run.status != 0 and run.stdout == b"" and b"annotation" in run.stderr, run
