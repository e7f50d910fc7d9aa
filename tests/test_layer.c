/*
 * cosign 2's forms: real layers of each kind, then one part changed at a
 * time; and files with their signature beside them. A vector file is a letter
 * and the six parts of a layer, each ended by 0xFF, 0xFE alone for "absent".
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/base64.h"
#include "../src/core/layer.h"
#include "../src/core/work.h"

#ifndef VECTORS
#define VECTORS "tests/vectors"
#endif

static unsigned char memory[1 << 18];
static unsigned char root_bytes[16384], file_bytes[16384];

static size_t
load(const char *path, unsigned char *out, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	assert_non_null(file);
	n = fread(out, 1, size, file);
	fclose(file);
	return n;
}

static plomb_view
next_part(const unsigned char *in, size_t len, size_t *at)
{
	plomb_view part = { in + *at, 0 };

	while (*at < len && in[*at] != 0xFF) {
		part.n ++;
		(*at) ++;
	}
	(*at) ++;
	if (part.n == 1 && part.p[0] == 0xFE) {
		part.p = NULL;
		part.n = 0;
	}
	return part;
}

static plomb_layer
open_layer(const char *name)
{
	char path[256];
	plomb_layer layer;
	size_t len, at = 1;

	snprintf(path, sizeof path, VECTORS "/layer/%s", name);
	len = load(path, file_bytes, sizeof file_bytes);
	layer.payload = next_part(file_bytes, len, &at);
	layer.signature = next_part(file_bytes, len, &at);
	layer.certificate = next_part(file_bytes, len, &at);
	layer.chain = next_part(file_bytes, len, &at);
	layer.bundle = next_part(file_bytes, len, &at);
	layer.timestamp = next_part(file_bytes, len, &at);
	return layer;
}

typedef plomb_status (*verify_fn)(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy,
	plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict);

static const char world_key[] = "-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE17QU9OordAyKQ+Tn5G5LeKYH2Xbt\n"
	"GrRU04nkNfHfXPORH6xsXkz9GSJ3AUxZ+FKgQBukEeqcxgh1S4x5cHyyeg==\n"
	"-----END PUBLIC KEY-----\n";

#define GITLAB "https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main"

static plomb_verdict verdict;

/* Ask about an image by digest, keyless as GitLab or with the world's key. */
static plomb_status
ask(verify_fn verify, const plomb_layer *layer, const char *image, int with_key, unsigned flags)
{
	plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_view root = { root_bytes, 0 };
	plomb_policy policy;
	plomb_trust trust;
	plomb_message artifact;
	plomb_digest digest;
	plomb_key key;
	plomb_status s;

	memset(&policy, 0, sizeof policy);
	policy.identity.exact = plomb_view_of(GITLAB);
	policy.issuer.exact = plomb_view_of("https://gitlab.example.com");
	policy.flags = flags;
	root.n = load(VECTORS "/demo/trusted_root.json", root_bytes, sizeof root_bytes);
	plomb_work_init(&work, memory, sizeof memory);
	assert_int_equal(plomb_trust_load(&ctx, root, &trust), PLOMB_OK);
	if (with_key) {
		assert_int_equal(plomb_key_from_pem(&ctx, plomb_view_of(world_key), &key), PLOMB_OK);
		policy.key = &key;
	}
	if (image == NULL) {
		plomb_message_from_bytes(&artifact, layer->payload);
	} else {
		assert_int_equal(plomb_digest_parse(plomb_view_of(image), &digest), PLOMB_OK);
		plomb_message_from_digest(&artifact, &digest);
	}
	s = verify(&ctx, &trust, &policy, &artifact, layer, &verdict);
	assert_int_equal(s == PLOMB_OK, plomb_accepted(&verdict) != 0);
	return s;
}

#define OLD "sha256:3075f853db1ffcae6d099cd5b5fbe595073d92d063e7903890bd6325ab252487"
#define OLD_KEY "sha256:60c011a8fde9f26327e2e35394438ab6b2be7d91a7bc677937179aae81fcb063"
#define OLD_KEY_TSA "sha256:0f988cacd0684ba6b9a021be81c68a501f3c3de4c550be27f816eb4a827d89ae"

