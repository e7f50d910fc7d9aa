/* see der.h */
#include "der.h"

#include "time.h"

/* Longer object identifiers than this do not occur, and a bound keeps loops and copies small. */
#define MAX_OID_BYTES 64

/*
 * The only way this file reads an octet. Offsets with one checked accessor
 * are what the proof tools can follow; a mistake in a length then gives a
 * wrong parse, which tests see, and not a read outside.
 */
static unsigned
octet(plomb_view in, size_t i)
{
	return i < in.n ? in.p[i] : 0;
}

/*
 * n octets from at, which the caller has checked to be there. An empty
 * slice keeps its pointer, so that "empty" stays different from "absent".
 */
static plomb_view
slice(plomb_view in, size_t at, size_t n)
{
	plomb_view out;

	out.p = in.p == NULL ? NULL : in.p + at;
	out.n = n;
	return out;
}

static void
clear(plomb_tlv *tlv)
{
	memset(tlv, 0, sizeof *tlv);
}

/* see der.h */
plomb_der
plomb_der_open(plomb_view in)
{
	plomb_der der;

	der.in = in;
	der.at = 0;
	return der;
}

/* see der.h */
int
plomb_der_end(const plomb_der *der)
{
	return der->at >= der->in.n;
}

/* see der.h */
unsigned
plomb_der_peek(const plomb_der *der)
{
	return octet(der->in, der->at);
}

/*
 * The length octets at i: how many there are into *used, their value into
 * *length. Indefinite lengths, lengths that could be shorter and those of
 * more than four octets are not DER, or not anything that fits in memory.
 */
