/* in-toto statements (SPEC 9). */
#ifndef PLOMB_STATEMENT_H
#define PLOMB_STATEMENT_H

#include "json.h"
#include "hash.h"

typedef struct {
	plomb_json doc;
	plomb_view predicate_type;
	uint32_t subjects;  /* token of the array */
	uint32_t predicate; /* token, may be PLOMB_JSON_NONE */
} plomb_statement;

/* PLOMB_STATEMENT_MALFORMED (also duplicate keys), PLOMB_STATEMENT_TYPE_UNSUPPORTED, PLOMB_SUBJECT_MISSING, PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_statement_parse(plomb_ctx *ctx, plomb_view payload, plomb_statement *statement);

/*
 * The first subject whose digest under a hash that the artifact's is known
 * under is the artifact's (sha256, sha384, sha512; lower-case hex):
 * PLOMB_OK and its token, or PLOMB_SUBJECT_MISMATCH with detail.
 */
PLOMB_MUST_CHECK plomb_status plomb_statement_subject(plomb_ctx *ctx, const plomb_statement *statement,
	plomb_message *artifact, uint32_t *subject);

/*
 * The artifact's digest as "sha256:…" (or the first hash that it is known
 * under) in ctx->work, for ctx->detail; {NULL,0} if there is none or no room.
 */
plomb_view plomb_artifact_text(plomb_ctx *ctx, plomb_message *artifact);

/* The annotations object of a subject, PLOMB_JSON_NONE if absent. */
uint32_t plomb_statement_annotations(const plomb_statement *statement, uint32_t subject);

#endif
