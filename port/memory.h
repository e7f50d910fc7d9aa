/*
 * Memory for what only shows its size while it is read: the members of an
 * archive, the names in a directory. Rooms that may not allocate are lent
 * one of these.
 */
#ifndef PLOMB_PORT_MEMORY_H
#define PLOMB_PORT_MEMORY_H

#include <stddef.h>

typedef struct plomb_memory plomb_memory;
struct plomb_memory {
	/*
	 * A block of new_size bytes (not 0), aligned for any object, that
	 * begins with the old block's old_size bytes; the old block is gone.
	 * old is NULL and old_size 0 for a first one. NULL if there is no more:
	 * then the old block stays as it was.
	 */
	void *(*grow)(plomb_memory *self, void *old, size_t old_size, size_t new_size);

	/* Give a block back; block may be NULL, size is its current one. */
	void (*give)(plomb_memory *self, void *block, size_t size);
};

/* From the heap (memory_heap.c), with a ceiling from birth. */
typedef struct {
	plomb_memory memory;
	size_t used;    /* bytes lent now */
	size_t most;    /* the most that were ever lent */
	size_t ceiling;
} plomb_memory_heap;

void plomb_memory_heap_init(plomb_memory_heap *heap, size_t ceiling);

#endif
