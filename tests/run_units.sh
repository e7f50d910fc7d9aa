#!/bin/sh
# run_units.sh QEMU TEST…: run the unit tests, as many at once as there are processors, print the totals, fail if any failed or
# ran nothing. run_units.sh --one QEMU TEST is one of them.
if [ "$1" = --one ]; then
	out=$($2 "$3" 2>&1)
	status=$?
	p=$(printf '%s\n' "$out" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | tail -1)
	if [ $status -eq 0 ] && [ "${p:-0}" -gt 0 ]; then
		echo "ok $p"
		exit 0
	fi
	printf '%s\n' "$out" | tail -40
	echo "FAILED: $3 (exit $status)"
	exit 0
fi
qemu=$1
shift
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} sh tests/run_units.sh --one "$qemu" {} | awk '
	/^ok [0-9]+$/ { passed += $2; next }
	/^FAILED: / { failed ++ }
	{ print }
	END { printf "unit: %d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }'
