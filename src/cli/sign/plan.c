/* see plan.h */
#include "plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../port/file_write.h"
#include "../clock_arg.h"
#include "../fetch.h"
#include "../room.h"
#include "../timeout.h"
#include "consent.h"
#include "identity_token.h"

#define FULCIO "https://fulcio.sigstore.dev"
#define REKOR  "https://rekor.sigstore.dev"

static const char public_record[] =
	"The signature, and who made it, become part of a public transparency log; that cannot be taken back "
	"(https://lfprojects.org/policies/hosted-project-tools-immutable-records/).";

/* ------------------------------------------------------------------ services */

/* An address on the heap, as it is without the slash at its end. */
static plomb_status
keep_url(plomb_service *service, plomb_view url, unsigned version, plomb_fault *fault)
{
	while (url.n != 0 && url.p[url.n - 1] == '/') {
		url.n --;
	}
	service->version = version;
	service->url.p = (const unsigned char *)plomb_copy_view(url);
	service->url.n = service->url.p == NULL ? 0 : url.n;
	return service->url.p == NULL ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

typedef struct {
	plomb_plan *plan;
	const char *file;
	plomb_view json;
	plomb_fault *fault;
} config_job;

/* What was chosen lies in the work buffer. */
static plomb_status
keep_services(plomb_plan *plan, const plomb_services *chosen, plomb_fault *fault)
{
	plomb_status s;
	size_t i;

	s = chosen->ca.url.p == NULL ? PLOMB_OK : keep_url(&plan->services.ca, chosen->ca.url, chosen->ca.version, fault);
	if (s == PLOMB_OK && chosen->oidc.url.p != NULL) {
		s = keep_url(&plan->services.oidc, chosen->oidc.url, chosen->oidc.version, fault);
	}
	for (i = 0; s == PLOMB_OK && i < chosen->rekor_count; i ++) {
		s = keep_url(&plan->services.rekor[i], chosen->rekor[i].url, chosen->rekor[i].version, fault);
		plan->services.rekor_count ++;
	}
	for (i = 0; s == PLOMB_OK && i < chosen->tsa_count; i ++) {
		s = keep_url(&plan->services.tsa[i], chosen->tsa[i].url, chosen->tsa[i].version, fault);
		plan->services.tsa_count ++;
	}
	return s;
}

static plomb_status
config_try(void *user, plomb_ctx *ctx)
{
	plomb_services *chosen;
	plomb_status s;
	config_job *job;

	job = user;
	chosen = plomb_work_take(ctx->work, sizeof *chosen);
	if (chosen == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = plomb_signing_config_choose(ctx, job->json, job->plan->now_known, job->plan->now, chosen);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : plomb_fail_detail(job->fault, s, job->file, ctx->detail);
	}
	return keep_services(job->plan, chosen, job->fault);
}

static plomb_status
read_signing_config(plomb_plan *plan, const char *file, plomb_fault *fault)
{
	plomb_bytes bytes;
	config_job job;
	plomb_status s;

	if ((s = plomb_read_config(&bytes, file, PLOMB_MAX_SIGNING_CONFIG, fault)) != PLOMB_OK) {
		return s;
	}
	job.plan = plan;
	job.file = file;
	job.json = plomb_bytes_view(&bytes);
	job.fault = fault;
	s = plomb_with_room(config_try, &job, fault);
	plomb_bytes_free(&bytes);
	return s;
}

/* An option, else the variable by which cosign has it too. */
static plomb_status
option_or_variable(const plomb_args *args, plomb_option option, const char *variable, const char **value, plomb_fault *fault)
{
	*value = plomb_args_text(args, option);
	return *value != NULL ? PLOMB_OK : plomb_variable(variable, value, fault);
}

/* cosign 2's addresses. */
static plomb_status
read_urls(plomb_plan *plan, const plomb_args *args, plomb_fault *fault)
{
	const char *ca, *rekor, *tsa;
	plomb_status s;

	if ((s = option_or_variable(args, PLOMB_OPTION_FULCIO_URL, "COSIGN_FULCIO_URL", &ca, fault)) != PLOMB_OK
		|| (s = option_or_variable(args, PLOMB_OPTION_REKOR_URL, "COSIGN_REKOR_URL", &rekor, fault)) != PLOMB_OK
		|| (s = option_or_variable(args, PLOMB_OPTION_TSA_URL, "COSIGN_TIMESTAMP_SERVER_URL", &tsa, fault)) != PLOMB_OK)
	{
		return s;
	}
	if ((ca != NULL && (s = plomb_check_url("--fulcio-url", ca, fault)) != PLOMB_OK)
		|| (rekor != NULL && (s = plomb_check_url("--rekor-url", rekor, fault)) != PLOMB_OK)
		|| (tsa != NULL && (s = plomb_check_url("--timestamp-server-url", tsa, fault)) != PLOMB_OK))
	{
		return s;
	}
	if ((s = keep_url(&plan->services.ca, plomb_view_of_arg(ca == NULL ? FULCIO : ca), 1, fault)) != PLOMB_OK) {
		return s;
	}
	if (plomb_args_on(args, PLOMB_OPTION_TLOG_UPLOAD, 1)) {
		s = keep_url(&plan->services.rekor[0], plomb_view_of_arg(rekor == NULL ? REKOR : rekor), 1, fault);
		plan->services.rekor_count = 1;
	}
	if (s == PLOMB_OK && tsa != NULL) {
		s = keep_url(&plan->services.tsa[0], plomb_view_of_arg(tsa), 1, fault);
		plan->services.tsa_count = 1;
	}
	return s;
}

/* The file, if there is one. An address on the command line is nearer than a file that only the environment names. */
static plomb_status
find_signing_config(const plomb_args *args, const char **file, plomb_fault *fault)
{
	static const plomb_option urls[] = { PLOMB_OPTION_FULCIO_URL, PLOMB_OPTION_REKOR_URL, PLOMB_OPTION_TSA_URL };
	plomb_status s;
	size_t i;

	*file = plomb_args_text(args, PLOMB_OPTION_SIGNING_CONFIG);
	for (i = 0; i < sizeof urls / sizeof urls[0]; i ++) {
		if (plomb_args_has(args, urls[i])) {
			return *file == NULL ? PLOMB_OK : plomb_fail(fault, PLOMB_USAGE_ERROR, "--", plomb_option_table[urls[i]].name,
				" has no meaning with --signing-config", (const char *)NULL);
		}
	}
	if (*file != NULL || !plomb_args_on(args, PLOMB_OPTION_USE_SIGNING_CONFIG, 1)) {
		return PLOMB_OK;
	}
	if ((s = plomb_variable("COSIGN_SIGNING_CONFIG", file, fault)) != PLOMB_OK) {
		return s;
	}
	return *file != NULL || !plomb_args_has(args, PLOMB_OPTION_USE_SIGNING_CONFIG) ? PLOMB_OK
		: plomb_fail(fault, PLOMB_USAGE_ERROR, "--use-signing-config: there is none, give --signing-config", (const char *)NULL);
}

static plomb_status
read_services(plomb_plan *plan, const plomb_args *args, plomb_fault *fault)
{
	const char *file;
	plomb_status s;

	if ((s = find_signing_config(args, &file, fault)) != PLOMB_OK) {
		return s;
	}
	if (file == NULL) {
		return read_urls(plan, args, fault);
	}
	if (!plomb_args_on(args, PLOMB_OPTION_TLOG_UPLOAD, 1)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--tlog-upload=false has no meaning with a signing config: it says already which logs", (const char *)NULL);
	}
	return read_signing_config(plan, file, fault);
}

/* ----------------------------------------------------------------------- who */

/* A person is asked before something becomes public; where nobody can be, the command is the answer. */
static plomb_status
ask_consent(plomb_plan *plan, plomb_app *app, plomb_fault *fault)
{
	plomb_status s;
	int is_given;

	if ((s = plomb_consent_read(app->args, &is_given, fault)) != PLOMB_OK) {
		return s;
	}
	if (is_given || plan->is_dry || plan->services.rekor_count == 0 || plan->command == PLOMB_CMD_SIGN_BUNDLE
		|| !app->is_terminal || !isatty(STDIN_FILENO))
	{
		return PLOMB_OK;
	}
	return plomb_consent_ask(app, public_record, fault);
}

static plomb_status
open_network(plomb_plan *plan, plomb_app *app, plomb_fault *fault)
{
	plomb_status s;

	s = plomb_http_open(NULL, &plan->http);
	if (s != PLOMB_OK) {
		return plomb_fail_status(fault, s, NULL);
	}
	plan->asker.http = plan->http;
	plan->asker.pause = &plomb_pause_posix;
	plan->asker.jitter = (uint32_t)getpid();
	return plomb_timeout_network(app->args, fault);
}

static plomb_status
read_who(plomb_plan *plan, plomb_app *app, plomb_fault *fault)
{
	const char *key;
	plomb_status s;

	key = plomb_args_text(app->args, PLOMB_OPTION_KEY);
	plan->has_key = key != NULL;
	plan->has_token = key == NULL || plomb_args_on(app->args, PLOMB_OPTION_ISSUE_CERTIFICATE, 0);
	if (key != NULL && !plan->has_token && plomb_args_has(app->args, PLOMB_OPTION_IDENTITY_TOKEN)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--identity-token beside --key is for --issue-certificate alone", (const char *)NULL);
	}
	if (key != NULL && (s = plomb_key_arg_read(&plan->key, key, fault)) != PLOMB_OK) {
		return s;
	}
	if (!plan->has_token || plan->is_dry) {
		return PLOMB_OK;
	}
	if (plan->services.ca.url.p == NULL) {
		return plomb_fail(fault, PLOMB_SIGNING_CONFIG_UNSATISFIED, "--signing-config names no certificate authority, and there is no --key", (const char *)NULL);
	}
	return plomb_identity_token_read(&plan->token, app, &plan->asker, plan->services.oidc.url, fault);
}

static plomb_status
read_algorithm(plomb_plan *plan, const plomb_args *args, plomb_fault *fault)
{
	static const struct {
		const char *name;
		plomb_key_kind kind;
	} names[] = {
		{ "ecdsa-sha2-256-nistp256", PLOMB_KEY_P256 },
		{ "ecdsa-sha2-384-nistp384", PLOMB_KEY_P384 },
		{ "ecdsa-sha2-512-nistp521", PLOMB_KEY_P521 }
	};
	const char *name;
	size_t i;

	plan->fresh = PLOMB_KEY_P256;
	name = plomb_args_text(args, PLOMB_OPTION_SIGNING_ALGORITHM);
	for (i = 0; name != NULL && i < sizeof names / sizeof names[0]; i ++) {
		if (strcmp(name, names[i].name) == 0) {
			plan->fresh = names[i].kind;
			return PLOMB_OK;
		}
	}
	return name == NULL ? PLOMB_OK : plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--signing-algorithm: ", name,
		" is none of ecdsa-sha2-256-nistp256, ecdsa-sha2-384-nistp384, ecdsa-sha2-512-nistp521", (const char *)NULL);
}

