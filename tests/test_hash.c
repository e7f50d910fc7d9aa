/* Digests by name, hashes through BearSSL's classes, and messages that are hashed once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/hash.h"
#include "../src/core/base64.h"

/* SHA-256 with a count of how often it was started, to see that messages are hashed once. */
static unsigned starts;

static void
counting_init(const br_hash_class **context)
{
	starts ++;
	br_sha256_init((br_sha256_context *)(void *)context);
}

static br_hash_class counting;
static plomb_crypto crypto;

static int
set_up(void **state)
{
	(void)state;
	counting = br_sha256_vtable;
	counting.init = counting_init;
	memset(&crypto, 0, sizeof crypto);
	crypto.sha256 = &counting;
	crypto.sha384 = &br_sha384_vtable;
	crypto.sha512 = &br_sha512_vtable;
	starts = 0;
	return 0;
}

/* Digests made with another library. */
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA384_ABC "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed" \
	"8086072ba1e7cc2358baeca134c825a7"
#define SHA512_ABC "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static void
assert_hex(const unsigned char *digest, const char *hex)
{
	unsigned char text[2 * PLOMB_MAX_HASH_LEN];
	plomb_view bytes = { digest, strlen(hex) / 2 };

	assert_non_null(digest);
	plomb_hex_encode(text, bytes);
	assert_memory_equal(text, hex, strlen(hex));
}

static void
test_names(void **state)
{
	(void)state;
	assert_int_equal(plomb_hash_len(PLOMB_SHA256), 32);
	assert_int_equal(plomb_hash_len(PLOMB_SHA384), 48);
	assert_int_equal(plomb_hash_len(PLOMB_SHA512), 64);
	assert_int_equal(plomb_hash_len(PLOMB_HASH_NONE), 0);
	assert_int_equal(plomb_hash_len((plomb_hash)9), 0);
	assert_string_equal(plomb_hash_name(PLOMB_SHA256), "sha256");
	assert_string_equal(plomb_hash_name(PLOMB_SHA384), "sha384");
	assert_string_equal(plomb_hash_name(PLOMB_SHA512), "sha512");
	assert_string_equal(plomb_hash_name(PLOMB_HASH_NONE), "");
	assert_string_equal(plomb_hash_name((plomb_hash)9), "");
}

struct digest_row {
	const char *name;
	plomb_view text;
	plomb_status want;
	plomb_hash hash;
};

#define UNSUPPORTED PLOMB_DIGEST_ALG_UNSUPPORTED, PLOMB_HASH_NONE
#define INVALID PLOMB_REFERENCE_INVALID, PLOMB_HASH_NONE

