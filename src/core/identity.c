/* see identity.h */
#include "der.h"
#include "identity.h"
#include "refusal.h"
#include "regex.h"

/* The content of OID 1.3.6.1.4.1.57264.1.number is this and one octet (SPEC 4.4). */
static const unsigned char arc[] = {
	0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xBF, 0x30, 0x01
};

#define ISSUER_V1  1
#define OTHER_NAME 7
#define ISSUER_V2  8

/*
 * The camelCase names are those of cosign's and sigstore-go's JSON, where
 * URI stays in capitals. Number 7 occurs only inside a SAN.
 */
static const plomb_extension_info table[] = {
	{ "issuer", "Issuer", "Issuer", ISSUER_V1, 1 },
	{ "github-workflow-trigger", "githubWorkflowTrigger", "GitHub Workflow Trigger", 2, 1 },
	{ "github-workflow-sha", "githubWorkflowSha", "GitHub Workflow SHA", 3, 1 },
	{ "github-workflow-name", "githubWorkflowName", "GitHub Workflow Name", 4, 1 },
	{ "github-workflow-repository", "githubWorkflowRepository", "GitHub Workflow Repository", 5, 1 },
	{ "github-workflow-ref", "githubWorkflowRef", "GitHub Workflow Ref", 6, 1 },
	{ "issuer-v2", "issuerV2", "Issuer (V2)", ISSUER_V2, 0 },
	{ "build-signer-uri", "buildSignerURI", "Build Signer URI", 9, 0 },
	{ "build-signer-digest", "buildSignerDigest", "Build Signer Digest", 10, 0 },
	{ "runner-environment", "runnerEnvironment", "Runner Environment", 11, 0 },
	{ "source-repository-uri", "sourceRepositoryURI", "Source Repository URI", 12, 0 },
	{ "source-repository-digest", "sourceRepositoryDigest", "Source Repository Digest", 13, 0 },
	{ "source-repository-ref", "sourceRepositoryRef", "Source Repository Ref", 14, 0 },
	{ "source-repository-identifier", "sourceRepositoryIdentifier", "Source Repository Identifier", 15, 0 },
	{ "source-repository-owner-uri", "sourceRepositoryOwnerURI", "Source Repository Owner URI", 16, 0 },
	{ "source-repository-owner-identifier", "sourceRepositoryOwnerIdentifier", "Source Repository Owner Identifier", 17, 0 },
	{ "build-config-uri", "buildConfigURI", "Build Config URI", 18, 0 },
	{ "build-config-digest", "buildConfigDigest", "Build Config Digest", 19, 0 },
	{ "build-trigger", "buildTrigger", "Build Trigger", 20, 0 },
	{ "run-invocation-uri", "runInvocationURI", "Run Invocation URI", 21, 0 },
	{ "source-repository-visibility-at-signing", "sourceRepositoryVisibilityAtSigning", "Source Repository Visibility At Signing", 22, 0 },
	{ "deployment-environment", "deploymentEnvironment", "Deployment Environment", 23, 0 },
	{ "token-subject", "tokenSubject", "Token Subject", 24, 0 },
};

/* see identity.h */
const plomb_extension_info *
plomb_identity_extension_info(size_t i)
{
	return i < sizeof table / sizeof table[0] ? &table[i] : NULL;
}

/* ------------------------------------------------------------------- names */

/*
 * A NUL would let a name end early in somebody else's eyes, so it is refused
 * although it is a valid character of both string types.
 */
static int
has_nul(plomb_view text)
{
	size_t i;

	for (i = 0; i < text.n; i ++) {
		if (text.p[i] == 0) {
			return 1;
		}
	}
	return 0;
}

static int
is_ia5(plomb_view text)
{
	size_t i;

	for (i = 0; i < text.n; i ++) {
		if (text.p[i] == 0 || text.p[i] > 0x7F) {
			return 0;
		}
	}
	return 1;
}

