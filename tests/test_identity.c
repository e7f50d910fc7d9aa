/* Whom a certificate names: the one SAN, the one issuer, the extensions. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/der.h"
#include "../src/cli/extension_names.h"
#include "../src/core/identity.h"
#include "../src/core/json.h"
#include "../src/core/regex.h"

static uint64_t room[1u << 14];
static unsigned char file[65536];
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
	ctx.detail = &detail;
}

/* --------------------------------------------------------------- the table */

static void
test_table(void **state)
{
	unsigned number, count = 0;

	(void)state;
	for (number = 0; number <= PLOMB_EXTENSION_LAST + 1; number ++) {
		const plomb_extension_names *names = plomb_extension_names_of(number);
		const char *kebab = plomb_identity_extension_name(number), *title;

		assert_int_equal(names == NULL, kebab == NULL);
		if (names == NULL) {
			continue;
		}
		count ++;
		/* The name is the title in small letters with hyphens; (V2) is v2. */
		for (title = names->title; *title != 0; title ++) {
			if (*title == '(' || *title == ')') {
				continue;
			}
			assert_int_equal(*kebab, *title == ' ' ? '-' : *title >= 'A' && *title <= 'Z' ? *title - 'A' + 'a' : *title);
			kebab ++;
		}
		assert_int_equal(*kebab, 0);
	}
	assert_int_equal(count, 23);
	assert_null(plomb_identity_extension_name(UINT_MAX));
	assert_null(plomb_extension_names_of(UINT_MAX));
}

/* --------------------------------------------------------------------- SAN */

/* A string constant with zeros in it. */
#define DER(s) { (const unsigned char *)(s), sizeof(s) - 1 }
#define TYPE_ID "\x06\x0A\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x07"

struct san_row {
	const char *name;
	plomb_view san;
	plomb_status status;
	const char *want;
};

#define OK PLOMB_OK
#define BAD PLOMB_CERT_MALFORMED
#define MISSING PLOMB_IDENTITY_SAN_MISSING
#define SEVERAL PLOMB_IDENTITY_SAN_AMBIGUOUS

