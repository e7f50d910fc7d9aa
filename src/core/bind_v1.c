#include "bind.h"

#include "base64.h"
#include "pem.h"
#include "refusal.h"

/* {"algorithm":…,"value":…} of a Rekor v1 body. */
typedef struct {
	plomb_hash hash;
	plomb_view value; /* lower-case hex */
	unsigned char bytes[PLOMB_MAX_HASH_LEN];
} logged_hash;

static plomb_status
read_hash(plomb_binding *b, uint32_t object, logged_hash *out)
{
	static const char *const NAMES[] = { "algorithm", "value" };
	plomb_view algorithm;
	uint32_t v[2];
	plomb_status s;

	memset(out, 0, sizeof *out);
	if ((s = plomb_bind_members(b, object, NAMES, 2, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[0], &algorithm)) != PLOMB_OK) {
		return s;
	}
	out->hash = plomb_hash_named(algorithm);
	if (out->hash == PLOMB_HASH_NONE) {
		return PLOMB_TLOG_BODY_MALFORMED;
	}
	if ((s = plomb_bind_string(b, v[1], &out->value)) != PLOMB_OK) {
		return s;
	}
	if (plomb_hex_decode(out->value, out->bytes, plomb_hash_len(out->hash)) != PLOMB_OK) {
		return PLOMB_TLOG_BODY_MALFORMED;
	}
	return PLOMB_OK;
}

/* The logged hash is this message's. */
static plomb_status
match_hash(plomb_binding *b, const char *what, const logged_hash *logged, plomb_message *message)
{
	plomb_view digest;
	plomb_status s;

	if ((s = plomb_bind_digest(b, message, logged->hash, &digest)) != PLOMB_OK) {
		return s;
	}
	if (memcmp(digest.p, logged->bytes, digest.n) == 0) {
		return PLOMB_OK;
	}
	return plomb_bind_refuse(b, PLOMB_TLOG_DIGEST_MISMATCH, what,
		plomb_refusal_hex(b->ctx, digest), logged->value);
}

static plomb_status
decode(plomb_binding *b, plomb_view text, plomb_view *bytes)
{
	plomb_status s = plomb_base64_decode(b->ctx->work, text, 0, bytes);

	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_TLOG_BODY_MALFORMED;
}

/*
 * base64 of PEM of the candidate's certificate or key. The DER is compared,
 * because line ends in the PEM vary.
 */
static plomb_status
match_pem(plomb_binding *b, plomb_view text)
{
	plomb_view pem, label, der;
	plomb_status s;
	int is_label;

	if ((s = decode(b, text, &pem)) != PLOMB_OK) {
		return s;
	}
	s = plomb_pem_one(b->ctx->work, pem, &label, &der);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_TLOG_BODY_MALFORMED;
	}
	is_label = plomb_view_is(label, b->cert != NULL ? "CERTIFICATE" : "PUBLIC KEY");
	if (!is_label || !plomb_view_eq(der, plomb_bind_der(b))) {
		return plomb_bind_refuse_key(b, der);
	}
	return PLOMB_OK;
}

/* {NAME:"…"} with one member. */
static plomb_status
read_single(plomb_binding *b, uint32_t object, const char *name, plomb_view *text)
{
	uint32_t v[1];
	plomb_status s;

	if ((s = plomb_bind_members(b, object, &name, 1, v)) != PLOMB_OK) {
		return s;
	}
	return plomb_bind_string(b, v[0], text);
}

/* see bind.h */
plomb_status
plomb_bind_hashedrekord_v001(plomb_binding *b)
{
	static const char *const SPEC[] = { "signature", "data" };
	static const char *const SIGNATURE[] = { "content", "publicKey" };
	static const char *const DATA[] = { "hash" };
	uint32_t spec[2], sig[2], data[1];
	plomb_view signature, pem;
	logged_hash logged;
	plomb_status s;

	if ((s = plomb_bind_members(b, b->spec, SPEC, 2, spec)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, spec[0], SIGNATURE, 2, sig)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, spec[1], DATA, 1, data)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, sig[0], &signature)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_single(b, sig[1], "content", &pem)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_hash(b, data[0], &logged)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_signature(b, signature)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_pem(b, pem)) != PLOMB_OK) {
		return s;
	}
	return match_hash(b, "data.hash", &logged, b->messages->signed_);
}

/*
 * The only element of an array: an envelope has one signature
 * (TOB-SIGSTORE-9), so an entry about several is about another envelope.
 */
static plomb_status
only_element(plomb_binding *b, uint32_t array, uint32_t *element)
{
	if (plomb_json_typeof(&b->doc, array) != PLOMB_JSON_ARRAY) {
		return PLOMB_TLOG_BODY_MALFORMED;
	}
	if (plomb_json_size(&b->doc, array, 1) != 1) {
		return plomb_bind_refuse(b, PLOMB_TLOG_SIGNATURE_MISMATCH,
			"number of signatures", plomb_view_of("1"), plomb_nothing);
	}
	*element = plomb_json_first(&b->doc, array);
	return PLOMB_OK;
}

/*
 * A hash of the envelope as it was uploaded. A bundle does not keep those
 * bytes; a cosign 2 layer consists of them.
 */
static plomb_status
match_envelope(plomb_binding *b, const logged_hash *logged)
{
	plomb_message envelope;

	if (b->candidate->envelope.n == 0) {
		return PLOMB_OK;
	}
	/* Such a layer has one log entry: nobody will ask a second time. */
	plomb_message_from_bytes(&envelope, b->candidate->envelope);
	return match_hash(b, "envelope hash", logged, &envelope);
}

