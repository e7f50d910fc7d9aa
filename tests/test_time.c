/* Times: RFC 3339 both ways, windows, and dates that do not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/time.h"

static plomb_time
at(int64_t s, uint32_t ns)
{
	plomb_time time;

	time.s = s;
	time.ns = ns;
	return time;
}

static int
compare(plomb_time a, plomb_time b)
{
	return plomb_time_cmp(&a, &b);
}

static int
has(const plomb_window *window, plomb_time time)
{
	return plomb_window_has(window, &time);
}

static void
test_cmp(void **state)
{
	(void)state;
	assert_int_equal(compare(at(1, 5), at(1, 5)), 0);
	assert_int_equal(compare(at(1, 5), at(1, 6)), -1);
	assert_int_equal(compare(at(1, 6), at(1, 5)), 1);
	assert_int_equal(compare(at(1, 9), at(2, 0)), -1);
	assert_int_equal(compare(at(2, 0), at(1, 9)), 1);
	assert_int_equal(compare(at(INT64_MIN, 0), at(INT64_MAX, 0)), -1);
}

static void
test_window(void **state)
{
	plomb_window window;

	(void)state;
	memset(&window, 0, sizeof window);
	assert_true(has(&window, at(INT64_MIN, 0)));
	assert_true(has(&window, at(INT64_MAX, 999999999)));
	window.start = at(10, 5);
	window.end = at(20, 5);
	/* Ends that are not there do not count, whatever stands in them. */
	assert_true(has(&window, at(0, 0)));
	window.has_start = 1;
	assert_false(has(&window, at(10, 4)));
	assert_true(has(&window, at(10, 5)));
	assert_true(has(&window, at(99, 0)));
	window.has_end = 1;
	assert_true(has(&window, at(20, 5)));
	assert_false(has(&window, at(20, 6)));
	window.has_start = 0;
	assert_true(has(&window, at(-5, 0)));
	assert_false(has(&window, at(21, 0)));
}

struct date_row {
	const char *name;
	int field[6];
	int exists;
	int64_t s;
};

static const struct date_row dates[] = {
	{ "the epoch", { 1970, 1, 1, 0, 0, 0 }, 1, 0 },
	{ "the second before", { 1969, 12, 31, 23, 59, 59 }, 1, -1 },
	{ "the first", { 1, 1, 1, 0, 0, 0 }, 1, -62135596800 },
	{ "the last", { 9999, 12, 31, 23, 59, 59 }, 1, 253402300799 },
	{ "leap day of a century", { 2000, 2, 29, 12, 0, 0 }, 1, 951825600 },
	{ "leap day", { 2024, 2, 29, 0, 0, 0 }, 1, 1709164800 },
	{ "after 2^31", { 2038, 1, 19, 3, 14, 8 }, 1, 2147483648 },
	{ "after 2^32", { 2106, 2, 7, 6, 28, 16 }, 1, 4294967296 },
	{ "leap day in a common year", { 2023, 2, 29, 0, 0, 0 }, 0, 0 },
	{ "leap day in a common century", { 1900, 2, 29, 0, 0, 0 }, 0, 0 },
	{ "30 February", { 2024, 2, 30, 0, 0, 0 }, 0, 0 },
	{ "31 April", { 2024, 4, 31, 0, 0, 0 }, 0, 0 },
	{ "32 December", { 2024, 12, 32, 0, 0, 0 }, 0, 0 },
	{ "day 0", { 2024, 1, 0, 0, 0, 0 }, 0, 0 },
	{ "month 0", { 2024, 0, 1, 0, 0, 0 }, 0, 0 },
	{ "month 13", { 2024, 13, 1, 0, 0, 0 }, 0, 0 },
	{ "year 0", { 0, 1, 1, 0, 0, 0 }, 0, 0 },
	{ "year 10000", { 10000, 1, 1, 0, 0, 0 }, 0, 0 },
	{ "hour 24", { 2024, 1, 1, 24, 0, 0 }, 0, 0 },
	{ "hour -1", { 2024, 1, 1, -1, 0, 0 }, 0, 0 },
	{ "minute 60", { 2024, 1, 1, 0, 60, 0 }, 0, 0 },
	{ "minute -1", { 2024, 1, 1, 0, -1, 0 }, 0, 0 },
	{ "leap second", { 2016, 12, 31, 23, 59, 60 }, 0, 0 },
	{ "second -1", { 2024, 1, 1, 0, 0, -1 }, 0, 0 }
};

