/* Signatures by key: every scheme, every way to write one wrongly, and which hash is tried. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/key.h"
#include "vector_lines.h"

#define MAX_KEYS 64

static unsigned char memory[16384];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };

static struct {
	char name[40];
	plomb_view der;
	plomb_key key;
} keys[MAX_KEYS];
static size_t key_count;

static int
setup(void **state)
{
	(void)state;
	plomb_work_init(&work, memory, sizeof memory);
	memset(&detail, 0, sizeof detail);
	ctx.crypto = &plomb_crypto_default;
	return 0;
}

static int
forget_keys(void **state)
{
	(void)state;
	while (key_count > 0) {
		vector_free(keys[-- key_count].der);
	}
	return 0;
}

static void
learn_key(char *line)
{
	const char *name = vector_field(&line);

	assert_true(key_count < MAX_KEYS && strlen(name) < sizeof keys[0].name);
	strcpy(keys[key_count].name, name);
	keys[key_count].der = vector_hex(vector_field(&line));
	if (plomb_key_from_spki(&plomb_crypto_default, keys[key_count].der, &keys[key_count].key) != PLOMB_OK) {
		fail_msg("key %s", name);
	}
	key_count ++;
}

static const plomb_key *
known_key(const char *name)
{
	size_t i;

	for (i = 0; i < key_count; i ++) {
		if (strcmp(keys[i].name, name) == 0) {
			return &keys[i].key;
		}
	}
	fail_msg("no key %s", name);
	return NULL;
}

static plomb_hash
hash_of(const char *name)
{
	int h;

	for (h = PLOMB_SHA256; h <= PLOMB_SHA512; h ++) {
		if (strcmp(plomb_hash_name((plomb_hash)h), name) == 0) {
			return (plomb_hash)h;
		}
	}
	return PLOMB_HASH_NONE;
}

typedef struct {
	const char *want, *name;
	const plomb_key *key;
	plomb_hash hash;
	plomb_view message, signature;
} sig_case;

/* An accepted signature is refused with any other bit; a few of them will do. */
static void
try_changed_bits(const sig_case *c)
{
	unsigned char copy[600];
	size_t bit;

	for (bit = 0; bit < c->signature.n * 8; bit += 1 + c->signature.n * 8 / 12) {
		plomb_view changed = { copy, c->signature.n };
		plomb_message message;
		plomb_status status;

		memcpy(copy, c->signature.p, c->signature.n);
		copy[bit / 8] ^= (unsigned char)(1u << bit % 8);
		plomb_message_from_bytes(&message, c->message);
		status = plomb_key_verify(&ctx, c->key, c->hash, &message, changed);
		if (status != PLOMB_SIGNATURE_INVALID && status != PLOMB_SIGNATURE_MALFORMED) {
			fail_msg("%s: bit %u changed: %s", c->name, (unsigned)bit, plomb_status_code(status));
		}
	}
}

static void
check_case(const sig_case *c)
{
	plomb_message message;
	plomb_status status;

	plomb_message_from_bytes(&message, c->message);
	status = plomb_key_verify(&ctx, c->key, c->hash, &message, c->signature);
	if (strcmp(plomb_status_code(status), c->want) != 0) {
		fail_msg("%s: want %s, got %s", c->name, c->want, plomb_status_code(status));
	}
	if (status == PLOMB_OK) {
		try_changed_bits(c);
	}
	/* The digest alone gives the same answer where one is enough. */
	if (plomb_key_allows_hash(c->key, c->hash) && c->hash != PLOMB_HASH_NONE) {
		plomb_digest digest;

		digest.hash = c->hash;
		plomb_hash_of(&plomb_crypto_default, c->hash, c->message, digest.bytes);
		plomb_message_from_digest(&message, &digest);
		assert_int_equal(plomb_key_verify(&ctx, c->key, c->hash, &message, c->signature), status);
	}
}

static unsigned
check_file(const char *name)
{
	vector_file file = vector_open(name);
	unsigned cases = 0;
	char *line;

	while ((line = vector_next(&file)) != NULL) {
		const char *kind = vector_field(&line);
		sig_case c;

		if (strcmp(kind, "key") == 0) {
			learn_key(line);
		}
		if (strcmp(kind, "sig") != 0) {
			continue;
		}
		c.want = vector_field(&line);
		c.key = known_key(vector_field(&line));
		c.hash = hash_of(vector_field(&line));
		c.message = vector_hex(vector_field(&line));
		c.signature = vector_hex(vector_field(&line));
		c.name = line;
		check_case(&c);
		vector_free(c.message);
		vector_free(c.signature);
		cases ++;
	}
	vector_close(&file);
	return cases;
}

static void
made_up_signatures(void **state)
{
	(void)state;
	assert_true(check_file("signatures/signatures.txt") > 440);
}

