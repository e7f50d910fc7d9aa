/*
 * Threads, and the one thing they meet at: a monitor, which is a lock that
 * can be waited in. A system without threads has everything here but start,
 * so that a caller needs no second way of doing its work.
 */
#ifndef PLOMB_PORT_THREADS_H
#define PLOMB_PORT_THREADS_H

#include <stdint.h>

#include "../src/plomb.h"

/* What a thread may use of its stack: verification, TLS and name look-ups, with room for sanitizers. */
#define PLOMB_THREAD_STACK_BYTES (2u << 20)

typedef struct plomb_thread plomb_thread;   /* the port's own */
typedef struct plomb_monitor plomb_monitor; /* likewise */

typedef struct plomb_threads plomb_threads;
struct plomb_threads {
	/* Processors that there are now; 1 if the system does not tell. */
	unsigned (*processors)(const plomb_threads *self);

	/*
	 * A thread that calls fn(user) and ends with it. PLOMB_OK: it is to be
	 * joined, once. PLOMB_NO_ROOM: the system has no more of them.
	 * PLOMB_UNSUPPORTED_FEATURE: it has none at all.
	 */
	plomb_status (*start)(const plomb_threads *self, void (*fn)(void *user), void *user, plomb_thread **thread);
	/* Wait for its end. What it wrote can be read then. */
	void (*join)(const plomb_threads *self, plomb_thread *thread);

	/* PLOMB_OK or PLOMB_NO_ROOM; *monitor is NULL then. */
	plomb_status (*open)(const plomb_threads *self, plomb_monitor **monitor);
	/* Nobody is in it. monitor may be NULL. */
	void (*close)(const plomb_threads *self, plomb_monitor *monitor);

	/* One thread is inside at a time, and sees what those before it wrote there. Not to be entered twice. */
	void (*enter)(const plomb_threads *self, plomb_monitor *monitor);
	void (*leave)(const plomb_threads *self, plomb_monitor *monitor);
	/*
	 * From inside: let others in until somebody wakes us or so many
	 * milliseconds are over (0: no matter how many). May also return
	 * without a reason.
	 */
	void (*wait)(const plomb_threads *self, plomb_monitor *monitor, uint32_t ms);
	/* From inside: everybody who waits goes on. */
	void (*wake)(const plomb_threads *self, plomb_monitor *monitor);
};

/* The system's (threads_posix.c, threads_none.c). */
extern const plomb_threads plomb_threads_system;

/* "posix" or "none". */
extern const char plomb_threads_backend[];

#endif
