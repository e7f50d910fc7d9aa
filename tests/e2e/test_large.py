"""
Attestations of several megabytes, as SBOM generators write them: accepted in
seconds, in memory that is a small multiple of the input; refused when one
byte of them is another, and by name above the ceilings.
"""
import base64
import json
import os
import sys

import pytest

from plomb import IDENTITY_FLAGS, PROGRAM, image_with, mint, prepare, run

SPDX = "https://spdx.dev/Document"
SECONDS = 5  # of the plain build, which takes less than one
MEMORY_PER_BYTE = 10  # of the input, at most; README.md has what was measured

# Run the rest of the arguments and leave seconds and peak kilobytes in the file that comes first.
METER = """
import json, os, sys, time
start = time.monotonic()
pid = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump({"seconds": time.monotonic() - start, "kilobytes": usage.ru_maxrss}, file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def spdx(statement, packages):
    """Four JSON objects a package, as syft writes them: the package, its reference, its checksum, a relationship."""
    hexadecimal = "%064x"
    return {**statement, "predicateType": SPDX, "predicate": {
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "edge firmware",
        "packages": [{"name": f"package-{i}", "SPDXID": f"SPDXRef-Package-deb-{i:07}", "versionInfo": f"1.{i}-1",
                      "checksums": [{"algorithm": "SHA256", "checksumValue": hexadecimal % i}],
                      "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                        "referenceLocator": f"pkg:deb/debian/package-{i}@1.{i}-1?arch=arm64"}]}
                     for i in range(packages)],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": f"SPDXRef-Package-deb-{i:07}",
                           "relationshipType": "CONTAINS"} for i in range(packages)]}}


def settings(packages, **more):
    return {"predicate_type": SPDX, "knobs": {"statement": lambda s: spdx(s, packages)}, **more}


def metered(folder, size, *argv):
    """The run, which took seconds and a small multiple of the input's size in memory."""
    meter = folder / "meter.json"
    done = run("-c", METER, meter, PROGRAM, *argv, cwd=folder, program=sys.executable, timeout=120)
    seen = json.loads(meter.read_text())
    print(f"{argv[0]}: {size} bytes, {seen['seconds']:.2f} s, {seen['kilobytes']} KB")
    with open(PROGRAM, "rb") as program:
        is_sanitized = b"__asan_init" in program.read()
    if not is_sanitized:
        # The meter's own memory, some 11 MB before it becomes the program, is in the figure.
        assert seen["seconds"] < SECONDS and seen["kilobytes"] * 1024 < MEMORY_PER_BYTE * size, (seen, size)
    return done


def objects(value):
    if isinstance(value, dict):
        return 1 + sum(objects(v) for v in value.values())
    return sum(objects(v) for v in value) if isinstance(value, list) else 0


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """A bundle over a statement of 3 MB and more, with 30000 objects, in files."""
    folder = tmp_path_factory.mktemp("large")
    m = mint(content="dsse", **settings(8000))
    prepare(m, folder)
    assert len(m.payload) >= 3_000_000 and objects(json.loads(m.payload)) >= 30_000
    return folder, m


WHO = ("--trusted-root", "root.json", *IDENTITY_FLAGS)
FLAGS = ("--type", SPDX, *WHO)


def test_a_blob_attestation_of_3_mb(bundle):
    folder, m = bundle
    result = metered(folder, len(m.bundle_text), "verify-blob-attestation", "--bundle", "bundle.json", *FLAGS,
                     "-o", "report", "artifact")
    result.accepted()
    assert result.candidates[0]["predicateType"] == SPDX


