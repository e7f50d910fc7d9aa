/* Certificate paths; see cert.h */
#include "cert.h"

#include "der.h"
#include "refusal.h"
#include "time.h"
#include "trust.h"

/* Why a path was refused, with what a person needs to see of it. */
typedef struct {
	plomb_status status;
	const plomb_cert *cert; /* the one that is to blame */
	const char *why;        /* constant */
	const plomb_time *at, *bound; /* the time asked for, the end that it missed; or NULL */
} reason;

/*
 * A depth-first search without recursion: path[0 .. depth - 1] are the
 * certificates so far, leaf first, and next[i] is how many candidates have
 * been tried as parent of path[i].
 */
typedef struct {
	plomb_ctx *ctx;
	const plomb_authority *authority;
	const plomb_cert *helpers;
	size_t helper_count;
	plomb_purpose purpose;
	const plomb_time *times;
	size_t time_count;
	const plomb_cert *path[PLOMB_MAX_CHAIN];
	size_t next[PLOMB_MAX_CHAIN];
	size_t depth;
	unsigned checks; /* of PLOMB_MAX_SIGNATURE_CHECKS */
	reason last, furthest;
} search;

/* see cert.h */
int
plomb_path_rank(plomb_status status)
{
	/* In the order in which a path is looked at. */
	static const plomb_status order[] = {
		PLOMB_CERT_UNTRUSTED,
		PLOMB_LIMIT_EXCEEDED,
		PLOMB_CERT_ALG_UNSUPPORTED,
		PLOMB_CERT_SIGNATURE_INVALID,
		PLOMB_CERT_CA_OUTSIDE_VALIDITY,
		PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION,
		PLOMB_CERT_CA_CONSTRAINT,
		PLOMB_CERT_IS_CA,
		PLOMB_CERT_EKU_MISSING,
		PLOMB_CERT_KEY_USAGE,
		PLOMB_CERT_CA_NOT_VALID_AT_TIME,
		PLOMB_CERT_NOT_YET_VALID,
		PLOMB_CERT_EXPIRED,
		PLOMB_INTERNAL_ERROR,
		PLOMB_NO_ROOM,
		PLOMB_OK
	};
	size_t i;

	for (i = 0; i < sizeof order / sizeof order[0]; i ++) {
		if (order[i] == status) {
			return (int)i + 1;
		}
	}
	return 0;
}

/* Note the last reason and hand its status back. */
static plomb_status
because(search *s, plomb_status status, const plomb_cert *cert, const char *why)
{
	s->last.status = status;
	s->last.cert = cert;
	s->last.why = why;
	s->last.at = NULL;
	s->last.bound = NULL;
	return status;
}

static plomb_status
because_of_time(search *s, plomb_status status, const plomb_cert *cert, const char *why,
	const plomb_time *at, const plomb_time *bound)
{
	(void)because(s, status, cert, why);
	s->last.at = at;
	s->last.bound = bound;
	return status;
}

/* The last reason, if it got further than any before. */
static void
note(search *s)
{
	if (plomb_path_rank(s->last.status) > plomb_path_rank(s->furthest.status)) {
		s->furthest = s->last;
	}
}

/* ------------------------------------------------------------ what a person sees */

/* The value of a Name's last attribute, which is where the common name stands. */
static plomb_view
last_attribute(plomb_view name)
{
	plomb_der outer = plomb_der_open(name);
	plomb_der rdns, set, attribute;
	plomb_tlv oid, value;
	plomb_view found = { NULL, 0 };

	if (plomb_der_enter(&outer, PLOMB_DER_SEQUENCE, &rdns) != PLOMB_OK) {
		return found;
	}
	while (!plomb_der_end(&rdns)) {
		if (plomb_der_enter(&rdns, PLOMB_DER_SET, &set) != PLOMB_OK
			|| plomb_der_enter(&set, PLOMB_DER_SEQUENCE, &attribute) != PLOMB_OK
			|| plomb_der_next(&attribute, &oid) != PLOMB_OK
			|| plomb_der_next(&attribute, &value) != PLOMB_OK)
		{
			return found;
		}
		found = value.body;
	}
	return found;
}