/* Exactly one DER UTF8String: its content. */
static plomb_status
utf8_string(plomb_view der, plomb_view *text)
{
	plomb_tlv tlv;

	if (plomb_der_only(der, PLOMB_DER_UTF8, &tlv) != PLOMB_OK
		|| !plomb_utf8_valid(tlv.body) || has_nul(tlv.body))
	{
		return PLOMB_DER_MALFORMED;
	}
	*text = tlv.body;
	return PLOMB_OK;
}

static int
is_arc(plomb_view oid, unsigned number)
{
	return oid.n == sizeof arc + 1
		&& memcmp(oid.p, arc, sizeof arc) == 0
		&& oid.p[sizeof arc] == number;
}

/* otherName: { type-id OID, [0] EXPLICIT value }; *has is 0 for a type that is not Fulcio's. */
static plomb_status
other_name(plomb_view body, plomb_view *text, int *has)
{
	plomb_der der = plomb_der_open(body);
	plomb_tlv oid, value;

	*has = 0;
	if (plomb_der_take(&der, PLOMB_DER_OID, &oid) != PLOMB_OK
		|| plomb_der_oid_check(oid.body) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &value) != PLOMB_OK
		|| !plomb_der_end(&der))
	{
		return PLOMB_CERT_MALFORMED;
	}
	if (!is_arc(oid.body, OTHER_NAME)) {
		return PLOMB_OK;
	}
	*has = 1;
	return utf8_string(value.body, text) == PLOMB_OK ? PLOMB_OK : PLOMB_CERT_MALFORMED;
}

/* One GeneralName; *has is 0 for the kinds that are ignored for matching. */
static plomb_status
general_name(const plomb_tlv *name, plomb_view *text, int *has)
{
	*has = 0;
	switch (name->tag) {
	case PLOMB_DER_CONTEXT_CONSTRUCTED(0): /* otherName */
		return other_name(name->body, text, has);
	case PLOMB_DER_CONTEXT(1): /* rfc822Name */
	case PLOMB_DER_CONTEXT(6): /* uniformResourceIdentifier */
		*has = 1;
		*text = name->body;
		return is_ia5(name->body) ? PLOMB_OK : PLOMB_CERT_MALFORMED;
	case PLOMB_DER_CONTEXT(2): /* dNSName */
		return is_ia5(name->body) ? PLOMB_OK : PLOMB_CERT_MALFORMED;
	case PLOMB_DER_CONTEXT_CONSTRUCTED(3): /* x400Address */
	case PLOMB_DER_CONTEXT_CONSTRUCTED(4): /* directoryName */
	case PLOMB_DER_CONTEXT_CONSTRUCTED(5): /* ediPartyName */
	case PLOMB_DER_CONTEXT(7): /* iPAddress */
	case PLOMB_DER_CONTEXT(8): /* registeredID */
		return PLOMB_OK;
	default:
		return PLOMB_CERT_MALFORMED;
	}
}

/* see identity.h */
plomb_status
plomb_identity_san(const plomb_cert *cert, plomb_view *san)
{
	plomb_view first = { NULL, 0 };
	plomb_der der = plomb_der_open(cert->san);
	unsigned count = 0;

	san->p = NULL;
	san->n = 0;
	while (!plomb_der_end(&der)) {
		plomb_view text = { NULL, 0 };
		plomb_tlv name;
		int has;

		if (plomb_der_next(&der, &name) != PLOMB_OK
			|| general_name(&name, &text, &has) != PLOMB_OK)
		{
			return PLOMB_CERT_MALFORMED;
		}
		if (!has) {
			continue;
		}
		if (count == 0) {
			first = text;
		}
		count ++;
	}

	/*
	 * Fulcio writes exactly one. With several, cosign 2 would accept any
	 * of them and cosign 3 a certain one; taking neither side is the only
	 * answer that fits both. An empty name names nobody.
	 */
	if (count > 1) {
		return PLOMB_IDENTITY_SAN_AMBIGUOUS;
	}
	if (first.n == 0) {
		return PLOMB_IDENTITY_SAN_MISSING;
	}
	*san = first;
	return PLOMB_OK;
}

