/*
 * Targets plomb_tuf_root_load and plomb_tuf_root_next. Holds: a root that is
 * accepted is not accepted as its own successor.
 */
#include <stdlib.h>

#include "../src/core/tuf.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static unsigned char buffer[2 << 20];
	plomb_tuf_root root, next;
	plomb_work work;
	plomb_ctx ctx;
	plomb_view text;

	text.p = in;
	text.n = len;
	plomb_work_init(&work, buffer, sizeof buffer);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	if (plomb_tuf_root_load(&ctx, text, &root) == PLOMB_OK
		&& plomb_tuf_root_next(&ctx, &root, text, &next) == PLOMB_OK)
	{
		abort();
	}
	return 0;
}
