"""
SPEC 17.5 over good signatures of every form: drop each member, swap it with
that of another good signature, duplicate each element, set each integer to
values at the edges, empty each base64 string and flip bits in it, shift each
window, change each identity flag. Nothing may pass but what HARMLESS names,
with the reason; and no refusal may be an internal error.
"""
import base64
import copy
import json
import re

import pytest

from plomb import IDENTITY, IDENTITY_FLAGS, ISSUER, STATUS, Layout, image_with, mint, run, verify_blob, verify_blob_attestation, verify_image, who
from mint import T, b64, sha256
from mint.material import CUSTOM_PREDICATE, compact

# --- what is mutated: name -> (good document, another good one, how to try a document) --------


class Bundle:
    """A bundle's JSON is the document."""

    def __init__(self, statement=False, **settings):
        if statement:
            settings.update(content="dsse", predicate_type=CUSTOM_PREDICATE)
        self.verify = verify_blob_attestation if statement else verify_blob
        self.material = mint(**settings)
        self.good = self.material.bundle
        self.other = mint(**settings, artifact=b"another artifact\n", knobs={"leaf.serial": 77} if settings.get("material") != "key" else {},
                          time_s=T + 3).bundle

    def attempt(self, folder, document):
        m = copy.copy(self.material)
        m.text = document if isinstance(document, bytes) else compact(document)
        return self.verify(folder, m)


class Layer:
    """A cosign 2 layer: its annotations, those in JSON parsed, and its payload."""
    JSON = ("dev.sigstore.cosign/bundle", "dev.sigstore.cosign/rfc3161timestamp", "payload")

    def __init__(self, **settings):
        self.content = settings.get("content", "simplesigning")
        self.layout, self.image, self.material = image_with({"content": self.content, **settings}, attach=False)
        self.good = self.document(self.material)
        self.other = self.document(mint(**{"content": self.content, **settings}, subject="11" * 32, time_s=T + 3,
                                        knobs={"leaf.serial": 77} if settings.get("material") != "key" else {}))

    def document(self, m):
        out = {**m.layer_annotations, "payload": m.layer_blob.decode()}
        return {k: json.loads(v) if k in self.JSON else v for k, v in out.items()}

    def attempt(self, folder, document):
        fields = {k: compact(v).decode() if k in self.JSON else v for k, v in document.items()}
        m = copy.copy(self.material)
        payload = fields.pop("payload", None)
        m.layer_blob = payload.encode() if payload is not None else b""
        m.layer_annotations = fields
        layout = copy.deepcopy(self.layout)
        layout.attach_tag(self.image, [layout.layer(m)], "att" if self.content == "att" else "sig")
        return verify_image(folder, layout, m, command="verify-attestation" if self.content == "att" else "verify")


BASES = {
    "keyless-v1": Bundle(),
    "keyless-v1-stamped": Bundle(timestamp=True),
    "keyless-v1-statement": Bundle(statement=True),
    "keyless-v1-chain": Bundle(material="chain", version="0.1"),
    "keyless-v2": Bundle(logs=("v2",)),
    "keyless-v2-statement": Bundle(statement=True, logs=("v2",)),
    "key-v1": Bundle(material="key"),
    "key-v2": Bundle(material="key", logs=("v2",)),
    "layer": Layer(),
    "layer-stamped": Layer(timestamp=True),
    "layer-key": Layer(material="key"),
    "att": Layer(content="att"),
    "att-intoto": Layer(content="att", kind=("intoto", "0.0.2")),
}

STAMPED = "the other source of time stays"
HINT = "a hint is unauthenticated and only warned about (SPEC 1.4)"
DIGEST = "messageDigest is a hint and optional (SPEC 1.3, 1.5)"
CHAIN = "the layer's chain is never trusted, so nothing hangs on it (SPEC 10.2)"
KEYID = "an empty keyid says nothing (SPEC 1.4)"
PROMISE = "a proof with a checkpoint shows the entry is in the log, and a key needs no time (SPEC 0)"
BAG = "the signer is the trust root's certificate; a certificate in the token that cannot be read is nobody's"
TWICE = "a second token of one authority counts once, with a warning (SPEC 8.4)"
IGNORED = "certificates after the leaf are ignored (SPEC 1.4)"
OLD = "a 0.1 bundle needs no proof (SPEC 1.1)"
NAMED = "a v2 log is found by its name and key id; logId is a hint (SPEC 7.3)"

