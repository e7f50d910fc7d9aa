/* JSON: what is a document, what it says, and that jsmn's leniency never shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/json.h"

#include "json_rows.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define VIEW(s) ((plomb_view)PLOMB_LIT(s))

static uint64_t room[1 << 16];
static plomb_work work;

static int
set_up(void **state)
{
	(void)state;
	plomb_work_init(&work, room, sizeof room);
	return 0;
}

static plomb_json
parsed(plomb_view text)
{
	plomb_json doc;
	plomb_status got = plomb_json_parse(&work, text, &doc);

	if (got != PLOMB_OK) {
		fail_msg("%.*s: %s", (int)text.n, (const char *)text.p, plomb_status_code(got));
	}
	return doc;
}

/* ------------------------------------------------------------- documents */

/*
 * Every token is reached exactly once by first, next and value, and every
 * child lies inside its parent. Without recursion: a list of what is still
 * to be visited.
 */
static void
assert_tree(const plomb_json *doc, const char *name)
{
	static uint32_t open[4096], seen[4096];
	size_t n = 0, visited = 0;

	assert_true(doc->count <= COUNT(open));
	memset(seen, 0, sizeof seen);
	open[n ++] = 0;
	while (n != 0) {
		uint32_t at = open[-- n], child = plomb_json_first(doc, at), value = plomb_json_value(doc, at);

		if (at >= doc->count || seen[at]) {
			fail_msg("%s: token %lu twice", name, (unsigned long)at);
		}
		seen[at] = 1;
		visited ++;
		if (value != PLOMB_JSON_NONE) {
			assert_int_equal(child, PLOMB_JSON_NONE);
			open[n ++] = value;
		}
		while (child != PLOMB_JSON_NONE) {
			assert_true(doc->tok[child].start > doc->tok[at].start && doc->tok[child].end < doc->tok[at].end);
			assert_int_equal(plomb_json_value(doc, child) != PLOMB_JSON_NONE, plomb_json_typeof(doc, at) == PLOMB_JSON_OBJECT);
			open[n ++] = child;
			child = plomb_json_next(doc, child);
		}
	}
	if (visited != doc->count) {
		fail_msg("%s: %lu of %lu tokens", name, (unsigned long)visited, (unsigned long)doc->count);
	}
}

static void
test_valid(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(valid_rows); i ++) {
		const struct json_row *row = &valid_rows[i];
		size_t mark = plomb_work_mark(&work);
		uint32_t tokens = 0;
		plomb_json doc;

		if (plomb_json_check(row->text, &tokens) != PLOMB_OK || plomb_json_parse(&work, row->text, &doc) != PLOMB_OK) {
			fail_msg("%s", row->name);
		}
		assert_int_equal(doc.count, tokens);
		assert_true(work.used == mark + tokens * sizeof *doc.tok);
		assert_tree(&doc, row->name);
		plomb_work_release(&work, mark);
	}
}

static void
assert_refused(const struct json_row *row, plomb_status want)
{
	uint32_t tokens = 77;
	plomb_json doc;
	plomb_status got = plomb_json_check(row->text, &tokens);

	if (got != want || tokens != 0) {
		fail_msg("%s: %s", row->name, plomb_status_code(got));
	}
	assert_int_equal(plomb_json_parse(&work, row->text, &doc), want);
	assert_int_equal(doc.count, 0);
	assert_null(doc.tok);
	assert_int_equal(work.used, 0);
}

static void
test_malformed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(malformed_rows); i ++) {
		assert_refused(&malformed_rows[i], PLOMB_JSON_MALFORMED);
	}
	for (i = 0; i < COUNT(trailing_rows); i ++) {
		assert_refused(&trailing_rows[i], PLOMB_JSON_TRAILING_DATA);
	}
}

/* No document in brackets is still one when its end is cut off, and none survives a NUL in it. */
static void
test_cut_and_nul(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(valid_rows); i ++) {
		plomb_view whole = valid_rows[i].text, cut = whole;
		unsigned char copy[256];
		uint32_t tokens;

		while (cut.n != 0 && cut.p[cut.n - 1] != ']' && cut.p[cut.n - 1] != '}') {
			cut.n --;
		}
		if (cut.n == 0 || whole.p[0] == '"') {
			continue;
		}
		while (cut.n != 0) {
			cut.n --;
			assert_int_equal(plomb_json_check(cut, &tokens), PLOMB_JSON_MALFORMED);
		}
		assert_true(whole.n <= sizeof copy);
		cut.p = copy;
		cut.n = whole.n;
		for (n = 0; n < whole.n; n ++) {
			memcpy(copy, whole.p, whole.n);
			copy[n] = '\0';
			assert_int_not_equal(plomb_json_check(cut, &tokens), PLOMB_OK);
		}
	}
}

struct count_row {
	plomb_view text;
	uint32_t tokens;
};