static void
test_real_layers(void **state)
{
	plomb_layer layer;

	(void)state;
	layer = open_layer("old-simplesigning-0");
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 0, 0), PLOMB_OK);
	assert_int_equal(verdict.format, PLOMB_FORMAT_SIMPLESIGNING);
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 1, 0), PLOMB_CERT_NOT_EXPECTED);
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD_KEY, 0, 0), PLOMB_PAYLOAD_DIGEST_MISMATCH);
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD_KEY, 0, PLOMB_IGNORE_CLAIMS), PLOMB_OK);
	layer = open_layer("old-key-simplesigning-0");
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD_KEY, 1, 0), PLOMB_OK);
	/* A bare signature in a layer names no certificate: nothing to compare an identity with. */
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD_KEY, 0, 0), PLOMB_KEY_NOT_EXPECTED);
	layer = open_layer("old-key-tsa-simplesigning-0");
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD_KEY_TSA, 1, PLOMB_IGNORE_TLOG), PLOMB_OK);
	assert_int_equal(verdict.time_sources[0], PLOMB_TIME_SOURCE_TSA);
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD_KEY_TSA, 1, 0), PLOMB_TLOG_ENTRY_MISSING);
	layer = open_layer("old-email-simplesigning-0");
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 0, 0), PLOMB_IDENTITY_SAN_MISMATCH);
}

/* An attestation: the claims cannot be waved at the subject of a bundle, but can here, as in cosign. */
static void
test_real_envelope(void **state)
{
	plomb_layer layer = open_layer("old-attested-envelope-0");

	(void)state;
	assert_int_equal(ask(plomb_verify_envelope, &layer, OLD, 0, 0), PLOMB_SUBJECT_MISMATCH);
	assert_int_equal(ask(plomb_verify_envelope, &layer, OLD, 0, PLOMB_IGNORE_CLAIMS), PLOMB_OK);
	assert_int_equal(verdict.format, PLOMB_FORMAT_DSSE);
	assert_true(verdict.predicate_type.n > 0);
	layer.payload = plomb_view_of("{\"payload\":\"e30=\"}");
	assert_int_not_equal(ask(plomb_verify_envelope, &layer, OLD, 0, PLOMB_IGNORE_CLAIMS), PLOMB_OK);
	layer.payload = plomb_view_of("{");
	assert_int_equal(ask(plomb_verify_envelope, &layer, OLD, 0, PLOMB_IGNORE_CLAIMS), PLOMB_JSON_MALFORMED);
	layer.signature.p = NULL;
	assert_int_equal(ask(plomb_verify_envelope, &layer, OLD, 0, PLOMB_IGNORE_CLAIMS), PLOMB_LAYER_SIGNATURE_MISSING);
}

enum { PAYLOAD, SIGNATURE, CERTIFICATE, CHAIN, BUNDLE, TIMESTAMP };

static void
set_part(plomb_layer *layer, int part, const char *text)
{
	plomb_view *parts[6];

	parts[PAYLOAD] = &layer->payload;
	parts[SIGNATURE] = &layer->signature;
	parts[CERTIFICATE] = &layer->certificate;
	parts[CHAIN] = &layer->chain;
	parts[BUNDLE] = &layer->bundle;
	parts[TIMESTAMP] = &layer->timestamp;
	parts[part]->p = (const unsigned char *)text;
	parts[part]->n = text == NULL ? 0 : strlen(text);
}

#define ID "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d"
#define REKOR(payload) "{\"SignedEntryTimestamp\":\"AQ==\",\"Payload\":{" payload "}}"

