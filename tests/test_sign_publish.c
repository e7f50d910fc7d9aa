/*
 * Publishing to a registry that lives in memory, on a clock that only moves
 * when somebody waits: as it should be, broken at every request in turn,
 * lying, and with twenty publishers at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/base64.h"
#include "../src/core/hash.h"
#include "../src/sign/publish.h"
#include "tired_memory.h"

#define MOST_ACTORS 20
#define MOST_THINGS 600
#define SECRET      "pass-Word_9"

/* ---------------------------------------------------------------- the clock */

/* Who waits until when; the earliest goes on. One actor at a time, so nothing else needs a lock. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint64_t now, wake[MOST_ACTORS];
	int is_there[MOST_ACTORS], running;
	uint64_t seed;
} sim = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, { 0 }, { 0 }, 0, 1 };

static pthread_key_t actor_key;

static int
me(void)
{
	int *actor = pthread_getspecific(actor_key);

	return actor == NULL ? 0 : *actor;
}

static uint32_t
dice(uint32_t sides)
{
	sim.seed = sim.seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(sim.seed >> 33) % sides;
}

static void
next_turn(void)
{
	int i, first = -1;

	for (i = 0; i < MOST_ACTORS; i ++) {
		if (sim.is_there[i] && (first < 0 || sim.wake[i] < sim.wake[first])) {
			first = i;
		}
	}
	sim.running = first;
	if (first >= 0 && sim.wake[first] > sim.now) {
		sim.now = sim.wake[first];
	}
	(void)pthread_cond_broadcast(&sim.turn);
}

static void
sleep_ms(uint64_t ms)
{
	int i = me();

	(void)pthread_mutex_lock(&sim.lock);
	sim.wake[i] = sim.now + ms;
	next_turn();
	while (sim.running != i) {
		(void)pthread_cond_wait(&sim.turn, &sim.lock);
	}
	(void)pthread_mutex_unlock(&sim.lock);
}

static uint64_t
now_ms(const plomb_pause *self)
{
	(void)self;
	return sim.now;
}

static void
wait_ms(const plomb_pause *self, uint32_t ms)
{
	(void)self;
	sleep_ms(ms);
}

static const plomb_pause pause_sim = { now_ms, wait_ms };

static int no_random;

static plomb_status
fill_random(const plomb_random *self, void *p, size_t n)
{
	unsigned char *out = p;
	size_t i;

	(void)self;
	for (i = 0; i < n; i ++) {
		out[i] = (unsigned char)dice(256);
	}
	return no_random ? PLOMB_IO_ERROR : PLOMB_OK;
}

static const plomb_random random_sim = { fill_random };

/* ------------------------------------------------------------- the registry */

struct thing {
	char name[300]; /* "blobs/sha256:…", "manifests/…" */
	unsigned char *p;
	size_t n;
	char type[100];
};

enum { AUTH_NONE, AUTH_BEARER, AUTH_BASIC };

static struct {
	struct thing thing[MOST_THINGS];
	size_t count;
	int has_api, says_subject, lists_nothing, honours_match, odd_etag, auth;
	const char *location;    /* of uploads; NULL: a relative one */
	const char *redirect;    /* every PUT is sent there, with that status */
	unsigned redirect_status;
	const char *lie;         /* a digest that is said of everything that is put */
	const char *subject_lie;
	const char *no_token;    /* the token server's whole answer */
	void (*after_put)(const char *tag); /* another writer */
	void (*before_get)(const char *tag);
	unsigned calls, fail_at, fail_kind, fails_for;
	uint32_t latency;
	unsigned tokens, wide_tokens, put_tags, refused_puts;
	char said[100], etag[100];
} server;

static void
put_thing(const char *name, plomb_view bytes, const char *type)
{
	struct thing *t;
	size_t i;

	for (i = 0; i < server.count && strcmp(server.thing[i].name, name) != 0; i ++) {
	}
	assert_true(i < MOST_THINGS);
	t = server.thing + i;
	if (i == server.count) {
		server.count ++;
		(void)snprintf(t->name, sizeof t->name, "%s", name);
	}
	free(t->p);
	t->p = malloc(bytes.n + 1);
	memcpy(t->p, bytes.p == NULL ? (const unsigned char *)"" : bytes.p, bytes.n);
	t->p[bytes.n] = 0;
	t->n = bytes.n;
	(void)snprintf(t->type, sizeof t->type, "%s", type);
}

static struct thing *
get_thing(const char *name)
{
	size_t i;

	for (i = 0; i < server.count; i ++) {
		if (strcmp(server.thing[i].name, name) == 0) {
			return server.thing + i;
		}
	}
	return NULL;
}

