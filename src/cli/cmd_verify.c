/* plomb verify, plomb verify-attestation: images. */
#include "local_image.h"
#include "remote.h"
#include "room.h"
#include "timeout.h"
#include "trust_source.h"
#include "verdicts.h"

/* As cosign: nobody waits longer for registries if nothing is said. */
#define REGISTRY_TIMEOUT_MS 180000

/* What all answers about one image may have together. */
#define MOST_FETCHED_SIGNATURES   (32u << 20)
#define MOST_FETCHED_ATTESTATIONS (256u << 20)

/* One image on its way through the library. */
typedef struct {
	const plomb_settings *settings;
	const plomb_trust_source *source;
	plomb_local_image *local; /* NULL for one in a registry */
	plomb_remote *remote;
	plomb_remote_image *image;
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
	finding->origin = found->origin;
	if (j->remote != NULL && plomb_status_class(finding->status) == PLOMB_CLASS_UNDECIDED) {
		plomb_finding_explain(finding, j->remote->registry->why);
	}
	finding->source = found->source;
	return PLOMB_OK;
}

/* The platform that was asked for is in the image. */
static plomb_status
check_platform(job *j, plomb_store *store, const plomb_layout_image *image)
{
	plomb_status s;

	if (j->settings->platform == NULL) {
		return PLOMB_OK;
	}
	s = plomb_layout_platform(j->ctx->work, store, image,
		plomb_view_of_arg(j->settings->platform), &j->judgement->platform_digest);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		j->judgement->platform_digest.hash = PLOMB_HASH_NONE;
		plomb_judgement_blame(j->judgement, s, s == PLOMB_IMAGE_NOT_FOUND ? "the image has no such platform" : NULL);
	}
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
	return check_platform(j, j->local->store, image);
}

/* What the walk over the signatures came to; s is not PLOMB_NO_ROOM. */
static void
decide(job *j, plomb_status s, const char *sentence)
{
	plomb_judgement_decide(j->judgement, is_attestation(j) ? PLOMB_ATTESTATION_NOT_FOUND : PLOMB_SIGNATURE_NOT_FOUND);
	/* The walk broke off: the signature that counts may be behind that place. */
	if (s != PLOMB_OK && j->judgement->status != PLOMB_OK) {
		plomb_judgement_blame(j->judgement, s, sentence);
	}
}

static plomb_status
judge_local(job *j)
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
	decide(j, s, NULL);
	return j->judgement->status == PLOMB_OK ? check_image(j, &image) : PLOMB_OK;
}

/* ---------------------------------------------------------------- registries */

/* Blame with what the registry did. */
static plomb_status
blame_remote(job *j, plomb_status s)
{
	plomb_text sentence;

	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	plomb_text_init(&sentence);
	plomb_remote_sentence(j->remote, s, &sentence);
	plomb_judgement_blame(j->judgement, s, plomb_text_cstr(&sentence));
	plomb_text_free(&sentence);
	return PLOMB_OK;
}

static int
has_accepted(void *user)
{
	const job *j;

	j = user;
	return plomb_judgement_accepted(j->judgement) != 0;
}

/* A digest is known without asking; a tag is asked for once, and what it named is what is verified. */
static plomb_status
find_remote(job *j, plomb_digest *digest)
{
	plomb_layout_image image;
	plomb_status s;

	*digest = j->image->reference.digest;
	if (j->image->reference.has_digest) {
		return PLOMB_OK;
	}
	s = plomb_registry_image(j->ctx->work, &j->image->store, j->image->reference.tag, NULL, &image);
	*digest = image.digest;
	return s;
}

/* No signature, or no image: the digest alone does not tell. And whether the platform is there. */
static plomb_status
check_remote(job *j, const plomb_digest *digest)
{
	plomb_view none = { NULL, 0 };
	plomb_layout_image image;
	plomb_status s;

	if (j->judgement->status != PLOMB_OK && plomb_status_class(j->judgement->status) != PLOMB_CLASS_NO_SIGNATURE) {
		return PLOMB_OK;
	}
	if (j->judgement->status == PLOMB_OK && j->settings->platform == NULL) {
		return PLOMB_OK;
	}
	s = plomb_registry_image(j->ctx->work, &j->image->store, none, digest, &image);
	if (s != PLOMB_OK) {
		return blame_remote(j, s);
	}
	if (j->judgement->status != PLOMB_OK) {
		return PLOMB_OK;
	}
	/* The image's own blobs are where the image is. */
	j->image->store.signatures = j->image->store.image;
	return check_platform(j, &j->image->store.store, &image);
}

static plomb_status
judge_remote(job *j)
{
	plomb_registry_search search;
	plomb_text sentence;
	plomb_digest digest;
	plomb_status s;

	s = find_remote(j, &digest);
	if (s != PLOMB_OK) {
		return blame_remote(j, s);
	}
	j->judgement->digest = digest;
	plomb_message_from_digest(&j->artifact, &digest);
	search.prefix = j->remote->prefix;
	search.suffix = is_attestation(j) ? ".att" : ".sig";
	search.max_blob = is_attestation(j) ? PLOMB_MAX_INPUT_BYTES : PLOMB_MAX_BUNDLE_BYTES;
	search.is_enough = has_accepted;
	s = plomb_registry_signatures(j->ctx->work, &j->image->store, &digest, &search, on_found, j);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	plomb_text_init(&sentence);
	plomb_remote_sentence(j->remote, s, &sentence);
	decide(j, s, plomb_text_cstr(&sentence));
	plomb_text_free(&sentence);
	return check_remote(j, &digest);
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
	return j->local != NULL ? judge_local(j) : judge_remote(j);
}

