/* WWW-Authenticate, as registries write it and as they should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../src/oci/auth_challenge.h"

static unsigned char buffer[4096];

/* "scheme|realm|service|scope" of every challenge, one after the other; "!" for a refusal, "?" without room. */
static void
describe(const char *line, size_t room, char out[512])
{
	plomb_challenge c;
	plomb_work work;
	plomb_view rest = plomb_view_of(line);
	plomb_status s;
	size_t n = 0;

	plomb_work_init(&work, buffer, room);
	out[0] = 0;
	while ((s = plomb_challenge_next(&work, &rest, &c)) == PLOMB_OK) {
		n += (size_t)snprintf(out + n, 512 - n, "%.*s|%.*s|%.*s|%.*s;", (int)c.scheme.n, (const char *)c.scheme.p,
			(int)c.realm.n, (const char *)c.realm.p, (int)c.service.n, (const char *)c.service.p,
			(int)c.scope.n, (const char *)c.scope.p);
	}
	(void)snprintf(out + n, 512 - n, "%s", s == PLOMB_UNSET ? "" : s == PLOMB_NO_ROOM ? "?" : "!");
}

static void
test_lines(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "", "" },
		{ " , ,", "" },
		{ "Basic", "Basic|||;" },
		{ "Basic realm=\"x\"", "Basic|x||;" },
		{ "Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:a:pull\"", "Bearer|https://a/t|s|repository:a:pull;" },
		{ "bEaReR REALM = x , Service\t=\ty", "bEaReR|x|y|;" },
		{ "Basic realm=a, Bearer realm=b", "Basic|a||;Bearer|b||;" },
		{ "Negotiate, Basic realm=a", "Negotiate|||;Basic|a||;" },
		{ "Negotiate YII==, Basic realm=a", "Negotiate|||;Basic|a||;" },
		{ "Bearer realm=\"a\\\"b\\\\c\", error=invalid_token", "Bearer|a\"b\\c||;" },
		{ "Bearer realm=\"\"", "Bearer|||;" },
		{ "Bearer other=1, realm=a", "Bearer|a||;" },
		{ "Bearer realm=\"a,b\", scope=\"c d\"", "Bearer|a,b||c d;" },
		/* Refused. */
		{ "Bearer realm=\"open", "!" },
		{ "Bearer realm=\"open\\", "!" },
		{ "Bearer realm=\"line\nbreak\"", "!" },
		{ "Bearer realm=a, realm=b", "!" },
		{ "Bearer realm=a, REALM=\"b\"", "!" },
		{ "Bearer realm=a b", "!" },
		{ "Bearer realm= , x", "Bearer|||;x|||;" }, /* a token68, in the grammar */
		{ "Bearer \"a\"", "!" },
		{ "=", "!" },
		{ "\"Bearer\"", "!" },
		{ "Bearer/realm=a", "!" },
		{ "Basic realm=a, @", "Basic|a||;!" }
	};
	char got[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		describe(rows[i].line, sizeof buffer, got);
		if (strcmp(got, rows[i].want) != 0) {
			fail_msg("%s: got %s, wanted %s", rows[i].line, got, rows[i].want);
		}
	}
}

static void
test_too_many(void **state)
{
	char line[512] = "Bearer a0=x", got[512];
	size_t i, n = strlen(line);

	(void)state;
	for (i = 0; i < 40; i ++) {
		n += (size_t)snprintf(line + n, sizeof line - n, ",a%u=x", (unsigned)i);
	}
	describe(line, sizeof buffer, got);
	assert_string_equal(got, "!");
}

static void
test_no_room(void **state)
{
	char got[512];

	(void)state;
	describe("Bearer realm=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 16, got);
	assert_string_equal(got, "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_no_room)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
