/*
 * Images in a registry: manifests, blobs, referrers and tags, each fetched
 * once, checked against its digest and kept while the store lives. What to
 * send and where credentials go registry.h decides; the sending is a
 * plomb_http's.
 */
#ifndef PLOMB_STORE_REGISTRY_H
#define PLOMB_STORE_REGISTRY_H

#include "../../port/memory.h"
#include "../../port/pause.h"
#include "layout.h"
#include "reference.h"
#include "registry.h"

#define PLOMB_MAX_HOSTS          16 /* whose scheme is remembered */
#define PLOMB_MAX_REFERRER_PAGES 50
#define PLOMB_MAX_REFERRERS      1000
#define PLOMB_PROBE_MS           3000 /* how long a host that may speak http gets to show that it speaks TLS */

/* What all images of a run share: connections, tokens, and which host speaks TLS. */
typedef struct {
	plomb_http *http;
	const plomb_pause *pause;
	plomb_registry *registry;
	int allow_http; /* for every host; else for this machine's own only */
	struct {
		char authority[300];
		int is_https;
	} host[PLOMB_MAX_HOSTS];
	size_t host_count;
} plomb_network;

/* A repository of a registry. */
typedef struct {
	char authority[300]; /* host[:port] to speak to */
	char repository[300]; /* with "library/" */
} plomb_place;

/* Something that was fetched. */
typedef struct {
	plomb_digest digest; /* computed */
	int is_manifest;
	unsigned char *p;
	size_t n, room;
	plomb_view media_type; /* of a manifest: one of the four constants, or absent if it had none of them */
} plomb_fetched;

/* Who listed the referrers. */
typedef enum {
	PLOMB_LISTER_UNKNOWN = 0, /* they were not asked for, or there is no answer */
	PLOMB_LISTER_REGISTRY,
	PLOMB_LISTER_TAG,         /* sha256-<hex>, since the registry cannot */
	PLOMB_LISTER_NONE         /* neither */
} plomb_lister;

typedef struct {
	plomb_store store; /* first, so that it can be cast back */
	plomb_network *network;
	plomb_memory *memory;
	const plomb_crypto *crypto;
	plomb_place image, signatures; /* the same, but for COSIGN_REPOSITORY */
	size_t max_fetched; /* of all answers together */
	size_t fetched_bytes;
	/* Kept answers: by digest, and by name for those that were asked for by name. */
	plomb_fetched *kept;
	size_t kept_count, kept_room;
	struct plomb_named {
		char name[200]; /* tag, or "referrers/" and the page's number */
		size_t kept;    /* SIZE_MAX: there is no such thing */
	} *named;
	size_t named_count, named_room;
	char next_page[PLOMB_MAX_URL]; /* empty: no further page is announced */
	plomb_lister lister;
} plomb_store_registry;

void plomb_network_init(plomb_network *network, plomb_http *http, const plomb_pause *pause, plomb_registry *registry);

/* The place that a reference names. PLOMB_REFERENCE_INVALID if it is too long. */
PLOMB_MUST_CHECK plomb_status plomb_place_of(const plomb_reference *reference, plomb_place *place);

/* Nothing is fetched yet. Freed by the caller. */
void plomb_store_registry_init(plomb_store_registry *store, plomb_network *network, plomb_memory *memory,
	const plomb_crypto *crypto, const plomb_place *image);
void plomb_store_registry_free(plomb_store_registry *store);

/*
 * The manifest that a tag or, if tag is absent, a digest names, in the
 * image's repository. PLOMB_IMAGE_NOT_FOUND; PLOMB_DIGEST_MISMATCH;
 * PLOMB_MANIFEST_MEDIA_TYPE, PLOMB_MANIFEST_MALFORMED; PLOMB_REGISTRY_…;
 * PLOMB_LIMIT_EXCEEDED; PLOMB_NO_ROOM. image->index is absent.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_image(plomb_work *work, plomb_store_registry *store,
	plomb_view tag, const plomb_digest *digest, plomb_layout_image *image);

/*
 * A manifest by its tag, in the signatures' repository. PLOMB_UNSET if there
 * is none. Not parsed.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_tag(plomb_store_registry *store, const char *tag, const plomb_fetched **fetched);

/*
 * The i-th page of what refers to a digest: an index, not parsed. Page 0
 * falls back to the tag sha256-<hex> if the registry has no such API.
 * PLOMB_UNSET past the last; PLOMB_REFERRERS_TOO_MANY,
 * PLOMB_REFERRERS_MALFORMED, PLOMB_REGISTRY_…; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_referrers(plomb_store_registry *store, const plomb_digest *digest, size_t i, const plomb_fetched **fetched);

/* The tag of a digest's attachments: prefix, sha256-<hex>, suffix. Room for 200 bytes; 0 if it is longer. */
int plomb_registry_tag_name(char out[200], const char *prefix, const plomb_digest *digest, const char *suffix);

/* How to look for signatures. */
typedef struct {
	const char *prefix; /* --attachment-tag-prefix, or "" */
	const char *suffix; /* of the tag: ".sig" or ".att" */
	size_t max_blob;
	/* Asked before the tag is looked at: nonzero if what was found is enough. May be NULL. */
	int (*is_enough)(void *user);
} plomb_registry_search;

/*
 * As plomb_layout_signatures: bundles, cosign 2 referrers, then the tag.
 * digest is the image's.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_signatures(plomb_work *work, plomb_store_registry *store, const plomb_digest *digest,
	const plomb_registry_search *search, plomb_found_fn found, void *user);

/*
 * As plomb_layout_hanging: the referrers if they are asked for, then the tags
 * `.sig`, `.att` and `.sbom` with this prefix. No blob is fetched.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_hanging(plomb_work *work, plomb_store_registry *store, const plomb_digest *digest,
	const char *prefix, int with_referrers, plomb_hanging_fn hangs, void *user);

#endif
