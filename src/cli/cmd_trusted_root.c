/* plomb trusted-root show, plomb trusted-root create. */
#include <stdlib.h>

#include "../core/trust.h"
#include "app.h"
#include "clock_arg.h"
#include "root_builder.h"
#include "room.h"
#include "trust_source.h"

/* --------------------------------------------------------------------- show */

typedef struct {
	const plomb_trust_source *source;
	plomb_text *out;
	plomb_fault *fault;
} show_job;

static void
put_window(const plomb_window *window, plomb_text *out)
{
	plomb_text_str(out, "    valid  ");
	if (!window->has_start && !window->has_end) {
		plomb_text_str(out, "always");
	}
	if (window->has_start) {
		plomb_text_str(out, "from ");
		plomb_text_time(out, window->start);
	}
	if (window->has_end) {
		plomb_text_str(out, window->has_start ? " to " : "to ");
		plomb_text_time(out, window->end);
	}
	plomb_text_str(out, "\n");
}

static const char *
key_name(const plomb_key *key)
{
	static const char *const names[] = { "none", "ECDSA P-256", "ECDSA P-384", "ECDSA P-521", "RSA", "RSA-PSS", "Ed25519" };

	return names[(unsigned)key->kind < sizeof names / sizeof names[0] ? key->kind : PLOMB_KEY_NONE];
}

static void
put_url(plomb_view url, plomb_text *out)
{
	plomb_text_str(out, "  ");
	if (url.n == 0) {
		plomb_text_str(out, "(no URL)");
	}
	plomb_text_visible(out, url);
	plomb_text_str(out, "\n");
}

static void
put_logs(const char *title, const plomb_log *logs, size_t count, plomb_text *out)
{
	size_t i;

	plomb_text_str(out, title);
	plomb_text_str(out, count == 0 ? ": none\n" : "\n");
	for (i = 0; i < count; i ++) {
		put_url(logs[i].base_url, out);
		plomb_text_str(out, "    id     ");
		plomb_text_hex(out, logs[i].log_id);
		plomb_text_str(out, "\n    key    ");
		plomb_text_str(out, key_name(&logs[i].key));
		if (logs[i].usable != PLOMB_OK) {
			plomb_text_str(out, ", not usable: ");
			plomb_text_str(out, plomb_status_code(logs[i].usable));
		}
		plomb_text_str(out, "\n");
		put_window(&logs[i].key.valid, out);
	}
}

static void
put_authorities(const char *title, const plomb_authority *authorities, size_t count, plomb_text *out)
{
	size_t i, k;

	plomb_text_str(out, title);
	plomb_text_str(out, count == 0 ? ": none\n" : "\n");
	for (i = 0; i < count; i ++) {
		put_url(authorities[i].uri, out);
		put_window(&authorities[i].valid, out);
		for (k = 0; k < authorities[i].cert_count; k ++) {
			const plomb_cert *cert;

			cert = &authorities[i].certs[k];
			plomb_text_str(out, k + 1 == authorities[i].cert_count ? "    anchor " : cert->is_ca ? "    CA     " : "    signer ");
			plomb_text_time(out, cert->not_before);
			plomb_text_str(out, " to ");
			plomb_text_time(out, cert->not_after);
			plomb_text_str(out, "\n");
		}
	}
}

static plomb_status
show_try(void *user, plomb_ctx *ctx)
{
	show_job *job;
	plomb_trust trust;
	plomb_status s;

	job = user;
	if ((s = plomb_trust_source_load(job->source, ctx, &trust, job->fault)) != PLOMB_OK) {
		return s;
	}
	plomb_text_str(job->out, "trust root: ");
	plomb_text_visible(job->out, plomb_view_of_arg(job->source->origin));
	plomb_text_str(job->out, trust.has_unknown_fields ? "\nit has members that this version does not know\n\n" : "\n\n");
	put_authorities("certificate authorities", trust.cas, trust.ca_count, job->out);
	put_logs("certificate logs", trust.ctlogs, trust.ctlog_count, job->out);
	put_logs("transparency logs", trust.tlogs, trust.tlog_count, job->out);
	put_authorities("timestamp authorities", trust.tsas, trust.tsa_count, job->out);
	return PLOMB_OK;
}

