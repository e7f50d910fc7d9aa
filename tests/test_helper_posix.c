/* Credential helpers that are real programs: good, broken, silent, endless, and those that never end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../port/helper.h"
#include "../src/core/view.h"

/* The nth call to the system fails. Closing and killing are not made to. */
static int calls, fail_at;

static int
fails(void)
{
	calls ++;
	if (calls != fail_at) {
		return 0;
	}
	errno = EMFILE;
	return 1;
}

#define WRAP(type, name, parameters, arguments) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type \
	__wrap_##name parameters \
	{ \
		return fails() ? -1 : __real_##name arguments; \
	}

WRAP(int, pipe, (int pair[2]), (pair))
WRAP(int, sigaction, (int number, const struct sigaction *action, struct sigaction *before), (number, action, before))
WRAP(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n))
WRAP(ssize_t, read, (int fd, void *bytes, size_t n), (fd, bytes, n))
WRAP(int, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
WRAP(pid_t, waitpid, (pid_t child, int *status, int how), (child, status, how))
WRAP(int, clock_gettime, (clockid_t which, struct timespec *now), (which, now))

int __real_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...);
int __wrap_fcntl64(int fd, int what, ...);
int __real_posix_spawnp(pid_t *child, const char *name, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]);
int __wrap_posix_spawnp(pid_t *child, const char *name, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]);

int
__wrap_fcntl(int fd, int what, ...)
{
	return fails() ? -1 : __real_fcntl(fd, what, FD_CLOEXEC);
}

/* glibc's name for it, with files of any size. */
int
__wrap_fcntl64(int fd, int what, ...)
{
	return fails() ? -1 : __real_fcntl(fd, what, FD_CLOEXEC);
}

int
__wrap_posix_spawnp(pid_t *child, const char *name, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const argv[], char *const environment[])
{
	return fails() ? EAGAIN : __real_posix_spawnp(child, name, actions, attributes, argv, environment);
}

static char folder[] = "/tmp/plomb-helper-XXXXXX";
static unsigned char out[4096];
static size_t got;
static int exit_status;

static const struct {
	const char *name, *script;
	mode_t mode;
} programs[] = {
	{ "echo-back", "#!/bin/sh\n[ \"$1\" = get ] && [ $# = 1 ] || exit 9\nprintf 'for '; cat\n", 0755 },
	{ "exit-1", "#!/bin/sh\ncat >/dev/null; echo credentials not found; exit 1\n", 0755 },
	{ "exit-127", "#!/bin/sh\nexit 127\n", 0755 },
	{ "says-nothing", "#!/bin/sh\ncat >/dev/null\n", 0755 },
	{ "reads-nothing", "#!/bin/sh\nexec </dev/null\nprintf good\n", 0755 },
	{ "endless", "#!/bin/sh\nexec yes\n", 0755 },
	{ "exact", "#!/bin/sh\nhead -c 4096 /dev/zero\n", 0755 },
	{ "one-more", "#!/bin/sh\nhead -c 4097 /dev/zero\n", 0755 },
	{ "hangs", "#!/bin/sh\nexec sleep 600\n", 0755 },
	{ "hangs-silently", "#!/bin/sh\nprintf partly\nexec >/dev/null sleep 600\n", 0755 },
	{ "leaves-a-child", "#!/bin/sh\nprintf partly\nsleep 2 &\n", 0755 },
	{ "killed", "#!/bin/sh\nkill -9 $$\n", 0755 },
	{ "broken-pipe", "#!/bin/sh\nkill -PIPE $$; exit 3\n", 0755 },
	{ "descriptors", "#!/bin/sh\nexec ls /proc/self/fd\n", 0755 },
	{ "not-executable", "#!/bin/sh\nprintf good\n", 0644 },
	{ "no-program", "printf a shell ran this\n", 0755 },
	{ "no-interpreter", "#!/nonexistent/sh\n", 0755 }
};

static const char *
path_of(const char *name)
{
	static char text[sizeof folder + 100];

	(void)snprintf(text, sizeof text, "%s/%s", folder, name);
	return text;
}

static int
set_up(void **state)
{
	char path[200];
	size_t i;

	(void)state;
	if (mkdtemp(folder) == NULL) {
		return 1;
	}
	for (i = 0; i < sizeof programs / sizeof programs[0]; i ++) {
		FILE *file = fopen(path_of(programs[i].name), "w");

		if (file == NULL || fputs(programs[i].script, file) < 0 || fclose(file) != 0
			|| chmod(path_of(programs[i].name), programs[i].mode) != 0)
		{
			return 1;
		}
	}
	(void)snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder);
	return setenv("PATH", path, 1);
}

static int
tear_down(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof programs / sizeof programs[0]; i ++) {
		(void)unlink(path_of(programs[i].name));
	}
	return rmdir(folder);
}

static plomb_status
run_for(const char *program, uint32_t ms)
{
	plomb_helper helper = plomb_helper_posix;

	helper.most_ms = ms;
	memset(out, 'x', sizeof out);
	return helper.run(&helper, program, plomb_view_of("registry.example"), out, sizeof out, &got, &exit_status);
}

/* What happened, and that nothing is left: no child, no descriptor. */
static plomb_status
run(const char *program)
{
	plomb_status s = run_for(program, 30000);

	assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	return s;
}

static int
says(const char *text)
{
	return got == strlen(text) && memcmp(out, text, got) == 0;
}

