/*
 * JSON, as RFC 8259 says it and no wider: one strict pass over the bytes in
 * front of jsmn, then jsmn's tokens. The strict pass is where UTF-8, escapes,
 * numbers, depth, one value and duplicate keys (compared after unescaping)
 * are decided; jsmn alone is too lenient for a gate.
 *
 * Values are token numbers; PLOMB_JSON_NONE is "absent". All functions that
 * take a token accept PLOMB_JSON_NONE and answer as for an absent value.
 */
#ifndef PLOMB_JSON_H
#define PLOMB_JSON_H

#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#define JSMN_HEADER
#include <jsmn.h>

#include "work.h"

#define PLOMB_JSON_NONE UINT32_MAX

typedef struct {
	plomb_view text;
	const jsmntok_t *tok;
	uint32_t count;
} plomb_json;

typedef enum {
	PLOMB_JSON_ABSENT = 0,
	PLOMB_JSON_OBJECT,
	PLOMB_JSON_ARRAY,
	PLOMB_JSON_STRING,
	PLOMB_JSON_NUMBER,
	PLOMB_JSON_TRUE,
	PLOMB_JSON_FALSE,
	PLOMB_JSON_NULL
} plomb_json_type;

/*
 * The strict pass alone, without memory: PLOMB_OK, PLOMB_JSON_MALFORMED
 * (also: deeper than PLOMB_MAX_JSON_DEPTH), PLOMB_JSON_TRAILING_DATA (also
 * for a NUL behind it), PLOMB_LIMIT_EXCEEDED above PLOMB_MAX_INPUT_BYTES. On
 * success *tokens is how many tokens there are.
 */
PLOMB_MUST_CHECK plomb_status plomb_json_check(plomb_view text, uint32_t *tokens);

/*
 * Strict pass, duplicate keys, tokens. The tokens are taken from work and
 * stay. Also PLOMB_JSON_DUPLICATE_KEY, PLOMB_NO_ROOM. Time is n log n in the
 * bytes of the keys whatever they are; finding duplicates takes no memory.
 * The root is token 0, also where it is a scalar.
 */
PLOMB_MUST_CHECK plomb_status plomb_json_parse(plomb_work *work, plomb_view text, plomb_json *doc);

plomb_json_type plomb_json_typeof(const plomb_json *doc, uint32_t value);
/* The value's own bytes in the text (a string without its quotes, still escaped). */
plomb_view plomb_json_raw(const plomb_json *doc, uint32_t value);

/* First element of an array or first key of an object; next sibling; PLOMB_JSON_NONE at the end. */
uint32_t plomb_json_first(const plomb_json *doc, uint32_t parent);
uint32_t plomb_json_next(const plomb_json *doc, uint32_t value);
/* The value of a key. */
uint32_t plomb_json_value(const plomb_json *doc, uint32_t key);
/* How many elements or members; at most limit + 1 are counted. */
uint32_t plomb_json_size(const plomb_json *doc, uint32_t parent, uint32_t limit);

/* A string (or key) that unescapes to exactly these bytes. */
int plomb_json_eq(const plomb_json *doc, uint32_t value, plomb_view bytes);
int plomb_json_is(const plomb_json *doc, uint32_t value, const char *literal);

/* One member of an object by name, PLOMB_JSON_NONE if absent, null, or not an object. */
uint32_t plomb_json_member(const plomb_json *doc, uint32_t object, const char *name);

/*
 * All members of an object at once: names[i] in lowerCamelCase, its value's
 * token in values[i] or PLOMB_JSON_NONE if absent or null.
 * PLOMB_JSON_PROTO: the snake_case spelling is the same field (both at once
 * are PLOMB_JSON_DUPLICATE_KEY). PLOMB_JSON_STRICT: any other member is
 * PLOMB_JSON_UNKNOWN_FIELD; without it *unknown is set to 1 if there is one
 * (unknown may be NULL). Not an object: PLOMB_JSON_TYPE_MISMATCH.
 */
#define PLOMB_JSON_PROTO  1u
#define PLOMB_JSON_STRICT 2u
PLOMB_MUST_CHECK plomb_status plomb_json_members(const plomb_json *doc, uint32_t object,
	const char *const *names, size_t count, unsigned flags, uint32_t *values, int *unknown);

/*
 * A string's bytes, unescaped; a view into the text if it has no escapes,
 * else taken from work. A NUL inside is PLOMB_JSON_MALFORMED; not a string
 * is PLOMB_JSON_TYPE_MISMATCH; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_json_string(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes);

/*
 * A string that is base64, standard or URL alphabet (not both), padded or
 * not, decoded into work. JSON escapes in it are read as what they mean.
 * PLOMB_BASE64_INVALID, PLOMB_JSON_TYPE_MISMATCH, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_json_base64(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes);

/*
 * An integer, as number or (protobuf's form) decimal string; "-" allowed, no
 * leading zeros, fraction, exponent or "-0". PLOMB_JSON_TYPE_MISMATCH, also
 * when out of int64.
 */
PLOMB_MUST_CHECK plomb_status plomb_json_int64(const plomb_json *doc, uint32_t value, int64_t *number);

/* true or false; PLOMB_JSON_TYPE_MISMATCH. */
PLOMB_MUST_CHECK plomb_status plomb_json_bool(const plomb_json *doc, uint32_t value, int *flag);

#endif
