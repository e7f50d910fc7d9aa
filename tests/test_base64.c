/* Base64 and hex: what is read, and every respelling that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/base64.h"

#define URL PLOMB_BASE64_URL
#define UNPADDED PLOMB_BASE64_UNPADDED
#define LINES PLOMB_BASE64_LINES
#define REFUSED { NULL, 0 }

struct row {
	const char *name;
	unsigned flags;
	plomb_view text;
	plomb_view bytes; /* absent: PLOMB_BASE64_INVALID */
};

static const struct row rows[] = {
	{ "RFC 4648: nothing", 0, PLOMB_LIT(""), PLOMB_LIT("") },
	{ "RFC 4648: f", 0, PLOMB_LIT("Zg=="), PLOMB_LIT("f") },
	{ "RFC 4648: fo", 0, PLOMB_LIT("Zm8="), PLOMB_LIT("fo") },
	{ "RFC 4648: foo", 0, PLOMB_LIT("Zm9v"), PLOMB_LIT("foo") },
	{ "RFC 4648: foob", 0, PLOMB_LIT("Zm9vYg=="), PLOMB_LIT("foob") },
	{ "RFC 4648: fooba", 0, PLOMB_LIT("Zm9vYmE="), PLOMB_LIT("fooba") },
	{ "RFC 4648: foobar", 0, PLOMB_LIT("Zm9vYmFy"), PLOMB_LIT("foobar") },
	{ "both specials", 0, PLOMB_LIT("+/+/"), PLOMB_LIT("\xFB\xFF\xBF") },
	{ "both specials, URL", URL, PLOMB_LIT("-_-_"), PLOMB_LIT("\xFB\xFF\xBF") },
	{ "standard where URL is allowed", URL, PLOMB_LIT("+/+/"), PLOMB_LIT("\xFB\xFF\xBF") },
	{ "no padding, one byte", UNPADDED, PLOMB_LIT("Zg"), PLOMB_LIT("f") },
	{ "no padding, two bytes", UNPADDED, PLOMB_LIT("Zm8"), PLOMB_LIT("fo") },
	{ "padding where none is needed", UNPADDED, PLOMB_LIT("Zg=="), PLOMB_LIT("f") },
	{ "PEM lines", LINES, PLOMB_LIT("\nZm9v\r\nYmFy\n"), PLOMB_LIT("foobar") },
	{ "a line break in the padding", LINES, PLOMB_LIT("Zg=\n=\n"), PLOMB_LIT("f") },
	{ "only line breaks", LINES, PLOMB_LIT("\r\n\n"), PLOMB_LIT("") },

	{ "URL alphabet not allowed: -", 0, PLOMB_LIT("-A=="), REFUSED },
	{ "URL alphabet not allowed: _", 0, PLOMB_LIT("_w=="), REFUSED },
	{ "two alphabets: + then -", URL, PLOMB_LIT("+A-A"), REFUSED },
	{ "two alphabets: _ then /", URL, PLOMB_LIT("_A/A"), REFUSED },
	{ "no padding, not allowed", 0, PLOMB_LIT("Zg"), REFUSED },
	{ "no padding, not allowed, two bytes", 0, PLOMB_LIT("Zm8"), REFUSED },
	{ "half of the padding", 0, PLOMB_LIT("Zg="), REFUSED },
	{ "half of the padding where none is needed", UNPADDED, PLOMB_LIT("Zg="), REFUSED },
	{ "too much padding", 0, PLOMB_LIT("Zm8=="), REFUSED },
	{ "padding after a whole group", 0, PLOMB_LIT("Zm9v="), REFUSED },
	{ "padding after a whole group, twice", 0, PLOMB_LIT("Zm9v=="), REFUSED },
	{ "a group of padding", 0, PLOMB_LIT("Zm9v===="), REFUSED },
	{ "nothing but padding", 0, PLOMB_LIT("=="), REFUSED },
	{ "nothing but padding, unpadded allowed", UNPADDED, PLOMB_LIT("="), REFUSED },
	{ "three padding characters", 0, PLOMB_LIT("Z==="), REFUSED },
	{ "padding in the middle", 0, PLOMB_LIT("Zg==Zg=="), REFUSED },
	{ "padding inside a group", 0, PLOMB_LIT("Zg=v"), REFUSED },
	{ "one character over", 0, PLOMB_LIT("Zm9vY"), REFUSED },
	{ "one character over, unpadded", UNPADDED, PLOMB_LIT("Zm9vY"), REFUSED },
	{ "one character", UNPADDED, PLOMB_LIT("Z"), REFUSED },
	{ "respelled: lowest unused bit of four", 0, PLOMB_LIT("Zh=="), REFUSED },
	{ "respelled: highest unused bit of four", 0, PLOMB_LIT("Zo=="), REFUSED },
	{ "respelled: lowest unused bit of two", 0, PLOMB_LIT("Zm9="), REFUSED },
	{ "respelled: highest unused bit of two", 0, PLOMB_LIT("Zm+="), REFUSED },
	{ "respelled: unpadded", UNPADDED, PLOMB_LIT("Zh"), REFUSED },
	{ "line break", 0, PLOMB_LIT("Zm9v\nYmFy"), REFUSED },
	{ "line break behind", 0, PLOMB_LIT("Zm9v\n"), REFUSED },
	{ "blank in a line", LINES, PLOMB_LIT("Zm9v YmFy"), REFUSED },
	{ "tab in a line", LINES, PLOMB_LIT("Zm9v\tYmFy"), REFUSED },
	{ "NUL inside", URL | UNPADDED | LINES, PLOMB_LIT("Zm9v\0YmF"), REFUSED },
	{ "a byte above ASCII", URL, PLOMB_LIT("Zm9\xF6"), REFUSED },
	{ "characters beside the ranges: @", 0, PLOMB_LIT("AAA@"), REFUSED },
	{ "characters beside the ranges: [", 0, PLOMB_LIT("AAA["), REFUSED },
	{ "characters beside the ranges: `", 0, PLOMB_LIT("AAA`"), REFUSED },
	{ "characters beside the ranges: {", 0, PLOMB_LIT("AAA{"), REFUSED },
	{ "characters beside the ranges: :", 0, PLOMB_LIT("AAA:"), REFUSED },
	{ "characters beside the ranges: .", 0, PLOMB_LIT("AAA."), REFUSED },
	{ "characters beside the ranges: comma", 0, PLOMB_LIT("AAA,"), REFUSED }
};

