/* see manifest.h */
#include "manifest.h"

#include "../core/hash.h"

enum {
	SCHEMA_VERSION, MEDIA_TYPE, ARTIFACT_TYPE, SUBJECT, CONFIG, LAYERS, MANIFESTS, ANNOTATIONS,
	MANIFEST_MEMBERS
};

static const char *const manifest_names[MANIFEST_MEMBERS] = {
	"schemaVersion", "mediaType", "artifactType", "subject", "config", "layers", "manifests", "annotations"
};

enum { D_MEDIA_TYPE, D_ARTIFACT_TYPE, D_DIGEST, D_SIZE, D_ANNOTATIONS, D_PLATFORM, DESCRIPTOR_MEMBERS };

static const char *const descriptor_names[DESCRIPTOR_MEMBERS] = {
	"mediaType", "artifactType", "digest", "size", "annotations", "platform"
};

static const struct {
	plomb_view text;
	plomb_manifest_kind kind;
} media_types[] = {
	{ PLOMB_LIT(PLOMB_MEDIA_OCI_MANIFEST), PLOMB_MANIFEST_IMAGE },
	{ PLOMB_LIT(PLOMB_MEDIA_DOCKER_MANIFEST), PLOMB_MANIFEST_IMAGE },
	{ PLOMB_LIT(PLOMB_MEDIA_OCI_INDEX), PLOMB_MANIFEST_INDEX },
	{ PLOMB_LIT(PLOMB_MEDIA_DOCKER_LIST), PLOMB_MANIFEST_INDEX }
};

/* see manifest.h */
int
plomb_media_kind(plomb_view media_type, plomb_view *known)
{
	size_t i;

	for (i = 0; i < sizeof media_types / sizeof media_types[0]; i ++) {
		if (plomb_view_eq(media_type, media_types[i].text)) {
			if (known != NULL) {
				*known = media_types[i].text;
			}
			return (int)media_types[i].kind;
		}
	}
	return 0;
}

/* see manifest.h */
int
plomb_digest_eq(const plomb_digest *a, const plomb_digest *b)
{
	return a->hash == b->hash && memcmp(a->bytes, b->bytes, plomb_hash_len(a->hash)) == 0;
}

/* The reasons of JSON are not those of a manifest (SPEC 16). */
static plomb_status
own_reason(plomb_status s)
{
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_MANIFEST_MALFORMED;
}

/* The byte at *at as Go compares names: letters of one case; U+017F is an s to it. */
static unsigned char
folded(plomb_view text, size_t *at)
{
	unsigned char c = text.p[(*at) ++];

	if (c == 0xC5 && *at < text.n && text.p[*at] == 0xBF) {
		(*at) ++;
		return 's';
	}
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

static int
folds_to(plomb_view key, const char *name)
{
	plomb_view want = plomb_view_of(name);
	size_t i = 0, j = 0;

	while (i < key.n && j < want.n) {
		if (folded(key, &i) != folded(want, &j)) {
			return 0;
		}
	}
	return i == key.n && j == want.n;
}

static int
is_disguised(plomb_view key, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		if (folds_to(key, names[i])) {
			return !plomb_view_is(key, names[i]);
		}
	}
	return 0;
}

/*
 * Most readers of manifests are written in Go and take "Layers" for
 * "layers": to them such a body says something else than to us, which is
 * CVE-2021-41190 again. Nobody writes one in good faith.
 */
static plomb_status
refuse_disguises(plomb_work *work, const plomb_json *doc, uint32_t object, const char *const *names, size_t count)
{
	uint32_t key;

	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		size_t mark = plomb_work_mark(work);
		plomb_view text;
		plomb_status s = plomb_json_string(work, doc, key, &text);

		if (s == PLOMB_OK && is_disguised(text, names, count)) {
			s = PLOMB_MANIFEST_MALFORMED;
		}
		plomb_work_release(work, mark);
		if (s != PLOMB_OK) {
			return own_reason(s);
		}
	}
	return PLOMB_OK;
}

