/* see store_registry.h */
#include "store_registry.h"

#include <stddef.h>

#include "../core/base64.h"
#include "../core/hash.h"
#include "grow.h"
#include "layout_inner.h"

#define ACCEPT_MANIFEST PLOMB_MEDIA_OCI_MANIFEST "," PLOMB_MEDIA_OCI_INDEX "," \
	PLOMB_MEDIA_DOCKER_MANIFEST "," PLOMB_MEDIA_DOCKER_LIST

static plomb_view
text_of(const char *text)
{
	return plomb_view_of(text);
}

static int
put(char *out, size_t room, size_t *n, const char *text)
{
	return plomb_url_put(out, room, n, text_of(text), 0);
}

/* ------------------------------------------------------------------- sending */

/* A body while it comes in. */
typedef struct {
	plomb_store_registry *store;
	plomb_fetched *into;
	size_t max;
} body;

static int
is_gone(const plomb_fetched *fetched)
{
	return fetched->p == NULL && fetched->n != 0;
}

/* Its digest and its length stay. */
static void
drop_body(plomb_store_registry *s, plomb_fetched *fetched)
{
	s->memory->give(s->memory, fetched->p, fetched->room);
	fetched->p = NULL;
	fetched->room = 0;
}

/*
 * Of what nobody reads any more only so much stays; the largest goes first,
 * as manifests are small and asked for twice. A hostile list names a hundred
 * large things, one after the other.
 */
static void
drop_idle(plomb_store_registry *s)
{
	size_t i, idle, largest;

	do {
		idle = 0;
		largest = SIZE_MAX;
		for (i = 0; i < s->kept_count; i ++) {
			if (s->kept[i].p == NULL || s->kept[i].is_page || i == s->busy_manifest || i == s->busy_blob) {
				continue;
			}
			idle += s->kept[i].room;
			if (largest == SIZE_MAX || s->kept[i].room > s->kept[largest].room) {
				largest = i;
			}
		}
		if (idle > PLOMB_MAX_IDLE_BYTES) {
			drop_body(s, s->kept + largest);
		}
	} while (idle > PLOMB_MAX_IDLE_BYTES);
}

static plomb_status
take_body(void *user, plomb_view bytes)
{
	body *b = user;
	plomb_store_registry *s = b->store;
	unsigned char *more;

	if (bytes.n > s->max_fetched - s->fetched_bytes) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	more = plomb_grow_up_to(s->memory, b->into->p, &b->into->room, b->into->n + bytes.n, 1, b->max);
	if (more == NULL) {
		s->is_exhausted = 1;
		return PLOMB_NO_ROOM;
	}
	b->into->p = more;
	memcpy(more + b->into->n, bytes.p, bytes.n);
	b->into->n += bytes.n;
	s->fetched_bytes += bytes.n;
	return PLOMB_OK;
}

static void
give_back(plomb_store_registry *s, plomb_fetched *fetched)
{
	s->memory->give(s->memory, fetched->p, fetched->room);
	fetched->p = NULL;
	fetched->n = 0;
	fetched->room = 0;
}

/* Without parameters: "application/json; charset=utf-8". */
static plomb_view
bare_type(plomb_view type)
{
	size_t n = 0;

	while (n < type.n && type.p[n] != ';' && type.p[n] != ' ' && type.p[n] != '\t') {
		n ++;
	}
	return plomb_view_cut(type, 0, n);
}

/* What of the answer's header outlives it. */
typedef struct {
	plomb_view media_type; /* one of the four constants, or absent */
	int has_digest;
	plomb_digest digest;
	char link[PLOMB_MAX_URL]; /* the Link header; empty if none or too long */
	plomb_reply *reply; /* of an errand; else NULL */
} header;

/* It is sent back in a header: visible characters only. A weak entity tag is none, as If-Match takes strong ones. */
static int
is_strong_tag(plomb_view etag)
{
	size_t i;

	for (i = 0; i < etag.n; i ++) {
		if (etag.p[i] <= 0x20 || etag.p[i] >= 0x7F) {
			return 0;
		}
	}
	return etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"';
}

