/* A layout in a tar: what is kept, what is only hashed, and which archives are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "oci_support.h"
#include "../src/oci/store_tar.h"

static unsigned char buffer[4096];
static plomb_work work;
static plomb_memory_heap heap;
static plomb_store_tar tar;

static plomb_status
read_tar(struct box *box)
{
	plomb_file file;
	plomb_status s;

	plomb_work_init(&work, buffer, sizeof buffer);
	if (heap.ceiling == 0) {
		plomb_memory_heap_init(&heap, 128u << 20);
	}
	assert_int_equal(box_open(&box->files, "tar", 0, &file), PLOMB_OK);
	s = plomb_store_tar_read(&tar, &file, &box->files, &plomb_crypto_default, &heap.memory);
	box_close(&box->files, &file);
	return s;
}

static void
free_tar(void)
{
	plomb_store_tar_free(&tar);
	plomb_store_tar_free(&tar);
	assert_int_equal(heap.used, 0);
}

static void
close_box(struct box *box)
{
	box_tar_free(box);
	box_free(box);
}

static int
detail_is(const char *got, const char *want)
{
	return plomb_view_is(tar.detail.got, got) && plomb_view_is(tar.detail.want, want);
}

/* The same layout in every place and read in every piece. */
static void
test_places(void **state)
{
	static const char *const tops[] = { "", "./", "image/", "./image/" };
	static const size_t pieces[] = { 0, 1, 511, 513 };
	size_t i, j;

	(void)state;
	for (i = 0; i < 4; i ++) {
		for (j = 0; j < 4; j ++) {
			struct box *box = box_new();
			struct blob good = box_put(box, "{hello}"), absent = blob_of("absent"), empty = box_put(box, "");
			plomb_store *store = &tar.store;
			plomb_digest digest;
			plomb_view bytes;
			uint64_t size;

			box_add(box, "index.json", "{}");
			box_add(box, "blobs", "")->type = '5';
			box_tar(box, tops[i]);
			box->piece = pieces[j];
			assert_int_equal(read_tar(box), PLOMB_OK);
			assert_int_equal(store->file(store, &work, "index.json", 2, &bytes), PLOMB_OK);
			assert_true(plomb_view_is(bytes, "{}"));
			assert_int_equal(store->file(store, &work, "index.json", 1, &bytes), PLOMB_LIMIT_EXCEEDED);
			assert_null(bytes.p);
			assert_int_equal(store->file(store, &work, "oci-layout", 9, &bytes), PLOMB_UNSET);
			assert_int_equal(store->file(store, &work, "blobs", 9, &bytes), PLOMB_LAYOUT_MALFORMED);
			assert_int_equal(store->blob(store, &work, &good.parsed, 7, 7, &bytes), PLOMB_OK);
			assert_true(plomb_view_is(bytes, "{hello}"));
			assert_int_equal(store->blob(store, &work, &good.parsed, UINT64_MAX, 7, &bytes), PLOMB_OK);
			assert_int_equal(store->blob(store, &work, &good.parsed, 6, 7, &bytes), PLOMB_DIGEST_MISMATCH);
			assert_int_equal(store->blob(store, &work, &good.parsed, 7, 6, &bytes), PLOMB_LIMIT_EXCEEDED);
			assert_int_equal(store->blob(store, &work, &absent.parsed, 7, 6, &bytes), PLOMB_UNSET);
			assert_int_equal(store->blob(store, &work, &empty.parsed, 0, 6, &bytes), PLOMB_OK);
			assert_non_null(bytes.p);
			assert_int_equal(bytes.n, 0);
			assert_int_equal(store->check(store, &good.parsed, 7), PLOMB_OK);
			assert_int_equal(store->check(store, &good.parsed, 8), PLOMB_DIGEST_MISMATCH);
			assert_int_equal(store->check(store, &absent.parsed, 8), PLOMB_UNSET);
			assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_OK);
			assert_int_equal(store->list(store, 1, &digest, &size), PLOMB_OK);
			assert_int_equal(store->list(store, 2, &digest, &size), PLOMB_UNSET);
			free_tar();
			close_box(box);
		}
	}
}

