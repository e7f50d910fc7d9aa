/* see policy.h */
#include "policy.h"

#include "../core/refusal.h"

#define MAX_MEMBERS 16 /* of one object of this format */

/* What is wrong, in detail. */
static plomb_status
malformed(plomb_ctx *ctx, const char *what, plomb_view got)
{
	plomb_view none = { NULL, 0 };

	return plomb_refuse(ctx, PLOMB_POLICY_MALFORMED, plomb_view_of(what), none, got);
}

static plomb_status
malformed_at(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, const char *what)
{
	return malformed(ctx, what, plomb_json_raw(doc, value));
}

/* --------------------------------------------------------------------- values */

/*
 * All members of an object; none is unknown and none is null. null is what a
 * template leaves where a key should be, and no way to say that none is needed.
 */
static plomb_status
members(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, const char *const *names, size_t count, uint32_t *value, const char *what)
{
	plomb_status s;
	size_t i, given;

	s = plomb_json_members(doc, object, names, count, PLOMB_JSON_STRICT, value, NULL);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : malformed_at(ctx, doc, object, what);
	}
	given = 0;
	for (i = 0; i < count; i ++) {
		given += value[i] != PLOMB_JSON_NONE;
	}
	return plomb_json_size(doc, object, MAX_MEMBERS) == given ? PLOMB_OK : malformed_at(ctx, doc, object, what);
}

/* A string that is not empty; what is absent stays {NULL,0}. */
static plomb_status
text_of(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, const char *what, plomb_view *text)
{
	plomb_status s;

	text->p = NULL;
	text->n = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	s = plomb_json_string(ctx->work, doc, value, text);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	return s == PLOMB_OK && text->n != 0 ? PLOMB_OK : malformed_at(ctx, doc, value, what);
}

/* The decoded PEM of a keyData or caData. */
static plomb_status
data_of(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, const char *what, plomb_view *data)
{
	plomb_status s;

	data->p = NULL;
	data->n = 0;
	s = plomb_json_base64(ctx->work, doc, value, data);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	return s == PLOMB_OK && data->n != 0 ? PLOMB_OK : malformed_at(ctx, doc, value, what);
}

static plomb_status
switch_of(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, const char *what, plomb_said *said)
{
	int flag;

	*said = PLOMB_UNSAID;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_bool(doc, value, &flag) != PLOMB_OK) {
		return malformed_at(ctx, doc, value, what);
	}
	*said = flag ? PLOMB_YES : PLOMB_NO;
	return PLOMB_OK;
}

/* How many elements of an array or members of an object of some; 0 is none of them. */
static plomb_status
count_of(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, plomb_json_type type, size_t limit, const char *what, size_t *count)
{
	*count = 0;
	if (plomb_json_typeof(doc, value) != type) {
		return malformed_at(ctx, doc, value, what);
	}
	*count = plomb_json_size(doc, value, (uint32_t)limit);
	if (*count > limit) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	return *count != 0 ? PLOMB_OK : malformed_at(ctx, doc, value, what);
}

static void *
take(plomb_ctx *ctx, size_t count, size_t size)
{
	void *p;

	p = plomb_work_take_array(ctx->work, count, size);
	if (p != NULL) {
		memset(p, 0, count * size);
	}
	return p;
}

/* ----------------------------------------------------------------------- PEM */

/* One path or datum, or an array of them, behind those that are there. */
static plomb_status
read_pem(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, int is_data, const char *what, plomb_policy_pem *pem)
{
	return is_data ? data_of(ctx, doc, value, what, &pem->data) : text_of(ctx, doc, value, what, &pem->path);
}

