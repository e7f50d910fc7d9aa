/* see threads.h: a system with one thread, which is never in anybody's way */
#include "threads.h"

#include <stddef.h>

const char plomb_threads_backend[] = "none";

struct plomb_monitor {
	int unused;
};

static unsigned
one_processor(const plomb_threads *self)
{
	(void)self;
	return 1;
}

static plomb_status
no_start(const plomb_threads *self, void (*fn)(void *user), void *user, plomb_thread **thread)
{
	(void)self;
	(void)fn;
	(void)user;
	*thread = NULL;
	return PLOMB_UNSUPPORTED_FEATURE;
}

static void
no_join(const plomb_threads *self, plomb_thread *thread)
{
	(void)self;
	(void)thread;
}

static plomb_status
one_open(const plomb_threads *self, plomb_monitor **monitor)
{
	static plomb_monitor everybodys;

	(void)self;
	*monitor = &everybodys;
	return PLOMB_OK;
}

static void
nothing(const plomb_threads *self, plomb_monitor *monitor)
{
	(void)self;
	(void)monitor;
}

static void
no_wait(const plomb_threads *self, plomb_monitor *monitor, uint32_t ms)
{
	(void)self;
	(void)monitor;
	(void)ms;
}

const plomb_threads plomb_threads_system = {
	one_processor, no_start, no_join, one_open, nothing, nothing, nothing, no_wait, nothing
};
