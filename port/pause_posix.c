/* see pause.h: POSIX */
#define _POSIX_C_SOURCE 200809L

#include "pause.h"

#include <errno.h>
#include <time.h>

static uint64_t
posix_now_ms(const plomb_pause *self)
{
	struct timespec now;

	(void)self;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
		return 0;
	}
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
posix_wait(const plomb_pause *self, uint32_t ms)
{
	struct timespec left;

	(void)self;
	left.tv_sec = (time_t)(ms / 1000);
	left.tv_nsec = (long)(ms % 1000) * 1000000;
	while (nanosleep(&left, &left) != 0 && errno == EINTR) {
		/* Go on with what is left. */
	}
}

const plomb_pause plomb_pause_posix = { posix_now_ms, posix_wait };
