/*
 * Targets: plomb_verify_bundle, all of it.
 * Input: 'P' or 'R' for the trust root, then a bundle's text.
 * Holds: the verdict's status, its sets and plomb_accepted agree; nothing is
 * accepted whose signature is not one of those that the seeds hold, since
 * nobody here can make another; "no room" and "internal error" never come
 * with room to spare.
 */
#include "whole.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char buffer[1 << 22];

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view digest_text = PLOMB_LIT("sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf");
	plomb_view bundle = { in, len };
	plomb_policy policy;
	plomb_message artifact;
	plomb_digest digest;
	plomb_verdict verdict;
	plomb_trust trust;
	plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_status s;

	if (len < 1 || len > 100000) {
		return 0;
	}
	bundle.p ++;
	bundle.n --;
	memset(&policy, 0, sizeof policy);
	policy.identity.exact = plomb_view_of("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
		".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main");
	policy.issuer.exact = plomb_view_of("https://token.actions.githubusercontent.com");
	plomb_work_init(&work, buffer, sizeof buffer);
	must(plomb_trust_load(&ctx, root_of(in[0]), &trust) == PLOMB_OK);
	must(plomb_digest_parse(digest_text, &digest) == PLOMB_OK);
	plomb_message_from_digest(&artifact, &digest);
	s = plomb_verify_bundle(&ctx, &trust, &policy, &artifact, bundle, &verdict);
	must(s == verdict.status && s != PLOMB_UNSET);
	must((s == PLOMB_OK) == (plomb_accepted(&verdict) != 0));
	must((s == PLOMB_OK) == (verdict.passed == verdict.required));
	must(s != PLOMB_NO_ROOM && s != PLOMB_INTERNAL_ERROR);
	must(s != PLOMB_OK || is_known(verdict.signature));
	return 0;
}
