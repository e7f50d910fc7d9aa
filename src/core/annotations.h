/* Annotations: wanted pairs against a JSON object (SPEC 10.5). */
#ifndef PLOMB_ANNOTATIONS_H
#define PLOMB_ANNOTATIONS_H

#include "identity.h"
#include "json.h"

/*
 * Every wanted pair is in the object with that string value; others do not
 * matter. object may be PLOMB_JSON_NONE (then anything wanted is missing).
 * PLOMB_ANNOTATION_MISMATCH with what, want and got; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_annotations_check(plomb_ctx *ctx, const plomb_json *doc, uint32_t object,
	const plomb_want *wants, size_t count);

#endif
