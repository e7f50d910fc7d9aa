/*
 * Tar archives (ustar, GNU, pax), read once from front to end. Only regular
 * files and directories; a link, an absolute name, "..", or a member that
 * occurs twice is PLOMB_LAYOUT_MALFORMED.
 */
#ifndef PLOMB_TAR_H
#define PLOMB_TAR_H

#include "../core/view.h"

#define PLOMB_TAR_BLOCK 512
#define PLOMB_TAR_NAME  256

/* A header block read, with the pax and GNU long names before it applied. */
typedef struct {
	unsigned char name[PLOMB_TAR_NAME]; /* "./" in front removed */
	size_t name_len;
	uint64_t size;
	int is_file; /* else a directory */
} plomb_tar_member;

typedef struct plomb_tar plomb_tar;

/* The state between blocks; the caller's. Fields are tar.c's own. */
struct plomb_tar {
	unsigned char long_name[PLOMB_TAR_NAME];
	size_t long_name_len;
	int has_long_name;
	uint64_t long_size;
	int has_long_size;
	int zero_blocks;
};

typedef enum {
	PLOMB_TAR_MEMBER = 1,   /* *member is a file or directory; size bytes of content follow, padded to 512 */
	PLOMB_TAR_EXTENSION,    /* *member->size bytes of extension content follow: give them to plomb_tar_extension */
	PLOMB_TAR_SKIP,         /* a global header: *member->size bytes to skip */
	PLOMB_TAR_END
} plomb_tar_event;

#define PLOMB_MAX_TAR_EXTENSION 65536

void plomb_tar_init(plomb_tar *tar);
/* One header block. PLOMB_LAYOUT_MALFORMED, PLOMB_LIMIT_EXCEEDED. */
PLOMB_MUST_CHECK plomb_status plomb_tar_header(plomb_tar *tar, const unsigned char block[PLOMB_TAR_BLOCK],
	plomb_tar_event *event, plomb_tar_member *member);
/* The content of a pax header or GNU long name; type is what plomb_tar_header saw. */
PLOMB_MUST_CHECK plomb_status plomb_tar_extension(plomb_tar *tar, plomb_view content);

#endif
