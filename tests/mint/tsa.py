"""RFC 3161 timestamp responses, CMS by hand (SPEC 8)."""
import hashlib

from . import der
from .keys import HASH_OIDS, digest

SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
ESS_V1, ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"


def algorithm(name, with_null=False):
    return der.seq(der.oid(HASH_OIDS[name]), *([der.null()] if with_null else []))


def attribute(oid, *values):
    return der.seq(der.oid(oid), der.set_of(*values))


def ess_v2(certificate, hash_name="sha256"):
    hashed = der.octets(digest(hash_name, certificate))
    parts = ([] if hash_name == "sha256" else [algorithm(hash_name)]) + [hashed]
    return attribute(ESS_V2, der.seq(der.seq(der.seq(*parts))))


def ess_v1(certificate):
    return attribute(ESS_V1, der.seq(der.seq(der.seq(der.octets(hashlib.sha1(certificate).digest())))))


def issuer_and_serial(certificate_der):
    """The sid of a certificate, read out of its DER."""
    tbs = der.children(der.children(der.read(certificate_der)[1])[0][1])
    at = 1 if tbs[0][0] == 0xA0 else 0
    return der.seq(tbs[at + 2][2], tbs[at][2])


def response(knob, prefix, signer, stamped, time_s, embed=True, extra=()):
    """
    A TimeStampResp over `stamped` by the certificate `signer`. Knobs under
    PREFIX: imprint_hash, imprint, gen_time (DER), info, content_type,
    digest_hash, attributes, signed_attributes, signer_certificate, sid,
    key, signature, certificates, signer_info(s), version, status, token, der.
    """
    k = lambda field, default: knob(f"{prefix}.{field}", default)
    stamped = k("stamped", stamped)
    imprint_hash = k("imprint_hash", "sha256")
    imprint = k("imprint", digest(imprint_hash, stamped))
    info = k("info", der.seq(
        der.integer(1), der.oid(k("policy", "1.3.6.1.4.1.57264.2")),
        der.seq(k("imprint_algorithm", algorithm(imprint_hash)), der.octets(imprint)),
        der.integer(k("serial", 0x1F2E3D4C5B)), k("gen_time", der.generalized(time_s)),
        *k("info_rest", [der.seq(der.integer(1)), der.integer(0x7766554433221100)])))
    content_type = k("content_type", TST_INFO)
    digest_hash = k("digest_hash", signer.key.hash if signer.key.family != "ed25519" else "sha512")
    certificate = k("signer_certificate", signer.der)
    attributes = k("attributes", [
        attribute(CONTENT_TYPE, der.oid(content_type)),
        attribute(MESSAGE_DIGEST, der.octets(k("message_digest", digest(digest_hash, info)))),
        k("ess", ess_v2(certificate))])
    signed = k("signed_attributes", der.set_of(*attributes))
    key = k("key", signer.key)
    signature = k("signature", key.sign(signed, digest_hash if key.family != "ed25519" else None))
    sid = k("sid", issuer_and_serial(certificate))
    signer_info = k("signer_info", der.seq(
        der.integer(k("signer_version", 1 if sid[0] == 0x30 else 3)), sid, algorithm(digest_hash),
        bytes([0xA0]) + signed[1:], k("signature_algorithm", key.signature_algorithm(digest_hash)),
        der.octets(signature), *k("unsigned", [])))
    certificates = k("certificates", ([signer.der] if embed else []) + list(extra))
    signed_data = k("signed_data", der.seq(
        der.integer(k("version", 3)), der.set_of(algorithm(digest_hash)),
        der.seq(der.oid(content_type), der.explicit(0, der.octets(info))),
        *([der.explicit(0, *certificates)] if certificates else []),
        der.set_of(*k("signer_infos", [signer_info]))))
    token = k("token", der.seq(der.oid(SIGNED_DATA), der.explicit(0, signed_data)))
    return k("der", der.seq(k("status", der.seq(der.integer(0))), token))
