/* Views, UTF-8 and decimals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../src/core/view.h"

#define VIEW(s) ((plomb_view)PLOMB_LIT(s))

static const plomb_view absent = { NULL, 0 };

static void
test_compare(void **state)
{
	(void)state;
	assert_true(plomb_view_eq(VIEW("abc"), VIEW("abc")));
	assert_false(plomb_view_eq(VIEW("abc"), VIEW("abd")));
	assert_false(plomb_view_eq(VIEW("abc"), VIEW("ab")));
	assert_true(plomb_view_eq(absent, VIEW("")));
	assert_true(plomb_view_eq(absent, absent));

	assert_true(plomb_view_is(VIEW("abc"), "abc"));
	assert_false(plomb_view_is(VIEW("abc"), "abcd"));
	assert_false(plomb_view_is(VIEW("abc\0"), "abc"));
	assert_true(plomb_view_is(absent, ""));

	assert_true(plomb_view_starts(VIEW("abc"), "ab"));
	assert_true(plomb_view_starts(VIEW("abc"), "abc"));
	assert_true(plomb_view_starts(absent, ""));
	assert_false(plomb_view_starts(VIEW("abc"), "abcd"));
	assert_false(plomb_view_starts(VIEW("abc"), "b"));
	assert_false(plomb_view_starts(absent, "a"));

	assert_true(plomb_view_ends(VIEW("abc"), "bc"));
	assert_true(plomb_view_ends(VIEW("abc"), "abc"));
	assert_true(plomb_view_ends(VIEW("abc"), ""));
	assert_true(plomb_view_ends(absent, ""));
	assert_false(plomb_view_ends(VIEW("abc"), "b"));
	assert_false(plomb_view_ends(VIEW("abc"), "zabc"));
	assert_false(plomb_view_ends(absent, "a"));
}

static void
test_cut(void **state)
{
	plomb_view text = VIEW("abcdef");

	(void)state;
	assert_true(plomb_view_is(plomb_view_cut(text, 1, 3), "bcd"));
	assert_true(plomb_view_is(plomb_view_cut(text, 0, SIZE_MAX), "abcdef"));
	assert_true(plomb_view_is(plomb_view_cut(text, 4, SIZE_MAX), "ef"));
	assert_int_equal(plomb_view_cut(text, 6, 1).n, 0);
	assert_ptr_equal(plomb_view_cut(text, 6, 1).p, text.p + 6);
	assert_ptr_equal(plomb_view_cut(text, SIZE_MAX, SIZE_MAX).p, text.p + 6);
	assert_null(plomb_view_cut(absent, 3, 3).p);
	assert_int_equal(plomb_view_cut(absent, 3, 3).n, 0);
	assert_int_equal(plomb_view_of("four").n, 4);
}

struct utf8_row {
	const char *name;
	plomb_view text;
	int32_t first; /* code point, or -1 */
};

