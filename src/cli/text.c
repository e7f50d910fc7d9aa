#include "text.h"

#include <stdlib.h>

#include "../core/base64.h"

/* see text.h */
void
plomb_text_init(plomb_text *text)
{
	memset(text, 0, sizeof *text);
}

/* see text.h */
void
plomb_text_free(plomb_text *text)
{
	free(text->p);
	plomb_text_init(text);
}

/* see text.h */
void
plomb_text_clear(plomb_text *text)
{
	text->n = 0;
	text->failed = 0;
	if (text->p != NULL) {
		text->p[0] = 0;
	}
}

/* Room for n more bytes and a NUL: 1, or 0 with failed set. */
static int
reserve(plomb_text *text, size_t n)
{
	size_t need, cap;
	char *p;

	if (text->failed) {
		return 0;
	}
	if (n >= PLOMB_MAX_TEXT_BYTES - text->n) {
		text->failed = 1;
		return 0;
	}
	need = text->n + n + 1;
	if (need <= text->cap) {
		return 1;
	}
	cap = text->cap < 256 ? 256 : text->cap;
	while (cap < need) {
		cap += cap;
	}
	p = realloc(text->p, cap);
	if (p == NULL) {
		text->failed = 1;
		return 0;
	}
	text->p = p;
	text->cap = cap;
	return 1;
}

/* see text.h */
void
plomb_text_put(plomb_text *text, const void *bytes, size_t n)
{
	if (!reserve(text, n)) {
		return;
	}
	if (n != 0) {
		memcpy(text->p + text->n, bytes, n);
	}
	text->n += n;
	text->p[text->n] = 0;
}

/* see text.h */
void
plomb_text_str(plomb_text *text, const char *s)
{
	plomb_text_put(text, s, strlen(s));
}

/* see text.h */
void
plomb_text_view(plomb_text *text, plomb_view view)
{
	plomb_text_put(text, view.p, view.n);
}

/* see text.h */
void
plomb_text_decimal(plomb_text *text, int64_t value)
{
	unsigned char digits[20];
	uint64_t magnitude;

	magnitude = (uint64_t)value;
	if (value < 0) {
		plomb_text_str(text, "-");
		magnitude = 0 - magnitude;
	}
	plomb_text_put(text, digits, plomb_decimal_put(digits, magnitude));
}

/* see text.h */
void
plomb_text_time(plomb_text *text, plomb_time time)
{
	unsigned char out[32];

	plomb_text_put(text, out, plomb_time_put(out, time));
}

/* see text.h */
void
plomb_text_hex(plomb_text *text, plomb_view bytes)
{
	if (bytes.n > PLOMB_MAX_TEXT_BYTES / 2 || !reserve(text, 2 * bytes.n)) {
		text->failed = 1;
		return;
	}
	plomb_hex_encode((unsigned char *)text->p + text->n, bytes);
	text->n += 2 * bytes.n;
	text->p[text->n] = 0;
}

/* see text.h */
void
plomb_text_digest(plomb_text *text, const plomb_digest *digest)
{
	plomb_view bytes;

	if (digest->hash == PLOMB_HASH_NONE) {
		return;
	}
	plomb_text_str(text, plomb_hash_name(digest->hash));
	plomb_text_str(text, ":");
	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	plomb_text_hex(text, bytes);
}

/* see text.h */
void
plomb_text_base64(plomb_text *text, plomb_view bytes)
{
	size_t n;

	if (bytes.n > PLOMB_MAX_TEXT_BYTES / 2) {
		text->failed = 1;
		return;
	}
	n = plomb_base64_encoded_len(bytes.n);
	if (!reserve(text, n)) {
		return;
	}
	text->n += plomb_base64_encode((unsigned char *)text->p + text->n, bytes);
	text->p[text->n] = 0;
}

/*
 * Characters that a terminal acts on instead of showing: C0, DEL, C1, the
 * line and paragraph separators, and those that reorder the text around them
 * (a refused name could otherwise be made to look like the wanted one).
 */
static int
is_hidden(int32_t rune)
{
	if (rune < 0x20 || (rune >= 0x7F && rune < 0xA0)) {
		return 1;
	}
	if (rune == 0x061C || rune == 0x200E || rune == 0x200F || rune == 0xFEFF) {
		return 1;
	}
	return (rune >= 0x2028 && rune <= 0x202E) || (rune >= 0x2066 && rune <= 0x2069);
}

static void
put_escape(plomb_text *text, const char *introducer, unsigned value, int digits)
{
	static const char hex[] = "0123456789abcdef";
	char out[8];
	int i;

	for (i = 0; i < digits; i ++) {
		out[i] = hex[(value >> (4 * (digits - 1 - i))) & 15];
	}
	plomb_text_str(text, introducer);
	plomb_text_put(text, out, (size_t)digits);
}

/* One character at *at, which is advanced past it. */
static void
put_visible(plomb_text *text, plomb_view view, size_t *at, int quoting)
{
	size_t start;
	int32_t rune;

	start = *at;
	rune = plomb_utf8_next(view, at);
	if (rune < 0) {
		put_escape(text, "\\x", view.p[start], 2);
		*at = start + 1;
		return;
	}
	if (rune == '\n') {
		plomb_text_str(text, "\\n");
		return;
	}
	if (is_hidden(rune)) {
		put_escape(text, rune < 0x80 ? "\\x" : "\\u", (unsigned)rune, rune < 0x80 ? 2 : 4);
		return;
	}
	if (quoting && (rune == '"' || rune == '\\')) {
		plomb_text_str(text, "\\");
	}
	plomb_text_put(text, view.p + start, *at - start);
}

static void
put_all_visible(plomb_text *text, plomb_view view, int quoting)
{
	size_t at;

	at = 0;
	while (at < view.n && at < PLOMB_MAX_VISIBLE) {
		put_visible(text, view, &at, quoting);
	}
	if (at < view.n) {
		plomb_text_str(text, "... (");
		plomb_text_decimal(text, (int64_t)(view.n - at));
		plomb_text_str(text, " more bytes)");
	}
}

/* see text.h */
void
plomb_text_visible(plomb_text *text, plomb_view view)
{
	put_all_visible(text, view, 0);
}

/* see text.h */
void
plomb_text_quoted(plomb_text *text, plomb_view view)
{
	plomb_text_str(text, "\"");
	put_all_visible(text, view, 1);
	plomb_text_str(text, "\"");
}

/* see text.h */
const char *
plomb_text_cstr(const plomb_text *text)
{
	return text->p == NULL ? "" : text->p;
}

/* see text.h */
plomb_view
plomb_text_as_view(const plomb_text *text)
{
	plomb_view view;

	view.p = (const unsigned char *)plomb_text_cstr(text);
	view.n = text->n;
	return view;
}

/* see text.h */
plomb_view
plomb_view_of_arg(const char *s)
{
	plomb_view view;

	view.p = (const unsigned char *)s;
	view.n = s == NULL ? 0 : strlen(s);
	return view;
}

/* see text.h */
char *
plomb_copy_view(plomb_view view)
{
	char *copy;

	copy = malloc(view.n + 1);
	if (copy == NULL) {
		return NULL;
	}
	if (view.n != 0) {
		memcpy(copy, view.p, view.n);
	}
	copy[view.n] = 0;
	return copy;
}
