/* see view.h */
#include "view.h"

static size_t
length_of(const char *literal)
{
	size_t n = 0;

	while (literal[n] != '\0') {
		n ++;
	}
	return n;
}

/* memcmp may not be given NULL, not even for no bytes; an absent view has NULL. */
static int
same_bytes(const unsigned char *a, const void *b, size_t n)
{
	return n == 0 || memcmp(a, b, n) == 0;
}

/* see view.h */
int
plomb_view_eq(plomb_view a, plomb_view b)
{
	return a.n == b.n && same_bytes(a.p, b.p, a.n);
}

/* see view.h */
int
plomb_view_is(plomb_view a, const char *literal)
{
	return plomb_view_eq(a, plomb_view_of(literal));
}

/* see view.h */
int
plomb_view_starts(plomb_view a, const char *literal)
{
	size_t n = length_of(literal);

	return a.n >= n && same_bytes(a.p, literal, n);
}

/* see view.h */
int
plomb_view_ends(plomb_view a, const char *literal)
{
	size_t n = length_of(literal);

	return n == 0 || (a.n >= n && same_bytes(a.p + (a.n - n), literal, n));
}

/* see view.h */
plomb_view
plomb_view_of(const char *literal)
{
	plomb_view view;

	view.p = (const unsigned char *)literal;
	view.n = length_of(literal);
	return view;
}

/* see view.h */
plomb_view
plomb_view_cut(plomb_view a, size_t start, size_t n)
{
	plomb_view cut;

	if (start > a.n) {
		start = a.n;
	}
	if (n > a.n - start) {
		n = a.n - start;
	}
	/* NULL + 0 is not defined in C, so an absent view is handed back as it is. */
	cut.p = start == 0 ? a.p : a.p + start;
	cut.n = n;
	return cut;
}

/* see view.h */
int
plomb_utf8_valid(plomb_view text)
{
	size_t at = 0;

	while (at < text.n) {
		if (text.p[at] < 0x80) {
			at ++;
		} else if (plomb_utf8_next(text, &at) < 0) {
			return 0;
		}
	}
	return 1;
}

/*
 * How many bytes follow this first byte, and the smallest and largest value
 * the next one may have (RFC 3629, section 4): that is where overlong forms,
 * surrogates and code points above U+10FFFF are refused. 0 for a byte that
 * starts nothing.
 */
static size_t
utf8_tail(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xBF;
	if (first >= 0xC2 && first <= 0xDF) {
		return 1;
	}
	if (first >= 0xE0 && first <= 0xEF) {
		if (first == 0xE0) {
			*low = 0xA0;
		}
		if (first == 0xED) {
			*high = 0x9F;
		}
		return 2;
	}
	if (first >= 0xF0 && first <= 0xF4) {
		if (first == 0xF0) {
			*low = 0x90;
		}
		if (first == 0xF4) {
			*high = 0x8F;
		}
		return 3;
	}
	return 0;
}

/* see view.h */
int32_t
plomb_utf8_next(plomb_view text, size_t *at)
{
	size_t start = *at, tail, i;
	unsigned char low, high;
	uint32_t rune;

	if (start >= text.n) {
		return -1;
	}
	if (text.p[start] < 0x80) {
		*at = start + 1;
		return text.p[start];
	}
	tail = utf8_tail(text.p[start], &low, &high);
	if (tail == 0 || text.n - start <= tail) {
		return -1;
	}
	rune = text.p[start] & (0x3Fu >> tail);
	for (i = 1; i <= tail; i ++) {
		unsigned char c = text.p[start + i];

		if (c < low || c > high) {
			return -1;
		}
		rune = rune << 6 | (c & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	*at = start + tail + 1;
	return (int32_t)rune;
}

/* see view.h */
size_t
plomb_utf8_put(unsigned char *out, uint32_t rune)
{
	if (rune < 0x80) {
		out[0] = (unsigned char)rune;
		return 1;
	}
	if (rune < 0x800) {
		out[0] = (unsigned char)(0xC0 | rune >> 6);
		out[1] = (unsigned char)(0x80 | (rune & 0x3F));
		return 2;
	}
	if (rune < 0x10000) {
		out[0] = (unsigned char)(0xE0 | rune >> 12);
		out[1] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
		out[2] = (unsigned char)(0x80 | (rune & 0x3F));
		return 3;
	}
	out[0] = (unsigned char)(0xF0 | (rune >> 18 & 0x07));
	out[1] = (unsigned char)(0x80 | (rune >> 12 & 0x3F));
	out[2] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
	out[3] = (unsigned char)(0x80 | (rune & 0x3F));
	return 4;
}

/* see view.h */
uint32_t
plomb_divide(uint64_t *number, uint32_t by)
{
	uint32_t half[2], rest = 0;
	size_t i;

	half[0] = (uint32_t)(*number >> 32);
	half[1] = (uint32_t)*number;
	for (i = 0; i < 2; i ++) {
		/* By digits of 16 bits, as on paper: what is left of one and the next are below by times 2^16. */
		uint32_t upper = rest << 16 | half[i] >> 16;
		uint32_t lower = upper % by << 16 | (half[i] & 0xFFFF);

		half[i] = upper / by << 16 | lower / by;
		rest = lower % by;
	}
	*number = (uint64_t)half[0] << 32 | half[1];
	return rest;
}

/* see view.h */
int
plomb_decimal_add(uint64_t *number, unsigned digit, uint64_t max)
{
	uint64_t sum;

	if (*number > UINT64_MAX / 10 || *number * 10 > UINT64_MAX - digit) {
		return 0;
	}
	sum = *number * 10 + digit;
	if (sum > max) {
		return 0;
	}
	*number = sum;
	return 1;
}

/* see view.h */
plomb_status
plomb_decimal_parse(plomb_view text, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;
	size_t i;

	*value = 0;
	if (text.n == 0 || (text.p[0] == '0' && text.n != 1)) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	for (i = 0; i < text.n; i ++) {
		unsigned digit = (unsigned)text.p[i] - '0';

		if (digit > 9 || !plomb_decimal_add(&sum, digit, max)) {
			return PLOMB_JSON_TYPE_MISMATCH;
		}
	}
	*value = sum;
	return PLOMB_OK;
}

/* see view.h */
size_t
plomb_decimal_put(unsigned char out[20], uint64_t value)
{
	unsigned char digits[20];
	size_t n = 0, i;

	do {
		digits[n] = (unsigned char)('0' + plomb_divide(&value, 10));
		n ++;
	} while (value != 0);
	for (i = 0; i < n; i ++) {
		out[i] = digits[n - 1 - i];
	}
	return n;
}
