/* plomb verify, plomb verify-attestation: images. */
#include "room.h"
#include "timeout.h"
#include "trust_source.h"
#include "verdicts.h"
#include "verify_image.h"

/* One image on its way through the library. */
typedef struct {
	const plomb_settings *settings;
	const plomb_trust_source *source;
	plomb_image_question question;
	plomb_wanted wanted; /* there is one */
	plomb_policy policy;
	plomb_fault *fault;
} job;

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
	plomb_judgement_clear(j->wanted.judgement);
	if ((s = plomb_trust_source_load(j->source, ctx, &j->wanted.trust, j->fault)) != PLOMB_OK
		|| (s = plomb_settings_policy(j->settings, ctx, &j->policy, j->fault)) != PLOMB_OK)
	{
		return s;
	}
	set_clock(j->settings, &j->policy);
	plomb_judgement_warn(j->wanted.judgement, &j->policy, &j->wanted.trust);
	return plomb_image_judge(&j->question, ctx);
}

/* What the try came to: this image's part of the exit status. */
static int
conclude(plomb_app *app, job *j, plomb_status s)
{
	int status;

	if (s == PLOMB_OK && j->wanted.judgement->out_of_memory) {
		s = plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	}
	if (s != PLOMB_OK) {
		plomb_judgement_blame(j->wanted.judgement, s, plomb_text_cstr(&j->fault->message));
	}
	plomb_progress_image(app->progress);
	plomb_progress_hide(app->progress);
	status = plomb_conclude(app, j->settings, j->wanted.judgement);
	plomb_progress_show(app->progress);
	return status;
}

static int
verify_local(plomb_app *app, job *j, const char *argument)
{
	plomb_local_image local;
	plomb_status s;
	int status;

	j->question.local = &local;
	s = plomb_local_image_open(&local, argument, app->progress, j->fault);
	if (s == PLOMB_OK) {
		s = plomb_image_with_room(&j->question, image_try, j, j->fault);
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

	j->question.image = &image;
	j->question.remote->fault = j->fault;
	s = plomb_remote_image_open(&image, j->question.remote, argument,
		j->question.is_attestation ? PLOMB_MAX_FETCHED_ATTESTATIONS : PLOMB_MAX_FETCHED_SIGNATURES, j->fault);
	if (s == PLOMB_OK) {
		j->wanted.judgement->full_name = plomb_text_cstr(&image.name);
		j->question.is_bounded = !j->question.is_attestation && j->settings->predicate_type != NULL;
		s = plomb_image_with_room(&j->question, image_try, j, j->fault);
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
	j.question.wanted = &j.wanted;
	j.question.wanted_count = 1;
	j.question.is_attestation = settings->command == PLOMB_CMD_VERIFY_ATTESTATION;
	j.question.old_formats_only = settings->old_formats_only;
	j.question.check_content = settings->check_content;
	j.question.platform = settings->platform;
	j.question.remote = remote;
	j.wanted.policy = &j.policy;
	j.wanted.policy_count = 1;
	j.wanted.judgement = &judgement;
	j.fault = &fault;
	status = remote == NULL ? verify_local(app, &j, argument) : verify_remote(app, &j, argument);
	plomb_judgement_free(&judgement);
	plomb_fault_free(&fault);
	return status;
}

/*
 * Every image; the first that was not accepted decides, and its reason is
 * what stderr ends with. cosign stops there.
 */
static int
verify_all(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source, plomb_remote *remote)
{
	plomb_text held;
	size_t i;
	int status;

	status = 0;
	plomb_text_init(&held);
	app->held = &held;
	plomb_warn_settings(app, settings);
	plomb_warn_root(app, settings, source);
	plomb_progress_begin(app->progress, app->operand_count);
	for (i = 0; i < app->operand_count && !(status != 0 && app->is_cosign); i ++) {
		int each;

		each = verify_image(app, settings, source, remote, app->operand[i]);
		if (status == 0) {
			status = each;
		}
	}
	plomb_progress_end(app->progress);
	app->held = NULL;
	if (held.n != 0 && !held.failed) {
		(void)plomb_app_write(app->err, &held);
	}
	plomb_text_free(&held);
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
	if (plomb_remote_open(&remote, app->args, &fault) != PLOMB_OK || plomb_timeout_network(app->args, &fault) != PLOMB_OK) {
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		status = verify_all(app, settings, source, &remote);
	}
	plomb_remote_close(&remote);
	plomb_fault_free(&fault);
	return status;
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
			return plomb_fail_status(fault, s, plomb_tellable(app->operand[i]));
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
		? plomb_options_local(app->args, fault) : check_references(app, fault);
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
