/*
 * Hanging a signature on an image in a registry (SPEC 10.1, 13.9): the
 * manifests to write, and the merging of those that others write too. Bytes
 * in, bytes out; push.h sends them.
 */
#ifndef PLOMB_ATTACH_H
#define PLOMB_ATTACH_H

#include "payload.h"

/* What the subject's own manifest is. */
typedef struct {
	plomb_view media_type;
	plomb_digest digest;
	uint64_t size;
} plomb_subject;

/* cosign 3's manifest for a bundle: subject, artifactType, one layer, hints in annotations. predicate_type may be absent. */
PLOMB_MUST_CHECK plomb_status plomb_attach_bundle(plomb_work *work, const plomb_subject *subject, plomb_view bundle,
	const plomb_digest *bundle_digest, plomb_view predicate_type, int64_t now_s, plomb_view *manifest);

/* A cosign 2 layer with its annotations; absent ones are left out. */
typedef struct {
	plomb_view media_type;
	plomb_digest digest;
	uint64_t size;
	plomb_view signature, certificate, chain, bundle, timestamp, predicate_type;
} plomb_attachment;

/*
 * The manifest (and its config) under a .sig or .att tag with one layer more:
 * old is what is there, or absent. A layer with the same digest and the same
 * annotations is not added again. With a subject it is an OCI 1.1 referrer
 * of cosign 2 instead (old absent). PLOMB_MANIFEST_MALFORMED,
 * PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_attach_layer(plomb_work *work, plomb_view old, plomb_view old_config, const plomb_subject *subject,
	const plomb_attachment *layer, int64_t now_s, plomb_view *config, plomb_view *manifest);

/*
 * The index under the fallback tag with one referrer more; old as above. The
 * same digest is not added again (then *manifest is absent).
 * PLOMB_REFERRERS_MALFORMED, PLOMB_REFERRERS_TOO_MANY, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_attach_fallback(plomb_work *work, plomb_view old, plomb_view referrer, const plomb_digest *digest,
	plomb_view artifact_type, plomb_view *index);

#endif
