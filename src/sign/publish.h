/*
 * A finished signature onto its image in a registry (SPEC 10.1, 13.9), so
 * that it is found there and nobody else's is lost.
 *
 * Order: blobs, then the manifest, then the tag or index that leads to it. If
 * something fails in the middle, nothing leads to what was sent so far.
 *
 * Two signers at once. Registries have no way to change what a tag names only
 * if nobody else did (most ignore If-Match, which is sent where they gave an
 * entity tag). So each writer
 *  - reads, adds its own entry behind all others, writes, with nothing
 *    between, and reads anew if the reading was slow;
 *  - then waits until what the tag names was the same for a settling time:
 *    three times its own slowest span from reading to writing, between
 *    PLOMB_SETTLE_MS and PLOMB_MAX_SETTLE_MS;
 *  - writes again, after a random time that grows, if its entry is gone.
 * Everybody appends, and nobody deletes, so the same bytes never come back
 * once they were replaced: what is the same at two moments was the same in
 * between. A write that comes later was then read when the entry was there.
 *
 * Guarantee: success means that the entry is there and that no writer of
 * this kind removes it, as long as every write takes effect within our
 * settling time after its reading. Limit: somebody whose line is more than
 * three times slower than ours (and slower than PLOMB_SETTLE_MS), or who
 * deletes, can still undo it; other programs that do not look back may lose
 * theirs. When rounds run out the answer is an error, also if the entry was
 * there when last looked at.
 */
#ifndef PLOMB_PUBLISH_H
#define PLOMB_PUBLISH_H

#include "../../port/random.h"
#include "../oci/store_registry.h"
#include "attach.h"

#define PLOMB_SETTLE_MS      1000
#define PLOMB_MAX_SETTLE_MS  20000
#define PLOMB_MAX_WRITES     20  /* of one tag for one entry */
#define PLOMB_MAX_LOOKS      120 /* at one tag for one entry */

typedef struct {
	plomb_network *network;
	void *owner;                /* of the questions, as of a plomb_store_registry */
	const plomb_place *place;   /* the repository that signatures go to */
	const char *tag_prefix;     /* --attachment-tag-prefix; NULL: none */
	plomb_memory *memory;       /* everything is given back */
	plomb_ctx *ctx;             /* its crypto is used; its work is not */
	const plomb_random *random; /* spreads writers who meet */
	int64_t now_s;              /* for the manifest's time of creation */
	char why[PLOMB_MAX_WHY];    /* of an error: which step, and what happened; without any secret */
} plomb_publisher;

/*
 * A bundle as cosign 3 hangs it on an image: a manifest with subject, and the
 * index under the fallback tag if the registry has no referrers API.
 * predicate_type may be absent. PLOMB_REGISTRY_…; PLOMB_DIGEST_MISMATCH: the
 * registry says that it has something else; PLOMB_REFERRERS_MALFORMED,
 * PLOMB_REFERRERS_TOO_MANY; PLOMB_REGISTRY_HTTP_ERROR also if the entry does
 * not stay; PLOMB_CONFIG_INVALID, PLOMB_LIMIT_EXCEEDED, PLOMB_IO_ERROR (no
 * random numbers), PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_publish_bundle(plomb_publisher *publisher, const plomb_subject *subject, plomb_view bundle,
	plomb_view predicate_type);

/*
 * A signature or attestation as cosign 2 hangs it on an image: a layer more
 * in the manifest under the tag sha256-<hex>.<suffix> ("sig" or "att"), or,
 * if is_referrer, a manifest of its own with subject (oci-1-1). payload is
 * the layer's bytes; attachment's digest and size are filled in from them.
 * PLOMB_MANIFEST_MALFORMED: what is under the tag is none of cosign's. Else
 * as above.
 */
PLOMB_MUST_CHECK plomb_status plomb_publish_layer(plomb_publisher *publisher, const plomb_subject *subject, const char *suffix,
	int is_referrer, plomb_view payload, const plomb_attachment *attachment);

#endif
