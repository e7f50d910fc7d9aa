/* see identity_token.h */
#include "identity_token.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../core/json.h"
#include "../../sign/private_key.h"
#include "../../sign/token.h"
#include "secret_room.h"

#define MAX_ANSWER     65536
#define MAX_LINE       16384
#define ANSWER_ROOM    (1u << 20)
#define COSIGN_FILE    "/var/run/sigstore/cosign/oidc-token"
#define DEFAULT_ISSUER "https://oauth2.sigstore.dev/auth"
#define DEFAULT_CLIENT "sigstore"
#define DEVICE_GRANT   "urn:ietf:params:oauth:grant-type:device_code"
#define MAX_INTERVAL_S 60
#define MAX_WAIT_S     1800 /* of a person who has to type a code */

/* see identity_token.h */
void
plomb_identity_token_free(plomb_bytes *token)
{
	if (token->p != NULL) {
		plomb_wipe(token->p, token->n);
	}
	plomb_bytes_free(token);
}

static plomb_status
copy(plomb_bytes *token, plomb_view text, plomb_fault *fault)
{
	token->p = (unsigned char *)plomb_copy_view(text);
	token->n = token->p == NULL ? 0 : text.n;
	return token->p == NULL ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

/* As a JWT looks, and no file's name does: three parts, the first of which is JSON in base64. */
static int
is_like_token(const char *text)
{
	const char *first, *second;

	first = strchr(text, '.');
	second = first == NULL ? NULL : strchr(first + 1, '.');
	return second != NULL && strchr(second + 1, '.') == NULL && strncmp(text, "ey", 2) == 0 && strchr(text, '/') == NULL;
}

/* The option's value. Others may see a command line for as long as it holds one. */
static plomb_status
from_option(plomb_bytes *token, const char *value, plomb_fault *fault)
{
	plomb_status s;

	if (!is_like_token(value)) {
		if (!plomb_file_exists(value)) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--identity-token: neither a token nor a file", (const char *)NULL);
		}
		return plomb_read_config(token, value, PLOMB_MAX_TOKEN, fault);
	}
	s = copy(token, plomb_view_of_arg(value), fault);
	plomb_wipe((void *)(uintptr_t)value, strlen(value));
	return s;
}

static plomb_status
asked(plomb_asker *asker, plomb_status s, plomb_fault *fault)
{
	return s == PLOMB_NO_ROOM || asker->why[0] == 0 ? plomb_fail_status(fault, s, "identity token")
		: plomb_fail(fault, s, "identity token: ", asker->why, (const char *)NULL);
}

/* ------------------------------------------------------------ GitHub Actions */

typedef struct {
	plomb_asker *asker;
	const char *url, *secret;
	plomb_bytes *token;
	plomb_fault *fault;
} github;

static plomb_status
github_try(void *user, plomb_ctx *ctx)
{
	static const char login[] = "Authorization: bearer ";
	plomb_question question;
	plomb_view answer, text;
	plomb_text url, line;
	plomb_status s;
	github *g;

	g = user;
	if (ctx->work->size < ANSWER_ROOM) {
		ctx->work->missing = ANSWER_ROOM;
		return PLOMB_NO_ROOM;
	}
	plomb_text_init(&url);
	plomb_text_init(&line);
	plomb_text_str(&url, g->url);
	plomb_text_str(&url, strchr(g->url, '?') == NULL ? "?audience=sigstore" : "&audience=sigstore");
	plomb_text_str(&line, login);
	plomb_text_str(&line, g->secret);
	memset(&question, 0, sizeof question);
	question.url = plomb_text_as_view(&url);
	question.accept = "Accept: application/json";
	question.login = plomb_text_cstr(&line);
	question.is_get = 1;
	question.max_bytes = MAX_ANSWER;
	question.failed = PLOMB_SIGN_TOKEN;
	g->asker->secret[1] = plomb_view_of_arg(g->secret);
	s = url.failed || line.failed ? PLOMB_NO_ROOM : plomb_ask_for(g->asker, ctx, &question, &answer);
	if (s != PLOMB_OK) {
		s = asked(g->asker, s, g->fault);
	} else if ((s = plomb_token_of_github(ctx->work, answer, &text)) != PLOMB_OK) {
		s = plomb_fail_status(g->fault, s, "ACTIONS_ID_TOKEN_REQUEST_URL");
	} else {
		s = copy(g->token, text, g->fault);
	}
	if (line.p != NULL) {
		plomb_wipe(line.p, line.n);
	}
	plomb_text_free(&line);
	plomb_text_free(&url);
	return s;
}

