/* OCI manifests and indexes, and their descriptors (image-spec; SPEC 10, 11.2). */
#ifndef PLOMB_MANIFEST_H
#define PLOMB_MANIFEST_H

#include "../core/json.h"

#define PLOMB_MAX_MANIFEST_BYTES (4u << 20)
#define PLOMB_MAX_LAYERS         1000 /* cosign's cap, CVE-2023-46737 */
#define PLOMB_MAX_DESCRIPTORS    1000 /* manifests in an index */
#define PLOMB_MAX_MANIFEST_TOKENS 32768 /* of JSON; a thousand descriptors with four annotations each have 25,000 */

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

/* The media types that are read: OCI's and Docker's. */
#define PLOMB_MEDIA_OCI_MANIFEST    "application/vnd.oci.image.manifest.v1+json"
#define PLOMB_MEDIA_OCI_INDEX       "application/vnd.oci.image.index.v1+json"
#define PLOMB_MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define PLOMB_MEDIA_DOCKER_LIST     "application/vnd.docker.distribution.manifest.list.v2+json"

/*
 * What a media type says the body is; 0 if it is none of the four. *known is
 * then the constant, which outlives any buffer; known may be NULL.
 */
int plomb_media_kind(plomb_view media_type, plomb_view *known);

/*
 * The type under which a body was found (a descriptor's, a Content-Type
 * without parameters; may be absent) is the type that the body says:
 * PLOMB_OK and the type, PLOMB_MANIFEST_MEDIA_TYPE if nobody names one of the
 * four, PLOMB_MANIFEST_MALFORMED if they name different ones (CVE-2021-41190).
 */
PLOMB_MUST_CHECK plomb_status plomb_manifest_type(const plomb_manifest *manifest, plomb_view outside, plomb_view *media_type);

/* The digests are the same, under the same hash. */
int plomb_digest_eq(const plomb_digest *a, const plomb_digest *b);

/*
 * A descriptor in any document. PLOMB_MANIFEST_MALFORMED,
 * PLOMB_DIGEST_ALG_UNSUPPORTED, PLOMB_NO_ROOM. Members that are not read
 * here are not looked at.
 */
PLOMB_MUST_CHECK plomb_status plomb_descriptor_read(plomb_work *work, const plomb_json *doc, uint32_t object, plomb_descriptor *descriptor);

/*
 * Read a manifest or index. JSON that is malformed or has a key twice is
 * PLOMB_MANIFEST_MALFORMED. What is both, or neither, is
 * PLOMB_MANIFEST_MALFORMED (CVE-2021-41190); a media type that is none of
 * the four is PLOMB_MANIFEST_MEDIA_TYPE (also Docker's schema 1);
 * PLOMB_DIGEST_ALG_UNSUPPORTED, PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM. Tokens
 * and unescaped strings are taken from work.
 * Every digest in it has passed plomb_digest_parse.
 */
PLOMB_MUST_CHECK plomb_status plomb_manifest_parse(plomb_work *work, plomb_view text, plomb_manifest *manifest);
/* The i-th layer or manifest. */
PLOMB_MUST_CHECK plomb_status plomb_manifest_descriptor(plomb_work *work, const plomb_manifest *manifest, uint32_t i, plomb_descriptor *descriptor);
/* An annotation's string; PLOMB_UNSET if it is not there. */
PLOMB_MUST_CHECK plomb_status plomb_manifest_annotation(plomb_work *work, const plomb_manifest *manifest, uint32_t annotations, const char *name, plomb_view *value);

#endif
