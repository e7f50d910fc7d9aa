/* see registry.h */
#include "registry.h"

#include "../core/base64.h"
#include "../core/json.h"
#include "auth_challenge.h"

#define MAX_RETRY_AFTER_S 60
#define DEFAULT_TOKEN_S   60 /* of a token that does not say */
#define TOKEN_MARGIN_S    10

enum {
	MODE_ASK = 1,
	MODE_TOKEN_GET,
	MODE_TOKEN_PASSWORD, /* POST with user name and password */
	MODE_TOKEN_REFRESH,  /* POST with an identity token */
	MODE_DONE
};

/* --------------------------------------------------------------------- text */

static plomb_view
text_of(const char *text)
{
	return plomb_view_of(text);
}

/* Text into a fixed buffer, whole or not at all. */
static int
set_text(char *out, size_t room, plomb_view text)
{
	size_t n = 0;

	out[0] = 0;
	if (!plomb_url_put(out, room, &n, text, 0)) {
		out[0] = 0;
		return 0;
	}
	return 1;
}

static int
put(char *out, size_t room, size_t *n, const char *text)
{
	return plomb_url_put(out, room, n, text_of(text), 0);
}

/* A sentence of up to three parts; what is too long is cut. */
static void
explain(plomb_registry *r, const char *first, plomb_view second, const char *third)
{
	size_t n = 0;

	r->why[0] = 0;
	if (put(r->why, sizeof r->why, &n, first)) {
		(void)(plomb_url_put(r->why, sizeof r->why, &n, plomb_view_cut(second, 0, 200), 0)
			&& put(r->why, sizeof r->why, &n, third));
	}
	r->why[n < sizeof r->why ? n : sizeof r->why - 1] = 0;
}

static void
explain_status(plomb_registry *r, const plomb_url *where, unsigned status)
{
	unsigned char digits[20];
	char tail[40];
	size_t n = 0;

	plomb_view number;

	number.p = digits;
	number.n = plomb_decimal_put(digits, status);
	(void)(put(tail, sizeof tail, &n, " answers ") && plomb_url_put(tail, sizeof tail, &n, number, 0));
	explain(r, "", where->authority, tail);
}

/* A compiler may leave out a memset of what is not read again. */
static void
wipe(void *bytes, size_t n)
{
	volatile unsigned char *p = bytes;

	while (n != 0) {
		*p = 0;
		p ++;
		n --;
	}
}

static void
finish(plomb_registry *r, plomb_status status)
{
	r->mode = MODE_DONE;
	r->status = status;
	wipe(r->form, sizeof r->form);
	wipe(r->token_line, sizeof r->token_line);
}

/* ------------------------------------------------------------------- passes */

/* The scheme and authority of an address: what a pass is for. */
static int
origin_of(const plomb_url *url, char *out, size_t room)
{
	size_t n = 0;

	return put(out, room, &n, url->is_https ? "https://" : "http://")
		&& plomb_url_put(out, room, &n, url->authority, 0);
}

static int
same(const char *a, const char *b)
{
	return plomb_view_eq(text_of(a), text_of(b));
}

static plomb_pass *
find_pass(plomb_registry *r, const char *origin, const char *scope)
{
	size_t i;

	for (i = 0; i < PLOMB_MAX_TOKENS; i ++) {
		plomb_pass *pass = r->pass + i;

		if (pass->line[0] != 0 && same(pass->origin, origin) && same(pass->scope, scope)) {
			return pass;
		}
	}
	return NULL;
}

static int
make_scope(const plomb_registry *r, const char *actions, char scope[sizeof r->scope])
{
	size_t n = 0;

	return put(scope, sizeof r->scope, &n, "repository:") && put(scope, sizeof r->scope, &n, r->repository)
		&& put(scope, sizeof r->scope, &n, actions);
}

