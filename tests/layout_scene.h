/*
 * A layout with something of everything, for the tests of layout.c and
 * layout_signatures.c. Blobs go by letters; what index.json lists is written
 * in one line: letters with marks behind them.
 *
 *	A    an image for linux/amd64		B    one for linux/arm64
 *	C    an image that does not say its media type
 *	I    an index of A and B		J    an index of I
 *	K    an index of J
 *	S    a bundle for A			s    a second one, known by its layer only
 *	i    a bundle for I			c    one whose config says so
 *	T    A's .sig with two layers		U    A's .att
 *	O    A's signature as a referrer	Q    A's attestation as a referrer
 *	X    an SBOM about A			Z    a bundle manifest of two layers
 *	L    a bundle whose layer is missing	l    a .sig whose layer is missing
 *	F    a fallback index of S and O	G    one of S and a missing referrer
 *	E    an index that says it is about A and is a bundle
 *	P    a simple signing payload of A
 *	M    is not there			D    is damaged
 *	N    is not JSON
 */
#ifndef PLOMB_TESTS_LAYOUT_SCENE_H
#define PLOMB_TESTS_LAYOUT_SCENE_H

#include "oci_support.h"
#include "../src/oci/store_dir.h"
#include "../src/oci/store_tar.h"

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define SIG_TYPE    "application/vnd.dev.cosign.artifact.sig.v1+json"
#define ATT_TYPE    "application/vnd.dev.cosign.artifact.att.v1+json"
#define EMPTY_TYPE  "application/vnd.oci.empty.v1+json"

struct scene {
	struct box *box;
	struct blob blob[128]; /* by letter */
	struct blob config, layer; /* of A */
	const char *media_type[128];
	plomb_memory_heap heap;
	plomb_store_dir dir;
	plomb_store_tar tar;
	plomb_file file;
};

static inline const char *
type_member(const char *media_type)
{
	return media_type[0] == '\0' ? "" : "\"mediaType\":\"";
}

/* An image manifest; layers and more are JSON. */
static inline struct blob
put_manifest(struct box *box, const char *media_type, const char *config_type, const struct blob *config, const char *layers, const char *more)
{
	return box_put(box, box_print(box, "{\"schemaVersion\":2,%s%s%s\"config\":%s,\"layers\":[%s]%s}",
		type_member(media_type), media_type, media_type[0] == '\0' ? "" : "\",",
		descriptor(box, config_type, config, ""), layers, more));
}

static inline struct blob
put_image(struct scene *scene, const char *media_type, const char *architecture)
{
	struct box *box = scene->box;
	struct blob config = box_put(box, box_print(box, "{\"os\":\"linux\",\"architecture\":\"%s\"%s}",
		architecture, media_type[0] == '\0' ? ",\"x\":1" : ""));
	struct blob layer = box_put(box, box_print(box, "layer %s%s", architecture, media_type[0] == '\0' ? "!" : ""));

	if (scene->config.size == 0) {
		scene->config = config;
		scene->layer = layer;
	}
	return put_manifest(box, media_type, OCI_CONFIG, &config, descriptor(box, OCI_LAYER, &layer, ""), "");
}

static inline struct blob
put_index(struct box *box, const char *entries)
{
	return box_put(box, box_print(box, "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}", OCI_INDEX, entries));
}

static inline const char *
subject(struct scene *scene, char letter, const char *more)
{
	return box_print(scene->box, ",\"subject\":%s%s",
		descriptor(scene->box, scene->media_type[(unsigned char)letter], &scene->blob[(unsigned char)letter], ""), more);
}

/* Descriptors written as letters with marks; see scene_index. */
static inline const char *scene_entries(struct scene *scene, const char *line);

