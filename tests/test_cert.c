/* Certificates: what is read out of good ones, and one thing wrong at a time. */
#include "cert_files.h"

#include "../src/core/der.h"

/*
 * Each differs from leaf.der or inter.der in the one thing that its name
 * says, and is signed like them, so that nothing else can refuse it.
 */
static const char *const malformed[] = {
	"bad_aki_issuer_only", "bad_aki_length", "bad_aki_serial_only", "bad_aki_serial_padded", "bad_aki_set",
	"bad_aki_trailing", "bad_algorithm_empty", "bad_algorithm_trailing", "bad_basic_after",
	"bad_basic_boolean", "bad_basic_false", "bad_basic_path_huge", "bad_basic_path_negative",
	"bad_basic_path_type", "bad_basic_path_without_ca", "bad_basic_trailing", "bad_constraints_empty",
	"bad_constraints_length", "bad_constraints_order", "bad_constraints_set",
	"bad_constraints_subtrees_empty", "bad_constraints_tag", "bad_duplicate", "bad_duplicate_unknown",
	"bad_ecdsa_null", "bad_ed25519_null", "bad_eku_after", "bad_eku_empty", "bad_eku_oid", "bad_eku_set",
	"bad_eku_type", "bad_extension_boolean_1", "bad_extension_boolean_length", "bad_extension_false",
	"bad_extension_no_oid", "bad_extension_no_value", "bad_extension_oid", "bad_extension_trailing",
	"bad_extension_type", "bad_extensions_empty", "bad_extensions_not_sequence", "bad_extensions_tag",
	"bad_extensions_wrapper_empty", "bad_extensions_wrapper_trailing", "bad_indefinite",
	"bad_inner_algorithm", "bad_inner_null", "bad_inside_trailing", "bad_issuer_attribute_bad_oid",
	"bad_issuer_attribute_empty", "bad_issuer_attribute_no_value", "bad_issuer_attribute_trailing",
	"bad_issuer_attribute_type", "bad_issuer_empty_set", "bad_issuer_not_name", "bad_long_length",
	"bad_no_algorithm", "bad_no_signature", "bad_no_tbs", "bad_poison", "bad_poison_not_critical",
	"bad_rsa_parameters", "bad_san_after", "bad_san_constructed_uri", "bad_san_directory",
	"bad_san_directory_name", "bad_san_dns_utf8", "bad_san_empty", "bad_san_ip", "bad_san_length",
	"bad_san_nul", "bad_san_other_empty", "bad_san_other_no_value", "bad_san_other_nothing",
	"bad_san_other_oid", "bad_san_other_trailing", "bad_san_other_two", "bad_san_registered", "bad_san_set",
	"bad_san_tag", "bad_san_uri_nul", "bad_serial_empty", "bad_serial_negative", "bad_serial_padded",
	"bad_serial_type", "bad_set", "bad_signature_unused_bits", "bad_ski", "bad_spki", "bad_subject",
	"bad_tbs_trailing", "bad_time_fraction", "bad_time_month", "bad_time_no_seconds", "bad_time_offset",
	"bad_time_type", "bad_trailing", "bad_unique_id_bits", "bad_unique_id_length", "bad_unique_id_order",
	"bad_unique_id_version_1", "bad_usage_empty", "bad_usage_long", "bad_usage_none",
	"bad_usage_trailing_zero", "bad_usage_type", "bad_usage_unused_8", "bad_usage_unused_set",
	"bad_validity_none", "bad_validity_one", "bad_validity_set", "bad_validity_three",
	"bad_version_1_extensions", "bad_version_2_extensions", "bad_version_4", "bad_version_empty",
	"bad_version_negative", "bad_version_trailing", "bad_version_type", "bad_version_written_1"
};

