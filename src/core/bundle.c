/* see bundle.h */
#include "bundle.h"

#include "base64.h"
#include "dsse.h"
#include "json.h"
#include "refusal.h"

/* What is carried through the reading of one bundle. */
struct reader {
	plomb_ctx *ctx;
	plomb_json doc;
	unsigned flags;
	plomb_candidate *out;
};

/* A proto-JSON object's members; anything undefined is refused. */
static plomb_status
members(const struct reader *r, uint32_t object, const char *const *names, size_t count, uint32_t *values)
{
	return plomb_json_members(&r->doc, object, names, count, PLOMB_JSON_PROTO | PLOMB_JSON_STRICT, values, NULL);
}

/* An absent string is the empty one, as in every protobuf. */
static plomb_status
read_string(const struct reader *r, uint32_t value, plomb_view *out)
{
	out->p = NULL;
	out->n = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	return plomb_json_string(r->ctx->work, &r->doc, value, out);
}

static plomb_status
read_bytes(const struct reader *r, uint32_t value, plomb_view *out)
{
	out->p = NULL;
	out->n = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	return plomb_json_base64(r->ctx->work, &r->doc, value, out);
}

/* An absent integer is 0: protobuf's JSON leaves zeros out. */
static plomb_status
read_int64(const struct reader *r, uint32_t value, int64_t *out)
{
	*out = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	return plomb_json_int64(&r->doc, value, out);
}

/* A message with one bytes field, such as LogId or X509Certificate. */
static plomb_status
read_wrapped_bytes(const struct reader *r, uint32_t object, const char *name, plomb_view *out)
{
	uint32_t value;
	plomb_status s;

	out->p = NULL;
	out->n = 0;
	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(r, object, &name, 1, &value)) != PLOMB_OK) {
		return s;
	}
	return read_bytes(r, value, out);
}

/* The elements of a repeated field: none if it is absent. */
static plomb_status
read_count(const struct reader *r, uint32_t array, uint32_t max, plomb_status over, uint32_t *count)
{
	*count = 0;
	if (array == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(&r->doc, array) != PLOMB_JSON_ARRAY) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	*count = plomb_json_size(&r->doc, array, max);
	return *count > max ? over : PLOMB_OK;
}

static plomb_status
read_media_type(const struct reader *r, uint32_t value)
{
	/* Byte for byte: a version that we do not know may mean something else. */
	static const struct {
		const char *text;
		plomb_format format;
	} known[] = {
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", PLOMB_FORMAT_BUNDLE_0_1 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", PLOMB_FORMAT_BUNDLE_0_2 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.3", PLOMB_FORMAT_BUNDLE_0_3 },
		{ "application/vnd.dev.sigstore.bundle.v0.3+json", PLOMB_FORMAT_BUNDLE_0_3 },
	};
	plomb_view text;
	plomb_status s;
	size_t i;

	if ((s = read_string(r, value, &text)) != PLOMB_OK) {
		return s;
	}
	for (i = 0; i < sizeof known / sizeof known[0]; i ++) {
		if (plomb_view_is(text, known[i].text)) {
			r->out->format = known[i].format;
			return PLOMB_OK;
		}
	}
	return plomb_refuse_text(r->ctx, PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, "media type",
		plomb_view_of(known[3].text), text);
}

/*
 * A root in the chain says "trust me" about itself: refused, as the
 * conformance suite demands. Other certificates are kept but never trusted.
 */
static plomb_status
check_chain_member(plomb_view der)
{
	plomb_cert cert;
	plomb_status s;

	if ((s = plomb_cert_parse(der, &cert)) != PLOMB_OK) {
		return s;
	}
	return plomb_view_eq(cert.issuer, cert.subject) ? PLOMB_BUNDLE_CA_CERT_INCLUDED : PLOMB_OK;
}