static inline void
scene_put_attached(struct scene *scene)
{
	struct box *box = scene->box;
	struct blob empty = box_put(box, "{}");
	struct blob bundle = box_put(box, "{\"a bundle\":1}"), second = box_put(box, "{\"a second bundle\":1}");
	struct blob third = box_put(box, "{\"a third bundle\":1}"), fourth = box_put(box, "{\"a fourth bundle\":1}");
	struct blob absent = blob_of("an absent layer");
	struct blob payload, envelope = box_put(box, "{\"an envelope\":1}");
	const char *annotated = ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"c2ln\","
		"\"dev.sigstore.cosign/certificate\":\"-----BEGIN\\n\",\"dev.sigstore.cosign/chain\":\"chain\","
		"\"dev.sigstore.cosign/bundle\":\"{\\\"a\\\":1}\",\"dev.sigstore.cosign/rfc3161timestamp\":\"stamp\"}";
	const char *typed = ",\"artifactType\":\"" BUNDLE_TYPE "\"";

	payload = box_put(box, box_print(box, "{\"critical\":{\"image\":{\"docker-manifest-digest\":\"%s\"}}}", scene->blob['A'].digest));
	scene->blob['P'] = payload;
	scene->blob['S'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		descriptor(box, BUNDLE_TYPE, &bundle, ""), subject(scene, 'A', typed));
	scene->blob['s'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		descriptor(box, BUNDLE_TYPE, &second, ""), subject(scene, 'A', ""));
	scene->blob['c'] = put_manifest(box, OCI_MANIFEST, BUNDLE_TYPE, &empty,
		descriptor(box, "text/plain", &third, ""), subject(scene, 'A', ",\"artifactType\":\"x/y\""));
	scene->blob['i'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		descriptor(box, BUNDLE_TYPE, &fourth, ""), subject(scene, 'I', typed));
	scene->blob['Z'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		box_print(box, "%s,%s", descriptor(box, BUNDLE_TYPE, &bundle, ""), descriptor(box, BUNDLE_TYPE, &second, "")),
		subject(scene, 'A', typed));
	scene->blob['L'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		descriptor(box, BUNDLE_TYPE, &absent, ""), subject(scene, 'A', typed));
	scene->blob['X'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		descriptor(box, "application/spdx+json", &bundle, ""), subject(scene, 'A', ",\"artifactType\":\"application/spdx+json\""));
	scene->blob['T'] = put_manifest(box, OCI_MANIFEST, OCI_CONFIG, &empty,
		box_print(box, "%s,%s", descriptor(box, "application/vnd.dev.cosign.simplesigning.v1+json", &payload, annotated),
			descriptor(box, "application/vnd.dsse.envelope.v1+json", &envelope, "")), "");
	scene->blob['U'] = put_manifest(box, OCI_MANIFEST, OCI_CONFIG, &empty,
		descriptor(box, "text/plain", &envelope, annotated), "");
	scene->blob['l'] = put_manifest(box, OCI_MANIFEST, OCI_CONFIG, &empty,
		descriptor(box, "text/plain", &absent, ""), "");
	scene->blob['O'] = put_manifest(box, OCI_MANIFEST, SIG_TYPE, &empty,
		descriptor(box, "text/plain", &payload, annotated), subject(scene, 'A', ""));
	scene->blob['Q'] = put_manifest(box, OCI_MANIFEST, EMPTY_TYPE, &empty,
		descriptor(box, "text/plain", &envelope, annotated), subject(scene, 'A', ",\"artifactType\":\"" ATT_TYPE "\""));
	scene->blob['E'] = box_put(box, box_print(box, "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[]%s}",
		OCI_INDEX, subject(scene, 'A', typed)));
	scene->blob['F'] = put_index(box, scene_entries(scene, "S O"));
	scene->blob['G'] = put_index(box, scene_entries(scene, "S M"));
}

