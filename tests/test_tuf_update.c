/* Updates into a folder whose nth write fails: the trust root in it is always a whole one, and the next run repairs the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "../src/cli/tuf_update.h"
#include "tuf_support.h"

static char folder[] = "/tmp/plomb-tuf-XXXXXX";
static int calls, fail_at;

static int
is_failing(int *error)
{
	calls ++;
	*error = ENOSPC;
	return calls == fail_at;
}

static plomb_status
fake_make(const plomb_file_writer *self, const char *path, int *error)
{
	(void)self;
	return is_failing(error) ? PLOMB_IO_ERROR : plomb_file_writer_posix.make(&plomb_file_writer_posix, path, error);
}

static plomb_status
fake_replace(const plomb_file_writer *self, const char *path, plomb_view bytes, unsigned how, int *error)
{
	(void)self;
	return is_failing(error) ? PLOMB_IO_ERROR : plomb_file_writer_posix.replace(&plomb_file_writer_posix, path, bytes, how, error);
}

static plomb_status
fake_remove(const plomb_file_writer *self, const char *path, int *error)
{
	(void)self;
	return is_failing(error) ? PLOMB_IO_ERROR : plomb_file_writer_posix.remove(&plomb_file_writer_posix, path, error);
}

static plomb_status
fake_move(const plomb_file_writer *self, const char *from, const char *to, int *error)
{
	(void)self;
	return is_failing(error) ? PLOMB_IO_ERROR : plomb_file_writer_posix.move(&plomb_file_writer_posix, from, to, error);
}

static plomb_status
fake_lock(const plomb_file_writer *self, const char *path, int *handle, int *error)
{
	(void)self;
	return is_failing(error) ? PLOMB_IO_ERROR : plomb_file_writer_posix.lock(&plomb_file_writer_posix, path, handle, error);
}

static void
fake_unlock(const plomb_file_writer *self, int handle)
{
	(void)self;
	plomb_file_writer_posix.unlock(&plomb_file_writer_posix, handle);
}

static plomb_status
update(const char *place, int is_forgetting, int at)
{
	static const plomb_file_writer writer = { fake_make, fake_replace, fake_remove, fake_move, fake_lock, fake_unlock };
	plomb_view root = tuf_read("made/base", "1.root.json");
	plomb_tuf_outcome outcome;
	plomb_tuf_mirror mirror;
	plomb_tuf_job job;
	plomb_fault fault;
	plomb_status s;
	int lock;

	memset(&job, 0, sizeof job);
	plomb_fault_init(&fault);
	calls = 0;
	fail_at = at;
	job.mirror = &mirror;
	job.writer = &writer;
	job.folder = folder;
	job.root = root;
	job.is_forgetting = is_forgetting;
	job.now.s = 1787529600;
	s = plomb_tuf_mirror_open(&mirror, place, NULL, &fault);
	if (s == PLOMB_OK) {
		s = plomb_tuf_lock(&writer, folder, &lock, &fault);
		if (s == PLOMB_OK) {
			s = plomb_tuf_update(&job, &outcome, &fault);
		}
		plomb_tuf_unlock(&writer, lock);
		plomb_tuf_mirror_close(&mirror);
	}
	plomb_fault_free(&fault);
	free((void *)(uintptr_t)root.p);
	return s;
}

static void
empty(void)
{
	static const char *const names[] = { "root.json", "timestamp.json", "snapshot.json", "targets.json", "trusted_root.json", "mirror" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i ++) {
		char *path = plomb_tuf_path(folder, names[i]);

		(void)unlink(path);
		free(path);
	}
}

static void
test_nth_write(void **state)
{
	int forgetting, n;

	(void)state;
	for (forgetting = 0; forgetting < 2; forgetting ++) {
		for (n = 1; n < 64; n ++) {
			plomb_status s;

			empty();
			s = update(VECTORS "/tuf/made/base", forgetting, n);
			if (s == PLOMB_OK) {
				break;
			}
			assert_int_equal(s, PLOMB_IO_ERROR);
			assert_int_equal(update(VECTORS "/tuf/made/base", forgetting, 0), PLOMB_OK);
		}
		assert_true(n > 5 && n < 64);
	}
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	empty();
	return rmdir(folder); /* and nothing else was left in it */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth_write)
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
