#!/usr/bin/env python3
"""oidc.py DIR PORT: the world's identity provider.

Three services share the port:
- an HTTPS proxy for Fulcio: whatever https://*.example.com it asks for is
  answered here as that OIDC issuer (discovery document and public key), so
  that issuers can have real-looking names and no name has to resolve;
- GET /token, the token service of the registry that wants bearer tokens: who
  has the world's password (as user or gitlab-ci-token) may pull and push, anybody else may pull
  what is not under private/;
- GET /healthz.

Each token is written to DIR/issued, behind the program that it was given to,
so that tests can look for it where it must not be; each request for one to
standard output.
"""
import base64
import json
import os
import ssl
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

folder, port = sys.argv[1], int(sys.argv[2])
lock = threading.Lock()


def path(name):
    return os.path.join(folder, name)


def text(name):
    with open(path(name)) as file:
        return file.read()


tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(path("tls.crt"), path("tls.key"))
jwk = jwt.public_jwk(path("oidc.key"))
token_cert = base64.b64encode(ssl.PEM_cert_to_DER_cert(text("token.crt"))).decode()
USERS = ("user", "gitlab-ci-token")
logins = {"Basic " + base64.b64encode(f"{user}:{text('password').strip()}".encode()).decode() for user in USERS}


class Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        issuer = "https://" + self.headers["Host"].removesuffix(":443")
        if url.path == "/.well-known/openid-configuration":
            self.answer({"issuer": issuer, "jwks_uri": issuer + "/jwks",
                         "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
                         "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
                         "id_token_signing_alg_values_supported": ["RS256"]})
        elif url.path == "/jwks":
            self.answer({"keys": [jwk]})
        elif url.path == "/token":
            self.registry_token(urllib.parse.parse_qs(url.query))
        else:
            self.answer({}, 200 if url.path == "/healthz" else 404)

    def registry_token(self, query):
        sent = self.headers.get("Authorization", "")
        known = sent in logins
        self.tell(query, "user" if known else "nobody" if not sent else "wrong")
        if sent and not known:
            return self.answer({"details": "wrong user or password"}, 401)
        access = []
        for scope in query.get("scope", []):
            kind, name, actions = scope.split(":", 2)
            granted = [a for a in actions.split(",") if known or (a == "pull" and not name.startswith("private/"))]
            access.append({"type": kind, "name": name, "actions": granted})
        token = jwt.sign(path("token.key"), {"iss": "world", "sub": "user" if known else "",
                                             "aud": query["service"][0], "access": access}, x5c=[token_cert])
        with lock, open(path("issued"), "a") as file:
            file.write(f"{self.agent()} {token}\n")
        self.answer({"token": token, "access_token": token, "expires_in": 3600})

    def agent(self):
        return (self.headers.get("User-Agent", "-").split() or ["-"])[0]

    def tell(self, query, who):
        print(f"token {who} {' '.join(query.get('scope', ['-']))} {self.agent()}", flush=True)

    def answer(self, body, status=200):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
