/* see attach.h */
#include "attach.h"

#include "../core/hash.h"
#include "../core/time.h"

#define CREATED_NEVER "0001-01-01T00:00:00Z"
#define EMPTY_CONFIG  "\"size\":2,\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\""

static void
clear(plomb_view *view)
{
	view->p = NULL;
	view->n = 0;
}

/* From one place of a text to another. */
static plomb_view
between(const unsigned char *from, const unsigned char *to)
{
	plomb_view view;

	view.p = from;
	view.n = (size_t)(to - from);
	return view;
}

/* What our own reader would not read back is not written. */
static plomb_status
check_written(plomb_work *work, plomb_status written, plomb_view *text)
{
	size_t mark = plomb_work_mark(work);
	plomb_manifest parsed;
	plomb_status s = written;

	if (s == PLOMB_OK) {
		s = plomb_manifest_parse(work, *text, &parsed);
		plomb_work_release(work, mark);
	}
	if (s != PLOMB_OK) {
		clear(text);
	}
	return s;
}

/* --------------------------------------------------------------------- pieces */

static void
write_digest(plomb_writer *w, const plomb_digest *digest)
{
	plomb_view bytes;

	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	plomb_write_str(w, "\"");
	plomb_write_str(w, plomb_hash_name(digest->hash));
	plomb_write_str(w, ":");
	plomb_write_hex(w, bytes);
	plomb_write_str(w, "\"");
}

/* A descriptor without its last brace. */
static void
write_descriptor(plomb_writer *w, plomb_view media_type, uint64_t size, const plomb_digest *digest)
{
	plomb_write_str(w, "{\"mediaType\":");
	plomb_write_json(w, media_type);
	plomb_write_str(w, ",\"size\":");
	plomb_write_decimal(w, (int64_t)size);
	plomb_write_str(w, ",\"digest\":");
	write_digest(w, digest);
}

static void
write_subject(plomb_writer *w, const plomb_subject *subject)
{
	plomb_write_str(w, "\"subject\":");
	write_descriptor(w, subject->media_type, subject->size, &subject->digest);
	plomb_write_str(w, "}");
}

/* ---------------------------------------------------------------- cosign 3's */

/* see attach.h */
plomb_status
plomb_attach_bundle(plomb_work *work, const plomb_subject *subject, plomb_view bundle,
	const plomb_digest *bundle_digest, plomb_view predicate_type, int64_t now_s, plomb_view *manifest)
{
	unsigned char text[32];
	plomb_time now;
	plomb_writer w;

	memset(&now, 0, sizeof now);
	now.s = now_s;
	plomb_writer_begin(&w, work);
	plomb_write_str(&w, "{\"schemaVersion\":2,\"mediaType\":\"" PLOMB_MEDIA_OCI_MANIFEST "\",\"config\":{\"mediaType\":\"" PLOMB_MEDIA_EMPTY "\","
		EMPTY_CONFIG ",\"artifactType\":\"" PLOMB_MEDIA_BUNDLE "\"},\"layers\":[");
	write_descriptor(&w, plomb_view_of(PLOMB_MEDIA_BUNDLE), bundle.n, bundle_digest);
	plomb_write_str(&w, "}],\"annotations\":{\"dev.sigstore.bundle.content\":\"");
	plomb_write_str(&w, predicate_type.p != NULL ? "dsse-envelope\",\"dev.sigstore.bundle.predicateType\":" : "message-signature\"");
	if (predicate_type.p != NULL) {
		plomb_write_json(&w, predicate_type);
	}
	plomb_write_str(&w, ",\"org.opencontainers.image.created\":\"");
	plomb_write_bytes(&w, text, plomb_time_put(text, now));
	plomb_write_str(&w, "\"},");
	write_subject(&w, subject);
	plomb_write_str(&w, ",\"artifactType\":\"" PLOMB_MEDIA_BUNDLE "\"}");
	return check_written(work, plomb_writer_end(&w, manifest), manifest);
}

/* ---------------------------------------------------------------- cosign 2's */

#define ANNOTATIONS 6

/* A layer's annotations by name, in the order in which they are written. */
typedef struct {
	const char *name;
	plomb_view value;
} annotation;

