/* Canonical JSON: one form of what is signed, whoever wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/canonical_json.h"

static unsigned char buffer[1 << 16];
static plomb_work work;

static plomb_status
canonical(const char *text, size_t room, plomb_view *bytes)
{
	plomb_json doc;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	plomb_work_init(&work, buffer, room);
	s = plomb_json_parse(&work, plomb_view_of(text), &doc);
	return s != PLOMB_OK ? s : plomb_canonical_json(&work, &doc, 0, bytes);
}

struct row {
	const char *name;
	const char *text;
	const char *want; /* NULL: refused with status */
	plomb_status status;
};

static const struct row rows[] = {
	{ "scalar string", "\"x\"", "\"x\"", PLOMB_OK },
	{ "scalar number", " -12 ", "-12", PLOMB_OK },
	{ "true, false, null", "[true,false,null]", "[true,false,null]", PLOMB_OK },
	{ "empty", "{ }", "{}", PLOMB_OK },
	{ "empty list", "[ ]", "[]", PLOMB_OK },
	{ "white space goes", " { \"a\" : [ 1 , 2 ] ,\n\t\"b\" : { } } ", "{\"a\":[1,2],\"b\":{}}", PLOMB_OK },
	{ "members in order", "{\"b\":1,\"a\":2,\"c\":3}", "{\"a\":2,\"b\":1,\"c\":3}", PLOMB_OK },
	{ "a prefix comes first", "{\"ab\":1,\"a\":2,\"\":3,\"abc\":4}", "{\"\":3,\"a\":2,\"ab\":1,\"abc\":4}", PLOMB_OK },
	{ "upper case before lower case", "{\"a\":1,\"B\":2,\"_\":3,\"1\":4}", "{\"1\":4,\"B\":2,\"_\":3,\"a\":1}", PLOMB_OK },
	{ "by code point, not by UTF-16", "{\"\\ud83d\\ude00\":1,\"\\uffee\":2,\"\\u00e9\":3,\"z\":4}",
		"{\"z\":4,\"\xc3\xa9\":3,\"\xef\xbf\xae\":2,\"\xf0\x9f\x98\x80\":1}", PLOMB_OK },
	{ "sorted by what is meant", "{\"\\u0062\":1,\"a\":2}", "{\"a\":2,\"b\":1}", PLOMB_OK },
	{ "many members", "{\"j\":0,\"i\":1,\"h\":2,\"g\":3,\"f\":4,\"e\":5,\"d\":6,\"c\":7,\"b\":8,\"a\":9}",
		"{\"a\":9,\"b\":8,\"c\":7,\"d\":6,\"e\":5,\"f\":4,\"g\":3,\"h\":2,\"i\":1,\"j\":0}", PLOMB_OK },
	{ "line breaks are raw", "\"a\\nb\\tc\\u0001\"", "\"a\nb\tc\x01\"", PLOMB_OK },
	{ "quote and backslash are escaped", "\"\\\"\\\\\\/\"", "\"\\\"\\\\/\"", PLOMB_OK },
	{ "the same in a name", "{\"\\\"\\u005c\":\"\\u0022\"}", "{\"\\\"\\\\\":\"\\\"\"}", PLOMB_OK },
	{ "nested lists", "[[[]],[{}],[[1],2]]", "[[[]],[{}],[[1],2]]", PLOMB_OK },
	{ "nested objects", "{\"b\":{\"d\":[{\"f\":1,\"e\":2}],\"c\":{}},\"a\":[]}", "{\"a\":[],\"b\":{\"c\":{},\"d\":[{\"e\":2,\"f\":1}]}}", PLOMB_OK },
	{ "zero", "[0]", "[0]", PLOMB_OK },
	{ "beyond 64 bits", "[123456789012345678901234567890]", "[123456789012345678901234567890]", PLOMB_OK },
	{ "fraction", "[1.0]", NULL, PLOMB_JSON_TYPE_MISMATCH },
	{ "exponent", "{\"a\":1e2}", NULL, PLOMB_JSON_TYPE_MISMATCH },
	{ "minus zero", "-0", NULL, PLOMB_JSON_TYPE_MISMATCH },
	{ "NUL in a value", "{\"a\":\"x\\u0000\"}", NULL, PLOMB_JSON_MALFORMED },
	{ "NUL in a name", "{\"x\\u0000\":1}", NULL, PLOMB_JSON_MALFORMED }
};

