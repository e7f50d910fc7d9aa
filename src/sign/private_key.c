/* see private_key.h: what a key is and what it does; private_key_der.c reads and writes it. */
#include <sodium.h>

#include "private_key_der.h"

#define SEED_BYTES 48
#define RSA_EXPONENT 65537
#define MAX_RSA_BITS 4096

/* see private_key.h */
void
plomb_wipe(void *p, size_t n)
{
	volatile unsigned char *at;

	for (at = p; n != 0; n --) {
		*at = 0;
		at ++;
	}
}

/* see private_key.h */
void
plomb_wipe_since(plomb_work *work, size_t mark)
{
	/* What was given back already may hold a secret too. */
	if (mark < work->high_water) {
		plomb_wipe(work->base + mark, work->high_water - mark);
	}
	plomb_work_release(work, mark);
}

/* A view whose bytes are ours: they lie in the work buffer. */
static void
wipe_view(plomb_view view)
{
	union {
		const unsigned char *seen;
		unsigned char *ours;
	} p;

	p.seen = view.p;
	if (p.seen != NULL) {
		plomb_wipe(p.ours, view.n);
	}
}

/* see private_key.h */
void
plomb_private_key_wipe(plomb_private_key *key)
{
	wipe_view(key->x);
	wipe_view(key->rsa_d);
	if (key->rsa.p != NULL) {
		plomb_wipe(key->rsa.p, key->rsa.plen);
		plomb_wipe(key->rsa.q, key->rsa.qlen);
		plomb_wipe(key->rsa.dp, key->rsa.dplen);
		plomb_wipe(key->rsa.dq, key->rsa.dqlen);
		plomb_wipe(key->rsa.iq, key->rsa.iqlen);
	}
	memset(key, 0, sizeof *key);
}

/* ----------------------------------------------------------------- new keys */

/* BearSSL's generator, seeded from the system's. */
static plomb_status
seed_generator(const plomb_random *random, br_hmac_drbg_context *generator)
{
	unsigned char seed[SEED_BYTES];
	plomb_status s;

	s = random->fill(random, seed, sizeof seed);
	if (s == PLOMB_OK) {
		br_hmac_drbg_init(generator, &br_sha256_vtable, seed, sizeof seed);
	}
	plomb_wipe(seed, sizeof seed);
	return s;
}

