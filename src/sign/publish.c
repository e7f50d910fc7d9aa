/* see publish.h */
#include "publish.h"

#include "../core/base64.h"
#include "../core/hash.h"
#include "push.h"

#define FIRST_ROOM  (256u << 10)
#define MAX_ROOM    (64u << 20)
#define SLOW_READ_MS (PLOMB_SETTLE_MS / 4) /* what is written upon was read faster than this, if it can be */
#define MAX_SLOW_READS 3
#define MAX_IN_A_ROW 4  /* failures or conflicts with nothing between */
#define MAX_DOUBLINGS 4 /* of the time in which writers who met spread out */
#define MAX_LISTINGS 5  /* a registry may take a moment to list a referrer */
#define EMPTY_BLOB "{}"

static void
start(plomb_publisher *p, plomb_push *push)
{
	memset(push, 0, sizeof *push);
	push->network = p->network;
	push->owner = p->owner;
	push->place = p->place;
	push->memory = p->memory;
	push->crypto = p->ctx->crypto;
	push->step = "";
	p->why[0] = 0;
}

/* How it ended, for the caller. */
static plomb_status
end(plomb_publisher *p, const plomb_push *push, plomb_status s)
{
	if (s != PLOMB_OK) {
		memcpy(p->why, push->why, sizeof p->why);
	}
	return s;
}

static plomb_status
fail(plomb_push *push, plomb_status s, const char *why)
{
	return plomb_push_fail(push, s, why, plomb_view_of(""), "");
}

/* --------------------------------------------------------------------- memory */

/* Room for one merging; grown until it fits. */
typedef struct {
	plomb_memory *memory;
	unsigned char *p;
	size_t room;
	plomb_work work;
} scratch;

/* The room for the next try; 0 if there is none. */
static int
more_room(scratch *s)
{
	size_t room = s->room == 0 ? FIRST_ROOM : 4 * s->room;

	s->memory->give(s->memory, s->p, s->room);
	s->p = room > MAX_ROOM ? NULL : s->memory->grow(s->memory, NULL, 0, room);
	s->room = s->p == NULL ? 0 : room;
	plomb_work_init(&s->work, s->p, s->room);
	return s->p != NULL;
}

static void
give_room(scratch *s)
{
	s->memory->give(s->memory, s->p, s->room);
	s->p = NULL;
	s->room = 0;
}

/* ----------------------------------------------------------------------- time */

static uint64_t
now_ms(const plomb_push *push)
{
	return push->network->pause->now_ms(push->network->pause);
}

/* Wait for least milliseconds and a random part of spread more. */
static plomb_status
wait_about(plomb_publisher *p, plomb_push *push, uint32_t least, uint32_t spread)
{
	uint32_t number;

	if (p->random->fill(p->random, &number, sizeof number) != PLOMB_OK) {
		return fail(push, PLOMB_IO_ERROR, "the system gives no random numbers");
	}
	push->network->pause->wait(push->network->pause, least + (spread == 0 ? 0 : number % spread));
	return PLOMB_OK;
}

/* ----------------------------------------------------------------- under a tag */

/* What is to stand under a tag, among others. */
typedef struct {
	char tag[200];
	size_t max;               /* of what is read and written there */
	const char *writing;      /* the step's name */
	/* Of an index: the referrer. */
	plomb_view referrer;
	plomb_digest referrer_digest;
	/* Of a manifest: the layer; else NULL. */
	const plomb_attachment *layer;
} entry;

/* One try after the other to bring it there. */
typedef struct {
	plomb_publisher *publisher;
	plomb_push *push;
	const entry *entry;
	scratch scratch;
	unsigned writes, slow_reads, failures, conflicts, lost;
	uint32_t settle_ms;
	int has_config;           /* that was sent, and which it was */
	plomb_digest config;
	int has_seen;             /* with our entry, at seen_ms */
	plomb_digest seen;
	uint64_t seen_ms;
} round;

