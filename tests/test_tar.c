/* Tar headers: which members there are, and every form that could hide one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "oci_support.h"
#include "../src/oci/tar.h"

#define A100 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A155 A100 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
check_name(const char *row, const plomb_tar_member *member, const char *want)
{
	plomb_view got;

	got.p = member->name;
	got.n = member->name_len;
	if (!plomb_view_is(got, want)) {
		fail_msg("%s: \"%.*s\"", row, (int)got.n, (const char *)got.p);
	}
}

/* Names as they stand in the header. */
static void
test_names(void **state)
{
	static const struct {
		const char *row, *name;
		char type;
		plomb_status status;
		const char *want;
	} rows[] = {
		{ "file", "index.json", '0', PLOMB_OK, "index.json" },
		{ "file of old writers", "index.json", '\0', PLOMB_OK, "index.json" },
		{ "dot in front", "./blobs/x", '0', PLOMB_OK, "blobs/x" },
		{ "two dots in front", "././x", '0', PLOMB_OK, "x" },
		{ "directory", "blobs/sha256/", '5', PLOMB_OK, "blobs/sha256" },
		{ "directory without slash", "blobs", '5', PLOMB_OK, "blobs" },
		{ "the directory itself", "./", '5', PLOMB_OK, "" },
		{ "the directory itself, shorter", ".", '5', PLOMB_OK, "" },
		{ "name like a dot", "..a/.b", '0', PLOMB_OK, "..a/.b" },
		{ "name of 100 bytes", A100, '0', PLOMB_OK, A100 },
		{ "absolute", "/etc/passwd", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "absolute behind a dot", ".//etc/passwd", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "root directory", "/", '5', PLOMB_LAYOUT_MALFORMED, "" },
		{ "climbing", "../x", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "climbing behind a dot", "./../x", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "climbing inside", "blobs/../index.json", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "climbing at the end", "blobs/..", '5', PLOMB_LAYOUT_MALFORMED, "" },
		{ "dot inside: a second spelling", "blobs/./x", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "two slashes: a second spelling", "blobs//x", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "two slashes behind a directory", "blobs//", '5', PLOMB_LAYOUT_MALFORMED, "" },
		{ "file with a slash behind", "index.json/", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "file that is a dot", ".", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "file without name", "", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "directory without name", "", '5', PLOMB_LAYOUT_MALFORMED, "" },
		{ "file called ./", "./", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "newline", "a\nb", '0', PLOMB_LAYOUT_MALFORMED, "" },
		{ "delete", "a\x7F", '0', PLOMB_LAYOUT_MALFORMED, "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		unsigned char block[512];
		plomb_tar tar;
		plomb_tar_event event;
		plomb_tar_member member;
		plomb_status s;

		plomb_tar_init(&tar);
		tar_block(block, rows[i].name, rows[i].type, rows[i].type == '5' ? 0 : 7);
		s = plomb_tar_header(&tar, block, &event, &member);
		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
		}
		if (s != PLOMB_OK) {
			continue;
		}
		assert_int_equal(event, PLOMB_TAR_MEMBER);
		check_name(rows[i].row, &member, rows[i].want);
		assert_int_equal(member.is_file, rows[i].type != '5');
		assert_int_equal(member.size, rows[i].type == '5' ? 0 : 7);
	}
}

/* Types that are no part of a layout. */
static void
test_types(void **state)
{
	static const char types[] = "1234678ADIKMNSVX9 ";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof types - 1; i ++) {
		unsigned char block[512];
		plomb_tar tar;
		plomb_tar_event event;
		plomb_tar_member member;

		plomb_tar_init(&tar);
		tar_block(block, "x", types[i], 0);
		if (plomb_tar_header(&tar, block, &event, &member) != PLOMB_LAYOUT_MALFORMED) {
			fail_msg("type %c", types[i]);
		}
	}
}