static const struct digest_row digests[] = {
	{ "sha256", PLOMB_LIT("sha256:" SHA256_ABC), PLOMB_OK, PLOMB_SHA256 },
	{ "sha384", PLOMB_LIT("sha384:" SHA384_ABC), PLOMB_OK, PLOMB_SHA384 },
	{ "sha512", PLOMB_LIT("sha512:" SHA512_ABC), PLOMB_OK, PLOMB_SHA512 },
	{ "md5", PLOMB_LIT("md5:900150983cd24fb0d6963f7d28e17f72"), UNSUPPORTED },
	{ "sha224", PLOMB_LIT("sha224:23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"), UNSUPPORTED },
	{ "a name with separators", PLOMB_LIT("sha256+b64u.x_y-z:" SHA256_ABC), UNSUPPORTED },
	{ "a name that only begins so", PLOMB_LIT("sha2567:" SHA256_ABC), UNSUPPORTED },
	{ "a name cut off", PLOMB_LIT("sha25:" SHA256_ABC), UNSUPPORTED },
	{ "one digit short", PLOMB_LIT("sha256:a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), INVALID },
	{ "one digit over", PLOMB_LIT("sha256:" SHA256_ABC "0"), INVALID },
	{ "one byte over", PLOMB_LIT("sha256:" SHA256_ABC "00"), INVALID },
	{ "the digits of another hash", PLOMB_LIT("sha256:" SHA384_ABC), INVALID },
	{ "the name of another hash", PLOMB_LIT("sha512:" SHA256_ABC), INVALID },
	{ "upper-case digits", PLOMB_LIT("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"), INVALID },
	{ "upper-case name", PLOMB_LIT("SHA256:" SHA256_ABC), INVALID },
	{ "no colon", PLOMB_LIT("sha256" SHA256_ABC), INVALID },
	{ "a dash for the colon", PLOMB_LIT("sha256-" SHA256_ABC), INVALID },
	{ "no name", PLOMB_LIT(":" SHA256_ABC), INVALID },
	{ "no digits", PLOMB_LIT("sha256:"), INVALID },
	{ "name alone", PLOMB_LIT("sha256"), INVALID },
	{ "nothing", PLOMB_LIT(""), INVALID },
	{ "a path", PLOMB_LIT("../../etc/passwd"), INVALID },
	{ "a path as name", PLOMB_LIT("../x:" SHA256_ABC), INVALID },
	{ "a path as digits", PLOMB_LIT("sha256:../../../../../../../../../../../../../../../../../etc/shadow12"), INVALID },
	{ "NUL in the name", PLOMB_LIT("sha256\0:" SHA256_ABC), INVALID },
	{ "blank in front", PLOMB_LIT(" sha256:" SHA256_ABC), INVALID },
	{ "line break behind", PLOMB_LIT("sha256:" SHA256_ABC "\n"), INVALID },
	{ "name twice", PLOMB_LIT("sha256:sha256:" SHA256_ABC), INVALID }
};

static void
test_digest_parse(void **state)
{
	static const unsigned char zero[PLOMB_MAX_HASH_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof digests / sizeof digests[0]; i ++) {
		const struct digest_row *row = &digests[i];
		plomb_digest digest;
		plomb_status got;

		memset(&digest, 0xEE, sizeof digest);
		got = plomb_digest_parse(row->text, &digest);
		if (got != row->want || digest.hash != row->hash) {
			fail_msg("%s: %s", row->name, plomb_status_code(got));
		}
		if (got == PLOMB_OK) {
			assert_hex(digest.bytes, (const char *)row->text.p + 7);
			continue;
		}
		assert_memory_equal(digest.bytes, zero, sizeof zero);
	}
}

static void
test_hasher(void **state)
{
	plomb_view abc = PLOMB_LIT("abc"), nothing = { NULL, 0 };
	unsigned char out[PLOMB_MAX_HASH_LEN];
	plomb_hasher hasher;
	size_t i;

	(void)state;
	plomb_hash_of(&crypto, PLOMB_SHA256, abc, out);
	assert_hex(out, SHA256_ABC);
	plomb_hash_of(&crypto, PLOMB_SHA384, abc, out);
	assert_hex(out, SHA384_ABC);
	plomb_hash_of(&crypto, PLOMB_SHA512, abc, out);
	assert_hex(out, SHA512_ABC);
	plomb_hash_of(&crypto, PLOMB_SHA256, nothing, out);
	assert_hex(out, SHA256_EMPTY);

	plomb_hasher_init(&hasher, &crypto, PLOMB_SHA384);
	assert_int_equal(hasher.hash, PLOMB_SHA384);
	for (i = 0; i < 3; i ++) {
		plomb_hasher_update(&hasher, plomb_view_cut(abc, i, 1));
		plomb_hasher_update(&hasher, nothing);
	}
	plomb_hasher_out(&hasher, out);
	assert_hex(out, SHA384_ABC);
}

static void
test_message_bytes(void **state)
{
	plomb_view abc = PLOMB_LIT("abc"), nothing = { NULL, 0 }, bytes;
	uint64_t room[2];
	plomb_message message;
	plomb_work work;

	(void)state;
	plomb_work_init(&work, room, sizeof room);
	plomb_message_from_bytes(&message, abc);
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_OK);
	assert_ptr_equal(bytes.p, abc.p);
	assert_int_equal(bytes.n, 3);
	assert_int_equal(work.used, 0);

	/* An empty file is a file. */
	plomb_message_from_bytes(&message, nothing);
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_OK);
	assert_non_null(bytes.p);
	assert_int_equal(bytes.n, 0);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA256), SHA256_EMPTY);

	plomb_message_start(&message);
	plomb_message_add(&message, plomb_view_cut(abc, 0, 1));
	plomb_message_add(&message, nothing);
	plomb_message_add(&message, plomb_view_cut(abc, 1, 2));
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_OK);
	assert_true(plomb_view_eq(bytes, abc));
	assert_ptr_not_equal(bytes.p, abc.p);
	assert_int_equal(work.used, 3);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA256), SHA256_ABC);

	plomb_work_init(&work, room, 2);
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(work.missing, 1);
	assert_null(bytes.p);

	/* Parts whose lengths together are no size. */
	message.part[0].n = SIZE_MAX;
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(work.missing, SIZE_MAX);
}

