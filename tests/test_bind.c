/* Is a log entry about this signature, this key, this artifact? */
#include "entry_support.h"

#include "../src/core/bundle.h"
#include "../src/core/hash.h"
#include "../src/core/layer.h"
#include "../src/core/pem.h"

/* The values that all generated cases share. */
typedef struct {
	plomb_view signature, cert_der, payload, type, artifact;
	plomb_cert cert;
	uint32_t bases;
} shared;

static void
read_shared(bench *b, const plomb_json *doc, shared *s)
{
	s->signature = bytes_of(b, doc, 0, "signature");
	s->cert_der = bytes_of(b, doc, 0, "cert");
	s->payload = bytes_of(b, doc, 0, "payload");
	s->type = string_of(b, doc, 0, "type");
	s->artifact = bytes_of(b, doc, 0, "artifact");
	s->bases = plomb_json_member(doc, 0, "bases");
	assert_int_equal(plomb_cert_parse(s->cert_der, &s->cert), PLOMB_OK);
}

/* The case's body: an earlier one with one place changed. */
static plomb_view
body_of(bench *b, const plomb_json *doc, const shared *s, uint32_t c)
{
	size_t at = (size_t)number_of(doc, c, "at"), cut = (size_t)number_of(doc, c, "cut"), tail;
	uint32_t element = plomb_json_first(doc, s->bases);
	plomb_view base, put = string_of(b, doc, c, "put"), body;
	int64_t i;
	unsigned char *out;

	for (i = number_of(doc, c, "base"); i > 0; i --) {
		element = plomb_json_next(doc, element);
	}
	assert_int_equal(plomb_json_string(&b->work, doc, element, &base), PLOMB_OK);
	assert_true(at + cut <= base.n);
	tail = base.n - at - cut;
	body.n = at + put.n + tail;
	out = plomb_work_take(&b->work, body.n);
	assert_non_null(out);
	memcpy(out, base.p, at);
	memcpy(out + at, put.p, put.n);
	memcpy(out + at + put.n, base.p + at + cut, tail);
	body.p = out;
	return body;
}

static void
fill(bench *b, const plomb_json *doc, const shared *s, uint32_t c, plomb_candidate *candidate, plomb_entry *e)
{
	plomb_view as = string_of(b, doc, c, "as");

	memset(candidate, 0, sizeof *candidate);
	memset(e, 0, sizeof *e);
	candidate->format = PLOMB_FORMAT_BUNDLE_0_3;
	candidate->signature = s->signature;
	candidate->content = PLOMB_CONTENT_MESSAGE;
	if (plomb_view_is(string_of(b, doc, c, "content"), "dsse")) {
		candidate->content = PLOMB_CONTENT_DSSE;
		candidate->payload = s->payload;
		candidate->payload_type = s->type;
		candidate->envelope = string_of(b, doc, c, "envelope");
	}
	e->kind = string_of(b, doc, c, "kind");
	e->version = string_of(b, doc, c, "version");
	e->body = body_of(b, doc, s, c);
	if (plomb_view_is(as, "simplesigning")) {
		candidate->content = PLOMB_CONTENT_SIMPLESIGNING;
		candidate->payload = s->artifact;
	}
	if (as.n != 0 || candidate->envelope.n != 0) {
		e->kind.n = e->version.n = 0;
	}
}

/* The question as verify.c asks it. */
static plomb_status
bind(plomb_ctx *ctx, const plomb_candidate *candidate, const plomb_entry *e,
	const plomb_cert *cert, const plomb_key *key, plomb_message *artifact)
{
	plomb_messages messages;
	plomb_key of_cert;

	if (cert != NULL) {
		assert_null(key);
		assert_int_equal(plomb_key_from_spki(ctx->crypto, cert->spki, &of_cert), PLOMB_OK);
		key = &of_cert;
	}
	plomb_messages_init(&messages, candidate, artifact);
	return plomb_entry_bind(ctx, candidate, e, cert, key, &messages);
}

static plomb_status
bind_case(bench *b, const plomb_json *doc, const shared *s, uint32_t c, plomb_candidate *candidate, plomb_entry *e)
{
	plomb_view spki = bytes_of(b, doc, c, "key"), text = string_of(b, doc, c, "digest");
	plomb_message artifact;
	plomb_digest digest;
	plomb_key key;

	if (text.n != 0) {
		assert_int_equal(plomb_digest_parse(text, &digest), PLOMB_OK);
		plomb_message_from_digest(&artifact, &digest);
	} else {
		plomb_message_from_bytes(&artifact, s->artifact);
	}
	if (spki.n == 0) {
		return bind(&b->ctx, candidate, e, &s->cert, NULL, &artifact);
	}
	assert_int_equal(plomb_key_from_spki(b->ctx.crypto, spki, &key), PLOMB_OK);
	return bind(&b->ctx, candidate, e, NULL, &key, &artifact);
}

