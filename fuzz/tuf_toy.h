/*
 * What the targets of TUF metadata share. Nobody here has a repository's
 * keys, so a signature is a toy: it is good if it is SHA-512 of key and
 * message. So the fuzzer reaches what is behind the signatures, and a change
 * of what is signed still shows.
 *
 * An input is texts with a NUL between them, each what is signed of a file.
 */
#ifndef PLOMB_FUZZ_TUF_TOY_H
#define PLOMB_FUZZ_TUF_TOY_H

#include <stdlib.h>
#include <string.h>

#include "../src/core/base64.h"
#include "../src/core/canonical_json.h"
#include "../src/core/hash.h"
#include "../src/core/tuf.h"

#define TOY_MAX_TEXT 65536

/* A role's key is called by the role's first letter. */
static const unsigned char toy_keys[PLOMB_TUF_ROLES][65] = {
	"7ada8837de936ec230afd05b73a378987784534d731ba35f68ecb777846232ab",
	"790049f919979d5ea42cca7b7aa0812cbae8f0db3ee39c1fe3cef18e25b67951",
	"6edfa4a73d7e2a71e61fbb80aaf6e578a9c7be779382c6d7fc99e086400c830f",
	"836dddd989fd9dca6cbec9843295ec7f9e0868905aef30a099c61b43397285bd"
};
static const char toy_names[PLOMB_TUF_ROLES][2] = { "r", "t", "s", "g" };

static unsigned char toy_memory[8u << 20];

static inline void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static inline void
toy_sign(const unsigned char *key, const unsigned char *message, size_t n, unsigned char *signature)
{
	br_sha512_context hash;

	br_sha512_init(&hash);
	br_sha512_update(&hash, key, 32);
	br_sha512_update(&hash, message, n);
	br_sha512_out(&hash, signature);
}

static inline int
toy_verify(const unsigned char key[32], const unsigned char sig[64], const unsigned char *msg, size_t len)
{
	unsigned char good[64];

	toy_sign(key, msg, len, good);
	return memcmp(good, sig, sizeof good) == 0;
}

static inline plomb_view
toy_put(unsigned char *out, size_t *n, const void *bytes, size_t length)
{
	plomb_view all;

	memcpy(out + *n, bytes, length);
	*n += length;
	all.p = out;
	all.n = *n;
	return all;
}

static inline void
toy_str(unsigned char *out, size_t *n, const char *text)
{
	(void)toy_put(out, n, text, strlen(text));
}

/* A file of the role with this as what is signed; its signature is good if that is JSON at all. */
static inline plomb_view
toy_file(plomb_work *work, plomb_tuf_role role, plomb_view text)
{
	static const char head[] = "{\"signatures\":[{\"keyid\":\"", middle[] = "\",\"sig\":\"", tail[] = "\"}],\"signed\":";
	unsigned char key[32], signature[64], hex[128];
	size_t mark, n = 0;
	plomb_view canonical, view = { NULL, 0 };
	unsigned char *out;
	plomb_json doc;

	out = plomb_work_take(work, text.n + 512);
	must(out != NULL);
	memset(signature, 0, sizeof signature);
	must(plomb_hex_decode(plomb_view_of((const char *)toy_keys[role]), key, sizeof key) == PLOMB_OK);
	mark = plomb_work_mark(work);
	if (plomb_json_parse(work, text, &doc) == PLOMB_OK && plomb_canonical_json(work, &doc, 0, &canonical) == PLOMB_OK) {
		toy_sign(key, canonical.p, canonical.n, signature);
	}
	plomb_work_release(work, mark);
	view.p = signature;
	view.n = sizeof signature;
	plomb_hex_encode(hex, view);
	toy_str(out, &n, head);
	toy_str(out, &n, toy_names[role]);
	toy_str(out, &n, middle);
	(void)toy_put(out, &n, hex, sizeof hex);
	toy_str(out, &n, tail);
	if (text.n != 0) {
		(void)toy_put(out, &n, text.p, text.n);
	}
	return toy_put(out, &n, "}", 1);
}

