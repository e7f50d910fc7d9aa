/*
 * plomb_statement_parse, plomb_statement_subject, plomb_simplesigning_parse,
 * plomb_simplesigning_check, plomb_annotations_check.
 *
 * Input: a statement or a simple signing payload.
 * Holds: only the documented statuses; a subject is found only if its own
 * digest, as it stands in the text, is the artifact's, and no longer once
 * one bit of the artifact's digest is another; so for the payload's digest;
 * a wanted annotation is found only where there is one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../src/core/annotations.h"
#include "../src/core/simplesigning.h"
#include "../src/core/statement.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static uint64_t room[1u << 17];

/* SHA-256 of "abc", which is what the corpus is about. */
static const char sha256[] = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void
check_annotation(plomb_ctx *ctx, const plomb_json *doc, uint32_t object)
{
	plomb_want want;
	plomb_status s;

	memset(&want, 0, sizeof want);
	want.name = plomb_view_of("env");
	want.value.exact = plomb_view_of("prod");
	s = plomb_annotations_check(ctx, doc, object, &want, 1);
	if ((s == PLOMB_OK) != plomb_json_is(doc, plomb_json_member(doc, object, "env"), "prod")
		&& s != PLOMB_NO_ROOM)
	{
		abort();
	}
}

static void
try_statement(plomb_ctx *ctx, plomb_view text, plomb_message *artifact, plomb_message *other)
{
	plomb_statement statement;
	plomb_status s;
	uint32_t subject;

	s = plomb_statement_parse(ctx, text, &statement);
	if (s != PLOMB_OK) {
		if (s != PLOMB_STATEMENT_MALFORMED && s != PLOMB_STATEMENT_TYPE_UNSUPPORTED
			&& s != PLOMB_SUBJECT_MISSING && s != PLOMB_LIMIT_EXCEEDED && s != PLOMB_NO_ROOM)
		{
			abort();
		}
		return;
	}
	s = plomb_statement_subject(ctx, &statement, artifact, &subject);
	if (s != PLOMB_OK) {
		if (s != PLOMB_SUBJECT_MISMATCH || subject != PLOMB_JSON_NONE) {
			abort();
		}
		return;
	}
	if (!plomb_json_is(&statement.doc,
		plomb_json_member(&statement.doc, plomb_json_member(&statement.doc, subject, "digest"), "sha256"), sha256 + 7))
	{
		abort();
	}
	check_annotation(ctx, &statement.doc, plomb_statement_annotations(&statement, subject));
	if (plomb_statement_subject(ctx, &statement, other, &subject) == PLOMB_OK
		&& plomb_json_size(&statement.doc, statement.subjects, 1) == 1)
	{
		abort();
	}
}

static void
try_payload(plomb_ctx *ctx, plomb_view text, plomb_message *artifact, plomb_message *other)
{
	plomb_simplesigning payload;
	plomb_status s;

	s = plomb_simplesigning_parse(ctx, text, &payload);
	if (s != PLOMB_OK) {
		if (s != PLOMB_PAYLOAD_MALFORMED && s != PLOMB_NO_ROOM) {
			abort();
		}
		return;
	}
	check_annotation(ctx, &payload.doc, payload.optional);
	s = plomb_simplesigning_check(ctx, &payload, artifact);
	if (s != PLOMB_OK) {
		if (s != PLOMB_PAYLOAD_TYPE_MISMATCH && s != PLOMB_PAYLOAD_DIGEST_MISMATCH) {
			abort();
		}
		return;
	}
	if (!plomb_view_is(payload.digest, sha256)
		|| plomb_simplesigning_check(ctx, &payload, other) == PLOMB_OK)
	{
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_message artifact, other;
	plomb_detail detail;
	plomb_digest digest;
	plomb_view text;
	plomb_work work;
	plomb_ctx ctx;

	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
	if (plomb_digest_parse(plomb_view_of(sha256), &digest) != PLOMB_OK) {
		abort();
	}
	plomb_message_from_digest(&artifact, &digest);
	digest.bytes[len % 32] ^= 0x10;
	plomb_message_from_digest(&other, &digest);
	text.p = in;
	text.n = len;
	plomb_work_init(&work, room, sizeof room);
	try_statement(&ctx, text, &artifact, &other);
	plomb_work_init(&work, room, sizeof room);
	try_payload(&ctx, text, &artifact, &other);
	return 0;
}
