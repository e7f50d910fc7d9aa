/* Trust roots: a good one with one place changed in each row. */
#include "entry_support.h"

#include "../src/core/trust.h"

typedef struct {
	const char *name;
	const char *find, *put; /* the first occurrence */
	plomb_status want;
} row;

/* The first occurrence of find replaced by put. */
static plomb_view
replaced(plomb_view text, const char *find, const char *put)
{
	size_t i, f = strlen(find), p = strlen(put);
	unsigned char *out = malloc(text.n + p + 1);
	plomb_view view;

	assert_non_null(out);
	for (i = 0; i + f <= text.n && memcmp(text.p + i, find, f) != 0; i ++) { }
	if (i + f > text.n) {
		fail_msg("\"%s\" is not in the vector", find);
	}
	memcpy(out, text.p, i);
	memcpy(out + i, put, p);
	memcpy(out + i + p, text.p + i + f, text.n - i - f);
	view.p = out;
	view.n = text.n - f + p;
	return view;
}

#define SHA "\"hashAlgorithm\":\"SHA2_256\""
#define WINDOW "\"validFor\":{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2026-12-31T23:59:59Z\"}"
#define P256 "\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\""
#define MEDIA "\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\""
#define AUTHORITY "\"validFor\":{\"start\":\"2026-01-01T00:00:00Z\"},\"operator\":\"ca.test\""

