#include "local_image.h"

#include <stdlib.h>
#include <string.h>

#include "patient.h"
#include "source.h"

/* What a store may hold in memory: a whole archive's manifests and bundles, or the names in a directory. */
#define MOST_MEMORY (256u << 20)

/* What is left of the argument without an "@sha256:…" at its end. */
static size_t
take_digest(plomb_local_image *image, const char *argument)
{
	const char *mark;

	mark = strrchr(argument, '@');
	if (mark == NULL || plomb_digest_parse(plomb_view_of_arg(mark + 1), &image->digest) != PLOMB_OK) {
		return strlen(argument);
	}
	image->has_digest = 1;
	return (size_t)(mark - argument);
}

/* The first n bytes of the argument are a path as they stand. No memory is taken: its lack is no answer. */
static int
is_path(const char *argument, size_t n)
{
	char path[PLOMB_MAX_PATH];

	if (n >= sizeof path) {
		return 0;
	}
	memcpy(path, argument, n);
	path[n] = 0;
	return strcmp(path, "-") == 0 || plomb_file_exists(path);
}

/* The length of the path in front of a ":TAG" that ends at n; 0 if there is no such path. */
static size_t
path_before_tag(const char *argument, size_t n)
{
	size_t at;

	for (at = n; at > 1; at --) {
		if (argument[at - 1] == ':' && is_path(argument, at - 1)) {
			return at - 1;
		}
	}
	return 0;
}

static plomb_status
not_there(const char *argument, plomb_fault *fault)
{
	return plomb_fail(fault, PLOMB_IMAGE_NOT_FOUND, "there is no file or directory ", argument, (const char *)NULL);
}

static plomb_status
split(plomb_local_image *image, const char *argument, plomb_fault *fault)
{
	plomb_view whole;
	size_t n, end;

	whole = plomb_view_of_arg(argument);
	n = whole.n;
	if (!is_path(argument, n)) {
		n = take_digest(image, argument);
		end = n != whole.n && is_path(argument, n) ? n : path_before_tag(argument, n);
		if (end == 0 && !image->has_digest && strchr(argument, '@') != NULL) {
			return plomb_fail(fault, PLOMB_REFERENCE_INVALID, "there is no such file, and ",
				strrchr(argument, '@') + 1, " is not a digest", (const char *)NULL);
		}
		if (end == 0) {
			return not_there(argument, fault);
		}
		if (end != n) {
			image->tag = plomb_view_cut(whole, end + 1, n - end - 1);
		}
		n = end;
	}
	image->path = plomb_copy_view(plomb_view_cut(whole, 0, n));
	return image->path == NULL ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

static plomb_status
archive_fault(const plomb_local_image *image, plomb_status status, const plomb_file *file, plomb_fault *fault)
{
	if (status == PLOMB_IO_ERROR && file->error != 0) {
		return plomb_file_fault(fault, image->path, file);
	}
	return plomb_fail_detail(fault, status, NULL, &image->tar.detail);
}

static plomb_status
open_archive(plomb_local_image *image, plomb_file *file, plomb_fault *fault)
{
	plomb_status s;

	image->is_tar = 1;
	plomb_progress_expect(image->files.progress, file->size);
	s = plomb_store_tar_read(&image->tar, file, &image->files.files, &plomb_crypto_default, &image->heap.memory);
	if (s != PLOMB_OK) {
		return archive_fault(image, s, file, fault);
	}
	image->store = &image->tar.store;
	return PLOMB_OK;
}

static plomb_status
open_directory(plomb_local_image *image, plomb_fault *fault)
{
	plomb_status s;

	s = plomb_store_dir_init(&image->dir, plomb_view_of_arg(image->path), &image->files.files,
		&plomb_crypto_default, &image->heap.memory);
	if (s != PLOMB_OK) {
		return plomb_fail_status(fault, s, image->path);
	}
	image->is_dir = 1;
	image->store = &image->dir.store;
	return PLOMB_OK;
}

/* see local_image.h */
plomb_status
plomb_local_image_open(plomb_local_image *image, const char *argument, plomb_progress *progress, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	memset(image, 0, sizeof *image);
	plomb_memory_heap_init(&image->heap, MOST_MEMORY);
	plomb_counted_files_init(&image->files, progress);
	if ((s = split(image, argument, fault)) != PLOMB_OK) {
		return s;
	}
	s = plomb_files_patient.open(&plomb_files_patient, image->path, 0, &file);
	if (s == PLOMB_UNSET) {
		return not_there(image->path, fault);
	}
	if (s != PLOMB_OK) {
		return plomb_file_fault(fault, image->path, &file);
	}
	s = file.kind == PLOMB_FILE_DIRECTORY ? open_directory(image, fault) : open_archive(image, &file, fault);
	plomb_files_patient.close(&plomb_files_patient, &file);
	return s;
}

/* see local_image.h */
int
plomb_local_image_is_stream(const char *argument)
{
	plomb_local_image image;
	plomb_fault fault;
	int is_stream;

	memset(&image, 0, sizeof image);
	plomb_fault_init(&fault);
	is_stream = split(&image, argument, &fault) == PLOMB_OK
		&& (strcmp(image.path, "-") == 0 || plomb_file_is_stream(image.path));
	free(image.path);
	plomb_fault_free(&fault);
	return is_stream;
}

/* A store that only adds up what it would have to hash. */
typedef struct {
	plomb_store store; /* first, so that it can be cast back */
	plomb_store *inner;
	uint64_t bytes;
} counting_store;

static plomb_status
count_manifest(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_view *bytes)
{
	plomb_store *inner = ((counting_store *)store)->inner;

	return inner->manifest(inner, work, digest, size, media_type, bytes);
}

static plomb_status
count_check(plomb_store *store, const plomb_digest *digest, uint64_t size)
{
	counting_store *counting = (counting_store *)store;

	(void)digest;
	if (size > INT64_MAX - counting->bytes) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	counting->bytes += size;
	return PLOMB_OK;
}

/* see local_image.h */
void
plomb_local_image_expect(plomb_local_image *image, plomb_work *work, const plomb_layout_image *found)
{
	counting_store counting;
	plomb_status s;

	/* An archive was hashed while it was read. */
	if (!image->is_dir || image->files.progress == NULL || !image->files.progress->is_on) {
		return;
	}
	counting.store = *image->store;
	counting.store.manifest = count_manifest;
	counting.store.check = count_check;
	counting.inner = image->store;
	counting.bytes = 0;
	s = plomb_layout_check_content(work, &counting.store, found);
	plomb_progress_expect(image->files.progress, s == PLOMB_OK ? counting.bytes : 0);
}

/* see local_image.h */
void
plomb_local_image_free(plomb_local_image *image)
{
	if (image->is_dir) {
		plomb_store_dir_free(&image->dir);
	}
	if (image->is_tar) {
		plomb_store_tar_free(&image->tar);
	}
	free(image->path);
	image->path = NULL;
}
