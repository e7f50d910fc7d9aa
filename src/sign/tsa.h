/* Timestamps (RFC 3161; SPEC 13.5, 13.6): the query and the reply. */
#ifndef PLOMB_TSA_H
#define PLOMB_TSA_H

#include "../../port/random.h"
#include "writer.h"

#define PLOMB_TSA_NONCE 8

/* TimeStampReq over SHA-256 of the signature, certificates wanted, with a fresh nonce. PLOMB_IO_ERROR, PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_tsa_request(plomb_ctx *ctx, const plomb_random *random, plomb_view signature,
	unsigned char nonce[PLOMB_TSA_NONCE], plomb_view *der);

/*
 * The reply grants what was asked: its imprint and its nonce are ours. Its
 * signature is checked with the bundle. PLOMB_TIMESTAMP_…,
 * PLOMB_TIMESTAMP_NONCE_MISMATCH, PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_tsa_check(plomb_ctx *ctx, plomb_view reply, plomb_view signature, const unsigned char nonce[PLOMB_TSA_NONCE]);

#endif