static const struct count_row counts[] = {
	{ PLOMB_LIT("1"), 1 },
	{ PLOMB_LIT("\"a\""), 1 },
	{ PLOMB_LIT("[]"), 1 },
	{ PLOMB_LIT("{}"), 1 },
	{ PLOMB_LIT("[1,\"a\",null]"), 4 },
	{ PLOMB_LIT("{\"a\":1}"), 3 },
	{ PLOMB_LIT("{\"a\":{\"b\":[]}}"), 5 },
	{ PLOMB_LIT("[[],[[]],{}]"), 5 }
};

static void
test_count(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(counts); i ++) {
		uint32_t tokens;

		assert_int_equal(plomb_json_check(counts[i].text, &tokens), PLOMB_OK);
		assert_int_equal(tokens, counts[i].tokens);
	}
}

/* depth containers, in turns or all of one kind, around nothing. */
static plomb_view
nested(unsigned char *out, size_t depth, int kind)
{
	plomb_view text = { out, 0 };
	size_t i;

	for (i = 0; i < depth; i ++) {
		int object = kind == 2 ? i % 2 == 0 : kind;

		out[text.n ++] = object ? '{' : '[';
		if (object && i + 1 < depth) {
			memcpy(out + text.n, "\"k\":", 4);
			text.n += 4;
		}
	}
	for (i = depth; i > 0; i --) {
		int object = kind == 2 ? (i - 1) % 2 == 0 : kind;

		out[text.n ++] = object ? '}' : ']';
	}
	return text;
}

static void
test_depth(void **state)
{
	static unsigned char text[600000];
	plomb_view wide = { text, 501 };
	uint32_t tokens;
	size_t i;
	int kind;

	(void)state;
	for (kind = 0; kind < 3; kind ++) {
		plomb_json doc;
		plomb_view deepest = nested(text, PLOMB_MAX_JSON_DEPTH, kind);

		assert_int_equal(plomb_json_parse(&work, deepest, &doc), PLOMB_OK);
		assert_tree(&doc, "deepest");
		/* The innermost bracket is the last of its depth to be remembered: it closes what it opened. */
		text[deepest.n - PLOMB_MAX_JSON_DEPTH] ^= ']' ^ '}';
		assert_int_equal(plomb_json_check(deepest, &tokens), PLOMB_JSON_MALFORMED);
		assert_int_equal(plomb_json_check(nested(text, PLOMB_MAX_JSON_DEPTH + 1, kind), &tokens), PLOMB_JSON_MALFORMED);
		assert_int_equal(plomb_json_check(nested(text, 100000, kind), &tokens), PLOMB_JSON_MALFORMED);
	}
	/* Depth is given back: many containers beside each other are not deep. */
	for (i = 0; i < 100; i ++) {
		memcpy(text + 5 * i, i == 0 ? "[[{}]" : ",[{}]", 5);
	}
	text[500] = ']';
	assert_int_equal(plomb_json_check(wide, &tokens), PLOMB_OK);
	assert_int_equal(tokens, 201);
}

