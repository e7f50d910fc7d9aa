/*
 * Targets plomb_token_read and plomb_token_of_github.
 *
 * Input: a token, or the answer of GitHub's endpoint. Holds:
 * - a token that is accepted has only the letters that an HTTP header and a
 *   JSON string take as they are, two dots, and an issuer and a subject;
 * - it is accepted at every time before its end and at none after;
 * - no detail holds any of it.
 */
#include <stdlib.h>

#include "../src/sign/token.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[1 << 20];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
check_letters(plomb_view text)
{
	size_t i, dots;

	dots = 0;
	for (i = 0; i < text.n; i ++) {
		unsigned char c = text.p[i];

		dots += c == '.';
		must(c == '.' || c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
	}
	must(dots == 2);
}

static plomb_status
read_at(plomb_view text, int known, int64_t now, plomb_token *token)
{
	static plomb_work work;
	static plomb_detail detail;
	plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };
	plomb_status s;

	plomb_work_init(&work, room, sizeof room);
	memset(&detail, 0, sizeof detail);
	s = plomb_token_read(&ctx, text, known, now, token);
	must(detail.got.n == 0 && detail.want.n == 0);
	must(detail.what.p == NULL || detail.what.p + detail.what.n <= text.p || detail.what.p >= text.p + text.n);
	return s;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len }, inner;
	plomb_token token, again;
	plomb_work work;
	int64_t end;

	plomb_work_init(&work, room, sizeof room);
	must(plomb_token_of_github(&work, text, &inner) != PLOMB_OK || inner.p != NULL);
	if (read_at(text, 0, 0, &token) != PLOMB_OK) {
		return 0;
	}
	must(token.text.n <= PLOMB_MAX_TOKEN && token.subject.n != 0 && token.issuer.n != 0);
	check_letters(token.text);
	end = token.expires_s;
	must(read_at(text, 1, end, &again) == PLOMB_TOKEN_EXPIRED);
	must(end == INT64_MIN || read_at(text, 1, end - 1, &again) == PLOMB_OK);
	return 0;
}
