/* see private_key_der.h: PKCS#8 (RFC 5958), RFC 5915, RFC 8017 and RFC 8410, in and out. */
#include <sodium.h>

#include "private_key_der.h"

#include "../core/der.h"
#include "writer.h"

#define MAX_FACTOR_BYTES 256 /* of RSA with 4096 bits; BearSSL has room for more */

typedef struct {
	plomb_key_kind kind;
	int curve;
	size_t order_bytes;
	plomb_view oid;
} ec_kind;

static const unsigned char oid_p256[] = { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 };
static const unsigned char oid_p384[] = { 0x2B, 0x81, 0x04, 0x00, 0x22 };
static const unsigned char oid_p521[] = { 0x2B, 0x81, 0x04, 0x00, 0x23 };
static const unsigned char oid_ec[] = { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01 };
static const unsigned char oid_rsa[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01 };
static const unsigned char oid_ed25519[] = { 0x2B, 0x65, 0x70 };

#define VIEW(array) { array, sizeof array }

static const ec_kind ec_kinds[] = {
	{ PLOMB_KEY_P256, BR_EC_secp256r1, 32, VIEW(oid_p256) },
	{ PLOMB_KEY_P384, BR_EC_secp384r1, 48, VIEW(oid_p384) },
	{ PLOMB_KEY_P521, BR_EC_secp521r1, 66, VIEW(oid_p521) }
};

#define EC_KINDS (sizeof ec_kinds / sizeof ec_kinds[0])

static const plomb_view ec_algorithm = VIEW(oid_ec);
static const plomb_view rsa_algorithm = VIEW(oid_rsa);
static const plomb_view ed25519_algorithm = VIEW(oid_ed25519);

/* NULL for other kinds. */
static const ec_kind *
find_kind(plomb_key_kind kind)
{
	size_t i;

	for (i = 0; i < EC_KINDS; i ++) {
		if (ec_kinds[i].kind == kind) {
			return &ec_kinds[i];
		}
	}
	return NULL;
}

static const ec_kind *
find_curve(plomb_view oid)
{
	size_t i;

	for (i = 0; i < EC_KINDS; i ++) {
		if (plomb_view_eq(ec_kinds[i].oid, oid)) {
			return &ec_kinds[i];
		}
	}
	return NULL;
}

/* see private_key_der.h */
int
plomb_private_key_curve(plomb_key_kind kind)
{
	const ec_kind *found;

	found = find_kind(kind);
	return found == NULL ? 0 : found->curve;
}

/* --------------------------------------------------------------- writing DER */

static plomb_status
wrap(plomb_work *work, unsigned tag, plomb_view content, plomb_view *der)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, work);
	plomb_write_der(&writer, tag, content);
	return plomb_writer_end(&writer, der);
}

/* Up to four elements one behind the other, in one of this tag. */
static plomb_status
wrap_all(plomb_work *work, unsigned tag, const plomb_view *part, size_t count, plomb_view *der)
{
	plomb_writer writer;
	plomb_view content;
	plomb_status s;
	size_t i;

	plomb_writer_begin(&writer, work);
	for (i = 0; i < count; i ++) {
		plomb_write_view(&writer, part[i]);
	}
	s = plomb_writer_end(&writer, &content);
	return s == PLOMB_OK ? wrap(work, tag, content, der) : s;
}

/* A BIT STRING of whole octets, or an INTEGER that is not negative: one octet in front where it is due. */
static plomb_status
wrap_behind_zero(plomb_work *work, unsigned tag, int with_zero, plomb_view content, plomb_view *der)
{
	static const unsigned char zero[1] = { 0 };
	plomb_view part[2];

	part[0].p = zero;
	part[0].n = with_zero ? 1 : 0;
	part[1] = content;
	return wrap_all(work, tag, part, 2, der);
}

static plomb_status
wrap_integer(plomb_work *work, const unsigned char *p, size_t n, plomb_view *der)
{
	plomb_view magnitude;

	while (n > 1 && p[0] == 0) {
		p ++;
		n --;
	}
	magnitude.p = p;
	magnitude.n = n;
	return wrap_behind_zero(work, PLOMB_DER_INTEGER, n == 0 || (p[0] & 0x80) != 0, magnitude, der);
}

