/*
 * see plomb.h: plomb_verify_…, plomb_accepted
 *
 * The order is SPEC 0's. Each step answers one question and sets one bit; the
 * set of bits that is due is computed from the policy, before and apart from
 * the steps, so that a step which is skipped or forgotten is a refusal.
 */
#include "annotations.h"
#include "base64.h"
#include "bundle.h"
#include "entry.h"
#include "identity.h"
#include "layer.h"
#include "refusal.h"
#include "sct.h"
#include "simplesigning.h"
#include "statement.h"
#include "time.h"
#include "timestamp.h"

#define BIT(check) ((uint32_t)1 << PLOMB_CHECK_##check)

/* No policy takes these away. */
#define ALWAYS (BIT(PARSE) | BIT(MATERIAL) | BIT(BINDING) | BIT(TIME) | BIT(SIGNATURE) | BIT(SUBJECT))

/* Everything about the one candidate that is being judged. */
struct run {
	plomb_ctx *ctx;
	const plomb_trust *trust;
	const plomb_policy *policy;
	plomb_message *artifact;
	const plomb_candidate *candidate;
	plomb_verdict *verdict;
	plomb_status parsed;   /* what the reader said */
	plomb_cert cert;       /* the leaf, if there is one */
	plomb_key cert_key;
	const plomb_key *key;  /* what must have signed: the leaf's key or the policy's */
	plomb_status entry_status[PLOMB_MAX_ENTRIES];
	const plomb_log *entry_log[PLOMB_MAX_ENTRIES];
	unsigned char entry_time_ok[PLOMB_MAX_ENTRIES];
	int entries_seen;
	plomb_status sct;      /* found while the chain was built: it needs the issuer */
	plomb_detail sct_detail;
	plomb_messages messages;
	plomb_statement statement;
	plomb_simplesigning simplesigning;
	uint32_t subject;      /* the statement's subject that is this artifact */
};

static int
is_keyless(const struct run *run)
{
	return run->policy->key == NULL;
}

static void
warn(struct run *run, plomb_status warning)
{
	if (run->verdict->warning_count < PLOMB_MAX_WARNINGS) {
		run->verdict->warning[run->verdict->warning_count ++] = warning;
	}
}

/* Here a clock would have been asked; one warning is enough. */
static void
miss_clock(struct run *run)
{
	const plomb_verdict *v = run->verdict;
	size_t i;

	for (i = 0; i < v->warning_count; i ++) {
		if (v->warning[i] == PLOMB_CLOCK_UNKNOWN) {
			return;
		}
	}
	warn(run, PLOMB_CLOCK_UNKNOWN);
}

/* ------------------------------------------------------- parse and material */

static plomb_status
check_parse(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	plomb_status s;

	if (run->parsed != PLOMB_OK) {
		return run->parsed;
	}
	if (c->signature.n > PLOMB_MAX_SIGNATURE_BYTES) {
		return plomb_refuse_text(run->ctx, PLOMB_LIMIT_EXCEEDED, "bytes of the signature",
			plomb_nothing, plomb_nothing);
	}
	if (c->material != PLOMB_MATERIAL_CERT) {
		return PLOMB_OK;
	}
	if ((s = plomb_cert_parse(c->cert, &run->cert)) != PLOMB_OK) {
		return s;
	}
	s = plomb_key_from_spki(run->ctx->crypto, run->cert.spki, &run->cert_key);
	/* The classes differ: a bad key file is the user's mistake, a bad certificate is the signer's. */
	return s == PLOMB_OK ? PLOMB_OK
		: s == PLOMB_KEY_MALFORMED ? PLOMB_CERT_MALFORMED : PLOMB_CERT_ALG_UNSUPPORTED;
}

/* The hint is nobody's word; cosign writes the base64 of SHA-256 of the key. */
static plomb_status
check_hint(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	unsigned char digest[32];
	plomb_view bytes;

	if (c->hint.n != 0 && c->keyid.n != 0 && !plomb_view_eq(c->hint, c->keyid)) {
		return plomb_refuse_text(run->ctx, PLOMB_BUNDLE_KEY_HINT_MISMATCH, "key hint", c->keyid, c->hint);
	}
	plomb_hash_of(run->ctx->crypto, PLOMB_SHA256, run->policy->key->spki, digest);
	bytes.p = digest;
	bytes.n = sizeof digest;
	if (c->hint.n == plomb_base64_encoded_len(sizeof digest) && !plomb_base64_eq(c->hint, bytes)) {
		warn(run, PLOMB_BUNDLE_KEY_HINT_MISMATCH);
	}
	return PLOMB_OK;
}

