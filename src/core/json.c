/*
 * see json.h
 *
 * jsmn is compiled here, once and as static functions, so the archive needs
 * no jsmn symbol from anywhere and exports none. It is old code that converts
 * between int and unsigned without saying so; the strict pass bounds every
 * value it converts.
 */
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif
#include <jsmn.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "json.h"

#include "base64.h"

/* ------------------------------------------------------- the strict pass */

/*
 * Where the strict pass stands. The kinds of the open containers are one bit
 * each, so depth needs no stack; PLOMB_MAX_JSON_DEPTH is how many bits there
 * are.
 */
struct scan {
	plomb_view text;
	size_t at;
	uint32_t tokens;
	uint32_t objects; /* bit d - 1: the container at depth d is an object */
	unsigned depth;
};

/* The next byte, -1 at the end: the only way the strict pass reads. */
static int
peek(const struct scan *s)
{
	return s->at < s->text.n ? s->text.p[s->at] : -1;
}

/* Take this byte if it is next. */
static int
take(struct scan *s, int c)
{
	if (peek(s) != c) {
		return 0;
	}
	s->at ++;
	return 1;
}

static int
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_space(struct scan *s)
{
	while (is_space(peek(s))) {
		s->at ++;
	}
}

static int
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* 0 … 15, or -1. */
static int
hex_value(int c)
{
	if (is_digit(c)) {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* Four hex digits at *at, or -1. */
static int32_t
take_unit(plomb_view text, size_t *at)
{
	int32_t unit = 0;
	size_t i;

	for (i = 0; i < 4; i ++) {
		int digit = *at < text.n ? hex_value(text.p[*at]) : -1;

		if (digit < 0) {
			return -1;
		}
		unit = unit * 16 + digit;
		*at += 1;
	}
	return unit;
}

/* What follows "\u": a code point, or a high surrogate and "\u" and a low one. -1 for half a pair. */
static int32_t
take_pair(plomb_view text, size_t *at)
{
	int32_t high = take_unit(text, at), low;

	if (high < 0xD800 || high > 0xDFFF) {
		return high;
	}
	if (high > 0xDBFF || text.n - *at < 2 || text.p[*at] != '\\' || text.p[*at + 1] != 'u') {
		return -1;
	}
	*at += 2;
	low = take_unit(text, at);
	if (low < 0xDC00 || low > 0xDFFF) {
		return -1;
	}
	return 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
}

/* The code point of the escape whose backslash was just taken, or -1. */
static int32_t
take_escape(plomb_view text, size_t *at)
{
	unsigned char c;

	if (*at >= text.n) {
		return -1;
	}
	c = text.p[*at];
	*at += 1;
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return 0x08;
	case 'f':
		return 0x0C;
	case 'n':
		return 0x0A;
	case 'r':
		return 0x0D;
	case 't':
		return 0x09;
	case 'u':
		return take_pair(text, at);
	default:
		return -1;
	}
}

/* A whole string with its quotes. */
static int
scan_string(struct scan *s)
{
	if (!take(s, '"')) {
		return 0;
	}
	s->tokens ++;
	for (;;) {
		int c = peek(s);

		if (c < 0x20) {
			return 0;
		}
		if (c >= 0x80) {
			if (plomb_utf8_next(s->text, &s->at) < 0) {
				return 0;
			}
			continue;
		}
		s->at ++;
		if (c == '"') {
			return 1;
		}
		if (c == '\\' && take_escape(s->text, &s->at) < 0) {
			return 0;
		}
	}
}

/* One digit or more. */
static int
scan_digits(struct scan *s)
{
	if (!is_digit(peek(s))) {
		return 0;
	}
	while (is_digit(peek(s))) {
		s->at ++;
	}
	return 1;
}

static int
scan_number(struct scan *s)
{
	(void)take(s, '-');
	if (!take(s, '0') && !scan_digits(s)) {
		return 0;
	}
	if (take(s, '.') && !scan_digits(s)) {
		return 0;
	}
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+')) {
			(void)take(s, '-');
		}
		return scan_digits(s);
	}
	return 1;
}

static int
scan_literal(struct scan *s, const char *literal)
{
	size_t i;

	for (i = 0; literal[i] != '\0'; i ++) {
		if (!take(s, literal[i])) {
			return 0;
		}
	}
	return 1;
}

