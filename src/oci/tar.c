/* see tar.h */
#include "tar.h"

/* Where the fields of a header block stand (POSIX pax, "ustar Interchange Format"). */
#define NAME_AT      0
#define NAME_LEN     100
#define SIZE_AT      124
#define SIZE_LEN     12
#define CHECKSUM_AT  148
#define CHECKSUM_LEN 8
#define TYPE_AT      156
#define MAGIC_AT     257
#define MAGIC_LEN    8
#define PREFIX_AT    345
#define PREFIX_LEN   155

/* A size is added to offsets and rounded up to blocks, so it keeps away from the end of the numbers. */
#define MAX_SIZE ((uint64_t)INT64_MAX - PLOMB_TAR_BLOCK)

/* see tar.h */
void
plomb_tar_init(plomb_tar *tar)
{
	memset(tar, 0, sizeof *tar);
}

static int
is_zero(const unsigned char *block, size_t n)
{
	size_t i;

	for (i = 0; i < n; i ++) {
		if (block[i] != 0) {
			return 0;
		}
	}
	return 1;
}

/* Blanks, octal digits, then only blanks or NULs: 1 if it is a number. */
static int
octal(const unsigned char *field, size_t n, uint64_t *value)
{
	size_t i = 0, start;

	*value = 0;
	while (i < n && field[i] == ' ') {
		i ++;
	}
	/* At most 12 digits are there, so 64 bits hold what they say. */
	for (start = i; i < n && field[i] >= '0' && field[i] <= '7'; i ++) {
		*value = (*value << 3) | (uint64_t)(field[i] - '0');
	}
	if (i == start) {
		return 0;
	}
	while (i < n && (field[i] == ' ' || field[i] == 0)) {
		i ++;
	}
	return i == n;
}

/* GNU's form for 8 GiB and more: 0x80, then a big-endian number. 0xFF would begin a negative one. */
static int
base256(const unsigned char *field, size_t n, uint64_t *value)
{
	size_t i;

	*value = 0;
	if (field[0] != 0x80) {
		return 0;
	}
	for (i = 1; i < n; i ++) {
		if (*value >> 56 != 0) {
			return 0;
		}
		*value = (*value << 8) | field[i];
	}
	return 1;
}

static plomb_status
read_size(const unsigned char *block, uint64_t *size)
{
	const unsigned char *field = block + SIZE_AT;
	int ok = (field[0] & 0x80) != 0 ? base256(field, SIZE_LEN, size) : octal(field, SIZE_LEN, size);

	return ok && *size <= MAX_SIZE ? PLOMB_OK : PLOMB_LAYOUT_MALFORMED;
}

/* The sum of all bytes with the checksum itself as blanks. */
static int
checksum_ok(const unsigned char *block)
{
	uint64_t want, got = 0;
	size_t i;

	if (!octal(block + CHECKSUM_AT, CHECKSUM_LEN, &want)) {
		return 0;
	}
	for (i = 0; i < PLOMB_TAR_BLOCK; i ++) {
		int inside = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LEN;

		got += inside ? ' ' : block[i];
	}
	return got == want;
}

/* A field that ends at its first NUL or with the field. */
static plomb_view
field_text(const unsigned char *field, size_t n)
{
	plomb_view text;

	text.p = field;
	text.n = 0;
	while (text.n < n && field[text.n] != 0) {
		text.n ++;
	}
	return text;
}

/*
 * Every component is something: not empty, ".", or "..". So two names that
 * are not the same bytes are not the same file either.
 */
static int
components_ok(plomb_view name)
{
	size_t i, start = 0;

	for (i = 0; i <= name.n; i ++) {
		plomb_view part;

		if (i < name.n && name.p[i] != '/') {
			if (name.p[i] < 0x20 || name.p[i] == 0x7F) {
				return 0;
			}
			continue;
		}
		part = plomb_view_cut(name, start, i - start);
		if (part.n == 0 || plomb_view_is(part, ".") || plomb_view_is(part, "..")) {
			return 0;
		}
		start = i + 1;
	}
	return 1;
}

