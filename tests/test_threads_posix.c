/* Threads and monitors of the system, of one that has no more of them, and of one that never had any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>

#include "../port/pause.h"
#include "../port/threads.h"

/* The other port, under other names. */
#define plomb_threads_system threads_none
#define plomb_threads_backend threads_none_backend
#include "../port/threads_none.c"
#undef plomb_threads_system
#undef plomb_threads_backend

static const plomb_threads *const ts = &plomb_threads_system;

/* Calls until the system has no more; -1: never. */
static int left;
static long processors;

static int
is_out(void)
{
	if (left == 0) {
		return 1;
	}
	left -= left > 0;
	return 0;
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *user);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *user);
int __real_pthread_attr_init(pthread_attr_t *attributes);
int __wrap_pthread_attr_init(pthread_attr_t *attributes);
int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __real_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __real_pthread_condattr_init(pthread_condattr_t *attributes);
int __wrap_pthread_condattr_init(pthread_condattr_t *attributes);
long __real_sysconf(int name);
long __wrap_sysconf(int name);

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *user)
{
	return is_out() ? EAGAIN : __real_pthread_create(thread, attributes, fn, user);
}

int
__wrap_pthread_attr_init(pthread_attr_t *attributes)
{
	return is_out() ? ENOMEM : __real_pthread_attr_init(attributes);
}

int
__wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	return is_out() ? ENOMEM : __real_pthread_mutex_init(mutex, attributes);
}

int
__wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
	return is_out() ? ENOMEM : __real_pthread_cond_init(condition, attributes);
}

int
__wrap_pthread_condattr_init(pthread_condattr_t *attributes)
{
	return is_out() ? ENOMEM : __real_pthread_condattr_init(attributes);
}

long
__wrap_sysconf(int name)
{
	return processors != 0 ? processors : __real_sysconf(name);
}

/* ------------------------------------------------------------------- several */

#define THREADS 8
#define ROUNDS  1000

static struct {
	plomb_monitor *monitor;
	unsigned long sum;
	unsigned inside, waiting, woken;
	int is_open;
} shared;

static void
add_up(void *user)
{
	unsigned i;

	for (i = 0; i < ROUNDS; i ++) {
		ts->enter(ts, shared.monitor);
		shared.inside ++;
		if (shared.inside == 1) {
			shared.sum += *(const unsigned *)user;
		}
		shared.inside --;
		ts->leave(ts, shared.monitor);
	}
}

static void
test_one_at_a_time(void **state)
{
	plomb_thread *thread[THREADS];
	unsigned number[THREADS], i;

	(void)state;
	left = -1;
	shared.sum = 0;
	assert_int_equal(ts->open(ts, &shared.monitor), PLOMB_OK);
	for (i = 0; i < THREADS; i ++) {
		number[i] = i;
		assert_int_equal(ts->start(ts, add_up, &number[i], &thread[i]), PLOMB_OK);
	}
	for (i = 0; i < THREADS; i ++) {
		ts->join(ts, thread[i]);
	}
	assert_int_equal(shared.sum, ROUNDS * (THREADS * (THREADS - 1) / 2));
	ts->close(ts, shared.monitor);
	ts->close(ts, NULL);
}

static void
wait_for_it(void *user)
{
	(void)user;
	ts->enter(ts, shared.monitor);
	shared.waiting ++;
	ts->wake(ts, shared.monitor);
	while (!shared.is_open) {
		ts->wait(ts, shared.monitor, 0);
	}
	shared.woken ++;
	ts->leave(ts, shared.monitor);
}

/* Everybody who waits goes on, and whoever waits lets others in. */
static void
test_wake(void **state)
{
	plomb_thread *thread[THREADS];
	unsigned i;

	(void)state;
	left = -1;
	shared.waiting = 0;
	shared.woken = 0;
	shared.is_open = 0;
	assert_int_equal(ts->open(ts, &shared.monitor), PLOMB_OK);
	for (i = 0; i < THREADS; i ++) {
		assert_int_equal(ts->start(ts, wait_for_it, NULL, &thread[i]), PLOMB_OK);
	}
	ts->enter(ts, shared.monitor);
	while (shared.waiting != THREADS) {
		ts->wait(ts, shared.monitor, 0);
	}
	assert_int_equal(shared.woken, 0);
	shared.is_open = 1;
	ts->wake(ts, shared.monitor);
	ts->leave(ts, shared.monitor);
	for (i = 0; i < THREADS; i ++) {
		ts->join(ts, thread[i]);
	}
	assert_int_equal(shared.woken, THREADS);
	ts->close(ts, shared.monitor);
}

