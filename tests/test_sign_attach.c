/* Manifests as cosign 2 and 3 wrote them (tests/vectors/attach), made again and added to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/base64.h"
#include "../src/core/hash.h"
#include "../src/core/time.h"
#include "../src/sign/attach.h"

static unsigned char buffer[8u << 20], reading[8u << 20];
static plomb_work work, reader;
static const plomb_view absent = { NULL, 0 };

static plomb_view
load(const char *name)
{
	char path[200];
	plomb_view view;
	unsigned char *p;
	FILE *stream;

	(void)snprintf(path, sizeof path, VECTORS "/attach/%s", name);
	stream = fopen(path, "rb");
	assert_non_null(stream);
	p = test_malloc(1u << 16);
	view.n = fread(p, 1, 1u << 16, stream);
	view.p = p;
	assert_int_equal(fclose(stream), 0);
	assert_true(view.n > 100 && view.n < 1u << 16);
	return view;
}

static void
unload(plomb_view view)
{
	test_free((void *)(uintptr_t)view.p);
}

static void
digest_of(plomb_view bytes, plomb_digest *digest)
{
	memset(digest, 0, sizeof *digest);
	digest->hash = PLOMB_SHA256;
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, bytes, digest->bytes);
}

static void
same_bytes(plomb_view got, plomb_view want)
{
	if (got.n != want.n || memcmp(got.p, want.p, got.n) != 0) {
		fail_msg("got  %.*s\nwant %.*s", (int)got.n, (const char *)got.p, (int)want.n, (const char *)want.p);
	}
}

static plomb_view
annotation(const plomb_manifest *manifest, uint32_t annotations, const char *name)
{
	plomb_view value;
	plomb_status s = plomb_manifest_annotation(&reader, manifest, annotations, name, &value);

	assert_true(s == PLOMB_OK || s == PLOMB_UNSET);
	return s == PLOMB_OK ? value : absent;
}

/* The i-th layer of a manifest, to be added once more. */
static void
layer_of(plomb_view text, uint32_t i, plomb_manifest *manifest, plomb_attachment *layer)
{
	plomb_descriptor d;

	assert_int_equal(plomb_manifest_parse(&reader, text, manifest), PLOMB_OK);
	assert_int_equal(plomb_manifest_descriptor(&reader, manifest, i, &d), PLOMB_OK);
	memset(layer, 0, sizeof *layer);
	layer->media_type = d.media_type;
	layer->digest = d.digest;
	layer->size = d.size;
	layer->signature = annotation(manifest, d.annotations, "dev.cosignproject.cosign/signature");
	layer->bundle = annotation(manifest, d.annotations, "dev.sigstore.cosign/bundle");
	layer->certificate = annotation(manifest, d.annotations, "dev.sigstore.cosign/certificate");
	layer->chain = annotation(manifest, d.annotations, "dev.sigstore.cosign/chain");
	layer->timestamp = annotation(manifest, d.annotations, "dev.sigstore.cosign/rfc3161timestamp");
	layer->predicate_type = annotation(manifest, d.annotations, "predicateType");
}

static int
set_up(void **state)
{
	(void)state;
	plomb_work_init(&work, buffer, sizeof buffer);
	plomb_work_init(&reader, reading, sizeof reading);
	return 0;
}

/* ------------------------------------------------------------------ cosign 3 */

