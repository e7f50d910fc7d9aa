/* Which image a layout holds, and whether its bytes are all there; each on a directory and on a tar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layout_scene.h"

static unsigned char buffer[1u << 20];
static plomb_work work;

static plomb_view
text_or_none(const char *text)
{
	static const plomb_view none = { NULL, 0 };

	return text == NULL ? none : plomb_view_of(text);
}

/* What index.json lists, what is asked for, and what is found. */
static const struct find_row {
	const char *row, *line, *tag;
	char digest; /* a letter, or 0 */
	plomb_status status;
	char found;
} find_rows[] = {
	{ "one image", "A", NULL, 0, PLOMB_OK, 'A' },
	{ "one image with a name", "A=latest", NULL, 0, PLOMB_OK, 'A' },
	{ "one index", "I", NULL, 0, PLOMB_OK, 'I' },
	{ "an image that does not say its type", "C", NULL, 0, PLOMB_OK, 'C' },
	{ "nothing", "", NULL, 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "two images", "A B", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "one image under two names", "A=v1 A=latest", NULL, 0, PLOMB_OK, 'A' },
	{ "one image with two sizes", "A A%9", NULL, 0, PLOMB_LAYOUT_MALFORMED, 0 },
	{ "one image with two types", "A A^" PLOMB_MEDIA_DOCKER_MANIFEST, NULL, 0, PLOMB_LAYOUT_MALFORMED, 0 },
	{ "an image and its bundle", "A=latest S", NULL, 0, PLOMB_OK, 'A' },
	{ "an image and everything", "A S s c Z L X O Q T=sha256-A.sig U=sha256-A.att F=sha256-A N=sha256-A.sbom", NULL, 0, PLOMB_OK, 'A' },
	{ "an attachment of another repository", "A T=r.io/app:sha256-A.sig", NULL, 0, PLOMB_OK, 'A' },
	{ "an attachment with a prefix", "A T=pre-sha256-A.sig", NULL, 0, PLOMB_OK, 'A' },
	{ "an attachment by containerd's name", "A T~r.io/app:sha256-A.sig", NULL, 0, PLOMB_OK, 'A' },
	{ "a name that only looks like an attachment", "A B=sha256-0123.sig", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "a long name", "A B=nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "a tag of 64 letters that are no digits", "A B=sha256-ggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "a missing signature by its type", "A M!" BUNDLE_TYPE, NULL, 0, PLOMB_OK, 'A' },
	{ "a signature alone", "S", NULL, 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "a .sig alone", "T=sha256-A.sig", NULL, 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "an unreadable entry beside an image", "A M D", NULL, 0, PLOMB_OK, 'A' },
	{ "a blob that is missing", "M", NULL, 0, PLOMB_LAYOUT_BLOB_MISSING, 0 },
	{ "a blob that is damaged", "D", NULL, 0, PLOMB_DIGEST_MISMATCH, 0 },
	{ "a blob that is no JSON", "N", NULL, 0, PLOMB_MANIFEST_MALFORMED, 0 },
	{ "two that cannot be read", "M D", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "another size", "A%9", NULL, 0, PLOMB_DIGEST_MISMATCH, 0 },
	{ "another type (CVE-2021-41190)", "A^" PLOMB_MEDIA_OCI_INDEX, NULL, 0, PLOMB_MANIFEST_MALFORMED, 0 },
	{ "another type, the body says none", "C^" PLOMB_MEDIA_OCI_INDEX, NULL, 0, PLOMB_MANIFEST_MALFORMED, 0 },
	{ "Docker's type outside, OCI's inside", "A^" PLOMB_MEDIA_DOCKER_MANIFEST, NULL, 0, PLOMB_MANIFEST_MALFORMED, 0 },
	{ "Docker's type outside, none inside", "C^" PLOMB_MEDIA_DOCKER_MANIFEST, NULL, 0, PLOMB_OK, 'C' },
	{ "an unknown type", "A^text/html", NULL, 0, PLOMB_MANIFEST_MEDIA_TYPE, 0 },
	{ "an index and its children", "I=latest A B i", NULL, 0, PLOMB_OK, 'I' },
	{ "an index, its children and a missing one", "A I M B", NULL, 0, PLOMB_OK, 'I' },
	{ "an index and another image", "I A B C", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "two indexes", "I J", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "cosign's image", "A#image T#sigs U#atts B", NULL, 0, PLOMB_OK, 'A' },
	{ "cosign's index", "A I#imageIndex B", NULL, 0, PLOMB_OK, 'I' },
	{ "cosign's image, named twice", "A A#image B", NULL, 0, PLOMB_OK, 'A' },
	{ "two of cosign's images", "A#image B#image", NULL, 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "cosign's image that is missing", "M#image A", NULL, 0, PLOMB_LAYOUT_BLOB_MISSING, 0 },
	{ "cosign's image that hangs on another", "S#image A", NULL, 0, PLOMB_OK, 'S' },

	{ "by tag", "A=v1 B=v2", "v2", 0, PLOMB_OK, 'B' },
	{ "by the tag of a full name", "A=r.io/app:v1 B=r.io/app:v2", "v2", 0, PLOMB_OK, 'B' },
	{ "by the whole name", "A=r.io/app:v1 B=r.io/app:v2", "r.io/app:v1", 0, PLOMB_OK, 'A' },
	{ "by containerd's name", "A~docker.io/library/app:v1 B~docker.io/library/app:v2", "v1", 0, PLOMB_OK, 'A' },
	{ "by a tag that is not there", "A=v1 B=v2", "v3", 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "by the end of a tag", "A=v1", "1", 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "by the end of a name that is no reference", "A=UPPER/x:v1", "v1", 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "by the tag that a name has by default", "A=app", "latest", 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "by a tag that two images have", "A=v1 B=r.io/app:v1", "v1", 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "by a tag that an image has twice", "A=v1 A~r.io/app:v1", "v1", 0, PLOMB_OK, 'A' },
	{ "by a tag that a missing blob has too", "A=v1 M=v1", "v1", 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },
	{ "by the tag of a missing blob", "A=v1 M=v2", "v2", 0, PLOMB_LAYOUT_BLOB_MISSING, 0 },
	{ "by the tag of a signature", "A=v1 T=sha256-A.sig", "sha256-A.sig", 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "by a tag that a bundle was given", "A=v1 S=v2", "v2", 0, PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "an index and its child under one tag", "I=v1 A=v1", "v1", 0, PLOMB_LAYOUT_AMBIGUOUS, 0 },

	{ "by digest", "A B", NULL, 'B', PLOMB_OK, 'B' },
	{ "by digest, the tag does not matter", "A=v1 B=v2", "v1", 'B', PLOMB_OK, 'B' },
	{ "by the digest of a child", "I", NULL, 'A', PLOMB_OK, 'A' },
	{ "by the digest of a child without type", "I", NULL, 'C', PLOMB_OK, 'C' },
	{ "by the digest of an index that is not listed", "A", NULL, 'I', PLOMB_OK, 'I' },
	{ "by a digest that is not there", "A", NULL, 'M', PLOMB_IMAGE_NOT_FOUND, 0 },
	{ "by the digest of what is listed and missing", "A M", NULL, 'M', PLOMB_LAYOUT_BLOB_MISSING, 0 },
	{ "by the digest of what is damaged", "A D", NULL, 'D', PLOMB_DIGEST_MISMATCH, 0 },
	{ "by the digest of what is damaged and not listed", "A", NULL, 'D', PLOMB_DIGEST_MISMATCH, 0 },
	{ "by the digest of what is no manifest", "A", NULL, 'N', PLOMB_MANIFEST_MALFORMED, 0 },
	{ "by digest with another type", "A^" PLOMB_MEDIA_OCI_INDEX, NULL, 'A', PLOMB_MANIFEST_MALFORMED, 0 },
	{ "by digest with two sizes", "A A%9", NULL, 'A', PLOMB_LAYOUT_MALFORMED, 0 },
	{ "by the digest of a signature", "A S", NULL, 'S', PLOMB_OK, 'S' },
};

