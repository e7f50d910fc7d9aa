/* see session.h */
#include "session.h"

#include "../core/cert.h"
#include "../core/identity.h"
#include "../core/json.h"
#include "payload.h"
#include "rekor.h"
#include "tsa.h"

#define CLOCK_MARGIN_S 300

static const plomb_view nothing = { NULL, 0 };

/* What an answer of that service is refused for. */
static plomb_status
blame(plomb_session *session, plomb_view url, plomb_status called, plomb_status reason)
{
	if (reason == PLOMB_NO_ROOM || reason == PLOMB_IO_ERROR) {
		return reason;
	}
	plomb_ask_explain(session->asker, url, plomb_status_sentence(reason), nothing);
	return called;
}

static int
has_rekor(const plomb_services *services, unsigned version)
{
	size_t i;

	for (i = 0; i < services->rekor_count; i ++) {
		if (services->rekor[i].version == version) {
			return 1;
		}
	}
	return 0;
}

/* see session.h */
plomb_hash
plomb_session_hash(const plomb_session *session, const plomb_to_sign *what)
{
	plomb_key_kind kind;

	kind = session->key->public_key.kind;
	/* Rekor 1 knows envelopes of every key over SHA-256 alone, and so does cosign's verifier (SPEC 3.3). */
	if ((kind == PLOMB_KEY_P384 || kind == PLOMB_KEY_P521) && what->payload_type.p != NULL && has_rekor(session->services, 1)) {
		return PLOMB_SHA256;
	}
	if (kind != PLOMB_KEY_ED25519) {
		return plomb_key_default_hash(&session->key->public_key);
	}
	/* Logs know a hashed message only, Rekor 1 an envelope that is signed as it is (SPEC 3.2). cosign signs layers hashed and verifies them as they are: without a log, as they are. */
	if (what->payload_type.p != NULL) {
		return has_rekor(session->services, 2) ? PLOMB_SHA512 : PLOMB_HASH_NONE;
	}
	return session->services->rekor_count != 0 ? PLOMB_SHA512 : PLOMB_HASH_NONE;
}

/* -------------------------------------------------------------- certificate */

