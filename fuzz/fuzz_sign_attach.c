/*
 * Targets plomb_attach_layer and plomb_attach_fallback: adding to whatever is
 * under a tag.
 *
 * Input: a byte of choices, then what is there.
 *
 * Holds: what is written reads back with our own reader, has one entry more,
 * ours, at the end, and every entry that was there in its old place and its
 * old bytes; the same once more is not added; the config names as many layers
 * as there are and is the one that the manifest says.
 */
#include <stdlib.h>

#include "../src/core/hash.h"
#include "../src/sign/attach.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define ROOM (16u << 20)

static const char referrer[] = "{\"schemaVersion\":2,\"artifactType\":\"" PLOMB_MEDIA_BUNDLE "\",\"layers\":[],\"annotations\":{\"a\":\"b\"}}";

static unsigned char *buffer[2];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
digest_of(plomb_view bytes, plomb_digest *digest)
{
	memset(digest, 0, sizeof *digest);
	digest->hash = PLOMB_SHA256;
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, bytes, digest->bytes);
}

/* Element by element, the old list is the beginning of the new one. */
static void
must_have_kept(const plomb_manifest *old, const plomb_manifest *now)
{
	uint32_t a = plomb_json_first(&old->doc, old->list), b = plomb_json_first(&now->doc, now->list), i;

	must(now->count == old->count + 1);
	for (i = 0; i < old->count; i ++) {
		must(plomb_view_eq(plomb_json_raw(&old->doc, a), plomb_json_raw(&now->doc, b)));
		a = plomb_json_next(&old->doc, a);
		b = plomb_json_next(&now->doc, b);
	}
}

static void
check(plomb_work *reader, plomb_view old, plomb_view now, const plomb_digest *added)
{
	plomb_manifest was, is;
	plomb_descriptor last;

	must(plomb_manifest_parse(reader, now, &is) == PLOMB_OK);
	memset(&was, 0, sizeof was);
	if (old.p != NULL) {
		must(plomb_manifest_parse(reader, old, &was) == PLOMB_OK);
		must_have_kept(&was, &is);
		must(was.kind == is.kind && plomb_view_eq(was.media_type, is.media_type));
	}
	must(plomb_manifest_descriptor(reader, &is, was.count, &last) == PLOMB_OK);
	must(plomb_digest_eq(&last.digest, added));
}

static void
try_layer(plomb_work *work, plomb_work *reader, plomb_view old, unsigned choice)
{
	plomb_view config, manifest, again, type;
	plomb_attachment layer;
	plomb_manifest is;
	plomb_digest digest;
	plomb_status s;

	memset(&layer, 0, sizeof layer);
	layer.media_type = plomb_view_of("application/vnd.dev.cosign.simplesigning.v1+json");
	layer.digest.hash = PLOMB_SHA256;
	layer.size = 3;
	layer.signature = plomb_view_of((choice & 2) != 0 ? "" : "MEUC");
	if ((choice & 4) != 0) {
		layer.bundle = plomb_view_of("{\"SignedEntryTimestamp\":\"\\\"\"}");
	}
	s = plomb_attach_layer(work, &plomb_crypto_default, old, NULL, "", &layer, &config, &manifest, &type);
	if (s != PLOMB_OK || manifest.p == NULL) {
		must(manifest.p == NULL && s != PLOMB_NO_ROOM);
		return;
	}
	check(reader, old, manifest, &layer.digest);
	must(plomb_manifest_parse(reader, manifest, &is) == PLOMB_OK);
	digest_of(config, &digest);
	must(plomb_digest_eq(&is.config.digest, &digest) && is.config.size == config.n);
	must(plomb_json_parse(reader, config, &is.doc) == PLOMB_OK);
	must(plomb_attach_layer(work, &plomb_crypto_default, manifest, NULL, "", &layer, &config, &again, &type) == PLOMB_OK && again.p == NULL);
}

static void
try_index(plomb_work *work, plomb_work *reader, plomb_view old)
{
	plomb_view entry = plomb_view_of(referrer), index, again;
	plomb_digest digest;
	plomb_status s;

	digest_of(entry, &digest);
	s = plomb_attach_fallback(work, old, entry, &digest, &index);
	if (s != PLOMB_OK || index.p == NULL) {
		must(index.p == NULL && s != PLOMB_NO_ROOM);
		return;
	}
	check(reader, old, index, &digest);
	must(plomb_attach_fallback(work, index, entry, &digest, &again) == PLOMB_OK && again.p == NULL);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_work work, reader;
	plomb_view old;

	if (len == 0 || len > 1u << 16) {
		return 0;
	}
	if (buffer[0] == NULL) {
		buffer[0] = malloc(ROOM);
		buffer[1] = malloc(ROOM);
		must(buffer[0] != NULL && buffer[1] != NULL);
	}
	plomb_work_init(&work, buffer[0], ROOM);
	plomb_work_init(&reader, buffer[1], ROOM);
	old.p = len == 1 ? NULL : in + 1;
	old.n = len - 1;
	if ((in[0] & 1) != 0) {
		try_layer(&work, &reader, old, in[0]);
	} else {
		try_index(&work, &reader, old);
	}
	return 0;
}
