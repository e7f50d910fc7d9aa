/*
 * Blobs and manifests into a repository of a registry (SPEC 13.9): one thing
 * at a time, each under its digest or a tag. publish.h puts them in order.
 */
#ifndef PLOMB_PUSH_H
#define PLOMB_PUSH_H

#include "../oci/store_registry.h"

#define PLOMB_MAX_ANSWER_BYTES 65536 /* what a registry says to something that was sent to it */

typedef struct {
	plomb_network *network;
	void *owner;               /* of the questions */
	const plomb_place *place;
	plomb_memory *memory;
	const plomb_crypto *crypto;
	const char *step;          /* what is being done, for why: "uploading the bundle" */
	char why[PLOMB_MAX_WHY];   /* of an error: the step, the host, and what it said */
} plomb_push;

/* What came of a manifest that was sent. */
typedef struct {
	unsigned http_status;
	int is_conflict;  /* 409 or 412: somebody else was there */
	int is_transient; /* no answer, or one that may be another a moment later: it may or may not have been taken */
	int has_subject;  /* the registry lists it among the subject's referrers (OCI-Subject) */
	plomb_digest subject;
} plomb_pushed;

/* Start why with the step and go on with up to three parts. Returns status. */
plomb_status plomb_push_fail(plomb_push *push, plomb_status status, const char *first, plomb_view second, const char *third);

void plomb_push_digest_of(const plomb_push *push, plomb_view bytes, plomb_digest *digest);

/*
 * A blob, unless it is there already. It goes up in one piece; the place that
 * the registry names for it may be anywhere, and gets credentials only if it
 * is the registry itself. PLOMB_REGISTRY_…, PLOMB_DIGEST_MISMATCH if the
 * registry says that it is something else, PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_push_blob(plomb_push *push, plomb_view bytes);

/*
 * A manifest under reference, a digest or a tag. With is_once it is not sent
 * a second time and what may be tried again is PLOMB_UNSET, pushed says why.
 * if_match is an entity tag that the registry gave, or absent. Else as above.
 */
PLOMB_MUST_CHECK plomb_status plomb_push_manifest(plomb_push *push, const char *reference, plomb_view media_type, plomb_view bytes,
	int is_once, const char *if_match, plomb_pushed *pushed);

/* What is under a tag now; the body is memory's. */
typedef struct {
	unsigned char *p;
	size_t n, room;
	plomb_view media_type; /* one of the four constants, or absent */
	plomb_digest digest;
	char etag[200];        /* a strong one, else empty */
} plomb_current;

/* PLOMB_UNSET: nothing. At most max bytes. Given back with plomb_push_give. */
PLOMB_MUST_CHECK plomb_status plomb_push_read(plomb_push *push, const char *tag, size_t max, plomb_current *current);
void plomb_push_give(plomb_push *push, plomb_current *current);

#endif
