#include "source.h"

#include <stdlib.h>
#include <string.h>

#include "../../port/file.h"

/* see source.h */
void
plomb_bytes_free(plomb_bytes *bytes)
{
	free(bytes->p);
	bytes->p = NULL;
	bytes->n = 0;
}

/* see source.h */
plomb_view
plomb_bytes_view(const plomb_bytes *bytes)
{
	plomb_view view;

	view.p = bytes->p;
	view.n = bytes->n;
	return view;
}

static plomb_status
io_fault(plomb_fault *fault, const char *path, const plomb_file *file)
{
	return plomb_fail(fault, PLOMB_IO_ERROR, path, ": ",
		file->error == 0 ? plomb_status_sentence(PLOMB_IO_ERROR) : strerror(file->error),
		(const char *)NULL);
}

/* Double the room, but never past one byte more than is allowed, and keep one for the NUL. */
static int
grow(plomb_bytes *bytes, size_t *cap, size_t max)
{
	unsigned char *p;
	size_t more;

	more = *cap == 0 ? 4096 : *cap * 2;
	if (more > max + 2) {
		more = max + 2;
	}
	p = realloc(bytes->p, more);
	if (p == NULL) {
		return 0;
	}
	bytes->p = p;
	*cap = more;
	return 1;
}

/* too_much is what more than max bytes are. */
static plomb_status
read_open(plomb_bytes *bytes, plomb_file *file, const char *path, size_t max, plomb_status too_much, plomb_fault *fault)
{
	size_t cap, got;

	cap = 0;
	for (;;) {
		if (bytes->n + 1 >= cap && !grow(bytes, &cap, max)) {
			return plomb_fail_status(fault, PLOMB_NO_ROOM, path);
		}
		if (plomb_files_posix.read(&plomb_files_posix, file, bytes->p + bytes->n, cap - 1 - bytes->n, &got) != PLOMB_OK) {
			return io_fault(fault, path, file);
		}
		bytes->n += got;
		if (bytes->n > max) {
			return plomb_fail(fault, too_much, path, ": ", plomb_status_sentence(PLOMB_LIMIT_EXCEEDED), (const char *)NULL);
		}
		if (got == 0) {
			bytes->p[bytes->n] = 0;
			return PLOMB_OK;
		}
	}
}

static plomb_status
read_path(plomb_bytes *bytes, const char *path, size_t max, plomb_status too_much, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	s = plomb_files_posix.open(&plomb_files_posix, path, 0, &file);
	if (s == PLOMB_UNSET) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": no such file", (const char *)NULL);
	}
	if (s != PLOMB_OK) {
		return io_fault(fault, path, &file);
	}
	s = file.kind == PLOMB_FILE_DIRECTORY
		? plomb_fail(fault, PLOMB_IO_ERROR, path, ": is a directory", (const char *)NULL)
		: read_open(bytes, &file, path, max, too_much, fault);
	plomb_files_posix.close(&plomb_files_posix, &file);
	if (s != PLOMB_OK) {
		plomb_bytes_free(bytes);
	}
	return s;
}

/* see source.h */
plomb_status
plomb_read_file(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault)
{
	return read_path(bytes, path, max, PLOMB_LIMIT_EXCEEDED, fault);
}

/* see source.h */
plomb_status
plomb_read_config(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault)
{
	return read_path(bytes, path, max, PLOMB_CONFIG_INVALID, fault);
}

/* see source.h */
plomb_status
plomb_variable(const char *name, const char **value, plomb_fault *fault)
{
	*value = getenv(name);
	if (*value != NULL && (*value)[0] == 0) {
		*value = NULL;
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, name,
			": the variable is set to nothing; unset it to do without", (const char *)NULL);
	}
	return PLOMB_OK;
}

/* see source.h */
int
plomb_file_exists(const char *path)
{
	plomb_file file;

	if (plomb_files_posix.open(&plomb_files_posix, path, PLOMB_FILE_NO_WAIT, &file) != PLOMB_OK) {
		return 0;
	}
	plomb_files_posix.close(&plomb_files_posix, &file);
	return 1;
}

/* Schemes without "//" behind them; every other reference with "://" is one too. */
static int
is_service(const char *reference)
{
	return strstr(reference, "://") != NULL || strncmp(reference, "pkcs11:", 7) == 0;
}

static plomb_status
read_variable(plomb_bytes *pem, const char *name, plomb_fault *fault)
{
	const char *value;

	value = getenv(name);
	if (value == NULL || value[0] == 0) {
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, "--key env://", name,
			": the variable is not set", (const char *)NULL);
	}
	pem->p = (unsigned char *)plomb_copy_view(plomb_view_of_arg(value));
	if (pem->p == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	pem->n = strlen(value);
	return PLOMB_OK;
}

/* see source.h */
plomb_status
plomb_read_key(plomb_bytes *pem, const char *reference, plomb_fault *fault)
{
	pem->p = NULL;
	pem->n = 0;
	if (strncmp(reference, "env://", 6) == 0) {
		return read_variable(pem, reference + 6, fault);
	}
	if (is_service(reference)) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--key ", reference,
			": keys are read from PEM files and env://VARIABLE only", (const char *)NULL);
	}
	return plomb_read_config(pem, reference, PLOMB_MAX_PEM_BYTES, fault);
}