/* The members of an object that is read by name. */
static plomb_status
read_members(plomb_work *work, const plomb_json *doc, uint32_t object, const char *const *names, size_t count, uint32_t *values)
{
	plomb_status s = plomb_json_members(doc, object, names, count, 0, values, NULL);

	if (s != PLOMB_OK) {
		return own_reason(s);
	}
	return refuse_disguises(work, doc, object, names, count);
}

/* A string that may be absent. */
static plomb_status
optional_string(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *text)
{
	text->p = NULL;
	text->n = 0;
	return value == PLOMB_JSON_NONE ? PLOMB_OK : own_reason(plomb_json_string(work, doc, value, text));
}

/* An object that may be absent. */
static plomb_status
optional_object(const plomb_json *doc, uint32_t value)
{
	return value == PLOMB_JSON_NONE || plomb_json_typeof(doc, value) == PLOMB_JSON_OBJECT
		? PLOMB_OK : PLOMB_MANIFEST_MALFORMED;
}

/* Annotations are strings by name, or absent. */
static plomb_status
check_annotations(const plomb_json *doc, uint32_t object)
{
	uint32_t key;

	if (optional_object(doc, object) != PLOMB_OK) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if (plomb_json_typeof(doc, plomb_json_value(doc, key)) != PLOMB_JSON_STRING) {
			return PLOMB_MANIFEST_MALFORMED;
		}
	}
	return PLOMB_OK;
}

static plomb_status
read_digest(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_digest *digest)
{
	plomb_view text;
	plomb_status s = own_reason(plomb_json_string(work, doc, value, &text));

	if (s != PLOMB_OK) {
		return s;
	}
	/* Digests become paths, so this is where "sha256:../../x" ends: CVE-2024-3727. */
	s = plomb_digest_parse(text, digest);
	return s == PLOMB_OK || s == PLOMB_DIGEST_ALG_UNSUPPORTED ? s : PLOMB_MANIFEST_MALFORMED;
}

/* A number, not protobuf's string. */
static plomb_status
read_size(const plomb_json *doc, uint32_t value, uint64_t *size)
{
	int64_t number;

	if (plomb_json_typeof(doc, value) != PLOMB_JSON_NUMBER
		|| plomb_json_int64(doc, value, &number) != PLOMB_OK || number < 0)
	{
		return PLOMB_MANIFEST_MALFORMED;
	}
	*size = (uint64_t)number;
	return PLOMB_OK;
}

/* see manifest.h */
plomb_status
plomb_descriptor_read(plomb_work *work, const plomb_json *doc, uint32_t object, plomb_descriptor *descriptor)
{
	uint32_t values[DESCRIPTOR_MEMBERS];
	plomb_status s;

	memset(descriptor, 0, sizeof *descriptor);
	descriptor->annotations = PLOMB_JSON_NONE;
	descriptor->platform = PLOMB_JSON_NONE;
	if ((s = read_members(work, doc, object, descriptor_names, DESCRIPTOR_MEMBERS, values)) != PLOMB_OK
		|| (s = own_reason(plomb_json_string(work, doc, values[D_MEDIA_TYPE], &descriptor->media_type))) != PLOMB_OK
		|| (s = optional_string(work, doc, values[D_ARTIFACT_TYPE], &descriptor->artifact_type)) != PLOMB_OK
		|| (s = read_digest(work, doc, values[D_DIGEST], &descriptor->digest)) != PLOMB_OK
		|| (s = read_size(doc, values[D_SIZE], &descriptor->size)) != PLOMB_OK
		|| (s = check_annotations(doc, values[D_ANNOTATIONS])) != PLOMB_OK
		|| (s = optional_object(doc, values[D_PLATFORM])) != PLOMB_OK)
	{
		return s;
	}
	descriptor->annotations = values[D_ANNOTATIONS];
	descriptor->platform = values[D_PLATFORM];
	return PLOMB_OK;
}