/*
 * An object identifier's body as dotted decimal in the work buffer. An arc
 * is below 2^31, so ten digits and a dot for every octet are enough.
 */
static plomb_view
oid_text(plomb_ctx *ctx, plomb_view oid)
{
	plomb_view text = { NULL, 0 };
	unsigned char *out = plomb_work_take(ctx->work, 2 + 11 * oid.n + 20);
	uint32_t arc = 0;
	size_t i;

	if (out == NULL) {
		return text;
	}
	for (i = 0; i < oid.n; i ++) {
		arc = (arc << 7) | (oid.p[i] & 0x7F);
		if (oid.p[i] & 0x80) {
			continue;
		}
		if (text.n == 0) {
			uint32_t first = arc < 80 ? arc / 40 : 2;

			text.n = plomb_decimal_put(out, first);
			arc -= 40 * first;
		}
		out[text.n ++] = '.';
		text.n += plomb_decimal_put(out + text.n, arc);
		arc = 0;
	}
	text.p = out;
	return text;
}

/* Write the furthest reason where the caller can read it, and give its status. */
static plomb_status
report(search *s)
{
	const reason *r = &s->furthest;
	plomb_view want = { NULL, 0 };
	plomb_view got = { NULL, 0 };

	if (s->ctx->detail == NULL) {
		return r->status;
	}
	if (r->at != NULL) {
		want = plomb_refusal_time(s->ctx, *r->bound);
		got = plomb_refusal_time(s->ctx, *r->at);
	}
	if (r->status == PLOMB_CERT_UNTRUSTED) {
		got = last_attribute(s->path[0]->issuer);
		if (s->authority->cert_count != 0) {
			want = last_attribute(s->authority->certs[s->authority->cert_count - 1].subject);
		}
	}
	if (r->status == PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION) {
		got = oid_text(s->ctx, r->cert->unknown_critical);
	}
	if (r->at == NULL && got.p == NULL && r->cert != NULL) {
		got = last_attribute(r->cert->subject);
	}
	return plomb_refuse_text(s->ctx, r->status, r->why, want, got);
}

/* ------------------------------------------------------------ the rules of SPEC 4.2 */

/* Rule 1. The trust root says for which times it believes this authority. */
static plomb_status
check_window(search *s)
{
	const plomb_window *valid = &s->authority->valid;
	size_t i;

	for (i = 0; i < s->time_count; i ++) {
		if (!plomb_window_has(valid, &s->times[i])) {
			int early = valid->has_start && plomb_time_cmp(&s->times[i], &valid->start) < 0;

			return because_of_time(s, PLOMB_CERT_CA_OUTSIDE_VALIDITY, NULL,
				early ? "start of the authority's validity" : "end of the authority's validity",
				&s->times[i], early ? &valid->start : &valid->end);
		}
	}
	return PLOMB_OK;
}

/*
 * What nobody here can obey. Name constraints too, critical or not: RFC 5280
 * says they must be critical, and others do obey those that are not.
 */
static plomb_status
check_critical(search *s)
{
	size_t i;

	for (i = 0; i < s->depth; i ++) {
		if (s->path[i]->has_unknown_critical) {
			return because(s, PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION, s->path[i], "critical extension");
		}
		if (s->path[i]->has_name_constraints) {
			return because(s, PLOMB_CERT_CA_CONSTRAINT, s->path[i], "name constraints");
		}
	}
	return PLOMB_OK;
}

/* RFC 5280, 4.2.1.9: the issuing certificates between this one and the leaf that are not self-issued. */
static size_t
intermediates_below(const search *s, size_t at)
{
	size_t count = 0, i;

	for (i = 1; i < at; i ++) {
		count += !plomb_view_eq(s->path[i]->issuer, s->path[i]->subject);
	}
	return count;
}

