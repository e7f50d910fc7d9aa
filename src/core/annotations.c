/* see annotations.h */
#include "annotations.h"
#include "refusal.h"

/* The member's value by a name that is not ours, PLOMB_JSON_NONE if absent. */
static uint32_t
member(const plomb_json *doc, uint32_t object, plomb_view name)
{
	uint32_t key;

	if (plomb_json_typeof(doc, object) != PLOMB_JSON_OBJECT) {
		return PLOMB_JSON_NONE;
	}
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if (plomb_json_eq(doc, key, name)) {
			return plomb_json_value(doc, key);
		}
	}
	return PLOMB_JSON_NONE;
}

static plomb_status
mismatch(plomb_ctx *ctx, plomb_status status, const plomb_want *want, plomb_view got)
{
	return plomb_refuse(ctx, status, want->name, plomb_match_text(&want->value), got);
}

static plomb_status
check_one(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, const plomb_want *want)
{
	plomb_view got = { NULL, 0 };
	plomb_status s, trouble;
	uint32_t value;
	size_t mark;

	value = member(doc, object, want->name);
	if (value == PLOMB_JSON_NONE) {
		return mismatch(ctx, PLOMB_ANNOTATION_MISMATCH, want, got);
	}

	/* Typed, as in cosign: the number 1 and the string "1" are different values. */
	if (plomb_json_typeof(doc, value) != PLOMB_JSON_STRING) {
		return mismatch(ctx, PLOMB_ANNOTATION_MISMATCH, want, plomb_json_raw(doc, value));
	}
	mark = plomb_work_mark(ctx->work);
	s = plomb_json_string(ctx->work, doc, value, &got);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		return mismatch(ctx, PLOMB_ANNOTATION_MISMATCH, want, plomb_json_raw(doc, value));
	}
	if (!plomb_match_ok(ctx, &want->value, got, &trouble)) {
		return mismatch(ctx, trouble != PLOMB_OK ? trouble : PLOMB_ANNOTATION_MISMATCH, want, got);
	}
	plomb_work_release(ctx->work, mark);
	return PLOMB_OK;
}

/* see annotations.h */
plomb_status
plomb_annotations_check(plomb_ctx *ctx, const plomb_json *doc, uint32_t object,
	const plomb_want *wants, size_t count)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		plomb_status s = check_one(ctx, doc, object, &wants[i]);

		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}