static void
real_signatures(void **state)
{
	(void)state;
	assert_int_equal(check_file("signatures/real.txt"), 22);
}

/* ------------------------------------------------------------ which hash is tried */

/* The first good signature of that key under that hash in the vectors. */
static plomb_view
good_signature(const char *key, plomb_hash hash, plomb_view *message)
{
	vector_file file = vector_open("signatures/signatures.txt");
	plomb_view signature = { NULL, 0 };
	char *line;

	while (signature.p == NULL && (line = vector_next(&file)) != NULL) {
		const char *kind = vector_field(&line), *want, *name, *hash_name;

		if (strcmp(kind, "key") == 0) {
			const char *rest = line;

			if (strncmp(rest, key, strlen(key)) == 0 && rest[strlen(key)] == ' ') {
				learn_key(line);
			}
			continue;
		}
		want = vector_field(&line);
		name = vector_field(&line);
		hash_name = vector_field(&line);
		if (strcmp(kind, "sig") == 0 && strcmp(want, "ok") == 0 && strcmp(name, key) == 0 && hash_of(hash_name) == hash) {
			*message = vector_hex(vector_field(&line));
			signature = vector_hex(vector_field(&line));
		}
	}
	vector_close(&file);
	assert_non_null(signature.p);
	return signature;
}

static void
auto_with_the_message(void **state)
{
	enum { N = PLOMB_HASH_NONE, S2 = PLOMB_SHA256, S3 = PLOMB_SHA384, S5 = PLOMB_SHA512 };
	static const struct {
		const char *name, *key;
		int made_with, pinned;
		plomb_status want;
		int used;
	} rows[] = {
		{ "P-256", "p256", S2, N, PLOMB_OK, S2 },
		{ "P-256 with a longer hash", "p256", S3, N, PLOMB_SIGNATURE_INVALID, N },
		{ "P-256 with a longer hash, pinned", "p256", S5, S5, PLOMB_OK, S5 },
		{ "P-256, pinned to another", "p256", S2, S5, PLOMB_SIGNATURE_INVALID, N },
		{ "P-384", "p384", S3, N, PLOMB_OK, S3 },
		{ "P-384 by an old client", "p384", S2, N, PLOMB_OK, S2 },
		{ "P-384 by an old client, pinned to the new hash", "p384", S2, S3, PLOMB_SIGNATURE_INVALID, N },
		{ "P-384, pinned to the old hash", "p384", S3, S2, PLOMB_SIGNATURE_INVALID, N },
		{ "P-384 with SHA-512", "p384", S5, N, PLOMB_SIGNATURE_INVALID, N },
		{ "P-521", "p521", S5, N, PLOMB_OK, S5 },
		{ "P-521 by an old client", "p521", S2, N, PLOMB_OK, S2 },
		{ "P-521 with SHA-384", "p521", S3, N, PLOMB_SIGNATURE_INVALID, N },
		{ "RSA", "rsa2048", S2, N, PLOMB_OK, S2 },
		{ "RSA with SHA-512", "rsa2048", S5, N, PLOMB_SIGNATURE_INVALID, N },
		{ "RSA with SHA-512, pinned", "rsa2048", S5, S5, PLOMB_OK, S5 },
		{ "RSA-PSS", "rsa3072-pss", S2, N, PLOMB_OK, S2 },
		{ "RSA-PSS with SHA-384", "rsa3072-pss", S3, N, PLOMB_SIGNATURE_INVALID, N },
		{ "Ed25519, pure", "ed25519", N, N, PLOMB_OK, N },
		{ "Ed25519, prehashed", "ed25519", S5, N, PLOMB_OK, S5 },
		{ "Ed25519, prehashed, pinned", "ed25519", S5, S5, PLOMB_OK, S5 },
		{ "Ed25519, pure, pinned to prehashed", "ed25519", N, S5, PLOMB_SIGNATURE_INVALID, N },
		{ "Ed25519, pinned to SHA-256", "ed25519", S5, S2, PLOMB_KEY_TYPE_UNSUPPORTED, N }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view bytes, signature = good_signature(rows[i].key, (plomb_hash)rows[i].made_with, &bytes);
		plomb_message message;
		plomb_hash used = PLOMB_SHA384;
		plomb_status status;

		plomb_message_from_bytes(&message, bytes);
		status = plomb_key_verify_auto(&ctx, known_key(rows[i].key), (plomb_hash)rows[i].pinned, &message, signature, &used);
		if (status != rows[i].want || (int)used != rows[i].used) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(status));
		}
		vector_free(bytes);
		vector_free(signature);
		forget_keys(NULL);
	}
	assert_null(detail.want.p);
}

