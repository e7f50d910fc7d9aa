"""The last tests: no password and no token stands in anything that plomb printed in this run."""
import credentials


def needles(secrets):
    """
    [(what, how, bytes)]: the password and the login in every form that they
    could be printed in; of the many tokens what no form of them changes.
    """
    for what, value in secrets.items():
        for how, needle in credentials.forms(value).items():
            if not what.startswith("token") or how == "its letters":
                yield what, how, needle


def found(secrets, data):
    return sorted({(what, how) for what, how, needle in needles(secrets) if needle in data})


def printed(world):
    world.printed.file.seek(0)
    return world.printed.file.read()


def test_the_search_finds(world):
    """It would see each of them."""
    secrets = world.secrets()
    assert len(secrets) > 10 and all(len(value) >= 32 for value in secrets.values())
    for what, value in secrets.items():
        for text in f"error: {value} is wrong", f"Authorization: Bearer a.b.{value}\r\n":
            assert found({what: value}, text.encode()), what


def test_no_secret_was_printed(world):
    assert world.printed.runs > 1000
    data = printed(world)
    assert len(data) > 1000000
    assert found(world.secrets(), data) == []