static const struct row {
	const char *name;
	int part;
	const char *text;
	plomb_status want;
} rows[] = {
	{ "no signature annotation", SIGNATURE, NULL, PLOMB_LAYER_SIGNATURE_MISSING },
	{ "an empty signature", SIGNATURE, "", PLOMB_BUNDLE_SIGNATURE_MISSING },
	{ "signature not base64", SIGNATURE, "?", PLOMB_BASE64_INVALID },
	{ "signature in the URL alphabet", SIGNATURE, "-_8=", PLOMB_BASE64_INVALID },
	{ "no certificate", CERTIFICATE, NULL, PLOMB_KEY_NOT_EXPECTED },
	{ "certificate not PEM", CERTIFICATE, "x", PLOMB_CERT_MALFORMED },
	{ "certificate a key", CERTIFICATE, world_key, PLOMB_CERT_MALFORMED },
	{ "certificate not DER", CERTIFICATE, "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n", PLOMB_CERT_MALFORMED },
	{ "chain not PEM", CHAIN, "x", PLOMB_CERT_MALFORMED },
	{ "chain with a key in it", CHAIN, world_key, PLOMB_CERT_MALFORMED },
	{ "no log entry", BUNDLE, NULL, PLOMB_TLOG_ENTRY_MISSING },
	{ "bundle not JSON", BUNDLE, "{", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle an array", BUNDLE, "[]", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle without a payload", BUNDLE, "{\"SignedEntryTimestamp\":\"AQ==\"}", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle without a SET", BUNDLE, "{\"Payload\":{\"body\":\"e30=\",\"integratedTime\":1,\"logIndex\":1,\"logID\":\"" ID "\"}}", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle without a body", BUNDLE, REKOR("\"integratedTime\":1,\"logIndex\":1,\"logID\":\"" ID "\""), PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle without a time", BUNDLE, REKOR("\"body\":\"e30=\",\"logIndex\":1,\"logID\":\"" ID "\""), PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle without an index", BUNDLE, REKOR("\"body\":\"e30=\",\"integratedTime\":1,\"logID\":\"" ID "\""), PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "bundle without a log", BUNDLE, REKOR("\"body\":\"e30=\",\"integratedTime\":1,\"logIndex\":1"), PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "log id too short", BUNDLE, REKOR("\"body\":\"e30=\",\"integratedTime\":1,\"logIndex\":1,\"logID\":\"c0\""), PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "log id in upper case", BUNDLE, REKOR("\"body\":\"e30=\",\"integratedTime\":1,\"logIndex\":1,\"logID\":\""
		"C0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d\""), PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "a member twice", BUNDLE, "{\"Payload\":{},\"Payload\":{}}", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "another log", BUNDLE, REKOR("\"body\":\"e30=\",\"integratedTime\":1,\"logIndex\":1,\"logID\":\"" ID "\""), PLOMB_TLOG_LOG_UNKNOWN },
	{ "timestamp not JSON", TIMESTAMP, "x", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "timestamp without its member", TIMESTAMP, "{}", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "timestamp not base64", TIMESTAMP, "{\"SignedRFC3161Timestamp\":\"?\"}", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "timestamp not DER", TIMESTAMP, "{\"SignedRFC3161Timestamp\":\"AAAA\"}", PLOMB_TIMESTAMP_MALFORMED },
	{ "timestamp as bare DER in an annotation", TIMESTAMP, "0\003\002\001\002", PLOMB_LAYER_ANNOTATION_MALFORMED },
	{ "another payload", PAYLOAD, "{}", PLOMB_TLOG_DIGEST_MISMATCH },
};

static void
test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_layer layer = open_layer("old-simplesigning-0");
		plomb_status s;

		set_part(&layer, rows[i].part, rows[i].text);
		s = ask(plomb_verify_simplesigning, &layer, OLD, 0, 0);
		if (s != rows[i].want) {
			fail_msg("%s: %s, wanted %s", rows[i].name, plomb_status_code(s), plomb_status_code(rows[i].want));
		}
	}
}

/* Eleven certificates where ten are allowed. */
static void
test_long_chain(void **state)
{
	static char chain[16384];
	plomb_layer layer = open_layer("old-simplesigning-0");
	int i;

	(void)state;
	for (i = 0; i < 10; i ++) {
		strcat(chain, "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n");
	}
	set_part(&layer, CHAIN, chain);
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 0, 0), PLOMB_CERT_MALFORMED);
	strcat(chain, "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n");
	set_part(&layer, CHAIN, chain);
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 0, 0), PLOMB_LIMIT_EXCEEDED);
}

