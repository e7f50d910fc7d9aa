/* Whether a signature is for the image that was asked for: names that are it, and names that only look like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/oci/policy_inner.h"

#define HEX  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define D    "@sha256:" HEX
#define D2   "@sha256:" "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RHEL "registry.access.redhat.com/rhel7/rhel"

static unsigned char buffer[65536];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx = { &work, NULL, &detail };

static int
reset(void **state)
{
	(void)state;
	plomb_work_init(&work, buffer, sizeof buffer);
	memset(&detail, 0, sizeof detail);
	return 0;
}

/* ------------------------------------------------------------------- names */

static void
test_parse(void **state)
{
	static const struct {
		const char *who, *text, *repository, *tag, *digest; /* no repository: refused */
	} rows[] = {
		{ "a short name", "busybox", "docker.io/library/busybox", "", "" },
		{ "a tag is kept", "busybox:1.36", "docker.io/library/busybox", "1.36", "" },
		{ "a digest", "busybox" D, "docker.io/library/busybox", "", "sha256:" HEX },
		{ "both are kept, unlike where an image is fetched", "busybox:1.36" D, "docker.io/library/busybox", "1.36", "sha256:" HEX },
		{ "a namespace", "acme/app", "docker.io/acme/app", "", "" },
		{ "the library, written out", "library/busybox", "docker.io/library/busybox", "", "" },
		{ "the host, written out", "docker.io/busybox", "docker.io/library/busybox", "", "" },
		{ "all of it, written out", "docker.io/library/busybox", "docker.io/library/busybox", "", "" },
		{ "what cosign calls the host", "index.docker.io/library/busybox", "docker.io/library/busybox", "", "" },
		{ "what cosign calls the host, short", "index.docker.io/busybox:1", "docker.io/library/busybox", "1", "" },
		{ "the namespace library has a component more", "docker.io/library/a/b", "docker.io/library/a/b", "", "" },
		{ "a port", "registry.example:5000/app:v1", "registry.example:5000/app", "v1", "" },
		{ "localhost", "localhost/app", "localhost/app", "", "" },
		{ "an address", "[::1]:5000/app", "[::1]:5000/app", "", "" },
		{ "no host has this name", "notlocalhost/app", "docker.io/notlocalhost/app", "", "" },
		{ "an id and a tag", HEX ":v1", "docker.io/library/" HEX, "v1", "" },
		{ "an id, which is no name", HEX, NULL, NULL, NULL },
		{ "capitals that DNS does not see", "Registry.example/app", NULL, NULL, NULL },
		{ "the last of the capitals", "registry.Z/app", NULL, NULL, NULL },
		{ "Docker Hub in capitals", "Docker.io/library/busybox", NULL, NULL, NULL },
		{ "capitals in the path", "registry.example/App", NULL, NULL, NULL },
		{ "a dot at the end that DNS does not see", "registry.example./app", NULL, NULL, NULL },
		{ "nothing", "", NULL, NULL, NULL },
		{ "an empty tag", "app:", NULL, NULL, NULL },
		{ "half a digest", "app@sha256:0123", NULL, NULL, NULL },
		{ "a digest in capitals", "app@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", NULL, NULL, NULL },
		{ "a digest nobody computes", "app@md5:0123456789abcdef0123456789abcdef", NULL, NULL, NULL },
		{ "two digests", "app" D D, NULL, NULL, NULL },
		{ "a scheme", "docker://app", NULL, NULL, NULL },
		{ "a space", "registry.example/my app", NULL, NULL, NULL },
		{ "a way out", "registry.example/../app", NULL, NULL, NULL },
		{ "a wildcard", "*.example/app", NULL, NULL, NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_image_name name;
		plomb_view text;
		plomb_status s;
		unsigned char *copy;

		/* A copy with nothing behind it that could be read. */
		text.n = strlen(rows[i].text);
		text.p = copy = malloc(text.n + (text.n == 0));
		memcpy(copy, rows[i].text, text.n);
		s = plomb_image_name_parse(&work, text, &name);
		if ((s == PLOMB_OK) != (rows[i].repository != NULL)
			|| (s == PLOMB_OK && (!plomb_view_is(name.repository, rows[i].repository)
				|| !plomb_view_is(name.tag, rows[i].tag) || !plomb_view_is(name.digest, rows[i].digest)))
			|| (s != PLOMB_OK && (name.repository.n != 0 || name.tag.n != 0 || name.digest.n != 0)))
		{
			fail_msg("%s: %s: %s, %.*s", rows[i].who, rows[i].text, plomb_status_code(s), (int)name.repository.n, (const char *)name.repository.p);
		}
		free(copy);
	}
	assert_int_equal(plomb_image_name_parse(&work, plomb_view_of("app@md5:0123456789abcdef0123456789abcdef"), &(plomb_image_name){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } }),
		PLOMB_DIGEST_ALG_UNSUPPORTED);
}

