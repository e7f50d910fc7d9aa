#include "key_arg.h"

/* see key_arg.h */
plomb_status
plomb_key_arg_read(plomb_key_arg *arg, const char *reference, plomb_fault *fault)
{
	plomb_status s;

	memset(arg, 0, sizeof *arg);
	arg->reference = reference;
	if ((s = plomb_read_key(&arg->text, reference, fault)) != PLOMB_OK) {
		return s;
	}
	return plomb_key_file_is_encrypted(plomb_bytes_view(&arg->text)) ? plomb_password_read(&arg->password, 0, fault) : PLOMB_OK;
}

/* What the library says about keys is said of public ones. */
static const char *
sentence(plomb_status s)
{
	switch (s) {
	case PLOMB_KEY_MALFORMED:
		return "not a private key that can be read";
	case PLOMB_KEY_TYPE_UNSUPPORTED:
		return "a private key of a kind that is not supported: PEM \"PRIVATE KEY\", \"EC PRIVATE KEY\", \"RSA PRIVATE KEY\" "
			"or cosign's encrypted ones, with P-256, P-384, P-521, RSA of 2048 to 4096 bits, Ed25519";
	default:
		return plomb_status_sentence(s);
	}
}

/* see key_arg.h */
plomb_status
plomb_key_arg_open(const plomb_key_arg *arg, plomb_ctx *ctx, plomb_private_key *key, plomb_fault *fault)
{
	plomb_status s;

	s = plomb_key_file_open(ctx, plomb_bytes_view(&arg->text), plomb_password_view(&arg->password), key);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	return plomb_fail(fault, s, arg->reference, ": ", sentence(s), (const char *)NULL);
}

/* see key_arg.h */
void
plomb_key_arg_free(plomb_key_arg *arg)
{
	if (arg->text.p != NULL) {
		plomb_wipe(arg->text.p, arg->text.n);
	}
	plomb_bytes_free(&arg->text);
	plomb_password_wipe(&arg->password);
}
