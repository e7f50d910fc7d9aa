"""
Makes tests/vectors/tuf/made: a TUF repository written by python-tuf and, in
folders beside it, what an attacker would put in place of some of its files.
A folder's files lie over those of base/; base/old/ is an earlier state.

Needs python-tuf and securesystemslib (pip install tuf). The keys are new each
time, so everything is written anew.
"""
import copy
import datetime
import hashlib
import json
import pathlib
import shutil

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (Key, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp)
from tuf.api.serialization.json import JSONSerializer

OUT = pathlib.Path(__file__).parent / "tuf" / "made"
PUBLIC = pathlib.Path(__file__).parent / "tuf" / "public" / "targets"
DEMO = pathlib.Path(__file__).parent / "demo" / "trusted_root.json"
LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc)
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
TARGET = next(PUBLIC.glob("*.trusted_root.json")).read_bytes()
# Another trust root that can be read: what the public one accepts it refuses, and the other way round.
NEW_TARGET = DEMO.read_bytes()

KEYS = {name: CryptoSigner.generate_ecdsa() for name in ("root1", "targets1", "snapshot", "rotated", "mallory", "other")}
KEYS.update({name: CryptoSigner.generate_ed25519() for name in ("root2", "timestamp")})
KEYS.update({name: CryptoSigner.generate_rsa(size=2048) for name in ("root3", "targets2")})
KEYS["root4"] = CryptoSigner.generate_ecdsa()


def keyid(name):
    return KEYS[name].public_key.keyid


def text(metadata, *names):
    """Signed by python-tuf."""
    metadata.signatures.clear()
    for name in names:
        metadata.sign(KEYS[name], append=True)
    return metadata.to_bytes(JSONSerializer(compact=False))


def signed_by(signed, *names, ids=None):
    """Signed by securesystemslib: also what python-tuf would not write. ids: under which id each signs."""
    signatures = []
    for i, name in enumerate(names):
        signature = KEYS[name].sign(encode_canonical(signed).encode())
        signatures.append({"keyid": ids[i] if ids else keyid(name), "sig": signature.signature})
    return json.dumps({"signatures": signatures, "signed": signed}, indent=1).encode()


def put(folder, name, data):
    path = OUT / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def signed_of(folder, name):
    return json.loads((OUT / folder / name).read_bytes())["signed"]


def meta(data, version):
    return MetaFile(version, len(data), {"sha256": hashlib.sha256(data).hexdigest(),
                                         "sha512": hashlib.sha512(data).hexdigest()})


def root(version, expires, *root_keys):
    new = Root(version=version, expires=expires, consistent_snapshot=True)
    for name in root_keys:
        new.add_key(KEYS[name].public_key, "root")
    for name in ("targets1", "targets2"):
        new.add_key(KEYS[name].public_key, "targets")
    new.add_key(KEYS["snapshot"].public_key, "snapshot")
    new.add_key(KEYS["timestamp"].public_key, "timestamp")
    new.roles["root"].threshold = 2
    new.roles["targets"].threshold = 2
    new.unrecognized_fields["x-made-by"] = "python-tuf \u00e9 \"quoted\" \\ \u20ac"
    return Metadata(new)


def state(folder, timestamp_version, snapshot_version, targets_version):
    """targets, snapshot and timestamp, each describing the one before."""
    targets = Targets(version=targets_version, expires=LATER)
    targets.targets["trusted_root.json"] = TargetFile.from_data("trusted_root.json", TARGET, ["sha256", "sha512"])
    # Found by nobody: a name that would leave the directory (CVE-2021-41131, CVE-2026-24137).
    targets.targets["../../evil"] = TargetFile.from_data("../../evil", b"evil", ["sha256"])
    data = text(Metadata(targets), "targets1", "targets2")
    put(folder, f"{targets_version}.targets.json", data)
    snapshot = Snapshot(version=snapshot_version, expires=LATER,
                        meta={"targets.json": meta(data, targets_version), "other.json": MetaFile(3)})
    data = text(Metadata(snapshot), "snapshot")
    put(folder, f"{snapshot_version}.snapshot.json", data)
    timestamp = Timestamp(version=timestamp_version, expires=LATER, snapshot_meta=meta(data, snapshot_version))
    put(folder, "timestamp.json", text(Metadata(timestamp), "timestamp"))
    name = f"targets/{hashlib.sha256(TARGET).hexdigest()}.trusted_root.json"
    put(folder, name, TARGET)