/* Blobs that are not what they are called, are a directory, or are called by another hash. */
static void
test_blobs(void **state)
{
	struct box *box = box_new();
	struct blob wrong = blob_of("wrong"), folder = blob_of("folder"), sha512 = blob_under(PLOMB_SHA512, "{5}", 3);
	struct blob good = box_put(box, "{g}"), plain = box_put(box, "plain");
	plomb_store *store = &tar.store;
	plomb_digest digest;
	plomb_view bytes;
	unsigned objects = 0;
	uint64_t size;
	size_t i;

	(void)state;
	box_add(box, blob_name(box, &wrong), "wr0ng");
	box_add(box, blob_name(box, &folder), "")->type = '5';
	box_add(box, blob_name(box, &sha512), "{5}");
	box_add(box, box_print(box, "deep/%s", blob_name(box, &good)), "{g}");
	box_add(box, "blobs/sha256", "")->type = '5';
	box_add(box, "blobs/sha256:0123", "{");
	box_add(box, "blobs/sha256/0123", "{");
	box_add(box, "blobs/md5/0123", "{");
	box_add(box, "oci-layout", "")->type = '5';
	box_tar(box, "");
	assert_int_equal(read_tar(box), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &wrong.parsed, 5, 9, &bytes), PLOMB_DIGEST_MISMATCH);
	assert_int_equal(store->check(store, &wrong.parsed, 5), PLOMB_DIGEST_MISMATCH);
	assert_int_equal(store->blob(store, &work, &folder.parsed, 0, 9, &bytes), PLOMB_LAYOUT_MALFORMED);
	assert_int_equal(store->check(store, &folder.parsed, 0), PLOMB_LAYOUT_MALFORMED);
	assert_int_equal(store->blob(store, &work, &sha512.parsed, 3, 9, &bytes), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &good.parsed, 3, 9, &bytes), PLOMB_OK);
	assert_int_equal(store->file(store, &work, "oci-layout", 9, &bytes), PLOMB_LAYOUT_MALFORMED);
	for (i = 0; store->list(store, i, &digest, &size) == PLOMB_OK; i ++) {
		assert_int_equal(digest.hash, PLOMB_SHA256);
		objects += size != UINT64_MAX;
	}
	/* good, plain, wrong and the directory; a blob in a deeper directory is another layout's. */
	assert_int_equal(i, 4);
	assert_int_equal(objects, 1);
	(void)plain;
	free_tar();
	close_box(box);
}

