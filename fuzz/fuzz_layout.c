/*
 * Targets plomb_store_tar_read, plomb_layout_find, plomb_layout_check_content,
 * plomb_layout_platform, plomb_layout_signatures and plomb_layout_hanging.
 *
 * Input: a layout as a tar archive, whose header checksums are made right.
 * It is looked at twice: as it is, and then as if every blob had the digest of
 * its name, since no fuzzer makes SHA-256 fit. Holds:
 * - an image that was found has the digest that its bytes have;
 * - no more candidates are found than allowed; what has no trouble has bytes,
 *   and hangs on the image by the other function too;
 * - all memory is given back;
 * - in a smaller buffer the same is found, or PLOMB_NO_ROOM.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/core/hash.h"
#include "../src/oci/store_tar.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_ARCHIVE (1u << 18)

static uint64_t room[1u << 18];
static unsigned char archive[MAX_ARCHIVE];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

/* ------------------------------------------------- a file port for one archive */

typedef struct {
	plomb_files files;
	plomb_view rest;
	size_t piece; /* read at most so much at once */
} archive_files;

static plomb_status
archive_read(const plomb_files *self, plomb_file *file, unsigned char *buffer, size_t most, size_t *got)
{
	archive_files *a = (archive_files *)(uintptr_t)self;
	plomb_view part = plomb_view_cut(a->rest, 0, most < a->piece ? most : a->piece);

	(void)file;
	if (part.n != 0) {
		memcpy(buffer, part.p, part.n);
	}
	a->rest = plomb_view_cut(a->rest, part.n, a->rest.n);
	*got = part.n;
	return PLOMB_OK;
}

static void
put_checksum(unsigned char *block)
{
	unsigned long sum = 0;
	char text[16];
	size_t i;

	memset(block + 148, ' ', 8);
	for (i = 0; i < 512; i ++) {
		sum += block[i];
	}
	sprintf(text, "%06lo", sum);
	memcpy(block + 148, text, 7);
}

/* Go from header to header, as far as sizes are octal and fit. */
static void
put_checksums(size_t n)
{
	size_t at = 0;

	while (at <= n && n - at >= 512) {
		size_t size = 0, i;

		if (memcmp(archive + at + 257, "ustar", 5) == 0) {
			put_checksum(archive + at);
		}
		for (i = 124; i < 135 && archive[at + i] >= '0' && archive[at + i] <= '7'; i ++) {
			size = size * 8 + (size_t)(archive[at + i] - '0');
			if (size > n) {
				return;
			}
		}
		at += 512 + (size + 511) / 512 * 512;
	}
}

/* --------------------------------------------------------------- properties */

static plomb_status
count_found(void *user, const plomb_found *found)
{
	size_t *count = user;

	*count += 1;
	must(found->kind == PLOMB_FOUND_BUNDLE || found->kind == PLOMB_FOUND_SIMPLESIGNING || found->kind == PLOMB_FOUND_ENVELOPE);
	must(found->trouble != PLOMB_UNSET);
	must(found->trouble != PLOMB_NO_ROOM);
	if (found->trouble == PLOMB_OK) {
		must(found->kind == PLOMB_FOUND_BUNDLE ? found->bytes.p != NULL : found->layer.payload.p != NULL);
	}
	return PLOMB_OK;
}

static size_t
check_signatures(plomb_work *work, plomb_store *store, const plomb_layout_image *image, plomb_status *s)
{
	size_t used = work->used, count = 0;

	*s = plomb_layout_signatures(work, store, image, count_found, &count);
	must(*s != PLOMB_UNSET && *s != PLOMB_INTERNAL_ERROR);
	must(count <= PLOMB_MAX_CANDIDATES);
	must(work->used == used);
	return count;
}

/* Each manifest once, and with a manifest or a reason. */
static plomb_status
count_hanging(void *user, const plomb_hanging *hanging)
{
	size_t *count = user;

	*count += 1;
	must(hanging->trouble != PLOMB_UNSET && hanging->trouble != PLOMB_NO_ROOM);
	must(hanging->manifest != NULL || hanging->trouble != PLOMB_OK);
	must(hanging->manifest == NULL || hanging->trouble == PLOMB_OK || hanging->trouble == PLOMB_SUBJECT_MISMATCH);
	must(hanging->suffix != NULL && hanging->origin != NULL);
	return PLOMB_OK;
}

