#include "clock_arg.h"
#include "workers.h"

#include <stdlib.h>

#include "../core/der.h"
#include "../core/identity.h"

#define DEFAULT_REKOR_URL "https://rekor.sigstore.dev"
#define SIGN_PREDICATE "https://sigstore.dev/cosign/sign/v1"

/* see options.h */
const plomb_arg_spec plomb_option_table[PLOMB_OPTION_COUNT] = {
#define OPTION_ROW(id, name, letter, kind, commands, refused, why, value, help) \
	{ name, letter, PLOMB_ARG_##kind, commands, refused, why, value, help },
	PLOMB_OPTION_LIST(OPTION_ROW)
#undef OPTION_ROW
};

/* cosign's own short spellings of the certificate options. */
static const plomb_arg_alias aliases[] = {
	{ "cert", "certificate" },
	{ "cert-chain", "certificate-chain" },
	{ "cert-identity", "certificate-identity" },
	{ "cert-oidc-issuer", "certificate-oidc-issuer" }
};

/* see options.h */
plomb_status
plomb_options_parse(plomb_args *args, int as_cosign, int argc, char *const *argv, plomb_fault *fault)
{
	return plomb_args_parse(args, plomb_option_table, PLOMB_OPTION_COUNT,
		aliases, sizeof aliases / sizeof aliases[0], as_cosign, argc, argv, fault);
}

/* see options.h */
plomb_status
plomb_options_local(const plomb_args *args, plomb_fault *fault)
{
	static const plomb_option options[] = {
		PLOMB_OPTION_TAG_PREFIX, PLOMB_OPTION_ALLOW_HTTP, PLOMB_OPTION_ALLOW_INSECURE, PLOMB_OPTION_REGISTRY_CACERT,
		PLOMB_OPTION_REGISTRY_CLIENT_CERT, PLOMB_OPTION_REGISTRY_CLIENT_KEY, PLOMB_OPTION_REGISTRY_PASSWORD,
		PLOMB_OPTION_REGISTRY_SERVER_NAME, PLOMB_OPTION_REGISTRY_TOKEN, PLOMB_OPTION_REGISTRY_USERNAME, PLOMB_OPTION_REGISTRY_MIRROR,
		PLOMB_OPTION_REFERRERS_MODE
	};
	size_t i;

	for (i = 0; i < sizeof options / sizeof options[0]; i ++) {
		const plomb_arg_spec *spec;

		spec = &plomb_option_table[options[i]];
		if (spec->kind == PLOMB_ARG_SWITCH ? plomb_args_on(args, options[i], 0) : plomb_args_text(args, options[i]) != NULL) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--", spec->name, " has no meaning with --local-image", (const char *)NULL);
		}
	}
	return PLOMB_OK;
}

/* SPEC 9. */
static const struct {
	const char *name;
	const char *uri;
} predicate_types[] = {
	{ "custom", "https://cosign.sigstore.dev/attestation/v1" },
	{ "slsaprovenance", "https://slsa.dev/provenance/v0.2" },
	{ "slsaprovenance02", "https://slsa.dev/provenance/v0.2" },
	{ "slsaprovenance1", "https://slsa.dev/provenance/v1" },
	{ "spdx", "https://spdx.dev/Document" },
	{ "spdxjson", "https://spdx.dev/Document" },
	{ "cyclonedx", "https://cyclonedx.org/bom" },
	{ "link", "https://in-toto.io/Link/v1" },
	{ "vuln", "https://cosign.sigstore.dev/attestation/vuln/v1" },
	{ "openvex", "https://openvex.dev/ns" }
};

/* see options.h */
const char *
plomb_predicate_type(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof predicate_types / sizeof predicate_types[0]; i ++) {
		if (strcmp(predicate_types[i].name, name) == 0) {
			return predicate_types[i].uri;
		}
	}
	return name;
}

static plomb_status
usage(plomb_fault *fault, const char *sentence)
{
	return plomb_fail(fault, PLOMB_USAGE_ERROR, sentence, (const char *)NULL);
}

/* ---------------------------------------------------------------------- who */

