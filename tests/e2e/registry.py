"""
A registry on 127.0.0.1 for tests: serves image layouts or made-up answers,
writes down every request, and can be as hostile as a test wants.
"""
import hashlib
import json
import pathlib
import re
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Answer:
    """What goes back: body=None with raw set is sent as it stands, and the connection closed."""

    def __init__(self, status=200, body=b"", media_type="application/json", headers=(), raw=None):
        self.status, self.body, self.media_type, self.headers, self.raw = status, body, media_type, list(headers), raw


def missing(code="MANIFEST_UNKNOWN"):
    return Answer(404, json.dumps({"errors": [{"code": code, "message": code.lower()}]}).encode())


class Repository:
    """Manifests by tag and digest, blobs, and referrers (or not)."""

    def __init__(self, referrers_api=True):
        self.manifests, self.tags, self.blobs, self.api = {}, {}, {}, referrers_api

    @classmethod
    def from_layout(cls, folder, referrers_api):
        out = cls(referrers_api)
        folder = pathlib.Path(folder)
        for path in (folder / "blobs" / "sha256").iterdir():
            out.blobs["sha256:" + path.name] = path.read_bytes()
        for entry in json.loads((folder / "index.json").read_text())["manifests"]:
            if entry["digest"] in out.blobs:
                out.manifests[entry["digest"]] = (out.blobs[entry["digest"]], entry["mediaType"])
            tag = entry.get("annotations", {}).get("org.opencontainers.image.ref.name")
            if tag:
                out.tags[tag] = entry["digest"]
        return out

    def put(self, body, tag=None, media_type=None):
        data = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        digest = sha256(data)
        self.manifests[digest] = (data, media_type or json.loads(data).get("mediaType", MANIFEST))
        if tag:
            self.tags[tag] = digest
        return digest

    def add(self, data):
        self.blobs[sha256(data)] = data
        return sha256(data)

    def referrers(self, subject):
        found = []
        for digest, (data, media_type) in self.manifests.items():
            try:
                manifest = json.loads(data)
            except ValueError:
                continue
            if isinstance(manifest, dict) and (manifest.get("subject") or {}).get("digest") == subject:
                found.append({"mediaType": media_type, "digest": digest, "size": len(data),
                              "artifactType": manifest.get("artifactType") or manifest.get("config", {}).get("mediaType", "")})
        return found

    def get(self, what, reference):
        if what == "referrers":
            if not self.api:
                return missing("NOT_FOUND")
            body = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.referrers(reference)}
            return Answer(200, json.dumps(body).encode(), INDEX)
        if what == "manifests":
            digest = self.tags.get(reference, reference)
            if digest not in self.manifests:
                return missing()
            data, media_type = self.manifests[digest]
            return Answer(200, data, media_type, [("Docker-Content-Digest", digest)])
        if reference not in self.blobs:
            return missing("BLOB_UNKNOWN")
        return Answer(200, self.blobs[reference], "application/octet-stream")


class Server:
    """
    hook(request) is asked first: an Answer, or None for the repository's own.
    requests: (method, path); seen: the headers of each, in order.
    """

    def __init__(self, repositories=None, hook=None, tls=None):
        self.repositories, self.hook, self.requests, self.seen, self.forms = repositories or {}, hook, [], [], []
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.form = self.rfile.read(length).decode() if length else ""
                outer.requests.append((self.command, self.path))
                outer.seen.append(dict(self.headers))
                outer.forms.append(self.form)
                answer = outer.hook(self) if outer.hook else None
                self.send(answer or outer.find(self.path))

            do_HEAD = do_POST = do_GET

            def setup(self):
                super().setup()
                self.counted = False

            def send(self, answer):
                if not self.counted:
                    self.counted = True
                    outer.connections += 1
                if answer.raw is not None:
                    self.close_connection = True
                    for part in ([answer.raw] if isinstance(answer.raw, bytes) else answer.raw):
                        self.wfile.write(part)
                        self.wfile.flush()
                    return
                self.send_response(answer.status)
                if answer.media_type:
                    self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *args: None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls[:2])
            if len(tls) > 2:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(tls[2])
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.http.server_address[1]
        self.name = f"localhost:{self.port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def find(self, path):
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs|referrers)/([^/?]+)(\?.*)?", path)
        if not match or match[1] not in self.repositories:
            return missing("NAME_UNKNOWN")
        return self.repositories[match[1]].get(match[2], match[3])

    def paths(self, repository="acme/app"):
        """The requests without the part that is always the same."""
        return [path.replace(f"/v2/{repository}/", "", 1) for method, path in self.requests]

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
