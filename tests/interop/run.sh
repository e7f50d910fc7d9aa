#!/bin/sh
# run.sh PYTHON [pytest arguments]: the tests against the world, and a last line with the totals.
python=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ "$python" -B -m pytest -q -p no:cacheprovider "$here" "$@"; echo "status $?"; } 2>&1 | tee "$log" | grep --line-buffered -v '^status '
status=$(sed -n 's/^status //p' "$log")
count() {
	sed -nE "s/^(.*[^0-9])?([0-9]+) $1.*/\2/p" "$log" | tail -1 | grep . || echo 0
}
passed=$(count passed)
failed=$(($(count failed) + $(count 'errors?')))
[ "$status" -eq 0 ] || [ "$failed" -ne 0 ] || failed=1
echo "interop: $passed passed, $failed failed"
exit "$status"