static plomb_status
generate_ec(plomb_ctx *ctx, br_hmac_drbg_context *generator, plomb_key_kind kind, plomb_private_key *key)
{
	br_ec_private_key made;
	unsigned char *room;

	room = plomb_work_take(ctx->work, BR_EC_KBUF_PRIV_MAX_SIZE);
	if (room == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (br_ec_keygen(&generator->vtable, ctx->crypto->ec, &made, room, plomb_private_key_curve(kind)) == 0) {
		return PLOMB_INTERNAL_ERROR;
	}
	key->x.p = made.x;
	key->x.n = made.xlen;
	return plomb_private_key_publish_ec(ctx, kind, key);
}

static plomb_status
generate_rsa(plomb_ctx *ctx, br_hmac_drbg_context *generator, unsigned bits, plomb_private_key *key)
{
	unsigned char public_room[BR_RSA_KBUF_PUB_SIZE(MAX_RSA_BITS)];
	br_rsa_public_key made;
	unsigned char *room, *d;
	size_t n;

	room = plomb_work_take(ctx->work, BR_RSA_KBUF_PRIV_SIZE(bits));
	d = plomb_work_take(ctx->work, bits / 8);
	if (room == NULL || d == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (!br_rsa_keygen_get_default()(&generator->vtable, &key->rsa, room, &made, public_room, bits, RSA_EXPONENT)) {
		return PLOMB_INTERNAL_ERROR;
	}
	n = br_rsa_compute_privexp_get_default()(d, &key->rsa, RSA_EXPONENT);
	if (n == 0) {
		return PLOMB_INTERNAL_ERROR;
	}
	key->rsa_d.p = d;
	key->rsa_d.n = n;
	return plomb_private_key_publish_rsa(ctx, made.n, made.nlen, made.e, made.elen, key);
}

static plomb_status
generate_ed25519(plomb_ctx *ctx, const plomb_random *random, plomb_private_key *key)
{
	unsigned char *seed;
	plomb_status s;

	seed = plomb_work_take(ctx->work, crypto_sign_ed25519_SEEDBYTES);
	if (seed == NULL) {
		return PLOMB_NO_ROOM;
	}
	key->x.p = seed;
	key->x.n = crypto_sign_ed25519_SEEDBYTES;
	if ((s = random->fill(random, seed, crypto_sign_ed25519_SEEDBYTES)) != PLOMB_OK) {
		return s;
	}
	return plomb_private_key_publish_ed25519(ctx, key);
}

static plomb_status
generate(plomb_ctx *ctx, const plomb_random *random, plomb_key_kind kind, unsigned bits, plomb_private_key *key)
{
	br_hmac_drbg_context generator;
	plomb_status s;

	if (kind == PLOMB_KEY_ED25519) {
		return generate_ed25519(ctx, random, key);
	}
	if ((s = seed_generator(random, &generator)) != PLOMB_OK) {
		return s;
	}
	s = kind == PLOMB_KEY_RSA ? generate_rsa(ctx, &generator, bits, key) : generate_ec(ctx, &generator, kind, key);
	plomb_wipe(&generator, sizeof generator);
	return s;
}

/* see private_key.h */
plomb_status
plomb_private_key_generate(plomb_ctx *ctx, const plomb_random *random, plomb_key_kind kind, unsigned bits, plomb_private_key *key)
{
	plomb_status s;
	size_t mark;

	memset(key, 0, sizeof *key);
	if (kind == PLOMB_KEY_RSA && bits < 2048) {
		return PLOMB_KEY_TOO_SMALL;
	}
	if (kind == PLOMB_KEY_RSA ? bits != 2048 && bits != 3072 && bits != MAX_RSA_BITS
		: kind != PLOMB_KEY_ED25519 && plomb_private_key_curve(kind) == 0)
	{
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	mark = plomb_work_mark(ctx->work);
	s = generate(ctx, random, kind, bits, key);
	if (s != PLOMB_OK) {
		/* Half a key is as secret as a whole one, and wherever it lies. */
		plomb_wipe_since(ctx->work, mark);
		memset(key, 0, sizeof *key);
	}
	return s;
}

/* -------------------------------------------------------------- signatures */

static plomb_status
sign_ec(plomb_ctx *ctx, const plomb_private_key *key, plomb_hash hash, const unsigned char *digest, plomb_view *signature)
{
	const br_hash_class *class_;
	br_ec_private_key sk;
	unsigned char *out;

	class_ = hash == PLOMB_SHA256 ? ctx->crypto->sha256 : hash == PLOMB_SHA384 ? ctx->crypto->sha384 : ctx->crypto->sha512;
	out = plomb_work_take(ctx->work, 160); /* P-521 in DER has 139 at most */
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	sk.curve = plomb_private_key_curve(key->public_key.kind);
	/* BearSSL only reads it. */
	sk.x = (unsigned char *)(uintptr_t)key->x.p;
	sk.xlen = key->x.n;
	signature->n = br_ecdsa_i31_sign_asn1(ctx->crypto->ec, class_, digest, &sk, out);
	signature->p = out;
	plomb_work_shrink(ctx->work, out + signature->n);
	return signature->n != 0 ? PLOMB_OK : PLOMB_INTERNAL_ERROR;
}

static plomb_status
sign_rsa(plomb_ctx *ctx, const plomb_private_key *key, plomb_hash hash, const unsigned char *digest, plomb_view *signature)
{
	const unsigned char *oid;
	unsigned char *out;
	size_t n;

	oid = hash == PLOMB_SHA256 ? BR_HASH_OID_SHA256 : hash == PLOMB_SHA384 ? BR_HASH_OID_SHA384 : BR_HASH_OID_SHA512;
	n = key->public_key.n.n;
	out = plomb_work_take(ctx->work, n);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (!br_rsa_pkcs1_sign_get_default()(oid, digest, plomb_hash_len(hash), &key->rsa, out)) {
		return PLOMB_INTERNAL_ERROR;
	}
	signature->p = out;
	signature->n = n;
	return PLOMB_OK;
}

/* The prehashed form is fed part by part, the pure one needs the whole message twice. */
static plomb_status
sign_ed25519(plomb_ctx *ctx, const plomb_private_key *key, plomb_hash hash, plomb_message *message, plomb_view *signature)
{
	unsigned char public_key[crypto_sign_ed25519_PUBLICKEYBYTES], secret[crypto_sign_ed25519_SECRETKEYBYTES];
	crypto_sign_ed25519ph_state state;
	unsigned char *out;
	plomb_view bytes;
	plomb_status s;

	out = plomb_work_take(ctx->work, crypto_sign_ed25519_BYTES);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = plomb_message_bytes(message, ctx->work, &bytes)) != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED;
	}
	(void)crypto_sign_ed25519_seed_keypair(public_key, secret, key->x.p);
	if (hash == PLOMB_HASH_NONE) {
		(void)crypto_sign_ed25519_detached(out, NULL, bytes.p, bytes.n, secret);
	} else {
		(void)crypto_sign_ed25519ph_init(&state);
		(void)crypto_sign_ed25519ph_update(&state, bytes.p, bytes.n);
		(void)crypto_sign_ed25519ph_final_create(&state, out, NULL, secret);
	}
	plomb_wipe(secret, sizeof secret);
	signature->p = out;
	signature->n = crypto_sign_ed25519_BYTES;
	return PLOMB_OK;
}

static plomb_status
sign(plomb_ctx *ctx, const plomb_private_key *key, plomb_hash hash, plomb_message *message, plomb_view *signature)
{
	const unsigned char *digest;

	if (key->public_key.kind == PLOMB_KEY_ED25519) {
		return sign_ed25519(ctx, key, hash, message, signature);
	}
	digest = plomb_message_digest(message, ctx->crypto, hash);
	if (digest == NULL) {
		return PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED;
	}
	return key->public_key.kind == PLOMB_KEY_RSA ? sign_rsa(ctx, key, hash, digest, signature)
		: sign_ec(ctx, key, hash, digest, signature);
}

/* see private_key.h */
plomb_status
plomb_private_key_sign(plomb_ctx *ctx, const plomb_private_key *key, plomb_hash hash, plomb_message *message, plomb_view *signature)
{
	plomb_status s;

	signature->p = NULL;
	signature->n = 0;
	if (!plomb_key_allows_hash(&key->public_key, hash)) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if ((s = sign(ctx, key, hash, message, signature)) != PLOMB_OK) {
		return s;
	}
	/* A computation gone wrong, or halves of two keys, must not leave the house: a faulty RSA signature gives the key away. */
	s = plomb_key_verify(ctx, &key->public_key, hash, message, *signature);
	if (s == PLOMB_OK) {
		return s;
	}
	wipe_view(*signature);
	signature->p = NULL;
	signature->n = 0;
	return s == PLOMB_NO_ROOM ? s : PLOMB_INTERNAL_ERROR;
}
