/* see layout.h: what hangs on an image */
#include "walk.h"

/* The referrers fallback: an index under the tag sha256-<hex> names what the registry could not. */
static plomb_status
visit_fallback(plomb_walk *w, plomb_walk_pass now, const plomb_descriptor *descriptor)
{
	plomb_loaded loaded;
	plomb_status s;
	uint32_t i;

	if (plomb_walk_is_done(w, &descriptor->digest)) {
		/* The image is no list of what hangs on it. */
		w->store->has_odd_fallback |= plomb_digest_eq(&descriptor->digest, &w->digest);
		return PLOMB_OK;
	}
	s = plomb_walk_load(w, descriptor, &loaded);
	if (s == PLOMB_OK && loaded.manifest.kind != PLOMB_MANIFEST_INDEX) {
		/* Another thing under that tag is "no referrers" (SPEC 11.3). */
		w->store->has_odd_fallback = 1;
		return PLOMB_OK;
	}
	if (s != PLOMB_OK) {
		return now == PLOMB_PASS_BUNDLES ? plomb_walk_trouble(w, &descriptor->digest, PLOMB_ATTACHED_BUNDLE, s) : PLOMB_OK;
	}
	for (i = 0; i < loaded.manifest.count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_descriptor referrer;

		w->is_listed = 1;
		s = plomb_manifest_descriptor(w->work, &loaded.manifest, i, &referrer);
		if (s == PLOMB_OK) {
			s = plomb_walk_check_spent(w, plomb_walk_visit(w, now, &referrer, 1));
		}
		w->is_listed = 0;
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
is_image_tag(const plomb_walk *w, plomb_view name, const char *suffix)
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
	return plomb_view_starts(name, plomb_hash_name(w->digest.hash)) && name.p[6] == '-'
		&& plomb_view_eq(plomb_view_cut(name, 7, digits), hex)
		&& plomb_view_ends(name, suffix);
}

static int
has_image_tag(const plomb_walk *w, const plomb_entry_names *names, const char *suffix)
{
	return is_image_tag(w, names->name, suffix) || is_image_tag(w, names->containerd_name, suffix);
}

/* The suffix that it stands there for, `.sig` and `.att` or what cosign save calls so; NULL if it is something else. */
static const char *
tagged_as(const plomb_walk *w, const plomb_entry_names *names, plomb_attached attached)
{
	if (attached == PLOMB_ATTACHED_SIG || attached == PLOMB_ATTACHED_ATT) {
		/* A tag names its image; cosign's kind does not, and is about the one image of its directory. */
		return names->kind.n != 0 || has_image_tag(w, names, ".sig") || has_image_tag(w, names, ".att")
			? attached == PLOMB_ATTACHED_SIG ? ".sig" : ".att" : NULL;
	}
	return w->hangs != NULL && has_image_tag(w, names, ".sbom") ? ".sbom" : NULL;
}

static plomb_status
visit_tagged(plomb_walk *w, const plomb_descriptor *descriptor, const plomb_entry_names *names)
{
	plomb_attached attached = plomb_attached_by_name(names);
	const char *suffix = tagged_as(w, names, attached);
	plomb_loaded loaded;
	plomb_status s;

	if (suffix == NULL || plomb_walk_is_done(w, &descriptor->digest)) {
		return PLOMB_OK;
	}
	w->suffix = suffix;
	w->name = names->name.n != 0 ? names->name : names->containerd_name;
	s = plomb_walk_load(w, descriptor, &loaded);
	s = s != PLOMB_OK ? plomb_walk_trouble(w, &descriptor->digest, attached, s)
		: plomb_walk_manifest(w, &descriptor->digest, &loaded, attached);
	w->suffix = "";
	w->name = plomb_view_cut(w->name, 0, 0);
	return s;
}

static plomb_status
visit_entry(plomb_walk *w, plomb_walk_pass now, uint32_t i)
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
	if (now == PLOMB_PASS_TAGS) {
		return visit_tagged(w, &descriptor, &names);
	}
	if (has_image_tag(w, &names, "")) {
		return visit_fallback(w, now, &descriptor);
	}
	/* An entry with a name or kind is what that says; one without may be a signature. */
	nameless = names.kind.n == 0 && names.name.n == 0 && names.containerd_name.n == 0;
	return plomb_walk_visit(w, now, &descriptor, nameless && !plomb_walk_is_child(w, &descriptor.digest));
}

static plomb_status
visit_entries(plomb_walk *w, plomb_walk_pass now)
{
	uint32_t i;

	for (i = 0; i < w->index.count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_status s = plomb_walk_check_spent(w, visit_entry(w, now, i));

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
scan_blob(plomb_walk *w, const plomb_digest *digest, uint64_t size)
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
		return plomb_walk_trouble(w, digest, PLOMB_ATTACHED_BUNDLE, s);
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
			? plomb_walk_trouble(w, digest, PLOMB_ATTACHED_BUNDLE, s) : PLOMB_OK;
	}
	if (!plomb_walk_is_about(w, &loaded.manifest)) {
		return PLOMB_OK;
	}
	s = plomb_walk_classify(w, &loaded.manifest, &attached);
	if (s != PLOMB_OK || attached == PLOMB_ATTACHED_NOT) {
		return s;
	}
	return plomb_walk_manifest(w, digest, &loaded, attached);
}

static plomb_status
scan(plomb_walk *w)
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
		if (size > PLOMB_MAX_MANIFEST_BYTES || plomb_walk_is_done(w, &digest)) {
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
walk_all(plomb_walk *w)
{
	plomb_status s;

	if ((s = plomb_walk_children(w)) != PLOMB_OK
		|| (s = plomb_layout_index(w->work, w->image->index, &w->index)) != PLOMB_OK
		|| (s = visit_entries(w, PLOMB_PASS_BUNDLES)) != PLOMB_OK
		|| (s = visit_entries(w, PLOMB_PASS_REFERRERS)) != PLOMB_OK
		|| (s = visit_entries(w, PLOMB_PASS_TAGS)) != PLOMB_OK
		|| (s = scan(w)) != PLOMB_OK)
	{
		return s;
	}
	return PLOMB_OK;
}

static plomb_status
walk_image(plomb_walk *w, const plomb_layout_image *image)
{
	w->image = image;
	w->origin = "layout";
	return walk_all(w);
}

/* see layout.h */
plomb_status
plomb_layout_signatures(plomb_work *work, plomb_store *store,
	const plomb_layout_image *image, plomb_found_fn found, void *user)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s;
	plomb_walk w;

	s = plomb_walk_init(&w, work, store, &image->digest, found, user);
	if (s == PLOMB_OK) {
		s = walk_image(&w, image);
	}
	plomb_work_release(work, mark);
	return s;
}

/* see layout.h */
plomb_status
plomb_layout_hanging(plomb_work *work, plomb_store *store,
	const plomb_layout_image *image, plomb_hanging_fn hangs, void *user)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s;
	plomb_walk w;

	s = plomb_walk_init_all(&w, work, store, &image->digest, hangs, user);
	if (s == PLOMB_OK) {
		s = walk_image(&w, image);
	}
	plomb_work_release(work, mark);
	return s;
}