/* see plan.h */
plomb_status
plomb_plan_read(plomb_plan *plan, plomb_app *app, plomb_cmd command, plomb_form old_form, plomb_fault *fault)
{
	plomb_status s;

	memset(plan, 0, sizeof *plan);
	plan->command = command;
	plan->is_dry = plomb_args_on(app->args, PLOMB_OPTION_DRY_RUN, 0);
	plan->form = plomb_args_on(app->args, PLOMB_OPTION_NEW_BUNDLE_FORMAT, 1) ? PLOMB_FORM_BUNDLE : old_form;
	plan->flags = plomb_args_on(app->args, PLOMB_OPTION_SKIP_SCT, 0) ? PLOMB_IGNORE_SCT : 0;
	if ((s = plomb_clock_read(app->args, 0, &plan->now_known, &plan->now, fault)) != PLOMB_OK
		|| (s = read_algorithm(plan, app->args, fault)) != PLOMB_OK
		|| (s = read_services(plan, app->args, fault)) != PLOMB_OK
		|| (s = plomb_trust_source_read(&plan->source, app->args, fault)) != PLOMB_OK
		|| (s = open_network(plan, app, fault)) != PLOMB_OK
		|| (s = read_who(plan, app, fault)) != PLOMB_OK)
	{
		return s;
	}
	return ask_consent(plan, app, fault);
}

