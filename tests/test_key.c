/* Public keys: SPKI, PKCS#1, PEM, and comparing them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/key.h"
#include "vector_lines.h"

static unsigned char memory[16384];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };

static int
setup(void **state)
{
	(void)state;
	plomb_work_init(&work, memory, sizeof memory);
	memset(&detail, 0, sizeof detail);
	return 0;
}

static plomb_view
text(const char *s)
{
	return plomb_view_of(s);
}

/* Every spki line of the vectors; each refused one is refused by one rule alone. */
static void
spki_vectors(void **state)
{
	vector_file file = vector_open("signatures/signatures.txt");
	char *line;
	unsigned cases = 0;

	(void)state;
	while ((line = vector_next(&file)) != NULL) {
		const char *want;
		plomb_view der;
		plomb_key key;
		plomb_status status;

		if (strcmp(vector_field(&line), "spki") != 0) {
			continue;
		}
		want = vector_field(&line);
		der = vector_hex(vector_field(&line));
		status = plomb_key_from_spki(&plomb_crypto_default, der, &key);
		if (strcmp(plomb_status_code(status), want) != 0) {
			fail_msg("%s: want %s, got %s", line, want, plomb_status_code(status));
		}
		if (status == PLOMB_OK) {
			assert_true(plomb_view_eq(key.spki, der));
			assert_true(plomb_key_eq(&key, &key));
			assert_int_not_equal(plomb_hash_len(plomb_key_default_hash(&key)), 0);
		} else {
			assert_int_equal(key.kind, PLOMB_KEY_NONE);
			assert_null(key.spki.p);
			assert_false(plomb_key_eq(&key, &key));
		}
		vector_free(der);
		cases ++;
	}
	vector_close(&file);
	assert_true(cases > 140);
}

/* The SPKI that a key line of the vectors has; for those who want one good key. */
static plomb_view
named(const char *name)
{
	vector_file file = vector_open("signatures/signatures.txt");
	plomb_view der = { NULL, 0 };
	char *line;

	while (der.p == NULL && (line = vector_next(&file)) != NULL) {
		if (strcmp(vector_field(&line), "key") == 0 && strcmp(vector_field(&line), name) == 0) {
			der = vector_hex(vector_field(&line));
		}
	}
	vector_close(&file);
	assert_non_null(der.p);
	return der;
}

/* No prefix and no key with one flipped bit in its frame is read as the same key. */
static void
spki_prefixes_and_bits(void **state)
{
	static const char *const names[] = { "p256", "p384", "p521", "rsa2048", "ed25519", "rsa2048-pss-sha256" };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		plomb_view der = named(names[i]);
		unsigned char copy[600];
		plomb_key good, key;

		assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, der, &good), PLOMB_OK);
		for (n = 0; n < der.n; n ++) {
			plomb_view part = { der.p, n };

			assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, part, &key), PLOMB_KEY_MALFORMED);
		}
		for (n = 0; n < der.n * 8; n += 3) {
			plomb_view changed = { copy, der.n };

			memcpy(copy, der.p, der.n);
			copy[n / 8] ^= (unsigned char)(1u << n % 8);
			if (plomb_key_from_spki(&plomb_crypto_default, changed, &key) == PLOMB_OK) {
				/* Another Ed25519 or RSA key. */
				assert_false(key.kind == good.kind && plomb_key_eq(&key, &good));
			}
		}
		vector_free(der);
	}
}

/* A backend that reduces coordinates instead of refusing them. */
static uint32_t
mul_that_reduces(unsigned char *point, size_t n, const unsigned char *x, size_t x_len, int curve)
{
	(void)x;
	(void)x_len;
	(void)curve;
	point[n - 1] ^= 1;
	return 1;
}

static void
coordinates_are_compared(void **state)
{
	plomb_view der = named("p256");
	plomb_crypto crypto = plomb_crypto_default;
	br_ec_impl ec = *crypto.ec;
	plomb_key key;

	(void)state;
	ec.mul = mul_that_reduces;
	crypto.ec = &ec;
	assert_int_equal(plomb_key_from_spki(&crypto, der, &key), PLOMB_KEY_MALFORMED);
	vector_free(der);
}

