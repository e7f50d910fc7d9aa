/* see key_file.h */
#include <sodium.h>

#include "key_file.h"

#include "../core/json.h"
#include "../core/pem.h"
#include "writer.h"

#define SALT_BYTES 32
#define SCRYPT_N 65536
#define SCRYPT_R 8
#define SCRYPT_P 1
#define LABEL "ENCRYPTED SIGSTORE PRIVATE KEY"
#define OLD_LABEL "ENCRYPTED COSIGN PRIVATE KEY"

typedef struct {
	int64_t n;
	plomb_view salt, nonce, ciphertext;
} sealed;

static int
is_encrypted(plomb_view label)
{
	return plomb_view_is(label, LABEL) || plomb_view_is(label, OLD_LABEL);
}

/* see key_file.h */
int
plomb_key_file_is_encrypted(plomb_view text)
{
	static const char *const begins[] = { "-----BEGIN " LABEL "-----", "-----BEGIN " OLD_LABEL "-----" };
	size_t i, k;

	for (k = 0; k < 2; k ++) {
		plomb_view begin;

		begin.p = (const unsigned char *)begins[k];
		for (begin.n = 0; begins[k][begin.n] != 0; begin.n ++) {
		}
		for (i = 0; begin.n <= text.n && i <= text.n - begin.n; i ++) {
			if (memcmp(text.p + i, begin.p, begin.n) == 0) {
				return 1;
			}
		}
	}
	return 0;
}

static plomb_status
malformed(plomb_status s)
{
	return s == PLOMB_NO_ROOM ? s : PLOMB_KEY_MALFORMED;
}

static int
is_kind(const plomb_json *doc, uint32_t object, const char *name)
{
	return plomb_json_is(doc, plomb_json_member(doc, object, "name"), name);
}

/* What it was sealed with; only cosign's own parameters, so that a file cannot ask for gigabytes. */
static plomb_status
read_sealed(plomb_work *work, plomb_view text, sealed *in)
{
	uint32_t kdf, cipher, params;
	int64_t r, p;
	plomb_json doc;
	plomb_status s;

	if ((s = plomb_json_parse(work, text, &doc)) != PLOMB_OK) {
		return malformed(s);
	}
	kdf = plomb_json_member(&doc, 0, "kdf");
	cipher = plomb_json_member(&doc, 0, "cipher");
	params = plomb_json_member(&doc, kdf, "params");
	if (!is_kind(&doc, kdf, "scrypt") || !is_kind(&doc, cipher, "nacl/secretbox")) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if ((s = plomb_json_int64(&doc, plomb_json_member(&doc, params, "N"), &in->n)) != PLOMB_OK
		|| (s = plomb_json_int64(&doc, plomb_json_member(&doc, params, "r"), &r)) != PLOMB_OK
		|| (s = plomb_json_int64(&doc, plomb_json_member(&doc, params, "p"), &p)) != PLOMB_OK
		|| (s = plomb_json_base64(work, &doc, plomb_json_member(&doc, kdf, "salt"), &in->salt)) != PLOMB_OK
		|| (s = plomb_json_base64(work, &doc, plomb_json_member(&doc, cipher, "nonce"), &in->nonce)) != PLOMB_OK
		|| (s = plomb_json_base64(work, &doc, plomb_json_member(&doc, 0, "ciphertext"), &in->ciphertext)) != PLOMB_OK)
	{
		return malformed(s);
	}
	if ((in->n != 32768 && in->n != SCRYPT_N && in->n != 131072) || r != SCRYPT_R || p != SCRYPT_P) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	return in->nonce.n == crypto_secretbox_NONCEBYTES && in->ciphertext.n > crypto_secretbox_MACBYTES && in->salt.n != 0
		? PLOMB_OK : PLOMB_KEY_MALFORMED;
}

static plomb_status
derive(plomb_view password, const unsigned char *salt, size_t salt_len, int64_t n, unsigned char secret[crypto_secretbox_KEYBYTES])
{
	static const unsigned char nothing[1] = { 0 };

	/* The library wants an address also for a password of no bytes. */
	return crypto_pwhash_scryptsalsa208sha256_ll(password.p == NULL ? nothing : password.p, password.n, salt, salt_len, (uint64_t)n, SCRYPT_R, SCRYPT_P,
		secret, crypto_secretbox_KEYBYTES) == 0 ? PLOMB_OK : PLOMB_NO_ROOM;
}

static plomb_status
open_sealed(plomb_ctx *ctx, plomb_view text, plomb_view password, plomb_private_key *key)
{
	static const plomb_view label = PLOMB_LIT("PRIVATE KEY");
	unsigned char secret[crypto_secretbox_KEYBYTES], *out;
	plomb_view der;
	plomb_status s;
	sealed in;

	if ((s = read_sealed(ctx->work, text, &in)) != PLOMB_OK) {
		return s;
	}
	der.n = in.ciphertext.n - crypto_secretbox_MACBYTES;
	out = plomb_work_take(ctx->work, der.n);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	der.p = out;
	if ((s = derive(password, in.salt.p, in.salt.n, in.n, secret)) != PLOMB_OK) {
		plomb_wipe(secret, sizeof secret);
		return s;
	}
	s = crypto_secretbox_open_easy(out, in.ciphertext.p, in.ciphertext.n, in.nonce.p, secret) == 0 ? PLOMB_OK : PLOMB_KEY_PASSWORD_WRONG;
	plomb_wipe(secret, sizeof secret);
	if (s == PLOMB_OK) {
		s = plomb_private_key_read(ctx, label, der, key);
	}
	plomb_wipe(out, der.n);
	return s;
}