/* What only an errand's sender reads. */
static void
keep_reply(const plomb_http_answer *answer, const char *url, plomb_reply *reply)
{
	plomb_url here;
	size_t n = 0;

	reply->has_subject = answer->subject.n != 0 && plomb_digest_parse(answer->subject, &reply->subject) == PLOMB_OK;
	reply->etag[0] = 0;
	if (!is_strong_tag(answer->etag) || !plomb_url_put(reply->etag, sizeof reply->etag, &n, answer->etag, 0)) {
		reply->etag[0] = 0;
	}
	reply->location[0] = 0;
	if (answer->location.n != 0 && (!plomb_url_parse(text_of(url), &here)
		|| !plomb_url_resolve(&here, answer->location, reply->location, sizeof reply->location)))
	{
		reply->location[0] = 0;
	}
}

static void
keep_header(const plomb_http_answer *answer, header *h)
{
	size_t n = 0;

	(void)plomb_media_kind(bare_type(answer->content_type), &h->media_type);
	h->has_digest = answer->digest.n != 0 && plomb_digest_parse(answer->digest, &h->digest) == PLOMB_OK;
	h->link[0] = 0;
	if (!plomb_url_put(h->link, sizeof h->link, &n, answer->link, 0)) {
		h->link[0] = 0;
	}
}

/* One question to its end: sends and waits as registry.h says. */
static plomb_status
question(plomb_store_registry *s, const char *url, const plomb_place *place, const char *accept,
	size_t max, const plomb_errand *errand, plomb_fetched *into, header *h)
{
	plomb_network *net = s->network;
	plomb_http_request request;
	plomb_http_answer answer;
	plomb_view bytes;
	plomb_status sent;
	uint32_t wait_ms;
	body b;

	b.store = s;
	b.into = into;
	b.max = max;
	into->n = 0;
	memset(h, 0, offsetof(header, reply));
	drop_idle(s);
	plomb_registry_ask_errand(net->registry, url, text_of(place->repository), accept, max, errand);
	for (;;) {
		plomb_step step = plomb_registry_next(net->registry, &request, &wait_ms);

		if (step == PLOMB_STEP_DONE) {
			return net->registry->status;
		}
		if (step == PLOMB_STEP_WAIT) {
			net->pause->wait(net->pause, wait_ms);
			continue;
		}
		/* A token server's answer is no body of ours. */
		if (into->n != 0) {
			memset(into->p, 0, into->n);
		}
		into->n = 0;
		request.sink = take_body;
		request.user = &b;
		request.connect_ms = net->registry->is_probing ? PLOMB_PROBE_MS : 0;
		memset(&answer, 0, sizeof answer);
		sent = net->http->send(net->http, &request, &answer);
		keep_header(&answer, h);
		if (h->reply != NULL) {
			keep_reply(&answer, request.url, h->reply);
		}
		bytes.p = into->p;
		bytes.n = into->n;
		plomb_registry_answer(net->registry, sent, &answer, bytes, net->pause->now_ms(net->pause));
	}
}

/* -------------------------------------------------------------------- schemes */

static size_t
find_host(const plomb_network *net, const char *authority)
{
	size_t i;

	for (i = 0; i < net->host_count; i ++) {
		if (plomb_view_eq(text_of(net->host[i].authority), text_of(authority))) {
			break;
		}
	}
	return i;
}

static void
remember_host(plomb_network *net, const char *authority, int is_https)
{
	size_t n = 0;

	if (net->host_count < PLOMB_MAX_HOSTS && put(net->host[net->host_count].authority, 300, &n, authority)) {
		net->host[net->host_count].is_https = is_https;
		net->host_count ++;
	}
}

static int
may_be_http(const plomb_network *net, const char *authority)
{
	char url[400];
	plomb_url parsed;
	size_t n = 0;

	if (net->allow_http) {
		return 1;
	}
	return put(url, sizeof url, &n, "http://") && put(url, sizeof url, &n, authority)
		&& plomb_url_parse(text_of(url), &parsed) && plomb_url_is_loopback(parsed.host);
}

/* https://HOST/v2/NAME/ and the rest. */
static int
make_url(char url[PLOMB_MAX_URL], int is_https, const plomb_place *place, const char *rest)
{
	size_t n = 0;

	return put(url, PLOMB_MAX_URL, &n, is_https ? "https://" : "http://")
		&& put(url, PLOMB_MAX_URL, &n, place->authority) && put(url, PLOMB_MAX_URL, &n, "/v2/")
		&& put(url, PLOMB_MAX_URL, &n, place->repository) && put(url, PLOMB_MAX_URL, &n, "/")
		&& put(url, PLOMB_MAX_URL, &n, rest);
}

