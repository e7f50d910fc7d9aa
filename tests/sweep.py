"""Every truncation and one flipped bit in every byte of every accepted bundle.

    sweep.py HARNESS --all       everything, writes tests/sweep.txt (also: --all CASE… for some)
    sweep.py HARNESS --sample    a seeded sample of it, in under two minutes

HARNESS is the program of sweep.c, which mutates one signature in-process. A mutation that is still accepted must be
explained by a row of REASONS: the bytes are not part of what anybody signed or vouched for, or mean the same. An
accepted mutation without a row fails the sweep.
"""
import base64
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "vectors")
PGI_ROOT = os.path.join(HERE, "..", "src", "cli", "trusted_root.json")
LIST = os.path.join(HERE, "sweep.txt")
SIGN = "https://sigstore.dev/cosign/sign/v1"
TYPES = {"custom": "https://cosign.sigstore.dev/attestation/v1", "slsaprovenance1": "https://slsa.dev/provenance/v1",
         "spdxjson": "https://spdx.dev/Document", "cyclonedx": "https://cyclonedx.org/bom"}

# (pattern over "PART PATH", why an accepted mutation there means the same)
REASONS = [
    (r"^bundle .*publicKey\.hint$", "the hint is nobody's word; the key that was given decides"),
    (r"checkpoint\.envelope v[12] other line's", "a signature line by a key that is not the log's is ignored (C2SP signed-note)"),
    (r"checkpoint\.envelope v1 log line's name$", "in Rekor v1 the key id finds the key; the name is not signed and not read"),
    (r"der:30\[0\]/30\[1\]/a0\[1\]/30\[0\]/a0\[3\]", "a certificate in the token is a helper; the signer is the trust root's"),
    (r"der:30\[0\]/30\[1\]/a0\[1\]/30\[0\]/31\[1\]", "digestAlgorithms is CMS's announcement; the signer's own algorithm is used"),
    (r"\.integratedTime$", "without a signed entry timestamp this time counts for nothing and may only refuse"),
    (r"\(same JSON value\)$", "the same JSON value, spelled otherwise"),
    (r"^chain$", "cosign's chain is not used where the trust root has the issuer"),
]
# The same for signatures whose time comes from elsewhere, or who need none.
PASSED_OVER = [
    (r"der:30\[0\]/30\[1\]/a0\[1\]/30\[0\]/31\[\d\]/30\[0\]/30\[1\]",
     "the token then is by nobody we know and is passed over; the time comes from elsewhere, or none is needed"),
]


def reason(how, place, part, offset, needs_timestamp):
    if how == "cut" and part[offset:].strip() == b"":
        return "only white space at the end was cut"
    for pattern, why in REASONS + ([] if needs_timestamp else PASSED_OVER):
        if re.search(pattern, place):
            return why
    return None


def needs_timestamp(harness, job):
    """Without its RFC 3161 timestamps the signature is refused."""
    parts = {k: v for k, v in job.parts.items() if k != "timestamp"}
    if job.kind == "bundle":
        bundle = json.loads(parts["bundle"])
        bundle["verificationMaterial"].pop("timestampVerificationData", None)
        parts["bundle"] = json.dumps(bundle).encode()
    return run(harness, Job(job.name, job.args, job.kind, parts), ["--seed", "1", "--count", "1"]) is None


# ---------------------------------------------------------------- where in the document

def json_path(text, offset):
    """The path of the JSON value or key at an offset, and its first and last byte."""
    path, i, n = [], 0, len(text)
    stack = []  # [kind, key or index]
    while i < n:
        c = text[i:i + 1]
        if c in b" \t\r\n":
            i += 1
        elif c in b"{[":
            stack.append([c, -1 if c == b"[" else None, True])
            if c == b"[":
                stack[-1][1] = 0
            i += 1
        elif c in b"}]":
            stack.pop()
            i += 1
        elif c == b",":
            if stack[-1][0] == b"[":
                stack[-1][1] += 1
            stack[-1][2] = True
            i += 1
        elif c == b":":
            stack[-1][2] = False
            i += 1
        else:
            m = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s,\]}]+').match(text, i)
            is_key = bool(stack) and stack[-1][0] == b"{" and stack[-1][2]
            if is_key:
                stack[-1][1] = m.group()[1:-1].decode("utf-8", "replace")
            if m.start() <= offset < m.end():
                path = "".join("[%d]" % s[1] if s[0] == b"[" else "." + str(s[1]) for s in stack)
                return (path + (" (key)" if is_key else ""), m.start(), m.end())
            i = m.end()
    return ("(between values)", offset, offset + 1)


