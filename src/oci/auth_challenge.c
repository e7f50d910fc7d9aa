/* see auth_challenge.h */
#include "auth_challenge.h"

#define MAX_PARAMETERS 32 /* in one challenge; real ones have four */

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static int
is_token_char(unsigned char c)
{
	static const char others[] = "!#$%&'*+-.^_`|~";
	size_t i;

	if ((c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z')) {
		return 1;
	}
	for (i = 0; others[i] != 0; i ++) {
		if (c == (unsigned char)others[i]) {
			return 1;
		}
	}
	return 0;
}

static void
skip(plomb_view *line, size_t n)
{
	*line = plomb_view_cut(*line, n, line->n);
}

static void
skip_space(plomb_view *line)
{
	while (line->n != 0 && (line->p[0] == ' ' || line->p[0] == '\t')) {
		skip(line, 1);
	}
}

/* Empty list elements are allowed. */
static void
skip_commas(plomb_view *line)
{
	while (line->n != 0 && (line->p[0] == ' ' || line->p[0] == '\t' || line->p[0] == ',')) {
		skip(line, 1);
	}
}

static plomb_view
take_token(plomb_view *line)
{
	plomb_view token;
	size_t n = 0;

	while (n < line->n && is_token_char(line->p[n])) {
		n ++;
	}
	token = plomb_view_cut(*line, 0, n);
	skip(line, n);
	return token;
}

static int
is_name(plomb_view text, const char *name)
{
	size_t i;

	for (i = 0; i < text.n && name[i] != 0; i ++) {
		if (lower(text.p[i]) != (unsigned char)name[i]) {
			return 0;
		}
	}
	return i == text.n && name[i] == 0;
}

/* A quoted string behind its first quote. Control characters have no business in it. */
static plomb_status
take_quoted(plomb_work *work, plomb_view *line, plomb_view *value)
{
	unsigned char *out;
	size_t i, n = 0;

	out = plomb_work_take(work, line->n + 1);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (i = 0; i < line->n && line->p[i] != '"'; i ++) {
		if (line->p[i] == '\\') {
			i ++;
		}
		if (i == line->n || line->p[i] < 0x20 || line->p[i] == 0x7F) {
			return PLOMB_REGISTRY_AUTH_FAILED;
		}
		out[n] = line->p[i];
		n ++;
	}
	if (i == line->n) {
		return PLOMB_REGISTRY_AUTH_FAILED;
	}
	skip(line, i + 1);
	plomb_work_shrink(work, out + n);
	value->p = out;
	value->n = n;
	return PLOMB_OK;
}

static plomb_status
take_value(plomb_work *work, plomb_view *line, plomb_view *value)
{
	if (line->n != 0 && line->p[0] == '"') {
		skip(line, 1);
		return take_quoted(work, line, value);
	}
	*value = take_token(line);
	return value->n != 0 ? PLOMB_OK : PLOMB_REGISTRY_AUTH_FAILED;
}

/* Where a parameter's value goes; NULL for one that does not matter. */
static plomb_view *
place_of(plomb_challenge *challenge, plomb_view name)
{
	if (is_name(name, "realm")) {
		return &challenge->realm;
	}
	if (is_name(name, "service")) {
		return &challenge->service;
	}
	if (is_name(name, "scope")) {
		return &challenge->scope;
	}
	return is_name(name, "error") ? &challenge->error : NULL;
}

/*
 * One parameter if there is one: *took. A token without "=" behind it is the
 * scheme of the next challenge, and stays.
 */
static plomb_status
take_parameter(plomb_work *work, plomb_view *line, plomb_challenge *challenge, int *took)
{
	plomb_view rest = *line, name, value, *place;
	plomb_status s;

	*took = 0;
	name = take_token(&rest);
	skip_space(&rest);
	if (name.n == 0 || rest.n == 0 || rest.p[0] != '=') {
		return PLOMB_OK;
	}
	skip(&rest, 1);
	skip_space(&rest);
	s = take_value(work, &rest, &value);
	if (s != PLOMB_OK) {
		return s;
	}
	place = place_of(challenge, name);
	if (place != NULL) {
		if (place->p != NULL) {
			return PLOMB_REGISTRY_AUTH_FAILED;
		}
		*place = value;
	}
	*line = rest;
	*took = 1;
	return PLOMB_OK;
}

/* "Negotiate YII==": characters that are no parameter, up to the next comma. */
static size_t
token68(plomb_view line)
{
	size_t n = 0;

	while (n < line.n && (is_token_char(line.p[n]) || line.p[n] == '/')) {
		n ++;
	}
	while (n < line.n && line.p[n] == '=') {
		n ++;
	}
	while (n < line.n && line.p[n] == ' ') {
		n ++;
	}
	return n == line.n || line.p[n] == ',' ? n : 0;
}

/* see auth_challenge.h */
plomb_status
plomb_challenge_next(plomb_work *work, plomb_view *line, plomb_challenge *challenge)
{
	plomb_status s;
	size_t i;
	int took;

	memset(challenge, 0, sizeof *challenge);
	skip_commas(line);
	if (line->n == 0) {
		return PLOMB_UNSET;
	}
	challenge->scheme = take_token(line);
	if (challenge->scheme.n == 0 || (line->n != 0 && line->p[0] != ' ' && line->p[0] != '\t' && line->p[0] != ',')) {
		return PLOMB_REGISTRY_AUTH_FAILED;
	}
	if (line->n != 0 && line->p[0] == ',') {
		return PLOMB_OK;
	}
	skip_space(line);
	if (token68(*line) != 0) {
		skip(line, token68(*line));
		return PLOMB_OK;
	}
	for (i = 0; i < MAX_PARAMETERS; i ++) {
		s = take_parameter(work, line, challenge, &took);
		if (s != PLOMB_OK) {
			return s;
		}
		skip_space(line);
		if (!took) {
			/* Behind a comma the next scheme; nothing else may follow. */
			return i != 0 || line->n == 0 ? PLOMB_OK : PLOMB_REGISTRY_AUTH_FAILED;
		}
		if (line->n == 0) {
			return PLOMB_OK;
		}
		if (line->p[0] != ',') {
			return PLOMB_REGISTRY_AUTH_FAILED;
		}
		skip_commas(line);
	}
	return PLOMB_REGISTRY_AUTH_FAILED;
}

/* see auth_challenge.h */
int
plomb_challenge_is(const plomb_challenge *challenge, const char *scheme)
{
	return is_name(challenge->scheme, scheme);
}
