#include "app.h"
#include "as_cosign.h"
#include "gate.h"

/* see app.h */
plomb_status
plomb_app_write(FILE *file, plomb_text *text)
{
	plomb_status s;

	s = PLOMB_NO_ROOM;
	if (!text->failed) {
		s = fwrite(plomb_text_cstr(text), 1, text->n, file) == text->n && fflush(file) == 0
			? PLOMB_OK : PLOMB_IO_ERROR;
	}
	plomb_text_free(text);
	return s;
}

/* see app.h */
int
plomb_app_say(plomb_app *app, plomb_text *text)
{
	plomb_status s;

	s = plomb_app_write(app->out, text);
	if (s == PLOMB_OK) {
		return 0;
	}
	return plomb_app_error(app, NULL, s, s == PLOMB_IO_ERROR ? "the output could not be written" : plomb_status_sentence(s));
}

static void
put_cosign_error(plomb_app *app, const char *subject, const char *sentence)
{
	plomb_text message;

	plomb_text_init(&message);
	if (subject != NULL) {
		plomb_text_visible(&message, plomb_view_of_arg(subject));
		plomb_text_str(&message, ": ");
	}
	plomb_text_str(&message, sentence);
	plomb_cosign_error(app->err, message.failed ? sentence : plomb_text_cstr(&message));
	plomb_text_free(&message);
}

/* see app.h */
int
plomb_app_error(plomb_app *app, const char *subject, plomb_status status, const char *sentence)
{
	if (app->is_cosign) {
		put_cosign_error(app, subject, sentence);
		return PLOMB_COSIGN_FAILURE;
	}
	if (app->held == NULL || app->held->n != 0) {
		plomb_error_line(app->err, subject, status, sentence);
		return (int)plomb_status_class(status);
	}
	plomb_error_text(app->held, subject, status, sentence);
	if (app->held->failed) {
		/* No memory to keep it for later: better early than never. */
		plomb_error_line(app->err, subject, status, sentence);
	}
	return (int)plomb_status_class(status);
}

/* The gate's answer is the first line of its output, whatever it is about. */
static void
say_rejected(plomb_app *app, plomb_status status, const plomb_fault *fault)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_gate_rejection(&text, status, fault->message.n == 0 ? plomb_status_sentence(status) : plomb_text_cstr(&fault->message));
	(void)plomb_app_write(app->out, &text);
}

/* see app.h */
int
plomb_app_fail(plomb_app *app, const char *subject, plomb_fault *fault)
{
	plomb_status status;
	int exit_status;

	status = fault->status == PLOMB_UNSET ? PLOMB_INTERNAL_ERROR : fault->status;
	if (app->is_gate) {
		say_rejected(app, status, fault);
	}
	exit_status = plomb_app_error(app, subject, status, fault->message.n == 0
		? plomb_status_sentence(status) : plomb_text_cstr(&fault->message));
	plomb_fault_free(fault);
	return exit_status;
}