static void
equal_keys(void **state)
{
	plomb_view a = named("rsa2048"), b = named("rsa2048-pss"), c = named("rsa3072"), d = named("p256"), e = named("p256-G");
	plomb_key rsa, pss, rsa3072, p256, generator;

	(void)state;
	assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, a, &rsa), PLOMB_OK);
	assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, b, &pss), PLOMB_OK);
	assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, c, &rsa3072), PLOMB_OK);
	assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, d, &p256), PLOMB_OK);
	assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, e, &generator), PLOMB_OK);
	assert_int_equal(rsa.kind, PLOMB_KEY_RSA);
	assert_int_equal(pss.kind, PLOMB_KEY_RSA_PSS);
	assert_true(plomb_key_eq(&rsa, &pss));
	assert_true(plomb_key_eq(&pss, &rsa));
	assert_false(plomb_key_eq(&rsa, &rsa3072));
	assert_false(plomb_key_eq(&rsa, &p256));
	assert_false(plomb_key_eq(&p256, &rsa));
	assert_false(plomb_key_eq(&p256, &generator));
	assert_true(plomb_key_eq(&generator, &generator));

	/* The same point under two curves, and the same modulus with another exponent. */
	generator.kind = PLOMB_KEY_P384;
	p256.point = generator.point;
	assert_false(plomb_key_eq(&p256, &generator));
	pss.e.n = 1;
	assert_false(plomb_key_eq(&rsa, &pss));
	vector_free(a);
	vector_free(b);
	vector_free(c);
	vector_free(d);
	vector_free(e);
}

static void
hashes_of_keys(void **state)
{
	static const struct {
		const char *name;
		plomb_hash by_default;
		unsigned allowed; /* 1 << hash */
	} rows[] = {
		{ "p256", PLOMB_SHA256, 0xE }, { "p384", PLOMB_SHA384, 0xE }, { "p521", PLOMB_SHA512, 0xE },
		{ "rsa2048", PLOMB_SHA256, 0xE }, { "rsa2048-pss", PLOMB_SHA256, 0xE },
		{ "rsa2048-pss-sha256", PLOMB_SHA256, 0x2 }, { "ed25519", PLOMB_SHA512, 0x9 }
	};
	plomb_key key;
	size_t i;
	int hash;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view der = named(rows[i].name);

		assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, der, &key), PLOMB_OK);
		assert_int_equal(plomb_key_default_hash(&key), rows[i].by_default);
		for (hash = 0; hash < 4; hash ++) {
			assert_int_equal(plomb_key_allows_hash(&key, (plomb_hash)hash), rows[i].allowed >> hash & 1);
		}
		if (key.kind == PLOMB_KEY_RSA) {
			/* A log whose keyDetails say PSS. */
			key.kind = PLOMB_KEY_RSA_PSS;
			assert_true(plomb_key_allows_hash(&key, PLOMB_SHA512));
			key.spki.n = 0;
			assert_false(plomb_key_allows_hash(&key, PLOMB_SHA512));
		}
		vector_free(der);
	}
	memset(&key, 0, sizeof key);
	assert_int_equal(plomb_key_default_hash(&key), PLOMB_HASH_NONE);
	assert_false(plomb_key_allows_hash(&key, PLOMB_SHA256));
}

/* A block around base64 of these bytes, in lines of 64. */
static plomb_view
pem_of(char *out, const char *label, plomb_view der)
{
	static unsigned char encoded[4096];
	size_t n, at = 0, i;
	plomb_view pem;

	assert_true(plomb_base64_encoded_len(der.n) <= sizeof encoded);
	n = plomb_base64_encode(encoded, der);
	at += (size_t)sprintf(out, "-----BEGIN %s-----\n", label);
	for (i = 0; i < n; i += 64) {
		size_t part = n - i < 64 ? n - i : 64;

		memcpy(out + at, encoded + i, part);
		at += part;
		out[at ++] = '\n';
	}
	at += (size_t)sprintf(out + at, "-----END %s-----\n", label);
	pem.p = (unsigned char *)out;
	pem.n = at;
	return pem;
}

