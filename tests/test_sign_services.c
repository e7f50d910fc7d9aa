/* How services are asked: when again, where never, and what of an answer is told. */
#include "sign_support.h"

#include "../src/sign/fulcio.h"

#define URL "https://service.example.com"
#define SECRET "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLW9mLW5vYm9keQ"

static sign_room room;
static fake_net net;
static plomb_asker asker;

static int
open_all(void **state)
{
	(void)state;
	room_open(&room);
	net_open(&net, &asker);
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
ask_fulcio(const char *url, plomb_view *answer)
{
	return plomb_ask_fulcio(&asker, &room.ctx, plomb_view_of(url), plomb_view_of("{}"), answer);
}

static void
test_answer(void **state)
{
	plomb_view answer;

	(void)state;
	net.say[0].body = "good";
	assert_int_equal(ask_fulcio(URL, &answer), PLOMB_OK);
	assert_true(plomb_view_is(answer, "good"));
	assert_string_equal(net.url[0], URL "/api/v2/signingCert");
	assert_string_equal(net.method[0], "POST");
	assert_int_equal(net.asked, 1);
	/* What was not needed of the room is given back. */
	assert_true(room.work.used < 4096);
}

static void
test_tried_again(void **state)
{
	static const unsigned again[] = { 408, 429, 499, 500, 502, 503, 504, 522 };
	plomb_view answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof again / sizeof again[0]; i ++) {
		net_open(&net, &asker);
		net.say[0].status = again[i];
		net.say[1].sent = PLOMB_IO_ERROR;
		net.say[1].problem = PLOMB_HTTP_BROKEN;
		net.say[2].body = "late";
		assert_int_equal(ask_fulcio(URL, &answer), PLOMB_OK);
		assert_true(plomb_view_is(answer, "late"));
		assert_int_equal(net.asked, 3);
		assert_true(net.waited_ms >= 4000 && net.waited_ms < 5001);
	}
}

static void
test_three_tries(void **state)
{
	plomb_view answer;
	size_t i;

	(void)state;
	for (i = 0; i < MAX_SAID; i ++) {
		net.say[i].status = 503;
		net.say[i].retry_after = "7";
	}
	assert_int_equal(ask_fulcio(URL, &answer), PLOMB_SIGN_FULCIO);
	assert_int_equal(net.asked, 3);
	assert_int_equal(net.waited_ms, 14000);
	assert_null(answer.p);
	assert_string_equal(asker.why, "service.example.com: answers 503");
}

static void
test_long_wait_has_an_end(void **state)
{
	plomb_view answer;

	(void)state;
	net.say[0].status = 429;
	net.say[0].retry_after = "4000000000";
	assert_int_equal(ask_fulcio(URL, &answer), PLOMB_OK);
	assert_int_equal(net.waited_ms, 60000);
}

static void
test_not_again(void **state)
{
	static const unsigned once[] = { 202, 204, 301, 307, 400, 401, 403, 404, 409, 501 };
	plomb_view answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof once / sizeof once[0]; i ++) {
		net_open(&net, &asker);
		net.say[0].status = once[i];
		net.say[0].location = "https://elsewhere.example.com/";
		assert_int_equal(ask_fulcio(URL, &answer), PLOMB_SIGN_FULCIO);
		assert_int_equal(net.asked, 1);
	}
	net_open(&net, &asker);
	net.say[0].sent = PLOMB_IO_ERROR;
	net.say[0].problem = PLOMB_HTTP_BAD_PEER;
	assert_int_equal(ask_fulcio(URL, &answer), PLOMB_SIGN_FULCIO);
	assert_int_equal(net.asked, 1);
	assert_string_equal(asker.why, "service.example.com: a problem");
}

static void
test_addresses(void **state)
{
	static const char *const bad[] = {
		"http://service.example.com", "http://10.0.0.1", "ftp://service.example.com", "", "service", "https://user:pass@service.example.com",
		"http://127.0.0.1.example.com", "https://a b"
	};
	static const char *const good[] = { URL, "http://127.0.0.1:8080", "http://localhost:3000/x", "http://[::1]:1" };
	plomb_view answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i ++) {
		assert_int_equal(ask_fulcio(bad[i], &answer), PLOMB_CONFIG_INVALID);
		assert_int_equal(net.asked, 0);
	}
	for (i = 0; i < sizeof good / sizeof good[0]; i ++) {
		net_open(&net, &asker);
		assert_int_equal(ask_fulcio(good[i], &answer), PLOMB_OK);
		assert_int_equal(net.asked, 1);
	}
}

