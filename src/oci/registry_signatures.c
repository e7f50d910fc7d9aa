/* see store_registry.h: what hangs on an image in a registry */
#include "grow.h"
#include "store_registry.h"
#include "walk.h"

/* A page of referrers, read. Its list is not signed by anybody: it only says where to look. */
static plomb_status
read_page(plomb_walk *w, const plomb_fetched *page, plomb_manifest *index)
{
	plomb_view bytes;
	plomb_status s;

	bytes.p = page->p;
	bytes.n = page->n;
	s = plomb_manifest_parse(w->work, bytes, index);
	if (s == PLOMB_LIMIT_EXCEEDED) {
		return PLOMB_REFERRERS_TOO_MANY;
	}
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_REFERRERS_MALFORMED;
	}
	return index->kind == PLOMB_MANIFEST_INDEX ? PLOMB_OK : PLOMB_REFERRERS_MALFORMED;
}

static void
copy_type(char out[PLOMB_MAX_TYPE + 1], plomb_view type)
{
	size_t n = type.n > PLOMB_MAX_TYPE ? PLOMB_MAX_TYPE : type.n;

	memset(out, 0, PLOMB_MAX_TYPE + 1);
	if (n != 0) {
		memcpy(out, type.p, n);
	}
}

/* What matters of a descriptor, without the page that it stands in. */
static plomb_status
note_referrer(plomb_store_registry *store, const plomb_descriptor *descriptor)
{
	plomb_referrer *more;

	more = plomb_grow(store->memory, store->referrer, &store->referrer_room, store->referrer_count + 1, sizeof *more);
	if (more == NULL) {
		store->is_exhausted = 1;
		return PLOMB_NO_ROOM;
	}
	store->referrer = more;
	more += store->referrer_count;
	more->digest = descriptor->digest;
	more->size = descriptor->size;
	copy_type(more->media_type, descriptor->media_type);
	copy_type(more->artifact_type, descriptor->artifact_type);
	store->referrer_count ++;
	return PLOMB_OK;
}

static plomb_status
note_page(plomb_walk *w, plomb_store_registry *store, const plomb_fetched *page)
{
	size_t before = store->referrer_count;
	plomb_manifest index;
	plomb_status s;
	uint32_t i;

	s = read_page(w, page, &index);
	if (s == PLOMB_OK && index.count > PLOMB_MAX_REFERRERS - store->referrer_count) {
		s = PLOMB_REFERRERS_TOO_MANY;
	}
	for (i = 0; s == PLOMB_OK && i < index.count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_descriptor referrer;

		w->is_listed = 1;
		s = plomb_manifest_descriptor(w->work, &index, i, &referrer);
		if (s == PLOMB_OK) {
			s = note_referrer(store, &referrer);
		}
		w->is_listed = 0;
		plomb_work_release(w->work, mark);
	}
	if (s != PLOMB_OK) {
		store->referrer_count = before;
	}
	return s;
}

/* The whole list, once: a page is large, and what matters of it is small. */
static plomb_status
list_referrers(plomb_walk *w, plomb_store_registry *store)
{
	while (!store->is_listed) {
		size_t mark = plomb_work_mark(w->work);
		const plomb_fetched *page;
		plomb_status s = plomb_registry_referrers(store, &w->digest, store->pages_read, &page);

		if (s == PLOMB_UNSET) {
			store->is_listed = 1;
			return PLOMB_OK;
		}
		if (s == PLOMB_OK) {
			s = note_page(w, store, page);
			plomb_work_release(w->work, mark);
		}
		if (s != PLOMB_OK) {
			return s;
		}
		plomb_registry_forget(store, page);
		store->pages_read ++;
	}
	return PLOMB_OK;
}

