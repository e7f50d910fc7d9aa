/* Certificate timestamps: which octets were signed, by which log, and when. */
#include "cert_files.h"

#include "../src/core/sct.h"

#define MAX_LOGS 5

struct bench {
	unsigned char buffer[4096];
	plomb_work work;
	plomb_ctx ctx;
	plomb_detail detail;
	plomb_log logs[MAX_LOGS];
	unsigned char ids[MAX_LOGS][32];
	plomb_trust trust;
	plomb_cert leaf, issuer;
	unsigned char list[16384];
};

/* A log of the trust root; its id is the hash of its key, as RFC 6962 says. */
static plomb_log *
add_log(struct bench *b, const char *file)
{
	plomb_log *log = &b->logs[b->trust.ctlog_count];
	plomb_view spki = cert_file(file);

	assert_true(b->trust.ctlog_count < MAX_LOGS);
	assert_int_equal(plomb_key_from_spki(b->ctx.crypto, spki, &log->key), PLOMB_OK);
	plomb_hash_of(b->ctx.crypto, PLOMB_SHA256, spki, b->ids[b->trust.ctlog_count]);
	log->log_id.p = b->ids[b->trust.ctlog_count];
	log->log_id.n = 32;
	log->base_url = plomb_view_of(file);
	log->usable = PLOMB_OK;
	b->trust.ctlog_count ++;
	return log;
}

static void
prepare(struct bench *b, const char *leaf, const char *issuer)
{
	memset(b, 0, sizeof *b);
	cert_arena_used = 0;
	plomb_work_init(&b->work, b->buffer, sizeof b->buffer);
	b->ctx.work = &b->work;
	b->ctx.crypto = &plomb_crypto_default;
	b->ctx.detail = &b->detail;
	b->trust.ctlogs = b->logs;
	b->leaf = cert_named(leaf);
	b->issuer = cert_named(issuer);
}

/* The made-up logs; each may sign from the leaf's first second to a second after its last. */
static void
prepare_made_up(struct bench *b)
{
	static const char *const files[] = { "log_p256.spki", "log_p384.spki", "log_rsa.spki", "log_ed25519.spki" };
	size_t i;

	prepare(b, "sct_leaf", "inter");
	for (i = 0; i < COUNT(files); i ++) {
		plomb_log *log = add_log(b, files[i]);

		log->key.valid.has_start = 1;
		log->key.valid.has_end = 1;
		log->key.valid.start.s = CERT_T0;
		log->key.valid.end.s = CERT_T0 + 600;
		log->key.valid.end.ns = 999000000;
	}
}

static void
put_u16(unsigned char *out, size_t n)
{
	out[0] = (unsigned char)(n >> 8);
	out[1] = (unsigned char)n;
}

/* Give the leaf a list of these timestamps. What a list holds is not part of what is signed. */
static void
set_list(struct bench *b, const char *files)
{
	size_t used = 2;

	while (*files != '\0') {
		size_t n = strcspn(files, " ");
		char name[64];
		plomb_view sct;

		(void)snprintf(name, sizeof name, "sct_%.*s.bin", (int)n, files);
		sct = cert_file(name);
		put_u16(b->list + used, sct.n);
		memcpy(b->list + used + 2, sct.p, sct.n);
		used += 2 + sct.n;
		files += n + (files[n] == ' ');
	}
	put_u16(b->list, used - 2);
	b->leaf.sct.p = b->list;
	b->leaf.sct.n = used;
}

static plomb_status
verify(struct bench *b, unsigned threshold)
{
	return plomb_sct_verify(&b->ctx, &b->trust, &b->leaf, &b->issuer, threshold);
}

static void
check(const char *name, plomb_status got, plomb_status wanted)
{
	if (got != wanted) {
		fail_msg("%s: %s, wanted %s", name, plomb_status_code(got), plomb_status_code(wanted));
	}
}

/* ------------------------------------------------------------ real ones */