/* There is nobody who speaks TLS: not a server with a certificate that is not trusted. */
static int
speaks_no_tls(const plomb_registry *registry)
{
	return registry->problem == PLOMB_HTTP_NO_HOST || registry->problem == PLOMB_HTTP_NO_TLS
		|| registry->problem == PLOMB_HTTP_BROKEN || registry->problem == PLOMB_HTTP_SLOW;
}

/* The first question to a host that may speak http also finds out which it is: https first, as cosign does. */
static plomb_status
first_question(plomb_store_registry *s, char url[PLOMB_MAX_URL], const plomb_place *place, const char *rest, const char *accept,
	size_t max, const plomb_errand *errand, plomb_fetched *into, header *h)
{
	plomb_registry *registry = s->network->registry;
	plomb_status status;

	if (!make_url(url, 1, place, rest)) {
		return PLOMB_REFERENCE_INVALID;
	}
	registry->is_probing = 1;
	status = question(s, url, place, accept, max, errand, into, h);
	registry->is_probing = 0;
	if (status == PLOMB_OK || !speaks_no_tls(registry)) {
		if (registry->http_status != 0) {
			remember_host(s->network, place->authority, 1);
		}
		return status;
	}
	if (!make_url(url, 0, place, rest)) {
		return PLOMB_REFERENCE_INVALID;
	}
	status = question(s, url, place, accept, max, errand, into, h);
	if (registry->http_status != 0) {
		remember_host(s->network, place->authority, 0);
	}
	return status;
}

static plomb_status
ask_host(plomb_store_registry *s, char url[PLOMB_MAX_URL], const plomb_place *place, const char *rest, const char *accept,
	size_t max, const plomb_errand *errand, plomb_fetched *into, header *h)
{
	plomb_network *net = s->network;
	size_t i = find_host(net, place->authority);

	if (i == net->host_count && may_be_http(net, place->authority)) {
		return first_question(s, url, place, rest, accept, max, errand, into, h);
	}
	if (!make_url(url, i == net->host_count || net->host[i].is_https, place, rest)) {
		return PLOMB_REFERENCE_INVALID;
	}
	return question(s, url, place, accept, max, errand, into, h);
}

/* ------------------------------------------------------------ one at a time */

static void
enter(plomb_store_registry *s)
{
	if (s->network->enter != NULL) {
		s->network->enter(s->network->user, s);
	}
}

/* Keep how it ended, before anybody else asks. */
static void
leave(plomb_store_registry *s)
{
	const plomb_registry *registry = s->network->registry;

	s->http_status = registry->http_status;
	memcpy(s->why, registry->why, sizeof s->why);
	if (s->network->leave != NULL) {
		s->network->leave(s->network->user);
	}
}

static const plomb_errand simple; /* GET */

/* Ask a repository; url is where the answer came from, for links in it. */
static plomb_status
ask(plomb_store_registry *s, char url[PLOMB_MAX_URL], const plomb_place *place, const char *rest, const char *accept,
	size_t max, plomb_fetched *into, header *h)
{
	plomb_status status;

	h->reply = NULL;
	enter(s);
	status = ask_host(s, url, place, rest, accept, max, &simple, into, h);
	leave(s);
	return status;
}

/* Ask for an address of the signatures' repository. */
static plomb_status
ask_url(plomb_store_registry *s, const char *url, const char *accept, size_t max, plomb_fetched *into, header *h)
{
	plomb_status status;

	h->reply = NULL;
	enter(s);
	status = question(s, url, &s->signatures, accept, max, &simple, into, h);
	leave(s);
	return status;
}

/* see store_registry.h */
plomb_status
plomb_registry_run(plomb_store_registry *store, const char *rest, const char *accept, size_t max, const plomb_errand *errand, plomb_reply *reply)
{
	char url[PLOMB_MAX_URL];
	plomb_fetched into;
	plomb_status status;
	header h;

	memset(reply, 0, sizeof *reply);
	memset(&into, 0, sizeof into);
	memset(&h, 0, sizeof h);
	h.reply = reply;
	enter(store);
	status = ask_host(store, url, &store->signatures, rest, accept, max, errand, &into, &h);
	leave(store);
	reply->http_status = store->http_status;
	reply->media_type = h.media_type;
	reply->has_digest = h.has_digest;
	reply->digest = h.digest;
	reply->p = into.p;
	reply->n = into.n;
	reply->room = into.room;
	return status;
}

/* ----------------------------------------------------------------- what is kept */

