#!/bin/sh
# run_units.sh QEMU TEST…: run each unit test, print its totals, fail if any failed or ran nothing.
qemu=$1
shift
passed=0 failed=0
for t in "$@"; do
	out=$($qemu "$t" 2>&1)
	status=$?
	p=$(printf '%s\n' "$out" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | tail -1)
	if [ $status -ne 0 ] || [ "${p:-0}" -eq 0 ]; then
		printf '%s\n' "$out" | tail -40
		echo "FAILED: $t (exit $status)"
		failed=$((failed + 1))
		continue
	fi
	passed=$((passed + p))
done
echo "unit: $passed passed, $failed failed"
[ $failed -eq 0 ]
