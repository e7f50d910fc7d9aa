/*
 * Small files that options name, read whole: keys, certificates, trust
 * roots, bundles. And keys by reference (SPEC 3.1).
 */
#ifndef PLOMB_SOURCE_H
#define PLOMB_SOURCE_H

#include "error.h"

#include "../../port/file.h"

/* A key or certificate file; real ones have a few kilobytes. */
#define PLOMB_MAX_PEM_BYTES  (1u << 20)
#define PLOMB_MAX_ROOT_BYTES (4u << 20)

/* Bytes on the heap, with a NUL behind them; p is NULL if there are none yet. */
typedef struct {
	unsigned char *p;
	size_t n;
} plomb_bytes;

void plomb_bytes_free(plomb_bytes *bytes);
plomb_view plomb_bytes_view(const plomb_bytes *bytes);

/*
 * A whole file by the user's name for it (patient.h), of at most max bytes.
 * PLOMB_IO_ERROR, PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM, each with a fault that
 * names the file.
 */
PLOMB_MUST_CHECK plomb_status plomb_read_file(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault);

/*
 * The same for a bundle or another part of a signature: a stream that brings
 * nothing is PLOMB_IO_ERROR. Its writer failed or somebody else has read it,
 * and what it would have said nobody knows.
 */
PLOMB_MUST_CHECK plomb_status plomb_read_evidence(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault);

/*
 * The same for what the user says rather than what is held against it: a key,
 * a trust root, certificates to trust. Too much of it is PLOMB_CONFIG_INVALID,
 * for that is no verdict on anything.
 */
PLOMB_MUST_CHECK plomb_status plomb_read_config(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault);

/*
 * The same as plomb_read_evidence for a file that nobody named and that was only
 * found: it must be a regular one, and is not waited for.
 */
PLOMB_MUST_CHECK plomb_status plomb_read_found(plomb_bytes *bytes, const char *path, size_t max, plomb_fault *fault);

/* What is left of an open file of that name, as plomb_read_file. */
PLOMB_MUST_CHECK plomb_status plomb_read_rest(plomb_bytes *bytes, plomb_file *file, const char *path, size_t max, plomb_fault *fault);

/* There is something of that name, whatever it is. A pipe is not opened for it: whoever writes to it would notice. */
int plomb_file_exists(const char *path);
/* It is neither a file nor a directory; found out without opening it, which a named pipe's writer would notice. */
int plomb_file_is_stream(const char *path);

/* An environment variable is set to something. */
int plomb_is_set(const char *name);

/*
 * An environment variable's value; NULL if it is not set. One that is set to
 * nothing is PLOMB_CONFIG_INVALID: a script whose own variable is missing
 * would otherwise trust the default where its author named something else.
 */
PLOMB_MUST_CHECK plomb_status plomb_variable(const char *name, const char **value, plomb_fault *fault);

/*
 * The PEM text of a key reference: a file, or env://VARIABLE. A scheme of a
 * key service is PLOMB_UNSUPPORTED_FEATURE.
 */
PLOMB_MUST_CHECK plomb_status plomb_read_key(plomb_bytes *pem, const char *reference, plomb_fault *fault);

#endif
