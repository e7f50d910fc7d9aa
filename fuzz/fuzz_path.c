/*
 * Targets plomb_path_verify and, through it, BearSSL's X.509 engine.
 *
 * Input: a byte of flags, a byte that says how many of the certificates are
 * the authority's, eight bytes of time, then certificates with two bytes of
 * length in front, leaf first; those left over are helpers. Every signature
 * is taken for good, so that the rules alone can refuse. Holds:
 * - what is accepted has an issuer out of these certificates by whose name
 *   the leaf was issued and who may issue, at a time when both were valid;
 * - for code signing the leaf is for code signing and no CA;
 * - a time outside the leaf's life is refused;
 * - memory is given back.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/cert.h"
#include "../src/core/time.h"
#include "../src/core/trust.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_CERTS (1 + PLOMB_MAX_CHAIN + 4)

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static uint32_t
good_ecdsa(const br_ec_impl *impl, const void *hash, size_t hash_len, const br_ec_public_key *pk,
	const void *sig, size_t sig_len)
{
	(void)impl;
	(void)hash;
	(void)hash_len;
	(void)pk;
	(void)sig;
	(void)sig_len;
	return 1;
}

static int
good_ed25519(const unsigned char key[32], const unsigned char sig[64], const unsigned char *msg, size_t len)
{
	(void)key;
	(void)sig;
	(void)msg;
	(void)len;
	return 1;
}

/* What was read of the certificates, and how many there are. */
static size_t
read_certs(const unsigned char *in, size_t len, plomb_cert *certs)
{
	size_t count = 0, at = 0;

	while (count < MAX_CERTS && len - at >= 2) {
		plomb_view der;

		der.n = (size_t)in[at] * 256 + in[at + 1];
		at += 2;
		if (der.n > len - at) {
			break;
		}
		der.p = in + at;
		at += der.n;
		if (plomb_cert_parse(der, &certs[count]) != PLOMB_OK) {
			break;
		}
		count ++;
	}
	return count;
}

static int
is_at(const plomb_cert *cert, plomb_time time)
{
	return time.s >= cert->not_before.s && time.s <= cert->not_after.s;
}

static void
check_accepted(const plomb_cert *certs, size_t count, const plomb_cert *issuer, plomb_purpose purpose, plomb_time time)
{
	const plomb_cert *leaf = &certs[0];
	int listed = purpose == PLOMB_FOR_CODE_SIGNING ? issuer->eku_code_signing : issuer->eku_timestamping;

	must(issuer > leaf && issuer < certs + count);
	must(plomb_view_eq(leaf->issuer, issuer->subject));
	must(issuer->is_ca && (!issuer->has_key_usage || (issuer->key_usage & PLOMB_KU_CERT_SIGN)));
	must(is_at(leaf, time) && is_at(issuer, time));
	must(!issuer->has_unknown_critical && !leaf->has_unknown_critical);
	must(!issuer->has_eku || listed || issuer->eku_any);
	if (purpose == PLOMB_FOR_CODE_SIGNING) {
		must(!leaf->is_ca && leaf->eku_code_signing && (leaf->key_usage & PLOMB_KU_DIGITAL_SIGNATURE));
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static uint64_t room[1024];
	static plomb_cert certs[MAX_CERTS];
	plomb_crypto crypto = plomb_crypto_default;
	plomb_authority authority;
	plomb_purpose purpose;
	const plomb_cert *issuer;
	plomb_detail detail;
	plomb_time time = { 0, 0 };
	plomb_work work;
	plomb_ctx ctx;
	size_t count, own, i;
	uint64_t seconds = 0;

	if (len < 10) {
		return 0;
	}
	count = read_certs(in + 10, len - 10, certs);
	own = in[1];
	if (count == 0 || own > count - 1) {
		return 0;
	}
	for (i = 0; i < 8; i ++) {
		seconds = seconds << 8 | in[2 + i];
	}
	time.s = (int64_t)(seconds & 0xFFFFFFFFF) - 62135596800;
	purpose = in[0] & 1 ? PLOMB_FOR_TIMESTAMPING : PLOMB_FOR_CODE_SIGNING;
	crypto.ecdsa_raw = good_ecdsa;
	crypto.ecdsa_asn1 = good_ecdsa;
	crypto.ed25519_verify = good_ed25519;
	plomb_work_init(&work, room, sizeof room);
	ctx.work = &work;
	ctx.crypto = &crypto;
	ctx.detail = in[0] & 2 ? NULL : &detail;
	memset(&authority, 0, sizeof authority);
	authority.certs = certs + 1;
	authority.cert_count = own;
	if (plomb_path_verify(&ctx, &certs[0], &authority, certs + 1 + own, count - 1 - own, purpose, &time, 1, &issuer)
		!= PLOMB_OK)
	{
		must(issuer == NULL);
		return 0;
	}
	must(work.used == 0);
	check_accepted(certs, count, issuer, purpose, time);
	time.s = certs[0].not_after.s + 1;
	must(plomb_path_verify(&ctx, &certs[0], &authority, certs + 1 + own, count - 1 - own, purpose, &time, 1, &issuer)
		!= PLOMB_OK);
	time.s = certs[0].not_before.s - 1;
	must(plomb_path_verify(&ctx, &certs[0], &authority, certs + 1 + own, count - 1 - own, purpose, &time, 1, &issuer)
		!= PLOMB_OK);
	return 0;
}
