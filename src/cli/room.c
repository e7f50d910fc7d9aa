#include "room.h"

#include <stdlib.h>

/* Twice as much, or what the library said was missing if that is more. */
static size_t
next_size(const plomb_work *work, size_t most)
{
	size_t size;

	size = work->size * 2;
	if (work->missing > work->size) {
		size = work->missing >= most ? most : work->size + work->missing;
	}
	return size > most ? most : size;
}

/* see room.h */
plomb_status
plomb_with_room(plomb_room_fn fn, void *user, plomb_fault *fault)
{
	static const size_t most = PLOMB_ROOM_MOST;

	return plomb_with_room_of(fn, user, PLOMB_ROOM_START, &most, fault);
}

/* see room.h */
plomb_status
plomb_with_room_of(plomb_room_fn fn, void *user, size_t start, const size_t *most, plomb_fault *fault)
{
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx;
	size_t size;

	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	size = start;
	for (;;) {
		plomb_status s;
		void *memory;

		memory = malloc(size);
		if (memory == NULL) {
			return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
		}
		plomb_work_init(&work, memory, size);
		memset(&detail, 0, sizeof detail);
		s = fn(user, &ctx);
		free(memory);
		if (s != PLOMB_NO_ROOM) {
			return s;
		}
		if (size >= *most) {
			return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
		}
		size = next_size(&work, *most);
	}
}
