/* The sentences and classes of plomb.h's lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/view.h"

/* Kebab-case, as machines read it. */
static int
is_code(const char *code)
{
	size_t n = strlen(code);

	return n != 0 && strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-") == n
		&& code[0] != '-' && code[n - 1] != '-';
}

struct list_row {
	plomb_status status;
	const char *code;
	plomb_class class_;
};

static const struct list_row list[] = {
#define ROW(name, code, class_, sentence) { PLOMB_##name, code, PLOMB_CLASS_##class_ },
	PLOMB_STATUS_LIST(ROW)
#undef ROW
};

static void
test_every_status(void **state)
{
	const size_t count = sizeof list / sizeof list[0];
	size_t i, k;

	(void)state;
	assert_int_equal(count, PLOMB_STATUS_END - PLOMB_STATUS_FIRST - 1);
	assert_int_equal(list[count - 1].status, PLOMB_STATUS_END - 1);
	for (i = 0; i < count; i ++) {
		const char *sentence = plomb_status_sentence(list[i].status);

		assert_string_equal(plomb_status_code(list[i].status), list[i].code);
		assert_int_equal(plomb_status_class(list[i].status), list[i].class_);
		assert_true(is_code(list[i].code));
		assert_true(strlen(sentence) > 5);
		assert_true(sentence[strlen(sentence) - 1] != '.');
		/* No reason to refuse has the exit status of a yes. */
		assert_int_not_equal(list[i].class_, PLOMB_CLASS_ACCEPTED);
		for (k = 0; k < i; k ++) {
			assert_string_not_equal(list[i].code, list[k].code);
		}
	}
}

struct edge_row {
	const char *name;
	int number;
	const char *code;
	plomb_class class_;
};

static const struct edge_row edges[] = {
	{ "zeroed memory", PLOMB_UNSET, "unset", PLOMB_CLASS_UNDECIDED },
	{ "yes", PLOMB_OK, "ok", PLOMB_CLASS_ACCEPTED },
	{ "a check that was not asked for", PLOMB_NOT_REQUIRED, "not-required", PLOMB_CLASS_UNDECIDED },
	{ "true is not a status", 1, "unknown", PLOMB_CLASS_UNDECIDED },
	{ "one bit of yes flipped", PLOMB_OK ^ 1, "unknown", PLOMB_CLASS_UNDECIDED },
	{ "the number before the first", PLOMB_STATUS_FIRST, "unknown", PLOMB_CLASS_UNDECIDED },
	{ "the first", PLOMB_STATUS_FIRST + 1, "usage-error", PLOMB_CLASS_USAGE },
	{ "the number after the last", PLOMB_STATUS_END, "unknown", PLOMB_CLASS_UNDECIDED },
	{ "negative", -1, "unknown", PLOMB_CLASS_UNDECIDED }
};

static void
test_edges(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof edges / sizeof edges[0]; i ++) {
		plomb_status status = (plomb_status)edges[i].number;

		if (strcmp(plomb_status_code(status), edges[i].code) != 0
			|| plomb_status_class(status) != edges[i].class_
			|| strlen(plomb_status_sentence(status)) < 5)
		{
			fail_msg("%s: %s", edges[i].name, plomb_status_code(status));
		}
	}
}

static void
test_checks(void **state)
{
	int check, other;

	(void)state;
	for (check = 0; check < PLOMB_CHECK_COUNT; check ++) {
		const char *name = plomb_check_name((plomb_check)check);

		assert_true(is_code(name));
		assert_string_not_equal(name, "unknown");
		assert_true(strlen(plomb_check_sentence((plomb_check)check)) > 5);
		for (other = 0; other < check; other ++) {
			assert_string_not_equal(name, plomb_check_name((plomb_check)other));
		}
	}
	assert_string_equal(plomb_check_name(PLOMB_CHECK_PARSE), "parse");
	assert_string_equal(plomb_check_name(PLOMB_CHECK_ANNOTATIONS), "annotations");
	assert_string_equal(plomb_check_sentence(PLOMB_CHECK_SIGNATURE), "the signature verifies");
	assert_string_equal(plomb_check_name(PLOMB_CHECK_COUNT), "unknown");
	assert_string_equal(plomb_check_name((plomb_check)-1), "unknown");
	assert_string_equal(plomb_check_sentence((plomb_check)1000), "not a check of this library");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_status),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_checks)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
