/*
 * The whole verifier on real bundles: the conformance suite, by file and by
 * digest, and then one thing changed at a time in the policy, the trust root
 * or the artifact, so that each check is seen to refuse on its own.
 */
#include <dirent.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/regex.h"
#include "../src/core/work.h"
#include "../src/core/base64.h"

#ifndef VECTORS
#define VECTORS "tests/vectors"
#endif

#define SUITE VECTORS "/conformance/"

static unsigned char memory[1 << 19];

/* One question to the verifier; the defaults are the suite's. */
struct question {
	plomb_view root, bundle, artifact;
	plomb_policy policy;
	plomb_key key;
	plomb_view key_pem;
	int by_digest;
	const plomb_crypto *crypto; /* NULL: the default */
	size_t room; /* of the work buffer; 0: all */
	plomb_verdict verdict;
	plomb_work work;
	plomb_trust trust;
	plomb_ctx ctx;
	plomb_detail detail;
};

/* What load() gave, for forget() to free. */
static unsigned char *loaded[4096];
static size_t loaded_count;

static int
forget(void **state)
{
	(void)state;
	while (loaded_count > 0) {
		free(loaded[-- loaded_count]);
	}
	return 0;
}

static plomb_view
load(const char *path, int needed)
{
	FILE *file = fopen(path, "rb");
	plomb_view view = { NULL, 0 };
	unsigned char *bytes;
	long n;

	if (file == NULL) {
		if (needed) {
			fail_msg("%s cannot be read", path);
		}
		return view;
	}
	fseek(file, 0, SEEK_END);
	n = ftell(file);
	fseek(file, 0, SEEK_SET);
	bytes = malloc((size_t)n + 1);
	assert_non_null(bytes);
	assert_true(loaded_count < sizeof loaded / sizeof loaded[0]);
	loaded[loaded_count ++] = bytes;
	assert_int_equal(fread(bytes, 1, (size_t)n, file), (size_t)n);
	fclose(file);
	view.p = bytes;
	view.n = (size_t)n;
	return view;
}

static plomb_view
load_case(const char *name, const char *file, int needed)
{
	char path[512];

	snprintf(path, sizeof path, SUITE "%s/%s", name, file);
	return load(path, needed);
}

static plomb_view
trimmed(plomb_view view)
{
	while (view.n != 0 && (view.p[view.n - 1] == '\n' || view.p[view.n - 1] == ' ')) {
		view.n --;
	}
	return view;
}

static void
open_case(struct question *q, const char *name)
{
	plomb_view file;

	memset(q, 0, sizeof *q);
	q->bundle = load_case(name, "bundle.sigstore.json", 1);
	q->root = load_case(name, "trusted_root.json", 0);
	if (q->root.p == NULL) {
		q->root = load("src/cli/trusted_root.json", 1);
	}
	q->artifact = load_case(name, "artifact", 0);
	if (q->artifact.p == NULL) {
		q->artifact = load(SUITE "a.txt", 1);
	}
	file = load_case(name, "identity", 0);
	q->policy.identity.exact = file.p != NULL ? trimmed(file)
		: plomb_view_of("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
		".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main");
	file = load_case(name, "issuer", 0);
	q->policy.issuer.exact = file.p != NULL ? trimmed(file)
		: plomb_view_of("https://token.actions.githubusercontent.com");
	q->key_pem = load_case(name, "key.pub", 0);
}

