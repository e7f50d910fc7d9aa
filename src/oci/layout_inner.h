/* What layout.c and layout_signatures.c share. */
#ifndef PLOMB_LAYOUT_INNER_H
#define PLOMB_LAYOUT_INNER_H

#include "layout.h"

#define PLOMB_BUNDLE_TYPE "application/vnd.dev.sigstore.bundle" /* a prefix: a version follows */
#define PLOMB_SIG_TYPE    "application/vnd.dev.cosign.artifact.sig.v1+json"
#define PLOMB_ATT_TYPE    "application/vnd.dev.cosign.artifact.att.v1+json"

/* What hangs on an image. */
typedef enum {
	PLOMB_ATTACHED_NOT = 0,
	PLOMB_ATTACHED_BUNDLE,
	PLOMB_ATTACHED_SIG, /* cosign 2 signatures */
	PLOMB_ATTACHED_ATT, /* cosign 2 attestations */
	PLOMB_ATTACHED_OTHER /* a fallback index, an SBOM: no signature, but no image either */
} plomb_attached;

/* A manifest's bytes and what they say. */
typedef struct {
	plomb_view bytes;
	plomb_view media_type; /* a constant */
	plomb_manifest manifest;
} plomb_loaded;

/* The annotations that an entry of index.json is known by; absent ones are {NULL,0}. */
typedef struct {
	plomb_view kind;
	plomb_view name;
	plomb_view containerd_name;
} plomb_entry_names;

/*
 * Load and read a manifest that a descriptor names, everything in work. size
 * and media_type are the descriptor's, UINT64_MAX and {NULL,0} if there is
 * none. PLOMB_LAYOUT_BLOB_MISSING, PLOMB_DIGEST_MISMATCH, PLOMB_MANIFEST_…,
 * PLOMB_LIMIT_EXCEEDED, PLOMB_IO_ERROR, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_layout_load(plomb_work *work, plomb_store *store,
	const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_loaded *loaded);

/* The same for bytes that are there already. */
PLOMB_MUST_CHECK plomb_status plomb_layout_read(plomb_work *work, plomb_view bytes, plomb_view media_type, plomb_loaded *loaded);

/* index.json's bytes: PLOMB_LAYOUT_MALFORMED unless they are an index. */
PLOMB_MUST_CHECK plomb_status plomb_layout_index(plomb_work *work, plomb_view bytes, plomb_manifest *index);

PLOMB_MUST_CHECK plomb_status plomb_layout_names(plomb_work *work, const plomb_manifest *index,
	const plomb_descriptor *entry, plomb_entry_names *names);

/* What a media type or artifact type says it is; PLOMB_ATTACHED_NOT if it says nothing. */
plomb_attached plomb_attached_by_type(plomb_view type);
/* What cosign's kind or a tag like sha256-<hex>.sig say it is. */
plomb_attached plomb_attached_by_name(const plomb_entry_names *names);

#endif
