"""
The hooks under contrib/, each run as its tool runs it and held to the statuses that the tool reads. SWUpdate is the real one.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

from plomb import PROGRAM, TREE, VECTORS

CONTRIB = TREE / "contrib"
IMAGE = VECTORS / "demo" / "image.tar"
OPTIONS = ["# who may have signed", "", "--trusted-root", str(VECTORS / "demo" / "trusted_root.json"), "--certificate-identity",
           "https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main", "--certificate-oidc-issuer",
           "https://gitlab.example.com"]
REASON = 'annotation-mismatch: annotation "tag" is "main", wanted "v1"'


class Device:
    """A device: the helper, its options, and a folder to work in."""

    def __init__(self, folder):
        self.folder = folder
        self.args = folder / "verify.args"
        self.environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PLOMB": PROGRAM, "PLOMB_VERIFY_ARGS": str(self.args),
                            "PLOMB_VERIFY_LOCAL": str(CONTRIB / "plomb-verify-local"), "TMPDIR": str(folder)}
        self.wants("tag=main")

    def wants(self, annotation):
        self.args.write_text("\n".join(OPTIONS + ["-a", annotation]))  # the last line without its end counts too

    def run(self, *argv, **environment):
        done = subprocess.run([str(a) for a in argv], cwd=self.folder, env={**self.environment, **environment},
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout == "" or "swupdate" in str(argv[0])
        return done


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path)


def last(done):
    return done.stderr.strip().splitlines()[-1]


# --- the helper -----------------------------------------------------------------------------------


def test_helper_accepts_and_refuses(device):
    helper = CONTRIB / "plomb-verify-local"
    done = device.run(helper, IMAGE)
    assert done.returncode == 0 and done.stderr == ""  # SWUpdate takes what stands there for an error
    device.wants("tag=v1")
    done = device.run(helper, IMAGE)
    assert done.returncode == 12 and last(done).endswith(REASON)


def test_helper_takes_image_names_as_names(device):
    strange = device.folder / "--trusted-root=x y.tar"
    shutil.copy(IMAGE, strange)
    assert device.run(CONTRIB / "plomb-verify-local", strange.name).returncode == 0
    assert device.run(CONTRIB / "plomb-verify-local", strange.name, IMAGE).returncode == 0
    assert device.run(CONTRIB / "plomb-verify-local", IMAGE, "missing.tar").returncode == 11


@pytest.mark.parametrize("content", [None, "", "# nothing but a remark\n"])
def test_helper_wants_to_know_who(device, content):
    device.args.unlink()
    if content is not None:
        device.args.write_text(content)
    assert device.run(CONTRIB / "plomb-verify-local", IMAGE).returncode == 2


def test_helper_wants_an_image(device):
    assert device.run(CONTRIB / "plomb-verify-local").returncode == 2


# --- RAUC -----------------------------------------------------------------------------------------

COMPATIBLE = {"RAUC_SYSTEM_COMPATIBLE": "acme-gateway", "RAUC_MF_COMPATIBLE": "acme-gateway", "RAUC_MF_VERSION": "2026.11",
              "RAUC_MOUNT_PREFIX": "/run/rauc"}


@pytest.fixture
def bundle(device):
    """What RAUC has mounted: the hook and an image."""
    folder = device.folder / "bundle"
    folder.mkdir()
    shutil.copy(CONTRIB / "rauc" / "hook", folder)
    shutil.copy(CONTRIB / "rauc" / "manifest.raucm", folder)
    shutil.copy(IMAGE, folder / "app.tar")
    return folder


def test_rauc_installs_what_is_signed(device, bundle):
    assert device.run(bundle / "hook", "install-check", **COMPATIBLE).returncode == 0


def test_rauc_rejects_with_the_reason(device, bundle):
    device.wants("tag=v1")
    done = device.run(bundle / "hook", "install-check", **COMPATIBLE)
    assert done.returncode == 10 and last(done).endswith(REASON)


def test_rauc_rejects_one_bad_image_of_two(device, bundle):
    data = bytearray(IMAGE.read_bytes())
    at = data.index(b'"layers"')
    data[at + 3] ^= 1
    (bundle / "zz.tar").write_bytes(data)
    assert device.run(bundle / "hook", "install-check", **COMPATIBLE).returncode == 10


@pytest.mark.parametrize("compatible", ["other-device", ""])
def test_rauc_compares_compatible(device, bundle, compatible):
    done = device.run(bundle / "hook", "install-check", **{**COMPATIBLE, "RAUC_MF_COMPATIBLE": compatible})
    assert done.returncode == 10 and '"acme-gateway"' in last(done)


def test_rauc_rejects_a_bundle_without_image(device, bundle):
    (bundle / "app.tar").unlink()
    done = device.run(bundle / "hook", "install-check", **COMPATIBLE)
    assert done.returncode == 10 and last(done) == "the bundle holds no container image"


def test_rauc_hook_fails_where_nothing_is_decided(device, bundle):
    device.args.unlink()
    assert device.run(bundle / "hook", "install-check", **COMPATIBLE).returncode == 1
    device.wants("tag=main")
    assert device.run(bundle / "hook", "install-check", **COMPATIBLE, PLOMB_VERIFY_LOCAL="/nonexistent").returncode == 10


# --- Mender ---------------------------------------------------------------------------------------


@pytest.fixture
def payloads(device):
    for number in ("0000", "0001"):
        files = device.folder / "payloads" / number / "tree" / "files"
        files.mkdir(parents=True)
        shutil.copy(IMAGE, files / "app.tar")
    device.environment["MENDER_PAYLOADS"] = str(device.folder / "payloads")
    return device.folder / "payloads"


SCRIPT = CONTRIB / "mender" / "Download_Leave_50_plomb"


def test_mender_goes_on_with_what_is_signed(device, payloads):
    assert device.run(SCRIPT).returncode == 0


def test_mender_gives_up_on_what_is_refused(device, payloads):
    device.wants("tag=v1")
    done = device.run(SCRIPT)
    assert done.returncode == 1 and last(done).endswith(REASON)


def test_mender_looks_at_every_payload(device, payloads):
    (payloads / "0001" / "tree" / "files" / "app.tar").write_bytes(b"")
    assert device.run(SCRIPT).returncode != 0


def test_mender_tries_later_what_cannot_be_read(device, payloads):
    (payloads / "0001" / "tree" / "files" / "app.tar").unlink()
    (payloads / "0001" / "tree" / "files" / "app.tar").mkdir()
    (payloads / "0001" / "tree" / "files" / "app.tar" / "index.json").symlink_to("/proc/self/mem")
    (payloads / "0001" / "tree" / "files" / "app.tar" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    assert device.run(SCRIPT).returncode == 21


def test_mender_gives_up_where_nobody_said_who(device, payloads):
    device.args.unlink()
    assert device.run(SCRIPT).returncode == 1


def test_mender_has_nothing_to_say_of_other_artifacts(device):
    device.args.unlink()
    assert device.run(SCRIPT, MENDER_PAYLOADS=str(device.folder)).returncode == 0


# --- SWUpdate -------------------------------------------------------------------------------------


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Update:
    """An update for the distribution's SWUpdate, which takes only signed ones, as the example's sw-description says."""

    def __init__(self, device):
        self.device, self.folder = device, device.folder / "swu"
        self.folder.mkdir()
        self.target = device.folder / "installed.tar"
        shutil.copy(IMAGE, self.folder / "app.tar")
        shutil.copy(CONTRIB / "swupdate" / "plomb-preload", self.folder)
        self.tool("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "../key.pem", "-out", "../cert.pem",
                  "-subj", "/CN=update", "-days", "30", "-addext", "extendedKeyUsage=emailProtection")

    def tool(self, *argv, **more):
        return subprocess.run(argv, cwd=self.folder, check=True, capture_output=True, **more)

    def install(self, data="app.tar"):
        text = (CONTRIB / "swupdate" / "sw-description").read_text()
        for name in ("app.tar", "plomb-preload"):
            text = text.replace(f"$swupdate_get_sha256({name})", sha256(self.folder / name))
        text = text.replace("/var/lib/containers/preload/app.tar", str(self.target))
        assert 'data = "app.tar"' in text and str(self.target) in text
        (self.folder / "sw-description").write_text(text.replace('data = "app.tar"', f'data = "{data}"'))
        self.tool("openssl", "cms", "-sign", "-binary", "-nosmimecap", "-outform", "DER", "-in", "sw-description", "-out",
                  "sw-description.sig", "-signer", "../cert.pem", "-inkey", "../key.pem")
        names = ["sw-description", "sw-description.sig", "plomb-preload", "app.tar"]
        swu = self.tool("cpio", "-o", "-H", "crc", input="\n".join(names).encode() + b"\n").stdout
        (self.device.folder / "update.swu").write_bytes(swu)
        return self.device.run("swupdate", "-M", "-m", "-H", "board:1.0", "-k", "cert.pem", "-i", "update.swu")


@pytest.fixture
def update(device):
    assert shutil.which("swupdate", path=device.environment["PATH"]), "swupdate is not installed (see tests/deps.sh)"
    return Update(device)


def test_swupdate_loads_what_is_signed(update):
    done = update.install()
    # Its exit status is no witness: 2022.12 at times ends with 1 after it has said that it was successful.
    assert "SWUPDATE successful" in done.stdout and "ERROR" not in done.stdout, done.stdout + done.stderr
    assert sha256(update.target) == sha256(IMAGE)


def test_swupdate_stops_before_it_installs(update):
    update.device.wants("tag=v1")
    done = update.install()
    assert done.returncode != 0 and not update.target.exists()
    assert REASON in done.stdout + done.stderr


@pytest.mark.parametrize("data", ["../../etc/passwd", "missing.tar", ".hidden"])
def test_swupdate_names_only_files_of_the_update(update, data):
    assert update.install(data).returncode != 0
    assert not update.target.exists()


def test_swupdate_script_wants_names(device):
    assert device.run(CONTRIB / "swupdate" / "plomb-preload").returncode == 1
