/* Signed certificate timestamps (RFC 6962 section 3; SPEC 5). */
#ifndef PLOMB_SCT_H
#define PLOMB_SCT_H

#include "trust.h"

/*
 * At least threshold distinct logs have signed this leaf as issued by
 * issuer, which must come from a verified path. PLOMB_OK or PLOMB_SCT_…
 */
PLOMB_MUST_CHECK plomb_status plomb_sct_verify(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_cert *leaf, const plomb_cert *issuer, unsigned threshold);

#endif
