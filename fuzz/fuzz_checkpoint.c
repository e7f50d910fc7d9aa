/*
 * Target: plomb_checkpoint_parse, plomb_checkpoint_is_v1,
 * plomb_checkpoint_log_v2, plomb_checkpoint_verify_v1, plomb_checkpoint_verify_v2.
 * Input: a checkpoint's envelope.
 * Holds: no read outside it; a note that is read is its text, an empty line and
 * its signature lines; size and root written again are the lines that were
 * read; a signature that verifies (the corpus has such notes of the two logs
 * below) stops verifying when a bit of the text changes.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/base64.h"
#include "../src/core/checkpoint.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

/* Of the generated vectors: "v2: Ed25519" and "v1: SET and proof". */
static const unsigned char ED25519_SPKI[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, 0x34, 0x3c, 0x09, 0x35,
	0x7d, 0xb3, 0xcb, 0xba, 0x03, 0x40, 0xe0, 0xd8, 0x36, 0x6a, 0x24, 0xe3, 0x13, 0x04, 0xbd, 0x5a,
	0x70, 0xd2, 0xe7, 0xf2, 0x59, 0xdd, 0x3a, 0x53, 0xd9, 0xb2, 0x3b, 0x91
};
static const unsigned char P256_SPKI[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
	0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x3b, 0xa9, 0x88, 0x99, 0x5b,
	0xbe, 0x50, 0x40, 0x61, 0x71, 0x10, 0xb7, 0x93, 0x57, 0x7e, 0x22, 0x55, 0xfd, 0x4a, 0x38, 0x36,
	0x70, 0x29, 0x99, 0x7c, 0x3b, 0x61, 0xd7, 0x8d, 0xbd, 0xb0, 0xad, 0x01, 0x28, 0x38, 0xc5, 0xaf,
	0x62, 0xe3, 0xde, 0x89, 0x3d, 0x62, 0x13, 0x53, 0x8f, 0xdf, 0xd0, 0x08, 0x3f, 0x2e, 0x60, 0xad,
	0x88, 0xa3, 0xb1, 0x08, 0xa7, 0xd8, 0x25, 0x13, 0x96, 0xe8, 0x8f
};

static unsigned char room[1u << 18];

static void
check_parts(plomb_view envelope, const plomb_checkpoint *c)
{
	unsigned char decimal[20], root[44];
	plomb_view line, hash;
	size_t at = c->origin.n + 1, n;

	if (c->text.n + 1 + c->signatures.n != envelope.n || c->line_count == 0
		|| c->line_count > PLOMB_MAX_CHECKPOINT_LINES)
	{
		abort();
	}
	if (c->text.p != envelope.p || envelope.p[c->text.n] != '\n' || envelope.p[c->text.n - 1] != '\n') {
		abort();
	}
	n = plomb_decimal_put(decimal, c->size);
	line.p = decimal;
	line.n = n;
	if (!plomb_view_eq(plomb_view_cut(c->text, at, n), line) || c->text.p[at + n] != '\n') {
		abort();
	}
	at += n + 1;
	hash.p = c->root;
	hash.n = PLOMB_HASH_LEN;
	line.p = root;
	line.n = plomb_base64_encode(root, hash);
	if (!plomb_view_eq(plomb_view_cut(c->text, at, line.n), line) || c->text.p[at + line.n] != '\n') {
		abort();
	}
}

static plomb_status
verify(plomb_ctx *ctx, const plomb_checkpoint *c, const plomb_log *log)
{
	return plomb_checkpoint_is_v1(c) ? plomb_checkpoint_verify_v1(ctx, c, log)
		: plomb_checkpoint_verify_v2(ctx, c, log);
}

/* A verified text with one bit changed is refused. */
static void
check_text(plomb_ctx *ctx, const plomb_checkpoint *c, const plomb_log *log)
{
	plomb_checkpoint changed = *c;
	unsigned char *copy = malloc(c->text.n);

	if (copy == NULL) {
		return;
	}
	memcpy(copy, c->text.p, c->text.n);
	copy[c->size % c->text.n] ^= 1;
	changed.text.p = copy;
	if (verify(ctx, &changed, log) != PLOMB_CHECKPOINT_SIGNATURE_INVALID) {
		abort();
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_log logs[2];
	plomb_checkpoint c;
	plomb_detail detail;
	plomb_trust trust;
	plomb_work work;
	plomb_view view, none = { NULL, 0 };
	plomb_ctx ctx;
	size_t i;

	view.p = in;
	view.n = len;
	if (plomb_checkpoint_parse(view, &c) != PLOMB_OK) {
		return 0;
	}
	check_parts(view, &c);

	memset(logs, 0, sizeof logs);
	memset(&trust, 0, sizeof trust);
	plomb_work_init(&work, room, sizeof room);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	view.p = ED25519_SPKI;
	view.n = sizeof ED25519_SPKI;
	if (plomb_key_from_spki(ctx.crypto, view, &logs[0].key) != PLOMB_OK) {
		abort();
	}
	logs[0].host = plomb_view_of("log2.test");
	view.p = P256_SPKI;
	view.n = sizeof P256_SPKI;
	if (plomb_key_from_spki(ctx.crypto, view, &logs[1].key) != PLOMB_OK) {
		abort();
	}
	logs[1].host = plomb_view_of("rekor.test");
	trust.tlogs = logs;
	trust.tlog_count = 2;
	for (i = 0; i < 2; i ++) {
		logs[i].usable = PLOMB_OK;
		logs[i].log_id = logs[i].host;
		if (verify(&ctx, &c, &logs[i]) != PLOMB_OK) {
			continue;
		}
		check_text(&ctx, &c, &logs[i]);
		if (!plomb_checkpoint_is_v1(&c)
			&& plomb_checkpoint_log_v2(&ctx, &c, &trust, none) != &logs[i])
		{
			abort();
		}
	}
	if (plomb_work_mark(&work) != 0) {
		abort();
	}
	return 0;
}