/* ---------------------------------------------------------------- comparison */

enum {
	EXACT = 1 << PLOMB_MATCH_EXACT,
	TAG_OR_DIGEST = 1 << PLOMB_MATCH_REPO_DIGEST_OR_EXACT,
	REPOSITORY = 1 << PLOMB_MATCH_REPOSITORY
};

static plomb_status
check(plomb_signed_identity_type type, const char *reference, const char *image, const char *signed_, int accept_unnamed)
{
	plomb_signed_identity identity;
	plomb_image_name name;
	plomb_view view;
	size_t mark;
	plomb_status s;

	memset(&identity, 0, sizeof identity);
	identity.type = type;
	if (reference != NULL) {
		identity.reference = plomb_view_of(reference);
	}
	mark = plomb_work_mark(&work);
	assert_int_equal(plomb_image_name_parse(&work, plomb_view_of(image), &name), PLOMB_OK);
	view.p = NULL;
	view.n = 0;
	if (signed_ != NULL) {
		view = plomb_view_of(signed_);
	}
	s = plomb_signed_identity_check(&ctx, &identity, &name, view, accept_unnamed);
	plomb_work_release(&work, mark);
	return s;
}

/* The rows of containers/image's own tests (policy_reference_match_test.go) by what they say, and more. */
static void
test_match(void **state)
{
	static const struct {
		const char *who, *image, *signed_;
		int accepted_by;
	} rows[] = {
		{ "the same tag", "busybox:latest", "busybox:latest", EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "the same tag elsewhere", RHEL ":7.3", RHEL ":7.3", EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "the same digest", "busybox" D, "busybox" D, EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "the same in a longer spelling", "busybox:latest", "docker.io/library/busybox:latest", EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "the same in cosign's spelling", "busybox:latest", "index.docker.io/library/busybox:latest", EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "tag and digest", "busybox:1" D, "busybox:1" D, EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "an image without a tag is the latest", "busybox", "busybox:latest", EXACT | TAG_OR_DIGEST | REPOSITORY },
		{ "an image without a tag is no other", "busybox", "busybox:1", REPOSITORY },
		{ "an image without a tag, signed without one", "busybox", "busybox", REPOSITORY },
		{ "a signed image under another tag: a downgrade", "busybox:latest", "busybox:1.0", REPOSITORY },
		{ "a tag that begins like it", RHEL ":7.3suffix", RHEL ":7.3", REPOSITORY },
		{ "a tag, signed by digest", "busybox:latest", "busybox" D, REPOSITORY },
		{ "a digest, signed by any tag", "busybox" D, "busybox:latest", TAG_OR_DIGEST | REPOSITORY },
		{ "a digest, signed by another digest", "busybox" D, "busybox" D2, TAG_OR_DIGEST | REPOSITORY },
		{ "a digest, signed by tag and digest", "busybox" D, "busybox:1" D, TAG_OR_DIGEST | REPOSITORY },
		{ "cosign's signature, image by tag", RHEL ":7.3", RHEL, REPOSITORY },
		{ "cosign's signature, image by digest", "busybox" D, "index.docker.io/library/busybox", REPOSITORY },
		{ "cosign's signature, image by tag and digest", "busybox:1" D, "busybox", REPOSITORY },
		{ "tag and digest, signed by the tag", "busybox:1" D, "busybox:1", REPOSITORY },
		{ "tag and digest, signed by the digest", "busybox:1" D, "busybox" D, REPOSITORY },
		{ "tag and digest, another tag", "busybox:1" D, "busybox:2" D, REPOSITORY },
		{ "tag and digest, another digest", "busybox:1" D, "busybox:1" D2, REPOSITORY },
		{ "tag, signed by tag and digest", "busybox:1", "busybox:1" D, REPOSITORY },
		{ "another repository", "busybox:latest", "notbusybox:latest", 0 },
		{ "another repository by the same digest", "busybox" D, "notbusybox" D, 0 },
		{ "a repository that begins like it", "acme/app:1", "acme/app2:1", 0 },
		{ "a repository below it", "registry.example/app:1", "registry.example/app/app:1", 0 },
		{ "another registry", "busybox:latest", "registry.example/library/busybox:latest", 0 },
		{ "another port", "registry.example:5000/app:1", "registry.example:5001/app:1", 0 },
		{ "a port too many", "registry.example/app:1", "registry.example:5000/app:1", 0 },
		{ "the same host in capitals", "registry.example/app:1", "Registry.example/app:1", 0 },
		{ "no name", "busybox:latest", "UPPERCASE_IS_NO_NAME", 0 },
		{ "an id", "docker.io/library/" HEX ":latest", HEX, 0 },
		{ "a signature with an empty name", "busybox:latest", "", 0 },
		{ "a signature without a name", "busybox" D, NULL, 0 }
	};
	static const plomb_signed_identity_type types[] = { PLOMB_MATCH_EXACT, PLOMB_MATCH_REPO_DIGEST_OR_EXACT, PLOMB_MATCH_REPOSITORY };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		for (k = 0; k < sizeof types / sizeof types[0]; k ++) {
			plomb_status s, want;

			s = check(types[k], NULL, rows[i].image, rows[i].signed_, 0);
			want = rows[i].accepted_by & 1 << types[k] ? PLOMB_OK : PLOMB_POLICY_IDENTITY_MISMATCH;
			if (s != want) {
				fail_msg("%s: type %d: %s", rows[i].who, (int)types[k], plomb_status_code(s));
			}
		}
	}
}