static void
test_bundle_manifest(void **state)
{
	plomb_view want = load("cosign3-manifest.json"), manifest, bundle;
	plomb_manifest parsed;
	plomb_descriptor layer;
	plomb_subject subject;
	plomb_time created;
	unsigned char *bytes;

	(void)state;
	assert_int_equal(plomb_manifest_parse(&reader, want, &parsed), PLOMB_OK);
	assert_int_equal(plomb_manifest_descriptor(&reader, &parsed, 0, &layer), PLOMB_OK);
	assert_int_equal(plomb_time_parse(annotation(&parsed, parsed.annotations, "org.opencontainers.image.created"), &created), PLOMB_OK);
	subject.media_type = parsed.subject.media_type;
	subject.digest = parsed.subject.digest;
	subject.size = parsed.subject.size;
	/* Only its length is looked at. */
	bytes = test_calloc(1, (size_t)layer.size);
	bundle.p = bytes;
	bundle.n = (size_t)layer.size;
	assert_int_equal(plomb_attach_bundle(&work, &subject, bundle, &layer.digest,
		annotation(&parsed, parsed.annotations, "dev.sigstore.bundle.predicateType"), created.s, &manifest), PLOMB_OK);
	same_bytes(manifest, want);
	assert_int_equal(plomb_attach_bundle(&work, &subject, bundle, &layer.digest, absent, created.s, &manifest), PLOMB_OK);
	assert_int_equal(plomb_manifest_parse(&reader, manifest, &parsed), PLOMB_OK);
	assert_true(plomb_view_is(annotation(&parsed, parsed.annotations, "dev.sigstore.bundle.content"), "message-signature"));
	assert_null(annotation(&parsed, parsed.annotations, "dev.sigstore.bundle.predicateType").p);
	assert_int_equal(plomb_attach_bundle(&work, &subject, bundle, &layer.digest, plomb_view_of("\xFF"), created.s, &manifest), PLOMB_CONFIG_INVALID);
	assert_null(manifest.p);
	test_free(bytes);
	unload(want);
}

#define PLAIN "{\"schemaVersion\":2,\"mediaType\":\"" PLOMB_MEDIA_OCI_MANIFEST "\",\"artifactType\":\"" PLOMB_MEDIA_BUNDLE "\",\"config\":" \
	"{\"mediaType\":\"a\",\"size\":2,\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"},\"layers\":[]%s}"

/* A manifest to be listed, each with its own digest. */
static plomb_view
referrer(char text[800], unsigned number, plomb_digest *digest)
{
	char more[100];

	more[0] = 0;
	if (number != 0) {
		(void)snprintf(more, sizeof more, ",\"annotations\":{\"number\":\"%u\"}", number);
	}
	(void)snprintf(text, 800, PLAIN, more);
	digest_of(plomb_view_of(text), digest);
	return plomb_view_of(text);
}

static void
test_fallback(void **state)
{
	plomb_view cosign = load("cosign3-index.json"), index, again, entry;
	plomb_manifest parsed;
	plomb_descriptor d;
	plomb_digest digest;
	char text[800];

	(void)state;
	/* An index of one, written as cosign writes it: only the entry's own values differ. */
	entry = referrer(text, 0, &digest);
	assert_int_equal(plomb_attach_fallback(&work, absent, entry, &digest, &index), PLOMB_OK);
	assert_int_equal(plomb_manifest_parse(&reader, cosign, &parsed), PLOMB_OK);
	assert_int_equal(memcmp(index.p, cosign.p, (size_t)(plomb_json_raw(&parsed.doc, parsed.list).p - cosign.p)), 0);
	assert_int_equal(index.n, cosign.n);
	/* cosign's index with ours behind. */
	entry = referrer(text, 7, &digest);
	assert_int_equal(plomb_attach_fallback(&work, cosign, entry, &digest, &index), PLOMB_OK);
	assert_int_equal(memcmp(index.p, cosign.p, cosign.n - 2), 0);
	assert_int_equal(plomb_manifest_parse(&reader, index, &parsed), PLOMB_OK);
	assert_int_equal(parsed.count, 2);
	assert_int_equal(plomb_manifest_descriptor(&reader, &parsed, 1, &d), PLOMB_OK);
	assert_true(plomb_digest_eq(&d.digest, &digest));
	assert_int_equal(d.size, entry.n);
	assert_true(plomb_view_is(d.artifact_type, PLOMB_MEDIA_BUNDLE));
	assert_true(plomb_view_is(annotation(&parsed, d.annotations, "number"), "7"));
	/* Once is enough. */
	assert_int_equal(plomb_attach_fallback(&work, index, entry, &digest, &again), PLOMB_OK);
	assert_null(again.p);
	unload(cosign);
}