/* A descriptor that may be absent. */
static plomb_status
optional_descriptor(plomb_work *work, const plomb_json *doc, uint32_t value, int *has, plomb_descriptor *descriptor)
{
	*has = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	*has = 1;
	return plomb_descriptor_read(work, doc, value, descriptor);
}

static plomb_status
check_schema(const plomb_json *doc, uint32_t value)
{
	int64_t version;

	if (plomb_json_typeof(doc, value) != PLOMB_JSON_NUMBER || plomb_json_int64(doc, value, &version) != PLOMB_OK) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	/* Docker's schema 1 is signed inside and rewritten by registries: not read. */
	if (version == 1) {
		return PLOMB_MANIFEST_MEDIA_TYPE;
	}
	return version == 2 ? PLOMB_OK : PLOMB_MANIFEST_MALFORMED;
}

/*
 * What it is by its members, and that its media type says the same. A body
 * that is an image to one reader and an index to the other is CVE-2021-41190.
 */
static plomb_status
read_kind(const uint32_t values[MANIFEST_MEMBERS], plomb_manifest *manifest)
{
	int is_image = values[CONFIG] != PLOMB_JSON_NONE || values[LAYERS] != PLOMB_JSON_NONE;
	int is_index = values[MANIFESTS] != PLOMB_JSON_NONE;
	int said = 0;

	if (manifest->media_type.p != NULL) {
		said = plomb_media_kind(manifest->media_type, NULL);
		if (said == 0) {
			return PLOMB_MANIFEST_MEDIA_TYPE;
		}
	}
	if (is_image == is_index) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	manifest->kind = is_image ? PLOMB_MANIFEST_IMAGE : PLOMB_MANIFEST_INDEX;
	manifest->list = is_image ? values[LAYERS] : values[MANIFESTS];
	return said == 0 || said == (int)manifest->kind ? PLOMB_OK : PLOMB_MANIFEST_MALFORMED;
}

