/* see cert.h */
#include "cert.h"

#include "der.h"

#define MAX_EXTENSIONS 64 /* of one certificate; Fulcio writes about 30 */

/* Name and content of every extension that is read here. */
typedef enum {
	EXT_OTHER, EXT_BASIC, EXT_KEY_USAGE, EXT_EKU, EXT_SAN, EXT_NAME_CONSTRAINTS,
	EXT_SKI, EXT_AKI, EXT_SCT, EXT_POISON
} extension_kind;

typedef struct {
	extension_kind kind;
	plomb_view oid;
} extension_name;

static const extension_name extension_names[] = {
	{ EXT_BASIC, PLOMB_LIT("\x55\x1D\x13") },
	{ EXT_KEY_USAGE, PLOMB_LIT("\x55\x1D\x0F") },
	{ EXT_EKU, PLOMB_LIT("\x55\x1D\x25") },
	{ EXT_SAN, PLOMB_LIT("\x55\x1D\x11") },
	{ EXT_NAME_CONSTRAINTS, PLOMB_LIT("\x55\x1D\x1E") },
	{ EXT_SKI, PLOMB_LIT("\x55\x1D\x0E") },
	{ EXT_AKI, PLOMB_LIT("\x55\x1D\x23") },
	{ EXT_SCT, PLOMB_LIT("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x02") },
	{ EXT_POISON, PLOMB_LIT("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x03") }
};

typedef struct {
	plomb_view oid;
	int critical;
	plomb_view value; /* content of the OCTET STRING */
} extension;

typedef enum {
	FAMILY_NONE, FAMILY_EC, FAMILY_RSA, FAMILY_ED25519
} key_family;

typedef struct {
	plomb_cert_alg alg;
	key_family family;
	plomb_hash hash;
	plomb_view oid;
} algorithm_name;

static const algorithm_name algorithm_names[] = {
	{ PLOMB_CERT_ALG_ECDSA_SHA256, FAMILY_EC, PLOMB_SHA256, PLOMB_LIT("\x2A\x86\x48\xCE\x3D\x04\x03\x02") },
	{ PLOMB_CERT_ALG_ECDSA_SHA384, FAMILY_EC, PLOMB_SHA384, PLOMB_LIT("\x2A\x86\x48\xCE\x3D\x04\x03\x03") },
	{ PLOMB_CERT_ALG_ECDSA_SHA512, FAMILY_EC, PLOMB_SHA512, PLOMB_LIT("\x2A\x86\x48\xCE\x3D\x04\x03\x04") },
	{ PLOMB_CERT_ALG_RSA_SHA256, FAMILY_RSA, PLOMB_SHA256, PLOMB_LIT("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B") },
	{ PLOMB_CERT_ALG_RSA_SHA384, FAMILY_RSA, PLOMB_SHA384, PLOMB_LIT("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C") },
	{ PLOMB_CERT_ALG_RSA_SHA512, FAMILY_RSA, PLOMB_SHA512, PLOMB_LIT("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D") },
	{ PLOMB_CERT_ALG_ED25519, FAMILY_ED25519, PLOMB_HASH_NONE, PLOMB_LIT("\x2B\x65\x70") }
};

/* ------------------------------------------------------- signature algorithm */

/* RFC 4055: NULL for RSA, and absent is let pass; RFC 5758 and 8410: absent for the others. */
static int
parameters_fit(key_family family, plomb_view parameters)
{
	static const plomb_view null = PLOMB_LIT("\x05\x00");

	return parameters.n == 0 || (family == FAMILY_RSA && plomb_view_eq(parameters, null));
}

/* Which algorithm it is; one that is not known is not an error before it is used. */
static plomb_status
read_algorithm(plomb_view whole, plomb_cert_alg *alg)
{
	plomb_der der = plomb_der_open(whole);
	plomb_view oid, parameters;
	plomb_status s;
	size_t i;

	*alg = PLOMB_CERT_ALG_UNKNOWN;
	s = plomb_der_algorithm(&der, &oid, &parameters);
	if (s != PLOMB_OK) {
		return s;
	}
	for (i = 0; i < sizeof algorithm_names / sizeof algorithm_names[0]; i ++) {
		if (!plomb_view_eq(oid, algorithm_names[i].oid)) {
			continue;
		}
		*alg = algorithm_names[i].alg;
		return parameters_fit(algorithm_names[i].family, parameters) ? PLOMB_OK : PLOMB_CERT_MALFORMED;
	}
	return PLOMB_OK;
}

