#!/usr/bin/env python3
"""
Writes tests/vectors/entry/: a trust root with logs of our own (root.json), log
entries that those logs signed (verify.json) and entries about signatures
(bind.json). In each case that must be refused exactly one thing is wrong and
everything else is signed again, so that only the rule in question can refuse.

Keys come from fixed seeds and ECDSA is deterministic, so the output only
changes where this file does. The RSA key is a fixed one of 2048 bits for tests.
"""
import base64, copy, datetime, hashlib, json, os
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "entry")


def b64(b): return base64.b64encode(b).decode()
def sha(b, n=256): return hashlib.new("sha%d" % n, b).digest()
def canon(o): return json.dumps(o, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def spki(k): return k.public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)
def pem(k): return k.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
def pkcs1(k): return k.public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.PKCS1)


def seed(name): return int.from_bytes(sha(name.encode()) * 2, "big")
def ec_key(name, curve): return ec.derive_private_key(seed(name) % (2**250) + 1, curve)
def ed_key(name): return ed25519.Ed25519PrivateKey.from_private_bytes(sha(name.encode()))


def rsa_key(name, bits=2048):
    """Primes found from a seed: deterministic, and far too predictable for anything but tests."""
    def is_prime(n):
        if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
            return False
        d, s = n - 1, 0
        while d % 2 == 0:
            d, s = d // 2, s + 1
        for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
            x = pow(a, d, n)
            if x in (1, n - 1):
                continue
            for _ in range(s - 1):
                x = x * x % n
                if x == n - 1:
                    break
            else:
                return False
        return True
    def prime(tag):
        raw = b"".join(sha(("%s %s %d" % (name, tag, i)).encode()) for i in range(bits // 512))
        n = int.from_bytes(raw, "big") | (3 << (bits // 2 - 2)) | 1
        while not is_prime(n) or (n - 1) % 65537 == 0:
            n += 2
        return n
    p, q = prime("p"), prime("q")
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p),
                                 rsa.RSAPublicNumbers(e, n)).private_key()


def sign(key, message, hash_=None):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message, ec.ECDSA(hash_ or hashes.SHA256(), deterministic_signing=True))


# ------------------------------------------------------------------- the logs

P256, P384, P521 = ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()
START, END = 1767225600, 1798761599  # 2026-01-01T00:00:00Z, 2026-12-31T23:59:59Z
NOW = START + 1000000


class Log:
    def __init__(self, name, key, details, url, host=None, set_hash=None, v2=False, operator=None):
        self.name, self.key, self.details, self.url = name, key, details, url
        self.host, self.set_hash, self.v2, self.operator = host, set_hash, v2, operator
        self.id = self.v2_id() if v2 else sha(spki(key))

    def v2_id(self):
        name = (self.host or "").encode()
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return sha(name + b"\n\x01" + spki(self.key)[-32:])
        if isinstance(self.key, rsa.RSAPrivateKey):
            return sha(name + b"\n\xffPKIX-RSA-PKCS#1v1.5" + spki(self.key))
        return sha(spki(self.key))

    def json(self):
        d = {"hashAlgorithm": "SHA2_256", "logId": {"keyId": b64(self.id)},
             "publicKey": {"keyDetails": self.details, "rawBytes": b64(spki(self.key)),
                           "validFor": {"start": "2026-01-01T00:00:00Z", "end": "2026-12-31T23:59:59Z"}}}
        if self.url:
            d["baseUrl"] = self.url
        if self.operator:
            d["operator"] = self.operator
        return d


RSA = rsa_key("rsa log")
V1 = Log("v1", ec_key("v1", P256), "PKIX_ECDSA_P256_SHA_256", "https://rekor.test", operator="rekor.test")
V1ED = Log("v1 ed25519", ed_key("v1ed"), "PKIX_ED25519", "https://rekor-ed.test")
V1P384 = Log("v1 p384", ec_key("v1p384", P384), "PKIX_ECDSA_P384_SHA_384", "https://rekor-p384.test", set_hash=hashes.SHA384())
V2 = Log("v2", ed_key("v2"), "PKIX_ED25519", "https://user@log2.test:8443/path?x=y#z", "log2.test", v2=True, operator="log2.test")
V2EC = Log("v2 ecdsa", ec_key("v2ec", P256), "PKIX_ECDSA_P256_SHA_256", "http://log3.test/path", "log3.test", v2=True, operator="log2.test")
V2RSA = Log("v2 rsa", RSA, "PKIX_RSA_PKCS1V15_2048_SHA256", "https://log4.test:443", "log4.test", v2=True)
NOURL = Log("no url", ed_key("nourl"), "PKIX_ED25519", None, "", v2=True)
MLDSA = Log("ml-dsa", ec_key("mldsa", P256), "ML_DSA_65", "https://pq.test")
V2PQ = Log("v2 ml-dsa", ed_key("pq2"), "ML_DSA_65", "https://pq2.test", "pq2.test", v2=True)
STRANGER = Log("stranger", ec_key("stranger", P256), "PKIX_ECDSA_P256_SHA_256", "https://stranger.test")
V2STRANGER = Log("v2 stranger", ed_key("stranger2"), "PKIX_ED25519", "https://stranger2.test", "stranger2.test", v2=True)


def make_cert(name, key, days=3650):
    n = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    t = datetime.datetime(2026, 1, 1)
    return x509.CertificateBuilder().subject_name(n).issuer_name(n).public_key(key.public_key()) \
        .serial_number(seed(name) % 2**64 + 1).not_valid_before(t).not_valid_after(t + datetime.timedelta(days=days)) \
        .add_extension(x509.BasicConstraints(True, None), True) \
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def der(cert): return cert.public_bytes(ser.Encoding.DER)
def cert_pem(cert): return cert.public_bytes(ser.Encoding.PEM)


CA = make_cert("ca.test", ec_key("ca", P256))
TSA = make_cert("tsa.test", ec_key("tsa", P256))


def root():
    ct = Log("ct", rsa_key("ct"), "PKCS1_RSA_PKCS1V5", "https://ct.test")
    ctlog = ct.json()
    ctlog["publicKey"]["rawBytes"] = b64(pkcs1(ct.key))
    del ctlog["publicKey"]["validFor"]["end"]
    authority = lambda cert, uri: {"uri": uri, "certChain": {"certificates": [{"rawBytes": b64(der(cert))}]},
                                   "subject": {"organization": "test", "commonName": "test"},
                                   "validFor": {"start": "2026-01-01T00:00:00Z"}, "operator": uri[8:]}
    return {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [l.json() for l in (V1, V1ED, V1P384, V2, V2EC, V2RSA, NOURL, MLDSA, V2PQ)],
            "ctlogs": [ctlog],
            "certificateAuthorities": [authority(CA, "https://ca.test")],
            "timestampAuthorities": [authority(TSA, "https://tsa.test")]}


# ------------------------------------------------------------ trees and notes

def leaf(b): return sha(b"\x00" + b)
def node(l, r): return sha(b"\x01" + l + r)


def mth(d):
    if len(d) == 1:
        return d[0]
    k = 1
    while 2 * k < len(d):
        k *= 2
    return node(mth(d[:k]), mth(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = 1
    while 2 * k < len(d):
        k *= 2
    return path(m, d[:k]) + [mth(d[k:])] if m < k else path(m - k, d[k:]) + [mth(d[:k])]


def line(name, key_id, signature): return "— %s %s\n" % (name, b64(key_id + signature))


def note(log, size, root, origin=None, name=None, key=None, key_id=None, extra="", before="", after=""):
    name = name if name is not None else log.host if log.v2 else log.url.split("//")[1]
    origin = origin if origin is not None else log.host if log.v2 else name + " - 123456"
    text = "%s\n%d\n%s\n%s" % (origin, size, b64(root), extra)
    s = sign(key or log.key, text.encode())
    return text + "\n" + before + line(name, (key_id or log.id)[:4], s) + after


def set_of(log, body, time, index, log_id=None, key=None):
    text = b'{"body":"%s","integratedTime":%d,"logID":"%s","logIndex":%d}' % (
        b64(body).encode(), time, (log_id or log.id).hex().encode(), index)
    return sign(key or log.key, text, log.set_hash)


BODY = {False: canon({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {}}),
        True: canon({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {}})}


def entry(log, index=3, size=7, time=NOW, promise=True, proof=True, checkpoint=None, body=None, set_=None, **kw):
    """An entry at a position in a tree of the log; kw goes to the checkpoint's note."""
    body = body or BODY[log.v2]
    leaves = [leaf(b"other %d" % i) for i in range(size)]
    leaves[index] = leaf(body)
    tree = mth(leaves)
    e = {"logIndex": str(index if log.v2 else index + 1000), "logId": {"keyId": b64(log.id)},
         "kindVersion": {"kind": "hashedrekord", "version": "0.0.2" if log.v2 else "0.0.1"},
         "canonicalizedBody": b64(body)}
    if not log.v2:
        if time:
            e["integratedTime"] = str(time)
        if promise:
            e["inclusionPromise"] = {"signedEntryTimestamp": b64(set_ or set_of(log, body, time, index + 1000))}
    if proof:
        e["inclusionProof"] = {"logIndex": str(index), "treeSize": str(size), "rootHash": b64(tree),
                               "hashes": [b64(h) for h in path(index, leaves)],
                               "checkpoint": {"envelope": checkpoint or note(log, size, tree, **kw)}}
    return e


def bundle(e, media="0.3", content=None, material=None):
    return {"mediaType": "application/vnd.dev.sigstore.bundle+json;version=" + media,
            "verificationMaterial": dict(material or {"publicKey": {"hint": ""}}, tlogEntries=[e]),
            **(content or {"messageSignature": {"signature": b64(SIG)}})}


SIG = sha(b"a signature") + sha(b"of this candidate")
OTHER = sha(b"a signature") + sha(b"of another one")


# --------------------------------------------------------- is it in the log?

def verify_cases():
    cases = []

    def case(name, want, e, media="0.3", time_ok=0):
        cases.append({"name": name, "want": want, "time_ok": time_ok, "bundle": bundle(e, media)})

    def changed(e, f):
        e = copy.deepcopy(e)
        f(e)
        return e

    def at(*keys, value):
        def f(e):
            for k in keys[:-1]:
                e = e[k]
            e[keys[-1]] = value
        return f

    def without(*keys):
        def f(e):
            for k in keys[:-1]:
                e = e[k]
            del e[keys[-1]]
        return f

    b = BODY[False]
    case("v1: SET and proof", "ok", entry(V1), time_ok=1)
    case("v1: SET and proof in 0.1", "ok", entry(V1), "0.1", time_ok=1)
    case("v1: SET alone in 0.1", "ok", entry(V1, proof=False), "0.1", time_ok=1)
    case("v1: the first entry of the first tree", "ok", entry(V1, index=0, size=1), time_ok=1)
    case("v1: Ed25519 log", "ok", entry(V1ED), time_ok=1)
    case("v1: P-384 log, checkpoint with SHA-256", "ok", entry(V1P384), time_ok=1)
    case("v1: at the log's first second", "ok", entry(V1, time=START), time_ok=1)
    case("v1: at the log's last second", "ok", entry(V1, time=END), time_ok=1)
    case("v1: a time without SET is no time", "ok", entry(V1, promise=False), time_ok=0)
    case("v1: neither time nor SET", "ok", entry(V1, promise=False, time=0), time_ok=0)
    case("v1: a checkpoint in C2SP's form", "ok",
         entry(V1, origin="rekor.test", name="rekor.test"), time_ok=1)
    case("v1: a checkpoint with another origin, bound by key", "ok",
         entry(V1, origin="localhost:8000 - 99", name="somewhere"), time_ok=1)
    case("v1: an extension line", "ok", entry(V1, extra="Timestamp: 1689177396617352539\n"), time_ok=1)
    case("v1: a witness before and after", "ok",
         entry(V1, before=line("w.test", b"abcd", b"x" * 64), after=line("w.test", b"abcd", b"x" * 64)), time_ok=1)
    case("v1: a bad line with our key id beside the good one", "ok",
         entry(V1, before=line("rekor.test", V1.id[:4], b"x" * 64)), time_ok=1)

    case("v1: SET missing in 0.1", "tlog-promise-missing", entry(V1, promise=False), "0.1")
    case("v1: SET over another body", "tlog-promise-invalid", entry(V1, set_=set_of(V1, b + b" ", NOW, 1003)))
    case("v1: SET over another time", "tlog-promise-invalid", entry(V1, set_=set_of(V1, b, NOW + 1, 1003)))
    case("v1: SET over the tree's index", "tlog-promise-invalid", entry(V1, set_=set_of(V1, b, NOW, 3)))
    case("v1: SET over another log id", "tlog-promise-invalid", entry(V1, set_=set_of(V1, b, NOW, 1003, V2.id)))
    case("v1: SET by another log's key", "tlog-promise-invalid", entry(V1, set_=set_of(V1, b, NOW, 1003, key=V2EC.key)))
    case("v1: SET that is no signature", "tlog-promise-invalid", entry(V1, set_=b"\x30\x00"))
    case("v1: before the log's start", "tlog-log-outside-validity", entry(V1, time=START - 1))
    case("v1: after the log's end", "tlog-log-outside-validity", entry(V1, time=END + 1))
    case("v1: SET over time 0", "tlog-log-outside-validity", entry(V1, time=0))
    case("v1: unsigned time after the log's end", "tlog-log-outside-validity", entry(V1, promise=False, time=END + 1))
    case("v1: a log that is not in the root", "tlog-log-unknown", entry(STRANGER))
    case("v1: a log with a key of another age", "root-key-details-unsupported", entry(MLDSA))
    case("v1: proof missing in 0.2", "tlog-proof-missing", entry(V1, proof=False), "0.2")
    case("v1: proof missing in 0.3", "tlog-proof-missing", entry(V1, proof=False), "0.3")
    case("v1: proof without checkpoint in 0.1", "checkpoint-missing",
         changed(entry(V1), without("inclusionProof", "checkpoint")), "0.1")
    case("v1: proof without checkpoint in 0.3", "checkpoint-missing",
         changed(entry(V1), without("inclusionProof", "checkpoint")))
    case("v1: checkpoint without signature", "checkpoint-malformed",
         changed(entry(V1), at("inclusionProof", "checkpoint", "envelope", value="rekor.test - 1\n7\n%s\n" % b64(leaf(b)))))
    case("v1: another leaf's index", "tlog-proof-invalid", changed(entry(V1), at("inclusionProof", "logIndex", value="2")))
    case("v1: a changed sibling", "tlog-proof-invalid",
         changed(entry(V1), lambda e: e["inclusionProof"]["hashes"].__setitem__(1, b64(sha(b"x")))))
    case("v1: siblings in another order", "tlog-proof-invalid", changed(entry(V1), lambda e: e["inclusionProof"]["hashes"].reverse()))
    case("v1: a sibling too few", "tlog-proof-malformed", changed(entry(V1), lambda e: e["inclusionProof"]["hashes"].pop()))
    case("v1: a sibling too many", "tlog-proof-malformed",
         changed(entry(V1), lambda e: e["inclusionProof"]["hashes"].append(b64(sha(b"x")))))
    case("v1: an index past the end", "tlog-proof-index-range", changed(entry(V1), at("inclusionProof", "logIndex", value="7")))
    case("v1: a tree of another size", "checkpoint-size-mismatch", changed(entry(V1), at("inclusionProof", "treeSize", value="8")))
    case("v1: another root beside the checkpoint's", "checkpoint-root-mismatch",
         changed(entry(V1), at("inclusionProof", "rootHash", value=b64(sha(b"x")))))
    case("v1: a checkpoint of an earlier tree", "checkpoint-root-mismatch",
         entry(V1, checkpoint=note(V1, 6, sha(b"six"))))
    case("v1: a checkpoint by another key under our key id", "checkpoint-signature-invalid", entry(V1, key=STRANGER.key))
    case("v1: a checkpoint by a stranger", "checkpoint-key-unknown", entry(V1, key=STRANGER.key, key_id=STRANGER.id))
    case("v1: a checkpoint in C2SP's form by another name", "checkpoint-origin-mismatch",
         entry(V1, origin="rekor.example", name="rekor.example"))

    case("v2: Ed25519", "ok", entry(V2))
    case("v2: ECDSA", "ok", entry(V2EC))
    case("v2: RSA", "ok", entry(V2RSA))
    case("v2: the first entry", "ok", entry(V2, index=0, size=1))
    case("v2: without logId", "ok", changed(entry(V2), without("logId")))
    case("v2: a SET and a time that nobody believes", "ok",
         changed(entry(V2), lambda e: e.update(inclusionPromise={"signedEntryTimestamp": b64(b"junk")}, integratedTime=str(NOW))))
    case("v2: a witness first", "ok", entry(V2, before=line("w.test", b"abcd", b"x" * 80)))
    case("v2: a second line by our name with another key", "ok", entry(V2, before=line("log2.test", b"abcd", b"x" * 64)))
    case("v2: our key id under another name", "ok", entry(V2, before=line("log3.test", V2.id[:4], b"x" * 64)))
    case("v2: witnessed by another log of the root", "ok",
         changed(entry(V2EC, before=line("log2.test", V2.id[:4], b"x" * 64)), without("logId")))

    case("v2: no proof", "tlog-proof-missing", entry(V2, proof=False))
    case("v2: no checkpoint", "checkpoint-missing", changed(entry(V2), without("inclusionProof", "checkpoint")))
    case("v2: another index beside the proof's", "tlog-entry-malformed", changed(entry(V2), at("logIndex", value="2")))
    case("v2: another leaf's index twice", "tlog-proof-invalid",
         changed(entry(V2), lambda e: (at("logIndex", value="2")(e), at("inclusionProof", "logIndex", value="2")(e))))
    case("v2: a tree of another size", "checkpoint-size-mismatch", changed(entry(V2), at("inclusionProof", "treeSize", value="8")))
    case("v2: another root beside the checkpoint's", "checkpoint-root-mismatch",
         changed(entry(V2), at("inclusionProof", "rootHash", value=b64(sha(b"x")))))
    case("v2: logId of another log", "checkpoint-origin-mismatch", changed(entry(V2), at("logId", "keyId", value=b64(V2EC.id))))
    case("v2: logId of no log", "tlog-log-unknown", changed(entry(V2), at("logId", "keyId", value=b64(sha(b"x")))))
    case("v2: a log that is not in the root", "tlog-log-unknown", entry(V2STRANGER))
    case("v2: a log that is not in the root, without logId", "tlog-log-unknown", changed(entry(V2STRANGER), without("logId")))
    case("v2: origin changed, signed again", "checkpoint-origin-mismatch", entry(V2, origin="log9.test"))
    case("v2: origin changed, signed again, without logId", "checkpoint-origin-mismatch",
         changed(entry(V2, origin="log9.test"), without("logId")))
    case("v2: a stranger's key under the log's name", "checkpoint-key-unknown",
         entry(V2, key=V2STRANGER.key, key_id=V2STRANGER.id))
    case("v2: a stranger's signature under the log's key id", "checkpoint-signature-invalid", entry(V2, key=V2STRANGER.key))
    case("v2: a log without address", "checkpoint-origin-mismatch", entry(NOURL, origin="x", name="x"))
    case("v2: a log with a key of another age", "root-key-details-unsupported", entry(V2PQ))
    return cases


# ------------------------------------------------- is it about this signature?

ARTIFACT = b"hello\n"
PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'
TYPE = "application/vnd.in-toto+json"
KEY, KEY2 = ec_key("signer", P256), ec_key("signer 2", P256)
CERT, CERT2 = make_cert("leaf.test", KEY), make_cert("leaf2.test", KEY)
KEYS = {"PKIX_ECDSA_P384_SHA_384": ec_key("signer", P384), "PKIX_ECDSA_P521_SHA_512": ec_key("signer", P521),
        "PKIX_RSA_PKCS1V15_2048_SHA256": RSA, "PKIX_ED25519_PH": ed_key("signer")}


def pae(t, p): return b"DSSEv1 %d %s %d %s" % (len(t), t.encode(), len(p), p)


def logged(h, n=256): return {"algorithm": "sha%d" % n, "value": sha(h, n).hex()}
def logged2(h, n=256): return {"algorithm": "SHA2_%d" % n, "digest": b64(sha(h, n))}


ENVELOPE = canon({"payload": b64(PAYLOAD), "payloadType": TYPE, "signatures": [{"keyid": "", "sig": b64(SIG)}]})


def hashedrekord(p=cert_pem(CERT), data=ARTIFACT, n=256):
    return {"apiVersion": "0.0.1", "kind": "hashedrekord",
            "spec": {"data": {"hash": logged(data, n)}, "signature": {"content": b64(SIG), "publicKey": {"content": b64(p)}}}}


def dsse(p=cert_pem(CERT)):
    return {"apiVersion": "0.0.1", "kind": "dsse",
            "spec": {"envelopeHash": logged(ENVELOPE), "payloadHash": logged(PAYLOAD),
                     "signatures": [{"signature": b64(SIG), "verifier": b64(p)}]}}


def intoto2(p=cert_pem(CERT)):
    return {"apiVersion": "0.0.2", "kind": "intoto", "spec": {"content": {
        "envelope": {"payloadType": TYPE, "payload": b64(b64(PAYLOAD).encode()),
                     "signatures": [{"publicKey": b64(p), "sig": b64(b64(SIG).encode())}]},
        "hash": logged(ENVELOPE), "payloadHash": logged(PAYLOAD)}}}


def intoto1(p=cert_pem(CERT)):
    return {"apiVersion": "0.0.1", "kind": "intoto", "spec": {"content": {
        "hash": logged(ENVELOPE), "payloadHash": logged(PAYLOAD)}, "publicKey": b64(p)}}


def verifier(key=None, cert=CERT, details="PKIX_ECDSA_P256_SHA_256"):
    if key is not None:
        return {"keyDetails": details, "publicKey": {"rawBytes": b64(spki(key))}}
    return {"keyDetails": details, "x509Certificate": {"rawBytes": b64(der(cert))}}


def hashedrekord2(data=ARTIFACT, n=256, v=None):
    return {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
        "data": logged2(data, n), "signature": {"content": b64(SIG), "verifier": v or verifier()}}}}


def dsse2(v=None, n=256):
    return {"apiVersion": "0.0.2", "kind": "dsse", "spec": {"dsseV002": {
        "payloadHash": logged2(PAYLOAD, n), "signatures": [{"content": b64(SIG), "verifier": v or verifier()}]}}}


def bind_cases():
    cases = []
    envelope = "dsse"

    bases = []

    def case(name, want, body, content="message", key=None, kind=None, digest=None, **more):
        """more: as = how cosign 2 brought it; envelope = the layer's bytes."""
        raw = (body if isinstance(body, bytes) else canon(body)).decode()
        k = kind or (body["kind"], body["apiVersion"])
        c = {"name": name, "want": want, "content": content, "kind": k[0], "version": k[1], **more}
        if key:
            c["key"] = b64(spki(key))
        if digest:
            c["digest"] = digest
        # Most bodies differ from an earlier one in one place: only that is written down.
        def same(x, y):
            n = next((i for i, (p, q) in enumerate(zip(x, y)) if p != q), min(len(x), len(y)))
            return n
        best = None
        for i, old in enumerate(bases):
            at = same(old, raw)
            tail = min(same(old[::-1], raw[::-1]), len(old) - at, len(raw) - at)
            if best is None or len(raw) - at - tail < len(best["put"]):
                best = {"base": i, "at": at, "cut": len(old) - at - tail, "put": raw[at:len(raw) - tail]}
        if best is None or (len(best["put"]) > 300 and want == "ok"):
            bases.append(raw)
            best = {"base": len(bases) - 1, "at": 0, "cut": 0, "put": ""}
        cases.append({**c, **best})

    def change(base, f):
        base = copy.deepcopy(base)
        r = f(base["spec"])
        assert r is None
        return base

    def put(*keys, value):
        def f(o):
            for k in keys[:-1]:
                o = o[k]
            o[keys[-1]] = value
        return f

    def drop(*keys):
        def f(o):
            for k in keys[:-1]:
                o = o[k]
            del o[keys[-1]]
        return f

    def each(prefix, base, rows, **kw):
        for name, want, f in rows:
            case(prefix + name, want, change(base, f), **kw)

    def shapes(prefix, base, paths, **kw):
        """Every member dropped, of another type, and an unknown one beside each."""
        for p in paths:
            label = ".".join(str(x) for x in p)
            case(prefix + "without " + label, "tlog-body-malformed", change(base, drop(*p)), **kw)
            case(prefix + "null " + label, "tlog-body-malformed", change(base, put(*p, value=None)), **kw)
            case(prefix + "number " + label, "tlog-body-malformed", change(base, put(*p, value=7)), **kw)
            case(prefix + "unknown member beside " + label, "tlog-body-malformed",
                 change(base, put(*p[:-1], "more", value="x")), **kw)

    # hashedrekord 0.0.1
    h = hashedrekord()
    hk = hashedrekord(pem(KEY))
    S, D = ("signature",), ("data", "hash")
    case("hashedrekord: certificate", "ok", h)
    case("hashedrekord: key", "ok", hk, key=KEY)
    case("hashedrekord: sha384", "ok", hashedrekord(n=384))
    case("hashedrekord: sha512", "ok", hashedrekord(n=512))
    case("hashedrekord: digest only", "ok", h, digest="sha256:" + sha(ARTIFACT).hex())
    case("hashedrekord: digest under another hash only", "artifact-digest-alg-unsupported", hashedrekord(n=512),
         digest="sha256:" + sha(ARTIFACT).hex())
    case("hashedrekord: PEM with other line ends", "ok", hashedrekord(cert_pem(CERT).replace(b"\n", b"\r\n")))
    case("hashedrekord: simple signing", "ok", h, **{"as": "simplesigning"})
    case("hashedrekord: simple signing of another payload", "tlog-digest-mismatch", hashedrekord(data=b"other"),
         **{"as": "simplesigning"})
    each("hashedrekord: ", h, [
        ("another signature", "tlog-signature-mismatch", put("signature", "content", value=b64(OTHER))),
        ("no signature", "tlog-signature-mismatch", put("signature", "content", value="")),
        ("signature in the URL alphabet", "tlog-signature-mismatch", put("signature", "content", value=b64(SIG).replace("+", "-").replace("/", "_"))),
        ("another certificate of the same key", "tlog-key-mismatch", put("signature", "publicKey", "content", value=b64(cert_pem(CERT2)))),
        ("the key instead of its certificate", "tlog-key-mismatch", put("signature", "publicKey", "content", value=b64(pem(KEY)))),
        ("a certificate under the label of a key", "tlog-key-mismatch", put("signature", "publicKey", "content",
            value=b64(cert_pem(CERT).replace(b" CERTIFICATE-", b" PUBLIC KEY-")))),
        ("two certificates", "tlog-body-malformed", put("signature", "publicKey", "content", value=b64(cert_pem(CERT) * 2))),
        ("PEM that is not base64", "tlog-body-malformed", put("signature", "publicKey", "content", value="!")),
        ("no PEM", "tlog-body-malformed", put("signature", "publicKey", "content", value=b64(b"hello"))),
        ("another artifact", "tlog-digest-mismatch", put("data", "hash", "value", value=sha(b"x").hex())),
        ("digest in capitals", "tlog-body-malformed", put("data", "hash", "value", value=sha(ARTIFACT).hex().upper())),
        ("digest cut short", "tlog-body-malformed", put("data", "hash", "value", value=sha(ARTIFACT).hex()[:62])),
        ("sha1", "tlog-body-malformed", put("data", "hash", "algorithm", value="sha1")),
    ])
    case("hashedrekord: another key", "tlog-key-mismatch", hk, key=KEY2)
    case("hashedrekord: a certificate of the key", "tlog-key-mismatch", h, key=KEY)
    case("hashedrekord: signature, key and artifact of another entry", "tlog-signature-mismatch",
         change(hashedrekord(cert_pem(CERT2), b"x"), put("signature", "content", value=b64(OTHER))))
    case("hashedrekord: key and artifact of another entry", "tlog-key-mismatch", hashedrekord(cert_pem(CERT2), b"x"))
    shapes("hashedrekord: ", h, [("signature",), ("data",), S + ("content",), S + ("publicKey",), S + ("publicKey", "content"),
                                 ("data", "hash"), D + ("algorithm",), D + ("value",)])
    case("hashedrekord: not for an envelope", "tlog-content-mismatch", hashedrekord(data=PAYLOAD), content=envelope)

    # dsse 0.0.1
    d = dsse()
    case("dsse: certificate", "ok", d, content=envelope)
    case("dsse: key", "ok", dsse(pem(KEY)), content=envelope, key=KEY)
    case("dsse: as a cosign 2 layer", "ok", d, content=envelope, envelope=ENVELOPE.decode())
    case("dsse: as a cosign 2 layer with one blank more", "tlog-digest-mismatch", d, content=envelope, envelope=ENVELOPE.decode() + " ")
    two = lambda o: o["signatures"].append(o["signatures"][0])
    each("dsse: ", d, [
        ("another signature", "tlog-signature-mismatch", put("signatures", 0, "signature", value=b64(OTHER))),
        ("another certificate", "tlog-key-mismatch", put("signatures", 0, "verifier", value=b64(cert_pem(CERT2)))),
        ("another payload", "tlog-digest-mismatch", put("payloadHash", value=logged(b"x"))),
        ("hash of the PAE", "tlog-digest-mismatch", put("payloadHash", value=logged(pae(TYPE, PAYLOAD)))),
        ("another envelope, which a bundle cannot show", "ok", put("envelopeHash", value=logged(b"x"))),
        ("two signatures", "tlog-signature-mismatch", two),
        ("no signature", "tlog-signature-mismatch", put("signatures", value=[])),
        ("signatures that are no list", "tlog-body-malformed", put("signatures", value={})),
        ("a signature that is no object", "tlog-body-malformed", put("signatures", value=["x"])),
        ("proposed content", "tlog-body-malformed", put("proposedContent", value={"envelope": "x"})),
    ], content=envelope)
    shapes("dsse: ", d, [("signatures",), ("payloadHash",), ("envelopeHash",), ("payloadHash", "value"),
                         ("signatures", 0, "signature"), ("signatures", 0, "verifier")], content=envelope)
    case("dsse: not for a message", "tlog-content-mismatch", d)
    case("dsse: not for simple signing", "tlog-content-mismatch", d, **{"as": "simplesigning"})

    # intoto 0.0.2
    i = intoto2()
    I = ("content", "envelope")
    IS = I + ("signatures", 0)
    case("intoto: certificate", "ok", i, content=envelope)
    case("intoto: key", "ok", intoto2(pem(KEY)), content=envelope, key=KEY)
    case("intoto: as a cosign 2 layer", "ok", i, content=envelope, envelope=ENVELOPE.decode())
    case("intoto: as a cosign 2 layer with one blank more", "tlog-digest-mismatch", i, content=envelope, envelope=ENVELOPE.decode() + " ")
    two = lambda o: o["content"]["envelope"]["signatures"].append(o["content"]["envelope"]["signatures"][0])
    each("intoto: ", i, [
        ("payload stripped", "ok", drop(*I, "payload")),
        ("with a key id", "ok", put(*IS, "keyid", value="x")),
        ("another signature", "tlog-signature-mismatch", put(*IS, "sig", value=b64(b64(OTHER).encode()))),
        ("signature in base64 once", "tlog-signature-mismatch", put(*IS, "sig", value=b64(SIG))),
        ("signature that is not base64", "tlog-body-malformed", put(*IS, "sig", value="!")),
        ("another certificate", "tlog-key-mismatch", put(*IS, "publicKey", value=b64(cert_pem(CERT2)))),
        ("another payload's hash", "tlog-digest-mismatch", put("content", "payloadHash", value=logged(b"x"))),
        ("another payload", "tlog-digest-mismatch", put(*I, "payload", value=b64(b64(b"x").encode()))),
        ("payload that is not base64", "tlog-body-malformed", put(*I, "payload", value="!")),
        ("payload that is a number", "tlog-body-malformed", put(*I, "payload", value=7)),
        ("another payload type", "tlog-digest-mismatch", put(*I, "payloadType", value="text/plain")),
        ("two signatures", "tlog-signature-mismatch", two),
        ("no signature", "tlog-signature-mismatch", put(*I, "signatures", value=[])),
    ], content=envelope)
    shapes("intoto: ", i, [("content",), I, I + ("payloadType",), I + ("signatures",), IS + ("sig",), IS + ("publicKey",),
                           ("content", "hash"), ("content", "payloadHash"), ("content", "hash", "algorithm")], content=envelope)
    case("intoto: not for a message", "tlog-content-mismatch", i)

    # intoto 0.0.1
    o = intoto1()
    att = dict(content=envelope, envelope=ENVELOPE.decode())
    case("intoto 0.0.1: layer with certificate", "ok", o, **att)
    case("intoto 0.0.1: layer with key", "ok", intoto1(pem(KEY)), key=KEY, **att)
    each("intoto 0.0.1: ", o, [
        ("without a hash of the payload", "ok", drop("content", "payloadHash")),
        ("another envelope", "tlog-digest-mismatch", put("content", "hash", value=logged(b"x"))),
        ("another payload", "tlog-digest-mismatch", put("content", "payloadHash", value=logged(b"x"))),
        ("another certificate", "tlog-key-mismatch", put("publicKey", value=b64(cert_pem(CERT2)))),
        ("payload hash of a number", "tlog-body-malformed", put("content", "payloadHash", value=7)),
    ], **att)
    shapes("intoto 0.0.1: ", o, [("content",), ("publicKey",), ("content", "hash"), ("content", "hash", "value")], **att)
    case("intoto 0.0.1: in a bundle nothing binds it", "tlog-kind-unsupported", o, content=envelope)
    case("intoto 0.0.1: not for a message", "tlog-content-mismatch", o)

    # hashedrekord 0.0.2
    r = hashedrekord2()
    R = ("hashedRekordV002",)
    RD, RS = R + ("data",), R + ("signature",)
    RV = RS + ("verifier",)
    case("v2: certificate", "ok", r)
    case("v2: key", "ok", hashedrekord2(v=verifier(KEY)), key=KEY)
    case("v2: digest only", "ok", r, digest="sha256:" + sha(ARTIFACT).hex())
    case("v2: envelope", "ok", hashedrekord2(pae(TYPE, PAYLOAD)), content=envelope)
    for details, key in KEYS.items():
        n = 384 if "384" in details else 512 if "512" in details or "ED25519" in details else 256
        case("v2: " + details, "ok", hashedrekord2(n=n, v=verifier(key, details=details)), key=key)
    case("v2: P-384 as old clients hashed", "ok",
         hashedrekord2(v=verifier(KEYS["PKIX_ECDSA_P384_SHA_384"], details="PKIX_ECDSA_P384_SHA_256")), key=KEYS["PKIX_ECDSA_P384_SHA_384"])
    case("v2: P-521 as old clients hashed", "ok",
         hashedrekord2(v=verifier(KEYS["PKIX_ECDSA_P521_SHA_512"], details="PKIX_ECDSA_P521_SHA_256")), key=KEYS["PKIX_ECDSA_P521_SHA_512"])
    case("v2: P-384 with the details of the other hash", "tlog-key-mismatch",
         hashedrekord2(v=verifier(KEYS["PKIX_ECDSA_P384_SHA_384"], details="PKIX_ECDSA_P384_SHA_384")), key=KEYS["PKIX_ECDSA_P384_SHA_384"])
    case("v2: pure Ed25519 is never logged", "tlog-key-mismatch",
         hashedrekord2(n=512, v=verifier(KEYS["PKIX_ED25519_PH"], details="PKIX_ED25519")), key=KEYS["PKIX_ED25519_PH"])
    case("v2: digest under another hash only", "artifact-digest-alg-unsupported",
         hashedrekord2(n=384, v=verifier(KEYS["PKIX_ECDSA_P384_SHA_384"], details="PKIX_ECDSA_P384_SHA_384")),
         key=KEYS["PKIX_ECDSA_P384_SHA_384"], digest="sha256:" + sha(ARTIFACT).hex())
    each("v2: ", r, [
        ("another signature", "tlog-signature-mismatch", put(*RS, "content", value=b64(OTHER))),
        ("another certificate of the same key", "tlog-key-mismatch", put(*RV, value=verifier(cert=CERT2))),
        ("the key instead of its certificate", "tlog-key-mismatch", put(*RV, value=verifier(KEY))),
        ("certificate that is not base64", "tlog-key-mismatch", put(*RV, "x509Certificate", "rawBytes", value="!")),
        ("key details of another key", "tlog-key-mismatch", put(*RV, "keyDetails", value="PKIX_ECDSA_P384_SHA_384")),
        ("a hash that does not go with the key", "tlog-key-mismatch", put(*RD, value=logged2(ARTIFACT, 512))),
        ("another artifact", "tlog-digest-mismatch", put(*RD, value=logged2(b"x"))),
        ("a hash of another family", "tlog-body-malformed", put(*RD, "algorithm", value="SHA3_256")),
        ("certificate and key at once", "tlog-body-malformed", put(*RV, value={**verifier(), **verifier(KEY)})),
        ("neither certificate nor key", "tlog-body-malformed", drop(*RV, "x509Certificate")),
    ])
    case("v2: another key", "tlog-key-mismatch", hashedrekord2(v=verifier(KEY)), key=KEY2)
    case("v2: a certificate of the key", "tlog-key-mismatch", r, key=KEY)
    case("v2: envelope logged as in v1", "tlog-digest-mismatch", hashedrekord2(PAYLOAD), content=envelope)
    case("v2: another key and artifact", "tlog-key-mismatch", hashedrekord2(b"x", v=verifier(cert=CERT2)))
    v2 = ("hashedrekord", "0.0.2")
    case("v2: a blank in the body", "tlog-body-not-canonical", canon(r).replace(b'":{"', b'": {"', 1), kind=v2)
    case("v2: a blank after the body", "tlog-body-not-canonical", canon(r) + b" ", kind=v2)
    case("v2: members in another order", "tlog-body-not-canonical", json.dumps(
        {"kind": "hashedrekord", "apiVersion": "0.0.2", "spec": r["spec"]}, separators=(",", ":")).encode(), kind=v2)
    case("v2: an escape in the body", "tlog-body-not-canonical", canon(r).replace(b"SHA2_256", b"SHA2\\u005f256", 1), kind=v2)
    case("v2: an escape in the kind", "tlog-body-not-canonical", canon(r).replace(b'"hashedrekord"', b'"h\\u0061shedrekord"', 1), kind=v2)
    for what in (b64(SIG), b64(sha(ARTIFACT)), b64(der(CERT)), "PKIX_ECDSA"):
        esc = ("\\u%04x" % ord(what[0])) + what[1:]
        case("v2: an escape in " + what[:8], "tlog-body-not-canonical", canon(r).replace(what.encode(), esc.encode(), 1), kind=v2)
    for what in (b"spec", b"data", b"digest", b"signature", b"content", b"verifier", b"rawBytes"):
        esc = b'"\\u%04x' % what[0] + what[1:] + b'"'
        case("v2: an escape in " + what.decode(), "tlog-body-not-canonical", canon(r).replace(b'"' + what + b'"', esc, 1), kind=v2)
    shapes("v2: ", r, [R, RD, RS, RD + ("algorithm",), RD + ("digest",), RS + ("content",), RV, RV + ("keyDetails",),
                       RV + ("x509Certificate",), RV + ("x509Certificate", "rawBytes")])
    case("v2: not for simple signing", "tlog-content-mismatch", r, **{"as": "simplesigning"})

    # dsse 0.0.2
    q = dsse2()
    Q = ("dsseV002",)
    QS = Q + ("signatures", 0)
    case("dsse v2: certificate", "ok", q, content=envelope)
    case("dsse v2: key", "ok", dsse2(verifier(KEY)), content=envelope, key=KEY)
    case("dsse v2: P-384", "ok", dsse2(verifier(KEYS["PKIX_ECDSA_P384_SHA_384"], details="PKIX_ECDSA_P384_SHA_384")),
         content=envelope, key=KEYS["PKIX_ECDSA_P384_SHA_384"])
    each("dsse v2: ", q, [
        ("another signature", "tlog-signature-mismatch", put(*QS, "content", value=b64(OTHER))),
        ("another certificate", "tlog-key-mismatch", put(*QS, "verifier", value=verifier(cert=CERT2))),
        ("key details of another key", "tlog-key-mismatch", put(*QS, "verifier", "keyDetails", value="PKIX_ED25519_PH")),
        ("another payload", "tlog-digest-mismatch", put(*Q, "payloadHash", value=logged2(b"x"))),
        ("hash of the PAE", "tlog-digest-mismatch", put(*Q, "payloadHash", value=logged2(pae(TYPE, PAYLOAD)))),
        ("two signatures", "tlog-signature-mismatch", lambda o: o["dsseV002"]["signatures"].append(o["dsseV002"]["signatures"][0])),
        ("no signature", "tlog-signature-mismatch", put(*Q, "signatures", value=[])),
        ("signatures that are no list", "tlog-body-malformed", put(*Q, "signatures", value={})),
    ], content=envelope)
    shapes("dsse v2: ", q, [Q, Q + ("payloadHash",), Q + ("signatures",), QS + ("content",), QS + ("verifier",)], content=envelope)
    case("dsse v2: not for a message", "tlog-content-mismatch", q)

    # any kind
    case("kind: the bundle says another kind", "tlog-kind-mismatch", h, kind=("dsse", "0.0.1"))
    case("kind: the bundle says another version", "tlog-kind-mismatch", h, kind=("hashedrekord", "0.0.2"))
    case("kind: nothing is said", "ok", h, **{"as": "unsaid"})
    for k in ("rekord", "alpine", "helm", "jar", "rpm", "rfc3161", "tuf", "cose"):
        case("kind: " + k, "tlog-kind-unsupported", {"apiVersion": "0.0.1", "kind": k, "spec": {}})
    case("kind: hashedrekord 0.0.3", "tlog-kind-unsupported", {**h, "apiVersion": "0.0.3"})
    case("kind: intoto 0.0.3", "tlog-kind-unsupported", {**i, "apiVersion": "0.0.3"}, content=envelope)
    v1 = ("hashedrekord", "0.0.1")
    case("body: not JSON", "tlog-body-malformed", b"hello", kind=v1)
    case("body: a list", "tlog-body-malformed", b"[]", kind=v1)
    case("body: two documents", "tlog-body-malformed", canon(h) + canon(h), kind=v1)
    case("body: a member twice", "tlog-body-malformed", canon(h).replace(b'"kind":', b'"kind":"dsse","kind":', 1), kind=v1)
    case("body: an unknown member", "tlog-body-malformed", {**h, "more": 1})
    case("body: no kind", "tlog-body-malformed", {"apiVersion": "0.0.1", "spec": {}}, kind=v1)
    case("body: no version", "tlog-body-malformed", {"kind": "hashedrekord", "spec": {}}, kind=v1)
    case("body: no spec", "tlog-body-malformed", {"kind": "hashedrekord", "apiVersion": "0.0.1"})
    return {"signature": b64(SIG), "cert": b64(der(CERT)), "payload": b64(PAYLOAD), "type": TYPE,
            "artifact": b64(ARTIFACT), "bases": bases, "cases": cases}


def write(name, o):
    with open(os.path.join(OUT, name), "w") as f:
        json.dump(o, f, indent=None, separators=(",", ":"), ensure_ascii=False)
        f.write("\n")


os.makedirs(OUT, exist_ok=True)
write("root.json", root())
write("verify.json", verify_cases())
write("bind.json", bind_cases())


# ------------------------------------- what real programs wrote: fixtures.tar.xz

def real():
    import tarfile
    files = {}
    with tarfile.open(os.path.join(os.path.dirname(OUT), "fixtures", "fixtures.tar.xz")) as t:
        for m in t:
            if m.isfile():
                name = m.name[2:] if m.name.startswith("./") else m.name
                files[name[name.index("/") + 1:] if name.startswith("fixtures/") else name] = t.extractfile(m).read()
    bundles, layers = [], []
    for n in ("p256-rekor1", "p256-rekor2", "p384-rekor1", "p384-rekor2", "p521-rekor1", "p521-rekor2", "rsa2048-rekor1",
              "rsa4096-rekor2", "keyless-nistp256", "keyless-nistp384", "keyless-nistp521", "keyless-rsa", "attested-file"):
        c = {"name": n, "bundle": json.loads(files["blobs/%s/bundle.sigstore.json" % n]), "artifact": b64(files["blobs/%s/artifact" % n])}
        if "rekor" in n:
            c["key"] = files["keys/%s.pub" % n.split("-")[0]].decode()
        bundles.append(c)
    for image in ("old", "old-attested", "old-key"):
        for name in sorted(files):
            if name.startswith("images/%s/blobs/" % image) and b'"dev.sigstore.cosign/bundle"' in files[name]:
                layer = json.loads(files[name])["layers"][0]
                c = {"name": image, "payload": b64(files["images/%s/blobs/%s" % (image, layer["digest"].replace(":", "/"))])}
                for k in ("dev.cosignproject.cosign/signature", "dev.sigstore.cosign/certificate", "dev.sigstore.cosign/bundle"):
                    if k in layer["annotations"]:
                        c[k.split("/")[1]] = layer["annotations"][k]
                if image == "old-key":
                    c["key"] = files["keys/p256.pub"].decode()
                layers.append(c)
                break
    return {"root": json.loads(files["trusted_root.json"]), "bundles": bundles, "layers": layers}


write("real.json", real())


# ------------------------------------------------------------- fuzz corpora

def corpus():
    """Seeds for fuzz_trust, fuzz_checkpoint, fuzz_merkle and fuzz_entry; the last with the constants that stand there."""
    top = os.path.join(os.path.dirname(OUT), "..", "..", "fuzz", "corpus")

    def seed_file(target, name, data):
        os.makedirs(os.path.join(top, target), exist_ok=True)
        with open(os.path.join(top, target, name), "wb") as f:
            f.write(data)

    seed_file("trust", "root.json", json.dumps(root(), separators=(",", ":")).encode())
    one = root()
    one["tlogs"], one["certificateAuthorities"] = one["tlogs"][:1], []
    seed_file("trust", "one-log.json", json.dumps(one).encode())
    seed_file("trust", "empty.json", b'{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.1+json"}')

    seed_file("checkpoint", "v2", note(V2, 7, sha(b"root")).encode())
    seed_file("checkpoint", "v2-witnessed", note(V2, 7, sha(b"root"), before=line("w.test", b"abcd", b"x" * 80)).encode())
    seed_file("checkpoint", "v1", note(V1, 7, sha(b"root"), extra="Timestamp: 1689177396617352539\n").encode())
    seed_file("checkpoint", "v1-c2sp", note(V1, 7, sha(b"root"), origin="rekor.test").encode())

    for index, size in ((0, 1), (3, 7), (6, 7), (11, 39)):
        leaves = [leaf(b"%d" % i) for i in range(size)]
        p = path(index, leaves)
        seed_file("merkle", "%d-of-%d" % (index, size),
                  mth(leaves) + index.to_bytes(8, "big") + size.to_bytes(8, "big") + bytes([len(p)]) + b"".join(p) + b"%d" % index)
    seed_file("merkle", "last-of-2^64-1", b"\x01" * 32 + (2**64 - 2).to_bytes(8, "big") + (2**64 - 1).to_bytes(8, "big")
              + bytes([63]) + b"s" * 63 * 32)

    signature, artifact, env, cert = b"a signature of this candidate", b"hello\n", b"the bytes of the envelope", b"the bytes of the certificate"
    p = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(cert) + b"\n-----END CERTIFICATE-----\n"
    swap = lambda o: json.loads(canon(o).decode().replace(b64(SIG), b64(signature)).replace(b64(b64(SIG).encode()), b64(b64(signature).encode()))
                                .replace(sha(ENVELOPE).hex(), sha(env).hex()).replace(b64(der(CERT)), b64(cert)))
    message, envelope, simple = 0, 4, 8
    for name, how, body in (
            ("hashedrekord-cert", message, hashedrekord(p)), ("hashedrekord-key", message | 1, hashedrekord(pem(KEY))),
            ("hashedrekord-simplesigning", simple, hashedrekord(p)),
            ("dsse-cert", envelope, dsse(p)), ("dsse-layer", envelope | 2, dsse(p)), ("intoto2-cert", envelope, intoto2(p)),
            ("intoto2-key", envelope | 1, intoto2(pem(KEY))), ("intoto1-layer", envelope | 2, intoto1(p)),
            ("v2-cert", message, hashedrekord2()), ("v2-key", message | 1, hashedrekord2(v=verifier(KEY))),
            ("v2-dsse", envelope, hashedrekord2(pae(TYPE, PAYLOAD))), ("dsse2-cert", envelope, dsse2())):
        seed_file("entry", name, bytes([how]) + canon(swap(body)))
    # The keys that stand in the fuzz targets: `make_entries.py keys` prints them.
    return [("ED", spki(V2.key)), ("EC", spki(V1.key)), ("KEY", spki(KEY))]


for tag, data in corpus():
    if "keys" in __import__("sys").argv:
        print(tag, ", ".join("0x%02x" % x for x in data))
