/* OCI manifests and indexes, and their descriptors (image-spec; SPEC 10, 11.2). */
#ifndef PLOMB_MANIFEST_H
#define PLOMB_MANIFEST_H

#include "../core/json.h"

#define PLOMB_MAX_MANIFEST_BYTES (4u << 20)
#define PLOMB_MAX_LAYERS         1000 /* cosign's cap, CVE-2023-46737 */
#define PLOMB_MAX_DESCRIPTORS    1000 /* manifests in an index */

typedef struct {
	plomb_view media_type;
	plomb_view artifact_type;
	plomb_digest digest;
	uint64_t size;
	uint32_t annotations; /* token of the object, or PLOMB_JSON_NONE */
	uint32_t platform;    /* likewise */
} plomb_descriptor;

typedef enum { PLOMB_MANIFEST_IMAGE = 1, PLOMB_MANIFEST_INDEX } plomb_manifest_kind;

typedef struct {
	plomb_json doc;
	plomb_manifest_kind kind;
	plomb_view media_type;    /* of the body, or absent */
	plomb_view artifact_type; /* artifactType, else config.mediaType */
	int has_subject;
	plomb_descriptor subject;
	int has_config;
	plomb_descriptor config;
	uint32_t list;    /* token of layers or manifests */
	uint32_t count;   /* its elements */
	uint32_t annotations;
} plomb_manifest;

/*
 * Read a manifest or index. What is both, or neither, is
 * PLOMB_MANIFEST_MALFORMED (CVE-2021-41190); a media type that is none of
 * the four is PLOMB_MANIFEST_MEDIA_TYPE; PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM.
 * Every digest in it has passed plomb_digest_parse.
 */
PLOMB_MUST_CHECK plomb_status plomb_manifest_parse(plomb_work *work, plomb_view text, plomb_manifest *manifest);
/* The i-th layer or manifest. */
PLOMB_MUST_CHECK plomb_status plomb_manifest_descriptor(plomb_work *work, const plomb_manifest *manifest, uint32_t i, plomb_descriptor *descriptor);
/* An annotation's string; PLOMB_UNSET if it is not there. */
PLOMB_MUST_CHECK plomb_status plomb_manifest_annotation(plomb_work *work, const plomb_manifest *manifest, uint32_t annotations, const char *name, plomb_view *value);

#endif
