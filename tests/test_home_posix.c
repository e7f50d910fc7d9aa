/* The user's own folder, with and without an environment. */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../port/home.h"

/* What the list of users says; NULL: nobody of that number is in it. */
static struct passwd *user;

struct passwd *__wrap_getpwuid(uid_t number);

struct passwd *
__wrap_getpwuid(uid_t number)
{
	assert_int_equal(number, getuid());
	return user;
}

static void
test_home(void **state)
{
	static char nobody[] = "/nobody", empty[] = "";
	struct passwd entry;
	char path[16];

	(void)state;
	memset(&entry, 0, sizeof entry);
	entry.pw_dir = nobody;
	user = &entry;
	assert_int_equal(setenv("HOME", "/home/somebody", 1), 0);
	assert_true(plomb_home(path, sizeof path));
	assert_string_equal(path, "/home/somebody");
	/* One byte too long is no shorter path. */
	assert_false(plomb_home(path, 14));
	assert_true(plomb_home(path, 15));
	assert_int_equal(setenv("HOME", "", 1), 0);
	assert_true(plomb_home(path, sizeof path));
	assert_string_equal(path, "/nobody");
	assert_int_equal(unsetenv("HOME"), 0);
	assert_true(plomb_home(path, sizeof path));
	assert_string_equal(path, "/nobody");
	entry.pw_dir = empty;
	assert_false(plomb_home(path, sizeof path));
	entry.pw_dir = NULL;
	assert_false(plomb_home(path, sizeof path));
	user = NULL;
	assert_false(plomb_home(path, sizeof path));
	assert_int_equal(plomb_user_number(), getuid());
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_home) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