/* What the tag is to name; *manifest is absent if what it names has our entry. */
static plomb_status
merge(round *r, plomb_view old, plomb_view *config, plomb_view *manifest, plomb_view *media_type)
{
	plomb_status s;

	do {
		if (!more_room(&r->scratch)) {
			return fail(r->push, PLOMB_NO_ROOM, "out of memory");
		}
		config->p = NULL;
		config->n = 0;
		*media_type = plomb_view_of(PLOMB_MEDIA_OCI_INDEX);
		s = r->entry->layer == NULL
			? plomb_attach_fallback(&r->scratch.work, old, r->entry->referrer, &r->entry->referrer_digest, manifest)
			: plomb_attach_layer(&r->scratch.work, r->push->crypto, old, NULL, "", r->entry->layer, config, manifest, media_type);
	} while (s == PLOMB_NO_ROOM);
	if (s == PLOMB_OK && manifest->n > r->entry->max) {
		s = r->entry->layer == NULL ? PLOMB_REFERRERS_TOO_MANY : PLOMB_LIMIT_EXCEEDED;
	}
	if (s != PLOMB_OK) {
		(void)plomb_push_fail(r->push, s, s == PLOMB_REFERRERS_TOO_MANY || s == PLOMB_LIMIT_EXCEEDED ? "no more fit under the tag "
			: "what is under the tag cannot be added to, and stays as it is: ", plomb_view_of(r->entry->tag), "");
	}
	return s;
}

static void
see(round *r, const plomb_digest *digest)
{
	r->has_seen = 1;
	r->seen = *digest;
	r->seen_ms = now_ms(r->push);
}

/* Our entry is there. *done: it has been the same for long enough; else some of that time has passed. */
static plomb_status
settle(round *r, const plomb_digest *digest, uint64_t asked_ms, int *done)
{
	uint64_t quiet;

	if (!r->has_seen || !plomb_digest_eq(&r->seen, digest)) {
		see(r, digest);
	}
	quiet = asked_ms > r->seen_ms ? asked_ms - r->seen_ms : 0;
	*done = quiet >= r->settle_ms;
	if (*done) {
		return PLOMB_OK;
	}
	quiet = now_ms(r->push) - r->seen_ms;
	return wait_about(r->publisher, r->push, quiet < r->settle_ms ? r->settle_ms - (uint32_t)quiet : 1, r->settle_ms / 8);
}

/* Our entry is not there although it was written: somebody wrote over it. Who meet again spread out. */
static plomb_status
back_off(round *r)
{
	uint32_t spread;

	r->has_seen = 0;
	spread = r->settle_ms << (r->lost < MAX_DOUBLINGS ? r->lost : MAX_DOUBLINGS);
	r->lost ++;
	return wait_about(r->publisher, r->push, 0, spread);
}

/* A config that nobody else may have sent. *sent: it took time, so what the tag names has to be read again. */
static plomb_status
send_config(round *r, plomb_view config, int *sent)
{
	plomb_digest digest;
	plomb_status s;

	*sent = 0;
	if (config.p == NULL) {
		return PLOMB_OK;
	}
	plomb_push_digest_of(r->push, config, &digest);
	if (r->has_config && plomb_digest_eq(&r->config, &digest)) {
		return PLOMB_OK;
	}
	r->push->step = "uploading the config of the signatures' manifest";
	s = plomb_push_blob(r->push, config);
	r->push->step = r->entry->writing;
	r->has_config = s == PLOMB_OK;
	r->config = digest;
	*sent = 1;
	return s;
}

/* From reading to writing so long: others of our kind may take as long, too. */
static void
note_span(round *r, uint64_t span_ms)
{
	uint64_t settle_ms = 3 * span_ms;

	if (settle_ms > PLOMB_MAX_SETTLE_MS) {
		settle_ms = PLOMB_MAX_SETTLE_MS;
	}
	if (settle_ms > r->settle_ms) {
		r->settle_ms = (uint32_t)settle_ms;
	}
}

/* It was not taken, or nobody knows whether it was: look again, but not for ever. */
static plomb_status
after_refusal(round *r, const plomb_pushed *pushed)
{
	unsigned *count = pushed->is_conflict ? &r->conflicts : &r->failures;

	(*count) ++;
	r->has_seen = 0;
	if (*count >= (pushed->is_conflict ? PLOMB_MAX_WRITES : MAX_IN_A_ROW)) {
		return PLOMB_REGISTRY_HTTP_ERROR;
	}
	return pushed->is_conflict ? back_off(r) : wait_about(r->publisher, r->push, (uint32_t)PLOMB_SETTLE_MS << (*count - 1), PLOMB_SETTLE_MS / 2);
}