static void
refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(malformed); i ++) {
		char file[128];
		plomb_cert cert;
		plomb_status s;

		(void)snprintf(file, sizeof file, "%s.der", malformed[i]);
		s = plomb_cert_parse(cert_file(file), &cert);
		if (s != PLOMB_CERT_MALFORMED) {
			fail_msg("%s: %s", malformed[i], plomb_status_code(s));
		}
		assert_null(cert.der.p);
		assert_null(cert.tbs.p);
	}
}

static void
limits(void **state)
{
	static unsigned char large[PLOMB_MAX_CERT_BYTES + 1];
	plomb_cert cert;
	plomb_view v;

	(void)state;
	assert_int_equal(plomb_cert_parse(cert_file("bad_65_extensions.der"), &cert), PLOMB_LIMIT_EXCEEDED);
	assert_null(cert.der.p);
	(void)cert_named("good_64_extensions");
	v.p = large;
	v.n = sizeof large;
	assert_int_equal(plomb_cert_parse(v, &cert), PLOMB_LIMIT_EXCEEDED);
	v.n --;
	assert_int_equal(plomb_cert_parse(v, &cert), PLOMB_CERT_MALFORMED);
	v.n = 0;
	assert_int_equal(plomb_cert_parse(v, &cert), PLOMB_CERT_MALFORMED);
	v.p = NULL;
	assert_int_equal(plomb_cert_parse(v, &cert), PLOMB_CERT_MALFORMED);
}

static const char *const readable[] = {
	"leaf", "inter", "root", "sct_leaf", "good_serial_zero", "good_generalized_time", "good_year_2050",
	"good_unique_ids", "good_basic_path_largest", "good_san_all", "good_constraints_both", "good_constraints_excluded",
	"good_ski", "good_aki_empty", "good_aki_all", "good_aki_serial", "good_sct_unreadable", "root_version_1",
	"root_version_2", "leaf_nine_bits", "leaf_rsa_no_null", "leaf_rsa_pss", "leaf_ecdsa_sha1", "leaf_by_ed25519",
	"real_leaf", "real_inter", "real_root", "real_leaf_sct_extensions", "real_ext_root"
};

/* A shorter one never passes for a whole one. */
static void
every_prefix(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(readable); i ++) {
		plomb_cert whole = cert_named(readable[i]);
		plomb_cert cert;

		for (n = 0; n < whole.der.n; n ++) {
			if (plomb_cert_parse(plomb_view_cut(whole.der, 0, n), &cert) != PLOMB_CERT_MALFORMED) {
				fail_msg("%s: its first %u octets", readable[i], (unsigned)n);
			}
		}
	}
}

static void
fulcio_leaf(void **state)
{
	static const plomb_view issuer_oid = PLOMB_LIT("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x08");
	static const plomb_view absent_oid = PLOMB_LIT("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x63");
	plomb_cert cert = cert_named("real_leaf");
	plomb_view value;
	plomb_tlv san;
	plomb_der der;

	(void)state;
	assert_int_equal(cert.version, 3);
	assert_int_equal(cert.alg, PLOMB_CERT_ALG_ECDSA_SHA384);
	assert_int_equal(cert.not_before.s, 1710869186);
	assert_int_equal(cert.not_after.s, 1710869786);
	assert_int_equal(cert.has_basic, 0);
	assert_int_equal(cert.is_ca, 0);
	assert_int_equal(cert.path_len, -1);
	assert_int_equal(cert.key_usage, PLOMB_KU_DIGITAL_SIGNATURE);
	assert_int_equal(cert.has_eku, 1);
	assert_int_equal(cert.eku_critical, 0);
	assert_int_equal(cert.eku_code_signing, 1);
	assert_int_equal(cert.eku_timestamping, 0);
	assert_int_equal(cert.eku_any, 0);
	assert_int_equal(cert.eku_count, 1);
	assert_int_equal(cert.has_unknown_critical, 0);
	assert_int_equal(cert.has_name_constraints, 0);
	assert_int_equal(cert.has_sct_extension, 1);
	assert_true(cert.sct.n > 100);
	assert_int_equal(cert.ski.n, 20);
	assert_int_equal(cert.aki.n, 20);
	der = plomb_der_open(cert.san);
	assert_int_equal(plomb_der_next(&der, &san), PLOMB_OK);
	assert_int_equal(san.tag, PLOMB_DER_CONTEXT(6));
	assert_int_equal(plomb_cert_extension(&cert, issuer_oid, &value), PLOMB_OK);
	assert_true(plomb_view_is(plomb_view_cut(value, 2, value.n), "https://token.actions.githubusercontent.com"));
	assert_int_equal(plomb_cert_extension(&cert, absent_oid, &value), PLOMB_UNSET);
	assert_null(value.p);
}

