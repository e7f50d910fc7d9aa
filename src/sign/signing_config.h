/* Which services to use: SigningConfig v0.2 (SPEC 2.2). */
#ifndef PLOMB_SIGNING_CONFIG_H
#define PLOMB_SIGNING_CONFIG_H

#include "../core/work.h"

#define PLOMB_MAX_SIGNING_CONFIG (1u << 20)
#define PLOMB_MAX_SERVICES       32 /* of one list */

typedef struct {
	plomb_view url;  /* http or https, without a slash at its end */
	unsigned version; /* majorApiVersion */
} plomb_service;

typedef struct {
	plomb_service ca, oidc;                /* url absent: none */
	plomb_service rekor[PLOMB_MAX_SERVICES]; /* each is to be used */
	size_t rekor_count;
	plomb_service tsa[PLOMB_MAX_SERVICES];
	size_t tsa_count;
} plomb_services;

/*
 * Read and choose at a time: the validity windows, the highest API version
 * that is supported (Fulcio 1, Rekor 1 and 2, TSA 1), one an operator, and
 * the selector. Without a clock every window counts as open.
 * PLOMB_SIGNING_CONFIG_MALFORMED, PLOMB_SIGNING_CONFIG_UNSATISFIED,
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_signing_config_choose(plomb_ctx *ctx, plomb_view json, int now_known, plomb_time now, plomb_services *services);

#endif
