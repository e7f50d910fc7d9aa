/* WWW-Authenticate (RFC 9110, 11.6.1): what a registry wants to see (SPEC 11.4). */
#ifndef PLOMB_AUTH_CHALLENGE_H
#define PLOMB_AUTH_CHALLENGE_H

#include "../core/work.h"

/* Absent parameters are {NULL,0}. */
typedef struct {
	plomb_view scheme;
	plomb_view realm, service, scope, error;
} plomb_challenge;

/*
 * The next challenge of a header line; *line is what is left of it.
 * PLOMB_OK; PLOMB_UNSET at the end; PLOMB_REGISTRY_AUTH_FAILED if the line is
 * malformed, also if a parameter is there twice; PLOMB_NO_ROOM. Values with
 * escapes are taken from work.
 */
PLOMB_MUST_CHECK plomb_status plomb_challenge_next(plomb_work *work, plomb_view *line, plomb_challenge *challenge);

/* The scheme's name, in any case. */
int plomb_challenge_is(const plomb_challenge *challenge, const char *scheme);

#endif
