#!/usr/bin/env python3
"""
Writes timestamps/timestamps.txt: timestamp authorities and RFC 3161
responses, good ones and ones that exactly one rule of SPEC 8 can refuse.

    root NAME CERTIFICATES START END        CERTIFICATES: hex, comma between them; times or "-"
    tsr STATUS ROOTS TIME STAMPED TSR NAME...   ROOTS: names, comma between them, or "-"

TIME is what must come out of an accepted one, seconds.nanoseconds. The CMS
is made by hand (tests/mint). Signatures are new at every run. It also writes
fuzz_timestamp's corpus.
"""
import glob
import hashlib
import json
import base64
import datetime
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from mint import cert, der, keys, tsa  # noqa: E402
from mint.knobs import Knobs  # noqa: E402

T = 1700000000  # genTime unless said otherwise
YEAR = 31536000
STAMPED = b"the signature that was stamped"
lines = []


# --- certificates ---------------------------------------------------------------

def certificate(name, kind="p256", issuer=None, ca=False, eku=(cert.TIME_STAMPING,), critical=True, usage=None,
                path_len=None, start=T - YEAR, end=T + YEAR, extra=(), **knobs):
    key = keys.key(name, kind)
    extensions = [(cert.KU, True, cert.key_usage(*(usage if usage is not None else ((5, 6) if ca else (0,)))))] if usage != () else []
    if ca:
        extensions.append((cert.BC, True, cert.basic_constraints(True, path_len)))
    if eku:
        extensions.append((cert.EKU, critical, cert.eku(*eku)))
    extensions.append((cert.SKI, False, der.octets(cert.ski(key))))
    knob = Knobs({f"c.{k}": v for k, v in knobs.items()})
    made = cert.build(knob, "c", key, issuer, cert.name(("O", "plomb.example"), ("CN", name)), extensions + list(extra), start, end)
    knob.check()
    return made


def authority(name, ca=(), **options):
    return certificate(name, ca=True, eku=ca, **options)


root_ca = authority("tsa root")
leaf = certificate("tsa", issuer=root_ca)
inter = authority("tsa intermediate", issuer=root_ca)
under_inter = certificate("tsa below", issuer=inter)
foreign_ca = authority("foreign root")
foreign = certificate("foreign tsa", issuer=foreign_ca)
other_leaf = certificate("tsa two", issuer=root_ca)


def root(name, certificates, start=None, end=None):
    chain = ",".join(c.der.hex() for c in certificates)
    lines.append(f"root {name} {chain} {'-' if start is None else start} {'-' if end is None else end}")


# --- responses --------------------------------------------------------------------

def edit(change):
    """A knob for a constructed element: change gets the list of its elements."""
    def apply(default):
        tag, content, _, _ = der.read(default)
        return der.tlv(tag, *change([whole for _, _, whole in der.children(content)]))
    return apply


def put(index, element):
    return edit(lambda parts: parts[:index] + [element] + parts[index + 1:])


def insert(index, element):
    return edit(lambda parts: parts[:index] + [element] + parts[index:])


def drop(index):
    return edit(lambda parts: parts[:index] + parts[index + 1:])


def inside(index, change):
    return edit(lambda parts: parts[:index] + [change(parts[index])] + parts[index + 1:])


def make(signer=leaf, time=T, embed=True, extra=(), stamped=STAMPED, **knobs):
    knob = Knobs({f"t.{k}": v for k, v in knobs.items()})
    made = tsa.response(knob, "t", signer, stamped, time, embed, extra)
    knob.check()
    return made


def add(status, roots, tsr, name, time=T, ns=0, stamped=STAMPED):
    lines.append(f"tsr {status} {roots or '-'} {time}.{ns:09d} {stamped.hex()} {tsr.hex()} {name}")


def case(verdict, roots, name, signer=leaf, time=T, ns=0, check=STAMPED, **options):
    code = verdict if verdict in ("ok", "limit-exceeded") else "timestamp-" + verdict
    add(code, roots, make(signer, time, **options), name, time, ns, check)


def ok(roots, name, **options):
    case("ok", roots, name, **options)


def algorithm(text, *parameters):
    return der.seq(der.oid(text), *parameters)


SHA1 = algorithm("1.3.14.3.2.26", der.null())
SHA256, SHA512 = algorithm(keys.HASH_OIDS["sha256"]), algorithm(keys.HASH_OIDS["sha512"])
SHA224 = algorithm("2.16.840.1.101.3.4.2.4")
SIGNING_TIME = tsa.attribute(tsa.SIGNING_TIME, der.time(T))


def roots():
    root("leaf", [leaf, root_ca])
    root("ca", [root_ca])
    root("inter", [under_inter, inter, root_ca])
    root("inter-ca", [inter, root_ca])
    root("foreign", [foreign, foreign_ca])
    root("foreign-ca", [foreign_ca])
    root("ended", [leaf, root_ca], T - 100, T - 1)
    root("future", [leaf, root_ca], T + 1, T + 100)
    root("exact", [leaf, root_ca], T, T)
    root("alone", [leaf])
    root("other", [other_leaf, root_ca])
    root("empty", [])


