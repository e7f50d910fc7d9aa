/* plomb inspect: what a bundle says, for people and as JSON. Nothing is verified. */
#include "../core/bundle.h"
#include "../core/checkpoint.h"
#include "../core/der.h"
#include "../core/identity.h"
#include "../core/statement.h"
#include "app.h"
#include "extension_names.h"
#include "json_out.h"
#include "room.h"

#define NOT_VERIFIED "not verified: this is what the bundle says, nothing was checked"

/* Groups of named values, written as indented lines or as JSON. */
typedef struct {
	plomb_text *text;
	plomb_json_out json;
	int is_json;
	unsigned depth;
} page;

static void
indent(page *p)
{
	unsigned i;

	for (i = 0; i < p->depth; i ++) {
		plomb_text_str(p->text, "  ");
	}
}

/* key is the member's name in JSON, title what people read. */
static void
put(page *p, const char *key, const char *title, plomb_view value)
{
	size_t n;

	if (value.p == NULL) {
		return;
	}
	if (p->is_json) {
		plomb_json_pair(&p->json, key, value);
		return;
	}
	indent(p);
	plomb_text_str(p->text, title);
	for (n = strlen(title) + 2 * p->depth; n < 34; n ++) {
		plomb_text_str(p->text, " ");
	}
	plomb_text_str(p->text, " ");
	plomb_text_visible(p->text, value);
	plomb_text_str(p->text, "\n");
}

static void
put_text(page *p, const char *key, const char *title, plomb_text *value)
{
	put(p, key, title, plomb_text_as_view(value));
	p->text->failed |= value->failed;
	plomb_text_free(value);
}

static void
put_number(page *p, const char *key, const char *title, int64_t value)
{
	plomb_text text;

	if (p->is_json) {
		plomb_json_key(&p->json, key);
		plomb_json_put_number(&p->json, value);
		return;
	}
	plomb_text_init(&text);
	plomb_text_decimal(&text, value);
	put_text(p, key, title, &text);
}

static void
put_time(page *p, const char *key, const char *title, plomb_time value)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_text_time(&text, value);
	put_text(p, key, title, &text);
}

static void
put_hex(page *p, const char *key, const char *title, plomb_view value)
{
	plomb_text text;

	if (value.p == NULL) {
		return;
	}
	plomb_text_init(&text);
	plomb_text_hex(&text, value);
	put_text(p, key, title, &text);
}

/* A group: an object under a key, or (key NULL) an element of a list. */
static void
open_group(page *p, const char *key, const char *title)
{
	if (p->is_json) {
		if (key != NULL) {
			plomb_json_key(&p->json, key);
		}
		plomb_json_object(&p->json);
		return;
	}
	indent(p);
	plomb_text_str(p->text, title);
	plomb_text_str(p->text, "\n");
	p->depth ++;
}

static void
close_group(page *p)
{
	if (p->is_json) {
		plomb_json_object_end(&p->json);
		return;
	}
	p->depth --;
}

static void
open_list(page *p, const char *key)
{
	if (p->is_json) {
		plomb_json_key(&p->json, key);
		plomb_json_array(&p->json);
	}
}

static void
close_list(page *p)
{
	if (p->is_json) {
		plomb_json_array_end(&p->json);
	}
}

/* -------------------------------------------------------------- certificate */

static void
put_extensions(page *p, const plomb_cert *cert)
{
	unsigned number;

	open_group(p, "extensions", "extensions");
	for (number = 1; number <= PLOMB_EXTENSION_LAST; number ++) {
		const plomb_extension_names *names = plomb_extension_names_of(number);
		plomb_view value;

		if (names != NULL
			&& plomb_identity_extension(cert, plomb_view_of(plomb_identity_extension_name(number)), &value) == PLOMB_OK)
		{
			put(p, names->camel, names->title, value);
		}
	}
	close_group(p);
}

