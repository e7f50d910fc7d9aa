/* Sigstore bundles: what is read, and what is refused and why. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/bundle.h"
#include "../src/core/work.h"

#define V3 "application/vnd.dev.sigstore.bundle.v0.3+json"
#define V1 "application/vnd.dev.sigstore.bundle+json;version=0.1"
#define V2 "application/vnd.dev.sigstore.bundle+json;version=0.2"

#define H32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define CERT "\"certificate\":{\"rawBytes\":\"AAEC\"}"
#define KEY "\"publicKey\":{\"hint\":\"h\"}"
#define CHAIN1 "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AAEC\"}]}"
#define MSG "\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\"" H32 "\"},\"signature\":\"AQID\"}"
#define DSSE "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AQID\"}]}"
#define PROOF "\"inclusionProof\":{\"logIndex\":\"3\",\"rootHash\":\"" H32 "\",\"treeSize\":\"4\",\"hashes\":[\"" H32 "\",\"" H32 "\"]," \
	"\"checkpoint\":{\"envelope\":\"a\\nb\"}}"
#define ENTRY_OF(fields) "{\"logIndex\":\"7\",\"logId\":{\"keyId\":\"" H32 "\"},\"kindVersion\":{\"kind\":\"k\",\"version\":\"v\"}," fields \
	"\"canonicalizedBody\":\"e30=\"}"
#define ENTRY ENTRY_OF("\"integratedTime\":\"9\",\"inclusionPromise\":{\"signedEntryTimestamp\":\"AQ==\"}," PROOF ",")
#define MATERIAL(m) "\"verificationMaterial\":{" m "}"
#define BUNDLE(type, material, content) "{\"mediaType\":\"" type "\"," MATERIAL(material) "," content "}"
#define WITH_ENTRY(entry) BUNDLE(V3, CERT ",\"tlogEntries\":[" entry "]", MSG)
#define WITH_MSG(msg) BUNDLE(V3, CERT, "\"messageSignature\":" msg)

static unsigned char buffer[1 << 17];

static plomb_status
parse(const char *text, unsigned flags, plomb_candidate *candidate, plomb_work *work)
{
	plomb_ctx ctx;
	plomb_detail detail = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };

	plomb_work_init(work, buffer, sizeof buffer);
	ctx.work = work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	return plomb_bundle_parse(&ctx, plomb_view_of(text), flags, candidate);
}

static const struct row {
	const char *name;
	plomb_status want;
	const char *text;
} rows[] = {
	{ "0.3, certificate, message", PLOMB_OK, BUNDLE(V3, CERT, MSG) },
	{ "0.3 in its old spelling", PLOMB_OK, BUNDLE("application/vnd.dev.sigstore.bundle+json;version=0.3", CERT, MSG) },
	{ "0.2, chain", PLOMB_OK, BUNDLE(V2, CHAIN1, MSG) },
	{ "0.1, chain", PLOMB_OK, BUNDLE(V1, CHAIN1, MSG) },
	{ "key, envelope", PLOMB_OK, BUNDLE(V3, KEY, DSSE) },
	{ "an entry with everything", PLOMB_OK, WITH_ENTRY(ENTRY) },
	{ "snake case throughout", PLOMB_OK, "{\"media_type\":\"" V3 "\",\"verification_material\":{\"public_key\":{\"hint\":\"h\"}},"
		"\"message_signature\":{\"message_digest\":{\"algorithm\":1,\"digest\":\"" H32 "\"},\"signature\":\"AQID\"}}" },
	{ "null for the other content", PLOMB_OK, BUNDLE(V3, CERT, MSG ",\"dsseEnvelope\":null") },
	{ "null for the other material", PLOMB_OK, BUNDLE(V3, CERT ",\"publicKey\":null,\"tlogEntries\":null", MSG) },
	{ "no lists at all", PLOMB_OK, BUNDLE(V3, CERT ",\"timestampVerificationData\":{}", MSG) },
	{ "a timestamp", PLOMB_OK, BUNDLE(V3, CERT ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"MAA=\"}]}", MSG) },
	{ "unpadded URL base64", PLOMB_OK, WITH_MSG("{\"signature\":\"-_8\"}") },

	{ "media type with a blank", PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, BUNDLE("application/vnd.dev.sigstore.bundle+json; version=0.3", CERT, MSG) },
	{ "a version to come", PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, BUNDLE("application/vnd.dev.sigstore.bundle.v0.4+json", CERT, MSG) },
	{ "0.1 in the new spelling", PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, BUNDLE("application/vnd.dev.sigstore.bundle.v0.1+json", CHAIN1, MSG) },
	{ "no media type", PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, "{" MATERIAL(CERT) "," MSG "}" },
	{ "media type a number", PLOMB_JSON_TYPE_MISMATCH, "{\"mediaType\":3," MATERIAL(CERT) "," MSG "}" },
	{ "not an object", PLOMB_JSON_TYPE_MISMATCH, "[]" },
	{ "not JSON", PLOMB_JSON_MALFORMED, "{" },
	{ "two documents", PLOMB_JSON_TRAILING_DATA, BUNDLE(V3, CERT, MSG) "{}" },
	{ "a member twice", PLOMB_JSON_DUPLICATE_KEY, BUNDLE(V3, CERT, MSG ",\"mediaType\":\"" V3 "\"") },
	{ "a member twice, both spellings", PLOMB_JSON_DUPLICATE_KEY, BUNDLE(V3, CERT, MSG ",\"media_type\":\"" V3 "\"") },
	{ "an unknown member", PLOMB_JSON_UNKNOWN_FIELD, BUNDLE(V3, CERT, MSG ",\"more\":1") },
	{ "an unknown member in an entry", PLOMB_JSON_UNKNOWN_FIELD, WITH_ENTRY(ENTRY_OF("\"x\":1,")) },
	{ "no content", PLOMB_BUNDLE_CONTENT_MISSING, "{\"mediaType\":\"" V3 "\"," MATERIAL(CERT) "}" },
	{ "both contents", PLOMB_BUNDLE_CONTENT_AMBIGUOUS, BUNDLE(V3, CERT, MSG "," DSSE) },
	{ "no material", PLOMB_BUNDLE_MATERIAL_MISSING, "{\"mediaType\":\"" V3 "\"," MSG "}" },
	{ "empty material", PLOMB_BUNDLE_MATERIAL_MISSING, BUNDLE(V3, "", MSG) },
	{ "certificate and key", PLOMB_BUNDLE_MATERIAL_AMBIGUOUS, BUNDLE(V3, CERT "," KEY, MSG) },
	{ "material an array", PLOMB_JSON_TYPE_MISMATCH, "{\"mediaType\":\"" V3 "\",\"verificationMaterial\":[]," MSG "}" },
	{ "a chain in 0.3", PLOMB_BUNDLE_CHAIN_NOT_ALLOWED, BUNDLE(V3, CHAIN1, MSG) },
	{ "an empty chain", PLOMB_BUNDLE_CERT_MISSING, BUNDLE(V2, "\"x509CertificateChain\":{\"certificates\":[]}", MSG) },
	{ "a chain whose leaf is empty", PLOMB_BUNDLE_CERT_MISSING, BUNDLE(V2, "\"x509CertificateChain\":{\"certificates\":[{}]}", MSG) },
	{ "an empty certificate", PLOMB_BUNDLE_CERT_MISSING, BUNDLE(V3, "\"certificate\":{}", MSG) },
	{ "a chain member that is no certificate", PLOMB_CERT_MALFORMED,
		BUNDLE(V2, "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AAEC\"},{\"rawBytes\":\"AAEC\"}]}", MSG) },
	{ "a chain of eleven", PLOMB_LIMIT_EXCEEDED, BUNDLE(V2, "\"x509CertificateChain\":{\"certificates\":[{},{},{},{},{},{},{},{},{},{},{}]}", MSG) },
	{ "a chain that is a string", PLOMB_JSON_TYPE_MISMATCH, BUNDLE(V2, "\"x509CertificateChain\":\"x\"", MSG) },
	{ "certificates that are an object", PLOMB_JSON_TYPE_MISMATCH, BUNDLE(V2, "\"x509CertificateChain\":{\"certificates\":{}}", MSG) },
	{ "certificate base64 with a newline", PLOMB_BASE64_INVALID, BUNDLE(V3, "\"certificate\":{\"rawBytes\":\"AA\\nEC\"}", MSG) },
	{ "a hint that is a number", PLOMB_JSON_TYPE_MISMATCH, BUNDLE(V3, "\"publicKey\":{\"hint\":1}", MSG) },
	{ "a key that is a string", PLOMB_JSON_TYPE_MISMATCH, BUNDLE(V3, "\"publicKey\":\"x\"", MSG) },
	{ "null in the list of entries", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY("null") },
	{ "entries not a list", PLOMB_JSON_TYPE_MISMATCH, BUNDLE(V3, CERT ",\"tlogEntries\":{}", MSG) },
	{ "an entry without kindVersion", PLOMB_TLOG_ENTRY_MALFORMED, WITH_ENTRY("{\"logIndex\":\"7\"}") },
	{ "kind not a string", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY("{\"kindVersion\":{\"kind\":1}}") },
	{ "kindVersion not an object", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY("{\"kindVersion\":1}") },
	{ "index with a leading zero", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY("{\"logIndex\":\"07\"}") },
	{ "index with a fraction", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY("{\"logIndex\":7.0}") },
	{ "index past int64", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY("{\"logIndex\":\"9223372036854775808\"}") },
	{ "log id not base64", PLOMB_BASE64_INVALID, WITH_ENTRY("{\"logId\":{\"keyId\":\"?\"}}") },
	{ "time not a number", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"integratedTime\":\"x\",")) },
	{ "promise not base64", PLOMB_BASE64_INVALID, WITH_ENTRY(ENTRY_OF("\"inclusionPromise\":{\"signedEntryTimestamp\":\"A\"},")) },
	{ "body not base64", PLOMB_BASE64_INVALID, WITH_ENTRY("{\"kindVersion\":{},\"canonicalizedBody\":\"A\"}") },
	{ "proof not an object", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":1,")) },
	{ "proof index not a number", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"logIndex\":\"x\"},")) },
	{ "proof root not base64", PLOMB_BASE64_INVALID, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"rootHash\":\"x\"},")) },
	{ "proof size not a number", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"treeSize\":\"x\"},")) },
	{ "a short proof hash", PLOMB_TLOG_PROOF_MALFORMED, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"hashes\":[\"AQ==\"]},")) },
	{ "a proof hash that is null", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"hashes\":[null]},")) },
	{ "a checkpoint that is a string", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"checkpoint\":\"x\"},")) },
	{ "an envelope that is a number", PLOMB_JSON_TYPE_MISMATCH, WITH_ENTRY(ENTRY_OF("\"inclusionProof\":{\"checkpoint\":{\"envelope\":1}},")) },
	{ "timestamps not a list", PLOMB_JSON_TYPE_MISMATCH, BUNDLE(V3, CERT ",\"timestampVerificationData\":{\"rfc3161Timestamps\":1}", MSG) },
	{ "a timestamp with newlines", PLOMB_BASE64_INVALID,
		BUNDLE(V3, CERT ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"MA\\nA=\"}]}", MSG) },
	{ "an unknown member beside the timestamps", PLOMB_JSON_UNKNOWN_FIELD, BUNDLE(V3, CERT ",\"timestampVerificationData\":{\"x\":1}", MSG) },
	{ "no signature", PLOMB_BUNDLE_SIGNATURE_MISSING, WITH_MSG("{}") },
	{ "an empty signature", PLOMB_BUNDLE_SIGNATURE_MISSING, WITH_MSG("{\"signature\":\"\"}") },
	{ "message not an object", PLOMB_JSON_TYPE_MISMATCH, WITH_MSG("1") },
	{ "signature not base64", PLOMB_BASE64_INVALID, WITH_MSG("{\"signature\":\"AQI\\u0000\"}") },
	{ "hash in lower case", PLOMB_JSON_TYPE_MISMATCH, WITH_MSG("{\"messageDigest\":{\"algorithm\":\"sha2_256\"},\"signature\":\"AQID\"}") },
	{ "hash number not defined", PLOMB_JSON_TYPE_MISMATCH, WITH_MSG("{\"messageDigest\":{\"algorithm\":6},\"signature\":\"AQID\"}") },
	{ "hash number a fraction", PLOMB_JSON_TYPE_MISMATCH, WITH_MSG("{\"messageDigest\":{\"algorithm\":1.0},\"signature\":\"AQID\"}") },
	{ "digest not base64", PLOMB_BASE64_INVALID, WITH_MSG("{\"messageDigest\":{\"digest\":\"A\"},\"signature\":\"AQID\"}") },
	{ "digest not an object", PLOMB_JSON_TYPE_MISMATCH, WITH_MSG("{\"messageDigest\":[],\"signature\":\"AQID\"}") },
	{ "two envelope signatures (TOB-SIGSTORE-9)", PLOMB_DSSE_SIGNATURE_COUNT,
		BUNDLE(V3, CERT, "\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AQID\"},{\"sig\":\"AQID\"}]}") },
};

static void
test_rows(void **state)
{
	plomb_candidate candidate;
	plomb_work work;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_status s = parse(rows[i].text, 0, &candidate, &work);

		if (s != rows[i].want) {
			fail_msg("%s: %s, wanted %s", rows[i].name, plomb_status_code(s), plomb_status_code(rows[i].want));
		}
	}
}

/* Every prefix of a bundle is refused: the last brace is the last byte. */
static void
test_prefixes(void **state)
{
	static const char text[] = WITH_ENTRY(ENTRY);
	plomb_candidate candidate;
	plomb_work work;
	plomb_view view;
	plomb_ctx ctx;

	(void)state;
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	view.p = (const unsigned char *)text;
	for (view.n = 0; view.n < sizeof text - 1; view.n ++) {
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_not_equal(plomb_bundle_parse(&ctx, view, 0, &candidate), PLOMB_OK);
	}
}