static void
use_pass(plomb_registry *r, const plomb_url *start)
{
	char origin[300], wider[sizeof r->scope];
	plomb_pass *pass;

	r->line[0] = 0;
	r->used_pass = 0;
	if (!origin_of(start, origin, sizeof origin)) {
		return;
	}
	pass = find_pass(r, origin, r->scope);
	/* Who may write may read; not the other way round. */
	if (pass == NULL && !r->errand.is_push && make_scope(r, ":pull,push", wider)) {
		pass = find_pass(r, origin, wider);
	}
	if (pass != NULL && set_text(r->line, sizeof r->line, text_of(pass->line))) {
		r->used_pass = 1;
	}
}

static void
keep_pass(plomb_registry *r, uint64_t until_ms)
{
	plomb_pass *pass;
	plomb_url start;
	char origin[300];

	if (!plomb_url_parse(text_of(r->start), &start) || !origin_of(&start, origin, sizeof origin)) {
		return;
	}
	pass = find_pass(r, origin, r->scope);
	if (pass == NULL) {
		pass = r->pass + r->next_pass;
		r->next_pass = (r->next_pass + 1) % PLOMB_MAX_TOKENS;
	}
	wipe(pass, sizeof *pass);
	if (set_text(pass->origin, sizeof pass->origin, text_of(origin)) && set_text(pass->scope, sizeof pass->scope, text_of(r->scope))) {
		(void)set_text(pass->line, sizeof pass->line, text_of(r->line));
		pass->until_ms = until_ms;
	}
}

static void
drop_passes(plomb_registry *r, uint64_t now_ms)
{
	size_t i;

	for (i = 0; i < PLOMB_MAX_TOKENS; i ++) {
		if (r->pass[i].line[0] != 0 && r->pass[i].until_ms <= now_ms) {
			wipe(r->pass + i, sizeof r->pass[i]);
		}
	}
}

/* What a header may hold without ending: the visible characters of ASCII. */
static int
is_token(plomb_view token)
{
	size_t i;

	for (i = 0; i < token.n; i ++) {
		if (token.p[i] <= 0x20 || token.p[i] >= 0x7F) {
			return 0;
		}
	}
	return token.n != 0 && token.n < PLOMB_MAX_SECRET;
}

static int
set_bearer(char *line, size_t room, plomb_view token)
{
	size_t n = 0;

	line[0] = 0;
	return is_token(token) && put(line, room, &n, "Authorization: Bearer ") && plomb_url_put(line, room, &n, token, 0);
}

/* RFC 7617: a user name with a colon would end elsewhere. */
static int
set_basic(plomb_registry *r, char *line, size_t room, const plomb_login *login)
{
	size_t n = 0, i, raw = login->username.n + 1 + login->password.n;
	plomb_view both, encoded;
	plomb_work work;
	unsigned char *out;

	line[0] = 0;
	for (i = 0; i < login->username.n; i ++) {
		if (login->username.p[i] == ':') {
			return 0;
		}
	}
	plomb_work_init(&work, r->scratch, sizeof r->scratch);
	if (raw > PLOMB_MAX_SECRET / 2) {
		return 0;
	}
	out = plomb_work_take(&work, raw + plomb_base64_encoded_len(raw));
	if (out == NULL) {
		return 0;
	}
	memcpy(out, login->username.p == NULL ? out : login->username.p, login->username.n);
	out[login->username.n] = ':';
	if (login->password.n != 0) {
		memcpy(out + login->username.n + 1, login->password.p, login->password.n);
	}
	both.p = out;
	both.n = raw;
	encoded.p = out + raw;
	encoded.n = plomb_base64_encode(out + raw, both);
	i = (size_t)(put(line, room, &n, "Authorization: Basic ") && plomb_url_put(line, room, &n, encoded, 0));
	wipe(out, raw + encoded.n);
	return (int)i;
}

/* ----------------------------------------------------------------- beginning */