/* cosign's texts: scripts look for them. */
static plomb_status
read_who(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	int has_identity;

	settings->key = plomb_args_text(args, PLOMB_OPTION_KEY);
	settings->identity = plomb_args_text(args, PLOMB_OPTION_IDENTITY);
	settings->identity_regexp = plomb_args_text(args, PLOMB_OPTION_IDENTITY_REGEXP);
	settings->issuer = plomb_args_text(args, PLOMB_OPTION_ISSUER);
	settings->issuer_regexp = plomb_args_text(args, PLOMB_OPTION_ISSUER_REGEXP);
	has_identity = (settings->identity != NULL) + (settings->identity_regexp != NULL);
	if (has_identity + (settings->key != NULL) > 1) {
		return usage(fault, "at most one of --key, --certificate-identity, --certificate-identity-regexp may be given");
	}
	if (settings->key != NULL) {
		if (settings->issuer != NULL || settings->issuer_regexp != NULL) {
			return usage(fault, "--certificate-oidc-issuer has no meaning with --key: a bare key has no issuer");
		}
		return plomb_read_key(&settings->key_pem, settings->key, fault);
	}
	if (!has_identity) {
		return usage(fault, "--certificate-identity or --certificate-identity-regexp is required for verification in keyless mode");
	}
	if (settings->issuer == NULL && settings->issuer_regexp == NULL) {
		return usage(fault, "--certificate-oidc-issuer or --certificate-oidc-issuer-regexp is required for verification in keyless mode");
	}
	return PLOMB_OK;
}

static plomb_status
add_extension(plomb_settings *settings, const char *name, const char *value, plomb_fault *fault)
{
	plomb_text text;
	plomb_status s;

	plomb_text_init(&text);
	plomb_text_str(&text, name);
	plomb_text_str(&text, "=");
	plomb_text_str(&text, value);
	s = text.failed ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL)
		: plomb_pairs_add(&settings->extensions, name, plomb_text_as_view(&text), fault);
	plomb_text_free(&text);
	return s;
}

static plomb_status
read_extensions(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	static const struct {
		plomb_option option;
		const char *extension;
	} github[] = {
		{ PLOMB_OPTION_GITHUB_TRIGGER, "github-workflow-trigger" },
		{ PLOMB_OPTION_GITHUB_SHA, "github-workflow-sha" },
		{ PLOMB_OPTION_GITHUB_NAME, "github-workflow-name" },
		{ PLOMB_OPTION_GITHUB_REPOSITORY, "github-workflow-repository" },
		{ PLOMB_OPTION_GITHUB_REF, "github-workflow-ref" }
	};
	plomb_status s;
	const char *value;
	size_t i, at;

	for (i = 0; i < sizeof github / sizeof github[0]; i ++) {
		value = plomb_args_text(args, github[i].option);
		if (value != NULL && (s = add_extension(settings, github[i].extension, value, fault)) != PLOMB_OK) {
			return s;
		}
	}
	at = 0;
	while ((value = plomb_args_each(args, PLOMB_OPTION_EXTENSION, &at)) != NULL) {
		s = plomb_pairs_add(&settings->extensions, "--certificate-extension", plomb_view_of_arg(value), fault);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	for (i = 0; i < settings->extensions.count; i ++) {
		/* A name that no certificate can have is a mistake, not a refusal. */
		if (!plomb_identity_extension_known(plomb_view_of_arg(settings->extensions.item[i].name))) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--certificate-extension: no extension is called ",
				settings->extensions.item[i].name, (const char *)NULL);
		}
	}
	if (settings->extensions.count != 0 && settings->key != NULL) {
		return usage(fault, "certificate extensions have no meaning with --key: a bare key has none");
	}
	return PLOMB_OK;
}

/* --------------------------------------------------------------------- what */

