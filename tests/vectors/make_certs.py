#!/usr/bin/env python3
"""Certificates for test_cert, test_path, test_sct and their fuzz targets.

Every certificate is put together octet by octet, because most of them are
wrong in a way that no library would write. Keys are thrown away, so a second
run makes other files that say the same. Usage: make_certs.py OUTPUT-DIRECTORY
"""
import hashlib
import os
import struct
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

T0 = 1700000000  # 2023-11-14T22:13:20Z, when every leaf begins
LIFE = 600
OUT = sys.argv[1]


# --------------------------------------------------------------------- DER

def length(n):
    if n < 0x80:
        return bytes([n])
    octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag]) + length(len(body)) + body


def seq(*parts):
    return tlv(0x30, *parts)


def integer(n):
    return tlv(0x02, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for arc in [40 * arcs[0] + arcs[1]] + arcs[2:]:
        part = bytes([arc & 0x7F])
        while arc > 0x7F:
            arc >>= 7
            part = bytes([0x80 | arc & 0x7F]) + part
        out += part
    return tlv(0x06, out)


def bits(octets, unused=0):
    return tlv(0x03, bytes([unused]) + octets)


def octets(*parts):
    return tlv(0x04, *parts)


def name(common_name):
    if common_name == "":
        return seq()
    return seq(tlv(0x31, seq(oid("2.5.4.10"), tlv(0x0C, b"plomb"))),
               tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0C, common_name.encode()))))


def utc(t):
    return tlv(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(t)).encode())


def generalized(t):
    return tlv(0x18, time.strftime("%Y%m%d%H%M%SZ", time.gmtime(t)).encode())


def moment(t):
    return t if isinstance(t, bytes) else utc(t) if t < 2524608000 else generalized(t)


# -------------------------------------------------------------------- keys

ECDSA = {"sha1": oid("1.2.840.10045.4.1"), "sha256": oid("1.2.840.10045.4.3.2"),
         "sha384": oid("1.2.840.10045.4.3.3"), "sha512": oid("1.2.840.10045.4.3.4")}
RSA = {"sha1": oid("1.2.840.113549.1.1.5"), "sha256": oid("1.2.840.113549.1.1.11"),
       "sha384": oid("1.2.840.113549.1.1.12"), "sha512": oid("1.2.840.113549.1.1.13")}
NULL = b"\x05\x00"
HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
CURVES = {"p224": (ec.SECP224R1, "sha256"), "p256": (ec.SECP256R1, "sha256"), "p384": (ec.SECP384R1, "sha384"),
          "p521": (ec.SECP521R1, "sha512"), "k256": (ec.SECP256K1, "sha256")}


class Key:
    def __init__(self, kind, hash_name=None):
        self.kind = kind
        if kind in CURVES:
            self.private = ec.generate_private_key(CURVES[kind][0]())
            self.hash = hash_name or CURVES[kind][1]
        elif kind == "ed25519":
            self.private = ed25519.Ed25519PrivateKey.generate()
            self.hash = None
        else:
            self.private = rsa.generate_private_key(65537, int(kind[3:]))
            self.hash = hash_name or "sha256"
        self.spki = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def algorithm(self, hash_name=None):
        if self.kind in CURVES:
            return seq(ECDSA[hash_name or self.hash])
        if self.kind == "ed25519":
            return seq(oid("1.3.101.112"))
        return seq(RSA[hash_name or self.hash], NULL)

    def sign(self, message, hash_name=None):
        if self.kind == "ed25519":
            return self.private.sign(message)
        chosen = HASHES[hash_name or self.hash]()
        if self.kind in CURVES:
            return self.private.sign(message, ec.ECDSA(chosen))
        return self.private.sign(message, padding.PKCS1v15(), chosen)


# -------------------------------------------------------------- extensions

def ext(which, value, critical=None):
    flag = {None: b"", True: b"\x01\x01\xff", False: b"\x01\x01\x00"}.get(critical, critical)
    return seq(oid(which), flag, octets(value))


CODE_SIGNING, TIMESTAMPING, SERVER_AUTH, ANY = (
    "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.1", "2.5.29.37.0")
TRUE = b"\x01\x01\xff"
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"
POISON = "1.3.6.1.4.1.11129.2.4.3"


def basic(ca=True, path_len=None, critical=True):
    return ext("2.5.29.19", seq(TRUE if ca else b"", b"" if path_len is None else integer(path_len)), critical)


def usage(octet=0x80, unused=7, critical=True):
    return ext("2.5.29.15", bits(bytes([octet]), unused), critical)