static plomb_view
bytes_of(const plomb_fetched *fetched)
{
	plomb_view bytes;

	/* An empty body has no memory, but an address. */
	bytes.p = fetched->p == NULL ? (const unsigned char *)"" : fetched->p;
	bytes.n = fetched->p == NULL ? 0 : fetched->n;
	return bytes;
}

static void
compute(const plomb_store_registry *s, plomb_fetched *fetched, plomb_hash hash)
{
	fetched->digest.hash = hash;
	plomb_hash_of(s->crypto, hash, bytes_of(fetched), fetched->digest.bytes);
}

/* From now on this one is read, and no other of its kind. */
static const plomb_fetched *
use(plomb_store_registry *s, size_t i)
{
	*(s->kept[i].is_manifest ? &s->busy_manifest : &s->busy_blob) = i;
	return s->kept + i;
}

static const plomb_fetched *
find_kept(plomb_store_registry *s, const plomb_digest *digest, int is_manifest)
{
	size_t i;

	s->busy_blob = SIZE_MAX;
	if (is_manifest) {
		s->busy_manifest = SIZE_MAX;
	}
	for (i = 0; i < s->kept_count; i ++) {
		const plomb_fetched *f = s->kept + i;

		if (f->is_manifest == is_manifest && !is_gone(f) && plomb_digest_eq(&f->digest, digest)) {
			return use(s, i);
		}
	}
	return NULL;
}

/* Keep it; it is given back if there is no memory for that. */
static plomb_status
keep(plomb_store_registry *s, plomb_fetched *fetched)
{
	plomb_fetched *more = plomb_grow(s->memory, s->kept, &s->kept_room, s->kept_count + 1, sizeof *s->kept);

	if (more == NULL) {
		s->is_exhausted = 1;
		give_back(s, fetched);
		return PLOMB_NO_ROOM;
	}
	s->kept = more;
	more[s->kept_count] = *fetched;
	(void)use(s, s->kept_count);
	s->kept_count ++;
	return PLOMB_OK;
}

static struct plomb_named *
find_named(const plomb_store_registry *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->named_count; i ++) {
		if (plomb_view_eq(text_of(s->named[i].name), text_of(name))) {
			return s->named + i;
		}
	}
	return NULL;
}

static plomb_status
remember_name(plomb_store_registry *s, const char *name, size_t kept)
{
	struct plomb_named *more = plomb_grow(s->memory, s->named, &s->named_room, s->named_count + 1, sizeof *s->named);
	size_t n = 0;

	if (more == NULL) {
		s->is_exhausted = 1;
		return PLOMB_NO_ROOM;
	}
	s->named = more;
	if (!put(more[s->named_count].name, sizeof more->name, &n, name)) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	more[s->named_count].kept = kept;
	s->named_count ++;
	return PLOMB_OK;
}

/* ------------------------------------------------------------ blobs, manifests */

/* An answer that is neither the thing nor "no such thing". */
static plomb_status
other_status(plomb_store_registry *s)
{
	if (s->http_status == 404) {
		return PLOMB_UNSET;
	}
	return PLOMB_REGISTRY_HTTP_ERROR;
}

/*
 * By digest. Content-Length and Docker-Content-Digest are hints that nobody
 * has to believe: size is what the descriptor says, and one more byte is too
 * many.
 */
static plomb_status
fetch(plomb_store_registry *s, const plomb_place *place, const plomb_digest *digest, int is_manifest, uint64_t size, size_t max,
	const plomb_fetched **found)
{
	char url[PLOMB_MAX_URL], rest[200];
	plomb_fetched fetched;
	plomb_status status;
	size_t n = 0;
	header h;

	*found = find_kept(s, digest, is_manifest);
	if (*found != NULL) {
		return size == UINT64_MAX || size == (*found)->n ? PLOMB_OK : PLOMB_DIGEST_MISMATCH;
	}
	if (size != UINT64_MAX && size > max) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if (!put(rest, sizeof rest, &n, is_manifest ? "manifests/" : "blobs/") || !plomb_url_put_digest(rest, sizeof rest, &n, digest, ":")) {
		return PLOMB_REFERENCE_INVALID;
	}
	memset(&fetched, 0, sizeof fetched);
	fetched.is_manifest = is_manifest;
	status = ask(s, url, place, rest, is_manifest ? ACCEPT_MANIFEST : NULL, size != UINT64_MAX ? (size_t)size : max, &fetched, &h);
	if (status == PLOMB_LIMIT_EXCEEDED && size != UINT64_MAX && s->fetched_bytes < s->max_fetched) {
		status = PLOMB_DIGEST_MISMATCH;
	}
	if (status == PLOMB_OK && s->http_status != 200) {
		status = other_status(s);
	}
	if (status == PLOMB_OK) {
		compute(s, &fetched, digest->hash);
		fetched.media_type = h.media_type;
		if (!plomb_digest_eq(&fetched.digest, digest) || (size != UINT64_MAX && size != fetched.n)) {
			status = PLOMB_DIGEST_MISMATCH;
		}
	}
	if (status != PLOMB_OK) {
		give_back(s, &fetched);
		return status;
	}
	status = keep(s, &fetched);
	*found = status == PLOMB_OK ? s->kept + s->kept_count - 1 : NULL;
	return status;
}