static void
test_rows(void **state)
{
	static const row ROWS[] = {
		{ "as it is", MEDIA, MEDIA, PLOMB_OK },
		{ "media type 0.1, new spelling", MEDIA, "\"mediaType\":\"application/vnd.dev.sigstore.trustedroot.v0.1+json\"", PLOMB_OK },
		{ "media type 0.2", MEDIA, "\"mediaType\":\"application/vnd.dev.sigstore.trustedroot.v0.2+json\"", PLOMB_OK },
		{ "snake case", "\"mediaType\"", "\"media_type\"", PLOMB_OK },
		{ "an unknown member", MEDIA, MEDIA ",\"more\":[1,{}]", PLOMB_OK },
		{ "a key kind by number", P256, "\"keyDetails\":5", PLOMB_OK },
		{ "a hash by number", SHA, "\"hashAlgorithm\":1", PLOMB_OK },
		{ "a P-256 key that its log calls HMAC", P256, "\"keyDetails\":\"PKIX_ECDSA_P256_HMAC_SHA_256\"", PLOMB_OK },
		{ "P-384 with SHA-256", "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P384_SHA_256", PLOMB_OK },
		{ "Ed25519 prehashed", "PKIX_ED25519", "PKIX_ED25519_PH", PLOMB_OK },
		{ "an RSA key that signs PSS", "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PSS_2048_SHA256", PLOMB_OK },
		{ "a log without end", ",\"end\":\"2026-12-31T23:59:59Z\"", "", PLOMB_OK },
		{ "a log of one instant", WINDOW, "\"validFor\":{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2026-01-01T00:00:00Z\"}", PLOMB_OK },
		{ "an end with a fraction and an offset", "23:59:59Z", "23:59:59.999+01:00", PLOMB_OK },
		{ "a checkpoint key id", SHA, SHA ",\"checkpointKeyId\":{\"keyId\":\"AAAAAA==\"}", PLOMB_OK },
		{ "an authority without window", AUTHORITY, "\"operator\":\"ca.test\"", PLOMB_OK },
		{ "an authority with an end alone", "\"start\":\"2026-01-01T00:00:00Z\"},\"operator\":\"ca", "\"end\":\"2026-01-01T00:00:00Z\"},\"operator\":\"ca", PLOMB_OK },
		{ "a null window", AUTHORITY, "\"validFor\":null", PLOMB_OK },
		{ "no logs", "\"tlogs\":[", "\"more\":[", PLOMB_OK },
		{ "a null list", "\"ctlogs\":[", "\"ctlogs\":null,\"more\":[", PLOMB_OK },

		{ "not JSON", MEDIA, "mediaType", PLOMB_JSON_MALFORMED },
		{ "two documents", "{" MEDIA, "{}{" MEDIA, PLOMB_JSON_TRAILING_DATA },
		{ "a member twice", MEDIA, MEDIA "," MEDIA, PLOMB_JSON_DUPLICATE_KEY },
		{ "a member in both spellings", MEDIA, MEDIA ",\"media_type\":\"x\"", PLOMB_JSON_DUPLICATE_KEY },
		{ "a log's member in both spellings", SHA, SHA ",\"hash_algorithm\":1", PLOMB_JSON_DUPLICATE_KEY },
		{ "no media type", MEDIA ",", "", PLOMB_ROOT_MEDIA_TYPE_UNSUPPORTED },
		{ "an empty media type", MEDIA, "\"mediaType\":\"\"", PLOMB_ROOT_MEDIA_TYPE_UNSUPPORTED },
		{ "a bundle's media type", MEDIA, "\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"", PLOMB_ROOT_MEDIA_TYPE_UNSUPPORTED },
		{ "media type 0.3", MEDIA, "\"mediaType\":\"application/vnd.dev.sigstore.trustedroot.v0.3+json\"", PLOMB_ROOT_MEDIA_TYPE_UNSUPPORTED },
		{ "a media type that is a number", MEDIA, "\"mediaType\":1", PLOMB_ROOT_MALFORMED },
		{ "logs that are no list", "\"tlogs\":[", "\"tlogs\":{},\"more\":[", PLOMB_ROOT_MALFORMED },
		{ "certificate logs that are no list", "\"ctlogs\":[", "\"ctlogs\":\"x\",\"more\":[", PLOMB_ROOT_MALFORMED },
		{ "authorities that are no list", "\"certificateAuthorities\":[", "\"certificateAuthorities\":{},\"more\":[", PLOMB_ROOT_MALFORMED },
		{ "timestamp authorities that are no list", "\"timestampAuthorities\":[", "\"timestampAuthorities\":7,\"more\":[", PLOMB_ROOT_MALFORMED },
		{ "a null log", "\"tlogs\":[", "\"tlogs\":[null,", PLOMB_ROOT_MALFORMED },
		{ "a log that is a string", "\"tlogs\":[", "\"tlogs\":[\"x\",", PLOMB_ROOT_MALFORMED },
		{ "a null authority", "\"certificateAuthorities\":[", "\"certificateAuthorities\":[null,", PLOMB_ROOT_MALFORMED },

		{ "another hash", SHA, "\"hashAlgorithm\":\"SHA2_512\"", PLOMB_ROOT_LOG_HASH_UNSUPPORTED },
		{ "another hash by number", SHA, "\"hashAlgorithm\":3", PLOMB_ROOT_LOG_HASH_UNSUPPORTED },
		{ "the hash in lower case", SHA, "\"hashAlgorithm\":\"sha2_256\"", PLOMB_ROOT_LOG_HASH_UNSUPPORTED },
		{ "no hash", SHA ",", "", PLOMB_ROOT_LOG_HASH_UNSUPPORTED },
		{ "a hash that is a list", SHA, "\"hashAlgorithm\":[]", PLOMB_ROOT_MALFORMED },
		{ "a hash that is a fraction", SHA, "\"hashAlgorithm\":1.0", PLOMB_ROOT_MALFORMED },

		{ "no start", "\"start\":\"2026-01-01T00:00:00Z\",", "", PLOMB_ROOT_LOG_VALIDITY_MISSING },
		{ "a null start", "\"start\":\"2026-01-01T00:00:00Z\"", "\"start\":null", PLOMB_ROOT_LOG_VALIDITY_MISSING },
		{ "no window", "," WINDOW, "", PLOMB_ROOT_LOG_VALIDITY_MISSING },
		{ "a start that is no time", "\"start\":\"2026-01-01T00:00:00Z\"", "\"start\":\"2026-01-01\"", PLOMB_ROOT_MALFORMED },
		{ "a start that is empty", "\"start\":\"2026-01-01T00:00:00Z\"", "\"start\":\"\"", PLOMB_ROOT_MALFORMED },
		{ "a start that is a number", "\"start\":\"2026-01-01T00:00:00Z\"", "\"start\":1767225600", PLOMB_ROOT_MALFORMED },
		{ "a leap second", "23:59:59Z", "23:59:60Z", PLOMB_ROOT_MALFORMED },
		{ "an end before the start", "\"end\":\"2026-12-31T23:59:59Z\"", "\"end\":\"2025-12-31T23:59:59.999999999Z\"", PLOMB_ROOT_MALFORMED },
		{ "a window that is a list", WINDOW, "\"validFor\":[]", PLOMB_ROOT_MALFORMED },
		{ "an authority's end before its start", AUTHORITY,
			"\"validFor\":{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2025-01-01T00:00:00Z\"}", PLOMB_ROOT_MALFORMED },
		{ "an authority's start that is no time", AUTHORITY, "\"validFor\":{\"start\":\"soon\"}", PLOMB_ROOT_MALFORMED },

		{ "no key", "\"publicKey\":{", "\"more\":{", PLOMB_ROOT_MALFORMED },
		{ "a null key", "\"publicKey\":{", "\"publicKey\":null,\"more\":{", PLOMB_ROOT_MALFORMED },
		{ "no key bytes", "\"rawBytes\":\"", "\"more\":\"", PLOMB_ROOT_MALFORMED },
		{ "key bytes that are a number", "\"rawBytes\":\"", "\"rawBytes\":7,\"more\":\"", PLOMB_ROOT_MALFORMED },
		{ "key bytes that are not base64", "\"rawBytes\":\"", "\"rawBytes\":\"!", PLOMB_BASE64_INVALID },
		{ "key bytes that are no key", "\"rawBytes\":\"", "\"rawBytes\":\"AAAA", PLOMB_ROOT_KEY_MALFORMED },
		{ "empty key bytes", "\"rawBytes\":\"", "\"rawBytes\":\"\",\"more\":\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "key details that are a list", P256, "\"keyDetails\":[]", PLOMB_ROOT_MALFORMED },
		{ "key details that are a fraction", P256, "\"keyDetails\":5.0", PLOMB_ROOT_MALFORMED },
		{ "a P-256 key that is called P-384", P256, "\"keyDetails\":\"PKIX_ECDSA_P384_SHA_384\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "a P-256 key that is called P-521", P256, "\"keyDetails\":\"PKIX_ECDSA_P521_SHA_512\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "a P-256 key that is called Ed25519", P256, "\"keyDetails\":\"PKIX_ED25519\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "a P-256 key that is called RSA", P256, "\"keyDetails\":\"PKIX_RSA_PKCS1V15_2048_SHA256\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "a P-256 key that is called PSS", P256, "\"keyDetails\":\"PKIX_RSA_PSS_2048_SHA256\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "a P-256 key that is called PKCS#1", P256, "\"keyDetails\":\"PKCS1_RSA_PKCS1V5\"", PLOMB_ROOT_KEY_MALFORMED },
		{ "an Ed25519 key that is called P-256", "PKIX_ED25519", "PKIX_ECDSA_P256_SHA_256", PLOMB_ROOT_KEY_MALFORMED },
		{ "an RSA key that is called P-256", "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_ECDSA_P256_SHA_256", PLOMB_ROOT_KEY_MALFORMED },
		{ "an RSA key of another size", "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PKCS1V15_3072_SHA256", PLOMB_ROOT_KEY_MALFORMED },
		{ "a PKCS#1 key that is called SPKI", "PKCS1_RSA_PKCS1V5", "PKIX_RSA_PKCS1V15_2048_SHA256", PLOMB_ROOT_KEY_MALFORMED },

		{ "no log id", "\"logId\":{", "\"more\":{", PLOMB_ROOT_MALFORMED },
		{ "a log id without key id", "\"logId\":{\"keyId\"", "\"logId\":{\"more\"", PLOMB_ROOT_MALFORMED },
		{ "an empty key id", "\"logId\":{\"keyId\":\"", "\"logId\":{\"keyId\":\"\",\"more\":\"", PLOMB_ROOT_MALFORMED },
		{ "a key id that is not base64", "\"logId\":{\"keyId\":\"", "\"logId\":{\"keyId\":\"!", PLOMB_BASE64_INVALID },
		{ "a checkpoint key id that is a string", SHA, SHA ",\"checkpointKeyId\":\"AAAAAA==\"", PLOMB_ROOT_MALFORMED },
		{ "an address that is a number", "\"baseUrl\":\"https://rekor.test\"", "\"baseUrl\":7", PLOMB_ROOT_MALFORMED },
		{ "an operator that is a number", "\"operator\":\"rekor.test\"", "\"operator\":7", PLOMB_ROOT_MALFORMED },
		{ "an address with a NUL", "https://rekor.test", "https://rekor\\u0000.test", PLOMB_JSON_MALFORMED },

		{ "no chain", "\"certChain\":{", "\"more\":{", PLOMB_ROOT_CA_INVALID },
		{ "an empty chain", "\"certificates\":[", "\"certificates\":[],\"more\":[", PLOMB_ROOT_CA_INVALID },
		{ "a chain without certificates", "\"certificates\":[", "\"more\":[", PLOMB_ROOT_CA_INVALID },
		{ "a certificate without bytes", "\"certificates\":[{", "\"certificates\":[{},{", PLOMB_ROOT_CA_INVALID },
		{ "an empty certificate", "\"certificates\":[", "\"certificates\":[{\"rawBytes\":\"\"},", PLOMB_ROOT_CA_INVALID },
		{ "a certificate that is none", "\"certificates\":[", "\"certificates\":[{\"rawBytes\":\"AAAA\"},", PLOMB_ROOT_CA_INVALID },
		{ "a certificate that is not base64", "\"certificates\":[", "\"certificates\":[{\"rawBytes\":\"!\"},", PLOMB_BASE64_INVALID },
		{ "a null certificate", "\"certificates\":[", "\"certificates\":[null,", PLOMB_ROOT_MALFORMED },
		{ "a chain that is a list", "\"certChain\":{", "\"certChain\":[],\"more\":{", PLOMB_ROOT_MALFORMED },
		{ "certificates that are no list", "\"certificates\":[", "\"certificates\":{},\"more\":[", PLOMB_ROOT_MALFORMED },
		{ "eleven certificates", "\"certificates\":[", "\"certificates\":[{},{},{},{},{},{},{},{},{},{},", PLOMB_LIMIT_EXCEEDED },
		{ "a subject that is a string", "\"subject\":{", "\"subject\":\"x\",\"more\":{", PLOMB_ROOT_MALFORMED },
		{ "a uri that is a number", "\"uri\":\"https://ca.test\"", "\"uri\":7", PLOMB_ROOT_MALFORMED },
		{ "an authority's operator that is a number", "\"operator\":\"ca.test\"", "\"operator\":7", PLOMB_ROOT_MALFORMED },
		{ "an authority's member twice", "\"uri\":\"https://ca.test\"", "\"uri\":\"x\",\"uri\":\"x\"", PLOMB_JSON_DUPLICATE_KEY },
	};
	plomb_view base = slurp("entry/root.json");
	plomb_trust trust;
	size_t i;
	bench b;

	(void)state;
	bench_open(&b);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view text = replaced(base, ROWS[i].find, ROWS[i].put);

		expect_status(ROWS[i].name, plomb_trust_load(&b.ctx, text, &trust), ROWS[i].want);
		if (ROWS[i].want != PLOMB_OK) {
			/* Nothing is left of a root that was refused. */
			assert_int_equal(trust.tlog_count + trust.ctlog_count + trust.ca_count + trust.tsa_count, 0);
			assert_null(trust.tlogs);
		}
		plomb_work_release(&b.work, 0);
		b.ctx.detail = b.ctx.detail == NULL ? &b.detail : NULL;
		discard(text);
	}
	bench_close(&b);
	discard(base);
}

/* What stands in the file is what is there afterwards. */
static void
test_content(void **state)
{
	plomb_view text = slurp("entry/root.json");
	plomb_view stranger = { (const unsigned char *)"01234567890123456789012345678901", 32 };
	plomb_trust t;
	size_t i;
	bench b;

	(void)state;
	bench_open(&b);
	load_root(&b, text, &t);
	assert_int_equal(t.tlog_count, 9);
	assert_int_equal(t.ctlog_count, 1);
	assert_int_equal(t.ca_count, 1);
	assert_int_equal(t.tsa_count, 1);
	assert_int_equal(t.has_unknown_fields, 0);

	assert_true(plomb_view_is(t.tlogs[0].base_url, "https://rekor.test"));
	assert_true(plomb_view_is(t.tlogs[0].operator_, "rekor.test"));
	assert_int_equal(t.tlogs[0].key.kind, PLOMB_KEY_P256);
	assert_int_equal(t.tlogs[0].hash, PLOMB_SHA256);
	assert_int_equal(t.tlogs[0].usable, PLOMB_OK);
	assert_true(t.tlogs[0].key.valid.start.s == 1767225600);
	assert_true(t.tlogs[0].key.valid.end.s == 1798761599);
	assert_int_equal(t.tlogs[1].hash, PLOMB_HASH_NONE);
	assert_int_equal(t.tlogs[2].hash, PLOMB_SHA384);
	assert_int_equal(t.tlogs[5].key.kind, PLOMB_KEY_RSA);
	assert_int_equal(t.tlogs[6].host.n, 0);
	assert_int_equal(t.tlogs[6].operator_.n, 0);
	assert_int_equal(t.tlogs[7].usable, PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED);
	assert_int_equal(t.tlogs[7].key.kind, PLOMB_KEY_NONE);
	assert_int_equal(t.ctlogs[0].key.kind, PLOMB_KEY_RSA);
	assert_int_equal(t.ctlogs[0].key.valid.has_end, 0);
	assert_true(plomb_view_is(t.cas[0].uri, "https://ca.test"));
	assert_true(plomb_view_is(t.tsas[0].operator_, "tsa.test"));
	assert_int_equal(t.cas[0].cert_count, 1);
	assert_int_equal(t.cas[0].valid.has_start, 1);
	assert_int_equal(t.cas[0].valid.has_end, 0);

	for (i = 0; i < t.tlog_count; i ++) {
		assert_ptr_equal(plomb_trust_tlog(&t, t.tlogs[i].log_id), &t.tlogs[i]);
		assert_null(plomb_trust_ctlog(&t, t.tlogs[i].log_id));
	}
	assert_ptr_equal(plomb_trust_ctlog(&t, t.ctlogs[0].log_id), &t.ctlogs[0]);
	assert_null(plomb_trust_tlog(&t, stranger));
	bench_close(&b);
	discard(text);
}

/* Key details decide how a log signs, whatever its key could do besides. */
static void
test_key_details(void **state)
{
	static const struct {
		const char *find, *put;
		size_t log;
		plomb_key_kind kind;
		plomb_hash hash;
	} ROWS[] = {
		{ "PKIX_ED25519", "PKIX_ED25519_PH", 1, PLOMB_KEY_ED25519, PLOMB_SHA512 },
		{ "PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P384_SHA_256", 2, PLOMB_KEY_P384, PLOMB_SHA256 },
		{ "\"PKIX_ECDSA_P384_SHA_384\"", "12", 2, PLOMB_KEY_P384, PLOMB_SHA384 },
		{ "PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PSS_2048_SHA256", 5, PLOMB_KEY_RSA_PSS, PLOMB_SHA256 },
		{ "\"PKIX_RSA_PKCS1V15_2048_SHA256\"", "9", 5, PLOMB_KEY_RSA, PLOMB_SHA256 },
	};
	static const char *const UNUSABLE[] = { "\"LMS_SHA256\"", "\"LMOTS_SHA256\"", "\"ML_DSA_44\"", "14", "15", "23",
		"0", "2", "3", "4", "99", "-1", "9223372036854775807", "\"PKIX_RSA_PSS\"", "\"SOMETHING_NEW\"", "\"\"", "null" };
	plomb_view base = slurp("entry/root.json");
	plomb_trust t;
	size_t i;
	bench b;

	(void)state;
	bench_open(&b);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view text = replaced(base, ROWS[i].find, ROWS[i].put);

		load_root(&b, text, &t);
		assert_int_equal(t.tlogs[ROWS[i].log].key.kind, ROWS[i].kind);
		assert_int_equal(t.tlogs[ROWS[i].log].hash, ROWS[i].hash);
		assert_int_equal(t.tlogs[ROWS[i].log].usable, PLOMB_OK);
		discard(text);
	}
	/* Other kinds are refused when they are needed, not before. */
	for (i = 0; i < sizeof UNUSABLE / sizeof UNUSABLE[0]; i ++) {
		plomb_view text = replaced(base, "\"PKIX_ECDSA_P256_SHA_256\"", UNUSABLE[i]);

		load_root(&b, text, &t);
		assert_int_equal(t.tlogs[0].usable, PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED);
		assert_int_equal(t.tlogs[3].usable, PLOMB_OK);
		discard(text);
	}
	bench_close(&b);
	discard(base);
}

