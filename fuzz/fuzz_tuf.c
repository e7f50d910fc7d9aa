/*
 * Targets plomb_tuf_root_load and plomb_tuf_root_next. Holds: a root that is
 * accepted is not accepted as its own successor, nor with a changed bit.
 */
#include "tuf_toy.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text, flipped;
	plomb_tuf_root root, next;
	plomb_work work;
	plomb_ctx ctx;

	text.p = in;
	text.n = len;
	plomb_work_init(&work, toy_memory, sizeof toy_memory);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	if (plomb_tuf_root_load(&ctx, text, &root) != PLOMB_OK) {
		return 0;
	}
	must(plomb_tuf_root_next(&ctx, &root, text, &next) != PLOMB_OK);
	if (toy_flip(&work, text, toy_number(in, len), &flipped)) {
		must(plomb_tuf_root_load(&ctx, flipped, &next) != PLOMB_OK);
	}
	return 0;
}
