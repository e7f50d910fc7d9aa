/* Inclusion proofs against a reference that follows RFC 6962 word by word. */
#include "entry_support.h"

#define LARGEST 39

typedef unsigned char hash[PLOMB_HASH_LEN];

static const plomb_crypto *const C = &plomb_crypto_default;

static void
ref_node(const hash left, const hash right, hash out)
{
	unsigned char text[1 + 2 * PLOMB_HASH_LEN];
	plomb_view view;

	text[0] = 1;
	memcpy(text + 1, left, PLOMB_HASH_LEN);
	memcpy(text + 1 + PLOMB_HASH_LEN, right, PLOMB_HASH_LEN);
	view.p = text;
	view.n = sizeof text;
	plomb_hash_of(C, PLOMB_SHA256, view, out);
}

/* The largest power of two smaller than n. */
static size_t
split(size_t n)
{
	size_t k = 1;

	while (2 * k < n) {
		k *= 2;
	}
	return k;
}

/* MTH of RFC 6962, section 2.1. */
static void
ref_root(hash *leaves, size_t n, hash out)
{
	hash left, right;

	if (n == 1) {
		memcpy(out, leaves[0], PLOMB_HASH_LEN);
		return;
	}
	ref_root(leaves, split(n), left);
	ref_root(leaves + split(n), n - split(n), right);
	ref_node(left, right, out);
}

/* PATH of RFC 6962, section 2.1.1. */
static size_t
ref_path(size_t m, hash *leaves, size_t n, hash *path)
{
	size_t k = split(n), used;

	if (n == 1) {
		return 0;
	}
	if (m < k) {
		used = ref_path(m, leaves, k, path);
		ref_root(leaves + k, n - k, path[used]);
		return used + 1;
	}
	used = ref_path(m - k, leaves + k, n - k, path);
	ref_root(leaves, k, path[used]);
	return used + 1;
}

static void
make_leaves(hash *leaves, size_t n)
{
	size_t i;

	for (i = 0; i < n; i ++) {
		unsigned char byte = (unsigned char)i;
		plomb_view view;

		view.p = &byte;
		view.n = 1;
		plomb_merkle_leaf(C, view, leaves[i]);
	}
}

static void
test_leaf_of_nothing(void **state)
{
	/* RFC 6962's H(0x00): SHA-256 of one zero byte. */
	static const unsigned char WANT[4] = { 0x6e, 0x34, 0x0b, 0x9c };
	plomb_view none = { NULL, 0 };
	hash leaf;

	(void)state;
	plomb_merkle_leaf(C, none, leaf);
	assert_memory_equal(leaf, WANT, sizeof WANT);
}

/* Every position of every tree up to 39 leaves, and what an attacker makes of each. */
static void
test_all_positions(void **state)
{
	hash leaves[LARGEST], path[8], root;
	size_t size, index, other, i;

	(void)state;
	make_leaves(leaves, LARGEST);
	for (size = 1; size <= LARGEST; size ++) {
		ref_root(leaves, size, root);
		for (index = 0; index < size; index ++) {
			plomb_proof proof;

			proof.count = ref_path(index, leaves, size, path);
			proof.siblings = path[0];
			proof.size = size;
			for (other = 0; other < size; other ++) {
				plomb_status want = other == index ? PLOMB_OK : PLOMB_UNSET, got;

				proof.index = other;
				got = plomb_merkle_verify(C, &proof, leaves[index], root);
				assert_true(want == PLOMB_OK ? got == PLOMB_OK
					: got == PLOMB_TLOG_PROOF_INVALID || got == PLOMB_TLOG_PROOF_MALFORMED);
			}
			proof.index = index;
			for (i = 0; i < proof.count; i ++) {
				path[i][i % PLOMB_HASH_LEN] ^= 1;
				assert_int_equal(plomb_merkle_verify(C, &proof, leaves[index], root), PLOMB_TLOG_PROOF_INVALID);
				path[i][i % PLOMB_HASH_LEN] ^= 1;
			}
			proof.count ++;
			assert_int_equal(plomb_merkle_verify(C, &proof, leaves[index], root), PLOMB_TLOG_PROOF_MALFORMED);
			proof.count --;
			if (proof.count != 0) {
				proof.count --;
				assert_int_equal(plomb_merkle_verify(C, &proof, leaves[index], root), PLOMB_TLOG_PROOF_MALFORMED);
			}
		}
	}
}

