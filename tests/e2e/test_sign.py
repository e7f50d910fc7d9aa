"""
Signing against servers that do what real ones never do. Each is asked by the
program itself; what real servers, registries and verifiers say about real
signatures is tests/interop.
"""
import base64
import http.server
import json
import threading
import time

import credentials
import pytest

from plomb import VECTORS, run

SIGN = VECTORS / "sign"
KEY = ("--key", SIGN / "cosign-p256.key")
PASSWORD = {"COSIGN_PASSWORD": "hunter2"}
FULCIO = (SIGN / "fulcio.json").read_bytes()
REKOR = (SIGN / "rekor1.json").read_bytes()
STAMP = (SIGN / "timestamp.tsr").read_bytes()


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(**claims):
    """A token as far as its bearer reads it; nobody checks its signature before Fulcio."""
    body = {"iss": "https://issuer.example.com", "sub": "robot", "aud": "sigstore", "exp": int(time.time()) + 600, **claims}
    signature = "c2lnbmVkLWJ5LW5vYm9keS1idXQtc2VjcmV0LWFsbC10aGUtc2FtZQ"
    return f"{part({'alg': 'RS256'})}.{part(body)}.{signature}"


credentials.secret("TOKEN_SIGNATURE", token().rsplit(".", 1)[1])


class Server:
    """One answer for everybody, and what was asked."""

    def __init__(self, answer):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                self.close_connection = True
                try:
                    answer(self, body)
                except OSError:
                    pass  # the program has had enough

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve():
    started = []

    def begin(answer):
        started.append(Server(answer))
        return started[-1]

    yield begin
    for server in started:
        server.close()


def say(status, body=b"", **headers):
    def answer(handler, asked):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    return answer


def sign(folder, *flags, env=None, timeout=60):
    """Sign a file into bundle; what fails leaves no bundle and no part of one."""
    (folder / "artifact").write_text("hello\n")
    result = run("sign-blob", "--yes", "--bundle", folder / "bundle", *flags, folder / "artifact", cwd=folder, env=env, timeout=timeout)
    if result.status:
        assert not [p for p in folder.iterdir() if p.name.startswith("bundle")], result
    return result


def keyless(folder, server, *flags, **claims):
    return sign(folder, "--fulcio-url", server.url, "--tlog-upload=false", *flags, env={"SIGSTORE_ID_TOKEN": token(**claims)})


def with_log(folder, server, *flags):
    return sign(folder, *KEY, "--rekor-url", server.url, *flags, env=PASSWORD)


def with_stamp(folder, server):
    return sign(folder, *KEY, "--tlog-upload=false", "--timestamp-server-url", server.url + "/stamp", env=PASSWORD)


# --- a key alone: nobody is asked, and it verifies --------------------------------------


def test_a_key_alone(tmp_path):
    result = sign(tmp_path, *KEY, "--tlog-upload=false", env=PASSWORD)
    assert result.status == 0, result
    again = run("verify-blob", "--key", SIGN / "cosign-p256.pub", "--insecure-ignore-tlog", "--bundle", tmp_path / "bundle",
                tmp_path / "artifact", cwd=tmp_path)
    assert again.status == 0, again
    (tmp_path / "artifact").write_text("another\n")
    other = run("verify-blob", "--key", SIGN / "cosign-p256.pub", "--insecure-ignore-tlog", "--bundle", tmp_path / "bundle",
                tmp_path / "artifact", cwd=tmp_path)
    assert other.status == 12, other


def test_detached_goes_to_stdout(tmp_path):
    (tmp_path / "artifact").write_text("hello\n")
    result = run("sign-blob", *KEY, "--tlog-upload=false", "artifact", cwd=tmp_path, env=PASSWORD)
    assert result.status == 0, result
    (tmp_path / "signature").write_bytes(result.stdout)
    again = run("verify-blob", "--key", SIGN / "cosign-p256.pub", "--insecure-ignore-tlog", "--signature", "signature", "artifact", cwd=tmp_path)
    assert again.status == 0, again


def test_attestation_with_a_key(tmp_path):
    (tmp_path / "artifact").write_text("hello\n")
    (tmp_path / "predicate").write_text('{"who": "we"}')
    result = run("attest-blob", *KEY, "--tlog-upload=false", "--predicate", "predicate", "--type", "https://example.com/p", "--bundle", "bundle",
                 "artifact", cwd=tmp_path, env=PASSWORD)
    assert result.status == 0, result
    for kind, status in (("https://example.com/p", 0), ("https://example.com/q", 12)):
        again = run("verify-blob-attestation", "--key", SIGN / "cosign-p256.pub", "--insecure-ignore-tlog", "--type", kind, "--bundle", "bundle",
                    "artifact", cwd=tmp_path)
        assert again.status == status, again


