"""
A second opinion: a small verifier in Python, written from the specification
and not from plomb, that says yes to real bundles of the conformance suite.
If it also says yes to what the mint makes, the mint makes the real thing. It
looks for good signatures in good places; it is no judge of hostile input.
"""
import base64
import hashlib
import json

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from . import cert, der, keys, merkle, rekor, tsa
from .material import pae

H256 = lambda data: hashlib.sha256(data).digest()
HASH_BY_OID = {der.oid(oid): name for name, oid in keys.HASH_OIDS.items()}


def unb64(text):
    text = text.replace("-", "+").replace("_", "/")
    return base64.b64decode(text + "=" * (-len(text) % 4))


def load_key(spki):
    try:
        return serialization.load_der_public_key(spki)
    except ValueError:
        return serialization.load_der_public_key(keys.rsa_spki(*pkcs1(spki)))


def pkcs1(data):
    n, e = der.children(der.read(data)[1])
    return int.from_bytes(n[1], "big"), int.from_bytes(e[1], "big")


def good(public, signature, message, hash_name=None):
    """Does the signature verify? hash_name None: the key's own."""
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, message)
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), keys.HASHES[hash_name or "sha256"]())
        else:
            name = hash_name or {256: "sha256", 384: "sha384", 521: "sha512"}[public.curve.key_size]
            public.verify(signature, message, ec.ECDSA(keys.HASHES[name]()))
        return True
    except InvalidSignature:
        return False


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def seconds(text):
    import datetime
    text = text.replace("Z", "+00:00")
    if "." in text:
        head, tail = text.split(".")
        digits = tail.split("+")[0]
        return seconds(head + "Z") + float("0." + digits)
    return datetime.datetime.fromisoformat(text).timestamp()


def within(time_s, window):
    return (seconds(window["start"]) if window.get("start") else 0) <= time_s <= (
        seconds(window["end"]) if window.get("end") else 1e12)


def validity(certificate):
    """Both ends in seconds, with any version of cryptography."""
    fields = der.children(der.children(der.read(certificate)[1])[0][1])
    at = 1 if fields[0][0] == 0xA0 else 0
    return tuple(parse_time(tag, text) for tag, text, _ in der.children(fields[at + 3][1]))


def parse_time(tag, text):
    import calendar
    text = text.decode().rstrip("Z")
    fraction = 0.0
    if "." in text:
        text, digits = text.split(".")
        fraction = float("0." + digits)
    if tag == 23:
        text = ("20" if int(text[:2]) < 50 else "19") + text
    import time
    return calendar.timegm(time.strptime(text, "%Y%m%d%H%M%S")) + fraction


def chain(leaf, authorities, time_s, field="certChain"):
    """The issuer of the leaf in some authority that is good at that time."""
    for entry in authorities:
        certificates = [unb64(c["rawBytes"]) for c in entry[field]["certificates"]]
        if not within(time_s, entry.get("validFor", {})):
            continue
        path, child, found = [], leaf, None
        for parent in certificates:
            if parent == leaf:
                continue
            c, p = x509.load_der_x509_certificate(child), x509.load_der_x509_certificate(parent)
            if c.issuer != p.subject:
                break
            if not good(p.public_key(), c.signature, c.tbs_certificate_bytes, c.signature_hash_algorithm.name):
                break
            found = found or parent
            path.append(parent)
            child = parent
        if path and child == certificates[-1] and all(
                a <= time_s <= b for a, b in map(validity, [leaf] + path)):
            return found
    raise AssertionError("no chain")


def precertificate(leaf):
    """(TBS without the SCT list, the SCT list) of a certificate."""
    tbs = der.children(der.children(der.read(leaf)[1])[0][1])
    fixed, wrapped = [whole for _, _, whole in tbs[:-1]], tbs[-1]
    require(wrapped[0] == 0xA3, "extensions are last")
    listed = der.children(der.children(wrapped[1])[0][1])
    mark = der.oid(cert.SCT_LIST)
    kept = [whole for _, content, whole in listed if not content.startswith(mark)]
    scts = [content for _, content, whole in listed if content.startswith(mark)]
    value = der.read(der.read(scts[0][len(mark):])[1])[1]
    return der.seq(*fixed, der.explicit(3, der.seq(*kept))), value


