/* Signed certificate timestamps (RFC 6962 section 3; SPEC 5). */
#ifndef PLOMB_SCT_H
#define PLOMB_SCT_H

#include "trust.h"

/*
 * At least threshold distinct logs (0 is taken as 1) have signed this leaf
 * as issued by issuer, which must come from a verified path. PLOMB_OK; the
 * reason of the timestamp that got furthest: PLOMB_SCT_…, or the log's usable
 * status where its key cannot be used; PLOMB_SCT_MISSING also for too few
 * good ones; PLOMB_LIMIT_EXCEEDED over PLOMB_MAX_SCTS; PLOMB_NO_ROOM. A list
 * of later versions only is PLOMB_SCT_MALFORMED: none of it can be read.
 */
PLOMB_MUST_CHECK plomb_status plomb_sct_verify(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_cert *leaf, const plomb_cert *issuer, unsigned threshold);

#endif