def test_predicate_is_json(tmp_path):
    (tmp_path / "artifact").write_text("hello\n")
    (tmp_path / "predicate").write_text('{"who": ')
    run("attest-blob", *KEY, "--tlog-upload=false", "--predicate", "predicate", "--bundle", "bundle", "artifact", cwd=tmp_path,
        env=PASSWORD).refused("config-invalid")
    assert not (tmp_path / "bundle").exists()


# --- tokens ------------------------------------------------------------------------


@pytest.mark.parametrize("code,claims", [
    ("token-expired", {"exp": 1700000000}),
    ("token-audience", {"aud": "somebody-else"}),
    ("token-mail-unverified", {"email": "me@example.com"}),
    ("token-malformed", {"sub": ""}),
])
def test_token_is_refused_before_anybody_sees_it(code, claims, serve, tmp_path):
    server = serve(say(500))
    keyless(tmp_path, server, **claims).refused(code)
    assert not server.asked


def test_no_token(tmp_path):
    sign(tmp_path).refused("usage-error")


def test_token_from_a_file(serve, tmp_path):
    server = serve(say(400, b"no"))
    (tmp_path / "jwt").write_text(token() + "\n")
    sign(tmp_path, "--fulcio-url", server.url, "--identity-token", tmp_path / "jwt").refused("sign-fulcio")
    assert json.loads(server.asked[0][3])["credentials"]["oidcIdentityToken"] == (tmp_path / "jwt").read_text().strip()


