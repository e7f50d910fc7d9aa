"""JSON Web Tokens, signed with RS256 by way of openssl."""
import base64
import json
import subprocess
import time
import uuid


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(key, claims, **header):
    now = int(time.time())
    claims = {"iat": now, "nbf": now - 5, "exp": now + 3600, "jti": str(uuid.uuid4()), **claims}
    header = {"alg": "RS256", "typ": "JWT", **header}
    body = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=body.encode(),
                               capture_output=True, check=True).stdout
    return body + "." + b64(signature)


def public_jwk(key):
    out = subprocess.run(["openssl", "rsa", "-in", key, "-noout", "-modulus"],
                         capture_output=True, check=True, text=True).stdout
    modulus = bytes.fromhex(out.strip().split("=")[1])
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "world", "n": b64(modulus), "e": "AQAB"}
