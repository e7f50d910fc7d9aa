/* What the whole-verifier targets share: trust roots by letter, and which signatures exist at all. */
#ifndef PLOMB_FUZZ_WHOLE_H
#define PLOMB_FUZZ_WHOLE_H

#include <stdlib.h>
#include <string.h>

#include "../src/core/hash.h"
#include "../src/core/work.h"
#include "seeds.h"

static inline void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

/* Nobody here can make another signature under these roots. */
static inline int
is_known(plomb_view signature)
{
	unsigned char digest[32];
	size_t i;

	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, signature, digest);
	for (i = 0; i < sizeof known_signatures / sizeof known_signatures[0]; i ++) {
		if (memcmp(known_signatures[i], digest, sizeof digest) == 0) {
			return 1;
		}
	}
	return 0;
}

static inline plomb_view
root_of(unsigned char letter)
{
	plomb_view root = { public_root, sizeof public_root };

	if (letter == 'R') {
		root.p = rekor2_root;
		root.n = sizeof rekor2_root;
	}
	if (letter == 'W') {
		root.p = world_root;
		root.n = sizeof world_root;
	}
	return root;
}

#endif