ENTRY, TOKENS, HINTED = (r"verificationMaterial\.tlogEntries\.0\.", r"verificationMaterial\.timestampVerificationData",
                         r"verificationMaterial\.publicKey\.hint")
MESSAGES = "keyless-v1 keyless-v1-stamped keyless-v1-chain keyless-v2 key-v1 key-v2"
STATEMENTS = "keyless-v1-statement keyless-v2-statement"
CHAINED = "layer layer-stamped att att-intoto"

HARMLESS = []  # (bases, operations, pattern of the path, must it be accepted, reason)


def harmless(bases, operations, pattern, reason, must=True):
    HARMLESS.append((set(bases.split()), set(operations.split()), re.compile(pattern + r"\Z"), must, reason))


harmless(MESSAGES, "drop null", r"messageSignature\.messageDigest", DIGEST)
harmless(MESSAGES, "drop null empty", r"messageSignature\.messageDigest\.(digest|algorithm)", DIGEST, must=False)
harmless("keyless-v1-stamped", "drop null", TOKENS + r"(\.rfc3161Timestamps)?", STAMPED)
harmless("keyless-v1-stamped", "drop", TOKENS + r"\.rfc3161Timestamps\.0", STAMPED)
harmless("keyless-v1-stamped", "drop null", ENTRY + r"inclusionPromise", STAMPED)
harmless("keyless-v1-stamped", "drop null empty", ENTRY + r"inclusionPromise\.signedEntryTimestamp", STAMPED, must=False)
harmless("keyless-v1-stamped keyless-v2 keyless-v2-statement", "duplicate", TOKENS + r"\.rfc3161Timestamps\.0", TWICE)
# These two positions are inside the signer certificate's copy in the token; what cannot be read any more is no copy (DESIGN 15).
harmless("keyless-v1-stamped keyless-v2 keyless-v2-statement", "flip", TOKENS + r"\.rfc3161Timestamps\.0\.signedTimestamp@(29|44)\d", BAG, must=False)
harmless("layer-stamped", "flip", r"dev\.sigstore\.cosign/rfc3161timestamp\.SignedRFC3161Timestamp@(29|44)\d", BAG, must=False)
harmless("key-v1", "drop null", ENTRY + r"inclusionPromise", PROMISE)
harmless("key-v1", "drop null empty", ENTRY + r"inclusionPromise\.signedEntryTimestamp", PROMISE, must=False)
harmless("key-v1 key-v2", "drop null empty cut extend", HINTED, HINT)
harmless("key-v1 key-v2", "flip", HINTED + r"@\d+", HINT)
harmless(STATEMENTS, "drop null", r"dsseEnvelope\.signatures\.0\.keyid", KEYID)
harmless("keyless-v1-chain", "duplicate", r"verificationMaterial\.x509CertificateChain\.certificates\.0", IGNORED, must=False)
harmless("keyless-v1-chain", "drop null", ENTRY + "inclusionProof", OLD)
harmless("keyless-v2 keyless-v2-statement key-v2", "drop null", ENTRY + "logId", NAMED)
harmless("keyless-v2 keyless-v2-statement key-v2", "drop null empty", ENTRY + r"logId\.keyId", NAMED)
harmless(CHAINED, "drop", r"dev\.sigstore\.cosign/chain", CHAIN)
harmless(CHAINED, "one-character null", r"dev\.sigstore\.cosign/chain", CHAIN, must=False)
harmless("layer-stamped", "drop", r"dev\.sigstore\.cosign/rfc3161timestamp", STAMPED)


def rule(base, operation, path):
    """(may it be accepted, must it be)"""
    for bases, operations, pattern, must, _ in HARMLESS:
        if base in bases and operation in operations and pattern.match(path):
            return True, must
    return False, False


# --- how it is mutated ------------------------------------------------------------------------