def eku(*purposes, critical=None):
    return ext("2.5.29.37", seq(*[oid(p) for p in purposes]), critical)


def san(*names, critical=True):
    return ext("2.5.29.17", seq(*names), critical)


def ski(octets_):
    return ext("2.5.29.14", octets(octets_))


def aki(octets_):
    return ext("2.5.29.35", seq(tlv(0x80, octets_)))


def name_constraints(critical):
    return ext("2.5.29.30", seq(tlv(0xA0, seq(tlv(0x81, b"example.com")))), critical)


URI = tlv(0x86, b"https://example.com/workflow@refs/heads/main")
MAIL = tlv(0x81, b"someone@example.com")
OTHER = tlv(0xA0, oid("1.3.6.1.4.1.57264.1.7"), tlv(0xA0, tlv(0x0C, b"someone!example.com")))
ISSUER_V2 = ext("1.3.6.1.4.1.57264.1.8", tlv(0x0C, b"https://accounts.example.com"))
CERT_SIGN = usage(0x06, 1)
LEAF = [usage(), eku(CODE_SIGNING), san(URI), ISSUER_V2]
CA = [basic(), CERT_SIGN]


# ------------------------------------------------------------- certificates

made = {}
serials = iter(range(1000, 10000))


def tbs_of(key, signer, subject, issuer, begin, end, extensions, version=2, serial=None, inner=None,
           unique=b"", after=b"", spki=None, wrap=None, raw_serial=None, algorithm=None, validity=None):
    serial = next(serials) if serial is None else serial
    if wrap is None:
        wrap = tlv(0xA3, seq(*extensions)) if extensions else b""
    return seq(b"" if version is None else tlv(0xA0, version if isinstance(version, bytes) else integer(version)),
               raw_serial or integer(serial),
               inner or algorithm or signer.algorithm(),
               issuer if isinstance(issuer, bytes) else name(issuer),
               validity or seq(moment(begin), moment(end)),
               subject if isinstance(subject, bytes) else name(subject),
               spki or key.spki, unique, wrap, after)


def cert(file, key, signer, subject, issuer, begin=T0, end=T0 + LIFE, extensions=(), algorithm=None,
         hash_name=None, signature=None, edit=None, tail=b"", inside_tail=b"", outer=None, unused=0, **more):
    if hash_name:
        algorithm = algorithm or signer.algorithm(hash_name)
    tbs = tbs_of(key, signer, subject, issuer, begin, end, list(extensions), algorithm=algorithm, **more)
    made_signature = signer.sign(tbs, hash_name) if signature is None else signature
    if edit:
        made_signature = edit(made_signature)
    der = seq(tbs, outer or algorithm or signer.algorithm(), bits(made_signature, unused), inside_tail) + tail
    write(file + ".der", der)
    return der


def write(file, content):
    assert file not in made, file
    made[file] = content
    with open(os.path.join(OUT, file), "wb") as f:
        f.write(content)


root, inter, leaf, other = Key("p384"), Key("p384"), Key("p256"), Key("p384")
CA_TIME = dict(begin=T0 - 1000000, end=T0 + 1000000)


def ca(file, key, signer, subject, issuer, extensions=CA, **more):
    return cert(file, key, signer, subject, issuer, extensions=extensions, **{**CA_TIME, **more})


def end_entity(file, extensions=LEAF, signer=inter, issuer="intermediate", key=leaf, subject="", **more):
    return cert(file, key, signer, subject, issuer, extensions=extensions, **more)


# The chain that everything else is compared with, and what is not part of it.
ca("root", root, root, "root", "root", [basic(), CERT_SIGN])
ca("inter", inter, root, "intermediate", "root", [basic(path_len=0), CERT_SIGN, eku(CODE_SIGNING)])
end_entity("leaf")
ca("stranger", other, other, "stranger", "stranger")

