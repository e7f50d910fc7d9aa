/*
 * Layouts made in memory, and a file port that serves them: as a directory,
 * as a tar, or broken at the n-th call. For the tests of src/oci.
 */
#ifndef PLOMB_TESTS_OCI_SUPPORT_H
#define PLOMB_TESTS_OCI_SUPPORT_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../port/file.h"
#include "../port/memory.h"
#include "../src/core/base64.h"
#include "../src/core/hash.h"
#include "../src/oci/manifest.h"

#define OCI_MANIFEST PLOMB_MEDIA_OCI_MANIFEST
#define OCI_INDEX    PLOMB_MEDIA_OCI_INDEX
#define OCI_CONFIG   "application/vnd.oci.image.config.v1+json"
#define OCI_LAYER    "application/vnd.oci.image.layer.v1.tar"

#define BOX_FILES 400
#define BOX_BYTES (4u << 20)

/* A named file of a box. */
struct box_file {
	char name[300];
	const unsigned char *p;
	size_t n;
	char type; /* of its tar member: '0' or '5' */
};

/* Files, the text they are made of, and how they are served. */
struct box {
	plomb_files files; /* serves the box; first, so that it can be cast back */
	struct box_file file[BOX_FILES];
	size_t count;
	char *text;
	size_t text_used;
	/* The one file that is served as the stream "tar", if p is not NULL. */
	plomb_view tar;
	/* Calls until one fails with PLOMB_IO_ERROR; 0: none does. */
	unsigned fail_in;
	size_t at[8]; /* read so far, by handle */
	int which[8]; /* file by handle; -1 free, -2 the tar */
	int open_now;
	size_t piece; /* most that is read at once; 0: any */
};

/* A blob that was put into a box. */
struct blob {
	char digest[8 + 2 * PLOMB_MAX_HASH_LEN + 1];
	size_t size;
	plomb_digest parsed;
};

static inline int
box_fails(const plomb_files *self)
{
	struct box *box = (struct box *)(uintptr_t)self;

	if (box->fail_in == 0) {
		return 0;
	}
	box->fail_in --;
	return box->fail_in == 0;
}

static inline plomb_status
box_open(const plomb_files *self, const char *path, unsigned how, plomb_file *file)
{
	struct box *box = (struct box *)(uintptr_t)self;
	size_t i;
	int h, which = -1;

	(void)how;
	memset(file, 0, sizeof *file);
	if (box_fails(self)) {
		file->error = 5;
		return PLOMB_IO_ERROR;
	}
	if (box->tar.p != NULL && strcmp(path, "tar") == 0) {
		which = -2;
	}
	for (i = 0; i < box->count && strncmp(path, "box/", 4) == 0; i ++) {
		if (strcmp(path + 4, box->file[i].name) == 0) {
			which = (int)i;
		}
	}
	if (which == -1) {
		return PLOMB_UNSET;
	}
	for (h = 0; box->which[h] != -1; ) {
		h ++;
	}
	box->which[h] = which;
	box->at[h] = 0;
	box->open_now ++;
	file->handle = h;
	file->kind = which >= 0 && box->file[which].type != '0' ? PLOMB_FILE_OTHER : PLOMB_FILE_REGULAR;
	file->size = which == -2 ? box->tar.n : box->file[which].n;
	return PLOMB_OK;
}

static inline plomb_status
box_read(const plomb_files *self, plomb_file *file, unsigned char *buffer, size_t room, size_t *got)
{
	struct box *box = (struct box *)(uintptr_t)self;
	int which = box->which[file->handle];
	plomb_view all, part;

	*got = 0;
	if (box_fails(self)) {
		file->error = 5;
		return PLOMB_IO_ERROR;
	}
	all.p = which == -2 ? box->tar.p : box->file[which].p;
	all.n = which == -2 ? box->tar.n : box->file[which].n;
	if (box->piece != 0 && room > box->piece) {
		room = box->piece;
	}
	part = plomb_view_cut(all, box->at[file->handle], room);
	if (part.n != 0) {
		memcpy(buffer, part.p, part.n);
	}
	box->at[file->handle] += part.n;
	*got = part.n;
	return PLOMB_OK;
}

static inline void
box_close(const plomb_files *self, plomb_file *file)
{
	struct box *box = (struct box *)(uintptr_t)self;

	box->which[file->handle] = -1;
	box->open_now --;
}

