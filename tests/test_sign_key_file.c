/* Key files as cosign writes them: opened, sealed, and each part changed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/pem.h"
#include "../src/sign/key_file.h"
#include "vector_lines.h"

static unsigned char memory[65536];
static plomb_work work;
static plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
static const plomb_view password = PLOMB_LIT("hunter2");

static void
start(void)
{
	memset(memory, 0, sizeof memory);
	plomb_work_init(&work, memory, sizeof memory);
}

static plomb_status
open_text(plomb_view text, plomb_view with, plomb_private_key *key)
{
	start();
	return plomb_key_file_open(&ctx, text, with, key);
}

/* The files that cosign 3 made, with the public halves beside them. */
static void
test_cosign(void **state)
{
	static const char *const names[] = { "p256", "ed25519", "rsa2048" };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i ++) {
		char name[100];
		vector_file file, pub;
		plomb_private_key key;
		plomb_key want;

		(void)snprintf(name, sizeof name, "sign/cosign-%s.key", names[i]);
		file = vector_open(name);
		(void)snprintf(name, sizeof name, "sign/cosign-%s.pub", names[i]);
		pub = vector_open(name);
		assert_true(plomb_key_file_is_encrypted(plomb_view_of(file.text)));
		assert_false(plomb_key_file_is_encrypted(plomb_view_of(pub.text)));
		assert_int_equal(open_text(plomb_view_of(file.text), password, &key), PLOMB_OK);
		assert_int_equal(plomb_key_from_pem(&ctx, plomb_view_of(pub.text), &want), PLOMB_OK);
		assert_true(plomb_key_eq(&key.public_key, &want));
		assert_int_equal(open_text(plomb_view_of(file.text), plomb_view_of("hunter3"), &key), PLOMB_KEY_PASSWORD_WRONG);
		assert_int_equal(key.public_key.kind, PLOMB_KEY_NONE);
		assert_int_equal(open_text(plomb_view_of(file.text), plomb_view_of("hunter2\n"), &key), PLOMB_KEY_PASSWORD_WRONG);
		vector_close(&file);
		vector_close(&pub);
	}
}

/* JSON in PEM, under a label. */
static plomb_view
pem_of(const char *label, const char *json)
{
	static char text[8192];
	static unsigned char encoded[6000];
	size_t n;

	n = plomb_base64_encode(encoded, plomb_view_of(json));
	(void)snprintf(text, sizeof text, "-----BEGIN %s-----\n%.*s\n-----END %s-----\n", label, (int)n, (const char *)encoded, label);
	return plomb_view_of(text);
}

#define NEW_LABEL "ENCRYPTED SIGSTORE PRIVATE KEY"

/* What stands in a real file, to be changed in one place. */
static void
json_of_cosign(char *json, size_t size)
{
	vector_file file = vector_open("sign/cosign-p256.key");
	plomb_view label, content;

	start();
	assert_int_equal(plomb_pem_one(&work, plomb_view_of(file.text), &label, &content), PLOMB_OK);
	assert_true(content.n < size);
	memcpy(json, content.p, content.n);
	json[content.n] = 0;
	vector_close(&file);
}

