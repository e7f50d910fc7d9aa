/* The system's clock, and systems without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <time.h>

#include "../port/clock.h"

/* What the system says: 0 is the truth. */
static time_t pretended;
static int is_broken;

int __real_clock_gettime(clockid_t which, struct timespec *now);
int __wrap_clock_gettime(clockid_t which, struct timespec *now);

int
__wrap_clock_gettime(clockid_t which, struct timespec *now)
{
	if (is_broken) {
		errno = EINVAL;
		return -1;
	}
	if (pretended != 0) {
		now->tv_sec = pretended;
		now->tv_nsec = 999999999;
		return 0;
	}
	return __real_clock_gettime(which, now);
}

static void
test_now(void **state)
{
	const plomb_clock *clock = &plomb_clock_posix;
	int64_t now_s = 7;

	(void)state;
	pretended = 0;
	is_broken = 0;
	assert_true(clock->now(clock, &now_s));
	assert_true(now_s >= clock->floor_s && now_s >= (int64_t)time(NULL) - 60 && now_s <= (int64_t)time(NULL) + 60);
	is_broken = 1;
	assert_false(clock->now(clock, &now_s));
	assert_int_equal(now_s, 0);
	is_broken = 0;
}

/* A clock that was never set is no clock: it is before what is known to be the past. */
static void
test_floor(void **state)
{
	plomb_clock clock = plomb_clock_posix;
	int64_t now_s;

	(void)state;
	assert_true(clock.floor_s >= 1735689600);
	pretended = 1;
	assert_false(clock.now(&clock, &now_s));
	assert_int_equal(now_s, 0);
	pretended = -1;
	assert_false(clock.now(&clock, &now_s));
	pretended = 1900000000;
	clock.floor_s = 1900000000;
	assert_true(clock.now(&clock, &now_s));
	assert_int_equal(now_s, 1900000000);
	clock.floor_s ++;
	assert_false(clock.now(&clock, &now_s));
	assert_int_equal(now_s, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_floor)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
