#include <sodium.h>

#include "ed25519.h"

/* see ed25519.h */
int
plomb_ed25519_verify(const unsigned char key[32], const unsigned char sig[64],
	const unsigned char *msg, size_t len)
{
	return crypto_sign_verify_detached(sig, msg, len, key) == 0;
}

/*
 * The little-endian number is below the group order
 * L = 2^252 + 27742317777372353535851937790883648493. Without this test
 * S + L would be a second valid signature.
 */
static int
is_reduced(const unsigned char s[32])
{
	static const unsigned char order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
		0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10
	};
	size_t i;

	for (i = 32; i > 0; i --) {
		if (s[i - 1] != order[i - 1]) {
			return s[i - 1] < order[i - 1];
		}
	}
	return 0;
}

/* SHA-512(dom2(1, "") || R || A || digest) modulo L. */
static void
challenge(const unsigned char key[32], const unsigned char sig[64],
	const unsigned char digest[64], unsigned char h[32])
{
	static const unsigned char dom2[34] = {
		'S', 'i', 'g', 'E', 'd', '2', '5', '5', '1', '9', ' ',
		'n', 'o', ' ', 'E', 'd', '2', '5', '5', '1', '9', ' ',
		'c', 'o', 'l', 'l', 'i', 's', 'i', 'o', 'n', 's', 1, 0
	};
	br_sha512_context state;
	unsigned char wide[64];

	br_sha512_init(&state);
	br_sha512_update(&state, dom2, sizeof dom2);
	br_sha512_update(&state, sig, 32);
	br_sha512_update(&state, key, 32);
	br_sha512_update(&state, digest, 64);
	br_sha512_out(&state, wide);
	crypto_core_ed25519_scalar_reduce(h, wide);
}

/*
 * see ed25519.h
 *
 * libsodium's own crypto_sign_final_verify hashes the message itself and so
 * is of no use to a caller who only knows the digest. This computes
 * S B - h A with its group functions and compares the encoding with R, as
 * its internal code does. They refuse a key that is not on the curve, is of
 * small order or has a component of small order; S = 0 and h = 0 are refused
 * too, which nobody can meet by chance.
 */
int
plomb_ed25519ph_verify(const unsigned char key[32], const unsigned char sig[64],
	const unsigned char digest[64])
{
	unsigned char h[32], sb[32], ha[32], r[32];

	if (!is_reduced(sig + 32) || crypto_core_ed25519_is_valid_point(key) != 1) {
		return 0;
	}
	challenge(key, sig, digest, h);
	if (crypto_scalarmult_ed25519_base_noclamp(sb, sig + 32) != 0
		|| crypto_scalarmult_ed25519_noclamp(ha, h, key) != 0
		|| crypto_core_ed25519_sub(r, sb, ha) != 0
		|| memcmp(r, sig, sizeof r) != 0)
	{
		return 0;
	}
	/* R is in the prime-order group now: of small order only if it is the identity. */
	return crypto_core_ed25519_is_valid_point(sig) == 1;
}
