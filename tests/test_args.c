/* src/cli/args.c, timeout.c: spellings, and the ones that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/time.h>

#include "../src/cli/args.h"
#include "../src/cli/options.h"
#include "../src/cli/timeout.h"

enum { KEY, LIST, SWITCH, OTHER, SECRET };

static const plomb_arg_spec specs[] = {
	{ "key", 'k', PLOMB_ARG_TEXT, 1, 0, NULL, "FILE", "a key" },
	{ "annotations", 'a', PLOMB_ARG_LIST, 1, 0, NULL, "PAIR", "a pair" },
	{ "offline", 'o', PLOMB_ARG_SWITCH, 1, 0, NULL, NULL, "a switch" },
	{ "other", 'x', PLOMB_ARG_SWITCH, 2, 0, NULL, NULL, "another command's" },
	{ "registry-password", 0, PLOMB_ARG_TEXT, 0, 1, "no registry", "PASSWORD", NULL }
};

static const plomb_arg_alias aliases[] = { { "cle", "key" } };

typedef struct {
	const char *name;
	const char *argv[6]; /* behind the program's name */
	plomb_status status;
	const char *message; /* NULL: not looked at */
} row;

static plomb_status
parse_as(const row *r, int last_wins, plomb_args *args, plomb_fault *fault)
{
	char *argv[8];
	int argc;

	argv[0] = (char *)(uintptr_t)"plomb";
	for (argc = 1; argc < 7 && r->argv[argc - 1] != NULL; argc ++) {
		argv[argc] = (char *)(uintptr_t)r->argv[argc - 1];
	}
	return plomb_args_parse(args, specs, sizeof specs / sizeof specs[0], aliases, 1, last_wins, argc, argv, fault);
}

static plomb_status
parse(const row *r, plomb_args *args, plomb_fault *fault)
{
	return parse_as(r, 0, args, fault);
}