static plomb_status
visit_referrers(plomb_walk *w, const plomb_store_registry *store, plomb_walk_pass now)
{
	size_t i;

	for (i = 0; i < store->referrer_count; i ++) {
		const plomb_referrer *r = store->referrer + i;
		size_t mark = plomb_work_mark(w->work);
		plomb_descriptor descriptor;
		plomb_status s;

		memset(&descriptor, 0, sizeof descriptor);
		descriptor.digest = r->digest;
		descriptor.size = r->size;
		descriptor.media_type = plomb_view_of(r->media_type);
		if (r->artifact_type[0] != '\0') {
			descriptor.artifact_type = plomb_view_of(r->artifact_type);
		}
		descriptor.annotations = PLOMB_JSON_NONE;
		descriptor.platform = PLOMB_JSON_NONE;
		w->is_listed = 1;
		s = plomb_walk_check_spent(w, plomb_walk_visit(w, now, &descriptor, 1));
		w->is_listed = 0;
		plomb_work_release(w->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
visit_tagged(plomb_walk *w, const plomb_fetched *tagged, plomb_attached attached)
{
	plomb_loaded loaded;
	plomb_view bytes;
	plomb_status s;

	if (plomb_walk_is_done(w, &tagged->digest)) {
		return PLOMB_OK;
	}
	bytes.p = tagged->p;
	bytes.n = tagged->n;
	s = tagged->media_type.p == NULL ? PLOMB_MANIFEST_MEDIA_TYPE : plomb_layout_read(w->work, bytes, tagged->media_type, &loaded);
	if (s != PLOMB_OK) {
		return plomb_walk_trouble(w, &tagged->digest, attached, s);
	}
	return plomb_walk_manifest(w, &tagged->digest, &loaded, attached);
}

static plomb_status
visit_tag(plomb_walk *w, plomb_store_registry *store, const char *prefix, const char *suffix, plomb_attached attached)
{
	const plomb_fetched *kept;
	plomb_fetched tagged;
	plomb_status s;
	char tag[200];

	if (!plomb_registry_tag_name(tag, prefix, &w->digest, suffix)) {
		return PLOMB_REFERENCE_INVALID;
	}
	s = plomb_registry_tag(store, tag, PLOMB_MAX_ATTACHED_BYTES, &kept);
	if (s != PLOMB_OK) {
		return s == PLOMB_UNSET ? PLOMB_OK : s;
	}
	/* The list of what is kept may move; the bytes stay. */
	tagged = *kept;
	w->origin = "tag";
	w->suffix = suffix;
	w->name = plomb_view_of(tag);
	s = visit_tagged(w, &tagged, attached);
	w->suffix = "";
	w->name = plomb_view_of("");
	return s;
}

static plomb_status
visit_all_referrers(plomb_walk *w, plomb_store_registry *store)
{
	char why[sizeof store->why];
	plomb_status s, listed;

	w->origin = "referrer";
	listed = list_referrers(w, store);
	if (listed == PLOMB_NO_ROOM) {
		return listed;
	}
	/* What the list says up to where it breaks off is looked at all the same; why it did is told in the end. */
	memcpy(why, store->why, sizeof why);
	if ((s = visit_referrers(w, store, PLOMB_PASS_BUNDLES)) != PLOMB_OK
		|| (s = visit_referrers(w, store, PLOMB_PASS_REFERRERS)) != PLOMB_OK)
	{
		return s;
	}
	if (listed != PLOMB_OK) {
		memcpy(store->why, why, sizeof why);
	}
	return listed;
}

static plomb_status
search_all(plomb_walk *w, plomb_store_registry *store, const plomb_registry_search *search)
{
	plomb_status s;

	s = visit_all_referrers(w, store);
	if (s != PLOMB_OK || (search->is_enough != NULL && search->is_enough(w->user))) {
		return s;
	}
	return visit_tag(w, store, search->prefix, search->suffix,
		plomb_view_is(plomb_view_of(search->suffix), ".att") ? PLOMB_ATTACHED_ATT : PLOMB_ATTACHED_SIG);
}

/* see store_registry.h */
plomb_status
plomb_registry_signatures(plomb_work *work, plomb_store_registry *store, const plomb_digest *digest,
	const plomb_registry_search *search, plomb_found_fn found, void *user)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s;
	plomb_walk w;

	s = plomb_walk_init(&w, work, &store->store, digest, found, user);
	w.max_blob = search->max_blob;
	w.believes_types = 1;
	w.is_last_try = search->is_last_try;
	w.is_exhausted = &store->is_exhausted;
	if (s == PLOMB_OK) {
		s = search_all(&w, store, search);
	}
	plomb_work_release(work, mark);
	/* Memory that the system refuses is another matter, and so is asking again. */
	return s == PLOMB_NO_ROOM && search->is_last_try && !store->is_exhausted ? PLOMB_LIMIT_EXCEEDED : s;
}

static plomb_status
show_all(plomb_walk *w, plomb_store_registry *store, const char *prefix, int with_referrers)
{
	plomb_status s = PLOMB_OK;

	if (with_referrers) {
		s = visit_all_referrers(w, store);
	}
	if (s != PLOMB_OK
		|| (s = visit_tag(w, store, prefix, ".sig", PLOMB_ATTACHED_SIG)) != PLOMB_OK
		|| (s = visit_tag(w, store, prefix, ".att", PLOMB_ATTACHED_ATT)) != PLOMB_OK
		|| (s = visit_tag(w, store, prefix, ".sbom", PLOMB_ATTACHED_OTHER)) != PLOMB_OK)
	{
		return s;
	}
	return PLOMB_OK;
}

/* see store_registry.h */
plomb_status
plomb_registry_hanging(plomb_work *work, plomb_store_registry *store, const plomb_digest *digest,
	const char *prefix, int with_referrers, plomb_hanging_fn hangs, void *user)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s;
	plomb_walk w;

	s = plomb_walk_init_all(&w, work, &store->store, digest, hangs, user);
	if (s == PLOMB_OK) {
		s = show_all(&w, store, prefix, with_referrers);
	}
	plomb_work_release(work, mark);
	return s;
}