def good_ones():
    ok("leaf", "as made")
    ok("leaf", "without embedded certificates", embed=False)
    ok("ca", "an authority that is only a CA, signer embedded")
    ok("inter", "an intermediate", signer=under_inter)
    ok("inter", "an intermediate, nothing embedded", signer=under_inter, embed=False)
    ok("inter-ca", "CAs only, signer embedded", signer=under_inter)
    ok("ca", "the intermediate is only in the bag", signer=under_inter, extra=[inter.der])
    ok("foreign,leaf", "the second authority")
    ok("foreign-ca,ca", "the second authority, CAs only")
    ok("ended,leaf", "one authority's window is over, another has the same certificate")
    ok("exact", "both ends of the window belong to it")
    ok("ca", "a harmless certificate first in the bag", certificates=[other_leaf.der, leaf.der])
    ok("ca", "the signer twice in the bag", certificates=[leaf.der, leaf.der])
    ok("leaf", "ten certificates in the bag", certificates=[leaf.der] * 10)
    ok("ca", "an unreadable certificate in the bag", certificates=[der.seq(der.integer(1)), leaf.der])
    ok("ca", "an attribute certificate in the bag", certificates=[leaf.der, der.explicit(2, der.integer(1))])
    ok("leaf", "an empty bag", signed_data=insert(3, der.explicit(0)), embed=False)
    ok("leaf", "revocation lists, which nobody reads", signed_data=insert(4, der.explicit(1, der.seq(der.null()))))
    ok("leaf", "status grantedWithMods", status=der.seq(der.integer(1)))
    ok("leaf", "status with a text and failure bits", status=der.seq(der.integer(0), der.seq(der.utf8("well")), der.bits(b"\x80", 0)))
    for h in ("sha384", "sha512"):
        ok("leaf", f"imprint by {h}", imprint_hash=h)
    ok("leaf", "imprint algorithm with NULL", imprint_algorithm=tsa.algorithm("sha256", True))
    ok("leaf", "digest algorithm with NULL", signer_info=put(2, tsa.algorithm("sha256", True)))
    ok("leaf", "a longer digest than the key's", digest_hash="sha512")
    for kind in ("p384", "p521", "rsa2048"):
        signer = certificate(f"tsa {kind}", kind, root_ca)
        root(kind, [signer, root_ca])
        ok(kind, f"{kind}", signer=signer)
        if kind == "rsa2048":
            ok(kind, "rsaEncryption as signature algorithm", signer=signer, signature_algorithm=algorithm("1.2.840.113549.1.1.1", der.null()))
            ok(kind, "rsaEncryption without NULL", signer=signer, signature_algorithm=algorithm("1.2.840.113549.1.1.1"))
            ok(kind, "sha512WithRSAEncryption", signer=signer, digest_hash="sha512")
            case("signature-invalid", kind, "an RSA key under ecdsa-with-SHA256", signer=signer, signature_algorithm=algorithm("1.2.840.10045.4.3.2"))
            case("signature-invalid", kind, "a PSS algorithm", signer=signer, signature_algorithm=algorithm("1.2.840.113549.1.1.10"))
        else:
            ok(kind, f"{kind} with SHA-256", signer=signer, digest_hash="sha256")
    ok("leaf", "id-ecPublicKey as signature algorithm", signature_algorithm=algorithm("1.2.840.10045.2.1"))
    ok("leaf", "ecdsa-with-SHA256 with NULL", signature_algorithm=algorithm("1.2.840.10045.4.3.2", der.null()))
    ok("leaf", "signer named by key identifier", signer_info=edit(lambda p: [der.integer(3), der.implicit(0, cert.ski(leaf.key))] + p[2:]))
    ok("ca", "signer named by key identifier, embedded", signer_info=edit(lambda p: [der.integer(3), der.implicit(0, cert.ski(leaf.key))] + p[2:]))
    ok("leaf", "genTime with a fraction", ns=500000000, gen_time=der.generalized(T, ".5"))
    ok("leaf", "genTime with nanoseconds", ns=1, gen_time=der.generalized(T, ".000000001"))
    ok("leaf", "nothing optional in TSTInfo", info_rest=[])
    ok("leaf", "everything optional in TSTInfo", info_rest=[
        der.seq(der.integer(1)), der.boolean(True), der.integer(7), der.explicit(0, der.explicit(4, cert.name(("CN", "tsa")))),
        der.explicit(1, der.seq(der.oid("1.2.3"), der.octets(b"x")), der.seq(der.oid("1.2.4"), der.boolean(False), der.octets(b"y")))])
    ok("leaf", "ordering FALSE, written out", info_rest=[der.boolean(False)])
    ok("leaf", "unsigned attributes", signer_info=edit(lambda p: p + [der.explicit(1, SIGNING_TIME)]))
    ok("leaf", "a further attribute", attributes=lambda a: a + [SIGNING_TIME])
    ok("leaf", "attributes in another order than DER's", signed_attributes=edit(lambda p: list(reversed(sorted(p)))))
    ok("leaf", "ESS by SHA-1", ess=tsa.ess_v1(leaf.der))
    ok("leaf", "ESS by SHA-512", ess=tsa.ess_v2(leaf.der, "sha512"))
    ok("leaf", "ESS by SHA-1 and by SHA-256", attributes=lambda a: a + [tsa.ess_v1(leaf.der)])
    ok("leaf", "ESS with issuerSerial and policies", ess=ess(leaf.der, after=[der.seq(der.null())], rest=[der.seq()]))
    ok("leaf", "two ESSCertIDs, the first is the signer's", ess=ess(leaf.der, more=[der.seq(der.octets(bytes(32)))]))
    ok("leaf", "digest algorithms of SignedData name another hash", signed_data=put(1, der.set_of(SHA512, SHA256)))
    ok("leaf", "no digest algorithm in SignedData", signed_data=put(1, der.set_of()))
    signer = certificate("tsa repudiation", issuer=root_ca, usage=(1,))
    ok("ca", "key usage nonRepudiation alone", signer=signer)
    ok("ca", "no key usage", signer=certificate("tsa no usage", issuer=root_ca, usage=()))
    any_inter = authority("any intermediate", issuer=root_ca, ca=(cert.ANY_EKU,))
    ok("ca", "an intermediate for any purpose", signer=certificate("tsa any", issuer=any_inter), extra=[any_inter.der])
    ts_inter = authority("ts intermediate", issuer=root_ca, ca=(cert.TIME_STAMPING,))
    ok("ca", "an intermediate for timestamping", signer=certificate("tsa ts", issuer=ts_inter), extra=[ts_inter.der])


