/* X.509 certificates as Fulcio and timestamp authorities make them (SPEC 4; RFC 5280), and paths of them. */
#ifndef PLOMB_CERT_H
#define PLOMB_CERT_H

#include "key.h"

#define PLOMB_MAX_HELPERS 32 /* untrusted certificates offered for a path; a timestamp brings 3 at most */

#define PLOMB_KU_DIGITAL_SIGNATURE 0x01u
#define PLOMB_KU_CERT_SIGN         0x20u /* bit 5 of KeyUsage */

/* Signature algorithm of a certificate. */
typedef enum {
	PLOMB_CERT_ALG_UNKNOWN = 0,
	PLOMB_CERT_ALG_ECDSA_SHA256, PLOMB_CERT_ALG_ECDSA_SHA384, PLOMB_CERT_ALG_ECDSA_SHA512,
	PLOMB_CERT_ALG_RSA_SHA256, PLOMB_CERT_ALG_RSA_SHA384, PLOMB_CERT_ALG_RSA_SHA512,
	PLOMB_CERT_ALG_ED25519
} plomb_cert_alg;

/* Views into der. */
struct plomb_cert {
	plomb_view der;
	plomb_view tbs;        /* whole element: what is signed */
	plomb_view before_extensions; /* content of tbs up to the [3] wrapper */
	plomb_view serial;     /* INTEGER's content */
	plomb_view issuer, subject; /* Name, whole elements */
	plomb_view spki;       /* whole element */
	plomb_view extensions; /* content of the SEQUENCE OF Extension; absent: {NULL,0} */
	plomb_view signature;  /* octets of the BIT STRING */
	plomb_cert_alg alg;
	plomb_time not_before, not_after;
	int version; /* 1, 2, 3 */
	int has_basic, is_ca;
	int path_len; /* -1: none */
	int has_key_usage;
	unsigned key_usage; /* PLOMB_KU_… with bit i of KeyUsage at 1 << i */
	int has_eku, eku_critical, eku_code_signing, eku_timestamping, eku_any;
	unsigned eku_count;
	int has_name_constraints;
	int has_unknown_critical;
	plomb_view unknown_critical; /* its OID */
	plomb_view san;   /* content of GeneralNames; absent: {NULL,0} */
	plomb_view ski;   /* subjectKeyIdentifier octets */
	plomb_view aki;   /* authorityKeyIdentifier keyIdentifier octets */
	plomb_view sct;   /* content of the inner OCTET STRING; absent: {NULL,0} */
	int has_sct_extension; /* present, even if empty or malformed inside */
};

/*
 * Strict parse: PLOMB_CERT_MALFORMED (DER, trailing bytes, duplicate
 * extension, CT poison, non-canonical anything, IA5String with NUL or
 * non-ASCII), PLOMB_LIMIT_EXCEEDED over PLOMB_MAX_CERT_BYTES or 64
 * extensions. An algorithm that is not known is alg UNKNOWN (or the key's own
 * refusal when it is used), an unknown critical extension is only noted: both
 * are refused when a path is checked. A negative or empty serial is
 * malformed. After a refusal *cert is zeroed.
 */
PLOMB_MUST_CHECK plomb_status plomb_cert_parse(plomb_view der, plomb_cert *cert);

/*
 * The content of an extension's OCTET STRING by OID content; PLOMB_UNSET if
 * the certificate does not have it.
 */
PLOMB_MUST_CHECK plomb_status plomb_cert_extension(const plomb_cert *cert, plomb_view oid, plomb_view *value);

/* The certificate's signature verifies under the key: PLOMB_OK, PLOMB_CERT_ALG_UNSUPPORTED, PLOMB_CERT_SIGNATURE_INVALID, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_cert_signed_by(plomb_ctx *ctx, const plomb_cert *cert, const plomb_key *issuer);

typedef enum {
	PLOMB_FOR_CODE_SIGNING,
	PLOMB_FOR_TIMESTAMPING
} plomb_purpose;

/*
 * A path from leaf to one authority at each of the given times (SPEC 4.2):
 * anchor is the last certificate of the authority's chain, the others are
 * intermediates; helpers are untrusted further intermediates (may be NULL).
 * Signatures are checked once, everything that depends on time at every time.
 * For code signing the path also goes through BearSSL's X.509 engine exactly
 * as FOOTPRINT 3.6 says (where the engine knows its algorithms). The leaf's
 * own profile is checked for code signing; that of a timestamp's signer is
 * timestamp.c's question, and it may be one of the authority's certificates
 * other than the anchor. Name constraints are refused where critical, not
 * processed. On success *issuer is the certificate that issued the leaf
 * (points into authority's array or helpers).
 *
 * PLOMB_CERT_UNTRUSTED if no path by name; PLOMB_CERT_SIGNATURE_INVALID;
 * PLOMB_CERT_NOT_YET_VALID, PLOMB_CERT_EXPIRED (leaf);
 * PLOMB_CERT_CA_NOT_VALID_AT_TIME; PLOMB_CERT_CA_OUTSIDE_VALIDITY;
 * PLOMB_CERT_CA_CONSTRAINT; PLOMB_CERT_EKU_MISSING; PLOMB_CERT_KEY_USAGE;
 * PLOMB_CERT_IS_CA; PLOMB_CERT_ALG_UNSUPPORTED;
 * PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION; PLOMB_LIMIT_EXCEEDED; PLOMB_NO_ROOM.
 * With several paths the reason is that of the one that got furthest; another
 * reason than the signature is only given for a path whose signatures verify.
 * time_count is at least 1.
 */
PLOMB_MUST_CHECK plomb_status plomb_path_verify(plomb_ctx *ctx, const plomb_cert *leaf,
	const plomb_authority *authority, const plomb_cert *helpers, size_t helper_count,
	plomb_purpose purpose, const plomb_time *times, size_t time_count,
	const plomb_cert **issuer);

/*
 * Rank of a reason of plomb_path_verify, for choosing the one that got
 * furthest; larger is further, 0 is none of them.
 */
int plomb_path_rank(plomb_status status);

#endif
