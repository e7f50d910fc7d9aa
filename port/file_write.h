/*
 * Files that are replaced as a whole. After any failure, also a loss of power
 * in the middle, a file holds its old bytes or its new ones and nothing else.
 */
#ifndef PLOMB_PORT_FILE_WRITE_H
#define PLOMB_PORT_FILE_WRITE_H

#include "../src/plomb.h"

#define PLOMB_WRITER_SUFFIX ".XXXXXX" /* each X is any letter or digit */

/* How a file is put there. */
#define PLOMB_WRITE_PRIVATE 1u /* its owner alone may read it, from the first byte on; else everybody may */
#define PLOMB_WRITE_NEW     2u /* what has the name already stays: PLOMB_UNSET */

/* Paths are NUL-terminated. *error is the system's number for strerror after PLOMB_IO_ERROR, else 0. */
typedef struct plomb_file_writer plomb_file_writer;
struct plomb_file_writer {
	/* There is a directory of this name afterwards, with those above it. PLOMB_IO_ERROR. */
	plomb_status (*make)(const plomb_file_writer *self, const char *path, int *error);

	/*
	 * The file holds exactly these bytes, also after a loss of power; else
	 * PLOMB_IO_ERROR, and it holds them or what it held before. A program
	 * that is ended in the middle leaves a file of the same name with
	 * PLOMB_WRITER_SUFFIX behind it.
	 */
	plomb_status (*replace)(const plomb_file_writer *self, const char *path, plomb_view bytes, unsigned how, int *error);

	/* There is no file of this name afterwards. PLOMB_IO_ERROR. */
	plomb_status (*remove)(const plomb_file_writer *self, const char *path, int *error);

	/* The file from takes the place of to, in the same directory, as a whole. PLOMB_UNSET if there is no such file, PLOMB_IO_ERROR. */
	plomb_status (*move)(const plomb_file_writer *self, const char *from, const char *to, int *error);

	/*
	 * The directory is ours alone among all who ask, until unlock or the
	 * end of the program, whatever ends it; waits for whoever has it.
	 * PLOMB_UNSET where the file system knows no locks, PLOMB_IO_ERROR.
	 */
	plomb_status (*lock)(const plomb_file_writer *self, const char *path, int *handle, int *error);
	void (*unlock)(const plomb_file_writer *self, int handle);
};

/* The system's own files (file_write_posix.c). */
extern const plomb_file_writer plomb_file_writer_posix;

#endif