static void
check_hanging(plomb_work *work, plomb_store *store, const plomb_layout_image *image, size_t candidates)
{
	size_t used = work->used, count = 0;
	plomb_status s;

	s = plomb_layout_hanging(work, store, image, count_hanging, &count);
	must(s != PLOMB_UNSET && s != PLOMB_INTERNAL_ERROR);
	must(count <= PLOMB_MAX_HANGING);
	must(work->used == used);
	/* A candidate is a manifest or one layer of it. */
	must(s != PLOMB_OK || candidates == 0 || count != 0);
}

static void
use_image(plomb_work *work, plomb_store *store, const plomb_layout_image *image)
{
	size_t used = work->used, size = work->size, count, fewer;
	plomb_digest child;
	plomb_status s, smaller;

	count = check_signatures(work, store, image, &s);
	if (s == PLOMB_OK) {
		check_hanging(work, store, image, count);
	}
	s = plomb_layout_check_content(work, store, image);
	must(s != PLOMB_UNSET && work->used == used);
	s = plomb_layout_platform(work, store, image, plomb_view_of("linux/amd64"), &child);
	must(s == PLOMB_OK ? child.hash != PLOMB_HASH_NONE : child.hash == PLOMB_HASH_NONE);
	must(work->used == used);

	/* With less memory the same is found or the walk says so. */
	work->size = used + 20000 < size ? used + 20000 : size;
	fewer = check_signatures(work, store, image, &smaller);
	must(smaller != PLOMB_OK || fewer == count);
	work->size = size;
}

static void
check_found(plomb_work *work, plomb_store *store)
{
	static const plomb_view none = { NULL, 0 };
	unsigned char hash[PLOMB_MAX_HASH_LEN];
	plomb_layout_image image;

	plomb_work_init(work, room, sizeof room);
	if (plomb_layout_find(work, store, none, NULL, &image) != PLOMB_OK) {
		must(image.digest.hash == PLOMB_HASH_NONE);
		return;
	}
	plomb_hash_of(&plomb_crypto_default, image.digest.hash, image.manifest, hash);
	must(memcmp(hash, image.digest.bytes, plomb_hash_len(image.digest.hash)) == 0);
	use_image(work, store, &image);
}

/* Each blob in turn is the image, whatever its bytes. */
static void
use_all(plomb_work *work, plomb_store_tar *tar)
{
	plomb_store *store = &tar->store;
	plomb_layout_image image;
	uint64_t size;
	size_t i;

	for (i = 0; i < tar->entry_count; i ++) {
		tar->entries[i].is_good = 1;
	}
	memset(&image, 0, sizeof image);
	if (store->file(store, work, "index.json", PLOMB_MAX_MANIFEST_BYTES, &image.index) != PLOMB_OK) {
		return;
	}
	for (i = 0; i < 8 && store->list(store, i, &image.digest, &size) == PLOMB_OK; i ++) {
		plomb_work_init(work, room, sizeof room);
		if (store->blob(store, work, &image.digest, UINT64_MAX, PLOMB_MAX_MANIFEST_BYTES, &image.manifest) == PLOMB_OK) {
			use_image(work, store, &image);
		}
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static plomb_store_tar tar;
	archive_files a;
	plomb_memory_heap heap;
	plomb_file file;
	plomb_work work;

	if (len > MAX_ARCHIVE) {
		return 0;
	}
	memcpy(archive, in, len);
	put_checksums(len);
	memset(&file, 0, sizeof file);
	memset(&a, 0, sizeof a);
	a.files.read = archive_read;
	a.rest.p = archive;
	a.rest.n = len;
	a.piece = len % 2 == 0 ? SIZE_MAX : 1000;
	plomb_memory_heap_init(&heap, 8u << 20);
	if (plomb_store_tar_read(&tar, &file, &a.files, &plomb_crypto_default, &heap.memory) == PLOMB_OK) {
		check_found(&work, &tar.store);
		use_all(&work, &tar);
	}
	plomb_store_tar_free(&tar);
	must(heap.used == 0);
	return 0;
}
