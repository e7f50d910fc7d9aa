/* see gate.h: from a requirement of the policy file to policies and trust of the library. */
#include "gate.h"

#include <stdlib.h>

#include "../core/cert.h"
#include "../core/regex.h"
#include "../core/simplesigning.h"
#include "../core/statement.h"
#include "root_builder.h"

#define SIGN_PREDICATE "https://sigstore.dev/cosign/sign/v1"
#define TAG_RFC822_NAME 0x81 /* GeneralName [1] */

/* ----------------------------------------------------------------------- PEM */

/* What a key or certificate is called in a message. */
static plomb_view
pem_name(const plomb_policy_pem *pem)
{
	return pem->path.p != NULL ? pem->path : plomb_view_of_arg("data in the policy file");
}

/* The path of a file, for the system: "-" is a file's name here, not standard input, which says something else. NULL without memory. */
static char *
path_of(plomb_view name)
{
	plomb_text text;
	char *path;

	plomb_text_init(&text);
	plomb_text_str(&text, plomb_view_is(name, "-") ? "./" : "");
	plomb_text_view(&text, name);
	path = text.failed ? NULL : plomb_copy_view(plomb_text_as_view(&text));
	plomb_text_free(&text);
	return path;
}

/* A file that the policy names; what all of them come to has an end. */
static plomb_status
read_named(const char *path, size_t max, plomb_gate_terms *terms, plomb_bytes *bytes)
{
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	terms->files ++;
	if (terms->files > PLOMB_MAX_POLICY_FILES) {
		return plomb_fail(terms->fault, PLOMB_POLICY_MALFORMED, "the policy names more files than are read", (const char *)NULL);
	}
	s = plomb_read_config(bytes, path, max, terms->fault);
	terms->file_bytes += bytes->n;
	return s != PLOMB_OK || terms->file_bytes <= PLOMB_MAX_POLICY_FILE_BYTES ? s
		: plomb_fail(terms->fault, PLOMB_POLICY_MALFORMED, "the files that the policy names are too large together", (const char *)NULL);
}

/* The text of a PEM file, or the one that is there, in work. */
static plomb_status
read_pem(const plomb_policy_pem *pem, plomb_gate_terms *terms, plomb_ctx *ctx, plomb_view *text)
{
	plomb_bytes bytes;
	plomb_status s;
	char *path;

	if (pem->path.p == NULL) {
		*text = pem->data;
		return PLOMB_OK;
	}
	path = path_of(pem->path);
	if (path == NULL) {
		return plomb_fail_status(terms->fault, PLOMB_NO_ROOM, NULL);
	}
	s = read_named(path, PLOMB_MAX_PEM_BYTES, terms, &bytes);
	if (s == PLOMB_OK) {
		s = plomb_work_copy(ctx->work, plomb_bytes_view(&bytes), text);
	}
	plomb_bytes_free(&bytes);
	free(path);
	return s;
}

static plomb_status
fail_named(plomb_fault *fault, plomb_status status, plomb_view name, const plomb_detail *detail)
{
	char *copy;

	copy = plomb_copy_view(name);
	status = plomb_fail_detail(fault, status, copy, detail);
	free(copy);
	return status;
}

/*
 * Whose key a certificate holds is another question than whether it is valid,
 * and a requirement with keys asks neither: as in containers/image a
 * certificate is no key.
 */
static int
is_certificate(plomb_view pem)
{
	static const plomb_view mark = PLOMB_LIT("-----BEGIN CERTIFICATE-----");
	size_t i;

	for (i = 0; i + mark.n <= pem.n; i ++) {
		if (plomb_view_eq(plomb_view_cut(pem, i, mark.n), mark)) {
			return 1;
		}
	}
	return 0;
}

/* ---------------------------------------------------------------------- trust */

typedef plomb_status (*add_pem_fn)(plomb_root_builder *builder, const char *name, plomb_view pem, plomb_fault *fault);

static plomb_status
add_log(plomb_root_builder *builder, const char *name, plomb_view pem, plomb_fault *fault)
{
	static const plomb_root_label no_label = { NULL, NULL, NULL, NULL };

	if (is_certificate(pem)) {
		return plomb_fail(fault, PLOMB_KEY_TYPE_UNSUPPORTED, name, ": is a certificate, not a public key", (const char *)NULL);
	}
	return plomb_root_add_log_pem(builder, PLOMB_ROOT_TLOGS, name, pem, &no_label, fault);
}

