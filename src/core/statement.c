/* see statement.h */
#include "base64.h"
#include "refusal.h"
#include "statement.h"

#define TYPE_V1   "https://in-toto.io/Statement/v1"
#define TYPE_V0_1 "https://in-toto.io/Statement/v0.1"

/* Only these count: a subject that is named by sha1 or gitCommit alone is not identified (SPEC 9). */
static const plomb_hash hashes[] = { PLOMB_SHA256, PLOMB_SHA384, PLOMB_SHA512 };
#define HASHES (sizeof hashes / sizeof hashes[0])

/* Too little memory and too many subjects are no property of the syntax. */
static plomb_status
malformed(plomb_status s)
{
	return s == PLOMB_NO_ROOM || s == PLOMB_LIMIT_EXCEEDED ? s : PLOMB_STATEMENT_MALFORMED;
}

/* ------------------------------------------------------------------- parse */

static plomb_status
check_digests(const plomb_json *doc, uint32_t digests)
{
	uint32_t key;

	if (digests == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(doc, digests) != PLOMB_JSON_OBJECT) {
		return PLOMB_STATEMENT_MALFORMED;
	}
	if (plomb_json_size(doc, digests, PLOMB_MAX_DIGESTS) > PLOMB_MAX_DIGESTS) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	for (key = plomb_json_first(doc, digests); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if (plomb_json_typeof(doc, plomb_json_value(doc, key)) != PLOMB_JSON_STRING) {
			return PLOMB_STATEMENT_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* The shape of one subject; members that are not known are ignored, as in-toto asks. */
static plomb_status
check_subject(const plomb_json *doc, uint32_t subject)
{
	static const char *const names[] = { "name", "digest", "annotations" };
	uint32_t values[3];

	if (plomb_json_members(doc, subject, names, 3, 0, values, NULL) != PLOMB_OK) {
		return PLOMB_STATEMENT_MALFORMED;
	}
	if (values[0] != PLOMB_JSON_NONE && plomb_json_typeof(doc, values[0]) != PLOMB_JSON_STRING) {
		return PLOMB_STATEMENT_MALFORMED;
	}
	if (values[2] != PLOMB_JSON_NONE && plomb_json_typeof(doc, values[2]) != PLOMB_JSON_OBJECT) {
		return PLOMB_STATEMENT_MALFORMED;
	}
	return check_digests(doc, values[1]);
}

static plomb_status
check_subjects(const plomb_json *doc, uint32_t subjects)
{
	uint32_t subject;
	plomb_status s;

	if (subjects == PLOMB_JSON_NONE) {
		return PLOMB_SUBJECT_MISSING;
	}
	if (plomb_json_typeof(doc, subjects) != PLOMB_JSON_ARRAY) {
		return PLOMB_STATEMENT_MALFORMED;
	}
	if (plomb_json_first(doc, subjects) == PLOMB_JSON_NONE) {
		return PLOMB_SUBJECT_MISSING;
	}
	if (plomb_json_size(doc, subjects, PLOMB_MAX_SUBJECTS) > PLOMB_MAX_SUBJECTS) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	for (subject = plomb_json_first(doc, subjects); subject != PLOMB_JSON_NONE; subject = plomb_json_next(doc, subject)) {
		s = check_subject(doc, subject);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* see statement.h */
plomb_status
plomb_statement_parse(plomb_ctx *ctx, plomb_view payload, plomb_statement *statement)
{
	static const char *const names[] = { "_type", "subject", "predicateType", "predicate" };
	plomb_view want = PLOMB_LIT(TYPE_V1), type;
	uint32_t values[4];
	plomb_status s;

	memset(statement, 0, sizeof *statement);
	statement->subjects = PLOMB_JSON_NONE;
	statement->predicate = PLOMB_JSON_NONE;
	s = plomb_json_parse(ctx->work, payload, &statement->doc);
	if (s != PLOMB_OK) {
		return malformed(s);
	}
	s = plomb_json_members(&statement->doc, 0, names, 4, 0, values, NULL);
	if (s != PLOMB_OK) {
		return malformed(s);
	}
	s = plomb_json_string(ctx->work, &statement->doc, values[0], &type);
	if (s != PLOMB_OK) {
		return malformed(s);
	}
	if (!plomb_view_is(type, TYPE_V1) && !plomb_view_is(type, TYPE_V0_1)) {
		return plomb_refuse_text(ctx, PLOMB_STATEMENT_TYPE_UNSUPPORTED, "_type", want, type);
	}
	s = plomb_json_string(ctx->work, &statement->doc, values[2], &statement->predicate_type);
	if (s != PLOMB_OK) {
		return malformed(s);
	}
	s = check_subjects(&statement->doc, values[1]);
	if (s != PLOMB_OK) {
		return s;
	}
	statement->subjects = values[1];
	statement->predicate = values[3];
	return PLOMB_OK;
}

/* ----------------------------------------------------------------- subject */

/* The text is these bytes in lower-case hex; upper case is another string to cosign. */
static int
is_hex_of(const plomb_json *doc, uint32_t value, const unsigned char *bytes, size_t n)
{
	unsigned char hex[2 * PLOMB_MAX_HASH_LEN];
	plomb_view in, text;

	in.p = bytes;
	in.n = n;
	plomb_hex_encode(hex, in);
	text.p = hex;
	text.n = 2 * n;
	return plomb_json_eq(doc, value, text);
}

/* Does one of the subject's digests name the artifact? Only hashes that the subject names are computed. */
static int
names_artifact(plomb_ctx *ctx, const plomb_json *doc, uint32_t subject, plomb_message *artifact)
{
	uint32_t digests = plomb_json_member(doc, subject, "digest");
	size_t i;

	for (i = 0; i < HASHES; i ++) {
		const unsigned char *known;
		uint32_t value;

		value = plomb_json_member(doc, digests, plomb_hash_name(hashes[i]));
		if (value == PLOMB_JSON_NONE) {
			continue;
		}
		known = plomb_message_digest(artifact, ctx->crypto, hashes[i]);
		if (known != NULL && is_hex_of(doc, value, known, plomb_hash_len(hashes[i]))) {
			return 1;
		}
	}
	return 0;
}

/* see statement.h */
plomb_view
plomb_artifact_text(plomb_ctx *ctx, plomb_message *artifact)
{
	size_t i;

	for (i = 0; i < HASHES; i ++) {
		const unsigned char *digest = plomb_message_digest(artifact, ctx->crypto, hashes[i]);

		if (digest != NULL) {
			return plomb_refusal_digest(ctx, hashes[i], digest);
		}
	}
	return plomb_nothing;
}

/* What the first subject says it is, in the form of plomb_artifact_text. */
static plomb_view
subject_text(plomb_ctx *ctx, const plomb_statement *statement)
{
	uint32_t first = plomb_json_first(&statement->doc, statement->subjects);
	uint32_t digests = plomb_json_member(&statement->doc, first, "digest");
	size_t i;

	for (i = 0; i < HASHES; i ++) {
		uint32_t value = plomb_json_member(&statement->doc, digests, plomb_hash_name(hashes[i]));

		if (value != PLOMB_JSON_NONE) {
			return plomb_refusal_pair(ctx, plomb_hash_name(hashes[i]), plomb_json_raw(&statement->doc, value));
		}
	}
	return plomb_nothing;
}

/* see statement.h */
plomb_status
plomb_statement_subject(plomb_ctx *ctx, const plomb_statement *statement,
	plomb_message *artifact, uint32_t *subject)
{
	const plomb_json *doc = &statement->doc;
	plomb_view want;
	uint32_t at;

	*subject = PLOMB_JSON_NONE;
	for (at = plomb_json_first(doc, statement->subjects); at != PLOMB_JSON_NONE; at = plomb_json_next(doc, at)) {
		if (names_artifact(ctx, doc, at, artifact)) {
			*subject = at;
			return PLOMB_OK;
		}
	}
	want = plomb_artifact_text(ctx, artifact);
	return plomb_refuse_text(ctx, PLOMB_SUBJECT_MISMATCH, "subject", want, subject_text(ctx, statement));
}

/* see statement.h */
uint32_t
plomb_statement_annotations(const plomb_statement *statement, uint32_t subject)
{
	return plomb_json_member(&statement->doc, subject, "annotations");
}
