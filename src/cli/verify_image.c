/* see verify_image.h */
#include "verify_image.h"

/* What the command does not ask for is no candidate: an attestation is not a signature. */
static int
is_candidate(const plomb_image_question *q, plomb_found_kind kind)
{
	if (kind == PLOMB_FOUND_BUNDLE) {
		return !q->old_formats_only;
	}
	return kind == (q->is_attestation ? PLOMB_FOUND_ENVELOPE : PLOMB_FOUND_SIMPLESIGNING);
}

static plomb_format
format_of(plomb_found_kind kind)
{
	return kind == PLOMB_FOUND_ENVELOPE ? PLOMB_FORMAT_DSSE
		: kind == PLOMB_FOUND_SIMPLESIGNING ? PLOMB_FORMAT_SIMPLESIGNING : PLOMB_FORMAT_UNKNOWN;
}

/* What keeps a candidate from being judged. A statement that says "signed" is small; an SBOM need not be. */
static plomb_status
trouble_of(const plomb_image_question *q, const plomb_found *found)
{
	if (found->trouble == PLOMB_OK && found->kind == PLOMB_FOUND_BUNDLE && !q->is_attestation
		&& found->bytes.n > PLOMB_MAX_BUNDLE_BYTES)
	{
		return PLOMB_LIMIT_EXCEEDED;
	}
	return found->trouble;
}

/* One candidate under one policy; NULL without room. */
static plomb_finding *
judge_found(plomb_image_question *q, const plomb_wanted *w, const plomb_policy *policy, const plomb_found *found)
{
	plomb_verdict verdict;
	plomb_policy layer_policy;
	plomb_status s;

	if ((s = trouble_of(q, found)) != PLOMB_OK) {
		return plomb_judgement_add_trouble(w->judgement, format_of(found->kind), s);
	}
	if (found->kind == PLOMB_FOUND_BUNDLE) {
		s = plomb_verify_bundle(q->ctx, &w->trust, policy, &q->artifact, found->bytes, &verdict);
		return s == PLOMB_NO_ROOM ? NULL : plomb_judgement_add(w->judgement, &verdict, NULL);
	}
	layer_policy = plomb_settings_layer_policy(policy);
	s = found->kind == PLOMB_FOUND_ENVELOPE
		? plomb_verify_envelope(q->ctx, &w->trust, &layer_policy, &q->artifact, &found->layer, &verdict)
		: plomb_verify_simplesigning(q->ctx, &w->trust, &layer_policy, &q->artifact, &found->layer, &verdict);
	return s == PLOMB_NO_ROOM ? NULL : plomb_judgement_add(w->judgement, &verdict, &found->layer);
}

/* There will be no more work buffer than this. */
static int
is_last_try(const plomb_image_question *q)
{
	return q->ctx->work->size >= q->most_room;
}

/* The same, with what this program asks beyond the library, and where it came from. */
static plomb_status
hold_against(plomb_image_question *q, const plomb_wanted *w, size_t policy, const plomb_found *found, int *is_accepted)
{
	plomb_finding *finding;
	plomb_status s;
	size_t mark;

	*is_accepted = 0;
	mark = plomb_work_mark(q->ctx->work);
	finding = judge_found(q, w, &w->policy[policy], found);
	plomb_work_release(q->ctx->work, mark);
	if (finding == NULL && q->is_bounded && is_last_try(q) && !w->judgement->out_of_memory) {
		finding = plomb_judgement_add_trouble(w->judgement, format_of(found->kind), PLOMB_LIMIT_EXCEEDED);
	}
	if (finding == NULL) {
		return PLOMB_NO_ROOM;
	}
	finding->policy = policy;
	finding->origin = found->origin;
	finding->source = found->source;
	if (finding->accepted && w->second != NULL) {
		s = w->second(w->user, q->ctx, finding);
		plomb_work_release(q->ctx->work, mark);
		if (s != PLOMB_OK) {
			/* Whatever went wrong with the second look, the first one is not enough. */
			finding->accepted = 0;
			return s;
		}
	}
	if (q->remote != NULL && plomb_status_class(finding->status) == PLOMB_CLASS_UNDECIDED) {
		plomb_finding_explain(finding, q->image->store.why);
		w->judgement->out_of_memory |= finding->what.p == NULL;
	}
	*is_accepted = finding->accepted;
	return PLOMB_OK;
}