static void
auto_with_digests_alone(void **state)
{
	enum { N = PLOMB_HASH_NONE, S2 = PLOMB_SHA256, S3 = PLOMB_SHA384, S5 = PLOMB_SHA512 };
	static const struct {
		const char *name, *key;
		int made_with;
		unsigned known; /* 1 << hash */
		plomb_status want;
		int used;
		const char *wanted;
	} rows[] = {
		{ "P-256", "p256", S2, 1 << S2, PLOMB_OK, S2, NULL },
		{ "P-256, SHA-512 known", "p256", S2, 1 << S5, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, N, "sha256" },
		{ "P-384, SHA-256 known", "p384", S3, 1 << S2, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, N, "sha384" },
		{ "P-384 by an old client, SHA-256 known", "p384", S2, 1 << S2, PLOMB_OK, S2, NULL },
		{ "P-384, SHA-384 known", "p384", S3, 1 << S3, PLOMB_OK, S3, NULL },
		{ "P-384 by an old client, SHA-384 known", "p384", S2, 1 << S3, PLOMB_SIGNATURE_INVALID, N, NULL },
		{ "P-521, SHA-256 known", "p521", S5, 1 << S2, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, N, "sha512" },
		{ "P-521, both known", "p521", S5, 1 << S2 | 1 << S5, PLOMB_OK, S5, NULL },
		{ "RSA, SHA-384 known", "rsa2048", S2, 1 << S3, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, N, "sha256" },
		{ "RSA, SHA-256 known", "rsa2048", S2, 1 << S2, PLOMB_OK, S2, NULL },
		{ "Ed25519, pure", "ed25519", N, 1 << S2 | 1 << S5, PLOMB_SIGNATURE_NEEDS_ARTIFACT, N, NULL },
		{ "Ed25519, prehashed", "ed25519", S5, 1 << S5, PLOMB_OK, S5, NULL },
		{ "Ed25519, prehashed, SHA-256 known", "ed25519", S5, 1 << S2, PLOMB_SIGNATURE_NEEDS_ARTIFACT, N, NULL }
	};
	size_t i;
	int h;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view bytes, signature = good_signature(rows[i].key, (plomb_hash)rows[i].made_with, &bytes);
		plomb_message message;
		plomb_hash used = PLOMB_SHA384;
		plomb_status status;

		plomb_message_start(&message);
		for (h = S2; h <= S5; h ++) {
			plomb_digest digest;

			if (rows[i].known >> h & 1) {
				digest.hash = (plomb_hash)h;
				plomb_hash_of(&plomb_crypto_default, digest.hash, bytes, digest.bytes);
				plomb_message_add_digest(&message, &digest);
			}
		}
		memset(&detail, 0, sizeof detail);
		status = plomb_key_verify_auto(&ctx, known_key(rows[i].key), PLOMB_HASH_NONE, &message, signature, &used);
		if (status != rows[i].want || (int)used != rows[i].used) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(status));
		}
		if (rows[i].wanted != NULL) {
			assert_true(plomb_view_is(detail.want, rows[i].wanted));
		} else {
			assert_null(detail.want.p);
		}
		vector_free(bytes);
		vector_free(signature);
		forget_keys(NULL);
	}
}

/* Pure Ed25519 needs all bytes at once; a message in parts is put together in work, and given back. */
static void
pure_over_parts(void **state)
{
	plomb_view bytes, signature = good_signature("ed25519", PLOMB_HASH_NONE, &bytes);
	const plomb_key *key = known_key("ed25519");
	plomb_message message;
	plomb_hash used;

	(void)state;
	plomb_message_start(&message);
	plomb_message_add(&message, plomb_view_cut(bytes, 0, 5));
	plomb_message_add(&message, plomb_view_cut(bytes, 5, bytes.n));
	assert_int_equal(plomb_key_verify_auto(&ctx, key, PLOMB_HASH_NONE, &message, signature, &used), PLOMB_OK);
	assert_int_equal(plomb_work_mark(&work), 0);

	plomb_work_init(&work, memory, 8);
	assert_int_equal(plomb_key_verify(&ctx, key, PLOMB_HASH_NONE, &message, signature), PLOMB_NO_ROOM);
	assert_int_equal(plomb_key_verify_auto(&ctx, key, PLOMB_HASH_NONE, &message, signature, &used), PLOMB_NO_ROOM);
	assert_int_equal(plomb_work_mark(&work), 0);
	vector_free(bytes);
	vector_free(signature);
}

