/* Is the entry in its log? Entries of logs of our own, re-signed so that one rule alone refuses; and real ones. */
#include "entry_support.h"

#include "../src/core/bundle.h"
#include "../src/core/layer.h"

typedef struct {
	bench b;
	plomb_view root_text, file;
	plomb_trust trust;
	plomb_json doc;
} fixture;

static void
open_fixture(fixture *f)
{
	bench_open(&f->b);
	f->root_text = slurp("entry/root.json");
	load_root(&f->b, f->root_text, &f->trust);
	f->file = slurp("entry/verify.json");
	assert_int_equal(plomb_json_parse(&f->b.work, f->file, &f->doc), PLOMB_OK);
}

static void
close_fixture(fixture *f)
{
	bench_close(&f->b);
	discard(f->root_text);
	discard(f->file);
}

static void
read_case(fixture *f, uint32_t c, plomb_candidate *candidate)
{
	plomb_view text = plomb_json_raw(&f->doc, plomb_json_member(&f->doc, c, "bundle"));
	plomb_status s = plomb_bundle_parse(&f->b.ctx, text, 0, candidate);

	if (s != PLOMB_OK) {
		plomb_view name = string_of(&f->b, &f->doc, c, "name");

		fail_msg("%.*s: the bundle: %s", (int)name.n, (const char *)name.p, plomb_status_code(s));
	}
}

static void
read_case_named(fixture *f, const char *name, plomb_candidate *candidate)
{
	uint32_t c = plomb_json_first(&f->doc, 0);

	while (!plomb_json_is(&f->doc, plomb_json_member(&f->doc, c, "name"), name)) {
		c = plomb_json_next(&f->doc, c);
		assert_true(c != PLOMB_JSON_NONE);
	}
	read_case(f, c, candidate);
}

static plomb_status
verify(fixture *f, plomb_format format, const plomb_entry *e, int *time_ok)
{
	const plomb_log *log;
	plomb_status s = plomb_entry_verify(&f->b.ctx, &f->trust, format, e, &log, time_ok);

	assert_true((s == PLOMB_OK) == (log != NULL));
	assert_true(s == PLOMB_OK || *time_ok == 0);
	return s;
}

/* Bytes of a part changed in turn, some eight of them: signatures cost time. The entry must be refused. */
static void
flip(fixture *f, plomb_format format, plomb_entry *e, const unsigned char **part, size_t n, const char *what)
{
	const unsigned char *was = *part;
	unsigned char *copy;
	size_t i;

	if (n == 0) {
		return;
	}
	copy = plomb_work_take(&f->b.work, n);
	assert_non_null(copy);
	memcpy(copy, was, n);
	*part = copy;
	for (i = 0; i < n; i += n / 8 + 1) {
		size_t mark = plomb_work_mark(&f->b.work);
		int time_ok;

		copy[i] ^= (unsigned char)(1u << i % 8);
		if (verify(f, format, e, &time_ok) == PLOMB_OK) {
			fail_msg("accepted with byte %lu of %s changed", (unsigned long)i, what);
		}
		copy[i] = was[i];
		plomb_work_release(&f->b.work, mark);
	}
	*part = was;
}

/* The text of a checkpoint: what stands before its signatures. */
static size_t
signed_length(plomb_view envelope)
{
	size_t i = 1;

	while (i < envelope.n && !(envelope.p[i] == '\n' && envelope.p[i - 1] == '\n')) {
		i ++;
	}
	return i;
}

static void
flip_all(fixture *f, plomb_format format, const plomb_entry *entry)
{
	int is_v2 = plomb_entry_is_v2(entry);
	plomb_entry e = *entry;
	plomb_view was = e.checkpoint;
	unsigned char *copy;
	size_t i, n;

	flip(f, format, &e, &e.body.p, e.body.n, "body");
	if (!is_v2) {
		flip(f, format, &e, &e.set.p, e.set.n, "SET");
		flip(f, format, &e, &e.log_id.p, e.log_id.n, "logId");
	}
	if (!e.has_proof) {
		return;
	}
	flip(f, format, &e, &e.proof_root.p, e.proof_root.n, "rootHash");
	flip(f, format, &e, &e.proof_hashes, 32 * e.proof_count, "hashes");
	n = signed_length(was);
	copy = plomb_work_take(&f->b.work, was.n);
	assert_non_null(copy);
	memcpy(copy, was.p, was.n);
	e.checkpoint.p = copy;
	for (i = 0; i < n; i += n / 8 + 1) {
		int time_ok;

		copy[i] ^= 1;
		assert_int_not_equal(verify(f, format, &e, &time_ok), PLOMB_OK);
		copy[i] ^= 1;
	}
}

