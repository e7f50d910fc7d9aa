/* see policy.h and policy_inner.h: which scopes there can be, and which one an image is in. */
#include "policy_inner.h"

#include "../core/base64.h"

/* Where the byte occurs first; text.n if nowhere. */
static size_t
find_first(plomb_view text, unsigned char byte)
{
	size_t i;

	for (i = 0; i < text.n && text.p[i] != byte; i ++) {
	}
	return i;
}

/* Where it occurs last; text.n if nowhere. */
static size_t
find_last(plomb_view text, unsigned char byte)
{
	size_t i;

	for (i = text.n; i > 0; i --) {
		if (text.p[i - 1] == byte) {
			return i - 1;
		}
	}
	return text.n;
}

static plomb_view
behind(plomb_view text, size_t n)
{
	return plomb_view_cut(text, n, text.n);
}

static plomb_status
ok_if(int is_good)
{
	return is_good ? PLOMB_OK : PLOMB_REFERENCE_INVALID;
}

/* ------------------------------------------------------ scopes of registries */

/* "*." and the parents of a host, without a port: with one more label it is a host. */
static plomb_status
check_wildcard(plomb_work *work, plomb_view parents)
{
	plomb_view part[2] = { PLOMB_LIT("x."), { NULL, 0 } };
	plomb_view host;
	plomb_status s;

	if (find_first(parents, '/') != parents.n || find_first(parents, ':') != parents.n) {
		return PLOMB_REFERENCE_INVALID;
	}
	part[1] = parents;
	s = plomb_policy_join(work, part, 2, &host);
	return s == PLOMB_OK ? plomb_policy_prefix_check(work, host) : s;
}

/* A repository, alone or with a tag or with a digest. */
static plomb_status
check_image(plomb_work *work, plomb_view scope)
{
	plomb_image_name name;
	plomb_status s;

	s = plomb_image_name_parse(work, scope, &name);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_REFERENCE_INVALID;
	}
	return ok_if((name.tag.n == 0 || name.digest.n == 0)
		&& plomb_view_eq(name.repository, plomb_view_cut(scope, 0, name.repository.n)));
}

/*
 * Only what some image's name is looked for with. containers/image takes any
 * text; but a rule for "busybox" or "index.docker.io/acme" is one that no
 * image ever meets, and whoever wrote it believes that it is kept.
 */
static plomb_status
check_registry_scope(plomb_work *work, plomb_view scope)
{
	plomb_status s;

	if (plomb_view_starts(scope, "*.")) {
		return check_wildcard(work, behind(scope, 2));
	}
	s = plomb_policy_prefix_check(work, scope);
	return s == PLOMB_REFERENCE_INVALID ? check_image(work, scope) : s;
}

/* OpenShift's images have two components, and only both together have a tag. */
static plomb_status
check_atomic_scope(plomb_work *work, plomb_view scope)
{
	plomb_view path;
	size_t slash;

	path = behind(scope, find_first(scope, '/') + 1);
	slash = find_first(path, '/');
	if (slash == path.n) {
		return find_first(path, ':') == path.n ? check_registry_scope(work, scope) : PLOMB_REFERENCE_INVALID;
	}
	path = behind(path, slash + 1);
	return find_first(path, '/') == path.n ? check_registry_scope(work, scope) : PLOMB_REFERENCE_INVALID;
}

/* ----------------------------------------------------------- scopes on disks */

/* An absolute path in its shortest spelling. "/" would be a second spelling of the scope "". */
static plomb_status
check_path(plomb_view path)
{
	if (path.n < 2 || path.p[0] != '/') {
		return PLOMB_REFERENCE_INVALID;
	}
	while (path.n != 0) {
		plomb_view component;

		component = plomb_view_cut(path, 1, find_first(behind(path, 1), '/'));
		if (component.n == 0 || plomb_view_is(component, ".") || plomb_view_is(component, "..")) {
			return PLOMB_REFERENCE_INVALID;
		}
		path = behind(path, 1 + component.n);
	}
	return PLOMB_OK;
}

/* "[GRAPHROOT]" or "[DRIVER@GRAPHROOT]". */
static plomb_status
check_store(plomb_view store)
{
	size_t at;

	at = find_first(store, '@');
	if (at == 0) {
		return PLOMB_REFERENCE_INVALID;
	}
	if (at != store.n) {
		store = behind(store, at + 1);
	}
	return ok_if(store.n != 0 && store.p[0] == '/');
}

