/*
 * plomb conformance verify-bundle (and plomb verify-bundle): the client
 * protocol of sigstore-conformance. The artifact is a digest only if it
 * reads as one and no file of that name exists.
 */
#include "blob.h"

static plomb_status
read_command(plomb_app *app, const char **bundle, plomb_fault *fault)
{
	*bundle = plomb_args_text(app->args, PLOMB_OPTION_BUNDLE);
	if (*bundle == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--bundle is required", (const char *)NULL);
	}
	if (app->operand_count != 1 || app->operand[0][0] == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "exactly one file or digest is required", (const char *)NULL);
	}
	if (plomb_args_on(app->args, PLOMB_OPTION_STAGING, 0) && !plomb_args_has(app->args, PLOMB_OPTION_TRUSTED_ROOT)) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--staging: ",
			plomb_option_table[PLOMB_OPTION_STAGING].help, (const char *)NULL);
	}
	return PLOMB_OK;
}

static int
judge(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source, const char *bundle)
{
	plomb_artifact artifact;
	plomb_bytes bytes;
	plomb_blob_candidate candidate;
	plomb_judgement judgement;
	plomb_blob_job blob;
	plomb_fault fault;
	int status;

	plomb_fault_init(&fault);
	memset(&bytes, 0, sizeof bytes);
	memset(&candidate, 0, sizeof candidate);
	plomb_judgement_init(&judgement, app->operand[0], 0);
	if (plomb_artifact_open(&artifact, app->operand[0], app->progress, &fault) == PLOMB_OK
		&& plomb_read_evidence(&bytes, bundle, PLOMB_MAX_BUNDLE_BYTES, &fault) == PLOMB_OK)
	{
		candidate.bundle = plomb_bytes_view(&bytes);
		candidate.file = bundle;
		blob.settings = settings;
		blob.source = source;
		blob.artifact = &artifact;
		blob.candidates = &candidate;
		blob.count = 1;
		blob.refuse_envelopes = 0;
		blob.judgement = &judgement;
		blob.fault = &fault;
		plomb_blob_judge(&blob);
	}
	if (judgement.status == PLOMB_UNSET) {
		plomb_judgement_blame(&judgement, fault.status, plomb_text_cstr(&fault.message));
	}
	/* A command that makes no sense is about no file. */
	status = judgement.status == PLOMB_USAGE_ERROR
		? plomb_app_fail(app, NULL, &fault) : plomb_conclude(app, settings, &judgement);
	plomb_artifact_free(&artifact);
	plomb_bytes_free(&bytes);
	plomb_judgement_free(&judgement);
	plomb_fault_free(&fault);
	return status;
}

/* see app.h */
int
plomb_cmd_conformance(plomb_app *app, plomb_cmd command)
{
	plomb_settings settings;
	plomb_trust_source source;
	plomb_fault fault;
	const char *bundle;
	int status;

	plomb_fault_init(&fault);
	memset(&settings, 0, sizeof settings);
	memset(&source, 0, sizeof source);
	if (read_command(app, &bundle, &fault) != PLOMB_OK
		|| plomb_settings_read(&settings, app->args, command, &fault) != PLOMB_OK
		|| plomb_trust_source_read(&source, app->args, &fault) != PLOMB_OK)
	{
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		status = judge(app, &settings, &source, bundle);
	}
	plomb_trust_source_free(&source);
	plomb_settings_free(&settings);
	plomb_fault_free(&fault);
	return status;
}
