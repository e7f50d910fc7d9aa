/* The simple signing payload (SPEC 10.2). */
#ifndef PLOMB_SIMPLESIGNING_H
#define PLOMB_SIMPLESIGNING_H

#include "json.h"
#include "hash.h"

typedef struct {
	plomb_json doc;
	plomb_view docker_reference;
	plomb_view digest; /* text, as "sha256:…" */
	plomb_view type;
	uint32_t optional; /* token, PLOMB_JSON_NONE if absent or null */
} plomb_simplesigning;

/* PLOMB_PAYLOAD_MALFORMED, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_simplesigning_parse(plomb_ctx *ctx, plomb_view payload, plomb_simplesigning *signed_);
/* type and digest are those of an image signature of this artifact: PLOMB_PAYLOAD_TYPE_MISMATCH, PLOMB_PAYLOAD_DIGEST_MISMATCH. */
PLOMB_MUST_CHECK plomb_status plomb_simplesigning_check(plomb_ctx *ctx, const plomb_simplesigning *signed_, plomb_message *artifact);

#endif