static const struct san_row san_rows[] = {
	{ "a mail address", DER("\x81\x03" "a@b"), OK, "a@b" },
	{ "a URI", DER("\x86\x04" "http"), OK, "http" },
	{ "a user name", DER("\xA0\x11" TYPE_ID "\xA0\x03\x0C\x01" "u"), OK, "u" },
	{ "a user name beyond ASCII", DER("\xA0\x12" TYPE_ID "\xA0\x04\x0C\x02\xC3\xA9"), OK, "\xC3\xA9" },
	{ "a host beside it", DER("\x82\x01" "h\x86\x04" "http"), OK, "http" },
	{ "an address beside it", DER("\x86\x04" "http\x87\x04\x7F\x00\x00\x01"), OK, "http" },
	{ "all other kinds beside it", DER("\xA3\x00\xA4\x02\x30\x00\xA5\x00\x88\x01\x2A\x86\x01" "u"), OK, "u" },
	{ "another kind of otherName beside it", DER("\xA0\x09\x06\x02\x2A\x03\xA0\x03\x0C\x01" "x\x86\x01" "u"), OK, "u" },
	{ "none", { NULL, 0 }, MISSING, NULL },
	{ "a host alone", DER("\x82\x0B" "example.com"), MISSING, NULL },
	{ "an address alone", DER("\x87\x04\x7F\x00\x00\x01"), MISSING, NULL },
	{ "another kind of otherName alone", DER("\xA0\x09\x06\x02\x2A\x03\xA0\x03\x0C\x01" "x"), MISSING, NULL },
	{ "an otherName of the arc's next number", DER("\xA0\x11\x06\x0A\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x08\xA0\x03\x0C\x01" "u"), MISSING, NULL },
	{ "an otherName of another arc", DER("\xA0\x11\x06\x0A\x2B\x06\x01\x04\x01\x83\xBF\x30\x02\x07\xA0\x03\x0C\x01" "u"), MISSING, NULL },
	{ "an empty URI", DER("\x86\x00"), MISSING, NULL },
	{ "two URIs", DER("\x86\x01" "a\x86\x01" "b"), SEVERAL, NULL },
	{ "the same URI twice", DER("\x86\x01" "a\x86\x01" "a"), SEVERAL, NULL },
	{ "a URI and a mail address", DER("\x86\x01" "a\x81\x01" "b"), SEVERAL, NULL },
	{ "a URI and a user name", DER("\x86\x01" "a\xA0\x11" TYPE_ID "\xA0\x03\x0C\x01" "u"), SEVERAL, NULL },
	{ "an empty URI before a good one", DER("\x86\x00\x86\x01" "a"), SEVERAL, NULL },
	{ "a NUL in a URI", DER("\x86\x03" "a\0b"), BAD, NULL },
	{ "a NUL in a mail address", DER("\x81\x03" "a\0b"), BAD, NULL },
	{ "a NUL in a host", DER("\x82\x03" "a\0b\x86\x01" "a"), BAD, NULL },
	{ "a URI beyond ASCII", DER("\x86\x02\xC3\xA9"), BAD, NULL },
	{ "a NUL in a user name", DER("\xA0\x12" TYPE_ID "\xA0\x04\x0C\x02" "u\0"), BAD, NULL },
	{ "a user name that is not UTF-8", DER("\xA0\x11" TYPE_ID "\xA0\x03\x0C\x01\xFF"), BAD, NULL },
	{ "a user name of another string type", DER("\xA0\x11" TYPE_ID "\xA0\x03\x16\x01" "u"), BAD, NULL },
	{ "more behind the user name", DER("\xA0\x13" TYPE_ID "\xA0\x05\x0C\x01" "u\x05\x00"), BAD, NULL },
	{ "more behind the value of an otherName", DER("\xA0\x13" TYPE_ID "\xA0\x03\x0C\x01" "u\x05\x00"), BAD, NULL },
	{ "a user name with an implicit tag", DER("\xA0\x0F" TYPE_ID "\x80\x01" "u"), BAD, NULL },
	{ "an otherName without a value", DER("\xA0\x0C" TYPE_ID), BAD, NULL },
	{ "an otherName without a type", DER("\xA0\x05\xA0\x03\x0C\x01" "u"), BAD, NULL },
	{ "an otherName with an unreadable OID", DER("\xA0\x09\x06\x02\x2A\x83\xA0\x03\x0C\x01" "u"), BAD, NULL },
	{ "an otherName as a primitive", DER("\x80\x01" "u"), BAD, NULL },
	{ "a URI as a constructed value", DER("\xA6\x03\x86\x01" "u"), BAD, NULL },
	{ "a tenth kind", DER("\x89\x01" "u"), BAD, NULL },
	{ "a plain string", DER("\x16\x01" "u"), BAD, NULL },
	{ "cut short", DER("\x86\x02" "u"), BAD, NULL },
	{ "cut short behind a good one", DER("\x86\x01" "u\x86"), BAD, NULL },
};

static void
test_san(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof san_rows / sizeof san_rows[0]; i ++) {
		plomb_match want;
		plomb_cert cert;
		plomb_view san = { NULL, 1 };

		print_message("  %s\n", san_rows[i].name);
		start();
		memset(&cert, 0, sizeof cert);
		memset(&want, 0, sizeof want);
		want.exact = view_of("somebody");
		cert.san = san_rows[i].san;
		assert_int_equal(plomb_identity_san(&cert, &san), san_rows[i].status);
		if (san_rows[i].status == OK) {
			assert_true(plomb_view_is(san, san_rows[i].want));
			assert_int_equal(plomb_identity_check_san(&ctx, &cert, &want, &san), PLOMB_IDENTITY_SAN_MISMATCH);
			assert_true(plomb_view_is(detail.got, san_rows[i].want));
			want.exact = view_of(san_rows[i].want);
			assert_int_equal(plomb_identity_check_san(&ctx, &cert, &want, &san), OK);
			continue;
		}
		assert_null(san.p);
		assert_int_equal(san.n, 0);
		assert_int_equal(plomb_identity_check_san(&ctx, &cert, &want, &san), san_rows[i].status);
		assert_true(plomb_view_is(detail.want, "somebody"));
		assert_null(detail.got.p);

		/* Nor does a pattern that fits everything help. */
		want.exact.p = NULL;
		want.exact.n = 0;
		assert_int_equal(plomb_regex_compile(&ctx, view_of(""), &want.regex), OK);
		assert_int_equal(plomb_identity_check_san(&ctx, &cert, &want, &san), san_rows[i].status);
	}
}

/* ---------------------------------------------------------------- matching */

