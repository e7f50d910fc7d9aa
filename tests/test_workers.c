/* Several items at a time: each once, in order, whatever lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../port/pause.h"
#include "../src/cli/workers.h"

#define ITEMS 200

/* The system's threads, of which there are only so many, and monitors likewise. */
static struct {
	plomb_threads threads; /* first, so that it can be cast back */
	unsigned left, started, monitors_left;
} few;

static plomb_status
few_start(const plomb_threads *self, void (*fn)(void *user), void *user, plomb_thread **thread)
{
	(void)self;
	if (few.left == 0) {
		return PLOMB_NO_ROOM;
	}
	few.left --;
	few.started ++;
	return plomb_threads_system.start(&plomb_threads_system, fn, user, thread);
}

static plomb_status
few_open(const plomb_threads *self, plomb_monitor **monitor)
{
	(void)self;
	if (few.monitors_left == 0) {
		*monitor = NULL;
		return PLOMB_NO_ROOM;
	}
	return plomb_threads_system.open(&plomb_threads_system, monitor);
}

/* What the work of a test does. */
static struct {
	plomb_monitor *monitor;
	size_t count;
	unsigned tries[ITEMS];
	size_t slot_of[ITEMS];
	int slot_used[PLOMB_SLOTS_OF(PLOMB_MAX_WORKERS)];
	unsigned at_work, most_at_work;
	size_t concluded, under_way, most_under_way;
	size_t lacks_every; /* memory, at the first try of each so manieth; 0: never */
	unsigned lacks_always; /* and at every try with somebody beside it */
	size_t stop_after; /* conclude says so; 0: never */
	size_t slow;        /* item that takes long; ITEMS: none */
	unsigned ticks, wrong;
} scene;

static void
enter(void)
{
	plomb_threads_system.enter(&plomb_threads_system, scene.monitor);
}

static void
leave(void)
{
	plomb_threads_system.leave(&plomb_threads_system, scene.monitor);
}

static plomb_status
work(void *user, size_t item, size_t slot)
{
	unsigned beside;

	assert_true(user == &scene);
	enter();
	scene.at_work ++;
	beside = scene.at_work - 1;
	if (scene.at_work > scene.most_at_work) {
		scene.most_at_work = scene.at_work;
	}
	if (scene.tries[item] == 0) {
		scene.under_way ++;
		if (scene.under_way > scene.most_under_way) {
			scene.most_under_way = scene.under_way;
		}
		/* The slot is nobody else's, and stays this item's. */
		scene.wrong += scene.slot_used[slot] != 0;
		scene.slot_used[slot] = 1;
		scene.slot_of[item] = slot;
	}
	scene.wrong += scene.slot_of[item] != slot;
	scene.tries[item] ++;
	scene.wrong += scene.tries[item] > 2;
	scene.wrong += scene.tries[item] == 2 && beside != 0;
	leave();
	plomb_pause_posix.wait(&plomb_pause_posix, item == scene.slow ? 700 : (uint32_t)(item * 7 % 3));
	enter();
	scene.at_work --;
	leave();
	if (scene.lacks_every != 0 && item % scene.lacks_every == 0 && (scene.tries[item] == 1 || scene.lacks_always)) {
		return PLOMB_NO_ROOM;
	}
	return item % 5 == 0 ? PLOMB_IMAGE_NOT_FOUND : PLOMB_OK;
}

static int
conclude(void *user, size_t item, size_t slot)
{
	assert_true(user == &scene);
	enter();
	assert_int_equal(item, scene.concluded);
	assert_int_equal(scene.slot_of[item], slot);
	assert_int_equal(scene.tries[item] == 0, 0);
	scene.concluded ++;
	scene.under_way --;
	scene.slot_used[slot] = 0;
	leave();
	return scene.concluded != scene.stop_after;
}

static void
tick(void *user)
{
	assert_true(user == &scene);
	scene.ticks ++;
}

static size_t
run_all(unsigned workers, unsigned threads)
{
	plomb_jobs jobs;
	size_t done;

	few.threads = plomb_threads_system;
	few.threads.start = few_start;
	few.threads.open = few_open;
	few.left = threads;
	few.started = 0;
	few.monitors_left = 1;
	jobs.count = scene.count;
	jobs.work = work;
	jobs.conclude = conclude;
	jobs.tick = tick;
	jobs.user = &scene;
	assert_int_equal(plomb_threads_system.open(&plomb_threads_system, &scene.monitor), PLOMB_OK);
	done = plomb_workers_run(&jobs, &few.threads, workers);
	plomb_threads_system.close(&plomb_threads_system, scene.monitor);
	assert_int_equal(scene.wrong, 0);
	assert_int_equal(done, scene.concluded);
	return done;
}

