/*
 * --clock: what the time is for this run. A device without a battery says
 * "none", and then nothing is compared with a time that nobody knows.
 */
#ifndef PLOMB_CLOCK_ARG_H
#define PLOMB_CLOCK_ARG_H

#include "options.h"

/*
 * --clock none, system (the default), or, if may_be_given, a time in RFC 3339
 * that the caller has from elsewhere. *known is 0 for "none" and for a system
 * clock that is before the floor; then *now is the floor. The floor is the
 * earliest that it can be: when this program was built, or the clock of the
 * last update of the trust root. PLOMB_USAGE_ERROR, and what reading that says,
 * with a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_clock_read(const plomb_args *args, int may_be_given, int *known, plomb_time *now, plomb_fault *fault);

#endif
