/* Regular expressions: the same answers as Go's regexp, or a refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/regex_program.h"

static uint64_t room[1u << 17]; /* 1 MiB, aligned for anything */
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;

static plomb_status
compile(plomb_view pattern, const plomb_regex **regex)
{
	plomb_work_init(&work, room, sizeof room);
	memset(&ctx, 0, sizeof ctx);
	memset(&detail, 0, sizeof detail);
	ctx.work = &work;
	ctx.detail = &detail;
	return plomb_regex_compile(&ctx, pattern, regex);
}

static plomb_view
view_of(const char *text)
{
	plomb_view view;

	view.p = (const unsigned char *)text;
	view.n = strlen(text);
	return view;
}

/* ------------------------------------------------------------ Go's answers */

#define LINE 512

/* %XX back to bytes, in place. */
static plomb_view
unescape(char *text)
{
	plomb_view view = view_of(text);
	size_t i, n = 0;

	for (i = 0; i < view.n; i ++) {
		char digits[3] = { 0, 0, 0 };

		if (text[i] == '%') {
			memcpy(digits, text + i + 1, 2);
			text[n ++] = (char)strtol(digits, NULL, 16);
			i += 2;
		} else {
			text[n ++] = text[i];
		}
	}
	view.n = n;
	return view;
}

static char
answer(plomb_view pattern, plomb_view text)
{
	const plomb_regex *regex;

	switch (compile(pattern, &regex)) {
	case PLOMB_OK:
		return plomb_regex_match(regex, text) ? '1' : '0';
	case PLOMB_IDENTITY_REGEX_INVALID:
		assert_null(regex);
		assert_int_equal(work.used, 0);
		/* Nothing in the table may be refused as beyond us. */
		assert_true(detail.what.n > 0 && !plomb_view_starts(detail.what, "unsupported"));
		return 'E';
	default:
		return '?';
	}
}

static void
test_vectors(void **state)
{
	FILE *file = fopen(VECTORS "/regex/vectors.tsv", "rb");
	char line[LINE], shown[LINE], grouped[LINE];
	unsigned rows = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL) {
		char *text = strchr(line, '\t'), *want;
		plomb_view pattern, in, whole;
		char got;

		assert_non_null(text);
		*text ++ = 0;
		want = strchr(text, '\t');
		assert_non_null(want);
		*want ++ = 0;
		memcpy(shown, line, sizeof line);
		pattern = unescape(line);
		in = unescape(text);
		got = answer(pattern, in);
		if (got != *want) {
			fail_msg("row %u, pattern %s: Go says %c, not %c", rows + 1, shown, *want, got);
		}

		/* Any part of a pattern may be put in a group. */
		if (pattern.n + 4 < sizeof grouped && got != 'E' && memchr(pattern.p, 'Q', pattern.n) == NULL) {
			memcpy(grouped, "(?:", 3);
			memcpy(grouped + 3, pattern.p, pattern.n);
			grouped[pattern.n + 3] = ')';
			whole.p = (const unsigned char *)grouped;
			whole.n = pattern.n + 4;
			if (answer(whole, in) != got) {
				fail_msg("row %u, pattern %s: another answer inside a group", rows + 1, shown);
			}
		}
		rows ++;
	}
	fclose(file);
	assert_true(rows > 4000);
}

/* ------------------------------------------------------------------ refused */

struct refusal {
	const char *name, *pattern, *reason;
};