def check_scts(leaf, issuer, ctlogs):
    tbs, listed = precertificate(leaf)
    require(int.from_bytes(listed[:2], "big") == len(listed) - 2, "SCT list length")
    sct = listed[4:4 + int.from_bytes(listed[2:4], "big")]
    log_id, stamp = sct[1:33], int.from_bytes(sct[33:41], "big")
    ext = int.from_bytes(sct[41:43], "big")
    opaque, rest = sct[43:43 + ext], sct[43 + ext:]
    signature = rest[4:]
    require(len(signature) == int.from_bytes(rest[2:4], "big"), "SCT signature length")
    issuer_spki = x509.load_der_x509_certificate(issuer).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signed = (b"\x00\x00" + stamp.to_bytes(8, "big") + b"\x00\x01" + H256(issuer_spki) + len(tbs).to_bytes(3, "big")
              + tbs + len(opaque).to_bytes(2, "big") + opaque)
    for log in ctlogs:
        if unb64(log["logId"]["keyId"]) == log_id:
            require(within(stamp / 1000, log["publicKey"]["validFor"]), "SCT outside the log's validity")
            require(good(load_key(unb64(log["publicKey"]["rawBytes"])), signature, signed, "sha256"), "SCT signature")
            return
    raise AssertionError("SCT log unknown")


def check_entry(entry, root, signature, leaf_der, message, payload):
    """Verified integratedTime, or None."""
    log_id = unb64(entry["logId"]["keyId"])
    body = unb64(entry["canonicalizedBody"])
    log = next((l for l in root["tlogs"] if unb64(l["logId"]["keyId"]) == log_id), None)
    require(log, "log unknown")
    public = load_key(unb64(log["publicKey"]["rawBytes"]))
    time_s = int(entry.get("integratedTime", 0))
    promised = None
    promise = entry.get("inclusionPromise", {}).get("signedEntryTimestamp")
    if promise and entry["kindVersion"]["version"] != "0.0.2" or promise and entry["kindVersion"]["kind"] == "intoto":
        text = rekor.canonical({"body": base64.b64encode(body).decode(), "integratedTime": time_s,
                                "logID": log_id.hex(), "logIndex": int(entry["logIndex"])})
        require(good(public, unb64(promise), text, "sha256"), "SET")
        require(within(time_s, log["publicKey"]["validFor"]), "SET outside the log's validity")
        promised = time_s
    proof = entry.get("inclusionProof")
    if proof and "checkpoint" in proof:
        text, lines = proof["checkpoint"]["envelope"].rsplit("\n\n", 1)
        origin, size, root_hash = (text + "\n").split("\n")[:3]
        require(proof["rootHash"] == root_hash and proof["treeSize"] == size, "checkpoint and proof agree")
        require(merkle.verify(int(proof["logIndex"]), int(size), merkle.leaf_hash(body),
                              [unb64(h) for h in proof["hashes"]]) == unb64(root_hash), "inclusion")
        require(any(good(public, unb64(line.split(" ")[2])[4:], (text + "\n").encode(), "sha256")
                    for line in lines.strip().split("\n")
                    if unb64(line.split(" ")[2])[:4] == log_id[:4] or unb64(line.split(" ")[2])[:4] == H256(
                        unb64(log["publicKey"]["rawBytes"]))[:4]), "checkpoint signature")
    check_body(json.loads(body), signature, leaf_der, message, payload)
    return promised


def verifier_der(encoded):
    text = base64.b64decode(encoded).decode()
    return base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-----")))


def check_body(body, signature, verifier, message, payload):
    spec, kind = body["spec"], (body["kind"], body["apiVersion"])
    if kind == ("hashedrekord", "0.0.1"):
        name = spec["data"]["hash"]["algorithm"]
        require(spec["data"]["hash"]["value"] == keys.digest(name, message).hex(), "body digest")
        require(unb64(spec["signature"]["content"]) == signature, "body signature")
        require(verifier_der(spec["signature"]["publicKey"]["content"]) == verifier, "body verifier")
    elif kind == ("hashedrekord", "0.0.2"):
        record = spec["hashedRekordV002"]
        name = {v: k for k, v in rekor.PKI_HASH.items()}[record["data"]["algorithm"]]
        require(unb64(record["data"]["digest"]) == keys.digest(name, message), "body digest")
        require(unb64(record["signature"]["content"]) == signature, "body signature")
        given = record["signature"]["verifier"]
        require(unb64((given.get("x509Certificate") or given["publicKey"])["rawBytes"]) == verifier, "body verifier")
    elif kind == ("dsse", "0.0.1"):
        require(spec["payloadHash"]["value"] == H256(payload).hex(), "body digest")
        require(unb64(spec["signatures"][0]["signature"]) == signature, "body signature")
        require(verifier_der(spec["signatures"][0]["verifier"]) == verifier, "body verifier")
    elif kind == ("intoto", "0.0.2"):
        logged = spec["content"]["envelope"]["signatures"][0]
        require(spec["content"]["payloadHash"]["value"] == H256(payload).hex(), "body digest")
        require(unb64(unb64(logged["sig"]).decode()) == signature, "body signature")
        require(verifier_der(logged["publicKey"]) == verifier, "body verifier")
    elif kind == ("intoto", "0.0.1"):
        require(spec["content"]["payloadHash"]["value"] == H256(payload).hex(), "body digest")
        require(verifier_der(spec["publicKey"]) == verifier, "body verifier")
    elif kind == ("dsse", "0.0.2"):
        require(unb64(spec["dsseV002"]["payloadHash"]["digest"]) == H256(payload), "body digest")
        require(unb64(spec["dsseV002"]["signatures"][0]["content"]) == signature, "body signature")
    else:
        raise AssertionError(f"unknown kind {kind}")