/* An old copy still verifies old signatures, but keys may have been withdrawn since. */
static plomb_status
warn_if_old(plomb_app *app, const plomb_trust_source *source, plomb_fault *fault)
{
	plomb_time now;
	plomb_text text;
	plomb_status s;
	int is_known;

	if ((s = plomb_clock_read(app->args, 0, &is_known, &now, fault)) != PLOMB_OK) {
		return s;
	}
	plomb_text_init(&text);
	plomb_trust_source_warn(source, 1, is_known, now, &text);
	return plomb_app_write(app->err, &text);
}

/* The file itself is printed only after it was read without a fault. */
static plomb_status
show(plomb_app *app, plomb_text *out, plomb_fault *fault)
{
	plomb_trust_source source;
	plomb_status s;
	show_job job;
	const char *output;
	int is_json;

	output = plomb_args_text(app->args, PLOMB_OPTION_OUTPUT);
	is_json = output != NULL && strcmp(output, "json") == 0;
	if (output != NULL && !is_json && strcmp(output, "text") != 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--output: ", output, " is neither json nor text", (const char *)NULL);
	}
	job.source = &source;
	job.out = out;
	job.fault = fault;
	s = plomb_trust_source_read(&source, app->args, fault);
	if (s == PLOMB_OK) {
		s = plomb_with_room(show_try, &job, fault);
	}
	if (s == PLOMB_OK) {
		s = warn_if_old(app, &source, fault);
	}
	if (s == PLOMB_OK && is_json) {
		plomb_text_clear(out);
		plomb_text_view(out, source.json);
		if (source.json.n != 0 && source.json.p[source.json.n - 1] != '\n') {
			plomb_text_str(out, "\n");
		}
	}
	plomb_trust_source_free(&source);
	return s;
}

/* ------------------------------------------------------------------- create */

/* A specification's text, cut into NUL-terminated values in place. */
typedef struct {
	char *text;
	const char *file; /* certificate-chain or public-key */
	plomb_root_label label;
} spec;

static plomb_status
set_member(spec *s, const char *option, const char *key, const char *value, int is_log, plomb_fault *fault)
{
	const char **place;

	place = strcmp(key, "url") == 0 ? &s->label.url
		: strcmp(key, "start-time") == 0 ? &s->label.start
		: strcmp(key, "end-time") == 0 ? &s->label.end
		: strcmp(key, is_log ? "public-key" : "certificate-chain") == 0 ? &s->file
		: strcmp(key, "origin") == 0 && strcmp(option, "rekor") == 0 ? &s->label.origin : NULL;
	if (place == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", option, ": ", key, " is not one of its members", (const char *)NULL);
	}
	if (*place != NULL || value[0] == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", option, ": ", key,
			*place != NULL ? " is given twice" : " is empty", (const char *)NULL);
	}
	*place = value;
	return PLOMB_OK;
}

/* url=...,public-key=... as cosign writes it: commas between members, the first "=" splits. */
static plomb_status
parse_spec(spec *s, const char *option, const char *text, int is_log, plomb_fault *fault)
{
	char *at;

	memset(s, 0, sizeof *s);
	s->text = plomb_copy_view(plomb_view_of_arg(text));
	if (s->text == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	at = s->text;
	while (at != NULL) {
		char *comma, *equals;
		plomb_status status;

		comma = strchr(at, ',');
		if (comma != NULL) {
			*comma = 0;
		}
		equals = strchr(at, '=');
		if (equals == NULL) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", option, ": no = in ", at, (const char *)NULL);
		}
		*equals = 0;
		if ((status = set_member(s, option, at, equals + 1, is_log, fault)) != PLOMB_OK) {
			return status;
		}
		at = comma == NULL ? NULL : comma + 1;
	}
	if (s->label.url == NULL || s->file == NULL || (is_log && s->label.start == NULL)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", option, ": needs ",
			is_log ? "url, public-key and start-time" : "url and certificate-chain", (const char *)NULL);
	}
	return PLOMB_OK;
}