/* ------------------------------------------------------------------ names */

/* AttributeTypeAndValue: an OID, and one value of any type. */
static plomb_status
check_attribute(plomb_view body)
{
	plomb_der der = plomb_der_open(body);
	plomb_tlv tlv;

	if (plomb_der_take(&der, PLOMB_DER_OID, &tlv) != PLOMB_OK
		|| plomb_der_oid_check(tlv.body) != PLOMB_OK
		|| plomb_der_next(&der, &tlv) != PLOMB_OK
		|| !plomb_der_end(&der))
	{
		return PLOMB_CERT_MALFORMED;
	}
	return PLOMB_OK;
}

/*
 * Name: a sequence of non-empty sets of attributes. Names are only ever
 * compared byte for byte, so nothing more is read of them.
 */
static plomb_status
check_name(plomb_view body)
{
	plomb_der rdns = plomb_der_open(body);

	while (!plomb_der_end(&rdns)) {
		plomb_der set;

		if (plomb_der_enter(&rdns, PLOMB_DER_SET, &set) != PLOMB_OK || plomb_der_end(&set)) {
			return PLOMB_CERT_MALFORMED;
		}
		while (!plomb_der_end(&set)) {
			plomb_tlv attribute;

			if (plomb_der_take(&set, PLOMB_DER_SEQUENCE, &attribute) != PLOMB_OK
				|| check_attribute(attribute.body) != PLOMB_OK)
			{
				return PLOMB_CERT_MALFORMED;
			}
		}
	}
	return PLOMB_OK;
}

static plomb_status
read_name(plomb_der *der, plomb_view *whole)
{
	plomb_tlv tlv;
	plomb_status s;

	s = plomb_der_take(der, PLOMB_DER_SEQUENCE, &tlv);
	*whole = tlv.whole;
	return s != PLOMB_OK ? s : check_name(tlv.body);
}

