/* see sct.h */
#include "sct.h"

#include "base64.h"
#include "der.h"
#include "refusal.h"
#include "time.h"

#define LOG_ID_BYTES 32
#define SCT_HASH_SHA256 4 /* RFC 5246, 7.4.1.4.1 */
#define SCT_SIG_RSA 1
#define SCT_SIG_ECDSA 3

/* A SerializedSCT of version 1 (RFC 6962, 3.3), whose number is 0. */
typedef struct {
	plomb_view log_id;
	plomb_view timestamp; /* eight octets, milliseconds */
	plomb_time time;
	plomb_view extensions; /* with their two octets of length; opaque, but signed */
	unsigned hash_alg, sig_alg;
	plomb_view signature;
} one_sct;

/* Octets of a list, and how far they were read. */
typedef struct {
	plomb_view in;
	size_t at;
} cursor;

static unsigned
octet(plomb_view in, size_t i)
{
	return i < in.n ? in.p[i] : 0;
}

/* n octets, or nothing and 0. */
static int
take(cursor *c, size_t n, plomb_view *out)
{
	memset(out, 0, sizeof *out);
	if (n > c->in.n - c->at) {
		return 0;
	}
	*out = plomb_view_cut(c->in, c->at, n);
	c->at += n;
	return 1;
}

/* What a length of two octets announces; whole has the length too. */
static int
take_vector(cursor *c, plomb_view *whole, plomb_view *content)
{
	size_t start = c->at;
	plomb_view length;

	memset(whole, 0, sizeof *whole);
	memset(content, 0, sizeof *content);
	if (!take(c, 2, &length) || !take(c, (size_t)(octet(length, 0) << 8 | octet(length, 1)), content)) {
		return 0;
	}
	*whole = plomb_view_cut(c->in, start, c->at - start);
	return 1;
}

/* Milliseconds up to 2^64 - 1, which are seconds that fit in a plomb_time. */
static plomb_time
time_of(plomb_view milliseconds)
{
	plomb_time time;
	uint64_t ms = 0; /* then seconds */
	size_t i;

	for (i = 0; i < 8; i ++) {
		ms = ms << 8 | octet(milliseconds, i);
	}
	time.ns = plomb_divide(&ms, 1000) * 1000000;
	time.s = (int64_t)ms;
	return time;
}

/* After the version's octet; every octet belongs to something. */
static plomb_status
read_sct(plomb_view serialized, one_sct *sct)
{
	plomb_view content, algorithms, whole;
	cursor c;

	memset(sct, 0, sizeof *sct);
	c.in = serialized;
	c.at = 1;
	if (!take(&c, LOG_ID_BYTES, &sct->log_id)
		|| !take(&c, 8, &sct->timestamp)
		|| !take_vector(&c, &sct->extensions, &content)
		|| !take(&c, 2, &algorithms)
		|| !take_vector(&c, &whole, &sct->signature)
		|| c.at != c.in.n)
	{
		return PLOMB_SCT_MALFORMED;
	}
	sct->time = time_of(sct->timestamp);
	sct->hash_alg = octet(algorithms, 0);
	sct->sig_alg = octet(algorithms, 1);
	return PLOMB_OK;
}

/*
 * The whole list, before anything of it is believed. Versions other than 1
 * have a form that is not known and are skipped by their length.
 */
static plomb_status
read_list(plomb_view list, one_sct *scts, size_t *count)
{
	plomb_view whole, content, serialized;
	plomb_status s;
	cursor c;

	*count = 0;
	c.in = list;
	c.at = 0;
	if (!take_vector(&c, &whole, &content) || c.at != c.in.n) {
		return PLOMB_SCT_MALFORMED;
	}
	c.in = content;
	c.at = 0;
	while (c.at != c.in.n) {
		if (!take_vector(&c, &whole, &serialized) || serialized.n == 0) {
			return PLOMB_SCT_MALFORMED;
		}
		if (octet(serialized, 0) != 0) {
			continue;
		}
		if (*count == PLOMB_MAX_SCTS) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		s = read_sct(serialized, &scts[*count]);
		if (s != PLOMB_OK) {
			return s;
		}
		(*count) ++;
	}
	return *count == 0 ? PLOMB_SCT_MALFORMED : PLOMB_OK;
}

/* ---------------------------------------------------------- what was signed */

static void
put_u24(unsigned char out[3], size_t n)
{
	out[0] = (unsigned char)(n >> 16);
	out[1] = (unsigned char)(n >> 8);
	out[2] = (unsigned char)n;
}

