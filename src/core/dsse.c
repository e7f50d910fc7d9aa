/* see dsse.h */
#include "base64.h"
#include "dsse.h"
#include "hash.h"
#include "refusal.h"

/* see dsse.h */
void
plomb_dsse_pae(plomb_view type, plomb_view payload, unsigned char scratch[PLOMB_PAE_SCRATCH], plomb_message *message)
{
	static const unsigned char magic[] = { 'D', 'S', 'S', 'E', 'v', '1', ' ' };
	unsigned char *at = scratch;
	plomb_view head, middle;

	/*
	 * "DSSEv1" SP len(type) SP type SP len(payload) SP payload. Lengths
	 * are of bytes and the type goes in as it is: an encoding on the way
	 * let the type mutate under a good signature (CVE-2026-48758).
	 */
	memcpy(at, magic, sizeof magic);
	at += sizeof magic;
	at += plomb_decimal_put(at, type.n);
	*at ++ = ' ';
	head.p = scratch;
	head.n = (size_t)(at - scratch);
	middle.p = at;
	*at ++ = ' ';
	at += plomb_decimal_put(at, payload.n);
	*at ++ = ' ';
	middle.n = (size_t)(at - middle.p);

	plomb_message_start(message);
	plomb_message_add(message, head);
	plomb_message_add(message, type);
	plomb_message_add(message, middle);
	plomb_message_add(message, payload);
}

/* see candidate.h */
void
plomb_messages_init(plomb_messages *messages, const plomb_candidate *candidate, plomb_message *artifact)
{
	plomb_message_from_bytes(&messages->payload, candidate->payload);
	messages->signed_ = &messages->own;
	switch (candidate->content) {
	case PLOMB_CONTENT_DSSE:
		plomb_dsse_pae(candidate->payload_type, candidate->payload, messages->scratch, &messages->own);
		return;
	case PLOMB_CONTENT_SIMPLESIGNING:
		plomb_message_from_bytes(&messages->own, candidate->payload);
		return;
	case PLOMB_CONTENT_MESSAGE:
		break;
	}
	plomb_message_start(&messages->own);
	messages->signed_ = artifact;
}

/*
 * Bytes in base64. In a bundle protobuf's forms; in a cosign 2 layer what
 * Go's encoding/json reads into a []byte, which is the padded standard form.
 */
static plomb_status
read_bytes(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, int proto, plomb_view *bytes)
{
	plomb_view text;
	plomb_status s;

	if (proto) {
		return plomb_json_base64(ctx->work, doc, value, bytes);
	}
	s = plomb_json_string(ctx->work, doc, value, &text);
	if (s != PLOMB_OK) {
		return s;
	}
	return plomb_base64_decode(ctx->work, text, 0, bytes);
}

/* The one element of "signatures". */
static plomb_status
read_signature(plomb_ctx *ctx, const plomb_json *doc, uint32_t signatures, int proto, unsigned flags,
	plomb_candidate *candidate)
{
	static const char *const names[] = { "sig", "keyid" };
	plomb_view one = PLOMB_LIT("exactly one");
	uint32_t values[2];
	plomb_status s;

	if (signatures != PLOMB_JSON_NONE && plomb_json_typeof(doc, signatures) != PLOMB_JSON_ARRAY) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}

	/*
	 * With several, "the signature" that a log entry or a timestamp is
	 * about would be a matter of opinion (TOB-SIGSTORE-9).
	 */
	if (plomb_json_size(doc, signatures, 1) != 1) {
		return plomb_refuse_text(ctx, PLOMB_DSSE_SIGNATURE_COUNT, "signatures", one, plomb_json_raw(doc, signatures));
	}
	s = plomb_json_members(doc, plomb_json_first(doc, signatures), names, 2, flags, values, NULL);
	if (s != PLOMB_OK) {
		return s;
	}
	if (values[1] != PLOMB_JSON_NONE) {
		s = plomb_json_string(ctx->work, doc, values[1], &candidate->keyid);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	if (values[0] == PLOMB_JSON_NONE) {
		return PLOMB_BUNDLE_SIGNATURE_MISSING;
	}
	s = read_bytes(ctx, doc, values[0], proto, &candidate->signature);
	if (s != PLOMB_OK) {
		return s;
	}
	return candidate->signature.n == 0 ? PLOMB_BUNDLE_SIGNATURE_MISSING : PLOMB_OK;
}

static plomb_status
read_payload_type(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, plomb_candidate *candidate)
{
	plomb_view want = PLOMB_LIT(PLOMB_PAYLOAD_TYPE_INTOTO);
	plomb_status s;

	if (value != PLOMB_JSON_NONE) {
		s = plomb_json_string(ctx->work, doc, value, &candidate->payload_type);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	if (!plomb_view_eq(candidate->payload_type, want)) {
		return plomb_refuse_text(ctx, PLOMB_DSSE_PAYLOAD_TYPE_UNSUPPORTED, "payloadType", want, candidate->payload_type);
	}
	return PLOMB_OK;
}

/* see dsse.h */
plomb_status
plomb_dsse_read(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, int proto, plomb_candidate *candidate)
{
	static const char *const names[] = { "payload", "payloadType", "signatures" };
	unsigned flags = proto ? PLOMB_JSON_PROTO | PLOMB_JSON_STRICT : 0;
	plomb_view none = { NULL, 0 };
	uint32_t values[3];
	plomb_status s;

	candidate->content = PLOMB_CONTENT_DSSE;
	candidate->signature = none;
	candidate->keyid = none;
	candidate->payload = none;
	candidate->payload_type = none;
	s = plomb_json_members(doc, object, names, 3, flags, values, NULL);
	if (s != PLOMB_OK) {
		return s;
	}
	s = read_signature(ctx, doc, values[2], proto, flags, candidate);
	if (s != PLOMB_OK) {
		return s;
	}
	s = read_payload_type(ctx, doc, values[1], candidate);
	if (s != PLOMB_OK) {
		return s;
	}

	/* May be empty, but must be there: PLOMB_JSON_TYPE_MISMATCH if not. */
	return read_bytes(ctx, doc, values[0], proto, &candidate->payload);
}