/* Nobody wakes us: the time is over some time. */
static void
test_wait_ends(void **state)
{
	static const uint32_t waits[] = { 1, 30, 1100 };
	const plomb_pause *pause = &plomb_pause_posix;
	size_t i;

	(void)state;
	left = -1;
	assert_int_equal(ts->open(ts, &shared.monitor), PLOMB_OK);
	ts->enter(ts, shared.monitor);
	for (i = 0; i < sizeof waits / sizeof waits[0]; i ++) {
		uint64_t until = pause->now_ms(pause) + waits[i];

		/* It may return early, but not always. */
		while (pause->now_ms(pause) < until) {
			ts->wait(ts, shared.monitor, waits[i]);
		}
	}
	ts->leave(ts, shared.monitor);
	ts->close(ts, shared.monitor);
}

/* A stack that holds what it should: touched from end to end, but for what is on it already. */
static void
use_stack(void *user)
{
	volatile unsigned char much[PLOMB_THREAD_STACK_BYTES / 2];
	size_t i;

	for (i = 0; i < sizeof much; i += 512) {
		much[i] = (unsigned char)i;
	}
	*(int *)user = much[1024] == 0;
}

static void
test_stack(void **state)
{
	plomb_thread *thread;
	int done = 0;

	(void)state;
	left = -1;
	assert_int_equal(ts->start(ts, use_stack, &done, &thread), PLOMB_OK);
	ts->join(ts, thread);
	assert_int_equal(done, 1);
}

/* ---------------------------------------------------------------------- none */

static void
test_no_more(void **state)
{
	plomb_thread *thread;
	plomb_monitor *monitor;
	int done = 0, n;

	(void)state;
	for (n = 0; n < 2; n ++) {
		left = n;
		assert_int_equal(ts->start(ts, use_stack, &done, &thread), PLOMB_NO_ROOM);
		assert_null(thread);
		assert_int_equal(done, 0);
	}
	for (n = 0; n < 3; n ++) {
		left = n;
		assert_int_equal(ts->open(ts, &monitor), PLOMB_NO_ROOM);
		assert_null(monitor);
	}
	left = -1;
}

static void
test_processors(void **state)
{
	static const struct {
		long told;
		unsigned count;
	} rows[] = { { -1, 1 }, { 1, 1 }, { 4, 4 }, { 1000000, 1024 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		processors = rows[i].told;
		assert_int_equal(ts->processors(ts), rows[i].count);
	}
	processors = 0;
	assert_true(ts->processors(ts) >= 1);
	assert_string_equal(plomb_threads_backend, "posix");
}

/* The port of a system without threads: nobody is in anybody's way. */
static void
test_none(void **state)
{
	const plomb_threads *none = &threads_none;
	plomb_monitor *monitor;
	plomb_thread *thread = (plomb_thread *)&monitor;
	int done = 0;

	(void)state;
	assert_string_equal(threads_none_backend, "none");
	assert_int_equal(none->processors(none), 1);
	assert_int_equal(none->start(none, use_stack, &done, &thread), PLOMB_UNSUPPORTED_FEATURE);
	assert_null(thread);
	assert_int_equal(none->open(none, &monitor), PLOMB_OK);
	assert_non_null(monitor);
	none->enter(none, monitor);
	none->wait(none, monitor, 0);
	none->wake(none, monitor);
	none->leave(none, monitor);
	none->join(none, NULL);
	none->close(none, monitor);
	assert_int_equal(done, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_wake),
		cmocka_unit_test(test_wait_ends),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_no_more),
		cmocka_unit_test(test_processors),
		cmocka_unit_test(test_none)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
