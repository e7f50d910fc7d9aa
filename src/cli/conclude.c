/* see verdicts.h: what a judgement becomes on stdout and stderr. */
#include "verdicts.h"

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

/* see verdicts.h */
int
plomb_conclude(plomb_app *app, const plomb_settings *settings, plomb_judgement *judgement)
{
	plomb_text out, err, explanation;
	plomb_fault fault;
	int status, is_written;

	plomb_text_init(&out);
	plomb_text_init(&err);
	plomb_text_init(&explanation);
	plomb_fault_init(&fault);
	status = (int)judgement->class_;
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
	(void)plomb_app_write(app->err, &err);
	is_written = plomb_app_write(app->out, &out);
	if (judgement->class_ != PLOMB_CLASS_ACCEPTED) {
		plomb_error_line(app->err, judgement->name, judgement->status, plomb_text_cstr(&judgement->sentence));
	}
	/* An answer that nobody got is not a yes. */
	if (status == 0 && !is_written) {
		plomb_error_line(app->err, judgement->name, PLOMB_IO_ERROR, "the output could not be written");
		status = PLOMB_CLASS_UNDECIDED;
	}
	plomb_fault_free(&fault);
	return status;
}
