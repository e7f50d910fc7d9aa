/* The sentences of plomb.h's two lists. */
#include "view.h"

struct status_row {
	const char *code;
	const char *sentence;
	plomb_class class_;
};

static const struct status_row statuses[] = {
#define STATUS_ROW(name, code, class_, sentence) { code, sentence, PLOMB_CLASS_##class_ },
	PLOMB_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

/* The three that are not reasons, and what a number that is no status says. */
static const struct status_row status_unset = { "unset", "no check has run yet", PLOMB_CLASS_UNDECIDED };
static const struct status_row status_ok = { "ok", "accepted", PLOMB_CLASS_ACCEPTED };
static const struct status_row status_not_required = { "not-required", "this check was not asked for", PLOMB_CLASS_UNDECIDED };
static const struct status_row status_unknown = { "unknown", "not a status of this library", PLOMB_CLASS_UNDECIDED };

static const struct status_row *
row_of(plomb_status status)
{
	unsigned number = (unsigned)status;

	if (number == PLOMB_UNSET) {
		return &status_unset;
	}
	if (number == PLOMB_OK) {
		return &status_ok;
	}
	if (number == PLOMB_NOT_REQUIRED) {
		return &status_not_required;
	}
	if (number <= PLOMB_STATUS_FIRST || number >= PLOMB_STATUS_END) {
		return &status_unknown;
	}
	return &statuses[number - PLOMB_STATUS_FIRST - 1];
}

/* see plomb.h */
const char *
plomb_status_code(plomb_status status)
{
	return row_of(status)->code;
}

/* see plomb.h */
const char *
plomb_status_sentence(plomb_status status)
{
	return row_of(status)->sentence;
}

/* see plomb.h */
plomb_class
plomb_status_class(plomb_status status)
{
	return row_of(status)->class_;
}

struct check_row {
	const char *name;
	const char *sentence;
};

static const struct check_row checks[] = {
#define CHECK_ROW(name, text, passed) { text, passed },
	PLOMB_CHECK_LIST(CHECK_ROW)
#undef CHECK_ROW
	{ "unknown", "not a check of this library" }
};

static const struct check_row *
check_of(plomb_check check)
{
	unsigned number = (unsigned)check;

	return &checks[number < PLOMB_CHECK_COUNT ? number : PLOMB_CHECK_COUNT];
}

/* see plomb.h */
const char *
plomb_check_name(plomb_check check)
{
	return check_of(check)->name;
}

/* see plomb.h */
const char *
plomb_check_sentence(plomb_check check)
{
	return check_of(check)->sentence;
}