static plomb_status
read_annotation_files(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	const char *name;
	size_t at;

	at = 0;
	while ((name = plomb_args_each(args, PLOMB_OPTION_ANNOTATIONS_FILE, &at)) != NULL) {
		plomb_bytes content;
		plomb_status s;

		if ((s = plomb_read_config(&content, name, PLOMB_MAX_ANNOTATIONS_FILE, fault)) != PLOMB_OK) {
			return s;
		}
		s = plomb_pairs_add_file(&settings->annotations, name, plomb_bytes_view(&content), fault);
		plomb_bytes_free(&content);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* Files first, so that -a on the command line wins over them. */
static plomb_status
read_annotations(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	plomb_status s;
	const char *value;
	size_t at;

	if ((s = read_annotation_files(settings, args, fault)) != PLOMB_OK) {
		return s;
	}
	settings->annotations.last_wins = args->last_wins;
	at = 0;
	while ((value = plomb_args_each(args, PLOMB_OPTION_ANNOTATIONS, &at)) != NULL) {
		s = plomb_pairs_add_csv(&settings->annotations, "--annotations", plomb_view_of_arg(value), fault);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	/* cosign drops the annotations silently then, and accepts. */
	if (settings->annotations.count != 0 && !plomb_args_on(args, PLOMB_OPTION_CHECK_CLAIMS, 1)) {
		return usage(fault, "--annotations cannot be checked with --check-claims=false");
	}
	return PLOMB_OK;
}

static plomb_status
read_digest_algorithm(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	const char *name;
	plomb_hash hash;

	name = plomb_args_text(args, PLOMB_OPTION_DIGEST_ALGORITHM);
	if (name == NULL) {
		return PLOMB_OK;
	}
	for (hash = PLOMB_SHA256; hash <= PLOMB_SHA512; hash ++) {
		if (strcmp(name, plomb_hash_name(hash)) == 0) {
			settings->digest_algorithm = hash;
			return PLOMB_OK;
		}
	}
	return plomb_fail(fault, strcmp(name, "sha224") == 0 ? PLOMB_UNSUPPORTED_FEATURE : PLOMB_USAGE_ERROR,
		"--signature-digest-algorithm: ", name, " is none of sha256, sha384, sha512", (const char *)NULL);
}

static plomb_status
read_output(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	static const char *const names[] = { "json", "text", "report" };
	const char *name;
	int is_blob, i;

	is_blob = (settings->command & PLOMB_CMDS_BLOB) != 0;
	name = plomb_args_text(args, PLOMB_OPTION_OUTPUT);
	settings->output = is_blob ? PLOMB_OUTPUT_TEXT : PLOMB_OUTPUT_JSON;
	for (i = 0; name != NULL && i < 3; i ++) {
		if (strcmp(name, names[i]) == 0 && !(is_blob && i == 0)) {
			settings->output = (plomb_output)(i + 1);
			return PLOMB_OK;
		}
	}
	return name == NULL ? PLOMB_OK : plomb_fail(fault, PLOMB_USAGE_ERROR, "--output: ", name,
		is_blob ? " is neither text nor report" : " is none of json, text, report", (const char *)NULL);
}

static plomb_status
read_workers(plomb_settings *settings, const plomb_args *args, plomb_fault *fault)
{
	const char *text;
	uint64_t value;

	text = plomb_args_text(args, PLOMB_OPTION_MAX_WORKERS);
	if (text == NULL) {
		return PLOMB_OK;
	}
	if (plomb_decimal_parse(plomb_view_of_arg(text), UINT32_MAX, &value) != PLOMB_OK || value == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--max-workers: ", text, " is not a positive number", (const char *)NULL);
	}
	/* It is the most that is wanted: fewer are always right. */
	settings->workers = value > PLOMB_MAX_WORKERS ? PLOMB_MAX_WORKERS : (unsigned)value;
	return PLOMB_OK;
}

/* Options that change nothing here, as long as they ask for nothing that is not done. */
static plomb_status
check_idle_options(const plomb_args *args, plomb_fault *fault)
{
	const char *value;

	value = plomb_args_text(args, PLOMB_OPTION_REKOR_URL);
	if (value != NULL && strcmp(value, DEFAULT_REKOR_URL) != 0) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--rekor-url: no log is asked online; "
			"a log is trusted by its key in the trust root (--trusted-root)", (const char *)NULL);
	}
	return PLOMB_OK;
}

static void
read_flags(plomb_settings *settings, const plomb_args *args)
{
	if (plomb_args_on(args, PLOMB_OPTION_IGNORE_TLOG, 0) || plomb_args_on(args, PLOMB_OPTION_PRIVATE, 0)) {
		settings->flags |= PLOMB_IGNORE_TLOG;
	}
	settings->is_tlog_skipped = plomb_args_on(args, PLOMB_OPTION_IGNORE_TLOG, 0)
		&& !plomb_args_on(args, PLOMB_OPTION_PRIVATE, 0);
	if (plomb_args_on(args, PLOMB_OPTION_IGNORE_SCT, 0)) {
		settings->flags |= PLOMB_IGNORE_SCT;
	}
	if (!plomb_args_on(args, PLOMB_OPTION_CHECK_CLAIMS, 1)) {
		settings->flags |= PLOMB_IGNORE_CLAIMS;
	}
	if (plomb_args_on(args, PLOMB_OPTION_ALLOW_CHAIN, 0)) {
		settings->flags |= PLOMB_ALLOW_CHAIN;
	}
	if (plomb_args_on(args, PLOMB_OPTION_SIGNED_TIMESTAMPS, 0)) {
		settings->flags |= PLOMB_REQUIRE_TIMESTAMP;
	}
	/* A bare signature over a manifest's bytes says nothing about who meant it as an image's. */
	if ((settings->command & PLOMB_CMDS_IMAGE) != 0) {
		settings->flags |= PLOMB_REQUIRE_STATEMENT;
	}
}

/* An attestation of another type by the same signer is not a signature: cosign 3's verify takes it for one. */
static void
read_predicate(plomb_settings *settings, const plomb_args *args)
{
	const char *type;

	if (settings->command == PLOMB_CMD_VERIFY && !plomb_args_on(args, PLOMB_OPTION_ANY_PREDICATE, 0)) {
		settings->predicate_type = SIGN_PREDICATE;
	}
	if (settings->command == PLOMB_CMD_VERIFY_ATTESTATION
		|| settings->command == PLOMB_CMD_VERIFY_BLOB_ATTESTATION)
	{
		type = plomb_args_text(args, PLOMB_OPTION_TYPE);
		settings->predicate_type = plomb_predicate_type(type == NULL ? "custom" : type);
	}
}

/* see options.h */
plomb_status
plomb_settings_read(plomb_settings *settings, const plomb_args *args, plomb_cmd command, plomb_fault *fault)
{
	plomb_status s;

	memset(settings, 0, sizeof *settings);
	settings->command = command;
	settings->explain = plomb_args_on(args, PLOMB_OPTION_EXPLAIN, 0) || plomb_args_on(args, PLOMB_OPTION_VERBOSE, 0);
	settings->old_formats_only = !plomb_args_on(args, PLOMB_OPTION_NEW_BUNDLE_FORMAT, 1);
	settings->check_content = plomb_args_on(args, PLOMB_OPTION_CHECK_CONTENT, 1);
	settings->platform = plomb_args_text(args, PLOMB_OPTION_PLATFORM);
	if ((s = read_output(settings, args, fault)) != PLOMB_OK
		|| (s = read_workers(settings, args, fault)) != PLOMB_OK
		|| (s = check_idle_options(args, fault)) != PLOMB_OK
		|| (s = plomb_clock_read(args, 0, &settings->now_known, &settings->now, fault)) != PLOMB_OK
		|| (s = read_digest_algorithm(settings, args, fault)) != PLOMB_OK
		|| (s = read_who(settings, args, fault)) != PLOMB_OK
		|| (s = read_extensions(settings, args, fault)) != PLOMB_OK
		|| (s = read_annotations(settings, args, fault)) != PLOMB_OK)
	{
		return s;
	}
	read_flags(settings, args);
	read_predicate(settings, args);
	return PLOMB_OK;
}

/* see options.h */
void
plomb_settings_free(plomb_settings *settings)
{
	plomb_bytes_free(&settings->key_pem);
	plomb_pairs_free(&settings->extensions);
	plomb_pairs_free(&settings->annotations);
}

/* ------------------------------------------------------------------- policy */

/* see options.h */
plomb_policy
plomb_settings_layer_policy(const plomb_policy *policy)
{
	plomb_policy layer;

	layer = *policy;
	layer.flags &= ~PLOMB_REQUIRE_TIMESTAMP;
	return layer;
}

/* A pattern that does not compile is the user's mistake, whatever it is about. */
static plomb_status
compile(plomb_ctx *ctx, const char *option, const char *pattern, const plomb_regex **regex, plomb_fault *fault)
{
	plomb_status s;

	s = plomb_regex_compile(ctx, plomb_view_of_arg(pattern), regex);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	return plomb_fail_detail(fault, PLOMB_IDENTITY_REGEX_INVALID, option, ctx->detail);
}

static plomb_status
make_match(plomb_ctx *ctx, const char *option, const char *exact, const char *pattern, plomb_match *match, plomb_fault *fault)
{
	memset(match, 0, sizeof *match);
	if (exact != NULL) {
		match->exact = plomb_view_of_arg(exact);
	}
	return pattern == NULL ? PLOMB_OK : compile(ctx, option, pattern, &match->regex, fault);
}

static plomb_status
make_wants(plomb_ctx *ctx, const char *option, const plomb_pairs *pairs, const plomb_want **wants, plomb_fault *fault)
{
	plomb_want *want;
	size_t i;

	*wants = NULL;
	want = plomb_work_take_array(ctx->work, pairs->count, sizeof *want);
	if (want == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (i = 0; i < pairs->count; i ++) {
		const plomb_pair *pair;
		plomb_status s;

		pair = &pairs->item[i];
		want[i].name = plomb_view_of_arg(pair->name);
		s = make_match(ctx, option, pair->is_regexp ? NULL : pair->value,
			pair->is_regexp ? pair->value : NULL, &want[i].value, fault);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	*wants = want;
	return PLOMB_OK;
}

static plomb_status
make_key(const plomb_settings *settings, plomb_ctx *ctx, plomb_policy *policy, plomb_fault *fault)
{
	plomb_key *key;
	plomb_status s;

	if (settings->key == NULL) {
		return PLOMB_OK;
	}
	key = plomb_work_take(ctx->work, sizeof *key);
	if (key == NULL) {
		return PLOMB_NO_ROOM;
	}
	memset(key, 0, sizeof *key);
	s = plomb_key_from_pem(ctx, plomb_bytes_view(&settings->key_pem), key);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : plomb_fail_detail(fault, s, settings->key, ctx->detail);
	}
	policy->key = key;
	return PLOMB_OK;
}

/* see options.h */
plomb_status
plomb_settings_policy(const plomb_settings *settings, plomb_ctx *ctx, plomb_policy *policy, plomb_fault *fault)
{
	plomb_status s;

	memset(policy, 0, sizeof *policy);
	memset(ctx->detail, 0, sizeof *ctx->detail);
	policy->flags = settings->flags;
	policy->signature_hash = settings->digest_algorithm;
	policy->extension_count = settings->extensions.count;
	policy->annotation_count = settings->annotations.count;
	if (settings->predicate_type != NULL) {
		policy->predicate_type = plomb_view_of_arg(settings->predicate_type);
	}
	if ((s = make_key(settings, ctx, policy, fault)) != PLOMB_OK
		|| (s = make_match(ctx, "--certificate-identity-regexp", settings->identity,
			settings->identity_regexp, &policy->identity, fault)) != PLOMB_OK
		|| (s = make_match(ctx, "--certificate-oidc-issuer-regexp", settings->issuer,
			settings->issuer_regexp, &policy->issuer, fault)) != PLOMB_OK
		|| (s = make_wants(ctx, "--certificate-extension", &settings->extensions, &policy->extensions, fault)) != PLOMB_OK
		|| (s = make_wants(ctx, "--annotations", &settings->annotations, &policy->annotations, fault)) != PLOMB_OK)
	{
		return s;
	}
	return PLOMB_OK;
}
