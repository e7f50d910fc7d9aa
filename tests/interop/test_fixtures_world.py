"""
Every image that a real cosign signed, in each of the world's registries, where
oras put it: decided by plomb, with no request too many, and by cosign 3 and
cosign 2 in the same run. What they decide differently is in differences.txt.

A case was made for a registry with the referrers API or for one without. It
holds in all five: where the API is missing, oras keeps the index under the
fallback tag; where it is there, what a layout has under that tag is among the
referrers too. oras takes tampered layouts as they are: their digests fit.
"""
import pytest

from cases import COSIGNS, IMAGES, LAYOUTS, Job, expected, same_decision
from world import World, program

PLACES = [(registry, name) for registry in World.NAMES for name in IMAGES]


class Jobs(dict):
    """(registry, layout): the job's future; begun when it is asked for."""

    def __init__(self, begin):
        super().__init__()
        self.begin = begin

    def __missing__(self, key):
        self[key] = self.begin(*key)
        return self[key]


@pytest.fixture(scope="session")
def jobs(request, world, workers, fixtures):
    """What the chosen tests need, in their order."""
    jobs = Jobs(lambda registry, layout: workers.submit(Job(world, world.registries[registry], fixtures, layout, COSIGNS).run))
    for item in request.session.items:
        given = getattr(item, "callspec", None)
        if given and "jobs" in item.fixturenames:
            jobs[given.params["registry"], given.params.get("layout") or IMAGES[given.params["name"]]["layout"]]
    return jobs


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("registry", World.NAMES)
def test_oras_carries_everything(jobs, registry, layout):
    """Each manifest has the bytes and the digest that it had, and each referrer is listed."""
    job = jobs[registry, layout].result()
    assert job.layout.entries
    assert job.differences == []


@pytest.mark.parametrize("registry,name", PLACES)
def test_decision(jobs, registry, name):
    """As the case says, by its own reference and by digest."""
    job = jobs[registry, IMAGES[name]["layout"]].result()
    decisions = [job.by_reference[name]] + ([job.by_digest[name]] if name in job.by_digest else [])
    for decision in decisions:
        assert decision.verdict == expected(name), decision
        if decision.verdict == "accept":
            decision.run.accepted()
            continue
        # Refused for a reason of its own; 2 is a trust root without any log.
        assert decision.run.status in (10, 11, 12, 13) or (decision.run.status == 2 and "root-no-logs" in name), decision
        for candidate in decision.run.candidates if decision.run.stdout else []:
            assert candidate["code"] in program.STATUS and candidate["code"] not in ("internal-error", "no-room"), decision


@pytest.mark.parametrize("registry,name", PLACES)
def test_requests(jobs, registry, name):
    """1 + 2N by digest, and what the registry itself adds (cases.requests_wanted); no ping, nothing twice."""
    job = jobs[registry, IMAGES[name]["layout"]].result()
    for decision in [job.by_reference[name]] + ([job.by_digest[name]] if name in job.by_digest else []):
        assert len(decision.requests) == decision.wanted, decision
        answered = [path for status, path in decision.requests if status != 401]
        assert len(answered) == len(set(answered)), decision
        assert "/v2/" not in answered, decision


@pytest.mark.parametrize("cosign", COSIGNS)
@pytest.mark.parametrize("registry,name", PLACES)
def test_cosign(jobs, registry, name, cosign):
    """The real cosign agrees, or a row says why not."""
    job = jobs[registry, IMAGES[name]["layout"]].result()
    same_decision(name, cosign, job.by_reference[name], job.asked[name, cosign])


def test_one_plus_two_n(jobs):
    """The promise itself, where nothing is added: N bundles by digest, with the referrers API, without a login."""
    counts = {}
    for layout in LAYOUTS:
        job = jobs["REFERRERS", layout].result()
        for name in {**job.by_reference, **job.by_digest}:
            decision = job.by_digest.get(name) or job.by_reference[name]
            if decision.verdict == "accept" and job.layout.kinds() == {"bundle"}:
                bundles = len(decision.run.candidates)
                assert len(decision.requests) == 1 + 2 * bundles, decision
                counts.setdefault(bundles, []).append(name)
    assert set(counts) >= {1, 3, 4}, counts
    assert len(counts[1]) > 20, counts
