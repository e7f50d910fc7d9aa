/* Checkpoints: signed notes that name a tree's size and root (SPEC 6.3, 7.3; C2SP signed-note, tlog-checkpoint). */
#ifndef PLOMB_CHECKPOINT_H
#define PLOMB_CHECKPOINT_H

#include "merkle.h"
#include "trust.h"

typedef struct {
	plomb_view text;       /* what is signed, with its last newline */
	plomb_view origin;
	uint64_t size;
	unsigned char root[PLOMB_HASH_LEN];
	plomb_view signatures; /* the signature lines */
	size_t line_count;
} plomb_checkpoint;

/* PLOMB_CHECKPOINT_MISSING if empty, PLOMB_CHECKPOINT_MALFORMED. */
PLOMB_MUST_CHECK plomb_status plomb_checkpoint_parse(plomb_view envelope, plomb_checkpoint *checkpoint);

/* The origin ends in " - <digits>": Rekor v1's form. */
int plomb_checkpoint_is_v1(const plomb_checkpoint *checkpoint);

/*
 * v1: key id is the start of H(SPKI); the log was found by logId.
 * PLOMB_CHECKPOINT_KEY_UNKNOWN, _SIGNATURE_INVALID (no line with the key id
 * verifies), PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_checkpoint_verify_v1(plomb_ctx *ctx, const plomb_checkpoint *checkpoint, const plomb_log *log);
/* v2: origin, signature name and host of the log are one; key id as C2SP says. Also PLOMB_CHECKPOINT_ORIGIN_MISMATCH. */
PLOMB_MUST_CHECK plomb_status plomb_checkpoint_verify_v2(plomb_ctx *ctx, const plomb_checkpoint *checkpoint, const plomb_log *log);

/*
 * The v2 log that has a line in it, by name and key id (SPEC 7.3), preferring
 * the one that the origin names; NULL if none. If log_id is not empty it must
 * be that log's. Nothing is verified yet.
 */
const plomb_log *plomb_checkpoint_log_v2(plomb_ctx *ctx, const plomb_checkpoint *checkpoint,
	const plomb_trust *trust, plomb_view log_id);

#endif
