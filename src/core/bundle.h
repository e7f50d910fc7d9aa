/* Sigstore bundles 0.1, 0.2, 0.3 (SPEC 1). */
#ifndef PLOMB_BUNDLE_H
#define PLOMB_BUNDLE_H

#include "candidate.h"

/*
 * Read a bundle. Its text must stay; what is decoded is taken from ctx->work.
 * flags: PLOMB_ALLOW_CHAIN. PLOMB_JSON_…, PLOMB_BASE64_INVALID,
 * PLOMB_BUNDLE_…, PLOMB_TLOG_ENTRY_MALFORMED, PLOMB_DSSE_…,
 * PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_bundle_parse(plomb_ctx *ctx, plomb_view text, unsigned flags, plomb_candidate *candidate);

#endif