/* Large members are hashed without being kept. */
static void
test_large(void **state)
{
	struct box *box = box_new();
	size_t n = PLOMB_MAX_TAR_KEPT + 1;
	char *json = malloc(n), *layer = malloc(PLOMB_MAX_TAR_LAYER + 1);
	struct blob too_large, largest, small_layer, large_layer;
	plomb_store *store = &tar.store;
	plomb_view bytes;

	(void)state;
	memset(json, ' ', n);
	memset(layer, 'x', PLOMB_MAX_TAR_LAYER + 1);
	too_large = blob_under(PLOMB_SHA256, json, n);
	largest = blob_under(PLOMB_SHA256, json, n - 1);
	small_layer = blob_under(PLOMB_SHA256, layer, PLOMB_MAX_TAR_LAYER);
	large_layer = blob_under(PLOMB_SHA256, layer, PLOMB_MAX_TAR_LAYER + 1);
	box_add(box, "index.json", "{}");
	box_add_bytes(box, blob_name(box, &too_large), json, n);
	box_add_bytes(box, blob_name(box, &largest), json, n - 1);
	box_add_bytes(box, blob_name(box, &small_layer), layer, PLOMB_MAX_TAR_LAYER);
	box_add_bytes(box, blob_name(box, &large_layer), layer, PLOMB_MAX_TAR_LAYER + 1);
	box_tar(box, "");
	assert_int_equal(read_tar(box), PLOMB_OK);
	assert_int_equal(store->check(store, &too_large.parsed, n), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &too_large.parsed, n, SIZE_MAX, &bytes), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(store->blob(store, &work, &largest.parsed, n - 1, SIZE_MAX, &bytes), PLOMB_OK);
	assert_int_equal(bytes.n, PLOMB_MAX_TAR_KEPT);
	assert_int_equal(store->blob(store, &work, &small_layer.parsed, small_layer.size, SIZE_MAX, &bytes), PLOMB_OK);
	assert_int_equal(store->check(store, &large_layer.parsed, large_layer.size), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &large_layer.parsed, large_layer.size, SIZE_MAX, &bytes), PLOMB_LIMIT_EXCEEDED);
	free_tar();

	/* What does not fit into the memory that is lent is not kept either, and says so. */
	plomb_memory_heap_init(&heap, 1u << 20);
	assert_int_equal(read_tar(box), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &largest.parsed, n - 1, SIZE_MAX, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(store->blob(store, &work, &too_large.parsed, n, SIZE_MAX, &bytes), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(store->blob(store, &work, &small_layer.parsed, small_layer.size, SIZE_MAX, &bytes), PLOMB_OK);
	assert_int_equal(store->check(store, &largest.parsed, n - 1), PLOMB_OK);
	free_tar();
	heap.ceiling = 0;
	close_box(box);
	free(json);
	free(layer);
}

/* More small members than may be kept in all (CVE-2023-25153). */
static void
test_memory(void **state)
{
	struct box *box = box_new();
	size_t n = PLOMB_MAX_TAR_MEMORY / 16;
	char *json = malloc(n);
	plomb_store *store = &tar.store;
	plomb_view bytes;
	unsigned i, kept = 0;

	(void)state;
	memset(json, ' ', n);
	for (i = 0; i < 20; i ++) {
		box_add_bytes(box, box_print(box, "%u", i), json, n);
	}
	box_tar(box, "");
	assert_int_equal(read_tar(box), PLOMB_OK);
	for (i = 0; i < 20; i ++) {
		plomb_status s = store->file(store, &work, box->file[i].name, SIZE_MAX, &bytes);

		assert_true(s == PLOMB_OK || s == PLOMB_LIMIT_EXCEEDED);
		kept += s == PLOMB_OK;
	}
	assert_int_equal(kept, 16);
	assert_true(heap.most <= (129u << 20));
	free_tar();
	close_box(box);
	free(json);
}

/* Members that occur twice, in whatever form. */
static void
test_twice(void **state)
{
	static const struct {
		const char *row, *first, *second;
		char first_type, second_type;
		plomb_status status;
	} rows[] = {
		{ "other names", "a", "b", '0', '0', PLOMB_OK },
		{ "the same name", "index.json", "index.json", '0', '0', PLOMB_LAYOUT_MALFORMED },
		{ "once with a dot", "index.json", "./index.json", '0', '0', PLOMB_LAYOUT_MALFORMED },
		{ "once a directory", "index.json", "index.json/", '0', '5', PLOMB_LAYOUT_MALFORMED },
		{ "a directory twice", "blobs/", "blobs", '5', '5', PLOMB_LAYOUT_MALFORMED },
		{ "the unnamed directory twice", "./", ".", '5', '5', PLOMB_OK },
		{ "old and new type of file", "index.json", "index.json", '0', '\0', PLOMB_LAYOUT_MALFORMED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		struct box *box = box_new();
		plomb_status s;

		box_add(box, rows[i].first, "")->type = rows[i].first_type;
		box_add(box, "other", "");
		box_add(box, rows[i].second, "")->type = rows[i].second_type;
		box_tar(box, "");
		s = read_tar(box);
		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
		}
		assert_true(s == PLOMB_OK || detail_is("", "no member twice"));
		free_tar();
		close_box(box);
	}
}

/* Archives that are not what they should be; each is a good one with one change. */
static void
test_refused(void **state)
{
	static const struct {
		const char *row, *name;
		char type;
		plomb_status status;
	} rows[] = {
		{ "good", "a", '0', PLOMB_OK },
		{ "hard link", "a", '1', PLOMB_LAYOUT_MALFORMED },
		{ "symbolic link", "a", '2', PLOMB_LAYOUT_MALFORMED },
		{ "device", "a", '3', PLOMB_LAYOUT_MALFORMED },
		{ "named pipe", "a", '6', PLOMB_LAYOUT_MALFORMED },
		{ "sparse file", "a", 'S', PLOMB_LAYOUT_MALFORMED },
		{ "absolute name", "/a", '0', PLOMB_LAYOUT_MALFORMED },
		{ "climbing name", "../a", '0', PLOMB_LAYOUT_MALFORMED },
		{ "long link name", "a", 'K', PLOMB_LAYOUT_MALFORMED },
		{ "pax header without a member", "a", 'x', PLOMB_LAYOUT_MALFORMED },
		{ "GNU name of nothing", "a", 'L', PLOMB_LAYOUT_MALFORMED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		struct box *box = box_new();
		plomb_digest digest;
		plomb_view bytes;
		uint64_t size;
		plomb_status s;

		(void)box_put(box, "{}");
		box_add(box, "index.json", "{}");
		box_add(box, rows[i].name, "")->type = rows[i].type;
		box_tar(box, "");
		s = read_tar(box);
		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
		}
		if (s != PLOMB_OK) {
			/* Of half an archive nothing can be asked. */
			assert_int_equal(tar.store.file(&tar.store, &work, "index.json", 9, &bytes), PLOMB_UNSET);
			assert_int_equal(tar.store.list(&tar.store, 0, &digest, &size), PLOMB_UNSET);
		}
		free_tar();
		close_box(box);
	}
}

/* A good archive cut off anywhere could not be read; one with something behind its end is refused. */
static void
test_truncated(void **state)
{
	struct box *box = box_new();
	size_t whole, n;
	unsigned char *longer;
	const unsigned char *exact;

	(void)state;
	(void)box_put(box, "{}");
	box_add(box, "index.json", "{hello, this is some content}");
	box_tar(box, "");
	whole = box->tar.n;
	for (n = 0; n < whole; n ++) {
		box->tar.n = n;
		if (read_tar(box) != PLOMB_IO_ERROR || tar.detail.want.n == 0) {
			fail_msg("%zu bytes", n);
		}
		free_tar();
	}
	box->tar.n = whole;
	assert_int_equal(read_tar(box), PLOMB_OK);
	free_tar();

	longer = calloc(1, whole + PLOMB_MAX_TAR_PADDING + 9000);
	exact = box->tar.p;
	memcpy(longer, exact, whole);
	box->tar.p = longer;
	box->tar.n = whole + PLOMB_MAX_TAR_PADDING;
	assert_int_equal(read_tar(box), PLOMB_OK);
	free_tar();
	box->tar.n = whole + PLOMB_MAX_TAR_PADDING + 9000;
	assert_int_equal(read_tar(box), PLOMB_LIMIT_EXCEEDED);
	free_tar();
	longer[whole + 5000] = 1;
	box->tar.n = whole + 6000;
	assert_int_equal(read_tar(box), PLOMB_LAYOUT_MALFORMED);
	assert_true(plomb_view_is(tar.detail.want, "nothing after the end of the archive"));
	free_tar();
	box->tar.p = exact;
	free(longer);
	close_box(box);
}

/* Somebody who gave us a .tar.gz is told so. */
static void
test_compressed(void **state)
{
	static const struct {
		const char *name;
		plomb_view start;
	} rows[] = {
		{ "gzip", PLOMB_LIT("\x1F\x8B\x08\0\0\0\0\0\0\x03") },
		{ "zstd", PLOMB_LIT("\x28\xB5\x2F\xFD\0") },
		{ "xz", PLOMB_LIT("\xFD" "7zXZ\0") },
		{ "bzip2", PLOMB_LIT("BZh9") },
	};
	struct box *box = box_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		box->tar = rows[i].start;
		assert_int_equal(read_tar(box), PLOMB_LAYOUT_MALFORMED);
		assert_true(detail_is(rows[i].name, "an uncompressed tar"));
		free_tar();
	}
	box->tar.p = (const unsigned char *)"\x1F";
	box->tar.n = 1;
	assert_int_equal(read_tar(box), PLOMB_IO_ERROR);
	assert_true(detail_is("", "an archive that does not end here"));
	free_tar();
	box_free(box);
}

