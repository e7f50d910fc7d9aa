/*
 * RSA encodings by themselves: short buffers, which no key can produce but
 * which must not be read past. Whole signatures are in test_signature.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/pss.h"

/* Bytes of their own length, all the same, so that a sanitizer sees the end. */
static unsigned char *
filled(size_t n, int value)
{
	unsigned char *em = malloc(n == 0 ? 1 : n);

	assert_non_null(em);
	memset(em, value, n);
	return em;
}

static void
every_length_is_safe(void **state)
{
	static const int fills[] = { 0x00, 0x01, 0x7f, 0xbc, 0xff };
	static const unsigned char digest[PLOMB_MAX_HASH_LEN];
	size_t n, f;
	int hash;

	(void)state;
	for (n = 0; n < 200; n ++) {
		for (f = 0; f < 5; f ++) {
			for (hash = PLOMB_SHA256; hash <= PLOMB_SHA512; hash ++) {
				unsigned char *em = filled(n, fills[f]);

				if (n != 0) {
					em[n - 1] = 0xbc;
					em[0] &= 0x7f;
				}
				assert_int_equal(plomb_pss_verify(&plomb_crypto_default, (plomb_hash)hash, digest, em, n), 0);
				assert_int_equal(plomb_pkcs1_verify((plomb_hash)hash, digest, em, n), 0);
				free(em);
			}
		}
	}
}

/* Encodings of the digest of "abc", at the shortest length that RFC 8017 allows and one below. */
static size_t
encode_pkcs1(plomb_hash hash, const unsigned char *digest, unsigned char *em, size_t padding)
{
	static const unsigned char prefix[3][19] = {
		{ 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 },
		{ 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30 },
		{ 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40 }
	};
	size_t at = 0;

	em[at ++] = 0;
	em[at ++] = 1;
	memset(em + at, 0xff, padding);
	at += padding;
	em[at ++] = 0;
	memcpy(em + at, prefix[hash - 1], 19);
	at += 19;
	memcpy(em + at, digest, plomb_hash_len(hash));
	return at + plomb_hash_len(hash);
}

static void
shortest_padding(void **state)
{
	int hash;

	(void)state;
	for (hash = PLOMB_SHA256; hash <= PLOMB_SHA512; hash ++) {
		unsigned char em[256], digest[PLOMB_MAX_HASH_LEN];
		size_t n, i;

		plomb_hash_of(&plomb_crypto_default, (plomb_hash)hash, plomb_view_of("abc"), digest);
		n = encode_pkcs1((plomb_hash)hash, digest, em, 8);
		assert_int_equal(plomb_pkcs1_verify((plomb_hash)hash, digest, em, n), 1);
		for (i = 0; i < n; i ++) {
			em[i] ^= 0x40;
			assert_int_equal(plomb_pkcs1_verify((plomb_hash)hash, digest, em, n), 0);
			em[i] ^= 0x40;
		}
		n = encode_pkcs1((plomb_hash)hash, digest, em, 7);
		assert_int_equal(plomb_pkcs1_verify((plomb_hash)hash, digest, em, n), 0);
		n = encode_pkcs1((plomb_hash)hash, digest, em, 60);
		assert_int_equal(plomb_pkcs1_verify((plomb_hash)hash, digest, em, n), 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_is_safe),
		cmocka_unit_test(shortest_padding)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
