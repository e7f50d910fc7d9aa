#!/usr/bin/env python3
"""What the fuzz targets of certificates start from, out of what make_certs.py wrote. Usage: make_cert_seeds.py (in the repository's root)."""
import os
import struct

CERTS = "tests/vectors/cert"
LEAF_BEGINS = 1700000000 + 62135596800  # as fuzz_path.c counts


def read(name):
    with open(os.path.join(CERTS, name), "rb") as f:
        return f.read()


def write(target, name, content):
    folder = os.path.join("fuzz/corpus", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(content)


def array(name, content):
    rows = [content[i:i + 16] for i in range(0, len(content), 16)]
    body = ",\n".join("\t" + ", ".join("0x%02x" % b for b in row) for row in rows)
    return "static const unsigned char %s[] = {\n%s\n};\n" % (name, body)


def path(leaf, own, helpers=(), flags=0, after=1):
    certs = [read(n + ".der") for n in [leaf, *own, *helpers]]
    return (bytes([flags, len(own)]) + struct.pack(">Q", LEAF_BEGINS + after)
            + b"".join(struct.pack(">H", len(c)) + c for c in certs))


def sct_list(*names):
    body = b"".join(struct.pack(">H", len(s)) + s for s in map(read, names))
    return struct.pack(">H", len(body)) + body


with open("fuzz/sct_seed.h", "w") as f:
    f.write("/* A leaf with its issuer, a log's key and the log's timestamp of the leaf. Made by tests/vectors/make_cert_seeds.py. */\n")
    for name, file in [("seed_leaf", "sct_leaf.der"), ("seed_issuer", "inter.der"), ("seed_log", "log_p256.spki"),
                       ("seed_sct", "sct_extensions.bin")]:
        f.write(array(name, read(file)))

for name in ["leaf", "inter", "root_version_1", "good_san_all", "good_unique_ids", "good_aki_all", "good_constraints_both",
             "leaf_by_ed25519", "leaf_two_unknown_critical", "real_leaf", "real_inter"]:
    write("cert", name, read(name + ".der"))
write("der", "certificate", read("inter.der"))
write("der", "oid", b"\x2b\x06\x01\x04\x01\x83\xbf\x30\x01\x08")
write("der", "dotted", b"1.3.6.1.4.1.57264.1.8")
write("der", "utctime", b"231114221320Z")
write("der", "gentime", b"20231114221320.5Z")
write("der", "integer", b"\x00\x80")
write("der", "algorithm", b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00")
write("der", "ecdsa", read("inter.der")[-105:].split(b"\x00", 1)[1])
write("path", "plain", path("leaf", ["inter", "root"]))
write("path", "helper", path("leaf", ["root"], ["inter"], flags=2))
write("path", "two_parents", path("leaf_with_aki", ["inter_other_key", "inter_with_ski", "root"]))
write("path", "self_issued", path("leaf_by_self_issued", ["inter_self_issued", "inter", "root"]))
write("path", "critical_eku", path("leaf_critical_eku", ["inter", "root"]))
write("path", "ed25519", path("leaf_by_ed25519", ["root_ed25519"]))
write("path", "timestamping", path("tsa_leaf", ["tsa_inter", "tsa_root"], ["tsa_leaf"], flags=1))
write("path", "maze", path("leaf_maze", ["maze_0"], ["maze_%d" % i for i in range(1, 12)], after=700))
write("sct", "good", sct_list("sct_extensions.bin"))
write("sct", "several", sct_list("sct_wrong.bin", "sct_unknown_log.bin", "sct_extensions.bin"))
write("sct", "twice", sct_list("sct_extensions.bin", "sct_extensions.bin"))