/* IA5String: seven bits, and no NUL that would end the name early elsewhere (CVE-2009-2408). */
static plomb_status
check_ia5(plomb_view text)
{
	size_t i;

	for (i = 0; i < text.n; i ++) {
		if (text.p[i] == 0 || text.p[i] > 0x7F) {
			return PLOMB_CERT_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* OtherName: an OID, and [0] around one value of any type. */
static plomb_status
check_other_name(plomb_view body)
{
	plomb_der der = plomb_der_open(body);
	plomb_der value;
	plomb_tlv tlv;

	if (plomb_der_take(&der, PLOMB_DER_OID, &tlv) != PLOMB_OK
		|| plomb_der_oid_check(tlv.body) != PLOMB_OK
		|| plomb_der_enter(&der, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &value) != PLOMB_OK
		|| !plomb_der_end(&der)
		|| plomb_der_next(&value, &tlv) != PLOMB_OK
		|| !plomb_der_end(&value))
	{
		return PLOMB_CERT_MALFORMED;
	}
	return PLOMB_OK;
}

static plomb_status
check_directory_name(plomb_view body)
{
	plomb_tlv name;

	if (plomb_der_only(body, PLOMB_DER_SEQUENCE, &name) != PLOMB_OK) {
		return PLOMB_CERT_MALFORMED;
	}
	return check_name(name.body);
}

static plomb_status
check_general_name(const plomb_tlv *name)
{
	switch (name->tag) {
	case PLOMB_DER_CONTEXT_CONSTRUCTED(0):
		return check_other_name(name->body);
	case PLOMB_DER_CONTEXT(1): /* rfc822Name */
	case PLOMB_DER_CONTEXT(2): /* dNSName */
	case PLOMB_DER_CONTEXT(6): /* uniformResourceIdentifier */
		return check_ia5(name->body);
	case PLOMB_DER_CONTEXT_CONSTRUCTED(4):
		return check_directory_name(name->body);
	case PLOMB_DER_CONTEXT(7): /* iPAddress */
		return name->body.n == 4 || name->body.n == 16 ? PLOMB_OK : PLOMB_CERT_MALFORMED;
	case PLOMB_DER_CONTEXT(8): /* registeredID */
		return plomb_der_oid_check(name->body);
	case PLOMB_DER_CONTEXT_CONSTRUCTED(3): /* x400Address */
	case PLOMB_DER_CONTEXT_CONSTRUCTED(5): /* ediPartyName */
		return PLOMB_OK;
	default:
		return PLOMB_CERT_MALFORMED;
	}
}

/* ------------------------------------------------- what extensions say */

static plomb_status
read_san(plomb_view value, plomb_cert *cert)
{
	plomb_tlv names, name;
	plomb_der der;

	if (plomb_der_only(value, PLOMB_DER_SEQUENCE, &names) != PLOMB_OK || names.body.n == 0) {
		return PLOMB_CERT_MALFORMED;
	}
	der = plomb_der_open(names.body);
	while (!plomb_der_end(&der)) {
		if (plomb_der_next(&der, &name) != PLOMB_OK || check_general_name(&name) != PLOMB_OK) {
			return PLOMB_CERT_MALFORMED;
		}
	}
	cert->san = names.body;
	return PLOMB_OK;
}

/*
 * cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL. A default
 * that is written out is not DER, and a path length without cA has no
 * meaning (RFC 5280, 4.2.1.9).
 */
static plomb_status
read_basic(plomb_view value, plomb_cert *cert)
{
	plomb_tlv tlv;
	plomb_der der;
	uint32_t length;

	if (plomb_der_only(value, PLOMB_DER_SEQUENCE, &tlv) != PLOMB_OK) {
		return PLOMB_CERT_MALFORMED;
	}
	der = plomb_der_open(tlv.body);
	cert->has_basic = 1;
	if (plomb_der_end(&der)) {
		return PLOMB_OK;
	}
	if (plomb_der_take(&der, PLOMB_DER_BOOLEAN, &tlv) != PLOMB_OK
		|| plomb_der_boolean(tlv.body, &cert->is_ca) != PLOMB_OK || !cert->is_ca)
	{
		return PLOMB_CERT_MALFORMED;
	}
	if (plomb_der_end(&der)) {
		return PLOMB_OK;
	}
	if (plomb_der_take(&der, PLOMB_DER_INTEGER, &tlv) != PLOMB_OK
		|| plomb_der_small(tlv.body, &length) != PLOMB_OK || !plomb_der_end(&der))
	{
		return PLOMB_CERT_MALFORMED;
	}
	cert->path_len = (int)length;
	return PLOMB_OK;
}

/*
 * A BIT STRING of named bits: the last bit is a one, what is unused is zero
 * (X.690, 11.2), and at least one bit is set (RFC 5280, 4.2.1.3).
 */
static plomb_status
read_key_usage(plomb_view value, plomb_cert *cert)
{
	plomb_tlv bits;
	unsigned unused, last, i;

	if (plomb_der_only(value, PLOMB_DER_BIT_STRING, &bits) != PLOMB_OK || bits.body.n < 2 || bits.body.n > 3) {
		return PLOMB_CERT_MALFORMED;
	}
	unused = bits.body.p[0];
	last = bits.body.p[bits.body.n - 1];
	if (unused > 7 || (last & ((1u << unused) - 1)) != 0 || (last >> unused & 1) == 0) {
		return PLOMB_CERT_MALFORMED;
	}
	for (i = 0; i < 8 * (bits.body.n - 1); i ++) {
		if (bits.body.p[1 + i / 8] & (0x80 >> i % 8)) {
			cert->key_usage |= 1u << i;
		}
	}
	cert->has_key_usage = 1;
	return PLOMB_OK;
}

static plomb_status
read_eku(plomb_view value, int critical, plomb_cert *cert)
{
	static const plomb_view code_signing = PLOMB_LIT("\x2B\x06\x01\x05\x05\x07\x03\x03");
	static const plomb_view timestamping = PLOMB_LIT("\x2B\x06\x01\x05\x05\x07\x03\x08");
	static const plomb_view any = PLOMB_LIT("\x55\x1D\x25\x00");
	plomb_tlv list, purpose;
	plomb_der der;

	if (plomb_der_only(value, PLOMB_DER_SEQUENCE, &list) != PLOMB_OK || list.body.n == 0) {
		return PLOMB_CERT_MALFORMED;
	}
	der = plomb_der_open(list.body);
	while (!plomb_der_end(&der)) {
		if (plomb_der_take(&der, PLOMB_DER_OID, &purpose) != PLOMB_OK
			|| plomb_der_oid_check(purpose.body) != PLOMB_OK)
		{
			return PLOMB_CERT_MALFORMED;
		}
		cert->eku_code_signing |= plomb_view_eq(purpose.body, code_signing);
		cert->eku_timestamping |= plomb_view_eq(purpose.body, timestamping);
		cert->eku_any |= plomb_view_eq(purpose.body, any);
		cert->eku_count ++;
	}
	cert->has_eku = 1;
	cert->eku_critical = critical;
	return PLOMB_OK;
}

/* Only their outer form: nobody here can obey them, so a path with them is refused if they are critical. */
static plomb_status
read_name_constraints(plomb_view value, plomb_cert *cert)
{
	plomb_tlv tlv;
	plomb_der der;
	unsigned subtrees;

	if (plomb_der_only(value, PLOMB_DER_SEQUENCE, &tlv) != PLOMB_OK || tlv.body.n == 0) {
		return PLOMB_CERT_MALFORMED;
	}
	der = plomb_der_open(tlv.body);
	for (subtrees = 0; subtrees < 2; subtrees ++) {
		if (plomb_der_peek(&der) != PLOMB_DER_CONTEXT_CONSTRUCTED(subtrees)) {
			continue;
		}
		if (plomb_der_next(&der, &tlv) != PLOMB_OK || tlv.body.n == 0) {
			return PLOMB_CERT_MALFORMED;
		}
	}
	cert->has_name_constraints = 1;
	return plomb_der_end(&der) ? PLOMB_OK : PLOMB_CERT_MALFORMED;
}

static plomb_status
read_ski(plomb_view value, plomb_cert *cert)
{
	plomb_tlv tlv;
	plomb_status s;

	s = plomb_der_only(value, PLOMB_DER_OCTETS, &tlv);
	cert->ski = tlv.body;
	return s;
}

/* keyIdentifier, and the issuer's name and serial number, which come together or not at all (RFC 5280, 4.2.1.1). */
static plomb_status
read_aki(plomb_view value, plomb_cert *cert)
{
	plomb_tlv tlv;
	plomb_der der;

	if (plomb_der_only(value, PLOMB_DER_SEQUENCE, &tlv) != PLOMB_OK) {
		return PLOMB_CERT_MALFORMED;
	}
	der = plomb_der_open(tlv.body);
	if (plomb_der_peek(&der) == PLOMB_DER_CONTEXT(0)) {
		if (plomb_der_next(&der, &tlv) != PLOMB_OK) {
			return PLOMB_CERT_MALFORMED;
		}
		cert->aki = tlv.body;
	}
	if (plomb_der_end(&der)) {
		return PLOMB_OK;
	}
	if (plomb_der_take(&der, PLOMB_DER_CONTEXT_CONSTRUCTED(1), &tlv) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_CONTEXT(2), &tlv) != PLOMB_OK
		|| plomb_der_integer_check(tlv.body) != PLOMB_OK
		|| !plomb_der_end(&der))
	{
		return PLOMB_CERT_MALFORMED;
	}
	return PLOMB_OK;
}

/*
 * The list is in an OCTET STRING of its own. A list that cannot be read is
 * left to sct.c, whose question it is: a verifier that was told to ignore
 * the timestamps does not fail because of them.
 */
static plomb_status
read_sct(plomb_view value, plomb_cert *cert)
{
	plomb_tlv tlv;

	cert->has_sct_extension = 1;
	if (plomb_der_only(value, PLOMB_DER_OCTETS, &tlv) == PLOMB_OK) {
		cert->sct = tlv.body;
	}
	return PLOMB_OK;
}

/* ---------------------------------------------------------- extensions */

static extension_kind
kind_of(plomb_view oid)
{
	size_t i;

	for (i = 0; i < sizeof extension_names / sizeof extension_names[0]; i ++) {
		if (plomb_view_eq(oid, extension_names[i].oid)) {
			return extension_names[i].kind;
		}
	}
	return EXT_OTHER;
}

/* One Extension: OID, critical only if TRUE, and the content's OCTET STRING. */
static plomb_status
next_extension(plomb_der *list, extension *found)
{
	plomb_der der;
	plomb_tlv tlv;

	memset(found, 0, sizeof *found);
	if (plomb_der_enter(list, PLOMB_DER_SEQUENCE, &der) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_OID, &tlv) != PLOMB_OK
		|| plomb_der_oid_check(tlv.body) != PLOMB_OK)
	{
		return PLOMB_CERT_MALFORMED;
	}
	found->oid = tlv.body;
	if (plomb_der_peek(&der) == PLOMB_DER_BOOLEAN) {
		if (plomb_der_next(&der, &tlv) != PLOMB_OK
			|| plomb_der_boolean(tlv.body, &found->critical) != PLOMB_OK || !found->critical)
		{
			return PLOMB_CERT_MALFORMED;
		}
	}
	if (plomb_der_take(&der, PLOMB_DER_OCTETS, &tlv) != PLOMB_OK || !plomb_der_end(&der)) {
		return PLOMB_CERT_MALFORMED;
	}
	found->value = tlv.body;
	return PLOMB_OK;
}

static plomb_status
read_extension(const extension *ext, plomb_cert *cert)
{
	switch (kind_of(ext->oid)) {
	case EXT_BASIC:
		return read_basic(ext->value, cert);
	case EXT_KEY_USAGE:
		return read_key_usage(ext->value, cert);
	case EXT_EKU:
		return read_eku(ext->value, ext->critical, cert);
	case EXT_SAN:
		return read_san(ext->value, cert);
	case EXT_NAME_CONSTRAINTS:
		return read_name_constraints(ext->value, cert);
	case EXT_SKI:
		return read_ski(ext->value, cert);
	case EXT_AKI:
		return read_aki(ext->value, cert);
	case EXT_SCT:
		return read_sct(ext->value, cert);
	case EXT_POISON:
		/* A precertificate (RFC 6962, 3.1) is a promise to a log, not a certificate. */
		return PLOMB_CERT_MALFORMED;
	case EXT_OTHER:
		break;
	}
	return PLOMB_OK;
}

/* Those of SPEC 4.1 whose meaning is obeyed here; any other that says it is critical is not known. */
static int
known_critical(plomb_view oid)
{
	extension_kind kind = kind_of(oid);

	return kind == EXT_BASIC || kind == EXT_KEY_USAGE || kind == EXT_EKU || kind == EXT_SAN
		|| kind == EXT_NAME_CONSTRAINTS;
}

/* The OID does not occur in the list's first n octets. */
static plomb_status
check_first_time(plomb_view list, size_t n, plomb_view oid)
{
	plomb_der der = plomb_der_open(list);
	extension earlier;

	while (der.at < n) {
		if (next_extension(&der, &earlier) != PLOMB_OK || plomb_view_eq(earlier.oid, oid)) {
			return PLOMB_CERT_MALFORMED;
		}
	}
	return PLOMB_OK;
}

static plomb_status
read_extensions(plomb_view list, plomb_cert *cert)
{
	plomb_der der = plomb_der_open(list);
	size_t count = 0;
	plomb_status s;

	while (!plomb_der_end(&der)) {
		size_t start = der.at;
		extension ext;

		if (count == MAX_EXTENSIONS) {
			return PLOMB_LIMIT_EXCEEDED;
		}
		count ++;
		s = next_extension(&der, &ext);
		if (s != PLOMB_OK) {
			return s;
		}
		s = check_first_time(list, start, ext.oid);
		if (s != PLOMB_OK) {
			return s;
		}
		s = read_extension(&ext, cert);
		if (s != PLOMB_OK) {
			return s;
		}
		if (ext.critical && !known_critical(ext.oid) && !cert->has_unknown_critical) {
			cert->has_unknown_critical = 1;
			cert->unknown_critical = ext.oid;
		}
	}
	return PLOMB_OK;
}

/* see cert.h */
plomb_status
plomb_cert_extension(const plomb_cert *cert, plomb_view oid, plomb_view *value)
{
	plomb_der der = plomb_der_open(cert->extensions);
	extension ext;

	memset(value, 0, sizeof *value);
	while (!plomb_der_end(&der)) {
		if (next_extension(&der, &ext) != PLOMB_OK) {
			return PLOMB_UNSET;
		}
		if (plomb_view_eq(ext.oid, oid)) {
			*value = ext.value;
			return PLOMB_OK;
		}
	}
	return PLOMB_UNSET;
}

/* ------------------------------------------------------- tbsCertificate */

/* [0] EXPLICIT Version DEFAULT v1; a v1 that is written out is not DER. */
static plomb_status
read_version(plomb_der *tbs, plomb_cert *cert)
{
	plomb_der der;
	plomb_tlv tlv;
	uint32_t version;

	cert->version = 1;
	if (plomb_der_peek(tbs) != PLOMB_DER_CONTEXT_CONSTRUCTED(0)) {
		return PLOMB_OK;
	}
	if (plomb_der_enter(tbs, PLOMB_DER_CONTEXT_CONSTRUCTED(0), &der) != PLOMB_OK
		|| plomb_der_take(&der, PLOMB_DER_INTEGER, &tlv) != PLOMB_OK
		|| plomb_der_small(tlv.body, &version) != PLOMB_OK
		|| !plomb_der_end(&der) || (version != 1 && version != 2))
	{
		return PLOMB_CERT_MALFORMED;
	}
	cert->version = (int)version + 1;
	return PLOMB_OK;
}

/*
 * RFC 5280 wants a positive number. A negative one has been used for two
 * names of one certificate and is refused; zero stands in old roots and is
 * accepted, as Go does.
 */
static plomb_status
read_serial(plomb_der *tbs, plomb_cert *cert)
{
	plomb_view magnitude;
	plomb_tlv tlv;
	plomb_status s;

	s = plomb_der_take(tbs, PLOMB_DER_INTEGER, &tlv);
	if (s != PLOMB_OK) {
		return s;
	}
	cert->serial = tlv.body;
	return plomb_der_unsigned(tlv.body, &magnitude);
}

static plomb_status
read_validity(plomb_der *tbs, plomb_cert *cert)
{
	plomb_der der;
	plomb_tlv tlv;

	if (plomb_der_enter(tbs, PLOMB_DER_SEQUENCE, &der) != PLOMB_OK
		|| plomb_der_next(&der, &tlv) != PLOMB_OK
		|| plomb_der_time(&tlv, &cert->not_before) != PLOMB_OK
		|| plomb_der_next(&der, &tlv) != PLOMB_OK
		|| plomb_der_time(&tlv, &cert->not_after) != PLOMB_OK
		|| !plomb_der_end(&der))
	{
		return PLOMB_CERT_MALFORMED;
	}
	return PLOMB_OK;
}

/* issuerUniqueID [1] and subjectUniqueID [2]: allowed since version 2, never used. */
static plomb_status
skip_unique_ids(plomb_der *tbs, const plomb_cert *cert)
{
	unsigned number;

	for (number = 1; number <= 2; number ++) {
		plomb_view octets;
		plomb_tlv tlv;

		if (plomb_der_peek(tbs) != PLOMB_DER_CONTEXT(number)) {
			continue;
		}
		if (cert->version == 1 || plomb_der_next(tbs, &tlv) != PLOMB_OK
			|| plomb_der_bits(tlv.body, &octets) != PLOMB_OK)
		{
			return PLOMB_CERT_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* What follows the subject's key: identifiers and the [3] wrapper, both optional. */
static plomb_status
read_tail(plomb_der *tbs, plomb_cert *cert)
{
	plomb_der wrapper;
	plomb_tlv list;
	plomb_status s;

	s = skip_unique_ids(tbs, cert);
	if (s != PLOMB_OK) {
		return s;
	}
	cert->before_extensions = plomb_view_cut(tbs->in, 0, tbs->at);
	if (plomb_der_end(tbs)) {
		return PLOMB_OK;
	}
	if (cert->version != 3
		|| plomb_der_enter(tbs, PLOMB_DER_CONTEXT_CONSTRUCTED(3), &wrapper) != PLOMB_OK
		|| !plomb_der_end(tbs)
		|| plomb_der_take(&wrapper, PLOMB_DER_SEQUENCE, &list) != PLOMB_OK
		|| !plomb_der_end(&wrapper) || list.body.n == 0)
	{
		return PLOMB_CERT_MALFORMED;
	}
	cert->extensions = list.body;
	return read_extensions(list.body, cert);
}

static plomb_status
read_tbs(plomb_view body, plomb_view outer_algorithm, plomb_cert *cert)
{
	plomb_der tbs = plomb_der_open(body);
	plomb_tlv algorithm, spki;

	if (read_version(&tbs, cert) != PLOMB_OK
		|| read_serial(&tbs, cert) != PLOMB_OK
		|| plomb_der_take(&tbs, PLOMB_DER_SEQUENCE, &algorithm) != PLOMB_OK
		|| read_name(&tbs, &cert->issuer) != PLOMB_OK
		|| read_validity(&tbs, cert) != PLOMB_OK
		|| read_name(&tbs, &cert->subject) != PLOMB_OK
		|| plomb_der_take(&tbs, PLOMB_DER_SEQUENCE, &spki) != PLOMB_OK)
	{
		return PLOMB_CERT_MALFORMED;
	}

	/* Only the inner one is signed; BearSSL's engine does not compare them. */
	if (!plomb_view_eq(algorithm.whole, outer_algorithm)) {
		return PLOMB_CERT_MALFORMED;
	}
	cert->spki = spki.whole;
	return read_tail(&tbs, cert);
}

static plomb_status
read_certificate(plomb_view der, plomb_cert *cert)
{
	plomb_tlv whole, tbs, algorithm, bits;
	plomb_der parts;
	plomb_status s;

	if (plomb_der_only(der, PLOMB_DER_SEQUENCE, &whole) != PLOMB_OK) {
		return PLOMB_CERT_MALFORMED;
	}
	parts = plomb_der_open(whole.body);
	if (plomb_der_take(&parts, PLOMB_DER_SEQUENCE, &tbs) != PLOMB_OK
		|| plomb_der_take(&parts, PLOMB_DER_SEQUENCE, &algorithm) != PLOMB_OK
		|| plomb_der_take(&parts, PLOMB_DER_BIT_STRING, &bits) != PLOMB_OK
		|| !plomb_der_end(&parts)
		|| plomb_der_bits(bits.body, &cert->signature) != PLOMB_OK)
	{
		return PLOMB_CERT_MALFORMED;
	}
	s = read_algorithm(algorithm.whole, &cert->alg);
	if (s != PLOMB_OK) {
		return s;
	}
	cert->der = der;
	cert->tbs = tbs.whole;
	return read_tbs(tbs.body, algorithm.whole, cert);
}

/* see cert.h */
plomb_status
plomb_cert_parse(plomb_view der, plomb_cert *cert)
{
	plomb_status s;

	memset(cert, 0, sizeof *cert);
	if (der.n > PLOMB_MAX_CERT_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	cert->path_len = -1;
	s = read_certificate(der, cert);
	if (s == PLOMB_OK) {
		return PLOMB_OK;
	}

	/* Nobody reads half a certificate. */
	memset(cert, 0, sizeof *cert);
	return s == PLOMB_LIMIT_EXCEEDED ? s : PLOMB_CERT_MALFORMED;
}

/* ------------------------------------------------------------ signature */

static key_family
family_of(plomb_key_kind kind)
{
	switch (kind) {
	case PLOMB_KEY_P256:
	case PLOMB_KEY_P384:
	case PLOMB_KEY_P521:
		return FAMILY_EC;
	case PLOMB_KEY_RSA:
		return FAMILY_RSA;
	case PLOMB_KEY_ED25519:
		return FAMILY_ED25519;
	default:
		return FAMILY_NONE;
	}
}

/* The algorithm's hash, if this kind of key makes its signatures; an id-RSASSA-PSS key makes none of these. */
static plomb_status
hash_for(plomb_cert_alg alg, plomb_key_kind kind, plomb_hash *hash)
{
	size_t i;

	*hash = PLOMB_HASH_NONE;
	for (i = 0; i < sizeof algorithm_names / sizeof algorithm_names[0]; i ++) {
		if (algorithm_names[i].alg == alg) {
			*hash = algorithm_names[i].hash;
			return algorithm_names[i].family == family_of(kind) ? PLOMB_OK : PLOMB_CERT_SIGNATURE_INVALID;
		}
	}
	return PLOMB_CERT_ALG_UNSUPPORTED;
}

/* see cert.h */
plomb_status
plomb_cert_signed_by(plomb_ctx *ctx, const plomb_cert *cert, const plomb_key *issuer)
{
	plomb_message message;
	plomb_hash hash;
	plomb_status s;

	s = hash_for(cert->alg, issuer->kind, &hash);
	if (s != PLOMB_OK) {
		return s;
	}
	plomb_message_from_bytes(&message, cert->tbs);
	s = plomb_key_verify(ctx, issuer, hash, &message, cert->signature);
	switch (s) {
	case PLOMB_OK:
	case PLOMB_NO_ROOM:
		return s;
	case PLOMB_KEY_TYPE_UNSUPPORTED:
		return PLOMB_CERT_ALG_UNSUPPORTED;
	default:
		return PLOMB_CERT_SIGNATURE_INVALID;
	}
}