static void
fulcio_issuer(void **state)
{
	plomb_cert leaf = cert_named("real_leaf");
	plomb_cert cert = cert_named("real_inter");

	(void)state;
	assert_int_equal(cert.is_ca, 1);
	assert_int_equal(cert.has_basic, 1);
	assert_int_equal(cert.path_len, 0);
	assert_int_equal(cert.key_usage, PLOMB_KU_CERT_SIGN | 0x40);
	assert_true(plomb_view_eq(leaf.issuer, cert.subject));
	assert_true(plomb_view_eq(leaf.aki, cert.ski));
	assert_int_equal(cert.san.n, 0);
	assert_null(cert.san.p);
	assert_null(cert.sct.p);
}

static void
details(void **state)
{
	plomb_cert cert;

	(void)state;
	cert = cert_named("root_version_1");
	assert_int_equal(cert.version, 1);
	assert_int_equal(cert.is_ca, 0);
	assert_null(cert.extensions.p);
	cert = cert_named("root_version_2");
	assert_int_equal(cert.version, 2);
	cert = cert_named("good_serial_zero");
	assert_int_equal(cert.serial.n, 1);
	cert = cert_named("good_generalized_time");
	assert_int_equal(cert.not_before.s, CERT_T0);
	assert_int_equal(cert.not_after.s, CERT_T0 + 600);
	cert = cert_named("good_year_2050");
	assert_int_equal(cert.not_after.s, 2524608000);
	cert = cert_named("good_basic_path_largest");
	assert_int_equal(cert.path_len, 0x7FFFFFFF);
	cert = cert_named("leaf_basic_false");
	assert_int_equal(cert.has_basic, 1);
	assert_int_equal(cert.is_ca, 0);
	cert = cert_named("leaf_nine_bits");
	assert_int_equal(cert.key_usage, 0x101);
	cert = cert_named("leaf_two_purposes");
	assert_int_equal(cert.eku_count, 2);
	cert = cert_named("leaf_any_purpose");
	assert_int_equal(cert.eku_any, 1);
	cert = cert_named("leaf_critical_eku");
	assert_int_equal(cert.eku_critical, 1);
	cert = cert_named("tsa_leaf");
	assert_int_equal(cert.eku_timestamping, 1);
	cert = cert_named("good_aki_all");
	assert_int_equal(cert.aki.n, 3);
	cert = cert_named("good_aki_serial");
	assert_null(cert.aki.p);
	cert = cert_named("good_ski");
	assert_true(plomb_view_is(cert.ski, "abc"));
}

static void
critical_extensions(void **state)
{
	static const plomb_view oid = PLOMB_LIT("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x63");
	plomb_cert cert = cert_named("leaf_unknown_critical");

	(void)state;
	assert_int_equal(cert.has_unknown_critical, 1);
	assert_true(plomb_view_eq(cert.unknown_critical, oid));
	cert = cert_named("leaf_two_unknown_critical");
	assert_int_equal(cert.unknown_critical.p[1], 3); /* the first of them */
	cert = cert_named("leaf_critical_sct");
	assert_int_equal(cert.has_unknown_critical, 1);
	cert = cert_named("inter_constrained");
	assert_int_equal(cert.has_unknown_critical, 0);
	assert_int_equal(cert.has_name_constraints, 1);
	cert = cert_named("inter_constrained_not_critical");
	assert_int_equal(cert.has_name_constraints, 1);
}