def ess(certificate_der, hash_name="sha256", first=(), after=(), more=(), rest=(), oid=tsa.ESS_V2):
    hashed = der.octets(hashlib.new(hash_name, certificate_der).digest())
    return tsa.attribute(oid, der.seq(der.seq(der.seq(*first, hashed, *after), *more), *rest))


def malformed():
    def bad(name, roots="leaf", embed=False, **options):
        case("malformed", roots, name, embed=embed, **options)

    good = make(embed=False)
    status, token = [whole for _, _, whole in der.children(der.read(good)[1])]
    for name, data in (("nothing", b""), ("a byte behind", good + b"\x00"), ("a bare token", token), ("a SET", b"\x31" + good[1:]),
                       ("no token although granted", der.seq(status)), ("two tokens", der.seq(status, token, token)),
                       ("an indefinite length", b"\x30\x80" + status + token + b"\x00\x00"),
                       ("short of one byte", good[:-1]), ("a length in long form", b"\x30\x83\x00" + good[2:])):
        add("timestamp-malformed", "leaf", data, name)
    bad("a status that is no number", status=der.seq(der.octets(b"\x00")))
    bad("a negative status", status=der.seq(der.integer(-1)))
    bad("an empty status", status=der.seq())
    bad("a status that is a number alone", status=der.integer(0))
    bad("something behind the failure bits", status=der.seq(der.integer(0), der.null()))
    bad("no content", token=edit(lambda p: p[:1]))
    bad("something behind the content", token=edit(lambda p: p + [der.null()]))
    bad("content without its wrapper", token=edit(lambda p: [p[0], der.children(p[1][2:] if p[1][1] < 0x80 else der.read(p[1])[1])[0][2]]))
    bad("two contents", token=edit(lambda p: [p[0], der.explicit(0, der.read(p[1])[1], der.null())]))
    bad("a content type that is no OID", token=put(0, der.null()))
    bad("an empty ContentInfo", token=der.seq())
    bad("SignedData is a SET", signed_data=lambda d: b"\x31" + d[1:])
    bad("SignedData of version 1", version=1)
    bad("SignedData of version 4", version=4)
    bad("a version that is no number", signed_data=put(0, der.octets(b"\x03")))
    bad("digest algorithms are a SEQUENCE", signed_data=put(1, der.seq(SHA256)))
    bad("a digest algorithm that is none", signed_data=put(1, der.set_of(der.null())))
    bad("no encapsulated content", signed_data=drop(2))
    bad("encapsulated content without its octets", signed_data=inside(2, edit(lambda p: p[:1])))
    bad("encapsulated content with something behind", signed_data=inside(2, edit(lambda p: p + [der.null()])))
    bad("an encapsulated content type that is no OID", signed_data=inside(2, put(0, der.null())))
    bad("encapsulated content is empty", signed_data=put(2, der.seq()))
    bad("constructed octets (BER)", signed_data=inside(2, inside(1, edit(lambda p: [der.tlv(0x24, p[0])]))))
    bad("two strings of octets", signed_data=inside(2, inside(1, edit(lambda p: p + p))))
    bad("certificates without their wrapper", embed=True, signed_data=edit(lambda p: p[:3] + [leaf.der] + p[4:]))
    bad("certificates whose last is cut", embed=True, signed_data=edit(lambda p: p[:3] + [der.explicit(0, leaf.der, b"\x30\x05")] + p[4:]))
    bad("no signer", signer_infos=[])
    bad("two signers", signer_infos=lambda s: s + s)
    bad("a signer that is no SEQUENCE", signer_infos=lambda s: [der.null()])
    bad("signers are a SEQUENCE", signed_data=edit(lambda p: p[:-1] + [b"\x30" + p[-1][1:]]))
    bad("something behind the signers", signed_data=edit(lambda p: p + [der.null()]))
    bad("something behind SignedData", token=edit(lambda p: [p[0], der.explicit(0, der.read(p[1])[1] + der.null())]))
    bad("SignerInfo of version 2", signer_info=put(0, der.integer(2)))
    bad("SignerInfo's version is no number", signer_info=put(0, der.null()))
    bad("SignerInfo of version 3 with issuer and serial", signer_info=put(0, der.integer(3)))
    bad("SignerInfo of version 1 with a key identifier", signer_info=put(1, der.implicit(0, cert.ski(leaf.key))))
    bad("an empty key identifier", signer_info=edit(lambda p: [der.integer(3), der.implicit(0, b"")] + p[2:]))
    bad("a signer named in another way", signer_info=put(1, der.implicit(1, b"x")))
    bad("a signer with a name and no serial", signer_info=inside(1, edit(lambda p: p[:1])))
    bad("a signer with a serial and no name", signer_info=inside(1, edit(lambda p: p[1:])))
    bad("a signer's serial with a padding byte", signer_info=inside(1, edit(lambda p: [p[0], der.tlv(2, b"\x00" + der.read(p[1])[1])])) if leaf.serial < 1 << 119 else put(1, der.null()))
    bad("a signer with something behind the serial", signer_info=inside(1, edit(lambda p: p + [der.null()])))
    bad("SignerInfo ends after its version", signer_info=edit(lambda p: p[:1]))
    bad("no digest algorithm", signer_info=edit(lambda p: p[:2]))
    bad("no signature algorithm", signer_info=drop(4))
    bad("no signature", signer_info=edit(lambda p: p[:5]))
    bad("the signature is a BIT STRING", signer_info=put(5, der.bits(b"x")))
    bad("something behind SignerInfo", signer_info=edit(lambda p: p + [der.null()]))
    bad("unsigned attributes twice", signer_info=edit(lambda p: p + [der.explicit(1), der.explicit(1)]))
    cut = lambda tag: bytes([tag, 5])
    bad("failure bits that are cut", status=der.seq(der.integer(0), cut(3)))
    bad("unsigned attributes that are cut", signer_info=edit(lambda p: p + [cut(0xA1)]))
    bad("certificates that are cut", signed_data=edit(lambda p: p[:3] + [cut(0xA0)]))
    bad("revocation lists that are cut", signed_data=edit(lambda p: p[:3] + [cut(0xA1)]))
    bad("ordering that is cut", info_rest=[cut(1)])
    bad("tsa that is cut", info_rest=[cut(0xA0)])
    bad("extensions that are cut", info_rest=[cut(0xA1)])
    bad("an extension whose flag is cut", info_rest=[der.explicit(1, der.seq(der.oid("1.2.3"), cut(1)))])
    tst_info(bad)
    bad("an attribute that is no SEQUENCE", attributes=lambda a: a + [der.null()])
    bad("an attribute without a type", attributes=lambda a: a + [der.seq()])
    bad("an attribute without values", attributes=lambda a: a + [der.seq(der.oid("1.2.3"))])
    bad("an attribute whose values are a SEQUENCE", attributes=lambda a: a + [der.seq(der.oid("1.2.3"), der.seq())])
    bad("an attribute with something behind", attributes=lambda a: a + [der.seq(der.oid("1.2.3"), der.set_of(), der.null())])
    v2 = lambda value: tsa.attribute(tsa.ESS_V2, value)
    hashed = der.octets(hashlib.sha256(leaf.der).digest())
    bad("ESS is no SEQUENCE", ess=v2(hashed))
    bad("ESS is empty", ess=v2(der.seq()))
    bad("ESS without an id", ess=v2(der.seq(der.seq())))
    bad("ESS with something behind the policies", ess=ess(leaf.der, rest=[der.seq(), der.null()]))
    bad("ESS with policies that are none", ess=ess(leaf.der, rest=[der.null()]))
    bad("ESS with something behind the serial", ess=ess(leaf.der, after=[der.seq(), der.null()]))
    bad("ESS with a serial that is none", ess=ess(leaf.der, after=[der.null()]))
    bad("ESS without a hash", ess=v2(der.seq(der.seq(der.seq(SHA256)))))
    bad("ESS with an algorithm that is none", ess=v2(der.seq(der.seq(der.seq(der.seq(), hashed)))))
    bad("ESS by SHA-1 is empty", ess=tsa.attribute(tsa.ESS_V1, der.seq()))


