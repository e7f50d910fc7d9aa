#!/bin/sh
# e2e.sh PYTHON [pytest arguments]: the built program from outside. Without arguments all files, shared out among sessions that run at the
# same time, because hostile servers are mostly waited for; each session looks at its own output for credentials.
python=$1
shift
export PYTHONDONTWRITEBYTECODE=1
pytest() {
	"$python" -B -m pytest -q -p no:cacheprovider "$@"
}
if [ $# -gt 0 ]; then
	pytest "$@"
	exit
fi
sessions=4
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# The tests of the signing module are for a program that has it.
case $("$PLOMB" version --output json | sed -n 's/.*"profile": "\(.*\)".*/\1/p') in
full*) left_out= ;;
verifier | offline) left_out='tests/e2e/test_sign*.py tests/e2e/test_keys.py' ;;
*)
	echo "e2e: $PLOMB names no profile" >&2
	exit 1
	;;
esac
i=0
for file in tests/e2e/test_*.py; do
	# shellcheck disable=SC2086 # patterns
	case " $(echo $left_out) " in *" $file "*) continue ;; esac
	echo "$file" >>"$logs/files.$((i % sessions))"
	i=$((i + 1))
done
n=0
while [ $n -lt $sessions ]; do
	(
		# shellcheck disable=SC2046 # a list of file names
		pytest $(cat "$logs/files.$n") >"$logs/out.$n" 2>&1
		echo $? >"$logs/status.$n"
	) &
	n=$((n + 1))
done
wait
worst=0
for n in $(seq 0 $((sessions - 1))); do
	cat "$logs/out.$n"
	status=$(cat "$logs/status.$n" 2>/dev/null || echo 1)
	[ "$status" -eq 0 ] || worst=$status
done
exit "$worst"