/* Every call of the port fails once, and every request for memory. */
static void
test_failures(void **state)
{
	struct box *box = box_new();
	static unsigned char archive[8192];
	plomb_status s = PLOMB_IO_ERROR;
	unsigned calls;
	size_t n = 0, ceiling;

	(void)state;
	n += tar_member(archive + n, "p", 'x', (const unsigned char *)"19 path=index.json\n", 19);
	n += tar_member(archive + n, "x", '0', (const unsigned char *)"{}", 2);
	n += tar_member(archive + n, "g", 'g', (const unsigned char *)"13 comment=x\n", 13);
	n += tar_member(archive + n, "oci-layout", '0', NULL, 0);
	box->tar.p = archive;
	box->tar.n = n + 1024;
	box->piece = 64;
	for (calls = 1; s == PLOMB_IO_ERROR; calls ++) {
		plomb_file file;

		assert_int_equal(box_open(&box->files, "tar", 0, &file), PLOMB_OK);
		box->fail_in = calls;
		plomb_memory_heap_init(&heap, 1u << 20);
		s = plomb_store_tar_read(&tar, &file, &box->files, &plomb_crypto_default, &heap.memory);
		box_close(&box->files, &file);
		box->fail_in = 0;
		assert_true(s == PLOMB_OK || s == PLOMB_IO_ERROR);
		free_tar();
	}
	assert_int_equal(s, PLOMB_OK);
	assert_true(calls > 30);

	s = PLOMB_NO_ROOM;
	for (ceiling = 1; s == PLOMB_NO_ROOM; ceiling += 16) {
		plomb_memory_heap_init(&heap, ceiling);
		s = read_tar(box);
		assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM);
		free_tar();
	}
	assert_int_equal(s, PLOMB_OK);
	heap.ceiling = 0;
	box_free(box);
}

