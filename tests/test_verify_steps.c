/*
 * Steps of the verifier that another step shields: each must refuse also
 * when it is asked alone, with what it would never be given.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/core/verify.c"

/* "At every verified time" is true of no time at all, and check_time is all that stands before it. */
static void
test_no_time_no_chain(void **state)
{
	static const plomb_authority authorities[2];
	static unsigned char memory[8192];
	plomb_detail detail;
	plomb_candidate candidate;
	plomb_verdict verdict;
	plomb_policy policy;
	plomb_trust trust;
	plomb_work work;
	struct run run;
	plomb_ctx ctx;

	(void)state;
	memset(&candidate, 0, sizeof candidate);
	memset(&verdict, 0, sizeof verdict);
	memset(&policy, 0, sizeof policy);
	memset(&detail, 0, sizeof detail);
	memset(&trust, 0, sizeof trust);
	memset(&run, 0, sizeof run);
	plomb_work_init(&work, memory, sizeof memory);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	candidate.format = PLOMB_FORMAT_BUNDLE_0_3;
	trust.cas = authorities;
	run.ctx = &ctx;
	run.trust = &trust;
	run.policy = &policy;
	run.candidate = &candidate;
	run.verdict = &verdict;
	trust.ca_count = 1;
	assert_int_equal(check_chain(&run), PLOMB_TIME_MISSING);
	/* With several, each time is asked for alone, and none was refused. */
	trust.ca_count = 2;
	assert_int_equal(check_chain(&run), PLOMB_TIME_MISSING);
	verdict.time_count = 1;
	assert_int_equal(check_chain(&run), PLOMB_CERT_UNTRUSTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_time_no_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