static inline plomb_status
box_list(const plomb_files *self, const char *path, plomb_file_name_fn each, void *user)
{
	struct box *box = (struct box *)(uintptr_t)self;
	char prefix[400];
	size_t i, n;

	if (box_fails(self)) {
		return PLOMB_IO_ERROR;
	}
	n = (size_t)snprintf(prefix, sizeof prefix, "%s/", path + 4);
	for (i = 0; i < box->count; i ++) {
		plomb_status s;

		if (strncmp(box->file[i].name, prefix, n) != 0 || strchr(box->file[i].name + n, '/') != NULL) {
			continue;
		}
		s = each(user, plomb_view_of(box->file[i].name + n));
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static inline struct box *
box_new(void)
{
	struct box *box = calloc(1, sizeof *box);

	box->files.open = box_open;
	box->files.read = box_read;
	box->files.close = box_close;
	box->files.list = box_list;
	box->text = malloc(BOX_BYTES);
	memset(box->which, 0xFF, sizeof box->which);
	return box;
}

static inline void
box_free(struct box *box)
{
	free(box->text);
	free(box);
}

/* Text that lives as long as the box. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline const char *
box_print(struct box *box, const char *format, ...)
{
	char *at = box->text + box->text_used;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(at, BOX_BYTES - box->text_used, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= BOX_BYTES - box->text_used) {
		abort();
	}
	box->text_used += (size_t)n + 1;
	return at;
}

static inline struct box_file *
box_add_bytes(struct box *box, const char *name, const void *p, size_t n)
{
	struct box_file *file = box->file + box->count;

	if (box->count == BOX_FILES) {
		abort();
	}
	snprintf(file->name, sizeof file->name, "%s", name);
	file->p = p;
	file->n = n;
	file->type = '0';
	box->count ++;
	return file;
}

static inline struct box_file *
box_add(struct box *box, const char *name, const char *text)
{
	return box_add_bytes(box, name, text, strlen(text));
}

/* The digest of bytes as text and as plomb_digest. */
static inline struct blob
blob_under(plomb_hash hash, const void *p, size_t n)
{
	struct blob blob;
	plomb_view view, bytes;
	char *at = blob.digest;

	memset(&blob, 0, sizeof blob);
	view.p = p;
	view.n = n;
	blob.size = n;
	blob.parsed.hash = hash;
	plomb_hash_of(&plomb_crypto_default, hash, view, blob.parsed.bytes);
	at += sprintf(at, "%s:", plomb_hash_name(hash));
	bytes.p = blob.parsed.bytes;
	bytes.n = plomb_hash_len(hash);
	plomb_hex_encode((unsigned char *)at, bytes);
	return blob;
}

static inline struct blob
blob_of(const char *text)
{
	return blob_under(PLOMB_SHA256, text, strlen(text));
}

/* Its name in a layout. */
static inline const char *
blob_name(struct box *box, const struct blob *blob)
{
	char *name = (char *)(uintptr_t)box_print(box, "blobs/%s", blob->digest);

	*strchr(name, ':') = '/';
	return name;
}

/* Put a blob where its digest says. */
static inline struct blob
box_put(struct box *box, const char *text)
{
	struct blob blob = blob_of(text);

	box_add(box, blob_name(box, &blob), text);
	return blob;
}

/* A file of the box by name; aborts if there is none. */
static inline struct box_file *
box_find(struct box *box, const char *name)
{
	size_t i;

	for (i = 0; i < box->count; i ++) {
		if (strcmp(box->file[i].name, name) == 0) {
			return box->file + i;
		}
	}
	abort();
}

static inline void
box_remove(struct box *box, const char *name)
{
	struct box_file *file = box_find(box, name);

	*file = box->file[box->count - 1];
	box->count --;
}

/* A descriptor; more is further members, each with a comma in front. */
static inline const char *
descriptor(struct box *box, const char *media_type, const struct blob *blob, const char *more)
{
	return box_print(box, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu%s}", media_type, blob->digest, blob->size, more);
}

/* A checksummed header block. */
static inline void
tar_block(unsigned char *block, const char *name, char type, size_t size)
{
	unsigned sum = 0;
	size_t i;

	memset(block, 0, 512);
	memcpy(block, name, strlen(name) < 100 ? strlen(name) : 100);
	if (strlen(name) > 100) {
		/* The part up to the first slash goes into the prefix. */
		const char *slash = strchr(name, '/');

		memset(block, 0, 100);
		memcpy(block + 345, name, (size_t)(slash - name));
		memcpy(block, slash + 1, strlen(slash + 1));
	}
	sprintf((char *)block + 100, "%07o", 0644u);
	sprintf((char *)block + 124, "%011zo", size);
	block[156] = (unsigned char)type;
	memcpy(block + 257, "ustar\00000", 8);
	memset(block + 148, ' ', 8);
	for (i = 0; i < 512; i ++) {
		sum += block[i];
	}
	sprintf((char *)block + 148, "%06o", sum);
}

/* Write the checksum again after a change. */
static inline void
tar_sum(unsigned char *block)
{
	unsigned sum = 0;
	size_t i;

	memset(block + 148, ' ', 8);
	for (i = 0; i < 512; i ++) {
		sum += block[i];
	}
	sprintf((char *)block + 148, "%06o", sum);
}

static inline size_t
tar_plain_member(unsigned char *out, const char *name, char type, const unsigned char *p, size_t n)
{
	size_t padded = (n + 511) / 512 * 512;

	tar_block(out, name, type, n);
	memset(out + 512, 0, padded);
	if (n != 0) {
		memcpy(out + 512, p, n);
	}
	return 512 + padded;
}

/* A member, with GNU's long name in front if its name is too long for the header. */
static inline size_t
tar_member(unsigned char *out, const char *name, char type, const unsigned char *p, size_t n)
{
	size_t used = 0;

	if (strlen(name) > 100 && strlen(strchr(name, '/') + 1) > 100) {
		used = tar_plain_member(out, "long", 'L', (const unsigned char *)name, strlen(name) + 1);
		name = "short";
	}
	return used + tar_plain_member(out + used, name, type, p, n);
}

/* All files of the box as a tar, served as "tar"; to be freed by box_tar_free. */
static inline void
box_tar(struct box *box, const char *top)
{
	size_t i, room = 1024, n = 0;
	unsigned char *out;

	for (i = 0; i < box->count; i ++) {
		room += 2048 + box->file[i].n;
	}
	out = malloc(room);
	for (i = 0; i < box->count; i ++) {
		char name[400];

		snprintf(name, sizeof name, "%s%s", top, box->file[i].name);
		n += tar_member(out + n, name, box->file[i].type, box->file[i].p, box->file[i].type == '0' ? box->file[i].n : 0);
	}
	memset(out + n, 0, 1024);
	box->tar.p = out;
	box->tar.n = n + 1024;
}

static inline void
box_tar_free(struct box *box)
{
	free((void *)(uintptr_t)box->tar.p);
	box->tar.p = NULL;
	box->tar.n = 0;
}

#endif
