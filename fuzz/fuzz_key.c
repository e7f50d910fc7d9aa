/*
 * Targets plomb_key_from_spki, plomb_key_from_pkcs1, plomb_key_from_pem and,
 * with the keys that come out, plomb_key_verify_auto.
 *
 * Input: a mode byte, then the key. Holds:
 * - an EC or Ed25519 key has one SPKI: written again from kind and point it
 *   is the same bytes; an RSA key read again from its RSAPublicKey is the
 *   same key;
 * - a key is inside the bounds of SPEC 3.1;
 * - what is refused leaves no key and no memory behind;
 * - nothing is read outside a signature that is the input itself.
 */
#include <stdlib.h>

#include "../src/core/key.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static uint64_t room[8192], room_again[1024];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
same_when_written_again(const plomb_key *key, const char *frame, size_t frame_len)
{
	must(key->spki.n == frame_len + key->point.n);
	must(memcmp(key->spki.p, frame, frame_len) == 0);
	must(key->point.p == key->spki.p + frame_len);
}

static void
check_rsa(const plomb_key *key)
{
	plomb_view numbers = plomb_view_cut(key->spki, (size_t)(key->n.p - key->spki.p) - 9, key->spki.n);
	plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_key again;

	must(key->n.n >= 256 && key->n.n <= 512 && key->n.p[0] >= 0x80 && (key->n.p[key->n.n - 1] & 1) == 1);
	must(key->e.n == 3 && memcmp(key->e.p, "\x01\x00\x01", 3) == 0);
	/* SEQUENCE and INTEGER have four octets of header each, and the modulus one of zeros. */
	plomb_work_init(&work, room_again, sizeof room_again);
	must(plomb_key_from_pkcs1(&ctx, numbers, &again) == PLOMB_OK);
	must(plomb_key_eq(key, &again) && again.kind == PLOMB_KEY_RSA);
}

static void
check_key(const plomb_key *key)
{
	static const char p256[] = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
	static const char p384[] = "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00";
	static const char p521[] = "\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00";
	static const char ed25519[] = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

	switch (key->kind) {
	case PLOMB_KEY_P256:
		same_when_written_again(key, p256, sizeof p256 - 1);
		must(key->point.n == 65);
		break;
	case PLOMB_KEY_P384:
		same_when_written_again(key, p384, sizeof p384 - 1);
		must(key->point.n == 97);
		break;
	case PLOMB_KEY_P521:
		same_when_written_again(key, p521, sizeof p521 - 1);
		must(key->point.n == 133);
		break;
	case PLOMB_KEY_ED25519:
		same_when_written_again(key, ed25519, sizeof ed25519 - 1);
		must(key->point.n == 32);
		break;
	case PLOMB_KEY_RSA:
	case PLOMB_KEY_RSA_PSS:
		check_rsa(key);
		break;
	case PLOMB_KEY_NONE:
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };
	plomb_view bytes = { in + 1, len - 1 };
	plomb_message message;
	plomb_key key;
	plomb_hash used;
	plomb_status status;

	if (len == 0) {
		return 0;
	}
	memset(&detail, 0, sizeof detail);
	plomb_work_init(&work, room, sizeof room);
	switch (in[0] % 3) {
	case 0:
		status = plomb_key_from_spki(&plomb_crypto_default, bytes, &key);
		must(status != PLOMB_OK || plomb_view_eq(key.spki, bytes));
		break;
	case 1:
		status = plomb_key_from_pkcs1(&ctx, bytes, &key);
		break;
	default:
		status = plomb_key_from_pem(&ctx, bytes, &key);
	}
	if (status != PLOMB_OK) {
		must(key.kind == PLOMB_KEY_NONE && key.spki.p == NULL && work.used == 0);
		return 0;
	}
	check_key(&key);
	plomb_message_from_bytes(&message, bytes);
	status = plomb_key_verify_auto(&ctx, &key, PLOMB_HASH_NONE, &message, plomb_view_cut(bytes, 0, bytes.n), &used);
	must(status != PLOMB_OK);
	status = plomb_key_verify_auto(&ctx, &key, PLOMB_HASH_NONE, &message, plomb_view_cut(bytes, bytes.n - key.n.n, key.n.n), &used);
	must(status != PLOMB_OK);
	return 0;
}
