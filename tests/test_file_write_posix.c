/* Replacing files while each call to the system fails in turn: old bytes or new ones, and nothing else in the folder. */
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
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "../port/file_write.h"
#include "../src/core/view.h"

#define OLD "old bytes"
#define NEW "the new bytes, which are more"

/* The nth call fails; Closing happens all the same. */
static int calls, fail_at, synced, is_slow, interrupted;

static int
fails(void)
{
	calls ++;
	if (calls != fail_at) {
		return 0;
	}
	errno = ENOSPC;
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

WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
/* With files of any size, glibc calls them by other names. */
WRAP(int, stat, (const char *path, struct stat *about), (path, about))
WRAP(int, stat64, (const char *path, struct stat *about), (path, about))
WRAP(int, mkstemp, (char *path), (path))
WRAP(int, mkstemp64, (char *path), (path))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, unlink, (const char *path), (path))

/* What locking says: 0 is the system's own answer. */
static int lock_errno, lock_waits;

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);

int
__wrap_flock(int fd, int how)
{
	assert_int_equal(how, LOCK_EX);
	if (lock_waits > 0) {
		lock_waits --;
		errno = EINTR;
		return -1;
	}
	errno = lock_errno;
	return lock_errno != 0 ? -1 : __real_flock(fd, LOCK_EX | LOCK_NB);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);

/* Nobody but the maker of an empty file gives a mode, and that is 0600. */
int
__wrap_open(const char *path, int flags, ...)
{
	return fails() ? -1 : __real_open(path, flags, 0600);
}

int
__wrap_open64(const char *path, int flags, ...)
{
	return fails() ? -1 : __real_open(path, flags, 0600);
}

/* 0: the system's own answer. */
static int link_errno;

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

int
__wrap_link(const char *from, const char *to)
{
	if (link_errno != 0) {
		errno = link_errno;
		return -1;
	}
	return fails() ? -1 : __real_link(from, to);
}

int
__wrap_close(int fd)
{
	int result = __real_close(fd);

	return fails() ? -1 : result;
}

int
__wrap_fsync(int fd)
{
	if (fails()) {
		return -1;
	}
	synced ++;
	return __real_fsync(fd);
}

/* A byte a call, every other call interrupted. */
ssize_t
__wrap_write(int fd, const void *bytes, size_t n)
{
	if (fails()) {
		return is_slow ? 0 : -1;
	}
	if (is_slow) {
		interrupted = !interrupted;
		errno = EINTR;
		return interrupted ? -1 : __real_write(fd, bytes, n < 1 ? n : 1);
	}
	return __real_write(fd, bytes, n);
}

static char folder[] = "/tmp/plomb-write-XXXXXX";
static char path[sizeof folder + 100];

