/* A registry served from memory, broken at each operation in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/base64.h"
#include "../src/core/hash.h"
#include "../src/oci/store_registry.h"
#include "tired_memory.h"

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define REFERRERS   3 /* bundles */

/* One thing that the server has. */
struct thing {
	char path[200], type[100], body[2048];
};

static struct {
	plomb_http http; /* first, so that it can be cast back */
	struct thing thing[20];
	size_t count;
	unsigned calls, fail_at; /* 0: none fails */
	int kind;                /* how it fails */
} server;

static plomb_registry registry;
static plomb_network network;
static plomb_store_registry store;
static unsigned char buffer[1u << 20];
static plomb_work work;
static plomb_digest image;
static unsigned found_good, found_bad, waited;

static plomb_status
break_down(int kind, plomb_http_answer *answer)
{
	static const plomb_http_problem problems[] = { PLOMB_HTTP_NO_HOST, PLOMB_HTTP_BROKEN, PLOMB_HTTP_SLOW, PLOMB_HTTP_NO_TLS,
		PLOMB_HTTP_BAD_PEER, PLOMB_HTTP_BAD_FILE };
	static const unsigned statuses[] = { 401, 403, 404, 500, 302, 204 };

	answer->why = "made to fail";
	if (kind < 6) {
		answer->problem = problems[kind];
		return PLOMB_IO_ERROR;
	}
	if (kind < 12) {
		answer->status = statuses[kind - 6];
		return PLOMB_OK;
	}
	return kind == 12 ? PLOMB_NO_ROOM : PLOMB_LIMIT_EXCEEDED;
}

static plomb_status
serve(plomb_http *http, const plomb_http_request *request, plomb_http_answer *answer)
{
	size_t i;

	(void)http;
	memset(answer, 0, sizeof *answer);
	server.calls ++;
	if (server.fail_at != 0 && server.calls >= server.fail_at && (server.calls == server.fail_at || server.kind == 1 || server.kind == 9)) {
		return break_down(server.kind, answer);
	}
	answer->status = 404;
	for (i = 0; i < server.count; i ++) {
		plomb_view body = plomb_view_of(server.thing[i].body);

		if (plomb_view_ends(plomb_view_of(request->url), server.thing[i].path)) {
			answer->status = 200;
			answer->content_type = plomb_view_of(server.thing[i].type);
			return body.n > request->max_bytes ? PLOMB_LIMIT_EXCEEDED : request->sink(request->user, body);
		}
	}
	return PLOMB_OK;
}

static uint64_t
now_ms(const plomb_pause *self)
{
	(void)self;
	return 1000;
}

static void
do_not_wait(const plomb_pause *self, uint32_t ms)
{
	(void)self;
	waited += ms;
}

static const plomb_pause no_pause = { now_ms, do_not_wait };

static void
name_of(const char *body, char out[72])
{
	unsigned char hash[32], hex[65];
	plomb_view bytes;

	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, plomb_view_of(body), hash);
	bytes.p = hash;
	bytes.n = sizeof hash;
	plomb_hex_encode(hex, bytes);
	hex[64] = 0;
	(void)snprintf(out, 72, "sha256:%s", (const char *)hex);
}

static void
put(const char *folder, const char *name, const char *type, const char *body)
{
	struct thing *t = server.thing + server.count;

	(void)snprintf(t->path, sizeof t->path, "/v2/acme/app/%s/%s", folder, name);
	(void)snprintf(t->type, sizeof t->type, "%s", type);
	(void)snprintf(t->body, sizeof t->body, "%s", body);
	server.count ++;
}

static void
fill(void)
{
	char subject[72], digest[72], blob[72], text[2048], list[1024];
	size_t i, n = 0;

	memset(&server, 0, sizeof server);
	server.http.send = serve;
	(void)snprintf(text, sizeof text, "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a\",\"size\":1,\"digest\":\"sha256:%064d\"},\"layers\":[]}", 0);
	name_of(text, subject);
	put("manifests", "latest", PLOMB_MEDIA_OCI_MANIFEST, text);
	put("manifests", subject, PLOMB_MEDIA_OCI_MANIFEST "; charset=utf-8", text);
	assert_int_equal(plomb_digest_parse(plomb_view_of(subject), &image), PLOMB_OK);
	for (i = 0; i < REFERRERS; i ++) {
		char bundle[8] = "{ }";

		bundle[1] = "\t\n "[i];
		name_of(bundle, blob);
		put("blobs", blob, "application/octet-stream", bundle);
		(void)snprintf(text, sizeof text, "{\"schemaVersion\":2,\"artifactType\":\"" BUNDLE_TYPE "\",\"layers\":[{\"mediaType\":\"" BUNDLE_TYPE "\","
			"\"size\":3,\"digest\":\"%s\"}],\"subject\":{\"mediaType\":\"a\",\"size\":1,\"digest\":\"%s\"}}", blob, subject);
		name_of(text, digest);
		put("manifests", digest, PLOMB_MEDIA_OCI_MANIFEST, text);
		n += (size_t)snprintf(list + n, sizeof list - n, "%s{\"mediaType\":\"" PLOMB_MEDIA_OCI_MANIFEST "\",\"size\":%u,\"digest\":\"%s\",\"artifactType\":\""
			BUNDLE_TYPE "\"}", i == 0 ? "" : ",", (unsigned)strlen(text), digest);
	}
	(void)snprintf(text, sizeof text, "{\"schemaVersion\":2,\"manifests\":[%s]}", list);
	put("referrers", subject, PLOMB_MEDIA_OCI_INDEX, text);
}