/* A machine without RSA or Ed25519 refuses what the others accept, and calls nothing that is not there. */
static void
absent_primitives(void **state)
{
	static const char *const names[] = { "rsa2048", "ed25519" };
	plomb_crypto crypto = plomb_crypto_default;
	size_t i;

	(void)state;
	crypto.rsa_public = NULL;
	crypto.ed25519_verify = NULL;
	crypto.ed25519ph_verify = NULL;
	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		plomb_hash hash = i == 0 ? PLOMB_SHA256 : PLOMB_HASH_NONE, used;
		plomb_view bytes, signature = good_signature(names[i], hash, &bytes);
		plomb_message message;

		plomb_message_from_bytes(&message, bytes);
		ctx.crypto = &plomb_crypto_default;
		assert_int_equal(plomb_key_verify_auto(&ctx, known_key(names[i]), PLOMB_HASH_NONE, &message, signature, &used), PLOMB_OK);
		ctx.crypto = &crypto;
		assert_int_equal(plomb_key_verify_auto(&ctx, known_key(names[i]), PLOMB_HASH_NONE, &message, signature, &used),
			PLOMB_KEY_TYPE_UNSUPPORTED);
		vector_free(bytes);
		vector_free(signature);
		forget_keys(NULL);
	}
	ctx.crypto = &plomb_crypto_default;
}

/* plomb_key_parse does not ask whether the point is on its curve; who verifies with it does. */
static void
points_off_the_curve(void **state)
{
	static const struct {
		const char *key;
		plomb_hash hash;
	} rows[] = { { "p256", PLOMB_SHA256 }, { "p384", PLOMB_SHA384 }, { "p521", PLOMB_SHA512 } };
	unsigned char copy[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view bytes, spki, signature = good_signature(rows[i].key, rows[i].hash, &bytes);
		plomb_message message;
		plomb_key key;

		spki = known_key(rows[i].key)->spki;
		assert_true(spki.n <= sizeof copy);
		memcpy(copy, spki.p, spki.n);
		spki.p = copy;
		plomb_message_from_bytes(&message, bytes);
		assert_int_equal(plomb_key_parse(spki, &key), PLOMB_OK);
		assert_int_equal(plomb_key_verify(&ctx, &key, rows[i].hash, &message, signature), PLOMB_OK);
		copy[spki.n - 1] ^= 1;
		assert_int_equal(plomb_key_from_spki(&plomb_crypto_default, spki, &key), PLOMB_KEY_MALFORMED);
		assert_int_equal(plomb_key_parse(spki, &key), PLOMB_OK);
		assert_int_equal(plomb_key_verify(&ctx, &key, rows[i].hash, &message, signature), PLOMB_SIGNATURE_INVALID);
		vector_free(bytes);
		vector_free(signature);
		forget_keys(NULL);
	}
}

/* Keys that no reader of keys gives: nothing is read past their end, and nothing is accepted. */
static void
keys_made_by_hand(void **state)
{
	static unsigned char zeros[1024];
	plomb_view signature = { zeros, 64 }, rsa_signature = { zeros, 513 };
	plomb_message message;
	plomb_key key;
	plomb_hash used;

	(void)state;
	plomb_message_from_bytes(&message, signature);
	memset(&key, 0, sizeof key);
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_SHA256, &message, signature), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(plomb_key_verify_auto(&ctx, &key, PLOMB_HASH_NONE, &message, signature, &used), PLOMB_KEY_TYPE_UNSUPPORTED);
	key.kind = PLOMB_KEY_ED25519;
	key.point.p = zeros;
	key.point.n = 31;
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_HASH_NONE, &message, signature), PLOMB_KEY_TYPE_UNSUPPORTED);
	key.kind = PLOMB_KEY_P256;
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_SHA256, &message, signature), PLOMB_KEY_TYPE_UNSUPPORTED);
	key.point.n = 134;
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_SHA256, &message, signature), PLOMB_KEY_TYPE_UNSUPPORTED);
	key.kind = PLOMB_KEY_RSA;
	key.n.p = zeros;
	key.n.n = 513;
	key.e.p = zeros;
	key.e.n = 3;
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_SHA256, &message, rsa_signature), PLOMB_KEY_TYPE_UNSUPPORTED);
	key.n.n = 256;
	key.e.n = 5;
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_SHA256, &message, rsa_signature), PLOMB_KEY_TYPE_UNSUPPORTED);
	key.n.n = 0;
	key.e.n = 3;
	rsa_signature.n = 0;
	assert_int_equal(plomb_key_verify(&ctx, &key, PLOMB_SHA256, &message, rsa_signature), PLOMB_SIGNATURE_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(made_up_signatures, setup, forget_keys),
		cmocka_unit_test_setup_teardown(real_signatures, setup, forget_keys),
		cmocka_unit_test_setup_teardown(auto_with_the_message, setup, forget_keys),
		cmocka_unit_test_setup_teardown(auto_with_digests_alone, setup, forget_keys),
		cmocka_unit_test_setup_teardown(pure_over_parts, setup, forget_keys),
		cmocka_unit_test_setup_teardown(absent_primitives, setup, forget_keys),
		cmocka_unit_test_setup_teardown(points_off_the_curve, setup, forget_keys),
		cmocka_unit_test_setup(keys_made_by_hand, setup)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
