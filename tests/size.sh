#!/bin/sh
# size.sh BUILD CC: text, stack and workspace of the core and of the program, for the host.
build=$1 cc=$2
row() { printf '%-44s %10s\n' "$1" "$2"; }
core=$(size -t "$build/libplomb.a" | awk 'END { print $1 " " $2 " " $3 }')
row "core, text and rodata (libplomb.a), bytes" "${core%% *}"
row "core, constant tables with addresses, bytes" "$(echo "$core" | awk '{ print $2 + $3 }')"
strip -o "$build/plomb.stripped" "$build/plomb"
row "program, stripped, shared libc and libsodium" "$(wc -c <"$build/plomb.stripped")"
row "program, text and rodata, bytes" "$(size "$build/plomb.stripped" | awk 'END { print $1 }')"
$cc -std=c99 -Wall -Wextra -Werror -Os -pthread -o "$build/footprint" tests/footprint.c "$build/libplomb.a" -lbearssl -lsodium || exit 1
for case in happy-path-v0.3 rekor2-happy-path rekor2-dsse-happy-path; do
	root=tests/vectors/conformance/$case/trusted_root.json
	[ -f "$root" ] || root=src/cli/trusted_root.json
	set -- $("$build/footprint" "tests/vectors/conformance/$case/bundle.sigstore.json" "$root")
	row "$case: stack, bytes" "$1"
	row "$case: workspace, trust root's part" "$2"
	row "$case: workspace, high water" "$3"
done