static void
check_found(const struct find_row *row, struct scene *scene, const plomb_layout_image *image)
{
	struct box_file *file;

	if (scene_letter(scene, &image->digest) != row->found) {
		fail_msg("%s: found %c", row->row, scene_letter(scene, &image->digest));
	}
	file = box_find(scene->box, blob_name(scene->box, &scene->blob[(unsigned char)row->found]));
	assert_int_equal(image->manifest.n, file->n);
	assert_memory_equal(image->manifest.p, file->p, file->n);
	assert_int_not_equal(plomb_media_kind(image->media_type, NULL), 0);
	file = box_find(scene->box, "index.json");
	assert_int_equal(image->index.n, file->n);
	assert_memory_equal(image->index.p, file->p, file->n);
}

static void
test_find(void **state)
{
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof find_rows / sizeof find_rows[0]; i ++) {
		const struct find_row *row = find_rows + i;

		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			plomb_layout_image image;
			plomb_status s;

			scene_init(&scene, row->line);
			plomb_work_init(&work, buffer, sizeof buffer);
			s = plomb_layout_find(&work, scene_open(&scene, as_tar), text_or_none(row->tag),
				row->digest == 0 ? NULL : &scene.blob[(unsigned char)row->digest].parsed, &image);
			if (s != row->status) {
				fail_msg("%s: %s", row->row, plomb_status_code(s));
			}
			if (s == PLOMB_OK) {
				check_found(row, &scene, &image);
			} else {
				assert_null(image.manifest.p);
				assert_int_equal(image.digest.hash, PLOMB_HASH_NONE);
			}
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

/* The files beside the blobs: what makes a directory a layout. */
static void
test_structure(void **state)
{
	static const struct {
		const char *row, *oci_layout, *index_json, *manifest_json;
		plomb_status status;
	} rows[] = {
		{ "a layout of nothing", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":[]}", NULL, PLOMB_IMAGE_NOT_FOUND },
		{ "with docker save's manifest.json", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":[]}", "[]", PLOMB_IMAGE_NOT_FOUND },
		{ "an empty directory", NULL, NULL, NULL, PLOMB_LAYOUT_MALFORMED },
		{ "an old docker save", NULL, NULL, "[{\"Config\":\"x.json\"}]", PLOMB_LAYOUT_NO_MANIFEST },
		{ "manifest.json and oci-layout without index", "{\"imageLayoutVersion\":\"1.0.0\"}", NULL, "[]", PLOMB_LAYOUT_NO_MANIFEST },
		{ "no index.json", "{\"imageLayoutVersion\":\"1.0.0\"}", NULL, NULL, PLOMB_LAYOUT_MALFORMED },
		{ "no oci-layout", NULL, "{\"schemaVersion\":2,\"manifests\":[]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "another version", "{\"imageLayoutVersion\":\"2.0.0\"}", "{\"schemaVersion\":2,\"manifests\":[]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "no version", "{}", "{\"schemaVersion\":2,\"manifests\":[]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "oci-layout is no JSON", "1.0.0", "{\"schemaVersion\":2,\"manifests\":[]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "index.json is no JSON", "{\"imageLayoutVersion\":\"1.0.0\"}", "", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "index.json is an image", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"layers\":[]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "index.json of another type", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"mediaType\":\"x\",\"manifests\":[]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "index.json is a string of digests", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":[\"sha256:00\"]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "a digest that climbs (CVE-2024-3727)", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":["
			"{\"mediaType\":\"x\",\"size\":1,\"digest\":\"sha256:../../../etc/passwd\"}]}", NULL, PLOMB_LAYOUT_MALFORMED },
		{ "a digest of another hash", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":["
			"{\"mediaType\":\"x\",\"size\":1,\"digest\":\"md5:00\"}]}", NULL, PLOMB_DIGEST_ALG_UNSUPPORTED },
		{ "a name with a NUL", "{\"imageLayoutVersion\":\"1.0.0\"}", "{\"schemaVersion\":2,\"manifests\":["
			"{\"mediaType\":\"x\",\"size\":1,\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\","
			"\"annotations\":{\"kind\":\"\\u0000\"}}]}", NULL, PLOMB_LAYOUT_MALFORMED },
	};
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			plomb_layout_image image;
			plomb_status s;

			memset(&scene, 0, sizeof scene);
			scene.box = box_new();
			if (rows[i].oci_layout != NULL) {
				box_add(scene.box, "oci-layout", rows[i].oci_layout);
			}
			if (rows[i].index_json != NULL) {
				box_add(scene.box, "index.json", rows[i].index_json);
			}
			if (rows[i].manifest_json != NULL) {
				box_add(scene.box, "manifest.json", rows[i].manifest_json);
			}
			plomb_work_init(&work, buffer, sizeof buffer);
			s = plomb_layout_find(&work, scene_open(&scene, as_tar), text_or_none(NULL), NULL, &image);
			if (s != rows[i].status) {
				fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
			}
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

static void
test_large_files(void **state)
{
	char *large = malloc(PLOMB_MAX_MANIFEST_BYTES + 2);
	struct scene scene;
	plomb_layout_image image;

	(void)state;
	memset(large, ' ', PLOMB_MAX_MANIFEST_BYTES + 1);
	large[PLOMB_MAX_MANIFEST_BYTES + 1] = '\0';
	scene_init(&scene, "A");
	box_find(scene.box, "index.json")->p = (unsigned char *)large;
	box_find(scene.box, "index.json")->n = PLOMB_MAX_MANIFEST_BYTES + 1;
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, scene_open(&scene, 0), text_or_none(NULL), NULL, &image), PLOMB_LIMIT_EXCEEDED);
	scene_close(&scene, 0);
	box_free(scene.box);
	scene_init(&scene, "A");
	box_find(scene.box, "oci-layout")->p = (unsigned char *)large;
	box_find(scene.box, "oci-layout")->n = 4097;
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, scene_open(&scene, 0), text_or_none(NULL), NULL, &image), PLOMB_LIMIT_EXCEEDED);
	scene_close(&scene, 0);
	box_free(scene.box);
	free(large);
}

/* A store that hands out other bytes than it was asked for. */
static plomb_store *honest;

static plomb_status
lying_blob(plomb_store *store, plomb_work *work_, const plomb_digest *digest, uint64_t size, size_t max, plomb_view *bytes)
{
	static const char other[] = "{\"schemaVersion\":2,\"layers\":[]}";

	(void)store;
	(void)size;
	(void)digest;
	(void)max;
	(void)work_;
	*bytes = plomb_view_of(other);
	return PLOMB_OK;
}

static plomb_status
honest_file(plomb_store *store, plomb_work *work_, const char *name, size_t max, plomb_view *bytes)
{
	(void)store;
	return honest->file(honest, work_, name, max, bytes);
}

static void
test_lying_store(void **state)
{
	plomb_store liar = { honest_file, lying_blob, plomb_store_manifest_blob, NULL, NULL, 0 };
	struct scene scene;
	plomb_layout_image image;

	(void)state;
	scene_init(&scene, "A");
	honest = scene_open(&scene, 0);
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, &liar, text_or_none(NULL), NULL, &image), PLOMB_DIGEST_MISMATCH);
	scene_close(&scene, 0);
	box_free(scene.box);
}

/* Find with each call of the port failing in turn, and in every size of buffer. */
static void
test_find_failures(void **state)
{
	static const char *const lines[] = { "I=latest A B i", "", "A=v1" };
	static const char *const removed[] = { NULL, "index.json", NULL };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i ++) {
		struct scene scene;
		plomb_layout_image image;
		plomb_status wanted, s = PLOMB_IO_ERROR;
		plomb_store *store;
		unsigned calls;
		size_t n;

		scene_init(&scene, lines[i]);
		if (removed[i] != NULL) {
			box_remove(scene.box, removed[i]);
		}
		store = scene_open(&scene, 0);
		plomb_work_init(&work, buffer, sizeof buffer);
		wanted = plomb_layout_find(&work, store, text_or_none(NULL), NULL, &image);
		for (calls = 1; s == PLOMB_IO_ERROR; calls ++) {
			scene.box->fail_in = calls;
			plomb_work_init(&work, buffer, sizeof buffer);
			s = plomb_layout_find(&work, store, text_or_none(NULL), NULL, &image);
			assert_true(s == wanted || s == PLOMB_IO_ERROR);
		}
		scene.box->fail_in = 0;
		s = PLOMB_NO_ROOM;
		for (n = 0; s == PLOMB_NO_ROOM; n += 8) {
			plomb_work_init(&work, buffer, n);
			s = plomb_layout_find(&work, store, text_or_none(NULL), NULL, &image);
			assert_true(s == wanted || s == PLOMB_NO_ROOM);
		}
		scene_close(&scene, 0);
		box_free(scene.box);
	}
}

/* -------------------------------------------------------------------- content */

/* What is done to the layout: the blob of A that is changed, or a letter whose manifest is taken away. */
static const struct content_row {
	const char *row;
	char image;
	const char *change; /* "" none, "-config", "-layer", "!layer" damaged, or "-" and letters */
	plomb_status status;
} content_rows[] = {
	{ "an image", 'A', "", PLOMB_OK },
	{ "an image without its config", 'A', "-config", PLOMB_LAYOUT_BLOB_MISSING },
	{ "an image without its layer", 'A', "-layer", PLOMB_LAYOUT_BLOB_MISSING },
	{ "an image with a damaged layer", 'A', "!layer", PLOMB_DIGEST_MISMATCH },
	{ "an index", 'I', "", PLOMB_OK },
	{ "an index of which a child is not there", 'I', "-B", PLOMB_OK },
	{ "an index of which no child is there", 'I', "-AB", PLOMB_OK },
	{ "an index whose child lacks its config", 'I', "-config", PLOMB_LAYOUT_BLOB_MISSING },
	{ "an index whose child lacks its layer", 'I', "-layer", PLOMB_LAYOUT_BLOB_MISSING },
	{ "an index whose child has a damaged layer", 'I', "!layer", PLOMB_DIGEST_MISMATCH },
	{ "an index of an index", 'J', "", PLOMB_OK },
	{ "an index of an index with a damaged layer", 'J', "!layer", PLOMB_DIGEST_MISMATCH },
	{ "an index of an index that is not there", 'J', "-I", PLOMB_OK },
	{ "an index of an index of an index", 'K', "", PLOMB_LIMIT_EXCEEDED },
	{ "a bundle's manifest whose layer is missing", 'L', "", PLOMB_LAYOUT_BLOB_MISSING },
};

static void
change(struct scene *scene, const char *what)
{
	struct box *box = scene->box;

	if (strcmp(what, "-config") == 0) {
		box_remove(box, blob_name(box, &scene->config));
	} else if (strcmp(what, "-layer") == 0) {
		box_remove(box, blob_name(box, &scene->layer));
	} else if (strcmp(what, "!layer") == 0) {
		box_find(box, blob_name(box, &scene->layer))->p = (const unsigned char *)"LAYER AMD64";
	} else {
		for (; *what != '\0'; what ++) {
			if (*what != '-') {
				box_remove(box, blob_name(box, &scene->blob[(unsigned char)*what]));
			}
		}
	}
}

static plomb_status
find_and_check(struct scene *scene, plomb_store *store, char letter)
{
	plomb_layout_image image;
	plomb_status s;

	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, store, text_or_none(NULL), &scene->blob[(unsigned char)letter].parsed, &image), PLOMB_OK);
	s = plomb_layout_check_content(&work, store, &image);
	return s;
}

