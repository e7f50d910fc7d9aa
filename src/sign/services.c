/* see services.h */
#include "services.h"

#include "../core/json.h"
#include "../oci/url.h"
#include "fulcio.h"
#include "rekor.h"

#define MAX_RETRY_AFTER_S 60
#define SECRET_WINDOW     16 /* so many bytes of a secret in a row are no coincidence */

/* ------------------------------------------------------------------ sentences */

/* Whether the text holds a piece of a secret, wherever it was cut. */
static int
repeats(plomb_view text, plomb_view secret)
{
	size_t i, k, n;

	n = secret.n < SECRET_WINDOW ? secret.n : SECRET_WINDOW;
	if (n == 0 || text.n < n) {
		return 0;
	}
	for (i = 0; i + n <= text.n; i ++) {
		for (k = 0; k + n <= secret.n; k ++) {
			if (memcmp(text.p + i, secret.p + k, n) == 0) {
				return 1;
			}
		}
	}
	return 0;
}

static int
is_tellable(const plomb_asker *asker, plomb_view text)
{
	size_t i;

	for (i = 0; i < PLOMB_MAX_SERVICE_SECRETS; i ++) {
		if (repeats(text, asker->secret[i])) {
			return 0;
		}
	}
	return 1;
}

/* As much as fits, with what is not printable ASCII left blank. */
static void
put(plomb_asker *asker, size_t *n, plomb_view text)
{
	size_t i;

	for (i = 0; i < text.n && *n < sizeof asker->why - 1; i ++) {
		asker->why[*n] = text.p[i] < 0x20 || text.p[i] > 0x7E ? ' ' : (char)text.p[i];
		(*n) ++;
	}
	asker->why[*n] = 0;
}

/* see services.h */
void
plomb_ask_explain(plomb_asker *asker, plomb_view url, const char *words, plomb_view said)
{
	static const char hidden[] = "(its words repeat a secret and are not told)";
	plomb_url parsed;
	size_t n;

	n = 0;
	asker->why[0] = 0;
	if (plomb_url_parse(url, &parsed)) {
		put(asker, &n, parsed.authority);
		put(asker, &n, plomb_view_of(": "));
	}
	put(asker, &n, plomb_view_of(words));
	if (said.n != 0) {
		/* A secret that the cut goes through is one that the whole text repeats. */
		put(asker, &n, plomb_view_of(": "));
		put(asker, &n, is_tellable(asker, plomb_view_cut(said, 0, 2 * PLOMB_MAX_SERVICE_ECHO))
			? plomb_view_cut(said, 0, PLOMB_MAX_SERVICE_ECHO) : plomb_view_of(hidden));
	}
}

/* The message of an error in JSON, else its text. */
static plomb_view
words_of(plomb_ctx *ctx, plomb_view body)
{
	static const char *const names[] = { "message", "error_description", "error" };
	plomb_view text;
	plomb_json doc;
	size_t i;

	if (plomb_json_parse(ctx->work, body, &doc) != PLOMB_OK) {
		return body;
	}
	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		if (plomb_json_string(ctx->work, &doc, plomb_json_member(&doc, 0, names[i]), &text) == PLOMB_OK && text.n != 0) {
			return text;
		}
	}
	return body;
}

static void
explain_answer(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, plomb_view body)
{
	static const plomb_view nothing = { NULL, 0 };
	unsigned char digits[20];
	char words[64];
	plomb_view number;
	size_t mark, n;

	n = 0;
	number.p = digits;
	number.n = plomb_decimal_put(digits, asker->http_status);
	if (!plomb_url_put(words, sizeof words, &n, plomb_view_of("answers "), 0)
		|| !plomb_url_put(words, sizeof words, &n, number, 0)
		|| (asker->http_status / 100 == 3
			&& !plomb_url_put(words, sizeof words, &n, plomb_view_of(", a redirect, which is not followed"), 0)))
	{
		return;
	}
	mark = plomb_work_mark(ctx->work);
	plomb_ask_explain(asker, url, words, asker->http_status / 100 == 3 ? nothing : words_of(ctx, body));
	plomb_work_release(ctx->work, mark);
}

/* -------------------------------------------------------------------- asking */

/* A body while it comes in: the newest object of the work buffer. */
typedef struct {
	unsigned char *p;
	size_t n, room;
} incoming;

static plomb_status
take_body(void *user, plomb_view bytes)
{
	incoming *body;

	body = user;
	if (bytes.n > body->room - body->n) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if (bytes.n != 0) {
		memcpy(body->p + body->n, bytes.p, bytes.n);
	}
	body->n += bytes.n;
	return PLOMB_OK;
}

