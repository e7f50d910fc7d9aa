/* see store_dir.h */
#include "store_dir.h"

#include "../core/base64.h"
#include "../core/hash.h"
#include "grow.h"
#include "order.h"

/* The longest that is added to the path: "/blobs/sha512/" and 128 digits. */
#define MAX_TAIL (14 + 2 * PLOMB_MAX_HASH_LEN)

/* How much is read at once for hashing. */
#define PIECE 8192

typedef struct {
	char text[PLOMB_MAX_PATH];
	size_t n;
} path_buffer;

/* plomb_store_dir_init has seen to it that everything fits. */
static void
append(path_buffer *path, plomb_view part)
{
	memcpy(path->text + path->n, part.p, part.n);
	path->n += part.n;
	path->text[path->n] = '\0';
}

static void
path_of(const plomb_store_dir *dir, const char *tail, path_buffer *path)
{
	path->n = 0;
	append(path, dir->path);
	append(path, plomb_view_of("/"));
	append(path, plomb_view_of(tail));
}

static void
path_of_blob(const plomb_store_dir *dir, const plomb_digest *digest, path_buffer *path)
{
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN];
	plomb_view bytes, digits;

	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	digits.p = hex;
	digits.n = 2 * bytes.n;
	plomb_hex_encode(hex, bytes);
	path_of(dir, "blobs/", path);
	append(path, plomb_view_of(plomb_hash_name(digest->hash)));
	append(path, plomb_view_of("/"));
	append(path, digits);
}

/* Open a file of the layout: a regular one, without waiting for anybody. */
static plomb_status
open_regular(plomb_store_dir *dir, const path_buffer *path, plomb_file *file)
{
	plomb_status s = dir->files->open(dir->files, path->text, PLOMB_FILE_NO_WAIT, file);

	dir->error = s == PLOMB_IO_ERROR ? file->error : 0;
	if (s != PLOMB_OK) {
		return s;
	}
	if (file->kind != PLOMB_FILE_REGULAR) {
		dir->files->close(dir->files, file);
		return PLOMB_LAYOUT_MALFORMED;
	}
	return PLOMB_OK;
}

static plomb_status
dir_file(plomb_store *store, plomb_work *work, const char *name, size_t max, plomb_view *bytes)
{
	plomb_store_dir *dir = (plomb_store_dir *)store;
	path_buffer path;
	plomb_file file;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	path_of(dir, name, &path);
	s = open_regular(dir, &path, &file);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_file_rest(dir->files, &file, work, max, bytes);
	dir->error = s == PLOMB_IO_ERROR ? file.error : 0;
	dir->files->close(dir->files, &file);
	return s;
}

static int
has_digest(const plomb_store_dir *dir, plomb_view bytes, const plomb_digest *digest)
{
	unsigned char hash[PLOMB_MAX_HASH_LEN];

	plomb_hash_of(dir->crypto, digest->hash, bytes, hash);
	return memcmp(hash, digest->bytes, plomb_hash_len(digest->hash)) == 0;
}

static plomb_status
dir_blob(plomb_store *store, plomb_work *work, const plomb_digest *digest, uint64_t size, size_t max, plomb_view *bytes)
{
	plomb_store_dir *dir = (plomb_store_dir *)store;
	size_t mark = plomb_work_mark(work);
	path_buffer path;
	plomb_file file;
	plomb_status s;

	bytes->p = NULL;
	bytes->n = 0;
	path_of_blob(dir, digest, &path);
	s = open_regular(dir, &path, &file);
	if (s != PLOMB_OK) {
		return s;
	}
	if (size != UINT64_MAX && size != file.size) {
		s = PLOMB_DIGEST_MISMATCH;
	} else {
		s = plomb_file_rest(dir->files, &file, work, max, bytes);
		dir->error = s == PLOMB_IO_ERROR ? file.error : 0;
	}
	dir->files->close(dir->files, &file);
	if (s == PLOMB_OK && !has_digest(dir, *bytes, digest)) {
		plomb_work_release(work, mark);
		bytes->p = NULL;
		bytes->n = 0;
		return PLOMB_DIGEST_MISMATCH;
	}
	return s;
}

/* Hash an open file to its end, but not further than it should go. */
static plomb_status
hash_rest(plomb_store_dir *dir, plomb_file *file, const plomb_digest *digest, uint64_t size)
{
	unsigned char piece[PIECE], hash[PLOMB_MAX_HASH_LEN];
	plomb_hasher hasher;
	uint64_t seen = 0;

	plomb_hasher_init(&hasher, dir->crypto, digest->hash);
	for (;;) {
		plomb_view bytes;
		plomb_status s = dir->files->read(dir->files, file, piece, sizeof piece, &bytes.n);

		if (s != PLOMB_OK) {
			dir->error = file->error;
			return s;
		}
		if (bytes.n == 0) {
			break;
		}
		if (bytes.n > size - seen) {
			return PLOMB_DIGEST_MISMATCH;
		}
		seen += bytes.n;
		bytes.p = piece;
		plomb_hasher_update(&hasher, bytes);
	}
	plomb_hasher_out(&hasher, hash);
	return seen == size && memcmp(hash, digest->bytes, plomb_hash_len(digest->hash)) == 0
		? PLOMB_OK : PLOMB_DIGEST_MISMATCH;
}

/*
 * A manifest can name one huge layer a thousand times, and an index a
 * thousand such manifests: a blob that was good is not hashed again.
 */
static int
was_checked(const plomb_store_dir *dir, const plomb_digest *digest, uint64_t size)
{
	size_t i;

	for (i = 0; i < dir->checked_count; i ++) {
		if (dir->checked[i].size == size && plomb_digest_eq(&dir->checked[i].digest, digest)) {
			return 1;
		}
	}
	return 0;
}

