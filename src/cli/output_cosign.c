#include <stdlib.h>

#include "../core/annotations.h"
#include "../core/simplesigning.h"
#include "../core/statement.h"
#include "json_out.h"
#include "room.h"
#include "verdicts.h"

#define SIGNATURE_TYPE "cosign container image signature"

/* What a try writes; it starts over when the room was too small. */
typedef struct {
	const plomb_judgement *judgement;
	const plomb_settings *settings;
	plomb_text *out, *err;
	plomb_fault *fault;
} job;

/* ---------------------------------------------------- Go's maps: sorted keys */

/* A member to print: a value of a document, or a string of ours. */
typedef struct {
	plomb_view name;
	const plomb_json *doc; /* NULL: a string of ours */
	uint32_t value;
	plomb_view string;
	int as_written; /* not sorted: Go writes it from a struct */
} member;

static int
compare_members(const void *a, const void *b)
{
	const member *left, *right;
	size_t n;
	int order;

	left = a;
	right = b;
	n = left->name.n < right->name.n ? left->name.n : right->name.n;
	order = n == 0 ? 0 : memcmp(left->name.p, right->name.p, n);
	if (order != 0 || left->name.n == right->name.n) {
		return order;
	}
	return left->name.n < right->name.n ? -1 : 1;
}

static plomb_status put_value(plomb_json_out *out, plomb_work *work, const plomb_json *doc, uint32_t value, int as_written);

static plomb_status
put_members(plomb_json_out *out, plomb_work *work, member *members, size_t count, int as_written)
{
	plomb_status s;
	size_t i;

	if (count != 0 && !as_written) {
		qsort(members, count, sizeof *members, compare_members);
	}
	plomb_json_object(out);
	for (i = 0; i < count; i ++) {
		plomb_json_key_view(out, members[i].name);
		if (members[i].doc == NULL) {
			plomb_json_put_string(out, members[i].string);
			continue;
		}
		s = put_value(out, work, members[i].doc, members[i].value, as_written || members[i].as_written);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	plomb_json_object_end(out);
	return PLOMB_OK;
}

/* The members of an object, with room for further ones. */
static plomb_status
list_members(plomb_work *work, const plomb_json *doc, uint32_t object, size_t further, member **members, size_t *count)
{
	uint32_t key;
	size_t n;
	plomb_status s;

	n = 0;
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		n ++;
	}
	*members = plomb_work_take_array(work, n + further, sizeof **members);
	if (*members == NULL) {
		return PLOMB_NO_ROOM;
	}
	*count = 0;
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		member *m;

		m = &(*members)[*count];
		memset(m, 0, sizeof *m);
		m->doc = doc;
		m->value = plomb_json_value(doc, key);
		if ((s = plomb_json_string(work, doc, key, &m->name)) != PLOMB_OK) {
			return s;
		}
		*count += 1;
	}
	return PLOMB_OK;
}

/* A string of ours; it takes the place of a signed one of that name, as in cosign. */
static void
set_member(member *members, size_t *count, const char *name, plomb_view string)
{
	member *m;
	size_t i;

	for (i = 0; i < *count && !plomb_view_is(members[i].name, name); i ++) {
		continue;
	}
	m = &members[i];
	memset(m, 0, sizeof *m);
	m->name = plomb_view_of(name);
	m->string = string;
	if (i == *count) {
		*count += 1;
	}
}

static void
set_document(member *members, size_t *count, const char *name, const plomb_json *doc, uint32_t value)
{
	plomb_view nothing = { NULL, 0 };
	size_t i;

	set_member(members, count, name, nothing);
	for (i = 0; !plomb_view_is(members[i].name, name); i ++) {
		continue;
	}
	members[i].doc = doc;
	members[i].value = value;
	members[i].as_written = 1;
}

static plomb_status
put_array(plomb_json_out *out, plomb_work *work, const plomb_json *doc, uint32_t array, int as_written)
{
	uint32_t element;
	plomb_status s;

	plomb_json_array(out);
	for (element = plomb_json_first(doc, array); element != PLOMB_JSON_NONE; element = plomb_json_next(doc, element)) {
		if ((s = put_value(out, work, doc, element, as_written)) != PLOMB_OK) {
			return s;
		}
	}
	plomb_json_array_end(out);
	return PLOMB_OK;
}

/*
 * A value as Go's encoder would write it again. The depth is bounded by
 * PLOMB_MAX_JSON_DEPTH, which the parser has checked.
 */