static plomb_status
add_specs(plomb_root_builder *builder, const plomb_args *args, plomb_option option, plomb_root_kind kind, plomb_fault *fault)
{
	const char *name, *text;
	size_t at;
	int is_log;

	name = plomb_option_table[option].name;
	is_log = kind == PLOMB_ROOT_TLOGS || kind == PLOMB_ROOT_CTLOGS;
	at = 0;
	while ((text = plomb_args_each(args, option, &at)) != NULL) {
		plomb_status status;
		spec s;

		status = parse_spec(&s, name, text, is_log, fault);
		if (status == PLOMB_OK) {
			status = is_log ? plomb_root_add_log(builder, kind, s.file, &s.label, fault)
				: plomb_root_add_chain(builder, kind, s.file, &s.label, 1, fault);
		}
		free(s.text);
		if (status != PLOMB_OK) {
			return status;
		}
	}
	return PLOMB_OK;
}

static plomb_status
add_files(plomb_root_builder *builder, const plomb_args *args, plomb_fault *fault)
{
	static const plomb_root_label no_label = { NULL, NULL, NULL, NULL };
	const char *chain, *roots, *intermediates, *tsa;
	plomb_status s;

	chain = plomb_args_text(args, PLOMB_OPTION_CERTIFICATE_CHAIN);
	roots = plomb_args_text(args, PLOMB_OPTION_CA_ROOTS);
	intermediates = plomb_args_text(args, PLOMB_OPTION_CA_INTERMEDIATES);
	tsa = plomb_args_text(args, PLOMB_OPTION_TSA_CHAIN);
	if (chain != NULL && (roots != NULL || intermediates != NULL)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--certificate-chain cannot be combined with --ca-roots and --ca-intermediates", (const char *)NULL);
	}
	if (intermediates != NULL && roots == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--ca-intermediates needs --ca-roots", (const char *)NULL);
	}
	s = PLOMB_OK;
	if (chain != NULL) {
		s = plomb_root_add_chain(builder, PLOMB_ROOT_CAS, chain, &no_label, 1, fault);
	}
	if (roots != NULL) {
		s = plomb_root_add_pool(builder, PLOMB_ROOT_CAS, roots, intermediates, fault);
	}
	if (s == PLOMB_OK && tsa != NULL) {
		s = plomb_root_add_chain(builder, PLOMB_ROOT_TSAS, tsa, &no_label, 1, fault);
	}
	return s;
}

/* The default services, without the kinds that were excluded. */
static plomb_status
read_base(plomb_root_builder *builder, const plomb_args *args, plomb_view *base, plomb_fault *fault)
{
	int with_defaults;

	with_defaults = plomb_args_on(args, PLOMB_OPTION_WITH_DEFAULTS, 0);
	builder->replaced[PLOMB_ROOT_CAS] = plomb_args_on(args, PLOMB_OPTION_NO_DEFAULT_FULCIO, 0);
	builder->replaced[PLOMB_ROOT_CTLOGS] = plomb_args_on(args, PLOMB_OPTION_NO_DEFAULT_CTFE, 0);
	builder->replaced[PLOMB_ROOT_TLOGS] = plomb_args_on(args, PLOMB_OPTION_NO_DEFAULT_REKOR, 0);
	builder->replaced[PLOMB_ROOT_TSAS] = plomb_args_on(args, PLOMB_OPTION_NO_DEFAULT_TSA, 0);
	if (!with_defaults && (builder->replaced[0] || builder->replaced[1] || builder->replaced[2] || builder->replaced[3])) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--no-default-... takes something away from --with-default-services", (const char *)NULL);
	}
	if (with_defaults) {
		base->p = plomb_trusted_root_json;
		base->n = plomb_trusted_root_json_len;
	}
	return PLOMB_OK;
}

