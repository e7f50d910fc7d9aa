import datetime
import hashlib
import ipaddress
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from outputs import pytest_configure, pytest_sessionfinish, pytest_terminal_summary, pytest_unconfigure  # noqa: E402,F401
from plomb import PROGRAM, unpack_fixtures  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def the_program_is_there():
    assert pathlib.Path(PROGRAM).exists(), f"{PROGRAM}: build it first, or set PLOMB"


@pytest.fixture(scope="session")
def fixtures(tmp_path_factory):
    """The world's fixtures, unpacked."""
    return unpack_fixtures(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def no_network():
    """unshare -n works here and leaves no way out; never skip this."""
    done = subprocess.run(["unshare", "-n", "--", sys.executable, "-c",
                           "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                           "try:\n s.connect(('192.0.2.1', 9))\n print('reachable')\n"
                           "except OSError:\n print('alone')"], capture_output=True)
    assert done.stdout == b"alone\n", "these tests need an empty network namespace (unshare -n, as root)"
    return True


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """
    An authority, a certificate for localhost and 127.0.0.1, one for other.example, one for a client; for localhost also one that has expired, one that
    is not valid yet, and one that nobody else has signed.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    folder = tmp_path_factory.mktemp("tls")
    now = datetime.datetime.now(datetime.timezone.utc)

    def make(name, hosts, issuer=None, ca=False, days=(-1, 30)):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0] if issuer else subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now + datetime.timedelta(days=days[0])).not_valid_after(now + datetime.timedelta(days=days[1]))
                   .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True))
        if hosts:
            names = [x509.IPAddress(ipaddress.ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        cert = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
        (folder / f"{name}.crt").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                               serialization.NoEncryption()))
        return subject, key
    authority = make("ca", [], ca=True)
    make("good", ["localhost", "127.0.0.1"], authority)
    make("other", ["other.example"], authority)
    make("client", [], authority)
    make("expired", ["localhost"], authority, days=(-30, -1))
    make("early", ["localhost"], authority, days=(1, 30))
    make("alone", ["localhost"])
    return lambda name: str(folder / name)