/* The Extension elements before and after the list of timestamps; all others stay as they are. */
static plomb_status
split_extensions(const plomb_cert *leaf, plomb_view *before, plomb_view *after)
{
	static const plomb_view oid = PLOMB_LIT("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x02");
	plomb_der der = plomb_der_open(leaf->extensions);

	memset(before, 0, sizeof *before);
	memset(after, 0, sizeof *after);
	while (!plomb_der_end(&der)) {
		size_t start = der.at;
		plomb_der inner;
		plomb_tlv tlv;

		if (plomb_der_enter(&der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
			|| plomb_der_take(&inner, PLOMB_DER_OID, &tlv) != PLOMB_OK)
		{
			return PLOMB_SCT_MALFORMED;
		}
		if (plomb_view_eq(tlv.body, oid)) {
			*before = plomb_view_cut(der.in, 0, start);
			*after = plomb_view_cut(der.in, der.at, der.in.n - der.at);
			return PLOMB_OK;
		}
	}
	return PLOMB_SCT_MALFORMED;
}

static plomb_view
bytes(const unsigned char *p, size_t n)
{
	plomb_view v;

	v.p = p;
	v.n = n;
	return v;
}

/*
 * The precertificate's tbsCertificate with its length in front: the leaf's
 * without the list of timestamps, in which everything but the enclosing
 * lengths is copied octet for octet. It is hashed piece by piece and never
 * built. If the list was the only extension, there is no [3] (RFC 5280 has
 * no empty one).
 */
static plomb_status
hash_precert(plomb_hasher *hasher, const plomb_cert *leaf)
{
	unsigned char list[4], wrapper[4], tbs[4], length[3];
	size_t list_n = 0, wrapper_n = 0, tbs_n, rest, inside;
	plomb_view before, after;
	plomb_status s;

	s = split_extensions(leaf, &before, &after);
	if (s != PLOMB_OK) {
		return s;
	}
	rest = before.n + after.n;
	if (rest != 0) {
		list_n = plomb_der_put_header(list, PLOMB_DER_SEQUENCE, rest);
		wrapper_n = plomb_der_put_header(wrapper, PLOMB_DER_CONTEXT_CONSTRUCTED(3), list_n + rest);
	}
	inside = leaf->before_extensions.n + wrapper_n + list_n + rest;
	tbs_n = plomb_der_put_header(tbs, PLOMB_DER_SEQUENCE, inside);
	put_u24(length, tbs_n + inside);
	plomb_hasher_update(hasher, bytes(length, sizeof length));
	plomb_hasher_update(hasher, bytes(tbs, tbs_n));
	plomb_hasher_update(hasher, leaf->before_extensions);
	plomb_hasher_update(hasher, bytes(wrapper, wrapper_n));
	plomb_hasher_update(hasher, bytes(list, list_n));
	plomb_hasher_update(hasher, before);
	plomb_hasher_update(hasher, after);
	return PLOMB_OK;
}

/* The digest of the digitally-signed struct of RFC 6962, 3.2, for a precert_entry. */
static plomb_status
digest_of(const plomb_ctx *ctx, const plomb_cert *leaf, const plomb_cert *issuer, const one_sct *sct, plomb_digest *digest)
{
	static const unsigned char version_and_type[2] = { 0, 0 };
	static const unsigned char precert_entry[2] = { 0, 1 };
	unsigned char issuer_key_hash[PLOMB_MAX_HASH_LEN];
	plomb_hasher hasher;
	plomb_status s;

	memset(digest, 0, sizeof *digest);
	plomb_hash_of(ctx->crypto, PLOMB_SHA256, issuer->spki, issuer_key_hash);
	plomb_hasher_init(&hasher, ctx->crypto, PLOMB_SHA256);
	plomb_hasher_update(&hasher, bytes(version_and_type, sizeof version_and_type));
	plomb_hasher_update(&hasher, sct->timestamp);
	plomb_hasher_update(&hasher, bytes(precert_entry, sizeof precert_entry));
	plomb_hasher_update(&hasher, bytes(issuer_key_hash, plomb_hash_len(PLOMB_SHA256)));
	s = hash_precert(&hasher, leaf);
	if (s != PLOMB_OK) {
		return s;
	}
	plomb_hasher_update(&hasher, sct->extensions);
	plomb_hasher_out(&hasher, digest->bytes);
	digest->hash = PLOMB_SHA256;
	return PLOMB_OK;
}

/* RFC 6962, 2.1.4: SHA-256, with ECDSA or with RSA, whichever the log's key is. */
static int
fits(const one_sct *sct, plomb_key_kind kind)
{
	if (sct->hash_alg != SCT_HASH_SHA256) {
		return 0;
	}
	switch (kind) {
	case PLOMB_KEY_P256:
	case PLOMB_KEY_P384:
	case PLOMB_KEY_P521:
		return sct->sig_alg == SCT_SIG_ECDSA;
	case PLOMB_KEY_RSA:
		return sct->sig_alg == SCT_SIG_RSA;
	default:
		return 0;
	}
}

/* ------------------------------------------------------------ one and all */

static plomb_status
check_window(plomb_ctx *ctx, const one_sct *sct, const plomb_log *log)
{
	return plomb_window_has(&log->key.valid, &sct->time) ? PLOMB_OK
		: plomb_refuse_outside(ctx, PLOMB_SCT_OUTSIDE_LOG_VALIDITY, &log->key.valid, log->base_url, &sct->time);
}

/* Steps 1 to 3 of SPEC 5 for one; *log is whose it is, also when it is refused later. */
static plomb_status
check_sct(plomb_ctx *ctx, const plomb_trust *trust, const plomb_cert *leaf, const plomb_cert *issuer,
	const one_sct *sct, const plomb_log **log)
{
	plomb_message message;
	plomb_digest digest;
	plomb_ctx quiet = *ctx;
	plomb_status s;

	*log = plomb_trust_ctlog(trust, sct->log_id);
	if (*log == NULL) {
		return plomb_refuse_text(ctx, PLOMB_SCT_LOG_UNKNOWN, "log id", plomb_nothing, plomb_refusal_base64(ctx, sct->log_id));
	}
	if ((*log)->usable != PLOMB_OK) {
		return plomb_refuse_of(ctx, (*log)->usable, "keyDetails", (*log)->base_url, plomb_nothing, plomb_nothing);
	}
	s = check_window(ctx, sct, *log);
	if (s != PLOMB_OK) {
		return s;
	}
	s = digest_of(ctx, leaf, issuer, sct, &digest);
	if (s != PLOMB_OK) {
		return s;
	}
	quiet.detail = NULL;
	plomb_message_from_digest(&message, &digest);
	s = fits(sct, (*log)->key.kind)
		? plomb_key_verify(&quiet, &(*log)->key, PLOMB_SHA256, &message, sct->signature)
		: PLOMB_SCT_SIGNATURE_INVALID;
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	return plomb_refuse_of(ctx, PLOMB_SCT_SIGNATURE_INVALID, "signed certificate timestamp", (*log)->base_url,
		plomb_nothing, plomb_nothing);
}

/* How far a timestamp got; a log whose key cannot be used stands between unknown and outside. */
static int
rank(plomb_status status)
{
	switch (status) {
	case PLOMB_UNSET:
		return 0;
	case PLOMB_SCT_LOG_UNKNOWN:
		return 1;
	case PLOMB_SCT_OUTSIDE_LOG_VALIDITY:
		return 3;
	case PLOMB_SCT_SIGNATURE_INVALID:
		return 4;
	default:
		return 2;
	}
}

/* One of the first count logs is the same. */
static int
was_counted(const plomb_log *const *logs, size_t count, const plomb_log *log)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		if (plomb_log_same(logs[i], log)) {
			return 1;
		}
	}
	return 0;
}

