/*
 * A private key by the user's reference (--key): a file, or env://VARIABLE,
 * encrypted as cosign does it or plain PEM, and the password if one is wanted.
 *
 *	plomb_key_arg_read(&arg, reference, &fault)         once: reads, asks
 *	plomb_with_secret_room(fn, ...): fn calls
 *	plomb_key_arg_open(&arg, ctx, &key, &fault)         in every try
 *	plomb_private_key_wipe(&key)                        before fn returns
 *	plomb_key_arg_free(&arg)                            also after a fault
 */
#ifndef PLOMB_KEY_ARG_H
#define PLOMB_KEY_ARG_H

#include "password.h"
#include "secret_room.h"
#include "../source.h"

typedef struct {
	const char *reference;
	plomb_bytes text;
	plomb_password password; /* empty for a file that wants none */
} plomb_key_arg;

/* Errors of plomb_read_key and plomb_password_read, each with a fault. */
PLOMB_MUST_CHECK plomb_status plomb_key_arg_read(plomb_key_arg *arg, const char *reference, plomb_fault *fault);
/*
 * The key, in ctx->work. Errors of plomb_key_file_open with a fault that
 * names the reference; PLOMB_NO_ROOM without one, for a caller that asks
 * again with more.
 */
PLOMB_MUST_CHECK plomb_status plomb_key_arg_open(const plomb_key_arg *arg, plomb_ctx *ctx, plomb_private_key *key, plomb_fault *fault);
/* Wiped and given back. */
void plomb_key_arg_free(plomb_key_arg *arg);

#endif