static void
test_too_large(void **state)
{
	plomb_view text = VIEW("{}");
	plomb_json doc;
	uint32_t tokens;

	(void)state;
	/* Refused by its length alone: nothing behind the two bytes is read. */
	text.n = (size_t)PLOMB_MAX_INPUT_BYTES + 1;
	assert_int_equal(plomb_json_check(text, &tokens), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(plomb_json_parse(&work, text, &doc), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(work.used, 0);
}

static void
test_no_room(void **state)
{
	plomb_view text = VIEW("{\"a\":[1,2,3]}");
	plomb_json doc;

	(void)state;
	plomb_work_init(&work, room, 6 * sizeof(jsmntok_t) - 1);
	assert_int_equal(plomb_json_parse(&work, text, &doc), PLOMB_NO_ROOM);
	assert_int_equal(work.missing, 1);
	assert_int_equal(work.used, 0);
	assert_int_equal(doc.count, 0);
	plomb_work_init(&work, room, 6 * sizeof(jsmntok_t));
	assert_int_equal(plomb_json_parse(&work, text, &doc), PLOMB_OK);
}

/* -------------------------------------------------------- duplicate keys */

static const struct json_row duplicates[] = {
	{ "same spelling", PLOMB_LIT("{\"a\":1,\"a\":2}") },
	{ "same value too", PLOMB_LIT("{\"a\":1,\"a\":1}") },
	{ "one of them null", PLOMB_LIT("{\"a\":1,\"a\":null}") },
	{ "escaped", PLOMB_LIT("{\"a\":1,\"\\u0061\":2}") },
	{ "escaped, first", PLOMB_LIT("{\"\\u0061\":1,\"a\":2}") },
	{ "upper and lower hex digits", PLOMB_LIT("{\"\\u00e4\":1,\"\\u00E4\":2}") },
	{ "two bytes", PLOMB_LIT("{\"\xC3\xA4\":1,\"\\u00e4\":2}") },
	{ "three bytes", PLOMB_LIT("{\"\xE2\x82\xAC\":1,\"\\u20ac\":2}") },
	{ "surrogate pair", PLOMB_LIT("{\"\xF0\x9D\x84\x9E\":1,\"\\uD834\\uDD1E\":2}") },
	{ "slash", PLOMB_LIT("{\"/\":1,\"\\/\":2}") },
	{ "newline in two escapes", PLOMB_LIT("{\"\\n\":1,\"\\u000a\":2}") },
	{ "backspace and form feed", PLOMB_LIT("{\"\\b\\f\":1,\"\\u0008\\u000c\":2}") },
	{ "tab and carriage return", PLOMB_LIT("{\"\\t\\r\":1,\"\\u0009\\u000D\":2}") },
	{ "quotation mark and backslash", PLOMB_LIT("{\"\\\"\\\\\":1,\"\\u0022\\u005c\":2}") },
	{ "NUL inside", PLOMB_LIT("{\"a\\u0000b\":1,\"a\\u0000b\":2}") },
	{ "empty keys", PLOMB_LIT("{\"\":1,\"\":2}") },
	{ "far apart", PLOMB_LIT("{\"x\":1,\"b\":[{\"x\":1}],\"c\":{\"x\":{\"x\":1}},\"d\":4,\"e\":5,\"x\":6}") },
	{ "three times", PLOMB_LIT("{\"b\":1,\"b\":2,\"b\":3}") },
	{ "deep inside", PLOMB_LIT("{\"a\":[0,{\"b\":[{\"c\":1,\"d\":2,\"c\":3}]}]}") },
	{ "in the second object", PLOMB_LIT("[{\"a\":1,\"b\":2},{\"b\":1,\"a\":2,\"b\":3}]") }
};

static const struct json_row distinct[] = {
	{ "in two objects", PLOMB_LIT("[{\"a\":1},{\"a\":1}]") },
	{ "at two depths", PLOMB_LIT("{\"a\":{\"a\":{\"a\":\"a\"}}}") },
	{ "cases", PLOMB_LIT("{\"a\":1,\"A\":2}") },
	{ "one is the other's beginning", PLOMB_LIT("{\"ab\":1,\"a\":2,\"abc\":3,\"\":4}") },
	{ "NUL decides", PLOMB_LIT("{\"a\\u0000b\":1,\"a\\u0000c\":2,\"a\":3,\"a\\u0000\":4}") },
	{ "escaped backslash and u", PLOMB_LIT("{\"\\\\u0061\":1,\"a\":2}") },
	{ "composed and decomposed", PLOMB_LIT("{\"\\u00e4\":1,\"a\\u0308\":2}") },
	{ "key like a string value", PLOMB_LIT("{\"a\":\"b\",\"b\":\"b\",\"c\":[\"a\",\"a\"]}") }
};

static void
test_duplicates(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(duplicates); i ++) {
		plomb_json doc;
		uint32_t tokens;
		plomb_status got = plomb_json_parse(&work, duplicates[i].text, &doc);

		if (got != PLOMB_JSON_DUPLICATE_KEY || doc.count != 0 || work.used != 0) {
			fail_msg("%s: %s", duplicates[i].name, plomb_status_code(got));
		}
		/* RFC 8259 does not forbid it: the strict pass alone has nothing to say. */
		assert_int_equal(plomb_json_check(duplicates[i].text, &tokens), PLOMB_OK);
	}
	for (i = 0; i < COUNT(distinct); i ++) {
		plomb_json doc = parsed(distinct[i].text);

		assert_tree(&doc, distinct[i].name);
	}
}

/*
 * Many keys in several orders: all different is accepted; with any one of
 * them made equal to any other it is not. The keys share a long beginning.
 */
static plomb_view
many_keys(unsigned char *out, size_t count, size_t step, size_t copy_of, size_t copy_at)
{
	plomb_view text = { out, 0 };
	size_t i;

	out[text.n ++] = '{';
	for (i = 0; i < count; i ++) {
		size_t number = (i == copy_at ? copy_of : i) * step % count;

		text.n += (size_t)sprintf((char *)out + text.n, "%s\"aaaaaaaaaaaaaaaaaaaa%c%c%c\":0", i == 0 ? "" : ",",
			(char)('a' + number / 676), (char)('a' + number / 26 % 26), (char)('a' + number % 26));
	}
	out[text.n ++] = '}';
	return text;
}

static void
test_many_keys(void **state)
{
	static const size_t steps[] = { 1, 1000, 7, 389 };
	static unsigned char out[40000];
	const size_t count = 1001; /* 7 * 11 * 13: the steps but 7 have no common divisor with it */
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(steps); i ++) {
		plomb_status want = steps[i] == 7 ? PLOMB_JSON_DUPLICATE_KEY : PLOMB_OK;
		plomb_json doc;

		assert_int_equal(plomb_json_parse(&work, many_keys(out, count, steps[i], 0, 0), &doc), want);
		plomb_work_release(&work, 0);
		for (k = 1; k < count; k += 91) {
			plomb_view text = many_keys(out, count, steps[i], k * 5 % count, k);

			assert_int_equal(plomb_json_parse(&work, text, &doc), PLOMB_JSON_DUPLICATE_KEY);
		}
	}
}

