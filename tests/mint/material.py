"""
One signature with everything around it: authority, certificate, logs,
timestamp, trust root, and the bundle, layer or file that carries it.

    m = mint(content="dsse", logs=("v2",), knobs={"leaf.not_after": T - 1})
    m.bundle_text, m.trusted_root_text, m.artifact

Stages run in the order in which real ones do; see knobs.py for why one knob
makes one thing wrong.
"""
import hashlib
import json

from . import cert, der, rekor, tsa
from .keys import b64, digest, key, pem
from .knobs import Knobs

T = 1748779200  # 2025-06-01T12:00:00Z, when things are signed
START, END = 1704067200, 2019686400  # 2024 to 2034, when authorities are valid
IDENTITY = "https://gitlab.mint.example/acme/edge//.gitlab-ci.yml@refs/heads/main"
ISSUER = "https://gitlab.mint.example"
ARTIFACT = b"what was signed\n"

IN_TOTO = "application/vnd.in-toto+json"
SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
CUSTOM_PREDICATE = "https://cosign.sigstore.dev/attestation/v1"
STATEMENT_V1, STATEMENT_V01 = "https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"
MEDIA_TYPES = {
    "0.1": "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "0.2": "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "0.3old": "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "0.3": "application/vnd.dev.sigstore.bundle.v0.3+json",
}

EXTENSIONS = {  # suffix of 1.3.6.1.4.1.57264.1: (value, is it raw)
    "1": (ISSUER, True), "2": ("push", True), "3": ("5d3f1f0f8b6a4c1e9d2b7a6c5e4f3d2c1b0a9f8e", True),
    "4": ("release", True), "5": ("acme/edge", True), "6": ("refs/heads/main", True),
    "8": (ISSUER, False), "9": (IDENTITY, False), "10": ("5d3f1f0f8b6a4c1e9d2b7a6c5e4f3d2c1b0a9f8e", False),
    "11": ("self-hosted", False), "12": ("https://gitlab.mint.example/acme/edge", False),
    "13": ("5d3f1f0f8b6a4c1e9d2b7a6c5e4f3d2c1b0a9f8e", False), "14": ("refs/heads/main", False), "15": ("17", False),
    "16": ("https://gitlab.mint.example/acme", False), "17": ("3", False), "18": (IDENTITY, False),
    "19": ("5d3f1f0f8b6a4c1e9d2b7a6c5e4f3d2c1b0a9f8e", False), "20": ("push", False),
    "21": ("https://gitlab.mint.example/acme/edge/-/jobs/302", False), "22": ("private", False),
    "23": ("production", False), "24": ("project_path:acme/edge:ref_type:branch:ref:main", False),
}


def pae(payload_type, payload):
    kind = payload_type.encode() if isinstance(payload_type, str) else payload_type
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Signed:
    """What a log hears about."""


class Material:
    """What mint() made; see there."""

    @property
    def bundle_text(self):
        return self.text if self.text is not None else compact(self.bundle)

    @property
    def trusted_root_text(self):
        return self.root_text if self.root_text is not None else json.dumps(self.trusted_root, indent=1).encode()


def authority(knob):
    """Root, intermediate; both P-384 as Fulcio's."""
    root = cert.build(knob, "root", key("ca root", "p384"), None, cert.name(("O", "mint.example"), ("CN", "mint root")), [
        (cert.KU, True, cert.key_usage(5, 6)), (cert.BC, True, cert.basic_constraints(True, 1)),
        (cert.SKI, False, der.octets(cert.ski(key("ca root", "p384"))))], START, END)
    middle_key = knob("intermediate.key", key("ca intermediate", "p384"))
    middle = cert.build(knob, "intermediate", middle_key, root,
                        cert.name(("O", "mint.example"), ("CN", "mint intermediate")), [
        (cert.KU, True, cert.key_usage(5, 6)), (cert.EKU, False, cert.eku(cert.CODE_SIGNING)),
        (cert.BC, True, cert.basic_constraints(True, 0)), (cert.SKI, False, der.octets(cert.ski(middle_key))),
        (cert.AKI, False, der.seq(der.implicit(0, cert.ski(root.key))))], START, END)
    return root, middle


