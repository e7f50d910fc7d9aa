/* Which services a signing configuration means, at which time. */
#include "sign_support.h"

#include "../src/sign/signing_config.h"

#define TYPE "\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.2+json\""
#define SVC(url, version, start, op) "{\"url\":\"" url "\",\"majorApiVersion\":" version ",\"validFor\":{\"start\":\"" start "\"},\"operator\":\"" op "\"}"
#define OLD "2020-01-01T00:00:00Z"
#define NEW "2023-01-01T00:00:00Z"
#define NOW 1700000000 /* 2023-11-14 */

static sign_room room;
static plomb_services services;

static int
open_all(void **state)
{
	(void)state;
	room_open(&room);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	room_close(&room);
	return 0;
}

static plomb_status
choose_at(const char *json, int now_known, int64_t now)
{
	plomb_time time = { 0, 0 };

	time.s = now;
	plomb_work_release(&room.work, 0);
	memset(&services, 0x55, sizeof services);
	return plomb_signing_config_choose(&room.ctx, plomb_view_of(json), now_known, time, &services);
}

static plomb_status
choose(const char *json)
{
	return choose_at(json, 1, NOW);
}

static void
is(plomb_service service, const char *url, unsigned version)
{
	assert_true(plomb_view_is(service.url, url));
	assert_int_equal(service.version, version);
}

static void
test_usual(void **state)
{
	(void)state;
	assert_int_equal(choose("{" TYPE ",\"caUrls\":[" SVC("https://ca/", "1", NEW, "a") "],\"oidcUrls\":[" SVC("https://oidc/auth", "1", NEW, "a")
		"],\"rekorTlogUrls\":[" SVC("https://log", "1", OLD, "a") "," SVC("https://log2", "2", NEW, "a") "],\"rekorTlogConfig\":{\"selector\":\"ANY\"},"
		"\"tsaUrls\":[" SVC("https://tsa/api/v1/timestamp", "1", NEW, "a") "],\"tsaConfig\":{\"selector\":\"EXACT\",\"count\":1},\"later\":1}"), PLOMB_OK);
	is(services.ca, "https://ca", 1);
	is(services.oidc, "https://oidc/auth", 1);
	assert_int_equal(services.rekor_count, 1);
	is(services.rekor[0], "https://log2", 2);
	assert_int_equal(services.tsa_count, 1);
	is(services.tsa[0], "https://tsa/api/v1/timestamp", 1);
}

static void
test_nothing(void **state)
{
	(void)state;
	assert_int_equal(choose("{" TYPE ",\"rekorTlogConfig\":{},\"tsaConfig\":{}}"), PLOMB_OK);
	assert_null(services.ca.url.p);
	assert_int_equal(services.rekor_count + services.tsa_count, 0);
}

static void
test_windows(void **state)
{
	static const char ended[] = "{" TYPE ",\"rekorTlogUrls\":[{\"url\":\"https://log\",\"majorApiVersion\":1,\"validFor\":{\"start\":\"" OLD "\",\"end\":\""
		"2023-11-14T22:13:20Z\"},\"operator\":\"a\"}],\"rekorTlogConfig\":{\"selector\":\"ALL\"}}";

	(void)state;
	/* Both ends belong to it. */
	assert_int_equal(choose_at(ended, 1, NOW), PLOMB_OK);
	assert_int_equal(choose_at(ended, 1, NOW + 1), PLOMB_SIGNING_CONFIG_UNSATISFIED);
	assert_int_equal(choose_at(ended, 1, 1577836800), PLOMB_OK);
	assert_int_equal(choose_at(ended, 1, 1577836799), PLOMB_SIGNING_CONFIG_UNSATISFIED);
	assert_int_equal(choose_at(ended, 0, 0), PLOMB_OK);
	assert_int_equal(services.rekor_count, 1);
}

