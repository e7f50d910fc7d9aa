/*
 * Images: find the signatures of one, in a layout or a registry, and hold
 * each of them against what is wanted. What is wanted may be several things
 * at once, each about another signer; the image is then walked over once and
 * nothing is fetched twice.
 */
#ifndef PLOMB_VERIFY_IMAGE_H
#define PLOMB_VERIFY_IMAGE_H

#include "judgement.h"
#include "local_image.h"
#include "remote.h"
#include "room.h"

/* What all answers about one image may have together. */
#define PLOMB_MAX_FETCHED_SIGNATURES   (32u << 20)
#define PLOMB_MAX_FETCHED_ATTESTATIONS (256u << 20)

/* Of a store's has_odd_fallback. */
#define PLOMB_FALLBACK_WARNING "the tag of the image's digest names no list of referrers but something else, which is passed over"

/* One thing that is wanted: a signature that passes one of the policies, under this trust. */
typedef struct {
	plomb_trust trust;
	const plomb_policy *policy;
	size_t policy_count;
	plomb_judgement *judgement;
	/*
	 * Asked about each signature that was accepted, for what the library
	 * does not look at: refuses it with plomb_finding_refuse. PLOMB_OK in
	 * both cases, or PLOMB_NO_ROOM. NULL: nothing more is asked.
	 */
	plomb_status (*second)(void *user, plomb_ctx *ctx, plomb_finding *finding);
	void *user;
} plomb_wanted;

/*
 * What a registry can make us take for one signature: a bundle or a payload
 * of so many bytes, and so much of the work buffer beside trust and policies.
 * Nothing that is meant for a signature comes near. Attestations have no such
 * bounds: an SBOM may be as large as PLOMB_MAX_INPUT_BYTES allows.
 */
#define PLOMB_MAX_SIGNATURE_BLOB (1u << 20)
#define PLOMB_SIGNATURE_ROOM     (1536u << 10)

typedef struct {
	plomb_wanted *wanted;
	size_t wanted_count;
	int is_bounded;       /* signatures from a registry are looked for, within the bounds above */
	int is_attestation;   /* attestations are looked for, not signatures */
	int old_formats_only; /* bundles do not count */
	int check_content;    /* of a layout: hash the image's own blobs too */
	const char *platform; /* that the image must have, or NULL */
	/* Where the image is: local, or else remote and image. */
	plomb_local_image *local;
	plomb_remote *remote;
	plomb_remote_image *image;
	/* Of the try under way. */
	plomb_ctx *ctx;
	plomb_message artifact;
	size_t most_room; /* of the work buffer */
} plomb_image_question;

/* Ask fn for the answer with as much work buffer as it needs, as plomb_with_room; fn calls plomb_image_judge. */
PLOMB_MUST_CHECK plomb_status plomb_image_with_room(plomb_image_question *q, plomb_room_fn fn, void *user, plomb_fault *fault);

/*
 * Fill in the judgements. The image is accepted if each of them is. Everything
 * about the image is told by the judgements; PLOMB_NO_ROOM asks for another
 * try, before which the caller clears them.
 */
PLOMB_MUST_CHECK plomb_status plomb_image_judge(plomb_image_question *q, plomb_ctx *ctx);

#endif