/* A payload of 4 MiB is looked at; one byte more is not. */
static void
test_large_payload(void **state)
{
	static unsigned char large[PLOMB_MAX_BUNDLE_BYTES + 1];
	plomb_layer layer = open_layer("old-simplesigning-0");

	(void)state;
	layer.payload.p = large;
	layer.payload.n = sizeof large - 1;
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 0, 0), PLOMB_TLOG_DIGEST_MISMATCH);
	layer.payload.n = sizeof large;
	assert_int_equal(ask(plomb_verify_simplesigning, &layer, OLD, 0, 0), PLOMB_LIMIT_EXCEEDED);
}

/* ------------------------------------------------------- files side by side */

/* The simple signing payload is a file like any other: its parts in every form that verify-blob takes. */
static void
test_detached_forms(void **state)
{
	static unsigned char der[4096], encoded[8192], blob_bundle[16384];
	plomb_layer layer = open_layer("old-simplesigning-0"), changed;
	plomb_view signature, decoded;
	plomb_work work;
	size_t n;

	(void)state;
	assert_int_equal(ask(plomb_verify_detached, &layer, NULL, 0, 0), PLOMB_OK);
	assert_int_equal(verdict.format, PLOMB_FORMAT_DETACHED);
	/* base64 with cosign's newline, and the raw bytes. */
	changed = layer;
	n = (size_t)snprintf((char *)encoded, sizeof encoded, "%.*s\n", (int)layer.signature.n, (const char *)layer.signature.p);
	changed.signature.p = encoded;
	changed.signature.n = n;
	assert_int_equal(ask(plomb_verify_detached, &changed, NULL, 0, 0), PLOMB_OK);
	plomb_work_init(&work, der, sizeof der);
	assert_int_equal(plomb_base64_decode(&work, layer.signature, 0, &signature), PLOMB_OK);
	changed.signature = signature;
	assert_int_equal(ask(plomb_verify_detached, &changed, NULL, 0, 0), PLOMB_OK);
	/* The certificate as base64 of PEM, and as DER. */
	changed = layer;
	changed.certificate.p = encoded;
	changed.certificate.n = plomb_base64_encode(encoded, layer.certificate);
	assert_int_equal(ask(plomb_verify_detached, &changed, NULL, 0, 0), PLOMB_OK);
	decoded.p = memchr(layer.certificate.p, '\n', layer.certificate.n);
	decoded.p ++;
	decoded.n = (size_t)((const unsigned char *)strstr((const char *)decoded.p, "-----END") - decoded.p);
	assert_int_equal(plomb_base64_decode(&work, decoded, PLOMB_BASE64_LINES, &changed.certificate), PLOMB_OK);
	assert_int_equal(ask(plomb_verify_detached, &changed, NULL, 0, 0), PLOMB_OK);
	/* cosign 2's blob bundle alone. */
	n = plomb_base64_encode(encoded, layer.certificate);
	n = (size_t)snprintf((char *)blob_bundle, sizeof blob_bundle, "{\"base64Signature\":\"%.*s\",\"cert\":\"%.*s\",\"rekorBundle\":%.*s}",
		(int)layer.signature.n, (const char *)layer.signature.p, (int)n, (const char *)encoded,
		(int)layer.bundle.n, (const char *)layer.bundle.p);
	changed = layer;
	changed.signature.p = changed.certificate.p = NULL;
	changed.bundle.p = blob_bundle;
	changed.bundle.n = n;
	assert_int_equal(ask(plomb_verify_detached, &changed, NULL, 0, 0), PLOMB_OK);
	/* Options win over the file, and the log's entry must fit them. */
	changed.signature = plomb_view_of("AQID");
	assert_int_equal(ask(plomb_verify_detached, &changed, NULL, 0, 0), PLOMB_TLOG_SIGNATURE_MISMATCH);
}