static void
test_fallback_refused(void **state)
{
	static const struct {
		const char *name, *old;
		plomb_status want;
	} rows[] = {
		{ "an empty list", "{\"schemaVersion\":2,\"manifests\":[ ] }", PLOMB_OK },
		{ "members that nobody knows", "{\"a\":[1,{}],\"manifests\":[],\"schemaVersion\":2,\"z\":\"]\"}", PLOMB_OK },
		{ "an image", "{\"schemaVersion\":2,\"layers\":[]}", PLOMB_REFERRERS_MALFORMED },
		{ "both", "{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}", PLOMB_REFERRERS_MALFORMED },
		{ "no list", "{\"schemaVersion\":2,\"manifests\":null}", PLOMB_REFERRERS_MALFORMED },
		{ "a list of Docker's", "{\"schemaVersion\":2,\"mediaType\":\"" PLOMB_MEDIA_DOCKER_LIST "\",\"manifests\":[]}", PLOMB_REFERRERS_MALFORMED },
		{ "two lists", "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}", PLOMB_REFERRERS_MALFORMED },
		{ "an entry that is none", "{\"schemaVersion\":2,\"manifests\":[{}]}", PLOMB_REFERRERS_MALFORMED },
		{ "more behind it", "{\"schemaVersion\":2,\"manifests\":[]} x", PLOMB_REFERRERS_MALFORMED },
		{ "nothing", "", PLOMB_REFERRERS_MALFORMED }
	};
	plomb_view entry, index;
	plomb_manifest parsed;
	plomb_digest digest;
	char text[800];
	size_t i;

	(void)state;
	entry = referrer(text, 1, &digest);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_status s = plomb_attach_fallback(&work, plomb_view_of(rows[i].old), entry, &digest, &index);

		if (s != rows[i].want || (index.p != NULL) != (s == PLOMB_OK)) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
		if (s == PLOMB_OK) {
			assert_int_equal(plomb_manifest_parse(&reader, index, &parsed), PLOMB_OK);
			assert_int_equal(parsed.count, 1);
		}
	}
	/* What is to be listed has to be a manifest itself. */
	assert_int_equal(plomb_attach_fallback(&work, absent, plomb_view_of("{}"), &digest, &index), PLOMB_MANIFEST_MALFORMED);
}

/* One after the other until no more are taken: then nothing is written, rather than a list that nobody reads. */
static void
test_fallback_full(void **state)
{
	unsigned char *copy = test_malloc(1u << 20);
	plomb_view old = absent, entry, index;
	plomb_manifest parsed;
	plomb_digest digest;
	char text[800];
	unsigned i;

	(void)state;
	for (i = 1; i <= PLOMB_MAX_DESCRIPTORS; i ++) {
		entry = referrer(text, i, &digest);
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_equal(plomb_attach_fallback(&work, old, entry, &digest, &index), PLOMB_OK);
		assert_true(index.n < 1u << 20);
		memcpy(copy, index.p, index.n);
		old.p = copy;
		old.n = index.n;
	}
	assert_int_equal(plomb_manifest_parse(&reader, old, &parsed), PLOMB_OK);
	assert_int_equal(parsed.count, PLOMB_MAX_DESCRIPTORS);
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_attach_fallback(&work, old, entry, &digest, &index), PLOMB_OK);
	assert_null(index.p);
	entry = referrer(text, i, &digest);
	assert_int_equal(plomb_attach_fallback(&work, old, entry, &digest, &index), PLOMB_REFERRERS_TOO_MANY);
	assert_null(index.p);
	test_free(copy);
}

/* ------------------------------------------------------------------ cosign 2 */

static void
test_layer_merged(void **state)
{
	plomb_view one = load("cosign2-sig-1.json"), two = load("cosign2-sig-2.json"), want_config = load("cosign2-sig-2-config.json");
	plomb_view config, manifest, type;
	plomb_manifest parsed;
	plomb_attachment layer;

	(void)state;
	/* The second signature of two, added to the first: what cosign wrote, to the byte. */
	layer_of(two, 1, &parsed, &layer);
	assert_non_null(layer.timestamp.p);
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, one, NULL, "", &layer, &config, &manifest, &type), PLOMB_OK);
	same_bytes(config, want_config);
	same_bytes(manifest, two);
	assert_true(plomb_view_is(type, PLOMB_MEDIA_OCI_MANIFEST));
	/* The same once more is nothing new; the first one neither. */
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, two, NULL, "", &layer, &config, &manifest, &type), PLOMB_OK);
	assert_null(manifest.p);
	layer_of(one, 0, &parsed, &layer);
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, two, NULL, "", &layer, &config, &manifest, &type), PLOMB_OK);
	assert_null(manifest.p);
	/* The same payload under another signature, or with one annotation less, is another layer. */
	layer.chain = absent;
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, two, NULL, "", &layer, &config, &manifest, &type), PLOMB_OK);
	assert_int_equal(plomb_manifest_parse(&reader, manifest, &parsed), PLOMB_OK);
	assert_int_equal(parsed.count, 3);
	/* The first of all. */
	layer_of(one, 0, &parsed, &layer);
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, absent, NULL, "", &layer, &config, &manifest, &type), PLOMB_OK);
	same_bytes(manifest, one);
	unload(one);
	unload(two);
	unload(want_config);
}