def base():
    put("base", "1.root.json", text(root(1, LATER, "root1", "root2", "root3"), "root1", "root3"))
    # A root on the way may have expired.
    put("base", "2.root.json", text(root(2, PAST, "root1", "root2", "root4"), "root1", "root2", "root4"))
    put("base", "3.root.json", text(root(3, LATER, "root1", "root2", "root4"), "root2", "root4"))
    state("old", 4, 3, 2)
    state("base", 5, 4, 3)


# --- roots ------------------------------------------------------------------------

def next_root(**changes):
    signed = signed_of("base", "3.root.json")
    signed["version"] = 4
    signed.update(changes)
    return signed


def with_role(role, **changes):
    roles = copy.deepcopy(signed_of("base", "3.root.json")["roles"])
    roles[role].update(changes)
    return next_root(roles=roles)


def roots():
    old = ("root1", "root2")
    put("root-older", "4.root.json", signed_by(next_root(version=3), *old))
    put("root-skips-one", "4.root.json", signed_by(next_root(version=5), *old))
    put("root-expired", "4.root.json", signed_by(next_root(expires="2020-01-01T00:00:00Z"), *old))
    put("root-one-signature", "4.root.json", signed_by(next_root(), "root1"))
    put("root-one-key-signs-twice", "4.root.json", signed_by(next_root(), "root1", "root1"))
    put("root-other-keys", "4.root.json", signed_by(next_root(), "root1", "mallory"))
    mallory = {**next_root()["keys"], keyid("mallory"): KEYS["mallory"].public_key.to_dict()}
    taken = with_role("root", keyids=[keyid("mallory")], threshold=1)
    taken["keys"] = mallory
    put("root-new-keys-only", "4.root.json", signed_by(taken, "mallory", "root1"))
    put("root-old-keys-only", "4.root.json", signed_by(taken, *old))
    # The new root asks for two keys and has one under two names; the old ones agree (GHSA-3633-5h82-39pq).
    twice = with_role("root", keyids=[keyid("root1"), "ff" * 32], threshold=2)
    twice["keys"]["ff" * 32] = KEYS["root1"].public_key.to_dict()
    put("root-two-names-of-one-key", "4.root.json",
        signed_by(twice, "root1", "root2", "root1", ids=[keyid("root1"), keyid("root2"), "ff" * 32]))
    # The same, one name used twice in the list.
    put("root-one-name-twice", "4.root.json",
        signed_by(with_role("root", keyids=[keyid("root1"), keyid("root1")], threshold=2), "root1", "root2"))
    for role in ("root", "timestamp", "snapshot", "targets"):
        put(f"root-threshold-0-{role}", "4.root.json", signed_by(with_role(role, threshold=0), *old))
    put("root-threshold-negative", "4.root.json", signed_by(with_role("root", threshold=-1), *old))
    put("root-threshold-beyond-keys", "4.root.json", signed_by(with_role("timestamp", threshold=2), *old))
    put("root-threshold-a-string", "4.root.json", signed_by(with_role("root", threshold="2"), *old))
    put("root-type-unknown", "4.root.json", signed_by(next_root(_type="Root"), *old))
    put("root-spec-2", "4.root.json", signed_by(next_root(spec_version="2.0.0"), *old))
    put("root-version-a-string", "4.root.json", signed_by(next_root(version="4"), *old))
    put("root-keys-a-list", "4.root.json", signed_by(next_root(keys=[]), *old))
    put("root-roles-a-list", "4.root.json", signed_by(next_root(roles=[]), *old))
    put("root-keyids-a-string", "4.root.json", signed_by(with_role("root", keyids="x"), *old))
    put("root-keyids-numbers", "4.root.json", signed_by(with_role("root", keyids=[1, 2]), *old))
    put("root-consistent-snapshot-a-string", "4.root.json", signed_by(next_root(consistent_snapshot="true"), *old))
    put("root-expires-not-a-time", "4.root.json", signed_by(next_root(expires="soon"), *old))
    put("root-good", "4.root.json", signed_by(next_root(), *old))
    put("root-not-json", "4.root.json", b"<html>404 not found</html>")


# --- timestamp, snapshot, targets ---------------------------------------------------

