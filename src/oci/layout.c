/* see layout.h: which image, and whether its bytes are all there */
#include "layout_inner.h"

#include "../core/hash.h"
#include "reference.h"

#define KIND_ANNOTATION       "kind"
#define NAME_ANNOTATION       "org.opencontainers.image.ref.name"
#define CONTAINERD_ANNOTATION "io.containerd.image.name"
#define KIND_IMAGE            "dev.cosignproject.cosign/image"
#define KIND_INDEX            "dev.cosignproject.cosign/imageIndex"
#define KIND_SIGS             "dev.cosignproject.cosign/sigs"
#define KIND_ATTS             "dev.cosignproject.cosign/atts"

/* {"imageLayoutVersion":"1.0.0"} and room for members that we do not know. */
#define MAX_LAYOUT_FILE 4096

/* ------------------------------------------------------- loading and names */

/* see layout_inner.h */
plomb_status
plomb_store_manifest_blob(plomb_store *store, plomb_work *work,
	const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_view *bytes)
{
	(void)media_type;
	return store->blob(store, work, digest, size, PLOMB_MAX_MANIFEST_BYTES, bytes);
}

static plomb_status
fetch_manifest(plomb_work *work, plomb_store *store, const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_view *bytes)
{
	plomb_status s = store->manifest(store, work, digest, size, media_type, bytes);

	return s == PLOMB_UNSET ? PLOMB_LAYOUT_BLOB_MISSING : s;
}

/* see layout_inner.h */
plomb_status
plomb_layout_read(plomb_work *work, plomb_view bytes, plomb_view media_type, plomb_loaded *loaded)
{
	plomb_status s;

	memset(loaded, 0, sizeof *loaded);
	loaded->bytes = bytes;
	s = plomb_manifest_parse(work, bytes, &loaded->manifest);
	if (s != PLOMB_OK) {
		return s;
	}
	if (media_type.p == NULL && loaded->manifest.media_type.p == NULL) {
		/* OCI lets a body leave its type out, and here nobody else says it either. */
		loaded->media_type = plomb_view_of(loaded->manifest.kind == PLOMB_MANIFEST_IMAGE
			? PLOMB_MEDIA_OCI_MANIFEST : PLOMB_MEDIA_OCI_INDEX);
		return PLOMB_OK;
	}
	return plomb_manifest_type(&loaded->manifest, media_type, &loaded->media_type);
}

/* see layout_inner.h */
plomb_status
plomb_layout_load(plomb_work *work, plomb_store *store,
	const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_loaded *loaded)
{
	plomb_view bytes;
	plomb_status s;

	memset(loaded, 0, sizeof *loaded);
	s = fetch_manifest(work, store, digest, size, media_type, &bytes);
	return s == PLOMB_OK ? plomb_layout_read(work, bytes, media_type, loaded) : s;
}

/* see layout_inner.h */
plomb_status
plomb_layout_index(plomb_work *work, plomb_view bytes, plomb_manifest *index)
{
	plomb_status s = plomb_manifest_parse(work, bytes, index);

	if (s == PLOMB_MANIFEST_MALFORMED || s == PLOMB_MANIFEST_MEDIA_TYPE) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (s != PLOMB_OK) {
		return s;
	}
	return index->kind == PLOMB_MANIFEST_INDEX ? PLOMB_OK : PLOMB_LAYOUT_MALFORMED;
}

static plomb_status
optional_annotation(plomb_work *work, const plomb_manifest *index, uint32_t annotations, const char *name, plomb_view *value)
{
	plomb_status s = plomb_manifest_annotation(work, index, annotations, name, value);

	if (s == PLOMB_MANIFEST_MALFORMED) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	return s == PLOMB_UNSET ? PLOMB_OK : s;
}

/* see layout_inner.h */
plomb_status
plomb_layout_names(plomb_work *work, const plomb_manifest *index,
	const plomb_descriptor *entry, plomb_entry_names *names)
{
	plomb_status s;

	memset(names, 0, sizeof *names);
	if ((s = optional_annotation(work, index, entry->annotations, KIND_ANNOTATION, &names->kind)) != PLOMB_OK
		|| (s = optional_annotation(work, index, entry->annotations, NAME_ANNOTATION, &names->name)) != PLOMB_OK
		|| (s = optional_annotation(work, index, entry->annotations, CONTAINERD_ANNOTATION, &names->containerd_name)) != PLOMB_OK)
	{
		return s;
	}
	return PLOMB_OK;
}

