"""
Who signs and who verifies in the matrix: each program's own way to say the
same thing. A Row is one way to sign; a Signature is a row that was signed,
with the answers of all verifiers.
"""
import collections
import hashlib
import json
import re

from test_fresh import DIGESTS, new_image
from world import BIN, KEYS, WHO, WORLD, pairs, program

VERIFIERS = ("plomb", "cosign2", "cosign3", "sigstore-go", "sigstore-python")
NOTES = ("tag=main", "com.gitlab.ci.pipeline.id=574")
BUNDLE_STORES = ("referrers", "fallback", "blob")
# A signing configuration for each log, with and without a time stamp; a certificate needs one of the two for its time.
CONFIGS = {("rekor2", "tsa"): "signing_config.json", ("rekor1", "tsa"): "signing_config.v1.json", ("rekor1", "-"): "signing_config.v1.notsa.json",
           ("none", "tsa"): "signing_config.none.json", ("none", "-"): "signing_config.bare.json"}
# The key of a keyless signature, as cosign's sign-blob names it.
ALGORITHMS = {"p384": "ecdsa-sha2-384-nistp384", "p521": "ecdsa-sha2-512-nistp521", "rsa3072": "rsa-sign-pkcs1-3072-sha256",
              "ed25519": "ed25519-ph"}
TRUST = ("SIGSTORE_ROOT_FILE", "SIGSTORE_REKOR_PUBLIC_KEY", "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE")


class Row(collections.namedtuple("Row", "signer by log stamp store")):
    """by: a key of KEYS, gitlab (a new P-256 key and a certificate), or gitlab/KEY with a key of another kind."""

    def __str__(self):
        return "-".join(part.replace("-", "none") if part == "-" else part for part in self)

    @property
    def has_certificate(self):
        return self.by.startswith("gitlab")

    @property
    def is_bundle(self):
        return self.store in BUNDLE_STORES

    @property
    def notes(self):
        """cosign 2 leaves annotations out of its bundles; a file has none."""
        return () if self.store == "blob" or (self.signer == "cosign2" and self.is_bundle) else NOTES

    @property
    def is_plain_hash(self):
        """Whether SHA-256 is signed whatever the key: plomb does so for envelopes in Rekor 1, which takes nothing else."""
        return self.signer == "plomb" and self.log == "rekor1" and self.store in ("referrers", "fallback")

    @property
    def registry(self):
        return "REFERRERS" if self.store in ("referrers", "oci11") else "PLAIN"