/* Whom the certificate is for: the policy of whoever believes it. */
static plomb_status
read_identity(plomb_session *session)
{
	plomb_cert *cert;
	plomb_status s;

	cert = plomb_work_take(session->ctx->work, sizeof *cert);
	if (cert == NULL) {
		return PLOMB_NO_ROOM;
	}
	if ((s = plomb_cert_parse(session->certificate.leaf, cert)) != PLOMB_OK
		|| (s = plomb_identity_san(cert, &session->subject)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_identity_issuer(cert, &session->issuer);
}

/* see session.h */
plomb_status
plomb_session_begin(plomb_session *session)
{
	plomb_view body, answer, url;
	plomb_status s;

	memset(&session->certificate, 0, sizeof session->certificate);
	session->subject = session->issuer = nothing;
	if (session->token == NULL) {
		return PLOMB_OK;
	}
	url = session->services->ca.url;
	if ((s = plomb_fulcio_request(session->ctx, session->key, session->token, &body)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_ask_fulcio(session->asker, session->ctx, url, body, &answer)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_fulcio_read(session->ctx, answer, session->key, &session->certificate)) != PLOMB_OK) {
		return blame(session, url, s, s);
	}
	s = read_identity(session);
	return s == PLOMB_OK ? s : blame(session, url, PLOMB_FULCIO_ANSWER_MALFORMED, s);
}

/* ----------------------------------------------------------------- signature */

static plomb_status
make_signature(plomb_session *session, const plomb_to_sign *what, plomb_made *made)
{
	plomb_signed *parts;
	plomb_status s;

	parts = &made->parts;
	parts->certificate = session->certificate.leaf;
	parts->key = &session->key->public_key;
	parts->hash = plomb_session_hash(session, what);
	parts->message = what->message;
	if (what->payload_type.p != NULL) {
		parts->payload_type = what->payload_type;
		parts->payload = what->payload;
		parts->message = plomb_work_take(session->ctx->work, sizeof *parts->message);
		if (parts->message == NULL) {
			return PLOMB_NO_ROOM;
		}
		if ((s = plomb_payload_pae(session->ctx->work, what->payload_type, what->payload, parts->message)) != PLOMB_OK) {
			return s;
		}
	}
	s = plomb_private_key_sign(session->ctx, session->key, parts->hash, parts->message, &parts->signature);
	if (s == PLOMB_OK && what->payload_type.p != NULL) {
		s = plomb_assemble_envelope(session->ctx->work, parts, &made->envelope);
	}
	return s;
}

/* ---------------------------------------------------------------- timestamps */

static plomb_status
add_timestamp(plomb_session *session, plomb_view url, plomb_made *made)
{
	unsigned char nonce[PLOMB_TSA_NONCE];
	plomb_view query, reply;
	plomb_status s;

	if ((s = plomb_tsa_request(session->ctx, session->random, made->parts.signature, nonce, &query)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_ask_tsa(session->asker, session->ctx, url, query, &reply)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_tsa_check(session->ctx, reply, made->parts.signature, nonce)) != PLOMB_OK) {
		return blame(session, url, PLOMB_SIGN_TSA, s);
	}
	made->parts.timestamp[made->parts.timestamp_count] = reply;
	made->parts.timestamp_count ++;
	return PLOMB_OK;
}

static plomb_status
add_timestamps(plomb_session *session, plomb_made *made)
{
	plomb_status s;
	size_t i;

	for (i = 0; i < session->services->tsa_count; i ++) {
		if ((s = add_timestamp(session, session->services->tsa[i].url, made)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* cosign 2's annotation of a timestamp. */
static plomb_status
write_timestamp(plomb_session *session, plomb_made *made)
{
	plomb_writer writer;

	if (made->parts.timestamp_count == 0) {
		return PLOMB_OK;
	}
	plomb_writer_begin(&writer, session->ctx->work);
	plomb_write_str(&writer, "{\"SignedRFC3161Timestamp\":\"");
	plomb_write_base64(&writer, made->parts.timestamp[0]);
	plomb_write_str(&writer, "\"}");
	return plomb_writer_end(&writer, &made->timestamp_annotation);
}

/* ---------------------------------------------------------------------- logs */

static plomb_status
read_index(plomb_session *session, plomb_view entry, int64_t *index)
{
	plomb_json doc;
	plomb_status s;
	size_t mark;

	mark = plomb_work_mark(session->ctx->work);
	if ((s = plomb_json_parse(session->ctx->work, entry, &doc)) == PLOMB_OK) {
		s = plomb_json_int64(&doc, plomb_json_member(&doc, 0, "logIndex"), index);
	}
	plomb_work_release(session->ctx->work, mark);
	return s;
}

static plomb_status
read_entry(plomb_session *session, unsigned version, plomb_view answer, plomb_made *made)
{
	plomb_view *entry;
	plomb_status s;

	entry = &made->parts.entry[made->parts.entry_count];
	s = version == 1 ? plomb_rekor_v1_read(session->ctx, answer, entry) : plomb_rekor_v2_read(session->ctx, answer, entry);
	if (s == PLOMB_OK && version == 1) {
		s = plomb_rekor_v1_annotation(session->ctx, answer, &made->log_annotation);
	}
	if (s == PLOMB_OK) {
		s = read_index(session, *entry, &made->log_index[made->parts.entry_count]);
	}
	made->parts.entry_count ++;
	return s;
}

static plomb_status
add_entry(plomb_session *session, const plomb_service *service, plomb_made *made)
{
	plomb_rekor_request request;
	plomb_view body, answer;
	plomb_status s;

	memset(&request, 0, sizeof request);
	request.certificate = made->parts.certificate;
	request.key = made->parts.key;
	request.hash = made->parts.hash;
	request.message = made->parts.message;
	request.signature = made->parts.signature;
	request.envelope = made->envelope;
	s = service->version == 1 ? plomb_rekor_v1_request(session->ctx, &request, &body)
		: plomb_rekor_v2_request(session->ctx, &request, &body);
	if (s != PLOMB_OK) {
		return blame(session, service->url, s, s);
	}
	if ((s = plomb_ask_rekor(session->asker, session->ctx, service->url, service->version, body, &answer)) != PLOMB_OK) {
		return s;
	}
	s = read_entry(session, service->version, answer, made);
	return s == PLOMB_OK ? s : blame(session, service->url, PLOMB_REKOR_ANSWER_MALFORMED, s);
}

static plomb_status
add_entries(plomb_session *session, plomb_made *made)
{
	plomb_status s;
	size_t i;

	for (i = 0; i < session->services->rekor_count; i ++) {
		if ((s = add_entry(session, &session->services->rekor[i], made)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* -------------------------------------------------------------------- verify */

static void
make_policy(const plomb_session *session, const plomb_to_sign *what, plomb_policy *policy)
{
	memset(policy, 0, sizeof *policy);
	policy->flags = session->flags;
	policy->predicate_type = what->predicate_type;
	policy->now_known = session->now_known;
	policy->now = session->now;
	/* The log's clock is another one, and time has passed since this one was read. Where it is the only one, it counts as it is. */
	if (session->services->rekor_count + session->services->tsa_count != 0) {
		policy->now.s += CLOCK_MARGIN_S;
	}
	policy->tlog_threshold = (unsigned)session->services->rekor_count;
	if (session->services->rekor_count == 0) {
		policy->flags |= PLOMB_IGNORE_TLOG;
	}
	if (session->services->tsa_count != 0) {
		policy->flags |= PLOMB_REQUIRE_TIMESTAMP;
	}
	if (session->token == NULL) {
		policy->key = &session->key->public_key;
		return;
	}
	policy->identity.exact = session->subject;
	policy->issuer.exact = session->issuer;
}

static plomb_status
encode(plomb_session *session, plomb_view bytes, plomb_view *text)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, session->ctx->work);
	plomb_write_base64(&writer, bytes);
	return plomb_writer_end(&writer, text);
}

static plomb_status
verify_layer(plomb_session *session, const plomb_to_sign *what, const plomb_made *made, const plomb_policy *policy, plomb_verdict *verdict)
{
	plomb_layer layer;
	plomb_status s;

	memset(&layer, 0, sizeof layer);
	layer.payload = what->payload_type.p != NULL ? made->envelope : what->payload;
	layer.certificate = session->certificate.leaf_pem;
	layer.chain = session->certificate.chain_pem;
	layer.bundle = made->log_annotation;
	layer.timestamp = made->timestamp_annotation;
	if (what->payload_type.p != NULL) {
		layer.signature = plomb_view_of("");
		return plomb_verify_envelope(session->ctx, session->trust, policy, what->artifact, &layer, verdict);
	}
	if ((s = encode(session, made->parts.signature, &layer.signature)) != PLOMB_OK) {
		verdict->status = s;
		return s;
	}
	if (what->form == PLOMB_FORM_DETACHED) {
		return plomb_verify_detached(session->ctx, session->trust, policy, what->artifact, &layer, verdict);
	}
	return plomb_verify_simplesigning(session->ctx, session->trust, policy, what->artifact, &layer, verdict);
}

/* Every timestamp that was asked for counts, and nothing of this session's is only "there too". */
static int
has_all_times(const plomb_verdict *verdict, const plomb_made *made)
{
	size_t i, stamps;

	stamps = 0;
	for (i = 0; i < verdict->time_count; i ++) {
		stamps += verdict->time_sources[i] == PLOMB_TIME_SOURCE_TSA;
	}
	return made->parts.timestamp_count == 0 || stamps != 0;
}

static plomb_status
verify(plomb_session *session, const plomb_to_sign *what, const plomb_made *made)
{
	plomb_verdict *verdict;
	plomb_policy policy;
	plomb_status s;
	size_t mark;

	mark = plomb_work_mark(session->ctx->work);
	verdict = plomb_work_take(session->ctx->work, sizeof *verdict);
	if (verdict == NULL) {
		return PLOMB_NO_ROOM;
	}
	memset(verdict, 0, sizeof *verdict);
	make_policy(session, what, &policy);
	s = what->form == PLOMB_FORM_BUNDLE
		? plomb_verify_bundle(session->ctx, session->trust, &policy, what->artifact, made->bundle, verdict)
		: verify_layer(session, what, made, &policy, verdict);
	if (s == PLOMB_OK && (!plomb_accepted(verdict) || !has_all_times(verdict, made))) {
		s = PLOMB_INTERNAL_ERROR;
	}
	plomb_work_release(session->ctx->work, mark);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	plomb_ask_explain(session->asker, nothing, plomb_status_code(s), plomb_view_of(plomb_status_sentence(s)));
	return PLOMB_SIGN_UNVERIFIED;
}

/* cosign 2's forms hold one entry of Rekor 1 and one timestamp. */
static plomb_status
check_form(plomb_session *session, const plomb_to_sign *what)
{
	const plomb_services *services;
	size_t most;

	services = session->services;
	most = what->form == PLOMB_FORM_BUNDLE ? PLOMB_MAX_SIGNED_ENTRIES : 1;
	if (services->rekor_count <= most && services->tsa_count <= most
		&& (what->form == PLOMB_FORM_BUNDLE || !has_rekor(services, 2)))
	{
		return PLOMB_OK;
	}
	plomb_ask_explain(session->asker, nothing, what->form == PLOMB_FORM_BUNDLE ? "more logs or timestamp authorities than a bundle is given"
		: "cosign 2's format holds one entry of Rekor 1 and one timestamp: use the new bundle format", nothing);
	return PLOMB_CONFIG_INVALID;
}

/* see session.h */
plomb_status
plomb_session_sign(plomb_session *session, const plomb_to_sign *what, plomb_made *made)
{
	plomb_status s;

	memset(made, 0, sizeof *made);
	session->asker->why[0] = 0;
	if ((s = check_form(session, what)) != PLOMB_OK
		|| (s = make_signature(session, what, made)) != PLOMB_OK
		|| (s = add_timestamps(session, made)) != PLOMB_OK
		|| (s = add_entries(session, made)) != PLOMB_OK
		|| (s = write_timestamp(session, made)) != PLOMB_OK)
	{
		return s;
	}
	if (what->form == PLOMB_FORM_BUNDLE && (s = plomb_assemble_bundle(session->ctx, &made->parts, &made->bundle)) != PLOMB_OK) {
		return s;
	}
	return verify(session, what, made);
}
