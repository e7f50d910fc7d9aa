/* see tsa.h */
#include "tsa.h"

#include "../core/hash.h"
#include "../core/tsr.h"

/* TimeStampReq (RFC 3161 section 2.4.1), whose parts all have one length but for the imprint and the nonce. */
static const unsigned char head[] = {
	0x30, 0x43,                   /* SEQUENCE of 67 octets */
	0x02, 0x01, 0x01,             /* version 1 */
	0x30, 0x31, 0x30, 0x0D,       /* MessageImprint, AlgorithmIdentifier */
	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, /* SHA-256 */
	0x05, 0x00, 0x04, 0x20        /* NULL, OCTET STRING of 32 */
};

#define HASH_LEN 32

/* see tsa.h */
plomb_status
plomb_tsa_request(plomb_ctx *ctx, const plomb_random *random, plomb_view signature,
	unsigned char nonce[PLOMB_TSA_NONCE], plomb_view *der)
{
	static const unsigned char nonce_head[] = { 0x02, PLOMB_TSA_NONCE };
	static const unsigned char cert_req[] = { 0x01, 0x01, 0xFF };
	unsigned char imprint[HASH_LEN];
	plomb_writer writer;
	plomb_status s;

	der->p = NULL;
	der->n = 0;
	if ((s = random->fill(random, nonce, PLOMB_TSA_NONCE)) != PLOMB_OK) {
		return s;
	}
	/* A positive INTEGER of all its octets, so that lengths are known and no octet has to be left out. */
	nonce[0] = (unsigned char)((nonce[0] & 0x7F) | 0x40);
	plomb_hash_of(ctx->crypto, PLOMB_SHA256, signature, imprint);
	plomb_writer_begin(&writer, ctx->work);
	plomb_write_bytes(&writer, head, sizeof head);
	plomb_write_bytes(&writer, imprint, sizeof imprint);
	plomb_write_bytes(&writer, nonce_head, sizeof nonce_head);
	plomb_write_bytes(&writer, nonce, PLOMB_TSA_NONCE);
	plomb_write_bytes(&writer, cert_req, sizeof cert_req);
	return plomb_writer_end(&writer, der);
}

/* see tsa.h */
plomb_status
plomb_tsa_check(plomb_ctx *ctx, plomb_view reply, plomb_view signature, const unsigned char nonce[PLOMB_TSA_NONCE])
{
	unsigned char imprint[PLOMB_MAX_HASH_LEN];
	plomb_tsr tsr;
	plomb_status s;

	if ((s = plomb_tsr_parse(reply, &tsr)) != PLOMB_OK) {
		return s;
	}
	/* Another hash than the one that was asked for is another question's answer. */
	if (tsr.imprint_hash != PLOMB_SHA256) {
		return PLOMB_TIMESTAMP_IMPRINT_MISMATCH;
	}
	plomb_hash_of(ctx->crypto, PLOMB_SHA256, signature, imprint);
	if (tsr.imprint.n != HASH_LEN || memcmp(tsr.imprint.p, imprint, HASH_LEN) != 0) {
		return PLOMB_TIMESTAMP_IMPRINT_MISMATCH;
	}
	/* An absent nonce is no proof that the answer is fresh. */
	if (tsr.nonce.n != PLOMB_TSA_NONCE || memcmp(tsr.nonce.p, nonce, PLOMB_TSA_NONCE) != 0) {
		return PLOMB_TIMESTAMP_NONCE_MISMATCH;
	}
	return PLOMB_OK;
}
