#include "cert.h"
#include "der.h"
#include "pem.h"
#include "refusal.h"

/* Algorithms of SubjectPublicKeyInfo: the content of their OIDs. */
static const unsigned char oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const unsigned char oid_rsa_pss[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a };
static const unsigned char oid_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
static const unsigned char oid_ed25519[] = { 0x2b, 0x65, 0x70 };

/* namedCurve parameters, whole elements. */
static const unsigned char curve_p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const unsigned char curve_p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const unsigned char curve_p521[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 };

/*
 * The only RSASSA-PSS-params that are read: SHA-256, MGF1 with SHA-256, salt
 * of 32 bytes, with and without NULL for the hash (RFC 4055, section 2.1).
 */
static const unsigned char pss_sha256[] = {
	0x30, 0x34,
	0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
	0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08,
	0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
	0xa2, 0x03, 0x02, 0x01, 0x20
};
static const unsigned char pss_sha256_short[] = {
	0x30, 0x30,
	0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
	0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08,
	0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
	0xa2, 0x03, 0x02, 0x01, 0x20
};

static const unsigned char der_null[] = { 0x05, 0x00 };
static const unsigned char exponent_65537[] = { 0x01, 0x00, 0x01 };

static int
is_bytes(plomb_view a, const unsigned char *bytes, size_t n)
{
	return a.n == n && memcmp(a.p, bytes, n) == 0;
}

#define IS(view, constant) is_bytes((view), (constant), sizeof (constant))

/* Uncompressed; infinity has another length. */
static plomb_status
read_ec(plomb_view parameters, plomb_view octets, plomb_key *key)
{
	size_t half;

	if (IS(parameters, curve_p256)) {
		key->kind = PLOMB_KEY_P256;
		half = 32;
	} else if (IS(parameters, curve_p384)) {
		key->kind = PLOMB_KEY_P384;
		half = 48;
	} else if (IS(parameters, curve_p521)) {
		key->kind = PLOMB_KEY_P521;
		half = 66;
	} else {
		/* Explicit parameters are here too (CVE-2020-0601: a curve of the attacker's with our key on it). */
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	key->point = octets;
	return octets.n == 1 + 2 * half && octets.p[0] == 4 ? PLOMB_OK : PLOMB_KEY_MALFORMED;
}

/*
 * y is p - 1 or more: -1 has order 2 and above it the number is not reduced
 * (the encodings of 0 and 1 once more, among others); or y is 0 or 1, of
 * order 4 and 1; or one of the two that have order 8. Under such a key
 * anybody can make signatures.
 */
static int
is_weak_ed25519(const unsigned char key[32])
{
	static const unsigned char order8[2][32] = {
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		  0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		  0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a }
	};
	unsigned char y[32];
	unsigned all = 0xff, any = 0;
	size_t i;

	memcpy(y, key, sizeof y);
	y[31] &= 0x7f; /* the sign of x */
	if (memcmp(y, order8[0], sizeof y) == 0 || memcmp(y, order8[1], sizeof y) == 0) {
		return 1;
	}
	for (i = 1; i < 31; i ++) {
		all &= y[i];
		any |= y[i];
	}
	if (all == 0xff && y[31] == 0x7f) {
		return y[0] >= 0xec;
	}
	return any == 0 && y[31] == 0 && y[0] <= 1;
}

static plomb_status
read_ed25519(plomb_view parameters, plomb_view octets, plomb_key *key)
{
	/* RFC 8410, section 3: the parameters MUST be absent. */
	if (parameters.n != 0 || octets.n != 32 || is_weak_ed25519(octets.p)) {
		return PLOMB_KEY_MALFORMED;
	}
	key->kind = PLOMB_KEY_ED25519;
	key->point = octets;
	return PLOMB_OK;
}

/* RSAPublicKey: SEQUENCE { modulus, publicExponent }. */
static plomb_status
read_rsa_numbers(plomb_view octets, plomb_view *n, plomb_view *e)
{
	plomb_tlv all, number;
	plomb_der der;

	if (plomb_der_only(octets, PLOMB_DER_SEQUENCE, &all) != PLOMB_OK) {
		return PLOMB_KEY_MALFORMED;
	}
	der = plomb_der_open(all.body);
	if (plomb_der_take(&der, PLOMB_DER_INTEGER, &number) != PLOMB_OK
		|| plomb_der_unsigned(number.body, n) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_INTEGER, &number) != PLOMB_OK
		|| plomb_der_unsigned(number.body, e) != PLOMB_OK
		|| !plomb_der_end(&der))
	{
		return PLOMB_KEY_MALFORMED;
	}
	return PLOMB_OK;
}