/* -------------------------------------------------------------- extensions */

/* An extension of the table, decoded as it says. */
static plomb_status
known_extension(const plomb_cert *cert, unsigned number, int raw, plomb_view *value)
{
	unsigned char bytes[sizeof arc + 1];
	plomb_view oid = { NULL, 0 };
	plomb_view content;
	plomb_status s;

	memcpy(bytes, arc, sizeof arc);
	bytes[sizeof arc] = (unsigned char)number;
	oid.p = bytes;
	oid.n = sizeof bytes;
	s = plomb_cert_extension(cert, oid, &content);
	if (s != PLOMB_OK) {
		return s;
	}
	if (raw) {
		*value = content;
		return PLOMB_OK;
	}
	return utf8_string(content, value) == PLOMB_OK ? PLOMB_OK : PLOMB_IDENTITY_EXTENSION_MALFORMED;
}

/* The entry with this OID content, or NULL. */
static const plomb_extension_info *
info_by_oid(plomb_view oid)
{
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i ++) {
		if (is_arc(oid, table[i].number)) {
			return &table[i];
		}
	}
	return NULL;
}

/* The entry with this name in either spelling, or NULL. */
static const plomb_extension_info *
info_by_name(plomb_view name)
{
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i ++) {
		if (plomb_view_is(name, table[i].name) || plomb_view_is(name, table[i].camel)) {
			return &table[i];
		}
	}
	return NULL;
}

/*
 * An extension whose encoding nobody told us: the text of a UTF8String if it
 * is exactly one, else its bytes as they are.
 */
static plomb_status
foreign_extension(const plomb_cert *cert, plomb_view oid, plomb_view *value)
{
	plomb_view content;
	plomb_status s;

	s = plomb_cert_extension(cert, oid, &content);
	if (s != PLOMB_OK) {
		return s;
	}
	if (utf8_string(content, value) != PLOMB_OK) {
		*value = content;
	}
	return PLOMB_OK;
}

/* see identity.h */
plomb_status
plomb_identity_extension(const plomb_cert *cert, plomb_view name, plomb_view *value)
{
	const plomb_extension_info *info;
	unsigned char bytes[64];
	plomb_view oid = { NULL, 0 };

	value->p = NULL;
	value->n = 0;
	info = info_by_name(name);
	if (info == NULL) {
		oid.p = bytes;
		if (plomb_oid_from_text(name, bytes, &oid.n) != PLOMB_OK) {
			return PLOMB_CONFIG_INVALID;
		}
		info = info_by_oid(oid);
	}
	if (info == NULL) {
		return foreign_extension(cert, oid, value);
	}
	return known_extension(cert, info->number, info->raw, value);
}

/* see identity.h */
int
plomb_identity_extension_known(plomb_view name)
{
	unsigned char bytes[64];
	size_t n;

	return info_by_name(name) != NULL || plomb_oid_from_text(name, bytes, &n) == PLOMB_OK;
}

/* see identity.h */
plomb_status
plomb_identity_issuer(const plomb_cert *cert, plomb_view *issuer)
{
	plomb_view old = { NULL, 0 };
	plomb_view new = { NULL, 0 };
	plomb_status has_old, has_new;

	issuer->p = NULL;
	issuer->n = 0;
	has_new = known_extension(cert, ISSUER_V2, 0, &new);
	has_old = known_extension(cert, ISSUER_V1, 1, &old);
	if ((has_new != PLOMB_OK && has_new != PLOMB_UNSET) || (has_old != PLOMB_OK && has_old != PLOMB_UNSET)) {
		return PLOMB_IDENTITY_EXTENSION_MALFORMED;
	}

	/* cosign 2 reads only .1 and sigstore-go the later one: two different ones would be two identities. */
	if (has_new == PLOMB_OK && has_old == PLOMB_OK && !plomb_view_eq(new, old)) {
		return PLOMB_IDENTITY_ISSUER_INCONSISTENT;
	}
	if (has_new != PLOMB_OK) {
		new = old;
	}
	if (new.n == 0) {
		return PLOMB_IDENTITY_ISSUER_MISSING;
	}
	*issuer = new;
	return PLOMB_OK;
}