/* Rule 4: who may issue. The anchor is no exception; BearSSL's engine keeps only its name and key. */
static plomb_status
check_issuers(search *s)
{
	size_t i;

	for (i = 1; i < s->depth; i ++) {
		const plomb_cert *cert = s->path[i];

		if (cert->version != 3 || !cert->has_basic || !cert->is_ca) {
			return because(s, PLOMB_CERT_CA_CONSTRAINT, cert, "not a certificate authority");
		}
		if (cert->path_len >= 0 && intermediates_below(s, i) > (size_t)cert->path_len) {
			return because(s, PLOMB_CERT_CA_CONSTRAINT, cert, "path length");
		}
		if (cert->has_key_usage && !(cert->key_usage & PLOMB_KU_CERT_SIGN)) {
			return because(s, PLOMB_CERT_CA_CONSTRAINT, cert, "key usage without keyCertSign");
		}
	}
	return PLOMB_OK;
}

/* Rule 5, above the leaf: who lists purposes must list this one or any. */
static plomb_status
check_issuers_purpose(search *s)
{
	size_t i;

	for (i = 1; i < s->depth; i ++) {
		const plomb_cert *cert = s->path[i];
		int listed = s->purpose == PLOMB_FOR_TIMESTAMPING ? cert->eku_timestamping : cert->eku_code_signing;

		if (cert->has_eku && !listed && !cert->eku_any) {
			return because(s, PLOMB_CERT_EKU_MISSING, cert, "extended key usage of an issuer");
		}
	}
	return PLOMB_OK;
}

/*
 * Rules 5 and 6 for the leaf that signs artifacts. Go accepts one without
 * extended key usage; Fulcio does not make those. The signer of timestamps
 * has a stricter profile, which timestamp.c checks with its own reasons.
 */
static plomb_status
check_leaf(search *s)
{
	const plomb_cert *leaf = s->path[0];

	if (s->purpose == PLOMB_FOR_TIMESTAMPING) {
		return PLOMB_OK;
	}
	if (leaf->is_ca) {
		return because(s, PLOMB_CERT_IS_CA, leaf, "basic constraints");
	}
	if (!leaf->eku_code_signing) {
		return because(s, PLOMB_CERT_EKU_MISSING, leaf, "extended key usage");
	}
	if (!(leaf->key_usage & PLOMB_KU_DIGITAL_SIGNATURE)) {
		return because(s, PLOMB_CERT_KEY_USAGE, leaf, "key usage");
	}
	return PLOMB_OK;
}

/* Rule 3 for one certificate at one time: both ends belong to it. */
static plomb_status
check_dates(search *s, const plomb_cert *cert, const plomb_time *at)
{
	int is_leaf = cert == s->path[0];

	if (plomb_time_cmp(at, &cert->not_before) < 0) {
		return because_of_time(s, is_leaf ? PLOMB_CERT_NOT_YET_VALID : PLOMB_CERT_CA_NOT_VALID_AT_TIME,
			cert, "notBefore", at, &cert->not_before);
	}
	if (plomb_time_cmp(at, &cert->not_after) > 0) {
		return because_of_time(s, is_leaf ? PLOMB_CERT_EXPIRED : PLOMB_CERT_CA_NOT_VALID_AT_TIME,
			cert, "notAfter", at, &cert->not_after);
	}
	return PLOMB_OK;
}

/*
 * Rule 3 for the whole path, anchor included, at every time. Looking only
 * at the leaf after the path was built at another time let expired
 * intermediates through (CVE-2026-24122). Issuers come first, because a
 * leaf outside its few minutes says more when they are in order.
 */
