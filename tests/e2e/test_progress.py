"""
Progress on a terminal: one line that is written over in place and gone before
anything else is said. The program's clock is one that goes on by a tenth of a
second whenever it is looked at, so that no test has to wait.
"""
import os
import pty
import re
import shutil
import subprocess
import time

import pytest

from plomb import IDENTITY_FLAGS, PROGRAM, Layout, image_with, mint

CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *now)
{
	static int (*next)(clockid_t, struct timespec *);
	static long tenths;
	if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	if (id != CLOCK_MONOTONIC) return next(id, now);
	tenths = __atomic_add_fetch(&tenths, 1, __ATOMIC_RELAXED);
	now->tv_sec = 1000 + tenths / 10;
	now->tv_nsec = tenths % 10 * 100000000;
	return 0;
}
"""


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(CLOCK)
    subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", "-O1", "-o", folder / "clock.so", folder / "clock.c", "-ldl"], check=True)
    sanitizers = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": str(folder / "clock.so"), "ASAN_OPTIONS": (sanitizers + ":" if sanitizers else "") + "verify_asan_link_order=0"}


def on_terminal(folder, *argv, env=(), stdin=None, stdout=subprocess.DEVNULL):
    """The program with stderr (and stdout, if that is None) on a terminal: its exit status and every byte that went there."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen([PROGRAM, *argv], cwd=folder, stderr=theirs, stdout=theirs if stdout is None else stdout, stdin=stdin or subprocess.DEVNULL,
                            env={"PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C", "NO_COLOR": "1", **dict(env)})
    os.close(theirs)
    out = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(ours)
    return done.wait(60), out.decode()


def frames(text):
    """What stood on the line, one after the other."""
    return re.findall(r"\r(plomb: [^\r\n\b]*?) *\x08*(?=\r)", text)


def screen(text):
    """The lines that are to be seen in the end."""
    lines, line, at = [], [], 0
    for c in text:
        if c == "\r":
            at = 0
        elif c == "\n":
            lines.append("".join(line).rstrip(" "))
            line, at = [], 0
        elif c == "\b":
            at -= 1
        else:
            line[at:at + 1] = [c]
            at += 1
    return lines + (["".join(line).rstrip(" ")] if line else [])


