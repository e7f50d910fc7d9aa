/*
 * Compiling regular expressions in RE2's syntax, as Go's regexp/syntax reads
 * it in its Perl mode; see regex.h.
 *
 * The pattern is read twice by the same code: first without memory, to learn
 * how much is needed, then to write the program. There is no tree: the
 * program grows at its end, and since what a repetition or an alternation is
 * about is always the newest part, it can be moved and copied in place.
 */
#include "regex_program.h"
#include "refusal.h"

#define FLAG_FOLD      0x01u /* i */
#define FLAG_MULTILINE 0x02u /* m */
#define FLAG_DOT_NL    0x04u /* s */
#define FLAG_UNGREEDY  0x08u /* U: of no consequence for a yes or no */

#define MAX_DEPTH  100  /* of groups; Go gives up at a tree of 1000 */
#define MAX_REPEAT 1000 /* of one repetition, and of nested ones multiplied */
#define NONE UINT32_MAX

/* An open group, or the whole pattern. */
typedef struct {
	unsigned flags;  /* to return to at its end */
	uint32_t start;  /* of the group */
	uint32_t branch; /* of the alternative being read */
	uint32_t atom;   /* what a repetition would repeat, or NONE */
	uint32_t jumps;  /* the newest jump to the group's end, each to the one before, or NONE */
	uint32_t weight; /* nested repetitions of the atom, multiplied: the largest in it */
	uint32_t rest;   /* the same for everything before the atom */
} level;

typedef struct {
	plomb_view text;
	size_t at;
	unsigned flags;
	int repeated; /* the last thing read was a repetition */
	plomb_re_inst *code; /* NULL: only count */
	uint32_t count, peak;
	plomb_rune_range *ranges;
	uint32_t range_count;
	level *levels;
	uint32_t depth;
	const char *reason; /* in Go's words where Go refuses it too */
} parser;

static plomb_status
refuse(parser *p, const char *reason)
{
	p->reason = reason;
	return PLOMB_IDENTITY_REGEX_INVALID;
}

static plomb_status
too_large(parser *p)
{
	p->reason = "expression too large";
	return PLOMB_LIMIT_EXCEEDED;
}

/* The byte that is ahead by that many, -1 past the end. */
static int
ahead(const parser *p, size_t by)
{
	return by < p->text.n - p->at ? p->text.p[p->at + by] : -1;
}

/* What follows begins with this; then it is skipped. */
static int
skip(parser *p, const char *literal)
{
	plomb_view want = plomb_view_of(literal);

	if (!plomb_view_eq(plomb_view_cut(p->text, p->at, want.n), want)) {
		return 0;
	}
	p->at += want.n;
	return 1;
}

/* The next rune; only called where there is one, in text that is UTF-8. */
static uint32_t
take_rune(parser *p)
{
	return (uint32_t)plomb_utf8_next(p->text, &p->at);
}

/* ------------------------------------------------------------- the program */

static plomb_status
emit(parser *p, plomb_re_op op, uint32_t x, uint32_t y)
{
	if (p->count >= PLOMB_MAX_PATTERN_STATES) {
		return too_large(p);
	}
	if (p->code != NULL) {
		p->code[p->count].op = (uint16_t)op;
		p->code[p->count].x = x;
		p->code[p->count].y = (uint16_t)y;
	}
	p->count ++;
	if (p->count > p->peak) {
		p->peak = p->count;
	}
	return PLOMB_OK;
}

/* The targets in a part of the program go further by that distance. */
static void
move_targets(parser *p, uint32_t from, uint32_t to, uint32_t distance)
{
	uint32_t i;

	for (i = from; i < to; i ++) {
		plomb_re_inst *inst = &p->code[i];

		if (inst->op == PLOMB_RE_SPLIT || inst->op == PLOMB_RE_JUMP) {
			inst->x += distance;
			inst->y = (uint16_t)(inst->y + distance);
		}
	}
}

