"""
Updates of the trust root. The folders of tests/vectors/tuf/made are a
repository by python-tuf and what attackers put in place of its files
(tests/vectors/make_tuf.py); those of public are the public-good instance's.

The attacks that the TUF specification names, and where they are:

arbitrary software       test_arbitrary_software
endless data             test_endless_data; each file in test_tuf_mirror.py
extraneous dependencies  there are none: one file is installed, which names no other
fast-forward             test_fast_forward
indefinite freeze        test_indefinite_freeze
malicious mirrors        test_malicious_mirror; all of test_tuf_mirror.py
mix-and-match            test_mix_and_match
rollback                 test_rollback
slow retrieval           test_slow_retrieval; each file in test_tuf_mirror.py
key compromises          test_key_compromise, test_revoked_key
wrong software           test_wrong_software

All of them run over HTTP. What a failure leaves behind is in test_tuf_power.py.
"""
import json
import shutil
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from plomb import STATUS, VECTORS
from registry import Answer
from tuf import MADE, NOW, PUBLIC, ROOT, Client, mirror_of, serve

NEW_TARGET = (VECTORS / "demo" / "trusted_root.json").read_bytes()


@pytest.fixture
def client(tmp_path):
    return Client(tmp_path)


def refused(result, code):
    assert result.status == STATUS[code], result
    result.mentions(code)


def attack(client, folder, code, base="base", **more):
    """
    This instead of the good files: refused, and the trust root and the root
    stay. Afterwards the good mirror is still good (PYSEC-2020-145).
    """
    before = client.start()
    with serve(mirror_of(client.path, base, *([folder] if folder else []))) as server:
        result = client.update(server.url, **more)
    refused(result, code)
    after = client.kept()
    assert after["trusted_root.json"] == before["trusted_root.json"] and after["mirror"] == before["mirror"]
    if folder and folder.startswith("root") and folder != "root-expired":
        assert after == before
        assert client.update(mirror_of(client.path, "base")).status == 0
    return result


@pytest.mark.parametrize("folder", ["root-good", "timestamp-good", "timestamp-same-version", "chain-good", "chain-good-undescribed",
                                    "fast-forward-recovery", "chain-new-target", "rotation-new-target"])
def test_accepted(client, folder):
    client.start()
    with serve(mirror_of(client.path, "base", folder)) as server:
        result = client.update(server.url)
    assert result.status == 0, result
    assert (client.kept()["trusted_root.json"] == NEW_TARGET) == folder.endswith("new-target")


# --- the specification's list -----------------------------------------------------------

@pytest.mark.parametrize("folder,code", [
    ("target-arbitrary", "tuf-hash-mismatch"), ("target-longer", "tuf-length"), ("target-other-sha512", "tuf-hash-mismatch"),
    ("target-other-length", "tuf-length"), ("target-without-hashes", "tuf-malformed"), ("target-without-length", "tuf-malformed"),
    ("targets-one-signature", "tuf-signature-threshold"), ("targets-other-hash", "tuf-hash-mismatch"),
    ("targets-other-length", "tuf-length"), ("root-new-keys-only", "tuf-signature-threshold")])
def test_arbitrary_software(client, folder, code):
    """Nothing is installed that is not signed, whole."""
    if folder.startswith("target-") and folder.count("-") == 1:
        # The good trust root is not to be in place already.
        client.start()
        (client.folder / "trusted_root.json").write_bytes(b"{}")
        with serve(mirror_of(client.path, "base", folder)) as server:
            refused(client.update(server.url), code)
        assert client.kept()["trusted_root.json"] == b"{}"
        return
    attack(client, folder, code)


def test_endless_data(client):
    before = client.start()
    sent = [0]

    def endless():
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while sent[0] < 256 << 20:
            sent[0] += 65536
            yield b" " * 65536

    with serve(mirror_of(client.path, "base"), lambda request, name: Answer(raw=endless()) if name == "4.root.json" else None) as server:
        refused(client.update(server.url), "tuf-length")
    assert sent[0] < 64 << 20 and client.kept() == before
    # A medium that was carried by hand can be endless too.
    for name, size in (("4.root.json", 512 * 1024 + 1), ("timestamp.json", 16 * 1024 + 1)):
        mirror = mirror_of(client.path, "base")
        with open(mirror / name, "wb") as file:
            file.truncate(size)
        refused(client.update(mirror), "tuf-length")