static void
name_digest(const char *folder, plomb_view bytes, char out[300])
{
	unsigned char hash[32], hex[65];
	plomb_view view;

	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, bytes, hash);
	view.p = hash;
	view.n = sizeof hash;
	plomb_hex_encode(hex, view);
	hex[64] = 0;
	(void)snprintf(out, 300, "%ssha256:%s", folder, (const char *)hex);
}

static void
reset(void)
{
	size_t i;

	for (i = 0; i < server.count; i ++) {
		free(server.thing[i].p);
	}
	memset(&server, 0, sizeof server);
	server.latency = 20;
	no_random = 0;
	sim.now = 1000;
	memset(sim.is_there, 0, sizeof sim.is_there);
	sim.is_there[0] = 1;
	sim.running = 0;
}

static int
has_line(const plomb_http_request *request, const char *start, const char **rest)
{
	size_t i;

	for (i = 0; i < PLOMB_HTTP_MAX_LINES; i ++) {
		if (request->line[i] != NULL && strncmp(request->line[i], start, strlen(start)) == 0) {
			*rest = request->line[i] + strlen(start);
			return 1;
		}
	}
	return 0;
}

static plomb_status
say(const plomb_http_request *request, const char *text)
{
	plomb_view body = plomb_view_of(text);

	return body.n > request->max_bytes ? PLOMB_LIMIT_EXCEEDED : request->sink(request->user, body);
}

static plomb_status
give_token(const plomb_http_request *request, plomb_http_answer *answer)
{
	const char *login;
	int is_wide = strstr(request->url, "pull%2Cpush") != NULL;

	answer->status = has_line(request, "Authorization: Basic ", &login) ? 200 : 401;
	server.tokens ++;
	server.wide_tokens += (unsigned)is_wide;
	if (server.no_token != NULL) {
		answer->status = 200;
		return say(request, server.no_token);
	}
	return answer->status == 200 ? say(request, is_wide ? "{\"token\":\"wide\"}" : "{\"token\":\"narrow\"}") : PLOMB_OK;
}

/* Whoever writes needs a token that says so; to read, any does. */
static int
is_let_in(const plomb_http_request *request, plomb_http_answer *answer)
{
	int writes = request->method != NULL && strcmp(request->method, "HEAD") != 0;
	const char *rest;

	if (server.auth == AUTH_NONE) {
		return 1;
	}
	if (server.auth == AUTH_BASIC && has_line(request, "Authorization: Basic dTpwYXNzLVdvcmRfOQ==", &rest)) {
		return 1;
	}
	if (server.auth == AUTH_BEARER && has_line(request, "Authorization: Bearer ", &rest)
		&& (strcmp(rest, "wide") == 0 || (!writes && strcmp(rest, "narrow") == 0)))
	{
		return 1;
	}
	answer->status = 401;
	answer->challenge[0] = plomb_view_of(server.auth == AUTH_BASIC ? "Basic realm=\"r\""
		: writes ? "Bearer realm=\"https://auth.example/token\",service=\"s\",scope=\"repository:acme/app:pull,push\""
		: "Bearer realm=\"https://auth.example/token\",service=\"s\",scope=\"repository:acme/app:pull\"");
	answer->challenge_count = 1;
	return 0;
}

/* Every manifest with a subject, or none. */
static plomb_status
list_referrers(const plomb_http_request *request, plomb_http_answer *answer)
{
	static char text[1u << 16];
	size_t i, n;

	if (!server.has_api) {
		answer->status = 404;
		return PLOMB_OK;
	}
	answer->status = 200;
	answer->content_type = plomb_view_of(PLOMB_MEDIA_OCI_INDEX);
	n = (size_t)sprintf(text, "{\"schemaVersion\":2,\"manifests\":[");
	for (i = 0; i < server.count && !server.lists_nothing; i ++) {
		const char *name = server.thing[i].name;

		if (strncmp(name, "manifests/sha256:", 17) == 0) {
			n += (size_t)sprintf(text + n, "%s{\"mediaType\":\"" PLOMB_MEDIA_OCI_MANIFEST "\",\"size\":%zu,\"digest\":\"%s\"}",
				text[n - 1] == '[' ? "" : ",", server.thing[i].n, name + 10);
		}
	}
	(void)sprintf(text + n, "]}");
	return say(request, text);
}

