/*
 * Targets plomb_challenge_next: WWW-Authenticate lines of a hostile registry.
 *
 * Holds: it ends; each challenge takes something off the line; no value has a
 * control character, so that none can end a header that is made of it.
 */
#include <stdlib.h>

#include "../src/oci/auth_challenge.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
is_harmless(plomb_view value)
{
	size_t i;

	for (i = 0; i < value.n; i ++) {
		if (value.p[i] < 0x20 || value.p[i] == 0x7F) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static unsigned char buffer[65536];
	plomb_challenge challenge;
	plomb_view line;
	plomb_work work;

	plomb_work_init(&work, buffer, sizeof buffer);
	line.p = in;
	line.n = len;
	for (;;) {
		size_t before = line.n;

		if (plomb_challenge_next(&work, &line, &challenge) != PLOMB_OK) {
			return 0;
		}
		if (line.n >= before || challenge.scheme.n == 0) {
			abort();
		}
		is_harmless(challenge.scheme);
		is_harmless(challenge.realm);
		is_harmless(challenge.service);
		is_harmless(challenge.scope);
		is_harmless(challenge.error);
	}
}
