/* plomb_with_room for work in which secrets lie. */
#ifndef PLOMB_SECRET_ROOM_H
#define PLOMB_SECRET_ROOM_H

#include "../room.h"

/*
 * As plomb_with_room. The buffer is kept out of swap and core dumps where
 * the system lets us, and everything that was taken from it is overwritten
 * after each try, whatever fn answered.
 */
PLOMB_MUST_CHECK plomb_status plomb_with_secret_room(plomb_room_fn fn, void *user, plomb_fault *fault);

#endif
