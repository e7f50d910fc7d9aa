"""The last test: no password and no token stands in anything that plomb printed in this run."""
from world import program


def places(printed, secrets):
    """(what, where) for every secret in an output, as it is and as encodings would show it."""
    found = []
    for what, secret in secrets.items():
        for run in printed:
            if secret in run.stdout or secret in run.stderr:
                found.append((what, " ".join(run.argv)))
    return found


def test_the_search_finds(world):
    """It would see one."""
    secrets = world.secrets()
    assert {"the password", "user and password, encoded"} < set(secrets) and len(secrets) > 10
    assert all(len(secret) >= 32 for secret in secrets.values())
    for what, secret in secrets.items():
        for shown in program.Run(["x"], 0, b"a" + secret + b"z", b""), program.Run(["x"], 0, b"", b"a" + secret + b"z"):
            assert (what, "x") in places([shown], secrets)


def test_no_secret_was_printed(world):
    assert len(world.printed) > 1000
    assert sum(len(run.stdout) + len(run.stderr) for run in world.printed) > 1000000
    assert places(world.printed, world.secrets()) == []
