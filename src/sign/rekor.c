/* see rekor.h */
#include "rekor.h"

#include "../core/base64.h"
#include "../core/hash.h"
#include "../core/json.h"

#define MAX_PROOF_HASHES 64

/* ----------------------------------------------------------------- requests */

/* The certificate or the key as Rekor 1 takes both: PEM. */
static plomb_status
signer_pem(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view *pem)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, ctx->work);
	if (request->certificate.n != 0) {
		plomb_write_pem(&writer, "CERTIFICATE", request->certificate);
	} else {
		plomb_write_pem(&writer, "PUBLIC KEY", request->key->spki);
	}
	return plomb_writer_end(&writer, pem);
}

static plomb_status
digest_of(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view *digest)
{
	digest->p = request->hash == PLOMB_HASH_NONE ? NULL : plomb_message_digest(request->message, ctx->crypto, request->hash);
	digest->n = plomb_hash_len(request->hash);
	return digest->p == NULL ? PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED : PLOMB_OK;
}

static plomb_status
request_dsse(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view pem, plomb_view *json)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{\"apiVersion\":\"0.0.1\",\"kind\":\"dsse\",\"spec\":{\"proposedContent\":{\"envelope\":");
	plomb_write_json(&writer, request->envelope);
	plomb_write_str(&writer, ",\"verifiers\":[");
	plomb_write_json_base64(&writer, pem);
	plomb_write_str(&writer, "]}}}");
	return plomb_writer_end(&writer, json);
}

/* see rekor.h */
plomb_status
plomb_rekor_v1_request(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view *json)
{
	plomb_view pem, digest;
	plomb_writer writer;
	plomb_status s;

	json->p = NULL;
	json->n = 0;
	if ((s = signer_pem(ctx, request, &pem)) != PLOMB_OK) {
		return s;
	}
	if (request->envelope.p != NULL) {
		return request_dsse(ctx, request, pem, json);
	}
	if ((s = digest_of(ctx, request, &digest)) != PLOMB_OK) {
		return s;
	}
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{\"signature\":{\"content\":");
	plomb_write_json_base64(&writer, request->signature);
	plomb_write_str(&writer, ",\"publicKey\":{\"content\":");
	plomb_write_json_base64(&writer, pem);
	plomb_write_str(&writer, "}},\"data\":{\"hash\":{\"algorithm\":\"");
	plomb_write_str(&writer, plomb_hash_name(request->hash));
	plomb_write_str(&writer, "\",\"value\":\"");
	plomb_write_hex(&writer, digest);
	plomb_write_str(&writer, "\"}}}}");
	return plomb_writer_end(&writer, json);
}

/* Rekor 2's name for key and hash together; NULL if it has none for them. */
static const char *
key_details(const plomb_rekor_request *request)
{
	static const struct {
		plomb_key_kind kind;
		size_t bytes; /* of an RSA modulus */
		plomb_hash hash;
		const char *name;
	} table[] = {
		{ PLOMB_KEY_P256, 0, PLOMB_SHA256, "PKIX_ECDSA_P256_SHA_256" },
		{ PLOMB_KEY_P384, 0, PLOMB_SHA384, "PKIX_ECDSA_P384_SHA_384" },
		{ PLOMB_KEY_P521, 0, PLOMB_SHA512, "PKIX_ECDSA_P521_SHA_512" },
		{ PLOMB_KEY_RSA, 256, PLOMB_SHA256, "PKIX_RSA_PKCS1V15_2048_SHA256" },
		{ PLOMB_KEY_RSA, 384, PLOMB_SHA256, "PKIX_RSA_PKCS1V15_3072_SHA256" },
		{ PLOMB_KEY_RSA, 512, PLOMB_SHA256, "PKIX_RSA_PKCS1V15_4096_SHA256" },
		{ PLOMB_KEY_ED25519, 0, PLOMB_SHA512, "PKIX_ED25519_PH" }
	};
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i ++) {
		if (table[i].kind == request->key->kind && table[i].hash == request->hash
			&& (table[i].bytes == 0 || table[i].bytes == request->key->n.n))
		{
			return table[i].name;
		}
	}
	return NULL;
}

