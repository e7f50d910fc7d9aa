"""
Key pairs and the signatures they make. EC and Ed25519 keys come from their
name, so that a run can be repeated; RSA keys are made once a process.
"""
import base64
import functools
import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

from . import der

CURVES = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
DEFAULT_HASH = {"p256": "sha256", "p384": "sha384", "p521": "sha512", "rsa": "sha256", "secp256k1": "sha256"}
ORDER = {
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "p384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
SIGNATURE_OIDS = {
    ("ec", "sha1"): "1.2.840.10045.4.1", ("ec", "sha256"): "1.2.840.10045.4.3.2",
    ("ec", "sha384"): "1.2.840.10045.4.3.3", ("ec", "sha512"): "1.2.840.10045.4.3.4",
    ("rsa", "sha256"): "1.2.840.113549.1.1.11", ("rsa", "sha384"): "1.2.840.113549.1.1.12",
    ("rsa", "sha512"): "1.2.840.113549.1.1.13", ("rsa", "sha1"): "1.2.840.113549.1.1.5",
}
HASH_OIDS = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1",
             "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}


def b64(data):
    return base64.b64encode(data).decode()


def digest(name, data):
    return hashlib.new(name, data).digest()


class Key:
    """kind: p256, p384, p521, secp256k1, ed25519, rsa2048, rsa3072, rsa4096."""

    def __init__(self, kind, private):
        self.kind, self.private = kind, private

    @property
    def family(self):
        return "rsa" if self.kind.startswith("rsa") else "ed25519" if self.kind == "ed25519" else "ec"

    @property
    def hash(self):
        return DEFAULT_HASH["rsa" if self.family == "rsa" else self.kind] if self.family != "ed25519" else "sha512"

    @property
    def spki(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @property
    def pem(self):
        return pem("PUBLIC KEY", self.spki)

    @property
    def raw(self):
        """The 32 bytes of an Ed25519 key."""
        return self.spki[-32:]

    def sign(self, message, scheme=None):
        """scheme: a hash's name; "pss"; "ph"; None is what SPEC 3.2 says for the key."""
        if self.family == "ed25519":
            return self.sign_ph(message) if scheme == "ph" else self.private.sign(message)
        if self.family == "rsa":
            if scheme == "pss":
                return self.private.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
            return self.private.sign(message, padding.PKCS1v15(), HASHES[scheme or "sha256"]())
        return self.private.sign(message, ec.ECDSA(HASHES[scheme or self.hash]()))

    def sign_ph(self, message):
        return ed25519ph_sign(self.private.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()),
            hashlib.sha512(message).digest())

    def signature_algorithm(self, hash_name=None):
        """The AlgorithmIdentifier of a certificate or SignerInfo."""
        if self.family == "ed25519":
            return der.seq(der.oid("1.3.101.112"))
        name = der.oid(SIGNATURE_OIDS[self.family, hash_name or self.hash])
        return der.seq(name, der.null()) if self.family == "rsa" else der.seq(name)

    @property
    def details(self):
        """The name of PublicKeyDetails for this key."""
        return {"p256": "PKIX_ECDSA_P256_SHA_256", "p384": "PKIX_ECDSA_P384_SHA_384", "p521": "PKIX_ECDSA_P521_SHA_512",
                "ed25519": "PKIX_ED25519", "rsa2048": "PKIX_RSA_PKCS1V15_2048_SHA256",
                "rsa3072": "PKIX_RSA_PKCS1V15_3072_SHA256", "rsa4096": "PKIX_RSA_PKCS1V15_4096_SHA256"}[self.kind]

    def private_pem(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption())


@functools.lru_cache(maxsize=None)
def key(name, kind="p256"):
    """The key of that name: always the same one in a process; across processes too, RSA excepted."""
    seed = hashlib.sha512(f"plomb test key {name} {kind}".encode()).digest()
    if kind == "ed25519":
        return Key(kind, ed25519.Ed25519PrivateKey.from_private_bytes(seed[:32]))
    if kind.startswith("rsa"):
        return Key(kind, rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:])))
    scalar = int.from_bytes(seed + seed[:8], "big") % (2 ** 250) + 1
    return Key(kind, ec.derive_private_key(scalar, CURVES[kind]()))


def pem(label, data):
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def rsa_spki(n, e=65537):
    return der.seq(der.seq(der.oid("1.2.840.113549.1.1.1"), der.null()), der.bits(der.seq(der.integer(n), der.integer(e))))


def ecdsa_raw(signature, width=32):
    """IEEE P1363 form of a DER signature, which Sigstore does not allow."""
    r, s = decode_dss_signature(signature)
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def negate_s(signature, kind="p256"):
    """The other signature that verifies: high s and low s are both valid."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, ORDER[kind] - s)


def ecdsa_der(r, s):
    return der.seq(der.integer(r), der.integer(s))


# --- Ed25519ph (RFC 8032, 5.1), which pyca/cryptography does not offer ---------

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)
PREFIX = b"SigEd25519 no Ed25519 collisions\x01\x00"


def _add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    A, B = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    C, E = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return e * f % P, g * h % P, f * g % P, e * h % P


def _mul(scalar, point):
    out = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = _add(out, point)
        point = _add(point, point)
        scalar >>= 1
    return out


def _x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * I % P
    if (x * x - x2) % P:
        raise ValueError("not on the curve")
    return P - x if x & 1 != sign else x


def _pack(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _unpack(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _x(y, sign)
    return x, y, 1, x * y % P


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _x(_BASE_Y, 0)
BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def _h(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def ed25519ph_sign(seed, prehash):
    wide = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(wide[:32], "little") & (1 << 254) - 8 | 1 << 254
    public = _pack(_mul(scalar, BASE))
    nonce = _h(PREFIX, wide[32:], prehash)
    commitment = _pack(_mul(nonce, BASE))
    return commitment + ((nonce + _h(PREFIX, commitment, public, prehash) * scalar) % L).to_bytes(32, "little")


def ed25519ph_verify(public, signature, prehash):
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or scalar >= L:
        return False
    right = _add(_unpack(signature[:32]), _mul(_h(PREFIX, signature[:32], public, prehash), _unpack(public)))
    return _pack(_mul(scalar, BASE)) == _pack(right)
