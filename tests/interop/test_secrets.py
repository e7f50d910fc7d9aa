"""The last tests: no password and no token stands in anything that plomb printed in this run."""
import credentials
from outputs import Record


def test_the_search_finds(world):
    """It would see each of them."""
    secrets = world.secrets()
    assert len(secrets) > 10 and all(len(value) >= 32 for value in secrets.values())
    for what, value in secrets.items():
        credentials.secret(what, value)
    for what, value in secrets.items():
        planted = Record()
        planted.add(["plomb"], f"error: {value} is wrong".encode())
        assert what in {name for name, how, where in planted.leaks()}


def test_no_secret_was_printed(world):
    for what, value in world.secrets().items():
        credentials.secret(what, value)
    assert world.printed.runs > 1000 and world.printed.bytes > 1000000
    assert world.printed.leaks() == set()
