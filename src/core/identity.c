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

/* From .1 to this one the value is the bytes themselves, above it a DER UTF8String. */
#define LAST_RAW 6

/* .1 and so on (SPEC 4.4); .7 occurs only inside a SAN. */
static const char *const names[] = {
	"issuer", /* .1 */
	"github-workflow-trigger", /* .2 */
	"github-workflow-sha", /* .3 */
	"github-workflow-name", /* .4 */
	"github-workflow-repository", /* .5 */
	"github-workflow-ref", /* .6 */
	NULL, /* .7 */
	"issuer-v2", /* .8 */
	"build-signer-uri", /* .9 */
	"build-signer-digest", /* .10 */
	"runner-environment", /* .11 */
	"source-repository-uri", /* .12 */
	"source-repository-digest", /* .13 */
	"source-repository-ref", /* .14 */
	"source-repository-identifier", /* .15 */
	"source-repository-owner-uri", /* .16 */
	"source-repository-owner-identifier", /* .17 */
	"build-config-uri", /* .18 */
	"build-config-digest", /* .19 */
	"build-trigger", /* .20 */
	"run-invocation-uri", /* .21 */
	"source-repository-visibility-at-signing", /* .22 */
	"deployment-environment", /* .23 */
	"token-subject", /* .24 */
};

/* see identity.h */
const char *
plomb_identity_extension_name(unsigned number)
{
	return number >= 1 && number <= sizeof names / sizeof names[0] ? names[number - 1] : NULL;
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

/* An extension that has a name here, decoded as it should be. */
static plomb_status
known_extension(const plomb_cert *cert, unsigned number, plomb_view *value)
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
	if (number <= LAST_RAW) {
		*value = content;
		return PLOMB_OK;
	}
	return utf8_string(content, value) == PLOMB_OK ? PLOMB_OK : PLOMB_IDENTITY_EXTENSION_MALFORMED;
}

/* The number of this OID content, or 0. */
static unsigned
number_of_oid(plomb_view oid)
{
	unsigned number = oid.n == sizeof arc + 1 ? oid.p[sizeof arc] : 0;

	return is_arc(oid, number) && plomb_identity_extension_name(number) != NULL ? number : 0;
}

static unsigned char
capital(char c)
{
	return (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/*
 * The text is the name in camelCase, as in the JSON of cosign and sigstore-go:
 * what follows a hyphen is a capital, and a URI has three. The first one is
 * "Issuer" there.
 */
static int
is_camel_of(plomb_view text, const char *name)
{
	int capitals = plomb_view_is(text, "Issuer");
	size_t i;

	for (i = 0; i < text.n && *name != 0; i ++, name ++) {
		if (*name == '-') {
			name ++;
			capitals = plomb_view_is(plomb_view_of(name), "uri") ? 3 : 1;
		}
		if (text.p[i] != (capitals > 0 ? capital(*name) : (unsigned char)*name)) {
			return 0;
		}
		capitals --;
	}
	return i == text.n && *name == 0;
}

/* The number of this name in either spelling, or 0. */
static unsigned
number_of_name(plomb_view text)
{
	unsigned number;

	for (number = 1; number <= sizeof names / sizeof names[0]; number ++) {
		const char *name = plomb_identity_extension_name(number);

		if (name != NULL && (plomb_view_is(text, name) || is_camel_of(text, name))) {
			return number;
		}
	}
	return 0;
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
	unsigned number = number_of_name(name);
	unsigned char bytes[64];
	plomb_view oid = { NULL, 0 };

	value->p = NULL;
	value->n = 0;
	if (number == 0) {
		oid.p = bytes;
		if (plomb_oid_from_text(name, bytes, &oid.n) != PLOMB_OK) {
			return PLOMB_CONFIG_INVALID;
		}
		number = number_of_oid(oid);
	}
	return number == 0 ? foreign_extension(cert, oid, value) : known_extension(cert, number, value);
}

/* see identity.h */
int
plomb_identity_extension_known(plomb_view name)
{
	unsigned char bytes[64];
	size_t n;

	return number_of_name(name) != 0 || plomb_oid_from_text(name, bytes, &n) == PLOMB_OK;
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
	has_new = known_extension(cert, ISSUER_V2, &new);
	has_old = known_extension(cert, ISSUER_V1, &old);
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
	if (match->regex != NULL && !match->regex->match(match->regex, value)) {
		return 0;
	}
	return 1;
}

/* see identity.h */
plomb_view
plomb_match_text(const plomb_match *match)
{
	return match->exact.p == NULL && match->regex != NULL ? match->regex->pattern : match->exact;
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
	static const plomb_view what = PLOMB_LIT("subject alternative name");
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
	static const plomb_view what = PLOMB_LIT("OIDC issuer");
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
