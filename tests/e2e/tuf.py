"""
Mirrors for tests of the trust root's updates: folders of tests/vectors/tuf,
as a directory or served over HTTP, and a client that keeps what it got.
"""
import shutil

from plomb import VECTORS, run
from registry import Answer, Server

TUF = VECTORS / "tuf"
MADE = TUF / "made"
PUBLIC = TUF / "public"
NOW = "2026-08-24T00:00:00Z"
ROOT = MADE / "base" / "1.root.json"


def mirror_of(tmp_path, *folders):
    """The files of these folders of vectors, the later over the earlier ones."""
    mirror = tmp_path / "mirror"
    shutil.rmtree(mirror, ignore_errors=True)
    for folder in folders:
        shutil.copytree(MADE / folder, mirror, dirs_exist_ok=True)
    return mirror


class Client:
    """A device: what it keeps is in tmp_path/kept."""

    def __init__(self, tmp_path):
        self.path, self.folder = tmp_path, tmp_path / "kept"
        self.env = {"TUF_ROOT": str(self.folder)}

    def run(self, *argv, env=None, **more):
        return run(*argv, cwd=self.path, env={**self.env, **(env or {})}, **more)

    def update(self, mirror, *more, clock=NOW, **options):
        flags = () if mirror is None else ("--mirror", mirror)
        return self.run("trusted-root", "update", *flags, *(("--clock", clock) if clock else ()), *more, **options)

    def kept(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir()} if self.folder.exists() else {}

    def start(self, *folders):
        """Up to date with base, or with what these folders make of it."""
        result = self.update(mirror_of(self.path, *(folders or ("base",))), "--root", ROOT)
        assert result.status == 0, result
        return self.kept()

    def show(self):
        return self.run("trusted-root", "show", "--output", "json", "--clock", "none")


def serve(folder, hook=None, tls=None):
    """A mirror over HTTP. hook(request, name) may answer instead: an Answer, or None."""
    def answer(request):
        name = request.path.lstrip("/")
        found = hook(request, name) if hook else None
        if found is None:
            path = folder / name
            found = Answer(200, path.read_bytes()) if path.is_file() else Answer(404, b"<html>no such file</html>", "text/html")
        return found

    server = Server(hook=answer, tls=tls)
    server.url = f"{'https' if tls else 'http'}://localhost:{server.port}"
    return server
