/*
 * Targets plomb_tuf_timestamp_next and plomb_tuf_timestamp_expires. Input: what
 * is signed of two timestamps. Holds: an accepted one with a changed bit is
 * refused, one that has expired is refused; after a timestamp none is accepted
 * that is older or leads to an older snapshot, and of two with one version the
 * first stays.
 */
#include "tuf_toy.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
check_order(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_timestamp *trusted, plomb_view bytes)
{
	plomb_tuf_timestamp next, alone;

	if (plomb_tuf_timestamp_next(ctx, root, trusted, bytes, NULL, &next) != PLOMB_OK) {
		return;
	}
	must(next.file.version >= trusted->file.version && next.snapshot.version >= trusted->snapshot.version);
	must(next.file.version >= 1 && next.snapshot.version >= 1);
	if (next.file.version == trusted->file.version) {
		must(next.snapshot.version == trusted->snapshot.version && plomb_time_cmp(&next.file.expires, &trusted->file.expires) == 0);
	}
	/* What was trusted before never makes anything acceptable. */
	must(plomb_tuf_timestamp_next(ctx, root, NULL, bytes, NULL, &alone) == PLOMB_OK);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_tuf_timestamp first, second, ignored;
	plomb_view rest, one, two, flipped;
	plomb_crypto crypto;
	plomb_tuf_root root;
	plomb_work work;
	plomb_time time;
	plomb_ctx ctx;

	rest.p = in;
	rest.n = len;
	toy_start(&work, &ctx, &crypto, &root);
	one = toy_file(&work, PLOMB_TUF_ROLE_TIMESTAMP, toy_next(&rest));
	two = toy_file(&work, PLOMB_TUF_ROLE_TIMESTAMP, toy_next(&rest));
	if (plomb_tuf_timestamp_next(&ctx, &root, NULL, one, NULL, &first) != PLOMB_OK) {
		return 0;
	}
	must(plomb_tuf_timestamp_expires(&ctx, one, &time) == PLOMB_OK && plomb_time_cmp(&time, &first.file.expires) == 0);
	must(plomb_tuf_timestamp_next(&ctx, &root, NULL, one, &time, &ignored) == PLOMB_TUF_EXPIRED);
	if (toy_flip(&work, one, toy_number(in, len), &flipped)) {
		must(plomb_tuf_timestamp_next(&ctx, &root, NULL, flipped, NULL, &ignored) != PLOMB_OK);
	}
	check_order(&ctx, &root, &first, one);
	check_order(&ctx, &root, &first, two);
	/* Whichever came first: never down. */
	if (plomb_tuf_timestamp_next(&ctx, &root, NULL, two, NULL, &second) == PLOMB_OK && first.file.version != second.file.version) {
		must(plomb_tuf_timestamp_next(&ctx, &root, &first, two, NULL, &ignored) != PLOMB_OK
			|| plomb_tuf_timestamp_next(&ctx, &root, &second, one, NULL, &ignored) != PLOMB_OK);
	}
	return 0;
}