static plomb_status
put_manifest(const plomb_http_request *request, const char *name, plomb_http_answer *answer)
{
	const char *type, *match;
	struct thing *old = get_thing(name);
	char now[300];
	int is_tag = strncmp(name, "manifests/sha256:", 17) != 0;

	assert_true(has_line(request, "Content-Type: ", &type));
	server.put_tags += (unsigned)is_tag;
	name_digest("\"", old == NULL ? plomb_view_of("") : (plomb_view){ old->p, old->n }, now);
	if (has_line(request, "If-Match: ", &match) && (server.odd_etag || (server.honours_match && strncmp(match, now, 72) != 0))) {
		answer->status = 412;
		return PLOMB_OK;
	}
	put_thing(name, request->body, type);
	name_digest("manifests/", request->body, now);
	put_thing(now, request->body, type);
	answer->status = 201;
	(void)snprintf(server.said, sizeof server.said, "%.90s", now + 10);
	answer->digest = plomb_view_of(server.lie != NULL ? server.lie : server.said);
	if (server.says_subject && strstr((const char *)get_thing(name)->p, "\"subject\"") != NULL) {
		const char *subject = strstr((const char *)get_thing(name)->p, "\"subject\"");

		static char about[72];

		(void)snprintf(about, sizeof about, "%.71s", strstr(subject, "sha256:"));
		answer->subject = plomb_view_of(server.subject_lie != NULL ? server.subject_lie : about);
	}
	if (is_tag && server.after_put != NULL) {
		server.after_put(name);
	}
	return PLOMB_OK;
}

static plomb_status
put_blob(const plomb_http_request *request, plomb_http_answer *answer)
{
	const char *digest = strstr(request->url, "digest=");
	char name[300];

	assert_non_null(digest);
	assert_non_null(strstr(request->url, "state=a%2Fb"));
	name_digest("blobs/", request->body, name);
	answer->status = strcmp(name + 6, digest + 7) == 0 ? 201 : 400;
	if (answer->status == 201) {
		put_thing(name, request->body, "application/octet-stream");
	}
	answer->digest = plomb_view_of(server.lie != NULL ? server.lie : "");
	return PLOMB_OK;
}

static plomb_status
handle(const plomb_http_request *request, plomb_http_answer *answer)
{
	const char *path, *method = request->method == NULL ? "GET" : request->method;
	struct thing *t;
	char name[300];

	if (strncmp(request->url, "https://auth.example/", 21) == 0) {
		return give_token(request, answer);
	}
	if (strcmp(method, "PUT") == 0 && server.redirect != NULL) {
		answer->status = server.redirect_status;
		answer->location = plomb_view_of(server.redirect);
		return PLOMB_OK;
	}
	if (strstr(request->url, "/upload/") != NULL && strncmp(request->url, "https://r.example/", 18) != 0) {
		/* Nothing that opens a door goes to another host. */
		assert_false(has_line(request, "Authorization", &path));
		assert_false(request->is_registry);
		return put_blob(request, answer);
	}
	assert_int_equal(strncmp(request->url, "https://r.example/", 18), 0);
	if (!is_let_in(request, answer)) {
		return PLOMB_OK;
	}
	if (strstr(request->url, "/upload/") != NULL) {
		return put_blob(request, answer);
	}
	assert_int_equal(strncmp(request->url, "https://r.example/v2/acme/app/", 30), 0);
	path = request->url + 30;
	(void)snprintf(name, sizeof name, "%s", path);
	if (strcmp(method, "POST") == 0) {
		assert_string_equal(path, "blobs/uploads/");
		answer->status = 202;
		answer->location = plomb_view_of(server.location != NULL ? server.location : "/upload/1?state=a%2Fb");
		return PLOMB_OK;
	}
	if (strcmp(method, "PUT") == 0 && server.refused_puts != 0) {
		server.refused_puts --;
		answer->status = 400;
		return PLOMB_OK;
	}
	if (strcmp(method, "PUT") == 0) {
		return put_manifest(request, name, answer);
	}
	if (strncmp(path, "referrers/", 10) == 0) {
		return list_referrers(request, answer);
	}
	if (server.before_get != NULL && strcmp(method, "GET") == 0) {
		server.before_get(name);
	}
	t = get_thing(name);
	answer->status = t == NULL ? 404 : 200;
	if (t == NULL || strcmp(method, "HEAD") == 0) {
		return PLOMB_OK;
	}
	answer->content_type = plomb_view_of(t->type);
	name_digest("\"", (plomb_view){ t->p, t->n }, name);
	(void)snprintf(server.etag, sizeof server.etag, "%.72s\"", name);
	answer->etag = plomb_view_of(server.etag);
	if (t->n == 0) {
		return PLOMB_OK;
	}
	return t->n > request->max_bytes ? PLOMB_LIMIT_EXCEEDED : request->sink(request->user, (plomb_view){ t->p, t->n });
}

#define KINDS 13

static plomb_status
break_down(unsigned kind, plomb_http_answer *answer)
{
	static const plomb_http_problem problems[] = { PLOMB_HTTP_NO_HOST, PLOMB_HTTP_BROKEN, PLOMB_HTTP_SLOW, PLOMB_HTTP_BAD_PEER };
	static const unsigned statuses[] = { 400, 401, 403, 404, 409, 429, 500, 302 };

	answer->why = "made to fail";
	if (kind < 4) {
		answer->problem = problems[kind];
		return PLOMB_IO_ERROR;
	}
	if (kind < 12) {
		answer->status = statuses[kind - 4];
		return PLOMB_OK;
	}
	return PLOMB_LIMIT_EXCEEDED; /* five megabytes of error */
}

