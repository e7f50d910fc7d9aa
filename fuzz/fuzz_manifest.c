/*
 * Targets plomb_manifest_parse and what reads from it.
 *
 * Input: a manifest or index. Holds, if it is accepted:
 * - it is one of the two and not the other (CVE-2021-41190), also to a reader
 *   that does not tell capitals apart in the names of lists;
 * - every descriptor in it can be read and its digest is a digest;
 * - in any smaller buffer it is the same or PLOMB_NO_ROOM, and a refusal
 *   takes no memory.
 */
#include <stdlib.h>

#include "../src/oci/manifest.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static uint64_t room[1u << 17];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
check_descriptor(plomb_work *work, const plomb_manifest *manifest, const plomb_descriptor *descriptor)
{
	plomb_view value;
	plomb_status s;

	must(descriptor->digest.hash == PLOMB_SHA256 || descriptor->digest.hash == PLOMB_SHA384 || descriptor->digest.hash == PLOMB_SHA512);
	must(descriptor->media_type.p != NULL);
	must(descriptor->size <= INT64_MAX);
	s = plomb_manifest_annotation(work, manifest, descriptor->annotations, "kind", &value);
	must(s == PLOMB_OK || s == PLOMB_UNSET || s == PLOMB_MANIFEST_MALFORMED);
}

static void
check_kind(const plomb_manifest *manifest)
{
	static const char *const image_names[] = { "config", "layers", "Config", "LAYERS" };
	static const char *const index_names[] = { "manifests", "Manifests", "MANIFESTS" };
	int is_image = 0, is_index = 0;
	size_t i;

	for (i = 0; i < 4; i ++) {
		is_image |= plomb_json_member(&manifest->doc, 0, image_names[i]) != PLOMB_JSON_NONE;
	}
	for (i = 0; i < 3; i ++) {
		is_index |= plomb_json_member(&manifest->doc, 0, index_names[i]) != PLOMB_JSON_NONE;
	}
	must(is_image != is_index);
	must(manifest->kind == (is_image ? PLOMB_MANIFEST_IMAGE : PLOMB_MANIFEST_INDEX));
}

static void
check_smaller(plomb_view text, size_t used, uint32_t count)
{
	static uint64_t less[1u << 17];
	size_t sizes[4], i;

	sizes[0] = used / 2;
	sizes[1] = used - used / 8;
	sizes[2] = used == 0 ? 0 : used - 1;
	sizes[3] = used;
	for (i = 0; i < 4; i ++) {
		plomb_manifest manifest;
		plomb_work work;
		plomb_status s;

		plomb_work_init(&work, less, sizes[i]);
		s = plomb_manifest_parse(&work, text, &manifest);
		must(s == PLOMB_OK || s == PLOMB_NO_ROOM);
		must(s == PLOMB_OK ? manifest.count == count : work.used == 0);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_manifest manifest;
	plomb_work work;
	plomb_view text, type, none = { NULL, 0 };
	plomb_status s;
	uint32_t i;

	text.p = in;
	text.n = len;
	plomb_work_init(&work, room, sizeof room);
	s = plomb_manifest_parse(&work, text, &manifest);
	if (s != PLOMB_OK) {
		must(s == PLOMB_MANIFEST_MALFORMED || s == PLOMB_MANIFEST_MEDIA_TYPE || s == PLOMB_DIGEST_ALG_UNSUPPORTED
			|| s == PLOMB_LIMIT_EXCEEDED || s == PLOMB_NO_ROOM);
		must(work.used == 0 && manifest.count == 0);
		return 0;
	}
	check_kind(&manifest);
	must(manifest.count <= PLOMB_MAX_LAYERS);
	for (i = 0; i < manifest.count; i ++) {
		size_t mark = plomb_work_mark(&work);
		plomb_descriptor descriptor;

		must(plomb_manifest_descriptor(&work, &manifest, i, &descriptor) == PLOMB_OK);
		check_descriptor(&work, &manifest, &descriptor);
		plomb_work_release(&work, mark);
	}
	if (manifest.has_config) {
		check_descriptor(&work, &manifest, &manifest.config);
	}
	if (manifest.has_subject) {
		check_descriptor(&work, &manifest, &manifest.subject);
	}
	if (plomb_manifest_type(&manifest, none, &type) == PLOMB_OK) {
		must(plomb_media_kind(type, NULL) == (int)manifest.kind);
	}
	check_smaller(text, work.high_water, manifest.count);
	return 0;
}
