#include "annotations_arg.h"

#include <stdlib.h>

#include "../core/json.h"

/* see annotations_arg.h */
void
plomb_pairs_free(plomb_pairs *pairs)
{
	size_t i;

	for (i = 0; i < pairs->count; i ++) {
		free(pairs->item[i].name);
		free(pairs->item[i].value);
	}
	free(pairs->item);
	pairs->item = NULL;
	pairs->count = 0;
}

static plomb_status
no_room(plomb_fault *fault)
{
	return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
}

/* A slot for a further pair; NULL without memory. */
static plomb_pair *
add_slot(plomb_pairs *pairs)
{
	plomb_pair *more;

	more = realloc(pairs->item, (pairs->count + 1) * sizeof *more);
	if (more == NULL) {
		return NULL;
	}
	pairs->item = more;
	memset(&more[pairs->count], 0, sizeof *more);
	return &more[pairs->count ++];
}

static plomb_pair *
find_exact(plomb_pairs *pairs, plomb_view name)
{
	size_t i;

	for (i = 0; i < pairs->count; i ++) {
		if (!pairs->item[i].is_regexp && plomb_view_eq(plomb_view_of_arg(pairs->item[i].name), name)) {
			return &pairs->item[i];
		}
	}
	return NULL;
}

/*
 * One name, two values: no signature has both, and dropping one of them would
 * ask for less than was said. An option may change what a file says.
 */
static int
may_replace(const plomb_pairs *pairs, const plomb_pair *pair, plomb_status status)
{
	return pairs->last_wins || (pair->is_from_file && status == PLOMB_USAGE_ERROR);
}

/* status is that of a refusal: PLOMB_USAGE_ERROR of an option, PLOMB_CONFIG_INVALID of a file; option names it. */
static plomb_status
put(plomb_pairs *pairs, plomb_status status, const char *option, plomb_view name, plomb_view value, int is_regexp, plomb_fault *fault)
{
	plomb_pair *slot;
	char *text;

	text = plomb_copy_view(value);
	if (text == NULL) {
		return no_room(fault);
	}
	slot = is_regexp ? NULL : find_exact(pairs, name);
	if (slot != NULL && strcmp(slot->value, text) != 0 && !may_replace(pairs, slot, status)) {
		(void)plomb_fail(fault, status, option, ": ", slot->name, " is given twice, as ", slot->value, " and as ", text, (const char *)NULL);
		free(text);
		return status;
	}
	if (slot != NULL) {
		free(slot->value);
		slot->value = text;
		slot->is_from_file = status != PLOMB_USAGE_ERROR;
		return PLOMB_OK;
	}
	if (pairs->count >= PLOMB_MAX_PAIRS || (slot = add_slot(pairs)) == NULL) {
		free(text);
		return pairs->count >= PLOMB_MAX_PAIRS
			? plomb_fail(fault, status, option, ": more pairs than anybody asks for", (const char *)NULL) : no_room(fault);
	}
	slot->value = text;
	slot->is_regexp = is_regexp;
	slot->is_from_file = status != PLOMB_USAGE_ERROR;
	slot->name = plomb_copy_view(name);
	return slot->name == NULL ? no_room(fault) : PLOMB_OK;
}

/* The message with the text in it; the text is not NUL-terminated. */
static plomb_status
refuse(plomb_fault *fault, plomb_status status, const char *option, const char *why, plomb_view text)
{
	char *copy;

	copy = plomb_copy_view(text);
	if (copy == NULL) {
		return no_room(fault);
	}
	(void)plomb_fail(fault, status, option, ": ", why, copy, (const char *)NULL);
	free(copy);
	return status;
}

