/* EMSA encodings of RSA signatures (RFC 8017, section 9). */
#ifndef PLOMB_PSS_H
#define PLOMB_PSS_H

#include "hash.h"

/*
 * EMSA-PSS-VERIFY (9.1.2) with MGF1 over the same hash and a salt of any
 * length: 1 if em, len bytes of a modulus of exactly 8 * len bits, encodes
 * the digest. em is overwritten.
 */
int plomb_pss_verify(const plomb_crypto *crypto, plomb_hash hash, const unsigned char *digest,
	unsigned char *em, size_t len);

/* EMSA-PKCS1-v1_5 (9.2): 1 if em is the one encoding of the digest. */
int plomb_pkcs1_verify(plomb_hash hash, const unsigned char *digest, const unsigned char *em, size_t len);

#endif
