/* see http.h: libcurl. The only file that includes its header. */
#include "http.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONNECT_MS 10000L
#define REQUEST_MS 60000L
#define SLOW_BYTES_PER_S 16L /* slower than this for SLOW_S seconds is a drip, not a line */
#define SLOW_S 20L
#define POLL_MS 1000

const char plomb_http_backend[] = "libcurl";

typedef struct {
	plomb_http http;
	plomb_http_tls tls;
	CURL *easy;
	CURLM *multi;
	curl_socket_t socket; /* that was opened last */
	CURLcode option_code; /* CURLE_OK: every option so far could be set */
	/* Of the request under way. */
	const plomb_http_request *request;
	plomb_http_answer *answer;
	plomb_status body_status;
	size_t body_bytes;
	char text[PLOMB_HTTP_MAX_HEADER_BYTES]; /* of the answer's headers */
	size_t text_used;
	unsigned header_count;
	char why[64];
} curl_http;

/* ------------------------------------------------------------------ headers */

static plomb_view
trim(plomb_view text)
{
	while (text.n != 0 && (text.p[0] == ' ' || text.p[0] == '\t')) {
		text.p ++;
		text.n --;
	}
	while (text.n != 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t'
		|| text.p[text.n - 1] == '\r' || text.p[text.n - 1] == '\n'))
	{
		text.n --;
	}
	return text;
}

static int
is_named(const char *line, size_t n, const char *name)
{
	size_t length = strlen(name);

	return n > length && strncasecmp(line, name, length) == 0 && line[length] == ':';
}

/* A header line that stays in the buffer: the value. */
static void
keep(curl_http *c, const char *line, size_t n)
{
	plomb_http_answer *a = c->answer;
	const struct {
		const char *name;
		plomb_view *value;
	} wanted[] = {
		{ "Content-Type", &a->content_type },
		{ "Docker-Content-Digest", &a->digest },
		{ "Location", &a->location },
		{ "Link", &a->link },
		{ "Retry-After", &a->retry_after },
		{ "OCI-Filters-Applied", &a->filters },
		{ "ETag", &a->etag },
		{ "OCI-Subject", &a->subject }
	};
	plomb_view value;
	const char *colon = memchr(line, ':', n);
	size_t i;

	if (colon == NULL) {
		return;
	}
	value.p = (const unsigned char *)colon + 1;
	value.n = n - (size_t)(colon + 1 - line);
	value = trim(value);
	if (is_named(line, n, "WWW-Authenticate") && a->challenge_count < PLOMB_HTTP_MAX_CHALLENGES) {
		a->challenge[a->challenge_count] = value;
		a->challenge_count ++;
	}
	for (i = 0; i < sizeof wanted / sizeof wanted[0]; i ++) {
		/* The first one counts: a second is not to overrule it. */
		if (is_named(line, n, wanted[i].name) && wanted[i].value->p == NULL) {
			*wanted[i].value = value;
		}
	}
}

/* Each header line, also those of a proxy's answer and of 100 Continue in front: the last answer counts. */
static size_t
on_header(char *line, size_t size, size_t count, void *user)
{
	curl_http *c = user;
	size_t n = size * count;

	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		memset(c->answer, 0, sizeof *c->answer);
	}
	c->header_count ++;
	if (n > sizeof c->text - c->text_used || c->header_count > PLOMB_HTTP_MAX_HEADERS) {
		c->body_status = PLOMB_LIMIT_EXCEEDED;
		return 0;
	}
	memcpy(c->text + c->text_used, line, n);
	keep(c, c->text + c->text_used, n);
	c->text_used += n;
	return n;
}

/* --------------------------------------------------------------------- body */

static size_t
on_body(char *bytes, size_t size, size_t count, void *user)
{
	curl_http *c = user;
	size_t n = size * count;
	long status = 0;
	plomb_view view;

	/* What Content-Length says is not asked: only bytes that came are counted. */
	if (n > c->request->max_bytes - c->body_bytes) {
		c->body_status = PLOMB_LIMIT_EXCEEDED;
		return 0;
	}
	c->body_bytes += n;
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200 && !c->request->is_any_status) {
		return n;
	}
	view.p = (const unsigned char *)bytes;
	view.n = n;
	c->body_status = c->request->sink(c->request->user, view);
	return c->body_status == PLOMB_OK ? n : 0;
}

/* ------------------------------------------------------------------ request */