static void
test_layer_referrer(void **state)
{
	plomb_view want = load("cosign2-oci11.json"), config, manifest, type;
	plomb_manifest parsed;
	plomb_attachment layer;
	plomb_subject subject;

	(void)state;
	layer_of(want, 0, &parsed, &layer);
	subject.media_type = parsed.subject.media_type;
	subject.digest = parsed.subject.digest;
	subject.size = parsed.subject.size;
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, absent, &subject, "sig", &layer, &config, &manifest, &type), PLOMB_OK);
	same_bytes(manifest, want);
	unload(want);
}

/* An attestation has an empty signature, which is there, and its type. */
static void
test_attestation(void **state)
{
	plomb_view config, manifest, type, signature;
	plomb_manifest parsed;
	plomb_attachment layer, back;

	(void)state;
	memset(&layer, 0, sizeof layer);
	layer.media_type = plomb_view_of("application/vnd.dsse.envelope.v1+json");
	layer.digest.hash = PLOMB_SHA256;
	layer.size = 9;
	layer.signature = plomb_view_of("");
	layer.predicate_type = plomb_view_of("https://slsa.dev/provenance/v1");
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, absent, NULL, "", &layer, &config, &manifest, &type), PLOMB_OK);
	layer_of(manifest, 0, &parsed, &back);
	signature = back.signature;
	assert_non_null(signature.p);
	assert_int_equal(signature.n, 0);
	assert_true(plomb_view_eq(back.predicate_type, layer.predicate_type));
	assert_null(back.certificate.p);
}

#define LAYER_CONFIG "\"config\":{\"mediaType\":\"" PLOMB_MEDIA_CONFIG "\",\"size\":1,\"digest\":" \
	"\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"}"

static void
test_layer_refused(void **state)
{
	static const struct {
		const char *name, *old;
		plomb_status want;
	} rows[] = {
		{ "no layers yet", "{\"schemaVersion\":2," LAYER_CONFIG ",\"layers\":[]}", PLOMB_OK },
		{ "the config behind the layers", "{\"x\":1,\"layers\":[ ]," LAYER_CONFIG ",\"schemaVersion\":2}", PLOMB_OK },
		{ "names written otherwise", "{\"\\u006cayers\":[],\"schemaVersion\":2,\"c\\u006fnfig\":{\"mediaType\":\"a\",\"size\":1,\"digest\":"
			"\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"}}", PLOMB_OK },
		{ "of Docker's type", "{\"schemaVersion\":2,\"mediaType\":\"" PLOMB_MEDIA_DOCKER_MANIFEST "\"," LAYER_CONFIG ",\"layers\":[]}", PLOMB_OK },
		{ "no config", "{\"schemaVersion\":2,\"layers\":[]}", PLOMB_MANIFEST_MALFORMED },
		{ "no list of layers", "{\"schemaVersion\":2," LAYER_CONFIG "}", PLOMB_MANIFEST_MALFORMED },
		{ "an index", "{\"schemaVersion\":2,\"manifests\":[]}", PLOMB_MANIFEST_MALFORMED },
		{ "schema 1", "{\"schemaVersion\":1," LAYER_CONFIG ",\"layers\":[]}", PLOMB_MANIFEST_MEDIA_TYPE },
		{ "another type", "{\"schemaVersion\":2,\"mediaType\":\"a\"," LAYER_CONFIG ",\"layers\":[]}", PLOMB_MANIFEST_MEDIA_TYPE },
		{ "cut off", "{\"schemaVersion\":2," LAYER_CONFIG ",\"layers\":[", PLOMB_MANIFEST_MALFORMED },
		{ "nothing", "", PLOMB_MANIFEST_MALFORMED }
	};
	plomb_view config, manifest, type;
	plomb_manifest parsed;
	plomb_attachment layer;
	plomb_digest digest;
	size_t i;

	(void)state;
	memset(&layer, 0, sizeof layer);
	layer.media_type = plomb_view_of("application/vnd.dev.cosign.simplesigning.v1+json");
	layer.digest.hash = PLOMB_SHA256;
	layer.signature = plomb_view_of("a\"b");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_status s = plomb_attach_layer(&work, &plomb_crypto_default, plomb_view_of(rows[i].old), NULL, "", &layer, &config, &manifest, &type);

		if (s != rows[i].want || (manifest.p != NULL) != (s == PLOMB_OK)) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
		if (s != PLOMB_OK) {
			continue;
		}
		assert_int_equal(plomb_manifest_parse(&reader, manifest, &parsed), PLOMB_OK);
		assert_int_equal(parsed.count, 1);
		digest_of(config, &digest);
		assert_true(plomb_digest_eq(&parsed.config.digest, &digest));
		assert_true(plomb_view_eq(parsed.media_type, type) || type.p == NULL);
	}
	layer.certificate = plomb_view_of("\xC3");
	assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, absent, NULL, "", &layer, &config, &manifest, &type), PLOMB_CONFIG_INVALID);
	assert_null(manifest.p);
}

