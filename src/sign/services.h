/*
 * Asking the services that signing needs: a certificate authority, logs,
 * timestamp authorities, token services. One question, one answer, in memory.
 *
 * A question may hold a secret (the identity token). It goes to the address
 * that was named and nowhere else: https, or http on this machine itself, and
 * no redirect is followed. What a server says is untrusted: it is bounded, and
 * of a refusal as much is told as fits in a line, unless it repeats a secret.
 */
#ifndef PLOMB_SIGN_SERVICES_H
#define PLOMB_SIGN_SERVICES_H

#include "../../port/http.h"
#include "../../port/pause.h"
#include "../core/work.h"
#include "../oci/registry.h"

#define PLOMB_MAX_SERVICE_SECRETS 4
#define PLOMB_MAX_SERVICE_ECHO    200 /* bytes of a server's own words in a sentence */

/* Who asks. Several questions may be asked one after the other. */
typedef struct {
	plomb_http *http;
	const plomb_pause *pause;
	uint32_t jitter; /* any number: spreads the retries of many machines */
	plomb_view secret[PLOMB_MAX_SERVICE_SECRETS]; /* never repeated; absent ones are {NULL,0} */

	/* How the last question ended. */
	unsigned http_status; /* 0: there was no answer */
	char why[PLOMB_MAX_WHY]; /* printable ASCII; empty if there is nothing to add */
	char other[PLOMB_MAX_URL]; /* of 409: where there is one already, of the same origin; else empty */
} plomb_asker;

typedef struct {
	plomb_view url;      /* absolute, without a slash at its end if there is a path */
	const char *path;    /* behind url, or NULL */
	const char *accept;  /* a header line, or NULL */
	const char *type;    /* of the body: a header line, or NULL */
	const char *login;   /* a header line with a secret, or NULL */
	const char *form;    /* posted as a form instead of body, or NULL */
	plomb_view body;     /* posted, unless is_get */
	int is_get;
	size_t max_bytes;    /* of the answer */
	plomb_status failed; /* what a failure is called */
} plomb_question;

/*
 * Ask, at most PLOMB_MAX_TRIES times: again after a connection that broke or
 * was slow and after 408, 429, 499, 500, 502, 503, 504 and 522, with pauses or
 * as long as Retry-After says. PLOMB_OK: 200 or 201, and the answer is in
 * ctx->work. PLOMB_UNSET: another status, which the caller may know the
 * meaning of; the answer is in ctx->work. question->failed, PLOMB_NO_ROOM,
 * PLOMB_UNSUPPORTED_FEATURE; PLOMB_CONFIG_INVALID for an address that is none
 * or not allowed. why says more.
 */
PLOMB_MUST_CHECK plomb_status plomb_ask(plomb_asker *asker, plomb_ctx *ctx, const plomb_question *question, plomb_view *answer);

/* As plomb_ask, but every status other than 200 and 201 is question->failed, with what the server says in why. */
PLOMB_MUST_CHECK plomb_status plomb_ask_for(plomb_asker *asker, plomb_ctx *ctx, const plomb_question *question, plomb_view *answer);

/* Say why: "HOST: " and these words; then, unless it is absent, what somebody else said, made harmless. */
void plomb_ask_explain(plomb_asker *asker, plomb_view url, const char *words, plomb_view said);

/* The three of signing: POST of a certificate request; of a log entry (version 1 or 2; one that is there already is fetched); of a timestamp query. */
PLOMB_MUST_CHECK plomb_status plomb_ask_fulcio(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, plomb_view body, plomb_view *answer);
PLOMB_MUST_CHECK plomb_status plomb_ask_rekor(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, unsigned version, plomb_view body, plomb_view *answer);
PLOMB_MUST_CHECK plomb_status plomb_ask_tsa(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, plomb_view body, plomb_view *answer);

#endif
