/*
 * Targets plomb_canonical_json. Holds: never longer than the text; the same
 * however often it is asked; what was taken is the result alone.
 */
#include <stdlib.h>

#include "../src/core/canonical_json.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static unsigned char buffer[1 << 20];
	plomb_view text, once, again;
	plomb_work work;
	plomb_json doc;

	text.p = in;
	text.n = len;
	plomb_work_init(&work, buffer, sizeof buffer);
	if (plomb_json_parse(&work, text, &doc) != PLOMB_OK || plomb_canonical_json(&work, &doc, 0, &once) != PLOMB_OK) {
		return 0;
	}
	if (once.n > len || plomb_canonical_json(&work, &doc, 0, &again) != PLOMB_OK || !plomb_view_eq(once, again)) {
		abort();
	}
	return 0;
}
