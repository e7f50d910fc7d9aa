/* Simple signing payloads: their shape, and whether one is about an image. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/simplesigning.h"

static uint64_t room[8192];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;

static plomb_view
view_of(const char *string)
{
	plomb_view view;

	view.p = (const unsigned char *)string;
	view.n = strlen(string);
	return view;
}

static void
start(void)
{
	plomb_work_init(&work, room, sizeof room);
	memset(&ctx, 0, sizeof ctx);
	memset(&detail, 0, sizeof detail);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
}

/* Of the three bytes "abc" (FIPS 180). */
#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA512 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
#define TYPE_IMAGE "cosign container image signature"

#define ID "\"identity\":{\"docker-reference\":\"registry.example/app\"}"
#define IMAGE "\"image\":{\"docker-manifest-digest\":\"sha256:" SHA256 "\"}"
#define TYPE "\"type\":\"" TYPE_IMAGE "\""

struct row {
	const char *name, *json;
	plomb_status parse, check;
};

#define OK PLOMB_OK
#define BAD PLOMB_PAYLOAD_MALFORMED
#define OTHER_TYPE PLOMB_PAYLOAD_TYPE_MISMATCH
#define OTHER PLOMB_PAYLOAD_DIGEST_MISMATCH

static const struct row rows[] = {
	{ "as cosign writes it", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"optional\":{\"env\":\"prod\"}}", OK, OK },
	{ "null for optional", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"optional\":null}", OK, OK },
	{ "no optional", "{\"critical\":{" ID "," IMAGE "," TYPE "}}", OK, OK },
	{ "an empty reference", "{\"critical\":{\"identity\":{\"docker-reference\":\"\"}," IMAGE "," TYPE "}}", OK, OK },
	{ "members that are not known", "{\"x\":1,\"critical\":{\"y\":2," ID "," IMAGE "," TYPE "}}", OK, OK },
	{ "escapes", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"sha256\\u003a" SHA256 "\"}," TYPE "}}", OK, OK },
	{ "nothing", "", BAD, OK },
	{ "no JSON", "critical", BAD, OK },
	{ "more behind it", "{\"critical\":{" ID "," IMAGE "," TYPE "}}\n{}", BAD, OK },
	{ "an array", "[{\"critical\":{" ID "," IMAGE "," TYPE "}}]", BAD, OK },
	{ "two criticals", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"critical\":{" ID "," IMAGE "," TYPE "}}", BAD, OK },
	{ "two digests", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"a\",\"docker-manifest-digest\":\"b\"}," TYPE "}}", BAD, OK },
	{ "duplicates in optional", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"optional\":{\"a\":\"1\",\"\\u0061\":\"2\"}}", BAD, OK },
	{ "no critical", "{\"optional\":{}}", BAD, OK },
	{ "null for critical", "{\"critical\":null}", BAD, OK },
	{ "a string for critical", "{\"critical\":\"x\"}", BAD, OK },
	{ "critical's members at the top", "{" ID "," IMAGE "," TYPE "}", BAD, OK },
	{ "no identity", "{\"critical\":{" IMAGE "," TYPE "}}", BAD, OK },
	{ "a string for identity", "{\"critical\":{\"identity\":\"x\"," IMAGE "," TYPE "}}", BAD, OK },
	{ "no reference", "{\"critical\":{\"identity\":{}," IMAGE "," TYPE "}}", BAD, OK },
	{ "a number for a reference", "{\"critical\":{\"identity\":{\"docker-reference\":1}," IMAGE "," TYPE "}}", BAD, OK },
	{ "no image", "{\"critical\":{" ID "," TYPE "}}", BAD, OK },
	{ "a string for image", "{\"critical\":{" ID ",\"image\":\"sha256:" SHA256 "\"," TYPE "}}", BAD, OK },
	{ "no digest", "{\"critical\":{" ID ",\"image\":{}," TYPE "}}", BAD, OK },
	{ "null for a digest", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":null}," TYPE "}}", BAD, OK },
	{ "a NUL behind the digest", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"sha256:" SHA256 "\\u0000\"}," TYPE "}}", BAD, OK },
	{ "an array of digests", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":[\"sha256:" SHA256 "\"]}," TYPE "}}", BAD, OK },
	{ "no type", "{\"critical\":{" ID "," IMAGE "}}", BAD, OK },
	{ "a number for a type", "{\"critical\":{" ID "," IMAGE ",\"type\":1}}", BAD, OK },
	{ "a string for optional", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"optional\":\"x\"}", BAD, OK },
	{ "an array for optional", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"optional\":[]}", BAD, OK },
	{ "false for optional", "{\"critical\":{" ID "," IMAGE "," TYPE "},\"optional\":false}", BAD, OK },
	{ "an empty type", "{\"critical\":{" ID "," IMAGE ",\"type\":\"\"}}", OK, OTHER_TYPE },
	{ "atomic's type", "{\"critical\":{" ID "," IMAGE ",\"type\":\"atomic container signature\"}}", OK, OTHER_TYPE },
	{ "the type in capitals", "{\"critical\":{" ID "," IMAGE ",\"type\":\"Cosign container image signature\"}}", OK, OTHER_TYPE },
	{ "another image", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"}," TYPE "}}", OK, OTHER },
	{ "the digest in capitals", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD\"}," TYPE "}}", OK, OTHER },
	{ "the algorithm in capitals", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"SHA256:" SHA256 "\"}," TYPE "}}", OK, OTHER },
	{ "no algorithm", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"" SHA256 "\"}," TYPE "}}", OK, OTHER },
	{ "another algorithm's name", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"sha1:" SHA256 "\"}," TYPE "}}", OK, OTHER },
	{ "an empty digest", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"\"}," TYPE "}}", OK, OTHER },
	{ "a reference instead of a digest", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\"app@sha256:" SHA256 "\"}," TYPE "}}", OK, OTHER },
	{ "blanks around the digest", "{\"critical\":{" ID ",\"image\":{\"docker-manifest-digest\":\" sha256:" SHA256 " \"}," TYPE "}}", OK, OTHER },
};

