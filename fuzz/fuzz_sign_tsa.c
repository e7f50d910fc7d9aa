/*
 * Targets plomb_tsa_check.
 *
 * Input: the reply of a timestamp authority. Holds: with the reply's own
 * nonce, a reply that is taken has the imprint of our signature; with any
 * other nonce, and for any other signature, it is not taken.
 */
#include <stdlib.h>

#include "../src/core/hash.h"
#include "../src/core/tsr.h"
#include "../src/sign/tsa.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[1 << 16];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	unsigned char nonce[PLOMB_TSA_NONCE], imprint[PLOMB_MAX_HASH_LEN];
	plomb_view reply = { in, len }, signature;
	plomb_tsr tsr;

	plomb_work_init(&work, room, sizeof room);
	memset(nonce, 0x55, sizeof nonce);
	signature = plomb_view_of("signature");
	if (plomb_tsr_parse(reply, &tsr) == PLOMB_OK && tsr.nonce.n == sizeof nonce) {
		memcpy(nonce, tsr.nonce.p, sizeof nonce);
	}
	must(plomb_tsa_check(&ctx, reply, plomb_view_of("another"), nonce) != PLOMB_OK
		|| plomb_tsa_check(&ctx, reply, signature, nonce) != PLOMB_OK);
	if (plomb_tsa_check(&ctx, reply, signature, nonce) != PLOMB_OK) {
		return 0;
	}
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, signature, imprint);
	must(tsr.imprint.n == 32 && memcmp(tsr.imprint.p, imprint, 32) == 0);
	nonce[0] ^= 1;
	must(plomb_tsa_check(&ctx, reply, signature, nonce) == PLOMB_TIMESTAMP_NONCE_MISMATCH);
	return 0;
}