def timestamps():
    good = signed_of("base", "timestamp.json")

    def write(folder, key="timestamp", **changes):
        put(folder, "timestamp.json", signed_by({**copy.deepcopy(good), "version": 6, **changes}, key))

    def of_snapshot(**changes):
        return {"snapshot.json": {**good["meta"]["snapshot.json"], **changes}}

    write("timestamp-good")
    put("timestamp-older", "timestamp.json", (OUT / "old" / "timestamp.json").read_bytes())
    write("timestamp-expired", expires="2020-01-01T00:00:00Z")
    write("timestamp-snapshot-older", meta=of_snapshot(version=3))
    write("timestamp-by-snapshot-key", key="snapshot")
    write("timestamp-without-snapshot", meta={})
    write("timestamp-meta-a-list", meta=[])
    write("timestamp-type-snapshot", _type="snapshot")
    write("timestamp-spec-2", spec_version="2.0.0")
    write("timestamp-version-0", version=0)
    write("timestamp-hashes-unknown", meta=of_snapshot(hashes={"md5": "00"}))
    write("timestamp-hashes-a-list", meta=of_snapshot(hashes=["00"]))
    write("timestamp-length-negative", meta=of_snapshot(length=-1))
    write("timestamp-fast-forward", version=2 ** 60, meta=of_snapshot(version=2 ** 60))
    # Same version, other content: the one that was seen first stays.
    write("timestamp-same-version", version=5, meta=of_snapshot(version=9))


def chain(folder, targets=None, snapshot=None, targets_keys=("targets1", "targets2"), snapshot_key="snapshot",
          describe=True, timestamp=None):
    """A newer state with one defect: changes to what is signed; describe=False gives no hashes, as Sigstore does."""
    signed = signed_of("base", "3.targets.json")
    signed = {**signed, "version": 4, **(targets(signed) if targets else {})}
    data = signed_by(signed, *targets_keys)
    put(folder, "4.targets.json", data)
    entry = meta(data, 4).to_dict() if describe else {"version": 4}
    signed = signed_of("base", "4.snapshot.json")
    signed = {**signed, "version": 5, "meta": {"targets.json": entry, "other.json": {"version": 3}}}
    signed = {**signed, **(snapshot(signed) if snapshot else {})}
    data = signed_by(signed, snapshot_key)
    put(folder, "5.snapshot.json", data)
    entry = meta(data, 5).to_dict() if describe else {"version": 5}
    signed = {**signed_of("base", "timestamp.json"), "version": 6, "meta": {"snapshot.json": entry}}
    signed = {**signed, **(timestamp(signed) if timestamp else {})}
    put(folder, "timestamp.json", signed_by(signed, "timestamp"))


def changed_meta(name, **changes):
    return lambda signed: {"meta": {**signed["meta"], name: {**signed["meta"][name], **changes}}}


def snapshots():
    chain("chain-good")
    chain("chain-good-undescribed", describe=False)
    chain("snapshot-expired", snapshot=lambda signed: {"expires": "2020-01-01T00:00:00Z"})
    chain("snapshot-other-version", snapshot=lambda signed: {"version": 6}, describe=False)
    chain("snapshot-by-timestamp-key", snapshot_key="timestamp")
    chain("snapshot-targets-older", snapshot=changed_meta("targets.json", version=2))
    chain("snapshot-other-older", snapshot=changed_meta("other.json", version=2))
    chain("snapshot-other-gone", snapshot=lambda signed: {"meta": {"targets.json": signed["meta"]["targets.json"]}})
    chain("snapshot-without-targets", snapshot=lambda signed: {"meta": {"other.json": {"version": 3}}})
    chain("snapshot-entry-a-string", snapshot=lambda signed: {"meta": {**signed["meta"], "more.json": "1"}})
    chain("snapshot-meta-a-list", snapshot=lambda signed: {"meta": []})
    chain("snapshot-type-targets", snapshot=lambda signed: {"_type": "targets"})
    chain("snapshot-too-many", describe=False, snapshot=lambda signed: {
        "meta": {**signed["meta"], **{f"{i}.json": {"version": 1} for i in range(1023)}}})
    zero = {"sha256": "0" * 64}
    chain("snapshot-other-hash", timestamp=changed_meta("snapshot.json", hashes=zero))
    chain("snapshot-other-length", timestamp=changed_meta("snapshot.json", length=7))
    chain("targets-other-hash", snapshot=changed_meta("targets.json", hashes=zero))
    chain("targets-other-length", snapshot=changed_meta("targets.json", length=7))
    # Mix and match: every file is signed, but not as one state.
    chain("targets-other-version", targets=lambda signed: {"version": 5}, describe=False)
    chain("targets-expired", targets=lambda signed: {"expires": "2020-01-01T00:00:00Z"})
    chain("targets-one-signature", targets_keys=("targets1",))
    chain("targets-one-key-signs-twice", targets_keys=("targets1", "targets1"))
    chain("targets-by-snapshot-key", targets_keys=("targets1", "snapshot"))
    chain("targets-a-list", targets=lambda signed: {"targets": []})
    chain("targets-type-snapshot", targets=lambda signed: {"_type": "snapshot"})

    def entry(**changes):
        def edit(signed):
            old = signed["targets"]["trusted_root.json"]
            new = {name: value for name, value in {**old, **changes}.items() if value is not None}
            return {"targets": {**signed["targets"], "trusted_root.json": new}}
        return edit

    chain("target-missing", targets=lambda signed: {"targets": {}})
    # Delegations are not followed: what a delegated role would offer is not there.
    chain("target-delegated", targets=lambda signed: {"targets": {}, "delegations": {
        "keys": {keyid("mallory"): KEYS["mallory"].public_key.to_dict()},
        "roles": [{"name": "x", "keyids": [keyid("mallory")], "threshold": 0, "terminating": True, "paths": ["*"]}]}})
    chain("target-without-hashes", targets=entry(hashes=None))
    chain("target-without-length", targets=entry(length=None))
    chain("target-hash-not-hex", targets=entry(hashes={"sha256": "z" * 64}))
    chain("target-hash-a-number", targets=entry(hashes={"sha256": 1}))
    chain("target-a-string", targets=lambda signed: {"targets": {"trusted_root.json": "x"}})
    chain("target-other-length", targets=entry(length=7))
    name = hashlib.sha256(TARGET).hexdigest() + ".trusted_root.json"
    chain("target-other-sha512", targets=entry(hashes={"sha256": hashlib.sha256(TARGET).hexdigest(), "sha512": "0" * 128}))
    put("target-arbitrary", "targets/" + name, TARGET.replace(b"sigstore", b"mallory-", 1))
    put("target-longer", "targets/" + name, TARGET + b" ")
    chain("target-arbitrary")
    chain("target-longer")