/* The list inside is sct.c's question; the certificate is readable. */
static void
unreadable_sct_list(void **state)
{
	plomb_cert cert = cert_named("good_sct_unreadable");

	(void)state;
	assert_int_equal(cert.has_sct_extension, 1);
	assert_null(cert.sct.p);
}

/* Nobody hands plomb_cert_extension a list that was not read before; it stops all the same. */
static void
damaged_extensions(void **state)
{
	static const plomb_view oid = PLOMB_LIT("\x55\x1D\x11");
	static const plomb_view damaged = PLOMB_LIT("\x30\x05\x06");
	plomb_cert cert;
	plomb_view value;

	(void)state;
	memset(&cert, 0, sizeof cert);
	assert_int_equal(plomb_cert_extension(&cert, oid, &value), PLOMB_UNSET);
	cert.extensions = damaged;
	assert_int_equal(plomb_cert_extension(&cert, oid, &value), PLOMB_UNSET);
}

/* ------------------------------------------------------------ signatures */

struct signed_row {
	const char *name;
	const char *cert, *issuer;
	plomb_cert_alg alg;
	plomb_status wanted;
};

#define YES PLOMB_OK
#define BAD PLOMB_CERT_SIGNATURE_INVALID

static const struct signed_row signed_rows[] = {
	{ "P-256, SHA-256", "leaf_by_p256_sha256", "root_p256_sha256", PLOMB_CERT_ALG_ECDSA_SHA256, YES },
	{ "P-256, SHA-512", "leaf_by_p256_sha512", "root_p256_sha512", PLOMB_CERT_ALG_ECDSA_SHA512, YES },
	{ "P-384, SHA-384", "leaf_by_p384_sha384", "root_p384_sha384", PLOMB_CERT_ALG_ECDSA_SHA384, YES },
	{ "P-521, SHA-512", "leaf_by_p521_sha512", "root_p521_sha512", PLOMB_CERT_ALG_ECDSA_SHA512, YES },
	{ "RSA-2048, SHA-256", "leaf_by_rsa2048_sha256", "root_rsa2048_sha256", PLOMB_CERT_ALG_RSA_SHA256, YES },
	{ "RSA-2048, SHA-384", "leaf_by_rsa2048_sha384", "root_rsa2048_sha384", PLOMB_CERT_ALG_RSA_SHA384, YES },
	{ "RSA-4096, SHA-512", "leaf_by_rsa4096_sha512", "root_rsa4096_sha512", PLOMB_CERT_ALG_RSA_SHA512, YES },
	{ "RSA without NULL", "leaf_rsa_no_null", "root_rsa2048_sha256", PLOMB_CERT_ALG_RSA_SHA256, YES },
	{ "Ed25519", "leaf_by_ed25519", "root_ed25519", PLOMB_CERT_ALG_ED25519, YES },
	{ "Fulcio's leaf", "real_leaf", "real_inter", PLOMB_CERT_ALG_ECDSA_SHA384, YES },
	{ "Fulcio's intermediate", "real_inter", "real_root", PLOMB_CERT_ALG_ECDSA_SHA384, YES },
	{ "self-signed", "real_root", "real_root", PLOMB_CERT_ALG_ECDSA_SHA384, YES },
	{ "another key of the same kind", "leaf", "root", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "one bit changed", "leaf_flipped", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "CVE-2022-21449: zero", "leaf_r_is_zero", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "zeros in front", "leaf_signature_zero_in_front", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "long length", "leaf_signature_long_length", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "negative numbers", "leaf_signature_negative", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "raw r||s", "leaf_signature_raw", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "an octet after it", "leaf_signature_trailing", "inter", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "RSA, one bit changed", "leaf_rsa_bad", "root_rsa2048_sha256", PLOMB_CERT_ALG_RSA_SHA256, BAD },
	{ "Ed25519, one bit changed", "leaf_ed25519_bad", "root_ed25519", PLOMB_CERT_ALG_ED25519, BAD },
	{ "ECDSA under an RSA key", "leaf_ecdsa_under_rsa", "root_rsa2048_sha256", PLOMB_CERT_ALG_ECDSA_SHA384, BAD },
	{ "PKCS#1 under an RSA-PSS key", "leaf_by_pss", "root_pss", PLOMB_CERT_ALG_RSA_SHA256, BAD },
	{ "ECDSA SHA-256 under an RSA key", "leaf_by_p256_sha256", "root_rsa2048_sha256", PLOMB_CERT_ALG_ECDSA_SHA256, BAD },
	{ "RSA under an EC key", "leaf_rsa_under_ec", "inter", PLOMB_CERT_ALG_RSA_SHA256, BAD },
	{ "Ed25519 under an EC key", "leaf_ed25519_under_ec", "inter", PLOMB_CERT_ALG_ED25519, BAD },
	{ "ECDSA with SHA-1", "leaf_ecdsa_sha1", "inter", PLOMB_CERT_ALG_UNKNOWN, PLOMB_CERT_ALG_UNSUPPORTED },
	{ "RSA with SHA-1", "leaf_rsa_sha1", "root_rsa2048_sha256", PLOMB_CERT_ALG_UNKNOWN, PLOMB_CERT_ALG_UNSUPPORTED },
	{ "RSA-PSS", "leaf_rsa_pss", "root_rsa2048_sha256", PLOMB_CERT_ALG_UNKNOWN, PLOMB_CERT_ALG_UNSUPPORTED }
};

