/* RFC 3161 timestamps (SPEC 8). */
#ifndef PLOMB_TIMESTAMP_H
#define PLOMB_TIMESTAMP_H

#include "trust.h"

/*
 * A TimeStampResp over these stamped bytes, by one of the trust root's
 * authorities: *time is its genTime, *authority who made it. PLOMB_TIMESTAMP_…;
 * with several authorities the reason of the one that got furthest.
 * PLOMB_TIMESTAMP_SIGNER_MISSING or _UNTRUSTED means that no trusted
 * authority made it; any other reason is fatal for the candidate (SPEC 8.6).
 * Of ctx->work only what ctx->detail shows of such a reason stays taken.
 */
PLOMB_MUST_CHECK plomb_status plomb_timestamp_verify(plomb_ctx *ctx, const plomb_trust *trust,
	plomb_view tsr, plomb_view stamped, plomb_time *time, const plomb_authority **authority);

/* The same authority for counting: by operator, else by uri, else by entry (SPEC 8.4). */
int plomb_authority_same(const plomb_authority *a, const plomb_authority *b);

#endif