static int
is_image_id(plomb_view text)
{
	unsigned char bytes[32];

	return plomb_hex_decode(text, bytes, sizeof bytes) == PLOMB_OK;
}

static int
is_digest(plomb_view text)
{
	plomb_digest digest;

	return plomb_digest_parse(text, &digest) == PLOMB_OK;
}

/* What follows the name of a stored image: DIGEST, ID, or DIGEST@ID. */
static plomb_status
check_stored_version(plomb_view text)
{
	size_t at;

	at = find_first(text, '@');
	if (at == text.n) {
		return ok_if(is_image_id(text) || is_digest(text));
	}
	return ok_if(is_digest(plomb_view_cut(text, 0, at)) && is_image_id(behind(text, at + 1)));
}

/* [STORE]NAME@VERSION, from the right ever less of it. */
static plomb_status
check_storage_scope(plomb_work *work, plomb_view scope)
{
	plomb_view name;
	plomb_status s;
	size_t end;

	end = find_first(scope, ']');
	if (scope.p[0] != '[' || end == scope.n) {
		return PLOMB_REFERENCE_INVALID;
	}
	s = check_store(plomb_view_cut(scope, 1, end - 1));
	if (s != PLOMB_OK) {
		return s;
	}
	name = behind(scope, end + 1);
	end = find_first(name, '@');
	if (end != name.n && (s = check_stored_version(behind(name, end + 1))) != PLOMB_OK) {
		return s;
	}
	return end == 0 ? PLOMB_OK : check_registry_scope(work, plomb_view_cut(name, 0, end));
}

/* ---------------------------------------------------------------- transports */

/* see policy_inner.h */
plomb_policy_scopes
plomb_policy_scopes_of(plomb_view transport)
{
	static const struct {
		const char *name;
		plomb_policy_scopes scopes;
	} transports[] = {
		{ "docker", PLOMB_SCOPES_REGISTRY },
		{ "docker-daemon", PLOMB_SCOPES_REGISTRY },
		{ "atomic", PLOMB_SCOPES_ATOMIC },
		{ "containers-storage", PLOMB_SCOPES_STORAGE },
		{ "dir", PLOMB_SCOPES_PATH },
		{ "oci", PLOMB_SCOPES_PATH },
		{ "oci-archive", PLOMB_SCOPES_PATH },
		{ "sif", PLOMB_SCOPES_PATH },
		{ "docker-archive", PLOMB_SCOPES_NONE },
		{ "tarball", PLOMB_SCOPES_NONE },
		{ "ostree", PLOMB_SCOPES_ANY }
	};
	size_t i;

	for (i = 0; i < sizeof transports / sizeof transports[0]; i ++) {
		if (plomb_view_is(transport, transports[i].name)) {
			return transports[i].scopes;
		}
	}
	return PLOMB_SCOPES_UNKNOWN;
}

/* see policy_inner.h */
plomb_status
plomb_policy_scope_check(plomb_work *work, plomb_policy_scopes scopes, plomb_view scope)
{
	if (scope.n == 0) {
		return PLOMB_OK;
	}
	switch (scopes) {
	case PLOMB_SCOPES_REGISTRY:
		return check_registry_scope(work, scope);
	case PLOMB_SCOPES_ATOMIC:
		return check_atomic_scope(work, scope);
	case PLOMB_SCOPES_STORAGE:
		return check_storage_scope(work, scope);
	case PLOMB_SCOPES_PATH:
		return check_path(scope);
	case PLOMB_SCOPES_ANY:
		return PLOMB_OK;
	default:
		return PLOMB_REFERENCE_INVALID;
	}
}

/* -------------------------------------------------------------------- search */

typedef struct {
	const plomb_json *doc;
	uint32_t scopes; /* the object */
	unsigned char *spelling; /* room for the longest scope that is looked for */
} scope_search;

static size_t
append(unsigned char *out, size_t n, plomb_view part)
{
	if (part.n != 0) {
		memcpy(out + n, part.p, part.n);
	}
	return n + part.n;
}