def leaf_extensions(knob, subject_key, issuer_key):
    out = [(cert.KU, True, cert.key_usage(0)), (cert.EKU, False, cert.eku(cert.CODE_SIGNING)),
           (cert.SKI, False, der.octets(cert.ski(subject_key))),
           (cert.AKI, False, der.seq(der.implicit(0, cert.ski(issuer_key)))),
           (cert.SAN, True, knob("leaf.san", cert.san(("uri", IDENTITY))))]
    values = knob("leaf.fulcio", dict(EXTENSIONS))
    for suffix, (value, raw) in values.items():
        data = value if isinstance(value, bytes) else value.encode() if raw else der.utf8(value)
        out.append((cert.FULCIO + suffix, False, data))
    return out


def leaf_certificate(knob, issuer, subject_key, ct_log, time_s):
    return cert.build(knob, "leaf", subject_key, issuer, der.seq(), leaf_extensions(knob, subject_key, issuer.key),
                      time_s - 10, time_s + 590, scts=cert.sct_list(knob, ct_log, (time_s - 10) * 1000 + 123))


def timestamp_authority(knob, prefix="tsa", label="tsa"):
    root = cert.build(knob, prefix + "root", key(label + " root", "p384"), None,
                      cert.name(("O", "mint.example"), ("CN", label + " root")), [
        (cert.KU, True, cert.key_usage(5, 6)), (cert.BC, True, cert.basic_constraints(True, 0))], START, END)
    leaf = cert.build(knob, prefix, key(label + " leaf", "p256"), root, cert.name(("O", "mint.example"), ("CN", label)), [
        (cert.KU, True, cert.key_usage(0)), (cert.EKU, True, cert.eku(cert.TIME_STAMPING))], START, END)
    return root, leaf


def log_objects(knob):
    return {
        "v1": rekor.Log("rekor.mint.example", knob("log.v1.key", key("rekor v1")), 1),
        "v1b": rekor.Log("rekor-b.mint.example", knob("log.v1b.key", key("rekor v1 b")), 1, "1193050959916656506"),
        "v2": rekor.Log("rekor2.mint.example", knob("log.v2.key", key("rekor v2", "ed25519")), 2),
        "v2ec": rekor.Log("rekor2-ec.mint.example", knob("log.v2ec.key", key("rekor v2 ec")), 2),
    }


def trusted_root(knob, chain, ct_log, logs, tsas):
    cas = [{"subject": {"organization": "mint.example", "commonName": "mint root"}, "uri": "https://fulcio.mint.example",
            "certChain": {"certificates": [{"rawBytes": b64(c.der)} for c in knob("trust.ca_chain", list(chain))]},
            "validFor": {"start": "2024-01-01T00:00:00Z"}}]
    ct = [{"baseUrl": "https://ct.mint.example/2025", "hashAlgorithm": "SHA2_256",
           "publicKey": {"rawBytes": b64(ct_log.spki), "keyDetails": ct_log.details,
                         "validFor": {"start": "2025-01-01T00:00:00Z"}},
           "logId": {"keyId": b64(hashlib.sha256(ct_log.spki).digest())}}]
    stamps = [{"subject": {"organization": "mint.example", "commonName": label}, "uri": f"https://{label}.mint.example/ts",
               "certChain": {"certificates": [{"rawBytes": b64(c.der)} for c in knob(f"trust.{label}_chain", [leaf, root])]},
               "validFor": {"start": "2025-01-01T00:00:00Z"}} for label, (root, leaf) in tsas.items()]
    return knob("trust", {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                          "tlogs": [log.trusted() for log in logs.values()], "certificateAuthorities": cas,
                          "ctlogs": ct, "timestampAuthorities": stamps})


def statement(knob, subject_hex, annotations, predicate_type, statement_type):
    subject = {"digest": {"sha256": subject_hex}}
    if annotations:
        subject["annotations"] = annotations
    return knob("statement", {"_type": statement_type, "subject": knob("statement.subjects", [subject]),
                              "predicateType": predicate_type, "predicate": {}})


