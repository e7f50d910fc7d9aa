#include "patient.h"

#include <string.h>

#include "timeout.h"

static int
is_input(const char *path)
{
	return path[0] == '-' && path[1] == 0;
}

/* Standard input is the process's own, and so is whether it was read. */
static int is_input_taken;

static plomb_status
patient_open(const plomb_files *self, const char *path, unsigned how, plomb_file *file)
{
	plomb_status s;

	(void)self;
	if (how != 0) {
		return plomb_files_posix.open(&plomb_files_posix, path, how, file);
	}
	if (is_input(path) && is_input_taken) {
		memset(file, 0, sizeof *file);
		return PLOMB_IO_ERROR;
	}
	if (is_input(path)) {
		is_input_taken = 1;
	}
	/* Opening a named pipe waits for somebody to write. */
	plomb_timeout_wait();
	s = plomb_files_posix.open(&plomb_files_posix, path, how, file);
	plomb_timeout_waited();
	return s;
}

static plomb_status
patient_read(const plomb_files *self, plomb_file *file, unsigned char *buffer, size_t room, size_t *got)
{
	plomb_status s;

	(void)self;
	if (file->kind == PLOMB_FILE_REGULAR) {
		return plomb_files_posix.read(&plomb_files_posix, file, buffer, room, got);
	}
	plomb_timeout_wait();
	s = plomb_files_posix.read(&plomb_files_posix, file, buffer, room, got);
	plomb_timeout_waited();
	return s;
}

static void
patient_close(const plomb_files *self, plomb_file *file)
{
	(void)self;
	plomb_files_posix.close(&plomb_files_posix, file);
}

static plomb_status
patient_list(const plomb_files *self, const char *path, plomb_file_name_fn each, void *user)
{
	(void)self;
	return plomb_files_posix.list(&plomb_files_posix, path, each, user);
}

const plomb_files plomb_files_patient = { patient_open, patient_read, patient_close, patient_list };

/* see patient.h */
plomb_status
plomb_file_fault(plomb_fault *fault, const char *path, const plomb_file *file)
{
	const char *why;

	why = file->error != 0 ? strerror(file->error)
		: is_input(path) ? "standard input was read already" : plomb_status_sentence(PLOMB_IO_ERROR);
	return plomb_fail(fault, PLOMB_IO_ERROR, path, ": ", why, (const char *)NULL);
}
