/*
 * Single files by address: a TUF mirror's, and a root that is named by URL.
 * What is fetched is believed only after it was verified, so http will do.
 *
 * Requests are decided by oci/registry.h: three tries with pauses, at most
 * five redirects, never from https to http. Nobody is ever told a password: a
 * server that asks for one is refused.
 */
#ifndef PLOMB_FETCH_H
#define PLOMB_FETCH_H

#include "../oci/registry.h"
#include "source.h"

/* Heap and connections; closed by the caller also after a fault. */
typedef struct {
	plomb_http_tls tls;
	plomb_http *http;
	plomb_registry *registry;
} plomb_fetcher;

/*
 * ca_file: authorities in PEM instead of the system's, or NULL; it must stay.
 * PLOMB_UNSUPPORTED_FEATURE in a build without network, PLOMB_CONFIG_INVALID,
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_fetcher_open(plomb_fetcher *fetcher, const char *ca_file, plomb_fault *fault);
void plomb_fetcher_close(plomb_fetcher *fetcher);

/*
 * The body at an http or https address, at most max bytes, on the heap.
 * PLOMB_UNSET after 404 and 403 (which object stores say instead); else with a
 * fault PLOMB_TUF_LENGTH, PLOMB_TUF_NETWORK, PLOMB_CONFIG_INVALID,
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_fetch(plomb_fetcher *fetcher, const char *url, size_t max, plomb_bytes *bytes, plomb_fault *fault);

/* Whether text names something on a network, by its scheme. */
int plomb_is_url(const char *text);

/*
 * An address that files can be fetched from: no user name in it, no query.
 * PLOMB_USAGE_ERROR with a fault that does not repeat it, for there may be a
 * password in it.
 */
PLOMB_MUST_CHECK plomb_status plomb_check_url(const char *option, const char *url, plomb_fault *fault);

#endif
