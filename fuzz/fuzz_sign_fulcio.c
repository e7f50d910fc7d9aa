/*
 * Targets plomb_fulcio_read.
 *
 * Input: the answer of a certificate authority. Holds:
 * - a certificate that is taken is one that the core reads, and its key is
 *   ours;
 * - what is refused leaves nothing behind that looks like a certificate;
 * - with less memory the answer is the same, or that there is no room.
 */
#include <stdlib.h>

#include "../src/core/cert.h"
#include "../src/core/json.h"
#include "../src/core/pem.h"
#include "../src/sign/fulcio.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[4 << 20];
static unsigned char lookout[2 << 20];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

/* The key of the first certificate in the answer, so that it can be ours; else a key that is nobody's. */
static plomb_view
first_key(plomb_view text)
{
	static const plomb_view nobody = PLOMB_LIT("nobody's");
	plomb_view pem, label, der;
	plomb_json doc;
	plomb_work work;
	plomb_cert cert;
	uint32_t list;

	plomb_work_init(&work, lookout, sizeof lookout);
	if (plomb_json_parse(&work, text, &doc) != PLOMB_OK) {
		return nobody;
	}
	list = plomb_json_member(&doc, plomb_json_member(&doc, plomb_json_member(&doc, 0, "signedCertificateEmbeddedSct"), "chain"), "certificates");
	if (plomb_json_string(&work, &doc, plomb_json_first(&doc, list), &pem) != PLOMB_OK
		|| plomb_pem_one(&work, pem, &label, &der) != PLOMB_OK || plomb_cert_parse(der, &cert) != PLOMB_OK)
	{
		return nobody;
	}
	return cert.spki;
}

static plomb_status
read_with(plomb_view text, size_t size, const plomb_private_key *key, plomb_fulcio_answer *answer)
{
	static plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };

	plomb_work_init(&work, room, size);
	return plomb_fulcio_read(&ctx, text, key, answer);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len };
	plomb_fulcio_answer answer, again;
	plomb_private_key key;
	plomb_cert cert;
	plomb_status s, small;

	memset(&key, 0, sizeof key);
	key.public_key.spki = first_key(text);
	small = read_with(text, 1024 + len % 8192, &key, &again);
	s = read_with(text, sizeof room, &key, &answer);
	must(small == s || small == PLOMB_NO_ROOM);
	if (s != PLOMB_OK) {
		must(s == PLOMB_FULCIO_ANSWER_MALFORMED || s == PLOMB_FULCIO_KEY_MISMATCH || s == PLOMB_FULCIO_SCT_DETACHED || s == PLOMB_NO_ROOM);
		return 0;
	}
	must(plomb_cert_parse(answer.leaf, &cert) == PLOMB_OK && plomb_view_eq(cert.spki, key.public_key.spki));
	key.public_key.spki.n --;
	must(read_with(text, sizeof room, &key, &again) == PLOMB_FULCIO_KEY_MISMATCH);
	return 0;
}