static plomb_status
read_pems(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, int is_list, int is_data, const char *what,
	const plomb_policy_pem **list, size_t *count)
{
	plomb_policy_pem *pem;
	plomb_status s;
	uint32_t at;
	size_t n;

	n = 1;
	if (is_list && (s = count_of(ctx, doc, value, PLOMB_JSON_ARRAY, PLOMB_MAX_POLICY_ITEMS, what, &n)) != PLOMB_OK) {
		return s;
	}
	pem = take(ctx, n, sizeof *pem);
	if (pem == NULL) {
		return PLOMB_NO_ROOM;
	}
	*list = pem;
	*count = n;
	at = is_list ? plomb_json_first(doc, value) : value;
	for (; n != 0; n --) {
		if ((s = read_pem(ctx, doc, at, is_data, what, pem)) != PLOMB_OK) {
			return s;
		}
		pem ++;
		at = is_list ? plomb_json_next(doc, at) : at;
	}
	return PLOMB_OK;
}

/* At most one of the four members; which says four tokens in the order path, paths, data, datas. */
static plomb_status
read_pem_choice(plomb_ctx *ctx, const plomb_json *doc, const uint32_t *which, const char *what,
	const plomb_policy_pem **list, size_t *count)
{
	plomb_status s;
	size_t i;

	for (i = 0; i < 4; i ++) {
		if (which[i] == PLOMB_JSON_NONE) {
			continue;
		}
		if (*count != 0) {
			return malformed_at(ctx, doc, which[i], what);
		}
		if ((s = read_pems(ctx, doc, which[i], i % 2 == 1, i >= 2, what, list, count)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* ------------------------------------------------------------ plomb's members */

/* An expression that does not compile would be a refusal later; here it can be told where it stands. */
static plomb_status
check_pattern(plomb_ctx *ctx, plomb_view pattern)
{
	const plomb_regex *regex;
	plomb_status s;
	size_t mark;

	if (pattern.p == NULL) {
		return PLOMB_OK;
	}
	mark = plomb_work_mark(ctx->work);
	s = plomb_regex_compile(ctx, pattern, &regex);
	plomb_work_release(ctx->work, mark);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	return malformed(ctx, "not a regular expression that is supported", pattern);
}

/* The members of an object of strings, as pairs. */
static plomb_status
read_some_pairs(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, int is_regexp, const char *what, plomb_policy_pair *pair)
{
	uint32_t key;
	plomb_status s;

	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		uint32_t value;

		value = plomb_json_value(doc, key);
		if ((s = text_of(ctx, doc, key, what, &pair->name)) != PLOMB_OK) {
			return s;
		}
		s = plomb_json_string(ctx->work, doc, value, &pair->value);
		if (s != PLOMB_OK) {
			return s == PLOMB_NO_ROOM ? s : malformed_at(ctx, doc, key, what);
		}
		pair->is_regexp = is_regexp;
		if (is_regexp && pair->value.n == 0) {
			return malformed_at(ctx, doc, key, what);
		}
		if (is_regexp && (s = check_pattern(ctx, pair->value)) != PLOMB_OK) {
			return s;
		}
		pair ++;
	}
	return PLOMB_OK;
}

/* Exact values and expressions, each an object of strings; both may be absent. */
static plomb_status
read_pairs(plomb_ctx *ctx, const plomb_json *doc, uint32_t exact, uint32_t regexp, const char *what, plomb_policy_pairs *pairs)
{
	plomb_policy_pair *pair;
	size_t exacts, regexps;
	plomb_status s;

	exacts = 0;
	regexps = 0;
	if (exact != PLOMB_JSON_NONE
		&& (s = count_of(ctx, doc, exact, PLOMB_JSON_OBJECT, PLOMB_MAX_POLICY_ITEMS, what, &exacts)) != PLOMB_OK)
	{
		return s;
	}
	if (regexp != PLOMB_JSON_NONE
		&& (s = count_of(ctx, doc, regexp, PLOMB_JSON_OBJECT, PLOMB_MAX_POLICY_ITEMS, what, &regexps)) != PLOMB_OK)
	{
		return s;
	}
	pair = take(ctx, exacts + regexps, sizeof *pair);
	if (pair == NULL) {
		return PLOMB_NO_ROOM;
	}
	pairs->item = pair;
	pairs->count = exacts + regexps;
	if (exacts != 0 && (s = read_some_pairs(ctx, doc, exact, 0, what, pair)) != PLOMB_OK) {
		return s;
	}
	return regexps == 0 ? PLOMB_OK : read_some_pairs(ctx, doc, regexp, 1, what, pair + exacts);
}

/* Six tokens: identity, identityRegexp, issuer, issuerRegexp, extensions, extensionsRegexp. */
static plomb_status
read_identity(plomb_ctx *ctx, const plomb_json *doc, const uint32_t *value, uint32_t at, plomb_policy_identity *identity)
{
	plomb_status s;

	if ((s = text_of(ctx, doc, value[0], "identity", &identity->identity)) != PLOMB_OK
		|| (s = text_of(ctx, doc, value[1], "identityRegexp", &identity->identity_regexp)) != PLOMB_OK
		|| (s = text_of(ctx, doc, value[2], "issuer", &identity->issuer)) != PLOMB_OK
		|| (s = text_of(ctx, doc, value[3], "issuerRegexp", &identity->issuer_regexp)) != PLOMB_OK
		|| (s = check_pattern(ctx, identity->identity_regexp)) != PLOMB_OK
		|| (s = check_pattern(ctx, identity->issuer_regexp)) != PLOMB_OK
		|| (s = read_pairs(ctx, doc, value[4], value[5], "extensions", &identity->extensions)) != PLOMB_OK)
	{
		return s;
	}
	if ((identity->identity.p == NULL) == (identity->identity_regexp.p == NULL)) {
		return malformed_at(ctx, doc, at, "an identity needs one of identity and identityRegexp");
	}
	if ((identity->issuer.p == NULL) == (identity->issuer_regexp.p == NULL)) {
		return malformed_at(ctx, doc, at, "an identity needs one of issuer and issuerRegexp");
	}
	return PLOMB_OK;
}

static plomb_status
read_identities(plomb_ctx *ctx, const plomb_json *doc, uint32_t array, plomb_requirement *r)
{
	static const char *const names[] = { "identity", "identityRegexp", "issuer", "issuerRegexp", "extensions", "extensionsRegexp" };
	plomb_policy_identity *identity;
	plomb_status s;
	uint32_t at;
	size_t count;

	s = count_of(ctx, doc, array, PLOMB_JSON_ARRAY, PLOMB_MAX_POLICY_ITEMS, "identities", &count);
	if (s != PLOMB_OK) {
		return s;
	}
	identity = take(ctx, count, sizeof *identity);
	if (identity == NULL) {
		return PLOMB_NO_ROOM;
	}
	r->identities = identity;
	r->identity_count = count;
	for (at = plomb_json_first(doc, array); at != PLOMB_JSON_NONE; at = plomb_json_next(doc, at)) {
		uint32_t value[6];

		if ((s = members(ctx, doc, at, names, 6, value, "identities: an unknown member, or no object")) != PLOMB_OK
			|| (s = read_identity(ctx, doc, value, at, identity)) != PLOMB_OK)
		{
			return s;
		}
		identity ++;
	}
	return PLOMB_OK;
}

static plomb_status
read_one_identity(plomb_ctx *ctx, const plomb_json *doc, const uint32_t *value, uint32_t at, plomb_requirement *r)
{
	plomb_policy_identity *identity;

	identity = take(ctx, 1, sizeof *identity);
	if (identity == NULL) {
		return PLOMB_NO_ROOM;
	}
	r->identities = identity;
	r->identity_count = 1;
	return read_identity(ctx, doc, value, at, identity);
}

enum {
	P_IDENTITY, P_IDENTITY_REGEXP, P_ISSUER, P_ISSUER_REGEXP, P_EXTENSIONS, P_EXTENSIONS_REGEXP, P_IDENTITIES,
	P_ANNOTATIONS, P_ANNOTATIONS_REGEXP, P_TRUSTED_ROOT, P_TRANSPARENCY_LOG, P_CERTIFICATE_LOG, P_ACCEPT_UNNAMED, P_COUNT
};

static plomb_status
read_plomb(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_requirement *r)
{
	static const char *const names[P_COUNT] = {
		"identity", "identityRegexp", "issuer", "issuerRegexp", "extensions", "extensionsRegexp", "identities",
		"annotations", "annotationsRegexp", "trustedRoot", "transparencyLog", "certificateLog", "acceptUnnamed"
	};
	uint32_t v[P_COUNT];
	plomb_said unnamed;
	plomb_status s;
	int is_single, i;

	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(ctx, doc, object, names, P_COUNT, v, "plomb: an unknown member, or no object")) != PLOMB_OK
		|| (s = read_pairs(ctx, doc, v[P_ANNOTATIONS], v[P_ANNOTATIONS_REGEXP], "annotations", &r->annotations)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[P_TRUSTED_ROOT], "trustedRoot", &r->trusted_root)) != PLOMB_OK
		|| (s = switch_of(ctx, doc, v[P_TRANSPARENCY_LOG], "transparencyLog", &r->transparency_log)) != PLOMB_OK
		|| (s = switch_of(ctx, doc, v[P_CERTIFICATE_LOG], "certificateLog", &r->certificate_log)) != PLOMB_OK
		|| (s = switch_of(ctx, doc, v[P_ACCEPT_UNNAMED], "acceptUnnamed", &unnamed)) != PLOMB_OK)
	{
		return s;
	}
	r->accept_unnamed = unnamed == PLOMB_YES;
	is_single = 0;
	for (i = P_IDENTITY; i <= P_ISSUER_REGEXP; i ++) {
		is_single |= v[i] != PLOMB_JSON_NONE;
	}
	if (is_single && v[P_IDENTITIES] != PLOMB_JSON_NONE) {
		return malformed_at(ctx, doc, object, "plomb has an identity and a list of identities");
	}
	if (is_single) {
		return read_one_identity(ctx, doc, v, object, r);
	}
	/* Without an identity of its own: of whoever else signed. */
	s = read_pairs(ctx, doc, v[P_EXTENSIONS], v[P_EXTENSIONS_REGEXP], "extensions", &r->extensions);
	return s != PLOMB_OK || v[P_IDENTITIES] == PLOMB_JSON_NONE ? s : read_identities(ctx, doc, v[P_IDENTITIES], r);
}

