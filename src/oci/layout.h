/*
 * Images and their signatures in an OCI image layout: a directory, a
 * directory that `cosign save` made, or a tar of either (SPEC 12). The layout
 * is untrusted: names are checked before they become paths, every blob is
 * hashed before it is believed.
 *
 * This room says what to read and reads what came back; a plomb_store does
 * the reading.
 */
#ifndef PLOMB_LAYOUT_H
#define PLOMB_LAYOUT_H

#include "manifest.h"

/*
 * Where a layout's bytes come from. Blobs are asked for by digest only; the
 * store turns a digest into a path or a tar member.
 */
typedef struct plomb_store plomb_store;
struct plomb_store {
	/*
	 * The whole file of that name ("oci-layout", "index.json",
	 * "manifest.json"), at most max bytes, into work. PLOMB_UNSET if there
	 * is none; PLOMB_LIMIT_EXCEEDED; PLOMB_IO_ERROR; PLOMB_NO_ROOM.
	 */
	plomb_status (*file)(plomb_store *store, plomb_work *work, const char *name, size_t max, plomb_view *bytes);
	/*
	 * A blob's bytes into work, checked against its digest. size is what
	 * the descriptor says (UINT64_MAX: unknown). PLOMB_UNSET,
	 * PLOMB_DIGEST_MISMATCH, PLOMB_LIMIT_EXCEEDED, PLOMB_IO_ERROR, PLOMB_NO_ROOM.
	 */
	plomb_status (*blob)(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, size_t max, plomb_view *bytes);
	/* Hash a blob of any size without keeping it: PLOMB_OK if it is what digest and size say. */
	plomb_status (*check)(plomb_store *store, const plomb_digest *digest, uint64_t size);
	/*
	 * The i-th blob of the store in any fixed order, for the scan of cosign
	 * save directories; *size is its file's size. PLOMB_UNSET past the end.
	 */
	plomb_status (*list)(plomb_store *store, size_t i, plomb_digest *digest, uint64_t *size);
};

/* An image found in a layout. */
typedef struct {
	plomb_digest digest;   /* computed over the manifest's bytes */
	plomb_view manifest;   /* the bytes, in work */
	plomb_view media_type;
	plomb_view index;      /* index.json's bytes, in work */
} plomb_layout_image;

/*
 * Find the image: tag and digest may be absent; then the one of kind
 * image/imageIndex, else the single manifest that is not itself a signature.
 * PLOMB_LAYOUT_MALFORMED, _AMBIGUOUS, _BLOB_MISSING, _NO_MANIFEST,
 * PLOMB_IMAGE_NOT_FOUND, PLOMB_DIGEST_MISMATCH, …
 */
PLOMB_MUST_CHECK plomb_status plomb_layout_find(plomb_work *work, plomb_store *store,
	plomb_view tag, const plomb_digest *digest, plomb_layout_image *image);

/* Every blob that the image names (config, layers; of an index, the children's too, as far as they are there) is what its digest says. */
PLOMB_MUST_CHECK plomb_status plomb_layout_check_content(plomb_work *work, plomb_store *store, const plomb_layout_image *image);

/* The child of an index for os/arch[/variant]; PLOMB_IMAGE_NOT_FOUND. An image manifest is its own child if its config says that platform. */
PLOMB_MUST_CHECK plomb_status plomb_layout_platform(plomb_work *work, plomb_store *store, const plomb_layout_image *image,
	plomb_view platform, plomb_digest *child);

typedef enum {
	PLOMB_FOUND_BUNDLE = 1,      /* bytes is a Sigstore bundle */
	PLOMB_FOUND_SIMPLESIGNING,   /* layer is a cosign 2 signature */
	PLOMB_FOUND_ENVELOPE         /* layer is a cosign 2 attestation */
} plomb_found_kind;

typedef struct {
	plomb_found_kind kind;
	plomb_view bytes;
	plomb_layer layer;
	plomb_digest source; /* of the manifest that holds it */
	plomb_status trouble; /* not PLOMB_OK: it could not be read, and why; it is still a candidate */
} plomb_found;

/*
 * Call found for each signature and attestation of the image, in the order
 * of SPEC 10.3: bundles, cosign 2 referrers, `.sig` and `.att`, then the
 * blob scan. Each is found once. The callback's memory is the caller's to
 * release; what found points to is valid during the call. A callback result
 * other than PLOMB_OK ends the walk and is returned.
 */
#define PLOMB_MAX_CANDIDATES 100
#define PLOMB_MAX_SCAN       10000
typedef plomb_status (*plomb_found_fn)(void *user, const plomb_found *found);
PLOMB_MUST_CHECK plomb_status plomb_layout_signatures(plomb_work *work, plomb_store *store,
	const plomb_layout_image *image, plomb_found_fn found, void *user);

#endif
