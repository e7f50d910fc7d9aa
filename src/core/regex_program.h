/*
 * A compiled regular expression: what regex_compile.c writes and
 * regex_match.c runs. Nobody else includes this.
 *
 * A program is a list of instructions entered at 0. Each goes on to the next
 * one unless it says otherwise, so that a part of a program can be copied or
 * moved by adding the same distance to its targets.
 */
#ifndef PLOMB_REGEX_PROGRAM_H
#define PLOMB_REGEX_PROGRAM_H

#include "regex.h"

#define PLOMB_RUNE_MAX 0x10FFFFu
#define PLOMB_RUNE_BAD 0xFFFDu /* what a byte that is not UTF-8 is read as */

typedef enum {
	PLOMB_RE_RUNE,       /* one rune, which is x */
	PLOMB_RE_CLASS,      /* one rune out of y ranges beginning with number x */
	PLOMB_RE_ANY,        /* one rune */
	PLOMB_RE_ANY_NOT_NL, /* one rune but U+000A */
	PLOMB_RE_ASSERT,     /* nothing, if x is true here */
	PLOMB_RE_SPLIT,      /* to x and to y */
	PLOMB_RE_JUMP,       /* to x */
	PLOMB_RE_MATCH
} plomb_re_op;

/* x of PLOMB_RE_ASSERT. */
#define PLOMB_RE_BEGIN_LINE 0x01u
#define PLOMB_RE_END_LINE   0x02u
#define PLOMB_RE_BEGIN_TEXT 0x04u
#define PLOMB_RE_END_TEXT   0x08u
#define PLOMB_RE_WORD       0x10u /* \b */
#define PLOMB_RE_NOT_WORD   0x20u /* \B */
#define PLOMB_RE_EVERY      0x3Fu

/* y has 16 bits: targets are at most PLOMB_MAX_PATTERN_STATES, and a byte of a class makes at most five ranges. */
typedef struct {
	uint32_t x;
	uint16_t y;
	uint16_t op;
} plomb_re_inst;

typedef struct {
	uint32_t lo, hi; /* both belong to it */
} plomb_rune_range;

/* Sorted ranges that neither overlap nor touch. With at NULL only an upper bound of n is counted. */
typedef struct {
	plomb_rune_range *at;
	uint32_t n;
} plomb_rune_set;

/*
 * A set of instruction numbers that is emptied in one step (Briggs and
 * Torczon): i is in it if sparse[i] < n and dense[sparse[i]] == i.
 */
typedef struct {
	uint16_t *dense, *sparse;
	uint32_t n;
} plomb_re_set;

typedef struct {
	plomb_re_set now, next;
	uint64_t steps; /* of the last match: instructions looked at */
} plomb_re_run;

typedef struct plomb_re_program {
	const plomb_re_inst *code;
	uint32_t count;
	const plomb_rune_range *ranges;
	plomb_re_run run;
} plomb_re_program;

/* Add a range. */
void plomb_rune_add(plomb_rune_set *set, uint32_t lo, uint32_t hi);
/*
 * Add a range and whatever differs from it by case alone: 1, or 0 if that
 * would need a table of Unicode, which this library does not have.
 */
int plomb_rune_add_folded(plomb_rune_set *set, uint32_t lo, uint32_t hi);
/* All runes that are not in the set; needs room for one range more. */
void plomb_rune_negate(plomb_rune_set *set);
int plomb_rune_in(const plomb_rune_range *ranges, uint32_t n, uint32_t rune);

/*
 * Add a class by name: "d", "s", "w" as in Perl, or as in POSIX; 0 if there
 * is none of that name.
 */
int plomb_rune_add_group(plomb_rune_set *set, plomb_view name, int negated, int fold);

#endif