/* Fulcio's rule for RSA keys, SPEC 3.1. */
static plomb_status
read_rsa(plomb_view octets, plomb_key_kind kind, plomb_key *key)
{
	plomb_view n, e;
	plomb_status status = read_rsa_numbers(octets, &n, &e);

	if (status != PLOMB_OK) {
		return status;
	}
	if (n.n == 0 || (n.p[n.n - 1] & 1) == 0) {
		return PLOMB_KEY_MALFORMED;
	}
	if (n.n < 256 || (n.n == 256 && n.p[0] < 0x80)) {
		return PLOMB_KEY_TOO_SMALL;
	}
	if (n.n > 512 || n.p[0] < 0x80 || !IS(e, exponent_65537)) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	key->kind = kind;
	key->n = n;
	key->e = e;
	return PLOMB_OK;
}

static plomb_status
read_by_algorithm(plomb_view oid, plomb_view parameters, plomb_view octets, plomb_key *key)
{
	if (IS(oid, oid_ec)) {
		return read_ec(parameters, octets, key);
	}
	if (IS(oid, oid_ed25519)) {
		return read_ed25519(parameters, octets, key);
	}
	if (IS(oid, oid_rsa)) {
		if (parameters.n != 0 && !IS(parameters, der_null)) {
			return PLOMB_KEY_MALFORMED;
		}
		return read_rsa(octets, PLOMB_KEY_RSA, key);
	}
	if (IS(oid, oid_rsa_pss)) {
		if (parameters.n != 0 && !IS(parameters, pss_sha256) && !IS(parameters, pss_sha256_short)) {
			return PLOMB_KEY_TYPE_UNSUPPORTED;
		}
		return read_rsa(octets, PLOMB_KEY_RSA_PSS, key);
	}
	return PLOMB_KEY_TYPE_UNSUPPORTED;
}

/* SEQUENCE { AlgorithmIdentifier, BIT STRING } in parts. */
static plomb_status
split_spki(plomb_view spki, plomb_view *oid, plomb_view *parameters, plomb_view *octets)
{
	plomb_tlv all, bits;
	plomb_der der;

	if (plomb_der_only(spki, PLOMB_DER_SEQUENCE, &all) != PLOMB_OK) {
		return PLOMB_KEY_MALFORMED;
	}
	der = plomb_der_open(all.body);
	if (plomb_der_algorithm(&der, oid, parameters) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_BIT_STRING, &bits) != PLOMB_OK
		|| plomb_der_bits(bits.body, octets) != PLOMB_OK
		|| !plomb_der_end(&der))
	{
		return PLOMB_KEY_MALFORMED;
	}
	return PLOMB_OK;
}

/* see key.h */
plomb_status
plomb_key_parse(plomb_view spki, plomb_key *key)
{
	plomb_view oid, parameters, octets;
	plomb_status status;

	memset(key, 0, sizeof *key);
	status = split_spki(spki, &oid, &parameters, &octets);
	if (status == PLOMB_OK) {
		status = read_by_algorithm(oid, parameters, octets, key);
	}
	if (status != PLOMB_OK) {
		memset(key, 0, sizeof *key);
		return status;
	}
	key->spki = spki;
	return PLOMB_OK;
}

/*
 * Both coordinates below p and on the curve. Multiplication by one checks the
 * equation; that it gives the same bytes shows that the coordinates were
 * reduced.
 */
static int
is_on_curve(const plomb_crypto *crypto, const plomb_key *key)
{
	static const unsigned char one[1] = { 1 };
	unsigned char copy[1 + 2 * 66];

	memcpy(copy, key->point.p, key->point.n);
	return crypto->ec->mul(copy, key->point.n, one, sizeof one, plomb_key_curve(key)) == 1
		&& memcmp(copy, key->point.p, key->point.n) == 0;
}

/* see key.h */
plomb_status
plomb_key_from_spki(const plomb_crypto *crypto, plomb_view spki, plomb_key *key)
{
	plomb_status status = plomb_key_parse(spki, key);

	if (status == PLOMB_OK && plomb_key_curve(key) != 0 && !is_on_curve(crypto, key)) {
		memset(key, 0, sizeof *key);
		return PLOMB_KEY_MALFORMED;
	}
	return status;
}

/* see key.h */
int
plomb_key_allows_hash(const plomb_key *key, plomb_hash hash)
{
	plomb_view oid, parameters, octets;

	switch (key->kind) {
	case PLOMB_KEY_P256:
	case PLOMB_KEY_P384:
	case PLOMB_KEY_P521:
	case PLOMB_KEY_RSA:
		return plomb_hash_len(hash) != 0;
	case PLOMB_KEY_RSA_PSS:
		/* Parameters in the key bind its user to their hash (RFC 4055, section 3.3); ours are SHA-256. */
		if (hash == PLOMB_SHA256) {
			return 1;
		}
		return plomb_hash_len(hash) != 0
			&& split_spki(key->spki, &oid, &parameters, &octets) == PLOMB_OK
			&& (parameters.n == 0 || IS(parameters, der_null));
	case PLOMB_KEY_ED25519:
		return hash == PLOMB_HASH_NONE || hash == PLOMB_SHA512;
	case PLOMB_KEY_NONE:
		break;
	}
	return 0;
}

