#!/usr/bin/env python3
"""
Writes signatures/signatures.txt: public keys and signatures, good ones and
ones with one thing wrong, each with the status that plomb must give.

    spki STATUS HEX NAME...
    key KEY HEX
    sig STATUS KEY HASH MESSAGE SIGNATURE NAME...

HASH is none (pure Ed25519), sha256, sha384 or sha512; hex of nothing is "-".
Ordinary signatures are by pyca/cryptography, the crafted ones by plain
integer arithmetic. Keys are new at every run, the verdicts are the same.
It also writes fuzz_key's corpus.

With a directory of fixtures (keys/NAME.pub, blobs/NAME*/) as argument it
writes signatures/real.txt instead: what cosign signed, in the same form.
"""
import base64
import glob
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from mint import der, keys  # noqa: E402

MESSAGE = b"plomb signature vectors"
HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
lines = []


def hexed(data):
    return data.hex() if data else "-"


def spki_case(status, data, name):
    lines.append(f"spki {status} {hexed(data)} {name}")


def define(name, data):
    lines.append(f"key {name} {hexed(data)}")


def sig(status, key, hash_name, signature, name, message=MESSAGE):
    lines.append(f"sig {status} {key} {hash_name} {hexed(message)} {hexed(signature)} {name}")


BAD, FORM, OK = "signature-invalid", "signature-malformed", "ok"


# --- ECDSA ----------------------------------------------------------------------

class Curve:
    def __init__(self, name, oid, py, p, n, b, half):
        self.name, self.oid, self.py, self.p, self.n, self.b, self.half = name, oid, py, p, n, b, half
        g = ec.derive_private_key(1, py()).public_key().public_numbers()
        self.g = (g.x, g.y)

    def lift(self, x):
        """A point with this x, or None. All three primes are 3 modulo 4."""
        square = (x ** 3 - 3 * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        return (x, y) if y * y % self.p == square else None

    def add(self, a, b):
        if a is None or b is None:
            return b if a is None else a
        if a[0] == b[0]:
            if (a[1] + b[1]) % self.p == 0:
                return None
            slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, self.p)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, self.p)
        x = (slope * slope - a[0] - b[0]) % self.p
        return x, (slope * (a[0] - x) - a[1]) % self.p

    def mul(self, k, point):
        out = None
        k %= self.n
        while k:
            if k & 1:
                out = self.add(out, point)
            point = self.add(point, point)
            k >>= 1
        return out

    def z(self, hash_name, message=MESSAGE):
        digest = hashlib.new(hash_name, message).digest()
        return int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - self.n.bit_length())

    def sign(self, d, hash_name, message=MESSAGE):
        k = int.from_bytes(hashlib.sha512(message + d.to_bytes(66, "big")).digest(), "big") % self.n or 1
        r = self.mul(k, self.g)[0] % self.n
        return r, pow(k, -1, self.n) * (self.z(hash_name, message) + r * d) % self.n

    def recover(self, point, s, hash_name):
        """The key under which (point.x, s) is a good signature."""
        r = point[0] % self.n
        inverse = pow(r, -1, self.n)
        negative = (-self.z(hash_name)) % self.n
        return self.mul(inverse, self.add(self.mul(s, point), self.mul(negative, self.g)))

    def encode(self, point):
        return b"\x04" + point[0].to_bytes(self.half, "big") + point[1].to_bytes(self.half, "big")

    def spki(self, encoded):
        return der.seq(der.seq(der.oid("1.2.840.10045.2.1"), der.oid(self.oid)), der.bits(encoded))


CURVES = [
    Curve("p256", "1.2.840.10045.3.1.7", ec.SECP256R1, 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1,
          0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
          0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, 32),
    Curve("p384", "1.3.132.0.34", ec.SECP384R1, 2 ** 384 - 2 ** 128 - 2 ** 96 + 2 ** 32 - 1,
          0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
          0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF, 48),
    Curve("p521", "1.3.132.0.35", ec.SECP521R1, 2 ** 521 - 1,
          (1 << 521) - (6 << 256) + 0x51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
          0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00, 66),
]