static void
test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view got, again;
		char text[256];
		plomb_status s = canonical(rows[i].text, sizeof buffer, &got);

		if (s != rows[i].status || (rows[i].want != NULL && !plomb_view_is(got, rows[i].want))) {
			fail_msg("%s: %s, %.*s", rows[i].name, plomb_status_code(s), (int)got.n, (const char *)got.p);
		}
		if (rows[i].want == NULL) {
			assert_null(got.p);
			continue;
		}
		/* It is the form of itself, as far as it is JSON: a raw line break in a string is not. */
		(void)snprintf(text, sizeof text, "%s", rows[i].want);
		if (strpbrk(text, "\n\x01") == NULL) {
			assert_int_equal(canonical(text, sizeof buffer, &again), PLOMB_OK);
			assert_true(plomb_view_is(again, rows[i].want));
		}
	}
}

/* As deep as the parser goes. */
static void
test_depth(void **state)
{
	char text[2 * PLOMB_MAX_JSON_DEPTH + 3];
	plomb_view got;

	(void)state;
	memset(text, '[', PLOMB_MAX_JSON_DEPTH);
	memset(text + PLOMB_MAX_JSON_DEPTH, ']', PLOMB_MAX_JSON_DEPTH);
	text[2 * PLOMB_MAX_JSON_DEPTH] = 0;
	assert_int_equal(canonical(text, sizeof buffer, &got), PLOMB_OK);
	assert_true(plomb_view_is(got, text));
	memset(text, '[', PLOMB_MAX_JSON_DEPTH + 1);
	memset(text + PLOMB_MAX_JSON_DEPTH + 1, ']', PLOMB_MAX_JSON_DEPTH + 1);
	text[2 * PLOMB_MAX_JSON_DEPTH + 2] = 0;
	assert_int_equal(canonical(text, sizeof buffer, &got), PLOMB_JSON_MALFORMED);
}

/* Any size of the buffer: the text or no room, and what was taken is given back. */
static void
test_room(void **state)
{
	static const char text[] = "{\"b\\n\":[\"\\n\\n\\n\",{\"d\":1,\"c\":\"\\u00e9\"}],\"a\":{\"x\":[]}}";
	static const char want[] = "{\"a\":{\"x\":[]},\"b\n\":[\"\n\n\n\",{\"c\":\"\xc3\xa9\",\"d\":1}]}";
	plomb_view got;
	size_t room, most;

	(void)state;
	assert_int_equal(canonical(text, sizeof buffer, &got), PLOMB_OK);
	assert_true(plomb_view_is(got, want));
	assert_int_equal(work.used, (size_t)(got.p - buffer) + got.n);
	most = work.high_water;
	for (room = 0; room < most; room ++) {
		if (canonical(text, room, &got) != PLOMB_NO_ROOM) {
			fail_msg("%u bytes", (unsigned)room);
		}
		assert_null(got.p);
	}
	assert_int_equal(canonical(text, most, &got), PLOMB_OK);
}

/* A part of a document, and no value at all. */
static void
test_part(void **state)
{
	static const char text[] = "{\"signatures\":[],\"signed\":{\"b\":1,\"a\":\"x\"}}";
	plomb_json doc;
	plomb_view got;
	size_t used;

	(void)state;
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_json_parse(&work, plomb_view_of(text), &doc), PLOMB_OK);
	assert_int_equal(plomb_canonical_json(&work, &doc, plomb_json_member(&doc, 0, "signed"), &got), PLOMB_OK);
	assert_true(plomb_view_is(got, "{\"a\":\"x\",\"b\":1}"));
	used = work.used;
	assert_int_equal(plomb_canonical_json(&work, &doc, PLOMB_JSON_NONE, &got), PLOMB_JSON_TYPE_MISMATCH);
	assert_null(got.p);
	assert_int_equal(work.used, used);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_part)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
