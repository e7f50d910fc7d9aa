#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patient.h"

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

/* Room for a private key's file at once: a block that grows leaves copies behind. */
#define FIRST_ROOM ((64u << 10) + 2)

/* Double the room, but never past one byte more than is allowed, and keep one for the NUL. */
static int
grow(plomb_bytes *bytes, size_t *cap, size_t max)
{
	unsigned char *p;
	size_t more;

	more = *cap == 0 ? FIRST_ROOM : *cap * 2;
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
		if (plomb_files_patient.read(&plomb_files_patient, file, bytes->p + bytes->n, cap - 1 - bytes->n, &got) != PLOMB_OK) {
			return plomb_file_fault(fault, path, file);
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

/* How a file is read, and what it means if it cannot be. */
typedef struct {
	unsigned open;         /* as the port's flags */
	int regular_only;
	plomb_status too_much; /* what more than max bytes are */
	int may_be_empty;      /* of a stream: nothing is something */
} manner;

static plomb_status
read_kind(plomb_bytes *bytes, plomb_file *file, const char *path, size_t max, const manner *how, plomb_fault *fault)
{
	plomb_status s;

	if (file->kind == PLOMB_FILE_DIRECTORY) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": is a directory", (const char *)NULL);
	}
	if (how->regular_only && file->kind != PLOMB_FILE_REGULAR) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": is not a regular file", (const char *)NULL);
	}
	s = read_open(bytes, file, path, max, how->too_much, fault);
	if (s == PLOMB_OK && bytes->n == 0 && file->kind != PLOMB_FILE_REGULAR && !how->may_be_empty) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": nothing came", (const char *)NULL);
	}
	return s;
}

static plomb_status
read_path(plomb_bytes *bytes, const char *path, size_t max, const manner *how, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	s = plomb_files_patient.open(&plomb_files_patient, path, how->open, &file);
	if (s == PLOMB_UNSET) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": no such file", (const char *)NULL);
	}
	if (s != PLOMB_OK) {
		return plomb_file_fault(fault, path, &file);
	}
	s = read_kind(bytes, &file, path, max, how, fault);
	plomb_files_patient.close(&plomb_files_patient, &file);
	if (s != PLOMB_OK) {
		plomb_bytes_free(bytes);
	}
	return s;
}

/* see source.h */
plomb_status
plomb_read_file(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault)
{
	static const manner how = { 0, 0, PLOMB_LIMIT_EXCEEDED, 1 };

	return read_path(bytes, path, max, &how, fault);
}

/* see source.h */
plomb_status
plomb_read_evidence(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault)
{
	static const manner how = { 0, 0, PLOMB_LIMIT_EXCEEDED, 0 };

	return read_path(bytes, path, max, &how, fault);
}

/* see source.h */
plomb_status
plomb_read_config(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault)
{
	static const manner how = { 0, 0, PLOMB_CONFIG_INVALID, 1 };

	return read_path(bytes, path, max, &how, fault);
}

/* see source.h */
plomb_status
plomb_read_found(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault)
{
	static const manner how = { PLOMB_FILE_NO_WAIT, 1, PLOMB_LIMIT_EXCEEDED, 0 };

	return read_path(bytes, path, max, &how, fault);
}

/* see source.h */
plomb_status
plomb_read_rest(plomb_bytes *bytes, plomb_file *file, const char *path, size_t max, plomb_fault *fault)
{
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	s = read_open(bytes, file, path, max, PLOMB_LIMIT_EXCEEDED, fault);
	if (s != PLOMB_OK) {
		plomb_bytes_free(bytes);
	}
	return s;
}

/* see source.h */
int
plomb_is_set(const char *name)
{
	const char *value;

	value = getenv(name);
	return value != NULL && value[0] != 0;
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
	/* What cannot be looked at may be there: whoever reads it will be told why not. */
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* see source.h */
int
plomb_file_is_stream(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
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
