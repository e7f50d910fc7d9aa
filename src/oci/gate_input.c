/* see gate_input.h */
#include "gate_input.h"

#include "../core/base64.h"
#include "../core/hash.h"
#include "../core/refusal.h"

static plomb_status
mismatch(plomb_ctx *ctx, const char *what, plomb_view want, plomb_view got)
{
	return plomb_refuse(ctx, PLOMB_PLUGIN_INPUT_MISMATCH, plomb_view_of(what), want, got);
}

/* Something that should not be there, or should be something else. */
static plomb_status
malformed(plomb_ctx *ctx, plomb_status s, const char *what)
{
	plomb_view none = { NULL, 0 };

	return s == PLOMB_NO_ROOM ? s : mismatch(ctx, what, none, none);
}

/* --------------------------------------------------------------------- options */

/* see gate_input.h */
plomb_status
plomb_gate_question_check(plomb_ctx *ctx, const plomb_gate_question *question)
{
	if (question->operation.p != NULL && !plomb_view_is(question->operation, "pull")
		&& !plomb_view_is(question->operation, "run"))
	{
		return mismatch(ctx, "-operation", plomb_view_of("pull or run"), question->operation);
	}
	if (question->media_type.p == NULL || plomb_view_is(question->media_type, PLOMB_GATE_DESCRIPTOR)) {
		return PLOMB_OK;
	}
	if (!plomb_view_is(question->media_type, PLOMB_GATE_WRAPPED)) {
		return mismatch(ctx, "-stdin-media-type", plomb_view_of(PLOMB_GATE_DESCRIPTOR), question->media_type);
	}
	return question->operation.p != NULL ? PLOMB_OK
		: mismatch(ctx, "-operation is missing beside -stdin-media-type", question->operation, question->media_type);
}

/* ------------------------------------------------------------------ descriptor */

/* "sha256:…" in work; empty without room: it is only for the message. */
static plomb_view
digest_text(plomb_ctx *ctx, const plomb_digest *digest)
{
	plomb_view name, bytes, text;
	unsigned char *p;

	name = plomb_view_of(plomb_hash_name(digest->hash));
	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	text.n = name.n + 1 + 2 * bytes.n;
	text.p = p = plomb_work_take(ctx->work, text.n);
	if (p == NULL) {
		text.n = 0;
		return text;
	}
	memcpy(p, name.p, name.n);
	p[name.n] = ':';
	plomb_hex_encode(p + name.n + 1, bytes);
	return text;
}

/* The members of the image specification's descriptor, and no other. */
static plomb_status
check_members(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = {
		"mediaType", "digest", "size", "annotations", "platform", "artifactType", "urls", "data"
	};
	uint32_t value[8];
	plomb_status s;

	s = plomb_json_members(doc, object, names, 8, PLOMB_JSON_STRICT, value, NULL);
	if (s != PLOMB_OK) {
		return malformed(ctx, s, "the descriptor is no object, or has a member that is not known");
	}
	if ((value[6] != PLOMB_JSON_NONE && plomb_json_typeof(doc, value[6]) != PLOMB_JSON_ARRAY)
		|| (value[7] != PLOMB_JSON_NONE && plomb_json_typeof(doc, value[7]) != PLOMB_JSON_STRING))
	{
		return malformed(ctx, PLOMB_JSON_TYPE_MISMATCH, "the descriptor's urls or data are none");
	}
	return PLOMB_OK;
}

static plomb_status
check_descriptor(plomb_ctx *ctx, const plomb_gate_question *question, const plomb_json *doc, uint32_t object)
{
	plomb_descriptor descriptor;
	plomb_status s;

	if ((s = check_members(ctx, doc, object)) != PLOMB_OK) {
		return s;
	}
	s = plomb_descriptor_read(ctx->work, doc, object, &descriptor);
	if (s != PLOMB_OK) {
		return malformed(ctx, s, "standard input is not the descriptor of an image");
	}
	if (!plomb_digest_eq(&descriptor.digest, &question->digest)) {
		return mismatch(ctx, "the descriptor's digest", digest_text(ctx, &question->digest), digest_text(ctx, &descriptor.digest));
	}
	return plomb_media_kind(descriptor.media_type, NULL) != 0 ? PLOMB_OK
		: mismatch(ctx, "the descriptor's mediaType", plomb_view_of("a manifest or an index"), descriptor.media_type);
}

/* --------------------------------------------------------------------- wrapped */

static plomb_status
check_annotations(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char what[] = "the annotations are no object of strings";
	uint32_t key;

	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(doc, object) != PLOMB_JSON_OBJECT) {
		return malformed(ctx, PLOMB_JSON_TYPE_MISMATCH, what);
	}
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if (plomb_json_typeof(doc, plomb_json_value(doc, key)) != PLOMB_JSON_STRING) {
			return malformed(ctx, PLOMB_JSON_TYPE_MISMATCH, what);
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_wrapped(plomb_ctx *ctx, const plomb_gate_question *question, const plomb_json *doc)
{
	static const char *const names[] = { "descriptor", "operation", "annotations" };
	uint32_t value[3];
	plomb_status s;

	s = plomb_json_members(doc, 0, names, 3, PLOMB_JSON_STRICT, value, NULL);
	if (s != PLOMB_OK) {
		return malformed(ctx, s, "standard input is no object, or has a member that is not known");
	}
	if (!plomb_json_eq(doc, value[1], question->operation)) {
		return mismatch(ctx, "operation on standard input", question->operation, plomb_json_raw(doc, value[1]));
	}
	s = check_annotations(ctx, doc, value[2]);
	return s != PLOMB_OK ? s : check_descriptor(ctx, question, doc, value[0]);
}

/* see gate_input.h */
plomb_status
plomb_gate_input_check(plomb_ctx *ctx, const plomb_gate_question *question, plomb_view text)
{
	plomb_json doc;
	plomb_status s;

	if (text.n > PLOMB_MAX_GATE_INPUT) {
		return malformed(ctx, PLOMB_LIMIT_EXCEEDED, "more on standard input than a descriptor has");
	}
	if ((s = plomb_gate_question_check(ctx, question)) != PLOMB_OK) {
		return s;
	}
	s = plomb_json_parse(ctx->work, text, &doc);
	if (s != PLOMB_OK) {
		return malformed(ctx, s, "standard input is not JSON, or more than one value");
	}
	return plomb_view_is(question->media_type, PLOMB_GATE_WRAPPED) ? check_wrapped(ctx, question, &doc)
		: check_descriptor(ctx, question, &doc, 0);
}