/* What the try came to: this image's part of the exit status. */
static int
conclude(plomb_app *app, job *j, plomb_status s)
{
	if (s == PLOMB_OK && j->judgement->out_of_memory) {
		s = plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	}
	if (s != PLOMB_OK) {
		plomb_judgement_blame(j->judgement, s, plomb_text_cstr(&j->fault->message));
	}
	return plomb_conclude(app, j->settings, j->judgement);
}

static int
verify_local(plomb_app *app, job *j, const char *argument)
{
	plomb_local_image local;
	plomb_status s;
	int status;

	j->local = &local;
	s = plomb_local_image_open(&local, argument, j->fault);
	if (s == PLOMB_OK) {
		s = plomb_with_room(image_try, j, j->fault);
	}
	status = conclude(app, j, s);
	plomb_local_image_free(&local);
	return status;
}

static int
verify_remote(plomb_app *app, job *j, const char *argument)
{
	plomb_remote_image image;
	plomb_status s;
	int status;

	j->image = &image;
	j->remote->fault = j->fault;
	s = plomb_remote_image_open(&image, j->remote, argument,
		is_attestation(j) ? MOST_FETCHED_ATTESTATIONS : MOST_FETCHED_SIGNATURES, j->fault);
	if (s == PLOMB_OK) {
		j->judgement->full_name = plomb_text_cstr(&image.name);
		s = plomb_with_room(image_try, j, j->fault);
	}
	status = conclude(app, j, s);
	plomb_remote_image_free(&image);
	return status;
}

/* One image; remote is NULL for local ones. */
static int
verify_image(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source, plomb_remote *remote, const char *argument)
{
	plomb_judgement judgement;
	plomb_fault fault;
	job j;
	int status;

	memset(&j, 0, sizeof j);
	plomb_fault_init(&fault);
	plomb_judgement_init(&judgement, argument, 1);
	judgement.platform = settings->platform;
	j.settings = settings;
	j.source = source;
	j.remote = remote;
	j.judgement = &judgement;
	j.fault = &fault;
	status = remote == NULL ? verify_local(app, &j, argument) : verify_remote(app, &j, argument);
	plomb_judgement_free(&judgement);
	plomb_fault_free(&fault);
	return status;
}

static int
verify_all(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source, plomb_remote *remote)
{
	size_t i;
	int status;

	status = 0;
	plomb_warn_settings(app, settings);
	for (i = 0; i < app->operand_count; i ++) {
		int each;

		each = verify_image(app, settings, source, remote, app->operand[i]);
		if (status == 0) {
			status = each;
		}
	}
	return status;
}

/* Images from registries: connections and logins are shared by all of them. */
static int
verify_remotes(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source)
{
	plomb_remote remote;
	plomb_fault fault;
	int status;

	plomb_fault_init(&fault);
	if (plomb_remote_open(&remote, app->args, &fault) != PLOMB_OK) {
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		if (plomb_args_text(app->args, PLOMB_OPTION_TIMEOUT) == NULL) {
			(void)plomb_timeout_start(REGISTRY_TIMEOUT_MS);
		}
		status = verify_all(app, settings, source, &remote);
	}
	plomb_remote_close(&remote);
	plomb_fault_free(&fault);
	return status;
}

/* An option about registries beside --local-image asks for what is not done. */
static plomb_status
refuse_registry_options(const plomb_args *args, plomb_fault *fault)
{
	static const plomb_option options[] = {
		PLOMB_OPTION_TAG_PREFIX, PLOMB_OPTION_ALLOW_HTTP, PLOMB_OPTION_ALLOW_INSECURE, PLOMB_OPTION_REGISTRY_CACERT,
		PLOMB_OPTION_REGISTRY_CLIENT_CERT, PLOMB_OPTION_REGISTRY_CLIENT_KEY, PLOMB_OPTION_REGISTRY_PASSWORD,
		PLOMB_OPTION_REGISTRY_SERVER_NAME, PLOMB_OPTION_REGISTRY_TOKEN, PLOMB_OPTION_REGISTRY_USERNAME, PLOMB_OPTION_REGISTRY_MIRROR
	};
	size_t i;

	for (i = 0; i < sizeof options / sizeof options[0]; i ++) {
		const plomb_arg_spec *spec;

		spec = &plomb_option_table[options[i]];
		if (spec->kind == PLOMB_ARG_SWITCH ? plomb_args_on(args, options[i], 0) : plomb_args_text(args, options[i]) != NULL) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", spec->name, " has no meaning with --local-image", (const char *)NULL);
		}
	}
	return PLOMB_OK;
}

/* A name that cannot be one is a mistake before anything is fetched. */
static plomb_status
check_references(const plomb_app *app, plomb_fault *fault)
{
	size_t i;

	for (i = 0; i < app->operand_count; i ++) {
		plomb_reference reference;
		plomb_status s;

		s = plomb_reference_parse(plomb_view_of_arg(app->operand[i]), &reference);
		if (s != PLOMB_OK) {
			return plomb_fail_status(fault, s, app->operand[i]);
		}
	}
	return PLOMB_OK;
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
	return plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0)
		? refuse_registry_options(app->args, fault) : check_references(app, fault);
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
		status = plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0)
			? verify_all(app, &settings, &source, NULL) : verify_remotes(app, &settings, &source);
	}
	plomb_trust_source_free(&source);
	plomb_settings_free(&settings);
	plomb_fault_free(&fault);
	return status;
}
