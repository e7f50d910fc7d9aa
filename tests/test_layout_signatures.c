/* What hangs on an image; each on a directory and on a tar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layout_scene.h"

static unsigned char buffer[1u << 20];
static plomb_work work;

/* What was found, as text: "bundle:S envelope:U!layout-blob-missing ". */
struct log {
	struct scene *scene;
	char text[8192];
	size_t used;
	unsigned count;
	unsigned stop_at; /* the callback refuses at this one; 0: never */
};

static plomb_status
note(void *user, const plomb_found *found)
{
	static const char *const kinds[] = { "?", "bundle", "simplesigning", "envelope" };
	struct log *log = user;

	log->count ++;
	if (log->used + 100 < sizeof log->text) {
		log->used += (size_t)sprintf(log->text + log->used, "%s:%c", kinds[found->kind], scene_letter(log->scene, &found->source));
		if (found->trouble != PLOMB_OK) {
			log->used += (size_t)sprintf(log->text + log->used, "!%s", plomb_status_code(found->trouble));
		}
		log->used += (size_t)sprintf(log->text + log->used, " ");
	}
	if (found->trouble == PLOMB_OK) {
		assert_true(found->kind == PLOMB_FOUND_BUNDLE ? found->bytes.n != 0 : found->layer.payload.n != 0);
	}
	return log->count == log->stop_at ? PLOMB_TIMEOUT : PLOMB_OK;
}

/*
 * line: what index.json lists; keep: which manifests are in the layout beside
 * the image, so that the scan finds only those.
 */