static void
put_certificate(page *p, const plomb_candidate *candidate)
{
	plomb_cert cert;
	plomb_view value;

	open_group(p, "certificate", "certificate");
	if (plomb_cert_parse(candidate->cert, &cert) != PLOMB_OK) {
		put(p, "error", "error", plomb_view_of("not readable"));
		close_group(p);
		return;
	}
	if (plomb_identity_san(&cert, &value) == PLOMB_OK) {
		put(p, "subject", "subject", value);
	}
	if (plomb_identity_issuer(&cert, &value) == PLOMB_OK) {
		put(p, "issuer", "OIDC issuer", value);
	}
	put_time(p, "notBefore", "not before", cert.not_before);
	put_time(p, "notAfter", "not after", cert.not_after);
	put_hex(p, "serial", "serial number", cert.serial);
	put_extensions(p, &cert);
	close_group(p);
}

static void
put_material(page *p, const plomb_candidate *candidate)
{
	if (candidate->material == PLOMB_MATERIAL_CERT) {
		put_certificate(p, candidate);
	}
	if (candidate->material == PLOMB_MATERIAL_KEY) {
		put(p, "keyHint", "signed with a key, hint", candidate->hint);
	}
}

/* --------------------------------------------------------------------- time */

static void
put_proof(page *p, const plomb_entry *entry)
{
	plomb_checkpoint checkpoint;

	put_number(p, "proofIndex", "index in its tree", entry->proof_index);
	put_number(p, "treeSize", "tree size", entry->proof_size);
	if (plomb_checkpoint_parse(entry->checkpoint, &checkpoint) == PLOMB_OK) {
		put(p, "checkpointOrigin", "checkpoint of", checkpoint.origin);
	}
}

static void
put_entries(page *p, const plomb_candidate *candidate)
{
	size_t i;

	open_list(p, "logEntries");
	for (i = 0; i < candidate->entry_count; i ++) {
		const plomb_entry *entry;
		plomb_time time;

		entry = &candidate->entries[i];
		open_group(p, NULL, "log entry");
		put_number(p, "index", "index", entry->log_index);
		put(p, "kind", "kind", entry->kind);
		put(p, "version", "version", entry->version);
		put_hex(p, "logId", "log id", entry->log_id);
		time.s = entry->integrated_time;
		time.ns = 0;
		if (time.s != 0) {
			put_time(p, "integratedTime", "integrated", time);
		}
		put(p, "promise", "signed entry timestamp", plomb_view_of(entry->set.n == 0 ? "absent" : "present"));
		put(p, "proof", "inclusion proof", plomb_view_of(entry->has_proof ? "present" : "absent"));
		if (entry->has_proof) {
			put_proof(p, entry);
		}
		close_group(p);
	}
	close_list(p);
}