static curl_socket_t
on_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	curl_http *c = user;

	(void)purpose;
	c->socket = socket(address->family, address->socktype, address->protocol);
	/* A connection that has logged in is not for the programs that are started meanwhile. */
	if (c->socket != CURL_SOCKET_BAD && fcntl(c->socket, F_SETFD, FD_CLOEXEC) != 0) {
		(void)close(c->socket);
		c->socket = CURL_SOCKET_BAD;
	}
	return c->socket;
}

/*
 * Another server name: the URL has that name, so that both SNI and the
 * certificate are about it, and the connection goes where the URL went. NULL
 * and what failed has nothing to free.
 */
static plomb_status
rename_host(curl_http *c, const char *url, char *renamed, size_t room, struct curl_slist **connect_to, struct curl_slist **lines)
{
	char text[1024];
	const char *host, *end;
	struct curl_slist *more;
	int n;

	host = strstr(url, "://");
	if (host == NULL) {
		return PLOMB_INTERNAL_ERROR;
	}
	host += 3;
	end = host + strcspn(host, "/");
	n = snprintf(text, sizeof text, "::%.*s%s", (int)(end - host), host,
		strchr(host[0] == '[' ? host + strcspn(host, "]") : host, ':') < end
		&& strchr(host[0] == '[' ? host + strcspn(host, "]") : host, ':') != NULL ? "" : ":443");
	if (n < 0 || (size_t)n >= sizeof text) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	*connect_to = curl_slist_append(NULL, text);
	n = snprintf(text, sizeof text, "Host: %.*s", (int)(end - host), host);
	if (*connect_to == NULL || n < 0 || (size_t)n >= sizeof text) {
		return PLOMB_NO_ROOM;
	}
	more = curl_slist_append(*lines, text);
	if (more == NULL) {
		return PLOMB_NO_ROOM;
	}
	*lines = more;
	n = snprintf(renamed, room, "https://%s%s", c->tls.server_name, end);
	return n < 0 || (size_t)n >= room ? PLOMB_LIMIT_EXCEEDED : PLOMB_OK;
}

/* An option that could not be set is a limit or a check that is not there. */
static void
must(curl_http *c, CURLcode code)
{
	if (c->option_code == CURLE_OK) {
		c->option_code = code;
	}
}

static void
set_limits(curl_http *c, const plomb_http_request *request)
{
	CURL *e = c->easy;

	must(c, curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L));
	must(c, curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L));
	must(c, curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms != 0 ? (long)request->connect_ms : CONNECT_MS));
	must(c, curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, REQUEST_MS));
	must(c, curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_PER_S));
	must(c, curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, SLOW_S));
	must(c, curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L));
#if LIBCURL_VERSION_NUM >= 0x075500
	must(c, curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https"));
#else
	must(c, curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)));
#endif
}

/* Only these authorities. A library that has no folder of them has none to leave out. */
static void
set_authorities(curl_http *c, const char *file)
{
	CURLcode code;

	must(c, curl_easy_setopt(c->easy, CURLOPT_CAINFO, file));
	code = curl_easy_setopt(c->easy, CURLOPT_CAPATH, NULL);
	must(c, code == CURLE_NOT_BUILT_IN || code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code);
}

static void
set_tls(curl_http *c, const plomb_http_request *request)
{
	CURL *e = c->easy;
	const char *ca_file;

	must(c, curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	must(c, curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, c->tls.insecure ? 0L : 1L));
	must(c, curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, c->tls.insecure ? 0L : 2L));
	/* One connection serves a registry: no session is resumed, and 7.88 frees twice when there is no memory to keep one. */
	must(c, curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L));
	/* The library does not read the variable that tells everything else on the machine whom to believe. */
	ca_file = c->tls.ca_file != NULL ? c->tls.ca_file : getenv("SSL_CERT_FILE");
	if (ca_file != NULL && ca_file[0] != 0) {
		set_authorities(c, ca_file);
	}
	/* The client's certificate tells who it is: only its registry is to know. */
	if (request->is_registry && c->tls.client_cert != NULL) {
		must(c, curl_easy_setopt(e, CURLOPT_SSLCERT, c->tls.client_cert));
	}
	if (request->is_registry && c->tls.client_key != NULL) {
		must(c, curl_easy_setopt(e, CURLOPT_SSLKEY, c->tls.client_key));
	}
}

/*
 * The library reads http_proxy, https_proxy, HTTPS_PROXY, no_proxy and
 * NO_PROXY, but not HTTP_PROXY: under CGI that is a header of a stranger's
 * request. Elsewhere it is what Go's programs read.
 */