/* The verdict's status, or why the trust root or the key did not load. */
static plomb_status
ask(struct question *q)
{
	plomb_message artifact;
	plomb_digest digest;
	plomb_status s;

	plomb_work_init(&q->work, memory, q->room == 0 ? sizeof memory : q->room);
	q->ctx.work = &q->work;
	q->ctx.crypto = q->crypto == NULL ? &plomb_crypto_default : q->crypto;
	q->ctx.detail = &q->detail;
	memset(&q->verdict, 0, sizeof q->verdict);
	if ((s = plomb_trust_load(&q->ctx, q->root, &q->trust)) != PLOMB_OK) {
		return s;
	}
	if (q->key_pem.p != NULL) {
		plomb_window valid = q->key.valid;

		if ((s = plomb_key_from_pem(&q->ctx, q->key_pem, &q->key)) != PLOMB_OK) {
			return s;
		}
		q->key.valid = valid;
		q->policy.key = &q->key;
	}
	plomb_message_from_bytes(&artifact, q->artifact);
	if (q->by_digest) {
		br_sha256_context sha;

		br_sha256_init(&sha);
		br_sha256_update(&sha, q->artifact.p, q->artifact.n);
		br_sha256_out(&sha, digest.bytes);
		digest.hash = PLOMB_SHA256;
		plomb_message_from_digest(&artifact, &digest);
	}
	s = plomb_verify_bundle(&q->ctx, &q->trust, &q->policy, &artifact, q->bundle, &q->verdict);
	assert_int_equal(s, q->verdict.status);
	assert_int_equal(s == PLOMB_OK, plomb_accepted(&q->verdict) != 0);
	return s;
}

/* ------------------------------------------------------- the suite as it is */

