/* Waiting, and how long it has been: for retries and for the age of tokens. */
#ifndef PLOMB_PORT_PAUSE_H
#define PLOMB_PORT_PAUSE_H

#include <stdint.h>

typedef struct plomb_pause plomb_pause;
struct plomb_pause {
	/* Milliseconds since some moment of the past; never goes back. 0 if the system does not tell. */
	uint64_t (*now_ms)(const plomb_pause *self);
	/* As long or longer; not at all if the system cannot. */
	void (*wait)(const plomb_pause *self, uint32_t ms);
};

/* The system's (pause_posix.c). */
extern const plomb_pause plomb_pause_posix;

#endif
