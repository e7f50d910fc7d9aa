#include "timestamp.h"

#include "refusal.h"
#include "time.h"
#include "tsr.h"

#define KU_NON_REPUDIATION 0x02u /* bit 1 of KeyUsage */

/* What one token's checks need beside the token: its certificates, read once. */
typedef struct {
	plomb_ctx *ctx;
	const plomb_tsr *tsr;
	const plomb_cert *bag;
	size_t bag_count;
	plomb_view stamped;
} token;

/* Sets *count to the number of elements in the bag: PLOMB_TIMESTAMP_MALFORMED, PLOMB_LIMIT_EXCEEDED. */
static plomb_status
count_certificates(plomb_view certificates, size_t *count)
{
	plomb_der der = plomb_der_open(certificates);
	plomb_tlv tlv;

	*count = 0;
	while (!plomb_der_end(&der)) {
		if (plomb_der_next(&der, &tlv) != PLOMB_OK) {
			return PLOMB_TIMESTAMP_MALFORMED;
		}
		if (*count == PLOMB_MAX_CHAIN) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		*count += 1;
	}
	return PLOMB_OK;
}

/*
 * The certificates that came with the token, in work. One that cannot be
 * read, or is of one of CMS's other kinds, is left out: it can neither be the
 * signer nor help, and authorities do send old roots along.
 */
static plomb_status
read_bag(token *t)
{
	plomb_der der = plomb_der_open(t->tsr->certificates);
	plomb_cert *bag;
	plomb_tlv tlv;
	size_t count;
	plomb_status status = count_certificates(t->tsr->certificates, &count);

	if (status != PLOMB_OK || count == 0) {
		return status;
	}
	bag = plomb_work_take_array(t->ctx->work, count, sizeof *bag);
	if (bag == NULL) {
		return PLOMB_NO_ROOM;
	}
	while (plomb_der_next(&der, &tlv) == PLOMB_OK) {
		if (plomb_cert_parse(tlv.whole, &bag[t->bag_count]) == PLOMB_OK) {
			t->bag_count ++;
		}
	}
	t->bag = bag;
	return PLOMB_OK;
}

/* SignerInfo.sid names this certificate. */
static int
is_named(const plomb_tsr *tsr, const plomb_cert *cert)
{
	if (tsr->ski.n != 0) {
		return plomb_view_eq(tsr->ski, cert->ski);
	}
	return plomb_view_eq(tsr->issuer, cert->issuer) && plomb_view_eq(tsr->serial, cert->serial);
}

/*
 * The certificate of the bag that sid names, NULL if none. If two different
 * ones have that name *ambiguous is set: there is no telling which is meant.
 */
static const plomb_cert *
find_in_bag(const token *t, int *ambiguous)
{
	const plomb_cert *found = NULL;
	size_t i;

	*ambiguous = 0;
	for (i = 0; i < t->bag_count; i ++) {
		if (!is_named(t->tsr, &t->bag[i])) {
			continue;
		}
		if (found == NULL) {
			found = &t->bag[i];
		} else if (!plomb_view_eq(found->der, t->bag[i].der)) {
			*ambiguous = 1;
		}
	}
	return found;
}

/* The signer's certificate as the trust root has it; NULL if it only has authorities. */
static const plomb_cert *
trusted_leaf(const plomb_authority *authority)
{
	return authority->cert_count != 0 && !authority->certs[0].is_ca ? &authority->certs[0] : NULL;
}

/*
 * Step 2. Every later check is about the certificate that comes out here:
 * checking "the first certificate in the bag" was CVE-2026-39984.
 */
static plomb_status
find_signer(const token *t, const plomb_authority *authority, const plomb_cert **signer)
{
	const plomb_cert *leaf = trusted_leaf(authority);
	int ambiguous;
	const plomb_cert *found = find_in_bag(t, &ambiguous);

	*signer = NULL;
	if (ambiguous) {
		return PLOMB_TIMESTAMP_SIGNER_UNTRUSTED;
	}
	if (leaf == NULL) {
		*signer = found;
		return found != NULL ? PLOMB_OK : PLOMB_TIMESTAMP_SIGNER_MISSING;
	}
	if (found != NULL && !plomb_view_eq(found->der, leaf->der)) {
		return PLOMB_TIMESTAMP_SIGNER_UNTRUSTED;
	}
	if (!is_named(t->tsr, leaf)) {
		return PLOMB_TIMESTAMP_SIGNER_MISSING;
	}
	*signer = leaf;
	return PLOMB_OK;
}