static const char *
in_folder(const char *name)
{
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static int
count_files(void)
{
	DIR *directory = opendir(folder);
	int n = -2; /* "." and ".." */

	assert_non_null(directory);
	while (readdir(directory) != NULL) {
		n ++;
	}
	(void)closedir(directory);
	return n;
}

static int
holds(const char *name, const char *text)
{
	char bytes[100];
	FILE *file = fopen(in_folder(name), "rb");
	size_t n;

	if (file == NULL) {
		return 0;
	}
	n = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	return n == strlen(text) && memcmp(bytes, text, n) == 0;
}

static unsigned how;

static plomb_status
replace_at(int at, const char *name, const char *text, int *error)
{
	plomb_status s;

	calls = 0;
	synced = 0;
	fail_at = at;
	s = plomb_file_writer_posix.replace(&plomb_file_writer_posix, in_folder(name), plomb_view_of(text), how, error);
	fail_at = 0;
	return s;
}

static void
test_replace(void **state)
{
	struct stat about;
	int error = 7;

	(void)state;
	assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
	assert_int_equal(error, 0);
	assert_true(holds("a", OLD));
	assert_int_equal(replace_at(0, "a", NEW, &error), PLOMB_OK);
	assert_true(holds("a", NEW));
	assert_int_equal(synced, 2); /* its bytes, then its name */
	assert_int_equal(stat(in_folder("a"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0644);
	assert_int_equal(replace_at(0, "a", "", &error), PLOMB_OK);
	assert_true(holds("a", ""));
	assert_int_equal(count_files(), 1);
	assert_int_equal(unlink(in_folder("a")), 0);
}

static void
test_each_call_fails(void **state)
{
	int at, error, slow;

	(void)state;
	for (slow = 0; slow < 2; slow ++) {
		is_slow = 0;
		assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
		is_slow = slow;
		for (at = 1; ; at ++) {
			plomb_status s = replace_at(at, "a", NEW, &error);

			if (s == PLOMB_OK) {
				break;
			}
			assert_int_equal(s, PLOMB_IO_ERROR);
			assert_true(error != 0);
			/* What was told to have failed may have happened, but only as a whole. */
			assert_true(holds("a", OLD) || (holds("a", NEW) && synced != 0));
			assert_int_equal(count_files(), 1);
			if (holds("a", NEW)) {
				is_slow = 0;
				assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
				is_slow = slow;
			}
		}
		assert_true(at > 8 && at == calls + 1);
		assert_true(holds("a", NEW));
	}
	is_slow = 0;
	assert_int_equal(unlink(in_folder("a")), 0);
}

static mode_t
mode_of(const char *name)
{
	struct stat about;

	assert_int_equal(stat(in_folder(name), &about), 0);
	return about.st_mode & 0777;
}

/* A private file is never anybody else's to read; a new one takes nobody's place, with second names for files and without. */
static void
test_private_and_new(void **state)
{
	static const int answers[] = { 0, EPERM, EOPNOTSUPP, ENOSYS, EINVAL, EMLINK };
	size_t i;
	int error;

	(void)state;
	for (i = 0; i < sizeof answers / sizeof answers[0]; i ++) {
		link_errno = answers[i];
		how = PLOMB_WRITE_NEW | PLOMB_WRITE_PRIVATE;
		assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
		assert_int_equal(mode_of("a"), 0600);
		assert_true(holds("a", OLD));
		error = 7;
		assert_int_equal(replace_at(0, "a", NEW, &error), PLOMB_UNSET);
		assert_int_equal(error, 0);
		assert_true(holds("a", OLD));
		assert_int_equal(count_files(), 1);
		how = PLOMB_WRITE_PRIVATE;
		assert_int_equal(replace_at(0, "a", NEW, &error), PLOMB_OK);
		assert_int_equal(mode_of("a"), 0600);
		assert_true(holds("a", NEW));
		how = PLOMB_WRITE_NEW;
		assert_int_equal(replace_at(0, "b", NEW, &error), PLOMB_OK);
		assert_int_equal(mode_of("b"), 0644);
		assert_int_equal(count_files(), 2);
		assert_int_equal(unlink(in_folder("a")), 0);
		assert_int_equal(unlink(in_folder("b")), 0);
	}
	/* Another reason is a reason. */
	link_errno = EROFS;
	assert_int_equal(replace_at(0, "a", NEW, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, EROFS);
	assert_int_equal(count_files(), 0);
	link_errno = 0;
	how = 0;
}

static void
empty_folder(void)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] != '.') {
			assert_int_equal(unlink(in_folder(entry->d_name)), 0);
		}
	}
	(void)closedir(directory);
}

/* Nothing is left of a new file, or all of it. */
static void
test_each_call_of_a_new_one_fails(void **state)
{
	int at, error, by_name;

	(void)state;
	how = PLOMB_WRITE_NEW | PLOMB_WRITE_PRIVATE;
	for (by_name = 0; by_name < 2; by_name ++) {
		link_errno = by_name ? EPERM : 0;
		for (at = 1; ; at ++) {
			plomb_status s = replace_at(at, "a", NEW, &error);

			if (s == PLOMB_OK && at > calls) {
				break;
			}
			/* A temporary name that cannot be taken away is another name of the whole file, and ours alone. */
			assert_true(s == PLOMB_OK || s == PLOMB_IO_ERROR);
			assert_true(s == PLOMB_OK ? holds("a", NEW) : error != 0 && (count_files() == 0 || (holds("a", NEW) && synced != 0)));
			empty_folder();
		}
		assert_true(at > 7);
		assert_true(holds("a", NEW));
		assert_int_equal(unlink(in_folder("a")), 0);
	}
	link_errno = 0;
	how = 0;
}

