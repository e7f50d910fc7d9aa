/*
 * Asking a registry for one thing: which request to send next, and what the
 * answer means (SPEC 11.3 to 11.5). Passwords and tokens, redirects and
 * retries are decided here; nothing is fetched here: store_registry.h sends.
 *
 * Untrusted: every answer, and every address in one. Credentials go to the
 * registry's own scheme, host and port, and to a token server that the
 * registry itself named and that is allowed to be one; never anywhere else
 * (CVE-2020-15157, CVE-2026-33540).
 */
#ifndef PLOMB_REGISTRY_H
#define PLOMB_REGISTRY_H

#include "../../port/http.h"
#include "url.h"

#define PLOMB_MAX_SECRET    16384 /* a token; real ones have up to four thousand bytes */
#define PLOMB_MAX_TRIES     3
#define PLOMB_MAX_REDIRECTS 5
#define PLOMB_MAX_TOKENS    12    /* tokens kept at a time: more than images are verified at a time by default */
#define PLOMB_MAX_WHY       400   /* a sentence with a host in it */
#define PLOMB_MAX_TOKEN_BYTES 65536 /* an answer that holds one */

/* What is known of somebody who may log in; absent members are {NULL,0}. */
typedef struct {
	plomb_view username, password;
	plomb_view identity_token; /* is exchanged for a token */
	plomb_view registry_token; /* is one */
} plomb_login;

/*
 * Look up who we are at a registry (host[:port]). PLOMB_OK, also with nothing
 * in login; else why the configuration could not be read. The views live
 * until the next call.
 */
typedef plomb_status (*plomb_login_fn)(void *user, plomb_view registry, plomb_view repository, plomb_login *login);

/* How a question is asked that is no simple GET. What it points to lives until the question is DONE. */
typedef struct {
	const char *method;  /* NULL: GET */
	const char *line[2]; /* header lines, NULL where there is none */
	plomb_view body;
	/*
	 * NULL, or where to send it instead, an absolute address that the
	 * registry's own answer gave: another host gets no credentials, and
	 * over https it does not lead to http.
	 */
	const char *url;
	int is_push; /* who may only read is to be let in as one who may write */
	int is_once; /* not sent a second time when it failed */
} plomb_errand;

/* A header that opened a registry's door. */
typedef struct {
	char origin[300];
	char scope[400];  /* a login may be for one repository only */
	char line[PLOMB_MAX_SECRET + 32];
	uint64_t until_ms; /* UINT64_MAX: as long as it works */
} plomb_pass;

typedef enum {
	PLOMB_STEP_SEND = 1, /* send the request, give the answer back */
	PLOMB_STEP_WAIT,     /* wait so long, then ask again what to do */
	PLOMB_STEP_DONE      /* status says how it ended */
} plomb_step;

typedef struct {
	plomb_login_fn login;
	void *user;
	uint32_t jitter;  /* any number: spreads the retries of many machines */
	int is_probing;   /* no retries: whether there is a server is the question */
	plomb_pass pass[PLOMB_MAX_TOKENS];
	size_t next_pass;

	/* How the last question ended. */
	plomb_status status;
	unsigned http_status;
	plomb_http_problem problem;
	char why[PLOMB_MAX_WHY]; /* for people; empty if there is nothing to add */

	/* Of the question under way. */
	int mode;
	unsigned tries, redirects;
	int asked_token, used_pass, is_basic_tried;
	plomb_errand errand; /* zero: GET */
	uint32_t wait_ms;
	size_t max_bytes;
	char start[PLOMB_MAX_URL]; /* the registry's own address */
	char url[PLOMB_MAX_URL];   /* where that led to */
	char repository[300];
	char accept[512];
	char line[PLOMB_MAX_SECRET + 32]; /* Authorization, for start's origin only; empty if none */
	char token_start[PLOMB_MAX_URL];  /* what the challenge named */
	char token_url[PLOMB_MAX_URL];
	char token_line[PLOMB_MAX_SECRET + 32];
	char scope[400];
	char form[2 * PLOMB_MAX_SECRET + 2048];
	unsigned char scratch[(128u << 10)];
} plomb_registry;

void plomb_registry_init(plomb_registry *registry, plomb_login_fn login, void *user);
/* Forget every secret. */
void plomb_registry_wipe(plomb_registry *registry);

/*
 * Begin a question: GET url, which is the registry's own, for a repository
 * (as in scopes). accept is a header value or NULL.
 */
void plomb_registry_ask(plomb_registry *registry, const char *url, plomb_view repository, const char *accept, size_t max_bytes);

/*
 * The same for any method. A redirect of what is no GET or HEAD is followed
 * only if it asks for the same to be sent again (307, 308).
 */
void plomb_registry_ask_errand(plomb_registry *registry, const char *url, plomb_view repository, const char *accept, size_t max_bytes,
	const plomb_errand *errand);

/*
 * What to do next. Of a request everything but sink and user is filled in;
 * its texts live until the answer is given back.
 */
plomb_step plomb_registry_next(plomb_registry *registry, plomb_http_request *request, uint32_t *wait_ms);

/*
 * What became of the request: what send returned, the answer, the body as far
 * as it came, and the time. When DONE, status is PLOMB_OK for an answer of
 * 200, or of 400, 404, 405 or 406, which a caller may know the meaning of
 * (http_status), and for an errand also of 201, 202, 204, 409 or 412;
 * PLOMB_REGISTRY_…, PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM, or what the login or
 * the sink said.
 */
void plomb_registry_answer(plomb_registry *registry, plomb_status sent, const plomb_http_answer *answer, plomb_view body, uint64_t now_ms);

#endif
