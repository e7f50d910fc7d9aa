/* see canonical_json.h */
#include "canonical_json.h"

typedef struct {
	plomb_view name; /* unescaped */
	uint32_t key;
} member;

/* An object or array that is open. */
typedef struct {
	member *members; /* an object's, sorted; NULL for an array */
	uint32_t count, at;
	uint32_t item;   /* an array's next element */
	size_t mark;     /* of the work buffer, from before the members */
} level;

typedef struct {
	plomb_work *work;
	const plomb_json *doc;
	unsigned char *out;
	size_t n;
	level levels[PLOMB_MAX_JSON_DEPTH];
	size_t depth;
} writer;

static void
put(writer *w, unsigned char c)
{
	w->out[w->n ++] = c;
}

/* Every escaped character takes at least as many bytes in the text. */
static void
put_string(writer *w, plomb_view string)
{
	size_t i;

	put(w, '"');
	for (i = 0; i < string.n; i ++) {
		if (string.p[i] == '"' || string.p[i] == '\\') {
			put(w, '\\');
		}
		put(w, string.p[i]);
	}
	put(w, '"');
}

/* -1, 0, 1 by bytes, which in UTF-8 is the order of code points. */
static int
compare(const member *a, const member *b)
{
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int order = n == 0 ? 0 : memcmp(a->name.p, b->name.p, n);

	if (order != 0) {
		return order < 0 ? -1 : 1;
	}
	return a->name.n == b->name.n ? 0 : a->name.n < b->name.n ? -1 : 1;
}

/* Let the member at root sink to its place among the first count of them. */
static void
sink(member *members, uint32_t root, uint32_t count)
{
	for (;;) {
		uint32_t child = 2 * root + 1;
		member swapped;

		if (child >= count) {
			return;
		}
		if (child + 1 < count && compare(&members[child], &members[child + 1]) < 0) {
			child ++;
		}
		if (compare(&members[root], &members[child]) >= 0) {
			return;
		}
		swapped = members[root];
		members[root] = members[child];
		members[child] = swapped;
		root = child;
	}
}

/* Heap sort: n log n whatever somebody thought of, in place, without recursion. */
static void
sort(member *members, uint32_t count)
{
	uint32_t i;

	for (i = count / 2; i > 0; i --) {
		sink(members, i - 1, count);
	}
	for (i = count; i > 1; i --) {
		member first = members[0];

		members[0] = members[i - 1];
		members[i - 1] = first;
		sink(members, 0, i - 1);
	}
}

static plomb_status
take_members(writer *w, uint32_t object, level *l)
{
	uint32_t key, i;
	plomb_status s;

	l->count = plomb_json_size(w->doc, object, UINT32_MAX - 1);
	l->members = plomb_work_take_array(w->work, l->count, sizeof *l->members);
	if (l->members == NULL) {
		return PLOMB_NO_ROOM;
	}
	key = plomb_json_first(w->doc, object);
	for (i = 0; i < l->count; i ++) {
		l->members[i].key = key;
		if ((s = plomb_json_string(w->work, w->doc, key, &l->members[i].name)) != PLOMB_OK) {
			return s;
		}
		key = plomb_json_next(w->doc, key);
	}
	sort(l->members, l->count);
	return PLOMB_OK;
}

static plomb_status
open_level(writer *w, uint32_t value, int is_object)
{
	level *l;

	/* The parser has counted too. */
	if (w->depth == PLOMB_MAX_JSON_DEPTH) {
		return PLOMB_JSON_MALFORMED;
	}
	l = &w->levels[w->depth];
	w->depth ++;
	memset(l, 0, sizeof *l);
	l->mark = plomb_work_mark(w->work);
	put(w, is_object ? '{' : '[');
	if (is_object) {
		return take_members(w, value, l);
	}
	l->item = plomb_json_first(w->doc, value);
	return PLOMB_OK;
}

/* The value that is written next in the innermost level, or PLOMB_JSON_NONE when that is closed. */
static uint32_t
next_value(writer *w)
{
	level *l = &w->levels[w->depth - 1];
	uint32_t value = PLOMB_JSON_NONE;

	if (l->members == NULL && l->item != PLOMB_JSON_NONE) {
		if (l->at != 0) {
			put(w, ',');
		}
		value = l->item;
		l->item = plomb_json_next(w->doc, value);
		l->at = 1;
		return value;
	}
	if (l->members != NULL && l->at < l->count) {
		if (l->at != 0) {
			put(w, ',');
		}
		put_string(w, l->members[l->at].name);
		put(w, ':');
		value = plomb_json_value(w->doc, l->members[l->at].key);
		l->at ++;
		return value;
	}
	put(w, l->members != NULL ? '}' : ']');
	plomb_work_release(w->work, l->mark);
	w->depth --;
	return value;
}

/* Digits alone, after a sign or not; the parser has refused leading zeros. */
static int
is_integer(plomb_view raw)
{
	size_t i = raw.p[0] == '-' ? 1 : 0;

	/* A second spelling of 0 would make two texts one. */
	if (i == 1 && raw.p[1] == '0') {
		return 0;
	}
	for (; i < raw.n; i ++) {
		if (raw.p[i] < '0' || raw.p[i] > '9') {
			return 0;
		}
	}
	return 1;
}

static plomb_status
put_scalar(writer *w, uint32_t value, plomb_json_type type)
{
	size_t mark = plomb_work_mark(w->work);
	plomb_view text = plomb_json_raw(w->doc, value);
	plomb_status s;

	if (type == PLOMB_JSON_STRING) {
		if ((s = plomb_json_string(w->work, w->doc, value, &text)) != PLOMB_OK) {
			return s;
		}
		put_string(w, text);
		plomb_work_release(w->work, mark);
		return PLOMB_OK;
	}
	if (type == PLOMB_JSON_NUMBER && !is_integer(text)) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	memcpy(w->out + w->n, text.p, text.n);
	w->n += text.n;
	return PLOMB_OK;
}

static plomb_status
write_value(writer *w, uint32_t value)
{
	plomb_json_type type = plomb_json_typeof(w->doc, value);

	if (type == PLOMB_JSON_OBJECT || type == PLOMB_JSON_ARRAY) {
		return open_level(w, value, type == PLOMB_JSON_OBJECT);
	}
	return put_scalar(w, value, type);
}

static plomb_status
write_all(writer *w, uint32_t value)
{
	plomb_status s = write_value(w, value);

	while (s == PLOMB_OK && w->depth != 0) {
		value = next_value(w);
		if (value != PLOMB_JSON_NONE) {
			s = write_value(w, value);
		}
	}
	return s;
}

/* see canonical_json.h */
plomb_status
plomb_canonical_json(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes)
{
	size_t mark = plomb_work_mark(work);
	plomb_status s;
	writer w;

	bytes->p = NULL;
	bytes->n = 0;
	if (plomb_json_typeof(doc, value) == PLOMB_JSON_ABSENT) {
		return PLOMB_JSON_TYPE_MISMATCH;
	}
	memset(&w, 0, sizeof w);
	w.work = work;
	w.doc = doc;
	/* A string's raw bytes come without its quotes. */
	w.out = plomb_work_take(work, plomb_json_raw(doc, value).n + 2);
	if (w.out == NULL) {
		return PLOMB_NO_ROOM;
	}
	s = write_all(&w, value);
	if (s != PLOMB_OK) {
		plomb_work_release(work, mark);
		return s;
	}
	plomb_work_shrink(work, w.out + w.n);
	bytes->p = w.out;
	bytes->n = w.n;
	return PLOMB_OK;
}