/* The key of the scope that is written like this. */
static uint32_t
find(const scope_search *q, const char *prefix, plomb_view name, const char *separator, plomb_view version)
{
	plomb_view text;
	uint32_t key;

	text.p = q->spelling;
	text.n = append(q->spelling, 0, plomb_view_of(prefix));
	text.n = append(q->spelling, text.n, name);
	text.n = append(q->spelling, text.n, plomb_view_of(separator));
	text.n = append(q->spelling, text.n, version);
	for (key = plomb_json_first(q->doc, q->scopes); key != PLOMB_JSON_NONE; key = plomb_json_next(q->doc, key)) {
		if (plomb_json_eq(q->doc, key, text)) {
			break;
		}
	}
	return key;
}

/*
 * An image that is named by tag and digest at once, which containers/image
 * has no scope for, is looked for by each: whoever wrote a scope for one of
 * them meant it.
 */
static uint32_t
find_most_specific(const scope_search *q, const plomb_image_name *image)
{
	plomb_view name, none = { NULL, 0 };
	uint32_t found;
	size_t at;

	name = image->repository;
	if (image->digest.n != 0 && (found = find(q, "", name, "@", image->digest)) != PLOMB_JSON_NONE) {
		return found;
	}
	if (image->tag.n != 0 && (found = find(q, "", name, ":", image->tag)) != PLOMB_JSON_NONE) {
		return found;
	}
	while ((found = find(q, "", name, "", none)) == PLOMB_JSON_NONE && (at = find_last(name, '/')) != name.n) {
		name.n = at;
	}
	/* The host's own name is no wildcard's; its parents, without a port, are: "*.example.com", then "*.com". */
	name.n = find_first(name, ':');
	while (found == PLOMB_JSON_NONE && (at = find_first(name, '.')) != name.n) {
		name = behind(name, at + 1);
		found = find(q, "*.", name, "", none);
	}
	return found;
}

/*
 * The same repository where its registry has a second spelling that the same
 * server answers to: https's own port written out, and the host behind
 * docker.io. Others may exist in DNS; these exist for every policy. One step
 * at a time; there is one more as long as the repository changes.
 */
static plomb_status
usual_spelling(plomb_work *work, plomb_view repository, plomb_view *other)
{
	plomb_view part[2];
	size_t end;

	end = find_first(repository, '/');
	part[0] = plomb_view_cut(repository, 0, end);
	part[1] = behind(repository, end);
	if (end > 4 && plomb_view_is(behind(part[0], end - 4), ":443")) {
		part[0].n -= 4;
	} else if (plomb_view_is(part[0], "registry-1.docker.io")) {
		part[0] = plomb_view_of("docker.io");
	}
	return plomb_policy_join(work, part, 2, other);
}

/* A scope that names the host itself, with what follows, was written for this spelling. */
static int
is_for_host(const plomb_json *doc, uint32_t key)
{
	return key != PLOMB_JSON_NONE && !plomb_view_starts(plomb_json_raw(doc, key), "*.");
}

/* see policy_inner.h */
plomb_status
plomb_policy_scope_find(plomb_work *work, const plomb_json *doc, uint32_t scopes, const plomb_image_name *image, uint32_t *key, int *is_evaded)
{
	plomb_image_name asked, other;
	scope_search q;
	plomb_status s;
	uint32_t found;

	*key = PLOMB_JSON_NONE;
	*is_evaded = 0;
	asked = plomb_image_name_asked(image);
	q.doc = doc;
	q.scopes = scopes;
	/* "*." in front of it, or ":" or "@" in it: never more than that. The other spelling is shorter. */
	q.spelling = plomb_work_take(work, asked.repository.n + asked.tag.n + asked.digest.n + 2);
	if (q.spelling == NULL) {
		return PLOMB_NO_ROOM;
	}
	*key = find_most_specific(&q, &asked);
	if (is_for_host(doc, *key)) {
		return PLOMB_OK;
	}
	for (other = asked;; asked = other) {
		if ((s = usual_spelling(work, asked.repository, &other.repository)) != PLOMB_OK) {
			return s;
		}
		if (other.repository.n == asked.repository.n) {
			return PLOMB_OK;
		}
		found = find_most_specific(&q, &other);
		if (is_for_host(doc, found)) {
			*key = found;
			*is_evaded = 1;
			return PLOMB_OK;
		}
	}
}
