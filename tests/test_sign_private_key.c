/* Private keys: read, written, made, and signed with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/sign/private_key.h"
#include "vector_lines.h"

static unsigned char memory[65536];
static plomb_work work;
static plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };

static void
start(size_t size)
{
	memset(memory, 0, sizeof memory);
	plomb_work_init(&work, memory, size);
}

static int
setup(void **state)
{
	(void)state;
	start(sizeof memory);
	return 0;
}

/* PEM's label of a vector: its blanks are underscores there. */
static plomb_view
label_of(char *field)
{
	char *at;

	for (at = field; *at != 0; at ++) {
		*at = *at == '_' ? ' ' : *at;
	}
	return plomb_view_of(field);
}

static plomb_hash
hash_of(const char *name)
{
	return plomb_hash_named(plomb_view_of(name));
}

static int
is_clear(const plomb_private_key *key)
{
	static const plomb_private_key none;

	return memcmp(key, &none, sizeof none) == 0;
}

static int
is_zero(const unsigned char *p, size_t n)
{
	while (n != 0 && p[n - 1] == 0) {
		n --;
	}
	return n == 0;
}

/* A key that was read signs, is written as PKCS#8 and read again as the same; nothing is left of it at the end. */
static void
check_good(plomb_view label, plomb_view der, plomb_view spki, const char *name)
{
	static const plomb_view pkcs8 = PLOMB_LIT("PRIVATE KEY");
	plomb_private_key key, again;
	plomb_view written, twice, signature;
	plomb_message message;
	plomb_status s;

	start(sizeof memory);
	s = plomb_private_key_read(&ctx, label, der, &key);
	if (s != PLOMB_OK) {
		fail_msg("%s: %s", name, plomb_status_code(s));
	}
	assert_true(plomb_view_eq(key.public_key.spki, spki));
	assert_int_equal(plomb_private_key_write(&work, &key, &written), PLOMB_OK);
	assert_int_equal(plomb_private_key_read(&ctx, pkcs8, written, &again), PLOMB_OK);
	assert_true(plomb_key_eq(&key.public_key, &again.public_key));
	assert_int_equal(plomb_private_key_write(&work, &again, &twice), PLOMB_OK);
	assert_true(plomb_view_eq(written, twice));
	plomb_message_start(&message);
	plomb_message_add(&message, plomb_view_of("message"));
	assert_int_equal(plomb_private_key_sign(&ctx, &again, plomb_key_default_hash(&again.public_key), &message, &signature), PLOMB_OK);
	assert_int_equal(plomb_key_verify(&ctx, &key.public_key, plomb_key_default_hash(&key.public_key), &message, signature), PLOMB_OK);
	plomb_message_start(&message);
	plomb_message_add(&message, plomb_view_of("massage"));
	assert_int_equal(plomb_key_verify(&ctx, &key.public_key, plomb_key_default_hash(&key.public_key), &message, signature), PLOMB_SIGNATURE_INVALID);
	plomb_wipe((void *)(uintptr_t)written.p, written.n);
	plomb_wipe((void *)(uintptr_t)twice.p, twice.n);
	plomb_private_key_wipe(&key);
	plomb_private_key_wipe(&again);
	assert_true(is_clear(&key) && is_clear(&again));
}

/* What is secret of a key: no eight bytes of it are anywhere in memory. */
static void
check_no_trace(plomb_view secret, const char *name)
{
	size_t i, at;

	for (at = 0; at + 8 <= secret.n; at += 8) {
		for (i = 0; i + 8 <= sizeof memory; i ++) {
			if (memcmp(memory + i, secret.p + at, 8) == 0 && !is_zero(secret.p + at, 8)) {
				fail_msg("%s: a secret's octets from %zu on stand at %zu", name, at, i);
			}
		}
	}
}

/* The secret numbers of a key, copied out: EC's and Ed25519's, or RSA's first factor. */
static size_t
copy_secret(const plomb_private_key *key, unsigned char out[512])
{
	size_t n = key->x.n != 0 ? key->x.n : key->rsa.plen;

	memcpy(out, key->x.n != 0 ? key->x.p : key->rsa.p, n);
	return n;
}

