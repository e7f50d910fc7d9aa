#include "clock_arg.h"

#include "../../port/clock.h"
#include "tuf_update.h"

static plomb_status
read_floor(plomb_clock *clock, plomb_fault *fault)
{
	plomb_time kept;
	plomb_status s;

	*clock = plomb_clock_posix;
	s = plomb_tuf_kept_time(&kept, fault);
	if (s == PLOMB_OK && kept.s > clock->floor_s) {
		clock->floor_s = kept.s;
	}
	return s == PLOMB_UNSET ? PLOMB_OK : s;
}

/* see clock_arg.h */
plomb_status
plomb_clock_read(const plomb_args *args, int may_be_given, int *known, plomb_time *now, plomb_fault *fault)
{
	const char *text;
	plomb_clock clock;
	plomb_status s;

	text = plomb_args_text(args, PLOMB_OPTION_CLOCK);
	now->s = plomb_clock_posix.floor_s;
	now->ns = 0;
	*known = 0;
	/* What the user says is so, also if it is before what was kept: that may be what is to be put right. */
	if (text != NULL && may_be_given && plomb_time_parse(plomb_view_of_arg(text), now) == PLOMB_OK) {
		*known = 1;
		return PLOMB_OK;
	}
	if (text != NULL && strcmp(text, "none") != 0 && strcmp(text, "system") != 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--clock: ", text, may_be_given
			? " is neither none, system nor a time such as 2026-01-31T12:00:00Z" : " is neither none nor system", (const char *)NULL);
	}
	if ((s = read_floor(&clock, fault)) != PLOMB_OK) {
		return s;
	}
	if (text == NULL || strcmp(text, "system") == 0) {
		*known = clock.now(&clock, &now->s);
	}
	if (!*known) {
		now->s = clock.floor_s;
	}
	return PLOMB_OK;
}