/* see rekor.h */
plomb_status
plomb_rekor_v2_request(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view *json)
{
	const char *details;
	plomb_view digest;
	plomb_writer writer;
	plomb_status s;

	json->p = NULL;
	json->n = 0;
	if ((details = key_details(request)) == NULL) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if ((s = digest_of(ctx, request, &digest)) != PLOMB_OK) {
		return s;
	}
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{\"hashedRekordRequestV002\":{\"digest\":");
	plomb_write_json_base64(&writer, digest);
	plomb_write_str(&writer, ",\"signature\":{\"content\":");
	plomb_write_json_base64(&writer, request->signature);
	plomb_write_str(&writer, ",\"verifier\":{\"keyDetails\":\"");
	plomb_write_str(&writer, details);
	plomb_write_str(&writer, request->certificate.n != 0 ? "\",\"x509Certificate\":{\"rawBytes\":" : "\",\"publicKey\":{\"rawBytes\":");
	plomb_write_json_base64(&writer, request->certificate.n != 0 ? request->certificate : request->key->spki);
	plomb_write_str(&writer, "}}}}}");
	return plomb_writer_end(&writer, json);
}

/* ------------------------------------------------------------------ answers */

static plomb_status
malformed(plomb_status s)
{
	return s == PLOMB_NO_ROOM ? s : PLOMB_REKOR_ANSWER_MALFORMED;
}

/* An entry, whichever Rekor it came from. Absent views are left out. */
typedef struct {
	int64_t index, proof_index, tree_size, time_s;
	plomb_view log_id, kind, version, set, root, checkpoint, body;
	plomb_view hash[MAX_PROOF_HASHES];
	size_t hash_count;
} entry;

static void
write_number(plomb_writer *writer, const char *name, int64_t value)
{
	plomb_write_str(writer, name);
	plomb_write_str(writer, ":\"");
	plomb_write_decimal(writer, value);
	plomb_write_str(writer, "\"");
}

static void
write_proof(plomb_writer *writer, const entry *e)
{
	size_t i;

	plomb_write_str(writer, ",\"inclusionProof\":{");
	write_number(writer, "\"logIndex\"", e->proof_index);
	plomb_write_str(writer, ",\"rootHash\":");
	plomb_write_json_base64(writer, e->root);
	plomb_write_str(writer, ",");
	write_number(writer, "\"treeSize\"", e->tree_size);
	plomb_write_str(writer, ",\"hashes\":[");
	for (i = 0; i < e->hash_count; i ++) {
		plomb_write_str(writer, i == 0 ? "" : ",");
		plomb_write_json_base64(writer, e->hash[i]);
	}
	plomb_write_str(writer, "],\"checkpoint\":{\"envelope\":");
	plomb_write_json(writer, e->checkpoint);
	plomb_write_str(writer, "}}");
}

static plomb_status
write_entry(plomb_ctx *ctx, const entry *e, plomb_view *json)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{");
	write_number(&writer, "\"logIndex\"", e->index);
	plomb_write_str(&writer, ",\"logId\":{\"keyId\":");
	plomb_write_json_base64(&writer, e->log_id);
	plomb_write_str(&writer, "},\"kindVersion\":{\"kind\":");
	plomb_write_json(&writer, e->kind);
	plomb_write_str(&writer, ",\"version\":");
	plomb_write_json(&writer, e->version);
	plomb_write_str(&writer, "}");
	if (e->set.p != NULL) {
		plomb_write_str(&writer, ",");
		write_number(&writer, "\"integratedTime\"", e->time_s);
		plomb_write_str(&writer, ",\"inclusionPromise\":{\"signedEntryTimestamp\":");
		plomb_write_json_base64(&writer, e->set);
		plomb_write_str(&writer, "}");
	}
	write_proof(&writer, e);
	plomb_write_str(&writer, ",\"canonicalizedBody\":");
	plomb_write_json_base64(&writer, e->body);
	plomb_write_str(&writer, "}");
	return plomb_writer_end(&writer, json);
}