/* With too little memory the answer is that, or the same as ever. */
static void
starve(fixture *f, plomb_format format, const plomb_entry *e, plomb_status want)
{
	size_t size = f->b.work.size, mark = plomb_work_mark(&f->b.work), room;
	plomb_status got = PLOMB_NO_ROOM;
	int time_ok;

	for (room = 0; got == PLOMB_NO_ROOM; room += 48) {
		f->b.work.size = mark + room;
		got = verify(f, format, e, &time_ok);
		plomb_work_release(&f->b.work, mark);
	}
	f->b.work.size = size;
	expect_status("starved", got, want);
}

static void
test_generated(void **state)
{
	unsigned accepted = 0, refused = 0;
	fixture f;
	uint32_t c;

	(void)state;
	open_fixture(&f);
	for (c = plomb_json_first(&f.doc, 0); c != PLOMB_JSON_NONE; c = plomb_json_next(&f.doc, c)) {
		size_t mark = plomb_work_mark(&f.b.work);
		plomb_view name = string_of(&f.b, &f.doc, c, "name"), want = string_of(&f.b, &f.doc, c, "want");
		plomb_candidate candidate;
		plomb_status got;
		int time_ok;

		read_case(&f, c, &candidate);
		got = verify(&f, candidate.format, &candidate.entries[0], &time_ok);
		expect(name, got, want);
		assert_int_equal(time_ok, number_of(&f.doc, c, "time_ok"));
		starve(&f, candidate.format, &candidate.entries[0], got);
		f.b.ctx.detail = NULL;
		expect(name, verify(&f, candidate.format, &candidate.entries[0], &time_ok), want);
		f.b.ctx.detail = &f.b.detail;
		accepted += got == PLOMB_OK;
		refused += got != PLOMB_OK;
		/* These have a line that is none of ours, or a time that nobody signed. */
		if (got == PLOMB_OK) {
			flip_all(&f, candidate.format, &candidate.entries[0]);
		}
		plomb_work_release(&f.b.work, mark);
	}
	assert_true(accepted >= 20 && refused >= 40);
	close_fixture(&f);
}