/* Named by a manifest, yet not there: nobody knows what it was. */
static plomb_status
must_be_there(plomb_status status)
{
	return status == PLOMB_UNSET ? PLOMB_REGISTRY_HTTP_ERROR : status;
}

static plomb_status
registry_blob(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, size_t max, plomb_view *bytes)
{
	plomb_store_registry *s = (plomb_store_registry *)store;
	const plomb_fetched *found;
	plomb_status status;

	(void)work;
	bytes->p = NULL;
	bytes->n = 0;
	status = must_be_there(fetch(s, &s->signatures, digest, 0, size, max, &found));
	if (status == PLOMB_OK) {
		*bytes = bytes_of(found);
	}
	return status;
}

/* The type under which it came is the type that its descriptor says: CVE-2021-41190. */
static plomb_status
check_type(const plomb_fetched *fetched, plomb_view media_type)
{
	if (fetched->media_type.p == NULL) {
		return PLOMB_MANIFEST_MEDIA_TYPE;
	}
	return media_type.p == NULL || plomb_view_eq(media_type, fetched->media_type) ? PLOMB_OK : PLOMB_MANIFEST_MALFORMED;
}

static plomb_status
registry_manifest(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, plomb_view media_type, plomb_view *bytes)
{
	plomb_store_registry *s = (plomb_store_registry *)store;
	const plomb_fetched *found;
	plomb_status status;

	(void)work;
	bytes->p = NULL;
	bytes->n = 0;
	status = must_be_there(fetch(s, &s->signatures, digest, 1, size, PLOMB_MAX_ATTACHED_BYTES, &found));
	if (status == PLOMB_OK) {
		status = check_type(found, media_type);
	}
	if (status == PLOMB_OK) {
		*bytes = bytes_of(found);
	}
	return status;
}

/* A registry has no files and no list of blobs. */
static plomb_status
no_file(plomb_store *store, plomb_work *work, const char *name, size_t max, plomb_view *bytes)
{
	(void)store;
	(void)work;
	(void)name;
	(void)max;
	bytes->p = NULL;
	bytes->n = 0;
	return PLOMB_UNSET;
}

static plomb_status
no_check(plomb_store *store, const plomb_digest *digest, uint64_t size)
{
	(void)store;
	(void)digest;
	(void)size;
	return PLOMB_UNSUPPORTED_FEATURE;
}

static plomb_status
no_list(plomb_store *store, size_t i, plomb_digest *digest, uint64_t *size)
{
	(void)store;
	(void)i;
	digest->hash = PLOMB_HASH_NONE;
	*size = 0;
	return PLOMB_UNSET;
}

/* ------------------------------------------------------------------ by name */

/* What a name has led to already. It may mean something else by now: by its digest, if the body is gone. */
static plomb_status
fetch_named(plomb_store_registry *s, const plomb_place *place, struct plomb_named *named, size_t max, const plomb_fetched **found)
{
	plomb_digest digest;
	plomb_status status;
	size_t i = (size_t)(named - s->named);

	*found = NULL;
	if (named->kept == SIZE_MAX) {
		return PLOMB_UNSET;
	}
	if (!is_gone(s->kept + named->kept)) {
		s->busy_blob = SIZE_MAX;
		*found = use(s, named->kept);
		return PLOMB_OK;
	}
	digest = s->kept[named->kept].digest;
	status = must_be_there(fetch(s, place, &digest, 1, UINT64_MAX, max, found));
	if (status == PLOMB_OK) {
		s->named[i].kept = (size_t)(*found - s->kept);
	}
	return status;
}