/* Appendix A of the protocol reference: why each case fails. */
static const struct {
	const char *name;
	plomb_status want, or;
} reasons[] = {
	{ "bundle-empty-certificate-chain_fail", PLOMB_BUNDLE_CERT_MISSING, 0 },
	{ "bundle-from-wrong-instance_fail", PLOMB_TLOG_LOG_UNKNOWN, 0 },
	{ "bundle-invalid-base64-signature_fail", PLOMB_BASE64_INVALID, 0 },
	{ "bundle-malformed-json_fail", PLOMB_JSON_MALFORMED, 0 },
	{ "bundle-negative-log-index_fail", PLOMB_TLOG_ENTRY_MALFORMED, 0 },
	{ "bundle-unknown-version_fail", PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, 0 },
	{ "bundle-with-root-cert_fail", PLOMB_BUNDLE_CA_CERT_INCLUDED, 0 },
	{ "checkpoint-bad-keyhint_fail", PLOMB_CHECKPOINT_KEY_UNKNOWN, 0 },
	{ "checkpoint-wrong-roothash_fail", PLOMB_CHECKPOINT_ROOT_MISMATCH, PLOMB_CHECKPOINT_SIZE_MISMATCH },
	{ "dsse-invalid-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "dsse-mismatch-envelope_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "dsse-mismatch-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "inclusion-proof-corrupted-hash_fail", PLOMB_TLOG_PROOF_INVALID, 0 },
	{ "incorrect-public-key_fail", PLOMB_TLOG_PROMISE_INVALID, PLOMB_TLOG_KEY_MISMATCH },
	{ "integrated-time-in-future_fail", PLOMB_TLOG_TIME_OUTSIDE_CERT, PLOMB_CERT_EXPIRED },
	{ "intoto-expired-certificate_fail", PLOMB_TLOG_TIME_OUTSIDE_CERT, PLOMB_CERT_NOT_YET_VALID },
	{ "intoto-log-entry-mismatch_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "intoto-missing-inclusion-proof_fail", PLOMB_TLOG_PROOF_MISSING, 0 },
	{ "intoto-set-outside-signing-cert-validity_fail", PLOMB_TLOG_TIME_OUTSIDE_CERT, 0 },
	{ "intoto-tsa-timestamp-outside-cert-validity_fail", PLOMB_CERT_EXPIRED, PLOMB_CERT_NOT_YET_VALID },
	{ "invalid-checkpoint-signature_fail", PLOMB_CHECKPOINT_SIGNATURE_INVALID, 0 },
	{ "invalid-ct-key_fail", PLOMB_SCT_LOG_UNKNOWN, 0 },
	{ "invalid-inclusion-proof_fail", PLOMB_CHECKPOINT_MISSING, 0 },
	{ "managed-key-no-key_fail", PLOMB_KEY_REQUIRED, 0 },
	{ "managed-key-wrong-key_fail", PLOMB_KEY_MALFORMED, 0 },
	{ "message-digest-mismatch_fail", PLOMB_ARTIFACT_DIGEST_MISMATCH, 0 },
	{ "rekor2-checkpoint-missing-log-signature_fail", PLOMB_CHECKPOINT_MALFORMED, 0 },
	{ "rekor2-checkpoint-missing-origin_fail", PLOMB_CHECKPOINT_MALFORMED, 0 },
	{ "rekor2-checkpoint-missing-root-hash_fail", PLOMB_CHECKPOINT_MALFORMED, 0 },
	{ "rekor2-checkpoint-missing-size_fail", PLOMB_CHECKPOINT_MALFORMED, 0 },
	{ "rekor2-checkpoint-no-matching-signature_fail", PLOMB_CHECKPOINT_ORIGIN_MISMATCH, PLOMB_CHECKPOINT_KEY_UNKNOWN },
	{ "rekor2-dsse-invalid-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "rekor2-dsse-mismatch-envelope_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, PLOMB_TLOG_DIGEST_MISMATCH },
	{ "rekor2-dsse-mismatch-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "rekor2-no-inclusion-proof_fail", PLOMB_TLOG_PROOF_MISSING, 0 },
	{ "rekor2-no-timestamp_fail", PLOMB_TIME_MISSING, 0 },
	{ "rekor2-timestamp-outside-trust-root-tsa-validity_fail", PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY, 0 },
	{ "rekor2-timestamp-outside-tsa-cert-validity_fail", PLOMB_TIMESTAMP_CHAIN_INVALID, 0 },
	{ "rekor2-timestamp-payload-mismatch_fail", PLOMB_TIMESTAMP_IMPRINT_MISMATCH, 0 },
	{ "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", PLOMB_TIMESTAMP_SIGNER_UNTRUSTED, 0 },
	{ "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", PLOMB_TIMESTAMP_SIGNER_MISSING, 0 },
	{ "rekor2-timestamp-with-incorrect-time_fail", PLOMB_BASE64_INVALID, 0 },
	{ "set-invalid-signature_fail", PLOMB_TLOG_PROMISE_INVALID, 0 },
	{ "signature-mismatch_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "trust-root-tlog-missing-validity-start_fail", PLOMB_ROOT_LOG_VALIDITY_MISSING, 0 },
	{ "wrong-hashedrekord-artifact_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "wrong-hashedrekord-cert-and-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "wrong-hashedrekord-entry_fail", PLOMB_TLOG_SIGNATURE_MISMATCH, 0 },
	{ "wrong-material_fail", PLOMB_ARTIFACT_DIGEST_MISMATCH, 0 },
};

static int
is_wanted(const char *name, plomb_status s)
{
	size_t i;

	for (i = 0; i < sizeof reasons / sizeof reasons[0]; i ++) {
		if (strcmp(reasons[i].name, name) == 0) {
			return s == reasons[i].want || (reasons[i].or != 0 && s == reasons[i].or);
		}
	}
	return s == PLOMB_OK;
}

static void
run_suite(const plomb_crypto *crypto)
{
	DIR *folder = opendir(SUITE);
	struct dirent *entry;
	unsigned cases = 0, accepted = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		size_t n = strlen(entry->d_name);
		int fails = n > 5 && strcmp(entry->d_name + n - 5, "_fail") == 0;
		int by_digest;

		if (strchr(entry->d_name, '.') != NULL && strncmp(entry->d_name, "happy", 5) != 0) {
			continue;
		}
		for (by_digest = 0; by_digest <= 1; by_digest ++) {
			struct question q;
			plomb_status s;

			open_case(&q, entry->d_name);
			q.by_digest = by_digest;
			q.crypto = crypto;
			s = ask(&q);
			if ((s == PLOMB_OK) == fails || !is_wanted(entry->d_name, s)) {
				fail_msg("%s: %s", entry->d_name, plomb_status_code(s));
			}
			accepted += s == PLOMB_OK;
			cases ++;
		}
	}
	closedir(folder);
	assert_int_equal(cases, 140);
	assert_int_equal(accepted, 2 * 21);
}

static void
test_suite(void **state)
{
	(void)state;
	run_suite(&plomb_crypto_default);
}

static void
test_suite_without_engine(void **state)
{
	(void)state;
	run_suite(&plomb_crypto_small);
}

/* ------------------------------------------------------- one thing changed */

static const char *const keyless[] = { "happy-path-v0.3", "rekor2-happy-path", "rekor2-dsse-happy-path", "happy-path-intoto-in-dsse-v3" };

#define EACH_KEYLESS(q, i) for ((i) = 0; (i) < 4 && (open_case((q), keyless[i]), 1); (i) ++)

static void
wants(struct question *q, plomb_check check, plomb_status want)
{
	plomb_status s = ask(q);

	if (s != want) {
		fail_msg("%s, wanted %s", plomb_status_code(s), plomb_status_code(want));
	}
	assert_int_equal(q->verdict.check[check], want);
	assert_int_equal(q->verdict.passed & ((uint32_t)1 << check), 0);
}

static void
test_identity(void **state)
{
	struct question q;
	size_t i;

	(void)state;
	EACH_KEYLESS(&q, i) {
		q.policy.identity.exact.n --;
		wants(&q, PLOMB_CHECK_IDENTITY, PLOMB_IDENTITY_SAN_MISMATCH);
		assert_true(plomb_view_eq(q.verdict.detail.want, q.policy.identity.exact));
		assert_int_equal(q.verdict.detail.got.n, q.policy.identity.exact.n + 1);
		/* A policy that names nobody is a mistake of the caller's, and no yes. */
		q.policy.identity.exact.p = NULL;
		wants(&q, PLOMB_CHECK_IDENTITY, PLOMB_CONFIG_INVALID);
	}
}

static void
test_issuer(void **state)
{
	struct question q;
	size_t i;

	(void)state;
	EACH_KEYLESS(&q, i) {
		q.policy.issuer.exact = plomb_view_of("https://token.actions.githubusercontent.com/");
		wants(&q, PLOMB_CHECK_ISSUER, PLOMB_IDENTITY_ISSUER_MISMATCH);
	}
}

static void
test_extensions(void **state)
{
	plomb_want want;
	struct question q;
	size_t i;

	(void)state;
	memset(&want, 0, sizeof want);
	EACH_KEYLESS(&q, i) {
		want.name = plomb_view_of("runner-environment");
		want.value.exact = plomb_view_of("github-hosted");
		q.policy.extensions = &want;
		q.policy.extension_count = 1;
		assert_int_equal(ask(&q), PLOMB_OK);
		want.value.exact = plomb_view_of("self-hosted");
		wants(&q, PLOMB_CHECK_EXTENSIONS, PLOMB_IDENTITY_EXTENSION_MISMATCH);
	}
	open_case(&q, "managed-key-happy-path");
	q.policy.extensions = &want;
	q.policy.extension_count = 1;
	wants(&q, PLOMB_CHECK_EXTENSIONS, PLOMB_IDENTITY_EXTENSION_MISMATCH);
}

static void
test_material(void **state)
{
	struct question q, key;
	size_t i;

	(void)state;
	open_case(&key, "managed-key-happy-path");
	EACH_KEYLESS(&q, i) {
		q.key_pem = key.key_pem;
		wants(&q, PLOMB_CHECK_MATERIAL, PLOMB_CERT_NOT_EXPECTED);
	}
	key.key_pem.p = NULL;
	wants(&key, PLOMB_CHECK_MATERIAL, PLOMB_KEY_REQUIRED);
}

static void
test_predicate(void **state)
{
	struct question q;

	(void)state;
	open_case(&q, "happy-path-intoto-in-dsse-v3");
	assert_int_equal(ask(&q), PLOMB_OK);
	q.policy.predicate_type = q.verdict.predicate_type;
	assert_true(q.policy.predicate_type.n > 8);
	assert_int_equal(ask(&q), PLOMB_OK);
	q.policy.predicate_type = plomb_view_of("https://slsa.dev/provenance/v9");
	wants(&q, PLOMB_CHECK_PREDICATE, PLOMB_PREDICATE_TYPE_MISMATCH);
	/* A bare signature has no predicate at all. */
	open_case(&q, "happy-path-v0.3");
	q.policy.flags = PLOMB_REQUIRE_STATEMENT;
	wants(&q, PLOMB_CHECK_PREDICATE, PLOMB_PREDICATE_TYPE_MISMATCH);
}

static void
test_annotations(void **state)
{
	plomb_want want;
	struct question q;
	size_t i;

	(void)state;
	memset(&want, 0, sizeof want);
	want.name = plomb_view_of("tag");
	want.value.exact = plomb_view_of("v1");
	EACH_KEYLESS(&q, i) {
		q.policy.annotations = &want;
		q.policy.annotation_count = 1;
		wants(&q, PLOMB_CHECK_ANNOTATIONS, PLOMB_ANNOTATION_MISMATCH);
		/* No flag makes an annotation that was asked for go away. */
		q.policy.flags = PLOMB_IGNORE_CLAIMS;
		wants(&q, PLOMB_CHECK_ANNOTATIONS, PLOMB_ANNOTATION_MISMATCH);
	}
}

static void
test_artifact(void **state)
{
	struct question q;
	size_t i;

	(void)state;
	EACH_KEYLESS(&q, i) {
		q.artifact = plomb_view_of("another file\n");
		wants(&q, PLOMB_CHECK_SUBJECT, i < 2 ? PLOMB_ARTIFACT_DIGEST_MISMATCH : PLOMB_SUBJECT_MISMATCH);
		assert_true(q.verdict.detail.want.n > 64 && q.verdict.detail.got.n > 64);
	}
}

/* Two logs are wanted and one is there; the same for certificate logs. */
static void
test_thresholds(void **state)
{
	struct question q;
	size_t i;

	(void)state;
	EACH_KEYLESS(&q, i) {
		q.policy.tlog_threshold = 2;
		wants(&q, PLOMB_CHECK_TLOG, PLOMB_TLOG_THRESHOLD);
		q.policy.tlog_threshold = 1;
		q.policy.sct_threshold = 2;
		assert_int_not_equal(ask(&q), PLOMB_OK);
		assert_int_not_equal(q.verdict.check[PLOMB_CHECK_SCT], PLOMB_OK);
	}
}

static void
test_future(void **state)
{
	struct question q;

	(void)state;
	open_case(&q, "happy-path-v0.3");
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_int_equal(q.verdict.time_count, 1);
	assert_int_equal(q.verdict.time_sources[0], PLOMB_TIME_SOURCE_TLOG);
	q.policy.now_known = 1;
	q.policy.now = q.verdict.times[0];
	assert_int_equal(ask(&q), PLOMB_OK);
	/* Zero tolerance: TOB-SIGSTORE-7. */
	q.policy.now.s --;
	wants(&q, PLOMB_CHECK_TIME, PLOMB_TLOG_TIME_IN_FUTURE);
}

static int
is_warned(const struct question *q, plomb_status warning)
{
	size_t i, count = 0;

	for (i = 0; i < q->verdict.warning_count; i ++) {
		count += q->verdict.warning[i] == warning;
	}
	assert_true(count <= 1);
	return count != 0;
}

/* Who has no clock is told where it would have been asked, and nowhere else. */
static void
test_no_clock(void **state)
{
	struct question q;

	(void)state;
	open_case(&q, "happy-path-v0.3");
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_true(is_warned(&q, PLOMB_CLOCK_UNKNOWN));
	q.policy.now_known = 1;
	q.policy.now = q.verdict.times[0];
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_false(is_warned(&q, PLOMB_CLOCK_UNKNOWN));
	/* A timestamp authority's time is held against nothing but certificates. */
	open_case(&q, "rekor2-happy-path");
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_false(is_warned(&q, PLOMB_CLOCK_UNKNOWN));
	/* Only the clock could have said when this was signed. */
	open_case(&q, "rekor2-no-timestamp_fail");
	q.policy.flags = PLOMB_IGNORE_TLOG;
	wants(&q, PLOMB_CHECK_TIME, PLOMB_TIME_MISSING);
	assert_true(is_warned(&q, PLOMB_CLOCK_UNKNOWN));
}

static void
test_timestamp_required(void **state)
{
	struct question q;

	(void)state;
	open_case(&q, "happy-path-v0.3");
	q.policy.flags = PLOMB_REQUIRE_TIMESTAMP;
	wants(&q, PLOMB_CHECK_TIME, PLOMB_TIME_MISSING);
	open_case(&q, "rekor2-happy-path");
	q.policy.flags = PLOMB_REQUIRE_TIMESTAMP;
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_int_equal(q.verdict.time_sources[0], PLOMB_TIME_SOURCE_TSA);
}

/* CVE-2026-54787: a key's period counts, and needs a verified time. */
static void
test_key_period(void **state)
{
	struct question q;
	plomb_time signed_at;

	(void)state;
	open_case(&q, "managed-key-and-trusted-root");
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_true(q.verdict.time_count > 0);
	signed_at = q.verdict.times[0];
	q.key.valid.has_start = q.key.valid.has_end = 1;
	q.key.valid.start = q.key.valid.end = signed_at;
	if (q.verdict.time_count == 1) {
		assert_int_equal(ask(&q), PLOMB_OK);
	}
	q.key.valid.start.s -= 10;
	q.key.valid.end.s -= 1;
	wants(&q, PLOMB_CHECK_TIME, PLOMB_KEY_OUTSIDE_VALIDITY);
	q.key.valid.has_end = 0;
	q.key.valid.start.s += 1000000;
	wants(&q, PLOMB_CHECK_TIME, PLOMB_KEY_OUTSIDE_VALIDITY);
}

/* Without a log, without a timestamp: only the clock is left, and only where it is known. */
static void
test_ignored_log(void **state)
{
	struct question q;
	plomb_time signed_at;

	(void)state;
	open_case(&q, "happy-path-v0.3");
	assert_int_equal(ask(&q), PLOMB_OK);
	signed_at = q.verdict.times[0];
	q.root = plomb_view_of("{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\"}");
	wants(&q, PLOMB_CHECK_TLOG, PLOMB_ROOT_EMPTY);
	q.policy.flags = PLOMB_IGNORE_TLOG;
	wants(&q, PLOMB_CHECK_TIME, PLOMB_TIME_MISSING);
	q.policy.now_known = 1;
	q.policy.now = signed_at;
	wants(&q, PLOMB_CHECK_CHAIN, PLOMB_ROOT_EMPTY);
	assert_int_equal(q.verdict.time_sources[0], PLOMB_TIME_SOURCE_CLOCK);
	assert_int_equal(q.verdict.check[PLOMB_CHECK_TLOG], PLOMB_NOT_REQUIRED);
	/* With its own trust root the entry still verifies and gives the time. */
	open_case(&q, "happy-path-v0.3");
	q.policy.flags = PLOMB_IGNORE_TLOG;
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_int_equal(q.verdict.time_sources[0], PLOMB_TIME_SOURCE_TLOG);
	/* An entry about something else is refused with the flag too: TOB-SIGSTORE-3. */
	open_case(&q, "wrong-hashedrekord-entry_fail");
	q.policy.flags = PLOMB_IGNORE_TLOG;
	wants(&q, PLOMB_CHECK_BINDING, PLOMB_TLOG_SIGNATURE_MISMATCH);
}

static void
test_ignored_sct(void **state)
{
	struct question q;

	(void)state;
	open_case(&q, "invalid-ct-key_fail");
	wants(&q, PLOMB_CHECK_SCT, PLOMB_SCT_LOG_UNKNOWN);
	q.policy.flags = PLOMB_IGNORE_SCT;
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_int_equal(q.verdict.check[PLOMB_CHECK_SCT], PLOMB_NOT_REQUIRED);
}

static void
test_pinned_hash(void **state)
{
	struct question q;

	(void)state;
	open_case(&q, "happy-path-v0.3");
	q.policy.signature_hash = PLOMB_SHA256;
	assert_int_equal(ask(&q), PLOMB_OK);
	q.policy.signature_hash = PLOMB_SHA512;
	wants(&q, PLOMB_CHECK_SIGNATURE, PLOMB_SIGNATURE_INVALID);
	q.by_digest = 1;
	wants(&q, PLOMB_CHECK_SIGNATURE, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED);
	assert_int_equal(q.verdict.hash_wanted, PLOMB_SHA512);
}

static void
test_regex(void **state)
{
	const plomb_regex *regex;
	struct question q;
	static unsigned char pattern_memory[65536];
	plomb_work work;
	plomb_ctx ctx;

	(void)state;
	plomb_work_init(&work, pattern_memory, sizeof pattern_memory);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	open_case(&q, "happy-path-v0.3");
	q.policy.identity.exact.p = NULL;
	assert_int_equal(plomb_regex_compile(&ctx, plomb_view_of("^https://github\\.com/sigstore-conformance/"), &regex), PLOMB_OK);
	q.policy.identity.regex = regex;
	assert_int_equal(ask(&q), PLOMB_OK);
	assert_int_equal(plomb_regex_compile(&ctx, plomb_view_of("^http://"), &regex), PLOMB_OK);
	q.policy.identity.regex = regex;
	wants(&q, PLOMB_CHECK_IDENTITY, PLOMB_IDENTITY_SAN_MISMATCH);
}

/* Too little room, at any point, is told as that and never as anything else. */
static void
test_every_smaller_buffer(void **state)
{
	static const char *const cases[] = { "happy-path-v0.1", "rekor2-dsse-happy-path", "managed-key-happy-path", "intoto-with-custom-trust-root" };
	struct question q;
	size_t i, enough;

	(void)state;
	for (i = 0; i < 4; i ++) {
		open_case(&q, cases[i]);
		assert_int_equal(ask(&q), PLOMB_OK);
		enough = q.work.high_water;
		for (q.room = 1; q.room < enough; q.room += 97) {
			plomb_status s = ask(&q);

			if (s != PLOMB_NO_ROOM && s != PLOMB_OK) {
				fail_msg("%s with %u bytes: %s", cases[i], (unsigned)q.room, plomb_status_code(s));
			}
		}
		q.room = enough;
		assert_int_equal(ask(&q), PLOMB_OK);
	}
}

/* ------------------------------------------------------- the verdict itself */

static void
test_verdict_is_closed(void **state)
{
	struct question q;
	plomb_verdict v;
	unsigned i;

	(void)state;
	memset(&v, 0, sizeof v);
	assert_false(plomb_accepted(&v));
	v.status = PLOMB_OK;
	assert_false(plomb_accepted(&v));
	open_case(&q, "happy-path-v0.3");
	assert_int_equal(ask(&q), PLOMB_OK);
	for (i = 0; i < 32; i ++) {
		v = q.verdict;
		v.passed ^= (uint32_t)1 << i;
		assert_false(plomb_accepted(&v));
		v = q.verdict;
		v.required ^= (uint32_t)1 << i;
		assert_false(plomb_accepted(&v));
		v = q.verdict;
		v.status = (plomb_status)((unsigned)v.status ^ (1u << (i % 31)));
		assert_false(plomb_accepted(&v));
	}
	/* The sets equal, but without what no policy takes away. */
	for (i = 0; i < PLOMB_CHECK_COUNT; i ++) {
		int always = i == PLOMB_CHECK_PARSE || i == PLOMB_CHECK_MATERIAL || i == PLOMB_CHECK_BINDING
			|| i == PLOMB_CHECK_TIME || i == PLOMB_CHECK_SIGNATURE || i == PLOMB_CHECK_SUBJECT;

		v = q.verdict;
		v.required &= ~((uint32_t)1 << i);
		v.passed = v.required;
		assert_int_equal(plomb_accepted(&v) != 0, !always);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suite),
		cmocka_unit_test(test_suite_without_engine),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_material),
		cmocka_unit_test(test_predicate),
		cmocka_unit_test(test_annotations),
		cmocka_unit_test(test_artifact),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_future),
		cmocka_unit_test(test_no_clock),
		cmocka_unit_test(test_timestamp_required),
		cmocka_unit_test(test_key_period),
		cmocka_unit_test(test_ignored_log),
		cmocka_unit_test(test_ignored_sct),
		cmocka_unit_test(test_pinned_hash),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_every_smaller_buffer),
		cmocka_unit_test(test_verdict_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
