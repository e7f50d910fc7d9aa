/* The default primitives: the curve dispatch, the ranges that the backends keep, Ed25519ph. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/ed25519.h"
#include "../src/core/hash.h"
#include "vector_lines.h"

static const int curves[] = { BR_EC_secp256r1, BR_EC_secp384r1, BR_EC_secp521r1 };

static const br_ec_impl *
ec(void)
{
	return plomb_crypto_default.ec;
}

static void
only_three_curves(void **state)
{
	(void)state;
	assert_int_equal(ec()->supported_curves, 7u << 23);
}

static void
curve_parameters(void **state)
{
	static const size_t halves[] = { 32, 48, 66 };
	size_t i, len, order_len, x_len;

	(void)state;
	for (i = 0; i < 3; i ++) {
		const unsigned char *generator = ec()->generator(curves[i], &len);
		const unsigned char *order = ec()->order(curves[i], &order_len);

		assert_int_equal(len, 1 + 2 * halves[i]);
		assert_int_equal(generator[0], 4);
		assert_int_equal(order_len, halves[i]);
		assert_int_equal(order[order_len - 1] & 1, 1);
		assert_int_equal(ec()->xoff(curves[i], &x_len), 1);
		assert_int_equal(x_len, halves[i]);
	}
}

/* 5 G as 5 times G, as mulgen's and as 2 G + 3 G. */
static void
arithmetic_agrees(void **state)
{
	static const unsigned char two[1] = { 2 }, three[1] = { 3 }, five[1] = { 5 };
	size_t i, len;

	(void)state;
	for (i = 0; i < 3; i ++) {
		const unsigned char *generator = ec()->generator(curves[i], &len);
		unsigned char a[133], b[133], c[133];

		memcpy(a, generator, len);
		memcpy(c, generator, len);
		assert_int_equal(ec()->mul(a, len, five, 1, curves[i]), 1);
		assert_int_equal(ec()->mulgen(b, five, 1, curves[i]), len);
		assert_int_equal(ec()->muladd(c, NULL, len, two, 1, three, 1, curves[i]), 1);
		assert_memory_equal(a, b, len);
		assert_memory_equal(a, c, len);
		a[len - 1] ^= 1;
		assert_int_equal(ec()->mul(a, len, five, 1, curves[i]), 0);
	}
}

/*
 * (r, s) under the key G. With s = 0, r = 0 or both, an implementation that
 * divides without looking accepts anything: CVE-2022-21449.
 */
static uint32_t
raw_verify(int curve, const unsigned char *r, const unsigned char *s, size_t half)
{
	unsigned char point[133], raw[132];
	static const unsigned char hash[32] = { 1, 2, 3 };
	size_t len;
	br_ec_public_key pk;

	memcpy(raw, r, half);
	memcpy(raw + half, s, half);
	memcpy(point, ec()->generator(curve, &len), 1 + 2 * half);
	pk.curve = curve;
	pk.q = point;
	pk.qlen = len;
	return plomb_crypto_default.ecdsa_raw(ec(), hash, sizeof hash, &pk, raw, 2 * half);
}

static void
range_of_r_and_s(void **state)
{
	size_t i, half, k, m;

	(void)state;
	for (i = 0; i < 3; i ++) {
		const unsigned char *order = ec()->order(curves[i], &half);
		unsigned char values[4][66];

		memset(values, 0, sizeof values);
		values[1][half - 1] = 1;
		memcpy(values[2], order, half);
		memset(values[3], 0xff, half);
		for (k = 0; k < 4; k ++) {
			for (m = 0; m < 4; m ++) {
				assert_int_equal(raw_verify(curves[i], values[k], values[m], half), 0);
			}
		}
	}
}

/* RFC 8032, 7.1 TEST 2 and 7.3 (Ed25519ph "abc"). */
static void
ed25519_of_the_rfc(void **state)
{
	static const char key[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
	static const char sig[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
	static const char ph_key[] = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf";
	static const char ph_sig[] = "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
		"31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";
	static const unsigned char message[1] = { 0x72 };
	unsigned char digest[64];
	plomb_view k = vector_hex(key), s = vector_hex(sig), pk = vector_hex(ph_key), ps = vector_hex(ph_sig);

	(void)state;
	assert_int_equal(plomb_ed25519_verify(k.p, s.p, message, 1), 1);
	assert_int_equal(plomb_ed25519_verify(k.p, s.p, message, 0), 0);
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA512, plomb_view_of("abc"), digest);
	assert_int_equal(plomb_ed25519ph_verify(pk.p, ps.p, digest), 1);
	digest[63] ^= 1;
	assert_int_equal(plomb_ed25519ph_verify(pk.p, ps.p, digest), 0);
	assert_ptr_equal(plomb_crypto_default.ed25519_verify, plomb_ed25519_verify);
	assert_ptr_equal(plomb_crypto_default.ed25519ph_verify, plomb_ed25519ph_verify);
	vector_free(k);
	vector_free(s);
	vector_free(pk);
	vector_free(ps);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_three_curves),
		cmocka_unit_test(curve_parameters),
		cmocka_unit_test(arithmetic_agrees),
		cmocka_unit_test(range_of_r_and_s),
		cmocka_unit_test(ed25519_of_the_rfc)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