/* A number or a literal, and then something that cannot belong to it ("01", "truely" are no values). */
static int
scan_primitive(struct scan *s)
{
	int c = peek(s), good;

	good = c == 't' ? scan_literal(s, "true")
		: c == 'f' ? scan_literal(s, "false")
		: c == 'n' ? scan_literal(s, "null") : scan_number(s);
	if (!good) {
		return 0;
	}
	s->tokens ++;
	c = peek(s);
	return c < 0 || is_space(c) || c == ',' || c == ']' || c == '}';
}

/* A member's name and the colon after it. */
static int
scan_key(struct scan *s)
{
	skip_space(s);
	if (!scan_string(s)) {
		return 0;
	}
	skip_space(s);
	return take(s, ':');
}

static int
in_object(const struct scan *s)
{
	return s->depth != 0 && (s->objects >> (s->depth - 1) & 1) != 0;
}

enum step {
	STEP_BAD,
	STEP_WANTS_VALUE,
	STEP_HAS_VALUE,
	STEP_DONE
};

/* A bracket that opens; an object's first key with it. */
static enum step
scan_open(struct scan *s)
{
	uint32_t is_object = peek(s) == '{';

	if (s->depth == PLOMB_MAX_JSON_DEPTH) {
		return STEP_BAD;
	}
	s->at ++;
	s->tokens ++;
	skip_space(s);
	if (take(s, is_object ? '}' : ']')) {
		return STEP_HAS_VALUE;
	}
	s->objects = (s->objects & ~((uint32_t)1 << s->depth)) | is_object << s->depth;
	s->depth ++;
	if (is_object && !scan_key(s)) {
		return STEP_BAD;
	}
	return STEP_WANTS_VALUE;
}

/* Where a value must stand. */
static enum step
scan_value(struct scan *s)
{
	int c;

	skip_space(s);
	c = peek(s);
	if (c == '{' || c == '[') {
		return scan_open(s);
	}
	if (c == '"') {
		return scan_string(s) ? STEP_HAS_VALUE : STEP_BAD;
	}
	return scan_primitive(s) ? STEP_HAS_VALUE : STEP_BAD;
}

/* After a value: a comma and a key if one belongs there, or one closing bracket. */
static enum step
scan_after(struct scan *s)
{
	skip_space(s);
	if (s->depth == 0) {
		return STEP_DONE;
	}
	if (take(s, ',')) {
		return !in_object(s) || scan_key(s) ? STEP_WANTS_VALUE : STEP_BAD;
	}
	if (!take(s, in_object(s) ? '}' : ']')) {
		return STEP_BAD;
	}
	s->depth --;
	return STEP_HAS_VALUE;
}

