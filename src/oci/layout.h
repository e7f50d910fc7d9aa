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
 * Where a layout's bytes come from: store_dir.h, store_tar.h. Blobs are asked
 * for by digest only; the store turns a digest into a path or a tar member.
 * A store may hand out bytes that are not in work, as long as they live as
 * long as the store. What is there but no regular file is
 * PLOMB_LAYOUT_MALFORMED.
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
	/*
	 * The same for a manifest, which a registry keeps apart from other
	 * blobs: media_type is what its descriptor says, or absent.
	 */
	plomb_status (*manifest)(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_view *bytes);
	/*
	 * Hash a blob of any size without keeping it: PLOMB_OK if it is what
	 * digest and size say, PLOMB_UNSET, PLOMB_DIGEST_MISMATCH,
	 * PLOMB_LIMIT_EXCEEDED after too many blobs, PLOMB_IO_ERROR, PLOMB_NO_ROOM.
	 */
	plomb_status (*check)(plomb_store *store, const plomb_digest *digest, uint64_t size);
	/*
	 * The i-th blob of the store in any fixed order, for the scan of cosign
	 * save directories; *size is its file's size, UINT64_MAX if it is no
	 * regular file or does not begin with "{", and so is no manifest.
	 * PLOMB_UNSET past the end; PLOMB_IO_ERROR, PLOMB_NO_ROOM.
	 */
	plomb_status (*list)(plomb_store *store, size_t i, plomb_digest *digest, uint64_t *size);
	/*
	 * Set by the walks below: the tag sha256-<hex> of the image names
	 * something other than an index, which lists no referrers (SPEC 11.3).
	 */
	int has_odd_fallback;
};

/* A store's manifest function where manifests are blobs like any other. */
plomb_status plomb_store_manifest_blob(plomb_store *store, plomb_work *work,
	const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_view *bytes);

/* An image found in a layout. */
typedef struct {
	plomb_digest digest;   /* computed over the manifest's bytes */
	plomb_view manifest;   /* the bytes, in work */
	plomb_view media_type;
	plomb_view index;      /* index.json's bytes, in work */
} plomb_layout_image;

/*
 * Find the image. By digest: an entry of index.json, or any manifest of the
 * layout (a child of an index); tag is not looked at then. By tag: the entry
 * of that name (org.opencontainers.image.ref.name or io.containerd.image.name,
 * as it stands or as the tag of a full reference). With neither: the one of
 * cosign's kind image or imageIndex, else the single manifest that is not
 * itself a signature; an index stands for those of its children that are
 * listed beside it.
 *
 * The manifest's bytes have the digest, the size and the media type that
 * index.json says. manifest and index stay in work.
 *
 * PLOMB_LAYOUT_MALFORMED, PLOMB_LAYOUT_AMBIGUOUS, PLOMB_LAYOUT_BLOB_MISSING,
 * PLOMB_LAYOUT_NO_MANIFEST (an archive of `docker save` without index.json),
 * PLOMB_IMAGE_NOT_FOUND, PLOMB_DIGEST_MISMATCH, PLOMB_DIGEST_ALG_UNSUPPORTED,
 * PLOMB_MANIFEST_MALFORMED (also: another media type than its descriptor's,
 * CVE-2021-41190), PLOMB_MANIFEST_MEDIA_TYPE, PLOMB_LIMIT_EXCEEDED,
 * PLOMB_IO_ERROR, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_layout_find(plomb_work *work, plomb_store *store,
	plomb_view tag, const plomb_digest *digest, plomb_layout_image *image);

/*
 * Every blob that the image names (config, layers) is there and is what its
 * digest and size say. Of an index this holds for the children that are
 * there, since a layout may hold one platform of many; a child may be an
 * index once more, but not twice. PLOMB_LAYOUT_BLOB_MISSING,
 * PLOMB_DIGEST_MISMATCH, PLOMB_MANIFEST_…, PLOMB_LIMIT_EXCEEDED, PLOMB_IO_ERROR, PLOMB_NO_ROOM.
 */
#define PLOMB_MAX_CONTENT 100000 /* blobs named by one image; real ones name some hundred */
PLOMB_MUST_CHECK plomb_status plomb_layout_check_content(plomb_work *work, plomb_store *store, const plomb_layout_image *image);

/*
 * The child of an index for os/arch[/variant]. An image manifest is its own
 * child if its config says that platform. PLOMB_IMAGE_NOT_FOUND;
 * PLOMB_LAYOUT_AMBIGUOUS if several children are for it (name the variant);
 * PLOMB_CONFIG_INVALID if it is no platform; and as plomb_layout_find.
 */
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
	const char *origin;  /* where that was found: "layout", "referrer" or "tag" */
	plomb_status trouble; /* not PLOMB_OK: it could not be read, and why; it is still a candidate */
} plomb_found;

/*
 * Call found for each signature and attestation of the image, in the order
 * of SPEC 10.3: bundles, cosign 2 referrers, `.sig` and `.att`, then the
 * blob scan. Each manifest is found once. What cannot be read is found too,
 * with trouble set, also an entry of index.json or a damaged blob that may
 * have been a signature.
 *
 * What found points to is valid during the call, and so is what the callback
 * takes from the same work: it is released when the callback returns. A
 * callback result other than PLOMB_OK ends the walk and is returned.
 * PLOMB_LIMIT_EXCEEDED if there are more than PLOMB_MAX_CANDIDATES (found has
 * been called for those; CVE-2023-33957) or, after the scan, more than
 * PLOMB_MAX_SCAN blobs; PLOMB_IO_ERROR; PLOMB_NO_ROOM as soon as anything
 * does not fit into work, which is no trouble of a candidate's.
 */
#define PLOMB_MAX_CANDIDATES 100
#define PLOMB_MAX_SCAN       10000
typedef plomb_status (*plomb_found_fn)(void *user, const plomb_found *found);
PLOMB_MUST_CHECK plomb_status plomb_layout_signatures(plomb_work *work, plomb_store *store,
	const plomb_layout_image *image, plomb_found_fn found, void *user);

/* Something that hangs on an image, by its manifest; what it contains was not looked at. */
typedef struct {
	plomb_digest digest; /* of the manifest */
	const char *origin;  /* as of a plomb_found */
	const char *suffix;  /* ".sig", ".att" or ".sbom" if it is known by such a name, else "" */
	plomb_view name;     /* that name; absent if it has none */
	plomb_view media_type, artifact_type; /* as far as they are known; else absent */
	uint64_t size;       /* UINT64_MAX: not known */
	const plomb_manifest *manifest; /* NULL if it could not be read */
	/*
	 * PLOMB_OK; why it could not be read; PLOMB_SUBJECT_MISMATCH if it is
	 * listed for the image, but does not itself say that it is about it,
	 * and so is no candidate of plomb_layout_signatures.
	 */
	plomb_status trouble;
} plomb_hanging;

/*
 * Call hangs for everything that hangs on the image, whatever it is, by the
 * rules and in the order of plomb_layout_signatures, `.sbom` with the tags.
 * At most PLOMB_MAX_HANGING; else as there.
 */
#define PLOMB_MAX_HANGING 1000
typedef plomb_status (*plomb_hanging_fn)(void *user, const plomb_hanging *hanging);
PLOMB_MUST_CHECK plomb_status plomb_layout_hanging(plomb_work *work, plomb_store *store,
	const plomb_layout_image *image, plomb_hanging_fn hangs, void *user);

#endif
