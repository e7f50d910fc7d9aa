/*
 * Targets plomb_base64_decode, plomb_base64_decode_to, plomb_base64_encode,
 * plomb_base64_eq, plomb_hex_decode and plomb_hex_encode.
 *
 * Input: one byte of flags, then a text. Holds:
 * - decoding into work, into a buffer and in place agree;
 * - what the strict form (no flags) accepts is exactly what encoding writes;
 *   plomb_base64_eq says the same, and no longer once a bit is changed;
 * - what is accepted with few flags is accepted alike with more;
 * - any bytes decode to themselves after encoding, also as hex.
 */
#include <stdlib.h>

#include "../src/core/base64.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_TEXT 8192

static uint64_t room[MAX_TEXT / 4];
static unsigned char out[MAX_TEXT], encoded[2 * MAX_TEXT];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
strict(plomb_view text, plomb_view bytes)
{
	must(plomb_base64_encode(encoded, bytes) == text.n);
	must(text.n == 0 || memcmp(encoded, text.p, text.n) == 0);
	must(plomb_base64_eq(text, bytes));
	if (bytes.n != 0) {
		memcpy(out, bytes.p, bytes.n);
		out[bytes.n / 2] ^= 4;
		bytes.p = out;
		must(!plomb_base64_eq(text, bytes));
	}
}

static void
decode(plomb_view text, unsigned flags)
{
	plomb_view bytes, wider, place = { encoded, text.n };
	plomb_status status;
	plomb_work work;
	size_t n, used;

	plomb_work_init(&work, room, sizeof room);
	status = plomb_base64_decode(&work, text, flags, &bytes);
	must(plomb_base64_decode_to(out, text, flags, &n) == status && n == bytes.n);
	must(n == 0 || memcmp(out, bytes.p, n) == 0);
	if (text.n != 0) {
		memcpy(encoded, text.p, text.n);
	}
	must(plomb_base64_decode_to(encoded, place, flags, &n) == status && n == bytes.n);
	must(n == 0 || memcmp(encoded, bytes.p, n) == 0);
	if (status != PLOMB_OK) {
		must(status == PLOMB_BASE64_INVALID && work.used == 0 && bytes.p == NULL);
		return;
	}
	must(bytes.p != NULL && work.used == bytes.n);
	used = work.used;
	must(plomb_base64_decode(&work, text, 7, &wider) == PLOMB_OK && plomb_view_eq(wider, bytes));
	plomb_work_release(&work, used);
	if (flags == 0) {
		strict(text, bytes);
	}
}

static void
round_trip(plomb_view bytes)
{
	plomb_view text = { encoded, 0 };
	size_t n;

	text.n = plomb_base64_encode(encoded, bytes);
	must(text.n == plomb_base64_encoded_len(bytes.n) && plomb_base64_eq(text, bytes));
	must(plomb_base64_decode_to(out, text, 0, &n) == PLOMB_OK && n == bytes.n);
	must(n == 0 || memcmp(out, bytes.p, n) == 0);

	plomb_hex_encode(encoded, bytes);
	text.n = 2 * bytes.n;
	must(plomb_hex_decode(text, out, bytes.n) == PLOMB_OK);
	must(bytes.n == 0 || memcmp(out, bytes.p, bytes.n) == 0);
	if (plomb_hex_decode(bytes, out, bytes.n / 2) == PLOMB_OK) {
		plomb_view digits = { out, bytes.n / 2 };

		plomb_hex_encode(encoded, digits);
		must(bytes.n % 2 == 0 && (bytes.n == 0 || memcmp(encoded, bytes.p, bytes.n) == 0));
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len };

	if (len == 0 || len > MAX_TEXT / 2) {
		return 0;
	}
	text = plomb_view_cut(text, 1, len);
	decode(text, in[0] & 7);
	round_trip(text);
	return 0;
}
