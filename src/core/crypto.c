#include "ed25519.h"
#include "hash.h"
#include "path_engine.h"

/*
 * The three curves of SPEC 3.1 and no other: BearSSL's br_ec_all_m31 would
 * also bring Curve25519, 4 KB that nothing here uses. P-256 has its own code,
 * which takes half the time.
 */
static const br_ec_impl *
impl_of(int curve)
{
	return curve == BR_EC_secp256r1 ? &br_ec_p256_m31 : &br_ec_prime_i31;
}

static const unsigned char *
ec_generator(int curve, size_t *len)
{
	return impl_of(curve)->generator(curve, len);
}

static const unsigned char *
ec_order(int curve, size_t *len)
{
	return impl_of(curve)->order(curve, len);
}

static size_t
ec_xoff(int curve, size_t *len)
{
	return impl_of(curve)->xoff(curve, len);
}

static uint32_t
ec_mul(unsigned char *point, size_t point_len, const unsigned char *x, size_t x_len, int curve)
{
	return impl_of(curve)->mul(point, point_len, x, x_len, curve);
}

static size_t
ec_mulgen(unsigned char *out, const unsigned char *x, size_t x_len, int curve)
{
	return impl_of(curve)->mulgen(out, x, x_len, curve);
}

static uint32_t
ec_muladd(unsigned char *a, const unsigned char *b, size_t len,
	const unsigned char *x, size_t x_len, const unsigned char *y, size_t y_len, int curve)
{
	return impl_of(curve)->muladd(a, b, len, x, x_len, y, y_len, curve);
}

static const br_ec_impl nist_curves = {
	((uint32_t)1 << BR_EC_secp256r1) | ((uint32_t)1 << BR_EC_secp384r1) | ((uint32_t)1 << BR_EC_secp521r1),
	ec_generator, ec_order, ec_xoff, ec_mul, ec_mulgen, ec_muladd
};

#define PRIMITIVES \
	&br_sha256_vtable, \
	&br_sha384_vtable, \
	&br_sha512_vtable, \
	&br_sha1_vtable, \
	&nist_curves, \
	br_ecdsa_i31_vrfy_raw, \
	br_rsa_i31_public, \
	plomb_ed25519_verify, \
	plomb_ed25519ph_verify

/* see plomb.h */
const plomb_crypto plomb_crypto_default = {
	PRIMITIVES,
	plomb_path_engine,
	br_ecdsa_i31_vrfy_asn1,
	br_rsa_i31_pkcs1_vrfy
};

/* see plomb.h */
const plomb_crypto plomb_crypto_small = {
	PRIMITIVES,
	NULL,
	NULL,
	NULL
};
