/*
 * plomb: argv to a command, its answer to an exit status. No status but a
 * command's own yes is 0, and an answer that could not be written is no yes.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "app.h"
#include "as_cosign.h"
#include "gate.h"
#include "timeout.h"

/* The locale's character set, by the variables that decide it, in their order. */
static int
is_utf8_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		if (plomb_is_set(names[i])) {
			const char *value;

			value = getenv(names[i]);
			return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL;
		}
	}
	return 0;
}

static void
look_at_terminal(plomb_app *app)
{
	const char *term;

	term = getenv("TERM");
	app->is_terminal = isatty(STDERR_FILENO);
	app->has_colour = app->is_terminal && !plomb_is_set("NO_COLOR") && term != NULL && strcmp(term, "dumb") != 0;
	app->has_utf8 = is_utf8_locale();
	/* A terminal that cannot write over a line is told nothing. */
	plomb_progress_init(app->progress, app->err, &plomb_pause_posix,
		app->is_terminal && term != NULL && term[0] != 0 && strcmp(term, "dumb") != 0);
}

static plomb_status
start_timeout(const plomb_args *args, plomb_fault *fault)
{
	const char *text;
	uint32_t ms;

	text = plomb_args_text(args, PLOMB_OPTION_TIMEOUT);
	if (text == NULL) {
		return PLOMB_OK;
	}
	if (plomb_duration_parse(plomb_view_of_arg(text), &ms) != PLOMB_OK) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--timeout: ", text,
			" is not a duration such as 90s or 3m0s, of at most 24h", (const char *)NULL);
	}
	return plomb_timeout_start(ms) ? PLOMB_OK : plomb_fail_status(fault, PLOMB_INTERNAL_ERROR, NULL);
}

/* --output-file: there instead of stdout. */
static plomb_status
open_output(plomb_app *app, plomb_fault *fault)
{
	const char *name;

	name = plomb_args_text(app->args, PLOMB_OPTION_OUTPUT_FILE);
	if (name == NULL) {
		return PLOMB_OK;
	}
	app->out = fopen(name, "wb");
	if (app->out == NULL) {
		app->out = stdout;
		return plomb_fail(fault, PLOMB_IO_ERROR, "--output-file: ", name, ": cannot be written", (const char *)NULL);
	}
	return PLOMB_OK;
}

static plomb_status
find_command(const plomb_app *app, const plomb_command **command, size_t *used, plomb_fault *fault)
{
	const plomb_args *args;
	const char *later;

	args = app->args;
	*used = 0;
	*command = NULL;
	if (args->rest_count == 0) {
		return PLOMB_OK;
	}
	*command = plomb_command_find(args->rest, args->rest_count, used, &later);
	if (*command != NULL) {
		return PLOMB_OK;
	}
	if (later != NULL) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, later, ": not in this build", (const char *)NULL);
	}
	if (app->is_cosign) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "unknown command \"", args->rest[0], "\" for \"cosign\"", (const char *)NULL);
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, "no such command: ", args->rest[0],
		" (plomb help lists them)", (const char *)NULL);
}

/* --help anywhere is help; but a gate that was asked about an image has to answer. */
static int
is_help(const plomb_app *app)
{
	return plomb_args_on(app->args, PLOMB_OPTION_HELP, 0)
		&& !(app->is_gate && plomb_gate_is_asked(app->args));
}

/* --help, or nothing at all, is help. */
static int
run(plomb_app *app, const plomb_command *command, size_t used, plomb_fault *fault)
{
	app->operand = app->args->rest + used;
	app->operand_count = app->args->rest_count - used;
	if (command == NULL || is_help(app)) {
		int is_asked;

		is_asked = is_help(app);
		app->operand = app->args->rest;
		app->operand_count = used;
		if (!is_asked) {
			app->out = app->err;
		}
		(void)plomb_cmd_help(app, PLOMB_CMD_HELP);
		/* cosign's own 0 would let a script pass whose variables are not set. */
		return is_asked ? 0 : app->is_cosign ? PLOMB_COSIGN_FAILURE : PLOMB_CLASS_USAGE;
	}
	if (plomb_args_belong(app->args, (uint32_t)command->command, command->name, fault) != PLOMB_OK
		|| start_timeout(app->args, fault) != PLOMB_OK || open_output(app, fault) != PLOMB_OK)
	{
		return plomb_app_fail(app, NULL, fault);
	}
	return command->run(app, command->command);
}

/* What was written may still fail to arrive: a full disk shows only here. */
static int
close_output(plomb_app *app, int status)
{
	int is_good;

	is_good = fflush(app->out) == 0 && !ferror(app->out);
	is_good = fclose(app->out) == 0 && is_good;
	if (!is_good && status == 0) {
		return plomb_app_error(app, NULL, PLOMB_IO_ERROR, "the output could not be written");
	}
	return status;
}

/*
 * Standard descriptors that came closed are held open, or a file that is
 * opened next would be one of them and get the messages. Read-only, so that
 * writing to a closed standard output still fails.
 */
static int
hold_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

static int
set_signal(int number, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = handler;
	return sigaction(number, &action, NULL) == 0;
}

/*
 * A reader that went away, of our output or at the other end of a TLS
 * connection, is an error that is told. The other two are inherited from
 * whoever started us: with SIGALRM blocked no deadline would ever pass, and
 * with SIGCHLD ignored nobody could tell how a credential helper ended.
 */
static int
set_signals(void)
{
	sigset_t alarm;

	return set_signal(SIGPIPE, SIG_IGN) && set_signal(SIGCHLD, SIG_DFL)
		&& sigemptyset(&alarm) == 0 && sigaddset(&alarm, SIGALRM) == 0
		&& sigprocmask(SIG_UNBLOCK, &alarm, NULL) == 0;
}

int
main(int argc, char **argv)
{
	const plomb_command *command;
	plomb_args args;
	plomb_fault fault;
	plomb_progress progress;
	plomb_app app;
	size_t used;
	int status, count;
	char **arguments;

	memset(&app, 0, sizeof app);
	app.is_gate = plomb_gate_argv(argc, argv, &arguments, &count);
	/* containerd starts the gate under whatever name it was given. */
	app.is_cosign = !app.is_gate && argc > 0 && plomb_as_cosign(argv[0]);
	if (!hold_standard_descriptors() || !set_signals()) {
		plomb_error_line(stderr, NULL, PLOMB_IO_ERROR, "the standard streams cannot be used");
		if (app.is_gate) {
			plomb_gate_argv_free(arguments, count);
		}
		return app.is_cosign ? PLOMB_COSIGN_FAILURE : PLOMB_CLASS_UNDECIDED;
	}
	if (app.is_cosign) {
		plomb_timeout_as_cosign();
	}
	app.args = &args;
	app.out = stdout;
	app.err = stderr;
	app.progress = &progress;
	look_at_terminal(&app);
	plomb_fault_init(&fault);
	if (arguments == NULL) {
		(void)plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
		return plomb_app_fail(&app, NULL, &fault);
	}
	if (plomb_options_parse(&args, app.is_cosign, count, arguments, &fault) != PLOMB_OK
		|| find_command(&app, &command, &used, &fault) != PLOMB_OK)
	{
		status = plomb_app_fail(&app, NULL, &fault);
	} else {
		status = run(&app, command, used, &fault);
	}
	plomb_args_free(&args);
	if (app.is_gate) {
		plomb_gate_argv_free(arguments, count);
	}
	return app.out == app.err ? status : close_output(&app, status);
}