/* Of one operator the newest, of the highest version that is spoken. */
static void
test_operators(void **state)
{
#define LOGS "\"rekorTlogUrls\":[" SVC("https://a-old", "1", OLD, "a") "," SVC("https://a-new", "1", NEW, "a") "," SVC("https://b", "1", OLD, "b") \
	"," SVC("https://c", "3", NEW, "c") "]"
	(void)state;
	assert_int_equal(choose("{" TYPE "," LOGS ",\"rekorTlogConfig\":{\"selector\":\"ALL\"}}"), PLOMB_OK);
	assert_int_equal(services.rekor_count, 2);
	is(services.rekor[0], "https://a-new", 1);
	is(services.rekor[1], "https://b", 1);
	assert_int_equal(choose("{" TYPE "," LOGS ",\"rekorTlogConfig\":{\"selector\":\"ANY\"}}"), PLOMB_OK);
	assert_int_equal(services.rekor_count, 1);
	assert_int_equal(choose("{" TYPE "," LOGS ",\"rekorTlogConfig\":{\"selector\":\"EXACT\",\"count\":2}}"), PLOMB_OK);
	assert_int_equal(services.rekor_count, 2);
	assert_int_equal(choose("{" TYPE "," LOGS ",\"rekorTlogConfig\":{\"selector\":\"EXACT\",\"count\":3}}"), PLOMB_SIGNING_CONFIG_UNSATISFIED);
	assert_int_equal(services.rekor_count, 0);
}

/* Each with one thing wrong. */
static void
test_malformed(void **state)
{
#define LOG(inside) "{" TYPE ",\"rekorTlogConfig\":{\"selector\":\"ANY\"},\"rekorTlogUrls\":[" inside "]}"
#define WINDOW ",\"validFor\":{\"start\":\"" OLD "\"}}"
	static const char *const bad[] = {
		"", "[]", "{}", "{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.1+json\"}",
		"{" TYPE ",\"rekorTlogUrls\":{}}",
		LOG("{\"majorApiVersion\":1" WINDOW), LOG("{\"url\":7,\"majorApiVersion\":1" WINDOW), LOG("{\"url\":\"ftp://x\",\"majorApiVersion\":1" WINDOW),
		LOG("{\"url\":\"https://u:p@x\",\"majorApiVersion\":1" WINDOW), LOG("{\"url\":\"https://x\"" WINDOW),
		LOG("{\"url\":\"https://x\",\"majorApiVersion\":-1" WINDOW), LOG("{\"url\":\"https://x\",\"majorApiVersion\":70000" WINDOW),
		LOG("{\"url\":\"https://x\",\"majorApiVersion\":1}"), LOG("{\"url\":\"https://x\",\"majorApiVersion\":1,\"validFor\":{\"start\":\"yesterday\"}}"),
		LOG("7"),
		"{" TYPE ",\"rekorTlogUrls\":[" SVC("https://x", "1", OLD, "a") "]}",
		"{" TYPE ",\"rekorTlogUrls\":[" SVC("https://x", "1", OLD, "a") "],\"rekorTlogConfig\":{\"selector\":\"SOME\"}}",
		"{" TYPE ",\"rekorTlogUrls\":[" SVC("https://x", "1", OLD, "a") "],\"rekorTlogConfig\":{\"selector\":\"EXACT\"}}",
		"{" TYPE ",\"rekorTlogUrls\":[" SVC("https://x", "1", OLD, "a") "],\"rekorTlogConfig\":{\"selector\":\"EXACT\",\"count\":0}}",
		"{" TYPE "," TYPE "}"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i ++) {
		if (choose(bad[i]) != PLOMB_SIGNING_CONFIG_MALFORMED) {
			fail_msg("%s", bad[i]);
		}
		assert_int_equal(services.rekor_count, 0);
	}
	assert_int_equal(choose(LOG("{\"url\":\"https://x\",\"majorApiVersion\":1" WINDOW)), PLOMB_OK);
}

static plomb_status
choose_many(size_t count)
{
	static char text[8192];
	size_t i;

	(void)snprintf(text, sizeof text, "{" TYPE ",\"tsaConfig\":{\"selector\":\"ALL\"},\"tsaUrls\":[");
	for (i = 0; i < count; i ++) {
		(void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s{\"url\":\"https://t%u\",\"majorApiVersion\":1,\"validFor\":{\"start\":\"" OLD "\"}}",
			i == 0 ? "" : ",", (unsigned)i);
	}
	(void)snprintf(text + strlen(text), sizeof text - strlen(text), "]}");
	return choose(text);
}

static void
test_ceiling(void **state)
{
	(void)state;
	assert_int_equal(choose_many(PLOMB_MAX_SERVICES), PLOMB_OK);
	assert_int_equal(services.tsa_count, PLOMB_MAX_SERVICES);
	assert_int_equal(choose_many(PLOMB_MAX_SERVICES + 1), PLOMB_SIGNING_CONFIG_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_usual, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_nothing, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_windows, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_operators, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_malformed, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_ceiling, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