def point_cases(c):
    d = ec.generate_private_key(c.py()).private_numbers()
    point = (d.public_numbers.x, d.public_numbers.y)
    good = c.encode(point)
    bad = "key-malformed"
    n = c.name
    wide = lambda v: v.to_bytes(c.half, "big")
    spki_case(OK, c.spki(good), f"{n}: a point of the curve")
    spki_case(bad, c.spki(good[:-1] + bytes([good[-1] ^ 1])), f"{n}: one bit beside the curve")
    spki_case(bad, c.spki(b"\x04" + wide(0) + wide(0)), f"{n}: x and y are 0")
    spki_case(bad, c.spki(b"\x00"), f"{n}: the point at infinity")
    spki_case(bad, c.spki(b"\x00" * len(good)), f"{n}: the point at infinity, in full length")
    spki_case(bad, c.spki(b"\x04" + b"\xff" * (2 * c.half)), f"{n}: all bits set")
    spki_case(bad, c.spki(bytes([2 + (point[1] & 1)]) + wide(point[0])), f"{n}: a compressed point")
    spki_case(bad, c.spki(bytes([6 + (point[1] & 1)]) + good[1:]), f"{n}: a hybrid point")
    spki_case(bad, c.spki(bytes([5]) + good[1:]), f"{n}: an unknown form of point")
    spki_case(bad, c.spki(good[:-1]), f"{n}: a point that is short of one byte")
    spki_case(bad, c.spki(good + b"\x00"), f"{n}: a point with one byte too many")
    spki_case(bad, c.spki(b""), f"{n}: no point")
    # x = p + small is below 2^(8 half), so that only the range of x can refuse.
    small = next(p for p in map(c.lift, range(1, 1000)) if p)
    spki_case(OK, c.spki(c.encode(small)), f"{n}: a point with a small x")
    spki_case(bad, c.spki(b"\x04" + wide(small[0] + c.p) + wide(small[1])), f"{n}: the same point with x + p")
    # y small: with a = -3 a cubic equation, so y + p is tried where it fits.
    if small[1] + c.p < 1 << 8 * c.half:
        spki_case(bad, c.spki(b"\x04" + wide(small[0]) + wide(small[1] + c.p)), f"{n}: the same point with y + p")
    other = CURVES[(CURVES.index(c) + 1) % 3]
    spki_case(bad, der.seq(der.seq(der.oid("1.2.840.10045.2.1"), der.oid(other.oid)), der.bits(good)), f"{n}: labelled as another curve")
    return d.private_value, point