static void
pem_labels(void **state)
{
	static const struct {
		const char *label;
		const char *key;
		plomb_status want;
	} rows[] = {
		{ "PUBLIC KEY", "p256", PLOMB_OK },
		{ "PUBLIC KEY", "ed25519", PLOMB_OK },
		{ "PUBLIC KEY", "rsa4096", PLOMB_OK },
		{ "RSA PUBLIC KEY", "rsa2048", PLOMB_KEY_MALFORMED }, /* an SPKI is no RSAPublicKey */
		{ "CERTIFICATE", "p256", PLOMB_KEY_MALFORMED },
		{ "PRIVATE KEY", "p256", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "EC PRIVATE KEY", "p256", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "RSA PRIVATE KEY", "p256", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "ENCRYPTED PRIVATE KEY", "p256", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "ENCRYPTED SIGSTORE PRIVATE KEY", "p256", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "CERTIFICATE REQUEST", "p256", PLOMB_KEY_MALFORMED },
		{ "EC PARAMETERS", "p256", PLOMB_KEY_MALFORMED },
		{ "public key", "p256", PLOMB_KEY_MALFORMED }
	};
	char pem[4096];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view der = named(rows[i].key);
		size_t before = plomb_work_mark(&work);
		plomb_key key;

		assert_int_equal(plomb_key_from_pem(&ctx, pem_of(pem, rows[i].label, der), &key), rows[i].want);
		if (rows[i].want == PLOMB_OK) {
			assert_true(plomb_view_eq(key.spki, der));
			assert_true(plomb_work_mark(&work) > before);
		} else {
			assert_int_equal(plomb_work_mark(&work), before);
		}
		vector_free(der);
	}
	assert_true(plomb_view_is(detail.got, "public key"));
	assert_true(plomb_view_is(detail.want, "PUBLIC KEY"));
}

