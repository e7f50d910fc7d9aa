"""
A CI runner that does nothing but what such a runner does to a script: it
exports the job's variables, puts the tools of the job's image on the PATH, and
executes the script lines. docker is a shell script around crane (tools/docker).
"""
import pathlib
import string
import subprocess

import yaml

from world import BIN, program

TOOLS = pathlib.Path(__file__).resolve().parent / "tools"
PROJECT = "acme/edge/firmware"
SHA = "5c3f0e9d1b7a42688f0e6d5c4b3a29181706f5e4"
GITLAB = {
    "CI": "true", "GITLAB_CI": "true", "CI_SERVER_URL": "https://gitlab.example.com", "CI_PROJECT_PATH": PROJECT,
    "CI_PROJECT_URL": f"https://gitlab.example.com/{PROJECT}", "CI_COMMIT_SHA": SHA, "CI_COMMIT_SHORT_SHA": SHA[:8],
    "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_ID": "574", "CI_JOB_ID": "302",
    "CI_PIPELINE_URL": f"https://gitlab.example.com/{PROJECT}/-/pipelines/574",
    "CI_JOB_URL": f"https://gitlab.example.com/{PROJECT}/-/jobs/302", "GITLAB_USER_NAME": "Sämple User",
}
PRELUDE = "set -eo pipefail\n"


def read(path):
    with open(path) as file:
        return yaml.safe_load(file)


def expanded(variables, environment):
    """A job's variables, which may name others, as GitLab expands them."""
    out = dict(environment)
    for name, value in variables.items():
        out[name] = string.Template(value).safe_substitute(out)
    return out


def lines_of(part):
    """GitLab's script lines; a line of several lines is one command."""
    return [part] if isinstance(part, str) else list(part)


def section(number, line):
    """FF_SCRIPT_SECTIONS: a command of several lines is shown as a section that can be folded."""
    if "\n" not in line.strip():
        return line
    return f"printf '\\033[0Ksection_start:0:step_{number}\\r\\033[0K\\n' >&2\n{line.rstrip()}\nprintf '\\033[0Ksection_end:0:step_{number}\\r\\033[0K\\n' >&2"


class Runner:
    """A machine of its own in the world: home, docker's configuration, and a PATH on which `cosign` and `plomb` are the tool."""

    def __init__(self, world, registry, folder, tool):
        self.world, self.registry, self.tool, self.folder = world, registry, tool, folder
        self.bin, self.home, self.source = folder / "bin", folder / "home", folder / "source"
        for path in (self.bin, self.home, self.source):
            path.mkdir(parents=True)
        (self.source / "Dockerfile").write_text(f"FROM scratch\nCOPY . /\n# {folder}\n")
        for name in ("docker", "apk"):
            (self.bin / name).symlink_to(TOOLS / name)
        (self.bin / "crane").symlink_to(f"{BIN}/crane")
        at = program.PROGRAM if tool == "plomb" else f"{BIN}/{tool}"
        for name in ("cosign", "plomb"):
            (self.bin / name).symlink_to(at)
        self.env = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8", "DOCKER_CONFIG": str(self.home / "docker"),
                    "DOCKER_STATE": str(folder / "images"), "TUF_ROOT": str(self.home / "tuf"), "SSL_CERT_FILE": world.env["TLS_CA"],
                    "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
        if tool != "plomb":
            self.env["COSIGN_EXPERIMENTAL"] = "1"  # without it a real cosign does not take the tutorial's --registry-referrers-mode

    def trust_the_world(self):
        """What the owner of a private Sigstore does once on a machine; no script has to name a service after that."""
        self.shell('cosign initialize --mirror "$MIRROR" --root "$ROOT"',
                   {"MIRROR": self.world.mirror(), "ROOT": self.world.env["TUF_ROOT_FILE"]}).succeeded()
        if self.tool == "plomb":
            # Its initialize brings the trust root alone; which services sign is a setting of the machine, in the variable that cosign reads too.
            self.env["COSIGN_SIGNING_CONFIG"] = self.world.env["SIGNING_CONFIG"]
        return self

    def shell(self, script, variables=None, cwd=None):
        """One script, by bash, as a runner's shell executor has it."""
        done = subprocess.run(["/bin/bash", "-c", PRELUDE + script], cwd=cwd or self.source, env={**self.env, **(variables or {})},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        if self.tool == "plomb":
            with self.world.lock:
                self.world.printed.add([script], done.stdout)
                self.world.printed.add([script], done.stderr)
        return Done(script, done.returncode, done.stdout, done.stderr)

    def gitlab(self, job, **more):
        """The environment of a GitLab job: predefined variables, its own, its tokens."""
        host = self.registry.host
        env = expanded(job.get("variables", {}), {**GITLAB, "CI_REGISTRY": host, "CI_REGISTRY_IMAGE": f"{host}/{PROJECT}", "CI_REGISTRY_USER":
                                                  "gitlab-ci-token", "CI_REGISTRY_PASSWORD": self.world.password,
                                                  "CI_JOB_TOKEN": self.world.password, **more})
        for name, token in job.get("id_tokens", {}).items():
            env[name] = self.world.token("gitlab", aud=token["aud"], project_path=PROJECT, ref=env["CI_COMMIT_REF_NAME"], sha=SHA)
        return env

    def run_job(self, job, env):
        lines = lines_of(job.get("before_script", [])) + lines_of(job["script"])
        return self.shell("\n".join(section(number, line) for number, line in enumerate(lines)), env)


class Done(program.Run):
    def __init__(self, script, status, stdout, stderr):
        super().__init__([script], status, stdout, stderr)

    def succeeded(self):
        assert self.status == 0, self
        return self