# Keys and hashes of issuers and leaves.
for kind, hash_name in [("p256", "sha256"), ("p256", "sha512"), ("p384", "sha384"), ("p521", "sha512"),
                        ("rsa2048", "sha256"), ("rsa2048", "sha384"), ("rsa4096", "sha512"), ("ed25519", None)]:
    key = Key(kind, hash_name)
    label = kind + ("_" + hash_name if hash_name else "")
    ca("root_" + label, key, key, "root " + kind, "root " + kind)
    end_entity("leaf_by_" + label, signer=key, issuer="root " + kind)
    if label == "rsa2048_sha256":
        end_entity("leaf_rsa_no_null", signer=key, issuer="root " + kind, algorithm=seq(RSA["sha256"]))
        end_entity("leaf_rsa_sha1", signer=key, issuer="root " + kind, hash_name="sha1")
        end_entity("leaf_rsa_bad", signer=key, issuer="root " + kind, edit=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
        end_entity("leaf_ecdsa_under_rsa", signer=inter, issuer="root " + kind)
        end_entity("leaf_rsa_pss", signer=key, issuer="root " + kind, algorithm=seq(oid("1.2.840.113549.1.1.10"), seq()))
    if label == "ed25519":
        end_entity("leaf_ed25519_bad", signer=key, issuer="root ed25519", edit=lambda s: bytes([s[0] ^ 1]) + s[1:])
for kind in ["p384", "p521", "rsa2048", "rsa1024", "ed25519", "p224", "k256"]:
    end_entity("leaf_key_" + kind, key=Key(kind))
big = seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(integer((1 << 8191) + 1), integer(65537))))
end_entity("leaf_key_rsa8192", spki=big)
for kind in ["rsa1024", "p224", "k256"]:
    key = Key(kind)
    ca("root_" + kind, key, key, "root " + kind, "root " + kind)
    end_entity("leaf_by_" + kind, signer=key, issuer="root " + kind)
    ca("inter_" + kind, key, root, "intermediate", "root")
    end_entity("leaf_by_inter_" + kind, signer=key)
pss = Key("rsa2048")
pss_algorithm = seq(oid("1.2.840.113549.1.1.10"))
number = pss.private.public_key().public_numbers().n
ca("root_pss", pss, pss, "root pss", "root pss", spki=seq(pss_algorithm, bits(seq(integer(number), integer(65537)))))
end_entity("leaf_by_pss", signer=pss, issuer="root pss")


# Signatures that are none, or none of this issuer, or not DER.
def respell(s, how):
    """The two numbers of an ECDSA signature, written again."""
    r_len = s[3]
    r, t = s[4:4 + r_len], s[6 + r_len:]
    if how == "zero in front":
        return seq(tlv(2, b"\0" + r), tlv(2, t))
    if how == "negative":
        return seq(tlv(2, r.lstrip(b"\0")), tlv(2, t.lstrip(b"\0")))
    if how == "long length":
        return bytes([0x30, 0x81]) + s[1:]
    if how == "raw":
        return r.lstrip(b"\0").rjust(48, b"\0") + t.lstrip(b"\0").rjust(48, b"\0")
    return s + b"\0"


def until_high(file, **more):
    """The minus sign only shows where the leading bit is set, so sign until it is in both."""
    for _ in range(200):
        tbs = tbs_of(leaf, inter, "", "intermediate", T0, T0 + LIFE, LEAF)
        s = inter.sign(tbs)
        if s[3] == 49 and s[5 + s[3]] == 49:
            write(file + ".der", seq(tbs, inter.algorithm(), bits(respell(s, "negative"))))
            return
    raise SystemExit("no signature with two high numbers")


