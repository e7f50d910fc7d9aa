"""
Every reason code that can arise offline, each with material whose only defect
is that rule. Beside each refused case the same material without the defect is
accepted: a program that refuses everything fails this file.
"""
import base64
import copy
import hashlib
import json
import pathlib
import re

import pytest

from plomb import (IDENTITY, IDENTITY_FLAGS, ISSUER, STATUS, TESTS, Layout, image_with, many_entries, mint, run, verify_blob,
                   verify_blob_attestation, verify_image, who)
from mint import T, b64, cert, der, key, merkle, oci, pem, rekor, sha256, tsa
from mint import keys as mint_keys
from mint.material import (CUSTOM_PREDICATE, END, EXTENSIONS, MEDIA_TYPES, START, authority, compact,
                           timestamp_authority)
from mint.knobs import Knobs

# --- edits, as functions from the good value to the bad one ----------------------


def edited(**paths):
    """
    A knob for JSON: edited(a__b__0=value) sets x["a"]["b"][0] in a copy. A
    function is called with the old value; DROP takes the member away.
    """
    def edit(value):
        value = copy.deepcopy(value)
        for path, new in paths.items():
            steps = [int(step) if step.isdigit() else step for step in path.split("__")]
            at = value
            for step in steps[:-1]:
                at = at[step]
            if new is DROP:
                del at[steps[-1]]
            else:
                at[steps[-1]] = new(at[steps[-1]]) if callable(new) else new
        return value
    return edit


DROP = object()


def text(pattern, replacement, count=1):
    """A knob for bytes: one replacement, which must happen."""
    def edit(value):
        changed, n = re.subn(pattern.encode(), replacement.encode() if isinstance(replacement, str) else replacement,
                             value, count=count)
        assert n, f"{pattern} is not there"
        return changed
    return edit


def without(*oids):
    return lambda extensions: [e for e in extensions if e[0] not in oids]


def instead(oid, value, critical=None):
    return lambda extensions: [(o, c if critical is None else critical, value) if o == oid else (o, c, v)
                               for o, c, v in extensions]


def also(*more):
    return lambda extensions: list(extensions) + list(more)


def flip_trailing_bits(encoded):
    """The same bytes in base64 that is not canonical."""
    assert encoded.endswith("=") and not encoded.endswith("==")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return encoded[:-2] + alphabet[alphabet.index(encoded[-2]) | 1] + "="


def rename(old, new):
    """Same member, other spelling, in the bundle's text."""
    return text(f'"{old}":', f'"{new}":')


OTHER = key("somebody else")
OTHER384 = key("somebody else", "p384")
other_leaf = mint(signer="p256", knobs={"leaf.serial": 4711}).leaf
LONG_BEFORE = "2025-02-01T00:00:00Z"

# --- the table --------------------------------------------------------------------

CASES = []


def case(code, name="", knobs=None, flags=(), control=None, via=verify_blob, control_flags=None, drop_control_flags=False,
         **settings):
    """
    One refused case. The control is the same without the knobs (and without
    the flags if they are the defect); control={} changes its settings.
    """
    CASES.append(dict(code=code, name=name, knobs=knobs or {}, flags=flags, settings=settings, control=control or {},
                      via=via, control_flags=control_flags if control_flags is not None else flags))


V2 = dict(logs=("v2",))
KEY = dict(material="key")
V1_CHAIN = dict(material="chain", version="0.1")
DSSE = dict(content="dsse", predicate_type=CUSTOM_PREDICATE, via=verify_blob_attestation)


def on_image(folder, settings, knobs, flags):
    layout, _, m = image_with(dict(settings, knobs=knobs))
    return verify_image(folder, layout, m, flags)


def on_attested_image(folder, settings, knobs, flags):
    layout, _, m = image_with(dict({"content": "att"}, **settings, knobs=knobs))
    return verify_image(folder, layout, m, flags, command="verify-attestation")


def digest_only(folder, settings, knobs, flags):
    return verify_blob(folder, mint(**settings, knobs=knobs), flags, digest=True)


SIMPLE = dict(content="simplesigning", via=on_image)
ATT = dict(content="att", via=on_attested_image)

# JSON
case("json-malformed", "cut-off", {"bundle.text": lambda t: t[:-1]})
case("json-malformed", "empty", {"bundle.text": b""})
case("json-malformed", "lone-surrogate", {"bundle.text": text('"keyid":""', r'"keyid":"\\ud800"')}, **DSSE)
case("json-malformed", "nul-escape", {"bundle.text": text('"keyid":""', r'"keyid":"\\u0000"')}, **DSSE)
case("json-malformed", "raw-control-character", {"bundle.text": text('"keyid":""', '"keyid":"\x01"')}, **DSSE)
case("json-malformed", "invalid-utf8", {"bundle.text": lambda t: t.replace(b'"keyid":""', b'"keyid":"\xff"')}, **DSSE)
case("json-malformed", "overlong-utf8", {"bundle.text": lambda t: t.replace(b'"keyid":""', b'"keyid":"\xc0\xaf"')}, **DSSE)
case("json-malformed", "leading-zero", {"bundle.text": text(r'"integratedTime":"(\d+)"', r'"integratedTime":0\g<1>')})
case("json-malformed", "trailing-comma", {"bundle.text": lambda t: t[:-1] + b",}"})
case("json-malformed", "single-quotes", {"bundle.text": lambda t: t.replace(b'"mediaType"', b"'mediaType'")})
case("json-malformed", "byte-order-mark", {"bundle.text": lambda t: b"\xef\xbb\xbf" + t})
case("json-malformed", "too-deep", {"bundle.text": lambda t: t[:-1] + b',"x":' + b"[" * 40 + b"]" * 40 + b"}"})
case("json-duplicate-key", "same-spelling", {"bundle.text": text('^{"mediaType":("[^"]*")', r'{"mediaType":\g<1>,"mediaType":\g<1>')})
case("json-duplicate-key", "camel-and-snake", {"bundle.text": text('^{"mediaType":("[^"]*")', r'{"mediaType":\g<1>,"media_type":\g<1>')})
case("json-duplicate-key", "escaped", {"bundle.text": text('^{"mediaType":("[^"]*")', r'{"mediaType":\g<1>,"media\\u0054ype":\g<1>')})
case("json-duplicate-key", "deep", {"bundle.text": text('"logIndex":"5"', '"logIndex":"5","logIndex":"5"')}, **V2)
case("json-unknown-field", "top", {"bundle": edited(comment="hello")})
case("json-unknown-field", "entry", {"entry.json": edited(uuid="24296fb24b8ad77a")})
case("json-unknown-field", "signature", {"envelope": edited(signatures__0__cert="")}, **DSSE)
case("json-unknown-field", "case-matters", {"bundle.text": rename("mediaType", "MediaType")})
for spelling in ("{}.0", '"{}.0"', '"+{}"', '"0{}"', '" {}"', '"{} "', "{}e0", '"0x5"', "true", "[{}]"):
    case("json-type-mismatch", "int64-as-" + spelling.replace("{}", "5").replace(" ", "_"),
         {"bundle.text": text('"logIndex":"5"', f'"logIndex":{spelling.format(5)}', count=1)}, **V2)
case("json-type-mismatch", "enum-in-lower-case", {"message": edited(messageDigest__algorithm="sha2_256")})
case("json-type-mismatch", "null-in-array", {"entries": lambda e: e + [None]})
case("json-type-mismatch", "array-for-object", {"bundle": edited(verificationMaterial=lambda v: [v])})
case("json-type-mismatch", "above-int64", {"bundle.text": text('"logIndex":"5"', '"logIndex":"9223372036854775808"')}, **V2)
case("json-trailing-data", "byte", {"bundle.text": lambda t: t + b"x"})
case("json-trailing-data", "second-document", {"bundle.text": lambda t: t + b"\n" + t})
case("json-trailing-data", "nul", {"bundle.text": lambda t: t + b"\0"})
case("base64-invalid", "trailing-bits", {"entry.json": edited(logId__keyId=flip_trailing_bits)})
case("base64-invalid", "newline-inside", {"entry.json": edited(logId__keyId=lambda s: s[:20] + "\n" + s[20:])})
case("base64-invalid", "blank-at-end", {"entry.json": edited(logId__keyId=lambda s: s + " ")})
case("base64-invalid", "both-alphabets", {"verification": edited(
    certificate__rawBytes=lambda s: s.replace("/", "_", 1))})
case("base64-invalid", "too-much-padding", {"entry.json": edited(logId__keyId=lambda s: s + "=")})

# Bundle
case("bundle-media-type-unsupported", "0.4", {"media_type": "application/vnd.dev.sigstore.bundle.v0.4+json"})
case("bundle-media-type-unsupported", "0.1-new-spelling", {"media_type": "application/vnd.dev.sigstore.bundle.v0.1+json"})
case("bundle-media-type-unsupported", "blank", {"media_type": "application/vnd.dev.sigstore.bundle+json; version=0.3"})
case("bundle-media-type-unsupported", "upper-case", {"media_type": "application/vnd.dev.sigstore.bundle.V0.3+json"})
case("bundle-media-type-unsupported", "absent", {"bundle": edited(mediaType=DROP)})
case("bundle-content-missing", "", {"bundle": edited(messageSignature=DROP)})
case("bundle-content-missing", "null", {"bundle": edited(messageSignature=None)})
case("bundle-content-ambiguous", "", {"bundle": lambda b: {**b, "dsseEnvelope": mint(content="dsse").envelope}})
case("bundle-material-missing", "", {"verification": edited(certificate=DROP)})
case("bundle-material-ambiguous", "certificate-and-key", {"verification": lambda v: {**v, "publicKey": {"hint": "x"}}})
case("bundle-material-ambiguous", "certificate-and-chain", {"verification": lambda v: {
    **v, "x509CertificateChain": {"certificates": [v["certificate"]]}}}, version="0.2")
