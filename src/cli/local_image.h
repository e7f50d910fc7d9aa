/*
 * --local-image PATH[:TAG][@DIGEST]: an OCI layout in a directory, or in a
 * tar archive, "-" for one from standard input.
 */
#ifndef PLOMB_LOCAL_IMAGE_H
#define PLOMB_LOCAL_IMAGE_H

#include "error.h"
#include "progress.h"

#include "../oci/store_dir.h"
#include "../oci/store_tar.h"

typedef struct {
	char *path;
	plomb_view tag; /* in the argument; absent if it names none */
	int has_digest;
	plomb_digest digest;
	plomb_store *store;
	plomb_memory_heap heap;
	plomb_counted_files files;
	plomb_store_dir dir;
	plomb_store_tar tar;
	int is_dir, is_tar;
} plomb_local_image;

/*
 * Find out which part of the argument is a path and open it. A path that
 * exists as a whole is the path, whatever characters it has. progress is
 * told what is read, and may be NULL. Errors have a fault. Freed by the
 * caller whatever comes back.
 */
PLOMB_MUST_CHECK plomb_status plomb_local_image_open(plomb_local_image *image, const char *argument, plomb_progress *progress, plomb_fault *fault);
/* The argument is a stream, such as "-" or a named pipe: it can be read once, and who reads it waits. */
int plomb_local_image_is_stream(const char *argument);
/* Tell progress how much there will be to read when the image's content is checked. */
void plomb_local_image_expect(plomb_local_image *image, plomb_work *work, const plomb_layout_image *found);
void plomb_local_image_free(plomb_local_image *image);

#endif