static void
no_trace_is_left(plomb_view label, plomb_view der, const char *name)
{
	unsigned char secret[512];
	plomb_private_key key;
	plomb_view view, written;
	size_t room;

	start(sizeof memory);
	assert_int_equal(plomb_private_key_read(&ctx, label, der, &key), PLOMB_OK);
	view.p = secret;
	view.n = copy_secret(&key, secret);
	assert_int_equal(plomb_private_key_write(&work, &key, &written), PLOMB_OK);
	plomb_wipe((void *)(uintptr_t)written.p, written.n);
	plomb_private_key_wipe(&key);
	check_no_trace(view, name);
	/* Without room for all of it, wherever that is found out. */
	for (room = 0; room < 20000; room += view.n == 32 ? 16 : 500) {
		plomb_status s;

		start(room);
		s = plomb_private_key_read(&ctx, label, der, &key);
		if (s == PLOMB_OK) {
			s = plomb_private_key_write(&work, &key, &written);
			plomb_private_key_wipe(&key);
			if (s == PLOMB_OK) {
				break;
			}
		}
		assert_int_equal(s, PLOMB_NO_ROOM);
		check_no_trace(view, name);
	}
	assert_true(room != 0 && room < 20000);
}

/* No prefix of a key is one, and neither is a key with one more octet. */
static void
no_part_is_a_key(plomb_view label, plomb_view der)
{
	plomb_private_key key;
	size_t n;

	for (n = 0; n < der.n; n ++) {
		plomb_view part = plomb_view_cut(der, 0, n);
		unsigned char *copy = malloc(n == 0 ? 1 : n);

		assert_non_null(copy);
		memcpy(copy, part.p, n);
		part.p = copy;
		plomb_work_init(&work, memory, sizeof memory);
		assert_int_equal(plomb_private_key_read(&ctx, label, part, &key), PLOMB_KEY_MALFORMED);
		assert_true(is_clear(&key));
		assert_int_equal(work.used, 0);
		free(copy);
	}
}

static void
test_vectors(void **state)
{
	vector_file file = vector_open("sign/keys.txt");
	unsigned goods = 0, bads = 0;
	char *line;

	(void)state;
	while ((line = vector_next(&file)) != NULL) {
		const char *what = vector_field(&line);
		plomb_private_key key;
		plomb_view label, der, spki;
		const char *want;
		plomb_status s;

		if (strcmp(what, "good") == 0) {
			label = label_of(vector_field(&line));
			der = vector_hex(vector_field(&line));
			spki = vector_hex(vector_field(&line));
			check_good(label, der, spki, line);
			if (spki.n < 400) {
				no_trace_is_left(label, der, line);
			}
			no_part_is_a_key(label, der);
			goods ++;
			vector_free(spki);
			vector_free(der);
		} else if (strcmp(what, "bad") == 0) {
			want = vector_field(&line);
			label = label_of(vector_field(&line));
			der = vector_hex(vector_field(&line));
			start(sizeof memory);
			s = plomb_private_key_read(&ctx, label, der, &key);
			if (strcmp(plomb_status_code(s), want) != 0) {
				fail_msg("%s: want %s, got %s", line, want, plomb_status_code(s));
			}
			assert_true(is_clear(&key));
			assert_int_equal(work.used, 0);
			assert_true(is_zero(memory, sizeof memory));
			bads ++;
			vector_free(der);
		}
	}
	vector_close(&file);
	assert_true(goods >= 38 && bads >= 120);
}

/* The signatures of RFC 6979, RFC 8032 and PKCS#1, octet for octet. */
static void
test_signatures(void **state)
{
	vector_file file = vector_open("sign/keys.txt");
	unsigned count = 0;
	char *line;

	(void)state;
	while ((line = vector_next(&file)) != NULL) {
		plomb_view label, der, bytes, want, signature;
		plomb_private_key key;
		plomb_message message;
		plomb_hash hash;

		if (strcmp(vector_field(&line), "sign") != 0) {
			continue;
		}
		label = label_of(vector_field(&line));
		der = vector_hex(vector_field(&line));
		hash = hash_of(vector_field(&line));
		bytes = vector_hex(vector_field(&line));
		want = vector_hex(vector_field(&line));
		start(sizeof memory);
		assert_int_equal(plomb_private_key_read(&ctx, label, der, &key), PLOMB_OK);
		plomb_message_start(&message);
		plomb_message_add(&message, bytes);
		assert_int_equal(plomb_private_key_sign(&ctx, &key, hash, &message, &signature), PLOMB_OK);
		if (!plomb_view_eq(signature, want)) {
			fail_msg("%s: another signature", line);
		}
		vector_free(der);
		vector_free(bytes);
		vector_free(want);
		count ++;
	}
	vector_close(&file);
	assert_int_equal(count, 3 * 3 * 2 + 3 + 9);
}

/* Random numbers that are always the same, or fail from the nth call on. */
typedef struct {
	plomb_random random;
	unsigned char next;
	int left; /* calls that succeed; -1: all */
} fixed;

static plomb_status
fill(const plomb_random *self, void *p, size_t n)
{
	fixed *f = (fixed *)(uintptr_t)self;
	size_t i;

	for (i = 0; i < n; i ++) {
		((unsigned char *)p)[i] = (unsigned char)(f->next ++ * 7 + 1);
	}
	if (f->left == 0) {
		return PLOMB_IO_ERROR;
	}
	f->left -= f->left > 0;
	return PLOMB_OK;
}

