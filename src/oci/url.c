/* see url.h */
#include "url.h"

#include "../core/base64.h"

static int
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static int
is_letter(unsigned char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static int
is_hex(unsigned char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* The same but for the case of letters. */
static int
same_text(plomb_view a, plomb_view b)
{
	size_t i;

	for (i = 0; a.n == b.n && i < a.n; i ++) {
		if (lower(a.p[i]) != lower(b.p[i])) {
			return 0;
		}
	}
	return a.n == b.n;
}

static size_t
find_any(plomb_view text, const char *set)
{
	size_t i, j;

	for (i = 0; i < text.n; i ++) {
		for (j = 0; set[j] != 0; j ++) {
			if (text.p[i] == (unsigned char)set[j]) {
				return i;
			}
		}
	}
	return text.n;
}

/* ------------------------------------------------------------------ parsing */

static int
host_ok(plomb_view host)
{
	size_t i;

	if (host.n == 0 || host.n > 255) {
		return 0;
	}
	if (host.p[0] == '[') {
		for (i = 1; i + 1 < host.n; i ++) {
			if (!is_hex(host.p[i]) && host.p[i] != ':' && host.p[i] != '.') {
				return 0;
			}
		}
		return host.n > 3 && host.p[host.n - 1] == ']';
	}
	for (i = 0; i < host.n; i ++) {
		if (!is_digit(host.p[i]) && !is_letter(host.p[i]) && host.p[i] != '.' && host.p[i] != '-' && host.p[i] != '_') {
			return 0;
		}
	}
	return host.p[0] != '.' && host.p[0] != '-';
}

static int
authority_ok(plomb_url *url)
{
	plomb_view text = url->authority, port;
	uint64_t number;
	size_t end;

	end = text.n != 0 && text.p[0] == '[' ? find_any(text, "]") + 1 : find_any(text, ":");
	url->host = plomb_view_cut(text, 0, end);
	url->port = url->is_https ? 443 : 80;
	if (!host_ok(url->host)) {
		return 0;
	}
	if (end >= text.n) {
		return 1;
	}
	port = plomb_view_cut(text, end + 1, text.n);
	if (text.p[end] != ':' || plomb_decimal_parse(port, 65535, &number) != PLOMB_OK || number == 0) {
		return 0;
	}
	url->port = (uint32_t)number;
	return 1;
}

/* Only what RFC 3986 lets stand in a path or query, so that no header and no log line is broken by it. */
static int
path_ok(plomb_view path)
{
	size_t i;

	for (i = 0; i < path.n; i ++) {
		unsigned char c = path.p[i];

		if (c <= 0x20 || c >= 0x7F || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '}') {
			return 0;
		}
	}
	return 1;
}

/* Nonzero if the text starts with that scheme, in any case. */
static int
has_scheme(plomb_view text, const char *scheme)
{
	plomb_view want = plomb_view_of(scheme);

	return text.n >= want.n && same_text(plomb_view_cut(text, 0, want.n), want);
}

/* see url.h */
int
plomb_url_parse(plomb_view text, plomb_url *url)
{
	size_t end;

	memset(url, 0, sizeof *url);
	if (text.n >= PLOMB_MAX_URL) {
		return 0;
	}
	if (has_scheme(text, "https://")) {
		url->is_https = 1;
		text = plomb_view_cut(text, 8, text.n);
	} else if (has_scheme(text, "http://")) {
		text = plomb_view_cut(text, 7, text.n);
	} else {
		return 0;
	}
	end = find_any(text, "/?#");
	url->authority = plomb_view_cut(text, 0, end);
	text = plomb_view_cut(text, end, text.n);
	url->path = plomb_view_cut(text, 0, find_any(text, "#"));
	return authority_ok(url) && path_ok(url->path);
}

/* see url.h */
int
plomb_url_put(char *out, size_t room, size_t *n, plomb_view bytes, int encode)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < bytes.n; i ++) {
		unsigned char c = bytes.p[i];
		int plain = !encode || is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~';

		if (room < 4 || *n > room - 4) {
			return 0;
		}
		if (plain) {
			out[*n] = (char)c;
			*n += 1;
		} else {
			out[*n] = '%';
			out[*n + 1] = digits[c >> 4];
			out[*n + 2] = digits[c & 15];
			*n += 3;
		}
	}
	if (*n >= room) {
		return 0;
	}
	out[*n] = 0;
	return 1;
}

/* The part of the base's path that stays in front of a relative reference. */
static plomb_view
stem(const plomb_url *base, plomb_view reference)
{
	size_t end = find_any(base->path, "?"), i;

	if (reference.n != 0 && reference.p[0] == '/') {
		return plomb_view_cut(base->path, 0, 0);
	}
	if (reference.n != 0 && reference.p[0] == '?') {
		return plomb_view_cut(base->path, 0, end);
	}
	for (i = end; i > 0 && base->path.p[i - 1] != '/'; i --) {
		/* Back to the last slash. */
	}
	return plomb_view_cut(base->path, 0, i);
}

