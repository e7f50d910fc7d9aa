#!/bin/sh
# purity.sh ARCHIVE CC: the core calls nothing but BearSSL, Ed25519's verifier and mem*, and runs with malloc trapped.
archive=$1 cc=$2
defined=$(mktemp)
nm --defined-only "$archive" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$defined"
foreign=$(nm -u "$archive" 2>/dev/null | awk 'NF == 2 { print $2 }' | sort -u | comm -23 - "$defined" |
	grep -vE '^(_GLOBAL_OFFSET_TABLE_|br_[a-z0-9_]+|memcpy|memmove|memset|memcmp|crypto_(sign_ed25519|sign|core_ed25519|scalarmult_ed25519)_[a-z0-9_]+)$')
# Tables of pointers are const too, but stand in .data.rel.ro while the code may move.
writable=$(objdump -t "$archive" | awk '/ O / && /[ \t]\.(data|bss|tdata|tbss)/ && !/\.data\.rel\.ro/ { print $NF }')
rm -f "$defined"
if [ -n "$foreign" ]; then
	echo "purity: the core calls: $foreign" >&2
	exit 1
fi
if [ -n "$writable" ]; then
	echo "purity: the core has writable globals: $writable" >&2
	exit 1
fi
$cc -std=c99 -Wall -Wextra -Werror -O1 -o "$archive.purity" tests/purity.c "$archive" -lbearssl -lsodium || exit 1
"$archive.purity" tests/vectors/conformance/happy-path-v0.3/bundle.sigstore.json tests/vectors/conformance/a.txt src/cli/trusted_root.json || exit 1
"$archive.purity" tests/vectors/conformance/rekor2-happy-path/bundle.sigstore.json tests/vectors/conformance/a.txt tests/vectors/conformance/rekor2-happy-path/trusted_root.json || exit 1
echo "purity: 4 passed, 0 failed"
