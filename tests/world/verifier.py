"""verifier.py TRUST-CONFIG IDENTITY ISSUER BUNDLE FILE|sha256:HEX [NAME=VALUE...]: asks sigstore-python about one bundle.

Its own command wants a name for each subject, which cosign leaves out, so its
library is asked. It knows certificates only. What it leaves to its caller is
done here: which image the statement is about, with which annotations. Run it
by $WORLD_BIN/sigstore-python/bin/python.
"""
import json
import pathlib
import sys

from sigstore.errors import Error
from sigstore.hashes import Hashed
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm

trust, identity, issuer, bundle, artifact, *notes = sys.argv[1:]
try:
    trusted = ClientTrustConfig.from_json(pathlib.Path(trust).read_text()).trusted_root
    bundle = Bundle.from_json(pathlib.Path(bundle).read_bytes())
    who = policy.Identity(identity=identity, issuer=issuer)
    verifier = Verifier(trusted_root=trusted)
    if bundle._dsse_envelope is None:
        digest = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(artifact[7:])) if artifact.startswith("sha256:") else None
        verifier.verify_artifact(digest or pathlib.Path(artifact).read_bytes(), bundle, who)
        sys.exit("no annotations are signed" if notes else 0)
    kind, payload = verifier.verify_dsse(bundle, who)
except Error as error:
    sys.exit(f"{type(error).__name__}: {error}")
except ValueError as error:
    sys.exit(f"not readable: {error}")
subjects = [s for s in json.loads(payload)["subject"] if "sha256:" + s["digest"]["sha256"] == artifact]
if kind != "application/vnd.in-toto+json" or not subjects:
    sys.exit(f"not about {artifact}")
for note in notes:
    name, value = note.split("=", 1)
    if subjects[0].get("annotations", {}).get(name) != value:
        sys.exit(f"annotation {name} is not {value}")