/* ------------------------------------------------------------- accessors */

static const char everything[] =
	"{\"o\":{\"x\":1},\"a\":[1,[2,3],{\"y\":4},\"s\"],\"n\":-5,\"t\":true,\"f\":false,\"z\":null,\"s\":\"a\\u0062c\",\"e\":{}, \"l\":[]}";

static plomb_json
parsed_everything(void)
{
	return parsed(plomb_view_of(everything));
}

static void
test_types(void **state)
{
	plomb_json doc = parsed_everything();

	(void)state;
	assert_int_equal(plomb_json_typeof(&doc, 0), PLOMB_JSON_OBJECT);
	assert_int_equal(plomb_json_typeof(&doc, 1), PLOMB_JSON_STRING);
	assert_int_equal(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "o")), PLOMB_JSON_OBJECT);
	assert_int_equal(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "a")), PLOMB_JSON_ARRAY);
	assert_int_equal(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "n")), PLOMB_JSON_NUMBER);
	assert_int_equal(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "t")), PLOMB_JSON_TRUE);
	assert_int_equal(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "f")), PLOMB_JSON_FALSE);
	assert_int_equal(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "s")), PLOMB_JSON_STRING);
	/* Null is absent as a member, but there as a value. */
	assert_int_equal(plomb_json_member(&doc, 0, "z"), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_typeof(&doc, PLOMB_JSON_NONE), PLOMB_JSON_ABSENT);
	assert_int_equal(plomb_json_typeof(&doc, doc.count), PLOMB_JSON_ABSENT);
	doc = parsed(VIEW("null"));
	assert_int_equal(plomb_json_typeof(&doc, 0), PLOMB_JSON_NULL);
}

static void
test_raw(void **state)
{
	plomb_json doc = parsed_everything();

	(void)state;
	assert_true(plomb_view_is(plomb_json_raw(&doc, 0), everything));
	assert_true(plomb_view_is(plomb_json_raw(&doc, plomb_json_member(&doc, 0, "o")), "{\"x\":1}"));
	assert_true(plomb_view_is(plomb_json_raw(&doc, plomb_json_member(&doc, 0, "s")), "a\\u0062c"));
	assert_true(plomb_view_is(plomb_json_raw(&doc, plomb_json_member(&doc, 0, "n")), "-5"));
	assert_null(plomb_json_raw(&doc, PLOMB_JSON_NONE).p);
	doc = parsed(VIEW(" \"a b\" "));
	assert_true(plomb_view_is(plomb_json_raw(&doc, 0), "a b"));
	doc = parsed(VIEW("\n12\t"));
	assert_true(plomb_view_is(plomb_json_raw(&doc, 0), "12"));
	doc = parsed(VIEW("\"\""));
	assert_int_equal(plomb_json_raw(&doc, 0).n, 0);
	assert_non_null(plomb_json_raw(&doc, 0).p);
}

static void
test_walk(void **state)
{
	static const char *const keys[] = { "o", "a", "n", "t", "f", "z", "s", "e", "l" };
	plomb_json doc = parsed_everything();
	uint32_t key = plomb_json_first(&doc, 0), list, item;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(keys); i ++) {
		assert_true(plomb_json_is(&doc, key, keys[i]));
		/* A key has no elements, and its value no brothers. */
		assert_int_equal(plomb_json_first(&doc, key), PLOMB_JSON_NONE);
		assert_int_equal(plomb_json_next(&doc, plomb_json_value(&doc, key)), PLOMB_JSON_NONE);
		key = plomb_json_next(&doc, key);
	}
	assert_int_equal(key, PLOMB_JSON_NONE);

	list = plomb_json_member(&doc, 0, "a");
	item = plomb_json_first(&doc, list);
	assert_true(plomb_view_is(plomb_json_raw(&doc, item), "1"));
	assert_int_equal(plomb_json_value(&doc, item), PLOMB_JSON_NONE);
	item = plomb_json_next(&doc, item);
	assert_true(plomb_view_is(plomb_json_raw(&doc, item), "[2,3]"));
	item = plomb_json_next(&doc, item);
	assert_true(plomb_view_is(plomb_json_raw(&doc, item), "{\"y\":4}"));
	item = plomb_json_next(&doc, item);
	assert_true(plomb_view_is(plomb_json_raw(&doc, item), "s"));
	assert_int_equal(plomb_json_next(&doc, item), PLOMB_JSON_NONE);

	assert_int_equal(plomb_json_next(&doc, 0), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_value(&doc, 0), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_first(&doc, PLOMB_JSON_NONE), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_next(&doc, PLOMB_JSON_NONE), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_value(&doc, PLOMB_JSON_NONE), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_first(&doc, plomb_json_member(&doc, 0, "e")), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_first(&doc, plomb_json_member(&doc, 0, "l")), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_first(&doc, plomb_json_member(&doc, 0, "n")), PLOMB_JSON_NONE);
}