/* see registry.h */
void
plomb_registry_init(plomb_registry *registry, plomb_login_fn login, void *user)
{
	memset(registry, 0, sizeof *registry);
	registry->login = login;
	registry->user = user;
	registry->mode = MODE_DONE;
}

/* see registry.h */
void
plomb_registry_wipe(plomb_registry *registry)
{
	wipe(registry, sizeof *registry);
	registry->mode = MODE_DONE;
}

static int
make_accept(plomb_registry *r, const char *accept)
{
	size_t n = 0;

	r->accept[0] = 0;
	return accept == NULL || (put(r->accept, sizeof r->accept, &n, "Accept: ") && put(r->accept, sizeof r->accept, &n, accept));
}

/* Where the question goes first: an errand's own address may be anywhere, but not over a line that others read. */
static plomb_status
set_url(plomb_registry *r, const plomb_url *start)
{
	plomb_url there;

	if (r->errand.url == NULL) {
		return set_text(r->url, sizeof r->url, text_of(r->start)) ? PLOMB_OK : PLOMB_REFERENCE_INVALID;
	}
	if (!set_text(r->url, sizeof r->url, text_of(r->errand.url)) || !plomb_url_parse(text_of(r->url), &there)) {
		return PLOMB_REFERENCE_INVALID;
	}
	if (start->is_https && !there.is_https) {
		explain(r, "", start->authority, " sends us from https to http");
		return PLOMB_REGISTRY_REDIRECT_REFUSED;
	}
	return PLOMB_OK;
}

/* see registry.h */
void
plomb_registry_ask(plomb_registry *registry, const char *url, plomb_view repository, const char *accept, size_t max_bytes)
{
	static const plomb_errand simple;

	plomb_registry_ask_errand(registry, url, repository, accept, max_bytes, &simple);
}

/* see registry.h */
void
plomb_registry_ask_errand(plomb_registry *registry, const char *url, plomb_view repository, const char *accept, size_t max_bytes,
	const plomb_errand *errand)
{
	plomb_registry *r = registry;
	plomb_url start;
	plomb_status s;

	r->mode = MODE_ASK;
	r->status = PLOMB_UNSET;
	r->http_status = 0;
	r->problem = PLOMB_HTTP_FINE;
	r->why[0] = 0;
	r->tries = 0;
	r->redirects = 0;
	r->asked_token = 0;
	r->is_basic_tried = 0;
	r->wait_ms = 0;
	r->max_bytes = max_bytes;
	r->errand = *errand;
	if (!set_text(r->start, sizeof r->start, text_of(url)) || !set_text(r->repository, sizeof r->repository, repository)
		|| !make_scope(r, errand->is_push ? ":pull,push" : ":pull", r->scope)
		|| !make_accept(r, accept) || !plomb_url_parse(text_of(r->start), &start))
	{
		finish(r, PLOMB_REFERENCE_INVALID);
		return;
	}
	s = set_url(r, &start);
	if (s != PLOMB_OK) {
		finish(r, s);
		return;
	}
	use_pass(r, &start);
}

/* see registry.h */
plomb_step
plomb_registry_next(plomb_registry *registry, plomb_http_request *request, uint32_t *wait_ms)
{
	plomb_registry *r = registry;
	plomb_url start, here;
	int is_token = r->mode != MODE_ASK;

	memset(request, 0, sizeof *request);
	*wait_ms = 0;
	if (r->mode == MODE_DONE) {
		return PLOMB_STEP_DONE;
	}
	if (r->wait_ms != 0) {
		*wait_ms = r->wait_ms;
		r->wait_ms = 0;
		return PLOMB_STEP_WAIT;
	}
	request->url = is_token ? r->token_url : r->url;
	if (!plomb_url_parse(text_of(is_token ? r->token_start : r->start), &start) || !plomb_url_parse(text_of(request->url), &here)) {
		finish(r, PLOMB_INTERNAL_ERROR);
		return PLOMB_STEP_DONE;
	}
	/* A secret is for the place that it was given for: CVE-2020-15157. */
	if (plomb_url_same_origin(&start, &here)) {
		const char *line = is_token ? r->token_line : r->line;

		request->is_registry = !is_token;
		request->line[0] = line[0] != 0 ? line : NULL;
	}
	request->line[1] = !is_token && r->accept[0] != 0 ? r->accept : NULL;
	if (!is_token) {
		request->method = r->errand.method;
		request->body = r->errand.body;
		request->line[2] = r->errand.line[0];
		request->line[3] = r->errand.line[1];
	}
	request->form = r->mode == MODE_TOKEN_PASSWORD || r->mode == MODE_TOKEN_REFRESH ? r->form : NULL;
	request->max_bytes = is_token ? PLOMB_MAX_TOKEN_BYTES : r->max_bytes;
	return PLOMB_STEP_SEND;
}

