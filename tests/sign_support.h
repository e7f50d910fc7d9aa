/* Work memory for the tests of src/sign, recorded answers, and a network that says what a test wants. */
#ifndef PLOMB_TESTS_SIGN_SUPPORT_H
#define PLOMB_TESTS_SIGN_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/sign/services.h"
#include "vector_lines.h"

#define MEMORY (16u << 20)

typedef struct {
	unsigned char *memory;
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx;
} sign_room;

static inline void
room_open(sign_room *room)
{
	room->memory = malloc(MEMORY);
	assert_non_null(room->memory);
	plomb_work_init(&room->work, room->memory, MEMORY);
	memset(&room->detail, 0, sizeof room->detail);
	room->ctx.work = &room->work;
	room->ctx.crypto = &plomb_crypto_default;
	room->ctx.detail = &room->detail;
}

static inline void
room_close(sign_room *room)
{
	free(room->memory);
}

/* A file of tests/vectors/sign as text. */
static inline plomb_view
recorded(sign_room *room, const char *name)
{
	vector_file file = vector_open(name);
	plomb_view view, copy;

	view = plomb_view_of(file.text);
	assert_int_equal(plomb_work_copy(&room->work, view, &copy), PLOMB_OK);
	vector_close(&file);
	return copy;
}

/* The text with the first of these words replaced by others. */
static inline plomb_view
replaced(sign_room *room, plomb_view text, const char *old, const char *new)
{
	size_t i, n, m;
	plomb_view out;
	unsigned char *p;

	n = strlen(old);
	m = strlen(new);
	for (i = 0; i + n <= text.n; i ++) {
		if (memcmp(text.p + i, old, n) == 0) {
			p = plomb_work_take(&room->work, text.n + m);
			assert_non_null(p);
			memcpy(p, text.p, i);
			memcpy(p + i, new, m);
			memcpy(p + i + m, text.p + i + n, text.n - i - n);
			out.p = p;
			out.n = text.n - n + m;
			return out;
		}
	}
	fail_msg("%s is not there", old);
	return text;
}

/* What the network says, one after the other. */
#define MAX_SAID 8
typedef struct {
	plomb_http http; /* first, so that it can be cast back */
	struct {
		plomb_status sent;
		plomb_http_problem problem;
		unsigned status;
		const char *location, *retry_after, *body;
	} say[MAX_SAID];
	/* Of each request. */
	char url[MAX_SAID][256];
	char method[MAX_SAID][8];
	char login[MAX_SAID][64];
	size_t asked;
	plomb_pause pause;
	uint32_t waited_ms;
} fake_net;

static inline plomb_status
fake_send(plomb_http *http, const plomb_http_request *request, plomb_http_answer *answer)
{
	fake_net *net = (fake_net *)(void *)http;
	size_t i = net->asked;
	plomb_view body;

	assert_true(i < MAX_SAID);
	(void)snprintf(net->url[i], sizeof net->url[i], "%s", request->url);
	(void)snprintf(net->method[i], sizeof net->method[i], "%s", request->method == NULL ? "GET" : request->method);
	(void)snprintf(net->login[i], sizeof net->login[i], "%s", request->line[0] == NULL ? "" : request->line[0]);
	net->asked ++;
	memset(answer, 0, sizeof *answer);
	answer->problem = net->say[i].problem;
	answer->why = net->say[i].problem == PLOMB_HTTP_FINE ? NULL : "a problem";
	if (net->say[i].sent != PLOMB_OK) {
		return net->say[i].sent;
	}
	answer->status = net->say[i].status;
	answer->location = plomb_view_of(net->say[i].location == NULL ? "" : net->say[i].location);
	answer->retry_after = plomb_view_of(net->say[i].retry_after == NULL ? "" : net->say[i].retry_after);
	body = plomb_view_of(net->say[i].body == NULL ? "" : net->say[i].body);
	return body.n > request->max_bytes ? PLOMB_LIMIT_EXCEEDED : request->sink(request->user, body);
}

static inline uint64_t
fake_now(const plomb_pause *pause)
{
	(void)pause;
	return 1;
}

static inline void
fake_wait(const plomb_pause *pause, uint32_t ms)
{
	fake_net *net = (fake_net *)(uintptr_t)((const char *)pause - offsetof(fake_net, pause));

	net->waited_ms += ms;
}

/* All that is not said is 200 with nothing. */
static inline void
net_open(fake_net *net, plomb_asker *asker)
{
	size_t i;

	memset(net, 0, sizeof *net);
	memset(asker, 0, sizeof *asker);
	net->http.send = fake_send;
	net->pause.now_ms = fake_now;
	net->pause.wait = fake_wait;
	for (i = 0; i < MAX_SAID; i ++) {
		net->say[i].sent = PLOMB_OK;
		net->say[i].status = 200;
	}
	asker->http = &net->http;
	asker->pause = &net->pause;
}

#endif