def ecdsa_cases(c):
    d, point = point_cases(c)
    private = ec.derive_private_key(d, c.py())
    key = c.name
    define(key, c.spki(c.encode(point)))
    n = c.name
    for h in HASHES:
        der_sig = private.sign(MESSAGE, ec.ECDSA(HASHES[h]()))
        r, s = decode_dss_signature(der_sig)
        sig(OK, key, h, der_sig, f"{n} {h}: as signed")
        sig(OK, key, h, der.seq(der.integer(r), der.integer(c.n - s)), f"{n} {h}: the other s")
        sig(BAD, key, h, der_sig, f"{n} {h}: another message", MESSAGE + b".")
        sig(BAD, key, h, der.seq(der.integer(s), der.integer(r)), f"{n} {h}: r and s exchanged")
        sig(BAD, key, {"sha256": "sha384", "sha384": "sha512", "sha512": "sha256"}[h], der_sig, f"{n} {h}: read with another hash")
    h = {"p256": "sha256", "p384": "sha384", "p521": "sha512"}[n]
    der_sig = private.sign(MESSAGE, ec.ECDSA(HASHES[h]()))
    r, s = decode_dss_signature(der_sig)
    I, S = der.integer, der.seq
    for bit in (9, 8 * len(der_sig) - 1):
        damaged = bytearray(der_sig)
        damaged[-1 - bit // 8 if bit == 9 else -1] ^= 1
        sig(BAD, key, h, bytes(damaged), f"{n}: a flipped bit {bit}")
    for what, a, b in (("r is n", c.n, s), ("s is n", r, c.n), ("r is n + 1", c.n + 1, s), ("s is n + 1", r, c.n + 1),
                       ("r and s are n", c.n, c.n), ("r is p", c.p, s), ("r is 1", 1, s), ("s is 1", r, 1), ("both are 1", 1, 1),
                       ("r is n - 1", c.n - 1, s), ("s is n - 1", r, c.n - 1), ("all bits", (1 << 8 * c.half) - 1, (1 << 8 * c.half) - 1)):
        sig(BAD, key, h, S(I(a), I(b)), f"{n}: {what}")
    sig(FORM, key, h, S(I(0), I(s)), f"{n}: r is 0 (CVE-2022-21449)")
    sig(FORM, key, h, S(I(r), I(0)), f"{n}: s is 0")
    sig(FORM, key, h, S(I(0), I(0)), f"{n}: both are 0")
    sig(FORM, key, h, S(I(r), I(-s)), f"{n}: a negative s")
    sig(FORM, key, h, S(I(r - (1 << 8 * c.half)), I(s)), f"{n}: a missing leading zero or a negative r")
    sig(FORM, key, h, S(I(1 << 8 * c.half), I(s)), f"{n}: r of one byte too many")
    sig(FORM, key, h, S(I(r), I(1 << 8 * c.half + 64)), f"{n}: s of nine bytes too many")
    pad = lambda v: der.tlv(2, b"\x00" + I(v)[2:])
    sig(FORM, key, h, S(pad(r), I(s)), f"{n}: a padded r")
    sig(FORM, key, h, S(I(r), pad(s)), f"{n}: a padded s")
    body = I(r) + I(s)
    long_form = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    sig(FORM, key, h, long_form, f"{n}: a length in too long a form")
    sig(FORM, key, h, b"\x30\x80" + body + b"\x00\x00", f"{n}: an indefinite length")
    sig(FORM, key, h, S(b"\x02\x81" + I(r)[1:], I(s)), f"{n}: r's length in long form")
    sig(FORM, key, h, der_sig + b"\x00", f"{n}: a byte behind")
    sig(FORM, key, h, S(I(r), I(s), der.null()), f"{n}: an element behind s")
    sig(FORM, key, h, S(I(r)), f"{n}: only r")
    sig(FORM, key, h, S(), f"{n}: neither r nor s")
    sig(FORM, key, h, b"", f"{n}: nothing")
    sig(FORM, key, h, S(der.tlv(2), I(s)), f"{n}: an empty r")
    sig(FORM, key, h, der_sig[:-1], f"{n}: short of one byte")
    sig(FORM, key, h, b"\x31" + der_sig[1:], f"{n}: a SET")
    sig(FORM, key, h, S(der.tlv(4, I(r)[2:]), I(s)), f"{n}: r is an OCTET STRING")
    sig(FORM, key, h, S(I(r), I(s))[0:1] + bytes(1), f"{n}: the empty SEQUENCE, cut")
    sig(FORM, key, h, r.to_bytes(c.half, "big") + s.to_bytes(c.half, "big"), f"{n}: r || s (IEEE P1363)")
    crafted_cases(c, h)


def crafted_cases(c, h):
    """Signatures that are good but for the range of a number, and the keys ±G, 2G."""
    n = c.name
    I, S = der.integer, der.seq
    small = next(p for p in map(c.lift, range(1, 1000)) if p)
    define(f"{n}-small-r", c.spki(c.encode(c.recover(small, 7, h))))
    sig(OK, f"{n}-small-r", h, S(I(small[0]), I(7)), f"{n}: a small r and a small s")
    sig(BAD, f"{n}-small-r", h, S(I(small[0] + c.n), I(7)), f"{n}: that r plus n")
    sig(BAD, f"{n}-small-r", h, S(I(small[0]), I(7 + c.n)), f"{n}: that s plus n")
    sig(BAD, f"{n}-small-r", h, S(I(small[0] + c.n), I(7 + c.n)), f"{n}: both plus n")
    sig(BAD, f"{n}-small-r", h, S(I(small[0]), I(8)), f"{n}: a small r and another s")
    if c.n < c.p:
        high = next(p for p in map(c.lift, range(c.n + 1, c.n + 1000)) if p)
        define(f"{n}-high-x", c.spki(c.encode(c.recover(high, 11, h))))
        sig(OK, f"{n}-high-x", h, S(I(high[0] - c.n), I(11)), f"{n}: R.x above n, r reduced")
        sig(BAD, f"{n}-high-x", h, S(I(high[0]), I(11)), f"{n}: R.x above n, r not reduced")
    for what, d in (("G", 1), ("-G", c.n - 1), ("2G", 2), ("-2G", c.n - 2)):
        define(f"{n}-{what}", c.spki(c.encode(c.mul(d, c.g))))
        r, s = c.sign(d, h)
        sig(OK, f"{n}-{what}", h, S(I(r), I(s)), f"{n}: the key is {what}")
        sig(BAD, f"{n}-{what}", h, S(I(r), I(s)), f"{n}: the key is {what}, another message", MESSAGE + b"!")
    # u1 G and u2 Q are equal, or opposite: doubling and infinity inside the sum.
    z = c.z(h)
    for what, sign in (("equal", 1), ("opposite", -1)):
        # Q = d G with u2 d = ±u1, that is r d = ±z.
        r = c.g[0] % c.n if sign < 0 else None
        if sign < 0:
            d = (-z * pow(r, -1, c.n)) % c.n
            define(f"{n}-{what}", c.spki(c.encode(c.mul(d, c.g))))
            sig(BAD, f"{n}-{what}", h, S(I(r), I(5)), f"{n}: u1 G + u2 Q is infinity")
        else:
            k = 3
            r = c.mul(k, c.g)[0] % c.n
            d = z * pow(r, -1, c.n) % c.n
            define(f"{n}-{what}", c.spki(c.encode(c.mul(d, c.g))))
            s = pow(k, -1, c.n) * (z + r * d) % c.n
            sig(OK, f"{n}-{what}", h, S(I(r), I(s)), f"{n}: u1 G and u2 Q are the same point")


# --- RSA --------------------------------------------------------------------------

def digest_info(h, with_null=True):
    oid = der.oid(keys.HASH_OIDS[h])
    algorithm = der.seq(oid, der.null()) if with_null else der.seq(oid)
    return der.seq(algorithm, der.octets(hashlib.new(h, MESSAGE).digest()))


def pkcs1_rsa_cases(bits, private):
    n, d = private.private_numbers().public_numbers.n, private.private_numbers().d
    k = bits // 8
    name = f"rsa{bits}"
    raw = lambda em: pow(int.from_bytes(em, "big"), d, n).to_bytes(k, "big")
    pad = lambda t: b"\x00\x01" + b"\xff" * (k - 3 - len(t)) + b"\x00" + t
    for h in HASHES:
        good = private.sign(MESSAGE, padding.PKCS1v15(), HASHES[h]())
        assert good == raw(pad(digest_info(h)))
        sig(OK, name, h, good, f"{name} {h}: as signed")
        sig(BAD, name, h, good, f"{name} {h}: another message", MESSAGE + b"?")
        sig(BAD, name, h, good[:-1] + bytes([good[-1] ^ 1]), f"{name} {h}: a flipped bit")
        sig(BAD, name, {"sha256": "sha512", "sha384": "sha256", "sha512": "sha384"}[h], good, f"{name} {h}: read with another hash")
    h = "sha256"
    t = digest_info(h)
    good = raw(pad(t))
    full = pad(t)
    sig(FORM, name, h, good[:-1], f"{name}: short of one byte")
    sig(FORM, name, h, good + b"\x00", f"{name}: a byte behind")
    sig(FORM, name, h, b"\x00" + good, f"{name}: a zero in front")
    sig(FORM, name, h, b"", f"{name}: nothing")
    plus = int.from_bytes(good, "big") + n
    if plus < 1 << bits:
        sig(BAD, name, h, plus.to_bytes(k, "big"), f"{name}: the signature plus n")
    sig(BAD, name, h, n.to_bytes(k, "big"), f"{name}: the signature is n")
    sig(BAD, name, h, b"\xff" * k, f"{name}: all bits set")
    sig(BAD, name, h, bytes(k), f"{name}: zero")
    sig(BAD, name, h, bytes(k - 1) + b"\x01", f"{name}: one")
    sig(BAD, name, h, raw(pad(digest_info(h, with_null=False))), f"{name}: DigestInfo without NULL")
    sig(BAD, name, h, raw(b"\x00\x02" + full[2:]), f"{name}: block type 2")
    sig(BAD, name, h, raw(b"\x00\x00" + full[2:]), f"{name}: block type 0")
    sig(BAD, name, h, raw(b"\x01\x01" + full[2:]) if (1 << 8 * (k - 1)) < n >> 1 else raw(b"\x00\x03" + full[2:]), f"{name}: a first byte that is not 0")
    sig(BAD, name, h, raw(full[:2] + b"\xfe" + full[3:]), f"{name}: first padding byte is not FF")
    at = k - len(t) - 2
    sig(BAD, name, h, raw(full[:at] + b"\x00" + full[at + 1:]), f"{name}: last padding byte is 0")
    sig(BAD, name, h, raw(full[:at + 1] + b"\xff" + full[at + 2:]), f"{name}: no separator")
    sig(BAD, name, h, raw(b"\x00\x01" + b"\xff" * 8 + b"\x00" + t + bytes(k - 11 - len(t))), f"{name}: short padding, zeros behind (Bleichenbacher 2006)")
    sig(BAD, name, h, raw(pad(t + b"\x00")), f"{name}: a byte behind DigestInfo")
    sig(BAD, name, h, raw(pad(hashlib.sha256(MESSAGE).digest())), f"{name}: the bare digest")
    sig(BAD, name, h, raw(pad(t[:17] + b"\x04\x21" + t[19:] + b"\x00")), f"{name}: a digest of 33 bytes")
    sig(BAD, name, h, raw(pad(b"\x30\x81" + t[1:])), f"{name}: DigestInfo's length in long form")
    sig(BAD, name, h, raw(pad(t[:14] + bytes([t[14] ^ 3]) + t[15:])), f"{name}: another hash's OID")
    sig(BAD, name, h, private.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()), f"{name}: PSS under a PKCS#1 key")


