/* see file.h: POSIX */
#define _POSIX_C_SOURCE 200809L
/* A layout's layers are larger than 2 GiB also where off_t has 32 bits. */
#define _FILE_OFFSET_BITS 64

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What read(2) takes is bounded by SSIZE_MAX; nobody needs more at once. */
#define MOST ((size_t)1 << 30)

static plomb_file_kind
kind_of(mode_t mode)
{
	if (S_ISREG(mode)) {
		return PLOMB_FILE_REGULAR;
	}
	return S_ISDIR(mode) ? PLOMB_FILE_DIRECTORY : PLOMB_FILE_OTHER;
}

/* A part of the path that is not a directory is "no such file" too. */
static plomb_status
status_of(int error)
{
	return error == ENOENT || error == ENOTDIR ? PLOMB_UNSET : PLOMB_IO_ERROR;
}

static plomb_status
look(plomb_file *file)
{
	struct stat about;

	if (fstat(file->handle, &about) != 0) {
		file->error = errno;
		return PLOMB_IO_ERROR;
	}
	file->kind = kind_of(about.st_mode);
	if (file->kind == PLOMB_FILE_REGULAR && about.st_size > 0) {
		file->size = (uint64_t)about.st_size;
	}
	return PLOMB_OK;
}

static void
posix_close(const plomb_files *self, plomb_file *file)
{
	(void)self;
	if (file->handle != STDIN_FILENO) {
		/* Nothing was written, so nothing can be lost here. */
		(void)close(file->handle);
	}
	file->handle = -1;
}

static plomb_status
posix_open(const plomb_files *self, const char *path, unsigned how, plomb_file *file)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	plomb_status s;

	file->kind = PLOMB_FILE_OTHER;
	file->size = 0;
	file->error = 0;
	file->handle = STDIN_FILENO;
	if (how == 0 && path[0] == '-' && path[1] == '\0') {
		s = look(file);
		/* Standard input may have been read from before, so its size says nothing. */
		file->size = 0;
		return s;
	}
	if (how & PLOMB_FILE_NO_WAIT) {
		/* A pipe that nobody writes to must not hang a verifier. */
		flags |= O_NONBLOCK;
	}
	do {
		file->handle = open(path, flags);
	} while (file->handle < 0 && errno == EINTR);
	if (file->handle < 0) {
		file->error = errno;
		return status_of(errno);
	}
	s = look(file);
	if (s != PLOMB_OK) {
		posix_close(self, file);
	}
	return s;
}

static plomb_status
posix_read(const plomb_files *self, plomb_file *file, unsigned char *buffer, size_t room, size_t *got)
{
	ssize_t n;

	(void)self;
	*got = 0;
	do {
		n = read(file->handle, buffer, room < MOST ? room : MOST);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		file->error = errno;
		return PLOMB_IO_ERROR;
	}
	*got = (size_t)n;
	return PLOMB_OK;
}

static plomb_status
list_open(DIR *directory, plomb_file_name_fn each, void *user)
{
	const struct dirent *entry;

	/* readdir tells its end and an error apart by errno alone. */
	for (errno = 0; (entry = readdir(directory)) != NULL; errno = 0) {
		plomb_view name = plomb_view_of(entry->d_name);
		plomb_status s;

		if (plomb_view_is(name, ".") || plomb_view_is(name, "..")) {
			continue;
		}
		s = each(user, name);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return errno == 0 ? PLOMB_OK : PLOMB_IO_ERROR;
}

static plomb_status
posix_list(const plomb_files *self, const char *path, plomb_file_name_fn each, void *user)
{
	DIR *directory = opendir(path);
	plomb_status s;

	(void)self;
	if (directory == NULL) {
		return status_of(errno);
	}
	s = list_open(directory, each, user);
	(void)closedir(directory);
	return s;
}

const plomb_files plomb_files_posix = { posix_open, posix_read, posix_close, posix_list };