static void
fulcio(void **state)
{
	static struct bench b;

	(void)state;
	prepare(&b, "real_leaf", "real_inter");
	check("no log", verify(&b, 1), PLOMB_SCT_LOG_UNKNOWN);
	(void)add_log(&b, "real_log.spki");
	check("public-good", verify(&b, 1), PLOMB_OK);
	b.issuer = cert_named("real_root");
	check("another issuer", verify(&b, 1), PLOMB_SCT_SIGNATURE_INVALID);

	prepare(&b, "real_leaf_sct_extensions", "real_ext_root");
	(void)add_log(&b, "real_ext_log.spki");
	check("with extensions", verify(&b, 1), PLOMB_OK);
}

/* ------------------------------------------------- where the extension stands */

static void
places(void **state)
{
	static const char *const leaves[] = {
		"sct_leaf", "sct_first", "sct_last", "sct_only", "sct_short_rest", "sct_unique_ids", "sct_large"
	};
	static struct bench b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(leaves); i ++) {
		prepare(&b, leaves[i], "inter");
		(void)add_log(&b, "log_p256.spki");
		check(leaves[i], verify(&b, 1), PLOMB_OK);
		b.issuer = cert_named("root");
		check(leaves[i], verify(&b, 1), PLOMB_SCT_SIGNATURE_INVALID);
	}
}

/* Every octet of the leaf counts, but for the list itself. */
static void
another_certificate(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	b.leaf = cert_named("sct_last");
	set_list(&b, "p256");
	check("another serial number", verify(&b, 1), PLOMB_SCT_SIGNATURE_INVALID);
}

/* ------------------------------------------------------------ one and several */

struct list_row {
	const char *name, *scts;
	unsigned threshold;
	plomb_status wanted;
};

static const struct list_row list_rows[] = {
	{ "ECDSA P-256", "p256", 1, PLOMB_OK },
	{ "ECDSA P-384", "p384", 1, PLOMB_OK },
	{ "RSA", "rsa", 1, PLOMB_OK },
	{ "a threshold of 0 is one of 1", "p256", 0, PLOMB_OK },
	{ "extensions are signed too", "extensions", 1, PLOMB_OK },
	{ "first millisecond of the log", "at_start", 1, PLOMB_OK },
	{ "last millisecond of the log", "at_end", 1, PLOMB_OK },
	{ "two logs", "p256 p384", 2, PLOMB_OK },
	{ "three logs", "p256 p384 rsa", 3, PLOMB_OK },
	{ "a good one after bad ones", "wrong unknown_log before_start p384", 1, PLOMB_OK },

	{ "signed over something else", "wrong", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "issued by somebody else", "other_issuer", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "says SHA-512", "sha512", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "ECDSA that says RSA", "ecdsa_says_rsa", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "RSA that says ECDSA", "rsa_says_ecdsa", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "Ed25519", "ed25519", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "Ed25519 that says ECDSA", "ed25519_says_ecdsa", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "no log of ours", "unknown_log", 1, PLOMB_SCT_LOG_UNKNOWN },
	{ "a millisecond before the log", "before_start", 1, PLOMB_SCT_OUTSIDE_LOG_VALIDITY },
	{ "a millisecond after the log", "after_end", 1, PLOMB_SCT_OUTSIDE_LOG_VALIDITY },
	{ "2^64 - 1 milliseconds", "far_future", 1, PLOMB_SCT_OUTSIDE_LOG_VALIDITY },
	{ "one log where two are wanted", "p256", 2, PLOMB_SCT_MISSING },
	{ "CVE-2026-49834: one log twice", "p256 p256_again", 2, PLOMB_SCT_MISSING },
	{ "the same timestamp twice", "p256 p256", 2, PLOMB_SCT_MISSING },
	{ "one of two is bad", "p256 unknown_log", 2, PLOMB_SCT_LOG_UNKNOWN },
	{ "a threshold nobody reaches", "p256 p384 rsa", ~0u, PLOMB_SCT_MISSING },
	{ "furthest: outside", "unknown_log before_start", 1, PLOMB_SCT_OUTSIDE_LOG_VALIDITY },
	{ "furthest: signature", "wrong before_start unknown_log", 1, PLOMB_SCT_SIGNATURE_INVALID },
	{ "17 of them", "p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p384 p256", 1,
		PLOMB_LIMIT_EXCEEDED },
	{ "16 of them", "wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong p256", 1,
		PLOMB_OK },
	{ "an empty list", "", 1, PLOMB_SCT_MALFORMED }
};