def tst_info(bad):
    bad("TSTInfo is a SET", info=lambda i: b"\x31" + i[1:])
    bad("TSTInfo with a byte behind", info=lambda i: i + b"\x00")
    bad("TSTInfo of version 2", info=put(0, der.integer(2)))
    bad("TSTInfo of version 0", info=put(0, der.integer(0)))
    bad("TSTInfo without a policy", info=drop(1))
    bad("a policy that is no OID inside", info=put(1, der.tlv(6, b"\x80\x01")))
    bad("no imprint", info=drop(2))
    bad("an imprint without an algorithm", info=inside(2, drop(0)))
    bad("an imprint without a hash", info=inside(2, drop(1)))
    bad("an imprint with something behind", info=inside(2, edit(lambda p: p + [der.null()])))
    bad("an imprint short of one byte", info=inside(2, edit(lambda p: [p[0], der.octets(der.read(p[1])[1][:-1])])))
    bad("an empty imprint", info=inside(2, put(1, der.octets(b""))))
    bad("no serial number", info=drop(3))
    bad("a serial number with a padding byte", info=put(3, der.tlv(2, b"\x00\x01")))
    bad("an empty serial number", info=put(3, der.tlv(2)))
    bad("no genTime", info=drop(4))
    bad("genTime is a UTCTime", gen_time=der.time(T))
    for what, text in (("without Z", b"20231114221320"), ("with an offset", b"20231114221320+0000"), ("without seconds", b"202311142213Z"),
                       ("with a comma", b"20231114221320,5Z"), ("with a trailing zero", b"20231114221320.50Z"), ("with an empty fraction", b"20231114221320.Z"),
                       ("on 31 November", b"20231131221320Z"), ("at second 60", b"20231114221360Z"), ("and nothing", b"")):
        bad(f"genTime {what}", gen_time=der.tlv(24, text))
    bad("accuracy twice", info_rest=[der.seq(), der.seq()])
    bad("ordering that is neither", info_rest=[der.tlv(1, b"\x01")])
    bad("a nonce with a padding byte", info_rest=[der.tlv(2, b"\x00\x01")])
    bad("something behind TSTInfo", info_rest=[der.null()])
    bad("the nonce before accuracy", info_rest=[der.integer(1), der.seq(der.integer(1))])
    bad("a critical extension", info_rest=[der.explicit(1, der.seq(der.oid("1.2.3"), der.boolean(True), der.octets(b"x")))])
    bad("an extension without a value", info_rest=[der.explicit(1, der.seq(der.oid("1.2.3")))])
    bad("an extension without a name", info_rest=[der.explicit(1, der.seq(der.octets(b"x")))])
    bad("an extension that is no SEQUENCE", info_rest=[der.explicit(1, der.null())])
    bad("an extension that is half critical", info_rest=[der.explicit(1, der.seq(der.oid("1.2.3"), der.tlv(1, b"\x01"), der.octets(b"x")))])
    bad("an extension with something behind", info_rest=[der.explicit(1, der.seq(der.oid("1.2.3"), der.octets(b"x"), der.null()))])


