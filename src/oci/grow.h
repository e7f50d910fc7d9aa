/* Arrays that grow in memory that was lent. */
#ifndef PLOMB_GROW_H
#define PLOMB_GROW_H

#include "../../port/memory.h"

/*
 * An array with room for at least count elements of size bytes; *room is how
 * many there is room for. At least doubles, so that growing one by one is
 * cheap. NULL if there is no more memory: then array and *room stay.
 */
void *plomb_grow(plomb_memory *memory, void *array, size_t *room, size_t count, size_t size);

/* The same, and never room for more than most elements, which count is not more than. */
void *plomb_grow_up_to(plomb_memory *memory, void *array, size_t *room, size_t count, size_t size, size_t most);

#endif
