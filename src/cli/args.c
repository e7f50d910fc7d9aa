#include "args.h"

#include <stdlib.h>

/* What the parser walks along. */
typedef struct {
	plomb_args *args;
	const plomb_arg_alias *aliases;
	size_t alias_count;
	int argc;
	char *const *argv;
	int at; /* the next one to read */
	plomb_fault *fault;
} walk;

static plomb_status
usage(walk *w, const char *a, const char *b, const char *c)
{
	return plomb_fail(w->fault, PLOMB_USAGE_ERROR, a, b, c, (const char *)NULL);
}

/* A name of n bytes in the table; spec_count if it is not there. */
static size_t
find_name(const walk *w, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < w->alias_count; i ++) {
		if (strlen(w->aliases[i].name) == n && memcmp(w->aliases[i].name, name, n) == 0) {
			name = w->aliases[i].means;
			n = strlen(name);
			break;
		}
	}
	for (i = 0; i < w->args->spec_count; i ++) {
		if (strlen(w->args->specs[i].name) == n && memcmp(w->args->specs[i].name, name, n) == 0) {
			return i;
		}
	}
	return w->args->spec_count;
}

static size_t
find_letter(const walk *w, char letter)
{
	size_t i;

	for (i = 0; i < w->args->spec_count; i ++) {
		if (w->args->specs[i].letter == letter && letter != 0) {
			return i;
		}
	}
	return w->args->spec_count;
}

/* The spellings that Go's flag packages take. */
static int
read_switch(const char *text, int *on)
{
	static const char *const yes[] = { "true", "1", "t", "T", "TRUE", "True" };
	static const char *const no[] = { "false", "0", "f", "F", "FALSE", "False" };
	size_t i;

	for (i = 0; i < sizeof yes / sizeof yes[0]; i ++) {
		if (strcmp(text, yes[i]) == 0) {
			*on = 1;
			return 1;
		}
		if (strcmp(text, no[i]) == 0) {
			*on = 0;
			return 1;
		}
	}
	return 0;
}

/* Note an option. One that is not a list says the same thing every time. */
static plomb_status
note(walk *w, const plomb_arg *arg)
{
	const plomb_arg_spec *spec;
	size_t i;

	spec = &w->args->specs[arg->spec];
	for (i = 0; i < w->args->given_count && spec->kind != PLOMB_ARG_LIST; i ++) {
		plomb_arg *before;
		int same;

		before = &w->args->given[i];
		if (before->spec != arg->spec) {
			continue;
		}
		same = spec->kind == PLOMB_ARG_SWITCH
			? before->on == arg->on : strcmp(before->text, arg->text) == 0;
		if (!same && !w->args->last_wins) {
			return usage(w, "--", spec->name, " is given twice with different values");
		}
		*before = *arg;
		return PLOMB_OK;
	}
	w->args->given[w->args->given_count] = *arg;
	w->args->given_count ++;
	return PLOMB_OK;
}

/* One option was recognised; value is what stood behind "=", or NULL. */
static plomb_status
take(walk *w, size_t spec, const char *value)
{
	plomb_arg arg;
	const char *name;

	name = w->args->specs[spec].name;
	arg.spec = spec;
	arg.text = NULL;
	arg.on = 1;
	if (w->args->specs[spec].kind == PLOMB_ARG_SWITCH) {
		if (value != NULL && !read_switch(value, &arg.on)) {
			return usage(w, "--", name, " is neither true nor false");
		}
	}
	if (w->args->specs[spec].kind != PLOMB_ARG_SWITCH) {
		if (value == NULL) {
			if (w->at >= w->argc) {
				return usage(w, "--", name, " needs a value");
			}
			value = w->argv[w->at];
			w->at ++;
		}
		/*
		 * A script whose variable is not set would otherwise ask for
		 * less than its author thinks.
		 */
		if (value[0] == 0) {
			return usage(w, "--", name, " is empty");
		}
		arg.text = value;
	}
	return note(w, &arg);
}

/* What stands behind "=" is not repeated: it may be a password. */
static plomb_status
unknown(walk *w, const char *dashes, const char *word, size_t n)
{
	plomb_view name;
	char *copy;

	name.p = (const unsigned char *)word;
	name.n = n;
	copy = plomb_copy_view(name);
	if (copy == NULL) {
		return plomb_fail_status(w->fault, PLOMB_NO_ROOM, NULL);
	}
	(void)usage(w, "unknown flag: ", dashes, copy);
	free(copy);
	return PLOMB_USAGE_ERROR;
}