/* see key_file.h */
plomb_status
plomb_key_file_open(plomb_ctx *ctx, plomb_view text, plomb_view password, plomb_private_key *key)
{
	plomb_view label, content;
	plomb_status s;
	size_t mark, end;

	memset(key, 0, sizeof *key);
	if (text.n > PLOMB_MAX_KEY_FILE || password.n > PLOMB_MAX_PASSWORD) {
		return PLOMB_KEY_MALFORMED;
	}
	mark = plomb_work_mark(ctx->work);
	if ((s = plomb_pem_one(ctx->work, text, &label, &content)) != PLOMB_OK) {
		plomb_wipe_since(ctx->work, mark);
		return malformed(s);
	}
	end = plomb_work_mark(ctx->work);
	s = is_encrypted(label) ? open_sealed(ctx, content, password, key) : plomb_private_key_read(ctx, label, content, key);
	/* A plain key was decoded there. */
	plomb_wipe(ctx->work->base + mark, end - mark);
	return s;
}

static void
write_member(plomb_writer *writer, const char *before, const unsigned char *p, size_t n)
{
	plomb_view bytes;

	bytes.p = p;
	bytes.n = n;
	plomb_write_str(writer, before);
	plomb_write_json_base64(writer, bytes);
}

/* The JSON inside, as cosign writes it. */
static plomb_status
write_sealed(plomb_work *work, const unsigned char *salt, const unsigned char *nonce, const unsigned char *ciphertext, size_t n, plomb_view *json)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, work);
	plomb_write_str(&writer, "{\"kdf\":{\"name\":\"scrypt\",\"params\":{\"N\":");
	plomb_write_decimal(&writer, SCRYPT_N);
	plomb_write_str(&writer, ",\"r\":");
	plomb_write_decimal(&writer, SCRYPT_R);
	plomb_write_str(&writer, ",\"p\":");
	plomb_write_decimal(&writer, SCRYPT_P);
	write_member(&writer, "},\"salt\":", salt, SALT_BYTES);
	write_member(&writer, "},\"cipher\":{\"name\":\"nacl/secretbox\",\"nonce\":", nonce, crypto_secretbox_NONCEBYTES);
	write_member(&writer, "},\"ciphertext\":", ciphertext, n);
	plomb_write_str(&writer, "}");
	return plomb_writer_end(&writer, json);
}

/* Nonce, key and salt are fresh; the result is what cosign calls ciphertext. */
static plomb_status
seal(plomb_ctx *ctx, const plomb_random *random, plomb_view der, plomb_view password, plomb_view *json)
{
	unsigned char salt[SALT_BYTES], nonce[crypto_secretbox_NONCEBYTES], secret[crypto_secretbox_KEYBYTES];
	unsigned char *ciphertext;
	plomb_status s;

	if ((s = random->fill(random, salt, sizeof salt)) != PLOMB_OK || (s = random->fill(random, nonce, sizeof nonce)) != PLOMB_OK) {
		return s;
	}
	ciphertext = plomb_work_take(ctx->work, der.n + crypto_secretbox_MACBYTES);
	if (ciphertext == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = derive(password, salt, sizeof salt, SCRYPT_N, secret);
	if (s == PLOMB_OK) {
		(void)crypto_secretbox_easy(ciphertext, der.p, der.n, nonce, secret);
		s = write_sealed(ctx->work, salt, nonce, ciphertext, der.n + crypto_secretbox_MACBYTES, json);
	}
	plomb_wipe(secret, sizeof secret);
	return s;
}

/* see key_file.h */
plomb_status
plomb_key_file_seal(plomb_ctx *ctx, const plomb_random *random, const plomb_private_key *key, plomb_view password, plomb_view *text)
{
	plomb_writer writer;
	plomb_view der, json;
	plomb_status s;
	size_t mark, end;

	text->p = NULL;
	text->n = 0;
	if (password.n > PLOMB_MAX_PASSWORD) {
		return PLOMB_CONFIG_INVALID;
	}
	mark = plomb_work_mark(ctx->work);
	if ((s = plomb_private_key_write(ctx->work, key, &der)) != PLOMB_OK) {
		return s;
	}
	end = plomb_work_mark(ctx->work);
	s = seal(ctx, random, der, password, &json);
	plomb_wipe(ctx->work->base + mark, end - mark);
	if (s != PLOMB_OK) {
		return s;
	}
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_pem(&writer, LABEL, json);
	return plomb_writer_end(&writer, text);
}