def der_path(der, offset, start=0, end=None):
    """Tags and positions down to the element that holds the byte, as 30[0]/a0[1]/…; '#' for its header."""
    end = len(der) if end is None else end
    at, index = start, 0
    while at < end:
        tag, length, head = der[at], der[at + 1], 2
        if length & 0x80:
            k = length & 0x7F
            length = int.from_bytes(der[at + 2:at + 2 + k], "big")
            head = 2 + k
        if at <= offset < at + head + length:
            name = "%02x[%d]" % (tag, index)
            if offset < at + head:
                return name + "#"
            if tag & 0x20:
                return name + "/" + der_path(der, offset, at + head, at + head + length)
            return name
        at += head + length
        index += 1
    return "?"


def log_key_ids(root):
    """The checkpoint key ids of a trust root's logs: the start of H(SPKI), and C2SP's for Ed25519."""
    ids = set()
    for log in json.load(open(root)).get("tlogs", []):
        spki = base64.b64decode(log["publicKey"]["rawBytes"])
        ids.add(hashlib.sha256(spki).digest()[:4])
        host = re.sub(r"^[a-z]+://([^/:]*).*", r"\1", log["baseUrl"])
        ids.add(hashlib.sha256(host.encode() + b"\n\x01" + spki[-32:]).digest()[:4])
    return ids


def unescaped_offset(literal, offset):
    """Where a byte of a JSON string literal is in the UTF-8 text that it stands for."""
    i, done = 1, 0
    while i < offset:
        m = re.compile(rb"\\u([0-9a-fA-F]{4})|\\.|.", re.S).match(literal, i)
        if m.end() > offset:
            break
        done += len(chr(int(m.group(1), 16)).encode()) if m.group(1) else 1
        i = m.end()
    return done


def checkpoint_place(literal, offset, root):
    """Which line of the checkpoint the byte at an offset of its JSON string literal is in."""
    text, at = json.loads(literal).encode(), unescaped_offset(literal, offset)
    note, signatures = text.rsplit(b"\n\n", 1)
    if at < len(note) + 2:
        return "text"
    style = "v1" if re.search(rb" - [0-9]+$", note.split(b"\n")[0]) else "v2"
    start = len(note) + 2
    for line in signatures.split(b"\n"):
        if at <= start + len(line):
            break
        start += len(line) + 1
    words = line.split(b" ")
    known = base64.b64decode(words[2])[:4] in log_key_ids(root)
    part = "name" if at < start + len(words[0]) + 1 + len(words[1]) else "signature"
    return "%s %s line's %s" % (style, "log" if known else "other", part)


def same_json(text, offset, bit):
    """The flip leaves the same JSON value, as in the other case of a hex digit of an escape."""
    changed = bytearray(text)
    changed[offset] ^= 1 << bit
    try:
        return json.loads(text) == json.loads(bytes(changed))
    except ValueError:
        return False


