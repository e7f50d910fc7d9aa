/*
 * Private keys (SPEC 3.2, 13.10): made, read, written, and signed with.
 *
 * A key that comes from a file is untrusted until it was read here: strict
 * DER, every number within its range, the public half recomputed from the
 * private one where that is possible and compared where both are given, and
 * RSA's eight numbers consistent with each other.
 * BearSSL's own key decoder is not used: it has overrun its buffer.
 */
#ifndef PLOMB_PRIVATE_KEY_H
#define PLOMB_PRIVATE_KEY_H

#include "../core/key.h"
#include "../../port/random.h"

#define PLOMB_MAX_PRIVATE_KEY_BYTES 16384 /* DER; RSA with 4096 bits has 2,400 */

/* Views into work, where the secrets lie until plomb_private_key_wipe. */
typedef struct {
	plomb_key public_key;   /* with its SPKI */
	plomb_view x;           /* EC: the scalar, as long as the order. Ed25519: the 32-byte seed */
	br_rsa_private_key rsa; /* of RSA */
	plomb_view rsa_d;       /* RSA: the private exponent, for writing */
} plomb_private_key;

/*
 * A new key. kind is P256, P384, P521, RSA or ED25519; bits is of RSA: 2048,
 * 3072 or 4096. PLOMB_KEY_TYPE_UNSUPPORTED, PLOMB_KEY_TOO_SMALL,
 * PLOMB_NO_ROOM; PLOMB_IO_ERROR without random numbers.
 */
PLOMB_MUST_CHECK plomb_status plomb_private_key_generate(plomb_ctx *ctx, const plomb_random *random,
	plomb_key_kind kind, unsigned bits, plomb_private_key *key);

/*
 * From DER under its PEM label: "PRIVATE KEY" (PKCS#8, RFC 5958),
 * "EC PRIVATE KEY" (RFC 5915 with named curve), "RSA PRIVATE KEY" (RFC 8017).
 * What it says is copied into work. PLOMB_KEY_MALFORMED,
 * PLOMB_KEY_TYPE_UNSUPPORTED, PLOMB_KEY_TOO_SMALL, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_private_key_read(plomb_ctx *ctx, plomb_view label, plomb_view der, plomb_private_key *key);

/* PKCS#8 DER as Go writes it: a secret, which the caller wipes. No other copy is left in work. PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_private_key_write(plomb_work *work, const plomb_private_key *key, plomb_view *der);

/*
 * Sign with exactly this hash (NONE: pure Ed25519; Ed25519 with SHA512:
 * Ed25519ph): ECDSA in DER with the nonce of RFC 6979, PKCS#1 v1.5, or 64
 * bytes. The signature is in work, and was verified with the public half
 * before it is given. PLOMB_KEY_TYPE_UNSUPPORTED,
 * PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, PLOMB_INTERNAL_ERROR, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_private_key_sign(plomb_ctx *ctx, const plomb_private_key *key, plomb_hash hash,
	plomb_message *message, plomb_view *signature);

/* Overwrite every secret part. The key may be used for nothing after that. */
void plomb_private_key_wipe(plomb_private_key *key);

/* Overwrite everything that was ever taken from work behind the mark, and give it back. */
void plomb_wipe_since(plomb_work *work, size_t mark);

/* Overwrite memory in a way that no compiler leaves out. */
void plomb_wipe(void *p, size_t n);

#endif
