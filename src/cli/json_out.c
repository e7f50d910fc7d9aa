#include "json_out.h"

/* see json_out.h */
void
plomb_json_out_init(plomb_json_out *out, plomb_text *text, const char *indent)
{
	memset(out, 0, sizeof *out);
	out->text = text;
	out->indent = indent;
}

static void
new_line(plomb_json_out *out)
{
	unsigned i;

	if (out->indent == NULL) {
		return;
	}
	plomb_text_str(out->text, "\n");
	for (i = 0; i < out->depth; i ++) {
		plomb_text_str(out->text, out->indent);
	}
}

/* What stands in front of an element or key at this level. */
static void
separate(plomb_json_out *out)
{
	uint64_t bit;

	if (out->after_key) {
		out->after_key = 0;
		return;
	}
	if (out->depth == 0) {
		return;
	}
	bit = (uint64_t)1 << (out->depth & 63);
	if ((out->filled & bit) != 0) {
		plomb_text_str(out->text, ",");
	}
	out->filled |= bit;
	new_line(out);
}

static void
open_level(plomb_json_out *out, const char *bracket)
{
	separate(out);
	plomb_text_str(out->text, bracket);
	out->depth ++;
	out->filled &= ~((uint64_t)1 << (out->depth & 63));
}

static void
close_level(plomb_json_out *out, const char *bracket)
{
	uint64_t bit;

	bit = (uint64_t)1 << (out->depth & 63);
	out->depth --;
	if ((out->filled & bit) != 0) {
		new_line(out);
	}
	plomb_text_str(out->text, bracket);
}

/* see json_out.h */
void
plomb_json_object(plomb_json_out *out)
{
	open_level(out, "{");
}

/* see json_out.h */
void
plomb_json_object_end(plomb_json_out *out)
{
	close_level(out, "}");
}

/* see json_out.h */
void
plomb_json_array(plomb_json_out *out)
{
	open_level(out, "[");
}

/* see json_out.h */
void
plomb_json_array_end(plomb_json_out *out)
{
	close_level(out, "]");
}

/* The two characters of a short escape, or NULL. */
static const char *
short_escape(int32_t rune)
{
	switch (rune) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

static int
needs_escape(int32_t rune)
{
	return rune < 0x20 || rune == '<' || rune == '>' || rune == '&'
		|| rune == 0x2028 || rune == 0x2029;
}

static void
put_unicode_escape(plomb_text *text, int32_t rune)
{
	static const char hex[] = "0123456789abcdef";
	char out[6];

	out[0] = '\\';
	out[1] = 'u';
	out[2] = hex[(rune >> 12) & 15];
	out[3] = hex[(rune >> 8) & 15];
	out[4] = hex[(rune >> 4) & 15];
	out[5] = hex[rune & 15];
	plomb_text_put(text, out, sizeof out);
}

/*
 * Quote a string. Runs of plain characters are put at once: an attestation
 * is a string of megabytes.
 */
static void
put_quoted(plomb_text *text, plomb_view value)
{
	size_t at, start, plain;
	int32_t rune;

	plomb_text_str(text, "\"");
	at = 0;
	plain = 0;
	while (at < value.n) {
		const char *escape;

		start = at;
		rune = plomb_utf8_next(value, &at);
		escape = rune < 0 ? "\\ufffd" : short_escape(rune);
		if (escape == NULL && !needs_escape(rune)) {
			continue;
		}
		plomb_text_view(text, plomb_view_cut(value, plain, start - plain));
		if (rune < 0) {
			at = start + 1;
		}
		plain = at;
		if (escape == NULL) {
			put_unicode_escape(text, rune);
			continue;
		}
		plomb_text_str(text, escape);
	}
	plomb_text_view(text, plomb_view_cut(value, plain, value.n - plain));
	plomb_text_str(text, "\"");
}

/* see json_out.h */
void
plomb_json_key_view(plomb_json_out *out, plomb_view key)
{
	separate(out);
	put_quoted(out->text, key);
	plomb_text_str(out->text, out->indent == NULL ? ":" : ": ");
	out->after_key = 1;
}

/* see json_out.h */
void
plomb_json_key(plomb_json_out *out, const char *key)
{
	plomb_json_key_view(out, plomb_view_of_arg(key));
}

/* see json_out.h */
void
plomb_json_put_string(plomb_json_out *out, plomb_view value)
{
	separate(out);
	put_quoted(out->text, value);
}

/* see json_out.h */
void
plomb_json_put_str(plomb_json_out *out, const char *value)
{
	plomb_json_put_string(out, plomb_view_of_arg(value));
}

/* see json_out.h */
void
plomb_json_put_number(plomb_json_out *out, int64_t value)
{
	separate(out);
	plomb_text_decimal(out->text, value);
}

/* see json_out.h */
void
plomb_json_put_bool(plomb_json_out *out, int value)
{
	separate(out);
	plomb_text_str(out->text, value ? "true" : "false");
}

/* see json_out.h */
void
plomb_json_put_null(plomb_json_out *out)
{
	separate(out);
	plomb_text_str(out->text, "null");
}

/* see json_out.h */
void
plomb_json_put_raw(plomb_json_out *out, plomb_view json)
{
	separate(out);
	plomb_text_view(out->text, json);
}

/* see json_out.h */
void
plomb_json_pair(plomb_json_out *out, const char *key, plomb_view value)
{
	plomb_json_key(out, key);
	plomb_json_put_string(out, value);
}

/* see json_out.h */
void
plomb_json_pair_str(plomb_json_out *out, const char *key, const char *value)
{
	plomb_json_key(out, key);
	plomb_json_put_str(out, value);
}
