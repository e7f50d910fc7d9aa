#include "merkle.h"

/*
 * RFC 6962 prefixes: without them a leaf could be read as an inner node and
 * one root could stand for two trees.
 */
static const unsigned char LEAF_PREFIX[1] = { 0x00 };
static const unsigned char NODE_PREFIX[1] = { 0x01 };

static plomb_view
bytes_of(const unsigned char *p, size_t n)
{
	plomb_view view;

	view.p = p;
	view.n = n;
	return view;
}

/* out may be one of the inputs: both are read before it is written. */
static void
hash_node(const plomb_crypto *crypto, const unsigned char *left,
	const unsigned char *right, unsigned char *out)
{
	plomb_hasher hasher;

	plomb_hasher_init(&hasher, crypto, PLOMB_SHA256);
	plomb_hasher_update(&hasher, bytes_of(NODE_PREFIX, sizeof NODE_PREFIX));
	plomb_hasher_update(&hasher, bytes_of(left, PLOMB_HASH_LEN));
	plomb_hasher_update(&hasher, bytes_of(right, PLOMB_HASH_LEN));
	plomb_hasher_out(&hasher, out);
}

/* see merkle.h */
void
plomb_merkle_leaf(const plomb_crypto *crypto, plomb_view entry,
	unsigned char leaf[PLOMB_HASH_LEN])
{
	plomb_hasher hasher;

	plomb_hasher_init(&hasher, crypto, PLOMB_SHA256);
	plomb_hasher_update(&hasher, bytes_of(LEAF_PREFIX, sizeof LEAF_PREFIX));
	plomb_hasher_update(&hasher, entry);
	plomb_hasher_out(&hasher, leaf);
}

/* see merkle.h */
plomb_status
plomb_merkle_verify(const plomb_crypto *crypto, const plomb_proof *proof,
	const unsigned char leaf[PLOMB_HASH_LEN],
	const unsigned char root[PLOMB_HASH_LEN])
{
	unsigned char node[PLOMB_HASH_LEN];
	uint64_t index, last;
	size_t used;

	/*
	 * Rekor sends index and size as decimal strings, so both can be
	 * anything. An index past the end would turn the walk into a proof
	 * about some other tree.
	 */
	if (proof->size == 0 || proof->index >= proof->size) {
		return PLOMB_TLOG_PROOF_INDEX_RANGE;
	}

	/*
	 * index and last are the positions of our node and of the rightmost
	 * node of its level. When our node is the rightmost one and has no
	 * sibling, it moves up unchanged and consumes nothing.
	 */
	memcpy(node, leaf, sizeof node);
	index = proof->index;
	last = proof->size - 1;
	used = 0;
	while (last != 0) {
		int is_right = (int)(index & 1);

		if (is_right || index != last) {
			const unsigned char *sibling;

			if (used == proof->count) {
				return PLOMB_TLOG_PROOF_MALFORMED;
			}
			sibling = proof->siblings + used * PLOMB_HASH_LEN;
			used ++;
			if (is_right) {
				hash_node(crypto, sibling, node, node);
			} else {
				hash_node(crypto, node, sibling, node);
			}
		}
		index >>= 1;
		last >>= 1;
	}
	if (used != proof->count) {
		return PLOMB_TLOG_PROOF_MALFORMED;
	}
	return memcmp(node, root, sizeof node) == 0
		? PLOMB_OK : PLOMB_TLOG_PROOF_INVALID;
}
