#include "clock_arg.h"

#include "../../port/clock.h"

/* see clock_arg.h */
plomb_status
plomb_clock_read(const plomb_args *args, int may_be_given, int *known, plomb_time *now, plomb_fault *fault)
{
	const char *text;

	text = plomb_args_text(args, PLOMB_OPTION_CLOCK);
	now->s = plomb_clock_posix.floor_s;
	now->ns = 0;
	*known = 0;
	if (text != NULL && strcmp(text, "none") == 0) {
		return PLOMB_OK;
	}
	if (text == NULL || strcmp(text, "system") == 0) {
		*known = plomb_clock_posix.now(&plomb_clock_posix, &now->s);
		if (!*known) {
			now->s = plomb_clock_posix.floor_s;
		}
		return PLOMB_OK;
	}
	if (may_be_given && plomb_time_parse(plomb_view_of_arg(text), now) == PLOMB_OK) {
		*known = 1;
		return PLOMB_OK;
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, "--clock: ", text, may_be_given
		? " is neither none, system nor a time such as 2026-01-31T12:00:00Z" : " is neither none nor system", (const char *)NULL);
}