/* One field of a good header changed; with the checksum made right again unless the row is about that. */
static void
test_fields(void **state)
{
	static const struct {
		const char *row;
		size_t at;
		plomb_view bytes;
		int keep_sum;
		plomb_status status;
		uint64_t size;
	} rows[] = {
		{ "as it was", 0, PLOMB_LIT("a"), 0, PLOMB_OK, 7 },
		{ "size with blanks", 124, PLOMB_LIT("       12 \0\0"), 0, PLOMB_OK, 10 },
		{ "size of twelve digits", 124, PLOMB_LIT("777777777777"), 0, PLOMB_OK, 0xFFFFFFFFFu },
		{ "size in base 256", 124, PLOMB_LIT("\x80\0\0\0\0\0\0\x02\0\0\0\x01"), 0, PLOMB_OK, 0x200000001u },
		{ "largest size", 124, PLOMB_LIT("\x80\0\0\0\x7F\xFF\xFF\xFF\xFF\xFF\xFD\xFF"), 0, PLOMB_OK, (uint64_t)INT64_MAX - 512 },
		{ "size too near to the end", 124, PLOMB_LIT("\x80\0\0\0\x7F\xFF\xFF\xFF\xFF\xFF\xFE\x00"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "size of 2^64", 124, PLOMB_LIT("\x80\0\0\x01\0\0\0\0\0\0\0\0"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "negative size", 124, PLOMB_LIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "size with another first byte", 124, PLOMB_LIT("\x81\0\0\0\0\0\0\0\0\0\0\x01"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "size with a minus", 124, PLOMB_LIT("-0000000001\0"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "size with an 8", 124, PLOMB_LIT("00000000080\0"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "size in two parts", 124, PLOMB_LIT("0000 000007\0"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "no size", 124, PLOMB_LIT("\0\0\0\0\0\0\0\0\0\0\0\0"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "blank size", 124, PLOMB_LIT("            "), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "wrong checksum", 0, PLOMB_LIT("b"), 1, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "checksum that is no number", 148, PLOMB_LIT("xxxxxxxx"), 1, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "no magic", 257, PLOMB_LIT("\0\0\0\0\0\0\0\0"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "another version", 257, PLOMB_LIT("ustar\00001"), 0, PLOMB_LAYOUT_MALFORMED, 0 },
		{ "GNU's magic", 257, PLOMB_LIT("ustar  \0"), 0, PLOMB_OK, 7 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		unsigned char block[512];
		plomb_tar tar;
		plomb_tar_event event;
		plomb_tar_member member;
		plomb_status s;

		plomb_tar_init(&tar);
		tar_block(block, "a", '0', 7);
		memcpy(block + rows[i].at, rows[i].bytes.p, rows[i].bytes.n);
		if (!rows[i].keep_sum) {
			tar_sum(block);
		}
		s = plomb_tar_header(&tar, block, &event, &member);
		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
		}
		if (s == PLOMB_OK) {
			assert_true(member.size == rows[i].size);
		}
	}
}

/* A directory with content would be skipped by some readers only. */
static void
test_directory_with_content(void **state)
{
	unsigned char block[512];
	plomb_tar tar;
	plomb_tar_event event;
	plomb_tar_member member;

	(void)state;
	plomb_tar_init(&tar);
	tar_block(block, "blobs/", '5', 512);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_LAYOUT_MALFORMED);
}

/* ustar's prefix counts, the times that GNU writes into its place do not. */
static void
test_prefix(void **state)
{
	unsigned char block[512];
	plomb_tar tar;
	plomb_tar_event event;
	plomb_tar_member member;

	(void)state;
	plomb_tar_init(&tar);
	tar_block(block, A155 "/" A100, '0', 0);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);
	check_name("prefix of 155 bytes", &member, A155 "/" A100);
	assert_int_equal(member.name_len, PLOMB_TAR_NAME);

	memcpy(block + 345, "..", 3);
	tar_sum(block);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_LAYOUT_MALFORMED);

	memcpy(block + 257, "ustar  \0", 8);
	tar_sum(block);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);
	check_name("GNU", &member, A100);
}

/* Feed an extension of a type; the status of its header or content. */
static plomb_status
extend(plomb_tar *tar, char type, const void *content, size_t n)
{
	unsigned char block[512];
	plomb_tar_event event;
	plomb_tar_member member;
	plomb_view view;
	plomb_status s;

	tar_block(block, "extension", type, n);
	s = plomb_tar_header(tar, block, &event, &member);
	if (s != PLOMB_OK) {
		return s;
	}
	assert_int_equal(event, PLOMB_TAR_EXTENSION);
	assert_int_equal(member.size, n);
	/* Content is due now, and no header. */
	assert_int_equal(plomb_tar_header(tar, block, &event, &member), PLOMB_LAYOUT_MALFORMED);
	view.p = content;
	view.n = n;
	return plomb_tar_extension(tar, view);
}

static void
test_extensions(void **state)
{
	static const struct {
		const char *row;
		char type;
		plomb_view content;
		plomb_status status; /* of the extension */
		const char *name;    /* of the member behind it */
		uint64_t size;
	} rows[] = {
		{ "GNU name", 'L', PLOMB_LIT("long/name\0"), PLOMB_OK, "long/name", 7 },
		{ "GNU name with padding", 'L', PLOMB_LIT("long\0\0\0"), PLOMB_OK, "long", 7 },
		{ "GNU name without end", 'L', PLOMB_LIT("long"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "GNU name with something behind", 'L', PLOMB_LIT("long\0x"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "GNU name of nothing", 'L', PLOMB_LIT("\0"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "GNU name without content", 'L', PLOMB_LIT(""), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax path", 'x', PLOMB_LIT("12 path=a/b\n"), PLOMB_OK, "a/b", 7 },
		{ "pax size", 'x', PLOMB_LIT("11 size=99\n"), PLOMB_OK, "x", 99 },
		{ "pax path and size and times", 'x', PLOMB_LIT("12 path=a/b\n10 size=9\n20 mtime=1700000.25\n11 k=a=b=c\n"), PLOMB_OK, "a/b", 9 },
		{ "pax without records", 'x', PLOMB_LIT(""), PLOMB_OK, "x", 7 },
		{ "pax global comment", 'g', PLOMB_LIT("13 comment=x\n"), PLOMB_OK, "x", 7 },
		{ "pax global path", 'g', PLOMB_LIT("12 path=a/b\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax global size", 'g', PLOMB_LIT("10 size=9\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax global link", 'g', PLOMB_LIT("14 linkpath=a\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax link", 'x', PLOMB_LIT("14 linkpath=a\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax sparse file", 'x', PLOMB_LIT("22 GNU.sparse.major=1\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax path twice", 'x', PLOMB_LIT("10 path=a\n10 path=b\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax size twice", 'x', PLOMB_LIT("10 size=1\n10 size=1\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax path of nothing", 'x', PLOMB_LIT("9 path=\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax size of nothing", 'x', PLOMB_LIT("8 size=\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax negative size", 'x', PLOMB_LIT("11 size=-1\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax size in octal", 'x', PLOMB_LIT("12 size=010\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax size of 2^63", 'x', PLOMB_LIT("28 size=9223372036854775808\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record of no length", 'x', PLOMB_LIT(" path=a\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record longer than all", 'x', PLOMB_LIT("13 path=a/b\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record too short", 'x', PLOMB_LIT("11 path=a/b\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record shorter than its length", 'x', PLOMB_LIT("3 a=b\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax length with a zero in front", 'x', PLOMB_LIT("012 path=ab\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record without newline", 'x', PLOMB_LIT("12 path=a/bx"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record without equals sign", 'x', PLOMB_LIT("8 patha\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record without key", 'x', PLOMB_LIT("6 =ab\n"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax record without blank", 'x', PLOMB_LIT("12345"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
		{ "pax zeros behind the records", 'x', PLOMB_LIT("10 path=a\n\0\0"), PLOMB_LAYOUT_MALFORMED, NULL, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		unsigned char block[512];
		plomb_tar tar;
		plomb_tar_event event;
		plomb_tar_member member;
		plomb_status s;

		plomb_tar_init(&tar);
		s = extend(&tar, rows[i].type, rows[i].content.p, rows[i].content.n);
		if (s != rows[i].status) {
			fail_msg("%s: %s", rows[i].row, plomb_status_code(s));
		}
		if (s != PLOMB_OK) {
			continue;
		}
		tar_block(block, "x", '0', 7);
		assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);
		check_name(rows[i].row, &member, rows[i].name);
		assert_true(member.size == rows[i].size);
		/* It was for that one member. */
		assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);
		check_name(rows[i].row, &member, "x");
		assert_true(member.size == 7);
	}
}

/* Names that only a whole member shows to be bad. */
static void
test_extended_names(void **state)
{
	static const struct {
		const char *row;
		plomb_view content;
	} rows[] = {
		{ "absolute", PLOMB_LIT("11 path=/a\n") },
		{ "climbing", PLOMB_LIT("13 path=../a\n") },
		{ "with a NUL", PLOMB_LIT("12 path=a\0b\n") },
		{ "with a slash behind", PLOMB_LIT("11 path=a/\n") },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		unsigned char block[512];
		plomb_tar tar;
		plomb_tar_event event;
		plomb_tar_member member;

		plomb_tar_init(&tar);
		assert_int_equal(extend(&tar, 'x', rows[i].content.p, rows[i].content.n), PLOMB_OK);
		tar_block(block, "x", '0', 7);
		if (plomb_tar_header(&tar, block, &event, &member) != PLOMB_LAYOUT_MALFORMED) {
			fail_msg("%s", rows[i].row);
		}
	}
}

static void
test_extension_order(void **state)
{
	static const char path[] = "10 path=a\n", size[] = "10 size=9\n";
	unsigned char block[512], zero[512] = { 0 };
	plomb_tar tar;
	plomb_tar_event event;
	plomb_tar_member member;
	plomb_view none = { NULL, 0 };

	(void)state;
	/* A pax header and a GNU name fit together unless both name the member. */
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'L', "b\0", 2), PLOMB_OK);
	assert_int_equal(extend(&tar, 'x', size, 10), PLOMB_OK);
	tar_block(block, "x", '0', 7);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);
	check_name("both", &member, "b");
	assert_true(member.size == 9);

	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'L', "b\0", 2), PLOMB_OK);
	assert_int_equal(extend(&tar, 'x', path, 10), PLOMB_LAYOUT_MALFORMED);
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'x', path, 10), PLOMB_OK);
	assert_int_equal(extend(&tar, 'L', "b\0", 2), PLOMB_LAYOUT_MALFORMED);
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'x', "", 0), PLOMB_OK);
	assert_int_equal(extend(&tar, 'x', path, 10), PLOMB_LAYOUT_MALFORMED);

	/* An extension without a member, and content that nobody announced. */
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'x', path, 10), PLOMB_OK);
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_LAYOUT_MALFORMED);
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'x', size, 10), PLOMB_OK);
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_LAYOUT_MALFORMED);
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'L', "b\0", 2), PLOMB_OK);
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_LAYOUT_MALFORMED);
	plomb_tar_init(&tar);
	assert_int_equal(plomb_tar_extension(&tar, none), PLOMB_LAYOUT_MALFORMED);

	/* A directory that a pax header gives content. */
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'x', size, 10), PLOMB_OK);
	tar_block(block, "d", '5', 0);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_LAYOUT_MALFORMED);
}

static void
test_limits(void **state)
{
	char *long_name = malloc(PLOMB_MAX_TAR_EXTENSION + 2);
	char pax[400];
	unsigned char block[512];
	plomb_tar tar;
	plomb_tar_event event;
	plomb_tar_member member;

	(void)state;
	memset(long_name, 'a', PLOMB_MAX_TAR_EXTENSION + 2);
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'L', long_name, PLOMB_MAX_TAR_EXTENSION + 1), PLOMB_LIMIT_EXCEEDED);
	plomb_tar_init(&tar);
	tar_block(block, "x", 'x', PLOMB_MAX_TAR_EXTENSION);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);

	long_name[PLOMB_TAR_NAME] = '\0';
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'L', long_name, PLOMB_TAR_NAME + 1), PLOMB_OK);
	tar_block(block, "x", '0', 0);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_OK);
	assert_int_equal(member.name_len, PLOMB_TAR_NAME);

	long_name[PLOMB_TAR_NAME] = 'a';
	long_name[PLOMB_TAR_NAME + 1] = '\0';
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'L', long_name, PLOMB_TAR_NAME + 2), PLOMB_LIMIT_EXCEEDED);
	sprintf(pax, "267 path=%.257s\n", long_name);
	plomb_tar_init(&tar);
	assert_int_equal(extend(&tar, 'x', pax, 267), PLOMB_LIMIT_EXCEEDED);
	free(long_name);
}

static void
test_end(void **state)
{
	unsigned char block[512], zero[512] = { 0 };
	plomb_tar tar;
	plomb_tar_event event;
	plomb_tar_member member;

	(void)state;
	tar_block(block, "x", '0', 0);
	plomb_tar_init(&tar);
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_OK);
	assert_int_equal(event, PLOMB_TAR_ZERO);
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_OK);
	assert_int_equal(event, PLOMB_TAR_END);
	/* Nothing comes behind the end. */
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_LAYOUT_MALFORMED);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_LAYOUT_MALFORMED);

	/* A single zero block is not the end: readers differ in what they see behind it. */
	plomb_tar_init(&tar);
	assert_int_equal(plomb_tar_header(&tar, zero, &event, &member), PLOMB_OK);
	assert_int_equal(plomb_tar_header(&tar, block, &event, &member), PLOMB_LAYOUT_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_directory_with_content),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_extended_names),
		cmocka_unit_test(test_extension_order),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
