/*
 * What hangs on an image, looked at manifest by manifest: the part that
 * layouts and registries have in common, so that both find the same
 * candidates.
 */
#ifndef PLOMB_WALK_H
#define PLOMB_WALK_H

#include "layout_inner.h"

/* The passes over what may be a referrer, in the order of SPEC 10.3. */
typedef enum {
	PLOMB_PASS_BUNDLES,
	PLOMB_PASS_REFERRERS,
	PLOMB_PASS_TAGS
} plomb_walk_pass;

typedef struct {
	plomb_work *work;
	plomb_store *store;
	const plomb_layout_image *image; /* NULL if only the digest is known */
	plomb_digest digest;
	plomb_found_fn found;
	plomb_hanging_fn hangs; /* instead of found: everything is told, whatever it is */
	void *user;
	const char *origin;   /* of what is found now */
	plomb_view name;      /* likewise, and its suffix; only for hangs */
	const char *suffix;
	int is_listed;        /* what is visited now stands in a list of referrers */
	size_t max_blob;      /* of a payload or bundle */
	int is_last_try;      /* there will be no more room: what takes more is too large */
	const int *is_exhausted; /* unless the store's own memory was refused; may be NULL */
	int believes_types;   /* an artifact type that says something else need not be looked at */
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN]; /* the image's digest */
	size_t hex_len;
	plomb_manifest index; /* a layout's */
	plomb_digest *seen; /* manifests that were found, so that none is found twice */
	size_t seen_count, seen_most;
	size_t found_count;
	plomb_digest *children; /* of the image, if it is an index */
	size_t child_count;
	size_t manifest_bytes; /* loaded by descriptor: one large manifest may be named a thousand times */
} plomb_walk;

/*
 * Look for candidates, or for everything. Fills in all but image, origin,
 * is_last_try, is_exhausted and believes_types, which are zero. PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_walk_init(plomb_walk *w, plomb_work *work, plomb_store *store,
	const plomb_digest *digest, plomb_found_fn found, void *user);
PLOMB_MUST_CHECK plomb_status plomb_walk_init_all(plomb_walk *w, plomb_work *work, plomb_store *store,
	const plomb_digest *digest, plomb_hanging_fn hangs, void *user);
/* Remember what the image names, if it is an index. */
PLOMB_MUST_CHECK plomb_status plomb_walk_children(plomb_walk *w);

/* The image is an index, and this is one of its children: no signature of it can be. */
int plomb_walk_is_child(const plomb_walk *w, const plomb_digest *digest);
/* The image and what was found already are not looked at again. */
int plomb_walk_is_done(const plomb_walk *w, const plomb_digest *digest);
int plomb_walk_is_about(const plomb_walk *w, const plomb_manifest *manifest);
/*
 * What a manifest that has the image as its subject is, by itself; its parent
 * may leave the type out. Where everything is told nothing is PLOMB_ATTACHED_NOT.
 */
PLOMB_MUST_CHECK plomb_status plomb_walk_classify(plomb_walk *w, const plomb_manifest *manifest, plomb_attached *attached);

PLOMB_MUST_CHECK plomb_status plomb_walk_load(plomb_walk *w, const plomb_descriptor *descriptor, plomb_loaded *loaded);
/* More was read than any image has: this is not trouble of one candidate, it ends the walk. */
PLOMB_MUST_CHECK plomb_status plomb_walk_check_spent(const plomb_walk *w, plomb_status s);

/*
 * Call found for everything in a manifest, or once for what could not be
 * read; where everything is told, call hangs once for either.
 */
PLOMB_MUST_CHECK plomb_status plomb_walk_manifest(plomb_walk *w, const plomb_digest *source, const plomb_loaded *loaded, plomb_attached attached);
PLOMB_MUST_CHECK plomb_status plomb_walk_trouble(plomb_walk *w, const plomb_digest *source, plomb_attached attached, plomb_status trouble);

/*
 * Look at one descriptor that may be a referrer. suspect: if it cannot be
 * read, it may have been a signature of this image.
 */
PLOMB_MUST_CHECK plomb_status plomb_walk_visit(plomb_walk *w, plomb_walk_pass now, const plomb_descriptor *descriptor, int suspect);

#endif
