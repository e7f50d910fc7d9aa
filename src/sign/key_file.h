/*
 * cosign's encrypted key files (SPEC 13.10): PEM around JSON around scrypt
 * and secretbox. Both ways.
 */
#ifndef PLOMB_KEY_FILE_H
#define PLOMB_KEY_FILE_H

#include "private_key.h"

#define PLOMB_MAX_KEY_FILE 65536
#define PLOMB_MAX_PASSWORD 4096

/*
 * Whether a file's text is one of cosign's encrypted ones, and so whether a
 * password is wanted.
 */
int plomb_key_file_is_encrypted(plomb_view text);

/*
 * Open a key file: cosign's encrypted ones with the password (which may be
 * empty), and plain PEM without one. scrypt's memory (64 MiB for cosign's
 * parameters) is the library's own and given back. PLOMB_KEY_MALFORMED;
 * PLOMB_KEY_PASSWORD_WRONG; PLOMB_KEY_TYPE_UNSUPPORTED, also for other
 * parameters than N 32768, 65536 or 131072, r 8, p 1; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_key_file_open(plomb_ctx *ctx, plomb_view text, plomb_view password, plomb_private_key *key);

/* Seal a key as "ENCRYPTED SIGSTORE PRIVATE KEY". The text is in work. PLOMB_IO_ERROR, PLOMB_NO_ROOM, PLOMB_CONFIG_INVALID for a password that is too long. */
PLOMB_MUST_CHECK plomb_status plomb_key_file_seal(plomb_ctx *ctx, const plomb_random *random, const plomb_private_key *key,
	plomb_view password, plomb_view *text);

#endif
