/* Annotations: wanted pairs against an object that somebody signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/annotations.h"

static uint64_t room[4096];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;

static plomb_view
view_of(const char *text)
{
	plomb_view view;

	view.p = (const unsigned char *)text;
	view.n = strlen(text);
	return view;
}

static void
start(void)
{
	plomb_work_init(&work, room, sizeof room);
	memset(&ctx, 0, sizeof ctx);
	memset(&detail, 0, sizeof detail);
	ctx.work = &work;
	ctx.detail = &detail;
}

/* Two wanted pairs at most; a NULL name ends the list, a value of "~…" is a pattern. */
struct row {
	const char *name, *json;
	const char *want[4];
	plomb_status status;
	const char *what, *got; /* NULL: absent */
};

#define MISMATCH PLOMB_ANNOTATION_MISMATCH
static const struct row rows[] = {
	{ "as signed", "{\"env\":\"prod\",\"ver\":\"1\"}", { "env", "prod" }, PLOMB_OK, NULL, NULL },
	{ "both as signed", "{\"env\":\"prod\",\"ver\":\"1\"}", { "ver", "1", "env", "prod" }, PLOMB_OK, NULL, NULL },
	{ "nothing wanted", "{\"env\":\"prod\"}", { NULL }, PLOMB_OK, NULL, NULL },
	{ "nothing wanted of nothing", "null", { NULL }, PLOMB_OK, NULL, NULL },
	{ "another value", "{\"env\":\"prod\"}", { "env", "test" }, MISMATCH, "env", "prod" },
	{ "value with more behind it", "{\"env\":\"production\"}", { "env", "prod" }, MISMATCH, "env", "production" },
	{ "value in capitals", "{\"env\":\"PROD\"}", { "env", "prod" }, MISMATCH, "env", "PROD" },
	{ "first right, second wrong", "{\"a\":\"1\",\"b\":\"2\"}", { "a", "1", "b", "3" }, MISMATCH, "b", "2" },
	{ "absent", "{\"env\":\"prod\"}", { "ver", "1" }, MISMATCH, "ver", NULL },
	{ "absent, and an empty value wanted", "{}", { "ver", "" }, MISMATCH, "ver", NULL },
	{ "empty, as wanted", "{\"ver\":\"\"}", { "ver", "" }, PLOMB_OK, NULL, NULL },
	{ "name in capitals", "{\"ENV\":\"prod\"}", { "env", "prod" }, MISMATCH, "env", NULL },
	{ "the pair one level down", "{\"x\":{\"env\":\"prod\"}}", { "env", "prod" }, MISMATCH, "env", NULL },
	{ "the pair as elements", "[\"env\",\"prod\"]", { "env", "prod" }, MISMATCH, "env", NULL },
	{ "the name as a value", "{\"prod\":\"env\"}", { "env", "prod" }, MISMATCH, "env", NULL },
	{ "no object at all", "\"env\"", { "env", "prod" }, MISMATCH, "env", NULL },
	{ "a number is no string", "{\"ver\":1}", { "ver", "1" }, MISMATCH, "ver", "1" },
	{ "a bool is no string", "{\"ver\":true}", { "ver", "true" }, MISMATCH, "ver", "true" },
	{ "null is no string", "{\"ver\":null}", { "ver", "null" }, MISMATCH, "ver", "null" },
	{ "an array is no string", "{\"ver\":[\"1\"]}", { "ver", "1" }, MISMATCH, "ver", "[\"1\"]" },
	{ "a number, by pattern", "{\"ver\":1}", { "ver", "~1" }, MISMATCH, "ver", "1" },
	{ "escapes in value and name", "{\"\\u0065nv\":\"pr\\u006fd\"}", { "env", "prod" }, PLOMB_OK, NULL, NULL },
	{ "escapes, and another value", "{\"env\":\"te\\u0073t\"}", { "env", "prod" }, MISMATCH, "env", "test" },
	{ "a NUL after the value", "{\"env\":\"prod\\u0000\"}", { "env", "prod" }, MISMATCH, "env", "prod\\u0000" },
	{ "a pattern", "{\"ver\":\"1.2\"}", { "ver", "~^1\\.[0-9]$" }, PLOMB_OK, NULL, NULL },
	{ "a pattern, other value", "{\"ver\":\"1.22\"}", { "ver", "~^1\\.[0-9]$" }, MISMATCH, "ver", "1.22" },
	{ "a pattern is searched for", "{\"ver\":\"v1.2.3\"}", { "ver", "~1\\.[0-9]" }, PLOMB_OK, NULL, NULL },
	{ "a pair without a value to compare with", "{\"ver\":\"1\"}", { "ver", "?" }, PLOMB_CONFIG_INVALID, "ver", "1" },
};