static void
test_host(void **state)
{
	static const struct {
		const char *url, *host;
	} ROWS[] = {
		{ "https://rekor.test", "rekor.test" },
		{ "https://rekor.test/", "rekor.test" },
		{ "https://rekor.test/a/b", "rekor.test" },
		{ "https://rekor.test:443", "rekor.test" },
		{ "https://rekor.test:443/a:b", "rekor.test" },
		{ "http://localhost:7704", "localhost" },
		{ "https://rekor.test?x=/", "rekor.test" },
		{ "https://rekor.test#x", "rekor.test" },
		{ "https://user:pass@rekor.test:1/@x", "rekor.test" },
		{ "https://a@b@rekor.test", "rekor.test" },
		{ "https://[::1]:7704/x", "::1" },
		{ "https://[::1", "" },
		{ "https://", "" },
		{ "https:///x", "" },
		{ "https://:443", "" },
		{ "rekor.test", "" },
		{ "://x", "x" },
		{ "", "" },
		{ ":/", "" },
	};
	plomb_view base = slurp("entry/root.json");
	char put[100];
	plomb_trust t;
	size_t i;
	bench b;

	(void)state;
	bench_open(&b);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view text;

		snprintf(put, sizeof put, "\"baseUrl\":\"%s\"", ROWS[i].url);
		text = replaced(base, "\"baseUrl\":\"https://rekor.test\"", put);
		load_root(&b, text, &t);
		if (!plomb_view_is(t.tlogs[0].host, ROWS[i].host)) {
			fail_msg("%s: host %.*s", ROWS[i].url, (int)t.tlogs[0].host.n, (const char *)t.tlogs[0].host.p);
		}
		discard(text);
	}
	bench_close(&b);
	discard(base);
}