end_entity("leaf_flipped", edit=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
end_entity("leaf_r_is_zero", signature=seq(integer(0), integer(0)))
for how in ["zero in front", "long length", "raw", "trailing"]:
    end_entity("leaf_signature_" + how.replace(" ", "_"), edit=lambda s: respell(s, how))
until_high("leaf_signature_negative")
end_entity("leaf_critical_eku_flipped", [usage(), eku(CODE_SIGNING, critical=True), san(URI)],
           edit=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
end_entity("leaf_ed25519_under_ec", signer=Key("ed25519"))
rsa_key = Key("rsa2048")
end_entity("leaf_rsa_under_ec", signer=rsa_key)
end_entity("leaf_ecdsa_sha1", algorithm=seq(ECDSA["sha1"]), hash_name="sha256")
ca("inter_flipped", inter, root, "intermediate", "root", edit=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
ca("inter_by_stranger", inter, other, "intermediate", "root")

# Two that could be the parent by name.
ca("inter_other_key", other, root, "intermediate", "root", [basic(), CERT_SIGN, ski(b"other")])
ca("inter_with_ski", inter, root, "intermediate", "root", [basic(), CERT_SIGN, ski(b"right")])
end_entity("leaf_with_aki", LEAF + [aki(b"right")])
end_entity("leaf_with_wrong_aki", LEAF + [aki(b"other")])

# Who may issue.
ca("root_path_0", root, root, "root", "root", [basic(path_len=0), CERT_SIGN])
ca("root_path_1", root, root, "root", "root", [basic(path_len=1), CERT_SIGN])
ca("inter2", other, inter, "second", "intermediate")
end_entity("leaf_by_inter2", signer=other, issuer="second")
ca("inter_self_issued", other, inter, "intermediate", "intermediate")
end_entity("leaf_by_self_issued", signer=other)
ca("inter_free", inter, root, "intermediate", "root")
ca("inter_no_basic", inter, root, "intermediate", "root", [CERT_SIGN])
ca("inter_no_ca", inter, root, "intermediate", "root", [basic(ca=False), CERT_SIGN])
ca("inter_no_usage", inter, root, "intermediate", "root", [basic()])
ca("inter_crl_only", inter, root, "intermediate", "root", [basic(), usage(0x02, 1)])
ca("inter_version_1", inter, root, "intermediate", "root", [], version=None)
ca("root_version_1", root, root, "root", "root", [], version=None)
ca("root_version_2", root, root, "root", "root", [], version=1)
ca("inter_server_auth", inter, root, "intermediate", "root", CA + [eku(SERVER_AUTH)])
ca("inter_any_purpose", inter, root, "intermediate", "root", CA + [eku(ANY)])
ca("inter_critical_eku", inter, root, "intermediate", "root", CA + [eku(CODE_SIGNING, critical=True)])
ca("root_server_auth", root, root, "root", "root", CA + [eku(SERVER_AUTH)])
ca("inter_constrained", inter, root, "intermediate", "root", CA + [name_constraints(True)])
ca("inter_constrained_not_critical", inter, root, "intermediate", "root", CA + [name_constraints(None)])
ca("root_constrained", root, root, "root", "root", CA + [name_constraints(True)])
ca("inter_unknown_critical", inter, root, "intermediate", "root", CA + [ext("1.2.3.4", b"", True)])
ca("root_unknown_critical", root, root, "root", "root", CA + [ext("2.999.2147483647", b"", True)])

# When.
ca("inter_expires", inter, root, "intermediate", "root", end=T0 + 100)
ca("inter_begins", inter, root, "intermediate", "root", begin=T0 + 100)
ca("root_expires", root, root, "root", "root", end=T0 + 100)
ca("root_begins", root, root, "root", "root", begin=T0 + 100)
end_entity("leaf_old", begin=-1000, end=1000)
ca("root_old", inter, inter, "intermediate", "intermediate", begin=-200000, end=1000)

# A ring of names: the leaf hints at another holder of the anchor's name, but the anchor signed it.
ca("ring_anchor", root, root, "ring", "ring")
ca("ring_1", other, other, "ring", "ring second", CA + [ski(b"hint")])
ca("ring_2", other, root, "ring second", "ring")
end_entity("leaf_ring", LEAF + [aki(b"hint")], signer=root, issuer="ring")

# Leaves that are no signers.
end_entity("leaf_is_ca", [basic(), usage(0x84, 2), eku(CODE_SIGNING), san(URI)])
end_entity("leaf_basic_false", [basic(ca=False)] + LEAF)
end_entity("leaf_no_eku", [usage(), san(URI)])
end_entity("leaf_server_auth", [usage(), eku(SERVER_AUTH), san(URI)])
end_entity("leaf_any_purpose", [usage(), eku(ANY), san(URI)])
end_entity("leaf_two_purposes", [usage(), eku(SERVER_AUTH, CODE_SIGNING), san(URI)])
end_entity("leaf_critical_eku", [usage(), eku(CODE_SIGNING, critical=True), san(URI)])
end_entity("leaf_no_usage", [eku(CODE_SIGNING), san(URI)])
end_entity("leaf_encipherment", [usage(0x20, 5), eku(CODE_SIGNING), san(URI)])
end_entity("leaf_nine_bits", [ext("2.5.29.15", bits(b"\x80\x80", 7), True), eku(CODE_SIGNING), san(URI)])
end_entity("leaf_unknown_critical", LEAF + [ext("1.3.6.1.4.1.57264.1.99", b"\x0c\x00", True)])
end_entity("leaf_two_unknown_critical", LEAF + [ext("1.2.3", b"", True), ext("1.2.4", b"", True)])
end_entity("leaf_critical_sct", LEAF + [ext(SCT_LIST, octets(b"\0\0"), True)])
end_entity("leaf_constrained", LEAF + [name_constraints(True)])
end_entity("leaf_by_stranger", signer=other, issuer="nobody")
cert("leaf_self_signed", leaf, leaf, "self", "self", extensions=LEAF)

# Timestamp authorities.
tsa = Key("p384")
ca("tsa_root", root, root, "tsa root", "tsa root")
ca("tsa_inter", inter, root, "tsa intermediate", "tsa root", CA + [eku(TIMESTAMPING)])
ca("tsa_inter_code", inter, root, "tsa intermediate", "tsa root", CA + [eku(CODE_SIGNING)])
ca("tsa_leaf", tsa, inter, "tsa", "tsa intermediate", [usage(), eku(TIMESTAMPING, critical=True)])
ca("tsa_leaf_ca", tsa, inter, "tsa", "tsa intermediate", [basic(), eku(TIMESTAMPING, critical=True)])

# A chain as long as allowed, and one longer: long_0 is the root.
previous = root
for i in range(1, 10):
    key = Key("p256")
    ca("long_%d" % i, key, previous, "long %d" % i, "root" if i == 1 else "long %d" % (i - 1), hash_name=None)
    end_entity("leaf_long_%d" % i, signer=key, issuer="long %d" % i) if i in (8, 9) else None
    previous = key
# Copies that all could issue each other.
for i in range(12):
    ca("maze_%d" % i, other, other, "maze", "maze")
end_entity("leaf_maze", signer=other, issuer="maze")

# ------------------------------------------------------------ malformed ones

end_entity("bad_trailing", tail=b"\0")
end_entity("bad_inside_trailing", inside_tail=b"\x05\x00")
end_entity("bad_tbs_trailing", after=b"\x05\x00")
end_entity("bad_duplicate", LEAF + [san(MAIL)])
end_entity("bad_duplicate_unknown", LEAF + [ext("1.2.3", b""), ext("1.2.3", b"")])
end_entity("bad_poison", LEAF + [ext(POISON, NULL, True)])
end_entity("bad_poison_not_critical", LEAF + [ext(POISON, NULL)])
end_entity("bad_inner_algorithm", inner=seq(ECDSA["sha256"]))
end_entity("bad_inner_null", inner=seq(ECDSA["sha384"], NULL))
end_entity("bad_ecdsa_null", algorithm=seq(ECDSA["sha384"], NULL))
end_entity("bad_rsa_parameters", signer=rsa_key, algorithm=seq(RSA["sha256"], seq()))
end_entity("bad_ed25519_null", algorithm=seq(oid("1.3.101.112"), NULL), signature=bytes(64))
end_entity("bad_algorithm_trailing", algorithm=seq(ECDSA["sha384"], NULL, NULL))
end_entity("bad_algorithm_empty", algorithm=seq())
end_entity("bad_signature_unused_bits", unused=1)
end_entity("bad_version_1_extensions", version=None)
end_entity("bad_version_2_extensions", version=1)
end_entity("bad_version_written_1", [], version=0)
end_entity("bad_version_4", version=3)
end_entity("bad_version_trailing", version=integer(2) + integer(2))
end_entity("bad_version_type", version=tlv(0x0A, b"\x02"))
end_entity("bad_version_empty", version=b"")
end_entity("bad_version_negative", version=integer(-1))
end_entity("bad_serial_negative", serial=-5)
end_entity("bad_serial_empty", raw_serial=tlv(2))
end_entity("bad_serial_padded", raw_serial=tlv(2, b"\0\x05"))
end_entity("bad_serial_type", raw_serial=tlv(4, b"\x05"))
end_entity("good_serial_zero", serial=0)
end_entity("bad_issuer_not_name", issuer=tlv(0x31))
end_entity("bad_issuer_empty_set", issuer=seq(tlv(0x31)))
end_entity("bad_issuer_attribute_trailing", issuer=seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0C, b"a"), NULL))))
end_entity("bad_issuer_attribute_no_value", issuer=seq(tlv(0x31, seq(oid("2.5.4.3")))))
end_entity("bad_issuer_attribute_bad_oid", issuer=seq(tlv(0x31, seq(tlv(6, b"\x55\x80\x03"), tlv(0x0C, b"a")))))
end_entity("bad_issuer_attribute_type", issuer=seq(tlv(0x31, tlv(0x31))))
end_entity("bad_issuer_attribute_empty", issuer=seq(tlv(0x31, seq())))
end_entity("bad_subject", subject=seq(NULL))
end_entity("bad_time_no_seconds", begin=tlv(0x17, b"2311142213Z"))
end_entity("bad_time_offset", begin=tlv(0x17, b"231114221320+0000"))
end_entity("bad_time_fraction", end=tlv(0x18, b"20231114222320.5Z"))
end_entity("bad_time_month", end=tlv(0x17, b"231314222320Z"))
end_entity("bad_time_type", end=tlv(0x0C, b"231114222320Z"))
end_entity("bad_validity_three", end=utc(T0 + LIFE) + utc(T0 + LIFE))
end_entity("bad_validity_one", end=b"")
end_entity("bad_validity_none", begin=b"", end=b"")
end_entity("bad_validity_set", begin=b"", end=b"", validity=tlv(0x31, utc(T0), utc(T0 + LIFE)))
end_entity("good_generalized_time", begin=generalized(T0), end=generalized(T0 + LIFE))
end_entity("good_year_2050", end=2524608000)
end_entity("bad_spki", spki=tlv(0x31))
end_entity("good_unique_ids", unique=tlv(0x81, b"\0ab") + tlv(0x82, b"\0cd"))
end_entity("bad_unique_id_bits", unique=tlv(0x81, b"\1ab"))
end_entity("bad_unique_id_order", unique=tlv(0x82, b"\0ab") + tlv(0x81, b"\0cd"))
end_entity("bad_unique_id_version_1", [], version=None, unique=tlv(0x81, b"\0ab"))
end_entity("bad_unique_id_length", [], unique=b"\x81\x80")
end_entity("bad_extensions_empty", wrap=tlv(0xA3, seq()))
end_entity("bad_extensions_wrapper_empty", wrap=tlv(0xA3))
end_entity("bad_extensions_wrapper_trailing", wrap=tlv(0xA3, seq(*LEAF), NULL))
end_entity("bad_extensions_not_sequence", wrap=tlv(0xA3, tlv(0x31, *LEAF)))
end_entity("bad_extensions_tag", wrap=tlv(0xA4, seq(*LEAF)))
end_entity("bad_extension_false", LEAF + [ext("1.2.3", b"", False)])
end_entity("bad_extension_boolean_1", LEAF + [ext("1.2.3", b"", b"\x01\x01\x01")])
end_entity("bad_extension_boolean_length", LEAF + [seq(oid("1.2.3"), b"\x01\x81")])
end_entity("bad_extension_trailing", LEAF + [seq(oid("1.2.3"), octets(), NULL)])
end_entity("bad_extension_no_value", LEAF + [seq(oid("1.2.3"))])
end_entity("bad_extension_no_oid", LEAF + [seq(octets())])
end_entity("bad_extension_oid", LEAF + [seq(tlv(6, b"\x2a\x80\x01"), octets())])
end_entity("bad_extension_type", LEAF + [tlv(0x31, oid("1.2.3"), octets())])
end_entity("bad_basic_false", [ext("2.5.29.19", seq(b"\x01\x01\x00"))] + LEAF)
end_entity("bad_basic_boolean", [ext("2.5.29.19", seq(b"\x01\x01\x01"))] + LEAF)
end_entity("bad_basic_path_without_ca", [basic(ca=False, path_len=0)] + LEAF)
end_entity("bad_basic_path_negative", [basic(path_len=-1)] + LEAF)
end_entity("bad_basic_path_huge", [basic(path_len=1 << 31)] + LEAF)
end_entity("bad_basic_path_type", [ext("2.5.29.19", seq(TRUE, octets(b"\0")))] + LEAF)
end_entity("good_basic_path_largest", [basic(path_len=(1 << 31) - 1)] + LEAF)
end_entity("bad_basic_trailing", [ext("2.5.29.19", seq(TRUE, integer(0), NULL))] + LEAF)
end_entity("bad_basic_after", [ext("2.5.29.19", seq() + NULL)] + LEAF)


