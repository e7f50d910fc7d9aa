#include "error.h"

#include <stdarg.h>

/* see error.h */
void
plomb_fault_init(plomb_fault *fault)
{
	fault->status = PLOMB_UNSET;
	plomb_text_init(&fault->message);
}

/* see error.h */
void
plomb_fault_free(plomb_fault *fault)
{
	plomb_text_free(&fault->message);
	fault->status = PLOMB_UNSET;
}

/* see error.h */
plomb_status
plomb_fail(plomb_fault *fault, plomb_status status, ...)
{
	va_list parts;
	const char *part;

	if (fault->status != PLOMB_UNSET) {
		return fault->status;
	}
	fault->status = status;
	va_start(parts, status);
	while ((part = va_arg(parts, const char *)) != NULL) {
		plomb_text_visible(&fault->message, plomb_view_of_arg(part));
	}
	va_end(parts);
	return status;
}

/* see error.h */
plomb_status
plomb_fail_status(plomb_fault *fault, plomb_status status, const char *file)
{
	if (file == NULL) {
		return plomb_fail(fault, status, plomb_status_sentence(status), (const char *)NULL);
	}
	return plomb_fail(fault, status, file, ": ", plomb_status_sentence(status), (const char *)NULL);
}

/*
 * What the two values of a refusal are called. Only where "NOUN is GOT,
 * wanted WANT" says it better than the status's own sentence.
 */
static const struct {
	plomb_status status;
	const char *noun;
} nouns[] = {
	{ PLOMB_ANNOTATION_MISMATCH, "annotation" },
	{ PLOMB_IDENTITY_SAN_MISMATCH, "certificate identity" },
	{ PLOMB_IDENTITY_ISSUER_MISMATCH, "certificate issuer" },
	{ PLOMB_IDENTITY_EXTENSION_MISMATCH, "certificate extension" },
	{ PLOMB_PREDICATE_TYPE_MISMATCH, "predicate type" },
	{ PLOMB_PAYLOAD_DIGEST_MISMATCH, "the signed image" },
	{ PLOMB_SUBJECT_MISMATCH, "the statement's subject" },
	{ PLOMB_ARTIFACT_DIGEST_MISMATCH, "the signed artifact" },
	{ PLOMB_PAYLOAD_TYPE_MISMATCH, "payload type" },
	{ PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, "bundle media type" }
};

static const char *
noun_of(plomb_status status)
{
	size_t i;

	for (i = 0; i < sizeof nouns / sizeof nouns[0]; i ++) {
		if (nouns[i].status == status) {
			return nouns[i].noun;
		}
	}
	return NULL;
}

/* see error.h */
void
plomb_sentence(plomb_text *text, plomb_status status, const plomb_detail *detail)
{
	const char *noun;

	noun = noun_of(status);
	if (noun == NULL || detail->want.p == NULL) {
		plomb_text_str(text, plomb_status_sentence(status));
		if (detail->what.p != NULL) {
			plomb_text_str(text, ": ");
			plomb_text_visible(text, detail->what);
		}
		if (detail->got.p != NULL) {
			plomb_text_str(text, detail->what.p == NULL ? ": got " : " is ");
			plomb_text_quoted(text, detail->got);
		}
		if (detail->want.p != NULL) {
			plomb_text_str(text, ", wanted ");
			plomb_text_quoted(text, detail->want);
		}
		return;
	}
	plomb_text_str(text, noun);
	if (detail->what.p != NULL && (status == PLOMB_ANNOTATION_MISMATCH
		|| status == PLOMB_IDENTITY_EXTENSION_MISMATCH))
	{
		plomb_text_str(text, " ");
		plomb_text_quoted(text, detail->what);
	}
	plomb_text_str(text, " is ");
	if (detail->got.p == NULL) {
		plomb_text_str(text, "absent");
	}
	if (detail->got.p != NULL) {
		plomb_text_quoted(text, detail->got);
	}
	plomb_text_str(text, ", wanted ");
	plomb_text_quoted(text, detail->want);
}

/* see error.h */
void
plomb_error_line(FILE *err, const char *subject, plomb_status status, const char *sentence)
{
	plomb_text line;

	plomb_text_init(&line);
	plomb_text_str(&line, "plomb: ");
	if (subject != NULL) {
		plomb_text_visible(&line, plomb_view_of_arg(subject));
		plomb_text_str(&line, ": ");
	}
	plomb_text_str(&line, plomb_status_code(status));
	plomb_text_str(&line, ": ");
	plomb_text_str(&line, sentence);
	plomb_text_str(&line, "\n");
	/* The exit status says it too, so a stderr that is closed changes nothing. */
	(void)fwrite(plomb_text_cstr(&line), 1, line.n, err);
	plomb_text_free(&line);
}