static plomb_status
check_all_dates(search *s)
{
	plomb_status status;
	size_t i, k;

	for (k = s->depth; k > 0; k --) {
		for (i = 0; i < s->time_count; i ++) {
			if ((status = check_dates(s, s->path[k - 1], &s->times[i])) != PLOMB_OK) {
				return status;
			}
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_rules(search *s)
{
	plomb_status status;

	if ((status = check_window(s)) != PLOMB_OK) { return status; }
	if ((status = check_critical(s)) != PLOMB_OK) { return status; }
	if ((status = check_issuers(s)) != PLOMB_OK) { return status; }
	if ((status = check_leaf(s)) != PLOMB_OK) { return status; }
	if ((status = check_issuers_purpose(s)) != PLOMB_OK) { return status; }
	return check_all_dates(s);
}

/* ------------------------------------------------------------ signatures */

/* Every signature of the path, one by one. The anchor's own is not a question: it is trusted by name. */
static plomb_status
check_signatures(search *s)
{
	size_t i;

	for (i = 0; i + 1 < s->depth; i ++) {
		plomb_key key;
		plomb_status status;

		/* A key that cannot be used is an algorithm that is not supported, whatever is wrong with it. */
		if (plomb_key_parse(s->path[i + 1]->spki, &key) != PLOMB_OK) {
			return because(s, PLOMB_CERT_ALG_UNSUPPORTED, s->path[i + 1], "key of an issuer");
		}
		status = plomb_cert_signed_by(s->ctx, s->path[i], &key);
		if (status != PLOMB_OK) {
			return because(s, status, s->path[i + 1], "signature by an issuer");
		}
	}
	return PLOMB_OK;
}

/* The signatures of a path that obeys every rule: by an engine that can tell, or else one by one. */
static plomb_status
check_signatures_by_engine(search *s)
{
	const plomb_crypto *crypto = s->ctx->crypto;
	plomb_status status = PLOMB_UNSET;

	if (crypto->path_engine != NULL && s->purpose == PLOMB_FOR_CODE_SIGNING) {
		status = crypto->path_engine(s->ctx, s->path, s->depth, &s->times[0]);
	}
	return status == PLOMB_UNSET ? check_signatures(s)
		: because(s, status, s->path[s->depth - 1], "signature by an issuer");
}

/*
 * A path from leaf to anchor. Its signatures are checked also when a rule
 * has refused it already, so that no other reason than the signature is
 * ever given for a path that somebody made up. In a path that is accepted
 * they are checked once.
 */
static plomb_status
check_path(search *s)
{
	plomb_status rules = check_rules(s), status;
	reason broken;

	if (rules == PLOMB_OK) {
		return check_signatures_by_engine(s);
	}
	broken = s->last;
	status = check_signatures(s);
	if (status != PLOMB_OK) {
		return status;
	}
	s->last = broken;
	return rules;
}

/* ------------------------------------------------------------ the search */

/* Anchor first, then the authority's other certificates, then the helpers. */
static const plomb_cert *
candidate(const search *s, size_t i)
{
	size_t own = s->authority->cert_count;

	if (i == 0) {
		return &s->authority->certs[own - 1];
	}
	return i < own ? &s->authority->certs[i - 1] : &s->helpers[i - own];
}

/* Each certificate once, also if it comes in two copies. */
static int
in_path(const search *s, const plomb_cert *cert)
{
	size_t i;

	for (i = 0; i < s->depth; i ++) {
		if (plomb_view_eq(s->path[i]->der, cert->der)) {
			return 1;
		}
	}
	return 0;
}

/* The child names this key; a hint that puts one candidate before another, never a condition. */
static int
is_hinted(const plomb_cert *child, const plomb_cert *parent)
{
	return child->aki.n != 0 && plomb_view_eq(child->aki, parent->ski);
}

/*
 * The next parent by name of the path's last certificate, NULL if there are
 * no more. Two rounds: those that the key identifier names, then the others.
 */
static const plomb_cert *
next_parent(search *s)
{
	const plomb_cert *child = s->path[s->depth - 1];
	size_t count = s->authority->cert_count + s->helper_count;
	size_t *next = &s->next[s->depth - 1];

	while (*next < 2 * count) {
		const plomb_cert *parent = candidate(s, *next % count);
		int first_round = *next < count;

		(*next) ++;
		if (is_hinted(child, parent) == first_round
			&& plomb_view_eq(child->issuer, parent->subject) && !in_path(s, parent))
		{
			return parent;
		}
	}
	return NULL;
}

static void
push(search *s, const plomb_cert *cert)
{
	s->path[s->depth] = cert;
	s->next[s->depth] = 0;
	s->depth ++;
}

/* Count n signature checks; 0 if that is too many. Steps by name count too: they can be as many. */
static int
afford(search *s, size_t n)
{
	if (n > PLOMB_MAX_SIGNATURE_CHECKS - s->checks) {
		return 0;
	}
	s->checks += (unsigned)n;
	return 1;
}

/* Whatever else was found: who makes so many paths hides something among them. */
static plomb_status
exhausted(search *s)
{
	(void)because(s, PLOMB_LIMIT_EXCEEDED, NULL, "signature checks");
	s->furthest = s->last;
	return PLOMB_LIMIT_EXCEEDED;
}

/* The path with this anchor on top; it stays as it was unless it is accepted. */
static plomb_status
try_anchor(search *s, const plomb_cert *anchor)
{
	plomb_status status;

	push(s, anchor);
	if (!afford(s, s->depth - 1)) {
		return exhausted(s);
	}
	status = check_path(s);
	if (status != PLOMB_OK) {
		s->depth --;
		note(s);
	}
	return status;
}

/*
 * The search ends with the first path that is accepted, with the last
 * candidate, or at a limit. Otherwise the status is UNTRUSTED and
 * s->furthest has the reason.
 */
static plomb_status
find(search *s)
{
	const plomb_cert *anchor = candidate(s, 0);
	plomb_status status;

	while (s->depth > 0) {
		const plomb_cert *parent = next_parent(s);

		if (parent == NULL) {
			s->depth --;
			continue;
		}
		if (parent == anchor) {
			status = try_anchor(s, anchor);
			if (status == PLOMB_OK || status == PLOMB_NO_ROOM || status == PLOMB_LIMIT_EXCEEDED) {
				return status;
			}
			continue;
		}
		if (s->depth + 1 == PLOMB_MAX_CHAIN) {
			(void)because(s, PLOMB_LIMIT_EXCEEDED, parent, "certificates in a path");
			note(s);
			continue;
		}
		if (!afford(s, 1)) {
			return exhausted(s);
		}
		push(s, parent);
	}
	return PLOMB_CERT_UNTRUSTED;
}

/*
 * Rule 6: the trust root's own certificates sign no artifacts. A timestamp
 * authority's entry may begin with its signer, which is only then not its
 * own anchor.
 */
static int
is_of_authority(const plomb_cert *leaf, const plomb_authority *authority, plomb_purpose purpose)
{
	size_t i = purpose == PLOMB_FOR_TIMESTAMPING ? authority->cert_count - 1 : 0;

	for (; i < authority->cert_count; i ++) {
		if (plomb_view_eq(leaf->der, authority->certs[i].der)) {
			return 1;
		}
	}
	return 0;
}

/* What can be said before the search: a reason, or PLOMB_OK. */
static plomb_status
check_input(search *s)
{
	if (s->time_count == 0) {
		return because(s, PLOMB_INTERNAL_ERROR, NULL, "times");
	}
	if (s->authority->cert_count == 0) {
		return because(s, PLOMB_CERT_UNTRUSTED, NULL, "issuer");
	}
	if (s->authority->cert_count > PLOMB_MAX_CHAIN || s->helper_count > PLOMB_MAX_HELPERS) {
		return because(s, PLOMB_LIMIT_EXCEEDED, NULL, "certificates");
	}
	if (is_of_authority(s->path[0], s->authority, s->purpose)) {
		return because(s, PLOMB_CERT_IS_CA, s->path[0], "certificate of the trust root");
	}
	return PLOMB_OK;
}

/* see cert.h */
plomb_status
plomb_path_verify(plomb_ctx *ctx, const plomb_cert *leaf,
	const plomb_authority *authority, const plomb_cert *helpers, size_t helper_count,
	plomb_purpose purpose, const plomb_time *times, size_t time_count,
	const plomb_cert **issuer)
{
	plomb_status status;
	search s;

	*issuer = NULL;
	memset(&s, 0, sizeof s);
	s.ctx = ctx;
	s.authority = authority;
	s.helpers = helpers;
	s.helper_count = helpers == NULL ? 0 : helper_count;
	s.purpose = purpose;
	s.times = times;
	s.time_count = time_count;
	push(&s, leaf);
	status = check_input(&s);
	if (status == PLOMB_OK) {
		(void)because(&s, PLOMB_CERT_UNTRUSTED, NULL, "issuer");
		s.furthest = s.last;
		status = find(&s);
	} else {
		s.furthest = s.last;
	}
	if (status == PLOMB_OK) {
		*issuer = s.path[1];
		return PLOMB_OK;
	}
	return report(&s);
}