/* Put the name into its one form. */
static plomb_status
set_name(plomb_tar_member *member, plomb_view name)
{
	int in_here = plomb_view_starts(name, "./");

	while (plomb_view_starts(name, "./")) {
		name = plomb_view_cut(name, 2, name.n);
	}
	if (plomb_view_starts(name, "/") || (name.n == 0 && !in_here)) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (!member->is_file) {
		if (name.n != 0 && name.p[name.n - 1] == '/') {
			name.n --;
		}
		/* "./" or ".": the directory that everything is in. */
		if (name.n == 0 || plomb_view_is(name, ".")) {
			member->name_len = 0;
			return PLOMB_OK;
		}
	}
	if (!components_ok(name)) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (name.n > sizeof member->name) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	memcpy(member->name, name.p, name.n);
	member->name_len = name.n;
	return PLOMB_OK;
}

/* The name in the header itself: prefix "/" name; GNU uses the prefix's bytes for times. */
static plomb_view
header_name(const unsigned char *block, int is_gnu, unsigned char joined[PREFIX_LEN + 1 + NAME_LEN])
{
	plomb_view name = field_text(block + NAME_AT, NAME_LEN);
	plomb_view prefix = field_text(block + PREFIX_AT, is_gnu ? 0 : PREFIX_LEN);
	plomb_view whole;

	if (prefix.n == 0) {
		return name;
	}
	memcpy(joined, prefix.p, prefix.n);
	joined[prefix.n] = '/';
	memcpy(joined + prefix.n + 1, name.p, name.n);
	whole.p = joined;
	whole.n = prefix.n + 1 + name.n;
	return whole;
}

static plomb_status
read_member(plomb_tar *tar, const unsigned char *block, int is_gnu, plomb_tar_member *member)
{
	unsigned char joined[PREFIX_LEN + 1 + NAME_LEN];
	plomb_view name = header_name(block, is_gnu, joined);

	member->is_file = block[TYPE_AT] != '5';
	if (tar->has_long_name) {
		name.p = tar->long_name;
		name.n = tar->long_name_len;
	}
	if (tar->has_long_size) {
		member->size = tar->long_size;
	}
	/* Some readers skip a directory's "content", some do not: then they see other members than we do. */
	if (!member->is_file && member->size != 0) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	tar->has_long_name = 0;
	tar->has_long_size = 0;
	tar->has_pax = 0;
	return set_name(member, name);
}

static plomb_status
read_extension(plomb_tar *tar, unsigned char type, const plomb_tar_member *member)
{
	/* Two headers of a kind for one member: readers differ in which one counts. */
	if ((type == 'x' && tar->has_pax) || (type == 'L' && tar->has_long_name)) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (member->size > PLOMB_MAX_TAR_EXTENSION) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	tar->extension = type;
	return PLOMB_OK;
}

/* A name or size that belongs to the next member is still waiting for it. */
static int
is_pending(const plomb_tar *tar)
{
	return tar->has_long_name || tar->has_long_size || tar->has_pax;
}

static plomb_status
read_zero(plomb_tar *tar, plomb_tar_event *event)
{
	if (is_pending(tar)) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	tar->zero_blocks ++;
	*event = tar->zero_blocks == 1 ? PLOMB_TAR_ZERO : PLOMB_TAR_END;
	return PLOMB_OK;
}