/* The policy says which kind of signer is asked for, never the bundle. */
static plomb_status
check_material(struct run *run)
{
	const plomb_candidate *c = run->candidate;

	if (is_keyless(run)) {
		if (c->material == PLOMB_MATERIAL_KEY) {
			return PLOMB_KEY_REQUIRED;
		}
		if (c->material != PLOMB_MATERIAL_CERT) {
			return PLOMB_KEY_NOT_EXPECTED;
		}
		run->key = &run->cert_key;
		return PLOMB_OK;
	}
	if (c->material == PLOMB_MATERIAL_CERT) {
		return PLOMB_CERT_NOT_EXPECTED;
	}
	run->key = run->policy->key;
	return check_hint(run);
}

/* --------------------------------------------------------- transparency log */

static plomb_status
check_duplicates(const plomb_candidate *c)
{
	size_t i, j;

	for (i = 0; i < c->entry_count; i ++) {
		for (j = 0; j < i; j ++) {
			if (c->entries[i].log_index == c->entries[j].log_index
				&& plomb_view_eq(c->entries[i].log_id, c->entries[j].log_id))
			{
				return PLOMB_TLOG_DUPLICATE_ENTRY;
			}
		}
	}
	return PLOMB_OK;
}

/* Ask the logs once; both the log check and the time check read the answers. */
static plomb_status
see_entries(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	size_t i;

	if (run->entries_seen) {
		return PLOMB_OK;
	}
	for (i = 0; i < c->entry_count; i ++) {
		int time_ok;

		run->entry_status[i] = plomb_entry_verify(run->ctx, run->trust, c->format, &c->entries[i],
			&run->entry_log[i], &time_ok);
		if (run->entry_status[i] == PLOMB_NO_ROOM) {
			return PLOMB_NO_ROOM;
		}
		run->entry_time_ok[i] = (unsigned char)(run->entry_status[i] == PLOMB_OK && time_ok);
		/* The candidate is refused for this one: the others need not be asked, and the detail stays its own. */
		if ((run->policy->flags & PLOMB_IGNORE_TLOG) == 0
			&& run->entry_status[i] != PLOMB_OK && run->entry_status[i] != PLOMB_TLOG_LOG_UNKNOWN)
		{
			return run->entry_status[i];
		}
	}
	run->entries_seen = 1;
	return PLOMB_OK;
}

/*
 * One leaf of one log, verified twice. Without a SET nothing binds logIndex,
 * so the same entry can come under another one; the body is what the proof
 * or the SET is about.
 */
static plomb_status
check_distinct(const struct run *run)
{
	const plomb_candidate *c = run->candidate;
	size_t i, j;

	for (i = 0; i < c->entry_count; i ++) {
		for (j = 0; j < i; j ++) {
			if (run->entry_status[i] == PLOMB_OK && run->entry_status[j] == PLOMB_OK
				&& plomb_log_is(run->entry_log[i], run->entry_log[j])
				&& plomb_view_eq(c->entries[i].body, c->entries[j].body))
			{
				return PLOMB_TLOG_DUPLICATE_ENTRY;
			}
		}
	}
	return PLOMB_OK;
}

/* Entry i is the first of its log or operator: thresholds count logs, never entries (CVE-2026-49834). */
static int
is_first_of_log(const struct run *run, size_t i)
{
	size_t j;

	for (j = 0; j < i; j ++) {
		if (run->entry_status[j] == PLOMB_OK && plomb_log_same(run->entry_log[i], run->entry_log[j])) {
			return 0;
		}
	}
	return 1;
}