static const struct utf8_row utf8_rows[] = {
	{ "the last of one byte", PLOMB_LIT("\x7F"), 0x7F },
	{ "NUL is a character", PLOMB_LIT("\0"), 0 },
	{ "the first of two bytes", PLOMB_LIT("\xC2\x80"), 0x80 },
	{ "the last of two bytes", PLOMB_LIT("\xDF\xBF"), 0x7FF },
	{ "the first of three bytes", PLOMB_LIT("\xE0\xA0\x80"), 0x800 },
	{ "the last before the surrogates", PLOMB_LIT("\xED\x9F\xBF"), 0xD7FF },
	{ "the first after the surrogates", PLOMB_LIT("\xEE\x80\x80"), 0xE000 },
	{ "the last of three bytes", PLOMB_LIT("\xEF\xBF\xBF"), 0xFFFF },
	{ "the first of four bytes", PLOMB_LIT("\xF0\x90\x80\x80"), 0x10000 },
	{ "the last of all", PLOMB_LIT("\xF4\x8F\xBF\xBF"), 0x10FFFF },
	{ "nothing", PLOMB_LIT(""), -1 },
	{ "a byte that only continues", PLOMB_LIT("\x80"), -1 },
	{ "the last byte that only continues", PLOMB_LIT("\xBF"), -1 },
	{ "slash in two bytes", PLOMB_LIT("\xC0\xAF"), -1 },
	{ "quotation mark in two bytes", PLOMB_LIT("\xC0\xA2"), -1 },
	{ "overlong with C1", PLOMB_LIT("\xC1\xBF"), -1 },
	{ "slash in three bytes", PLOMB_LIT("\xE0\x80\xAF"), -1 },
	{ "overlong three bytes, largest", PLOMB_LIT("\xE0\x9F\xBF"), -1 },
	{ "slash in four bytes", PLOMB_LIT("\xF0\x80\x80\xAF"), -1 },
	{ "overlong four bytes, largest", PLOMB_LIT("\xF0\x8F\xBF\xBF"), -1 },
	{ "first surrogate", PLOMB_LIT("\xED\xA0\x80"), -1 },
	{ "last surrogate", PLOMB_LIT("\xED\xBF\xBF"), -1 },
	{ "one above the last of all", PLOMB_LIT("\xF4\x90\x80\x80"), -1 },
	{ "first byte F5", PLOMB_LIT("\xF5\x80\x80\x80"), -1 },
	{ "five bytes", PLOMB_LIT("\xF8\x88\x80\x80\x80"), -1 },
	{ "byte FE", PLOMB_LIT("\xFE"), -1 },
	{ "byte FF", PLOMB_LIT("\xFF"), -1 },
	{ "two bytes, cut off", PLOMB_LIT("\xC3"), -1 },
	{ "three bytes, cut off", PLOMB_LIT("\xE2\x82"), -1 },
	{ "four bytes, cut off", PLOMB_LIT("\xF0\x9F\x92"), -1 },
	{ "two bytes, the second a letter", PLOMB_LIT("\xC3" "A"), -1 },
	{ "three bytes, the third a letter", PLOMB_LIT("\xE2\x82" "A"), -1 },
	{ "four bytes, the fourth one that starts", PLOMB_LIT("\xF0\x9F\x92\xC3"), -1 }
};

static void
test_utf8(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof utf8_rows / sizeof utf8_rows[0]; i ++) {
		const struct utf8_row *row = &utf8_rows[i];
		size_t at = 0;
		int32_t rune = plomb_utf8_next(row->text, &at);

		if (rune != row->first || at != (row->first < 0 ? 0 : row->text.n)
			|| plomb_utf8_valid(row->text) != (row->first >= 0 || row->text.n == 0))
		{
			fail_msg("%s: got %ld, %lu bytes on", row->name, (long)rune, (unsigned long)at);
		}
	}
}

/* Every code point is written as it is read, in the least number of bytes. */
static void
test_utf8_round(void **state)
{
	unsigned char out[4];
	uint32_t rune;

	(void)state;
	for (rune = 0; rune < 0x110000; rune ++) {
		plomb_view text = { out, 0 };
		size_t at = 0;

		text.n = plomb_utf8_put(out, rune);
		if (rune >= 0xD800 && rune < 0xE000) {
			assert_int_equal(plomb_utf8_next(text, &at), -1);
			continue;
		}
		assert_int_equal(plomb_utf8_next(text, &at), (int32_t)rune);
		assert_int_equal(at, text.n);
	}
}

static void
test_utf8_walk(void **state)
{
	plomb_view text = VIEW("a\xC3\xA4\xE2\x82\xAC");
	size_t at = 0;

	(void)state;
	assert_true(plomb_utf8_valid(text));
	assert_int_equal(plomb_utf8_next(text, &at), 'a');
	assert_int_equal(plomb_utf8_next(text, &at), 0xE4);
	assert_int_equal(plomb_utf8_next(text, &at), 0x20AC);
	assert_int_equal(plomb_utf8_next(text, &at), -1);
	assert_int_equal(at, text.n);
	at = SIZE_MAX;
	assert_int_equal(plomb_utf8_next(text, &at), -1);
	assert_false(plomb_utf8_valid(VIEW("good until\xFFhere")));
}