/* A tag's manifest as it came. The digest is computed; what the header says may only refuse. */
static plomb_status
fetch_tag(plomb_store_registry *s, const plomb_place *place, const char *tag, size_t max, const plomb_fetched **found)
{
	char url[PLOMB_MAX_URL], rest[300];
	struct plomb_named *named = find_named(s, tag);
	plomb_fetched fetched;
	plomb_status status;
	size_t n = 0;
	header h;

	*found = NULL;
	if (named != NULL) {
		return fetch_named(s, place, named, max, found);
	}
	s->busy_manifest = SIZE_MAX;
	s->busy_blob = SIZE_MAX;
	if (!put(rest, sizeof rest, &n, "manifests/") || !put(rest, sizeof rest, &n, tag)) {
		return PLOMB_REFERENCE_INVALID;
	}
	memset(&fetched, 0, sizeof fetched);
	fetched.is_manifest = 1;
	status = ask(s, url, place, rest, ACCEPT_MANIFEST, max, &fetched, &h);
	if (status == PLOMB_OK && s->http_status != 200) {
		status = other_status(s);
	}
	if (status == PLOMB_OK) {
		compute(s, &fetched, PLOMB_SHA256);
		fetched.media_type = h.media_type;
		if (h.has_digest && h.digest.hash == PLOMB_SHA256 && !plomb_digest_eq(&h.digest, &fetched.digest)) {
			status = PLOMB_DIGEST_MISMATCH;
		}
	}
	if (status != PLOMB_OK) {
		give_back(s, &fetched);
		return status != PLOMB_UNSET || remember_name(s, tag, SIZE_MAX) == PLOMB_OK ? status : PLOMB_NO_ROOM;
	}
	if ((status = keep(s, &fetched)) != PLOMB_OK || (status = remember_name(s, tag, s->kept_count - 1)) != PLOMB_OK) {
		return status;
	}
	*found = s->kept + s->kept_count - 1;
	return PLOMB_OK;
}

/* see store_registry.h */
plomb_status
plomb_registry_tag(plomb_store_registry *store, const char *tag, size_t max, const plomb_fetched **fetched)
{
	return fetch_tag(store, &store->signatures, tag, max, fetched);
}

/* see store_registry.h */
int
plomb_registry_tag_name(char out[200], const char *prefix, const plomb_digest *digest, const char *suffix)
{
	char full[300];
	size_t n = 0, m = 0;

	/* The general form cuts longer digests at 64 digits. */
	if (!plomb_url_put_digest(full, sizeof full, &n, digest, "-")) {
		return 0;
	}
	n = text_of(plomb_hash_name(digest->hash)).n + 1 + 64;
	return put(out, 200, &m, prefix) && plomb_url_put(out, 200, &m, plomb_view_cut(text_of(full), 0, n), 0)
		&& put(out, 200, &m, suffix) && m <= 128;
}

/* see store_registry.h */
plomb_status
plomb_registry_image(plomb_work *work, plomb_store_registry *store,
	plomb_view tag, const plomb_digest *digest, plomb_layout_image *image)
{
	const plomb_fetched *found;
	plomb_loaded loaded;
	plomb_status s;
	char name[200];
	size_t n = 0, mark;

	memset(image, 0, sizeof *image);
	if (tag.n != 0) {
		s = plomb_url_put(name, sizeof name, &n, tag, 0) ? fetch_tag(store, &store->image, name, PLOMB_MAX_MANIFEST_BYTES, &found) : PLOMB_REFERENCE_INVALID;
	} else {
		s = fetch(store, &store->image, digest, 1, UINT64_MAX, PLOMB_MAX_MANIFEST_BYTES, &found);
	}
	if (s != PLOMB_OK) {
		return s == PLOMB_UNSET ? PLOMB_IMAGE_NOT_FOUND : s;
	}
	if (found->media_type.p == NULL) {
		return PLOMB_MANIFEST_MEDIA_TYPE;
	}
	mark = plomb_work_mark(work);
	s = plomb_layout_read(work, bytes_of(found), found->media_type, &loaded);
	plomb_work_release(work, mark);
	image->digest = found->digest;
	image->manifest = bytes_of(found);
	image->media_type = found->media_type;
	return s;
}

/* ------------------------------------------------------------------ referrers */

/* The name of page i among the names; no tag has a slash. */
static void
page_name(char out[40], size_t i)
{
	unsigned char digits[20];
	plomb_view number;
	size_t n = 0;

	number.p = digits;
	number.n = plomb_decimal_put(digits, i);
	(void)(put(out, 40, &n, "referrers/") && plomb_url_put(out, 40, &n, number, 0));
}