def test_fast_forward(client):
    """A stolen timestamp key signs 2^60; the next root has another key, and all that the old one signed is forgotten."""
    client.start()
    with serve(mirror_of(client.path, "base", "timestamp-fast-forward")) as server:
        assert client.update(server.url).status != 0
    assert b"1152921504606846976" in client.kept()["timestamp.json"]
    with serve(mirror_of(client.path, "base")) as server:
        refused(client.update(server.url), "tuf-rollback")
    with serve(mirror_of(client.path, "base", "fast-forward-recovery")) as server:
        assert client.update(server.url).status == 0


def test_indefinite_freeze(client):
    """The same old files for ever: seen as soon as they have expired, by whatever is known of the time."""
    for folder in ("timestamp-expired", "snapshot-expired", "targets-expired", "root-expired"):
        shutil.rmtree(client.folder, ignore_errors=True)
        attack(client, folder, "tuf-expired")
        # What expired before this program was built is old whatever the time is.
        attack(client, folder, "tuf-expired", clock="none")
    shutil.rmtree(client.folder)
    with serve(PUBLIC) as frozen:
        assert client.update(frozen.url, "--root", PUBLIC / "1.root.json").status == 0
        before = client.kept()
        refused(client.update(frozen.url, clock="2026-09-24T00:00:00Z"), "tuf-expired")
        assert client.kept() == before
        # Without a clock nobody can tell, and that is said.
        result = client.update(frozen.url, clock="none")
        assert result.status == 0 and b"the clock is not known: only what expired before " + NOW.encode() in result.stdout, result
        assert client.update(frozen.url, clock="2026-08-27T12:00:00Z").status == 0
        # What the clock of an update said is the earliest that it can be.
        (client.folder / "time").write_text("2026-08-29T00:00:00Z")
        refused(client.update(frozen.url, clock="none"), "tuf-expired")


@pytest.mark.parametrize("answer", [404, 500, b"<html>", b"{}"], ids=str)
def test_malicious_mirror(client, answer):
    """It can refuse, and nothing else: a good mirror is good afterwards."""
    before = client.start()
    bad = Answer(answer, headers=[("Retry-After", "0")]) if isinstance(answer, int) else Answer(200, answer)
    with serve(mirror_of(client.path, "base"), lambda request, name: bad) as server:
        assert client.update(server.url).status in (3, 12)
    assert client.kept() == before
    with serve(mirror_of(client.path, "base", "chain-new-target")) as server:
        assert client.update(server.url).status == 0
    assert client.kept()["trusted_root.json"] == NEW_TARGET


@pytest.mark.parametrize("folder,code", [
    ("targets-other-version", "tuf-version"), ("snapshot-other-version", "tuf-version"), ("snapshot-other-hash", "tuf-hash-mismatch"),
    ("snapshot-other-length", "tuf-length"), ("timestamp-snapshot-older", "tuf-rollback"), ("timestamp-type-snapshot", "tuf-malformed"),
    ("snapshot-type-targets", "tuf-malformed"), ("targets-type-snapshot", "tuf-malformed")])
def test_mix_and_match(client, folder, code):
    """Each file is signed by whom it should be; they were never one state."""
    attack(client, folder, code)


def test_mix_of_two_instances(client):
    """Another instance's files under this one's root."""
    client.start()
    for name in ("timestamp.json", "1.snapshot.json", "1.targets.json"):
        mirror = mirror_of(client.path, "base")
        shutil.copy(MADE / "other-instance" / name, mirror / name.replace("1.snapshot", "4.snapshot").replace("1.targets", "3.targets"))
        for kept in ("timestamp.json", "snapshot.json", "targets.json"):
            (client.folder / kept).unlink(missing_ok=True)
        with serve(mirror) as server:
            assert client.update(server.url).status == 12


@pytest.mark.parametrize("folder,code", [
    ("timestamp-older", "tuf-rollback"), ("timestamp-snapshot-older", "tuf-rollback"), ("snapshot-targets-older", "tuf-rollback"),
    ("snapshot-other-older", "tuf-rollback"), ("snapshot-other-gone", "tuf-rollback"), ("root-older", "tuf-rollback"),
    ("root-skips-one", "tuf-version"), ("old", "tuf-rollback")])
def test_rollback(client, folder, code):
    """CVE-2022-29173."""
    attack(client, folder, code)


def test_slow_retrieval(client):
    before = client.start()

    def drip():
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        for _ in range(600):
            time.sleep(0.1)
            yield b" "

    began = time.monotonic()
    with serve(mirror_of(client.path, "base"), lambda request, name: Answer(raw=drip())) as server:
        result = client.update(server.url, "--timeout", "2s")
    assert result.status == 3 and b"timeout" in result.stderr and time.monotonic() - began < 30
    assert client.kept() == before


