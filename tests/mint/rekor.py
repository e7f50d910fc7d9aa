"""Transparency logs: Rekor v1 and v2 entries, promises, proofs and checkpoints (SPEC 6 and 7)."""
import hashlib
import json

from . import der, merkle
from .keys import b64, digest, pem

H256 = lambda data: hashlib.sha256(data).digest()


def canonical(value):
    """RFC 8785, which for these bodies is sorted keys and no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Log:
    """version 1: the log id is the key's hash. version 2: the C2SP key id."""

    def __init__(self, name, key, version, shard="3904496407287907110"):
        self.name, self.key, self.version, self.shard = name, key, version, shard

    @property
    def base_url(self):
        return "https://" + self.name

    @property
    def log_id(self):
        if self.version == 1 or self.key.family == "ec":
            return H256(self.key.spki)
        if self.key.family == "ed25519":
            return H256(self.name.encode() + b"\n\x01" + self.key.raw)
        return H256(self.name.encode() + b"\n\xffPKIX-RSA-PKCS#1v1.5" + self.key.spki)

    @property
    def origin(self):
        return f"{self.name} - {self.shard}" if self.version == 1 else self.name

    def sign_note(self, text):
        return self.key.sign(text, "sha256" if self.key.family != "ed25519" else None)

    def trusted(self):
        """Its object in a TrustedRoot."""
        return {"baseUrl": self.base_url, "hashAlgorithm": "SHA2_256",
                "publicKey": {"rawBytes": b64(self.key.spki), "keyDetails": self.key.details,
                              "validFor": {"start": "2025-01-01T00:00:00Z"}},
                "logId": {"keyId": b64(self.log_id)}}


def key_details(key, scheme):
    if key.family == "ed25519":
        return "PKIX_ED25519_PH"
    if key.family == "ec" and scheme == "sha256" and key.kind != "p256":
        return {"p384": "PKIX_ECDSA_P384_SHA_256", "p521": "PKIX_ECDSA_P521_SHA_256"}[key.kind]
    if scheme == "pss":
        return key.details.replace("PKCS1V15", "PSS")
    return key.details


PKI_HASH = {"sha256": "SHA2_256", "sha384": "SHA2_384", "sha512": "SHA2_512"}


def body(kind, version, signed):
    """
    The entry's body for what was signed. signed: signature, verifier_pem,
    verifier_v2, message (what was signed), payload, envelope (bytes as
    uploaded), hash, details.
    """
    s = signed
    if (kind, version) == ("hashedrekord", "0.0.1"):
        spec = {"data": {"hash": {"algorithm": s.hash, "value": digest(s.hash, s.logged).hex()}},
                "signature": {"content": b64(s.signature), "publicKey": {"content": b64(s.verifier_pem.encode())}}}
    elif (kind, version) == ("dsse", "0.0.1"):
        spec = {"envelopeHash": {"algorithm": "sha256", "value": H256(s.envelope).hex()},
                "payloadHash": {"algorithm": "sha256", "value": H256(s.payload).hex()},
                "signatures": [{"signature": b64(s.signature), "verifier": b64(s.verifier_pem.encode())}]}
    elif (kind, version) == ("intoto", "0.0.2"):
        spec = {"content": {"envelope": {"payloadType": s.payload_type, "signatures": [
            {"publicKey": b64(s.verifier_pem.encode()), "sig": b64(b64(s.signature).encode())}]},
            "hash": {"algorithm": "sha256", "value": H256(s.envelope).hex()},
            "payloadHash": {"algorithm": "sha256", "value": H256(s.payload).hex()}}}
    elif (kind, version) == ("intoto", "0.0.1"):
        spec = {"content": {"hash": {"algorithm": "sha256", "value": H256(s.envelope).hex()},
                            "payloadHash": {"algorithm": "sha256", "value": H256(s.payload).hex()}},
                "publicKey": b64(s.verifier_pem.encode())}
    elif (kind, version) == ("hashedrekord", "0.0.2"):
        spec = {"hashedRekordV002": {
            "data": {"algorithm": PKI_HASH[s.hash], "digest": b64(digest(s.hash, s.message))},
            "signature": {"content": b64(s.signature), "verifier": {"keyDetails": s.details, **s.verifier_v2}}}}
    elif (kind, version) == ("dsse", "0.0.2"):
        spec = {"dsseV002": {"payloadHash": {"algorithm": "SHA2_256", "digest": b64(H256(s.payload))},
                             "signatures": [{"content": b64(s.signature),
                                             "verifier": {"keyDetails": s.details, **s.verifier_v2}}]}}
    else:
        spec = {"data": {"hash": {"algorithm": "sha256", "value": H256(s.message).hex()}}}
    return {"apiVersion": version, "kind": kind, "spec": spec}


