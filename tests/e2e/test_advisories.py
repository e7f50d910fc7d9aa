"""
Published advisories about verifiers (SPEC 17.1, and 17.3 where no registry is
needed), each as an attack that worked somewhere. Beside each attack the honest
form of the same material is accepted.
"""
import base64
import hashlib
import json
import time

import pytest

from plomb import (IDENTITY, IDENTITY_FLAGS, ISSUER, Layout, image_with, many_entries, mint, run, verify_blob, verify_blob_attestation,
                   verify_image, who)
from mint import T, b64, cert, der, key, oci, pem, rekor, sha256, tsa
from mint import keys as mint_keys
from mint.knobs import Knobs
from mint.material import CUSTOM_PREDICATE, EXTENSIONS, compact, timestamp_authority
from test_reasons import DROP, FOREIGN, V2, also, edited, instead, without

SPDX = "https://spdx.dev/Document"
OTHER, OTHER384 = key("somebody else"), key("somebody else", "p384")


# --- entries that are about something else ---------------------------------------------


@pytest.mark.parametrize("material", ["certificate", "key"])
def test_cve_2022_23649(material, tmp_path):
    """cosign < 1.5.2: a good SET of another signature in the layer's bundle annotation."""
    settings = dict(content="simplesigning", material=material)
    stranger = mint(**settings, subject="11" * 32, knobs={"signer": OTHER})
    layout, _, m = image_with(settings)
    verify_image(tmp_path / "control", layout, m).accepted()
    layout, _, m = image_with({**settings, "knobs": {"cosign2": stranger.entries[0].cosign2()}})
    verify_image(tmp_path / "attack", layout, m).refused("tlog-signature-mismatch")


@pytest.mark.parametrize("material", ["certificate", "key"])
@pytest.mark.parametrize("shape", ["layer", "att", "bundle", "dsse"])
def test_cve_2026_22703(shape, material, tmp_path):
    """cosign < 2.6.2, < 3.0.4: with a trusted root, any valid Rekor entry was accepted."""
    if shape in ("layer", "att"):
        settings = dict(content={"layer": "simplesigning"}.get(shape, shape), material=material)
        command = "verify-attestation" if shape == "att" else "verify"
        stranger = mint(**settings, subject="11" * 32, knobs={"signer": OTHER})
        layout, _, m = image_with(settings)
        verify_image(tmp_path / "control", layout, m, command=command).accepted()
        layout, _, m = image_with({**settings, "knobs": {"cosign2": stranger.entries[0].cosign2()}})
        verify_image(tmp_path / "attack", layout, m, command=command).refused("tlog-signature-mismatch")
        return
    settings = dict(content="message" if shape == "bundle" else "dsse", material=material, predicate_type=CUSTOM_PREDICATE)
    verify = verify_blob if shape == "bundle" else verify_blob_attestation
    stranger = mint(**settings, artifact=b"something else\n", knobs={"signer": OTHER})
    verify(tmp_path / "control", mint(**settings)).accepted()
    attack = mint(**settings, knobs={"entries": [stranger.entries[0].json]})
    verify(tmp_path / "attack", attack).refused("tlog-signature-mismatch")


@pytest.mark.parametrize("member, code", [("signature", "tlog-signature-mismatch"), ("key", "tlog-key-mismatch"),
                                          ("digest", "tlog-digest-mismatch")])
def test_cve_2026_22703_each_comparison(member, code, tmp_path):
    """The three comparisons one by one: an entry that agrees in everything else."""
    knobs = {"signature": {"entry.body": edited(spec__signature__content=b64(mint().key.sign(b"what was signed\n")))},
             "key": {"verifier_pem": pem("CERTIFICATE", mint(knobs={"leaf.serial": 99}).leaf.der)},
             "digest": {"entry.body": edited(spec__data__hash__value=hashlib.sha256(b"other").hexdigest())}}[member]
    verify_blob(tmp_path / "control", mint()).accepted()
    verify_blob(tmp_path / "attack", mint(knobs=knobs)).refused(code)


def test_cve_2024_53267(tmp_path):
    """sigstore-java < 1.1: the entry was not bound to the artifact."""
    stranger = mint(artifact=b"another artifact\n")
    verify_blob(tmp_path / "control", mint()).accepted()
    attack = mint(knobs={"entries": [stranger.entries[0].json]})
    verify_blob(tmp_path / "attack", attack).refused("tlog-signature-mismatch")