static const struct found_row {
	const char *row, *line;
	char image;
	const char *keep, *found;
} found_rows[] = {
	{ "nothing", "A", 'A', "AB", "" },
	{ "a bundle", "A S", 'A', "AS", "bundle:S " },
	{ "a bundle that is not listed (cosign save)", "A#image", 'A', "AS", "bundle:S " },
	{ "a bundle by its layer alone", "A s", 'A', "As", "bundle:s " },
	{ "a bundle by its config alone", "A c", 'A', "Ac", "bundle:c " },
	{ "bundles by scan, by all three", "A", 'A', "ASsc", NULL },
	{ "a bundle listed twice", "A S S=x", 'A', "AS", "bundle:S " },
	{ "a bundle of another image", "B S", 'B', "BS", "" },
	{ "a bundle of the index", "I A S i", 'I', "IASi", "bundle:i " },
	{ "a bundle of a child of the index", "I A S i", 'A', "IASi", "bundle:S " },
	{ "an SBOM about it", "A X", 'A', "AX", "" },
	{ "a fallback index", "A F=sha256-A", 'A', "ASOF", "bundle:S simplesigning:O " },
	{ "a fallback index and its referrers listed", "A F=sha256-A S O", 'A', "ASOF", "bundle:S simplesigning:O " },
	{ "a fallback index of another repository", "A F=r.io/x:sha256-A", 'A', "ASF", "bundle:S bundle:O!layout-blob-missing " },
	{ "a fallback tag of another image", "A F=sha256-B", 'A', "AF", "" },
	{ "a fallback tag that is an image", "A B=sha256-A", 'A', "AB", "" },
	{ "a fallback index with a missing referrer", "A G=sha256-A", 'A', "ASG", "bundle:S bundle:M!layout-blob-missing " },
	{ "a fallback index that is missing", "A M^" OCI_INDEX "=sha256-A", 'A', "A", "bundle:M!layout-blob-missing " },
	{ "a cosign 2 referrer", "A O", 'A', "AO", "simplesigning:O " },
	{ "a cosign 2 attestation as a referrer", "A Q", 'A', "AQ", "envelope:Q " },
	{ "cosign 2 referrers that are not listed", "A", 'A', "AO", "simplesigning:O " },
	{ "a .sig", "A T=sha256-A.sig", 'A', "AT", "simplesigning:T envelope:T " },
	{ "a .sig of another repository, with a prefix", "A T=r.io/app:pre-sha256-A.sig", 'A', "AT", "simplesigning:T envelope:T " },
	{ "a .sig by containerd's name", "A T~r.io/app:sha256-A.sig", 'A', "AT", "simplesigning:T envelope:T " },
	{ "a .sig of another image", "A T=sha256-B.sig", 'A', "AT", "" },
	{ "a .sig under no tag", "A T", 'A', "AT", "" },
	{ "an .att", "A U=sha256-A.att", 'A', "AU", "envelope:U " },
	{ "an .sbom", "A U=sha256-A.sbom", 'A', "AU", "" },
	{ "cosign save's kinds", "A#image T#sigs U#atts", 'A', "ATU", "simplesigning:T envelope:T envelope:U " },
	{ "an index under a .sig tag", "A I=sha256-A.sig", 'A', "AI", "simplesigning:I!manifest-malformed " },
	{ "all of them in order", "A U=sha256-A.att T=sha256-A.sig Q O F=sha256-A S s", 'A', "ATUQOFS",
		"bundle:S bundle:s!layout-blob-missing envelope:Q simplesigning:O envelope:U simplesigning:T envelope:T " },

	{ "a bundle whose layer is missing", "A L", 'A', "AL", "bundle:L!layout-blob-missing " },
	{ "the same found by scan", "A", 'A', "AL", "bundle:L!layout-blob-missing " },
	{ "a bundle of two layers", "A Z", 'A', "AZ", "bundle:Z!manifest-malformed " },
	{ "an index that is a bundle", "A E!" BUNDLE_TYPE, 'A', "AE", "bundle:E!manifest-malformed " },
	{ "a .sig whose layer is missing", "A l=sha256-A.sig", 'A', "Al", "simplesigning:l!layout-blob-missing " },
	{ "a .sig that is missing", "A M=sha256-A.sig", 'A', "A", "simplesigning:M!layout-blob-missing " },
	{ "an .att that is missing", "A M=sha256-A.att", 'A', "A", "envelope:M!layout-blob-missing " },
	{ "a .sig that is damaged", "A D=sha256-A.sig", 'A', "AD", "simplesigning:D!digest-mismatch " },
	{ "a .sig that is no JSON", "A N=sha256-A.sig", 'A', "AN", "simplesigning:N!manifest-malformed " },
	{ "a .sig of another size", "A T=sha256-A.sig%9", 'A', "AT", "simplesigning:T!digest-mismatch " },
	{ "a .sig of another type", "A T=sha256-A.sig^" PLOMB_MEDIA_DOCKER_MANIFEST, 'A', "AT", "simplesigning:T!manifest-malformed " },
	{ "a bundle of another type", "A S^" PLOMB_MEDIA_DOCKER_MANIFEST, 'A', "AS", "bundle:S!manifest-malformed " },
	{ "a missing manifest that says it is a bundle", "A M=x!" BUNDLE_TYPE, 'A', "A", "bundle:M!layout-blob-missing " },
	{ "a missing manifest that says it is a signature", "A M=x!" SIG_TYPE, 'A', "A", "simplesigning:M!layout-blob-missing " },
	{ "a missing manifest that says it is an attestation", "A M=x!" ATT_TYPE, 'A', "A", "envelope:M!layout-blob-missing " },
	{ "a missing manifest that says nothing", "A M", 'A', "A", "bundle:M!layout-blob-missing " },
	{ "a missing manifest with a name", "A M=v1", 'A', "A", "" },
	{ "a missing manifest with a kind", "A M#image", 'A', "A", "" },
	{ "a missing blob of another type", "A M^text/plain", 'A', "A", "" },
	{ "a missing child of the image", "I B", 'I', "IA", "" },
	{ "a missing manifest beside the children", "I B M", 'I', "IA", "bundle:M!layout-blob-missing " },
	{ "a damaged blob that is not listed", "A", 'A', "AD", "bundle:D!digest-mismatch " },
	{ "a damaged blob, found once", "A D", 'A', "AD", "bundle:D!digest-mismatch " },
};

static plomb_status
walk(struct scene *scene, plomb_store *store, char image_letter, struct log *log)
{
	plomb_layout_image image;
	static const plomb_view none = { NULL, 0 };
	size_t used;
	plomb_status s;

	log->scene = scene;
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, store, none, &scene->blob[(unsigned char)image_letter].parsed, &image), PLOMB_OK);
	used = work.used;
	s = plomb_layout_signatures(&work, store, &image, note, log);
	assert_int_equal(work.used, used);
	return s;
}

