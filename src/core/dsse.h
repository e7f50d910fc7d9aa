/* DSSE envelopes (secure-systems-lab/dsse; SPEC 9). */
#ifndef PLOMB_DSSE_H
#define PLOMB_DSSE_H

#include "candidate.h"
#include "json.h"

#define PLOMB_PAYLOAD_TYPE_INTOTO "application/vnd.in-toto+json"

/* The pre-authentication encoding as a message of parts; scratch must stay as long as the message. */
void plomb_dsse_pae(plomb_view type, plomb_view payload, unsigned char scratch[PLOMB_PAE_SCRATCH], plomb_message *message);

/*
 * Read an envelope's JSON object at a token. proto: in a bundle, proto-JSON
 * rules and unknown members refused; else cosign 2's plain JSON, unknown
 * members ignored. Fills signature, keyid, payload, payload_type, content.
 * PLOMB_DSSE_SIGNATURE_COUNT, PLOMB_DSSE_PAYLOAD_TYPE_UNSUPPORTED,
 * PLOMB_BUNDLE_SIGNATURE_MISSING, PLOMB_JSON_…, PLOMB_BASE64_INVALID.
 */
PLOMB_MUST_CHECK plomb_status plomb_dsse_read(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, int proto, plomb_candidate *candidate);

#endif
