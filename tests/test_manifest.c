/* Manifests and indexes: what is one, and which confusions are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "oci_support.h"

#define VIEW(s) ((plomb_view)PLOMB_LIT(s))

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "\"digest\":\"sha256:" HEX "\""
#define D(type) "{\"mediaType\":\"" type "\"," DIGEST ",\"size\":7}"
#define V2 "\"schemaVersion\":2"
#define IMAGE_TYPE "\"mediaType\":\"" PLOMB_MEDIA_OCI_MANIFEST "\""
#define INDEX_TYPE "\"mediaType\":\"" PLOMB_MEDIA_OCI_INDEX "\""
#define CONFIG "\"config\":" D("c")
#define LAYERS "\"layers\":[" D("l") "]"
#define MANIFESTS "\"manifests\":[" D("m") "]"
#define ENTRY(text) "{" V2 ",\"manifests\":[{" text "}]}"

static unsigned char buffer[1u << 20];
static plomb_work work;

static plomb_status
parse(plomb_view text, plomb_manifest *manifest)
{
	plomb_work_init(&work, buffer, sizeof buffer);
	return plomb_manifest_parse(&work, text, manifest);
}

static void
test_accepted(void **state)
{
	static const struct {
		const char *name;
		plomb_view text;
		plomb_manifest_kind kind;
		uint32_t count;
	} rows[] = {
		{ "image", PLOMB_LIT("{" V2 "," IMAGE_TYPE "," CONFIG "," LAYERS "}"), PLOMB_MANIFEST_IMAGE, 1 },
		{ "image without a type", PLOMB_LIT("{" V2 "," CONFIG "," LAYERS "}"), PLOMB_MANIFEST_IMAGE, 1 },
		{ "Docker's image", PLOMB_LIT("{" V2 ",\"mediaType\":\"" PLOMB_MEDIA_DOCKER_MANIFEST "\"," CONFIG "," LAYERS "}"), PLOMB_MANIFEST_IMAGE, 1 },
		{ "layers that are null", PLOMB_LIT("{" V2 "," CONFIG ",\"layers\":null}"), PLOMB_MANIFEST_IMAGE, 0 },
		{ "no layers", PLOMB_LIT("{" V2 "," CONFIG ",\"layers\":[]}"), PLOMB_MANIFEST_IMAGE, 0 },
		{ "no config", PLOMB_LIT("{" V2 "," LAYERS "}"), PLOMB_MANIFEST_IMAGE, 1 },
		{ "index", PLOMB_LIT("{" V2 "," INDEX_TYPE "," MANIFESTS "}"), PLOMB_MANIFEST_INDEX, 1 },
		{ "Docker's list", PLOMB_LIT("{" V2 ",\"mediaType\":\"" PLOMB_MEDIA_DOCKER_LIST "\"," MANIFESTS "}"), PLOMB_MANIFEST_INDEX, 1 },
		{ "empty index", PLOMB_LIT("{" V2 ",\"manifests\":[]}"), PLOMB_MANIFEST_INDEX, 0 },
		{ "members that are not known", PLOMB_LIT("{" V2 ",\"x\":1," MANIFESTS ",\"digestx\":{}}"), PLOMB_MANIFEST_INDEX, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_manifest manifest;
		plomb_status s = parse(rows[i].text, &manifest);

		if (s != PLOMB_OK) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
		assert_int_equal(manifest.kind, rows[i].kind);
		assert_int_equal(manifest.count, rows[i].count);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *name;
		plomb_view text;
		plomb_status status;
	} rows[] = {
		{ "nothing", PLOMB_LIT(""), PLOMB_MANIFEST_MALFORMED },
		{ "not JSON", PLOMB_LIT("hello"), PLOMB_MANIFEST_MALFORMED },
		{ "an array", PLOMB_LIT("[]"), PLOMB_MANIFEST_MALFORMED },
		{ "bytes behind it", PLOMB_LIT("{" V2 "," MANIFESTS "}x"), PLOMB_MANIFEST_MALFORMED },
		{ "layers twice", PLOMB_LIT("{" V2 "," CONFIG "," LAYERS "," LAYERS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "both image and index (CVE-2021-41190)", PLOMB_LIT("{" V2 "," CONFIG "," LAYERS "," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "config and manifests", PLOMB_LIT("{" V2 "," CONFIG "," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "layers and manifests", PLOMB_LIT("{" V2 "," LAYERS "," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "neither", PLOMB_LIT("{" V2 "}"), PLOMB_MANIFEST_MALFORMED },
		{ "manifests that are null", PLOMB_LIT("{" V2 ",\"manifests\":null}"), PLOMB_MANIFEST_MALFORMED },
		{ "image that says it is an index", PLOMB_LIT("{" V2 "," INDEX_TYPE "," CONFIG "," LAYERS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "index that says it is an image", PLOMB_LIT("{" V2 "," IMAGE_TYPE "," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "Manifests beside layers, which Go reads", PLOMB_LIT("{" V2 "," CONFIG "," LAYERS ",\"Manifests\":[]}"), PLOMB_MANIFEST_MALFORMED },
		{ "the same in capitals, escaped", PLOMB_LIT("{" V2 "," CONFIG ",\"\\u004cayers\":[]}"), PLOMB_MANIFEST_MALFORMED },
		{ "the same with a long s", PLOMB_LIT("{" V2 "," CONFIG "," LAYERS ",\"manife\xC5\xBFts\":[]}"), PLOMB_MANIFEST_MALFORMED },
		{ "NUL in a name", PLOMB_LIT("{" V2 "," MANIFESTS ",\"a\\u0000\":1}"), PLOMB_MANIFEST_MALFORMED },
		{ "no schema version", PLOMB_LIT("{" MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "schema version as text", PLOMB_LIT("{\"schemaVersion\":\"2\"," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "schema version 2.5", PLOMB_LIT("{\"schemaVersion\":2.5," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "schema version 3", PLOMB_LIT("{\"schemaVersion\":3," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "Docker's schema 1", PLOMB_LIT("{\"schemaVersion\":1,\"fsLayers\":[]}"), PLOMB_MANIFEST_MEDIA_TYPE },
		{ "another type", PLOMB_LIT("{" V2 ",\"mediaType\":\"application/vnd.oci.artifact.manifest.v1+json\"," CONFIG "}"), PLOMB_MANIFEST_MEDIA_TYPE },
		{ "empty type", PLOMB_LIT("{" V2 ",\"mediaType\":\"\"," MANIFESTS "}"), PLOMB_MANIFEST_MEDIA_TYPE },
		{ "type that is a number", PLOMB_LIT("{" V2 ",\"mediaType\":1," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "artifact type that is a number", PLOMB_LIT("{" V2 ",\"artifactType\":1," MANIFESTS "}"), PLOMB_MANIFEST_MALFORMED },
		{ "layers that are an object", PLOMB_LIT("{" V2 ",\"layers\":{}}"), PLOMB_MANIFEST_MALFORMED },
		{ "config that is a string", PLOMB_LIT("{" V2 ",\"config\":\"c\"}"), PLOMB_MANIFEST_MALFORMED },
		{ "subject that is no descriptor", PLOMB_LIT("{" V2 "," CONFIG ",\"subject\":{}}"), PLOMB_MANIFEST_MALFORMED },
		{ "annotations that are a list", PLOMB_LIT("{" V2 "," CONFIG ",\"annotations\":[]}"), PLOMB_MANIFEST_MALFORMED },
		{ "annotation that is a number", PLOMB_LIT("{" V2 "," CONFIG ",\"annotations\":{\"a\":1}}"), PLOMB_MANIFEST_MALFORMED },
		{ "annotation that is null", PLOMB_LIT("{" V2 "," CONFIG ",\"annotations\":{\"a\":null}}"), PLOMB_MANIFEST_MALFORMED },
		{ "descriptor that is a number", PLOMB_LIT("{" V2 ",\"manifests\":[1]}"), PLOMB_MANIFEST_MALFORMED },
		{ "descriptor without type", PLOMB_LIT(ENTRY(DIGEST ",\"size\":7")), PLOMB_MANIFEST_MALFORMED },
		{ "descriptor without digest", PLOMB_LIT(ENTRY("\"mediaType\":\"m\",\"size\":7")), PLOMB_MANIFEST_MALFORMED },
		{ "digest that climbs (CVE-2024-3727)", PLOMB_LIT(ENTRY("\"mediaType\":\"m\",\"digest\":\"sha256:../../x\",\"size\":7")), PLOMB_MANIFEST_MALFORMED },
		{ "digest of another kind", PLOMB_LIT(ENTRY("\"mediaType\":\"m\",\"digest\":\"md5:0123\",\"size\":7")), PLOMB_DIGEST_ALG_UNSUPPORTED },
		{ "descriptor without size", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST)), PLOMB_MANIFEST_MALFORMED },
		{ "negative size", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":-1")), PLOMB_MANIFEST_MALFORMED },
		{ "size as text", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":\"7\"")), PLOMB_MANIFEST_MALFORMED },
		{ "size of 2^63", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":9223372036854775808")), PLOMB_MANIFEST_MALFORMED },
		{ "Digest beside digest", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":7,\"Digest\":\"\"")), PLOMB_MANIFEST_MALFORMED },
		{ "artifact type of an entry that is a list", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":7,\"artifactType\":[]")), PLOMB_MANIFEST_MALFORMED },
		{ "platform that is a string", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":7,\"platform\":\"linux\"")), PLOMB_MANIFEST_MALFORMED },
		{ "annotations of an entry that are a string", PLOMB_LIT(ENTRY("\"mediaType\":\"m\"," DIGEST ",\"size\":7,\"annotations\":\"\"")), PLOMB_MANIFEST_MALFORMED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_manifest manifest;
		plomb_status s = parse(rows[i].text, &manifest);

		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
		assert_int_equal(manifest.kind, 0);
		assert_int_equal(manifest.count, 0);
		assert_int_equal(work.used, 0);
	}
}

static void
test_members(void **state)
{
	static const plomb_view text = PLOMB_LIT("{" V2 "," IMAGE_TYPE ",\"artifactType\":\"a\\u002fb\"," CONFIG
		",\"layers\":[" D("l0") ",{\"mediaType\":\"l1\",\"artifactType\":\"x\"," DIGEST ",\"size\":9223372036854775807,"
		"\"annotations\":{\"k\":\"v\\n\",\"e\":\"\",\"z\":\"\\u0000\"},\"platform\":{\"os\":\"linux\"}}],"
		"\"subject\":" D("s") ",\"annotations\":{\"top\":\"1\"}}");
	plomb_manifest manifest;
	plomb_descriptor layer;
	plomb_view value;

	(void)state;
	assert_int_equal(parse(text, &manifest), PLOMB_OK);
	assert_true(plomb_view_is(manifest.media_type, PLOMB_MEDIA_OCI_MANIFEST));
	assert_true(plomb_view_is(manifest.artifact_type, "a/b"));
	assert_true(manifest.has_config);
	assert_true(plomb_view_is(manifest.config.media_type, "c"));
	assert_int_equal(manifest.config.size, 7);
	assert_int_equal(manifest.config.digest.hash, PLOMB_SHA256);
	assert_int_equal(manifest.config.digest.bytes[0], 0x01);
	assert_true(manifest.has_subject);
	assert_true(plomb_view_is(manifest.subject.media_type, "s"));
	assert_int_equal(manifest.count, 2);
	assert_int_equal(plomb_manifest_annotation(&work, &manifest, manifest.annotations, "top", &value), PLOMB_OK);
	assert_true(plomb_view_is(value, "1"));

	assert_int_equal(plomb_manifest_descriptor(&work, &manifest, 0, &layer), PLOMB_OK);
	assert_true(plomb_view_is(layer.media_type, "l0"));
	assert_null(layer.artifact_type.p);
	assert_true(layer.platform == PLOMB_JSON_NONE);
	assert_true(layer.annotations == PLOMB_JSON_NONE);
	assert_int_equal(plomb_manifest_annotation(&work, &manifest, layer.annotations, "k", &value), PLOMB_UNSET);

	assert_int_equal(plomb_manifest_descriptor(&work, &manifest, 1, &layer), PLOMB_OK);
	assert_true(plomb_view_is(layer.artifact_type, "x"));
	assert_true(layer.size == INT64_MAX);
	assert_true(layer.platform != PLOMB_JSON_NONE);
	assert_int_equal(plomb_manifest_annotation(&work, &manifest, layer.annotations, "k", &value), PLOMB_OK);
	assert_true(plomb_view_is(value, "v\n"));
	assert_int_equal(plomb_manifest_annotation(&work, &manifest, layer.annotations, "e", &value), PLOMB_OK);
	assert_non_null(value.p);
	assert_int_equal(value.n, 0);
	assert_int_equal(plomb_manifest_annotation(&work, &manifest, layer.annotations, "z", &value), PLOMB_MANIFEST_MALFORMED);
	assert_int_equal(plomb_manifest_annotation(&work, &manifest, layer.annotations, "nothing", &value), PLOMB_UNSET);
	assert_null(value.p);

	assert_int_equal(plomb_manifest_descriptor(&work, &manifest, 2, &layer), PLOMB_MANIFEST_MALFORMED);
	assert_int_equal(plomb_manifest_descriptor(&work, &manifest, UINT32_MAX, &layer), PLOMB_MANIFEST_MALFORMED);

	/* Without an artifactType the config's type is it. */
	assert_int_equal(parse(VIEW("{" V2 "," CONFIG "}"), &manifest), PLOMB_OK);
	assert_true(plomb_view_is(manifest.artifact_type, "c"));
	assert_int_equal(parse(VIEW("{" V2 "," LAYERS "}"), &manifest), PLOMB_OK);
	assert_int_equal(manifest.artifact_type.n, 0);
	assert_false(manifest.has_config);
	assert_false(manifest.has_subject);
}

