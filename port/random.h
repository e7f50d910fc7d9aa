/* Random numbers from the system, for keys, nonces and salts. */
#ifndef PLOMB_PORT_RANDOM_H
#define PLOMB_PORT_RANDOM_H

#include "../src/plomb.h"

typedef struct plomb_random plomb_random;
struct plomb_random {
	/* Fill n bytes; PLOMB_OK, or PLOMB_IO_ERROR and then nothing may be done with them. */
	plomb_status (*fill)(const plomb_random *self, void *p, size_t n);
};

extern const plomb_random plomb_random_system;

#endif
