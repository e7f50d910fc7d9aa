#include "workers.h"

#include <string.h>

typedef enum {
	SLOT_FREE = 0,
	SLOT_BUSY,
	SLOT_DONE,
	SLOT_AGAIN /* there was not enough memory */
} slot_state;

/* One run. What workers and caller share is read and written inside the monitor. */
typedef struct {
	const plomb_jobs *jobs;
	const plomb_threads *threads;
	plomb_monitor *monitor;
	size_t slots;
	size_t next;      /* item that nobody has taken yet */
	size_t concluded; /* items */
	unsigned active;  /* workers at work */
	unsigned allowed; /* workers that may be */
	int is_paused;    /* the caller works, alone */
	int is_over;
	unsigned char state[PLOMB_SLOTS_OF(PLOMB_MAX_WORKERS)]; /* a slot_state each */
} run;

static void
enter(run *r)
{
	r->threads->enter(r->threads, r->monitor);
}

static void
leave(run *r)
{
	r->threads->leave(r->threads, r->monitor);
}

static void
wake(run *r)
{
	r->threads->wake(r->threads, r->monitor);
}

/* -------------------------------------------------------------------- workers */

static int
may_take(const run *r)
{
	return !r->is_paused && r->active < r->allowed && r->next < r->concluded + r->slots;
}

/* Take the next item and work on it; from inside the monitor to inside it. */
static void
work_on_next(run *r)
{
	size_t item = r->next, slot = item % r->slots;
	plomb_status s;

	r->next ++;
	r->active ++;
	r->state[slot] = SLOT_BUSY;
	leave(r);
	s = r->jobs->work(r->jobs->user, item, slot);
	enter(r);
	r->active --;
	r->state[slot] = s == PLOMB_NO_ROOM ? SLOT_AGAIN : SLOT_DONE;
	/* There is not enough for so many at a time. */
	if (s == PLOMB_NO_ROOM && r->allowed > 1) {
		r->allowed --;
	}
	wake(r);
}

static void
worker(void *user)
{
	run *r = user;

	enter(r);
	while (!r->is_over && r->next < r->jobs->count) {
		if (may_take(r)) {
			work_on_next(r);
		} else {
			r->threads->wait(r->threads, r->monitor, 0);
		}
	}
	leave(r);
}

/* --------------------------------------------------------------------- caller */

/* Wait in the monitor, and look up now and then. */
static void
wait_a_little(run *r)
{
	r->threads->wait(r->threads, r->monitor, PLOMB_TICK_MS);
	leave(r);
	r->jobs->tick(r->jobs->user);
	enter(r);
}

/* Work on it once more, with nobody beside us. */
static void
work_alone(run *r, size_t item, size_t slot)
{
	r->is_paused = 1;
	while (r->active != 0) {
		wait_a_little(r);
	}
	leave(r);
	/* Whatever comes back now is what is concluded. */
	(void)r->jobs->work(r->jobs->user, item, slot);
	enter(r);
	r->is_paused = 0;
	wake(r);
}

static size_t
conclude_all(run *r)
{
	int goes_on = 1;
	size_t item;

	for (item = 0; goes_on && item < r->jobs->count; item ++) {
		size_t slot = item % r->slots;

		enter(r);
		while (r->state[slot] != SLOT_DONE && r->state[slot] != SLOT_AGAIN) {
			wait_a_little(r);
		}
		if (r->state[slot] == SLOT_AGAIN) {
			work_alone(r, item, slot);
		}
		leave(r);
		goes_on = r->jobs->conclude(r->jobs->user, item, slot);
		enter(r);
		r->state[slot] = SLOT_FREE;
		r->concluded ++;
		wake(r);
		leave(r);
	}
	return item;
}

static size_t
run_alone(const plomb_jobs *jobs)
{
	int goes_on = 1;
	size_t item;

	for (item = 0; goes_on && item < jobs->count; item ++) {
		(void)jobs->work(jobs->user, item, 0);
		goes_on = jobs->conclude(jobs->user, item, 0);
	}
	return item;
}

static size_t
run_with(run *r, plomb_thread **thread, unsigned workers)
{
	unsigned started, i;
	size_t concluded;

	for (started = 0; started < workers; started ++) {
		if (r->threads->start(r->threads, worker, r, &thread[started]) != PLOMB_OK) {
			break;
		}
	}
	concluded = started == 0 ? run_alone(r->jobs) : conclude_all(r);
	enter(r);
	r->is_over = 1;
	wake(r);
	leave(r);
	for (i = 0; i < started; i ++) {
		r->threads->join(r->threads, thread[i]);
	}
	return concluded;
}

/* see workers.h */
size_t
plomb_workers_run(const plomb_jobs *jobs, const plomb_threads *threads, unsigned workers)
{
	plomb_thread *thread[PLOMB_MAX_WORKERS];
	size_t concluded;
	run r;

	memset(&r, 0, sizeof r);
	if (workers <= 1 || jobs->count <= 1 || threads->open(threads, &r.monitor) != PLOMB_OK) {
		return run_alone(jobs);
	}
	if (workers > PLOMB_MAX_WORKERS) {
		workers = PLOMB_MAX_WORKERS;
	}
	r.jobs = jobs;
	r.threads = threads;
	r.slots = PLOMB_SLOTS_OF(workers);
	r.allowed = workers;
	concluded = run_with(&r, thread, workers);
	threads->close(threads, r.monitor);
	return concluded;
}
