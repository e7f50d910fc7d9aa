#!/bin/sh
# Turn a trust root into C: sh embed.sh trusted_root.json > trusted_root.c
set -e
echo '/* Made by embed.sh; the source is trusted_root.json. */'
echo '#include <stddef.h>'
echo 'extern const unsigned char plomb_trusted_root_json[];'
echo 'extern const size_t plomb_trusted_root_json_len;'
echo 'const unsigned char plomb_trusted_root_json[] = {'
od -An -v -tu1 "$1" | sed 's/  */ /g; s/^ //; s/ *$//; s/ /,/g; s/$/,/'
echo '};'
echo 'const size_t plomb_trusted_root_json_len = sizeof plomb_trusted_root_json;'