/* "~pattern", "?" for neither, else the exact value. */
static plomb_want
want_of(const char *name, const char *value)
{
	plomb_want want;

	memset(&want, 0, sizeof want);
	want.name = view_of(name);
	if (value[0] == '~') {
		assert_int_equal(plomb_regex_compile(&ctx, view_of(value + 1), &want.value.regex), PLOMB_OK);
	} else if (value[0] != '?') {
		want.value.exact = view_of(value);
	}
	return want;
}

static void
test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const struct row *row = &rows[i];
		plomb_want wants[2];
		plomb_json doc;
		size_t count = 0, before;

		print_message("  %s\n", row->name);
		start();
		while (count < 2 && row->want[2 * count] != NULL) {
			wants[count] = want_of(row->want[2 * count], row->want[2 * count + 1]);
			count ++;
		}
		assert_int_equal(plomb_json_parse(&work, view_of(row->json), &doc), PLOMB_OK);
		before = work.used;
		assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, wants, count), row->status);
		if (row->status == PLOMB_OK) {
			assert_int_equal(work.used, before);
			continue;
		}
		assert_true(plomb_view_is(detail.what, row->what));
		if (row->got == NULL) {
			assert_null(detail.got.p);
		} else {
			assert_true(plomb_view_is(detail.got, row->got));
		}
		if (wants[count - 1].value.exact.p != NULL) {
			assert_true(plomb_view_eq(detail.want, wants[count - 1].value.exact));
		}

		/* The same without anybody to tell. */
		ctx.detail = NULL;
		assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, wants, count), row->status);
	}
}

/* A pattern is what a person is shown; both given must both hold. */
static void
test_pattern(void **state)
{
	plomb_want want;
	plomb_json doc;

	(void)state;
	start();
	want = want_of("ver", "~^2");
	assert_int_equal(plomb_json_parse(&work, view_of("{\"ver\":\"1\"}"), &doc), PLOMB_OK);
	assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, &want, 1), MISMATCH);
	assert_true(plomb_view_is(detail.want, "^2"));
	want.value.exact = view_of("1");
	assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, &want, 1), MISMATCH);
	want = want_of("ver", "~^1");
	want.value.exact = view_of("12");
	assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, &want, 1), MISMATCH);
	want.value.exact = view_of("1");
	assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, &want, 1), PLOMB_OK);
}

/* No object: nothing wanted is fine, anything wanted is missing. */
static void
test_none(void **state)
{
	plomb_want want;
	plomb_json doc;

	(void)state;
	start();
	want = want_of("env", "prod");
	assert_int_equal(plomb_json_parse(&work, view_of("{\"env\":\"prod\"}"), &doc), PLOMB_OK);
	assert_int_equal(plomb_annotations_check(&ctx, &doc, PLOMB_JSON_NONE, NULL, 0), PLOMB_OK);
	assert_int_equal(plomb_annotations_check(&ctx, &doc, PLOMB_JSON_NONE, &want, 1), MISMATCH);
	assert_null(detail.got.p);
}

static void
test_no_room(void **state)
{
	plomb_want want;
	plomb_json doc;

	(void)state;
	start();
	want = want_of("env", "prod");
	assert_int_equal(plomb_json_parse(&work, view_of("{\"env\":\"pro\\u0064\"}"), &doc), PLOMB_OK);
	work.size = work.used;
	assert_int_equal(plomb_annotations_check(&ctx, &doc, 0, &want, 1), PLOMB_NO_ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
