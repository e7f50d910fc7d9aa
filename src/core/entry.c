#include "entry.h"

#include "base64.h"
#include "refusal.h"
#include "time.h"

/* A log's id is a SHA-256 in every log there is. */
#define LOG_ID_LEN 32

/* The SET's text after the body: three members with two numbers and 64 hex digits. */
#define SET_TAIL_ROOM 160

static plomb_view
hash_text(plomb_ctx *ctx, const unsigned char hash[PLOMB_HASH_LEN])
{
	plomb_view bytes;

	bytes.p = hash;
	bytes.n = PLOMB_HASH_LEN;
	return plomb_refusal_hex(ctx, bytes);
}

/* see entry.h */
int
plomb_entry_is_v2(const plomb_entry *entry)
{
	if (entry->kind.n == 0) {
		/*
		 * A cosign 2 layer has no kindVersion. Bodies of Rekor v2 are
		 * canonical JSON, so they start like this; whatever does not is
		 * held to the rules of v1, which are the stricter ones here.
		 */
		return plomb_view_starts(entry->body, "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",")
			|| plomb_view_starts(entry->body, "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",");
	}
	return plomb_view_is(entry->version, "0.0.2")
		&& (plomb_view_is(entry->kind, "hashedrekord") || plomb_view_is(entry->kind, "dsse"));
}

static int
is_bundle(plomb_format format)
{
	return format == PLOMB_FORMAT_BUNDLE_0_1 || format == PLOMB_FORMAT_BUNDLE_0_2
		|| format == PLOMB_FORMAT_BUNDLE_0_3;
}

/* Bundles 0.1 and everything of cosign 2 rest on the SET. */
static int
needs_promise(plomb_format format)
{
	return format != PLOMB_FORMAT_BUNDLE_0_2 && format != PLOMB_FORMAT_BUNDLE_0_3;
}

/* Nothing of cosign 2 has a place for a proof. */
static int
needs_proof(plomb_format format)
{
	return format != PLOMB_FORMAT_BUNDLE_0_1 && format != PLOMB_FORMAT_SIMPLESIGNING
		&& format != PLOMB_FORMAT_DSSE && format != PLOMB_FORMAT_DETACHED;
}

/*
 * An absent logIndex is 0: protobuf does not write zeros, and every log has a
 * first entry.
 */
static plomb_status
check_fields(plomb_ctx *ctx, plomb_format format, const plomb_entry *entry)
{
	const char *what = NULL;

	if (entry->log_index < 0) {
		what = "logIndex";
	} else if (entry->integrated_time < 0) {
		what = "integratedTime";
	} else if (entry->body.n == 0) {
		what = "canonicalizedBody";
	} else if (entry->log_id.n != 0 && entry->log_id.n != LOG_ID_LEN) {
		what = "logId";
	} else if (entry->log_id.n == 0 && !plomb_entry_is_v2(entry)) {
		what = "logId";
	} else if (is_bundle(format) && (entry->kind.n == 0 || entry->version.n == 0)) {
		what = "kindVersion";
	}
	return what == NULL ? PLOMB_OK
		: plomb_refuse_text(ctx, PLOMB_TLOG_ENTRY_MALFORMED, what, plomb_nothing, plomb_nothing);
}

static size_t
put_literal(unsigned char *out, const char *literal)
{
	plomb_view view = plomb_view_of(literal);

	memcpy(out, view.p, view.n);
	return view.n;
}

/* What follows the body in the signed text (SPEC 6.1). */
static size_t
put_set_tail(unsigned char out[SET_TAIL_ROOM], const plomb_entry *entry)
{
	size_t n = 0;

	n += put_literal(out + n, "\",\"integratedTime\":");
	n += plomb_decimal_put(out + n, (uint64_t)entry->integrated_time);
	n += put_literal(out + n, ",\"logID\":\"");
	plomb_hex_encode(out + n, entry->log_id);
	n += 2 * entry->log_id.n;
	n += put_literal(out + n, "\",\"logIndex\":");
	n += plomb_decimal_put(out + n, (uint64_t)entry->log_index);
	n += put_literal(out + n, "}");
	return n;
}

/*
 * The signed entry timestamp is over canonical JSON that is written here from
 * the values that are used, so nothing else can have been signed. The body's
 * base64 is made anew: the reader accepts one spelling only, so this is the
 * text that stood in the annotation of a cosign 2 layer.
 */
static plomb_status
verify_promise(plomb_ctx *ctx, const plomb_entry *entry, const plomb_log *log)
{
	size_t mark = plomb_work_mark(ctx->work);
	unsigned char tail[SET_TAIL_ROOM];
	plomb_message message;
	plomb_view part;
	unsigned char *text;
	plomb_status s;

	text = plomb_work_take(ctx->work, plomb_base64_encoded_len(entry->body.n));
	if (text == NULL) {
		return PLOMB_NO_ROOM;
	}
	plomb_message_start(&message);
	plomb_message_add(&message, plomb_view_of("{\"body\":\""));
	part.p = text;
	part.n = plomb_base64_encode(text, entry->body);
	plomb_message_add(&message, part);
	part.p = tail;
	part.n = put_set_tail(tail, entry);
	plomb_message_add(&message, part);
	s = plomb_key_verify(ctx, &log->key, log->hash, &message, entry->set);
	plomb_work_release(ctx->work, mark);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	return plomb_refuse_of(ctx, PLOMB_TLOG_PROMISE_INVALID, "signedEntryTimestamp", log->base_url,
		plomb_nothing, plomb_nothing);
}

/*
 * Is the entry's leaf in the tree that the verified checkpoint describes? The
 * bundle says root and size a second time; a difference means that proof and
 * checkpoint are of two states of the tree.
 */
static plomb_status
verify_inclusion(plomb_ctx *ctx, const plomb_entry *entry, const plomb_checkpoint *checkpoint)
{
	unsigned char leaf[PLOMB_HASH_LEN];
	plomb_proof proof;

	if (memcmp(entry->proof_root.p, checkpoint->root, PLOMB_HASH_LEN) != 0) {
		return plomb_refuse_text(ctx, PLOMB_CHECKPOINT_ROOT_MISMATCH, "rootHash",
			hash_text(ctx, checkpoint->root),
			plomb_refusal_hex(ctx, entry->proof_root));
	}
	if ((uint64_t)entry->proof_size != checkpoint->size) {
		return plomb_refuse_text(ctx, PLOMB_CHECKPOINT_SIZE_MISMATCH, "treeSize",
			plomb_refusal_number(ctx, checkpoint->size),
			plomb_refusal_number(ctx, (uint64_t)entry->proof_size));
	}
	proof.index = (uint64_t)entry->proof_index;
	proof.size = checkpoint->size;
	proof.siblings = entry->proof_hashes;
	proof.count = entry->proof_count;
	plomb_merkle_leaf(ctx->crypto, entry->body, leaf);
	return plomb_merkle_verify(ctx->crypto, &proof, leaf, checkpoint->root);
}

/*
 * Signs first: as unsigned numbers -1 would be a position in some tree. Then
 * the checkpoint's syntax, so that nothing is hashed before everything reads.
 */
static plomb_status
read_proof(const plomb_entry *entry, plomb_checkpoint *checkpoint)
{
	if (entry->proof_index < 0 || entry->proof_size < 1) {
		return PLOMB_TLOG_PROOF_INDEX_RANGE;
	}
	if (entry->proof_root.n != PLOMB_HASH_LEN) {
		return PLOMB_TLOG_PROOF_MALFORMED;
	}
	return plomb_checkpoint_parse(entry->checkpoint, checkpoint);
}

/* Without a verified checkpoint a proof proves nothing: CVE-2024-54140. */
static plomb_status
verify_proof_v1(plomb_ctx *ctx, const plomb_entry *entry, const plomb_log *log)
{
	plomb_checkpoint checkpoint;
	plomb_status s;

	if ((s = read_proof(entry, &checkpoint)) != PLOMB_OK) {
		return s;
	}
	if (plomb_checkpoint_is_v1(&checkpoint)) {
		s = plomb_checkpoint_verify_v1(ctx, &checkpoint, log);
	} else {
		s = plomb_checkpoint_verify_v2(ctx, &checkpoint, log);
	}
	if (s != PLOMB_OK) {
		return s;
	}
	return verify_inclusion(ctx, entry, &checkpoint);
}

/* integratedTime is in the log's validity, both ends included. */
static plomb_status
check_log_window(plomb_ctx *ctx, const plomb_entry *entry, const plomb_log *log)
{
	plomb_time t;

	t.s = entry->integrated_time;
	t.ns = 0;
	if (plomb_window_has(&log->key.valid, &t)) {
		return PLOMB_OK;
	}
	return plomb_refuse_outside(ctx, PLOMB_TLOG_LOG_OUTSIDE_VALIDITY, &log->key.valid, log->base_url, &t);
}

static plomb_status
verify_v1(plomb_ctx *ctx, const plomb_trust *trust, plomb_format format,
	const plomb_entry *entry, const plomb_log **log, int *time_ok)
{
	const plomb_log *found = plomb_trust_tlog(trust, entry->log_id);
	int has_promise = entry->set.n != 0;
	plomb_status s;

	if (found == NULL) {
		return plomb_refuse_text(ctx, PLOMB_TLOG_LOG_UNKNOWN, "logId", plomb_nothing,
			plomb_refusal_hex(ctx, entry->log_id));
	}
	if (found->usable != PLOMB_OK) {
		return plomb_refuse_of(ctx, found->usable, "keyDetails", found->base_url, plomb_nothing, plomb_nothing);
	}
	if (!has_promise && needs_promise(format)) {
		return PLOMB_TLOG_PROMISE_MISSING;
	}
	if (has_promise && (s = verify_promise(ctx, entry, found)) != PLOMB_OK) {
		return s;
	}
	/* A time that nobody signed may refuse the entry, it never helps it. */
	if ((has_promise || entry->integrated_time != 0)
		&& (s = check_log_window(ctx, entry, found)) != PLOMB_OK)
	{
		return s;
	}
	if (!entry->has_proof && needs_proof(format)) {
		return PLOMB_TLOG_PROOF_MISSING;
	}
	if (entry->has_proof && (s = verify_proof_v1(ctx, entry, found)) != PLOMB_OK) {
		return s;
	}
	*log = found;
	/* Only the SET binds integratedTime: CVE-2024-55655, CVE-2026-48816. */
	*time_ok = has_promise && entry->integrated_time > 0;
	return PLOMB_OK;
}

/*
 * Which log made this checkpoint? Name and key id decide; the entry's logId
 * may be absent, but where it is, it must not name another log.
 */
static plomb_status
find_log_v2(plomb_ctx *ctx, const plomb_trust *trust, const plomb_entry *entry,
	const plomb_checkpoint *checkpoint, const plomb_log **log)
{
	*log = plomb_checkpoint_log_v2(ctx, checkpoint, trust, entry->log_id);
	if (*log == NULL && entry->log_id.n != 0) {
		/* The named log did not sign it: its own check says why. */
		*log = plomb_trust_tlog(trust, entry->log_id);
	}
	if (*log == NULL) {
		return plomb_refuse_text(ctx, PLOMB_TLOG_LOG_UNKNOWN, "checkpoint", plomb_nothing, checkpoint->origin);
	}
	if ((*log)->usable != PLOMB_OK) {
		return plomb_refuse_of(ctx, (*log)->usable, "keyDetails", (*log)->base_url, plomb_nothing, plomb_nothing);
	}
	return PLOMB_OK;
}

/*
 * Rekor v2 signs checkpoints only. A SET that is there anyway is not looked
 * at and integratedTime never counts; as no time is known, the log's window
 * cannot be compared here.
 */
static plomb_status
verify_v2(plomb_ctx *ctx, const plomb_trust *trust, const plomb_entry *entry, const plomb_log **log)
{
	plomb_checkpoint checkpoint;
	const plomb_log *found;
	plomb_status s;

	if (!entry->has_proof) {
		return PLOMB_TLOG_PROOF_MISSING;
	}
	if ((s = read_proof(entry, &checkpoint)) != PLOMB_OK) {
		return s;
	}
	/* One tree and no shards: both indices are the leaf's. */
	if (entry->log_index != entry->proof_index) {
		return plomb_refuse_text(ctx, PLOMB_TLOG_ENTRY_MALFORMED, "logIndex",
			plomb_refusal_number(ctx, (uint64_t)entry->proof_index),
			plomb_refusal_number(ctx, (uint64_t)entry->log_index));
	}
	if ((s = find_log_v2(ctx, trust, entry, &checkpoint, &found)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_checkpoint_verify_v2(ctx, &checkpoint, found)) != PLOMB_OK) {
		return s;
	}
	if ((s = verify_inclusion(ctx, entry, &checkpoint)) != PLOMB_OK) {
		return s;
	}
	*log = found;
	return PLOMB_OK;
}

/* see entry.h */
plomb_status
plomb_entry_verify(plomb_ctx *ctx, const plomb_trust *trust, plomb_format format,
	const plomb_entry *entry, const plomb_log **log, int *time_ok)
{
	plomb_status s;

	*log = NULL;
	*time_ok = 0;
	if ((s = check_fields(ctx, format, entry)) != PLOMB_OK) {
		return s;
	}
	if (plomb_entry_is_v2(entry)) {
		/* A 0.1 bundle rests on its SET, and Rekor v2 gives none (SPEC 1.1). */
		return format == PLOMB_FORMAT_BUNDLE_0_1 ? PLOMB_TLOG_PROMISE_MISSING
			: verify_v2(ctx, trust, entry, log);
	}
	return verify_v1(ctx, trust, format, entry, log, time_ok);
}
