/*
 * Ed25519 and Ed25519ph verification (RFC 8032). One of the files
 * ed25519_….c gives both functions.
 *
 * Strict: S below the group order, no public key and no R of small order,
 * no key whose y is not reduced. Each gives 1 for a good signature and 0
 * for anything else.
 */
#ifndef PLOMB_ED25519_H
#define PLOMB_ED25519_H

#include "view.h"

int plomb_ed25519_verify(const unsigned char key[32], const unsigned char sig[64],
	const unsigned char *msg, size_t len);
/* digest is SHA-512 of the message; the context is empty. */
int plomb_ed25519ph_verify(const unsigned char key[32], const unsigned char sig[64],
	const unsigned char digest[64]);

#endif
