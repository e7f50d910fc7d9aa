/* see tuf_update.h: directories and URLs as mirrors */
#include <stdlib.h>
#include <unistd.h>

#include "../../port/file.h"
#include "tuf_update.h"

static plomb_status
io_fault(const char *path, const plomb_file *file, plomb_fault *fault)
{
	return plomb_fail(fault, PLOMB_IO_ERROR, path, ": ", file->error == 0
		? plomb_status_sentence(PLOMB_IO_ERROR) : strerror(file->error), (const char *)NULL);
}

static plomb_status
read_open(plomb_file *file, const char *path, size_t max, plomb_bytes *bytes, plomb_fault *fault)
{
	size_t got;

	/* A stick may hold anything under any name: a pipe would be waited for, a directory is no file. */
	if (file->kind != PLOMB_FILE_REGULAR) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": is not a regular file", (const char *)NULL);
	}
	if (file->size > max) {
		return plomb_fail_status(fault, PLOMB_LIMIT_EXCEEDED, path);
	}
	bytes->p = malloc((size_t)file->size + 2);
	if (bytes->p == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, path);
	}
	for (;;) {
		if (plomb_files_posix.read(&plomb_files_posix, file, bytes->p + bytes->n, (size_t)file->size + 1 - bytes->n, &got) != PLOMB_OK) {
			return io_fault(path, file, fault);
		}
		bytes->n += got;
		if (bytes->n > file->size) {
			return plomb_fail(fault, PLOMB_IO_ERROR, path, ": grew while it was read", (const char *)NULL);
		}
		if (got == 0) {
			bytes->p[bytes->n] = 0;
			return PLOMB_OK;
		}
	}
}

/* see tuf_update.h */
plomb_status
plomb_tuf_read(const char *path, size_t max, plomb_bytes *bytes, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	s = plomb_files_posix.open(&plomb_files_posix, path, PLOMB_FILE_NO_WAIT, &file);
	if (s != PLOMB_OK) {
		return s == PLOMB_UNSET ? s : io_fault(path, &file, fault);
	}
	s = read_open(&file, path, max, bytes, fault);
	plomb_files_posix.close(&plomb_files_posix, &file);
	if (s != PLOMB_OK) {
		plomb_bytes_free(bytes);
	}
	return s;
}

/* What stands in the way of reading a mirror is told in TUF's words. */
static plomb_status
directory_fetch(plomb_tuf_mirror *self, const char *name, size_t max, plomb_bytes *bytes, plomb_fault *fault)
{
	plomb_fault inner;
	plomb_status s;
	char *path;

	path = plomb_tuf_path(self->place, name);
	if (path == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	plomb_fault_init(&inner);
	s = plomb_tuf_read(path, max, bytes, &inner);
	if (s != PLOMB_OK && s != PLOMB_UNSET) {
		s = plomb_fail(fault, s == PLOMB_LIMIT_EXCEEDED ? PLOMB_TUF_LENGTH : s == PLOMB_IO_ERROR ? PLOMB_TUF_NETWORK : s,
			plomb_text_cstr(&inner.message), (const char *)NULL);
	}
	plomb_fault_free(&inner);
	free(path);
	return s;
}

/* A mirror that is not there has no newer root either: that must not look like being up to date. */
static plomb_status
check_directory(const char *place, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	s = plomb_files_posix.open(&plomb_files_posix, place, PLOMB_FILE_NO_WAIT, &file);
	if (s != PLOMB_OK) {
		return plomb_fail(fault, PLOMB_TUF_NETWORK, place, ": ", s == PLOMB_UNSET ? "no such directory"
			: strerror(file.error), (const char *)NULL);
	}
	plomb_files_posix.close(&plomb_files_posix, &file);
	return file.kind == PLOMB_FILE_DIRECTORY ? PLOMB_OK
		: plomb_fail(fault, PLOMB_TUF_NETWORK, place, ": is not a directory", (const char *)NULL);
}

/* PLACE/NAME. */
static plomb_status
url_fetch(plomb_tuf_mirror *self, const char *name, size_t max, plomb_bytes *bytes, plomb_fault *fault)
{
	plomb_status s;
	char *url;

	bytes->p = NULL;
	bytes->n = 0;
	url = plomb_tuf_path(self->place, name);
	if (url == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	s = plomb_fetch(self->fetcher, url, max, bytes, fault);
	free(url);
	return s;
}

static plomb_status
open_url(plomb_tuf_mirror *mirror, const char *ca_file, plomb_fault *fault)
{
	plomb_status s;

	if ((s = plomb_check_url("--mirror", mirror->place, fault)) != PLOMB_OK) {
		return s;
	}
	mirror->fetcher = calloc(1, sizeof *mirror->fetcher);
	if (mirror->fetcher == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	mirror->fetch = url_fetch;
	return plomb_fetcher_open(mirror->fetcher, ca_file, fault);
}

/* Without the slashes at its end, so that one place has one name; "/" keeps its own. */
static char *
copy_place(const char *place)
{
	plomb_view view;

	view = plomb_view_of_arg(place);
	while (view.n > 1 && view.p[view.n - 1] == '/') {
		view.n --;
	}
	return plomb_copy_view(view);
}

/* A directory's name from the root on: it is kept, and the next run may start elsewhere. */
static plomb_status
name_from_root(plomb_tuf_mirror *mirror, plomb_fault *fault)
{
	char here[PLOMB_MAX_PATH];
	char *whole;

	if (mirror->place[0] == '/') {
		return PLOMB_OK;
	}
	if (getcwd(here, sizeof here) == NULL) {
		return plomb_fail(fault, PLOMB_IO_ERROR, mirror->place, ": the name of the working directory cannot be found out", (const char *)NULL);
	}
	whole = plomb_tuf_path(here, mirror->place);
	if (whole == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	free(mirror->place);
	mirror->place = whole;
	return PLOMB_OK;
}

/* see tuf_update.h */
plomb_status
plomb_tuf_mirror_open(plomb_tuf_mirror *mirror, const char *place, const char *ca_file, plomb_fault *fault)
{
	plomb_status s;

	memset(mirror, 0, sizeof *mirror);
	/* As cosign names a directory: file:///path. */
	mirror->place = copy_place(strncmp(place, "file:///", 8) == 0 ? place + 7 : place);
	if (mirror->place == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	mirror->fetch = directory_fetch;
	if (plomb_is_url(place)) {
		s = open_url(mirror, ca_file, fault);
	} else if (strstr(mirror->place, "://") != NULL) {
		s = plomb_fail(fault, PLOMB_USAGE_ERROR, "--mirror: neither a directory nor an address with http:// or https://", (const char *)NULL);
	} else if ((s = check_directory(mirror->place, fault)) == PLOMB_OK) {
		s = name_from_root(mirror, fault);
	}
	if (s != PLOMB_OK) {
		plomb_tuf_mirror_close(mirror);
	}
	return s;
}

/* see tuf_update.h */
void
plomb_tuf_mirror_close(plomb_tuf_mirror *mirror)
{
	if (mirror->fetcher != NULL) {
		plomb_fetcher_close(mirror->fetcher);
	}
	free(mirror->fetcher);
	free(mirror->place);
	memset(mirror, 0, sizeof *mirror);
}
