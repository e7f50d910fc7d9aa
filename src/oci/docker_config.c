/* see docker_config.h */
#include "docker_config.h"

#include "../core/base64.h"
#include "../core/json.h"

#define HUB_KEY "https://index.docker.io/v1/"
#define HELPER_HAS_NONE "credentials not found in native keychain"

/* PLOMB_NO_ROOM is no fault of the file. */
static plomb_status
own_reason(plomb_status s)
{
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_CONFIG_INVALID;
}

/* ---------------------------------------------------------------------- keys */

static int
strip(plomb_view *text, const char *end)
{
	if (!plomb_view_ends(*text, end)) {
		return 0;
	}
	*text = plomb_view_cut(*text, 0, text->n - plomb_view_of(end).n);
	return 1;
}

/* A key without what docker has put around a host over the years. */
static plomb_view
normal(plomb_view key)
{
	if (plomb_view_starts(key, "https://")) {
		key = plomb_view_cut(key, 8, key.n);
	} else if (plomb_view_starts(key, "http://")) {
		key = plomb_view_cut(key, 7, key.n);
	}
	(void)strip(&key, "/");
	if (!strip(&key, "/v1")) {
		(void)strip(&key, "/v2");
	}
	return key;
}

static int
is_hub(plomb_view host)
{
	return plomb_view_is(host, "index.docker.io") || plomb_view_is(host, "docker.io")
		|| plomb_view_is(host, "registry-1.docker.io");
}

/* The key is that host, whole. */
static int
is_host(plomb_view key, plomb_view registry)
{
	key = normal(key);
	return plomb_view_eq(key, registry) || (is_hub(key) && is_hub(registry));
}

/*
 * How well a key fits: 0 not at all, 1 the host, more for each byte of the
 * repository's path that it names, up to a whole component.
 */
static size_t
fit(plomb_view key, plomb_view registry, plomb_view repository)
{
	plomb_view host, path;
	size_t i = 0;

	if (is_host(key, registry)) {
		return 1;
	}
	key = normal(key);
	while (i < key.n && key.p[i] != '/') {
		i ++;
	}
	host = plomb_view_cut(key, 0, i);
	path = plomb_view_cut(key, i + 1, key.n);
	if (path.n == 0 || path.n > repository.n || !is_host(host, registry)
		|| !plomb_view_eq(path, plomb_view_cut(repository, 0, path.n)))
	{
		return 0;
	}
	return path.n == repository.n || repository.p[path.n] == '/' ? 1 + path.n : 0;
}

/* The value of the member whose key fits best; PLOMB_JSON_NONE if none does. */
static plomb_status
best(plomb_work *work, const plomb_json *doc, uint32_t object, plomb_view registry, plomb_view repository, uint32_t *value)
{
	size_t most = 0;
	uint32_t key;

	*value = PLOMB_JSON_NONE;
	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(doc, object) != PLOMB_JSON_OBJECT) {
		return PLOMB_CONFIG_INVALID;
	}
	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		plomb_view name;
		plomb_status s;
		size_t fits;

		s = plomb_json_string(work, doc, key, &name);
		if (s != PLOMB_OK) {
			return own_reason(s);
		}
		fits = fit(name, registry, repository);
		if (fits > most) {
			most = fits;
			*value = plomb_json_value(doc, key);
		}
	}
	return PLOMB_OK;
}

/* ---------------------------------------------------------------------- auths */

static plomb_status
member_text(plomb_work *work, const plomb_json *doc, uint32_t object, const char *name, plomb_view *text)
{
	uint32_t value = plomb_json_member(doc, object, name);

	text->p = NULL;
	text->n = 0;
	return value == PLOMB_JSON_NONE ? PLOMB_OK : own_reason(plomb_json_string(work, doc, value, text));
}

/* base64(user:password); old clients left NULs behind it. */
static plomb_status
split_auth(plomb_work *work, plomb_view auth, plomb_login *login)
{
	plomb_view both;
	plomb_status s;
	size_t i = 0;

	s = plomb_base64_decode(work, auth, PLOMB_BASE64_UNPADDED, &both);
	if (s != PLOMB_OK) {
		return own_reason(s);
	}
	while (i < both.n && both.p[i] != ':') {
		i ++;
	}
	if (i == both.n) {
		return PLOMB_CONFIG_INVALID;
	}
	login->username = plomb_view_cut(both, 0, i);
	login->password = plomb_view_cut(both, i + 1, both.n);
	while (login->password.n != 0 && login->password.p[login->password.n - 1] == 0) {
		login->password.n --;
	}
	return PLOMB_OK;
}

