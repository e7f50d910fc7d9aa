/* Bytes put together in the work buffer, and what happens at its end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/der.h"
#include "../src/core/json.h"
#include "../src/core/pem.h"
#include "../src/sign/writer.h"
#include "vector_lines.h"

static unsigned char memory[200000];
static plomb_work work;
static plomb_writer w;

static void
start(size_t size)
{
	plomb_work_init(&work, memory, size);
	plomb_writer_begin(&w, &work);
}

static void
holds(const char *want)
{
	plomb_view bytes;

	assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_OK);
	if (!plomb_view_is(bytes, want)) {
		fail_msg("want %s, got %.*s", want, (int)bytes.n, (const char *)bytes.p);
	}
	/* The rest was given back. */
	assert_true(work.used <= (size_t)(bytes.p - memory) + bytes.n + 16);
}

static void
test_numbers(void **state)
{
	static const struct {
		int64_t value;
		const char *want;
	} cases[] = {
		{ 0, "0" }, { 7, "7" }, { -1, "-1" }, { 1234567890, "1234567890" },
		{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i ++) {
		start(1000);
		plomb_write_decimal(&w, cases[i].value);
		holds(cases[i].want);
	}
	start(1000);
	plomb_write_hex(&w, plomb_view_of("\x01\xAB\xFF"));
	plomb_write_str(&w, " ");
	plomb_write_base64(&w, plomb_view_of("ab"));
	plomb_write_json_base64(&w, plomb_view_of("abc"));
	plomb_write_json_base64(&w, plomb_view_of(""));
	holds("01abff YWI=\"YWJj\"\"\"");
}

/* What is no UTF-8: each beside the nearest text that is. */
static void
test_json(void **state)
{
	static const struct {
		const char *text, *want; /* want NULL: refused */
	} cases[] = {
		{ "", "\"\"" }, { "a/<>&'\x7f", "\"a/<>&'\x7f\"" }, { "\"\\", "\"\\\"\\\\\"" },
		{ "\b\t\n\f\r\x01\x0b\x1f", "\"\\b\\t\\n\\f\\r\\u0001\\u000b\\u001f\"" },
		{ "\xC2\x80", "\"\xC2\x80\"" }, { "\xDF\xBF", "\"\xDF\xBF\"" }, { "\xE0\xA0\x80", "\"\xE0\xA0\x80\"" },
		{ "\xED\x9F\xBF", "\"\xED\x9F\xBF\"" }, { "\xEE\x80\x80", "\"\xEE\x80\x80\"" }, { "\xEF\xBF\xBF", "\"\xEF\xBF\xBF\"" },
		{ "\xF0\x90\x80\x80", "\"\xF0\x90\x80\x80\"" }, { "\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\"" },
		{ "a\xE2\x80\xA8" "b\xE2\x80\xA9", "\"a\\u2028b\\u2029\"" }, { "\xE2\x80\xA7\xE2\x80\xAA", "\"\xE2\x80\xA7\xE2\x80\xAA\"" },
		{ "\x80", NULL }, { "\xBF", NULL }, { "\xC0\x80", NULL }, { "\xC1\xBF", NULL }, { "\xC2", NULL }, { "\xC2" "a", NULL }, { "\xC2\xC0", NULL },
		{ "\xE0\x9F\xBF", NULL }, { "\xE0\xA0", NULL }, { "\xE0\xA0" "a", NULL }, { "\xED\xA0\x80", NULL }, { "\xED\xBF\xBF", NULL },
		{ "\xF0\x8F\xBF\xBF", NULL }, { "\xF4\x90\x80\x80", NULL }, { "\xF5\x80\x80\x80", NULL }, { "\xFF", NULL }, { "\xF0\x90\x80", NULL }
	};
	static const unsigned char with_nul[] = { 'a', 0, 'b' };
	plomb_view bytes, nul = { with_nul, 3 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i ++) {
		plomb_json doc;
		plomb_view read;

		start(4000);
		plomb_write_json(&w, plomb_view_of(cases[i].text));
		if (cases[i].want == NULL) {
			if (plomb_writer_end(&w, &bytes) != PLOMB_CONFIG_INVALID || bytes.p != NULL) {
				fail_msg("case %zu was written", i);
			}
			continue;
		}
		assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_OK);
		assert_true(plomb_view_is(bytes, cases[i].want));
		/* Our own reader reads what was meant. */
		assert_int_equal(plomb_json_parse(&work, bytes, &doc), PLOMB_OK);
		assert_int_equal(plomb_json_string(&work, &doc, 0, &read), PLOMB_OK);
		assert_true(plomb_view_is(read, cases[i].text));
	}
	start(1000);
	plomb_write_json(&w, nul);
	assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_CONFIG_INVALID);
	/* A fault is remembered whatever comes after it. */
	start(1000);
	plomb_write_json(&w, plomb_view_of("\xFF"));
	plomb_write_json(&w, plomb_view_of("good"));
	assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_CONFIG_INVALID);
}