def with_usage(file, value):
    end_entity(file, [ext("2.5.29.15", value, True), eku(CODE_SIGNING), san(URI)])


with_usage("bad_usage_trailing_zero", bits(b"\x80", 0))
with_usage("bad_usage_unused_set", bits(b"\x81", 7))
with_usage("bad_usage_empty", bits(b""))
with_usage("bad_usage_none", bits(b"\x00", 7))
with_usage("bad_usage_unused_8", bits(b"\x80", 8))
with_usage("bad_usage_long", bits(b"\x80\0\x80", 7))
with_usage("bad_usage_type", octets(b"\x07\x80"))


def with_eku(file, value):
    end_entity(file, [usage(), ext("2.5.29.37", value), san(URI)])


with_eku("bad_eku_empty", seq())
with_eku("bad_eku_type", seq(NULL))
with_eku("bad_eku_oid", seq(tlv(6, b"\x2b\x80")))
with_eku("bad_eku_set", tlv(0x31, oid(CODE_SIGNING)))
with_eku("bad_eku_after", seq(oid(CODE_SIGNING)) + NULL)


def with_san(file, value):
    end_entity(file, [usage(), eku(CODE_SIGNING), ext("2.5.29.17", value, True)])


with_san("bad_san_empty", seq())
with_san("bad_san_set", tlv(0x31, URI))
with_san("bad_san_after", seq(URI) + NULL)
with_san("bad_san_nul", seq(tlv(0x81, b"someone@example.com\0.evil.example")))
with_san("bad_san_uri_nul", seq(tlv(0x86, b"https://example.com\0")))
with_san("bad_san_dns_utf8", seq(tlv(0x82, "ex\u00e4mple.com".encode())))
with_san("bad_san_tag", seq(tlv(0x89, b"a")))
with_san("bad_san_constructed_uri", seq(tlv(0xA6, b"a")))
with_san("bad_san_length", seq(b"\x86\x05a"))
with_san("bad_san_ip", seq(tlv(0x87, b"\x7f\0\0")))
with_san("bad_san_registered", seq(tlv(0x88, b"\x80")))
with_san("bad_san_other_no_value", seq(tlv(0xA0, oid("1.2.3"))))
with_san("bad_san_other_oid", seq(tlv(0xA0, tlv(6, b"\x80"), tlv(0xA0, NULL))))
with_san("bad_san_other_empty", seq(tlv(0xA0)))
with_san("bad_san_other_trailing", seq(tlv(0xA0, oid("1.2.3"), tlv(0xA0, NULL), NULL)))
with_san("bad_san_other_two", seq(tlv(0xA0, oid("1.2.3"), tlv(0xA0, NULL, NULL))))
with_san("bad_san_other_nothing", seq(tlv(0xA0, oid("1.2.3"), tlv(0xA0))))
with_san("bad_san_directory", seq(tlv(0xA4, tlv(0x31))))
with_san("bad_san_directory_name", seq(tlv(0xA4, seq(NULL))))
with_san("good_san_all", seq(URI, MAIL, OTHER, tlv(0x82, b"example.com"), tlv(0x87, bytes(4)), tlv(0x87, bytes(16)),
                             tlv(0x88, b"\x2a\x03"), tlv(0xA4, name("someone")), tlv(0xA3), tlv(0xA5)))