static plomb_status
remember(plomb_store_dir *dir, const plomb_digest *digest, uint64_t size)
{
	plomb_checked *more;

	if (dir->checked_count == PLOMB_MAX_CHECKED) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	more = plomb_grow(dir->memory, dir->checked, &dir->checked_room, dir->checked_count + 1, sizeof *more);
	if (more == NULL) {
		return PLOMB_NO_ROOM;
	}
	dir->checked = more;
	dir->checked[dir->checked_count].digest = *digest;
	dir->checked[dir->checked_count].size = size;
	dir->checked_count ++;
	return PLOMB_OK;
}

static plomb_status
dir_check(plomb_store *store, const plomb_digest *digest, uint64_t size)
{
	plomb_store_dir *dir = (plomb_store_dir *)store;
	path_buffer path;
	plomb_file file;
	plomb_status s;

	if (was_checked(dir, digest, size)) {
		return PLOMB_OK;
	}
	path_of_blob(dir, digest, &path);
	s = open_regular(dir, &path, &file);
	if (s != PLOMB_OK) {
		return s;
	}
	s = file.size == size ? hash_rest(dir, &file, digest, size) : PLOMB_DIGEST_MISMATCH;
	dir->files->close(dir->files, &file);
	return s == PLOMB_OK ? remember(dir, digest, size) : s;
}

/* Keep a name of blobs/sha256 that is a digest; others are none of our business. */
static plomb_status
keep_name(void *user, plomb_view name)
{
	plomb_store_dir *dir = user;
	unsigned char digest[32];
	void *more;

	if (plomb_hex_decode(name, digest, sizeof digest) != PLOMB_OK) {
		return PLOMB_OK;
	}
	/* One more than the scan looks at tells it that there are more. */
	if (dir->name_count > PLOMB_MAX_SCAN) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	more = plomb_grow(dir->memory, dir->names, &dir->name_room, dir->name_count + 1, sizeof digest);
	if (more == NULL) {
		return PLOMB_NO_ROOM;
	}
	dir->names = more;
	memcpy(dir->names[dir->name_count], digest, sizeof digest);
	dir->name_count ++;
	return PLOMB_OK;
}

/* Read the directory once, and put its names in an order that does not depend on the file system. */
static plomb_status
list_once(plomb_store_dir *dir)
{
	path_buffer path;
	plomb_status s;

	if (dir->listed) {
		return PLOMB_OK;
	}
	path_of(dir, "blobs/sha256", &path);
	dir->name_count = 0;
	s = dir->files->list(dir->files, path.text, keep_name, dir);
	/* No such directory is an empty one; too many names are enough names. */
	if (s != PLOMB_OK && s != PLOMB_UNSET && s != PLOMB_LIMIT_EXCEEDED) {
		return s;
	}
	plomb_order((unsigned char *)dir->names, dir->name_count, sizeof dir->names[0], sizeof dir->names[0]);
	dir->listed = 1;
	return PLOMB_OK;
}

/* The size of a file that begins with "{", else UINT64_MAX. */
static plomb_status
size_of_object(plomb_store_dir *dir, const path_buffer *path, uint64_t *size)
{
	unsigned char first;
	plomb_file file;
	size_t got;
	plomb_status s;

	s = open_regular(dir, path, &file);
	if (s != PLOMB_OK) {
		/* A link to nowhere has a name in the directory and nothing behind it. */
		return s == PLOMB_LAYOUT_MALFORMED || s == PLOMB_UNSET ? PLOMB_OK : s;
	}
	s = dir->files->read(dir->files, &file, &first, 1, &got);
	dir->error = s == PLOMB_IO_ERROR ? file.error : 0;
	if (s == PLOMB_OK && got == 1 && first == '{') {
		*size = file.size;
	}
	dir->files->close(dir->files, &file);
	return s;
}

static plomb_status
dir_list(plomb_store *store, size_t i, plomb_digest *digest, uint64_t *size)
{
	plomb_store_dir *dir = (plomb_store_dir *)store;
	path_buffer path;
	plomb_status s;

	memset(digest, 0, sizeof *digest);
	*size = UINT64_MAX;
	s = list_once(dir);
	if (s != PLOMB_OK) {
		return s;
	}
	if (i >= dir->name_count) {
		return PLOMB_UNSET;
	}
	digest->hash = PLOMB_SHA256;
	memcpy(digest->bytes, dir->names[i], sizeof dir->names[i]);
	path_of_blob(dir, digest, &path);
	return size_of_object(dir, &path, size);
}

/* see store_dir.h */
plomb_status
plomb_store_dir_init(plomb_store_dir *dir, plomb_view path,
	const plomb_files *files, const plomb_crypto *crypto, plomb_memory *memory)
{
	memset(dir, 0, sizeof *dir);
	if (path.n == 0 || memchr(path.p, '\0', path.n) != NULL) {
		return PLOMB_CONFIG_INVALID;
	}
	if (path.n >= PLOMB_MAX_PATH - MAX_TAIL) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	dir->store.file = dir_file;
	dir->store.blob = dir_blob;
	dir->store.manifest = plomb_store_manifest_blob;
	dir->store.check = dir_check;
	dir->store.list = dir_list;
	dir->files = files;
	dir->crypto = crypto;
	dir->memory = memory;
	dir->path = path;
	return PLOMB_OK;
}

/* see store_dir.h */
void
plomb_store_dir_free(plomb_store_dir *dir)
{
	if (dir->memory == NULL) {
		return;
	}
	dir->memory->give(dir->memory, dir->names, dir->name_room * sizeof dir->names[0]);
	dir->memory->give(dir->memory, dir->checked, dir->checked_room * sizeof dir->checked[0]);
	memset(dir, 0, sizeof *dir);
}
