/* plomb verify, plomb verify-attestation: images. */
#include "../oci/reference.h"
#include "local_image.h"
#include "room.h"
#include "trust_source.h"
#include "verdicts.h"

/* One image on its way through the library. */
typedef struct {
	const plomb_settings *settings;
	const plomb_trust_source *source;
	plomb_local_image *local;
	plomb_judgement *judgement;
	plomb_fault *fault;
	/* Of the try under way. */
	plomb_ctx *ctx;
	plomb_trust trust;
	plomb_policy policy, layer_policy;
	plomb_message artifact;
} job;

static int
is_attestation(const job *j)
{
	return j->settings->command == PLOMB_CMD_VERIFY_ATTESTATION;
}

/* What the command does not ask for is no candidate: an attestation is not a signature. */
static int
is_candidate(const job *j, plomb_found_kind kind)
{
	if (kind == PLOMB_FOUND_BUNDLE) {
		return !j->settings->old_formats_only;
	}
	return kind == (is_attestation(j) ? PLOMB_FOUND_ENVELOPE : PLOMB_FOUND_SIMPLESIGNING);
}

static plomb_format
format_of(plomb_found_kind kind)
{
	return kind == PLOMB_FOUND_ENVELOPE ? PLOMB_FORMAT_DSSE
		: kind == PLOMB_FOUND_SIMPLESIGNING ? PLOMB_FORMAT_SIMPLESIGNING : PLOMB_FORMAT_UNKNOWN;
}

/* What keeps a candidate from being judged. A statement that says "signed" is small; an SBOM need not be. */
static plomb_status
trouble_of(const job *j, const plomb_found *found)
{
	if (found->trouble == PLOMB_OK && found->kind == PLOMB_FOUND_BUNDLE && !is_attestation(j)
		&& found->bytes.n > PLOMB_MAX_BUNDLE_BYTES)
	{
		return PLOMB_LIMIT_EXCEEDED;
	}
	return found->trouble;
}

static plomb_finding *
judge_found(job *j, const plomb_found *found)
{
	plomb_verdict verdict;
	plomb_status s;

	if ((s = trouble_of(j, found)) != PLOMB_OK) {
		return plomb_judgement_add_trouble(j->judgement, format_of(found->kind), s);
	}
	if (found->kind == PLOMB_FOUND_BUNDLE) {
		s = plomb_verify_bundle(j->ctx, &j->trust, &j->policy, &j->artifact, found->bytes, &verdict);
		return s == PLOMB_NO_ROOM ? NULL : plomb_judgement_add(j->judgement, &verdict, NULL);
	}
	s = found->kind == PLOMB_FOUND_ENVELOPE
		? plomb_verify_envelope(j->ctx, &j->trust, &j->layer_policy, &j->artifact, &found->layer, &verdict)
		: plomb_verify_simplesigning(j->ctx, &j->trust, &j->layer_policy, &j->artifact, &found->layer, &verdict);
	return s == PLOMB_NO_ROOM ? NULL : plomb_judgement_add(j->judgement, &verdict, &found->layer);
}

static plomb_status
on_found(void *user, const plomb_found *found)
{
	job *j;
	plomb_finding *finding;
	size_t mark;

	j = user;
	if (!is_candidate(j, found->kind)) {
		return PLOMB_OK;
	}
	mark = plomb_work_mark(j->ctx->work);
	finding = judge_found(j, found);
	plomb_work_release(j->ctx->work, mark);
	if (finding == NULL) {
		return PLOMB_NO_ROOM;
	}
	finding->origin = "layout";
	finding->source = found->source;
	return PLOMB_OK;
}

/* Everything about the image that is not a signature, once one was accepted. */
static plomb_status
check_image(job *j, const plomb_layout_image *image)
{
	plomb_status s;

	if (j->settings->check_content) {
		s = plomb_layout_check_content(j->ctx->work, j->local->store, image);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s != PLOMB_OK) {
			plomb_judgement_blame(j->judgement, s, NULL);
			return PLOMB_OK;
		}
	}
	if (j->settings->platform != NULL) {
		s = plomb_layout_platform(j->ctx->work, j->local->store, image,
			plomb_view_of_arg(j->settings->platform), &j->judgement->platform_digest);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s != PLOMB_OK) {
			j->judgement->platform_digest.hash = PLOMB_HASH_NONE;
			plomb_judgement_blame(j->judgement, s, s == PLOMB_IMAGE_NOT_FOUND ? "the image has no such platform" : NULL);
		}
	}
	return PLOMB_OK;
}

