"""
Every credential that the tests use, and what it looks like in a text that
must not hold it. outputs.py searches all that the program printed.
"""
import base64
import json
import urllib.parse

# Each with characters that JSON, URLs and base64 write differently, and a part that they all leave alone and no message holds.
USER = "s0mebody8who7logs6in"
PASSWORD = "hunter2x7q9k\"the\\pass word&+\u00e9-"
WRONG_PASSWORD = "hunter3is4wrong5-%"
TOKEN = "t0kenFor3registry/+=_~x"
WRONG_TOKEN = "t0kenThat6nobody7knows-=x"
IDENTITY_TOKEN = "id3ntity4t0ken5/+=~x"
REFRESH_TOKEN = "ref5resh6t0ken7/+=~x"
HELPER_SECRET = "he1per2s3secret4:with=colon\u00e9"
HELPER_TOKEN = "he1per5t0ken6exchanged/+x"
PROXY_USER = "pr0xy8user7of6the5office"
PROXY_PASSWORD = "pr0xy4passw0rd3-%~x"
URL_PASSWORD = "addre5s6passw0rd7-x"

# What the tests write where the program could repeat it; more may be added by secret().
_known = {name: value for name, value in list(globals().items()) if name.isupper()}


def secret(name, value):
    """One more that must not be printed, such as a token that a server has just made up."""
    _known[name] = value


def known():
    return dict(_known)


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _core(value):
    """The longest part that no encoding changes."""
    return max("".join(c if c.isascii() and c.isalnum() else " " for c in value).split(), key=len)


def _base64(data):
    """However it lies among other bytes: the digits that depend on nothing else."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + data + b"\0\0").decode()
        for alphabet in (text, text.replace("+", "-").replace("/", "_")):
            yield alphabet[(8 * before + 5) // 6:8 * (before + len(data)) // 6]


def forms(value):
    """{how it is written: the bytes}."""
    data = value.encode()
    out = {"plain": data, "JSON": json.dumps(value)[1:-1].encode(), "JSON with UTF-8": json.dumps(value, ensure_ascii=False)[1:-1].encode(),
           "percent": urllib.parse.quote(value, safe="").encode(), "form": urllib.parse.quote_plus(value).encode(),
           "percent of all": "".join(f"%{b:02X}" for b in data).encode(), "percent of all, small": "".join(f"%{b:02x}" for b in data).encode(), "hex": data.hex().encode(), "HEX": data.hex().upper().encode(),
           "escapes": "".join(f"\\x{b:02x}" for b in data).encode()}
    if len(_core(value)) >= 12:
        out["its letters"] = _core(value).encode()
    for i, text in enumerate(_base64(data)):
        out[f"base64 {i}"] = text.encode()
    return out


def needles():
    """[(name, how, bytes)] of all that is known, and of user and password as a header holds them."""
    found = []
    for name, value in known().items():
        found += [(name, how, data) for how, data in forms(value).items() if data]
    for user, password in ((USER, PASSWORD), (USER, WRONG_PASSWORD), (PROXY_USER, PROXY_PASSWORD), (USER, HELPER_SECRET), ("somebody", "a-password")):
        found.append(("login", "header", basic(user, password).split()[1].rstrip("=").encode()))
    return found


def leaks(data):
    """What of it stands in these bytes."""
    return sorted({(name, how) for name, how, needle in needles() if data.find(needle) >= 0})
