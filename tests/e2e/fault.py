"""fault.c, built and asked: calls that fail, and how much memory was in use."""
import itertools
import os
import pathlib
import re
import shutil
import subprocess

from plomb import PROGRAM

HERE = pathlib.Path(__file__).resolve().parent


def is_sanitized():
    with open(PROGRAM, "rb") as program:
        return b"__asan_init" in program.read()


class Shim:
    """One build of fault.c; logs go to its folder."""

    def __init__(self, folder):
        assert not is_sanitized(), "a sanitizer has an allocator of its own: run these tests on the plain build"
        self.ops = re.findall(r"X\((\w+)\)", (HERE / "fault.c").read_text().split("#define OPS(X)")[1].split("#define")[0])
        self.path, self.folder, self.number = folder / "fault.so", folder, itertools.count()
        subprocess.run([shutil.which("cc") or "gcc", "-std=gnu99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O1", "-o", str(self.path),
                        str(HERE / "fault.c"), "-ldl"], check=True)

    def env(self, op=None, caller=None, at=0, every=False, fast=True):
        """(environment, where the log will be)."""
        log = self.folder / f"log-{next(self.number)}"
        env = {"LD_PRELOAD": str(self.path), "FAULT_LOG": str(log)}
        if op:
            env.update({"FAULT_OP": op, "FAULT_AT": str(at)})
        if caller:
            env["FAULT_CALLER"] = caller
        if every:
            env["FAULT_ALL"] = "1"
        if fast:
            env["FAULT_FAST"] = "1"
        return env, log


class Log:
    """What a run left behind: calls[op, caller], and bytes of memory."""

    def __init__(self, path):
        self.calls, self.peak, self.own_peak, self.left, self.blocks = {}, None, None, None, None
        for line in path.read_text().splitlines():
            kind, *rest = line.split()
            if kind == "heap":
                self.peak, self.own_peak, self.left, self.blocks = map(int, rest)
            else:
                self.calls[rest[0], rest[1]] = int(rest[2])
        os.unlink(path)