/* see url.h */
int
plomb_url_resolve(const plomb_url *base, plomb_view reference, char *out, size_t room)
{
	plomb_url result;
	plomb_view text;
	size_t n = 0;
	int fits = 1;

	if (!has_scheme(reference, "http://") && !has_scheme(reference, "https://")) {
		size_t stop = find_any(reference, ":/?#");

		/* Another scheme: file:, gopher:. */
		if (reference.n == 0 || (stop < reference.n && reference.p[stop] == ':')) {
			return 0;
		}
		fits = plomb_url_put(out, room, &n, plomb_view_of(base->is_https ? "https:" : "http:"), 0);
		if (!plomb_view_starts(reference, "//")) {
			fits = fits && plomb_url_put(out, room, &n, plomb_view_of("//"), 0)
				&& plomb_url_put(out, room, &n, base->authority, 0)
				&& plomb_url_put(out, room, &n, stem(base, reference), 0);
		}
	}
	reference = plomb_view_cut(reference, 0, find_any(reference, "#"));
	if (!fits || !plomb_url_put(out, room, &n, reference, 0)) {
		return 0;
	}
	text.p = (const unsigned char *)out;
	text.n = n;
	return plomb_url_parse(text, &result);
}

/* see url.h */
int
plomb_url_same_host(const plomb_url *a, const plomb_url *b)
{
	return same_text(a->host, b->host);
}

/* see url.h */
int
plomb_url_same_origin(const plomb_url *a, const plomb_url *b)
{
	return a->is_https == b->is_https && a->port == b->port && plomb_url_same_host(a, b);
}

/* -------------------------------------------------------------- local places */

/* localhost and names below it (RFC 6761). */
static int
is_localhost(plomb_view host)
{
	plomb_view name = plomb_view_of("localhost");

	if (host.n > 0 && host.p[host.n - 1] == '.') {
		host.n --;
	}
	if (host.n < name.n || !same_text(plomb_view_cut(host, host.n - name.n, name.n), name)) {
		return 0;
	}
	return host.n == name.n || host.p[host.n - name.n - 1] == '.';
}

/* A dotted quad of decimal numbers without leading zeros. */
static int
read_quad(plomb_view host, unsigned char quad[4])
{
	size_t i;

	for (i = 0; i < 4; i ++) {
		size_t end = find_any(host, ".");
		uint64_t number;

		if (plomb_decimal_parse(plomb_view_cut(host, 0, end), 255, &number) != PLOMB_OK || (end == host.n) != (i == 3)) {
			return 0;
		}
		quad[i] = (unsigned char)number;
		host = plomb_view_cut(host, end + 1, host.n);
	}
	return 1;
}

/* Resolvers take 127.1, 0x7f000001 and 2130706433 for addresses too: a last label that begins with a digit. */
static int
is_numeric(plomb_view host)
{
	size_t i;

	if (host.n > 0 && host.p[host.n - 1] == '.') {
		host.n --;
	}
	for (i = host.n; i > 0 && host.p[i - 1] != '.'; i --) {
		/* Back to the last label. */
	}
	return i < host.n && is_digit(host.p[i]);
}

static int
is_local_quad(const unsigned char q[4])
{
	return q[0] == 0 || q[0] == 10 || q[0] == 127 || q[0] >= 224
		|| (q[0] == 100 && (q[1] & 0xC0) == 64) || (q[0] == 169 && q[1] == 254)
		|| (q[0] == 172 && (q[1] & 0xF0) == 16) || (q[0] == 192 && q[1] == 168);
}

/* Global unicast is 2000::/3; everything else is special, also addresses with an IPv4 address inside. */
static int
is_local_ipv6(plomb_view host)
{
	return !(host.n > 6 && (host.p[1] == '2' || host.p[1] == '3') && is_hex(host.p[2]) && is_hex(host.p[3]) && is_hex(host.p[4])
		&& host.p[5] == ':' && !plomb_view_starts(host, "[2002:"));
}

/* see url.h */
int
plomb_url_is_loopback(plomb_view host)
{
	unsigned char quad[4];

	if (host.n != 0 && host.p[0] == '[') {
		return plomb_view_is(host, "[::1]");
	}
	return is_localhost(host) || (read_quad(host, quad) && quad[0] == 127);
}

/* see url.h */
int
plomb_url_is_local(plomb_view host)
{
	unsigned char quad[4];

	if (host.n != 0 && host.p[0] == '[') {
		return is_local_ipv6(host);
	}
	if (is_localhost(host)) {
		return 1;
	}
	if (!is_numeric(host)) {
		return 0;
	}
	return !read_quad(host, quad) || is_local_quad(quad);
}

/* see url.h */
int
plomb_url_put_digest(char *out, size_t room, size_t *n, const plomb_digest *digest, const char *between)
{
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN];
	plomb_view bytes;

	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	plomb_hex_encode(hex, bytes);
	bytes.p = hex;
	bytes.n *= 2;
	return plomb_url_put(out, room, n, plomb_view_of(plomb_hash_name(digest->hash)), 0)
		&& plomb_url_put(out, room, n, plomb_view_of(between), 0) && plomb_url_put(out, room, n, bytes, 0);
}