static int
has_github(void)
{
	return plomb_is_set("ACTIONS_ID_TOKEN_REQUEST_URL") && plomb_is_set("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
}

static plomb_status
from_github(plomb_bytes *token, plomb_asker *asker, plomb_fault *fault)
{
	plomb_status s;
	github g;

	g.asker = asker;
	g.url = getenv("ACTIONS_ID_TOKEN_REQUEST_URL");
	g.secret = getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	g.token = token;
	g.fault = fault;
	if (!has_github()) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set: "
			"does the job have the permission id-token: write?", (const char *)NULL);
	}
	s = plomb_with_secret_room(github_try, &g, fault);
	memset(&asker->secret[1], 0, sizeof asker->secret[1]);
	return s;
}

/* --------------------------------------------------------------- a terminal */

typedef struct {
	plomb_app *app;
	plomb_asker *asker;
	plomb_view issuer;
	const char *client;
	plomb_bytes *token;
	plomb_fault *fault;
	plomb_ctx *ctx;
	/* Found. */
	plomb_view device_url, token_url, device_code;
	int64_t interval_s, left_s;
} device;

static plomb_status
ask_json(device *d, plomb_view url, const char *path, const char *form, plomb_json *doc, int *is_refusal)
{
	plomb_question question;
	plomb_view answer;
	plomb_status s;

	memset(&question, 0, sizeof question);
	question.url = url;
	question.path = path;
	question.accept = "Accept: application/json";
	question.form = form;
	question.is_get = form == NULL;
	question.max_bytes = MAX_ANSWER;
	question.failed = PLOMB_SIGN_TOKEN;
	*is_refusal = 0;
	s = is_refusal != NULL && form != NULL ? plomb_ask(d->asker, d->ctx, &question, &answer) : plomb_ask_for(d->asker, d->ctx, &question, &answer);
	if (s == PLOMB_UNSET) {
		*is_refusal = 1;
		s = PLOMB_OK;
	}
	if (s == PLOMB_OK && plomb_json_parse(d->ctx->work, answer, doc) != PLOMB_OK) {
		plomb_ask_explain(d->asker, url, "its answer is not JSON", plomb_view_cut(answer, 0, 0));
		s = PLOMB_SIGN_TOKEN;
	}
	return s == PLOMB_OK ? s : asked(d->asker, s, d->fault);
}

static plomb_status
no_member(device *d, plomb_view url, const char *name)
{
	plomb_ask_explain(d->asker, url, "its answer lacks a member or refuses", plomb_view_of(name));
	return asked(d->asker, PLOMB_SIGN_TOKEN, d->fault);
}

/* Where the issuer says that devices and tokens are asked for (RFC 8414). */
static plomb_status
discover(device *d)
{
	plomb_json doc;
	plomb_status s;
	int is_refusal;

	if ((s = ask_json(d, d->issuer, "/.well-known/openid-configuration", NULL, &doc, &is_refusal)) != PLOMB_OK) {
		return s;
	}
	if (plomb_json_string(d->ctx->work, &doc, plomb_json_member(&doc, 0, "device_authorization_endpoint"), &d->device_url) != PLOMB_OK) {
		return no_member(d, d->issuer, "device_authorization_endpoint");
	}
	if (plomb_json_string(d->ctx->work, &doc, plomb_json_member(&doc, 0, "token_endpoint"), &d->token_url) != PLOMB_OK) {
		return no_member(d, d->issuer, "token_endpoint");
	}
	return PLOMB_OK;
}

static void
put_field(plomb_text *form, const char *name, plomb_view value)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	plomb_text_str(form, form->n == 0 ? "" : "&");
	plomb_text_str(form, name);
	plomb_text_str(form, "=");
	for (i = 0; i < value.n; i ++) {
		unsigned char c;
		char hex[3];

		c = value.p[i];
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.') {
			plomb_text_put(form, &value.p[i], 1);
			continue;
		}
		hex[0] = '%';
		hex[1] = digits[c >> 4];
		hex[2] = digits[c & 15];
		plomb_text_put(form, hex, 3);
	}
}

/* Tell the person what to type where. */
static plomb_status
show_code(device *d, const plomb_json *doc)
{
	plomb_view code, uri;
	plomb_text text;

	if (plomb_json_string(d->ctx->work, doc, plomb_json_member(doc, 0, "user_code"), &code) != PLOMB_OK) {
		return no_member(d, d->device_url, "user_code");
	}
	if (plomb_json_string(d->ctx->work, doc, plomb_json_member(doc, 0, "verification_uri"), &uri) != PLOMB_OK) {
		return no_member(d, d->device_url, "verification_uri");
	}
	plomb_text_init(&text);
	plomb_text_str(&text, "Enter the verification code ");
	plomb_text_visible(&text, code);
	plomb_text_str(&text, " in your browser at: ");
	plomb_text_visible(&text, uri);
	plomb_text_str(&text, "\nCode will be valid for ");
	plomb_text_decimal(&text, d->left_s);
	plomb_text_str(&text, " seconds\n");
	return plomb_app_write(d->app->err, &text) == PLOMB_OK ? PLOMB_OK : plomb_fail_status(d->fault, PLOMB_NO_ROOM, NULL);
}

