/* see helper.h: posix_spawnp, which tells at once that there is no such program, and never asks a shell */
#define _POSIX_C_SOURCE 200809L

#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NO_PROGRAM 127 /* POSIX: how a spawn that failed late may tell it */
#define MAX_NAME 255 /* of a file */
#define HELPER_MS 60000 /* somebody may have to unlock a key ring first */

extern char **environ;

/* --------------------------------------------------------------------- pipes */

static void
close_pair(const int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

/* The ends that stay here are not for the helper, or it would wait for itself. */
static int
open_pair(int pair[2])
{
	if (pipe(pair) != 0) {
		return 0;
	}
	if (fcntl(pair[0], F_SETFD, FD_CLOEXEC) != 0 || fcntl(pair[1], F_SETFD, FD_CLOEXEC) != 0) {
		close_pair(pair);
		return 0;
	}
	return 1;
}

static int
write_all(int fd, plomb_view bytes)
{
	size_t at = 0;

	while (at < bytes.n) {
		ssize_t n = write(fd, bytes.p + at, bytes.n - at);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			/* A helper that does not read may still answer. */
			return errno == EPIPE;
		}
		at += (size_t)n;
	}
	return 1;
}

/* Milliseconds of a clock that does not jump; 0 if there is none. */
static int
read_clock(uint64_t *ms)
{
	struct timespec now;

	*ms = 0;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
		return 0;
	}
	*ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	return 1;
}

/* Until there is something to read, or the end of it. */
static plomb_status
wait_until(int fd, uint64_t end_ms)
{
	struct pollfd one;
	uint64_t now_ms;
	int n;

	one.fd = fd;
	one.events = POLLIN;
	one.revents = 0;
	do {
		if (!read_clock(&now_ms)) {
			return PLOMB_IO_ERROR;
		}
		if (now_ms >= end_ms) {
			return PLOMB_TIMEOUT;
		}
		n = poll(&one, 1, end_ms - now_ms > 60000 ? 60000 : (int)(end_ms - now_ms));
		if (n < 0 && errno != EINTR) {
			return PLOMB_IO_ERROR;
		}
	} while (n <= 0);
	return PLOMB_OK;
}

static plomb_status
read_all(int fd, uint64_t end_ms, unsigned char *out, size_t room, size_t *got)
{
	for (;;) {
		unsigned char extra;
		plomb_status s;
		ssize_t n;

		s = wait_until(fd, end_ms);
		if (s != PLOMB_OK) {
			return s;
		}
		n = *got < room ? read(fd, out + *got, room - *got) : read(fd, &extra, 1);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return PLOMB_IO_ERROR;
		}
		if (n == 0) {
			return PLOMB_OK;
		}
		if (*got == room) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		*got += (size_t)n;
	}
}

/* ------------------------------------------------------------------- process */

/* What the child is to have: the pipes as its standard streams, and signals as a shell would leave them. */
static int
prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int in, int out)
{
	sigset_t usual;

	return sigemptyset(&usual) == 0 && sigaddset(&usual, SIGPIPE) == 0
		&& posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO) == 0
		&& posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO) == 0
		&& posix_spawnattr_setsigdefault(attributes, &usual) == 0
		&& posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF) == 0;
}

static plomb_status
start(const char *program, int in, int out, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char name[MAX_NAME + 1], get[] = "get";
	char *argv[3];
	int error = ENOMEM;

	/* Never a path: what a configuration names is looked for in PATH only. */
	if (strlen(program) >= sizeof name || strchr(program, '/') != NULL || program[0] == '\0') {
		return PLOMB_UNSET;
	}
	memcpy(name, program, strlen(program) + 1);
	argv[0] = name;
	argv[1] = get;
	argv[2] = NULL;
	if (posix_spawn_file_actions_init(&actions) != 0) {
		return PLOMB_IO_ERROR;
	}
	if (posix_spawnattr_init(&attributes) == 0) {
		if (prepare(&actions, &attributes, in, out)) {
			error = posix_spawnp(child, name, &actions, &attributes, argv, environ);
		}
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	if (error != 0) {
		return error == ENOENT || error == ENOTDIR ? PLOMB_UNSET : PLOMB_IO_ERROR;
	}
	return PLOMB_OK;
}

static plomb_status
end(pid_t child)
{
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0) {
		if (errno != EINTR) {
			break;
		}
	}
	return PLOMB_TIMEOUT;
}

/* A helper that has said all it says may still not end. */
static plomb_status
reap(pid_t child, uint64_t end_ms, int *exit_status)
{
	static const struct timespec pause = { 0, 5000000 };
	uint64_t now_ms;
	int status;

	for (;;) {
		pid_t n = waitpid(child, &status, WNOHANG);

		if (n == child) {
			*exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			return *exit_status == NO_PROGRAM ? PLOMB_UNSET : PLOMB_OK;
		}
		if (n < 0 && errno != EINTR) {
			(void)end(child);
			return PLOMB_IO_ERROR;
		}
		if (!read_clock(&now_ms) || now_ms >= end_ms) {
			return end(child);
		}
		(void)nanosleep(&pause, NULL);
	}
}

static plomb_status
talk(int in, int out, uint64_t end_ms, plomb_view input, unsigned char *answer, size_t room, size_t *got)
{
	struct sigaction ignore, before;
	int is_written;

	memset(&ignore, 0, sizeof ignore);
	ignore.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &ignore, &before) != 0) {
		(void)close(in);
		return PLOMB_IO_ERROR;
	}
	is_written = write_all(in, input);
	(void)sigaction(SIGPIPE, &before, NULL);
	(void)close(in);
	return is_written ? read_all(out, end_ms, answer, room, got) : PLOMB_IO_ERROR;
}

static plomb_status
posix_run(const plomb_helper *self, const char *program, plomb_view input,
	unsigned char *out, size_t room, size_t *got, int *exit_status)
{
	int to[2], from[2];
	uint64_t now_ms;
	plomb_status s;
	pid_t child;

	*got = 0;
	*exit_status = 0;
	/* So much goes into an empty pipe whether or not somebody reads. */
	if (input.n > PLOMB_MAX_HELPER_INPUT) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if (!read_clock(&now_ms) || !open_pair(to)) {
		return PLOMB_IO_ERROR;
	}
	if (!open_pair(from)) {
		close_pair(to);
		return PLOMB_IO_ERROR;
	}
	s = start(program, to[0], from[1], &child);
	(void)close(to[0]);
	(void)close(from[1]);
	if (s != PLOMB_OK) {
		(void)close(to[1]);
		(void)close(from[0]);
		return s;
	}
	now_ms += self->most_ms;
	s = talk(to[1], from[0], now_ms, input, out, room, got);
	(void)close(from[0]);
	if (s != PLOMB_OK) {
		(void)end(child);
		return s;
	}
	return reap(child, now_ms, exit_status);
}

const plomb_helper plomb_helper_posix = { posix_run, HELPER_MS };
