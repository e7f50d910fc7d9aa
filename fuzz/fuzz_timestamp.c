/*
 * Targets plomb_timestamp_verify and plomb_tsr_parse.
 *
 * Input: a byte that says which authorities are trusted, then a
 * TimeStampResp. Holds:
 * - an accepted response has its time from the TSTInfo and one of the
 *   authorities given, inside whose window it is;
 * - of other stamped bytes, one bit beside, it is refused;
 * - so it is when the authorities are gone;
 * - all memory is given back, but for the few words that tell a refusal.
 */
#include <stdlib.h>

#include "../src/core/timestamp.h"
#include "../src/core/time.h"
#include "../src/core/tsr.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

/* leaf, root_ca, inter and stamped: what the corpus was made with. */
#include "timestamp_seeds.h"

#define MAX_REFUSAL 512 /* two times and a serial number in hex */

static uint64_t room[4096];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
parse(const unsigned char *der, size_t n, plomb_cert *cert)
{
	plomb_view view = { der, n };

	must(plomb_cert_parse(view, cert) == PLOMB_OK);
}

typedef struct {
	plomb_cert certs[3];
	plomb_authority authorities[4];
	plomb_trust trust;
} authorities;

/* The signer and its root; CAs alone; CAs with an intermediate; a window that has ended. */
static void
make_authorities(authorities *a, unsigned which)
{
	plomb_authority all[4];
	size_t i;

	memset(a, 0, sizeof *a);
	memset(all, 0, sizeof all);
	parse(leaf, sizeof leaf, &a->certs[0]);
	parse(inter, sizeof inter, &a->certs[1]);
	parse(root_ca, sizeof root_ca, &a->certs[2]);
	all[0].certs = a->certs;
	all[0].cert_count = 3;
	all[1].certs = a->certs + 2;
	all[1].cert_count = 1;
	all[2].certs = a->certs + 1;
	all[2].cert_count = 2;
	all[3] = all[0];
	all[3].valid.has_end = 1;
	all[3].valid.end.s = 1699999999;
	a->trust.tsas = a->authorities;
	for (i = 0; i < 4; i ++) {
		if (which >> i & 1) {
			a->authorities[a->trust.tsa_count ++] = all[i];
		}
	}
}

static void
check_accepted(plomb_ctx *ctx, const authorities *a, plomb_view tsr, plomb_time time, const plomb_authority *authority)
{
	unsigned char other[sizeof stamped];
	plomb_view changed = { other, sizeof other }, same = { stamped, sizeof stamped };
	plomb_authority again;
	plomb_trust none;
	plomb_tsr parsed;
	size_t bit = tsr.n % (8 * sizeof other);

	must(authority >= a->authorities && authority < a->authorities + a->trust.tsa_count);
	must(plomb_window_has(&authority->valid, &time));
	must(plomb_tsr_parse(tsr, &parsed) == PLOMB_OK && plomb_time_cmp(&parsed.time, &time) == 0);

	memcpy(other, stamped, sizeof other);
	other[bit / 8] ^= (unsigned char)(1u << bit % 8);
	must(plomb_timestamp_verify(ctx, &a->trust, tsr, changed, &time, &authority) != PLOMB_OK && authority == NULL);

	memset(&none, 0, sizeof none);
	must(plomb_timestamp_verify(ctx, &none, tsr, same, &time, &authority) == PLOMB_TIMESTAMP_SIGNER_UNTRUSTED);
	memset(&again, 0, sizeof again);
	none.tsas = &again;
	none.tsa_count = 1;
	must(plomb_timestamp_verify(ctx, &none, tsr, same, &time, &authority) != PLOMB_OK);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };
	plomb_view tsr = { in + 1, len - 1 }, same = { stamped, sizeof stamped };
	const plomb_authority *authority;
	authorities a;
	plomb_time time;
	plomb_status status;

	if (len == 0) {
		return 0;
	}
	memset(&detail, 0, sizeof detail);
	plomb_work_init(&work, room, sizeof room);
	make_authorities(&a, in[0] & 15);
	status = plomb_timestamp_verify(&ctx, &a.trust, tsr, same, &time, &authority);
	must(work.used <= (status == PLOMB_OK ? 0 : MAX_REFUSAL));
	if (status == PLOMB_OK) {
		check_accepted(&ctx, &a, tsr, time, authority);
	} else {
		must(authority == NULL && time.s == 0 && time.ns == 0);
	}
	return 0;
}
