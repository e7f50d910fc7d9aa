/*
 * Targets plomb_json_check, plomb_json_parse and every accessor of json.h.
 *
 * Input: a JSON text. Holds:
 * - check says yes exactly when parse does or finds a key twice, and counts
 *   the tokens that jsmn makes;
 * - first, next and value reach every token exactly once;
 * - an unescaped string is UTF-8 without NUL and equal to what it was read
 *   from; a container's own bytes are a document again;
 * - no object of an accepted text has two equal keys, and with one of its
 *   keys put in a second time it is refused;
 * - an accepted text with anything behind it, or one byte made NUL, is not.
 */
#include <stdlib.h>

#include "../src/core/json.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_TEXT 65536
#define MAX_PAIRS 200 /* keys of one object that are compared with each other */

static uint64_t room[MAX_TEXT * 4];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
read_string(plomb_work *work, const plomb_json *doc, uint32_t value)
{
	size_t mark = plomb_work_mark(work);
	plomb_view bytes;
	plomb_status status = plomb_json_string(work, doc, value, &bytes);

	if (status == PLOMB_OK) {
		size_t i;

		must(plomb_utf8_valid(bytes) && plomb_json_eq(doc, value, bytes));
		for (i = 0; i < bytes.n; i ++) {
			must(bytes.p[i] != 0);
		}
	}
	must(status == PLOMB_OK || status == PLOMB_JSON_MALFORMED
		|| (status == PLOMB_JSON_TYPE_MISMATCH && plomb_json_typeof(doc, value) != PLOMB_JSON_STRING));
	plomb_work_release(work, mark);
}

static void
read_scalars(plomb_work *work, const plomb_json *doc, uint32_t value)
{
	size_t mark = plomb_work_mark(work);
	plomb_view bytes;
	int64_t number;
	int flag;

	read_string(work, doc, value);
	if (plomb_json_base64(work, doc, value, &bytes) != PLOMB_OK) {
		must(bytes.p == NULL && plomb_work_mark(work) == mark);
	}
	plomb_work_release(work, mark);
	if (plomb_json_int64(doc, value, &number) != PLOMB_OK) {
		must(number == 0);
	}
	if (plomb_json_bool(doc, value, &flag) == PLOMB_OK) {
		must(plomb_json_raw(doc, value).n == (flag ? 4u : 5u));
	}
}

/* The key's unescaped bytes are no later key of its object. */
static void
differs_from_later(plomb_work *work, const plomb_json *doc, uint32_t key)
{
	size_t mark = plomb_work_mark(work);
	uint32_t other = plomb_json_next(doc, key);
	plomb_view bytes;
	unsigned n;

	if (plomb_json_string(work, doc, key, &bytes) == PLOMB_OK) {
		for (n = 0; n < MAX_PAIRS && other != PLOMB_JSON_NONE; n ++) {
			must(!plomb_json_eq(doc, other, bytes));
			other = plomb_json_next(doc, other);
		}
	}
	plomb_work_release(work, mark);
}

/* The text with this key put in front of its object's members must be refused. */
static void
refuses_twice(plomb_work *work, const plomb_json *doc, uint32_t object, uint32_t key)
{
	static unsigned char copy[2 * MAX_TEXT + 8];
	size_t mark = plomb_work_mark(work), front = (size_t)doc->tok[object].start + 1;
	plomb_view raw = plomb_json_raw(doc, key), text = { copy, 0 };
	plomb_json again;

	memcpy(copy, doc->text.p, front);
	text.n = front;
	copy[text.n ++] = '"';
	memcpy(copy + text.n, raw.p, raw.n);
	text.n += raw.n;
	memcpy(copy + text.n, "\":0,", 4);
	text.n += 4;
	memcpy(copy + text.n, doc->text.p + front, doc->text.n - front);
	text.n += doc->text.n - front;
	must(plomb_json_parse(work, text, &again) == PLOMB_JSON_DUPLICATE_KEY);
	must(plomb_work_mark(work) == mark);
}