static void
test_found(void **state)
{
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof found_rows / sizeof found_rows[0]; i ++) {
		const struct found_row *row = found_rows + i;

		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			struct log log;
			plomb_store *store;
			plomb_status s;

			memset(&log, 0, sizeof log);
			scene_init(&scene, row->line);
			scene_keep(&scene, row->keep);
			store = scene_open(&scene, as_tar);
			s = walk(&scene, store, row->image, &log);
			if (s != PLOMB_OK) {
				fail_msg("%s: %s", row->row, plomb_status_code(s));
			}
			if (row->found != NULL && strcmp(log.text, row->found) != 0) {
				fail_msg("%s: %s", row->row, log.text);
			}
			if (row->found == NULL) {
				assert_int_equal(log.count, strlen(row->keep) - 1);
			}
			assert_int_equal(store->has_odd_fallback, strcmp(row->row, "a fallback tag that is an image") == 0);
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

/* ------------------------------------------------------------- everything there */

/* As note: letter, suffix and trouble of everything that hangs on the image. */
static plomb_status
note_hanging(void *user, const plomb_hanging *hanging)
{
	struct log *log = user;

	log->count ++;
	assert_string_equal(hanging->origin, "layout");
	assert_true(hanging->manifest != NULL || hanging->trouble != PLOMB_OK);
	if (hanging->manifest != NULL) {
		assert_true(hanging->size != UINT64_MAX && hanging->media_type.n != 0);
	}
	/* A name goes with a suffix; cosign save's kinds have a suffix and no name. */
	assert_true(hanging->name.n == 0 || hanging->suffix[0] != '\0');
	if (log->used + 100 < sizeof log->text) {
		log->used += (size_t)sprintf(log->text + log->used, "%c%s", scene_letter(log->scene, &hanging->digest), hanging->suffix);
		if (hanging->trouble != PLOMB_OK) {
			log->used += (size_t)sprintf(log->text + log->used, "!%s", plomb_status_code(hanging->trouble));
		}
		log->used += (size_t)sprintf(log->text + log->used, " ");
	}
	return log->count == log->stop_at ? PLOMB_TIMEOUT : PLOMB_OK;
}

static const struct found_row hanging_rows[] = {
	{ "nothing", "A", 'A', "AB", "" },
	{ "a bundle", "A S", 'A', "AS", "S " },
	{ "a bundle whose layer is missing", "A L", 'A', "AL", "L " },
	{ "a bundle of two layers", "A Z", 'A', "AZ", "Z " },
	{ "a bundle that is not listed (cosign save)", "A#image", 'A', "AS", "S " },
	{ "an SBOM about it", "A X", 'A', "AX", "X " },
	{ "an SBOM that is not listed", "A", 'A', "AX", "X " },
	{ "an SBOM of another image", "B X", 'B', "BX", "" },
	{ "an index about it", "A E", 'A', "AE", "E " },
	{ "the children of an index", "I A B S i", 'I', "IABSi", "i " },
	{ "a .sig", "A T=sha256-A.sig", 'A', "AT", "T.sig " },
	{ "an .att", "A U=sha256-A.att", 'A', "AU", "U.att " },
	{ "an .sbom", "A U=sha256-A.sbom", 'A', "AU", "U.sbom " },
	{ "an .sbom of another image", "A U=sha256-B.sbom", 'A', "AU", "" },
	{ "an .sbom of another repository, with a prefix", "A U=r.io/app:pre-sha256-A.sbom", 'A', "AU", "U.sbom " },
	{ "a .sig by containerd's name", "A T~r.io/app:sha256-A.sig", 'A', "AT", "T.sig " },
	{ "cosign save's kinds", "A#image T#sigs U#atts", 'A', "ATU", "T.sig U.att " },
	{ "an index under a .sig tag", "A I=sha256-A.sig", 'A', "AI", "I.sig " },
	{ "a fallback index", "A F=sha256-A", 'A', "ASOF", "S O " },
	{ "a fallback index that lists another image's", "B F=sha256-B", 'B', "BSOF", "S!subject-mismatch O!subject-mismatch " },
	{ "a fallback index with a missing referrer", "A G=sha256-A", 'A', "ASG", "S M!layout-blob-missing " },
	{ "a fallback tag that is an image", "A B=sha256-A", 'A', "AB", "" },
	{ "all of them in order", "A U=sha256-A.att T=sha256-A.sig Q O X F=sha256-A S s", 'A', "ATUQOXFSs",
		"X S s Q O U.att T.sig " },
	{ "a missing manifest that says nothing", "A M", 'A', "A", "M!layout-blob-missing " },
	{ "a missing manifest with a name", "A M=v1", 'A', "A", "" },
	{ "a missing blob of another type", "A M^text/plain", 'A', "A", "" },
	{ "a .sig that is missing", "A M=sha256-A.sig", 'A', "A", "M.sig!layout-blob-missing " },
	{ "an .sbom that is missing", "A M=sha256-A.sbom", 'A', "A", "M.sbom!layout-blob-missing " },
	{ "a .sig that is no JSON", "A N=sha256-A.sig", 'A', "AN", "N.sig!manifest-malformed " },
	{ "a damaged blob that is not listed", "A", 'A', "AD", "D!digest-mismatch " }
};

static plomb_status
walk_hanging(struct scene *scene, plomb_store *store, char image_letter, struct log *log)
{
	plomb_layout_image image;
	static const plomb_view none = { NULL, 0 };
	size_t used;
	plomb_status s;

	log->scene = scene;
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, store, none, &scene->blob[(unsigned char)image_letter].parsed, &image), PLOMB_OK);
	used = work.used;
	s = plomb_layout_hanging(&work, store, &image, note_hanging, log);
	assert_int_equal(work.used, used);
	return s;
}

