/* Image references (SPEC 11.1): [HOST[:PORT]/]PATH[:TAG][@ALG:HEX]. */
#ifndef PLOMB_REFERENCE_H
#define PLOMB_REFERENCE_H

#include "../core/view.h"

typedef struct {
	plomb_view given;      /* the whole text */
	plomb_view registry;   /* host[:port] as written, or "index.docker.io" */
	plomb_view repository; /* as written, without "library/" */
	int is_library;        /* Docker Hub's one-component names: "library/" goes in front */
	plomb_view tag;        /* "latest" if neither tag nor digest was given; absent beside a digest */
	int has_digest;
	plomb_digest digest;
} plomb_reference;

/* PLOMB_OK, PLOMB_REFERENCE_INVALID, PLOMB_DIGEST_ALG_UNSUPPORTED. */
PLOMB_MUST_CHECK plomb_status plomb_reference_parse(plomb_view text, plomb_reference *reference);

#endif
