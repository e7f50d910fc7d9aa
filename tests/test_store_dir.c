/* A layout in a directory, served from memory and from the file system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "oci_support.h"
#include "../src/oci/store_dir.h"

#define VIEW(s) ((plomb_view)PLOMB_LIT(s))

static unsigned char buffer[65536];
static plomb_work work;
static plomb_memory_heap heap;
static plomb_store_dir dir;

static plomb_store *
open_box(struct box *box)
{
	plomb_work_init(&work, buffer, sizeof buffer);
	plomb_memory_heap_init(&heap, 1u << 20);
	assert_int_equal(plomb_store_dir_init(&dir, VIEW("box"), &box->files, &plomb_crypto_default, &heap.memory), PLOMB_OK);
	return &dir.store;
}

static void
close_box(struct box *box)
{
	plomb_store_dir_free(&dir);
	plomb_store_dir_free(&dir);
	assert_int_equal(heap.used, 0);
	assert_int_equal(box->open_now, 0);
	box_free(box);
}

static void
test_file(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	plomb_view bytes;

	(void)state;
	box_add(box, "index.json", "{}");
	box_add(box, "oci-layout", "")->type = '6';
	assert_int_equal(store->file(store, &work, "index.json", 2, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "{}"));
	assert_int_equal(store->file(store, &work, "index.json", 1, &bytes), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(store->file(store, &work, "manifest.json", 10, &bytes), PLOMB_UNSET);
	/* A named pipe where a file should be. */
	assert_int_equal(store->file(store, &work, "oci-layout", 10, &bytes), PLOMB_LAYOUT_MALFORMED);
	assert_null(bytes.p);
	box->fail_in = 1;
	assert_int_equal(store->file(store, &work, "index.json", 10, &bytes), PLOMB_IO_ERROR);
	assert_int_equal(dir.error, 5);
	box->fail_in = 2;
	assert_int_equal(store->file(store, &work, "index.json", 10, &bytes), PLOMB_IO_ERROR);
	assert_int_equal(dir.error, 5);
	plomb_work_init(&work, buffer, 1);
	assert_int_equal(store->file(store, &work, "index.json", 10, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(dir.error, 0);
	close_box(box);
}

static void
test_blob(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	struct blob good = box_put(box, "hello"), absent = blob_of("absent"), empty = box_put(box, "");
	struct blob wrong = blob_of("wrong"), large = blob_under(PLOMB_SHA512, "large", 5), pipe_ = blob_of("pipe");
	plomb_view bytes;

	(void)state;
	box_add(box, blob_name(box, &wrong), "wr0ng");
	box_add(box, blob_name(box, &large), "large");
	box_add(box, blob_name(box, &pipe_), "pipe")->type = '6';

	assert_int_equal(store->blob(store, &work, &good.parsed, 5, 5, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "hello"));
	assert_int_equal(store->blob(store, &work, &good.parsed, UINT64_MAX, 5, &bytes), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &large.parsed, 5, 5, &bytes), PLOMB_OK);
	assert_int_equal(store->blob(store, &work, &empty.parsed, 0, 5, &bytes), PLOMB_OK);
	assert_non_null(bytes.p);

	assert_int_equal(store->blob(store, &work, &absent.parsed, 6, 10, &bytes), PLOMB_UNSET);
	assert_int_equal(store->blob(store, &work, &good.parsed, 4, 10, &bytes), PLOMB_DIGEST_MISMATCH);
	assert_int_equal(store->blob(store, &work, &good.parsed, 6, 10, &bytes), PLOMB_DIGEST_MISMATCH);
	assert_int_equal(store->blob(store, &work, &good.parsed, 5, 4, &bytes), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(store->blob(store, &work, &wrong.parsed, 5, 10, &bytes), PLOMB_DIGEST_MISMATCH);
	assert_null(bytes.p);
	assert_int_equal(store->blob(store, &work, &pipe_.parsed, 4, 10, &bytes), PLOMB_LAYOUT_MALFORMED);
	box->fail_in = 2;
	assert_int_equal(store->blob(store, &work, &good.parsed, 5, 10, &bytes), PLOMB_IO_ERROR);
	assert_int_equal(dir.error, 5);
	plomb_work_init(&work, buffer, 4);
	assert_int_equal(store->blob(store, &work, &good.parsed, 5, 10, &bytes), PLOMB_NO_ROOM);
	close_box(box);
}

static void
test_check(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	struct blob good = box_put(box, "hello"), absent = blob_of("absent"), wrong = blob_of("wrong");
	char *layer = malloc(100001);
	struct blob large, grown = blob_of("grown");

	(void)state;
	memset(layer, 'x', 100000);
	layer[100000] = '\0';
	large = box_put(box, layer);
	box_add(box, blob_name(box, &wrong), "wr0ng");
	assert_int_equal(store->check(store, &good.parsed, 5), PLOMB_OK);
	assert_int_equal(store->check(store, &large.parsed, 100000), PLOMB_OK);
	/* A second time the file is not even opened. */
	box->fail_in = 1;
	assert_int_equal(store->check(store, &large.parsed, 100000), PLOMB_OK);
	assert_int_equal(store->check(store, &good.parsed, 5), PLOMB_OK);
	box->fail_in = 0;
	assert_int_equal(store->check(store, &large.parsed, 99999), PLOMB_DIGEST_MISMATCH);
	assert_int_equal(store->check(store, &absent.parsed, 6), PLOMB_UNSET);
	assert_int_equal(store->check(store, &wrong.parsed, 5), PLOMB_DIGEST_MISMATCH);
	box->fail_in = 2;
	assert_int_equal(store->check(store, &wrong.parsed, 5), PLOMB_IO_ERROR);
	assert_int_equal(dir.error, 5);
	box->fail_in = 0;

	/* A file that changes between its size and its bytes. */
	box_add(box, blob_name(box, &grown), "grown");
	box->piece = 3;
	assert_int_equal(store->check(store, &grown.parsed, 5), PLOMB_OK);
	close_box(box);
	free(layer);
}

/* A port whose files are longer or shorter than it said when they were opened. */
static size_t lie;

static plomb_status
lying_open(const plomb_files *self, const char *path, unsigned how, plomb_file *file)
{
	plomb_status s = box_open(self, path, how, file);

	file->size = lie;
	return s;
}

static void
test_check_changing(void **state)
{
	struct box *box = box_new();
	plomb_store *store;
	struct blob good = box_put(box, "hello");

	(void)state;
	box->files.open = lying_open;
	store = open_box(box);
	lie = 4;
	assert_int_equal(store->check(store, &good.parsed, 4), PLOMB_DIGEST_MISMATCH);
	lie = 6;
	assert_int_equal(store->check(store, &good.parsed, 6), PLOMB_DIGEST_MISMATCH);
	close_box(box);
}

/* The list is in the order of digests, without what is no digest, and says what begins with a brace. */
static void
test_list(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	struct blob pipe_ = blob_of("pipe");
	plomb_digest digest, before = { PLOMB_HASH_NONE, { 0 } };
	unsigned objects = 0;
	uint64_t size;
	size_t i;

	(void)state;
	(void)box_put(box, "{}");
	(void)box_put(box, "{1}");
	(void)box_put(box, "layer");
	(void)box_put(box, "");
	box_add(box, blob_name(box, &pipe_), "{}")->type = '6';
	box_add(box, "blobs/sha256/0123", "{}");
	box_add(box, "blobs/sha256/.tmp", "{}");
	for (i = 0; store->list(store, i, &digest, &size) == PLOMB_OK; i ++) {
		assert_true(i == 0 || memcmp(before.bytes, digest.bytes, 32) < 0);
		assert_int_equal(digest.hash, PLOMB_SHA256);
		objects += size != UINT64_MAX;
		assert_true(size == UINT64_MAX || size == 2 || size == 3);
		before = digest;
	}
	assert_int_equal(i, 5);
	assert_int_equal(objects, 2);
	assert_int_equal(store->list(store, 5, &digest, &size), PLOMB_UNSET);

	/* A file that vanished, or cannot be read, after it was listed. */
	box->fail_in = 1;
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_IO_ERROR);
	box->count = 0;
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_OK);
	assert_true(size == UINT64_MAX);
	close_box(box);
}