static void
from_digest(plomb_message *artifact, const char *string)
{
	plomb_digest digest;

	assert_int_equal(plomb_digest_parse(view_of(string), &digest), OK);
	plomb_message_from_digest(artifact, &digest);
}

static void
test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_simplesigning signed_;
		plomb_message artifact;

		print_message("  %s\n", rows[i].name);
		start();
		assert_int_equal(plomb_simplesigning_parse(&ctx, view_of(rows[i].json), &signed_), rows[i].parse);
		if (rows[i].parse != OK) {
			assert_int_equal(signed_.optional, PLOMB_JSON_NONE);
			continue;
		}
		from_digest(&artifact, "sha256:" SHA256);
		assert_int_equal(plomb_simplesigning_check(&ctx, &signed_, &artifact), rows[i].check);
		if (rows[i].check == OTHER_TYPE) {
			assert_true(plomb_view_is(detail.want, TYPE_IMAGE));
			assert_true(plomb_view_eq(detail.got, signed_.type));
		}
		if (rows[i].check == OTHER) {
			assert_true(plomb_view_is(detail.want, "sha256:" SHA256));
			assert_true(plomb_view_eq(detail.got, signed_.digest));
			ctx.detail = NULL;
			assert_int_equal(plomb_simplesigning_check(&ctx, &signed_, &artifact), OTHER);
		}
	}
}

static void
test_fields(void **state)
{
	plomb_simplesigning signed_;
	plomb_message artifact;

	(void)state;
	start();
	assert_int_equal(plomb_simplesigning_parse(&ctx, view_of(rows[0].json), &signed_), OK);
	assert_true(plomb_view_is(signed_.docker_reference, "registry.example/app"));
	assert_true(plomb_view_is(signed_.digest, "sha256:" SHA256));
	assert_true(plomb_view_is(signed_.type, TYPE_IMAGE));
	assert_true(plomb_json_is(&signed_.doc, plomb_json_member(&signed_.doc, signed_.optional, "env"), "prod"));
	plomb_message_from_bytes(&artifact, view_of("abc"));
	assert_int_equal(plomb_simplesigning_check(&ctx, &signed_, &artifact), OK);
	plomb_message_from_bytes(&artifact, view_of("abd"));
	assert_int_equal(plomb_simplesigning_check(&ctx, &signed_, &artifact), OTHER);

	/* An image that is known by another hash alone has another digest string. */
	from_digest(&artifact, "sha512:" SHA512);
	assert_int_equal(plomb_simplesigning_check(&ctx, &signed_, &artifact), OTHER);
	assert_true(plomb_view_is(detail.want, "sha512:" SHA512));
	assert_int_equal(plomb_simplesigning_parse(&ctx, view_of("{\"critical\":{" ID
		",\"image\":{\"docker-manifest-digest\":\"sha512:" SHA512 "\"}," TYPE "}}"), &signed_), OK);
	assert_int_equal(plomb_simplesigning_check(&ctx, &signed_, &artifact), OK);
}

static void
test_no_room(void **state)
{
	plomb_view json = view_of("{\"critical\":{\"identity\":{\"docker-reference\":\"\\u0061\"},"
		"\"image\":{\"docker-manifest-digest\":\"\\u0061\"},\"type\":\"\\u0061\"}}");
	plomb_simplesigning signed_;
	size_t size, enough;

	(void)state;
	start();
	assert_int_equal(plomb_simplesigning_parse(&ctx, json, &signed_), OK);
	enough = work.high_water;
	for (size = 0; size < enough; size ++) {
		plomb_work_init(&work, room, size);
		assert_int_equal(plomb_simplesigning_parse(&ctx, json, &signed_), PLOMB_NO_ROOM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