static void
test_hanging(void **state)
{
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof hanging_rows / sizeof hanging_rows[0]; i ++) {
		const struct found_row *row = hanging_rows + i;

		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			struct log log;
			plomb_status s;

			memset(&log, 0, sizeof log);
			scene_init(&scene, row->line);
			scene_keep(&scene, row->keep);
			s = walk_hanging(&scene, scene_open(&scene, as_tar), row->image, &log);
			if (s != PLOMB_OK || strcmp(log.text, row->found) != 0) {
				fail_msg("%s: %s, %s", row->row, plomb_status_code(s), log.text);
			}
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

/* What the callback says ends the walk; less memory is told, and never a shorter list. */
static void
test_hanging_ends(void **state)
{
	static const plomb_view none = { NULL, 0 };
	plomb_layout_image image;
	struct scene scene;
	struct log log;
	plomb_store *store;
	size_t used, size;

	(void)state;
	scene_init(&scene, "A S X T=sha256-A.sig");
	store = scene_open(&scene, 1);
	memset(&log, 0, sizeof log);
	log.stop_at = 2;
	assert_int_equal(walk_hanging(&scene, store, 'A', &log), PLOMB_TIMEOUT);
	assert_int_equal(log.count, 2);
	assert_int_equal(plomb_layout_find(&work, store, none, &scene.blob['A'].parsed, &image), PLOMB_OK);
	used = work.used;
	for (size = used; size < sizeof buffer; size += 1000) {
		plomb_status s;

		memset(&log, 0, sizeof log);
		log.scene = &scene;
		work.size = size;
		s = plomb_layout_hanging(&work, store, &image, note_hanging, &log);
		assert_int_equal(work.used, used);
		assert_true(s == PLOMB_NO_ROOM || s == PLOMB_OK);
		if (s == PLOMB_OK) {
			break;
		}
	}
	assert_true(size > used && size < sizeof buffer);
	assert_true(strncmp(log.text, "S X ", 4) == 0);
	scene_close(&scene, 1);
	box_free(scene.box);
}

/* The layer's annotations are the manifest's, unescaped, and absent where they are not. */
static plomb_status
check_layer(void *user, const plomb_found *found)
{
	unsigned *count = user;

	*count += 1;
	if (*count == 1) {
		assert_true(plomb_view_is(found->layer.signature, "c2ln"));
		assert_true(plomb_view_is(found->layer.certificate, "-----BEGIN\n"));
		assert_true(plomb_view_is(found->layer.chain, "chain"));
		assert_true(plomb_view_is(found->layer.bundle, "{\"a\":1}"));
		assert_true(plomb_view_is(found->layer.timestamp, "stamp"));
		assert_true(plomb_view_starts(found->layer.payload, "{\"critical\""));
	} else {
		assert_null(found->layer.signature.p);
		assert_null(found->layer.certificate.p);
		assert_null(found->layer.chain.p);
		assert_null(found->layer.bundle.p);
		assert_null(found->layer.timestamp.p);
		assert_true(plomb_view_starts(found->layer.payload, "{\"an envelope\""));
	}
	/* Memory that the callback takes is its own for the call only. */
	return plomb_work_take(&work, 100) == NULL ? PLOMB_NO_ROOM : PLOMB_OK;
}

static void
test_layer(void **state)
{
	static const plomb_view none = { NULL, 0 };
	struct scene scene;
	plomb_layout_image image;
	plomb_store *store;
	unsigned count = 0;
	size_t used;

	(void)state;
	scene_init(&scene, "A T=sha256-A.sig");
	scene_keep(&scene, "AT");
	store = scene_open(&scene, 0);
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, store, none, NULL, &image), PLOMB_OK);
	used = work.used;
	assert_int_equal(plomb_layout_signatures(&work, store, &image, check_layer, &count), PLOMB_OK);
	assert_int_equal(count, 2);
	assert_int_equal(work.used, used);
	scene_close(&scene, 0);
	box_free(scene.box);
}

