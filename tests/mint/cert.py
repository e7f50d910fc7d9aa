"""Certificates with every field open, and the SCTs inside them (RFC 5280, RFC 6962, SPEC 4 and 5)."""
import functools
import hashlib

from . import der

KU, EKU, SAN, SKI, AKI, BC, NC = ("2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.14", "2.5.29.35", "2.5.29.19", "2.5.29.30")
SCT_LIST, POISON = "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.3"
FULCIO = "1.3.6.1.4.1.57264.1."
CODE_SIGNING, TIME_STAMPING, ANY_EKU, SERVER_AUTH = (
    "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8", "2.5.29.37.0", "1.3.6.1.5.5.7.3.1")


def name(*attributes):
    """An RDN sequence; attributes are (O, …) and (CN, …) pairs."""
    oids = {"O": "2.5.4.10", "CN": "2.5.4.3"}
    return der.seq(*[der.set_of(der.seq(der.oid(oids[kind]), der.printable(text))) for kind, text in attributes])


def extension(oid, critical, value):
    parts = [der.oid(oid)] + ([der.boolean(True)] if critical else []) + [der.octets(value)]
    return der.seq(*parts)


def key_usage(*bits):
    """digitalSignature 0, keyEncipherment 2, keyCertSign 5, cRLSign 6."""
    value = 0
    for bit in bits:
        value |= 0x80 >> bit
    unused = 0
    while value and not value >> unused & 1:
        unused += 1
    return der.bits(bytes([value]), unused)


def eku(*oids):
    return der.seq(*[der.oid(o) for o in oids])


def basic_constraints(ca=True, path_len=None):
    return der.seq(*([der.boolean(True)] if ca else []), *([der.integer(path_len)] if path_len is not None else []))


def ski(key):
    return hashlib.sha1(key.spki).digest()


def san(*names):
    """names: ("uri", …), ("email", …), ("dns", …), ("other", …)."""
    out = []
    for kind, text in names:
        data = text.encode() if isinstance(text, str) else text
        if kind == "other":
            out.append(der.explicit(0, der.oid(FULCIO + "7"), der.explicit(0, der.utf8(data))))
        else:
            out.append(der.implicit({"email": 1, "dns": 2, "uri": 6, "ip": 7}[kind], data))
    return der.seq(*out)


class Certificate:
    """What was made, with the pieces that other parts need."""

    def __init__(self, der_bytes, key, subject, extensions, serial):
        self.der, self.key, self.subject, self.extensions, self.serial = der_bytes, key, subject, extensions, serial


def tbs(fields, extensions):
    serial = fields["serial"] if isinstance(fields["serial"], bytes) else der.integer(fields["serial"])
    parts = [fields["version"], serial, fields["algorithm"], fields["issuer"],
             der.seq(fields["not_before"], fields["not_after"]), fields["subject"], fields["spki"]]
    if extensions is not None and len(extensions):
        parts.append(der.explicit(3, der.seq(*[extension(*e) if isinstance(e, tuple) else e for e in extensions])))
    return der.seq(*parts)


@functools.lru_cache(maxsize=None)
def sign_once(signer, body, scheme):
    """ECDSA is randomised; an authority must be the same certificate in every mint of a process."""
    return signer.sign(body, scheme)


def build(knob, prefix, key, issuer, subject, extensions, not_before, not_after, serial=None, scts=None):
    """
    issuer is a Certificate, or None for self-signed. Knobs: PREFIX.key,
    .issuer_key, .version, .serial, .algorithm, .outer_algorithm, .issuer,
    .not_before, .not_after (seconds or DER), .subject, .spki, .extensions,
    .final_extensions (with the SCTs), .tbs, .signature, .der.
    """
    k = lambda field, default: knob(f"{prefix}.{field}", default)
    key = k("key", key)
    signer = k("issuer_key", issuer.key if issuer else key)
    when = lambda value: value if isinstance(value, bytes) else der.time(value)
    signature_hash = k("hash", signer.hash)
    fields = {
        "version": k("version", der.explicit(0, der.integer(2))),
        "serial": k("serial", serial or int.from_bytes(hashlib.sha256(prefix.encode() + key.spki).digest()[:15], "big") | 1),
        "algorithm": k("algorithm", signer.signature_algorithm(signature_hash)),
        "subject": k("subject", subject),
        "not_before": when(k("not_before", not_before)),
        "not_after": when(k("not_after", not_after)),
        "spki": k("spki", key.spki),
    }
    fields["issuer"] = k("issuer", issuer.subject if issuer else fields["subject"])
    extensions = k("extensions", extensions)
    if scts:
        extensions = scts(fields, extensions, issuer)
    extensions = k("final_extensions", extensions)
    body = k("tbs", tbs(fields, extensions))
    scheme = signature_hash if signer.family != "ed25519" else None
    signature = k("signature", sign_once(signer, body, scheme))
    whole = k("der", der.seq(body, k("outer_algorithm", fields["algorithm"]), der.bits(signature)))
    return Certificate(whole, key, fields["subject"], extensions, fields["serial"])


def sct_list(knob, log, time_ms, prefix="sct"):
    """A function for build(): adds the SCT list over the certificate without it."""
    def add(fields, extensions, issuer):
        k = lambda field, default: knob(f"{prefix}.{field}", default)
        if not k("present", True):
            return extensions
        precert = tbs(fields, extensions)
        stamp = k("timestamp", time_ms)
        opaque = k("extensions", b"")
        issuer_key = k("issuer_spki", issuer.key.spki)
        signed = (b"\x00\x00" + stamp.to_bytes(8, "big") + b"\x00\x01" + hashlib.sha256(issuer_key).digest()
                  + len(precert).to_bytes(3, "big") + k("tbs", precert) + len(opaque).to_bytes(2, "big") + opaque)
        signer = k("key", log)
        signature = k("signature", signer.sign(k("signed", signed), "sha256" if signer.family != "ed25519" else None))
        algorithms = {"ec": b"\x04\x03", "rsa": b"\x04\x01", "ed25519": b"\x08\x07"}[signer.family]
        one = k("sct", k("version", b"\x00") + k("log_id", hashlib.sha256(log.spki).digest()) + stamp.to_bytes(8, "big")
                + len(opaque).to_bytes(2, "big") + opaque + k("algorithms", algorithms)
                + len(signature).to_bytes(2, "big") + signature)
        many = k("scts", [one])
        listed = b"".join(len(s).to_bytes(2, "big") + s for s in many)
        value = k("list", len(listed).to_bytes(2, "big") + listed)
        return list(extensions) + [(SCT_LIST, False, k("value", der.octets(value)))]
    return add