/* see layout_inner.h */
plomb_attached
plomb_attached_by_type(plomb_view type)
{
	if (plomb_view_starts(type, PLOMB_BUNDLE_TYPE)) {
		return PLOMB_ATTACHED_BUNDLE;
	}
	if (plomb_view_is(type, PLOMB_SIG_TYPE)) {
		return PLOMB_ATTACHED_SIG;
	}
	return plomb_view_is(type, PLOMB_ATT_TYPE) ? PLOMB_ATTACHED_ATT : PLOMB_ATTACHED_NOT;
}

/* The text ends in sha256- and 64 digits, the tag that hangs things on a digest. */
static int
ends_in_digest_tag(plomb_view text)
{
	size_t i;

	if (text.n < 71) {
		return 0;
	}
	text = plomb_view_cut(text, text.n - 71, 71);
	if (!plomb_view_starts(text, "sha256-") && !plomb_view_starts(text, "sha384-") && !plomb_view_starts(text, "sha512-")) {
		return 0;
	}
	for (i = 7; i < 71; i ++) {
		unsigned char c = text.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
			return 0;
		}
	}
	return 1;
}

/* A tag of cosign's or of the referrers fallback, with or without a repository and a prefix before it. */
static plomb_attached
attached_by_tag(plomb_view tag)
{
	static const struct {
		const char *suffix;
		size_t n;
		plomb_attached attached;
	} suffixes[] = {
		{ ".sig", 4, PLOMB_ATTACHED_SIG },
		{ ".att", 4, PLOMB_ATTACHED_ATT },
		{ ".sbom", 5, PLOMB_ATTACHED_OTHER },
		{ "", 0, PLOMB_ATTACHED_OTHER }
	};
	size_t i;

	for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i ++) {
		if (plomb_view_ends(tag, suffixes[i].suffix)
			&& ends_in_digest_tag(plomb_view_cut(tag, 0, tag.n - suffixes[i].n)))
		{
			return suffixes[i].attached;
		}
	}
	return PLOMB_ATTACHED_NOT;
}

/* see layout_inner.h */
plomb_attached
plomb_attached_by_name(const plomb_entry_names *names)
{
	plomb_attached attached;

	if (plomb_view_is(names->kind, KIND_SIGS)) {
		return PLOMB_ATTACHED_SIG;
	}
	if (plomb_view_is(names->kind, KIND_ATTS)) {
		return PLOMB_ATTACHED_ATT;
	}
	attached = attached_by_tag(names->name);
	return attached != PLOMB_ATTACHED_NOT ? attached : attached_by_tag(names->containerd_name);
}

/* ----------------------------------------------------------- finding an image */

/* An entry of index.json that may be the image. */
typedef struct {
	plomb_digest digest;
	uint64_t size;
	plomb_view media_type; /* a constant */
	int is_kind_image; /* cosign says that it is the image */
	plomb_status s;    /* PLOMB_OK: it was read; UNSET: not yet */
	int is_index;
	int is_child;
} entry;

typedef struct {
	plomb_work *work;
	plomb_store *store;
	plomb_view tag;
	const plomb_digest *digest;
	plomb_manifest index;
	entry *entries; /* the candidates, each digest once */
	size_t count;
} finder;

/* A name that is the tag, or a reference whose tag it is. */
static int
names_tag(plomb_view name, plomb_view tag)
{
	plomb_reference reference;

	if (plomb_view_eq(name, tag)) {
		return 1;
	}
	/* A reference without a tag has one by default, which is not a name that somebody gave. */
	return name.n > tag.n && name.p[name.n - tag.n - 1] == ':'
		&& plomb_reference_parse(name, &reference) == PLOMB_OK
		&& plomb_view_eq(reference.tag, tag);
}