/* Each actor's own copies: others are answered while this answer is on its way. */
static void
keep_texts(plomb_http_answer *answer)
{
	static char own[MOST_ACTORS][3][100];
	plomb_view *views[] = { &answer->digest, &answer->etag, &answer->subject };
	size_t i;

	for (i = 0; i < 3; i ++) {
		if (views[i]->p != NULL) {
			(void)snprintf(own[me()][i], 100, "%.*s", (int)views[i]->n, (const char *)views[i]->p);
			*views[i] = plomb_view_of(own[me()][i]);
		}
	}
}

static plomb_status
serve(plomb_http *http, const plomb_http_request *request, plomb_http_answer *answer)
{
	unsigned call;
	plomb_status s;

	(void)http;
	sleep_ms(1 + dice(server.latency));
	memset(answer, 0, sizeof *answer);
	server.calls ++;
	call = server.calls;
	if (server.fail_at != 0 && call >= server.fail_at && call < server.fail_at + server.fails_for) {
		/* Every other time the answer alone is lost. */
		if (server.fail_kind >= KINDS) {
			(void)handle(request, answer);
			memset(answer, 0, sizeof *answer);
		}
		return break_down(server.fail_kind % KINDS, answer);
	}
	s = handle(request, answer);
	keep_texts(answer);
	sleep_ms(1 + dice(server.latency));
	return s;
}

static plomb_status
log_in(void *user, plomb_view host, plomb_view repository, plomb_login *login)
{
	(void)user;
	(void)repository;
	assert_true(plomb_view_is(host, "r.example"));
	login->username = plomb_view_of("u");
	login->password = plomb_view_of(SECRET);
	return PLOMB_OK;
}

/* ------------------------------------------------------------ the publisher */

enum { AS_BUNDLE, AS_TAG, AS_REFERRER };

/* One run of the program. */
struct signer {
	plomb_http http;
	plomb_registry registry;
	plomb_network network;
	plomb_place place;
	plomb_publisher publisher;
	plomb_ctx ctx;
	int actor, way;
	plomb_status status;
	char signature[40];
};

static plomb_subject subject;

static void
name_subject(void)
{
	subject.media_type = plomb_view_of(PLOMB_MEDIA_OCI_MANIFEST);
	subject.size = 400;
	memset(&subject.digest, 0, sizeof subject.digest);
	subject.digest.hash = PLOMB_SHA256;
	memset(subject.digest.bytes, 0x5A, 32);
}

static struct signer *
new_signer(int actor, int way)
{
	struct signer *s = calloc(1, sizeof *s);

	s->actor = actor;
	s->way = way;
	(void)snprintf(s->signature, sizeof s->signature, "{\"signature\":%d}", actor);
	s->http.send = serve;
	(void)snprintf(s->place.authority, sizeof s->place.authority, "r.example");
	(void)snprintf(s->place.repository, sizeof s->place.repository, "acme/app");
	plomb_registry_init(&s->registry, log_in, NULL);
	plomb_network_init(&s->network, &s->http, &pause_sim, &s->registry);
	s->ctx.crypto = &plomb_crypto_default;
	s->publisher.network = &s->network;
	s->publisher.place = &s->place;
	s->publisher.memory = &tired.memory;
	s->publisher.ctx = &s->ctx;
	s->publisher.random = &random_sim;
	s->publisher.now_s = 1795520983;
	return s;
}

static void
publish(struct signer *s)
{
	plomb_attachment layer;

	memset(&layer, 0, sizeof layer);
	layer.media_type = plomb_view_of("application/vnd.dev.cosign.simplesigning.v1+json");
	layer.signature = plomb_view_of(s->signature);
	s->status = s->way == AS_BUNDLE
		? plomb_publish_bundle(&s->publisher, &subject, plomb_view_of(s->signature), plomb_view_of("https://sigstore.dev/cosign/sign/v1"))
		: plomb_publish_layer(&s->publisher, &subject, "sig", s->way == AS_REFERRER, plomb_view_of("{payload}"), &layer);
}

/* ------------------------------------------------------------ what is there */

static void
tag_name(char out[300], const char *suffix)
{
	char tag[200];

	assert_true(plomb_registry_tag_name(tag, "", &subject.digest, suffix));
	(void)snprintf(out, 300, "manifests/%s", tag);
}

static unsigned char reading[1u << 20];

