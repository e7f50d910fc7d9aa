/* see refusal.h */
#include "refusal.h"

#include "time.h"
#include "work.h"

/* see refusal.h */
plomb_view
plomb_refusal_time(plomb_ctx *ctx, plomb_time time)
{
	plomb_view text = { NULL, 0 };
	unsigned char *out;

	if (ctx->detail == NULL || (out = plomb_work_take(ctx->work, 32)) == NULL) {
		return text;
	}
	text.n = plomb_time_put(out, time);
	text.p = out;
	return text;
}

/* see refusal.h */
plomb_view
plomb_refusal_of(plomb_ctx *ctx, const char *thing, plomb_view whose)
{
	plomb_view text = plomb_view_of(thing);
	unsigned char *out;

	if (ctx->detail == NULL || whose.n == 0 || (out = plomb_work_take(ctx->work, text.n + 4 + whose.n)) == NULL) {
		return text;
	}
	memcpy(out, text.p, text.n);
	memcpy(out + text.n, " of ", 4);
	memcpy(out + text.n + 4, whose.p, whose.n);
	text.p = out;
	text.n += 4 + whose.n;
	return text;
}

/* see refusal.h */
plomb_status
plomb_refuse_outside(plomb_ctx *ctx, plomb_status status, const plomb_window *valid, plomb_view whose, plomb_time time)
{
	int early = valid->has_start && plomb_time_cmp(time, valid->start) < 0;

	return plomb_refuse(ctx, status,
		plomb_refusal_of(ctx, early ? "start of the validity" : "end of the validity", whose),
		plomb_refusal_time(ctx, early ? valid->start : valid->end), plomb_refusal_time(ctx, time));
}
