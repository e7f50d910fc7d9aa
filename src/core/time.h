/* Times to the nanosecond, without a calendar library and without a clock. */
#ifndef PLOMB_TIME_H
#define PLOMB_TIME_H

#include "view.h"

/* -1, 0, 1. */
int plomb_time_cmp(const plomb_time *a, const plomb_time *b);
/* Both ends belong to the window. */
int plomb_window_has(const plomb_window *window, const plomb_time *t);
/* Of a proleptic Gregorian date; 0 if the date does not exist or is outside years 1 … 9999. */
int plomb_time_from_date(int year, int month, int day, int hour, int minute, int second, int64_t *s);
/* The second of the day, and the day counted from 0001-01-01. The time is in years 1 … 9999. */
void plomb_time_split(const plomb_time *time, uint32_t *day, uint32_t *second);
/*
 * RFC 3339 with Z or numeric offset, 0 to 9 fraction digits, no leap second:
 * PLOMB_OK or PLOMB_JSON_TYPE_MISMATCH.
 */
PLOMB_MUST_CHECK plomb_status plomb_time_parse(plomb_view text, plomb_time *time);
/*
 * RFC 3339 in UTC with no fraction or 3, 6 or 9 digits of it; writes at most
 * 30 bytes, returns how many. Outside years 1 … 9999: the seconds as decimal.
 */
size_t plomb_time_put(unsigned char out[32], plomb_time time);

#endif