static plomb_status
add_authorities(plomb_root_builder *builder, const char *name, plomb_view pem, plomb_fault *fault)
{
	return plomb_root_add_pool_pem(builder, PLOMB_ROOT_CAS, name, pem, fault);
}

static plomb_status
add_pems(plomb_root_builder *builder, add_pem_fn add, const plomb_policy_pem *pem, size_t count, plomb_gate_terms *terms, plomb_ctx *ctx)
{
	plomb_status s;
	size_t i;

	for (i = 0; i < count; i ++) {
		plomb_view text;
		char *name;

		if ((s = read_pem(&pem[i], terms, ctx, &text)) != PLOMB_OK) {
			return s;
		}
		name = plomb_copy_view(pem_name(&pem[i]));
		if (name == NULL) {
			return plomb_fail_status(terms->fault, PLOMB_NO_ROOM, NULL);
		}
		s = add(builder, name, text, terms->fault);
		free(name);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* A root of the authorities and logs that the requirement itself names, and nobody else. */
static plomb_status
build_root(plomb_gate_requirement *g, plomb_gate_terms *terms, plomb_ctx *ctx)
{
	const plomb_requirement *r;
	plomb_view none = { NULL, 0 };
	plomb_root_builder builder;
	plomb_status s;

	r = g->requirement;
	plomb_root_builder_init(&builder);
	s = add_pems(&builder, add_log, r->logs, r->log_count, terms, ctx);
	if (s == PLOMB_OK && r->type == PLOMB_REQUIRE_FULCIO) {
		s = add_pems(&builder, add_authorities, &r->ca, 1, terms, ctx);
	}
	if (s == PLOMB_OK) {
		s = plomb_root_build(&builder, none, &g->source.built, terms->fault);
	}
	plomb_root_builder_free(&builder);
	g->source.json = plomb_text_as_view(&g->source.built);
	g->source.origin = "the policy's logs and authorities";
	return s;
}

/* It is not enough that the signature verifies: an entry in a log is asked for. */
static int
needs_log(const plomb_requirement *r)
{
	return r->transparency_log != PLOMB_NO;
}

static int
needs_certificate_log(const plomb_requirement *r)
{
	return r->type != PLOMB_REQUIRE_KEY && r->certificate_log != PLOMB_NO;
}

static plomb_status
read_trust(plomb_gate_requirement *g, plomb_gate_terms *terms, plomb_ctx *ctx)
{
	const plomb_requirement *r;
	plomb_status s;

	r = g->requirement;
	if (r->trusted_root.p != NULL) {
		g->root_file = path_of(r->trusted_root);
		if (g->root_file == NULL) {
			return plomb_fail_status(terms->fault, PLOMB_NO_ROOM, NULL);
		}
		s = read_named(g->root_file, PLOMB_MAX_ROOT_BYTES, terms, &g->source.file);
		g->source.json = plomb_bytes_view(&g->source.file);
		g->source.origin = g->root_file;
		return s;
	}
	if (r->type == PLOMB_REQUIRE_FULCIO || r->log_count != 0 || !needs_log(r)) {
		return build_root(g, terms, ctx);
	}
	return plomb_trust_source_read(&g->source, terms->args, terms->fault);
}

/* see gate.h */
void
plomb_gate_requirement_free(plomb_gate_requirement *g)
{
	plomb_trust_source_free(&g->source);
	free(g->root_file);
	memset(g, 0, sizeof *g);
}

/* ------------------------------------------------------------------- policies */

/* The expressions have been compiled once already, when the file was read. */
static plomb_status
make_match(plomb_ctx *ctx, plomb_view exact, plomb_view pattern, plomb_match *match)
{
	memset(match, 0, sizeof *match);
	match->exact = exact;
	return pattern.p == NULL ? PLOMB_OK : plomb_regex_compile(ctx, pattern, &match->regex);
}

static plomb_status
add_wants(plomb_ctx *ctx, const plomb_policy_pairs *pairs, plomb_want *want)
{
	plomb_view none = { NULL, 0 };
	plomb_status s;
	size_t i;

	for (i = 0; i < pairs->count; i ++) {
		const plomb_policy_pair *pair;

		pair = &pairs->item[i];
		want[i].name = pair->name;
		s = make_match(ctx, pair->is_regexp ? none : pair->value, pair->is_regexp ? pair->value : none, &want[i].value);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* The pairs of both; b may be NULL. */
static plomb_status
make_wants(plomb_ctx *ctx, const plomb_policy_pairs *a, const plomb_policy_pairs *b, const plomb_want **wants, size_t *count)
{
	plomb_want *want;
	plomb_status s;

	*count = a->count + (b == NULL ? 0 : b->count);
	want = plomb_work_take_array(ctx->work, *count, sizeof *want);
	if (want == NULL) {
		return PLOMB_NO_ROOM;
	}
	*wants = want;
	s = add_wants(ctx, a, want);
	return s != PLOMB_OK || b == NULL ? s : add_wants(ctx, b, want + a->count);
}

static plomb_status
make_key(const plomb_policy_pem *pem, plomb_gate_terms *terms, plomb_ctx *ctx, plomb_policy *policy)
{
	plomb_key *key;
	plomb_view text;
	plomb_status s;

	key = plomb_work_take(ctx->work, sizeof *key);
	if (key == NULL) {
		return PLOMB_NO_ROOM;
	}
	memset(key, 0, sizeof *key);
	if ((s = read_pem(pem, terms, ctx, &text)) != PLOMB_OK) {
		return s;
	}
	memset(ctx->detail, 0, sizeof *ctx->detail);
	s = plomb_key_from_pem(ctx, text, key);
	if (s == PLOMB_OK && is_certificate(text)) {
		ctx->detail->what = plomb_view_of_arg("a certificate");
		s = PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : fail_named(terms->fault, s, pem_name(pem), ctx->detail);
	}
	policy->key = key;
	return PLOMB_OK;
}

static plomb_status
make_identity(const plomb_requirement *r, const plomb_policy_identity *identity, plomb_ctx *ctx, plomb_policy *policy)
{
	plomb_status s;

	if ((s = make_match(ctx, identity->identity, identity->identity_regexp, &policy->identity)) != PLOMB_OK
		|| (s = make_match(ctx, identity->issuer, identity->issuer_regexp, &policy->issuer)) != PLOMB_OK)
	{
		return s;
	}
	return make_wants(ctx, &r->extensions, &identity->extensions, &policy->extensions, &policy->extension_count);
}

static unsigned
flags_of(const plomb_requirement *r)
{
	unsigned flags;

	flags = PLOMB_REQUIRE_STATEMENT;
	if (!needs_log(r)) {
		flags |= PLOMB_IGNORE_TLOG;
	}
	/* A certificate lives for minutes: without a log somebody else has to say when it was used. */
	if (!needs_log(r) && r->type == PLOMB_REQUIRE_IDENTITY) {
		flags |= PLOMB_REQUIRE_TIMESTAMP;
	}
	if (!needs_certificate_log(r)) {
		flags |= PLOMB_IGNORE_SCT;
	}
	return flags;
}

static plomb_status
make_policy(const plomb_requirement *r, size_t i, plomb_gate_terms *terms, plomb_ctx *ctx, plomb_policy *policy)
{
	plomb_status s;

	memset(policy, 0, sizeof *policy);
	policy->flags = flags_of(r);
	policy->predicate_type = plomb_view_of_arg(SIGN_PREDICATE);
	policy->now_known = terms->now_known;
	policy->now = terms->now;
	s = make_wants(ctx, &r->annotations, NULL, &policy->annotations, &policy->annotation_count);
	if (s != PLOMB_OK) {
		return s;
	}
	if (r->type == PLOMB_REQUIRE_KEY) {
		return make_key(&r->keys[i], terms, ctx, policy);
	}
	if (r->type == PLOMB_REQUIRE_IDENTITY) {
		return make_identity(r, &r->identities[i], ctx, policy);
	}
	policy->identity.exact = r->subject_email;
	policy->issuer.exact = r->oidc_issuer;
	return make_wants(ctx, &r->extensions, NULL, &policy->extensions, &policy->extension_count);
}

/* ------------------------------------------------------------ the second look */

/* The checks that an accepted signature must have passed, by the words of the policy file alone. */
static uint32_t
needed_checks(const plomb_requirement *r, const plomb_finding *finding)
{
#define BIT(check) ((uint32_t)1 << PLOMB_CHECK_##check)
	uint32_t set;

	set = BIT(PARSE) | BIT(MATERIAL) | BIT(BINDING) | BIT(TIME) | BIT(SIGNATURE) | BIT(SUBJECT);
	if (finding->format != PLOMB_FORMAT_SIMPLESIGNING) {
		set |= BIT(PREDICATE);
	}
	if (needs_log(r)) {
		set |= BIT(TLOG);
	}
	if (r->type != PLOMB_REQUIRE_KEY) {
		set |= BIT(CHAIN) | BIT(IDENTITY) | BIT(ISSUER);
	}
	if (needs_certificate_log(r)) {
		set |= BIT(SCT);
	}
	if (r->extensions.count != 0 || (r->type == PLOMB_REQUIRE_IDENTITY && r->identities[finding->policy].extensions.count != 0)) {
		set |= BIT(EXTENSIONS);
	}
	if (r->annotations.count != 0) {
		set |= BIT(ANNOTATIONS);
	}
	return set;
#undef BIT
}

/* A requirement that was put to the library wrongly is no yes. */
static int
is_complete(const plomb_requirement *r, const plomb_finding *finding)
{
	uint32_t needed;
	unsigned i;

	needed = needed_checks(r, finding);
	for (i = 0; i < PLOMB_CHECK_COUNT; i ++) {
		if ((needed >> i & 1) != 0 && finding->check[i] != PLOMB_OK) {
			return 0;
		}
	}
	return finding->status == PLOMB_OK;
}

static int
has_time(const plomb_finding *finding, plomb_time_source source)
{
	size_t i;

	for (i = 0; i < finding->time_count; i ++) {
		if (finding->time_sources[i] == source) {
			return 1;
		}
	}
	return 0;
}

/*
 * Who says when. The logs that the policy names have to have said it with a
 * signed entry timestamp, which is what containers/image asks of them. Where
 * no log is asked for, an authority has to say it: that this machine's clock
 * is within the certificate's ten minutes says nothing about the signature.
 */
static plomb_status
check_times(const plomb_requirement *r, const plomb_finding *finding)
{
	if (r->log_count != 0 && !has_time(finding, PLOMB_TIME_SOURCE_TLOG)) {
		return PLOMB_TLOG_PROMISE_MISSING;
	}
	if (has_time(finding, PLOMB_TIME_SOURCE_CLOCK)
		|| (r->type == PLOMB_REQUIRE_IDENTITY && !needs_log(r) && !has_time(finding, PLOMB_TIME_SOURCE_TSA)))
	{
		return PLOMB_TIME_MISSING;
	}
	return PLOMB_OK;
}

/* What the signature says that the image is called; absent if it says nothing. */
static plomb_status
signed_name(const plomb_gate_requirement *g, plomb_ctx *ctx, const plomb_finding *finding, plomb_view *name)
{
	plomb_simplesigning payload;
	plomb_statement statement;
	plomb_status s;
	uint32_t subject, value;

	name->p = NULL;
	name->n = 0;
	if (finding->format == PLOMB_FORMAT_SIMPLESIGNING) {
		s = plomb_simplesigning_parse(ctx, plomb_bytes_view(&finding->payload), &payload);
		*name = payload.docker_reference;
		return s;
	}
	if ((s = plomb_statement_parse(ctx, plomb_bytes_view(&finding->payload), &statement)) != PLOMB_OK
		|| (s = plomb_statement_subject(ctx, &statement, g->artifact, &subject)) != PLOMB_OK)
	{
		return s;
	}
	value = plomb_json_member(&statement.doc, subject, "name");
	return value == PLOMB_JSON_NONE ? PLOMB_OK : plomb_json_string(ctx->work, &statement.doc, value, name);
}

/* containers/image takes an e-mail address only: a URI that reads like one is somebody else. */
static int
is_email(const plomb_finding *finding)
{
	plomb_cert cert;

	return plomb_cert_parse(plomb_bytes_view(&finding->certificate), &cert) == PLOMB_OK
		&& cert.san.n != 0 && cert.san.p[0] == TAG_RFC822_NAME;
}

static plomb_status
refuse_name(plomb_finding *finding, const plomb_detail *detail)
{
	char *what, *want;

	what = plomb_copy_view(detail->what);
	want = plomb_copy_view(detail->want);
	plomb_finding_refuse(finding, PLOMB_CHECK_SUBJECT, PLOMB_POLICY_IDENTITY_MISMATCH,
		what == NULL ? "" : what, want == NULL ? "" : want, detail->got);
	free(what);
	free(want);
	return PLOMB_OK;
}

static void
refuse(plomb_finding *finding, plomb_check check, plomb_status status)
{
	plomb_view none = { NULL, 0 };

	plomb_finding_refuse(finding, check, status, NULL, NULL, none);
}

/* The name is one for the image that was asked for. */
static plomb_status
check_name(const plomb_gate_requirement *g, plomb_ctx *ctx, plomb_finding *finding)
{
	plomb_view name;
	plomb_status s;
	int may_lack_one;

	/* cosign 2's form has a place for the name: one that is left empty is a mistake, or a trick. */
	may_lack_one = g->requirement->accept_unnamed && finding->format != PLOMB_FORMAT_SIMPLESIGNING;
	s = signed_name(g, ctx, finding, &name);
	if (s == PLOMB_OK) {
		memset(ctx->detail, 0, sizeof *ctx->detail);
		s = plomb_signed_identity_check(ctx, &g->requirement->signed_identity, g->image, name, may_lack_one);
	}
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s == PLOMB_POLICY_IDENTITY_MISMATCH) {
		return refuse_name(finding, ctx->detail);
	}
	refuse(finding, PLOMB_CHECK_SUBJECT, s);
	return PLOMB_OK;
}

static plomb_status
look_again(void *user, plomb_ctx *ctx, plomb_finding *finding)
{
	const plomb_gate_requirement *g;
	plomb_status s;

	g = user;
	if (!is_complete(g->requirement, finding)) {
		refuse(finding, PLOMB_CHECK_PARSE, PLOMB_INTERNAL_ERROR);
		return PLOMB_OK;
	}
	s = check_times(g->requirement, finding);
	if (s != PLOMB_OK) {
		refuse(finding, s == PLOMB_TIME_MISSING ? PLOMB_CHECK_TIME : PLOMB_CHECK_TLOG, s);
		return PLOMB_OK;
	}
	if (g->requirement->type == PLOMB_REQUIRE_FULCIO && !is_email(finding)) {
		plomb_finding_refuse(finding, PLOMB_CHECK_IDENTITY, PLOMB_IDENTITY_SAN_MISMATCH, NULL,
			"an e-mail address", plomb_bytes_view(&finding->subject));
		return PLOMB_OK;
	}
	return check_name(g, ctx, finding);
}

/* ------------------------------------------------------------------ the question */

/* see gate.h */
plomb_status
plomb_gate_ask(plomb_gate_requirement *g, plomb_gate_terms *terms, plomb_ctx *ctx, plomb_wanted *wanted)
{
	const plomb_requirement *r;
	plomb_policy *policy;
	plomb_status s;
	size_t i;

	r = g->requirement;
	wanted->policy_count = r->type == PLOMB_REQUIRE_KEY ? r->key_count : r->type == PLOMB_REQUIRE_IDENTITY ? r->identity_count : 1;
	policy = plomb_work_take_array(ctx->work, wanted->policy_count, sizeof *policy);
	if (policy == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = read_trust(g, terms, ctx)) != PLOMB_OK
		|| (s = plomb_trust_source_load(&g->source, ctx, &wanted->trust, terms->fault)) != PLOMB_OK)
	{
		return s;
	}
	for (i = 0; i < wanted->policy_count; i ++) {
		if ((s = make_policy(r, i, terms, ctx, &policy[i])) != PLOMB_OK) {
			return s == PLOMB_NO_ROOM ? s : plomb_fail_status(terms->fault, s, NULL);
		}
	}
	wanted->policy = policy;
	wanted->second = look_again;
	wanted->user = g;
	return PLOMB_OK;
}

/* see gate.h */
void
plomb_gate_signer(const plomb_requirement *requirement, const plomb_judgement *judgement, plomb_text *text)
{
	const plomb_finding *finding;
	size_t i;

	for (i = 0; i < judgement->count && !judgement->finding[i].accepted; i ++) {
	}
	if (i == judgement->count) {
		return;
	}
	finding = &judgement->finding[i];
	if (requirement->type == PLOMB_REQUIRE_KEY) {
		plomb_text_str(text, "key=");
		plomb_text_quoted(text, pem_name(&requirement->keys[finding->policy]));
		return;
	}
	plomb_text_str(text, "identity=");
	plomb_text_quoted(text, plomb_bytes_view(&finding->subject));
	plomb_text_str(text, " issuer=");
	plomb_text_quoted(text, plomb_bytes_view(&finding->issuer));
}
