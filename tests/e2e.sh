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
i=0
for file in tests/e2e/test_*.py; do
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
