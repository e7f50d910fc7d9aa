/* Programs that know passwords: docker-credential-NAME. */
#ifndef PLOMB_PORT_HELPER_H
#define PLOMB_PORT_HELPER_H

#include "../src/plomb.h"

typedef struct plomb_helper plomb_helper;
struct plomb_helper {
	/*
	 * Run `program get` (found by PATH, never by a shell) with these bytes
	 * as its standard input; what it writes goes to out, at most room
	 * bytes, *got of them. *exit_status is its own, or 128 + the signal
	 * that ended it. PLOMB_UNSET: there is no such program. PLOMB_IO_ERROR,
	 * PLOMB_LIMIT_EXCEEDED.
	 */
	plomb_status (*run)(const plomb_helper *self, const char *program, plomb_view input,
		unsigned char *out, size_t room, size_t *got, int *exit_status);
};

/* The system's (helper_posix.c). */
extern const plomb_helper plomb_helper_posix;

#endif
