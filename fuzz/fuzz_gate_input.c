/*
 * Targets plomb_gate_question_check and plomb_gate_input_check.
 *
 * Input: a byte that says how the gate was asked (bit 0: the wrapped form;
 * bit 1: -operation run, else pull), then standard input. The digest that is
 * asked for is that of the seeds. Holds, if it is accepted:
 * - the digest's text is in it, and it is refused for another digest, for the
 *   other form, and, wrapped, for the other operation;
 * - it is refused with a byte behind it that is no white space, and with one
 *   of its own taken away from the end;
 * - in any smaller buffer it is the same or PLOMB_NO_ROOM.
 * Whatever is refused has a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/oci/gate_input.h"

#define ASKED "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static uint64_t room[1u << 17];
static unsigned char longer[PLOMB_MAX_GATE_INPUT + 2];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static plomb_gate_question
question_of(int how, unsigned char change)
{
	plomb_gate_question question;

	memset(&question, 0, sizeof question);
	question.media_type = plomb_view_of((how & 1) != 0 ? PLOMB_GATE_WRAPPED : PLOMB_GATE_DESCRIPTOR);
	question.operation = plomb_view_of((how & 2) != 0 ? "run" : "pull");
	must(plomb_digest_parse(plomb_view_of(ASKED), &question.digest) == PLOMB_OK);
	question.digest.bytes[31] ^= change;
	return question;
}

static plomb_status
ask(const plomb_gate_question *question, plomb_view text, size_t size, size_t *used)
{
	plomb_detail detail;
	plomb_work work;
	plomb_ctx ctx;
	plomb_status s;

	memset(&detail, 0, sizeof detail);
	plomb_work_init(&work, room, size);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	s = plomb_gate_input_check(&ctx, question, text);
	must(s == PLOMB_OK || s == PLOMB_NO_ROOM || (s == PLOMB_PLUGIN_INPUT_MISMATCH && detail.what.n != 0));
	*used = work.high_water;
	return s;
}

static int
is_white(unsigned char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The digest, if nothing in the text is written as an escape. */
static int
names_digest(plomb_view text)
{
	static const plomb_view digest = PLOMB_LIT(ASKED);
	size_t i;

	for (i = 0; i < text.n; i ++) {
		if (text.p[i] == '\\' || plomb_view_eq(plomb_view_cut(text, i, digest.n), digest)) {
			return 1;
		}
	}
	return 0;
}

static void
check_neighbours(int how, plomb_view text)
{
	plomb_gate_question question = question_of(how, 0);
	plomb_view other;
	size_t used, n;

	for (n = text.n; n > 0 && is_white(text.p[n - 1]); n --) {
	}
	other = text;
	other.n = n - 1;
	must(ask(&question, other, sizeof room, &used) == PLOMB_PLUGIN_INPUT_MISMATCH);
	memcpy(longer, text.p, text.n);
	longer[text.n] = '1';
	other.p = longer;
	other.n = text.n + 1;
	must(ask(&question, other, sizeof room, &used) == PLOMB_PLUGIN_INPUT_MISMATCH);
	question = question_of(how, 1);
	must(ask(&question, text, sizeof room, &used) == PLOMB_PLUGIN_INPUT_MISMATCH);
	question = question_of(how ^ 1, 0);
	must(ask(&question, text, sizeof room, &used) == PLOMB_PLUGIN_INPUT_MISMATCH);
	question = question_of(how ^ 2, 0);
	must((ask(&question, text, sizeof room, &used) == PLOMB_OK) == ((how & 1) == 0));
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_gate_question question;
	plomb_view text;
	size_t used, less;
	int how;

	if (len == 0) {
		return 0;
	}
	how = in[0] & 3;
	question = question_of(how, 0);
	text.p = in + 1;
	text.n = len - 1;
	if (ask(&question, text, sizeof room, &used) != PLOMB_OK) {
		return 0;
	}
	must(names_digest(text));
	check_neighbours(how, text);
	for (less = 1; less <= 8; less ++) {
		plomb_status s;
		size_t unused;

		s = ask(&question, text, used - used / 8 * less, &unused);
		must(s == PLOMB_OK || s == PLOMB_NO_ROOM);
	}
	return 0;
}
