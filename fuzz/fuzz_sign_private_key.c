/*
 * Targets plomb_private_key_read, plomb_private_key_write and, with the keys
 * that come out, plomb_private_key_sign.
 *
 * Input: a byte for the PEM label, then DER. Holds:
 * - a key that was read is written as PKCS#8 and read again as the same, and
 *   written once more it is the same bytes;
 * - its public half is one that the core reads;
 * - what it signs, the core verifies;
 * - what is refused leaves no key, no memory taken and no byte of it behind.
 */
#include <stdlib.h>

#include "../src/sign/private_key.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[65536];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static int
is_zero(const unsigned char *p, size_t n)
{
	while (n != 0 && p[n - 1] == 0) {
		n --;
	}
	return n == 0;
}

static void
check_key(plomb_ctx *ctx, const plomb_private_key *key)
{
	static const plomb_view pkcs8 = PLOMB_LIT("PRIVATE KEY");
	plomb_view first, second, signature;
	plomb_private_key again;
	plomb_message message;
	plomb_key public_key;

	must(plomb_key_from_spki(ctx->crypto, key->public_key.spki, &public_key) == PLOMB_OK);
	must(plomb_private_key_write(ctx->work, key, &first) == PLOMB_OK);
	must(plomb_private_key_read(ctx, pkcs8, first, &again) == PLOMB_OK);
	must(plomb_key_eq(&key->public_key, &again.public_key));
	must(plomb_private_key_write(ctx->work, &again, &second) == PLOMB_OK);
	must(plomb_view_eq(first, second));
	plomb_message_start(&message);
	plomb_message_add(&message, first);
	/* Factors that are no primes fit together and still sign nothing: only RSA may refuse, and then by itself. */
	if (plomb_private_key_sign(ctx, &again, plomb_key_default_hash(&again.public_key), &message, &signature) != PLOMB_OK) {
		must(key->public_key.kind == PLOMB_KEY_RSA && signature.p == NULL);
		return;
	}
	must(plomb_key_verify(ctx, &public_key, plomb_key_default_hash(&public_key), &message, signature) == PLOMB_OK);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static const plomb_view labels[] = { PLOMB_LIT("PRIVATE KEY"), PLOMB_LIT("EC PRIVATE KEY"), PLOMB_LIT("RSA PRIVATE KEY"), PLOMB_LIT("KEY") };
	plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_private_key key;
	plomb_view der;

	if (len == 0) {
		return 0;
	}
	der.p = in + 1;
	der.n = len - 1;
	memset(room, 0, sizeof room);
	plomb_work_init(&work, room, sizeof room);
	if (plomb_private_key_read(&ctx, labels[in[0] % 4], der, &key) == PLOMB_OK) {
		check_key(&ctx, &key);
		plomb_private_key_wipe(&key);
		return 0;
	}
	must(key.public_key.kind == PLOMB_KEY_NONE && key.x.p == NULL && work.used == 0);
	must(is_zero(room, sizeof room));
	return 0;
}