static void
pem_files(void **state)
{
	plomb_view der = named("p256");
	char pem[4096];
	plomb_view one = pem_of(pem, "PUBLIC KEY", der), two;
	plomb_key key;

	(void)state;
	memcpy(pem + one.n, pem, one.n);
	two.p = one.p;
	two.n = 2 * one.n;
	assert_int_equal(plomb_key_from_pem(&ctx, two, &key), PLOMB_KEY_MALFORMED);
	assert_int_equal(plomb_key_from_pem(&ctx, text(""), &key), PLOMB_KEY_MALFORMED);
	assert_int_equal(plomb_key_from_pem(&ctx, text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me"), &key), PLOMB_KEY_MALFORMED);
	pem[one.n] = 'x';
	two.n = one.n + 1;
	assert_int_equal(plomb_key_from_pem(&ctx, two, &key), PLOMB_KEY_MALFORMED);
	pem[one.n] = '\n';
	assert_int_equal(plomb_key_from_pem(&ctx, two, &key), PLOMB_OK);
	assert_int_equal(key.kind, PLOMB_KEY_P256);

	/* No detail asked for. */
	ctx.detail = NULL;
	assert_int_equal(plomb_key_from_pem(&ctx, pem_of(pem, "X PRIVATE KEY", der), &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	ctx.detail = &detail;
	plomb_work_init(&work, memory, 16);
	assert_int_equal(plomb_key_from_pem(&ctx, pem_of(pem, "PUBLIC KEY", der), &key), PLOMB_NO_ROOM);
	vector_free(der);
}

/* The BIT STRING's octets of an RSA SPKI with NULL parameters. */
static plomb_view
pkcs1_of(plomb_view spki)
{
	return plomb_view_cut(spki, 24, spki.n - 24);
}

static void
pkcs1_keys(void **state)
{
	static const char *const names[] = { "rsa2048", "rsa3072", "rsa4096" };
	char pem[4096];
	plomb_key key, other;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i ++) {
		plomb_view spki = named(names[i]), der = pkcs1_of(spki);
		size_t mark = plomb_work_mark(&work);

		assert_int_equal(plomb_key_from_pem(&ctx, pem_of(pem, "RSA PUBLIC KEY", der), &key), PLOMB_OK);
		assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, spki, &other), PLOMB_OK);
		assert_true(plomb_view_eq(key.spki, spki));
		assert_true(plomb_key_eq(&key, &other));

		plomb_work_release(&work, mark);
		der.n --;
		assert_int_equal(plomb_key_from_pkcs1(&ctx, der, &key), PLOMB_KEY_MALFORMED);
		assert_int_equal(key.kind, PLOMB_KEY_NONE);
		vector_free(spki);
	}
}

/* SEQUENCE { INTEGER n of this many content bytes, INTEGER 65537 } */
static plomb_view
numbers(unsigned char *out, size_t n)
{
	size_t at = 0, body = 4 + n + 5;
	plomb_view der;

	out[at ++] = 0x30;
	out[at ++] = 0x82;
	out[at ++] = (unsigned char)(body >> 8);
	out[at ++] = (unsigned char)body;
	out[at ++] = 0x02;
	out[at ++] = 0x82;
	out[at ++] = (unsigned char)(n >> 8);
	out[at ++] = (unsigned char)n;
	memset(out + at, 0x77, n);
	at += n;
	memcpy(out + at, "\x02\x03\x01\x00\x01", 5);
	der.p = out;
	der.n = at + 5;
	return der;
}

static void
pkcs1_sizes(void **state)
{
	static unsigned char der[9000];
	static const unsigned char tiny[] = { 0x30, 0x06, 0x02, 0x01, 0x7B, 0x02, 0x01, 0x03 };
	static const unsigned char head[] = { 0x30, 0x81, 0x86, 0x02, 0x7f };
	unsigned char short_key[sizeof head + 127 + 5];
	plomb_view small = { tiny, sizeof tiny }, one_k = { short_key, sizeof short_key };
	size_t mark = plomb_work_mark(&work);
	plomb_key key;

	(void)state;
	assert_int_equal(plomb_key_from_pkcs1(&ctx, small, &key), PLOMB_KEY_TOO_SMALL);
	memset(short_key + sizeof head, 0x77, 127);
	memcpy(short_key, head, sizeof head);
	memcpy(short_key + sizeof head + 127, "\x02\x03\x01\x00\x01", 5);
	assert_int_equal(plomb_key_from_pkcs1(&ctx, one_k, &key), PLOMB_KEY_TOO_SMALL);
	assert_int_equal(plomb_key_from_pkcs1(&ctx, numbers(der, 256), &key), PLOMB_KEY_TOO_SMALL); /* 2047 bits */
	assert_int_equal(plomb_key_from_pkcs1(&ctx, numbers(der, 1000), &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(plomb_key_from_pkcs1(&ctx, numbers(der, 8300), &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(plomb_work_mark(&work), mark);
	plomb_work_init(&work, memory, 100);
	assert_int_equal(plomb_key_from_pkcs1(&ctx, numbers(der, 256), &key), PLOMB_NO_ROOM);
	assert_true(work.missing > 0);
}

/* A real certificate whose key is taken because a user said so. */
static void
certificate(void **state)
{
	static const char pem[] =
#include "vectors/signatures/certificate.inc"
		;
	plomb_key key;

	(void)state;
	assert_int_equal(plomb_key_from_pem(&ctx, text(pem), &key), PLOMB_OK);
	assert_int_equal(key.kind, PLOMB_KEY_P384);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(spki_vectors, setup),
		cmocka_unit_test_setup(spki_prefixes_and_bits, setup),
		cmocka_unit_test_setup(coordinates_are_compared, setup),
		cmocka_unit_test_setup(equal_keys, setup),
		cmocka_unit_test_setup(hashes_of_keys, setup),
		cmocka_unit_test_setup(pem_labels, setup),
		cmocka_unit_test_setup(pem_files, setup),
		cmocka_unit_test_setup(pkcs1_keys, setup),
		cmocka_unit_test_setup(pkcs1_sizes, setup),
		cmocka_unit_test_setup(certificate, setup)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
