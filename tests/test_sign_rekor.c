/* Log entries: what is asked for, and what is made of real answers and of broken ones. */
#include "sign_support.h"

#include "../src/core/json.h"
#include "../src/core/pem.h"
#include "../src/sign/rekor.h"

static sign_room room;

static int
open_all(void **state)
{
	(void)state;
	room_open(&room);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	room_close(&room);
	return 0;
}

static plomb_view
text_at(const plomb_json *doc, uint32_t value)
{
	plomb_view text;

	assert_int_equal(plomb_json_string(&room.work, doc, value, &text), PLOMB_OK);
	return text;
}

static uint32_t
only(const plomb_json *doc)
{
	return plomb_json_value(doc, plomb_json_first(doc, 0));
}

/* Rekor 1: hex became base64, numbers became text, the rest is what it was. */
static void
test_first_version(void **state)
{
	plomb_view answer, entry, a, b;
	plomb_json in, out;
	int64_t index, again;
	uint32_t was, proof;

	(void)state;
	answer = recorded(&room, "sign/rekor1.json");
	assert_int_equal(plomb_rekor_v1_read(&room.ctx, answer, &entry), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, answer, &in), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, entry, &out), PLOMB_OK);
	was = only(&in);
	assert_true(plomb_view_eq(text_at(&in, plomb_json_member(&in, was, "body")), text_at(&out, plomb_json_member(&out, 0, "canonicalizedBody"))));
	assert_int_equal(plomb_json_int64(&in, plomb_json_member(&in, was, "logIndex"), &index), PLOMB_OK);
	assert_int_equal(plomb_json_int64(&out, plomb_json_member(&out, 0, "logIndex"), &again), PLOMB_OK);
	assert_true(index == again);
	assert_int_equal(plomb_json_typeof(&out, plomb_json_member(&out, 0, "logIndex")), PLOMB_JSON_STRING);
	assert_int_equal(plomb_json_base64(&room.work, &out, plomb_json_member(&out, plomb_json_member(&out, 0, "logId"), "keyId"), &a), PLOMB_OK);
	assert_int_equal(a.n, 32);
	assert_true(plomb_json_is(&out, plomb_json_member(&out, plomb_json_member(&out, 0, "kindVersion"), "kind"), "hashedrekord"));
	proof = plomb_json_member(&out, 0, "inclusionProof");
	assert_int_equal(plomb_json_base64(&room.work, &out, plomb_json_member(&out, proof, "rootHash"), &b), PLOMB_OK);
	assert_int_equal(b.n, 32);
	assert_true(plomb_view_eq(text_at(&in, plomb_json_member(&in, plomb_json_member(&in, plomb_json_member(&in, was, "verification"), "inclusionProof"), "checkpoint")),
		text_at(&out, plomb_json_member(&out, plomb_json_member(&out, proof, "checkpoint"), "envelope"))));
}

static void
test_annotation(void **state)
{
	plomb_view answer, annotation;
	plomb_json in, out;
	uint32_t payload;

	(void)state;
	answer = recorded(&room, "sign/rekor1.json");
	assert_int_equal(plomb_rekor_v1_annotation(&room.ctx, answer, &annotation), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, answer, &in), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, annotation, &out), PLOMB_OK);
	payload = plomb_json_member(&out, 0, "Payload");
	assert_true(plomb_view_eq(text_at(&in, plomb_json_member(&in, only(&in), "logID")), text_at(&out, plomb_json_member(&out, payload, "logID"))));
	assert_true(plomb_view_eq(text_at(&in, plomb_json_member(&in, only(&in), "body")), text_at(&out, plomb_json_member(&out, payload, "body"))));
	assert_int_equal(plomb_json_typeof(&out, plomb_json_member(&out, payload, "logIndex")), PLOMB_JSON_NUMBER);
}

/* Rekor 2 has the form already, but for what it does not have. */
static void
test_second_version(void **state)
{
	plomb_view answer, entry;
	plomb_json out;

	(void)state;
	answer = recorded(&room, "sign/rekor2.json");
	assert_int_equal(plomb_rekor_v2_read(&room.ctx, answer, &entry), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, entry, &out), PLOMB_OK);
	assert_true(plomb_json_is(&out, plomb_json_member(&out, plomb_json_member(&out, 0, "kindVersion"), "version"), "0.0.2"));
	assert_int_equal(plomb_json_member(&out, 0, "inclusionPromise"), PLOMB_JSON_NONE);
	assert_int_equal(plomb_json_member(&out, 0, "integratedTime"), PLOMB_JSON_NONE);
}

