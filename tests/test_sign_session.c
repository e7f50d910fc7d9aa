/*
 * Bundles, byte for byte where they do not depend on a signature, and what a
 * session makes of them: nobody gets what the core does not accept.
 */
#include "sign_support.h"

#include "../src/sign/session.h"

#define IN_TOTO "application/vnd.in-toto+json"
#define STATEMENT "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":" \
	"\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"}}],\"predicateType\":\"https://p\",\"predicate\":{}}"

static sign_room room;
static fake_net net;
static plomb_asker asker;
static plomb_private_key key;
static plomb_services services;
static plomb_trust trust;
static plomb_session session;
static plomb_message hello, other;

static int
open_all(void **state)
{
	(void)state;
	room_open(&room);
	net_open(&net, &asker);
	memset(&services, 0, sizeof services);
	memset(&trust, 0, sizeof trust);
	memset(&session, 0, sizeof session);
	assert_int_equal(plomb_private_key_generate(&room.ctx, &plomb_random_system, PLOMB_KEY_P256, 0, &key), PLOMB_OK);
	session.ctx = &room.ctx;
	session.asker = &asker;
	session.random = &plomb_random_system;
	session.key = &key;
	session.services = &services;
	session.trust = &trust;
	plomb_message_from_bytes(&hello, plomb_view_of("hello"));
	plomb_message_from_bytes(&other, plomb_view_of("other"));
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	plomb_private_key_wipe(&key);
	room_close(&room);
	return 0;
}

static void
add_log(const char *url, unsigned version)
{
	services.rekor[services.rekor_count].url = plomb_view_of(url);
	services.rekor[services.rekor_count].version = version;
	services.rekor_count ++;
}

static plomb_to_sign
file_of(plomb_form form, plomb_message *message, plomb_message *artifact)
{
	plomb_to_sign what;

	memset(&what, 0, sizeof what);
	what.form = form;
	what.message = message;
	what.artifact = artifact;
	return what;
}

static plomb_to_sign
statement_about(plomb_form form, plomb_message *artifact)
{
	plomb_to_sign what;

	what = file_of(form, NULL, artifact);
	what.payload_type = plomb_view_of(IN_TOTO);
	what.payload = plomb_view_of(STATEMENT);
	what.predicate_type = plomb_view_of("https://p");
	return what;
}

static plomb_status
sign(plomb_to_sign what, plomb_made *made)
{
	assert_int_equal(plomb_session_begin(&session), PLOMB_OK);
	return plomb_session_sign(&session, &what, made);
}

static void
test_key_alone(void **state)
{
	plomb_made made;

	(void)state;
	assert_int_equal(sign(file_of(PLOMB_FORM_BUNDLE, &hello, &hello), &made), PLOMB_OK);
	assert_true(plomb_view_starts(made.bundle, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
		"\"verificationMaterial\":{\"publicKey\":{\"hint\":\""));
	assert_int_equal(sign(file_of(PLOMB_FORM_DETACHED, &hello, &hello), &made), PLOMB_OK);
	assert_null(made.bundle.p);
	assert_int_equal(sign(statement_about(PLOMB_FORM_BUNDLE, &hello), &made), PLOMB_OK);
	assert_int_equal(sign(statement_about(PLOMB_FORM_LAYER, &hello), &made), PLOMB_OK);
	assert_true(plomb_view_starts(made.envelope, "{\"payload\":\""));
	assert_int_equal(net.asked, 0);
}

/* The same with one thing that a verifier would not accept. */
static void
test_unverified(void **state)
{
	plomb_to_sign what;
	plomb_made made;

	(void)state;
	assert_int_equal(sign(file_of(PLOMB_FORM_BUNDLE, &hello, &other), &made), PLOMB_SIGN_UNVERIFIED);
	assert_non_null(strstr(asker.why, "artifact-digest-mismatch"));
	assert_int_equal(sign(statement_about(PLOMB_FORM_BUNDLE, &other), &made), PLOMB_SIGN_UNVERIFIED);
	assert_non_null(strstr(asker.why, "subject-mismatch"));
	assert_int_equal(sign(statement_about(PLOMB_FORM_LAYER, &other), &made), PLOMB_SIGN_UNVERIFIED);
	what = statement_about(PLOMB_FORM_BUNDLE, &hello);
	what.predicate_type = plomb_view_of("https://q");
	assert_int_equal(sign(what, &made), PLOMB_SIGN_UNVERIFIED);
	assert_non_null(strstr(asker.why, "predicate-type-mismatch"));
}