static plomb_status
write_tag(round *r, const plomb_current *old, plomb_view manifest, plomb_view media_type, uint64_t asked_ms)
{
	plomb_pushed pushed;
	plomb_digest digest;
	plomb_status s;

	if (r->writes == PLOMB_MAX_WRITES) {
		return fail(r->push, PLOMB_REGISTRY_HTTP_ERROR, "others write there all the time, and the entry does not stay");
	}
	r->writes ++;
	/* An entity tag that nothing matches is none of the registry's whole: after some refusals it is left out. */
	s = plomb_push_manifest(r->push, r->entry->tag, media_type, manifest, 1,
		old->etag[0] != 0 && r->conflicts < MAX_IN_A_ROW ? old->etag : NULL, &pushed);
	note_span(r, now_ms(r->push) - asked_ms);
	if (s == PLOMB_UNSET) {
		return after_refusal(r, &pushed);
	}
	if (s != PLOMB_OK) {
		return s;
	}
	r->failures = 0;
	plomb_push_digest_of(r->push, manifest, &digest);
	see(r, &digest);
	return wait_about(r->publisher, r->push, r->settle_ms, r->settle_ms / 8);
}

/* Add the entry to what was read, or see whether it stays. */
static plomb_status
add(round *r, const plomb_current *old, uint64_t asked_ms, int *done)
{
	plomb_view text, config, manifest, media_type;
	plomb_status s;
	int sent;

	text.p = old->p;
	text.n = old->n;
	s = merge(r, text, &config, &manifest, &media_type);
	if (s != PLOMB_OK) {
		return s;
	}
	if (manifest.p == NULL) {
		return settle(r, &old->digest, asked_ms, done);
	}
	if (r->has_seen) {
		return back_off(r);
	}
	s = send_config(r, config, &sent);
	if (s != PLOMB_OK || sent) {
		return s;
	}
	/* The first question on a line sets it up and logs in: what it tells is old by now. */
	if (now_ms(r->push) - asked_ms > SLOW_READ_MS && r->slow_reads < MAX_SLOW_READS) {
		r->slow_reads ++;
		return PLOMB_OK;
	}
	r->slow_reads = 0;
	if (media_type.p == NULL) {
		media_type = old->media_type.p != NULL ? old->media_type : plomb_view_of(PLOMB_MEDIA_OCI_MANIFEST);
	}
	return write_tag(r, old, manifest, media_type, asked_ms);
}

static plomb_status
look(round *r, int *done)
{
	plomb_current old;
	plomb_status s;
	uint64_t asked_ms = now_ms(r->push);

	r->push->step = r->entry->writing;
	s = plomb_push_read(r->push, r->entry->tag, r->entry->max, &old);
	if (s == PLOMB_UNSET) {
		plomb_push_give(r->push, &old);
		s = PLOMB_OK;
	}
	if (s == PLOMB_OK && old.p == NULL && old.room == 0 && old.digest.hash != PLOMB_HASH_NONE) {
		s = fail(r->push, PLOMB_MANIFEST_MALFORMED, "what is under the tag is empty");
	}
	if (s == PLOMB_OK) {
		s = add(r, &old, asked_ms, done);
	}
	plomb_push_give(r->push, &old);
	give_room(&r->scratch);
	return s;
}

/* Bring the entry under the tag, among those of others, and see that it stays. */
static plomb_status
bring(plomb_publisher *p, plomb_push *push, const entry *e)
{
	plomb_status s = PLOMB_OK;
	int done = 0;
	unsigned i;
	round r;

	memset(&r, 0, sizeof r);
	r.publisher = p;
	r.push = push;
	r.entry = e;
	r.scratch.memory = p->memory;
	r.settle_ms = PLOMB_SETTLE_MS;
	for (i = 0; i < PLOMB_MAX_LOOKS && s == PLOMB_OK && !done; i ++) {
		s = look(&r, &done);
	}
	if (s == PLOMB_OK && !done) {
		s = fail(push, PLOMB_REGISTRY_HTTP_ERROR, "others write there all the time, so nobody can say whether the entry stays");
	}
	return s;
}

/* ------------------------------------------------------------------ referrers */

/* We stand on a page of the list: there is nothing to add to it. */
static plomb_status
is_on_page(plomb_publisher *p, const plomb_fetched *page, plomb_view manifest, const plomb_digest *digest, int *listed)
{
	plomb_view text, index;
	plomb_status s;
	scratch work;

	memset(&work, 0, sizeof work);
	work.memory = p->memory;
	text.p = page->p;
	text.n = page->n;
	do {
		s = more_room(&work) ? plomb_attach_fallback(&work.work, text, manifest, digest, &index) : PLOMB_LIMIT_EXCEEDED;
	} while (s == PLOMB_NO_ROOM);
	*listed = s == PLOMB_OK && index.p == NULL;
	give_room(&work);
	/* A full page has no room for us, and we do not stand on it. */
	return s == PLOMB_REFERRERS_TOO_MANY ? PLOMB_OK : s;
}