/* -------------------------------------------------------------- requirements */

static plomb_status
read_signed_identity(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_signed_identity *identity)
{
	static const char *const names[] = { "type", "dockerReference", "dockerRepository", "prefix", "signedPrefix" };
	static const struct {
		const char *name;
		plomb_signed_identity_type type;
		unsigned members; /* bit i: names[i] */
	} types[] = {
		{ "matchRepoDigestOrExact", PLOMB_MATCH_REPO_DIGEST_OR_EXACT, 1 },
		{ "matchExact", PLOMB_MATCH_EXACT, 1 },
		{ "matchRepository", PLOMB_MATCH_REPOSITORY, 1 },
		{ "exactReference", PLOMB_EXACT_REFERENCE, 3 },
		{ "exactRepository", PLOMB_EXACT_REPOSITORY, 5 },
		{ "remapIdentity", PLOMB_REMAP_IDENTITY, 25 }
	};
	uint32_t v[5];
	unsigned given;
	plomb_status s;
	size_t i;

	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = members(ctx, doc, object, names, 5, v, "signedIdentity: an unknown member, or no object")) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[1], "dockerReference", &identity->reference)) != PLOMB_OK
		|| (identity->reference.p == NULL && (s = text_of(ctx, doc, v[2], "dockerRepository", &identity->reference)) != PLOMB_OK)
		|| (s = text_of(ctx, doc, v[3], "prefix", &identity->prefix)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[4], "signedPrefix", &identity->signed_prefix)) != PLOMB_OK)
	{
		return s;
	}
	given = 0;
	for (i = 0; i < 5; i ++) {
		given |= v[i] != PLOMB_JSON_NONE ? 1u << i : 0;
	}
	for (i = 0; i < sizeof types / sizeof types[0]; i ++) {
		if (plomb_json_is(doc, v[0], types[i].name) && types[i].members == given) {
			identity->type = types[i].type;
			s = plomb_signed_identity_validate(ctx->work, identity);
			return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s
				: malformed_at(ctx, doc, object, "signedIdentity: not a name of an image");
		}
	}
	return malformed_at(ctx, doc, object, "signedIdentity: an unknown type, or members that do not fit it");
}

