#include "judgement.h"

#include <stdlib.h>

#include "../core/regex.h"

/* see judgement.h */
void
plomb_judgement_init(plomb_judgement *judgement, const char *name, int is_image)
{
	memset(judgement, 0, sizeof *judgement);
	judgement->name = name;
	judgement->is_image = is_image;
	judgement->class_ = PLOMB_CLASS_UNDECIDED;
	plomb_text_init(&judgement->sentence);
}

static void
free_finding(plomb_finding *finding)
{
	free(finding->file);
	plomb_bytes_free(&finding->what);
	plomb_bytes_free(&finding->want);
	plomb_bytes_free(&finding->got);
	plomb_bytes_free(&finding->subject);
	plomb_bytes_free(&finding->issuer);
	plomb_bytes_free(&finding->predicate_type);
	plomb_bytes_free(&finding->certificate);
	plomb_bytes_free(&finding->payload);
	plomb_bytes_free(&finding->payload_type);
	plomb_bytes_free(&finding->signature);
	plomb_bytes_free(&finding->log_annotation);
	plomb_bytes_free(&finding->timestamp_annotation);
	plomb_bytes_free(&finding->envelope);
}

/* see judgement.h */
void
plomb_judgement_clear(plomb_judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->count; i ++) {
		free_finding(&judgement->finding[i]);
	}
	free(judgement->finding);
	judgement->finding = NULL;
	judgement->count = 0;
	judgement->headline = 0;
	judgement->digest.hash = PLOMB_HASH_NONE;
	judgement->platform_digest.hash = PLOMB_HASH_NONE;
	judgement->status = PLOMB_UNSET;
	judgement->class_ = PLOMB_CLASS_UNDECIDED;
	plomb_text_clear(&judgement->sentence);
}

/* see judgement.h */
void
plomb_judgement_free(plomb_judgement *judgement)
{
	plomb_judgement_clear(judgement);
	plomb_text_free(&judgement->sentence);
}

static plomb_finding *
add_slot(plomb_judgement *judgement)
{
	plomb_finding *more;

	more = realloc(judgement->finding, (judgement->count + 1) * sizeof *more);
	if (more == NULL) {
		judgement->out_of_memory = 1;
		return NULL;
	}
	judgement->finding = more;
	more += judgement->count;
	memset(more, 0, sizeof *more);
	judgement->count ++;
	return more;
}

static void
keep(plomb_judgement *judgement, plomb_bytes *bytes, plomb_view view)
{
	if (view.p == NULL) {
		return;
	}
	bytes->p = (unsigned char *)plomb_copy_view(view);
	bytes->n = view.n;
	if (bytes->p == NULL) {
		bytes->n = 0;
		judgement->out_of_memory = 1;
	}
}

/*
 * What was refused is told, not used, and any stranger may have written it:
 * the first part will do. A character is not cut in two.
 */
static plomb_view
cut(const plomb_finding *finding, plomb_view view)
{
	size_t n;

	if (finding->accepted || view.n <= PLOMB_MAX_TOLD) {
		return view;
	}
	for (n = PLOMB_MAX_TOLD; n != 0 && (view.p[n] & 0xC0) == 0x80; n --) {
	}
	return plomb_view_cut(view, 0, n);
}

static void
keep_content(plomb_judgement *judgement, plomb_finding *finding, const plomb_verdict *verdict, const plomb_layer *layer)
{
	keep(judgement, &finding->certificate, verdict->certificate);
	keep(judgement, &finding->payload, verdict->payload);
	keep(judgement, &finding->payload_type, verdict->payload_type);
	keep(judgement, &finding->signature, verdict->signature);
	if (layer == NULL) {
		return;
	}
	keep(judgement, &finding->log_annotation, layer->bundle);
	keep(judgement, &finding->timestamp_annotation, layer->timestamp);
	if (verdict->format == PLOMB_FORMAT_DSSE) {
		keep(judgement, &finding->envelope, layer->payload);
	}
}