static plomb_status
judge_image(job *j)
{
	plomb_layout_image image;
	plomb_status s;

	s = plomb_layout_find(j->ctx->work, j->local->store, j->local->tag,
		j->local->has_digest ? &j->local->digest : NULL, &image);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		plomb_judgement_blame(j->judgement, s, NULL);
		return PLOMB_OK;
	}
	j->judgement->digest = image.digest;
	plomb_message_from_digest(&j->artifact, &image.digest);
	s = plomb_layout_signatures(j->ctx->work, j->local->store, &image, on_found, j);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	plomb_judgement_decide(j->judgement, is_attestation(j) ? PLOMB_ATTESTATION_NOT_FOUND : PLOMB_SIGNATURE_NOT_FOUND);
	/* The walk broke off: the signature that counts may be behind that place. */
	if (s != PLOMB_OK && j->judgement->status != PLOMB_OK) {
		plomb_judgement_blame(j->judgement, s, NULL);
	}
	return j->judgement->status == PLOMB_OK ? check_image(j, &image) : PLOMB_OK;
}

/* The clock only ever refuses. */
static void
set_clock(const plomb_settings *settings, plomb_policy *policy)
{
	policy->now_known = settings->now_known;
	policy->now = settings->now;
}

static plomb_status
image_try(void *user, plomb_ctx *ctx)
{
	job *j;
	plomb_status s;

	j = user;
	j->ctx = ctx;
	plomb_judgement_clear(j->judgement);
	if ((s = plomb_trust_source_load(j->source, ctx, &j->trust, j->fault)) != PLOMB_OK
		|| (s = plomb_settings_policy(j->settings, ctx, &j->policy, j->fault)) != PLOMB_OK)
	{
		return s;
	}
	set_clock(j->settings, &j->policy);
	j->layer_policy = plomb_settings_layer_policy(&j->policy);
	plomb_judgement_warn(j->judgement, &j->policy, &j->trust);
	return judge_image(j);
}

/* One image: its part of the exit status. */
static int
verify_image(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source, const char *argument)
{
	plomb_local_image local;
	plomb_judgement judgement;
	plomb_fault fault;
	plomb_status s;
	job j;
	int status;

	plomb_fault_init(&fault);
	plomb_judgement_init(&judgement, argument, 1);
	judgement.platform = settings->platform;
	j.settings = settings;
	j.source = source;
	j.local = &local;
	j.judgement = &judgement;
	j.fault = &fault;
	s = plomb_local_image_open(&local, argument, &fault);
	if (s == PLOMB_OK) {
		s = plomb_with_room(image_try, &j, &fault);
	}
	if (s == PLOMB_OK && judgement.out_of_memory) {
		s = plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
	}
	if (s != PLOMB_OK) {
		plomb_judgement_blame(&judgement, s, plomb_text_cstr(&fault.message));
	}
	status = plomb_conclude(app, settings, &judgement);
	plomb_local_image_free(&local);
	plomb_judgement_free(&judgement);
	plomb_fault_free(&fault);
	return status;
}

static int
verify_all(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source)
{
	size_t i;
	int status;

	status = 0;
	plomb_warn_settings(app, settings);
	for (i = 0; i < app->operand_count; i ++) {
		int each;

		each = verify_image(app, settings, source, app->operand[i]);
		if (status == 0) {
			status = each;
		}
	}
	return status;
}

/* This build can only say whether it would be a name at all. */
static plomb_status
refuse_reference(const char *name, plomb_fault *fault)
{
	plomb_reference reference;
	plomb_status s;

	s = plomb_reference_parse(plomb_view_of_arg(name), &reference);
	if (s != PLOMB_OK) {
		return plomb_fail_status(fault, s, name);
	}
	return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, name,
		": " PLOMB_WHY_REGISTRY "; use --local-image with a path", (const char *)NULL);
}

static plomb_status
check_operands(const plomb_app *app, plomb_fault *fault)
{
	size_t i;

	if (app->operand_count == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "no image was given", (const char *)NULL);
	}
	for (i = 0; i < app->operand_count; i ++) {
		if (app->operand[i][0] == 0) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "an image's name is empty", (const char *)NULL);
		}
	}
	return plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0) ? PLOMB_OK : refuse_reference(app->operand[0], fault);
}

/* see app.h */
int
plomb_cmd_verify(plomb_app *app, plomb_cmd command)
{
	plomb_settings settings;
	plomb_trust_source source;
	plomb_fault fault;
	int status;

	plomb_fault_init(&fault);
	memset(&source, 0, sizeof source);
	if (plomb_settings_read(&settings, app->args, command, &fault) != PLOMB_OK
		|| check_operands(app, &fault) != PLOMB_OK
		|| plomb_trust_source_read(&source, app->args, &fault) != PLOMB_OK)
	{
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		status = verify_all(app, &settings, &source);
	}
	plomb_trust_source_free(&source);
	plomb_settings_free(&settings);
	plomb_fault_free(&fault);
	return status;
}
