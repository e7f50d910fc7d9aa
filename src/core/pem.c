/* see pem.h */
#include "pem.h"

#include "base64.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

/* The view from this offset to its end. */
static plomb_view
from(plomb_view text, size_t at)
{
	return plomb_view_cut(text, at, text.n);
}

static int
is_line_break(unsigned char c)
{
	return c == '\n' || c == '\r';
}

static size_t
skip_space(plomb_view text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t' || is_line_break(text.p[at]))) {
		at ++;
	}
	return at;
}

/* The first line at or after at that begins a block; text.n if there is none. */
static size_t
find_begin(plomb_view text, size_t at)
{
	while (at < text.n) {
		if (plomb_view_starts(from(text, at), BEGIN)) {
			return at;
		}
		while (at < text.n && !is_line_break(text.p[at])) {
			at ++;
		}
		at = skip_space(text, at);
	}
	return at;
}

/* This constant at *at, which is advanced past it. */
static int
take(plomb_view text, size_t *at, const char *literal)
{
	if (!plomb_view_starts(from(text, *at), literal)) {
		return 0;
	}
	*at += plomb_view_of(literal).n;
	return 1;
}

/* Everything up to the next dash, of which base64 and our labels have none. */
static plomb_view
take_to_dash(plomb_view text, size_t *at)
{
	size_t start = *at;

	while (*at < text.n && text.p[*at] != '-') {
		*at += 1;
	}
	return plomb_view_cut(text, start, *at - start);
}

/* One or more printable characters. */
static int
is_label(plomb_view label)
{
	size_t i;

	for (i = 0; i < label.n; i ++) {
		if (label.p[i] < 0x20 || label.p[i] > 0x7E) {
			return 0;
		}
	}
	return label.n != 0;
}

/* "-----BEGIN LABEL-----", the lines, "-----END LABEL-----"; 0 if it is not that. */
static int
take_block(plomb_view text, size_t *at, plomb_view *label, plomb_view *lines)
{
	plomb_view end_label;

	if (!take(text, at, BEGIN)) {
		return 0;
	}
	*label = take_to_dash(text, at);
	if (!is_label(*label) || !take(text, at, DASHES)) {
		return 0;
	}
	/* The lines are lines of their own: they begin and end with a break. */
	*lines = take_to_dash(text, at);
	if (lines->n < 2 || !is_line_break(lines->p[0]) || !is_line_break(lines->p[lines->n - 1])) {
		return 0;
	}
	if (!take(text, at, END)) {
		return 0;
	}
	end_label = take_to_dash(text, at);
	if (!plomb_view_eq(*label, end_label) || !take(text, at, DASHES)) {
		return 0;
	}
	/* The END line ends here, or white space ends it. */
	return *at == text.n || skip_space(text, *at) != *at;
}

/* see pem.h */
plomb_status
plomb_pem_next(plomb_work *work, plomb_view text, size_t *at, plomb_view *label, plomb_view *der)
{
	static const plomb_view absent = { NULL, 0 };
	size_t start = skip_space(text, *at), mark = plomb_work_mark(work);
	plomb_view lines;
	plomb_status status;

	*label = absent;
	*der = absent;
	if (start == text.n) {
		*at = start;
		return PLOMB_UNSET;
	}
	if (*at == 0) {
		start = find_begin(text, 0);
	}
	if (!take_block(text, &start, label, &lines)) {
		*label = absent;
		return PLOMB_KEY_MALFORMED;
	}
	status = plomb_base64_decode(work, lines, PLOMB_BASE64_LINES, der);
	/* A block of nothing is no key and no certificate. */
	if (status == PLOMB_OK && der->n != 0) {
		*at = start;
		return PLOMB_OK;
	}
	plomb_work_release(work, mark);
	*label = absent;
	*der = absent;
	return status == PLOMB_NO_ROOM ? PLOMB_NO_ROOM : PLOMB_KEY_MALFORMED;
}

/* see pem.h */
plomb_status
plomb_pem_one(plomb_work *work, plomb_view text, plomb_view *label, plomb_view *der)
{
	static const plomb_view absent = { NULL, 0 };
	size_t at = 0, mark = plomb_work_mark(work);
	plomb_status status;

	status = plomb_pem_next(work, text, &at, label, der);
	if (status == PLOMB_OK && skip_space(text, at) == text.n) {
		return PLOMB_OK;
	}
	plomb_work_release(work, mark);
	*label = absent;
	*der = absent;
	return status == PLOMB_NO_ROOM ? PLOMB_NO_ROOM : PLOMB_KEY_MALFORMED;
}
