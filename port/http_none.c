/* see http.h: a build without network */
#include "http.h"

#include <string.h>

const char plomb_http_backend[] = "none";

static plomb_status
none_send(plomb_http *http, const plomb_http_request *request, plomb_http_answer *answer)
{
	(void)http;
	(void)request;
	memset(answer, 0, sizeof *answer);
	return PLOMB_UNSUPPORTED_FEATURE;
}

/* see http.h */
plomb_status
plomb_http_open(const plomb_http_tls *tls, plomb_http **http)
{
	static plomb_http none = { none_send };

	(void)tls;
	*http = &none;
	return PLOMB_OK;
}

/* see http.h */
void
plomb_http_close(plomb_http *http)
{
	(void)http;
}
