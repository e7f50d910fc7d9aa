/* What a TimeStampResp says, taken apart. Which ones are refused is in test_timestamp.c's vectors. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/tsr.h"
#include "vector_lines.h"

static void
parse_named(const char *name, void (*check)(const plomb_tsr *))
{
	vector_file file = vector_open("timestamps/timestamps.txt");
	char *line;
	unsigned seen = 0;

	while ((line = vector_next(&file)) != NULL) {
		const char *hex = NULL;
		plomb_tsr tsr;
		plomb_view der;
		int i;

		for (i = 0; i < 6; i ++) {
			hex = vector_field(&line);
		}
		if (strcmp(line, name) == 0) {
			der = vector_hex(hex);
			assert_int_equal(plomb_tsr_parse(der, &tsr), PLOMB_OK);
			check(&tsr);
			vector_free(der);
			seen ++;
		}
	}
	vector_close(&file);
	assert_int_equal(seen, 1);
}

static void
check_usual(const plomb_tsr *tsr)
{
	static const unsigned char nonce[] = { 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00 };
	plomb_view want = { nonce, sizeof nonce };

	assert_int_equal(tsr->content.p[0], 0x30);
	assert_int_equal(tsr->certificates.p[0], 0x30);
	assert_int_equal(tsr->issuer.p[0], 0x30);
	assert_true(tsr->serial.n > 0);
	assert_null(tsr->ski.p);
	assert_int_equal(tsr->digest_hash, PLOMB_SHA256);
	assert_int_equal(tsr->attributes.p[0], 0xA0);
	assert_int_equal(tsr->alg, PLOMB_TSR_ALG_ECDSA);
	assert_int_equal(tsr->alg_hash, PLOMB_SHA256);
	assert_int_equal(tsr->signature.p[0], 0x30);
	assert_int_equal(tsr->imprint_hash, PLOMB_SHA256);
	assert_int_equal(tsr->imprint.n, 32);
	assert_int_equal(tsr->time.s, 1700000000);
	assert_true(plomb_view_is(tsr->time_text, "20231114221320Z"));
	assert_true(plomb_view_eq(tsr->nonce, want));
}

static void
check_key_identifier(const plomb_tsr *tsr)
{
	assert_int_equal(tsr->ski.n, 20);
	assert_null(tsr->issuer.p);
	assert_null(tsr->serial.p);
}

static void
check_least(const plomb_tsr *tsr)
{
	assert_null(tsr->nonce.p);
}

static void
check_bare(const plomb_tsr *tsr)
{
	assert_null(tsr->certificates.p);
}

static void
check_no_hash(const plomb_tsr *tsr)
{
	assert_int_equal(tsr->alg, PLOMB_TSR_ALG_ECDSA);
	assert_int_equal(tsr->alg_hash, PLOMB_HASH_NONE);
}

static void
fields(void **state)
{
	(void)state;
	parse_named("as made", check_usual);
	parse_named("signer named by key identifier", check_key_identifier);
	parse_named("nothing optional in TSTInfo", check_least);
	parse_named("without embedded certificates", check_bare);
	parse_named("id-ecPublicKey as signature algorithm", check_no_hash);
}

/* A refused response leaves nothing behind that could be used by mistake. */
static void
nothing_after_refusal(void **state)
{
	vector_file file = vector_open("timestamps/timestamps.txt");
	char *line;
	unsigned seen = 0;

	(void)state;
	while ((line = vector_next(&file)) != NULL) {
		static const plomb_tsr zero;
		const char *kind = vector_field(&line), *want = vector_field(&line), *hex = NULL;
		plomb_tsr tsr;
		plomb_view der;
		int i;

		if (strcmp(kind, "tsr") != 0) {
			continue;
		}
		for (i = 0; i < 4; i ++) {
			hex = vector_field(&line);
		}
		der = vector_hex(hex);
		memset(&tsr, 0xff, sizeof tsr);
		if (plomb_tsr_parse(der, &tsr) != PLOMB_OK) {
			assert_string_not_equal(want, "ok");
			assert_memory_equal(&tsr, &zero, sizeof tsr);
			seen ++;
		}
		vector_free(der);
	}
	vector_close(&file);
	assert_true(seen > 100);
}

static void
hashes(void **state)
{
	static const struct {
		const char *name;
		unsigned char oid[9];
		size_t n;
		const char *parameters;
		size_t parameters_len;
		plomb_hash want;
	} rows[] = {
		{ "SHA-256", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, 9, "", 0, PLOMB_SHA256 },
		{ "SHA-384", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02 }, 9, "\x05\x00", 2, PLOMB_SHA384 },
		{ "SHA-512", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03 }, 9, "", 0, PLOMB_SHA512 },
		{ "SHA-224", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04 }, 9, "", 0, PLOMB_HASH_NONE },
		{ "arc 0", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x00 }, 9, "", 0, PLOMB_HASH_NONE },
		{ "another arc", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x01 }, 9, "", 0, PLOMB_HASH_NONE },
		{ "too short", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0 }, 8, "", 0, PLOMB_HASH_NONE },
		{ "other parameters", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, 9, "\x04\x00", 2, PLOMB_HASH_NONE },
		{ "a longer NULL", { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 }, 9, "\x05\x01\x00", 3, PLOMB_HASH_NONE }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view oid = { rows[i].oid, rows[i].n };
		plomb_view parameters = { (const unsigned char *)rows[i].parameters, rows[i].parameters_len };

		if (plomb_tsr_hash(oid, parameters) != rows[i].want) {
			fail_msg("%s", rows[i].name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(nothing_after_refusal),
		cmocka_unit_test(hashes)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
