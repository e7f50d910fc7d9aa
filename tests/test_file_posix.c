/* The file port on this system, the clock, and lent memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "../port/clock.h"
#include "../port/file.h"
#include "../port/memory.h"
#include "../src/oci/grow.h"
#include "../src/oci/order.h"

static char folder[] = "/tmp/plomb-files-XXXXXX";
static char text[sizeof folder + 300];
static unsigned char buffer[65536];
static plomb_work work;

static const char *
in_folder(const char *name)
{
	snprintf(text, sizeof text, "%s/%s", folder, name);
	return text;
}

static void
write_file(const char *name, const void *p, size_t n)
{
	FILE *file = fopen(in_folder(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(p, 1, n, file), n);
	fclose(file);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL) {
		return 1;
	}
	write_file("hello", "hello", 5);
	write_file("empty", "", 0);
	return mkdir(in_folder("sub"), 0700) != 0 || mkfifo(in_folder("pipe"), 0600) != 0
		|| symlink("hello", in_folder("link")) != 0 || symlink("nothing", in_folder("dangling")) != 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "hello", "empty", "pipe", "link", "dangling", "large" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		(void)unlink(in_folder(names[i]));
	}
	(void)rmdir(in_folder("sub"));
	return rmdir(folder);
}

static plomb_status
whole(const char *path, size_t max, plomb_view *bytes)
{
	plomb_work_init(&work, buffer, sizeof buffer);
	return plomb_file_whole(&plomb_files_posix, path, &work, max, bytes, NULL);
}

static void
test_whole(void **state)
{
	plomb_view bytes;
	plomb_file file;

	(void)state;
	assert_int_equal(whole(in_folder("hello"), 5, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "hello"));
	/* Only what was needed was taken, and only that is the high water. */
	assert_true(work.used < 32 && work.high_water < 32);
	assert_int_equal(whole(in_folder("hello"), SIZE_MAX, &bytes), PLOMB_OK);
	assert_int_equal(whole(in_folder("link"), 5, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "hello"));
	assert_int_equal(whole(in_folder("empty"), 5, &bytes), PLOMB_OK);
	assert_non_null(bytes.p);
	assert_int_equal(bytes.n, 0);
	assert_int_equal(whole(in_folder("empty"), 0, &bytes), PLOMB_OK);

	assert_int_equal(whole(in_folder("hello"), 4, &bytes), PLOMB_LIMIT_EXCEEDED);
	assert_null(bytes.p);
	assert_int_equal(whole(in_folder("nothing"), 5, &bytes), PLOMB_UNSET);
	assert_int_equal(whole(in_folder("dangling"), 5, &bytes), PLOMB_UNSET);
	assert_int_equal(whole(in_folder("hello/x"), 5, &bytes), PLOMB_UNSET);
	assert_int_equal(whole(in_folder("sub"), 5, &bytes), PLOMB_IO_ERROR);
	assert_int_equal(work.used, 0);

	plomb_work_init(&work, buffer, 4);
	assert_int_equal(plomb_file_whole(&plomb_files_posix, in_folder("hello"), &work, 5, &bytes, &file), PLOMB_NO_ROOM);
	assert_true(work.missing >= 1);
	assert_int_equal(work.used, 0);
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_file_whole(&plomb_files_posix, in_folder("sub"), &work, 5, &bytes, &file), PLOMB_IO_ERROR);
	assert_int_equal(file.error, EISDIR);
}

/* A path that is too long is the system's error, told by its number. */
static void
test_error(void **state)
{
	char *path = malloc(70000);
	plomb_file file;

	(void)state;
	memset(path, 'a', 69999);
	path[69999] = '\0';
	assert_int_equal(plomb_files_posix.open(&plomb_files_posix, path, 0, &file), PLOMB_IO_ERROR);
	assert_int_equal(file.error, ENAMETOOLONG);
	free(path);
}

static plomb_file_kind
kind_of(const char *path, unsigned how)
{
	plomb_file file;
	plomb_file_kind kind;

	assert_int_equal(plomb_files_posix.open(&plomb_files_posix, path, how, &file), PLOMB_OK);
	kind = file.kind;
	plomb_files_posix.close(&plomb_files_posix, &file);
	return kind;
}