struct decimal_row {
	const char *name;
	plomb_view text;
	uint64_t max;
	plomb_status want;
	uint64_t value;
};

static const struct decimal_row decimal_rows[] = {
	{ "zero", PLOMB_LIT("0"), 0, PLOMB_OK, 0 },
	{ "some number", PLOMB_LIT("1234567890"), UINT64_MAX, PLOMB_OK, 1234567890 },
	{ "as much as allowed", PLOMB_LIT("10"), 10, PLOMB_OK, 10 },
	{ "2^64 - 1", PLOMB_LIT("18446744073709551615"), UINT64_MAX, PLOMB_OK, UINT64_MAX },
	{ "2^64 would wrap to 0", PLOMB_LIT("18446744073709551616"), UINT64_MAX, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "2^64 + 10 would wrap to 10", PLOMB_LIT("18446744073709551626"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "21 digits", PLOMB_LIT("100000000000000000000"), UINT64_MAX, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "one more than allowed", PLOMB_LIT("11"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "leading zero", PLOMB_LIT("01"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "zero twice", PLOMB_LIT("00"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "nothing", PLOMB_LIT(""), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "minus", PLOMB_LIT("-1"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "plus", PLOMB_LIT("+1"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "blank in front", PLOMB_LIT(" 1"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "line break behind", PLOMB_LIT("1\n"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "NUL behind", PLOMB_LIT("1\0"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "the character above 9", PLOMB_LIT("1:"), UINT64_MAX, PLOMB_JSON_TYPE_MISMATCH, 0 },
	{ "hexadecimal", PLOMB_LIT("0x1"), 10, PLOMB_JSON_TYPE_MISMATCH, 0 }
};

static void
test_decimal(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof decimal_rows / sizeof decimal_rows[0]; i ++) {
		const struct decimal_row *row = &decimal_rows[i];
		uint64_t value = 77;
		plomb_status got = plomb_decimal_parse(row->text, row->max, &value);

		if (got != row->want || value != row->value) {
			fail_msg("%s: status %d", row->name, (int)got);
		}
		if (got == PLOMB_OK) {
			unsigned char out[20];
			plomb_view again = { out, 0 };

			again.n = plomb_decimal_put(out, value);
			assert_true(plomb_view_eq(again, row->text));
		}
	}
}

/* By hand it is what the machine says, and one digit too many changes nothing. */
static void
test_divide(void **state)
{
	static const uint64_t numbers[] = {
		0, 1, 9, 10, 65535, 65536, 0xFFFFFFFF, UINT64_C(0x100000000), UINT64_C(0x00010000FFFF0000),
		UINT64_C(0x123456789ABCDEF0), INT64_MAX, UINT64_MAX - 1, UINT64_MAX
	};
	static const uint32_t divisors[] = { 1, 2, 3, 10, 216, 400, 1000, 32768, 65535 };
	uint64_t sum;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof numbers / sizeof numbers[0]; i ++) {
		for (j = 0; j < sizeof divisors / sizeof divisors[0]; j ++) {
			uint64_t quotient = numbers[i];
			uint32_t rest = plomb_divide(&quotient, divisors[j]);

			assert_true(quotient == numbers[i] / divisors[j]);
			assert_true(rest == numbers[i] % divisors[j]);
		}
	}
	sum = UINT64_MAX / 10;
	assert_false(plomb_decimal_add(&sum, 6, UINT64_MAX));
	assert_true(sum == UINT64_MAX / 10);
	assert_true(plomb_decimal_add(&sum, 5, UINT64_MAX));
	assert_true(sum == UINT64_MAX);
	assert_false(plomb_decimal_add(&sum, 0, UINT64_MAX));
	sum = 1;
	assert_false(plomb_decimal_add(&sum, 0, 9));
	assert_true(plomb_decimal_add(&sum, 0, 10));
	assert_true(sum == 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_round),
		cmocka_unit_test(test_utf8_walk),
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_divide)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