@pytest.mark.parametrize("folder", [
    "root-one-signature", "root-one-key-signs-twice", "root-other-keys", "root-old-keys-only", "root-new-keys-only", "root-one-name-twice",
    "root-two-names-of-one-key", "targets-one-signature", "targets-one-key-signs-twice", "targets-by-snapshot-key",
    "snapshot-by-timestamp-key", "timestamp-by-snapshot-key"])
def test_key_compromise(client, folder):
    """Fewer keys than the threshold, or those of another role, sign nothing (GHSA-3633-5h82-39pq, CVE-2020-15093, CVE-2020-6174)."""
    attack(client, folder, "tuf-signature-threshold")


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_threshold_of_nothing(client, role):
    """CVE-2026-23992."""
    attack(client, f"root-threshold-0-{role}", "tuf-malformed")


def test_revoked_key(client):
    """What a key signed counts no more once a root has named another."""
    client.start()
    mirror = mirror_of(client.path, "base", "rotation-new-target")
    shutil.copy(MADE / "chain-new-target" / "timestamp.json", mirror)
    with serve(mirror) as server:
        refused(client.update(server.url), "tuf-signature-threshold")
    mirror = mirror_of(client.path, "base", "rotation-new-target")
    shutil.copy(MADE / "chain-new-target" / "5.snapshot.json", mirror)
    with serve(mirror) as server:
        refused(client.update(server.url), "tuf-signature-threshold")
    with serve(mirror_of(client.path, "base", "rotation-new-target")) as server:
        assert client.update(server.url).status == 0


@pytest.mark.parametrize("folder,code", [("target-missing", "tuf-target-missing"), ("target-delegated", "tuf-target-missing")])
def test_wrong_software(client, folder, code):
    """A file that is signed, but is not the one that was asked for (CVE-2024-47534)."""
    attack(client, folder, code)


def test_wrong_software_in_its_place(client):
    """Another trust root, signed too, under this one's name."""
    client.start()
    before = client.kept()
    mirror = mirror_of(client.path, "base", "chain-new-target")
    path = next(path for path in (mirror / "targets").iterdir() if path.read_bytes() == NEW_TARGET)
    for data in (before["trusted_root.json"], before["trusted_root.json"][:len(NEW_TARGET)]):
        path.write_bytes(data)
        with serve(mirror) as server:
            refused(client.update(server.url), "tuf-length" if len(data) != len(NEW_TARGET) else "tuf-hash-mismatch")
        assert client.kept()["trusted_root.json"] == before["trusted_root.json"]


# --- what else a mirror can write ----------------------------------------------------------

@pytest.mark.parametrize("folder", sorted(path.name for path in MADE.iterdir() if any(
    path.name.endswith(end) for end in ("-list", "-string", "-number", "-numbers", "-json", "-time", "-hex", "-negative", "-unknown", "-spec-2"))))
def test_odd_types(client, folder):
    """CVE-2026-23991."""
    attack(client, folder, "tuf-malformed")


def test_names_stay_inside(client):
    """base offers a target ../../evil: nobody asks for it, nothing is written outside (CVE-2021-41131, CVE-2026-24137, CVE-2026-24686)."""
    with serve(mirror_of(client.path, "base")) as server:
        assert client.update(server.url, "--root", ROOT).status == 0
        assert all("evil" not in path for _, path in server.requests)
    assert sorted(client.kept()) == ["mirror", "root.json", "snapshot.json", "targets.json", "time", "timestamp.json", "trusted_root.json"]
    assert not list(client.path.parent.rglob("evil"))


def test_only_what_changed_is_fetched(client):
    client.start()
    mirror = mirror_of(client.path, "base", "timestamp-good")
    with serve(mirror) as server:
        assert client.update(server.url).status == 0
        assert [path for _, path in server.requests] == ["/4.root.json", "/timestamp.json"]
    # A kept file that is not the one described is fetched again.
    (client.folder / "targets.json").write_bytes(b"{}")
    with serve(mirror) as server:
        assert client.update(server.url).status == 0
        assert [path for _, path in server.requests] == ["/4.root.json", "/timestamp.json", "/3.targets.json"]


def test_directory_is_missing(client):
    """No mirror is not "no newer root"."""
    before = client.start()
    refused(client.update(client.path / "nothing"), "tuf-network")
    assert client.kept() == before


@pytest.mark.parametrize("kept", ["root.json", "timestamp.json", "snapshot.json", "targets.json", "trusted_root.json"])
def test_kept_file_is_damaged(client, kept):
    """A medium that forgets: an update repairs everything but the root, which is what all else hangs on."""
    before = client.start()
    (client.folder / kept).write_bytes(before[kept][:-7])
    result = client.update(mirror_of(client.path, "base"))
    if kept == "root.json":
        refused(result, "tuf-malformed")
        result = client.update(mirror_of(client.path, "base"), "--root", ROOT)
    assert result.status == 0, result
    assert client.kept() == before


