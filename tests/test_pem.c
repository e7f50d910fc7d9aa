/* PEM: one way to write a block, and the ways that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/pem.h"

#define BLOCK "-----BEGIN PUBLIC KEY-----\nZm9v\nYmFy\n-----END PUBLIC KEY-----\n"
#define OTHER "-----BEGIN CERTIFICATE-----\nZg==\n-----END CERTIFICATE-----\n"

struct row {
	const char *name;
	plomb_view text;
	const char *label; /* NULL: PLOMB_KEY_MALFORMED */
	const char *der;
};

static const struct row rows[] = {
	{ "as cosign writes it", PLOMB_LIT(BLOCK), "PUBLIC KEY", "foobar" },
	{ "CRLF", PLOMB_LIT("-----BEGIN X-----\r\nZm9v\r\n-----END X-----\r\n"), "X", "foo" },
	{ "CR alone", PLOMB_LIT("-----BEGIN X-----\rZm9v\r-----END X-----\r"), "X", "foo" },
	{ "no line break at the end", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----END X-----"), "X", "foo" },
	{ "white space around", PLOMB_LIT("\n \t\r\n" BLOCK " \n\t\n"), "PUBLIC KEY", "foobar" },
	{ "text in front", PLOMB_LIT("Subject: CN=x\nZm9v\n" BLOCK), "PUBLIC KEY", "foobar" },
	{ "text in front that is no BEGIN line", PLOMB_LIT("see -----BEGIN X-----\n----BEGIN Y-----\n" BLOCK), "PUBLIC KEY", "foobar" },
	{ "binary in front", PLOMB_LIT("\0\xFF\n" BLOCK), "PUBLIC KEY", "foobar" },

	{ "nothing", PLOMB_LIT(""), NULL, NULL },
	{ "white space alone", PLOMB_LIT(" \t\r\n"), NULL, NULL },
	{ "text without a block", PLOMB_LIT("no key here\n"), NULL, NULL },
	{ "base64 without a block", PLOMB_LIT("Zm9vYmFy\n"), NULL, NULL },
	{ "a second block", PLOMB_LIT(BLOCK OTHER), NULL, NULL },
	{ "text behind", PLOMB_LIT(BLOCK "text\n"), NULL, NULL },
	{ "NUL behind", PLOMB_LIT(BLOCK "\0"), NULL, NULL },
	{ "a letter right behind", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----END X-----x"), NULL, NULL },
	{ "six dashes behind", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----END X------"), NULL, NULL },
	{ "a block right behind", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----END X----------BEGIN X-----\nZm9v\n-----END X-----\n"), NULL, NULL },
	{ "other label at the end", PLOMB_LIT("-----BEGIN PUBLIC KEY-----\nZm9v\n-----END PRIVATE KEY-----\n"), NULL, NULL },
	{ "label cut off at the end", PLOMB_LIT("-----BEGIN PUBLIC KEY-----\nZm9v\n-----END PUBLIC KE-----\n"), NULL, NULL },
	{ "label in lower case at the end", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----END x-----\n"), NULL, NULL },
	{ "no label", PLOMB_LIT("-----BEGIN -----\nZm9v\n-----END -----\n"), NULL, NULL },
	{ "line break in the label", PLOMB_LIT("-----BEGIN X\nY-----\nZm9v\n-----END X\nY-----\n"), NULL, NULL },
	{ "byte above ASCII in the label", PLOMB_LIT("-----BEGIN \xC3\x84-----\nZm9v\n-----END \xC3\x84-----\n"), NULL, NULL },
	{ "NUL in the label", PLOMB_LIT("-----BEGIN X\0-----\nZm9v\n-----END X\0-----\n"), NULL, NULL },
	{ "dash in the label", PLOMB_LIT("-----BEGIN X-Y-----\nZm9v\n-----END X-Y-----\n"), NULL, NULL },
	{ "four dashes after BEGIN", PLOMB_LIT("-----BEGIN X----\nZm9v\n-----END X-----\n"), NULL, NULL },
	{ "four dashes before END", PLOMB_LIT("-----BEGIN X-----\nZm9v\n----END X-----\n"), NULL, NULL },
	{ "four dashes after END", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----END X----\n"), NULL, NULL },
	{ "BEGIN for END", PLOMB_LIT("-----BEGIN X-----\nZm9v\n-----BEGIN X-----\n"), NULL, NULL },
	{ "no END", PLOMB_LIT("-----BEGIN X-----\nZm9v\n"), NULL, NULL },
	{ "BEGIN line alone", PLOMB_LIT("-----BEGIN X-----"), NULL, NULL },
	{ "BEGIN alone", PLOMB_LIT("-----BEGIN "), NULL, NULL },
	{ "lower-case begin", PLOMB_LIT("-----begin X-----\nZm9v\n-----end X-----\n"), NULL, NULL },
	{ "base64 in the BEGIN line", PLOMB_LIT("-----BEGIN X-----Zm9v\n-----END X-----\n"), NULL, NULL },
	{ "base64 in the END line", PLOMB_LIT("-----BEGIN X-----\nZm9v-----END X-----\n"), NULL, NULL },
	{ "blank behind BEGIN", PLOMB_LIT("-----BEGIN X----- \nZm9v\n-----END X-----\n"), NULL, NULL },
	{ "blank before END", PLOMB_LIT("-----BEGIN X-----\nZm9v\n -----END X-----\n"), NULL, NULL },
	{ "blank in a line", PLOMB_LIT("-----BEGIN X-----\nZm 9v\n-----END X-----\n"), NULL, NULL },
	{ "a header", PLOMB_LIT("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END X-----\n"), NULL, NULL },
	{ "a header without dash", PLOMB_LIT("-----BEGIN X-----\nComment: x\n\nZm9v\n-----END X-----\n"), NULL, NULL },
	{ "no lines", PLOMB_LIT("-----BEGIN X-----\n-----END X-----\n"), NULL, NULL },
	{ "an empty line", PLOMB_LIT("-----BEGIN X-----\n\n-----END X-----\n"), NULL, NULL },
	{ "no padding", PLOMB_LIT("-----BEGIN X-----\nZg\n-----END X-----\n"), NULL, NULL },
	{ "respelled base64", PLOMB_LIT("-----BEGIN X-----\nZh==\n-----END X-----\n"), NULL, NULL },
	{ "URL alphabet", PLOMB_LIT("-----BEGIN X-----\n____\n-----END X-----\n"), NULL, NULL },
	{ "first block broken, second whole", PLOMB_LIT("-----BEGIN X-----\nZm9\n-----END X-----\n" BLOCK), NULL, NULL },
	{ "cut off, then whole", PLOMB_LIT("-----BEGIN X-----\nZm9v\n" BLOCK), NULL, NULL }
};

static uint64_t room[64];

static void
test_one(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const struct row *row = &rows[i];
		plomb_status want = row->label == NULL ? PLOMB_KEY_MALFORMED : PLOMB_OK, got;
		plomb_view label, der;
		plomb_work work;

		plomb_work_init(&work, room, sizeof room);
		got = plomb_pem_one(&work, row->text, &label, &der);
		if (got != want) {
			fail_msg("%s: %s", row->name, plomb_status_code(got));
		}
		if (got != PLOMB_OK) {
			assert_null(label.p);
			assert_null(der.p);
			assert_int_equal(work.used, 0);
			continue;
		}
		assert_true(plomb_view_is(label, row->label));
		assert_true(plomb_view_is(der, row->der));
		assert_int_equal(work.used, der.n);
	}
}

static void
test_chain(void **state)
{
	plomb_view text = PLOMB_LIT("# leaf first\n" BLOCK "\n\n" OTHER " "), label, der;
	plomb_work work;
	size_t at = 0, before;

	(void)state;
	plomb_work_init(&work, room, sizeof room);
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_OK);
	assert_true(plomb_view_is(label, "PUBLIC KEY"));
	assert_true(plomb_view_is(der, "foobar"));
	before = at;
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_OK);
	assert_true(plomb_view_is(label, "CERTIFICATE"));
	assert_true(plomb_view_is(der, "f"));
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_UNSET);
	assert_int_equal(at, text.n);
	assert_null(label.p);
	assert_null(der.p);
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_UNSET);

	/* Without room nothing moves, and what was missing is enough. */
	plomb_work_init(&work, room, 1);
	at = before;
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_NO_ROOM);
	assert_int_equal(at, before);
	assert_null(label.p);
	plomb_work_init(&work, room, 1 + work.missing);
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_OK);
}

/* Only in front of the first block may text stand. */
static void
test_text_between(void **state)
{
	plomb_view text = PLOMB_LIT(BLOCK "# its issuer\n" OTHER), label, der;
	plomb_work work;
	size_t at = 0, before, used;

	(void)state;
	plomb_work_init(&work, room, sizeof room);
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_OK);
	before = at;
	used = work.used;
	assert_int_equal(plomb_pem_next(&work, text, &at, &label, &der), PLOMB_KEY_MALFORMED);
	assert_int_equal(at, before);
	assert_int_equal(work.used, used);
	assert_null(label.p);
	assert_null(der.p);
}

static void
test_no_room(void **state)
{
	plomb_view text = PLOMB_LIT(BLOCK), label, der;
	plomb_work work;

	(void)state;
	plomb_work_init(&work, room, 5);
	assert_int_equal(plomb_pem_one(&work, text, &label, &der), PLOMB_NO_ROOM);
	assert_null(label.p);
	assert_null(der.p);
	assert_int_equal(work.used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_text_between),
		cmocka_unit_test(test_no_room)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