static void
list_annotations(const plomb_attachment *layer, annotation list[ANNOTATIONS])
{
	static const char *const names[ANNOTATIONS] = {
		"dev.cosignproject.cosign/signature", "dev.sigstore.cosign/bundle", "dev.sigstore.cosign/certificate",
		"dev.sigstore.cosign/chain", "dev.sigstore.cosign/rfc3161timestamp", "predicateType"
	};
	size_t i;

	list[0].value = layer->signature;
	list[1].value = layer->bundle;
	list[2].value = layer->certificate;
	list[3].value = layer->chain;
	list[4].value = layer->timestamp;
	list[5].value = layer->predicate_type;
	for (i = 0; i < ANNOTATIONS; i ++) {
		list[i].name = names[i];
	}
}

static void
write_layer(plomb_writer *w, const plomb_attachment *layer)
{
	annotation list[ANNOTATIONS];
	int is_first = 1;
	size_t i;

	list_annotations(layer, list);
	write_descriptor(w, layer->media_type, layer->size, &layer->digest);
	plomb_write_str(w, ",\"annotations\":{");
	for (i = 0; i < ANNOTATIONS; i ++) {
		if (list[i].value.p == NULL) {
			continue;
		}
		plomb_write_str(w, is_first ? "\"" : ",\"");
		plomb_write_str(w, list[i].name);
		plomb_write_str(w, "\":");
		plomb_write_json(w, list[i].value);
		is_first = 0;
	}
	plomb_write_str(w, "}}");
}

/* The descriptor is this very layer: the same bytes under the same annotations. */
static plomb_status
is_same_layer(plomb_work *work, const plomb_manifest *old, const plomb_descriptor *descriptor, const plomb_attachment *layer, int *same)
{
	annotation list[ANNOTATIONS];
	plomb_view value;
	plomb_status s;
	size_t i;

	*same = 0;
	if (!plomb_digest_eq(&descriptor->digest, &layer->digest)) {
		return PLOMB_OK;
	}
	list_annotations(layer, list);
	for (i = 0; i < ANNOTATIONS; i ++) {
		s = plomb_manifest_annotation(work, old, descriptor->annotations, list[i].name, &value);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s == PLOMB_OK ? list[i].value.p == NULL || !plomb_view_eq(value, list[i].value) : list[i].value.p != NULL) {
			return PLOMB_OK;
		}
	}
	*same = 1;
	return PLOMB_OK;
}

