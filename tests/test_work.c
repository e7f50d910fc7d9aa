/* The work buffer: alignment, what is missing, giving back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../src/core/work.h"

static uint64_t room[32]; /* aligned for anything */
#define ROOM ((unsigned char *)room)

static void
test_stack(void **state)
{
	plomb_work work;
	unsigned char *a, *b;
	size_t mark;

	(void)state;
	plomb_work_init(&work, room, sizeof room);
	a = plomb_work_take(&work, 10);
	assert_ptr_equal(a, ROOM);
	mark = plomb_work_mark(&work);
	b = plomb_work_take(&work, 16);
	assert_non_null(b);
	assert_true(b >= a + 10);
	assert_int_equal((uintptr_t)b % sizeof(void *), 0);
	assert_int_equal(work.used, (size_t)(b - ROOM) + 16);
	assert_int_equal(work.high_water, work.used);
	plomb_work_release(&work, mark);
	assert_int_equal(work.used, 10);
	assert_int_equal(work.high_water, (size_t)(b - ROOM) + 16);
	/* The same place again; a stale mark gives nothing back and takes nothing. */
	assert_ptr_equal(plomb_work_take(&work, 8), b);
	mark = work.used;
	plomb_work_release(&work, mark + 1);
	assert_int_equal(work.used, mark);
}

/* A buffer may begin at any address. */
static void
test_alignment(void **state)
{
	size_t skew;

	(void)state;
	for (skew = 0; skew < 9; skew ++) {
		plomb_work work;
		uint64_t *number;

		plomb_work_init(&work, ROOM + skew, 40);
		assert_non_null(plomb_work_take(&work, 1));
		number = plomb_work_take(&work, sizeof *number);
		assert_non_null(number);
		*number = UINT64_MAX; /* UBSan looks at the address */
		assert_true(work.used <= 40);
	}
}

static void
test_missing(void **state)
{
	plomb_work work;
	size_t size;

	(void)state;
	plomb_work_init(&work, room, 64);
	assert_null(plomb_work_take(&work, 65));
	assert_int_equal(work.missing, 1);
	assert_int_equal(work.used, 0);
	assert_null(plomb_work_take(&work, SIZE_MAX));
	assert_int_equal(work.missing, SIZE_MAX - 64);
	assert_non_null(plomb_work_take(&work, 64));
	assert_null(plomb_work_take(&work, 1));
	assert_int_equal(work.missing, 1);
	assert_non_null(plomb_work_take(&work, 0));

	/* Growing by what was missing is always enough, also where the end is not aligned. */
	for (size = 57; size < 64; size ++) {
		plomb_work_init(&work, room, size);
		assert_non_null(plomb_work_take(&work, size));
		assert_null(plomb_work_take(&work, 8));
		plomb_work_init(&work, room, size + work.missing);
		assert_non_null(plomb_work_take(&work, size));
		assert_non_null(plomb_work_take(&work, 8));
		assert_int_equal(work.used, work.size);
	}
	/* … and the sum of request and padding does not wrap. */
	plomb_work_init(&work, room, 61);
	assert_non_null(plomb_work_take(&work, 61));
	assert_null(plomb_work_take(&work, SIZE_MAX));
	assert_int_equal(work.missing, SIZE_MAX);
}

static void
test_no_buffer(void **state)
{
	plomb_work work;
	plomb_view copy, nothing = { NULL, 0 };

	(void)state;
	plomb_work_init(&work, NULL, 100);
	assert_int_equal(work.size, 0);
	assert_null(plomb_work_take(&work, 0));
	assert_int_equal(work.missing, 1);
	assert_null(plomb_work_take(&work, 7));
	assert_int_equal(work.missing, 7);
	assert_int_equal(plomb_work_copy(&work, nothing, &copy), PLOMB_NO_ROOM);
}

static void
test_array(void **state)
{
	plomb_work work;

	(void)state;
	plomb_work_init(&work, room, 64);
	assert_non_null(plomb_work_take_array(&work, 4, 8));
	assert_int_equal(work.used, 32);
	/* The product would be 0 or small. */
	assert_null(plomb_work_take_array(&work, SIZE_MAX / 2 + 1, 2));
	assert_int_equal(work.missing, SIZE_MAX);
	assert_null(plomb_work_take_array(&work, 2, SIZE_MAX / 2 + 1));
	assert_null(plomb_work_take_array(&work, 5, 8));
	assert_int_equal(work.missing, 8);
	assert_int_equal(work.used, 32);
	assert_non_null(plomb_work_take_array(&work, SIZE_MAX, 0));
	assert_non_null(plomb_work_take_array(&work, 0, SIZE_MAX));
	assert_int_equal(work.used, 32);
}

static void
test_copy_and_shrink(void **state)
{
	plomb_work work;
	plomb_view text = PLOMB_LIT("borrowed"), nothing = { NULL, 0 }, copy;
	unsigned char *taken;

	(void)state;
	plomb_work_init(&work, room, 32);
	assert_int_equal(plomb_work_copy(&work, text, &copy), PLOMB_OK);
	assert_true(plomb_view_eq(copy, text));
	assert_ptr_not_equal(copy.p, text.p);
	assert_int_equal(plomb_work_copy(&work, nothing, &copy), PLOMB_OK);
	assert_non_null(copy.p);
	assert_int_equal(copy.n, 0);

	taken = plomb_work_take(&work, 20);
	assert_non_null(taken);
	assert_int_equal(work.used, 28);
	plomb_work_shrink(&work, taken + 3);
	assert_int_equal(work.used, 11);
	assert_int_equal(work.high_water, 28);

	text.n = 8;
	plomb_work_init(&work, room, 7);
	assert_int_equal(plomb_work_copy(&work, text, &copy), PLOMB_NO_ROOM);
	assert_null(copy.p);
	assert_int_equal(copy.n, 0);
	assert_int_equal(work.missing, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_buffer),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_copy_and_shrink)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