static void
lists(void **state)
{
	static struct bench b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(list_rows); i ++) {
		const struct list_row *row = &list_rows[i];

		prepare_made_up(&b);
		set_list(&b, row->scts);
		check(row->name, verify(&b, row->threshold), row->wanted);
		if (row->wanted != PLOMB_OK) {
			assert_non_null(b.detail.what.p);
		}
		b.ctx.detail = NULL;
		check(row->name, verify(&b, row->threshold), row->wanted);
	}
}

/* Two logs of one operator count once; that is plomb_log_same's word. */
static void
one_operator(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	b.logs[0].operator_ = plomb_view_of("somebody");
	b.logs[1].operator_ = plomb_view_of("somebody");
	set_list(&b, "p256 p384");
	check("one operator", verify(&b, 2), PLOMB_SCT_MISSING);
	set_list(&b, "p256 p384 rsa");
	check("and another", verify(&b, 2), PLOMB_OK);
}

static void
unusable_log(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	b.logs[0].usable = PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED;
	set_list(&b, "unknown_log p256");
	check("key that cannot be used", verify(&b, 1), PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED);
	set_list(&b, "p256 before_start p384");
	check("and a good one", verify(&b, 1), PLOMB_OK);
}

static void
unbounded_log(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	memset(&b.logs[0].key.valid, 0, sizeof b.logs[0].key.valid);
	set_list(&b, "far_future");
	check("2^64 - 1 milliseconds are a time", verify(&b, 1), PLOMB_OK);
	b.logs[0].key.valid.has_end = 1;
	b.logs[0].key.valid.end.s = CERT_T0;
	check("after the end of a log without start", verify(&b, 1), PLOMB_SCT_OUTSIDE_LOG_VALIDITY);
}

/* ------------------------------------------------------------ one octet wrong */

static void
absent(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	b.leaf = cert_named("leaf");
	check("no extension", verify(&b, 1), PLOMB_SCT_MISSING);
	b.leaf = cert_named("good_sct_unreadable");
	check("not an octet string inside", verify(&b, 1), PLOMB_SCT_MALFORMED);
}

/* Every octet but the version of a timestamp is looked at. */
static void
every_octet(void **state)
{
	static struct bench b;
	size_t n, i;

	(void)state;
	prepare_made_up(&b);
	set_list(&b, "extensions");
	n = b.leaf.sct.n;
	for (i = 0; i < n; i ++) {
		b.list[i] ^= 1;
		if (verify(&b, 1) == PLOMB_OK) {
			fail_msg("octet %u", (unsigned)i);
		}
		b.list[i] ^= 1;
	}
	for (i = 0; i < n; i ++) {
		b.leaf.sct.n = i;
		check("a prefix of the list", verify(&b, 1), PLOMB_SCT_MALFORMED);
		if (i >= 2) {
			put_u16(b.list, i - 2);
			check("a prefix with its length set right", verify(&b, 1), PLOMB_SCT_MALFORMED);
		}
		if (i >= 4) {
			put_u16(b.list + 2, i - 4);
			check("a prefix of the timestamp", verify(&b, 1), PLOMB_SCT_MALFORMED);
		}
		put_u16(b.list, n - 2);
		put_u16(b.list + 2, n - 4);
	}
	b.leaf.sct.n = n + 1;
	put_u16(b.list, n - 1);
	put_u16(b.list + 2, n - 3);
	check("an octet after the timestamp", verify(&b, 1), PLOMB_SCT_MALFORMED);
	put_u16(b.list, n - 2);
	put_u16(b.list + 2, n - 4);
	b.leaf.sct.n = n + 1;
	check("an octet after the list", verify(&b, 1), PLOMB_SCT_MALFORMED);
	b.leaf.sct.n = n;
	check("the list again", verify(&b, 1), PLOMB_OK);
}