/* see key.h */
plomb_status
plomb_key_from_pkcs1(plomb_ctx *ctx, plomb_view der, plomb_key *key)
{
	static const unsigned char algorithm[] = {
		0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
	};
	unsigned char outer[4], inner[5];
	unsigned char *out;
	size_t outer_len, inner_len, mark;
	plomb_view n, e, spki;
	plomb_status status;

	memset(key, 0, sizeof *key);
	status = read_rsa_numbers(der, &n, &e);
	if (status != PLOMB_OK) {
		return status;
	}
	/* 4096 bits need 526 bytes; this bound only keeps the lengths below to two octets. */
	if (der.n > 8192) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	inner_len = plomb_der_put_header(inner, PLOMB_DER_BIT_STRING, der.n + 1);
	inner[inner_len ++] = 0; /* no unused bits */
	outer_len = plomb_der_put_header(outer, PLOMB_DER_SEQUENCE, sizeof algorithm + inner_len + der.n);

	mark = plomb_work_mark(ctx->work);
	out = plomb_work_take(ctx->work, outer_len + sizeof algorithm + inner_len + der.n);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	spki.p = out;
	spki.n = outer_len + sizeof algorithm + inner_len + der.n;
	memcpy(out, outer, outer_len);
	out += outer_len;
	memcpy(out, algorithm, sizeof algorithm);
	out += sizeof algorithm;
	memcpy(out, inner, inner_len);
	memcpy(out + inner_len, der.p, der.n);

	status = plomb_key_from_spki(ctx->crypto, spki, key);
	if (status != PLOMB_OK) {
		plomb_work_release(ctx->work, mark);
	}
	return status;
}

static plomb_status
key_of_certificate(plomb_ctx *ctx, plomb_view der, plomb_key *key)
{
	plomb_cert cert;

	if (plomb_cert_parse(der, &cert) != PLOMB_OK) {
		return PLOMB_KEY_MALFORMED;
	}
	return plomb_key_from_spki(ctx->crypto, cert.spki, key);
}

static plomb_status
key_of_block(plomb_ctx *ctx, plomb_view label, plomb_view der, plomb_key *key)
{
	static const plomb_view want = PLOMB_LIT("PUBLIC KEY");

	if (plomb_view_is(label, "PUBLIC KEY")) {
		return plomb_key_from_spki(ctx->crypto, der, key);
	}
	if (plomb_view_is(label, "RSA PUBLIC KEY")) {
		return plomb_key_from_pkcs1(ctx, der, key);
	}
	if (plomb_view_is(label, "CERTIFICATE")) {
		return key_of_certificate(ctx, der, key);
	}
	/* Somebody gave the wrong half; the sentence should say so. */
	if (plomb_view_ends(label, "PRIVATE KEY")) {
		return plomb_refuse_text(ctx, PLOMB_KEY_TYPE_UNSUPPORTED, "PEM label", want, label);
	}
	return plomb_refuse_text(ctx, PLOMB_KEY_MALFORMED, "PEM label", want, label);
}

/* see plomb.h */
plomb_status
plomb_key_from_pem(plomb_ctx *ctx, plomb_view pem, plomb_key *key)
{
	size_t mark = plomb_work_mark(ctx->work);
	plomb_view label, der;
	plomb_status status;

	memset(key, 0, sizeof *key);
	status = plomb_pem_one(ctx->work, pem, &label, &der);
	if (status == PLOMB_OK) {
		status = key_of_block(ctx, label, der, key);
	} else if (status != PLOMB_NO_ROOM) {
		status = PLOMB_KEY_MALFORMED; /* also a file without any block */
	}
	if (status != PLOMB_OK) {
		plomb_work_release(ctx->work, mark);
	}
	return status;
}

/* see key.h */
int
plomb_key_eq(const plomb_key *a, const plomb_key *b)
{
	int a_rsa = a->kind == PLOMB_KEY_RSA || a->kind == PLOMB_KEY_RSA_PSS;
	int b_rsa = b->kind == PLOMB_KEY_RSA || b->kind == PLOMB_KEY_RSA_PSS;

	if (a_rsa && b_rsa) {
		return plomb_view_eq(a->n, b->n) && plomb_view_eq(a->e, b->e);
	}
	return a->kind != PLOMB_KEY_NONE && a->kind == b->kind && plomb_view_eq(a->point, b->point);
}
