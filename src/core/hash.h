/* Hashes through br_hash_class, and messages that are hashed once. */
#ifndef PLOMB_HASH_H
#define PLOMB_HASH_H

#include "work.h"

typedef struct {
	plomb_hash hash;
	const br_hash_class *class_;
	br_hash_compat_context state;
} plomb_hasher;

/* By plomb_hash_name; NONE if there is none of that name. */
plomb_hash plomb_hash_named(plomb_view name);

/* hash must not be NONE. */
void plomb_hasher_init(plomb_hasher *hasher, const plomb_crypto *crypto, plomb_hash hash);
void plomb_hasher_update(plomb_hasher *hasher, plomb_view bytes);
/* Writes plomb_hash_len(hash) bytes. */
void plomb_hasher_out(const plomb_hasher *hasher, unsigned char *out);
/* Of one view. */
void plomb_hash_of(const plomb_crypto *crypto, plomb_hash hash, plomb_view bytes, unsigned char *out);

/*
 * Start an empty message; add parts in order, at most PLOMB_MESSAGE_PARTS.
 * One too many is a mistake of the caller: the message then has no digest and
 * its bytes are PLOMB_INTERNAL_ERROR.
 */
void plomb_message_start(plomb_message *message);
void plomb_message_add(plomb_message *message, plomb_view part);
/*
 * The digest, computed at most once; NULL if only other digests are known.
 */
const unsigned char *plomb_message_digest(plomb_message *message, const plomb_crypto *crypto, plomb_hash hash);
/*
 * All bytes as one view: the part itself if there is one, else a copy in
 * work. PLOMB_NO_ROOM; PLOMB_SIGNATURE_NEEDS_ARTIFACT if only digests are known.
 */
PLOMB_MUST_CHECK plomb_status plomb_message_bytes(plomb_message *message, plomb_work *work, plomb_view *bytes);

#endif
