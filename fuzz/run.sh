#!/bin/sh
# run.sh BUILD SECONDS JOBS: each target for SECONDS over a copy of its corpus, JOBS at a time. Fails if one found something.
build=$1 seconds=$2 jobs=$3
mkdir -p "$build/work"
one() {
	name=$1
	mkdir -p "$build/work/$name"
	"$build/fuzz_$name" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$build/work/$name." "$build/work/$name" "fuzz/corpus/$name" >"$build/work/$name.log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/work/$name.log")
	echo "fuzz_$name: exit $status, ${runs:-0} runs in $seconds s"
	return $status
}
if [ -n "$4" ]; then
	one "$4"
	exit
fi
ls fuzz/fuzz_*.c | sed 's/.*fuzz_//; s/\.c$//' | xargs -P "$jobs" -I{} sh fuzz/run.sh "$build" "$seconds" "$jobs" {}
