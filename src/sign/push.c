/* see push.h */
#include "push.h"

#include "../core/base64.h"
#include "../core/hash.h"

#define MAX_UPLOADS 3 /* of one blob: a session may be gone when its turn comes */
#define ACCEPT_MANIFEST PLOMB_MEDIA_OCI_MANIFEST "," PLOMB_MEDIA_OCI_INDEX "," \
	PLOMB_MEDIA_DOCKER_MANIFEST "," PLOMB_MEDIA_DOCKER_LIST

static int
put(char *out, size_t room, size_t *n, const char *text)
{
	return plomb_url_put(out, room, n, plomb_view_of(text), 0);
}

/* see push.h */
plomb_status
plomb_push_fail(plomb_push *push, plomb_status status, const char *first, plomb_view second, const char *third)
{
	size_t n = 0;

	push->why[0] = 0;
	(void)(put(push->why, sizeof push->why, &n, push->step) && put(push->why, sizeof push->why, &n, ": ")
		&& put(push->why, sizeof push->why, &n, first) && plomb_url_put(push->why, sizeof push->why, &n, plomb_view_cut(second, 0, 200), 0)
		&& put(push->why, sizeof push->why, &n, third));
	push->why[n] = 0;
	return status;
}

/* see push.h */
void
plomb_push_digest_of(const plomb_push *push, plomb_view bytes, plomb_digest *digest)
{
	memset(digest, 0, sizeof *digest);
	digest->hash = PLOMB_SHA256;
	plomb_hash_of(push->crypto, PLOMB_SHA256, bytes, digest->bytes);
}

/* ------------------------------------------------------------------ questions */

/* An answer that nobody expected here. */
static plomb_status
unexpected(plomb_push *push, unsigned http_status)
{
	unsigned char digits[20];
	char text[40];
	size_t n = 0;
	plomb_view number;

	number.p = digits;
	number.n = plomb_decimal_put(digits, http_status);
	(void)(put(text, sizeof text, &n, " answers ") && plomb_url_put(text, sizeof text, &n, number, 0));
	return plomb_push_fail(push, PLOMB_REGISTRY_HTTP_ERROR, "", plomb_view_of(push->place->authority), text);
}

static const char *
plain_reason(plomb_status status)
{
	return status == PLOMB_LIMIT_EXCEEDED ? "the answer is longer than is accepted"
		: status == PLOMB_NO_ROOM ? "out of memory"
		: status == PLOMB_REFERENCE_INVALID ? "the address is too long" : "";
}

/* Ask, and of an error say in which step. The reply's body is the caller's to give back. */
static plomb_status
run(plomb_push *push, const char *rest, const char *accept, size_t max, plomb_errand *errand, plomb_reply *reply)
{
	plomb_store_registry store;
	plomb_status s;

	plomb_store_registry_init(&store, push->network, push->memory, push->crypto, push->place);
	store.owner = push->owner;
	errand->is_push = 1;
	s = plomb_registry_run(&store, rest, accept, max, errand, reply);
	if (s != PLOMB_OK) {
		(void)plomb_push_fail(push, s, store.why[0] != 0 ? store.why : plain_reason(s), plomb_view_of(""), "");
	}
	plomb_store_registry_free(&store);
	return s;
}

/* The same, where only the answer's header is of interest. */
static plomb_status
run_bare(plomb_push *push, const char *rest, const char *accept, plomb_errand *errand, plomb_reply *reply)
{
	plomb_status s = run(push, rest, accept, PLOMB_MAX_ANSWER_BYTES, errand, reply);

	push->memory->give(push->memory, reply->p, reply->room);
	reply->p = NULL;
	reply->n = 0;
	reply->room = 0;
	/* Too much was said to what was asked: it is the registry's trouble, and nobody knows what it has done. */
	return s == PLOMB_LIMIT_EXCEEDED ? PLOMB_REGISTRY_HTTP_ERROR : s;
}

/* What was sent is what has arrived, as far as the registry tells. */
static plomb_status
check_digest(plomb_push *push, const plomb_reply *reply, const plomb_digest *digest)
{
	if (reply->has_digest && reply->digest.hash == digest->hash && !plomb_digest_eq(&reply->digest, digest)) {
		return plomb_push_fail(push, PLOMB_DIGEST_MISMATCH, "", plomb_view_of(push->place->authority),
			" says that it got something else (Docker-Content-Digest)");
	}
	return PLOMB_OK;
}

