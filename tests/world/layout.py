"""OCI image layout directories, for make_fixtures: copied from a registry, changed, and served again."""
import hashlib
import json
import os
import re
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INDEX = "application/vnd.oci.image.index.v1+json"
ACCEPT = ",".join([INDEX, "application/vnd.oci.image.manifest.v1+json",
                   "application/vnd.docker.distribution.manifest.v2+json",
                   "application/vnd.docker.distribution.manifest.list.v2+json"])


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """A layout directory. Its index.json lists the tagged manifests, each with its tag in
    org.opencontainers.image.ref.name, and then those without a tag."""

    def __init__(self, folder, create=False):
        self.folder = folder
        if create:
            os.makedirs(self.path("blobs/sha256"))
            self.write("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
            self.save_index([])

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def blob(self, digest):
        with open(self.path("blobs/" + digest.replace(":", "/")), "rb") as file:
            return file.read()

    def json(self, digest):
        return json.loads(self.blob(digest))

    def add(self, data):
        """Stores bytes (or an object, as JSON) as a blob and returns its digest."""
        data = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
        self.write("blobs/" + sha256(data).replace(":", "/"), data)
        return sha256(data)

    def index(self):
        with open(self.path("index.json")) as file:
            return json.load(file)["manifests"]

    def save_index(self, manifests):
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
        self.write("index.json", json.dumps(index, indent=1).encode())

    def put(self, data, tag=None, media_type=None):
        """Stores a manifest and lists it in the index."""
        digest = self.add(data)
        data = self.blob(digest)
        entry = {"mediaType": media_type or json.loads(data).get("mediaType", INDEX), "digest": digest, "size": len(data)}
        if tag:
            entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        self.save_index([e for e in self.index() if not (tag and tag_of(e) == tag) and e != entry] + [entry])
        return digest

    def drop(self, digest):
        self.save_index([e for e in self.index() if e["digest"] != digest])

    def resolve(self, reference):
        """The descriptor that a tag or digest names, if any."""
        return next((e for e in self.index() if reference in (tag_of(e), e["digest"])), None)

    def referrers(self, subject):
        found = []
        for entry in {e["digest"]: e for e in self.index()}.values():
            manifest = self.json(entry["digest"])
            if manifest.get("subject", {}).get("digest") != subject:
                continue
            found.append({**{k: entry[k] for k in ("mediaType", "digest", "size")},
                          "artifactType": manifest.get("artifactType") or manifest.get("config", {}).get("mediaType", ""),
                          "annotations": manifest.get("annotations", {})})
        return found

    def prune(self):
        """Removes the blobs that nothing in the index leads to."""
        keep, todo = set(), [e["digest"] for e in self.index()]
        while todo:
            digest = todo.pop()
            if digest in keep or not os.path.exists(self.path("blobs/" + digest.replace(":", "/"))):
                continue
            keep.add(digest)
            data = self.blob(digest)
            if data[:1] == b"{":
                todo += re.findall(r"sha256:[0-9a-f]{64}", data.decode("utf8", "replace"))
        for name in os.listdir(self.path("blobs/sha256")):
            if "sha256:" + name not in keep:
                os.remove(self.path("blobs/sha256/" + name))


def tag_of(entry):
    return entry.get("annotations", {}).get("org.opencontainers.image.ref.name")


def copy(registry, repository, folder):
    """Copies everything in a registry's repository: tags, referrers and what they need."""
    layout = Layout(folder, create=True)
    base = f"http://{registry}/v2/{repository}/"

    def get(path):
        with urllib.request.urlopen(urllib.request.Request(base + path, headers={"Accept": ACCEPT})) as answer:
            return answer.read(), answer.headers["Content-Type"]

    seen = set()

    def manifest(reference, tag=None):
        data, media_type = get("manifests/" + reference)
        digest = sha256(data)
        if tag or digest not in seen:
            layout.put(data, tag, media_type)
        if digest in seen:
            return
        seen.add(digest)
        parsed = json.loads(data)
        for child in parsed.get("manifests", []):
            manifest(child["digest"])
        for part in parsed.get("layers", []) + [parsed[k] for k in ("config",) if k in parsed]:
            layout.add(get("blobs/" + part["digest"])[0])
        try:
            listed = json.loads(get("referrers/" + digest)[0])["manifests"]
        except urllib.error.HTTPError:
            listed = []
        for referrer in listed:
            manifest(referrer["digest"])

    for tag in sorted(json.loads(get("tags/list")[0])["tags"]):
        manifest(tag, tag)
    tagged = {e["digest"] for e in layout.index() if tag_of(e)}
    layout.save_index([e for e in layout.index() if tag_of(e) or e["digest"] not in tagged])
    return layout


def server(port, folders, log=lambda line: None):
    """A read-only registry over layout directories; folders maps a repository name to a pair:
    its folder, and whether the referrers API is on."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

        def do_GET(self):
            match = re.fullmatch(r"/v2/(.+)/(manifests|blobs|referrers|tags)/([^/?]+)(\?.*)?", self.path)
            if self.path == "/v2/":
                return self.answer(b"{}", "application/json")
            if not match or match[1] not in folders:
                return self.error("NAME_UNKNOWN")
            folder, has_referrers = folders[match[1]]
            layout, what, reference = Layout(folder), match[2], match[3]
            if what == "tags":
                tags = [tag_of(e) for e in layout.index() if tag_of(e)]
                self.answer(json.dumps({"name": match[1], "tags": tags}).encode(), "application/json")
            elif what == "referrers":
                if not has_referrers:
                    return self.error("NOT_FOUND")
                body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": layout.referrers(reference)}
                self.answer(json.dumps(body).encode(), INDEX)
            elif what == "manifests":
                entry = layout.resolve(reference)
                if not entry:
                    return self.error("MANIFEST_UNKNOWN")
                self.answer(layout.blob(entry["digest"]), entry["mediaType"], entry["digest"])
            else:
                try:
                    self.answer(layout.blob(reference), "application/octet-stream", reference)
                except OSError:
                    self.error("BLOB_UNKNOWN")

        do_HEAD = do_GET

        def error(self, code):
            self.answer(json.dumps({"errors": [{"code": code, "message": code.lower()}]}).encode(), "application/json",
                        status=404)

        def answer(self, body, media_type, digest=None, status=200):
            log(f"{self.command} {self.path} {status}")
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            if digest:
                self.send_header("Docker-Content-Digest", digest)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    result = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    result.handle_error = lambda *args: None  # a client that hangs up is no error
    result.socket.listen(64)
    return result