case("bundle-chain-not-allowed", "", material="chain", version="0.3", control=dict(version="0.2"))
case("bundle-chain-not-allowed", "old-spelling", material="chain", version="0.3old", control=dict(version="0.2"))
case("bundle-cert-missing", "empty-chain", {"chain": []}, **V1_CHAIN)
case("bundle-cert-missing", "empty-bytes", {"verification": edited(certificate__rawBytes="")})
case("bundle-ca-cert-included", "", {"chain": lambda c: c + [mint().intermediate.der, mint().root.der]}, **V1_CHAIN)
case("bundle-ca-cert-included", "0.2", {"chain": lambda c: c + [mint().root.der]}, material="chain", version="0.2")
case("bundle-signature-missing", "", {"signature": b""})
case("bundle-signature-missing", "envelope", {"signature": b""}, **DSSE)
case("bundle-too-many-entries", "entries", {"refuse": True}, via=lambda folder, settings, knobs, flags: verify_blob(
    folder, many_entries(33 if knobs else 32), flags))
case("bundle-too-many-entries", "timestamps", {"timestamps": lambda t: t * 33}, **V2)

# Material
case("cert-not-expected", "", via=lambda folder, settings, knobs, flags: verify_blob(
    folder, mint(**settings, knobs=knobs), flags, by=None if knobs else who(mint(), folder, True)))
case("cert-not-expected", "layer", via=lambda folder, settings, knobs, flags: (lambda layout, m: verify_image(
    folder, layout, m, flags, by=who(m, folder, True)))(*image_with(dict(settings))[::2]), content="simplesigning")

# The trust root
TRUST = [
    ("root-malformed", "cut-off", {"trust.text": b'{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":['}),
    ("root-malformed", "same-log-twice", {"trust": lambda t: {**t, "tlogs": t["tlogs"] + t["tlogs"][:1]}}),
    ("root-malformed", "leap-second", {"trust": edited(ctlogs__0__publicKey__validFor__start="2016-12-31T23:59:60Z")}),
    ("root-malformed", "no-time-zone", {"trust": edited(ctlogs__0__publicKey__validFor__start="2025-01-01T00:00:00")}),
    ("root-malformed", "no-log-id", {"trust": edited(tlogs__0__logId=DROP)}),
    ("root-media-type-unsupported", "", {"trust": edited(mediaType="application/vnd.dev.sigstore.trustedroot.v0.9+json")}),
    ("root-media-type-unsupported", "absent", {"trust": edited(mediaType=DROP)}),
    ("root-log-validity-missing", "tlog", {"trust": edited(tlogs__1__publicKey__validFor__start=DROP)}),
    ("root-log-validity-missing", "ctlog", {"trust": edited(ctlogs__0__publicKey__validFor=DROP)}),
    ("root-log-hash-unsupported", "", {"trust": edited(tlogs__1__hashAlgorithm="SHA2_512")}),
    ("root-key-malformed", "other-kind", {"trust": edited(tlogs__0__publicKey__rawBytes=b64(OTHER384.spki))}),
    ("root-key-malformed", "not-a-key", {"trust": edited(ctlogs__0__publicKey__rawBytes=b64(b"hello"))}),
    ("root-ca-invalid", "empty", {"trust": edited(certificateAuthorities__0__certChain__certificates=[])}),
    ("root-ca-invalid", "not-a-certificate", {"trust": edited(
        certificateAuthorities__0__certChain__certificates__0__rawBytes=b64(b"hello"))}),
    ("root-empty", "", {"trust": lambda t: {"mediaType": t["mediaType"]}}),
]
for code, name, knobs in TRUST:
    case(code, name, knobs)
case("root-key-details-unsupported", "", {"trust": edited(tlogs__0__publicKey__keyDetails="LMS_SHA256")})
case("root-key-details-unsupported", "post-quantum", {"trust": edited(tlogs__0__publicKey__keyDetails="ML_DSA_65")})

# The key given
EXPLICIT = der.seq(der.seq(der.oid("1.2.840.10045.2.1"), der.seq(der.integer(1), der.seq(
    der.oid("1.2.840.10045.1.1"), der.integer(2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1)))), der.bits(OTHER.spki[-65:]))