/* The text with its first from replaced. */
static const char *
with(const char *json, const char *from, const char *to)
{
	static char changed[6000];
	const char *at = strstr(json, from);

	assert_non_null(at);
	(void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
	return changed;
}

static void
test_parts(void **state)
{
	static const struct {
		const char *from, *to;
		plomb_status want;
	} changes[] = {
		/* Parameters that are not cosign's are refused by their numbers, before any memory is asked for. */
		{ "\"N\":65536", "\"N\":65537", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":262144", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":1073741824", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":9223372036854775807", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":9223372036854775808", PLOMB_KEY_MALFORMED },
		{ "\"N\":65536", "\"N\":-65536", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":16384", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":1", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":65536.0", PLOMB_KEY_MALFORMED },
		{ "\"N\":65536", "\"M\":65536", PLOMB_KEY_MALFORMED },
		{ "\"N\":65536", "\"N\":65536,\"N\":65536", PLOMB_KEY_MALFORMED },
		{ "\"r\":8", "\"r\":9", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"r\":8", "\"r\":1048576", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"r\":8", "\"r\":0", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"p\":1", "\"p\":2", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"p\":1", "\"p\":0", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"N\":65536", "\"N\":32768", PLOMB_KEY_PASSWORD_WRONG },
		{ "\"N\":65536", "\"N\":131072", PLOMB_KEY_PASSWORD_WRONG },
		{ "\"scrypt\"", "\"argon2\"", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"nacl/secretbox\"", "\"aes\"", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "\"nonce\":\"", "\"nonce\":\"AAAA", PLOMB_KEY_MALFORMED },
		{ "\"salt\":\"", "\"salt\":\"AAAA", PLOMB_KEY_PASSWORD_WRONG },
		{ "\"salt\":\"", "\"salt\":\"\",\"was\":\"", PLOMB_KEY_MALFORMED },
		{ "\"salt\":\"", "\"salt\":\"*", PLOMB_KEY_MALFORMED },
		{ "\"ciphertext\":\"", "\"ciphertext\":\"AAAA", PLOMB_KEY_PASSWORD_WRONG },
		{ "\"ciphertext\":\"", "\"ciphertext\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"was\":\"", PLOMB_KEY_MALFORMED },
		{ "\"ciphertext\":\"", "\"text\":\"", PLOMB_KEY_MALFORMED },
		{ "\"kdf\":", "\"k\":", PLOMB_KEY_TYPE_UNSUPPORTED },
		{ "{", "[", PLOMB_KEY_MALFORMED }
	};
	char json[4096];
	plomb_private_key key;
	size_t i;

	(void)state;
	json_of_cosign(json, sizeof json);
	assert_int_equal(open_text(pem_of(NEW_LABEL, json), password, &key), PLOMB_OK);
	assert_int_equal(open_text(pem_of("ENCRYPTED COSIGN PRIVATE KEY", json), password, &key), PLOMB_OK);
	assert_int_equal(open_text(pem_of("ENCRYPTED PRIVATE KEY", json), password, &key), PLOMB_KEY_TYPE_UNSUPPORTED);
	assert_int_equal(open_text(pem_of("PRIVATE KEY", json), password, &key), PLOMB_KEY_MALFORMED);
	for (i = 0; i < sizeof changes / sizeof changes[0]; i ++) {
		plomb_status s = open_text(pem_of(NEW_LABEL, with(json, changes[i].from, changes[i].to)), password, &key);

		if (s != changes[i].want) {
			fail_msg("%s: %s", changes[i].to, plomb_status_code(s));
		}
		assert_int_equal(key.public_key.kind, PLOMB_KEY_NONE);
	}
}

/* A changed letter anywhere in nonce and ciphertext. */
static void
test_changed_letters(void **state)
{
	static const char *const names[] = { "\"nonce\":\"", "\"ciphertext\":\"", "\"salt\":\"" };
	char json[4096];
	plomb_private_key key;
	size_t i, at;

	(void)state;
	json_of_cosign(json, sizeof json);
	for (i = 0; i < 3; i ++) {
		char *value = strstr(json, names[i]) + strlen(names[i]);
		size_t n = strcspn(value, "\"=");

		/* Not the last one: it may hold bits that mean nothing. */
		for (at = 0; at + 1 < n; at += n / 5) {
			char was = value[at];

			value[at] = was == 'A' ? 'B' : 'A';
			assert_int_equal(open_text(pem_of(NEW_LABEL, json), password, &key), PLOMB_KEY_PASSWORD_WRONG);
			value[at] = was;
		}
	}
	assert_int_equal(open_text(pem_of(NEW_LABEL, json), password, &key), PLOMB_OK);
}

typedef struct {
	plomb_random random;
	int left;
} counted;

static plomb_status
fill(const plomb_random *self, void *p, size_t n)
{
	counted *c = (counted *)(uintptr_t)self;

	memset(p, 40 + c->left, n);
	return c->left -- > 0 ? PLOMB_OK : PLOMB_IO_ERROR;
}

static void
test_seal(void **state)
{
	static const char *const passwords[] = { "", "x", "hunter2 with \xC3\xA9" };
	static const plomb_key_kind kinds[] = { PLOMB_KEY_P256, PLOMB_KEY_ED25519, PLOMB_KEY_P521 };
	static char text[8192];
	unsigned char x[66];
	size_t i, k;

	(void)state;
	for (i = 0; i < 3; i ++) {
		counted random = { { fill }, 100 };
		plomb_private_key key, again;
		plomb_view sealed, view;
		size_t n;

		start();
		assert_int_equal(plomb_private_key_generate(&ctx, &random.random, kinds[i], 0, &key), PLOMB_OK);
		n = key.x.n;
		memcpy(x, key.x.p, n);
		assert_int_equal(plomb_key_file_seal(&ctx, &random.random, &key, plomb_view_of(passwords[i]), &sealed), PLOMB_OK);
		assert_true(plomb_key_file_is_encrypted(sealed) && sealed.n < sizeof text);
		memcpy(text, sealed.p, sealed.n);
		view.p = (const unsigned char *)text;
		view.n = sealed.n;
		plomb_private_key_wipe(&key);
		/* No copy of the key is left beside the sealed one. */
		for (k = 0; k + 8 <= sizeof memory; k ++) {
			assert_memory_not_equal(memory + k, x, 8);
		}
		assert_int_equal(open_text(view, plomb_view_of(passwords[i]), &again), PLOMB_OK);
		assert_int_equal(again.x.n, n);
		assert_memory_equal(again.x.p, x, n);
		assert_int_equal(open_text(view, plomb_view_of("another"), &again), PLOMB_KEY_PASSWORD_WRONG);
	}
}

static void
test_seal_fails(void **state)
{
	static char endless[PLOMB_MAX_PASSWORD + 1];
	counted random = { { fill }, 100 };
	plomb_private_key key;
	plomb_view text, view;
	unsigned char x[32];
	size_t k;
	int calls;

	(void)state;
	for (calls = 0; calls < 2; calls ++) {
		start();
		random.left = 100;
		assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_P256, 0, &key), PLOMB_OK);
		memcpy(x, key.x.p, sizeof x);
		random.left = calls; /* the salt, then the nonce */
		assert_int_equal(plomb_key_file_seal(&ctx, &random.random, &key, password, &text), PLOMB_IO_ERROR);
		assert_null(text.p);
		plomb_private_key_wipe(&key);
		for (k = 0; k + 8 <= sizeof memory; k ++) {
			assert_memory_not_equal(memory + k, x, 8);
		}
	}
	start();
	random.left = 100;
	assert_int_equal(plomb_private_key_generate(&ctx, &random.random, PLOMB_KEY_P256, 0, &key), PLOMB_OK);
	view.p = (const unsigned char *)endless;
	view.n = sizeof endless;
	assert_int_equal(plomb_key_file_seal(&ctx, &random.random, &key, view, &text), PLOMB_CONFIG_INVALID);
}

/* Text around it, too much of it, none of it. */
static void
test_text(void **state)
{
	static char large[PLOMB_MAX_KEY_FILE + 1];
	vector_file file = vector_open("sign/cosign-p256.key");
	plomb_view text = plomb_view_of(file.text);
	plomb_private_key key;
	size_t n;

	(void)state;
	for (n = 0; n < text.n - 1; n += 7) {
		assert_int_equal(open_text(plomb_view_cut(text, 0, n), password, &key), PLOMB_KEY_MALFORMED);
	}
	memset(large, '\n', sizeof large);
	memcpy(large, text.p, text.n);
	text.p = (const unsigned char *)large;
	text.n = PLOMB_MAX_KEY_FILE;
	assert_int_equal(open_text(text, password, &key), PLOMB_OK);
	text.n ++;
	assert_int_equal(open_text(text, password, &key), PLOMB_KEY_MALFORMED);
	large[PLOMB_MAX_KEY_FILE - 1] = 'x';
	text.n --;
	assert_int_equal(open_text(text, password, &key), PLOMB_KEY_MALFORMED);
	vector_close(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cosign),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_changed_letters),
		cmocka_unit_test(test_seal),
		cmocka_unit_test(test_seal_fails),
		cmocka_unit_test(test_text)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