/* The genTime in a TimeStampResp (SPEC 8.2), looked up and not verified. */
static plomb_status
stamped_time(plomb_view response, plomb_time *time)
{
	plomb_der der, at, inner, info;
	plomb_tlv tlv;
	plomb_status s;

	der = plomb_der_open(response);
	if ((s = plomb_der_enter(&der, PLOMB_DER_SEQUENCE, &at)) != PLOMB_OK
		|| (s = plomb_der_take(&at, PLOMB_DER_SEQUENCE, &tlv)) != PLOMB_OK
		|| (s = plomb_der_enter(&at, PLOMB_DER_SEQUENCE, &inner)) != PLOMB_OK
		|| (s = plomb_der_take(&inner, PLOMB_DER_OID, &tlv)) != PLOMB_OK
		|| (s = plomb_der_enter(&inner, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &at)) != PLOMB_OK
		|| (s = plomb_der_enter(&at, PLOMB_DER_SEQUENCE, &inner)) != PLOMB_OK
		|| (s = plomb_der_take(&inner, PLOMB_DER_INTEGER, &tlv)) != PLOMB_OK
		|| (s = plomb_der_take(&inner, PLOMB_DER_SET, &tlv)) != PLOMB_OK
		|| (s = plomb_der_enter(&inner, PLOMB_DER_SEQUENCE, &at)) != PLOMB_OK
		|| (s = plomb_der_take(&at, PLOMB_DER_OID, &tlv)) != PLOMB_OK
		|| (s = plomb_der_enter(&at, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &inner)) != PLOMB_OK
		|| (s = plomb_der_enter(&inner, PLOMB_DER_OCTETS, &at)) != PLOMB_OK
		|| (s = plomb_der_enter(&at, PLOMB_DER_SEQUENCE, &info)) != PLOMB_OK
		|| (s = plomb_der_take(&info, PLOMB_DER_INTEGER, &tlv)) != PLOMB_OK
		|| (s = plomb_der_take(&info, PLOMB_DER_OID, &tlv)) != PLOMB_OK
		|| (s = plomb_der_take(&info, PLOMB_DER_SEQUENCE, &tlv)) != PLOMB_OK
		|| (s = plomb_der_take(&info, PLOMB_DER_INTEGER, &tlv)) != PLOMB_OK
		|| (s = plomb_der_take(&info, PLOMB_DER_GENTIME, &tlv)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_der_gentime(tlv.body, time);
}

static void
put_timestamps(page *p, const plomb_candidate *candidate)
{
	plomb_time time;
	size_t i;

	open_list(p, "timestamps");
	for (i = 0; i < candidate->timestamp_count; i ++) {
		open_group(p, NULL, "timestamp");
		if (stamped_time(candidate->timestamps[i], &time) == PLOMB_OK) {
			put_time(p, "time", "stamped", time);
		} else {
			put(p, "error", "error", plomb_view_of("not readable"));
		}
		close_group(p);
	}
	close_list(p);
}

/* ------------------------------------------------------------------ content */

/* Members of an object that are strings, each on its line. */
static plomb_status
put_strings(page *p, plomb_work *work, const plomb_json *doc, uint32_t object)
{
	uint32_t key;

	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		plomb_view name, value;
		plomb_text title;
		plomb_status s;

		if ((s = plomb_json_string(work, doc, key, &name)) != PLOMB_OK) {
			return s;
		}
		s = plomb_json_string(work, doc, plomb_json_value(doc, key), &value);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s != PLOMB_OK) {
			value = plomb_json_raw(doc, plomb_json_value(doc, key));
		}
		if (p->is_json) {
			plomb_json_key_view(&p->json, name);
			plomb_json_put_string(&p->json, value);
			continue;
		}
		plomb_text_init(&title);
		plomb_text_visible(&title, name);
		put(p, "", plomb_text_cstr(&title), value);
		plomb_text_free(&title);
	}
	return PLOMB_OK;
}

static plomb_status
put_subject(page *p, plomb_work *work, const plomb_json *doc, uint32_t subject)
{
	static const char *const names[] = { "name", "digest", "annotations" };
	uint32_t value[3];
	plomb_view name;
	plomb_status s;

	open_group(p, NULL, "subject");
	s = plomb_json_members(doc, subject, names, 3, 0, value, NULL);
	if (s == PLOMB_OK && value[0] != PLOMB_JSON_NONE
		&& (s = plomb_json_string(work, doc, value[0], &name)) == PLOMB_OK)
	{
		put(p, "name", "name", name);
	}
	if (s == PLOMB_OK && value[1] != PLOMB_JSON_NONE) {
		open_group(p, "digest", "digest");
		s = put_strings(p, work, doc, value[1]);
		close_group(p);
	}
	if (s == PLOMB_OK && value[2] != PLOMB_JSON_NONE) {
		open_group(p, "annotations", "annotations");
		s = put_strings(p, work, doc, value[2]);
		close_group(p);
	}
	close_group(p);
	return s;
}

static plomb_status
put_statement(page *p, plomb_ctx *ctx, plomb_view payload)
{
	plomb_statement statement;
	plomb_status s;
	uint32_t subject;

	s = plomb_statement_parse(ctx, payload, &statement);
	if (s != PLOMB_OK) {
		if (s != PLOMB_NO_ROOM) {
			put(p, "error", "statement", plomb_view_of("not readable"));
		}
		return s == PLOMB_NO_ROOM ? s : PLOMB_OK;
	}
	open_group(p, "statement", "statement");
	put(p, "predicateType", "predicate type", statement.predicate_type);
	open_list(p, "subjects");
	for (subject = plomb_json_first(&statement.doc, statement.subjects); subject != PLOMB_JSON_NONE;
		subject = plomb_json_next(&statement.doc, subject))
	{
		s = put_subject(p, ctx->work, &statement.doc, subject);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
	}
	close_list(p);
	close_group(p);
	return PLOMB_OK;
}

