/* see time.h */
#include "time.h"

#define SECONDS_OF_DAY 86400
#define FIRST_SECOND (-INT64_C(62135596800)) /* 0001-01-01T00:00:00Z */
#define LAST_SECOND INT64_C(253402300799)    /* 9999-12-31T23:59:59Z */
#define DAYS_BEFORE_1970 719162              /* from 0001-01-01 */

/* see time.h */
int
plomb_time_cmp(const plomb_time *a, const plomb_time *b)
{
	if (a->s != b->s) {
		return a->s < b->s ? -1 : 1;
	}
	return a->ns == b->ns ? 0 : a->ns < b->ns ? -1 : 1;
}

/* see time.h */
int
plomb_window_has(const plomb_window *window, const plomb_time *t)
{
	if (window->has_start && plomb_time_cmp(t, &window->start) < 0) {
		return 0;
	}
	return !window->has_end || plomb_time_cmp(t, &window->end) <= 0;
}

static int
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_of_month(int year, int month)
{
	static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 0001-01-01 to the first of January of this year. */
static int
days_before_year(int year)
{
	int past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

/* see time.h */
int
plomb_time_from_date(int year, int month, int day, int hour, int minute, int second, int64_t *s)
{
	int days, m;

	*s = 0;
	if (year < 1 || year > 9999 || month < 1 || month > 12
		|| day < 1 || day > days_of_month(year, month)
		|| hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
	{
		return 0;
	}
	days = days_before_year(year) + day - 1 - DAYS_BEFORE_1970;
	for (m = 1; m < month; m ++) {
		days += days_of_month(year, m);
	}
	*s = (int64_t)days * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second;
	return 1;
}

/* n digits at *at as a number, advancing; -1 if they are not all there. n is at most 9. */
static int
take_digits(plomb_view text, size_t *at, size_t n)
{
	int number = 0;
	size_t i;

	if (*at > text.n || text.n - *at < n) {
		return -1;
	}
	for (i = 0; i < n; i ++) {
		unsigned digit = (unsigned)text.p[*at + i] - '0';

		if (digit > 9) {
			return -1;
		}
		number = number * 10 + (int)digit;
	}
	*at += n;
	return number;
}

/* 1 and one further if this character is next. */
static int
take_character(plomb_view text, size_t *at, char c)
{
	if (*at >= text.n || text.p[*at] != (unsigned char)c) {
		return 0;
	}
	*at += 1;
	return 1;
}

/* "-MM-DDTHH:MM:SS" after the year: each field with the character before it. */
static int
take_date(plomb_view text, size_t *at, int64_t *s)
{
	static const char before[] = { '-', '-', 'T', ':', ':' };
	int field[5], year, i;

	year = take_digits(text, at, 4);
	for (i = 0; i < 5; i ++) {
		if (!take_character(text, at, before[i])) {
			return 0;
		}
		field[i] = take_digits(text, at, 2);
	}
	return plomb_time_from_date(year, field[0], field[1], field[2], field[3], field[4], s);
}

/* Nothing, or a point and one to nine digits. */
static int
take_fraction(plomb_view text, size_t *at, uint32_t *ns)
{
	uint32_t unit = 1000000000;

	if (!take_character(text, at, '.')) {
		return 1;
	}
	for (;;) {
		size_t before = *at;
		int digit = take_digits(text, at, 1);

		if (digit < 0) {
			return unit < 1000000000;
		}
		if (unit == 1) {
			*at = before;
			return 0;
		}
		unit /= 10;
		*ns += (uint32_t)digit * unit;
	}
}

/* "Z", or "+HH:MM" or "-HH:MM" as seconds east of Greenwich. */
static int
take_offset(plomb_view text, size_t *at, int *offset)
{
	int sign = 1, hour, minute;

	*offset = 0;
	if (take_character(text, at, 'Z')) {
		return 1;
	}
	if (take_character(text, at, '-')) {
		sign = -1;
	} else if (!take_character(text, at, '+')) {
		return 0;
	}
	hour = take_digits(text, at, 2);
	if (hour < 0 || hour > 23 || !take_character(text, at, ':')) {
		return 0;
	}
	minute = take_digits(text, at, 2);
	if (minute < 0 || minute > 59) {
		return 0;
	}
	*offset = sign * (hour * 3600 + minute * 60);
	return 1;
}

/* see time.h */
plomb_status
plomb_time_parse(plomb_view text, plomb_time *time)
{
	size_t at = 0;
	uint32_t ns = 0;
	int64_t s;
	int offset;

	time->s = 0;
	time->ns = 0;
	if (!take_date(text, &at, &s) || !take_fraction(text, &at, &ns)
		|| !take_offset(text, &at, &offset) || at != text.n)
	{
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	/* The offset can leave the years that can be written. */
	s -= offset;
	if (s < FIRST_SECOND || s > LAST_SECOND) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	time->s = s;
	time->ns = ns;
	return PLOMB_OK;
}

/* Exactly n digits; returns where the next character goes. */
static size_t
put_digits(unsigned char *out, size_t at, size_t n, uint32_t number)
{
	size_t i;

	for (i = n; i > 0; i --) {
		out[at + i - 1] = (unsigned char)('0' + number % 10);
		number /= 10;
	}
	return at + n;
}

/* Year, month and day of a day counted from 0001-01-01. */
static void
date_of_day(int days, int *year, int *month, int *day)
{
	/* 400 years are 146097 days; the guess is never above and at most one below. */
	int y = days * 400 / 146097 + 1;
	int m = 1;

	if (days_before_year(y + 1) <= days) {
		y ++;
	}
	days -= days_before_year(y);
	while (days >= days_of_month(y, m)) {
		days -= days_of_month(y, m);
		m ++;
	}
	*year = y;
	*month = m;
	*day = days + 1;
}

/* A point and three, six or nine digits, as protobuf writes them; nothing for 0. */
static size_t
put_fraction(unsigned char *out, size_t at, uint32_t ns)
{
	size_t digits = 9;

	if (ns == 0) {
		return at;
	}
	while (ns % 1000 == 0) {
		ns /= 1000;
		digits -= 3;
	}
	out[at] = '.';
	return put_digits(out, at + 1, digits, ns);
}

static size_t
put_seconds(unsigned char out[32], int64_t s)
{
	if (s >= 0) {
		return plomb_decimal_put(out, (uint64_t)s);
	}
	out[0] = '-';
	return 1 + plomb_decimal_put(out + 1, 0 - (uint64_t)s);
}

/* see time.h */
void
plomb_time_split(const plomb_time *time, uint32_t *day, uint32_t *second)
{
	uint64_t rest = (uint64_t)(time->s - FIRST_SECOND);

	/* In two steps, as a day has more seconds than plomb_divide divides by. */
	*second = plomb_divide(&rest, 400);
	*second += 400 * plomb_divide(&rest, SECONDS_OF_DAY / 400);
	*day = (uint32_t)rest;
}

/* see time.h */
size_t
plomb_time_put(unsigned char out[32], plomb_time time)
{
	int year, month, day;
	uint32_t days, second;
	size_t n;

	if (time.s < FIRST_SECOND || time.s > LAST_SECOND) {
		return put_seconds(out, time.s);
	}
	plomb_time_split(&time, &days, &second);
	date_of_day((int)days, &year, &month, &day);
	n = put_digits(out, 0, 4, (uint32_t)year);
	out[n] = '-';
	n = put_digits(out, n + 1, 2, (uint32_t)month);
	out[n] = '-';
	n = put_digits(out, n + 1, 2, (uint32_t)day);
	out[n] = 'T';
	n = put_digits(out, n + 1, 2, second / 3600);
	out[n] = ':';
	n = put_digits(out, n + 1, 2, second / 60 % 60);
	out[n] = ':';
	n = put_digits(out, n + 1, 2, second % 60);
	n = put_fraction(out, n, time.ns);
	out[n] = 'Z';
	return n + 1;
}