static void
free_url(plomb_service *service)
{
	free((void *)(uintptr_t)service->url.p);
	service->url.p = NULL;
}

/* see plan.h */
void
plomb_plan_free(plomb_plan *plan)
{
	size_t i;

	plomb_http_close(plan->http);
	plomb_key_arg_free(&plan->key);
	plomb_identity_token_free(&plan->token);
	plomb_trust_source_free(&plan->source);
	free_url(&plan->services.ca);
	free_url(&plan->services.oidc);
	for (i = 0; i < PLOMB_MAX_SERVICES; i ++) {
		free_url(&plan->services.rekor[i]);
		free_url(&plan->services.tsa[i]);
	}
}

/* ------------------------------------------------------------------- signing */

typedef struct {
	plomb_plan *plan;
	plomb_app *app;
	const plomb_to_sign *what;
	size_t count, room;
	const plomb_plan_user *user;
	plomb_fault *fault;
	/* Of the try under way. */
	plomb_ctx *ctx;
	plomb_private_key key;
	plomb_token token;
	plomb_trust trust;
	plomb_session session;
} sign_job;

/* A step went wrong: a fault in the words that are known about it. */
static plomb_status
tell(sign_job *j, plomb_status s, const char *step)
{
	const char *why;

	if (j->fault->status != PLOMB_UNSET) {
		return j->fault->status;
	}
	why = j->plan->asker.why;
	return plomb_fail(j->fault, s, step, ": ", why[0] != 0 ? why : plomb_status_sentence(s), (const char *)NULL);
}

