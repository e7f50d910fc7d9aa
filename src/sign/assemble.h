/* The finished bundle (SPEC 13.8), version 0.3. */
#ifndef PLOMB_ASSEMBLE_H
#define PLOMB_ASSEMBLE_H

#include "../core/key.h"
#include "writer.h"

#define PLOMB_MAX_SIGNED_ENTRIES    4
#define PLOMB_MAX_SIGNED_TIMESTAMPS 4

typedef struct {
	plomb_view certificate;     /* DER; absent: a bare key */
	const plomb_key *key;       /* of a bare key: its hint */
	plomb_view signature;
	/* An envelope, if payload_type is there; else a message signature with the digest under hash. */
	plomb_view payload_type, payload;
	plomb_hash hash;            /* NONE: pure Ed25519 without a digest */
	plomb_message *message;
	plomb_view entry[PLOMB_MAX_SIGNED_ENTRIES]; /* TransparencyLogEntry, JSON */
	size_t entry_count;
	plomb_view timestamp[PLOMB_MAX_SIGNED_TIMESTAMPS]; /* DER */
	size_t timestamp_count;
} plomb_signed;

/* The DSSE envelope alone, as it is sent to Rekor 1 and stored by cosign 2: {"payload","payloadType","signatures":[{"sig"}]}. */
PLOMB_MUST_CHECK plomb_status plomb_assemble_envelope(plomb_work *work, const plomb_signed *parts, plomb_view *json);
/* PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED: the message's digest under hash is not known. PLOMB_CONFIG_INVALID, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_assemble_bundle(plomb_ctx *ctx, const plomb_signed *parts, plomb_view *json);

#endif
