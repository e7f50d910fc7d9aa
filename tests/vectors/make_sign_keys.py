#!/usr/bin/env python3
"""
Writes sign/keys.txt: private keys, good ones and ones with one thing wrong,
and what is signed with them.

    good LABEL KEY SPKI NAME...
    bad STATUS LABEL KEY NAME...
    sign LABEL KEY HASH MESSAGE SIGNATURE NAME...

LABEL is PEM's with _ for blanks, the rest is hex. HASH is none (pure
Ed25519), sha256, sha384, sha512. Keys are by pyca/cryptography, those of RFC
6979 and RFC 8032 are theirs. The ECDSA signatures are by the plain integer
arithmetic below, which is held against what RFC 6979 prints; the others by
pyca/cryptography, whose nonces RFC 8032 fixes. Needs nothing but pyca/cryptography.
"""
import hashlib
import hmac
import pathlib

from cryptography.hazmat.primitives import hashes, serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

OUT = pathlib.Path(__file__).parent / "sign" / "keys.txt"
CURVES = {
    "P-256": (ec.SECP256R1(), 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
              "2a8648ce3d030107", "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
    "P-384": (ec.SECP384R1(), 2**384 - 2**128 - 2**96 + 2**32 - 1,
              0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973, "2b81040022",
              "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5"),
    "P-521": (ec.SECP521R1(), 2**521 - 1,
              int("1" + 65 * "F" + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16), "2b81040023",
              "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538"),
}
# The three that RFC 6979, A.2.5 to A.2.7, has for "sample" with each curve's own hash.
PRINTED = {
    ("P-256", "sha256"): ("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716", "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
    ("P-384", "sha384"): ("94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
                          "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8"),
    ("P-521", "sha512"): ("00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA",
                          "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A"),
}
lines = []


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else b"\x82" + n.to_bytes(2, "big")) + body


def integer(x):
    return tlv(2, x.to_bytes(x.bit_length() // 8 + 1, "big"))


def add(kind, *fields, name):
    lines.append(" ".join((kind, *fields, name)))


def good(label, der, spki, name):
    add("good", label, der.hex(), spki.hex(), name=name)


def bad(status, label, der, name):
    add("bad", status, label, der.hex(), name=name)


def spki_of(key):
    return key.public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)


def forms(key):
    yield "PRIVATE_KEY", key.private_bytes(ser.Encoding.DER, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        yield ("RSA" if isinstance(key, rsa.RSAPrivateKey) else "EC") + "_PRIVATE_KEY", \
            key.private_bytes(ser.Encoding.DER, ser.PrivateFormat.TraditionalOpenSSL, ser.NoEncryption())


# ------------------------------------------------------------------ RFC 6979

def point_add(a, b, p):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % p == 0:
        return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, p) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, p)
    x = (slope * slope - a[0] - b[0]) % p
    return x, (slope * (a[0] - x) - a[1]) % p


def point_mul(k, g, p):
    out = None
    while k:
        if k & 1:
            out = point_add(out, g, p)
        g = point_add(g, g, p)
        k >>= 1
    return out


def rfc6979(x, p, n, g, digest, hash_name):
    size, bits = (n.bit_length() + 7) // 8, n.bit_length()

    def to_int(data):
        return int.from_bytes(data, "big") >> max(0, 8 * len(data) - bits)

    z = to_int(digest)
    seed = x.to_bytes(size, "big") + (z % n).to_bytes(size, "big")
    mac = lambda key, data: hmac.new(key, data, hash_name).digest()  # noqa: E731
    v, k = b"\x01" * len(digest), b"\x00" * len(digest)
    for mark in (b"\x00", b"\x01"):
        k = mac(k, v + mark + seed)
        v = mac(k, v)
    while True:
        t = b""
        while len(t) < size:
            v = mac(k, v)
            t += v
        nonce = to_int(t)
        if 0 < nonce < n:
            r = point_mul(nonce, g, p)[0] % n
            return r, pow(nonce, -1, n) * (z + r * x) % n
        k = mac(k, v + b"\x00")
        v = mac(k, v)


def elliptic(curve):
    where, p, n, oid, text = CURVES[curve]
    size = (n.bit_length() + 7) // 8
    x = int(text, 16)
    g = ec.derive_private_key(1, where).public_key().public_numbers()
    key = ec.derive_private_key(x, where)
    for label, der in forms(key):
        good(label, der, spki_of(key), f"{curve} {label}")
    pkcs8 = next(iter(forms(key)))[1]
    for hash_name in ("sha256", "sha384", "sha512"):
        for message in (b"sample", b"test"):
            r, s = rfc6979(x, p, n, (g.x, g.y), hashlib.new(hash_name, message).digest(), hash_name)
            if message == b"sample" and (curve, hash_name) in PRINTED:
                assert (r, s) == tuple(int(v, 16) for v in PRINTED[curve, hash_name]), (curve, "%X %X" % (r, s))
            add("sign", "PRIVATE_KEY", pkcs8.hex(), hash_name, message.hex(), tlv(0x30, integer(r), integer(s)).hex(), name=f"RFC 6979 {curve} {hash_name}")

    point = key.public_key().public_bytes(ser.Encoding.X962, ser.PublicFormat.UncompressedPoint)
    other = ec.derive_private_key(x ^ 1, where).public_key().public_bytes(ser.Encoding.X962, ser.PublicFormat.UncompressedPoint)
    named = tlv(6, bytes.fromhex(oid))

    def sec1(scalar=x.to_bytes(size, "big"), version=b"\x02\x01\x01", parameters=b"", public=tlv(0xA1, tlv(3, b"\0" + point)), tail=b""):
        return tlv(0x30, version, tlv(4, scalar), parameters, public, tail)

    def outer(inner, algorithm=tlv(0x30, tlv(6, bytes.fromhex("2a8648ce3d0201")), named), version=b"\x02\x01\x00", behind=b""):
        return tlv(0x30, version, algorithm, tlv(4, inner), behind)

    spki = spki_of(key)
    good("PRIVATE_KEY", outer(sec1(public=b"")), spki, f"{curve} without its public half")
    good("PRIVATE_KEY", outer(sec1(parameters=tlv(0xA0, named))), spki, f"{curve} with the curve twice")
    good("EC_PRIVATE_KEY", sec1(parameters=tlv(0xA0, named), public=b""), spki, f"{curve} without its public half")
    good("PRIVATE_KEY", outer(sec1(), behind=tlv(0xA0, b"")), spki, f"{curve} with attributes")
    good("PRIVATE_KEY", outer(sec1(), version=b"\x02\x01\x01", behind=tlv(0x81, b"\0" + point)), spki, f"{curve} RFC 5958 with public key")
    for value in (1, 2, n - 1):
        k = ec.derive_private_key(value, where)
        good("PRIVATE_KEY", outer(sec1(value.to_bytes(size, "big"), public=b"")), spki_of(k), f"{curve} scalar {'n - 1' if value > 2 else value}")
    for value, what in ((0, "0"), (n, "n"), (n + 1, "n + 1"), (2 ** (8 * size) - 1, "all ones")):
        bad("key-malformed", "PRIVATE_KEY", outer(sec1(value.to_bytes(size, "big"), public=b"")), f"{curve} scalar {what}")
    m = "key-malformed"
    bad(m, "PRIVATE_KEY", outer(sec1(x.to_bytes(size + 1, "big"))), f"{curve} scalar one octet too long")
    bad(m, "PRIVATE_KEY", outer(sec1((1).to_bytes(size - 1, "big"), public=b"")), f"{curve} scalar one octet too short")
    bad(m, "PRIVATE_KEY", outer(sec1(b"", public=b"")), f"{curve} no scalar")
    bad(m, "PRIVATE_KEY", outer(sec1(public=tlv(0xA1, tlv(3, b"\0" + other)))), f"{curve} somebody else's public half")
    bad(m, "PRIVATE_KEY", outer(sec1(public=tlv(0xA1, tlv(3, b"\1" + point)))), f"{curve} unused bits")
    bad(m, "PRIVATE_KEY", outer(sec1(public=tlv(0xA1, tlv(3, b"\0" + bytes([2 + point[-1] % 2]) + point[1:1 + size])))), f"{curve} compressed public half")
    bad(m, "PRIVATE_KEY", outer(sec1(public=tlv(0xA1, tlv(3, b"\0" + point), b"\x05\x00"))), f"{curve} more behind the public half inside")
    bad(m, "PRIVATE_KEY", outer(sec1(tail=b"\x05\x00")), f"{curve} more behind the public half")
    bad(m, "PRIVATE_KEY", outer(sec1() + b"\0"), f"{curve} more behind ECPrivateKey")
    bad(m, "PRIVATE_KEY", outer(sec1()) + b"\0", f"{curve} more behind PKCS 8")
    bad(m, "PRIVATE_KEY", outer(sec1(version=b"\x02\x01\x00")), f"{curve} ECPrivateKey version 0")
    bad(m, "PRIVATE_KEY", outer(sec1(), version=b"\x02\x01\x02"), f"{curve} PKCS 8 version 2")
    bad(m, "PRIVATE_KEY", outer(sec1(), behind=tlv(0x81, b"\0" + point)), f"{curve} public key in version 0")
    bad(m, "PRIVATE_KEY", outer(sec1(), version=b"\x02\x01\x01", behind=tlv(0x81, b"\0" + other)), f"{curve} RFC 5958 with somebody else's public key")
    bad(m, "PRIVATE_KEY", outer(sec1(), version=b"\x02\x01\x01", behind=tlv(0x81, b"")), f"{curve} RFC 5958 with an empty public key")
    bad(m, "PRIVATE_KEY", outer(sec1(), behind=b"\x05\x00"), f"{curve} something else behind the key")
    bad(m, "EC_PRIVATE_KEY", sec1(), f"{curve} no curve anywhere")
    bad("key-type-unsupported", "EC_PRIVATE_KEY", sec1(parameters=tlv(0xA0, tlv(0x30, b"\x02\x01\x01"))), f"{curve} explicit parameters")
    bad("key-type-unsupported", "EC_PRIVATE_KEY", sec1(parameters=tlv(0xA0, tlv(6, bytes.fromhex("2b8104000a")))), f"{curve} on secp256k1")
    bad("key-type-unsupported", "PRIVATE_KEY", outer(sec1(), tlv(0x30, tlv(6, bytes.fromhex("2a8648ce3d0201")), tlv(6, bytes.fromhex("2b8104000a")))), f"{curve} on secp256k1, PKCS 8")
    bad("key-type-unsupported", "PRIVATE_KEY", outer(sec1(), tlv(0x30, tlv(6, bytes.fromhex("2a8648ce3d0201")))), f"{curve} PKCS 8 without a curve")
    bad("key-type-unsupported", "PRIVATE_KEY", outer(sec1(), tlv(0x30, tlv(6, bytes.fromhex("2a8648ce3d0202")), named)), f"{curve} unknown algorithm")
    bad("key-type-unsupported", "DSA_PRIVATE_KEY", sec1(), f"{curve} unknown label")
    bad("key-type-unsupported", "ENCRYPTED_PRIVATE_KEY", outer(sec1()), f"{curve} encrypted PKCS 8")
    bad("key-type-unsupported", "PUBLIC_KEY", spki, f"{curve} public key")
    wrong = {"P-256": "2b81040022", "P-384": "2b81040023", "P-521": "2b81040022"}[curve]
    bad(m, "PRIVATE_KEY", outer(sec1(parameters=tlv(0xA0, tlv(6, bytes.fromhex(wrong))))), f"{curve} inside another curve")
    indefinite = outer(sec1())
    bad(m, "PRIVATE_KEY", b"\x30\x80" + indefinite[2 + (indefinite[1] & 0x7F if indefinite[1] > 127 else 0):] + b"\0\0", f"{curve} indefinite length")


def edwards():
    def pkcs8(seed, algorithm=bytes.fromhex("300506032b6570"), version=b"\x02\x01\x00", behind=b""):
        return tlv(0x30, version, algorithm, tlv(4, tlv(4, seed)), behind)

    for seed, message, public, signature in (
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ):
        key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        assert key.sign(bytes.fromhex(message)).hex() == signature and spki_of(key)[-32:].hex() == public
        add("sign", "PRIVATE_KEY", pkcs8(bytes.fromhex(seed)).hex(), "none", message or "-", signature, name="RFC 8032, 7.1")
    seed = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    point = spki_of(key)[-32:]
    assert point.hex() == "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"
    add("sign", "PRIVATE_KEY", pkcs8(seed).hex(), "sha512", b"abc".hex(),
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
        name="RFC 8032, 7.3")
    for label, der in forms(key):
        assert der == pkcs8(seed)
        good(label, der, spki_of(key), "Ed25519")
    good("PRIVATE_KEY", pkcs8(seed, version=b"\x02\x01\x01", behind=tlv(0x81, b"\0" + point)), spki_of(key), "Ed25519 RFC 5958 with public key")
    m = "key-malformed"
    bad(m, "PRIVATE_KEY", pkcs8(seed, version=b"\x02\x01\x01", behind=tlv(0x81, b"\0" + point[::-1])), "Ed25519 RFC 5958 with somebody else's public key")
    bad(m, "PRIVATE_KEY", pkcs8(seed[1:]), "Ed25519 seed too short")
    bad(m, "PRIVATE_KEY", pkcs8(seed + point), "Ed25519 seed with public half")
    bad(m, "PRIVATE_KEY", pkcs8(seed, algorithm=bytes.fromhex("300706032b65700500")), "Ed25519 with NULL")
    bad(m, "PRIVATE_KEY", tlv(0x30, b"\x02\x01\x00", bytes.fromhex("300506032b6570"), tlv(4, seed)), "Ed25519 bare seed")
    bad(m, "PRIVATE_KEY", tlv(0x30, b"\x02\x01\x00", bytes.fromhex("300506032b6570"), tlv(4, tlv(4, seed) + b"\0")), "Ed25519 more behind the seed")
    bad("key-type-unsupported", "PRIVATE_KEY", pkcs8(seed, algorithm=bytes.fromhex("300506032b6571")), "Ed448's number")


def rsa_keys():
    for bits in (2048, 3072, 4096):
        key = rsa.generate_private_key(65537, bits)
        for label, der in forms(key):
            good(label, der, spki_of(key), f"RSA {bits} {label}")
        for hash_name, alg in (("sha256", hashes.SHA256()), ("sha384", hashes.SHA384()), ("sha512", hashes.SHA512())):
            der = next(iter(forms(key)))[1]
            add("sign", "PRIVATE_KEY", der.hex(), hash_name, b"sample".hex(), key.sign(b"sample", padding.PKCS1v15(), alg).hex(), name=f"RSA {bits} {hash_name}")
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    p, q, d = numbers.p, numbers.q, numbers.d
    n, e = p * q, 65537

    def pkcs1(n=n, e=e, d=d, p=p, q=q, dp=None, dq=None, iq=None, version=b"\x02\x01\x00", tail=b""):
        return tlv(0x30, version, *(integer(v) for v in (n, e, d, p, q, d % (p - 1) if dp is None else dp, d % (q - 1) if dq is None else dq,
                                                          pow(q, -1, p) if iq is None else iq)), tail)

    def spki(n):
        return rsa.RSAPublicNumbers(e, n).public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)

    good("RSA_PRIVATE_KEY", pkcs1(), spki(n), "RSA")
    good("RSA_PRIVATE_KEY", pkcs1(p=q, q=p), spki(n), "RSA with its primes the other way round")
    phi = (p - 1) * (q - 1)
    good("RSA_PRIVATE_KEY", pkcs1(d=pow(e, -1, phi)), spki(n), "RSA with d modulo phi")
    m = "key-malformed"
    for name, change in {
        "n one more": dict(n=n + 2), "p and q of another n": dict(n=n + 2 ** 1024), "n even": dict(n=n - 1), "q one more": dict(q=q + 2, dq=d % (q - 1)),
        "p even": dict(p=p - 1, dp=d % (p - 1), iq=1), "dp wrong": dict(dp=d % (p - 1) ^ 2), "dq wrong": dict(dq=d % (q - 1) ^ 2),
        "iq wrong": dict(iq=pow(q, -1, p) ^ 1), "iq zero": dict(iq=0), "dp zero": dict(dp=0), "dq zero": dict(dq=0), "d zero": dict(d=0, dp=d % (p - 1), dq=d % (q - 1)),
        "d wrong": dict(d=d ^ 2, dp=d % (p - 1), dq=d % (q - 1)), "d as large as n": dict(d=d + phi * (n // phi + 1)),
        "dp not reduced": dict(dp=d % (p - 1) + p - 1), "dq not reduced": dict(dq=d % (q - 1) + q - 1), "iq not reduced": dict(iq=pow(q, -1, p) + p),
        "p one and q n": dict(p=1, q=n, dp=0, dq=1, iq=1), "p zero": dict(p=0, dp=0, iq=0), "p of 257 bytes": dict(p=p << 1040 | 1, dp=1, iq=1),
    }.items():
        bad(m, "RSA_PRIVATE_KEY", pkcs1(**change), f"RSA {name}")
    bad("key-type-unsupported", "RSA_PRIVATE_KEY", pkcs1(version=b"\x02\x01\x01"), "RSA with more primes")
    bad("key-type-unsupported", "RSA_PRIVATE_KEY", pkcs1(e=3), "RSA with e 3")
    bad("key-type-unsupported", "RSA_PRIVATE_KEY", pkcs1(e=65536), "RSA with e even")
    bad("key-malformed", "RSA_PRIVATE_KEY", pkcs1(tail=b"\x05\x00"), "RSA more behind the numbers")
    bad("key-malformed", "RSA_PRIVATE_KEY", pkcs1() + b"\0", "RSA more behind the key")
    negative = bytearray(pkcs1())
    at = negative.index(p.to_bytes(128, "big")) - 1
    assert negative[at] == 0
    bad("key-malformed", "RSA_PRIVATE_KEY", bytes(negative[:at - 1]) + b"\x80" + p.to_bytes(128, "big") + bytes(negative[at + 129:]), "RSA negative p, and short")
    for bits, status in ((1024, "key-too-small"), (2040, "key-too-small"), (4104, "key-type-unsupported")):
        key = rsa.generate_private_key(65537, bits)
        bad(status, "RSA_PRIVATE_KEY", list(forms(key))[1][1], f"RSA of {bits} bits")
    bad("key-malformed", "RSA_PRIVATE_KEY", b"\x30\x82\x40\x01" + b"\0" * 0x4001, "larger than any key")


for curve in CURVES:
    elliptic(curve)
edwards()
rsa_keys()
OUT.write_text("# by make_sign_keys.py\n" + "\n".join(lines) + "\n")
