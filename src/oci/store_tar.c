/* see store_tar.h */
#include "store_tar.h"

#include "../core/base64.h"
#include "../core/hash.h"
#include "grow.h"
#include "order.h"

/* "blobs/sha512/" and 128 digits. */
#define MAX_BLOB_NAME (13 + 2 * PLOMB_MAX_HASH_LEN)

/* A member has at most a pax header and a long name before it; the rest is for global headers. */
#define MAX_HEADERS (4ul * PLOMB_MAX_TAR_MEMBERS)

/* ------------------------------------------------------------ the stream */

/* Say what was wrong, about the member that is being read. */
static plomb_status
refuse(plomb_store_tar *tar, plomb_status status, const char *want)
{
	tar->detail.what = plomb_view_of("archive member");
	tar->detail.want = plomb_view_of(want);
	tar->detail.got.p = tar->member.name;
	tar->detail.got.n = tar->member.name_len;
	return status;
}

/*
 * The stream ends where the archive does not: a download or a pipe that broke
 * off. What it would have said nobody knows, and trying again may help.
 */
static plomb_status
truncated(plomb_store_tar *tar, const char *want)
{
	return refuse(tar, PLOMB_IO_ERROR, want);
}

/* The next bytes of the stream, at most n of them; none at its end. */
static plomb_status
next_bytes(plomb_store_tar *tar, uint64_t n, plomb_view *bytes)
{
	size_t left;

	bytes->p = tar->piece;
	bytes->n = 0;
	if (tar->piece_at == tar->piece_have) {
		plomb_status s = tar->files->read(tar->files, tar->file, tar->piece, sizeof tar->piece, &tar->piece_have);

		tar->piece_at = 0;
		if (s != PLOMB_OK) {
			tar->piece_have = 0;
			return s;
		}
	}
	left = tar->piece_have - tar->piece_at;
	bytes->p = tar->piece + tar->piece_at;
	bytes->n = n < left ? (size_t)n : left;
	tar->piece_at += bytes->n;
	return PLOMB_OK;
}

/* Exactly n bytes; an archive that ends before is truncated. */
static plomb_status
read_exactly(plomb_store_tar *tar, unsigned char *out, size_t n)
{
	while (n != 0) {
		plomb_view bytes;
		plomb_status s = next_bytes(tar, n, &bytes);

		if (s != PLOMB_OK) {
			return s;
		}
		if (bytes.n == 0) {
			return truncated(tar, "an archive that does not end here");
		}
		memcpy(out, bytes.p, bytes.n);
		out += bytes.n;
		n -= bytes.n;
	}
	return PLOMB_OK;
}

/* What fills up the last block of n bytes of content. */
static plomb_status
skip_padding(plomb_store_tar *tar, uint64_t n)
{
	unsigned char padding[PLOMB_TAR_BLOCK];
	size_t rest = (size_t)(n % PLOMB_TAR_BLOCK);

	return rest == 0 ? PLOMB_OK : read_exactly(tar, padding, PLOMB_TAR_BLOCK - rest);
}

/* Only zeros follow: content behind the end is content that some reader finds. */
static plomb_status
check_tail(plomb_store_tar *tar)
{
	uint64_t seen = 0;

	for (;;) {
		plomb_view bytes;
		plomb_status s = next_bytes(tar, sizeof tar->piece, &bytes);
		size_t i;

		if (s != PLOMB_OK || bytes.n == 0) {
			return s;
		}
		for (i = 0; i < bytes.n; i ++) {
			if (bytes.p[i] != 0) {
				return refuse(tar, PLOMB_LAYOUT_MALFORMED, "nothing after the end of the archive");
			}
		}
		seen += bytes.n;
		if (seen > PLOMB_MAX_TAR_PADDING) {
			return refuse(tar, PLOMB_LIMIT_EXCEEDED, "an end of the archive");
		}
	}
}

/* --------------------------------------------------------------- members */