static plomb_status
on_found(void *user, const plomb_found *found)
{
	plomb_image_question *q;
	plomb_status s;
	size_t i, k;

	q = user;
	if (!is_candidate(q, found->kind)) {
		return PLOMB_OK;
	}
	for (i = 0; i < q->wanted_count; i ++) {
		int is_accepted;

		is_accepted = 0;
		for (k = 0; k < q->wanted[i].policy_count && !is_accepted; k ++) {
			if ((s = hold_against(q, &q->wanted[i], k, found, &is_accepted)) != PLOMB_OK) {
				return s;
			}
			/* What cannot be read is so under every policy. */
			if (found->trouble != PLOMB_OK) {
				break;
			}
		}
	}
	return PLOMB_OK;
}

/* The image stands in the way, whatever its signatures say. */
static void
blame(plomb_image_question *q, plomb_status s, const char *sentence)
{
	size_t i;

	for (i = 0; i < q->wanted_count; i ++) {
		plomb_judgement_blame(q->wanted[i].judgement, s, sentence);
	}
}

/* All that is wanted was found. */
static int
is_satisfied(const plomb_image_question *q)
{
	size_t i;

	for (i = 0; i < q->wanted_count; i ++) {
		if (q->wanted[i].judgement->status != PLOMB_OK) {
			return 0;
		}
	}
	return 1;
}

static void
set_digest(plomb_image_question *q, const plomb_digest *digest)
{
	size_t i;

	for (i = 0; i < q->wanted_count; i ++) {
		q->wanted[i].judgement->digest = *digest;
	}
	plomb_message_from_digest(&q->artifact, digest);
}

/* The platform that was asked for is in the image. */
static plomb_status
check_platform(plomb_image_question *q, plomb_store *store, const plomb_layout_image *image)
{
	plomb_digest child;
	plomb_status s;
	size_t i;

	if (q->platform == NULL) {
		return PLOMB_OK;
	}
	memset(&child, 0, sizeof child);
	s = plomb_layout_platform(q->ctx->work, store, image, plomb_view_of_arg(q->platform), &child);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		child.hash = PLOMB_HASH_NONE;
		blame(q, s, s == PLOMB_IMAGE_NOT_FOUND ? "the image has no such platform"
			: s == PLOMB_LAYOUT_AMBIGUOUS ? "the image has several manifests of that platform: name the variant too" : NULL);
	}
	for (i = 0; i < q->wanted_count; i ++) {
		q->wanted[i].judgement->platform_digest = child;
	}
	return PLOMB_OK;
}

/* Everything about the image that is not a signature, once all was accepted. */
static plomb_status
check_image(plomb_image_question *q, const plomb_layout_image *image)
{
	plomb_status s;

	if (q->check_content) {
		plomb_local_image_expect(q->local, q->ctx->work, image);
		s = plomb_layout_check_content(q->ctx->work, q->local->store, image);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s != PLOMB_OK) {
			blame(q, s, NULL);
			return PLOMB_OK;
		}
	}
	return check_platform(q, q->local->store, image);
}

/* What the walk over the signatures came to; s is not PLOMB_NO_ROOM. */
static void
decide(plomb_image_question *q, const plomb_store *store, plomb_status s, const char *sentence)
{
	size_t i;

	for (i = 0; i < q->wanted_count; i ++) {
		plomb_judgement *judgement;

		judgement = q->wanted[i].judgement;
		if (store->has_odd_fallback) {
			judgement->warnings |= PLOMB_WARN_FALLBACK;
		}
		plomb_judgement_decide(judgement, q->is_attestation ? PLOMB_ATTESTATION_NOT_FOUND : PLOMB_SIGNATURE_NOT_FOUND);
		/* The walk broke off: the signature that counts may be behind that place. */
		if (s != PLOMB_OK && judgement->status != PLOMB_OK) {
			plomb_judgement_blame(judgement, s, sentence);
		}
	}
}

static plomb_status
judge_local(plomb_image_question *q)
{
	plomb_layout_image image;
	plomb_status s;

	s = plomb_layout_find(q->ctx->work, q->local->store, q->local->tag,
		q->local->has_digest ? &q->local->digest : NULL, &image);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		blame(q, s, NULL);
		return PLOMB_OK;
	}
	set_digest(q, &image.digest);
	s = plomb_layout_signatures(q->ctx->work, q->local->store, &image, on_found, q);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	decide(q, q->local->store, s, NULL);
	return is_satisfied(q) ? check_image(q, &image) : PLOMB_OK;
}

/* ---------------------------------------------------------------- registries */

