/* see helper.h: fork and exec */
#define _POSIX_C_SOURCE 200809L

#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_PROGRAM 127

/* In the child: never returns. */
static void
become(const char *program, int in, int out)
{
	char *argv[3];
	char get[] = "get", name[256];

	if (strlen(program) >= sizeof name || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) {
		_exit(NO_PROGRAM - 1);
	}
	(void)close(in);
	(void)close(out);
	/* memcpy: execvp wants strings that are not const. */
	memcpy(name, program, strlen(program) + 1);
	argv[0] = name;
	argv[1] = get;
	argv[2] = NULL;
	execvp(name, argv);
	_exit(NO_PROGRAM);
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

static plomb_status
read_all(int fd, unsigned char *out, size_t room, size_t *got)
{
	for (;;) {
		unsigned char extra;
		ssize_t n = *got < room ? read(fd, out + *got, room - *got) : read(fd, &extra, 1);

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

static void
close_pair(const int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static plomb_status
reap(pid_t child, int *exit_status)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			return PLOMB_IO_ERROR;
		}
	}
	*exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return *exit_status == NO_PROGRAM ? PLOMB_UNSET : PLOMB_OK;
}

static plomb_status
talk(pid_t child, int in, int out, plomb_view input, unsigned char *answer, size_t room, size_t *got, int *exit_status)
{
	struct sigaction ignore, before;
	plomb_status s, reaped;

	memset(&ignore, 0, sizeof ignore);
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &ignore, &before);
	s = write_all(in, input) ? PLOMB_OK : PLOMB_IO_ERROR;
	(void)sigaction(SIGPIPE, &before, NULL);
	(void)close(in);
	if (s == PLOMB_OK) {
		s = read_all(out, answer, room, got);
	}
	(void)close(out);
	if (s != PLOMB_OK) {
		(void)kill(child, SIGKILL);
	}
	reaped = reap(child, exit_status);
	return s == PLOMB_OK ? reaped : s;
}

static plomb_status
posix_run(const plomb_helper *self, const char *program, plomb_view input,
	unsigned char *out, size_t room, size_t *got, int *exit_status)
{
	int to[2], from[2];
	pid_t child;

	(void)self;
	*got = 0;
	*exit_status = 0;
	if (pipe(to) != 0) {
		return PLOMB_IO_ERROR;
	}
	if (pipe(from) != 0) {
		close_pair(to);
		return PLOMB_IO_ERROR;
	}
	child = fork();
	if (child == 0) {
		(void)close(to[1]);
		(void)close(from[0]);
		become(program, to[0], from[1]);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	if (child < 0) {
		(void)close(to[1]);
		(void)close(from[0]);
		return PLOMB_IO_ERROR;
	}
	return talk(child, to[1], from[0], input, out, room, got, exit_status);
}

const plomb_helper plomb_helper_posix = { posix_run };
