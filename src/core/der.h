/*
 * A strict DER reader (X.690): definite minimal lengths, one-octet tags, and
 * a cursor that cannot run past its end. Callers turn PLOMB_DER_MALFORMED
 * into their own reason.
 */
#ifndef PLOMB_DER_H
#define PLOMB_DER_H

#include "view.h"

#define PLOMB_DER_BOOLEAN     0x01
#define PLOMB_DER_INTEGER     0x02
#define PLOMB_DER_BIT_STRING  0x03
#define PLOMB_DER_OCTETS      0x04
#define PLOMB_DER_NULL        0x05
#define PLOMB_DER_OID         0x06
#define PLOMB_DER_UTF8        0x0C
#define PLOMB_DER_UTCTIME     0x17
#define PLOMB_DER_GENTIME     0x18
#define PLOMB_DER_SEQUENCE    0x30
#define PLOMB_DER_SET         0x31
#define PLOMB_DER_CONTEXT(n)  (0x80 | (n)) /* implicit, primitive */
#define PLOMB_DER_CONTEXT_CONSTRUCTED(n) (0xA0 | (n))

/* The bytes of one level, and how far they were read. */
typedef struct {
	plomb_view in;
	size_t at;
} plomb_der;

typedef struct {
	unsigned tag;
	plomb_view whole; /* identifier, length and content */
	plomb_view body;  /* content */
} plomb_tlv;

plomb_der plomb_der_open(plomb_view in);
/* At the end of this level. */
int plomb_der_end(const plomb_der *der);
/* The next element's tag; 0 at the end. */
unsigned plomb_der_peek(const plomb_der *der);
/* Any element. PLOMB_DER_MALFORMED at the end, for bad lengths, for multi-octet tags and tag 0. */
PLOMB_MUST_CHECK plomb_status plomb_der_next(plomb_der *der, plomb_tlv *tlv);
/* An element with this tag, or PLOMB_DER_MALFORMED. */
PLOMB_MUST_CHECK plomb_status plomb_der_take(plomb_der *der, unsigned tag, plomb_tlv *tlv);
/* The same, opened: inner is the element's content. */
PLOMB_MUST_CHECK plomb_status plomb_der_enter(plomb_der *der, unsigned tag, plomb_der *inner);
/* One element with this tag and nothing after it. */
PLOMB_MUST_CHECK plomb_status plomb_der_only(plomb_view in, unsigned tag, plomb_tlv *tlv);

/* Content checks of primitive types; each PLOMB_OK or PLOMB_DER_MALFORMED. */
PLOMB_MUST_CHECK plomb_status plomb_der_integer_check(plomb_view body); /* minimal, any sign */
PLOMB_MUST_CHECK plomb_status plomb_der_unsigned(plomb_view body, plomb_view *magnitude); /* not negative; without the leading zero octet, "0" is empty */
PLOMB_MUST_CHECK plomb_status plomb_der_small(plomb_view body, uint32_t *value); /* not negative, below 2^31 */
PLOMB_MUST_CHECK plomb_status plomb_der_boolean(plomb_view body, int *value); /* 00 or FF */
PLOMB_MUST_CHECK plomb_status plomb_der_bits(plomb_view body, plomb_view *octets); /* BIT STRING with 0 unused bits */
PLOMB_MUST_CHECK plomb_status plomb_der_oid_check(plomb_view body); /* minimal arcs below 2^31, at most 64 octets */
/* UTCTime or GeneralizedTime of a certificate (Z, seconds, no fraction). */
PLOMB_MUST_CHECK plomb_status plomb_der_time(const plomb_tlv *tlv, plomb_time *time);
/* GeneralizedTime of a TSTInfo: a fraction is allowed, at most nine digits without trailing zeros. */
PLOMB_MUST_CHECK plomb_status plomb_der_gentime(plomb_view body, plomb_time *time);

/*
 * AlgorithmIdentifier: the OID's content and the parameters' whole element
 * ({NULL,0} if absent).
 */
PLOMB_MUST_CHECK plomb_status plomb_der_algorithm(plomb_der *der, plomb_view *oid, plomb_view *parameters);

/* Dotted text such as "1.3.6.1.4.1.57264.1.8" to the body of a DER OID; for options. PLOMB_OK or PLOMB_CONFIG_INVALID. */
PLOMB_MUST_CHECK plomb_status plomb_oid_from_text(plomb_view text, unsigned char out[64], size_t *n);

/* SEQUENCE{INTEGER r, INTEGER s} to r||s of 2 * half bytes: PLOMB_OK or PLOMB_SIGNATURE_MALFORMED (SPEC 3.4). Zero is malformed. */
PLOMB_MUST_CHECK plomb_status plomb_der_ecdsa(plomb_view sig, size_t half, unsigned char *raw);

/*
 * Writes identifier and minimal length octets for n octets of content, which
 * are fewer than 2^16; returns how many, at most 4.
 */
size_t plomb_der_put_header(unsigned char out[4], unsigned tag, size_t n);

#endif