static plomb_status
on_found(void *user, const plomb_found *found)
{
	(void)user;
	if (found->trouble == PLOMB_OK) {
		assert_int_equal(found->bytes.n, 3);
		found_good ++;
	} else {
		found_bad ++;
	}
	return PLOMB_OK;
}

/* The whole of it: the tag, then what hangs on the image. */
static plomb_status
walk(const char *authority, unsigned *asked)
{
	static const plomb_registry_search search = { "", ".sig", 1u << 20, 0, NULL };
	plomb_layout_image got;
	plomb_reference reference;
	plomb_place place;
	plomb_status s;
	char name[100];

	found_good = 0;
	found_bad = 0;
	(void)snprintf(name, sizeof name, "%s/acme/app:latest", authority);
	assert_int_equal(plomb_reference_parse(plomb_view_of(name), &reference), PLOMB_OK);
	assert_int_equal(plomb_place_of(&reference, &place), PLOMB_OK);
	plomb_work_init(&work, buffer, sizeof buffer);
	tired_open(1u << 24);
	plomb_registry_init(&registry, NULL, NULL);
	plomb_network_init(&network, &server.http, &no_pause, &registry);
	plomb_store_registry_init(&store, &network, &tired.memory, &plomb_crypto_default, &place);
	server.calls = 0;
	s = plomb_registry_image(&work, &store, reference.tag, NULL, &got);
	if (s == PLOMB_OK) {
		assert_true(plomb_digest_eq(&got.digest, &image));
		s = plomb_registry_signatures(&work, &store, &got.digest, &search, on_found, NULL);
	}
	*asked = server.calls;
	plomb_store_registry_free(&store);
	assert_int_equal(tired.heap.used, 0);
	return s;
}

static void
test_all_there(void **state)
{
	unsigned asked;

	(void)state;
	fill();
	assert_int_equal(walk("r.example", &asked), PLOMB_OK);
	assert_int_equal(found_good, REFERRERS);
	/* Tag, referrers, two for each bundle, and .sig since nobody said that it is enough. */
	assert_int_equal(asked, 2 + 2 * REFERRERS + 1);
}

/* --------------------------------------------------------- everything there */

static char shown[2000];

static plomb_status
on_hanging(void *user, const plomb_hanging *hanging)
{
	char name[201];

	(void)user;
	(void)snprintf(name, sizeof name, "%.*s", (int)hanging->name.n, (const char *)hanging->name.p);
	assert_string_equal(hanging->suffix, strchr(name, '.') == NULL ? "" : strchr(name, '.'));
	(void)snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s%s%s%s%s ", hanging->origin, hanging->suffix,
		hanging->manifest != NULL ? "" : "?", hanging->trouble == PLOMB_OK ? "" : "!",
		hanging->trouble == PLOMB_OK ? "" : plomb_status_code(hanging->trouble));
	return PLOMB_OK;
}

static plomb_status
walk_hanging(int with_referrers, unsigned *asked, plomb_lister *lister)
{
	plomb_reference reference;
	plomb_place place;
	plomb_status s;

	shown[0] = '\0';
	assert_int_equal(plomb_reference_parse(plomb_view_of("r.example/acme/app"), &reference), PLOMB_OK);
	assert_int_equal(plomb_place_of(&reference, &place), PLOMB_OK);
	plomb_work_init(&work, buffer, sizeof buffer);
	tired_open(1u << 24);
	plomb_registry_init(&registry, NULL, NULL);
	plomb_network_init(&network, &server.http, &no_pause, &registry);
	plomb_store_registry_init(&store, &network, &tired.heap.memory, &plomb_crypto_default, &place);
	server.calls = 0;
	s = plomb_registry_hanging(&work, &store, &image, "pre-", with_referrers, on_hanging, NULL);
	*asked = server.calls;
	*lister = store.lister;
	plomb_store_registry_free(&store);
	assert_int_equal(tired.heap.used, 0);
	assert_int_equal(work.used, 0);
	return s;
}

/* A manifest under a tag of the image's digest. */
static void
put_tagged(const char *prefix, const char *suffix, const char *body)
{
	char tag[200];

	assert_true(plomb_registry_tag_name(tag, prefix, &image, suffix));
	put("manifests", tag, PLOMB_MEDIA_OCI_MANIFEST, body);
}

