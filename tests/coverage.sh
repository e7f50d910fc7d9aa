#!/bin/sh
# coverage.sh: line and branch coverage of src/core by the unit tests and the fuzz corpus; the uncovered lines in build/coverage.txt.
set -e
dir=build/cov
find $dir -name '*.gcda' -delete 2>/dev/null || mkdir -p $dir
make --no-print-directory -s unit-run BUILD=$dir CC=gcc OPT='-O0 -g' CFLAGS='--coverage'
make --no-print-directory -s replay-run BUILD=$dir CC=gcc OPT='-O0 -g' CFLAGS='--coverage'
lines=0 hit=0 branches=0 taken=0
: >build/coverage.txt
printf '%-28s %8s %8s\n' file lines branches
for c in src/core/*.c; do
	base=${c##*/}
	out=$(gcov -b -o "$dir/src/core" "$dir/${c%.c}.o" 2>/dev/null | sed -n "/^File '.*$base'/,/^\$/p")
	l=$(printf '%s\n' "$out" | sed -n 's/^Lines executed:\([0-9.]*\)% of \([0-9]*\).*/\1 \2/p')
	b=$(printf '%s\n' "$out" | sed -n 's/^Taken at least once:\([0-9.]*\)% of \([0-9]*\).*/\1 \2/p')
	[ -n "$l" ] || continue
	grep -n '^ *#####:' "$base.gcov" | sed "s|^[0-9]*: *#####: *\([0-9]*\):|$c:\1:|" >>build/coverage.txt
	echo "$base $l ${b:-100 0}"
done | awk '{
	printf "%-28s %7.1f%% %7.1f%%\n", $1, $2, $4
	hit += $2 * $3 / 100; lines += $3; taken += $4 * $5 / 100; branches += $5
} END {
	l = 100 * hit / lines; b = 100 * taken / branches
	printf "%-28s %7.1f%% %7.1f%%  (%d lines, %d branches)\n", "src/core", l, b, lines, branches
	exit !(l >= 95 && b >= 90)
}' || status=1
rm -f ./*.gcov
echo "uncovered lines: build/coverage.txt ($(wc -l <build/coverage.txt))"
exit ${status:-0}
