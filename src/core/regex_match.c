/*
 * Running a compiled regular expression; see regex.h. All states are
 * followed at once (Thompson 1968), so that no pattern and no text makes it
 * slow; which part matched is not asked, so nothing else is kept.
 */
#include "regex_program.h"

/* One rune as Go's regexp sees it; -1 at an end of the text. */
#define NO_RUNE (-1)

static void
set_add(plomb_re_set *set, uint32_t pc)
{
	uint32_t i = set->sparse[pc];

	if (i < set->n && set->dense[i] == pc) {
		return;
	}
	set->sparse[pc] = (uint16_t)set->n;
	set->dense[set->n] = (uint16_t)pc;
	set->n ++;
}

/*
 * Add everything that is reached without reading, where the given assertions
 * hold: 1 if that is a match. The set is its own list of what to look at.
 */
static int
set_follow(plomb_re_program *program, plomb_re_set *set, unsigned holds)
{
	uint32_t i;

	for (i = 0; i < set->n; i ++) {
		uint32_t pc = set->dense[i];
		const plomb_re_inst *inst = &program->code[pc];

		switch (inst->op) {
		case PLOMB_RE_MATCH:
			return 1;
		case PLOMB_RE_SPLIT:
			set_add(set, inst->x);
			set_add(set, inst->y);
			break;
		case PLOMB_RE_JUMP:
			set_add(set, inst->x);
			break;
		case PLOMB_RE_ASSERT:
			if ((inst->x & holds) != 0) {
				set_add(set, pc + 1);
			}
			break;
		default:
			break;
		}
	}
	return 0;
}

static int
reads(const plomb_re_inst *inst)
{
	return inst->op <= PLOMB_RE_ANY_NOT_NL;
}

/* The instruction reads this rune. */
static int
reads_rune(plomb_re_program *program, const plomb_re_inst *inst, uint32_t rune)
{
	switch (inst->op) {
	case PLOMB_RE_RUNE:
		return inst->x == rune;
	case PLOMB_RE_CLASS:
		return plomb_rune_in(program->ranges + inst->x, inst->y, rune);
	case PLOMB_RE_ANY:
		return 1;
	case PLOMB_RE_ANY_NOT_NL:
		return rune != '\n';
	default:
		return 0;
	}
}

static int
is_word(int32_t rune)
{
	return ('a' <= rune && rune <= 'z') || ('A' <= rune && rune <= 'Z')
		|| ('0' <= rune && rune <= '9') || rune == '_';
}

/* What is true between two runes. */
static unsigned
assertions(int32_t before, int32_t after)
{
	unsigned holds = is_word(before) != is_word(after) ? PLOMB_RE_WORD : PLOMB_RE_NOT_WORD;

	if (before == NO_RUNE) {
		holds |= PLOMB_RE_BEGIN_TEXT | PLOMB_RE_BEGIN_LINE;
	}
	if (before == '\n') {
		holds |= PLOMB_RE_BEGIN_LINE;
	}
	if (after == NO_RUNE) {
		holds |= PLOMB_RE_END_TEXT | PLOMB_RE_END_LINE;
	}
	if (after == '\n') {
		holds |= PLOMB_RE_END_LINE;
	}
	return holds;
}

/* The rune at *at, which is advanced past it. A byte that is not UTF-8 is one U+FFFD, as in Go. */
static int32_t
next_rune(plomb_view text, size_t *at)
{
	int32_t rune;

	if (*at >= text.n) {
		return NO_RUNE;
	}
	rune = plomb_utf8_next(text, at);
	if (rune < 0) {
		(*at) ++;
		rune = PLOMB_RUNE_BAD;
	}
	return rune;
}

/* see regex.h */
int
plomb_regex_match(const plomb_regex *regex, plomb_view text)
{
	plomb_re_program *program = regex->program;
	plomb_re_run *run = &program->run;
	plomb_re_set *now = &run->now, *next = &run->next, *old;
	int32_t before = NO_RUNE, after;
	size_t at = 0;
	uint32_t i;

	run->steps = 0;
	now->n = 0;
	for (;;) {
		/* Unanchored, so that a match may begin at every rune. */
		set_add(now, 0);
		after = next_rune(text, &at);
		if (set_follow(program, now, assertions(before, after))) {
			return 1;
		}
		run->steps += now->n;
		if (after == NO_RUNE) {
			return 0;
		}
		next->n = 0;
		for (i = 0; i < now->n; i ++) {
			uint32_t pc = now->dense[i];

			if (reads_rune(program, &program->code[pc], (uint32_t)after)) {
				set_add(next, pc + 1);
			}
		}
		old = now;
		now = next;
		next = old;
		before = after;
	}
}

/* Nothing is read before the beginning of the text has been asserted. */
static int
begins(plomb_re_program *program)
{
	plomb_re_set *set = &program->run.now;
	uint32_t i;

	set->n = 0;
	set_add(set, 0);
	if (set_follow(program, set, PLOMB_RE_EVERY & ~PLOMB_RE_BEGIN_TEXT)) {
		return 0;
	}
	for (i = 0; i < set->n; i ++) {
		if (reads(&program->code[set->dense[i]])) {
			return 0;
		}
	}
	return 1;
}

/* No match without asserting the end of the text after the last rune that is read. */
static int
ends(plomb_re_program *program)
{
	plomb_re_set *set = &program->run.now;
	uint32_t i;

	set->n = 0;
	set_add(set, 0);
	for (i = 0; i < program->count; i ++) {
		if (reads(&program->code[i])) {
			set_add(set, i + 1);
		}
	}
	return !set_follow(program, set, PLOMB_RE_EVERY & ~PLOMB_RE_END_TEXT);
}

/* see regex.h */
int
plomb_regex_anchored(const plomb_regex *regex)
{
	return begins(regex->program) && ends(regex->program);
}
