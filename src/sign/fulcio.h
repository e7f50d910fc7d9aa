/* A certificate from Fulcio (SPEC 13.3): the request, and what came back. */
#ifndef PLOMB_FULCIO_H
#define PLOMB_FULCIO_H

#include "private_key.h"
#include "token.h"
#include "writer.h"

#define PLOMB_MAX_FULCIO_ANSWER 131072

/* The body for POST {ca}/api/v2/signingCert; it holds the token, a secret. Errors of plomb_private_key_sign. */
PLOMB_MUST_CHECK plomb_status plomb_fulcio_request(plomb_ctx *ctx, const plomb_private_key *key, const plomb_token *token, plomb_view *json);

typedef struct {
	plomb_view leaf;     /* DER */
	plomb_view leaf_pem;
	plomb_view chain_pem; /* the certificates after the leaf, for cosign 2's annotation */
} plomb_fulcio_answer;

/*
 * What came back: a certificate with embedded SCT whose key is ours. It is
 * not verified here: what it was used for is, as a whole, before it is
 * published. PLOMB_FULCIO_ANSWER_MALFORMED; PLOMB_FULCIO_KEY_MISMATCH;
 * PLOMB_FULCIO_SCT_DETACHED; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_fulcio_read(plomb_ctx *ctx, plomb_view json, const plomb_private_key *key, plomb_fulcio_answer *answer);

#endif
