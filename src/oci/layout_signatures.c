/* see layout.h: what hangs on an image */
#include "layout_inner.h"

#include "../core/base64.h"

/* The passes over index.json, in the order of SPEC 10.3. */
typedef enum {
	PASS_BUNDLES,
	PASS_REFERRERS,
	PASS_TAGS
} pass;

typedef struct {
	plomb_work *work;
	plomb_store *store;
	const plomb_layout_image *image;
	plomb_found_fn found;
	void *user;
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN]; /* the image's digest */
	size_t hex_len;
	plomb_manifest index;
	plomb_digest *seen; /* manifests that were found, so that none is found twice */
	size_t seen_count;
	size_t found_count;
	plomb_digest *children; /* of the image, if it is an index */
	size_t child_count;
	size_t manifest_bytes; /* loaded by descriptor: one large manifest may be named a thousand times */
} walk;

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
was_seen(const walk *w, const plomb_digest *digest)
{
	return is_among(w->seen, w->seen_count, digest);
}

/* The image is an index, and this is one of its children: no signature of it can be. */
static int
is_child(const walk *w, const plomb_digest *digest)
{
	return is_among(w->children, w->child_count, digest);
}

static plomb_status
remember(walk *w, const plomb_digest *digest)
{
	if (w->seen_count == PLOMB_MAX_CANDIDATES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	w->seen[w->seen_count] = *digest;
	w->seen_count ++;
	return PLOMB_OK;
}

/* Unlimited candidates are unlimited signatures to verify: CVE-2023-33957. */
static plomb_status
report(walk *w, const plomb_found *found)
{
	/* That is no fault of the candidate: the caller may have more, and asks again. */
	if (found->trouble == PLOMB_NO_ROOM) {
		return PLOMB_NO_ROOM;
	}
	if (w->found_count == PLOMB_MAX_CANDIDATES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	w->found_count ++;
	return w->found(w->user, found);
}

static plomb_found_kind
found_kind(plomb_attached attached)
{
	if (attached == PLOMB_ATTACHED_SIG) {
		return PLOMB_FOUND_SIMPLESIGNING;
	}
	return attached == PLOMB_ATTACHED_ATT ? PLOMB_FOUND_ENVELOPE : PLOMB_FOUND_BUNDLE;
}

/* A signature that cannot be read is a signature that was not verified, not one that is not there. */
static plomb_status
report_trouble(walk *w, const plomb_digest *source, plomb_attached attached, plomb_status trouble)
{
	plomb_found found;
	plomb_status s;

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
read_blob(walk *w, const plomb_descriptor *layer, plomb_view *bytes)
{
	plomb_status s = w->store->blob(w->store, w->work, &layer->digest, layer->size, PLOMB_MAX_INPUT_BYTES, bytes);

	return s == PLOMB_UNSET ? PLOMB_LAYOUT_BLOB_MISSING : s;
}

static plomb_status
read_bundle(walk *w, const plomb_manifest *manifest, plomb_view *bytes)
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
report_bundle(walk *w, const plomb_digest *source, const plomb_manifest *manifest)
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
read_annotations(walk *w, const plomb_manifest *manifest, uint32_t annotations, plomb_layer *layer)
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
read_layer(walk *w, const plomb_manifest *manifest, uint32_t i, plomb_attached attached, plomb_found *found)
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
report_layers(walk *w, const plomb_digest *source, const plomb_manifest *manifest, plomb_attached attached)
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

static plomb_status
report_manifest(walk *w, const plomb_digest *source, const plomb_manifest *manifest, plomb_attached attached)
{
	plomb_status s;

	if (manifest->kind != PLOMB_MANIFEST_IMAGE) {
		return report_trouble(w, source, attached, PLOMB_MANIFEST_MALFORMED);
	}
	s = remember(w, source);
	if (s != PLOMB_OK) {
		return s;
	}
	return attached == PLOMB_ATTACHED_BUNDLE
		? report_bundle(w, source, manifest) : report_layers(w, source, manifest, attached);
}

/* ---------------------------------------------------------------- referrers */

/* What a manifest that has the image as its subject is, by itself; its parent may leave the type out. */
static plomb_status
classify(walk *w, const plomb_manifest *manifest, plomb_attached *attached)
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

static int
is_about_image(const walk *w, const plomb_manifest *manifest)
{
	return manifest->has_subject && plomb_digest_eq(&manifest->subject.digest, &w->image->digest);
}

/* The image and what was found already are not looked at again. */
static int
is_done(const walk *w, const plomb_digest *digest)
{
	return plomb_digest_eq(digest, &w->image->digest) || was_seen(w, digest);
}

/* Which pass is to report an attachment. */
static pass
pass_of(plomb_attached attached)
{
	return attached == PLOMB_ATTACHED_SIG || attached == PLOMB_ATTACHED_ATT ? PASS_REFERRERS : PASS_BUNDLES;
}

static plomb_status
load(walk *w, const plomb_descriptor *descriptor, plomb_loaded *loaded)
{
	plomb_status s;

	s = plomb_layout_load(w->work, w->store, &descriptor->digest, descriptor->size, descriptor->media_type, loaded);
	w->manifest_bytes += loaded->bytes.n;
	return s;
}

/* More was read than any image has: this is not trouble of one candidate, it ends the walk. */
static plomb_status
check_spent(const walk *w, plomb_status s)
{
	return s == PLOMB_OK && w->manifest_bytes > PLOMB_MAX_INPUT_BYTES ? PLOMB_LIMIT_EXCEEDED : s;
}

/*
 * Look at one descriptor that may be a referrer. suspect: if it cannot be
 * read, it may have been a signature of this image.
 */
static plomb_status
visit(walk *w, pass now, const plomb_descriptor *descriptor, int suspect)
{
	plomb_attached attached = plomb_attached_by_type(descriptor->artifact_type);
	plomb_loaded loaded;
	plomb_status s;

	if (is_done(w, &descriptor->digest)) {
		return PLOMB_OK;
	}
	if (plomb_media_kind(descriptor->media_type, NULL) != PLOMB_MANIFEST_IMAGE && attached == PLOMB_ATTACHED_NOT) {
		/* An index may name anything; a signature is an image manifest. */
		return PLOMB_OK;
	}
	s = load(w, descriptor, &loaded);
	if (s != PLOMB_OK) {
		/* Where only we failed, even a named entry may be a signature. */
		suspect |= s == PLOMB_NO_ROOM || s == PLOMB_IO_ERROR;
		if (now != pass_of(attached) || (attached == PLOMB_ATTACHED_NOT && !suspect)) {
			return PLOMB_OK;
		}
		return report_trouble(w, &descriptor->digest, attached, s);
	}
	if (!is_about_image(w, &loaded.manifest)) {
		return PLOMB_OK;
	}
	s = classify(w, &loaded.manifest, &attached);
	if (s != PLOMB_OK || attached == PLOMB_ATTACHED_NOT || now != pass_of(attached)) {
		return s;
	}
	return report_manifest(w, &descriptor->digest, &loaded.manifest, attached);
}

/* The referrers fallback: an index under the tag sha256-<hex> names what the registry could not. */
static plomb_status
visit_fallback(walk *w, pass now, const plomb_descriptor *descriptor)
{
	plomb_loaded loaded;
	plomb_status s;
	uint32_t i;

	if (is_done(w, &descriptor->digest)) {
		return PLOMB_OK;
	}
	s = load(w, descriptor, &loaded);
	if (s == PLOMB_OK && loaded.manifest.kind != PLOMB_MANIFEST_INDEX) {
		/* Another thing under that tag is "no referrers" (SPEC 11.3). */
		return PLOMB_OK;
	}
	if (s != PLOMB_OK) {
		return now == PASS_BUNDLES ? report_trouble(w, &descriptor->digest, PLOMB_ATTACHED_BUNDLE, s) : PLOMB_OK;
	}
	for (i = 0; i < loaded.manifest.count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_descriptor referrer;

		s = plomb_manifest_descriptor(w->work, &loaded.manifest, i, &referrer);
		if (s == PLOMB_OK) {
			s = check_spent(w, visit(w, now, &referrer, 1));
		}
		plomb_work_release(w->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* ------------------------------------------------------ entries of index.json */

/* The name ends in sha256-<hex of the image> and the suffix: a repository and a prefix may stand before. */
static int
is_image_tag(const walk *w, plomb_view name, const char *suffix)
{
	/* The general form cuts longer digests at 64 digits. */
	size_t digits = w->hex_len > 64 ? 64 : w->hex_len, n;
	plomb_view hex, tail;

	tail = plomb_view_of(suffix);
	n = 7 + digits + tail.n;
	if (name.n < n) {
		return 0;
	}
	name = plomb_view_cut(name, name.n - n, n);
	hex.p = w->hex;
	hex.n = digits;
	return plomb_view_starts(name, plomb_hash_name(w->image->digest.hash)) && name.p[6] == '-'
		&& plomb_view_eq(plomb_view_cut(name, 7, digits), hex)
		&& plomb_view_ends(name, suffix);
}

static int
has_image_tag(const walk *w, const plomb_entry_names *names, const char *suffix)
{
	return is_image_tag(w, names->name, suffix) || is_image_tag(w, names->containerd_name, suffix);
}

/* `.sig` and `.att`, or what cosign save calls so. */
static plomb_status
visit_tagged(walk *w, const plomb_descriptor *descriptor, const plomb_entry_names *names)
{
	plomb_attached attached = plomb_attached_by_name(names);
	plomb_loaded loaded;
	plomb_status s;

	if (attached != PLOMB_ATTACHED_SIG && attached != PLOMB_ATTACHED_ATT) {
		return PLOMB_OK;
	}
	/* A tag names its image; cosign's kind does not, and is about the one image of its directory. */
	if (names->kind.n == 0 && !has_image_tag(w, names, ".sig") && !has_image_tag(w, names, ".att")) {
		return PLOMB_OK;
	}
	if (is_done(w, &descriptor->digest)) {
		return PLOMB_OK;
	}
	s = load(w, descriptor, &loaded);
	if (s != PLOMB_OK) {
		return report_trouble(w, &descriptor->digest, attached, s);
	}
	return report_manifest(w, &descriptor->digest, &loaded.manifest, attached);
}

static plomb_status
visit_entry(walk *w, pass now, uint32_t i)
{
	plomb_descriptor descriptor;
	plomb_entry_names names;
	plomb_status s;
	int nameless;

	s = plomb_manifest_descriptor(w->work, &w->index, i, &descriptor);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_layout_names(w->work, &w->index, &descriptor, &names);
	if (s != PLOMB_OK) {
		return s;
	}
	if (now == PASS_TAGS) {
		return visit_tagged(w, &descriptor, &names);
	}
	if (has_image_tag(w, &names, "")) {
		return visit_fallback(w, now, &descriptor);
	}
	/* An entry with a name or kind is what that says; one without may be a signature. */
	nameless = names.kind.n == 0 && names.name.n == 0 && names.containerd_name.n == 0;
	return visit(w, now, &descriptor, nameless && !is_child(w, &descriptor.digest));
}

static plomb_status
visit_entries(walk *w, pass now)
{
	uint32_t i;

	for (i = 0; i < w->index.count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_status s = check_spent(w, visit_entry(w, now, i));

		plomb_work_release(w->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* --------------------------------------------------------------------- scan */

static int
contains(plomb_view text, plomb_view part)
{
	size_t i;

	for (i = 0; i + part.n <= text.n; i ++) {
		if (memcmp(text.p + i, part.p, part.n) == 0) {
			return 1;
		}
	}
	return 0;
}

/*
 * A file of the layout that may be a referrer which index.json does not name.
 * Most are not, so the image's digest is looked for before anything is parsed.
 */
static plomb_status
scan_blob(walk *w, const plomb_digest *digest, uint64_t size)
{
	plomb_view none = { NULL, 0 }, hex;
	plomb_attached attached;
	plomb_loaded loaded;
	plomb_view bytes;
	plomb_status s;

	s = w->store->blob(w->store, w->work, digest, size, PLOMB_MAX_MANIFEST_BYTES, &bytes);
	if (s == PLOMB_UNSET) {
		return PLOMB_OK;
	}
	if (s != PLOMB_OK) {
		/* What a damaged file was nobody knows: perhaps the signature. */
		return report_trouble(w, digest, PLOMB_ATTACHED_BUNDLE, s);
	}
	hex.p = w->hex;
	hex.n = w->hex_len;
	if (!contains(bytes, hex)) {
		return PLOMB_OK;
	}
	s = plomb_layout_read(w->work, bytes, none, &loaded);
	if (s != PLOMB_OK) {
		/* Payloads name the image too, but are not built like a manifest. */
		return contains(bytes, plomb_view_of("\"subject\"")) && contains(bytes, plomb_view_of("\"layers\""))
			? report_trouble(w, digest, PLOMB_ATTACHED_BUNDLE, s) : PLOMB_OK;
	}
	if (!is_about_image(w, &loaded.manifest)) {
		return PLOMB_OK;
	}
	s = classify(w, &loaded.manifest, &attached);
	if (s != PLOMB_OK || attached == PLOMB_ATTACHED_NOT) {
		return s;
	}
	return report_manifest(w, digest, &loaded.manifest, attached);
}

static plomb_status
scan(walk *w)
{
	size_t i;

	for (i = 0; ; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_digest digest;
		uint64_t size;
		plomb_status s = w->store->list(w->store, i, &digest, &size);

		if (s == PLOMB_UNSET) {
			return PLOMB_OK;
		}
		if (s != PLOMB_OK) {
			return s;
		}
		if (i == PLOMB_MAX_SCAN) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		/* No manifest is larger, and UINT64_MAX is none at all. */
		if (size > PLOMB_MAX_MANIFEST_BYTES || is_done(w, &digest)) {
			continue;
		}
		s = scan_blob(w, &digest, size);
		plomb_work_release(w->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
}

/* ---------------------------------------------------------------- the whole */

static plomb_status
read_children(walk *w)
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

/* Remember what the image names, if it is an index. */
static plomb_status
remember_children(walk *w)
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

static plomb_status
walk_all(walk *w)
{
	plomb_status s;

	w->seen = plomb_work_take_array(w->work, PLOMB_MAX_CANDIDATES, sizeof *w->seen);
	if (w->seen == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = remember_children(w)) != PLOMB_OK
		|| (s = plomb_layout_index(w->work, w->image->index, &w->index)) != PLOMB_OK
		|| (s = visit_entries(w, PASS_BUNDLES)) != PLOMB_OK
		|| (s = visit_entries(w, PASS_REFERRERS)) != PLOMB_OK
		|| (s = visit_entries(w, PASS_TAGS)) != PLOMB_OK
		|| (s = scan(w)) != PLOMB_OK)
	{
		return s;
	}
	return PLOMB_OK;
}

/* see layout.h */
plomb_status
plomb_layout_signatures(plomb_work *work, plomb_store *store,
	const plomb_layout_image *image, plomb_found_fn found, void *user)
{
	size_t mark = plomb_work_mark(work);
	plomb_view bytes;
	plomb_status s;
	walk w;

	memset(&w, 0, sizeof w);
	w.work = work;
	w.store = store;
	w.image = image;
	w.found = found;
	w.user = user;
	bytes.p = image->digest.bytes;
	bytes.n = plomb_hash_len(image->digest.hash);
	w.hex_len = 2 * bytes.n;
	plomb_hex_encode(w.hex, bytes);
	s = walk_all(&w);
	plomb_work_release(work, mark);
	return s;
}
