"""
Sigstore material made by hand, with keys of its own: certificates with SCTs,
Rekor v1 and v2 entries, RFC 3161 timestamps, bundles, cosign 2 layers, image
layouts and the TrustedRoot that makes all of it good.
"""
from .keys import Key, b64, key, pem
from .material import ARTIFACT, IDENTITY, ISSUER, T, Material, compact, mint, pae
from .oci import Layout, sha256
