/* What the tests of trust root, checkpoint, entry and bind share: files, memory, JSON of the vectors. */
#ifndef ENTRY_SUPPORT_H
#define ENTRY_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/entry.h"
#include "../src/core/json.h"

#ifndef VECTORS
#define VECTORS "tests/vectors"
#endif

#define ROOM (4u << 20)

typedef struct {
	plomb_work work;
	plomb_detail detail;
	plomb_ctx ctx;
	unsigned char *buffer;
} bench;

static inline void
bench_open(bench *b)
{
	memset(b, 0, sizeof *b);
	b->buffer = malloc(ROOM);
	assert_non_null(b->buffer);
	plomb_work_init(&b->work, b->buffer, ROOM);
	b->ctx.work = &b->work;
	b->ctx.crypto = &plomb_crypto_default;
	b->ctx.detail = &b->detail;
}

static inline void
bench_close(bench *b)
{
	free(b->buffer);
}

/* A file under the vectors; the caller frees the bytes. Of exactly its size, for the sanitizer. */
static inline plomb_view
slurp(const char *name)
{
	char path[512];
	plomb_view view;
	unsigned char *p;
	FILE *f;
	long n;

	snprintf(path, sizeof path, "%s/%s", VECTORS, name);
	f = fopen(path, "rb");
	if (f == NULL) {
		fail_msg("%s: cannot be opened", path);
	}
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	assert_true(n >= 0);
	rewind(f);
	p = malloc((size_t)n + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)n, f), (size_t)n);
	fclose(f);
	view.p = p;
	view.n = (size_t)n;
	return view;
}

static inline void
discard(plomb_view view)
{
	free((void *)(uintptr_t)view.p);
}

static inline plomb_view
text_view(const char *text)
{
	plomb_view view;

	view.p = (const unsigned char *)text;
	view.n = strlen(text);
	return view;
}

/* Members of the vectors, which are ours: absent ones are empty. */
static inline plomb_view
string_of(bench *b, const plomb_json *doc, uint32_t object, const char *name)
{
	uint32_t value = plomb_json_member(doc, object, name);
	plomb_view view = { NULL, 0 };

	if (value != PLOMB_JSON_NONE) {
		assert_int_equal(plomb_json_string(&b->work, doc, value, &view), PLOMB_OK);
	}
	return view;
}

static inline plomb_view
bytes_of(bench *b, const plomb_json *doc, uint32_t object, const char *name)
{
	uint32_t value = plomb_json_member(doc, object, name);
	plomb_view view = { NULL, 0 };

	if (value != PLOMB_JSON_NONE) {
		assert_int_equal(plomb_json_base64(&b->work, doc, value, &view), PLOMB_OK);
	}
	return view;
}

static inline int64_t
number_of(const plomb_json *doc, uint32_t object, const char *name)
{
	int64_t n = 0;
	uint32_t value = plomb_json_member(doc, object, name);

	if (value != PLOMB_JSON_NONE) {
		assert_int_equal(plomb_json_int64(doc, value, &n), PLOMB_OK);
	}
	return n;
}

/* The status is the one with this code; else the case's name is in the message. */
static inline void
expect(plomb_view name, plomb_status got, plomb_view want)
{
	if (!plomb_view_is(want, plomb_status_code(got))) {
		fail_msg("%.*s: %s, not %.*s", (int)name.n, (const char *)name.p,
			plomb_status_code(got), (int)want.n, (const char *)want.p);
	}
}

static inline void
expect_status(const char *name, plomb_status got, plomb_status want)
{
	expect(text_view(name), got, text_view(plomb_status_code(want)));
}

/* The trust root of the vectors; text must stay as long as the trust. */
static inline void
load_root(bench *b, plomb_view text, plomb_trust *trust)
{
	expect_status("root", plomb_trust_load(&b->ctx, text, trust), PLOMB_OK);
}

#endif
