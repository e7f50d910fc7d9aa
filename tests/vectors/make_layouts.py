#!/usr/bin/env python3
"""Write the layouts of tests/vectors/layout: images of the fixtures as tar
archives in the forms that are around: ustar, GNU and pax, with "./" in
front, with a top directory, with members for the directories."""

import io
import os
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "fixtures", "fixtures.tar.xz")
OUT = os.path.join(HERE, "layout")

# image, format, prefix of all names, members for directories
LAYOUTS = [
    ("gitlab-saved", tarfile.USTAR_FORMAT, "", False),
    ("old-saved", tarfile.GNU_FORMAT, "./", True),
    ("gitlab-fallback", tarfile.PAX_FORMAT, "layout/", True),
    ("old-attested", tarfile.GNU_FORMAT, "an image whose directory has a name of more than a hundred bytes "
     "so that GNU writes a long name and pax a path/", False),
    ("old-oci11-fallback", tarfile.PAX_FORMAT, "an image whose directory has a name of more than a hundred bytes "
     "so that GNU writes a long name and pax a path/", False),
    ("index", tarfile.PAX_FORMAT, "./", True),
]


def read(source, image):
    files = {}
    for member in source.getmembers():
        marker = "images/" + image + "/"
        if member.isfile() and marker in member.name:
            files[member.name.split(marker, 1)[1]] = source.extractfile(member).read()
    return files


def add(archive, name, content):
    info = tarfile.TarInfo(name)
    info.mtime = 1700000000
    if content is None:
        info.type = tarfile.DIRTYPE
        info.mode = 0o755
        archive.addfile(info)
        return
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def main():
    os.makedirs(OUT, exist_ok=True)
    with tarfile.open(SOURCE) as source:
        for image, form, prefix, directories in LAYOUTS:
            files = read(source, image)
            assert "index.json" in files, image
            with tarfile.open(os.path.join(OUT, image + ".tar"), "w", format=form) as archive:
                if directories:
                    for name in ("", "blobs", "blobs/sha256"):
                        add(archive, prefix + name, None)
                for name in sorted(files):
                    add(archive, prefix + name, files[name])


main()