/* An attribute's type, and how often it was there. */
typedef struct {
	unsigned char oid[11];
	unsigned char oid_len;
	unsigned char seen;
	plomb_view value; /* of the first: the one element of its SET */
} attribute;

enum { CONTENT_TYPE, MESSAGE_DIGEST, CERTIFICATE_V2, CERTIFICATE_V1, ATTRIBUTES };

/* SEQUENCE { type, SET { exactly one value } }. */
static plomb_status
note_attribute(plomb_der *der, attribute *wanted)
{
	plomb_der inner, values;
	plomb_tlv type, value;
	size_t i;

	if (plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
		|| plomb_der_take(&inner, PLOMB_DER_OID, &type) != PLOMB_OK
		|| plomb_der_enter(&inner, PLOMB_DER_SET, &values) != PLOMB_OK
		|| !plomb_der_end(&inner))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	for (i = 0; i < ATTRIBUTES; i ++) {
		if (type.body.n != wanted[i].oid_len || memcmp(type.body.p, wanted[i].oid, type.body.n) != 0) {
			continue;
		}
		/* A second one, or a second value, would let two verifiers read two different things. */
		if (wanted[i].seen || plomb_der_next(&values, &value) != PLOMB_OK || !plomb_der_end(&values)) {
			return PLOMB_TIMESTAMP_ATTR_MISMATCH;
		}
		wanted[i].seen = 1;
		wanted[i].value = value.whole;
	}
	return PLOMB_OK;
}

/* Step 3, first half: the attributes that must be there are there once. */
static plomb_status
read_attributes(plomb_view attributes, attribute wanted[ATTRIBUTES])
{
	static const attribute types[ATTRIBUTES] = {
		{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03 }, 9, 0, { NULL, 0 } },
		{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04 }, 9, 0, { NULL, 0 } },
		{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f }, 11, 0, { NULL, 0 } },
		{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c }, 11, 0, { NULL, 0 } }
	};
	plomb_der der = plomb_der_open(attributes);
	plomb_status status;

	memcpy(wanted, types, sizeof types);
	while (!plomb_der_end(&der)) {
		status = note_attribute(&der, wanted);
		if (status != PLOMB_OK) {
			return status;
		}
	}
	if (!wanted[CONTENT_TYPE].seen || !wanted[MESSAGE_DIGEST].seen
		|| (!wanted[CERTIFICATE_V2].seen && !wanted[CERTIFICATE_V1].seen))
	{
		return PLOMB_TIMESTAMP_ATTR_MISSING;
	}
	return PLOMB_OK;
}

/* contentType and messageDigest bind the attributes, which are signed, to the TSTInfo, which is not. */
static plomb_status
check_content(const token *t, const attribute wanted[ATTRIBUTES])
{
	static const unsigned char tst_info[] = {
		0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04
	};
	unsigned char digest[PLOMB_MAX_HASH_LEN];
	plomb_view type = wanted[CONTENT_TYPE].value;
	plomb_tlv octets;

	if (type.n != sizeof tst_info || memcmp(type.p, tst_info, sizeof tst_info) != 0
		|| plomb_der_only(wanted[MESSAGE_DIGEST].value, PLOMB_DER_OCTETS, &octets) != PLOMB_OK
		|| octets.body.n != plomb_hash_len(t->tsr->digest_hash))
	{
		return PLOMB_TIMESTAMP_ATTR_MISMATCH;
	}
	plomb_hash_of(t->ctx->crypto, t->tsr->digest_hash, t->tsr->content, digest);
	return memcmp(digest, octets.body.p, octets.body.n) == 0 ? PLOMB_OK : PLOMB_TIMESTAMP_ATTR_MISMATCH;
}

/*
 * The first ESSCertID of SigningCertificate(V2): SEQUENCE { SEQUENCE OF
 * SEQUENCE { …, certHash, issuerSerial? }, policies? }, opened.
 */
