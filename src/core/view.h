/* Views: borrowed bytes and the few ways to look at them. */
#ifndef PLOMB_VIEW_H
#define PLOMB_VIEW_H

#include <string.h>

#include "../plomb.h"

/* The bytes are the same. Variable time: nothing here is secret. */
int plomb_view_eq(plomb_view a, plomb_view b);
/* The bytes are those of the NUL-terminated constant. */
int plomb_view_is(plomb_view a, const char *literal);
int plomb_view_starts(plomb_view a, const char *literal);
int plomb_view_ends(plomb_view a, const char *literal);
/* A NUL-terminated constant of ours as a view; never for outside data. */
plomb_view plomb_view_of(const char *literal);
/* From start, n bytes; clamped to what there is. */
plomb_view plomb_view_cut(plomb_view a, size_t start, size_t n);

/* Well-formed UTF-8 (RFC 3629): no surrogates, no overlong forms, up to U+10FFFF. */
int plomb_utf8_valid(plomb_view text);
/*
 * The code point at *at, which is advanced past it; -1 at the end or if the
 * bytes there are not well-formed (then *at does not move).
 */
int32_t plomb_utf8_next(plomb_view text, size_t *at);
/* Write the code point, at most 4 bytes; returns how many. */
size_t plomb_utf8_put(unsigned char *out, uint32_t rune);

/*
 * Divide in place by less than 2^16; returns the remainder. Written out, so
 * that no small machine needs its compiler's library for 64-bit division.
 */
uint32_t plomb_divide(uint64_t *number, uint32_t by);
/* Add a digit, 0 … 9, at the end; 0 if the number would be above max, and it then stays. */
int plomb_decimal_add(uint64_t *number, unsigned digit, uint64_t max);
/* "0" or a decimal without leading zeros, at most max: PLOMB_OK or PLOMB_JSON_TYPE_MISMATCH. */
PLOMB_MUST_CHECK plomb_status plomb_decimal_parse(plomb_view text, uint64_t max, uint64_t *value);
/* Writes decimal digits, at most 20; returns how many. */
size_t plomb_decimal_put(unsigned char out[20], uint64_t value);

#endif