def test_github(serve, tmp_path):
    secret = "ghs-request-token-0123456789"
    github = serve(say(200, json.dumps({"value": token(sub="repo")}).encode()))
    fulcio = serve(say(400, b"no"))
    sign(tmp_path, "--fulcio-url", fulcio.url,
         env={"ACTIONS_ID_TOKEN_REQUEST_URL": github.url + "/t?x=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret}).refused("sign-fulcio")
    method, path, headers, _ = github.asked[0]
    assert (method, path, headers["Authorization"]) == ("GET", "/t?x=1&audience=sigstore", "bearer " + secret)
    assert len(fulcio.asked) == 1


def test_github_repeats_its_secret(serve, tmp_path):
    secret = "ghs-request-token-0123456789"
    github = serve(say(403, b"bad token " + secret.encode()))
    result = sign(tmp_path, env={"ACTIONS_ID_TOKEN_REQUEST_URL": github.url + "/t", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret})
    result.refused("sign-token")
    assert secret[4:20].encode() not in result.stderr, result


class Issuer:
    """An issuer for people at terminals; what it says about a code, one after the other."""

    def __init__(self, serve, *said, **device):
        self.said, self.device = list(said), {"device_code": "d3v1ce-c0de-that-nobody-may-see", "user_code": "ABCD\x1bEFGH",
                                              "verification_uri": "https://issuer.example.com/device", "interval": 1, "expires_in": 300, **device}
        self.server = serve(self.answer)

    def answer(self, handler, body):
        if handler.path == "/.well-known/openid-configuration":
            status, value = 200, {"device_authorization_endpoint": self.server.url + "/device", "token_endpoint": self.server.url + "/token"}
        elif handler.path == "/device":
            assert body == b"client_id=sigstore&scope=openid%20email"
            status, value = 200, self.device
        else:
            assert b"device_code=d3v1ce-c0de-that-nobody-may-see" in body
            status, value = self.said.pop(0)
        say(status, json.dumps(value).encode())(handler, body)

    def sign(self, folder, *flags):
        return sign(folder, "--fulcio-auth-flow", "device", "--oidc-issuer", self.server.url, *flags)


def test_a_person_at_a_terminal(serve, tmp_path):
    fulcio = serve(say(400, b"no"))
    issuer = Issuer(serve, (400, {"error": "authorization_pending"}), (200, {"id_token": token(email="me@example.com", email_verified=True)}))
    result = issuer.sign(tmp_path, "--fulcio-url", fulcio.url).refused("sign-fulcio")
    assert not issuer.said and len(fulcio.asked) == 1, result
    assert rb"Enter the verification code ABCD\x1bEFGH in your browser at: https://issuer.example.com/device" in result.stderr, result
    assert b"d3v1ce" not in result.stderr, result


@pytest.mark.parametrize("error,words", [("expired_token", b"the code has expired"), ("access_denied", b"refused in the browser"), ("x", b"gives none")])
def test_a_person_who_does_not(error, words, serve, tmp_path):
    result = Issuer(serve, (400, {"error": error})).sign(tmp_path).refused("sign-token")
    assert words in result.stderr, result


def test_a_code_that_expires(serve, tmp_path):
    issuer = Issuer(serve, (400, {"error": "authorization_pending"}), expires_in=1)
    assert b"the code has expired" in issuer.sign(tmp_path).refused("sign-token").stderr


def test_slow_down(serve, tmp_path):
    """Five seconds more, which the code does not have."""
    issuer = Issuer(serve, (400, {"error": "slow_down"}), expires_in=6)
    assert b"the code has expired" in issuer.sign(tmp_path).refused("sign-token").stderr
    assert not issuer.said


# --- a certificate authority ---------------------------------------------------------


def endless(handler, asked):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65536)


def dripping(handler, asked):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(600):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def test_another_keys_certificate(serve, tmp_path):
    server = serve(say(200, FULCIO))
    keyless(tmp_path, server).refused("fulcio-key-mismatch")
    method, path, _, body = server.asked[0]
    assert (method, path, len(server.asked)) == ("POST", "/api/v2/signingCert", 1)
    assert set(json.loads(body)) == {"credentials", "publicKeyRequest"}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", FULCIO[:200], b'{"signedCertificateEmbeddedSct":{"chain":{"certificates":[]}}}'])
def test_no_certificate(body, serve, tmp_path):
    keyless(tmp_path, serve(say(200, body))).refused("fulcio-answer-malformed")


def test_detached_sct(serve, tmp_path):
    body = FULCIO.replace(b"signedCertificateEmbeddedSct", b"signedCertificateDetachedSct")
    keyless(tmp_path, serve(say(200, body))).refused("fulcio-sct-detached")


def test_endless(serve, tmp_path):
    keyless(tmp_path, serve(endless)).refused("sign-fulcio")


def test_dripping(serve, tmp_path):
    result = keyless(tmp_path, serve(dripping), "--timeout", "3s")
    assert result.status == 3 and b"plomb: timeout: " in result.stderr, result


def test_redirect_that_fishes_for_the_token(serve, tmp_path):
    other = serve(say(200, FULCIO))
    for status in (301, 302, 307, 308):
        server = serve(say(status, Location=other.url + "/api/v2/signingCert"))
        keyless(tmp_path, server).refused("sign-fulcio")
        assert len(server.asked) == 1
    assert not other.asked


def test_errors_are_tried_again(serve, tmp_path):
    server = serve(say(503, b"busy", **{"Retry-After": "0"}))
    result = keyless(tmp_path, server).refused("sign-fulcio")
    assert len(server.asked) == 3 and b"answers 503: busy" in result.stderr, result


def test_refusals_are_not(serve, tmp_path):
    server = serve(say(401, b'{"code":16,"message":"no such \\u001b[31missuer"}'))
    result = keyless(tmp_path, server).refused("sign-fulcio")
    assert len(server.asked) == 1 and b"answers 401: no such  [31missuer" in result.stderr, result


def test_the_token_is_not_repeated(serve, tmp_path):
    def echo(handler, body):
        say(400, b"cannot read " + body)(handler, body)

    result = keyless(tmp_path, serve(echo)).refused("sign-fulcio")
    assert b"repeat a secret" in result.stderr and b"eyJ" not in result.stderr, result


def test_nobody_listens(tmp_path):
    sign(tmp_path, "--fulcio-url", "http://127.0.0.1:1", env={"SIGSTORE_ID_TOKEN": token()}).refused("sign-fulcio")


def test_http_is_for_this_machine(tmp_path):
    result = sign(tmp_path, "--fulcio-url", "http://fulcio.example.com", env={"SIGSTORE_ID_TOKEN": token()})
    result.refused("config-invalid")
    assert b"over http" in result.stderr, result


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_no_proxy_reads_what_stays_on_this_machine(variable, serve, tmp_path):
    proxy, server = serve(say(403)), serve(say(200, FULCIO))
    sign(tmp_path, "--fulcio-url", server.url, "--tlog-upload=false",
         env={"SIGSTORE_ID_TOKEN": token(), variable: proxy.url}).refused("fulcio-key-mismatch")
    assert len(server.asked) == 1 and not proxy.asked


# --- a log -------------------------------------------------------------------------


def test_another_entry(serve, tmp_path):
    server = serve(say(201, REKOR))
    with_log(tmp_path, server).refused("sign-unverified")
    assert server.asked[0][1] == "/api/v1/log/entries"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", REKOR[:300], REKOR.replace(b'"signedEntryTimestamp"', b'"x"')])
def test_no_entry(body, serve, tmp_path):
    with_log(tmp_path, serve(say(201, body))).refused("rekor-answer-malformed")


def test_an_entry_that_is_there_already(serve, tmp_path):
    def answer(handler, body):
        if handler.command == "GET":
            say(200, REKOR)(handler, body)
        else:
            say(409, b"{}", Location="/api/v1/log/entries/abc")(handler, body)

    server = serve(answer)
    with_log(tmp_path, server).refused("sign-unverified")
    assert [asked[:2] for asked in server.asked] == [("POST", "/api/v1/log/entries"), ("GET", "/api/v1/log/entries/abc")]


def test_an_entry_that_is_elsewhere(serve, tmp_path):
    other = serve(say(200, REKOR))
    server = serve(say(409, b"{}", Location=other.url + "/api/v1/log/entries/abc"))
    with_log(tmp_path, server).refused("sign-rekor")
    assert not other.asked


def test_log_fails(serve, tmp_path):
    server = serve(say(500, b"no", **{"Retry-After": "0"}))
    with_log(tmp_path, server).refused("sign-rekor")
    assert len(server.asked) == 3


# --- a timestamp authority -----------------------------------------------------------


def test_stamp_of_something_else(serve, tmp_path):
    server = serve(say(201, STAMP))
    result = with_stamp(tmp_path, server).refused("sign-tsa")
    assert b"of another signature" in result.stderr, result
    assert server.asked[0][1] == "/stamp" and server.asked[0][2]["Content-Type"] == "application/timestamp-query"


def test_stamp_without_our_nonce(serve, tmp_path):
    def answer(handler, body):
        imprint = body[24:56]  # of a query whose parts before it have one length
        at = STAMP.index(bytes.fromhex("0420")) + 2
        say(201, STAMP[:at] + imprint + STAMP[at + 32:])(handler, body)

    result = with_stamp(tmp_path, serve(answer)).refused("sign-tsa")
    assert b"no answer to what was asked" in result.stderr, result


def test_no_stamp(serve, tmp_path):
    with_stamp(tmp_path, serve(say(200, b"hello"))).refused("sign-tsa")


# --- options -----------------------------------------------------------------------


@pytest.mark.parametrize("text,code", [
    ("", "signing-config-malformed"),
    ("{}", "signing-config-malformed"),
    ('{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaUrls":[{"url":"http://127.0.0.1","majorApiVersion":1,'
     '"validFor":{"start":"2000-01-01T00:00:00Z"},"operator":"x"}]}', "signing-config-malformed"),
    ('{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","tsaUrls":[{"url":"http://127.0.0.1","majorApiVersion":7,'
     '"validFor":{"start":"2000-01-01T00:00:00Z"},"operator":"x"}],"tsaConfig":{"selector":"ANY"}}', "signing-config-unsatisfied"),
])
def test_signing_config(text, code, tmp_path):
    (tmp_path / "config").write_text(text)
    sign(tmp_path, *KEY, "--signing-config", tmp_path / "config", env=PASSWORD).refused(code)


@pytest.mark.parametrize("flags,code", [
    (["--sk"], "unsupported-feature"),
    (["--oidc-redirect-url", "x"], "unsupported-feature"),
    (["--timestamp-client-cert", "x"], "unsupported-feature"),
    (["--certificate", "x"], "unsupported-feature"),
    (["--fulcio-auth-flow", "normal"], "unsupported-feature"),
    (["--signing-algorithm", "ml-dsa-65"], "unsupported-feature"),
    (["--use-signing-config"], "usage-error"),
    (["--fulcio-url", "ftp://x"], "usage-error"),
    (["--signing-config", "x", "--rekor-url", "https://x"], "usage-error"),
])
def test_options_that_ask_for_what_is_not_done(flags, code, tmp_path):
    (tmp_path / "x").write_text("")
    sign(tmp_path, *flags).refused(code)


def test_dry_run_sends_nothing(serve, tmp_path):
    server = serve(say(500))
    (tmp_path / "artifact").write_text("hello\n")
    result = run("sign-blob", "--dry-run", "--fulcio-url", server.url, "--rekor-url", server.url, "--bundle", "bundle", "artifact",
                 cwd=tmp_path, env={"SIGSTORE_ID_TOKEN": token()})
    assert result.status == 0 and not server.asked and not (tmp_path / "bundle").exists(), result
    assert f"certificate: POST {server.url}/api/v2/signingCert" in result.stdout.decode(), result
    assert f"log: POST {server.url}/api/v1/log/entries" in result.stdout.decode(), result


@pytest.mark.parametrize("statement", ["hello", "{}", '{"subject":[]}', '{"subject":[{"digest":{"md5":"00"}}]}', '{"subject":[{"digest":{"sha256":"00"}}]}'])
def test_in_toto_is_about_something(statement, tmp_path):
    (tmp_path / "statement").write_text(statement)
    run("conformance", "sign-bundle", "--in-toto", "--identity-token", token(), "--bundle", "bundle", "statement", cwd=tmp_path).refused("config-invalid")
    assert not (tmp_path / "bundle").exists()
