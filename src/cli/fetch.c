#include "fetch.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../port/pause.h"

/* see fetch.h */
int
plomb_is_url(const char *text)
{
	plomb_view view;

	view = plomb_view_of_arg(text);
	return plomb_view_starts(view, "http://") || plomb_view_starts(view, "https://");
}

/* see fetch.h */
plomb_status
plomb_check_url(const char *option, const char *url, plomb_fault *fault)
{
	plomb_url parsed;

	if (plomb_url_parse(plomb_view_of_arg(url), &parsed) && strchr(url, '?') == NULL && strchr(url, '#') == NULL) {
		return PLOMB_OK;
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, option, ": this is not an address such as https://HOST[:PORT]/PATH, "
		"without user name and without query", (const char *)NULL);
}

/* A plomb_login_fn: nobody has a login here. */
static plomb_status
no_login(void *user, plomb_view registry, plomb_view repository, plomb_login *login)
{
	(void)user;
	(void)registry;
	(void)repository;
	(void)login;
	return PLOMB_TUF_NETWORK;
}

/* see fetch.h */
plomb_status
plomb_fetcher_open(plomb_fetcher *fetcher, const char *ca_file, plomb_fault *fault)
{
	memset(fetcher, 0, sizeof *fetcher);
	if (strcmp(plomb_http_backend, "none") == 0) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "this build has no network: "
			"carry the mirror by hand and name its directory with --mirror", (const char *)NULL);
	}
	if (ca_file != NULL && !plomb_file_exists(ca_file)) {
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, "--mirror-cacert: there is no file ", ca_file, (const char *)NULL);
	}
	fetcher->tls.ca_file = ca_file;
	fetcher->registry = malloc(sizeof *fetcher->registry);
	if (fetcher->registry == NULL || plomb_http_open(&fetcher->tls, &fetcher->http) != PLOMB_OK) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	plomb_registry_init(fetcher->registry, no_login, NULL);
	fetcher->registry->jitter = (uint32_t)getpid();
	return PLOMB_OK;
}

/* see fetch.h */
void
plomb_fetcher_close(plomb_fetcher *fetcher)
{
	plomb_http_close(fetcher->http);
	free(fetcher->registry);
	fetcher->http = NULL;
	fetcher->registry = NULL;
}

/* A body while it comes in: never more memory than it may have bytes, and one for the NUL. */
typedef struct {
	plomb_bytes bytes;
	size_t room, max;
} incoming;

static plomb_status
take_body(void *user, plomb_view bytes)
{
	incoming *body;
	unsigned char *more;
	size_t room;

	body = user;
	if (bytes.n > body->max - body->bytes.n) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if (body->bytes.n + bytes.n + 1 > body->room) {
		room = 2 * (body->bytes.n + bytes.n);
		room = room > body->max ? body->max + 1 : room + 1;
		more = realloc(body->bytes.p, room);
		if (more == NULL) {
			return PLOMB_NO_ROOM;
		}
		body->bytes.p = more;
		body->room = room;
	}
	if (bytes.n != 0) {
		memcpy(body->bytes.p + body->bytes.n, bytes.p, bytes.n);
	}
	body->bytes.n += bytes.n;
	body->bytes.p[body->bytes.n] = 0;
	return PLOMB_OK;
}

/* One question to its end. The answer's status is in the registry's http_status. */
static plomb_status
ask(plomb_fetcher *fetcher, const char *url, incoming *body)
{
	static const plomb_view nothing = { NULL, 0 };
	const plomb_pause *pause;
	plomb_http_request request;
	plomb_http_answer answer;
	plomb_status sent;
	uint32_t wait_ms;

	pause = &plomb_pause_posix;
	plomb_registry_ask(fetcher->registry, url, nothing, NULL, body->max);
	for (;;) {
		plomb_step step;

		step = plomb_registry_next(fetcher->registry, &request, &wait_ms);
		if (step == PLOMB_STEP_DONE) {
			return fetcher->registry->status;
		}
		if (step == PLOMB_STEP_WAIT) {
			pause->wait(pause, wait_ms);
			continue;
		}
		body->bytes.n = 0;
		request.sink = take_body;
		request.user = body;
		memset(&answer, 0, sizeof answer);
		sent = fetcher->http->send(fetcher->http, &request, &answer);
		plomb_registry_answer(fetcher->registry, sent, &answer, plomb_bytes_view(&body->bytes), pause->now_ms(pause));
	}
}

/* Why there is no such body, in the words of TUF. */
static plomb_status
refuse(const plomb_fetcher *fetcher, const char *url, plomb_status s, plomb_fault *fault)
{
	const plomb_registry *registry;
	plomb_text answer;

	registry = fetcher->registry;
	if (s == PLOMB_NO_ROOM || s == PLOMB_CONFIG_INVALID) {
		return plomb_fail(fault, s, url, ": ", registry->why[0] != 0 ? registry->why : plomb_status_sentence(s), (const char *)NULL);
	}
	if (s == PLOMB_LIMIT_EXCEEDED) {
		return plomb_fail_status(fault, PLOMB_TUF_LENGTH, url);
	}
	if (registry->why[0] != 0 && registry->http_status != 401) {
		return plomb_fail(fault, PLOMB_TUF_NETWORK, url, ": ", registry->why, (const char *)NULL);
	}
	plomb_text_init(&answer);
	plomb_text_decimal(&answer, registry->http_status);
	s = plomb_fail(fault, PLOMB_TUF_NETWORK, url, ": the server answers ", plomb_text_cstr(&answer),
		registry->http_status == 401 ? ", and nobody has a login for it" : "", (const char *)NULL);
	plomb_text_free(&answer);
	return s;
}

/* see fetch.h */
plomb_status
plomb_fetch(plomb_fetcher *fetcher, const char *url, size_t max, plomb_bytes *bytes, plomb_fault *fault)
{
	static const plomb_view nothing = { NULL, 0 };
	unsigned http_status;
	incoming body;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	memset(&body, 0, sizeof body);
	body.max = max;
	/* An empty body has an address too. */
	s = take_body(&body, nothing);
	if (s == PLOMB_OK) {
		s = ask(fetcher, url, &body);
	}
	http_status = fetcher->registry->http_status;
	if (s == PLOMB_OK && http_status == 200) {
		*bytes = body.bytes;
		return PLOMB_OK;
	}
	if (http_status == 404 || http_status == 403) {
		s = PLOMB_UNSET;
	} else {
		s = refuse(fetcher, url, s, fault);
	}
	plomb_bytes_free(&body.bytes);
	return s;
}
