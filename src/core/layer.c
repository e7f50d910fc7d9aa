/* see layer.h */
#include "layer.h"

#include "base64.h"
#include "dsse.h"
#include "json.h"
#include "pem.h"

/* The JSON of an annotation is written by cosign's Go: standard base64, unknown members ignored. */
static plomb_status
open_object(plomb_ctx *ctx, plomb_view text, const char *const *names, size_t count, plomb_json *doc, uint32_t *values)
{
	plomb_status s;

	if ((s = plomb_json_parse(ctx->work, text, doc)) == PLOMB_OK) {
		s = plomb_json_members(doc, 0, names, count, 0, values, NULL);
	}
	return s;
}

/* Everything that can be wrong with an annotation's JSON is one reason; too little room is another. */
static plomb_status
as_annotation(plomb_status s)
{
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_LAYER_ANNOTATION_MALFORMED;
}

static plomb_status
read_base64(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, plomb_view *out)
{
	plomb_view text;
	plomb_status s;

	if ((s = plomb_json_string(ctx->work, doc, value, &text)) != PLOMB_OK) {
		return s;
	}
	return plomb_base64_decode(ctx->work, text, 0, out);
}

static plomb_status
read_log_id(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, plomb_view *out)
{
	unsigned char *id = plomb_work_take(ctx->work, 32);
	plomb_view text;
	plomb_status s;

	if (id == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = plomb_json_string(ctx->work, doc, value, &text)) != PLOMB_OK
		|| (s = plomb_hex_decode(text, id, 32)) != PLOMB_OK)
	{
		return s;
	}
	out->p = id;
	out->n = 32;
	return PLOMB_OK;
}

/* {"SignedEntryTimestamp":…,"Payload":{…}}: what the SET is over, and the SET (SPEC 10.2). */
static plomb_status
read_rekor_bundle(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_entry *entry)
{
	static const char *const names[] = { "SignedEntryTimestamp", "Payload" };
	static const char *const payload_names[] = { "body", "integratedTime", "logIndex", "logID" };
	uint32_t v[2], p[4];
	plomb_status s;

	memset(entry, 0, sizeof *entry);
	if ((s = plomb_json_members(doc, object, names, 2, 0, v, NULL)) != PLOMB_OK
		|| (s = plomb_json_members(doc, v[1], payload_names, 4, 0, p, NULL)) != PLOMB_OK
		|| (s = read_base64(ctx, doc, v[0], &entry->set)) != PLOMB_OK
		|| (s = read_base64(ctx, doc, p[0], &entry->body)) != PLOMB_OK
		|| (s = plomb_json_int64(doc, p[1], &entry->integrated_time)) != PLOMB_OK
		|| (s = plomb_json_int64(doc, p[2], &entry->log_index)) != PLOMB_OK
		|| (s = read_log_id(ctx, doc, p[3], &entry->log_id)) != PLOMB_OK)
	{
		return s;
	}
	entry->has_log_index = 1;
	return PLOMB_OK;
}

static plomb_status
add_entry(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_candidate *candidate)
{
	plomb_entry *entry = plomb_work_take(ctx->work, sizeof *entry);
	plomb_status s;

	if (entry == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = read_rekor_bundle(ctx, doc, object, entry)) != PLOMB_OK) {
		return s;
	}
	candidate->entries = entry;
	candidate->entry_count = 1;
	return PLOMB_OK;
}

static plomb_status
read_bundle_annotation(plomb_ctx *ctx, plomb_view text, plomb_candidate *candidate)
{
	plomb_json doc;
	plomb_status s;

	if (text.p == NULL) {
		return PLOMB_OK;
	}
	if ((s = plomb_json_parse(ctx->work, text, &doc)) == PLOMB_OK) {
		s = add_entry(ctx, &doc, 0, candidate);
	}
	return as_annotation(s);
}

