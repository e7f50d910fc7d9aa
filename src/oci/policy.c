/* see policy.h */
#include "policy_inner.h"

#include "../core/base64.h"
#include "../core/identity.h"
#include "../core/refusal.h"
#include "../core/regex.h"

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

static plomb_status
too_many(plomb_ctx *ctx, const char *what, plomb_view got)
{
	plomb_view none = { NULL, 0 };

	return plomb_refuse(ctx, PLOMB_LIMIT_EXCEEDED, plomb_view_of(what), none, got);
}

/* --------------------------------------------------------------------- values */

/* The first key that is none of the names, or is null; also where there is no more key. */
static uint32_t
strange_key(const plomb_json *doc, uint32_t object, const char *const *names, size_t count)
{
	uint32_t key;
	size_t i;

	key = plomb_json_first(doc, object);
	for (;;) {
		for (i = 0; i < count && !plomb_json_is(doc, key, names[i]); i ++) {
		}
		if (i == count || plomb_json_typeof(doc, plomb_json_value(doc, key)) == PLOMB_JSON_NULL) {
			return key;
		}
		key = plomb_json_next(doc, key);
	}
}

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
	given = 0;
	for (i = 0; i < count; i ++) {
		given += value[i] != PLOMB_JSON_NONE;
	}
	if (s == PLOMB_OK && plomb_json_size(doc, object, MAX_MEMBERS) == given) {
		return PLOMB_OK;
	}
	return malformed_at(ctx, doc, plomb_json_typeof(doc, object) == PLOMB_JSON_OBJECT
		? strange_key(doc, object, names, count) : object, what);
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

