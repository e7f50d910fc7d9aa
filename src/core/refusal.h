/*
 * Refusing with both values: a person who reads the sentence should see what
 * was compared, what was wanted and what was there. want and got are values
 * of that thing and nothing else: whose it is stands in what.
 */
#ifndef PLOMB_REFUSAL_H
#define PLOMB_REFUSAL_H

#include "hash.h"

/* Nothing to show. */
extern const plomb_view plomb_nothing;

/*
 * Note the values in ctx->detail, if there is one, and give the status back.
 * The views must outlive the call: input, policy, constants or ctx->work.
 */
plomb_status plomb_refuse(plomb_ctx *ctx, plomb_status status, plomb_view what, plomb_view want, plomb_view got);
/* The same where what is compared has a name of ours. */
plomb_status plomb_refuse_text(plomb_ctx *ctx, plomb_status status, const char *what, plomb_view want, plomb_view got);

/* The same where the thing is somebody's: what is "THING of WHOSE". */
plomb_status plomb_refuse_of(plomb_ctx *ctx, plomb_status status, const char *thing, plomb_view whose,
	plomb_view want, plomb_view got);
/* The same with two times. */
plomb_status plomb_refuse_time(plomb_ctx *ctx, plomb_status status, const char *what,
	const plomb_time *want, const plomb_time *got);
/*
 * A time that is not in a period: what is the end that it misses, "start of
 * the validity of WHOSE", want is when that is, got is the time.
 */
plomb_status plomb_refuse_outside(plomb_ctx *ctx, plomb_status status, const plomb_window *valid, plomb_view whose,
	const plomb_time *time);

/*
 * Values as text in the work buffer, to be shown. plomb_nothing if nobody
 * wants a detail or there is no room: that is never a reason to fail.
 */
plomb_view plomb_refusal_time(plomb_ctx *ctx, plomb_time time);
plomb_view plomb_refusal_number(plomb_ctx *ctx, uint64_t number);
plomb_view plomb_refusal_hex(plomb_ctx *ctx, plomb_view bytes);
plomb_view plomb_refusal_base64(plomb_ctx *ctx, plomb_view bytes);
/* "name:text" */
plomb_view plomb_refusal_pair(plomb_ctx *ctx, const char *name, plomb_view text);
/* "sha256:" and so on, in hex; bytes has the hash's length. */
plomb_view plomb_refusal_digest(plomb_ctx *ctx, plomb_hash hash, const unsigned char *bytes);

/* "THING of WHOSE"; THING alone if whose is empty. */
plomb_view plomb_refusal_of(plomb_ctx *ctx, const char *thing, plomb_view whose);

#endif
