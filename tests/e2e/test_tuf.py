"""
Updates of the trust root from a mirror that was carried by hand. The folders
of tests/vectors/tuf/made are a repository by python-tuf and what attackers
put in place of its files.
"""
import shutil

import pytest

from plomb import STATUS, VECTORS, run

TUF = VECTORS / "tuf"
MADE = TUF / "made"
NOW = "2026-08-24T00:00:00Z"

REFUSED = {
    "root-older": "tuf-rollback", "root-skips-one": "tuf-version", "root-expired": "tuf-expired",
    "root-one-signature": "tuf-signature-threshold", "root-new-keys-only": "tuf-signature-threshold",
    "root-old-keys-only": "tuf-signature-threshold", "root-two-names-of-one-key": "tuf-signature-threshold",
    "root-threshold-0-timestamp": "tuf-malformed", "root-not-json": "tuf-malformed", "root-spec-2": "tuf-malformed",
    "timestamp-older": "tuf-rollback", "timestamp-expired": "tuf-expired", "timestamp-snapshot-older": "tuf-rollback",
    "timestamp-by-snapshot-key": "tuf-signature-threshold", "snapshot-other-hash": "tuf-hash-mismatch",
    "snapshot-other-length": "tuf-length", "snapshot-other-version": "tuf-version",
    "snapshot-targets-older": "tuf-rollback", "snapshot-other-gone": "tuf-rollback",
    "targets-other-version": "tuf-version", "targets-one-signature": "tuf-signature-threshold",
    "target-missing": "tuf-target-missing", "target-delegated": "tuf-target-missing",
    "target-other-sha512": "tuf-hash-mismatch", "target-other-length": "tuf-length",
}
ACCEPTED = ["root-good", "timestamp-good", "timestamp-same-version", "chain-good", "chain-good-undescribed",
            "fast-forward-recovery"]


def mirror_of(tmp_path, *folders):
    mirror = tmp_path / "mirror"
    shutil.rmtree(mirror, ignore_errors=True)
    for folder in folders:
        shutil.copytree(MADE / folder, mirror, dirs_exist_ok=True)
    return mirror


def update(tmp_path, mirror, *more, clock=NOW):
    return run("trusted-root", "update", "--mirror", mirror, "--clock", clock, *more, cwd=tmp_path,
               env={"TUF_ROOT": str(tmp_path / "kept")})


def kept(tmp_path):
    return {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}


def up_to_date(tmp_path):
    mirror = mirror_of(tmp_path, "base")
    result = update(tmp_path, mirror, "--root", MADE / "base" / "1.root.json")
    assert result.status == 0, result
    assert b"root      version 3, from 1" in result.stdout, result
    return kept(tmp_path)


@pytest.mark.parametrize("folder", ACCEPTED)
def test_accepted(folder, tmp_path):
    up_to_date(tmp_path)
    result = update(tmp_path, mirror_of(tmp_path, "base", folder))
    assert result.status == 0, result


@pytest.mark.parametrize("folder", REFUSED)
def test_refused(folder, tmp_path):
    """The trust root and the root stay, and the good mirror is still good afterwards (PYSEC-2020-145)."""
    before = up_to_date(tmp_path)
    result = update(tmp_path, mirror_of(tmp_path, "base", folder))
    assert result.status == STATUS[REFUSED[folder]], result
    result.mentions(REFUSED[folder])
    after = kept(tmp_path)
    assert after["trusted_root.json"] == before["trusted_root.json"]
    if folder.startswith("root") and folder != "root-expired":
        assert after == before
        assert update(tmp_path, mirror_of(tmp_path, "base")).status == 0


def test_recovers_from_fast_forward(tmp_path):
    up_to_date(tmp_path)
    shutil.copy(MADE / "timestamp-fast-forward" / "timestamp.json", tmp_path / "kept")
    assert update(tmp_path, mirror_of(tmp_path, "base")).status == 12
    assert update(tmp_path, mirror_of(tmp_path, "base", "fast-forward-recovery")).status == 0


def test_public_repository(tmp_path):
    result = update(tmp_path, TUF / "public", "--root", TUF / "public" / "1.root.json")
    assert result.status == 0 and b"version 15, from 1" in result.stdout, result
    # What is kept is what verification and show use; a week later it is old, and still used.
    shown = run("trusted-root", "show", cwd=tmp_path, env={"TUF_ROOT": str(tmp_path / "kept")})
    assert shown.status == 0 and str(tmp_path / "kept").encode() in shown.stdout, shown
    assert b"warning: this trust root was good until 2026-08-28T19:25:56Z" in shown.stderr, shown
    late = update(tmp_path, TUF / "public", clock="2026-09-24T00:00:00Z")
    assert late.status == STATUS["tuf-expired"], late


def test_clock_is_not_known(tmp_path):
    up_to_date(tmp_path)
    result = update(tmp_path, mirror_of(tmp_path, "base"), clock="none")
    assert result.status == 0 and b"the clock is not known" in result.stdout, result
    # What expired before this program was built is old whatever the time is.
    update(tmp_path, mirror_of(tmp_path, "base", "timestamp-expired"), clock="none").mentions("tuf-expired")
    assert update(tmp_path, mirror_of(tmp_path, "base"), clock="yesterday").status == 2


def test_endless(tmp_path):
    up_to_date(tmp_path)
    for name, size in (("4.root.json", 512 * 1024 + 1), ("timestamp.json", 16 * 1024 + 1)):
        mirror = mirror_of(tmp_path, "base")
        with open(mirror / name, "wb") as file:
            file.truncate(size)
        update(tmp_path, mirror).mentions("tuf-length")


def test_mirror_is_missing(tmp_path):
    """No mirror is not "no newer root"."""
    before = up_to_date(tmp_path)
    result = update(tmp_path, tmp_path / "nothing")
    assert result.status == STATUS["tuf-network"], result
    assert kept(tmp_path) == before


def test_names_stay_inside(tmp_path):
    """base offers a target ../../evil: nobody asks for it, nothing is written outside."""
    up_to_date(tmp_path)
    assert sorted(kept(tmp_path)) == ["mirror", "root.json", "snapshot.json", "targets.json", "timestamp.json",
                                      "trusted_root.json"]
    assert not list(tmp_path.parent.rglob("evil"))