/* see json.h */
plomb_status
plomb_json_check(plomb_view text, uint32_t *tokens)
{
	enum step step = STEP_WANTS_VALUE;
	struct scan s;

	*tokens = 0;
	/* Every token has a byte of its own and jsmn counts bytes in int: both fit below this. */
	if (text.n > PLOMB_MAX_INPUT_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	memset(&s, 0, sizeof s);
	s.text = text;
	while (step != STEP_DONE) {
		step = step == STEP_WANTS_VALUE ? scan_value(&s) : scan_after(&s);
		if (step == STEP_BAD) {
			return PLOMB_JSON_MALFORMED;
		}
	}
	/*
	 * Also for a NUL, where jsmn would stop and call the rest of the text
	 * no part of the document.
	 */
	if (s.at != text.n) {
		return PLOMB_JSON_TRAILING_DATA;
	}
	*tokens = s.tokens;
	return PLOMB_OK;
}

/* ----------------------------------------------------- unescaped strings */

/* A string's bytes as they are meant, one at a time and without memory. */
struct unescape {
	plomb_view raw;
	size_t at;
	unsigned char pending[4]; /* of the last escape */
	size_t pending_n, pending_at;
};

static void
unescape_start(struct unescape *u, plomb_view raw)
{
	memset(u, 0, sizeof *u);
	u->raw = raw;
}

/* The next byte, -1 at the end. */
static int
unescape_next(struct unescape *u)
{
	int32_t rune;
	unsigned char c;

	if (u->pending_at < u->pending_n) {
		c = u->pending[u->pending_at];
		u->pending_at ++;
		return c;
	}
	if (u->at >= u->raw.n) {
		return -1;
	}
	c = u->raw.p[u->at];
	u->at ++;
	if (c != '\\') {
		return c;
	}
	/* The strict pass has seen this escape, so there is a code point. */
	rune = take_escape(u->raw, &u->at);
	u->pending_n = plomb_utf8_put(u->pending, (uint32_t)rune);
	u->pending_at = 1;
	return u->pending[0];
}

/* Below, equal to or above 0, by what the strings mean. Reads no further than the shorter one. */
static int
compare_raw(plomb_view a, plomb_view b)
{
	struct unescape ua, ub;
	int ca, cb;

	unescape_start(&ua, a);
	unescape_start(&ub, b);
	do {
		ca = unescape_next(&ua);
		cb = unescape_next(&ub);
	} while (ca == cb && ca >= 0);
	return ca - cb;
}

static int
has_escapes(plomb_view raw)
{
	size_t i;

	for (i = 0; i < raw.n; i ++) {
		if (raw.p[i] == '\\') {
			return 1;
		}
	}
	return 0;
}

/* ---------------------------------------------------------------- tokens */

static plomb_view
token_text(plomb_view text, const jsmntok_t *token)
{
	return plomb_view_cut(text, (size_t)token->start, (size_t)(token->end - token->start));
}

/* In a tree by jsmn a key's parent is the object and a member's value's parent is the key. */
static int
is_key(const jsmntok_t *tok, uint32_t i)
{
	return tok[i].parent >= 0 && tok[tok[i].parent].type == JSMN_OBJECT;
}

/* By object, then by name. */
static int
compare_keys(plomb_view text, const jsmntok_t *a, const jsmntok_t *b)
{
	if (a->parent != b->parent) {
		return a->parent < b->parent ? -1 : 1;
	}
	return compare_raw(token_text(text, a), token_text(text, b));
}


/*
 * Duplicate keys are found by sorting. The keys are linked through their
 * tokens' size, which jsmn made 1 and nobody else reads, so sorting needs no
 * memory. It is a merge sort: every comparison reads at most as much as the
 * key that it puts in place, so the time is n log n in the bytes of all keys,
 * however they are chosen (no hash to collide, no pivot to spoil).
 */
#define LIST_END (-1)
#define MAX_RUNS 32 /* 2^32 keys, more than an input has bytes */

/* Two sorted lists into one; 0 if a key is in both. Equal keys are neighbours in order, so they meet here. */
static int
merge(plomb_view text, jsmntok_t *tok, int a, int b, int *merged)
{
	int *link = merged;

	while (a != LIST_END && b != LIST_END) {
		int order = compare_keys(text, &tok[a], &tok[b]);
		int *from = order < 0 ? &a : &b;

		if (order == 0) {
			return 0;
		}
		*link = *from;
		link = &tok[*link].size;
		*from = *link;
	}
	*link = a != LIST_END ? a : b;
	return 1;
}

/* Add one key to the runs; run i is empty or a sorted list of 2^i keys. */
static int
add_key(plomb_view text, jsmntok_t *tok, int run[MAX_RUNS], int key)
{
	size_t i;

	tok[key].size = LIST_END;
	for (i = 0; run[i] != LIST_END; i ++) {
		int merged;

		if (!merge(text, tok, run[i], key, &merged)) {
			return 0;
		}
		run[i] = LIST_END;
		key = merged;
	}
	run[i] = key;
	return 1;
}

/* 0 if an object has a key twice. */
static int
keys_differ(plomb_view text, jsmntok_t *tok, uint32_t count)
{
	int run[MAX_RUNS], all = LIST_END;
	uint32_t i;

	for (i = 0; i < MAX_RUNS; i ++) {
		run[i] = LIST_END;
	}
	for (i = 0; i < count; i ++) {
		if (is_key(tok, i) && !add_key(text, tok, run, (int)i)) {
			return 0;
		}
	}
	for (i = 0; i < MAX_RUNS; i ++) {
		if (!merge(text, tok, run[i], all, &all)) {
			return 0;
		}
	}
	for (i = 0; i < count; i ++) {
		if (is_key(tok, i)) {
			tok[i].size = 1;
		}
	}
	return 1;
}

/* jsmn in strict mode does not take a scalar as a document; its token is made here. */
static void
make_scalar(plomb_view text, jsmntok_t *token)
{
	size_t start = 0, end = text.n;

	while (is_space(text.p[start])) {
		start ++;
	}
	while (is_space(text.p[end - 1])) {
		end --;
	}
	token->type = JSMN_PRIMITIVE;
	if (text.p[start] == '"') {
		token->type = JSMN_STRING;
		start ++;
		end --;
	}
	token->start = (int)start;
	token->end = (int)end;
	token->size = 0;
	token->parent = -1;
}

/* Fill exactly count tokens. */
static int
make_tokens(plomb_view text, jsmntok_t *tok, uint32_t count)
{
	jsmn_parser parser;

	make_scalar(text, tok);
	if (tok->type == JSMN_STRING || (text.p[tok->start] != '{' && text.p[tok->start] != '[')) {
		return 1;
	}
	jsmn_init(&parser);
	return jsmn_parse(&parser, (const char *)text.p, text.n, tok, count) == (int)count;
}

/* see json.h */
plomb_status
plomb_json_parse(plomb_work *work, plomb_view text, plomb_json *doc)
{
	size_t mark = plomb_work_mark(work);
	plomb_status status;
	jsmntok_t *tok;
	uint32_t count;

	memset(doc, 0, sizeof *doc);
	status = plomb_json_check(text, &count);
	if (status != PLOMB_OK) {
		return status;
	}
	tok = plomb_work_take_array(work, count, sizeof *tok);
	if (tok == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (!make_tokens(text, tok, count)) {
		plomb_work_release(work, mark);
		return PLOMB_INTERNAL_ERROR;
	}
	if (!keys_differ(text, tok, count)) {
		plomb_work_release(work, mark);
		return PLOMB_JSON_DUPLICATE_KEY;
	}
	doc->text = text;
	doc->tok = tok;
	doc->count = count;
	return PLOMB_OK;
}

/* ------------------------------------------------------------- accessors */

/* The value's token, or NULL if it is absent. */
static const jsmntok_t *
token_of(const plomb_json *doc, uint32_t value)
{
	return value < doc->count ? &doc->tok[value] : NULL;
}

/* see json.h */
plomb_view
plomb_json_raw(const plomb_json *doc, uint32_t value)
{
	static const plomb_view absent = { NULL, 0 };
	const jsmntok_t *token = token_of(doc, value);

	return token == NULL ? absent : token_text(doc->text, token);
}

/* see json.h */
plomb_json_type
plomb_json_typeof(const plomb_json *doc, uint32_t value)
{
	const jsmntok_t *token = token_of(doc, value);

	if (token == NULL) {
		return PLOMB_JSON_ABSENT;
	}
	if (token->type == JSMN_OBJECT) {
		return PLOMB_JSON_OBJECT;
	}
	if (token->type == JSMN_ARRAY) {
		return PLOMB_JSON_ARRAY;
	}
	if (token->type == JSMN_STRING) {
		return PLOMB_JSON_STRING;
	}
	switch (doc->text.p[token->start]) {
	case 't':
		return PLOMB_JSON_TRUE;
	case 'f':
		return PLOMB_JSON_FALSE;
	case 'n':
		return PLOMB_JSON_NULL;
	default:
		return PLOMB_JSON_NUMBER;
	}
}

/* The token right behind this one if it is its child. */
static uint32_t
child_of(const plomb_json *doc, uint32_t value)
{
	const jsmntok_t *child = token_of(doc, value + 1);

	return child != NULL && child->parent == (int)value ? value + 1 : PLOMB_JSON_NONE;
}

/* see json.h */
uint32_t
plomb_json_first(const plomb_json *doc, uint32_t parent)
{
	plomb_json_type type = plomb_json_typeof(doc, parent);

	/* A key's child is its value, which is not an element of the key. */
	if (type != PLOMB_JSON_OBJECT && type != PLOMB_JSON_ARRAY) {
		return PLOMB_JSON_NONE;
	}
	return child_of(doc, parent);
}

/* see json.h */
uint32_t
plomb_json_next(const plomb_json *doc, uint32_t value)
{
	const jsmntok_t *token = token_of(doc, value);
	uint32_t next;

	if (token == NULL) {
		return PLOMB_JSON_NONE;
	}
	/* Tokens stand in the order of the text, so what is inside the value has it or a later one as parent. */
	next = value + 1;
	while (next < doc->count && doc->tok[next].parent >= (int)value) {
		next ++;
	}
	return next < doc->count && doc->tok[next].parent == token->parent ? next : PLOMB_JSON_NONE;
}

/* see json.h */
uint32_t
plomb_json_value(const plomb_json *doc, uint32_t key)
{
	if (key >= doc->count || !is_key(doc->tok, key)) {
		return PLOMB_JSON_NONE;
	}
	return child_of(doc, key);
}

/* see json.h */
uint32_t
plomb_json_size(const plomb_json *doc, uint32_t parent, uint32_t limit)
{
	uint32_t item = plomb_json_first(doc, parent), n = 0;

	while (item != PLOMB_JSON_NONE) {
		n ++;
		if (n > limit) {
			break;
		}
		item = plomb_json_next(doc, item);
	}
	return n;
}

/* see json.h */
int
plomb_json_eq(const plomb_json *doc, uint32_t value, plomb_view bytes)
{
	struct unescape u;
	size_t i;

	if (plomb_json_typeof(doc, value) != PLOMB_JSON_STRING) {
		return 0;
	}
	unescape_start(&u, plomb_json_raw(doc, value));
	for (i = 0; i < bytes.n; i ++) {
		if (unescape_next(&u) != bytes.p[i]) {
			return 0;
		}
	}
	return unescape_next(&u) < 0;
}

/* see json.h */
int
plomb_json_is(const plomb_json *doc, uint32_t value, const char *literal)
{
	return plomb_json_eq(doc, value, plomb_view_of(literal));
}

static uint32_t
none_if_null(const plomb_json *doc, uint32_t value)
{
	return plomb_json_typeof(doc, value) == PLOMB_JSON_NULL ? PLOMB_JSON_NONE : value;
}

/* see json.h */
uint32_t
plomb_json_member(const plomb_json *doc, uint32_t object, const char *name)
{
	uint32_t key;

	if (plomb_json_typeof(doc, object) != PLOMB_JSON_OBJECT) {
		return PLOMB_JSON_NONE;
	}
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if (plomb_json_is(doc, key, name)) {
			return none_if_null(doc, plomb_json_value(doc, key));
		}
	}
	return PLOMB_JSON_NONE;
}

/* The key is the name as protobuf wrote it first: logIndex is log_index. */
static int
is_snake_case_of(const plomb_json *doc, uint32_t key, const char *name)
{
	struct unescape u;

	unescape_start(&u, plomb_json_raw(doc, key));
	for (; *name != '\0'; name ++) {
		int c = (unsigned char)*name;

		if (c >= 'A' && c <= 'Z') {
			if (unescape_next(&u) != '_') {
				return 0;
			}
			c = c - 'A' + 'a';
		}
		if (unescape_next(&u) != c) {
			return 0;
		}
	}
	return unescape_next(&u) < 0;
}

/* Which name the key is; count if none. */
static size_t
name_of_key(const plomb_json *doc, uint32_t key, const char *const *names, size_t count, unsigned flags)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		if (plomb_json_is(doc, key, names[i])
			|| ((flags & PLOMB_JSON_PROTO) != 0 && is_snake_case_of(doc, key, names[i])))
		{
			break;
		}
	}
	return i;
}