static plomb_status
read_chain(const struct reader *r, uint32_t chain)
{
	static const char *const names[] = { "certificates" };
	plomb_view *certs;
	uint32_t array, count, i, at;
	plomb_status s;

	if (r->out->format == PLOMB_FORMAT_BUNDLE_0_3 && (r->flags & PLOMB_ALLOW_CHAIN) == 0) {
		return PLOMB_BUNDLE_CHAIN_NOT_ALLOWED;
	}
	if ((s = members(r, chain, names, 1, &array)) != PLOMB_OK
		|| (s = read_count(r, array, PLOMB_MAX_CHAIN, PLOMB_LIMIT_EXCEEDED, &count)) != PLOMB_OK)
	{
		return s;
	}
	if (count == 0) {
		return PLOMB_BUNDLE_CERT_MISSING;
	}
	certs = plomb_work_take_array(r->ctx->work, count, sizeof *certs);
	if (certs == NULL) {
		return PLOMB_NO_ROOM;
	}
	at = plomb_json_first(&r->doc, array);
	for (i = 0; i < count; i ++) {
		if ((s = read_wrapped_bytes(r, at, "rawBytes", &certs[i])) != PLOMB_OK) {
			return s;
		}
		if (certs[i].n == 0) {
			return PLOMB_BUNDLE_CERT_MISSING;
		}
		if (i > 0 && (s = check_chain_member(certs[i])) != PLOMB_OK) {
			return s;
		}
		at = plomb_json_next(&r->doc, at);
	}
	r->out->material = PLOMB_MATERIAL_CERT;
	r->out->cert = certs[0];
	r->out->chain = certs + 1;
	r->out->chain_count = count - 1;
	return PLOMB_OK;
}

static plomb_status
read_certificate(const struct reader *r, uint32_t certificate)
{
	plomb_status s;

	if ((s = read_wrapped_bytes(r, certificate, "rawBytes", &r->out->cert)) != PLOMB_OK) {
		return s;
	}
	if (r->out->cert.n == 0) {
		return PLOMB_BUNDLE_CERT_MISSING;
	}
	r->out->material = PLOMB_MATERIAL_CERT;
	return PLOMB_OK;
}

static plomb_status
read_public_key(const struct reader *r, uint32_t public_key)
{
	static const char *const names[] = { "hint" };
	uint32_t hint;
	plomb_status s;

	if ((s = members(r, public_key, names, 1, &hint)) != PLOMB_OK) {
		return s;
	}
	r->out->material = PLOMB_MATERIAL_KEY;
	return read_string(r, hint, &r->out->hint);
}

/* Proof hashes become one array of 32 bytes each. */
static plomb_status
read_hashes(const struct reader *r, uint32_t array, plomb_entry *entry)
{
	unsigned char *hashes;
	uint32_t count, i, at;
	plomb_status s;

	if ((s = read_count(r, array, PLOMB_MAX_PROOF_HASHES, PLOMB_TLOG_PROOF_MALFORMED, &count)) != PLOMB_OK
		|| count == 0)
	{
		return s;
	}
	hashes = plomb_work_take_array(r->ctx->work, count, 32);
	if (hashes == NULL) {
		return PLOMB_NO_ROOM;
	}
	at = plomb_json_first(&r->doc, array);
	for (i = 0; i < count; i ++) {
		size_t mark = plomb_work_mark(r->ctx->work);
		plomb_view hash;

		if ((s = plomb_json_base64(r->ctx->work, &r->doc, at, &hash)) != PLOMB_OK) {
			return s;
		}
		if (hash.n != 32) {
			return PLOMB_TLOG_PROOF_MALFORMED;
		}
		memcpy(hashes + 32 * (size_t)i, hash.p, 32);
		plomb_work_release(r->ctx->work, mark);
		at = plomb_json_next(&r->doc, at);
	}
	entry->proof_hashes = hashes;
	entry->proof_count = count;
	return PLOMB_OK;
}

static plomb_status
read_proof(const struct reader *r, uint32_t proof, plomb_entry *entry)
{
	static const char *const names[] = { "logIndex", "rootHash", "treeSize", "hashes", "checkpoint" };
	static const char *const checkpoint_names[] = { "envelope" };
	uint32_t v[5], envelope;
	plomb_status s;

	if (proof == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(r, proof, names, 5, v)) != PLOMB_OK
		|| (s = read_int64(r, v[0], &entry->proof_index)) != PLOMB_OK
		|| (s = read_bytes(r, v[1], &entry->proof_root)) != PLOMB_OK
		|| (s = read_int64(r, v[2], &entry->proof_size)) != PLOMB_OK
		|| (s = read_hashes(r, v[3], entry)) != PLOMB_OK)
	{
		return s;
	}
	entry->has_proof = 1;
	if (v[4] == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(r, v[4], checkpoint_names, 1, &envelope)) != PLOMB_OK) {
		return s;
	}
	return read_string(r, envelope, &entry->checkpoint);
}

