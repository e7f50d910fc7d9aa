/* see gate.h: the command line as containerd writes it. */
#include "gate.h"

#include <stdlib.h>

/* The protocol's options, which Go's programs take with one dash or two. */
static const char *const protocol[] = { "name", "digest", "stdin-media-type", "operation" };

/* The name behind one dash, of these; NULL if the argument is none of them. */
static const char *
protocol_option(const char *argument)
{
	size_t i;

	if (argument[0] != '-' || argument[1] == '-') {
		return NULL;
	}
	for (i = 0; i < sizeof protocol / sizeof protocol[0]; i ++) {
		size_t n;

		n = strlen(protocol[i]);
		if (strncmp(argument + 1, protocol[i], n) == 0 && (argument[n + 1] == 0 || argument[n + 1] == '=')) {
			return protocol[i];
		}
	}
	return NULL;
}

/* With two dashes, those that no other command has; another one's flags may stand before its name. */
static int
is_own_option(const char *argument)
{
	const char *name;

	if (argument[0] != '-' || argument[1] != '-') {
		return 0;
	}
	name = protocol_option(argument + 1);
	return name != NULL && strcmp(name, "digest") != 0;
}

/* Started as a plugin: options come first, and one of them is the protocol's. */
static int
is_plugin(int argc, char **argv)
{
	int i;

	if (argc < 2 || argv[1][0] != '-') {
		return 0;
	}
	for (i = 1; i < argc; i ++) {
		if (protocol_option(argv[i]) != NULL || is_own_option(argv[i])) {
			return 1;
		}
	}
	return 0;
}

/* One argument of the new list, from one or two of the old. */
static char *
translate(int argc, char **argv, int *at)
{
	plomb_text text;
	const char *argument;
	char *copy;

	argument = argv[*at];
	plomb_text_init(&text);
	if (protocol_option(argument) != NULL) {
		plomb_text_str(&text, "-");
	}
	plomb_text_str(&text, argument);
	if (protocol_option(argument) != NULL && strchr(argument, '=') == NULL && *at + 1 < argc) {
		*at += 1;
		plomb_text_str(&text, "=");
		plomb_text_str(&text, argv[*at]);
	}
	copy = text.failed ? NULL : plomb_copy_view(plomb_text_as_view(&text));
	plomb_text_free(&text);
	return copy;
}

/* see gate.h */
int
plomb_gate_argv(int argc, char **argv, char ***out, int *count)
{
	int at, n, is_started;

	*out = argv;
	*count = argc;
	is_started = is_plugin(argc, argv);
	if (!is_started && (argc < 2 || strcmp(argv[1], "gate") != 0)) {
		return 0;
	}
	*count = 0;
	*out = calloc((size_t)argc + 2, sizeof **out);
	if (*out == NULL) {
		return 1;
	}
	n = 0;
	for (at = 0; at < argc; at ++) {
		(*out)[n] = translate(argc, argv, &at);
		if ((*out)[n] == NULL) {
			break;
		}
		n ++;
		if (at == 0 && is_started) {
			(*out)[n] = plomb_copy_view(plomb_view_of_arg("gate"));
			if ((*out)[n] == NULL) {
				break;
			}
			n ++;
		}
	}
	*count = n;
	if (at < argc) {
		plomb_gate_argv_free(*out, n);
		*out = NULL;
	}
	return 1;
}

/* see gate.h */
void
plomb_gate_argv_free(char **argv, int count)
{
	int i;

	for (i = 0; argv != NULL && i < count; i ++) {
		free(argv[i]);
	}
	free(argv);
}

/* see gate.h */
int
plomb_gate_is_asked(const plomb_args *args)
{
	return plomb_args_has(args, PLOMB_OPTION_NAME) || plomb_args_has(args, PLOMB_OPTION_DIGEST)
		|| plomb_args_has(args, PLOMB_OPTION_STDIN_MEDIA_TYPE) || plomb_args_has(args, PLOMB_OPTION_OPERATION);
}