def with_constraints(file, value):
    ca(file, inter, root, "intermediate", "root", CA + [ext("2.5.29.30", value)])


with_constraints("bad_constraints_empty", seq())
with_constraints("bad_constraints_set", tlv(0x31, tlv(0xA0, seq())))
with_constraints("bad_constraints_subtrees_empty", seq(tlv(0xA0)))
with_constraints("bad_constraints_order", seq(tlv(0xA1, seq()), tlv(0xA0, seq())))
with_constraints("bad_constraints_tag", seq(tlv(0xA2, seq())))
with_constraints("bad_constraints_length", seq(b"\xa0\x80"))
with_constraints("good_constraints_both", seq(tlv(0xA0, seq()), tlv(0xA1, seq())))
with_constraints("good_constraints_excluded", seq(tlv(0xA1, seq())))
end_entity("bad_ski", LEAF + [ext("2.5.29.14", b"abc")])
end_entity("good_ski", LEAF + [ski(b"abc")])


def with_aki(file, value):
    end_entity(file, LEAF + [ext("2.5.29.35", value)])


with_aki("good_aki_empty", seq())
with_aki("good_aki_all", seq(tlv(0x80, b"abc"), tlv(0xA1, tlv(0xA4, name("root"))), tlv(0x82, b"\x05")))
with_aki("good_aki_serial", seq(tlv(0xA1, tlv(0xA4, name("root"))), tlv(0x82, b"\x05")))
with_aki("bad_aki_set", tlv(0x31))
with_aki("bad_aki_length", seq(b"\x80\x80"))
with_aki("bad_aki_issuer_only", seq(tlv(0x80, b"abc"), tlv(0xA1, tlv(0xA4, name("root")))))
with_aki("bad_aki_serial_only", seq(tlv(0x82, b"\x05")))
with_aki("bad_aki_serial_padded", seq(tlv(0xA1, tlv(0xA4, name("root"))), tlv(0x82, b"\0\x05")))
with_aki("bad_aki_trailing", seq(tlv(0xA1, tlv(0xA4, name("root"))), tlv(0x82, b"\x05"), NULL))
end_entity("good_64_extensions", LEAF + [ext("1.2.3.%d" % i, b"") for i in range(60)])
end_entity("bad_65_extensions", LEAF + [ext("1.2.3.%d" % i, b"") for i in range(61)])
end_entity("good_sct_unreadable", LEAF + [ext(SCT_LIST, NULL)])
with open(os.path.join(OUT, "leaf.der"), "rb") as f:
    good = f.read()