static plomb_status
read_kind_version(const struct reader *r, uint32_t kind_version, plomb_entry *entry)
{
	static const char *const names[] = { "kind", "version" };
	uint32_t v[2];
	plomb_status s;

	if (kind_version == PLOMB_JSON_NONE) {
		return PLOMB_TLOG_ENTRY_MALFORMED;
	}
	if ((s = members(r, kind_version, names, 2, v)) != PLOMB_OK
		|| (s = read_string(r, v[0], &entry->kind)) != PLOMB_OK)
	{
		return s;
	}
	return read_string(r, v[1], &entry->version);
}

static plomb_status
read_entry(const struct reader *r, uint32_t object, plomb_entry *entry)
{
	static const char *const names[] = {
		"logIndex", "logId", "kindVersion", "integratedTime",
		"inclusionPromise", "inclusionProof", "canonicalizedBody"
	};
	uint32_t v[7];
	plomb_status s;

	memset(entry, 0, sizeof *entry);
	if ((s = members(r, object, names, 7, v)) != PLOMB_OK
		|| (s = read_int64(r, v[0], &entry->log_index)) != PLOMB_OK
		|| (s = read_wrapped_bytes(r, v[1], "keyId", &entry->log_id)) != PLOMB_OK
		|| (s = read_kind_version(r, v[2], entry)) != PLOMB_OK
		|| (s = read_int64(r, v[3], &entry->integrated_time)) != PLOMB_OK
		|| (s = read_wrapped_bytes(r, v[4], "signedEntryTimestamp", &entry->set)) != PLOMB_OK
		|| (s = read_proof(r, v[5], entry)) != PLOMB_OK
		|| (s = read_bytes(r, v[6], &entry->body)) != PLOMB_OK)
	{
		return s;
	}
	entry->has_log_index = 1;
	return PLOMB_OK;
}

static plomb_status
read_entries(const struct reader *r, uint32_t array)
{
	plomb_entry *entries;
	uint32_t count, i, at;
	plomb_status s;

	if ((s = read_count(r, array, PLOMB_MAX_ENTRIES, PLOMB_BUNDLE_TOO_MANY_ENTRIES, &count)) != PLOMB_OK
		|| count == 0)
	{
		return s;
	}
	entries = plomb_work_take_array(r->ctx->work, count, sizeof *entries);
	if (entries == NULL) {
		return PLOMB_NO_ROOM;
	}
	at = plomb_json_first(&r->doc, array);
	for (i = 0; i < count; i ++) {
		if ((s = read_entry(r, at, &entries[i])) != PLOMB_OK) {
			return s;
		}
		at = plomb_json_next(&r->doc, at);
	}
	r->out->entries = entries;
	r->out->entry_count = count;
	return PLOMB_OK;
}

static plomb_status
read_timestamps(const struct reader *r, uint32_t data)
{
	static const char *const names[] = { "rfc3161Timestamps" };
	plomb_view *tokens;
	uint32_t array, count, i, at;
	plomb_status s;

	if (data == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(r, data, names, 1, &array)) != PLOMB_OK
		|| (s = read_count(r, array, PLOMB_MAX_TIMESTAMPS, PLOMB_BUNDLE_TOO_MANY_ENTRIES, &count)) != PLOMB_OK
		|| count == 0)
	{
		return s;
	}
	tokens = plomb_work_take_array(r->ctx->work, count, sizeof *tokens);
	if (tokens == NULL) {
		return PLOMB_NO_ROOM;
	}
	at = plomb_json_first(&r->doc, array);
	for (i = 0; i < count; i ++) {
		if ((s = read_wrapped_bytes(r, at, "signedTimestamp", &tokens[i])) != PLOMB_OK) {
			return s;
		}
		at = plomb_json_next(&r->doc, at);
	}
	r->out->timestamps = tokens;
	r->out->timestamp_count = count;
	return PLOMB_OK;
}

static plomb_status
read_material(const struct reader *r, uint32_t material)
{
	static const char *const names[] = {
		"certificate", "x509CertificateChain", "publicKey", "tlogEntries", "timestampVerificationData"
	};
	uint32_t v[5];
	int kinds;
	plomb_status s;

	if (material == PLOMB_JSON_NONE) {
		return PLOMB_BUNDLE_MATERIAL_MISSING;
	}
	if ((s = members(r, material, names, 5, v)) != PLOMB_OK) {
		return s;
	}
	kinds = (v[0] != PLOMB_JSON_NONE) + (v[1] != PLOMB_JSON_NONE) + (v[2] != PLOMB_JSON_NONE);
	if (kinds != 1) {
		return kinds == 0 ? PLOMB_BUNDLE_MATERIAL_MISSING : PLOMB_BUNDLE_MATERIAL_AMBIGUOUS;
	}
	s = v[0] != PLOMB_JSON_NONE ? read_certificate(r, v[0])
		: v[1] != PLOMB_JSON_NONE ? read_chain(r, v[1])
		: read_public_key(r, v[2]);
	if (s != PLOMB_OK
		|| (s = read_entries(r, v[3])) != PLOMB_OK)
	{
		return s;
	}
	return read_timestamps(r, v[4]);
}

