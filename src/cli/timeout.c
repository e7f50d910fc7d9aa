#include "timeout.h"

#include "as_cosign.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#define DAY_MS 86400000u

/* Milliseconds of a unit, and how long its name is; 0 if there is none. */
static uint32_t
unit_ms(plomb_view text, size_t *n)
{
	static const struct {
		const char *name;
		uint32_t ms;
	} units[] = { { "ms", 1 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 } };
	size_t i;

	for (i = 0; i < sizeof units / sizeof units[0]; i ++) {
		if (plomb_view_starts(text, units[i].name)) {
			*n = strlen(units[i].name);
			return units[i].ms;
		}
	}
	return 0;
}

/* Digits at *at as a number of at most six; how many there were. */
static size_t
take_digits(plomb_view text, size_t *at, uint32_t *value)
{
	size_t count;

	*value = 0;
	for (count = 0; *at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9'; count ++) {
		if (count < 8) {
			*value = *value * 10 + (uint32_t)(text.p[*at] - '0');
		}
		*at += 1;
	}
	return count;
}

/* see timeout.h */
plomb_status
plomb_duration_parse(plomb_view text, uint32_t *ms)
{
	uint64_t total;
	size_t at;

	*ms = 0;
	total = 0;
	at = 0;
	while (at < text.n) {
		uint32_t whole, fraction, unit;
		size_t digits, decimals, n, i;
		uint64_t part;

		digits = take_digits(text, &at, &whole);
		decimals = 0;
		fraction = 0;
		if (at < text.n && text.p[at] == '.') {
			at ++;
			decimals = take_digits(text, &at, &fraction);
		}
		if (digits + decimals == 0 || digits > 8 || decimals > 8) {
			return PLOMB_USAGE_ERROR;
		}
		unit = unit_ms(plomb_view_cut(text, at, text.n), &n);
		if (unit == 0) {
			return PLOMB_USAGE_ERROR;
		}
		at += n;
		part = (uint64_t)fraction * unit;
		for (i = 0; i < decimals; i ++) {
			part /= 10;
		}
		total += (uint64_t)whole * unit + part;
		if (total > DAY_MS) {
			return PLOMB_USAGE_ERROR;
		}
	}
	if (total == 0) {
		return PLOMB_USAGE_ERROR;
	}
	*ms = (uint32_t)total;
	return PLOMB_OK;
}

/* What the handler says, and its exit status. */
static const char *last_words = "plomb: timeout: the deadline has passed\n";
static int last_status = PLOMB_CLASS_UNDECIDED;

/* see timeout.h */
void
plomb_timeout_as_cosign(void)
{
	last_words = "Error: context deadline exceeded\nerror during command execution: context deadline exceeded\n";
	last_status = PLOMB_COSIGN_FAILURE;
}

/* What it says on standard output, or NULL. */
static const char *volatile last_answer;
static volatile sig_atomic_t is_line_open;

/* Only what is allowed in a signal handler. */
static void
on_alarm(int number)
{
	const char *answer;
	ssize_t ignored;

	(void)number;
	answer = last_answer;
	if (answer != NULL) {
		ignored = write(STDOUT_FILENO, answer, strlen(answer));
	}
	if (is_line_open) {
		ignored = write(STDERR_FILENO, "\n", 1);
	}
	ignored = write(STDERR_FILENO, last_words, strlen(last_words));
	(void)ignored;
	_exit(last_status);
}

/* ms from now; 0: never. */
static int
set_timer(uint32_t ms)
{
	struct sigaction action;
	struct itimerval timer;

	memset(&action, 0, sizeof action);
	action.sa_handler = on_alarm;
	memset(&timer, 0, sizeof timer);
	timer.it_value.tv_sec = (time_t)(ms / 1000);
	timer.it_value.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	return sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0;
}

/* A deadline for the whole program is running. */
static int is_started;

/* see timeout.h */
int
plomb_timeout_start(uint32_t ms)
{
	is_started = set_timer(ms);
	return is_started;
}

/* see timeout.h */
uint32_t
plomb_timeout_left(void)
{
	struct itimerval timer;

	if (!is_started || getitimer(ITIMER_REAL, &timer) != 0) {
		return UINT32_MAX;
	}
	/* It was set to a day at most. */
	return (uint32_t)timer.it_value.tv_sec * 1000 + (uint32_t)(timer.it_value.tv_usec / 1000);
}

/* see timeout.h */
void
plomb_timeout_wait(void)
{
	/* A system without timers waits as cat does. */
	if (!is_started) {
		(void)set_timer(PLOMB_TIMEOUT_NETWORK_MS);
	}
}

/* see timeout.h */
void
plomb_timeout_waited(void)
{
	if (!is_started) {
		(void)set_timer(0);
	}
}

/* see timeout.h */
plomb_status
plomb_timeout_network(const plomb_args *args, plomb_fault *fault)
{
	if (plomb_args_text(args, PLOMB_OPTION_TIMEOUT) != NULL || plomb_timeout_start(PLOMB_TIMEOUT_NETWORK_MS)) {
		return PLOMB_OK;
	}
	return plomb_fail_status(fault, PLOMB_INTERNAL_ERROR, NULL);
}

/* see timeout.h */
void
plomb_timeout_answer(const char *line)
{
	last_answer = line;
}

/* see timeout.h */
void
plomb_timeout_line(int is_open)
{
	is_line_open = is_open;
}
