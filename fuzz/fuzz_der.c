/*
 * Targets every function of der.h.
 *
 * Input: DER, which is also tried as each primitive's content, as an ECDSA
 * signature and as dotted text. Holds:
 * - no element reaches outside the one around it, and its octets are exactly
 *   what encoding its tag and content writes;
 * - an integer, identifier, time or signature that is accepted is exactly
 *   what encoding its value writes, so nothing has two spellings.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/der.h"
#include "../src/core/time.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_DEPTH 16

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

/* Identifier and length as X.690 wants them, written another way than they were read. */
static size_t
put_head(unsigned char out[8], unsigned tag, size_t n)
{
	size_t count = 0, at = 0, k;

	out[at ++] = (unsigned char)tag;
	if (n < 128) {
		out[at ++] = (unsigned char)n;
		return at;
	}
	for (k = n; k != 0; k /= 256) {
		count ++;
	}
	out[at ++] = (unsigned char)(128 + count);
	for (k = count; k > 0; k --) {
		out[at ++] = (unsigned char)(n >> (8 * (k - 1)));
	}
	return at;
}

static void
check_element(const plomb_der *level, size_t start, const plomb_tlv *tlv)
{
	unsigned char head[8];
	size_t n = put_head(head, tlv->tag, tlv->body.n);

	must(level->at <= level->in.n);
	must(tlv->whole.p == level->in.p + start && tlv->whole.n == level->at - start);
	must(tlv->whole.n == n + tlv->body.n && tlv->body.p == tlv->whole.p + n);
	must(memcmp(head, tlv->whole.p, n) == 0);
}

static void
check_integer(plomb_view body)
{
	unsigned char out[5];
	plomb_view magnitude;
	uint32_t value;
	size_t n;

	if (plomb_der_integer_check(body) != PLOMB_OK) {
		must(plomb_der_unsigned(body, &magnitude) != PLOMB_OK);
		return;
	}
	if (plomb_der_unsigned(body, &magnitude) != PLOMB_OK) {
		must(body.p[0] >= 0x80);
		return;
	}
	must(magnitude.n == 0 || magnitude.p[0] != 0);
	must(body.n - magnitude.n == (magnitude.n == 0 || magnitude.p[0] >= 0x80));
	if (plomb_der_small(body, &value) != PLOMB_OK) {
		must(magnitude.n > 4 || (magnitude.n == 4 && magnitude.p[0] >= 0x80));
		return;
	}
	for (n = 4; n > 1 && (value >> (8 * (n - 1) - 1)) == 0; n --) {
	}
	must(n == body.n);
	out[0] = (unsigned char)(value >> 24);
	out[1] = (unsigned char)(value >> 16);
	out[2] = (unsigned char)(value >> 8);
	out[3] = (unsigned char)value;
	must(memcmp(out + 4 - n, body.p, n) == 0);
}

/* To dotted text by division, and back. */
static void
check_oid(plomb_view body)
{
	unsigned char text[1024], again[64];
	plomb_view v;
	size_t n = 0, i, again_n;
	uint32_t arc = 0;

	if (plomb_der_oid_check(body) != PLOMB_OK) {
		return;
	}
	for (i = 0; i < body.n; i ++) {
		arc = arc * 128 + body.p[i] % 128;
		if (body.p[i] >= 128) {
			continue;
		}
		if (n == 0) {
			text[n ++] = (unsigned char)(arc < 40 ? '0' : arc < 80 ? '1' : '2');
			arc -= arc < 40 ? 0 : arc < 80 ? 40 : 80;
		}
		text[n ++] = '.';
		n += plomb_decimal_put(text + n, arc);
		arc = 0;
	}
	v.p = text;
	v.n = n;
	must(plomb_oid_from_text(v, again, &again_n) == PLOMB_OK);
	must(again_n == body.n && memcmp(again, body.p, body.n) == 0);
}

static void
check_text(plomb_view text)
{
	unsigned char out[64];
	plomb_view v;
	size_t n;

	if (plomb_oid_from_text(text, out, &n) == PLOMB_OK) {
		v.p = out;
		v.n = n;
		must(plomb_der_oid_check(v) == PLOMB_OK);
		check_oid(v);
	}
}