static void
test_hashed_once(void **state)
{
	plomb_view abc = PLOMB_LIT("abc"), rest = PLOMB_LIT("d");
	const unsigned char *first;
	plomb_message message;

	(void)state;
	plomb_message_from_bytes(&message, abc);
	first = plomb_message_digest(&message, &crypto, PLOMB_SHA256);
	assert_hex(first, SHA256_ABC);
	assert_ptr_equal(plomb_message_digest(&message, &crypto, PLOMB_SHA256), first);
	assert_int_equal(starts, 1);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA384), SHA384_ABC);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA512), SHA512_ABC);
	assert_hex(first, SHA256_ABC);

	/* With more bytes it is another message. */
	plomb_message_add(&message, rest);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA256),
		"88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589");
	assert_int_equal(starts, 2);
	assert_null(plomb_message_digest(&message, &crypto, PLOMB_HASH_NONE));
	assert_null(plomb_message_digest(&message, &crypto, (plomb_hash)4));
}

static void
test_digests_alone(void **state)
{
	plomb_view text256 = PLOMB_LIT("sha256:" SHA256_ABC), text512 = PLOMB_LIT("sha512:" SHA512_ABC);
	plomb_view other = PLOMB_LIT("sha256:" SHA256_EMPTY), abc = PLOMB_LIT("abc"), bytes;
	plomb_digest sha256, sha512, wrong, none;
	plomb_message message;
	plomb_work work;

	(void)state;
	plomb_work_init(&work, NULL, 0);
	assert_int_equal(plomb_digest_parse(text256, &sha256), PLOMB_OK);
	assert_int_equal(plomb_digest_parse(text512, &sha512), PLOMB_OK);
	assert_int_equal(plomb_digest_parse(other, &wrong), PLOMB_OK);
	memset(&none, 0, sizeof none);

	plomb_message_from_digest(&message, &sha256);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA256), SHA256_ABC);
	assert_null(plomb_message_digest(&message, &crypto, PLOMB_SHA512));
	plomb_message_add_digest(&message, &sha512);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA512), SHA512_ABC);
	assert_null(plomb_message_digest(&message, &crypto, PLOMB_SHA384));
	assert_int_equal(starts, 0);
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_SIGNATURE_NEEDS_ARTIFACT);
	assert_null(bytes.p);

	/* A digest that was refused is no digest. */
	plomb_message_from_digest(&message, &none);
	assert_int_equal(message.known, 0);
	none.hash = (plomb_hash)4;
	plomb_message_add_digest(&message, &none);
	assert_int_equal(message.known, 0);

	/* A digest given beside the bytes cannot contradict them. */
	plomb_message_from_bytes(&message, abc);
	plomb_message_add_digest(&message, &wrong);
	assert_hex(plomb_message_digest(&message, &crypto, PLOMB_SHA256), SHA256_ABC);
}

/* One part too many spoils the message for good; it must never stand for fewer bytes. */
static void
test_too_many_parts(void **state)
{
	plomb_view part = PLOMB_LIT("x"), bytes;
	uint64_t room[2];
	plomb_message message;
	plomb_work work;
	size_t i;

	(void)state;
	plomb_work_init(&work, room, sizeof room);
	plomb_message_start(&message);
	for (i = 0; i < PLOMB_MESSAGE_PARTS; i ++) {
		plomb_message_add(&message, part);
	}
	assert_non_null(plomb_message_digest(&message, &crypto, PLOMB_SHA256));
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_OK);
	for (i = 0; i < 3; i ++) {
		plomb_message_add(&message, part);
		assert_null(plomb_message_digest(&message, &crypto, PLOMB_SHA256));
		assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_INTERNAL_ERROR);
		assert_null(bytes.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names, set_up),
		cmocka_unit_test_setup(test_digest_parse, set_up),
		cmocka_unit_test_setup(test_hasher, set_up),
		cmocka_unit_test_setup(test_message_bytes, set_up),
		cmocka_unit_test_setup(test_hashed_once, set_up),
		cmocka_unit_test_setup(test_digests_alone, set_up),
		cmocka_unit_test_setup(test_too_many_parts, set_up)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