static void
set(size_t count)
{
	memset(&scene, 0, sizeof scene);
	scene.count = count;
	scene.slow = ITEMS;
}

static void
test_order(void **state)
{
	static const unsigned workers[] = { 1, 2, 3, 10, PLOMB_MAX_WORKERS, 1000 };
	static const size_t counts[] = { 0, 1, 2, 9, ITEMS };
	size_t i, k, n;

	(void)state;
	for (i = 0; i < sizeof workers / sizeof workers[0]; i ++) {
		for (k = 0; k < sizeof counts / sizeof counts[0]; k ++) {
			unsigned most = workers[i] > PLOMB_MAX_WORKERS ? PLOMB_MAX_WORKERS : workers[i];

			set(counts[k]);
			assert_int_equal(run_all(workers[i], 1000), counts[k]);
			for (n = 0; n < counts[k]; n ++) {
				assert_int_equal(scene.tries[n], 1);
			}
			assert_true(scene.most_at_work <= most);
			assert_true(scene.most_under_way <= PLOMB_SLOTS_OF(most));
			/* One worker, or one item, is no thread at all. */
			assert_int_equal(few.started, workers[i] == 1 || counts[k] <= 1 ? 0 : most);
			if (workers[i] == 10 && counts[k] == ITEMS) {
				assert_true(scene.most_at_work > 1);
			}
		}
	}
}

/* The first takes long: the others wait in their slots, and memory has its bound. */
static void
test_slow(void **state)
{
	(void)state;
	set(ITEMS);
	scene.slow = 0;
	assert_int_equal(run_all(4, 1000), ITEMS);
	assert_int_equal(scene.most_under_way, PLOMB_SLOTS_OF(4));
	assert_true(scene.ticks >= 1);
}

static void
test_few_threads(void **state)
{
	unsigned threads;

	(void)state;
	for (threads = 0; threads < 4; threads ++) {
		set(50);
		assert_int_equal(run_all(4, threads), 50);
		assert_int_equal(few.started, threads);
		assert_true(scene.most_at_work <= (threads == 0 ? 1 : threads));
	}
	set(50);
	few.monitors_left = 0;
	assert_int_equal(run_all(4, 0), 50);
}

/* No monitor, no threads. */
static void
test_no_monitor(void **state)
{
	plomb_jobs jobs;

	(void)state;
	set(20);
	few.threads = plomb_threads_system;
	few.threads.start = few_start;
	few.threads.open = few_open;
	few.left = 100;
	few.started = 0;
	few.monitors_left = 0;
	jobs.count = 20;
	jobs.work = work;
	jobs.conclude = conclude;
	jobs.tick = tick;
	jobs.user = &scene;
	assert_int_equal(plomb_threads_system.open(&plomb_threads_system, &scene.monitor), PLOMB_OK);
	assert_int_equal(plomb_workers_run(&jobs, &few.threads, 4), 20);
	plomb_threads_system.close(&plomb_threads_system, scene.monitor);
	assert_int_equal(few.started, 0);
	assert_int_equal(scene.concluded, 20);
}

/* Memory lacks: once more, alone, and what comes then counts; a run without threads was alone already. */
static void
test_no_memory(void **state)
{
	static const unsigned workers[] = { 1, 2, 10 };
	unsigned always;
	size_t i, n;

	(void)state;
	for (always = 0; always < 2; always ++) {
		for (i = 0; i < sizeof workers / sizeof workers[0]; i ++) {
			set(60);
			scene.lacks_every = 7;
			scene.lacks_always = always;
			assert_int_equal(run_all(workers[i], 1000), 60);
			for (n = 0; n < 60; n ++) {
				assert_int_equal(scene.tries[n], n % 7 == 0 && workers[i] != 1 ? 2 : 1);
			}
		}
	}
	set(60);
	scene.lacks_every = 1;
	assert_int_equal(run_all(10, 1000), 60);
}

static void
test_stop(void **state)
{
	static const unsigned workers[] = { 1, 2, 10 };
	static const size_t ends[] = { 1, 3, 25 };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof workers / sizeof workers[0]; i ++) {
		for (k = 0; k < sizeof ends / sizeof ends[0]; k ++) {
			set(100);
			scene.stop_after = ends[k];
			assert_int_equal(run_all(workers[i], 1000), ends[k]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_few_threads),
		cmocka_unit_test(test_no_monitor),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_stop)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