/* A pipe that nobody writes to does not hang whoever only wants to know what it is. */
static void
test_kinds(void **state)
{
	(void)state;
	assert_int_equal(kind_of(in_folder("hello"), 0), PLOMB_FILE_REGULAR);
	assert_int_equal(kind_of(in_folder("hello"), PLOMB_FILE_NO_WAIT), PLOMB_FILE_REGULAR);
	assert_int_equal(kind_of(in_folder("sub"), 0), PLOMB_FILE_DIRECTORY);
	assert_int_equal(kind_of(in_folder("pipe"), PLOMB_FILE_NO_WAIT), PLOMB_FILE_OTHER);
	assert_int_equal(kind_of("/dev/null", 0), PLOMB_FILE_OTHER);
}

/* Streams say no size: /proc's files say 0, pipes nothing. */
static void
test_streams(void **state)
{
	int ends[2], saved;
	plomb_view bytes;

	(void)state;
	assert_int_equal(whole("/proc/self/stat", sizeof buffer, &bytes), PLOMB_OK);
	assert_true(bytes.n > 10);
	assert_int_equal(whole("/dev/null", 10, &bytes), PLOMB_OK);
	assert_int_equal(bytes.n, 0);
	assert_int_equal(whole("/dev/zero", 1000, &bytes), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(whole("/dev/zero", SIZE_MAX, &bytes), PLOMB_NO_ROOM);
	assert_int_equal(work.used, 0);
	plomb_work_init(&work, buffer, 8);
	assert_int_equal(plomb_file_whole(&plomb_files_posix, "/dev/null", &work, 10, &bytes, NULL), PLOMB_OK);
	plomb_work_init(&work, NULL, 0);
	assert_int_equal(plomb_file_whole(&plomb_files_posix, "/dev/null", &work, 10, &bytes, NULL), PLOMB_NO_ROOM);

	/* Standard input, from a pipe in two pieces. */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "stan", 4), 4);
	assert_int_equal(write(ends[1], "dard", 4), 4);
	close(ends[1]);
	saved = dup(0);
	assert_int_equal(dup2(ends[0], 0), 0);
	close(ends[0]);
	assert_int_equal(whole("-", 100, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "standard"));
	/* It stays open. */
	assert_int_equal(whole("-", 100, &bytes), PLOMB_OK);
	assert_int_equal(bytes.n, 0);
	close(0);
	assert_int_equal(whole("-", 100, &bytes), PLOMB_IO_ERROR);
	assert_int_equal(dup2(saved, 0), 0);
	close(saved);

	/* From a file that was read from before. */
	saved = dup(0);
	close(0);
	assert_int_equal(open(in_folder("hello"), O_RDONLY), 0);
	assert_int_equal(lseek(0, 2, SEEK_SET), 2);
	assert_int_equal(whole("-", 100, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "llo"));
	assert_int_equal(dup2(saved, 0), 0);
	close(saved);
	/* "-" made from content is a file of that name. */
	{
		plomb_file file;

		assert_int_equal(plomb_files_posix.open(&plomb_files_posix, "-", PLOMB_FILE_NO_WAIT, &file), PLOMB_UNSET);
	}
}

/* A file that grows while it is read. */
static void
test_growing(void **state)
{
	plomb_file file;
	plomb_view bytes;

	(void)state;
	write_file("large", "123", 3);
	assert_int_equal(plomb_files_posix.open(&plomb_files_posix, in_folder("large"), 0, &file), PLOMB_OK);
	write_file("large", "123456", 6);
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_file_rest(&plomb_files_posix, &file, &work, 100, &bytes), PLOMB_IO_ERROR);
	plomb_files_posix.close(&plomb_files_posix, &file);

	assert_int_equal(plomb_files_posix.open(&plomb_files_posix, in_folder("large"), 0, &file), PLOMB_OK);
	write_file("large", "123", 3);
	assert_int_equal(plomb_file_rest(&plomb_files_posix, &file, &work, 100, &bytes), PLOMB_OK);
	assert_true(plomb_view_is(bytes, "123"));
	plomb_files_posix.close(&plomb_files_posix, &file);
}

static plomb_status
count_name(void *user, plomb_view name)
{
	unsigned *count = user;

	assert_false(plomb_view_is(name, "."));
	assert_false(plomb_view_is(name, ".."));
	*count += 1;
	return plomb_view_is(name, "sub") && *count > 100 ? PLOMB_LIMIT_EXCEEDED : PLOMB_OK;
}