/* The algorithm and digits of "blobs/<algorithm>/<digits>": 1 if it is one. */
static int
read_blob_name(plomb_view name, plomb_digest *digest)
{
	unsigned char text[MAX_BLOB_NAME];
	plomb_view rest;
	size_t i;

	if (!plomb_view_starts(name, "blobs/") || name.n > sizeof text) {
		return 0;
	}
	/* With its slash as a colon it is a digest as manifests write it. */
	rest.p = text;
	rest.n = name.n - 6;
	memcpy(text, name.p + 6, rest.n);
	for (i = 0; i < rest.n && text[i] != '/'; ) {
		i ++;
	}
	if (i == rest.n) {
		return 0;
	}
	text[i] = ':';
	return plomb_digest_parse(rest, digest) == PLOMB_OK;
}

/* A blob at the top of the archive or in a directory of it. */
static int
find_blob_name(plomb_view name, plomb_digest *digest, unsigned char *depth)
{
	size_t slash = 0;

	*depth = 0;
	if (read_blob_name(name, digest)) {
		return 1;
	}
	while (slash < name.n && name.p[slash] != '/') {
		slash ++;
	}
	*depth = 1;
	return read_blob_name(plomb_view_cut(name, slash + 1, name.n), digest);
}

/* Do all members share their first component? */
static void
note_top(plomb_store_tar *tar, plomb_view name)
{
	plomb_view top, first = name;

	for (first.n = 0; first.n < name.n && name.p[first.n] != '/'; ) {
		first.n ++;
	}
	if (!tar->top_seen) {
		tar->top_seen = 1;
		tar->top_shared = 1;
		memcpy(tar->top, first.p, first.n);
		tar->top_len = first.n;
	}
	top.p = tar->top;
	top.n = tar->top_len;
	/* A file at the top is in no directory. */
	if (!plomb_view_eq(top, first) || (tar->member.is_file && first.n == name.n)) {
		tar->top_shared = 0;
	}
}

static plomb_status
add_entry(plomb_store_tar *tar, plomb_tar_entry **entry)
{
	plomb_tar_entry *more;

	if (tar->entry_count == PLOMB_MAX_TAR_MEMBERS) {
		return refuse(tar, PLOMB_LIMIT_EXCEEDED, "fewer members");
	}
	more = plomb_grow(tar->memory, tar->entries, &tar->entry_room, tar->entry_count + 1, sizeof *more);
	if (more == NULL) {
		return PLOMB_NO_ROOM;
	}
	tar->entries = more;
	*entry = more + tar->entry_count;
	tar->entry_count ++;
	/* memset, so that no byte between the fields is left to chance. */
	memset(*entry, 0, sizeof **entry);
	return PLOMB_OK;
}