static void
set_proxy(curl_http *c, const plomb_http_request *request, const char *url)
{
	const char *proxy = getenv("HTTP_PROXY");

	/* What is for the registry is not for the proxy in front of it, and its answers are not the registry's. */
	must(c, curl_easy_setopt(c->easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE));
	must(c, curl_easy_setopt(c->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
	if (request->is_direct && strncmp(url, "http:", 5) == 0) {
		must(c, curl_easy_setopt(c->easy, CURLOPT_PROXY, ""));
		return;
	}
	if (strncmp(url, "http:", 5) == 0 && getenv("http_proxy") == NULL && getenv("REQUEST_METHOD") == NULL
		&& proxy != NULL && proxy[0] != 0)
	{
		must(c, curl_easy_setopt(c->easy, CURLOPT_PROXY, proxy));
	}
}

static void
set_callbacks(curl_http *c)
{
	CURL *e = c->easy;

	must(c, curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open));
	must(c, curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, c));
	must(c, curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header));
	must(c, curl_easy_setopt(e, CURLOPT_HEADERDATA, c));
	must(c, curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body));
	must(c, curl_easy_setopt(e, CURLOPT_WRITEDATA, c));
}

/* What is sent. The library takes the method's own name, and a length of its own for the body. */
static void
set_method(curl_http *c, const plomb_http_request *request)
{
	CURL *e = c->easy;

	if (request->form != NULL) {
		must(c, curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, request->form));
	}
	if (request->method == NULL) {
		return;
	}
	if (strcmp(request->method, "HEAD") == 0) {
		must(c, curl_easy_setopt(e, CURLOPT_NOBODY, 1L));
		return;
	}
	must(c, curl_easy_setopt(e, CURLOPT_POST, 1L));
	must(c, curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, request->method));
	must(c, curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n));
	must(c, curl_easy_setopt(e, CURLOPT_POSTFIELDS, request->body.n != 0 ? (const char *)request->body.p : ""));
}

static plomb_status
set_options(curl_http *c, const plomb_http_request *request, const char *url, struct curl_slist *lines, struct curl_slist *connect_to)
{
	c->option_code = CURLE_OK;
	set_limits(c, request);
	set_tls(c, request);
	set_proxy(c, request, url);
	set_callbacks(c);
	must(c, curl_easy_setopt(c->easy, CURLOPT_URL, url));
	must(c, curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, lines));
	must(c, curl_easy_setopt(c->easy, CURLOPT_CONNECT_TO, connect_to));
	set_method(c, request);
	if (c->option_code == CURLE_OK) {
		return PLOMB_OK;
	}
	return c->option_code == CURLE_OUT_OF_MEMORY ? PLOMB_NO_ROOM : PLOMB_UNSUPPORTED_FEATURE;
}

static struct curl_slist *
make_lines(const plomb_http_request *request)
{
	struct curl_slist *lines, *more;
	size_t i;

	lines = curl_slist_append(NULL, "User-Agent: plomb/" PLOMB_VERSION);
	/* Nobody is asked whether a large body may come. */
	if (lines != NULL && request->body.n != 0) {
		more = curl_slist_append(lines, "Expect:");
		if (more == NULL) {
			curl_slist_free_all(lines);
		}
		lines = more;
	}
	for (i = 0; lines != NULL && i < PLOMB_HTTP_MAX_LINES; i ++) {
		if (request->line[i] == NULL) {
			continue;
		}
		more = curl_slist_append(lines, request->line[i]);
		if (more == NULL) {
			curl_slist_free_all(lines);
		}
		lines = more;
	}
	return lines;
}

/*
 * The multi interface with the socket watched by ourselves: curl's BearSSL
 * backend names no socket during the handshake, and curl_easy_perform sleeps
 * a second for each.
 */
static CURLcode
perform(curl_http *c)
{
	CURLcode result = CURLE_FAILED_INIT;
	CURLMsg *message;
	int running = 1, left;

	c->socket = CURL_SOCKET_BAD;
	if (curl_multi_add_handle(c->multi, c->easy) != CURLM_OK) {
		return CURLE_OUT_OF_MEMORY;
	}
	for (;;) {
		struct curl_waitfd extra;

		if (curl_multi_perform(c->multi, &running) != CURLM_OK) {
			break;
		}
		message = curl_multi_info_read(c->multi, &left);
		if (message != NULL && message->msg == CURLMSG_DONE) {
			result = message->data.result;
			break;
		}
		if (!running) {
			break;
		}
		extra.fd = c->socket;
		extra.events = CURL_WAIT_POLLIN;
		extra.revents = 0;
		if (curl_multi_poll(c->multi, &extra, c->socket == CURL_SOCKET_BAD ? 0u : 1u, POLL_MS, NULL) != CURLM_OK) {
			break;
		}
	}
	(void)curl_multi_remove_handle(c->multi, c->easy);
	return result;
}

