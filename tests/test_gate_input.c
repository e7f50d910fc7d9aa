/* What containerd says on standard input: which of it is about the image that its options name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../src/oci/gate_input.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MEDIA "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\""
#define DIGEST "\"digest\":\"sha256:" HEX "\""
#define SIZE "\"size\":401"
#define GOOD "{" MEDIA "," DIGEST "," SIZE "}"

static unsigned char room[65536];

static plomb_status
check(const char *media_type, const char *operation, const char *text, size_t size, plomb_detail *detail)
{
	plomb_gate_question question;
	plomb_work work;
	plomb_ctx ctx;

	memset(&question, 0, sizeof question);
	memset(detail, 0, sizeof *detail);
	question.media_type = plomb_view_of(media_type);
	if (operation != NULL) {
		question.operation = plomb_view_of(operation);
	}
	assert_int_equal(plomb_digest_parse(plomb_view_of("sha256:" HEX), &question.digest), PLOMB_OK);
	plomb_work_init(&work, room, size);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = detail;
	return plomb_gate_input_check(&ctx, &question, plomb_view_of(text));
}

static void
test_descriptors(void **state)
{
	static const struct {
		const char *name, *text;
		plomb_status status;
	} rows[] = {
		{ "as containerd writes it", GOOD "\n", PLOMB_OK },
		{ "in another order, with blanks", " { " SIZE " , " DIGEST " , " MEDIA " } ", PLOMB_OK },
		{ "with annotations", "{" MEDIA "," DIGEST "," SIZE ",\"annotations\":{\"a\":\"b\"}}", PLOMB_OK },
		{ "another image", "{" MEDIA ",\"digest\":\"sha256:" OTHER "\"," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "the digest in capitals", "{" MEDIA ",\"digest\":\"SHA256:" HEX "\"," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "the digest twice", "{" MEDIA "," DIGEST "," DIGEST "," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "the digest twice to Go", "{" MEDIA "," DIGEST ",\"Digest\":\"sha256:" OTHER "\"," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "no digest", "{" MEDIA "," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "no type", "{" DIGEST "," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "no size", "{" MEDIA "," DIGEST "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "a layer", "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\"," DIGEST "," SIZE "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "an unknown member", "{" MEDIA "," DIGEST "," SIZE ",\"x\":1}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "two documents", GOOD GOOD, PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "a list", "[" GOOD "]", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "nothing", "", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "what the other type holds", "{\"descriptor\":" GOOD ",\"operation\":\"pull\"}", PLOMB_PLUGIN_INPUT_MISMATCH }
	};
	plomb_detail detail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_status s;

		s = check(PLOMB_GATE_DESCRIPTOR, NULL, rows[i].text, sizeof room, &detail);
		if (s != rows[i].status || (s != PLOMB_OK && detail.what.n == 0)) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
	}
}

static void
test_wrapped(void **state)
{
	static const struct {
		const char *name, *operation, *text;
		plomb_status status;
	} rows[] = {
		{ "a pull", "pull", "{\"descriptor\":" GOOD ",\"operation\":\"pull\"}", PLOMB_OK },
		{ "a start", "run", "{\"descriptor\":" GOOD ",\"operation\":\"run\",\"annotations\":{\"a\":\"b\"}}", PLOMB_OK },
		{ "another operation", "pull", "{\"descriptor\":" GOOD ",\"operation\":\"run\"}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "an operation that is not known", "push", "{\"descriptor\":" GOOD ",\"operation\":\"push\"}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "no operation", NULL, "{\"descriptor\":" GOOD "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "no operation inside", "pull", "{\"descriptor\":" GOOD "}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "no descriptor", "pull", "{\"operation\":\"pull\"}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "annotations that are none", "pull", "{\"descriptor\":" GOOD ",\"operation\":\"pull\",\"annotations\":{\"a\":1}}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "an unknown member", "pull", "{\"descriptor\":" GOOD ",\"operation\":\"pull\",\"x\":1}", PLOMB_PLUGIN_INPUT_MISMATCH },
		{ "a bare descriptor", "pull", GOOD, PLOMB_PLUGIN_INPUT_MISMATCH }
	};
	plomb_detail detail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		if (check(PLOMB_GATE_WRAPPED, rows[i].operation, rows[i].text, sizeof room, &detail) != rows[i].status) {
			fail_msg("%s", rows[i].name);
		}
	}
	/* Beside a bare descriptor the operation may be said, if it is one. */
	assert_int_equal(check(PLOMB_GATE_DESCRIPTOR, "run", GOOD, sizeof room, &detail), PLOMB_OK);
	assert_int_equal(check(PLOMB_GATE_DESCRIPTOR, "RUN", GOOD, sizeof room, &detail), PLOMB_PLUGIN_INPUT_MISMATCH);
	assert_int_equal(check("application/json", NULL, GOOD, sizeof room, &detail), PLOMB_PLUGIN_INPUT_MISMATCH);
}

/* Every beginning of it is something else, and no buffer makes it a yes that is none. */
static void
test_prefixes_and_room(void **state)
{
	static const char text[] = "{\"descriptor\":" GOOD ",\"operation\":\"pull\"}";
	char part[sizeof text];
	plomb_detail detail;
	plomb_status s;
	size_t n, seen;

	(void)state;
	for (n = 0; n + 1 < sizeof text; n ++) {
		memcpy(part, text, n);
		part[n] = 0;
		assert_int_equal(check(PLOMB_GATE_WRAPPED, "pull", part, sizeof room, &detail), PLOMB_PLUGIN_INPUT_MISMATCH);
	}
	seen = 0;
	for (n = 0; n < 4096; n += 16) {
		s = check(PLOMB_GATE_WRAPPED, "pull", text, n, &detail);
		assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM);
		seen += s == PLOMB_OK;
	}
	assert_true(seen > 0 && seen < 256);
}

static void
test_too_long(void **state)
{
	static char text[PLOMB_MAX_GATE_INPUT + 2];
	plomb_detail detail;

	(void)state;
	memset(text, ' ', sizeof text - 1);
	memcpy(text, GOOD, sizeof GOOD - 1);
	assert_int_equal(check(PLOMB_GATE_DESCRIPTOR, NULL, text, sizeof room, &detail), PLOMB_PLUGIN_INPUT_MISMATCH);
	text[PLOMB_MAX_GATE_INPUT] = 0;
	assert_int_equal(check(PLOMB_GATE_DESCRIPTOR, NULL, text, sizeof room, &detail), PLOMB_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_prefixes_and_room),
		cmocka_unit_test(test_too_long)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
