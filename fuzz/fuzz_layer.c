/*
 * Targets: plomb_verify_simplesigning, plomb_verify_envelope,
 * plomb_verify_detached.
 * Input: a letter (S, E, D; in lower case with a key instead of an identity),
 * then payload, signature, certificate, chain, bundle and timestamp, each
 * ended by 0xFF; a part that is 0xFE alone is absent.
 * Holds: as for fuzz_verify. The claims are not compared, so that every seed
 * can be accepted.
 */
#include "whole.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char buffer[1 << 22];

static plomb_view
next_part(const unsigned char *in, size_t len, size_t *at)
{
	plomb_view part;

	part.p = in + *at;
	part.n = 0;
	while (*at < len && in[*at] != 0xFF) {
		part.n ++;
		(*at) ++;
	}
	*at += *at < len;
	if (part.n == 1 && part.p[0] == 0xFE) {
		part.p = NULL;
		part.n = 0;
	}
	return part;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static const char key_pem[] = "-----BEGIN PUBLIC KEY-----\n"
		"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE17QU9OordAyKQ+Tn5G5LeKYH2Xbt\n"
		"GrRU04nkNfHfXPORH6xsXkz9GSJ3AUxZ+FKgQBukEeqcxgh1S4x5cHyyeg==\n"
		"-----END PUBLIC KEY-----\n";
	plomb_layer layer;
	plomb_policy policy;
	plomb_message artifact;
	plomb_verdict verdict;
	plomb_trust trust;
	plomb_key key;
	plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_status s;
	size_t at = 1;
	int kind;

	if (len < 1 || len > 100000) {
		return 0;
	}
	memset(&policy, 0, sizeof policy);
	policy.identity.exact = plomb_view_of("https://gitlab.example.com/acme/edge/firmware//.gitlab-ci.yml@refs/heads/main");
	policy.issuer.exact = plomb_view_of("https://gitlab.example.com");
	policy.flags = PLOMB_IGNORE_CLAIMS;
	layer.payload = next_part(in, len, &at);
	layer.signature = next_part(in, len, &at);
	layer.certificate = next_part(in, len, &at);
	layer.chain = next_part(in, len, &at);
	layer.bundle = next_part(in, len, &at);
	layer.timestamp = next_part(in, len, &at);
	plomb_work_init(&work, buffer, sizeof buffer);
	must(plomb_trust_load(&ctx, root_of('W'), &trust) == PLOMB_OK);
	must(plomb_key_from_pem(&ctx, plomb_view_of(key_pem), &key) == PLOMB_OK);
	kind = in[0];
	if (kind >= 'a') {
		policy.key = &key;
		kind -= 'a' - 'A';
	}
	plomb_message_from_bytes(&artifact, layer.payload);
	s = kind == 'S' ? plomb_verify_simplesigning(&ctx, &trust, &policy, &artifact, &layer, &verdict)
		: kind == 'E' ? plomb_verify_envelope(&ctx, &trust, &policy, &artifact, &layer, &verdict)
		: plomb_verify_detached(&ctx, &trust, &policy, &artifact, &layer, &verdict);
	must(s == verdict.status && s != PLOMB_UNSET);
	must((s == PLOMB_OK) == (plomb_accepted(&verdict) != 0));
	must((s == PLOMB_OK) == (verdict.passed == verdict.required));
	must(s != PLOMB_NO_ROOM && s != PLOMB_INTERNAL_ERROR);
	must(s != PLOMB_OK || is_known(verdict.signature));
	return 0;
}