static plomb_status
read_auth(plomb_work *work, const plomb_json *doc, uint32_t object, plomb_login *login)
{
	plomb_view auth;
	plomb_status s;

	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(doc, object) != PLOMB_JSON_OBJECT) {
		return PLOMB_CONFIG_INVALID;
	}
	if ((s = member_text(work, doc, object, "username", &login->username)) != PLOMB_OK
		|| (s = member_text(work, doc, object, "password", &login->password)) != PLOMB_OK
		|| (s = member_text(work, doc, object, "identitytoken", &login->identity_token)) != PLOMB_OK
		|| (s = member_text(work, doc, object, "registrytoken", &login->registry_token)) != PLOMB_OK
		|| (s = member_text(work, doc, object, "auth", &auth)) != PLOMB_OK)
	{
		return s;
	}
	return auth.n == 0 ? PLOMB_OK : split_auth(work, auth, login);
}

/* -------------------------------------------------------------------- helpers */

/* It becomes part of a program's name: CVE-2020-15157's cousins began with a "/". */
static int
helper_ok(plomb_view name)
{
	size_t i;

	for (i = 0; i < name.n; i ++) {
		unsigned char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-')) {
			return 0;
		}
	}
	return name.n <= PLOMB_MAX_HELPER_NAME;
}

static plomb_status
read_helper(plomb_work *work, const plomb_json *doc, plomb_view registry, plomb_docker_entry *entry)
{
	plomb_view none = { NULL, 0 };
	plomb_status s;
	uint32_t value;

	s = best(work, doc, plomb_json_member(doc, 0, "credHelpers"), registry, none, &value);
	if (s == PLOMB_OK && value == PLOMB_JSON_NONE) {
		value = plomb_json_member(doc, 0, "credsStore");
	}
	if (s != PLOMB_OK || value == PLOMB_JSON_NONE) {
		return s;
	}
	s = own_reason(plomb_json_string(work, doc, value, &entry->helper));
	entry->server = is_hub(registry) ? plomb_view_of(HUB_KEY) : registry;
	return s != PLOMB_OK || helper_ok(entry->helper) ? s : PLOMB_CONFIG_INVALID;
}

/* see docker_config.h */
plomb_status
plomb_docker_config_find(plomb_work *work, plomb_view text,
	plomb_view registry, plomb_view repository, plomb_docker_entry *entry)
{
	plomb_json doc;
	plomb_status s;
	uint32_t value;

	memset(entry, 0, sizeof *entry);
	if (text.n > PLOMB_MAX_DOCKER_CONFIG) {
		return PLOMB_CONFIG_INVALID;
	}
	if ((s = own_reason(plomb_json_parse(work, text, &doc))) != PLOMB_OK) {
		return s;
	}
	if (plomb_json_typeof(&doc, 0) != PLOMB_JSON_OBJECT) {
		return PLOMB_CONFIG_INVALID;
	}
	if ((s = read_helper(work, &doc, registry, entry)) == PLOMB_OK
		&& (s = best(work, &doc, plomb_json_member(&doc, 0, "auths"), registry, repository, &value)) == PLOMB_OK)
	{
		s = read_auth(work, &doc, value, &entry->login);
	}
	if (s != PLOMB_OK) {
		memset(entry, 0, sizeof *entry);
	}
	return s;
}

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

/* see docker_config.h */
plomb_status
plomb_docker_helper_read(plomb_work *work, plomb_view text, int exit_status, plomb_login *login)
{
	plomb_view secret, name;
	plomb_json doc;
	plomb_status s;

	memset(login, 0, sizeof *login);
	if (exit_status != 0) {
		return contains(text, plomb_view_of(HELPER_HAS_NONE)) ? PLOMB_OK : PLOMB_CONFIG_INVALID;
	}
	if ((s = own_reason(plomb_json_parse(work, text, &doc))) != PLOMB_OK
		|| (s = member_text(work, &doc, 0, "Username", &name)) != PLOMB_OK
		|| (s = member_text(work, &doc, 0, "Secret", &secret)) != PLOMB_OK)
	{
		return s;
	}
	if (plomb_view_is(name, "<token>")) {
		login->identity_token = secret;
	} else {
		login->username = name;
		login->password = secret;
	}
	return PLOMB_OK;
}
