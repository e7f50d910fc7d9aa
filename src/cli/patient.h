/*
 * Files by names that the user gave. Such a name may be anything that can be
 * read: a file, "-", /dev/stdin, a shell's <(…), a named pipe. What does not
 * come is waited for, but not for ever.
 *
 * A pipe or terminal that brings no byte for PLOMB_TIMEOUT_NETWORK_MS ends the
 * program with PLOMB_TIMEOUT, as a network does that is silent. With --timeout
 * that alone counts: whoever gives it knows how long it may take.
 *
 * Standard input can be read once. Whoever asks for "-" a second time gets
 * PLOMB_IO_ERROR instead of an empty file.
 */
#ifndef PLOMB_PATIENT_H
#define PLOMB_PATIENT_H

#include "error.h"

#include "../../port/file.h"

/* plomb_files_posix with the above. What is opened with PLOMB_FILE_NO_WAIT is never waited for. */
extern const plomb_files plomb_files_patient;

/* Why a file could not be opened or read, as a fault that names it: PLOMB_IO_ERROR. */
plomb_status plomb_file_fault(plomb_fault *fault, const char *path, const plomb_file *file);

#endif