/* Page by page: *api is whether the registry has such a list, *listed whether we stand in it. */
static plomb_status
read_list(plomb_publisher *p, plomb_push *push, const plomb_subject *subject, plomb_view manifest, const plomb_digest *digest,
	int *api, int *listed)
{
	const plomb_fetched *page;
	plomb_store_registry store;
	plomb_status s;
	size_t i;

	s = PLOMB_OK;
	*api = 0;
	*listed = 0;
	plomb_store_registry_init(&store, p->network, p->memory, push->crypto, p->place);
	store.owner = p->owner;
	for (i = 0; !*listed; i ++) {
		s = plomb_registry_referrers(&store, &subject->digest, i, &page);
		*api = store.lister == PLOMB_LISTER_REGISTRY;
		if (s != PLOMB_OK || !*api) {
			break;
		}
		s = page->n == 0 ? PLOMB_REFERRERS_MALFORMED : is_on_page(p, page, manifest, digest, listed);
		plomb_registry_forget(&store, page);
		if (s != PLOMB_OK) {
			break;
		}
	}
	if (s == PLOMB_UNSET) {
		s = PLOMB_OK;
	}
	if (s != PLOMB_OK) {
		(void)fail(push, s, store.why[0] != 0 ? store.why : "the list of referrers cannot be read");
	}
	plomb_store_registry_free(&store);
	return s;
}

/* The registry did not say that it lists us: it does so all the same, or the tag has to. */
static plomb_status
list_referrer(plomb_publisher *p, plomb_push *push, const plomb_subject *subject, plomb_view manifest, const plomb_digest *digest)
{
	plomb_status s;
	int api, listed;
	entry e;
	unsigned i;

	push->step = "asking for the image's referrers";
	for (i = 0; i < MAX_LISTINGS; i ++) {
		s = read_list(p, push, subject, manifest, digest, &api, &listed);
		if (s != PLOMB_OK || listed) {
			return s;
		}
		if (!api) {
			break;
		}
		s = wait_about(p, push, PLOMB_SETTLE_MS, 0);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	if (api) {
		return plomb_push_fail(push, PLOMB_REGISTRY_HTTP_ERROR, "", plomb_view_of(p->place->authority),
			" took the manifest, but does not list it");
	}
	memset(&e, 0, sizeof e);
	e.max = PLOMB_MAX_MANIFEST_BYTES;
	e.writing = "writing the list of referrers (fallback tag)";
	e.referrer = manifest;
	e.referrer_digest = *digest;
	return plomb_registry_tag_name(e.tag, "", &subject->digest, "") ? bring(p, push, &e)
		: fail(push, PLOMB_REFERENCE_INVALID, "the tag's name is too long");
}

/* Under its own digest it may be sent as often as it takes. */
static plomb_status
send_manifest(plomb_publisher *p, plomb_push *push, const char *name, plomb_view manifest, plomb_pushed *pushed)
{
	plomb_status s;
	unsigned i;

	for (i = 1; ; i ++) {
		s = plomb_push_manifest(push, name, plomb_view_of(PLOMB_MEDIA_OCI_MANIFEST), manifest, 0, NULL, pushed);
		if (s == PLOMB_OK || !pushed->is_transient || i == PLOMB_MAX_TRIES) {
			return s;
		}
		if (wait_about(p, push, PLOMB_SETTLE_MS / 4, PLOMB_SETTLE_MS / 2) != PLOMB_OK) {
			return PLOMB_IO_ERROR;
		}
	}
}

/* A manifest with subject, and what leads to it. */
static plomb_status
send_referrer(plomb_publisher *p, plomb_push *push, const plomb_subject *subject, plomb_view manifest)
{
	char name[200];
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN];
	plomb_digest digest;
	plomb_pushed pushed;
	plomb_view bytes;
	plomb_status s;
	size_t n = 0;

	plomb_push_digest_of(push, manifest, &digest);
	bytes.p = digest.bytes;
	bytes.n = plomb_hash_len(digest.hash);
	plomb_hex_encode(hex, bytes);
	bytes.p = hex;
	bytes.n *= 2;
	push->step = "writing the signature's manifest";
	if (!plomb_url_put(name, sizeof name, &n, plomb_view_of("sha256:"), 0) || !plomb_url_put(name, sizeof name, &n, bytes, 0)) {
		return fail(push, PLOMB_INTERNAL_ERROR, "");
	}
	s = send_manifest(p, push, name, manifest, &pushed);
	if (s != PLOMB_OK) {
		return s;
	}
	if (pushed.has_subject && !plomb_digest_eq(&pushed.subject, &subject->digest)) {
		return plomb_push_fail(push, PLOMB_DIGEST_MISMATCH, "", plomb_view_of(p->place->authority), " says that it is about another image (OCI-Subject)");
	}
	return pushed.has_subject ? PLOMB_OK : list_referrer(p, push, subject, manifest, &digest);
}