/* A list with count copies of its first element, whose ids differ if they are to. */
static plomb_view
repeated(plomb_view base, const char *list, int count, int is_log)
{
	size_t i, start, end, depth = 0, n;
	char *out = malloc(base.n + 200000), mark[80];
	plomb_view view;
	int k;

	assert_non_null(out);
	snprintf(mark, sizeof mark, "\"%s\":[", list);
	for (i = 0; memcmp(base.p + i, mark, strlen(mark)) != 0; i ++) { }
	start = i + strlen(mark);
	for (end = start; end == start || depth != 0; end ++) {
		depth += base.p[end] == '{';
		depth -= base.p[end] == '}';
	}
	n = start;
	memcpy(out, base.p, start);
	for (k = 0; k < count; k ++) {
		size_t at = n;

		if (k != 0) {
			out[n ++] = ',';
			at = n;
		}
		memcpy(out + n, base.p + start, end - start);
		n += end - start;
		if (is_log) {
			for (i = at; memcmp(out + i, "\"keyId\":\"", 9) != 0; i ++) { }
			out[i + 9] = (char)('A' + k % 26);
			out[i + 10] = (char)('A' + k / 26);
		}
	}
	for (i = end, depth = 0; depth != 0 || base.p[i] != ']'; i ++) {
		depth += base.p[i] == '[' || base.p[i] == '{';
		depth -= base.p[i] == ']' || base.p[i] == '}';
	}
	memcpy(out + n, base.p + i, base.n - i);
	view.p = (unsigned char *)out;
	view.n = n + base.n - i;
	return view;
}

