#include "tsr.h"

static const unsigned char oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
static const unsigned char oid_tst_info[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04 };

static int
is_bytes(plomb_view a, const unsigned char *bytes, size_t n)
{
	return a.n == n && memcmp(a.p, bytes, n) == 0;
}

#define IS(view, constant) is_bytes((view), (constant), sizeof (constant))

/* Parameters absent or NULL. */
static int
no_parameters(plomb_view parameters)
{
	static const unsigned char null[] = { 0x05, 0x00 };

	return parameters.n == 0 || IS(parameters, null);
}

/* see tsr.h */
plomb_hash
plomb_tsr_hash(plomb_view oid, plomb_view parameters)
{
	/* id-sha256, -384, -512 are .1, .2, .3 of this arc. */
	static const unsigned char arc[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };

	if (oid.n != sizeof arc + 1 || memcmp(oid.p, arc, sizeof arc) != 0 || !no_parameters(parameters)) {
		return PLOMB_HASH_NONE;
	}
	switch (oid.p[sizeof arc]) {
	case 1: return PLOMB_SHA256;
	case 2: return PLOMB_SHA384;
	case 3: return PLOMB_SHA512;
	}
	return PLOMB_HASH_NONE;
}

/* One OPTIONAL element: passed over if it has this tag. */
static plomb_status
skip(plomb_der *der, unsigned tag, plomb_tlv *tlv)
{
	memset(tlv, 0, sizeof *tlv);
	return plomb_der_peek(der) == tag ? plomb_der_next(der, tlv) : PLOMB_OK;
}

/* An INTEGER that must have this value. */
static int
is_version(plomb_der *der, uint32_t wanted)
{
	plomb_tlv tlv;
	uint32_t value;

	return plomb_der_take(der, PLOMB_DER_INTEGER, &tlv) == PLOMB_OK
		&& plomb_der_small(tlv.body, &value) == PLOMB_OK
		&& value == wanted;
}

/* PKIStatusInfo: 0 granted, 1 grantedWithMods. */
static plomb_status
read_status(plomb_der *der)
{
	plomb_der inner;
	plomb_tlv status, rest;
	uint32_t value;

	if (plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
		|| plomb_der_take(&inner, PLOMB_DER_INTEGER, &status) != PLOMB_OK
		|| plomb_der_small(status.body, &value) != PLOMB_OK
		|| skip(&inner, PLOMB_DER_SEQUENCE, &rest) != PLOMB_OK
		|| skip(&inner, PLOMB_DER_BIT_STRING, &rest) != PLOMB_OK
		|| !plomb_der_end(&inner))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	return value <= 1 ? PLOMB_OK : PLOMB_TIMESTAMP_STATUS_REJECTED;
}

/* SET OF AlgorithmIdentifier. Which hash was used SignerInfo says, so these are only read for form. */
static plomb_status
read_digest_algorithms(plomb_der *der)
{
	plomb_der set;

	if (plomb_der_enter(der, PLOMB_DER_SET, &set) != PLOMB_OK) {
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	while (!plomb_der_end(&set)) {
		plomb_view oid, parameters;

		if (plomb_der_algorithm(&set, &oid, &parameters) != PLOMB_OK) {
			return PLOMB_TIMESTAMP_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* EncapsulatedContentInfo; a constructed OCTET STRING is BER and refused. */
static plomb_status
read_content(plomb_der *der, plomb_tsr *tsr)
{
	plomb_der inner, wrapper;
	plomb_tlv type, octets;

	if (plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
		|| plomb_der_take(&inner, PLOMB_DER_OID, &type) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	if (!IS(type.body, oid_tst_info)) {
		return PLOMB_TIMESTAMP_CONTENT_TYPE;
	}
	if (plomb_der_enter(&inner, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &wrapper) != PLOMB_OK
		|| !plomb_der_end(&inner)
		|| plomb_der_take(&wrapper, PLOMB_DER_OCTETS, &octets) != PLOMB_OK
		|| !plomb_der_end(&wrapper))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->content = octets.body;
	return PLOMB_OK;
}

/*
 * SignerIdentifier with the version that goes before it: 1 with issuer and
 * serial number, 3 with a key identifier (RFC 5652, 5.3).
 */
static plomb_status
read_sid(plomb_der *der, plomb_tsr *tsr)
{
	plomb_tlv version, sid, name, serial;
	plomb_der inner;
	uint32_t value;

	if (plomb_der_take(der, PLOMB_DER_INTEGER, &version) != PLOMB_OK
		|| plomb_der_small(version.body, &value) != PLOMB_OK
		|| plomb_der_next(der, &sid) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	if (value == 3 && sid.tag == PLOMB_DER_CONTEXT(0) && sid.body.n != 0) {
		tsr->ski = sid.body;
		return PLOMB_OK;
	}
	inner = plomb_der_open(sid.body);
	if (value != 1 || sid.tag != PLOMB_DER_SEQUENCE
		|| plomb_der_take(&inner, PLOMB_DER_SEQUENCE, &name) != PLOMB_OK
		|| plomb_der_take(&inner, PLOMB_DER_INTEGER, &serial) != PLOMB_OK
		|| plomb_der_integer_check(serial.body) != PLOMB_OK
		|| !plomb_der_end(&inner))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->issuer = name.whole;
	tsr->serial = serial.body;
	return PLOMB_OK;
}

/* signatureAlgorithm in the forms that authorities write (SPEC 8.2). */
static void
read_signature_algorithm(plomb_view oid, plomb_view parameters, plomb_tsr *tsr)
{
	static const struct {
		unsigned char n;
		unsigned char oid[9];
		plomb_tsr_alg alg;
		plomb_hash hash;
	} known[] = {
		{ 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 }, PLOMB_TSR_ALG_ECDSA, PLOMB_SHA256 },
		{ 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 }, PLOMB_TSR_ALG_ECDSA, PLOMB_SHA384 },
		{ 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 }, PLOMB_TSR_ALG_ECDSA, PLOMB_SHA512 },
		{ 7, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 }, PLOMB_TSR_ALG_ECDSA, PLOMB_HASH_NONE },
		{ 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b }, PLOMB_TSR_ALG_RSA, PLOMB_SHA256 },
		{ 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c }, PLOMB_TSR_ALG_RSA, PLOMB_SHA384 },
		{ 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d }, PLOMB_TSR_ALG_RSA, PLOMB_SHA512 },
		{ 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 }, PLOMB_TSR_ALG_RSA, PLOMB_HASH_NONE }
	};
	size_t i;

	tsr->alg = PLOMB_TSR_ALG_UNKNOWN;
	tsr->alg_hash = PLOMB_HASH_NONE;
	for (i = 0; i < sizeof known / sizeof known[0] && no_parameters(parameters); i ++) {
		if (is_bytes(oid, known[i].oid, known[i].n)) {
			tsr->alg = known[i].alg;
			tsr->alg_hash = known[i].hash;
		}
	}
}

