"""
Everybody signs, everybody verifies. Each signer signs with each kind of key, in
each log, with and without a time stamp, to each place; each verifier is asked
about each signature, and must accept it, or a row of matrix.txt says why not
and what it says. The rows are chosen, not crossed: each pair of a signer and a
verifier meets each key, each log, each place.

Then the same signatures are asked for by another key, identity, issuer or
annotation, or for another file or image: each verifier must refuse, or a row
says what it does not look at.
"""
import fnmatch
import pathlib
import re

import pytest
from parties import KEYS, VERIFIERS, Row, Signature, said, verdict
from world import WHO

SIGNERS = ("plomb", "cosign2", "cosign3")
KEY_NAMES = tuple(KEYS)[:-1]  # "other" signs nothing
# Keyless: log, time stamp, place.
CERTIFIED = (
    ("rekor2", "tsa", "referrers"), ("rekor2", "tsa", "fallback"), ("rekor2", "tsa", "blob"), ("rekor1", "-", "fallback"),
    ("rekor1", "tsa", "referrers"), ("rekor1", "tsa", "blob"), ("rekor1", "-", "blob"), ("none", "tsa", "referrers"), ("none", "tsa", "blob"),
    ("rekor1", "-", "sig"), ("rekor1", "tsa", "sig"), ("none", "tsa", "sig"), ("rekor1", "-", "oci11"), ("rekor1", "tsa", "oci11"),
)
# By keys: each key at each kind of place, the logs by turns.
KEYED = (("rekor2", "tsa"), ("rekor1", "-"), ("none", "-"), ("rekor1", "tsa"), ("none", "tsa"))


def rows(signer):
    out = [Row(signer, "gitlab", *rest) for rest in CERTIFIED]
    for number, key in enumerate(KEY_NAMES):
        out.append(Row(signer, key, *KEYED[number % len(KEYED)], ("referrers", "fallback")[number % 2]))
        out.append(Row(signer, key, *KEYED[(number + 1) % len(KEYED)], "blob"))
        out.append(Row(signer, key, ("rekor1", "none")[number % 2], "-", "sig"))
        out.append(Row(signer, key, ("none", "rekor1")[number % 2], "-", "oci11"))
    # Each log with a plain key too, whichever fell to it above.
    out += [Row(signer, "p256", "rekor1", "-", "fallback"), Row(signer, "p256", "none", "-", "referrers"), Row(signer, "p256", "rekor2", "tsa", "blob")]
    if signer != "cosign2":  # it has no way to choose
        out += [Row(signer, f"gitlab/{key}", log, "tsa", "blob") for key, log in
                (("p384", "rekor2"), ("p521", "rekor1"), ("rsa3072", "rekor2"), ("ed25519", "rekor2"))]
    return list(dict.fromkeys(out))


ROWS = [row for signer in SIGNERS for row in rows(signer)]


def questions(row):
    """{name: what is asked differently}; the first one is to be accepted."""
    out = {"plainly": {}}
    if row.by not in ("gitlab", "p256") or row.log == "none":
        return out
    name, issuer = WHO["gitlab"]
    out["another file" if row.store == "blob" else "another image"] = {"changed": True}
    if row.has_certificate:
        out["another identity"] = {"identity": (name + "x", issuer)}
        out["another issuer"] = {"identity": (name, issuer + "/")}
        out["a key"] = {"by": "p256"}
    else:
        out["another key"] = {"by": "other"}
    if row.store != "blob":
        out["another annotation"] = {"notes": ("tag=v1",)}
        out["one annotation more"] = {"notes": (*row.notes, "approved=yes")}
    return out


class Line:
    """SIGNER VERIFIER BY LOG STAMP STORE QUESTION VERDICT SAYS -- REASON; the first seven are patterns."""

    def __init__(self, line):
        fields, self.reason = line.split(" -- ")
        *self.patterns, self.verdict, says = fields.split(None, 8)
        self.says, self.text = re.compile(says.strip(), re.I), line
        assert len(self.patterns) == 7 and self.verdict in ("accept", "refuse") and len(self.reason) > 20, line

    def fits(self, row, verifier, question):
        cell = (row.signer, verifier, row.by, row.log, row.stamp, row.store, question.replace(" ", "-"))
        return all(any(fnmatch.fnmatchcase(value, one) for one in pattern.split("|")) for value, pattern in zip(cell, self.patterns))


def read_lines():
    text = (pathlib.Path(__file__).resolve().parent / "matrix.txt").read_text()
    return [Line(line) for line in text.splitlines() if line and not line.startswith("#")]


LINES = read_lines()


def line_of(row, verifier, question):
    """The first that fits. '-' for a verifier: it is about the signing itself."""
    return next((line for line in LINES if line.fits(row, verifier, question)), None)


CELLS = [(row, verifier, question) for row in ROWS if not line_of(row, "-", "signs") for question in questions(row) for verifier in VERIFIERS
         if (verifier, question) != ("sigstore-python", "a key")]  # a key cannot be said to it


def name_of(value):
    return str(value).replace(" ", "-")


@pytest.fixture(scope="session")
def signatures(request, world, workers):
    """{row: future}, for the chosen tests."""
    wanted = dict.fromkeys(item.callspec.params["row"] for item in request.session.items if "signatures" in item.fixturenames)
    # The first entry of a log has a proof without a hash, and sigstore-python does not read what cosign writes of that.
    first = world.home / "first"
    first.write_text("the first entry of each log\n")
    for config in "signing_config.json", "signing_config.v1.json":
        world.run("cosign3", "sign-blob", "--yes", "--signing-config", world.folder / config, "--key", world.key("p256")[0], "--bundle",
                  world.home / "first.json", first)
    return {row: workers.submit(Signature(world, row, questions(row)).run) for row in wanted}


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_signing(signatures, row):
    """It signs, to that place and to no other; or it is said why not."""
    signature, line = signatures[row].result(), line_of(row, "-", "signs")
    if line:
        assert verdict(signature.signing) == line.verdict and line.says.search(said(signature.signing)), signature.signing
        return
    assert signature.signing.status == 0, signature.signing
    assert row.store == "blob" or signature.elsewhere == []


@pytest.mark.parametrize("row,verifier,question", CELLS, ids=name_of)
def test_cell(signatures, row, verifier, question):
    """'plainly' is accepted and everything else is refused, or matrix.txt says why not."""
    run, line = signatures[row].result().answers[verifier, question], line_of(row, verifier, question)
    wanted = "accept" if question == "plainly" else "refuse"
    if line:
        assert line.verdict != wanted, f"a line that says nothing: {line.text}"
        assert verdict(run) == line.verdict and line.says.search(said(run)), f"matrix.txt: {line.text}\n{run!r}"
        return
    assert verdict(run) == wanted, run
    if verifier == "plomb" and question != "plainly":
        assert run.status in (10, 12, 13), run


def test_every_line_is_of_a_cell():
    used = {line_of(row, "-", "signs") for row in ROWS} | {line_of(*cell) for cell in CELLS}
    assert [line.text for line in LINES if line not in used] == []


def test_every_pair_meets_everything():
    """Of what each signer can do at all, each verifier sees every key, log, time stamp and place."""
    for signer in SIGNERS:
        signed = [row for row in ROWS if row.signer == signer and not line_of(row, "-", "signs")]
        assert {row.by for row in signed} >= {*KEY_NAMES, "gitlab"}
        assert {(row.log, row.stamp) for row in signed} >= {("rekor1", "-"), ("rekor1", "tsa"), ("none", "-"), ("none", "tsa")}, signer
        assert {row.store for row in signed} >= {"referrers", "fallback", "blob"}, signer