static plomb_status
put_content(page *p, plomb_ctx *ctx, const plomb_candidate *candidate)
{
	if (candidate->content == PLOMB_CONTENT_DSSE) {
		put(p, "content", "content", plomb_view_of("dsse-envelope"));
		put(p, "payloadType", "payload type", candidate->payload_type);
		return put_statement(p, ctx, candidate->payload);
	}
	put(p, "content", "content", plomb_view_of("message-signature"));
	if (candidate->has_digest) {
		put(p, "digestAlgorithm", "digest algorithm", plomb_view_of(plomb_hash_name(candidate->digest_hash)));
		put_hex(p, "digest", "digest", candidate->digest);
	}
	return PLOMB_OK;
}

/* ---------------------------------------------------------------- the whole */

typedef struct {
	const char *name;
	plomb_view bundle;
	int is_json;
	plomb_text *text;
	plomb_fault *fault;
} job;

/* The mediaType as it is written: the parser has only told which version it is. */
static void
put_media_type(page *p, plomb_ctx *ctx, plomb_view bundle)
{
	static const char *const names[] = { "mediaType" };
	plomb_json doc;
	uint32_t value[1];
	plomb_view type;

	if (plomb_json_parse(ctx->work, bundle, &doc) == PLOMB_OK
		&& plomb_json_members(&doc, 0, names, 1, PLOMB_JSON_PROTO, value, NULL) == PLOMB_OK
		&& plomb_json_string(ctx->work, &doc, value[0], &type) == PLOMB_OK)
	{
		put(p, "mediaType", "media type", type);
	}
}

static plomb_status
inspect_try(void *user, plomb_ctx *ctx)
{
	job *j;
	page p;
	plomb_candidate candidate;
	plomb_status s;

	j = user;
	plomb_text_clear(j->text);
	s = plomb_bundle_parse(ctx, j->bundle, PLOMB_ALLOW_CHAIN, &candidate);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : plomb_fail_status(j->fault, s, j->name);
	}
	memset(&p, 0, sizeof p);
	p.text = j->text;
	p.is_json = j->is_json;
	plomb_json_out_init(&p.json, j->text, "  ");
	if (p.is_json) {
		plomb_json_object(&p.json);
		plomb_json_key(&p.json, "verified");
		plomb_json_put_bool(&p.json, 0);
	} else {
		plomb_text_str(p.text, NOT_VERIFIED "\n\n");
	}
	put_media_type(&p, ctx, j->bundle);
	put_material(&p, &candidate);
	put_entries(&p, &candidate);
	put_timestamps(&p, &candidate);
	s = put_content(&p, ctx, &candidate);
	if (p.is_json) {
		plomb_json_object_end(&p.json);
		plomb_text_str(p.text, "\n");
	}
	return s;
}

static plomb_status
read_options(const plomb_app *app, int *is_json, plomb_fault *fault)
{
	const char *output;

	output = plomb_args_text(app->args, PLOMB_OPTION_OUTPUT);
	*is_json = output != NULL && strcmp(output, "json") == 0;
	if (output != NULL && !*is_json && strcmp(output, "text") != 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--output: ", output, " is neither json nor text", (const char *)NULL);
	}
	if (app->operand_count != 1 || app->operand[0][0] == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "exactly one bundle is required", (const char *)NULL);
	}
	return PLOMB_OK;
}

/* see app.h */
int
plomb_cmd_inspect(plomb_app *app, plomb_cmd command)
{
	plomb_bytes bytes;
	plomb_text text;
	plomb_fault fault;
	plomb_status s;
	job j;

	(void)command;
	plomb_fault_init(&fault);
	plomb_text_init(&text);
	memset(&bytes, 0, sizeof bytes);
	j.text = &text;
	j.fault = &fault;
	if ((s = read_options(app, &j.is_json, &fault)) == PLOMB_OK
		&& (s = plomb_read_evidence(&bytes, app->operand[0], PLOMB_MAX_INPUT_BYTES, &fault)) == PLOMB_OK)
	{
		j.name = app->operand[0];
		j.bundle = plomb_bytes_view(&bytes);
		s = plomb_with_room(inspect_try, &j, &fault);
	}
	plomb_bytes_free(&bytes);
	if (s != PLOMB_OK) {
		plomb_text_free(&text);
		return plomb_app_fail(app, NULL, &fault);
	}
	return plomb_app_say(app, &text);
}