static void
test_content(void **state)
{
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof content_rows / sizeof content_rows[0]; i ++) {
		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			plomb_status s;

			scene_init(&scene, "A");
			change(&scene, content_rows[i].change);
			s = find_and_check(&scene, scene_open(&scene, as_tar), content_rows[i].image);
			if (s != content_rows[i].status) {
				fail_msg("%s: %s", content_rows[i].row, plomb_status_code(s));
			}
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

/* Children that index names with another size or type, or that are no manifests. */
static void
test_odd_children(void **state)
{
	static const struct {
		const char *row, *line;
		plomb_status status;
	} rows[] = {
		{ "a child of another size", "A%9", PLOMB_DIGEST_MISMATCH },
		{ "a child of another type", "A^" PLOMB_MEDIA_DOCKER_MANIFEST, PLOMB_MANIFEST_MALFORMED },
		{ "a child that is damaged", "D", PLOMB_DIGEST_MISMATCH },
		{ "a child that is no JSON", "N", PLOMB_MANIFEST_MALFORMED },
		{ "a blob that is no manifest", "N^text/plain", PLOMB_OK },
		{ "a blob that is no manifest, of another size", "N^text/plain%9", PLOMB_DIGEST_MISMATCH },
		{ "a blob that is no manifest and missing", "M^text/plain", PLOMB_OK },
		{ "a child that does not say its type", "C", PLOMB_OK },
	};
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			plomb_status s;

			scene_init(&scene, "A");
			scene.blob['V'] = put_index(scene.box, scene_entries(&scene, rows[i].line));
			s = find_and_check(&scene, scene_open(&scene, as_tar), 'V');
			if (s != rows[i].status) {
				fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
			}
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

/* An index of n times the same entry. */
static char *
index_of_many(struct box *box, const char *media_type, const struct blob *blob, unsigned n)
{
	const char *one = descriptor(box, media_type, blob, "");
	char *all = malloc((strlen(one) + 1) * n + 100), *at = all;
	unsigned i;

	at += sprintf(at, "{\"schemaVersion\":2,\"manifests\":[");
	for (i = 0; i < n; i ++) {
		at += sprintf(at, "%s%s", i == 0 ? "" : ",", one);
	}
	sprintf(at, "]}");
	return all;
}

/* An index that names m times an index that names n times the letter. */
static plomb_status
check_many(char letter, unsigned n, unsigned m)
{
	struct scene scene;
	char *inner, *outer;
	plomb_status s;

	scene_init(&scene, "A");
	inner = index_of_many(scene.box, OCI_MANIFEST, &scene.blob[(unsigned char)letter], n);
	scene.blob['V'] = box_put(scene.box, inner);
	outer = index_of_many(scene.box, OCI_INDEX, &scene.blob['V'], m);
	scene.blob['W'] = box_put(scene.box, outer);
	s = find_and_check(&scene, scene_open(&scene, 1), 'W');
	scene_close(&scene, 1);
	box_free(scene.box);
	free(outer);
	free(inner);
	return s;
}

/* A thousand times a thousand children are not looked at. */
static void
test_content_limits(void **state)
{
	(void)state;
	assert_int_equal(check_many('A', 30, 30), PLOMB_OK);
	assert_int_equal(check_many('A', 200, 200), PLOMB_LIMIT_EXCEEDED);
	/* Not even if none of them is there. */
	assert_int_equal(check_many('M', 300, 400), PLOMB_LIMIT_EXCEEDED);
}

/* The same large child named so often that reading it would take for ever. */
static void
test_content_bytes(void **state)
{
	struct scene scene;
	char *large = malloc(3u << 20), *index;
	struct blob blob;

	(void)state;
	memset(large, ' ', 3u << 20);
	memcpy(large, "{\"schemaVersion\":2,\"layers\":[]}", 31);
	large[(3u << 20) - 1] = '\0';
	scene_init(&scene, "A");
	blob = blob_of(large);
	box_add(scene.box, blob_name(scene.box, &blob), large);
	index = index_of_many(scene.box, OCI_MANIFEST, &blob, 50);
	scene.blob['V'] = box_put(scene.box, index);
	assert_int_equal(find_and_check(&scene, scene_open(&scene, 1), 'V'), PLOMB_LIMIT_EXCEEDED);
	scene_close(&scene, 1);
	box_free(scene.box);
	free(index);
	free(large);
}

static void
test_content_failures(void **state)
{
	static const char letters[] = "AIJ";
	size_t i;

	(void)state;
	for (i = 0; i < 3; i ++) {
		struct scene scene;
		plomb_layout_image image;
		plomb_status s = PLOMB_IO_ERROR;
		plomb_store *store;
		unsigned calls;
		size_t used, n;

		scene_init(&scene, "A");
		store = scene_open(&scene, 0);
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_equal(plomb_layout_find(&work, store, text_or_none(NULL), &scene.blob[(unsigned char)letters[i]].parsed, &image), PLOMB_OK);
		used = work.used;
		for (calls = 1; s == PLOMB_IO_ERROR; calls ++) {
			scene.box->fail_in = calls;
			s = plomb_layout_check_content(&work, store, &image);
			assert_true(s == PLOMB_OK || s == PLOMB_IO_ERROR);
			assert_int_equal(work.used, used);
		}
		scene.box->fail_in = 0;
		s = PLOMB_NO_ROOM;
		for (n = 0; s == PLOMB_NO_ROOM; n += 8) {
			work.size = used + n;
			s = plomb_layout_check_content(&work, store, &image);
			assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM);
			assert_int_equal(work.used, used);
		}
		scene_close(&scene, 0);
		box_free(scene.box);
	}
}

/* ------------------------------------------------------------------- platform */

static void
test_platform(void **state)
{
	static const struct {
		const char *row;
		char image;
		const char *platform;
		plomb_status status;
		char child;
	} rows[] = {
		{ "a child", 'I', "linux/amd64", PLOMB_OK, 'A' },
		{ "another child", 'I', "linux/arm64", PLOMB_OK, 'B' },
		{ "a child and its variant", 'I', "linux/arm64/v8", PLOMB_OK, 'B' },
		{ "another variant", 'I', "linux/arm64/v7", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "a variant of what has none", 'I', "linux/amd64/v2", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "another architecture", 'I', "linux/riscv64", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "another system", 'I', "windows/amd64", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "an index whose children say nothing", 'J', "linux/amd64", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "two children for it", 'V', "linux/arm", PLOMB_LAYOUT_AMBIGUOUS, 0 },
		{ "one of two by variant", 'V', "linux/arm/v7", PLOMB_OK, 'B' },
		{ "the same child twice", 'V', "linux/amd64", PLOMB_OK, 'A' },
		{ "an image for it", 'A', "linux/amd64", PLOMB_OK, 'A' },
		{ "an image for another", 'A', "linux/arm64", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "an image whose config has no variant", 'A', "linux/amd64/v1", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "an image without a config", 'W', "linux/amd64", PLOMB_IMAGE_NOT_FOUND, 0 },
		{ "an image whose config is missing", 'Y', "linux/amd64", PLOMB_LAYOUT_BLOB_MISSING, 0 },
		{ "an image whose config is no JSON", 'y', "linux/amd64", PLOMB_MANIFEST_MALFORMED, 0 },
		{ "an image whose config is damaged", 'd', "linux/amd64", PLOMB_DIGEST_MISMATCH, 0 },
		{ "no platform", 'I', "", PLOMB_CONFIG_INVALID, 0 },
		{ "no architecture", 'I', "linux", PLOMB_CONFIG_INVALID, 0 },
		{ "an empty architecture", 'I', "linux/", PLOMB_CONFIG_INVALID, 0 },
		{ "an empty system", 'I', "/amd64", PLOMB_CONFIG_INVALID, 0 },
		{ "an empty variant", 'I', "linux/amd64/", PLOMB_CONFIG_INVALID, 0 },
		{ "four parts", 'I', "linux/arm/v7/x", PLOMB_CONFIG_INVALID, 0 },
	};
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			struct box *box;
			plomb_layout_image image;
			plomb_digest child;
			plomb_store *store;
			plomb_status s;
			size_t used;

			scene_init(&scene, "A");
			box = scene.box;
			scene.blob['V'] = put_index(box, box_print(box, "%s,%s,%s,%s",
				descriptor(box, OCI_MANIFEST, &scene.blob['A'], ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v6\"}"),
				descriptor(box, OCI_MANIFEST, &scene.blob['B'], ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}"),
				descriptor(box, OCI_MANIFEST, &scene.blob['A'], ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}"),
				descriptor(box, OCI_MANIFEST, &scene.blob['A'], ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}")));
			scene.blob['W'] = box_put(box, "{\"schemaVersion\":2,\"layers\":[]}");
			scene.blob['Y'] = put_manifest(box, OCI_MANIFEST, OCI_CONFIG, &scene.blob['M'], "", "");
			scene.blob['y'] = put_manifest(box, OCI_MANIFEST, OCI_CONFIG, &scene.blob['N'], "", "");
			scene.blob['d'] = put_manifest(box, OCI_MANIFEST, OCI_CONFIG, &scene.blob['D'], "", "");
			store = scene_open(&scene, as_tar);
			plomb_work_init(&work, buffer, sizeof buffer);
			assert_int_equal(plomb_layout_find(&work, store, text_or_none(NULL), &scene.blob[(unsigned char)rows[i].image].parsed, &image), PLOMB_OK);
			used = work.used;
			s = plomb_layout_platform(&work, store, &image, text_or_none(rows[i].platform), &child);
			if (s != rows[i].status) {
				fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
			}
			assert_int_equal(s == PLOMB_OK ? scene_letter(&scene, &child) : 0, rows[i].child);
			assert_true(s == PLOMB_OK || child.hash == PLOMB_HASH_NONE);
			assert_int_equal(work.used, used);
			scene_close(&scene, as_tar);
			box_free(box);
		}
	}
}

static void
test_platform_room(void **state)
{
	static const char letters[] = "AI";
	size_t i;

	(void)state;
	for (i = 0; i < 2; i ++) {
		struct scene scene;
		plomb_layout_image image;
		plomb_status s = PLOMB_NO_ROOM;
		plomb_digest child;
		plomb_store *store;
		size_t used, n;

		scene_init(&scene, "A");
		store = scene_open(&scene, 0);
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_equal(plomb_layout_find(&work, store, text_or_none(NULL), &scene.blob[(unsigned char)letters[i]].parsed, &image), PLOMB_OK);
		used = work.used;
		for (n = 0; s == PLOMB_NO_ROOM; n += 8) {
			work.size = used + n;
			s = plomb_layout_platform(&work, store, &image, text_or_none("linux/amd64"), &child);
			assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM);
		}
		scene_close(&scene, 0);
		box_free(scene.box);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_lying_store),
		cmocka_unit_test(test_find_failures),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_odd_children),
		cmocka_unit_test(test_content_limits),
		cmocka_unit_test(test_content_bytes),
		cmocka_unit_test(test_content_failures),
		cmocka_unit_test(test_platform),
		cmocka_unit_test(test_platform_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
