"""
Registries that want to know who asks: images that nobody may pull without the
world's password, by each way of telling it, and what a wrong one leads to.
"""
import base64
import json

import pytest

from world import identity

PLACES = ("BASIC", "BEARER")
LAYOUT = "images/gitlab"
DIGEST = "sha256:3fd1490244f56dfe2916bea3fc8fc44f6e5473a530e05dc954298a9289c60f48"
NOBODY = {"DOCKER_CONFIG": "/nonexistent"}


@pytest.fixture(scope="module", params=PLACES)
def private(request, world, fixtures):
    registry = world.registries[request.param]
    registry.push(fixtures / LAYOUT, "latest", "private/app", "v1")
    return registry


def ask(world, registry, fixtures, *flags, env=None, reference=":v1"):
    return world.plomb("verify", "--trusted-root", fixtures / "trusted_root.json", *identity("gitlab"), "-a", "tag=main", "--output", "report",
                       "--explain", *flags, f"{registry.host}/private/app{reference}", env=env)


def asked_tokens(world):
    """[(who, scope)] of plomb's requests to the token service, so far."""
    lines = (world.folder / "log" / "oidc").read_text().splitlines()
    return [tuple(line.split()[1:3]) for line in lines if line.startswith("token ") and " plomb/" in line]


@pytest.mark.parametrize("reference", [":v1", f"@{DIGEST}", f":v1@{DIGEST}"])
def test_docker_config(world, fixtures, private, reference):
    before = len(asked_tokens(world))
    ask(world, private, fixtures, reference=reference).accepted()
    tokens = asked_tokens(world)[before:]
    assert tokens == ([("user", "repository:private/app:pull")] if private.name == "BEARER" else []), "one token, for one thing"


def test_flags(world, fixtures, private):
    ask(world, private, fixtures, "--registry-username", "user", "--registry-password", world.password, env=NOBODY).accepted()


def test_flags_come_first(world, fixtures, private):
    """A wrong password on the command line is not made good by docker's configuration."""
    ask(world, private, fixtures, "--registry-username", "user", "--registry-password", "wrong").refused("registry-auth-failed")


def test_auth_file(world, fixtures, private, tmp_path):
    file = tmp_path / "auth.json"
    auth = base64.b64encode(f"user:{world.password}".encode()).decode()
    file.write_text(json.dumps({"auths": {f"{private.host}/private": {"auth": auth}}}))
    ask(world, private, fixtures, env={**NOBODY, "REGISTRY_AUTH_FILE": str(file)}).accepted()


def test_token(world, fixtures):
    """A token that somebody else fetched."""
    registry = world.registries["BEARER"]
    registry.push(fixtures / LAYOUT, "latest", "private/app", "v1")
    before = len(asked_tokens(world))
    token = registry.authorization("private/app").split()[1]
    world.tokens_told.append(token)
    ask(world, registry, fixtures, "--registry-token", token, env=NOBODY).accepted()
    assert asked_tokens(world)[before:] == []


def test_nobody(world, fixtures, private):
    ask(world, private, fixtures, env=NOBODY).refused("registry-auth-failed")


@pytest.mark.parametrize("user,password", [("user", "wrong"), ("nobody", None), ("user", "")])
def test_wrong(world, fixtures, private, tmp_path, user, password):
    """password None: the right one, of somebody else."""
    told = world.password if password is None else password
    auth = base64.b64encode(f"{user}:{told}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {private.host: {"auth": auth}}}))
    ask(world, private, fixtures, env={"DOCKER_CONFIG": str(tmp_path)}).refused("registry-auth-failed")