/* A secret goes over TLS, or stays on this machine. */
static plomb_status
make_url(plomb_asker *asker, const plomb_question *question, char url[PLOMB_MAX_URL])
{
	static const plomb_view nothing = { NULL, 0 };
	plomb_url parsed;
	size_t n;

	n = 0;
	url[0] = 0;
	if (!plomb_url_put(url, PLOMB_MAX_URL, &n, question->url, 0)
		|| (question->path != NULL && !plomb_url_put(url, PLOMB_MAX_URL, &n, plomb_view_of(question->path), 0))
		|| !plomb_url_parse(plomb_view_of(url), &parsed))
	{
		plomb_ask_explain(asker, nothing, "not an address of a service, such as https://HOST[:PORT]/PATH", nothing);
		return PLOMB_CONFIG_INVALID;
	}
	if (!parsed.is_https && !plomb_url_is_loopback(parsed.host)) {
		plomb_ask_explain(asker, question->url, "nothing is sent over http but to this machine itself", nothing);
		return PLOMB_CONFIG_INVALID;
	}
	return PLOMB_OK;
}

static int
may_retry(plomb_status sent, const plomb_http_answer *answer)
{
	static const unsigned again[] = { 408, 429, 499, 500, 502, 503, 504, 522 };
	size_t i;

	if (sent != PLOMB_OK) {
		return sent == PLOMB_IO_ERROR && (answer->problem == PLOMB_HTTP_BROKEN || answer->problem == PLOMB_HTTP_SLOW);
	}
	for (i = 0; i < sizeof again / sizeof again[0]; i ++) {
		if (answer->status == again[i]) {
			return 1;
		}
	}
	return 0;
}

/* One second, then three, and up to a quarter more; or what the server says. */
static uint32_t
pause_of(const plomb_asker *asker, unsigned tries, const plomb_http_answer *answer)
{
	uint64_t seconds;
	uint32_t ms;

	if (answer->retry_after.n != 0 && plomb_decimal_parse(answer->retry_after, UINT32_MAX, &seconds) == PLOMB_OK) {
		return (seconds > MAX_RETRY_AFTER_S ? MAX_RETRY_AFTER_S : (uint32_t)seconds) * 1000;
	}
	ms = tries == 1 ? 1000 : 3000;
	return ms + (asker->jitter * 2654435761u + tries) % (ms / 4);
}

/* Where there is one already, if that is the same server's. */
static void
keep_location(plomb_asker *asker, const char *url, const plomb_http_answer *answer)
{
	plomb_url here, there;

	asker->other[0] = 0;
	if (answer->status != 409 || answer->location.n == 0 || !plomb_url_parse(plomb_view_of(url), &here)
		|| !plomb_url_resolve(&here, answer->location, asker->other, sizeof asker->other))
	{
		asker->other[0] = 0;
		return;
	}
	if (!plomb_url_parse(plomb_view_of(asker->other), &there) || !plomb_url_same_origin(&here, &there)) {
		asker->other[0] = 0;
	}
}

static plomb_status
explain_silence(plomb_asker *asker, const plomb_question *question, plomb_status sent, const plomb_http_answer *answer)
{
	static const plomb_view nothing = { NULL, 0 };

	if (sent == PLOMB_NO_ROOM || sent == PLOMB_UNSUPPORTED_FEATURE) {
		return sent;
	}
	plomb_ask_explain(asker, question->url, sent == PLOMB_LIMIT_EXCEEDED ? "its answer is longer than it may be"
		: answer->why != NULL ? answer->why : "there is no answer", nothing);
	return answer->problem == PLOMB_HTTP_BAD_FILE ? PLOMB_CONFIG_INVALID : question->failed;
}

static void
fill_request(const plomb_question *question, const char *url, incoming *body, plomb_http_request *request)
{
	memset(request, 0, sizeof *request);
	/* Over http only to this machine: a proxy is another, and would read the token. */
	request->is_direct = 1;
	request->url = url;
	request->line[0] = question->login;
	request->line[1] = question->accept;
	request->line[2] = question->type;
	request->form = question->form;
	if (!question->is_get && question->form == NULL) {
		request->method = "POST";
		request->body = question->body;
	}
	request->is_any_status = 1;
	request->max_bytes = question->max_bytes;
	request->sink = take_body;
	request->user = body;
}