/*
 * No accepted body may be accepted with one bit changed. Those of Rekor v1 have
 * three things that nothing can be compared with: the hash of an envelope
 * that a bundle does not have, a key id, and the last line end of a PEM.
 */
static void
flip_body(bench *b, const plomb_json *doc, const shared *s, uint32_t c, plomb_candidate *candidate,
	const plomb_entry *e, plomb_view name)
{
	unsigned char *copy = plomb_work_take(&b->work, e->body.n);
	plomb_entry changed = *e;
	size_t i, accepted = 0, most = 0;

	if (!plomb_view_starts(e->body, "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\"")) {
		most = candidate->content == PLOMB_CONTENT_DSSE && candidate->envelope.n == 0 ? 64 + 2 : 2;
	}
	assert_non_null(copy);
	memcpy(copy, e->body.p, e->body.n);
	changed.body.p = copy;
	for (i = 0; i < e->body.n; i ++) {
		size_t mark = plomb_work_mark(&b->work);

		copy[i] ^= (unsigned char)(1u << i % 7);
		if (bind_case(b, doc, s, c, candidate, &changed) == PLOMB_OK) {
			accepted ++;
		}
		copy[i] = e->body.p[i];
		plomb_work_release(&b->work, mark);
	}
	if (accepted > most) {
		fail_msg("%.*s: accepted with %lu changed bytes", (int)name.n, (const char *)name.p, (unsigned long)accepted);
	}
}

/* With too little memory the answer is that and nothing else. */
static void
starve(bench *b, const plomb_json *doc, const shared *s, uint32_t c, plomb_candidate *candidate,
	const plomb_entry *e, plomb_status want)
{
	size_t size = b->work.size, extra;
	plomb_status got = PLOMB_UNSET;
	plomb_entry copy = *e;

	for (extra = 0; extra < 65536; extra += 40) {
		size_t mark = plomb_work_mark(&b->work);

		/* bind_case itself decodes the key: leave it that much. */
		b->work.size = mark + 1200 + extra;
		got = bind_case(b, doc, s, c, candidate, &copy);
		b->work.size = size;
		plomb_work_release(&b->work, mark);
		if (got != PLOMB_NO_ROOM) {
			break;
		}
	}
	expect_status("starved", got, want);
}

static void
test_generated(void **state)
{
	plomb_view file = slurp("entry/bind.json");
	unsigned accepted = 0, refused = 0;
	plomb_json doc;
	shared s;
	uint32_t c;
	bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	read_shared(&b, &doc, &s);
	c = plomb_json_first(&doc, plomb_json_member(&doc, 0, "cases"));
	for (; c != PLOMB_JSON_NONE; c = plomb_json_next(&doc, c)) {
		size_t mark = plomb_work_mark(&b.work);
		plomb_view name = string_of(&b, &doc, c, "name"), want = string_of(&b, &doc, c, "want");
		plomb_candidate candidate;
		plomb_status got;
		plomb_entry e;

		fill(&b, &doc, &s, c, &candidate, &e);
		got = bind_case(&b, &doc, &s, c, &candidate, &e);
		expect(name, got, want);
		/* Without a detail to fill the answer is the same. */
		b.ctx.detail = NULL;
		expect(name, bind_case(&b, &doc, &s, c, &candidate, &e), want);
		starve(&b, &doc, &s, c, &candidate, &e, got);
		b.ctx.detail = &b.detail;
		starve(&b, &doc, &s, c, &candidate, &e, got);
		accepted += got == PLOMB_OK;
		refused += got != PLOMB_OK;
		if (got == PLOMB_OK) {
			flip_body(&b, &doc, &s, c, &candidate, &e, name);
		}
		plomb_work_release(&b.work, mark);
	}
	assert_true(accepted >= 30 && refused >= 250);
	bench_close(&b);
	discard(file);
}

