#include "pss.h"

/* Exclusive or of MGF1(seed) over out (RFC 8017 B.2.1). */
static void
mgf1_xor(const plomb_crypto *crypto, plomb_hash hash, plomb_view seed, unsigned char *out, size_t len)
{
	unsigned char block[PLOMB_MAX_HASH_LEN];
	unsigned char counter[4] = { 0, 0, 0, 0 };
	size_t hash_len = plomb_hash_len(hash);
	size_t at, i;

	for (at = 0; at < len; at += hash_len) {
		plomb_hasher hasher;
		plomb_view count = { counter, sizeof counter };

		plomb_hasher_init(&hasher, crypto, hash);
		plomb_hasher_update(&hasher, seed);
		plomb_hasher_update(&hasher, count);
		plomb_hasher_out(&hasher, block);
		for (i = 0; i < hash_len && at + i < len; i ++) {
			out[at + i] ^= block[i];
		}
		/* A modulus has at most 512 bytes: the counter never leaves this byte. */
		counter[3] ++;
	}
}

/* see pss.h */
int
plomb_pss_verify(const plomb_crypto *crypto, plomb_hash hash, const unsigned char *digest,
	unsigned char *em, size_t len)
{
	static const unsigned char zeros[8];
	unsigned char check[PLOMB_MAX_HASH_LEN];
	plomb_hasher hasher;
	plomb_view part;
	size_t hash_len = plomb_hash_len(hash);
	size_t db_len, at;

	/* Step 3 with an empty salt; steps 4 and 6. emBits is 8 * len - 1. */
	if (len < hash_len + 2 || em[len - 1] != 0xbc || (em[0] & 0x80) != 0) {
		return 0;
	}
	db_len = len - hash_len - 1;
	part.p = em + db_len;
	part.n = hash_len;
	mgf1_xor(crypto, hash, part, em, db_len);
	em[0] &= 0x7f;

	/* Step 10: zeros, then 01; the rest is the salt, whose length is free. */
	at = 0;
	while (at < db_len && em[at] == 0) {
		at ++;
	}
	if (at == db_len || em[at] != 1) {
		return 0;
	}
	at ++;

	plomb_hasher_init(&hasher, crypto, hash);
	part.p = zeros;
	part.n = sizeof zeros;
	plomb_hasher_update(&hasher, part);
	part.p = digest;
	part.n = hash_len;
	plomb_hasher_update(&hasher, part);
	part.p = em + at;
	part.n = db_len - at;
	plomb_hasher_update(&hasher, part);
	plomb_hasher_out(&hasher, check);
	return memcmp(check, em + db_len, hash_len) == 0;
}

/*
 * see pss.h
 *
 * The whole encoding is compared and nothing in it is parsed: lenient
 * parsers of the padding and of DigestInfo are how e = 3 forgeries
 * (CVE-2006-4339 and its many descendants) came about. BearSSL's own check
 * would also take a DigestInfo without the NULL, which RFC 8017 does not write.
 */
int
plomb_pkcs1_verify(plomb_hash hash, const unsigned char *digest, const unsigned char *em, size_t len)
{
	/* DigestInfo of a SHA-2 hash: the lengths and the OID's last arc differ. */
	unsigned char info[19] = {
		0x30, 0, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02, 0, 0x05, 0x00, 0x04, 0
	};
	size_t hash_len = plomb_hash_len(hash);
	size_t pad_end, i;

	/* At least eight bytes of padding (9.2, step 3). */
	if (len < 3 + 8 + sizeof info + hash_len) {
		return 0;
	}
	info[1] = (unsigned char)(sizeof info - 2 + hash_len);
	info[14] = (unsigned char)(hash == PLOMB_SHA256 ? 1 : hash == PLOMB_SHA384 ? 2 : 3);
	info[18] = (unsigned char)hash_len;

	pad_end = len - hash_len - sizeof info - 1;
	if (em[0] != 0 || em[1] != 1 || em[pad_end] != 0) {
		return 0;
	}
	for (i = 2; i < pad_end; i ++) {
		if (em[i] != 0xff) {
			return 0;
		}
	}
	return memcmp(em + pad_end + 1, info, sizeof info) == 0
		&& memcmp(em + len - hash_len, digest, hash_len) == 0;
}
