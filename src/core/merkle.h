/*
 * Merkle inclusion proofs (RFC 6962, section 2.1).
 *
 * A proof says: "the leaf at this index is in the tree of this size whose
 * root is this hash". It says nothing about who published the root; that is
 * checkpoint.h's question. Callers check both.
 *
 * Untrusted: every argument. Memory: one SHA-256 context on the stack.
 */
#ifndef PLOMB_MERKLE_H
#define PLOMB_MERKLE_H

#include "hash.h"

#define PLOMB_HASH_LEN 32

typedef struct {
	uint64_t index;                 /* of the leaf, counted from 0 */
	uint64_t size;                  /* leaves in the tree, at least 1 */
	const unsigned char *siblings;  /* count hashes, leaf level first */
	size_t count;
} plomb_proof;

/* H(0x00 || entry). */
void plomb_merkle_leaf(const plomb_crypto *crypto, plomb_view entry, unsigned char leaf[PLOMB_HASH_LEN]);

/*
 * Walk from leaf to root and compare: PLOMB_OK, PLOMB_TLOG_PROOF_INDEX_RANGE
 * if the index is not in the tree, PLOMB_TLOG_PROOF_MALFORMED if size and
 * count do not fit together, PLOMB_TLOG_PROOF_INVALID if the walk ends in a
 * different root.
 */
PLOMB_MUST_CHECK plomb_status plomb_merkle_verify(const plomb_crypto *crypto, const plomb_proof *proof,
	const unsigned char leaf[PLOMB_HASH_LEN], const unsigned char root[PLOMB_HASH_LEN]);

#endif