static uint64_t room[512];

static void
test_decode(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const struct row *row = &rows[i];
		plomb_status want = row->bytes.p == NULL ? PLOMB_BASE64_INVALID : PLOMB_OK, got;
		plomb_work work;
		plomb_view bytes;
		unsigned char place[32];
		plomb_view text = { place, row->text.n };
		size_t n = 99;

		plomb_work_init(&work, room, sizeof room);
		got = plomb_base64_decode(&work, row->text, row->flags, &bytes);
		if (got != want || !plomb_view_eq(bytes, row->bytes)) {
			fail_msg("%s: %s", row->name, plomb_status_code(got));
		}
		/* Accepted: present even if empty, and no byte more is in use. Refused: all is given back. */
		assert_int_equal(got == PLOMB_OK, bytes.p != NULL);
		assert_int_equal(work.used, bytes.n);

		/* The same in place. */
		memcpy(place, row->text.p, row->text.n);
		assert_int_equal(plomb_base64_decode_to(place, text, row->flags, &n), want);
		assert_int_equal(n, row->bytes.n);
		assert_true(n == 0 || memcmp(place, row->bytes.p, n) == 0);
	}
}

static void
test_no_room(void **state)
{
	plomb_work work;
	plomb_view text = PLOMB_LIT("Zm9vYmFy"), bytes;

	(void)state;
	plomb_work_init(&work, room, 8);
	assert_int_equal(plomb_base64_decode(&work, text, 0, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(work.missing, 1);
	assert_null(bytes.p);
	plomb_work_init(&work, room, 9);
	assert_int_equal(plomb_base64_decode(&work, text, 0, &bytes), PLOMB_OK);
}

/*
 * Of every four characters exactly one spelling is read: all 256 values of
 * each place, beside a known group.
 */
static void
test_one_spelling(void **state)
{
	unsigned c;
	int good = 0;

	(void)state;
	for (c = 0; c < 256; c ++) {
		unsigned char group[4] = { 'A', 'A', 'A', 'A' }, out[6], again[4];
		plomb_view text = { group, 4 }, bytes = { out, 0 };

		group[3] = (unsigned char)c;
		if (plomb_base64_decode_to(out, text, 0, &bytes.n) != PLOMB_OK) {
			assert_int_equal(bytes.n, 0);
			continue;
		}
		good ++;
		assert_int_equal(plomb_base64_encode(again, bytes), 4);
		assert_memory_equal(again, group, 4);
	}
	/* 64 letters and "=". */
	assert_int_equal(good, 65);
}

static void
test_encode(void **state)
{
	unsigned char bytes[256], text[400];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof bytes; i ++) {
		bytes[i] = (unsigned char)(i * 167 + 3);
	}
	for (n = 0; n <= sizeof bytes; n ++) {
		plomb_view in = { bytes, n }, encoded = { text, 0 };
		plomb_work work;
		plomb_view back;

		encoded.n = plomb_base64_encode(text, in);
		assert_int_equal(encoded.n, (n + 2) / 3 * 4);
		assert_int_equal(encoded.n, plomb_base64_encoded_len(n));
		plomb_work_init(&work, room, sizeof room);
		assert_int_equal(plomb_base64_decode(&work, encoded, 0, &back), PLOMB_OK);
		assert_true(plomb_view_eq(back, in));
		assert_true(plomb_base64_eq(encoded, in));
		if (n != 0) {
			text[n % encoded.n] ^= 1;
			assert_false(plomb_base64_eq(encoded, in));
			text[n % encoded.n] ^= 1;
			encoded.n --;
			assert_false(plomb_base64_eq(encoded, in));
			encoded.n ++;
			in.n --;
			assert_false(plomb_base64_eq(encoded, in));
		}
	}
	/* The next size would not wrap at the top either. */
	assert_int_equal(plomb_base64_encoded_len(SIZE_MAX / 4), SIZE_MAX / 4 / 3 * 4 + (SIZE_MAX / 4 % 3 == 0 ? 0 : 4));
}

static void
test_eq_is_strict(void **state)
{
	plomb_view f = PLOMB_LIT("f"), absent = { NULL, 0 };
	plomb_view padded = PLOMB_LIT("Zg=="), unpadded = PLOMB_LIT("Zg"), respelled = PLOMB_LIT("Zh==");
	plomb_view special = PLOMB_LIT("\xFF\xFF\xFF"), url = PLOMB_LIT("____"), standard = PLOMB_LIT("////");

	(void)state;
	assert_true(plomb_base64_eq(padded, f));
	assert_false(plomb_base64_eq(unpadded, f));
	assert_false(plomb_base64_eq(respelled, f));
	assert_true(plomb_base64_eq(standard, special));
	assert_false(plomb_base64_eq(url, special));
	assert_true(plomb_base64_eq(absent, absent));
	assert_false(plomb_base64_eq(absent, f));
}

struct hex_row {
	const char *name;
	plomb_view text;
	size_t n;
	plomb_status want;
};

static const struct hex_row hex_rows[] = {
	{ "every digit", PLOMB_LIT("0123456789abcdef"), 8, PLOMB_OK },
	{ "nothing", PLOMB_LIT(""), 0, PLOMB_OK },
	{ "upper case", PLOMB_LIT("0123456789abcdeF"), 8, PLOMB_BASE64_INVALID },
	{ "upper case, high digit", PLOMB_LIT("0123456789abcdEf"), 8, PLOMB_BASE64_INVALID },
	{ "one byte short", PLOMB_LIT("0123456789abcd"), 8, PLOMB_BASE64_INVALID },
	{ "one digit short", PLOMB_LIT("0123456789abcde"), 8, PLOMB_BASE64_INVALID },
	{ "one digit over", PLOMB_LIT("0123456789abcdef0"), 8, PLOMB_BASE64_INVALID },
	{ "one byte over", PLOMB_LIT("0123456789abcdef00"), 8, PLOMB_BASE64_INVALID },
	{ "NUL as last digit", PLOMB_LIT("0123456789abcde\0"), 8, PLOMB_BASE64_INVALID },
	{ "letter after f", PLOMB_LIT("0123456789abcdeg"), 8, PLOMB_BASE64_INVALID },
	{ "character before a", PLOMB_LIT("0123456789abcde`"), 8, PLOMB_BASE64_INVALID },
	{ "character after 9", PLOMB_LIT("0123456789abcde:"), 8, PLOMB_BASE64_INVALID },
	{ "character before 0", PLOMB_LIT("0123456789abcde/"), 8, PLOMB_BASE64_INVALID },
	{ "blank", PLOMB_LIT(" 123456789abcdef"), 8, PLOMB_BASE64_INVALID },
	{ "prefix", PLOMB_LIT("0x"), 1, PLOMB_BASE64_INVALID }
};

static void
test_hex(void **state)
{
	static const unsigned char bytes[8] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF };
	static const unsigned char zero[8] = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof hex_rows / sizeof hex_rows[0]; i ++) {
		const struct hex_row *row = &hex_rows[i];
		unsigned char out[8], text[16];
		plomb_view in = { out, row->n };
		plomb_status got;

		memset(out, 0xEE, sizeof out);
		got = plomb_hex_decode(row->text, out, row->n);
		if (got != row->want) {
			fail_msg("%s: %s", row->name, plomb_status_code(got));
		}
		assert_memory_equal(out, got == PLOMB_OK ? bytes : zero, row->n);
		if (got == PLOMB_OK) {
			plomb_hex_encode(text, in);
			assert_memory_equal(text, row->text.p, row->text.n);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_one_spelling),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_eq_is_strict),
		cmocka_unit_test(test_hex)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