static plomb_http_problem
problem_of(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return PLOMB_HTTP_NO_HOST;
	case CURLE_OPERATION_TIMEDOUT:
		return PLOMB_HTTP_SLOW;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
		return PLOMB_HTTP_NO_TLS;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		return PLOMB_HTTP_BAD_PEER;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
		return PLOMB_HTTP_BAD_FILE;
	default:
		return PLOMB_HTTP_BROKEN;
	}
}

/* No answer of the other side's. */
static plomb_status
refuse(curl_http *c, plomb_http_problem problem, const char *why)
{
	memset(c->answer, 0, sizeof *c->answer);
	c->answer->problem = problem;
	c->answer->why = why;
	return PLOMB_IO_ERROR;
}

/* A proxy that lets nobody through is as good as no way there; what it says is not repeated. */
static plomb_status
refuse_proxy(curl_http *c, long status)
{
	int n = snprintf(c->why, sizeof c->why, status == 407 ? "the proxy wants a login (%ld)" : "the proxy answers %ld", status);

	return refuse(c, PLOMB_HTTP_NO_HOST, n > 0 ? c->why : "the proxy refuses");
}

static plomb_status
finish(curl_http *c, CURLcode code)
{
	long status = 0, proxy = 0;

	if (c->body_status != PLOMB_OK) {
		return c->body_status;
	}
	if (code == CURLE_OUT_OF_MEMORY) {
		return PLOMB_NO_ROOM;
	}
	(void)curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
	if (code != CURLE_OK) {
		return proxy >= 300 ? refuse_proxy(c, proxy) : refuse(c, problem_of(code), curl_easy_strerror(code));
	}
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 407) {
		return refuse_proxy(c, status);
	}
	c->answer->status = (unsigned)status;
	return PLOMB_OK;
}

static plomb_status
curl_send(plomb_http *http, const plomb_http_request *request, plomb_http_answer *answer)
{
	curl_http *c = (curl_http *)http;
	struct curl_slist *connect_to = NULL, *lines;
	char renamed[16384];
	const char *url = request->url;
	plomb_status s = PLOMB_OK;

	memset(answer, 0, sizeof *answer);
	lines = make_lines(request);
	if (lines == NULL) {
		return PLOMB_NO_ROOM;
	}
	c->request = request;
	c->answer = answer;
	c->body_status = PLOMB_OK;
	c->body_bytes = 0;
	c->text_used = 0;
	c->header_count = 0;
	/* Connections survive this, options do not. */
	curl_easy_reset(c->easy);
	if (c->tls.server_name != NULL && request->is_registry && strncmp(url, "https:", 6) == 0) {
		s = rename_host(c, url, renamed, sizeof renamed, &connect_to, &lines);
		url = renamed;
	}
	if (s == PLOMB_OK) {
		s = set_options(c, request, url, lines, connect_to);
	}
	if (s == PLOMB_OK) {
		s = finish(c, perform(c));
	}
	curl_easy_reset(c->easy);
	curl_slist_free_all(lines);
	curl_slist_free_all(connect_to);
	return s;
}

/* ------------------------------------------------------------- open and close */

static CURLcode global_result;

static void
init_global(void)
{
	global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* see http.h */
plomb_status
plomb_http_open(const plomb_http_tls *tls, plomb_http **http)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	curl_http *c;

	*http = NULL;
	if (pthread_once(&once, init_global) != 0 || global_result != CURLE_OK) {
		return PLOMB_NO_ROOM;
	}
	c = calloc(1, sizeof *c);
	if (c == NULL) {
		return PLOMB_NO_ROOM;
	}
	c->http.send = curl_send;
	if (tls != NULL) {
		c->tls = *tls;
	}
	c->easy = curl_easy_init();
	c->multi = curl_multi_init();
	if (c->easy == NULL || c->multi == NULL) {
		plomb_http_close(&c->http);
		return PLOMB_NO_ROOM;
	}
	*http = &c->http;
	return PLOMB_OK;
}

/* see http.h */
void
plomb_http_close(plomb_http *http)
{
	curl_http *c = (curl_http *)http;

	if (c == NULL) {
		return;
	}
	if (c->easy != NULL) {
		curl_easy_cleanup(c->easy);
	}
	if (c->multi != NULL) {
		(void)curl_multi_cleanup(c->multi);
	}
	free(c);
}
