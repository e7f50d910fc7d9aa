#include "app.h"

/* see app.h */
int
plomb_app_write(FILE *file, plomb_text *text)
{
	int is_written;

	is_written = !text->failed
		&& fwrite(plomb_text_cstr(text), 1, text->n, file) == text->n && fflush(file) == 0;
	plomb_text_free(text);
	return is_written;
}

/* see app.h */
int
plomb_app_fail(plomb_app *app, const char *subject, plomb_fault *fault)
{
	plomb_status status;

	status = fault->status == PLOMB_UNSET ? PLOMB_INTERNAL_ERROR : fault->status;
	plomb_error_line(app->err, subject, status, fault->message.n == 0
		? plomb_status_sentence(status) : plomb_text_cstr(&fault->message));
	plomb_fault_free(fault);
	return (int)plomb_status_class(status);
}