/* Each length of DER and PEM whose form is another. */
static void
test_der_and_pem(void **state)
{
	static const size_t lengths[] = { 0, 1, 47, 48, 49, 96, 127, 128, 255, 256, 65535 };
	static unsigned char content[65536];
	plomb_view bytes, body;
	size_t i;

	(void)state;
	memset(content, 0x5A, sizeof content);
	for (i = 0; i < sizeof lengths / sizeof lengths[0]; i ++) {
		plomb_view label, der;
		plomb_tlv tlv;

		body.p = content;
		body.n = lengths[i];
		start(sizeof memory);
		plomb_write_der(&w, PLOMB_DER_OCTETS, body);
		assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_OK);
		assert_int_equal(plomb_der_only(bytes, PLOMB_DER_OCTETS, &tlv), PLOMB_OK);
		assert_true(plomb_view_eq(tlv.body, body));
		if (body.n == 0) {
			continue; /* PEM of nothing is none */
		}
		start(sizeof memory);
		plomb_write_pem(&w, "SOME LABEL", body);
		assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_OK);
		assert_int_equal(plomb_pem_one(&work, bytes, &label, &der), PLOMB_OK);
		assert_true(plomb_view_is(label, "SOME LABEL") && plomb_view_eq(der, body));
	}
	body.n = 65536;
	start(sizeof memory);
	plomb_write_der(&w, PLOMB_DER_OCTETS, body);
	assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_CONFIG_INVALID);
	start(1000);
	body.n = 49;
	plomb_write_pem(&w, "X", body);
	holds("-----BEGIN X-----\nWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpa\nWg==\n-----END X-----\n");
}

/* With any room: the whole text, or how much was missing, and nothing is written behind the end. */
static void
test_room(void **state)
{
	static const char text[] = "0123456789abcdef\"YWJj\"1234567-5";
	size_t room;
	plomb_view bytes;

	(void)state;
	for (room = 0; room < 80; room ++) {
		size_t have;

		memset(memory, 0xEE, sizeof memory);
		start(room);
		have = w.room;
		plomb_write_str(&w, "0123456789");
		plomb_write_hex(&w, plomb_view_of("\xAB\xCD\xEF"));
		plomb_write_json_base64(&w, plomb_view_of("abc"));
		plomb_write_view(&w, plomb_view_of("1234567"));
		plomb_write_decimal(&w, -5);
		if (plomb_writer_end(&w, &bytes) == PLOMB_OK) {
			assert_true(plomb_view_is(bytes, text));
			assert_true(have >= sizeof text - 1);
		} else {
			assert_true(have < sizeof text - 1);
			assert_int_equal(work.missing, sizeof text - 1 - have);
			assert_null(bytes.p);
		}
		assert_int_equal(memory[room], 0xEE);
	}
	start(100);
	bytes.p = memory;
	bytes.n = SIZE_MAX;
	plomb_write_hex(&w, bytes);
	plomb_write_base64(&w, bytes);
	plomb_write_bytes(&w, memory, 5);
	assert_int_equal(plomb_writer_end(&w, &bytes), PLOMB_NO_ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_der_and_pem),
		cmocka_unit_test(test_room)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
