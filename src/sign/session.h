/*
 * From "what to sign" and "with what" to a signature that has been verified
 * (SPEC 13.1): token, key, certificate, signature, timestamps, log entries,
 * the finished thing; and then the core's own verifier, with the policy that
 * somebody would have who trusts exactly this signer. What does not pass there
 * is given to nobody.
 *
 * Several things may be signed with one key and one certificate.
 */
#ifndef PLOMB_SIGN_SESSION_H
#define PLOMB_SIGN_SESSION_H

#include "assemble.h"
#include "fulcio.h"
#include "services.h"
#include "signing_config.h"

/* The work buffer has to have so much before anything is asked: a second try would ask again. */
#define PLOMB_SESSION_ROOM(payload, root) ((4u << 20) + 24 * (payload) + 10 * (root))

typedef enum {
	PLOMB_FORM_BUNDLE = 1, /* a Sigstore bundle */
	PLOMB_FORM_LAYER,      /* cosign 2's layer of an image: its payload, or an envelope */
	PLOMB_FORM_DETACHED    /* cosign 2's signature beside a file */
} plomb_form;

typedef struct {
	plomb_form form;
	plomb_view payload_type; /* of an envelope; absent: the message is signed as it is */
	plomb_view payload;      /* of an envelope, or of cosign 2's layer: then the message is over it */
	plomb_message *message;  /* of a signature without envelope: what is signed */
	plomb_message *artifact; /* what the signature has to be about */
	plomb_view predicate_type; /* of an envelope */
} plomb_to_sign;

typedef struct {
	/* Given. */
	plomb_ctx *ctx;
	plomb_asker *asker;
	const plomb_random *random;
	const plomb_private_key *key;
	const plomb_token *token; /* the key gets a certificate for it; NULL: it signs as itself */
	const plomb_services *services;
	const plomb_trust *trust;
	unsigned flags;           /* PLOMB_IGNORE_SCT or 0 */
	int now_known;
	plomb_time now;
	/* Found. */
	plomb_fulcio_answer certificate; /* absent for a bare key */
	plomb_view subject, issuer;      /* whom it is for */
} plomb_session;

typedef struct {
	plomb_signed parts;
	plomb_view envelope;  /* of an envelope: its JSON */
	plomb_view bundle;    /* the Sigstore bundle, if that is the form */
	plomb_view log_annotation, timestamp_annotation; /* cosign 2's; absent without */
	int64_t log_index[PLOMB_MAX_SIGNED_ENTRIES];
} plomb_made;

/* The hash that this will be signed with; NONE: pure Ed25519, which needs the bytes of a message. */
plomb_hash plomb_session_hash(const plomb_session *session, const plomb_to_sign *what);

/*
 * Get the certificate, if there is a token. asker->why names the step of an
 * error: errors of plomb_ask_fulcio and plomb_fulcio_read; PLOMB_IDENTITY_…
 * become PLOMB_FULCIO_ANSWER_MALFORMED; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_session_begin(plomb_session *session);

/*
 * Sign one thing. As above: errors of plomb_private_key_sign; PLOMB_SIGN_TSA,
 * PLOMB_SIGN_REKOR, PLOMB_REKOR_ANSWER_MALFORMED; PLOMB_CONFIG_INVALID for
 * services that this form has no place for; PLOMB_SIGN_UNVERIFIED.
 */
PLOMB_MUST_CHECK plomb_status plomb_session_sign(plomb_session *session, const plomb_to_sign *what, plomb_made *made);

#endif