/* ---------------------------------------------------------------- matching */

/* see identity.h */
int
plomb_match_ok(plomb_ctx *ctx, const plomb_match *match, plomb_view value, plomb_status *trouble)
{
	(void)ctx;
	*trouble = PLOMB_OK;

	/* An option that cannot be enforced is an error, not a pass (CVE-2026-48815). */
	if (match->exact.p == NULL && match->regex == NULL) {
		*trouble = PLOMB_CONFIG_INVALID;
		return 0;
	}
	if (match->exact.p != NULL && !plomb_view_eq(match->exact, value)) {
		return 0;
	}
	if (match->regex != NULL && !plomb_regex_match(match->regex, value)) {
		return 0;
	}
	return 1;
}

/* see identity.h */
plomb_view
plomb_match_text(const plomb_match *match)
{
	plomb_view none = { NULL, 0 };

	if (match->exact.p != NULL) {
		return match->exact;
	}
	return match->regex != NULL ? plomb_regex_pattern(match->regex) : none;
}

/* The value that was found against what was wanted of it. */
static plomb_status
compare(plomb_ctx *ctx, const plomb_match *want, plomb_view what, plomb_view got, plomb_status mismatch)
{
	plomb_status trouble;

	if (plomb_match_ok(ctx, want, got, &trouble)) {
		return PLOMB_OK;
	}
	return plomb_refuse(ctx, trouble != PLOMB_OK ? trouble : mismatch, what, plomb_match_text(want), got);
}

/* see identity.h */
plomb_status
plomb_identity_check_san(plomb_ctx *ctx, const plomb_cert *cert, const plomb_match *want, plomb_view *san)
{
	plomb_view what = PLOMB_LIT("subject alternative name");
	plomb_status s;

	s = plomb_identity_san(cert, san);
	if (s != PLOMB_OK) {
		return plomb_refuse(ctx, s, what, plomb_match_text(want), *san);
	}
	return compare(ctx, want, what, *san, PLOMB_IDENTITY_SAN_MISMATCH);
}

/* see identity.h */
plomb_status
plomb_identity_check_issuer(plomb_ctx *ctx, const plomb_cert *cert, const plomb_match *want, plomb_view *issuer)
{
	plomb_view what = PLOMB_LIT("OIDC issuer");
	plomb_status s;

	s = plomb_identity_issuer(cert, issuer);
	if (s != PLOMB_OK) {
		return plomb_refuse(ctx, s, what, plomb_match_text(want), *issuer);
	}
	return compare(ctx, want, what, *issuer, PLOMB_IDENTITY_ISSUER_MISMATCH);
}

/* see identity.h */
plomb_status
plomb_identity_check_extensions(plomb_ctx *ctx, const plomb_cert *cert, const plomb_want *wants, size_t count)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		const plomb_want *want = &wants[i];
		plomb_view got;
		plomb_status s;

		s = plomb_identity_extension(cert, want->name, &got);

		/* One that is absent has no value, not an empty one. */
		if (s != PLOMB_OK) {
			return plomb_refuse(ctx, s == PLOMB_UNSET ? PLOMB_IDENTITY_EXTENSION_MISMATCH : s,
				want->name, plomb_match_text(&want->value), got);
		}
		s = compare(ctx, &want->value, want->name, got, PLOMB_IDENTITY_EXTENSION_MISMATCH);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}