static plomb_status
begin_device(device *d)
{
	plomb_json doc;
	plomb_text form;
	plomb_status s;
	int is_refusal;

	plomb_text_init(&form);
	put_field(&form, "client_id", plomb_view_of_arg(d->client));
	put_field(&form, "scope", plomb_view_of("openid email"));
	s = form.failed ? plomb_fail_status(d->fault, PLOMB_NO_ROOM, NULL) : ask_json(d, d->device_url, NULL, plomb_text_cstr(&form), &doc, &is_refusal);
	plomb_text_free(&form);
	if (s != PLOMB_OK) {
		return s;
	}
	if (is_refusal || plomb_json_string(d->ctx->work, &doc, plomb_json_member(&doc, 0, "device_code"), &d->device_code) != PLOMB_OK) {
		return no_member(d, d->device_url, "device_code");
	}
	if (plomb_json_int64(&doc, plomb_json_member(&doc, 0, "interval"), &d->interval_s) != PLOMB_OK || d->interval_s < 1) {
		d->interval_s = 5;
	}
	if (plomb_json_int64(&doc, plomb_json_member(&doc, 0, "expires_in"), &d->left_s) != PLOMB_OK || d->left_s < 1 || d->left_s > MAX_WAIT_S) {
		d->left_s = MAX_WAIT_S;
	}
	d->asker->secret[2] = d->device_code;
	return show_code(d, &doc);
}

/* Ask once whether the person is done: PLOMB_UNSET is "not yet". */
static plomb_status
poll_device(device *d)
{
	plomb_view text;
	plomb_json doc;
	plomb_text form;
	plomb_status s;
	uint32_t error;
	int is_refusal;

	plomb_text_init(&form);
	put_field(&form, "grant_type", plomb_view_of(DEVICE_GRANT));
	put_field(&form, "device_code", d->device_code);
	put_field(&form, "client_id", plomb_view_of_arg(d->client));
	s = form.failed ? plomb_fail_status(d->fault, PLOMB_NO_ROOM, NULL) : ask_json(d, d->token_url, NULL, plomb_text_cstr(&form), &doc, &is_refusal);
	if (form.p != NULL) {
		plomb_wipe(form.p, form.n);
	}
	plomb_text_free(&form);
	if (s != PLOMB_OK) {
		return s;
	}
	if (!is_refusal && plomb_json_string(d->ctx->work, &doc, plomb_json_member(&doc, 0, "id_token"), &text) == PLOMB_OK) {
		return copy(d->token, text, d->fault);
	}
	error = plomb_json_member(&doc, 0, "error");
	if (is_refusal && plomb_json_is(&doc, error, "authorization_pending")) {
		return PLOMB_UNSET;
	}
	if (is_refusal && plomb_json_is(&doc, error, "slow_down")) {
		d->interval_s += 5;
		return PLOMB_UNSET;
	}
	return plomb_fail(d->fault, PLOMB_SIGN_TOKEN, "identity token: ",
		plomb_json_is(&doc, error, "expired_token") ? "the code has expired"
		: plomb_json_is(&doc, error, "access_denied") ? "it was refused in the browser" : "the issuer gives none", (const char *)NULL);
}

static plomb_status
device_try(void *user, plomb_ctx *ctx)
{
	plomb_status s;
	size_t mark;
	device *d;

	d = user;
	d->ctx = ctx;
	if (ctx->work->size < ANSWER_ROOM) {
		ctx->work->missing = ANSWER_ROOM;
		return PLOMB_NO_ROOM;
	}
	if ((s = discover(d)) != PLOMB_OK || (s = begin_device(d)) != PLOMB_OK) {
		return s;
	}
	mark = plomb_work_mark(ctx->work);
	for (;;) {
		d->interval_s = d->interval_s > MAX_INTERVAL_S ? MAX_INTERVAL_S : d->interval_s;
		d->left_s -= d->interval_s;
		if (d->left_s < 0) {
			return plomb_fail(d->fault, PLOMB_SIGN_TOKEN, "identity token: the code has expired", (const char *)NULL);
		}
		d->asker->pause->wait(d->asker->pause, (uint32_t)d->interval_s * 1000);
		s = poll_device(d);
		plomb_work_release(ctx->work, mark);
		if (s != PLOMB_UNSET) {
			return s;
		}
	}
}