/* <address>; rel="next" */
static int
find_next(plomb_view link, plomb_view *address)
{
	static const char quoted[] = "rel=\"next\"", bare[] = "rel=next";
	plomb_view rest;
	size_t end = 0;

	if (link.n == 0 || link.p[0] != '<') {
		return 0;
	}
	while (end < link.n && link.p[end] != '>') {
		end ++;
	}
	*address = plomb_view_cut(link, 1, end - 1);
	rest = plomb_view_cut(link, end + 1, link.n);
	while (rest.n != 0) {
		if (plomb_view_starts(rest, quoted) || plomb_view_starts(rest, bare)) {
			return 1;
		}
		rest = plomb_view_cut(rest, 1, rest.n);
	}
	return 0;
}

/* Where the next page is: at the same host, or the list is not what it says. */
static plomb_status
read_link(plomb_store_registry *s, const char *url, const header *h)
{
	plomb_url here, there;
	plomb_view address;

	s->next_page[0] = 0;
	if (!find_next(text_of(h->link), &address)) {
		return PLOMB_OK;
	}
	if (!plomb_url_parse(text_of(url), &here) || !plomb_url_resolve(&here, address, s->next_page, sizeof s->next_page)
		|| !plomb_url_parse(text_of(s->next_page), &there) || !plomb_url_same_origin(&here, &there))
	{
		s->next_page[0] = 0;
		return PLOMB_REFERRERS_MALFORMED;
	}
	/* A page that leads to itself. */
	if (plomb_view_eq(text_of(url), text_of(s->next_page))) {
		s->next_page[0] = 0;
		return PLOMB_REFERRERS_TOO_MANY;
	}
	return PLOMB_OK;
}

static plomb_status
keep_page(plomb_store_registry *s, size_t i, plomb_fetched *page)
{
	char name[40];
	plomb_status status;

	compute(s, page, PLOMB_SHA256);
	page_name(name, i);
	status = keep(s, page);
	return status == PLOMB_OK ? remember_name(s, name, s->kept_count - 1) : status;
}

/* There is no such API: 404 and its kin, or something that is no index. */
static int
has_no_api(const plomb_store_registry *s, const header *h)
{
	return s->http_status != 200 || !plomb_view_is(h->media_type, PLOMB_MEDIA_OCI_INDEX);
}

static plomb_status
fetch_page(plomb_store_registry *s, const plomb_digest *digest, size_t i, int *is_absent)
{
	char url[PLOMB_MAX_URL], rest[200];
	plomb_fetched page;
	plomb_status status;
	size_t n = 0;
	header h;

	*is_absent = 0;
	s->busy_manifest = SIZE_MAX;
	s->busy_blob = SIZE_MAX;
	memset(&page, 0, sizeof page);
	page.is_page = 1;
	if (i == 0) {
		status = put(rest, sizeof rest, &n, "referrers/") && plomb_url_put_digest(rest, sizeof rest, &n, digest, ":")
			? ask(s, url, &s->signatures, rest, PLOMB_MEDIA_OCI_INDEX, PLOMB_MAX_MANIFEST_BYTES, &page, &h) : PLOMB_REFERENCE_INVALID;
	} else {
		n = 0;
		(void)put(url, sizeof url, &n, s->next_page);
		status = ask_url(s, url, PLOMB_MEDIA_OCI_INDEX, PLOMB_MAX_MANIFEST_BYTES, &page, &h);
	}
	if (status == PLOMB_LIMIT_EXCEEDED) {
		status = PLOMB_REFERRERS_TOO_MANY;
	}
	if (status == PLOMB_OK && has_no_api(s, &h)) {
		/* A later page that is missing is not "no more": it was announced. */
		*is_absent = i == 0;
		status = i == 0 ? PLOMB_OK : PLOMB_REFERRERS_MALFORMED;
		give_back(s, &page);
		return status;
	}
	if (status == PLOMB_OK) {
		status = read_link(s, url, &h);
	}
	if (status != PLOMB_OK) {
		give_back(s, &page);
		return status;
	}
	s->lister = PLOMB_LISTER_REGISTRY;
	return keep_page(s, i, &page);
}