static void
refuse(const char *body, const char *why)
{
	plomb_view answer;

	net_open(&net, &asker);
	asker.secret[1] = plomb_view_of(SECRET);
	net.say[0].status = 400;
	net.say[0].body = body;
	assert_int_equal(ask_fulcio(URL, &answer), PLOMB_SIGN_FULCIO);
	assert_string_equal(asker.why, why);
}

static void
test_words(void **state)
{
	static char many[5000];

	(void)state;
	refuse("no\nsuch\x1b[31m thing", "service.example.com: answers 400: no such [31m thing");
	refuse("{\"code\":3,\"message\":\"an error\"}", "service.example.com: answers 400: an error");
	refuse("{\"error\":\"invalid\",\"error_description\":\"longer\"}", "service.example.com: answers 400: longer");
	refuse("", "service.example.com: answers 400");
	memset(many, 'x', sizeof many - 1);
	net_open(&net, &asker);
	refuse(many, "service.example.com: answers 400: "
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void
test_secrets(void **state)
{
	static const char hidden[] = "service.example.com: answers 400: (its words repeat a secret and are not told)";

	(void)state;
	refuse("bad token " SECRET, hidden);
	refuse("{\"message\":\"bad token " SECRET "\"}", hidden);
	/* A piece of it is enough, but not a coincidence. */
	refuse("bad: c2lnbmF0dXJlLW9m...", hidden);
	refuse("bad: c2lnbmF0dXJ", "service.example.com: answers 400: bad: c2lnbmF0dXJ");
}

static void
test_too_long(void **state)
{
	static char many[PLOMB_MAX_TSR_BYTES + 2];
	plomb_view answer;

	(void)state;
	memset(many, 'x', PLOMB_MAX_TSR_BYTES);
	net.say[0].body = many;
	assert_int_equal(plomb_ask_tsa(&asker, &room.ctx, plomb_view_of(URL "/stamp"), plomb_view_of("q"), &answer), PLOMB_OK);
	assert_string_equal(net.url[0], URL "/stamp");
	many[PLOMB_MAX_TSR_BYTES] = 'x';
	net.say[1].body = many;
	assert_int_equal(plomb_ask_tsa(&asker, &room.ctx, plomb_view_of(URL), plomb_view_of("q"), &answer), PLOMB_SIGN_TSA);
	assert_string_equal(asker.why, "service.example.com: its answer is longer than it may be");
	assert_null(answer.p);
}

static plomb_status
ask_rekor(unsigned version, plomb_view *answer)
{
	return plomb_ask_rekor(&asker, &room.ctx, plomb_view_of(URL), version, plomb_view_of("{}"), answer);
}

static void
test_log_has_it(void **state)
{
	static const char *const locations[] = { "/api/v1/log/entries/77", URL "/api/v1/log/entries/77" };
	plomb_view answer;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i ++) {
		net_open(&net, &asker);
		net.say[0].status = 409;
		net.say[0].location = locations[i];
		net.say[1].body = "entry";
		assert_int_equal(ask_rekor(1, &answer), PLOMB_OK);
		assert_true(plomb_view_is(answer, "entry"));
		assert_string_equal(net.url[1], URL "/api/v1/log/entries/77");
		assert_string_equal(net.method[1], "GET");
	}
}

static void
test_log_points_elsewhere(void **state)
{
	static const char *const locations[] = {
		"https://other.example.com/e", "http://service.example.com/e", "https://service.example.com:444/e", "//other.example.com/e", ""
	};
	plomb_view answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof locations / sizeof locations[0]; i ++) {
		net_open(&net, &asker);
		net.say[0].status = 409;
		net.say[0].location = locations[i];
		assert_int_equal(ask_rekor(1, &answer), PLOMB_SIGN_REKOR);
		assert_int_equal(net.asked, 1);
	}
	/* Rekor 2 has no such answer. */
	net_open(&net, &asker);
	net.say[0].status = 409;
	net.say[0].location = "/api/v1/log/entries/77";
	assert_int_equal(ask_rekor(2, &answer), PLOMB_SIGN_REKOR);
	assert_int_equal(net.asked, 1);
	assert_string_equal(net.url[0], URL "/api/v2/log/entries");
}

static void
test_no_room(void **state)
{
	plomb_view answer;

	(void)state;
	room.work.size = PLOMB_MAX_FULCIO_ANSWER - 1;
	assert_int_equal(ask_fulcio(URL, &answer), PLOMB_NO_ROOM);
	assert_int_equal(net.asked, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answer, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_tried_again, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_three_tries, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_long_wait_has_an_end, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_not_again, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_addresses, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_words, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_secrets, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_too_long, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_log_has_it, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_log_points_elsewhere, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_no_room, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