OFF_CURVE = OTHER.spki[:-1] + bytes([OTHER.spki[-1] ^ 1])
KEY_FILES = [
    ("key-malformed", "not-pem", "hello\n"),
    ("key-malformed", "not-der", pem("PUBLIC KEY", b"hello")),
    ("key-malformed", "point-off-curve", pem("PUBLIC KEY", OFF_CURVE)),
    ("key-malformed", "compressed-point", pem("PUBLIC KEY", der.seq(der.seq(
        der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7")), der.bits(b"\x02" + OTHER.spki[-64:-32])))),
    ("key-malformed", "trailing-byte", pem("PUBLIC KEY", mint(material="key").key.spki + b"\0")),
    ("key-malformed", "two-blocks", mint(material="key").key.pem * 2),
    ("key-malformed", "labels-differ", mint(material="key").key.pem.replace("END PUBLIC KEY", "END CERTIFICATE")),
    ("key-malformed", "trailing-garbage", mint(material="key").key.pem + "hello\n"),
    ("key-type-unsupported", "secp256k1", key("k1", "secp256k1").pem),
    ("key-type-unsupported", "explicit-curve", pem("PUBLIC KEY", EXPLICIT)),
    ("key-too-small", "rsa1024", pem("PUBLIC KEY", mint_keys.rsa_spki((1 << 1023) + 12345))),
]


def key_file(contents):
    def via(folder, settings, knobs, flags):
        m = mint(**settings)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "given.pub").write_text(contents if "refuse" in knobs else m.key.pem)
        return verify_blob(folder, m, flags, by=("--key", folder / "given.pub"))
    return via


for code, name, contents in KEY_FILES:
    case(code, name, {"refuse": True}, via=key_file(contents), **KEY)

# Signatures
case("signature-malformed", "raw-r-and-s", {"signature": mint_keys.ecdsa_raw})
case("signature-malformed", "trailing-byte", {"signature": lambda s: s + b"\0"})
case("signature-malformed", "not-minimal", {"signature": lambda s: der.seq(b"\x02\x22\x00" + bytes(1) + b"\x01" * 32, der.integer(5))})
case("signature-malformed", "rsa-short", {"signature": lambda s: s[1:]}, signer="rsa2048", **KEY)
case("signature-malformed", "ed25519-short", {"signature": lambda s: s[:-1]}, signer="ed25519", logs=(),
     flags=("--insecure-ignore-tlog",), **KEY)
case("signature-invalid", "other-key", {"signature": lambda s: OTHER.sign(b"what was signed\n")})
case("signature-invalid", "other-message", {"signature": lambda s: mint().key.sign(b"something else\n")})
case("signature-malformed", "r-and-s-zero", {"signature": lambda s: mint_keys.ecdsa_der(0, 0)})
case("signature-invalid", "s-is-n", {"signature": lambda s: mint_keys.ecdsa_der(1, mint_keys.ORDER["p256"])})
case("signature-invalid", "envelope-without-pae", {"pae": lambda p: p[p.index(b"{"):]}, logs=("v1",), **DSSE)
case("signature-invalid", "v2", {"signature": lambda s: OTHER.sign(b"what was signed\n")}, **V2)
case("signature-invalid", "rsa", {"signature": lambda s: key("other", "rsa2048").sign(b"what was signed\n")}, signer="rsa2048")
case("signature-invalid", "ed25519", {"signature": lambda s: key("other", "ed25519").sign(b"what was signed\n")},
     signer="ed25519", logs=(), flags=("--insecure-ignore-tlog",), **KEY)
case("signature-invalid", "layer", {"signature": lambda s: OTHER.sign(b"{}")}, **SIMPLE)
case("signature-invalid", "pinned-hash", signer="p384", scheme="sha256", flags=("--signature-digest-algorithm", "sha384"),
     control_flags=(), **KEY)
case("signature-needs-artifact", "", signer="ed25519", logs=(), flags=("--insecure-ignore-tlog",), **KEY,
     knobs={"message": edited(messageDigest=DROP)},
     via=lambda folder, settings, knobs, flags: verify_blob(folder, mint(**settings, knobs=knobs), flags, digest=bool(knobs)))
case("artifact-digest-alg-unsupported", "", signer="p384", knobs={"message": edited(messageDigest=DROP)}, **KEY,
     via=lambda folder, settings, knobs, flags: verify_blob(folder, mint(**settings, knobs=knobs), flags, digest=bool(knobs)))
case("artifact-digest-alg-unsupported", "certificate-and-pinned-hash", signer="ed25519", flags=("--signature-digest-algorithm", "sha256"),
     control_flags=())
case("artifact-digest-mismatch", "", {"message": edited(messageDigest__digest=b64(bytes(32)))})
case("artifact-digest-mismatch", "short", {"message": edited(messageDigest__digest=b64(hashlib.sha256(b"what was signed\n").digest()[:31]))})

# Certificates
case("cert-malformed", "trailing-byte", {"leaf.der": lambda d: d + b"\0"})
case("cert-malformed", "version-1", {"leaf.version": b""})
case("cert-malformed", "same-extension-twice", {"leaf.extensions": lambda e: e + e[-1:]})
case("cert-malformed", "poison", {"leaf.extensions": also((cert.POISON, True, der.null()))})
case("cert-malformed", "long-length", {"leaf.extensions": lambda e: [
    b"\x30\x81" + cert.extension(*e[0])[1:]] + e[1:]})
case("cert-malformed", "boolean-one", {"leaf.extensions": lambda e: [
    cert.extension(*e[0]).replace(b"\x01\x01\xff", b"\x01\x01\x01")] + e[1:]})
case("cert-malformed", "nul-in-san", {"leaf.san": cert.san(("uri", IDENTITY + "\0.evil.example"))})
case("cert-malformed", "non-ascii-san", {"leaf.san": cert.san(("uri", IDENTITY.encode() + b"\xc3\xa4"))})
case("cert-malformed", "serial-not-minimal", {"leaf.serial": b"\x02\x03\x00\x00\x07"})
case("cert-alg-unsupported", "sha1", {"leaf.hash": "sha1"})
case("cert-alg-unsupported", "ca-sha1", {"intermediate.hash": "sha1"})
case("cert-untrusted", "other-issuer-name", {"leaf.issuer": cert.name(("O", "mint.example"), ("CN", "mint intermediary"))})
case("cert-untrusted", "other-root-key-and-name", {"trust.ca_chain": lambda chain: list(authority(Knobs(
    {"root.subject": cert.name(("CN", "x")), "intermediate.subject": cert.name(("CN", "y"))})))[::-1]})
case("cert-untrusted", "leaf-is-the-anchor", {"trust.ca_chain": lambda chain: [mint().root]})
case("cert-signature-invalid", "leaf", {"leaf.issuer_key": OTHER384})
case("cert-signature-invalid", "leaf-flipped", {"leaf.signature": lambda s: s[:-1] + bytes([s[-1] ^ 1])})
case("cert-signature-invalid", "intermediate", {"intermediate.issuer_key": OTHER384})
case("cert-not-yet-valid", "", {"leaf.not_before": T + 2}, **V2)
case("cert-expired", "", {"leaf.not_after": T}, **V2)
case("cert-expired", "timestamp-after-a-good-promise", {"tst.gen_time": der.generalized(T + 591)}, timestamp=True)
case("cert-not-yet-valid", "timestamp-before-a-good-promise", {"tst.gen_time": der.generalized(T - 11)}, timestamp=True)
case("cert-ca-not-valid-at-time", "intermediate-expired", {"intermediate.not_after": T - 1})
case("cert-ca-not-valid-at-time", "intermediate-not-yet", {"intermediate.not_before": T + 1})
case("cert-ca-not-valid-at-time", "root-expired", {"root.not_after": T - 1})
case("cert-ca-outside-validity", "after", {"trust": edited(certificateAuthorities__0__validFor__end="2025-06-01T11:59:59.999999999Z")})
case("cert-ca-outside-validity", "before", {"trust": edited(certificateAuthorities__0__validFor__start="2025-06-01T12:00:00.000000001Z")})
case("cert-ca-constraint", "no-basic-constraints", {"intermediate.extensions": without(cert.BC)})
case("cert-ca-constraint", "ca-false", {"intermediate.extensions": instead(cert.BC, der.seq())})
case("cert-ca-constraint", "no-key-cert-sign", {"intermediate.extensions": instead(cert.KU, cert.key_usage(0, 6))})
case("cert-ca-constraint", "path-length", {"root.extensions": instead(cert.BC, cert.basic_constraints(True, 0))})
case("cert-ca-constraint", "name-constraints", {"intermediate.extensions": also(
    (cert.NC, True, der.seq(der.explicit(0, der.seq(der.seq(der.implicit(2, b"example.com")))))))})
case("cert-eku-missing", "server", {"leaf.extensions": instead(cert.EKU, cert.eku(cert.SERVER_AUTH))})
case("cert-eku-missing", "none", {"leaf.extensions": without(cert.EKU)})
case("cert-eku-missing", "any-is-not-code-signing", {"leaf.extensions": instead(cert.EKU, cert.eku(cert.ANY_EKU))})
case("cert-eku-missing", "intermediate", {"intermediate.extensions": instead(cert.EKU, cert.eku(cert.SERVER_AUTH))})
case("cert-key-usage", "", {"leaf.extensions": instead(cert.KU, cert.key_usage(2))})
case("cert-is-ca", "", {"leaf.extensions": also((cert.BC, True, cert.basic_constraints(True)))})
case("cert-unknown-critical-extension", "", {"leaf.extensions": also(("1.3.6.1.4.1.99999.1", True, der.null()))})
case("cert-unknown-critical-extension", "intermediate", {"intermediate.extensions": also(("1.3.6.1.4.1.99999.1", True, der.null()))})

# Identity
case("identity-san-missing", "", {"leaf.extensions": without(cert.SAN)})
case("identity-san-ambiguous", "", {"leaf.san": cert.san(("uri", IDENTITY), ("email", "dev@mint.example"))})
case("identity-san-ambiguous", "same-twice", {"leaf.san": cert.san(("uri", IDENTITY), ("uri", IDENTITY))})
case("identity-issuer-missing", "", {"leaf.fulcio": lambda f: {k: v for k, v in f.items() if k not in ("1", "8")}})
case("identity-issuer-inconsistent", "", {"leaf.fulcio": lambda f: {**f, "1": ("https://github.mint.example", True)}})
case("identity-extension-malformed", "issuer-not-der", {"leaf.fulcio": lambda f: {**f, "8": (ISSUER.encode(), False)}})
case("identity-extension-malformed", "issuer-trailing-byte", {"leaf.fulcio": lambda f: {**f, "8": (der.utf8(ISSUER) + b"\0", False)}})
case("identity-extension-malformed", "issuer-other-string-type", {"leaf.fulcio": lambda f: {**f, "8": (der.printable(ISSUER), False)}})
case("identity-extension-malformed", "asked-for", {"leaf.fulcio": lambda f: {**f, "12": (der.utf8(b"\xff\xfe"), False)}},
     flags=("--certificate-extension", "source-repository-uri=https://gitlab.mint.example/acme/edge"))


def asked(*flags):
    """Run with these flags instead of the identity ones; the control has the right ones."""
    def via(folder, settings, knobs, more):
        return verify_blob(folder, mint(**settings), by=flags if "refuse" in knobs else IDENTITY_FLAGS)
    return via


for name, identity, issuer in [("prefix", IDENTITY[:-1], ISSUER), ("longer", IDENTITY + "x", ISSUER),
                               ("upper-case", IDENTITY.upper(), ISSUER), ("slash", IDENTITY + "/", ISSUER),
                               ("single-slash", IDENTITY.replace("//.gitlab", "/.gitlab"), ISSUER)]:
    case("identity-san-mismatch", name, {"refuse": True}, via=asked(
        "--certificate-identity", identity, "--certificate-oidc-issuer", issuer))
case("identity-san-mismatch", "regexp", {"refuse": True}, via=asked(
    "--certificate-identity-regexp", "^https://gitlab[.]mint[.]example/[a-z]+$", "--certificate-oidc-issuer", ISSUER))
for name, issuer in [("slash", ISSUER + "/"), ("prefix", ISSUER[:-1]), ("http", ISSUER.replace("https", "http"))]:
    case("identity-issuer-mismatch", name, {"refuse": True}, via=asked(
        "--certificate-identity", IDENTITY, "--certificate-oidc-issuer", issuer))
case("identity-issuer-mismatch", "regexp", {"refuse": True}, via=asked(
    "--certificate-identity", IDENTITY, "--certificate-oidc-issuer-regexp", "^https://github"))
for pattern in ("(", "[z-a]", "a**", r"(a)\1", "(?=a)", "a{1001}", r"\pZork", "(?P<n", "*a"):
    case("identity-regex-invalid", pattern, {"refuse": True}, via=asked(
        "--certificate-identity-regexp", pattern, "--certificate-oidc-issuer", ISSUER))
for flag, right in [("trigger", "push"), ("sha", EXTENSIONS["3"][0]), ("name", "release"), ("repository", "acme/edge"),
                    ("ref", "refs/heads/main")]:
    case("identity-extension-mismatch", "github-workflow-" + flag, flags=("--certificate-github-workflow-" + flag, right + "x"),
         control_flags=("--certificate-github-workflow-" + flag, right))
EXTENSION_NAMES = {"9": "build-signer-uri", "10": "build-signer-digest", "11": "runner-environment", "12": "source-repository-uri",
                   "13": "source-repository-digest", "14": "source-repository-ref", "15": "source-repository-identifier",
                   "16": "source-repository-owner-uri", "17": "source-repository-owner-identifier", "18": "build-config-uri",
                   "19": "build-config-digest", "20": "build-trigger", "21": "run-invocation-uri",
                   "22": "source-repository-visibility-at-signing", "23": "deployment-environment", "24": "token-subject"}
for suffix, name in EXTENSION_NAMES.items():
    right = EXTENSIONS[suffix][0]
    case("identity-extension-mismatch", name, flags=("--certificate-extension", f"{name}={right}x"),
         control_flags=("--certificate-extension", f"{name}={right}"))
    case("identity-extension-mismatch", "1.3.6.1.4.1.57264.1." + suffix,
         flags=("--certificate-extension", f"1.3.6.1.4.1.57264.1.{suffix}={right[:-1]}"),
         control_flags=("--certificate-extension", f"1.3.6.1.4.1.57264.1.{suffix}={right}"))
case("identity-extension-mismatch", "absent", {"leaf.fulcio": lambda f: {k: v for k, v in f.items() if k != "3"}},
     flags=("--certificate-github-workflow-sha", EXTENSIONS["3"][0]))

# SCTs
case("sct-missing", "", {"sct.present": False})
case("sct-malformed", "total", {"sct.list": lambda l: l + b"\0"})
case("sct-malformed", "empty-list", {"sct.list": b"\0\0"})
case("sct-malformed", "cut-off", {"sct.sct": lambda s: s[:-1]})
case("sct-malformed", "no-octet-string", {"sct.value": lambda v: v[2:]})
case("sct-log-unknown", "", {"sct.log_id": bytes(32)})
case("sct-outside-log-validity", "before", {"trust": edited(ctlogs__0__publicKey__validFor__start="2025-06-01T11:59:50.124Z")})
case("sct-outside-log-validity", "after", {"trust": edited(ctlogs__0__publicKey__validFor=lambda v: {**v, "end": "2025-06-01T11:59:50.122Z"})})
case("sct-signature-invalid", "other-key", {"sct.key": OTHER})
case("sct-signature-invalid", "other-time", {"sct.signed": lambda s: s[:9] + bytes([s[9] ^ 1]) + s[10:]})
case("sct-signature-invalid", "other-issuer", {"sct.issuer_spki": OTHER384.spki})
case("sct-signature-invalid", "over-another-certificate", {"sct.tbs": lambda t: t[:-1] + bytes([t[-1] ^ 1])})
case("sct-signature-invalid", "extensions-not-signed", {"sct.extensions": b"\0\0\5\0\0\0\0\x70", "sct.signed": lambda s: s[:-10] + b"\0\0"})

# Log entries
case("tlog-entry-missing", "certificate", logs=(), timestamp=True, control=dict(logs=("v1",)))
case("tlog-entry-missing", "key", logs=(), control=dict(logs=("v1",)), **KEY)
case("tlog-entry-missing", "layer", logs=(), timestamp=True, control=dict(logs=("v1",)), **SIMPLE)
case("tlog-entry-malformed", "negative-index", {"entry.log_index": -1})
case("tlog-entry-malformed", "no-body", {"entry.json": edited(canonicalizedBody=DROP)})
case("tlog-entry-malformed", "empty-body", {"entry.body_bytes": b""})
case("tlog-entry-malformed", "no-kind", {"entry.json": edited(kindVersion=DROP)})
case("tlog-entry-malformed", "no-log-id", {"entry.json": edited(logId=DROP)}, version="0.2", material="chain")
case("tlog-entry-malformed", "negative-time", {"entry.time": -1}, timestamp=True)
case("tlog-duplicate-entry", "", {"entries": lambda e: e * 2})
case("tlog-duplicate-entry", "other-index", {"entries": lambda e: e + [{**e[0], "logIndex": "4163437"}]}, promise=False, timestamp=True)
case("tlog-duplicate-entry", "two-promises", logs=("v1", "v1"), control=dict(logs=("v1", "v1b")))
case("tlog-duplicate-entry", "once-without-log-id", {"entries": lambda e: e + [{k: v for k, v in e[0].items() if k != "logId"}]}, **V2)
case("tlog-log-unknown", "", {"entry.log_id": bytes(32)})
case("tlog-log-unknown", "key", {"entry.log_id": bytes(32)}, **KEY)
case("tlog-log-unknown", "v2", {"entry.log_id": bytes(32), "trust": edited(tlogs__2=DROP)}, **V2)
case("tlog-log-unknown", "layer", {"entry.log_id": bytes(32)}, **SIMPLE)
case("tlog-log-outside-validity", "after", {"trust": edited(tlogs__0__publicKey__validFor=lambda v: {**v, "end": "2025-06-01T11:59:59.999Z"})})
case("tlog-log-outside-validity", "before", {"trust": edited(tlogs__0__publicKey__validFor__start="2025-06-01T12:00:00.000000001Z")})
case("tlog-log-outside-validity", "v2-ended", {"trust": edited(tlogs__2__publicKey__validFor=lambda v: {**v, "end": "2025-06-01T12:00:00Z"})}, **V2)
case("tlog-log-outside-validity", "proof-only-ended", {"trust": edited(tlogs__0__publicKey__validFor=lambda v: {
    **v, "end": "2025-06-01T12:00:00Z"})}, promise=False, timestamp=True)
case("tlog-log-outside-validity", "key", {"trust": edited(tlogs__0__publicKey__validFor__start="2025-06-01T12:00:01Z")}, **KEY)
for kind in ("rekord", "alpine", "helm", "jar", "rpm", "rfc3161", "tuf", "cose"):
    case("tlog-kind-unsupported", kind, kind=(kind, "0.0.1"), control=dict(kind=None))
case("tlog-kind-unsupported", "intoto-0.0.1-in-bundle", kind=("intoto", "0.0.1"), control=dict(kind=("intoto", "0.0.2")), **DSSE)
case("tlog-kind-unsupported", "future", {"entry.body": edited(apiVersion="0.0.9"), "entry.version": "0.0.9"})
case("tlog-kind-mismatch", "kind", {"entry.kind": "intoto", "entry.version": "0.0.2"}, **DSSE)
case("tlog-kind-mismatch", "body-kind", {"entry.body": edited(kind="intoto")}, **DSSE)
case("tlog-kind-mismatch", "body-version", {"entry.body": edited(apiVersion="0.0.2")}, **DSSE)
case("tlog-kind-mismatch", "hashedrekord", {"entry.body": edited(apiVersion="0.0.3")})
case("tlog-body-malformed", "not-json", {"entry.body_bytes": lambda b: b[:-1]})
case("tlog-body-malformed", "unknown-member", {"entry.body": edited(spec__extra="x")})
case("tlog-body-malformed", "same-member-twice", {"entry.body_bytes": text('"kind":"hashedrekord"', '"kind":"hashedrekord","kind":"hashedrekord"')})
case("tlog-body-malformed", "no-hash", {"entry.body": edited(spec__data=DROP)})
case("tlog-body-malformed", "not-pem", {"verifier_pem": "hello"})
case("tlog-body-malformed", "trailing-data", {"entry.body_bytes": lambda b: b + b"{}"})
case("tlog-body-not-canonical", "blank", {"entry.body_bytes": lambda b: b.replace(b'"kind":', b'"kind": ')}, **V2)
case("tlog-body-not-canonical", "order", {"entry.body_bytes": lambda b: compact(dict(reversed(list(json.loads(b).items()))))}, **V2)
case("tlog-content-mismatch", "hashedrekord-for-an-envelope", kind=("hashedrekord", "0.0.1"), control=dict(kind=None), **DSSE)
case("tlog-content-mismatch", "dsse-for-a-message", {"entry.kind": "dsse", "entry.body": lambda b: {
    "apiVersion": "0.0.1", "kind": "dsse", "spec": {
        "envelopeHash": {"algorithm": "sha256", "value": "00" * 32}, "payloadHash": b["spec"]["data"]["hash"],
        "signatures": [{"signature": b["spec"]["signature"]["content"], "verifier": b["spec"]["signature"]["publicKey"]["content"]}]}}})
second = mint().key.sign(b"what was signed\n")
case("tlog-signature-mismatch", "second-good-signature", {"entry.body": edited(spec__signature__content=b64(second))})
case("tlog-signature-mismatch", "key", {"entry.body": edited(spec__signature__content=b64(second))}, **KEY)
case("tlog-signature-mismatch", "dsse", {"entry.body": edited(spec__signatures__0__signature=b64(second))}, **DSSE)
case("tlog-signature-mismatch", "intoto", {"entry.body": edited(
    spec__content__envelope__signatures__0__sig=b64(b64(second).encode()))}, kind=("intoto", "0.0.2"), **DSSE)
case("tlog-signature-mismatch", "v2", {"entry.body": edited(spec__hashedRekordV002__signature__content=b64(second))}, **V2)
case("tlog-signature-mismatch", "dsse-0.0.2", {"entry.body": edited(spec__dsseV002__signatures__0__content=b64(second))},
     kind=("dsse", "0.0.2"), **V2, **DSSE)
case("tlog-signature-mismatch", "layer", {"entry.body": edited(spec__signature__content=b64(second))}, **SIMPLE)
case("tlog-signature-mismatch", "same-signature-with-s-negated", {"entry.body": edited(
    spec__signature__content=lambda s: b64(mint_keys.negate_s(base64.b64decode(s))))})
OTHER_PEM = pem("CERTIFICATE", other_leaf.der)
case("tlog-key-mismatch", "another-certificate-of-the-same-key", {"verifier_pem": OTHER_PEM})
case("tlog-key-mismatch", "bare-key-for-a-certificate", {"verifier_pem": mint().key.pem})
case("tlog-key-mismatch", "key", {"verifier_pem": OTHER.pem}, **KEY)
case("tlog-key-mismatch", "dsse", {"verifier_pem": OTHER_PEM}, **DSSE)
case("tlog-key-mismatch", "intoto", {"verifier_pem": OTHER_PEM}, kind=("intoto", "0.0.2"), **DSSE)
case("tlog-key-mismatch", "v2", {"entry.body": edited(
    spec__hashedRekordV002__signature__verifier__x509Certificate__rawBytes=b64(other_leaf.der))}, **V2)
case("tlog-key-mismatch", "v2-key-details", {"entry.body": edited(
    spec__hashedRekordV002__signature__verifier__keyDetails="PKIX_ECDSA_P384_SHA_384")}, **V2)
case("tlog-key-mismatch", "layer", {"verifier_pem": OTHER_PEM}, **SIMPLE)
case("tlog-digest-mismatch", "", {"entry.body": edited(spec__data__hash__value="00" * 32)})
case("tlog-body-malformed", "upper-case-digest", {"entry.body": edited(spec__data__hash__value=str.upper)})
case("tlog-digest-mismatch", "dsse", {"entry.body": edited(spec__payloadHash__value="00" * 32)}, **DSSE)
case("tlog-digest-mismatch", "intoto", {"entry.body": edited(spec__content__payloadHash__value="00" * 32)}, kind=("intoto", "0.0.2"), **DSSE)
case("tlog-digest-mismatch", "v2", {"entry.body": edited(spec__hashedRekordV002__data__digest=b64(bytes(32)))}, **V2)
case("tlog-digest-mismatch", "v2-payload-instead-of-pae", {"entry.body": lambda b: edited(
    spec__hashedRekordV002__data__digest=b64(hashlib.sha256(b"{}").digest()))(b)}, **V2, **DSSE)
case("tlog-digest-mismatch", "layer", {"entry.body": edited(spec__data__hash__value="00" * 32)}, **SIMPLE)
case("tlog-digest-mismatch", "att-envelope-hash", {"entry.body": edited(spec__envelopeHash__value="00" * 32)}, **ATT)
case("tlog-digest-mismatch", "att-intoto-0.0.1", {"entry.body": edited(spec__content__hash__value="00" * 32)}, kind=("intoto", "0.0.1"), **ATT)
case("tlog-promise-missing", "0.1", promise=False, timestamp=True, control=dict(promise=True), **V1_CHAIN)
case("tlog-promise-invalid", "other-key", {"entry.set.key": OTHER})
case("tlog-promise-invalid", "other-index", {"entry.json": edited(logIndex="4163437")})
case("tlog-promise-invalid", "other-time", {"entry.json": edited(integratedTime=str(T + 1))})
case("tlog-promise-invalid", "beside-a-timestamp", {"entry.set.key": OTHER}, timestamp=True)
case("tlog-promise-invalid", "key", {"entry.set.key": OTHER}, **KEY)
case("tlog-promise-invalid", "layer", {"entry.set.key": OTHER}, **SIMPLE)
case("tlog-promise-invalid", "layer-time", {"cosign2": edited(Payload__integratedTime=T + 1)}, **SIMPLE)
case("tlog-promise-invalid", "att", {"entry.set.key": OTHER}, **ATT)
case("tlog-proof-missing", "0.2", proof=False, control=dict(proof=True), material="chain", version="0.2")
case("tlog-proof-missing", "0.3", proof=False, control=dict(proof=True))
case("tlog-proof-missing", "v2", {"entry.proof": False}, **V2)
case("tlog-proof-malformed", "one-hash-more", {"entry.proof.hashes": lambda h: h + [bytes(32)]})
case("tlog-proof-malformed", "one-hash-less", {"entry.proof.hashes": lambda h: h[:-1]})
case("tlog-proof-malformed", "short-hash", {"entry.proof.hashes": lambda h: h[:-1] + [h[-1][:-1]]})
case("tlog-proof-malformed", "no-hashes", {"entry.proof.hashes": []})
case("tlog-proof-index-range", "", {"entry.proof.index": 13})
case("tlog-proof-index-range", "far", {"entry.proof.index": 2 ** 63 - 1})
case("tlog-proof-invalid", "other-leaf", {"entry.tree.leaf": bytes(32)})
case("tlog-proof-invalid", "other-position", {"entry.proof.index": 4})
case("tlog-proof-invalid", "hash", {"entry.proof.hashes": lambda h: [bytes([h[0][0] ^ 1]) + h[0][1:]] + h[1:]})
case("tlog-proof-invalid", "v2", {"entry.tree.leaf": bytes(32)}, **V2)
FUTURE = 4102444800
AUTHORITY_2100 = {"root.not_after": FUTURE + 10 ** 9, "intermediate.not_after": FUTURE + 10 ** 9}


def future(folder, settings, knobs, flags):
    settings = {**settings, "time_s": FUTURE if "refuse" in knobs else T}
    return verify_blob(folder, mint(**settings, knobs=AUTHORITY_2100), flags)


case("tlog-time-in-future", "", {"refuse": True}, via=future)
case("tlog-time-outside-cert", "after", {"leaf.not_after": T - 1})
case("tlog-time-outside-cert", "before", {"leaf.not_before": T + 1})
case("tlog-time-outside-cert", "proof-only", {"entry.time": T + 591}, promise=False, timestamp=True)
case("tlog-time-outside-cert", "layer", {"leaf.not_after": T - 1}, **SIMPLE)

# Checkpoints
case("checkpoint-missing", "", {"entry.checkpoint.present": False})
case("checkpoint-missing", "0.1", {"entry.checkpoint.present": False}, **V1_CHAIN)
case("checkpoint-missing", "empty", {"entry.checkpoint.envelope": ""})
case("checkpoint-missing", "v2", {"entry.checkpoint.present": False}, **V2)
for name, change in [
        ("no-last-newline", lambda e: e[:-1]), ("no-signatures", lambda e: e[:e.index("\n\n") + 2]),
        ("no-empty-line", lambda e: e.replace("\n\n", "\n")), ("hyphen", lambda e: e.replace("\u2014", "-")),
        ("carriage-return", lambda e: e.replace("\n\n", "\r\n\n")), ("short-signature", lambda e: re.sub(r" \S+\n$", " AAAA\n", e)),
        ("signature-not-base64", lambda e: re.sub(r" \S+\n$", " !!!!!!!!\n", e))]:
    case("checkpoint-malformed", name, {"entry.checkpoint.envelope": change})
    case("checkpoint-malformed", "v2-" + name, {"entry.checkpoint.envelope": change}, **V2)
for name, change in [
        ("leading-zero", lambda t: t.replace("\n13\n", "\n013\n")), ("plus", lambda t: t.replace("\n13\n", "\n+13\n")),
        ("no-size", lambda t: t.replace("\n13\n", "\n")), ("two-lines", lambda t: "\n".join(t.split("\n")[:2]) + "\n"),
        ("huge-size", lambda t: t.replace("\n13\n", "\n18446744073709551629\n")),
        ("short-root", lambda t: re.sub(r"\n[^\n]{44}\n$", "\n" + b64(bytes(31)) + "\n", t)),
        ("no-origin", lambda t: "\n" + t.split("\n", 1)[1])]:
    case("checkpoint-malformed", "signed-" + name, {"entry.checkpoint.text": change})
case("checkpoint-origin-mismatch", "", {"entry.checkpoint.origin": "rekor9.mint.example"}, **V2)
case("checkpoint-origin-mismatch", "ecdsa-log", {"entry.checkpoint.origin": "rekor2.mint.example"}, logs=("v2ec",))
case("checkpoint-key-unknown", "", {"entry.checkpoint.key_id": b"\0\0\0\0"})
case("checkpoint-key-unknown", "v2-key-id", {"entry.checkpoint.key_id": b"\0\0\0\0"}, **V2)
case("checkpoint-key-unknown", "v2-name", {"entry.checkpoint.name": "witness.mint.example"}, **V2)
case("checkpoint-signature-invalid", "", {"entry.checkpoint.key": rekor.Log("rekor.mint.example", OTHER, 1)})
case("checkpoint-signature-invalid", "v2", {"entry.checkpoint.key": rekor.Log("rekor2.mint.example", key("o", "ed25519"), 2)}, **V2)
case("checkpoint-signature-invalid", "extension-added", {"entry.checkpoint.signed": lambda t: t.replace("x\n", ""), "entry.checkpoint.extension": "x\n"})
case("checkpoint-signature-invalid", "beside-a-promise", {"entry.checkpoint.signed": "x"})
case("checkpoint-root-mismatch", "", {"entry.proof.root": bytes(32)})
case("checkpoint-root-mismatch", "checkpoint", {"entry.checkpoint.root": bytes(32)})
case("checkpoint-root-mismatch", "v2", {"entry.proof.root": bytes(32)}, **V2)
case("checkpoint-size-mismatch", "", {"entry.proof.size": 14})
case("checkpoint-size-mismatch", "v2", {"entry.proof.size": 14}, **V2)
case("checkpoint-size-mismatch", "checkpoint", {"entry.checkpoint.size": 14})

# Time
case("time-missing", "v2", timestamp=False, control=dict(timestamp=True), **V2)
case("time-missing", "proof-only", promise=False, control=dict(timestamp=True))
case("time-missing", "proof-only-with-a-time", {"entry.time": T}, promise=False, control=dict(timestamp=True))

# Timestamps
case("timestamp-malformed", "cut-off", {"tst.der": lambda d: d[:-1]}, **V2)
case("timestamp-malformed", "trailing-byte", {"tst.der": lambda d: d + b"\0"}, **V2)
case("timestamp-malformed", "beside-a-promise", {"tst.der": b"hello"}, timestamp=True)
case("timestamp-malformed", "no-token", {"tst.token": b""}, **V2)
case("timestamp-malformed", "bare-token", {"tst.der": lambda d: der.children(der.read(d)[1])[1][2]}, **V2)
case("timestamp-malformed", "two-signers", {"tst.signer_infos": lambda s: s * 2}, **V2)
case("timestamp-malformed", "no-signer", {"tst.signer_infos": []}, **V2)
case("timestamp-malformed", "critical-extension", {"tst.info_rest": lambda r: r + [der.explicit(1, cert.extension(
    "1.3.6.1.4.1.99999.2", True, der.null()))]}, **V2)
case("timestamp-malformed", "month-13", {"tst.gen_time": der.tlv(24, b"20251301120000Z")}, **V2)
case("timestamp-status-rejected", "rejection", {"tst.status": der.seq(der.integer(2))}, **V2)
case("timestamp-status-rejected", "waiting", {"tst.status": der.seq(der.integer(3))}, **V2)
case("timestamp-content-type", "", {"tst.content_type": "1.2.840.113549.1.7.1"}, **V2)
case("timestamp-hash-unsupported", "sha1", {"tst.imprint_hash": "sha1"}, **V2)
FOREIGN = timestamp_authority(Knobs({}), "foreign", "foreign")[1]
case("timestamp-signer-missing", "", {"tst.signer_certificate": FOREIGN.der, "tst.key": FOREIGN.key, "tst.certificates": []}, **V2)
case("timestamp-signer-untrusted", "", {"tst.signer_certificate": FOREIGN.der, "tst.key": FOREIGN.key,
                                       "tst.certificates": [FOREIGN.der]}, **V2)
case("timestamp-signer-untrusted", "no-authority", {"trust": edited(timestampAuthorities=[])}, **V2)
for name, at in (("content-type", 0), ("message-digest", 1), ("ess", 2)):
    case("timestamp-attr-missing", name, {"tst.attributes": lambda a, at=at: a[:at] + a[at + 1:]}, **V2)
case("timestamp-attr-mismatch", "message-digest", {"tst.message_digest": bytes(32)}, **V2)
case("timestamp-attr-mismatch", "content-type", {"tst.attributes": lambda a: [
    tsa.attribute(tsa.CONTENT_TYPE, der.oid("1.2.840.113549.1.7.1"))] + a[1:]}, **V2)
case("timestamp-ess-mismatch", "v2", {"tst.ess": tsa.ess_v2(FOREIGN.der)}, **V2)
case("timestamp-ess-mismatch", "v1", {"tst.ess": tsa.ess_v1(FOREIGN.der)}, **V2)
case("timestamp-signature-invalid", "other-key", {"tst.key": OTHER}, **V2)
case("timestamp-signature-invalid", "flipped", {"tst.signature": lambda s: s[:-1] + bytes([s[-1] ^ 1])}, **V2)
case("timestamp-signature-invalid", "beside-a-promise", {"tst.key": OTHER}, timestamp=True)
case("timestamp-signature-invalid", "key-mode", {"tst.key": OTHER}, timestamp=True, **KEY)
case("timestamp-chain-invalid", "leaf-expired", {"tsa.not_after": T}, **V2)
case("timestamp-chain-invalid", "leaf-not-yet", {"tsa.not_before": T + 2}, **V2)
case("timestamp-chain-invalid", "root-expired", {"tsaroot.not_after": T}, **V2)
case("timestamp-chain-invalid", "signature", {"tsa.issuer_key": OTHER384}, **V2)
case("timestamp-chain-invalid", "root-no-ca", {"tsaroot.extensions": instead(cert.BC, der.seq())}, **V2)
case("timestamp-eku", "none", {"tsa.extensions": without(cert.EKU)}, **V2)
case("timestamp-eku", "not-critical", {"tsa.extensions": instead(cert.EKU, cert.eku(cert.TIME_STAMPING), False)}, **V2)
case("timestamp-eku", "second-purpose", {"tsa.extensions": instead(cert.EKU, cert.eku(cert.TIME_STAMPING, cert.CODE_SIGNING))}, **V2)
case("timestamp-eku", "second-unknown-purpose", {"tsa.extensions": instead(cert.EKU, cert.eku(cert.TIME_STAMPING, "1.3.6.1.4.1.99999.3"))}, **V2)
case("timestamp-eku", "other-purpose", {"tsa.extensions": instead(cert.EKU, cert.eku(cert.CODE_SIGNING))}, **V2)
case("timestamp-imprint-mismatch", "", {"tst.stamped": b"another signature"}, **V2)
case("timestamp-imprint-mismatch", "artifact-instead-of-signature", {"tst.stamped": b"what was signed\n"}, **V2)
case("timestamp-imprint-mismatch", "att-signature-instead-of-envelope", {"tst.stamped": b"x"}, timestamp=True, **ATT)
case("timestamp-outside-tsa-validity", "after", {"trust": edited(
    timestampAuthorities__0__validFor=lambda v: {**v, "end": "2025-06-01T12:00:00.999999999Z"})}, **V2)
case("timestamp-outside-tsa-validity", "before", {"trust": edited(
    timestampAuthorities__0__validFor__start="2025-06-01T12:00:01.000000001Z")}, **V2)

# Envelopes and statements
case("dsse-signature-count", "two", {"envelope": edited(signatures=lambda s: s * 2)}, **DSSE)
case("dsse-signature-count", "none", {"envelope": edited(signatures=[])}, **DSSE)
case("dsse-signature-count", "att", {"envelope": edited(signatures=lambda s: s * 2)}, **ATT)
case("dsse-payload-type-unsupported", "text", {"payload_type": "text/plain"}, **DSSE)
case("dsse-payload-type-unsupported", "prefix", {"payload_type": "application/vnd.in-toto+json; charset=utf-8"}, **DSSE)
case("dsse-payload-type-unsupported", "empty", {"payload_type": ""}, **DSSE)
case("dsse-payload-type-unsupported", "att", {"payload_type": "text/plain"}, **ATT)
case("statement-malformed", "not-json", {"payload": b"hello"}, **DSSE)
case("statement-malformed", "empty", {"payload": b""}, **DSSE)
case("statement-malformed", "array", {"payload": b"[]"}, **DSSE)
case("statement-malformed", "subject-is-a-string", {"statement": edited(subject="x")}, **DSSE)
case("statement-malformed", "no-predicate-type", {"statement": edited(predicateType=DROP)}, **DSSE)
case("statement-malformed", "att", {"payload": b"hello"}, **ATT)
case("statement-type-unsupported", "", {"statement": edited(_type="https://in-toto.io/Statement/v2")}, **DSSE)
case("statement-type-unsupported", "att", {"statement": edited(_type="https://in-toto.io/Statement/v2")}, **ATT)
case("subject-missing", "", {"statement.subjects": []}, **DSSE)
case("subject-mismatch", "", {"statement.subjects": [{"digest": {"sha256": "00" * 32}}]}, **DSSE)
case("subject-mismatch", "upper-case", {"statement.subjects": lambda s: [{"digest": {"sha256": s[0]["digest"]["sha256"].upper()}}]}, **DSSE)
case("subject-mismatch", "weak-hash-only", {"statement.subjects": [{"digest": {"sha1": hashlib.sha1(b"what was signed\n").hexdigest()}}]}, **DSSE)
case("subject-mismatch", "right-value-under-another-name", {"statement.subjects": lambda s: [{"digest": {"gitCommit": s[0]["digest"]["sha256"]}}]}, **DSSE)
case("subject-mismatch", "name-only", {"statement.subjects": lambda s: [{"name": s[0]["digest"]["sha256"], "digest": {"sha256": "00" * 32}}]}, **DSSE)
case("subject-mismatch", "image", {"statement.subjects": [{"digest": {"sha256": "00" * 32}}]}, content="dsse", via=on_image)
case("subject-mismatch", "att", {"statement.subjects": [{"digest": {"sha256": "00" * 32}}]}, **ATT)
case("predicate-type-mismatch", "asked-type", predicate_type="https://spdx.dev/Document", control=dict(predicate_type=CUSTOM_PREDICATE),
     content="dsse", via=verify_blob_attestation)
case("predicate-type-mismatch", "attestation-is-no-signature", predicate_type="https://spdx.dev/Document",
     control=dict(predicate_type=None), content="dsse", via=on_image)
case("predicate-type-mismatch", "att", predicate_type="https://spdx.dev/Document", control=dict(predicate_type=None), **ATT)

# Simple signing
case("payload-malformed", "not-json", {"payload": b"hello"}, **SIMPLE)
case("payload-malformed", "no-critical", {"claims": edited(critical=DROP)}, **SIMPLE)
case("payload-malformed", "same-member-twice", {"payload": text('"optional":null', '"optional":null,"optional":null')}, **SIMPLE)
case("payload-malformed", "trailing-data", {"payload": lambda p: p + b"{}"}, **SIMPLE)
case("payload-type-mismatch", "", {"claims": edited(critical__type="atomic container signature")}, **SIMPLE)
case("payload-digest-mismatch", "", {"claims": edited(critical__image={"docker-manifest-digest": "sha256:" + "00" * 32})}, **SIMPLE)
case("payload-digest-mismatch", "without-algorithm", {"claims": edited(critical__image=lambda i: {
    "docker-manifest-digest": i["docker-manifest-digest"][7:]})}, **SIMPLE)
A = {"tag": "main", "number": "1"}
for label, extra in (("bundle", dict(content="dsse", via=on_image)), ("layer", SIMPLE)):
    for name, flags in [("other-value", ("-a", "tag=v1")), ("absent", ("-a", "stage=release")), ("prefix", ("-a", "tag=mai")),
                        ("longer", ("-a", "tag=main1")), ("case", ("-a", "tag=Main")), ("one-of-two", ("-a", "tag=main,number=2")),
                        ("regexp", ("-a", "tag~=^v[0-9]+$")), ("empty", ("-a", "tag="))]:
        case("annotation-mismatch", f"{label}-{name}", annotations=A, flags=flags, control_flags=("-a", "tag=main", "-a", "number=1"), **extra)
case("annotation-mismatch", "number-is-no-string", {"claims": edited(optional={"number": 1})}, annotations=A, flags=("-a", "number=1"), **SIMPLE)
case("annotation-mismatch", "only-on-another-subject", {"statement.subjects": lambda s: [
    {"digest": s[0]["digest"]}, {"digest": {"sha256": "00" * 32}, "annotations": A}]}, annotations=A, flags=("-a", "tag=main"),
    content="dsse", via=on_image)
case("layer-signature-missing", "", {"layer.annotations": edited(**{"dev.cosignproject.cosign/signature": DROP})}, **SIMPLE)
case("layer-annotation-malformed", "bundle", {"cosign2.text": "{"}, **SIMPLE)
case("layer-annotation-malformed", "bundle-not-an-object", {"cosign2.text": "[]"}, **SIMPLE)
case("layer-annotation-malformed", "timestamp", {"cosign2.timestamp": "{"}, timestamp=True, **SIMPLE)
case("layer-annotation-malformed", "att-bundle", {"cosign2.text": "{"}, **ATT)


def limits_case(folder, settings, knobs, flags):
    return verify_blob_attestation(folder, mint(**settings, knobs=knobs), flags)


case("limit-exceeded", "subjects", {"statement.subjects": lambda s: s * 1025}, content="dsse", predicate_type=CUSTOM_PREDICATE, via=limits_case)
case("limit-exceeded", "digests", {"statement.subjects": lambda s: [{"digest": {**s[0]["digest"], **{f"x{i}": "00" for i in range(32)}}}]},
     content="dsse", predicate_type=CUSTOM_PREDICATE, via=limits_case)
case("limit-exceeded", "chain", {"chain": lambda c: c + [mint().intermediate.der] * 10}, **V1_CHAIN)
case("limit-exceeded", "certificate", {"leaf.fulcio": lambda f: {**f, "21": ("x" * 17000, False)}})
case("tlog-proof-malformed", "65-hashes", {"entry.proof.hashes": lambda h: h + [bytes(32)] * 61})
case("checkpoint-malformed", "64-kib", {"entry.checkpoint.extension": "x" * 65536 + "\n"})
case("checkpoint-malformed", "65-lines", {"entry.checkpoint.lines": lambda lines: lines + [
    rekor.note_line("w%d.example" % i, b"abcd", bytes(64)) for i in range(64)]})
case("limit-exceeded", "timestamp", {"tst.certificates": lambda c: c * 200}, **V2)
case("limit-exceeded", "signature", {"signature": bytes(1025)}, **V2)
case("limit-exceeded", "bundle", {"bundle.text": lambda t: t + b" " * (5 << 20)})


def id_of(entry):
    return entry["code"] + ("/" + entry["name"] if entry["name"] else "")


def perform(entry, folder, defect):
    settings = dict(entry["settings"])
    if not defect:
        settings.update(entry["control"])
    flags = entry["flags"] if defect else entry["control_flags"]
    knobs = entry["knobs"] if defect else {}
    via = entry["via"]
    if via in (verify_blob, verify_blob_attestation):
        return via(folder, mint(**settings, knobs=knobs), flags)
    return via(folder, settings, knobs, flags)


@pytest.mark.parametrize("entry", CASES, ids=id_of)
def test_refused(entry, tmp_path):
    perform(entry, tmp_path / "refused", True).refused(entry["code"])


@pytest.mark.parametrize("entry", CASES, ids=id_of)
def test_control_is_accepted(entry, tmp_path):
    if entry["code"] == "cert-not-expected":
        if entry["settings"].get("content") == "simplesigning":
            layout, _, m = image_with(entry["settings"])
            verify_image(tmp_path, layout, m).accepted()
        else:
            verify_blob(tmp_path, mint(**entry["settings"])).accepted()
        return
    perform(entry, tmp_path / "control", False).accepted()


# --- what does not fit the table ----------------------------------------------------

OWN_TESTS = {}


def covers(*codes):
    def mark(function):
        for code in codes:
            OWN_TESTS.setdefault(code, []).append(function.__name__)
        return function
    return mark


@covers("usage-error")
@pytest.mark.parametrize("flags", [
    (), ("--certificate-identity", IDENTITY), ("--certificate-oidc-issuer", ISSUER),
    IDENTITY_FLAGS + ("--no-such-flag",), IDENTITY_FLAGS + ("--certificate-identity-regexp", ".*"),
    IDENTITY_FLAGS + ("--key", "KEY"), IDENTITY_FLAGS + ("--bundle",)], ids=str)
def test_usage_error(flags, tmp_path):
    m = mint()
    (tmp_path / "KEY").write_text(m.key.pem)
    verify_blob(tmp_path, m).accepted()
    result = verify_blob(tmp_path, m, by=flags)
    assert result.status == 2, result
    assert result.stderr.strip(), result


@covers("usage-error")
def test_usage_error_annotations_without_claims(tmp_path):
    layout, _, m = image_with({"annotations": {"tag": "main"}})
    verify_image(tmp_path, layout, m, ("-a", "tag=main")).accepted()
    assert verify_image(tmp_path, layout, m, ("-a", "tag=main", "--check-claims=false")).status == 2


@covers("config-invalid")
@pytest.mark.parametrize("flags", [("--signature-digest-algorithm", "md5"), ("--timeout", "soon"), ("-a", "ver")], ids=str)
def test_config_invalid(flags, tmp_path):
    layout, _, m = image_with({})
    verify_image(tmp_path, layout, m).accepted()
    result = verify_image(tmp_path, layout, m, flags)
    assert result.status == 2, result
    result.mentions({"config-invalid", "usage-error"})


@covers("unsupported-feature")
@pytest.mark.parametrize("name", ["awskms:///alias/x", "gcpkms://projects/x", "azurekms://v/k", "hashivault://x", "k8s://ns/x", "pkcs11:x"])
def test_unsupported_feature_kms(name, tmp_path):
    result = verify_blob(tmp_path, mint(material="key"), by=("--key", name))
    assert result.status == 2, result
    result.mentions("unsupported-feature")
    assert name.split(":")[0].encode() in result.stdout + result.stderr, result


@covers("io-error")
@pytest.mark.parametrize("missing", ["bundle.json", "artifact"])
def test_io_error(missing, tmp_path):
    m = mint()
    verify_blob(tmp_path, m).accepted()
    (tmp_path / missing).unlink()
    result = run("verify-blob", "--bundle", tmp_path / "bundle.json", "--trusted-root", tmp_path / "root.json",
                 *IDENTITY_FLAGS, "--output", "report", tmp_path / "artifact", cwd=tmp_path)
    assert result.status == 3, result
    result.mentions("io-error")


@covers("bundle-key-hint-mismatch")
def test_bundle_key_hint_mismatch_is_a_warning(tmp_path):
    hint = b64(hashlib.sha256(b"another key").digest())
    result = verify_blob(tmp_path, mint(material="key", knobs={"hint": hint})).accepted()
    result.mentions("bundle-key-hint-mismatch")
    clean = verify_blob(tmp_path, mint(material="key")).accepted()
    assert b"bundle-key-hint-mismatch" not in clean.stdout + clean.stderr
    odd = verify_blob(tmp_path, mint(material="key", knobs={"hint": "my key"})).accepted()
    assert b"bundle-key-hint-mismatch" not in odd.stdout + odd.stderr


@covers("clock-unknown")
def test_clock_unknown(tmp_path):
    """A log's time that was held against no clock says so; a yes all the same."""
    m = mint()
    assert verify_blob(tmp_path, m).accepted().candidates[0]["warnings"] == []
    result = verify_blob(tmp_path, m, ("--clock", "none", "--explain")).accepted()
    assert result.candidates[0]["warnings"] == ["clock-unknown"]
    assert b"the time is not known, so nothing was compared with it" in result.stderr
    # With neither log nor timestamp only the clock could say that the certificate is valid.
    timeless = mint(knobs={"bundle": lambda b: {**b, "verificationMaterial": {**b["verificationMaterial"], "tlogEntries": []}}})
    result = verify_blob(tmp_path, timeless, ("--insecure-ignore-tlog", "--clock", "none")).refused("time-missing")
    assert result.candidates[0]["warnings"] == ["clock-unknown"]


@covers("timestamp-duplicate-authority")
def test_timestamp_duplicate_authority_is_a_warning(tmp_path):
    result = verify_blob(tmp_path, mint(logs=("v2",), knobs={"timestamps": lambda t: t * 2})).accepted()
    result.mentions("timestamp-duplicate-authority")


@covers("key-required", "key-not-expected")
def test_key_required(tmp_path):
    """An identity was asked for, the bundle has a key: exit 13, no certificate where one was required."""
    m = mint(material="key")
    verify_blob(tmp_path, m).accepted()
    result = verify_blob(tmp_path, m, by=IDENTITY_FLAGS)
    assert result.status == 13, result
    result.refused({"key-required", "key-not-expected"})


@covers("key-required", "key-not-expected")
def test_key_required_layer(tmp_path):
    layout, _, m = image_with({"content": "simplesigning", "material": "key"})
    verify_image(tmp_path, layout, m).accepted()
    result = verify_image(tmp_path, layout, m, by=IDENTITY_FLAGS)
    assert result.status == 13, result
    result.refused({"key-required", "key-not-expected"})


@covers("reference-invalid")
@pytest.mark.parametrize("name", ["UPPER/case", "example.com/a b", "example.com/../x", "example.com/a@sha256:zz",
                                  "example.com/a@sha256:" + "A" * 64, "example.com/a:" + "t" * 129, "example.com/a%2fb",
                                  "example.com/a@sha256:" + "a" * 64 + "@sha256:" + "a" * 64, "example.com/-a", ""])
def test_reference_invalid(name, tmp_path):
    result = run("verify", *IDENTITY_FLAGS, "--output", "report", name, cwd=tmp_path, namespace=True)
    assert result.status == 2, result
    result.mentions({"reference-invalid", "usage-error"} if not name else "reference-invalid")


def layout_result(folder, spoil=lambda layout, image: None, settings=None, flags=(), ref="latest", command="verify", attach=True):
    layout, image, m = image_with(settings or {}, attach=attach)
    spoil(layout, image)
    return verify_image(folder, layout, m, flags, ref=ref, command=command)


@covers("image-not-found")
@pytest.mark.parametrize("ref", ["nope"])
def test_image_not_found(ref, tmp_path):
    layout_result(tmp_path / "a").accepted()
    result = layout_result(tmp_path / "b", ref=ref)
    assert result.status == 11, result
    result.mentions("image-not-found")


@covers("image-not-found")
def test_image_not_found_by_digest(tmp_path):
    layout, image, m = image_with({})
    path = layout.write(str(tmp_path / "l"))
    verify_image(tmp_path, layout, m, path=f"{path}@{image['digest']}", ref=None).accepted()
    result = verify_image(tmp_path, layout, m, path=f"{path}@sha256:{'0' * 64}", ref=None)
    assert result.status in (11, 12), result
    result.mentions({"image-not-found", "layout-blob-missing"})


@covers("signature-not-found")
@pytest.mark.parametrize("shape", ["directory", "tar"])
def test_signature_not_found(shape, tmp_path):
    layout, image, m = image_with({}, attach=False)
    path = layout.tar(str(tmp_path / "l.tar")) if shape == "tar" else None
    result = verify_image(tmp_path, layout, m, path=path)
    assert result.status == 10, result
    result.mentions("signature-not-found")


@covers("attestation-not-found")
def test_attestation_not_found(tmp_path):
    layout, image, m = image_with({}, attach=False)
    result = verify_image(tmp_path, layout, m, command="verify-attestation")
    assert result.status == 10, result
    result.mentions("attestation-not-found")


@covers("no-matching-signature")
def test_no_matching_signature(tmp_path):
    layout, image, m = image_with({"knobs": {"entry.set.key": OTHER}})
    image_with({"annotations": {"tag": "v1"}}, layout, image)
    result = verify_image(tmp_path / "refused", layout, m, ("-a", "tag=main"))
    assert result.status == 12, result
    assert sorted(result.codes) == ["annotation-mismatch", "tlog-promise-invalid"], result
    assert result.report["code"] in ("no-matching-signature", "annotation-mismatch"), result
    image_with({"annotations": {"tag": "main"}}, layout, image)
    assert verify_image(tmp_path / "accepted", layout, m, ("-a", "tag=main")).status == 0


@covers("no-matching-signature")
def test_the_reason_is_of_the_signature_that_got_furthest(tmp_path):
    layout, image, m = image_with({"annotations": {"tag": "v2"}})
    image_with({"knobs": {"entry.set.key": OTHER}}, layout, image)
    result = run("verify", "--trusted-root", tmp_path / "root.json", *IDENTITY_FLAGS, "-a", "tag=v1", "--local-image",
                 (lambda path: (tmp_path / "root.json").write_bytes(m.trusted_root_text) and path + ":latest")(
                     layout.write(str(tmp_path / "layout"))), cwd=tmp_path)
    assert result.status == 12, result
    assert b'annotation-mismatch: annotation "tag" is "v2", wanted "v1"' in result.stderr, result


def respell(layout, image, change):
    """Replace the image's manifest by another, consistently, keeping its tag."""
    manifest = json.loads(layout.blobs[image["digest"]])
    new = layout.manifest(change(manifest))
    for entry in layout.index["manifests"]:
        if entry["digest"] == image["digest"]:
            entry.update(digest=new["digest"], size=new["size"], mediaType=new["mediaType"])
    return new


def signed_variant(folder, change, media_type=oci.MANIFEST):
    """An image whose manifest is changed before it is signed: only the manifest rules can refuse."""
    layout = Layout()
    plain = layout.image(listed=False)
    manifest = change(json.loads(layout.blobs[plain["digest"]]))
    image = layout.list(layout.manifest(manifest, media_type), "latest")
    _, _, m = image_with({}, layout, image)
    return verify_image(folder, layout, m)


@covers("manifest-malformed")
@pytest.mark.parametrize("change", [
    lambda m: {**m, "manifests": []}, lambda m: {**m, "mediaType": oci.INDEX}, lambda m: {"schemaVersion": 2},
    lambda m: b"hello", lambda m: b"[]", lambda m: compact(m).replace(b'{"schemaVersion"', b'{"schemaVersion":2,"schemaVersion"', 1),
    lambda m: {**m, "layers": "x"}], ids=["image-and-index", "other-media-type", "neither", "not-json", "array", "same-member-twice", "layers"])
def test_manifest_malformed(change, tmp_path):
    signed_variant(tmp_path / "control", lambda m: m).accepted()
    signed_variant(tmp_path / "refused", change).refused("manifest-malformed", any_candidate=True)


@covers("manifest-media-type")
@pytest.mark.parametrize("media_type", ["application/vnd.docker.distribution.manifest.v1+prettyjws", "application/json",
                                        "application/vnd.oci.image.manifest.v2+json"])
def test_manifest_media_type(media_type, tmp_path):
    signed_variant(tmp_path / "control", lambda m: {**m, "mediaType": oci.DOCKER_MANIFEST}, oci.DOCKER_MANIFEST).accepted()
    signed_variant(tmp_path / "refused", lambda m: {**m, "mediaType": media_type}, media_type).refused("manifest-media-type")


@covers("digest-mismatch")
@pytest.mark.parametrize("what", ["manifest", "config", "layer", "referrer", "bundle", "size"])
def test_digest_mismatch(what, tmp_path):
    def spoil(layout, image):
        manifest = json.loads(layout.blobs[image["digest"]])
        referrer = next(e for e in layout.index["manifests"] if e.get("artifactType"))
        inner = json.loads(layout.blobs[referrer["digest"]])
        at = {"manifest": image["digest"], "config": manifest["config"]["digest"], "layer": manifest["layers"][0]["digest"],
              "referrer": referrer["digest"], "bundle": inner["layers"][0]["digest"], "size": image["digest"]}[what]
        if what == "size":
            for entry in layout.index["manifests"]:
                if entry["digest"] == at:
                    entry["size"] += 1
        elif what == "bundle":
            layout.blobs[at] = layout.blobs[at] + b"\n"
        elif what == "layer":
            layout.blobs[at] = b"A layer\n"
        else:
            layout.blobs[at] = layout.blobs[at].replace(b'"schemaVersion":2', b'"schemaVersion": 2').replace(b'"os":"linux"', b'"os":"linuX"')
    layout_result(tmp_path / "control").accepted()
    result = layout_result(tmp_path / "refused", spoil)
    assert result.status == 12, result
    result.mentions("digest-mismatch")


@covers("digest-mismatch")
def test_content_is_not_hashed_if_asked(tmp_path):
    def spoil(layout, image):
        manifest = json.loads(layout.blobs[image["digest"]])
        layout.blobs[manifest["layers"][0]["digest"]] = b"A layer\n"
    layout_result(tmp_path, spoil, flags=("--check-content=false",)).accepted()


@covers("digest-alg-unsupported")
@pytest.mark.parametrize("digest", ["md5:" + "0" * 32, "sha1:" + "0" * 40, "sha256+b64u:" + "0" * 43])
def test_digest_alg_unsupported(digest, tmp_path):
    signed_variant(tmp_path / "control", lambda m: m).accepted()
    result = signed_variant(tmp_path / "refused", lambda m: {**m, "layers": [{**m["layers"][0], "digest": digest}]})
    assert result.status == 12, result
    result.mentions({"digest-alg-unsupported"})


LAYOUT_DEFECTS = {
    "no-oci-layout": lambda layout, image: layout.files.pop("oci-layout"),
    "other-version": lambda layout, image: layout.files.update({"oci-layout": b'{"imageLayoutVersion":"2.0.0"}'}),
    "version-not-json": lambda layout, image: layout.files.update({"oci-layout": b"1.0.0"}),
    "index-not-json": lambda layout, image: layout.files.update({"index.json": b"{"}),
    "index-is-a-manifest": lambda layout, image: layout.files.update({"index.json": layout.blobs[image["digest"]]}),
}


@covers("layout-malformed")
@pytest.mark.parametrize("name", LAYOUT_DEFECTS)
def test_layout_malformed(name, tmp_path):
    layout_result(tmp_path / "control").accepted()
    result = layout_result(tmp_path / "refused", LAYOUT_DEFECTS[name])
    assert result.status == 12, result
    result.mentions({"layout-malformed", "manifest-malformed"} if name.startswith("index") else "layout-malformed")


def tar_member(name, data=b"x", kind=None, link=""):
    import tarfile
    info = tarfile.TarInfo(name)
    info.size = len(data) if kind is None else 0
    if kind:
        info.type, info.linkname = kind, link
    return info, data if kind is None else None


@covers("layout-malformed")
@pytest.mark.parametrize("name, edit", [
    ("absolute", lambda infos: infos + [tar_member("/etc/passwd")]),
    ("parent", lambda infos: infos + [tar_member("blobs/../../x")]),
    ("symbolic-link", lambda infos: infos + [tar_member("blobs/sha256/x", kind=b"2", link="/etc/passwd")]),
    ("hard-link", lambda infos: infos + [tar_member("blobs/sha256/x", kind=b"1", link="index.json")]),
    ("same-member-twice", lambda infos: infos + [i for i in infos if i[0].name == "index.json"]),
    ("same-member-other-content", lambda infos: infos + [tar_member("index.json", b"{}")])])
def test_layout_malformed_tar(name, edit, tmp_path):
    layout, _, m = image_with({})
    verify_image(tmp_path, layout, m, path=layout.tar(str(tmp_path / "good.tar"))).accepted()
    result = verify_image(tmp_path, layout, m, path=layout.tar(str(tmp_path / "bad.tar"), edit))
    assert result.status == 12, result
    result.mentions("layout-malformed")


@covers("layout-malformed")
def test_layout_malformed_tar_cut_off(tmp_path):
    layout, _, m = image_with({})
    path = layout.tar(str(tmp_path / "good.tar"))
    verify_image(tmp_path, layout, m, path=path).accepted()
    data = open(path, "rb").read()
    for size in (0, 100, 511, 512, 700, 1024, len(data) // 2):
        (tmp_path / "cut.tar").write_bytes(data[:size])
        result = verify_image(tmp_path, layout, m, path=str(tmp_path / "cut.tar"))
        assert result.status in (3, 12), (size, result)
        result.mentions({"layout-malformed", "layout-blob-missing", "layout-no-manifest", "io-error"})


@covers("layout-ambiguous")
def test_layout_ambiguous(tmp_path):
    layout, image, m = image_with({})
    verify_image(tmp_path / "one", layout, m, ref=None).accepted()
    layout.image(b"another layer\n", "other")
    result = verify_image(tmp_path / "two", layout, m, ref=None)
    assert result.status == 2, result
    result.mentions("layout-ambiguous")
    verify_image(tmp_path / "named", layout, m, ref="latest").accepted()


@covers("layout-blob-missing")
@pytest.mark.parametrize("what", ["manifest", "config", "layer", "referrer", "bundle"])
def test_layout_blob_missing(what, tmp_path):
    def spoil(layout, image):
        manifest = json.loads(layout.blobs[image["digest"]])
        referrer = next(e for e in layout.index["manifests"] if e.get("artifactType"))
        inner = json.loads(layout.blobs[referrer["digest"]])
        del layout.blobs[{"manifest": image["digest"], "config": manifest["config"]["digest"],
                          "layer": manifest["layers"][0]["digest"], "referrer": referrer["digest"],
                          "bundle": inner["layers"][0]["digest"]}[what]]
    layout_result(tmp_path / "control").accepted()
    result = layout_result(tmp_path / "refused", spoil)
    assert result.status == 12, result
    result.mentions("layout-blob-missing")


@covers("layout-no-manifest")
@pytest.mark.parametrize("shape", ["tar", "directory"])
def test_layout_no_manifest(shape, tmp_path):
    """An old `docker save`: the registry's manifest is not in it."""
    layout, image, m = image_with({})
    old = Layout()
    old.files = {"manifest.json": b'[{"Config":"0123.json","RepoTags":["edge:latest"],"Layers":["4567/layer.tar"]}]',
                 "0123.json": b"{}", "4567/layer.tar": b"x"}
    del old.index
    old.members = lambda: dict(old.files)
    path = old.tar(str(tmp_path / "old.tar")) if shape == "tar" else old.write(str(tmp_path / "old"))
    result = verify_image(tmp_path, layout, m, path=path, ref=None)
    assert result.status == 12, result
    result.mentions("layout-no-manifest")


@covers("limit-exceeded")
@pytest.mark.parametrize("count, accepted", [(1000, True), (1001, False)])
def test_limit_exceeded_layers(count, accepted, tmp_path):
    """CVE-2023-46737's ceiling, of the image itself."""
    result = signed_variant(tmp_path, lambda m: {**m, "layers": m["layers"] * count})
    if accepted:
        result.accepted()
    else:
        assert result.status == 12, result
        result.mentions("limit-exceeded")


# --- nothing is forgotten -----------------------------------------------------------

NOT_OFFLINE = {
    "no-room": "the program gives the library what it asks for; tests of the core show it",
    "timeout": "needs a server that does not answer",
    "internal-error": "an invariant inside plomb would have to be broken",
    "der-malformed": "readers answer it to each other; a candidate says cert-malformed, timestamp-malformed, …",
    "key-outside-validity": "a key's window comes from a policy file or the library's caller: tests/test_verify.c",
    "tlog-threshold": "the threshold comes from a policy file or the library's caller: tests/test_verify.c",
}


def test_every_reason_is_covered():
    covered = {entry["code"] for entry in CASES} | set(OWN_TESTS)
    missing = set(STATUS) - covered - set(NOT_OFFLINE)
    # What needs a registry, a mirror, a policy file or the signing module has tests of its own, which name it.
    others = [path for path in TESTS.glob("**/test_*.*") if path.suffix in (".py", ".c") and path != pathlib.Path(__file__).resolve()]
    named = "\n".join(path.read_text() for path in others)
    unnamed = {code for code in missing if f'"{code}"' not in named and "PLOMB_" + code.upper().replace("-", "_") not in named}
    assert not unnamed, sorted(unnamed)
    assert not covered - set(STATUS), "a code that plomb.h does not have"
    assert not set(NOT_OFFLINE) & covered, "in both tables"