/* ---------------------------------------------------------------------- blobs */

/* PLOMB_UNSET: it is not there, as far as one can tell. */
static plomb_status
find_blob(plomb_push *push, const plomb_digest *digest)
{
	plomb_errand errand;
	plomb_reply reply;
	char rest[200];
	size_t n = 0;
	plomb_status s;

	memset(&errand, 0, sizeof errand);
	errand.method = "HEAD";
	if (!put(rest, sizeof rest, &n, "blobs/") || !plomb_url_put_digest(rest, sizeof rest, &n, digest, ":")) {
		return plomb_push_fail(push, PLOMB_INTERNAL_ERROR, "", plomb_view_of(""), "");
	}
	s = run_bare(push, rest, NULL, &errand, &reply);
	if (s != PLOMB_OK) {
		return s;
	}
	return reply.http_status == 200 ? check_digest(push, &reply, digest) : PLOMB_UNSET;
}

/* Where the blob is to go. */
static plomb_status
begin_upload(plomb_push *push, char location[PLOMB_MAX_URL])
{
	plomb_errand errand;
	plomb_reply reply;
	plomb_status s;

	memset(&errand, 0, sizeof errand);
	errand.method = "POST";
	s = run_bare(push, "blobs/uploads/", NULL, &errand, &reply);
	if (s != PLOMB_OK) {
		return s;
	}
	if (reply.http_status != 202) {
		return unexpected(push, reply.http_status);
	}
	if (reply.location[0] == 0) {
		return plomb_push_fail(push, PLOMB_REGISTRY_HTTP_ERROR, "", plomb_view_of(push->place->authority),
			" says no address to upload to that can be used");
	}
	memcpy(location, reply.location, sizeof reply.location);
	return PLOMB_OK;
}

/* The digest behind the address, whose own query stays. */
static int
add_digest(char location[PLOMB_MAX_URL], const plomb_digest *digest)
{
	size_t n = plomb_view_of(location).n;

	return put(location, PLOMB_MAX_URL, &n, memchr(location, '?', n) != NULL ? "&digest=" : "?digest=")
		&& plomb_url_put_digest(location, PLOMB_MAX_URL, &n, digest, ":");
}

/* PLOMB_UNSET: the session is not there any more. */
static plomb_status
finish_upload(plomb_push *push, char location[PLOMB_MAX_URL], plomb_view bytes, const plomb_digest *digest)
{
	plomb_errand errand;
	plomb_reply reply;
	plomb_status s;

	if (!add_digest(location, digest)) {
		return plomb_push_fail(push, PLOMB_REGISTRY_HTTP_ERROR, "", plomb_view_of(push->place->authority),
			" says an address to upload to that is too long");
	}
	memset(&errand, 0, sizeof errand);
	errand.method = "PUT";
	errand.line[0] = "Content-Type: application/octet-stream";
	errand.url = location;
	errand.body = bytes;
	s = run_bare(push, "blobs/uploads/", NULL, &errand, &reply);
	if (s != PLOMB_OK) {
		return s;
	}
	if (reply.http_status == 404 || reply.http_status == 409) {
		(void)unexpected(push, reply.http_status);
		return PLOMB_UNSET;
	}
	if (reply.http_status != 201 && reply.http_status != 200 && reply.http_status != 204) {
		return unexpected(push, reply.http_status);
	}
	return check_digest(push, &reply, digest);
}

/* see push.h */
plomb_status
plomb_push_blob(plomb_push *push, plomb_view bytes)
{
	char location[PLOMB_MAX_URL];
	plomb_digest digest;
	plomb_status s;
	unsigned i;

	plomb_push_digest_of(push, bytes, &digest);
	for (i = 0; i < MAX_UPLOADS; i ++) {
		/* Also after a session is gone: it may have ended well, and only the answer was lost. */
		s = find_blob(push, &digest);
		if (s != PLOMB_UNSET) {
			return s;
		}
		s = begin_upload(push, location);
		if (s == PLOMB_OK) {
			s = finish_upload(push, location, bytes, &digest);
		}
		if (s != PLOMB_UNSET) {
			return s;
		}
	}
	return PLOMB_REGISTRY_HTTP_ERROR;
}

/* ------------------------------------------------------------------ manifests */

