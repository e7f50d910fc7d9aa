/* src/cli/annotations_arg.c: -a as Go's encoding/csv reads it, and files of annotations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../src/cli/annotations_arg.h"

typedef struct {
	const char *name;
	const char *text;
	plomb_status status;
	const char *want; /* the pairs, as "name=value;" with "~" in front of a pattern */
} row;

static void
list(const plomb_pairs *pairs, plomb_text *text)
{
	size_t i;

	for (i = 0; i < pairs->count; i ++) {
		plomb_text_str(text, pairs->item[i].is_regexp ? "~" : "");
		plomb_text_str(text, pairs->item[i].name);
		plomb_text_str(text, "=");
		plomb_text_str(text, pairs->item[i].value);
		plomb_text_str(text, ";");
	}
}

static void
check(const row *r, plomb_status (*add)(plomb_pairs *, const char *, plomb_view, plomb_fault *))
{
	plomb_pairs pairs = { NULL, 0, 0 };
	plomb_fault fault;
	plomb_text text;

	plomb_fault_init(&fault);
	plomb_text_init(&text);
	assert_int_equal(add(&pairs, "-a", plomb_view_of_arg(r->text), &fault), r->status);
	if (r->status == PLOMB_OK) {
		list(&pairs, &text);
		assert_string_equal(plomb_text_cstr(&text), r->want);
	}
	if (r->status != PLOMB_OK) {
		assert_int_equal(fault.status, r->status);
		assert_true(fault.message.n != 0);
	}
	plomb_pairs_free(&pairs);
	plomb_text_free(&text);
	plomb_fault_free(&fault);
}

