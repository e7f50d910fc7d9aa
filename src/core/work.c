/* see work.h */
#include "work.h"

/* Whatever the strictest of our objects needs; BearSSL's contexts hold uint64_t and pointers. */
typedef union {
	uint64_t number;
	size_t size;
	void *pointer;
	void (*function)(void);
} strictest;

struct probe {
	char first;
	strictest rest;
};

#define ALIGNMENT offsetof(struct probe, rest)

/* see plomb.h */
void
plomb_work_init(plomb_work *work, void *buffer, size_t size)
{
	work->base = buffer;
	work->size = buffer == NULL ? 0 : size;
	work->used = 0;
	work->high_water = 0;
	work->missing = 0;
}

/* see plomb.h */
size_t
plomb_work_mark(const plomb_work *work)
{
	return work->used;
}

/* see plomb.h */
void
plomb_work_release(plomb_work *work, size_t mark)
{
	/* A mark above what is in use is stale: it must not bring memory back. */
	if (mark < work->used) {
		work->used = mark;
	}
}

static void *
refuse(plomb_work *work, size_t missing)
{
	work->missing = missing;
	return NULL;
}

/* see work.h */
void *
plomb_work_take(plomb_work *work, size_t size)
{
	size_t left = work->size - work->used;
	size_t skew, pad;
	unsigned char *taken;

	/* Even nothing has an address, which a missing buffer cannot give. */
	if (work->base == NULL) {
		return refuse(work, size == 0 ? 1 : size);
	}
	/* The caller's buffer may begin anywhere, so the address counts, not the offset. */
	skew = (size_t)((uintptr_t)(work->base + work->used) % ALIGNMENT);
	pad = skew == 0 ? 0 : ALIGNMENT - skew;
	if (pad > left) {
		size_t more = pad - left;

		return refuse(work, size > SIZE_MAX - more ? SIZE_MAX : size + more);
	}
	if (size > left - pad) {
		return refuse(work, size - (left - pad));
	}
	taken = work->base + work->used + pad;
	work->used += pad + size;
	if (work->used > work->high_water) {
		work->high_water = work->used;
	}
	return taken;
}

/* see work.h */
void *
plomb_work_take_array(plomb_work *work, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size) {
		return refuse(work, SIZE_MAX);
	}
	return plomb_work_take(work, count * size);
}

/* see work.h */
plomb_status
plomb_work_copy(plomb_work *work, plomb_view bytes, plomb_view *copy)
{
	unsigned char *taken;

	copy->p = NULL;
	copy->n = 0;
	taken = plomb_work_take(work, bytes.n);
	if (taken == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (bytes.n != 0) {
		memcpy(taken, bytes.p, bytes.n);
	}
	copy->p = taken;
	copy->n = bytes.n;
	return PLOMB_OK;
}

/* see work.h */
void
plomb_work_shrink(plomb_work *work, const unsigned char *end)
{
	plomb_work_release(work, (size_t)(end - work->base));
}