/* ------------------------------------------------------------------- retries */

static int
may_retry_status(unsigned status)
{
	static const unsigned again[] = { 408, 429, 499, 500, 502, 503, 504, 522 };
	size_t i;

	for (i = 0; i < sizeof again / sizeof again[0]; i ++) {
		if (status == again[i]) {
			return 1;
		}
	}
	return 0;
}

/* One second, then three, and up to a quarter more; or what the server says. */
static void
wait_for(plomb_registry *r, plomb_view retry_after)
{
	uint64_t seconds;

	r->wait_ms = r->tries == 1 ? 1000 : 3000;
	r->wait_ms += (r->jitter * 2654435761u + r->tries) % (r->wait_ms / 4);
	if (retry_after.n != 0 && plomb_decimal_parse(retry_after, UINT32_MAX, &seconds) == PLOMB_OK) {
		r->wait_ms = (seconds > MAX_RETRY_AFTER_S ? MAX_RETRY_AFTER_S : (uint32_t)seconds) * 1000;
	}
}

static plomb_status
status_of_problem(plomb_http_problem problem)
{
	if (problem == PLOMB_HTTP_BAD_FILE) {
		return PLOMB_CONFIG_INVALID;
	}
	return problem == PLOMB_HTTP_NO_TLS || problem == PLOMB_HTTP_BAD_PEER ? PLOMB_REGISTRY_TLS : PLOMB_REGISTRY_UNREACHABLE;
}

/* A token may be asked for again, whatever it is for. */
static int
may_try_again(const plomb_registry *r)
{
	return !r->is_probing && !(r->errand.is_once && r->mode == MODE_ASK);
}

/* There was no answer. */
static void
on_failure(plomb_registry *r, plomb_status sent, const plomb_http_answer *answer)
{
	plomb_view none = { NULL, 0 };
	plomb_url here;

	r->problem = answer->problem;
	r->tries ++;
	if (sent == PLOMB_IO_ERROR && may_try_again(r) && r->tries < PLOMB_MAX_TRIES
		&& (answer->problem == PLOMB_HTTP_BROKEN || answer->problem == PLOMB_HTTP_SLOW))
	{
		wait_for(r, none);
		return;
	}
	if (sent == PLOMB_IO_ERROR && plomb_url_parse(text_of(r->mode == MODE_ASK ? r->url : r->token_url), &here)) {
		explain(r, "", here.authority, ": ");
		if (answer->why != NULL) {
			size_t n = text_of(r->why).n;

			(void)put(r->why, sizeof r->why, &n, answer->why);
		}
	}
	finish(r, sent == PLOMB_IO_ERROR ? status_of_problem(answer->problem) : sent);
}

/* ----------------------------------------------------------------- redirects */

