/* in-toto statements: their shape, and whether one is about an artifact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/statement.h"

static uint64_t room[1u << 17];
static char text[1u << 18];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;

static plomb_view
view_of(const char *string)
{
	plomb_view view;

	view.p = (const unsigned char *)string;
	view.n = strlen(string);
	return view;
}

static void
start(void)
{
	plomb_work_init(&work, room, sizeof room);
	memset(&ctx, 0, sizeof ctx);
	memset(&detail, 0, sizeof detail);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
}

/* ------------------------------------------------------------------- parse */

#define V1 "\"_type\":\"https://in-toto.io/Statement/v1\""
#define PT "\"predicateType\":\"https://slsa.dev/provenance/v1\""
#define SUBJECT "\"subject\":[{\"digest\":{\"sha256\":\"00\"}}]"

struct row {
	const char *name, *json;
	plomb_status status;
};

#define OK PLOMB_OK
#define BAD PLOMB_STATEMENT_MALFORMED
#define TYPE PLOMB_STATEMENT_TYPE_UNSUPPORTED
#define MISSING PLOMB_SUBJECT_MISSING

static const struct row rows[] = {
	{ "as cosign sign writes it", "{" V1 ",\"subject\":[{\"digest\":{\"sha256\":\"00\"},\"annotations\":{\"a\":\"b\"}}]," PT ",\"predicate\":{}}", OK },
	{ "as cosign attest writes it", "{\"_type\":\"https://in-toto.io/Statement/v0.1\"," SUBJECT "," PT ",\"predicate\":{}}", OK },
	{ "members that are not known", "{\"x\":1," V1 ",\"subject\":[{\"digest\":{\"sha256\":\"00\"},\"uri\":\"x\",\"y\":[]}]," PT "}", OK },
	{ "no predicate", "{" V1 "," SUBJECT "," PT "}", OK },
	{ "a string for a predicate", "{" V1 "," SUBJECT "," PT ",\"predicate\":\"{}\"}", OK },
	{ "null for what may be absent", "{" V1 ",\"subject\":[{\"name\":null,\"digest\":null,\"annotations\":null}]," PT "}", OK },
	{ "a digest of a kind that is not known", "{" V1 ",\"subject\":[{\"digest\":{\"gitCommit\":\"00\"}}]," PT "}", OK },
	{ "a digest with nothing in it", "{" V1 ",\"subject\":[{\"digest\":{}}]," PT "}", OK },
	{ "escapes in the type", "{\"_type\":\"https:\\/\\/in-toto.io/Statement/v1\"," SUBJECT "," PT "}", OK },
	{ "nothing", "", BAD },
	{ "no JSON", "statement", BAD },
	{ "cut short", "{" V1 "," SUBJECT "," PT, BAD },
	{ "more behind it", "{" V1 "," SUBJECT "," PT "}{}", BAD },
	{ "an array", "[" SUBJECT "]", BAD },
	{ "null", "null", BAD },
	{ "two types", "{" V1 "," V1 "," SUBJECT "," PT "}", BAD },
	{ "two subjects members", "{" V1 "," SUBJECT "," SUBJECT "," PT "}", BAD },
	{ "two subjects members, one with escapes", "{" V1 "," SUBJECT ",\"\\u0073ubject\":[{}]," PT "}", BAD },
	{ "two sha256", "{" V1 ",\"subject\":[{\"digest\":{\"sha256\":\"00\",\"sha256\":\"11\"}}]," PT "}", BAD },
	{ "duplicates in the predicate", "{" V1 "," SUBJECT "," PT ",\"predicate\":{\"a\":1,\"a\":2}}", BAD },
	{ "no type", "{" SUBJECT "," PT "}", BAD },
	{ "null for a type", "{\"_type\":null," SUBJECT "," PT "}", BAD },
	{ "a number for a type", "{\"_type\":1," SUBJECT "," PT "}", BAD },
	{ "a NUL in the type", "{\"_type\":\"https://in-toto.io/Statement/v1\\u0000\"," SUBJECT "," PT "}", BAD },
	{ "an empty type", "{\"_type\":\"\"," SUBJECT "," PT "}", TYPE },
	{ "a later version", "{\"_type\":\"https://in-toto.io/Statement/v2\"," SUBJECT "," PT "}", TYPE },
	{ "a version with more behind it", "{\"_type\":\"https://in-toto.io/Statement/v1.0\"," SUBJECT "," PT "}", TYPE },
	{ "another host", "{\"_type\":\"https://in-toto.io.evil/Statement/v1\"," SUBJECT "," PT "}", TYPE },
	{ "no predicateType", "{" V1 "," SUBJECT "}", BAD },
	{ "null for predicateType", "{" V1 "," SUBJECT ",\"predicateType\":null}", BAD },
	{ "a number for predicateType", "{" V1 "," SUBJECT ",\"predicateType\":1}", BAD },
	{ "no subject", "{" V1 "," PT "}", MISSING },
	{ "null for the subjects", "{" V1 ",\"subject\":null," PT "}", MISSING },
	{ "an empty list of subjects", "{" V1 ",\"subject\":[]," PT "}", MISSING },
	{ "one subject without its list", "{" V1 ",\"subject\":{\"digest\":{\"sha256\":\"00\"}}," PT "}", BAD },
	{ "a string for the subjects", "{" V1 ",\"subject\":\"x\"," PT "}", BAD },
	{ "null for a subject", "{" V1 ",\"subject\":[null]," PT "}", BAD },
	{ "a string for a subject", "{" V1 ",\"subject\":[\"x\"]," PT "}", BAD },
	{ "the second subject is no object", "{" V1 ",\"subject\":[{},1]," PT "}", BAD },
	{ "a number for a name", "{" V1 ",\"subject\":[{\"name\":1}]," PT "}", BAD },
	{ "a string for annotations", "{" V1 ",\"subject\":[{\"annotations\":\"a=b\"}]," PT "}", BAD },
	{ "an array for annotations", "{" V1 ",\"subject\":[{\"annotations\":[]}]," PT "}", BAD },
	{ "a string for a digest", "{" V1 ",\"subject\":[{\"digest\":\"sha256:00\"}]," PT "}", BAD },
	{ "a number for a hash", "{" V1 ",\"subject\":[{\"digest\":{\"sha256\":1}}]," PT "}", BAD },
	{ "null for a hash", "{" V1 ",\"subject\":[{\"digest\":{\"sha256\":null}}]," PT "}", BAD },
	{ "an array of hashes", "{" V1 ",\"subject\":[{\"digest\":{\"sha256\":[\"00\"]}}]," PT "}", BAD },
};