static const char *
step_of(plomb_status s)
{
	switch (s) {
	case PLOMB_SIGN_FULCIO:
	case PLOMB_FULCIO_ANSWER_MALFORMED:
	case PLOMB_FULCIO_KEY_MISMATCH:
	case PLOMB_FULCIO_SCT_DETACHED:
		return "getting a certificate";
	case PLOMB_SIGN_REKOR:
	case PLOMB_REKOR_ANSWER_MALFORMED:
		return "making an entry in the log";
	case PLOMB_SIGN_TSA:
		return "getting a timestamp";
	case PLOMB_SIGN_UNVERIFIED:
		return "verifying what was signed (is --trusted-root the one of these services?)";
	default:
		return "signing";
	}
}

static plomb_status
open_key(sign_job *j)
{
	plomb_status s;

	if (j->plan->has_key) {
		return plomb_key_arg_open(&j->plan->key, j->ctx, &j->key, j->fault);
	}
	s = plomb_private_key_generate(j->ctx, &plomb_random_system, j->plan->fresh, 0, &j->key);
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_status(j->fault, s, "making a key");
}

static plomb_status
open_token(sign_job *j)
{
	plomb_plan *plan;
	plomb_status s;

	plan = j->plan;
	if (!plan->has_token) {
		return PLOMB_OK;
	}
	s = plomb_token_read(j->ctx, plomb_bytes_view(&plan->token), plan->now_known, plan->now.s, &j->token);
	plan->asker.secret[0] = j->token.text;
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_detail(j->fault, s, "identity token", j->ctx->detail);
}

/* cosign's words, for scripts that look for them. */
static void
say(const sign_job *j, const char *words)
{
	(void)fprintf(j->app->err, "%s\n", words);
}

static void
say_entries(const sign_job *j, const plomb_made *made)
{
	plomb_text text;
	size_t i;

	plomb_text_init(&text);
	for (i = 0; i < made->parts.entry_count; i ++) {
		plomb_text_str(&text, "tlog entry created with index: ");
		plomb_text_decimal(&text, made->log_index[i]);
		plomb_text_str(&text, "\n");
	}
	(void)plomb_app_write(j->app->err, &text);
}

static plomb_status
sign_one(sign_job *j, size_t item)
{
	plomb_made *made;
	plomb_status s;

	made = plomb_work_take(j->ctx->work, sizeof *made);
	if (made == NULL) {
		return tell(j, PLOMB_NO_ROOM, "signing");
	}
	s = plomb_session_sign(&j->session, &j->what[item], made);
	if (s != PLOMB_OK) {
		return tell(j, s, step_of(s));
	}
	say_entries(j, made);
	return j->user->use(j->user->user, item, &j->session, made, j->fault);
}

static void
start_session(sign_job *j)
{
	memset(&j->session, 0, sizeof j->session);
	j->session.ctx = j->ctx;
	j->session.asker = &j->plan->asker;
	j->session.random = &plomb_random_system;
	j->session.key = &j->key;
	j->session.token = j->plan->has_token ? &j->token : NULL;
	j->session.services = &j->plan->services;
	j->session.trust = &j->trust;
	j->session.flags = j->plan->flags;
	j->session.now_known = j->plan->now_known;
	j->session.now = j->plan->now;
}

