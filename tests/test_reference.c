/* Image references: what is one, what its parts are, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../src/oci/reference.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define A255 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define T128 "Tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt" \
	"tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static plomb_view
view(const char *text)
{
	return plomb_view_of(text);
}

static void
same(const char *name, plomb_view got, const char *want)
{
	if (!plomb_view_is(got, want)) {
		fail_msg("%s: got \"%.*s\", wanted \"%s\"", name, (int)got.n, (const char *)got.p, want);
	}
}

static void
test_accepted(void **state)
{
	static const struct {
		const char *text, *registry, *repository, *tag;
		int is_library, has_digest;
	} rows[] = {
		{ "app", "index.docker.io", "app", "latest", 1, 0 },
		{ "app:v1", "index.docker.io", "app", "v1", 1, 0 },
		{ "acme/app", "index.docker.io", "acme/app", "latest", 0, 0 },
		{ "docker.io/app", "index.docker.io", "app", "latest", 1, 0 },
		{ "docker.io/acme/app:v1", "index.docker.io", "acme/app", "v1", 0, 0 },
		{ "index.docker.io/app", "index.docker.io", "app", "latest", 1, 0 },
		{ "localhost/app", "localhost", "app", "latest", 0, 0 },
		{ "localhost:5000/app:5000", "localhost:5000", "app", "5000", 0, 0 },
		{ "localhost:5000", "index.docker.io", "localhost", "5000", 1, 0 },
		{ "localhost", "index.docker.io", "localhost", "latest", 1, 0 },
		{ "registry:5000/app", "registry:5000", "app", "latest", 0, 0 },
		{ "Registry.Example.COM/app", "Registry.Example.COM", "app", "latest", 0, 0 },
		{ "r-1.example.com:443/a/b/c:V_1.2-x", "r-1.example.com:443", "a/b/c", "V_1.2-x", 0, 0 },
		{ "127.0.0.1:7706/old", "127.0.0.1:7706", "old", "latest", 0, 0 },
		{ "[::1]/app", "[::1]", "app", "latest", 0, 0 },
		{ "[::1]:5000/app:v1", "[::1]:5000", "app", "v1", 0, 0 },
		{ "[2001:DB8::aB]:65535/app", "[2001:DB8::aB]:65535", "app", "latest", 0, 0 },
		{ "r.io/a.b/c_d/e__f/g-h/i---j/0", "r.io", "a.b/c_d/e__f/g-h/i---j/0", "latest", 0, 0 },
		{ "r.io/app:" T128, "r.io", "app", T128, 0, 0 },
		{ "r.io/app:_", "r.io", "app", "_", 0, 0 },
		{ "r.io/" A255, "r.io", A255, "latest", 0, 0 },
		{ "r.io/app@sha256:" HEX, "r.io", "app", "", 0, 1 },
		{ "r.io/app:v1@sha256:" HEX, "r.io", "app", "", 0, 1 },
		{ "r.io/app@sha512:" HEX HEX, "r.io", "app", "", 0, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_reference reference;

		if (plomb_reference_parse(view(rows[i].text), &reference) != PLOMB_OK) {
			fail_msg("%s: refused", rows[i].text);
		}
		same(rows[i].text, reference.given, rows[i].text);
		same(rows[i].text, reference.registry, rows[i].registry);
		same(rows[i].text, reference.repository, rows[i].repository);
		same(rows[i].text, reference.tag, rows[i].tag);
		assert_int_equal(reference.is_library, rows[i].is_library);
		assert_int_equal(reference.has_digest, rows[i].has_digest);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *name, *text;
		plomb_status status;
	} rows[] = {
		{ "nothing", "", PLOMB_REFERENCE_INVALID },
		{ "no path", "r.io/", PLOMB_REFERENCE_INVALID },
		{ "no host", "/app", PLOMB_REFERENCE_INVALID },
		{ "empty component", "r.io/a//b", PLOMB_REFERENCE_INVALID },
		{ "slash at the end", "r.io/a/", PLOMB_REFERENCE_INVALID },
		{ "dots that climb", "r.io/../app", PLOMB_REFERENCE_INVALID },
		{ "dots inside", "r.io/a..b", PLOMB_REFERENCE_INVALID },
		{ "single dot", "r.io/./app", PLOMB_REFERENCE_INVALID },
		{ "three underscores", "r.io/a___b", PLOMB_REFERENCE_INVALID },
		{ "separator in front", "r.io/-a", PLOMB_REFERENCE_INVALID },
		{ "separator behind", "r.io/a-", PLOMB_REFERENCE_INVALID },
		{ "underscore behind", "r.io/a_", PLOMB_REFERENCE_INVALID },
		{ "mixed separators", "r.io/a.-b", PLOMB_REFERENCE_INVALID },
		{ "upper case path", "r.io/App", PLOMB_REFERENCE_INVALID },
		{ "upper case without a dot is no host", "Acme/app", PLOMB_REFERENCE_INVALID },
		{ "percent sign", "r.io/a%2fb", PLOMB_REFERENCE_INVALID },
		{ "query", "r.io/a?b", PLOMB_REFERENCE_INVALID },
		{ "blank", "r.io/a b", PLOMB_REFERENCE_INVALID },
		{ "blank in front", " r.io/a", PLOMB_REFERENCE_INVALID },
		{ "newline behind", "r.io/a\n", PLOMB_REFERENCE_INVALID },
		{ "control byte", "r.io/a\x01", PLOMB_REFERENCE_INVALID },
		{ "byte above ASCII", "r.io/\xC3\xA4", PLOMB_REFERENCE_INVALID },
		{ "scheme", "https://r.io/app", PLOMB_REFERENCE_INVALID },
		{ "user", "user@r.io/app", PLOMB_REFERENCE_INVALID },
		{ "path of 256", "r.io/a" A255, PLOMB_REFERENCE_INVALID },
		{ "empty tag", "r.io/app:", PLOMB_REFERENCE_INVALID },
		{ "two tags", "r.io/app:a:b", PLOMB_REFERENCE_INVALID },
		{ "tag that climbs", "r.io/app:../x", PLOMB_REFERENCE_INVALID },
		{ "tag with a slash", "r.io/app:a/b", PLOMB_REFERENCE_INVALID },
		{ "tag with a dot in front", "r.io/app:.a", PLOMB_REFERENCE_INVALID },
		{ "tag with a dash in front", "r.io/app:-a", PLOMB_REFERENCE_INVALID },
		{ "tag with a plus", "r.io/app:1+2", PLOMB_REFERENCE_INVALID },
		{ "tag of 129", "r.io/app:a" T128, PLOMB_REFERENCE_INVALID },
		{ "bad tag beside a digest", "r.io/app:-@sha256:" HEX, PLOMB_REFERENCE_INVALID },
		{ "empty port", "r.io:/app", PLOMB_REFERENCE_INVALID },
		{ "port 0", "r.io:0/app", PLOMB_REFERENCE_INVALID },
		{ "port with a zero in front", "r.io:080/app", PLOMB_REFERENCE_INVALID },
		{ "port 65536", "r.io:65536/app", PLOMB_REFERENCE_INVALID },
		{ "port that is a word", "r.io:http/app", PLOMB_REFERENCE_INVALID },
		{ "two ports", "r.io:1:2/app", PLOMB_REFERENCE_INVALID },
		{ "host with an empty label", "r..io/app", PLOMB_REFERENCE_INVALID },
		{ "host with a dot behind", "r.io./app", PLOMB_REFERENCE_INVALID },
		{ "host with a dash in front", "-r.io/app", PLOMB_REFERENCE_INVALID },
		{ "host with a dash behind", "r-.io/app", PLOMB_REFERENCE_INVALID },
		{ "host with an underscore", "r_1.io/app", PLOMB_REFERENCE_INVALID },
		{ "host alone", ":5000/app", PLOMB_REFERENCE_INVALID },
		{ "host of 256", LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".a/app", PLOMB_REFERENCE_INVALID },
		{ "address without end", "[::1/app", PLOMB_REFERENCE_INVALID },
		{ "address without colons", "[1.2]/app", PLOMB_REFERENCE_INVALID },
		{ "address with one colon", "[a:1]/app", PLOMB_REFERENCE_INVALID },
		{ "address with a zone", "[fe80::1%eth0]/app", PLOMB_REFERENCE_INVALID },
		{ "address with a letter", "[::g]/app", PLOMB_REFERENCE_INVALID },
		{ "address too long", "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]/app", PLOMB_REFERENCE_INVALID },
		{ "text behind the address", "[::1]x/app", PLOMB_REFERENCE_INVALID },
		{ "bad port of an address", "[::1]:x/app", PLOMB_REFERENCE_INVALID },
		{ "empty digest", "r.io/app@", PLOMB_REFERENCE_INVALID },
		{ "two digests", "r.io/app@sha256:" HEX "@sha256:" HEX, PLOMB_REFERENCE_INVALID },
		{ "digest that climbs (CVE-2024-3727)", "r.io/app@sha256:../../x", PLOMB_REFERENCE_INVALID },
		{ "short digest", "r.io/app@sha256:0123", PLOMB_REFERENCE_INVALID },
		{ "long digest", "r.io/app@sha256:" HEX "0", PLOMB_REFERENCE_INVALID },
		{ "upper case digest", "r.io/app@sha256:A123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", PLOMB_REFERENCE_INVALID },
		{ "text behind the digest", "r.io/app@sha256:" HEX ":v1", PLOMB_REFERENCE_INVALID },
		{ "digest alone", "@sha256:" HEX, PLOMB_REFERENCE_INVALID },
		{ "md5", "r.io/app@md5:0123456789abcdef0123456789abcdef", PLOMB_DIGEST_ALG_UNSUPPORTED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_reference reference;
		plomb_status s = plomb_reference_parse(view(rows[i].text), &reference);

		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
		/* Nothing of it can be used by accident. */
		assert_int_equal(reference.registry.n, 0);
		assert_int_equal(reference.repository.n, 0);
		assert_int_equal(reference.tag.n, 0);
		assert_int_equal(reference.has_digest, 0);
	}
}

static void
test_nul(void **state)
{
	static const plomb_view inside = PLOMB_LIT("r.io/a\0b"), absent = { NULL, 0 };
	plomb_reference reference;

	(void)state;
	assert_int_equal(plomb_reference_parse(inside, &reference), PLOMB_REFERENCE_INVALID);
	assert_int_equal(plomb_reference_parse(absent, &reference), PLOMB_REFERENCE_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