static plomb_status
put_value(plomb_json_out *out, plomb_work *work, const plomb_json *doc, uint32_t value, int as_written)
{
	plomb_view string;
	member *members;
	size_t count;
	plomb_status s;

	switch (plomb_json_typeof(doc, value)) {
	case PLOMB_JSON_OBJECT:
		s = list_members(work, doc, value, 0, &members, &count);
		return s != PLOMB_OK ? s : put_members(out, work, members, count, as_written);
	case PLOMB_JSON_ARRAY:
		return put_array(out, work, doc, value, as_written);
	case PLOMB_JSON_STRING:
		if ((s = plomb_json_string(work, doc, value, &string)) == PLOMB_OK) {
			plomb_json_put_string(out, string);
		}
		return s;
	case PLOMB_JSON_ABSENT:
		plomb_json_put_null(out);
		return PLOMB_OK;
	default:
		plomb_json_put_raw(out, plomb_json_raw(doc, value));
		return PLOMB_OK;
	}
}

/* ---------------------------------------------------------- one image's JSON */

static void
put_critical(plomb_json_out *out, plomb_view reference, plomb_view digest, plomb_view type)
{
	plomb_json_key(out, "critical");
	plomb_json_object(out);
	plomb_json_key(out, "identity");
	plomb_json_object(out);
	plomb_json_pair(out, "docker-reference", reference);
	plomb_json_object_end(out);
	plomb_json_key(out, "image");
	plomb_json_object(out);
	plomb_json_pair(out, "docker-manifest-digest", digest);
	plomb_json_object_end(out);
	plomb_json_pair(out, "type", type);
	plomb_json_object_end(out);
}

/* cosign 3: what the statement says about this image. */
static plomb_status
put_bundle(const job *j, const plomb_finding *finding, plomb_ctx *ctx, plomb_json_out *out)
{
	plomb_statement statement;
	plomb_message artifact;
	plomb_text digest;
	plomb_status s;
	uint32_t subject, annotations;

	plomb_message_from_digest(&artifact, &j->judgement->digest);
	if ((s = plomb_statement_parse(ctx, plomb_bytes_view(&finding->payload), &statement)) != PLOMB_OK
		|| (s = plomb_statement_subject(ctx, &statement, &artifact, &subject)) != PLOMB_OK)
	{
		return s;
	}
	plomb_text_init(&digest);
	plomb_text_digest(&digest, &j->judgement->digest);
	plomb_json_object(out);
	put_critical(out, plomb_view_of_arg(j->judgement->full_name != NULL ? j->judgement->full_name : j->judgement->name), plomb_text_as_view(&digest), statement.predicate_type);
	out->text->failed |= digest.failed;
	plomb_text_free(&digest);
	annotations = plomb_statement_annotations(&statement, subject);
	plomb_json_key(out, "optional");
	if (annotations == PLOMB_JSON_NONE) {
		plomb_json_object(out);
		plomb_json_object_end(out);
	}
	if (annotations != PLOMB_JSON_NONE
		&& (s = put_value(out, ctx->work, &statement.doc, annotations, 0)) != PLOMB_OK)
	{
		return s;
	}
	plomb_json_object_end(out);
	return PLOMB_OK;
}

/* The raw extensions that cosign prints, each under two names. */
static const struct {
	const char *oid, *name, *title;
} github[] = {
	{ "1.3.6.1.4.1.57264.1.2", "githubWorkflowTrigger", "GitHub Workflow Trigger" },
	{ "1.3.6.1.4.1.57264.1.3", "githubWorkflowSha", "GitHub Workflow SHA" },
	{ "1.3.6.1.4.1.57264.1.4", "githubWorkflowName", "GitHub Workflow Name" },
	{ "1.3.6.1.4.1.57264.1.5", "githubWorkflowRepository", "GitHub Workflow Repository" },
	{ "1.3.6.1.4.1.57264.1.6", "githubWorkflowRef", "GitHub Workflow Ref" }
};

#define GITHUB_COUNT (sizeof github / sizeof github[0])
/* Subject, Issuer twice, the GitHub ones twice, Bundle, RFC3161Timestamp. */
#define ADDED_MEMBERS (3 + 2 * GITHUB_COUNT + 2)

static plomb_status
add_certificate(const plomb_finding *finding, member *members, size_t *count)
{
	plomb_cert cert;
	plomb_view value;
	plomb_status s;
	size_t i;

	if (finding->certificate.p == NULL) {
		return PLOMB_OK;
	}
	if ((s = plomb_cert_parse(plomb_bytes_view(&finding->certificate), &cert)) != PLOMB_OK) {
		return s;
	}
	set_member(members, count, "Subject", plomb_bytes_view(&finding->subject));
	set_member(members, count, "Issuer", plomb_bytes_view(&finding->issuer));
	set_member(members, count, "1.3.6.1.4.1.57264.1.1", plomb_bytes_view(&finding->issuer));
	for (i = 0; i < GITHUB_COUNT; i ++) {
		if (plomb_identity_extension(&cert, plomb_view_of(github[i].oid), &value) == PLOMB_OK && value.n != 0) {
			set_member(members, count, github[i].name, value);
			set_member(members, count, github[i].oid, value);
		}
	}
	return PLOMB_OK;
}

