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
#define PLOMB_MAX_ATTACHED_BYTES (2u << 20)  /* of a manifest of signatures: a hundred of cosign 2's, with chains and timestamps, have one and a half */
#define PLOMB_MAX_IDLE_BYTES     (512u << 10) /* of bodies that nobody reads just now */
#define PLOMB_PROBE_MS           3000 /* how long a host that may speak http gets to show that it speaks TLS */

typedef struct plomb_store_registry plomb_store_registry;

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
	/*
	 * Called before and after every question, if they are set: a network is
	 * for one question at a time, and asker is whose it is.
	 */
	void (*enter)(void *user, plomb_store_registry *asker);
	void (*leave)(void *user);
	void *user;
} plomb_network;

/* A repository of a registry. */
typedef struct {
	char authority[300]; /* host[:port] to speak to */
	char repository[300]; /* with "library/" */
} plomb_place;

/*
 * Something that was fetched. A body is good until the next of its kind is
 * asked for, and a blob's also until the next manifest is: what nobody reads
 * any more goes when there is too much of it, and would be fetched again.
 */
typedef struct {
	plomb_digest digest; /* computed */
	int is_manifest;
	int is_page;         /* of a list that cannot be asked for again: stays until plomb_registry_forget */
	unsigned char *p;    /* NULL although there are bytes: it is gone */
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

/* An entry of the list of referrers, as far as it matters. A type that is cut is none that is known. */
#define PLOMB_MAX_TYPE 79
typedef struct {
	plomb_digest digest;
	uint64_t size;
	char media_type[PLOMB_MAX_TYPE + 1];
	char artifact_type[PLOMB_MAX_TYPE + 1];
} plomb_referrer;

struct plomb_store_registry {
	plomb_store store; /* first, so that it can be cast back */
	plomb_network *network;
	void *owner; /* the caller's own */
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
	size_t busy_manifest, busy_blob; /* the latest ones, which somebody reads; SIZE_MAX: none */
	int is_exhausted;               /* memory was refused, by the system or by its ceiling */
	/* Of the list of referrers: what was read of it, from how many pages. */
	plomb_referrer *referrer;
	size_t referrer_count, referrer_room, pages_read;
	int is_listed;                  /* to its end */
	char next_page[PLOMB_MAX_URL]; /* empty: no further page is announced */
	plomb_lister lister;
	/* How its last question ended, of which the network knows no more once another has asked. */
	unsigned http_status;
	char why[PLOMB_MAX_WHY]; /* for people; empty if there is nothing to add */
};

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
 * A manifest by its tag, in the signatures' repository, of at most max
 * bytes. PLOMB_UNSET if there is none. Not parsed.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_tag(plomb_store_registry *store, const char *tag, size_t max, const plomb_fetched **fetched);

/*
 * The i-th page of what refers to a digest: an index, not parsed. Page 0
 * falls back to the tag sha256-<hex> if the registry has no such API.
 * PLOMB_UNSET past the last; PLOMB_REFERRERS_TOO_MANY,
 * PLOMB_REFERRERS_MALFORMED, PLOMB_REGISTRY_…; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_referrers(plomb_store_registry *store, const plomb_digest *digest, size_t i, const plomb_fetched **fetched);

/* What an errand brought back. */
typedef struct {
	unsigned http_status;
	plomb_view media_type; /* as of a plomb_fetched */
	int has_digest;        /* Docker-Content-Digest */
	plomb_digest digest;
	int has_subject;       /* OCI-Subject */
	plomb_digest subject;
	char etag[200];        /* ETag, if it is a strong one; else empty */
	char location[PLOMB_MAX_URL]; /* absolute; empty if there is none that is an address */
	unsigned char *p;      /* the body of 200, the store's memory's; NULL: none */
	size_t n, room;
} plomb_reply;

/*
 * Ask the signatures' repository for anything by any method: rest is the path
 * behind its name. Nothing is kept or known from before. PLOMB_OK as of
 * plomb_registry_answer; PLOMB_REFERENCE_INVALID, PLOMB_REGISTRY_…;
 * PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM. reply->p is to be given back, whatever
 * is returned.
 */
PLOMB_MUST_CHECK plomb_status plomb_registry_run(plomb_store_registry *store, const char *rest, const char *accept, size_t max,
	const plomb_errand *errand, plomb_reply *reply);

/* Its body is not needed any more. */
void plomb_registry_forget(plomb_store_registry *store, const plomb_fetched *fetched);

/* The tag of a digest's attachments: prefix, sha256-<hex>, suffix. Room for 200 bytes; 0 if it is longer. */
int plomb_registry_tag_name(char out[200], const char *prefix, const plomb_digest *digest, const char *suffix);

/* How to look for signatures. */
typedef struct {
	const char *prefix; /* --attachment-tag-prefix, or "" */
	const char *suffix; /* of the tag: ".sig" or ".att" */
	size_t max_blob;
	int is_last_try; /* there will be no more work buffer: what takes more is PLOMB_LIMIT_EXCEEDED */
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