/* The type under which a body was found, against what it says and is. */
static void
test_type(void **state)
{
	static const plomb_view image = PLOMB_LIT("{" V2 "," IMAGE_TYPE "," CONFIG "}");
	static const plomb_view plain = PLOMB_LIT("{" V2 "," CONFIG "}");
	static const struct {
		const char *name;
		const plomb_view *text;
		const char *outside;
		plomb_status status;
	} rows[] = {
		{ "the same", &image, PLOMB_MEDIA_OCI_MANIFEST, PLOMB_OK },
		{ "only inside", &image, NULL, PLOMB_OK },
		{ "only outside", &plain, PLOMB_MEDIA_OCI_MANIFEST, PLOMB_OK },
		{ "only outside, Docker's", &plain, PLOMB_MEDIA_DOCKER_MANIFEST, PLOMB_OK },
		{ "nowhere", &plain, NULL, PLOMB_MANIFEST_MEDIA_TYPE },
		{ "Docker's outside, OCI's inside", &image, PLOMB_MEDIA_DOCKER_MANIFEST, PLOMB_MANIFEST_MALFORMED },
		{ "an index outside (CVE-2021-41190)", &image, PLOMB_MEDIA_OCI_INDEX, PLOMB_MANIFEST_MALFORMED },
		{ "an index outside, nothing inside", &plain, PLOMB_MEDIA_OCI_INDEX, PLOMB_MANIFEST_MALFORMED },
		{ "another type outside", &image, "text/html", PLOMB_MANIFEST_MEDIA_TYPE },
		{ "an empty type outside", &image, "", PLOMB_MANIFEST_MEDIA_TYPE },
	};
	plomb_view none = { NULL, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_manifest manifest;
		plomb_view type;
		plomb_status s;

		assert_int_equal(parse(*rows[i].text, &manifest), PLOMB_OK);
		s = plomb_manifest_type(&manifest, rows[i].outside == NULL ? none : plomb_view_of(rows[i].outside), &type);
		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].name, plomb_status_code(s));
		}
		if (s == PLOMB_OK) {
			assert_int_equal(plomb_media_kind(type, NULL), PLOMB_MANIFEST_IMAGE);
		}
	}
}