static void
test_where_it_cannot_be(void **state)
{
	static char endless[5000];
	int error;

	(void)state;
	assert_int_equal(replace_at(0, "none/a", NEW, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, ENOENT);
	assert_int_equal(mkdir(in_folder("d"), 0700), 0);
	assert_int_equal(replace_at(0, "d", NEW, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, EISDIR);
	assert_int_equal(count_files(), 1);
	assert_int_equal(rmdir(in_folder("d")), 0);
	memset(endless, 'a', sizeof endless - 1);
	assert_int_equal(plomb_file_writer_posix.replace(&plomb_file_writer_posix, endless, plomb_view_of(NEW), 0, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, ENAMETOOLONG);
	assert_int_equal(plomb_file_writer_posix.make(&plomb_file_writer_posix, endless, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, ENAMETOOLONG);
}

/* Only the name changes: who holds the old file open reads old bytes; a link is replaced, not what it leads to. */
static void
test_readers_and_links(void **state)
{
	char bytes[100];
	FILE *file;
	int error;

	(void)state;
	assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
	assert_int_equal(symlink("a", in_folder("link")), 0);
	assert_int_equal(replace_at(0, "link", NEW, &error), PLOMB_OK);
	assert_true(holds("link", NEW) && holds("a", OLD));
	file = fopen(in_folder("a"), "rb");
	assert_non_null(file);
	assert_int_equal(replace_at(0, "a", NEW, &error), PLOMB_OK);
	assert_int_equal(fread(bytes, 1, sizeof bytes, file), strlen(OLD));
	assert_memory_equal(bytes, OLD, strlen(OLD));
	(void)fclose(file);
	assert_int_equal(unlink(in_folder("a")), 0);
	assert_int_equal(unlink(in_folder("link")), 0);
}

static plomb_status
make_at(int at, const char *name, int *error)
{
	plomb_status s;

	calls = 0;
	fail_at = at;
	s = plomb_file_writer_posix.make(&plomb_file_writer_posix, in_folder(name), error);
	fail_at = 0;
	return s;
}

static void
test_make(void **state)
{
	int at, error;

	(void)state;
	for (at = 1; ; at ++) {
		plomb_status s = make_at(at, "x/y/z", &error);

		/* mkdir's own reason is told, not that of looking whether it is there already. */
		assert_true(s == PLOMB_OK ? error == 0 : s == PLOMB_IO_ERROR && (error == ENOSPC || error == EEXIST));
		if (s == PLOMB_OK && at > calls) {
			break;
		}
		(void)rmdir(in_folder("x/y/z"));
		(void)rmdir(in_folder("x/y"));
		(void)rmdir(in_folder("x"));
	}
	assert_true(at > 3);
	assert_int_equal(make_at(0, "x/y/z", &error), PLOMB_OK);
	assert_int_equal(make_at(0, "x/y//z/", &error), PLOMB_OK);
	assert_int_equal(rmdir(in_folder("x/y/z")), 0);
	assert_int_equal(rmdir(in_folder("x/y")), 0);
	assert_int_equal(rmdir(in_folder("x")), 0);
	assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
	assert_int_equal(make_at(0, "a/b", &error), PLOMB_IO_ERROR);
	assert_int_equal(error, EEXIST);
	assert_int_equal(unlink(in_folder("a")), 0);
}

static void
test_remove(void **state)
{
	int error = 7;

	(void)state;
	assert_int_equal(plomb_file_writer_posix.remove(&plomb_file_writer_posix, in_folder("a"), &error), PLOMB_OK);
	assert_int_equal(error, 0);
	assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
	assert_int_equal(plomb_file_writer_posix.remove(&plomb_file_writer_posix, in_folder("a"), &error), PLOMB_OK);
	assert_int_equal(count_files(), 0);
	assert_int_equal(make_at(0, "d", &error), PLOMB_OK);
	assert_int_equal(plomb_file_writer_posix.remove(&plomb_file_writer_posix, in_folder("d"), &error), PLOMB_IO_ERROR);
	assert_true(error != 0);
	assert_int_equal(rmdir(in_folder("d")), 0);
}

static void
test_remove_fails(void **state)
{
	int at, error;

	(void)state;
	for (at = 1; ; at ++) {
		plomb_status s;

		assert_int_equal(replace_at(0, "a", OLD, &error), PLOMB_OK);
		calls = 0;
		fail_at = at;
		s = plomb_file_writer_posix.remove(&plomb_file_writer_posix, in_folder("a"), &error);
		fail_at = 0;
		if (s == PLOMB_OK) {
			break;
		}
		assert_int_equal(s, PLOMB_IO_ERROR);
		assert_int_equal(error, ENOSPC);
		assert_int_equal(holds("a", OLD), at == 1);
	}
	assert_int_equal(at, 5); /* unlink; open, fsync, close of the directory */
	assert_int_equal(count_files(), 0);
}

static plomb_status
move_at(int at, const char *from, const char *to, int *error)
{
	char source[sizeof path];
	plomb_status s;

	memcpy(source, in_folder(from), sizeof source);
	calls = 0;
	synced = 0;
	fail_at = at;
	s = plomb_file_writer_posix.move(&plomb_file_writer_posix, source, in_folder(to), error);
	fail_at = 0;
	return s;
}

static void
test_move(void **state)
{
	int at, error;

	(void)state;
	assert_int_equal(move_at(0, "a", "b", &error), PLOMB_UNSET);
	assert_int_equal(error, 0);
	for (at = 1; ; at ++) {
		plomb_status s;

		assert_int_equal(replace_at(0, "a", NEW, &error), PLOMB_OK);
		assert_int_equal(replace_at(0, "b", OLD, &error), PLOMB_OK);
		s = move_at(at, "a", "b", &error);
		if (s == PLOMB_OK) {
			break;
		}
		assert_int_equal(s, PLOMB_IO_ERROR);
		assert_int_equal(error, ENOSPC);
		assert_true(holds("b", at == 1 ? OLD : NEW));
	}
	assert_int_equal(at, 5);
	assert_int_equal(synced, 1);
	assert_true(holds("b", NEW));
	assert_int_equal(count_files(), 1);
	assert_int_equal(unlink(in_folder("b")), 0);
}

static void
test_lock(void **state)
{
	static const int no_locks[] = { ENOLCK, EBADF, EINVAL, ENOSYS, EOPNOTSUPP };
	int mine, theirs, error;
	size_t i;

	(void)state;
	lock_waits = 3;
	assert_int_equal(plomb_file_writer_posix.lock(&plomb_file_writer_posix, folder, &mine, &error), PLOMB_OK);
	assert_int_equal(lock_waits, 0);
	assert_true(mine >= 0 && error == 0);
	/* It is the system that would have waited. */
	assert_int_equal(plomb_file_writer_posix.lock(&plomb_file_writer_posix, folder, &theirs, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, EWOULDBLOCK);
	assert_int_equal(theirs, -1);
	plomb_file_writer_posix.unlock(&plomb_file_writer_posix, theirs);
	plomb_file_writer_posix.unlock(&plomb_file_writer_posix, mine);
	assert_int_equal(plomb_file_writer_posix.lock(&plomb_file_writer_posix, folder, &theirs, &error), PLOMB_OK);
	plomb_file_writer_posix.unlock(&plomb_file_writer_posix, theirs);
	for (i = 0; i < sizeof no_locks / sizeof no_locks[0]; i ++) {
		lock_errno = no_locks[i];
		assert_int_equal(plomb_file_writer_posix.lock(&plomb_file_writer_posix, folder, &mine, &error), PLOMB_UNSET);
		assert_int_equal(mine, -1);
	}
	lock_errno = EIO;
	assert_int_equal(plomb_file_writer_posix.lock(&plomb_file_writer_posix, folder, &mine, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, EIO);
	lock_errno = 0;
	assert_int_equal(plomb_file_writer_posix.lock(&plomb_file_writer_posix, in_folder("none"), &mine, &error), PLOMB_IO_ERROR);
	assert_int_equal(error, ENOENT);
	assert_int_equal(mine, -1);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(folder); /* and nothing else was left in it */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_private_and_new),
		cmocka_unit_test(test_each_call_of_a_new_one_fails),
		cmocka_unit_test(test_each_call_fails),
		cmocka_unit_test(test_where_it_cannot_be),
		cmocka_unit_test(test_readers_and_links),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_remove_fails),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_lock)
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