static plomb_status
add_pair(plomb_pairs *pairs, plomb_status status, const char *option, plomb_view text, plomb_fault *fault)
{
	plomb_view name, value;
	size_t at;
	int is_regexp;

	at = 0;
	while (at < text.n && text.p[at] != '=') {
		at ++;
	}
	if (at == text.n) {
		return refuse(fault, status, option, "no = in ", text);
	}
	name = plomb_view_cut(text, 0, at);
	value = plomb_view_cut(text, at + 1, text.n);
	is_regexp = name.n != 0 && name.p[name.n - 1] == '~';
	if (is_regexp) {
		name.n --;
	}
	if (name.n == 0) {
		return refuse(fault, status, option, "no name in front of the = of ", text);
	}
	/* An empty pattern matches everything: nobody who writes one means that. */
	if (is_regexp && value.n == 0) {
		return refuse(fault, status, option, "the pattern is empty in ", text);
	}
	return put(pairs, status, option, name, value, is_regexp, fault);
}

/* see annotations_arg.h */
plomb_status
plomb_pairs_add(plomb_pairs *pairs, const char *option, plomb_view text, plomb_fault *fault)
{
	return add_pair(pairs, PLOMB_USAGE_ERROR, option, text, fault);
}

/* ---------------------------------------------------------------------- CSV */

/* The length of a line end at this place: 0 if there is none. "\r\n" counts as one, and Go drops a last "\r". */
static size_t
line_end(plomb_view record, size_t at)
{
	if (at < record.n && record.p[at] == '\n') {
		return 1;
	}
	if (at + 1 == record.n && record.p[at] == '\r') {
		return 1;
	}
	if (at + 1 < record.n && record.p[at] == '\r' && record.p[at + 1] == '\n') {
		return 2;
	}
	return 0;
}

/* A field that starts with a quote, whose end is a quote before "," or the line's end. */
static plomb_status
quoted_field(const char *option, plomb_view record, size_t *at, plomb_text *field, plomb_fault *fault)
{
	size_t i;

	i = *at + 1;
	while (i < record.n) {
		if (record.p[i] == '\r' && line_end(record, i) == 2) {
			i ++;
			continue;
		}
		if (record.p[i] != '"') {
			plomb_text_put(field, record.p + i, 1);
			i ++;
			continue;
		}
		i ++;
		if (i < record.n && record.p[i] == '"') {
			plomb_text_str(field, "\"");
			i ++;
			continue;
		}
		if (i == record.n || record.p[i] == ',' || line_end(record, i) != 0) {
			*at = i;
			return PLOMB_OK;
		}
		break;
	}
	return refuse(fault, PLOMB_USAGE_ERROR, option, "extraneous or missing \" in ", record);
}

static plomb_status
plain_field(const char *option, plomb_view record, size_t *at, plomb_text *field, plomb_fault *fault)
{
	size_t i;

	for (i = *at; i < record.n && record.p[i] != ',' && line_end(record, i) == 0; i ++) {
		if (record.p[i] == '"') {
			return refuse(fault, PLOMB_USAGE_ERROR, option, "a \" inside an unquoted value of ", record);
		}
		plomb_text_put(field, record.p + i, 1);
	}
	*at = i;
	return PLOMB_OK;
}

/* see annotations_arg.h */
plomb_status
plomb_pairs_add_csv(plomb_pairs *pairs, const char *option, plomb_view record, plomb_fault *fault)
{
	plomb_text field;
	plomb_status s;
	size_t at, n;

	plomb_text_init(&field);
	at = 0;
	for (;;) {
		plomb_text_clear(&field);
		s = at < record.n && record.p[at] == '"'
			? quoted_field(option, record, &at, &field, fault)
			: plain_field(option, record, &at, &field, fault);
		if (s == PLOMB_OK && field.failed) {
			s = no_room(fault);
		}
		if (s == PLOMB_OK) {
			s = add_pair(pairs, PLOMB_USAGE_ERROR, option, plomb_text_as_view(&field), fault);
		}
		if (s != PLOMB_OK || at == record.n) {
			break;
		}
		if (record.p[at] == ',') {
			at ++;
			continue;
		}
		n = line_end(record, at);
		if (at + n != record.n) {
			s = refuse(fault, PLOMB_USAGE_ERROR, option, "more than one line in ", record);
		}
		break;
	}
	plomb_text_free(&field);
	return s;
}