/* Every element is a descriptor, and there are not too many of them. */
static plomb_status
check_list(plomb_work *work, plomb_manifest *manifest)
{
	const plomb_json *doc = &manifest->doc;
	uint32_t limit = manifest->kind == PLOMB_MANIFEST_IMAGE ? PLOMB_MAX_LAYERS : PLOMB_MAX_DESCRIPTORS;
	uint32_t i;

	if (manifest->list != PLOMB_JSON_NONE && plomb_json_typeof(doc, manifest->list) != PLOMB_JSON_ARRAY) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	manifest->count = plomb_json_size(doc, manifest->list, limit);
	/* CVE-2023-46737: a manifest of endless layers kept cosign busy for ever. */
	if (manifest->count > limit) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	for (i = plomb_json_first(doc, manifest->list); i != PLOMB_JSON_NONE; i = plomb_json_next(doc, i)) {
		size_t mark = plomb_work_mark(work);
		plomb_descriptor descriptor;
		plomb_status s = plomb_descriptor_read(work, doc, i, &descriptor);

		plomb_work_release(work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
read_body(plomb_work *work, plomb_manifest *manifest)
{
	const plomb_json *doc = &manifest->doc;
	uint32_t values[MANIFEST_MEMBERS];
	plomb_status s;

	if ((s = read_members(work, doc, 0, manifest_names, MANIFEST_MEMBERS, values)) != PLOMB_OK
		|| (s = check_schema(doc, values[SCHEMA_VERSION])) != PLOMB_OK
		|| (s = optional_string(work, doc, values[MEDIA_TYPE], &manifest->media_type)) != PLOMB_OK
		|| (s = optional_string(work, doc, values[ARTIFACT_TYPE], &manifest->artifact_type)) != PLOMB_OK
		|| (s = read_kind(values, manifest)) != PLOMB_OK
		|| (s = optional_descriptor(work, doc, values[SUBJECT], &manifest->has_subject, &manifest->subject)) != PLOMB_OK
		|| (s = optional_descriptor(work, doc, values[CONFIG], &manifest->has_config, &manifest->config)) != PLOMB_OK
		|| (s = check_annotations(doc, values[ANNOTATIONS])) != PLOMB_OK
		|| (s = check_list(work, manifest)) != PLOMB_OK)
	{
		return s;
	}
	manifest->annotations = values[ANNOTATIONS];
	if (manifest->artifact_type.n == 0 && manifest->has_config) {
		manifest->artifact_type = manifest->config.media_type;
	}
	return PLOMB_OK;
}

static void
clear(plomb_manifest *manifest)
{
	memset(manifest, 0, sizeof *manifest);
	manifest->list = PLOMB_JSON_NONE;
	manifest->annotations = PLOMB_JSON_NONE;
}

/* A million empty layers are four megabytes, and would take forty as tokens. */
static plomb_status
check_tokens(plomb_view text)
{
	uint32_t count = 0;
	plomb_status s;

	/* A token has two bytes at least, with what parts it from the next; only the first has none before it. */
	if (text.n / 2 < PLOMB_MAX_MANIFEST_TOKENS) {
		return PLOMB_OK;
	}
	s = own_reason(plomb_json_check(text, &count));
	return s == PLOMB_OK && count > PLOMB_MAX_MANIFEST_TOKENS ? PLOMB_LIMIT_EXCEEDED : s;
}

/* see manifest.h */
plomb_status
plomb_manifest_parse(plomb_work *work, plomb_view text, plomb_manifest *manifest)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s;

	clear(manifest);
	if (text.n > PLOMB_MAX_MANIFEST_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	s = check_tokens(text);
	if (s == PLOMB_OK) {
		s = own_reason(plomb_json_parse(work, text, &manifest->doc));
	}
	if (s == PLOMB_OK) {
		s = read_body(work, manifest);
	}
	if (s != PLOMB_OK) {
		plomb_work_release(work, mark);
		clear(manifest);
	}
	return s;
}

/* see manifest.h */
plomb_status
plomb_manifest_type(const plomb_manifest *manifest, plomb_view outside, plomb_view *media_type)
{
	int inside_kind, outside_kind;

	media_type->p = NULL;
	media_type->n = 0;
	inside_kind = plomb_media_kind(manifest->media_type, media_type);
	if (outside.p == NULL) {
		return inside_kind != 0 ? PLOMB_OK : PLOMB_MANIFEST_MEDIA_TYPE;
	}
	outside_kind = plomb_media_kind(outside, media_type);
	if (outside_kind == 0) {
		return PLOMB_MANIFEST_MEDIA_TYPE;
	}
	if (inside_kind != 0 && !plomb_view_eq(manifest->media_type, outside)) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	return outside_kind == (int)manifest->kind ? PLOMB_OK : PLOMB_MANIFEST_MALFORMED;
}

/* see manifest.h */
plomb_status
plomb_manifest_descriptor(plomb_work *work, const plomb_manifest *manifest, uint32_t i, plomb_descriptor *descriptor)
{
	uint32_t element = plomb_json_first(&manifest->doc, manifest->list);

	for (; i != 0 && element != PLOMB_JSON_NONE; i --) {
		element = plomb_json_next(&manifest->doc, element);
	}
	/* Past the end it is "not an object", like any element that is none. */
	return plomb_descriptor_read(work, &manifest->doc, element, descriptor);
}

/* see manifest.h */
plomb_status
plomb_manifest_annotation(plomb_work *work, const plomb_manifest *manifest, uint32_t annotations, const char *name, plomb_view *value)
{
	uint32_t token = plomb_json_member(&manifest->doc, annotations, name);

	value->p = NULL;
	value->n = 0;
	if (token == PLOMB_JSON_NONE) {
		return PLOMB_UNSET;
	}
	return own_reason(plomb_json_string(work, &manifest->doc, token, value));
}