/* As many layers as are read; one more is refused. */
static void
test_layer_full(void **state)
{
	char *text = test_malloc(1u << 18);
	plomb_view config, manifest, type;
	plomb_attachment layer;
	size_t n, i, count;

	(void)state;
	memset(&layer, 0, sizeof layer);
	layer.media_type = plomb_view_of("a");
	layer.digest.hash = PLOMB_SHA256;
	for (count = PLOMB_MAX_LAYERS - 1; count <= PLOMB_MAX_LAYERS; count ++) {
		n = (size_t)sprintf(text, "{\"schemaVersion\":2," LAYER_CONFIG ",\"layers\":[");
		for (i = 0; i < count; i ++) {
			n += (size_t)sprintf(text + n, "%s{\"mediaType\":\"a\",\"size\":1,\"digest\":\"sha256:%064zx\"}", i == 0 ? "" : ",", i + 1);
		}
		(void)sprintf(text + n, "]}");
		assert_int_equal(plomb_attach_layer(&work, &plomb_crypto_default, plomb_view_of(text), NULL, "", &layer, &config, &manifest, &type),
			count < PLOMB_MAX_LAYERS ? PLOMB_OK : PLOMB_LIMIT_EXCEEDED);
	}
	test_free(text);
}

/* Every smaller room is too small, or enough; nothing else. */
static void
test_no_room(void **state)
{
	plomb_view one = load("cosign2-sig-1.json"), two = load("cosign2-sig-2.json"), config, manifest, type;
	plomb_manifest parsed;
	plomb_attachment layer;
	unsigned refused = 0;
	size_t room;

	(void)state;
	layer_of(two, 1, &parsed, &layer);
	for (room = 0; room < 80000; room += 97) {
		plomb_status s;

		plomb_work_init(&work, buffer, room);
		s = plomb_attach_layer(&work, &plomb_crypto_default, one, NULL, "", &layer, &config, &manifest, &type);
		if (s == PLOMB_OK) {
			same_bytes(manifest, two);
		} else {
			assert_int_equal(s, PLOMB_NO_ROOM);
			assert_null(manifest.p);
			refused ++;
		}
	}
	assert_true(refused > 100 && refused < 800);
	unload(one);
	unload(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_bundle_manifest, set_up),
		cmocka_unit_test_setup(test_fallback, set_up),
		cmocka_unit_test_setup(test_fallback_refused, set_up),
		cmocka_unit_test_setup(test_fallback_full, set_up),
		cmocka_unit_test_setup(test_layer_merged, set_up),
		cmocka_unit_test_setup(test_layer_referrer, set_up),
		cmocka_unit_test_setup(test_attestation, set_up),
		cmocka_unit_test_setup(test_layer_refused, set_up),
		cmocka_unit_test_setup(test_layer_full, set_up),
		cmocka_unit_test_setup(test_no_room, set_up)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
