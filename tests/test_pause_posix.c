/* Waiting: as long as was asked, whatever interrupts it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "../port/pause.h"

static int is_broken;
static unsigned sleeps;

int __real_clock_gettime(clockid_t which, struct timespec *now);
int __wrap_clock_gettime(clockid_t which, struct timespec *now);
int __real_nanosleep(const struct timespec *wanted, struct timespec *left);
int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left);

int
__wrap_clock_gettime(clockid_t which, struct timespec *now)
{
	if (is_broken) {
		errno = EINVAL;
		return -1;
	}
	return __real_clock_gettime(which, now);
}

int
__wrap_nanosleep(const struct timespec *wanted, struct timespec *left)
{
	sleeps ++;
	if (is_broken) {
		errno = EINVAL;
		return -1;
	}
	return __real_nanosleep(wanted, left);
}

static volatile sig_atomic_t alarms;

static void
on_alarm(int number)
{
	(void)number;
	alarms ++;
}

static uint64_t
now(void)
{
	return plomb_pause_posix.now_ms(&plomb_pause_posix);
}

static void
wait_ms(uint32_t ms)
{
	sleeps = 0;
	plomb_pause_posix.wait(&plomb_pause_posix, ms);
}

static void
test_wait(void **state)
{
	uint64_t begun = now();

	(void)state;
	assert_true(begun != 0);
	wait_ms(0);
	wait_ms(50);
	assert_int_equal(sleeps, 1);
	assert_true(now() - begun >= 50);
	begun = now();
	wait_ms(1001);
	assert_true(now() - begun >= 1001);
}

static void
test_interrupted(void **state)
{
	static const struct itimerval often = { { 0, 20000 }, { 0, 20000 } }, never;
	struct sigaction action;
	uint64_t begun;

	(void)state;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_alarm;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	begun = now();
	wait_ms(300);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_true(alarms > 0 && sleeps > 1);
	assert_true(now() - begun >= 300);
}

/* No clock and no sleep: it comes back, and does not try for ever. */
static void
test_broken(void **state)
{
	(void)state;
	is_broken = 1;
	assert_int_equal(now(), 0);
	wait_ms(60000);
	assert_int_equal(sleeps, 1);
	is_broken = 0;
	assert_true(now() != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_broken)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
