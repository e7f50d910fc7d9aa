/* private_key_der.c: keys as DER, and the public half of a private one. For private_key.c alone. */
#ifndef PLOMB_PRIVATE_KEY_DER_H
#define PLOMB_PRIVATE_KEY_DER_H

#include "private_key.h"

/* BearSSL's number of the curve; 0 for other kinds. */
int plomb_private_key_curve(plomb_key_kind kind);

/*
 * Fill in public_key, with its SPKI in work, from the private half (and from
 * n and e, for RSA). PLOMB_KEY_MALFORMED if the private half is none;
 * PLOMB_KEY_TOO_SMALL, PLOMB_KEY_TYPE_UNSUPPORTED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_private_key_publish_ec(plomb_ctx *ctx, plomb_key_kind kind, plomb_private_key *key);
PLOMB_MUST_CHECK plomb_status plomb_private_key_publish_rsa(plomb_ctx *ctx, const unsigned char *n, size_t n_len,
	const unsigned char *e, size_t e_len, plomb_private_key *key);
PLOMB_MUST_CHECK plomb_status plomb_private_key_publish_ed25519(plomb_ctx *ctx, plomb_private_key *key);

#endif
