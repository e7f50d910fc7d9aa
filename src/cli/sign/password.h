/* The password of a private key's file (SPEC 13.10), from where cosign has it. */
#ifndef PLOMB_PASSWORD_H
#define PLOMB_PASSWORD_H

#include "../error.h"

#include "../../sign/key_file.h"

typedef struct {
	unsigned char text[PLOMB_MAX_PASSWORD + 1];
	size_t n;
} plomb_password;

/*
 * COSIGN_PASSWORD, which may be set to nothing; else what is typed at the
 * terminal, twice if it is a new one; else all of standard input, as cosign
 * takes it: with the line's end, if there is one. Nothing at all on standard
 * input is PLOMB_CONFIG_INVALID: no key is sealed with a password that
 * nobody gave. Also PLOMB_IO_ERROR and PLOMB_LIMIT_EXCEEDED, each with a
 * fault. The caller wipes it, also after a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_password_read(plomb_password *password, int is_new, plomb_fault *fault);
plomb_view plomb_password_view(const plomb_password *password);
void plomb_password_wipe(plomb_password *password);

#endif