def mgf1(h, seed, length):
    out, counter = b"", 0
    while len(out) < length:
        out += hashlib.new(h, seed + counter.to_bytes(4, "big")).digest()
        counter += 1
    return out[:length]


def pss_em(h, k, salt, fill=None, trailer=b"\xbc", separator=b"\x01", mgf_hash=None, front=b"\x00", top=0, prefix=bytes(8)):
    digest = hashlib.new(h, MESSAGE).digest()
    hashed = hashlib.new(h, prefix + digest + salt).digest()
    size = k - len(digest) - 1
    db = bytes(size - len(salt) - 1) + separator + salt
    if fill is not None:
        db = fill(db)
    masked = bytearray(a ^ b for a, b in zip(db, mgf1(mgf_hash or h, hashed, size)))
    masked[0] = masked[0] & 0x7F | top
    return bytes(masked) + hashed + trailer


def pss_cases(bits, private):
    n, d = private.private_numbers().public_numbers.n, private.private_numbers().d
    k = bits // 8
    name = f"rsa{bits}-pss"
    raw = lambda em: pow(int.from_bytes(em, "big"), d, n).to_bytes(k, "big")
    for h in HASHES:
        size = HASHES[h].digest_size
        for salt in (size, 0, 20, k - size - 2):
            sig(OK, name, h, private.sign(MESSAGE, padding.PSS(padding.MGF1(HASHES[h]()), salt), HASHES[h]()), f"{name} {h}: a salt of {salt} bytes")
        sig(BAD, name, h, private.sign(MESSAGE + b"!", padding.PSS(padding.MGF1(HASHES[h]()), size), HASHES[h]()), f"{name} {h}: another message")
    h, salt = "sha256", b"s" * 32
    sig(OK, name, h, raw(pss_em(h, k, salt)), f"{name}: made by hand")
    sig(BAD, name, h, raw(pss_em(h, k, salt, trailer=b"\xcc")), f"{name}: another trailer")
    sig(BAD, name, h, raw(pss_em(h, k, salt, separator=b"\x02")), f"{name}: another separator")
    sig(BAD, name, h, raw(pss_em(h, k, salt, separator=b"\x00")), f"{name}: no separator before the salt")
    sig(BAD, name, h, raw(pss_em(h, k, b"", separator=b"\x00")), f"{name}: DB of zeros alone")
    sig(BAD, name, h, raw(pss_em(h, k, salt, fill=lambda db: db[:5] + b"\x40" + db[6:])), f"{name}: padding that is not 0")
    sig(BAD, name, h, raw(pss_em(h, k, salt, mgf_hash="sha384")), f"{name}: MGF1 with another hash")
    sig(BAD, name, h, raw(pss_em(h, k, salt, prefix=b"\x00" * 7 + b"\x01")), f"{name}: M' without its eight zeros")
    lifted = next((em for em in (pss_em(h, k, bytes([i]) * 32, top=0x80) for i in range(256)) if int.from_bytes(em, "big") < n), None)
    if lifted:
        sig(BAD, name, h, raw(lifted), f"{name}: the topmost bit is set")
    sig(BAD, name, h, private.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256()), f"{name}: PKCS#1 v1.5 under a PSS key")
    good = raw(pss_em(h, k, salt))
    sig(FORM, name, h, good[1:], f"{name}: short of one byte")
    sig(FORM, name, h, good + b"\x00", f"{name}: a byte behind")
    sig(BAD, name, h, good[:9] + bytes([good[9] ^ 4]) + good[10:], f"{name}: a flipped bit")


