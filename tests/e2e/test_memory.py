"""
Memory: the work buffer grows with the input and has an end. What happens when
the system gives none is test_faults.py's matter.
"""
import base64
import json

import pytest

from plomb import IDENTITY_FLAGS, image_with, mint, run

PREDICATE = "https://example.com/sbom/v1"


def big_statement(n):
    return {"statement": lambda s: {**s, "predicate": {"packages": [{"name": f"package-{i}", "id": i} for i in range(n)]}}}


@pytest.mark.parametrize("n,status", [(10, 0), (20000, 0), (120000, 0)])
def test_attestations_of_any_size(n, status, tmp_path):
    """Half a megabyte to some megabytes; what is printed is what was signed."""
    layout, _, m = image_with({"predicate_type": PREDICATE, "knobs": big_statement(n)})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    layout.write(str(tmp_path / "layout"))
    flags = ("--local-image", "layout:latest", "--trusted-root", "root.json", *IDENTITY_FLAGS)
    result = run("verify-attestation", "--type", PREDICATE, *flags, cwd=tmp_path)
    assert result.status == status, result
    assert base64.b64decode(json.loads(result.stdout)["payload"]) == m.payload
    # As a signature it is no signature, and one too large is not looked at.
    refused = run("verify", *flags, "-o", "report", cwd=tmp_path)
    assert refused.status == 12 and refused.codes == ["predicate-type-mismatch" if n < 50000 else "limit-exceeded"], refused


def test_inspect_of_a_large_bundle(tmp_path):
    m = mint(content="dsse", predicate_type=PREDICATE, knobs=big_statement(20000))
    (tmp_path / "b.json").write_bytes(m.bundle_text)
    assert json.loads(run("inspect", "-o", "json", "b.json", cwd=tmp_path).stdout)["statement"]["predicateType"] == PREDICATE


def test_many_annotations(tmp_path):
    wanted = {f"key-{i}": "v" * 200 for i in range(900)}
    layout, _, m = image_with({"annotations": wanted})
    (tmp_path / "root.json").write_bytes(m.trusted_root_text)
    (tmp_path / "a.json").write_text(json.dumps(wanted))
    layout.write(str(tmp_path / "layout"))
    result = run("verify", "--local-image", "layout", "--trusted-root", "root.json", *IDENTITY_FLAGS, "--annotations-file", "a.json",
                 cwd=tmp_path)
    assert result.status == 0 and json.loads(result.stdout)[0]["optional"] == wanted