static plomb_status
find_members(const plomb_json *doc, uint32_t object,
	const char *const *names, size_t count, unsigned flags, uint32_t *values, int *unknown)
{
	uint32_t key;

	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		size_t i = name_of_key(doc, key, names, count, flags);

		if (i == count) {
			if ((flags & PLOMB_JSON_STRICT) != 0) {
				return PLOMB_JSON_UNKNOWN_FIELD;
			}
			*unknown = 1;
			continue;
		}
		/* Both spellings; also when one of them is null, as null is taken away only later. */
		if (values[i] != PLOMB_JSON_NONE) {
			return PLOMB_JSON_DUPLICATE_KEY;
		}
		values[i] = plomb_json_value(doc, key);
	}
	return PLOMB_OK;
}

/* see json.h */
plomb_status
plomb_json_members(const plomb_json *doc, uint32_t object,
	const char *const *names, size_t count, unsigned flags, uint32_t *values, int *unknown)
{
	plomb_status status = PLOMB_JSON_TYPE_MISMATCH;
	int ignored;
	size_t i;

	if (unknown == NULL) {
		unknown = &ignored;
	}
	*unknown = 0;
	for (i = 0; i < count; i ++) {
		values[i] = PLOMB_JSON_NONE;
	}
	if (plomb_json_typeof(doc, object) == PLOMB_JSON_OBJECT) {
		status = find_members(doc, object, names, count, flags, values, unknown);
	}
	for (i = 0; i < count; i ++) {
		values[i] = status == PLOMB_OK ? none_if_null(doc, values[i]) : PLOMB_JSON_NONE;
	}
	return status;
}

