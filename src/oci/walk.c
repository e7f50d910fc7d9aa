/* see walk.h */
#include "walk.h"

#include "../core/base64.h"

/* ----------------------------------------------------------------- findings */

static int
is_among(const plomb_digest *digests, size_t count, const plomb_digest *digest)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		if (plomb_digest_eq(digests + i, digest)) {
			return 1;
		}
	}
	return 0;
}

static int
was_seen(const plomb_walk *w, const plomb_digest *digest)
{
	return is_among(w->seen, w->seen_count, digest);
}

/* see walk.h */
int
plomb_walk_is_child(const plomb_walk *w, const plomb_digest *digest)
{
	return is_among(w->children, w->child_count, digest);
}

static plomb_status
remember(plomb_walk *w, const plomb_digest *digest)
{
	if (w->seen_count == w->seen_most) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	w->seen[w->seen_count] = *digest;
	w->seen_count ++;
	return PLOMB_OK;
}

/* Unlimited candidates are unlimited signatures to verify: CVE-2023-33957. */
static plomb_status
report(plomb_walk *w, const plomb_found *found)
{
	plomb_found told;

	told = *found;
	told.origin = w->origin;
	/* That is no fault of the candidate if the caller may have more, and asks again. */
	if (found->trouble == PLOMB_NO_ROOM) {
		if (!w->is_last_try || (w->is_exhausted != NULL && *w->is_exhausted)) {
			return PLOMB_NO_ROOM;
		}
		told.trouble = PLOMB_LIMIT_EXCEEDED;
	}
	if (w->found_count == PLOMB_MAX_CANDIDATES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	w->found_count ++;
	return w->found(w->user, &told);
}

/* Tell of something, whatever it is; descriptor and loaded are NULL where they are not known. */
static plomb_status
show(plomb_walk *w, const plomb_digest *source, const plomb_descriptor *descriptor, const plomb_loaded *loaded, plomb_status trouble)
{
	plomb_hanging hanging;
	plomb_status s;

	if (trouble == PLOMB_NO_ROOM) {
		return trouble;
	}
	if ((s = remember(w, source)) != PLOMB_OK) {
		return s;
	}
	memset(&hanging, 0, sizeof hanging);
	hanging.digest = *source;
	hanging.origin = w->origin;
	hanging.suffix = w->suffix;
	hanging.name = w->name;
	hanging.size = UINT64_MAX;
	hanging.trouble = trouble;
	if (descriptor != NULL) {
		hanging.media_type = descriptor->media_type;
		hanging.artifact_type = descriptor->artifact_type;
		hanging.size = descriptor->size;
	}
	if (loaded != NULL) {
		hanging.media_type = loaded->media_type;
		hanging.artifact_type = loaded->manifest.artifact_type;
		hanging.size = loaded->bytes.n;
		hanging.manifest = &loaded->manifest;
	}
	return w->hangs(w->user, &hanging);
}

static plomb_found_kind
found_kind(plomb_attached attached)
{
	if (attached == PLOMB_ATTACHED_SIG) {
		return PLOMB_FOUND_SIMPLESIGNING;
	}
	return attached == PLOMB_ATTACHED_ATT ? PLOMB_FOUND_ENVELOPE : PLOMB_FOUND_BUNDLE;
}

/* see walk.h */
plomb_status
plomb_walk_trouble(plomb_walk *w, const plomb_digest *source, plomb_attached attached, plomb_status trouble)
{
	plomb_found found;
	plomb_status s;

	if (w->hangs != NULL) {
		return show(w, source, NULL, NULL, trouble);
	}
	s = remember(w, source);
	if (s != PLOMB_OK) {
		return s;
	}
	memset(&found, 0, sizeof found);
	found.kind = found_kind(attached);
	found.source = *source;
	found.trouble = trouble;
	return report(w, &found);
}

/* A layer's blob, whole. */
static plomb_status
read_blob(plomb_walk *w, const plomb_descriptor *layer, plomb_view *bytes)
{
	plomb_status s = w->store->blob(w->store, w->work, &layer->digest, layer->size, w->max_blob, bytes);

	return s == PLOMB_UNSET ? PLOMB_LAYOUT_BLOB_MISSING : s;
}

static plomb_status
read_bundle(plomb_walk *w, const plomb_manifest *manifest, plomb_view *bytes)
{
	plomb_descriptor layer;
	plomb_status s;

	if (manifest->count != 1) {
		return PLOMB_MANIFEST_MALFORMED;
	}
	s = plomb_manifest_descriptor(w->work, manifest, 0, &layer);
	return s == PLOMB_OK ? read_blob(w, &layer, bytes) : s;
}

static plomb_status
report_bundle(plomb_walk *w, const plomb_digest *source, const plomb_manifest *manifest)
{
	plomb_found found;

	memset(&found, 0, sizeof found);
	found.kind = PLOMB_FOUND_BUNDLE;
	found.source = *source;
	found.trouble = read_bundle(w, manifest, &found.bytes);
	return report(w, &found);
}

/* The annotations of a cosign 2 layer (SPEC 10.2), as far as they are there. */
static plomb_status
read_annotations(plomb_walk *w, const plomb_manifest *manifest, uint32_t annotations, plomb_layer *layer)
{
	const struct {
		const char *name;
		plomb_view *value;
	} wanted[] = {
		{ "dev.cosignproject.cosign/signature", &layer->signature },
		{ "dev.sigstore.cosign/certificate", &layer->certificate },
		{ "dev.sigstore.cosign/chain", &layer->chain },
		{ "dev.sigstore.cosign/bundle", &layer->bundle },
		{ "dev.sigstore.cosign/rfc3161timestamp", &layer->timestamp }
	};
	size_t i;

	for (i = 0; i < sizeof wanted / sizeof wanted[0]; i ++) {
		plomb_status s = plomb_manifest_annotation(w->work, manifest, annotations, wanted[i].name, wanted[i].value);

		if (s != PLOMB_OK && s != PLOMB_UNSET) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
read_layer(plomb_walk *w, const plomb_manifest *manifest, uint32_t i, plomb_attached attached, plomb_found *found)
{
	plomb_descriptor layer;
	plomb_status s;

	s = plomb_manifest_descriptor(w->work, manifest, i, &layer);
	if (s != PLOMB_OK) {
		return s;
	}
	if (attached == PLOMB_ATTACHED_ATT || plomb_view_starts(layer.media_type, "application/vnd.dsse.envelope")) {
		found->kind = PLOMB_FOUND_ENVELOPE;
	}
	s = read_annotations(w, manifest, layer.annotations, &found->layer);
	return s == PLOMB_OK ? read_blob(w, &layer, &found->layer.payload) : s;
}

/* Each layer of a cosign 2 manifest is a signature of its own. */
static plomb_status
report_layers(plomb_walk *w, const plomb_digest *source, const plomb_manifest *manifest, plomb_attached attached)
{
	uint32_t i;

	for (i = 0; i < manifest->count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_found found;
		plomb_status s;

		memset(&found, 0, sizeof found);
		found.kind = PLOMB_FOUND_SIMPLESIGNING;
		found.source = *source;
		found.trouble = read_layer(w, manifest, i, attached, &found);
		s = report(w, &found);
		plomb_work_release(w->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* see walk.h */
plomb_status
plomb_walk_manifest(plomb_walk *w, const plomb_digest *source, const plomb_loaded *loaded, plomb_attached attached)
{
	const plomb_manifest *manifest = &loaded->manifest;
	plomb_status s;

	if (w->hangs != NULL) {
		return show(w, source, NULL, loaded, PLOMB_OK);
	}
	if (manifest->kind != PLOMB_MANIFEST_IMAGE) {
		return plomb_walk_trouble(w, source, attached, PLOMB_MANIFEST_MALFORMED);
	}
	s = remember(w, source);
	if (s != PLOMB_OK) {
		return s;
	}
	return attached == PLOMB_ATTACHED_BUNDLE
		? report_bundle(w, source, manifest) : report_layers(w, source, manifest, attached);
}

/* ---------------------------------------------------------------- referrers */

/* By its types, its config's or, if it has but one layer, that one's. */
static plomb_status
attached_by_content(plomb_walk *w, const plomb_manifest *manifest, plomb_attached *attached)
{
	size_t mark = plomb_work_mark(w->work);
	plomb_descriptor layer;
	plomb_status s;

	*attached = plomb_attached_by_type(manifest->artifact_type);
	if (*attached == PLOMB_ATTACHED_NOT) {
		/* A few builds of cosign 3 wrote the type of the config only. */
		*attached = plomb_attached_by_type(manifest->config.media_type);
	}
	if (*attached != PLOMB_ATTACHED_NOT || manifest->kind != PLOMB_MANIFEST_IMAGE || manifest->count != 1) {
		return PLOMB_OK;
	}
	s = plomb_manifest_descriptor(w->work, manifest, 0, &layer);
	if (s == PLOMB_OK && plomb_attached_by_type(layer.media_type) == PLOMB_ATTACHED_BUNDLE) {
		*attached = PLOMB_ATTACHED_BUNDLE;
	}
	plomb_work_release(w->work, mark);
	return s;
}

/* see walk.h */
plomb_status
plomb_walk_classify(plomb_walk *w, const plomb_manifest *manifest, plomb_attached *attached)
{
	plomb_status s = attached_by_content(w, manifest, attached);

	if (w->hangs == NULL || s == PLOMB_NO_ROOM) {
		return s;
	}
	if (*attached == PLOMB_ATTACHED_NOT) {
		*attached = PLOMB_ATTACHED_OTHER;
	}
	return PLOMB_OK;
}

/* see walk.h */
int
plomb_walk_is_about(const plomb_walk *w, const plomb_manifest *manifest)
{
	return manifest->has_subject && plomb_digest_eq(&manifest->subject.digest, &w->digest);
}

/* see walk.h */
int
plomb_walk_is_done(const plomb_walk *w, const plomb_digest *digest)
{
	return plomb_digest_eq(digest, &w->digest) || was_seen(w, digest);
}

/* Which pass is to report an attachment. */
static plomb_walk_pass
pass_of(plomb_attached attached)
{
	return attached == PLOMB_ATTACHED_SIG || attached == PLOMB_ATTACHED_ATT ? PLOMB_PASS_REFERRERS : PLOMB_PASS_BUNDLES;
}

/* see walk.h */
plomb_status
plomb_walk_load(plomb_walk *w, const plomb_descriptor *descriptor, plomb_loaded *loaded)
{
	plomb_status s;

	s = plomb_layout_load(w->work, w->store, &descriptor->digest, descriptor->size, descriptor->media_type, loaded);
	w->manifest_bytes += loaded->bytes.n;
	return s;
}

/* see walk.h */
plomb_status
plomb_walk_check_spent(const plomb_walk *w, plomb_status s)
{
	return s == PLOMB_OK && w->manifest_bytes > PLOMB_MAX_INPUT_BYTES ? PLOMB_LIMIT_EXCEEDED : s;
}

/* Old registries leave the type out, and GHCR writes the type of an empty config. */
static int
says_something(plomb_view type)
{
	return type.n != 0 && !plomb_view_is(type, "application/vnd.oci.empty.v1+json")
		&& !plomb_view_is(type, "application/vnd.oci.image.config.v1+json")
		&& !plomb_view_is(type, "application/vnd.docker.container.image.v1+json");
}

/* Its descriptor alone says that it is nothing that is looked for. */
static int
is_passed_over(const plomb_walk *w, const plomb_descriptor *descriptor, plomb_attached attached)
{
	if (w->hangs != NULL) {
		/* A list of referrers may name what is no manifest that we read; index.json names anything. */
		return !w->is_listed && plomb_media_kind(descriptor->media_type, NULL) == 0;
	}
	if (plomb_media_kind(descriptor->media_type, NULL) != PLOMB_MANIFEST_IMAGE && attached == PLOMB_ATTACHED_NOT) {
		/* An index may name anything; a signature is an image manifest. */
		return 1;
	}
	return w->believes_types && attached == PLOMB_ATTACHED_NOT && says_something(descriptor->artifact_type);
}

/* see walk.h */
plomb_status
plomb_walk_visit(plomb_walk *w, plomb_walk_pass now, const plomb_descriptor *descriptor, int suspect)
{
	plomb_attached attached = plomb_attached_by_type(descriptor->artifact_type);
	plomb_loaded loaded;
	plomb_status s;

	if (plomb_walk_is_done(w, &descriptor->digest) || is_passed_over(w, descriptor, attached)) {
		return PLOMB_OK;
	}
	s = plomb_walk_load(w, descriptor, &loaded);
	if (s != PLOMB_OK) {
		/* Where only we failed, even a named entry may be a signature. */
		suspect |= s == PLOMB_NO_ROOM || s == PLOMB_IO_ERROR;
		if (now != pass_of(attached) || (attached == PLOMB_ATTACHED_NOT && !suspect)) {
			return PLOMB_OK;
		}
		return w->hangs != NULL ? show(w, &descriptor->digest, descriptor, NULL, s)
			: plomb_walk_trouble(w, &descriptor->digest, attached, s);
	}
	if (!plomb_walk_is_about(w, &loaded.manifest)) {
		return w->hangs != NULL && w->is_listed
			? show(w, &descriptor->digest, descriptor, &loaded, PLOMB_SUBJECT_MISMATCH) : PLOMB_OK;
	}
	s = plomb_walk_classify(w, &loaded.manifest, &attached);
	if (s != PLOMB_OK || attached == PLOMB_ATTACHED_NOT || now != pass_of(attached)) {
		return s;
	}
	return plomb_walk_manifest(w, &descriptor->digest, &loaded, attached);
}

/* ----------------------------------------------------------------- beginning */

static plomb_status
begin(plomb_walk *w, plomb_work *work, plomb_store *store, const plomb_digest *digest, size_t most, void *user)
{
	plomb_view bytes;

	memset(w, 0, sizeof *w);
	w->work = work;
	w->store = store;
	w->digest = *digest;
	w->user = user;
	w->suffix = "";
	w->max_blob = PLOMB_MAX_INPUT_BYTES;
	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	w->hex_len = 2 * bytes.n;
	plomb_hex_encode(w->hex, bytes);
	w->seen = plomb_work_take_array(work, most, sizeof *w->seen);
	w->seen_most = most;
	return w->seen == NULL ? PLOMB_NO_ROOM : PLOMB_OK;
}

/* see walk.h */
plomb_status
plomb_walk_init(plomb_walk *w, plomb_work *work, plomb_store *store,
	const plomb_digest *digest, plomb_found_fn found, void *user)
{
	plomb_status s = begin(w, work, store, digest, PLOMB_MAX_CANDIDATES, user);

	w->found = found;
	return s;
}

/* see walk.h */
plomb_status
plomb_walk_init_all(plomb_walk *w, plomb_work *work, plomb_store *store,
	const plomb_digest *digest, plomb_hanging_fn hangs, void *user)
{
	plomb_status s = begin(w, work, store, digest, PLOMB_MAX_HANGING, user);

	w->hangs = hangs;
	return s;
}

static plomb_status
read_children(plomb_walk *w)
{
	plomb_manifest manifest;
	plomb_status s;

	s = plomb_manifest_parse(w->work, w->image->manifest, &manifest);
	for (; s == PLOMB_OK && w->child_count < manifest.count; w->child_count ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_descriptor child;

		s = plomb_manifest_descriptor(w->work, &manifest, (uint32_t)w->child_count, &child);
		plomb_work_release(w->work, mark);
		w->children[w->child_count] = child.digest;
	}
	return s;
}

/* see walk.h */
plomb_status
plomb_walk_children(plomb_walk *w)
{
	size_t mark;
	plomb_status s;

	if (plomb_media_kind(w->image->media_type, NULL) != PLOMB_MANIFEST_INDEX) {
		return PLOMB_OK;
	}
	w->children = plomb_work_take_array(w->work, PLOMB_MAX_DESCRIPTORS, sizeof *w->children);
	if (w->children == NULL) {
		return PLOMB_NO_ROOM;
	}
	mark = plomb_work_mark(w->work);
	s = read_children(w);
	plomb_work_release(w->work, mark);
	return s;
}