/* {"SignedRFC3161Timestamp":"…"}, or (beside a file) the response's own DER. */
static plomb_status
read_timestamp(plomb_ctx *ctx, plomb_view text, int der_allowed, plomb_candidate *candidate)
{
	static const char *const names[] = { "SignedRFC3161Timestamp" };
	plomb_view *token;
	plomb_json doc;
	uint32_t value;
	plomb_status s;

	if (text.p == NULL) {
		return PLOMB_OK;
	}
	token = plomb_work_take(ctx->work, sizeof *token);
	if (token == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (der_allowed && text.n != 0 && text.p[0] == 0x30) {
		*token = text;
	} else if ((s = open_object(ctx, text, names, 1, &doc, &value)) != PLOMB_OK
		|| (s = read_base64(ctx, &doc, value, token)) != PLOMB_OK)
	{
		return as_annotation(s);
	}
	candidate->timestamps = token;
	candidate->timestamp_count = 1;
	return PLOMB_OK;
}

static plomb_status
as_cert(plomb_status s)
{
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_CERT_MALFORMED;
}

/* The first certificate of the PEM is the leaf; what follows it was never used by cosign either. */
static plomb_status
read_certificate(plomb_ctx *ctx, plomb_view pem, plomb_candidate *candidate)
{
	plomb_view label;
	size_t at = 0;
	plomb_status s;

	if (pem.p == NULL || pem.n == 0) {
		candidate->material = PLOMB_MATERIAL_NONE;
		return PLOMB_OK;
	}
	s = plomb_pem_next(ctx->work, pem, &at, &label, &candidate->cert);
	if (s != PLOMB_OK || !plomb_view_is(label, "CERTIFICATE")) {
		return as_cert(s == PLOMB_OK ? PLOMB_CERT_MALFORMED : s);
	}
	candidate->material = PLOMB_MATERIAL_CERT;
	return PLOMB_OK;
}

static plomb_status
read_chain(plomb_ctx *ctx, plomb_view pem, plomb_candidate *candidate)
{
	plomb_view *certs, label;
	size_t at = 0, count = 0;
	plomb_status s;

	if (pem.p == NULL || pem.n == 0) {
		return PLOMB_OK;
	}
	certs = plomb_work_take_array(ctx->work, PLOMB_MAX_CHAIN, sizeof *certs);
	if (certs == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (;;) {
		plomb_view der;

		s = plomb_pem_next(ctx->work, pem, &at, &label, &der);
		if (s == PLOMB_UNSET) {
			break;
		}
		if (s != PLOMB_OK || !plomb_view_is(label, "CERTIFICATE")) {
			return as_cert(s == PLOMB_OK ? PLOMB_CERT_MALFORMED : s);
		}
		if (count == PLOMB_MAX_CHAIN) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		certs[count ++] = der;
	}
	candidate->chain = certs;
	candidate->chain_count = count;
	return PLOMB_OK;
}

/* What simple signing and attestation layers have in common: all but the signed bytes. */
static plomb_status
read_annotations(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate)
{
	plomb_status s;

	if (layer->signature.p == NULL) {
		return PLOMB_LAYER_SIGNATURE_MISSING;
	}
	if ((s = read_certificate(ctx, layer->certificate, candidate)) != PLOMB_OK
		|| (s = read_chain(ctx, layer->chain, candidate)) != PLOMB_OK
		|| (s = read_bundle_annotation(ctx, layer->bundle, candidate)) != PLOMB_OK)
	{
		return s;
	}
	return read_timestamp(ctx, layer->timestamp, 0, candidate);
}

/* see layer.h */
plomb_status
plomb_layer_parse_simplesigning(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate)
{
	plomb_status s;

	memset(candidate, 0, sizeof *candidate);
	candidate->format = PLOMB_FORMAT_SIMPLESIGNING;
	candidate->content = PLOMB_CONTENT_SIMPLESIGNING;
	candidate->payload = layer->payload;
	/* A simple signing payload has a few hundred bytes; only attestations are large (SPEC 10.2). */
	if (layer->payload.n > PLOMB_MAX_BUNDLE_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if ((s = read_annotations(ctx, layer, candidate)) != PLOMB_OK
		|| (s = plomb_base64_decode(ctx->work, layer->signature, 0, &candidate->signature)) != PLOMB_OK)
	{
		return s;
	}
	candidate->stamped = candidate->signature;
	return candidate->signature.n == 0 ? PLOMB_BUNDLE_SIGNATURE_MISSING : PLOMB_OK;
}

/* see layer.h */
plomb_status
plomb_layer_parse_envelope(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate)
{
	plomb_json doc;
	plomb_status s;

	memset(candidate, 0, sizeof *candidate);
	candidate->format = PLOMB_FORMAT_DSSE;
	candidate->content = PLOMB_CONTENT_DSSE;
	if ((s = read_annotations(ctx, layer, candidate)) != PLOMB_OK
		|| (s = plomb_json_parse(ctx->work, layer->payload, &doc)) != PLOMB_OK
		|| (s = plomb_dsse_read(ctx, &doc, 0, 0, candidate)) != PLOMB_OK)
	{
		return s;
	}
	/* cosign stamps and logs the envelope as it was uploaded: these very bytes. */
	candidate->envelope = layer->payload;
	candidate->stamped = layer->payload;
	return PLOMB_OK;
}

/* ------------------------------------------------------- files side by side */

static plomb_view
trim(plomb_view text)
{
	while (text.n != 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r' || text.p[text.n - 1] == ' ')) {
		text.n --;
	}
	return text;
}

/* cosign writes base64; openssl writes the bytes. */
static plomb_status
read_signature_file(plomb_ctx *ctx, plomb_view file, plomb_view *signature)
{
	plomb_status s = plomb_base64_decode(ctx->work, trim(file), 0, signature);

	if (s == PLOMB_BASE64_INVALID) {
		*signature = file;
		return PLOMB_OK;
	}
	return s;
}

/* PEM, DER, or (as sign-blob --output-certificate writes it) base64 of PEM. */
static plomb_status
read_certificate_file(plomb_ctx *ctx, plomb_view file, plomb_candidate *candidate)
{
	plomb_view pem;
	plomb_status s;

	if (file.p == NULL || file.n == 0) {
		candidate->material = PLOMB_MATERIAL_NONE;
		return PLOMB_OK;
	}
	if (file.p[0] == 0x30) {
		candidate->material = PLOMB_MATERIAL_CERT;
		candidate->cert = file;
		return PLOMB_OK;
	}
	s = plomb_base64_decode(ctx->work, trim(file), 0, &pem);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	return read_certificate(ctx, s == PLOMB_OK ? pem : file, candidate);
}

/*
 * cosign 2's blob bundle {"base64Signature","cert","rekorBundle"}, or what
 * stands under rekorBundle alone. What the options give apart wins over what
 * the file holds; the log entry must fit whichever it is.
 */
static plomb_status
read_blob_bundle(plomb_ctx *ctx, plomb_view text, plomb_view *signature, plomb_view *certificate, plomb_candidate *candidate)
{
	static const char *const names[] = { "base64Signature", "cert", "rekorBundle" };
	plomb_json doc;
	uint32_t v[3];
	plomb_status s;

	if ((s = open_object(ctx, text, names, 3, &doc, v)) != PLOMB_OK) {
		return s;
	}
	if (v[0] == PLOMB_JSON_NONE && v[1] == PLOMB_JSON_NONE && v[2] == PLOMB_JSON_NONE) {
		return add_entry(ctx, &doc, 0, candidate);
	}
	if (v[0] != PLOMB_JSON_NONE && signature->p == NULL
		&& (s = plomb_json_string(ctx->work, &doc, v[0], signature)) != PLOMB_OK)
	{
		return s;
	}
	if (v[1] != PLOMB_JSON_NONE && certificate->p == NULL
		&& (s = plomb_json_string(ctx->work, &doc, v[1], certificate)) != PLOMB_OK)
	{
		return s;
	}
	return v[2] == PLOMB_JSON_NONE ? PLOMB_OK : add_entry(ctx, &doc, v[2], candidate);
}

/* see layer.h */
plomb_status
plomb_layer_parse_detached(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate)
{
	plomb_view signature = layer->signature, certificate = layer->certificate;
	plomb_status s;

	memset(candidate, 0, sizeof *candidate);
	candidate->format = PLOMB_FORMAT_DETACHED;
	candidate->content = PLOMB_CONTENT_MESSAGE;
	if (layer->bundle.p != NULL
		&& (s = as_annotation(read_blob_bundle(ctx, layer->bundle, &signature, &certificate, candidate))) != PLOMB_OK)
	{
		return s;
	}
	if (signature.p == NULL || signature.n == 0) {
		return PLOMB_BUNDLE_SIGNATURE_MISSING;
	}
	if ((s = read_signature_file(ctx, signature, &candidate->signature)) != PLOMB_OK
		|| (s = read_certificate_file(ctx, certificate, candidate)) != PLOMB_OK
		|| (s = read_chain(ctx, layer->chain, candidate)) != PLOMB_OK
		|| (s = read_timestamp(ctx, layer->timestamp, 1, candidate)) != PLOMB_OK)
	{
		return s;
	}
	candidate->stamped = candidate->signature;
	return PLOMB_OK;
}
