/*
 * Hanging a signature on an image in a registry (SPEC 10.1, 13.9): the
 * manifests to write, and the merging of those that others write too. Bytes
 * in, bytes out; publish.h sends them.
 *
 * What is there already stays as it is, byte for byte: an entry more is
 * written behind the others, and of a manifest its config is replaced.
 */
#ifndef PLOMB_ATTACH_H
#define PLOMB_ATTACH_H

#include "../oci/manifest.h"
#include "payload.h"

#define PLOMB_MEDIA_BUNDLE   "application/vnd.dev.sigstore.bundle.v0.3+json"
#define PLOMB_MEDIA_EMPTY    "application/vnd.oci.empty.v1+json"
#define PLOMB_MEDIA_CONFIG   "application/vnd.oci.image.config.v1+json"
#define PLOMB_MEDIA_ARTIFACT "application/vnd.dev.cosign.artifact." /* then sig or att, and: */
#define PLOMB_MEDIA_ARTIFACT_END ".v1+json"

/* What the subject's own manifest is. */
typedef struct {
	plomb_view media_type;
	plomb_digest digest;
	uint64_t size;
} plomb_subject;

/* cosign 3's manifest for a bundle: subject, artifactType, one layer, hints in annotations. predicate_type may be absent. */
PLOMB_MUST_CHECK plomb_status plomb_attach_bundle(plomb_work *work, const plomb_subject *subject, plomb_view bundle,
	const plomb_digest *bundle_digest, plomb_view predicate_type, int64_t now_s, plomb_view *manifest);

/* A cosign 2 layer with its annotations, as the text they hold; absent ones are left out, an empty one is not absent. */
typedef struct {
	plomb_view media_type;
	plomb_digest digest;
	uint64_t size;
	plomb_view signature, certificate, chain, bundle, timestamp, predicate_type;
} plomb_attachment;

/*
 * The manifest under a .sig or .att tag with one layer more, and its config,
 * which names the layers of all and nothing else, as cosign writes it: old is
 * what is there, or absent. A layer with the same digest and the same
 * annotations is not added again (then *manifest is absent). With a subject
 * it is an OCI 1.1 referrer of cosign 2 instead: old is absent, and suffix
 * ("sig", "att") is the end of its type. media_type is a constant: the type
 * to send it under; absent if old does not tell its own. PLOMB_MANIFEST_MALFORMED, PLOMB_MANIFEST_MEDIA_TYPE,
 * PLOMB_LIMIT_EXCEEDED, PLOMB_CONFIG_INVALID (text that is not UTF-8),
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_attach_layer(plomb_work *work, const plomb_crypto *crypto, plomb_view old,
	const plomb_subject *subject, const char *suffix, const plomb_attachment *layer,
	plomb_view *config, plomb_view *manifest, plomb_view *media_type);

/*
 * The index under the fallback tag with one referrer more; old as above, and
 * referrer is the manifest that is to be listed. The same digest is not added
 * again (then *index is absent). PLOMB_REFERRERS_MALFORMED,
 * PLOMB_REFERRERS_TOO_MANY, PLOMB_MANIFEST_MALFORMED (the referrer),
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_attach_fallback(plomb_work *work, plomb_view old, plomb_view referrer, const plomb_digest *digest,
	plomb_view *index);

#endif
