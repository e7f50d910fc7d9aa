/* src/cli/json_out.c, text.c, error.c: what is written, and what can never be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../src/cli/error.h"
#include "../src/cli/json_out.h"

/* Rows are bytes with their length: NUL is one of them. */
typedef struct {
	const char *name;
	plomb_view in;
	const char *want;
} row;

static void
strings(void **state)
{
	static const row rows[] = {
		{ "plain", PLOMB_LIT("abc"), "\"abc\"" },
		{ "nothing", PLOMB_LIT(""), "\"\"" },
		{ "quotes and backslashes", PLOMB_LIT("a\"b\\c"), "\"a\\\"b\\\\c\"" },
		{ "short escapes", PLOMB_LIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ "control characters", PLOMB_LIT("\0\x1f"), "\"\\u0000\\u001f\"" },
		{ "DEL is as Go leaves it", PLOMB_LIT("\x7f"), "\"\x7f\"" },
		{ "what ends a script", PLOMB_LIT("</script>&"), "\"\\u003c/script\\u003e\\u0026\"" },
		{ "U+2028 and U+2029", PLOMB_LIT("\xE2\x80\xA8\xE2\x80\xA9"), "\"\\u2028\\u2029\"" },
		{ "U+2027 beside them", PLOMB_LIT("\xE2\x80\xA7"), "\"\xE2\x80\xA7\"" },
		{ "UTF-8", PLOMB_LIT("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"" },
		{ "bytes that are not UTF-8", PLOMB_LIT("a\xFF\xC3z"), "\"a\\ufffd\\ufffdz\"" },
		{ "a surrogate", PLOMB_LIT("\xED\xA0\x80"), "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "an overlong slash", PLOMB_LIT("\xC0\xAF"), "\"\\ufffd\\ufffd\"" },
		{ "a character cut off", PLOMB_LIT("a\xE2\x80"), "\"a\\ufffd\\ufffd\"" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_text text;
		plomb_json_out out;

		plomb_text_init(&text);
		plomb_json_out_init(&out, &text, NULL);
		plomb_json_put_string(&out, rows[i].in);
		assert_string_equal(plomb_text_cstr(&text), rows[i].want);
		plomb_text_free(&text);
	}
}

static void
put_document(plomb_json_out *out)
{
	plomb_view raw = PLOMB_LIT("1e3");

	plomb_json_object(out);
	plomb_json_pair_str(out, "a<", "b");
	plomb_json_key(out, "list");
	plomb_json_array(out);
	plomb_json_put_number(out, INT64_MIN);
	plomb_json_put_number(out, 0);
	plomb_json_put_bool(out, 1);
	plomb_json_put_bool(out, 0);
	plomb_json_put_null(out);
	plomb_json_put_raw(out, raw);
	plomb_json_array(out);
	plomb_json_array_end(out);
	plomb_json_object(out);
	plomb_json_object_end(out);
	plomb_json_array_end(out);
	plomb_json_key(out, "o");
	plomb_json_object(out);
	plomb_json_pair_str(out, "x", "y");
	plomb_json_object_end(out);
	plomb_json_object_end(out);
}

static void
documents(void **state)
{
	plomb_text text;
	plomb_json_out out;

	(void)state;
	plomb_text_init(&text);
	plomb_json_out_init(&out, &text, NULL);
	put_document(&out);
	assert_string_equal(plomb_text_cstr(&text),
		"{\"a\\u003c\":\"b\",\"list\":[-9223372036854775808,0,true,false,null,1e3,[],{}],\"o\":{\"x\":\"y\"}}");
	plomb_text_clear(&text);
	plomb_json_out_init(&out, &text, " ");
	put_document(&out);
	assert_string_equal(plomb_text_cstr(&text),
		"{\n \"a\\u003c\": \"b\",\n \"list\": [\n  -9223372036854775808,\n  0,\n  true,\n  false,\n  null,\n  1e3,\n"
		"  [],\n  {}\n ],\n \"o\": {\n  \"x\": \"y\"\n }\n}");
	plomb_text_free(&text);
}

static void
visible(void **state)
{
	static const row rows[] = {
		{ "plain", PLOMB_LIT("a \"b\" \\"), "a \"b\" \\" },
		{ "UTF-8", PLOMB_LIT("\xC3\xA9"), "\xC3\xA9" },
		{ "a second line of the log", PLOMB_LIT("a\nplomb: ok"), "a\\nplomb: ok" },
		{ "clears the screen", PLOMB_LIT("\033[2J"), "\\x1b[2J" },
		{ "carriage return hides the line", PLOMB_LIT("bad\rgood"), "bad\\x0dgood" },
		{ "DEL", PLOMB_LIT("\x7f"), "\\x7f" },
		{ "C1 control sequence", PLOMB_LIT("\xC2\x9B" "2J"), "\\u009b2J" },
		{ "turns the direction", PLOMB_LIT("a\xE2\x80\xAE" "b"), "a\\u202eb" },
		{ "isolates", PLOMB_LIT("\xE2\x81\xA6\xE2\x81\xA9"), "\\u2066\\u2069" },
		{ "marks and separators", PLOMB_LIT("\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\xA8\xEF\xBB\xBF\xD8\x9C"),
			"\\u200e\\u200f\\u2028\\ufeff\\u061c" },
		{ "not UTF-8", PLOMB_LIT("\xFF\xE2\x80"), "\\xff\\xe2\\x80" },
		{ "NUL", PLOMB_LIT("a\0b"), "a\\x00b" }
	};
	plomb_view tricky = PLOMB_LIT("a\"b\\c");
	plomb_text text;
	size_t i;

	(void)state;
	plomb_text_init(&text);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_text_clear(&text);
		plomb_text_visible(&text, rows[i].in);
		assert_string_equal(plomb_text_cstr(&text), rows[i].want);
	}
	plomb_text_clear(&text);
	plomb_text_quoted(&text, tricky);
	assert_string_equal(plomb_text_cstr(&text), "\"a\\\"b\\\\c\"");
	plomb_text_free(&text);
}

/* A name of a megabyte does not flood the log. */
static void
long_values_are_cut(void **state)
{
	unsigned char bytes[PLOMB_MAX_VISIBLE + 90];
	plomb_view view;
	plomb_text text;

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	view.p = bytes;
	view.n = sizeof bytes;
	plomb_text_init(&text);
	plomb_text_visible(&text, view);
	assert_int_equal(text.n, PLOMB_MAX_VISIBLE + strlen("... (90 more bytes)"));
	assert_string_equal(plomb_text_cstr(&text) + PLOMB_MAX_VISIBLE, "... (90 more bytes)");
	plomb_text_free(&text);
}

/* Growing stops at the ceiling, and what was cut short says so. */
static void
text_has_a_ceiling(void **state)
{
	plomb_text text;
	plomb_view huge;

	(void)state;
	plomb_text_init(&text);
	plomb_text_str(&text, "a");
	huge.p = (const unsigned char *)"";
	huge.n = PLOMB_MAX_TEXT_BYTES;
	plomb_text_view(&text, huge);
	assert_true(text.failed);
	plomb_text_str(&text, "b");
	assert_string_equal(plomb_text_cstr(&text), "a");
	plomb_text_clear(&text);
	assert_false(text.failed);
	plomb_text_hex(&text, huge);
	assert_true(text.failed);
	plomb_text_clear(&text);
	plomb_text_base64(&text, huge);
	assert_true(text.failed);
	plomb_text_free(&text);
	assert_string_equal(plomb_text_cstr(&text), "");
}

static void
values(void **state)
{
	plomb_digest digest = { PLOMB_SHA256, { 0xAB } };
	plomb_time time = { 1795520549, 500000000 };
	plomb_view three = PLOMB_LIT("\1\2\3");
	plomb_text text;

	(void)state;
	plomb_text_init(&text);
	plomb_text_decimal(&text, -7);
	plomb_text_time(&text, time);
	plomb_text_hex(&text, three);
	plomb_text_base64(&text, three);
	assert_string_equal(plomb_text_cstr(&text), "-72026-11-24T11:42:29.500Z010203AQID");
	plomb_text_clear(&text);
	plomb_text_digest(&text, &digest);
	assert_int_equal(text.n, 7 + 64);
	assert_memory_equal(text.p, "sha256:ab00", 11);
	plomb_text_clear(&text);
	digest.hash = PLOMB_HASH_NONE;
	plomb_text_digest(&text, &digest);
	assert_int_equal(text.n, 0);
	plomb_text_free(&text);
}

#define NONE { NULL, 0 }

static void
sentences(void **state)
{
	static const struct {
		plomb_status status;
		plomb_detail detail;
		const char *want;
	} rows[] = {
		{ PLOMB_ANNOTATION_MISMATCH, { PLOMB_LIT("tag"), PLOMB_LIT("v1"), PLOMB_LIT("v2") },
			"annotation \"tag\" is \"v2\", wanted \"v1\"" },
		{ PLOMB_ANNOTATION_MISMATCH, { PLOMB_LIT("tag"), PLOMB_LIT("v1"), NONE },
			"annotation \"tag\" is absent, wanted \"v1\"" },
		{ PLOMB_ANNOTATION_MISMATCH, { PLOMB_LIT("tag"), PLOMB_LIT("v1"), PLOMB_LIT("") },
			"annotation \"tag\" is \"\", wanted \"v1\"" },
		{ PLOMB_ANNOTATION_MISMATCH, { PLOMB_LIT("a\nb"), PLOMB_LIT("v\"1"), PLOMB_LIT("\033[2J") },
			"annotation \"a\\nb\" is \"\\x1b[2J\", wanted \"v\\\"1\"" },
		{ PLOMB_IDENTITY_EXTENSION_MISMATCH, { PLOMB_LIT("github-workflow-sha"), PLOMB_LIT("a"), NONE },
			"certificate extension \"github-workflow-sha\" is absent, wanted \"a\"" },
		{ PLOMB_IDENTITY_SAN_MISMATCH, { PLOMB_LIT("subject alternative name"), PLOMB_LIT("a"), PLOMB_LIT("b") },
			"certificate identity is \"b\", wanted \"a\"" },
		{ PLOMB_PREDICATE_TYPE_MISMATCH, { PLOMB_LIT("predicate type"), NONE, NONE },
			"the statement is of another predicate type: predicate type" },
		{ PLOMB_TLOG_ENTRY_MISSING, { NONE, NONE, NONE }, "not in a transparency log" },
		{ PLOMB_CHECKPOINT_ORIGIN_MISMATCH, { PLOMB_LIT("checkpoint"), PLOMB_LIT("a"), PLOMB_LIT("b") },
			"the checkpoint is another log's: checkpoint \"b\", wanted \"a\"" },
		{ PLOMB_SCT_LOG_UNKNOWN, { NONE, NONE, PLOMB_LIT("b") },
			"the certificate timestamp is from a log that is not trusted: \"b\"" },
		{ PLOMB_TLOG_KIND_UNSUPPORTED, { PLOMB_LIT("kind"), PLOMB_LIT(""), PLOMB_LIT("rpm") },
			"a log entry of a kind that is not supported: kind \"rpm\"" },
		{ PLOMB_TLOG_PROMISE_INVALID, { PLOMB_LIT("signedEntryTimestamp of https://log"), NONE, NONE },
			"the log's signed entry timestamp does not verify: signedEntryTimestamp of https://log" },
		{ PLOMB_TIMESTAMP_EKU, { PLOMB_LIT("timestamp of https://tsa"), NONE, NONE },
			"the timestamp's signer is not for timestamping alone: timestamp of https://tsa" },
		{ PLOMB_TLOG_TIME_OUTSIDE_CERT, { PLOMB_LIT("logged at"), PLOMB_LIT("1"), PLOMB_LIT("2") },
			"logged outside the certificate's period of validity: logged at \"2\", limit \"1\"" },
		{ PLOMB_CERT_EXPIRED, { PLOMB_LIT("notAfter"), PLOMB_LIT("1"), PLOMB_LIT("2") },
			"signed after the certificate had expired: at \"2\", notAfter \"1\"" },
		{ PLOMB_CERT_EXPIRED, { PLOMB_LIT("notAfter"), NONE, NONE }, "signed after the certificate had expired" }
	};
	plomb_text text;
	size_t i;

	(void)state;
	plomb_text_init(&text);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_text_clear(&text);
		plomb_sentence(&text, rows[i].status, &rows[i].detail);
		assert_string_equal(plomb_text_cstr(&text), rows[i].want);
	}
	plomb_text_free(&text);
}

/* The first fault is the cause; what follows from it is not told instead. */
static void
the_first_fault_stays(void **state)
{
	static const plomb_detail none = { NONE, NONE, NONE };
	plomb_fault fault;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(plomb_fail(&fault, PLOMB_IO_ERROR, "a", "\n", (const char *)NULL), PLOMB_IO_ERROR);
	assert_int_equal(plomb_fail_status(&fault, PLOMB_NO_ROOM, "b"), PLOMB_IO_ERROR);
	assert_int_equal(plomb_fail_detail(&fault, PLOMB_NO_ROOM, "b", &none), PLOMB_IO_ERROR);
	assert_string_equal(plomb_text_cstr(&fault.message), "a\\n");
	plomb_fault_free(&fault);
	assert_int_equal(plomb_fail_detail(&fault, PLOMB_NO_ROOM, "b", &none), PLOMB_NO_ROOM);
	assert_string_equal(plomb_text_cstr(&fault.message), "b: the buffer given is too small");
	plomb_fault_free(&fault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings),
		cmocka_unit_test(documents),
		cmocka_unit_test(visible),
		cmocka_unit_test(long_values_are_cut),
		cmocka_unit_test(text_has_a_ceiling),
		cmocka_unit_test(values),
		cmocka_unit_test(sentences),
		cmocka_unit_test(the_first_fault_stays)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