static void
test_everything_is_read(void **state)
{
	plomb_candidate c;
	plomb_work work;

	(void)state;
	assert_int_equal(parse(WITH_ENTRY(ENTRY), 0, &c, &work), PLOMB_OK);
	assert_int_equal(c.format, PLOMB_FORMAT_BUNDLE_0_3);
	assert_int_equal(c.material, PLOMB_MATERIAL_CERT);
	assert_int_equal(c.cert.n, 3);
	assert_int_equal(c.entry_count, 1);
	assert_int_equal(c.entries[0].log_index, 7);
	assert_int_equal(c.entries[0].log_id.n, 32);
	assert_true(plomb_view_is(c.entries[0].kind, "k"));
	assert_true(plomb_view_is(c.entries[0].version, "v"));
	assert_int_equal(c.entries[0].integrated_time, 9);
	assert_int_equal(c.entries[0].set.n, 1);
	assert_true(c.entries[0].has_proof);
	assert_int_equal(c.entries[0].proof_index, 3);
	assert_int_equal(c.entries[0].proof_size, 4);
	assert_int_equal(c.entries[0].proof_count, 2);
	assert_true(plomb_view_is(c.entries[0].checkpoint, "a\nb"));
	assert_true(plomb_view_is(c.entries[0].body, "{}"));
	assert_int_equal(c.content, PLOMB_CONTENT_MESSAGE);
	assert_true(c.has_digest);
	assert_int_equal(c.digest_hash, PLOMB_SHA256);
	assert_true(plomb_view_is(c.signature, "\1\2\3"));
	assert_true(plomb_view_eq(c.stamped, c.signature));
}