IDENTITY_VARIANTS = {
    "identity": ("--certificate-identity", IDENTITY + "x", "--certificate-oidc-issuer", ISSUER),
    "identity-regexp": ("--certificate-identity-regexp", "^nobody$", "--certificate-oidc-issuer", ISSUER),
    "issuer": ("--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER + "x"),
    "issuer-regexp": ("--certificate-identity", IDENTITY, "--certificate-oidc-issuer-regexp", "^nobody$"),
    "trigger": IDENTITY_FLAGS + ("--certificate-github-workflow-trigger", "x"),
    "sha": IDENTITY_FLAGS + ("--certificate-github-workflow-sha", "x"),
    "name": IDENTITY_FLAGS + ("--certificate-github-workflow-name", "x"),
    "repository": IDENTITY_FLAGS + ("--certificate-github-workflow-repository", "x"),
    "ref": IDENTITY_FLAGS + ("--certificate-github-workflow-ref", "x"),
    "extension": IDENTITY_FLAGS + ("--certificate-extension", "build-signer-uri=x"),
}


def detached(folder, m, form, by):
    """The same signature beside the file, in each form that is read."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "artifact").write_bytes(m.artifact)
    (folder / "root.json").write_bytes(m.trusted_root_text)
    (folder / "sig").write_text(b64(m.signature))
    (folder / "cert").write_text(pem("CERTIFICATE", m.leaf.der))
    (folder / "bundle").write_bytes(compact({"base64Signature": b64(m.signature), "cert": b64(pem("CERTIFICATE", m.leaf.der).encode()),
                                             "rekorBundle": m.entries[0].cosign2()}))
    (folder / "rekor").write_bytes(compact(m.entries[0].cosign2()))
    flags = {"blob-bundle": ["--bundle", folder / "bundle"],
             "detached": ["--signature", folder / "sig", "--certificate", folder / "cert", "--bundle", folder / "rekor"]}[form]
    return run("verify-blob", *flags, "--trusted-root", folder / "root.json", *by, "--output", "report",
               folder / "artifact", cwd=folder)


@pytest.mark.parametrize("flag", IDENTITY_VARIANTS)
@pytest.mark.parametrize("path", ["bundle", "envelope", "image-bundle", "image-layer", "attestation", "blob-bundle", "detached"])
def test_cve_2022_36056_and_2026_48815(path, flag, tmp_path):
    """cosign < 1.12, sigstore-js < 4.1.1: identity flags ignored on some paths. Each flag on each path."""
    def perform(folder, by):
        if path == "bundle":
            return verify_blob(folder, mint(), by=by)
        if path == "envelope":
            return verify_blob_attestation(folder, mint(content="dsse", predicate_type=CUSTOM_PREDICATE), by=by)
        if path in ("blob-bundle", "detached"):
            return detached(folder, mint(), path, by)
        layout, _, m = image_with({"content": {"image-bundle": "dsse", "image-layer": "simplesigning", "attestation": "att"}[path]})
        return verify_image(folder, layout, m, by=by, command="verify-attestation" if path == "attestation" else "verify")
    perform(tmp_path / "control", IDENTITY_FLAGS).accepted()
    perform(tmp_path / "attack", IDENTITY_VARIANTS[flag]).refused(
        {"identity": "identity-san-mismatch", "issuer": "identity-issuer-mismatch"}.get(flag.split("-")[0], "identity-extension-mismatch"))


@pytest.mark.parametrize("form", ["blob-bundle", "detached"])
@pytest.mark.parametrize("attack", ["signature", "certificate", "entry", "artifact"])
def test_cve_2022_36056_verify_blob(form, attack, tmp_path):
    """cosign < 1.12: signature and certificate of the blob bundle were not compared with its Rekor entry."""
    detached(tmp_path / "control", mint(), form, IDENTITY_FLAGS).accepted()
    m, stranger = mint(), mint(artifact=b"other\n", knobs={"leaf.serial": 99})
    if attack == "signature":
        m.signature = m.key.sign(m.artifact)
    elif attack == "certificate":
        m.leaf = stranger.leaf
    elif attack == "entry":
        m.entries = stranger.entries
    else:
        m.artifact = b"other\n"
    code = {"signature": "tlog-signature-mismatch", "certificate": "tlog-key-mismatch", "entry": "tlog-signature-mismatch",
            "artifact": {"tlog-digest-mismatch", "artifact-digest-mismatch"}}[attack]
    detached(tmp_path / "attack", m, form, IDENTITY_FLAGS).refused(code)


# --- attestations ------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["att", "dsse"])
def test_cve_2022_35929(content, tmp_path):
    """cosign < 1.10.1: verify-attestation --type T passed although only other types verified."""
    layout, _, m = image_with({"content": content, "predicate_type": SPDX})
    verify_image(tmp_path / "control", layout, m, ("--type", "spdxjson"), command="verify-attestation").accepted()
    for asked in ("custom", "cyclonedx", "vuln", "https://spdx.dev/Document2", "https://spdx.dev"):
        verify_image(tmp_path / "attack", layout, m, ("--type", asked), command="verify-attestation").refused("predicate-type-mismatch")


def test_cve_2022_35930(tmp_path):
    """policy-controller: a good attestation of one type beside a bad one of the asked type satisfied the policy."""
    layout, image, m = image_with({"content": "dsse", "predicate_type": SPDX})
    image_with({"content": "dsse", "predicate_type": "https://cyclonedx.org/bom", "knobs": {"entry.set.key": OTHER}}, layout, image)
    verify_image(tmp_path / "control", layout, m, ("--type", "spdxjson"), command="verify-attestation").accepted()
    result = verify_image(tmp_path / "attack", layout, m, ("--type", "cyclonedx"), command="verify-attestation")
    assert result.status == 12, result
    assert sorted(result.codes) == ["predicate-type-mismatch", "tlog-promise-invalid"], result


@pytest.mark.parametrize("payload", [b"", b"garbage", b"{", b"null", b'"x"', b"\x00\xff" * 20])
def test_cve_2026_39395(payload, tmp_path):
    """cosign < 2.6.3, < 3.0.6: a payload that does not parse counted as "no mismatch"."""
    verify_blob_attestation(tmp_path / "control", mint(content="dsse", predicate_type=CUSTOM_PREDICATE)).accepted()
    verify_blob_attestation(tmp_path / "attack", mint(content="dsse", knobs={"payload": payload})).refused("statement-malformed")
    layout, _, m = image_with({"content": "att", "knobs": {"payload": payload}})
    verify_image(tmp_path / "image", layout, m, command="verify-attestation").refused("statement-malformed")


def test_cve_2026_39395_wrong_type(tmp_path):
    m = mint(content="dsse", predicate_type=SPDX)
    verify_blob_attestation(tmp_path / "control", m, ("--type", "spdx")).accepted()
    verify_blob_attestation(tmp_path / "attack", m).refused("predicate-type-mismatch")


@pytest.mark.parametrize("subjects", ["other", "other-hash-name", "two-others"])
def test_cve_2026_31830(subjects, tmp_path):
    """sigstore-ruby < 0.2.3: the result of the subject check was dropped."""
    verify_blob_attestation(tmp_path / "control", mint(content="dsse", predicate_type=CUSTOM_PREDICATE)).accepted()
    wrong = {"other": [{"digest": {"sha256": "11" * 32}}],
             "other-hash-name": [{"digest": {"sha512": hashlib.sha256(b"what was signed\n").hexdigest()}}],
             "two-others": [{"digest": {"sha256": "11" * 32}}, {"digest": {"sha256": "22" * 32}}]}[subjects]
    attack = mint(content="dsse", predicate_type=CUSTOM_PREDICATE, knobs={"statement.subjects": wrong})
    verify_blob_attestation(tmp_path / "attack", attack).refused("subject-mismatch")


def test_tob_sigstore_9(tmp_path):
    """sigstore-rust: any of several DSSE signatures was enough."""
    good = mint(content="dsse", predicate_type=CUSTOM_PREDICATE)
    verify_blob_attestation(tmp_path / "control", good).accepted()
    for extra in ([{"sig": b64(b"x" * 70)}], [{"sig": b64(OTHER.sign(b"x"))}]):
        for order in (lambda s: s + extra, lambda s: extra + s):
            attack = mint(content="dsse", predicate_type=CUSTOM_PREDICATE, knobs={"envelope": edited(signatures=order)})
            verify_blob_attestation(tmp_path / "attack", attack).refused("dsse-signature-count")


@pytest.mark.parametrize("payload_type", ["application/vnd.in-toto+json\u0100", "application/vnd.in-toto+jso\u016e",
                                          "\uff41pplication/vnd.in-toto+json"])
def test_cve_2026_48758(payload_type, tmp_path):
    """sigstore-js < 3.2.1: the PAE was built in ASCII, so that the type could change under the signature."""
    good = mint(content="dsse", predicate_type=CUSTOM_PREDICATE)
    verify_blob_attestation(tmp_path / "control", good).accepted()
    changed = mint(content="dsse", predicate_type=CUSTOM_PREDICATE, knobs={"bundle": edited(dsseEnvelope__payloadType=payload_type)})
    verify_blob_attestation(tmp_path / "attack", changed).refused({"dsse-payload-type-unsupported"})


def test_cve_2026_44309(tmp_path):
    """gitsign < 0.x: a normalised re-encoding was verified instead of the bytes given."""
    for content, command in (("dsse", "verify"), ("simplesigning", "verify")):
        layout, _, m = image_with({"content": content})
        verify_image(tmp_path / (content + "-control"), layout, m, command=command).accepted()
    good = mint(content="dsse", predicate_type=CUSTOM_PREDICATE)
    spaced = mint(content="dsse", predicate_type=CUSTOM_PREDICATE, knobs={
        "entries": [good.entries[0].json], "signature": good.signature, "leaf.der": good.leaf.der,
        "payload": lambda p: p.replace(b'":', b'": ')})
    verify_blob_attestation(tmp_path / "control", good).accepted()
    verify_blob_attestation(tmp_path / "attack", spaced).refused({"tlog-digest-mismatch", "signature-invalid"})
    layout, image, m = image_with({"content": "simplesigning"})
    descriptor = layout.layer(m)
    layout.blobs[sha256(m.payload + b"\n")] = m.payload + b"\n"
    layout.index["manifests"].pop()
    layout.attach_tag(image, [{**descriptor, "digest": sha256(m.payload + b"\n"), "size": len(m.payload) + 1}])
    verify_image(tmp_path / "layer", layout, m).refused({"tlog-digest-mismatch", "signature-invalid"})


# --- counting ------------------------------------------------------------------------------


@pytest.mark.parametrize("count, accepted", [(32, True), (33, False), (500, False)])
def test_cve_2024_45395_entries(count, accepted, tmp_path):
    """sigstore-go < 0.6.1: loops without a bound, over entries, timestamps and subjects."""
    m = many_entries(count) if count <= 33 else mint(knobs={"entries": lambda e: e * count})
    begun = time.monotonic()
    result = verify_blob(tmp_path, m)
    assert time.monotonic() - begun < 60
    result.accepted() if accepted else result.refused("bundle-too-many-entries")


@pytest.mark.parametrize("count, accepted", [(32, True), (33, False), (2000, False)])
def test_cve_2024_45395_timestamps(count, accepted, tmp_path):
    m = mint(logs=("v2",), knobs={"timestamps": lambda t: t * count})
    begun = time.monotonic()
    result = verify_blob(tmp_path, m)
    assert time.monotonic() - begun < 60
    result.accepted() if accepted else result.refused("bundle-too-many-entries")


@pytest.mark.parametrize("count, accepted", [(1024, True), (1025, False), (20000, False)])
def test_cve_2024_45395_subjects(count, accepted, tmp_path):
    m = mint(content="dsse", predicate_type=CUSTOM_PREDICATE, knobs={
        "statement.subjects": lambda s: [{"digest": {"sha256": "11" * 32}}] * (count - 1) + s})
    begun = time.monotonic()
    result = verify_blob_attestation(tmp_path, m)
    assert time.monotonic() - begun < 60
    result.accepted() if accepted else result.refused("limit-exceeded")


@pytest.mark.parametrize("count, accepted", [(100, True), (1001, False), (100000, False)])
def test_cve_2023_46737(count, accepted, tmp_path):
    """cosign < 2.2.1 (and notation CVE-2023-33957, -33958): any number of signatures is tried."""
    layout, image, m = image_with({"content": "simplesigning"}, attach=False)
    bad = mint(content="simplesigning", subject="11" * 32)
    layout.attach_tag(image, ([layout.layer(bad)] * (count - 1) if accepted else [layout.layer(bad)] * count) + (
        [layout.layer(m)] if accepted else []))
    begun = time.monotonic()
    result = verify_image(tmp_path, layout, m)
    assert time.monotonic() - begun < 60, result
    if accepted:
        assert result.status == 0, result
    else:
        assert result.status == 12, result
        result.mentions("limit-exceeded")


def test_cve_2024_29902_and_29903(tmp_path):
    """cosign < 2.2.4: a huge attachment, or a descriptor that promises one, exhausts memory."""
    layout, image, m = image_with({})
    verify_image(tmp_path / "control", layout, m).accepted()
    for size in (10 * 10 ** 9, 2 ** 63 - 1):
        spoiled, image, m = image_with({}, edit=lambda manifest: {**manifest, "layers": [{**manifest["layers"][0], "size": size}]})
        begun = time.monotonic()
        result = verify_image(tmp_path / str(size), spoiled, m)
        assert time.monotonic() - begun < 60
        result.refused({"limit-exceeded", "digest-mismatch"})


def test_cve_2023_25153(tmp_path):
    """containerd: importing a layout without limits. A sparse file of 8 GB as index.json and as a bundle."""
    for name in ("index.json", "oci-layout", "bundle"):
        layout, image, m = image_with({})
        path = layout.write(str(tmp_path / name))
        verify_image(tmp_path, layout, m, path=path).accepted()
        if name == "bundle":
            referrer = next(e for e in layout.index["manifests"] if e.get("artifactType"))
            digest = json.loads(layout.blobs[referrer["digest"]])["layers"][0]["digest"]
            name = "blobs/" + digest.replace(":", "/")
        with open(f"{path}/{name}", "r+b") as file:
            file.truncate(8 << 30)
        begun = time.monotonic()
        result = verify_image(tmp_path, layout, m, path=path)
        assert time.monotonic() - begun < 10
        assert result.status == 12, result
        result.mentions({"limit-exceeded", "digest-mismatch"})


def test_cve_2026_49834(tmp_path):
    """
    sigstore-go < 1.2.0: the threshold counted entries. The program's
    threshold is 1; that two entries of one log count once is said in the
    report's warning or refused, and tests of the core ask for a threshold of 2.
    """
    verify_blob(tmp_path / "two-logs", mint(logs=("v1", "v1b"))).accepted()
    verify_blob(tmp_path / "duplicate", mint(knobs={"entries": lambda e: e * 2})).refused("tlog-duplicate-entry")


def test_sigstore_js_1702(tmp_path):
    """2026-07-31: duplicates counted to the threshold."""
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    verify_blob(tmp_path / "attack", mint(**V2, knobs={"entries": lambda e: e * 2})).refused("tlog-duplicate-entry")


# --- time ------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["intermediate", "root"])
@pytest.mark.parametrize("flags", [(), ("--insecure-ignore-tlog",)], ids=["log", "no-log"])
def test_cve_2026_24122(which, flags, tmp_path):
    """cosign: an expired CA certificate was accepted when the log was ignored."""
    logs = ("v1",) if not flags else ()
    verify_blob(tmp_path / "control", mint(logs=logs, timestamp=True), flags).accepted()
    attack = mint(logs=logs, timestamp=True, knobs={which + ".not_after": T - 5})
    verify_blob(tmp_path / "attack", attack, flags).refused("cert-ca-not-valid-at-time")


@pytest.mark.parametrize("version", ["0.2", "0.3"])
def test_cve_2024_55655_and_2026_48816(version, tmp_path):
    """sigstore-python 2.0-3.5, sigstore-js < 3.1.1: integratedTime was believed without a SET."""
    settings = dict(version=version, material="chain" if version == "0.2" else "certificate")
    verify_blob(tmp_path / "control", mint(**settings)).accepted()
    verify_blob(tmp_path / "with-tsa", mint(**settings, promise=False, timestamp=True)).accepted()
    verify_blob(tmp_path / "attack", mint(**settings, promise=False)).refused("time-missing")
    # The leaf had expired when this was really signed; only the forged time says otherwise.
    verify_blob(tmp_path / "forged", mint(**settings, promise=False, knobs={"entry.time": T + 100})).refused("time-missing")
    late = mint(**settings, promise=False, timestamp=True, knobs={
        "tst.gen_time": der.generalized(T + 4000), "entry.time": T + 100})
    verify_blob(tmp_path / "late", late).refused("cert-expired")


def test_cve_2024_55655_v2_entry_with_a_promise(tmp_path):
    """A Rekor v2 entry never gives a time, whatever it carries (SPEC 7.1)."""
    v2 = mint(**V2)
    promise = {"signedEntryTimestamp": b64(mint().entries[0].promise)}
    extra = edited(inclusionPromise=promise, integratedTime=str(T))
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    verify_blob(tmp_path / "attack", mint(**V2, timestamp=False, knobs={"entry.json": extra})).refused("time-missing")


def test_tob_sigstore_2_and_3(tmp_path):
    """sigstore-rust: skipping the log also skipped binding, and time was used before its SET was verified."""
    skip = ("--insecure-ignore-tlog",)
    verify_blob(tmp_path / "control", mint(timestamp=True), skip).accepted()
    stranger = mint(artifact=b"other\n", timestamp=True)
    attack = mint(timestamp=True, knobs={"entries": [stranger.entries[0].json]})
    verify_blob(tmp_path / "binding", attack, skip).refused("tlog-signature-mismatch")
    # Backdated under a bad SET: the certificate expired before the clock, only the forged time would save it.
    backdated = mint(knobs={"entry.set.key": OTHER})
    result = verify_blob(tmp_path / "backdated", backdated, skip)
    assert result.status == 12, result
    assert result.codes[0] in ("time-missing", "tlog-promise-invalid", "cert-expired"), result
    layout, _, m = image_with({"content": "simplesigning", "knobs": {"entry.set.key": OTHER}})
    result = verify_image(tmp_path / "layer", layout, m, skip)
    assert result.status == 12, result


@pytest.mark.parametrize("order", ["good-first", "bad-first"])
@pytest.mark.parametrize("bad", ["log", "tsa"])
def test_tob_sigstore_4(order, bad, tmp_path):
    """sigstore-rust: the certificate was checked at the first time only."""
    if bad == "tsa":
        settings = dict(logs=("v2",), tsas=("tsa", "tsb"))
        late = {"tst-tsb.gen_time" if order == "good-first" else "tst.gen_time": der.generalized(T + 4000)}
        code = "cert-expired"
    else:
        settings = dict(logs=("v1", "v1b"))
        late = {"entry2.time" if order == "good-first" else "entry.time": T + 4000}
        code = {"cert-expired", "tlog-time-outside-cert"}
    verify_blob(tmp_path / "control", mint(**settings)).accepted()
    verify_blob(tmp_path / "attack", mint(**settings, knobs=late)).refused(code)


def test_tob_sigstore_7(tmp_path):
    """sigstore-rust: log times up to a tolerance in the future were accepted. Now and 61 seconds."""
    now = int(time.time())
    long = {"leaf.not_before": now - 3600, "leaf.not_after": now + 7200}
    verify_blob(tmp_path / "control", mint(time_s=now - 5, knobs=long)).accepted()
    verify_blob(tmp_path / "attack", mint(time_s=now + 61, knobs=long)).refused("tlog-time-in-future")
    layout, _, m = image_with({"content": "simplesigning", "time_s": now + 61, "knobs": long})
    verify_image(tmp_path / "layer", layout, m).refused("tlog-time-in-future")


# --- timestamps ----------------------------------------------------------------------------


def test_tob_sigstore_11(tmp_path):
    """sigstore-rust: windows of several TSAs were pooled. A's token at a time that is only B's."""
    settings = dict(logs=("v2",), tsas=("tsa", "tsb"), knobs={})
    windows = edited(timestampAuthorities__0__validFor={"start": "2025-06-01T13:00:00Z"},
                     timestampAuthorities__1__validFor={"start": "2025-01-01T00:00:00Z"})
    only_b = lambda stamps: stamps[1:]
    only_a = lambda stamps: stamps[:1]
    verify_blob(tmp_path / "control", mint(**{**settings, "knobs": {"trust": windows, "timestamps": only_b}})).accepted()
    attack = mint(**{**settings, "knobs": {"trust": windows, "timestamps": only_a}})
    verify_blob(tmp_path / "attack", attack).refused("timestamp-outside-tsa-validity")


def test_tob_sigstore_11_roots(tmp_path):
    """Nor are their roots: A's leaf under B's root only."""
    both = dict(logs=("v2",), tsas=("tsa", "tsb"))
    verify_blob(tmp_path / "control", mint(**both, knobs={"timestamps": lambda s: s[:1]})).accepted()
    def swap(trust):
        a, b = [ts["certChain"]["certificates"] for ts in trust["timestampAuthorities"]]
        a[1], b[1] = b[1], a[1]
        return trust
    attack = mint(**both, knobs={"timestamps": lambda s: s[:1], "trust": swap})
    verify_blob(tmp_path / "attack", attack).refused({"timestamp-chain-invalid", "timestamp-signer-untrusted"})


def embedded_root(trust):
    """A trust root that gives only the TSA's CA, so that the signer comes from the token."""
    for entry in trust["timestampAuthorities"]:
        entry["certChain"]["certificates"] = entry["certChain"]["certificates"][1:]
    return trust


@pytest.mark.parametrize("position", ["first", "last"])
def test_cve_2026_39984(position, tmp_path):
    """timestamp-authority < 2.0.6: checks ran on the first certificate in the bag, not on the signer."""
    root, _ = timestamp_authority(Knobs({}))
    decoy = cert.build(Knobs({}), "decoy", key("decoy"), root, cert.name(("CN", "decoy")), [
        (cert.KU, True, cert.key_usage(0)), (cert.EKU, True, cert.eku(cert.TIME_STAMPING))], T - 10 ** 7, T + 10 ** 7)
    bag = (lambda c: [decoy.der] + c) if position == "first" else (lambda c: c + [decoy.der])
    verify_blob(tmp_path / "control", mint(**V2, knobs={"trust": embedded_root, "tst.certificates": bag})).accepted()
    for edit in (without(cert.EKU), instead(cert.EKU, cert.eku(cert.CODE_SIGNING))):
        attack = mint(**V2, knobs={"trust": embedded_root, "tst.certificates": bag, "tsa.extensions": edit})
        verify_blob(tmp_path / "attack", attack).refused("timestamp-eku")


def test_cve_2026_39984_embedded_differs_from_trusted(tmp_path):
    """An embedded certificate with the trusted signer's issuer and serial, but another key."""
    def impostor(certificates):
        root, leaf = timestamp_authority(Knobs({}))
        return [cert.build(Knobs({"x.serial": leaf.serial}), "x", OTHER, root, leaf.subject, leaf.extensions, T - 9, T + 9).der]
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    attack = mint(**V2, knobs={"tst.certificates": impostor})
    result = verify_blob(tmp_path / "attack", attack)
    result.refused({"timestamp-signer-untrusted"})


def test_timestamp_authority_1389(tmp_path):
    """2026-06-16: a second, unknown purpose was accepted."""
    verify_blob(tmp_path / "control", mint(**V2)).accepted()
    attack = mint(**V2, knobs={"tsa.extensions": instead(cert.EKU, cert.eku(cert.TIME_STAMPING, "1.3.6.1.4.1.99999.7"))})
    verify_blob(tmp_path / "attack", attack).refused("timestamp-eku")


def test_timestamp_authority_1405(tmp_path):
    """2026-06-27: a response without a nonce crashed the client. Verifying needs none."""
    verify_blob(tmp_path / "with", mint(**V2)).accepted()
    verify_blob(tmp_path / "without", mint(**V2, knobs={"tst.info_rest": []})).accepted()


def test_timestamp_authority_1416(tmp_path):
    """2026-07-08: a CA certificate as the signer."""
    verify_blob(tmp_path / "control", mint(**V2, knobs={"trust": embedded_root})).accepted()
    attack = mint(**V2, knobs={"trust": embedded_root, "tsa.extensions": also((cert.BC, True, cert.basic_constraints(True)))})
    result = verify_blob(tmp_path / "attack", attack)
    assert result.status == 12, result
    assert result.codes[0].startswith("timestamp-"), result


# --- certificates and logs ------------------------------------------------------------------


def test_cve_2024_54140(tmp_path):
    """sigstore-java < 1.2: the checkpoint's signature was not verified."""
    forged = {"entry.checkpoint.key": rekor.Log("rekor.mint.example", OTHER, 1)}
    verify_blob(tmp_path / "control", mint()).accepted()
    verify_blob(tmp_path / "attack", mint(knobs=forged)).refused("checkpoint-signature-invalid")
    forged = {"entry.checkpoint.key": rekor.Log("rekor2.mint.example", key("o", "ed25519"), 2)}
    verify_blob(tmp_path / "v2-control", mint(**V2)).accepted()
    verify_blob(tmp_path / "v2-attack", mint(**V2, knobs=forged)).refused("checkpoint-signature-invalid")


@pytest.mark.parametrize("order", ["fake-first", "fake-last"])
def test_sigstore_rust_154(order, tmp_path):
    """2026-07-08: the SCT's issuer was taken from the bundle's unverified chain."""
    fake = cert.build(Knobs({}), "fake", OTHER384, None, mint().intermediate.subject, [
        (cert.BC, True, cert.basic_constraints(True))], T - 10, T + 10 ** 6)
    settings = dict(material="chain", version="0.2")
    real = [mint().intermediate.der]
    chain = lambda leaf: leaf + ([fake.der] + real if order == "fake-first" else real + [fake.der])
    attack = mint(**settings, knobs={"sct.issuer_spki": OTHER384.spki, "chain": lambda leaf: leaf + real})
    verify_blob(tmp_path / "control", mint(**settings, knobs={"chain": lambda leaf: leaf + real})).accepted()
    verify_blob(tmp_path / "attack", attack).refused("sct-signature-invalid")
    # The fake parent is not self-issued by name only; either way it must not help.
    issued = cert.build(Knobs({"f.issuer": mint().root.subject}), "f", OTHER384, None, mint().intermediate.subject, [
        (cert.BC, True, cert.basic_constraints(True))], T - 10, T + 10 ** 6)
    chain = lambda leaf: leaf + ([issued.der] + real if order == "fake-first" else real + [issued.der])
    attack = mint(**settings, knobs={"sct.issuer_spki": OTHER384.spki, "chain": chain})
    verify_blob(tmp_path / "chain", attack).refused("sct-signature-invalid")


def test_chain_from_the_layer_is_not_trusted(tmp_path):
    """A leaf by an authority that only the layer's chain annotation knows (SPEC 10.2)."""
    own_root = cert.build(Knobs({}), "own", OTHER384, None, cert.name(("CN", "own")), [
        (cert.BC, True, cert.basic_constraints(True))], T - 10 ** 6, T + 10 ** 6)
    layout, _, m = image_with({"content": "simplesigning"})
    verify_image(tmp_path / "control", layout, m).accepted()
    layout, _, m = image_with({"content": "simplesigning", "knobs": {
        "leaf.issuer_certificate": own_root,
        "layer.annotations": edited(**{"dev.sigstore.cosign/chain": pem("CERTIFICATE", own_root.der)})}})
    verify_image(tmp_path / "attack", layout, m).refused("cert-untrusted")


def test_tob_sigstore_6(tmp_path):
    """sigstore-rust: a key was parsed twice in different ways. The same key in each form decides the same."""
    m = mint(material="key")
    verify_blob(tmp_path / "pem", m).accepted()
    certificate = cert.build(Knobs({}), "c", m.key, None, cert.name(("CN", "x")), [], T, T + 10)
    (tmp_path / "cert.pem").write_text(pem("CERTIFICATE", certificate.der))
    verify_blob(tmp_path / "certificate", m, by=("--key", tmp_path / "cert.pem")).accepted()
    r = mint(material="key", signer="rsa2048")
    pkcs1 = der.children(der.read(r.key.spki)[1])[1][1][1:]
    (tmp_path / "rsa.pem").write_text(pem("RSA PUBLIC KEY", pkcs1))
    verify_blob(tmp_path / "pkcs1", r, by=("--key", tmp_path / "rsa.pem")).accepted()
    (tmp_path / "other.pem").write_text(OTHER.pem)
    verify_blob(tmp_path / "other", m, by=("--key", tmp_path / "other.pem")).refused("tlog-key-mismatch")


def test_cve_2023_47122_and_2024_51746(tmp_path, no_network):
    """gitsign: keys fetched from Rekor itself, and the wrong one of several search results. Nothing is ever looked up."""
    m = mint(logs=(), timestamp=True)
    plain = verify_blob(tmp_path / "with", m).refused("tlog-entry-missing")
    layout, _, m = image_with({"content": "simplesigning", "logs": ()})
    prepared = verify_image(tmp_path / "layer", layout, m).refused("tlog-entry-missing")
    alone = run(*plain.argv[1:], namespace=True)
    assert (alone.status, alone.codes) == (plain.status, plain.codes)
    alone = run(*prepared.argv[1:], namespace=True)
    assert (alone.status, alone.codes) == (prepared.status, prepared.codes)


@pytest.mark.parametrize("shape", ["bundle", "chain", "layer", "entries", "root", "everything"])
def test_cve_2026_44310(shape, tmp_path):
    """gitsign: a panic on empty certificates, and then exit 0. Empty sets everywhere."""
    verify_blob(tmp_path / "control", mint()).accepted()
    if shape == "bundle":
        result = verify_blob(tmp_path, mint(knobs={"verification": edited(certificate={})}))
    elif shape == "chain":
        result = verify_blob(tmp_path, mint(material="chain", version="0.1", knobs={"chain": []}))
    elif shape == "layer":
        layout, _, m = image_with({"content": "simplesigning", "knobs": {
            "layer.annotations": edited(**{"dev.sigstore.cosign/certificate": "", "dev.sigstore.cosign/chain": ""})}})
        result = verify_image(tmp_path, layout, m)
    elif shape == "entries":
        result = verify_blob(tmp_path, mint(knobs={"verification": edited(tlogEntries=[])}))
    elif shape == "root":
        result = verify_blob(tmp_path, mint(knobs={"trust": lambda t: {**{k: [] for k in t}, "mediaType": t["mediaType"]}}))
    else:
        result = verify_blob(tmp_path, mint(knobs={"bundle.text": b"{}"}))
    assert result.status in (2, 12, 13), result
    assert b"internal-error" not in result.stdout + result.stderr


@pytest.mark.parametrize("r, s", [(0, 0), (0, 1), (1, 0), ("n", 1), (1, "n"), ("n", "n"), ("n+1", 1)])
@pytest.mark.parametrize("kind", ["p256", "p384"])
def test_cve_2022_21449(kind, r, s, tmp_path):
    """Java's ECDSA: r = s = 0 verifies everything."""
    n = mint_keys.ORDER[kind]
    value = lambda x: {"n": n, "n+1": n + 1}.get(x, x)
    forged = mint_keys.ecdsa_der(value(r), value(s))
    verify_blob(tmp_path / "control", mint(signer=kind)).accepted()
    verify_blob(tmp_path / "signature", mint(signer=kind, knobs={"signature": forged})).refused({"signature-invalid", "signature-malformed"})
    if kind == "p256":
        verify_blob(tmp_path / "set", mint(knobs={"entry.set.signature": forged})).refused("tlog-promise-invalid")
        verify_blob(tmp_path / "sct", mint(knobs={"sct.sct": lambda sct: sct[:45] + len(forged).to_bytes(2, "big") + forged})).refused("sct-signature-invalid")
        verify_blob(tmp_path / "tst", mint(**V2, knobs={"tst.signature": forged})).refused("timestamp-signature-invalid")
        line = lambda lines: [rekor.note_line("rekor.mint.example", rekor.H256(key("rekor v1").spki)[:4], forged)]
        verify_blob(tmp_path / "checkpoint", mint(knobs={"entry.checkpoint.lines": line})).refused("checkpoint-signature-invalid")
    else:
        verify_blob(tmp_path / "cert", mint(knobs={"leaf.signature": forged})).refused("cert-signature-invalid")


def test_high_s_is_valid(tmp_path):
    """The other way round: Sigstore has no low-s rule (SPEC 3.4)."""
    verify_blob(tmp_path / "a", mint(knobs={"signature": mint_keys.negate_s})).accepted()
    verify_blob(tmp_path / "b", mint()).accepted()


# --- images and layouts (SPEC 17.3) ------------------------------------------------------------


@pytest.mark.parametrize("shape", ["both", "index-as-manifest", "manifest-as-index", "neither"])
def test_cve_2021_41190(shape, tmp_path):
    """OCI type confusion (also GHSA-77vh-xpmg-72qh, GHSA-qq97-vm5h-rrhg, GHSA-5j5w-g665-5m35)."""
    layout = Layout()
    plain = layout.image(listed=False)
    manifest = json.loads(layout.blobs[plain["digest"]])
    index = {"schemaVersion": 2, "mediaType": oci.INDEX, "manifests": [plain]}
    body, media_type = {"both": ({**manifest, "manifests": [plain]}, oci.MANIFEST),
                        "index-as-manifest": (index, oci.MANIFEST), "manifest-as-index": (manifest, oci.INDEX),
                        "neither": ({"schemaVersion": 2, "mediaType": oci.MANIFEST}, oci.MANIFEST)}[shape]
    control = Layout()
    _, _, m = image_with({}, control, control.image())
    verify_image(tmp_path / "control", control, m).accepted()
    layout.list(layout.manifest(body, media_type), "latest")
    image = layout.index["manifests"][0]
    _, _, m = image_with({}, layout, image)
    result = verify_image(tmp_path / "attack", layout, m)
    assert result.status == 12, result
    result.mentions("manifest-malformed")


@pytest.mark.parametrize("digest", ["sha256:../../../etc/passwd", "sha256:" + "A" * 64, "sha256:" + "0" * 63, "sha256:" + "0" * 65,
                                    "sha256:", "", "sha256:" + "0" * 64 + "/../x", "../sha256:" + "0" * 64, "sha256:%2e%2e"])
@pytest.mark.parametrize("where", ["index", "layer", "referrer"])
def test_cve_2024_3727(where, digest, tmp_path):
    """containers/image: digest strings became paths before they were checked."""
    layout, image, m = image_with({})
    verify_image(tmp_path / "control", layout, m).accepted()
    if where == "referrer":
        layout, image, m = image_with({}, edit=lambda manifest: {**manifest, "layers": [{**manifest["layers"][0], "digest": digest}]})
    elif where == "index":
        layout.index["manifests"][0] = {**layout.index["manifests"][0], "digest": digest}
    else:
        layout = Layout()
        plain = layout.image(listed=False)
        manifest = json.loads(layout.blobs[plain["digest"]])
        image = layout.list(layout.manifest({**manifest, "layers": [{**manifest["layers"][0], "digest": digest}]}), "latest")
        _, _, m = image_with({}, layout, image)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("secret")
    result = verify_image(tmp_path / "attack", layout, m)
    assert result.status in (11, 12), result
    result.mentions({"manifest-malformed", "digest-alg-unsupported", "reference-invalid", "layout-malformed", "layout-blob-missing"})


def test_cve_2023_33959(tmp_path):
    """notation: the envelope's subject was not compared with the artifact. A good bundle moved to another image."""
    first, image, m = image_with({})
    verify_image(tmp_path / "control", first, m).accepted()
    second = Layout()
    other = second.image(b"another layer\n")
    second.attach_bundle(other, m.bundle_text)
    verify_image(tmp_path / "bundle", second, m).refused("subject-mismatch")
    _, _, layer = image_with({"content": "simplesigning"})
    third = Layout()
    other = third.image(b"another layer\n")
    third.attach_tag(other, [third.layer(layer)])
    verify_image(tmp_path / "layer", third, layer).refused("payload-digest-mismatch")


def test_subject_of_the_referrer_is_another_image(tmp_path):
    """SPEC 10.1: a referrer whose own subject is another image is no signature of this one."""
    layout, image, m = image_with({}, edit=lambda manifest: {**manifest, "subject": {**manifest["subject"], "digest": "sha256:" + "1" * 64}})
    result = verify_image(tmp_path, layout, m)
    assert result.status in (10, 12), result


def test_several_signatures_are_not_mixed(tmp_path):
    """All wanted annotations on one signature, and identity and annotation on the same one (PRODUCT 1)."""
    layout, image, m = image_with({"annotations": {"a": "1"}})
    image_with({"annotations": {"b": "2"}}, layout, image)
    verify_image(tmp_path / "control", layout, m, ("-a", "a=1")).accepted()
    result = verify_image(tmp_path / "attack", layout, m, ("-a", "a=1", "-a", "b=2"))
    assert result.status == 12 and set(result.codes) == {"annotation-mismatch"}, result


def test_a_good_signature_among_bad_ones(tmp_path):
    layout, image, m = image_with({"knobs": {"entry.set.key": OTHER}})
    image_with({"knobs": {"bundle.text": b"{"}}, layout, image)
    image_with({}, layout, image)
    image_with({"logs": ("v2",), "knobs": {"tst.key": OTHER}}, layout, image)
    result = verify_image(tmp_path, layout, m)
    assert result.status == 0 and result.report["result"] == "accepted", result
