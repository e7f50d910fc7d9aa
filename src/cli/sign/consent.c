#include "consent.h"

#include <stdlib.h>

#include "../../../port/terminal.h"

/* see consent.h */
plomb_status
plomb_consent_read(const plomb_args *args, int *is_given, plomb_fault *fault)
{
	static const char *const words[] = { "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False" };
	const char *value;
	size_t i;

	*is_given = plomb_args_on(args, PLOMB_OPTION_YES, 0);
	value = getenv("COSIGN_YES");
	if (*is_given || plomb_args_has(args, PLOMB_OPTION_YES) || value == NULL || value[0] == 0) {
		return PLOMB_OK;
	}
	for (i = 0; i < sizeof words / sizeof words[0]; i ++) {
		if (strcmp(value, words[i]) == 0) {
			*is_given = i < 6;
			return PLOMB_OK;
		}
	}
	return plomb_fail(fault, PLOMB_CONFIG_INVALID, "COSIGN_YES: ", value, " is neither true nor false", (const char *)NULL);
}

/* see consent.h */
plomb_status
plomb_consent_ask(const plomb_app *app, const char *warning, plomb_fault *fault)
{
	unsigned char answer[8];
	plomb_status s;
	size_t n;

	if (!plomb_terminal_posix.is_there(&plomb_terminal_posix)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, warning, " --yes or COSIGN_YES=true says so where nobody can be asked", (const char *)NULL);
	}
	(void)fprintf(app->err, "WARNING: %s\n", warning);
	(void)fflush(app->err);
	s = plomb_terminal_posix.ask(&plomb_terminal_posix, "Are you sure you would like to continue? [y/N] ", 0, answer, sizeof answer, &n);
	if (s == PLOMB_OK && (n == 1 || (n == 3 && memcmp(answer, "yes", 3) == 0)) && (answer[0] == 'y' || answer[0] == 'Y')) {
		return PLOMB_OK;
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, "user declined the prompt", (const char *)NULL);
}
