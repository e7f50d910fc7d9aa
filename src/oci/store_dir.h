/*
 * A layout in a directory: oci-layout, index.json, blobs/<algorithm>/<hex>.
 *
 * Files are read through the file port and hashed on the way. Links are
 * followed, also out of the layout: a wrong target has the wrong hash, and
 * Bazel's rules write layouts whose blobs are links to where the layers are
 * (rules_oci since 2.0, rules_img). Readers that send what they read elsewhere
 * have reason to refuse them; nothing is sent from here. What is not a regular
 * file in the end is refused, and a named pipe does not hang.
 */
#ifndef PLOMB_STORE_DIR_H
#define PLOMB_STORE_DIR_H

#include "layout.h"

#include "../../port/file.h"
#include "../../port/memory.h"

/* Distinct blobs that are hashed by store.check; each is hashed once. */
#define PLOMB_MAX_CHECKED 10000

typedef struct {
	plomb_digest digest;
	uint64_t size;
} plomb_checked;

typedef struct {
	plomb_store store; /* what the layout room is given */
	const plomb_files *files;
	const plomb_crypto *crypto;
	plomb_memory *memory;
	plomb_view path;
	int error; /* the system's number for the last PLOMB_IO_ERROR, 0 if it gave none */
	/* The rest is store_dir.c's own. */
	int listed;
	unsigned char (*names)[32]; /* SHA-256 digests in blobs/sha256, in order */
	size_t name_count, name_room;
	plomb_checked *checked;
	size_t checked_count, checked_room;
} plomb_store_dir;

/* path must stay. PLOMB_LIMIT_EXCEEDED if it is too long, PLOMB_CONFIG_INVALID if it is empty or has a NUL. */
PLOMB_MUST_CHECK plomb_status plomb_store_dir_init(plomb_store_dir *dir, plomb_view path,
	const plomb_files *files, const plomb_crypto *crypto, plomb_memory *memory);
/* Give its memory back. */
void plomb_store_dir_free(plomb_store_dir *dir);

#endif
