"""
The world's image cases once more, each from a registry that serves its layout
as the case says (with the referrers API or without), with the same answer.
"""
import pytest

from plomb import STATUS, run
from registry import Repository, Server
from test_fixtures import ANY_PREDICATE, CASES

IMAGES = sorted(name for name, case in CASES.items() if "layout" in case and not case.get("local"))


def reference_of(case):
    """Repository and the tag or digest behind it."""
    name = case["reference"][case["reference"].index("/") + 1:]
    mark = "@" if "@" in name else ":"
    repository, rest = name.split(mark, 1)
    return repository, mark + rest


def command_line(case, root, server):
    argv = [case["command"]]
    for name, value in case["args"].items():
        if name in ("trusted-root", "key") and not str(value).startswith("/"):
            value = root / value
        for one in value if isinstance(value, list) else [value]:
            argv.append(f"--{name}" if one is True else f"--{name}={one}")
    repository, rest = reference_of(case)
    return argv + [f"{server.name}/{repository}{rest}"]


@pytest.mark.parametrize("name", IMAGES)
def test_fixture(name, fixtures, tmp_path):
    case = CASES[name]
    repository, rest = reference_of(case)
    with Server({repository: Repository.from_layout(fixtures / case["layout"], case["referrers_api"])}) as server:
        argv = command_line(case, fixtures, server) + ["--output", "report"]
        result = run(*argv, cwd=tmp_path)
    asked = [path for method, path in server.requests]
    assert len(asked) == len(set(asked)), "fetched twice"
    assert "/v2/" not in asked, "a ping"
    expected = "reject" if name in ANY_PREDICATE else case["expect"]
    if expected == "accept":
        result.accepted()
        return
    assert result.status in (10, 11, 12, 13, 2), (result, asked)
    for candidate in result.candidates if result.stdout else []:
        assert candidate["code"] in STATUS and candidate["code"] not in ("internal-error", "no-room"), result
