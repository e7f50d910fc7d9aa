#!/bin/sh
# faults.sh: the linker's options for every call that tests/e2e/fault.c defines.
sed -nE 's/^(CALL[A-Z_]*|DEFINE)\(([^,(]*, )?([a-z_0-9]+)[,)].*/-Wl,--wrap=\3/p' tests/e2e/fault.c