/* An annotation that cannot be read is trouble of its layer. */
static void
test_bad_annotation(void **state)
{
	struct scene scene;
	struct log log;

	(void)state;
	memset(&log, 0, sizeof log);
	scene_init(&scene, "A");
	scene_keep(&scene, "A");
	scene.blob['V'] = put_manifest(scene.box, OCI_MANIFEST, SIG_TYPE, &scene.config,
		descriptor(scene.box, "x", &scene.blob['P'], ",\"annotations\":{\"dev.sigstore.cosign/bundle\":\"\\u0000\"}"), subject(&scene, 'A', ""));
	assert_int_equal(walk(&scene, scene_open(&scene, 0), 'A', &log), PLOMB_OK);
	assert_string_equal(log.text, "simplesigning:V!manifest-malformed ");
	scene_close(&scene, 0);
	box_free(scene.box);
}

/* What the callback says ends the walk. */
static void
test_stop(void **state)
{
	static const char *const lines[] = { "A S s O", "A", "A T=sha256-A.sig", "A F=sha256-A", "A M" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i ++) {
		struct scene scene;
		struct log log;

		memset(&log, 0, sizeof log);
		log.stop_at = 1;
		scene_init(&scene, lines[i]);
		assert_int_equal(walk(&scene, scene_open(&scene, 0), 'A', &log), PLOMB_TIMEOUT);
		assert_int_equal(log.count, 1);
		scene_close(&scene, 0);
		box_free(scene.box);
	}
}

/* A signature manifest of n layers. */
static const char *
many_layers(struct scene *scene, unsigned n)
{
	const char *one = descriptor(scene->box, "x", &scene->blob['P'], "");
	const char *start = box_print(scene->box, "%s", one);
	unsigned i;

	for (i = 1; i < n; i ++) {
		scene->box->text_used --;
		(void)box_print(scene->box, ",%s", one);
	}
	return start;
}

static unsigned
count_layers(unsigned n, plomb_status wanted, const char **text)
{
	static struct log log;
	struct scene scene;

	memset(&log, 0, sizeof log);
	scene_init(&scene, "A");
	scene_keep(&scene, "A");
	box_remove(scene.box, "index.json");
	scene.blob['V'] = put_manifest(scene.box, OCI_MANIFEST, OCI_CONFIG, &scene.config, many_layers(&scene, n), "");
	box_add(scene.box, "index.json", box_print(scene.box, "{\"schemaVersion\":2,\"manifests\":[%s]}", scene_entries(&scene, "A V=sha256-A.sig")));
	assert_int_equal(walk(&scene, scene_open(&scene, 0), 'A', &log), wanted);
	scene_close(&scene, 0);
	box_free(scene.box);
	*text = log.text;
	return log.count;
}

static void
test_many_layers(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(count_layers(PLOMB_MAX_CANDIDATES, PLOMB_OK, &text), PLOMB_MAX_CANDIDATES);
	/* CVE-2023-33957: no more than so many are looked at. */
	assert_int_equal(count_layers(PLOMB_MAX_CANDIDATES + 1, PLOMB_LIMIT_EXCEEDED, &text), PLOMB_MAX_CANDIDATES);
	/* CVE-2023-46737 */
	assert_int_equal(count_layers(PLOMB_MAX_LAYERS + 1, PLOMB_OK, &text), 1);
	assert_string_equal(text, "simplesigning:V!limit-exceeded ");
}