def simple_signing(knob, subject_hex, annotations):
    return knob("claims", {"critical": {"identity": {"docker-reference": "registry.mint.example/acme/edge"},
                                        "image": {"docker-manifest-digest": "sha256:" + subject_hex},
                                        "type": "cosign container image signature"},
                           "optional": annotations or None})


def default_kind(content, version):
    if version == 2:
        return "hashedrekord", "0.0.2"
    return {"message": ("hashedrekord", "0.0.1"), "simplesigning": ("hashedrekord", "0.0.1"),
            "dsse": ("dsse", "0.0.1"), "att": ("dsse", "0.0.1")}[content]


def mint(content="message", material="certificate", version="0.3", logs=("v1",), kind=None, promise=None, proof=None,
         timestamp=None, signer="p256", scheme=None, artifact=ARTIFACT, subject=None, annotations=None,
         predicate_type=None, statement_type=STATEMENT_V1, knobs=None, tsas=("tsa",), time_s=T):
    """
    content:   message (over the artifact), dsse (a statement), simplesigning or att (cosign 2 layers)
    material:  certificate, chain (x509CertificateChain, the leaf alone) or key
    logs:      of v1, v1b, v2, v2ec; one entry each
    signer:    kind of the signing key; scheme: see Key.sign
    timestamp: an RFC 3161 token by each of tsas; default: with v2 logs only
    """
    knob = Knobs(knobs or {})
    m = Material()
    m.artifact, m.time = artifact, time_s
    known = log_objects(knob)
    versions = {known[name].version for name in logs}
    promise = promise if promise is not None else 2 not in versions
    proof = proof if proof is not None else content in ("message", "dsse")
    timestamp = timestamp if timestamp is not None else 2 in versions and material != "key"

    # The authority and the certificate.
    m.root, m.intermediate = authority(knob)
    m.ct_key = knob("log.ct.key", key("ct"))
    m.key = knob("signer", key("signer", signer))
    m.leaf = None
    if material != "key":
        m.leaf = leaf_certificate(knob, knob("leaf.issuer_certificate", m.intermediate), m.key, m.ct_key, time_s)

    # What is signed.
    subject = subject or hashlib.sha256(artifact).hexdigest()
    m.payload_type = knob("payload_type", IN_TOTO)
    m.payload = None
    if content == "message":
        m.message = artifact
    elif content == "simplesigning":
        m.payload = m.message = knob("payload", compact(simple_signing(knob, subject, annotations)))
    else:
        m.payload = knob("payload", compact(statement(
            knob, subject, annotations, predicate_type or (SIGN_PREDICATE if content == "dsse" else CUSTOM_PREDICATE),
            statement_type)))
        m.message = knob("pae", pae(m.payload_type, m.payload))
    m.signature = knob("signature", m.key.sign(m.message, scheme))
    m.envelope = None
    if content in ("dsse", "att"):
        m.envelope = knob("envelope", {"payloadType": m.payload_type, "payload": b64(m.payload),
                                       "signatures": [{"sig": b64(m.signature), "keyid": ""}]})
        m.envelope_text = knob("envelope.text", compact(m.envelope))

    # The logs.
    signed = Signed()
    signed.signature, signed.payload, signed.payload_type = m.signature, m.payload, m.payload_type
    signed.message = m.message
    signed.logged = m.message
    signed.envelope = getattr(m, "envelope_text", None)
    signed.hash = scheme if scheme in ("sha256", "sha384", "sha512") else m.key.hash
    signed.details = rekor.key_details(m.key, scheme)
    if m.leaf:
        signed.verifier_pem = knob("verifier_pem", pem("CERTIFICATE", m.leaf.der))
        signed.verifier_v2 = {"x509Certificate": {"rawBytes": b64(m.leaf.der)}}
    else:
        signed.verifier_pem = knob("verifier_pem", m.key.pem)
        signed.verifier_v2 = {"publicKey": {"rawBytes": b64(m.key.spki)}}
    m.entries = []
    for i, name in enumerate(logs):
        prefix = "entry" if i == 0 else f"entry{i + 1}"
        log = known[name]
        entry_kind, entry_version = kind if kind and i == 0 else default_kind(content, log.version)
        m.entries.append(rekor.entry(knob, prefix, log, entry_kind, entry_version, signed, time_s,
                                     promise and log.version == 1, proof or log.version == 2,
                                     index=5 + i, size=13 + i))

    # The time.
    m.tsas = {label: timestamp_authority(knob, label, label) for label in tsas}
    m.timestamps = []
    if timestamp:
        stamped = m.envelope_text if content == "att" else m.signature
        for label, (_, leaf) in m.tsas.items():
            prefix = "tst" if label == tsas[0] else "tst-" + label
            m.timestamps.append(tsa.response(knob, prefix, leaf, stamped, time_s + 1))

    # The trust.
    m.logs = known
    m.trusted_root = trusted_root(knob, (m.intermediate, m.root), m.ct_key, known, m.tsas)
    m.root_text = knob("trust.text", None)
    m.text = None

    if content in ("message", "dsse"):
        assemble_bundle(knob, m, content, material, version)
    else:
        assemble_layer(knob, m, content)
    knob.check()
    return m


