#!/bin/sh
# all.sh: every test, one after the other, and a last line with the totals. Each part prints "NAME: N passed, N failed".
log=$(mktemp)
status=0
part() {
	name=$1
	shift
	echo "== $name"
	"$@" >"$log" 2>&1
	s=$?
	tail -n 400 "$log"
	# A part may run twice (two compilers); each total counts.
	p=$(sed -nE 's/^(.*[^0-9])?([0-9]+) passed.*/\2/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
	f=$(sed -nE 's/^(.*[^0-9])?([0-9]+) failed.*/\2/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
	if [ $s -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
	fi
	if [ $s -eq 0 ] && [ "$p" -eq 0 ]; then
		echo "$name: ran no test" >&2
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	[ $s -eq 0 ] || status=1
}
passed=0 failed=0
part unit make --no-print-directory -s unit
part replay sh tests/replay.sh
part cross make --no-print-directory -s cross
part purity make --no-print-directory -s purity
part e2e make --no-print-directory -s e2e
part sweep make --no-print-directory -s sweep-sample
rm -f "$log"
[ $failed -eq 0 ] || status=1
echo "$passed passed, $failed failed"
exit $status
