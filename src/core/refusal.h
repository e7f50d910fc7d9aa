/*
 * Refusing with both values: a person who reads the sentence should see what
 * was compared, what was wanted and what was there. want and got are values
 * of that thing and nothing else: whose it is stands in what.
 */
#ifndef PLOMB_REFUSAL_H
#define PLOMB_REFUSAL_H

#include "view.h"

/*
 * Note the values in ctx->detail, if there is one, and give the status back.
 * The views must outlive the call: input, policy, constants or ctx->work.
 */
static inline plomb_status
plomb_refuse(plomb_ctx *ctx, plomb_status status, plomb_view what, plomb_view want, plomb_view got)
{
	if (ctx->detail != NULL) {
		ctx->detail->what = what;
		ctx->detail->want = want;
		ctx->detail->got = got;
	}
	return status;
}

/*
 * Texts for a refusal, in ctx->work: a time as RFC 3339 writes it, absent if
 * there is no room; "THING of WHOSE", or THING alone if whose is empty or
 * there is no room. Without ctx->detail nothing is taken.
 */
plomb_view plomb_refusal_time(plomb_ctx *ctx, plomb_time time);
plomb_view plomb_refusal_of(plomb_ctx *ctx, const char *thing, plomb_view whose);

/*
 * A time that is not in a period: what is the end that it misses, "start of
 * the validity of WHOSE", want is when that is, got is the time.
 */
plomb_status plomb_refuse_outside(plomb_ctx *ctx, plomb_status status, const plomb_window *valid, plomb_view whose, plomb_time time);

#endif
