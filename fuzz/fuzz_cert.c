/*
 * Targets plomb_cert_parse and plomb_cert_extension.
 *
 * Input: a certificate. Holds for one that is accepted:
 * - every view is inside it, and what is signed is what stands between the
 *   outer header and the algorithm;
 * - one octet less, one more, or a longer form of the outer length is refused;
 * - every extension is found by its identifier, once.
 * What is refused leaves nothing behind.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/cert.h"
#include "../src/core/der.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char copy[PLOMB_MAX_CERT_BYTES + 2];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
inside(plomb_view outer, plomb_view v)
{
	must(v.p == NULL ? v.n == 0 : v.p >= outer.p && v.n <= outer.n && (size_t)(v.p - outer.p) <= outer.n - v.n);
}

static void
check_views(const plomb_cert *cert)
{
	inside(cert->der, cert->tbs);
	inside(cert->der, cert->signature);
	inside(cert->tbs, cert->before_extensions);
	inside(cert->tbs, cert->serial);
	inside(cert->tbs, cert->issuer);
	inside(cert->tbs, cert->subject);
	inside(cert->tbs, cert->spki);
	inside(cert->tbs, cert->extensions);
	inside(cert->extensions, cert->unknown_critical);
	inside(cert->extensions, cert->san);
	inside(cert->extensions, cert->ski);
	inside(cert->extensions, cert->aki);
	inside(cert->extensions, cert->sct);
	must(cert->serial.n > 0 && cert->issuer.n > 1 && cert->subject.n > 1 && cert->spki.n > 1);
}

static void
check_meaning(const plomb_cert *cert)
{
	must(cert->version >= 1 && cert->version <= 3);
	must(cert->extensions.p == NULL || cert->version == 3);
	must(!cert->is_ca || cert->has_basic);
	must(cert->path_len == -1 || (cert->is_ca && cert->path_len >= 0));
	must(!cert->has_key_usage == (cert->key_usage == 0));
	must(!cert->has_eku == (cert->eku_count == 0));
	must(cert->has_eku || !(cert->eku_any | cert->eku_code_signing | cert->eku_timestamping | cert->eku_critical));
	must(cert->has_unknown_critical == (cert->unknown_critical.p != NULL));
	must(cert->has_sct_extension || cert->sct.p == NULL);
}

static void
check_lookup(const plomb_cert *cert)
{
	plomb_der der = plomb_der_open(cert->extensions);

	while (!plomb_der_end(&der)) {
		plomb_der inner;
		plomb_tlv oid;
		plomb_view value;

		must(plomb_der_enter(&der, PLOMB_DER_SEQUENCE, &inner) == PLOMB_OK);
		must(plomb_der_take(&inner, PLOMB_DER_OID, &oid) == PLOMB_OK);
		must(plomb_cert_extension(cert, oid.body, &value) == PLOMB_OK);
		must(value.p + value.n == der.in.p + der.at);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	static const plomb_cert nothing;
	plomb_cert cert, other;
	plomb_view der;

	der.p = in;
	der.n = len;
	if (plomb_cert_parse(der, &cert) != PLOMB_OK) {
		must(memcmp(&cert, &nothing, sizeof cert) == 0);
		return 0;
	}
	must(len <= PLOMB_MAX_CERT_BYTES);
	check_views(&cert);
	check_meaning(&cert);
	check_lookup(&cert);
	der.n = len - 1;
	must(plomb_cert_parse(der, &other) == PLOMB_CERT_MALFORMED);
	memcpy(copy, in, len);
	copy[len] = 0;
	der.p = copy;
	der.n = len + 1;
	must(plomb_cert_parse(der, &other) != PLOMB_OK);
	if (in[1] == 0x82) {
		memcpy(copy, "\x30\x83\x00", 3);
		memcpy(copy + 3, in + 2, len - 2);
		must(plomb_cert_parse(der, &other) != PLOMB_OK);
	}
	return 0;
}
