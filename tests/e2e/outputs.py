"""
All that is printed during a session, by the program or by whatever started
it, and a last look whether a credential stands in it. A pytest plugin;
conftest.py loads it.
"""
import hashlib
import mmap
import os
import subprocess
import tempfile

import credentials

MAGIC = b"\n\n=== "
OUTPUT_FILE = ("--output-file", "--output-signature", "--output-certificate", "--out")


class Record:
    """What was printed, each text once."""

    def __init__(self):
        self.file, self.seen, self.runs, self.bytes = tempfile.TemporaryFile(), set(), 0, 0

    def add(self, argv, data):
        digest = hashlib.blake2b(data, digest_size=16).digest()
        self.bytes += len(data)
        if data and digest not in self.seen:
            self.seen.add(digest)
            # The command line is ours, and may hold what must not be printed.
            self.file.write(MAGIC + credentials_hidden(argv) + b"\n" + data)

    def leaks(self):
        """[(what, how, where)] of all credentials, also those that became known later."""
        self.file.flush()
        found = set()
        if self.file.tell() == 0:
            return found
        with mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            for name, how, needle in credentials.needles():
                at = text.find(needle)
                if at >= 0:
                    begin = text.rfind(MAGIC, 0, at)
                    found.add((name, how, text[begin + len(MAGIC):text.find(b"\n", begin + len(MAGIC))].decode("utf8", "replace")))
        return found


def credentials_hidden(argv):
    text = " ".join(os.fsdecode(a) for a in argv) if not isinstance(argv, (str, bytes)) else os.fsdecode(argv)
    return ("(a command line with a credential)" if credentials.leaks(os.fsencode(text)) else text.replace("\n", " ")[:400]).encode("utf8", "surrogateescape")


record = Record()
_run = subprocess.run


def _written_files(argv, folder):
    """What the program was told to write to."""
    argv = [os.fsdecode(a) for a in argv]
    for i, arg in enumerate(argv):
        name, equals, value = arg.partition("=")
        if name in OUTPUT_FILE:
            value = value if equals else argv[i + 1] if i + 1 < len(argv) else ""
            path = os.path.join(folder or ".", value)
            if os.path.isfile(path):
                yield path


def _recording_run(*popenargs, **options):
    done = _run(*popenargs, **options)
    record.runs += 1
    for data in (done.stdout, done.stderr):
        if data is not None:
            record.add(done.args, data if isinstance(data, bytes) else data.encode("utf8", "surrogateescape"))
    if isinstance(done.args, (list, tuple)):
        for path in _written_files(done.args, options.get("cwd")):
            with open(path, "rb") as file:
                record.add(done.args, file.read())
    return done


def pytest_configure(config):
    subprocess.run = _recording_run


def pytest_unconfigure(config):
    subprocess.run = _run


def pytest_sessionfinish(session, exitstatus):
    session.config.leaked = record.leaks()
    if session.config.leaked:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    leaked = getattr(config, "leaked", None)
    if leaked is None:
        return
    for name, how, where in sorted(leaked):
        terminalreporter.write_line(f"LEAKED: {name} ({how}) by: {where}", red=True)
    terminalreporter.write_line(f"credentials: {len(credentials.known())} looked for in {record.bytes} bytes that {record.runs} runs printed, "
                                f"{len(leaked)} found")