static plomb_status
read_fulcio(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_requirement *r)
{
	static const char *const names[] = { "caPath", "caData", "oidcIssuer", "subjectEmail" };
	uint32_t v[4];
	plomb_status s;

	if ((s = members(ctx, doc, object, names, 4, v, "fulcio: an unknown member, or no object")) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[0], "caPath", &r->ca.path)) != PLOMB_OK
		|| (v[1] != PLOMB_JSON_NONE && (s = data_of(ctx, doc, v[1], "caData", &r->ca.data)) != PLOMB_OK)
		|| (s = text_of(ctx, doc, v[2], "oidcIssuer", &r->oidc_issuer)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[3], "subjectEmail", &r->subject_email)) != PLOMB_OK)
	{
		return s;
	}
	if ((r->ca.path.p == NULL) == (r->ca.data.p == NULL)) {
		return malformed_at(ctx, doc, object, "fulcio needs one of caPath and caData");
	}
	return r->oidc_issuer.p != NULL && r->subject_email.p != NULL ? PLOMB_OK
		: malformed_at(ctx, doc, object, "fulcio needs oidcIssuer and subjectEmail");
}

/* Only what it may say; nothing of it is evaluated. */
static plomb_status
read_pki(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = {
		"caRootsPath", "caRootsData", "caIntermediatesPath", "caIntermediatesData", "subjectEmail", "subjectHostname"
	};
	uint32_t v[6];

	return members(ctx, doc, object, names, 6, v, "pki: an unknown member, or no object");
}

