/*
 * Targets: plomb_bundle_parse (and json, base64, dsse under it).
 * Input: a bundle's text.
 * Holds: no read outside the input; the work buffer is never overrun and a
 * smaller one gives "no room" or the same answer; what is read has exactly
 * one material and one content and respects every ceiling; no strict prefix
 * that ends before the last brace is accepted.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/bundle.h"
#include "../src/core/work.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char buffer[1 << 20];

static plomb_status
parse(plomb_view text, size_t room, plomb_candidate *candidate, plomb_work *work)
{
	plomb_ctx ctx;

	plomb_work_init(work, buffer, room);
	ctx.work = work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	return plomb_bundle_parse(&ctx, text, 0, candidate);
}

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len };
	plomb_candidate c, again;
	plomb_work work;
	plomb_status s;
	size_t room, i;

	s = parse(text, sizeof buffer, &c, &work);
	must(work.used <= sizeof buffer);
	if (s != PLOMB_OK) {
		return 0;
	}
	must(c.material == PLOMB_MATERIAL_CERT ? c.cert.n != 0 && c.hint.p == NULL
		: c.material == PLOMB_MATERIAL_KEY && c.cert.p == NULL);
	must(c.content == PLOMB_CONTENT_MESSAGE || c.content == PLOMB_CONTENT_DSSE);
	must(c.signature.n != 0 && c.stamped.p == c.signature.p);
	must(c.entry_count <= PLOMB_MAX_ENTRIES && c.timestamp_count <= PLOMB_MAX_TIMESTAMPS && c.chain_count < PLOMB_MAX_CHAIN);
	for (i = 0; i < c.entry_count; i ++) {
		must(c.entries[i].proof_count <= PLOMB_MAX_PROOF_HASHES);
	}
	room = work.high_water;
	s = parse(text, room / 2, &again, &work);
	must(s == PLOMB_NO_ROOM && work.missing > 0 && work.used <= room / 2);
	must(parse(text, room, &again, &work) == PLOMB_OK);
	while (text.n != 0 && text.p[text.n - 1] != '}') {
		text.n --;
	}
	text.n --;
	must(parse(text, sizeof buffer, &again, &work) != PLOMB_OK);
	return 0;
}
