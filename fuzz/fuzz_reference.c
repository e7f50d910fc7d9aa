/*
 * Targets plomb_reference_parse and plomb_digest_parse.
 *
 * Input: a reference. Holds, if it is accepted:
 * - its parts are made of the few characters that a URL and a path can take
 *   as they are; nothing climbs, nothing is empty that must not be;
 * - written again from its parts it is accepted and has the same parts.
 */
#include <stdlib.h>

#include "../src/core/base64.h"
#include "../src/oci/reference.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
is_plain(plomb_view part)
{
	size_t i;

	for (i = 0; i < part.n; i ++) {
		unsigned char c = part.p[i];

		must((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
			|| memchr("-._/:[]", c, 7) != NULL);
		must(c != '/' || (i != 0 && i + 1 != part.n && part.p[i - 1] != '/'));
	}
}

static void
does_not_climb(plomb_view path)
{
	size_t i;

	for (i = 1; i < path.n; i ++) {
		must(path.p[i] != '.' || path.p[i - 1] != '.');
	}
}

static size_t
put(unsigned char *out, size_t at, plomb_view part)
{
	memcpy(out + at, part.p, part.n);
	return at + part.n;
}

static void
same_when_written_again(const plomb_reference *first)
{
	static unsigned char out[2048];
	plomb_view text, bytes;
	plomb_reference again;
	size_t n = 0;

	n = put(out, n, first->registry);
	n = put(out, n, plomb_view_of("/"));
	n = put(out, n, first->repository);
	if (first->tag.n != 0) {
		n = put(out, n, plomb_view_of(":"));
		n = put(out, n, first->tag);
	}
	if (first->has_digest) {
		n = put(out, n, plomb_view_of("@"));
		n = put(out, n, plomb_view_of(plomb_hash_name(first->digest.hash)));
		n = put(out, n, plomb_view_of(":"));
		bytes.p = first->digest.bytes;
		bytes.n = plomb_hash_len(first->digest.hash);
		plomb_hex_encode(out + n, bytes);
		n += 2 * bytes.n;
	}
	text.p = out;
	text.n = n;
	must(plomb_reference_parse(text, &again) == PLOMB_OK);
	must(plomb_view_eq(again.registry, first->registry));
	must(plomb_view_eq(again.repository, first->repository));
	must(plomb_view_eq(again.tag, first->tag));
	must(again.is_library == first->is_library && again.has_digest == first->has_digest);
	must(memcmp(&again.digest, &first->digest, sizeof again.digest) == 0);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_reference reference;
	plomb_view text;
	plomb_status s;

	text.p = in;
	text.n = len;
	s = plomb_reference_parse(text, &reference);
	must(s == PLOMB_OK || s == PLOMB_REFERENCE_INVALID || s == PLOMB_DIGEST_ALG_UNSUPPORTED);
	if (s != PLOMB_OK) {
		must(reference.registry.n == 0 && reference.repository.n == 0 && !reference.has_digest);
		return 0;
	}
	must(reference.registry.n != 0 && reference.repository.n != 0);
	must(reference.has_digest ? reference.tag.n == 0 : reference.tag.n != 0);
	is_plain(reference.registry);
	is_plain(reference.repository);
	is_plain(reference.tag);
	does_not_climb(reference.repository);
	same_when_written_again(&reference);
	return 0;
}