/* More bundles than are looked at, found by scan or missing from index.json. */
static void
test_many_bundles(void **state)
{
	struct scene scene;
	struct log log;
	const char *entries;
	unsigned i;

	(void)state;
	memset(&log, 0, sizeof log);
	scene_init(&scene, "A");
	for (i = 0; i <= PLOMB_MAX_CANDIDATES; i ++) {
		(void)put_manifest(scene.box, OCI_MANIFEST, EMPTY_TYPE, &scene.config, descriptor(scene.box, BUNDLE_TYPE, &scene.config, ""),
			subject(&scene, 'A', box_print(scene.box, ",\"annotations\":{\"a\":\"%u\"}", i)));
	}
	assert_int_equal(walk(&scene, scene_open(&scene, 0), 'A', &log), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(log.count, PLOMB_MAX_CANDIDATES);
	scene_close(&scene, 0);
	box_free(scene.box);

	memset(&log, 0, sizeof log);
	scene_init(&scene, "A");
	box_remove(scene.box, "index.json");
	entries = scene_entries(&scene, "A");
	for (i = 0; i <= PLOMB_MAX_CANDIDATES; i ++) {
		struct blob missing = blob_of(box_print(scene.box, "%u", i));

		entries = box_print(scene.box, "%s,%s", entries, descriptor(scene.box, OCI_MANIFEST, &missing, ""));
	}
	box_add(scene.box, "index.json", box_print(scene.box, "{\"schemaVersion\":2,\"manifests\":[%s]}", entries));
	assert_int_equal(walk(&scene, scene_open(&scene, 0), 'A', &log), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(log.count, PLOMB_MAX_CANDIDATES);
	scene_close(&scene, 0);
	box_free(scene.box);
}

/* One large manifest named so often that reading it would take for ever. */
static void
test_many_bytes(void **state)
{
	char *large = malloc(3u << 20);
	struct scene scene;
	struct log log;
	const char *entries;
	struct blob blob;
	unsigned i;

	(void)state;
	memset(&log, 0, sizeof log);
	memset(large, ' ', 3u << 20);
	memcpy(large, "{\"schemaVersion\":2,\"layers\":[]}", 31);
	large[(3u << 20) - 1] = '\0';
	scene_init(&scene, "A");
	box_remove(scene.box, "index.json");
	blob = blob_of(large);
	box_add(scene.box, blob_name(scene.box, &blob), large);
	entries = scene_entries(&scene, "A");
	for (i = 0; i < 50; i ++) {
		entries = box_print(scene.box, "%s,%s", entries, descriptor(scene.box, OCI_MANIFEST, &blob, ""));
	}
	box_add(scene.box, "index.json", box_print(scene.box, "{\"schemaVersion\":2,\"manifests\":[%s]}", entries));
	assert_int_equal(walk(&scene, scene_open(&scene, 1), 'A', &log), PLOMB_LIMIT_EXCEEDED);
	scene_close(&scene, 1);
	box_free(scene.box);
	free(large);
}

/* Files that the scan does not look at, and some that look like a manifest and are none. */
static void
test_scan(void **state)
{
	static const struct {
		const char *row, *text; /* %s is the image's digest */
		const char *found;
	} rows[] = {
		{ "a payload that names the image", "{\"critical\":\"%s\"}", "" },
		{ "a file that does not begin with a brace", " {\"subject\":\"%s\",\"layers\":[]}", "" },
		{ "a manifest that is damaged inside", "{\"subject\":\"%s\",\"layers\":[}", "bundle:V!manifest-malformed " },
		{ "half a manifest", "{\"layers\":\"%s\"}", "" },
		{ "something with a subject", "{\"subject\":\"%s\"}", "" },
		{ "the digest at the end", "{%s", "" },
	};
	size_t i;
	int as_tar;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		for (as_tar = 0; as_tar < 2; as_tar ++) {
			struct scene scene;
			struct log log;
			char text[300];
			const char *hole = strchr(rows[i].text, '%');

			memset(&log, 0, sizeof log);
			scene_init(&scene, "A");
			scene_keep(&scene, "A");
			sprintf(text, "%.*s%s%s", (int)(hole - rows[i].text), rows[i].text, scene.blob['A'].digest, hole + 2);
			scene.blob['V'] = box_put(scene.box, box_print(scene.box, "%s", text));
			assert_int_equal(walk(&scene, scene_open(&scene, as_tar), 'A', &log), PLOMB_OK);
			if (strcmp(log.text, rows[i].found) != 0) {
				fail_msg("%s: %s", rows[i].row, log.text);
			}
			scene_close(&scene, as_tar);
			box_free(scene.box);
		}
	}
}

/* A store with more blobs than are scanned, one whose list fails, and one whose files come and go. */
static plomb_store *honest;
static plomb_status list_status;
static uint64_t list_size;

static plomb_status
fake_list(plomb_store *store, size_t i, plomb_digest *digest, uint64_t *size)
{
	(void)store;
	memset(digest, 0, sizeof *digest);
	digest->hash = PLOMB_SHA256;
	digest->bytes[0] = (unsigned char)(i >> 8);
	digest->bytes[1] = (unsigned char)i;
	*size = list_size;
	return list_status == PLOMB_OK && i == PLOMB_MAX_SCAN + 1 ? PLOMB_UNSET : list_status;
}

static plomb_status
pass_blob(plomb_store *store, plomb_work *work_, const plomb_digest *digest, uint64_t size, size_t max, plomb_view *bytes)
{
	(void)store;
	return honest->blob(honest, work_, digest, size, max, bytes);
}

static plomb_status
pass_file(plomb_store *store, plomb_work *work_, const char *name, size_t max, plomb_view *bytes)
{
	(void)store;
	return honest->file(honest, work_, name, max, bytes);
}

static void
test_scan_limits(void **state)
{
	plomb_store fake = { pass_file, pass_blob, plomb_store_manifest_blob, NULL, fake_list, 0 };
	struct scene scene;
	struct log log;

	(void)state;
	memset(&log, 0, sizeof log);
	scene_init(&scene, "A");
	honest = scene_open(&scene, 1);
	list_status = PLOMB_OK;
	list_size = UINT64_MAX;
	assert_int_equal(walk(&scene, &fake, 'A', &log), PLOMB_LIMIT_EXCEEDED);
	/* Listed and then gone. */
	list_size = 5;
	assert_int_equal(walk(&scene, &fake, 'A', &log), PLOMB_LIMIT_EXCEEDED);
	list_status = PLOMB_IO_ERROR;
	assert_int_equal(walk(&scene, &fake, 'A', &log), PLOMB_IO_ERROR);
	assert_int_equal(log.count, 0);
	scene_close(&scene, 1);
	box_free(scene.box);
}

/* An image under SHA-512, whose tags are cut at 64 digits. */
static void
test_sha512(void **state)
{
	struct scene scene;
	struct log log;
	plomb_layout_image image;
	static const plomb_view none = { NULL, 0 };
	plomb_store *store;
	struct box_file *file;
	struct blob sha512;
	int as_tar;

	(void)state;
	for (as_tar = 0; as_tar < 2; as_tar ++) {
		memset(&log, 0, sizeof log);
		scene_init(&scene, "A");
		file = box_find(scene.box, blob_name(scene.box, &scene.blob['A']));
		sha512 = blob_under(PLOMB_SHA512, file->p, file->n);
		box_add_bytes(scene.box, blob_name(scene.box, &sha512), file->p, file->n);
		box_remove(scene.box, "index.json");
		scene.blob['V'] = sha512;
		box_add(scene.box, "index.json", box_print(scene.box, "{\"schemaVersion\":2,\"manifests\":[%s,%s]}",
			descriptor(scene.box, OCI_MANIFEST, &sha512, ""),
			descriptor(scene.box, OCI_MANIFEST, &scene.blob['T'], box_print(scene.box,
				",\"annotations\":{\"org.opencontainers.image.ref.name\":\"sha512-%.64s.sig\"}", sha512.digest + 7))));
		scene_keep(&scene, "ATV");
		store = scene_open(&scene, as_tar);
		plomb_work_init(&work, buffer, sizeof buffer);
		log.scene = &scene;
		assert_int_equal(plomb_layout_find(&work, store, none, NULL, &image), PLOMB_OK);
		assert_int_equal(image.digest.hash, PLOMB_SHA512);
		assert_int_equal(plomb_layout_check_content(&work, store, &image), PLOMB_OK);
		assert_int_equal(plomb_layout_signatures(&work, store, &image, note, &log), PLOMB_OK);
		assert_string_equal(log.text, "simplesigning:T envelope:T ");
		scene_close(&scene, as_tar);
		box_free(scene.box);
	}
}

/* Each call of the port fails once, and each size of buffer: nothing is lost without a word. */
static void
test_failures(void **state)
{
	static const plomb_view none = { NULL, 0 };
	struct scene scene;
	plomb_layout_image image;
	plomb_store *store;
	unsigned calls, whole;
	struct log log;
	size_t used, n;
	plomb_status s;

	(void)state;
	scene_init(&scene, "I A B=v1 U=sha256-I.att T=sha256-I.sig G=sha256-I i S O");
	store = scene_open(&scene, 0);
	plomb_work_init(&work, buffer, sizeof buffer);
	assert_int_equal(plomb_layout_find(&work, store, none, &scene.blob['I'].parsed, &image), PLOMB_OK);
	used = work.used;
	memset(&log, 0, sizeof log);
	log.scene = &scene;
	assert_int_equal(plomb_layout_signatures(&work, store, &image, note, &log), PLOMB_OK);
	whole = log.count;
	for (calls = 1; ; calls ++) {
		scene.box->fail_in = calls;
		memset(&log, 0, sizeof log);
		log.scene = &scene;
		s = plomb_layout_signatures(&work, store, &image, note, &log);
		assert_int_equal(work.used, used);
		assert_true(s == PLOMB_IO_ERROR || s == PLOMB_OK);
		if (scene.box->fail_in != 0) {
			break;
		}
		/* What failed was either reported or had nothing to do with this image. */
		assert_true(s != PLOMB_OK || log.count + 1 >= whole);
	}
	scene.box->fail_in = 0;
	s = PLOMB_NO_ROOM;
	for (n = 0; s == PLOMB_NO_ROOM; n += 8) {
		work.size = used + n;
		memset(&log, 0, sizeof log);
		log.scene = &scene;
		s = plomb_layout_signatures(&work, store, &image, note, &log);
		assert_true(s == PLOMB_OK || s == PLOMB_NO_ROOM);
		assert_int_equal(work.used, used);
		assert_null(strstr(log.text, "no-room"));
	}
	assert_int_equal(log.count, whole);
	scene_close(&scene, 0);
	box_free(scene.box);
}

static plomb_status
count_kinds(void *user, const plomb_found *found)
{
	unsigned *counts = user;

	assert_int_equal(found->trouble, PLOMB_OK);
	counts[found->kind] ++;
	if (found->kind == PLOMB_FOUND_BUNDLE) {
		assert_true(plomb_view_starts(found->bytes, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle"));
	} else {
		assert_non_null(found->layer.signature.p);
		assert_non_null(found->layer.bundle.p);
		assert_int_equal(found->layer.payload.p[0], '{');
	}
	return PLOMB_OK;
}

/* What cosign and registries wrote, found, complete, and with its signatures. */
static void
test_real(void **state)
{
	static const struct {
		const char *name, *tag;
		unsigned bundles, simplesignings, envelopes;
	} rows[] = {
		{ "gitlab-saved", NULL, 1, 0, 0 },
		{ "gitlab-fallback", "latest", 1, 0, 0 },
		{ "old-saved", NULL, 0, 1, 0 },
		{ "old-attested", NULL, 0, 0, 1 },
		{ "old-oci11-fallback", NULL, 0, 1, 0 },
		{ "index", NULL, 1, 0, 0 },
		{ "index", "latest", 1, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		static const plomb_view none = { NULL, 0 };
		static plomb_store_tar tar;
		plomb_memory_heap heap;
		plomb_layout_image image;
		unsigned counts[4] = { 0, 0, 0, 0 };
		plomb_file file;
		char path[200];

		snprintf(path, sizeof path, VECTORS "/layout/%s.tar", rows[i].name);
		plomb_memory_heap_init(&heap, 1u << 20);
		assert_int_equal(plomb_files_posix.open(&plomb_files_posix, path, 0, &file), PLOMB_OK);
		assert_int_equal(plomb_store_tar_read(&tar, &file, &plomb_files_posix, &plomb_crypto_default, &heap.memory), PLOMB_OK);
		plomb_files_posix.close(&plomb_files_posix, &file);
		plomb_work_init(&work, buffer, sizeof buffer);
		assert_int_equal(plomb_layout_find(&work, &tar.store, rows[i].tag == NULL ? none : plomb_view_of(rows[i].tag), NULL, &image), PLOMB_OK);
		assert_int_equal(plomb_layout_check_content(&work, &tar.store, &image), PLOMB_OK);
		assert_int_equal(plomb_layout_signatures(&work, &tar.store, &image, count_kinds, counts), PLOMB_OK);
		if (counts[PLOMB_FOUND_BUNDLE] != rows[i].bundles || counts[PLOMB_FOUND_SIMPLESIGNING] != rows[i].simplesignings
			|| counts[PLOMB_FOUND_ENVELOPE] != rows[i].envelopes)
		{
			fail_msg("%s: %u %u %u", rows[i].name, counts[1], counts[2], counts[3]);
		}
		plomb_store_tar_free(&tar);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_hanging),
		cmocka_unit_test(test_hanging_ends),
		cmocka_unit_test(test_layer),
		cmocka_unit_test(test_bad_annotation),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_many_layers),
		cmocka_unit_test(test_many_bundles),
		cmocka_unit_test(test_many_bytes),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_scan_limits),
		cmocka_unit_test(test_sha512),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
