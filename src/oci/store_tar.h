/*
 * A layout in a tar archive, read once from front to end, so that it may also
 * come from a pipe. Every blob is hashed while it goes by. Small members are
 * kept in memory, of the others only the size and whether the hash is right.
 *
 * The layout may stand in the archive as it is ("index.json") or in one
 * directory that all members share ("image/index.json"). Compressed archives
 * are refused: nobody knows how large they become.
 */
#ifndef PLOMB_STORE_TAR_H
#define PLOMB_STORE_TAR_H

#include "layout.h"
#include "tar.h"

#include "../../port/file.h"
#include "../../port/memory.h"

#define PLOMB_MAX_TAR_MEMBERS 10000        /* files and directories; an image has at most some hundred */
#define PLOMB_MAX_TAR_KEPT    (16u << 20)  /* of one member: the largest bundle that is read; an SBOM's has some megabytes */
#define PLOMB_MAX_TAR_MEMORY  (64u << 20)  /* of all kept members */
#define PLOMB_MAX_TAR_LAYER   (64u << 10)  /* what does not look like JSON is a layer, and kept only up to here */
#define PLOMB_MAX_TAR_PADDING (1u << 20)   /* zero bytes after the end; GNU tar fills up records of 10 KiB */

typedef struct {
	unsigned char key[33]; /* 0 for a SHA-256 blob of the layout, else 1; then SHA-256 of the name */
	unsigned char digest[32]; /* what a SHA-256 blob's name says */
	unsigned char depth;   /* components before "blobs", if it is a blob */
	unsigned char is_blob, is_file;
	unsigned char is_object; /* the content begins with "{" */
	unsigned char is_good; /* the content has the digest that its name says */
	plomb_status kept;     /* PLOMB_OK: content is at bytes + at; else PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM */
	size_t at;
	uint64_t size;
} plomb_tar_entry;

typedef struct {
	plomb_store store; /* what the layout room is given */
	plomb_detail detail; /* after a refusal: what is wrong, and where */
	/* The rest is store_tar.c's own. */
	const plomb_files *files;
	const plomb_crypto *crypto;
	plomb_memory *memory;
	plomb_file *file;
	unsigned char piece[8192]; /* of the stream; have - at bytes of it are still to be used */
	size_t piece_at, piece_have;
	plomb_tar state;
	plomb_tar_member member;
	plomb_tar_entry *entries;
	size_t entry_count, entry_room, blob_count;
	unsigned char *bytes;
	size_t bytes_used, bytes_room;
	unsigned char top[PLOMB_TAR_NAME]; /* the directory that all members are in */
	size_t top_len;
	int top_seen, top_shared;
} plomb_store_tar;

/*
 * Read the archive from an open file to its end; the caller closes it. tar is
 * to be freed whatever comes back. PLOMB_LAYOUT_MALFORMED (not a tar, a
 * compressed one, a member that is refused or occurs twice),
 * PLOMB_LIMIT_EXCEEDED, PLOMB_IO_ERROR (see file->error; if that is 0, the
 * stream ended before the archive did, and detail says where), PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_store_tar_read(plomb_store_tar *tar, plomb_file *file,
	const plomb_files *files, const plomb_crypto *crypto, plomb_memory *memory);
/* Give its memory back; what the store handed out is gone. */
void plomb_store_tar_free(plomb_store_tar *tar);

#endif
