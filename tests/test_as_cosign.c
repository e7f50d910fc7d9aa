/* src/cli/as_cosign.c: whose name it is, and what becomes of a judgement then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../src/cli/as_cosign.h"

static void
names(void **state)
{
	static const char *const yes[] = { "cosign", "./cosign", "/usr/local/bin/cosign", "cosign-linux-arm64", "/a/b/cosign-" };
	static const char *const no[] = {
		"plomb", "", "/", "cosign/", "cosign2", "cosign3", "cosignplomb", "xcosign", "Cosign", "cosign.sh", "/cosign/plomb", "-cosign"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof yes / sizeof yes[0]; i ++) {
		assert_true(plomb_as_cosign(yes[i]));
	}
	for (i = 0; i < sizeof no / sizeof no[0]; i ++) {
		assert_false(plomb_as_cosign(no[i]));
	}
	assert_false(plomb_as_cosign(NULL));
}

typedef struct {
	const char *name;
	plomb_class class_;
	const char *full_name;
	plomb_format format[2]; /* of the findings; UNKNOWN in front: none */
	int status[2]; /* of verify, of verify-attestation */
} row;

/* The table of SPEC 10.6. */
static void
statuses(void **state)
{
	static const row rows[] = {
		{ "accepted", PLOMB_CLASS_ACCEPTED, "r/a:b", { PLOMB_FORMAT_BUNDLE_0_3, 0 }, { 0, 0 } },
		{ "no signature", PLOMB_CLASS_NO_SIGNATURE, "r/a:b", { 0, 0 }, { 10, 1 } },
		{ "no signature, local", PLOMB_CLASS_NO_SIGNATURE, NULL, { 0, 0 }, { 10, 1 } },
		{ "no such tag", PLOMB_CLASS_NO_IMAGE, "r/a:b", { 0, 0 }, { 11, 1 } },
		{ "no such digest", PLOMB_CLASS_NO_IMAGE, "r/a@sha256:00", { 0, 0 }, { 10, 1 } },
		{ "no such path", PLOMB_CLASS_NO_IMAGE, NULL, { 0, 0 }, { 1, 1 } },
		{ "cosign 2's, refused", PLOMB_CLASS_REJECTED, "r/a:b", { PLOMB_FORMAT_SIMPLESIGNING, PLOMB_FORMAT_SIMPLESIGNING }, { 12, 1 } },
		{ "cosign 2's without a certificate", PLOMB_CLASS_NO_CERT, "r/a:b", { PLOMB_FORMAT_SIMPLESIGNING, 0 }, { 12, 1 } },
		{ "a bundle, refused", PLOMB_CLASS_REJECTED, "r/a:b", { PLOMB_FORMAT_BUNDLE_0_3, 0 }, { 1, 1 } },
		{ "a bundle of a key", PLOMB_CLASS_NO_CERT, "r/a:b", { PLOMB_FORMAT_BUNDLE_0_3, 0 }, { 1, 1 } },
		{ "one of each", PLOMB_CLASS_REJECTED, "r/a:b", { PLOMB_FORMAT_SIMPLESIGNING, PLOMB_FORMAT_BUNDLE_0_3 }, { 1, 1 } },
		{ "the image is damaged", PLOMB_CLASS_REJECTED, "r/a:b", { 0, 0 }, { 1, 1 } },
		{ "undecided", PLOMB_CLASS_UNDECIDED, "r/a:b", { PLOMB_FORMAT_SIMPLESIGNING, 0 }, { 1, 1 } },
		{ "usage", PLOMB_CLASS_USAGE, "r/a:b", { 0, 0 }, { 1, 1 } }
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_finding findings[2];
		plomb_judgement judgement;

		memset(findings, 0, sizeof findings);
		plomb_judgement_init(&judgement, "a:b", 1);
		judgement.full_name = rows[i].full_name;
		judgement.class_ = rows[i].class_;
		judgement.finding = findings;
		for (k = 0; k < 2 && rows[i].format[k] != 0; k ++) {
			findings[k].format = rows[i].format[k];
			judgement.count ++;
		}
		assert_int_equal(plomb_cosign_status(&judgement, PLOMB_CMD_VERIFY), rows[i].status[0]);
		assert_int_equal(plomb_cosign_status(&judgement, PLOMB_CMD_VERIFY_ATTESTATION), rows[i].status[1]);
		/* Of files everything is 1. */
		assert_int_equal(plomb_cosign_status(&judgement, PLOMB_CMD_VERIFY_BLOB), rows[i].class_ == PLOMB_CLASS_ACCEPTED ? 0 : 1);
	}
}

/* Names and values are whoever signed it: none of them drives a terminal. */
static void
words_are_harmless(void **state)
{
	plomb_finding finding;
	plomb_judgement judgement;
	plomb_settings settings;
	plomb_text text;
	static unsigned char bad[] = "a\033[2J\"\nb";

	(void)state;
	memset(&finding, 0, sizeof finding);
	memset(&settings, 0, sizeof settings);
	plomb_judgement_init(&judgement, "a:b", 1);
	settings.command = PLOMB_CMD_VERIFY;
	judgement.class_ = PLOMB_CLASS_REJECTED;
	judgement.finding = &finding;
	judgement.count = 1;
	finding.subject.p = finding.issuer.p = finding.got.p = finding.want.p = bad;
	finding.subject.n = finding.issuer.n = finding.got.n = finding.want.n = sizeof bad - 1;
	plomb_text_init(&text);
	for (finding.status = PLOMB_STATUS_FIRST + 1; finding.status < PLOMB_STATUS_END; finding.status ++) {
		size_t i;

		finding.format = (int)finding.status % 2 == 0 ? PLOMB_FORMAT_SIMPLESIGNING : PLOMB_FORMAT_BUNDLE_0_3;
		plomb_text_clear(&text);
		plomb_cosign_message(&text, &judgement, &settings, NULL);
		assert_false(text.failed);
		assert_non_null(strstr(plomb_text_cstr(&text), plomb_status_code(finding.status)));
		for (i = 0; i < text.n; i ++) {
			assert_true((unsigned char)text.p[i] >= ' ');
		}
	}
	plomb_text_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(statuses),
		cmocka_unit_test(words_are_harmless)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
