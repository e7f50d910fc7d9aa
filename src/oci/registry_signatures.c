/* see store_registry.h: what hangs on an image in a registry */
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

static plomb_status
visit_page(plomb_walk *w, plomb_walk_pass now, const plomb_fetched *page, uint32_t *count)
{
	plomb_manifest index;
	plomb_status s;
	uint32_t i;

	s = read_page(w, page, &index);
	if (s != PLOMB_OK) {
		return s;
	}
	*count += index.count;
	if (*count > PLOMB_MAX_REFERRERS) {
		return PLOMB_REFERRERS_TOO_MANY;
	}
	for (i = 0; i < index.count; i ++) {
		size_t mark = plomb_work_mark(w->work);
		plomb_descriptor referrer;

		w->is_listed = 1;
		s = plomb_manifest_descriptor(w->work, &index, i, &referrer);
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

static plomb_status
visit_referrers(plomb_walk *w, plomb_store_registry *store, plomb_walk_pass now)
{
	uint32_t count = 0;
	size_t i;

	for (i = 0; ; i ++) {
		size_t mark = plomb_work_mark(w->work);
		const plomb_fetched *kept;
		plomb_fetched page;
		plomb_status s = plomb_registry_referrers(store, &w->digest, i, &kept);

		if (s != PLOMB_OK) {
			return s == PLOMB_UNSET ? PLOMB_OK : s;
		}
		/* The list of what is kept may move while more is fetched; the bytes stay. */
		page = *kept;
		s = visit_page(w, now, &page, &count);
		plomb_work_release(w->work, mark);
		if (s != PLOMB_OK) {
			return s;
		}
	}
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
	s = plomb_registry_tag(store, tag, &kept);
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
	plomb_status s;

	w->origin = "referrer";
	s = visit_referrers(w, store, PLOMB_PASS_BUNDLES);
	return s == PLOMB_OK ? visit_referrers(w, store, PLOMB_PASS_REFERRERS) : s;
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
	if (s == PLOMB_OK) {
		s = search_all(&w, store, search);
	}
	plomb_work_release(work, mark);
	return s;
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