static plomb_status
check_tlog(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	unsigned threshold = run->policy->tlog_threshold == 0 ? 1 : run->policy->tlog_threshold;
	plomb_status unknown = PLOMB_UNSET, s;
	size_t i;

	if (c->entry_count == 0) {
		return PLOMB_TLOG_ENTRY_MISSING;
	}
	if (run->trust->tlog_count == 0) {
		return PLOMB_ROOT_EMPTY;
	}
	if ((s = check_duplicates(c)) != PLOMB_OK || (s = see_entries(run)) != PLOMB_OK
		|| (s = check_distinct(run)) != PLOMB_OK)
	{
		return s;
	}
	for (i = 0; i < c->entry_count; i ++) {
		if (run->entry_status[i] == PLOMB_TLOG_LOG_UNKNOWN) {
			/* Somebody else's log says nothing to us; another entry may. */
			unknown = PLOMB_TLOG_LOG_UNKNOWN;
			continue;
		}
		if (run->entry_status[i] != PLOMB_OK) {
			return run->entry_status[i];
		}
		run->verdict->tlog_verified += (size_t)is_first_of_log(run, i);
	}
	if (run->verdict->tlog_verified >= threshold) {
		if (unknown != PLOMB_UNSET) {
			warn(run, unknown);
		}
		return PLOMB_OK;
	}
	return unknown != PLOMB_UNSET ? unknown : PLOMB_TLOG_THRESHOLD;
}

/*
 * Every entry, whoever's log it is in and whether or not a log was asked for:
 * an entry about something else is a sign of a forged bundle
 * (CVE-2022-36056, CVE-2026-22703, TOB-SIGSTORE-3).
 */