static plomb_status
from_person(plomb_bytes *token, plomb_app *app, plomb_asker *asker, plomb_view issuer, plomb_fault *fault)
{
	const char *client;
	plomb_status s;
	device d;

	memset(&d, 0, sizeof d);
	client = plomb_args_text(app->args, PLOMB_OPTION_OIDC_CLIENT);
	d.app = app;
	d.asker = asker;
	d.issuer = issuer;
	d.client = client == NULL ? DEFAULT_CLIENT : client;
	d.token = token;
	d.fault = fault;
	s = plomb_with_secret_room(device_try, &d, fault);
	memset(&asker->secret[2], 0, sizeof asker->secret[2]);
	return s;
}

/* ------------------------------------------------------------------- sources */

/* What lies around: variables, GitHub's endpoint, cosign's file. PLOMB_UNSET if nothing does. */
static plomb_status
from_environment(plomb_bytes *token, plomb_asker *asker, plomb_fault *fault)
{
	if (plomb_is_set("SIGSTORE_ID_TOKEN")) {
		return copy(token, plomb_view_of_arg(getenv("SIGSTORE_ID_TOKEN")), fault);
	}
	if (plomb_is_set("SIGSTORE_ID_TOKEN_FILE")) {
		return plomb_read_config(token, getenv("SIGSTORE_ID_TOKEN_FILE"), PLOMB_MAX_TOKEN, fault);
	}
	if (has_github()) {
		return from_github(token, asker, fault);
	}
	return plomb_file_exists(COSIGN_FILE) ? plomb_read_config(token, COSIGN_FILE, PLOMB_MAX_TOKEN, fault) : PLOMB_UNSET;
}

/* The one source that --oidc-provider names. */
static plomb_status
from_provider(plomb_bytes *token, plomb_asker *asker, const char *name, plomb_fault *fault)
{
	if (strcmp(name, "github-actions") == 0 || strcmp(name, "github") == 0) {
		return from_github(token, asker, fault);
	}
	if (strcmp(name, "filesystem") == 0) {
		return plomb_read_config(token, COSIGN_FILE, PLOMB_MAX_TOKEN, fault);
	}
	return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--oidc-provider: ", name, " is neither github-actions nor filesystem", (const char *)NULL);
}

static plomb_status
check_flow(const char *flow, plomb_fault *fault)
{
	if (flow == NULL || strcmp(flow, "device") == 0 || strcmp(flow, "token") == 0) {
		return PLOMB_OK;
	}
	return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--fulcio-auth-flow: ", flow, " is neither token nor device", (const char *)NULL);
}

/* see identity_token.h */
plomb_status
plomb_identity_token_read(plomb_bytes *token, plomb_app *app, plomb_asker *asker, plomb_view issuer, plomb_fault *fault)
{
	const char *value, *flow, *provider;
	plomb_status s;

	memset(token, 0, sizeof *token);
	value = plomb_args_text(app->args, PLOMB_OPTION_IDENTITY_TOKEN);
	flow = plomb_args_text(app->args, PLOMB_OPTION_AUTH_FLOW);
	provider = plomb_args_text(app->args, PLOMB_OPTION_OIDC_PROVIDER);
	if ((s = check_flow(flow, fault)) != PLOMB_OK) {
		return s;
	}
	if (value != NULL) {
		return from_option(token, value, fault);
	}
	if (provider != NULL) {
		return from_provider(token, asker, provider, fault);
	}
	if (!plomb_args_on(app->args, PLOMB_OPTION_OIDC_NO_AMBIENT, 0) && (s = from_environment(token, asker, fault)) != PLOMB_UNSET) {
		return s;
	}
	value = plomb_args_text(app->args, PLOMB_OPTION_OIDC_ISSUER);
	issuer = value != NULL ? plomb_view_of_arg(value) : issuer.n != 0 ? issuer : plomb_view_of(DEFAULT_ISSUER);
	while (issuer.n != 0 && issuer.p[issuer.n - 1] == '/') {
		issuer.n --;
	}
	if ((flow != NULL && strcmp(flow, "device") == 0) || (flow == NULL && app->is_terminal && isatty(STDIN_FILENO))) {
		return from_person(token, app, asker, issuer, fault);
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, "there is no --key and no identity token: give --identity-token, or set SIGSTORE_ID_TOKEN",
		(const char *)NULL);
}
