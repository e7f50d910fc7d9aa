#include "bind.h"

#include "base64.h"
#include "refusal.h"

/* {"keyDetails":…,"publicKey"|"x509Certificate":{"rawBytes":…}} */
typedef struct {
	plomb_view key_details;
	plomb_view raw; /* base64 of DER */
	int is_cert;
} logged_verifier;

/* {"algorithm":…,"digest":…} */
typedef struct {
	plomb_hash hash;
	plomb_view algorithm;
	plomb_view digest; /* base64 */
} logged_digest;

static plomb_status
read_digest(plomb_binding *b, uint32_t object, logged_digest *out)
{
	static const char *const NAMES[] = { "algorithm", "digest" };
	uint32_t v[2];
	plomb_status s;

	memset(out, 0, sizeof *out);
	if ((s = plomb_bind_members(b, object, NAMES, 2, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[0], &out->algorithm)) != PLOMB_OK) {
		return s;
	}
	if (plomb_view_is(out->algorithm, "SHA2_256")) {
		out->hash = PLOMB_SHA256;
	} else if (plomb_view_is(out->algorithm, "SHA2_384")) {
		out->hash = PLOMB_SHA384;
	} else if (plomb_view_is(out->algorithm, "SHA2_512")) {
		out->hash = PLOMB_SHA512;
	} else {
		return PLOMB_TLOG_BODY_MALFORMED;
	}
	return plomb_bind_string(b, v[1], &out->digest);
}

static plomb_status
read_verifier(plomb_binding *b, uint32_t object, logged_verifier *out)
{
	static const char *const NAMES[] = { "keyDetails", "publicKey", "x509Certificate" };
	static const char *const RAW[] = { "rawBytes" };
	uint32_t v[3], raw[1];
	plomb_status s;

	memset(out, 0, sizeof *out);
	if ((s = plomb_bind_members(b, object, NAMES, 3, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[0], &out->key_details)) != PLOMB_OK) {
		return s;
	}
	out->is_cert = v[2] != PLOMB_JSON_NONE;
	if (out->is_cert == (v[1] != PLOMB_JSON_NONE)) {
		return PLOMB_TLOG_BODY_MALFORMED;
	}
	if ((s = plomb_bind_members(b, out->is_cert ? v[2] : v[1], RAW, 1, raw)) != PLOMB_OK) {
		return s;
	}
	return plomb_bind_string(b, raw[0], &out->raw);
}

/* {"content":…,"verifier":{…}} */
static plomb_status
read_signature(plomb_binding *b, uint32_t object, plomb_view *content, logged_verifier *verifier)
{
	static const char *const NAMES[] = { "content", "verifier" };
	uint32_t v[2];
	plomb_status s;

	if ((s = plomb_bind_members(b, object, NAMES, 2, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[0], content)) != PLOMB_OK) {
		return s;
	}
	return read_verifier(b, v[1], verifier);
}

/* The logged DER for a report; the text itself if it is not base64. */
static plomb_status
refuse_verifier(plomb_binding *b, const logged_verifier *logged)
{
	plomb_view der;

	if (plomb_base64_decode(b->ctx->work, logged->raw, 0, &der) != PLOMB_OK) {
		der = logged->raw;
	}
	return plomb_bind_refuse_key(b, der);
}

/* The verifier is the candidate's certificate or key. */
static plomb_status
match_verifier(plomb_binding *b, const logged_verifier *logged)
{
	if (logged->is_cert != (b->cert != NULL) || !plomb_base64_eq(logged->raw, plomb_bind_der(b))) {
		return refuse_verifier(b, logged);
	}
	return PLOMB_OK;
}

/* keyDetails name the candidate's key; under this hash, unless it is NONE. */
static plomb_status
match_details(plomb_binding *b, const logged_verifier *logged, plomb_hash hash)
{
	const plomb_key_details *row;
	plomb_view name = plomb_nothing;
	size_t i;

	for (i = 0; (row = plomb_key_details_at(i)) != NULL; i ++) {
		if (!row->logged || row->kind != b->key->kind || row->modulus != b->key->n.n) {
			continue;
		}
		if (hash != PLOMB_HASH_NONE && row->hash != hash) {
			continue;
		}
		name = plomb_view_of(row->name);
		if (plomb_view_eq(name, logged->key_details)) {
			return PLOMB_OK;
		}
	}
	return plomb_bind_refuse(b, PLOMB_TLOG_KEY_MISMATCH, "keyDetails", name, logged->key_details);
}

static plomb_status
match_digest(plomb_binding *b, const char *what, const logged_digest *logged,
	plomb_message *message, plomb_view *digest)
{
	plomb_status s;

	if ((s = plomb_bind_digest(b, message, logged->hash, digest)) != PLOMB_OK) {
		return s;
	}
	if (plomb_base64_eq(logged->digest, *digest)) {
		return PLOMB_OK;
	}
	return plomb_bind_refuse(b, PLOMB_TLOG_DIGEST_MISMATCH, what,
		plomb_refusal_base64(b->ctx, *digest), logged->digest);
}

