/* plomb help: made from the tables of commands and options. */
#include "app.h"

static void
put_padded(plomb_text *text, const char *s, size_t width)
{
	size_t n;

	plomb_text_str(text, s);
	for (n = strlen(s); n < width; n ++) {
		plomb_text_str(text, " ");
	}
}

static void
list_commands(const plomb_app *app, plomb_text *text)
{
	const plomb_command *command;
	size_t i;

	plomb_text_str(text, "plomb verifies cosign/Sigstore signatures of container images and files.\n\n"
		"usage: plomb COMMAND [options] [arguments]\n\n");
	for (i = 0; (command = plomb_command_at(i)) != NULL; i ++) {
		plomb_text_str(text, "  ");
		put_padded(text, command->name, 28);
		plomb_text_str(text, command->summary);
		plomb_text_str(text, "\n");
	}
	plomb_text_str(text, "\nplomb help COMMAND lists its options.\n"
		"exit status: 0 accepted, ");
	plomb_text_str(text, app->is_cosign
		? "10 no signature, 11 no such image, 12 refused, by verify of\n"
			"cosign 2's signatures; everything else 1, as cosign has it\n"
		: "2 wrong usage, 3 undecided, 10 no signature,\n"
			"11 no such image, 12 refused, 13 no certificate where one is required\n");
}

static void
list_options(const plomb_command *command, plomb_text *text)
{
	size_t i;

	plomb_text_str(text, "plomb ");
	plomb_text_str(text, command->name);
	plomb_text_str(text, ": ");
	plomb_text_str(text, command->summary);
	plomb_text_str(text, "\n\nusage: plomb ");
	plomb_text_str(text, command->name);
	plomb_text_str(text, " [options] ");
	plomb_text_str(text, command->operands);
	plomb_text_str(text, "\n\n");
	for (i = 0; i < PLOMB_OPTION_COUNT; i ++) {
		const plomb_arg_spec *spec;
		plomb_text name;

		spec = &plomb_option_table[i];
		if ((spec->commands & (uint32_t)command->command) == 0) {
			continue;
		}
		plomb_text_init(&name);
		if (spec->letter != 0) {
			plomb_text_str(&name, "-");
			plomb_text_put(&name, &spec->letter, 1);
			plomb_text_str(&name, ", ");
		}
		plomb_text_str(&name, "--");
		plomb_text_str(&name, spec->name);
		if (spec->value != NULL) {
			plomb_text_str(&name, " ");
			plomb_text_str(&name, spec->value);
		}
		plomb_text_str(text, "  ");
		plomb_text_str(text, plomb_text_cstr(&name));
		plomb_text_str(text, "\n        ");
		plomb_text_str(text, spec->help);
		plomb_text_str(text, "\n");
		plomb_text_free(&name);
	}
}

/* see app.h */
int
plomb_cmd_help(plomb_app *app, plomb_cmd command)
{
	const plomb_command *about;
	const char *later;
	plomb_text text;
	plomb_fault fault;
	size_t used;

	(void)command;
	plomb_text_init(&text);
	about = NULL;
	if (app->operand_count != 0) {
		about = plomb_command_find(app->operand, app->operand_count, &used, &later);
		if (about == NULL) {
			plomb_fault_init(&fault);
			(void)plomb_fail(&fault, later != NULL ? PLOMB_UNSUPPORTED_FEATURE : PLOMB_USAGE_ERROR,
				later != NULL ? later : app->operand[0],
				later != NULL ? ": not in this build" : ": no such command", (const char *)NULL);
			return plomb_app_fail(app, NULL, &fault);
		}
	}
	if (about == NULL) {
		list_commands(app, &text);
	} else {
		list_options(about, &text);
	}
	return plomb_app_say(app, &text);
}