def amounts(text):
    return [float(re.search(r"hashed ([0-9.]+)", frame)[1]) for frame in frames(text)]


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A signed image with a layer of 3 MiB, in every form."""
    folder = tmp_path_factory.mktemp("big")
    layout = Layout()
    image = layout.image(os.urandom(3 << 20))
    layout, image, m = image_with({}, layout, image)
    layout.write(str(folder / "layout"))
    layout.tar(str(folder / "layout.tar"))
    (folder / "root.json").write_bytes(m.trusted_root_text)
    b = mint()
    (folder / "artifact").write_bytes(b.artifact)
    (folder / "b.json").write_bytes(b.bundle_text)
    (folder / "blob.json").write_bytes(b.trusted_root_text)
    (folder / "large").write_bytes(b"\0" * (3 << 20))
    return folder


FLAGS = (*IDENTITY_FLAGS, "--trusted-root", "root.json", "--local-image")


@pytest.mark.parametrize("form,most", [("layout", r"3\.0 MiB"), ("layout.tar", r"3\.0 MiB"), ("-", None)])
def test_an_image(form, most, big, clock):
    with open(big / "layout.tar", "rb") as stdin:
        status, text = on_terminal(big, "verify", *FLAGS, form, env=clock, stdin=stdin)
    assert status == 0, text
    shown = frames(text)
    assert len(shown) > 5 and "\x1b" not in text
    assert all(re.fullmatch(r"plomb: hashed [0-9.]+ of " + most if most else r"plomb: hashed [0-9.]+ MiB", frame) for frame in shown), shown
    if most:
        assert amounts(text) == sorted(amounts(text)) and amounts(text)[0] < 1.5 and amounts(text)[-1] > 2.5
    # Nothing of it is left, and the rest is what is said without it.
    seen = screen(text)
    assert not any("hashed" in line for line in seen) and any(line.endswith("it was signed by the identity that was asked for") for line in seen)


def test_first_second_and_rate(big, clock):
    """By the clock, which is looked at for each piece and once more for each line: none in the first second, then five in each."""
    _, text = on_terminal(big, "verify", *FLAGS, "layout.tar", env=clock)
    first, second = amounts(text)[:2]
    # Ten pieces of 8 KiB go by in the first second, then one or two between lines.
    assert 8 * 8 / 1024 <= first + 0.1 and first <= 0.2 and second <= first + 0.1


def test_a_refused_image(big, clock):
    status, text = on_terminal(big, "verify", *FLAGS, "layout", "-a", "tag=x", env=clock)
    assert status == 12 and not frames(text) and screen(text)[-1].startswith("plomb: layout: annotation-mismatch: ")
    status, text = on_terminal(big, "verify", *FLAGS, "layout.tar", "-a", "tag=x", env=clock)
    assert status == 12 and frames(text) and screen(text)[-1].startswith("plomb: layout.tar: annotation-mismatch: ")


def test_output_on_the_same_terminal(big, clock):
    status, text = on_terminal(big, "verify", *FLAGS, "layout", "-o", "report", env=clock, stdout=None)
    assert status == 0 and frames(text)
    seen = screen(text)
    assert any(line.startswith('{"image":"layout",') for line in seen) and not any("hashed" in line for line in seen)


def test_many_images(big, clock):
    status, text = on_terminal(big, "verify", *FLAGS, *["layout"] * 7, env=clock)
    assert status == 0, text
    shown = [re.fullmatch(r"plomb: (\d)/7 images(, hashed [0-9.]+ MiB)?", frame) for frame in frames(text)]
    assert all(shown) and len(shown) > 10
    done = [int(match[1]) for match in shown]
    assert done == sorted(done) and done[0] < 3 and done[-1] > 4
    assert not any("images" in line for line in screen(text))


def test_a_file(big, clock):
    status, text = on_terminal(big, "verify-blob", *IDENTITY_FLAGS, "--trusted-root", "blob.json", "--bundle", "b.json", "large", env=clock)
    assert status == 12 and len(frames(text)) > 5 and all(frame.endswith(" of 3.0 MiB") for frame in frames(text))
    assert screen(text)[-1].startswith("plomb: large: ") and not any("hashed" in line for line in screen(text))
    status, text = on_terminal(big, "verify-blob", *IDENTITY_FLAGS, "--trusted-root", "blob.json", "--bundle", "b.json", "artifact", env=clock)
    assert status == 0 and frames(text) == [] and screen(text)[-1] == "Verified OK"


def test_tree(big, clock):
    status, text = on_terminal(big, "tree", "--local-image", "layout.tar", env=clock, stdout=None)
    assert status == 0 and frames(text) and not any("hashed" in line for line in screen(text))


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_terminal_that_cannot(term, big, clock):
    env = dict(clock)
    if term is None:
        # Popen's env has it; take it away with a shell of our own.
        ours, theirs = pty.openpty()
        done = subprocess.run(["env", "-u", "TERM", PROGRAM, "verify", *FLAGS, "layout"], cwd=big, stderr=theirs, stdout=subprocess.DEVNULL,
                              env={**os.environ, **env})
        text = os.read(ours, 65536).decode()
        os.close(theirs), os.close(ours)
        status = done.returncode
    else:
        status, text = on_terminal(big, "verify", *FLAGS, "layout", env={**env, "TERM": term})
    assert status == 0 and "hashed" not in text and "it was signed by the identity" in text


def test_colour_does_not_matter(big, clock):
    status, text = on_terminal(big, "verify", *FLAGS, "layout", env={**clock, "NO_COLOR": ""})
    assert status == 0 and frames(text) and all("\x1b" not in frame for frame in frames(text))


def test_no_terminal(big, clock):
    env = {"PATH": "/usr/bin:/bin", "TERM": "xterm", **clock}
    for target in (subprocess.PIPE, open(big / "err", "wb")):
        done = subprocess.run([PROGRAM, "verify", *FLAGS, "layout", "layout"], cwd=big, stderr=target, stdout=subprocess.PIPE, env=env)
        said = done.stderr if target == subprocess.PIPE else (big / "err").read_bytes()
        assert done.returncode == 0 and b"hashed" not in said and b"/2 images" not in said and b"\r" not in said
    # Nor if only stdout is one.
    ours, theirs = pty.openpty()
    done = subprocess.run([PROGRAM, "verify", *FLAGS, "layout", "--output-file", "out"], cwd=big, stderr=subprocess.PIPE, stdout=theirs, env=env)
    os.write(theirs, b"end")
    assert done.returncode == 0 and os.read(ours, 100) == b"end" and b"hashed" not in done.stderr
    os.close(ours), os.close(theirs)


def test_time_is_over(big, clock):
    """What is said then begins on a line of its own."""
    started = time.monotonic()
    # The writer stays, and so does not end what it writes.
    writer = subprocess.Popen(["sh", "-c", "head -c 2000000 layout.tar; exec sleep 30"], cwd=big, stdout=subprocess.PIPE)
    status, text = on_terminal(big, "verify", *FLAGS, "-", "--timeout", "1500ms", env=clock, stdin=writer.stdout)
    writer.kill()
    writer.stdout.close()
    writer.wait()
    assert status == 3 and frames(text + "\r")
    assert re.fullmatch(r"plomb: hashed [0-9.]+ MiB", screen(text)[-2]) and screen(text)[-1] == "plomb: timeout: the deadline has passed"
    assert time.monotonic() - started < 20