static void
test_date(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof dates / sizeof dates[0]; i ++) {
		const struct date_row *row = &dates[i];
		const int *f = row->field;
		int64_t s = 77;

		if (plomb_time_from_date(f[0], f[1], f[2], f[3], f[4], f[5], &s) != row->exists || s != row->s) {
			fail_msg("%s: %lld", row->name, (long long)s);
		}
	}
}

/* Each day of all years follows the one before; the ends of months are written as they were made. */
static void
test_every_day(void **state)
{
	int64_t s, before = INT64_C(-62135596800) - 86400;
	int year, month, day;

	(void)state;
	for (year = 1; year <= 9999; year ++) {
		for (month = 1; month <= 12; month ++) {
			for (day = 1; day <= 31; day ++) {
				char want[64];
				unsigned char got[32];

				if (!plomb_time_from_date(year, month, day, 1, 2, 3, &s)) {
					assert_true(day > 28);
					continue;
				}
				s -= 3723;
				assert_true(s == before + 86400);
				before = s;
				if (day > 1 && day < 28) {
					continue;
				}
				snprintf(want, sizeof want, "%04d-%02d-%02dT01:02:03Z", year, month, day);
				assert_int_equal(plomb_time_put(got, at(s + 3723, 0)), 20);
				assert_memory_equal(got, want, 20);
			}
		}
	}
	assert_true(before == INT64_C(253402300799) - 86399);
}

struct parse_row {
	const char *name;
	plomb_view text;
	plomb_status want;
	int64_t s;
	uint32_t ns;
};

#define GOOD(name, text, s, ns) { name, PLOMB_LIT(text), PLOMB_OK, s, ns }
#define BAD(name, text) { name, PLOMB_LIT(text), PLOMB_JSON_TYPE_MISMATCH, 0, 0 }

static const struct parse_row texts[] = {
	GOOD("as the trust root writes it", "2022-10-20T00:00:00.000Z", 1666224000, 0),
	GOOD("an end of the public root", "2022-10-31T23:59:59.999Z", 1667260799, 999000000),
	GOOD("no fraction", "2023-04-14T21:38:40Z", 1681508320, 0),
	GOOD("one digit", "2023-04-14T21:38:40.5Z", 1681508320, 500000000),
	GOOD("nine digits", "2023-04-14T21:38:40.000000001Z", 1681508320, 1),
	GOOD("nine nines", "2023-04-14T21:38:40.999999999Z", 1681508320, 999999999),
	GOOD("east", "2023-04-14T23:38:40+02:00", 1681508320, 0),
	GOOD("west", "2023-04-14T16:08:40.25-05:30", 1681508320, 250000000),
	GOOD("no offset", "2023-04-14T21:38:40+00:00", 1681508320, 0),
	GOOD("offset unknown", "2023-04-14T21:38:40-00:00", 1681508320, 0),
	GOOD("largest offset", "1970-01-01T23:59:00+23:59", 0, 0),
	GOOD("before the epoch", "1969-12-31T23:59:59.5Z", -1, 500000000),
	GOOD("the first", "0001-01-01T00:00:00Z", -62135596800, 0),
	GOOD("the last", "9999-12-31T23:59:59.999999999Z", 253402300799, 999999999),
	BAD("nothing", ""),
	BAD("no zone", "2023-04-14T21:38:40"),
	BAD("no zone after the fraction", "2023-04-14T21:38:40.5"),
	BAD("ten digits", "2023-04-14T21:38:40.0000000001Z"),
	BAD("a point alone", "2023-04-14T21:38:40.Z"),
	BAD("a point at the end", "2023-04-14T21:38:40."),
	BAD("comma", "2023-04-14T21:38:40,5Z"),
	BAD("two points", "2023-04-14T21:38:40.5.5Z"),
	BAD("lower-case t", "2023-04-14t21:38:40Z"),
	BAD("lower-case z", "2023-04-14T21:38:40z"),
	BAD("blank for T", "2023-04-14 21:38:40Z"),
	BAD("leap second", "2016-12-31T23:59:60Z"),
	BAD("day that does not exist", "2023-02-29T00:00:00Z"),
	BAD("year 0", "0000-01-01T00:00:00Z"),
	BAD("before the first by its offset", "0001-01-01T00:00:00+00:01"),
	BAD("after the last by its offset", "9999-12-31T23:59:59-00:01"),
	BAD("year of five digits", "12023-04-14T21:38:40Z"),
	BAD("year of three digits", "202-04-14T21:38:40Z"),
	BAD("negative year", "-001-04-14T21:38:40Z"),
	BAD("month of one digit", "2023-4-14T21:38:40Z"),
	BAD("sign in a field", "2023-+4-14T21:38:40Z"),
	BAD("slashes", "2023/04/14T21:38:40Z"),
	BAD("second slash", "2023-04/14T21:38:40Z"),
	BAD("point for a colon", "2023-04-14T21.38:40Z"),
	BAD("no seconds", "2023-04-14T21:38Z"),
	BAD("hour 24", "2023-04-14T24:00:00Z"),
	BAD("offset of hours", "2023-04-14T21:38:40+02"),
	BAD("offset without colon", "2023-04-14T21:38:40+0200"),
	BAD("offset of 24 hours", "2023-04-14T21:38:40+24:00"),
	BAD("offset of 60 minutes", "2023-04-14T21:38:40+02:60"),
	BAD("offset with one digit", "2023-04-14T21:38:40+2:00"),
	BAD("offset, minutes cut off", "2023-04-14T21:38:40+02:0"),
	BAD("zone and offset", "2023-04-14T21:38:40Z+00:00"),
	BAD("blank behind", "2023-04-14T21:38:40Z "),
	BAD("NUL behind", "2023-04-14T21:38:40Z\0"),
	BAD("blank in front", " 2023-04-14T21:38:40Z"),
	BAD("letters", "yyyy-mm-ddThh:mm:ssZ"),
	BAD("seconds since 1970", "1681508320"),
	BAD("character after 9", "2023-04-1:T21:38:40Z")
};