/* Refusals show both values, in memory that stays. */
static void
test_details(void **state)
{
	plomb_view file = slurp("entry/bind.json");
	plomb_candidate candidate;
	plomb_message artifact;
	plomb_json doc;
	plomb_entry e;
	shared s;
	bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	read_shared(&b, &doc, &s);
	fill(&b, &doc, &s, plomb_json_first(&doc, plomb_json_member(&doc, 0, "cases")), &candidate, &e);
	plomb_message_from_bytes(&artifact, text_view("another artifact"));
	assert_int_equal(bind(&b.ctx, &candidate, &e, &s.cert, NULL, &artifact), PLOMB_TLOG_DIGEST_MISMATCH);
	assert_true(plomb_view_is(b.detail.what, "data.hash"));
	assert_int_equal(b.detail.want.n, 64);
	assert_true(plomb_view_is(b.detail.got, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"));

	candidate.signature.n --;
	assert_int_equal(bind(&b.ctx, &candidate, &e, &s.cert, NULL, &artifact), PLOMB_TLOG_SIGNATURE_MISMATCH);
	assert_int_equal(b.detail.got.n, 88);
	assert_int_equal(b.detail.want.n, 84);
	candidate.signature.n ++;

	s.cert.der.n --;
	assert_int_equal(bind(&b.ctx, &candidate, &e, &s.cert, NULL, &artifact), PLOMB_TLOG_KEY_MISMATCH);
	assert_true(plomb_view_is(b.detail.what, "certificate"));
	assert_int_equal(b.detail.want.n, 64);
	assert_int_equal(b.detail.got.n, 64);
	bench_close(&b);
	discard(file);
}

/* Whose key it is must be said, also of a certificate. */
static void
test_material(void **state)
{
	plomb_view file = slurp("entry/bind.json");
	plomb_candidate candidate;
	plomb_messages messages;
	plomb_message artifact;
	plomb_json doc;
	plomb_entry e;
	shared s;
	bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	read_shared(&b, &doc, &s);
	fill(&b, &doc, &s, plomb_json_first(&doc, plomb_json_member(&doc, 0, "cases")), &candidate, &e);
	plomb_message_from_bytes(&artifact, s.artifact);
	plomb_messages_init(&messages, &candidate, &artifact);
	expect_status("neither", plomb_entry_bind(&b.ctx, &candidate, &e, NULL, NULL, &messages), PLOMB_INTERNAL_ERROR);
	expect_status("certificate", plomb_entry_bind(&b.ctx, &candidate, &e, &s.cert, NULL, &messages), PLOMB_INTERNAL_ERROR);
	bench_close(&b);
	discard(file);
}

static void
key_or_cert(bench *b, const plomb_json *doc, uint32_t c, const plomb_candidate *candidate,
	plomb_cert *cert, plomb_key *key, int *is_key)
{
	plomb_view pem = string_of(b, doc, c, "key");

	*is_key = pem.n != 0;
	if (*is_key) {
		assert_int_equal(plomb_key_from_pem(&b->ctx, pem, key), PLOMB_OK);
		return;
	}
	assert_int_equal(plomb_cert_parse(candidate->cert, cert), PLOMB_OK);
}

/* What cosign 2 and 3 wrote for keys of every kind, in both logs. */
static void
test_real(void **state)
{
	plomb_view file = slurp("entry/real.json");
	plomb_json doc;
	uint32_t c;
	unsigned n = 0;
	bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	c = plomb_json_first(&doc, plomb_json_member(&doc, 0, "bundles"));
	for (; c != PLOMB_JSON_NONE; c = plomb_json_next(&doc, c)) {
		plomb_view name = string_of(&b, &doc, c, "name");
		plomb_view text = plomb_json_raw(&doc, plomb_json_member(&doc, c, "bundle"));
		plomb_message artifact;
		plomb_candidate candidate;
		plomb_entry e;
		plomb_cert cert;
		plomb_key key;
		int is_key;

		assert_int_equal(plomb_bundle_parse(&b.ctx, text, 0, &candidate), PLOMB_OK);
		key_or_cert(&b, &doc, c, &candidate, &cert, &key, &is_key);
		plomb_message_from_bytes(&artifact, bytes_of(&b, &doc, c, "artifact"));
		e = candidate.entries[0];
		expect(name, bind(&b.ctx, &candidate, &e, is_key ? NULL : &cert,
			is_key ? &key : NULL, &artifact), text_view("ok"));
		candidate.signature.n --;
		expect(name, bind(&b.ctx, &candidate, &e, is_key ? NULL : &cert,
			is_key ? &key : NULL, &artifact), text_view("tlog-signature-mismatch"));
		n ++;
	}
	assert_int_equal(n, 13);
	bench_close(&b);
	discard(file);
}

/* Layers of cosign 2: the same, without kindVersion, and an attestation with its envelope. */
static void
test_real_layers(void **state)
{
	plomb_view file = slurp("entry/real.json");
	plomb_json doc;
	uint32_t c;
	bench b;

	(void)state;
	bench_open(&b);
	assert_int_equal(plomb_json_parse(&b.work, file, &doc), PLOMB_OK);
	c = plomb_json_first(&doc, plomb_json_member(&doc, 0, "layers"));
	for (; c != PLOMB_JSON_NONE; c = plomb_json_next(&doc, c)) {
		plomb_view name = string_of(&b, &doc, c, "name");
		plomb_candidate candidate;
		plomb_message artifact;
		plomb_layer layer;
		plomb_cert cert;
		plomb_key key;
		int is_key, is_envelope = plomb_view_is(name, "old-attested");

		memset(&layer, 0, sizeof layer);
		layer.payload = bytes_of(&b, &doc, c, "payload");
		layer.signature = string_of(&b, &doc, c, "signature");
		layer.certificate = string_of(&b, &doc, c, "certificate");
		layer.bundle = string_of(&b, &doc, c, "bundle");
		expect(name, is_envelope ? plomb_layer_parse_envelope(&b.ctx, &layer, &candidate)
			: plomb_layer_parse_simplesigning(&b.ctx, &layer, &candidate), text_view("ok"));
		key_or_cert(&b, &doc, c, &candidate, &cert, &key, &is_key);
		plomb_message_from_bytes(&artifact, layer.payload);
		expect(name, bind(&b.ctx, &candidate, &candidate.entries[0], is_key ? NULL : &cert,
			is_key ? &key : NULL, &artifact), text_view("ok"));
		if (is_envelope) {
			candidate.envelope.n --;
		} else {
			candidate.payload.n --;
		}
		expect(name, bind(&b.ctx, &candidate, &candidate.entries[0], is_key ? NULL : &cert,
			is_key ? &key : NULL, &artifact), text_view("tlog-digest-mismatch"));
	}
	bench_close(&b);
	discard(file);
}

/* The conformance suite: what this file alone says about each bundle. */
static void
test_conformance(void **state)
{
	static const struct {
		const char *dir;
		plomb_status want;
	} ROWS[] = {
		{ "happy-path-v0.1", PLOMB_OK },
		{ "happy-path-v0.2", PLOMB_OK },
		{ "happy-path-v0.3", PLOMB_OK },
		{ "happy-path-v0.3-new-mediaType", PLOMB_OK },
		{ "happy-path-intoto-in-dsse-v3", PLOMB_OK },
		{ "intoto-with-custom-trust-root", PLOMB_OK },
		{ "bundle-with-sct-with-extensions", PLOMB_OK },
		{ "rekor2-happy-path", PLOMB_OK },
		{ "rekor2-dsse-happy-path", PLOMB_OK },
		{ "dsse-invalid-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "dsse-mismatch-envelope_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "dsse-mismatch-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "incorrect-public-key_fail", PLOMB_TLOG_KEY_MISMATCH },
		{ "intoto-log-entry-mismatch_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "rekor2-dsse-invalid-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "rekor2-dsse-mismatch-envelope_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "rekor2-dsse-mismatch-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "signature-mismatch_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "wrong-hashedrekord-artifact_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "wrong-hashedrekord-cert-and-sig_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
		{ "wrong-hashedrekord-entry_fail", PLOMB_TLOG_SIGNATURE_MISMATCH },
	};
	plomb_view a_txt = slurp("conformance/a.txt");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_candidate candidate;
		plomb_message artifact;
		plomb_cert cert;
		plomb_view text;
		char path[200];
		bench b;

		bench_open(&b);
		snprintf(path, sizeof path, "conformance/%s/bundle.sigstore.json", ROWS[i].dir);
		text = slurp(path);
		expect_status(ROWS[i].dir, plomb_bundle_parse(&b.ctx, text, 0, &candidate), PLOMB_OK);
		assert_int_equal(plomb_cert_parse(candidate.cert, &cert), PLOMB_OK);
		plomb_message_from_bytes(&artifact, a_txt);
		expect_status(ROWS[i].dir, bind(&b.ctx, &candidate, &candidate.entries[0],
			&cert, NULL, &artifact), ROWS[i].want);
		bench_close(&b);
		discard(text);
	}
	discard(a_txt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_material),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_real_layers),
		cmocka_unit_test(test_conformance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