def rsa_numbers(n, e=65537):
    return der.seq(der.integer(n), der.integer(e))


def rsa_spki(numbers, *parameters, oid="1.2.840.113549.1.1.1"):
    return der.seq(der.seq(der.oid(oid), *parameters), der.bits(numbers))


PSS_OID = "1.2.840.113549.1.1.10"


def pss_parameters(h="sha256", mgf="sha256", salt=32, null=True, extra=b""):
    algorithm = lambda name: der.seq(der.oid(keys.HASH_OIDS[name]), *([der.null()] if null else []))
    return der.seq(der.explicit(0, algorithm(h)),
                   der.explicit(1, der.seq(der.oid("1.2.840.113549.1.1.8"), algorithm(mgf))),
                   der.explicit(2, der.integer(salt)), extra)


def rsa_key_cases(private):
    n = private.public_key().public_numbers().n
    numbers = rsa_numbers(n)
    null = der.null()
    bad, unsupported, small = "key-malformed", "key-type-unsupported", "key-too-small"
    spki_case(OK, rsa_spki(numbers, null), "rsa: as usual")
    spki_case(OK, rsa_spki(numbers), "rsa: without parameters")
    spki_case(bad, rsa_spki(numbers, der.octets(b"")), "rsa: other parameters")
    spki_case(bad, rsa_spki(rsa_numbers(n + 1), null), "rsa: an even modulus")
    spki_case(bad, rsa_spki(rsa_numbers(0), null), "rsa: modulus 0")
    spki_case(bad, rsa_spki(rsa_numbers(-n), null), "rsa: a negative modulus")
    spki_case(unsupported, rsa_spki(rsa_numbers(n, 3), null), "rsa: e is 3")
    spki_case(unsupported, rsa_spki(rsa_numbers(n, 1), null), "rsa: e is 1")
    spki_case(unsupported, rsa_spki(rsa_numbers(n, 0), null), "rsa: e is 0")
    spki_case(unsupported, rsa_spki(rsa_numbers(n, 65539), null), "rsa: e is 65539")
    spki_case(unsupported, rsa_spki(rsa_numbers(n, (1 << 32) + 1), null), "rsa: e is 2^32 + 1")
    spki_case(bad, rsa_spki(rsa_numbers(n, -65537), null), "rsa: a negative e")
    for size, status in ((512, small), (1024, small), (2040, small), (2047, small), (2048, OK), (2049, unsupported), (2052, unsupported),
                         (2056, OK), (3071, unsupported), (3072, OK), (4088, OK), (4095, unsupported), (4096, OK), (4097, unsupported), (4104, unsupported), (8192, unsupported)):
        spki_case(status, rsa_spki(rsa_numbers((1 << size - 1) | 12345), null), f"rsa: {size} bits")
    spki_case(bad, rsa_spki(numbers + b"\x00", null), "rsa: a byte behind the numbers")
    spki_case(bad, rsa_spki(der.seq(der.integer(n)), null), "rsa: no exponent")
    spki_case(bad, rsa_spki(der.seq(der.octets(b"\x01"), der.integer(65537)), null), "rsa: the modulus is an OCTET STRING")
    spki_case(bad, rsa_spki(der.seq(der.integer(n), der.octets(b"\x01")), null), "rsa: the exponent is an OCTET STRING")
    spki_case(bad, rsa_spki(der.seq(der.integer(n), der.integer(65537), der.null()), null), "rsa: three numbers")
    spki_case(bad, rsa_spki(der.seq(der.tlv(2, b"\x00" + der.integer(n)[4:]), der.integer(65537)), null), "rsa: a padded modulus")
    spki_case(bad, rsa_spki(b"", null), "rsa: no numbers")
    spki_case(OK, rsa_spki(numbers, oid=PSS_OID), "rsa-pss: without parameters")
    spki_case(OK, rsa_spki(numbers, pss_parameters(), oid=PSS_OID), "rsa-pss: SHA-256, salt of 32 bytes")
    spki_case(OK, rsa_spki(numbers, pss_parameters(null=False), oid=PSS_OID), "rsa-pss: the same without NULL")
    spki_case(unsupported, rsa_spki(numbers, null, oid=PSS_OID), "rsa-pss: parameters NULL")
    spki_case(unsupported, rsa_spki(numbers, der.seq(), oid=PSS_OID), "rsa-pss: the defaults, which are SHA-1")
    spki_case(unsupported, rsa_spki(numbers, pss_parameters("sha384", "sha384", 48), oid=PSS_OID), "rsa-pss: SHA-384")
    spki_case(unsupported, rsa_spki(numbers, pss_parameters(mgf="sha384"), oid=PSS_OID), "rsa-pss: MGF1 with another hash")
    spki_case(unsupported, rsa_spki(numbers, pss_parameters(salt=20), oid=PSS_OID), "rsa-pss: another salt length")
    spki_case(unsupported, rsa_spki(numbers, pss_parameters(extra=der.explicit(3, der.integer(2))), oid=PSS_OID), "rsa-pss: another trailer field")
    spki_case(small, rsa_spki(rsa_numbers((1 << 1023) | 1), oid=PSS_OID), "rsa-pss: 1024 bits")


