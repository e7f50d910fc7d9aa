/* see token.h */
#include "token.h"

#include "../core/base64.h"
#include "../core/json.h"

#define AUDIENCE "sigstore"

/* White space around a token is what files and shells leave there. */
static plomb_view
trim(plomb_view text)
{
	while (text.n != 0 && (text.p[0] == ' ' || text.p[0] == '\t' || text.p[0] == '\r' || text.p[0] == '\n')) {
		text.p ++;
		text.n --;
	}
	while (text.n != 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t' || text.p[text.n - 1] == '\r'
		|| text.p[text.n - 1] == '\n'))
	{
		text.n --;
	}
	return text;
}

/* The middle one of exactly three parts of base64url characters, none of them empty. */
static plomb_status
find_payload(plomb_view text, plomb_view *payload)
{
	size_t i, start, dots;

	payload->p = NULL;
	payload->n = 0;
	start = dots = 0;
	for (i = 0; i < text.n; i ++) {
		unsigned char c;

		c = text.p[i];
		if (c == '.') {
			if (i == start || dots == 2) {
				return PLOMB_TOKEN_MALFORMED;
			}
			if (dots == 1) {
				payload->p = text.p + start;
				payload->n = i - start;
			}
			dots ++;
			start = i + 1;
			continue;
		}
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
			return PLOMB_TOKEN_MALFORMED;
		}
	}
	return dots == 2 && start < text.n ? PLOMB_OK : PLOMB_TOKEN_MALFORMED;
}

static plomb_status
malformed(plomb_ctx *ctx, plomb_status s, const char *what)
{
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (ctx->detail != NULL) {
		ctx->detail->what.p = (const unsigned char *)what;
		for (ctx->detail->what.n = 0; what[ctx->detail->what.n] != 0; ctx->detail->what.n ++) {
		}
	}
	return PLOMB_TOKEN_MALFORMED;
}

/* A claim that has to be there, as text that is not empty. */
static plomb_status
read_claim(plomb_ctx *ctx, const plomb_json *doc, const char *name, plomb_view *value)
{
	plomb_status s;

	s = plomb_json_string(ctx->work, doc, plomb_json_member(doc, 0, name), value);
	return s == PLOMB_OK && value->n != 0 ? PLOMB_OK : malformed(ctx, s, name);
}

/* aud is a text or a list of texts. */
static plomb_status
check_audience(const plomb_json *doc)
{
	uint32_t value, item;

	value = plomb_json_member(doc, 0, "aud");
	if (plomb_json_is(doc, value, AUDIENCE)) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(doc, value) != PLOMB_JSON_ARRAY) {
		return PLOMB_TOKEN_AUDIENCE;
	}
	for (item = plomb_json_first(doc, value); item != PLOMB_JSON_NONE; item = plomb_json_next(doc, item)) {
		if (plomb_json_is(doc, item, AUDIENCE)) {
			return PLOMB_OK;
		}
	}
	return PLOMB_TOKEN_AUDIENCE;
}

/* Who Fulcio will say it is: the mail address if there is one, and then a verified one. */
static plomb_status
read_subject(plomb_ctx *ctx, const plomb_json *doc, plomb_token *token)
{
	uint32_t mail, verified;
	plomb_view address;

	mail = plomb_json_member(doc, 0, "email");
	if (mail == PLOMB_JSON_NONE) {
		return read_claim(ctx, doc, "sub", &token->subject);
	}
	if (plomb_json_string(ctx->work, doc, mail, &address) == PLOMB_OK && address.n == 0) {
		return read_claim(ctx, doc, "sub", &token->subject);
	}
	verified = plomb_json_member(doc, 0, "email_verified");
	if (plomb_json_typeof(doc, verified) != PLOMB_JSON_TRUE && !plomb_json_is(doc, verified, "true")) {
		return PLOMB_TOKEN_MAIL_UNVERIFIED;
	}
	return read_claim(ctx, doc, "email", &token->subject);
}

static plomb_status
read_claims(plomb_ctx *ctx, const plomb_json *doc, plomb_token *token)
{
	plomb_status s;

	if (plomb_json_typeof(doc, 0) != PLOMB_JSON_OBJECT) {
		return malformed(ctx, PLOMB_TOKEN_MALFORMED, "payload");
	}
	if ((s = read_claim(ctx, doc, "iss", &token->issuer)) != PLOMB_OK || (s = check_audience(doc)) != PLOMB_OK) {
		return s;
	}
	s = plomb_json_int64(doc, plomb_json_member(doc, 0, "exp"), &token->expires_s);
	return s == PLOMB_OK ? read_subject(ctx, doc, token) : malformed(ctx, s, "exp");
}

/* see token.h */
plomb_status
plomb_token_read(plomb_ctx *ctx, plomb_view text, int now_known, int64_t now_s, plomb_token *token)
{
	plomb_view payload, bytes;
	plomb_json doc;
	plomb_status s;

	memset(token, 0, sizeof *token);
	token->text = trim(text);
	if (token->text.n > PLOMB_MAX_TOKEN) {
		return malformed(ctx, PLOMB_TOKEN_MALFORMED, "length");
	}
	if (find_payload(token->text, &payload) != PLOMB_OK) {
		return malformed(ctx, PLOMB_TOKEN_MALFORMED, "three parts");
	}
	if ((s = plomb_base64_decode(ctx->work, payload, PLOMB_BASE64_URL | PLOMB_BASE64_UNPADDED, &bytes)) != PLOMB_OK
		|| (s = plomb_json_parse(ctx->work, bytes, &doc)) != PLOMB_OK)
	{
		return malformed(ctx, s, "payload");
	}
	if ((s = read_claims(ctx, &doc, token)) != PLOMB_OK) {
		return s;
	}
	return now_known && now_s >= token->expires_s ? PLOMB_TOKEN_EXPIRED : PLOMB_OK;
}

/* see token.h */
plomb_status
plomb_token_of_github(plomb_work *work, plomb_view json, plomb_view *token)
{
	plomb_json doc;
	plomb_status s;

	token->p = NULL;
	token->n = 0;
	if ((s = plomb_json_parse(work, json, &doc)) == PLOMB_OK) {
		s = plomb_json_string(work, &doc, plomb_json_member(&doc, 0, "value"), token);
	}
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_TOKEN_MALFORMED;
}
