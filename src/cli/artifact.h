/*
 * The file that a blob signature is about: hashed as a stream, with its bytes
 * in memory only when a signature can be verified no other way.
 */
#ifndef PLOMB_ARTIFACT_H
#define PLOMB_ARTIFACT_H

#include "progress.h"
#include "source.h"

typedef struct {
	const char *path;   /* NULL: only a digest is known */
	plomb_message message;
	plomb_digest shown; /* for the report */
	plomb_progress *progress; /* is told what is hashed; may be NULL */
	plomb_bytes bytes;  /* owned; there only if they were needed, or come from standard input */
} plomb_artifact;

/*
 * A file, "-" for standard input, or, if no file of that name exists, a
 * digest such as sha256:…. PLOMB_IO_ERROR, PLOMB_LIMIT_EXCEEDED for too much
 * on standard input, PLOMB_USAGE_ERROR for what is neither a file nor a whole
 * digest. Freed by the caller whatever comes back.
 */
PLOMB_MUST_CHECK plomb_status plomb_artifact_open(plomb_artifact *artifact, const char *argument, plomb_progress *progress, plomb_fault *fault);
/* A digest and nothing else. */
void plomb_artifact_from_digest(plomb_artifact *artifact, const plomb_digest *digest);
void plomb_artifact_free(plomb_artifact *artifact);

/*
 * What a verdict asked for. PLOMB_OK if it could be had (then ask again);
 * PLOMB_UNSET if not, because there is only a digest or because it was had
 * already; else a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_artifact_add_hash(plomb_artifact *artifact, plomb_hash hash, plomb_fault *fault);
PLOMB_MUST_CHECK plomb_status plomb_artifact_add_bytes(plomb_artifact *artifact, plomb_fault *fault);

#endif