/* Everything that is asked of nobody. */
static plomb_status
prepare(sign_job *j)
{
	plomb_status s;
	size_t i;

	if ((s = plomb_trust_source_load(&j->plan->source, j->ctx, &j->trust, j->fault)) != PLOMB_OK
		|| (s = open_token(j)) != PLOMB_OK || (s = open_key(j)) != PLOMB_OK)
	{
		return s;
	}
	start_session(j);
	for (i = 0; j->user->prepare != NULL && i < j->count; i ++) {
		if ((s = j->user->prepare(j->user->user, i, &j->session, j->fault)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* Everything else. What has been asked is not asked again: from here on no room is an error. */
static plomb_status
carry_out(sign_job *j)
{
	plomb_status s;
	size_t i, mark;

	say(j, j->plan->has_key ? "Signing artifact..." : "Generating ephemeral keys...\nRetrieving signed certificate...");
	s = plomb_session_begin(&j->session);
	if (s != PLOMB_OK) {
		return tell(j, s, s == PLOMB_CONFIG_INVALID ? "certificate authority" : step_of(s));
	}
	mark = plomb_work_mark(j->ctx->work);
	for (i = 0; i < j->count; i ++) {
		if ((s = sign_one(j, i)) != PLOMB_OK) {
			return s;
		}
		plomb_work_release(j->ctx->work, mark);
	}
	return PLOMB_OK;
}

static plomb_status
sign_try(void *user, plomb_ctx *ctx)
{
	plomb_status s;
	sign_job *j;

	j = user;
	j->ctx = ctx;
	if (ctx->work->size < j->room) {
		ctx->work->missing = j->room;
		return PLOMB_NO_ROOM;
	}
	s = prepare(j);
	if (s == PLOMB_OK) {
		s = carry_out(j);
		s = s == PLOMB_NO_ROOM ? tell(j, PLOMB_LIMIT_EXCEEDED, "signing") : s;
	}
	plomb_private_key_wipe(&j->key);
	memset(&j->plan->asker.secret[0], 0, sizeof j->plan->asker.secret[0]);
	return s;
}

/* see plan.h */
plomb_status
plomb_plan_sign(plomb_plan *plan, plomb_app *app, const plomb_to_sign *what, size_t count, size_t largest,
	const plomb_plan_user *user, plomb_fault *fault)
{
	plomb_status s;
	sign_job *j;

	j = calloc(1, sizeof *j);
	if (j == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	j->plan = plan;
	j->app = app;
	j->what = what;
	j->count = count;
	j->room = PLOMB_SESSION_ROOM(largest, plan->source.json.n);
	j->user = user;
	j->fault = fault;
	s = plomb_with_secret_room(sign_try, j, fault);
	plomb_wipe(j, sizeof *j);
	free(j);
	return s;
}

/* ------------------------------------------------------------------- outputs */

static void
show(plomb_text *text, const char *what, const plomb_service *service, const char *path)
{
	plomb_text_str(text, what);
	plomb_text_visible(text, service->url);
	plomb_text_str(text, path);
	plomb_text_str(text, "\n");
}

/* see plan.h */
void
plomb_plan_show(const plomb_plan *plan, plomb_text *text)
{
	size_t i;

	plomb_text_str(text, "dry run: nothing is sent\n");
	plomb_text_str(text, "key: ");
	plomb_text_visible(text, plomb_view_of_arg(plan->has_key ? plan->key.reference : "made for this signature"));
	plomb_text_str(text, "\n");
	if (plan->has_token) {
		show(text, "certificate: POST ", &plan->services.ca, "/api/v2/signingCert");
	}
	for (i = 0; i < plan->services.tsa_count; i ++) {
		show(text, "timestamp: POST ", &plan->services.tsa[i], "");
	}
	for (i = 0; i < plan->services.rekor_count; i ++) {
		show(text, "log: POST ", &plan->services.rekor[i], plan->services.rekor[i].version == 1 ? "/api/v1/log/entries" : "/api/v2/log/entries");
	}
}

/* What is no file cannot be replaced: a pipe, a terminal, /dev/stdout. */
static plomb_status
write_stream(const char *name, plomb_view bytes, plomb_fault *fault)
{
	FILE *file;
	int is_good;

	file = fopen(name, "wb");
	is_good = file != NULL && (bytes.n == 0 || fwrite(bytes.p, 1, bytes.n, file) == bytes.n);
	is_good = file != NULL && fclose(file) == 0 && is_good;
	return is_good ? PLOMB_OK : plomb_fail(fault, PLOMB_IO_ERROR, name, ": cannot be written", (const char *)NULL);
}

/* see plan.h */
plomb_status
plomb_plan_write(const char *name, plomb_view bytes, plomb_fault *fault)
{
	plomb_status s;
	int error;

	if (name == NULL) {
		return PLOMB_OK;
	}
	if (plomb_file_is_stream(name)) {
		return write_stream(name, bytes, fault);
	}
	s = plomb_file_writer_posix.replace(&plomb_file_writer_posix, name, bytes, 0, &error);
	return s == PLOMB_OK ? s : plomb_fail(fault, PLOMB_IO_ERROR, name, ": cannot be written: ", error != 0 ? strerror(error) : "no such folder",
		(const char *)NULL);
}