def check_timestamp(response, authorities, stamped):
    """genTime of a good token."""
    status, token = der.children(der.read(response)[1])
    signed_data = der.children(der.children(der.children(token[1])[1][1])[0][1])
    content = der.children(signed_data[2][1])
    info = der.read(der.children(content[1][1])[0][2])[1]
    embedded = [whole for tag, inner, _ in signed_data[3:] if tag == 0xA0 for _, _, whole in der.children(inner)]
    signer_info = der.children(der.children(signed_data[-1][1])[0][1])
    sid, hash_name = signer_info[1][2], HASH_BY_OID[der.children(signer_info[2][1])[0][2]]
    attributes = b"\x31" + signer_info[3][2][1:]
    signature = signer_info[5][1]
    values = {}
    for _, inner, _ in der.children(der.read(attributes)[1]):
        key, value = der.children(inner)
        values[key[2]] = value[1]
    require(values[der.oid(tsa.MESSAGE_DIGEST)] == der.octets(keys.digest(hash_name, info)), "messageDigest")
    require(values[der.oid(tsa.CONTENT_TYPE)] == der.oid(tsa.TST_INFO), "contentType")
    fields = der.children(der.read(info)[1])
    imprint = der.children(fields[2][1])
    imprint_hash = HASH_BY_OID[der.children(imprint[0][1])[0][2]]
    require(imprint[1][1] == keys.digest(imprint_hash, stamped), "imprint")
    time_s = parse_time(24, fields[4][1])
    for entry in authorities:
        certificates = [unb64(c["rawBytes"]) for c in entry["certChain"]["certificates"]]
        known = certificates if certificates[0] in embedded or not embedded else embedded
        signer = next((c for c in known if tsa.issuer_and_serial(c) == sid), None)
        if not signer or not within(time_s, entry.get("validFor", {})):
            continue
        if known is embedded and len(certificates) > 1 and signer not in certificates:
            continue
        public = x509.load_der_x509_certificate(signer).public_key()
        require(good(public, signature, attributes, hash_name), "timestamp signature")
        ess = values.get(der.oid(tsa.ESS_V2)) or values[der.oid(tsa.ESS_V1)]
        require(H256(signer) in ess or hashlib.sha1(signer).digest() in ess or hashlib.sha512(signer).digest() in ess
                or hashlib.sha384(signer).digest() in ess, "ESS")
        chain(signer, [entry], time_s)
        return time_s
    raise AssertionError("timestamp by an unknown authority")


def check_bundle(bundle, root, artifact, key_pem=None):
    """Raise unless everything fits together and somebody signed it."""
    material = bundle["verificationMaterial"]
    certificate = material.get("certificate") or material.get("x509CertificateChain", {}).get("certificates", [None])[0]
    leaf = unb64(certificate["rawBytes"]) if certificate else None
    payload = None
    if "messageSignature" in bundle:
        message, signature = artifact, unb64(bundle["messageSignature"]["signature"])
    else:
        envelope = bundle["dsseEnvelope"]
        payload = unb64(envelope["payload"])
        message, signature = pae(envelope["payloadType"], payload), unb64(envelope["signatures"][0]["sig"])
        require(any(s["digest"].get("sha256") == hashlib.sha256(artifact).hexdigest()
                    for s in json.loads(payload)["subject"]), "subject")
    public = (x509.load_der_x509_certificate(leaf).public_key() if leaf
              else serialization.load_pem_public_key(key_pem.encode()))
    verifier = leaf or public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    times = []
    for entry in material.get("tlogEntries", []):
        times.append(check_entry(entry, root, signature, verifier, message, payload))
    for stamp in material.get("timestampVerificationData", {}).get("rfc3161Timestamps", []):
        times.append(check_timestamp(unb64(stamp["signedTimestamp"]), root["timestampAuthorities"], signature))
    times = [t for t in times if t]
    if leaf:
        require(times, "time")
        for time_s in times:
            issuer = chain(leaf, root["certificateAuthorities"], time_s)
        check_scts(leaf, issuer, root["ctlogs"])
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw) if isinstance(
        public, ed25519.Ed25519PublicKey) else None
    require(good(public, signature, message) or good(public, signature, message, "sha256")
            or raw and keys.ed25519ph_verify(raw, signature, hashlib.sha512(message).digest()), "signature")
