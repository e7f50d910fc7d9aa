/* see simplesigning.h */
#include "refusal.h"
#include "simplesigning.h"
#include "statement.h"

#define TYPE_IMAGE "cosign container image signature"

/* Too little memory is no property of the payload. */
static plomb_status
malformed(plomb_status s)
{
	return s == PLOMB_NO_ROOM || s == PLOMB_LIMIT_EXCEEDED ? s : PLOMB_PAYLOAD_MALFORMED;
}

/* A member that must be there and be a string. */
static plomb_status
required_string(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, const char *name, plomb_view *text)
{
	plomb_status s;

	s = plomb_json_string(ctx->work, doc, plomb_json_member(doc, object, name), text);
	return s == PLOMB_OK ? s : malformed(s);
}

/* The members of critical and of the two objects in it. */
static plomb_status
read_critical(plomb_ctx *ctx, uint32_t critical, plomb_simplesigning *signed_)
{
	const plomb_json *doc = &signed_->doc;
	plomb_status s;

	s = required_string(ctx, doc, critical, "type", &signed_->type);
	if (s != PLOMB_OK) {
		return s;
	}
	s = required_string(ctx, doc, plomb_json_member(doc, critical, "identity"), "docker-reference",
		&signed_->docker_reference);
	if (s != PLOMB_OK) {
		return s;
	}
	return required_string(ctx, doc, plomb_json_member(doc, critical, "image"), "docker-manifest-digest",
		&signed_->digest);
}

/* see simplesigning.h */
plomb_status
plomb_simplesigning_parse(plomb_ctx *ctx, plomb_view payload, plomb_simplesigning *signed_)
{
	uint32_t optional;
	plomb_status s;

	memset(signed_, 0, sizeof *signed_);
	signed_->optional = PLOMB_JSON_NONE;
	s = plomb_json_parse(ctx->work, payload, &signed_->doc);
	if (s != PLOMB_OK) {
		return malformed(s);
	}
	s = read_critical(ctx, plomb_json_member(&signed_->doc, 0, "critical"), signed_);
	if (s != PLOMB_OK) {
		return s;
	}
	optional = plomb_json_member(&signed_->doc, 0, "optional");
	if (optional != PLOMB_JSON_NONE && plomb_json_typeof(&signed_->doc, optional) != PLOMB_JSON_OBJECT) {
		return PLOMB_PAYLOAD_MALFORMED;
	}
	signed_->optional = optional;
	return PLOMB_OK;
}

/* The text is the artifact's digest; "SHA256:" or upper-case hex is another string. */
static int
is_digest_of(plomb_ctx *ctx, plomb_view text, plomb_message *artifact)
{
	const unsigned char *known;
	plomb_digest digest;

	if (plomb_digest_parse(text, &digest) != PLOMB_OK) {
		return 0;
	}
	known = plomb_message_digest(artifact, ctx->crypto, digest.hash);
	return known != NULL && memcmp(known, digest.bytes, plomb_hash_len(digest.hash)) == 0;
}

/* see simplesigning.h */
plomb_status
plomb_simplesigning_check(plomb_ctx *ctx, const plomb_simplesigning *signed_, plomb_message *artifact)
{
	plomb_view want = PLOMB_LIT(TYPE_IMAGE);

	/* cosign does not look at the type; containers/image does. */
	if (!plomb_view_eq(signed_->type, want)) {
		return plomb_refuse_text(ctx, PLOMB_PAYLOAD_TYPE_MISMATCH, "critical.type", want, signed_->type);
	}
	if (is_digest_of(ctx, signed_->digest, artifact)) {
		return PLOMB_OK;
	}
	return plomb_refuse_text(ctx, PLOMB_PAYLOAD_DIGEST_MISMATCH, "critical.image.docker-manifest-digest",
		plomb_artifact_text(ctx, artifact), signed_->digest);
}