/* Does the search ask for this entry, as far as index.json can tell? */
static int
is_asked_for(const finder *f, const plomb_descriptor *descriptor, const plomb_entry_names *names)
{
	if (f->digest != NULL) {
		return plomb_digest_eq(&descriptor->digest, f->digest);
	}
	if (plomb_attached_by_type(descriptor->artifact_type) != PLOMB_ATTACHED_NOT
		|| plomb_attached_by_name(names) != PLOMB_ATTACHED_NOT)
	{
		return 0;
	}
	if (f->tag.n == 0) {
		return 1;
	}
	return names_tag(names->name, f->tag) || names_tag(names->containerd_name, f->tag);
}

/* Add a candidate. The same digest under two names is one image, but then both say the same about it. */
static plomb_status
add_entry(finder *f, const plomb_descriptor *descriptor, const plomb_entry_names *names)
{
	plomb_view media_type = plomb_view_of("another");
	entry *new_entry = f->entries + f->count;
	size_t i;

	(void)plomb_media_kind(descriptor->media_type, &media_type);
	for (i = 0; i < f->count; i ++) {
		entry *old = f->entries + i;

		if (plomb_digest_eq(&old->digest, &descriptor->digest)) {
			old->is_kind_image |= plomb_view_is(names->kind, KIND_IMAGE) || plomb_view_is(names->kind, KIND_INDEX);
			return old->size == descriptor->size && plomb_view_eq(old->media_type, media_type)
				? PLOMB_OK : PLOMB_LAYOUT_MALFORMED;
		}
	}
	memset(new_entry, 0, sizeof *new_entry);
	new_entry->digest = descriptor->digest;
	new_entry->size = descriptor->size;
	new_entry->media_type = media_type;
	new_entry->is_kind_image = plomb_view_is(names->kind, KIND_IMAGE) || plomb_view_is(names->kind, KIND_INDEX);
	f->count ++;
	return PLOMB_OK;
}

static plomb_status
collect_entry(finder *f, uint32_t i)
{
	plomb_descriptor descriptor;
	plomb_entry_names names;
	plomb_status s;

	s = plomb_manifest_descriptor(f->work, &f->index, i, &descriptor);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_layout_names(f->work, &f->index, &descriptor, &names);
	if (s != PLOMB_OK) {
		return s;
	}
	return is_asked_for(f, &descriptor, &names) ? add_entry(f, &descriptor, &names) : PLOMB_OK;
}

/* Keep the entries that satisfy; the rest are gone. */
static void
keep(finder *f, int (*satisfies)(const entry *))
{
	size_t i, n = 0;

	for (i = 0; i < f->count; i ++) {
		if (satisfies(f->entries + i)) {
			f->entries[n] = f->entries[i];
			n ++;
		}
	}
	f->count = n;
}

static int
is_kind_image(const entry *e)
{
	return e->is_kind_image;
}

static int
is_readable(const entry *e)
{
	return e->s == PLOMB_OK;
}

static int
is_image(const entry *e)
{
	return e->s != PLOMB_UNSET;
}

static size_t
count_of(const finder *f, int (*satisfies)(const entry *))
{
	size_t i, n = 0;

	for (i = 0; i < f->count; i ++) {
		n += satisfies(f->entries + i) != 0;
	}
	return n;
}

