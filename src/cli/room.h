/*
 * The library's work buffer on the heap: it starts small, and when the
 * library says that it was too small the whole question is asked again with
 * more.
 */
#ifndef PLOMB_ROOM_H
#define PLOMB_ROOM_H

#include "error.h"

/* A keyless bundle needs well under 32 KiB; trust root and file fit beside it. */
#define PLOMB_ROOM_START (256u << 10)
/* Eight times the largest input: its tokens, and what is decoded of it. */
#define PLOMB_ROOM_MOST  (1u << 30)

/* One try. PLOMB_NO_ROOM asks for another; it must then forget what it did. */
typedef plomb_status (*plomb_room_fn)(void *user, plomb_ctx *ctx);

/*
 * Try until fn says something other than PLOMB_NO_ROOM, and return that. If
 * the ceiling is reached or the system has no more, PLOMB_NO_ROOM with a fault.
 * What fn left in the work buffer is gone afterwards.
 */
PLOMB_MUST_CHECK plomb_status plomb_with_room(plomb_room_fn fn, void *user, plomb_fault *fault);

/*
 * The same with a first size and a ceiling that are the caller's. *most is
 * looked at after each try: fn may set it, once it knows.
 */
PLOMB_MUST_CHECK plomb_status plomb_with_room_of(plomb_room_fn fn, void *user, size_t start, const size_t *most, plomb_fault *fault);

#endif
