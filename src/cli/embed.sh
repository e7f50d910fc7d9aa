#!/bin/sh
# Turn a file into C: sh embed.sh trusted_root.json plomb_trusted_root_json > trusted_root.c
set -e
echo "/* Made by embed.sh; the source is ${1##*/}. */"
echo '#include <stddef.h>'
echo "extern const unsigned char $2[];"
echo "extern const size_t ${2}_len;"
echo "const unsigned char $2[] = {"
od -An -v -tu1 "$1" | sed 's/  */ /g; s/^ //; s/ *$//; s/ /,/g; s/$/,/'
echo '};'
echo "const size_t ${2}_len = sizeof $2;"
