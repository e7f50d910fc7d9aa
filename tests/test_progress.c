/* The line about long work: byte by byte, with a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/cli/progress.h"

static uint64_t clock_ms;
static char said[4096];
static FILE *err;
static plomb_progress progress;

static uint64_t
fake_now(const plomb_pause *self)
{
	(void)self;
	return clock_ms;
}

static void
fake_wait(const plomb_pause *self, uint32_t ms)
{
	(void)self;
	clock_ms += ms;
}

static const plomb_pause fake_pause = { fake_now, fake_wait };

static void
start(int is_on)
{
	clock_ms = 5000;
	memset(said, 0, sizeof said);
	err = fmemopen(said, sizeof said, "w");
	assert_non_null(err);
	plomb_progress_init(&progress, err, &fake_pause, is_on);
}

static void
must_say(const char *text)
{
	assert_int_equal(fclose(err), 0);
	assert_string_equal(said, text);
}

static void
test_one_image(void **state)
{
	(void)state;
	start(1);
	plomb_progress_begin(&progress, 1);
	plomb_progress_expect(&progress, UINT64_C(3650722202));
	plomb_progress_hashed(&progress, UINT64_C(1) << 20);
	clock_ms += PLOMB_PROGRESS_FIRST_MS - 1;
	plomb_progress_hashed(&progress, UINT64_C(1) << 20);
	clock_ms += 1;
	plomb_progress_hashed(&progress, UINT64_C(1) << 20);
	/* Not again so soon. */
	clock_ms += PLOMB_PROGRESS_NEXT_MS - 1;
	plomb_progress_hashed(&progress, UINT64_C(1) << 30);
	clock_ms += 1;
	plomb_progress_hashed(&progress, UINT64_C(1) << 28);
	plomb_progress_end(&progress);
	clock_ms += 5000;
	plomb_progress_hashed(&progress, 1);
	plomb_progress_tick(&progress);
	must_say("\rplomb: hashed 0.0 of 3.4 GiB" "\rplomb: hashed 1.2 of 3.4 GiB"
		"\r                            \b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\r");
}

static void
test_many_images(void **state)
{
	(void)state;
	start(1);
	plomb_progress_begin(&progress, 40);
	clock_ms += PLOMB_PROGRESS_FIRST_MS;
	plomb_progress_tick(&progress);
	/* What one image has is not told of many. */
	plomb_progress_expect(&progress, 1000);
	plomb_progress_hashed(&progress, 4000);
	clock_ms += PLOMB_PROGRESS_NEXT_MS;
	plomb_progress_image(&progress);
	plomb_progress_hide(&progress);
	clock_ms += PLOMB_PROGRESS_NEXT_MS;
	plomb_progress_image(&progress);
	plomb_progress_show(&progress);
	plomb_progress_hashed(&progress, 5u << 19);
	plomb_progress_end(&progress);
	must_say("\rplomb: 0/40 images" "\rplomb: 1/40 images" "\r                  \b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\r"
		"\rplomb: 2/40 images, hashed 2.5 MiB"
		"\r                                  \b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\r");
}

/* A shorter line leaves nothing of the longer one. */
static void
test_shorter(void **state)
{
	(void)state;
	start(1);
	plomb_progress_begin(&progress, 1);
	clock_ms += PLOMB_PROGRESS_FIRST_MS;
	plomb_progress_hashed(&progress, 1u << 20);
	plomb_progress_expect(&progress, 100);
	clock_ms += PLOMB_PROGRESS_NEXT_MS;
	plomb_progress_hashed(&progress, 50);
	plomb_progress_expect(&progress, 0);
	clock_ms += PLOMB_PROGRESS_NEXT_MS;
	plomb_progress_hashed(&progress, 1u << 20);
	must_say("\rplomb: hashed 1.0 MiB" "\rplomb: hashed 0.0 of 0.0 KiB" "\rplomb: hashed 1.0 MiB       \b\b\b\b\b\b\b");
}

static void
test_amounts(void **state)
{
	static const struct {
		uint64_t bytes, most;
		const char *text;
	} rows[] = {
		{ 1, 2, "\rplomb: hashed 0.0 of 0.0 KiB" },
		{ 1023, 1024, "\rplomb: hashed 0.9 of 1.0 KiB" },
		{ (1u << 20) - 1, 1, "\rplomb: hashed 1023.9 KiB" },
		/* Manifests. */
		{ (1u << 20) - 1, 0, "" },
		{ 1u << 20, 0, "\rplomb: hashed 1.0 MiB" },
		{ 1, UINT64_C(1) << 40, "\rplomb: hashed 0.0 of 1024.0 GiB" },
		{ UINT64_MAX, 0, "\rplomb: hashed 17179869183.9 GiB" },
		/* More than was expected: then nobody knows. */
		{ 2048, 1024, "\rplomb: hashed 2.0 KiB" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		start(1);
		plomb_progress_begin(&progress, 1);
		plomb_progress_expect(&progress, rows[i].most);
		clock_ms += PLOMB_PROGRESS_FIRST_MS;
		plomb_progress_hashed(&progress, rows[i].bytes);
		must_say(rows[i].text);
	}
}

/* Nobody looks, nothing is worked on, or there is nothing to tell. */
static void
test_silence(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i ++) {
		start(i != 0);
		if (i != 1) {
			plomb_progress_begin(&progress, i == 0 ? 10 : 1);
		}
		clock_ms += 100000;
		plomb_progress_tick(&progress);
		if (i != 2) {
			plomb_progress_expect(&progress, 10);
			plomb_progress_hashed(&progress, 1000);
			plomb_progress_image(&progress);
		}
		plomb_progress_hide(&progress);
		plomb_progress_show(&progress);
		plomb_progress_end(&progress);
		must_say("");
	}
	plomb_progress_begin(NULL, 1);
	plomb_progress_expect(NULL, 1);
	plomb_progress_hashed(NULL, 1);
	plomb_progress_image(NULL);
	plomb_progress_tick(NULL);
	plomb_progress_hide(NULL);
	plomb_progress_show(NULL);
	plomb_progress_end(NULL);
}

static plomb_status
count_name(void *user, plomb_view name)
{
	*(unsigned *)user += 1;
	assert_true(name.n != 0);
	return PLOMB_OK;
}

/* They are the system's files, and what is read of them is counted. */
static void
test_counted_files(void **state)
{
	plomb_counted_files counted;
	plomb_file file;
	unsigned char bytes[100];
	unsigned names = 0;
	size_t got;

	(void)state;
	start(1);
	plomb_progress_begin(&progress, 1);
	plomb_counted_files_init(&counted, &progress);
	assert_int_equal(counted.files.open(&counted.files, VECTORS "/nope", 0, &file), PLOMB_UNSET);
	assert_int_equal(counted.files.open(&counted.files, "/dev/zero", 0, &file), PLOMB_OK);
	assert_int_equal(counted.files.read(&counted.files, &file, bytes, sizeof bytes, &got), PLOMB_OK);
	assert_int_equal(progress.bytes, got);
	assert_int_equal(got, sizeof bytes);
	counted.files.close(&counted.files, &file);
	assert_int_equal(counted.files.list(&counted.files, VECTORS, count_name, &names), PLOMB_OK);
	assert_true(names > 1);
	must_say("");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_image),
		cmocka_unit_test(test_many_images),
		cmocka_unit_test(test_shorter),
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_counted_files)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