/* Somebody who only reads finds this signer's signature: by the API or the tag. */
static int
is_found(const struct signer *s)
{
	char name[300], blob[300], escaped[100];
	struct thing *t;
	plomb_manifest list;
	plomb_work work;
	size_t i;

	(void)snprintf(escaped, sizeof escaped, "{\\\"signature\\\":%d}", s->actor);
	if (s->way == AS_TAG) {
		tag_name(name, ".sig");
		t = get_thing(name);
		if (t == NULL) {
			return 0;
		}
		plomb_work_init(&work, reading, sizeof reading);
		return plomb_manifest_parse(&work, (plomb_view){ t->p, t->n }, &list) == PLOMB_OK && strstr((const char *)t->p, escaped) != NULL;
	}
	name_digest("", plomb_view_of(s->signature), blob);
	for (i = 0; i < server.count; i ++) {
		t = server.thing + i;
		if (strncmp(t->name, "manifests/sha256:", 17) == 0
			&& strstr((const char *)t->p, s->way == AS_BUNDLE ? blob : escaped) != NULL && strstr((const char *)t->p, "\"subject\"") != NULL)
		{
			struct thing *index;

			if (server.has_api) {
				return !server.lists_nothing;
			}
			tag_name(name, "");
			index = get_thing(name);
			if (index == NULL) {
				return 0;
			}
			if (strstr((const char *)index->p, t->name + 10) != NULL) {
				return 1;
			}
		}
	}
	return 0;
}

static plomb_status
run_one(int actor, int way, int *found, char why[PLOMB_MAX_WHY])
{
	struct signer *s = new_signer(actor, way);
	plomb_status status;

	tired_open(1u << 28);
	publish(s);
	status = s->status;
	*found = is_found(s);
	memcpy(why, s->publisher.why, PLOMB_MAX_WHY);
	assert_int_equal(tired.heap.used, 0);
	if (status == PLOMB_OK ? why[0] != 0 || !*found : why[0] == 0) {
		fail_msg("%s, found %d: %s", plomb_status_code(status), *found, why);
	}
	assert_null(strstr(why, SECRET));
	free(s);
	return status;
}

static void
must_work(int actor, int way)
{
	char why[PLOMB_MAX_WHY];
	int found;
	plomb_status s = run_one(actor, way, &found, why);

	if (s != PLOMB_OK) {
		fail_msg("%d: %s: %s", way, plomb_status_code(s), why);
	}
}

static void
must_fail(int way, plomb_status want, const char *words)
{
	char why[PLOMB_MAX_WHY];
	int found;
	plomb_status s = run_one(3, way, &found, why);

	if (s != want || strstr(why, words) == NULL) {
		fail_msg("%s: %s (wanted %s: %s)", plomb_status_code(s), why, plomb_status_code(want), words);
	}
}

/* -------------------------------------------------------------------- tests */

static void
test_ways(void **state)
{
	int api, says, auth, way;

	(void)state;
	for (api = 0; api < 2; api ++) {
		for (says = 0; says <= api; says ++) {
			for (auth = AUTH_NONE; auth <= AUTH_BASIC; auth ++) {
				for (way = AS_BUNDLE; way <= AS_REFERRER; way ++) {
					reset();
					server.has_api = api;
					server.says_subject = says;
					server.auth = auth;
					must_work(1, way);
					assert_int_equal(server.put_tags, way == AS_TAG || !api);
					must_work(2, way);
					/* One token, and it is good for everything. */
					assert_int_equal(server.tokens, auth == AUTH_BEARER ? 2 : 0);
					assert_int_equal(server.wide_tokens, server.tokens);
				}
			}
		}
	}
}

/* What was there is there afterwards. */
static void
test_merged(void **state)
{
	struct signer first = { .actor = 1, .way = AS_TAG };
	int way;

	(void)state;
	for (way = AS_BUNDLE; way <= AS_REFERRER; way ++) {
		reset();
		must_work(1, way);
		must_work(2, way);
		first.way = way;
		(void)snprintf(first.signature, sizeof first.signature, "{\"signature\":1}");
		assert_true(is_found(&first));
		/* The same once more writes nothing under the tag. */
		if (way == AS_TAG) {
			unsigned before = server.put_tags;

			must_work(2, way);
			assert_int_equal(server.put_tags, before);
		}
	}
}