/* YYYYMMDDHHMMSS out of RFC 3339; the fraction, if any, is the same in both but for zeros at its end. */
static void
check_time(const plomb_tlv *tlv)
{
	static const unsigned char from[14] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	unsigned char text[32];
	plomb_time time, of_cert;
	size_t n, i;

	if (plomb_der_gentime(tlv->body, &time) == PLOMB_OK) {
		n = plomb_time_put(text, time);
		for (i = 0; i < sizeof from; i ++) {
			must(text[from[i]] == tlv->body.p[i]);
		}
		for (; time.ns != 0 && text[n - 2] == '0'; n --) {
			text[n - 2] = 'Z';
		}
		must(n - 19 == tlv->body.n - 14 && memcmp(text + 19, tlv->body.p + 14, n - 19) == 0);
	}
	if (plomb_der_time(tlv, &of_cert) != PLOMB_OK) {
		return;
	}
	must(of_cert.ns == 0);
	if (tlv->tag == PLOMB_DER_UTCTIME) {
		must(of_cert.s >= -631152000 && of_cert.s < 2524608000);
		(void)plomb_time_put(text, of_cert);
		for (i = 2; i < sizeof from; i ++) {
			must(text[from[i]] == tlv->body.p[i - 2]);
		}
		return;
	}
	must(of_cert.s == time.s);
}

/* Both numbers again, as short as they can be. */
static void
check_ecdsa(plomb_view sig, size_t half)
{
	unsigned char raw[2 * 66], out[8 + 2 * (2 + 67)], body[2 * (2 + 67)];
	size_t n = 0, head, k;

	if (plomb_der_ecdsa(sig, half, raw) != PLOMB_OK) {
		return;
	}
	for (k = 0; k < 2; k ++) {
		const unsigned char *number = raw + k * half;
		size_t skip = 0, pad;

		while (skip < half && number[skip] == 0) {
			skip ++;
		}
		must(skip < half);
		pad = number[skip] >= 0x80;
		body[n ++] = 2;
		body[n ++] = (unsigned char)(half - skip + pad);
		if (pad) {
			body[n ++] = 0;
		}
		memcpy(body + n, number + skip, half - skip);
		n += half - skip;
	}
	head = put_head(out, 0x30, n);
	memcpy(out + head, body, n);
	must(sig.n == head + n && memcmp(out, sig.p, sig.n) == 0);
}

static void
check_primitives(const plomb_tlv *tlv)
{
	plomb_view octets;
	int flag;

	check_integer(tlv->body);
	check_oid(tlv->body);
	check_time(tlv);
	if (plomb_der_boolean(tlv->body, &flag) == PLOMB_OK) {
		must(tlv->body.n == 1 && tlv->body.p[0] == (flag ? 0xFF : 0));
	}
	if (plomb_der_bits(tlv->body, &octets) == PLOMB_OK) {
		must(octets.n + 1 == tlv->body.n && octets.p == tlv->body.p + 1);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_der levels[MAX_DEPTH];
	size_t depth = 1;
	plomb_view whole, oid, parameters;
	plomb_tlv tlv;
	plomb_der der;

	whole.p = in;
	whole.n = len;
	memset(&tlv, 0, sizeof tlv);
	tlv.tag = PLOMB_DER_GENTIME;
	tlv.body = whole;
	check_primitives(&tlv);
	tlv.tag = PLOMB_DER_UTCTIME;
	check_primitives(&tlv);
	check_text(whole);
	check_ecdsa(whole, 32);
	check_ecdsa(whole, 48);
	check_ecdsa(whole, 66);
	der = plomb_der_open(whole);
	if (plomb_der_algorithm(&der, &oid, &parameters) == PLOMB_OK) {
		must(plomb_der_oid_check(oid) == PLOMB_OK && der.at <= len);
	}

	levels[0] = plomb_der_open(whole);
	while (depth > 0) {
		plomb_der *level = &levels[depth - 1];
		size_t start = level->at;
		unsigned tag = plomb_der_peek(level);

		if (plomb_der_end(level) || plomb_der_next(level, &tlv) != PLOMB_OK) {
			depth --;
			continue;
		}
		must(tag == tlv.tag);
		check_element(level, start, &tlv);
		check_primitives(&tlv);
		if ((tlv.tag & 0x20) != 0 && depth < MAX_DEPTH) {
			levels[depth ++] = plomb_der_open(tlv.body);
		}
	}
	return 0;
}