assert good[:2] == b"\x30\x82"
write("bad_long_length.der", b"\x30\x83\x00" + good[2:])
write("bad_indefinite.der", b"\x30\x80" + good[4:] + b"\0\0")
write("bad_set.der", b"\x31" + good[1:])
write("bad_no_signature.der", seq(tbs_of(leaf, inter, "", "intermediate", T0, T0 + LIFE, LEAF), inter.algorithm()))
write("bad_no_algorithm.der", seq(tbs_of(leaf, inter, "", "intermediate", T0, T0 + LIFE, LEAF)))
write("bad_no_tbs.der", seq())

# ------------------------------------------- signed certificate timestamps

LOGS = {"p256": Key("p256"), "p384": Key("p384"), "rsa": Key("rsa2048"), "ed25519": Key("ed25519")}
for label, key in LOGS.items():
    write("log_%s.spki" % label, key.spki)


def sct(tbs, log, timestamp=T0 * 1000 + 123, extensions=b"", algorithms=None, issuer=inter, log_id=None, wrong=False):
    """A SerializedSCT over the precertificate's TBS, which is built apart from the certificate."""
    key = LOGS[log]
    head = struct.pack(">BBQH", 0, 0, timestamp, 1)
    signed = head + hashlib.sha256(issuer.spki).digest() + struct.pack(">I", len(tbs))[1:] + tbs
    signed += struct.pack(">H", len(extensions)) + extensions
    signature = key.sign(signed if not wrong else signed + b"\0", None if log == "ed25519" else "sha256")
    algorithms = algorithms or {"rsa": b"\x04\x01", "ed25519": b"\x08\x07"}.get(log, b"\x04\x03")
    return (b"\0" + (log_id or hashlib.sha256(key.spki).digest()) + struct.pack(">Q", timestamp)
            + struct.pack(">H", len(extensions)) + extensions + algorithms
            + struct.pack(">H", len(signature)) + signature)