/* A token that may only read is not shown to who writes; the one that may write serves reading. */
static void
test_scopes(void **state)
{
	struct signer *s;
	plomb_store_registry store;
	plomb_layout_image got;
	plomb_digest digest;
	plomb_work work;
	unsigned tokens;

	(void)state;
	reset();
	server.auth = AUTH_BEARER;
	tired_open(1u << 28);
	s = new_signer(1, AS_TAG);
	put_thing("manifests/latest", plomb_view_of("{\"schemaVersion\":2,\"layers\":[]}"), PLOMB_MEDIA_OCI_MANIFEST);
	plomb_work_init(&work, reading, sizeof reading);
	plomb_store_registry_init(&store, &s->network, &tired.memory, &plomb_crypto_default, &s->place);
	assert_int_equal(plomb_registry_image(&work, &store, plomb_view_of("latest"), NULL, &got), PLOMB_OK);
	assert_int_equal(server.tokens, 1);
	assert_int_equal(server.wide_tokens, 0);
	plomb_store_registry_free(&store);
	publish(s);
	assert_int_equal(s->status, PLOMB_OK);
	assert_int_equal(server.tokens, 2);
	assert_int_equal(server.wide_tokens, 1);
	free(s);

	/* Now the other way round, with somebody who has written only. */
	s = new_signer(2, AS_TAG);
	publish(s);
	assert_int_equal(s->status, PLOMB_OK);
	tokens = server.tokens;
	digest = got.digest;
	(void)digest;
	plomb_store_registry_init(&store, &s->network, &tired.memory, &plomb_crypto_default, &s->place);
	assert_int_equal(plomb_registry_image(&work, &store, plomb_view_of("latest"), NULL, &got), PLOMB_OK);
	assert_int_equal(server.tokens, tokens);
	plomb_store_registry_free(&store);
	free(s);
}

/* Every request fails, once or for good, with and without having been carried out. */
static void
test_each_request_fails(void **state)
{
	unsigned kind, n, total, fails;
	int way, api, found;
	char why[PLOMB_MAX_WHY];

	(void)state;
	for (api = 0; api < 2; api ++) {
		for (way = AS_BUNDLE; way <= AS_REFERRER; way ++) {
			reset();
			server.has_api = api;
			must_work(1, way);
			total = server.calls;
			for (kind = 0; kind < 2 * KINDS; kind ++) {
				for (n = 1; n <= total; n ++) {
					for (fails = 1; fails <= 1000; fails *= 1000) {
						plomb_status s;

						reset();
						server.has_api = api;
						server.fail_at = n;
						server.fail_kind = kind;
						server.fails_for = fails;
						s = run_one(1, way, &found, why);
						/* For good, and not the "no such thing" that is believed of what may be absent: an error, which names its step. */
						if (fails == 1000 && s == PLOMB_OK && kind % KINDS != 7 && kind % KINDS != 4) {
							fail_msg("way %d, kind %u at %u of %u", way, kind, n, total);
						}
						if (s != PLOMB_OK && strncmp(why, "uploading ", 10) != 0 && strncmp(why, "writing ", 8) != 0
							&& strncmp(why, "asking ", 7) != 0)
						{
							fail_msg("no step: %s", why);
						}
					}
				}
			}
		}
	}
}

static void
test_each_memory_fails(void **state)
{
	unsigned n, total;
	int way, found;
	char why[PLOMB_MAX_WHY];

	(void)state;
	for (way = AS_BUNDLE; way <= AS_REFERRER; way ++) {
		reset();
		tired.fail_at = 0;
		must_work(1, way);
		reset();
		must_work(2, way);
		total = tired.calls;
		for (n = 1; n <= total; n ++) {
			plomb_status s;

			reset();
			tired.fail_at = n;
			s = run_one(2, way, &found, why);
			assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM || s == PLOMB_LIMIT_EXCEEDED);
		}
		tired.fail_at = 0;
	}
}

static void
test_uploads_elsewhere(void **state)
{
	static const struct {
		const char *location;
		plomb_status want;
		const char *words;
	} rows[] = {
		{ "https://store.example/upload/9?state=a%2Fb", PLOMB_OK, "" },
		{ "https://r.example/upload/9?state=a%2Fb", PLOMB_OK, "" },
		{ "../../../upload/9?state=a%2Fb", PLOMB_OK, "" },
		{ "http://store.example/upload/9?state=a%2Fb", PLOMB_REGISTRY_REDIRECT_REFUSED, "from https to http" },
		{ "http://r.example/upload/9?state=a%2Fb", PLOMB_REGISTRY_REDIRECT_REFUSED, "from https to http" },
		{ "ftp://store.example/upload/9", PLOMB_REGISTRY_HTTP_ERROR, "no address to upload to" },
		{ "https://u:p@store.example/upload/9", PLOMB_REGISTRY_HTTP_ERROR, "no address to upload to" },
		{ "", PLOMB_REGISTRY_HTTP_ERROR, "no address to upload to" }
	};
	size_t i;
	int auth;

	(void)state;
	for (auth = AUTH_NONE; auth <= AUTH_BASIC; auth ++) {
		for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
			reset();
			server.auth = auth;
			server.location = rows[i].location;
			if (rows[i].want == PLOMB_OK) {
				must_work(1, AS_TAG);
			} else {
				must_fail(AS_TAG, rows[i].want, rows[i].words);
			}
		}
	}
}