/* cosign writes "messageDigest":{} beside pure Ed25519; a hash of another family is kept for a later refusal. */
static void
test_message_digest(void **state)
{
	static const struct {
		const char *digest;
		int has;
		plomb_hash hash;
	} digests[] = {
		{ "{}", 0, PLOMB_HASH_NONE },
		{ "{\"algorithm\":\"HASH_ALGORITHM_UNSPECIFIED\"}", 0, PLOMB_HASH_NONE },
		{ "{\"algorithm\":0,\"digest\":\"\"}", 0, PLOMB_HASH_NONE },
		{ "{\"digest\":\"AQ==\"}", 1, PLOMB_HASH_NONE },
		{ "{\"algorithm\":\"SHA3_256\"}", 1, PLOMB_HASH_NONE },
		{ "{\"algorithm\":2}", 1, PLOMB_SHA384 },
		{ "{\"algorithm\":\"SHA2_512\",\"digest\":\"AQ==\"}", 1, PLOMB_SHA512 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof digests / sizeof digests[0]; i ++) {
		plomb_candidate c;
		plomb_work work;
		char text[1024];

		snprintf(text, sizeof text, "{\"mediaType\":\"" V3 "\"," MATERIAL(CERT) ",\"messageSignature\":{\"messageDigest\":%s,\"signature\":\"AQID\"}}",
			digests[i].digest);
		assert_int_equal(parse(text, 0, &c, &work), PLOMB_OK);
		assert_int_equal(c.has_digest, digests[i].has);
		assert_int_equal(c.digest_hash, digests[i].hash);
	}
}

static void
test_chain_allowed_by_flag(void **state)
{
	plomb_candidate c;
	plomb_work work;

	(void)state;
	assert_int_equal(parse(BUNDLE(V3, CHAIN1, MSG), PLOMB_ALLOW_CHAIN, &c, &work), PLOMB_OK);
	assert_int_equal(c.cert.n, 3);
	assert_int_equal(c.chain_count, 0);
}

/* 33 of a thing that may be there 32 times; the limit is tested before anything is read (CVE-2024-45395). */
static void
test_ceilings(void **state)
{
	static char text[65536];
	static const struct {
		const char *before, *each, *after;
		unsigned max;
		plomb_status over;
	} lists[] = {
		{ "{\"mediaType\":\"" V3 "\",\"verificationMaterial\":{" CERT ",\"tlogEntries\":[", "{\"kindVersion\":{}}", "]}," MSG "}",
			PLOMB_MAX_ENTRIES, PLOMB_BUNDLE_TOO_MANY_ENTRIES },
		{ "{\"mediaType\":\"" V3 "\",\"verificationMaterial\":{" CERT ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[", "{}", "]}}," MSG "}",
			PLOMB_MAX_TIMESTAMPS, PLOMB_BUNDLE_TOO_MANY_ENTRIES },
		{ "{\"mediaType\":\"" V3 "\",\"verificationMaterial\":{" CERT ",\"tlogEntries\":[{\"kindVersion\":{},\"inclusionProof\":{\"hashes\":[",
			"\"" H32 "\"", "]}}]}," MSG "}", PLOMB_MAX_PROOF_HASHES, PLOMB_TLOG_PROOF_MALFORMED },
	};
	size_t i;
	unsigned n, k;

	(void)state;
	for (i = 0; i < sizeof lists / sizeof lists[0]; i ++) {
		for (n = lists[i].max; n <= lists[i].max + 1; n ++) {
			plomb_candidate c;
			plomb_work work;

			strcpy(text, lists[i].before);
			for (k = 0; k < n; k ++) {
				strcat(text, k == 0 ? "" : ",");
				strcat(text, lists[i].each);
			}
			strcat(text, lists[i].after);
			assert_int_equal(parse(text, 0, &c, &work), n > lists[i].max ? lists[i].over : PLOMB_OK);
		}
	}
}