/* Into out, which has room for raw.n bytes: no escape is shorter than what it means. 0 for a NUL. */
static int
unescape_to(unsigned char *out, plomb_view raw, size_t *n)
{
	struct unescape u;
	int c;

	*n = 0;
	unescape_start(&u, raw);
	while ((c = unescape_next(&u)) >= 0) {
		if (c == 0) {
			return 0;
		}
		out[*n] = (unsigned char)c;
		*n += 1;
	}
	return 1;
}

/* see json.h */
plomb_status
plomb_json_string(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes)
{
	size_t mark = plomb_work_mark(work);
	plomb_view raw = plomb_json_raw(doc, value);
	unsigned char *out;
	size_t n;

	bytes->p = NULL;
	bytes->n = 0;
	if (plomb_json_typeof(doc, value) != PLOMB_JSON_STRING) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	if (!has_escapes(raw)) {
		*bytes = raw;
		return PLOMB_OK;
	}
	out = plomb_work_take(work, raw.n);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (!unescape_to(out, raw, &n)) {
		plomb_work_release(work, mark);
		return PLOMB_JSON_MALFORMED;
	}
	plomb_work_shrink(work, out + n);
	bytes->p = out;
	bytes->n = n;
	return PLOMB_OK;
}

/* see json.h */
plomb_status
plomb_json_base64(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes)
{
	const unsigned flags = PLOMB_BASE64_URL | PLOMB_BASE64_UNPADDED;
	size_t mark = plomb_work_mark(work);
	plomb_view text = plomb_json_raw(doc, value);
	unsigned char *out;
	size_t n;

	bytes->p = NULL;
	bytes->n = 0;
	if (plomb_json_typeof(doc, value) != PLOMB_JSON_STRING) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	if (!has_escapes(text)) {
		return plomb_base64_decode(work, text, flags, bytes);
	}
	/* Some encoders write "/" as "\/" and "=" as "\u003d": unescape, then decode in the same place. */
	out = plomb_work_take(work, text.n + 3);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	text.n = 0;
	if (unescape_to(out, plomb_json_raw(doc, value), &text.n)) {
		text.p = out;
		if (plomb_base64_decode_to(out, text, flags, &n) == PLOMB_OK) {
			plomb_work_shrink(work, out + n);
			bytes->p = out;
			bytes->n = n;
			return PLOMB_OK;
		}
	}
	plomb_work_release(work, mark);
	return PLOMB_BASE64_INVALID;
}

