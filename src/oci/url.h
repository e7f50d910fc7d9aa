/* Addresses on the network: what a registry's answers may send us to. */
#ifndef PLOMB_URL_H
#define PLOMB_URL_H

#include "../core/view.h"

#define PLOMB_MAX_URL 8192 /* signed addresses of object stores have two or three thousand bytes */

typedef struct {
	int is_https;
	plomb_view host; /* a name, an IPv4 address, or an IPv6 address in brackets */
	uint32_t port;
	plomb_view authority; /* host[:port] as written */
	plomb_view path; /* with the query; begins with "/" unless it is empty */
} plomb_url;

/*
 * Read an absolute http or https address: nonzero if it is one. Not read are
 * user names in it, characters that no address has, and odd host names. A
 * fragment is left out.
 */
int plomb_url_parse(plomb_view text, plomb_url *url);

/*
 * What a Location or Link header means, seen from base, as NUL-terminated
 * text of at most room bytes; nonzero if it is an address as above.
 */
int plomb_url_resolve(const plomb_url *base, plomb_view reference, char *out, size_t room);

/* Scheme, host and port are the same. */
int plomb_url_same_origin(const plomb_url *a, const plomb_url *b);
int plomb_url_same_host(const plomb_url *a, const plomb_url *b);

/* A name or address of this machine itself. */
int plomb_url_is_loopback(plomb_view host);
/*
 * An address that only means something here: loopback, private, link-local,
 * unspecified, also in the old numeric spellings. Names are not, except
 * localhost.
 */
int plomb_url_is_local(plomb_view host);

/* Append bytes, percent-encoded where encode is set; 0 if they do not fit with a NUL behind. */
int plomb_url_put(char *out, size_t room, size_t *n, plomb_view bytes, int encode);
/* Append a digest: its algorithm, what is between (":" or "-"), hex. 0 as above. */
int plomb_url_put_digest(char *out, size_t room, size_t *n, const plomb_digest *digest, const char *between);

#endif
