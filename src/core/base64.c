/* see base64.h */
#include "base64.h"

#define NOT_BASE64 64u

static const unsigned char alphabet[64] = {
	'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P',
	'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f',
	'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v',
	'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'
};

/* The value of a letter or digit, which both alphabets share. */
static unsigned
shared_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z') {
		return (unsigned)c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return (unsigned)c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return (unsigned)c - '0' + 52;
	}
	return NOT_BASE64;
}

/* Where a string stands: its first special character decides the alphabet for the rest. */
struct reader {
	unsigned flags;
	int standard_seen, url_seen;
	uint32_t bits;    /* not yet written */
	unsigned count;   /* characters modulo 4 */
	unsigned padding; /* '=' so far */
};

static unsigned
value_of(struct reader *r, unsigned char c)
{
	unsigned value = shared_value(c);

	if (value != NOT_BASE64) {
		return value;
	}
	if (c == '+' || c == '/') {
		r->standard_seen = 1;
		value = c == '+' ? 62 : 63;
	}
	if ((r->flags & PLOMB_BASE64_URL) != 0 && (c == '-' || c == '_')) {
		r->url_seen = 1;
		value = c == '-' ? 62 : 63;
	}
	return r->standard_seen && r->url_seen ? NOT_BASE64 : value;
}

/*
 * Take one character; writes at most one byte. Never ahead of the character
 * just read, so that a string can be decoded in place.
 */
static plomb_status
read_character(struct reader *r, unsigned char c, unsigned char *out, size_t *n)
{
	unsigned value;

	if ((r->flags & PLOMB_BASE64_LINES) != 0 && (c == '\n' || c == '\r')) {
		return PLOMB_OK;
	}
	if (c == '=') {
		/* read_end judges how many there must be; here only that they do not wrap. */
		r->padding ++;
		return r->padding <= 2 ? PLOMB_OK : PLOMB_BASE64_INVALID;
	}
	value = value_of(r, c);
	if (value == NOT_BASE64 || r->padding != 0) {
		return PLOMB_BASE64_INVALID;
	}
	r->bits = r->bits << 6 | value;
	if (r->count != 0) {
		out[*n] = (unsigned char)(r->bits >> (6 - 2 * r->count) & 0xFF);
		*n += 1;
	}
	r->count = (r->count + 1) & 3;
	return PLOMB_OK;
}

/* The last group: its padding is all there (or allowed to be left out), its unused bits are 0. */
static plomb_status
read_end(const struct reader *r)
{
	unsigned wanted = r->count == 0 ? 0 : 4 - r->count;
	uint32_t unused = r->count == 2 ? 0x0F : r->count == 3 ? 0x03 : 0;

	/* One character holds six bits of a byte: that is no encoding of anything. */
	if (r->count == 1) {
		return PLOMB_BASE64_INVALID;
	}
	if (r->padding != wanted && (r->padding != 0 || (r->flags & PLOMB_BASE64_UNPADDED) == 0)) {
		return PLOMB_BASE64_INVALID;
	}
	/* Otherwise sixteen spellings would be the same byte: a signature could be respelled. */
	return (r->bits & unused) == 0 ? PLOMB_OK : PLOMB_BASE64_INVALID;
}

/* see base64.h */
plomb_status
plomb_base64_decode_to(unsigned char *out, plomb_view text, unsigned flags, size_t *n)
{
	struct reader r;
	size_t written = 0, i;

	*n = 0;
	memset(&r, 0, sizeof r);
	r.flags = flags;
	for (i = 0; i < text.n; i ++) {
		if (read_character(&r, text.p[i], out, &written) != PLOMB_OK) {
			return PLOMB_BASE64_INVALID;
		}
	}
	if (read_end(&r) != PLOMB_OK) {
		return PLOMB_BASE64_INVALID;
	}
	*n = written;
	return PLOMB_OK;
}

/* see base64.h */
plomb_status
plomb_base64_decode(plomb_work *work, plomb_view text, unsigned flags, plomb_view *bytes)
{
	size_t mark = plomb_work_mark(work);
	unsigned char *out;
	size_t n;

	bytes->p = NULL;
	bytes->n = 0;
	out = plomb_work_take(work, 3 * (text.n / 4) + 3);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	if (plomb_base64_decode_to(out, text, flags, &n) != PLOMB_OK) {
		plomb_work_release(work, mark);
		return PLOMB_BASE64_INVALID;
	}
	plomb_work_shrink(work, out + n);
	bytes->p = out;
	bytes->n = n;
	return PLOMB_OK;
}

/* see base64.h */
size_t
plomb_base64_encoded_len(size_t n)
{
	return n / 3 * 4 + (n % 3 == 0 ? 0 : 4);
}

/* The four characters of the group that starts at byte at. */
static void
encode_group(unsigned char group[4], plomb_view bytes, size_t at)
{
	size_t left = bytes.n - at;
	uint32_t bits = (uint32_t)bytes.p[at] << 16;

	if (left > 1) {
		bits |= (uint32_t)bytes.p[at + 1] << 8;
	}
	if (left > 2) {
		bits |= bytes.p[at + 2];
	}
	group[0] = alphabet[bits >> 18 & 0x3F];
	group[1] = alphabet[bits >> 12 & 0x3F];
	group[2] = left > 1 ? alphabet[bits >> 6 & 0x3F] : '=';
	group[3] = left > 2 ? alphabet[bits & 0x3F] : '=';
}

/* see base64.h */
size_t
plomb_base64_encode(unsigned char *out, plomb_view bytes)
{
	size_t written = 0, at;

	for (at = 0; at < bytes.n; at += 3) {
		encode_group(out + written, bytes, at);
		written += 4;
	}
	return written;
}

/* see base64.h */
int
plomb_base64_eq(plomb_view text, plomb_view bytes)
{
	unsigned char group[4];
	size_t at, i;

	if (text.n != plomb_base64_encoded_len(bytes.n)) {
		return 0;
	}
	for (at = 0, i = 0; at < bytes.n; at += 3, i += 4) {
		encode_group(group, bytes, at);
		if (memcmp(text.p + i, group, sizeof group) != 0) {
			return 0;
		}
	}
	return 1;
}

/* 0 … 15, or 16 for anything but a lower-case hex digit. */
static unsigned
hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9') {
		return (unsigned)c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return (unsigned)c - 'a' + 10;
	}
	return 16;
}

/* see base64.h */
plomb_status
plomb_hex_decode(plomb_view text, unsigned char *out, size_t n)
{
	size_t i;

	memset(out, 0, n);
	if (text.n / 2 != n || text.n % 2 != 0) {
		return PLOMB_BASE64_INVALID;
	}
	for (i = 0; i < n; i ++) {
		unsigned high = hex_value(text.p[2 * i]), low = hex_value(text.p[2 * i + 1]);

		if (high > 15 || low > 15) {
			memset(out, 0, n);
			return PLOMB_BASE64_INVALID;
		}
		out[i] = (unsigned char)(high << 4 | low);
	}
	return PLOMB_OK;
}

/* see base64.h */
void
plomb_hex_encode(unsigned char *out, plomb_view bytes)
{
	static const unsigned char digits[16] = {
		'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
	};
	size_t i;

	for (i = 0; i < bytes.n; i ++) {
		out[2 * i] = digits[bytes.p[i] >> 4];
		out[2 * i + 1] = digits[bytes.p[i] & 0x0F];
	}
}
