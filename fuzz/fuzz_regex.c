/*
 * plomb_regex_compile, plomb_regex_match, plomb_regex_anchored.
 *
 * Input: a pattern, a 0 byte, a text (no 0: the whole is the pattern).
 * Holds: a pattern compiles, or is refused with a reason and leaves nothing
 * in the work buffer; a match looks at no more than states times runes;
 * asking twice gives the same answer; a pattern means the same in a group,
 * beside an alternative that never fits, and, if it is said to be anchored,
 * between two anchors more.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../src/core/regex_program.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_INPUT 2048 /* states times runes grow quadratically */

static uint64_t room[1u << 17];

/* Compile, match if it compiles, and check what must hold either way. -1: refused. */
static int
found(plomb_view pattern, plomb_view text, int *anchored)
{
	const plomb_regex *regex;
	plomb_detail detail = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	plomb_work work;
	plomb_ctx ctx;
	plomb_status s;
	int yes;

	plomb_work_init(&work, room, sizeof room);
	ctx.work = &work;
	ctx.crypto = NULL;
	ctx.detail = &detail;
	s = plomb_regex_compile(&ctx, pattern, &regex);
	if (s != PLOMB_OK) {
		if ((s != PLOMB_IDENTITY_REGEX_INVALID && s != PLOMB_LIMIT_EXCEEDED)
			|| detail.what.n == 0 || regex != NULL || work.used != 0)
		{
			abort();
		}
		return -1;
	}
	*anchored = plomb_regex_anchored(regex);
	yes = plomb_regex_match(regex, text);
	if (regex->program->run.steps > (uint64_t)regex->program->count * (text.n + 1)
		|| regex->program->count > PLOMB_MAX_PATTERN_STATES
		|| plomb_regex_match(regex, text) != yes
		|| plomb_regex_anchored(regex) != *anchored)
	{
		abort();
	}
	return yes;
}

/* before, the middle, behind: one after the other in out. */
static plomb_view
join(unsigned char *out, const char *before, plomb_view middle, const char *behind)
{
	plomb_view parts[3], joined;
	size_t i;

	parts[0] = plomb_view_of(before);
	parts[1] = middle;
	parts[2] = plomb_view_of(behind);
	joined.p = out;
	joined.n = 0;
	for (i = 0; i < 3; i ++) {
		if (parts[i].n != 0) {
			memcpy(out + joined.n, parts[i].p, parts[i].n);
		}
		joined.n += parts[i].n;
	}
	return joined;
}

/* A quotation without an end would quote what is put behind it. */
static int
has_quote(plomb_view pattern)
{
	size_t i;

	for (i = 0; i + 1 < pattern.n; i ++) {
		if (pattern.p[i] == '\\' && pattern.p[i + 1] == 'Q') {
			return 1;
		}
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static unsigned char other[MAX_INPUT + 64];
	plomb_view pattern, text, none = { NULL, 0 };
	int yes, grouped, anchored = 0, ignored;

	if (len > MAX_INPUT) {
		return 0;
	}
	pattern.p = in;
	for (pattern.n = 0; pattern.n < len && in[pattern.n] != 0; pattern.n ++) {
		continue;
	}
	text = none;
	if (pattern.n < len) {
		text.p = in + pattern.n + 1;
		text.n = len - pattern.n - 1;
	}
	yes = found(pattern, text, &anchored);
	if (yes < 0 || has_quote(pattern)) {
		return 0;
	}

	/* Only the depth may be too much for one group more, and only in a long pattern. */
	grouped = found(join(other, "(?:", pattern, ")"), text, &ignored);
	if (grouped >= 0 ? grouped != yes : pattern.n < 100) {
		abort();
	}
	grouped = found(join(other, "[^\\x00-\\x{10FFFF}]|(", pattern, ")"), text, &ignored);
	if (grouped >= 0 && grouped != yes) {
		abort();
	}
	grouped = found(join(other, "\\A(?:", pattern, ")\\z"), text, &ignored);
	if (anchored && grouped >= 0 && grouped != yes) {
		abort();
	}
	return 0;
}