/* The walk goes up and down the tree by a list of its own. */
static void
walk(plomb_work *work, const plomb_json *doc)
{
	static uint32_t open[MAX_TEXT];
	static unsigned char seen[MAX_TEXT];
	uint32_t n = 0, visited = 0, tokens, key = PLOMB_JSON_NONE, object = PLOMB_JSON_NONE;

	memset(seen, 0, doc->count);
	open[n ++] = 0;
	while (n != 0) {
		uint32_t at = open[-- n], child = plomb_json_first(doc, at), value = plomb_json_value(doc, at);
		plomb_json_type type = plomb_json_typeof(doc, at);

		must(at < doc->count && !seen[at] && type != PLOMB_JSON_ABSENT);
		seen[at] = 1;
		visited ++;
		read_scalars(work, doc, at);
		if (type == PLOMB_JSON_OBJECT || type == PLOMB_JSON_ARRAY) {
			must(plomb_json_check(plomb_json_raw(doc, at), &tokens) == PLOMB_OK);
		}
		if (value != PLOMB_JSON_NONE) {
			must(child == PLOMB_JSON_NONE && type == PLOMB_JSON_STRING);
			open[n ++] = value;
		}
		for (; child != PLOMB_JSON_NONE; child = plomb_json_next(doc, child)) {
			if (type == PLOMB_JSON_OBJECT) {
				must(plomb_json_value(doc, child) != PLOMB_JSON_NONE);
				differs_from_later(work, doc, child);
				object = at;
				key = child;
			}
			open[n ++] = child;
		}
	}
	must(visited == doc->count);
	if (key != PLOMB_JSON_NONE) {
		refuses_twice(work, doc, object, key);
	}
}

static void
try_members(const plomb_json *doc)
{
	static const char *const names[] = { "a", "logIndex", "b", "mediaType" };
	uint32_t values[4];
	unsigned flags;
	int unknown;

	for (flags = 0; flags < 4; flags ++) {
		plomb_status status = plomb_json_members(doc, 0, names, 4, flags, values, &unknown);
		size_t i;

		for (i = 0; i < 4; i ++) {
			must(values[i] == PLOMB_JSON_NONE || status == PLOMB_OK);
			if ((flags & PLOMB_JSON_PROTO) == 0 && status == PLOMB_OK) {
				must(values[i] == plomb_json_member(doc, 0, names[i]));
			}
		}
	}
}

static void
refuses_damage(plomb_view text)
{
	static unsigned char copy[MAX_TEXT + 1];
	plomb_view damaged = { copy, text.n };
	uint32_t tokens;

	memcpy(copy, text.p, text.n);
	copy[text.n / 2] = 0;
	must(plomb_json_check(damaged, &tokens) != PLOMB_OK);
	copy[text.n / 2] = text.p[text.n / 2];
	copy[text.n] = ']';
	damaged.n ++;
	must(plomb_json_check(damaged, &tokens) != PLOMB_OK);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len };
	plomb_status checked, status;
	plomb_work work;
	plomb_json doc;
	uint32_t tokens;

	if (len > MAX_TEXT) {
		return 0;
	}
	plomb_work_init(&work, room, sizeof room);
	checked = plomb_json_check(text, &tokens);
	status = plomb_json_parse(&work, text, &doc);
	if (checked != PLOMB_OK) {
		must(status == checked && tokens == 0);
	}
	if (status != PLOMB_OK) {
		must(work.used == 0 && doc.count == 0);
		must(checked != PLOMB_OK || status == PLOMB_JSON_DUPLICATE_KEY || status == PLOMB_NO_ROOM);
		return 0;
	}
	must(checked == PLOMB_OK && doc.count == tokens);
	refuses_damage(text);
	try_members(&doc);
	/* Walking is quadratic in the worst case; what holds for a few thousand tokens holds for more. */
	if (doc.count <= 2000) {
		size_t mark = plomb_work_mark(&work);

		walk(&work, &doc);
		must(plomb_work_mark(&work) == mark);
	}
	plomb_work_release(&work, 0);
	must(work.used == 0);
	return 0;
}
