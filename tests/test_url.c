/* Addresses that a registry may send us to, and those that it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/oci/url.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *text, *host, *path;
		unsigned port; /* 0: refused */
	} rows[] = {
		{ "https://a.example", "a.example", "", 443 },
		{ "HTTP://a:81/x?y=z#f", "a", "/x?y=z", 81 },
		{ "http://[::1]:5000/", "[::1]", "/", 5000 },
		{ "http://127.0.0.1?q", "127.0.0.1", "?q", 80 },
		{ "", NULL, NULL, 0 }, { "https:/a", NULL, NULL, 0 }, { "https://", NULL, NULL, 0 },
		{ "ftp://a/", NULL, NULL, 0 }, { "file:///etc/passwd", NULL, NULL, 0 },
		{ "https://user@a/", NULL, NULL, 0 }, { "https://user:p@a/", NULL, NULL, 0 },
		{ "https://a:0/", NULL, NULL, 0 }, { "https://a:65536/", NULL, NULL, 0 }, { "https://a:/", NULL, NULL, 0 },
		{ "https://a:1x/", NULL, NULL, 0 }, { "https://.a/", NULL, NULL, 0 }, { "https://-a/", NULL, NULL, 0 },
		{ "https://a b/", NULL, NULL, 0 }, { "https://a%2e/", NULL, NULL, 0 }, { "https://a\\b/", NULL, NULL, 0 },
		{ "https://a/b c", NULL, NULL, 0 }, { "https://a/b\r\nX: y", NULL, NULL, 0 }, { "https://a/\\", NULL, NULL, 0 },
		{ "https://[::1/", NULL, NULL, 0 }, { "https://[g]/", NULL, NULL, 0 }, { "https://[]/", NULL, NULL, 0 },
		{ "https://[::1]x/", NULL, NULL, 0 }, { "https://a/\x7F", NULL, NULL, 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_url url;
		int ok = plomb_url_parse(plomb_view_of(rows[i].text), &url);

		if (ok != (rows[i].port != 0)
			|| (ok && (url.port != rows[i].port || !plomb_view_is(url.host, rows[i].host) || !plomb_view_is(url.path, rows[i].path))))
		{
			fail_msg("%s", rows[i].text);
		}
	}
}

static void
test_resolve(void **state)
{
	static const struct {
		const char *reference, *want;
	} rows[] = {
		{ "/v2/x?n=1", "https://a:5/v2/x?n=1" },
		{ "y", "https://a:5/b/y" },
		{ "?n=2", "https://a:5/b/c?n=2" },
		{ "//other/z", "https://other/z" },
		{ "http://other/z#f", "http://other/z" },
		{ "", NULL }, { "javascript:x", NULL }, { "file:///x", NULL }, { "//u@h/", NULL }, { "/a b", NULL }, { "//", NULL }
	};
	plomb_url base;
	char out[PLOMB_MAX_URL];
	size_t i;

	(void)state;
	assert_true(plomb_url_parse(plomb_view_of("https://a:5/b/c?d/e"), &base));
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		int ok = plomb_url_resolve(&base, plomb_view_of(rows[i].reference), out, sizeof out);

		if (ok != (rows[i].want != NULL) || (ok && strcmp(out, rows[i].want) != 0)) {
			fail_msg("%s: %s", rows[i].reference, ok ? out : "refused");
		}
	}
	assert_false(plomb_url_resolve(&base, plomb_view_of("/v2/x"), out, 12));
}

static void
test_local(void **state)
{
	static const struct {
		const char *host;
		int is_local, is_loopback;
	} rows[] = {
		{ "example.com", 0, 0 }, { "8.8.8.8", 0, 0 }, { "172.32.0.1", 0, 0 }, { "[2001:db8::1]", 0, 0 }, { "1.example.com", 0, 0 },
		{ "notlocalhost", 0, 0 }, { "localhost.example.com", 0, 0 },
		{ "localhost", 1, 1 }, { "LOCALHOST.", 1, 1 }, { "x.localhost", 1, 1 }, { "127.0.0.1", 1, 1 }, { "127.255.0.9", 1, 1 }, { "[::1]", 1, 1 },
		{ "10.1.2.3", 1, 0 }, { "172.16.0.1", 1, 0 }, { "172.31.0.1", 1, 0 }, { "192.168.0.1", 1, 0 }, { "169.254.169.254", 1, 0 },
		{ "0.0.0.0", 1, 0 }, { "100.64.0.1", 1, 0 }, { "224.0.0.1", 1, 0 },
		{ "127.1", 1, 0 }, { "2130706433", 1, 0 }, { "0x7f000001", 1, 0 }, { "0177.0.0.1", 1, 0 }, { "10.0.0.1.", 1, 0 },
		{ "[::]", 1, 0 }, { "[fe80::1]", 1, 0 }, { "[fc00::1]", 1, 0 }, { "[::ffff:10.0.0.1]", 1, 0 }, { "[2002:a00::1]", 1, 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_view host = plomb_view_of(rows[i].host);

		if (plomb_url_is_local(host) != rows[i].is_local || plomb_url_is_loopback(host) != rows[i].is_loopback) {
			fail_msg("%s", rows[i].host);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_local)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
