/* Signed notes: the grammar, and whose line counts. */
#include "entry_support.h"

#include "../src/core/checkpoint.h"

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define DASH "\xE2\x80\x94 "
#define LINE DASH "example.com Az3grlgtzPICa5OS8npV\n"
#define NOTE "example.com\n7\n" ROOT "\n\n" LINE

typedef struct {
	const char *name;
	const char *text;
	size_t n;
	plomb_status want;
} row;

#define ROW(name, text, want) { name, text, sizeof(text) - 1, want }

static void
test_grammar(void **state)
{
	static const row ROWS[] = {
		ROW("as written", NOTE, PLOMB_OK),
		ROW("two lines", NOTE LINE, PLOMB_OK),
		ROW("an extension line", "example.com\n7\n" ROOT "\nTimestamp: 1\n\n" LINE, PLOMB_OK),
		ROW("an empty tree", "example.com\n0\n" ROOT "\n\n" LINE, PLOMB_OK),
		ROW("the largest tree", "example.com\n9223372036854775807\n" ROOT "\n\n" LINE, PLOMB_OK),
		ROW("a name that is not ASCII", "example.com\n7\n" ROOT "\n\n" DASH "b\xC3\xBC" "cher Az3grlgtzPICa5OS8npV\n", PLOMB_OK),
		ROW("a key id and one byte", "example.com\n7\n" ROOT "\n\n" DASH "a AAAAAAA=\n", PLOMB_OK),
		ROW("an origin with blanks", "rekor.test - 12\n7\n" ROOT "\n\n" LINE, PLOMB_OK),

		ROW("nothing", "", PLOMB_CHECKPOINT_MISSING),
		ROW("a newline", "\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("two newlines", "\n\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("one letter", "x", PLOMB_CHECKPOINT_MALFORMED),
		ROW("no signatures", "example.com\n7\n" ROOT "\n\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("no empty line", "example.com\n7\n" ROOT "\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("no origin", "7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("an empty origin", "\n7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("no size", "example.com\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("origin alone", "example.com\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("no root", "example.com\n7\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("size with a leading zero", "example.com\n07\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("size with a sign", "example.com\n+7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("a negative size", "example.com\n-7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("size with a blank", "example.com\n7 \n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("an empty size", "example.com\n\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("size in hex", "example.com\n0x7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("size of 2^63", "example.com\n9223372036854775808\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("size of 2^64 + 7", "example.com\n18446744073709551623\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("root of 31 bytes", "example.com\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("root of 33 bytes", "example.com\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("root without padding", "example.com\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("root with trailing bits", "example.com\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("root in the URL alphabet", "example.com\n7\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("an empty extension line", "example.com\n7\n" ROOT "\n\nx\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("lines that end in CR LF", "example.com\r\n7\r\n" ROOT "\r\n\r\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("a NUL in the origin", "example\0com\n7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("a tab in the origin", "example\tcom\n7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("an origin that is not UTF-8", "example\xFF" "com\n7\n" ROOT "\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
		ROW("an extension that is not UTF-8", "example.com\n7\n" ROOT "\n\xC0\x80\n\n" LINE, PLOMB_CHECKPOINT_MALFORMED),

		ROW("a line without its end", "example.com\n7\n" ROOT "\n\n" DASH "a Az3grlgtzPICa5OS8npV", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a second line without its end", NOTE DASH "a Az3grlgtzPICa5OS8npV", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a line with a hyphen", "example.com\n7\n" ROOT "\n\n- example.com Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a line with an en dash", "example.com\n7\n" ROOT "\n\n\xE2\x80\x93 example.com Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a dash without a blank", "example.com\n7\n" ROOT "\n\n\xE2\x80\x94" "example.com Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a dash alone", "example.com\n7\n" ROOT "\n\n\xE2\x80\x94\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a dash and a blank alone", "example.com\n7\n" ROOT "\n\n" DASH "\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a line that is no signature beside one that is", NOTE "hello\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("an empty name", "example.com\n7\n" ROOT "\n\n" DASH " Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a name alone", "example.com\n7\n" ROOT "\n\n" DASH "example.com\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a name with a plus", "example.com\n7\n" ROOT "\n\n" DASH "a+b Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a name with a no-break space", "example.com\n7\n" ROOT "\n\n" DASH "a\xC2\xA0" "b Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a name with an em space", "example.com\n7\n" ROOT "\n\n" DASH "a\xE2\x80\x83" "b Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a name with an ideographic space", "example.com\n7\n" ROOT "\n\n" DASH "a\xE3\x80\x80" "b Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("two blanks", "example.com\n7\n" ROOT "\n\n" DASH "a  Az3grlgtzPICa5OS8npV\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a third field", "example.com\n7\n" ROOT "\n\n" DASH "a Az3grlgtzPICa5OS8npV x\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("no base64", "example.com\n7\n" ROOT "\n\n" DASH "a \n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("base64 without padding", "example.com\n7\n" ROOT "\n\n" DASH "a AAAAAAA\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("base64 with trailing bits", "example.com\n7\n" ROOT "\n\n" DASH "a AAAAAAB=\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("base64 in the URL alphabet", "example.com\n7\n" ROOT "\n\n" DASH "a AAAAA_-A\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("padding in the middle", "example.com\n7\n" ROOT "\n\n" DASH "a AAA=AAAAAAAA\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("padding where a step ends", "example.com\n7\n" ROOT "\n\n" DASH "a "
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=AAAA\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("a key id alone", "example.com\n7\n" ROOT "\n\n" DASH "a AAAAAA==\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("less than a key id", "example.com\n7\n" ROOT "\n\n" DASH "a AAAA\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("something after the lines", NOTE "\n", PLOMB_CHECKPOINT_MALFORMED),
		ROW("an empty line between lines", NOTE "\n" LINE, PLOMB_CHECKPOINT_MALFORMED),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		unsigned char *exact = malloc(ROWS[i].n + 1);
		plomb_checkpoint c;
		plomb_view v;

		assert_non_null(exact);
		memcpy(exact, ROWS[i].text, ROWS[i].n);
		v.p = exact;
		v.n = ROWS[i].n;
		expect_status(ROWS[i].name, plomb_checkpoint_parse(v, &c), ROWS[i].want);
		free(exact);
	}
}

static void
test_parts(void **state)
{
	plomb_checkpoint c;

	(void)state;
	assert_int_equal(plomb_checkpoint_parse(text_view(NOTE LINE), &c), PLOMB_OK);
	assert_true(plomb_view_is(c.text, "example.com\n7\n" ROOT "\n"));
	assert_true(plomb_view_is(c.origin, "example.com"));
	assert_true(plomb_view_is(c.signatures, LINE LINE));
	assert_int_equal(c.size, 7);
	assert_int_equal(c.root[0], 0x0a);
	assert_int_equal(c.root[31], 0x62);
	assert_int_equal(c.line_count, 2);
}

/* Limits are inclusive. */
static void
test_limits(void **state)
{
	static char text[PLOMB_MAX_CHECKPOINT_BYTES + 2];
	const size_t head = sizeof("example.com\n7\n" ROOT "\n") - 1, tail = sizeof("\n" LINE) - 1;
	plomb_checkpoint c;
	plomb_view v;
	size_t i, n;

	(void)state;
	n = (size_t)snprintf(text, sizeof text, "%s", "example.com\n7\n" ROOT "\n\n");
	for (i = 0; i < PLOMB_MAX_CHECKPOINT_LINES; i ++) {
		n += (size_t)snprintf(text + n, sizeof text - n, "%s", LINE);
	}
	v = text_view(text);
	assert_int_equal(plomb_checkpoint_parse(v, &c), PLOMB_OK);
	assert_int_equal(c.line_count, PLOMB_MAX_CHECKPOINT_LINES);
	snprintf(text + n, sizeof text - n, "%s", LINE);
	assert_int_equal(plomb_checkpoint_parse(text_view(text), &c), PLOMB_CHECKPOINT_MALFORMED);

	/* An extension line fills it up to the last byte. */
	for (i = 0; i < 2; i ++) {
		n = PLOMB_MAX_CHECKPOINT_BYTES + i;
		memset(text, 'x', n);
		memcpy(text, "example.com\n7\n" ROOT "\n", head);
		text[n - tail - 1] = '\n';
		memcpy(text + n - tail, "\n" LINE, tail);
		v.p = (const unsigned char *)text;
		v.n = n;
		assert_int_equal(plomb_checkpoint_parse(v, &c), i == 0 ? PLOMB_OK : PLOMB_CHECKPOINT_MALFORMED);
	}
}

static void
test_is_v1(void **state)
{
	static const struct {
		const char *origin;
		int want;
	} ROWS[] = {
		{ "rekor.sigstore.dev - 2605736670972794746", 1 },
		{ "localhost:8000 - 0", 1 },
		{ " - 1", 1 },
		{ "a - b - 1", 1 },
		{ "rekor.sigstore.dev", 0 },
		{ "log2025-1", 0 },
		{ "log - ", 0 },
		{ "log - 12x", 0 },
		{ "log -12", 0 },
		{ "log- 12", 0 },
		{ "log -  12", 0 },
		{ "12", 0 },
		{ " - -1", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_checkpoint c;

		memset(&c, 0, sizeof c);
		c.origin = text_view(ROWS[i].origin);
		assert_int_equal(plomb_checkpoint_is_v1(&c), ROWS[i].want);
	}
}

/* The checkpoint of a generated entry. */
static void
read_note(bench *b, const plomb_json *doc, const char *name, plomb_checkpoint *out)
{
	static const char *const PATH[] = { "verificationMaterial", "tlogEntries" };
	uint32_t c = plomb_json_first(doc, 0), v;

	while (!plomb_json_is(doc, plomb_json_member(doc, c, "name"), name)) {
		c = plomb_json_next(doc, c);
		assert_true(c != PLOMB_JSON_NONE);
	}
	v = plomb_json_member(doc, plomb_json_member(doc, c, "bundle"), PATH[0]);
	v = plomb_json_first(doc, plomb_json_member(doc, v, PATH[1]));
	v = plomb_json_member(doc, plomb_json_member(doc, v, "inclusionProof"), "checkpoint");
	expect_status(name, plomb_checkpoint_parse(string_of(b, doc, v, "envelope"), out), PLOMB_OK);
}

/* Which log a v2 checkpoint is by: name and key id, then the hint. */
static void
test_log_v2(void **state)
{
	static const struct {
		const char *name, *host, *hint; /* host of the log that is found, or NULL; hint: host of the log whose id is given */
	} ROWS[] = {
		{ "v2: Ed25519", "log2.test", NULL },
		{ "v2: Ed25519", "log2.test", "log2.test" },
		{ "v2: Ed25519", NULL, "log3.test" },
		{ "v2: ECDSA", "log3.test", NULL },
		{ "v2: RSA", "log4.test", NULL },
		{ "v2: a witness first", "log2.test", NULL },
		{ "v2: a second line by our name with another key", "log2.test", NULL },
		{ "v2: witnessed by another log of the root", "log3.test", NULL },
		{ "v2: origin changed, signed again", "log2.test", NULL },
		{ "v2: a stranger's key under the log's name", NULL, NULL },
		{ "v2: a log that is not in the root", NULL, NULL },
		{ "v2: a log without address", NULL, NULL },
		{ "v2: a log with a key of another age", NULL, NULL },
		{ "v1: SET and proof", "rekor.test", NULL }, /* an ECDSA key has one id in both forms; the origin differs */
	};
	plomb_view root_text = slurp("entry/root.json"), file = slurp("entry/verify.json");
	plomb_trust trust;
	plomb_json doc;
	size_t i, j;
	bench b;

	(void)state;
	bench_open(&b);
	load_root(&b, root_text, &trust);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view hint = { NULL, 0 };
		plomb_checkpoint c;
		const plomb_log *log;

		for (j = 0; j < trust.tlog_count; j ++) {
			if (ROWS[i].hint != NULL && plomb_view_is(trust.tlogs[j].host, ROWS[i].hint)) {
				hint = trust.tlogs[j].log_id;
			}
		}
		read_note(&b, &doc, ROWS[i].name, &c);
		log = plomb_checkpoint_log_v2(&b.ctx, &c, &trust, hint);
		assert_true((log != NULL) == (ROWS[i].host != NULL));
		assert_true(log == NULL || plomb_view_is(log->host, ROWS[i].host));
	}
	bench_close(&b);
	discard(root_text);
	discard(file);
}

/* Each checkpoint under each log of the root: only its own says yes. */
static void
test_verify(void **state)
{
	static const struct {
		const char *name;
		int is_v1;
		const char *url; /* of the log that made it */
	} ROWS[] = {
		{ "v1: SET and proof", 1, "https://rekor.test" },
		{ "v1: Ed25519 log", 1, "https://rekor-ed.test" },
		{ "v1: P-384 log, checkpoint with SHA-256", 1, "https://rekor-p384.test" },
		{ "v1: a checkpoint with another origin, bound by key", 1, "https://rekor.test" },
		{ "v1: a checkpoint in C2SP's form", 0, "https://rekor.test" },
		{ "v2: Ed25519", 0, "https://user@log2.test:8443/path?x=y#z" },
		{ "v2: ECDSA", 0, "http://log3.test/path" },
		{ "v2: RSA", 0, "https://log4.test:443" },
	};
	plomb_view root_text = slurp("entry/root.json"), file = slurp("entry/verify.json");
	plomb_trust trust;
	plomb_json doc;
	size_t i, j;
	bench b;

	(void)state;
	bench_open(&b);
	load_root(&b, root_text, &trust);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_checkpoint c;

		read_note(&b, &doc, ROWS[i].name, &c);
		assert_int_equal(plomb_checkpoint_is_v1(&c), ROWS[i].is_v1);
		for (j = 0; j < trust.tlog_count; j ++) {
			const plomb_log *log = &trust.tlogs[j];
			plomb_status want = PLOMB_CHECKPOINT_ORIGIN_MISMATCH, got;

			if (ROWS[i].is_v1) {
				got = plomb_checkpoint_verify_v1(&b.ctx, &c, log);
				want = PLOMB_CHECKPOINT_KEY_UNKNOWN;
			} else {
				got = plomb_checkpoint_verify_v2(&b.ctx, &c, log);
			}
			if (log->usable != PLOMB_OK) {
				want = PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED;
			}
			if (plomb_view_is(log->base_url, ROWS[i].url)) {
				want = PLOMB_OK;
			}
			expect_status(ROWS[i].name, got, want);
		}
		/* The text is what is signed, down to its last newline. */
		c.text.n --;
		b.ctx.detail = NULL;
		for (j = 0; j < trust.tlog_count; j ++) {
			if (plomb_view_is(trust.tlogs[j].base_url, ROWS[i].url)) {
				expect_status(ROWS[i].name, ROWS[i].is_v1
					? plomb_checkpoint_verify_v1(&b.ctx, &c, &trust.tlogs[j])
					: plomb_checkpoint_verify_v2(&b.ctx, &c, &trust.tlogs[j]),
					PLOMB_CHECKPOINT_SIGNATURE_INVALID);
			}
		}
		b.ctx.detail = &b.detail;
	}
	bench_close(&b);
	discard(root_text);
	discard(file);
}

/*
 * Lines by the log's own key in front of the good one. Each costs a
 * verification, so a log that signs its checkpoint more often than this is
 * not looked at further.
 */
static void
test_tries(void **state)
{
	plomb_view root_text = slurp("entry/root.json"), file = slurp("entry/verify.json");
	plomb_trust trust;
	plomb_json doc;
	unsigned bad;
	bench b;

	(void)state;
	bench_open(&b);
	load_root(&b, root_text, &trust);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	for (bad = 0; bad <= 5; bad ++) {
		static unsigned char lines[8192];
		plomb_checkpoint c;
		plomb_view line;
		unsigned i;
		size_t j;

		read_note(&b, &doc, "v1: Ed25519 log", &c);
		line = c.signatures;
		for (i = 0; i <= bad; i ++) {
			memcpy(lines + i * line.n, line.p, line.n);
			/* A character of the signature's middle, well behind the key id. */
			lines[i * line.n + line.n - 20] ^= (unsigned char)(i < bad);
		}
		c.signatures.p = lines;
		c.signatures.n = (bad + 1) * line.n;
		for (j = 0; j < trust.tlog_count && !plomb_view_is(trust.tlogs[j].base_url, "https://rekor-ed.test"); j ++) {
			continue;
		}
		expect_status("bad lines in front", plomb_checkpoint_verify_v1(&b.ctx, &c, &trust.tlogs[j]),
			bad < 4 ? PLOMB_OK : PLOMB_CHECKPOINT_SIGNATURE_INVALID);
	}
	bench_close(&b);
	discard(root_text);
	discard(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_is_v1),
		cmocka_unit_test(test_log_v2),
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_tries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