static void
test_list_errors(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	plomb_digest digest;
	uint64_t size;

	(void)state;
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_UNSET);
	plomb_store_dir_free(&dir);
	store = open_box(box);
	(void)box_put(box, "{}");
	box->fail_in = 1;
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_IO_ERROR);
	heap.ceiling = 10;
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_NO_ROOM);
	heap.ceiling = 1u << 20;
	box->fail_in = 3;
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_IO_ERROR);
	assert_int_equal(dir.error, 5);
	assert_int_equal(store->list(store, 0, &digest, &size), PLOMB_OK);
	close_box(box);
}

/* More names than the scan looks at. */
static plomb_status
many_names(const plomb_files *self, const char *path, plomb_file_name_fn each, void *user)
{
	unsigned i;

	(void)self;
	(void)path;
	for (i = 0; i < PLOMB_MAX_SCAN + 100; i ++) {
		char name[65];
		plomb_status s;

		sprintf(name, "%064x", i);
		s = each(user, plomb_view_of(name));
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static void
test_many(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	plomb_digest digest;
	uint64_t size;
	size_t i;

	(void)state;
	box->files.list = many_names;
	for (i = 0; store->list(store, i, &digest, &size) == PLOMB_OK; ) {
		i ++;
	}
	assert_int_equal(i, PLOMB_MAX_SCAN + 1);
	close_box(box);
}

/* Too many distinct blobs to hash, or too little memory to remember them. */
static void
test_check_limits(void **state)
{
	struct box *box = box_new();
	plomb_store *store = open_box(box);
	struct blob good = box_put(box, "hello");

	(void)state;
	heap.ceiling = 10;
	assert_int_equal(store->check(store, &good.parsed, 5), PLOMB_NO_ROOM);
	heap.ceiling = 1u << 20;
	assert_int_equal(store->check(store, &good.parsed, 5), PLOMB_OK);
	plomb_store_dir_free(&dir);
	store = open_box(box);
	dir.checked_count = PLOMB_MAX_CHECKED;
	dir.checked = calloc(PLOMB_MAX_CHECKED, sizeof *dir.checked);
	assert_int_equal(store->check(store, &good.parsed, 5), PLOMB_LIMIT_EXCEEDED);
	free(dir.checked);
	dir.checked = NULL;
	close_box(box);
}

static void
test_init(void **state)
{
	static char path[PLOMB_MAX_PATH];
	plomb_view view;

	(void)state;
	memset(path, 'a', sizeof path);
	view.p = (const unsigned char *)path;
	view.n = PLOMB_MAX_PATH - 200;
	plomb_memory_heap_init(&heap, 1000);
	assert_int_equal(plomb_store_dir_init(&dir, view, &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_OK);
	view.n = PLOMB_MAX_PATH - 100;
	assert_int_equal(plomb_store_dir_init(&dir, view, &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_LIMIT_EXCEEDED);
	view.n = 0;
	assert_int_equal(plomb_store_dir_init(&dir, view, &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_CONFIG_INVALID);
	assert_int_equal(plomb_store_dir_init(&dir, VIEW("a\0b"), &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_CONFIG_INVALID);
	plomb_store_dir_free(&dir);
}

/* The longest path there may be, and the longest blob name behind it. */
static void
test_longest_path(void **state)
{
	static char path[PLOMB_MAX_PATH];
	struct blob large = blob_under(PLOMB_SHA512, "x", 1);
	plomb_view view, bytes;

	(void)state;
	memset(path, 'a', sizeof path);
	view.p = (const unsigned char *)path;
	plomb_memory_heap_init(&heap, 1000);
	plomb_work_init(&work, buffer, sizeof buffer);
	for (view.n = PLOMB_MAX_PATH; plomb_store_dir_init(&dir, view, &plomb_files_posix, &plomb_crypto_default, &heap.memory) != PLOMB_OK; ) {
		view.n --;
	}
	assert_int_equal(dir.store.blob(&dir.store, &work, &large.parsed, 1, 1, &bytes), PLOMB_IO_ERROR);
	plomb_store_dir_free(&dir);
}

/* The same on a real file system, with a fifo and links. */
static void
test_real(void **state)
{
	static char folder[] = "/tmp/plomb-layout-XXXXXX";
	static const char *const names[] = { "index.json", "oci-layout" };
	struct box *box = box_new();
	struct blob good = blob_of("hello"), pipe_ = blob_of("pipe"), linked = blob_of("linked");
	char path[200];
	plomb_view bytes;
	plomb_store *store;
	plomb_digest digest;
	uint64_t size;
	FILE *file;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/blobs", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/blobs/sha256", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/index.json", folder);
	file = fopen(path, "wb");
	fputs("linked", file);
	fclose(file);
	snprintf(path, sizeof path, "%s/%s", folder, blob_name(box, &good));
	file = fopen(path, "wb");
	fputs("hello", file);
	fclose(file);
	snprintf(path, sizeof path, "%s/%s", folder, blob_name(box, &pipe_));
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof path, "%s/%s", folder, blob_name(box, &linked));
	assert_int_equal(symlink("../../index.json", path), 0);

	plomb_work_init(&work, buffer, sizeof buffer);
	plomb_memory_heap_init(&heap, 1u << 20);
	assert_int_equal(plomb_store_dir_init(&dir, plomb_view_of(folder), &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_OK);
	store = &dir.store;
	assert_int_equal(store->file(store, &work, "index.json", 100, &bytes), PLOMB_OK);
	assert_int_equal(store->file(store, &work, "blobs", 100, &bytes), PLOMB_LAYOUT_MALFORMED);
	assert_int_equal(store->file(store, &work, "oci-layout", 100, &bytes), PLOMB_UNSET);
	assert_int_equal(store->blob(store, &work, &good.parsed, 5, 100, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "hello"));
	assert_int_equal(store->blob(store, &work, &pipe_.parsed, 4, 100, &bytes), PLOMB_LAYOUT_MALFORMED);
	assert_int_equal(store->check(store, &pipe_.parsed, 4), PLOMB_LAYOUT_MALFORMED);
	/* A link's target is what it hashes to. */
	assert_int_equal(store->blob(store, &work, &linked.parsed, 6, 100, &bytes), PLOMB_OK);
	for (i = 0; store->list(store, i, &digest, &size) == PLOMB_OK; ) {
		i ++;
	}
	assert_int_equal(i, 3);
	plomb_store_dir_free(&dir);

	snprintf(path, sizeof path, "%s/%s", folder, blob_name(box, &good));
	unlink(path);
	snprintf(path, sizeof path, "%s/%s", folder, blob_name(box, &pipe_));
	unlink(path);
	snprintf(path, sizeof path, "%s/%s", folder, blob_name(box, &linked));
	unlink(path);
	for (i = 0; i < 2; i ++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/blobs/sha256", folder);
	rmdir(path);
	snprintf(path, sizeof path, "%s/blobs", folder);
	rmdir(path);
	assert_int_equal(rmdir(folder), 0);
	box_free(box);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_blob),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_changing),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_errors),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_check_limits),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_longest_path),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