static void
csv(void **state)
{
	static const row rows[] = {
		{ "one", "tag=v1", PLOMB_OK, "tag=v1;" },
		{ "two with a comma", "env=prod,ver=1", PLOMB_OK, "env=prod;ver=1;" },
		{ "the first = splits", "k=a=b", PLOMB_OK, "k=a=b;" },
		{ "an empty value", "k=", PLOMB_OK, "k=;" },
		{ "blanks belong to it", " k = v , l= w", PLOMB_OK, " k = v ; l= w;" },
		{ "a quoted comma", "\"k=a,b\"", PLOMB_OK, "k=a,b;" },
		{ "a quoted quote", "\"k=a\"\"b\"", PLOMB_OK, "k=a\"b;" },
		{ "a quoted line end", "\"k=a\nb\"", PLOMB_OK, "k=a\nb;" },
		{ "a quoted CR LF becomes LF", "\"k=a\r\nb\"", PLOMB_OK, "k=a\nb;" },
		{ "quoted beside plain", "\"k=a,b\",l=c", PLOMB_OK, "k=a,b;l=c;" },
		{ "a line end behind it", "k=v\n", PLOMB_OK, "k=v;" },
		{ "CR LF behind it", "k=v\r\n", PLOMB_OK, "k=v;" },
		{ "a last CR is dropped", "k=v\r", PLOMB_OK, "k=v;" },
		{ "a CR inside stays", "k=a\rb", PLOMB_OK, "k=a\rb;" },
		{ "the same again", "k=a,k=a", PLOMB_OK, "k=a;" },
		{ "two values", "k=a,k=b", PLOMB_USAGE_ERROR, NULL },
		{ "a pattern", "k~=^v[0-9]", PLOMB_OK, "~k=^v[0-9];" },
		{ "a pattern beside a value", "k=v1,k~=^v,k~=1$", PLOMB_OK, "k=v1;~k=^v;~k=1$;" },
		{ "no =", "tag", PLOMB_USAGE_ERROR, NULL },
		{ "nothing", "", PLOMB_USAGE_ERROR, NULL },
		{ "no = in the second", "k=v,tag", PLOMB_USAGE_ERROR, NULL },
		{ "a comma at the end", "k=v,", PLOMB_USAGE_ERROR, NULL },
		{ "no name", "=v", PLOMB_USAGE_ERROR, NULL },
		{ "no name in front of a pattern", "~=v", PLOMB_USAGE_ERROR, NULL },
		{ "an empty pattern", "k~=", PLOMB_USAGE_ERROR, NULL },
		{ "a quote inside a plain value", "k=a\"b", PLOMB_USAGE_ERROR, NULL },
		{ "a quote that does not end", "\"k=v", PLOMB_USAGE_ERROR, NULL },
		{ "text behind a quote", "\"k=v\"x", PLOMB_USAGE_ERROR, NULL },
		{ "a further line, which Go drops", "k=v\nl=w", PLOMB_USAGE_ERROR, NULL },
		{ "a further line behind a quote", "\"k=v\"\nl=w", PLOMB_USAGE_ERROR, NULL },
		{ "a line end in front", "\nk=v", PLOMB_USAGE_ERROR, NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		check(&rows[i], plomb_pairs_add_csv);
	}
}

/* Values of extensions are URLs: a comma is a comma. */
static void
single(void **state)
{
	static const row rows[] = {
		{ "a comma", "k=a,b", PLOMB_OK, "k=a,b;" },
		{ "quotes", "k=\"a\"", PLOMB_OK, "k=\"a\";" },
		{ "a pattern", "k~=a,b", PLOMB_OK, "~k=a,b;" },
		{ "no =", "k", PLOMB_USAGE_ERROR, NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		check(&rows[i], plomb_pairs_add);
	}
}

static void
files(void **state)
{
	static const row rows[] = {
		{ "an object", "{\"k\":\"v\",\"l\":\"a=b,c\"}", PLOMB_OK, "k=v;l=a=b,c;" },
		{ "an object behind space", "\n\t {\"k\":\"\\u0076\"}\n", PLOMB_OK, "k=v;" },
		{ "in an object ~ is a character", "{\"k~\":\"v\"}", PLOMB_OK, "k~=v;" },
		{ "lines", "k=v\n# a comment\n\nl~=^w\r\n", PLOMB_OK, "k=v;~l=^w;" },
		{ "in lines a comma is a comma", "k=a,b", PLOMB_OK, "k=a,b;" },
		{ "nothing", "", PLOMB_CONFIG_INVALID, NULL },
		{ "space", " \n", PLOMB_CONFIG_INVALID, NULL },
		{ "comments only", "# k=v\n", PLOMB_CONFIG_INVALID, NULL },
		{ "an empty object", "{}", PLOMB_CONFIG_INVALID, NULL },
		{ "a number", "{\"k\":1}", PLOMB_CONFIG_INVALID, NULL },
		{ "null", "{\"k\":null}", PLOMB_CONFIG_INVALID, NULL },
		{ "an empty name", "{\"\":\"v\"}", PLOMB_CONFIG_INVALID, NULL },
		{ "the same name twice", "{\"k\":\"v\",\"k\":\"w\"}", PLOMB_CONFIG_INVALID, NULL },
		{ "half an object", "{\"k\":\"v\"", PLOMB_CONFIG_INVALID, NULL },
		{ "two objects", "{\"k\":\"v\"}{}", PLOMB_CONFIG_INVALID, NULL },
		{ "a NUL in a string", "{\"k\":\"a\\u0000b\"}", PLOMB_CONFIG_INVALID, NULL },
		{ "two lines of one name", "k=v\nk=v\n", PLOMB_OK, "k=v;" },
		{ "two values of one name", "k=v\nk=w\n", PLOMB_CONFIG_INVALID, NULL },
		{ "a line without =", "k=v\ntag\n", PLOMB_CONFIG_INVALID, NULL },
		{ "an empty pattern", "k~=\n", PLOMB_CONFIG_INVALID, NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		check(&rows[i], plomb_pairs_add_file);
	}
}

/* An option may change what a file says; no other second value is taken, unless it is asked for as cosign would. */
static void
two_values(void **state)
{
	plomb_pairs pairs = { NULL, 0, 0 };
	plomb_view file = PLOMB_LIT("k=v\nl=v\n"), other = PLOMB_LIT("l=w\n");
	plomb_fault fault;
	plomb_text text;

	(void)state;
	plomb_fault_init(&fault);
	plomb_text_init(&text);
	assert_int_equal(plomb_pairs_add_file(&pairs, "f", file, &fault), PLOMB_OK);
	assert_int_equal(plomb_pairs_add_csv(&pairs, "-a", plomb_view_of_arg("k=w"), &fault), PLOMB_OK);
	list(&pairs, &text);
	assert_string_equal(plomb_text_cstr(&text), "k=w;l=v;");
	assert_int_equal(plomb_pairs_add_csv(&pairs, "-a", plomb_view_of_arg("k=x"), &fault), PLOMB_USAGE_ERROR);
	assert_string_equal(plomb_text_cstr(&fault.message), "-a: k is given twice, as w and as x");
	plomb_fault_free(&fault);
	plomb_fault_init(&fault);
	assert_int_equal(plomb_pairs_add_file(&pairs, "g", other, &fault), PLOMB_CONFIG_INVALID);
	assert_string_equal(plomb_text_cstr(&fault.message), "g: l is given twice, as v and as w");
	plomb_fault_free(&fault);
	plomb_fault_init(&fault);
	pairs.last_wins = 1;
	assert_int_equal(plomb_pairs_add_csv(&pairs, "-a", plomb_view_of_arg("k=x"), &fault), PLOMB_OK);
	plomb_text_clear(&text);
	list(&pairs, &text);
	assert_string_equal(plomb_text_cstr(&text), "k=x;l=v;");
	plomb_pairs_free(&pairs);
	plomb_text_free(&text);
	plomb_fault_free(&fault);
}

/* What ends a C string early must not shorten what is asked for. */
static void
a_nul_in_a_file(void **state)
{
	plomb_view content = PLOMB_LIT("k=v\0w\n");
	plomb_pairs pairs = { NULL, 0, 0 };
	plomb_fault fault;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(plomb_pairs_add_file(&pairs, "f", content, &fault), PLOMB_CONFIG_INVALID);
	plomb_pairs_free(&pairs);
	plomb_fault_free(&fault);
}

static void
too_many(void **state)
{
	plomb_pairs pairs = { NULL, 0, 0 };
	plomb_fault fault;
	size_t i;

	(void)state;
	plomb_fault_init(&fault);
	for (i = 0; i <= PLOMB_MAX_PAIRS; i ++) {
		plomb_text text;
		plomb_status s;

		plomb_text_init(&text);
		plomb_text_decimal(&text, (int64_t)i);
		plomb_text_str(&text, "=v");
		s = plomb_pairs_add(&pairs, "-a", plomb_text_as_view(&text), &fault);
		assert_int_equal(s, i < PLOMB_MAX_PAIRS ? PLOMB_OK : PLOMB_USAGE_ERROR);
		plomb_text_free(&text);
	}
	plomb_pairs_free(&pairs);
	plomb_fault_free(&fault);
}

/* The words are an attacker's or a typist's: they must not drive a terminal. */
static void
a_message_is_harmless(void **state)
{
	plomb_pairs pairs = { NULL, 0, 0 };
	plomb_fault fault;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(plomb_pairs_add(&pairs, "-a", plomb_view_of_arg("a\033]0;b\n"), &fault), PLOMB_USAGE_ERROR);
	assert_string_equal(plomb_text_cstr(&fault.message), "-a: no = in a\\x1b]0;b\\n");
	plomb_pairs_free(&pairs);
	plomb_fault_free(&fault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv),
		cmocka_unit_test(single),
		cmocka_unit_test(files),
		cmocka_unit_test(two_values),
		cmocka_unit_test(a_nul_in_a_file),
		cmocka_unit_test(too_many),
		cmocka_unit_test(a_message_is_harmless)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