static plomb_status
collect(finder *f)
{
	uint32_t i;

	f->entries = plomb_work_take_array(f->work, f->index.count, sizeof *f->entries);
	if (f->entries == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (i = 0; i < f->index.count; i ++) {
		size_t mark = plomb_work_mark(f->work);
		plomb_status s = collect_entry(f, i);

		plomb_work_release(f->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	/* `cosign save` says outright which one it is. */
	if (f->tag.n == 0 && f->digest == NULL && count_of(f, is_kind_image) != 0) {
		keep(f, is_kind_image);
	}
	return PLOMB_OK;
}

/* Read a candidate; what has a subject hangs on another image and stays UNSET. */
static plomb_status
read_entry(finder *f, entry *e)
{
	size_t mark = plomb_work_mark(f->work);
	plomb_loaded loaded;
	plomb_status s;

	s = plomb_layout_load(f->work, f->store, &e->digest, e->size, e->media_type, &loaded);
	plomb_work_release(f->work, mark);
	if (s == PLOMB_IO_ERROR || s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK || !loaded.manifest.has_subject || e->is_kind_image) {
		e->s = s;
	}
	e->is_index = loaded.manifest.kind == PLOMB_MANIFEST_INDEX;
	return PLOMB_OK;
}

static plomb_status
read_entries(finder *f)
{
	size_t i;

	for (i = 0; i < f->count; i ++) {
		plomb_status s = read_entry(f, f->entries + i);

		if (s != PLOMB_OK) {
			return s;
		}
	}
	keep(f, is_image);
	return PLOMB_OK;
}

static void
mark_child(finder *f, const plomb_digest *digest)
{
	size_t i;

	for (i = 0; i < f->count; i ++) {
		if (plomb_digest_eq(&f->entries[i].digest, digest)) {
			f->entries[i].is_child = 1;
		}
	}
}

/* Mark the candidates that the index names. */
static plomb_status
mark_children(finder *f, const entry *parent)
{
	size_t mark = plomb_work_mark(f->work);
	plomb_loaded loaded;
	plomb_status s;
	uint32_t i;

	s = plomb_layout_load(f->work, f->store, &parent->digest, parent->size, parent->media_type, &loaded);
	for (i = 0; s == PLOMB_OK && i < loaded.manifest.count; i ++) {
		size_t inner = plomb_work_mark(f->work);
		plomb_descriptor child;

		s = plomb_manifest_descriptor(f->work, &loaded.manifest, i, &child);
		plomb_work_release(f->work, inner);
		if (s == PLOMB_OK) {
			mark_child(f, &child.digest);
		}
	}
	plomb_work_release(f->work, mark);
	return s;
}

static int
is_index_entry(const entry *e)
{
	return e->is_index;
}

static int
is_top(const entry *e)
{
	return !e->is_child;
}

/* Registries' tools list an index and its children side by side: then the index is the image. */
static plomb_status
prefer_index(finder *f)
{
	size_t i;

	if (count_of(f, is_index_entry) != 1) {
		return PLOMB_OK;
	}
	for (i = 0; !f->entries[i].is_index; ) {
		i ++;
	}
	return mark_children(f, f->entries + i);
}

/* One candidate is left, or it is clear why not. */
static plomb_status
choose(finder *f, entry *chosen)
{
	plomb_status s;

	if (f->count == 0) {
		return PLOMB_IMAGE_NOT_FOUND;
	}
	if (f->tag.n == 0) {
		/* What cannot be read may have been a signature: it is not asked for while there is an image. */
		if (count_of(f, is_readable) != 0) {
			keep(f, is_readable);
		}
		if (f->count > 1) {
			s = prefer_index(f);
			if (s != PLOMB_OK) {
				return s;
			}
			keep(f, is_top);
		}
	}
	if (f->count != 1) {
		return PLOMB_LAYOUT_AMBIGUOUS;
	}
	*chosen = f->entries[0];
	return chosen->s;
}

/* By digest: listed, or else a manifest that no entry of index.json names. */
static plomb_status
choose_digest(finder *f, entry *chosen)
{
	if (f->count != 0) {
		*chosen = f->entries[0];
		return PLOMB_OK;
	}
	memset(chosen, 0, sizeof *chosen);
	chosen->digest = *f->digest;
	chosen->size = UINT64_MAX;
	return PLOMB_OK;
}

static plomb_status
select_entry(finder *f, plomb_view index, entry *chosen)
{
	plomb_status s;

	s = plomb_layout_index(f->work, index, &f->index);
	if (s != PLOMB_OK) {
		return s;
	}
	s = collect(f);
	if (s != PLOMB_OK) {
		return s;
	}
	if (f->digest != NULL) {
		return choose_digest(f, chosen);
	}
	s = read_entries(f);
	return s == PLOMB_OK ? choose(f, chosen) : s;
}

/* A layout without index.json is none; one with manifest.json instead is an old `docker save`. */
static plomb_status
why_no_index(plomb_work *work, plomb_store *store)
{
	size_t mark = plomb_work_mark(work);
	plomb_view bytes;
	plomb_status s = store->file(store, work, "manifest.json", PLOMB_MAX_MANIFEST_BYTES, &bytes);

	plomb_work_release(work, mark);
	if (s == PLOMB_UNSET) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	return s == PLOMB_IO_ERROR ? s : PLOMB_LAYOUT_NO_MANIFEST;
}

static plomb_status
read_index(plomb_work *work, plomb_store *store, plomb_view *bytes)
{
	plomb_status s = store->file(store, work, "index.json", PLOMB_MAX_MANIFEST_BYTES, bytes);

	return s == PLOMB_UNSET ? why_no_index(work, store) : s;
}

static plomb_status
read_version(plomb_work *work, plomb_store *store)
{
	plomb_view bytes;
	plomb_json doc;
	plomb_status s;

	s = store->file(store, work, "oci-layout", MAX_LAYOUT_FILE, &bytes);
	if (s == PLOMB_UNSET) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_json_parse(work, bytes, &doc);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_LAYOUT_MALFORMED;
	}
	return plomb_json_is(&doc, plomb_json_member(&doc, 0, "imageLayoutVersion"), "1.0.0")
		? PLOMB_OK : PLOMB_LAYOUT_MALFORMED;
}

/* oci-layout: {"imageLayoutVersion":"1.0.0"}. */
static plomb_status
check_version(plomb_work *work, plomb_store *store)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s = read_version(work, store);

	plomb_work_release(work, mark);
	return s;
}

static int
has_digest(plomb_view bytes, const plomb_digest *digest)
{
	unsigned char hash[PLOMB_MAX_HASH_LEN];

	plomb_hash_of(&plomb_crypto_default, digest->hash, bytes, hash);
	return memcmp(hash, digest->bytes, plomb_hash_len(digest->hash)) == 0;
}

/* Load the chosen manifest; its digest is computed here once more, so that no store can be wrong about it. */
static plomb_status
load_image(plomb_work *work, plomb_store *store, const entry *chosen, plomb_layout_image *image)
{
	plomb_loaded loaded;
	plomb_view bytes;
	size_t mark;
	plomb_status s;

	s = fetch_manifest(work, store, &chosen->digest, chosen->size, chosen->media_type, &bytes);
	if (s == PLOMB_LAYOUT_BLOB_MISSING && chosen->size == UINT64_MAX) {
		/* A digest that index.json does not name and no blob has is somebody else's. */
		return PLOMB_IMAGE_NOT_FOUND;
	}
	if (s != PLOMB_OK) {
		return s;
	}
	if (!has_digest(bytes, &chosen->digest)) {
		return PLOMB_DIGEST_MISMATCH;
	}
	/* The bytes stay, what they were read into does not. */
	mark = plomb_work_mark(work);
	s = plomb_layout_read(work, bytes, chosen->media_type, &loaded);
	plomb_work_release(work, mark);
	if (s != PLOMB_OK) {
		return s;
	}
	image->digest = chosen->digest;
	image->manifest = bytes;
	image->media_type = loaded.media_type;
	return PLOMB_OK;
}

/* see layout.h */
plomb_status
plomb_layout_find(plomb_work *work, plomb_store *store,
	plomb_view tag, const plomb_digest *digest, plomb_layout_image *image)
{
	plomb_view index;
	finder f;
	entry chosen;
	size_t mark;
	plomb_status s;

	memset(image, 0, sizeof *image);
	memset(&f, 0, sizeof f);
	s = read_index(work, store, &index);
	if (s != PLOMB_OK) {
		return s;
	}
	s = check_version(work, store);
	if (s != PLOMB_OK) {
		return s;
	}
	f.work = work;
	f.store = store;
	f.tag = tag;
	f.digest = digest;
	mark = plomb_work_mark(work);
	s = select_entry(&f, index, &chosen);
	plomb_work_release(work, mark);
	if (s != PLOMB_OK) {
		return s;
	}
	s = load_image(work, store, &chosen, image);
	if (s != PLOMB_OK) {
		return s;
	}
	image->index = index;
	return PLOMB_OK;
}

/* ------------------------------------------------------------------- content */

typedef struct {
	plomb_work *work;
	plomb_store *store;
	unsigned long checked;
	size_t manifest_bytes;
} checker;

static plomb_status
check_blob(checker *c, const plomb_descriptor *descriptor)
{
	plomb_status s;

	c->checked ++;
	if (c->checked > PLOMB_MAX_CONTENT) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	s = c->store->check(c->store, &descriptor->digest, descriptor->size);
	return s == PLOMB_UNSET ? PLOMB_LAYOUT_BLOB_MISSING : s;
}

/* Config and layers of an image manifest. */
static plomb_status
check_image(checker *c, const plomb_manifest *manifest)
{
	plomb_status s = PLOMB_OK;
	uint32_t i;

	if (manifest->has_config) {
		s = check_blob(c, &manifest->config);
	}
	for (i = 0; s == PLOMB_OK && i < manifest->count; i ++) {
		size_t mark = plomb_work_mark(c->work);
		plomb_descriptor layer;

		s = plomb_manifest_descriptor(c->work, manifest, i, &layer);
		plomb_work_release(c->work, mark);
		if (s == PLOMB_OK) {
			s = check_blob(c, &layer);
		}
	}
	return s;
}

/*
 * A child of an index. *inner is PLOMB_MANIFEST_INDEX if it is there and is
 * an index, which the caller walks; an image has been checked.
 */
static plomb_status
check_child(checker *c, const plomb_manifest *index, uint32_t i, plomb_loaded *child, int *is_index)
{
	plomb_descriptor descriptor;
	plomb_status s;

	*is_index = 0;
	c->checked ++;
	if (c->checked > PLOMB_MAX_CONTENT) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	s = plomb_manifest_descriptor(c->work, index, i, &descriptor);
	if (s != PLOMB_OK) {
		return s;
	}
	if (plomb_media_kind(descriptor.media_type, NULL) == 0) {
		/* An index may name what is no manifest; then it is a blob like any other. */
		s = check_blob(c, &descriptor);
		return s == PLOMB_LAYOUT_BLOB_MISSING ? PLOMB_OK : s;
	}
	s = plomb_layout_load(c->work, c->store, &descriptor.digest, descriptor.size, descriptor.media_type, child);
	if (s == PLOMB_LAYOUT_BLOB_MISSING) {
		return PLOMB_OK;
	}
	if (s != PLOMB_OK) {
		return s;
	}
	/* The same large manifest may be named a thousand times. */
	c->manifest_bytes += child->bytes.n;
	if (c->manifest_bytes > PLOMB_MAX_INPUT_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	*is_index = child->manifest.kind == PLOMB_MANIFEST_INDEX;
	return *is_index ? PLOMB_OK : check_image(c, &child->manifest);
}

/* An index inside an index; one inside that is refused, so nothing recurses. */
static plomb_status
check_inner_index(checker *c, const plomb_manifest *index)
{
	uint32_t i;

	for (i = 0; i < index->count; i ++) {
		size_t mark = plomb_work_mark(c->work);
		plomb_loaded child;
		int is_index;
		plomb_status s = check_child(c, index, i, &child, &is_index);

		plomb_work_release(c->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
		if (is_index) {
			return PLOMB_LIMIT_EXCEEDED;
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_index(checker *c, const plomb_manifest *index)
{
	uint32_t i;

	for (i = 0; i < index->count; i ++) {
		size_t mark = plomb_work_mark(c->work);
		plomb_loaded child;
		int is_index;
		plomb_status s = check_child(c, index, i, &child, &is_index);

		if (s == PLOMB_OK && is_index) {
			s = check_inner_index(c, &child.manifest);
		}
		plomb_work_release(c->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* see layout.h */
plomb_status
plomb_layout_check_content(plomb_work *work, plomb_store *store, const plomb_layout_image *image)
{
	size_t mark = plomb_work_mark(work);
	plomb_manifest manifest;
	checker c;
	plomb_status s;

	c.work = work;
	c.store = store;
	c.checked = 0;
	c.manifest_bytes = 0;
	s = plomb_manifest_parse(work, image->manifest, &manifest);
	if (s == PLOMB_OK) {
		s = manifest.kind == PLOMB_MANIFEST_IMAGE
			? check_image(&c, &manifest) : check_index(&c, &manifest);
	}
	plomb_work_release(work, mark);
	return s;
}

/* ------------------------------------------------------------------ platform */

typedef struct {
	plomb_view os, architecture, variant; /* variant may be absent: any */
} platform;

/* The part before the next "/", which is taken away with it. */
static plomb_view
take_part(plomb_view *rest)
{
	plomb_view part = *rest;

	for (part.n = 0; part.n < rest->n && rest->p[part.n] != '/'; ) {
		part.n ++;
	}
	*rest = plomb_view_cut(*rest, part.n + 1, rest->n);
	return part;
}

/* os/arch or os/arch/variant. */
static plomb_status
read_platform(plomb_view text, platform *wanted)
{
	int ends_in_slash = plomb_view_ends(text, "/");

	wanted->os = take_part(&text);
	wanted->architecture = take_part(&text);
	wanted->variant = take_part(&text);
	if (wanted->os.n == 0 || wanted->architecture.n == 0 || text.n != 0 || ends_in_slash) {
		return PLOMB_CONFIG_INVALID;
	}
	return PLOMB_OK;
}

/* A JSON object with os, architecture and perhaps variant is for the platform. */
static int
is_for(const plomb_json *doc, uint32_t object, const platform *wanted)
{
	return plomb_json_eq(doc, plomb_json_member(doc, object, "os"), wanted->os)
		&& plomb_json_eq(doc, plomb_json_member(doc, object, "architecture"), wanted->architecture)
		&& (wanted->variant.n == 0 || plomb_json_eq(doc, plomb_json_member(doc, object, "variant"), wanted->variant));
}

static plomb_status
find_child(plomb_work *work, const plomb_manifest *index, const platform *wanted, plomb_digest *child)
{
	int found = 0;
	uint32_t i;

	for (i = 0; i < index->count; i ++) {
		size_t mark = plomb_work_mark(work);
		plomb_descriptor descriptor;
		plomb_status s = plomb_manifest_descriptor(work, index, i, &descriptor);

		plomb_work_release(work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
		if (!is_for(&index->doc, descriptor.platform, wanted)) {
			continue;
		}
		if (found && !plomb_digest_eq(child, &descriptor.digest)) {
			memset(child, 0, sizeof *child);
			return PLOMB_LAYOUT_AMBIGUOUS;
		}
		found = 1;
		*child = descriptor.digest;
	}
	return found ? PLOMB_OK : PLOMB_IMAGE_NOT_FOUND;
}

/* An image without an index says its platform in its config. */
static plomb_status
check_config(plomb_work *work, plomb_store *store, const plomb_manifest *manifest, const platform *wanted)
{
	plomb_view bytes;
	plomb_json doc;
	plomb_status s;

	if (!manifest->has_config) {
		return PLOMB_IMAGE_NOT_FOUND;
	}
	s = store->blob(store, work, &manifest->config.digest, manifest->config.size, PLOMB_MAX_MANIFEST_BYTES, &bytes);
	if (s != PLOMB_OK) {
		return s == PLOMB_UNSET ? PLOMB_LAYOUT_BLOB_MISSING : s;
	}
	s = plomb_json_parse(work, bytes, &doc);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_MANIFEST_MALFORMED;
	}
	return is_for(&doc, 0, wanted) ? PLOMB_OK : PLOMB_IMAGE_NOT_FOUND;
}

static plomb_status
find_platform(plomb_work *work, plomb_store *store, const plomb_layout_image *image, const platform *wanted, plomb_digest *child)
{
	plomb_manifest manifest;
	plomb_status s;

	s = plomb_manifest_parse(work, image->manifest, &manifest);
	if (s != PLOMB_OK) {
		return s;
	}
	if (manifest.kind == PLOMB_MANIFEST_INDEX) {
		return find_child(work, &manifest, wanted, child);
	}
	s = check_config(work, store, &manifest, wanted);
	if (s == PLOMB_OK) {
		*child = image->digest;
	}
	return s;
}

/* see layout.h */
plomb_status
plomb_layout_platform(plomb_work *work, plomb_store *store, const plomb_layout_image *image,
	plomb_view text, plomb_digest *child)
{
	size_t mark = plomb_work_mark(work);
	platform wanted;
	plomb_status s;

	memset(child, 0, sizeof *child);
	s = read_platform(text, &wanted);
	if (s == PLOMB_OK) {
		s = find_platform(work, store, image, &wanted, child);
	}
	plomb_work_release(work, mark);
	return s;
}
