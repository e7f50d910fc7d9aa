"""
One world for the whole run, and four workers, who mostly wait: what tests look at is set going
when it is first asked for, and each test waits for its own part.
"""
import concurrent.futures
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from world import World, program  # noqa: E402

WORKERS = 4


def pytest_collection_modifyitems(items):
    """The search for secrets in everything that was printed comes last."""
    items.sort(key=lambda item: item.path.name == "test_secrets.py")


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """The running world (tests/world). It is stopped however the run ends."""
    assert pathlib.Path(program.PROGRAM).exists(), f"{program.PROGRAM}: build it first, or set PLOMB"
    started = World(tmp_path_factory.mktemp("interop") / "world")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def workers():
    pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
    yield pool
    pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def fixtures(tmp_path_factory):
    """The fixtures that the real cosigns signed, unpacked."""
    return program.unpack_fixtures(tmp_path_factory.mktemp("fixtures"))
