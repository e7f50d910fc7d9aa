/* What every command is given, and the commands. */
#ifndef PLOMB_APP_H
#define PLOMB_APP_H

#include "options.h"
#include "progress.h"

typedef struct {
	const plomb_args *args;
	const char *const *operand; /* the arguments behind the command's name */
	size_t operand_count;
	FILE *out, *err;
	int is_terminal; /* err is one */
	int has_colour, has_utf8; /* of err */
	plomb_progress *progress;
	int is_gate; /* what is refused is said on out too */
	int is_cosign; /* started under its name: errors and exit statuses are cosign's */
	/*
	 * Where the first error is kept, if another may follow that does not
	 * decide the exit status; whoever sets it writes it last. Or NULL.
	 */
	plomb_text *held;
} plomb_app;

/* Each returns the program's exit status; main() adds what becomes of stdout. */
typedef int (*plomb_cmd_fn)(plomb_app *app, plomb_cmd command);

int plomb_cmd_verify(plomb_app *app, plomb_cmd command);
int plomb_cmd_blob(plomb_app *app, plomb_cmd command);
int plomb_cmd_gate(plomb_app *app, plomb_cmd command);
int plomb_cmd_inspect(plomb_app *app, plomb_cmd command);
int plomb_cmd_tree(plomb_app *app, plomb_cmd command);
int plomb_cmd_trusted_root(plomb_app *app, plomb_cmd command);
int plomb_cmd_initialize(plomb_app *app, plomb_cmd command);
int plomb_cmd_conformance(plomb_app *app, plomb_cmd command);
int plomb_cmd_version(plomb_app *app, plomb_cmd command);
#if PLOMB_SIGN
int plomb_cmd_sign_blob(plomb_app *app, plomb_cmd command);
int plomb_cmd_sign_image(plomb_app *app, plomb_cmd command);
int plomb_cmd_keys(plomb_app *app, plomb_cmd command);
#endif
int plomb_cmd_help(plomb_app *app, plomb_cmd command);

/* A command by the words in front of the other arguments. */
typedef struct {
	plomb_cmd command;
	const char *name;    /* "verify", "trusted-root show" */
	const char *operands; /* as in "usage:" */
	const char *summary;
	plomb_cmd_fn run;
} plomb_command;

/* The table, in the order of help; NULL past the end. */
const plomb_command *plomb_command_at(size_t i);
/*
 * The command that these words name, and how many words its name has. NULL if
 * there is none: then *later is the name of a command that this build lacks,
 * or NULL.
 */
const plomb_command *plomb_command_find(const char *const *words, size_t count, size_t *used, const char **later);

/*
 * Write text and forget it: PLOMB_OK, PLOMB_NO_ROOM for a text that was cut
 * short by memory (nothing is written then), PLOMB_IO_ERROR.
 */
plomb_status plomb_app_write(FILE *file, plomb_text *text);
/* Write what a command has to say, which is all it does: the exit status. */
int plomb_app_say(plomb_app *app, plomb_text *text);
/*
 * An error on stderr, as the name asks for that the program was started
 * under: "plomb: SUBJECT: code: sentence", or cosign's lines. subject may be
 * NULL. The exit status.
 */
int plomb_app_error(plomb_app *app, const char *subject, plomb_status status, const char *sentence);
/* The last line about a fault; the exit status of its class. */
int plomb_app_fail(plomb_app *app, const char *subject, plomb_fault *fault);

#endif