/* The members fit the way of signing that was chosen. */
static plomb_status
check_sigstore(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, const plomb_requirement *r)
{
	if (r->type == PLOMB_REQUIRE_FULCIO && r->log_count == 0) {
		return malformed_at(ctx, doc, object, "fulcio needs a rekorPublicKey: without it nobody says when this was signed");
	}
	if (r->log_count != 0 && (r->trusted_root.p != NULL || r->type == PLOMB_REQUIRE_IDENTITY)) {
		return malformed_at(ctx, doc, object, "rekorPublicKey beside plomb's trusted root, which names the logs");
	}
	if (r->type == PLOMB_REQUIRE_FULCIO && r->trusted_root.p != NULL) {
		return malformed_at(ctx, doc, object, "fulcio beside plomb's trusted root, which names the authorities");
	}
	if (r->type != PLOMB_REQUIRE_IDENTITY && r->identity_count != 0) {
		return malformed_at(ctx, doc, object, "plomb's identities beside a key or fulcio");
	}
	if (r->type == PLOMB_REQUIRE_KEY && (r->extensions.count != 0 || r->certificate_log != PLOMB_UNSAID)) {
		return malformed_at(ctx, doc, object, "a bare key has no certificate");
	}
	if (r->log_count != 0 && r->transparency_log == PLOMB_NO) {
		return malformed_at(ctx, doc, object, "rekorPublicKey beside a log that is not required");
	}
	if (r->type == PLOMB_REQUIRE_FULCIO && r->certificate_log == PLOMB_YES) {
		return malformed_at(ctx, doc, object, "fulcio names no certificate log");
	}
	return PLOMB_OK;
}

