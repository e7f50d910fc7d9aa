/*
 * TimeStampResp as bytes: the one SignerInfo of the one token (RFC 3161,
 * RFC 5652), taken apart and checked for form. Nothing here is believed:
 * whether it is signed, by whom and about what is timestamp.h's question.
 */
#ifndef PLOMB_TSR_H
#define PLOMB_TSR_H

#include "der.h"

/* What SignerInfo.signatureAlgorithm says. */
typedef enum {
	PLOMB_TSR_ALG_UNKNOWN = 0,
	PLOMB_TSR_ALG_ECDSA,
	PLOMB_TSR_ALG_RSA
} plomb_tsr_alg;

/* Views into the response. */
typedef struct {
	plomb_view content;      /* eContent's octets: TSTInfo */
	plomb_view certificates; /* content of [0]; absent: {NULL,0} */
	plomb_view issuer, serial; /* sid: Name, whole element, and INTEGER's content */
	plomb_view ski;          /* or sid: subjectKeyIdentifier; the other is {NULL,0} */
	plomb_hash digest_hash;  /* digestAlgorithm */
	plomb_view attributes;   /* signedAttrs, whole element with its tag A0; absent: {NULL,0} */
	plomb_view attribute_list; /* its content */
	plomb_tsr_alg alg;
	plomb_hash alg_hash;     /* NONE: signatureAlgorithm names no hash */
	plomb_view signature;

	plomb_hash imprint_hash; /* TSTInfo.messageImprint */
	plomb_view imprint;
	plomb_time time;         /* genTime */
	plomb_view time_text;
	plomb_view nonce;        /* INTEGER's content; absent: {NULL,0} */
} plomb_tsr;

/*
 * PLOMB_TIMESTAMP_MALFORMED, _STATUS_REJECTED, _CONTENT_TYPE,
 * _HASH_UNSUPPORTED (SPEC 8.2); PLOMB_LIMIT_EXCEEDED over PLOMB_MAX_TSR_BYTES.
 */
PLOMB_MUST_CHECK plomb_status plomb_tsr_parse(plomb_view der, plomb_tsr *tsr);

/* The hash of an AlgorithmIdentifier, parameters absent or NULL; NONE if it is another. */
plomb_hash plomb_tsr_hash(plomb_view oid, plomb_view parameters);

#endif