static plomb_status
check_binding(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	plomb_status s;
	size_t i;

	for (i = 0; i < c->entry_count; i ++) {
		s = plomb_entry_bind(run->ctx, c, &c->entries[i],
			is_keyless(run) ? &run->cert : NULL, run->key, &run->messages);
		if (s == PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED) {
			/* The refusal names the hash: a caller with the bytes can add it. */
			run->verdict->hash_wanted = plomb_hash_named(run->ctx->detail->want);
		}
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* -------------------------------------------------------------------- time */

static void
add_time(struct run *run, plomb_time time, plomb_time_source source)
{
	plomb_verdict *v = run->verdict;

	v->times[v->time_count] = time;
	v->time_sources[v->time_count] = source;
	v->time_count ++;
}

static plomb_status
take_log_times(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	plomb_window validity;
	plomb_status s;
	size_t i;

	if ((s = see_entries(run)) != PLOMB_OK) {
		return s;
	}
	validity.start = run->cert.not_before;
	validity.end = run->cert.not_after;
	validity.has_start = validity.has_end = 1;
	for (i = 0; i < c->entry_count; i ++) {
		plomb_time time;

		time.s = c->entries[i].integrated_time;
		time.ns = 0;
		if (time.s == 0 || plomb_entry_is_v2(&c->entries[i])) {
			continue;
		}
		/* A time that nobody signed can refuse, never help. */
		if (is_keyless(run) && !plomb_window_has(&validity, &time)) {
			return plomb_refuse_time(run->ctx, PLOMB_TLOG_TIME_OUTSIDE_CERT, "logged at",
				&run->cert.not_after, &time);
		}
		/* Only the SET binds integratedTime: CVE-2024-55655, CVE-2026-48816. */
		if (!run->entry_time_ok[i]) {
			continue;
		}
		if (!run->policy->now_known) {
			miss_clock(run);
		} else if (plomb_time_cmp(&time, &run->policy->now) > 0) {
			return plomb_refuse_time(run->ctx, PLOMB_TLOG_TIME_IN_FUTURE, "logged at",
				&run->policy->now, &time);
		}
		add_time(run, time, PLOMB_TIME_SOURCE_TLOG);
	}
	return PLOMB_OK;
}

/*
 * A token by a known authority must verify; one by a stranger is passed over
 * if something else says when (SPEC 8.6).
 */
static plomb_status
take_timestamps(struct run *run, size_t *authorities, plomb_status *stranger)
{
	const plomb_candidate *c = run->candidate;
	const plomb_authority *seen[PLOMB_MAX_TIMESTAMPS];
	plomb_status s;
	size_t i, j;

	*authorities = 0;
	*stranger = PLOMB_UNSET;
	for (i = 0; i < c->timestamp_count; i ++) {
		const plomb_authority *authority;
		plomb_time time;

		s = plomb_timestamp_verify(run->ctx, run->trust, c->timestamps[i], c->stamped, &time, &authority);
		if (s == PLOMB_TIMESTAMP_SIGNER_MISSING || s == PLOMB_TIMESTAMP_SIGNER_UNTRUSTED) {
			*stranger = s;
			continue;
		}
		if (s != PLOMB_OK) {
			return s;
		}
		add_time(run, time, PLOMB_TIME_SOURCE_TSA);
		for (j = 0; j < *authorities && !plomb_authority_same(seen[j], authority); j ++) {
			continue;
		}
		if (j < *authorities) {
			warn(run, PLOMB_TIMESTAMP_DUPLICATE_AUTHORITY);
			continue;
		}
		seen[(*authorities) ++] = authority;
	}
	return PLOMB_OK;
}

static plomb_status
check_key_period(struct run *run)
{
	const plomb_verdict *v = run->verdict;
	const plomb_window *valid = &run->key->valid;
	size_t i;

	for (i = 0; i < v->time_count; i ++) {
		if (!plomb_window_has(valid, &v->times[i])) {
			return plomb_refuse_time(run->ctx, PLOMB_KEY_OUTSIDE_VALIDITY, "time of signing",
				valid->has_end ? &valid->end : &valid->start, &v->times[i]);
		}
	}
	return PLOMB_OK;
}

/*
 * An entry that says no time of its own was made no earlier than the
 * signature in it, so it is not of a log that had ended by then: whoever has
 * the key of a log that is no more can sign any tree. A certificate's times
 * are asked, because they must be there; a key's timestamp could be left out.
 */
static plomb_status
check_log_ends(struct run *run)
{
	const plomb_verdict *v = run->verdict;
	size_t i, j;

	for (i = 0; i < run->candidate->entry_count; i ++) {
		const plomb_log *log = run->entry_log[i];

		if (run->entry_status[i] != PLOMB_OK || run->entry_time_ok[i] || !log->key.valid.has_end) {
			continue;
		}
		for (j = 0; j < v->time_count; j ++) {
			if (plomb_time_cmp(&v->times[j], &log->key.valid.end) > 0) {
				return plomb_refuse_outside(run->ctx, PLOMB_TLOG_LOG_OUTSIDE_VALIDITY,
					&log->key.valid, log->base_url, &v->times[j]);
			}
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_time(struct run *run)
{
	const plomb_policy *policy = run->policy;
	plomb_status stranger, s;
	size_t authorities;
	int needed;

	if ((s = take_log_times(run)) != PLOMB_OK
		|| (s = take_timestamps(run, &authorities, &stranger)) != PLOMB_OK)
	{
		return s;
	}
	needed = is_keyless(run) || run->key->valid.has_start || run->key->valid.has_end;
	if ((policy->flags & PLOMB_REQUIRE_TIMESTAMP) != 0 && authorities == 0) {
		return stranger != PLOMB_UNSET ? stranger : PLOMB_TIME_MISSING;
	}
	/* cosign's rule for "no log, no timestamp": the certificate must be valid now. */
	if (needed && run->verdict->time_count == 0 && stranger == PLOMB_UNSET && (policy->flags & PLOMB_IGNORE_TLOG) != 0) {
		if (policy->now_known) {
			add_time(run, policy->now, PLOMB_TIME_SOURCE_CLOCK);
		} else {
			miss_clock(run);
		}
	}
	if (needed && run->verdict->time_count == 0) {
		return stranger != PLOMB_UNSET ? stranger : PLOMB_TIME_MISSING;
	}
	if (stranger != PLOMB_UNSET) {
		warn(run, stranger);
	}
	if (!is_keyless(run)) {
		return check_key_period(run);
	}
	return (policy->flags & PLOMB_IGNORE_TLOG) != 0 ? PLOMB_OK : check_log_ends(run);
}

/* ------------------------------------------------------------- certificate */

/*
 * cosign 2 puts the issuing certificates beside the signature. They are
 * helpers only, and only for an authority of which nothing but the anchor is
 * known (SPEC 10.2).
 */
static plomb_status
read_helpers(struct run *run, const plomb_cert **helpers, size_t *count)
{
	const plomb_candidate *c = run->candidate;
	plomb_cert *certs;
	plomb_status s;
	size_t i;

	*helpers = NULL;
	*count = 0;
	if (c->format != PLOMB_FORMAT_SIMPLESIGNING && c->format != PLOMB_FORMAT_DSSE
		&& c->format != PLOMB_FORMAT_DETACHED)
	{
		return PLOMB_OK;
	}
	certs = plomb_work_take_array(run->ctx->work, c->chain_count, sizeof *certs);
	if (certs == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (i = 0; i < c->chain_count; i ++) {
		if ((s = plomb_cert_parse(c->chain[i], &certs[*count])) != PLOMB_OK) {
			return s;
		}
		if (!plomb_view_eq(certs[*count].issuer, certs[*count].subject)) {
			(*count) ++;
		}
	}
	*helpers = certs;
	return PLOMB_OK;
}

/*
 * A path from the leaf to this authority at these times, and an SCT under the
 * issuer that this path found, never one that an unverified chain names.
 */
static plomb_status
try_authority(struct run *run, const plomb_authority *authority, const plomb_cert *helpers, size_t helper_count,
	const plomb_time *times, size_t time_count)
{
	const plomb_policy *policy = run->policy;
	const plomb_cert *issuer;
	plomb_status s, sct;

	s = plomb_path_verify(run->ctx, &run->cert, authority,
		authority->cert_count == 1 ? helpers : NULL, authority->cert_count == 1 ? helper_count : 0,
		PLOMB_FOR_CODE_SIGNING, times, time_count, &issuer);
	if (s != PLOMB_OK || run->sct == PLOMB_OK || (policy->flags & PLOMB_IGNORE_SCT) != 0) {
		return s;
	}
	sct = plomb_sct_verify(run->ctx, run->trust, &run->cert, issuer,
		policy->sct_threshold == 0 ? 1 : policy->sct_threshold);
	if (sct == PLOMB_NO_ROOM) {
		return sct;
	}
	if (sct == PLOMB_OK || run->sct == PLOMB_UNSET) {
		run->sct = sct;
		run->sct_detail = *run->ctx->detail;
	}
	return PLOMB_OK;
}

/* The trust root's authorities at these times: OK if one of them, else the reason that got furthest. */
static plomb_status
try_authorities(struct run *run, const plomb_cert *helpers, size_t helper_count,
	const plomb_time *times, size_t time_count)
{
	plomb_status best = PLOMB_CERT_UNTRUSTED;
	plomb_detail detail = *run->ctx->detail;
	size_t i;
	int found = 0;

	for (i = 0; i < run->trust->ca_count; i ++) {
		plomb_status s = try_authority(run, &run->trust->cas[i], helpers, helper_count, times, time_count);

		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s == PLOMB_OK && (run->sct == PLOMB_OK || (run->policy->flags & PLOMB_IGNORE_SCT) != 0)) {
			return PLOMB_OK;
		}
		if (s == PLOMB_OK) {
			found = 1;
			continue;
		}
		if (plomb_path_rank(s) > plomb_path_rank(best)) {
			best = s;
			detail = *run->ctx->detail;
		}
	}
	if (!found) {
		*run->ctx->detail = detail;
	}
	return found ? PLOMB_OK : best;
}

/*
 * Valid at every verified time, not at any (TOB-SIGSTORE-4). One authority
 * usually serves them all; otherwise each time may have its own.
 */
static plomb_status
check_chain(struct run *run)
{
	const plomb_verdict *v = run->verdict;
	const plomb_cert *helpers;
	size_t helper_count, i;
	plomb_status s, each;

	/* No time, no path: "valid at all of them" is true of none. */
	if (v->time_count == 0) {
		return PLOMB_TIME_MISSING;
	}
	if (run->trust->ca_count == 0) {
		return PLOMB_ROOT_EMPTY;
	}
	if ((s = read_helpers(run, &helpers, &helper_count)) != PLOMB_OK) {
		return s;
	}
	s = try_authorities(run, helpers, helper_count, v->times, v->time_count);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM || v->time_count == 1 || run->trust->ca_count == 1) {
		return s;
	}
	for (i = 0; i < v->time_count; i ++) {
		each = try_authorities(run, helpers, helper_count, &v->times[i], 1);
		if (each != PLOMB_OK) {
			return each == PLOMB_NO_ROOM ? each : s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_sct(struct run *run)
{
	*run->ctx->detail = run->sct_detail;
	return run->sct;
}

static plomb_status
check_identity(struct run *run)
{
	return plomb_identity_check_san(run->ctx, &run->cert, &run->policy->identity, &run->verdict->subject);
}

static plomb_status
check_issuer(struct run *run)
{
	return plomb_identity_check_issuer(run->ctx, &run->cert, &run->policy->issuer, &run->verdict->issuer);
}

static plomb_status
check_extensions(struct run *run)
{
	if (!is_keyless(run)) {
		return PLOMB_IDENTITY_EXTENSION_MISMATCH;
	}
	return plomb_identity_check_extensions(run->ctx, &run->cert, run->policy->extensions, run->policy->extension_count);
}

/* --------------------------------------------------------------- signature */

static plomb_status
check_signature(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	plomb_hash pinned = run->policy->signature_hash;
	plomb_hash wanted = pinned != PLOMB_HASH_NONE ? pinned : plomb_key_default_hash(run->key);
	plomb_message *message = run->messages.signed_;
	plomb_hash used;
	plomb_status s;

	s = plomb_key_verify_auto(run->ctx, run->key, pinned, message, c->signature, &used);
	/*
	 * This key does not sign over the hash that the policy pins. Of a
	 * given key that is the caller's contradiction; of a certificate's it
	 * is what was signed, and no other digest of the artifact would help.
	 * Or there is no code for this kind of key.
	 */
	if (s == PLOMB_KEY_TYPE_UNSUPPORTED && is_keyless(run)) {
		return pinned == PLOMB_HASH_NONE ? PLOMB_CERT_ALG_UNSUPPORTED
			: plomb_refuse_text(run->ctx, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, "hash",
			plomb_view_of(plomb_hash_name(pinned)), plomb_nothing);
	}
	if (s != PLOMB_OK && plomb_message_digest(message, run->ctx->crypto, wanted) == NULL) {
		/* The one that the key goes with is not known, and a caller may have it. */
		run->verdict->hash_wanted = wanted;
	}
	return s;
}

/* ------------------------------------------------------------------ claims */

/* messageDigest is a hint, but one that must be right. The signature itself binds the artifact. */
static plomb_status
check_message_digest(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	const unsigned char *digest;
	size_t len = plomb_hash_len(c->digest_hash);
	plomb_view want;

	if (!c->has_digest) {
		return PLOMB_OK;
	}
	if (c->digest_hash == PLOMB_HASH_NONE) {
		return PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED;
	}
	digest = plomb_message_digest(run->artifact, run->ctx->crypto, c->digest_hash);
	if (digest == NULL) {
		run->verdict->hash_wanted = c->digest_hash;
		return PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED;
	}
	if (c->digest.n == len && memcmp(c->digest.p, digest, len) == 0) {
		return PLOMB_OK;
	}
	want = plomb_refusal_digest(run->ctx, c->digest_hash, digest);
	return plomb_refuse_text(run->ctx, PLOMB_ARTIFACT_DIGEST_MISMATCH, "artifact digest", want,
		c->digest.n == len ? plomb_refusal_digest(run->ctx, c->digest_hash, c->digest.p) : c->digest);
}

static plomb_status
check_subject(struct run *run)
{
	const plomb_candidate *c = run->candidate;
	int ignore_claims = (run->policy->flags & PLOMB_IGNORE_CLAIMS) != 0;
	plomb_status s;

	if (c->content == PLOMB_CONTENT_MESSAGE) {
		return check_message_digest(run);
	}
	if (c->content == PLOMB_CONTENT_SIMPLESIGNING) {
		if ((s = plomb_simplesigning_parse(run->ctx, c->payload, &run->simplesigning)) != PLOMB_OK) {
			return s;
		}
		return ignore_claims ? PLOMB_OK
			: plomb_simplesigning_check(run->ctx, &run->simplesigning, run->artifact);
	}
	if ((s = plomb_statement_parse(run->ctx, c->payload, &run->statement)) != PLOMB_OK) {
		return s;
	}
	run->verdict->predicate_type = run->statement.predicate_type;
	run->subject = PLOMB_JSON_NONE;
	/* In a bundle the subject is the artifact policy, not a claim that a flag can wave through. */
	if (ignore_claims && c->format == PLOMB_FORMAT_DSSE) {
		return PLOMB_OK;
	}
	return plomb_statement_subject(run->ctx, &run->statement, run->artifact, &run->subject);
}

/* Filtered before a success is counted: CVE-2022-35929, CVE-2022-35930, CVE-2026-39395. */
static plomb_status
check_predicate(struct run *run)
{
	plomb_view want = run->policy->predicate_type;

	if (run->candidate->content == PLOMB_CONTENT_DSSE
		&& (want.p == NULL || plomb_view_eq(run->statement.predicate_type, want)))
	{
		return PLOMB_OK;
	}
	return plomb_refuse_text(run->ctx, PLOMB_PREDICATE_TYPE_MISMATCH, "predicate type", want, run->verdict->predicate_type);
}

static plomb_status
check_annotations(struct run *run)
{
	const plomb_policy *policy = run->policy;

	if (run->candidate->content == PLOMB_CONTENT_SIMPLESIGNING) {
		return plomb_annotations_check(run->ctx, &run->simplesigning.doc, run->simplesigning.optional,
			policy->annotations, policy->annotation_count);
	}
	if (run->candidate->content == PLOMB_CONTENT_DSSE && run->subject != PLOMB_JSON_NONE) {
		return plomb_annotations_check(run->ctx, &run->statement.doc,
			plomb_statement_annotations(&run->statement, run->subject),
			policy->annotations, policy->annotation_count);
	}
	/* A bare signature has no place for annotations. */
	run->ctx->detail->what = policy->annotations[0].name;
	run->ctx->detail->want = policy->annotations[0].value.exact;
	return PLOMB_ANNOTATION_MISMATCH;
}

/* ----------------------------------------------------------------- verdict */

/* What is due, from the policy and the kind of content alone. */
static uint32_t
required_set(const plomb_policy *policy, const plomb_candidate *c)
{
	uint32_t set = ALWAYS;

	if ((policy->flags & PLOMB_IGNORE_TLOG) == 0) {
		set |= BIT(TLOG);
	}
	if (policy->key == NULL) {
		set |= BIT(CHAIN) | BIT(IDENTITY) | BIT(ISSUER);
		if ((policy->flags & PLOMB_IGNORE_SCT) == 0) {
			set |= BIT(SCT);
		}
	}
	if (policy->extension_count != 0) {
		set |= BIT(EXTENSIONS);
	}
	/* A simple signing payload has no predicate: its type is checked with its subject. */
	if (c->content != PLOMB_CONTENT_SIMPLESIGNING
		&& (policy->predicate_type.p != NULL || (policy->flags & PLOMB_REQUIRE_STATEMENT) != 0))
	{
		set |= BIT(PREDICATE);
	}
	if (policy->annotation_count != 0) {
		set |= BIT(ANNOTATIONS);
	}
	return set;
}

typedef plomb_status (*step_fn)(struct run *run);

/* In the order of PLOMB_CHECK_LIST, which is SPEC 0's. */
static const step_fn steps[PLOMB_CHECK_COUNT] = {
	check_parse, check_material, check_tlog, check_binding, check_time, check_chain, check_sct,
	check_identity, check_issuer, check_extensions, check_signature, check_subject, check_predicate,
	check_annotations,
};

/*
 * Which check is the i-th. Where a bundle names its artifact's digest
 * outright, a wrong artifact is told as that, before the log says the same in
 * its own words: the subject comes third, the others keep their order.
 */
static plomb_check
step_at(const plomb_candidate *c, unsigned i)
{
	if (c->content != PLOMB_CONTENT_MESSAGE || i < PLOMB_CHECK_TLOG || i > PLOMB_CHECK_SUBJECT) {
		return (plomb_check)i;
	}
	return i == PLOMB_CHECK_TLOG ? PLOMB_CHECK_SUBJECT : (plomb_check)(i - 1);
}

/* Walk the steps; PLOMB_OK if none refused. Says nothing about whether all were due or done. */
static plomb_status
walk(struct run *run)
{
	plomb_verdict *v = run->verdict;
	unsigned i;

	for (i = 0; i < PLOMB_CHECK_COUNT; i ++) {
		plomb_check check = step_at(run->candidate, i);
		uint32_t bit = (uint32_t)1 << check;
		plomb_status s;

		if ((v->required & bit) == 0) {
			v->check[check] = PLOMB_NOT_REQUIRED;
			continue;
		}
		if (check != PLOMB_CHECK_PARSE) {
			memset(run->ctx->detail, 0, sizeof *run->ctx->detail);
		}
		s = steps[check](run);
		v->check[check] = s;
		if (s != PLOMB_OK) {
			return s == PLOMB_UNSET ? PLOMB_INTERNAL_ERROR : s;
		}
		v->passed |= bit;
	}
	return PLOMB_OK;
}

/* The two sets, compared as they are and as their complements, read anew each time. */
static int
sets_equal(const plomb_verdict *verdict)
{
	const volatile uint32_t *required = &verdict->required, *passed = &verdict->passed;

	if (*required != *passed || (*required & ALWAYS) != ALWAYS) {
		return 0;
	}
	return (~*passed & ~(uint32_t)0) == (~*required & ~(uint32_t)0) && (*passed & ALWAYS) == ALWAYS;
}

/* see plomb.h */
int
plomb_accepted(const plomb_verdict *verdict)
{
	return verdict->status == PLOMB_OK && sets_equal(verdict);
}

/* What the candidate says about itself, for people; the checks do not read it. */
static void
describe(const plomb_candidate *c, plomb_verdict *v)
{
	v->format = c->format;
	v->certificate = c->cert;
	v->payload = c->payload;
	v->payload_type = c->payload_type;
	v->signature = c->signature;
}

/* Judge a candidate; parsed is what its reader said. ctx->detail is the verdict's. */
static plomb_status
judge(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy,
	plomb_message *artifact, const plomb_candidate *candidate, plomb_status parsed, plomb_verdict *verdict)
{
	struct run run;
	plomb_status s;

	memset(&run, 0, sizeof run);
	run.ctx = ctx;
	run.trust = trust;
	run.policy = policy;
	run.artifact = artifact;
	run.candidate = candidate;
	run.verdict = verdict;
	plomb_messages_init(&run.messages, candidate, artifact);
	run.parsed = parsed;
	describe(candidate, verdict);
	verdict->required = required_set(policy, candidate);
	s = walk(&run);
	/* A check in the list that was never asked, or one that answered without being due. */
	if (s == PLOMB_OK && !sets_equal(verdict)) {
		s = PLOMB_INTERNAL_ERROR;
	}
	verdict->status = s;
	return s;
}

/* The same context, with what is found written into the verdict. */
static plomb_ctx
begin(const plomb_ctx *ctx, plomb_verdict *verdict)
{
	plomb_ctx inner = *ctx;

	memset(verdict, 0, sizeof *verdict);
	inner.detail = &verdict->detail;
	return inner;
}

/* see plomb.h */
plomb_status
plomb_verify_bundle(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy,
	plomb_message *artifact, plomb_view bundle, plomb_verdict *verdict)
{
	plomb_ctx inner = begin(ctx, verdict);
	plomb_candidate candidate;
	plomb_status parsed = plomb_bundle_parse(&inner, bundle, policy->flags, &candidate);

	return judge(&inner, trust, policy, artifact, &candidate, parsed, verdict);
}

typedef plomb_status (*layer_fn)(plomb_ctx *ctx, const plomb_layer *layer, plomb_candidate *candidate);

static plomb_status
verify_layer(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy, plomb_message *artifact,
	const plomb_layer *layer, layer_fn parse, plomb_verdict *verdict)
{
	plomb_ctx inner = begin(ctx, verdict);
	plomb_candidate candidate;
	plomb_status parsed = parse(&inner, layer, &candidate);

	return judge(&inner, trust, policy, artifact, &candidate, parsed, verdict);
}

/* see plomb.h */
plomb_status
plomb_verify_simplesigning(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy,
	plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict)
{
	return verify_layer(ctx, trust, policy, artifact, layer, plomb_layer_parse_simplesigning, verdict);
}

/* see plomb.h */
plomb_status
plomb_verify_envelope(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy,
	plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict)
{
	return verify_layer(ctx, trust, policy, artifact, layer, plomb_layer_parse_envelope, verdict);
}

/* see plomb.h */
plomb_status
plomb_verify_detached(plomb_ctx *ctx, const plomb_trust *trust, const plomb_policy *policy,
	plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict)
{
	return verify_layer(ctx, trust, policy, artifact, layer, plomb_layer_parse_detached, verdict);
}