def refused():
    for status in (2, 3, 4, 5):
        case("status-rejected", "leaf", f"status {status}", status=der.seq(der.integer(status)))
    add("timestamp-status-rejected", "leaf", der.seq(der.seq(der.integer(2), der.seq(der.utf8("no")), der.bits(b"\x04", 2))), "a refusal without a token")
    case("content-type", "leaf", "a ContentInfo that is data", token=put(0, der.oid("1.2.840.113549.1.7.1")))
    case("content-type", "leaf", "the content is no TSTInfo", content_type="1.2.840.113549.1.7.1")
    case("content-type", "leaf", "the content is no TSTInfo, attribute says it is", signed_data=inside(2, put(0, der.oid("1.2.840.113549.1.7.1"))))
    case("hash-unsupported", "leaf", "imprint by SHA-1", imprint_algorithm=SHA1, imprint=hashlib.sha1(STAMPED).digest())
    case("hash-unsupported", "leaf", "imprint by SHA-224", imprint_algorithm=SHA224, imprint=hashlib.sha224(STAMPED).digest())
    case("hash-unsupported", "leaf", "imprint by an unknown hash", imprint_algorithm=algorithm("2.16.840.1.101.3.4.2.9"))
    case("hash-unsupported", "leaf", "imprint by SHA-256 with parameters", imprint_algorithm=algorithm(keys.HASH_OIDS["sha256"], der.octets(b"")))
    case("hash-unsupported", "leaf", "digest by SHA-1", signer_info=put(2, SHA1), message_digest=lambda _: b"x" * 20)
    case("hash-unsupported", "leaf", "digest by SHA-3", signer_info=put(2, algorithm("2.16.840.1.101.3.4.2.8")))
    case("hash-unsupported", "leaf", "ESS by SHA-224", ess=ess(leaf.der, "sha224", first=[SHA224]))

    # Who signed.
    case("signer-untrusted", None, "no authority is trusted")
    case("signer-missing", "leaf", "another authority's, nothing embedded", signer=foreign, embed=False)
    case("signer-untrusted", "leaf", "another authority's, embedded", signer=foreign)
    case("signer-missing", "ca", "CAs only and nothing embedded", embed=False)
    case("signer-missing", "ca", "CAs only, another certificate embedded", certificates=[other_leaf.der])
    case("signer-missing", "ca", "CAs only, the signer's certificate is unreadable", certificates=[edit(lambda p: p + [der.null()])(leaf.der)])
    case("signer-untrusted", "foreign-ca", "CAs only, issued by a CA that is not there")
    case("signer-untrusted", "empty", "an authority without certificates")
    case("signer-missing", "empty", "an authority without certificates, nothing embedded", embed=False)
    case("signer-untrusted", "other", "the authority's other signer")
    twin = certificate("tsa", issuer=root_ca, end=T + 2 * YEAR, serial=leaf.serial)
    case("signer-untrusted", "leaf", "another certificate with the signer's name and serial", certificates=[twin.der])
    case("signer-untrusted", "ca", "two certificates with the signer's name and serial", certificates=[leaf.der, twin.der])
    case("signer-missing", "leaf", "the serial of another", embed=False, sid=edit(lambda p: [p[0], der.integer(leaf.serial + 1)]))
    case("signer-missing", "leaf", "the issuer of another", embed=False, sid=edit(lambda p: [foreign_ca.subject, p[1]]))
    case("signer-missing", "leaf", "a key identifier of another", embed=False, signer_info=edit(lambda p: [der.integer(3), der.implicit(0, bytes(20))] + p[2:]))
    case("limit-exceeded", "leaf", "eleven certificates in the bag", certificates=[leaf.der] * 11)

    # What the attributes say.
    case("attr-missing", "leaf", "no signed attributes", signer_info=drop(3))
    case("attr-missing", "leaf", "empty signed attributes", attributes=[])
    case("attr-missing", "leaf", "no content type", attributes=lambda a: a[1:])
    case("attr-missing", "leaf", "no message digest", attributes=lambda a: [a[0], a[2]])
    case("attr-missing", "leaf", "no ESS", attributes=lambda a: a[:2])
    for i, what in enumerate(("content type", "message digest", "ESS")):
        case("attr-mismatch", "leaf", f"{what} twice", attributes=lambda a: a + [a[i]])
        case("attr-mismatch", "leaf", f"{what} of two values", attributes=lambda a: a[:i] + [double(a[i])] + a[i + 1:])
        case("attr-mismatch", "leaf", f"{what} of no value", attributes=lambda a: a[:i] + [empty(a[i])] + a[i + 1:])
    case("attr-mismatch", "leaf", "ESS by SHA-1 twice", attributes=lambda a: a + [tsa.ess_v1(leaf.der)] * 2)
    case("attr-mismatch", "leaf", "a content type of data", attributes=lambda a: [tsa.attribute(tsa.CONTENT_TYPE, der.oid("1.2.840.113549.1.7.1"))] + a[1:])
    case("attr-mismatch", "leaf", "a content type in octets", attributes=lambda a: [tsa.attribute(tsa.CONTENT_TYPE, der.octets(der.oid(tsa.TST_INFO)[2:]))] + a[1:])
    case("attr-mismatch", "leaf", "another message digest", message_digest=bytes(32))
    case("attr-mismatch", "leaf", "a message digest by another hash", message_digest=lambda d: hashlib.sha512(b"").digest())
    case("attr-mismatch", "leaf", "a message digest that is a BIT STRING", attributes=lambda a: [a[0], tsa.attribute(tsa.MESSAGE_DIGEST, der.bits(b"\x00" * 32)), a[2]])
    case("attr-mismatch", "leaf", "a message digest over the whole OCTET STRING", message_digest=whole_digest)
    case("attr-mismatch", "leaf", "TSTInfo changed after it was signed", signed_data=inside(2, inside(1, edit(lambda p: [p[0].replace(b"20231114221320Z", b"20231114221321Z")]))))
    case("ess-mismatch", "leaf", "ESS of another certificate", ess=tsa.ess_v2(other_leaf.der))
    case("ess-mismatch", "ca", "ESS of the harmless certificate, which is first (CVE-2026-39984)", ess=tsa.ess_v2(other_leaf.der), certificates=[other_leaf.der, leaf.der])
    case("ess-mismatch", "leaf", "ESS of another, then of the signer", ess=ess(other_leaf.der, more=[der.seq(der.octets(hashlib.sha256(leaf.der).digest()))]))
    case("ess-mismatch", "leaf", "ESS by SHA-1 of another certificate", ess=tsa.ess_v1(other_leaf.der))
    case("ess-mismatch", "leaf", "ESS good by SHA-256, bad by SHA-1", attributes=lambda a: a + [tsa.ess_v1(other_leaf.der)])
    case("ess-mismatch", "leaf", "ESS good by SHA-1, bad by SHA-256", attributes=lambda a: a[:2] + [tsa.ess_v1(leaf.der), tsa.ess_v2(other_leaf.der)])
    case("ess-mismatch", "leaf", "ESS says SHA-512, the hash is SHA-256", ess=ess(leaf.der, first=[SHA512]))
    case("ess-mismatch", "leaf", "ESS with an empty hash", ess=tsa.attribute(tsa.ESS_V2, der.seq(der.seq(der.seq(der.octets(b""))))))

    # The signature.
    case("signature-invalid", "leaf", "signed with another key", key=other_leaf.key)
    case("signature-invalid", "leaf", "a flipped bit", signature=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
    case("signature-invalid", "leaf", "an empty signature", signature=b"")
    case("signature-invalid", "leaf", "a signature with a byte behind", signature=lambda s: s + b"\x00")
    case("signature-invalid", "leaf", "r and s are 0", signature=der.seq(der.integer(0), der.integer(0)))
    case("signature-invalid", "leaf", "attributes added after signing", signer_info=inside(3, edit(lambda p: p + [SIGNING_TIME])))
    case("signature-invalid", "leaf", "attributes in another order than signed", signer_info=inside(3, edit(lambda p: list(reversed(p)))))
    case("signature-invalid", "leaf", "signed with the tag of [0]", signature=lambda s: leaf.key.sign(attributes_of(make())))
    case("signature-invalid", "leaf", "ecdsa-with-SHA384 and digest by SHA-256", signature_algorithm=algorithm("1.2.840.10045.4.3.3"))
    case("signature-invalid", "leaf", "ecdsa-with-SHA1", signature_algorithm=algorithm("1.2.840.10045.4.1"))
    case("signature-invalid", "leaf", "rsaEncryption with an EC key", signature_algorithm=algorithm("1.2.840.113549.1.1.1"))
    case("signature-invalid", "leaf", "Ed25519 with an EC key", signature_algorithm=algorithm("1.3.101.112"))
    case("signature-invalid", "leaf", "ecdsa-with-SHA256 with parameters", signature_algorithm=algorithm("1.2.840.10045.4.3.2", der.octets(b"")))
    case("signature-invalid", "ca", "a key on an unknown curve", signer=certificate("tsa k1", "secp256k1", root_ca), digest_hash="sha256")
    ed = certificate("tsa ed", "ed25519", root_ca)
    case("signature-invalid", "ca", "an Ed25519 key", signer=ed)

    chains()
    # What was stamped, and when.
    case("imprint-mismatch", "leaf", "another signature was stamped", check=STAMPED + b".")
    case("imprint-mismatch", "leaf", "an empty signature was asked about", check=b"")
    case("imprint-mismatch", "leaf", "imprint of zeros", imprint=bytes(32))
    case("imprint-mismatch", "leaf", "imprint by SHA-512 of another", imprint_hash="sha512", check=b"x")
    case("outside-tsa-validity", "ended", "the authority's window is over")
    case("outside-tsa-validity", "future", "the authority's window has not begun")
    case("outside-tsa-validity", "exact", "a fraction of a second after the window", gen_time=der.generalized(T, ".000000001"))
    case("outside-tsa-validity", "ended,foreign", "another authority's window would fit (TOB-SIGSTORE-11)")
    case("outside-tsa-validity", "foreign-ca,ended,other", "the reason of the authority that got furthest")
    case("outside-tsa-validity", "ended,other,ca-other", "no pooling of roots and windows")


def whole_digest(default):
    """The mint has no knob for this: over header and content, of what make() has as TSTInfo."""
    info = der.seq(der.integer(1), der.oid("1.3.6.1.4.1.57264.2"), der.seq(tsa.algorithm("sha256"), der.octets(hashlib.sha256(STAMPED).digest())),
                   der.integer(0x1F2E3D4C5B), der.generalized(T), der.seq(der.integer(1)), der.integer(0x7766554433221100))
    assert hashlib.sha256(info).digest() == default
    return hashlib.sha256(der.octets(info)).digest()


def attributes_of(tsr):
    token = der.children(der.read(tsr)[1])[1][1]
    signed_data = der.children(der.read(der.children(token)[1][1])[1])
    signer = der.children(der.children(signed_data[-1][1])[0][1])
    return signer[3][2]


def double(attribute):
    oid, values = [whole for _, _, whole in der.children(der.read(attribute)[1])]
    content = der.read(values)[1]
    return der.seq(oid, der.tlv(0x31, content, content))


def empty(attribute):
    return der.seq(der.children(der.read(attribute)[1])[0][2], der.set_of())


def chains():
    root("ca-other", [authority("third root")], T - 100, T + 100)
    case("chain-invalid", "alone", "an authority that is a leaf alone")
    expired = certificate("tsa old", issuer=root_ca, start=T - 100, end=T - 1)
    root("expired", [expired, root_ca])
    case("chain-invalid", "expired", "the signer had expired at genTime", signer=expired)
    early = certificate("tsa new", issuer=root_ca, start=T + 1)
    root("early", [early, root_ca])
    case("chain-invalid", "early", "the signer was not valid yet", signer=early)
    ends = certificate("tsa ends", issuer=root_ca, start=T, end=T)
    ok("ca", "both ends of the signer's validity belong to it", signer=ends)
    case("chain-invalid", "ca", "a fraction after the signer's validity", signer=ends, gen_time=der.generalized(T, ".5"))
    old_root = authority("old root", end=T - 1)
    old = certificate("tsa under old root", issuer=old_root)
    root("old-root", [old, old_root])
    case("chain-invalid", "old-root", "the root had expired at genTime", signer=old)
    old_inter = authority("old intermediate", issuer=root_ca, end=T - 1)
    case("chain-invalid", "ca", "the intermediate had expired at genTime", signer=certificate("tsa under old", issuer=old_inter), extra=[old_inter.der])
    forged = certificate("tsa forged", issuer=root_ca, issuer_key=foreign_ca.key)
    case("chain-invalid", "ca", "a signer that the root has not signed", signer=forged)
    not_ca = certificate("tsa below a leaf", issuer=leaf)
    case("chain-invalid", "ca", "issued by a signer, who is no CA", signer=not_ca, extra=[leaf.der])
    short_ca = authority("short root", path_len=0)
    short_inter = authority("under short", issuer=short_ca)
    root("short", [short_ca])
    case("chain-invalid", "short", "longer than the root allows", signer=certificate("tsa too deep", issuer=short_inter), extra=[short_inter.der])
    case("chain-invalid", "ca", "a critical extension that is not known", signer=certificate("tsa critical", issuer=root_ca, extra=[("1.2.3.4", True, b"x")]))
    case("chain-invalid", "ca", "a key that may only encipher", signer=certificate("tsa encipher", issuer=root_ca, usage=(2,)))

    case("eku", "ca", "no extended key usage", signer=certificate("tsa no eku", issuer=root_ca, eku=()))
    case("eku", "ca", "an extended key usage that is not critical", signer=certificate("tsa soft", issuer=root_ca, critical=False))
    case("eku", "ca", "a second purpose", signer=certificate("tsa two purposes", issuer=root_ca, eku=(cert.TIME_STAMPING, cert.CODE_SIGNING)))
    case("eku", "ca", "a second purpose that nobody knows (timestamp-authority #1389)", signer=certificate("tsa unknown purpose", issuer=root_ca, eku=(cert.TIME_STAMPING, "1.2.3.4.5")))
    case("eku", "ca", "timestamping twice", signer=certificate("tsa twice", issuer=root_ca, eku=(cert.TIME_STAMPING, cert.TIME_STAMPING)))
    case("eku", "ca", "for code signing", signer=certificate("tsa code", issuer=root_ca, eku=(cert.CODE_SIGNING,)))
    case("eku", "ca", "for any purpose", signer=certificate("tsa for any", issuer=root_ca, eku=(cert.ANY_EKU,)))
    ca_signer = certificate("tsa ca", issuer=root_ca, ca=True, usage=(0, 5))
    case("eku", "ca", "a CA as signer (timestamp-authority #1416)", signer=ca_signer)
    no_eku = certificate("tsa without", issuer=root_ca, eku=())
    case("eku", "ca", "a harmless certificate first in the bag, signer without purpose (CVE-2026-39984)", signer=no_eku, certificates=[leaf.der, no_eku.der])
    root("no-eku", [no_eku, root_ca])
    case("eku", "no-eku", "a trusted signer without purpose, a harmless certificate in the bag", signer=no_eku, certificates=[leaf.der])
    code_inter = authority("code intermediate", issuer=root_ca, ca=(cert.CODE_SIGNING,))
    case("eku", "ca", "an intermediate for code signing", signer=certificate("tsa under code", issuer=code_inter), extra=[code_inter.der])


def seconds(text):
    return "-" if text is None else str(int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()))


