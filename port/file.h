/*
 * Files: read a file or a stream from front to end, list a directory. Nothing
 * here writes, and nothing here knows what the bytes mean.
 */
#ifndef PLOMB_PORT_FILE_H
#define PLOMB_PORT_FILE_H

#include "../src/core/work.h"

/* Longer paths are refused; it is Linux's own PATH_MAX. */
#define PLOMB_MAX_PATH 4096

typedef enum {
	PLOMB_FILE_REGULAR = 1,
	PLOMB_FILE_DIRECTORY,
	PLOMB_FILE_OTHER /* a pipe, a device, a socket */
} plomb_file_kind;

/* An open file. handle is the port's own. */
typedef struct {
	int handle;
	plomb_file_kind kind;
	uint64_t size; /* of a regular file when it was opened; else 0 */
	int error;     /* after PLOMB_IO_ERROR the system's number, for strerror; else 0 */
} plomb_file;

/*
 * How to open. A path that the user typed may be anything that can be read,
 * and may wait as `cat` would: a named pipe, /dev/stdin. A path that was made
 * from untrusted content is opened with NO_WAIT: opening never waits for
 * somebody to write, so that the caller can look at kind and leave.
 */
#define PLOMB_FILE_NO_WAIT 1u

/* One name of a directory, without the path; not NUL-terminated. A result other than PLOMB_OK ends the list. */
typedef plomb_status (*plomb_file_name_fn)(void *user, plomb_view name);

typedef struct plomb_files plomb_files;
struct plomb_files {
	/*
	 * Open for reading; path is NUL-terminated, "-" without NO_WAIT is
	 * standard input. PLOMB_UNSET if there is no such file,
	 * PLOMB_IO_ERROR. A directory opens: look at kind. What was opened is
	 * to be closed, what was not is not.
	 */
	plomb_status (*open)(const plomb_files *self, const char *path, unsigned how, plomb_file *file);

	/*
	 * The next bytes, at most room (at least 1), *got of them; 0 only at
	 * the end. Fewer than room is not the end. PLOMB_IO_ERROR.
	 */
	plomb_status (*read)(const plomb_files *self, plomb_file *file, unsigned char *buffer, size_t room, size_t *got);

	/* Give it back. Standard input stays open. */
	void (*close)(const plomb_files *self, plomb_file *file);

	/*
	 * Every name in a directory but "." and "..", in no particular order.
	 * PLOMB_UNSET if there is no such directory, PLOMB_IO_ERROR, or what
	 * each said.
	 */
	plomb_status (*list)(const plomb_files *self, const char *path, plomb_file_name_fn each, void *user);
};

/* The system's own files (file_posix.c). */
extern const plomb_files plomb_files_posix;

/*
 * What is left of an open file, at most max bytes, in work; the bytes have an
 * address even if there are none. PLOMB_LIMIT_EXCEEDED if there are more,
 * PLOMB_NO_ROOM, PLOMB_IO_ERROR. The file stays open.
 */
PLOMB_MUST_CHECK plomb_status plomb_file_rest(const plomb_files *files, plomb_file *file, plomb_work *work, size_t max, plomb_view *bytes);

/*
 * The whole file or stream of a user's path ("-": standard input), at most
 * max bytes, in work. As plomb_file_rest, and PLOMB_UNSET if there is none.
 * file may be NULL; else file->error tells the system's reason.
 */
PLOMB_MUST_CHECK plomb_status plomb_file_whole(const plomb_files *files, const char *path, plomb_work *work, size_t max, plomb_view *bytes, plomb_file *file);

#endif