static void
test_hanging(void **state)
{
	plomb_lister lister;
	unsigned asked, i;

	(void)state;
	fill();
	put_tagged("pre-", ".sbom", "{\"schemaVersion\":2,\"layers\":[]}");
	put_tagged("", ".sig", "{\"schemaVersion\":2,\"layers\":[ ]}");
	put_tagged("pre-", ".att", "{\"schemaVersion\":2,\"layers\":[  }");
	assert_int_equal(walk_hanging(1, &asked, &lister), PLOMB_OK);
	assert_string_equal(shown, "referrer referrer referrer tag.att?!manifest-malformed tag.sbom ");
	/* Referrers, each manifest, three tags; no blob. */
	assert_int_equal(asked, 1 + REFERRERS + 3);
	assert_int_equal(lister, PLOMB_LISTER_REGISTRY);
	assert_int_equal(walk_hanging(0, &asked, &lister), PLOMB_OK);
	assert_string_equal(shown, "tag.att?!manifest-malformed tag.sbom ");
	assert_int_equal(asked, 3);
	assert_int_equal(lister, PLOMB_LISTER_UNKNOWN);

	/* One that cannot be read is shown; a list or a tag that cannot is an end. */
	for (i = 1; i <= 1 + REFERRERS + 3; i ++) {
		plomb_status s;

		server.fail_at = i;
		server.kind = 7; /* 403 */
		s = walk_hanging(1, &asked, &lister);
		if (i > 1 && i <= 1 + REFERRERS) {
			assert_int_equal(s, PLOMB_OK);
			assert_non_null(strstr(shown, "referrer?!registry-auth-failed "));
		} else {
			assert_int_equal(s, PLOMB_REGISTRY_AUTH_FAILED);
		}
	}
	server.fail_at = 0;
}

/* Whose list it was. */
static void
test_lister(void **state)
{
	plomb_lister lister;
	unsigned asked, i;

	(void)state;
	fill();
	for (i = 0; i < server.count; i ++) {
		if (strstr(server.thing[i].path, "/referrers/") != NULL) {
			char tag[200];

			assert_true(plomb_registry_tag_name(tag, "", &image, ""));
			(void)snprintf(server.thing[i].path, sizeof server.thing[i].path, "/v2/acme/app/manifests/%.150s", tag);
		}
	}
	assert_int_equal(walk_hanging(1, &asked, &lister), PLOMB_OK);
	assert_int_equal(lister, PLOMB_LISTER_TAG);
	assert_string_equal(shown, "referrer referrer referrer ");
	memset(&server, 0, sizeof server);
	server.http.send = serve;
	assert_int_equal(walk_hanging(1, &asked, &lister), PLOMB_OK);
	assert_int_equal(lister, PLOMB_LISTER_NONE);
	assert_string_equal(shown, "");
}

/* Whatever fails, nothing is taken for absent that may be there. */
static void
test_each_request_fails(void **state)
{
	unsigned asked, n, total;
	int kind;

	(void)state;
	fill();
	assert_int_equal(walk("r.example", &total), PLOMB_OK);
	for (kind = 0; kind < 14; kind ++) {
		for (n = 1; n <= total; n ++) {
			plomb_status s;

			server.fail_at = n;
			server.kind = kind;
			s = walk("r.example", &asked);
			/* 404 says "no such thing" and is believed of referrers and .sig; BROKEN, SLOW and 500 once are tried again. */
			if (s == PLOMB_OK && found_good + found_bad < REFERRERS && !(kind == 8 && n == 2)) {
				fail_msg("kind %d at %u: %u good, %u bad", kind, n, found_good, found_bad);
			}
			server.fail_at = 0;
		}
	}
}

static void
test_each_memory_fails(void **state)
{
	unsigned asked, n, total;

	(void)state;
	fill();
	tired.fail_at = 0;
	assert_int_equal(walk("r.example", &asked), PLOMB_OK);
	total = tired.calls;
	for (n = 1; n <= total; n ++) {
		plomb_status s;

		tired.fail_at = n;
		s = walk("r.example", &asked);
		/* An array that cannot double may still grow by one. */
		if (s == PLOMB_OK ? found_good != REFERRERS : s != PLOMB_NO_ROOM) {
			fail_msg("at %u: %s", n, plomb_status_code(s));
		}
	}
	tired.fail_at = 0;
}

/* https is tried first, also where http is allowed; nobody else falls back to it. */
static void
test_scheme(void **state)
{
	unsigned asked;

	(void)state;
	fill();
	server.fail_at = 1;
	server.kind = 3;
	assert_int_equal(walk("localhost:5000", &asked), PLOMB_OK);
	assert_int_equal(asked, 2 + 2 * REFERRERS + 2);
	assert_int_equal(walk("r.example", &asked), PLOMB_REGISTRY_TLS);
	assert_int_equal(asked, 1);
	server.kind = 4;
	assert_int_equal(walk("localhost:5000", &asked), PLOMB_REGISTRY_TLS);
	assert_int_equal(asked, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_there),
		cmocka_unit_test(test_hanging),
		cmocka_unit_test(test_lister),
		cmocka_unit_test(test_each_request_fails),
		cmocka_unit_test(test_each_memory_fails),
		cmocka_unit_test(test_scheme)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