static void
test_parse(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_statement statement;

		print_message("  %s\n", rows[i].name);
		start();
		assert_int_equal(plomb_statement_parse(&ctx, view_of(rows[i].json), &statement), rows[i].status);
		if (rows[i].status == OK) {
			assert_true(plomb_view_is(statement.predicate_type, "https://slsa.dev/provenance/v1"));
			assert_int_equal(plomb_json_typeof(&statement.doc, statement.subjects), PLOMB_JSON_ARRAY);
			continue;
		}
		assert_int_equal(statement.subjects, PLOMB_JSON_NONE);
		assert_int_equal(statement.predicate, PLOMB_JSON_NONE);
		if (rows[i].status == TYPE) {
			assert_true(plomb_view_is(detail.what, "_type"));
			assert_non_null(detail.got.p);
			ctx.detail = NULL;
			assert_int_equal(plomb_statement_parse(&ctx, view_of(rows[i].json), &statement), TYPE);
		}
	}
}

/* n times piece with commas between, in a frame. */
static plomb_view
repeated(const char *before, const char *piece, size_t n, const char *after)
{
	int at = snprintf(text, sizeof text, "%s", before);
	size_t i;

	for (i = 0; i < n; i ++) {
		at += snprintf(text + at, sizeof text - (size_t)at, "%s", i == 0 ? "" : ",");
		/* Every name is another one. */
		at += snprintf(text + at, sizeof text - (size_t)at, piece, (unsigned)i);
	}
	at += snprintf(text + at, sizeof text - (size_t)at, "%s", after);
	assert_true((size_t)at < sizeof text);
	return view_of(text);
}

