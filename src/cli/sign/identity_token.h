/* The identity token of a signer (SPEC 13.2): where it comes from. It is a secret. */
#ifndef PLOMB_IDENTITY_TOKEN_H
#define PLOMB_IDENTITY_TOKEN_H

#include "../app.h"
#include "../../sign/services.h"

/*
 * --identity-token (a token, or a file that holds one; on the command line it
 * is overwritten); else, unless options say otherwise, SIGSTORE_ID_TOKEN,
 * SIGSTORE_ID_TOKEN_FILE, GitHub's endpoint, cosign's file below /var/run; else
 * a person at a terminal (RFC 8628). PLOMB_USAGE_ERROR if there is none;
 * PLOMB_SIGN_TOKEN, PLOMB_TOKEN_…, each with a fault that never holds the
 * token. The caller wipes it with plomb_identity_token_free.
 */
PLOMB_MUST_CHECK plomb_status plomb_identity_token_read(plomb_bytes *token, plomb_app *app, plomb_asker *asker, plomb_view issuer, plomb_fault *fault);
void plomb_identity_token_free(plomb_bytes *token);

#endif
