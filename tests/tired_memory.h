/* Memory that is refused once: the allocation fail_at, counted from 1; 0: none. */
#ifndef TIRED_MEMORY_H
#define TIRED_MEMORY_H

#include "../port/memory.h"

static struct {
	plomb_memory memory;
	plomb_memory_heap heap;
	unsigned calls, fail_at;
} tired;

static void *
tired_grow(plomb_memory *self, void *old, size_t old_size, size_t new_size)
{
	(void)self;
	tired.calls ++;
	return tired.calls == tired.fail_at ? NULL : tired.heap.memory.grow(&tired.heap.memory, old, old_size, new_size);
}

static void
tired_give(plomb_memory *self, void *block, size_t size)
{
	(void)self;
	tired.heap.memory.give(&tired.heap.memory, block, size);
}

/* Count anew, with so much to give. */
static void
tired_open(size_t most)
{
	plomb_memory_heap_init(&tired.heap, most);
	tired.memory.grow = tired_grow;
	tired.memory.give = tired_give;
	tired.calls = 0;
}

#endif