/* see tar.h */
plomb_status
plomb_tar_header(plomb_tar *tar, const unsigned char block[PLOMB_TAR_BLOCK],
	plomb_tar_event *event, plomb_tar_member *member)
{
	unsigned char type = block[TYPE_AT];
	int is_gnu = memcmp(block + MAGIC_AT, "ustar  ", MAGIC_LEN) == 0;
	int is_ustar = memcmp(block + MAGIC_AT, "ustar\00000", MAGIC_LEN) == 0;
	plomb_status s;

	memset(member, 0, sizeof *member);
	*event = PLOMB_TAR_END;
	/* Content that is due is not a header. */
	if (tar->extension != 0 || tar->zero_blocks > 1) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (is_zero(block, PLOMB_TAR_BLOCK)) {
		return read_zero(tar, event);
	}
	if (tar->zero_blocks != 0 || (!is_gnu && !is_ustar) || !checksum_ok(block)) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	s = read_size(block, &member->size);
	if (s != PLOMB_OK) {
		return s;
	}
	if (type == 'x' || type == 'g' || type == 'L') {
		*event = PLOMB_TAR_EXTENSION;
		return read_extension(tar, type, member);
	}
	/* A layout has no use for links, devices, pipes, sparse files or continued volumes. */
	if (type != '0' && type != 0 && type != '5') {
		return PLOMB_LAYOUT_MALFORMED;
	}
	*event = PLOMB_TAR_MEMBER;
	return read_member(tar, block, is_gnu, member);
}

static plomb_status
set_long_name(plomb_tar *tar, plomb_view name)
{
	if (name.n == 0 || tar->has_long_name) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (name.n > sizeof tar->long_name) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	memcpy(tar->long_name, name.p, name.n);
	tar->long_name_len = name.n;
	tar->has_long_name = 1;
	return PLOMB_OK;
}

/* GNU's long name ends with a NUL, and nothing hides behind it. */
static plomb_status
read_gnu_name(plomb_tar *tar, plomb_view content)
{
	plomb_view name = field_text(content.p, content.n);

	if (name.n == content.n || !is_zero(content.p + name.n, content.n - name.n)) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	return set_long_name(tar, name);
}

static plomb_status
apply_record(plomb_tar *tar, plomb_view key, plomb_view value)
{
	int is_path = plomb_view_is(key, "path");
	int is_size = plomb_view_is(key, "size");

	/* A sparse file's content is not its bytes; a link has none. */
	if (plomb_view_is(key, "linkpath") || plomb_view_starts(key, "GNU.sparse")) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (!is_path && !is_size) {
		return PLOMB_OK;
	}
	/* For all members at once: no writer does that, and not every reader obeys. */
	if (tar->extension == 'g') {
		return PLOMB_LAYOUT_MALFORMED;
	}
	if (is_path) {
		return set_long_name(tar, value);
	}
	if (tar->has_long_size || plomb_decimal_parse(value, MAX_SIZE, &tar->long_size) != PLOMB_OK) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	tar->has_long_size = 1;
	return PLOMB_OK;
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts all of it. */
static plomb_status
read_record(plomb_tar *tar, plomb_view *rest)
{
	uint64_t length;
	plomb_view record, key, value;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != ' ') {
		n ++;
	}
	if (plomb_decimal_parse(plomb_view_cut(*rest, 0, n), rest->n, &length) != PLOMB_OK) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	/* The shortest record has a key of one byte: " k=\n". */
	if (length < n + 4 || rest->p[length - 1] != '\n') {
		return PLOMB_LAYOUT_MALFORMED;
	}
	record = plomb_view_cut(*rest, n + 1, (size_t)length - n - 2);
	*rest = plomb_view_cut(*rest, (size_t)length, rest->n);
	key = record;
	for (key.n = 0; key.n < record.n && record.p[key.n] != '='; ) {
		key.n ++;
	}
	if (key.n == 0 || key.n == record.n) {
		return PLOMB_LAYOUT_MALFORMED;
	}
	value = plomb_view_cut(record, key.n + 1, record.n);
	return apply_record(tar, key, value);
}

static plomb_status
read_pax(plomb_tar *tar, plomb_view content)
{
	while (content.n != 0) {
		plomb_status s = read_record(tar, &content);

		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* see tar.h */
plomb_status
plomb_tar_extension(plomb_tar *tar, plomb_view content)
{
	unsigned char type = tar->extension;
	plomb_status s;

	s = type == 0 ? PLOMB_LAYOUT_MALFORMED
		: type == 'L' ? read_gnu_name(tar, content) : read_pax(tar, content);
	tar->extension = 0;
	tar->has_pax |= type == 'x';
	return s;
}
