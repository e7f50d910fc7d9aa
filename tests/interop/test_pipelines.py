"""
The pipelines of contrib/gitlab and contrib/github, by a runner that does
nothing but export the variables and execute the script lines (runner.py).
"""
import http.server
import json
import threading

import pytest
import runner
from world import TESTS

CONTRIB = TESTS.parent / "contrib"
GITLAB = runner.read(CONTRIB / "gitlab" / ".gitlab-ci.yml")
GITHUB = runner.read(CONTRIB / "github" / "sign.yml")
REF = "acme/widget/.github/workflows/release.yml@refs/heads/main"


@pytest.mark.parametrize("registry", ["BASIC", "BEARER", "TLS"])
def test_gitlab(world, registry, tmp_path):
    machine = runner.Runner(world, world.registries[registry], tmp_path / "machine", "plomb").trust_the_world()
    build, deploy = ({**GITLAB[job], "variables": GITLAB["variables"]} for job in ("build", "deploy"))
    env = machine.gitlab(build, CI_COMMIT_SHORT_SHA="c" * 8)
    unsigned = {**env, "IMAGE_URI": env["CI_REGISTRY_IMAGE"] + ":unsigned"}
    for line in build["before_script"] + build["script"][:2]:
        machine.shell(line, unsigned).succeeded()
    (machine.source / "changed").write_text("another image\n")
    machine.run_job(build, env).succeeded()
    without = {name: value for name, value in env.items() if name != "SIGSTORE_ID_TOKEN"}
    done = machine.run_job(deploy, without).succeeded()
    digest = done.stdout.decode().splitlines()[-1]
    assert digest.startswith("sha256:") and len(digest) == 71
    # Another branch's pipeline, another tag, another commit, and an image that nobody signed are not deployed.
    for change in {"CI_COMMIT_REF_NAME": "other"}, {"IMAGE_TAG": "v9"}, {"CI_COMMIT_SHA": "d" * 40}, {"IMAGE_URI": unsigned["IMAGE_URI"]}:
        refused = machine.run_job(deploy, {**without, **change})
        assert refused.status != 0 and b"sha256:" not in refused.stdout.splitlines()[-1], (change, refused)


@pytest.fixture
def endpoint(world):
    """What gives a workflow its tokens: to whom the runner told the secret, and for one audience."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Authorization"]))
            body = json.dumps({"value": world.token("github", sha=runner.SHA)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


def test_github(world, endpoint, tmp_path):
    url, asked = endpoint
    registry = world.registries["BEARER"]
    machine = runner.Runner(world, registry, tmp_path / "machine", "plomb").trust_the_world()
    env = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "user", "TOKEN": world.password, "GITHUB_RUN_ID": "574", "GITHUB_SHA": runner.SHA,
           "GITHUB_SERVER_URL": "https://github.example.com", "GITHUB_WORKFLOW_REF": REF, "ISSUER": "https://token.actions.example.com",
           "IMAGE": f"{registry.host}/acme/widget:{runner.SHA}", "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/token?api-version=2.0",
           "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner-secret-x5c1"}
    steps = {step.get("name"): step.get("run") for step in GITHUB["jobs"]["sign"]["steps"]}
    assert set(GITHUB["env"]) <= set(env) and GITHUB["permissions"]["id-token"] == "write"
    for name in ("log in", "build", "sign", "verify"):
        machine.shell(steps[name], env).succeeded()
    assert [path for path, login in asked] == ["/token?api-version=2.0&audience=sigstore"]
    assert asked[0][1].lower() == "bearer runner-secret-x5c1"
    for change in {"GITHUB_WORKFLOW_REF": REF + "x"}, {"GITHUB_SHA": "d" * 40}, {"ISSUER": "https://token.actions.githubusercontent.com"}:
        assert machine.shell(steps["verify"], {**env, **change}).status != 0
