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
 * An algorithm's name, a colon and hex digits to the end, if not as many as
 * there should be then more than a port has: what stands behind the sign in
 * an image's name. Behind a login stands a host, and "shared.example.com"
 * begins like a digest.
 */
static int
is_like_digest(const char *text)
{
	size_t name, hex;

	name = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
	if ((strncmp(text, "sha", 3) != 0 && strncmp(text, "md5", 3) != 0) || text[name] != ':') {
		return 0;
	}
	hex = strspn(text + name + 1, "0123456789abcdefABCDEF");
	return hex > 5 && text[name + 1 + hex] == 0;
}

/* see error.h */
const char *
plomb_tellable(const char *address)
{
	const char *at;

	at = strchr(address, '@');
	return at == NULL || is_like_digest(at + 1) ? address : "a name with @, which may be a login";
}

/*
 * How the two values of a refusal are told. Most are an attribute of what was
 * found beside what it should have been; of some, one value says where a
 * period ended.
 */
typedef enum {
	STYLE_PLAIN = 0, /* sentence: what "got", wanted "want" */
	STYLE_MATCH,     /* noun is "got", wanted "want" */
	STYLE_NAMED,     /* noun "what" is "got", wanted "want" */
	STYLE_LIMIT,     /* sentence: what "got", limit "want" */
	STYLE_BOUND      /* sentence: at "got", what "want" */
} style;

typedef struct {
	plomb_status status;
	style style;
	const char *noun;
} telling;

static const telling tellings[] = {
	{ PLOMB_ANNOTATION_MISMATCH, STYLE_NAMED, "annotation" },
	{ PLOMB_IDENTITY_EXTENSION_MISMATCH, STYLE_NAMED, "certificate extension" },
	{ PLOMB_IDENTITY_SAN_MISMATCH, STYLE_MATCH, "certificate identity" },
	{ PLOMB_IDENTITY_ISSUER_MISMATCH, STYLE_MATCH, "certificate issuer" },
	{ PLOMB_PREDICATE_TYPE_MISMATCH, STYLE_MATCH, "predicate type" },
	{ PLOMB_PAYLOAD_DIGEST_MISMATCH, STYLE_MATCH, "the signed image" },
	{ PLOMB_PAYLOAD_TYPE_MISMATCH, STYLE_MATCH, "payload type" },
	{ PLOMB_SUBJECT_MISMATCH, STYLE_MATCH, "the statement's subject" },
	{ PLOMB_ARTIFACT_DIGEST_MISMATCH, STYLE_MATCH, "the signed artifact" },
	{ PLOMB_BUNDLE_MEDIA_TYPE_UNSUPPORTED, STYLE_MATCH, "bundle media type" },
	{ PLOMB_POLICY_IDENTITY_MISMATCH, STYLE_MATCH, "the image's name in the signature" },
	{ PLOMB_TLOG_TIME_OUTSIDE_CERT, STYLE_LIMIT, NULL },
	{ PLOMB_TLOG_TIME_IN_FUTURE, STYLE_LIMIT, NULL },
	{ PLOMB_KEY_OUTSIDE_VALIDITY, STYLE_LIMIT, NULL },
	{ PLOMB_CERT_NOT_YET_VALID, STYLE_BOUND, NULL },
	{ PLOMB_CERT_EXPIRED, STYLE_BOUND, NULL },
	{ PLOMB_CERT_CA_NOT_VALID_AT_TIME, STYLE_BOUND, NULL },
	{ PLOMB_CERT_CA_OUTSIDE_VALIDITY, STYLE_BOUND, NULL },
	{ PLOMB_SCT_OUTSIDE_LOG_VALIDITY, STYLE_BOUND, NULL },
	{ PLOMB_TLOG_LOG_OUTSIDE_VALIDITY, STYLE_BOUND, NULL },
	{ PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY, STYLE_BOUND, NULL }
};

static telling
telling_of(plomb_status status)
{
	static const telling plain = { PLOMB_UNSET, STYLE_PLAIN, NULL };
	size_t i;

	for (i = 0; i < sizeof tellings / sizeof tellings[0]; i ++) {
		if (tellings[i].status == status) {
			return tellings[i];
		}
	}
	return plain;
}

/* A word in front of a value in quotes; nothing if there is no value. */
static void
put_value(plomb_text *text, const char *word, plomb_view value)
{
	if (value.n != 0) {
		plomb_text_str(text, word);
		plomb_text_quoted(text, value);
	}
}

static void
put_match(plomb_text *text, const telling *t, const plomb_detail *detail)
{
	plomb_text_str(text, t->noun);
	if (t->style == STYLE_NAMED) {
		plomb_text_str(text, " ");
		plomb_text_quoted(text, detail->what);
	}
	plomb_text_str(text, " is ");
	if (detail->got.p == NULL) {
		plomb_text_str(text, "absent");
	} else {
		plomb_text_quoted(text, detail->got);
	}
	plomb_text_str(text, ", wanted ");
	plomb_text_quoted(text, detail->want);
}

/* see error.h */
void
plomb_sentence(plomb_text *text, plomb_status status, const plomb_detail *detail)
{
	telling t;

	t = telling_of(status);
	if (t.noun != NULL && detail->want.p != NULL) {
		put_match(text, &t, detail);
		return;
	}
	plomb_text_str(text, plomb_status_sentence(status));
	if (t.style == STYLE_BOUND) {
		put_value(text, ": at ", detail->got);
		plomb_text_str(text, detail->want.n == 0 ? "" : ", ");
		plomb_text_visible(text, detail->want.n == 0 ? detail->want : detail->what);
		put_value(text, " ", detail->want);
		return;
	}
	if (detail->what.n != 0) {
		plomb_text_str(text, ": ");
		plomb_text_visible(text, detail->what);
	}
	put_value(text, detail->what.n == 0 ? ": " : " ", detail->got);
	put_value(text, t.style == STYLE_LIMIT ? ", limit " : ", wanted ", detail->want);
}

/* see error.h */
plomb_status
plomb_fail_detail(plomb_fault *fault, plomb_status status, const char *subject, const plomb_detail *detail)
{
	if (fault->status != PLOMB_UNSET) {
		return fault->status;
	}
	fault->status = status;
	if (subject != NULL) {
		plomb_text_visible(&fault->message, plomb_view_of_arg(subject));
		plomb_text_str(&fault->message, ": ");
	}
	plomb_sentence(&fault->message, status, detail);
	return status;
}

/* see error.h */
void
plomb_error_text(plomb_text *line, const char *subject, plomb_status status, const char *sentence)
{
	plomb_text_str(line, "plomb: ");
	if (subject != NULL) {
		plomb_text_visible(line, plomb_view_of_arg(subject));
		plomb_text_str(line, ": ");
	}
	plomb_text_str(line, plomb_status_code(status));
	plomb_text_str(line, ": ");
	plomb_text_str(line, sentence);
	plomb_text_str(line, "\n");
}

/* see error.h */
void
plomb_error_line(FILE *err, const char *subject, plomb_status status, const char *sentence)
{
	plomb_text line;

	plomb_text_init(&line);
	plomb_error_text(&line, subject, status, sentence);
	/* The exit status says it too, so a stderr that is closed changes nothing. */
	(void)fwrite(plomb_text_cstr(&line), 1, line.n, err);
	if (line.failed) {
		(void)fprintf(err, "%splomb: %s: %s\n", line.n == 0 ? "" : "...\n",
			plomb_status_code(status), plomb_status_sentence(status));
	}
	plomb_text_free(&line);
}
