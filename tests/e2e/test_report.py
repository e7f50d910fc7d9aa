"""
The table of the report in README.md is what reports look like: every member
that a report has is in it and of its type, and every row of it was met.
"""
import re

from plomb import IDENTITY_FLAGS, STATUS, TREE, Layout, image_with, mint, run, verify_blob

README = (TREE / "README.md").read_text()
CHECKS = re.findall(r'X\([A-Z]+, "([a-z-]+)", "[^"]*"\)', (TREE / "src" / "plomb.h").read_text())
SCHEMA = {}
for line in README[README.index("## The report"):].split("\n## ")[0].splitlines():
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if line.startswith("| `"):
        SCHEMA[cells[0].strip("`")] = cells[1:3]


def is_of_type(value, kind):
    words = re.findall(r"`([^`]+)`", kind)
    if words:
        return value in words
    if kind == "code":
        return value == "ok" or value in STATUS
    if kind == "check":
        return value in CHECKS
    return isinstance(value, {"string": str, "string or null": (str, type(None)), "array": list}[kind])


def walk(value, path, seen):
    """Each leaf and array is of its type, nothing is there that the table lacks, and what is always there is there."""
    if path in SCHEMA:
        seen.add(path)
        assert is_of_type(value, SCHEMA[path][0]), (path, value)
    if isinstance(value, dict):
        prefix = path + "." if path else ""
        for name, member in value.items():
            assert any(known == prefix + name or known.startswith(prefix + name + ".") for known in SCHEMA), prefix + name
            walk(member, prefix + name, seen)
        for known, (_, present) in SCHEMA.items():
            rest = known[len(prefix):] if known.startswith(prefix) else "."
            if present == "always" and not re.search(r"[.\[]", rest):
                assert rest in value, known
    elif isinstance(value, list):
        assert path in SCHEMA, path
        for item in value:
            walk(item, path + "[]", seen)
    else:
        assert path in SCHEMA, path


def reports(tmp_path):
    """Of accepted and refused images and files, in every form, with every member of the table."""
    flags = ("--trusted-root", "root.json", *IDENTITY_FLAGS, "-o", "report")

    def image(settings, *more, layout=None, command="verify", which=":latest"):
        made, image, m = image_with(settings, layout)
        where = tmp_path / str(len(list(tmp_path.iterdir())))
        made.write(str(where / "layout"))
        (where / "root.json").write_bytes(m.trusted_root_text)
        return run(command, "--local-image", f"layout{which}", *flags, *more, cwd=where)

    yield image({"annotations": {"tag": "v1"}}, "-a", "tag=v1"), 0
    yield image({"annotations": {"tag": "v1"}}, "-a", "tag=v2"), 12
    yield image({}, "--certificate-extension", "runner-environment=github-hosted"), 12
    yield image({}, which=":none"), 11
    yield image({"content": "simplesigning", "timestamp": True}), 0
    yield image({"content": "att"}, command="verify-attestation"), 0
    yield image({"knobs": {"bundle.text": b"{"}}), 12
    yield image({"logs": ("v2",)}, "--insecure-ignore-tlog"), 0
    layout = Layout()
    child = layout.image(ref=None, listed=False)
    child["platform"] = {"os": "linux", "architecture": "arm64"}
    index = layout.image_index([child])
    made, _, m = image_with({}, layout, index)
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "root.json").write_bytes(m.trusted_root_text)
    made.write(str(tmp_path / "index" / "layout"))
    for platform, status in (("linux/arm64", 0), ("linux/amd64", 11)):
        yield run("verify", "--local-image", "layout", *flags, "--platform", platform, cwd=tmp_path / "index"), status
    yield verify_blob(tmp_path / "blob", mint()), 0
    stranger = mint(logs=("v1",), timestamp=True, tsas=("tsa", "tsb"))
    stranger.trusted_root["timestampAuthorities"] = stranger.trusted_root["timestampAuthorities"][:1]
    yield verify_blob(tmp_path / "stranger", stranger), 0
    yield verify_blob(tmp_path / "key", mint(material="key"), by=IDENTITY_FLAGS), 13


def test_report_schema(tmp_path):
    seen = set()
    for result, status in reports(tmp_path):
        assert result.status == status, result
        assert result.stdout.count(b"\n") == 1, result
        report = result.report
        walk(report, "", seen)
        assert ("image" in report) != ("artifact" in report)
        assert (report["code"] == "ok") == (report["result"] == "accepted") == (result.status == 0) == (report["message"] == "")
        for candidate in report["candidates"]:
            assert [c["name"] for c in candidate["checks"]] == CHECKS
            assert (candidate["code"] == "ok") == (candidate["result"] == "accepted")
            assert all(("code" in c) == (c["result"] == "fail") for c in candidate["checks"])
    assert set(SCHEMA) - seen == set()