static void
test_match(void **state)
{
	static const struct {
		const char *name, *exact, *regex, *value;
		int ok;
		plomb_status trouble;
	} rows[] = {
		{ "equal", "a@b.c", NULL, "a@b.c", 1, OK },
		{ "another", "a@b.c", NULL, "a@b.d", 0, OK },
		{ "in capitals", "a@b.c", NULL, "A@b.c", 0, OK },
		{ "a slash more", "https://x", NULL, "https://x/", 0, OK },
		{ "empty wanted, empty found", "", NULL, "", 1, OK },
		{ "empty wanted", "", NULL, "a", 0, OK },
		{ "a pattern", NULL, "^a@.*$", "a@b.c", 1, OK },
		{ "a pattern, another", NULL, "^a@.*$", "b@a@c", 0, OK },
		{ "an unanchored pattern, as in cosign", NULL, "example.com", "https://example.com.evil/", 1, OK },
		{ "both, both fit", "a@b.c", "^a", "a@b.c", 1, OK },
		{ "both, only the pattern fits", "a@b.c", "^a", "a@b", 0, OK },
		{ "both, only the value fits", "a@b.c", "^b", "a@b.c", 0, OK },
		{ "neither is given", NULL, NULL, "a@b.c", 0, PLOMB_CONFIG_INVALID },
		{ "neither is given, nothing found", NULL, NULL, "", 0, PLOMB_CONFIG_INVALID },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_match match;
		plomb_status trouble = PLOMB_UNSET;
		plomb_view shown;

		print_message("  %s\n", rows[i].name);
		start();
		memset(&match, 0, sizeof match);
		if (rows[i].exact != NULL) {
			match.exact = view_of(rows[i].exact);
		}
		if (rows[i].regex != NULL) {
			assert_int_equal(plomb_regex_compile(&ctx, view_of(rows[i].regex), &match.regex), OK);
		}
		assert_int_equal(plomb_match_ok(&ctx, &match, view_of(rows[i].value), &trouble), rows[i].ok);
		assert_int_equal(trouble, rows[i].trouble);
		shown = plomb_match_text(&match);
		if (rows[i].exact == NULL && rows[i].regex == NULL) {
			assert_null(shown.p);
		} else {
			assert_true(plomb_view_is(shown, rows[i].exact != NULL ? rows[i].exact : rows[i].regex));
		}
	}
}

/* -------------------------------------------------------------- extensions */

/* Extensions: a SEQUENCE of an OID of this arc and an OCTET STRING. */
struct builder {
	unsigned char bytes[2048];
	size_t n;
};

static void
add_extension(struct builder *b, const char *oid, size_t oid_len, const char *value, size_t n)
{
	unsigned char *at = b->bytes + b->n;

	assert_true(4 + oid_len + n < 0x80 && b->n + 6 + oid_len + n < sizeof b->bytes);
	*at ++ = 0x30;
	*at ++ = (unsigned char)(4 + oid_len + n);
	*at ++ = 0x06;
	*at ++ = (unsigned char)oid_len;
	memcpy(at, oid, oid_len);
	at += oid_len;
	*at ++ = 0x04;
	*at ++ = (unsigned char)n;
	memcpy(at, value, n);
	b->n += 6 + oid_len + n;
}

static void
add_fulcio(struct builder *b, unsigned number, const char *value, size_t n)
{
	char oid[] = "\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x00";

	oid[9] = (char)number;
	add_extension(b, oid, 10, value, n);
}

static void
add_utf8(struct builder *b, unsigned number, const char *value)
{
	char der[128];
	size_t n = strlen(value);

	der[0] = 0x0C;
	der[1] = (char)n;
	memcpy(der + 2, value, n);
	add_fulcio(b, number, der, n + 2);
}

static plomb_cert
cert_of(const struct builder *b)
{
	plomb_cert cert;

	memset(&cert, 0, sizeof cert);
	cert.extensions.p = b->bytes;
	cert.extensions.n = b->n;
	return cert;
}

struct issuer_row {
	const char *name;
	plomb_view v1, v2; /* contents; absent: no such extension */
	plomb_status status;
	const char *want;
};

#define INCONSISTENT PLOMB_IDENTITY_ISSUER_INCONSISTENT
#define NO_ISSUER PLOMB_IDENTITY_ISSUER_MISSING
#define MALFORMED PLOMB_IDENTITY_EXTENSION_MALFORMED