static void
test_counts(void **state)
{
	static const struct {
		const char *list;
		int count, is_log;
		plomb_status want;
	} ROWS[] = {
		{ "tlogs", PLOMB_MAX_LOGS, 1, PLOMB_OK },
		{ "tlogs", PLOMB_MAX_LOGS + 1, 1, PLOMB_LIMIT_EXCEEDED },
		{ "tlogs", 0, 1, PLOMB_OK },
		{ "tlogs", 2, 0, PLOMB_ROOT_MALFORMED }, /* one logId twice */
		{ "ctlogs", PLOMB_MAX_LOGS, 1, PLOMB_OK },
		{ "ctlogs", PLOMB_MAX_LOGS + 1, 1, PLOMB_LIMIT_EXCEEDED },
		{ "ctlogs", 2, 0, PLOMB_ROOT_MALFORMED },
		{ "certificateAuthorities", PLOMB_MAX_AUTHORITIES, 0, PLOMB_OK },
		{ "certificateAuthorities", PLOMB_MAX_AUTHORITIES + 1, 0, PLOMB_LIMIT_EXCEEDED },
		{ "timestampAuthorities", PLOMB_MAX_AUTHORITIES, 0, PLOMB_OK },
		{ "timestampAuthorities", PLOMB_MAX_AUTHORITIES + 1, 0, PLOMB_LIMIT_EXCEEDED },
		{ "timestampAuthorities", 0, 0, PLOMB_OK },
		{ "certificates", PLOMB_MAX_CHAIN, 0, PLOMB_OK },
		{ "certificates", PLOMB_MAX_CHAIN + 1, 0, PLOMB_LIMIT_EXCEEDED },
	};
	plomb_view base = slurp("entry/root.json");
	plomb_trust t;
	size_t i;
	bench b;

	(void)state;
	bench_open(&b);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view text = repeated(base, ROWS[i].list, ROWS[i].count, ROWS[i].is_log);

		expect_status(ROWS[i].list, plomb_trust_load(&b.ctx, text, &t), ROWS[i].want);
		plomb_work_release(&b.work, 0);
		discard(text);
	}
	bench_close(&b);
	discard(base);
}

