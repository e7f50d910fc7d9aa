/*
 * An OIDC identity token (SPEC 13.2), as far as its bearer has to read it.
 * Its signature is Fulcio's to check.
 */
#ifndef PLOMB_TOKEN_H
#define PLOMB_TOKEN_H

#include "../core/work.h"

#define PLOMB_MAX_TOKEN 16384

typedef struct {
	plomb_view text;    /* the token itself, without white space around it: a secret */
	plomb_view subject; /* what the key's possession is proved over: the verified mail address, else sub */
	plomb_view issuer;
	int64_t expires_s;  /* exp */
} plomb_token;

/*
 * Three base64url parts; the payload with iss, sub and exp, aud "sigstore"
 * (text or one of a list). now_s is compared with exp if now_known.
 * PLOMB_TOKEN_MALFORMED, PLOMB_TOKEN_EXPIRED, PLOMB_TOKEN_AUDIENCE,
 * PLOMB_TOKEN_MAIL_UNVERIFIED, PLOMB_NO_ROOM. detail never holds the token.
 */
PLOMB_MUST_CHECK plomb_status plomb_token_read(plomb_ctx *ctx, plomb_view text, int now_known, int64_t now_s, plomb_token *token);

/* The answer of GitHub's endpoint: {"value": token}. PLOMB_TOKEN_MALFORMED, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_token_of_github(plomb_work *work, plomb_view json, plomb_view *token);

#endif