static void
test_generate(void **state)
{
	static const struct {
		plomb_key_kind kind;
		unsigned bits;
		size_t n;
	} kinds[] = {
		{ PLOMB_KEY_P256, 0, 65 }, { PLOMB_KEY_P384, 0, 97 }, { PLOMB_KEY_P521, 0, 133 }, { PLOMB_KEY_ED25519, 0, 32 },
		{ PLOMB_KEY_RSA, 2048, 256 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i ++) {
		fixed random = { { fill }, 0, -1 };
		plomb_private_key key;
		plomb_view der;
		unsigned char *copy, *spki;

		start(sizeof memory);
		assert_int_equal(plomb_private_key_generate(&ctx, &random.random, kinds[i].kind, kinds[i].bits, &key), PLOMB_OK);
		assert_int_equal(key.public_key.kind, kinds[i].kind);
		assert_int_equal(kinds[i].bits != 0 ? key.public_key.n.n : key.public_key.point.n, kinds[i].n);
		assert_int_equal(plomb_private_key_write(&work, &key, &der), PLOMB_OK);
		copy = malloc(der.n);
		spki = malloc(key.public_key.spki.n);
		assert_true(copy != NULL && spki != NULL);
		memcpy(copy, der.p, der.n);
		memcpy(spki, key.public_key.spki.p, key.public_key.spki.n);
		{
			plomb_view a = { copy, der.n }, b = { spki, key.public_key.spki.n };

			check_good(plomb_view_of("PRIVATE KEY"), a, b, "generated");
		}
		free(copy);
		free(spki);
		/* Without random numbers nothing is made, and nothing stays of what came. */
		start(sizeof memory);
		random.left = 0;
		assert_int_equal(plomb_private_key_generate(&ctx, &random.random, kinds[i].kind, kinds[i].bits, &key), PLOMB_IO_ERROR);
		assert_true(is_clear(&key));
		assert_true(is_zero(memory, sizeof memory));
	}
}

static void
test_generate_refused(void **state)
{
	fixed random = { { fill }, 0, -1 };
	plomb_private_key key;
	size_t room;

	(void)state;
	assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_RSA, 1024, &key), PLOMB_KEY_TOO_SMALL);
	assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_RSA, 2056, &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_RSA, 8192, &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_RSA_PSS, 2048, &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_NONE, 0, &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(random.next, 0);
	for (room = 0; ; room += 8) {
		plomb_status s;

		start(room);
		s = plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_P256, 0, &key);
		if (s == PLOMB_OK) {
			break;
		}
		assert_int_equal(s, PLOMB_NO_ROOM);
		assert_true(is_clear(&key));
		assert_true(is_zero(memory, sizeof memory));
	}
	assert_true(room > 64);
}

/* One key's private half beside another's public one: nothing leaves, and no faulty signature stays in memory. */
static void
test_halves_of_two_keys(void **state)
{
	static const plomb_key_kind kinds[] = { PLOMB_KEY_P256, PLOMB_KEY_ED25519, PLOMB_KEY_RSA };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i ++) {
		fixed random = { { fill }, 0, -1 };
		plomb_private_key a, b;
		plomb_message message;
		plomb_view signature;
		size_t used;

		start(sizeof memory);
		assert_int_equal(plomb_private_key_generate(&ctx, &random.random, kinds[i], 2048, &a), PLOMB_OK);
		random.next = 99;
		assert_int_equal(plomb_private_key_generate(&ctx, &random.random, kinds[i], 2048, &b), PLOMB_OK);
		b.public_key = a.public_key;
		plomb_message_start(&message);
		plomb_message_add(&message, plomb_view_of("m"));
		used = work.used;
		assert_int_equal(plomb_private_key_sign(&ctx, &b, PLOMB_SHA512, &message, &signature), PLOMB_INTERNAL_ERROR);
		assert_null(signature.p);
		assert_true(is_zero(memory + used, 64));
		/* A hash that does not go with the key. */
		assert_int_equal(plomb_private_key_sign(&ctx, &a, kinds[i] == PLOMB_KEY_ED25519 ? PLOMB_SHA256 : PLOMB_HASH_NONE, &message, &signature),
			PLOMB_KEY_TYPE_UNSUPPORTED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_vectors, setup),
		cmocka_unit_test_setup(test_signatures, setup),
		cmocka_unit_test_setup(test_generate, setup),
		cmocka_unit_test_setup(test_generate_refused, setup),
		cmocka_unit_test_setup(test_halves_of_two_keys, setup)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
