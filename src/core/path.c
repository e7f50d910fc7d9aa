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
	int has_times;
	plomb_time at, bound;   /* the time asked for, the end that it missed */
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
	reason furthest;
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

static reason
because(plomb_status status, const plomb_cert *cert, const char *why)
{
	reason r;

	memset(&r, 0, sizeof r);
	r.status = status;
	r.cert = cert;
	r.why = why;
	return r;
}

static reason
because_of_time(plomb_status status, const plomb_cert *cert, const char *why, plomb_time at, plomb_time bound)
{
	reason r = because(status, cert, why);

	r.has_times = 1;
	r.at = at;
	r.bound = bound;
	return r;
}

static void
note(search *s, reason r)
{
	if (plomb_path_rank(r.status) > plomb_path_rank(s->furthest.status)) {
		s->furthest = r;
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

/* The time as text in the work buffer; absent if there is no room, which is no reason to fail. */

/*
 * An object identifier's body as dotted decimal in the work buffer. An arc
 * is below 2^31, so ten digits and a dot for every octet are enough.
 */
static plomb_view
oid_text(plomb_ctx *ctx, plomb_view oid)
{
	plomb_view text = { NULL, 0 };
	unsigned char *out = plomb_work_take(ctx->work, 2 + 11 * oid.n + 20);
	uint64_t arc = 0;
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
			uint64_t first = arc < 80 ? arc / 40 : 2;

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
	if (r->has_times) {
		want = plomb_refusal_time(s->ctx, r->bound);
		got = plomb_refusal_time(s->ctx, r->at);
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
	if (!r->has_times && got.p == NULL && r->cert != NULL) {
		got = last_attribute(r->cert->subject);
	}
	return plomb_refuse(s->ctx, r->status, plomb_view_of(r->why), want, got);
}

/* ------------------------------------------------------------ the rules of SPEC 4.2 */

/* Rule 1. The trust root says for which times it believes this authority. */
static reason
check_window(const search *s)
{
	const plomb_window *valid = &s->authority->valid;
	size_t i;

	for (i = 0; i < s->time_count; i ++) {
		if (!plomb_window_has(valid, s->times[i])) {
			int early = valid->has_start && plomb_time_cmp(s->times[i], valid->start) < 0;

			return because_of_time(PLOMB_CERT_CA_OUTSIDE_VALIDITY, NULL,
				early ? "start of the authority's validity" : "end of the authority's validity",
				s->times[i], early ? valid->start : valid->end);
		}
	}
	return because(PLOMB_OK, NULL, "");
}

/*
 * What nobody here can obey. Name constraints too, critical or not: RFC 5280
 * says they must be critical, and others do obey those that are not.
 */
static reason
check_critical(const search *s)
{
	size_t i;

	for (i = 0; i < s->depth; i ++) {
		if (s->path[i]->has_unknown_critical) {
			return because(PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION, s->path[i], "critical extension");
		}
		if (s->path[i]->has_name_constraints) {
			return because(PLOMB_CERT_CA_CONSTRAINT, s->path[i], "name constraints");
		}
	}
	return because(PLOMB_OK, NULL, "");
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
static reason
check_issuers(const search *s)
{
	size_t i;

	for (i = 1; i < s->depth; i ++) {
		const plomb_cert *cert = s->path[i];

		if (cert->version != 3 || !cert->has_basic || !cert->is_ca) {
			return because(PLOMB_CERT_CA_CONSTRAINT, cert, "not a certificate authority");
		}
		if (cert->path_len >= 0 && intermediates_below(s, i) > (size_t)cert->path_len) {
			return because(PLOMB_CERT_CA_CONSTRAINT, cert, "path length");
		}
		if (cert->has_key_usage && !(cert->key_usage & PLOMB_KU_CERT_SIGN)) {
			return because(PLOMB_CERT_CA_CONSTRAINT, cert, "key usage without keyCertSign");
		}
	}
	return because(PLOMB_OK, NULL, "");
}

/* Rule 5, above the leaf: who lists purposes must list this one or any. */
static reason
check_issuers_purpose(const search *s)
{
	size_t i;

	for (i = 1; i < s->depth; i ++) {
		const plomb_cert *cert = s->path[i];
		int listed = s->purpose == PLOMB_FOR_TIMESTAMPING ? cert->eku_timestamping : cert->eku_code_signing;

		if (cert->has_eku && !listed && !cert->eku_any) {
			return because(PLOMB_CERT_EKU_MISSING, cert, "extended key usage of an issuer");
		}
	}
	return because(PLOMB_OK, NULL, "");
}

/*
 * Rules 5 and 6 for the leaf that signs artifacts. Go accepts one without
 * extended key usage; Fulcio does not make those. The signer of timestamps
 * has a stricter profile, which timestamp.c checks with its own reasons.
 */
static reason
check_leaf(const search *s)
{
	const plomb_cert *leaf = s->path[0];

	if (s->purpose == PLOMB_FOR_TIMESTAMPING) {
		return because(PLOMB_OK, NULL, "");
	}
	if (leaf->is_ca) {
		return because(PLOMB_CERT_IS_CA, leaf, "basic constraints");
	}
	if (!leaf->eku_code_signing) {
		return because(PLOMB_CERT_EKU_MISSING, leaf, "extended key usage");
	}
	if (!(leaf->key_usage & PLOMB_KU_DIGITAL_SIGNATURE)) {
		return because(PLOMB_CERT_KEY_USAGE, leaf, "key usage");
	}
	return because(PLOMB_OK, NULL, "");
}

/* Rule 3 for one certificate at one time: both ends belong to it. */
static reason
check_dates(const plomb_cert *cert, int is_leaf, plomb_time at)
{
	if (plomb_time_cmp(at, cert->not_before) < 0) {
		return because_of_time(is_leaf ? PLOMB_CERT_NOT_YET_VALID : PLOMB_CERT_CA_NOT_VALID_AT_TIME,
			cert, "notBefore", at, cert->not_before);
	}
	if (plomb_time_cmp(at, cert->not_after) > 0) {
		return because_of_time(is_leaf ? PLOMB_CERT_EXPIRED : PLOMB_CERT_CA_NOT_VALID_AT_TIME,
			cert, "notAfter", at, cert->not_after);
	}
	return because(PLOMB_OK, NULL, "");
}

/*
 * Rule 3 for the whole path, anchor included, at every time. Looking only
 * at the leaf after the path was built at another time let expired
 * intermediates through (CVE-2026-24122). Issuers come first, because a
 * leaf outside its few minutes says more when they are in order.
 */
static reason
check_all_dates(const search *s)
{
	size_t i, k;
	reason r;

	for (k = s->depth; k > 0; k --) {
		for (i = 0; i < s->time_count; i ++) {
			r = check_dates(s->path[k - 1], k == 1, s->times[i]);
			if (r.status != PLOMB_OK) {
				return r;
			}
		}
	}
	return because(PLOMB_OK, NULL, "");
}

static reason
check_rules(const search *s)
{
	reason r;

	if ((r = check_window(s)).status != PLOMB_OK) { return r; }
	if ((r = check_critical(s)).status != PLOMB_OK) { return r; }
	if ((r = check_issuers(s)).status != PLOMB_OK) { return r; }
	if ((r = check_leaf(s)).status != PLOMB_OK) { return r; }
	if ((r = check_issuers_purpose(s)).status != PLOMB_OK) { return r; }
	return check_all_dates(s);
}

/* ------------------------------------------------------------ signatures */

/* A key that cannot be used is an algorithm that is not supported, whatever is wrong with it. */
static plomb_status
issuer_key(const search *s, size_t i, plomb_key *key)
{
	return plomb_key_from_spki(s->ctx->crypto, s->path[i + 1]->spki, key) == PLOMB_OK
		? PLOMB_OK : PLOMB_CERT_ALG_UNSUPPORTED;
}

/* Every signature of the path, one by one. The anchor's own is not a question: it is trusted by name. */
static reason
check_signatures(const search *s)
{
	size_t i;

	for (i = 0; i + 1 < s->depth; i ++) {
		plomb_key key;
		plomb_status status;

		status = issuer_key(s, i, &key);
		if (status != PLOMB_OK) {
			return because(status, s->path[i + 1], "key of an issuer");
		}
		status = plomb_cert_signed_by(s->ctx, s->path[i], &key);
		if (status != PLOMB_OK) {
			return because(status, s->path[i + 1], "signature by an issuer");
		}
	}
	return because(PLOMB_OK, NULL, "");
}

/*
 * Whether BearSSL's engine can be asked about this path. It knows no
 * Ed25519, stops at a critical extended key usage, counts self-issued
 * certificates in path lengths, and ends as soon as a certificate was
 * issued under the anchor's name, without a look at those that follow.
 */
static int
engine_can_judge(const search *s, const plomb_key *anchor_key)
{
	size_t i;

	if (s->purpose != PLOMB_FOR_CODE_SIGNING
		|| anchor_key->kind == PLOMB_KEY_ED25519 || anchor_key->kind == PLOMB_KEY_RSA_PSS)
	{
		return 0;
	}
	for (i = 0; i + 1 < s->depth; i ++) {
		const plomb_cert *cert = s->path[i];

		if (cert->alg == PLOMB_CERT_ALG_ED25519 || cert->alg == PLOMB_CERT_ALG_UNKNOWN
			|| (cert->has_eku && cert->eku_critical)
			|| plomb_view_eq(cert->issuer, cert->subject)
			|| (i + 2 < s->depth && plomb_view_eq(cert->issuer, s->path[s->depth - 1]->subject)))
		{
			return 0;
		}
	}
	return 1;
}

static int
is_ecdsa(plomb_cert_alg alg)
{
	return alg == PLOMB_CERT_ALG_ECDSA_SHA256 || alg == PLOMB_CERT_ALG_ECDSA_SHA384
		|| alg == PLOMB_CERT_ALG_ECDSA_SHA512;
}

static size_t
half_of(plomb_key_kind kind)
{
	switch (kind) {
	case PLOMB_KEY_P256:
		return 32;
	case PLOMB_KEY_P384:
		return 48;
	case PLOMB_KEY_P521:
		return 66;
	default:
		return 0;
	}
}

/*
 * The engine reads ECDSA signatures leniently: padded and negative numbers
 * pass. So each must be strict DER of the issuer's size before it is asked.
 */
static reason
check_encodings(const search *s)
{
	unsigned char raw[2 * 66];
	plomb_key key;
	plomb_status status;
	size_t i;

	for (i = 0; i + 1 < s->depth; i ++) {
		status = issuer_key(s, i, &key);
		if (status != PLOMB_OK) {
			return because(status, s->path[i + 1], "key of an issuer");
		}
		if (is_ecdsa(s->path[i]->alg)
			&& plomb_der_ecdsa(s->path[i]->signature, half_of(key.kind), raw) != PLOMB_OK)
		{
			return because(PLOMB_CERT_SIGNATURE_INVALID, s->path[i + 1], "signature by an issuer");
		}
	}
	return because(PLOMB_OK, NULL, "");
}

/* BearSSL's structures take what they only read as pointers to what can be written. */
static unsigned char *
lend(plomb_view v)
{
	return (unsigned char *)v.p;
}

/* The anchor as the engine wants it; its own dates and path length were checked by check_rules. */
static void
fill_anchor(br_x509_trust_anchor *anchor, const plomb_cert *cert, const plomb_key *key)
{
	memset(anchor, 0, sizeof *anchor);
	anchor->dn.data = lend(cert->subject);
	anchor->dn.len = cert->subject.n;
	anchor->flags = BR_X509_TA_CA;
	if (key->kind == PLOMB_KEY_RSA) {
		anchor->pkey.key_type = BR_KEYTYPE_RSA;
		anchor->pkey.key.rsa.n = lend(key->n);
		anchor->pkey.key.rsa.nlen = key->n.n;
		anchor->pkey.key.rsa.e = lend(key->e);
		anchor->pkey.key.rsa.elen = key->e.n;
		return;
	}
	anchor->pkey.key_type = BR_KEYTYPE_EC;
	anchor->pkey.key.ec.curve = key->kind == PLOMB_KEY_P256 ? BR_EC_secp256r1
		: key->kind == PLOMB_KEY_P384 ? BR_EC_secp384r1 : BR_EC_secp521r1;
	anchor->pkey.key.ec.q = lend(key->point);
	anchor->pkey.key.ec.qlen = key->point.n;
}

/* Days since year 0 as BearSSL counts them; the first time is as good as any, all were checked. */
static void
set_time(br_x509_minimal_context *engine, plomb_time time)
{
	int64_t days = time.s / 86400;
	int64_t seconds = time.s % 86400;

	if (seconds < 0) {
		seconds += 86400;
		days --;
	}
	br_x509_minimal_set_time(engine, (uint32_t)(days + 719528), (uint32_t)seconds);
}

/*
 * No SHA-1, and no RSA below 2048 bits; what is not set is refused. The
 * implementations are named one by one, because init_full would link all of
 * BearSSL's.
 */
static void
set_up(br_x509_minimal_context *engine, const plomb_crypto *crypto, const br_x509_trust_anchor *anchor)
{
	br_x509_minimal_init(engine, crypto->sha256, anchor, 1);
	br_x509_minimal_set_hash(engine, br_sha256_ID, crypto->sha256);
	br_x509_minimal_set_hash(engine, br_sha384_ID, crypto->sha384);
	br_x509_minimal_set_hash(engine, br_sha512_ID, crypto->sha512);
	br_x509_minimal_set_ecdsa(engine, crypto->ec, crypto->ecdsa_asn1);
	br_x509_minimal_set_rsa(engine, crypto->rsa_pkcs1);
	br_x509_minimal_set_minrsa(engine, 256);
}

/* Feed leaf and intermediates. The key of a path is only looked at after end_chain has said 0. */
static unsigned
run(br_x509_minimal_context *engine, const search *s, unsigned *usages)
{
	const br_x509_class **vtable = &engine->vtable;
	const br_x509_pkey *key;
	unsigned error;
	size_t i;

	*usages = 0;
	(*vtable)->start_chain(vtable, NULL);
	for (i = 0; i + 1 < s->depth; i ++) {
		plomb_view der = s->path[i]->der;

		(*vtable)->start_cert(vtable, (uint32_t)der.n);
		(*vtable)->append(vtable, der.p, der.n);
		(*vtable)->end_cert(vtable);
	}
	error = (*vtable)->end_chain(vtable);
	if (error != 0) {
		return error;
	}
	key = (*vtable)->get_pkey(vtable, usages);
	return key == NULL ? BR_ERR_X509_NOT_TRUSTED : 0;
}

/*
 * What the engine's answer means for a path that passed every rule of ours.
 * PLOMB_UNSET: it cannot tell. Not trusted here means that the anchor's key
 * did not make the signature, since the names are equal.
 */
static plomb_status
meaning(unsigned error, unsigned usages)
{
	switch (error) {
	case 0:
		return usages & BR_KEYTYPE_SIGN ? PLOMB_OK : PLOMB_CERT_UNTRUSTED;
	case BR_ERR_X509_BAD_SIGNATURE:
	case BR_ERR_X509_WRONG_KEY_TYPE:
	case BR_ERR_X509_NOT_TRUSTED:
		return PLOMB_CERT_SIGNATURE_INVALID;
	case BR_ERR_X509_WEAK_PUBLIC_KEY:
		return PLOMB_CERT_ALG_UNSUPPORTED;
	case BR_ERR_X509_UNSUPPORTED:
	case BR_ERR_X509_CRITICAL_EXTENSION:
		return PLOMB_UNSET;
	default:
		return PLOMB_CERT_UNTRUSTED;
	}
}

static reason
ask_engine(const search *s, const plomb_key *anchor_key)
{
	size_t mark = plomb_work_mark(s->ctx->work);
	br_x509_minimal_context *engine;
	br_x509_trust_anchor anchor;
	unsigned error, usages;

	engine = plomb_work_take(s->ctx->work, sizeof *engine);
	if (engine == NULL) {
		return because(PLOMB_NO_ROOM, NULL, "");
	}
	fill_anchor(&anchor, s->path[s->depth - 1], anchor_key);
	set_up(engine, s->ctx->crypto, &anchor);
	set_time(engine, s->times[0]);
	error = run(engine, s, &usages);
	plomb_work_release(s->ctx->work, mark);
	return because(meaning(error, usages), s->path[s->depth - 1], "signature by an issuer");
}

/* The signatures of a path that obeys every rule: by the engine, or else one by one. */
static reason
check_signatures_by_engine(const search *s)
{
	plomb_key anchor_key;
	reason r;

	if (issuer_key(s, s->depth - 2, &anchor_key) != PLOMB_OK || !engine_can_judge(s, &anchor_key)) {
		return check_signatures(s);
	}
	r = check_encodings(s);
	if (r.status != PLOMB_OK) {
		return r;
	}
	r = ask_engine(s, &anchor_key);
	if (r.status == PLOMB_UNSET) {
		return check_signatures(s);
	}
	return r;
}

/*
 * A path from leaf to anchor. Its signatures are checked also when a rule
 * has refused it already, so that no other reason than the signature is
 * ever given for a path that somebody made up. In a path that is accepted
 * they are checked once.
 */
static reason
check_path(const search *s)
{
	reason rules = check_rules(s);
	reason signatures = rules.status == PLOMB_OK ? check_signatures_by_engine(s) : check_signatures(s);

	return signatures.status != PLOMB_OK ? signatures : rules;
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

/* The path with this anchor on top; it stays as it was unless it is accepted. */
static plomb_status
try_anchor(search *s, const plomb_cert *anchor)
{
	reason r;

	push(s, anchor);
	if (!afford(s, s->depth - 1)) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	r = check_path(s);
	if (r.status != PLOMB_OK) {
		s->depth --;
		note(s, r);
	}
	return r.status;
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
			note(s, because(PLOMB_LIMIT_EXCEEDED, parent, "certificates in a path"));
			continue;
		}
		if (!afford(s, 1)) {
			return PLOMB_LIMIT_EXCEEDED;
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
static reason
check_input(const search *s)
{
	if (s->time_count == 0) {
		return because(PLOMB_INTERNAL_ERROR, NULL, "times");
	}
	if (s->authority->cert_count == 0) {
		return because(PLOMB_CERT_UNTRUSTED, NULL, "issuer");
	}
	if (s->authority->cert_count > PLOMB_MAX_CHAIN || s->helper_count > PLOMB_MAX_HELPERS) {
		return because(PLOMB_LIMIT_EXCEEDED, NULL, "certificates");
	}
	if (is_of_authority(s->path[0], s->authority, s->purpose)) {
		return because(PLOMB_CERT_IS_CA, s->path[0], "certificate of the trust root");
	}
	return because(PLOMB_OK, NULL, "");
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
	s.furthest = check_input(&s);
	if (s.furthest.status != PLOMB_OK) {
		return report(&s);
	}
	s.furthest = because(PLOMB_CERT_UNTRUSTED, NULL, "issuer");
	status = find(&s);
	if (status == PLOMB_OK) {
		*issuer = s.path[1];
		return PLOMB_OK;
	}
	if (status == PLOMB_LIMIT_EXCEEDED) {
		s.furthest = because(status, NULL, "signature checks");
	}
	return report(&s);
}
