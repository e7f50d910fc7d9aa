#include "verdicts.h"

/* The marks of the four results, plain and in UTF-8, and their colours. */
typedef struct {
	const char *plain, *utf8, *colour;
} mark;

static const mark marks[] = {
	{ "+", "\xE2\x9C\x93", "\033[32m" }, /* pass */
	{ "x", "\xE2\x9C\x97", "\033[31m" }, /* fail */
	{ "-", "\xE2\x80\x93", "\033[2m" },  /* not required */
	{ ".", "\xC2\xB7", "\033[2m" }       /* not reached */
};

static const mark *
mark_of(plomb_status status)
{
	return &marks[status == PLOMB_OK ? 0 : status == PLOMB_NOT_REQUIRED ? 2 : status == PLOMB_UNSET ? 3 : 1];
}

static void
put_mark(const plomb_app *app, const mark *m, plomb_text *err)
{
	plomb_text_str(err, "  ");
	if (app->has_colour) {
		plomb_text_str(err, m->colour);
	}
	plomb_text_str(err, app->has_utf8 ? m->utf8 : m->plain);
	if (app->has_colour) {
		plomb_text_str(err, "\033[0m");
	}
	plomb_text_str(err, " ");
}

/* A name and blanks up to the column of the sentences. */
static void
put_name(const char *name, plomb_text *err)
{
	size_t n;

	plomb_text_str(err, name);
	for (n = strlen(name); n < 26; n ++) {
		plomb_text_str(err, " ");
	}
}

static void
put_check(const plomb_app *app, const plomb_finding *finding, plomb_check check, plomb_text *err)
{
	plomb_status status;
	plomb_detail detail;

	status = finding->check[check];
	put_mark(app, mark_of(status), err);
	put_name(plomb_check_name(check), err);
	if (status == PLOMB_OK) {
		plomb_text_str(err, plomb_check_sentence(check));
	}
	if (status == PLOMB_NOT_REQUIRED) {
		plomb_text_str(err, "not asked for");
	}
	if (status == PLOMB_UNSET) {
		plomb_text_str(err, "not reached");
	}
	if (status != PLOMB_OK && status != PLOMB_NOT_REQUIRED && status != PLOMB_UNSET) {
		detail = plomb_finding_detail(finding);
		plomb_text_str(err, plomb_status_code(status));
		plomb_text_str(err, ": ");
		plomb_sentence(err, status, &detail);
	}
	plomb_text_str(err, "\n");
}

static void
put_known(const char *name, const plomb_bytes *bytes, plomb_text *err)
{
	if (bytes->p == NULL) {
		return;
	}
	plomb_text_str(err, "    ");
	put_name(name, err);
	plomb_text_visible(err, plomb_bytes_view(bytes));
	plomb_text_str(err, "\n");
}

static void
put_facts(const plomb_finding *finding, plomb_text *err)
{
	static const char *const sources[] = { "", "logged at", "stamped at", "now" };
	size_t i;

	put_known("subject", &finding->subject, err);
	put_known("issuer", &finding->issuer, err);
	put_known("predicate type", &finding->predicate_type, err);
	for (i = 0; i < finding->time_count; i ++) {
		plomb_text_str(err, "    ");
		put_name(sources[finding->time_sources[i] & 3], err);
		plomb_text_time(err, finding->times[i]);
		plomb_text_str(err, "\n");
	}
	for (i = 0; i < finding->warning_count; i ++) {
		plomb_text_str(err, "    ");
		put_name("warning", err);
		plomb_text_str(err, plomb_status_sentence(finding->warning[i]));
		plomb_text_str(err, "\n");
	}
}

static void
put_finding(const plomb_app *app, const plomb_judgement *judgement, size_t i, plomb_text *err)
{
	const plomb_finding *finding;
	unsigned check;

	finding = &judgement->finding[i];
	plomb_text_str(err, "signature ");
	plomb_text_decimal(err, (int64_t)i + 1);
	plomb_text_str(err, " of ");
	plomb_text_decimal(err, (int64_t)judgement->count);
	plomb_text_str(err, ": ");
	plomb_text_str(err, plomb_format_name(finding->format));
	if (finding->source.hash != PLOMB_HASH_NONE) {
		plomb_text_str(err, " in ");
		plomb_text_digest(err, &finding->source);
	}
	if (finding->file != NULL) {
		plomb_text_str(err, " in ");
		plomb_text_visible(err, plomb_view_of_arg(finding->file));
	}
	plomb_text_str(err, finding->accepted ? ": accepted\n" : ": refused\n");
	for (check = 0; check < PLOMB_CHECK_COUNT; check ++) {
		put_check(app, finding, (plomb_check)check, err);
	}
	put_facts(finding, err);
}

/* see verdicts.h */
void
plomb_explain(const plomb_app *app, const plomb_judgement *judgement, plomb_text *err)
{
	size_t i;

	plomb_text_visible(err, plomb_view_of_arg(judgement->name));
	if (judgement->digest.hash != PLOMB_HASH_NONE) {
		plomb_text_str(err, " is ");
		plomb_text_digest(err, &judgement->digest);
	}
	plomb_text_str(err, "\n");
	for (i = 0; i < judgement->count; i ++) {
		put_finding(app, judgement, i, err);
	}
}