/* The index under the tag sha256-<hex>; any other thing there is "no referrers" (SPEC 11.3). */
static plomb_status
fetch_fallback(plomb_store_registry *s, const plomb_digest *digest)
{
	const plomb_fetched *found;
	plomb_status status;
	char tag[200], name[40];

	page_name(name, 0);
	s->next_page[0] = 0;
	if (!plomb_registry_tag_name(tag, "", digest, "")) {
		return PLOMB_REFERENCE_INVALID;
	}
	status = fetch_tag(s, &s->signatures, tag, PLOMB_MAX_MANIFEST_BYTES, &found);
	if (status == PLOMB_OK && plomb_media_kind(found->media_type, NULL) != PLOMB_MANIFEST_INDEX) {
		s->store.has_odd_fallback = 1;
		status = PLOMB_UNSET;
	}
	if (status == PLOMB_UNSET) {
		s->lister = PLOMB_LISTER_NONE;
		return remember_name(s, name, SIZE_MAX);
	}
	if (status != PLOMB_OK) {
		return status;
	}
	s->lister = PLOMB_LISTER_TAG;
	return remember_name(s, name, (size_t)(found - s->kept));
}

/* see store_registry.h */
plomb_status
plomb_registry_referrers(plomb_store_registry *store, const plomb_digest *digest, size_t i, const plomb_fetched **fetched)
{
	struct plomb_named *named;
	plomb_status s = PLOMB_OK;
	char name[40];
	int is_absent = 0;

	*fetched = NULL;
	page_name(name, i);
	named = find_named(store, name);
	if (named == NULL) {
		if (i != 0 && store->next_page[0] == 0) {
			return PLOMB_UNSET;
		}
		if (i == PLOMB_MAX_REFERRER_PAGES) {
			return PLOMB_REFERRERS_TOO_MANY;
		}
		s = fetch_page(store, digest, i, &is_absent);
		if (s == PLOMB_OK && is_absent) {
			s = fetch_fallback(store, digest);
		}
		if (s != PLOMB_OK) {
			return s;
		}
		named = find_named(store, name);
	}
	return named == NULL ? PLOMB_UNSET : fetch_named(store, &store->signatures, named, PLOMB_MAX_MANIFEST_BYTES, fetched);
}

/* see store_registry.h */
void
plomb_registry_forget(plomb_store_registry *store, const plomb_fetched *fetched)
{
	drop_body(store, store->kept + (fetched - store->kept));
}

/* ----------------------------------------------------------- beginning and end */

/* see store_registry.h */
void
plomb_network_init(plomb_network *network, plomb_http *http, const plomb_pause *pause, plomb_registry *registry)
{
	memset(network, 0, sizeof *network);
	network->http = http;
	network->pause = pause;
	network->registry = registry;
}

/* see store_registry.h */
plomb_status
plomb_place_of(const plomb_reference *reference, plomb_place *place)
{
	size_t n = 0, m = 0;

	memset(place, 0, sizeof *place);
	if (!plomb_url_put(place->authority, sizeof place->authority, &n, reference->registry, 0)
		|| (reference->is_library && !put(place->repository, sizeof place->repository, &m, "library/"))
		|| !plomb_url_put(place->repository, sizeof place->repository, &m, reference->repository, 0))
	{
		return PLOMB_REFERENCE_INVALID;
	}
	return PLOMB_OK;
}

/* see store_registry.h */
void
plomb_store_registry_init(plomb_store_registry *store, plomb_network *network, plomb_memory *memory,
	const plomb_crypto *crypto, const plomb_place *image)
{
	memset(store, 0, sizeof *store);
	store->store.file = no_file;
	store->store.blob = registry_blob;
	store->store.manifest = registry_manifest;
	store->store.check = no_check;
	store->store.list = no_list;
	store->network = network;
	store->memory = memory;
	store->crypto = crypto;
	store->image = *image;
	store->signatures = *image;
	store->max_fetched = PLOMB_MAX_INPUT_BYTES;
	store->busy_manifest = SIZE_MAX;
	store->busy_blob = SIZE_MAX;
}

/* see store_registry.h */
void
plomb_store_registry_free(plomb_store_registry *store)
{
	size_t i;

	if (store->memory == NULL) {
		return;
	}
	for (i = 0; i < store->kept_count; i ++) {
		give_back(store, store->kept + i);
	}
	store->memory->give(store->memory, store->kept, store->kept_room * sizeof *store->kept);
	store->memory->give(store->memory, store->named, store->named_room * sizeof *store->named);
	store->memory->give(store->memory, store->referrer, store->referrer_room * sizeof *store->referrer);
	store->kept = NULL;
	store->named = NULL;
	store->kept_count = 0;
	store->kept_room = 0;
	store->named_count = 0;
	store->named_room = 0;
	store->referrer = NULL;
	store->referrer_count = 0;
	store->referrer_room = 0;
}
