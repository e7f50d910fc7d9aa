#!/usr/bin/env python3
"""
Writes verify/: minted signatures and what must be said about them under one
policy after another. tests/test_verdict.c reads it. A file is lines:

    kind bundle | simplesigning | envelope | detached
    part NAME TEXT          TEXT to the end of the line; \\n and \\\\ are escapes
    ask STATUS WORD... : what is tried

A word is ROLE=PART (roles: root, bundle, payload, signature, certificate,
chain, timestamp, key, artifact; "-": none; without a word the part of the
role's name, if there is one; a root is the file root-PART.json), a switch of
the policy, or something that is expected; test_verdict.c has the list.

Keys come from their names and ECDSA nonces from RFC 6979, so that a second
run writes the same bytes.
"""
import base64
import copy
import hashlib
import os
import sys

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from mint import T, b64, compact, key, mint, pem  # noqa: E402
from mint import der, material  # noqa: E402
from mint.keys import HASHES, Key  # noqa: E402
from mint.knobs import Knobs  # noqa: E402

OUT = os.path.join(HERE, "verify")
TIME = "2025-06-01T12:00:0%dZ"  # T is second 0
assert T % 60 == 0

randomised = Key.sign


def sign(self, message, scheme=None):
    if self.family != "ec":
        return randomised(self, message, scheme)
    return self.private.sign(message, ec.ECDSA(HASHES[scheme or self.hash](), deterministic_signing=True))


Key.sign = sign


class File:
    def __init__(self, name, kind):
        self.name, self.lines = name, [f"kind {kind}"]

    def part(self, name, data):
        text = data.decode() if isinstance(data, bytes) else data
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
        self.lines.append(f"part {name} {text}")
        return self

    def ask(self, status, words, title):
        self.lines.append(" ".join(["ask", status] + words.split() + [":", title]))

    def write(self):
        with open(os.path.join(OUT, self.name + ".txt"), "w", encoding="utf-8") as out:
            out.write("# by make_verify.py\n" + "\n".join(self.lines) + "\n")


def write_root(name, root):
    with open(os.path.join(OUT, f"root-{name}.json"), "wb") as out:
        out.write(compact(root) + b"\n")


def edited(root, edit):
    root = copy.deepcopy(root)
    edit(root)
    return root


def layer_parts(file, m, suffix=""):
    """A cosign 2 layer's parts; a suffix for the second one of a file."""
    short = {"dev.cosignproject.cosign/signature": "signature", "dev.sigstore.cosign/certificate": "certificate",
             "dev.sigstore.cosign/chain": "chain", "dev.sigstore.cosign/bundle": "bundle",
             "dev.sigstore.cosign/rfc3161timestamp": "timestamp"}
    file.part("payload" + suffix, m.layer_blob)
    for name, text in m.layer_annotations.items():
        file.part(short[name] + suffix, text)


# ------------------------------------------------------------------ trust roots

def ca(entry, certificates=None, start=None, end=None):
    """The authority's entry once more, with another window or other certificates."""
    entry = copy.deepcopy(entry)
    if certificates:
        entry["certChain"]["certificates"] = [{"rawBytes": b64(c.der)} for c in certificates]
    if start:
        entry["validFor"]["start"] = start
    if end:
        entry["validFor"]["end"] = end
    return entry


def roots():
    m = mint(tsas=("tsa", "tsb"))
    main = m.trusted_root
    write_root("main", main)
    v1, v1b = main["tlogs"][0], main["tlogs"][1]
    tsa, tsb = main["timestampAuthorities"]
    plain = {k: v for k, v in main.items() if k not in ("certificateAuthorities", "ctlogs")}
    write_root("one-operator", {**plain, "timestampAuthorities": [{**tsa, "operator": "acme"}, {**tsb, "operator": "acme"}],
                                "tlogs": [{**v1, "operator": "acme"}, {**v1b, "operator": "acme"}]})
    write_root("one-key", {**plain, "timestampAuthorities": [], "tlogs": [
        v1, {**v1, "logId": {"keyId": b64(b"v1 under another name, 32 bytes.")}}]})
    v2 = main["tlogs"][2]
    for name, end in (("v2-ended", 0), ("v2-ending", 1)):
        ended = {**v2, "publicKey": {**v2["publicKey"], "validFor": {"start": "2025-01-01T00:00:00Z", "end": TIME % end}}}
        write_root(name, {**main, "tlogs": [ended], "timestampAuthorities": [tsa]})
    write_root("only-v1", {**plain, "tlogs": [v1], "timestampAuthorities": []})
    write_root("no-tsa", {**main, "timestampAuthorities": []})
    write_root("only-tsb", {**main, "timestampAuthorities": [tsb]})

    keyless = {**main, "tlogs": [v1], "timestampAuthorities": [tsa]}
    entry = main["certificateAuthorities"][0]
    write_root("split-ca", {**keyless, "certificateAuthorities": [ca(entry, end=TIME % 0), ca(entry, start=TIME % 1)]})
    write_root("late-ca", {**keyless, "certificateAuthorities": [ca(entry, end=TIME % 0), ca(entry, start=TIME % 2)]})
    write_root("early-ca", {**keyless, "certificateAuthorities": [
        ca(entry, end="2025-06-01T11:59:59Z"), ca(entry, start=TIME % 1)]})
    write_root("anchor-only", {**keyless, "certificateAuthorities": [ca(entry, [m.root])]})
    twin = twin_authority(m.leaf)
    write_root("twin-first", {**keyless, "certificateAuthorities": [ca(entry, twin), entry]})
    write_root("twin-twice", {**keyless, "timestampAuthorities": [], "certificateAuthorities": [
        ca(entry, twin), ca(entry, twin, end="2026-01-01T00:00:00Z")]})
    write_root("other-middle", {**keyless, "timestampAuthorities": [], "certificateAuthorities": [
        ca(entry, [twin[0], m.root])]})


