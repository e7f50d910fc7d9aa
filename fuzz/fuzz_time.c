/*
 * Targets plomb_time_parse, plomb_time_put, plomb_time_from_date,
 * plomb_decimal_parse and plomb_utf8_next.
 *
 * Input: a text; its first 12 bytes are also a time. Holds:
 * - a time that was read is written and read as the same time, and no prefix
 *   of its text is one;
 * - any time is written in at most 30 bytes; what is written as a date is
 *   read back;
 * - a decimal that was read is written as it was;
 * - well-formed UTF-8 is written as it was read.
 */
#include <stdlib.h>

#include "../src/core/time.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
round_trip(plomb_time time)
{
	unsigned char out[32];
	plomb_view text = { out, 0 };
	plomb_time again;

	text.n = plomb_time_put(out, time);
	must(text.n != 0 && text.n <= 30);
	if (out[text.n - 1] == 'Z') {
		must(plomb_time_parse(text, &again) == PLOMB_OK && plomb_time_cmp(&time, &again) == 0);
	}
}

static void
parse(plomb_view text)
{
	plomb_time time;

	if (plomb_time_parse(text, &time) != PLOMB_OK) {
		must(time.s == 0 && time.ns == 0);
		return;
	}
	must(time.ns < 1000000000);
	round_trip(time);
	while (text.n > 0) {
		text.n --;
		must(plomb_time_parse(text, &time) != PLOMB_OK);
	}
}

static void
decimal(plomb_view text)
{
	unsigned char out[20];
	plomb_view again = { out, 0 };
	uint64_t value;

	if (plomb_decimal_parse(text, UINT64_MAX, &value) == PLOMB_OK) {
		again.n = plomb_decimal_put(out, value);
		must(plomb_view_eq(again, text));
		must(value == 0 || plomb_decimal_parse(text, value - 1, &value) != PLOMB_OK);
	}
}

static void
utf8(plomb_view text)
{
	size_t at = 0, before = 0;
	int32_t rune;

	while ((rune = plomb_utf8_next(text, &at)) >= 0) {
		unsigned char out[4];
		plomb_view written = { out, 0 };

		written.n = plomb_utf8_put(out, (uint32_t)rune);
		must(plomb_view_eq(written, plomb_view_cut(text, before, at - before)));
		before = at;
	}
	must(at == before && (at == text.n) == plomb_utf8_valid(text));
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len };
	plomb_time time;

	if (len > 4096) {
		return 0;
	}
	parse(text);
	decimal(text);
	utf8(text);
	if (len >= 12) {
		memcpy(&time.s, in, 8);
		memcpy(&time.ns, in + 8, 4);
		time.ns %= 1000000000;
		round_trip(time);
		/* Into the years that have dates. */
		time.s %= INT64_C(300000000000);
		round_trip(time);
	}
	return 0;
}