# --- Ed25519 ------------------------------------------------------------------------

P, L = keys.P, keys.L


def torsion():
    """The eight points of small order, encoded."""
    y = 2
    while True:
        try:
            point = keys._unpack(y.to_bytes(32, "little"))
        except ValueError:
            y += 1
            continue
        point = keys._mul(L, point)
        if keys._pack(keys._mul(4, point)) != keys._pack((0, 1, 1, 0)):
            return [keys._pack(keys._mul(i, point)) for i in range(8)]
        y += 1


def ed_spki(key, *parameters):
    return der.seq(der.seq(der.oid("1.3.101.112"), *parameters), der.bits(key))


def ed25519_cases():
    bad = "key-malformed"
    seed = hashlib.sha256(b"plomb ed25519 vectors").digest()
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    small = torsion()
    spki_case(OK, ed_spki(public), "ed25519: as usual")
    spki_case(bad, ed_spki(public, der.null()), "ed25519: parameters NULL")
    spki_case(bad, ed_spki(public[:-1]), "ed25519: 31 bytes")
    spki_case(bad, ed_spki(public + b"\x00"), "ed25519: 33 bytes")
    spki_case(bad, ed_spki(b""), "ed25519: no key")
    for i, point in enumerate(small):
        spki_case(bad, ed_spki(point), f"ed25519: {i} times the point of order 8")
        spki_case(bad, ed_spki(point[:-1] + bytes([point[-1] ^ 0x80])), f"ed25519: {i} times the point of order 8, the other sign")
    for y, what in ((P, "p"), (P + 1, "p + 1"), (P + 2, "p + 2"), (2 ** 255 - 1, "2^255 - 1")):
        spki_case(bad, ed_spki(y.to_bytes(32, "little")), f"ed25519: y is {what}")
        spki_case(bad, ed_spki((y | 1 << 255).to_bytes(32, "little")), f"ed25519: y is {what}, with sign")
    spki_case(OK, ed_spki((P - 2).to_bytes(32, "little")), "ed25519: y is p - 2")
    spki_case(OK, ed_spki((2 ** 254 - 1).to_bytes(32, "little")), "ed25519: y is 2^254 - 1")
    spki_case(OK, ed_spki((2).to_bytes(32, "little")), "ed25519: y is 2")
    spki_case(OK, ed_spki((256).to_bytes(32, "little")), "ed25519: y is 256")
    spki_case(OK, ed_spki((1 << 248).to_bytes(32, "little")), "ed25519: y is 2^248")
    off = next(y for y in range(2, 100) if not on_ed25519(y))
    define("ed25519", ed_spki(public))
    define("ed25519-off-curve", ed_spki(off.to_bytes(32, "little")))
    pure = private.sign(MESSAGE)
    ph = keys.ed25519ph_sign(seed, hashlib.sha512(MESSAGE).digest())
    for h, good in (("none", pure), ("sha512", ph)):
        name = "ed25519" if h == "none" else "ed25519ph"
        s = int.from_bytes(good[32:], "little")
        sig(OK, "ed25519", h, good, f"{name}: as signed")
        sig(BAD, "ed25519", h, good, f"{name}: another message", MESSAGE + b".")
        for at in (0, 17, 31, 32, 50, 63):
            sig(BAD, "ed25519", h, good[:at] + bytes([good[at] ^ (1 if at != 63 else 8)]) + good[at + 1:], f"{name}: a flipped bit in byte {at}")
        for i in range(1, 15):
            if s + i * L < 1 << 256:
                sig(BAD, "ed25519", h, good[:32] + (s + i * L).to_bytes(32, "little"), f"{name}: S plus {i} L")
        sig(BAD, "ed25519", h, good[:32] + L.to_bytes(32, "little"), f"{name}: S is L")
        sig(BAD, "ed25519", h, good[:32] + bytes(32), f"{name}: S is 0")
        sig(BAD, "ed25519", h, bytes(32) + good[32:], f"{name}: R is 0")
        sig(BAD, "ed25519", h, (1).to_bytes(32, "little") + bytes(32), f"{name}: R is the identity, S is 0")
        sig(BAD, "ed25519", h, (P + 1).to_bytes(32, "little") + bytes(32), f"{name}: R is the identity, not reduced")
        sig(BAD, "ed25519", h, b"\xff" * 64, f"{name}: all bits set")
        sig(FORM, "ed25519", h, good[:-1], f"{name}: 63 bytes")
        sig(FORM, "ed25519", h, good + b"\x00", f"{name}: 65 bytes")
        sig(FORM, "ed25519", h, b"", f"{name}: nothing")
        sig(BAD, "ed25519-off-curve", h, good, f"{name}: a key that is on no curve")
        small_r_case(seed, h, name)
    sig(BAD, "ed25519", "sha512", pure, "ed25519ph: a pure signature")
    sig(BAD, "ed25519", "none", ph, "ed25519: a prehashed signature")
    sig(BAD, "ed25519", "none", private.sign(hashlib.sha512(MESSAGE).digest()), "ed25519: a signature over the digest")
    sig(BAD, "ed25519", "sha512", private.sign(hashlib.sha512(MESSAGE).digest()), "ed25519ph: a pure signature over the digest")
    sig("key-type-unsupported", "ed25519", "sha256", pure, "ed25519: with SHA-256")
    sig("key-type-unsupported", "ed25519", "sha384", pure, "ed25519: with SHA-384")