/* An archive of n members of a type. */
static plomb_status
read_many(struct box *box, unsigned n, char type)
{
	unsigned char *archive = malloc(n * 512 + 1024);
	plomb_status s;
	unsigned i;

	for (i = 0; i < n; i ++) {
		char name[20];

		sprintf(name, "%u", i);
		tar_block(archive + i * 512, name, type, 0);
	}
	memset(archive + n * 512, 0, 1024);
	box->tar.p = archive;
	box->tar.n = n * 512 + 1024;
	s = read_tar(box);
	free_tar();
	free(archive);
	return s;
}

static void
test_many(void **state)
{
	struct box *box = box_new();

	(void)state;
	assert_int_equal(read_many(box, PLOMB_MAX_TAR_MEMBERS, '0'), PLOMB_OK);
	assert_int_equal(read_many(box, PLOMB_MAX_TAR_MEMBERS + 1, '0'), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(read_many(box, PLOMB_MAX_TAR_MEMBERS + 1, '5'), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(read_many(box, 4 * PLOMB_MAX_TAR_MEMBERS + 1, 'g'), PLOMB_LIMIT_EXCEEDED);
	box_free(box);
}

/* Real archives in all three forms. */
static void
test_real(void **state)
{
	static const char *const names[] = {
		"gitlab-saved", "old-saved", "gitlab-fallback", "old-attested", "old-oci11-fallback", "index"
	};
	size_t i;

	(void)state;
	plomb_memory_heap_init(&heap, 1u << 20);
	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		plomb_store *store = &tar.store;
		char path[200];
		plomb_file file;
		plomb_digest digest;
		plomb_view bytes;
		uint64_t size;
		size_t j;

		snprintf(path, sizeof path, VECTORS "/layout/%s.tar", names[i]);
		assert_int_equal(plomb_files_posix.open(&plomb_files_posix, path, 0, &file), PLOMB_OK);
		assert_int_equal(plomb_store_tar_read(&tar, &file, &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_OK);
		plomb_files_posix.close(&plomb_files_posix, &file);
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_equal(store->file(store, &work, "index.json", 4096, &bytes), PLOMB_OK);
		assert_int_equal(store->file(store, &work, "oci-layout", 4096, &bytes), PLOMB_OK);
		for (j = 0; store->list(store, j, &digest, &size) == PLOMB_OK; j ++) {
			assert_int_equal(store->blob(store, &work, &digest, UINT64_MAX, SIZE_MAX, &bytes), PLOMB_OK);
		}
		assert_true(j >= 5);
		free_tar();
	}
	heap.ceiling = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_blobs),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
