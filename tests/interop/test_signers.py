"""
Twenty signers of one image at once: each signature is there afterwards. The
list that they share is the index under the fallback tag (PLAIN has no
referrers API) or the manifest under the .sig tag; in REFERRERS the registry
keeps the list.
"""
import concurrent.futures

import pytest

from test_fresh import new_image

SIGNERS = 20
OLD = ("--new-bundle-format=false", "--tlog-upload=false")


@pytest.mark.parametrize("registry,form,flags", [("PLAIN", "bundle", None), ("REFERRERS", "bundle", None), ("PLAIN", "sig", OLD), ("REFERRERS", "sig", OLD)])
def test_nobody_is_lost(world, registry, form, flags):
    registry = world.registries[registry]
    repository = f"signers/{form}"
    reference = f"{registry.host}/{repository}@{new_image(world, registry, repository)}"
    flags = flags or ("--signing-config", world.folder / "signing_config.bare.json")
    world.key("p256")

    def sign(number):
        world.sign(registry, reference, "p256", *flags, annotations=[f"signer={number}"])

    with concurrent.futures.ThreadPoolExecutor(SIGNERS) as pool:
        for done in [pool.submit(sign, number) for number in range(SIGNERS)]:
            done.result()
    ask = ("verify", *world.trusted("p256"), "--insecure-ignore-tlog", *registry.plomb_flags(), "--output", "report")
    for number in range(SIGNERS):
        run = world.plomb(*ask, "-a", f"signer={number}", reference)
        run.accepted()
        assert len(run.candidates) == SIGNERS
    world.plomb(*ask, "-a", f"signer={SIGNERS}", reference).refused("annotation-mismatch", any_candidate=True)
    theirs = world.run("cosign3", "verify", *world.trusted("p256"), "--insecure-ignore-tlog", *registry.cosign_flags(), "-a", "signer=7", reference)
    assert theirs.stdout.count(b'"signer":"7"') == 1, theirs