static void
test_size(void **state)
{
	plomb_json doc = parsed_everything();
	uint32_t list = plomb_json_member(&doc, 0, "a");

	(void)state;
	assert_int_equal(plomb_json_size(&doc, 0, 100), 9);
	assert_int_equal(plomb_json_size(&doc, list, 4), 4);
	assert_int_equal(plomb_json_size(&doc, list, 3), 4);
	assert_int_equal(plomb_json_size(&doc, list, 2), 3);
	assert_int_equal(plomb_json_size(&doc, list, 0), 1);
	assert_int_equal(plomb_json_size(&doc, list, UINT32_MAX), 4);
	assert_int_equal(plomb_json_size(&doc, plomb_json_member(&doc, 0, "l"), 4), 0);
	assert_int_equal(plomb_json_size(&doc, plomb_json_member(&doc, 0, "s"), 4), 0);
	assert_int_equal(plomb_json_size(&doc, PLOMB_JSON_NONE, 4), 0);
}

static void
test_eq(void **state)
{
	plomb_json doc = parsed(VIEW("[\"a\\u0062c\",\"a\\u0000\",\"\",1,\"\\uD834\\uDD1E\"]"));
	plomb_view nul = VIEW("a\0"), nothing = { NULL, 0 };

	(void)state;
	assert_true(plomb_json_is(&doc, 1, "abc"));
	assert_false(plomb_json_is(&doc, 1, "abcd"));
	assert_false(plomb_json_is(&doc, 1, "ab"));
	assert_false(plomb_json_is(&doc, 1, "a\\u0062c"));
	/* CVE-2009-2408 was a NUL that ended the comparison. */
	assert_false(plomb_json_is(&doc, 2, "a"));
	assert_true(plomb_json_eq(&doc, 2, nul));
	assert_true(plomb_json_eq(&doc, 3, nothing));
	assert_false(plomb_json_eq(&doc, 1, nothing));
	assert_false(plomb_json_is(&doc, 4, "1"));
	assert_true(plomb_json_is(&doc, 5, "\xF0\x9D\x84\x9E"));
	assert_false(plomb_json_is(&doc, PLOMB_JSON_NONE, ""));
	assert_false(plomb_json_is(&doc, 0, "abc"));
}

static void
test_member(void **state)
{
	plomb_json doc = parsed(VIEW("{\"a\":{\"b\":1},\"\\u0062\":2,\"c\":null}"));

	(void)state;
	assert_true(plomb_view_is(plomb_json_raw(&doc, plomb_json_member(&doc, 0, "b")), "2"));
	assert_int_equal(plomb_json_member(&doc, 0, "c"), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_member(&doc, 0, "d"), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_member(&doc, 1, "b"), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_member(&doc, PLOMB_JSON_NONE, "b"), PLOMB_JSON_NONE);
	doc = parsed(VIEW("[\"b\",1]"));
	assert_int_equal(plomb_json_member(&doc, 0, "b"), PLOMB_JSON_NONE);
}

/* --------------------------------------------------------------- members */

static const char *const names[] = { "logIndex", "rfc3161Timestamps", "url" };

struct members_row {
	const char *name;
	plomb_view text;
	unsigned flags;
	plomb_status want;
	const char *value[3]; /* NULL: PLOMB_JSON_NONE */
	int unknown;
};

#define PROTO PLOMB_JSON_PROTO
#define STRICT PLOMB_JSON_STRICT

