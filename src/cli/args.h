/*
 * The option parser: one table, read once. It knows spellings; what options
 * mean together is options.c's question.
 *
 *	--flag value   --flag=value   -f value   -fvalue   -f=value
 *	--switch       --switch=false
 *
 * Options may follow arguments; "--" ends them; "-" alone is an argument.
 */
#ifndef PLOMB_ARGS_H
#define PLOMB_ARGS_H

#include "error.h"

typedef enum {
	PLOMB_ARG_TEXT = 1, /* has a value; a second one must be the same */
	PLOMB_ARG_LIST,     /* has a value; may be repeated */
	PLOMB_ARG_SWITCH    /* true, or the value after "=" */
} plomb_arg_kind;

typedef struct {
	const char *name; /* without dashes */
	char letter;      /* 0: no short form */
	plomb_arg_kind kind;
	uint32_t commands; /* set of the commands that have it */
	uint32_t refused;  /* set of the commands for which cosign has it and plomb does not */
	const char *why;   /* it is refused; NULL if refused is empty */
	const char *value; /* what help calls the value; NULL for a switch */
	const char *help;
} plomb_arg_spec;

/* Another spelling of an option. */
typedef struct {
	const char *name;
	const char *means;
} plomb_arg_alias;

typedef struct {
	size_t spec;      /* index in the table */
	const char *text; /* the value; NULL for a switch */
	int on;           /* of a switch */
} plomb_arg;

typedef struct {
	const plomb_arg_spec *specs;
	size_t spec_count;
	plomb_arg *given;
	size_t given_count;
	const char **rest; /* arguments in order */
	size_t rest_count;
	int last_wins; /* as in cosign: an option given twice says what it said last */
} plomb_args;

/*
 * Read argv[1] and the following. PLOMB_USAGE_ERROR for an unknown flag, a
 * value that is missing or empty, a switch that is neither true nor false,
 * or, unless last_wins, an option given twice with different values. Ends
 * with plomb_args_free also after a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_args_parse(plomb_args *args, const plomb_arg_spec *specs, size_t spec_count,
	const plomb_arg_alias *aliases, size_t alias_count, int last_wins, int argc, char *const *argv, plomb_fault *fault);
void plomb_args_free(plomb_args *args);

/*
 * Every option given belongs to this command (one bit): else
 * PLOMB_USAGE_ERROR, or PLOMB_UNSUPPORTED_FEATURE for one that is refused. A
 * refused switch that is off asks for nothing and is let through.
 */
PLOMB_MUST_CHECK plomb_status plomb_args_belong(const plomb_args *args, uint32_t command, const char *command_name, plomb_fault *fault);

/* The value of a text option; NULL if it was not given. */
const char *plomb_args_text(const plomb_args *args, size_t spec);
/* A switch, or what it is otherwise. */
int plomb_args_on(const plomb_args *args, size_t spec, int otherwise);
int plomb_args_has(const plomb_args *args, size_t spec);
/* The values of an option one after the other; *at starts at 0. NULL at the end. */
const char *plomb_args_each(const plomb_args *args, size_t spec, size_t *at);

#endif