/* How one Rekor writes what the other writes too: bytes in hex, or in base64. */
typedef plomb_status (*bytes_fn)(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes);

static plomb_status
hex_bytes(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes)
{
	unsigned char *out;
	plomb_view text;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	if ((s = plomb_json_string(work, doc, value, &text)) != PLOMB_OK) {
		return s;
	}
	out = plomb_work_take(work, text.n / 2);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (text.n % 2 != 0 || (s = plomb_hex_decode(text, out, text.n / 2)) != PLOMB_OK) {
		return PLOMB_BASE64_INVALID;
	}
	bytes->p = out;
	bytes->n = text.n / 2;
	return PLOMB_OK;
}

/* Both have the same members in the proof but for the checkpoint, which one wraps in an object. */
static plomb_status
read_proof(plomb_ctx *ctx, const plomb_json *doc, uint32_t proof, bytes_fn read, uint32_t checkpoint, entry *e)
{
	uint32_t item;
	plomb_status s;

	if ((s = plomb_json_int64(doc, plomb_json_member(doc, proof, "logIndex"), &e->proof_index)) != PLOMB_OK
		|| (s = plomb_json_int64(doc, plomb_json_member(doc, proof, "treeSize"), &e->tree_size)) != PLOMB_OK
		|| (s = read(ctx->work, doc, plomb_json_member(doc, proof, "rootHash"), &e->root)) != PLOMB_OK
		|| (s = plomb_json_string(ctx->work, doc, checkpoint, &e->checkpoint)) != PLOMB_OK)
	{
		return s;
	}
	for (item = plomb_json_first(doc, plomb_json_member(doc, proof, "hashes")); item != PLOMB_JSON_NONE; item = plomb_json_next(doc, item)) {
		if (e->hash_count == MAX_PROOF_HASHES) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		if ((s = read(ctx->work, doc, item, &e->hash[e->hash_count])) != PLOMB_OK) {
			return s;
		}
		e->hash_count ++;
	}
	return PLOMB_OK;
}

/* The one entry of Rekor 1's answer, which stands under its UUID. */
static uint32_t
only_entry(const plomb_json *doc)
{
	uint32_t key;

	key = plomb_json_typeof(doc, 0) == PLOMB_JSON_OBJECT ? plomb_json_first(doc, 0) : PLOMB_JSON_NONE;
	return key != PLOMB_JSON_NONE && plomb_json_next(doc, key) == PLOMB_JSON_NONE ? plomb_json_value(doc, key) : PLOMB_JSON_NONE;
}