static plomb_status
read_signer(plomb_der *der, plomb_tsr *tsr)
{
	plomb_view oid, parameters;
	plomb_der inner;
	plomb_tlv attributes, signature, unsigned_attributes;

	if (plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
		|| read_sid(&inner, tsr) != PLOMB_OK
		|| plomb_der_algorithm(&inner, &oid, &parameters) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->digest_hash = plomb_tsr_hash(oid, parameters);
	if (tsr->digest_hash == PLOMB_HASH_NONE) {
		return PLOMB_TIMESTAMP_HASH_UNSUPPORTED;
	}
	if (skip(&inner, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &attributes) != PLOMB_OK
		|| plomb_der_algorithm(&inner, &oid, &parameters) != PLOMB_OK
		|| plomb_der_take(&inner, PLOMB_DER_OCTETS, &signature) != PLOMB_OK
		|| skip(&inner, PLOMB_DER_CONTEXT_CONSTRUCTED(1), &unsigned_attributes) != PLOMB_OK
		|| !plomb_der_end(&inner))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->attributes = attributes.whole;
	tsr->attribute_list = attributes.body;
	tsr->signature = signature.body;
	read_signature_algorithm(oid, parameters, tsr);
	return PLOMB_OK;
}

/* SignedData with exactly one SignerInfo. */
static plomb_status
read_signed_data(plomb_der *der, plomb_tsr *tsr)
{
	plomb_der inner, signers;
	plomb_tlv certificates, crls;
	plomb_status status;

	if (plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
		|| !is_version(&inner, 3)
		|| read_digest_algorithms(&inner) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	status = read_content(&inner, tsr);
	if (status != PLOMB_OK) {
		return status;
	}
	if (skip(&inner, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &certificates) != PLOMB_OK
		|| skip(&inner, PLOMB_DER_CONTEXT_CONSTRUCTED(1), &crls) != PLOMB_OK
		|| plomb_der_enter(&inner, PLOMB_DER_SET, &signers) != PLOMB_OK
		|| !plomb_der_end(&inner))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->certificates = certificates.body;
	status = read_signer(&signers, tsr);
	if (status != PLOMB_OK) {
		return status;
	}
	return plomb_der_end(&signers) ? PLOMB_OK : PLOMB_TIMESTAMP_MALFORMED;
}

/* MessageImprint. */
static plomb_status
read_imprint(plomb_der *der, plomb_tsr *tsr)
{
	plomb_view oid, parameters;
	plomb_der inner;
	plomb_tlv octets;

	if (plomb_der_enter(der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
		|| plomb_der_algorithm(&inner, &oid, &parameters) != PLOMB_OK
		|| plomb_der_take(&inner, PLOMB_DER_OCTETS, &octets) != PLOMB_OK
		|| !plomb_der_end(&inner))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->imprint_hash = plomb_tsr_hash(oid, parameters);
	if (tsr->imprint_hash == PLOMB_HASH_NONE) {
		return PLOMB_TIMESTAMP_HASH_UNSUPPORTED;
	}
	tsr->imprint = octets.body;
	return tsr->imprint.n == plomb_hash_len(tsr->imprint_hash) ? PLOMB_OK : PLOMB_TIMESTAMP_MALFORMED;
}

/* Extensions of a TSTInfo: none is known, so a critical one is refused (SPEC 8.3, step 9). */
static plomb_status
read_extensions(plomb_view extensions)
{
	plomb_der der = plomb_der_open(extensions);

	while (!plomb_der_end(&der)) {
		plomb_der inner;
		plomb_tlv oid, flag, value;
		int critical = 0;

		if (plomb_der_enter(&der, PLOMB_DER_SEQUENCE, &inner) != PLOMB_OK
			|| plomb_der_take(&inner, PLOMB_DER_OID, &oid) != PLOMB_OK
			|| skip(&inner, PLOMB_DER_BOOLEAN, &flag) != PLOMB_OK
			|| (flag.tag != 0 && plomb_der_boolean(flag.body, &critical) != PLOMB_OK)
			|| plomb_der_take(&inner, PLOMB_DER_OCTETS, &value) != PLOMB_OK
			|| !plomb_der_end(&inner)
			|| critical)
		{
			return PLOMB_TIMESTAMP_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* After genTime: accuracy, ordering, nonce, tsa, extensions, each OPTIONAL. */
static plomb_status
read_optional(plomb_der *der, plomb_tsr *tsr)
{
	plomb_tlv accuracy, ordering, nonce, tsa, extensions;
	int flag;

	if (skip(der, PLOMB_DER_SEQUENCE, &accuracy) != PLOMB_OK
		|| skip(der, PLOMB_DER_BOOLEAN, &ordering) != PLOMB_OK
		|| (ordering.tag != 0 && plomb_der_boolean(ordering.body, &flag) != PLOMB_OK)
		|| skip(der, PLOMB_DER_INTEGER, &nonce) != PLOMB_OK
		|| (nonce.tag != 0 && plomb_der_integer_check(nonce.body) != PLOMB_OK)
		|| skip(der, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &tsa) != PLOMB_OK
		|| skip(der, PLOMB_DER_CONTEXT_CONSTRUCTED(1), &extensions) != PLOMB_OK
		|| !plomb_der_end(der))
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->nonce = nonce.body;
	return read_extensions(extensions.body);
}

static plomb_status
read_tst_info(plomb_tsr *tsr)
{
	plomb_tlv all, policy, serial, time;
	plomb_der der;
	plomb_status status;

	if (plomb_der_only(tsr->content, PLOMB_DER_SEQUENCE, &all) != PLOMB_OK) {
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	der = plomb_der_open(all.body);
	if (!is_version(&der, 1)
		|| plomb_der_take(&der, PLOMB_DER_OID, &policy) != PLOMB_OK
		|| plomb_der_oid_check(policy.body) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	status = read_imprint(&der, tsr);
	if (status != PLOMB_OK) {
		return status;
	}
	if (plomb_der_take(&der, PLOMB_DER_INTEGER, &serial) != PLOMB_OK
		|| plomb_der_integer_check(serial.body) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_GENTIME, &time) != PLOMB_OK
		|| plomb_der_gentime(time.body, &tsr->time) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	tsr->time_text = time.body;
	return read_optional(&der, tsr);
}

/* TimeStampResp and ContentInfo; a bare token has no status and so is not read. */
static plomb_status
read_response(plomb_view bytes, plomb_tsr *tsr)
{
	plomb_tlv all, type;
	plomb_der der, info, wrapper;
	plomb_status status;

	if (plomb_der_only(bytes, PLOMB_DER_SEQUENCE, &all) != PLOMB_OK) {
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	der = plomb_der_open(all.body);
	status = read_status(&der);
	if (status != PLOMB_OK) {
		return status;
	}
	if (plomb_der_enter(&der, PLOMB_DER_SEQUENCE, &info) != PLOMB_OK
		|| !plomb_der_end(&der)
		|| plomb_der_take(&info, PLOMB_DER_OID, &type) != PLOMB_OK)
	{
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	if (!IS(type.body, oid_signed_data)) {
		return PLOMB_TIMESTAMP_CONTENT_TYPE;
	}
	if (plomb_der_enter(&info, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &wrapper) != PLOMB_OK || !plomb_der_end(&info)) {
		return PLOMB_TIMESTAMP_MALFORMED;
	}
	status = read_signed_data(&wrapper, tsr);
	if (status != PLOMB_OK) {
		return status;
	}
	return plomb_der_end(&wrapper) ? PLOMB_OK : PLOMB_TIMESTAMP_MALFORMED;
}

/* see tsr.h */
plomb_status
plomb_tsr_parse(plomb_view der, plomb_tsr *tsr)
{
	plomb_status status;

	memset(tsr, 0, sizeof *tsr);
	if (der.n > PLOMB_MAX_TSR_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	status = read_response(der, tsr);
	if (status == PLOMB_OK) {
		status = read_tst_info(tsr);
	}
	if (status != PLOMB_OK) {
		memset(tsr, 0, sizeof *tsr);
	}
	return status;
}
