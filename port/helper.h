/* Programs that know passwords: docker-credential-NAME. */
#ifndef PLOMB_PORT_HELPER_H
#define PLOMB_PORT_HELPER_H

#include "../src/plomb.h"

#define PLOMB_MAX_HELPER_INPUT 512 /* POSIX's smallest pipe; a registry's name has 300 bytes at most */

typedef struct plomb_helper plomb_helper;
struct plomb_helper {
	/*
	 * Run `program get` (a name that is found by PATH, never by a shell)
	 * with these bytes as its standard input; what it writes goes to out,
	 * at most room bytes, *got of them. *exit_status is its own, or 128 +
	 * the signal that ended it. PLOMB_UNSET: there is no such program; a
	 * path is none, and one that exits with 127 counts as none.
	 * PLOMB_IO_ERROR: it cannot be run or spoken to. PLOMB_LIMIT_EXCEEDED:
	 * it is told or says too much. PLOMB_TIMEOUT. It has ended after any of
	 * them.
	 */
	plomb_status (*run)(const plomb_helper *self, const char *program, plomb_view input,
		unsigned char *out, size_t room, size_t *got, int *exit_status);

	/* How long it may take, to its end; a caller may copy the struct and set another time. */
	uint32_t most_ms;
};

/* The system's (helper_posix.c). */
extern const plomb_helper plomb_helper_posix;

#endif
