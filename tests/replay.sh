#!/bin/sh
# replay.sh: every fuzz target over its corpus; one test a target.
out=$(make --no-print-directory -s replay 2>&1)
status=$?
printf '%s\n' "$out"
n=$(printf '%s\n' "$out" | grep -c 'inputs replayed$')
[ $status -eq 0 ] && echo "replay: $n passed, 0 failed" || { echo "replay: $n passed, 1 failed"; exit 1; }