#define OTHER "sha256:0000000000000000000000000000000000000000000000000000000000000001"

static void
test_lies(void **state)
{
	(void)state;
	reset();
	server.lie = OTHER;
	must_fail(AS_BUNDLE, PLOMB_DIGEST_MISMATCH, "uploading the config: r.example says that it got something else");
	reset();
	must_work(1, AS_TAG);
	server.lie = OTHER;
	must_fail(AS_TAG, PLOMB_DIGEST_MISMATCH, "something else");
	reset();
	server.has_api = 1;
	server.says_subject = 1;
	server.subject_lie = OTHER;
	must_fail(AS_BUNDLE, PLOMB_DIGEST_MISMATCH, "about another image");
	reset();
	server.has_api = 1;
	server.lists_nothing = 1;
	must_fail(AS_BUNDLE, PLOMB_REGISTRY_HTTP_ERROR, "does not list it");
	reset();
	server.auth = AUTH_BEARER;
	server.no_token = "{\"token\":\"narrow\"}";
	must_fail(AS_BUNDLE, PLOMB_REGISTRY_AUTH_FAILED, "uploading the config: ");
	reset();
	no_random = 1;
	must_fail(AS_TAG, PLOMB_IO_ERROR, "no random numbers");
}

static void
test_redirects(void **state)
{
	static const unsigned statuses[] = { 301, 302, 303, 307, 308 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof statuses / sizeof statuses[0]; i ++) {
		reset();
		server.redirect = "/v2/acme/app/again";
		server.redirect_status = statuses[i];
		must_fail(AS_BUNDLE, PLOMB_REGISTRY_REDIRECT_REFUSED, statuses[i] < 307 ? "answers 30" : "more than five redirects");
		assert_true(server.calls < 12);
	}
	reset();
	server.auth = AUTH_BASIC;
	server.redirect = "http://r.example/v2/";
	server.redirect_status = 307;
	must_fail(AS_BUNDLE, PLOMB_REGISTRY_REDIRECT_REFUSED, "from https to http");
}

/* What is under the tag and is none of ours stays. */
static void
test_odd_tags(void **state)
{
	char tag[300];
	plomb_view odd = plomb_view_of("{\"schemaVersion\":2,\"layers\":[]}"), index = plomb_view_of("{\"schemaVersion\":2,\"manifests\":[]}");

	(void)state;
	reset();
	tag_name(tag, "");
	put_thing(tag, odd, PLOMB_MEDIA_OCI_MANIFEST);
	must_fail(AS_BUNDLE, PLOMB_REFERRERS_MALFORMED, "stays as it is");
	assert_int_equal(get_thing(tag)->n, odd.n);
	tag_name(tag, ".sig");
	put_thing(tag, index, PLOMB_MEDIA_OCI_INDEX);
	must_fail(AS_TAG, PLOMB_MANIFEST_MALFORMED, "stays as it is");
	assert_int_equal(get_thing(tag)->n, index.n);
	put_thing(tag, plomb_view_of(""), PLOMB_MEDIA_OCI_MANIFEST);
	must_fail(AS_TAG, PLOMB_MANIFEST_MALFORMED, "empty");
	assert_int_equal(get_thing(tag)->n, 0);
}

/* -------------------------------------------------------- others who write */

static unsigned overwrites;

/* Somebody who read before we wrote, writes now, and never looks back. */
static void
overwrite(const char *tag)
{
	if (overwrites != 0) {
		overwrites --;
		put_thing(tag, plomb_view_of("{\"schemaVersion\":2,\"manifests\":[]}"), PLOMB_MEDIA_OCI_INDEX);
	}
}

static void
test_overwritten(void **state)
{
	(void)state;
	reset();
	server.after_put = overwrite;
	overwrites = 3;
	must_work(1, AS_BUNDLE);
	assert_int_equal(server.put_tags, 4);
	reset();
	server.after_put = overwrite;
	overwrites = 1000;
	must_fail(AS_BUNDLE, PLOMB_REGISTRY_HTTP_ERROR, "does not stay");
	assert_int_equal(server.put_tags, PLOMB_MAX_WRITES);
}

/* Registries that do not see, for a moment, a blob that another sends at the same time. */
static void
test_manifest_refused(void **state)
{
	int way;

	(void)state;
	for (way = AS_BUNDLE; way <= AS_REFERRER; way ++) {
		reset();
		server.refused_puts = 2;
		must_work(1, way);
		reset();
		server.refused_puts = 1000;
		must_fail(way, PLOMB_REGISTRY_HTTP_ERROR, "manifest");
		assert_true(server.refused_puts >= 995);
	}
}

static unsigned additions;

