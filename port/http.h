/*
 * HTTP: one request out, one answer back. Nothing here follows a redirect,
 * knows a password, or retries: src/oci/registry.h decides those.
 */
#ifndef PLOMB_PORT_HTTP_H
#define PLOMB_PORT_HTTP_H

#include "../src/plomb.h"

#define PLOMB_HTTP_MAX_HEADER_BYTES 65536 /* all header lines of one answer */
#define PLOMB_HTTP_MAX_HEADERS      200
#define PLOMB_HTTP_MAX_CHALLENGES   8     /* WWW-Authenticate lines that are kept */
#define PLOMB_HTTP_MAX_LINES        6     /* header lines of a request */

/* The next bytes of a body. A result other than PLOMB_OK ends the request and is returned. */
typedef plomb_status (*plomb_http_sink)(void *user, plomb_view bytes);

/* Text is NUL-terminated. */
typedef struct {
	const char *url;      /* absolute, http or https */
	const char *line[PLOMB_HTTP_MAX_LINES]; /* "Name: value", NULL where there is none */
	const char *form;     /* NULL, or what is posted as application/x-www-form-urlencoded */
	const char *method;   /* NULL: GET, or POST of a form; "HEAD", "POST", "PUT", "PATCH" */
	plomb_view body;      /* of POST, PUT and PATCH, its type in a line: absent is an empty one. Lives until the answer is there */
	int is_any_status;    /* the sink gets every answer's body, not only that of 200 */
	int is_direct;        /* an http address is asked itself, past any proxy that the environment names */
	int is_registry;      /* the host that the client certificate and the server name are for */
	uint32_t connect_ms;  /* for the connection with its TLS; 0: the port's own limit */
	size_t max_bytes;     /* of the body: one more is PLOMB_LIMIT_EXCEEDED */
	plomb_http_sink sink;
	void *user;
} plomb_http_request;

/* Why there is no answer. */
typedef enum {
	PLOMB_HTTP_FINE = 0,
	PLOMB_HTTP_NO_HOST,   /* no such name, no route, nobody listens, a proxy that refuses */
	PLOMB_HTTP_BROKEN,    /* closed or reset in the middle; no HTTP */
	PLOMB_HTTP_SLOW,      /* a time limit passed */
	PLOMB_HTTP_NO_TLS,    /* no handshake: perhaps the other side speaks none */
	PLOMB_HTTP_BAD_PEER,  /* its certificate is not trusted or not for this name */
	PLOMB_HTTP_BAD_FILE   /* a file of certificates or keys could not be used */
} plomb_http_problem;

/* Header values that matter; absent ones are {NULL,0}. Valid until the next request. */
typedef struct {
	unsigned status;
	plomb_view content_type;
	plomb_view digest;      /* Docker-Content-Digest */
	plomb_view location;
	plomb_view link;        /* the first Link line */
	plomb_view retry_after;
	plomb_view filters;     /* OCI-Filters-Applied */
	plomb_view etag;        /* ETag */
	plomb_view subject;     /* OCI-Subject */
	plomb_view challenge[PLOMB_HTTP_MAX_CHALLENGES]; /* WWW-Authenticate */
	size_t challenge_count;
	plomb_http_problem problem;
	const char *why;        /* of a problem: a short sentence without any secret */
} plomb_http_answer;

typedef struct plomb_http plomb_http;
struct plomb_http {
	/*
	 * PLOMB_OK: there is an answer of any status, and its body is in the
	 * sink (the body of a status other than 200 is thrown away, unless it
	 * was asked for).
	 * PLOMB_LIMIT_EXCEEDED: body or header too long. PLOMB_IO_ERROR: no
	 * answer, see problem. PLOMB_NO_ROOM. PLOMB_UNSUPPORTED_FEATURE: this
	 * build has no network, or its library does not know what is asked of
	 * it. Or what the sink said.
	 */
	plomb_status (*send)(plomb_http *http, const plomb_http_request *request, plomb_http_answer *answer);
};

/* How TLS is to be spoken. NULL: the system's way. */
typedef struct {
	const char *ca_file;     /* authorities in PEM; NULL: SSL_CERT_FILE's, else the system's */
	const char *client_cert;
	const char *client_key;
	const char *server_name; /* instead of the host's name in the registry's certificate */
	int insecure;            /* believe any certificate */
} plomb_http_tls;

/*
 * One user of the network with its connections, for one thread; several may
 * exist at a time. PLOMB_NO_ROOM. tls is read only during the call and has
 * to live as long as http.
 */
PLOMB_MUST_CHECK plomb_status plomb_http_open(const plomb_http_tls *tls, plomb_http **http);
void plomb_http_close(plomb_http *http); /* http may be NULL */

/* "libcurl" or "none". */
extern const char plomb_http_backend[];

#endif
