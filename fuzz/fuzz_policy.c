/*
 * Targets plomb_policy_choose, plomb_image_name_parse and
 * plomb_signed_identity_check.
 *
 * Input: the name of an image, a line break, a policy file.
 * Holds: a list that is chosen has requirements, each of which asks for
 * something and contradicts nothing, and stands under the default or a scope
 * that the image is in. A member too many, in any object of the file, and
 * the file is refused. The order of members does not matter. A more specific
 * scope with "reject" rejects this image, and one of another registry changes
 * nothing. A signature for another repository, or for none, satisfies only
 * what says so.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../src/oci/policy.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_TEXT     (1u << 18)
#define MAX_CHILDREN 512

/* One reading of a file. */
struct reading {
	unsigned char room[1u << 21];
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx;
	plomb_image_name image;
	plomb_policy_choice choice;
	plomb_status status;
};

static struct reading first, second;

static void
hold(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
read_file(struct reading *r, plomb_view image, plomb_view file)
{
	plomb_work_init(&r->work, r->room, sizeof r->room);
	memset(&r->detail, 0, sizeof r->detail);
	r->ctx.work = &r->work;
	r->ctx.crypto = &plomb_crypto_default;
	r->ctx.detail = &r->detail;
	hold(plomb_image_name_parse(&r->work, image, &r->image) == PLOMB_OK);
	r->status = plomb_policy_choose(&r->ctx, file, &r->image, &r->choice);
	hold(r->status == PLOMB_OK || r->status == PLOMB_POLICY_MALFORMED || r->status == PLOMB_LIMIT_EXCEEDED || r->status == PLOMB_NO_ROOM);
	/* Every refusal of the file says something. */
	hold(r->status == PLOMB_OK || r->status == PLOMB_NO_ROOM || r->detail.what.n != 0);
}

/* -------------------------------------------------------------- what it says */

static void
hold_pem(const plomb_policy_pem *pem)
{
	hold((pem->path.n != 0) != (pem->data.n != 0));
}

static void
hold_identity(struct reading *r, const plomb_policy_identity *identity)
{
	const plomb_regex *regex;

	hold((identity->identity.n != 0) != (identity->identity_regexp.n != 0));
	hold((identity->issuer.n != 0) != (identity->issuer_regexp.n != 0));
	hold(identity->identity_regexp.n == 0 || plomb_regex_compile(&r->ctx, identity->identity_regexp, &regex) == PLOMB_OK);
	hold(identity->issuer_regexp.n == 0 || plomb_regex_compile(&r->ctx, identity->issuer_regexp, &regex) == PLOMB_OK);
}

static void
hold_requirement(struct reading *r, const plomb_requirement *q)
{
	size_t i;

	hold(q->type >= PLOMB_REQUIRE_NOTHING && q->type <= PLOMB_REQUIRE_IDENTITY);
	hold((q->type == PLOMB_REQUIRE_KEY) == (q->key_count != 0));
	hold((q->type == PLOMB_REQUIRE_IDENTITY) == (q->identity_count != 0));
	for (i = 0; i < q->key_count; i ++) {
		hold_pem(&q->keys[i]);
	}
	for (i = 0; i < q->log_count; i ++) {
		hold_pem(&q->logs[i]);
	}
	for (i = 0; i < q->identity_count; i ++) {
		hold_identity(r, &q->identities[i]);
	}
	if (q->type == PLOMB_REQUIRE_FULCIO) {
		hold_pem(&q->ca);
		hold(q->oidc_issuer.n != 0 && q->subject_email.n != 0 && q->log_count != 0 && q->transparency_log == PLOMB_YES);
	}
	if (q->type == PLOMB_REQUIRE_IDENTITY && (q->transparency_log != PLOMB_YES || q->certificate_log != PLOMB_YES)) {
		hold(q->trusted_root.n != 0);
	}
	hold(q->log_count == 0 || q->transparency_log == PLOMB_YES);
	hold(q->log_count == 0 || q->trusted_root.n == 0);
	hold(q->type < PLOMB_REQUIRE_KEY || q->transparency_log != PLOMB_UNSAID);
	hold(!q->accept_unnamed || q->signed_identity.type == PLOMB_MATCH_REPOSITORY);
}

static int
starts(plomb_view text, plomb_view start)
{
	return text.n >= start.n && plomb_view_eq(plomb_view_cut(text, 0, start.n), start);
}

/* Said once more and in another way: the scope is the image, or above it, or its domain. */
static void
hold_scope(plomb_view scope, const plomb_image_name *image)
{
	plomb_view rest, host;
	size_t i;

	for (i = 0; i < scope.n; i ++) {
		if (scope.p[i] == '\\') {
			return;
		}
	}
	if (plomb_view_starts(scope, "*.")) {
		for (i = 0; i < image->repository.n && image->repository.p[i] != '/' && image->repository.p[i] != ':'; i ++) {
		}
		host = plomb_view_cut(image->repository, 0, i);
		/* ".example" is the end of the host. */
		hold(host.n > scope.n - 1 && plomb_view_eq(plomb_view_cut(host, host.n - (scope.n - 1), host.n), plomb_view_cut(scope, 1, scope.n)));
		return;
	}
	if (starts(image->repository, scope)) {
		hold(scope.n == image->repository.n || image->repository.p[scope.n] == '/');
		return;
	}
	hold(starts(scope, image->repository));
	rest = plomb_view_cut(scope, image->repository.n, scope.n);
	hold((rest.p[0] == '@' && plomb_view_eq(plomb_view_cut(rest, 1, rest.n), image->digest))
		|| (rest.p[0] == ':' && plomb_view_eq(plomb_view_cut(rest, 1, rest.n), image->tag))
		|| (image->tag.n == 0 && image->digest.n == 0 && plomb_view_is(rest, ":latest")));
}

/* Another repository's signatures, and those of nobody's. */
static void
hold_names(struct reading *r, const plomb_requirement *q)
{
	static const plomb_view other = PLOMB_LIT("other.invalid/zz:1"), none = { NULL, 0 };
	const plomb_signed_identity *identity;

	identity = &q->signed_identity;
	hold((plomb_signed_identity_check(&r->ctx, identity, &r->image, none, q->accept_unnamed) == PLOMB_OK) == q->accept_unnamed);
	if (identity->type != PLOMB_EXACT_REFERENCE && identity->type != PLOMB_EXACT_REPOSITORY && identity->type != PLOMB_REMAP_IDENTITY
		&& !plomb_view_is(r->image.repository, "other.invalid/zz"))
	{
		hold(plomb_signed_identity_check(&r->ctx, identity, &r->image, other, q->accept_unnamed) == PLOMB_POLICY_IDENTITY_MISMATCH);
	}
}

static void
hold_choice(struct reading *r)
{
	size_t i;

	hold(r->choice.count >= 1 && r->choice.count <= PLOMB_MAX_REQUIREMENTS);
	for (i = 0; i < r->choice.count; i ++) {
		hold_requirement(r, &r->choice.list[i]);
		hold_names(r, &r->choice.list[i]);
	}
	if (strcmp(r->choice.scope_kind, "scope") == 0) {
		hold_scope(r->choice.scope, &r->image);
	}
}

/* ---------------------------------------------------------- the same, changed */

/* A document written again. */
struct writer {
	const plomb_json *doc;
	int is_reversed;
	uint32_t object; /* into which is written before all else: */
	const char *insert;
	unsigned char text[MAX_TEXT];
	size_t n;
	int failed;
};

static struct writer writer;

static void
put(struct writer *w, plomb_view bytes)
{
	if (bytes.n > sizeof w->text - w->n) {
		w->failed = 1;
		return;
	}
	if (bytes.n != 0) {
		memcpy(w->text + w->n, bytes.p, bytes.n);
	}
	w->n += bytes.n;
}

static void
put_str(struct writer *w, const char *s)
{
	put(w, plomb_view_of(s));
}

static void put_value(struct writer *w, uint32_t value);

static void
put_members(struct writer *w, uint32_t parent, int is_object)
{
	uint32_t child[MAX_CHILDREN];
	size_t count, i;
	uint32_t at;

	count = 0;
	for (at = plomb_json_first(w->doc, parent); at != PLOMB_JSON_NONE && count < MAX_CHILDREN; at = plomb_json_next(w->doc, at)) {
		child[count ++] = at;
	}
	w->failed |= at != PLOMB_JSON_NONE;
	if (parent == w->object) {
		put_str(w, w->insert);
		put_str(w, count == 0 ? "" : ",");
	}
	for (i = 0; i < count; i ++) {
		at = child[is_object && w->is_reversed ? count - 1 - i : i];
		put_str(w, i == 0 ? "" : ",");
		put_value(w, at);
		if (is_object) {
			put_str(w, ":");
			put_value(w, plomb_json_value(w->doc, at));
		}
	}
}

/* The JSON parser has bounded the depth. */
static void
put_value(struct writer *w, uint32_t value)
{
	plomb_json_type type;

	type = plomb_json_typeof(w->doc, value);
	if (type == PLOMB_JSON_OBJECT || type == PLOMB_JSON_ARRAY) {
		put_str(w, type == PLOMB_JSON_OBJECT ? "{" : "[");
		put_members(w, value, type == PLOMB_JSON_OBJECT);
		put_str(w, type == PLOMB_JSON_OBJECT ? "}" : "]");
		return;
	}
	put_str(w, type == PLOMB_JSON_STRING ? "\"" : "");
	put(w, plomb_json_raw(w->doc, value));
	put_str(w, type == PLOMB_JSON_STRING ? "\"" : "");
}

/* 1 if second has read the changed document. */
static int
read_changed(const plomb_json *doc, plomb_view image, int is_reversed, uint32_t object, const char *insert)
{
	plomb_view text;

	writer.doc = doc;
	writer.is_reversed = is_reversed;
	writer.object = object;
	writer.insert = insert;
	writer.n = 0;
	writer.failed = 0;
	put_value(&writer, 0);
	if (writer.failed) {
		return 0;
	}
	text.p = writer.text;
	text.n = writer.n;
	read_file(&second, image, text);
	return 1;
}

/* ---------------------------------------------------------------- comparison */

static void
hold_same(plomb_view a, plomb_view b)
{
	hold((a.p == NULL) == (b.p == NULL) && plomb_view_eq(a, b));
}

static void
hold_same_pems(const plomb_policy_pem *a, size_t count, const plomb_policy_pem *b, size_t b_count)
{
	size_t i;

	hold(count == b_count);
	for (i = 0; i < count; i ++) {
		hold_same(a[i].path, b[i].path);
		hold_same(a[i].data, b[i].data);
	}
}

/* In any order. */
static void
hold_same_pairs(const plomb_policy_pairs *a, const plomb_policy_pairs *b)
{
	size_t i, k;

	hold(a->count == b->count);
	for (i = 0; i < a->count; i ++) {
		for (k = 0; k < b->count && !(plomb_view_eq(a->item[i].name, b->item[k].name)
			&& plomb_view_eq(a->item[i].value, b->item[k].value) && a->item[i].is_regexp == b->item[k].is_regexp); k ++)
		{
		}
		hold(k < b->count);
	}
}

static void
hold_same_requirement(const plomb_requirement *a, const plomb_requirement *b)
{
	size_t i;

	hold(a->type == b->type && a->accept_unnamed == b->accept_unnamed && a->identity_count == b->identity_count
		&& a->transparency_log == b->transparency_log && a->certificate_log == b->certificate_log
		&& a->signed_identity.type == b->signed_identity.type);
	hold_same_pems(a->keys, a->key_count, b->keys, b->key_count);
	hold_same_pems(a->logs, a->log_count, b->logs, b->log_count);
	hold_same_pems(&a->ca, 1, &b->ca, 1);
	hold_same(a->oidc_issuer, b->oidc_issuer);
	hold_same(a->subject_email, b->subject_email);
	hold_same(a->trusted_root, b->trusted_root);
	hold_same(a->signed_identity.reference, b->signed_identity.reference);
	hold_same(a->signed_identity.prefix, b->signed_identity.prefix);
	hold_same(a->signed_identity.signed_prefix, b->signed_identity.signed_prefix);
	hold_same_pairs(&a->annotations, &b->annotations);
	hold_same_pairs(&a->extensions, &b->extensions);
	for (i = 0; i < a->identity_count; i ++) {
		hold_same(a->identities[i].identity, b->identities[i].identity);
		hold_same(a->identities[i].identity_regexp, b->identities[i].identity_regexp);
		hold_same(a->identities[i].issuer, b->identities[i].issuer);
		hold_same(a->identities[i].issuer_regexp, b->identities[i].issuer_regexp);
		hold_same_pairs(&a->identities[i].extensions, &b->identities[i].extensions);
	}
}

static void
hold_same_choice(void)
{
	size_t i;

	hold(second.status == PLOMB_OK);
	hold(strcmp(first.choice.scope_kind, second.choice.scope_kind) == 0 && first.choice.count == second.choice.count);
	hold_same(first.choice.scope, second.choice.scope);
	for (i = 0; i < first.choice.count; i ++) {
		hold_same_requirement(&first.choice.list[i], &second.choice.list[i]);
	}
}

/* -------------------------------------------------------------------- changes */

/* The object that is to have the members that are still missing on the way to a scope of docker. */
static uint32_t
docker_scope(const plomb_json *doc, const char *scope, char insert[2048])
{
	uint32_t transports, docker;

	transports = plomb_json_member(doc, 0, "transports");
	docker = plomb_json_member(doc, transports, "docker");
	(void)snprintf(insert, 2048, "%s\"%s\":[{\"type\":\"reject\"}]%s",
		docker != PLOMB_JSON_NONE ? "" : transports != PLOMB_JSON_NONE ? "\"docker\":{" : "\"transports\":{\"docker\":{",
		scope, docker != PLOMB_JSON_NONE ? "" : transports != PLOMB_JSON_NONE ? "}" : "}}");
	return docker != PLOMB_JSON_NONE ? docker : transports != PLOMB_JSON_NONE ? transports : 0;
}

static void
try_scopes(const plomb_json *doc, plomb_view image)
{
	char scope[1024], insert[2048];
	const plomb_image_name *name;
	uint32_t object, docker;

	name = &first.image;
	docker = plomb_json_member(doc, plomb_json_member(doc, 0, "transports"), "docker");
	if (name->repository.n < 600) {
		(void)snprintf(scope, sizeof scope, "%.*s%s%.*s", (int)name->repository.n, (const char *)name->repository.p,
			name->digest.n != 0 ? "@" : name->tag.n != 0 ? ":" : ":latest",
			(int)(name->digest.n != 0 ? name->digest.n : name->tag.n),
			(const char *)(name->digest.n != 0 ? name->digest.p : name->tag.p));
		object = docker_scope(doc, scope, insert);
		if (plomb_json_member(doc, docker, scope) == PLOMB_JSON_NONE && read_changed(doc, image, 0, object, insert)) {
			hold(second.status == PLOMB_OK && second.choice.count == 1 && second.choice.list[0].type == PLOMB_REQUIRE_REJECT);
		}
	}
	if (plomb_view_starts(name->repository, "other.invalid")) {
		return;
	}
	object = docker_scope(doc, "other.invalid/zz", insert);
	if (plomb_json_member(doc, docker, "other.invalid/zz") == PLOMB_JSON_NONE && read_changed(doc, image, 0, object, insert)) {
		hold_same_choice();
	}
}

static void
try_changes(plomb_view image, plomb_view file)
{
	static unsigned char room[1u << 21];
	plomb_json doc;
	plomb_work work;
	uint32_t i;

	plomb_work_init(&work, room, sizeof room);
	if (plomb_json_parse(&work, file, &doc) != PLOMB_OK) {
		hold(first.status != PLOMB_OK);
		return;
	}
	if (read_changed(&doc, image, 1, PLOMB_JSON_NONE, "")) {
		hold((first.status == PLOMB_OK) == (second.status == PLOMB_OK));
	}
	if (first.status != PLOMB_OK) {
		return;
	}
	if (read_changed(&doc, image, 1, PLOMB_JSON_NONE, "")) {
		hold_same_choice();
	}
	for (i = 0; i < doc.count; i ++) {
		if (plomb_json_typeof(&doc, i) == PLOMB_JSON_OBJECT && read_changed(&doc, image, 0, i, "\"zz\":0")) {
			hold(second.status != PLOMB_OK);
		}
	}
	try_scopes(&doc, image);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static unsigned char room[4096];
	plomb_image_name name;
	plomb_view image, file;
	plomb_work work;
	size_t i;

	for (i = 0; i < len && in[i] != '\n'; i ++) {
	}
	image.p = in;
	image.n = i;
	file.p = in + i;
	file.n = len - i;
	plomb_work_init(&work, room, sizeof room);
	if (plomb_image_name_parse(&work, image, &name) != PLOMB_OK) {
		image = plomb_view_of("registry.example/acme/app:1");
	}
	read_file(&first, image, file);
	if (first.status == PLOMB_NO_ROOM) {
		return 0;
	}
	if (first.status == PLOMB_OK) {
		hold_choice(&first);
	}
	try_changes(image, file);
	return 0;
}
