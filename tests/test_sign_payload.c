/* What is signed: statements, cosign 2's payload, and their message. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/hash.h"
#include "../src/sign/payload.h"
#include "vector_lines.h"

static unsigned char memory[65536];
static plomb_work work;

#define HEX "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

static plomb_digest
digest(void)
{
	plomb_digest d;

	assert_int_equal(plomb_digest_parse(plomb_view_of("sha256:" HEX), &d), PLOMB_OK);
	return d;
}

static void
start(void)
{
	plomb_work_init(&work, memory, sizeof memory);
}

static void
is(plomb_view got, const char *want)
{
	if (!plomb_view_is(got, want)) {
		fail_msg("want %s, got %.*s", want, (int)got.n, (const char *)got.p);
	}
}

#define NAMED(name, value) { PLOMB_LIT(name), PLOMB_LIT(value) }
static const plomb_annotation some[] = {
	NAMED("b", "2"), NAMED("a", "1"), NAMED("ab", "\"q\"\n"), NAMED("b", "3"), NAMED("", "none"), NAMED("B", "\xC3\xA9")
};
#define SOME "{\"\":\"none\",\"B\":\"\xC3\xA9\",\"a\":\"1\",\"ab\":\"\\\"q\\\"\\n\",\"b\":\"3\"}"
static const plomb_annotation not_text[] = { NAMED("a", "\xFF") };
static const plomb_annotation no_name[] = { { { NULL, 0 }, PLOMB_LIT("x") }, NAMED("a", "1") };

static void
test_statement(void **state)
{
	plomb_digest image = digest();
	plomb_view payload;
	size_t room;

	(void)state;
	start();
	assert_int_equal(plomb_payload_statement(&work, &image, NULL, 0, &payload), PLOMB_OK);
	is(payload, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"}}],"
		"\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}");
	assert_int_equal(plomb_payload_statement(&work, &image, some, 6, &payload), PLOMB_OK);
	is(payload, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"},\"annotations\":" SOME "}],"
		"\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}");
	assert_int_equal(plomb_payload_statement(&work, &image, not_text, 1, &payload), PLOMB_CONFIG_INVALID);
	assert_null(payload.p);
	assert_int_equal(plomb_payload_statement(&work, &image, no_name, 2, &payload), PLOMB_OK);
	for (room = 0; ; room += 16) {
		plomb_status s;

		plomb_work_init(&work, memory, room);
		s = plomb_payload_statement(&work, &image, some, 6, &payload);
		if (s == PLOMB_OK) {
			break;
		}
		assert_int_equal(s, PLOMB_NO_ROOM);
	}
	assert_true(room > 200);
}

static void
test_attestation(void **state)
{
	static const char *const bad[] = { "", "{", "{}x", "{\"a\":1,\"a\":1}", "\"\xFF\"", "{\"a\":01}" };
	static const plomb_view name = PLOMB_LIT("a \"file\""), type = PLOMB_LIT("https://example.com/v1");
	plomb_digest image = digest();
	plomb_view payload;
	size_t i;

	(void)state;
	start();
	assert_int_equal(plomb_payload_attestation(&work, name, &image, type, plomb_view_of(" { \"x\" : [1.50, null] }\n"), &payload), PLOMB_OK);
	is(payload, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a \\\"file\\\"\",\"digest\":{\"sha256\":\"" HEX "\"}}],"
		"\"predicateType\":\"https://example.com/v1\",\"predicate\": { \"x\" : [1.50, null] }\n}");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i ++) {
		start();
		assert_int_not_equal(plomb_payload_attestation(&work, name, &image, type, plomb_view_of(bad[i]), &payload), PLOMB_OK);
		assert_null(payload.p);
	}
	start();
	assert_int_equal(plomb_payload_attestation(&work, plomb_view_of("\xFF"), &image, type, plomb_view_of("{}"), &payload), PLOMB_CONFIG_INVALID);
	assert_int_equal(plomb_payload_attestation(&work, name, &image, plomb_view_of("\xFF"), plomb_view_of("{}"), &payload), PLOMB_CONFIG_INVALID);
}

static void
test_simplesigning(void **state)
{
	plomb_digest image = digest();
	plomb_view payload;

	(void)state;
	start();
	assert_int_equal(plomb_payload_simplesigning(&work, plomb_view_of("host/app"), &image, NULL, 0, &payload), PLOMB_OK);
	is(payload, "{\"critical\":{\"identity\":{\"docker-reference\":\"host/app\"},\"image\":{\"docker-manifest-digest\":\"sha256:" HEX "\"},"
		"\"type\":\"cosign container image signature\"},\"optional\":null}");
	assert_int_equal(plomb_payload_simplesigning(&work, plomb_view_of("host/app"), &image, some, 6, &payload), PLOMB_OK);
	is(payload, "{\"critical\":{\"identity\":{\"docker-reference\":\"host/app\"},\"image\":{\"docker-manifest-digest\":\"sha256:" HEX "\"},"
		"\"type\":\"cosign container image signature\"},\"optional\":" SOME "}");
	assert_int_equal(plomb_payload_simplesigning(&work, plomb_view_of("\x80"), &image, NULL, 0, &payload), PLOMB_CONFIG_INVALID);
}

/* The example of the DSSE protocol. */
static void
test_pae(void **state)
{
	plomb_message message;
	plomb_view bytes;

	(void)state;
	start();
	assert_int_equal(plomb_payload_pae(&work, plomb_view_of("http://example.com/HelloWorld"), plomb_view_of("hello world"), &message), PLOMB_OK);
	assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_OK);
	is(bytes, "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	plomb_work_init(&work, memory, 1);
	assert_int_equal(plomb_payload_pae(&work, plomb_view_of("t"), plomb_view_of("p"), &message), PLOMB_NO_ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statement),
		cmocka_unit_test(test_attestation),
		cmocka_unit_test(test_simplesigning),
		cmocka_unit_test(test_pae)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
