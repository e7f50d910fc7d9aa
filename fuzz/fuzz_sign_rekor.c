/*
 * Targets plomb_rekor_v1_read, plomb_rekor_v1_annotation and
 * plomb_rekor_v2_read.
 *
 * Input: the answer of a log. Holds:
 * - an entry that is made of it is JSON, with the members of a bundle's entry
 *   and numbers as text;
 * - an annotation is there exactly where an entry is;
 * - what is refused leaves nothing.
 */
#include <stdlib.h>

#include "../src/core/json.h"
#include "../src/sign/rekor.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char room[8 << 20];

static void
must(int holds)
{
	if (!holds) {
		abort();
	}
}

static void
check_entry(plomb_ctx *ctx, plomb_view entry)
{
	plomb_json doc;
	uint32_t proof;

	must(plomb_json_parse(ctx->work, entry, &doc) == PLOMB_OK);
	proof = plomb_json_member(&doc, 0, "inclusionProof");
	must(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "logIndex")) == PLOMB_JSON_STRING);
	must(plomb_json_typeof(&doc, plomb_json_member(&doc, proof, "treeSize")) == PLOMB_JSON_STRING);
	must(plomb_json_typeof(&doc, plomb_json_member(&doc, proof, "hashes")) == PLOMB_JSON_ARRAY);
	must(plomb_json_typeof(&doc, plomb_json_member(&doc, 0, "canonicalizedBody")) == PLOMB_JSON_STRING);
}

typedef plomb_status (*read_fn)(plomb_ctx *ctx, plomb_view json, plomb_view *out);

static plomb_status
check(read_fn read, plomb_view text, int is_entry)
{
	static plomb_work work;
	plomb_ctx ctx = { &work, &plomb_crypto_default, NULL };
	plomb_json doc;
	plomb_view out;
	plomb_status s;

	plomb_work_init(&work, room, sizeof room);
	s = read(&ctx, text, &out);
	if (s != PLOMB_OK) {
		must(out.p == NULL && (s == PLOMB_REKOR_ANSWER_MALFORMED || s == PLOMB_NO_ROOM || s == PLOMB_CONFIG_INVALID));
		return s;
	}
	if (is_entry) {
		check_entry(&ctx, out);
	} else {
		must(plomb_json_parse(&work, out, &doc) == PLOMB_OK);
	}
	return s;
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view text = { in, len };
	plomb_status entry, annotation;

	if (len > (256u << 10)) {
		return 0;
	}
	entry = check(plomb_rekor_v1_read, text, 1);
	annotation = check(plomb_rekor_v1_annotation, text, 0);
	must(entry != PLOMB_OK || annotation == PLOMB_OK);
	(void)check(plomb_rekor_v2_read, text, 1);
	return 0;
}