static const struct members_row members[] = {
	{ "all", PLOMB_LIT("{\"url\":1,\"logIndex\":2,\"rfc3161Timestamps\":[]}"), STRICT, PLOMB_OK, { "2", "[]", "1" }, 0 },
	{ "none", PLOMB_LIT("{}"), STRICT, PLOMB_OK, { NULL, NULL, NULL }, 0 },
	{ "null is absent", PLOMB_LIT("{\"url\":null,\"logIndex\":2}"), STRICT, PLOMB_OK, { "2", NULL, NULL }, 0 },
	{ "snake case", PLOMB_LIT("{\"log_index\":2,\"rfc3161_timestamps\":3}"), STRICT | PROTO, PLOMB_OK, { "2", "3", NULL }, 0 },
	{ "snake case, escaped", PLOMB_LIT("{\"log\\u005findex\":2}"), STRICT | PROTO, PLOMB_OK, { "2", NULL, NULL }, 0 },
	{ "camel case where both are read", PLOMB_LIT("{\"logIndex\":2}"), STRICT | PROTO, PLOMB_OK, { "2", NULL, NULL }, 0 },
	{ "unknown, not strict", PLOMB_LIT("{\"x\":0,\"url\":1,\"y\":{\"logIndex\":3}}"), 0, PLOMB_OK, { NULL, NULL, "1" }, 1 },
	{ "snake case, not protobuf", PLOMB_LIT("{\"log_index\":2}"), 0, PLOMB_OK, { NULL, NULL, NULL }, 1 },
	{ "known inside a known one is not ours", PLOMB_LIT("{\"url\":{\"logIndex\":3}}"), STRICT, PLOMB_OK, { NULL, NULL, "{\"logIndex\":3}" }, 0 },
	{ "unknown", PLOMB_LIT("{\"url\":1,\"x\":0}"), STRICT, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "unknown and null", PLOMB_LIT("{\"url\":1,\"x\":null}"), STRICT, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "snake case, strict, not protobuf", PLOMB_LIT("{\"log_index\":2}"), STRICT, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "neither spelling: capital kept", PLOMB_LIT("{\"log_Index\":2}"), STRICT | PROTO, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "neither spelling: no underscore", PLOMB_LIT("{\"logindex\":2}"), STRICT | PROTO, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "neither spelling: cut off", PLOMB_LIT("{\"log_inde\":2}"), STRICT | PROTO, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "neither spelling: longer", PLOMB_LIT("{\"log_indexx\":2}"), STRICT | PROTO, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "neither spelling: underscore in front", PLOMB_LIT("{\"_url\":2}"), STRICT | PROTO, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "empty name", PLOMB_LIT("{\"\":2}"), STRICT | PROTO, PLOMB_JSON_UNKNOWN_FIELD, { NULL, NULL, NULL }, 0 },
	{ "both spellings", PLOMB_LIT("{\"logIndex\":2,\"log_index\":2}"), PROTO, PLOMB_JSON_DUPLICATE_KEY, { NULL, NULL, NULL }, 0 },
	{ "both spellings, first null", PLOMB_LIT("{\"logIndex\":null,\"log_index\":2}"), PROTO, PLOMB_JSON_DUPLICATE_KEY, { NULL, NULL, NULL }, 0 },
	{ "both spellings, second null", PLOMB_LIT("{\"log_index\":2,\"logIndex\":null}"), PROTO, PLOMB_JSON_DUPLICATE_KEY, { NULL, NULL, NULL }, 0 },
	{ "an array", PLOMB_LIT("[]"), 0, PLOMB_JSON_TYPE_MISMATCH, { NULL, NULL, NULL }, 0 },
	{ "a string", PLOMB_LIT("\"url\""), 0, PLOMB_JSON_TYPE_MISMATCH, { NULL, NULL, NULL }, 0 },
	{ "null", PLOMB_LIT("null"), 0, PLOMB_JSON_TYPE_MISMATCH, { NULL, NULL, NULL }, 0 }
};

static void
test_members(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(members); i ++) {
		const struct members_row *row = &members[i];
		plomb_json doc = parsed(row->text);
		uint32_t values[3] = { 0, 0, 0 };
		int unknown = 77;
		plomb_status got = plomb_json_members(&doc, 0, names, 3, row->flags, values, &unknown);

		if (got != row->want || unknown != row->unknown) {
			fail_msg("%s: %s", row->name, plomb_status_code(got));
		}
		for (k = 0; k < 3; k ++) {
			plomb_view raw = plomb_json_raw(&doc, values[k]);

			if (row->value[k] == NULL ? values[k] != PLOMB_JSON_NONE : !plomb_view_is(raw, row->value[k])) {
				fail_msg("%s: %s", row->name, names[k]);
			}
		}
		assert_int_equal(plomb_json_members(&doc, 0, names, 3, row->flags, values, NULL), row->want);
		assert_int_equal(plomb_json_members(&doc, PLOMB_JSON_NONE, names, 3, row->flags, values, NULL), PLOMB_JSON_TYPE_MISMATCH);
	}
}

/* ----------------------------------------------------- strings and base64 */

struct string_row {
	const char *name;
	plomb_view text;
	plomb_status want;
	plomb_view bytes;
};

#define REFUSED(status) status, { NULL, 0 }

static const struct string_row strings[] = {
	{ "plain", PLOMB_LIT("\"abc\""), PLOMB_OK, PLOMB_LIT("abc") },
	{ "empty", PLOMB_LIT("\"\""), PLOMB_OK, PLOMB_LIT("") },
	{ "every escape", PLOMB_LIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), PLOMB_OK, PLOMB_LIT("\"\\/\b\f\n\r\t") },
	{ "one to four bytes", PLOMB_LIT("\"\\u0041\\u00e4\\u20AC\\uD834\\udd1e.\""), PLOMB_OK, PLOMB_LIT("A\xC3\xA4\xE2\x82\xAC\xF0\x9D\x84\x9E.") },
	{ "the last of the first plane", PLOMB_LIT("\"\\uFFFF\\uE000\\uD7FF\""), PLOMB_OK, PLOMB_LIT("\xEF\xBF\xBF\xEE\x80\x80\xED\x9F\xBF") },
	{ "the ends of the pairs", PLOMB_LIT("\"\\uD800\\uDC00\\uDBFF\\uDFFF\""), PLOMB_OK, PLOMB_LIT("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF") },
	{ "escape at the end", PLOMB_LIT("\"ab\\n\""), PLOMB_OK, PLOMB_LIT("ab\n") },
	{ "NUL", PLOMB_LIT("\"a\\u0000b\""), REFUSED(PLOMB_JSON_MALFORMED) },
	{ "NUL alone", PLOMB_LIT("\"\\u0000\""), REFUSED(PLOMB_JSON_MALFORMED) },
	{ "number", PLOMB_LIT("1"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) },
	{ "null", PLOMB_LIT("null"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) },
	{ "true", PLOMB_LIT("true"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) },
	{ "object", PLOMB_LIT("{\"a\":\"b\"}"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) },
	{ "array", PLOMB_LIT("[\"a\"]"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) }
};