def where(part, text, offset, root):
    stripped = text.lstrip()
    if stripped[:1] not in (b"{", b"["):
        return part
    path, start, end = json_path(text, offset)
    if path.endswith(".envelope") and start < offset < end - 1:
        return "%s %s %s" % (part, path, checkpoint_place(text[start:end], offset - start, root))
    if path.endswith(("signedTimestamp", "SignedRFC3161Timestamp")) and start < offset < end - 1:
        der = base64.b64decode(text[start + 1:end - 1])
        byte = min((offset - start - 1) * 6 // 8, len(der) - 1)
        return "%s %s der:%s" % (part, path, der_path(der, byte))
    return "%s %s" % (part, path)


# ---------------------------------------------------------------- what to sweep

class Job:
    def __init__(self, name, args, kind, parts):
        self.name, self.args, self.kind, self.parts = name, args, kind, parts

    def key(self):
        return hashlib.sha256(repr((self.kind, sorted(self.parts.items()))).encode()).hexdigest()


def conformance():
    base = os.path.join(VECTORS, "conformance")
    identity = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
                ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")
    issuer = "https://token.actions.githubusercontent.com"
    for case in sorted(os.listdir(base)):
        folder = os.path.join(base, case)
        if case.endswith("_fail") or not os.path.isdir(folder):
            continue

        def have(name, other):
            path = os.path.join(folder, name)
            return path if os.path.exists(path) else other

        args = ["--root", have("trusted_root.json", PGI_ROOT),
                "--artifact", have("artifact", os.path.join(base, "a.txt"))]
        if have("key.pub", None):
            args += ["--key", have("key.pub", None)]
        else:
            for name, value in (("identity", identity), ("issuer", issuer)):
                path = have(name, None)
                args += ["--" + name, open(path).read().strip() if path else value]
        bundle = open(os.path.join(folder, "bundle.sigstore.json"), "rb").read()
        yield Job("conformance/" + case, args, "bundle", {"bundle": bundle})


def blob(layout, digest):
    return open(os.path.join(layout, "blobs", *digest.split(":")), "rb").read()


def candidates(layout):
    """Every signature of an image in a layout: (kind, parts)."""
    for name in sorted(os.listdir(os.path.join(layout, "blobs", "sha256"))):
        data = blob(layout, "sha256:" + name)
        try:
            manifest = json.loads(data)
        except ValueError:
            continue
        if not isinstance(manifest, dict) or "layers" not in manifest:
            continue
        for layer in manifest["layers"]:
            if not os.path.exists(os.path.join(layout, "blobs", *layer["digest"].split(":"))):
                continue
            content = blob(layout, layer["digest"])
            if layer["mediaType"].startswith("application/vnd.dev.sigstore.bundle"):
                yield "bundle", {"bundle": content}
            annotations = layer.get("annotations", {})
            if "dev.cosignproject.cosign/signature" not in annotations:
                continue
            parts = {"payload": content}
            for part, key in (("signature", "dev.cosignproject.cosign/signature"),
                              ("certificate", "dev.sigstore.cosign/certificate"), ("chain", "dev.sigstore.cosign/chain"),
                              ("bundle", "dev.sigstore.cosign/bundle"), ("timestamp", "dev.sigstore.cosign/rfc3161timestamp")):
                if key in annotations:
                    parts[part] = annotations[key].encode()
            dsse = layer["mediaType"] == "application/vnd.dsse.envelope.v1+json"
            yield ("envelope" if dsse else "simplesigning"), parts


def image_digest(layout, reference):
    if reference and "@" in reference:
        return reference.split("@")[1]
    index = json.load(open(os.path.join(layout, "index.json")))
    tag = reference.rsplit(":", 1)[1] if reference else None
    for m in index["manifests"]:
        a = m.get("annotations", {})
        if a.get("org.opencontainers.image.ref.name") == tag or (a.get("kind") or "").endswith(("/image", "/imageIndex")):
            return m["digest"]
    raise KeyError(reference)


def fixture_jobs(base):
    for name in sorted(os.listdir(os.path.join(base, "cases"))):
        case = json.load(open(os.path.join(base, "cases", name, "case.json")))
        a = case["args"]
        if case["expect"] != "accept" or any(k.endswith("regexp") for k in a):
            continue
        args = ["--root", os.path.join(base, a["trusted-root"])]
        if "key" in a:
            args += ["--key", os.path.join(base, a["key"])]
        else:
            args += ["--identity", a["certificate-identity"], "--issuer", a["certificate-oidc-issuer"]]
        flags = (0x01 if a.get("insecure-ignore-tlog") else 0) | (0x10 if a.get("use-signed-timestamps") else 0)
        for pair in a.get("annotations", []):
            args += ["--annotation", pair]
        if case["command"] in ("verify-attestation", "verify-blob-attestation"):
            args += ["--predicate", TYPES.get(a["type"], a["type"])]
        elif case["command"] == "verify" and name != "attested-not-signed":
            args += ["--predicate", SIGN]
        args += ["--flags", str(flags)]
        if "bundle" in case:
            bundle = open(os.path.join(base, case["bundle"]), "rb").read()
            yield Job("fixtures/" + name, args + ["--artifact", os.path.join(base, case["artifact"])], "bundle", {"bundle": bundle})
            continue
        layout = os.path.join(base, case["layout"])
        args += ["--digest", image_digest(layout, case.get("reference"))]
        for kind, parts in candidates(layout):
            yield Job("fixtures/" + name, args, kind, parts)


# ---------------------------------------------------------------- running

def run(harness, job, extra):
    """(tried, [(how, where, detail)]), or None if the signature itself is not accepted under this policy."""
    with tempfile.TemporaryDirectory() as folder:
        args = [harness, *job.args, "--kind", job.kind, *extra]
        for part, content in job.parts.items():
            path = os.path.join(folder, part)
            with open(path, "wb") as f:
                f.write(content)
            args += ["--" + part, path]
        done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode == 2 and "not accepted as it is" in done.stderr:
        return None
    if done.returncode != 0:
        raise SystemExit("sweep: %s: %s exit %d" % (job.name, done.stderr.strip(), done.returncode))
    found, tried = [], 0
    for line in done.stdout.splitlines():
        words = line.split()
        if words[0] == "tried":
            tried = int(words[1])
        else:
            offset = int(words[2])
            root = job.args[job.args.index("--root") + 1]
            if words[0] == "flip" and same_json(job.parts[words[1]], offset, int(words[3])):
                found.append(("flip", words[1] + " (same JSON value)", offset))
                continue
            found.append((words[0], where(words[1], job.parts[words[1]], offset, root) if words[0] == "flip" else words[1], offset))
    return tried, found


def main():
    harness, mode, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    work = tempfile.TemporaryDirectory()
    with tarfile.open(os.path.join(VECTORS, "fixtures", "fixtures.tar.xz")) as archive:
        archive.extractall(work.name)
    base = work.name if os.path.exists(os.path.join(work.name, "cases")) else os.path.join(work.name, "fixtures")
    jobs, seen, covered = [], {}, {}
    for job in [*conformance(), *fixture_jobs(base)]:
        if only and not any(o in job.name for o in only):
            continue
        covered.setdefault(job.name, 0)
        # One signature is swept once, however many cases ask about it.
        if job.key() in seen:
            covered[job.name] += 1
            continue
        if run(harness, job, ["--seed", "1", "--count", "1"]) is None:
            continue
        covered[job.name] += 1
        seen[job.key()] = job
        jobs.append(job)
    failed = 0
    for name, count in covered.items():
        if count == 0:
            print("sweep: %s: none of its signatures is accepted unchanged" % name)
            failed += 1
    total, rows = 0, []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        extra = [["--seed", str(i + 7), "--count", "60"] if mode == "--sample" else [] for i in range(len(jobs))]
        for job, (tried, found) in zip(jobs, pool.map(lambda j: run(harness, *j), zip(jobs, extra))):
            total += tried
            groups, needed = {}, bool(found) and needs_timestamp(harness, job)
            for how, place, offset in found:
                why = reason(how, place, job.parts[place.split(" ")[0]], offset, needed)
                # One row a reason; what has none is told place by place.
                groups.setdefault((how, place.split(" ")[0] if why else place, why), []).append(offset)
            for (how, place, why), offsets in sorted(groups.items(), key=str):
                rows.append("%s: %s %s, %d at %d…%d: %s" % (job.name, how, place, len(offsets), min(offsets), max(offsets), why or "UNEXPLAINED"))
                if why is None:
                    print("sweep: " + rows[-1])
                    failed += 1
            print("%s: %d tried, %d accepted" % (job.name, tried, len(found)), flush=True)
    if mode == "--all" and not only:
        with open(LIST, "w") as f:
            f.write("Mutations that are still accepted, each with the reason why it means the same (made by `make sweep`).\n"
                    "%d signatures, %d mutations tried.\n\n" % (len(jobs), total))
            f.write("\n".join(rows) + "\n")
    print("%d mutations of %d signatures" % (total, len(jobs)))
    print("sweep: %d passed, %d failed" % (len(jobs) if failed == 0 else len(jobs) - min(failed, len(jobs)), failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