/* The decoded PEM of a keyData or caData: base64 in the one form that containers/image reads. */
static plomb_status
data_of(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, const char *what, plomb_view *data)
{
	plomb_view text;
	plomb_status s;

	data->p = NULL;
	data->n = 0;
	s = text_of(ctx, doc, value, what, &text);
	if (s != PLOMB_OK || text.p == NULL) {
		return s;
	}
	s = plomb_base64_decode(ctx->work, text, 0, data);
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : malformed_at(ctx, doc, value, what);
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
		return too_many(ctx, what, plomb_json_raw(doc, value));
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

/*
 * An expression that does not compile would be a refusal later; here it can
 * be told where it stands. *is_open: it says yes even to what is nobody's
 * name, such as ".*" does.
 */
static plomb_status
check_pattern(plomb_ctx *ctx, plomb_view pattern, int *is_open)
{
	static const plomb_view nobody = PLOMB_LIT("\x01\x02\x03\x04\x05\x06\x07\x01\x02\x03\x04\x05\x06\x07");
	const plomb_regex *regex;
	plomb_status s;
	size_t mark;

	*is_open = 0;
	if (pattern.p == NULL) {
		return PLOMB_OK;
	}
	mark = plomb_work_mark(ctx->work);
	s = plomb_regex_compile(ctx, pattern, &regex);
	*is_open = s == PLOMB_OK && plomb_regex_match(regex, nobody);
	plomb_work_release(ctx->work, mark);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	return malformed(ctx, "not a regular expression that is supported", pattern);
}

/* What a pair is about: nothing more is known of an annotation's name than that it is one. */
typedef enum {
	PAIRS_ANNOTATIONS,
	PAIRS_EXTENSIONS
} pairs_kind;

static const char *const pairs_name[] = {
	"annotations: an object of strings that are not empty", "extensions: an object of strings that are not empty"
};

static plomb_status
read_pair(plomb_ctx *ctx, const plomb_json *doc, uint32_t key, pairs_kind kind, plomb_policy_pair *pair)
{
	plomb_status s;
	uint32_t value;
	int is_open;

	value = plomb_json_value(doc, key);
	if ((s = text_of(ctx, doc, key, pairs_name[kind], &pair->name)) != PLOMB_OK) {
		return s;
	}
	if (kind == PAIRS_EXTENSIONS && !plomb_identity_extension_known(pair->name)) {
		return malformed_at(ctx, doc, key, "extensions: neither the name of a Fulcio extension nor an OID");
	}
	/* An annotation may be empty; to look for nothing is a mistake. */
	if (!pair->is_regexp && kind == PAIRS_ANNOTATIONS) {
		s = plomb_json_string(ctx->work, doc, value, &pair->value);
		return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : malformed_at(ctx, doc, value, pairs_name[kind]);
	}
	if ((s = text_of(ctx, doc, value, pairs_name[kind], &pair->value)) != PLOMB_OK) {
		return s;
	}
	return pair->is_regexp ? check_pattern(ctx, pair->value, &is_open) : PLOMB_OK;
}

/* The members of an object, as pairs. */
static plomb_status
read_some_pairs(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, int is_regexp, pairs_kind kind, plomb_policy_pair *pair)
{
	uint32_t key;
	plomb_status s;

	for (key = plomb_json_first(doc, object); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		pair->is_regexp = is_regexp;
		if ((s = read_pair(ctx, doc, key, kind, pair)) != PLOMB_OK) {
			return s;
		}
		pair ++;
	}
	return PLOMB_OK;
}

static plomb_status
count_pairs(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, pairs_kind kind, size_t *count)
{
	*count = 0;
	return object == PLOMB_JSON_NONE ? PLOMB_OK
		: count_of(ctx, doc, object, PLOMB_JSON_OBJECT, PLOMB_MAX_POLICY_ITEMS, pairs_name[kind], count);
}

/* Exact values and expressions, each an object of strings; both may be absent. */
static plomb_status
read_pairs(plomb_ctx *ctx, const plomb_json *doc, uint32_t exact, uint32_t regexp, pairs_kind kind, plomb_policy_pairs *pairs)
{
	plomb_policy_pair *pair;
	size_t exacts, regexps;
	plomb_status s;

	if ((s = count_pairs(ctx, doc, exact, kind, &exacts)) != PLOMB_OK
		|| (s = count_pairs(ctx, doc, regexp, kind, &regexps)) != PLOMB_OK)
	{
		return s;
	}
	if (exacts + regexps == 0) {
		return PLOMB_OK;
	}
	pair = take(ctx, exacts + regexps, sizeof *pair);
	if (pair == NULL) {
		return PLOMB_NO_ROOM;
	}
	pairs->item = pair;
	pairs->count = exacts + regexps;
	s = read_some_pairs(ctx, doc, exact, 0, kind, pair);
	return s != PLOMB_OK ? s : read_some_pairs(ctx, doc, regexp, 1, kind, pair + exacts);
}

/* Six tokens: identity, identityRegexp, issuer, issuerRegexp, extensions, extensionsRegexp. */
static plomb_status
read_identity(plomb_ctx *ctx, const plomb_json *doc, const uint32_t *value, uint32_t at, int is_restricted, plomb_policy_identity *identity)
{
	int is_anybody, is_any_issuer;
	plomb_status s;

	if ((s = text_of(ctx, doc, value[0], "identity", &identity->identity)) != PLOMB_OK
		|| (s = text_of(ctx, doc, value[1], "identityRegexp", &identity->identity_regexp)) != PLOMB_OK
		|| (s = text_of(ctx, doc, value[2], "issuer", &identity->issuer)) != PLOMB_OK
		|| (s = text_of(ctx, doc, value[3], "issuerRegexp", &identity->issuer_regexp)) != PLOMB_OK
		|| (s = check_pattern(ctx, identity->identity_regexp, &is_anybody)) != PLOMB_OK
		|| (s = check_pattern(ctx, identity->issuer_regexp, &is_any_issuer)) != PLOMB_OK
		|| (s = read_pairs(ctx, doc, value[4], value[5], PAIRS_EXTENSIONS, &identity->extensions)) != PLOMB_OK)
	{
		return s;
	}
	if ((identity->identity.p == NULL) == (identity->identity_regexp.p == NULL)) {
		return malformed_at(ctx, doc, at, "an identity needs one of identity and identityRegexp");
	}
	if ((identity->issuer.p == NULL) == (identity->issuer_regexp.p == NULL)) {
		return malformed_at(ctx, doc, at, "an identity needs one of issuer and issuerRegexp");
	}
	if (is_anybody && is_any_issuer && identity->extensions.count == 0 && !is_restricted) {
		return malformed_at(ctx, doc, at, "an identity that everybody has; insecureAcceptAnything says that openly");
	}
	return PLOMB_OK;
}

/* An own trust root has authorities that do not certify everybody; an extension that is wanted of all is a restriction too. */
static int
is_restricted(const plomb_requirement *r)
{
	return r->trusted_root.p != NULL || r->extensions.count != 0;
}

static plomb_status
read_identities(plomb_ctx *ctx, const plomb_json *doc, uint32_t array, plomb_requirement *r)
{
	static const char *const names[] = { "identity", "identityRegexp", "issuer", "issuerRegexp", "extensions", "extensionsRegexp" };
	plomb_policy_identity *identity;
	plomb_status s;
	uint32_t at;
	size_t count;

	s = count_of(ctx, doc, array, PLOMB_JSON_ARRAY, PLOMB_MAX_POLICY_ITEMS, "identities: an array of objects that is not empty", &count);
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

		if ((s = members(ctx, doc, at, names, 6, value, "identities: a member that is unknown or null, or no object")) != PLOMB_OK
			|| (s = read_identity(ctx, doc, value, at, is_restricted(r), identity)) != PLOMB_OK)
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
	return read_identity(ctx, doc, value, at, is_restricted(r), identity);
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
	if (plomb_json_typeof(doc, object) == PLOMB_JSON_OBJECT && plomb_json_first(doc, object) == PLOMB_JSON_NONE) {
		return malformed_at(ctx, doc, object, "plomb: an object that says nothing");
	}
	if ((s = members(ctx, doc, object, names, P_COUNT, v, "plomb: a member that is unknown or null, or no object")) != PLOMB_OK
		|| (s = read_pairs(ctx, doc, v[P_ANNOTATIONS], v[P_ANNOTATIONS_REGEXP], PAIRS_ANNOTATIONS, &r->annotations)) != PLOMB_OK
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
	s = read_pairs(ctx, doc, v[P_EXTENSIONS], v[P_EXTENSIONS_REGEXP], PAIRS_EXTENSIONS, &r->extensions);
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
	if ((s = members(ctx, doc, object, names, 5, v, "signedIdentity: a member that is unknown or null, or no object")) != PLOMB_OK
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
				: malformed_at(ctx, doc, object, "signedIdentity: not the name of an image, of a repository or of a prefix, written out");
		}
	}
	return malformed_at(ctx, doc, object, "signedIdentity: an unknown type, or members that do not fit it");
}

/* A file or what would be in it; one of the two, or at most one. */
static plomb_status
read_ca(plomb_ctx *ctx, const plomb_json *doc, const uint32_t *path_and_data, int is_needed, const char *what, plomb_policy_pem *ca)
{
	plomb_status s;

	if ((s = text_of(ctx, doc, path_and_data[0], what, &ca->path)) != PLOMB_OK
		|| (s = data_of(ctx, doc, path_and_data[1], what, &ca->data)) != PLOMB_OK)
	{
		return s;
	}
	if (ca->path.p != NULL && ca->data.p != NULL) {
		return malformed_at(ctx, doc, path_and_data[1], what);
	}
	return is_needed && ca->path.p == NULL && ca->data.p == NULL ? malformed(ctx, what, ca->path) : PLOMB_OK;
}

static plomb_status
read_fulcio(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_requirement *r)
{
	static const char *const names[] = { "caPath", "caData", "oidcIssuer", "subjectEmail" };
	uint32_t v[4];
	plomb_status s;

	if ((s = members(ctx, doc, object, names, 4, v, "fulcio: a member that is unknown or null, or no object")) != PLOMB_OK
		|| (s = read_ca(ctx, doc, v, 1, "fulcio needs one of caPath and caData", &r->ca)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[2], "oidcIssuer", &r->oidc_issuer)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[3], "subjectEmail", &r->subject_email)) != PLOMB_OK)
	{
		return s;
	}
	return r->oidc_issuer.p != NULL && r->subject_email.p != NULL ? PLOMB_OK
		: malformed_at(ctx, doc, object, "fulcio needs oidcIssuer and subjectEmail");
}