static int
is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where the redirect leads, if it may be followed at all; it replaces url. */
static int
follow(plomb_registry *r, char *url, const plomb_http_answer *answer, plomb_url *to)
{
	plomb_url from;

	r->redirects ++;
	if (r->redirects > PLOMB_MAX_REDIRECTS) {
		explain(r, "more than five redirects", plomb_view_of(""), "");
		return 0;
	}
	/* The form is not used now, and as long as an address. */
	if (!plomb_url_parse(text_of(url), &from)
		|| !plomb_url_resolve(&from, answer->location, (char *)r->scratch, PLOMB_MAX_URL)
		|| !plomb_url_parse(text_of((char *)r->scratch), to))
	{
		explain(r, "a redirect of ", from.authority, " is not an address");
		return 0;
	}
	if (from.is_https && !to->is_https) {
		explain(r, "", from.authority, " redirects from https to http");
		return 0;
	}
	return set_text(url, PLOMB_MAX_URL, text_of((char *)r->scratch)) && plomb_url_parse(text_of(url), to);
}

/* -------------------------------------------------------------------- tokens */

/*
 * Who may be a token server for this registry. A realm is whatever the
 * registry writes, and gets credentials: CVE-2026-33540, and over http
 * everybody on the way: CVE-2019-10214.
 */
static int
realm_ok(plomb_registry *r, const plomb_url *realm)
{
	plomb_url start;

	if (!plomb_url_parse(text_of(r->start), &start)) {
		return 0;
	}
	if (start.is_https && !realm->is_https) {
		explain(r, "the token server ", realm->authority, " is not https");
		return 0;
	}
	if (plomb_url_is_local(realm->host) && !plomb_url_same_host(realm, &start)
		&& !(plomb_url_is_loopback(realm->host) && plomb_url_is_loopback(start.host)))
	{
		explain(r, "the token server ", realm->authority, " is a local address");
		return 0;
	}
	return 1;
}

/* "&scope=…" for each scope of a challenge that is not the one we ask for anyway. */
static int
put_scopes(plomb_registry *r, char *out, size_t room, size_t *n, plomb_view scopes)
{
	if (!put(out, room, n, "&scope=") || !plomb_url_put(out, room, n, text_of(r->scope), 1)) {
		return 0;
	}
	while (scopes.n != 0) {
		plomb_view one;
		size_t end = 0;

		while (end < scopes.n && scopes.p[end] != ' ') {
			end ++;
		}
		one = plomb_view_cut(scopes, 0, end);
		scopes = plomb_view_cut(scopes, end + 1, scopes.n);
		if (one.n != 0 && !plomb_view_eq(one, text_of(r->scope))
			&& (!put(out, room, n, "&scope=") || !plomb_url_put(out, room, n, one, 1)))
		{
			return 0;
		}
	}
	return 1;
}

static int
has_query(plomb_view url)
{
	size_t i;

	for (i = 0; i < url.n; i ++) {
		if (url.p[i] == '?') {
			return 1;
		}
	}
	return 0;
}

/* GET realm?service=…&scope=… */
static int
make_token_url(plomb_registry *r, const plomb_challenge *challenge)
{
	size_t n = 0;

	if (!set_text(r->token_start, sizeof r->token_start, challenge->realm)) {
		return 0;
	}
	return plomb_url_put(r->token_url, sizeof r->token_url, &n, challenge->realm, 0)
		&& put(r->token_url, sizeof r->token_url, &n, has_query(challenge->realm) ? "&service=" : "?service=")
		&& plomb_url_put(r->token_url, sizeof r->token_url, &n, challenge->service, 1)
		&& put_scopes(r, r->token_url, sizeof r->token_url, &n, challenge->scope);
}

static int
make_form(plomb_registry *r, const plomb_challenge *challenge, const plomb_login *login, int is_refresh)
{
	const char *kind = is_refresh ? "grant_type=refresh_token&client_id=plomb&service=" : "grant_type=password&client_id=plomb&service=";
	size_t n = 0, room = sizeof r->form;

	if (!put(r->form, room, &n, kind) || !plomb_url_put(r->form, room, &n, challenge->service, 1)
		|| !put(r->form, room, &n, "&scope=") || !plomb_url_put(r->form, room, &n, text_of(r->scope), 1))
	{
		return 0;
	}
	if (is_refresh) {
		return put(r->form, room, &n, "&refresh_token=") && plomb_url_put(r->form, room, &n, login->identity_token, 1);
	}
	return put(r->form, room, &n, "&username=") && plomb_url_put(r->form, room, &n, login->username, 1)
		&& put(r->form, room, &n, "&password=") && plomb_url_put(r->form, room, &n, login->password, 1);
}