def new_targets():
    """The next trust root, and another instance with keys of its own."""
    def other_target(signed):
        entry = TargetFile.from_data("trusted_root.json", NEW_TARGET, ["sha256", "sha512"]).to_dict()
        return {"targets": {**signed["targets"], "trusted_root.json": entry}}

    path = f"targets/{hashlib.sha256(NEW_TARGET).hexdigest()}.trusted_root.json"
    chain("chain-new-target", targets=other_target)
    put("chain-new-target", path, NEW_TARGET)
    # The same behind a root with other timestamp and snapshot keys.
    signed = with_role("timestamp", keyids=[keyid("rotated")])
    signed["roles"]["snapshot"]["keyids"] = [keyid("rotated")]
    signed["keys"][keyid("rotated")] = KEYS["rotated"].public_key.to_dict()
    put("rotation-new-target", "4.root.json", signed_by(signed, "root1", "root2"))
    for name in ("timestamp.json", "5.snapshot.json"):
        data = signed_of("chain-new-target", name)
        if name == "timestamp.json":
            data["meta"] = {"snapshot.json": {"version": 5}}
        put("rotation-new-target", name, signed_by(data, "rotated"))
    for name in ("4.targets.json", path):
        put("rotation-new-target", name, (OUT / "chain-new-target" / name).read_bytes())

    new = Root(version=1, expires=LATER, consistent_snapshot=True)
    for role in ("root", "targets", "snapshot", "timestamp"):
        new.add_key(KEYS["other"].public_key, role)
    put("other-instance", "1.root.json", text(Metadata(new), "other"))
    targets = Targets(version=1, expires=LATER)
    targets.targets["trusted_root.json"] = TargetFile.from_data("trusted_root.json", NEW_TARGET, ["sha256"])
    data = text(Metadata(targets), "other")
    put("other-instance", "1.targets.json", data)
    data = text(Metadata(Snapshot(version=1, expires=LATER, meta={"targets.json": meta(data, 1)})), "other")
    put("other-instance", "1.snapshot.json", data)
    put("other-instance", "timestamp.json", text(Metadata(Timestamp(version=1, expires=LATER, snapshot_meta=meta(data, 1))), "other"))
    put("other-instance", path, NEW_TARGET)


def recovery():
    """The timestamp key was stolen and pushed the version up; the next root has another one."""
    new = with_role("timestamp", keyids=[keyid("rotated")])
    new["keys"][keyid("rotated")] = KEYS["rotated"].public_key.to_dict()
    put("fast-forward-recovery", "4.root.json", signed_by(new, "root1", "root2"))
    put("fast-forward-recovery", "timestamp.json",
        signed_by({**signed_of("base", "timestamp.json"), "version": 6}, "rotated"))


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    base()
    roots()
    timestamps()
    snapshots()
    recovery()
    new_targets()