/* Until there is an answer, or no use in asking again. */
static plomb_status
exchange(plomb_asker *asker, const plomb_question *question, const char *url, incoming *body)
{
	plomb_http_request request;
	plomb_http_answer answer;
	plomb_status sent;
	unsigned tries;

	for (tries = 1;; tries ++) {
		body->n = 0;
		fill_request(question, url, body, &request);
		memset(&answer, 0, sizeof answer);
		sent = asker->http->send(asker->http, &request, &answer);
		if (tries == PLOMB_MAX_TRIES || !may_retry(sent, &answer)) {
			break;
		}
		asker->pause->wait(asker->pause, pause_of(asker, tries, &answer));
	}
	if (sent != PLOMB_OK) {
		return explain_silence(asker, question, sent, &answer);
	}
	asker->http_status = answer.status;
	keep_location(asker, url, &answer);
	return answer.status == 200 || answer.status == 201 ? PLOMB_OK : PLOMB_UNSET;
}

/* see services.h */
plomb_status
plomb_ask(plomb_asker *asker, plomb_ctx *ctx, const plomb_question *question, plomb_view *answer)
{
	char url[PLOMB_MAX_URL];
	incoming body;
	plomb_status s;

	answer->p = NULL;
	answer->n = 0;
	asker->http_status = 0;
	asker->why[0] = 0;
	asker->other[0] = 0;
	if ((s = make_url(asker, question, url)) != PLOMB_OK) {
		return s;
	}
	body.room = question->max_bytes;
	body.p = plomb_work_take(ctx->work, body.room);
	if (body.p == NULL) {
		return PLOMB_NO_ROOM;
	}
	body.n = 0;
	s = exchange(asker, question, url, &body);
	plomb_work_shrink(ctx->work, body.p + body.n);
	if (s == PLOMB_OK || s == PLOMB_UNSET) {
		answer->p = body.p;
		answer->n = body.n;
	}
	return s;
}

/* see services.h */
plomb_status
plomb_ask_for(plomb_asker *asker, plomb_ctx *ctx, const plomb_question *question, plomb_view *answer)
{
	plomb_status s;

	s = plomb_ask(asker, ctx, question, answer);
	if (s != PLOMB_UNSET) {
		return s;
	}
	explain_answer(asker, ctx, question->url, *answer);
	answer->p = NULL;
	answer->n = 0;
	return question->failed;
}

/* ------------------------------------------------------------------ services */

/* see services.h */
plomb_status
plomb_ask_fulcio(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, plomb_view body, plomb_view *answer)
{
	plomb_question question;

	memset(&question, 0, sizeof question);
	question.url = url;
	question.path = "/api/v2/signingCert";
	question.accept = "Accept: application/json";
	question.type = "Content-Type: application/json";
	question.body = body;
	question.max_bytes = PLOMB_MAX_FULCIO_ANSWER;
	question.failed = PLOMB_SIGN_FULCIO;
	return plomb_ask_for(asker, ctx, &question, answer);
}

/* The entry that Rekor 1 has already: what it names has to be one of its entries. */
static plomb_status
fetch_entry(plomb_asker *asker, plomb_ctx *ctx, plomb_question *question, plomb_view *answer)
{
	char url[PLOMB_MAX_URL];

	memcpy(url, asker->other, sizeof url);
	question->url = plomb_view_of(url);
	question->path = NULL;
	question->type = NULL;
	question->is_get = 1;
	return plomb_ask_for(asker, ctx, question, answer);
}

/* see services.h */
plomb_status
plomb_ask_rekor(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, unsigned version, plomb_view body, plomb_view *answer)
{
	plomb_question question;
	plomb_status s;

	memset(&question, 0, sizeof question);
	question.url = url;
	question.path = version == 1 ? "/api/v1/log/entries" : "/api/v2/log/entries";
	question.accept = "Accept: application/json";
	question.type = "Content-Type: application/json";
	question.body = body;
	question.max_bytes = PLOMB_MAX_REKOR_ANSWER;
	question.failed = PLOMB_SIGN_REKOR;
	s = plomb_ask(asker, ctx, &question, answer);
	if (s != PLOMB_UNSET) {
		return s;
	}
	if (version == 1 && asker->http_status == 409 && asker->other[0] != 0) {
		return fetch_entry(asker, ctx, &question, answer);
	}
	explain_answer(asker, ctx, url, *answer);
	answer->p = NULL;
	answer->n = 0;
	return PLOMB_SIGN_REKOR;
}

/* see services.h */
plomb_status
plomb_ask_tsa(plomb_asker *asker, plomb_ctx *ctx, plomb_view url, plomb_view body, plomb_view *answer)
{
	plomb_question question;

	memset(&question, 0, sizeof question);
	question.url = url;
	question.accept = "Accept: application/timestamp-reply";
	question.type = "Content-Type: application/timestamp-query";
	question.body = body;
	question.max_bytes = PLOMB_MAX_TSR_BYTES;
	question.failed = PLOMB_SIGN_TSA;
	return plomb_ask_for(asker, ctx, &question, answer);
}
