/*
 * Target: plomb_merkle_verify, plomb_merkle_leaf.
 * Input: root (32), index (8), size (8), count of siblings (1), siblings, then
 * the entry to the end. If the first byte of root is odd, the root is made by
 * walking the proof the slow way, so that good proofs are met often.
 * Holds: no read outside the input; the number of siblings that fits is
 * the one of RFC 6962; an accepted proof stops being accepted as soon as a
 * bit of a sibling, of the leaf or of the root changes.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/merkle.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static uint64_t
read_u64(const unsigned char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i ++) {
		v = v << 8 | p[i];
	}
	return v;
}

static void
node(const unsigned char *left, const unsigned char *right, unsigned char *out)
{
	unsigned char text[1 + 2 * PLOMB_HASH_LEN];
	plomb_view view;

	text[0] = 1;
	memcpy(text + 1, left, PLOMB_HASH_LEN);
	memcpy(text + 1 + PLOMB_HASH_LEN, right, PLOMB_HASH_LEN);
	view.p = text;
	view.n = sizeof text;
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, view, out);
}

/* The formula of SPEC 6.2, another way than the code's: inner and border; 0 if the shape is wrong. */
static int
slow_root(const plomb_proof *p, const unsigned char *leaf, unsigned char *root)
{
	uint64_t differ = p->index ^ (p->size - 1), border_bits;
	size_t inner = 0, border = 0, i;

	while (differ != 0) {
		inner ++;
		differ >>= 1;
	}
	border_bits = inner == 64 ? 0 : p->index >> inner;
	while (border_bits != 0) {
		border += border_bits & 1;
		border_bits >>= 1;
	}
	if (p->count != inner + border) {
		return 0;
	}
	memcpy(root, leaf, PLOMB_HASH_LEN);
	for (i = 0; i < p->count; i ++) {
		const unsigned char *sibling = p->siblings + i * PLOMB_HASH_LEN;

		if (i < inner && (p->index >> i & 1) == 0) {
			node(root, sibling, root);
		} else {
			node(sibling, root, root);
		}
	}
	return 1;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	unsigned char siblings[PLOMB_MAX_PROOF_HASHES * PLOMB_HASH_LEN], leaf[PLOMB_HASH_LEN], root[PLOMB_HASH_LEN];
	const plomb_crypto *crypto = &plomb_crypto_default;
	plomb_status want, got;
	plomb_view entry;
	plomb_proof proof;
	size_t at = 49, n;

	if (len < at) {
		return 0;
	}
	memcpy(root, in, sizeof root);
	proof.index = read_u64(in + 32);
	proof.size = read_u64(in + 40);
	proof.count = in[48] % (PLOMB_MAX_PROOF_HASHES + 1);
	n = proof.count * PLOMB_HASH_LEN;
	if (len - at < n) {
		return 0;
	}
	memcpy(siblings, in + at, n);
	proof.siblings = siblings;
	entry.p = in + at + n;
	entry.n = len - at - n;
	plomb_merkle_leaf(crypto, entry, leaf);

	if (proof.size == 0 || proof.index >= proof.size) {
		want = PLOMB_TLOG_PROOF_INDEX_RANGE;
	} else {
		unsigned char right[PLOMB_HASH_LEN];

		if (!slow_root(&proof, leaf, right)) {
			want = PLOMB_TLOG_PROOF_MALFORMED;
		} else {
			if (in[0] & 1) {
				memcpy(root, right, sizeof root);
			}
			want = memcmp(root, right, sizeof root) == 0 ? PLOMB_OK : PLOMB_TLOG_PROOF_INVALID;
		}
	}
	got = plomb_merkle_verify(crypto, &proof, leaf, root);
	if (got != want) {
		abort();
	}
	if (got != PLOMB_OK) {
		return 0;
	}
	leaf[in[1] % PLOMB_HASH_LEN] ^= 1;
	if (plomb_merkle_verify(crypto, &proof, leaf, root) != PLOMB_TLOG_PROOF_INVALID) {
		abort();
	}
	leaf[in[1] % PLOMB_HASH_LEN] ^= 1;
	root[in[2] % PLOMB_HASH_LEN] ^= 1;
	if (plomb_merkle_verify(crypto, &proof, leaf, root) != PLOMB_TLOG_PROOF_INVALID) {
		abort();
	}
	root[in[2] % PLOMB_HASH_LEN] ^= 1;
	if (n != 0) {
		siblings[in[3] % n] ^= 1;
		if (plomb_merkle_verify(crypto, &proof, leaf, root) != PLOMB_TLOG_PROOF_INVALID) {
			abort();
		}
	}
	return 0;
}
