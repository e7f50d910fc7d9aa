/* see writer.h */
#include "writer.h"

#include "../core/base64.h"
#include "../core/der.h"

/* see writer.h */
void
plomb_writer_begin(plomb_writer *writer, plomb_work *work)
{
	writer->work = work;
	writer->n = 0;
	writer->is_bad = 0;
	/* All that is left; what is not used is given back at the end. */
	writer->p = plomb_work_take(work, 0);
	writer->room = writer->p == NULL ? 0 : work->size - work->used;
	if (writer->p != NULL) {
		(void)plomb_work_take(work, writer->room);
	}
}

/* see writer.h */
plomb_status
plomb_writer_end(plomb_writer *writer, plomb_view *bytes)
{
	bytes->p = NULL;
	bytes->n = 0;
	if (writer->p == NULL || writer->n > writer->room) {
		writer->work->missing = writer->n - writer->room;
		return PLOMB_NO_ROOM;
	}
	plomb_work_shrink(writer->work, writer->p + writer->n);
	if (writer->is_bad) {
		return PLOMB_CONFIG_INVALID;
	}
	bytes->p = writer->p;
	bytes->n = writer->n;
	return PLOMB_OK;
}

/* The next n bytes to fill; NULL if they do not fit. What did not fit is counted all the same. */
static unsigned char *
reserve(plomb_writer *writer, size_t n)
{
	size_t at;

	at = writer->n;
	writer->n = n > SIZE_MAX - at ? SIZE_MAX : at + n;
	return writer->p == NULL || writer->n > writer->room ? NULL : writer->p + at;
}

/* see writer.h */
void
plomb_write_bytes(plomb_writer *writer, const void *bytes, size_t n)
{
	unsigned char *out;

	out = reserve(writer, n);
	if (out != NULL && n != 0) {
		memcpy(out, bytes, n);
	}
}

/* see writer.h */
void
plomb_write_view(plomb_writer *writer, plomb_view view)
{
	plomb_write_bytes(writer, view.p, view.n);
}

/* see writer.h */
void
plomb_write_str(plomb_writer *writer, const char *s)
{
	while (*s != 0) {
		plomb_write_bytes(writer, s, 1);
		s ++;
	}
}

/* see writer.h */
void
plomb_write_decimal(plomb_writer *writer, int64_t value)
{
	unsigned char digits[20];
	uint64_t left;
	size_t n;

	/* The smallest number has no positive twin, so the sign goes first. */
	left = value < 0 ? 0u - (uint64_t)value : (uint64_t)value;
	n = 0;
	do {
		n ++;
		digits[sizeof digits - n] = (unsigned char)('0' + left % 10);
		left /= 10;
	} while (left != 0);
	if (value < 0) {
		plomb_write_str(writer, "-");
	}
	plomb_write_bytes(writer, digits + sizeof digits - n, n);
}

/* see writer.h */
void
plomb_write_hex(plomb_writer *writer, plomb_view bytes)
{
	unsigned char *out;

	out = reserve(writer, bytes.n > SIZE_MAX / 2 ? SIZE_MAX : 2 * bytes.n);
	if (out != NULL) {
		plomb_hex_encode(out, bytes);
	}
}

/* see writer.h */
void
plomb_write_base64(plomb_writer *writer, plomb_view bytes)
{
	unsigned char *out;

	out = reserve(writer, bytes.n > SIZE_MAX / 2 ? SIZE_MAX : plomb_base64_encoded_len(bytes.n));
	if (out != NULL) {
		(void)plomb_base64_encode(out, bytes);
	}
}

/* see writer.h */
void
plomb_write_json_base64(plomb_writer *writer, plomb_view bytes)
{
	plomb_write_str(writer, "\"");
	plomb_write_base64(writer, bytes);
	plomb_write_str(writer, "\"");
}

/* How many bytes the UTF-8 character at the front has; 0 if there is none. */
static size_t
utf8_length(plomb_view text)
{
	unsigned char c;
	uint32_t rune;
	size_t n, i;

	c = text.p[0];
	if (c < 0x80) {
		return 1;
	}
	n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
	if (c < 0xC2 || c > 0xF4 || text.n < n) {
		return 0;
	}
	rune = c & (0xFFu >> (n + 1));
	for (i = 1; i < n; i ++) {
		if ((text.p[i] & 0xC0) != 0x80) {
			return 0;
		}
		rune = rune << 6 | (text.p[i] & 0x3Fu);
	}
	if ((n == 3 && rune < 0x800) || (n == 4 && (rune < 0x10000 || rune > 0x10FFFF)) || (rune >= 0xD800 && rune < 0xE000)) {
		return 0;
	}
	return n;
}

/* An ASCII character in a JSON string, as Go writes it. */
static void
write_escaped(plomb_writer *writer, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char *const named[] = { "\\b", "\\t", "\\n", NULL, "\\f", "\\r" };
	unsigned char out[6] = { '\\', 'u', '0', '0', 0, 0 };

	if (c == '"' || c == '\\') {
		plomb_write_str(writer, "\\");
		plomb_write_bytes(writer, &c, 1);
		return;
	}
	if (c >= 0x20) {
		plomb_write_bytes(writer, &c, 1);
		return;
	}
	if (c >= 8 && c < 14 && named[c - 8] != NULL) {
		plomb_write_str(writer, named[c - 8]);
		return;
	}
	out[4] = (unsigned char)hex[c >> 4];
	out[5] = (unsigned char)hex[c & 15];
	plomb_write_bytes(writer, out, sizeof out);
}

/* JavaScript's two line ends, which Go escapes always. */
static int
is_line_end(const unsigned char *p, size_t n)
{
	return n == 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9);
}

/* see writer.h */
void
plomb_write_json(plomb_writer *writer, plomb_view text)
{
	plomb_write_str(writer, "\"");
	while (text.n != 0) {
		size_t n;

		n = utf8_length(text);
		/* Our own reader refuses a NUL in a string, so none is written. */
		if (n == 0 || text.p[0] == 0) {
			writer->is_bad = 1;
			return;
		}
		if (n == 1) {
			write_escaped(writer, text.p[0]);
		} else if (is_line_end(text.p, n)) {
			plomb_write_str(writer, text.p[2] == 0xA8 ? "\\u2028" : "\\u2029");
		} else {
			plomb_write_bytes(writer, text.p, n);
		}
		text.p += n;
		text.n -= n;
	}
	plomb_write_str(writer, "\"");
}

/* see writer.h */
void
plomb_write_pem(plomb_writer *writer, const char *label, plomb_view der)
{
	plomb_write_str(writer, "-----BEGIN ");
	plomb_write_str(writer, label);
	plomb_write_str(writer, "-----\n");
	while (der.n != 0) {
		plomb_view line;

		line.p = der.p;
		line.n = der.n > 48 ? 48 : der.n;
		plomb_write_base64(writer, line);
		plomb_write_str(writer, "\n");
		der.p += line.n;
		der.n -= line.n;
	}
	plomb_write_str(writer, "-----END ");
	plomb_write_str(writer, label);
	plomb_write_str(writer, "-----\n");
}

/* see writer.h */
void
plomb_write_der(plomb_writer *writer, unsigned tag, plomb_view content)
{
	unsigned char head[4];

	if (content.n > 0xFFFF) {
		writer->is_bad = 1;
		return;
	}
	plomb_write_bytes(writer, head, plomb_der_put_header(head, tag, content.n));
	plomb_write_view(writer, content);
}