/* The name stands in the policy: what the image is called does not matter. */
static void
test_exact(void **state)
{
	static const struct {
		const char *who;
		plomb_signed_identity_type type;
		const char *reference, *signed_;
		int accepted;
	} rows[] = {
		{ "the reference", PLOMB_EXACT_REFERENCE, "vendor.example/app:1", "vendor.example/app:1", 1 },
		{ "the reference by digest", PLOMB_EXACT_REFERENCE, "vendor.example/app" D, "vendor.example/app" D, 1 },
		{ "the reference in another spelling", PLOMB_EXACT_REFERENCE, "busybox:1", "index.docker.io/library/busybox:1", 1 },
		{ "another tag", PLOMB_EXACT_REFERENCE, "vendor.example/app:1", "vendor.example/app:2", 0 },
		{ "another digest", PLOMB_EXACT_REFERENCE, "vendor.example/app" D, "vendor.example/app" D2, 0 },
		{ "tag for digest", PLOMB_EXACT_REFERENCE, "vendor.example/app" D, "vendor.example/app:1", 0 },
		{ "no tag", PLOMB_EXACT_REFERENCE, "vendor.example/app:1", "vendor.example/app", 0 },
		{ "no tag where latest is wanted", PLOMB_EXACT_REFERENCE, "vendor.example/app:latest", "vendor.example/app", 0 },
		{ "the image's own name", PLOMB_EXACT_REFERENCE, "vendor.example/app:1", "mirror.example/app:1", 0 },
		{ "the repository by any tag", PLOMB_EXACT_REPOSITORY, "vendor.example/app", "vendor.example/app:1", 1 },
		{ "the repository by any digest", PLOMB_EXACT_REPOSITORY, "vendor.example/app", "vendor.example/app" D, 1 },
		{ "the repository alone", PLOMB_EXACT_REPOSITORY, "vendor.example/app", "vendor.example/app", 1 },
		{ "another repository", PLOMB_EXACT_REPOSITORY, "vendor.example/app", "vendor.example/app2", 0 },
		{ "the image's own repository", PLOMB_EXACT_REPOSITORY, "vendor.example/app", "mirror.example/app", 0 },
		{ "nothing", PLOMB_EXACT_REPOSITORY, "vendor.example/app", "", 0 },
		/* These do not come out of a policy file; a caller may bring them. */
		{ "a reference without a tag", PLOMB_EXACT_REFERENCE, "vendor.example/app", "vendor.example/app", 0 },
		{ "a reference that is none", PLOMB_EXACT_REFERENCE, "VENDOR", "VENDOR", 0 },
		{ "no reference", PLOMB_EXACT_REPOSITORY, "", "", 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_status s;

		s = check(rows[i].type, rows[i].reference, "mirror.example/app:1", rows[i].signed_, 0);
		if (s != (rows[i].accepted ? PLOMB_OK : PLOMB_POLICY_IDENTITY_MISMATCH)) {
			fail_msg("%s: %s", rows[i].who, plomb_status_code(s));
		}
	}
	assert_int_equal(check((plomb_signed_identity_type)99, NULL, "app:1", "app:1", 1), PLOMB_POLICY_IDENTITY_MISMATCH);
}

static void
test_remap(void **state)
{
	static const struct {
		const char *who, *prefix, *signed_prefix, *image, *signed_;
		int accepted;
	} rows[] = {
		{ "a host for a host", "mirror.example", "vendor.example", "mirror.example/ns/app:1", "vendor.example/ns/app:1", 1 },
		{ "a namespace for a host", "mirror.example:5000/vendor", "vendor.example", "mirror.example:5000/vendor/a/b:1", "vendor.example/a/b:1", 1 },
		{ "a repository for a repository", "mirror.example/app", "docker.io/library/busybox", "mirror.example/app:1", "busybox:1", 1 },
		{ "Docker Hub mirrored", "mirror.example/library", "docker.io/library", "mirror.example/library/busybox:1", "busybox:1", 1 },
		{ "from Docker Hub", "docker.io", "mirror.example", "busybox:1", "mirror.example/library/busybox:1", 1 },
		{ "a digest", "mirror.example", "vendor.example", "mirror.example/app" D, "vendor.example/app:any", 1 },
		{ "no tag is the latest", "mirror.example", "vendor.example", "mirror.example/app", "vendor.example/app:latest", 1 },
		{ "not below the prefix: nothing is changed", "mirror.example/ns", "vendor.example", "mirror.example/other/app:1", "mirror.example/other/app:1", 1 },
		{ "another namespace of the same length: nothing is changed", "mirror.example/ns", "vendor.example", "mirror.example/xx/app:1", "mirror.example/xx/app:1", 1 },
		{ "another namespace of the same length", "mirror.example/ns", "vendor.example", "mirror.example/xx/app:1", "vendor.example/app:1", 0 },
		{ "another host of the same length", "mirror.example", "vendor.example", "mirrox.example/app:1", "vendor.example/app:1", 0 },
		{ "a longer prefix than the image", "mirror.example/app/more", "vendor.example", "mirror.example/app:1", "mirror.example/app:1", 1 },
		{ "the mirror's own name", "mirror.example", "vendor.example", "mirror.example/app:1", "mirror.example/app:1", 0 },
		{ "another tag", "mirror.example", "vendor.example", "mirror.example/app:1", "vendor.example/app:2", 0 },
		{ "a signature by cosign", "mirror.example", "vendor.example", "mirror.example/app" D, "vendor.example/app", 0 },
		{ "a host that begins like it", "mirror.example", "vendor.example", "mirror.example.evil/app:1", "vendor.example.evil/app:1", 0 },
		{ "a host that ends like it", "mirror.example", "vendor.example", "notmirror.example/app:1", "notvendor.example/app:1", 0 },
		{ "a namespace that begins like it", "mirror.example/ns", "vendor.example/ns", "mirror.example/ns2/app:1", "vendor.example/ns2/app:1", 0 },
		{ "a repository that begins like it", "mirror.example/app", "vendor.example/app", "mirror.example/app2:1", "vendor.example/app2:1", 0 },
		{ "the host with a port", "mirror.example", "vendor.example", "mirror.example:5000/app:1", "vendor.example:5000/app:1", 0 },
		{ "the prefix again further on", "mirror.example/a", "vendor.example/b", "mirror.example/a/mirror.example/a:1", "vendor.example/b/vendor.example/b:1", 0 },
		{ "what is left is no name of a repository", "mirror.example/app", "vendor.example", "mirror.example/app:1", "vendor.example:1", 0 },
		{ "what is left is a short name", "mirror.example/library", "docker.io", "mirror.example/library/busybox:1", "busybox:1", 0 },
		{ "nothing signed", "mirror.example", "vendor.example", "mirror.example/app:1", "", 0 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_signed_identity identity;
		plomb_image_name name;
		plomb_status s;

		reset(NULL);
		memset(&identity, 0, sizeof identity);
		identity.type = PLOMB_REMAP_IDENTITY;
		identity.prefix = plomb_view_of(rows[i].prefix);
		identity.signed_prefix = plomb_view_of(rows[i].signed_prefix);
		assert_int_equal(plomb_image_name_parse(&work, plomb_view_of(rows[i].image), &name), PLOMB_OK);
		s = plomb_signed_identity_check(&ctx, &identity, &name, plomb_view_of(rows[i].signed_), 1);
		if (s != (rows[i].accepted ? PLOMB_OK : PLOMB_POLICY_IDENTITY_MISMATCH)) {
			fail_msg("%s: %s", rows[i].who, plomb_status_code(s));
		}
	}
}

/* A bundle that names nothing: only where the repository is all that is asked for, and only if the policy says so. */
static void
test_unnamed(void **state)
{
	static const struct {
		plomb_signed_identity_type type;
		const char *reference;
	} rows[] = {
		{ PLOMB_MATCH_REPO_DIGEST_OR_EXACT, NULL }, { PLOMB_MATCH_EXACT, NULL }, { PLOMB_EXACT_REFERENCE, "app:1" },
		{ PLOMB_EXACT_REPOSITORY, "app" }
	};
	size_t i;

	(void)state;
	assert_int_equal(check(PLOMB_MATCH_REPOSITORY, NULL, "app:1", NULL, 1), PLOMB_OK);
	assert_int_equal(check(PLOMB_MATCH_REPOSITORY, NULL, "app" D, "", 1), PLOMB_OK);
	assert_int_equal(check(PLOMB_MATCH_REPOSITORY, NULL, "app:1", NULL, 0), PLOMB_POLICY_IDENTITY_MISMATCH);
	/* Whoever names something is held to it. */
	assert_int_equal(check(PLOMB_MATCH_REPOSITORY, NULL, "app:1", "other", 1), PLOMB_POLICY_IDENTITY_MISMATCH);
	assert_int_equal(check(PLOMB_MATCH_REPOSITORY, NULL, "app:1", "NO NAME", 1), PLOMB_POLICY_IDENTITY_MISMATCH);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		assert_int_equal(check(rows[i].type, rows[i].reference, "app" D, NULL, 1), PLOMB_POLICY_IDENTITY_MISMATCH);
		assert_int_equal(check(rows[i].type, rows[i].reference, "app:1", NULL, 1), PLOMB_POLICY_IDENTITY_MISMATCH);
	}
}

/* A refusal says what the name should have been. */
static void
test_detail(void **state)
{
	static const struct {
		plomb_signed_identity_type type;
		const char *reference, *image, *want;
	} rows[] = {
		{ PLOMB_MATCH_REPO_DIGEST_OR_EXACT, NULL, "app:1", "docker.io/library/app:1" },
		{ PLOMB_MATCH_REPO_DIGEST_OR_EXACT, NULL, "app", "docker.io/library/app:latest" },
		{ PLOMB_MATCH_REPO_DIGEST_OR_EXACT, NULL, "app" D, "docker.io/library/app:*" },
		{ PLOMB_MATCH_REPO_DIGEST_OR_EXACT, NULL, "app:1" D, "docker.io/library/app:1" D },
		{ PLOMB_MATCH_EXACT, NULL, "app" D, "docker.io/library/app" D },
		{ PLOMB_MATCH_REPOSITORY, NULL, "app:1" D, "docker.io/library/app" },
		{ PLOMB_EXACT_REFERENCE, "vendor.example/app" D, "app:1", "vendor.example/app" D },
		{ PLOMB_EXACT_REFERENCE, "NO NAME", "app:1", "NO NAME" },
		{ PLOMB_EXACT_REPOSITORY, "vendor.example/app", "app:1", "vendor.example/app" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		assert_int_equal(check(rows[i].type, rows[i].reference, rows[i].image, "other:2", 0), PLOMB_POLICY_IDENTITY_MISMATCH);
		if (!plomb_view_is(detail.want, rows[i].want) || !plomb_view_is(detail.got, "other:2") || detail.what.n == 0) {
			fail_msg("%s: wanted %.*s", rows[i].want, (int)detail.want.n, (const char *)detail.want.p);
		}
	}
}

/* ---------------------------------------------------------------- validation */

static void
test_validate(void **state)
{
	static const struct {
		const char *who;
		plomb_signed_identity_type type;
		const char *reference;
		int good;
	} rows[] = {
		{ "a tag", PLOMB_EXACT_REFERENCE, "registry.example/app:1", 1 },
		{ "a digest", PLOMB_EXACT_REFERENCE, "app" D, 1 },
		{ "both", PLOMB_EXACT_REFERENCE, "app:1" D, 1 },
		{ "a reference without either would fit nothing", PLOMB_EXACT_REFERENCE, "registry.example/app", 0 },
		{ "no name", PLOMB_EXACT_REFERENCE, "registry.example/App:1", 0 },
		{ "a repository", PLOMB_EXACT_REPOSITORY, "registry.example/app", 1 },
		{ "a short name", PLOMB_EXACT_REPOSITORY, "busybox", 1 },
		{ "a tag that would not be looked at", PLOMB_EXACT_REPOSITORY, "registry.example/app:1", 0 },
		{ "a digest that would not be looked at", PLOMB_EXACT_REPOSITORY, "registry.example/app" D, 0 },
		{ "a wildcard", PLOMB_EXACT_REPOSITORY, "*.example/app", 0 },
		{ "no host", PLOMB_EXACT_REPOSITORY, "", 0 }
	};
	static const struct {
		const char *prefix;
		int good;
	} prefixes[] = {
		{ "localhost", 1 }, { "registry.example", 1 }, { "registry.example:80", 1 }, { "registry.example/ns", 1 },
		{ "registry.example:80/ns/repo.with.dots-dashes_underscores", 1 }, { "docker.io", 1 }, { "docker.io/library", 1 },
		{ "docker.io/library/busybox", 1 }, { "docker.io/acme", 1 },
		{ "", 0 }, { "shortname", 0 }, { "ns/shortname", 0 }, { "library", 0 }, { "index.docker.io", 0 },
		{ "index.docker.io/library", 0 }, { "repo_with_underscores", 0 }, { "registry.example/", 0 },
		{ "registry.example/UPPER", 0 }, { "Registry.example", 0 }, { "registry.example/repo/", 0 }, { "registry.example/repo:tag", 0 },
		{ "registry.example/repo" D, 0 }, { "registry.example/repo:tag" D, 0 }, { "*.example", 0 }, { "registry.example:0", 0 }
	};
	plomb_signed_identity identity;
	size_t i;

	(void)state;
	memset(&identity, 0, sizeof identity);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		identity.type = rows[i].type;
		identity.reference = plomb_view_of(rows[i].reference);
		if ((plomb_signed_identity_validate(&work, &identity) == PLOMB_OK) != rows[i].good) {
			fail_msg("%s", rows[i].who);
		}
	}
	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i ++) {
		identity.type = PLOMB_REMAP_IDENTITY;
		identity.prefix = plomb_view_of(prefixes[i].prefix);
		identity.signed_prefix = plomb_view_of("vendor.example");
		if ((plomb_signed_identity_validate(&work, &identity) == PLOMB_OK) != prefixes[i].good) {
			fail_msg("prefix %s", prefixes[i].prefix);
		}
		identity.signed_prefix = identity.prefix;
		identity.prefix = plomb_view_of("mirror.example");
		if ((plomb_signed_identity_validate(&work, &identity) == PLOMB_OK) != prefixes[i].good) {
			fail_msg("signed prefix %s", prefixes[i].prefix);
		}
	}
	identity.type = PLOMB_MATCH_REPOSITORY;
	assert_int_equal(plomb_signed_identity_validate(&work, &identity), PLOMB_OK);
}