static void
spellings(void **state)
{
	static const row rows[] = {
		{ "value behind a blank", { "--key", "f" }, PLOMB_OK, NULL },
		{ "value behind =", { "--key=f" }, PLOMB_OK, NULL },
		{ "letter and blank", { "-k", "f" }, PLOMB_OK, NULL },
		{ "letter and value", { "-kf" }, PLOMB_OK, NULL },
		{ "letter and =", { "-k=f" }, PLOMB_OK, NULL },
		{ "another spelling", { "--cle", "f" }, PLOMB_OK, NULL },
		{ "behind a switch's letter", { "-okf" }, PLOMB_OK, NULL },
		{ "behind an argument", { "image", "--key", "f" }, PLOMB_OK, NULL },
		{ "twice the same", { "--key", "f", "-kf" }, PLOMB_OK, NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_args args;
		plomb_fault fault;

		plomb_fault_init(&fault);
		assert_int_equal(parse(&rows[i], &args, &fault), PLOMB_OK);
		assert_string_equal(plomb_args_text(&args, KEY), "f");
		assert_true(plomb_args_has(&args, KEY));
		assert_int_equal(plomb_args_belong(&args, 1, "verify", &fault), PLOMB_OK);
		plomb_args_free(&args);
		plomb_fault_free(&fault);
	}
}

static void
refused(void **state)
{
	static const row rows[] = {
		{ "a flag nobody knows", { "--ky", "f" }, PLOMB_USAGE_ERROR, "unknown flag: --ky" },
		{ "a longer name", { "--keys=f" }, PLOMB_USAGE_ERROR, "unknown flag: --keys" },
		{ "a prefix is not a name", { "--ke=f" }, PLOMB_USAGE_ERROR, "unknown flag: --ke" },
		{ "a letter nobody knows", { "-z" }, PLOMB_USAGE_ERROR, "unknown flag: -z" },
		{ "a password behind a mistyped name is not repeated", { "--pasword=hunter2" }, PLOMB_USAGE_ERROR, "unknown flag: --pasword" },
		{ "no value", { "--key" }, PLOMB_USAGE_ERROR, "--key needs a value" },
		{ "no value behind the letter", { "-k" }, PLOMB_USAGE_ERROR, "--key needs a value" },
		{ "an empty value", { "--key=" }, PLOMB_USAGE_ERROR, "--key is empty" },
		{ "an empty word", { "--key", "" }, PLOMB_USAGE_ERROR, "--key is empty" },
		{ "an empty element", { "-a", "" }, PLOMB_USAGE_ERROR, "--annotations is empty" },
		{ "two different values", { "--key=f", "--key=g" }, PLOMB_USAGE_ERROR, "--key is given twice with different values" },
		{ "on and off", { "--offline", "--offline=false" }, PLOMB_USAGE_ERROR, "--offline is given twice with different values" },
		{ "neither true nor false", { "--offline=maybe" }, PLOMB_USAGE_ERROR, "--offline is neither true nor false" },
		{ "an empty switch", { "--offline=" }, PLOMB_USAGE_ERROR, "--offline is neither true nor false" },
		{ "control characters in a name", { "--\033[31m" }, PLOMB_USAGE_ERROR, "unknown flag: --\\x1b[31m" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_args args;
		plomb_fault fault;

		plomb_fault_init(&fault);
		assert_int_equal(parse(&rows[i], &args, &fault), rows[i].status);
		assert_string_equal(plomb_text_cstr(&fault.message), rows[i].message);
		plomb_args_free(&args);
		plomb_fault_free(&fault);
	}
}

static void
switches(void **state)
{
	static const struct {
		const char *word;
		int on;
	} rows[] = {
		{ "--offline", 1 }, { "-o", 1 }, { "--offline=true", 1 }, { "--offline=1", 1 }, { "--offline=T", 1 },
		{ "--offline=TRUE", 1 }, { "-o=True", 1 }, { "--offline=false", 0 }, { "--offline=0", 0 },
		{ "--offline=f", 0 }, { "--offline=F", 0 }, { "--offline=FALSE", 0 }, { "-o=False", 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		row r = { "", { NULL }, PLOMB_OK, NULL };
		plomb_args args;
		plomb_fault fault;

		r.argv[0] = rows[i].word;
		plomb_fault_init(&fault);
		assert_int_equal(parse(&r, &args, &fault), PLOMB_OK);
		assert_int_equal(plomb_args_on(&args, SWITCH, !rows[i].on), rows[i].on);
		assert_int_equal(plomb_args_on(&args, OTHER, 7), 7);
		plomb_args_free(&args);
		plomb_fault_free(&fault);
	}
}

/* A value after a blank belongs to no switch: it is an argument, as in Go. */
static void
arguments(void **state)
{
	static const row r = { "", { "-", "--offline", "false", "--", "--key" }, PLOMB_OK, NULL };
	plomb_args args;
	plomb_fault fault;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(parse(&r, &args, &fault), PLOMB_OK);
	assert_int_equal(args.rest_count, 3);
	assert_string_equal(args.rest[0], "-");
	assert_string_equal(args.rest[1], "false");
	assert_string_equal(args.rest[2], "--key");
	assert_int_equal(args.given_count, 1);
	assert_null(plomb_args_text(&args, KEY));
	assert_false(plomb_args_has(&args, KEY));
	plomb_args_free(&args);
	plomb_fault_free(&fault);
}

static void
lists(void **state)
{
	static const row r = { "", { "-a", "one", "--annotations=two", "-athree", "-a=" "four" }, PLOMB_OK, NULL };
	static const char *const want[] = { "one", "two", "three", "four" };
	plomb_args args;
	plomb_fault fault;
	size_t at, i;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(parse(&r, &args, &fault), PLOMB_OK);
	at = 0;
	for (i = 0; i < 4; i ++) {
		assert_string_equal(plomb_args_each(&args, LIST, &at), want[i]);
	}
	assert_null(plomb_args_each(&args, LIST, &at));
	plomb_args_free(&args);
	plomb_fault_free(&fault);
}

static void
belonging(void **state)
{
	static const row rows[] = {
		{ "another command's option", { "--other" }, PLOMB_USAGE_ERROR, "--other is not an option of verify" },
		{ "another command's, though off", { "--other=false" }, PLOMB_USAGE_ERROR, "--other is not an option of verify" },
		{ "one that is refused, and its value is not told", { "--registry-password=hunter2" }, PLOMB_UNSUPPORTED_FEATURE,
			"--registry-password: no registry" },
		{ "its own", { "--offline" }, PLOMB_OK, "" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_args args;
		plomb_fault fault;

		plomb_fault_init(&fault);
		assert_int_equal(parse(&rows[i], &args, &fault), PLOMB_OK);
		assert_int_equal(plomb_args_belong(&args, 1, "verify", &fault), rows[i].status);
		assert_string_equal(plomb_text_cstr(&fault.message), rows[i].message);
		plomb_args_free(&args);
		plomb_fault_free(&fault);
	}
}

/* The real table: names are unique, every option says what it is for or why it is refused. */
static void
the_table(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < PLOMB_OPTION_COUNT; i ++) {
		const plomb_arg_spec *spec = &plomb_option_table[i];

		assert_true((spec->commands & spec->refused) == 0);
		assert_true(spec->commands == 0 || spec->help != NULL);
		assert_true(spec->refused == 0 || spec->why != NULL);
		assert_true((spec->kind == PLOMB_ARG_SWITCH) == (spec->value == NULL));
		for (k = 0; k < i; k ++) {
			assert_string_not_equal(plomb_option_table[k].name, spec->name);
			assert_true(spec->letter == 0 || plomb_option_table[k].letter != spec->letter);
		}
	}
}

/* As cosign reads them: what was said last counts; a list keeps all. */
static void
last_wins(void **state)
{
	static const row r = { "", { "--key=f", "--offline", "-ax", "--key=g", "--offline=false", "-ay" }, PLOMB_OK, NULL };
	plomb_args args;
	plomb_fault fault;
	size_t at;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(parse_as(&r, 1, &args, &fault), PLOMB_OK);
	assert_string_equal(plomb_args_text(&args, KEY), "g");
	assert_int_equal(plomb_args_on(&args, SWITCH, 1), 0);
	at = 0;
	assert_string_equal(plomb_args_each(&args, LIST, &at), "x");
	assert_string_equal(plomb_args_each(&args, LIST, &at), "y");
	plomb_args_free(&args);
	plomb_fault_free(&fault);
}

/* A refused switch that is off asks for nothing. */
static void
refused_but_off(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"plomb", (char *)(uintptr_t)"--sk=false", (char *)(uintptr_t)"--cert-identity=me" };
	plomb_args args;
	plomb_fault fault;

	(void)state;
	plomb_fault_init(&fault);
	assert_int_equal(plomb_options_parse(&args, 0, 3, argv, &fault), PLOMB_OK);
	assert_int_equal(plomb_args_belong(&args, PLOMB_CMD_VERIFY, "verify", &fault), PLOMB_OK);
	assert_string_equal(plomb_args_text(&args, PLOMB_OPTION_IDENTITY), "me");
	plomb_args_free(&args);
	argv[1] = (char *)(uintptr_t)"--sk";
	assert_int_equal(plomb_options_parse(&args, 0, 3, argv, &fault), PLOMB_OK);
	assert_int_equal(plomb_args_belong(&args, PLOMB_CMD_VERIFY, "verify", &fault), PLOMB_UNSUPPORTED_FEATURE);
	plomb_args_free(&args);
	plomb_fault_free(&fault);
}

static void
durations(void **state)
{
	static const struct {
		const char *text;
		uint32_t ms; /* 0: refused */
	} rows[] = {
		{ "90s", 90000 }, { "3m0s", 180000 }, { "1.5h", 5400000 }, { "250ms", 250 }, { "1h2m3s4ms", 3723004 },
		{ "0.5s", 500 }, { ".5s", 500 }, { "1.s", 1000 }, { "24h", 86400000 },
		{ "", 0 }, { "0s", 0 }, { "5", 0 }, { "5x", 0 }, { "s", 0 }, { ".s", 0 }, { "-1s", 0 }, { "1s ", 0 },
		{ "25h", 0 }, { "999999999s", 0 }, { "1.123456789s", 0 }, { "99999999h", 0 }, { "0.0001ms", 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		uint32_t ms;

		assert_int_equal(plomb_duration_parse(plomb_view_of_arg(rows[i].text), &ms),
			rows[i].ms == 0 ? PLOMB_USAGE_ERROR : PLOMB_OK);
		assert_int_equal(ms, rows[i].ms);
	}
}

/* Milliseconds until the alarm; 0: there is none. */
static long
left_ms(void)
{
	struct itimerval timer;

	assert_int_equal(getitimer(ITIMER_REAL, &timer), 0);
	return (long)timer.it_value.tv_sec * 1000 + (long)timer.it_value.tv_usec / 1000;
}

/* A single wait has a deadline of its own, but only where the whole program has none. */
static void
waits(void **state)
{
	(void)state;
	assert_int_equal(left_ms(), 0);
	plomb_timeout_wait();
	assert_in_range(left_ms(), PLOMB_TIMEOUT_NETWORK_MS / 2, PLOMB_TIMEOUT_NETWORK_MS);
	plomb_timeout_waited();
	assert_int_equal(left_ms(), 0);
	assert_true(plomb_timeout_start(86400000));
	plomb_timeout_wait();
	assert_true(left_ms() > 10 * PLOMB_TIMEOUT_NETWORK_MS);
	plomb_timeout_waited();
	assert_true(left_ms() > 10 * PLOMB_TIMEOUT_NETWORK_MS);
	assert_true(plomb_timeout_start(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings),
		cmocka_unit_test(refused),
		cmocka_unit_test(switches),
		cmocka_unit_test(arguments),
		cmocka_unit_test(lists),
		cmocka_unit_test(belonging),
		cmocka_unit_test(the_table),
		cmocka_unit_test(last_wins),
		cmocka_unit_test(refused_but_off),
		cmocka_unit_test(durations),
		cmocka_unit_test(waits)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