def on_ed25519(y):
    try:
        keys._unpack(y.to_bytes(32, "little"))
        return True
    except ValueError:
        return False


def small_r_case(seed, h, name):
    """R = identity and S = h a: the equation holds, so only the order of R can refuse."""
    wide = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(wide[:32], "little") & (1 << 254) - 8 | 1 << 254
    public = keys._pack(keys._mul(scalar, keys.BASE))
    r = (1).to_bytes(32, "little")
    if h == "none":
        c = keys._h(r, public, MESSAGE)
    else:
        c = keys._h(keys.PREFIX, r, public, hashlib.sha512(MESSAGE).digest())
    sig(BAD, "ed25519", h, r + (c * scalar % L).to_bytes(32, "little"), f"{name}: R is the identity, the equation holds")


# --- what is around keys --------------------------------------------------------------

def wrapping_cases(good):
    """good: the SPKI of a P-256 key."""
    bad, unsupported = "key-malformed", "key-type-unsupported"
    algorithm, bits = [whole for _, _, whole in der.children(der.read(good)[1])]
    ec_oid, curve = [whole for _, _, whole in der.children(der.read(algorithm)[1])]
    octets = der.read(bits)[1][1:]
    spki_case(bad, b"", "nothing")
    spki_case(bad, b"\x30", "one byte")
    spki_case(bad, good + b"\x00", "a byte behind the key")
    spki_case(bad, good[:-1], "short of one byte")
    spki_case(bad, b"\x30\x81" + good[1:], "a length in long form")
    spki_case(bad, der.tlv(0x31, algorithm, bits), "a SET")
    spki_case(bad, der.seq(algorithm), "no key in it")
    spki_case(bad, der.seq(bits), "no algorithm in it")
    spki_case(bad, der.seq(algorithm, bits, der.null()), "an element behind the key")
    spki_case(bad, der.seq(algorithm, der.bits(octets, 1)), "unused bits")
    spki_case(bad, der.seq(algorithm, der.tlv(3)), "an empty BIT STRING")
    spki_case(bad, der.seq(algorithm, der.octets(octets)), "the key is an OCTET STRING")
    spki_case(unsupported, der.seq(der.seq(ec_oid), bits), "ec: no curve")
    spki_case(unsupported, der.seq(der.seq(ec_oid, der.null()), bits), "ec: curve NULL")
    spki_case(bad, der.seq(der.seq(ec_oid, curve, der.null()), bits), "ec: two parameters")
    spki_case(bad, der.seq(der.seq(), bits), "an empty algorithm")
    for what, oid in (("secp256k1", "1.3.132.0.10"), ("P-224", "1.3.132.0.33"), ("brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7")):
        spki_case(unsupported, der.seq(der.seq(ec_oid, der.oid(oid)), bits), f"ec: {what}")
    explicit = der.seq(der.integer(1), der.seq(der.oid("1.2.840.10045.1.1"), der.integer(CURVES[0].p)),
                       der.seq(der.octets(b"\xff" * 32), der.octets(b"\x5a" * 32)), der.octets(octets), der.integer(CURVES[0].n))
    spki_case(unsupported, der.seq(der.seq(ec_oid, explicit), bits), "ec: explicit parameters (CVE-2020-0601)")
    for what, oid in (("DSA", "1.2.840.10040.4.1"), ("X25519", "1.3.101.110"), ("Ed448", "1.3.101.113"), ("ecDH", "1.3.132.1.12"),
                      ("ML-DSA-65", "2.16.840.1.101.3.4.3.18"), ("sha256WithRSAEncryption", "1.2.840.113549.1.1.11")):
        spki_case(unsupported, der.seq(der.seq(der.oid(oid)), bits), f"{what}")