static void
test_rows(void **state)
{
	static const struct {
		const char *name;
		uint64_t index, size;
		size_t count;
		int damage; /* byte of the path, or -1 */
		plomb_status want;
	} ROWS[] = {
		{ "as published", 3, 4, 2, -1, PLOMB_OK },
		{ "other leaf's position", 2, 4, 2, -1, PLOMB_TLOG_PROOF_INVALID },
		{ "damaged sibling", 3, 4, 2, 40, PLOMB_TLOG_PROOF_INVALID },
		{ "one sibling short", 3, 4, 1, -1, PLOMB_TLOG_PROOF_MALFORMED },
		{ "one sibling more", 3, 4, 3, -1, PLOMB_TLOG_PROOF_MALFORMED },
		{ "no siblings", 3, 4, 0, -1, PLOMB_TLOG_PROOF_MALFORMED },
		{ "index past the end", 4, 4, 2, -1, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "index of 2^64 - 1", UINT64_MAX, 4, 2, -1, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "an empty tree", 0, 0, 0, -1, PLOMB_TLOG_PROOF_INDEX_RANGE },
		{ "size of 2^64 - 1", 3, UINT64_MAX, 2, -1, PLOMB_TLOG_PROOF_MALFORMED },
		{ "last leaf of 2^63", (UINT64_C(1) << 63) - 1, UINT64_C(1) << 63, 3, -1, PLOMB_TLOG_PROOF_MALFORMED },
		{ "last leaf of 2^64 - 1", UINT64_MAX - 1, UINT64_MAX, 3, -1, PLOMB_TLOG_PROOF_MALFORMED },
		{ "smaller tree", 1, 2, 2, -1, PLOMB_TLOG_PROOF_MALFORMED },
	};
	hash leaves[4], path[3], root;
	size_t i;

	(void)state;
	make_leaves(leaves, 4);
	ref_root(leaves, 4, root);
	for (i = 0; i < sizeof ROWS / sizeof ROWS[0]; i ++) {
		plomb_proof proof;

		memset(path, 0, sizeof path);
		(void)ref_path(3, leaves, 4, path);
		if (ROWS[i].damage >= 0) {
			path[ROWS[i].damage / PLOMB_HASH_LEN][ROWS[i].damage % PLOMB_HASH_LEN] ^= 1;
		}
		proof.index = ROWS[i].index;
		proof.size = ROWS[i].size;
		proof.siblings = path[0];
		proof.count = ROWS[i].count;
		expect_status(ROWS[i].name, plomb_merkle_verify(C, &proof, leaves[3], root), ROWS[i].want);
	}
}

/* A leaf's text that is an inner node's must not have its hash: the prefixes differ. */
static void
test_second_preimage(void **state)
{
	hash leaves[2], root, fake;
	plomb_proof proof = { 0, 1, NULL, 0 };
	plomb_view text;

	(void)state;
	make_leaves(leaves, 2);
	ref_root(leaves, 2, root);
	text.p = leaves[0];
	text.n = sizeof leaves;
	plomb_merkle_leaf(C, text, fake);
	assert_int_equal(plomb_merkle_verify(C, &proof, fake, root), PLOMB_TLOG_PROOF_INVALID);
	assert_int_equal(plomb_merkle_verify(C, &proof, root, root), PLOMB_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaf_of_nothing),
		cmocka_unit_test(test_all_positions),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_second_preimage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