/* Only whether it is right; nothing of it is evaluated. */
static plomb_status
read_pki(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = {
		"caRootsPath", "caRootsData", "caIntermediatesPath", "caIntermediatesData", "subjectEmail", "subjectHostname"
	};
	plomb_policy_pem roots, intermediates;
	plomb_view email, hostname;
	uint32_t v[6];
	plomb_status s;

	if ((s = members(ctx, doc, object, names, 6, v, "pki: a member that is unknown or null, or no object")) != PLOMB_OK
		|| (s = read_ca(ctx, doc, v, 1, "pki needs one of caRootsPath and caRootsData", &roots)) != PLOMB_OK
		|| (s = read_ca(ctx, doc, v + 2, 0, "pki has at most one of caIntermediatesPath and caIntermediatesData", &intermediates)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[4], "subjectEmail", &email)) != PLOMB_OK
		|| (s = text_of(ctx, doc, v[5], "subjectHostname", &hostname)) != PLOMB_OK)
	{
		return s;
	}
	return email.p != NULL || hostname.p != NULL ? PLOMB_OK
		: malformed_at(ctx, doc, object, "pki needs subjectEmail or subjectHostname");
}

/* The members fit the way of signing that was chosen. */
static plomb_status
check_sigstore(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, const plomb_requirement *r)
{
	if (r->type != PLOMB_REQUIRE_IDENTITY && r->identity_count != 0) {
		return malformed_at(ctx, doc, object, "plomb's identities beside a key, fulcio or pki");
	}
	if ((r->type == PLOMB_REQUIRE_FULCIO || r->type == PLOMB_REQUIRE_PKI) && r->trusted_root.p != NULL) {
		return malformed_at(ctx, doc, object, "plomb's trustedRoot beside fulcio or pki, which name the authorities");
	}
	if (r->log_count != 0 && (r->trusted_root.p != NULL || r->type == PLOMB_REQUIRE_IDENTITY)) {
		return malformed_at(ctx, doc, object, "rekorPublicKey beside a trust root, which names the logs");
	}
	if (r->log_count != 0 && r->type == PLOMB_REQUIRE_PKI) {
		return malformed_at(ctx, doc, object, "rekorPublicKey beside pki");
	}
	if (r->accept_unnamed && r->signed_identity.type != PLOMB_MATCH_REPOSITORY) {
		return malformed_at(ctx, doc, object, "acceptUnnamed needs the signedIdentity matchRepository: any other is about a name that the signature has");
	}
	return PLOMB_OK;
}

