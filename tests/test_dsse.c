/* DSSE envelopes: the encoding that is signed, and what an envelope may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/dsse.h"
#include "../src/core/hash.h"

static uint64_t room[65536];
static unsigned char file[65536];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;

static plomb_view
view_of(const char *text)
{
	plomb_view view;

	view.p = (const unsigned char *)text;
	view.n = strlen(text);
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

/* --------------------------------------------------------------------- PAE */

static void
test_pae(void **state)
{
	static const struct {
		const char *name, *type, *payload, *want;
	} rows[] = {
		{ "the specification's example", "http://example.com/HelloWorld", "hello world", "DSSEv1 29 http://example.com/HelloWorld 11 hello world" },
		{ "SPEC appendix B", "application/vnd.in-toto+json", "test", "DSSEv1 28 application/vnd.in-toto+json 4 test" },
		{ "nothing in it", "", "", "DSSEv1 0  0 " },
		{ "lengths are of bytes, not letters: CVE-2026-48758", "\xC3\xA9", "\xE2\x82\xAC", "DSSEv1 2 \xC3\xA9 3 \xE2\x82\xAC" },
		{ "a payload that looks like a continuation", "a", "1 b 1 c", "DSSEv1 1 a 7 1 b 1 c" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		unsigned char scratch[PLOMB_PAE_SCRATCH];
		plomb_message message;
		plomb_view bytes;

		print_message("  %s\n", rows[i].name);
		start();
		plomb_dsse_pae(view_of(rows[i].type), view_of(rows[i].payload), scratch, &message);
		assert_int_equal(plomb_message_bytes(&message, &work, &bytes), PLOMB_OK);
		assert_true(plomb_view_is(bytes, rows[i].want));
	}
}

/* The longest lengths there are fit the scratch. Nothing reads the bytes. */
static void
test_pae_scratch(void **state)
{
	unsigned char scratch[PLOMB_PAE_SCRATCH];
	plomb_message message;
	plomb_view huge;

	(void)state;
	huge.p = scratch;
	huge.n = SIZE_MAX;
	memset(scratch, 0x55, sizeof scratch);
	plomb_dsse_pae(huge, huge, scratch, &message);
	assert_int_equal(message.parts, 4);
	assert_true(message.part[0].n + message.part[2].n < PLOMB_PAE_SCRATCH);
	assert_int_equal(scratch[PLOMB_PAE_SCRATCH - 1], 0x55);
}

/* ---------------------------------------------------------------- envelopes */

#define TYPE "\"payloadType\":\"application/vnd.in-toto+json\""
#define SIGS "\"signatures\":[{\"sig\":\"c2ln\"}]"

struct row {
	const char *name, *json;
	plomb_status bundle, layer; /* in a bundle; in a cosign 2 layer */
};

#define OK PLOMB_OK
#define TYPE_MISMATCH PLOMB_JSON_TYPE_MISMATCH
#define COUNT PLOMB_DSSE_SIGNATURE_COUNT
#define UNSUPPORTED PLOMB_DSSE_PAYLOAD_TYPE_UNSUPPORTED
#define UNKNOWN PLOMB_JSON_UNKNOWN_FIELD
#define NO_SIG PLOMB_BUNDLE_SIGNATURE_MISSING
#define BASE64 PLOMB_BASE64_INVALID

static const struct row rows[] = {
	{ "as written", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2ln\",\"keyid\":\"k\"}]}", OK, OK },
	{ "without a key id", "{\"payload\":\"e30=\"," TYPE "," SIGS "}", OK, OK },
	{ "null for a key id", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2ln\",\"keyid\":null}]}", OK, OK },
	{ "an empty payload", "{\"payload\":\"\"," TYPE "," SIGS "}", OK, OK },
	{ "no payload", "{" TYPE "," SIGS "}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "null for a payload", "{\"payload\":null," TYPE "," SIGS "}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "the payload as an object", "{\"payload\":{}," TYPE "," SIGS "}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "no signatures", "{\"payload\":\"e30=\"," TYPE "}", COUNT, COUNT },
	{ "null for signatures", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":null}", COUNT, COUNT },
	{ "an empty list of signatures", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[]}", COUNT, COUNT },
	{ "two signatures: TOB-SIGSTORE-9", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2ln\"},{\"sig\":\"c2ln\"}]}", COUNT, COUNT },
	{ "the second one unreadable", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2ln\"},1]}", COUNT, COUNT },
	{ "signatures as one object", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":{\"sig\":\"c2ln\"}}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "signatures as a string", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":\"c2ln\"}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "null as the one signature", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[null]}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "a string as the one signature", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[\"c2ln\"]}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "a signature without sig", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"keyid\":\"k\"}]}", NO_SIG, NO_SIG },
	{ "null for sig", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":null}]}", NO_SIG, NO_SIG },
	{ "an empty sig", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"\"}]}", NO_SIG, NO_SIG },
	{ "a number for sig", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":1}]}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "a number for a key id", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2ln\",\"keyid\":1}]}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "no payloadType", "{\"payload\":\"e30=\"," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "null for payloadType", "{\"payload\":\"e30=\",\"payloadType\":null," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "an empty payloadType", "{\"payload\":\"e30=\",\"payloadType\":\"\"," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "another payloadType", "{\"payload\":\"e30=\",\"payloadType\":\"text/plain\"," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "payloadType in capitals", "{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+JSON\"," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "payloadType with a parameter", "{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json;a=b\"," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "payloadType with escapes", "{\"payload\":\"e30=\",\"payloadType\":\"application\\/vnd.in-toto\\u002bjson\"," SIGS "}", OK, OK },
	{ "a letter that ASCII truncation would make an i: CVE-2026-48758", "{\"payload\":\"e30=\",\"payloadType\":\"appl\\u0169cation/vnd.in-toto+json\"," SIGS "}", UNSUPPORTED, UNSUPPORTED },
	{ "a number for payloadType", "{\"payload\":\"e30=\",\"payloadType\":1," SIGS "}", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "an unknown member", "{\"payload\":\"e30=\"," TYPE "," SIGS ",\"x\":1}", UNKNOWN, OK },
	{ "an unknown member of the signature", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2ln\",\"cert\":\"\"}]}", UNKNOWN, OK },
	{ "names as protobuf writes them", "{\"payload\":\"e30=\",\"payload_type\":\"application/vnd.in-toto+json\"," SIGS "}", OK, UNSUPPORTED },
	{ "the payload without padding", "{\"payload\":\"e30\"," TYPE "," SIGS "}", OK, BASE64 },
	{ "the signature without padding", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2k\"}]}", OK, BASE64 },
	{ "the payload in the URL alphabet", "{\"payload\":\"-_-_\"," TYPE "," SIGS "}", OK, BASE64 },
	{ "the payload with a line break", "{\"payload\":\"e3\\n0=\"," TYPE "," SIGS "}", BASE64, BASE64 },
	{ "the signature with a line break", "{\"payload\":\"e30=\"," TYPE ",\"signatures\":[{\"sig\":\"c2\\nln\"}]}", BASE64, BASE64 },
	{ "non-zero trailing bits", "{\"payload\":\"e31=\"," TYPE "," SIGS "}", BASE64, BASE64 },
	{ "the payload as plain JSON", "{\"payload\":\"{}\"," TYPE "," SIGS "}", BASE64, BASE64 },
	{ "an array", "[\"e30=\"]", TYPE_MISMATCH, TYPE_MISMATCH },
	{ "a string", "\"e30=\"", TYPE_MISMATCH, TYPE_MISMATCH },
};

static plomb_status
read_envelope(const char *json, int proto, plomb_candidate *candidate)
{
	plomb_json doc;

	start();
	assert_int_equal(plomb_json_parse(&work, view_of(json), &doc), PLOMB_OK);
	memset(candidate, 0x55, sizeof *candidate);
	return plomb_dsse_read(&ctx, &doc, 0, proto, candidate);
}

static void
test_rows(void **state)
{
	plomb_candidate candidate;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		int proto;

		print_message("  %s\n", rows[i].name);
		for (proto = 0; proto < 2; proto ++) {
			plomb_status want = proto ? rows[i].bundle : rows[i].layer;

			assert_int_equal(read_envelope(rows[i].json, proto, &candidate), want);
			assert_int_equal(candidate.content, PLOMB_CONTENT_DSSE);
			if (want == COUNT) {
				assert_true(plomb_view_is(detail.want, "exactly one"));
			}
			if (want == UNSUPPORTED) {
				assert_true(plomb_view_is(detail.want, PLOMB_PAYLOAD_TYPE_INTOTO));
				assert_true(plomb_view_eq(detail.got, candidate.payload_type));
			}
			if (want == OK) {
				assert_true(plomb_view_is(candidate.payload_type, PLOMB_PAYLOAD_TYPE_INTOTO));
				assert_true(candidate.signature.n > 0);
				assert_non_null(candidate.payload.p);
			}
		}
	}
}

static void
test_fields(void **state)
{
	plomb_candidate candidate;

	(void)state;
	assert_int_equal(read_envelope(rows[0].json, 1, &candidate), PLOMB_OK);
	assert_true(plomb_view_is(candidate.payload, "{}"));
	assert_true(plomb_view_is(candidate.signature, "sig"));
	assert_true(plomb_view_is(candidate.keyid, "k"));
	assert_int_equal(read_envelope(rows[1].json, 0, &candidate), PLOMB_OK);
	assert_null(candidate.keyid.p);
	assert_int_equal(candidate.keyid.n, 0);
}

static void
test_no_room(void **state)
{
	static const char json[] = "{\"payload\":\"e30=\",\"payloadType\":\"application\\/vnd.in-toto+json\","
		"\"signatures\":[{\"sig\":\"c2\\u006cn\",\"keyid\":\"\\u006b\"}]}";
	plomb_candidate candidate;
	plomb_json doc;
	size_t parsed, size, enough;
	int proto;

	(void)state;
	for (proto = 0; proto < 2; proto ++) {
		assert_int_equal(read_envelope(json, proto, &candidate), PLOMB_OK);
		enough = work.high_water;
		start();
		assert_int_equal(plomb_json_parse(&work, view_of(json), &doc), PLOMB_OK);
		parsed = work.used;
		for (size = parsed; size < enough; size ++) {
			work.used = parsed;
			work.size = size;
			assert_int_equal(plomb_dsse_read(&ctx, &doc, 0, proto, &candidate), PLOMB_NO_ROOM);
		}
	}
}

/* A real bundle's envelope. */
static void
test_real(void **state)
{
	FILE *stream = fopen(VECTORS "/conformance/happy-path-intoto-in-dsse-v3/bundle.sigstore.json", "rb");
	plomb_candidate candidate;
	plomb_json doc;
	plomb_view text;
	uint32_t envelope;

	(void)state;
	assert_non_null(stream);
	text.p = file;
	text.n = fread(file, 1, sizeof file, stream);
	fclose(stream);
	start();
	assert_int_equal(plomb_json_parse(&work, text, &doc), PLOMB_OK);
	envelope = plomb_json_member(&doc, 0, "dsseEnvelope");
	memset(&candidate, 0, sizeof candidate);
	assert_int_equal(plomb_dsse_read(&ctx, &doc, envelope, 1, &candidate), PLOMB_OK);
	assert_true(plomb_view_starts(candidate.payload, "{\"_type\":\"https://in-toto.io/Statement/"));
	assert_int_equal(candidate.signature.p[0], 0x30);
	assert_int_equal(plomb_dsse_read(&ctx, &doc, PLOMB_JSON_NONE, 1, &candidate), TYPE_MISMATCH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pae),
		cmocka_unit_test(test_pae_scratch),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