/* see judgement.h */
plomb_finding *
plomb_judgement_add(plomb_judgement *judgement, const plomb_verdict *verdict, const plomb_layer *layer)
{
	plomb_finding *finding;

	finding = add_slot(judgement);
	if (finding == NULL) {
		return NULL;
	}
	finding->format = verdict->format;
	finding->accepted = plomb_accepted(verdict);
	/* A status of OK beside sets that differ is not a yes. */
	finding->status = verdict->status == PLOMB_OK && !finding->accepted ? PLOMB_INTERNAL_ERROR : verdict->status;
	memcpy(finding->check, verdict->check, sizeof finding->check);
	keep(judgement, &finding->what, cut(finding, verdict->detail.what));
	keep(judgement, &finding->want, cut(finding, verdict->detail.want));
	keep(judgement, &finding->got, cut(finding, verdict->detail.got));
	memcpy(finding->warning, verdict->warning, sizeof finding->warning);
	finding->warning_count = verdict->warning_count;
	keep(judgement, &finding->subject, cut(finding, verdict->subject));
	keep(judgement, &finding->issuer, cut(finding, verdict->issuer));
	keep(judgement, &finding->predicate_type, cut(finding, verdict->predicate_type));
	memcpy(finding->times, verdict->times, sizeof finding->times);
	memcpy(finding->time_sources, verdict->time_sources, sizeof finding->time_sources);
	finding->time_count = verdict->time_count;
	finding->tlog_verified = verdict->tlog_verified;
	if (finding->accepted) {
		keep_content(judgement, finding, verdict, layer);
	}
	return finding;
}

/* see judgement.h */
plomb_finding *
plomb_judgement_add_trouble(plomb_judgement *judgement, plomb_format format, plomb_status trouble)
{
	plomb_finding *finding;

	finding = add_slot(judgement);
	if (finding == NULL) {
		return NULL;
	}
	finding->format = format;
	finding->status = trouble;
	finding->check[PLOMB_CHECK_PARSE] = trouble;
	return finding;
}

/* see judgement.h */
void
plomb_judgement_set_file(plomb_judgement *judgement, plomb_finding *finding, const char *file)
{
	finding->origin = "file";
	if (file == NULL) {
		return;
	}
	finding->file = plomb_copy_view(plomb_view_of_arg(file));
	if (finding->file == NULL) {
		judgement->out_of_memory = 1;
	}
}

static int
is_open(const plomb_match *match)
{
	return match->regex != NULL && !plomb_regex_anchored(match->regex);
}

/* see judgement.h */
void
plomb_judgement_warn(plomb_judgement *judgement, const plomb_policy *policy, const plomb_trust *trust)
{
	judgement->warnings = 0;
	if (is_open(&policy->identity)) {
		judgement->warnings |= PLOMB_WARN_IDENTITY_PATTERN;
	}
	if (is_open(&policy->issuer)) {
		judgement->warnings |= PLOMB_WARN_ISSUER_PATTERN;
	}
	if (trust->has_unknown_fields) {
		judgement->warnings |= PLOMB_WARN_ROOT_FIELDS;
	}
}

/* Replace a detail; without memory it is only absent, the refusal stands. */
static void
retell(plomb_bytes *bytes, plomb_view view)
{
	plomb_bytes_free(bytes);
	if (view.p != NULL) {
		bytes->p = (unsigned char *)plomb_copy_view(view);
		bytes->n = bytes->p == NULL ? 0 : view.n;
	}
}

/* see judgement.h */
void
plomb_finding_explain(plomb_finding *finding, const char *what)
{
	retell(&finding->what, plomb_view_of_arg(what));
}

/* see judgement.h */
void
plomb_finding_refuse(plomb_finding *finding, plomb_check check, plomb_status status, const char *what, const char *want, plomb_view got)
{
	finding->accepted = 0;
	finding->status = status;
	finding->check[check] = status;
	retell(&finding->what, plomb_view_of_arg(what));
	retell(&finding->want, plomb_view_of_arg(want));
	retell(&finding->got, got);
}

/* The first check in order that failed: how far a finding got. */
static unsigned
reached(const plomb_finding *finding)
{
	unsigned i;

	for (i = 0; i < PLOMB_CHECK_COUNT; i ++) {
		plomb_status s;

		s = finding->check[i];
		if (s != PLOMB_OK && s != PLOMB_NOT_REQUIRED && s != PLOMB_UNSET) {
			break;
		}
	}
	return i;
}

static int
is_unread(const plomb_finding *finding)
{
	return plomb_status_class(finding->status) == PLOMB_CLASS_UNDECIDED;
}

/* The finding to blame: one that could not be read, else the one that got furthest. */
static size_t
find_headline(const plomb_judgement *judgement)
{
	size_t i, best;

	best = 0;
	for (i = 0; i < judgement->count; i ++) {
		if (is_unread(&judgement->finding[i])) {
			return i;
		}
		if (reached(&judgement->finding[i]) > reached(&judgement->finding[best])) {
			best = i;
		}
	}
	return best;
}