/* Blame with what the registry did. */
static plomb_status
blame_remote(plomb_image_question *q, plomb_status s)
{
	plomb_text sentence;

	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	plomb_text_init(&sentence);
	plomb_remote_sentence(q->image, s, &sentence);
	blame(q, s, plomb_text_cstr(&sentence));
	plomb_text_free(&sentence);
	return PLOMB_OK;
}

static int
has_accepted(void *user)
{
	const plomb_image_question *q;
	size_t i;

	q = user;
	for (i = 0; i < q->wanted_count; i ++) {
		if (plomb_judgement_accepted(q->wanted[i].judgement) == 0) {
			return 0;
		}
	}
	return 1;
}

/* A digest is known without asking; a tag is asked for once, and what it named is what is verified. */
static plomb_status
find_remote(plomb_image_question *q, plomb_digest *digest)
{
	plomb_layout_image image;
	plomb_status s;

	*digest = q->image->reference.digest;
	if (q->image->reference.has_digest) {
		return PLOMB_OK;
	}
	s = plomb_registry_image(q->ctx->work, &q->image->store, q->image->reference.tag, NULL, &image);
	*digest = image.digest;
	return s == PLOMB_NO_ROOM && q->is_bounded && is_last_try(q) && !q->image->store.is_exhausted ? PLOMB_LIMIT_EXCEEDED : s;
}

/* Nothing but the lack of signatures speaks against it. */
static int
has_no_signature(const plomb_image_question *q)
{
	size_t i;

	for (i = 0; i < q->wanted_count; i ++) {
		if (plomb_status_class(q->wanted[i].judgement->status) == PLOMB_CLASS_NO_SIGNATURE) {
			return 1;
		}
	}
	return 0;
}

/* No signature, or no image: the digest alone does not tell. And whether the platform is there. */
static plomb_status
check_remote(plomb_image_question *q, const plomb_digest *digest)
{
	plomb_view none = { NULL, 0 };
	plomb_layout_image image;
	plomb_place signatures;
	plomb_status s;

	if (!has_no_signature(q) && (!is_satisfied(q) || q->platform == NULL)) {
		return PLOMB_OK;
	}
	s = plomb_registry_image(q->ctx->work, &q->image->store, none, digest, &image);
	if (s != PLOMB_OK) {
		return blame_remote(q, s);
	}
	if (!is_satisfied(q)) {
		return PLOMB_OK;
	}
	/* The image's own blobs are where the image is; for another try the signatures are not. */
	signatures = q->image->store.signatures;
	q->image->store.signatures = q->image->store.image;
	s = check_platform(q, &q->image->store.store, &image);
	q->image->store.signatures = signatures;
	return s;
}

static plomb_status
judge_remote(plomb_image_question *q)
{
	plomb_registry_search search;
	plomb_text sentence;
	plomb_digest digest;
	plomb_status s;

	s = find_remote(q, &digest);
	if (s != PLOMB_OK) {
		return blame_remote(q, s);
	}
	set_digest(q, &digest);
	search.prefix = q->remote->prefix;
	search.suffix = q->is_attestation ? ".att" : ".sig";
	search.max_blob = q->is_bounded ? PLOMB_MAX_SIGNATURE_BLOB : q->is_attestation ? PLOMB_MAX_INPUT_BYTES : PLOMB_MAX_BUNDLE_BYTES;
	search.is_last_try = q->is_bounded && is_last_try(q);
	search.is_enough = has_accepted;
	s = plomb_registry_signatures(q->ctx->work, &q->image->store, &digest, &search, on_found, q);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	plomb_text_init(&sentence);
	plomb_remote_sentence(q->image, s, &sentence);
	decide(q, &q->image->store.store, s, plomb_text_cstr(&sentence));
	plomb_text_free(&sentence);
	return check_remote(q, &digest);
}

/* see verify_image.h */
plomb_status
plomb_image_with_room(plomb_image_question *q, plomb_room_fn fn, void *user, plomb_fault *fault)
{
	/* What is not touched costs nothing, and nothing has to be fetched again for want of it. */
	q->most_room = PLOMB_ROOM_MOST;
	return plomb_with_room_of(fn, user, q->is_bounded ? PLOMB_SIGNATURE_ROOM + PLOMB_ROOM_START : PLOMB_ROOM_START, &q->most_room, fault);
}

/* see verify_image.h */
plomb_status
plomb_image_judge(plomb_image_question *q, plomb_ctx *ctx)
{
	q->ctx = ctx;
	if (q->is_bounded) {
		q->most_room = plomb_work_mark(ctx->work) + PLOMB_SIGNATURE_ROOM;
	}
	return q->local != NULL ? judge_local(q) : judge_remote(q);
}