/* Too little memory is said, and never decides otherwise. */
static void
test_room(void **state)
{
	static const plomb_signed_identity_type types[] = {
		PLOMB_MATCH_REPO_DIGEST_OR_EXACT, PLOMB_EXACT_REFERENCE, PLOMB_EXACT_REPOSITORY, PLOMB_REMAP_IDENTITY
	};
	plomb_signed_identity identity;
	plomb_image_name name;
	size_t i, size, refused;

	(void)state;
	for (i = 0; i < sizeof types / sizeof types[0]; i ++) {
		memset(&identity, 0, sizeof identity);
		identity.type = types[i];
		identity.reference = plomb_view_of(types[i] == PLOMB_EXACT_REPOSITORY ? "vendor.example/app" : "vendor.example/app:1");
		identity.prefix = plomb_view_of("mirror.example");
		identity.signed_prefix = plomb_view_of("vendor.example");
		name.repository = plomb_view_of(types[i] == PLOMB_MATCH_REPO_DIGEST_OR_EXACT ? "vendor.example/app" : "mirror.example/app");
		name.tag = plomb_view_of("1");
		name.digest.p = NULL;
		name.digest.n = 0;
		refused = 0;
		for (size = 0; size < 400; size ++) {
			plomb_status s;
			unsigned char *memory;

			memory = malloc(size + 1);
			plomb_work_init(&work, memory, size);
			s = plomb_signed_identity_check(&ctx, &identity, &name, plomb_view_of("vendor.example/app:1"), 0);
			if (s == PLOMB_OK) {
				plomb_work_init(&work, memory, size);
				s = plomb_signed_identity_validate(&work, &identity);
			}
			if (s != PLOMB_OK && s != PLOMB_NO_ROOM) {
				fail_msg("%zu bytes: %s", size, plomb_status_code(s));
			}
			/* A refusal without memory for its text is still one. */
			plomb_work_init(&work, memory, size);
			if (plomb_signed_identity_check(&ctx, &identity, &name, plomb_view_of("vendor.example/other:1"), 0) == PLOMB_OK) {
				fail_msg("%zu bytes: another name", size);
			}
			free(memory);
			refused += s == PLOMB_NO_ROOM;
			if (size == 399) {
				assert_int_equal(s, PLOMB_OK);
			}
		}
		assert_true(types[i] == PLOMB_MATCH_REPO_DIGEST_OR_EXACT || refused > 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_parse, reset),
		cmocka_unit_test_setup(test_match, reset),
		cmocka_unit_test_setup(test_exact, reset),
		cmocka_unit_test_setup(test_remap, reset),
		cmocka_unit_test_setup(test_unnamed, reset),
		cmocka_unit_test_setup(test_detail, reset),
		cmocka_unit_test_setup(test_validate, reset),
		cmocka_unit_test_setup(test_room, reset)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