static plomb_status
first_cert_id(plomb_view value, plomb_der *id)
{
	plomb_der all, certs;
	plomb_tlv outer, policies;

	if (plomb_der_only(value, PLOMB_DER_SEQUENCE, &outer) != PLOMB_OK) {
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	all = plomb_der_open(outer.body);
	if (plomb_der_enter(&all, PLOMB_DER_SEQUENCE, &certs) != PLOMB_OK
		|| (!plomb_der_end(&all) && plomb_der_take(&all, PLOMB_DER_SEQUENCE, &policies) != PLOMB_OK)
		|| !plomb_der_end(&all))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	return plomb_der_enter(&certs, PLOMB_DER_SEQUENCE, id) == PLOMB_OK ? PLOMB_OK : PLOMB_TIMESTAMP_MALFORMED;
}

/* certHash, then perhaps issuerSerial, which adds nothing to a hash of the whole certificate. */
static plomb_status
check_cert_hash(plomb_der *id, const unsigned char *want, size_t want_len)
{
	plomb_tlv hash, serial;

	if (plomb_der_take(id, PLOMB_DER_OCTETS, &hash) != PLOMB_OK
		|| (!plomb_der_end(id) && plomb_der_take(id, PLOMB_DER_SEQUENCE, &serial) != PLOMB_OK)
		|| !plomb_der_end(id))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	return hash.body.n == want_len && memcmp(hash.body.p, want, want_len) == 0
		? PLOMB_OK : PLOMB_TIMESTAMP_ESS_MISMATCH;
}

/* signingCertificateV2 (RFC 5035): hashAlgorithm DEFAULT SHA-256. */
static plomb_status
check_ess_v2(const token *t, plomb_view value, const plomb_cert *signer)
{
	unsigned char digest[PLOMB_MAX_HASH_LEN];
	plomb_hash hash = PLOMB_SHA256;
	plomb_der id;
	plomb_status status = first_cert_id(value, &id);

	if (status != PLOMB_OK) {
		return status;
	}
	if (plomb_der_peek(&id) == PLOMB_DER_SEQUENCE) {
		plomb_view oid, parameters;

		if (plomb_der_algorithm(&id, &oid, &parameters) != PLOMB_OK) {
			return PLOMB_TIMESTAMP_MALFORMED;
		}
		hash = plomb_tsr_hash(oid, parameters);
		if (hash == PLOMB_HASH_NONE) {
			return PLOMB_TIMESTAMP_HASH_UNSUPPORTED;
		}
	}
	plomb_hash_of(t->ctx->crypto, hash, signer->der, digest);
	return check_cert_hash(&id, digest, plomb_hash_len(hash));
}

/*
 * signingCertificate (RFC 2634): SHA-1, which is good enough to compare with
 * a certificate that was found and is checked by other means.
 */
static plomb_status
check_ess_v1(const token *t, plomb_view value, const plomb_cert *signer)
{
	const br_hash_class *sha1 = t->ctx->crypto->sha1;
	br_hash_compat_context state;
	unsigned char digest[PLOMB_MAX_HASH_LEN];
	plomb_der id;
	plomb_status status = first_cert_id(value, &id);

	if (status != PLOMB_OK) {
		return status;
	}
	if (sha1 == NULL) {
		return PLOMB_TIMESTAMP_HASH_UNSUPPORTED;
	}
	sha1->init(&state.vtable);
	sha1->update(&state.vtable, signer->der.p, signer->der.n);
	sha1->out(&state.vtable, digest);
	return check_cert_hash(&id, digest, br_sha1_SIZE);
}

/* Step 3, second half: what the attributes say is true. */
static plomb_status
check_attributes(const token *t, const plomb_cert *signer)
{
	attribute wanted[ATTRIBUTES];
	plomb_status status = read_attributes(t->tsr->attribute_list, wanted);

	if (status == PLOMB_OK) {
		status = check_content(t, wanted);
	}
	if (status == PLOMB_OK && wanted[CERTIFICATE_V2].seen) {
		status = check_ess_v2(t, wanted[CERTIFICATE_V2].value, signer);
	}
	if (status == PLOMB_OK && wanted[CERTIFICATE_V1].seen) {
		status = check_ess_v1(t, wanted[CERTIFICATE_V1].value, signer);
	}
	return status;
}

/* The kind of key is the one that signatureAlgorithm speaks of, and so is the hash. */
static int
fits_algorithm(const plomb_tsr *tsr, const plomb_key *key)
{
	int is_ec = key->kind == PLOMB_KEY_P256 || key->kind == PLOMB_KEY_P384 || key->kind == PLOMB_KEY_P521;

	if (tsr->alg_hash != PLOMB_HASH_NONE && tsr->alg_hash != tsr->digest_hash) {
		return 0;
	}
	return (tsr->alg == PLOMB_TSR_ALG_ECDSA && is_ec)
		|| (tsr->alg == PLOMB_TSR_ALG_RSA && key->kind == PLOMB_KEY_RSA);
}

/*
 * Step 4: over the attributes as they were sent, with the tag of a SET OF in
 * place of [0] (RFC 5652, 5.4).
 */
static plomb_status
check_signature(const token *t, const plomb_cert *signer)
{
	static const unsigned char set_tag[1] = { PLOMB_DER_SET };
	plomb_view tag = { set_tag, sizeof set_tag };
	plomb_message message;
	plomb_key key;

	if (plomb_key_parse(signer->spki, &key) != PLOMB_OK || !fits_algorithm(t->tsr, &key)) {
		return PLOMB_TIMESTAMP_SIGNATURE_INVALID;
	}
	plomb_message_start(&message);
	plomb_message_add(&message, tag);
	plomb_message_add(&message, plomb_view_cut(t->tsr->attributes, 1, t->tsr->attributes.n - 1));
	return plomb_key_verify(t->ctx, &key, t->tsr->digest_hash, &message, t->tsr->signature) == PLOMB_OK
		? PLOMB_OK : PLOMB_TIMESTAMP_SIGNATURE_INVALID;
}

/*
 * Step 5, at the time that the token itself says. The authority's window is
 * another question, which step 8 asks when all else is known to be right.
 */
static plomb_status
check_chain(const token *t, const plomb_authority *authority, const plomb_cert *signer)
{
	const unsigned sign = PLOMB_KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
	plomb_ctx quiet = *t->ctx;
	plomb_authority always = *authority;
	const plomb_cert *issuer;
	plomb_status status;

	quiet.detail = NULL;
	memset(&always.valid, 0, sizeof always.valid);
	status = plomb_path_verify(&quiet, signer, &always, t->bag, t->bag_count,
		PLOMB_FOR_TIMESTAMPING, &t->tsr->time, 1, &issuer);
	switch (status) {
	case PLOMB_OK:
		/* RFC 5280, 4.2.1.12: one of the two goes with timeStamping. */
		return !signer->has_key_usage || (signer->key_usage & sign) != 0
			? PLOMB_OK : PLOMB_TIMESTAMP_CHAIN_INVALID;
	case PLOMB_CERT_EKU_MISSING:
		return PLOMB_TIMESTAMP_EKU; /* an intermediate for other purposes */
	case PLOMB_CERT_UNTRUSTED:
		/* A signer out of the bag that names none of ours: somebody else's timestamp (SPEC 8.6). */
		return trusted_leaf(authority) == NULL ? PLOMB_TIMESTAMP_SIGNER_UNTRUSTED : PLOMB_TIMESTAMP_CHAIN_INVALID;
	default:
		return status == PLOMB_NO_ROOM ? status : PLOMB_TIMESTAMP_CHAIN_INVALID;
	}
}

/*
 * Step 6. A second purpose that nobody knew was accepted elsewhere
 * (timestamp-authority #1389), and a CA's certificate as signer (#1416).
 */
static plomb_status
check_profile(const plomb_cert *signer)
{
	return !signer->is_ca && signer->has_eku && signer->eku_critical
		&& signer->eku_count == 1 && signer->eku_timestamping
		? PLOMB_OK : PLOMB_TIMESTAMP_EKU;
}

/* Step 7. */
static plomb_status
check_imprint(const token *t)
{
	unsigned char digest[PLOMB_MAX_HASH_LEN];

	plomb_hash_of(t->ctx->crypto, t->tsr->imprint_hash, t->stamped, digest);
	return memcmp(digest, t->tsr->imprint.p, t->tsr->imprint.n) == 0 ? PLOMB_OK : PLOMB_TIMESTAMP_IMPRINT_MISMATCH;
}

/*
 * Steps 2 to 8 against this one authority. Its certificates are never mixed
 * with another's window: TOB-SIGSTORE-11.
 */
static plomb_status
check_authority(const token *t, const plomb_authority *authority)
{
	const plomb_cert *signer;
	plomb_status s;

	if ((s = find_signer(t, authority, &signer)) != PLOMB_OK) { return s; }
	if ((s = check_attributes(t, signer)) != PLOMB_OK) { return s; }
	if ((s = check_signature(t, signer)) != PLOMB_OK) { return s; }
	if ((s = check_chain(t, authority, signer)) != PLOMB_OK) { return s; }
	if ((s = check_profile(signer)) != PLOMB_OK) { return s; }
	if ((s = check_imprint(t)) != PLOMB_OK) { return s; }
	return plomb_window_has(&authority->valid, &t->tsr->time) ? PLOMB_OK : PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY;
}

/* How far a token came with an authority; larger is further. */
static int
rank(plomb_status status)
{
	static const plomb_status order[] = {
		PLOMB_TIMESTAMP_SIGNER_MISSING, PLOMB_TIMESTAMP_SIGNER_UNTRUSTED,
		PLOMB_TIMESTAMP_MALFORMED, PLOMB_TIMESTAMP_ATTR_MISSING, PLOMB_TIMESTAMP_ATTR_MISMATCH,
		PLOMB_TIMESTAMP_HASH_UNSUPPORTED, PLOMB_TIMESTAMP_ESS_MISMATCH, PLOMB_TIMESTAMP_SIGNATURE_INVALID,
		PLOMB_TIMESTAMP_CHAIN_INVALID, PLOMB_TIMESTAMP_EKU,
		PLOMB_TIMESTAMP_IMPRINT_MISMATCH, PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY
	};
	size_t i = 0;

	while (i < sizeof order / sizeof order[0] && order[i] != status) {
		i ++;
	}
	return (int)i;
}

/*
 * A person wants to see the time that did not fit, and whose authority was
 * nearest. A signer that belongs to none has none that is near: then the
 * authority is one that would have been trusted.
 */
static plomb_status
refuse(plomb_ctx *ctx, plomb_status status, const plomb_tsr *tsr, const plomb_authority *nearest)
{
	if (nearest == NULL) {
		return status;
	}
	switch (status) {
	case PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY:
		return plomb_refuse_outside(ctx, status, &nearest->valid, nearest->uri, &tsr->time);
	case PLOMB_TIMESTAMP_CHAIN_INVALID:
		return plomb_refuse_of(ctx, status, "genTime", nearest->uri,
			plomb_nothing, plomb_refusal_time(ctx, tsr->time));
	case PLOMB_TIMESTAMP_SIGNER_MISSING:
	case PLOMB_TIMESTAMP_SIGNER_UNTRUSTED:
		return plomb_refuse_text(ctx, status, "timestamp authority", nearest->uri, plomb_nothing);
	default:
		return plomb_refuse_of(ctx, status, "timestamp", nearest->uri, plomb_nothing, plomb_nothing);
	}
}

/* After a refusal *authority is the nearest one; NULL if there is none. */
static plomb_status
check_authorities(const token *t, const plomb_trust *trust, const plomb_authority **authority)
{
	plomb_status best = PLOMB_TIMESTAMP_SIGNER_UNTRUSTED;
	size_t i;

	*authority = NULL;
	for (i = 0; i < trust->tsa_count; i ++) {
		plomb_status status = check_authority(t, &trust->tsas[i]);

		if (status == PLOMB_OK) {
			*authority = &trust->tsas[i];
			return PLOMB_OK;
		}
		if (*authority == NULL || rank(status) > rank(best)) {
			best = status;
			*authority = &trust->tsas[i];
		}
	}
	return best;
}

/* see timestamp.h */
plomb_status
plomb_timestamp_verify(plomb_ctx *ctx, const plomb_trust *trust,
	plomb_view tsr, plomb_view stamped, plomb_time *time, const plomb_authority **authority)
{
	size_t mark = plomb_work_mark(ctx->work);
	const plomb_authority *nearest = NULL;
	plomb_tsr parsed;
	token t;
	plomb_status status;

	memset(time, 0, sizeof *time);
	*authority = NULL;
	status = plomb_tsr_parse(tsr, &parsed);
	if (status != PLOMB_OK) {
		return status;
	}
	memset(&t, 0, sizeof t);
	t.ctx = ctx;
	t.tsr = &parsed;
	t.stamped = stamped;
	status = read_bag(&t);
	if (status == PLOMB_OK) {
		status = check_authorities(&t, trust, &nearest);
	}
	/* The certificates go; what is told of a refusal stays. */
	plomb_work_release(ctx->work, mark);
	if (status != PLOMB_OK) {
		return status == PLOMB_NO_ROOM ? status : refuse(ctx, status, &parsed, nearest);
	}
	*authority = nearest;
	*time = parsed.time;
	return PLOMB_OK;
}

/* see timestamp.h */
int
plomb_authority_same(const plomb_authority *a, const plomb_authority *b)
{
	if (a->operator_.n != 0 && b->operator_.n != 0) {
		return plomb_view_eq(a->operator_, b->operator_);
	}
	if (a->uri.n != 0 && b->uri.n != 0) {
		return plomb_view_eq(a->uri, b->uri);
	}
	return a == b;
}
