/* The finished bundle and envelope, byte for byte. */
#include "sign_support.h"

#include "../src/core/hash.h"
#include "../src/sign/assemble.h"

static sign_room room;
static plomb_key key;
static plomb_message message;

static int
open_all(void **state)
{
	(void)state;
	room_open(&room);
	memset(&key, 0, sizeof key);
	key.spki = plomb_view_of("spki");
	plomb_message_from_bytes(&message, plomb_view_of("hello"));
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	room_close(&room);
	return 0;
}

static void
fill(plomb_signed *parts)
{
	memset(parts, 0, sizeof *parts);
	parts->key = &key;
	parts->signature = plomb_view_of("sig");
	parts->hash = PLOMB_SHA256;
	parts->message = &message;
}

static void
is(const plomb_signed *parts, const char *want)
{
	plomb_view json;

	assert_int_equal(plomb_assemble_bundle(&room.ctx, parts, &json), PLOMB_OK);
	if (!plomb_view_is(json, want)) {
		fail_msg("%.*s", (int)json.n, (const char *)json.p);
	}
}

#define HEAD "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":{"
#define MESSAGE "\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\"},\"signature\":\"c2ln\"}}"
#define ENVELOPE "{\"payload\":\"e30=\",\"payloadType\":\"t/x\",\"signatures\":[{\"sig\":\"c2ln\"}]}"

static void
test_parts(void **state)
{
	plomb_signed parts;

	(void)state;
	fill(&parts);
	parts.certificate = plomb_view_of("cert");
	is(&parts, HEAD "\"certificate\":{\"rawBytes\":\"Y2VydA==\"}}," MESSAGE);
	parts.entry[0] = plomb_view_of("{\"a\":1}");
	parts.entry[1] = plomb_view_of("{\"b\":2}");
	parts.entry_count = 2;
	parts.timestamp[0] = plomb_view_of("one");
	parts.timestamp[1] = plomb_view_of("two");
	parts.timestamp_count = 2;
	is(&parts, HEAD "\"certificate\":{\"rawBytes\":\"Y2VydA==\"},\"tlogEntries\":[{\"a\":1},{\"b\":2}],\"timestampVerificationData\":"
		"{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"b25l\"},{\"signedTimestamp\":\"dHdv\"}]}}," MESSAGE);
	parts.entry_count = parts.timestamp_count = 0;
	parts.payload_type = plomb_view_of("t/x");
	parts.payload = plomb_view_of("{}");
	is(&parts, HEAD "\"certificate\":{\"rawBytes\":\"Y2VydA==\"}},\"dsseEnvelope\":" ENVELOPE "}");
}

static void
test_key(void **state)
{
	unsigned char hint[PLOMB_MAX_HASH_LEN];
	char want[600], text[64];
	plomb_signed parts;
	plomb_view view;

	(void)state;
	fill(&parts);
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, key.spki, hint);
	view.p = hint;
	view.n = 32;
	text[plomb_base64_encode((unsigned char *)text, view)] = 0;
	(void)snprintf(want, sizeof want, HEAD "\"publicKey\":{\"hint\":\"%s\"}}," MESSAGE, text);
	is(&parts, want);
	parts.hash = PLOMB_HASH_NONE;
	(void)snprintf(want, sizeof want, HEAD "\"publicKey\":{\"hint\":\"%s\"}},\"messageSignature\":{\"messageDigest\":{},\"signature\":\"c2ln\"}}", text);
	is(&parts, want);
}

static void
test_envelope(void **state)
{
	plomb_signed parts;
	plomb_view json;

	(void)state;
	fill(&parts);
	parts.payload_type = plomb_view_of("t/x");
	parts.payload = plomb_view_of("{}");
	assert_int_equal(plomb_assemble_envelope(&room.work, &parts, &json), PLOMB_OK);
	assert_true(plomb_view_is(json, ENVELOPE));
}

static void
test_refused(void **state)
{
	plomb_digest digest;
	plomb_signed parts;
	plomb_view json;

	(void)state;
	fill(&parts);
	memset(&digest, 0, sizeof digest);
	digest.hash = PLOMB_SHA512;
	plomb_message_from_digest(&message, &digest);
	assert_int_equal(plomb_assemble_bundle(&room.ctx, &parts, &json), PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED);
	assert_null(json.p);
	parts.hash = PLOMB_SHA512;
	room.work.size = 40;
	room.work.used = 0;
	assert_int_equal(plomb_assemble_bundle(&room.ctx, &parts, &json), PLOMB_NO_ROOM);
	parts.payload_type = plomb_view_of("t\xff");
	room.work.size = MEMORY;
	assert_int_equal(plomb_assemble_bundle(&room.ctx, &parts, &json), PLOMB_CONFIG_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parts, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_key, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_envelope, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_refused, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