/*
 * An enum is its name or its number. A hash that we do not have is not a
 * syntax error: it is refused when the digest is compared.
 */
static plomb_status
read_hash_algorithm(const struct reader *r, uint32_t value, plomb_hash *hash, int *given)
{
	static const struct {
		const char *name;
		int64_t number;
		plomb_hash hash;
	} known[] = {
		{ "HASH_ALGORITHM_UNSPECIFIED", 0, PLOMB_HASH_NONE },
		{ "SHA2_256", 1, PLOMB_SHA256 },
		{ "SHA2_384", 2, PLOMB_SHA384 },
		{ "SHA2_512", 3, PLOMB_SHA512 },
		{ "SHA3_256", 4, PLOMB_HASH_NONE },
		{ "SHA3_384", 5, PLOMB_HASH_NONE },
	};
	int is_number;
	int64_t number;
	size_t i;

	*hash = PLOMB_HASH_NONE;
	*given = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	is_number = plomb_json_typeof(&r->doc, value) == PLOMB_JSON_NUMBER;
	if (is_number && plomb_json_int64(&r->doc, value, &number) != PLOMB_OK) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	for (i = 0; i < sizeof known / sizeof known[0]; i ++) {
		if (is_number ? number == known[i].number : plomb_json_is(&r->doc, value, known[i].name)) {
			*hash = known[i].hash;
			*given = known[i].number != 0;
			return PLOMB_OK;
		}
	}
	return PLOMB_JSON_TYPE_MISMATCH;
}

static plomb_status
read_message_signature(const struct reader *r, uint32_t object)
{
	static const char *const names[] = { "messageDigest", "signature" };
	static const char *const digest_names[] = { "algorithm", "digest" };
	plomb_candidate *out = r->out;
	uint32_t v[2], d[2];
	int algorithm_given;
	plomb_status s;

	out->content = PLOMB_CONTENT_MESSAGE;
	if ((s = members(r, object, names, 2, v)) != PLOMB_OK
		|| (s = read_bytes(r, v[1], &out->signature)) != PLOMB_OK)
	{
		return s;
	}
	if (out->signature.n == 0) {
		return PLOMB_BUNDLE_SIGNATURE_MISSING;
	}
	if (v[0] == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(r, v[0], digest_names, 2, d)) != PLOMB_OK
		|| (s = read_hash_algorithm(r, d[0], &out->digest_hash, &algorithm_given)) != PLOMB_OK
		|| (s = read_bytes(r, d[1], &out->digest)) != PLOMB_OK)
	{
		return s;
	}
	/* cosign writes an empty messageDigest beside a pure Ed25519 signature: the same as none. */
	out->has_digest = algorithm_given || out->digest.n != 0;
	return PLOMB_OK;
}

/* see bundle.h */
plomb_status
plomb_bundle_parse(plomb_ctx *ctx, plomb_view text, unsigned flags, plomb_candidate *candidate)
{
	static const char *const names[] = { "mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope" };
	struct reader r;
	uint32_t v[4];
	plomb_status s;

	memset(candidate, 0, sizeof *candidate);
	r.ctx = ctx;
	r.flags = flags;
	r.out = candidate;
	if ((s = plomb_json_parse(ctx->work, text, &r.doc)) != PLOMB_OK
		|| (s = members(&r, 0, names, 4, v)) != PLOMB_OK
		|| (s = read_media_type(&r, v[0])) != PLOMB_OK)
	{
		return s;
	}
	if (v[2] != PLOMB_JSON_NONE && v[3] != PLOMB_JSON_NONE) {
		return PLOMB_BUNDLE_CONTENT_AMBIGUOUS;
	}
	if (v[2] == PLOMB_JSON_NONE && v[3] == PLOMB_JSON_NONE) {
		return PLOMB_BUNDLE_CONTENT_MISSING;
	}
	if ((s = read_material(&r, v[1])) != PLOMB_OK) {
		return s;
	}
	s = v[2] != PLOMB_JSON_NONE ? read_message_signature(&r, v[2])
		: plomb_dsse_read(ctx, &r.doc, v[3], 1, candidate);
	candidate->stamped = candidate->signature;
	return s;
}
