/* see threads.h: POSIX */
#define _POSIX_C_SOURCE 200809L

#include "threads.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char plomb_threads_backend[] = "posix";

struct plomb_thread {
	pthread_t id;
	void (*fn)(void *user);
	void *user;
};

struct plomb_monitor {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
};

static unsigned
posix_processors(const plomb_threads *self)
{
	long count = 1;

	(void)self;
#ifdef _SC_NPROCESSORS_ONLN
	count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
	return count < 1 ? 1 : count > 1024 ? 1024 : (unsigned)count;
}

static void *
run(void *user)
{
	plomb_thread *thread = user;

	thread->fn(thread->user);
	return NULL;
}

/* The default is eight megabytes here and a tenth of one there. */
static int
create(plomb_thread *thread)
{
	pthread_attr_t attributes;
	int error;

	error = pthread_attr_init(&attributes);
	if (error != 0) {
		return error;
	}
	error = pthread_attr_setstacksize(&attributes, PLOMB_THREAD_STACK_BYTES);
	if (error == 0) {
		error = pthread_create(&thread->id, &attributes, run, thread);
	}
	(void)pthread_attr_destroy(&attributes);
	return error;
}

static plomb_status
posix_start(const plomb_threads *self, void (*fn)(void *user), void *user, plomb_thread **thread)
{
	plomb_thread *made;

	(void)self;
	*thread = NULL;
	made = malloc(sizeof *made);
	if (made == NULL) {
		return PLOMB_NO_ROOM;
	}
	made->fn = fn;
	made->user = user;
	if (create(made) != 0) {
		free(made);
		return PLOMB_NO_ROOM;
	}
	*thread = made;
	return PLOMB_OK;
}

/* What cannot fail unless a program is wrong: then nothing it says is to be believed. */
static void
must(int error)
{
	if (error != 0) {
		abort();
	}
}

static void
posix_join(const plomb_threads *self, plomb_thread *thread)
{
	(void)self;
	must(pthread_join(thread->id, NULL));
	free(thread);
}

/* Its waits are measured by a clock that nobody sets. */
static int
open_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;
	int error;

	error = pthread_condattr_init(&attributes);
	if (error != 0) {
		return error;
	}
	error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (error == 0) {
		error = pthread_cond_init(condition, &attributes);
	}
	(void)pthread_condattr_destroy(&attributes);
	return error;
}

static plomb_status
posix_open(const plomb_threads *self, plomb_monitor **monitor)
{
	plomb_monitor *made;

	(void)self;
	*monitor = NULL;
	made = malloc(sizeof *made);
	if (made == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (pthread_mutex_init(&made->mutex, NULL) != 0) {
		free(made);
		return PLOMB_NO_ROOM;
	}
	if (open_condition(&made->condition) != 0) {
		(void)pthread_mutex_destroy(&made->mutex);
		free(made);
		return PLOMB_NO_ROOM;
	}
	*monitor = made;
	return PLOMB_OK;
}

static void
posix_close(const plomb_threads *self, plomb_monitor *monitor)
{
	(void)self;
	if (monitor == NULL) {
		return;
	}
	must(pthread_cond_destroy(&monitor->condition));
	must(pthread_mutex_destroy(&monitor->mutex));
	free(monitor);
}

static void
posix_enter(const plomb_threads *self, plomb_monitor *monitor)
{
	(void)self;
	must(pthread_mutex_lock(&monitor->mutex));
}

static void
posix_leave(const plomb_threads *self, plomb_monitor *monitor)
{
	(void)self;
	must(pthread_mutex_unlock(&monitor->mutex));
}

static void
posix_wait(const plomb_threads *self, plomb_monitor *monitor, uint32_t ms)
{
	struct timespec until;

	(void)self;
	if (ms == 0 || clock_gettime(CLOCK_MONOTONIC, &until) != 0) {
		must(pthread_cond_wait(&monitor->condition, &monitor->mutex));
		return;
	}
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec ++;
		until.tv_nsec -= 1000000000;
	}
	/* Its other errors than the time being over are those of a wrong program too, but it returns holding the lock. */
	(void)pthread_cond_timedwait(&monitor->condition, &monitor->mutex, &until);
}

static void
posix_wake(const plomb_threads *self, plomb_monitor *monitor)
{
	(void)self;
	must(pthread_cond_broadcast(&monitor->condition));
}

const plomb_threads plomb_threads_system = {
	posix_processors, posix_start, posix_join, posix_open, posix_close, posix_enter, posix_leave, posix_wait, posix_wake
};