/* Fields that no log writes, one at a time in an entry that is good otherwise. */
static void
test_fields(void **state)
{
	enum { LOG_INDEX, TIME, BODY, LOG_ID_31, LOG_ID_0, KIND, VERSION, INDEX, SIZE, ROOT_31, ROOT_0, CHECKPOINT, SET, PROOF };
	static const struct {
		const char *name;
		const char *entry;
		plomb_format format;
		int field;
		int64_t value;
		plomb_status want;
	} ROWS[] = {
		{ "negative logIndex", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, LOG_INDEX, -1, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "smallest logIndex", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, LOG_INDEX, INT64_MIN, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "negative logIndex in v2", "v2: Ed25519", PLOMB_FORMAT_BUNDLE_0_3, LOG_INDEX, -1, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "largest logIndex", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, LOG_INDEX, INT64_MAX, PLOMB_TLOG_PROMISE_INVALID },
		{ "negative integratedTime", "v1: a time without SET is no time", PLOMB_FORMAT_BUNDLE_0_3, TIME, -1, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "largest integratedTime", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, TIME, INT64_MAX, PLOMB_TLOG_PROMISE_INVALID },
		{ "empty body", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, BODY, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "logId of 31 bytes", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, LOG_ID_31, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "logId of 31 bytes in v2", "v2: Ed25519", PLOMB_FORMAT_BUNDLE_0_3, LOG_ID_31, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "no logId in v1", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, LOG_ID_0, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "no logId in v2", "v2: Ed25519", PLOMB_FORMAT_BUNDLE_0_3, LOG_ID_0, 0, PLOMB_OK },
		{ "Rekor v2 in a 0.1 bundle", "v2: Ed25519", PLOMB_FORMAT_BUNDLE_0_1, LOG_INDEX, 3, PLOMB_TLOG_PROMISE_MISSING },
		{ "no kind in 0.1", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_1, KIND, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "no kind in 0.2", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_2, KIND, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "no kind in 0.3", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, KIND, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "no version in 0.3", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, VERSION, 0, PLOMB_TLOG_ENTRY_MALFORMED },
		{ "no kind in a layer", "v1: SET and proof", PLOMB_FORMAT_SIMPLESIGNING, KIND, 0, PLOMB_OK },
		{ "negative proof index", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, INDEX, -1, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "largest proof index", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, INDEX, INT64_MAX, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "proof index past the end", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, INDEX, 7, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "tree of size 0", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, SIZE, 0, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "tree of size -1", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, SIZE, -1, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "tree of size 0 in v2", "v2: Ed25519", PLOMB_FORMAT_BUNDLE_0_3, SIZE, 0, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "tree of the largest size", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, SIZE, INT64_MAX, PLOMB_CHECKPOINT_SIZE_MISMATCH },
		{ "root of 31 bytes", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, ROOT_31, 0, PLOMB_TLOG_PROOF_MALFORMED },
		{ "no root", "v1: SET and proof", PLOMB_FORMAT_BUNDLE_0_3, ROOT_0, 0, PLOMB_TLOG_PROOF_MALFORMED },
		{ "no root in v2", "v2: Ed25519", PLOMB_FORMAT_BUNDLE_0_3, ROOT_0, 0, PLOMB_TLOG_PROOF_MALFORMED },
		{ "no checkpoint in a layer's proof", "v1: SET and proof", PLOMB_FORMAT_SIMPLESIGNING, CHECKPOINT, 0, PLOMB_CHECKPOINT_MISSING },
		{ "no SET in a layer", "v1: SET and proof", PLOMB_FORMAT_SIMPLESIGNING, SET, 0, PLOMB_TLOG_PROMISE_MISSING },
		{ "no SET in an attestation", "v1: SET and proof", PLOMB_FORMAT_DSSE, SET, 0, PLOMB_TLOG_PROMISE_MISSING },
		{ "no SET beside a file", "v1: SET and proof", PLOMB_FORMAT_DETACHED, SET, 0, PLOMB_TLOG_PROMISE_MISSING },
		{ "no SET in nobody knows what", "v1: SET and proof", PLOMB_FORMAT_UNKNOWN, SET, 0, PLOMB_TLOG_PROMISE_MISSING },
		{ "no proof in a layer", "v1: SET and proof", PLOMB_FORMAT_SIMPLESIGNING, PROOF, 0, PLOMB_OK },
		{ "no proof in an attestation", "v1: SET and proof", PLOMB_FORMAT_DSSE, PROOF, 0, PLOMB_OK },
		{ "no proof beside a file", "v1: SET and proof", PLOMB_FORMAT_DETACHED, PROOF, 0, PLOMB_OK },
		{ "no proof in nobody knows what", "v1: SET and proof", PLOMB_FORMAT_UNKNOWN, PROOF, 0, PLOMB_TLOG_PROOF_MISSING },
	};
	fixture f;
	size_t i;

	(void)state;
	open_fixture(&f);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_candidate candidate;
		plomb_entry e;
		int time_ok;

		read_case_named(&f, ROWS[i].entry, &candidate);
		e = candidate.entries[0];
		switch (ROWS[i].field) {
		case LOG_INDEX: e.log_index = ROWS[i].value; break;
		case TIME: e.integrated_time = ROWS[i].value; break;
		case BODY: e.body.n = 0; break;
		case LOG_ID_31: e.log_id.n = 31; break;
		case LOG_ID_0: e.log_id.n = 0; break;
		case KIND: e.kind.n = 0; break;
		case VERSION: e.version.n = 0; break;
		case INDEX: e.proof_index = ROWS[i].value; break;
		case SIZE: e.proof_size = ROWS[i].value; break;
		case ROOT_31: e.proof_root.n = 31; break;
		case ROOT_0: e.proof_root.n = 0; break;
		case CHECKPOINT: e.checkpoint.n = 0; break;
		case SET: e.set.n = 0; break;
		default: e.has_proof = 0; break;
		}
		expect_status(ROWS[i].name, verify(&f, ROWS[i].format, &e, &time_ok), ROWS[i].want);
	}
	close_fixture(&f);
}

