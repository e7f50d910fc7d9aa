/* Who we are at a registry: hosts that are it, and hosts that only look like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/oci/docker_config.h"

static unsigned char buffer[65536];

/* "user:password" or "identity!", "registry#", "helper@server"; "-" for nothing; "X" for a refusal. */
static void
look_up(const char *config, const char *registry, const char *repository, char out[256])
{
	plomb_docker_entry e;
	plomb_work work;
	plomb_status s;

	plomb_work_init(&work, buffer, sizeof buffer);
	s = plomb_docker_config_find(&work, plomb_view_of(config), plomb_view_of(registry), plomb_view_of(repository), &e);
	if (s != PLOMB_OK) {
		(void)snprintf(out, 256, "%s", s == PLOMB_CONFIG_INVALID ? "X" : "?");
	} else if (e.helper.n != 0) {
		(void)snprintf(out, 256, "%.*s@%.*s", (int)e.helper.n, (const char *)e.helper.p, (int)e.server.n, (const char *)e.server.p);
	} else if (e.login.identity_token.n != 0) {
		(void)snprintf(out, 256, "%.*s!", (int)e.login.identity_token.n, (const char *)e.login.identity_token.p);
	} else if (e.login.registry_token.n != 0) {
		(void)snprintf(out, 256, "%.*s#", (int)e.login.registry_token.n, (const char *)e.login.registry_token.p);
	} else if (e.login.username.n != 0) {
		(void)snprintf(out, 256, "%.*s:%.*s", (int)e.login.username.n, (const char *)e.login.username.p,
			(int)e.login.password.n, (const char *)e.login.password.p);
	} else {
		(void)snprintf(out, 256, "-");
	}
}

#define AUTH(key) "{\"auths\":{\"" key "\":{\"username\":\"u\",\"password\":\"p\"}}}"

static void
test_config(void **state)
{
	static const struct {
		const char *config, *registry, *want;
	} rows[] = {
		{ "{}", "r.example", "-" },
		{ AUTH("r.example"), "r.example", "u:p" },
		{ AUTH("https://r.example"), "r.example", "u:p" },
		{ AUTH("http://r.example/v2/"), "r.example", "u:p" },
		{ AUTH("r.example/"), "r.example", "u:p" },
		{ AUTH("r.example:5000"), "r.example:5000", "u:p" },
		{ AUTH("r.example/acme"), "r.example", "u:p" },
		{ AUTH("r.example/acme/app"), "r.example", "u:p" },
		{ AUTH("https://index.docker.io/v1/"), "index.docker.io", "u:p" },
		{ AUTH("docker.io"), "index.docker.io", "u:p" },
		{ AUTH("registry-1.docker.io"), "index.docker.io", "u:p" },
		{ "{\"auths\":{\"r.example\":{\"auth\":\"dTpwOnE=\"}}}", "r.example", "u:p:q" },
		{ "{\"auths\":{\"r.example\":{\"auth\":\"dTpwAAA=\"}}}", "r.example", "u:p" },
		{ "{\"auths\":{\"r.example\":{\"identitytoken\":\"t\"}}}", "r.example", "t!" },
		{ "{\"auths\":{\"r.example\":{\"registrytoken\":\"t\"}}}", "r.example", "t#" },
		{ "{\"credsStore\":\"s\"}", "r.example", "s@r.example" },
		{ "{\"credsStore\":\"s\",\"credHelpers\":{\"r.example\":\"h\"}}", "r.example", "h@r.example" },
		{ "{\"credHelpers\":{\"docker.io\":\"h\"}}", "index.docker.io", "h@https://index.docker.io/v1/" },
		/* The most exact key wins. */
		{ "{\"auths\":{\"r.example\":{\"username\":\"a\"},\"r.example/acme\":{\"username\":\"b\"}}}", "r.example", "b:" },
		{ "{\"auths\":{\"r.example/acme/app\":{\"username\":\"c\"},\"r.example/acme\":{\"username\":\"b\"}}}", "r.example", "c:" },
		/* Somebody else's: CVE-2026-59891. */
		{ AUTH("r.example.evil"), "r.example", "-" },
		{ AUTH("evil.r.example"), "r.example", "-" },
		{ AUTH("r.example"), "evil.r.example", "-" },
		{ AUTH("r.example"), "r.example.evil", "-" },
		{ AUTH("r.example"), "r.example:5000", "-" },
		{ AUTH("r.example:5000"), "r.example", "-" },
		{ AUTH("r.example/acm"), "r.example", "-" },
		{ AUTH("r.example/acme/app/more"), "r.example", "-" },
		{ AUTH("r.example/other"), "r.example", "-" },
		{ AUTH(""), "r.example", "-" },
		{ AUTH("docker.io"), "r.example", "-" },
		/* Not readable. */
		{ "", "r.example", "X" },
		{ "[]", "r.example", "X" },
		{ "{\"auths\":1}", "r.example", "X" },
		{ "{\"auths\":{\"r.example\":1}}", "r.example", "X" },
		{ "{\"auths\":{\"r.example\":{\"auth\":\"dTp\"}}}", "r.example", "X" },
		{ "{\"auths\":{\"r.example\":{\"auth\":\"dXA=\"}}}", "r.example", "X" },
		{ "{\"auths\":{\"r.example\":{\"auth\":1}}}", "r.example", "X" },
		{ "{\"auths\":{\"r.example\":{\"username\":[]}}}", "r.example", "X" },
		{ "{\"auths\":{},\"auths\":{}}", "r.example", "X" },
		{ "{\"credsStore\":\"../x\"}", "r.example", "X" },
		{ "{\"credsStore\":\"a b\"}", "r.example", "X" },
		{ "{\"credsStore\":1}", "r.example", "X" },
		{ "{\"credHelpers\":[]}", "r.example", "X" }
	};
	char got[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		look_up(rows[i].config, rows[i].registry, "acme/app", got);
		if (strcmp(got, rows[i].want) != 0) {
			fail_msg("%s for %s: got %s, wanted %s", rows[i].config, rows[i].registry, got, rows[i].want);
		}
	}
}