static void
test_malformed(void **state)
{
	static const char *const members[] = {
		"\"body\"", "\"integratedTime\"", "\"logID\"", "\"logIndex\"", "\"signedEntryTimestamp\"", "\"inclusionProof\"", "\"rootHash\"", "\"treeSize\"",
		"\"checkpoint\""
	};
	plomb_view answer, bad, entry;
	size_t i;

	(void)state;
	answer = recorded(&room, "sign/rekor1.json");
	for (i = 0; i < sizeof members / sizeof members[0]; i ++) {
		bad = replaced(&room, answer, members[i], "\"x\"");
		assert_int_equal(plomb_rekor_v1_read(&room.ctx, bad, &entry), PLOMB_REKOR_ANSWER_MALFORMED);
		assert_null(entry.p);
		assert_int_equal(plomb_rekor_v1_annotation(&room.ctx, bad, &entry), PLOMB_REKOR_ANSWER_MALFORMED);
	}
	answer = recorded(&room, "sign/rekor2.json");
	assert_int_equal(plomb_rekor_v2_read(&room.ctx, replaced(&room, answer, "\"canonicalizedBody\"", "\"x\""), &entry), PLOMB_REKOR_ANSWER_MALFORMED);
	assert_int_equal(plomb_rekor_v2_read(&room.ctx, replaced(&room, answer, "\"keyId\"", "\"x\""), &entry), PLOMB_REKOR_ANSWER_MALFORMED);
	assert_int_equal(plomb_rekor_v1_read(&room.ctx, answer, &entry), PLOMB_REKOR_ANSWER_MALFORMED);
	assert_int_equal(plomb_rekor_v2_read(&room.ctx, plomb_view_of("{}"), &entry), PLOMB_REKOR_ANSWER_MALFORMED);
	assert_int_equal(plomb_rekor_v1_read(&room.ctx, plomb_view_of("{\"a\":{},\"b\":{}}"), &entry), PLOMB_REKOR_ANSWER_MALFORMED);
}

static plomb_key
public_key(void)
{
	plomb_key key;

	memset(&key, 0, sizeof key);
	assert_int_equal(plomb_key_from_pem(&room.ctx, recorded(&room, "sign/cosign-p256.pub"), &key), PLOMB_OK);
	return key;
}

static void
fill(plomb_rekor_request *request, plomb_key *key, plomb_message *message)
{
	memset(request, 0, sizeof *request);
	plomb_message_from_bytes(message, plomb_view_of("hello"));
	request->key = key;
	request->hash = PLOMB_SHA256;
	request->message = message;
	request->signature = plomb_view_of("sig");
}

static void
test_requests(void **state)
{
	static const char hello[] = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
	plomb_rekor_request request;
	plomb_message message;
	plomb_view json;
	plomb_json doc;
	plomb_key key;
	uint32_t spec;

	(void)state;
	key = public_key();
	fill(&request, &key, &message);
	assert_int_equal(plomb_rekor_v1_request(&room.ctx, &request, &json), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, json, &doc), PLOMB_OK);
	spec = plomb_json_member(&doc, 0, "spec");
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, 0, "kind"), "hashedrekord"));
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, plomb_json_member(&doc, plomb_json_member(&doc, spec, "data"), "hash"), "value"), hello));
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, plomb_json_member(&doc, spec, "signature"), "content"), "c2ln"));
	request.envelope = plomb_view_of("{\"payload\":\"\"}");
	assert_int_equal(plomb_rekor_v1_request(&room.ctx, &request, &json), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, json, &doc), PLOMB_OK);
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, 0, "kind"), "dsse"));
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, plomb_json_member(&doc, plomb_json_member(&doc, 0, "spec"), "proposedContent"), "envelope"),
		"{\"payload\":\"\"}"));
	assert_int_equal(plomb_rekor_v2_request(&room.ctx, &request, &json), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, json, &doc), PLOMB_OK);
	spec = plomb_json_member(&doc, 0, "hashedRekordRequestV002");
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, plomb_json_member(&doc, plomb_json_member(&doc, spec, "signature"), "verifier"), "keyDetails"),
		"PKIX_ECDSA_P256_SHA_256"));
}

/* What a log cannot have is not sent to it. */
static void
test_requests_refused(void **state)
{
	plomb_rekor_request request;
	plomb_message message;
	plomb_digest digest;
	plomb_view json;
	plomb_key key;

	(void)state;
	key = public_key();
	fill(&request, &key, &message);
	request.hash = PLOMB_SHA384;
	assert_int_equal(plomb_rekor_v2_request(&room.ctx, &request, &json), PLOMB_KEY_TYPE_UNSUPPORTED);
	fill(&request, &key, &message);
	request.hash = PLOMB_HASH_NONE;
	assert_int_equal(plomb_rekor_v1_request(&room.ctx, &request, &json), PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED);
	memset(&digest, 0, sizeof digest);
	digest.hash = PLOMB_SHA512;
	fill(&request, &key, &message);
	plomb_message_from_digest(&message, &digest);
	assert_int_equal(plomb_rekor_v1_request(&room.ctx, &request, &json), PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED);
	assert_int_equal(plomb_rekor_v2_request(&room.ctx, &request, &json), PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED);
	assert_null(json.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_version, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_annotation, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_second_version, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_malformed, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_requests, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_requests_refused, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
