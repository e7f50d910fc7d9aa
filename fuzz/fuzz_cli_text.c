/*
 * Targets: the JSON writer, visible text, and -a as CSV
 * (src/cli/json_out.c, text.c, annotations_arg.c).
 * Input: any bytes; as a string to write, and as the value of -a.
 * Holds: what the writer writes is JSON that reads back as the same bytes if
 * they were UTF-8; visible text has no control character and is UTF-8; an
 * annotation that was accepted has a name, and written again in quotes it is
 * read as the same pair.
 */
#include <stdlib.h>

#include "../src/cli/annotations_arg.h"
#include "../src/cli/json_out.h"
#include "../src/core/json.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static void
claim(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
check_json(plomb_view in)
{
	static uint64_t memory[1 << 16];
	plomb_work work;
	plomb_text text;
	plomb_json_out out;
	plomb_json doc;
	plomb_view back;

	plomb_text_init(&text);
	plomb_json_out_init(&out, &text, "\t");
	plomb_json_array(&out);
	plomb_json_put_string(&out, in);
	plomb_json_array_end(&out);
	plomb_work_init(&work, memory, sizeof memory);
	claim(plomb_json_parse(&work, plomb_text_as_view(&text), &doc) == PLOMB_OK);
	if (plomb_utf8_valid(in) && (in.n == 0 || memchr(in.p, 0, in.n) == NULL)) {
		claim(plomb_json_string(&work, &doc, plomb_json_first(&doc, 0), &back) == PLOMB_OK);
		claim(plomb_view_eq(in, back));
	}
	plomb_text_free(&text);
}

static void
check_visible(plomb_view in)
{
	plomb_text text;
	size_t i;

	plomb_text_init(&text);
	plomb_text_quoted(&text, in);
	claim(!text.failed && plomb_utf8_valid(plomb_text_as_view(&text)));
	for (i = 0; i < text.n; i ++) {
		claim((unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7F);
	}
	plomb_text_free(&text);
}

/* "NAME=VALUE" as a CSV field in quotes. */
static void
write_field(const plomb_pair *pair, plomb_text *field)
{
	plomb_text plain;
	size_t i;

	plomb_text_init(&plain);
	plomb_text_str(&plain, pair->name);
	plomb_text_str(&plain, pair->is_regexp ? "~=" : "=");
	plomb_text_str(&plain, pair->value);
	plomb_text_str(field, "\"");
	for (i = 0; i < plain.n; i ++) {
		plomb_text_put(field, plain.p + i, 1);
		if (plain.p[i] == '"') {
			plomb_text_str(field, "\"");
		}
	}
	plomb_text_str(field, "\"");
	plomb_text_free(&plain);
}

static void
check_pair(const plomb_pair *pair)
{
	plomb_pairs again = { NULL, 0, 0 };
	plomb_fault fault;
	plomb_text field;

	claim(pair->name[0] != 0 && strchr(pair->name, '=') == NULL);
	claim(!pair->is_regexp || pair->value[0] != 0);
	/* Inside quotes Go turns CR LF into LF: such a value has no quoted form. */
	if (strstr(pair->value, "\r\n") != NULL || strstr(pair->name, "\r\n") != NULL) {
		return;
	}
	plomb_fault_init(&fault);
	plomb_text_init(&field);
	write_field(pair, &field);
	claim(plomb_pairs_add_csv(&again, "-a", plomb_text_as_view(&field), &fault) == PLOMB_OK);
	claim(again.count == 1 && again.item[0].is_regexp == pair->is_regexp);
	claim(strcmp(again.item[0].name, pair->name) == 0 && strcmp(again.item[0].value, pair->value) == 0);
	plomb_text_free(&field);
	plomb_pairs_free(&again);
	plomb_fault_free(&fault);
}

static void
check_annotations(plomb_view in)
{
	plomb_pairs pairs = { NULL, 0, 0 };
	plomb_fault fault;
	size_t i;

	/* An argument ends at its first NUL. */
	if (in.n != 0 && memchr(in.p, 0, in.n) != NULL) {
		return;
	}
	plomb_fault_init(&fault);
	if (plomb_pairs_add_csv(&pairs, "-a", in, &fault) == PLOMB_OK) {
		claim(pairs.count != 0);
		for (i = 0; i < pairs.count; i ++) {
			check_pair(&pairs.item[i]);
		}
	}
	plomb_pairs_free(&pairs);
	plomb_fault_free(&fault);
	plomb_fault_init(&fault);
	if (plomb_pairs_add_file(&pairs, "file", in, &fault) == PLOMB_OK) {
		claim(pairs.count != 0);
	}
	plomb_pairs_free(&pairs);
	plomb_fault_free(&fault);
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view view;

	if (len > 10000) {
		return 0;
	}
	view.p = in;
	view.n = len;
	check_json(view);
	check_visible(view);
	check_annotations(view);
	return 0;
}