/* Kind and version of an entry stand in its body. */
static plomb_status
read_kind(plomb_ctx *ctx, entry *e)
{
	plomb_json doc;
	plomb_status s;

	if ((s = plomb_json_parse(ctx->work, e->body, &doc)) != PLOMB_OK
		|| (s = plomb_json_string(ctx->work, &doc, plomb_json_member(&doc, 0, "kind"), &e->kind)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_json_string(ctx->work, &doc, plomb_json_member(&doc, 0, "apiVersion"), &e->version);
}

static plomb_status
read_v1(plomb_ctx *ctx, plomb_view json, entry *e)
{
	uint32_t value, verification, proof;
	plomb_json doc;
	plomb_status s;

	memset(e, 0, sizeof *e);
	if ((s = plomb_json_parse(ctx->work, json, &doc)) != PLOMB_OK) {
		return s;
	}
	value = only_entry(&doc);
	verification = plomb_json_member(&doc, value, "verification");
	proof = plomb_json_member(&doc, verification, "inclusionProof");
	if ((s = plomb_json_int64(&doc, plomb_json_member(&doc, value, "logIndex"), &e->index)) != PLOMB_OK
		|| (s = plomb_json_int64(&doc, plomb_json_member(&doc, value, "integratedTime"), &e->time_s)) != PLOMB_OK
		|| (s = hex_bytes(ctx->work, &doc, plomb_json_member(&doc, value, "logID"), &e->log_id)) != PLOMB_OK
		|| (s = plomb_json_base64(ctx->work, &doc, plomb_json_member(&doc, value, "body"), &e->body)) != PLOMB_OK
		|| (s = plomb_json_base64(ctx->work, &doc, plomb_json_member(&doc, verification, "signedEntryTimestamp"), &e->set)) != PLOMB_OK
		|| (s = read_proof(ctx, &doc, proof, hex_bytes, plomb_json_member(&doc, proof, "checkpoint"), e)) != PLOMB_OK)
	{
		return s;
	}
	return read_kind(ctx, e);
}

/* see rekor.h */
plomb_status
plomb_rekor_v1_annotation(plomb_ctx *ctx, plomb_view json, plomb_view *annotation)
{
	plomb_writer writer;
	plomb_status s;
	entry *e;

	annotation->p = NULL;
	annotation->n = 0;
	e = plomb_work_take(ctx->work, sizeof *e);
	if (e == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = read_v1(ctx, json, e)) != PLOMB_OK) {
		return malformed(s);
	}
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{\"SignedEntryTimestamp\":");
	plomb_write_json_base64(&writer, e->set);
	plomb_write_str(&writer, ",\"Payload\":{\"body\":");
	plomb_write_json_base64(&writer, e->body);
	plomb_write_str(&writer, ",\"integratedTime\":");
	plomb_write_decimal(&writer, e->time_s);
	plomb_write_str(&writer, ",\"logIndex\":");
	plomb_write_decimal(&writer, e->index);
	plomb_write_str(&writer, ",\"logID\":\"");
	plomb_write_hex(&writer, e->log_id);
	plomb_write_str(&writer, "\"}}");
	return plomb_writer_end(&writer, annotation);
}

static plomb_status
read_v2(plomb_ctx *ctx, plomb_view json, entry *e)
{
	uint32_t kind, proof, checkpoint;
	plomb_json doc;
	plomb_status s;

	memset(e, 0, sizeof *e);
	if ((s = plomb_json_parse(ctx->work, json, &doc)) != PLOMB_OK) {
		return s;
	}
	kind = plomb_json_member(&doc, 0, "kindVersion");
	proof = plomb_json_member(&doc, 0, "inclusionProof");
	checkpoint = plomb_json_member(&doc, plomb_json_member(&doc, proof, "checkpoint"), "envelope");
	if ((s = plomb_json_int64(&doc, plomb_json_member(&doc, 0, "logIndex"), &e->index)) != PLOMB_OK
		|| (s = plomb_json_base64(ctx->work, &doc, plomb_json_member(&doc, plomb_json_member(&doc, 0, "logId"), "keyId"), &e->log_id)) != PLOMB_OK
		|| (s = plomb_json_string(ctx->work, &doc, plomb_json_member(&doc, kind, "kind"), &e->kind)) != PLOMB_OK
		|| (s = plomb_json_string(ctx->work, &doc, plomb_json_member(&doc, kind, "version"), &e->version)) != PLOMB_OK
		|| (s = plomb_json_base64(ctx->work, &doc, plomb_json_member(&doc, 0, "canonicalizedBody"), &e->body)) != PLOMB_OK)
	{
		return s;
	}
	return read_proof(ctx, &doc, proof, plomb_json_base64, checkpoint, e);
}

/* An answer, by its version's reader, as the bundle's entry. */
static plomb_status
read_answer(plomb_ctx *ctx, plomb_view json, plomb_status (*read)(plomb_ctx *ctx, plomb_view json, entry *e), plomb_view *text)
{
	plomb_status s;
	entry *e;

	text->p = NULL;
	text->n = 0;
	e = plomb_work_take(ctx->work, sizeof *e);
	if (e == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = read(ctx, json, e);
	return s == PLOMB_OK ? write_entry(ctx, e, text) : malformed(s);
}

/* see rekor.h */
plomb_status
plomb_rekor_v1_read(plomb_ctx *ctx, plomb_view json, plomb_view *text)
{
	return read_answer(ctx, json, read_v1, text);
}

/* see rekor.h */
plomb_status
plomb_rekor_v2_read(plomb_ctx *ctx, plomb_view json, plomb_view *text)
{
	return read_answer(ctx, json, read_v2, text);
}
