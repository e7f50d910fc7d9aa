/* Log entries of Rekor v1 and v2: is it in the log, and is it about this signature (SPEC 6, 7). */
#ifndef PLOMB_ENTRY_H
#define PLOMB_ENTRY_H

#include "candidate.h"
#include "checkpoint.h"

/* kindVersion (or, in a cosign 2 layer, the body) says hashedrekord or dsse 0.0.2: Rekor v2. */
int plomb_entry_is_v2(const plomb_entry *entry);

/*
 * Is the entry in a log of the trust root? v1: SET and, where there is one,
 * proof with checkpoint; v2: proof with checkpoint. format decides what is
 * due (SPEC 1.1). On success *log is the log and *time_ok is 1 if
 * integratedTime is bound by a verified SET. An absent logIndex is 0, as
 * protobuf writes it; a v2 entry's SET and integratedTime are not looked at.
 * PLOMB_TLOG_…, PLOMB_CHECKPOINT_…, PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_entry_verify(plomb_ctx *ctx, const plomb_trust *trust,
	plomb_format format, const plomb_entry *entry, const plomb_log **log, int *time_ok);

/*
 * Is the entry about this signature, this key or certificate, this artifact
 * (SPEC 6.4, 7.2)? key is the signer's; cert is NULL unless it came in one.
 * messages are the candidate's. PLOMB_TLOG_…_MISMATCH, PLOMB_TLOG_KIND_…, PLOMB_TLOG_BODY_…,
 * PLOMB_NO_ROOM;
 * PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED with the name of the hash that is
 * needed ("sha512") in detail->want. After a refusal the memory that the
 * detail points into stays taken.
 */
PLOMB_MUST_CHECK plomb_status plomb_entry_bind(plomb_ctx *ctx, const plomb_candidate *candidate,
	const plomb_entry *entry, const plomb_cert *cert, const plomb_key *key, plomb_messages *messages);

#endif