/* All of them; OK as soon as enough distinct logs have said yes. */
static plomb_status
count_logs(plomb_ctx *ctx, const plomb_trust *trust, const plomb_cert *leaf, const plomb_cert *issuer,
	const one_sct *scts, size_t count, unsigned wanted)
{
	const plomb_log *logs[PLOMB_MAX_SCTS];
	plomb_detail ignored, best_detail;
	plomb_status best = PLOMB_UNSET;
	plomb_ctx inner = *ctx;
	size_t found = 0, i;

	memset(&best_detail, 0, sizeof best_detail);
	inner.detail = ctx->detail == NULL ? NULL : &ignored;
	for (i = 0; i < count; i ++) {
		const plomb_log *log;
		plomb_status s;

		memset(&ignored, 0, sizeof ignored);
		s = check_sct(&inner, trust, leaf, issuer, &scts[i], &log);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s == PLOMB_OK && !was_counted(logs, found, log)) {
			logs[found ++] = log;
		}
		if (found >= wanted) {
			return PLOMB_OK;
		}
		if (s != PLOMB_OK && rank(s) > rank(best)) {
			best = s;
			best_detail = ignored;
		}
	}
	if (best == PLOMB_UNSET) {
		best = PLOMB_SCT_MISSING;
		best_detail.what = plomb_view_of("distinct certificate logs");
	}
	return plomb_refuse(ctx, best, best_detail.what, best_detail.want, best_detail.got);
}

/* see sct.h */
plomb_status
plomb_sct_verify(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_cert *leaf, const plomb_cert *issuer, unsigned threshold)
{
	one_sct scts[PLOMB_MAX_SCTS];
	size_t count;
	plomb_status s;

	if (!leaf->has_sct_extension) {
		return plomb_refuse_text(ctx, PLOMB_SCT_MISSING, "certificate extension", plomb_nothing, plomb_nothing);
	}
	s = read_list(leaf->sct, scts, &count);
	if (s != PLOMB_OK) {
		return plomb_refuse_text(ctx, s, "list of certificate timestamps", plomb_nothing, plomb_nothing);
	}
	return count_logs(ctx, trust, leaf, issuer, scts, count, threshold == 0 ? 1 : threshold);
}