def main():
    for curve in CURVES:
        ecdsa_cases(curve)
    wrapping_cases(CURVES[0].spki(CURVES[0].encode(CURVES[0].g)))
    for bits in (2048, 3072, 4096):
        private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        n = private.public_key().public_numbers().n
        define(f"rsa{bits}", rsa_spki(rsa_numbers(n), der.null()))
        pkcs1_rsa_cases(bits, private)
        define(f"rsa{bits}-pss", rsa_spki(rsa_numbers(n), oid=PSS_OID))
        pss_cases(bits, private)
        if bits == 2048:
            rsa_key_cases(private)
            define("rsa2048-pss-sha256", rsa_spki(rsa_numbers(n), pss_parameters(), oid=PSS_OID))
            for h, status in (("sha256", OK), ("sha384", "key-type-unsupported"), ("sha512", "key-type-unsupported")):
                sig(status, "rsa2048-pss-sha256", h, private.sign(MESSAGE, padding.PSS(padding.MGF1(HASHES[h]()), 32), HASHES[h]()), f"rsa-pss: parameters say SHA-256, {h}")
            for key in ("rsa2048", "rsa2048-pss"):
                sig("key-type-unsupported", key, "none", bytes(256), f"{key}: no hash")
    ed25519_cases()
    for curve in CURVES:
        sig("key-type-unsupported", curve.name, "none", der.seq(der.integer(1), der.integer(1)), f"{curve.name}: no hash")
    with open(os.path.join(HERE, "signatures", "signatures.txt"), "w") as out:
        out.write("# Made by make_signatures.py, which tells the format.\n")
        out.write("\n".join(lines) + "\n")


def fuzz_files():
    """What fuzz_key starts from: 0 and an SPKI, 1 and an RSAPublicKey, 2 and a PEM text."""
    corpus = os.path.join(HERE, "..", "..", "fuzz", "corpus", "key")
    found = {fields[1]: bytes.fromhex(fields[2]) for fields in (line.split(" ") for line in lines) if fields[0] == "key"}
    seeds = {}
    for name in ("p256", "p384", "p521", "rsa2048", "rsa4096", "rsa2048-pss", "rsa2048-pss-sha256", "ed25519"):
        seeds[name] = b"\x00" + found[name]
    seeds["pkcs1"] = b"\x01" + found["rsa2048"][24:]
    seeds["pem"] = b"\x02" + keys.pem("PUBLIC KEY", found["p256"]).encode()
    seeds["pem-rsa"] = b"\x02" + keys.pem("RSA PUBLIC KEY", found["rsa2048"][24:]).encode()
    seeds["pem-private"] = b"\x02" + keys.pem("EC PRIVATE KEY", b"\x30\x00").encode()
    with open(os.path.join(HERE, "signatures", "certificate.inc")) as f:
        seeds["pem-certificate"] = b"\x02" + f.read().replace('"', "").replace("\\n", "").encode()
    for name, data in seeds.items():
        with open(os.path.join(corpus, name), "wb") as out:
            out.write(data)


def real(fixtures):
    hash_of = {"p384": "sha384", "p521": "sha512", "ed25519": "none"}
    for path in sorted(glob.glob(os.path.join(fixtures, "keys", "*.pub"))):
        kind = os.path.basename(path)[:-4]
        found = sorted(glob.glob(os.path.join(fixtures, "blobs", kind + "-*"))) + glob.glob(os.path.join(fixtures, "blobs", kind))
        if not found:
            continue
        with open(path, "rb") as key:
            define(kind, serialization.load_pem_public_key(key.read()).public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
        for blob in found:
            with open(os.path.join(blob, "bundle.sigstore.json")) as bundle:
                signature = base64.b64decode(json.load(bundle)["messageSignature"]["signature"])
            with open(os.path.join(blob, "artifact"), "rb") as artifact:
                message = artifact.read()
            name = os.path.basename(blob)
            sig(OK, kind, hash_of.get(kind, "sha256"), signature, name, message)
            sig(BAD, kind, hash_of.get(kind, "sha256"), signature, f"{name}: another file", message + b"\n")
    with open(os.path.join(HERE, "signatures", "real.txt"), "w") as out:
        out.write("# Signatures by cosign, in the form of make_signatures.py.\n")
        out.write("\n".join(lines) + "\n")


if len(sys.argv) > 1:
    real(sys.argv[1])
else:
    main()
    fuzz_files()
