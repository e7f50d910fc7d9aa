/* Sets of runes for character classes; see regex_program.h. */
#include "regex_program.h"

/* The lowest and the highest rune that have another case, as Go's regexp/syntax says. */
#define FOLD_MIN 0x41u
#define FOLD_MAX 0x1E943u

/* The two runes outside ASCII that differ from an ASCII letter by case alone. */
#define LONG_S 0x017Fu
#define KELVIN 0x212Au

/* see regex_program.h */
void
plomb_rune_add(plomb_rune_set *set, uint32_t lo, uint32_t hi)
{
	plomb_rune_range *at = set->at;
	uint32_t i = 0, j;

	if (at == NULL) {
		set->n ++;
		return;
	}

	/* Ranges from i up to j overlap or touch the new one and become one with it. */
	while (i < set->n && at[i].hi + 1 < lo) {
		i ++;
	}
	j = i;
	while (j < set->n && at[j].lo <= hi + 1) {
		lo = at[j].lo < lo ? at[j].lo : lo;
		hi = at[j].hi > hi ? at[j].hi : hi;
		j ++;
	}
	memmove(&at[i + 1], &at[j], (set->n - j) * sizeof *at);
	at[i].lo = lo;
	at[i].hi = hi;
	set->n = set->n - (j - i) + 1;
}

/* The part of lo … hi that is in from … to, moved by distance. */
static void
add_moved(plomb_rune_set *set, uint32_t lo, uint32_t hi, uint32_t from, uint32_t to, int32_t distance)
{
	lo = lo > from ? lo : from;
	hi = hi < to ? hi : to;
	if (lo <= hi) {
		plomb_rune_add(set, (uint32_t)((int32_t)lo + distance), (uint32_t)((int32_t)hi + distance));
	}
}

/* If the range has one of the three, add all three. */
static void
add_trio(plomb_rune_set *set, uint32_t lo, uint32_t hi, uint32_t upper, uint32_t lower, uint32_t other)
{
	if ((lo <= upper && upper <= hi) || (lo <= lower && lower <= hi) || (lo <= other && other <= hi)) {
		plomb_rune_add(set, upper, upper);
		plomb_rune_add(set, lower, lower);
		plomb_rune_add(set, other, other);
	}
}

/* see regex_program.h */
int
plomb_rune_add_folded(plomb_rune_set *set, uint32_t lo, uint32_t hi)
{
	plomb_rune_add(set, lo, hi);
	if (hi < FOLD_MIN || lo > FOLD_MAX || (lo <= FOLD_MIN && hi >= FOLD_MAX)) {
		return 1;
	}
	if (hi >= 0x80 && !(lo == hi && (lo == LONG_S || lo == KELVIN))) {
		return 0;
	}
	add_moved(set, lo, hi, 'A', 'Z', 'a' - 'A');
	add_moved(set, lo, hi, 'a', 'z', 'A' - 'a');
	add_trio(set, lo, hi, 'K', 'k', KELVIN);
	add_trio(set, lo, hi, 'S', 's', LONG_S);
	return 1;
}

/* see regex_program.h */
void
plomb_rune_negate(plomb_rune_set *set)
{
	uint32_t next = 0, i, n = 0;

	if (set->at == NULL) {
		set->n ++;
		return;
	}

	/* Each range read writes at most one, at or before its own place. */
	for (i = 0; i < set->n; i ++) {
		plomb_rune_range old = set->at[i];

		if (next < old.lo) {
			set->at[n].lo = next;
			set->at[n].hi = old.lo - 1;
			n ++;
		}
		next = old.hi + 1;
	}
	if (next <= PLOMB_RUNE_MAX) {
		set->at[n].lo = next;
		set->at[n].hi = PLOMB_RUNE_MAX;
		n ++;
	}
	set->n = n;
}

/* see regex_program.h */
int
plomb_rune_in(const plomb_rune_range *ranges, uint32_t n, uint32_t rune)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ranges[middle].hi < rune) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < n && ranges[low].lo <= rune;
}

/* ------------------------------------------------------------------ groups */

#define GROUP_RANGES 4
#define GROUP_RANGES_MAX 16 /* of one group with both cases, or of all the others */

typedef struct {
	const char *name;
	uint32_t n;
	struct {
		unsigned char lo, hi;
	} range[GROUP_RANGES];
} group;

/* \s of RE2 has no U+000B, [:space:] has. */
static const group groups[] = {
	{ "d", 1, { { '0', '9' } } },
	{ "s", 3, { { '\t', '\n' }, { '\f', '\r' }, { ' ', ' ' } } },
	{ "w", 4, { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } } },
	{ "alnum", 3, { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' } } },
	{ "alpha", 2, { { 'A', 'Z' }, { 'a', 'z' } } },
	{ "ascii", 1, { { 0x00, 0x7F } } },
	{ "blank", 2, { { '\t', '\t' }, { ' ', ' ' } } },
	{ "cntrl", 2, { { 0x00, 0x1F }, { 0x7F, 0x7F } } },
	{ "digit", 1, { { '0', '9' } } },
	{ "graph", 1, { { 0x21, 0x7E } } },
	{ "lower", 1, { { 'a', 'z' } } },
	{ "print", 1, { { 0x20, 0x7E } } },
	{ "punct", 4, { { 0x21, 0x2F }, { 0x3A, 0x40 }, { 0x5B, 0x60 }, { 0x7B, 0x7E } } },
	{ "space", 2, { { '\t', '\r' }, { ' ', ' ' } } },
	{ "upper", 1, { { 'A', 'Z' } } },
	{ "word", 4, { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } } },
	{ "xdigit", 3, { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } } },
};

/* see regex_program.h */
int
plomb_rune_add_group(plomb_rune_set *set, plomb_view name, int negated, int fold)
{
	plomb_rune_range ranges[GROUP_RANGES_MAX];
	plomb_rune_set own = { ranges, 0 };
	const group *found = NULL;
	uint32_t i;

	for (i = 0; i < sizeof groups / sizeof groups[0]; i ++) {
		if (plomb_view_is(name, groups[i].name)) {
			found = &groups[i];
		}
	}
	if (found == NULL) {
		return 0;
	}

	/* ASCII alone, so folding always works: (?i)\w also has U+017F and U+212A, and (?i)\W has not. */
	for (i = 0; i < found->n; i ++) {
		if (fold) {
			(void)plomb_rune_add_folded(&own, found->range[i].lo, found->range[i].hi);
		} else {
			plomb_rune_add(&own, found->range[i].lo, found->range[i].hi);
		}
	}
	if (negated) {
		plomb_rune_negate(&own);
	}
	for (i = 0; i < own.n; i ++) {
		plomb_rune_add(set, own.at[i].lo, own.at[i].hi);
	}
	return 1;
}