/* A split in front of everything from start, to what was there and to target. */
static plomb_status
insert_split(parser *p, uint32_t start, uint32_t target)
{
	plomb_status s;

	s = emit(p, PLOMB_RE_SPLIT, 0, 0);
	if (s != PLOMB_OK || p->code == NULL) {
		return s;
	}
	memmove(&p->code[start + 1], &p->code[start], (p->count - 1 - start) * sizeof *p->code);
	move_targets(p, start + 1, p->count, 1);
	p->code[start].op = PLOMB_RE_SPLIT;
	p->code[start].x = start + 1;
	p->code[start].y = (uint16_t)target;
	return PLOMB_OK;
}

/* Once more what is from start, n instructions. */
static plomb_status
copy(parser *p, uint32_t start, uint32_t n)
{
	uint32_t to = p->count;

	if (n > PLOMB_MAX_PATTERN_STATES - to) {
		return too_large(p);
	}
	if (p->code != NULL) {
		memcpy(&p->code[to], &p->code[start], n * sizeof *p->code);
		move_targets(p, to, to + n, to - start);
	}
	p->count += n;
	if (p->count > p->peak) {
		p->peak = p->count;
	}
	return PLOMB_OK;
}

static level *
here(const parser *p)
{
	return &p->levels[p->depth];
}

/* What is about to be emitted is one thing to repeat. */
static void
begin_atom(parser *p, uint32_t start, uint32_t weight)
{
	level *l = here(p);

	l->rest = l->weight > l->rest ? l->weight : l->rest;
	l->weight = weight;
	l->atom = start;
}

static plomb_status
emit_atom(parser *p, plomb_re_op op, uint32_t x, uint32_t y)
{
	begin_atom(p, p->count, 1);
	return emit(p, op, x, y);
}

/* ----------------------------------------------------------- runes, classes */

/* An empty set at the end of the ranges. */
static plomb_rune_set
begin_set(const parser *p)
{
	plomb_rune_set set = { NULL, 0 };

	if (p->ranges != NULL) {
		set.at = p->ranges + p->range_count;
	}
	return set;
}

static plomb_status
emit_set(parser *p, const plomb_rune_set *set)
{
	uint32_t first = p->range_count;

	p->range_count += set->n;
	return emit_atom(p, PLOMB_RE_CLASS, first, set->n);
}

static plomb_status
no_folding(parser *p)
{
	return refuse(p, "unsupported: (?i) with letters outside ASCII");
}

static plomb_status
literal(parser *p, uint32_t rune)
{
	plomb_rune_set set;

	if ((p->flags & FLAG_FOLD) == 0) {
		return emit_atom(p, PLOMB_RE_RUNE, rune, 0);
	}
	set = begin_set(p);
	if (!plomb_rune_add_folded(&set, rune, rune)) {
		return no_folding(p);
	}
	return emit_set(p, &set);
}

