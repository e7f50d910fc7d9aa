/*
 * Target: plomb_entry_bind with all kinds of body, plomb_entry_is_v2.
 * Input: one byte that says what was signed and with what, then the body.
 * Holds: no read outside the input; whatever is accepted is refused as soon
 * as the signature (unless the kind has none), the certificate or key, or the
 * artifact is another one; a Rekor v2 hashedrekord that is accepted is
 * refused with any bit changed; memory is given back after a yes.
 */
#include <stdlib.h>
#include <string.h>

#include "../src/core/entry.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define WITH_KEY      1u
#define WITH_ENVELOPE 2u
#define CONTENT(how)  ((how) >> 2 & 3u)

/* The corpus is made of these by tests/vectors/make_entries.py. */
static const unsigned char SPKI[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
	0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x56, 0xe0, 0x9f, 0xb0, 0x76,
	0xfe, 0x9b, 0x99, 0x57, 0x7b, 0xee, 0xf6, 0x41, 0xd0, 0x44, 0x5d, 0x35, 0xa2, 0xe5, 0x57, 0xa8,
	0x2d, 0x3c, 0x25, 0x15, 0x08, 0x3b, 0xb6, 0xe6, 0xbc, 0x69, 0xd4, 0xfe, 0x79, 0x14, 0xf7, 0x59,
	0x79, 0xaa, 0x40, 0x05, 0x64, 0x04, 0x97, 0x4c, 0xd3, 0x12, 0xbb, 0x27, 0xff, 0xc5, 0x46, 0x0f,
	0xe9, 0x7d, 0xa8, 0x46, 0x42, 0x4e, 0x52, 0x59, 0xb1, 0x9a, 0x5f
};
#define SIGNATURE "a signature of this candidate"
#define ARTIFACT  "hello\n"
#define PAYLOAD   "{\"_type\":\"https://in-toto.io/Statement/v1\"}"
#define ENVELOPE  "the bytes of the envelope"
#define CERT      "the bytes of the certificate"

static unsigned char room[1u << 20];

static plomb_status
bind(const plomb_candidate *candidate, plomb_view body, const plomb_cert *cert, const plomb_key *key, const char *artifact)
{
	plomb_messages messages;
	plomb_message message;
	plomb_detail detail;
	plomb_entry entry;
	plomb_work work;
	plomb_status s;
	plomb_ctx ctx;

	memset(&entry, 0, sizeof entry);
	entry.body = body;
	plomb_work_init(&work, room, sizeof room);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	plomb_message_from_bytes(&message, plomb_view_of(artifact));
	plomb_messages_init(&messages, candidate, &message);
	s = plomb_entry_bind(&ctx, candidate, &entry, cert, key, &messages);
	if (s == PLOMB_OK && plomb_work_mark(&work) != 0) {
		abort();
	}
	return s;
}

static void
must_refuse(plomb_status s)
{
	if (s == PLOMB_OK) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_candidate candidate, other;
	plomb_cert cert, other_cert;
	plomb_key key, other_key;
	const plomb_cert *c;
	unsigned char *copy;
	plomb_entry entry;
	plomb_view body;
	unsigned how;

	if (len == 0) {
		return 0;
	}
	how = in[0];
	body.p = in + 1;
	body.n = len - 1;
	memset(&candidate, 0, sizeof candidate);
	memset(&cert, 0, sizeof cert);
	cert.der = plomb_view_of(CERT);
	cert.spki.p = SPKI;
	cert.spki.n = sizeof SPKI;
	if (plomb_key_from_spki(&plomb_crypto_default, cert.spki, &key) != PLOMB_OK) {
		abort();
	}
	c = how & WITH_KEY ? NULL : &cert;
	candidate.content = CONTENT(how) == 0 ? PLOMB_CONTENT_MESSAGE
		: CONTENT(how) == 1 ? PLOMB_CONTENT_DSSE : PLOMB_CONTENT_SIMPLESIGNING;
	candidate.signature = plomb_view_of(SIGNATURE);
	candidate.payload = plomb_view_of(candidate.content == PLOMB_CONTENT_DSSE ? PAYLOAD : ARTIFACT);
	candidate.payload_type = plomb_view_of("application/vnd.in-toto+json");
	if (how & WITH_ENVELOPE) {
		candidate.envelope = plomb_view_of(ENVELOPE);
	}
	if (bind(&candidate, body, c, &key, ARTIFACT) != PLOMB_OK) {
		return 0;
	}

	/* Another signature; an intoto 0.0.1 body has none, there it is the envelope that counts. */
	other = candidate;
	other.signature.n --;
	if ((how & WITH_ENVELOPE) == 0) {
		must_refuse(bind(&other, body, c, &key, ARTIFACT));
	}
	other.envelope.n -= (how & WITH_ENVELOPE) != 0;
	if (candidate.content == PLOMB_CONTENT_DSSE) {
		must_refuse(bind(&other, body, c, &key, ARTIFACT));
	}
	/* Another certificate or key. */
	other_cert = cert;
	other_cert.der.n --;
	other_key = key;
	other_key.spki.n --;
	must_refuse(bind(&candidate, body, c == NULL ? NULL : &other_cert, c == NULL ? &other_key : &key, ARTIFACT));
	must_refuse(bind(&candidate, body, c == NULL ? &cert : NULL, &key, ARTIFACT));
	/* Another artifact. */
	other = candidate;
	other.payload.n --;
	if (candidate.content == PLOMB_CONTENT_MESSAGE) {
		must_refuse(bind(&candidate, body, c, &key, "hello"));
	} else if ((how & WITH_ENVELOPE) == 0) {
		must_refuse(bind(&other, body, c, &key, ARTIFACT));
	}
	/* A body of Rekor v2 has one spelling. */
	memset(&entry, 0, sizeof entry);
	entry.body = body;
	copy = malloc(body.n);
	if (copy == NULL) {
		return 0;
	}
	memcpy(copy, body.p, body.n);
	copy[(how >> 4) * 31u % body.n] ^= 1;
	if (plomb_entry_is_v2(&entry) && !plomb_view_starts(body, "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\"")) {
		body.p = copy;
		must_refuse(bind(&candidate, body, c, &key, ARTIFACT));
	}
	free(copy);
	return 0;
}
