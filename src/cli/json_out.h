/*
 * A JSON writer: commas, quotes and escapes, so that no caller writes one by
 * hand. Strings are escaped as Go's encoding/json does, because scripts
 * compare cosign's output byte by byte: <, >, & and U+2028, U+2029 too, and
 * each byte that is not UTF-8 becomes U+FFFD.
 */
#ifndef PLOMB_JSON_OUT_H
#define PLOMB_JSON_OUT_H

#include "text.h"

typedef struct {
	plomb_text *text;
	unsigned depth;
	uint64_t filled;    /* bit d: level d has an element already */
	int after_key;
	const char *indent; /* NULL: on one line; else repeated per level */
} plomb_json_out;

/* Write to text; indent is NULL or, say, "  ". */
void plomb_json_out_init(plomb_json_out *out, plomb_text *text, const char *indent);

/* At most 64 levels. */
void plomb_json_object(plomb_json_out *out);
void plomb_json_object_end(plomb_json_out *out);
void plomb_json_array(plomb_json_out *out);
void plomb_json_array_end(plomb_json_out *out);

void plomb_json_key(plomb_json_out *out, const char *key);
void plomb_json_key_view(plomb_json_out *out, plomb_view key);

void plomb_json_put_string(plomb_json_out *out, plomb_view value);
void plomb_json_put_str(plomb_json_out *out, const char *value);
void plomb_json_put_number(plomb_json_out *out, int64_t value);
void plomb_json_put_bool(plomb_json_out *out, int value);
void plomb_json_put_null(plomb_json_out *out);
/* Text that is JSON already. */
void plomb_json_put_raw(plomb_json_out *out, plomb_view json);

/* A key and its string. */
void plomb_json_pair(plomb_json_out *out, const char *key, plomb_view value);
void plomb_json_pair_str(plomb_json_out *out, const char *key, const char *value);

#endif