static void
refuse_login(plomb_registry *r, const char *why)
{
	if (r->why[0] == 0) {
		explain(r, why, plomb_view_of(""), "");
	}
	finish(r, PLOMB_REGISTRY_AUTH_FAILED);
}

static void
begin_token(plomb_registry *r, const plomb_challenge *challenge, const plomb_login *login)
{
	plomb_url realm;
	int ok;

	if (login->registry_token.n != 0) {
		if (r->asked_token || !set_bearer(r->line, sizeof r->line, login->registry_token)) {
			refuse_login(r, "the registry does not take the token that was given");
			return;
		}
		r->asked_token = 1;
		keep_pass(r, UINT64_MAX);
		return;
	}
	if (r->asked_token) {
		refuse_login(r, "the registry refuses the token that it sent us for");
		return;
	}
	r->asked_token = 1;
	r->redirects = 0;
	if (!plomb_url_parse(challenge->realm, &realm)) {
		explain(r, "the token server's address is not http or https", plomb_view_of(""), "");
		finish(r, PLOMB_REGISTRY_REALM_REFUSED);
		return;
	}
	if (!realm_ok(r, &realm)) {
		finish(r, PLOMB_REGISTRY_REALM_REFUSED);
		return;
	}
	r->mode = MODE_TOKEN_GET;
	r->token_line[0] = 0;
	ok = make_token_url(r, challenge);
	if (login->identity_token.n != 0) {
		r->mode = MODE_TOKEN_REFRESH;
		ok = ok && make_form(r, challenge, login, 1) && set_text(r->token_url, sizeof r->token_url, challenge->realm);
	} else if (login->username.n != 0) {
		ok = ok && make_form(r, challenge, login, 0) && set_basic(r, r->token_line, sizeof r->token_line, login);
	}
	if (!ok) {
		finish(r, PLOMB_REGISTRY_AUTH_FAILED);
	}
}

static void
begin_basic(plomb_registry *r, const plomb_login *login)
{
	if (login->username.n == 0) {
		refuse_login(r, "the registry wants a user name and a password, and none is known for it");
		return;
	}
	if (r->is_basic_tried || !set_basic(r, r->line, sizeof r->line, login)) {
		refuse_login(r, "the registry does not take this user name and password");
		return;
	}
	r->is_basic_tried = 1;
	keep_pass(r, UINT64_MAX);
}

/* The Bearer challenge, else the Basic one. */
static plomb_status
choose(plomb_work *work, const plomb_http_answer *answer, plomb_challenge *chosen)
{
	size_t i;

	memset(chosen, 0, sizeof *chosen);
	for (i = 0; i < answer->challenge_count; i ++) {
		plomb_view line = answer->challenge[i];
		plomb_challenge one;
		plomb_status s;

		while ((s = plomb_challenge_next(work, &line, &one)) == PLOMB_OK) {
			if (plomb_challenge_is(&one, "bearer") && one.realm.n != 0 && !plomb_challenge_is(chosen, "bearer")) {
				*chosen = one;
			}
			if (plomb_challenge_is(&one, "basic") && chosen->scheme.n == 0) {
				*chosen = one;
			}
		}
		if (s != PLOMB_UNSET) {
			return PLOMB_REGISTRY_AUTH_FAILED;
		}
	}
	return chosen->scheme.n != 0 ? PLOMB_OK : PLOMB_REGISTRY_AUTH_FAILED;
}

