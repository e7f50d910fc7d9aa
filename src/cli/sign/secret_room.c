#include "secret_room.h"

#include <sodium.h>

typedef struct {
	plomb_room_fn fn;
	void *user;
} job;

static plomb_status
locked_try(void *user, plomb_ctx *ctx)
{
	plomb_work *work;
	plomb_status s;
	const job *j;

	j = user;
	work = ctx->work;
	/* Few systems give much memory that is locked; the secrets are overwritten in any case. */
	(void)sodium_mlock(work->base, work->size);
	s = j->fn(j->user, ctx);
	(void)sodium_munlock(work->base, work->size);
	return s;
}

/* see secret_room.h */
plomb_status
plomb_with_secret_room(plomb_room_fn fn, void *user, plomb_fault *fault)
{
	job j;

	j.fn = fn;
	j.user = user;
	return plomb_with_room(locked_try, &j, fault);
}