static const struct refusal refusals[] = {
	{ "a class by Unicode property", "\\p{Greek}", "unsupported: \\p" },
	{ "the same, one letter", "\\pL", "unsupported: \\p" },
	{ "the same, negated", "\\PL", "unsupported: \\p" },
	{ "the same inside a class", "[a\\p{L}]", "unsupported: \\p" },
	{ "folding a letter with an accent", "(?i)\xC3\xA9", "unsupported: (?i) with letters outside ASCII" },
	{ "folding it in a class", "(?i)[\xC3\xA9]", "unsupported: (?i) with letters outside ASCII" },
	{ "folding it in quotes", "(?i)\\Q\xC3\xA9\\E", "unsupported: (?i) with letters outside ASCII" },
	{ "folding it by number", "(?i)\\xe9", "unsupported: (?i) with letters outside ASCII" },
	{ "folding a range that leaves ASCII", "(?i)[a-\\x{100}]", "unsupported: (?i) with letters outside ASCII" },
	{ "folding a range up to the long s", "(?i)[\\x{17e}-\\x{17f}]", "unsupported: (?i) with letters outside ASCII" },
	{ "folding from beyond A to the end", "(?i)[B-\\x{10FFFF}]", "unsupported: (?i) with letters outside ASCII" },
	{ "folding a range to before the last cased rune", "(?i)[A-\\x{1E942}]", "unsupported: (?i) with letters outside ASCII" },
	{ "a surrogate", "\\x{D800}", "unsupported: surrogate code point" },
	{ "the last surrogate", "[\\x{DFFF}]", "unsupported: surrogate code point" },
	{ "look-ahead", "(?=a)", "invalid or unsupported Perl syntax" },
	{ "look-behind, which looks like a name", "(?<=a)", "invalid named capture" },
	{ "back-reference", "(a)\\1", "invalid escape sequence" },
	{ "possessive repetition", "a*+", "invalid nested repetition operator" },
	{ "nothing to repeat", "a|*", "missing argument to repetition operator" },
	{ "a count over 1000", "a{1001}", "invalid repeat count" },
	{ "counts that multiply", "(a{100}){11}", "invalid repeat count" },
	{ "an open group", "(a", "missing closing )" },
	{ "a closed group that was not open", "a)", "unexpected )" },
	{ "an open class", "[a", "missing closing ]" },
	{ "a range the wrong way round", "[b-a]", "invalid character class range" },
	{ "a lone backslash", "a\\", "trailing backslash at end of expression" },
	{ "a byte that is not UTF-8", "a\xFF", "invalid UTF-8" },
	{ "end of text, older spelling", "a\\Z", "invalid escape sequence" },
};

static void
test_refusals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof refusals / sizeof refusals[0]; i ++) {
		const struct refusal *row = &refusals[i];
		const plomb_regex *regex;

		print_message("  %s\n", row->name);
		assert_int_equal(compile(view_of(row->pattern), &regex), PLOMB_IDENTITY_REGEX_INVALID);
		assert_null(regex);
		assert_true(plomb_view_is(detail.what, row->reason));
		assert_true(plomb_view_is(detail.got, row->pattern));
		assert_int_equal(work.used, 0);

		/* The same without anybody to tell. */
		ctx.detail = NULL;
		assert_int_equal(plomb_regex_compile(&ctx, view_of(row->pattern), &regex), PLOMB_IDENTITY_REGEX_INVALID);
	}
}

