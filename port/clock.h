/* What time it is, if anybody knows. The clock only ever refuses: no answer makes a verdict more lenient. */
#ifndef PLOMB_PORT_CLOCK_H
#define PLOMB_PORT_CLOCK_H

#include <stdint.h>

typedef struct plomb_clock plomb_clock;

/* A device without a battery does not know the time; saying so is allowed, guessing is not. */
struct plomb_clock {
	/*
	 * Seconds since 1970 into *now_s; 0 if unknown, else nonzero. A time
	 * before the floor is a clock that was never set, hence unknown.
	 */
	int (*now)(const plomb_clock *self, int64_t *now_s);

	/* The earliest it can be: the build, or a later time that somebody has kept. */
	int64_t floor_s;
};

/*
 * The system's clock (clock_posix.c). Its floor is the build's, from
 * PLOMB_BUILD_TIME; a caller that knows a later one copies the struct and
 * raises floor_s.
 */
extern const plomb_clock plomb_clock_posix;

#endif