/* -------------------------------------------------------------------- files */

/* A file that asks for nothing is not what its author meant. */
static plomb_status
nothing(plomb_fault *fault, const char *name)
{
	return plomb_fail(fault, PLOMB_CONFIG_INVALID, name, ": has no annotations", (const char *)NULL);
}

static plomb_status
add_members(plomb_pairs *pairs, plomb_work *work, const char *name, plomb_view content, plomb_fault *fault)
{
	plomb_json doc;
	plomb_status s;
	uint32_t key;

	if ((s = plomb_json_parse(work, content, &doc)) != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : plomb_fail(fault, PLOMB_CONFIG_INVALID, name, ": ",
			plomb_status_sentence(s), (const char *)NULL);
	}
	if (plomb_json_first(&doc, 0) == PLOMB_JSON_NONE) {
		return nothing(fault, name);
	}
	for (key = plomb_json_first(&doc, 0); key != PLOMB_JSON_NONE; key = plomb_json_next(&doc, key)) {
		plomb_view k, v;

		if ((s = plomb_json_string(work, &doc, key, &k)) == PLOMB_OK) {
			s = plomb_json_string(work, &doc, plomb_json_value(&doc, key), &v);
		}
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s != PLOMB_OK || k.n == 0) {
			return plomb_fail(fault, PLOMB_CONFIG_INVALID, name,
				": annotations are names with strings", (const char *)NULL);
		}
		if ((s = put(pairs, PLOMB_CONFIG_INVALID, name, k, v, 0, fault)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
add_object(plomb_pairs *pairs, const char *name, plomb_view content, plomb_fault *fault)
{
	plomb_work work;
	plomb_status s;
	void *memory;
	size_t size;

	/* A token takes 20 bytes and stands for at least two of text, and strings are unescaped once. */
	size = 4096 + 24 * content.n;
	memory = malloc(size);
	if (memory == NULL) {
		return no_room(fault);
	}
	plomb_work_init(&work, memory, size);
	s = add_members(pairs, &work, name, content, fault);
	free(memory);
	return s == PLOMB_NO_ROOM ? no_room(fault) : s;
}

static plomb_status
add_lines(plomb_pairs *pairs, const char *name, plomb_view content, plomb_fault *fault)
{
	size_t at, count;

	at = 0;
	count = 0;
	while (at < content.n) {
		plomb_view line;
		plomb_status s;
		size_t end;

		end = at;
		while (end < content.n && line_end(content, end) == 0) {
			end ++;
		}
		line = plomb_view_cut(content, at, end - at);
		at = end + (end < content.n ? line_end(content, end) : 0);
		if (line.n == 0 || line.p[0] == '#') {
			continue;
		}
		if ((s = add_pair(pairs, PLOMB_CONFIG_INVALID, name, line, fault)) != PLOMB_OK) {
			return s;
		}
		count ++;
	}
	return count == 0 ? nothing(fault, name) : PLOMB_OK;
}

/* see annotations_arg.h */
plomb_status
plomb_pairs_add_file(plomb_pairs *pairs, const char *name, plomb_view content, plomb_fault *fault)
{
	size_t at;

	/* What is compared as text must not end at a NUL before it ends. */
	if (content.n != 0 && memchr(content.p, 0, content.n) != NULL) {
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, name, ": has a NUL byte", (const char *)NULL);
	}
	at = 0;
	while (at < content.n && (content.p[at] == ' ' || content.p[at] == '\n' || content.p[at] == '\r' || content.p[at] == '\t')) {
		at ++;
	}
	if (at == content.n) {
		return nothing(fault, name);
	}
	return content.p[at] == '{' ? add_object(pairs, name, content, fault) : add_lines(pairs, name, content, fault);
}