class Signature:
    """questions: {name: what is asked differently}, each put to each verifier."""

    def __init__(self, world, row, questions):
        self.world, self.row, self.questions = world, row, questions
        self.registry = world.registries[row.registry]
        self.folder = world.home / "matrix" / str(row)
        self.folder.mkdir(parents=True)
        self.bundle, self.answers = self.folder / "bundle.json", {}

    def run(self):
        row = self.row
        if row.store == "blob":
            self.subject = self.folder / "blob"
            self.subject.write_bytes(f"{row}\n".encode() * 100)
            self.changed = self.folder / "changed"
            self.changed.write_bytes(self.subject.read_bytes() + b"\n")
        else:
            repository = f"matrix/{row}".lower()
            self.repository = repository
            self.subject = f"{self.registry.host}/{repository}@{new_image(self.world, self.registry, repository)}"
            self.changed = f"{self.registry.host}/{repository}@{new_image(self.world, self.registry, repository, 'other')}"
        self.signing = getattr(self, "sign_" + row.signer)()
        if self.signing.status == 0:
            if row.store != "blob":
                self.fetch()
            for name, question in self.questions.items():
                for verifier in VERIFIERS:
                    self.answers[verifier, name] = self.ask(verifier, **question)
        return self

    # --- signing ------------------------------------------------------------------

    def who(self):
        by = self.row.by
        env, flags = self.world.signer("gitlab" if self.row.has_certificate else by)
        return env, flags + (["--signing-algorithm", ALGORITHMS[by.split("/")[1]]] if "/" in by else [])

    def services(self):
        """cosign 2's flags; they know no Rekor 2."""
        env = self.world.env
        return ["--fulcio-url", env["FULCIO_URL"], "--rekor-url", env["REKOR_URL"], f"--tlog-upload={'true' if self.row.log != 'none' else 'false'}",
                *(["--timestamp-server-url", env["TSA_URL"]] if self.row.stamp == "tsa" else [])]

    def config(self):
        return ["--signing-config", self.world.folder / CONFIGS[self.row.log, self.row.stamp]]

    def target(self):
        return ["--bundle", self.bundle, self.subject] if self.row.store == "blob" else [*pairs(self.row.notes), self.subject]

    def trust(self):
        """cosign 3 verifies what it signed if it is given a trust root, and cannot verify what is in no log."""
        return [] if self.row.log == "none" else ["--trusted-root", self.world.env["TRUSTED_ROOT"]]

    def sign_cosign3(self):
        env, who = self.who()
        verb = ["sign-blob"] if self.row.store == "blob" else ["sign", *self.registry.cosign_flags()]
        if self.row.is_bundle:
            how = [*self.config(), *self.trust()]
        else:
            how = ["--new-bundle-format=false", "--use-signing-config=false", *self.services()]
            how += ["--registry-referrers-mode", "oci-1-1"] if self.row.store == "oci11" else []
            env = {**{name: self.world.env[name] for name in TRUST}, **env}
        return self.world.run("cosign3", *verb, "--yes", *how, *who, *self.target(), env=env, check=False)

    def sign_cosign2(self):
        env, who = self.who()
        row, verb = self.row, ["sign-blob"] if self.row.store == "blob" else ["sign", *self.registry.cosign_flags()]
        how = ["--new-bundle-format"] if row.is_bundle else ["--registry-referrers-mode", "oci-1-1"] if row.store == "oci11" else []
        if row.log == "rekor2":
            where = [*self.config(), "--trusted-root", self.world.env["TRUSTED_ROOT"]]
        else:
            where = self.services()
        env = {**{name: self.world.env[name] for name in TRUST}, **env}
        return self.world.run("cosign2", *verb, "--yes", *how, *where, *who, *self.target(), env=env, check=False)

    def sign_plomb(self):
        env, who = self.who()
        row, verb = self.row, ["sign-blob"] if self.row.store == "blob" else ["sign", *self.registry.plomb_flags()]
        how = self.config() if row.is_bundle else ["--new-bundle-format=false", *self.services()]
        how += ["--registry-referrers-mode", "oci-1-1"] if row.store == "oci11" else []
        return self.world.plomb(*verb, "--yes", *how, "--trusted-root", self.world.env["TRUSTED_ROOT"], *who, *self.target(),
                                env={**env, "COSIGN_PASSWORD": "hunter2"})

    # --- what is there now ----------------------------------------------------------

    def fetch(self):
        """The bundle, or the manifest of another form, for those who are given files. It is where the row says, and nowhere else."""
        registry, digest = self.registry, self.subject.split("@")[1]
        tag = digest.replace(":", "-")
        places = {"referrers": f"referrers/{digest}", "oci11": f"referrers/{digest}", "fallback": f"manifests/{tag}", "sig": f"manifests/{tag}.sig"}
        found = {}
        for path in set(places.values()):
            status, body = registry.get(f"{self.repository}/{path}")
            if status == 200 and json.loads(body).get("manifests", [1]):
                found[path] = body
        wanted = places[self.row.store]
        self.elsewhere = sorted(set(found) - {wanted})
        manifest = found[wanted]
        if self.row.store != "sig":
            listed = json.loads(manifest)["manifests"]
            assert len(listed) == 1, listed
            status, manifest = registry.get(f"{self.repository}/manifests/{listed[0]['digest']}")
            assert status == 200 and "sha256:" + hashlib.sha256(manifest).hexdigest() == listed[0]["digest"]
        self.manifest = json.loads(manifest)
        if self.row.is_bundle:
            status, manifest = registry.get(f"{self.repository}/blobs/{self.manifest['layers'][0]['digest']}")
            assert status == 200
        self.bundle.write_bytes(manifest)

    # --- verifying --------------------------------------------------------------------

    def ask(self, verifier, by=None, identity=None, notes=None, changed=False):
        """by: another key; identity: another (name, issuer); notes: of what is asked for; changed: another file or image."""
        row = self.row
        key = None if row.has_certificate and by is None else self.world.key(by or row.by)[1]
        identity = identity or WHO["gitlab"]
        notes = row.notes if notes is None else notes
        subject = self.changed if changed else self.subject
        return getattr(self, "ask_" + verifier.replace("-", "_"))(key, identity, notes, subject)

    def who_signed(self, key, identity):
        return ["--key", key] if key else ["--certificate-identity", identity[0], "--certificate-oidc-issuer", identity[1]]

    def ask_plomb(self, key, identity, notes, subject):
        verb = ["verify-blob", "--bundle", self.bundle] if self.row.store == "blob" else ["verify", *self.registry.plomb_flags()]
        return self.world.plomb(*verb, "--trusted-root", self.world.env["TRUSTED_ROOT"], *self.who_signed(key, identity), *pairs(notes),
                                *(["--insecure-ignore-tlog"] if self.row.log == "none" else []), "--output", "report", subject)

    def ask_cosign(self, cosign, key, identity, notes, subject, *more):
        row = self.row
        verb = ["verify-blob", "--bundle", self.bundle] if row.store == "blob" else ["verify", "--offline", *self.registry.cosign_flags()]
        flags = ["--insecure-ignore-tlog"] if row.log == "none" else []
        # What a real cosign must be told, and plomb finds out.
        if row.by in DIGESTS and not row.is_plain_hash:
            flags.append(f"--signature-digest-algorithm={DIGESTS[row.by]}")
        if row.stamp == "tsa" and (row.log != "rekor1" or cosign == "cosign2"):
            flags.append("--use-signed-timestamps")
        return self.world.run(cosign, *verb, "--trusted-root", self.world.env["TRUSTED_ROOT"], *self.who_signed(key, identity), *pairs(notes),
                              *flags, *more, subject, check=False)

    def ask_cosign2(self, *question):
        row = self.row
        more = ["--new-bundle-format"] if row.is_bundle else ["--experimental-oci11"] if row.store == "oci11" else []
        return self.ask_cosign("cosign2", *question, *more)

    def ask_cosign3(self, *question):
        return self.ask_cosign("cosign3", *question)

    def ask_sigstore_go(self, key, identity, notes, subject):
        who = ["-key", key] if key else ["-identity", identity[0], "-issuer", identity[1]]
        flags = ["-sha256"] if self.row.is_plain_hash else []
        flags += (["-no-log"] if self.row.log == "none" else []) + (["-no-time"] if self.row.log == "none" and self.row.stamp == "-" else [])
        return self.world.run("world-verifier", "-trusted-root", self.world.env["TRUSTED_ROOT"], *who, *flags, *pairs(notes), self.bundle,
                              str(subject).rsplit("@", 1)[-1], check=False)

    def ask_sigstore_python(self, key, identity, notes, subject):
        """It knows certificates only: a key cannot be said to it."""
        return self.world.run(f"{BIN}/sigstore-python/bin/python", "-B", WORLD / "verifier.py", self.world.env["TRUST_CONFIG"], *identity,
                              self.bundle, str(subject).rsplit("@", 1)[-1], *notes, check=False)


def verdict(run: program.Run):
    return "accept" if run.status == 0 else "refuse"


def said(run):
    return re.sub(r"\s+", " ", (run.stderr + run.stdout).decode("utf8", "replace"))


assert set(DIGESTS) <= set(KEYS)
