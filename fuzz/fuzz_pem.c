/*
 * Targets plomb_pem_next and plomb_pem_one.
 *
 * Input: a PEM text. Holds:
 * - each step goes forward, or refuses and stays where it was with nothing
 *   taken; the walk ends;
 * - plomb_pem_one accepts exactly the texts of one block;
 * - a block written again from its label and bytes is read as the same.
 */
#include <stdlib.h>

#include "../src/core/base64.h"
#include "../src/core/pem.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_TEXT 16384

static uint64_t room[MAX_TEXT / 4], room_again[MAX_TEXT / 4];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static size_t
put(unsigned char *out, size_t at, plomb_view text)
{
	memcpy(out + at, text.p, text.n);
	return at + text.n;
}

static void
same_when_written_again(plomb_view label, plomb_view der)
{
	static unsigned char out[3 * MAX_TEXT];
	plomb_view text = { out, 0 }, label_again, der_again;
	plomb_work work;

	text.n = put(out, text.n, plomb_view_of("-----BEGIN "));
	text.n = put(out, text.n, label);
	text.n = put(out, text.n, plomb_view_of("-----\n"));
	text.n += plomb_base64_encode(out + text.n, der);
	text.n = put(out, text.n, plomb_view_of("\n-----END "));
	text.n = put(out, text.n, label);
	text.n = put(out, text.n, plomb_view_of("-----"));
	plomb_work_init(&work, room_again, sizeof room_again);
	must(plomb_pem_one(&work, text, &label_again, &der_again) == PLOMB_OK);
	must(plomb_view_eq(label, label_again) && plomb_view_eq(der, der_again));
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len }, label, der;
	size_t at = 0, blocks = 0;
	plomb_status status;
	plomb_work work;

	if (len > MAX_TEXT) {
		return 0;
	}
	plomb_work_init(&work, room, sizeof room);
	for (;;) {
		size_t before = at, used = work.used;

		status = plomb_pem_next(&work, text, &at, &label, &der);
		if (status != PLOMB_OK) {
			must(work.used == used && label.p == NULL && der.p == NULL);
			must(status == PLOMB_UNSET ? at == len : at == before);
			break;
		}
		must(at > before && at <= len && der.n != 0 && label.n != 0);
		blocks ++;
		same_when_written_again(label, der);
	}
	must(status == PLOMB_UNSET || status == PLOMB_KEY_MALFORMED);
	plomb_work_init(&work, room, sizeof room);
	must((plomb_pem_one(&work, text, &label, &der) == PLOMB_OK) == (blocks == 1 && status == PLOMB_UNSET));
	return 0;
}
