/*
 * What containerd tells an image verifier (SPEC 15.1): the options' values
 * and the bytes on standard input. Bytes in, a yes or a reason out.
 *
 * containerd 2.0 to 2.4 pass -name, -digest and -stdin-media-type with an OCI
 * descriptor. Its proposal to ask before containers start as well (pull
 * request 12541) adds -operation, and puts the descriptor into an object that
 * says the operation again. Both are read, and nothing else.
 */
#ifndef PLOMB_GATE_INPUT_H
#define PLOMB_GATE_INPUT_H

#include "manifest.h"

#define PLOMB_MAX_GATE_INPUT 32768 /* a descriptor has some hundred bytes */

#define PLOMB_GATE_DESCRIPTOR "application/vnd.oci.descriptor.v1+json"
#define PLOMB_GATE_WRAPPED    "application/vnd.containerd.image-verifier.input.v1+json"

/* The options' values; absent ones are {NULL,0}. */
typedef struct {
	plomb_view media_type; /* -stdin-media-type */
	plomb_view operation;  /* -operation */
	plomb_digest digest;   /* -digest */
} plomb_gate_question;

/* The words in it are known: PLOMB_OK, PLOMB_PLUGIN_INPUT_MISMATCH with detail. */
PLOMB_MUST_CHECK plomb_status plomb_gate_question_check(plomb_ctx *ctx, const plomb_gate_question *question);

/*
 * Standard input is what its media type says, about the digest of an image's
 * manifest or index, and for the same operation. A member that is not known
 * may mean something that nobody here would heed. PLOMB_OK,
 * PLOMB_PLUGIN_INPUT_MISMATCH with detail, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_gate_input_check(plomb_ctx *ctx, const plomb_gate_question *question, plomb_view text);

#endif