static plomb_status
take_long(walk *w, const char *word)
{
	const char *equals;
	size_t n, spec;

	equals = strchr(word, '=');
	n = equals == NULL ? strlen(word) : (size_t)(equals - word);
	spec = find_name(w, word, n);
	if (spec == w->args->spec_count) {
		return unknown(w, "--", word, n);
	}
	return take(w, spec, equals == NULL ? NULL : equals + 1);
}

/* Letters: a switch may be followed by further letters, a value ends the word. */
static plomb_status
take_short(walk *w, const char *word)
{
	while (*word != 0) {
		plomb_status s;
		size_t spec;

		spec = find_letter(w, *word);
		if (spec == w->args->spec_count) {
			return unknown(w, "-", word, 1);
		}
		word ++;
		if (*word == '=') {
			return take(w, spec, word + 1);
		}
		if (w->args->specs[spec].kind != PLOMB_ARG_SWITCH) {
			return take(w, spec, *word == 0 ? NULL : word);
		}
		if ((s = take(w, spec, NULL)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static void
add_rest(walk *w, const char *word)
{
	w->args->rest[w->args->rest_count] = word;
	w->args->rest_count ++;
}

/* see args.h */
plomb_status
plomb_args_parse(plomb_args *args, const plomb_arg_spec *specs, size_t spec_count,
	const plomb_arg_alias *aliases, size_t alias_count, int last_wins, int argc, char *const *argv, plomb_fault *fault)
{
	walk w;
	plomb_status s;
	size_t room;

	memset(args, 0, sizeof *args);
	args->specs = specs;
	args->spec_count = spec_count;
	args->last_wins = last_wins;
	w.args = args;
	w.aliases = aliases;
	w.alias_count = alias_count;
	w.argc = argc;
	w.argv = argv;
	w.at = 1;
	w.fault = fault;
	/* A word of letters can be as many options as it has bytes. */
	room = 1;
	while (w.at < argc) {
		room += strlen(argv[w.at]) + 1;
		w.at ++;
	}
	args->given = calloc(room, sizeof *args->given);
	args->rest = calloc(room, sizeof *args->rest);
	if (args->given == NULL || args->rest == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	w.at = 1;
	while (w.at < argc) {
		const char *word;

		word = argv[w.at];
		w.at ++;
		if (strcmp(word, "--") == 0) {
			break;
		}
		if (word[0] != '-' || word[1] == 0) {
			add_rest(&w, word);
			continue;
		}
		s = word[1] == '-' ? take_long(&w, word + 2) : take_short(&w, word + 1);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	while (w.at < argc) {
		add_rest(&w, argv[w.at]);
		w.at ++;
	}
	return PLOMB_OK;
}

/* see args.h */
void
plomb_args_free(plomb_args *args)
{
	free(args->given);
	free((void *)args->rest);
	memset(args, 0, sizeof *args);
}

/* see args.h */
plomb_status
plomb_args_belong(const plomb_args *args, uint32_t command, const char *command_name, plomb_fault *fault)
{
	size_t i;

	for (i = 0; i < args->given_count; i ++) {
		const plomb_arg_spec *spec;

		spec = &args->specs[args->given[i].spec];
		if ((spec->commands & command) != 0) {
			continue;
		}
		if ((spec->refused & command) == 0) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", spec->name,
				" is not an option of ", command_name, (const char *)NULL);
		}
		if (args->given[i].on || spec->kind != PLOMB_ARG_SWITCH) {
			return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--", spec->name,
				": ", spec->why, (const char *)NULL);
		}
	}
	return PLOMB_OK;
}

/* see args.h */
const char *
plomb_args_each(const plomb_args *args, size_t spec, size_t *at)
{
	while (*at < args->given_count) {
		const plomb_arg *arg;

		arg = &args->given[*at];
		*at += 1;
		if (arg->spec == spec) {
			return arg->text;
		}
	}
	return NULL;
}

/* see args.h */
const char *
plomb_args_text(const plomb_args *args, size_t spec)
{
	size_t at;

	at = 0;
	return plomb_args_each(args, spec, &at);
}

/* see args.h */
int
plomb_args_has(const plomb_args *args, size_t spec)
{
	size_t i;

	for (i = 0; i < args->given_count; i ++) {
		if (args->given[i].spec == spec) {
			return 1;
		}
	}
	return 0;
}

/* see args.h */
int
plomb_args_on(const plomb_args *args, size_t spec, int otherwise)
{
	size_t i;

	for (i = 0; i < args->given_count; i ++) {
		if (args->given[i].spec == spec) {
			return args->given[i].on;
		}
	}
	return otherwise;
}