def real(conformance):
    """Tokens of real authorities, out of bundles with the trust root beside them."""
    known = {}
    for path in sorted(glob.glob(os.path.join(conformance, "*", "bundle.sigstore.json"))):
        name = os.path.basename(os.path.dirname(path))
        trust = os.path.join(os.path.dirname(path), "trusted_root.json")
        try:
            with open(path) as f:
                bundle = json.load(f)
            with open(trust) as f:
                authorities = json.load(f).get("timestampAuthorities", [])
        except (ValueError, OSError):
            continue
        stamps = bundle["verificationMaterial"].get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
        content = bundle.get("messageSignature") or bundle["dsseEnvelope"]["signatures"][0]
        stamped = base64.b64decode(content.get("signature") or content["sig"])
        used = []
        for a in authorities:
            chain = ",".join(base64.b64decode(c["rawBytes"]).hex() for c in a["certChain"]["certificates"])
            entry = f"{chain} {seconds(a['validFor'].get('start'))} {seconds(a['validFor'].get('end'))}"
            if entry not in known:
                known[entry] = f"tsa{len(known)}"
                lines.append(f"root {known[entry]} {entry}")
            used.append(known[entry])
        for stamp in stamps:
            tsr = base64.b64decode(stamp["signedTimestamp"])
            status = {
                "rekor2-timestamp-outside-trust-root-tsa-validity_fail": "timestamp-outside-tsa-validity",
                "rekor2-timestamp-outside-tsa-cert-validity_fail": "timestamp-chain-invalid",
                "rekor2-timestamp-payload-mismatch_fail": "timestamp-imprint-mismatch",
                "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": "timestamp-signer-untrusted",
                "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": "timestamp-signer-missing",
            }.get(name, "ok")
            line = f"tsr {status} {','.join(used) or '-'} ? {stamped.hex()} {tsr.hex()}"
            if not any(other.startswith(line) for other in lines):
                lines.append(f"{line} {name}")
    write("real.txt", "Real tokens, in the form of make_timestamps.py; ? is any time.")


