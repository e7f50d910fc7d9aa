/* see file_write.h: POSIX */
#define _POSIX_C_SOURCE 200809L

#include "file_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MAX_PATH 4096

/* What went wrong first is what is told. */
static plomb_status
failed(int *error)
{
	*error = errno != 0 ? errno : EIO;
	return PLOMB_IO_ERROR;
}

/* The name and room for the suffix; 0 if it is too long. */
static int
copy_path(char *out, const char *path)
{
	size_t n = strlen(path);

	if (n > MAX_PATH) {
		errno = ENAMETOOLONG;
		return 0;
	}
	memcpy(out, path, n + 1);
	return 1;
}

static int
is_directory(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* The new name itself has to survive: it stands in the directory. Some file systems cannot be asked to, and say EINVAL. */
static int
sync_directory_of(const char *path)
{
	char folder[MAX_PATH + 1];
	char *slash;
	int handle, good;

	memcpy(folder, path, strlen(path) + 1);
	slash = strrchr(folder, '/');
	if (slash != NULL) {
		slash[slash == folder] = '\0';
	}
	handle = open(slash != NULL ? folder : ".", O_RDONLY | O_CLOEXEC);
	if (handle < 0) {
		return 0;
	}
	good = fsync(handle) == 0 || errno == EINVAL;
	return close(handle) == 0 && good;
}

static plomb_status
posix_make(const plomb_file_writer *self, const char *path, int *error)
{
	char part[MAX_PATH + 1];
	size_t i, n;

	(void)self;
	*error = 0;
	if (!copy_path(part, path)) {
		return failed(error);
	}
	n = strlen(part);
	for (i = 1; i <= n; i ++) {
		char c = part[i];

		if (c != '/' && c != '\0') {
			continue;
		}
		part[i] = '\0';
		if (mkdir(part, 0755) == 0) {
			if (!sync_directory_of(part)) {
				return failed(error);
			}
		} else {
			int why = errno;

			if (!is_directory(part)) {
				errno = why;
				return failed(error);
			}
		}
		part[i] = c;
	}
	return PLOMB_OK;
}

static int
write_all(int handle, plomb_view bytes)
{
	size_t done = 0;

	while (done < bytes.n) {
		ssize_t n = write(handle, bytes.p + done, bytes.n - done);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return 0;
		}
		done += (size_t)n;
	}
	return 1;
}

/* Some file systems know no second name for a file, and say so in many ways. */
static int
has_no_links(int error)
{
	return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL || error == EMLINK;
}

/*
 * The file gets this name unless something has it: as a second name first,
 * which takes no other's place; where there are none, the name is taken by an
 * empty file and then replaced.
 */
static int
name_new(const char *from, const char *to)
{
	int handle;

	if (link(from, to) == 0) {
		(void)unlink(from);
		return 1;
	}
	if (!has_no_links(errno)) {
		return 0;
	}
	handle = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (handle < 0) {
		return 0;
	}
	(void)close(handle);
	if (rename(from, to) == 0) {
		return 1;
	}
	handle = errno;
	(void)unlink(to);
	errno = handle;
	return 0;
}

/* Bytes first, then the name: the file is never seen half written. */
static plomb_status
posix_replace(const plomb_file_writer *self, const char *path, plomb_view bytes, unsigned how, int *error)
{
	char other[MAX_PATH + sizeof PLOMB_WRITER_SUFFIX];
	int handle, good, is_taken = 0;

	(void)self;
	*error = 0;
	errno = 0;
	if (!copy_path(other, path)) {
		return failed(error);
	}
	memcpy(other + strlen(other), PLOMB_WRITER_SUFFIX, sizeof PLOMB_WRITER_SUFFIX);
	handle = mkstemp(other);
	if (handle < 0) {
		return failed(error);
	}
	good = fchmod(handle, (how & PLOMB_WRITE_PRIVATE) != 0 ? 0600 : 0644) == 0 && write_all(handle, bytes) && fsync(handle) == 0;
	if (!good) {
		(void)failed(error);
	}
	if (close(handle) != 0 && good) {
		good = 0;
		(void)failed(error);
	}
	if (good && !((how & PLOMB_WRITE_NEW) != 0 ? name_new(other, path) : rename(other, path) == 0)) {
		good = 0;
		is_taken = (how & PLOMB_WRITE_NEW) != 0 && errno == EEXIST;
		(void)failed(error);
	}
	if (!good) {
		(void)unlink(other);
		if (is_taken) {
			*error = 0;
			return PLOMB_UNSET;
		}
		return PLOMB_IO_ERROR;
	}
	return sync_directory_of(path) ? PLOMB_OK : failed(error);
}

static plomb_status
posix_remove(const plomb_file_writer *self, const char *path, int *error)
{
	(void)self;
	*error = 0;
	errno = 0;
	if (unlink(path) != 0) {
		return errno == ENOENT ? PLOMB_OK : failed(error);
	}
	return sync_directory_of(path) ? PLOMB_OK : failed(error);
}

static plomb_status
posix_move(const plomb_file_writer *self, const char *from, const char *to, int *error)
{
	(void)self;
	*error = 0;
	errno = 0;
	if (rename(from, to) != 0) {
		return errno == ENOENT ? PLOMB_UNSET : failed(error);
	}
	return sync_directory_of(to) ? PLOMB_OK : failed(error);
}

/* What the system answers where there are no such locks: some network file systems. */
static int
has_no_locks(int error)
{
	return error == ENOLCK || error == EBADF || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

/* On the directory itself: a lock that ends with the program, and no file that stays. */
static plomb_status
posix_lock(const plomb_file_writer *self, const char *path, int *handle, int *error)
{
	int result;

	(void)self;
	*error = 0;
	errno = 0;
	*handle = open(path, O_RDONLY | O_CLOEXEC);
	if (*handle < 0) {
		return failed(error);
	}
	do {
		result = flock(*handle, LOCK_EX);
	} while (result != 0 && errno == EINTR);
	if (result == 0) {
		return PLOMB_OK;
	}
	(void)failed(error);
	(void)close(*handle);
	*handle = -1;
	return has_no_locks(*error) ? PLOMB_UNSET : PLOMB_IO_ERROR;
}

static void
posix_unlock(const plomb_file_writer *self, int handle)
{
	(void)self;
	if (handle >= 0) {
		(void)close(handle);
	}
}

const plomb_file_writer plomb_file_writer_posix = { posix_make, posix_replace, posix_remove, posix_move, posix_lock, posix_unlock };