def test_one_character_of_its_middle_is_another(bundle, tmp_path):
    folder, m = bundle
    at = len(m.payload) // 2
    at = m.payload.index(b'"versionInfo":"1.', at) + len(b'"versionInfo":"1.')
    changed = m.payload[:at] + (b"1" if m.payload[at:at + 1] != b"1" else b"2") + m.payload[at + 1:]
    value = {**m.bundle, "dsseEnvelope": {**m.bundle["dsseEnvelope"], "payload": base64.b64encode(changed).decode()}}
    prepare(m, tmp_path)
    (tmp_path / "bundle.json").write_text(json.dumps(value))
    result = metered(tmp_path, len(m.bundle_text), "verify-blob-attestation", "--bundle", "bundle.json", *FLAGS,
                     "-o", "report", "artifact")
    result.refused({"tlog-digest-mismatch", "signature-invalid"})


def stored(layout, folder, as_tar):
    return os.path.basename(layout.tar(str(folder / "layout.tar")) if as_tar else layout.write(str(folder / "layout")))


@pytest.mark.parametrize("as_tar", [False, True])
def test_an_image_attestation_of_3_mb_in_a_bundle(as_tar, tmp_path):
    layout, _, m = image_with(settings(8000))
    prepare(m, tmp_path)
    name = stored(layout, tmp_path, as_tar)
    result = metered(tmp_path, len(m.bundle_text), "verify-attestation", "--local-image", name + ":latest", *FLAGS)
    assert result.status == 0, result
    assert base64.b64decode(json.loads(result.stdout)["payload"]) == m.payload


@pytest.mark.parametrize("as_tar", [False, True])
def test_a_cosign_2_attestation_layer_of_1_6_mb(as_tar, tmp_path):
    layout, _, m = image_with(settings(3600, content="att"))
    prepare(m, tmp_path)
    assert len(m.layer_blob) >= 1_650_000
    name = stored(layout, tmp_path, as_tar)
    result = metered(tmp_path, len(m.layer_blob), "verify-attestation", "--local-image", name + ":latest", *FLAGS)
    assert result.status == 0, result
    assert base64.b64decode(json.loads(result.stdout)["payload"]) == m.payload


def test_a_cosign_2_envelope_of_1_6_mb_beside_a_file(tmp_path):
    m = mint(**settings(3600, content="att"))
    prepare(m, tmp_path)
    (tmp_path / "envelope").write_bytes(m.layer_blob)
    for name in ("certificate", "bundle"):
        key = "dev.sigstore.cosign/" + name
        (tmp_path / name).write_text(m.layer_annotations[key])
    result = metered(tmp_path, len(m.layer_blob), "verify-blob-attestation", "--signature", "envelope", "--certificate",
                     "certificate", "--bundle", "bundle", *FLAGS, "-o", "report", "artifact")
    result.accepted()


@pytest.mark.parametrize("as_tar", [False, True])
def test_a_signature_beside_a_large_attestation_counts(as_tar, tmp_path):
    layout, image, _ = image_with(settings(8000))
    _, _, m = image_with({"annotations": {"tag": "v1"}}, layout, image)
    prepare(m, tmp_path)
    name = stored(layout, tmp_path, as_tar)
    result = run("verify", "-a", "tag=v1", "--local-image", name, *WHO, "-o", "report", cwd=tmp_path).accepted()
    assert sorted(result.codes) == ["limit-exceeded", "ok"]


def test_ceilings(tmp_path):
    """
    A bundle is read up to 4 MiB where a signature is asked for, and up to 128 MiB
    where an attestation is: both refused by name, one byte more than the last.
    """
    m = mint()
    prepare(m, tmp_path)
    for command, most, more in (("verify-blob", 4 << 20, ()), ("verify-blob-attestation", 128 << 20, ("--type", SPDX))):
        last = m.bundle_text + b" " * (most - len(m.bundle_text))
        (tmp_path / "bundle.json").write_bytes(last + b" ")
        above = run(command, "--bundle", "bundle.json", *WHO, *more, "artifact", cwd=tmp_path)
        assert above.status == 12 and b"limit-exceeded" in above.stderr, above
        (tmp_path / "bundle.json").write_bytes(last)
        within = run(command, "--bundle", "bundle.json", *WHO, *more, "artifact", cwd=tmp_path)
        assert b"limit-exceeded" not in within.stderr, within
        assert within.status == (0 if command == "verify-blob" else 12), within