/* Decimal digits without leading zeros, up to limit, read to the string's end. */
static int
read_magnitude(struct unescape *u, int c, uint64_t limit, uint64_t *magnitude)
{
	int first = c;
	size_t digits = 0;

	*magnitude = 0;
	for (; c >= 0; c = unescape_next(u)) {
		unsigned digit = (unsigned)c - '0';

		if (!is_digit(c) || !plomb_decimal_add(magnitude, digit, limit)) {
			return 0;
		}
		digits ++;
	}
	return digits == 1 || (digits > 1 && first != '0');
}

/* see json.h */
plomb_status
plomb_json_int64(const plomb_json *doc, uint32_t value, int64_t *number)
{
	plomb_json_type type = plomb_json_typeof(doc, value);
	struct unescape u;
	uint64_t magnitude;
	int negative, c;

	*number = 0;
	if (type != PLOMB_JSON_NUMBER && type != PLOMB_JSON_STRING) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	unescape_start(&u, plomb_json_raw(doc, value));
	c = unescape_next(&u);
	negative = c == '-';
	if (negative) {
		c = unescape_next(&u);
	}
	if (!read_magnitude(&u, c, (uint64_t)INT64_MAX + (negative ? 1 : 0), &magnitude)) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	if (!negative) {
		*number = (int64_t)magnitude;
		return PLOMB_OK;
	}
	/* "-0" would be a second spelling of 0. The magnitude of the least int64 is no int64. */
	if (magnitude == 0) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	*number = -(int64_t)(magnitude - 1) - 1;
	return PLOMB_OK;
}

/* see json.h */
plomb_status
plomb_json_bool(const plomb_json *doc, uint32_t value, int *flag)
{
	plomb_json_type type = plomb_json_typeof(doc, value);

	*flag = type == PLOMB_JSON_TRUE;
	if (type != PLOMB_JSON_TRUE && type != PLOMB_JSON_FALSE) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	return PLOMB_OK;
}
