/* Public keys and signatures of SPEC 3. */
#ifndef PLOMB_KEY_H
#define PLOMB_KEY_H

#include "hash.h"

/*
 * SubjectPublicKeyInfo; the point is checked to be on its curve. Only
 * rsaEncryption, id-RSASSA-PSS, id-ecPublicKey with the three named curves,
 * Ed25519. RSA 2048 … 4096 bits in multiples of 8, e = 65537.
 * PLOMB_KEY_MALFORMED, PLOMB_KEY_TYPE_UNSUPPORTED, PLOMB_KEY_TOO_SMALL.
 */
PLOMB_MUST_CHECK plomb_status plomb_key_from_spki(const plomb_crypto *crypto, plomb_view spki, plomb_key *key);
/*
 * The same without the question whether the point is on its curve, for a key
 * that only has to verify: that asks it anyway, and asking costs as much.
 */
PLOMB_MUST_CHECK plomb_status plomb_key_parse(plomb_view spki, plomb_key *key);
/* PKCS#1 RSAPublicKey; its SPKI is built in work. */
PLOMB_MUST_CHECK plomb_status plomb_key_from_pkcs1(plomb_ctx *ctx, plomb_view der, plomb_key *key);

/* BearSSL's number of its curve; 0 if it is on none. */
int plomb_key_curve(const plomb_key *key);

/* The hash that goes with a key by default (SPEC 3.2): P-256, RSA: SHA-256; P-384: SHA-384; P-521, Ed25519ph: SHA-512. */
plomb_hash plomb_key_default_hash(const plomb_key *key);

/*
 * This kind of key signs over this hash: the three hashes for ECDSA and RSA,
 * SHA-256 alone for an id-RSASSA-PSS key whose parameters say so, NONE (pure)
 * and SHA-512 (prehashed) for Ed25519.
 */
int plomb_key_allows_hash(const plomb_key *key, plomb_hash hash);

/*
 * Verify with exactly this hash. PLOMB_HASH_NONE means pure Ed25519; an
 * Ed25519 key with PLOMB_SHA512 means Ed25519ph. PLOMB_OK,
 * PLOMB_SIGNATURE_MALFORMED (encoding, length), PLOMB_SIGNATURE_INVALID,
 * PLOMB_SIGNATURE_NEEDS_ARTIFACT, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED (the
 * message's digest under this hash is not known), PLOMB_KEY_TYPE_UNSUPPORTED,
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_key_verify(plomb_ctx *ctx, const plomb_key *key, plomb_hash hash,
	plomb_message *message, plomb_view signature);

/*
 * Verify as the key decides (SPEC 3.2, 3.3): its default hash, then SHA-256
 * for P-384 and P-521; pure, then prehashed for Ed25519; PKCS#1 v1.5 for
 * RSA, PSS only for id-RSASSA-PSS. With pinned not NONE only that hash.
 * *used is the hash that verified.
 */
PLOMB_MUST_CHECK plomb_status plomb_key_verify_auto(plomb_ctx *ctx, const plomb_key *key, plomb_hash pinned,
	plomb_message *message, plomb_view signature, plomb_hash *used);

/* The keys are the same key material. */
int plomb_key_eq(const plomb_key *a, const plomb_key *b);

#endif
