#include "der.h"
#include "key.h"
#include "pss.h"
#include "refusal.h"

/* The widest ECDSA signature: two numbers below the order of P-521. */
#define MAX_RAW (2 * 66)
/* A modulus of 4096 bits, the largest that key.c lets in. */
#define MAX_RSA 512

static plomb_status
digest_of(plomb_ctx *ctx, plomb_message *message, plomb_hash hash, const unsigned char **digest)
{
	*digest = plomb_message_digest(message, ctx->crypto, hash);
	return *digest != NULL ? PLOMB_OK : PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED;
}

/* Both s and n - s are good (SPEC 3.4). The range of r and s is the backend's to check: CVE-2022-21449. */
static plomb_status
verify_ecdsa(plomb_ctx *ctx, const plomb_key *key, int curve, plomb_hash hash,
	plomb_message *message, plomb_view signature)
{
	unsigned char raw[MAX_RAW];
	unsigned char point[1 + MAX_RAW];
	const unsigned char *digest;
	br_ec_public_key pk;
	size_t half = key->point.n / 2;
	plomb_status status;

	if (half < 32 || key->point.n > sizeof point) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	status = plomb_der_ecdsa(signature, half, raw);
	if (status != PLOMB_OK) {
		return status;
	}
	status = digest_of(ctx, message, hash, &digest);
	if (status != PLOMB_OK) {
		return status;
	}
	/* br_ec_public_key's pointer is not const; a copy is cheaper than casting that away. */
	memcpy(point, key->point.p, key->point.n);
	pk.curve = curve;
	pk.q = point;
	pk.qlen = key->point.n;
	return ctx->crypto->ecdsa_raw(ctx->crypto->ec, digest, plomb_hash_len(hash), &pk, raw, 2 * half) == 1
		? PLOMB_OK : PLOMB_SIGNATURE_INVALID;
}

/* RSA: the number under the public operation, then the encoding that the key's kind demands. */
static plomb_status
verify_rsa(plomb_ctx *ctx, const plomb_key *key, plomb_hash hash,
	plomb_message *message, plomb_view signature)
{
	unsigned char em[MAX_RSA];
	unsigned char n[MAX_RSA];
	unsigned char e[4];
	const unsigned char *digest;
	br_rsa_public_key pk;
	plomb_status status;
	int good;

	if (ctx->crypto->rsa_public == NULL || key->n.n > sizeof n || key->e.n > sizeof e) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if (signature.n != key->n.n || signature.n == 0) {
		return PLOMB_SIGNATURE_MALFORMED;
	}
	status = digest_of(ctx, message, hash, &digest);
	if (status != PLOMB_OK) {
		return status;
	}
	memcpy(n, key->n.p, key->n.n);
	memcpy(e, key->e.p, key->e.n);
	pk.n = n;
	pk.nlen = key->n.n;
	pk.e = e;
	pk.elen = key->e.n;
	memcpy(em, signature.p, signature.n);
	if (ctx->crypto->rsa_public(em, signature.n, &pk) != 1) {
		return PLOMB_SIGNATURE_INVALID; /* not below the modulus */
	}
	good = key->kind == PLOMB_KEY_RSA_PSS
		? plomb_pss_verify(ctx->crypto, hash, digest, em, signature.n)
		: plomb_pkcs1_verify(hash, digest, em, signature.n);
	return good ? PLOMB_OK : PLOMB_SIGNATURE_INVALID;
}

static plomb_status
verify_ed25519ph(plomb_ctx *ctx, const plomb_key *key, plomb_message *message, plomb_view signature)
{
	const unsigned char *digest;
	plomb_status status = digest_of(ctx, message, PLOMB_SHA512, &digest);

	if (status != PLOMB_OK) {
		return status;
	}
	return ctx->crypto->ed25519ph_verify(key->point.p, signature.p, digest) == 1
		? PLOMB_OK : PLOMB_SIGNATURE_INVALID;
}

static plomb_status
verify_ed25519_pure(plomb_ctx *ctx, const plomb_key *key, plomb_message *message, plomb_view signature)
{
	size_t mark = plomb_work_mark(ctx->work);
	plomb_view bytes;
	plomb_status status = plomb_message_bytes(message, ctx->work, &bytes);

	if (status == PLOMB_OK) {
		status = ctx->crypto->ed25519_verify(key->point.p, signature.p, bytes.p, bytes.n) == 1
			? PLOMB_OK : PLOMB_SIGNATURE_INVALID;
	}
	plomb_work_release(ctx->work, mark);
	return status;
}

