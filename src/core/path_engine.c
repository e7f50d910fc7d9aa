/* see path_engine.h */
#include "path_engine.h"

#include "der.h"
#include "time.h"

/*
 * The engine reads ECDSA signatures leniently: padded and negative numbers
 * pass. So it is asked only about strict DER of the issuer's size.
 */
static int
is_strict(plomb_view signature, const plomb_key *issuer)
{
	unsigned char raw[2 * 66];

	return issuer->kind == PLOMB_KEY_RSA
		|| (plomb_key_curve(issuer) != 0 && plomb_der_ecdsa(signature, issuer->point.n / 2, raw) == PLOMB_OK);
}

/*
 * Whether the engine can be asked about this certificate of the path. It
 * knows no Ed25519, stops at a critical extended key usage, counts
 * self-issued certificates in path lengths, and ends as soon as a certificate
 * was issued under the anchor's name, without a look at those that follow.
 * Then *issuer is the key that should have signed it.
 */
static int
can_judge(const plomb_cert *const *path, size_t depth, size_t i, plomb_key *issuer)
{
	const plomb_cert *cert = path[i];

	return cert->alg != PLOMB_CERT_ALG_ED25519 && cert->alg != PLOMB_CERT_ALG_UNKNOWN
		&& !(cert->has_eku && cert->eku_critical)
		&& !plomb_view_eq(cert->issuer, cert->subject)
		&& (i + 2 == depth || !plomb_view_eq(cert->issuer, path[depth - 1]->subject))
		&& plomb_key_parse(path[i + 1]->spki, issuer) == PLOMB_OK
		&& is_strict(cert->signature, issuer);
}

/* BearSSL's structures take what they only read as pointers to what can be written. */
static unsigned char *
lend(plomb_view v)
{
	return (unsigned char *)v.p;
}

/* The anchor as the engine wants it; its own dates and path length were checked by path.c. */
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
	anchor->pkey.key.ec.curve = plomb_key_curve(key);
	anchor->pkey.key.ec.q = lend(key->point);
	anchor->pkey.key.ec.qlen = key->point.n;
}

/* BearSSL counts days from year 0, which had 366. The first time is as good as any, all were checked. */
static void
set_time(br_x509_minimal_context *engine, const plomb_time *time)
{
	uint32_t days, seconds;

	plomb_time_split(time, &days, &seconds);
	br_x509_minimal_set_time(engine, days + 366, seconds);
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
run(br_x509_minimal_context *engine, const plomb_cert *const *path, size_t depth, unsigned *usages)
{
	const br_x509_class **vtable = &engine->vtable;
	const br_x509_pkey *key;
	unsigned error;
	size_t i;

	*usages = 0;
	(*vtable)->start_chain(vtable, NULL);
	for (i = 0; i + 1 < depth; i ++) {
		plomb_view der = path[i]->der;

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

/* see path_engine.h */
plomb_status
plomb_path_engine(plomb_ctx *ctx, const plomb_cert *const *path, size_t depth, const plomb_time *time)
{
	size_t mark = plomb_work_mark(ctx->work), i;
	br_x509_minimal_context *engine;
	br_x509_trust_anchor anchor;
	plomb_key anchor_key;
	unsigned error, usages;

	memset(&anchor_key, 0, sizeof anchor_key);
	for (i = 0; i + 1 < depth; i ++) {
		if (!can_judge(path, depth, i, &anchor_key)) {
			return PLOMB_UNSET;
		}
	}
	engine = plomb_work_take(ctx->work, sizeof *engine);
	if (engine == NULL) {
		return PLOMB_NO_ROOM;
	}
	fill_anchor(&anchor, path[depth - 1], &anchor_key);
	set_up(engine, ctx->crypto, &anchor);
	set_time(engine, time);
	error = run(engine, path, depth, &usages);
	plomb_work_release(ctx->work, mark);
	return meaning(error, usages);
}
