/* see terminal.h: POSIX */
#define _POSIX_C_SOURCE 200809L

#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

/* What a person or a timer may end or stop us with while the line is not shown. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM };

#define SIGNALS (sizeof signals / sizeof signals[0])

/* The one that came; the others wait until it was dealt with. */
static volatile sig_atomic_t came;

/* How it all was before. */
typedef struct {
	struct termios modes;
	struct sigaction action[SIGNALS];
	sigset_t mask;
} before;

static void
note(int number)
{
	came = number;
}

static int
is_there(const plomb_terminal *self)
{
	(void)self;
	return isatty(STDIN_FILENO);
}

static void
show(const char *text)
{
	/* A prompt that nobody sees is answered all the same, or not at all. */
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

/*
 * Signals are held back except while we wait for a key, so none can come
 * between looking whether one came and waiting.
 */
static int
start(before *old, int is_secret)
{
	struct sigaction ours;
	struct termios modes;
	sigset_t held;
	size_t i;

	memset(&ours, 0, sizeof ours);
	ours.sa_handler = note;
	(void)sigemptyset(&ours.sa_mask);
	(void)sigemptyset(&held);
	for (i = 0; i < SIGNALS; i ++) {
		(void)sigaddset(&held, signals[i]);
		(void)sigaddset(&ours.sa_mask, signals[i]);
	}
	came = 0;
	(void)sigprocmask(SIG_BLOCK, &held, &old->mask);
	for (i = 0; i < SIGNALS; i ++) {
		(void)sigaction(signals[i], NULL, &old->action[i]);
		/* Whoever started us with a signal ignored wants it ignored. */
		if (old->action[i].sa_handler != SIG_IGN) {
			(void)sigaction(signals[i], &ours, NULL);
		}
	}
	modes = old->modes;
	if (is_secret) {
		modes.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	}
	modes.c_lflag |= ICANON | ISIG;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0;
}

static void
finish(const before *old)
{
	size_t i;
	int result;

	do {
		result = tcsetattr(STDIN_FILENO, TCSADRAIN, &old->modes);
	} while (result != 0 && errno == EINTR);
	for (i = 0; i < SIGNALS; i ++) {
		(void)sigaction(signals[i], &old->action[i], NULL);
	}
	(void)sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

/* Wait for a byte: 1; 0 at the end; -1 if it failed or a signal came. */
static int
next_byte(const before *old, unsigned char *byte)
{
	fd_set wanted;
	sigset_t open_mask;
	ssize_t got;
	size_t i;

	open_mask = old->mask;
	for (i = 0; i < SIGNALS; i ++) {
		(void)sigdelset(&open_mask, signals[i]);
	}
	do {
		FD_ZERO(&wanted);
		FD_SET(STDIN_FILENO, &wanted);
		if (pselect(STDIN_FILENO + 1, &wanted, NULL, NULL, NULL, &open_mask) < 0) {
			if (errno != EINTR || came != 0) {
				return -1;
			}
			continue;
		}
		got = read(STDIN_FILENO, byte, 1);
		if (got >= 0 || errno != EINTR) {
			return got < 0 ? -1 : (int)got;
		}
	} while (1);
}

static plomb_status
read_line(const before *old, unsigned char *answer, size_t room, size_t *n)
{
	unsigned char byte;
	size_t count;
	int got;

	count = 0;
	while ((got = next_byte(old, &byte)) == 1 && byte != '\n') {
		if (count < room) {
			answer[count] = byte;
		}
		count ++;
	}
	byte = 0;
	if (got < 0) {
		return PLOMB_IO_ERROR;
	}
	if (got == 0 && count == 0) {
		return PLOMB_UNSET;
	}
	if (count >= room) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	*n = count;
	return PLOMB_OK;
}

static plomb_status
ask(const plomb_terminal *self, const char *prompt, int is_secret, unsigned char *answer, size_t room, size_t *n)
{
	plomb_status s;
	before old;
	int number;

	(void)self;
	*n = 0;
	do {
		show(prompt);
		if (tcgetattr(STDIN_FILENO, &old.modes) != 0) {
			return PLOMB_IO_ERROR;
		}
		s = start(&old, is_secret) ? read_line(&old, answer, room, n) : PLOMB_IO_ERROR;
		finish(&old);
		if (is_secret) {
			show("\n");
		}
		number = (int)came;
		came = 0;
		/* With the terminal as it was, the signal does what it does. Whoever was only stopped is asked again. */
	} while (number != 0 && raise(number) == 0);
	return s;
}

const plomb_terminal plomb_terminal_posix = { is_there, ask };
