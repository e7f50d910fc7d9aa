/*
 * Target: plomb_trust_load, plomb_trust_tlog, plomb_trust_ctlog.
 * Input: the text of a trust root.
 * Holds: no read outside the text; refused means an empty root; accepted means
 * that every log has an id of its own and a start, that a usable log has a
 * key, that every authority has a certificate, that the same text gives the
 * same root, and that no text is accepted with a letter after it.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/trust.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[2u << 20];

static plomb_status
load(plomb_view text, size_t size, plomb_trust *trust)
{
	plomb_detail detail;
	plomb_work work;
	plomb_ctx ctx;

	plomb_work_init(&work, room, size);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	return plomb_trust_load(&ctx, text, trust);
}

static void
check_logs(const plomb_log *logs, size_t count)
{
	size_t i, j;

	if (count > PLOMB_MAX_LOGS) {
		abort();
	}
	for (i = 0; i < count; i ++) {
		if (logs[i].log_id.n == 0 || !logs[i].key.valid.has_start) {
			abort();
		}
		if ((logs[i].usable == PLOMB_OK) != (logs[i].key.kind != PLOMB_KEY_NONE)) {
			abort();
		}
		for (j = 0; j < i; j ++) {
			if (plomb_view_eq(logs[i].log_id, logs[j].log_id)) {
				abort();
			}
		}
	}
}

static void
check_authorities(const plomb_authority *authorities, size_t count)
{
	size_t i;

	if (count > PLOMB_MAX_AUTHORITIES) {
		abort();
	}
	for (i = 0; i < count; i ++) {
		if (authorities[i].cert_count == 0 || authorities[i].cert_count > PLOMB_MAX_CHAIN) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_trust trust, again;
	unsigned char *longer;
	plomb_view text;
	plomb_status s;
	size_t i;

	text.p = in;
	text.n = len;
	s = load(text, sizeof room, &trust);
	if (s != PLOMB_OK) {
		if (trust.tlog_count + trust.ctlog_count + trust.ca_count + trust.tsa_count != 0) {
			abort();
		}
		return 0;
	}
	check_logs(trust.tlogs, trust.tlog_count);
	check_logs(trust.ctlogs, trust.ctlog_count);
	check_authorities(trust.cas, trust.ca_count);
	check_authorities(trust.tsas, trust.tsa_count);
	for (i = 0; i < trust.tlog_count; i ++) {
		if (plomb_trust_tlog(&trust, trust.tlogs[i].log_id) != &trust.tlogs[i]) {
			abort();
		}
	}
	if (load(text, sizeof room, &again) != PLOMB_OK || memcmp(&trust, &again, sizeof trust) != 0) {
		abort();
	}
	longer = malloc(len + 1);
	if (longer == NULL) {
		return 0;
	}
	memcpy(longer, in, len);
	longer[len] = 'x';
	text.p = longer;
	text.n = len + 1;
	if (load(text, sizeof room, &again) == PLOMB_OK) {
		abort();
	}
	free(longer);
	return 0;
}
