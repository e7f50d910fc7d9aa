/*
 * Targets plomb_key_file_open and plomb_key_file_is_encrypted.
 *
 * Input: the text of a key file; the password is empty. Holds:
 * - what is opened is a plain key, for nobody sealed one here, and its public
 *   half is one that the core reads;
 * - what is refused leaves no key.
 */
#include <stdlib.h>

#include "../src/sign/key_file.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[1 << 20];

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
	static const plomb_view none = { NULL, 0 };
	plomb_view text = { in, len };
	plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_private_key key;
	plomb_key again;
	plomb_status s;

	plomb_work_init(&work, room, sizeof room);
	s = plomb_key_file_open(&ctx, text, none, &key);
	if (s != PLOMB_OK) {
		must(s == PLOMB_KEY_MALFORMED || s == PLOMB_KEY_PASSWORD_WRONG || s == PLOMB_KEY_TYPE_UNSUPPORTED || s == PLOMB_KEY_TOO_SMALL
			|| s == PLOMB_NO_ROOM);
		must(key.public_key.kind == PLOMB_KEY_NONE && key.x.p == NULL && key.rsa.p == NULL);
		return 0;
	}
	must(plomb_key_from_spki(ctx.crypto, key.public_key.spki, &again) == PLOMB_OK);
	plomb_private_key_wipe(&key);
	return 0;
}
