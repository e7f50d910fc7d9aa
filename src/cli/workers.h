/*
 * Several items worked on at a time, and concluded one after the other in
 * their order, as if one thread had done it all.
 *
 * Not more is under way or waiting to be concluded than there are slots, so
 * that memory has a bound whatever item takes longest. Where threads cannot
 * be had there are fewer, or none; where memory lacks an item is worked on
 * again with nobody beside it. No item is left out, and none is concluded
 * before its work has returned.
 */
#ifndef PLOMB_WORKERS_H
#define PLOMB_WORKERS_H

#include "../../port/threads.h"

#define PLOMB_MAX_WORKERS     64
#define PLOMB_DEFAULT_WORKERS 10 /* as cosign */
#define PLOMB_SLOTS_OF(workers) ((workers) > 1 ? 2u * (workers) : 1u) /* one at work, one waiting for those before it */

typedef struct {
	size_t count; /* of items */
	/*
	 * Work on an item in a slot that nobody else uses; on any thread.
	 * PLOMB_NO_ROOM: there was not enough memory, and it may be called
	 * again for this item. Everything else is an end.
	 */
	plomb_status (*work)(void *user, size_t item, size_t slot);
	/* The item's turn, on the caller's thread; its slot is free then. 0: no further item is concluded. */
	int (*conclude)(void *user, size_t item, size_t slot);
	/* On the caller's thread every PLOMB_TICK_MS at the latest while it waits. */
	void (*tick)(void *user);
	void *user;
} plomb_jobs;

#define PLOMB_TICK_MS 200

/*
 * With up to so many workers (at least 1, at most PLOMB_MAX_WORKERS) and
 * PLOMB_SLOTS_OF(workers) slots; one worker is the caller itself. How many
 * items were concluded.
 */
size_t plomb_workers_run(const plomb_jobs *jobs, const plomb_threads *threads, unsigned workers);

#endif