enum {
	S_TYPE, S_KEY_PATH, S_KEY_PATHS, S_KEY_DATA, S_KEY_DATAS, S_FULCIO, S_PKI,
	S_LOG_PATH, S_LOG_PATHS, S_LOG_DATA, S_LOG_DATAS, S_SIGNED_IDENTITY, S_PLOMB, S_COUNT
};

static plomb_status
read_sigstore(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_requirement *r)
{
	static const char *const names[S_COUNT] = {
		"type", "keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki",
		"rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas", "signedIdentity", "plomb"
	};
	uint32_t v[S_COUNT];
	plomb_status s;
	int ways;

	if ((s = members(ctx, doc, object, names, S_COUNT, v, "sigstoreSigned: an unknown member")) != PLOMB_OK
		|| (s = read_pem_choice(ctx, doc, v + S_KEY_PATH, "several of keyPath, keyPaths, keyData and keyDatas, or none that is a key",
			&r->keys, &r->key_count)) != PLOMB_OK
		|| (s = read_pem_choice(ctx, doc, v + S_LOG_PATH, "several of the rekorPublicKey members, or none that is a key",
			&r->logs, &r->log_count)) != PLOMB_OK
		|| (s = read_signed_identity(ctx, doc, v[S_SIGNED_IDENTITY], &r->signed_identity)) != PLOMB_OK
		|| (s = read_plomb(ctx, doc, v[S_PLOMB], r)) != PLOMB_OK)
	{
		return s;
	}
	ways = 0;
	if (r->key_count != 0) {
		r->type = PLOMB_REQUIRE_KEY;
		ways ++;
	}
	if (v[S_FULCIO] != PLOMB_JSON_NONE) {
		r->type = PLOMB_REQUIRE_FULCIO;
		ways ++;
		if ((s = read_fulcio(ctx, doc, v[S_FULCIO], r)) != PLOMB_OK) {
			return s;
		}
	}
	if (v[S_PKI] != PLOMB_JSON_NONE) {
		r->type = PLOMB_REQUIRE_PKI;
		ways ++;
		if ((s = read_pki(ctx, doc, v[S_PKI])) != PLOMB_OK) {
			return s;
		}
	}
	if (ways == 0 && r->identity_count != 0) {
		r->type = PLOMB_REQUIRE_IDENTITY;
		ways ++;
	}
	return ways == 1 ? check_sigstore(ctx, doc, object, r)
		: malformed_at(ctx, doc, object, "sigstoreSigned needs one of a key, fulcio, pki and plomb's identities");
}

static plomb_status
read_signed_by(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = { "type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity" };
	plomb_signed_identity identity;
	uint32_t v[6];
	plomb_status s;

	memset(&identity, 0, sizeof identity);
	s = members(ctx, doc, object, names, 6, v, "signedBy: an unknown member");
	return s != PLOMB_OK ? s : read_signed_identity(ctx, doc, v[5], &identity);
}

/* The two types that say all with their name. */
static plomb_status
read_bare(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = { "type" };
	uint32_t v[1];

	return members(ctx, doc, object, names, 1, v, "a requirement with an unknown member");
}

static plomb_status
read_requirement(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_requirement *r)
{
	uint32_t type;

	memset(r, 0, sizeof *r);
	type = plomb_json_member(doc, object, "type");
	if (plomb_json_is(doc, type, "insecureAcceptAnything")) {
		r->type = PLOMB_REQUIRE_NOTHING;
		return read_bare(ctx, doc, object);
	}
	if (plomb_json_is(doc, type, "reject")) {
		r->type = PLOMB_REQUIRE_REJECT;
		return read_bare(ctx, doc, object);
	}
	if (plomb_json_is(doc, type, "signedBy")) {
		r->type = PLOMB_REQUIRE_GPG;
		return read_signed_by(ctx, doc, object);
	}
	if (plomb_json_is(doc, type, "sigstoreSigned")) {
		return read_sigstore(ctx, doc, object, r);
	}
	return malformed_at(ctx, doc, object, "a requirement of an unknown type");
}