static void
signatures(void **state)
{
	static unsigned char buffer[1024];
	plomb_work work;
	plomb_ctx ctx;
	size_t i;

	(void)state;
	plomb_work_init(&work, buffer, sizeof buffer);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	for (i = 0; i < COUNT(signed_rows); i ++) {
		const struct signed_row *row = &signed_rows[i];
		plomb_cert cert = cert_named(row->cert);
		plomb_cert issuer = cert_named(row->issuer);
		plomb_key key;
		plomb_status s;

		assert_int_equal(plomb_key_from_spki(ctx.crypto, issuer.spki, &key), PLOMB_OK);
		assert_int_equal(cert.alg, row->alg);
		s = plomb_cert_signed_by(&ctx, &cert, &key);
		if (s != row->wanted) {
			fail_msg("%s: %s", row->name, plomb_status_code(s));
		}
	}
}

/* A key that key.c did not make, as a caller's mistake would be. */
static void
key_without_point(void **state)
{
	plomb_cert cert = cert_named("leaf");
	plomb_key key;
	plomb_ctx ctx;

	(void)state;
	memset(&key, 0, sizeof key);
	memset(&ctx, 0, sizeof ctx);
	ctx.crypto = &plomb_crypto_default;
	assert_int_equal(plomb_cert_signed_by(&ctx, &cert, &key), PLOMB_CERT_SIGNATURE_INVALID);
	key.kind = PLOMB_KEY_P384;
	assert_int_equal(plomb_cert_signed_by(&ctx, &cert, &key), PLOMB_CERT_ALG_UNSUPPORTED);
}

static int
empty_arena(void **state)
{
	(void)state;
	cert_arena_used = 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(refused, empty_arena),
		cmocka_unit_test_setup(limits, empty_arena),
		cmocka_unit_test_setup(every_prefix, empty_arena),
		cmocka_unit_test_setup(fulcio_leaf, empty_arena),
		cmocka_unit_test_setup(fulcio_issuer, empty_arena),
		cmocka_unit_test_setup(details, empty_arena),
		cmocka_unit_test_setup(critical_extensions, empty_arena),
		cmocka_unit_test_setup(unreadable_sct_list, empty_arena),
		cmocka_unit_test_setup(damaged_extensions, empty_arena),
		cmocka_unit_test_setup(signatures, empty_arena),
		cmocka_unit_test_setup(key_without_point, empty_arena)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