/* see bind.h */
plomb_status
plomb_bind_dsse_v001(plomb_binding *b)
{
	static const char *const SPEC[] = { "signatures", "payloadHash", "envelopeHash" };
	static const char *const SIGNATURE[] = { "signature", "verifier" };
	uint32_t spec[3], sig[2], element;
	logged_hash payload, envelope;
	plomb_view signature, pem;
	plomb_status s;

	if ((s = plomb_bind_members(b, b->spec, SPEC, 3, spec)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_hash(b, spec[1], &payload)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_hash(b, spec[2], &envelope)) != PLOMB_OK) {
		return s;
	}
	if ((s = only_element(b, spec[0], &element)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, element, SIGNATURE, 2, sig)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, sig[0], &signature)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, sig[1], &pem)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_signature(b, signature)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_pem(b, pem)) != PLOMB_OK) {
		return s;
	}
	/* Of the payload itself, not of its PAE: that is Rekor v2. */
	if ((s = match_hash(b, "payloadHash", &payload, &b->messages->payload)) != PLOMB_OK) {
		return s;
	}
	return match_envelope(b, &envelope);
}

/* see bind.h */
plomb_status
plomb_bind_intoto_v001(plomb_binding *b)
{
	static const char *const SPEC[] = { "content", "publicKey" };
	static const char *const BODY[] = { "hash", "payloadHash" };
	uint32_t spec[2], content[2];
	logged_hash envelope, payload;
	plomb_view pem;
	plomb_status s;

	/*
	 * This kind holds no signature: only the hash of the envelope's bytes
	 * binds it, and a bundle does not have those.
	 */
	if (b->candidate->envelope.n == 0) {
		return plomb_bind_refuse(b, PLOMB_TLOG_KIND_UNSUPPORTED, "kind",
			plomb_nothing, plomb_view_of("intoto 0.0.1"));
	}
	if ((s = plomb_bind_members(b, b->spec, SPEC, 2, spec)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, spec[0], BODY, 2, content)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_hash(b, content[0], &envelope)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, spec[1], &pem)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_pem(b, pem)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_envelope(b, &envelope)) != PLOMB_OK) {
		return s;
	}
	if (content[1] == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = read_hash(b, content[1], &payload)) != PLOMB_OK) {
		return s;
	}
	return match_hash(b, "payloadHash", &payload, &b->messages->payload);
}

/* What an intoto 0.0.2 entry keeps of the envelope. */
typedef struct {
	plomb_view signature; /* base64 of base64 */
	plomb_view pem;       /* base64 of PEM */
	plomb_view payload;   /* base64 of base64; absent if the server stripped it */
	plomb_view type;
} logged_envelope;

static plomb_status
read_envelope(plomb_binding *b, uint32_t object, logged_envelope *out)
{
	static const char *const NAMES[] = { "payload", "payloadType", "signatures" };
	static const char *const SIGNATURE[] = { "sig", "publicKey", "keyid" };
	uint32_t v[3], sig[3], element;
	plomb_status s;

	memset(out, 0, sizeof *out);
	if ((s = plomb_bind_members(b, object, NAMES, 3, v)) != PLOMB_OK) {
		return s;
	}
	if (v[0] != PLOMB_JSON_NONE && (s = plomb_bind_string(b, v[0], &out->payload)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[1], &out->type)) != PLOMB_OK) {
		return s;
	}
	if ((s = only_element(b, v[2], &element)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, element, SIGNATURE, 3, sig)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, sig[0], &out->signature)) != PLOMB_OK) {
		return s;
	}
	return plomb_bind_string(b, sig[1], &out->pem);
}

/* The payload and its type, where the entry kept them. */
static plomb_status
match_payload(plomb_binding *b, const logged_envelope *logged)
{
	plomb_view inner;
	plomb_status s;

	if (!plomb_view_eq(logged->type, b->candidate->payload_type)) {
		return plomb_bind_refuse(b, PLOMB_TLOG_DIGEST_MISMATCH, "payloadType",
			b->candidate->payload_type, logged->type);
	}
	if (logged->payload.n == 0) {
		return PLOMB_OK;
	}
	if ((s = decode(b, logged->payload, &inner)) != PLOMB_OK) {
		return s;
	}
	if (!plomb_base64_eq(inner, b->candidate->payload)) {
		return plomb_bind_refuse(b, PLOMB_TLOG_DIGEST_MISMATCH, "payload", plomb_nothing, plomb_nothing);
	}
	return PLOMB_OK;
}

/* see bind.h */
plomb_status
plomb_bind_intoto_v002(plomb_binding *b)
{
	static const char *const SPEC[] = { "content" };
	static const char *const BODY[] = { "envelope", "hash", "payloadHash" };
	uint32_t spec[1], content[3];
	logged_hash envelope, payload;
	logged_envelope logged;
	plomb_view inner;
	plomb_status s;

	if ((s = plomb_bind_members(b, b->spec, SPEC, 1, spec)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, spec[0], BODY, 3, content)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_hash(b, content[1], &envelope)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_hash(b, content[2], &payload)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_envelope(b, content[0], &logged)) != PLOMB_OK) {
		return s;
	}
	/* The server encodes the envelope's base64 text once more. */
	if ((s = decode(b, logged.signature, &inner)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_signature(b, inner)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_pem(b, logged.pem)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_hash(b, "payloadHash", &payload, &b->messages->payload)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_payload(b, &logged)) != PLOMB_OK) {
		return s;
	}
	return match_envelope(b, &envelope);
}
