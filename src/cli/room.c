#include "room.h"

#include <stdlib.h>

/* Twice as much, or what the library said was missing if that is more. */
static size_t
next_size(const plomb_work *work)
{
	size_t size;

	size = work->size * 2;
	if (work->missing > work->size) {
		size = work->missing >= PLOMB_ROOM_MOST ? PLOMB_ROOM_MOST : work->size + work->missing;
	}
	return size > PLOMB_ROOM_MOST ? PLOMB_ROOM_MOST : size;
}

/* see room.h */
plomb_status
plomb_with_room(plomb_room_fn fn, void *user, plomb_fault *fault)
{
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx;
	size_t size;

	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	size = PLOMB_ROOM_START;
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
		if (size >= PLOMB_ROOM_MOST) {
			return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
		}
		size = next_size(&work);
	}
}