def write(name, comment):
    with open(os.path.join(HERE, "timestamps", name), "w") as out:
        out.write(f"# {comment}\n" + "\n".join(lines) + "\n")


def fuzz_files():
    """What fuzz_timestamp starts from: a byte for the authorities, then a response; and those authorities."""
    fuzz = os.path.join(HERE, "..", "..", "fuzz")
    seeds = {
        "leaf": (1, make()), "bare": (1, make(embed=False)), "ca": (2, make()), "inter": (4, make(under_inter)),
        "helper": (2, make(under_inter, extra=[inter.der])), "ended": (8, make(embed=False)), "second": (9, make()),
        "ess-sha1": (1, make(embed=False, ess=tsa.ess_v1(leaf.der))), "fraction": (1, make(embed=False, gen_time=der.generalized(T, ".5"))),
        "key-id": (2, make(signer_info=edit(lambda p: [der.integer(3), der.implicit(0, cert.ski(leaf.key))] + p[2:]))),
        "options": (1, make(embed=False, info_rest=[der.seq(der.integer(1)), der.boolean(True), der.integer(7), der.explicit(0, der.null()),
                                                    der.explicit(1, der.seq(der.oid("1.2.3"), der.octets(b"x")))])),
        "refusal": (1, der.seq(der.seq(der.integer(2), der.seq(der.utf8("no")), der.bits(b"\x04", 2)))),
        "foreign": (2, make(foreign)),
    }
    for name, (authorities, tsr) in seeds.items():
        with open(os.path.join(fuzz, "corpus", "timestamp", name), "wb") as out:
            out.write(bytes([authorities]) + tsr)
    with open(os.path.join(fuzz, "timestamp_seeds.h"), "w") as out:
        out.write("/* What fuzz_timestamp's corpus was made with. Made by tests/vectors/make_timestamps.py. */\n")
        for name, data in (("leaf", leaf.der), ("inter", inter.der), ("root_ca", root_ca.der), ("stamped", STAMPED)):
            out.write(f"static const unsigned char {name}[] = {{\n")
            for i in range(0, len(data), 16):
                out.write("\t" + ", ".join(f"0x{b:02x}" for b in data[i:i + 16]) + ("," if i + 16 < len(data) else "") + "\n")
            out.write("};\n")


if len(sys.argv) > 1:
    real(sys.argv[1])
else:
    roots()
    good_ones()
    malformed()
    refused()
    fuzz_files()
    write("timestamps.txt", "Made by make_timestamps.py, which tells the format.")
