/*
 * Refusing with both values: a person who reads the sentence should see what
 * was compared, what was wanted and what was there.
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

#endif