static void
test_list(void **state)
{
	unsigned count = 0;

	(void)state;
	write_file("large", "", 0);
	assert_int_equal(plomb_files_posix.list(&plomb_files_posix, folder, count_name, &count), PLOMB_OK);
	assert_int_equal(count, 7);
	count = 0;
	assert_int_equal(plomb_files_posix.list(&plomb_files_posix, in_folder("sub"), count_name, &count), PLOMB_OK);
	assert_int_equal(count, 0);
	count = 100;
	assert_int_equal(plomb_files_posix.list(&plomb_files_posix, folder, count_name, &count), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(plomb_files_posix.list(&plomb_files_posix, in_folder("nothing"), count_name, &count), PLOMB_UNSET);
	assert_int_equal(plomb_files_posix.list(&plomb_files_posix, in_folder("hello"), count_name, &count), PLOMB_UNSET);
}

static void
test_clock(void **state)
{
	plomb_clock clock = plomb_clock_posix;
	int64_t now_s, again_s;

	(void)state;
	assert_true(clock.floor_s >= 1735689600);
	clock.floor_s = 0;
	assert_true(clock.now(&clock, &now_s));
	assert_true(now_s > 0);
	/* A clock that is before the build was never set. */
	clock.floor_s = now_s + 86400;
	assert_false(clock.now(&clock, &again_s));
	assert_int_equal(again_s, 0);
}

static void
test_memory(void **state)
{
	plomb_memory_heap heap;
	unsigned char *block, *more;
	void *second;

	(void)state;
	plomb_memory_heap_init(&heap, 100);
	block = heap.memory.grow(&heap.memory, NULL, 0, 40);
	assert_non_null(block);
	block[39] = 7;
	second = heap.memory.grow(&heap.memory, NULL, 0, 50);
	assert_non_null(second);
	assert_int_equal(heap.used, 90);
	assert_null(heap.memory.grow(&heap.memory, block, 40, 51));
	assert_null(heap.memory.grow(&heap.memory, NULL, 0, 0));
	more = heap.memory.grow(&heap.memory, block, 40, 50);
	assert_non_null(more);
	assert_int_equal(more[39], 7);
	heap.memory.give(&heap.memory, more, 50);
	heap.memory.give(&heap.memory, second, 50);
	heap.memory.give(&heap.memory, NULL, 0);
	assert_int_equal(heap.used, 0);
	assert_int_equal(heap.most, 100);
}

static void
test_grow(void **state)
{
	plomb_memory_heap heap;
	size_t room = 0;
	void *array;

	(void)state;
	plomb_memory_heap_init(&heap, 1000);
	array = plomb_grow(&heap.memory, NULL, &room, 1, 10);
	assert_non_null(array);
	assert_int_equal(room, 16);
	assert_ptr_equal(plomb_grow(&heap.memory, array, &room, 16, 10), array);
	array = plomb_grow(&heap.memory, array, &room, 17, 10);
	assert_int_equal(room, 32);
	array = plomb_grow(&heap.memory, array, &room, 70, 10);
	assert_int_equal(room, 70);
	/* Twice as much is not there, one more is; then nothing is. */
	array = plomb_grow(&heap.memory, array, &room, 100, 10);
	assert_int_equal(room, 100);
	assert_null(plomb_grow(&heap.memory, array, &room, 101, 10));
	assert_int_equal(room, 100);
	heap.memory.give(&heap.memory, array, 1000);
	room = SIZE_MAX / 2 + 1;
	assert_null(plomb_grow(&heap.memory, NULL, &room, SIZE_MAX, 10));
}

static void
test_order(void **state)
{
	unsigned char records[64][3];
	unsigned n, i, seed = 1;

	(void)state;
	plomb_order(NULL, 0, 3, 2);
	for (n = 1; n <= 64; n ++) {
		unsigned sum = 0, after = 0;

		for (i = 0; i < n; i ++) {
			seed = seed * 1103515245u + 12345u;
			records[i][0] = (unsigned char)(seed >> 28);
			records[i][1] = (unsigned char)(seed >> 20);
			records[i][2] = (unsigned char)(records[i][0] ^ records[i][1]);
			sum += records[i][1];
		}
		plomb_order(records[0], n, 3, 2);
		for (i = 0; i < n; i ++) {
			after += records[i][1];
			assert_int_equal(records[i][2], records[i][0] ^ records[i][1]);
			assert_true(i == 0 || memcmp(records[i - 1], records[i], 2) <= 0);
		}
		assert_int_equal(sum, after);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_growing),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
