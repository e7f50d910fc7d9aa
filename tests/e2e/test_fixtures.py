"""
What the real servers and the real cosign made (world/), each case through its
own command, from its image layout, in an empty network namespace.
"""
import json
import tarfile

import pytest

from plomb import STATUS, VECTORS, run


def read_cases():
    out = {}
    with tarfile.open(VECTORS / "fixtures" / "fixtures.tar.xz") as archive:
        for member in archive:
            if member.name.endswith("/case.json"):
                case = json.load(archive.extractfile(member))
                out[case["name"]] = case
    return out


CASES = read_cases()

# The one difference by decision: cosign takes any attestation for a signature (SPEC 10.3 item 4).
ANY_PREDICATE = {"attested-not-signed"}


def test_all_cases_are_here():
    assert len(CASES) == 179
    assert {c["command"] for c in CASES.values()} == {
        "verify", "verify-attestation", "verify-blob", "verify-blob-attestation"}


def command_line(case, root):
    argv = [case["command"]]
    for name, value in case["args"].items():
        if name in ("trusted-root", "key") and not str(value).startswith("/"):
            value = root / value
        for one in value if isinstance(value, list) else [value]:
            argv.append(f"--{name}" if one is True else f"--{name}={one}")
    if "layout" in case:
        layout = str(root / case["layout"])
        if not case.get("local"):
            reference = case["reference"]
            at = reference.index("/")
            name = reference[at + 1:]
            layout += "@" + name.split("@")[1] if "@" in name else ":" + name.split(":")[1]
        return argv + ["--local-image", layout]
    return argv + ["--bundle", root / case["bundle"], root / case["artifact"]]


@pytest.mark.parametrize("name", sorted(CASES))
def test_fixture(name, fixtures, no_network, tmp_path):
    case = CASES[name]
    argv = command_line(case, fixtures) + ["--output", "report"]
    result = run(*argv, cwd=tmp_path, namespace=True)
    expected = "reject" if name in ANY_PREDICATE else case["expect"]
    if expected == "accept":
        result.accepted()
        return
    assert result.status in (10, 11, 12, 13, 2), result
    assert result.status != 2 or case["args"].get("trusted-root", "").count(".") > 1, result
    for candidate in result.candidates if result.stdout else []:
        assert candidate["code"] in STATUS and candidate["code"] not in ("internal-error", "no-room"), result


@pytest.mark.parametrize("name", sorted(ANY_PREDICATE))
def test_any_predicate(name, fixtures, no_network, tmp_path):
    argv = command_line(CASES[name], fixtures) + ["--output", "report"]
    run(*argv, cwd=tmp_path, namespace=True).refused("predicate-type-mismatch", any_candidate=True)
    run(*argv, "--any-predicate", cwd=tmp_path, namespace=True).accepted()


@pytest.mark.parametrize("name", sorted(n for n, c in CASES.items() if "layout" in c))
def test_fixture_as_tar(name, fixtures, no_network, tmp_path):
    """The same layout in one archive decides the same."""
    case = CASES[name]
    path = tmp_path / "layout.tar"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted((fixtures / case["layout"]).rglob("*")):
            if file.is_file():
                archive.add(file, str(file.relative_to(fixtures / case["layout"])))
    argv = command_line(case, fixtures)
    argv[-1] = argv[-1].replace(str(fixtures / case["layout"]), str(path))
    plain = run(*command_line(case, fixtures), "--output", "report", cwd=tmp_path, namespace=True)
    packed = run(*argv, "--output", "report", cwd=tmp_path, namespace=True)
    assert packed.status == plain.status, (plain, packed)
    if plain.stdout:
        assert packed.report["code"] == plain.report["code"], (plain, packed)
        assert sorted(map(str, packed.codes)) == sorted(map(str, plain.codes)), (plain, packed)