def assemble_bundle(knob, m, content, material, version):
    if material == "certificate":
        verification = {"certificate": {"rawBytes": b64(m.leaf.der)}}
    elif material == "chain":
        chain = knob("chain", [m.leaf.der])
        verification = {"x509CertificateChain": {"certificates": [{"rawBytes": b64(c)} for c in chain]}}
    else:
        hint = b64(hashlib.sha256(m.key.spki).digest())
        verification = {"publicKey": {"hint": knob("hint", hint)}}
    entries = knob("entries", [e.json for e in m.entries])
    if entries:
        verification["tlogEntries"] = entries
    stamps = knob("timestamps", list(m.timestamps))
    if stamps:
        verification["timestampVerificationData"] = {
            "rfc3161Timestamps": [{"signedTimestamp": b64(t)} for t in stamps]}
    m.bundle = {"mediaType": knob("media_type", MEDIA_TYPES[version]),
                "verificationMaterial": knob("verification", verification)}
    if content == "message":
        name = "sha512" if m.key.kind in ("p521", "ed25519") else "sha384" if m.key.kind == "p384" else "sha256"
        m.bundle["messageSignature"] = knob("message", {
            "messageDigest": {"algorithm": rekor.PKI_HASH[name], "digest": b64(digest(name, m.artifact))},
            "signature": b64(m.signature)})
    else:
        m.bundle["dsseEnvelope"] = m.envelope
    m.bundle = knob("bundle", m.bundle)
    m.text = knob("bundle.text", compact(m.bundle))


def assemble_layer(knob, m, content):
    annotations = {"dev.cosignproject.cosign/signature": b64(m.signature) if content == "simplesigning" else ""}
    if m.leaf:
        annotations["dev.sigstore.cosign/certificate"] = pem("CERTIFICATE", m.leaf.der)
        annotations["dev.sigstore.cosign/chain"] = (
            pem("CERTIFICATE", m.intermediate.der) + pem("CERTIFICATE", m.root.der))
    if m.entries:
        m.cosign2 = knob("cosign2", m.entries[0].cosign2())
        annotations["dev.sigstore.cosign/bundle"] = knob("cosign2.text", compact(m.cosign2).decode())
    if m.timestamps:
        annotations["dev.sigstore.cosign/rfc3161timestamp"] = knob("cosign2.timestamp", compact(
            {"SignedRFC3161Timestamp": b64(m.timestamps[0])}).decode())
    m.layer_annotations = knob("layer.annotations", annotations)
    m.layer_blob = m.payload if content == "simplesigning" else m.envelope_text
    m.layer_media_type = ("application/vnd.dev.cosign.simplesigning.v1+json" if content == "simplesigning"
                          else "application/vnd.dsse.envelope.v1+json")