/* It was to carry a certificate and carries none: a bare key's bundle, or a layer of cosign 2 without one. */
static int
lacks_certificate(plomb_status status)
{
	return plomb_status_class(status) == PLOMB_CLASS_NO_CERT;
}

/*
 * A key in a certificate that cannot be used is the signer's fault, not the
 * user's: only an empty trust root is a matter of configuration here.
 */
static plomb_class
class_of(const plomb_judgement *judgement, plomb_status headline)
{
	size_t i;

	if (plomb_status_class(headline) == PLOMB_CLASS_UNDECIDED) {
		return PLOMB_CLASS_UNDECIDED;
	}
	if (headline == PLOMB_ROOT_EMPTY) {
		return PLOMB_CLASS_USAGE;
	}
	for (i = 0; i < judgement->count; i ++) {
		if (!lacks_certificate(judgement->finding[i].status)) {
			return PLOMB_CLASS_REJECTED;
		}
	}
	return PLOMB_CLASS_NO_CERT;
}

/* see judgement.h */
void
plomb_judgement_decide(plomb_judgement *judgement, plomb_status none_found)
{
	const plomb_finding *headline;
	plomb_detail detail;

	judgement->headline = judgement->count;
	if (judgement->count == 0) {
		plomb_judgement_blame(judgement, none_found, NULL);
		return;
	}
	if (plomb_judgement_accepted(judgement) != 0) {
		judgement->status = PLOMB_OK;
		judgement->class_ = PLOMB_CLASS_ACCEPTED;
		return;
	}
	judgement->headline = find_headline(judgement);
	headline = &judgement->finding[judgement->headline];
	judgement->status = headline->status;
	judgement->class_ = class_of(judgement, headline->status);
	detail = plomb_finding_detail(headline);
	plomb_text_clear(&judgement->sentence);
	plomb_sentence(&judgement->sentence, headline->status, &detail);
}

/* see judgement.h */
void
plomb_judgement_blame(plomb_judgement *judgement, plomb_status status, const char *sentence)
{
	judgement->status = status;
	judgement->class_ = plomb_status_class(status);
	judgement->headline = judgement->count;
	plomb_text_clear(&judgement->sentence);
	plomb_text_str(&judgement->sentence, sentence == NULL ? plomb_status_sentence(status) : sentence);
}

/* see judgement.h */
void
plomb_judgement_take(plomb_judgement *judgement, plomb_judgement *other)
{
	plomb_finding *slot;
	size_t i;

	for (i = 0; i < other->count; i ++) {
		slot = add_slot(judgement);
		if (slot == NULL) {
			free_finding(&other->finding[i]);
			continue;
		}
		*slot = other->finding[i];
	}
	free(other->finding);
	other->finding = NULL;
	other->count = 0;
	judgement->headline = judgement->count;
	judgement->out_of_memory |= other->out_of_memory;
}

/* see judgement.h */
size_t
plomb_judgement_accepted(const plomb_judgement *judgement)
{
	size_t i, count;

	count = 0;
	for (i = 0; i < judgement->count; i ++) {
		count += judgement->finding[i].accepted != 0;
	}
	return count;
}

/* see judgement.h */
const char *
plomb_judgement_result(const plomb_judgement *judgement)
{
	if (judgement->status == PLOMB_OK && judgement->class_ == PLOMB_CLASS_ACCEPTED) {
		return "accepted";
	}
	return judgement->class_ == PLOMB_CLASS_UNDECIDED || judgement->class_ == PLOMB_CLASS_USAGE
		? "undecided" : "rejected";
}

/* see judgement.h */
const char *
plomb_format_name(plomb_format format)
{
	switch (format) {
	case PLOMB_FORMAT_BUNDLE_0_1:
		return "bundle-0.1";
	case PLOMB_FORMAT_BUNDLE_0_2:
		return "bundle-0.2";
	case PLOMB_FORMAT_BUNDLE_0_3:
		return "bundle-0.3";
	case PLOMB_FORMAT_SIMPLESIGNING:
		return "simplesigning";
	case PLOMB_FORMAT_DSSE:
		return "dsse";
	case PLOMB_FORMAT_DETACHED:
		return "detached";
	default:
		return "unknown";
	}
}

/* see judgement.h */
plomb_detail
plomb_finding_detail(const plomb_finding *finding)
{
	plomb_detail detail;

	detail.what = plomb_bytes_view(&finding->what);
	detail.want = plomb_bytes_view(&finding->want);
	detail.got = plomb_bytes_view(&finding->got);
	return detail;
}
