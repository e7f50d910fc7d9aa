/*
 * Targets plomb_registry_next and plomb_registry_answer: everything that a
 * hostile registry, its token server and what they redirect to can answer.
 *
 * Input: for each answer a status, a byte of choices, and lines for Location,
 * WWW-Authenticate and the body, each ended by a NUL.
 *
 * Holds: it ends after few requests; a password goes to the registry, or to
 * a token server that is https and no local address; never to where a
 * redirect led; of an https registry nothing is asked over http.
 */
#include <stdlib.h>

#include "../src/oci/registry.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MOST_STEPS 100

static plomb_registry registry;

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static plomb_status
log_in(void *user, plomb_view host, plomb_view repository, plomb_login *login)
{
	const unsigned char *choice = user;

	must(plomb_view_is(host, "r.example"));
	must(plomb_view_is(repository, "acme/app"));
	memset(login, 0, sizeof *login);
	if ((*choice & 3) == 1) {
		login->username = plomb_view_of("u");
		login->password = plomb_view_of("p");
	} else if ((*choice & 3) == 2) {
		login->identity_token = plomb_view_of("identity");
	} else if ((*choice & 3) == 3) {
		login->registry_token = plomb_view_of("registry");
	}
	return PLOMB_OK;
}

static plomb_view
take_line(const unsigned char **in, size_t *len)
{
	plomb_view line;
	size_t n = 0;

	while (n < *len && (*in)[n] != 0) {
		n ++;
	}
	line.p = *in;
	line.n = n;
	*in += n;
	*len -= n;
	if (*len != 0) {
		*in += 1;
		*len -= 1;
	}
	return line;
}

static void
check_request(const plomb_http_request *request)
{
	plomb_url url;
	const char *line = request->line[0];

	must(plomb_url_parse(plomb_view_of(request->url), &url));
	must(url.is_https);
	if (request->is_registry) {
		must(plomb_view_is(url.authority, "r.example") || plomb_view_is(url.authority, "r.example:443")
			|| (url.port == 443 && url.host.n == 9));
	}
	if (line != NULL || request->form != NULL) {
		must(request->is_registry || !plomb_url_is_local(url.host));
	}
	if (line != NULL) {
		plomb_view text = plomb_view_of(line);
		size_t i;

		must(plomb_view_starts(text, "Authorization: "));
		for (i = 0; i < text.n; i ++) {
			must(text.p[i] >= 0x20 && text.p[i] < 0x7F);
		}
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static const unsigned statuses[] = { 200, 401, 301, 302, 307, 308, 404, 405, 403, 500, 503, 429, 204, 999 };
	unsigned char choice;
	plomb_http_request request;
	unsigned steps;
	uint32_t wait_ms;

	if (len < 1) {
		return 0;
	}
	choice = in[0];
	in ++;
	len --;
	plomb_registry_init(&registry, log_in, &choice);
	plomb_registry_ask(&registry, "https://r.example/v2/acme/app/manifests/latest", plomb_view_of("acme/app"), NULL, 1000);
	for (steps = 0; ; steps ++) {
		plomb_http_answer answer;
		plomb_view body;
		plomb_step step = plomb_registry_next(&registry, &request, &wait_ms);

		must(steps < MOST_STEPS);
		if (step == PLOMB_STEP_DONE) {
			must(registry.status != PLOMB_UNSET);
			return 0;
		}
		if (step == PLOMB_STEP_WAIT) {
			must(wait_ms <= 61000);
			continue;
		}
		check_request(&request);
		memset(&answer, 0, sizeof answer);
		answer.why = "";
		if (len < 2) {
			answer.problem = PLOMB_HTTP_NO_HOST;
			plomb_registry_answer(&registry, PLOMB_IO_ERROR, &answer, answer.location, 0);
			continue;
		}
		answer.status = statuses[in[0] % (sizeof statuses / sizeof statuses[0])];
		in ++;
		len --;
		answer.location = take_line(&in, &len);
		answer.challenge[0] = take_line(&in, &len);
		answer.challenge_count = answer.challenge[0].n != 0;
		body = take_line(&in, &len);
		plomb_registry_answer(&registry, PLOMB_OK, &answer, body, steps * 1000);
	}
}