/* The registry asks who we are. */
static void
on_unauthorized(plomb_registry *r, const plomb_http_answer *answer)
{
	unsigned char memory[32768];
	plomb_challenge challenge;
	plomb_url start, here;
	plomb_login login;
	plomb_work work;
	plomb_status s;

	/* A redirect's target may ask for anything; it gets nothing: CVE-2020-15157. */
	if (!plomb_url_parse(text_of(r->start), &start) || !plomb_url_parse(text_of(r->url), &here)
		|| !plomb_url_same_origin(&start, &here))
	{
		refuse_login(r, "the place that the registry redirects to wants credentials");
		return;
	}
	if (r->used_pass) {
		/* It may have expired: one more try from the beginning. */
		r->used_pass = 0;
		r->line[0] = 0;
	}
	plomb_work_init(&work, memory, sizeof memory);
	if (choose(&work, answer, &challenge) != PLOMB_OK) {
		refuse_login(r, "the registry asks for a login of a kind that is not known");
		return;
	}
	memset(&login, 0, sizeof login);
	s = r->login == NULL ? PLOMB_OK : r->login(r->user, start.authority, text_of(r->repository), &login);
	if (s != PLOMB_OK) {
		finish(r, s);
		return;
	}
	if (plomb_challenge_is(&challenge, "bearer")) {
		begin_token(r, &challenge, &login);
	} else {
		begin_basic(r, &login);
	}
}

static plomb_view
json_text(plomb_work *work, const plomb_json *doc, const char *name)
{
	plomb_view text = { NULL, 0 };
	uint32_t value = plomb_json_member(doc, 0, name);

	if (value == PLOMB_JSON_NONE || plomb_json_string(work, doc, value, &text) != PLOMB_OK) {
		text.n = 0;
	}
	return text;
}

static uint64_t
token_life_s(const plomb_json *doc)
{
	uint32_t value = plomb_json_member(doc, 0, "expires_in");
	int64_t seconds;

	if (value == PLOMB_JSON_NONE || plomb_json_int64(doc, value, &seconds) != PLOMB_OK || seconds < 0) {
		seconds = DEFAULT_TOKEN_S;
	}
	if (seconds > 86400) {
		seconds = 86400;
	}
	return seconds > TOKEN_MARGIN_S ? (uint64_t)seconds - TOKEN_MARGIN_S : 0;
}

static void
on_token(plomb_registry *r, plomb_view body, uint64_t now_ms)
{
	plomb_work work;
	plomb_view token;
	plomb_json doc;

	plomb_work_init(&work, r->scratch, sizeof r->scratch);
	if (plomb_json_parse(&work, body, &doc) != PLOMB_OK) {
		refuse_login(r, "the token server's answer is not readable");
		return;
	}
	token = json_text(&work, &doc, "token");
	if (token.n == 0) {
		token = json_text(&work, &doc, "access_token");
	}
	if (!set_bearer(r->line, sizeof r->line, token)) {
		refuse_login(r, "the token server gives no token");
		return;
	}
	keep_pass(r, now_ms + token_life_s(&doc) * 1000);
	wipe(r->scratch, sizeof r->scratch);
	wipe(r->form, sizeof r->form);
	wipe(r->token_line, sizeof r->token_line);
	r->mode = MODE_ASK;
	r->tries = 0;
	r->redirects = 0;
	/* The question starts over at the registry, not where it had been redirected to. */
	(void)set_text(r->url, sizeof r->url, text_of(r->errand.url == NULL ? r->start : r->errand.url));
}

static void
on_token_redirect(plomb_registry *r, const plomb_http_answer *answer)
{
	plomb_url to;

	/* What is posted would be posted there: the form holds the secret. */
	if (r->mode != MODE_TOKEN_GET || !follow(r, r->token_url, answer, &to)) {
		finish(r, PLOMB_REGISTRY_REDIRECT_REFUSED);
		return;
	}
	if (!realm_ok(r, &to)) {
		finish(r, PLOMB_REGISTRY_REALM_REFUSED);
	}
}