static const struct issuer_row issuer_rows[] = {
	{ "both, the same", DER("https://i"), DER("\x0C\x09https://i"), OK, "https://i" },
	{ "only the newer", { NULL, 0 }, DER("\x0C\x09https://i"), OK, "https://i" },
	{ "only the older", DER("https://i"), { NULL, 0 }, OK, "https://i" },
	{ "neither", { NULL, 0 }, { NULL, 0 }, NO_ISSUER, NULL },
	{ "two different ones", DER("https://j"), DER("\x0C\x09https://i"), INCONSISTENT, NULL },
	{ "the older with a slash more", DER("https://i/"), DER("\x0C\x09https://i"), INCONSISTENT, NULL },
	{ "the older in DER too", DER("\x0C\x09https://i"), DER("\x0C\x09https://i"), INCONSISTENT, NULL },
	{ "the older empty", DER(""), DER("\x0C\x09https://i"), INCONSISTENT, NULL },
	{ "only the newer, empty", { NULL, 0 }, DER("\x0C\x00"), NO_ISSUER, NULL },
	{ "only the older, empty", DER(""), { NULL, 0 }, NO_ISSUER, NULL },
	{ "both empty", DER(""), DER("\x0C\x00"), NO_ISSUER, NULL },
	{ "the newer raw", { NULL, 0 }, DER("https://i"), MALFORMED, NULL },
	{ "the newer raw, the older good", DER("https://i"), DER("https://i"), MALFORMED, NULL },
	{ "the newer as an IA5String", { NULL, 0 }, DER("\x16\x09https://i"), MALFORMED, NULL },
	{ "more behind the newer", { NULL, 0 }, DER("\x0C\x09https://i\x05\x00"), MALFORMED, NULL },
	{ "the newer not UTF-8", { NULL, 0 }, DER("\x0C\x01\xFF"), MALFORMED, NULL },
	{ "a NUL in the newer", { NULL, 0 }, DER("\x0C\x0A" "https://i\0"), MALFORMED, NULL },
	{ "the newer with a long length", { NULL, 0 }, DER("\x0C\x81\x09https://i"), MALFORMED, NULL },
	{ "the newer with nothing in it", { NULL, 0 }, DER(""), MALFORMED, NULL },
};

static void
test_issuer(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof issuer_rows / sizeof issuer_rows[0]; i ++) {
		const struct issuer_row *row = &issuer_rows[i];
		struct builder b = { { 0 }, 0 };
		plomb_match want;
		plomb_view issuer = { NULL, 1 };
		plomb_cert cert;

		print_message("  %s\n", row->name);
		start();
		if (row->v1.p != NULL) {
			add_fulcio(&b, 1, (const char *)row->v1.p, row->v1.n);
		}
		if (row->v2.p != NULL) {
			add_fulcio(&b, 8, (const char *)row->v2.p, row->v2.n);
		}
		cert = cert_of(&b);
		memset(&want, 0, sizeof want);
		want.exact = view_of("https://somebody");
		assert_int_equal(plomb_identity_issuer(&cert, &issuer), row->status);
		if (row->status == OK) {
			assert_true(plomb_view_is(issuer, row->want));
			assert_int_equal(plomb_identity_check_issuer(&ctx, &cert, &want, &issuer), PLOMB_IDENTITY_ISSUER_MISMATCH);
			assert_true(plomb_view_is(detail.want, "https://somebody"));
			assert_true(plomb_view_is(detail.got, row->want));
			want.exact = view_of(row->want);
			assert_int_equal(plomb_identity_check_issuer(&ctx, &cert, &want, &issuer), OK);
			continue;
		}
		assert_null(issuer.p);
		assert_int_equal(issuer.n, 0);
		assert_int_equal(plomb_identity_check_issuer(&ctx, &cert, &want, &issuer), row->status);
	}
}