/* An error after which one may look and try again. */
static int
is_transient(plomb_status s, unsigned http_status)
{
	return s == PLOMB_REGISTRY_UNREACHABLE
		|| (s == PLOMB_REGISTRY_HTTP_ERROR && (http_status == 408 || http_status == 429 || http_status == 499
			|| http_status >= 500 || http_status == 0));
}

/* see push.h */
plomb_status
plomb_push_manifest(plomb_push *push, const char *reference, plomb_view media_type, plomb_view bytes,
	int is_once, const char *if_match, plomb_pushed *pushed)
{
	char rest[300], type[200], match[300];
	plomb_errand errand;
	plomb_digest digest;
	plomb_reply reply;
	size_t n = 0, m = 0, k = 0;
	plomb_status s;

	memset(pushed, 0, sizeof *pushed);
	memset(&errand, 0, sizeof errand);
	if (!put(rest, sizeof rest, &n, "manifests/") || !put(rest, sizeof rest, &n, reference)
		|| !put(type, sizeof type, &m, "Content-Type: ") || !plomb_url_put(type, sizeof type, &m, media_type, 0)
		|| !put(match, sizeof match, &k, "If-Match: ") || !put(match, sizeof match, &k, if_match != NULL ? if_match : ""))
	{
		return plomb_push_fail(push, PLOMB_INTERNAL_ERROR, "", plomb_view_of(""), "");
	}
	errand.method = "PUT";
	errand.line[0] = type;
	errand.line[1] = if_match != NULL ? match : NULL;
	errand.body = bytes;
	errand.is_once = is_once;
	plomb_push_digest_of(push, bytes, &digest);
	s = run_bare(push, rest, NULL, &errand, &reply);
	pushed->http_status = reply.http_status;
	if (s != PLOMB_OK) {
		pushed->is_transient = is_once && is_transient(s, reply.http_status);
		return pushed->is_transient ? PLOMB_UNSET : s;
	}
	if (reply.http_status == 409 || reply.http_status == 412) {
		(void)unexpected(push, reply.http_status);
		pushed->is_conflict = 1;
		return is_once ? PLOMB_UNSET : PLOMB_REGISTRY_HTTP_ERROR;
	}
	if (reply.http_status != 201 && reply.http_status != 200 && reply.http_status != 202 && reply.http_status != 204) {
		/* A blob that two send at once is not there for a moment, to some registries. */
		pushed->is_transient = reply.http_status == 400 || reply.http_status == 404;
		(void)unexpected(push, reply.http_status);
		return is_once && pushed->is_transient ? PLOMB_UNSET : PLOMB_REGISTRY_HTTP_ERROR;
	}
	pushed->has_subject = reply.has_subject;
	pushed->subject = reply.subject;
	return check_digest(push, &reply, &digest);
}

/* ----------------------------------------------------------------------- tags */

/* see push.h */
plomb_status
plomb_push_read(plomb_push *push, const char *tag, size_t max, plomb_current *current)
{
	plomb_errand errand;
	plomb_reply reply;
	plomb_view bytes;
	char rest[300];
	size_t n = 0;
	plomb_status s;

	memset(current, 0, sizeof *current);
	memset(&errand, 0, sizeof errand);
	if (!put(rest, sizeof rest, &n, "manifests/") || !put(rest, sizeof rest, &n, tag)) {
		return plomb_push_fail(push, PLOMB_INTERNAL_ERROR, "", plomb_view_of(""), "");
	}
	s = run(push, rest, ACCEPT_MANIFEST, max, &errand, &reply);
	current->p = reply.p;
	current->n = reply.n;
	current->room = reply.room;
	current->media_type = reply.media_type;
	memcpy(current->etag, reply.etag, sizeof current->etag);
	if (s == PLOMB_OK && reply.http_status != 200) {
		s = reply.http_status == 404 ? PLOMB_UNSET : unexpected(push, reply.http_status);
	}
	if (s == PLOMB_OK) {
		bytes.p = current->p;
		bytes.n = current->n;
		plomb_push_digest_of(push, bytes, &current->digest);
		s = check_digest(push, &reply, &current->digest);
	}
	return s;
}

/* see push.h */
void
plomb_push_give(plomb_push *push, plomb_current *current)
{
	push->memory->give(push->memory, current->p, current->room);
	memset(current, 0, sizeof *current);
}
