/* Certificates from Fulcio: a real answer, and what is wrong with others. */
#include "sign_support.h"

#include "../src/core/cert.h"
#include "../src/core/json.h"
#include "../src/core/pem.h"
#include "../src/sign/fulcio.h"

static sign_room room;
static plomb_view answer;
static plomb_private_key key; /* its public half is the recorded certificate's, its private half is nobody's */

static int
open_all(void **state)
{
	plomb_view pem, label, der;
	plomb_json doc;
	plomb_cert cert;
	uint32_t list;

	(void)state;
	room_open(&room);
	memset(&key, 0, sizeof key);
	answer = recorded(&room, "sign/fulcio.json");
	assert_int_equal(plomb_json_parse(&room.work, answer, &doc), PLOMB_OK);
	list = plomb_json_member(&doc, plomb_json_member(&doc, plomb_json_member(&doc, 0, "signedCertificateEmbeddedSct"), "chain"), "certificates");
	assert_int_equal(plomb_json_string(&room.work, &doc, plomb_json_first(&doc, list), &pem), PLOMB_OK);
	assert_int_equal(plomb_pem_one(&room.work, pem, &label, &der), PLOMB_OK);
	assert_int_equal(plomb_cert_parse(der, &cert), PLOMB_OK);
	key.public_key.spki = cert.spki;
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
test_certificate(void **state)
{
	plomb_fulcio_answer got;

	(void)state;
	assert_int_equal(plomb_fulcio_read(&room.ctx, answer, &key, &got), PLOMB_OK);
	assert_true(plomb_view_starts(got.leaf_pem, "-----BEGIN CERTIFICATE-----\n"));
	assert_true(plomb_view_starts(got.chain_pem, "-----BEGIN CERTIFICATE-----\n"));
	assert_true(plomb_view_ends(got.chain_pem, "-----END CERTIFICATE-----\n"));
	assert_int_equal(got.leaf.p[0], 0x30);
}

static void
test_another_key(void **state)
{
	plomb_fulcio_answer got;
	unsigned char other[200];

	(void)state;
	assert_true(key.public_key.spki.n <= sizeof other);
	memcpy(other, key.public_key.spki.p, key.public_key.spki.n);
	other[key.public_key.spki.n - 1] ^= 1;
	key.public_key.spki.p = other;
	assert_int_equal(plomb_fulcio_read(&room.ctx, answer, &key, &got), PLOMB_FULCIO_KEY_MISMATCH);
}

static void
test_detached(void **state)
{
	plomb_fulcio_answer got;

	(void)state;
	assert_int_equal(plomb_fulcio_read(&room.ctx, replaced(&room, answer, "signedCertificateEmbeddedSct", "signedCertificateDetachedSct"), &key, &got),
		PLOMB_FULCIO_SCT_DETACHED);
}

static void
test_malformed(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":{}}}}",
		"{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[]}}}", "{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[\"a\"]}}}",
		"{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[\"a\",\"b\"]}}}",
		"{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[1,2]}}}",
		"{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}}}"
	};
	plomb_fulcio_answer got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i ++) {
		assert_int_equal(plomb_fulcio_read(&room.ctx, plomb_view_of(bad[i]), &key, &got), PLOMB_FULCIO_ANSWER_MALFORMED);
		assert_null(got.leaf.p);
	}
	assert_int_equal(plomb_fulcio_read(&room.ctx, replaced(&room, answer, "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----"), &key, &got),
		PLOMB_FULCIO_ANSWER_MALFORMED);
	assert_int_equal(plomb_fulcio_read(&room.ctx, replaced(&room, answer, "MII", "MIJ"), &key, &got), PLOMB_FULCIO_ANSWER_MALFORMED);
}

/* The request holds the token, and a proof over the subject that the key's public half accepts. */
static void
test_request(void **state)
{
	plomb_private_key made;
	plomb_message message;
	plomb_token token;
	plomb_view json, proof;
	plomb_json doc;
	uint32_t request;

	(void)state;
	assert_int_equal(plomb_private_key_generate(&room.ctx, &plomb_random_system, PLOMB_KEY_P256, 0, &made), PLOMB_OK);
	memset(&token, 0, sizeof token);
	token.text = plomb_view_of("a.b.c");
	token.subject = plomb_view_of("somebody");
	assert_int_equal(plomb_fulcio_request(&room.ctx, &made, &token, &json), PLOMB_OK);
	assert_int_equal(plomb_json_parse(&room.work, json, &doc), PLOMB_OK);
	assert_true(plomb_json_is(&doc, plomb_json_member(&doc, plomb_json_member(&doc, 0, "credentials"), "oidcIdentityToken"), "a.b.c"));
	request = plomb_json_member(&doc, 0, "publicKeyRequest");
	assert_int_equal(plomb_json_base64(&room.work, &doc, plomb_json_member(&doc, request, "proofOfPossession"), &proof), PLOMB_OK);
	plomb_message_from_bytes(&message, token.subject);
	assert_int_equal(plomb_key_verify(&room.ctx, &made.public_key, PLOMB_SHA256, &message, proof), PLOMB_OK);
	plomb_private_key_wipe(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_certificate, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_another_key, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_detached, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_malformed, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_request, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
