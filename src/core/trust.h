/* The trust root as it was loaded (SPEC 2.1). */
#ifndef PLOMB_TRUST_H
#define PLOMB_TRUST_H

#include "cert.h"

/* How a log signs, from keyDetails. */
struct plomb_log {
	plomb_view base_url;
	plomb_view host;      /* of base_url, without scheme, port and path; may be absent */
	plomb_view log_id;    /* keyId bytes: a lookup key, never recomputed */
	plomb_view operator_; /* may be absent */
	plomb_key key;        /* .valid is the log's validFor */
	plomb_hash hash;      /* the hash of its signatures; NONE: pure Ed25519 */
	plomb_status usable;  /* PLOMB_OK, or why the key cannot be used: refused only when needed */
};

/* A certificate authority or timestamp authority. */
struct plomb_authority {
	plomb_view uri;
	plomb_view operator_;
	const plomb_cert *certs; /* in the file's order: the last is the anchor */
	size_t cert_count;
	plomb_window valid;
};

/* PublicKeyDetails (SPEC 2.1): how a key's bytes are read and which scheme it signs with. */
typedef struct {
	const char *name;
	unsigned char number;   /* the enum's value in protobuf */
	plomb_key_kind kind;
	plomb_hash hash;        /* NONE: pure Ed25519 */
	unsigned short modulus; /* bytes, of RSA; 0: any */
	unsigned char is_pkcs1; /* RSAPublicKey instead of SubjectPublicKeyInfo */
	unsigned char logged;   /* an entry of Rekor v2 may say so of its signer */
} plomb_key_details;
/* Those that are supported; NULL past the end. */
const plomb_key_details *plomb_key_details_at(size_t i);

/* By logId.keyId; NULL if there is none. */
const plomb_log *plomb_trust_tlog(const plomb_trust *trust, plomb_view log_id);
const plomb_log *plomb_trust_ctlog(const plomb_trust *trust, plomb_view log_id);

/* The same log: one key, whatever it is called. */
int plomb_log_is(const plomb_log *a, const plomb_log *b);

/*
 * The same log or operator, for counting distinct ones: one key is one log
 * whatever its operators are called, and so are two logs of one operator.
 */
int plomb_log_same(const plomb_log *a, const plomb_log *b);

#endif