static void
test_parse(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i ++) {
		const struct parse_row *row = &texts[i];
		plomb_time time = at(77, 77);
		plomb_view cut = row->text;
		plomb_status got = plomb_time_parse(row->text, &time);

		if (got != row->want || time.s != row->s || time.ns != row->ns) {
			fail_msg("%s: %s, %lld.%09lu", row->name, plomb_status_code(got), (long long)time.s, (unsigned long)time.ns);
		}
		/* No prefix of a time is a time. */
		while (got == PLOMB_OK && cut.n > 0) {
			cut.n --;
			assert_int_equal(plomb_time_parse(cut, &time), PLOMB_JSON_TYPE_MISMATCH);
		}
	}
}

struct put_row {
	int64_t s;
	uint32_t ns;
	const char *text;
};

static const struct put_row puts_[] = {
	{ 0, 0, "1970-01-01T00:00:00Z" },
	{ 1667260799, 999000000, "2022-10-31T23:59:59.999Z" },
	{ 1667260799, 100000000, "2022-10-31T23:59:59.100Z" },
	{ 1667260799, 1000, "2022-10-31T23:59:59.000001Z" },
	{ 1667260799, 1, "2022-10-31T23:59:59.000000001Z" },
	{ 1667260799, 123456789, "2022-10-31T23:59:59.123456789Z" },
	{ -1, 0, "1969-12-31T23:59:59Z" },
	{ -62135596800, 0, "0001-01-01T00:00:00Z" },
	{ 253402300799, 999999999, "9999-12-31T23:59:59.999999999Z" },
	{ 253402300800, 5, "253402300800" },
	{ -62135596801, 5, "-62135596801" },
	{ INT64_MAX, 0, "9223372036854775807" },
	{ INT64_MIN, 0, "-9223372036854775808" }
};

static void
test_put(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof puts_ / sizeof puts_[0]; i ++) {
		const struct put_row *row = &puts_[i];
		unsigned char out[32];
		plomb_view text = { out, 0 };
		plomb_time time;

		text.n = plomb_time_put(out, at(row->s, row->ns));
		if (!plomb_view_is(text, row->text)) {
			fail_msg("%s: %.*s", row->text, (int)text.n, (const char *)out);
		}
		if (text.p[text.n - 1] == 'Z') {
			assert_int_equal(plomb_time_parse(text, &time), PLOMB_OK);
			assert_int_equal(compare(time, at(row->s, row->ns)), 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cmp),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_put)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