class Entry:
    """One log entry in all its forms."""

    def __init__(self, bundle_form, body_bytes, promise, integrated_time, log_index, log_id):
        self.json, self.body, self.promise = bundle_form, body_bytes, promise
        self.integrated_time, self.log_index, self.log_id = integrated_time, log_index, log_id

    def cosign2(self):
        """The dev.sigstore.cosign/bundle annotation, as an object."""
        return {"SignedEntryTimestamp": b64(self.promise),
                "Payload": {"body": b64(self.body), "integratedTime": self.integrated_time,
                            "logIndex": self.log_index, "logID": self.log_id.hex()}}


def entry(knob, prefix, log, kind, version, signed, time_s, promise=True, proof=True, index=5, size=13, base=4163431):
    """
    Log what was signed. Knobs under PREFIX: kind, version, body (object),
    body_bytes, time, index (in the tree), log_index (global), log_id; set.key,
    set.message, set.signature; tree.size, tree.leaf, proof.index, proof.size,
    proof.hashes, proof.root; checkpoint.*; json (the finished object).
    """
    k = lambda field, default: knob(f"{prefix}.{field}", default)
    content = k("body", body(kind, version, signed))
    raw = k("body_bytes", canonical(content))
    index = k("index", index)
    log_index = k("log_index", index + (base if log.version == 1 else 0))
    log_id = k("log_id", log.log_id)
    time_s = k("time", time_s if log.version == 1 else 0)
    form = {"logIndex": str(log_index), "logId": {"keyId": b64(log_id)},
            "kindVersion": {"kind": k("kind", kind), "version": k("version", version)},
            "canonicalizedBody": b64(raw)}
    if time_s:
        form["integratedTime"] = str(time_s)
    signature = None
    if k("promise", promise):
        message = k("set.message", canonical({"body": b64(raw), "integratedTime": time_s,
                                              "logID": log_id.hex(), "logIndex": log_index}))
        signer = k("set.key", log.key)
        signature = k("set.signature", signer.sign(message, "sha256" if signer.family != "ed25519" else None))
        form["inclusionPromise"] = {"signedEntryTimestamp": b64(signature)}
    if k("proof", proof):
        size = k("tree.size", size)
        leaves = [H256(f"{prefix} leaf {i}".encode()) for i in range(size)]
        leaves[index] = k("tree.leaf", merkle.leaf_hash(raw))
        root = k("root", merkle.root(leaves))
        hashes = k("proof.hashes", merkle.path(index, leaves))
        form["inclusionProof"] = {
            "logIndex": str(k("proof.index", index)), "rootHash": b64(k("proof.root", root)),
            "treeSize": str(k("proof.size", size)), "hashes": [b64(h) for h in hashes]}
        if k("checkpoint.present", True):
            form["inclusionProof"]["checkpoint"] = {"envelope": checkpoint(knob, prefix, log, size, root)}
    form = k("json", form)
    return Entry(form, raw, signature, time_s, log_index, log_id)


def note_key_id(name, key, version):
    if version == 1 or key.family == "ec":
        return H256(key.spki)[:4]
    if key.family == "ed25519":
        return H256(name.encode() + b"\n\x01" + key.raw)[:4]
    return H256(name.encode() + b"\n\xffPKIX-RSA-PKCS#1v1.5" + key.spki)[:4]


def note_line(name, key_id, signature):
    return f"\u2014 {name} {b64(key_id + signature)}\n"


def checkpoint(knob, prefix, log, size, root):
    k = lambda field, default: knob(f"{prefix}.checkpoint.{field}", default)
    name = k("name", log.name)
    origin = k("origin", log.origin)
    text = k("text", f"{origin}\n{k('size', size)}\n{b64(k('root', root))}\n{k('extension', '')}")
    signer = k("key", log)
    key_id = k("key_id", note_key_id(name, log.key, log.version))
    signature = k("signature", signer.sign_note(k("signed", text).encode()))
    lines = k("lines", [note_line(name, key_id, signature)])
    return k("envelope", text + "\n" + "".join(lines))