/* An annotation's JSON under a name of its own; the document stays in work. */
static plomb_status
add_document(plomb_work *work, const plomb_bytes *text, const char *name, member *members, size_t *count)
{
	plomb_json *doc;
	plomb_status s;

	if (text->p == NULL) {
		return PLOMB_OK;
	}
	doc = plomb_work_take(work, sizeof *doc);
	if (doc == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = plomb_json_parse(work, plomb_bytes_view(text), doc)) != PLOMB_OK) {
		return s;
	}
	set_document(members, count, name, doc, 0);
	return PLOMB_OK;
}

/* cosign 2: the payload again, with what the certificate and the log say added to what was signed. */
static plomb_status
put_simplesigning(const plomb_finding *finding, plomb_ctx *ctx, plomb_json_out *out)
{
	plomb_simplesigning payload;
	member *members;
	size_t count;
	plomb_status s;

	if ((s = plomb_simplesigning_parse(ctx, plomb_bytes_view(&finding->payload), &payload)) != PLOMB_OK
		|| (s = list_members(ctx->work, &payload.doc, payload.optional, ADDED_MEMBERS, &members, &count)) != PLOMB_OK
		|| (s = add_certificate(finding, members, &count)) != PLOMB_OK
		|| (s = add_document(ctx->work, &finding->log_annotation, "Bundle", members, &count)) != PLOMB_OK
		|| (s = add_document(ctx->work, &finding->timestamp_annotation, "RFC3161Timestamp", members, &count)) != PLOMB_OK)
	{
		return s;
	}
	plomb_json_object(out);
	put_critical(out, payload.docker_reference, payload.digest, payload.type);
	plomb_json_key(out, "optional");
	if (count == 0 && payload.optional == PLOMB_JSON_NONE) {
		plomb_json_put_null(out);
		plomb_json_object_end(out);
		return PLOMB_OK;
	}
	if ((s = put_members(out, ctx->work, members, count, 0)) != PLOMB_OK) {
		return s;
	}
	plomb_json_object_end(out);
	return PLOMB_OK;
}

static plomb_status
put_signature(const job *j, const plomb_finding *finding, plomb_ctx *ctx, plomb_json_out *out)
{
	return finding->format == PLOMB_FORMAT_SIMPLESIGNING
		? put_simplesigning(finding, ctx, out) : put_bundle(j, finding, ctx, out);
}

/* ---------------------------------------------------------------- the header */

static void
put_line(plomb_text *err, const char *name, plomb_view value)
{
	plomb_text_str(err, name);
	plomb_text_str(err, ": ");
	plomb_text_visible(err, value);
	plomb_text_str(err, "\n");
}

/* cosign's lines about a certificate. */
static plomb_status
put_certificate_lines(const plomb_finding *finding, plomb_text *err)
{
	plomb_cert cert;
	plomb_view value;
	plomb_status s;
	size_t i;

	if (finding->certificate.p == NULL) {
		return PLOMB_OK;
	}
	if ((s = plomb_cert_parse(plomb_bytes_view(&finding->certificate), &cert)) != PLOMB_OK) {
		return s;
	}
	put_line(err, "Certificate subject", plomb_bytes_view(&finding->subject));
	put_line(err, "Certificate issuer URL", plomb_bytes_view(&finding->issuer));
	for (i = 0; i < GITHUB_COUNT; i ++) {
		if (plomb_identity_extension(&cert, plomb_view_of(github[i].oid), &value) == PLOMB_OK && value.n != 0) {
			put_line(err, github[i].title, value);
		}
	}
	return PLOMB_OK;
}

/* Every signature that is printed was in a log. cosign says so even of those that were not. */
static int
all_logged(const plomb_judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->count; i ++) {
		if (judgement->finding[i].accepted && judgement->finding[i].check[PLOMB_CHECK_TLOG] != PLOMB_OK) {
			return 0;
		}
	}
	return 1;
}

