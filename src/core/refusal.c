/* see refusal.h */
#include "refusal.h"

#include "base64.h"
#include "time.h"

/* see refusal.h */
const plomb_view plomb_nothing = { NULL, 0 };

/* see refusal.h */
plomb_status
plomb_refuse(plomb_ctx *ctx, plomb_status status, plomb_view what, plomb_view want, plomb_view got)
{
	if (ctx->detail != NULL) {
		ctx->detail->what = what;
		ctx->detail->want = want;
		ctx->detail->got = got;
	}
	return status;
}

/* see refusal.h */
plomb_status
plomb_refuse_text(plomb_ctx *ctx, plomb_status status, const char *what, plomb_view want, plomb_view got)
{
	return plomb_refuse(ctx, status, plomb_view_of(what), want, got);
}

/* n bytes for a text; NULL if it would be for nobody, or there is no room. */
static unsigned char *
take(plomb_ctx *ctx, size_t n)
{
	return ctx->detail == NULL ? NULL : plomb_work_take(ctx->work, n);
}

static plomb_view
shown(const unsigned char *text, size_t n)
{
	plomb_view view;

	view.p = text;
	view.n = n;
	return view;
}

/* see refusal.h */
plomb_view
plomb_refusal_time(plomb_ctx *ctx, plomb_time time)
{
	unsigned char *text = take(ctx, 32);

	return text == NULL ? plomb_nothing : shown(text, plomb_time_put(text, time));
}

/* see refusal.h */
plomb_view
plomb_refusal_number(plomb_ctx *ctx, uint64_t number)
{
	unsigned char *text = take(ctx, 20);

	return text == NULL ? plomb_nothing : shown(text, plomb_decimal_put(text, number));
}

/* see refusal.h */
plomb_view
plomb_refusal_hex(plomb_ctx *ctx, plomb_view bytes)
{
	unsigned char *text = take(ctx, 2 * bytes.n);

	if (text == NULL) {
		return plomb_nothing;
	}
	plomb_hex_encode(text, bytes);
	return shown(text, 2 * bytes.n);
}

/* see refusal.h */
plomb_view
plomb_refusal_base64(plomb_ctx *ctx, plomb_view bytes)
{
	unsigned char *text = take(ctx, plomb_base64_encoded_len(bytes.n));

	return text == NULL ? plomb_nothing : shown(text, plomb_base64_encode(text, bytes));
}

/* see refusal.h */
plomb_view
plomb_refusal_pair(plomb_ctx *ctx, const char *name, plomb_view value)
{
	plomb_view first = plomb_view_of(name);
	unsigned char *text = take(ctx, first.n + 1 + value.n);

	if (text == NULL) {
		return plomb_nothing;
	}
	memcpy(text, first.p, first.n);
	text[first.n] = ':';
	if (value.n != 0) {
		memcpy(text + first.n + 1, value.p, value.n);
	}
	return shown(text, first.n + 1 + value.n);
}

/* see refusal.h */
plomb_view
plomb_refusal_digest(plomb_ctx *ctx, plomb_hash hash, const unsigned char *bytes)
{
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN];
	size_t n = plomb_hash_len(hash);

	plomb_hex_encode(hex, shown(bytes, n));
	return plomb_refusal_pair(ctx, plomb_hash_name(hash), shown(hex, 2 * n));
}

/* see refusal.h */
plomb_status
plomb_refuse_time(plomb_ctx *ctx, plomb_status status, const char *what,
	const plomb_time *want, const plomb_time *got)
{
	plomb_view wanted = plomb_refusal_time(ctx, *want);

	return plomb_refuse_text(ctx, status, what, wanted, plomb_refusal_time(ctx, *got));
}

/* see refusal.h */
plomb_view
plomb_refusal_of(plomb_ctx *ctx, const char *thing, plomb_view whose)
{
	plomb_view text = plomb_view_of(thing);
	unsigned char *out = whose.n == 0 ? NULL : take(ctx, text.n + 4 + whose.n);

	if (out == NULL) {
		return text;
	}
	memcpy(out, text.p, text.n);
	memcpy(out + text.n, " of ", 4);
	memcpy(out + text.n + 4, whose.p, whose.n);
	return shown(out, text.n + 4 + whose.n);
}

/* see refusal.h */
plomb_status
plomb_refuse_of(plomb_ctx *ctx, plomb_status status, const char *thing, plomb_view whose,
	plomb_view want, plomb_view got)
{
	return plomb_refuse(ctx, status, plomb_refusal_of(ctx, thing, whose), want, got);
}

/* see refusal.h */
plomb_status
plomb_refuse_outside(plomb_ctx *ctx, plomb_status status, const plomb_window *valid, plomb_view whose,
	const plomb_time *time)
{
	int early = valid->has_start && plomb_time_cmp(time, &valid->start) < 0;
	plomb_view bound = plomb_refusal_time(ctx, early ? valid->start : valid->end);

	return plomb_refuse_of(ctx, status, early ? "start of the validity" : "end of the validity", whose,
		bound, plomb_refusal_time(ctx, *time));
}