static int
looks_like_json(plomb_view start)
{
	unsigned char c = start.n == 0 ? 0 : start.p[0];

	return c == '{' || c == '[' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Look at how the content starts and make room if it is worth keeping; entry->kept says whether there is. */
static void
reserve(plomb_store_tar *tar, plomb_tar_entry *entry, plomb_view start)
{
	unsigned char *more;

	entry->is_object = start.n != 0 && start.p[0] == '{';
	entry->kept = PLOMB_LIMIT_EXCEEDED;
	if (entry->size > PLOMB_MAX_TAR_KEPT || entry->size > PLOMB_MAX_TAR_MEMORY - tar->bytes_used
		|| (entry->size > PLOMB_MAX_TAR_LAYER && !looks_like_json(start)))
	{
		return;
	}
	/* One byte more, so that an empty member also has an address. */
	more = plomb_grow(tar->memory, tar->bytes, &tar->bytes_room, tar->bytes_used + (size_t)entry->size + 1, 1);
	if (more == NULL) {
		/* Only a member that is asked for later is missing; most never are. */
		entry->kept = PLOMB_NO_ROOM;
		return;
	}
	tar->bytes = more;
	entry->at = tar->bytes_used;
	entry->kept = PLOMB_OK;
}

/* Read a file's content: keep it if it is small, hash it if it is a blob. */
static plomb_status
read_content(plomb_store_tar *tar, plomb_tar_entry *entry, const plomb_digest *digest)
{
	unsigned char hash[PLOMB_MAX_HASH_LEN];
	plomb_hasher hasher;
	uint64_t left = entry->size;
	plomb_view bytes = { NULL, 0 };

	if (entry->is_blob) {
		plomb_hasher_init(&hasher, tar->crypto, digest->hash);
	}
	if (left == 0) {
		reserve(tar, entry, bytes);
	}
	while (left != 0) {
		plomb_status s = next_bytes(tar, left, &bytes);

		if (s != PLOMB_OK) {
			return s;
		}
		if (bytes.n == 0) {
			return truncated(tar, "all of its content");
		}
		if (left == entry->size) {
			reserve(tar, entry, bytes);
		}
		if (entry->kept == PLOMB_OK) {
			memcpy(tar->bytes + tar->bytes_used, bytes.p, bytes.n);
			tar->bytes_used += bytes.n;
		}
		if (entry->is_blob) {
			plomb_hasher_update(&hasher, bytes);
		}
		left -= bytes.n;
	}
	if (entry->is_blob) {
		plomb_hasher_out(&hasher, hash);
		entry->is_good = memcmp(hash, digest->bytes, plomb_hash_len(digest->hash)) == 0;
	}
	return skip_padding(tar, entry->size);
}

static plomb_status
read_member(plomb_store_tar *tar)
{
	plomb_tar_entry *entry = NULL;
	plomb_digest digest;
	plomb_view name;
	plomb_status s;

	name.p = tar->member.name;
	name.n = tar->member.name_len;
	/* The directory that everything is in has no name to remember. */
	if (name.n == 0) {
		return PLOMB_OK;
	}
	note_top(tar, name);
	s = add_entry(tar, &entry);
	if (s != PLOMB_OK) {
		return s;
	}
	entry->is_blob = (unsigned char)find_blob_name(name, &digest, &entry->depth);
	entry->is_file = tar->member.is_file != 0;
	entry->size = tar->member.size;
	entry->key[0] = 1;
	if (entry->is_blob && digest.hash == PLOMB_SHA256) {
		entry->key[0] = 0;
		memcpy(entry->digest, digest.bytes, sizeof entry->digest);
	}
	plomb_hash_of(tar->crypto, PLOMB_SHA256, name, entry->key + 1);
	return entry->is_file ? read_content(tar, entry, &digest) : PLOMB_OK;
}

/* A pax header or long name goes through memory of its own, which is given back at once. */
static plomb_status
read_extension(plomb_store_tar *tar)
{
	size_t room = 0, size = (size_t)tar->member.size;
	unsigned char *content;
	plomb_view view;
	plomb_status s;

	content = plomb_grow(tar->memory, NULL, &room, size + 1, 1);
	if (content == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = read_exactly(tar, content, size);
	if (s == PLOMB_OK) {
		view.p = content;
		view.n = size;
		s = plomb_tar_extension(&tar->state, view);
		if (s != PLOMB_OK) {
			s = refuse(tar, s, "a pax header or long name that can be read");
		}
	}
	tar->memory->give(tar->memory, content, room);
	return s == PLOMB_OK ? skip_padding(tar, tar->member.size) : s;
}

static plomb_status
read_members(plomb_store_tar *tar)
{
	unsigned char block[PLOMB_TAR_BLOCK];
	unsigned long headers;

	for (headers = 0; headers < MAX_HEADERS; headers ++) {
		plomb_tar_event event;
		plomb_status s = read_exactly(tar, block, sizeof block);

		if (s != PLOMB_OK) {
			return s;
		}
		s = plomb_tar_header(&tar->state, block, &event, &tar->member);
		if (s != PLOMB_OK) {
			return refuse(tar, s, "a regular file or directory with a plain name");
		}
		if (event == PLOMB_TAR_END) {
			return check_tail(tar);
		}
		if (event == PLOMB_TAR_MEMBER) {
			s = read_member(tar);
		}
		if (event == PLOMB_TAR_EXTENSION) {
			s = read_extension(tar);
		}
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return refuse(tar, PLOMB_LIMIT_EXCEEDED, "fewer members");
}

/* ------------------------------------------------------------- the whole */

/* Say "gzip" and not "damaged" to somebody who gave us a .tar.gz. */
static plomb_status
refuse_compressed(plomb_store_tar *tar)
{
	static const struct {
		plomb_view magic;
		const char *name;
	} kinds[] = {
		{ PLOMB_LIT("\x1F\x8B"), "gzip" },
		{ PLOMB_LIT("\x28\xB5\x2F\xFD"), "zstd" },
		{ PLOMB_LIT("\xFD" "7zXZ"), "xz" },
		{ PLOMB_LIT("BZh"), "bzip2" }
	};
	plomb_view start;
	plomb_status s;
	size_t i;

	s = next_bytes(tar, sizeof tar->piece, &start);
	if (s != PLOMB_OK) {
		return s;
	}
	tar->piece_at = 0;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i ++) {
		if (plomb_view_eq(plomb_view_cut(start, 0, kinds[i].magic.n), kinds[i].magic)) {
			tar->detail.what = plomb_view_of("archive");
			tar->detail.want = plomb_view_of("an uncompressed tar");
			tar->detail.got = plomb_view_of(kinds[i].name);
			return PLOMB_LAYOUT_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* Now that all names are known: which blobs are the layout's, and is any name there twice? */
static plomb_status
settle(plomb_store_tar *tar)
{
	size_t i;

	for (i = 0; i < tar->entry_count; i ++) {
		if (tar->entries[i].depth != (tar->top_shared ? 1 : 0)) {
			tar->entries[i].key[0] = 1;
		}
		tar->blob_count += tar->entries[i].key[0] == 0;
	}
	plomb_order((unsigned char *)tar->entries, tar->entry_count, sizeof tar->entries[0], sizeof tar->entries[0].key);
	for (i = 1; i < tar->entry_count; i ++) {
		/* One reader takes the first, another the last: no reader should have to choose. */
		if (memcmp(tar->entries[i - 1].key, tar->entries[i].key, sizeof tar->entries[i].key) == 0) {
			tar->member.name_len = 0;
			return refuse(tar, PLOMB_LAYOUT_MALFORMED, "no member twice");
		}
	}
	return PLOMB_OK;
}

/* The entry of a name inside the layout; NULL if there is none. */
static const plomb_tar_entry *
find_entry(const plomb_store_tar *tar, plomb_view name, int is_sha256_blob)
{
	unsigned char whole[PLOMB_TAR_NAME + 1 + MAX_BLOB_NAME], key[33];
	plomb_view view;
	size_t low = 0, high = tar->entry_count;

	view.p = whole;
	view.n = 0;
	if (tar->top_shared) {
		memcpy(whole, tar->top, tar->top_len);
		whole[tar->top_len] = '/';
		view.n = tar->top_len + 1;
	}
	memcpy(whole + view.n, name.p, name.n);
	view.n += name.n;
	key[0] = is_sha256_blob ? 0 : 1;
	plomb_hash_of(tar->crypto, PLOMB_SHA256, view, key + 1);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(tar->entries[middle].key, key, sizeof key);

		if (order == 0) {
			return tar->entries + middle;
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

static const plomb_tar_entry *
find_blob(const plomb_store_tar *tar, const plomb_digest *digest)
{
	unsigned char text[MAX_BLOB_NAME];
	plomb_view algorithm = plomb_view_of(plomb_hash_name(digest->hash));
	plomb_view bytes, name;

	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	memcpy(text, "blobs/", 6);
	memcpy(text + 6, algorithm.p, algorithm.n);
	text[6 + algorithm.n] = '/';
	plomb_hex_encode(text + 7 + algorithm.n, bytes);
	name.p = text;
	name.n = 7 + algorithm.n + 2 * bytes.n;
	return find_entry(tar, name, digest->hash == PLOMB_SHA256);
}

/* The content of an entry, if it was kept and is not too much. */
static plomb_status
content_of(const plomb_store_tar *tar, const plomb_tar_entry *entry, size_t max, plomb_view *bytes)
{
	if (entry->size > max) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if (entry->kept != PLOMB_OK) {
		return entry->kept;
	}
	bytes->p = tar->bytes + entry->at;
	bytes->n = (size_t)entry->size;
	return PLOMB_OK;
}

static plomb_status
tar_file(plomb_store *store, plomb_work *work, const char *name, size_t max, plomb_view *bytes)
{
	const plomb_store_tar *tar = (const plomb_store_tar *)store;
	const plomb_tar_entry *entry = find_entry(tar, plomb_view_of(name), 0);

	(void)work;
	bytes->p = NULL;
	bytes->n = 0;
	if (entry == NULL) {
		return PLOMB_UNSET;
	}
	return entry->is_file ? content_of(tar, entry, max, bytes) : PLOMB_LAYOUT_MALFORMED;
}

static plomb_status
tar_check(plomb_store *store, const plomb_digest *digest, uint64_t size)
{
	const plomb_store_tar *tar = (const plomb_store_tar *)store;
	const plomb_tar_entry *entry = find_blob(tar, digest);

	if (entry == NULL) {
		return PLOMB_UNSET;
	}
	if (!entry->is_file) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	return entry->is_good && (size == UINT64_MAX || size == entry->size) ? PLOMB_OK : PLOMB_DIGEST_MISMATCH;
}

static plomb_status
tar_blob(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, size_t max, plomb_view *bytes)
{
	const plomb_store_tar *tar = (const plomb_store_tar *)store;
	plomb_status s = tar_check(store, digest, size);

	(void)work;
	bytes->p = NULL;
	bytes->n = 0;
	return s == PLOMB_OK ? content_of(tar, find_blob(tar, digest), max, bytes) : s;
}

static plomb_status
tar_list(plomb_store *store, size_t i, plomb_digest *digest, uint64_t *size)
{
	const plomb_store_tar *tar = (const plomb_store_tar *)store;

	memset(digest, 0, sizeof *digest);
	*size = UINT64_MAX;
	if (i >= tar->blob_count) {
		return PLOMB_UNSET;
	}
	/* Blobs are in front, since their keys begin with 0. */
	digest->hash = PLOMB_SHA256;
	memcpy(digest->bytes, tar->entries[i].digest, sizeof tar->entries[i].digest);
	if (tar->entries[i].is_object) {
		*size = tar->entries[i].size;
	}
	return PLOMB_OK;
}

/* see store_tar.h */
plomb_status
plomb_store_tar_read(plomb_store_tar *tar, plomb_file *file,
	const plomb_files *files, const plomb_crypto *crypto, plomb_memory *memory)
{
	plomb_status s;

	memset(tar, 0, sizeof *tar);
	tar->store.file = tar_file;
	tar->store.blob = tar_blob;
	tar->store.manifest = plomb_store_manifest_blob;
	tar->store.check = tar_check;
	tar->store.list = tar_list;
	tar->files = files;
	tar->crypto = crypto;
	tar->memory = memory;
	tar->file = file;
	plomb_tar_init(&tar->state);
	if ((s = refuse_compressed(tar)) != PLOMB_OK
		|| (s = read_members(tar)) != PLOMB_OK
		|| (s = settle(tar)) != PLOMB_OK)
	{
		/* Of half an archive nothing can be asked. */
		tar->entry_count = 0;
		tar->blob_count = 0;
		return s;
	}
	return PLOMB_OK;
}

/* see store_tar.h */
void
plomb_store_tar_free(plomb_store_tar *tar)
{
	if (tar->memory == NULL) {
		return;
	}
	tar->memory->give(tar->memory, tar->entries, tar->entry_room * sizeof tar->entries[0]);
	tar->memory->give(tar->memory, tar->bytes, tar->bytes_room);
	memset(tar, 0, sizeof *tar);
}
