/*
 * What is signed (SPEC 9, 10.2, 13.4): the statement about an image with its
 * annotations, a statement around somebody's predicate, cosign 2's simple
 * signing payload, and DSSE's pre-authentication encoding of any of them.
 */
#ifndef PLOMB_PAYLOAD_H
#define PLOMB_PAYLOAD_H

#include "writer.h"

typedef struct {
	plomb_view name, value;
} plomb_annotation;

/*
 * The statement cosign 3 signs: compact JSON, predicate type
 * https://sigstore.dev/cosign/sign/v1, annotations sorted by name, of two
 * with one name the last. In work. PLOMB_CONFIG_INVALID for text that is not
 * UTF-8, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_payload_statement(plomb_work *work, const plomb_digest *image,
	const plomb_annotation *annotations, size_t count, plomb_view *payload);

/*
 * A statement about name and digest around a predicate, which has to be a
 * JSON value. PLOMB_CONFIG_INVALID, PLOMB_JSON_…, PLOMB_LIMIT_EXCEEDED,
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_payload_attestation(plomb_work *work, plomb_view name, const plomb_digest *digest,
	plomb_view predicate_type, plomb_view predicate, plomb_view *payload);

/* cosign 2's payload for repository (as docker-reference). */
PLOMB_MUST_CHECK plomb_status plomb_payload_simplesigning(plomb_work *work, plomb_view repository, const plomb_digest *image,
	const plomb_annotation *annotations, size_t count, plomb_view *payload);

/* The message that an envelope's signature is over (core's PAE of SPEC 9). */
PLOMB_MUST_CHECK plomb_status plomb_payload_pae(plomb_work *work, plomb_view payload_type, plomb_view payload, plomb_message *message);

#endif