static const struct string_row base64s[] = {
	{ "padded", PLOMB_LIT("\"Zg==\""), PLOMB_OK, PLOMB_LIT("f") },
	{ "not padded", PLOMB_LIT("\"Zg\""), PLOMB_OK, PLOMB_LIT("f") },
	{ "empty", PLOMB_LIT("\"\""), PLOMB_OK, PLOMB_LIT("") },
	{ "standard alphabet", PLOMB_LIT("\"+/+/\""), PLOMB_OK, PLOMB_LIT("\xFB\xFF\xBF") },
	{ "URL alphabet", PLOMB_LIT("\"-_-_\""), PLOMB_OK, PLOMB_LIT("\xFB\xFF\xBF") },
	{ "escaped slash", PLOMB_LIT("\"+\\/+\\/\""), PLOMB_OK, PLOMB_LIT("\xFB\xFF\xBF") },
	{ "escaped padding", PLOMB_LIT("\"Zg\\u003d\\u003D\""), PLOMB_OK, PLOMB_LIT("f") },
	{ "escaped all over", PLOMB_LIT("\"\\u005a\\u006d\\u0039\\u0076\""), PLOMB_OK, PLOMB_LIT("foo") },
	{ "both alphabets", PLOMB_LIT("\"+/-_\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "both alphabets, escaped", PLOMB_LIT("\"+\\/-_\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "non-zero trailing bits", PLOMB_LIT("\"Zh==\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "non-zero trailing bits, not padded", PLOMB_LIT("\"Zh\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "non-zero trailing bits, escaped", PLOMB_LIT("\"Z\\u0068\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "half padded", PLOMB_LIT("\"Zg=\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "one character", PLOMB_LIT("\"Z\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "blank inside", PLOMB_LIT("\"Zm 9v\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "newline inside", PLOMB_LIT("\"Zm9v\\nYmFy\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "NUL inside", PLOMB_LIT("\"Zm9v\\u0000\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "backslash", PLOMB_LIT("\"Zm9\\\\\""), REFUSED(PLOMB_BASE64_INVALID) },
	{ "number", PLOMB_LIT("1234"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) },
	{ "true is no base64", PLOMB_LIT("true"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) },
	{ "null", PLOMB_LIT("null"), REFUSED(PLOMB_JSON_TYPE_MISMATCH) }
};

typedef plomb_status (*string_reader)(plomb_work *, const plomb_json *, uint32_t, plomb_view *);

static void
run_strings(const struct string_row *rows, size_t count, string_reader read, int may_borrow)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		plomb_json doc = parsed(rows[i].text);
		size_t mark = plomb_work_mark(&work);
		plomb_view bytes = VIEW("untouched");
		plomb_status got = read(&work, &doc, 0, &bytes);
		int borrowed = bytes.p >= doc.text.p && bytes.p <= doc.text.p + doc.text.n;

		if (got != rows[i].want || !plomb_view_eq(bytes, rows[i].bytes) || (got == PLOMB_OK) != (bytes.p != NULL)) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(got));
		}
		if (got == PLOMB_OK && borrowed) {
			assert_true(may_borrow);
			assert_int_equal(work.used, mark);
		}
		/* What was taken is what was asked for, and nothing after a refusal. */
		if (got == PLOMB_OK && !borrowed) {
			assert_ptr_equal(bytes.p + bytes.n, work.base + work.used);
		}
		if (got != PLOMB_OK) {
			assert_int_equal(work.used, mark);
		}
		assert_int_equal(read(&work, &doc, PLOMB_JSON_NONE, &bytes), PLOMB_JSON_TYPE_MISMATCH);
		assert_null(bytes.p);
	}
}

static void
test_strings(void **state)
{
	(void)state;
	run_strings(strings, COUNT(strings), plomb_json_string, 1);
	run_strings(base64s, COUNT(base64s), plomb_json_base64, 0);
}