# --- the clock ------------------------------------------------------------------------------

def test_public_repository(client):
    result = client.update(PUBLIC, "--root", PUBLIC / "1.root.json")
    assert result.status == 0 and b"version 15, from 1" in result.stdout, result
    # What is kept is what verification and show use; a week later it is old, and still used.
    shown = client.run("trusted-root", "show")
    assert shown.status == 0 and str(client.folder).encode() in shown.stdout, shown
    assert b"warning: this trust root was good until 2026-08-28T19:25:56Z" in shown.stderr, shown
    verified = client.run("verify-blob", "--bundle", VECTORS / "conformance" / "happy-path-v0.3" / "bundle.sigstore.json",
                          "--certificate-identity-regexp", "^https://github.com/sigstore-conformance/.*$",
                          "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", VECTORS / "conformance" / "a.txt")
    assert verified.status == 0, verified
    assert b"warning: this trust root was good until 2026-08-28T19:25:56Z: plomb trusted-root update renews it" in verified.stderr


def test_show_without_a_clock(client):
    client.start()
    up_to_date = client.run("trusted-root", "show")
    assert up_to_date.status == 0 and up_to_date.stderr == b"", up_to_date
    shown = client.run("trusted-root", "show", "--clock", "none")
    assert shown.status == 0 and b"good until 2100-01-01T00:00:00Z, and without a clock nobody can tell whether that is over" in shown.stderr, shown
    # Half an update: what is kept is not what the newest timestamp speaks of.
    shutil.copy(MADE / "chain-new-target" / "timestamp.json", client.folder)
    shown = client.run("trusted-root", "show")
    assert shown.status == 0 and b"nobody can tell how old this trust root is" in shown.stderr, shown


def test_clock_is_behind(client):
    """A clock that is behind the last update's was never set: the battery is empty."""
    client.start()
    (client.folder / "time").write_text("2099-01-01T00:00:00Z")
    mirror = mirror_of(client.path, "base")
    result = client.update(mirror, clock=None)
    refused(result, "config-invalid")
    assert b"the clock is not set: it is before 2099-01-01T00:00:00Z" in result.stderr
    # A verification goes on without it, and says so.
    bundle = VECTORS / "conformance" / "happy-path-v0.3" / "bundle.sigstore.json"
    flags = ("verify-blob", "--bundle", bundle, "--certificate-identity-regexp", "^https://github.com/sigstore-conformance/.*$", "-o", "report",
             "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com", VECTORS / "conformance" / "a.txt")
    assert client.run(*flags).accepted().candidates[0]["warnings"] == ["clock-unknown"]
    assert client.update(mirror, clock="none").status == 0
    assert client.kept()["time"] == b"2099-01-01T00:00:00Z"
    # Whoever knows better may say so.
    assert client.update(mirror).status == 0
    assert client.kept()["time"] == NOW.encode()
    assert client.run(*flags).accepted().candidates[0]["warnings"] == []


@pytest.mark.parametrize("text", [b"", b"yesterday", b"2026-08-24", b"\x00" * 20])
def test_kept_time_is_damaged(client, text):
    client.start()
    (client.folder / "time").write_bytes(text)
    refused(client.run("trusted-root", "show"), "config-invalid")
    assert client.update(mirror_of(client.path, "base")).status == 0
    assert client.kept()["time"] == NOW.encode()


def test_clock_argument(client):
    client.start()
    refused(client.update(mirror_of(client.path, "base"), clock="yesterday"), "usage-error")
    refused(client.run("trusted-root", "show", "--clock", NOW), "usage-error")


def test_largest_version(client):
    """No number follows it: there is no next root, and everything else is looked at as ever."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    role = {"keyids": ["a" * 64], "threshold": 1}
    signed = {"_type": "root", "version": 2**63 - 1, "spec_version": "1.0.0", "expires": "2999-01-01T00:00:00Z", "consistent_snapshot": True,
              "keys": {"a" * 64: {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": public}}},
              "roles": {name: role for name in ("root", "timestamp", "snapshot", "targets")}}
    signature = key.sign(json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()).hex()
    root = client.path / "largest.json"
    root.write_text(json.dumps({"signed": signed, "signatures": [{"keyid": "a" * 64, "sig": signature}]}))
    with serve(mirror_of(client.path, "base")) as server:
        refused(client.update(server.url, "--root", root), "tuf-signature-threshold")
        assert [path for _, path in server.requests][0].endswith("/9223372036854775808.root.json")
