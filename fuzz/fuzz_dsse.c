/*
 * plomb_dsse_read, plomb_dsse_pae, in both forms.
 *
 * Input: an envelope's JSON.
 * Holds: what is accepted has one signature that is not empty, a payload and
 * in-toto's payload type; the strict form accepts nothing that has other
 * fields in the lax one, whose base64 is the only spelling of its bytes; the
 * encoding of type and payload can be read back in one way only.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../src/core/base64.h"
#include "../src/core/dsse.h"
#include "../src/core/hash.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static uint64_t room[1u << 17];

/* A decimal and a space at *at, which goes past them. */
static uint64_t
take_length(plomb_view bytes, size_t *at)
{
	size_t start = *at;
	uint64_t value;

	while (*at < bytes.n && bytes.p[*at] != ' ') {
		*at += 1;
	}
	if (*at == bytes.n
		|| plomb_decimal_parse(plomb_view_cut(bytes, start, *at - start), UINT64_MAX, &value) != PLOMB_OK)
	{
		abort();
	}
	*at += 1;
	return value;
}

static void
check_pae(plomb_ctx *ctx, const plomb_candidate *candidate)
{
	unsigned char scratch[PLOMB_PAE_SCRATCH];
	plomb_message message;
	plomb_view bytes;
	size_t at = sizeof "DSSEv1 " - 1;
	uint64_t n;

	plomb_dsse_pae(candidate->payload_type, candidate->payload, scratch, &message);
	if (plomb_message_bytes(&message, ctx->work, &bytes) != PLOMB_OK) {
		return;
	}
	if (!plomb_view_starts(bytes, "DSSEv1 ")) {
		abort();
	}
	n = take_length(bytes, &at);
	if (n > bytes.n - at || !plomb_view_eq(plomb_view_cut(bytes, at, (size_t)n), candidate->payload_type)) {
		abort();
	}
	at += (size_t)n;
	if (at == bytes.n || bytes.p[at] != ' ') {
		abort();
	}
	at ++;
	n = take_length(bytes, &at);
	if (n != bytes.n - at || !plomb_view_eq(plomb_view_cut(bytes, at, (size_t)n), candidate->payload)) {
		abort();
	}
}

/* The text that the lax form read is the base64 of what it gave. */
static void
check_spelling(plomb_ctx *ctx, const plomb_json *doc, uint32_t value, plomb_view bytes)
{
	plomb_view text;

	if (plomb_json_string(ctx->work, doc, value, &text) == PLOMB_OK && !plomb_base64_eq(text, bytes)) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_candidate candidate[2];
	plomb_status s[2];
	plomb_work work;
	plomb_json doc;
	plomb_view text;
	plomb_ctx ctx;
	int proto;

	plomb_work_init(&work, room, sizeof room);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = NULL;
	text.p = in;
	text.n = len;
	if (plomb_json_parse(&work, text, &doc) != PLOMB_OK) {
		return 0;
	}
	memset(candidate, 0, sizeof candidate);
	for (proto = 0; proto < 2; proto ++) {
		const plomb_candidate *read = &candidate[proto];

		s[proto] = plomb_dsse_read(&ctx, &doc, 0, proto, &candidate[proto]);
		if (s[proto] != PLOMB_OK) {
			continue;
		}
		if (read->content != PLOMB_CONTENT_DSSE || read->signature.n == 0 || read->payload.p == NULL
			|| !plomb_view_is(read->payload_type, PLOMB_PAYLOAD_TYPE_INTOTO))
		{
			abort();
		}
		check_pae(&ctx, read);
	}
	if (s[0] == PLOMB_OK) {
		check_spelling(&ctx, &doc, plomb_json_member(&doc, 0, "payload"), candidate[0].payload);
		check_spelling(&ctx, &doc, plomb_json_member(&doc,
			plomb_json_first(&doc, plomb_json_member(&doc, 0, "signatures")), "sig"), candidate[0].signature);
	}
	if (s[0] == PLOMB_OK && s[1] == PLOMB_OK
		&& (!plomb_view_eq(candidate[0].payload, candidate[1].payload)
			|| !plomb_view_eq(candidate[0].signature, candidate[1].signature)
			|| !plomb_view_eq(candidate[0].keyid, candidate[1].keyid)))
	{
		abort();
	}
	return 0;
}