static inline void
scene_put_all(struct scene *scene)
{
	struct box *box = scene->box;
	struct blob damaged = blob_of("{\"damaged\":1}"), good;
	size_t i;

	for (i = 0; i < 128; i ++) {
		scene->media_type[i] = strchr("IJKEFG", (int)i) != NULL ? OCI_INDEX : OCI_MANIFEST;
	}
	box_add(box, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
	scene->blob['A'] = put_image(scene, OCI_MANIFEST, "amd64");
	scene->blob['B'] = put_image(scene, OCI_MANIFEST, "arm64");
	scene->blob['C'] = put_image(scene, "", "amd64");
	scene->blob['I'] = put_index(box, box_print(box, "%s,%s",
		descriptor(box, OCI_MANIFEST, &scene->blob['A'], ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}"),
		descriptor(box, OCI_MANIFEST, &scene->blob['B'], ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}")));
	scene->blob['J'] = put_index(box, scene_entries(scene, "I"));
	scene->blob['K'] = put_index(box, scene_entries(scene, "J"));
	scene->blob['M'] = blob_of("missing");
	scene->blob['D'] = damaged;
	good = damaged;
	box_add(box, blob_name(box, &good), "{\"damagEd\":1}");
	scene->blob['N'] = box_put(box, "hello");
	scene_put_attached(scene);
}

/* One entry: a letter, then marks "=name" "~containerd name" "#kind" "!artifact type" "^media type" "%size". */
static inline const char *
scene_entry(struct scene *scene, const char **line)
{
	struct box *box = scene->box;
	unsigned char letter = (unsigned char)*(*line) ++;
	const char *media_type = scene->media_type[letter], *more = "", *annotations = "";
	struct blob blob = scene->blob[letter];

	while (**line != ' ' && **line != '\0') {
		char mark = *(*line) ++;
		int n = (int)strcspn(*line, " =~#!^%");
		const char *text = box_print(box, "%.*s", n, *line);
		char *hex;

		/* "sha256-A.sig" is the tag of A's signatures. */
		if ((hex = strstr((char *)(uintptr_t)text, "sha256-")) != NULL) {
			text = box_print(box, "%.*ssha256-%s%s", (int)(hex - text), text, scene->blob[(unsigned char)hex[7]].digest + 7, hex + 8);
		}
		*line += n;
		if (mark == '=' || mark == '~' || mark == '#') {
			annotations = box_print(box, "%s%s\"%s\":\"%s%s\"", annotations, annotations[0] == '\0' ? "" : ",",
				mark == '=' ? "org.opencontainers.image.ref.name" : mark == '~' ? "io.containerd.image.name" : "kind",
				mark == '#' ? "dev.cosignproject.cosign/" : "", text);
		}
		if (mark == '!') {
			more = box_print(box, ",\"artifactType\":\"%s\"", text);
		}
		if (mark == '^') {
			media_type = text;
		}
		if (mark == '%') {
			blob.size = (size_t)strtoul(text, NULL, 10);
		}
	}
	return descriptor(box, media_type, &blob, box_print(box, "%s%s%s%s", more,
		annotations[0] == '\0' ? "" : ",\"annotations\":{", annotations, annotations[0] == '\0' ? "" : "}"));
}

static inline const char *
scene_entries(struct scene *scene, const char *line)
{
	const char *all = "";

	while (*line != '\0') {
		const char *entry = scene_entry(scene, &line);

		all = box_print(scene->box, "%s%s%s", all, all[0] == '\0' ? "" : ",", entry);
		line += *line == ' ';
	}
	return all;
}

/* Everything there is, and an index.json that lists what the line says. */
static inline void
scene_init(struct scene *scene, const char *line)
{
	struct box *box = box_new();

	memset(scene, 0, sizeof *scene);
	scene->box = box;
	scene_put_all(scene);
	box_add(box, "index.json", box_print(box, "{\"schemaVersion\":2,\"manifests\":[%s]}", scene_entries(scene, line)));
}

/* Only these letters' manifests stay in the layout; configs and layers all do. */
static inline void
scene_keep(struct scene *scene, const char *letters)
{
	unsigned i;

	for (i = 0; i < 128; i ++) {
		const char *name;
		size_t j;

		if (scene->blob[i].size == 0 || i == 'P' || i == 'M' || strchr(letters, (int)i) != NULL) {
			continue;
		}
		name = blob_name(scene->box, &scene->blob[i]);
		for (j = 0; j < scene->box->count; j ++) {
			if (strcmp(scene->box->file[j].name, name) == 0) {
				box_remove(scene->box, name);
				break;
			}
		}
	}
}

/* The layout as a directory (0) or tar (1). */
static inline plomb_store *
scene_open(struct scene *scene, int as_tar)
{
	static const plomb_view path = PLOMB_LIT("box");

	plomb_memory_heap_init(&scene->heap, 8u << 20);
	if (!as_tar) {
		if (plomb_store_dir_init(&scene->dir, path, &scene->box->files, &plomb_crypto_default, &scene->heap.memory) != PLOMB_OK) {
			abort();
		}
		return &scene->dir.store;
	}
	box_tar(scene->box, "");
	if (box_open(&scene->box->files, "tar", 0, &scene->file) != PLOMB_OK
		|| plomb_store_tar_read(&scene->tar, &scene->file, &scene->box->files, &plomb_crypto_default, &scene->heap.memory) != PLOMB_OK)
	{
		abort();
	}
	box_close(&scene->box->files, &scene->file);
	return &scene->tar.store;
}

static inline void
scene_close(struct scene *scene, int as_tar)
{
	if (!as_tar) {
		plomb_store_dir_free(&scene->dir);
	} else {
		plomb_store_tar_free(&scene->tar);
		box_tar_free(scene->box);
	}
	if (scene->heap.used != 0 || scene->box->open_now != 0) {
		abort();
	}
}

/* The letter of a digest; "?" if it has none. */
static inline char
scene_letter(const struct scene *scene, const plomb_digest *digest)
{
	unsigned i;

	for (i = 0; i < 128; i ++) {
		if (scene->blob[i].size != 0 && plomb_digest_eq(&scene->blob[i].parsed, digest)) {
			return (char)i;
		}
	}
	return '?';
}

#endif
