"""
The fixtures' image cases against a registry: each layout is pushed there by
oras, then each of its cases is decided by plomb and by the real cosigns.
"""
import json
import pathlib
import re

from world import program  # noqa: F401  (puts tests/e2e on the path)

from test_fixtures import ANY_PREDICATE, CASES  # noqa: E402
from test_fixtures_registry import reference_of  # noqa: E402

IMAGES = {name: case for name, case in sorted(CASES.items()) if "layout" in case and not case.get("local")}
LAYOUTS = sorted({case["layout"] for case in IMAGES.values()})
COSIGNS = ("cosign3", "cosign2")
# What cosign says if it could not ask: that is no verdict, and must not count as a refusal.
TROUBLE = re.compile(r"connection refused|UNAUTHORIZED|DENIED|x509: certificate signed by unknown|unknown flag|unknown shorthand|no such host"
                     r"|context deadline|i/o timeout|server gave HTTP response|panic|rekor\.sigstore\.dev|TUF|unsupported", re.I)


def expected(name):
    """What plomb is to say; the one decision of our own is in DESIGN.md (8)."""
    return "reject" if name in ANY_PREDICATE else CASES[name]["expect"]


def repository_of(layout):
    return next(reference_of(case)[0] for case in IMAGES.values() if case["layout"] == layout)


