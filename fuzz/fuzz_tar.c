/*
 * Targets plomb_tar_header and plomb_tar_extension.
 *
 * Input: a tar archive; the checksums of its headers are made right first, or
 * nothing else would ever be reached. Holds:
 * - no member has a name that is absolute, climbs, is spelled in a second way
 *   or has a control byte; a directory has no content, no size overflows;
 * - a member written again in its plainest form is read as the same;
 * - nothing is read behind the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/oci/tar.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
put_checksum(unsigned char block[PLOMB_TAR_BLOCK])
{
	unsigned long sum = 0;
	char text[16];
	size_t i;

	memset(block + 148, ' ', 8);
	for (i = 0; i < PLOMB_TAR_BLOCK; i ++) {
		sum += block[i];
	}
	sprintf(text, "%06lo", sum);
	memcpy(block + 148, text, 7);
}

static void
check_name(const plomb_tar_member *member)
{
	size_t i, start = 0;

	must(member->name_len <= PLOMB_TAR_NAME);
	must(member->name_len != 0 || !member->is_file);
	if (member->name_len == 0) {
		return;
	}
	for (i = 0; i <= member->name_len; i ++) {
		size_t n = i - start;

		if (i < member->name_len && member->name[i] != '/') {
			must(member->name[i] >= 0x20 && member->name[i] != 0x7F);
			continue;
		}
		must(n != 0);
		must(!(n == 1 && member->name[start] == '.'));
		must(!(n == 2 && member->name[start] == '.' && member->name[start + 1] == '.'));
		start = i + 1;
	}
}

/* A GNU long name and a size in base 256 can say everything that was read. */
static void
same_when_written_again(const plomb_tar_member *first)
{
	unsigned char block[PLOMB_TAR_BLOCK] = { 0 }, content[PLOMB_TAR_NAME + 2] = { 0 };
	plomb_tar_event event;
	plomb_tar_member again;
	plomb_tar tar;
	plomb_view view;
	size_t i;

	plomb_tar_init(&tar);
	memcpy(content, first->name, first->name_len);
	if (first->name_len == 0) {
		content[0] = '.';
	}
	view.p = content;
	view.n = (first->name_len == 0 ? 1 : first->name_len) + 1;
	memcpy(block + 257, "ustar\00000", 8);
	sprintf((char *)block + 124, "%011o", (unsigned)view.n);
	block[156] = 'L';
	put_checksum(block);
	must(plomb_tar_header(&tar, block, &event, &again) == PLOMB_OK && event == PLOMB_TAR_EXTENSION && again.size == view.n);
	must(plomb_tar_extension(&tar, view) == PLOMB_OK);

	memset(block + 124, 0, 12);
	block[124] = 0x80;
	for (i = 0; i < 8; i ++) {
		block[135 - i] = (unsigned char)(first->size >> (8 * i));
	}
	block[156] = first->is_file ? '0' : '5';
	put_checksum(block);
	must(plomb_tar_header(&tar, block, &event, &again) == PLOMB_OK && event == PLOMB_TAR_MEMBER);
	must(again.name_len == first->name_len && memcmp(again.name, first->name, first->name_len) == 0);
	must(again.size == first->size && again.is_file == first->is_file);
}

/* What comes behind a header of the archive: how many bytes, or nothing more if it is refused. */
static int
read_one(plomb_tar *tar, const unsigned char *in, size_t len, size_t *used, int *ended)
{
	unsigned char block[PLOMB_TAR_BLOCK];
	plomb_tar_event event;
	plomb_tar_member member;
	plomb_view content;
	plomb_status s;

	memcpy(block, in, sizeof block);
	if (memcmp(block + 257, "ustar", 5) == 0) {
		put_checksum(block);
	}
	s = plomb_tar_header(tar, block, &event, &member);
	must(s == PLOMB_OK || s == PLOMB_LAYOUT_MALFORMED || s == PLOMB_LIMIT_EXCEEDED);
	must(s != PLOMB_OK || !*ended);
	if (s != PLOMB_OK) {
		return 0;
	}
	*ended = event == PLOMB_TAR_END;
	*used = PLOMB_TAR_BLOCK;
	if (event != PLOMB_TAR_MEMBER && event != PLOMB_TAR_EXTENSION) {
		return 1;
	}
	must(member.size <= (uint64_t)INT64_MAX - PLOMB_TAR_BLOCK);
	if (event == PLOMB_TAR_MEMBER) {
		must(member.is_file || member.size == 0);
		check_name(&member);
		same_when_written_again(&member);
	}
	if (member.size > len - PLOMB_TAR_BLOCK) {
		return 0;
	}
	content.p = in + PLOMB_TAR_BLOCK;
	content.n = (size_t)member.size;
	*used += (content.n + PLOMB_TAR_BLOCK - 1) / PLOMB_TAR_BLOCK * PLOMB_TAR_BLOCK;
	if (event == PLOMB_TAR_EXTENSION) {
		must(content.n <= PLOMB_MAX_TAR_EXTENSION);
		return plomb_tar_extension(tar, content) == PLOMB_OK;
	}
	return 1;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_tar tar;
	size_t at = 0, used = 0;
	int ended = 0;

	plomb_tar_init(&tar);
	while (at <= len && len - at >= PLOMB_TAR_BLOCK && read_one(&tar, in + at, len - at, &used, &ended)) {
		at += used;
	}
	return 0;
}