/* A log that answers with another entry, in a log that nobody trusts. */
static void
test_another_entry(void **state)
{
	plomb_view answer;
	plomb_made made;
	char *text;

	(void)state;
	add_log("https://log.example.com", 1);
	answer = recorded(&room, "sign/rekor1.json");
	text = malloc(answer.n + 1);
	assert_non_null(text);
	memcpy(text, answer.p, answer.n);
	text[answer.n] = 0;
	net.say[0].status = 201;
	net.say[0].body = text;
	assert_int_equal(sign(file_of(PLOMB_FORM_BUNDLE, &hello, &hello), &made), PLOMB_SIGN_UNVERIFIED);
	assert_int_equal(net.asked, 1);
	free(text);
}

static void
test_forms(void **state)
{
	plomb_made made;

	(void)state;
	add_log("https://log.example.com", 2);
	assert_int_equal(sign(file_of(PLOMB_FORM_DETACHED, &hello, &hello), &made), PLOMB_CONFIG_INVALID);
	assert_int_equal(sign(statement_about(PLOMB_FORM_LAYER, &hello), &made), PLOMB_CONFIG_INVALID);
	services.rekor[0].version = 1;
	add_log("https://log2.example.com", 1);
	assert_int_equal(sign(statement_about(PLOMB_FORM_LAYER, &hello), &made), PLOMB_CONFIG_INVALID);
	services.rekor_count = PLOMB_MAX_SIGNED_ENTRIES + 1;
	assert_int_equal(sign(file_of(PLOMB_FORM_BUNDLE, &hello, &hello), &made), PLOMB_CONFIG_INVALID);
	services.rekor_count = 0;
	services.tsa_count = PLOMB_MAX_SIGNED_TIMESTAMPS + 1;
	assert_int_equal(sign(file_of(PLOMB_FORM_BUNDLE, &hello, &hello), &made), PLOMB_CONFIG_INVALID);
	assert_int_equal(net.asked, 0);
}

/* Which hash a key signs with depends on who has to understand it. */
static void
test_hashes(void **state)
{
	static const struct {
		plomb_key_kind kind;
		unsigned rekor; /* version; 0: none */
		plomb_hash envelope, message, layer;
	} want[] = {
		{ PLOMB_KEY_P256, 1, PLOMB_SHA256, PLOMB_SHA256, PLOMB_SHA256 },
		{ PLOMB_KEY_P384, 0, PLOMB_SHA384, PLOMB_SHA384, PLOMB_SHA384 },
		{ PLOMB_KEY_P384, 1, PLOMB_SHA256, PLOMB_SHA384, PLOMB_SHA384 },
		{ PLOMB_KEY_P384, 2, PLOMB_SHA384, PLOMB_SHA384, PLOMB_SHA384 },
		{ PLOMB_KEY_P521, 1, PLOMB_SHA256, PLOMB_SHA512, PLOMB_SHA512 },
		{ PLOMB_KEY_P521, 2, PLOMB_SHA512, PLOMB_SHA512, PLOMB_SHA512 },
		{ PLOMB_KEY_RSA, 1, PLOMB_SHA256, PLOMB_SHA256, PLOMB_SHA256 },
		{ PLOMB_KEY_ED25519, 0, PLOMB_HASH_NONE, PLOMB_HASH_NONE, PLOMB_HASH_NONE },
		{ PLOMB_KEY_ED25519, 1, PLOMB_HASH_NONE, PLOMB_SHA512, PLOMB_SHA512 },
		{ PLOMB_KEY_ED25519, 2, PLOMB_SHA512, PLOMB_SHA512, PLOMB_SHA512 }
	};
	plomb_to_sign what;
	plomb_key_kind was;
	size_t i;

	(void)state;
	was = key.public_key.kind;
	for (i = 0; i < sizeof want / sizeof want[0]; i ++) {
		key.public_key.kind = want[i].kind;
		services.rekor_count = 0;
		if (want[i].rekor != 0) {
			add_log("https://log.example.com", want[i].rekor);
		}
		what = statement_about(PLOMB_FORM_BUNDLE, &hello);
		assert_int_equal(plomb_session_hash(&session, &what), want[i].envelope);
		what = file_of(PLOMB_FORM_BUNDLE, &hello, &hello);
		assert_int_equal(plomb_session_hash(&session, &what), want[i].message);
		what = file_of(PLOMB_FORM_LAYER, &hello, &hello);
		assert_int_equal(plomb_session_hash(&session, &what), want[i].layer);
	}
	key.public_key.kind = was;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_key_alone, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_unverified, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_another_entry, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_forms, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_hashes, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