/* What is under the tag is a manifest that a layer can be added to; *has: it is there already. */
static plomb_status
read_old(plomb_work *work, plomb_view text, const plomb_attachment *layer, plomb_manifest *old, int *has)
{
	plomb_descriptor descriptor;
	plomb_status s;
	uint32_t i;
	size_t mark;

	*has = 0;
	s = plomb_manifest_parse(work, text, old);
	if (s != PLOMB_OK) {
		return s;
	}
	if (old->kind != PLOMB_MANIFEST_IMAGE || !old->has_config || old->list == PLOMB_JSON_NONE) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	for (i = 0; i < old->count && !*has; i ++) {
		mark = plomb_work_mark(work);
		s = plomb_manifest_descriptor(work, old, i, &descriptor);
		if (s == PLOMB_OK) {
			s = is_same_layer(work, old, &descriptor, layer, has);
		}
		plomb_work_release(work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return !*has && old->count >= PLOMB_MAX_LAYERS ? PLOMB_LIMIT_EXCEEDED : PLOMB_OK;
}

/* cosign's image config: a line of history and the digest of each layer, none of which is compressed. old may be NULL. */
static plomb_status
write_config(plomb_work *work, const plomb_manifest *old, const plomb_attachment *layer, plomb_view *config)
{
	uint32_t i, count = old != NULL ? old->count : 0;
	plomb_descriptor *all;
	plomb_writer w;
	plomb_status s;

	/* A writer is the newest object of work, so what it writes is read first. */
	all = plomb_work_take_array(work, count, sizeof *all);
	if (all == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (i = 0; i < count; i ++) {
		s = plomb_manifest_descriptor(work, old, i, all + i);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	plomb_writer_begin(&w, work);
	plomb_write_str(&w, "{\"architecture\":\"\",\"created\":\"" CREATED_NEVER "\",\"history\":[");
	for (i = 0; i <= count; i ++) {
		plomb_write_str(&w, i == 0 ? "{\"created\":\"" CREATED_NEVER "\"}" : ",{\"created\":\"" CREATED_NEVER "\"}");
	}
	plomb_write_str(&w, "],\"os\":\"\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[");
	for (i = 0; i < count; i ++) {
		write_digest(&w, &all[i].digest);
		plomb_write_str(&w, ",");
	}
	write_digest(&w, &layer->digest);
	plomb_write_str(&w, "]},\"config\":{}}");
	return plomb_writer_end(&w, config);
}

/* A manifest of its own. */
static plomb_status
write_new(plomb_work *work, const plomb_subject *subject, const char *suffix, const plomb_attachment *layer,
	plomb_view config, const plomb_digest *config_digest, plomb_view *manifest)
{
	plomb_writer w;

	plomb_writer_begin(&w, work);
	plomb_write_str(&w, "{\"schemaVersion\":2,\"mediaType\":\"" PLOMB_MEDIA_OCI_MANIFEST "\",\"config\":{\"mediaType\":\"");
	plomb_write_str(&w, subject == NULL ? PLOMB_MEDIA_CONFIG : PLOMB_MEDIA_ARTIFACT);
	plomb_write_str(&w, subject == NULL ? "" : suffix);
	plomb_write_str(&w, subject == NULL ? "" : PLOMB_MEDIA_ARTIFACT_END);
	plomb_write_str(&w, "\",\"size\":");
	plomb_write_decimal(&w, (int64_t)config.n);
	plomb_write_str(&w, ",\"digest\":");
	write_digest(&w, config_digest);
	plomb_write_str(&w, "},\"layers\":[");
	write_layer(&w, layer);
	plomb_write_str(&w, "]");
	if (subject != NULL) {
		plomb_write_str(&w, ",");
		write_subject(&w, subject);
		plomb_write_str(&w, ",\"artifactType\":\"" PLOMB_MEDIA_ARTIFACT);
		plomb_write_str(&w, suffix);
		plomb_write_str(&w, PLOMB_MEDIA_ARTIFACT_END "\"");
	}
	plomb_write_str(&w, "}");
	return plomb_writer_end(&w, manifest);
}

/* The end of a list's text: where one more element goes. */
static const unsigned char *
end_of_list(const plomb_manifest *old)
{
	plomb_view list = plomb_json_raw(&old->doc, old->list);

	return list.p + list.n - 1;
}

/* The old text with another config, and a layer more at the end of its list. The two may stand in either order. */
static plomb_status
write_merged(plomb_work *work, plomb_view text, const plomb_manifest *old, const plomb_attachment *layer,
	plomb_view config, const plomb_digest *config_digest, plomb_view *manifest)
{
	plomb_view was = plomb_json_raw(&old->doc, plomb_json_member(&old->doc, 0, "config"));
	const unsigned char *at = text.p, *end = text.p + text.n, *list_end = end_of_list(old);
	plomb_writer w;
	int step;

	plomb_writer_begin(&w, work);
	for (step = 0; step < 2; step ++) {
		if ((step == 0) == (was.p < list_end)) {
			plomb_write_view(&w, between(at, was.p));
			write_descriptor(&w, old->config.media_type, config.n, config_digest);
			plomb_write_str(&w, "}");
			at = was.p + was.n;
		} else {
			plomb_write_view(&w, between(at, list_end));
			plomb_write_str(&w, old->count != 0 ? "," : "");
			write_layer(&w, layer);
			at = list_end;
		}
	}
	plomb_write_view(&w, between(at, end));
	return plomb_writer_end(&w, manifest);
}

/* see attach.h */
plomb_status
plomb_attach_layer(plomb_work *work, const plomb_crypto *crypto, plomb_view old, const plomb_subject *subject, const char *suffix,
	const plomb_attachment *layer, plomb_view *config, plomb_view *manifest, plomb_view *media_type)
{
	plomb_manifest parsed;
	plomb_digest digest;
	plomb_status s;
	int has = 0;

	clear(config);
	clear(manifest);
	*media_type = plomb_view_of(PLOMB_MEDIA_OCI_MANIFEST);
	if (old.p != NULL) {
		s = read_old(work, old, layer, &parsed, &has);
		if (s != PLOMB_OK || has) {
			return s;
		}
		clear(media_type);
		if (parsed.media_type.p != NULL) {
			(void)plomb_media_kind(parsed.media_type, media_type);
		}
	}
	s = write_config(work, old.p != NULL ? &parsed : NULL, layer, config);
	if (s != PLOMB_OK) {
		return s;
	}
	memset(&digest, 0, sizeof digest);
	digest.hash = PLOMB_SHA256;
	plomb_hash_of(crypto, PLOMB_SHA256, *config, digest.bytes);
	s = old.p != NULL ? write_merged(work, old, &parsed, layer, *config, &digest, manifest)
		: write_new(work, subject, suffix, layer, *config, &digest, manifest);
	return check_written(work, s, manifest);
}

/* ------------------------------------------------------------------- fallback */

/* What is under the tag is an index with room for one more; *has: it is listed already. */
static plomb_status
read_index(plomb_work *work, plomb_view text, const plomb_digest *digest, plomb_manifest *old, int *has)
{
	plomb_descriptor descriptor;
	plomb_status s;
	uint32_t i;
	size_t mark;

	*has = 0;
	s = plomb_manifest_parse(work, text, old);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s == PLOMB_LIMIT_EXCEEDED) {
		return PLOMB_REFERRERS_TOO_MANY;
	}
	if (s != PLOMB_OK || old->kind != PLOMB_MANIFEST_INDEX
		|| (old->media_type.p != NULL && !plomb_view_is(old->media_type, PLOMB_MEDIA_OCI_INDEX)))
	{
		return PLOMB_REFERRERS_MALFORMED;
	}
	for (i = 0; i < old->count && !*has; i ++) {
		mark = plomb_work_mark(work);
		s = plomb_manifest_descriptor(work, old, i, &descriptor);
		plomb_work_release(work, mark);
		if (s != PLOMB_OK) {
			return s == PLOMB_NO_ROOM ? s : PLOMB_REFERRERS_MALFORMED;
		}
		*has = plomb_digest_eq(&descriptor.digest, digest);
	}
	return !*has && old->count >= PLOMB_MAX_DESCRIPTORS ? PLOMB_REFERRERS_TOO_MANY : PLOMB_OK;
}

/* A referrer as it is listed: type, digest, size, artifact type, and its annotations as they stand in it. */
static void
write_referrer(plomb_writer *w, const plomb_manifest *referrer, size_t size, const plomb_digest *digest)
{
	write_descriptor(w, plomb_view_of(PLOMB_MEDIA_OCI_MANIFEST), size, digest);
	if (referrer->annotations != PLOMB_JSON_NONE) {
		plomb_write_str(w, ",\"annotations\":");
		plomb_write_view(w, plomb_json_raw(&referrer->doc, referrer->annotations));
	}
	plomb_write_str(w, ",\"artifactType\":");
	plomb_write_json(w, referrer->artifact_type);
	plomb_write_str(w, "}");
}

/* see attach.h */
plomb_status
plomb_attach_fallback(plomb_work *work, plomb_view old, plomb_view referrer, const plomb_digest *digest, plomb_view *index)
{
	plomb_manifest parsed, entry;
	plomb_writer w;
	plomb_status s;
	int has = 0;

	clear(index);
	s = plomb_manifest_parse(work, referrer, &entry);
	if (s != PLOMB_OK) {
		return s;
	}
	memset(&parsed, 0, sizeof parsed);
	if (old.p != NULL) {
		s = read_index(work, old, digest, &parsed, &has);
		if (s != PLOMB_OK || has) {
			return s;
		}
	}
	plomb_writer_begin(&w, work);
	if (old.p == NULL) {
		plomb_write_str(&w, "{\"schemaVersion\":2,\"mediaType\":\"" PLOMB_MEDIA_OCI_INDEX "\",\"manifests\":[");
		write_referrer(&w, &entry, referrer.n, digest);
		plomb_write_str(&w, "]}");
		return check_written(work, plomb_writer_end(&w, index), index);
	}
	plomb_write_view(&w, between(old.p, end_of_list(&parsed)));
	plomb_write_str(&w, parsed.count != 0 ? "," : "");
	write_referrer(&w, &entry, referrer.n, digest);
	plomb_write_view(&w, between(end_of_list(&parsed), old.p + old.n));
	return check_written(work, plomb_writer_end(&w, index), index);
}