/* --------------------------------------------------------------------- bundles */

/* see publish.h */
plomb_status
plomb_publish_bundle(plomb_publisher *publisher, const plomb_subject *subject, plomb_view bundle, plomb_view predicate_type)
{
	plomb_publisher *p = publisher;
	plomb_view manifest;
	plomb_digest digest;
	plomb_push push;
	plomb_status s;
	scratch work;

	start(p, &push);
	memset(&work, 0, sizeof work);
	work.memory = p->memory;
	plomb_push_digest_of(&push, bundle, &digest);
	push.step = "writing the signature's manifest";
	s = more_room(&work) ? plomb_attach_bundle(&work.work, subject, bundle, &digest, predicate_type, p->now_s, &manifest) : PLOMB_NO_ROOM;
	if (s != PLOMB_OK) {
		(void)fail(&push, s, plomb_status_sentence(s));
	}
	if (s == PLOMB_OK) {
		push.step = "uploading the config";
		s = plomb_push_blob(&push, plomb_view_of(EMPTY_BLOB));
	}
	if (s == PLOMB_OK) {
		push.step = "uploading the bundle";
		s = plomb_push_blob(&push, bundle);
	}
	if (s == PLOMB_OK) {
		s = send_referrer(p, &push, subject, manifest);
	}
	give_room(&work);
	return end(p, &push, s);
}

/* ---------------------------------------------------------------------- layers */

/* cosign 2's referrer: config, manifest, and what leads to it. */
static plomb_status
send_layer_referrer(plomb_publisher *p, plomb_push *push, const plomb_subject *subject, const char *suffix, const plomb_attachment *layer)
{
	plomb_view config, manifest, media_type, none = { NULL, 0 };
	plomb_status s;
	scratch work;

	memset(&work, 0, sizeof work);
	work.memory = p->memory;
	do {
		s = more_room(&work) ? plomb_attach_layer(&work.work, push->crypto, none, subject, suffix, layer, &config, &manifest, &media_type)
			: PLOMB_LIMIT_EXCEEDED;
	} while (s == PLOMB_NO_ROOM);
	push->step = "writing the signature's manifest";
	if (s == PLOMB_OK && manifest.n > PLOMB_MAX_ATTACHED_BYTES) {
		s = PLOMB_LIMIT_EXCEEDED;
	}
	if (s != PLOMB_OK) {
		(void)fail(push, s, plomb_status_sentence(s));
	}
	if (s == PLOMB_OK) {
		push->step = "uploading the config";
		s = plomb_push_blob(push, config);
	}
	if (s == PLOMB_OK) {
		s = send_referrer(p, push, subject, manifest);
	}
	give_room(&work);
	return s;
}

/* ".sig" behind a tag. */
static plomb_status
send_layer_tag(plomb_publisher *p, plomb_push *push, const plomb_subject *subject, const char *suffix, const plomb_attachment *layer)
{
	char dotted[20];
	size_t n = 0;
	entry e;

	memset(&e, 0, sizeof e);
	e.max = PLOMB_MAX_ATTACHED_BYTES;
	e.writing = "writing the signatures' manifest under its tag";
	e.layer = layer;
	push->step = e.writing;
	if (!plomb_url_put(dotted, sizeof dotted, &n, plomb_view_of("."), 0) || !plomb_url_put(dotted, sizeof dotted, &n, plomb_view_of(suffix), 0)
		|| !plomb_registry_tag_name(e.tag, p->tag_prefix != NULL ? p->tag_prefix : "", &subject->digest, dotted))
	{
		return fail(push, PLOMB_REFERENCE_INVALID, "the tag's name is too long");
	}
	return bring(p, push, &e);
}

/* see publish.h */
plomb_status
plomb_publish_layer(plomb_publisher *publisher, const plomb_subject *subject, const char *suffix,
	int is_referrer, plomb_view payload, const plomb_attachment *attachment)
{
	plomb_attachment layer = *attachment;
	plomb_push push;
	plomb_status s;

	start(publisher, &push);
	plomb_push_digest_of(&push, payload, &layer.digest);
	layer.size = payload.n;
	push.step = "uploading the signed payload";
	s = plomb_push_blob(&push, payload);
	if (s == PLOMB_OK) {
		s = is_referrer ? send_layer_referrer(publisher, &push, subject, suffix, &layer)
			: send_layer_tag(publisher, &push, subject, suffix, &layer);
	}
	return end(publisher, &push, s);
}