/* Others add theirs and keep ours. */
static void
add_another(const char *tag)
{
	struct thing *t = get_thing(tag);
	static char text[1u << 16];

	if (t == NULL || additions == 0) {
		return;
	}
	(void)snprintf(text, sizeof text, "%.*s,{\"mediaType\":\"a\",\"size\":1,\"digest\":\"sha256:%064u\"}]}", (int)t->n - 2, (const char *)t->p, additions);
	put_thing(tag, plomb_view_of(text), t->type);
	additions --;
}

/*
 * While others write, one of them may have read when our entry was gone: that
 * it is there at one look says nothing, only that nothing changed for long
 * enough does.
 */
static void
test_not_quiet(void **state)
{
	uint64_t quiet, busy;

	(void)state;
	reset();
	must_work(1, AS_BUNDLE);
	quiet = sim.now - 1000;
	assert_true(quiet >= PLOMB_SETTLE_MS && quiet < 3 * PLOMB_SETTLE_MS);
	reset();
	server.before_get = add_another;
	additions = 4;
	must_work(1, AS_BUNDLE);
	busy = sim.now - 1000;
	assert_int_equal(additions, 0);
	assert_int_equal(server.put_tags, 1);
	assert_true(busy >= 5 * PLOMB_SETTLE_MS);
	/* For ever: an error, although it is there. */
	reset();
	server.before_get = add_another;
	additions = 2 * PLOMB_MAX_LOOKS;
	must_fail(AS_BUNDLE, PLOMB_REGISTRY_HTTP_ERROR, "nobody can say whether the entry stays");
}

static void
test_if_match(void **state)
{
	(void)state;
	reset();
	server.honours_match = 1;
	must_work(1, AS_TAG);
	must_work(2, AS_TAG);
	/* A registry that no tag of its own matches. */
	reset();
	must_work(1, AS_TAG);
	server.odd_etag = 1;
	must_work(2, AS_TAG);
}

static void *
act(void *user)
{
	struct signer *s = user;

	(void)pthread_setspecific(actor_key, &s->actor);
	sleep_ms(dice(50));
	publish(s);
	(void)pthread_mutex_lock(&sim.lock);
	sim.is_there[s->actor] = 0;
	next_turn();
	(void)pthread_mutex_unlock(&sim.lock);
	return NULL;
}

/* Twenty at once, each on a line of its own speed: whoever says that it is there is right, and all say so. */
static void
crowd(int way, uint32_t latency, uint64_t seed)
{
	struct signer *all[MOST_ACTORS];
	pthread_t thread[MOST_ACTORS];
	int i;

	reset();
	tired_open(1u << 30);
	sim.seed = seed;
	server.latency = latency;
	(void)pthread_mutex_lock(&sim.lock);
	for (i = 0; i < MOST_ACTORS; i ++) {
		sim.is_there[i] = 1;
		sim.wake[i] = sim.now;
	}
	/* Nobody runs before all are there. */
	sim.running = -1;
	for (i = 0; i < MOST_ACTORS; i ++) {
		all[i] = new_signer(i, way);
		assert_int_equal(pthread_create(thread + i, NULL, act, all[i]), 0);
	}
	next_turn();
	(void)pthread_mutex_unlock(&sim.lock);
	for (i = 0; i < MOST_ACTORS; i ++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	}
	for (i = 0; i < MOST_ACTORS; i ++) {
		if (all[i]->status != PLOMB_OK || !is_found(all[i])) {
			fail_msg("way %d, latency %u, seed %u: %d: %s, found %d: %s", way, (unsigned)latency, (unsigned)seed, i,
				plomb_status_code(all[i]->status), is_found(all[i]), all[i]->publisher.why);
		}
		free(all[i]);
	}
	assert_int_equal(tired.heap.used, 0);
	print_message("way %d, latency up to %u ms: %u writes, %u s\n", way, 2 * (unsigned)latency, server.put_tags, (unsigned)((sim.now - 1000) / 1000));
}

static void
test_crowd(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 3; seed ++) {
		crowd(AS_BUNDLE, 5, seed);
		crowd(AS_TAG, 20, seed);
		crowd(AS_BUNDLE, 200, seed);
		crowd(AS_TAG, 500, seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_each_request_fails),
		cmocka_unit_test(test_each_memory_fails),
		cmocka_unit_test(test_uploads_elsewhere),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_odd_tags),
		cmocka_unit_test(test_overwritten),
		cmocka_unit_test(test_manifest_refused),
		cmocka_unit_test(test_not_quiet),
		cmocka_unit_test(test_if_match),
		cmocka_unit_test(test_crowd)
	};
	int status;

	name_subject();
	if (pthread_key_create(&actor_key, NULL) != 0) {
		return 1;
	}
	status = cmocka_run_group_tests(tests, NULL, NULL);
	reset();
	return status;
}