static void
test_sizes(void **state)
{
	plomb_docker_entry e;
	plomb_work work;
	plomb_view large;

	(void)state;
	plomb_work_init(&work, buffer, 64);
	assert_int_equal(plomb_docker_config_find(&work, plomb_view_of(AUTH("r.example")), plomb_view_of("r.example"), plomb_view_of("a"), &e), PLOMB_NO_ROOM);
	large.p = buffer;
	large.n = PLOMB_MAX_DOCKER_CONFIG + 1;
	assert_int_equal(plomb_docker_config_find(&work, large, plomb_view_of("r.example"), plomb_view_of("a"), &e), PLOMB_CONFIG_INVALID);
}

static void
test_helper(void **state)
{
	plomb_login login;
	plomb_work work;

	(void)state;
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_docker_helper_read(&work, plomb_view_of("{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"p\"}"), 0, &login), PLOMB_OK);
	assert_true(plomb_view_is(login.username, "u") && plomb_view_is(login.password, "p"));
	assert_int_equal(plomb_docker_helper_read(&work, plomb_view_of("{\"Username\":\"<token>\",\"Secret\":\"t\"}"), 0, &login), PLOMB_OK);
	assert_true(login.username.n == 0 && plomb_view_is(login.identity_token, "t"));
	assert_int_equal(plomb_docker_helper_read(&work, plomb_view_of("credentials not found in native keychain\n"), 1, &login), PLOMB_OK);
	assert_int_equal(login.username.n, 0);
	assert_int_equal(plomb_docker_helper_read(&work, plomb_view_of("no"), 1, &login), PLOMB_CONFIG_INVALID);
	assert_int_equal(plomb_docker_helper_read(&work, plomb_view_of("no"), 0, &login), PLOMB_CONFIG_INVALID);
	assert_int_equal(plomb_docker_helper_read(&work, plomb_view_of("{\"Username\":1}"), 0, &login), PLOMB_CONFIG_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_helper)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
