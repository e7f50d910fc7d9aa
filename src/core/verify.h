/* The verdict: the order of checks (SPEC 0) over one candidate. */
#ifndef PLOMB_VERIFY_H
#define PLOMB_VERIFY_H

#include "candidate.h"

/* Judge a candidate that was read; parsed is the reader's status. Returns verdict->status. */
PLOMB_MUST_CHECK plomb_status plomb_verify_candidate(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_policy *policy, plomb_message *artifact, const plomb_candidate *candidate,
	plomb_status parsed, plomb_verdict *verdict);

#endif