/* What was built must be readable before anybody relies on it. */
static plomb_status
try_load(void *user, plomb_ctx *ctx)
{
	show_job *job;
	plomb_trust trust;

	job = user;
	return plomb_trust_source_load(job->source, ctx, &trust, job->fault);
}

static plomb_status
create(plomb_app *app, plomb_text *out, plomb_fault *fault)
{
	plomb_root_builder builder;
	plomb_trust_source source;
	plomb_view base = { NULL, 0 };
	plomb_status s;
	show_job job;

	plomb_root_builder_init(&builder);
	if ((s = read_base(&builder, app->args, &base, fault)) == PLOMB_OK
		&& (s = add_files(&builder, app->args, fault)) == PLOMB_OK
		&& (s = add_specs(&builder, app->args, PLOMB_OPTION_FULCIO, PLOMB_ROOT_CAS, fault)) == PLOMB_OK
		&& (s = add_specs(&builder, app->args, PLOMB_OPTION_CTFE, PLOMB_ROOT_CTLOGS, fault)) == PLOMB_OK
		&& (s = add_specs(&builder, app->args, PLOMB_OPTION_REKOR, PLOMB_ROOT_TLOGS, fault)) == PLOMB_OK
		&& (s = add_specs(&builder, app->args, PLOMB_OPTION_TSA, PLOMB_ROOT_TSAS, fault)) == PLOMB_OK)
	{
		s = plomb_root_build(&builder, base, out, fault);
	}
	if (s == PLOMB_OK) {
		memset(&source, 0, sizeof source);
		source.json = plomb_text_as_view(out);
		source.origin = "the new trust root";
		job.source = &source;
		job.fault = fault;
		s = plomb_with_room(try_load, &job, fault);
	}
	plomb_text_str(out, "\n");
	plomb_root_builder_free(&builder);
	return s;
}

/* --out: the whole text or an error, and no half file that looks like a root. */
static plomb_status
write_file(const char *name, plomb_text *text, plomb_fault *fault)
{
	FILE *file;
	int is_good;

	file = fopen(name, "wb");
	is_good = file != NULL && !text->failed && fwrite(plomb_text_cstr(text), 1, text->n, file) == text->n;
	if (file != NULL) {
		is_good = fclose(file) == 0 && is_good;
	}
	return is_good ? PLOMB_OK : plomb_fail(fault, PLOMB_IO_ERROR, "--out: ", name, ": cannot be written", (const char *)NULL);
}

/* see app.h */
int
plomb_cmd_trusted_root(plomb_app *app, plomb_cmd command)
{
	plomb_fault fault;
	plomb_text out;
	plomb_status s;
	const char *name;

	plomb_fault_init(&fault);
	plomb_text_init(&out);
	s = PLOMB_OK;
	if (app->operand_count != 0) {
		s = plomb_fail(&fault, PLOMB_USAGE_ERROR, "unexpected argument: ", app->operand[0], (const char *)NULL);
	}
	if (s == PLOMB_OK) {
		s = command == PLOMB_CMD_ROOT_CREATE ? create(app, &out, &fault) : show(app, &out, &fault);
	}
	name = plomb_args_text(app->args, PLOMB_OPTION_OUT);
	if (s == PLOMB_OK && name != NULL) {
		s = write_file(name, &out, &fault);
	}
	if (s != PLOMB_OK) {
		plomb_text_free(&out);
		return plomb_app_fail(app, NULL, &fault);
	}
	if (name != NULL) {
		plomb_text_free(&out);
		return 0;
	}
	return plomb_app_say(app, &out);
}
