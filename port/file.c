/* see file.h: what every port's files are read with */
#include "file.h"

/* How much to ask the work buffer for: one byte more than is allowed shows that there is more. */
static size_t
wanted(const plomb_work *work, const plomb_file *file, size_t max)
{
	size_t most = max == SIZE_MAX ? max : max + 1;
	size_t left;

	/*
	 * A regular file says its size, and one byte more shows the end. Files
	 * of /proc say 0 and are read like a stream: into all the room that is
	 * left, which is then given back.
	 */
	if (file->kind == PLOMB_FILE_REGULAR && file->size != 0 && file->size < most) {
		return (size_t)file->size + 1;
	}
	left = work->size - work->used;
	/* The work buffer aligns what it gives. */
	left = left > 16 ? left - 16 : 1;
	return most < left ? most : left;
}

/* Read until the end or until room bytes are there. */
static plomb_status
fill(const plomb_files *files, plomb_file *file, unsigned char *buffer, size_t room, size_t *n)
{
	*n = 0;
	while (*n < room) {
		size_t got;
		plomb_status s = files->read(files, file, buffer + *n, room - *n, &got);

		if (s != PLOMB_OK) {
			return s;
		}
		if (got == 0) {
			return PLOMB_OK;
		}
		*n += got;
	}
	return PLOMB_OK;
}

/* see file.h */
plomb_status
plomb_file_rest(const plomb_files *files, plomb_file *file, plomb_work *work, size_t max, plomb_view *bytes)
{
	size_t mark = plomb_work_mark(work);
	size_t high_water = work->high_water;
	unsigned char *buffer;
	size_t room, n;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	if (file->kind == PLOMB_FILE_REGULAR && file->size > max) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	room = wanted(work, file, max);
	buffer = plomb_work_take(work, room);
	if (buffer == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = fill(files, file, buffer, room, &n);
	if (s == PLOMB_OK && n > max) {
		s = PLOMB_LIMIT_EXCEEDED;
	}
	if (s == PLOMB_OK && n == room && file->size != 0 && n > file->size) {
		/* It grew while it was read: which bytes are meant nobody can say. */
		s = PLOMB_IO_ERROR;
	}
	if (s == PLOMB_OK && n == room) {
		/* A stream that is longer than the buffer does not say by how much. */
		work->missing = max - n + 1;
		s = PLOMB_NO_ROOM;
	}
	if (s != PLOMB_OK) {
		plomb_work_release(work, mark);
		return s;
	}
	plomb_work_shrink(work, buffer + n);
	/* All the room was borrowed only to see how much is needed. */
	work->high_water = work->used > high_water ? work->used : high_water;
	bytes->p = buffer;
	bytes->n = n;
	return PLOMB_OK;
}

/* see file.h */
plomb_status
plomb_file_whole(const plomb_files *files, const char *path, plomb_work *work, size_t max, plomb_view *bytes, plomb_file *file)
{
	plomb_file own;
	plomb_status s;

	if (file == NULL) {
		file = &own;
	}
	bytes->p = NULL;
	bytes->n = 0;
	s = files->open(files, path, 0, file);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_file_rest(files, file, work, max, bytes);
	files->close(files, file);
	return s;
}
