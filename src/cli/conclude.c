/* see verdicts.h: what a judgement becomes on stdout and stderr. */
#include "as_cosign.h"
#include "verdicts.h"
#include "verify_image.h"

/* see verdicts.h */
void
plomb_warn_settings(plomb_app *app, const plomb_settings *settings)
{
	plomb_text text;

	if (!settings->is_tlog_skipped) {
		return;
	}
	plomb_text_init(&text);
	plomb_text_str(&text, "WARNING: Skipping tlog verification is an insecure practice that lacks transparency "
		"and auditability verification for the ");
	plomb_text_str(&text, settings->command == PLOMB_CMD_VERIFY ? "signature.\n"
		: settings->command == PLOMB_CMD_VERIFY_BLOB ? "blob.\n" : "attestation.\n");
	(void)plomb_app_write(app->err, &text);
}

/* see verdicts.h */
void
plomb_warn_root(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_trust_source_warn(source, 0, settings->now_known, settings->now, &text);
	(void)plomb_app_write(app->err, &text);
}

static void
put_warnings(const plomb_app *app, const plomb_judgement *judgement, plomb_text *err)
{
	static const struct {
		unsigned bit;
		const char *sentence;
	} warnings[] = {
		{ PLOMB_WARN_IDENTITY_PATTERN, "--certificate-identity-regexp has no ^ and $ around it: longer names match too" },
		{ PLOMB_WARN_ISSUER_PATTERN, "--certificate-oidc-issuer-regexp has no ^ and $ around it: longer names match too" },
		{ PLOMB_WARN_ROOT_FIELDS, "the trust root has members that this version does not know" },
		{ PLOMB_WARN_FALLBACK, PLOMB_FALLBACK_WARNING }
	};
	size_t i;

	for (i = 0; i < sizeof warnings / sizeof warnings[0]; i ++) {
		if ((judgement->warnings & warnings[i].bit) != 0) {
			plomb_text_str(err, app->is_cosign ? "WARNING: " : "plomb: warning: ");
			plomb_text_str(err, warnings[i].sentence);
			plomb_text_str(err, "\n");
		}
	}
}

static int
conclude_accepted(plomb_app *app, const plomb_settings *settings, plomb_judgement *judgement,
	plomb_text *out, plomb_text *err, plomb_fault *fault)
{
	if (settings->output == PLOMB_OUTPUT_REPORT) {
		return 0;
	}
	if (!judgement->is_image) {
		plomb_text_str(err, "Verified OK\n");
		return 0;
	}
	if (plomb_output_cosign(judgement, settings, out, err, fault) != PLOMB_OK) {
		return plomb_app_fail(app, judgement->name, fault);
	}
	return 0;
}

/* Why not, in the words of whoever we were started as: the exit status. */
static int
conclude_refused(plomb_app *app, const plomb_settings *settings, const plomb_judgement *judgement)
{
	plomb_text message;
	int status;

	if (!app->is_cosign) {
		(void)plomb_app_error(app, judgement->name, judgement->status, plomb_text_cstr(&judgement->sentence));
		return (int)judgement->class_;
	}
	plomb_text_init(&message);
	plomb_cosign_message(&message, judgement, settings, plomb_args_text(app->args, PLOMB_OPTION_TYPE));
	status = plomb_cosign_status(judgement, settings->command);
	plomb_cosign_error(app->err, message.failed ? plomb_status_sentence(judgement->status) : plomb_text_cstr(&message));
	plomb_text_free(&message);
	return status;
}

/* see verdicts.h */
int
plomb_conclude(plomb_app *app, const plomb_settings *settings, plomb_judgement *judgement)
{
	plomb_text out, err, explanation;
	plomb_fault fault;
	plomb_status written, said;
	int status;

	plomb_text_init(&out);
	plomb_text_init(&err);
	plomb_text_init(&explanation);
	plomb_fault_init(&fault);
	status = (int)judgement->class_;
	put_warnings(app, judgement, &explanation);
	if (settings->explain || app->is_terminal) {
		plomb_explain(app, judgement, &explanation);
	}
	if (status == 0) {
		status = conclude_accepted(app, settings, judgement, &out, &err, &fault);
	}
	if (settings->output == PLOMB_OUTPUT_REPORT) {
		plomb_report(judgement, &out);
	}
	(void)plomb_app_write(app->err, &explanation);
	said = plomb_app_write(app->err, &err);
	written = plomb_app_write(app->out, &out);
	/* Of a file, what is said on stderr is the answer itself. */
	if (written == PLOMB_OK && !judgement->is_image && settings->output != PLOMB_OUTPUT_REPORT) {
		written = said;
	}
	if (judgement->class_ != PLOMB_CLASS_ACCEPTED) {
		status = conclude_refused(app, settings, judgement);
	}
	/* An answer that nobody got is not a yes. */
	if (status == 0 && written != PLOMB_OK) {
		status = plomb_app_error(app, judgement->name, written,
			written == PLOMB_IO_ERROR ? "the output could not be written" : plomb_status_sentence(written));
	}
	plomb_fault_free(&fault);
	return status;
}