/* With any smaller buffer the answer is "no room", never another one, and the buffer is not overrun. */
static void
test_every_smaller_buffer(void **state)
{
	static const char *const texts[] = { WITH_ENTRY(ENTRY), BUNDLE(V2, CHAIN1, DSSE),
		BUNDLE(V3, KEY ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"MAA=\"}]}", MSG) };
	size_t t, size;

	(void)state;
	for (t = 0; t < sizeof texts / sizeof texts[0]; t ++) {
		plomb_candidate c;
		plomb_work work;
		size_t enough;
		plomb_ctx ctx;

		assert_int_equal(parse(texts[t], 0, &c, &work), PLOMB_OK);
		enough = work.high_water;
		ctx.work = &work;
		ctx.crypto = &plomb_crypto_default;
		ctx.detail = NULL;
		for (size = 0; size <= enough; size ++) {
			plomb_status s;

			plomb_work_init(&work, buffer, size);
			s = plomb_bundle_parse(&ctx, plomb_view_of(texts[t]), 0, &c);
			assert_true(s == PLOMB_NO_ROOM ? work.missing > 0 : s == PLOMB_OK);
			assert_true(work.used <= size);
		}
		assert_int_equal(plomb_bundle_parse(&ctx, plomb_view_of(texts[t]), 0, &c), PLOMB_NO_ROOM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_everything_is_read),
		cmocka_unit_test(test_message_digest),
		cmocka_unit_test(test_chain_allowed_by_flag),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_every_smaller_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