/* The length before each timestamp, with every length inside one shorter or longer. */
static void
shifted_lengths(void **state)
{
	static const struct { const char *name; size_t at; } lengths[] = {
		{ "of the timestamp", 3 }, { "of its extensions", 2 + 2 + 1 + 32 + 8 + 1 }, { "of its signature", 2 + 2 + 1 + 32 + 8 + 2 + 2 + 1 }
	};
	static struct bench b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lengths); i ++) {
		prepare_made_up(&b);
		set_list(&b, "p256");
		b.list[lengths[i].at] ++;
		check(lengths[i].name, verify(&b, 1), PLOMB_SCT_MALFORMED);
	}
	prepare_made_up(&b);
	set_list(&b, "p256");
	b.list[3] --;
	check("one octet less", verify(&b, 1), PLOMB_SCT_MALFORMED);
}

static void
versions(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	set_list(&b, "p256 p384");
	b.list[4] = 1;
	check("a later version is skipped", verify(&b, 1), PLOMB_OK);
	check("and does not count", verify(&b, 2), PLOMB_SCT_MISSING);
	set_list(&b, "p256");
	b.list[4] = 1;
	check("nothing but a later version", verify(&b, 1), PLOMB_SCT_MALFORMED);

	/* A timestamp of no octets has no version either. */
	memcpy(b.list, "\x00\x02\x00\x00", 4);
	b.leaf.sct.n = 4;
	check("an empty timestamp", verify(&b, 1), PLOMB_SCT_MALFORMED);
}

/* Nobody calls with a certificate that was not parsed; it is refused all the same. */
static void
damaged_extensions(void **state)
{
	static const plomb_view damaged = PLOMB_LIT("\x30\x05\x06");
	static const plomb_view no_oid = PLOMB_LIT("\x30\x02\x04\x00");
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	set_list(&b, "p256");
	b.leaf.extensions = damaged;
	check("not DER", verify(&b, 1), PLOMB_SCT_MALFORMED);
	b.leaf.extensions = no_oid;
	check("without identifier", verify(&b, 1), PLOMB_SCT_MALFORMED);
	b.leaf.extensions.n = 0;
	check("none", verify(&b, 1), PLOMB_SCT_MALFORMED);
}

/* ------------------------------------------------------------ what a person sees */

static void
explanations(void **state)
{
	static struct bench b;

	(void)state;
	prepare_made_up(&b);
	set_list(&b, "before_start");
	check("early", verify(&b, 1), PLOMB_SCT_OUTSIDE_LOG_VALIDITY);
	assert_true(plomb_view_is(b.detail.what, "start of the validity of log_p256.spki"));
	assert_true(plomb_view_is(b.detail.want, "2023-11-14T22:13:20Z"));
	assert_true(plomb_view_is(b.detail.got, "2023-11-14T22:13:19.999Z"));
	set_list(&b, "unknown_log");
	check("unknown", verify(&b, 1), PLOMB_SCT_LOG_UNKNOWN);
	assert_true(plomb_view_is(b.detail.got, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
	set_list(&b, "wrong");
	check("wrong", verify(&b, 1), PLOMB_SCT_SIGNATURE_INVALID);
	assert_true(plomb_view_is(b.detail.what, "signed certificate timestamp of log_p256.spki"));
	assert_null(b.detail.want.p);
	assert_null(b.detail.got.p);

	/* Not enough memory for the words is no reason to say something else. */
	plomb_work_init(&b.work, b.buffer, 0);
	set_list(&b, "before_start");
	check("early, no memory", verify(&b, 1), PLOMB_SCT_OUTSIDE_LOG_VALIDITY);
	set_list(&b, "unknown_log");
	check("unknown, no memory", verify(&b, 1), PLOMB_SCT_LOG_UNKNOWN);
	assert_null(b.detail.got.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fulcio),
		cmocka_unit_test(places),
		cmocka_unit_test(another_certificate),
		cmocka_unit_test(lists),
		cmocka_unit_test(one_operator),
		cmocka_unit_test(unusable_log),
		cmocka_unit_test(unbounded_log),
		cmocka_unit_test(absent),
		cmocka_unit_test(every_octet),
		cmocka_unit_test(shifted_lengths),
		cmocka_unit_test(versions),
		cmocka_unit_test(damaged_extensions),
		cmocka_unit_test(explanations)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
