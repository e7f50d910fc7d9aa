/* Entries in Rekor 1 and 2 (SPEC 13.7): the request, and the entry that came back in the bundle's form. */
#ifndef PLOMB_SIGN_REKOR_H
#define PLOMB_SIGN_REKOR_H

#include "private_key.h"
#include "writer.h"

#define PLOMB_MAX_REKOR_ANSWER (1u << 20) /* a real one has some ten thousand bytes */

/* What is to be logged. */
typedef struct {
	plomb_view certificate;   /* DER; absent: the key itself is logged */
	const plomb_key *key;     /* that signed, also beside a certificate */
	plomb_hash hash;          /* that the signature was made with */
	plomb_message *message;   /* that was signed: PAE, payload or artifact */
	plomb_view signature;
	plomb_view envelope;      /* of DSSE: the envelope's JSON, for Rekor 1; else absent */
} plomb_rekor_request;

/* Body for POST {rekor}/api/v1/log/entries: hashedrekord 0.0.1, or dsse 0.0.1 if there is an envelope. */
PLOMB_MUST_CHECK plomb_status plomb_rekor_v1_request(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view *json);
/* Body for POST {rekor}/api/v2/log/entries: hashedRekordRequestV002, of DSSE over the PAE. */
PLOMB_MUST_CHECK plomb_status plomb_rekor_v2_request(plomb_ctx *ctx, const plomb_rekor_request *request, plomb_view *json);

/*
 * The answer as a TransparencyLogEntry of a bundle (JSON in work). Whether it
 * is our entry and in a log we trust is found out by verifying the bundle.
 * PLOMB_REKOR_ANSWER_MALFORMED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_rekor_v1_read(plomb_ctx *ctx, plomb_view json, plomb_view *entry);
PLOMB_MUST_CHECK plomb_status plomb_rekor_v2_read(plomb_ctx *ctx, plomb_view json, plomb_view *entry);

/* cosign 2's bundle annotation {"SignedEntryTimestamp","Payload"} of a Rekor 1 answer. */
PLOMB_MUST_CHECK plomb_status plomb_rekor_v1_annotation(plomb_ctx *ctx, plomb_view json, plomb_view *annotation);

#endif