/* Larger than any input may be: refused before a byte is read. */
static void
test_too_large(void **state)
{
	plomb_view text = { (const unsigned char *)"{}", (size_t)PLOMB_MAX_INPUT_BYTES + 1 };
	plomb_trust t;
	bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(plomb_trust_load(&b.ctx, text, &t), PLOMB_LIMIT_EXCEEDED);
	bench_close(&b);
}

/* With every amount of memory the answer is "no room" or the whole root. */
static void
test_no_room(void **state)
{
	plomb_view text = slurp("entry/root.json");
	plomb_status s = PLOMB_NO_ROOM;
	plomb_trust t;
	size_t size, refused = 0;
	bench b;

	(void)state;
	bench_open(&b);
	for (size = 0; s == PLOMB_NO_ROOM; size += 32) {
		plomb_work_init(&b.work, b.buffer, size);
		s = plomb_trust_load(&b.ctx, text, &t);
		refused += s == PLOMB_NO_ROOM;
		assert_true(s == PLOMB_OK || t.tlog_count == 0);
	}
	assert_int_equal(s, PLOMB_OK);
	assert_true(refused > 10);
	bench_close(&b);
	discard(text);
}

/* Distinct logs are counted by operator and by key. */
static void
test_same(void **state)
{
	plomb_view text = slurp("entry/root.json");
	plomb_trust t;
	plomb_log copy;
	bench b;

	(void)state;
	bench_open(&b);
	load_root(&b, text, &t);
	assert_true(plomb_log_same(&t.tlogs[0], &t.tlogs[0]));
	assert_false(plomb_log_same(&t.tlogs[0], &t.tlogs[1]));
	assert_false(plomb_log_same(&t.tlogs[0], &t.tlogs[3]));
	/* Two logs of one operator. */
	assert_true(plomb_log_same(&t.tlogs[3], &t.tlogs[4]));
	/* One key under two operators. */
	copy = t.tlogs[0];
	copy.operator_ = text_view("somebody else");
	assert_true(plomb_log_same(&t.tlogs[0], &copy));
	/* Without operators the key decides. */
	assert_false(plomb_log_same(&t.tlogs[5], &t.tlogs[6]));
	/* Two logs whose keys cannot be read are not one because of that. */
	assert_false(plomb_log_same(&t.tlogs[7], &t.tlogs[8]));
	bench_close(&b);
	discard(text);
}

/* The public instance's root, those of the conformance suite, and one that must fail. */
static void
test_real(void **state)
{
	static const struct {
		const char *path;
		plomb_status want;
		size_t tlogs, ctlogs, cas, tsas;
	} ROWS[] = {
		{ "entry/public_root.json", PLOMB_OK, 2, 2, 2, 1 },
		{ "conformance/rekor2-happy-path/trusted_root.json", PLOMB_OK, 2, 3, 1, 1 },
		{ "conformance/trust-root-tlog-missing-validity-start_fail/trusted_root.json", PLOMB_ROOT_LOG_VALIDITY_MISSING, 0, 0, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view text = slurp(ROWS[i].path);
		plomb_trust t;
		bench b;

		bench_open(&b);
		expect_status(ROWS[i].path, plomb_trust_load(&b.ctx, text, &t), ROWS[i].want);
		assert_int_equal(t.tlog_count, ROWS[i].tlogs);
		assert_int_equal(t.ctlog_count, ROWS[i].ctlogs);
		assert_int_equal(t.ca_count, ROWS[i].cas);
		assert_int_equal(t.tsa_count, ROWS[i].tsas);
		bench_close(&b);
		discard(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_key_details),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