/*
 * Which logs are required. A certificate is good for minutes, so somebody
 * who is trusted has to say when it was used: the log, or else a timestamp
 * authority of a trust root that is there for that. Of authorities that
 * promise to publish all they issue, what is not published is forged; so for
 * these, too, an own trust root must say that it is another kind of authority.
 */
static plomb_status
settle_logs(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_requirement *r)
{
	int has_root = r->trusted_root.p != NULL;

	if (r->log_count != 0 && r->transparency_log == PLOMB_NO) {
		return malformed_at(ctx, doc, object, "rekorPublicKey beside a transparencyLog that is not required");
	}
	if (r->type == PLOMB_REQUIRE_FULCIO && r->log_count == 0) {
		return malformed_at(ctx, doc, object, "fulcio needs a rekorPublicKey: without it nobody says when this was signed");
	}
	if (r->type == PLOMB_REQUIRE_FULCIO && r->certificate_log == PLOMB_YES) {
		return malformed_at(ctx, doc, object, "certificateLog beside fulcio, which names none");
	}
	if (r->type == PLOMB_REQUIRE_KEY && (r->extensions.count != 0 || r->certificate_log != PLOMB_UNSAID)) {
		return malformed_at(ctx, doc, object, "extensions or certificateLog beside a bare key, which has no certificate");
	}
	if (r->type == PLOMB_REQUIRE_IDENTITY && !has_root && (r->transparency_log == PLOMB_NO || r->certificate_log == PLOMB_NO)) {
		return malformed_at(ctx, doc, object, "plomb's identities without a log need a trustedRoot of their own");
	}
	if (r->transparency_log == PLOMB_UNSAID) {
		r->transparency_log = r->type != PLOMB_REQUIRE_KEY || r->log_count != 0 || has_root ? PLOMB_YES : PLOMB_NO;
	}
	if (r->certificate_log == PLOMB_UNSAID) {
		r->certificate_log = r->type == PLOMB_REQUIRE_IDENTITY ? PLOMB_YES : PLOMB_NO;
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

	if ((s = members(ctx, doc, object, names, S_COUNT, v, "sigstoreSigned: a member that is unknown or null")) != PLOMB_OK
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
	if (ways != 1) {
		return malformed_at(ctx, doc, object, "sigstoreSigned needs one of a key, fulcio, pki and plomb's identities");
	}
	s = check_sigstore(ctx, doc, object, r);
	return s == PLOMB_OK ? settle_logs(ctx, doc, object, r) : s;
}

static int
is_key_type(const plomb_json *doc, uint32_t value)
{
	return plomb_json_is(doc, value, "GPGKeys") || plomb_json_is(doc, value, "signedByGPGKeys")
		|| plomb_json_is(doc, value, "X509Certificates") || plomb_json_is(doc, value, "signedByX509CAs");
}

/* Only whether it is right; nothing of it is evaluated. */
static plomb_status
read_signed_by(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = { "type", "keyPath", "keyPaths", "keyData", "keyType", "signedIdentity" };
	static const char what[] = "signedBy needs one of keyPath, keyPaths and keyData";
	plomb_signed_identity identity;
	const plomb_policy_pem *keys;
	uint32_t v[6], key[4];
	size_t count;
	plomb_status s;

	memset(&identity, 0, sizeof identity);
	count = 0;
	if ((s = members(ctx, doc, object, names, 6, v, "signedBy: a member that is unknown or null")) != PLOMB_OK) {
		return s;
	}
	memcpy(key, v + 1, 3 * sizeof *key);
	key[3] = PLOMB_JSON_NONE;
	if ((s = read_pem_choice(ctx, doc, key, what, &keys, &count)) != PLOMB_OK) {
		return s;
	}
	if (count == 0) {
		return malformed_at(ctx, doc, object, what);
	}
	if (!is_key_type(doc, v[4])) {
		return malformed_at(ctx, doc, object, "signedBy: no keyType, or one that is unknown");
	}
	return read_signed_identity(ctx, doc, v[5], &identity);
}

/* The two types that say all with their name. */
static plomb_status
read_bare(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	static const char *const names[] = { "type" };
	uint32_t v[1];

	return members(ctx, doc, object, names, 1, v, "a member that is unknown or null");
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

/* Scopes of one transport, which are of this kind. */
static plomb_status
check_scopes(plomb_ctx *ctx, const plomb_json *doc, plomb_policy_scopes kind, uint32_t scopes)
{
	uint32_t key;
	plomb_status s;

	if (plomb_json_typeof(doc, scopes) != PLOMB_JSON_OBJECT) {
		return malformed_at(ctx, doc, scopes, "a transport that is no object");
	}
	for (key = plomb_json_first(doc, scopes); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		plomb_view scope;
		size_t mark;

		mark = plomb_work_mark(ctx->work);
		s = plomb_json_string(ctx->work, doc, key, &scope);
		if (s == PLOMB_OK) {
			s = plomb_policy_scope_check(ctx->work, kind, scope);
		}
		plomb_work_release(ctx->work, mark);
		if (s != PLOMB_OK) {
			return s == PLOMB_NO_ROOM ? s : malformed_at(ctx, doc, key, "a scope that no image of this transport is in");
		}
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
		plomb_policy_scopes kind;

		/* As it is written: with escapes it is refused, as none of these names needs any. */
		kind = plomb_policy_scopes_of(plomb_json_raw(doc, key));
		if (kind == PLOMB_SCOPES_UNKNOWN) {
			return malformed_at(ctx, doc, key, "an unknown transport");
		}
		if ((s = check_scopes(ctx, doc, kind, plomb_json_value(doc, key))) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* The list for the image; otherwise is default's. */
static plomb_status
choose(plomb_ctx *ctx, const plomb_json *doc, uint32_t scopes, uint32_t otherwise, const plomb_image_name *image,
	plomb_policy_choice *choice, uint32_t *list)
{
	plomb_status s;
	int is_evaded;
	uint32_t key;
	size_t mark;

	mark = plomb_work_mark(ctx->work);
	s = plomb_policy_scope_find(ctx->work, doc, scopes, image, &key, &is_evaded);
	plomb_work_release(ctx->work, mark);
	if (s != PLOMB_OK) {
		return s;
	}
	if (key != PLOMB_JSON_NONE) {
		choice->scope_kind = is_evaded ? "evaded" : "scope";
		choice->scope = plomb_json_raw(doc, key);
		*list = plomb_json_value(doc, key);
		return PLOMB_OK;
	}
	*list = plomb_json_member(doc, scopes, "");
	choice->scope_kind = *list == PLOMB_JSON_NONE ? "default" : "transport";
	if (*list == PLOMB_JSON_NONE) {
		*list = otherwise;
	}
	return PLOMB_OK;
}

/* see policy.h */
plomb_status
plomb_policy_choose(plomb_ctx *ctx, plomb_view text, const plomb_image_name *image, plomb_policy_choice *choice)
{
	static const char *const names[] = { "default", "transports" };
	uint32_t v[2], list;
	plomb_json doc;
	plomb_view none = { NULL, 0 };
	plomb_status s;

	memset(choice, 0, sizeof *choice);
	if (text.n > PLOMB_MAX_POLICY_BYTES) {
		return too_many(ctx, "the size of the policy file", none);
	}
	s = plomb_json_parse(ctx->work, text, &doc);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : malformed(ctx, plomb_status_sentence(s), none);
	}
	if ((s = members(ctx, &doc, 0, names, 2, v, "the policy file: a member that is unknown or null, or no object")) != PLOMB_OK) {
		return s;
	}
	if (v[0] == PLOMB_JSON_NONE) {
		return malformed(ctx, "there is no default", none);
	}
	if ((s = check_list(ctx, &doc, v[0])) != PLOMB_OK || (s = check_transports(ctx, &doc, v[1])) != PLOMB_OK) {
		return s;
	}
	s = choose(ctx, &doc, plomb_json_member(&doc, v[1], "docker"), v[0], image, choice, &list);
	if (s != PLOMB_OK || (s = read_list(ctx, &doc, list, choice)) != PLOMB_OK) {
		return s;
	}
	if (strcmp(choice->scope_kind, "evaded") == 0) {
		memset(choice->list, 0, sizeof *choice->list);
		choice->list[0].type = PLOMB_REQUIRE_REJECT;
		choice->count = 1;
	}
	return PLOMB_OK;
}