static void
test_limits(void **state)
{
	static const struct {
		const char *name, *before, *piece, *after;
		size_t n;
		plomb_status want;
	} limits[] = {
		{ "as many subjects as allowed", "{" V1 "," PT ",\"subject\":[", "{\"name\":\"%u\"}", "]}", PLOMB_MAX_SUBJECTS, OK },
		{ "one more", "{" V1 "," PT ",\"subject\":[", "{\"name\":\"%u\"}", "]}", PLOMB_MAX_SUBJECTS + 1, PLOMB_LIMIT_EXCEEDED },
		{ "as many digests as allowed", "{" V1 "," PT ",\"subject\":[{\"digest\":{", "\"h%u\":\"\"", "}}]}", PLOMB_MAX_DIGESTS, OK },
		{ "one more", "{" V1 "," PT ",\"subject\":[{\"digest\":{", "\"h%u\":\"\"", "}}]}", PLOMB_MAX_DIGESTS + 1, PLOMB_LIMIT_EXCEEDED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof limits / sizeof limits[0]; i ++) {
		plomb_statement statement;

		print_message("  %s\n", limits[i].name);
		start();
		assert_int_equal(plomb_statement_parse(&ctx,
			repeated(limits[i].before, limits[i].piece, limits[i].n, limits[i].after), &statement), limits[i].want);
	}
}

static void
test_no_room(void **state)
{
	plomb_view json = view_of("{\"_type\":\"https://in-toto.io/Statement/v\\u0031\"," SUBJECT ",\"predicateType\":\"\\u0061\"}");
	plomb_statement statement;
	size_t size, enough;

	(void)state;
	start();
	assert_int_equal(plomb_statement_parse(&ctx, json, &statement), OK);
	assert_true(plomb_view_is(statement.predicate_type, "a"));
	enough = work.high_water;
	for (size = 0; size < enough; size ++) {
		plomb_work_init(&work, room, size);
		assert_int_equal(plomb_statement_parse(&ctx, json, &statement), PLOMB_NO_ROOM);
	}
}

/* ----------------------------------------------------------------- subject */

/* Of the three bytes "abc" (FIPS 180). */
#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_UPPER "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
#define SHA384 "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
#define SHA512 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

struct subject_row {
	const char *name, *subjects;
	plomb_status bytes; /* when the artifact's bytes are there */
	plomb_status digest; /* when only its SHA-256 is */
	uint32_t which; /* the subject, counted from 0 */
	const char *got; /* NULL: absent */
};

#define NOT PLOMB_SUBJECT_MISMATCH
static const struct subject_row subject_rows[] = {
	{ "the one subject", "{\"digest\":{\"sha256\":\"" SHA256 "\"}}", OK, OK, 0, NULL },
	{ "the name does not matter", "{\"name\":\"other\",\"digest\":{\"sha256\":\"" SHA256 "\"}}", OK, OK, 0, NULL },
	{ "escapes in the digest", "{\"digest\":{\"\\u0073ha256\":\"\\u0062" "a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}}", OK, OK, 0, NULL },
	{ "the second subject", "{\"digest\":{\"sha256\":\"" ZERO "\"}},{\"digest\":{\"sha256\":\"" SHA256 "\"}}", OK, OK, 1, NULL },
	{ "the first of two that fit", "{\"digest\":{\"sha256\":\"" SHA256 "\"}},{\"digest\":{\"sha256\":\"" SHA256 "\"}}", OK, OK, 0, NULL },
	{ "by SHA-384", "{\"digest\":{\"sha384\":\"" SHA384 "\"}}", OK, NOT, 0, "sha384:" SHA384 },
	{ "by SHA-512", "{\"digest\":{\"sha512\":\"" SHA512 "\"}}", OK, NOT, 0, "sha512:" SHA512 },
	{ "one of its digests", "{\"digest\":{\"sha1\":\"x\",\"sha256\":\"" SHA256 "\",\"sha512\":\"" ZERO "\"}}", OK, OK, 0, NULL },
	{ "another artifact", "{\"digest\":{\"sha256\":\"" ZERO "\"}}", NOT, NOT, 0, "sha256:" ZERO },
	{ "upper-case hex", "{\"digest\":{\"sha256\":\"" SHA256_UPPER "\"}}", NOT, NOT, 0, "sha256:" SHA256_UPPER },
	{ "with the algorithm in front", "{\"digest\":{\"sha256\":\"sha256:" SHA256 "\"}}", NOT, NOT, 0, "sha256:sha256:" SHA256 },
	{ "one digit short", "{\"digest\":{\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\"}}", NOT, NOT, 0, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a" },
	{ "one digit more", "{\"digest\":{\"sha256\":\"" SHA256 "0\"}}", NOT, NOT, 0, "sha256:" SHA256 "0" },
	{ "an empty digest", "{\"digest\":{\"sha256\":\"\"}}", NOT, NOT, 0, "sha256:" },
	{ "SHA-1 of it never counts", "{\"digest\":{\"sha1\":\"a9993e364706816aba3e25717850c26c9cd0d89d\"}}", NOT, NOT, 0, NULL },
	{ "the right digest under another name", "{\"digest\":{\"gitCommit\":\"" SHA256 "\"}}", NOT, NOT, 0, NULL },
	{ "the name of the algorithm in capitals", "{\"digest\":{\"SHA256\":\"" SHA256 "\"}}", NOT, NOT, 0, NULL },
	{ "the right digest under SHA-512's name", "{\"digest\":{\"sha512\":\"" SHA256 "\"}}", NOT, NOT, 0, "sha512:" SHA256 },
	{ "the digest as the subject's name", "{\"name\":\"sha256:" SHA256 "\"}", NOT, NOT, 0, NULL },
	{ "the digest in the annotations", "{\"digest\":{},\"annotations\":{\"sha256\":\"" SHA256 "\"}}", NOT, NOT, 0, NULL },
	{ "no digest", "{}", NOT, NOT, 0, NULL },
};

static uint32_t
nth(const plomb_statement *statement, uint32_t n)
{
	uint32_t subject = plomb_json_first(&statement->doc, statement->subjects);

	while (n -- > 0) {
		subject = plomb_json_next(&statement->doc, subject);
	}
	return subject;
}

static void
from_digest(plomb_message *artifact, const char *string)
{
	plomb_digest digest;

	assert_int_equal(plomb_digest_parse(view_of(string), &digest), OK);
	plomb_message_from_digest(artifact, &digest);
}

static void
try_subject(const struct subject_row *row, plomb_message *artifact, plomb_status want)
{
	plomb_statement statement;
	uint32_t subject;

	start();
	snprintf(text, sizeof text, "{" V1 "," PT ",\"subject\":[%s]}", row->subjects);
	assert_int_equal(plomb_statement_parse(&ctx, view_of(text), &statement), OK);
	assert_int_equal(plomb_statement_subject(&ctx, &statement, artifact, &subject), want);
	if (want == OK) {
		assert_int_equal(subject, nth(&statement, row->which));
		return;
	}
	assert_int_equal(subject, PLOMB_JSON_NONE);
	assert_true(plomb_view_is(detail.what, "subject"));
	assert_true(plomb_view_is(detail.want, "sha256:" SHA256));
	if (row->got == NULL) {
		assert_null(detail.got.p);
	} else {
		assert_true(plomb_view_is(detail.got, row->got));
	}
}

static void
test_subject(void **state)
{
	plomb_message artifact;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof subject_rows / sizeof subject_rows[0]; i ++) {
		print_message("  %s\n", subject_rows[i].name);
		plomb_message_from_bytes(&artifact, view_of("abc"));
		try_subject(&subject_rows[i], &artifact, subject_rows[i].bytes);
		from_digest(&artifact, "sha256:" SHA256);
		try_subject(&subject_rows[i], &artifact, subject_rows[i].digest);
	}
}

/* Known by SHA-512 alone: SHA-256 cannot be compared, and the refusal shows what is known. */
static void
test_other_digest(void **state)
{
	plomb_statement statement;
	plomb_message artifact;
	uint32_t subject;

	(void)state;
	start();
	from_digest(&artifact, "sha512:" SHA512);
	assert_int_equal(plomb_statement_parse(&ctx,
		view_of("{" V1 "," PT ",\"subject\":[{\"digest\":{\"sha256\":\"" SHA256 "\"}}]}"), &statement), OK);
	assert_int_equal(plomb_statement_subject(&ctx, &statement, &artifact, &subject), NOT);
	assert_true(plomb_view_is(detail.want, "sha512:" SHA512));
	assert_int_equal(plomb_statement_parse(&ctx,
		view_of("{" V1 "," PT ",\"subject\":[{\"digest\":{\"sha512\":\"" SHA512 "\"}}]}"), &statement), OK);
	assert_int_equal(plomb_statement_subject(&ctx, &statement, &artifact, &subject), OK);

	/* Nothing known at all fits nothing. */
	memset(&artifact, 0, sizeof artifact);
	assert_int_equal(plomb_statement_subject(&ctx, &statement, &artifact, &subject), NOT);
	assert_null(detail.want.p);
}

/* Only what a subject names is computed. */
static void
test_lazy(void **state)
{
	plomb_statement statement;
	plomb_message artifact;
	uint32_t subject;

	(void)state;
	start();
	plomb_message_from_bytes(&artifact, view_of("abc"));
	assert_int_equal(plomb_statement_parse(&ctx,
		view_of("{" V1 "," PT ",\"subject\":[{\"digest\":{\"sha512\":\"" SHA512 "\"}}]}"), &statement), OK);
	assert_int_equal(plomb_statement_subject(&ctx, &statement, &artifact, &subject), OK);
	assert_int_equal(artifact.known, 1u << PLOMB_SHA512);
}

/* A refusal stays one when there is no room, or nobody, to tell it to. */
static void
test_untold(void **state)
{
	plomb_statement statement;
	plomb_message artifact;
	uint32_t subject;

	(void)state;
	start();
	plomb_message_from_bytes(&artifact, view_of("abc"));
	assert_int_equal(plomb_statement_parse(&ctx, view_of("{" V1 "," PT "," SUBJECT "}"), &statement), OK);
	work.size = work.used;
	assert_int_equal(plomb_statement_subject(&ctx, &statement, &artifact, &subject), NOT);
	assert_null(detail.want.p);
	assert_null(detail.got.p);
	ctx.detail = NULL;
	assert_int_equal(plomb_statement_subject(&ctx, &statement, &artifact, &subject), NOT);
}

static void
test_annotations(void **state)
{
	plomb_statement statement;
	uint32_t object;

	(void)state;
	start();
	assert_int_equal(plomb_statement_parse(&ctx,
		view_of("{" V1 "," PT ",\"subject\":[{\"annotations\":{\"a\":\"b\"}},{},{\"annotations\":null}]}"), &statement), OK);
	object = plomb_statement_annotations(&statement, nth(&statement, 0));
	assert_true(plomb_json_is(&statement.doc, plomb_json_member(&statement.doc, object, "a"), "b"));
	assert_int_equal(plomb_statement_annotations(&statement, nth(&statement, 1)), PLOMB_JSON_NONE);
	assert_int_equal(plomb_statement_annotations(&statement, nth(&statement, 2)), PLOMB_JSON_NONE);
	assert_int_equal(plomb_statement_annotations(&statement, PLOMB_JSON_NONE), PLOMB_JSON_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_other_digest),
		cmocka_unit_test(test_lazy),
		cmocka_unit_test(test_untold),
		cmocka_unit_test(test_annotations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
