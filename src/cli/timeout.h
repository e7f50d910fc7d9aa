/* --timeout: the whole program ends in time, whatever it waits for. */
#ifndef PLOMB_TIMEOUT_H
#define PLOMB_TIMEOUT_H

#include "options.h"

/* As cosign: nobody waits longer for a network if nothing is said. */
#define PLOMB_TIMEOUT_NETWORK_MS 180000

/*
 * Milliseconds of a duration as Go writes them ("90s", "3m0s", "1.5h",
 * "250ms"): PLOMB_OK or PLOMB_USAGE_ERROR; at most a day, at least 1 ms.
 */
PLOMB_MUST_CHECK plomb_status plomb_duration_parse(plomb_view text, uint32_t *ms);

/* From now on; after it the program says so and exits with 3. 0 if the system cannot. */
int plomb_timeout_start(uint32_t ms);
/* How many milliseconds are left until then; UINT32_MAX if nothing was started, or nobody knows. */
uint32_t plomb_timeout_left(void);
/* What to say on standard output then; line must stay until it is replaced. NULL: nothing. */
void plomb_timeout_answer(const char *line);

/* For a command that asks the network: PLOMB_TIMEOUT_NETWORK_MS, unless --timeout has started it. PLOMB_INTERNAL_ERROR. */
PLOMB_MUST_CHECK plomb_status plomb_timeout_network(const plomb_args *args, plomb_fault *fault);

/*
 * Around a wait for something that may never come: the same deadline for this
 * wait alone, unless one is running for the whole program.
 */
void plomb_timeout_wait(void);
void plomb_timeout_waited(void);

/* Say and exit as cosign does. */
void plomb_timeout_as_cosign(void);

/*
 * A line stands on stderr that has no end yet, or does no more: what is said
 * when the time is over begins on a line of its own.
 */
void plomb_timeout_line(int is_open);

#endif
