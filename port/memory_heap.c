/* see memory.h: malloc */
#include "memory.h"

#include <stdlib.h>

static void *
heap_grow(plomb_memory *self, void *old, size_t old_size, size_t new_size)
{
	plomb_memory_heap *heap = (plomb_memory_heap *)self;
	size_t others = heap->used - old_size;
	void *block;

	if (new_size == 0 || new_size > heap->ceiling - others) {
		return NULL;
	}
	block = realloc(old, new_size);
	if (block == NULL) {
		return NULL;
	}
	heap->used = others + new_size;
	if (heap->used > heap->most) {
		heap->most = heap->used;
	}
	return block;
}

static void
heap_give(plomb_memory *self, void *block, size_t size)
{
	plomb_memory_heap *heap = (plomb_memory_heap *)self;

	free(block);
	heap->used -= size;
}

/* see memory.h */
void
plomb_memory_heap_init(plomb_memory_heap *heap, size_t ceiling)
{
	heap->memory.grow = heap_grow;
	heap->memory.give = heap_give;
	heap->used = 0;
	heap->most = 0;
	heap->ceiling = ceiling;
}
