#!/usr/bin/python3
"""
flags.txt: every option of the commands that plomb has in common with cosign,
as two releases of cosign know them. Rows: command, option, "switch" or
"value", releases that list it in their help, releases that take it unlisted.

    flags.py COSIGN2 COSIGN3 > flags.txt
"""
import re
import subprocess
import sys

COMMANDS = ["verify", "verify-attestation", "verify-blob", "verify-blob-attestation", "tree", "initialize",
            "trusted-root create", "version", "sign", "attest", "sign-blob", "attest-blob"]


def listed(program, command):
    """{option: kind} of the help."""
    text = subprocess.run([program, *command.split(), "--help"], capture_output=True, text=True, check=True).stdout
    text = text[text.index("\nFlags:"):]
    found = {name: "switch" if value in ("true", "false") else "value"
             for name, value in re.findall(r"--([A-Za-z0-9-]+)=(.*):\n", text)}
    # The options of all commands have a form of their own.
    found.update({name: "value" if kind.strip() else "switch"
                  for name, kind in re.findall(r"\n +(?:-[a-z], )?  *--([A-Za-z0-9-]+)( [a-z]+)? {2,}", text)})
    found.update({name: "switch" for name in re.findall(r"-d, --(verbose)", text)})
    found.update({name: "value" for name in re.findall(r"-t, --(timeout)", text)})
    return found


def takes(program, command, option):
    done = subprocess.run([program, *command.split(), "--" + option], capture_output=True, text=True)
    return f"unknown flag: --{option}" not in done.stderr


programs = {"2.6.5": sys.argv[1], "3.1.3": sys.argv[2]}
print("# made by flags.py; command, option, kind, in the help of, taken unlisted by")
for command in COMMANDS:
    helps = {release: listed(program, command) for release, program in programs.items()}
    kinds = {**helps["3.1.3"], **helps["2.6.5"]}
    for option in sorted(kinds):
        seen = [release for release in programs if option in helps[release]]
        unlisted = [release for release in programs if release not in seen and takes(programs[release], command, option)]
        print(command.replace(" ", "_"), option, kinds[option], ",".join(seen), ",".join(unlisted) or "-")