static void
test_is_v2(void **state)
{
	static const struct {
		const char *kind, *version, *body;
		int want;
	} ROWS[] = {
		{ "hashedrekord", "0.0.2", "", 1 },
		{ "dsse", "0.0.2", "", 1 },
		{ "hashedrekord", "0.0.1", "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",", 0 },
		{ "hashedrekord", "0.0.3", "", 0 },
		{ "intoto", "0.0.2", "", 0 }, /* a kind of Rekor v1 */
		{ "hashedrekord", "", "", 0 },
		{ "", "", "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":", 1 },
		{ "", "", "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",\"spec\":", 1 },
		{ "", "", "{\"apiVersion\":\"0.0.2\",\"kind\":\"intoto\",\"spec\":", 0 },
		{ "", "", "{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":", 0 },
		{ "", "", "", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_entry e;

		memset(&e, 0, sizeof e);
		e.kind = text_view(ROWS[i].kind);
		e.version = text_view(ROWS[i].version);
		e.body = text_view(ROWS[i].body);
		assert_int_equal(plomb_entry_is_v2(&e), ROWS[i].want);
	}
}

/* A refusal shows what was wanted and what was there. */
static void
test_details(void **state)
{
	plomb_candidate candidate;
	plomb_entry e;
	int time_ok;
	fixture f;

	(void)state;
	open_fixture(&f);
	read_case_named(&f, "v1: a tree of another size", &candidate);
	e = candidate.entries[0];
	assert_int_equal(verify(&f, candidate.format, &e, &time_ok), PLOMB_CHECKPOINT_SIZE_MISMATCH);
	assert_true(plomb_view_is(f.b.detail.what, "treeSize"));
	assert_true(plomb_view_is(f.b.detail.want, "7"));
	assert_true(plomb_view_is(f.b.detail.got, "8"));
	read_case_named(&f, "v1: a log that is not in the root", &candidate);
	e = candidate.entries[0];
	assert_int_equal(verify(&f, candidate.format, &e, &time_ok), PLOMB_TLOG_LOG_UNKNOWN);
	assert_int_equal(f.b.detail.got.n, 64);
	/* Whose it is stands in what; want and got are values. */
	read_case_named(&f, "v1: SET over another time", &candidate);
	e = candidate.entries[0];
	assert_int_equal(verify(&f, candidate.format, &e, &time_ok), PLOMB_TLOG_PROMISE_INVALID);
	assert_true(plomb_view_is(f.b.detail.what, "signedEntryTimestamp of https://rekor.test"));
	assert_null(f.b.detail.want.p);
	assert_null(f.b.detail.got.p);
	read_case_named(&f, "v1: before the log's start", &candidate);
	e = candidate.entries[0];
	assert_int_equal(verify(&f, candidate.format, &e, &time_ok), PLOMB_TLOG_LOG_OUTSIDE_VALIDITY);
	assert_true(plomb_view_is(f.b.detail.what, "start of the validity of https://rekor.test"));
	assert_true(plomb_view_is(f.b.detail.want, "2026-01-01T00:00:00Z"));
	assert_true(plomb_view_is(f.b.detail.got, "2025-12-31T23:59:59Z"));
	read_case_named(&f, "v1: after the log's end", &candidate);
	e = candidate.entries[0];
	assert_int_equal(verify(&f, candidate.format, &e, &time_ok), PLOMB_TLOG_LOG_OUTSIDE_VALIDITY);
	assert_true(plomb_view_is(f.b.detail.what, "end of the validity of https://rekor.test"));
	close_fixture(&f);
}

/* The conformance suite: what this file alone says about each bundle. */
static void
test_conformance(void **state)
{
	static const struct {
		const char *dir, *root; /* NULL: the public instance's */
		plomb_status want;
		int time_ok;
	} ROWS[] = {
		{ "happy-path-v0.1", NULL, PLOMB_OK, 1 },
		{ "happy-path-v0.2", NULL, PLOMB_OK, 1 },
		{ "happy-path-v0.3", NULL, PLOMB_OK, 1 },
		{ "happy-path-v0.3-new-mediaType", NULL, PLOMB_OK, 1 },
		{ "happy-path-intoto-in-dsse-v3", NULL, PLOMB_OK, 1 },
		{ "intoto-with-custom-trust-root", "intoto-with-custom-trust-root", PLOMB_OK, 1 },
		{ "managed-key-happy-path", NULL, PLOMB_OK, 1 },
		{ "managed-key-and-trusted-root", "managed-key-and-trusted-root", PLOMB_OK, 1 },
		{ "bundle-with-sct-with-extensions", "bundle-with-sct-with-extensions", PLOMB_OK, 0 },
		{ "rekor2-happy-path", "rekor2-happy-path", PLOMB_OK, 0 },
		{ "rekor2-dsse-happy-path", "rekor2-dsse-happy-path", PLOMB_OK, 0 },
		{ "rekor2-checkpoint-cosigned", "rekor2-checkpoint-cosigned", PLOMB_OK, 0 },
		{ "rekor2-checkpoint-multiple-cosigs", "rekor2-checkpoint-multiple-cosigs", PLOMB_OK, 0 },
		{ "rekor2-checkpoint-origin-not-first", "rekor2-checkpoint-origin-not-first", PLOMB_OK, 0 },
		{ "rekor2-checkpoint-two-sigs-cosigned", "rekor2-checkpoint-two-sigs-cosigned", PLOMB_OK, 0 },
		{ "rekor2-checkpoint-two-sigs-from-origin", "rekor2-checkpoint-two-sigs-from-origin", PLOMB_OK, 0 },
		{ "trust-root-tlog-validity-end-inclusive", "trust-root-tlog-validity-end-inclusive", PLOMB_OK, 1 },
		{ "bundle-from-wrong-instance_fail", NULL, PLOMB_TLOG_LOG_UNKNOWN, 0 },
		{ "checkpoint-bad-keyhint_fail", NULL, PLOMB_CHECKPOINT_KEY_UNKNOWN, 0 },
		{ "checkpoint-wrong-roothash_fail", NULL, PLOMB_CHECKPOINT_ROOT_MISMATCH, 0 },
		{ "inclusion-proof-corrupted-hash_fail", NULL, PLOMB_TLOG_PROOF_INVALID, 0 },
		{ "incorrect-public-key_fail", NULL, PLOMB_TLOG_PROMISE_INVALID, 0 },
		{ "intoto-missing-inclusion-proof_fail", "intoto-missing-inclusion-proof_fail", PLOMB_TLOG_PROOF_MISSING, 0 },
		{ "invalid-checkpoint-signature_fail", NULL, PLOMB_CHECKPOINT_SIGNATURE_INVALID, 0 },
		{ "invalid-inclusion-proof_fail", NULL, PLOMB_CHECKPOINT_MISSING, 0 },
		{ "rekor2-checkpoint-missing-log-signature_fail", "rekor2-happy-path", PLOMB_CHECKPOINT_MALFORMED, 0 },
		{ "rekor2-checkpoint-missing-origin_fail", "rekor2-happy-path", PLOMB_CHECKPOINT_MALFORMED, 0 },
		{ "rekor2-checkpoint-missing-root-hash_fail", "rekor2-happy-path", PLOMB_CHECKPOINT_MALFORMED, 0 },
		{ "rekor2-checkpoint-missing-size_fail", "rekor2-happy-path", PLOMB_CHECKPOINT_MALFORMED, 0 },
		{ "rekor2-checkpoint-no-matching-signature_fail", "rekor2-happy-path", PLOMB_CHECKPOINT_ORIGIN_MISMATCH, 0 },
		{ "rekor2-no-inclusion-proof_fail", "rekor2-happy-path", PLOMB_TLOG_PROOF_MISSING, 0 },
		{ "set-invalid-signature_fail", NULL, PLOMB_TLOG_PROMISE_INVALID, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_view root_text, text;
		plomb_candidate candidate;
		plomb_entry e;
		char path[200];
		int time_ok;
		fixture f;

		bench_open(&f.b);
		snprintf(path, sizeof path, "conformance/%s/trusted_root.json", ROWS[i].root == NULL ? "." : ROWS[i].root);
		root_text = ROWS[i].root == NULL ? slurp("entry/public_root.json") : slurp(path);
		load_root(&f.b, root_text, &f.trust);
		snprintf(path, sizeof path, "conformance/%s/bundle.sigstore.json", ROWS[i].dir);
		text = slurp(path);
		expect_status(ROWS[i].dir, plomb_bundle_parse(&f.b.ctx, text, 0, &candidate), PLOMB_OK);
		e = candidate.entries[0];
		expect_status(ROWS[i].dir, verify(&f, candidate.format, &e, &time_ok), ROWS[i].want);
		assert_int_equal(time_ok, ROWS[i].time_ok);
		bench_close(&f.b);
		discard(root_text);
		discard(text);
	}
}

/* What cosign 2 and 3 wrote, with keys of every kind, into both logs. */
static void
test_real(void **state)
{
	plomb_view file = slurp("entry/real.json");
	plomb_json doc;
	plomb_view root_text;
	uint32_t c;
	fixture f;
	int time_ok;

	(void)state;
	bench_open(&f.b);
	assert_int_equal(plomb_json_parse(&f.b.work, file, &doc), PLOMB_OK);
	root_text = plomb_json_raw(&doc, plomb_json_member(&doc, 0, "root"));
	load_root(&f.b, root_text, &f.trust);
	c = plomb_json_first(&doc, plomb_json_member(&doc, 0, "bundles"));
	for (; c != PLOMB_JSON_NONE; c = plomb_json_next(&doc, c)) {
		plomb_view text = plomb_json_raw(&doc, plomb_json_member(&doc, c, "bundle"));
		plomb_view name = string_of(&f.b, &doc, c, "name");
		plomb_candidate candidate;

		assert_int_equal(plomb_bundle_parse(&f.b.ctx, text, 0, &candidate), PLOMB_OK);
		expect(name, verify(&f, candidate.format, &candidate.entries[0], &time_ok), text_view("ok"));
		assert_int_equal(time_ok, plomb_view_ends(name, "rekor1"));
		flip_all(&f, candidate.format, &candidate.entries[0]);
	}
	c = plomb_json_first(&doc, plomb_json_member(&doc, 0, "layers"));
	for (; c != PLOMB_JSON_NONE; c = plomb_json_next(&doc, c)) {
		plomb_view name = string_of(&f.b, &doc, c, "name");
		plomb_candidate candidate;
		plomb_layer layer;

		memset(&layer, 0, sizeof layer);
		layer.payload = bytes_of(&f.b, &doc, c, "payload");
		layer.signature = string_of(&f.b, &doc, c, "signature");
		layer.certificate = string_of(&f.b, &doc, c, "certificate");
		layer.bundle = string_of(&f.b, &doc, c, "bundle");
		expect(name, plomb_view_is(name, "old-attested") ? plomb_layer_parse_envelope(&f.b.ctx, &layer, &candidate)
			: plomb_layer_parse_simplesigning(&f.b.ctx, &layer, &candidate), text_view("ok"));
		expect(name, verify(&f, candidate.format, &candidate.entries[0], &time_ok), text_view("ok"));
		assert_int_equal(time_ok, 1);
		flip_all(&f, candidate.format, &candidate.entries[0]);
	}
	bench_close(&f.b);
	discard(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_is_v2),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_conformance),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