def read_differences():
    """
    {(case, cosign): (plomb's verdict, cosign's)} of differences.txt; each row
    has a reason. fresh/NAME is a signature of test_fresh.py.
    """
    found = {}
    for line in (pathlib.Path(__file__).resolve().parent / "differences.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        case, cosign, ours, theirs, reason = line.split(None, 4)
        assert (case, cosign) not in found, f"twice: {line}"
        assert (case in IMAGES or case.startswith("fresh/")) and cosign in COSIGNS and {ours, theirs} == {"accept", "reject"}, line
        assert len(reason) > 20, line
        found[case, cosign] = (ours, theirs)
    return found


DIFFERENCES = read_differences()


def same_decision(name, cosign, ours, theirs):
    """Two Decisions agree, or a row says why not, and a row is right."""
    assert not TROUBLE.search(theirs.run.stderr.decode("utf8", "replace")), theirs
    if (name, cosign) in DIFFERENCES:
        assert (ours.verdict, theirs.verdict) == DIFFERENCES[name, cosign], f"differences.txt says otherwise\n{ours}\n{theirs}"
        return
    assert ours.verdict == theirs.verdict, f"a difference without a row in differences.txt\nplomb {ours}\n{cosign} {theirs}"


class Layout:
    """An image layout of the fixtures, read."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.entries = json.loads((self.folder / "index.json").read_text())["manifests"]
        self.tags = {self.tag(e): e["digest"] for e in self.entries if self.tag(e)}

    @staticmethod
    def tag(entry):
        return entry.get("annotations", {}).get("org.opencontainers.image.ref.name")

    def manifest(self, digest):
        return json.loads((self.folder / "blobs" / digest.replace(":", "/")).read_bytes())

    def referrers(self, subject):
        """The manifests about an image, in any order, each once."""
        found = {e["digest"] for e in self.entries if self.manifest(e["digest"]).get("subject", {}).get("digest") == subject}
        return sorted(found)

    def kinds(self):
        """Which forms of signature there are: bundle, oci11 (cosign 2's, as referrers), tag (.sig, .att)."""
        found = set()
        for entry in self.entries:
            manifest = self.manifest(entry["digest"])
            if "sigstore.bundle" in manifest.get("artifactType", ""):
                found.add("bundle")
            elif "subject" in manifest:
                found.add("oci11")
        if any(re.search(r"\.(sig|att)$", tag) for tag in self.tags):
            found.add("tag")
        return found

    def is_stamped(self):
        """Whether a bundle has an RFC 3161 timestamp."""
        for entry in self.entries:
            manifest = self.manifest(entry["digest"])
            if "sigstore.bundle" in manifest.get("artifactType", ""):
                if b"rfc3161Timestamps" in (self.folder / "blobs" / manifest["layers"][0]["digest"].replace(":", "/")).read_bytes():
                    return True
        return False


def options(case, root):
    """The case's options by their long names, the same for plomb and cosign; files are the fixtures'."""
    argv = []
    for name, value in case["args"].items():
        if name in ("trusted-root", "key") and not str(value).startswith("/"):
            value = root / value
        for one in value if isinstance(value, list) else [value]:
            argv.append(f"--{name}" if one is True else f"--{name}={one}")
    return argv


def cosign_command(cosign, case, layout, root):
    """
    (flags, environment) for a real cosign: the case's, and what it needs
    besides. cosign 3 finds bundles and tags by itself; nothing makes it look at
    cosign 2's OCI 1.1 referrers. cosign 2 wants to be told which form it is and
    that timestamps count; for attestations of its own form it takes the trust
    root from the environment only.
    """
    kinds, flags, env = layout.kinds(), [*options(case, root), "--offline"], {}
    if cosign == "cosign3":
        return flags, env
    if "bundle" in kinds:
        flags.append("--new-bundle-format")
        if layout.is_stamped() and "use-signed-timestamps" not in case["args"]:
            flags.append("--use-signed-timestamps")
    elif case["command"] == "verify-attestation":
        flags = [flag for flag in flags if not flag.startswith("--trusted-root")]
        env = {"SIGSTORE_ROOT_FILE": root / "keys/fulcio.pem", "SIGSTORE_REKOR_PUBLIC_KEY": root / "keys/rekor.pub",
               "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": root / "keys/ct.pub"}
    if "oci11" in kinds:
        flags.append("--experimental-oci11")
    return flags, env


class Decision:
    """One program about one case in one registry."""

    def __init__(self, run, requests=None, wanted=None):
        self.run, self.requests, self.wanted = run, requests, wanted
        self.verdict = "accept" if run.status == 0 else "reject"

    def __repr__(self):
        return f"{self.verdict}: {self.run!r}\nrequests: {self.requests}"


def requests_wanted(layout, registry, command, digest, is_by_tag, is_accepted):
    """
    How many requests plomb may send for an image. By digest: the list of
    referrers, and two for each bundle. A tag is one more; so is a list that is
    not there (no referrers API), and the answer that says whom to log in to.
    Where no referrer was accepted, cosign 2's tag is asked for, and its layers;
    where there is nothing at all, whether the image itself is there.
    """
    def layers(manifest):
        return len({layer["digest"] for layer in layout.manifest(manifest)["layers"]})
    count = (1 if registry.has_referrers_api else 2) + is_by_tag + registry.wants_login
    referrers = layout.referrers(digest)
    count += sum(1 + layers(referrer) for referrer in referrers)
    if is_accepted and referrers:
        return count
    tagged = layout.tags.get(digest.replace(":", "-") + (".att" if command == "verify-attestation" else ".sig"))
    count += 1 + (layers(tagged) if tagged else 0)
    return count if referrers or tagged or is_by_tag else count + 1


class Job:
    """One layout in one registry: pushed, compared, and every case of it decided."""

    def __init__(self, world, registry, root, name, cosigns):
        self.world, self.registry, self.root, self.name = world, registry, root, name
        self.layout, self.repository = Layout(root / name), repository_of(name)
        self.cosigns = cosigns
        self.by_reference, self.by_digest, self.asked = {}, {}, {}

    def run(self):
        for tag in sorted(self.layout.tags, key=lambda tag: (tag != "latest", tag)):
            self.registry.push(self.layout.folder, tag, self.repository, tag)
        self.differences = self.compare()
        for name in (name for name, case in IMAGES.items() if case["layout"] == self.name):
            self.decide(name)
        return self

    def compare(self):
        """What is not in the registry as it is in the layout; nothing, if oras is as faithful as it says."""
        found, allowed = [], self.registry.authorization(self.repository)

        def fetch(path):
            status, body = self.registry.get(f"{self.repository}/{path}", authorization=allowed)
            return body if status == 200 else b""
        for entry in self.layout.entries:
            name = self.layout.tag(entry) or entry["digest"]
            if fetch(f"manifests/{name}") != (self.layout.folder / "blobs" / entry["digest"].replace(":", "/")).read_bytes():
                found.append(f"{name} differs")
            subject = self.layout.manifest(entry["digest"]).get("subject", {}).get("digest")
            if subject:
                list_at = f"referrers/{subject}" if self.registry.has_referrers_api else f"manifests/{subject.replace(':', '-')}"
                listed = {e["digest"] for e in json.loads(fetch(list_at) or b'{"manifests": []}')["manifests"]}
                if entry["digest"] not in listed:
                    found.append(f"{entry['digest']} is not among the referrers")
        return found

    def ask_plomb(self, case, reference, digest):
        mark = self.registry.mark()
        run = self.world.plomb(case["command"], *options(case, self.root), *self.registry.plomb_flags(), "--output", "report", reference)
        if digest is None:
            wanted = 1 + self.registry.wants_login  # no such tag
        else:
            wanted = requests_wanted(self.layout, self.registry, case["command"], digest, "@" not in reference, run.status == 0)
        return Decision(run, self.registry.since(mark, self.repository, "plomb/", wanted), wanted)

    def decide(self, name):
        case = IMAGES[name]
        where, rest = f"{self.registry.host}/{self.repository}", reference_of(case)[1]
        digest = rest[1:] if rest[0] == "@" else self.layout.tags.get(rest[1:])
        self.by_reference[name] = self.ask_plomb(case, where + rest, digest)
        if digest and rest[0] == ":":
            self.by_digest[name] = self.ask_plomb(case, f"{where}@{digest}", digest)
        for cosign in self.cosigns:
            flags, env = cosign_command(cosign, case, self.layout, self.root)
            run = self.world.run(cosign, case["command"], *flags, *self.registry.cosign_flags(), where + rest, check=False, env=env)
            self.asked[name, cosign] = Decision(run)
