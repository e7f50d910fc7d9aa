import hashlib
import pathlib
import subprocess
import sys
import tarfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from plomb import PROGRAM, VECTORS  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def the_program_is_there():
    assert pathlib.Path(PROGRAM).exists(), f"{PROGRAM}: build it first, or set PLOMB"


@pytest.fixture(scope="session")
def fixtures(tmp_path_factory):
    """The world's fixtures, unpacked."""
    folder = tmp_path_factory.mktemp("world")
    with tarfile.open(VECTORS / "fixtures" / "fixtures.tar.xz") as archive:
        for member in archive:
            assert member.isfile() or member.isdir()
            assert not member.name.startswith("/") and ".." not in member.name
        archive.extractall(folder)
    return folder / "fixtures"


@pytest.fixture(scope="session")
def no_network():
    """unshare -n works here and leaves no way out; never skip this."""
    done = subprocess.run(["unshare", "-n", "--", sys.executable, "-c",
                           "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                           "try:\n s.connect(('192.0.2.1', 9))\n print('reachable')\n"
                           "except OSError:\n print('alone')"], capture_output=True)
    assert done.stdout == b"alone\n", "these tests need an empty network namespace (unshare -n, as root)"
    return True