static void
test_strings_no_room(void **state)
{
	plomb_json doc = parsed(VIEW("[\"\\/abc\",\"Zm9v\"]"));
	plomb_work little;
	uint64_t place[1];
	plomb_view bytes;

	(void)state;
	plomb_work_init(&little, place, 4);
	assert_int_equal(plomb_json_string(&little, &doc, 1, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(little.missing, 1);
	assert_null(bytes.p);
	assert_int_equal(plomb_json_base64(&little, &doc, 1, &bytes), PLOMB_NO_ROOM);
	assert_null(bytes.p);
	assert_int_equal(plomb_json_base64(&little, &doc, 2, &bytes), PLOMB_NO_ROOM);
	assert_null(bytes.p);
	assert_int_equal(little.used, 0);
	/* Without escapes a string needs none. */
	assert_int_equal(plomb_json_string(&little, &doc, 2, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "Zm9v"));
}

/* ---------------------------------------------------- numbers and booleans */

struct int_row {
	plomb_view text;
	plomb_status want;
	int64_t number;
};

#define MISMATCH PLOMB_JSON_TYPE_MISMATCH, 0

static const struct int_row ints[] = {
	{ PLOMB_LIT("0"), PLOMB_OK, 0 },
	{ PLOMB_LIT("\"0\""), PLOMB_OK, 0 },
	{ PLOMB_LIT("79571823"), PLOMB_OK, 79571823 },
	{ PLOMB_LIT("\"79571823\""), PLOMB_OK, 79571823 },
	{ PLOMB_LIT("-1"), PLOMB_OK, -1 },
	{ PLOMB_LIT("\"-1\""), PLOMB_OK, -1 },
	{ PLOMB_LIT("\"\\u0031\\u0032\""), PLOMB_OK, 12 },
	{ PLOMB_LIT("9223372036854775807"), PLOMB_OK, INT64_MAX },
	{ PLOMB_LIT("\"-9223372036854775808\""), PLOMB_OK, INT64_MIN },
	{ PLOMB_LIT("9223372036854775808"), MISMATCH },
	{ PLOMB_LIT("-9223372036854775809"), MISMATCH },
	{ PLOMB_LIT("18446744073709551616"), MISMATCH },
	{ PLOMB_LIT("18446744073709551617"), MISMATCH },
	{ PLOMB_LIT("99999999999999999999999999999999"), MISMATCH },
	{ PLOMB_LIT("79571823.0"), MISMATCH },
	{ PLOMB_LIT("\"79571823.0\""), MISMATCH },
	{ PLOMB_LIT("1e3"), MISMATCH },
	{ PLOMB_LIT("\"1e3\""), MISMATCH },
	{ PLOMB_LIT("\"079571823\""), MISMATCH },
	{ PLOMB_LIT("\"00\""), MISMATCH },
	{ PLOMB_LIT("\" 1\""), MISMATCH },
	{ PLOMB_LIT("\"1 \""), MISMATCH },
	{ PLOMB_LIT("\"+1\""), MISMATCH },
	{ PLOMB_LIT("\"--1\""), MISMATCH },
	{ PLOMB_LIT("\"-\""), MISMATCH },
	{ PLOMB_LIT("\"-01\""), MISMATCH },
	{ PLOMB_LIT("-0"), MISMATCH },
	{ PLOMB_LIT("\"-0\""), MISMATCH },
	{ PLOMB_LIT("\"\""), MISMATCH },
	{ PLOMB_LIT("\"1\\u0000\""), MISMATCH },
	{ PLOMB_LIT("\"0x10\""), MISMATCH },
	{ PLOMB_LIT("\"1:\""), MISMATCH },
	{ PLOMB_LIT("\"1/\""), MISMATCH },
	{ PLOMB_LIT("true"), MISMATCH },
	{ PLOMB_LIT("null"), MISMATCH },
	{ PLOMB_LIT("[1]"), MISMATCH },
	{ PLOMB_LIT("{\"1\":1}"), MISMATCH }
};

static void
test_int64(void **state)
{
	plomb_json doc;
	int64_t number;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ints); i ++) {
		plomb_status got;

		doc = parsed(ints[i].text);
		number = 77;
		got = plomb_json_int64(&doc, 0, &number);
		if (got != ints[i].want || number != ints[i].number) {
			fail_msg("%.*s: %s", (int)doc.text.n, (const char *)doc.text.p, plomb_status_code(got));
		}
	}
	assert_int_equal(plomb_json_int64(&doc, PLOMB_JSON_NONE, &number), PLOMB_JSON_TYPE_MISMATCH);
}

static void
test_bool(void **state)
{
	plomb_json doc = parsed(VIEW("[true,false,null,0,\"true\"]"));
	int flag = 77;
	uint32_t i;

	(void)state;
	assert_int_equal(plomb_json_bool(&doc, 1, &flag), PLOMB_OK);
	assert_int_equal(flag, 1);
	assert_int_equal(plomb_json_bool(&doc, 2, &flag), PLOMB_OK);
	assert_int_equal(flag, 0);
	for (i = 3; i < 7; i ++) {
		flag = 77;
		assert_int_equal(plomb_json_bool(&doc, i, &flag), PLOMB_JSON_TYPE_MISMATCH);
		assert_int_equal(flag, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_valid), TEST(test_malformed), TEST(test_cut_and_nul), TEST(test_count),
		TEST(test_depth), TEST(test_too_large), TEST(test_no_room),
		TEST(test_duplicates), TEST(test_many_keys),
		TEST(test_types), TEST(test_raw), TEST(test_walk), TEST(test_size), TEST(test_eq),
		TEST(test_member), TEST(test_members), TEST(test_strings), TEST(test_strings_no_room),
		TEST(test_int64), TEST(test_bool)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
