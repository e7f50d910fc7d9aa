/* see grow.h */
#include "grow.h"

#include <stdint.h>

/* see grow.h */
void *
plomb_grow(plomb_memory *memory, void *array, size_t *room, size_t count, size_t size)
{
	return plomb_grow_up_to(memory, array, room, count, size, SIZE_MAX);
}

/* see grow.h */
void *
plomb_grow_up_to(plomb_memory *memory, void *array, size_t *room, size_t count, size_t size, size_t most)
{
	size_t want = *room > SIZE_MAX / 2 ? SIZE_MAX : *room * 2;
	void *more;

	if (count <= *room) {
		return array;
	}
	if (want < count) {
		want = count;
	}
	if (want < 16) {
		want = 16;
	}
	if (want > most && count <= most) {
		want = most;
	}
	if (want > SIZE_MAX / size) {
		return NULL;
	}
	more = memory->grow(memory, array, *room * size, want * size);
	if (more == NULL && want > count) {
		/* Twice as much is not there, but what is needed may be. */
		want = count;
		more = memory->grow(memory, array, *room * size, want * size);
	}
	if (more != NULL) {
		*room = want;
	}
	return more;
}