/* Every extension of the table, by each of its names, and with its neighbours there to be confused with. */
static void
test_every_extension(void **state)
{
	struct builder b = { { 0 }, 0 };
	plomb_cert cert;
	unsigned number;

	(void)state;
	for (number = 1; number <= PLOMB_EXTENSION_LAST; number ++) {
		char value[16];

		snprintf(value, sizeof value, "value %u", number);
		if (number < 7) {
			add_fulcio(&b, number, value, strlen(value));
		} else {
			add_utf8(&b, number, value);
		}
	}
	cert = cert_of(&b);
	for (number = 1; number <= PLOMB_EXTENSION_LAST; number ++) {
		const char *name = plomb_identity_extension_name(number);
		char value[16], dotted[32], wrong[64];
		plomb_view got;

		if (name == NULL) {
			continue;
		}
		snprintf(value, sizeof value, "value %u", number);
		snprintf(dotted, sizeof dotted, "1.3.6.1.4.1.57264.1.%u", number);
		assert_int_equal(plomb_identity_extension(&cert, view_of(name), &got), OK);
		assert_true(plomb_view_is(got, value));
		assert_int_equal(plomb_identity_extension(&cert, view_of(plomb_extension_names_of(number)->camel), &got), OK);
		assert_true(plomb_view_is(got, value));
		assert_int_equal(plomb_identity_extension(&cert, view_of(dotted), &got), OK);
		assert_true(plomb_view_is(got, value));
		/* And by no other spelling. */
		snprintf(wrong, sizeof wrong, "%sx", plomb_extension_names_of(number)->camel);
		assert_int_equal(plomb_identity_extension(&cert, view_of(wrong), &got), PLOMB_CONFIG_INVALID);
		wrong[strlen(wrong) - 2] = 0;
		assert_int_equal(plomb_identity_extension(&cert, view_of(wrong), &got), PLOMB_CONFIG_INVALID);
		if (number > 1) {
			snprintf(wrong, sizeof wrong, "%s", name);
			wrong[0] = (char)(wrong[0] - 'a' + 'A');
			assert_int_equal(plomb_identity_extension(&cert, view_of(wrong), &got), PLOMB_CONFIG_INVALID);
			snprintf(wrong, sizeof wrong, "%s", plomb_extension_names_of(number)->camel);
			wrong[0] = (char)(wrong[0] - 'a' + 'A');
			assert_int_equal(plomb_identity_extension(&cert, view_of(wrong), &got), PLOMB_CONFIG_INVALID);
		}
	}
}

struct extension_row {
	const char *name, *wanted, *exact;
	plomb_status status;
	const char *got; /* NULL: absent */
};

#define MISMATCH PLOMB_IDENTITY_EXTENSION_MISMATCH
#define CONFIG PLOMB_CONFIG_INVALID

/* Against a certificate with .2 "push" raw, .10 "digest", .11 raw, 1.2.3 a UTF8String, 1.2.4 raw, .99 a UTF8String. */
static const struct extension_row extension_rows[] = {
	{ "raw", "github-workflow-trigger", "push", OK, "push" },
	{ "DER", "build-signer-digest", "digest", OK, "digest" },
	{ "another value", "github-workflow-trigger", "pull_request", MISMATCH, "push" },
	{ "one character more", "github-workflow-trigger", "push ", MISMATCH, "push" },
	{ "another value in DER", "build-signer-digest", "Digest", MISMATCH, "digest" },
	{ "absent", "github-workflow-sha", "abc", MISMATCH, NULL },
	{ "absent, and nothing wanted of it", "github-workflow-sha", "", MISMATCH, NULL },
	{ "raw where DER is due", "runner-environment", "raw", MALFORMED, NULL },
	{ "the same by OID", "1.3.6.1.4.1.57264.1.11", "raw", MALFORMED, NULL },
	{ "a foreign UTF8String", "1.2.3", "text", OK, "text" },
	{ "the same as bytes", "1.2.3", "\x0C\x04text", MISMATCH, "text" },
	{ "foreign bytes", "1.2.4", "bytes", OK, "bytes" },
	{ "foreign bytes, others wanted", "1.2.4", "byte", MISMATCH, "bytes" },
	{ "a foreign one that is absent", "1.2.5", "x", MISMATCH, NULL },
	{ "a number of the arc that is not in the table", "1.3.6.1.4.1.57264.1.99", "new", OK, "new" },
	{ "the number that is only in a SAN", "1.3.6.1.4.1.57264.1.7", "x", MISMATCH, NULL },
	{ "no such name", "build-signer", "x", CONFIG, NULL },
	{ "a title", "Build Signer Digest", "digest", CONFIG, NULL },
	{ "capitals", "Build-Signer-Digest", "digest", CONFIG, NULL },
	{ "an empty name", "", "x", CONFIG, NULL },
	{ "an OID with a leading zero", "1.2.03", "text", CONFIG, NULL },
	{ "an OID with a dot at its end", "1.2.3.", "text", CONFIG, NULL },
	{ "one arc alone", "1", "x", CONFIG, NULL },
};

