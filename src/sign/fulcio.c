/* see fulcio.h */
#include "fulcio.h"

#include "../core/cert.h"
#include "../core/json.h"
#include "../core/pem.h"

#define MAX_CHAIN_CERTIFICATES 10

/* Fulcio's word for the kind; it goes by the key itself. */
static const char *
algorithm_of(plomb_key_kind kind)
{
	return kind == PLOMB_KEY_ED25519 ? "ED25519" : kind == PLOMB_KEY_RSA ? "RSA_PSS" : "ECDSA";
}

/* The public key in PEM, as the JSON string that the request wants. */
static plomb_status
public_pem(plomb_ctx *ctx, const plomb_private_key *key, plomb_view *pem)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, ctx->work);
	plomb_write_pem(&writer, "PUBLIC KEY", key->public_key.spki);
	return plomb_writer_end(&writer, pem);
}

/* see fulcio.h */
plomb_status
plomb_fulcio_request(plomb_ctx *ctx, const plomb_private_key *key, const plomb_token *token, plomb_view *json)
{
	plomb_view pem, proof;
	plomb_message message;
	plomb_writer writer;
	plomb_hash hash;
	plomb_status s;

	json->p = NULL;
	json->n = 0;
	/* Ed25519 proves with the pure form, everything else with its usual hash. */
	hash = key->public_key.kind == PLOMB_KEY_ED25519 ? PLOMB_HASH_NONE : plomb_key_default_hash(&key->public_key);
	plomb_message_from_bytes(&message, token->subject);
	if ((s = plomb_private_key_sign(ctx, key, hash, &message, &proof)) != PLOMB_OK
		|| (s = public_pem(ctx, key, &pem)) != PLOMB_OK)
	{
		return s;
	}
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{\"credentials\":{\"oidcIdentityToken\":");
	plomb_write_json(&writer, token->text);
	plomb_write_str(&writer, "},\"publicKeyRequest\":{\"publicKey\":{\"algorithm\":\"");
	plomb_write_str(&writer, algorithm_of(key->public_key.kind));
	plomb_write_str(&writer, "\",\"content\":");
	plomb_write_json(&writer, pem);
	plomb_write_str(&writer, "},\"proofOfPossession\":\"");
	plomb_write_base64(&writer, proof);
	plomb_write_str(&writer, "\"}}");
	return plomb_writer_end(&writer, json);
}

static plomb_status
malformed(plomb_status s)
{
	return s == PLOMB_NO_ROOM ? s : PLOMB_FULCIO_ANSWER_MALFORMED;
}

/* One certificate after the other, each as PEM; all but the leaf one behind the other in chain_pem. */
static plomb_status
read_chain(plomb_ctx *ctx, const plomb_json *doc, uint32_t list, plomb_fulcio_answer *answer)
{
	plomb_view part[MAX_CHAIN_CERTIFICATES];
	plomb_writer writer;
	plomb_status s;
	uint32_t item;
	size_t count, i;

	count = 0;
	for (item = plomb_json_first(doc, list); item != PLOMB_JSON_NONE; item = plomb_json_next(doc, item)) {
		if (count == MAX_CHAIN_CERTIFICATES) {
			return PLOMB_FULCIO_ANSWER_MALFORMED;
		}
		if ((s = plomb_json_string(ctx->work, doc, item, &part[count])) != PLOMB_OK) {
			return malformed(s);
		}
		count ++;
	}
	if (count < 2) {
		return PLOMB_FULCIO_ANSWER_MALFORMED;
	}
	answer->leaf_pem = part[0];
	plomb_writer_begin(&writer, ctx->work);
	for (i = 1; i < count; i ++) {
		plomb_write_view(&writer, part[i]);
		if (part[i].n != 0 && part[i].p[part[i].n - 1] != '\n') {
			plomb_write_str(&writer, "\n");
		}
	}
	return plomb_writer_end(&writer, &answer->chain_pem);
}

/* The leaf is one certificate, and it is for our key. */
static plomb_status
read_leaf(plomb_ctx *ctx, const plomb_private_key *key, plomb_fulcio_answer *answer)
{
	plomb_view label;
	plomb_cert cert;
	plomb_status s;

	if ((s = plomb_pem_one(ctx->work, answer->leaf_pem, &label, &answer->leaf)) != PLOMB_OK) {
		return malformed(s);
	}
	if (!plomb_view_is(label, "CERTIFICATE") || plomb_cert_parse(answer->leaf, &cert) != PLOMB_OK) {
		return PLOMB_FULCIO_ANSWER_MALFORMED;
	}
	return plomb_view_eq(cert.spki, key->public_key.spki) ? PLOMB_OK : PLOMB_FULCIO_KEY_MISMATCH;
}

/* see fulcio.h */
plomb_status
plomb_fulcio_read(plomb_ctx *ctx, plomb_view json, const plomb_private_key *key, plomb_fulcio_answer *answer)
{
	plomb_json doc;
	uint32_t embedded, list;
	plomb_status s;

	memset(answer, 0, sizeof *answer);
	if ((s = plomb_json_parse(ctx->work, json, &doc)) != PLOMB_OK) {
		return malformed(s);
	}
	/* A bundle has no place for a certificate timestamp that stands beside the certificate. */
	if (plomb_json_member(&doc, 0, "signedCertificateDetachedSct") != PLOMB_JSON_NONE) {
		return PLOMB_FULCIO_SCT_DETACHED;
	}
	embedded = plomb_json_member(&doc, 0, "signedCertificateEmbeddedSct");
	list = plomb_json_member(&doc, plomb_json_member(&doc, embedded, "chain"), "certificates");
	if (plomb_json_typeof(&doc, list) != PLOMB_JSON_ARRAY) {
		return PLOMB_FULCIO_ANSWER_MALFORMED;
	}
	s = read_chain(ctx, &doc, list, answer);
	return s == PLOMB_OK ? read_leaf(ctx, key, answer) : s;
}
