/*
 * Targets plomb_sct_verify.
 *
 * Input: a list of timestamps as it stands in a certificate. Leaf, issuer and
 * log are those of sct_seed.h, made by tests/vectors/make_certs.py together
 * with one timestamp; the log's key is gone, so there is no other. Holds:
 * - what is accepted holds that timestamp, octet for octet;
 * - one log never counts for two;
 * - an accepted list one octet shorter or longer is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/sct.h"
#include "sct_seed.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static int
holds_seed(const unsigned char *in, size_t len)
{
	size_t i;

	for (i = 0; len >= sizeof seed_sct && i <= len - sizeof seed_sct; i ++) {
		if (memcmp(in + i, seed_sct, sizeof seed_sct) == 0) {
			return 1;
		}
	}
	return 0;
}

static plomb_view
view(const unsigned char *p, size_t n)
{
	plomb_view v;

	v.p = p;
	v.n = n;
	return v;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static uint64_t room[512];
	static unsigned char longer[65540];
	unsigned char id[32];
	plomb_cert leaf, issuer;
	plomb_detail detail;
	plomb_trust trust;
	plomb_work work;
	plomb_log log;
	plomb_ctx ctx;

	memset(&trust, 0, sizeof trust);
	memset(&log, 0, sizeof log);
	plomb_work_init(&work, room, sizeof room);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	must(plomb_cert_parse(view(seed_leaf, sizeof seed_leaf), &leaf) == PLOMB_OK);
	must(plomb_cert_parse(view(seed_issuer, sizeof seed_issuer), &issuer) == PLOMB_OK);
	must(plomb_key_from_spki(ctx.crypto, view(seed_log, sizeof seed_log), &log.key) == PLOMB_OK);
	plomb_hash_of(ctx.crypto, PLOMB_SHA256, view(seed_log, sizeof seed_log), id);
	log.log_id = view(id, sizeof id);
	log.usable = PLOMB_OK;
	trust.ctlogs = &log;
	trust.ctlog_count = 1;
	leaf.sct = view(in, len);
	must(plomb_sct_verify(&ctx, &trust, &leaf, &issuer, 2) != PLOMB_OK);
	if (plomb_sct_verify(&ctx, &trust, &leaf, &issuer, 1) != PLOMB_OK) {
		return 0;
	}
	must(holds_seed(in, len));
	leaf.sct.n = len - 1;
	must(plomb_sct_verify(&ctx, &trust, &leaf, &issuer, 1) == PLOMB_SCT_MALFORMED);
	must(len < sizeof longer);
	memcpy(longer, in, len);
	longer[len] = 0;
	leaf.sct = view(longer, len + 1);
	must(plomb_sct_verify(&ctx, &trust, &leaf, &issuer, 1) == PLOMB_SCT_MALFORMED);
	return 0;
}