static void
on_token_answer(plomb_registry *r, const plomb_http_answer *answer, plomb_view body, uint64_t now_ms)
{
	plomb_url here;

	if (answer->status == 200) {
		on_token(r, body, now_ms);
	} else if (is_redirect(answer->status)) {
		on_token_redirect(r, answer);
	} else if ((answer->status == 404 || answer->status == 405) && r->mode == MODE_TOKEN_GET && r->token_line[0] != 0) {
		/* A token server that only knows OAuth 2. */
		r->mode = MODE_TOKEN_PASSWORD;
		r->token_line[0] = 0;
		(void)set_text(r->token_url, sizeof r->token_url, text_of(r->token_start));
	} else {
		if (plomb_url_parse(text_of(r->token_url), &here)) {
			explain_status(r, &here, answer->status);
		}
		finish(r, answer->status >= 500 ? PLOMB_REGISTRY_HTTP_ERROR : PLOMB_REGISTRY_AUTH_FAILED);
	}
}

/* ------------------------------------------------------------------- answers */

static int
is_method(const plomb_registry *r, const char *method)
{
	return same(r->errand.method == NULL ? "GET" : r->errand.method, method);
}

/* What a caller may know the meaning of. */
static int
is_known(const plomb_registry *r, unsigned status)
{
	static const unsigned known[] = { 200, 400, 404, 405, 406, 201, 202, 204, 409, 412 };
	size_t i, count = is_method(r, "GET") ? 5 : sizeof known / sizeof known[0];

	for (i = 0; i < count; i ++) {
		if (status == known[i]) {
			return 1;
		}
	}
	return 0;
}

static void
on_redirect(plomb_registry *r, const plomb_http_answer *answer)
{
	plomb_url to;

	/* 301 to 303 mean, to most, that something else is to be asked now: what was to be written would not be. */
	if (answer->status != 307 && answer->status != 308 && !is_method(r, "GET") && !is_method(r, "HEAD")) {
		if (plomb_url_parse(text_of(r->url), &to)) {
			explain_status(r, &to, answer->status);
		}
		finish(r, PLOMB_REGISTRY_REDIRECT_REFUSED);
		return;
	}
	if (!follow(r, r->url, answer, &to)) {
		finish(r, PLOMB_REGISTRY_REDIRECT_REFUSED);
	}
}

static void
on_answer(plomb_registry *r, const plomb_http_answer *answer)
{
	unsigned status = answer->status;
	plomb_url to;

	r->http_status = status;
	if (is_known(r, status)) {
		finish(r, PLOMB_OK);
	} else if (status == 401) {
		on_unauthorized(r, answer);
	} else if (is_redirect(status)) {
		on_redirect(r, answer);
	} else {
		if (plomb_url_parse(text_of(r->url), &to)) {
			explain_status(r, &to, status);
		}
		finish(r, status == 403 ? PLOMB_REGISTRY_AUTH_FAILED : PLOMB_REGISTRY_HTTP_ERROR);
	}
}

/* see registry.h */
void
plomb_registry_answer(plomb_registry *registry, plomb_status sent, const plomb_http_answer *answer, plomb_view body, uint64_t now_ms)
{
	plomb_registry *r = registry;

	if (r->mode == MODE_DONE) {
		return;
	}
	drop_passes(r, now_ms);
	if (sent != PLOMB_OK) {
		on_failure(r, sent, answer);
		return;
	}
	r->problem = PLOMB_HTTP_FINE;
	if (may_retry_status(answer->status) && r->tries + 1 < PLOMB_MAX_TRIES && !(r->errand.is_once && r->mode == MODE_ASK)) {
		r->tries ++;
		wait_for(r, answer->retry_after);
		return;
	}
	if (r->mode == MODE_ASK) {
		on_answer(r, answer);
	} else {
		on_token_answer(r, answer, body, now_ms);
	}
}
