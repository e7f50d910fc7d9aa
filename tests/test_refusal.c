/*
 * Words for people: they are exact where there is room, and where there is
 * none, or nobody to read them, the refusal stands without.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/refusal.h"

static unsigned char memory[256];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;

static int
setup(void **state)
{
	(void)state;
	plomb_work_init(&work, memory, sizeof memory);
	memset(&detail, 0, sizeof detail);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	return 0;
}

static plomb_time
at(int64_t s)
{
	plomb_time time;

	time.s = s;
	time.ns = 0;
	return time;
}

/* All of them, one after the other; wanted has their words, or NULL where there are none. */
static void
check_words(const char *const wanted[7])
{
	plomb_view bytes = PLOMB_LIT("\x01\xFE\x03"), whose = PLOMB_LIT("a log");
	unsigned char digest[32] = { 0 };
	plomb_view words[7];
	size_t i;

	words[0] = plomb_refusal_time(&ctx, at(0));
	words[1] = plomb_refusal_number(&ctx, UINT64_MAX);
	words[2] = plomb_refusal_hex(&ctx, bytes);
	words[3] = plomb_refusal_base64(&ctx, bytes);
	words[4] = plomb_refusal_pair(&ctx, "name", whose);
	words[5] = plomb_refusal_digest(&ctx, PLOMB_SHA256, digest);
	words[6] = plomb_refusal_of(&ctx, "key", whose);
	for (i = 0; i < 7; i ++) {
		if (wanted[i] == NULL) {
			assert_null(words[i].p);
			assert_int_equal(words[i].n, 0);
		} else {
			assert_true(plomb_view_is(words[i], wanted[i]));
		}
	}
}

static void
words(void **state)
{
	static const char *const wanted[7] = {
		"1970-01-01T00:00:00Z", "18446744073709551615", "01fe03", "Af4D", "name:a log",
		"sha256:0000000000000000000000000000000000000000000000000000000000000000", "key of a log"
	};
	/* The thing itself is ours and needs no room. */
	static const char *const none[7] = { NULL, NULL, NULL, NULL, NULL, NULL, "key" };

	(void)state;
	check_words(wanted);
	setup(NULL);
	work.size = 2;
	check_words(none);
	setup(NULL);
	ctx.detail = NULL;
	check_words(none);
	assert_int_equal(work.used, 0);
	assert_true(plomb_view_is(plomb_refusal_of(&ctx, "key", plomb_nothing), "key"));
	setup(NULL);
	assert_true(plomb_view_is(plomb_refusal_pair(&ctx, "name", plomb_nothing), "name:"));
}

static void
refusals(void **state)
{
	plomb_view want = PLOMB_LIT("w"), got = PLOMB_LIT("g"), whose = PLOMB_LIT("x");
	plomb_window window = { { 10, 0 }, { 20, 0 }, 1, 1 };
	plomb_time early = at(9), late = at(21);

	(void)state;
	assert_int_equal(plomb_refuse_text(&ctx, PLOMB_TLOG_THRESHOLD, "a", want, got), PLOMB_TLOG_THRESHOLD);
	assert_true(plomb_view_is(detail.what, "a") && plomb_view_is(detail.want, "w") && plomb_view_is(detail.got, "g"));
	assert_int_equal(plomb_refuse_of(&ctx, PLOMB_TLOG_THRESHOLD, "a", whose, want, got), PLOMB_TLOG_THRESHOLD);
	assert_true(plomb_view_is(detail.what, "a of x"));
	assert_int_equal(plomb_refuse_time(&ctx, PLOMB_CERT_EXPIRED, "t", &early, &late), PLOMB_CERT_EXPIRED);
	assert_true(plomb_view_is(detail.want, "1970-01-01T00:00:09Z") && plomb_view_is(detail.got, "1970-01-01T00:00:21Z"));
	(void)plomb_refuse_outside(&ctx, PLOMB_CERT_EXPIRED, &window, plomb_nothing, &early);
	assert_true(plomb_view_is(detail.what, "start of the validity") && plomb_view_is(detail.want, "1970-01-01T00:00:10Z"));
	setup(NULL);
	(void)plomb_refuse_outside(&ctx, PLOMB_CERT_EXPIRED, &window, whose, &late);
	assert_true(plomb_view_is(detail.what, "end of the validity of x") && plomb_view_is(detail.want, "1970-01-01T00:00:20Z"));
	ctx.detail = NULL;
	assert_int_equal(plomb_refuse(&ctx, PLOMB_CERT_EXPIRED, whose, want, got), PLOMB_CERT_EXPIRED);
	assert_int_equal(plomb_refuse_outside(&ctx, PLOMB_CERT_EXPIRED, &window, whose, &late), PLOMB_CERT_EXPIRED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(words, setup),
		cmocka_unit_test_setup(refusals, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