static void
test_answers(void **state)
{
	(void)state;
	assert_int_equal(run("echo-back"), PLOMB_OK);
	assert_int_equal(exit_status, 0);
	assert_true(says("for registry.example"));
	assert_int_equal(run("exit-1"), PLOMB_OK);
	assert_int_equal(exit_status, 1);
	assert_true(says("credentials not found\n"));
	assert_int_equal(run("says-nothing"), PLOMB_OK);
	assert_int_equal(exit_status, 0);
	assert_int_equal(got, 0);
	assert_int_equal(run("killed"), PLOMB_OK);
	assert_int_equal(exit_status, 128 + SIGKILL);
	assert_int_equal(run("exact"), PLOMB_OK);
	assert_int_equal(got, sizeof out);
}

/* It does not have to read, and often enough it will have ended before it is written to. */
static void
test_reads_nothing(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 20; i ++) {
		assert_int_equal(run("reads-nothing"), PLOMB_OK);
		assert_int_equal(exit_status, 0);
		assert_true(says("good"));
	}
}

static void
test_no_program(void **state)
{
	char full[200], lengthy[600];
	plomb_status s;

	(void)state;
	assert_int_equal(run("there-is-none"), PLOMB_UNSET);
	assert_int_equal(run("no-interpreter"), PLOMB_UNSET);
	assert_int_equal(run(""), PLOMB_UNSET);
	assert_int_equal(run("exit-127"), PLOMB_UNSET);
	/* An emulated system tells only that it was not run. */
	s = run("not-executable");
	assert_true(s == PLOMB_IO_ERROR || s == PLOMB_UNSET);
	s = run("no-program");
	assert_true(s == PLOMB_IO_ERROR || s == PLOMB_UNSET);
	/* A path to one that is good. */
	(void)snprintf(full, sizeof full, "%s/echo-back", folder);
	assert_int_equal(run(full), PLOMB_UNSET);
	assert_int_equal(run("./echo-back"), PLOMB_UNSET);
	memset(lengthy, 'a', sizeof lengthy - 1);
	lengthy[sizeof lengthy - 1] = 0;
	assert_int_equal(run(lengthy), PLOMB_UNSET);
}

static void
test_too_much(void **state)
{
	static const unsigned char input[PLOMB_MAX_HELPER_INPUT + 1];
	plomb_view bytes;

	(void)state;
	assert_int_equal(run("endless"), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(run("one-more"), PLOMB_LIMIT_EXCEEDED);
	bytes.p = input;
	bytes.n = sizeof input;
	assert_int_equal(plomb_helper_posix.run(&plomb_helper_posix, "echo-back", bytes, out, sizeof out, &got, &exit_status), PLOMB_LIMIT_EXCEEDED);
	bytes.n --;
	assert_int_equal(plomb_helper_posix.run(&plomb_helper_posix, "echo-back", bytes, out, sizeof out, &got, &exit_status), PLOMB_OK);
	assert_int_equal(got, 4 + bytes.n);
}

/* Also one that closed its output, and one whose child holds it open. */
static void
test_never_ends(void **state)
{
	static const char *const names[] = { "hangs", "hangs-silently", "leaves-a-child" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		time_t begun = time(NULL);

		assert_int_equal(run_for(names[i], 300), PLOMB_TIMEOUT);
		assert_true(time(NULL) - begun < 15);
		assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	}
}

/* The caller ignores SIGPIPE; a helper dies of it as under a shell, and afterwards the caller ignores it still. */
static void
test_signals(void **state)
{
	struct sigaction action, now;

	(void)state;
	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_IGN;
	assert_int_equal(sigaction(SIGPIPE, &action, NULL), 0);
	assert_int_equal(run("broken-pipe"), PLOMB_OK);
	assert_int_equal(exit_status, 128 + SIGPIPE);
	assert_int_equal(sigaction(SIGPIPE, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_IGN);
	action.sa_handler = SIG_DFL;
	assert_int_equal(sigaction(SIGPIPE, &action, NULL), 0);
	assert_int_equal(run("reads-nothing"), PLOMB_OK);
	assert_int_equal(sigaction(SIGPIPE, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
}

static int
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL) {
		n ++;
	}
	(void)closedir(directory);
	return n;
}

/* None stays open here, and the helper has what any other program has that is started here. */
static void
test_descriptors(void **state)
{
	char usual[200];
	int before = count_descriptors();
	FILE *other;
	size_t i;

	(void)state;
	other = popen("exec ls /proc/self/fd", "r");
	assert_non_null(other);
	usual[fread(usual, 1, sizeof usual - 1, other)] = 0;
	assert_int_equal(pclose(other), 0);
	for (i = 0; i < sizeof programs / sizeof programs[0]; i ++) {
		(void)run_for(programs[i].name, 200);
	}
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(run("descriptors"), PLOMB_OK);
	assert_true(says(usual));
}

/* An answer is there as a whole, or there is an error; and nothing is left of it. */
static void
test_each_call_fails(void **state)
{
	int before = count_descriptors(), at, failed = 0;

	(void)state;
	for (at = 1; ; at ++) {
		plomb_status s;

		calls = 0;
		fail_at = at;
		s = run_for("echo-back", 30000);
		fail_at = 0;
		assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
		assert_int_equal(count_descriptors(), before);
		if (s == PLOMB_OK) {
			assert_true(exit_status == 0 && says("for registry.example"));
		} else {
			assert_true(s == PLOMB_IO_ERROR || s == PLOMB_TIMEOUT);
			failed ++;
		}
		if (at > calls) {
			break;
		}
	}
	assert_true(failed > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_reads_nothing),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_never_ends),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_each_call_fails)
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
