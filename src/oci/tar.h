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
	unsigned char name[PLOMB_TAR_NAME]; /* "./" in front and "/" at the end of a directory removed; the root directory is empty */
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
	unsigned char extension; /* typeflag of the extension whose content is due; 0: none */
	int has_pax;             /* a pax header waits for its member */
	int zero_blocks;
};

typedef enum {
	PLOMB_TAR_MEMBER = 1,   /* *member is a file or directory; size bytes of content follow, padded to 512 */
	PLOMB_TAR_EXTENSION,    /* member->size bytes of extension content follow: give them to plomb_tar_extension */
	PLOMB_TAR_ZERO,         /* the first of the two zero blocks that end an archive */
	PLOMB_TAR_END           /* the second */
} plomb_tar_event;

#define PLOMB_MAX_TAR_EXTENSION 65536

void plomb_tar_init(plomb_tar *tar);

/*
 * One header block. PLOMB_LAYOUT_MALFORMED for a wrong checksum, a size that
 * is no number, anything but a regular file or directory (links, devices,
 * sparse files, continued volumes), a name that is absolute, has "..", "." or
 * nothing between slashes, or has control bytes; PLOMB_LIMIT_EXCEEDED for a
 * name or an extension that is too long. An archive whose blocks end before
 * PLOMB_TAR_END is truncated: the caller sees that.
 */
PLOMB_MUST_CHECK plomb_status plomb_tar_header(plomb_tar *tar, const unsigned char block[PLOMB_TAR_BLOCK],
	plomb_tar_event *event, plomb_tar_member *member);

/*
 * The content of a pax header or GNU long name, as plomb_tar_header announced
 * it, without the padding. Of pax records path and size count; linkpath and
 * GNU.sparse are refused, others ignored. A global header may not say any of
 * these. PLOMB_LAYOUT_MALFORMED, PLOMB_LIMIT_EXCEEDED.
 */
PLOMB_MUST_CHECK plomb_status plomb_tar_extension(plomb_tar *tar, plomb_view content);

#endif