static void
put_header(const job *j, plomb_text *err)
{
	int has_claims;

	has_claims = (j->settings->flags & PLOMB_IGNORE_CLAIMS) == 0;
	plomb_text_str(err, "\nVerification for ");
	plomb_text_visible(err, plomb_view_of_arg(j->judgement->name));
	plomb_text_str(err, " --\nThe following checks were performed on each of these signatures:\n");
	if (has_claims && j->settings->annotations.count != 0) {
		plomb_text_str(err, "  - The specified annotations were verified.\n");
	}
	if (has_claims) {
		plomb_text_str(err, "  - The cosign claims were validated\n");
	}
	if (all_logged(j->judgement)) {
		plomb_text_str(err, "  - Existence of the claims in the transparency log was verified offline\n");
	}
	plomb_text_str(err, j->settings->key != NULL
		? "  - The signatures were verified against the specified public key\n"
		: "  - The code-signing certificate was verified using trusted certificate authority certificates\n");
}

/* --------------------------------------------------------------- the outputs */

/* The envelope again; cosign 2's as it was uploaded. */
static void
put_envelope(const plomb_finding *finding, plomb_text *text)
{
	plomb_json_out out;
	plomb_text base64;

	if (finding->envelope.p != NULL) {
		plomb_text_view(text, plomb_bytes_view(&finding->envelope));
		plomb_text_str(text, "\n");
		return;
	}
	plomb_text_init(&base64);
	plomb_json_out_init(&out, text, NULL);
	plomb_json_object(&out);
	plomb_text_base64(&base64, plomb_bytes_view(&finding->payload));
	plomb_json_pair(&out, "payload", plomb_text_as_view(&base64));
	plomb_json_pair(&out, "payloadType", plomb_bytes_view(&finding->payload_type));
	plomb_json_key(&out, "signatures");
	plomb_json_array(&out);
	plomb_json_object(&out);
	text->failed |= base64.failed;
	plomb_text_clear(&base64);
	plomb_text_base64(&base64, plomb_bytes_view(&finding->signature));
	plomb_json_pair(&out, "sig", plomb_text_as_view(&base64));
	plomb_json_object_end(&out);
	plomb_json_array_end(&out);
	plomb_json_object_end(&out);
	plomb_text_str(text, "\n");
	text->failed |= base64.failed;
	plomb_text_free(&base64);
}

static plomb_status
put_text(const job *j, const plomb_finding *finding, plomb_ctx *ctx)
{
	plomb_json_out out;
	plomb_status s;

	if ((s = put_certificate_lines(finding, j->err)) != PLOMB_OK) {
		return s;
	}
	if (finding->format == PLOMB_FORMAT_SIMPLESIGNING) {
		plomb_text_view(j->out, plomb_bytes_view(&finding->payload));
		plomb_text_str(j->out, "\n");
		return PLOMB_OK;
	}
	plomb_json_out_init(&out, j->out, NULL);
	if ((s = put_signature(j, finding, ctx, &out)) != PLOMB_OK) {
		return s;
	}
	plomb_text_str(j->out, "\n");
	return PLOMB_OK;
}

static plomb_status
put_attestation(const job *j, const plomb_finding *finding)
{
	put_envelope(finding, j->out);
	return finding->envelope.p != NULL ? put_certificate_lines(finding, j->err) : PLOMB_OK;
}

static plomb_status
put_all(const job *j, plomb_ctx *ctx)
{
	plomb_json_out out;
	plomb_status s;
	size_t i;
	int is_array;

	is_array = j->settings->command == PLOMB_CMD_VERIFY && j->settings->output == PLOMB_OUTPUT_JSON;
	if (is_array) {
		plomb_text_str(j->out, "\n");
		plomb_json_out_init(&out, j->out, NULL);
		plomb_json_array(&out);
	}
	for (i = 0; i < j->judgement->count; i ++) {
		const plomb_finding *finding;

		finding = &j->judgement->finding[i];
		if (!finding->accepted) {
			continue;
		}
		s = is_array ? put_signature(j, finding, ctx, &out)
			: j->settings->command == PLOMB_CMD_VERIFY ? put_text(j, finding, ctx) : put_attestation(j, finding);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	if (is_array) {
		plomb_json_array_end(&out);
		plomb_text_str(j->out, "\n");
	}
	return PLOMB_OK;
}

static plomb_status
output_try(void *user, plomb_ctx *ctx)
{
	job *j;
	plomb_status s;

	j = user;
	plomb_text_clear(j->out);
	plomb_text_clear(j->err);
	put_header(j, j->err);
	s = put_all(j, ctx);
	/* What was accepted has been read before: it cannot become unreadable now. */
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_status(j->fault, PLOMB_INTERNAL_ERROR, NULL);
}

/* see verdicts.h */
plomb_status
plomb_output_cosign(const plomb_judgement *judgement, const plomb_settings *settings,
	plomb_text *out, plomb_text *err, plomb_fault *fault)
{
	job j;

	j.judgement = judgement;
	j.settings = settings;
	j.out = out;
	j.err = err;
	j.fault = fault;
	return plomb_with_room(output_try, &j, fault);
}