/* What lies beside each unsupported row and works. */
static void
test_supported(void **state)
{
	static const struct {
		const char *pattern, *yes, *no;
	} rows[] = {
		{ "(?i)k", "\xE2\x84\xAA", "\xC4\xB8" }, /* the Kelvin sign, not kra */
		{ "(?i)s", "\xC5\xBF", "\xC3\x9F" }, /* the long s, not the sharp one */
		{ "(?i)\\x{212A}", "k", "s" },
		{ "(?i)[\\x{17F}]", "S", "k" },
		{ "(?i)[\\x{1F600}]", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x81" },
		{ "(?i)[A-\\x{1E943}]", "z", "1" },
		{ "(?i:a)\xC3\xA9", "A\xC3\xA9", "A\xC3\x89" },
		{ "\\x{D7FF}", "\xED\x9F\xBF", "\xEE\x80\x80" },
		{ "\\x{E000}", "\xEE\x80\x80", "\xED\x9F\xBF" },
		{ "(?-i)(?i)(?-i)a", "a", "A" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		assert_int_equal(answer(view_of(rows[i].pattern), view_of(rows[i].yes)), '1');
		assert_int_equal(answer(view_of(rows[i].pattern), view_of(rows[i].no)), '0');
	}
}

/* ------------------------------------------------------------------- limits */

/* n times the same text. */
static plomb_view
times(char *buffer, const char *text, size_t n)
{
	size_t each = strlen(text), i;
	plomb_view view;

	for (i = 0; i < n; i ++) {
		memcpy(buffer + i * each, text, each);
	}
	view.p = (const unsigned char *)buffer;
	view.n = n * each;
	return view;
}

static void
test_limits(void **state)
{
	static char buffer[2 * PLOMB_MAX_PATTERN_BYTES];
	static const struct {
		const char *name, *piece;
		size_t n;
		plomb_status want;
	} rows[] = {
		{ "the longest pattern", "a", PLOMB_MAX_PATTERN_BYTES, PLOMB_OK },
		{ "one byte longer", "a", PLOMB_MAX_PATTERN_BYTES + 1, PLOMB_LIMIT_EXCEEDED },
		{ "groups as deep as allowed, not closed", "(", 100, PLOMB_IDENTITY_REGEX_INVALID },
		{ "one group deeper", "(", 101, PLOMB_LIMIT_EXCEEDED },
		{ "the same without a capture", "(?:", 101, PLOMB_LIMIT_EXCEEDED },
		{ "the same with a name", "(?P<n>", 101, PLOMB_LIMIT_EXCEEDED },
		{ "many states", "a{1000}", 19, PLOMB_OK },
		{ "a state too many, the last one", "a{1000}", 20, PLOMB_LIMIT_EXCEEDED },
		{ "a copy too many", "(?:abc){1000}", 7, PLOMB_LIMIT_EXCEEDED },
		{ "an optional copy too many", "(?:abc){0,1000}", 7, PLOMB_LIMIT_EXCEEDED },
		{ "a further optional copy too many", "(?:abc){1,1000}", 7, PLOMB_LIMIT_EXCEEDED },
		{ "empty copies cost their splits", "(){0,1000}", 21, PLOMB_LIMIT_EXCEEDED },
		{ "empty copies after the first", "(){1,1000}", 21, PLOMB_LIMIT_EXCEEDED },
		{ "nothing costs nothing", "a{1000}{0}", 1, PLOMB_IDENTITY_REGEX_INVALID },
		{ "what is thrown away does not count", "(a{1000}){0}", 100, PLOMB_OK },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const plomb_regex *regex;

		print_message("  %s\n", rows[i].name);
		assert_int_equal(compile(times(buffer, rows[i].piece, rows[i].n), &regex), rows[i].want);
		if (rows[i].want != PLOMB_OK) {
			assert_int_equal(work.used, 0);
		}
	}
}

/* Twenty thousand less some states, and every kind of instruction that could be the one too many. */
static void
test_last_state(void **state)
{
	static const char *const tails[] = { "b", "b*", "b+", "b?", "b|c", "b{2}", "b{1,2}", "b{2,}", "b{0,2}", "(?:b|c|d)", "[bc]", "^", "\\Qbc\\E" };
	static char buffer[PLOMB_MAX_PATTERN_BYTES];
	size_t i, fill;

	(void)state;
	for (i = 0; i < sizeof tails / sizeof tails[0]; i ++) {
		int accepted = 0, refused = 0;

		for (fill = 990; fill <= 1000; fill ++) {
			const plomb_regex *regex;
			plomb_status s;
			int n = snprintf(buffer, sizeof buffer,
				"a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}"
				"a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{1000}a{%u}%s", (unsigned)fill, tails[i]);

			assert_true(n > 0);
			s = compile(view_of(buffer), &regex);
			accepted += s == PLOMB_OK;
			refused += s == PLOMB_LIMIT_EXCEEDED;
			if (s == PLOMB_OK) {
				assert_true(regex->program->count <= PLOMB_MAX_PATTERN_STATES);
				assert_int_equal(refused, 0);
			}
		}
		assert_true(accepted > 0 && refused > 0);
		assert_int_equal(accepted + refused, 11);
	}
}

/* Every size of the buffer up to the one that is enough is refused, and nothing stays taken. */
static void
test_no_room(void **state)
{
	plomb_view pattern = PLOMB_LIT("^(a|[^b-d]){2,3}\\d*$");
	const plomb_regex *regex;
	size_t size, enough;

	(void)state;
	assert_int_equal(compile(pattern, &regex), PLOMB_OK);
	enough = work.high_water;
	for (size = 0; size < enough; size ++) {
		plomb_work_init(&work, room, size);
		assert_int_equal(plomb_regex_compile(&ctx, pattern, &regex), PLOMB_NO_ROOM);
		assert_null(regex);
		assert_int_equal(work.used, 0);
		assert_true(work.missing > 0);
	}
	plomb_work_init(&work, room, enough);
	assert_int_equal(plomb_regex_compile(&ctx, pattern, &regex), PLOMB_OK);
	assert_true(plomb_regex_match(regex, view_of("aa5")));
}

/* Patterns that take exponential time elsewhere look at each state at most once for each rune. */
static void
test_linear(void **state)
{
	static const char *const patterns[] = { "(a*)*b", "(a+)+$", "(a|aa)+$", "(a?){100}a{100}b", "(x+x+)+y", "((((a*)*)*)*)*b" };
	static char buffer[5000];
	plomb_view text = times(buffer, "a", sizeof buffer);
	size_t i;

	(void)state;
	buffer[sizeof buffer - 1] = '!';
	for (i = 0; i < sizeof patterns / sizeof patterns[0]; i ++) {
		const plomb_regex *regex;

		assert_int_equal(compile(view_of(patterns[i]), &regex), PLOMB_OK);
		assert_false(plomb_regex_match(regex, text));
		assert_true(regex->program->run.steps <= (uint64_t)regex->program->count * (text.n + 1));
	}
}

/* ------------------------------------------------------------------ anchors */

static void
test_anchored(void **state)
{
	static const struct {
		const char *pattern;
		int anchored;
	} rows[] = {
		{ "^https://example\\.com/.*$", 1 },
		{ "\\Aa\\z", 1 },
		{ "^(a|b)$", 1 },
		{ "^a$|^b$", 1 },
		{ "(^a|^b)$", 1 },
		{ "(?:^)a(?:$)", 1 },
		{ "^$", 1 },
		{ "^*a$", 0 },
		{ "^+a$", 1 },
		{ "(?i)^a$", 1 },
		{ "^^a$$", 1 },
		{ "\\b^a$", 1 },
		{ "example\\.com", 0 },
		{ "^example", 0 },
		{ "example$", 0 },
		{ "^a|b$", 0 },
		{ "^a$|b", 0 },
		{ "^a|b", 0 },
		{ "(^|a)b$", 0 },
		{ "^a($|b)", 0 },
		{ "(?m)^a$", 0 },
		{ "^a$?", 0 },
		{ "", 0 },
		{ "^", 0 },
		{ "$", 0 },
		{ "\\^a\\$", 0 },
		{ "[^a]$", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		const plomb_regex *regex;

		print_message("  %s\n", rows[i].pattern);
		assert_int_equal(compile(view_of(rows[i].pattern), &regex), PLOMB_OK);
		assert_int_equal(plomb_regex_anchored(regex), rows[i].anchored);
		/* Asking does not disturb matching, nor the other way round. */
		(void)plomb_regex_match(regex, view_of("a"));
		assert_int_equal(plomb_regex_anchored(regex), rows[i].anchored);
	}
}

/* The pattern is the regex's own copy. */
static void
test_pattern(void **state)
{
	char pattern[] = "^a+$";
	const plomb_regex *regex;

	(void)state;
	assert_int_equal(compile(view_of(pattern), &regex), PLOMB_OK);
	memset(pattern, 'x', sizeof pattern);
	assert_true(plomb_view_is(regex->pattern, "^a+$"));
	assert_true(plomb_regex_match(regex, view_of("aa")));
	assert_false(plomb_regex_match(regex, view_of("aab")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_supported),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_last_state),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_anchored),
		cmocka_unit_test(test_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
