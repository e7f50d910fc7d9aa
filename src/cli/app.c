#include "app.h"

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
	plomb_error_line(app->err, NULL, s, s == PLOMB_IO_ERROR ? "the output could not be written" : plomb_status_sentence(s));
	return (int)plomb_status_class(s);
}

/* The gate's answer is the first line of its output, whatever it is about. */
static void
say_rejected(plomb_app *app, plomb_status status, const plomb_fault *fault)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_text_str(&text, "rejected: ");
	plomb_text_str(&text, plomb_status_code(status));
	plomb_text_str(&text, ": ");
	plomb_text_str(&text, fault->message.n == 0 ? plomb_status_sentence(status) : plomb_text_cstr(&fault->message));
	plomb_text_str(&text, "\n");
	(void)plomb_app_write(app->out, &text);
}

/* see app.h */
int
plomb_app_fail(plomb_app *app, const char *subject, plomb_fault *fault)
{
	plomb_status status;

	status = fault->status == PLOMB_UNSET ? PLOMB_INTERNAL_ERROR : fault->status;
	if (app->is_gate) {
		say_rejected(app, status, fault);
	}
	plomb_error_line(app->err, subject, status, fault->message.n == 0
		? plomb_status_sentence(status) : plomb_text_cstr(&fault->message));
	plomb_fault_free(fault);
	return (int)plomb_status_class(status);
}
