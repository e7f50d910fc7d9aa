/* see clock.h: POSIX */
#define _POSIX_C_SOURCE 200809L

#include "clock.h"

#include <time.h>

/*
 * Seconds since 1970 of the build, as SOURCE_DATE_EPOCH gives it for
 * reproducible builds; else 2025-01-01, before which no plomb existed.
 */
#ifndef PLOMB_BUILD_TIME
#define PLOMB_BUILD_TIME 1735689600
#endif

static int
posix_now(const plomb_clock *self, int64_t *now_s)
{
	struct timespec now;

	*now_s = 0;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
		return 0;
	}
	if ((int64_t)now.tv_sec < self->floor_s) {
		return 0;
	}
	*now_s = (int64_t)now.tv_sec;
	return 1;
}

const plomb_clock plomb_clock_posix = { posix_now, PLOMB_BUILD_TIME };
