/* cosign 2's forms: signature layers, attestation layers, detached files (SPEC 10.2, 10.7). */
#ifndef PLOMB_LAYER_H
#define PLOMB_LAYER_H

#include "candidate.h"

PLOMB_MUST_CHECK plomb_status plomb_layer_parse_simplesigning(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate);
PLOMB_MUST_CHECK plomb_status plomb_layer_parse_envelope(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate);
PLOMB_MUST_CHECK plomb_status plomb_layer_parse_detached(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate);

#endif