def sct_list(*scts):
    body = b"".join(struct.pack(">H", len(s)) + s for s in scts)
    return struct.pack(">H", len(body)) + body


def with_sct(file, before, after, **more):
    """A leaf with one timestamp by the P-256 log, its extension between the others."""
    serial = next(serials)
    tbs = tbs_of(leaf, inter, "", "intermediate", T0, T0 + LIFE, before + after, serial=serial, **more)
    value = octets(sct_list(sct(tbs, "p256")))
    end_entity(file, before + [ext(SCT_LIST, value)] + after, serial=serial, **more)
    return tbs


tbs = with_sct("sct_leaf", LEAF[:2], LEAF[2:])
with_sct("sct_first", [], LEAF)
with_sct("sct_last", LEAF, [])
with_sct("sct_only", [], [])
with_sct("sct_short_rest", [usage()], [])
with_sct("sct_unique_ids", LEAF, [], unique=tlv(0x81, b"\0ab"))
with_sct("sct_large", LEAF, [ext("1.2.3.4", bytes(300))])
for log in LOGS:
    write("sct_%s.bin" % log, sct(tbs, log))
write("sct_p256_again.bin", sct(tbs, "p256", timestamp=T0 * 1000 + 456))
write("sct_extensions.bin", sct(tbs, "p256", extensions=b"\0\0\x05\0\0\0\0\x70"))
write("sct_at_start.bin", sct(tbs, "p256", timestamp=T0 * 1000))
write("sct_at_end.bin", sct(tbs, "p256", timestamp=T0 * 1000 + 600999))
write("sct_before_start.bin", sct(tbs, "p256", timestamp=T0 * 1000 - 1))
write("sct_after_end.bin", sct(tbs, "p256", timestamp=T0 * 1000 + 601000))
write("sct_far_future.bin", sct(tbs, "p256", timestamp=2 ** 64 - 1))
write("sct_other_issuer.bin", sct(tbs, "p256", issuer=root))
write("sct_wrong.bin", sct(tbs, "p256", wrong=True))
write("sct_unknown_log.bin", sct(tbs, "p256", log_id=bytes(32)))
write("sct_sha512.bin", sct(tbs, "p256", algorithms=b"\x06\x03"))
write("sct_ecdsa_says_rsa.bin", sct(tbs, "p256", algorithms=b"\x04\x01"))
write("sct_rsa_says_ecdsa.bin", sct(tbs, "rsa", algorithms=b"\x04\x03"))
write("sct_ed25519_says_ecdsa.bin", sct(tbs, "ed25519", algorithms=b"\x04\x03"))