static int
hex_digit(int c)
{
	if ('0' <= c && c <= '9') {
		return c - '0';
	}
	if ('a' <= c && c <= 'f') {
		return c - 'a' + 10;
	}
	if ('A' <= c && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

static int
is_octal(int c)
{
	return '0' <= c && c <= '7';
}

static int
is_alnum(int c)
{
	return ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
}

/* Where the byte is in the constant, or -1; c may be -1 itself. */
static int
index_of(const char *letters, int c)
{
	int i;

	for (i = 0; letters[i] != 0; i ++) {
		if (letters[i] == c) {
			return i;
		}
	}
	return -1;
}

static plomb_status
bad_escape(parser *p)
{
	return refuse(p, "invalid escape sequence");
}

/* After "\x": two digits, or any number in braces. */
static plomb_status
hex_escape(parser *p, uint32_t *rune)
{
	int braces = ahead(p, 0) == '{';
	uint32_t value = 0;
	size_t digits = 0;

	p->at += braces ? 1 : 0;
	for (; braces || digits < 2; digits ++) {
		int digit = hex_digit(ahead(p, 0));

		if (digit < 0) {
			break;
		}
		value = value * 16 + (uint32_t)digit;
		if (value > PLOMB_RUNE_MAX) {
			return bad_escape(p);
		}
		p->at ++;
	}
	if (braces ? digits == 0 || ahead(p, 0) != '}' : digits != 2) {
		return bad_escape(p);
	}
	p->at += braces ? 1 : 0;

	/* No text has a surrogate; Go compares it with U+FFFD now and then. */
	if (0xD800 <= value && value <= 0xDFFF) {
		return refuse(p, "unsupported: surrogate code point");
	}
	*rune = value;
	return PLOMB_OK;
}

static uint32_t
octal_escape(parser *p, int first)
{
	uint32_t value = (uint32_t)(first - '0');
	int i;

	for (i = 1; i < 3 && is_octal(ahead(p, 0)); i ++) {
		value = value * 8 + (uint32_t)(ahead(p, 0) - '0');
		p->at ++;
	}
	return value;
}

/* A backslash and what stands for one rune. */
static plomb_status
rune_escape(parser *p, uint32_t *rune)
{
	static const unsigned char values[] = { '\a', '\f', '\n', '\r', '\t', '\v' };
	int c = ahead(p, 1), found;

	if (c < 0) {
		return refuse(p, "trailing backslash at end of expression");
	}
	p->at += 2;
	if (c == 'x') {
		return hex_escape(p, rune);
	}

	/* A single digit but 0 would be a back-reference. */
	if (c == '0' || (is_octal(c) && is_octal(ahead(p, 0)))) {
		*rune = octal_escape(p, c);
		return PLOMB_OK;
	}
	found = index_of("afnrtv", c);
	if (found >= 0) {
		*rune = values[found];
		return PLOMB_OK;
	}
	if (c >= 0x80 || is_alnum(c)) {
		return bad_escape(p);
	}
	*rune = (uint32_t)c;
	return PLOMB_OK;
}

/* \d \s \w and their opposites: 1 if it is one, which then is in the set. */
static int
perl_class(parser *p, plomb_rune_set *set)
{
	static const char *const names[] = { "d", "s", "w" };
	int found = index_of("dswDSW", ahead(p, 1));

	if (ahead(p, 0) != '\\' || found < 0) {
		return 0;
	}
	p->at += 2;
	return plomb_rune_add_group(set, plomb_view_of(names[found % 3]), found >= 3, (p->flags & FLAG_FOLD) != 0);
}

/* [:name:] inside a class; *found is 0 if there is no ":]" anywhere, since "[:" is then two runes. */
static plomb_status
posix_class(parser *p, plomb_rune_set *set, int *found)
{
	plomb_view name = { NULL, 0 };
	size_t end;
	int negated;

	*found = 0;
	if (ahead(p, 0) != '[' || ahead(p, 1) != ':') {
		return PLOMB_OK;
	}
	for (end = 2; ahead(p, end) != ':' || ahead(p, end + 1) != ']'; end ++) {
		if (ahead(p, end) < 0) {
			return PLOMB_OK;
		}
	}
	negated = end > 2 && ahead(p, 2) == '^';
	name = plomb_view_cut(p->text, p->at + 2 + (negated ? 1u : 0u), end - 2 - (negated ? 1u : 0u));

	/* The one-letter names are Perl's. */
	if (name.n <= 1 || !plomb_rune_add_group(set, name, negated, (p->flags & FLAG_FOLD) != 0)) {
		return refuse(p, "invalid character class range");
	}
	p->at += end + 2;
	*found = 1;
	return PLOMB_OK;
}

static int
at_unicode_class(const parser *p)
{
	return ahead(p, 0) == '\\' && (ahead(p, 1) == 'p' || ahead(p, 1) == 'P');
}

static plomb_status
class_rune(parser *p, uint32_t *rune)
{
	if (ahead(p, 0) < 0) {
		return refuse(p, "missing closing ]");
	}
	if (ahead(p, 0) == '\\') {
		return rune_escape(p, rune);
	}
	*rune = take_rune(p);
	return PLOMB_OK;
}

/* One rune or a range of a class. */
static plomb_status
class_range(parser *p, plomb_rune_set *set)
{
	uint32_t lo, hi;
	plomb_status s;

	s = class_rune(p, &lo);
	if (s != PLOMB_OK) {
		return s;
	}
	hi = lo;

	/* In [a-] the hyphen is itself. */
	if (ahead(p, 0) == '-' && ahead(p, 1) >= 0 && ahead(p, 1) != ']') {
		p->at ++;
		s = class_rune(p, &hi);
		if (s != PLOMB_OK) {
			return s;
		}
		if (hi < lo) {
			return refuse(p, "invalid character class range");
		}
	}
	if ((p->flags & FLAG_FOLD) == 0) {
		plomb_rune_add(set, lo, hi);
		return PLOMB_OK;
	}
	return plomb_rune_add_folded(set, lo, hi) ? PLOMB_OK : no_folding(p);
}

/* One member of a class. */
static plomb_status
class_member(parser *p, plomb_rune_set *set)
{
	plomb_status s;
	int found;

	s = posix_class(p, set, &found);
	if (s != PLOMB_OK || found) {
		return s;
	}
	if (at_unicode_class(p)) {
		return refuse(p, "unsupported: \\p");
	}
	return perl_class(p, set) ? PLOMB_OK : class_range(p, set);
}

/* [ … ] */
static plomb_status
parse_class(parser *p)
{
	plomb_rune_set set = begin_set(p);
	int negated, first = 1;
	plomb_status s;

	p->at ++;
	negated = skip(p, "^");

	/* A ] in the first place is itself. */
	while (first || ahead(p, 0) != ']') {
		first = 0;
		s = class_member(p, &set);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	p->at ++;
	if (negated) {
		plomb_rune_negate(&set);
	}
	return emit_set(p, &set);
}

/* ------------------------------------------------------------------ groups */

static plomb_status
open_group(parser *p)
{
	level *l;

	if (p->depth == MAX_DEPTH) {
		p->reason = "expression nests too deeply";
		return PLOMB_LIMIT_EXCEEDED;
	}
	p->depth ++;
	l = here(p);
	l->flags = p->flags;
	l->start = p->count;
	l->branch = p->count;
	l->atom = NONE;
	l->jumps = NONE;
	l->weight = 1;
	l->rest = 1;
	return PLOMB_OK;
}

/* The alternatives of the innermost group all go to its end, which is here. */
static void
join(parser *p)
{
	uint32_t at = here(p)->jumps;

	while (at != NONE && p->code != NULL) {
		uint32_t before = p->code[at].x;

		p->code[at].x = p->count;
		at = before;
	}
}

static plomb_status
close_group(parser *p)
{
	level *l = here(p);

	if (p->depth == 0) {
		return refuse(p, "unexpected )");
	}
	join(p);
	p->flags = l->flags;
	p->depth --;
	begin_atom(p, l->start, l->weight > l->rest ? l->weight : l->rest);
	return PLOMB_OK;
}

/* The alternative that ends here may be taken or not. */
static plomb_status
vertical_bar(parser *p)
{
	level *l = here(p);
	plomb_status s;

	s = insert_split(p, l->branch, p->count + 2);
	if (s != PLOMB_OK) {
		return s;
	}
	s = emit(p, PLOMB_RE_JUMP, l->jumps, 0);
	if (s != PLOMB_OK) {
		return s;
	}
	l->jumps = p->count - 1;
	l->branch = p->count;
	begin_atom(p, NONE, 1);
	return PLOMB_OK;
}

/* The name of (?P<name> or (?<name>, which does not matter but must be one. */
static plomb_status
group_name(parser *p)
{
	size_t n = 0;

	while (is_alnum(ahead(p, n)) || ahead(p, n) == '_') {
		n ++;
	}
	if (n == 0 || ahead(p, n) != '>') {
		return refuse(p, "invalid named capture");
	}
	p->at += n + 1;
	return open_group(p);
}

static unsigned
flag_of(int c)
{
	switch (c) {
	case 'i':
		return FLAG_FOLD;
	case 'm':
		return FLAG_MULTILINE;
	case 's':
		return FLAG_DOT_NL;
	case 'U':
		return FLAG_UNGREEDY;
	default:
		return 0;
	}
}

/* After "(?": flags to set, a minus and flags to clear, then ":" for a group or ")" for the rest of this one. */
static plomb_status
group_flags(parser *p)
{
	unsigned flags = p->flags, flag;
	int minus = 0, seen = 0, c;
	plomb_status s;

	for (;; p->at ++) {
		c = ahead(p, 0);
		flag = flag_of(c);
		if (flag == 0 && (c != '-' || minus)) {
			break;
		}
		if (flag == 0) {
			minus = 1;
			seen = 0;
			continue;
		}
		seen = 1;
		flags = minus ? flags & ~flag : flags | flag;
	}
	if ((c != ':' && c != ')') || (minus && !seen)) {
		return refuse(p, "invalid or unsupported Perl syntax");
	}
	p->at ++;
	if (c == ':') {
		s = open_group(p);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	p->flags = flags;
	return PLOMB_OK;
}

static plomb_status
left_paren(parser *p)
{
	if (skip(p, "(?P<") || skip(p, "(?<")) {
		return group_name(p);
	}
	if (skip(p, "(?")) {
		return group_flags(p);
	}
	p->at ++;
	return open_group(p);
}

/* ------------------------------------------------------------- repetitions */

/* x{min,max} as xx(x(x)?)?, with every way out going to the end. max is NONE for no limit. */
static plomb_status
expand(parser *p, uint32_t start, uint32_t min, uint32_t max)
{
	uint32_t n = p->count - start, last = start, end, i;
	plomb_status s;

	for (i = 1; i < min; i ++) {
		last = p->count;
		s = copy(p, start, n);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	if (max == NONE) {
		return emit(p, PLOMB_RE_SPLIT, last, p->count + 1);
	}
	end = p->count + (max - min) * (n + 1);
	for (i = min; i < max; i ++) {
		s = emit(p, PLOMB_RE_SPLIT, p->count + 1, end);
		if (s != PLOMB_OK) {
			return s;
		}
		s = copy(p, start, n);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* x{0,max}: the first x is optional too, so a split goes in front of it. */
static plomb_status
expand_optional(parser *p, uint32_t start, uint32_t max)
{
	uint32_t n = p->count - start, end, i;
	plomb_status s;

	if (max == NONE) {
		s = insert_split(p, start, p->count + 2);
		return s != PLOMB_OK ? s : emit(p, PLOMB_RE_JUMP, start, 0);
	}
	end = start + max * (n + 1);
	s = insert_split(p, start, end);
	for (i = 1; s == PLOMB_OK && i < max; i ++) {
		s = emit(p, PLOMB_RE_SPLIT, p->count + 1, end);
		if (s == PLOMB_OK) {
			s = copy(p, start + 1, n);
		}
	}
	return s;
}

/* Repeat what came last. counted is for the forms in braces, whose counts multiply. */
static plomb_status
repeat(parser *p, uint32_t min, uint32_t max, int counted)
{
	level *l = here(p);

	(void)skip(p, "?");
	if (p->repeated) {
		return refuse(p, "invalid nested repetition operator");
	}
	if (l->atom == NONE) {
		return refuse(p, "missing argument to repetition operator");
	}
	if (max == 0) {
		p->count = l->atom;
		l->weight = 1;
		return PLOMB_OK;
	}

	/* (x{100}){100} is refused although each count is allowed; no count is above 1000, so this does not overflow. */
	if (counted) {
		uint32_t times = max == NONE ? min : max;

		l->weight *= times > 1 ? times : 1;
		if (l->weight > MAX_REPEAT) {
			return refuse(p, "invalid repeat count");
		}
	}
	return min == 0 ? expand_optional(p, l->atom, max) : expand(p, l->atom, min, max);
}

/* Decimal digits without a leading zero; larger numbers are all alike. */
static int
take_count(parser *p, uint32_t *count)
{
	uint32_t value = 0;
	int c = ahead(p, 0), zero = c == '0';

	if (c < '0' || '9' < c) {
		return 0;
	}
	for (; '0' <= c && c <= '9'; c = ahead(p, 0)) {
		if (zero && value == 0 && ahead(p, 1) >= '0' && ahead(p, 1) <= '9') {
			return 0;
		}
		value = value > MAX_REPEAT ? value : value * 10 + (uint32_t)(c - '0');
		p->at ++;
	}
	*count = value;
	return 1;
}

/* {m}, {m,} or {m,n}: 1, and it is skipped. Else it is not a repetition, as {,n} is not. */
static int
take_braces(parser *p, uint32_t *min, uint32_t *max)
{
	size_t start = p->at;

	if (skip(p, "{") && take_count(p, min)) {
		*max = *min;
		if (skip(p, "}")) {
			return 1;
		}
		if (skip(p, ",")) {
			*max = NONE;
			if (skip(p, "}") || (take_count(p, max) && skip(p, "}"))) {
				return 1;
			}
		}
	}
	p->at = start;
	return 0;
}

/* A brace, which is itself unless it begins a repetition. */
static plomb_status
left_brace(parser *p, int *repeated)
{
	uint32_t min = 0, max = 0;

	if (!take_braces(p, &min, &max)) {
		p->at ++;
		return literal(p, '{');
	}
	if (min > MAX_REPEAT || (max != NONE && (max > MAX_REPEAT || min > max))) {
		return refuse(p, "invalid repeat count");
	}
	*repeated = 1;
	return repeat(p, min, max, 1);
}

/* ------------------------------------------------------------- the pattern */

/* \Q … \E, or to the end. */
static plomb_status
quoted(parser *p)
{
	plomb_status s;

	while (p->at < p->text.n && !skip(p, "\\E")) {
		s = literal(p, take_rune(p));
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
backslash(parser *p)
{
	plomb_rune_set set;
	uint32_t rune;
	plomb_status s;

	if (skip(p, "\\A")) {
		return emit_atom(p, PLOMB_RE_ASSERT, PLOMB_RE_BEGIN_TEXT, 0);
	}
	if (skip(p, "\\z")) {
		return emit_atom(p, PLOMB_RE_ASSERT, PLOMB_RE_END_TEXT, 0);
	}
	if (skip(p, "\\b")) {
		return emit_atom(p, PLOMB_RE_ASSERT, PLOMB_RE_WORD, 0);
	}
	if (skip(p, "\\B")) {
		return emit_atom(p, PLOMB_RE_ASSERT, PLOMB_RE_NOT_WORD, 0);
	}
	if (skip(p, "\\Q")) {
		return quoted(p);
	}
	if (at_unicode_class(p)) {
		return refuse(p, "unsupported: \\p");
	}
	set = begin_set(p);
	if (perl_class(p, &set)) {
		return emit_set(p, &set);
	}
	s = rune_escape(p, &rune);
	return s != PLOMB_OK ? s : literal(p, rune);
}

/* The next thing of the pattern; *repeated is 1 if it is a repetition. */
static plomb_status
next_token(parser *p, int *repeated)
{
	unsigned multiline = p->flags & FLAG_MULTILINE;
	int c = ahead(p, 0);

	switch (c) {
	case '(':
		return left_paren(p);
	case '[':
		return parse_class(p);
	case '{':
		return left_brace(p, repeated);
	case '\\':
		return backslash(p);
	case ')':
		p->at ++;
		return close_group(p);
	case '|':
		p->at ++;
		return vertical_bar(p);
	case '^':
		p->at ++;
		return emit_atom(p, PLOMB_RE_ASSERT, multiline ? PLOMB_RE_BEGIN_LINE : PLOMB_RE_BEGIN_TEXT, 0);
	case '$':
		p->at ++;
		return emit_atom(p, PLOMB_RE_ASSERT, multiline ? PLOMB_RE_END_LINE : PLOMB_RE_END_TEXT, 0);
	case '.':
		p->at ++;
		return emit_atom(p, (p->flags & FLAG_DOT_NL) != 0 ? PLOMB_RE_ANY : PLOMB_RE_ANY_NOT_NL, 0, 0);
	case '*':
	case '+':
	case '?':
		p->at ++;
		*repeated = 1;
		return repeat(p, c == '+', c == '?' ? 1 : NONE, 0);
	default:
		return literal(p, take_rune(p));
	}
}

/* The whole pattern, either way. */
static plomb_status
parse(parser *p)
{
	level top = { 0, 0, 0, NONE, NONE, 1, 1 };
	plomb_status s;

	p->at = 0;
	p->flags = 0;
	p->repeated = 0;
	p->count = 0;
	p->range_count = 0;
	p->depth = 0;
	p->levels[0] = top;
	while (p->at < p->text.n) {
		int repeated = 0;

		s = next_token(p, &repeated);
		if (s != PLOMB_OK) {
			return s;
		}
		p->repeated = repeated;
	}
	if (p->depth != 0) {
		return refuse(p, "missing closing )");
	}
	join(p);
	return emit(p, PLOMB_RE_MATCH, 0, 0);
}

/* ---------------------------------------------------------------- compiling */

/* At most this many groups are open at once. */
static size_t
levels_needed(plomb_view pattern)
{
	size_t i, n = 1;

	for (i = 0; i < pattern.n && n <= MAX_DEPTH; i ++) {
		n += pattern.p[i] == '(';
	}
	return n;
}

/* A set that can hold every instruction. */
static int
take_set(plomb_work *work, uint32_t count, plomb_re_set *set)
{
	set->n = 0;
	set->dense = plomb_work_take_array(work, count, sizeof *set->dense);
	set->sparse = plomb_work_take_array(work, count, sizeof *set->sparse);
	if (set->dense == NULL || set->sparse == NULL) {
		return 0;
	}

	/* Any content would do; but reading what was never written is nobody's good habit. */
	memset(set->dense, 0, count * sizeof *set->dense);
	memset(set->sparse, 0, count * sizeof *set->sparse);
	return 1;
}

static plomb_status
check_text(parser *p)
{
	if (p->text.n > PLOMB_MAX_PATTERN_BYTES) {
		return too_large(p);
	}
	return plomb_utf8_valid(p->text) ? PLOMB_OK : refuse(p, "invalid UTF-8");
}

/* Both passes, and everything that the program needs later. */
static plomb_status
compile(plomb_work *work, parser *p, plomb_regex *regex)
{
	plomb_re_program *program;
	plomb_status s;

	s = check_text(p);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_work_copy(work, p->text, &regex->pattern);
	if (s != PLOMB_OK) {
		return s;
	}
	p->levels = plomb_work_take_array(work, levels_needed(p->text), sizeof *p->levels);
	if (p->levels == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = parse(p);
	if (s != PLOMB_OK) {
		return s;
	}

	/* One range more than counted, so that a pattern without classes has an array too. */
	p->code = plomb_work_take_array(work, p->peak, sizeof *p->code);
	p->ranges = plomb_work_take_array(work, p->range_count + 1u, sizeof *p->ranges);
	program = plomb_work_take(work, sizeof *program);
	if (p->code == NULL || p->ranges == NULL || program == NULL
		|| !take_set(work, p->count, &program->run.now)
		|| !take_set(work, p->count, &program->run.next))
	{
		return PLOMB_NO_ROOM;
	}
	program->run.steps = 0;
	s = parse(p);
	program->code = p->code;
	program->count = p->count;
	program->ranges = p->ranges;
	regex->match = plomb_regex_match;
	regex->program = program;
	return s;
}

/* see plomb.h */
plomb_status
plomb_regex_compile(plomb_ctx *ctx, plomb_view pattern, const plomb_regex **regex)
{
	size_t mark = plomb_work_mark(ctx->work);
	plomb_view none = { NULL, 0 };
	plomb_regex *made;
	parser p;
	plomb_status s;

	*regex = NULL;
	memset(&p, 0, sizeof p);
	p.text = pattern;
	p.reason = "";
	made = plomb_work_take(ctx->work, sizeof *made);
	if (made == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = compile(ctx->work, &p, made);
	if (s == PLOMB_OK) {
		*regex = made;
		return s;
	}
	plomb_work_release(ctx->work, mark);
	return s == PLOMB_NO_ROOM ? s : plomb_refuse(ctx, s, plomb_view_of(p.reason), none, pattern);
}
