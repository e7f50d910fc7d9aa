/* A person at the terminal, who is asked something. */
#ifndef PLOMB_PORT_TERMINAL_H
#define PLOMB_PORT_TERMINAL_H

#include "../src/plomb.h"

typedef struct plomb_terminal plomb_terminal;
struct plomb_terminal {
	/* Standard input is one, so somebody can be asked. */
	int (*is_there)(const plomb_terminal *self);

	/*
	 * Show the prompt on standard error and read one line, without its
	 * end; unseen if is_secret. room bytes hold the answer and one more.
	 * Whatever ends the program meanwhile, the terminal is left as it was
	 * found. PLOMB_UNSET if the input ends, PLOMB_LIMIT_EXCEEDED if the
	 * line is longer, PLOMB_IO_ERROR.
	 */
	plomb_status (*ask)(const plomb_terminal *self, const char *prompt, int is_secret, unsigned char *answer, size_t room, size_t *n);
};

extern const plomb_terminal plomb_terminal_posix;

#endif