static void
test_extensions(void **state)
{
	struct builder b = { { 0 }, 0 };
	plomb_cert cert;
	size_t i;

	(void)state;
	add_fulcio(&b, 2, "push", 4);
	add_utf8(&b, 10, "digest");
	add_fulcio(&b, 11, "raw", 3);
	add_extension(&b, "\x2A\x03", 2, "\x0C\x04text", 6);
	add_extension(&b, "\x2A\x04", 2, "bytes", 5);
	add_utf8(&b, 99, "new");
	cert = cert_of(&b);
	for (i = 0; i < sizeof extension_rows / sizeof extension_rows[0]; i ++) {
		const struct extension_row *row = &extension_rows[i];
		plomb_want wants[2];

		print_message("  %s\n", row->name);
		start();
		memset(wants, 0, sizeof wants);
		wants[0].name = view_of("github-workflow-trigger");
		wants[0].value.exact = view_of("push");
		wants[1].name = view_of(row->wanted);
		wants[1].value.exact = view_of(row->exact);
		assert_int_equal(plomb_identity_check_extensions(&ctx, &cert, wants, 2), row->status);
		if (row->status == OK) {
			continue;
		}
		assert_true(plomb_view_is(detail.what, row->wanted));
		assert_true(plomb_view_is(detail.want, row->exact));
		if (row->got == NULL) {
			assert_null(detail.got.p);
		} else {
			assert_true(plomb_view_is(detail.got, row->got));
		}

		/* The same without anybody to tell. */
		ctx.detail = NULL;
		assert_int_equal(plomb_identity_check_extensions(&ctx, &cert, wants, 2), row->status);
	}
	assert_int_equal(plomb_identity_check_extensions(&ctx, &cert, NULL, 0), OK);
}

/* A value that is to be compared with nothing is an error, not a pass (CVE-2026-48815). */
static void
test_unenforceable(void **state)
{
	struct builder b = { { 0 }, 0 };
	plomb_want want;
	plomb_cert cert;
	plomb_view got;

	(void)state;
	start();
	add_fulcio(&b, 1, "https://i", 9);
	cert = cert_of(&b);
	cert.san.p = (const unsigned char *)"\x86\x01u";
	cert.san.n = 3;
	memset(&want, 0, sizeof want);
	want.name = view_of("issuer");
	assert_int_equal(plomb_identity_check_san(&ctx, &cert, &want.value, &got), CONFIG);
	assert_int_equal(plomb_identity_check_issuer(&ctx, &cert, &want.value, &got), CONFIG);
	assert_int_equal(plomb_identity_check_extensions(&ctx, &cert, &want, 1), CONFIG);
}

/* ------------------------------------------------------- a real certificate */

#define WORKFLOW "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/" \
	".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"

static void
test_real(void **state)
{
	FILE *stream = fopen(VECTORS "/conformance/happy-path-v0.3/bundle.sigstore.json", "rb");
	plomb_match want;
	plomb_view text, der, got;
	plomb_cert cert;
	plomb_json doc;
	uint32_t token;

	(void)state;
	assert_non_null(stream);
	text.p = file;
	text.n = fread(file, 1, sizeof file, stream);
	fclose(stream);
	start();
	assert_int_equal(plomb_json_parse(&work, text, &doc), OK);
	token = plomb_json_member(&doc, plomb_json_member(&doc, 0, "verificationMaterial"), "certificate");
	assert_int_equal(plomb_json_base64(&work, &doc, plomb_json_member(&doc, token, "rawBytes"), &der), OK);
	assert_int_equal(plomb_cert_parse(der, &cert), OK);
	memset(&want, 0, sizeof want);
	want.exact = view_of(WORKFLOW);
	assert_int_equal(plomb_identity_check_san(&ctx, &cert, &want, &got), OK);
	want.exact = view_of("https://token.actions.githubusercontent.com");
	assert_int_equal(plomb_identity_check_issuer(&ctx, &cert, &want, &got), OK);
	assert_int_equal(plomb_identity_extension(&cert, view_of("source-repository-uri"), &got), OK);
	assert_true(plomb_view_is(got, "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon"));
	assert_int_equal(plomb_identity_extension(&cert, view_of("githubWorkflowRef"), &got), OK);
	assert_true(plomb_view_is(got, "refs/heads/main"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_san),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_every_extension),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_unenforceable),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
