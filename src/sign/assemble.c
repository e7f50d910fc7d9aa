/* see assemble.h */
#include "assemble.h"

#include "../core/hash.h"

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

static void
write_envelope(plomb_writer *writer, const plomb_signed *parts)
{
	plomb_write_str(writer, "{\"payload\":");
	plomb_write_json_base64(writer, parts->payload);
	plomb_write_str(writer, ",\"payloadType\":");
	plomb_write_json(writer, parts->payload_type);
	plomb_write_str(writer, ",\"signatures\":[{\"sig\":");
	plomb_write_json_base64(writer, parts->signature);
	plomb_write_str(writer, "}]}");
}

/* see assemble.h */
plomb_status
plomb_assemble_envelope(plomb_work *work, const plomb_signed *parts, plomb_view *json)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, work);
	write_envelope(&writer, parts);
	return plomb_writer_end(&writer, json);
}

static const char *
hash_enum(plomb_hash hash)
{
	return hash == PLOMB_SHA256 ? "SHA2_256" : hash == PLOMB_SHA384 ? "SHA2_384" : "SHA2_512";
}

/* digest is NULL for pure Ed25519: cosign writes an empty object then. */
static void
write_message_signature(plomb_writer *writer, const plomb_signed *parts, const unsigned char *digest)
{
	plomb_view view;

	plomb_write_str(writer, "{\"messageDigest\":{");
	if (digest != NULL) {
		view.p = digest;
		view.n = plomb_hash_len(parts->hash);
		plomb_write_str(writer, "\"algorithm\":\"");
		plomb_write_str(writer, hash_enum(parts->hash));
		plomb_write_str(writer, "\",\"digest\":");
		plomb_write_json_base64(writer, view);
	}
	plomb_write_str(writer, "},\"signature\":");
	plomb_write_json_base64(writer, parts->signature);
	plomb_write_str(writer, "}");
}

/* The hint of a bare key: base64 of SHA-256 of its SPKI, itself a JSON string. */
static void
write_signer(plomb_writer *writer, const plomb_ctx *ctx, const plomb_signed *parts)
{
	unsigned char hint[32];
	plomb_view view;

	if (parts->certificate.n != 0) {
		plomb_write_str(writer, "\"certificate\":{\"rawBytes\":");
		plomb_write_json_base64(writer, parts->certificate);
		plomb_write_str(writer, "}");
		return;
	}
	plomb_hash_of(ctx->crypto, PLOMB_SHA256, parts->key->spki, hint);
	view.p = hint;
	view.n = sizeof hint;
	plomb_write_str(writer, "\"publicKey\":{\"hint\":");
	plomb_write_json_base64(writer, view);
	plomb_write_str(writer, "}");
}

static void
write_material(plomb_writer *writer, const plomb_ctx *ctx, const plomb_signed *parts)
{
	size_t i;

	plomb_write_str(writer, "{");
	write_signer(writer, ctx, parts);
	if (parts->entry_count != 0) {
		plomb_write_str(writer, ",\"tlogEntries\":[");
		for (i = 0; i < parts->entry_count; i ++) {
			plomb_write_str(writer, i == 0 ? "" : ",");
			plomb_write_view(writer, parts->entry[i]);
		}
		plomb_write_str(writer, "]");
	}
	if (parts->timestamp_count != 0) {
		plomb_write_str(writer, ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[");
		for (i = 0; i < parts->timestamp_count; i ++) {
			plomb_write_str(writer, i == 0 ? "{\"signedTimestamp\":" : ",{\"signedTimestamp\":");
			plomb_write_json_base64(writer, parts->timestamp[i]);
			plomb_write_str(writer, "}");
		}
		plomb_write_str(writer, "]}");
	}
	plomb_write_str(writer, "}");
}

/* see assemble.h */
plomb_status
plomb_assemble_bundle(plomb_ctx *ctx, const plomb_signed *parts, plomb_view *json)
{
	const unsigned char *digest;
	plomb_writer writer;

	json->p = NULL;
	json->n = 0;
	digest = NULL;
	if (parts->payload_type.p == NULL && parts->hash != PLOMB_HASH_NONE) {
		digest = plomb_message_digest(parts->message, ctx->crypto, parts->hash);
		if (digest == NULL) {
			return PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED;
		}
	}
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_str(&writer, "{\"mediaType\":\"" BUNDLE_TYPE "\",\"verificationMaterial\":");
	write_material(&writer, ctx, parts);
	if (parts->payload_type.p != NULL) {
		plomb_write_str(&writer, ",\"dsseEnvelope\":");
		write_envelope(&writer, parts);
	} else {
		plomb_write_str(&writer, ",\"messageSignature\":");
		write_message_signature(&writer, parts, digest);
	}
	plomb_write_str(&writer, "}");
	return plomb_writer_end(&writer, json);
}