def walk(value, path=()):
    """Every member and element, parents first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield path + (key,), child
        yield from walk(child, path + (key,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def changed(document, path, new):
    document = copy.deepcopy(document)
    parent = at(document, path[:-1])
    parent[path[-1]] = new
    return document


def dropped(document, path):
    document = copy.deepcopy(document)
    del at(document, path[:-1])[path[-1]]
    return document


def is_base64(text):
    if not isinstance(text, str) or len(text) < 8 or text.startswith(("application", "sha256", "http")):
        return False
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


INTEGER = re.compile(r"-?[0-9]+\Z")
INTEGER_NAMES = {"logIndex", "treeSize", "integratedTime"}


def mutations(base):
    good, other = BASES[base].good, BASES[base].other
    for path, value in walk(good):
        name = ".".join(map(str, path))
        yield "drop", name, lambda p=path: dropped(good, p)
        try:
            foreign = at(other, path)
        except (KeyError, IndexError):
            foreign = value
        if foreign != value:
            yield "swap", name, lambda p=path, f=foreign: changed(good, p, f)
        if isinstance(path[-1], int):
            yield "duplicate", name, lambda p=path, v=value: changed(good, p[:-1], at(good, p[:-1]) + [v])
        if path[-1] in INTEGER_NAMES:
            for n in (-1, 0, 2 ** 63 - 1, 2 ** 63, 1):
                if str(n) != str(value):
                    for new in (n, str(n)):
                        if not (base.startswith(("layer", "att")) and isinstance(new, str)):
                            yield f"set-{new!r}", name, lambda p=path, n=new: changed(good, p, n)
            if not base.startswith(("layer", "att")):
                yield "set-plus-one", name, lambda p=path, v=value: changed(good, p, str(int(v) + 1))
        if is_base64(value):
            yield "empty", name, lambda p=path: changed(good, p, "")
            raw = base64.b64decode(value)
            for position in sorted({0, 1, len(raw) // 3, len(raw) // 2, len(raw) - 1}):
                flipped = bytearray(raw)
                flipped[position] ^= 1
                yield "flip", f"{name}@{position}", lambda p=path, f=bytes(flipped): changed(good, p, b64(f))
            yield "cut", name, lambda p=path, r=raw: changed(good, p, b64(r[:-1]))
            yield "extend", name, lambda p=path, r=raw: changed(good, p, b64(r + b"\0"))
        elif isinstance(value, str) and value:
            yield "one-character", name, lambda p=path, v=value: changed(good, p, v[:-1] + ("x" if v[-1] != "x" else "y"))
        if value is not None:
            yield "null", name, lambda p=path: changed(good, p, None)


ALL = [(base, operation, path, make) for base in BASES for operation, path, make in mutations(base)]


@pytest.mark.parametrize("base", BASES)
def test_the_good_ones_are_accepted(base, tmp_path):
    BASES[base].attempt(tmp_path, BASES[base].good).accepted()


@pytest.mark.parametrize("base, operation, path, make", ALL, ids=lambda v: v if isinstance(v, str) else "")
def test_mutation(base, operation, path, make, tmp_path):
    result = BASES[base].attempt(tmp_path, make())
    assert b"internal-error" not in result.stdout + result.stderr, result
    may, must = rule(base, operation, path)
    if result.status == 0:
        assert may, ("accepted", base, operation, path, result)
        return
    assert not must, ("said to be harmless, but refused", base, operation, path, result)
    assert result.status in (10, 12, 13), result
    if result.candidates:
        assert all(code in STATUS for code in result.codes), result


def test_every_harmless_rule_was_met():
    """A rule that matches nothing would hide a mistake."""
    for bases, operations, pattern, _, _ in HARMLESS:
        for operation in operations:
            assert any(o == operation and b in bases and pattern.match(p) for b, o, p, _ in ALL), (operation, pattern.pattern)


# --- certificates, identities, trust ----------------------------------------------------------


def test_order_of_certificates(tmp_path):
    """The leaf is the first; elsewhere it is not found."""
    settings = dict(material="chain", version="0.1")
    with_intermediate = lambda c: c + [mint().intermediate.der]
    verify_blob(tmp_path / "control", mint(**settings, knobs={"chain": with_intermediate})).accepted()
    result = verify_blob(tmp_path / "swapped", mint(**settings, knobs={"chain": lambda c: with_intermediate(c)[::-1]}))
    assert result.status == 12, result


@pytest.mark.parametrize("which", ["identity", "issuer"])
def test_identity_changed_by_one_character(which, tmp_path):
    m = mint()
    verify_blob(tmp_path, m).accepted()
    right = IDENTITY if which == "identity" else ISSUER
    for i in range(len(right)):
        for wrong in (right[:i] + right[i + 1:], right[:i] + chr(ord(right[i]) ^ 1) + right[i + 1:], right[:i] + right[i] + right[i:],
                      right[:i] + right[i].swapcase() + right[i + 1:]):
            if wrong == right or any(ord(c) < 32 for c in wrong):
                continue
            by = (("--certificate-identity", wrong, "--certificate-oidc-issuer", ISSUER) if which == "identity" else
                  ("--certificate-identity", IDENTITY, "--certificate-oidc-issuer", wrong))
            result = verify_blob(tmp_path, m, by=by)
            assert result.status == 12 and result.codes == [
                "identity-san-mismatch" if which == "identity" else "identity-issuer-mismatch"], result


WINDOWS = {  # list, member before validFor, the moment that counts, as seconds and nanoseconds
    "tlogs": (0, ("publicKey",), (T, 0)), "ctlogs": (0, ("publicKey",), (T - 10, 123000000)),
    "certificateAuthorities": (0, (), (T, 0)), "timestampAuthorities": (0, (), (T + 1, 0)),
}


def rfc3339(seconds, ns):
    import datetime
    seconds, ns = seconds + ns // 10 ** 9, ns % 10 ** 9
    text = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{ns:09d}" if ns else "") + "Z"


@pytest.mark.parametrize("shift, accepted", [(0, True), (1, False)])
@pytest.mark.parametrize("end", ["start", "end"])
@pytest.mark.parametrize("name", WINDOWS)
def test_window_shifted_by_a_nanosecond(name, end, shift, accepted, tmp_path):
    position, inner, (seconds, ns) = WINDOWS[name]
    v2 = name == "timestampAuthorities"
    moment = rfc3339(seconds, ns + (shift if end == "start" else -shift))

    def edit(trust):
        holder = trust[name][position]
        for step in inner:
            holder = holder[step]
        holder["validFor"] = {**holder["validFor"], end: moment}
        return trust
    result = verify_blob(tmp_path, mint(logs=("v2",) if v2 else ("v1",), knobs={"trust": edit}))
    if accepted:
        result.accepted()
    else:
        result.refused({"tlogs": "tlog-log-outside-validity", "ctlogs": "sct-outside-log-validity",
                        "certificateAuthorities": "cert-ca-outside-validity",
                        "timestampAuthorities": "timestamp-outside-tsa-validity"}[name])


@pytest.mark.parametrize("offset, accepted", [(0, True), (1, False)])
@pytest.mark.parametrize("which", ["leaf", "intermediate", "root"])
@pytest.mark.parametrize("end", ["not_before", "not_after"])
def test_certificate_window_is_closed(which, end, offset, accepted, tmp_path):
    """Both ends belong to it; a second beyond does not."""
    value = T + offset if end == "not_before" else T - offset
    result = verify_blob(tmp_path, mint(knobs={f"{which}.{end}": value}))
    if accepted:
        result.accepted()
    else:
        result.refused({"tlog-time-outside-cert"} if which == "leaf" else {"cert-ca-not-valid-at-time"})


EMPTIED = [("tlogs", "v1", {"tlog-log-unknown", "root-empty"}), ("tlogs", "v2", {"tlog-log-unknown", "checkpoint-key-unknown", "root-empty"}),
           ("ctlogs", "v1", {"sct-log-unknown", "root-empty"}), ("certificateAuthorities", "v1", {"cert-untrusted", "root-empty"}),
           ("timestampAuthorities", "v2", {"timestamp-signer-untrusted", "root-empty"})]


@pytest.mark.parametrize("how", ["empty", "absent"])
@pytest.mark.parametrize("name, log, codes", EMPTIED, ids=lambda v: v if isinstance(v, str) else "")
def test_trust_list_emptied(name, log, codes, how, tmp_path):
    verify_blob(tmp_path / "control", mint(logs=(log,))).accepted()
    edit = lambda t: {**t, name: []} if how == "empty" else {k: v for k, v in t.items() if k != name}
    result = verify_blob(tmp_path / "emptied", mint(logs=(log,), knobs={"trust": edit}))
    assert result.status in (2, 12), result
    result.mentions(codes)