static void
test_digest_eq(void **state)
{
	struct blob a = blob_of("a"), b = blob_of("b"), c = blob_under(PLOMB_SHA512, "a", 1);

	(void)state;
	assert_true(plomb_digest_eq(&a.parsed, &a.parsed));
	assert_false(plomb_digest_eq(&a.parsed, &b.parsed));
	assert_false(plomb_digest_eq(&a.parsed, &c.parsed));
}

/* A manifest of n layers or an index of n entries. */
static plomb_status
parse_many(struct box *box, const char *list, unsigned n)
{
	const char *start = box_print(box, "{" V2 ",\"%s\":[", list);
	plomb_manifest manifest;
	plomb_view text;
	unsigned i;

	for (i = 0; i < n; i ++) {
		box->text_used --;
		(void)box_print(box, "%s" D("m"), i == 0 ? "" : ",");
	}
	box->text_used --;
	(void)box_print(box, "]}");
	text = plomb_view_of(start);
	return parse(text, &manifest);
}

static void
test_limits(void **state)
{
	struct box *box = box_new();
	unsigned char *large = calloc(1, PLOMB_MAX_MANIFEST_BYTES + 1);
	plomb_manifest manifest;
	plomb_view text;

	(void)state;
	assert_int_equal(parse_many(box, "layers", PLOMB_MAX_LAYERS), PLOMB_OK);
	/* CVE-2023-46737 */
	assert_int_equal(parse_many(box, "layers", PLOMB_MAX_LAYERS + 1), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(parse_many(box, "manifests", PLOMB_MAX_DESCRIPTORS), PLOMB_OK);
	assert_int_equal(parse_many(box, "manifests", PLOMB_MAX_DESCRIPTORS + 1), PLOMB_LIMIT_EXCEEDED);
	text.p = large;
	text.n = PLOMB_MAX_MANIFEST_BYTES + 1;
	assert_int_equal(parse(text, &manifest), PLOMB_LIMIT_EXCEEDED);
	text.n --;
	assert_int_equal(parse(text, &manifest), PLOMB_MANIFEST_MALFORMED);
	free(large);
	box_free(box);
}

/* Any buffer is either enough or PLOMB_NO_ROOM, and gives back what it took. */
static void
test_room(void **state)
{
	static const plomb_view text = PLOMB_LIT("{" V2 ",\"artifactType\":\"\\u0061\"," CONFIG ",\"layers\":["
		"{\"mediaType\":\"\\u006c\"," DIGEST ",\"size\":7,\"artifactType\":\"\\u006c\"},"
		"{\"mediaType\":\"l\",\"digest\":\"\\u0073ha256:" HEX "\",\"size\":7}],"
		"\"\\u0061nnotations\":{\"\\u0061\":\"\"}}");
	plomb_manifest manifest;
	plomb_status s = PLOMB_NO_ROOM;
	size_t n;

	(void)state;
	for (n = 0; s != PLOMB_OK; n ++) {
		plomb_work_init(&work, buffer, n);
		s = plomb_manifest_parse(&work, text, &manifest);
		assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM);
		assert_true(s == PLOMB_OK || work.used == 0);
	}
	assert_int_equal(manifest.count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_digest_eq),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