/* Does text come next at *at? Then it is stepped over. */
static int
take(plomb_view body, size_t *at, plomb_view text)
{
	if (!plomb_view_eq(plomb_view_cut(body, *at, text.n), text)) {
		return 0;
	}
	*at += text.n;
	return 1;
}

static int
take_literal(plomb_view body, size_t *at, const char *literal)
{
	return take(body, at, plomb_view_of(literal));
}

static int
take_base64(plomb_view body, size_t *at, plomb_view bytes)
{
	size_t n = plomb_base64_encoded_len(bytes.n);

	if (!plomb_base64_eq(plomb_view_cut(body, *at, n), bytes)) {
		return 0;
	}
	*at += n;
	return 1;
}

/*
 * The body is byte for byte what is rebuilt here from the candidate's own
 * values, so that the leaf which the log proves is the leaf of this signature
 * and nothing else can hide in it.
 */
static int
is_rebuilt(const plomb_binding *b, const logged_digest *logged,
	const logged_verifier *verifier, plomb_view digest)
{
	plomb_view body = b->entry->body;
	size_t at = 0;

	return take_literal(body, &at, "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\","
			"\"spec\":{\"hashedRekordV002\":{\"data\":{\"algorithm\":\"")
		&& take(body, &at, logged->algorithm)
		&& take_literal(body, &at, "\",\"digest\":\"")
		&& take_base64(body, &at, digest)
		&& take_literal(body, &at, "\"},\"signature\":{\"content\":\"")
		&& take_base64(body, &at, b->candidate->signature)
		&& take_literal(body, &at, "\",\"verifier\":{\"keyDetails\":\"")
		&& take(body, &at, verifier->key_details)
		&& take_literal(body, &at, b->cert != NULL
			? "\",\"x509Certificate\":{\"rawBytes\":\"" : "\",\"publicKey\":{\"rawBytes\":\"")
		&& take_base64(body, &at, plomb_bind_der(b))
		&& take_literal(body, &at, "\"}}}}}}")
		&& at == body.n;
}

/* see bind.h */
plomb_status
plomb_bind_hashedrekord_v002(plomb_binding *b)
{
	static const char *const SPEC[] = { "hashedRekordV002" };
	static const char *const RECORD[] = { "data", "signature" };
	uint32_t spec[1], record[2];
	plomb_view signature, digest;
	logged_verifier verifier;
	logged_digest logged;
	plomb_status s;

	if ((s = plomb_bind_members(b, b->spec, SPEC, 1, spec)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, spec[0], RECORD, 2, record)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_digest(b, record[0], &logged)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_signature(b, record[1], &signature, &verifier)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_signature(b, signature)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_verifier(b, &verifier)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_details(b, &verifier, logged.hash)) != PLOMB_OK) {
		return s;
	}
	/* Of an envelope the PAE is logged: what was signed, unlike in v1. */
	if ((s = match_digest(b, "data.digest", &logged, b->messages->signed_, &digest)) != PLOMB_OK) {
		return s;
	}
	return is_rebuilt(b, &logged, &verifier, digest) ? PLOMB_OK
		: plomb_bind_refuse(b, PLOMB_TLOG_BODY_NOT_CANONICAL, "canonicalizedBody",
			plomb_nothing, b->entry->body);
}

/*
 * Written by the first clients of Rekor v2 and since refused by its server;
 * read so that those signatures keep verifying. The hash is of the payload.
 * see bind.h
 */
plomb_status
plomb_bind_dsse_v002(plomb_binding *b)
{
	static const char *const SPEC[] = { "dsseV002" };
	static const char *const RECORD[] = { "payloadHash", "signatures" };
	uint32_t spec[1], record[2];
	plomb_view signature, digest;
	logged_verifier verifier;
	logged_digest logged;
	plomb_status s;

	if ((s = plomb_bind_members(b, b->spec, SPEC, 1, spec)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_members(b, spec[0], RECORD, 2, record)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_digest(b, record[0], &logged)) != PLOMB_OK) {
		return s;
	}
	if (plomb_json_typeof(&b->doc, record[1]) != PLOMB_JSON_ARRAY) {
		return PLOMB_TLOG_BODY_MALFORMED;
	}
	/* An envelope has one signature (TOB-SIGSTORE-9). */
	if (plomb_json_size(&b->doc, record[1], 1) != 1) {
		return plomb_bind_refuse(b, PLOMB_TLOG_SIGNATURE_MISMATCH, "number of signatures",
			plomb_view_of("1"), plomb_nothing);
	}
	s = read_signature(b, plomb_json_first(&b->doc, record[1]), &signature, &verifier);
	if (s != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_signature(b, signature)) != PLOMB_OK) {
		return s;
	}
	if ((s = match_verifier(b, &verifier)) != PLOMB_OK) {
		return s;
	}
	/* The payload's hash is SHA-256 whatever the key signs with. */
	if ((s = match_details(b, &verifier, PLOMB_HASH_NONE)) != PLOMB_OK) {
		return s;
	}
	return match_digest(b, "payloadHash", &logged, &b->messages->payload, &digest);
}