# P-384, for one multiplication in which nothing is secret.
P = 2 ** 384 - 2 ** 128 - 2 ** 96 + 2 ** 32 - 1
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
B = 0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = ((3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(scalar, point):
    out = None
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point = add(point, point)
        scalar >>= 1
    return out


def twin_authority(leaf):
    """
    An authority with the same names under whose intermediate the leaf's
    signature verifies too, though nobody has its private key: an ECDSA
    signature fits two keys. Only the SCT tells which of them issued the leaf.
    """
    parts = der.children(der.read(leaf.der)[1])
    r, s = decode_dss_signature(parts[2][1][1:])
    e = int.from_bytes(hashlib.sha384(parts[0][2]).digest(), "big")
    y = pow((r ** 3 - 3 * r + B) % P, (P + 1) // 4, P)
    base = key("any", "p384").private.curve
    g = ec.derive_private_key(1, base).public_key().public_numbers()
    true = key("ca intermediate", "p384").spki
    spkis = []
    for point in ((r, y), (r, P - y)):
        inverse = pow(r, -1, N)
        q = add(multiply(s * inverse % N, point), multiply(-e * inverse % N, (g.x, g.y)))
        spkis.append(ec.EllipticCurvePublicNumbers(*q, base).public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert true in spkis
    other = [spki for spki in spkis if spki != true][0]
    root, middle = material.authority(Knobs({"root.key": key("twin root", "p384"), "intermediate.spki": other}))
    return middle, root


# ------------------------------------------------------------------ the files

def respelled(body):
    """Another entry about the same signature: the PEM in it has other line ends."""
    spec = body["spec"]
    pem_text = base64.b64decode(spec["signature"]["publicKey"]["content"]).replace(b"\n", b"\r\n")
    return {**body, "spec": {**spec, "signature": {**spec["signature"], "publicKey": {"content": b64(pem_text)}}}}


def again(**members):
    """The first entry once more with other members; None takes one away."""
    def knob(entries):
        second = {k: v for k, v in {**entries[0], **members}.items() if v is not None}
        return [*entries, second]
    return knob


def logs():
    file = File("logs", "bundle")
    m = mint(material="key", logs=("v1", "v1"), knobs={"entry2.body": respelled})
    file.part("key", m.key.pem).part("artifact", m.artifact).part("bundle", m.bundle_text)
    file.ask("ok", "times=2 sweep", "two entries of one log")
    file.ask("tlog-threshold", "tlog=2", "two entries of one log for two logs (CVE-2026-49834)")
    file.part("two", mint(material="key", logs=("v1", "v1b")).bundle_text)
    file.ask("ok", "bundle=two tlog=2 times=2", "entries of two logs")
    file.ask("tlog-threshold", "bundle=two tlog=3", "two logs for three")
    file.ask("tlog-threshold", "bundle=two tlog=2 root=one-operator", "two logs of one operator for two")
    file.ask("ok", "bundle=two root=only-v1 times=1 warn=tlog-log-unknown sweep", "one of two logs is unknown")
    file.ask("tlog-log-unknown", "bundle=two root=only-v1 tlog=2", "an unknown log for the second of two")
    file.part("same-index", mint(material="key", logs=("v1", "v1b"), knobs={
        "entry2.log_index": 4163431 + 5}).bundle_text)
    file.ask("ok", "bundle=same-index tlog=2", "the same index in two logs is two entries")
    file.part("both", mint(material="key", logs=("v1", "v2"), promise=True).bundle_text)
    file.ask("ok", "bundle=both tlog=2 times=1 sweep", "a log of each generation; the second says no time")
    file.part("twice", mint(material="key", knobs={"entries": lambda e: e + e}).bundle_text)
    file.ask("tlog-duplicate-entry", "bundle=twice", "the same entry twice")
    file.ask("tlog-duplicate-entry", "bundle=twice tlog=2", "the same entry twice for two logs")
    for name, settings, members, title in (
            ("other-index", dict(promise=False), {"logIndex": "4163437"}, "the same entry under another logIndex, which no proof binds"),
            ("nameless", dict(logs=("v2",)), {"logId": None}, "the same entry of Rekor 2, once without its log's id")):
        file.part(name, mint(material="key", **settings, knobs={"entries": again(**members)}).bundle_text)
        file.ask("tlog-duplicate-entry", f"bundle={name} sweep", title)
        file.ask("tlog-duplicate-entry", f"bundle={name} tlog=2", title + ", for two logs")
    file.part("two-promises", mint(material="key", logs=("v1", "v1")).bundle_text)
    file.ask("tlog-duplicate-entry", "bundle=two-promises tlog=2", "the same entry with two promises")
    file.part("one-key", mint(material="key", logs=("v1", "v1b"), knobs={
        "log.v1b.key": key("rekor v1"), "entry2.log_id": b"v1 under another name, 32 bytes."}).bundle_text)
    file.ask("tlog-duplicate-entry", "bundle=one-key tlog=2 root=one-key", "the same entry in a log that has two names")
    file.part("unknown", mint(material="key", logs=("v1b",)).bundle_text)
    file.ask("ok", "bundle=unknown", "a log")
    file.ask("tlog-log-unknown", "bundle=unknown root=only-v1", "an unknown log alone")
    file.ask("ok", "bundle=unknown root=only-v1 flags=ignore-tlog times=0", "an unknown log where none is asked for")
    file.part("unknown-first", mint(material="key", logs=("v1b", "v1")).bundle_text)
    file.ask("ok", "bundle=unknown-first root=only-v1 warn=tlog-log-unknown", "an unknown log before a known one")
    file.part("broken-second", mint(material="key", logs=("v1", "v1b"), knobs={
        "entry2.set.key": key("stranger")}).bundle_text)
    file.ask("tlog-promise-invalid", "bundle=broken-second", "a forged entry beside a good one")
    file.ask("ok", "bundle=broken-second root=only-v1 warn=tlog-log-unknown", "a forged entry of an unknown log")
    file.part("other-second", mint(material="key", logs=("v1", "v1b"), knobs={
        "entry2.body": lambda b: {**b, "spec": {**b["spec"], "data": {"hash": {
            "algorithm": "sha256", "value": "00" * 32}}}}}).bundle_text)
    file.ask("tlog-digest-mismatch", "bundle=other-second root=only-v1 warn=tlog-log-unknown",
             "an unknown log's entry about something else (TOB-SIGSTORE-3)")
    file.part("none", mint(material="key", logs=()).bundle_text)
    file.ask("tlog-entry-missing", "bundle=none", "no log")
    file.ask("ok", "bundle=none flags=ignore-tlog", "no log where none is asked for")
    file.write()


def hints():
    file = File("hints", "bundle")
    m = mint(material="key")
    own = b64(hashlib.sha256(m.key.spki).digest())
    file.part("key", m.key.pem).part("artifact", m.artifact).part("bundle", m.bundle_text)
    file.ask("ok", "", "cosign's hint")
    wrong = b64(hashlib.sha256(b"another key").digest())
    for name, hint, warned, title in (
            ("other", wrong, True, "the hint of another key"),
            ("shorter", own[:-4], False, "a hint that is no SHA-256"),
            ("text", "alpha/beta+gamma key of the release team, 25", True, "44 letters that are no base64"),
            ("empty", "", False, "no hint")):
        file.part(name, mint(material="key", knobs={"hint": hint}).bundle_text)
        file.ask("ok", f"bundle={name}" + (" warn=bundle-key-hint-mismatch" if warned else ""), title)

    def keyid(value):
        return lambda e: {**e, "signatures": [{**e["signatures"][0], "keyid": value}]}

    for name, knobs, status, words, title in (
            ("dsse-same", {"envelope": keyid(own)}, "ok", "", "keyid and hint agree"),
            ("dsse-differs", {"envelope": keyid("release")}, "bundle-key-hint-mismatch", "sweep", "keyid and hint differ"),
            ("dsse-no-hint", {"envelope": keyid("release"), "hint": ""}, "ok", "", "a keyid without a hint"),
            ("dsse-no-keyid", {"hint": wrong}, "ok", "warn=bundle-key-hint-mismatch sweep", "another key's hint, no keyid")):
        file.part(name, mint(material="key", content="dsse", knobs=knobs).bundle_text)
        file.ask(status, f"bundle={name} {words}", title)
    file.write()


def times_of_keys():
    file = File("times-of-keys", "bundle")
    bare = {"tst.certificates": []}
    both = {**bare, "tst-tsb.certificates": []}
    m = mint(material="key", timestamp=True, knobs=bare)
    file.part("key", m.key.pem).part("artifact", m.artifact).part("bundle", m.bundle_text)
    file.ask("ok", "times=2 flags=require-timestamp", "a promise and a timestamp")
    file.ask("ok", "times=1 root=no-tsa warn=timestamp-signer-untrusted sweep", "a stranger's timestamp beside a promise")
    file.ask("ok", "times=1 root=only-tsb warn=timestamp-signer-missing", "an unknown signer's timestamp beside a promise")
    file.ask("timestamp-signer-untrusted", "root=no-tsa flags=require-timestamp",
             "a stranger's timestamp where one is asked for")
    file.ask("timestamp-signer-missing", "root=only-tsb flags=require-timestamp",
             "an unknown signer's timestamp where one is asked for")
    file.ask("ok", f"valid={T}..{T + 1}", "both times on the ends of the key's period")
    file.ask("key-outside-validity", f"valid={T}..{T} sweep", "the timestamp is after the key's period")
    file.ask("key-outside-validity", f"valid={T + 1}..", "the promise is before the key's period")
    file.ask("ok", f"valid=..{T + 1}", "a key's period without a start")
    file.part("none", mint(material="key").bundle_text)
    file.ask("time-missing", "bundle=none flags=require-timestamp", "no timestamp where one is asked for")
    file.part("v2", mint(material="key", logs=("v2",), timestamp=True, knobs=bare).bundle_text)
    file.ask("ok", "bundle=v2 times=1", "a timestamp alone")
    file.ask("ok", "bundle=v2 root=no-tsa times=0 warn=timestamp-signer-untrusted", "a key without a period needs no time")
    file.ask("ok", f"bundle=v2 valid={T + 1}..{T + 1} sweep", "the timestamp is in the key's period")
    file.ask("key-outside-validity", f"bundle=v2 valid=..{T}", "the timestamp is after the key's period (CVE-2026-54787)")
    file.ask("key-outside-validity", f"bundle=v2 valid={T + 2}..", "the timestamp is before the key's period")
    file.ask("timestamp-signer-untrusted", f"bundle=v2 root=no-tsa valid={T}..", "a period, and only a stranger says when")
    file.part("timeless", mint(material="key", logs=("v2",)).bundle_text)
    file.ask("time-missing", f"bundle=timeless valid={T}..", "a key's period, and nobody says when")
    file.ask("time-missing", f"bundle=timeless valid=..{T}", "a key's end, and nobody says when")
    file.ask("ok", f"bundle=timeless valid={T}.. flags=ignore-tlog now={T}", "the clock is in the key's period")
    file.ask("key-outside-validity", f"bundle=timeless valid={T}.. flags=ignore-tlog now={T - 1}",
             "the clock is before the key's period")
    file.part("untimed", mint(material="key", logs=("v2",), knobs={"entry.time": T}).bundle_text)
    file.ask("ok", "bundle=untimed times=0", "a time that nobody signed is none (CVE-2024-55655)")
    file.ask("time-missing", f"bundle=untimed valid={T}..", "a period, and only a time that nobody signed")
    file.part("tokens", mint(material="key", timestamp=True, knobs={**bare, "timestamps": lambda t: t * 2}).bundle_text)
    file.ask("ok", "bundle=tokens times=3 warn=timestamp-duplicate-authority", "two timestamps of one authority")
    file.part("authorities", mint(material="key", timestamp=True, tsas=("tsa", "tsb"), knobs=both).bundle_text)
    file.ask("ok", "bundle=authorities times=3", "timestamps of two authorities")
    file.ask("ok", "bundle=authorities times=3 root=one-operator warn=timestamp-duplicate-authority",
             "timestamps of two authorities of one operator")
    file.part("many", mint(material="key", timestamp=True, knobs={**bare, "timestamps": lambda t: t * 10}).bundle_text)
    file.ask("ok", "bundle=many times=11 warn=" + ",".join(["timestamp-duplicate-authority"] * 8) + " now=4102444800",
             "nine warnings where eight have room")
    file.part("broken", mint(material="key", timestamp=True, tsas=("tsa", "tsb"), knobs={
        **both, "tst-tsb.stamped": b"another signature"}).bundle_text)
    file.ask("timestamp-imprint-mismatch", "bundle=broken", "a timestamp of something else beside a good one")
    file.write()


def times_of_certificates():
    file = File("times-of-certificates", "bundle")
    m = mint(timestamp=True)
    file.part("artifact", m.artifact).part("bundle", m.bundle_text)
    file.ask("ok", "times=2 sweep", "one authority covers both times")
    file.ask("ok", "root=split-ca times=2 sweep", "each time is covered by an entry of its own")
    file.ask("cert-ca-outside-validity", "root=late-ca sweep", "the second time is between two entries")
    file.ask("cert-ca-outside-validity", "root=early-ca", "the first time is between two entries")
    file.ask("ok", "root=split-ca flags=ignore-sct", "two entries, no SCT asked for")
    file.ask("ok", "root=twin-first sweep", "two authorities fit the leaf and one of them the SCT")
    file.ask("sct-signature-invalid", "root=twin-twice warn=timestamp-signer-untrusted",
             "two authorities that the SCT does not name")
    file.ask("ok", "root=twin-twice flags=ignore-sct warn=timestamp-signer-untrusted",
             "the SCT's issuer where no SCT is asked for")
    file.ask("cert-untrusted", "root=anchor-only", "only the anchor is known, and a bundle brings no help")
    file.ask("tlog-time-in-future", f"now={T - 1}", "logged after now")
    file.ask("ok", f"now={T}", "logged now")
    file.ask("ok", "flags=ignore-tlog times=2 sweep", "the entry's time counts also where no log is asked for")
    file.ask("ok", "root=no-tsa times=1 warn=timestamp-signer-untrusted", "a stranger's timestamp beside a promise")
    file.ask("timestamp-signer-untrusted", "root=no-tsa flags=require-timestamp",
             "a stranger's timestamp where one is asked for")
    file.part("v2", mint(logs=("v2",)).bundle_text)
    file.ask("ok", "bundle=v2 times=1", "a timestamp alone")
    file.ask("timestamp-signer-untrusted", "bundle=v2 root=no-tsa", "a stranger's timestamp alone")
    file.ask("timestamp-signer-untrusted", f"bundle=v2 root=no-tsa flags=ignore-tlog now={T}",
             "a stranger's timestamp is not made good by the clock")
    file.ask("tlog-log-outside-validity", "bundle=v2 root=v2-ended sweep", "the log had ended when this was signed")
    file.ask("ok", "bundle=v2 root=v2-ending", "the log ended when this was signed")
    file.ask("ok", f"bundle=v2 root=v2-ended flags=ignore-tlog", "the log had ended, and none is asked for")
    file.part("late-v2", mint(logs=("v2",), knobs={"entry.time": T + 600, "tst.certificates": []}).bundle_text)
    file.ask("ok", "bundle=late-v2 times=1", "a time that nobody signed, of a log that says no times, refuses nothing")
    file.part("brought", mint(material="chain", version="0.2", knobs={
        "chain": lambda chain: chain + [m.intermediate.der]}).bundle_text)
    file.ask("ok", "bundle=brought", "a chain in a bundle")
    file.ask("cert-untrusted", "bundle=brought root=anchor-only", "only the anchor is known, a bundle's chain is no help")
    file.part("bare", mint(logs=("v2",), timestamp=False).bundle_text)
    file.ask("time-missing", "bundle=bare", "nobody says when")
    file.ask("ok", f"bundle=bare flags=ignore-tlog now={T} times=1", "the certificate is valid now")
    file.ask("cert-expired", f"bundle=bare flags=ignore-tlog now={T + 600}", "the certificate has expired")
    file.ask("time-missing", "bundle=bare flags=ignore-tlog", "nobody says when and there is no clock")
    file.part("outside", mint(knobs={"entry.time": T + 600}).bundle_text)
    file.ask("tlog-time-outside-cert", "bundle=outside sweep", "logged after the certificate had expired")
    file.write()


def leaves():
    file = File("leaves", "bundle")
    weak = key("signer", "secp256k1").spki
    file.part("artifact", material.ARTIFACT)
    for name, spki, status, title in (
            ("garbage", None, "cert-malformed", "not a certificate"),
            ("curve", weak, "cert-alg-unsupported", "a key on a curve that is not supported"),
            ("point", key("signer").spki[:-1] + b"\0", "cert-malformed", "a point that is not on its curve")):
        file.part(name, mint(logs=(), knobs={"leaf.spki": spki} if spki else {"leaf.der": der.seq(der.null())}).bundle_text)
        file.ask(status, f"bundle={name}", title)
    file.part("longest", mint(knobs={"signature": bytes(1024)}).bundle_text).part("longer", mint(knobs={"signature": bytes(1025)}).bundle_text)
    file.ask("signature-malformed", "bundle=longest", "1024 bytes that are no signature")
    file.ask("limit-exceeded", "bundle=longer sweep", "a signature of 1025 bytes")
    ed = mint(signer="ed25519", knobs={
        "message": lambda was: {"signature": was["signature"]}, "entry.body": lambda body: {**body, "spec": {**body["spec"], "data": {
            "hash": {"algorithm": "sha256", "value": hashlib.sha256(material.ARTIFACT).hexdigest()}}}}})
    file.part("ed25519", ed.bundle_text)
    unsupported = "artifact-digest-alg-unsupported"
    file.ask("ok", "bundle=ed25519", "an Ed25519 certificate with the artifact")
    file.ask("signature-needs-artifact", "bundle=ed25519 know=sha256 wanted=sha512", "an Ed25519 certificate with SHA-256 alone")
    file.ask(unsupported, "bundle=ed25519 know=sha256 pin=sha256", "an Ed25519 certificate with SHA-256 alone, which is pinned")
    file.ask(unsupported, "bundle=ed25519 pin=sha256 sweep", "an Ed25519 certificate, and a hash that it does not go with is pinned")
    file.ask(unsupported, "bundle=ed25519 know=sha256 pin=sha384", "an Ed25519 certificate, and a hash that nobody knows is pinned")
    file.part("ed-key", ed.key.pem).part("ed-bare", mint(signer="ed25519", material="key", logs=()).bundle_text)
    file.ask("key-type-unsupported", "bundle=ed-bare key=ed-key flags=ignore-tlog pin=sha256",
             "the caller's key and the caller's hash do not go together")
    m = mint(signer="p384", material="key")
    file.part("key", m.key.pem).part("p384", m.bundle_text)
    file.ask("ok", "bundle=p384", "a P-384 key with the artifact")
    file.ask("artifact-digest-alg-unsupported", "bundle=p384 know=sha256 wanted=sha384",
             "a P-384 key with SHA-256 alone")
    file.write()


def digests():
    file = File("digests", "bundle")
    m = mint(material="key")
    file.part("key", m.key.pem).part("artifact", m.artifact).part("other", "something else\n")
    sha256, sha512 = hashlib.sha256(m.artifact).digest(), hashlib.sha512(m.artifact).digest()

    def message(algorithm, value):
        digest = {"algorithm": algorithm} if algorithm else {}
        return {"message": lambda was: {**was, "messageDigest": {**digest, "digest": b64(value)}}}

    for name, algorithm, value in (
            ("sha512", "SHA2_512", sha512), ("sha3", "SHA3_256", hashlib.sha3_256(m.artifact).digest()),
            ("unspecified", "HASH_ALGORITHM_UNSPECIFIED", sha256), ("unnamed", None, sha256),
            ("short", "SHA2_256", sha256[:31]), ("long", "SHA2_256", sha512), ("empty", "SHA2_256", b""),
            ("wrong", "SHA2_256", bytes(32))):
        file.part(name, mint(material="key", knobs=message(algorithm, value)).bundle_text)
    file.part("absent", mint(material="key", knobs={
        "message": lambda was: {"signature": was["signature"]}}).bundle_text)
    unsupported = "artifact-digest-alg-unsupported"
    file.ask("ok", "bundle=sha512", "messageDigest is SHA-512 of the artifact")
    file.ask("ok", "bundle=sha512 know=sha256+sha512", "messageDigest is one of two known digests")
    file.ask(unsupported, "bundle=sha512 know=sha256 wanted=sha512 sweep", "messageDigest is SHA-512, SHA-256 is known")
    for name in ("sha3", "unspecified", "unnamed"):
        file.ask(unsupported, f"bundle={name} know=sha256", f"messageDigest: {name}")
        file.ask(unsupported, f"bundle={name}", f"messageDigest: {name}, with the artifact")
    for name in ("short", "long", "empty", "wrong"):
        file.ask("artifact-digest-mismatch", f"bundle={name} sweep", f"messageDigest: {name}")
    file.ask("artifact-digest-mismatch", "bundle=sha512 artifact=other", "another artifact")
    file.ask("ok", "bundle=absent know=sha256", "no messageDigest")
    file.ask("tlog-digest-mismatch", "bundle=absent artifact=other", "no messageDigest and another artifact")

    def logged(name, value):
        return lambda body: {**body, "spec": {**body["spec"], "data": {"hash": {"algorithm": name, "value": value.hex()}}}}

    for name in ("sha384", "sha512"):
        file.part("logged-" + name, mint(material="key", knobs={
            "entry.body": logged(name, hashlib.new(name, m.artifact).digest())}).bundle_text)
        file.ask("ok", f"bundle=logged-{name}", f"the log has {name} of the artifact")
        file.ask(unsupported, f"bundle=logged-{name} know=sha256 wanted={name} sweep", f"the log has {name}, SHA-256 is known")
        file.ask("ok", f"bundle=logged-{name} know=sha256+{name}", f"the log has {name}, which is known too")
    file.part("logged-wrong", mint(material="key", knobs={"entry.body": logged("sha512", bytes(64))}).bundle_text)
    file.ask("tlog-digest-mismatch", "bundle=logged-wrong", "the log has SHA-512 of something else")
    ed = mint(material="key", signer="ed25519", logs=())
    file.part("ed-key", ed.key.pem).part("ed", ed.bundle_text)
    file.part("ed-absent", mint(material="key", signer="ed25519", logs=(), knobs={
        "message": lambda was: {"signature": was["signature"]}}).bundle_text)
    file.ask("ok", "bundle=ed key=ed-key flags=ignore-tlog", "pure Ed25519 with the artifact")
    file.ask("signature-needs-artifact", "bundle=ed key=ed-key flags=ignore-tlog know=sha512",
             "pure Ed25519 with a digest alone")
    file.ask("signature-needs-artifact", "bundle=ed-absent key=ed-key flags=ignore-tlog know=sha256 wanted=sha512",
             "pure Ed25519 with a digest that no form of it uses")
    file.write()


def statements():
    file = File("statements", "bundle")
    m = mint(material="key", content="dsse", annotations={"tag": "v1", "count": 1})
    file.part("key", m.key.pem).part("artifact", m.artifact).part("other", "something else\n").part("bundle", m.bundle_text)
    file.ask("ok", "annotation=tag=v1 predicate=https://sigstore.dev/cosign/sign/v1 flags=require-statement sweep",
             "an annotation of the statement")
    file.ask("annotation-mismatch", "annotation=tag=v2", "another value")
    file.ask("annotation-mismatch", "annotation=count=1", "a number is no string")
    file.ask("annotation-mismatch", "annotation=tag=v1 annotation=stage=prod", "one of two is absent")
    file.ask("ok", "flags=require-statement", "a statement of any predicate type")
    file.ask("subject-mismatch", "artifact=other flags=ignore-claims sweep",
             "no flag makes a bundle about something else good")
    file.ask("predicate-type-mismatch", "predicate=https://slsa.dev/provenance/v1", "another predicate type")
    file.part("garbage", mint(material="key", content="dsse", knobs={"payload": b"not a statement"}).bundle_text)
    file.ask("statement-malformed", "bundle=garbage sweep", "a good signature over no statement (CVE-2026-39395)")
    file.ask("statement-malformed", "bundle=garbage flags=ignore-claims", "the same, with claims ignored")
    file.part("message", mint(material="key").bundle_text)
    file.ask("predicate-type-mismatch", "bundle=message predicate=https://slsa.dev/provenance/v1",
             "a bare signature has no predicate")
    file.ask("annotation-mismatch", "bundle=message annotation=tag=v1", "a bare signature has no annotations")
    file.part("long", mint(material="key", content="dsse", logs=("v1", "v1b", "v2", "v2ec"), knobs={
        "statement": lambda was: {**was, "predicate": {"text": "x" * 20000}}}).bundle_text)
    file.ask("ok", "bundle=long tlog=4 long=2", "four entries, and the payload and its PAE are hashed once each")
    file.write()


def simplesigning():
    file = File("simplesigning", "simplesigning")
    m = mint(content="simplesigning", material="key", annotations={"tag": "v1", "stage": "prod", "count": 1})
    file.part("key", m.key.pem).part("artifact", m.artifact).part("other", "something else\n")
    layer_parts(file, m)
    file.ask("ok", "know=sha256 sweep", "a signed image")
    file.ask("ok", "annotation=tag=v1 annotation=stage=prod", "all annotations match")
    file.ask("annotation-mismatch", "annotation=tag=v1 annotation=stage=test sweep", "one of two differs")
    file.ask("annotation-mismatch", "annotation=owner=me", "one is absent")
    file.ask("annotation-mismatch", "annotation=count=1", "a number is no string")
    file.ask("payload-digest-mismatch", "artifact=other", "another image")
    file.ask("ok", "artifact=other flags=ignore-claims", "another image, with claims ignored")
    file.ask("annotation-mismatch", "artifact=other flags=ignore-claims annotation=tag=v2",
             "ignored claims do not ignore an annotation")
    file.ask("ok", "predicate=https://slsa.dev/provenance/v1", "a payload has no predicate to compare")
    m = mint(content="simplesigning", material="key")
    layer_parts(file, m, "-plain")
    plain = "payload=payload-plain signature=signature-plain bundle=bundle-plain"
    file.ask("ok", plain, "optional is null")
    file.ask("annotation-mismatch", plain + " annotation=tag=v1", "optional is null and an annotation is asked for")
    m = mint(content="simplesigning", material="key", knobs={"payload": b"not JSON"})
    layer_parts(file, m, "-garbage")
    garbage = "payload=payload-garbage signature=signature-garbage bundle=bundle-garbage"
    file.ask("payload-malformed", garbage + " sweep", "a good signature over something that is not JSON")
    file.ask("payload-malformed", garbage + " flags=ignore-claims", "the same, with claims ignored")
    file.write()


def chains():
    m = mint(content="simplesigning")
    own = pem("CERTIFICATE", m.intermediate.der)
    anchor = pem("CERTIFICATE", m.root.der)
    twin = "".join(pem("CERTIFICATE", c.der) for c in twin_authority(m.leaf))
    file = File("chains", "simplesigning")
    file.part("artifact", m.artifact)
    layer_parts(file, m)
    file.part("other-chain", twin).part("only-anchor", anchor)
    file.part("unparsable", own + pem("CERTIFICATE", b"\x30\x03\x02\x01\x01"))
    file.ask("ok", "", "the authority is known whole")
    file.ask("ok", "chain=-", "the authority is known whole, no chain")
    file.ask("ok", "chain=other-chain", "the authority is known whole, a stranger's chain is not looked at")
    file.ask("ok", "root=anchor-only sweep", "only the anchor is known, cosign's chain helps")
    file.ask("cert-untrusted", "root=anchor-only chain=- sweep", "only the anchor is known, no chain")
    file.ask("cert-signature-invalid", "root=other-middle", "another intermediate of the anchor is known, the chain is no help")
    file.ask("cert-untrusted", "root=anchor-only chain=only-anchor", "only the anchor is known, and the chain has it")
    file.ask("cert-signature-invalid", "root=anchor-only chain=other-chain", "a chain that ends in a root of the same name")
    file.ask("cert-malformed", "root=anchor-only chain=unparsable sweep", "a chain with an unparsable certificate")
    s = mint(content="simplesigning", timestamp=True, knobs={"tst.certificates": []})
    layer_parts(file, s, "-stamped")
    file.part("long-chain", own + twin + anchor + own)
    stamped = "".join(f"{role}={role}-stamped " for role in ("payload", "signature", "certificate", "timestamp"))
    file.ask("ok", stamped + "bundle=bundle-stamped chain=long-chain root=split-ca times=2 sweep",
             "each time is covered by an entry of its own, and a chain beside")
    file.ask("ok", stamped + "bundle=- chain=long-chain root=anchor-only flags=ignore-tlog times=1 sweep",
             "a timestamp alone, only the anchor is known, a long chain helps")
    file.write()

    file = File("envelopes", "envelope")
    m = mint(content="att", annotations={"tag": "v1"})
    file.part("artifact", m.artifact).part("other", "something else\n")
    layer_parts(file, m)
    file.ask("ok", "annotation=tag=v1", "an attested image")
    file.ask("ok", "root=anchor-only", "only the anchor is known, cosign's chain helps")
    file.ask("cert-untrusted", "root=anchor-only chain=-", "only the anchor is known, no chain")
    file.ask("subject-mismatch", "artifact=other sweep", "another image")
    file.ask("ok", "artifact=other flags=ignore-claims sweep", "another image, with claims ignored")
    file.ask("annotation-mismatch", "flags=ignore-claims annotation=tag=v1",
             "whose annotation it is cannot be said with claims ignored")
    file.ask("predicate-type-mismatch", "artifact=other flags=ignore-claims predicate=https://slsa.dev/provenance/v1",
             "ignored claims do not ignore a predicate type")
    file.write()

    file = File("detached", "detached")
    m = mint()
    file.part("artifact", m.artifact).part("other", "something else\n")
    file.part("certificate", pem("CERTIFICATE", m.leaf.der)).part("chain", own + anchor)
    file.part("signature", b64(m.signature)).part("bundle", compact(m.entries[0].cosign2()))
    file.ask("ok", "", "a file with its signature beside it")
    file.ask("ok", "root=anchor-only sweep", "only the anchor is known, the chain helps")
    file.ask("cert-untrusted", "root=anchor-only chain=-", "only the anchor is known, no chain")
    file.ask("tlog-digest-mismatch", "artifact=other", "another file")
    file.write()


def main():
    os.makedirs(OUT, exist_ok=True)
    for old in os.listdir(OUT):
        os.remove(os.path.join(OUT, old))
    for write in (roots, logs, hints, times_of_keys, times_of_certificates, leaves, digests, statements,
                  simplesigning, chains):
        write()


main()