static plomb_status
read_list(plomb_ctx *ctx, const plomb_json *doc, uint32_t array, plomb_policy_choice *choice)
{
	plomb_status s;
	uint32_t at;
	size_t i;

	s = count_of(ctx, doc, array, PLOMB_JSON_ARRAY, PLOMB_MAX_REQUIREMENTS, "a list of requirements that is empty, or none", &choice->count);
	if (s != PLOMB_OK) {
		return s;
	}
	choice->list = take(ctx, choice->count, sizeof *choice->list);
	if (choice->list == NULL) {
		return PLOMB_NO_ROOM;
	}
	at = plomb_json_first(doc, array);
	for (i = 0; i < choice->count; i ++) {
		if ((s = read_requirement(ctx, doc, at, &choice->list[i])) != PLOMB_OK) {
			return s;
		}
		at = plomb_json_next(doc, at);
	}
	return PLOMB_OK;
}

/* A list that is not the one: it must be right all the same. */
static plomb_status
check_list(plomb_ctx *ctx, const plomb_json *doc, uint32_t array)
{
	plomb_policy_choice unused;
	plomb_status s;
	size_t mark;

	mark = plomb_work_mark(ctx->work);
	s = read_list(ctx, doc, array, &unused);
	/* What the detail of a refusal points to must stay. */
	if (s == PLOMB_OK) {
		plomb_work_release(ctx->work, mark);
	}
	return s;
}

/* --------------------------------------------------------------------- scopes */

