/*
 * Vector files as the make_….py scripts write them: one case a line, fields
 * separated by single blanks, bytes in lower-case hex, "-" for no bytes, a
 * name to the end of the line. '#' begins a comment line.
 */
#ifndef PLOMB_TEST_VECTOR_LINES_H
#define PLOMB_TEST_VECTOR_LINES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/core/base64.h"

#ifndef VECTORS
#define VECTORS "tests/vectors"
#endif

typedef struct {
	char *text;
	char *at;
} vector_file;

static inline void
vector_fail(const char *what, const char *where)
{
	fprintf(stderr, "vectors: %s: %.80s\n", what, where);
	exit(99);
}

static inline vector_file
vector_open(const char *name)
{
	char path[512];
	vector_file file;
	FILE *in;
	long n;

	snprintf(path, sizeof path, "%s/%s", VECTORS, name);
	in = fopen(path, "rb");
	if (in == NULL || fseek(in, 0, SEEK_END) != 0 || (n = ftell(in)) < 0 || fseek(in, 0, SEEK_SET) != 0) {
		vector_fail("cannot read", path);
		exit(99);
	}
	file.text = malloc((size_t)n + 1);
	if (file.text == NULL || fread(file.text, 1, (size_t)n, in) != (size_t)n) {
		vector_fail("cannot read", path);
	}
	fclose(in);
	file.text[n] = 0;
	file.at = file.text;
	return file;
}

static inline void
vector_close(vector_file *file)
{
	free(file->text);
}

/* The next line that is no comment, without its end; NULL at the end of the file. */
static inline char *
vector_next(vector_file *file)
{
	while (*file->at != 0) {
		char *line = file->at;
		char *end = strchr(line, '\n');

		if (end == NULL) {
			end = line + strlen(line);
			file->at = end;
		} else {
			*end = 0;
			file->at = end + 1;
		}
		if (*line != 0 && *line != '#') {
			return line;
		}
	}
	return NULL;
}

/* The next field of a line, which is advanced; the line's rest is its name. */
static inline char *
vector_field(char **line)
{
	char *field = *line;
	char *end = strchr(field, ' ');

	if (end == NULL) {
		*line = field + strlen(field);
	} else {
		*end = 0;
		*line = end + 1;
	}
	return field;
}

/*
 * Hex to bytes of their own, so that a sanitizer sees a read past their end;
 * freed by vector_free.
 */
static inline plomb_view
vector_hex(const char *hex)
{
	plomb_view text, bytes;
	unsigned char *out;

	text.p = (const unsigned char *)hex;
	text.n = strcmp(hex, "-") == 0 ? 0 : strlen(hex);
	bytes.n = text.n / 2;
	out = malloc(bytes.n == 0 ? 1 : bytes.n);
	bytes.p = out;
	if (out == NULL || plomb_hex_decode(text, out, bytes.n) != PLOMB_OK) {
		vector_fail("not hex", hex);
	}
	return bytes;
}

static inline void
vector_free(plomb_view bytes)
{
	free((void *)bytes.p);
}

#endif
