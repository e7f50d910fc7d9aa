/*
 * Comparing a log entry's body with the signature it came with: what bind.c
 * shares with bind_v1.c and bind_v2.c. The question itself is
 * plomb_entry_bind in entry.h.
 *
 * Each comparison that was ever left out was an advisory (CVE-2022-23649,
 * CVE-2022-36056, CVE-2024-53267, CVE-2026-22703): a log entry that verifies
 * says nothing about this signature until its signature, its key and its
 * digest are compared.
 */
#ifndef PLOMB_BIND_H
#define PLOMB_BIND_H

#include "entry.h"
#include "json.h"

typedef struct {
	plomb_ctx *ctx;
	const plomb_candidate *candidate;
	const plomb_entry *entry;
	const plomb_cert *cert; /* NULL: a bare key */
	const plomb_key *key;   /* the certificate's, if there is one */
	plomb_messages *messages;
	plomb_json doc; /* the body */
	uint32_t spec;  /* token of its spec member */
} plomb_binding;

/* Strict members, all errors of syntax as PLOMB_TLOG_BODY_MALFORMED: bodies are canonical output of a server. */
PLOMB_MUST_CHECK plomb_status plomb_bind_members(plomb_binding *b, uint32_t object,
	const char *const *names, size_t count, uint32_t *values);
/* A string that must be there. */
PLOMB_MUST_CHECK plomb_status plomb_bind_string(plomb_binding *b, uint32_t value, plomb_view *text);

/* Fill in the detail and return the status. */
plomb_status plomb_bind_refuse(plomb_binding *b, plomb_status status, const char *what,
	plomb_view want, plomb_view got);
/* PLOMB_TLOG_SIGNATURE_MISMATCH; got is base64 text of the body. */
plomb_status plomb_bind_refuse_signature(plomb_binding *b, plomb_view got);
/* PLOMB_TLOG_KEY_MISMATCH; got is the DER in the body, shown as SHA-256. */
plomb_status plomb_bind_refuse_key(plomb_binding *b, plomb_view got);

/* The text is the base64 of the candidate's signature. */
PLOMB_MUST_CHECK plomb_status plomb_bind_signature(plomb_binding *b, plomb_view text);
/* DER that the candidate's certificate or key consists of. */
plomb_view plomb_bind_der(const plomb_binding *b);
/* The message's digest under the hash; PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, with the hash's name in detail->want. */
PLOMB_MUST_CHECK plomb_status plomb_bind_digest(plomb_binding *b, plomb_message *message,
	plomb_hash hash, plomb_view *digest);

/* The kinds that are read. */
PLOMB_MUST_CHECK plomb_status plomb_bind_hashedrekord_v001(plomb_binding *b);
PLOMB_MUST_CHECK plomb_status plomb_bind_dsse_v001(plomb_binding *b);
PLOMB_MUST_CHECK plomb_status plomb_bind_intoto_v001(plomb_binding *b);
PLOMB_MUST_CHECK plomb_status plomb_bind_intoto_v002(plomb_binding *b);
PLOMB_MUST_CHECK plomb_status plomb_bind_hashedrekord_v002(plomb_binding *b);
PLOMB_MUST_CHECK plomb_status plomb_bind_dsse_v002(plomb_binding *b);

#endif