static plomb_status
verify_ed25519(plomb_ctx *ctx, const plomb_key *key, plomb_hash hash,
	plomb_message *message, plomb_view signature)
{
	if (ctx->crypto->ed25519_verify == NULL || ctx->crypto->ed25519ph_verify == NULL || key->point.n != 32) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if (signature.n != 64) {
		return PLOMB_SIGNATURE_MALFORMED;
	}
	return hash == PLOMB_HASH_NONE
		? verify_ed25519_pure(ctx, key, message, signature)
		: verify_ed25519ph(ctx, key, message, signature);
}

/* see key.h */
int
plomb_key_curve(const plomb_key *key)
{
	switch (key->kind) {
	case PLOMB_KEY_P256: return BR_EC_secp256r1;
	case PLOMB_KEY_P384: return BR_EC_secp384r1;
	case PLOMB_KEY_P521: return BR_EC_secp521r1;
	default: return 0;
	}
}

static plomb_status
verify_with(plomb_ctx *ctx, const plomb_key *key, plomb_hash hash,
	plomb_message *message, plomb_view signature)
{
	int curve = plomb_key_curve(key);

	/* No hash goes with no key, so what is neither EC nor Ed25519 below is RSA. */
	if (!plomb_key_allows_hash(key, hash)) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if (curve != 0) {
		return verify_ecdsa(ctx, key, curve, hash, message, signature);
	}
	return key->kind == PLOMB_KEY_ED25519
		? verify_ed25519(ctx, key, hash, message, signature)
		: verify_rsa(ctx, key, hash, message, signature);
}

/* If only the digest under another hash is known, a person should see which one was needed. */
static plomb_status
refuse(plomb_ctx *ctx, plomb_hash hash, plomb_status status)
{
	if (status == PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED) {
		return plomb_refuse_text(ctx, status, "hash", plomb_view_of(plomb_hash_name(hash)), plomb_nothing);
	}
	return status;
}

/* see key.h */
plomb_status
plomb_key_verify(plomb_ctx *ctx, const plomb_key *key, plomb_hash hash,
	plomb_message *message, plomb_view signature)
{
	return refuse(ctx, hash, verify_with(ctx, key, hash, message, signature));
}

/* see key.h */
plomb_hash
plomb_key_default_hash(const plomb_key *key)
{
	switch (key->kind) {
	case PLOMB_KEY_P256:
	case PLOMB_KEY_RSA:
	case PLOMB_KEY_RSA_PSS:
		return PLOMB_SHA256;
	case PLOMB_KEY_P384:
		return PLOMB_SHA384;
	case PLOMB_KEY_P521:
	case PLOMB_KEY_ED25519:
		return PLOMB_SHA512;
	case PLOMB_KEY_NONE:
		break;
	}
	return PLOMB_HASH_NONE;
}

/*
 * The two hashes that signers use with this key, in the order in which they
 * are tried; 1 if there is a second one. Who signs with P-384 and P-521 did
 * hash with SHA-256 once, and Ed25519 signers disagree about prehashing
 * (SPEC 3.2, 3.3). Each hash is fixed by the key, never by the message.
 */
static int
candidates(const plomb_key *key, plomb_hash *first, plomb_hash *second)
{
	*first = plomb_key_default_hash(key);
	*second = PLOMB_SHA256;
	if (key->kind == PLOMB_KEY_ED25519) {
		*second = *first;
		*first = PLOMB_HASH_NONE;
		return 1;
	}
	return key->kind == PLOMB_KEY_P384 || key->kind == PLOMB_KEY_P521;
}

/* see key.h */
plomb_status
plomb_key_verify_auto(plomb_ctx *ctx, const plomb_key *key, plomb_hash pinned,
	plomb_message *message, plomb_view signature, plomb_hash *used)
{
	plomb_hash first, second;
	plomb_status status;
	int has_second = candidates(key, &first, &second);

	*used = PLOMB_HASH_NONE;
	if (pinned != PLOMB_HASH_NONE) {
		first = pinned;
		has_second = 0;
	}
	status = verify_with(ctx, key, first, message, signature);
	if (status == PLOMB_OK) {
		*used = first;
		return PLOMB_OK;
	}
	/*
	 * The first reason stands even if the second hash fails otherwise: it
	 * names what this kind of key should have been used with.
	 */
	if (has_second && verify_with(ctx, key, second, message, signature) == PLOMB_OK) {
		*used = second;
		return PLOMB_OK;
	}
	return refuse(ctx, first, status);
}