/* The root that trusts the four keys. */
static inline void
toy_root(plomb_ctx *ctx, plomb_tuf_root *root)
{
	static const char head[] = "{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":1,\"expires\":\"2100-01-01T00:00:00Z\","
		"\"consistent_snapshot\":true,\"keys\":{";
	static const char *const roles[PLOMB_TUF_ROLES] = { "root", "timestamp", "snapshot", "targets" };
	unsigned char text[4096];
	plomb_view all;
	size_t n = 0;
	int i;

	toy_str(text, &n, head);
	for (i = 0; i < PLOMB_TUF_ROLES; i ++) {
		toy_str(text, &n, i == 0 ? "\"" : ",\"");
		toy_str(text, &n, toy_names[i]);
		toy_str(text, &n, "\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"");
		(void)toy_put(text, &n, toy_keys[i], 64);
		toy_str(text, &n, "\"}}");
	}
	toy_str(text, &n, "},\"roles\":{");
	for (i = 0; i < PLOMB_TUF_ROLES; i ++) {
		toy_str(text, &n, i == 0 ? "\"" : ",\"");
		toy_str(text, &n, roles[i]);
		toy_str(text, &n, "\":{\"threshold\":1,\"keyids\":[\"");
		toy_str(text, &n, toy_names[i]);
		toy_str(text, &n, "\"]}");
	}
	all = toy_put(text, &n, "}}", 2);
	must(plomb_tuf_root_load(ctx, toy_file(ctx->work, PLOMB_TUF_ROLE_ROOT, all), root) == PLOMB_OK);
}

static inline void
toy_start(plomb_work *work, plomb_ctx *ctx, plomb_crypto *crypto, plomb_tuf_root *root)
{
	*crypto = plomb_crypto_default;
	crypto->ed25519_verify = toy_verify;
	plomb_work_init(work, toy_memory, sizeof toy_memory);
	ctx->work = work;
	ctx->crypto = crypto;
	ctx->detail = NULL;
	toy_root(ctx, root);
}

/* The text up to the next NUL, and past it. */
static inline plomb_view
toy_next(plomb_view *in)
{
	plomb_view text;
	size_t n = 0;

	while (n < in->n && in->p[n] != 0) {
		n ++;
	}
	text = plomb_view_cut(*in, 0, n < TOY_MAX_TEXT ? n : TOY_MAX_TEXT);
	*in = plomb_view_cut(*in, n < in->n ? n + 1 : n, in->n);
	return text;
}

/*
 * The same file with one bit of what is signed changed, in work; where is any
 * number. Nonzero if that means something else, so that it must be refused:
 * JSON has several spellings of one value.
 */
static inline int
toy_flip(plomb_work *work, plomb_view file, size_t where, plomb_view *flipped)
{
	plomb_view before, after;
	plomb_json doc, other;
	unsigned char *copy;
	plomb_view text;
	size_t at;

	copy = plomb_work_take(work, file.n);
	must(copy != NULL);
	memcpy(copy, file.p, file.n);
	flipped->p = copy;
	flipped->n = file.n;
	must(plomb_json_parse(work, file, &doc) == PLOMB_OK);
	text = plomb_json_raw(&doc, plomb_json_member(&doc, 0, "signed"));
	at = (size_t)(text.p - file.p) + where / 8 % text.n;
	copy[at] ^= (unsigned char)(1u << where % 8);
	if (plomb_json_parse(work, *flipped, &other) != PLOMB_OK) {
		return 1;
	}
	must(plomb_canonical_json(work, &doc, plomb_json_member(&doc, 0, "signed"), &before) == PLOMB_OK);
	if (plomb_canonical_json(work, &other, plomb_json_member(&other, 0, "signed"), &after) != PLOMB_OK) {
		return 1;
	}
	return !plomb_view_eq(before, after);
}

/* Any number that the input decides. */
static inline size_t
toy_number(const unsigned char *in, size_t len)
{
	unsigned char digest[64];
	size_t number;

	toy_sign((const unsigned char *)"                                ", in, len, digest);
	memcpy(&number, digest, sizeof number);
	return number;
}

#endif