static plomb_status
read_length(plomb_view in, size_t i, size_t *used, uint32_t *length)
{
	unsigned first = octet(in, i);
	unsigned count, k;
	uint32_t value = 0;

	*used = 1;
	*length = first;
	if (i >= in.n) {
		return PLOMB_DER_MALFORMED;
	}
	if (first < 0x80) {
		return PLOMB_OK;
	}
	count = first & 0x7F;
	if (count == 0 || count > 4 || count > in.n - i - 1) {
		return PLOMB_DER_MALFORMED;
	}
	for (k = 1; k <= count; k ++) {
		value = (value << 8) | octet(in, i + k);
	}
	if (value < 0x80 || octet(in, i + 1) == 0) {
		return PLOMB_DER_MALFORMED;
	}
	*used = 1 + (size_t)count;
	*length = value;
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_next(plomb_der *der, plomb_tlv *tlv)
{
	plomb_status s;
	unsigned tag;
	size_t head;
	uint32_t length;

	clear(tlv);
	if (plomb_der_end(der)) {
		return PLOMB_DER_MALFORMED;
	}
	tag = octet(der->in, der->at);
	if (tag == 0 || (tag & 0x1F) == 0x1F) {
		return PLOMB_DER_MALFORMED;
	}
	s = read_length(der->in, der->at + 1, &head, &length);
	if (s != PLOMB_OK) {
		return s;
	}
	head += 1;

	/* Subtract from what is there; adding to an offset could wrap. */
	if (length > der->in.n - der->at - head) {
		return PLOMB_DER_MALFORMED;
	}
	tlv->tag = tag;
	tlv->whole = slice(der->in, der->at, head + length);
	tlv->body = slice(der->in, der->at + head, length);
	der->at += head + length;
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_take(plomb_der *der, unsigned tag, plomb_tlv *tlv)
{
	clear(tlv);
	if (plomb_der_end(der) || plomb_der_peek(der) != tag) {
		return PLOMB_DER_MALFORMED;
	}
	return plomb_der_next(der, tlv);
}

/* see der.h */
plomb_status
plomb_der_enter(plomb_der *der, unsigned tag, plomb_der *inner)
{
	plomb_tlv tlv;
	plomb_status s;

	s = plomb_der_take(der, tag, &tlv);
	*inner = plomb_der_open(tlv.body);
	return s;
}

/* see der.h */
plomb_status
plomb_der_only(plomb_view in, unsigned tag, plomb_tlv *tlv)
{
	plomb_der der = plomb_der_open(in);
	plomb_status s;

	s = plomb_der_take(&der, tag, tlv);
	if (s != PLOMB_OK) {
		return s;
	}
	if (!plomb_der_end(&der)) {
		clear(tlv);
		return PLOMB_DER_MALFORMED;
	}
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_integer_check(plomb_view body)
{
	unsigned first = octet(body, 0);
	unsigned second_is_negative = octet(body, 1) & 0x80;

	if (body.n == 0) {
		return PLOMB_DER_MALFORMED;
	}

	/* Nine equal leading bits are one octet too many (X.690, 8.3.2). */
	if (body.n > 1 && ((first == 0x00 && !second_is_negative) || (first == 0xFF && second_is_negative))) {
		return PLOMB_DER_MALFORMED;
	}
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_unsigned(plomb_view body, plomb_view *magnitude)
{
	plomb_status s;

	memset(magnitude, 0, sizeof *magnitude);
	s = plomb_der_integer_check(body);
	if (s != PLOMB_OK) {
		return s;
	}
	if (octet(body, 0) & 0x80) {
		return PLOMB_DER_MALFORMED;
	}
	*magnitude = octet(body, 0) == 0 ? slice(body, 1, body.n - 1) : body;
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_small(plomb_view body, uint32_t *value)
{
	plomb_view magnitude;
	plomb_status s;
	uint32_t sum = 0;
	size_t i;

	*value = 0;
	s = plomb_der_unsigned(body, &magnitude);
	if (s != PLOMB_OK) {
		return s;
	}
	if (magnitude.n > 4) {
		return PLOMB_DER_MALFORMED;
	}
	for (i = 0; i < magnitude.n; i ++) {
		sum = (sum << 8) | octet(magnitude, i);
	}
	if (sum > 0x7FFFFFFF) {
		return PLOMB_DER_MALFORMED;
	}
	*value = sum;
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_boolean(plomb_view body, int *value)
{
	unsigned v = octet(body, 0);

	*value = 0;
	if (body.n != 1 || (v != 0x00 && v != 0xFF)) {
		return PLOMB_DER_MALFORMED;
	}
	*value = v == 0xFF;
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_bits(plomb_view body, plomb_view *octets)
{
	memset(octets, 0, sizeof *octets);
	if (body.n == 0 || octet(body, 0) != 0) {
		return PLOMB_DER_MALFORMED;
	}
	*octets = slice(body, 1, body.n - 1);
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_oid_check(plomb_view body)
{
	uint32_t arc = 0;
	int within = 0;
	size_t i;

	if (body.n == 0 || body.n > MAX_OID_BYTES) {
		return PLOMB_DER_MALFORMED;
	}
	for (i = 0; i < body.n; i ++) {
		unsigned b = octet(body, i);

		/* 80 as an arc's first octet is a leading zero. */
		if (!within && b == 0x80) {
			return PLOMB_DER_MALFORMED;
		}
		if (arc > 0x7FFFFFFF >> 7) {
			return PLOMB_DER_MALFORMED;
		}
		arc = (arc << 7) | (b & 0x7F);
		within = (b & 0x80) != 0;
		if (!within) {
			arc = 0;
		}
	}
	return within ? PLOMB_DER_MALFORMED : PLOMB_OK;
}

/* n decimal digits at *at into *value, and *at past them. */
static plomb_status
digits(plomb_view in, size_t *at, size_t n, int *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < n; i ++) {
		unsigned c = octet(in, *at + i);

		if (c < '0' || c > '9') {
			return PLOMB_DER_MALFORMED;
		}
		*value = *value * 10 + (int)(c - '0');
	}
	*at += n;
	return PLOMB_OK;
}

/* MMDDHHMMSS at *at, in the given year. */
static plomb_status
rest_of_date(plomb_view in, size_t *at, int year, int64_t *seconds)
{
	int part[5];
	plomb_status s;
	size_t i;

	for (i = 0; i < 5; i ++) {
		s = digits(in, at, 2, &part[i]);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return plomb_time_from_date(year, part[0], part[1], part[2], part[3], part[4], seconds)
		? PLOMB_OK : PLOMB_DER_MALFORMED;
}

/*
 * A decimal point and the digits after it. X.690, 11.7: no trailing zeros.
 * More digits than nanoseconds are refused rather than rounded: no authority
 * writes them, and a rounded time could move over the end of a window.
 */
static plomb_status
fraction(plomb_view in, size_t *at, uint32_t *ns)
{
	uint32_t unit = 100000000;
	size_t i = *at + 1;

	*ns = 0;
	while (octet(in, i) >= '0' && octet(in, i) <= '9') {
		if (unit == 0) {
			return PLOMB_DER_MALFORMED;
		}
		*ns += (octet(in, i) - '0') * unit;
		unit /= 10;
		i ++;
	}
	if (i == *at + 1 || octet(in, i - 1) == '0') {
		return PLOMB_DER_MALFORMED;
	}
	*at = i;
	return PLOMB_OK;
}

/* Z at at, and nothing after it. */
static plomb_status
ends_in_z(plomb_view in, size_t at)
{
	return octet(in, at) == 'Z' && in.n == at + 1 ? PLOMB_OK : PLOMB_DER_MALFORMED;
}

/* see der.h */
plomb_status
plomb_der_gentime(plomb_view body, plomb_time *time)
{
	plomb_time found = { 0, 0 };
	plomb_status s;
	size_t at = 0;
	int year;

	memset(time, 0, sizeof *time);
	s = digits(body, &at, 4, &year);
	if (s != PLOMB_OK) {
		return s;
	}
	s = rest_of_date(body, &at, year, &found.s);
	if (s != PLOMB_OK) {
		return s;
	}
	if (octet(body, at) == '.') {
		s = fraction(body, &at, &found.ns);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	s = ends_in_z(body, at);
	if (s == PLOMB_OK) {
		*time = found;
	}
	return s;
}

/* RFC 5280, 4.1.2.5.1: two digits mean 1950 to 2049. */
static plomb_status
utctime(plomb_view body, plomb_time *time)
{
	plomb_time found = { 0, 0 };
	plomb_status s;
	size_t at = 0;
	int year;

	s = digits(body, &at, 2, &year);
	if (s != PLOMB_OK) {
		return s;
	}
	s = rest_of_date(body, &at, year >= 50 ? 1900 + year : 2000 + year, &found.s);
	if (s != PLOMB_OK) {
		return s;
	}
	s = ends_in_z(body, at);
	if (s == PLOMB_OK) {
		*time = found;
	}
	return s;
}

/* see der.h */
plomb_status
plomb_der_time(const plomb_tlv *tlv, plomb_time *time)
{
	memset(time, 0, sizeof *time);
	if (tlv->tag == PLOMB_DER_UTCTIME) {
		return utctime(tlv->body, time);
	}

	/* In a certificate a GeneralizedTime has no fraction: exactly YYYYMMDDHHMMSSZ. */
	if (tlv->tag == PLOMB_DER_GENTIME && tlv->body.n == 15) {
		return plomb_der_gentime(tlv->body, time);
	}
	return PLOMB_DER_MALFORMED;
}

/* see der.h */
plomb_status
plomb_der_algorithm(plomb_der *der, plomb_view *oid, plomb_view *parameters)
{
	plomb_der inner;
	plomb_tlv tlv;
	plomb_status s;

	memset(oid, 0, sizeof *oid);
	memset(parameters, 0, sizeof *parameters);
	s = plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_der_take(&inner, PLOMB_DER_OID, &tlv);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_der_oid_check(tlv.body);
	if (s != PLOMB_OK) {
		return s;
	}
	*oid = tlv.body;
	if (plomb_der_end(&inner)) {
		return PLOMB_OK;
	}
	s = plomb_der_next(&inner, &tlv);
	if (s != PLOMB_OK) {
		return s;
	}
	*parameters = tlv.whole;
	return plomb_der_end(&inner) ? PLOMB_OK : PLOMB_DER_MALFORMED;
}

/* A decimal arc of dotted text at *at: no leading zeros, below 2^31. */
static plomb_status
text_arc(plomb_view text, size_t *at, uint32_t *arc)
{
	size_t start = *at;
	uint64_t value = 0;

	*arc = 0;
	while (octet(text, *at) >= '0' && octet(text, *at) <= '9') {
		value = value * 10 + (octet(text, *at) - '0');
		if (value > 0x7FFFFFFF) {
			return PLOMB_CONFIG_INVALID;
		}
		(*at) ++;
	}
	if (*at == start || (octet(text, start) == '0' && *at > start + 1)) {
		return PLOMB_CONFIG_INVALID;
	}
	*arc = (uint32_t)value;
	return PLOMB_OK;
}

/* The arc in base 128 at out[*n]. */
static plomb_status
put_arc(unsigned char out[64], size_t *n, uint32_t arc)
{
	unsigned shift = 28;

	while (shift > 0 && arc >> shift == 0) {
		shift -= 7;
	}
	if (shift / 7 + 1 > MAX_OID_BYTES - *n) {
		return PLOMB_CONFIG_INVALID;
	}
	while (shift > 0) {
		out[(*n) ++] = (unsigned char)(0x80 | ((arc >> shift) & 0x7F));
		shift -= 7;
	}
	out[(*n) ++] = (unsigned char)(arc & 0x7F);
	return PLOMB_OK;
}

/* The first two arcs, which share one number: 40 * first + second. */
static plomb_status
text_root(plomb_view text, size_t *at, uint32_t *arc)
{
	uint32_t first, second;
	plomb_status s;

	*arc = 0;
	s = text_arc(text, at, &first);
	if (s != PLOMB_OK) {
		return s;
	}
	if (octet(text, *at) != '.') {
		return PLOMB_CONFIG_INVALID;
	}
	(*at) ++;
	s = text_arc(text, at, &second);
	if (s != PLOMB_OK) {
		return s;
	}
	if (first > 2 || (first < 2 && second > 39) || second > 0x7FFFFFFF - 80) {
		return PLOMB_CONFIG_INVALID;
	}
	*arc = 40 * first + second;
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_oid_from_text(plomb_view text, unsigned char out[64], size_t *n)
{
	size_t at = 0, used = 0;
	uint32_t arc;
	plomb_status s;

	*n = 0;
	memset(out, 0, MAX_OID_BYTES);
	s = text_root(text, &at, &arc);
	while (s == PLOMB_OK) {
		s = put_arc(out, &used, arc);
		if (s != PLOMB_OK || at == text.n) {
			break;
		}
		if (octet(text, at) != '.') {
			return PLOMB_CONFIG_INVALID;
		}
		at ++;
		s = text_arc(text, &at, &arc);
	}
	if (s == PLOMB_OK) {
		*n = used;
	}
	return s;
}

/*
 * One positive INTEGER as half octets. Zero is refused here, and not only
 * by the arithmetic: r = s = 0 was accepted elsewhere (CVE-2022-21449).
 * Padded, negative and surplus-zero numbers, which BearSSL's own reader of
 * these signatures lets pass, are refused too.
 */
static plomb_status
half_of_ecdsa(plomb_der *der, size_t half, unsigned char *out)
{
	plomb_view magnitude;
	plomb_tlv tlv;

	if (plomb_der_take(der, PLOMB_DER_INTEGER, &tlv) != PLOMB_OK
		|| plomb_der_unsigned(tlv.body, &magnitude) != PLOMB_OK
		|| magnitude.n == 0 || magnitude.n > half)
	{
		return PLOMB_SIGNATURE_MALFORMED;
	}
	memset(out, 0, half - magnitude.n);
	memcpy(out + (half - magnitude.n), magnitude.p, magnitude.n);
	return PLOMB_OK;
}

/* see der.h */
plomb_status
plomb_der_ecdsa(plomb_view sig, size_t half, unsigned char *raw)
{
	plomb_tlv tlv;
	plomb_der der;
	plomb_status s;

	memset(raw, 0, 2 * half);
	if (plomb_der_only(sig, PLOMB_DER_SEQUENCE, &tlv) != PLOMB_OK) {
		return PLOMB_SIGNATURE_MALFORMED;
	}
	der = plomb_der_open(tlv.body);
	s = half_of_ecdsa(&der, half, raw);
	if (s != PLOMB_OK) {
		return s;
	}
	s = half_of_ecdsa(&der, half, raw + half);
	if (s != PLOMB_OK) {
		return s;
	}
	return plomb_der_end(&der) ? PLOMB_OK : PLOMB_SIGNATURE_MALFORMED;
}

/* see der.h */
size_t
plomb_der_put_header(unsigned char out[4], unsigned tag, size_t n)
{
	size_t length = n < 0x80 ? 0 : n < 0x100 ? 1 : 2;
	size_t i;

	out[0] = (unsigned char)tag;
	out[1] = (unsigned char)(length == 0 ? n : 0x80 | length);
	for (i = 0; i < length; i ++) {
		out[2 + i] = (unsigned char)(n >> (8 * (length - 1 - i)));
	}
	return 2 + length;
}