/* AlgorithmIdentifier: for EC with the curve, for RSA with NULL, for Ed25519 without parameters. */
static plomb_status
write_algorithm(plomb_work *work, plomb_key_kind kind, plomb_view *der)
{
	static const unsigned char null[2] = { PLOMB_DER_NULL, 0 };
	const ec_kind *ec;
	plomb_view part[2];
	plomb_status s;

	ec = find_kind(kind);
	s = wrap(work, PLOMB_DER_OID, ec != NULL ? ec_algorithm : kind == PLOMB_KEY_RSA ? rsa_algorithm : ed25519_algorithm, &part[0]);
	if (s != PLOMB_OK) {
		return s;
	}
	part[1].p = null;
	part[1].n = kind == PLOMB_KEY_RSA ? sizeof null : 0;
	if (ec != NULL && (s = wrap(work, PLOMB_DER_OID, ec->oid, &part[1])) != PLOMB_OK) {
		return s;
	}
	return wrap_all(work, PLOMB_DER_SEQUENCE, part, 2, der);
}

/* The public half as every other part of the program reads it. */
static plomb_status
publish(plomb_ctx *ctx, plomb_key_kind kind, plomb_view subject_public_key, plomb_private_key *key)
{
	plomb_view part[2], spki;
	plomb_status s;

	if ((s = write_algorithm(ctx->work, kind, &part[0])) != PLOMB_OK
		|| (s = wrap_behind_zero(ctx->work, PLOMB_DER_BIT_STRING, 1, subject_public_key, &part[1])) != PLOMB_OK
		|| (s = wrap_all(ctx->work, PLOMB_DER_SEQUENCE, part, 2, &spki)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_key_from_spki(ctx->crypto, spki, &key->public_key);
}

/* Numbers of equal length, the most significant octet first: 1 if a < b. As long whatever they are. */
static int
is_less(const unsigned char *a, const unsigned char *b, size_t n)
{
	uint32_t borrow;

	borrow = 0;
	while (n != 0) {
		n --;
		borrow = ((uint32_t)a[n] - b[n] - borrow) >> 31;
	}
	return (int)borrow;
}

/* The scalar is between 1 and the order, exclusively: BearSSL asks its callers to see to that. */
static int
is_scalar(const plomb_ctx *ctx, int curve, plomb_view x)
{
	const unsigned char *order;
	unsigned any;
	size_t n, i;

	order = ctx->crypto->ec->order(curve, &n);
	if (x.n != n) {
		return 0;
	}
	any = 0;
	for (i = 0; i < n; i ++) {
		any |= x.p[i];
	}
	return any != 0 && is_less(x.p, order, n);
}

/* see private_key_der.h */
plomb_status
plomb_private_key_publish_ec(plomb_ctx *ctx, plomb_key_kind kind, plomb_private_key *key)
{
	unsigned char room[BR_EC_KBUF_PUB_MAX_SIZE];
	br_ec_public_key made;
	br_ec_private_key sk;
	plomb_view point;

	sk.curve = plomb_private_key_curve(kind);
	if (!is_scalar(ctx, sk.curve, key->x)) {
		return PLOMB_KEY_MALFORMED;
	}
	/* BearSSL only reads it. */
	sk.x = (unsigned char *)(uintptr_t)key->x.p;
	sk.xlen = key->x.n;
	if (br_ec_compute_pub(ctx->crypto->ec, &made, room, &sk) == 0) {
		return PLOMB_KEY_MALFORMED;
	}
	point.p = made.q;
	point.n = made.qlen;
	return publish(ctx, kind, point, key);
}

/* see private_key_der.h */
plomb_status
plomb_private_key_publish_rsa(plomb_ctx *ctx, const unsigned char *n, size_t n_len, const unsigned char *e, size_t e_len, plomb_private_key *key)
{
	plomb_view part[2], numbers;
	plomb_status s;

	if ((s = wrap_integer(ctx->work, n, n_len, &part[0])) != PLOMB_OK
		|| (s = wrap_integer(ctx->work, e, e_len, &part[1])) != PLOMB_OK
		|| (s = wrap_all(ctx->work, PLOMB_DER_SEQUENCE, part, 2, &numbers)) != PLOMB_OK)
	{
		return s;
	}
	return publish(ctx, PLOMB_KEY_RSA, numbers, key);
}

/* see private_key_der.h */
plomb_status
plomb_private_key_publish_ed25519(plomb_ctx *ctx, plomb_private_key *key)
{
	unsigned char made[crypto_sign_ed25519_PUBLICKEYBYTES], secret[crypto_sign_ed25519_SECRETKEYBYTES];
	plomb_view point;

	(void)crypto_sign_ed25519_seed_keypair(made, secret, key->x.p);
	plomb_wipe(secret, sizeof secret);
	point.p = made;
	point.n = sizeof made;
	return publish(ctx, PLOMB_KEY_ED25519, point, key);
}

/* ECPrivateKey with the public key, without the curve, which stands outside. */
static plomb_status
write_ec(plomb_work *work, const plomb_private_key *key, plomb_view *der)
{
	static const unsigned char one[3] = { PLOMB_DER_INTEGER, 1, 1 };
	plomb_view part[3], bits;
	plomb_status s;

	part[0].p = one;
	part[0].n = sizeof one;
	if ((s = wrap(work, PLOMB_DER_OCTETS, key->x, &part[1])) != PLOMB_OK
		|| (s = wrap_behind_zero(work, PLOMB_DER_BIT_STRING, 1, key->public_key.point, &bits)) != PLOMB_OK
		|| (s = wrap(work, PLOMB_DER_CONTEXT_CONSTRUCTED(1), bits, &part[2])) != PLOMB_OK)
	{
		return s;
	}
	return wrap_all(work, PLOMB_DER_SEQUENCE, part, 3, der);
}

static plomb_status
write_rsa(plomb_work *work, const plomb_private_key *key, plomb_view *der)
{
	static const unsigned char zero[3] = { PLOMB_DER_INTEGER, 1, 0 };
	const struct {
		const unsigned char *p;
		size_t n;
	} number[8] = {
		{ key->public_key.n.p, key->public_key.n.n }, { key->public_key.e.p, key->public_key.e.n }, { key->rsa_d.p, key->rsa_d.n },
		{ key->rsa.p, key->rsa.plen }, { key->rsa.q, key->rsa.qlen }, { key->rsa.dp, key->rsa.dplen },
		{ key->rsa.dq, key->rsa.dqlen }, { key->rsa.iq, key->rsa.iqlen }
	};
	plomb_view part[9];
	plomb_status s;
	size_t i;

	part[0].p = zero;
	part[0].n = sizeof zero;
	for (i = 0; i < 8; i ++) {
		if ((s = wrap_integer(work, number[i].p, number[i].n, &part[i + 1])) != PLOMB_OK) {
			return s;
		}
	}
	return wrap_all(work, PLOMB_DER_SEQUENCE, part, 9, der);
}

static plomb_status
write_pkcs8(plomb_work *work, const plomb_private_key *key, plomb_view *der)
{
	static const unsigned char zero[3] = { PLOMB_DER_INTEGER, 1, 0 };
	plomb_view part[3], inner;
	plomb_status s;

	s = key->public_key.kind == PLOMB_KEY_RSA ? write_rsa(work, key, &inner)
		: key->public_key.kind == PLOMB_KEY_ED25519 ? wrap(work, PLOMB_DER_OCTETS, key->x, &inner) : write_ec(work, key, &inner);
	part[0].p = zero;
	part[0].n = sizeof zero;
	if (s != PLOMB_OK || (s = write_algorithm(work, key->public_key.kind, &part[1])) != PLOMB_OK
		|| (s = wrap(work, PLOMB_DER_OCTETS, inner, &part[2])) != PLOMB_OK)
	{
		return s;
	}
	return wrap_all(work, PLOMB_DER_SEQUENCE, part, 3, der);
}

/* see private_key.h */
plomb_status
plomb_private_key_write(plomb_work *work, const plomb_private_key *key, plomb_view *der)
{
	unsigned char *first;
	plomb_status s;
	size_t mark;

	der->p = NULL;
	der->n = 0;
	mark = plomb_work_mark(work);
	first = plomb_work_take(work, 0);
	s = first == NULL ? PLOMB_NO_ROOM : write_pkcs8(work, key, der);
	if (s != PLOMB_OK) {
		plomb_wipe_since(work, mark);
		return s;
	}
	/* It was put together outwards, and each step is a copy: the last one takes the place of the first, and the rest goes. */
	memmove(first, der->p, der->n);
	der->p = first;
	plomb_wipe_since(work, (size_t)(first + der->n - work->base));
	return PLOMB_OK;
}

/* --------------------------------------------------------------- reading DER */

/* The optional [1] public key, which then has to be the right one. */
static plomb_status
check_public(plomb_der *der, const plomb_private_key *key)
{
	plomb_view octets;
	plomb_tlv outer, bits;
	plomb_status s;

	if (plomb_der_end(der)) {
		return PLOMB_OK;
	}
	if ((s = plomb_der_take(der, PLOMB_DER_CONTEXT_CONSTRUCTED(1), &outer)) != PLOMB_OK
		|| (s = plomb_der_only(outer.body, PLOMB_DER_BIT_STRING, &bits)) != PLOMB_OK
		|| (s = plomb_der_bits(bits.body, &octets)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_der_end(der) && plomb_view_eq(octets, key->public_key.point) ? PLOMB_OK : PLOMB_KEY_MALFORMED;
}

/* ECPrivateKey; known is the curve that stands around it, or NULL: then it has to stand inside. */
static plomb_status
read_ec(plomb_ctx *ctx, plomb_view der, const ec_kind *known, plomb_private_key *key)
{
	const ec_kind *inside;
	plomb_der top, in;
	plomb_tlv tlv, x, oid;
	uint32_t version;
	plomb_status s;

	top = plomb_der_open(der);
	if ((s = plomb_der_enter(&top, PLOMB_DER_SEQUENCE, &in)) != PLOMB_OK || !plomb_der_end(&top)
		|| (s = plomb_der_take(&in, PLOMB_DER_INTEGER, &tlv)) != PLOMB_OK
		|| (s = plomb_der_small(tlv.body, &version)) != PLOMB_OK || version != 1
		|| (s = plomb_der_take(&in, PLOMB_DER_OCTETS, &x)) != PLOMB_OK)
	{
		return PLOMB_KEY_MALFORMED;
	}
	inside = known;
	if (plomb_der_peek(&in) == PLOMB_DER_CONTEXT_CONSTRUCTED(0)) {
		if (plomb_der_take(&in, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &tlv) != PLOMB_OK
			|| plomb_der_only(tlv.body, PLOMB_DER_OID, &oid) != PLOMB_OK)
		{
			return PLOMB_KEY_TYPE_UNSUPPORTED; /* an explicit curve */
		}
		inside = find_curve(oid.body);
		if (inside == NULL) {
			return PLOMB_KEY_TYPE_UNSUPPORTED;
		}
	}
	if (inside == NULL || (known != NULL && inside != known) || x.body.n != inside->order_bytes) {
		return PLOMB_KEY_MALFORMED;
	}
	if ((s = plomb_work_copy(ctx->work, x.body, &key->x)) != PLOMB_OK
		|| (s = plomb_private_key_publish_ec(ctx, inside->kind, key)) != PLOMB_OK)
	{
		return s;
	}
	return check_public(&in, key) == PLOMB_OK ? PLOMB_OK : PLOMB_KEY_MALFORMED;
}

/* a < b, both without leading zeros. */
static int
is_below(plomb_view a, plomb_view b)
{
	return a.n != b.n ? a.n < b.n : is_less(a.p, b.p, a.n);
}

/*
 * What is left of x divided by m, bit by bit and as long whatever they are; m
 * is not 0 and has at most MAX_FACTOR_BYTES, as the rest has then.
 */
static void
reduce(const unsigned char *x, size_t n, const unsigned char *m, size_t m_len, unsigned char *rest)
{
	unsigned char less[MAX_FACTOR_BYTES];
	uint32_t carry, borrow;
	unsigned bit, take;
	size_t i, k;

	memset(rest, 0, m_len);
	for (i = 0; i < 8 * n; i ++) {
		bit = (unsigned)x[i / 8] >> (7 - i % 8) & 1;
		carry = bit;
		for (k = m_len; k != 0; k --) {
			carry |= (uint32_t)rest[k - 1] << 1;
			rest[k - 1] = (unsigned char)carry;
			carry >>= 8;
		}
		borrow = 0;
		for (k = m_len; k != 0; k --) {
			borrow = (uint32_t)rest[k - 1] - m[k - 1] - borrow;
			less[k - 1] = (unsigned char)borrow;
			borrow >>= 31;
		}
		/* The bit that was shifted out makes the rest larger than m in any case. */
		take = 0u - (unsigned)(carry | (borrow ^ 1));
		for (k = 0; k < m_len; k ++) {
			rest[k] = (unsigned char)((less[k] & take) | (rest[k] & ~take));
		}
	}
	plomb_wipe(less, sizeof less);
}

/* x modulo m is want, which has no leading zeros. */
static int
leaves(const unsigned char *x, size_t n, const unsigned char *m, size_t m_len, plomb_view want)
{
	unsigned char rest[MAX_FACTOR_BYTES];
	unsigned differs;
	size_t k;

	reduce(x, n, m, m_len, rest);
	differs = want.n > m_len;
	for (k = 0; k < m_len && !differs; k ++) {
		differs |= (unsigned)(rest[m_len - 1 - k] ^ (k < want.n ? want.p[want.n - 1 - k] : 0));
	}
	plomb_wipe(rest, sizeof rest);
	return differs == 0;
}

/* a times b into a.n + b.n octets. */
static void
multiply(plomb_view a, plomb_view b, unsigned char *product)
{
	uint32_t carry;
	size_t i, j;

	memset(product, 0, a.n + b.n);
	for (i = a.n; i != 0; i --) {
		carry = 0;
		for (j = b.n; j != 0; j --) {
			carry += (uint32_t)a.p[i - 1] * b.p[j - 1] + product[i + j - 1];
			product[i + j - 1] = (unsigned char)carry;
			carry >>= 8;
		}
		product[i - 1] = (unsigned char)carry;
	}
}

static const unsigned char octet_one[1] = { 1 };
static const plomb_view one_view = VIEW(octet_one);

/* a times b leaves 1 when divided by m. */
static int
is_inverse(plomb_view a, plomb_view b, const unsigned char *m, size_t m_len)
{
	unsigned char product[2 * MAX_FACTOR_BYTES];
	int is_one;

	multiply(a, b, product);
	is_one = leaves(product, a.n + b.n, m, m_len, one_view);
	plomb_wipe(product, sizeof product);
	return is_one;
}

/* The exponent of one prime is d modulo prime - 1, and e's inverse there. prime is odd. */
static int
is_exponent(plomb_view exponent, plomb_view d, plomb_view e, plomb_view prime)
{
	unsigned char less_one[MAX_FACTOR_BYTES];
	int is_right;

	memcpy(less_one, prime.p, prime.n);
	less_one[prime.n - 1] &= 0xFE;
	is_right = leaves(d.p, d.n, less_one, prime.n, exponent) && is_inverse(exponent, e, less_one, prime.n);
	plomb_wipe(less_one, sizeof less_one);
	return is_right;
}

/* n is p times q: nothing else ties the two halves together before the first signature. */
static int
is_product(plomb_view n, plomb_view p, plomb_view q)
{
	unsigned char product[2 * MAX_FACTOR_BYTES];
	unsigned differs;
	size_t i;

	if (n.n > p.n + q.n || n.n + 1 < p.n + q.n) {
		return 0;
	}
	multiply(p, q, product);
	differs = 0;
	for (i = 0; i < p.n + q.n; i ++) {
		differs |= (unsigned)(product[p.n + q.n - 1 - i] ^ (i < n.n ? n.p[n.n - 1 - i] : 0));
	}
	plomb_wipe(product, sizeof product);
	return differs == 0;
}

/* A factor that there is room for: odd, and more than 1. */
static int
is_factor(plomb_view p)
{
	return p.n != 0 && p.n <= MAX_FACTOR_BYTES && (p.p[p.n - 1] & 1) != 0 && (p.n > 1 || p.p[0] > 1);
}

/* What BearSSL asks of the numbers it computes with, and that they belong together (RFC 8017, 3.2). */
static int
is_rsa(const plomb_view number[8])
{
	plomb_view e, d, p, q;

	e = number[1];
	d = number[2];
	p = number[3];
	q = number[4];
	return is_factor(p) && is_factor(q) && is_product(number[0], p, q) && d.n != 0 && is_below(d, number[0])
		&& number[5].n != 0 && is_below(number[5], p) && number[6].n != 0 && is_below(number[6], q)
		&& number[7].n != 0 && is_below(number[7], p)
		&& is_exponent(number[5], d, e, p) && is_exponent(number[6], d, e, q) && is_inverse(number[7], q, p.p, p.n);
}

static plomb_status
copy_number(plomb_work *work, plomb_view number, unsigned char **p, size_t *n)
{
	*p = plomb_work_take(work, number.n);
	if (*p == NULL) {
		return PLOMB_NO_ROOM;
	}
	memcpy(*p, number.p, number.n);
	*n = number.n;
	return PLOMB_OK;
}

/* RSAPrivateKey with two primes: n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p. */
static plomb_status
read_rsa(plomb_ctx *ctx, plomb_view der, plomb_private_key *key)
{
	plomb_view number[8];
	plomb_der top, in;
	plomb_tlv tlv;
	uint32_t version;
	plomb_status s;
	size_t i;

	top = plomb_der_open(der);
	if (plomb_der_enter(&top, PLOMB_DER_SEQUENCE, &in) != PLOMB_OK || !plomb_der_end(&top)
		|| plomb_der_take(&in, PLOMB_DER_INTEGER, &tlv) != PLOMB_OK || plomb_der_small(tlv.body, &version) != PLOMB_OK)
	{
		return PLOMB_KEY_MALFORMED;
	}
	if (version != 0) {
		return PLOMB_KEY_TYPE_UNSUPPORTED; /* more than two primes */
	}
	for (i = 0; i < 8; i ++) {
		if (plomb_der_take(&in, PLOMB_DER_INTEGER, &tlv) != PLOMB_OK || plomb_der_unsigned(tlv.body, &number[i]) != PLOMB_OK) {
			return PLOMB_KEY_MALFORMED;
		}
	}
	if (!plomb_der_end(&in)) {
		return PLOMB_KEY_MALFORMED;
	}
	/* The public half first: it has rules of its own about sizes. */
	s = plomb_private_key_publish_rsa(ctx, number[0].p, number[0].n, number[1].p, number[1].n, key);
	if (s != PLOMB_OK) {
		return s;
	}
	if (!is_rsa(number)) {
		return PLOMB_KEY_MALFORMED;
	}
	key->rsa.n_bitlen = (uint32_t)(8 * key->public_key.n.n);
	if ((s = plomb_work_copy(ctx->work, number[2], &key->rsa_d)) != PLOMB_OK
		|| (s = copy_number(ctx->work, number[3], &key->rsa.p, &key->rsa.plen)) != PLOMB_OK
		|| (s = copy_number(ctx->work, number[4], &key->rsa.q, &key->rsa.qlen)) != PLOMB_OK
		|| (s = copy_number(ctx->work, number[5], &key->rsa.dp, &key->rsa.dplen)) != PLOMB_OK
		|| (s = copy_number(ctx->work, number[6], &key->rsa.dq, &key->rsa.dqlen)) != PLOMB_OK)
	{
		return s;
	}
	return copy_number(ctx->work, number[7], &key->rsa.iq, &key->rsa.iqlen);
}

static plomb_status
read_ed25519(plomb_ctx *ctx, plomb_view octets, plomb_private_key *key)
{
	plomb_tlv seed;
	plomb_status s;

	if (plomb_der_only(octets, PLOMB_DER_OCTETS, &seed) != PLOMB_OK || seed.body.n != crypto_sign_ed25519_SEEDBYTES) {
		return PLOMB_KEY_MALFORMED;
	}
	s = plomb_work_copy(ctx->work, seed.body, &key->x);
	return s == PLOMB_OK ? plomb_private_key_publish_ed25519(ctx, key) : s;
}

static plomb_status
read_by_algorithm(plomb_ctx *ctx, plomb_view oid, plomb_view parameters, plomb_view octets, plomb_private_key *key)
{
	const ec_kind *ec;
	plomb_tlv curve;

	if (plomb_view_eq(oid, rsa_algorithm)) {
		return read_rsa(ctx, octets, key);
	}
	if (plomb_view_eq(oid, ed25519_algorithm)) {
		return parameters.p == NULL ? read_ed25519(ctx, octets, key) : PLOMB_KEY_MALFORMED;
	}
	if (!plomb_view_eq(oid, ec_algorithm) || plomb_der_only(parameters, PLOMB_DER_OID, &curve) != PLOMB_OK) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	ec = find_curve(curve.body);
	return ec == NULL ? PLOMB_KEY_TYPE_UNSUPPORTED : read_ec(ctx, octets, ec, key);
}

/* These are the contents of the BIT STRING that our SPKI ends with. */
static int
is_public_half(plomb_view bits, const plomb_key *key)
{
	plomb_view oid, parameters, octets;
	plomb_der top, in;
	plomb_tlv tlv;

	top = plomb_der_open(key->spki);
	return plomb_der_enter(&top, PLOMB_DER_SEQUENCE, &in) == PLOMB_OK
		&& plomb_der_algorithm(&in, &oid, &parameters) == PLOMB_OK
		&& plomb_der_take(&in, PLOMB_DER_BIT_STRING, &tlv) == PLOMB_OK
		&& plomb_der_bits(tlv.body, &octets) == PLOMB_OK && plomb_view_eq(bits, octets);
}

/* OneAsymmetricKey: version 0, or 1 with a public key behind; attributes are passed over. */
static plomb_status
read_pkcs8(plomb_ctx *ctx, plomb_view der, plomb_private_key *key)
{
	plomb_view oid, parameters;
	plomb_der top, in;
	plomb_tlv tlv, octets;
	plomb_view public_bits = { NULL, 0 };
	uint32_t version;
	plomb_status s;

	top = plomb_der_open(der);
	if (plomb_der_enter(&top, PLOMB_DER_SEQUENCE, &in) != PLOMB_OK || !plomb_der_end(&top)
		|| plomb_der_take(&in, PLOMB_DER_INTEGER, &tlv) != PLOMB_OK || plomb_der_small(tlv.body, &version) != PLOMB_OK || version > 1
		|| plomb_der_algorithm(&in, &oid, &parameters) != PLOMB_OK
		|| plomb_der_take(&in, PLOMB_DER_OCTETS, &octets) != PLOMB_OK)
	{
		return PLOMB_KEY_MALFORMED;
	}
	if (plomb_der_peek(&in) == PLOMB_DER_CONTEXT_CONSTRUCTED(0) && plomb_der_next(&in, &tlv) != PLOMB_OK) {
		return PLOMB_KEY_MALFORMED;
	}
	if (version == 1 && plomb_der_peek(&in) == PLOMB_DER_CONTEXT(1)
		&& (plomb_der_next(&in, &tlv) != PLOMB_OK || plomb_der_bits(tlv.body, &public_bits) != PLOMB_OK))
	{
		return PLOMB_KEY_MALFORMED;
	}
	if (!plomb_der_end(&in)) {
		return PLOMB_KEY_MALFORMED;
	}
	s = read_by_algorithm(ctx, oid, parameters, octets.body, key);
	return s == PLOMB_OK && public_bits.p != NULL && !is_public_half(public_bits, &key->public_key) ? PLOMB_KEY_MALFORMED : s;
}

/* see private_key.h */
plomb_status
plomb_private_key_read(plomb_ctx *ctx, plomb_view label, plomb_view der, plomb_private_key *key)
{
	plomb_status s;
	size_t mark;

	memset(key, 0, sizeof *key);
	if (der.n > PLOMB_MAX_PRIVATE_KEY_BYTES) {
		return PLOMB_KEY_MALFORMED;
	}
	mark = plomb_work_mark(ctx->work);
	s = plomb_view_is(label, "PRIVATE KEY") ? read_pkcs8(ctx, der, key)
		: plomb_view_is(label, "EC PRIVATE KEY") ? read_ec(ctx, der, NULL, key)
		: plomb_view_is(label, "RSA PRIVATE KEY") ? read_rsa(ctx, der, key) : PLOMB_KEY_TYPE_UNSUPPORTED;
	if (s != PLOMB_OK) {
		plomb_wipe_since(ctx->work, mark);
		memset(key, 0, sizeof *key);
	}
	return s;
}