static plomb_status
check_scopes(plomb_ctx *ctx, const plomb_json *doc, uint32_t scopes)
{
	uint32_t key;
	plomb_status s;

	if (plomb_json_typeof(doc, scopes) != PLOMB_JSON_OBJECT) {
		return malformed_at(ctx, doc, scopes, "a transport that is no object");
	}
	for (key = plomb_json_first(doc, scopes); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if ((s = check_list(ctx, doc, plomb_json_value(doc, key))) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_transports(plomb_ctx *ctx, const plomb_json *doc, uint32_t transports)
{
	uint32_t key;
	plomb_status s;

	if (transports == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(doc, transports) != PLOMB_JSON_OBJECT) {
		return malformed_at(ctx, doc, transports, "transports that are no object");
	}
	for (key = plomb_json_first(doc, transports); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if ((s = check_scopes(ctx, doc, plomb_json_value(doc, key))) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* What a scope is looked for with: it has room for the longest spelling. */
typedef struct {
	const plomb_json *doc;
	uint32_t scopes; /* the object */
	uint32_t key;    /* of the scope that was found */
	unsigned char *spelling;
} scope_search;

static size_t
append(unsigned char *out, size_t n, plomb_view part)
{
	if (part.n != 0) {
		memcpy(out + n, part.p, part.n);
	}
	return n + part.n;
}

/* The list of the scope that is written like this. */
static uint32_t
find_scope(scope_search *q, const char *prefix, plomb_view name, const char *separator, plomb_view rest)
{
	plomb_view text;

	text.p = q->spelling;
	text.n = append(q->spelling, 0, plomb_view_of(prefix));
	text.n = append(q->spelling, text.n, name);
	text.n = append(q->spelling, text.n, plomb_view_of(separator));
	text.n = append(q->spelling, text.n, rest);
	for (q->key = plomb_json_first(q->doc, q->scopes); q->key != PLOMB_JSON_NONE; q->key = plomb_json_next(q->doc, q->key)) {
		if (plomb_json_eq(q->doc, q->key, text)) {
			return plomb_json_value(q->doc, q->key);
		}
	}
	return PLOMB_JSON_NONE;
}

/* Where the byte occurs last in front of end; end if nowhere. */
static size_t
find_last(plomb_view text, size_t end, unsigned char byte)
{
	size_t i;

	for (i = end; i > 0; i --) {
		if (text.p[i - 1] == byte) {
			return i - 1;
		}
	}
	return end;
}

static size_t
find_first(plomb_view text, unsigned char byte)
{
	size_t i;

	for (i = 0; i < text.n && text.p[i] != byte; i ++) {
	}
	return i;
}

/*
 * The most specific scope. An image that is named by tag and digest at once
 * is looked for by each: whoever wrote a scope for one of them meant it.
 */
static uint32_t
search(scope_search *q, const plomb_image_name *image)
{
	plomb_view name, none = { NULL, 0 };
	uint32_t found;
	size_t at;

	name = image->repository;
	if (image->digest.n != 0 && (found = find_scope(q, "", name, "@", image->digest)) != PLOMB_JSON_NONE) {
		return found;
	}
	if (image->tag.n != 0 && (found = find_scope(q, "", name, ":", image->tag)) != PLOMB_JSON_NONE) {
		return found;
	}
	for (;;) {
		if ((found = find_scope(q, "", name, "", none)) != PLOMB_JSON_NONE) {
			return found;
		}
		at = find_last(name, name.n, '/');
		if (at == name.n) {
			break;
		}
		name.n = at;
	}
	/* The host's own name, without a port, and its parents: "*.example.com", then "*.com". */
	name.n = find_first(name, ':');
	while ((at = find_first(name, '.')) != name.n) {
		name = plomb_view_cut(name, at + 1, name.n);
		if ((found = find_scope(q, "*.", name, "", none)) != PLOMB_JSON_NONE) {
			return found;
		}
	}
	return PLOMB_JSON_NONE;
}

/* The list for the image; otherwise is default's. */
static uint32_t
choose(scope_search *q, uint32_t otherwise, const plomb_image_name *image, plomb_policy_choice *choice)
{
	plomb_view none = { NULL, 0 };
	uint32_t found;

	found = search(q, image);
	if (found != PLOMB_JSON_NONE) {
		choice->scope_kind = "scope";
		choice->scope = plomb_json_raw(q->doc, q->key);
		return found;
	}
	found = find_scope(q, "", none, "", none);
	choice->scope_kind = found != PLOMB_JSON_NONE ? "transport" : "default";
	return found != PLOMB_JSON_NONE ? found : otherwise;
}

/* see policy.h */
plomb_status
plomb_policy_choose(plomb_ctx *ctx, plomb_view text, const plomb_image_name *image, plomb_policy_choice *choice)
{
	static const char *const names[] = { "default", "transports" };
	uint32_t v[2];
	plomb_json doc;
	plomb_view none = { NULL, 0 };
	scope_search q;
	plomb_status s;

	memset(choice, 0, sizeof *choice);
	if (text.n > PLOMB_MAX_POLICY_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	s = plomb_json_parse(ctx->work, text, &doc);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM || s == PLOMB_LIMIT_EXCEEDED ? s : malformed(ctx, plomb_status_sentence(s), none);
	}
	if ((s = members(ctx, &doc, 0, names, 2, v, "an unknown member, or no object")) != PLOMB_OK) {
		return s;
	}
	if (v[0] == PLOMB_JSON_NONE) {
		return malformed(ctx, "there is no default", none);
	}
	if ((s = check_list(ctx, &doc, v[0])) != PLOMB_OK || (s = check_transports(ctx, &doc, v[1])) != PLOMB_OK) {
		return s;
	}
	/* "*." in front of it, or ":" in it: never more than that. */
	q.spelling = plomb_work_take(ctx->work, image->repository.n + image->tag.n + image->digest.n + 4);
	if (q.spelling == NULL) {
		return PLOMB_NO_ROOM;
	}
	q.doc = &doc;
	q.scopes = plomb_json_member(&doc, v[1], "docker");
	return read_list(ctx, &doc, choose(&q, v[0], image, choice), choice);
}