static void
test_detached_refusals(void **state)
{
	static const struct {
		const char *name;
		int part;
		const char *text;
		plomb_status want;
	} changes[] = {
		{ "no signature", SIGNATURE, NULL, PLOMB_BUNDLE_SIGNATURE_MISSING },
		{ "an empty signature", SIGNATURE, "", PLOMB_BUNDLE_SIGNATURE_MISSING },
		{ "another signature", SIGNATURE, "AQID", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "no certificate", CERTIFICATE, NULL, PLOMB_KEY_NOT_EXPECTED },
		{ "an empty certificate", CERTIFICATE, "", PLOMB_KEY_NOT_EXPECTED },
		{ "certificate not PEM", CERTIFICATE, "??", PLOMB_CERT_MALFORMED },
		{ "certificate not DER", CERTIFICATE, "00", PLOMB_CERT_MALFORMED },
		{ "base64 of no PEM", CERTIFICATE, "AAAA", PLOMB_CERT_MALFORMED },
		{ "chain not PEM", CHAIN, "x", PLOMB_CERT_MALFORMED },
		{ "bundle not JSON", BUNDLE, "{", PLOMB_LAYER_ANNOTATION_MALFORMED },
		{ "bundle empty", BUNDLE, "{}", PLOMB_LAYER_ANNOTATION_MALFORMED },
		{ "blob bundle without an entry", BUNDLE, "{\"base64Signature\":\"AQID\"}", PLOMB_TLOG_ENTRY_MISSING },
		{ "blob bundle with a bad entry", BUNDLE, "{\"rekorBundle\":1}", PLOMB_LAYER_ANNOTATION_MALFORMED },
		{ "timestamp neither JSON nor DER", TIMESTAMP, "x", PLOMB_LAYER_ANNOTATION_MALFORMED },
		{ "timestamp as DER that is none", TIMESTAMP, "0\001\001", PLOMB_TIMESTAMP_MALFORMED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof changes / sizeof changes[0]; i ++) {
		plomb_layer layer = open_layer("old-simplesigning-0");
		plomb_status s;

		set_part(&layer, changes[i].part, changes[i].text);
		s = ask(plomb_verify_detached, &layer, NULL, 0, 0);
		if (s != changes[i].want) {
			fail_msg("%s: %s, wanted %s", changes[i].name, plomb_status_code(s), plomb_status_code(changes[i].want));
		}
	}
	{
		plomb_layer layer = open_layer("old-simplesigning-0");

		layer.signature.p = NULL;
		set_part(&layer, BUNDLE, "{\"base64Signature\":1}");
		assert_int_equal(ask(plomb_verify_detached, &layer, NULL, 0, 0), PLOMB_LAYER_ANNOTATION_MALFORMED);
		layer.certificate.p = NULL;
		set_part(&layer, BUNDLE, "{\"base64Signature\":\"AQID\",\"cert\":1}");
		assert_int_equal(ask(plomb_verify_detached, &layer, NULL, 0, 0), PLOMB_LAYER_ANNOTATION_MALFORMED);
	}
}

/* Any smaller buffer is "no room" and nothing else. */
static void
test_every_smaller_buffer(void **state)
{
	typedef plomb_status (*parse_fn)(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate);
	static const struct {
		const char *name;
		parse_fn parse;
	} cases[] = {
		{ "old-email-simplesigning-0", plomb_layer_parse_simplesigning },
		{ "old-attested-envelope-0", plomb_layer_parse_envelope },
		{ "old-email-simplesigning-0", plomb_layer_parse_detached },
	};
	size_t i, room, enough;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i ++) {
		plomb_layer layer = open_layer(cases[i].name);
		plomb_candidate candidate;
		plomb_work work;
		plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };

		plomb_work_init(&work, memory, sizeof memory);
		assert_int_equal(cases[i].parse(&ctx, &layer, &candidate), PLOMB_OK);
		enough = work.high_water;
		for (room = 0; room <= enough; room += room + 64 < enough ? 61 : 1) {
			plomb_status s;

			plomb_work_init(&work, memory, room);
			s = cases[i].parse(&ctx, &layer, &candidate);
			assert_true(s == PLOMB_NO_ROOM ? work.missing > 0 : s == PLOMB_OK);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_layers),
		cmocka_unit_test(test_real_envelope),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_large_payload),
		cmocka_unit_test(test_detached_forms),
		cmocka_unit_test(test_detached_refusals),
		cmocka_unit_test(test_every_smaller_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
