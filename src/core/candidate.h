/*
 * One signature, whatever it came in: a bundle, a cosign 2 layer or files
 * beside each other are read into this, and verify.c judges only this.
 */
#ifndef PLOMB_CANDIDATE_H
#define PLOMB_CANDIDATE_H

#include "trust.h"

/* Room for "DSSEv1 <n> " … as plomb_dsse_pae needs it. */
#define PLOMB_PAE_SCRATCH 64

/* A log entry as the bundle brings it; everything decoded, nothing believed. */
typedef struct {
	int64_t log_index;       /* global */
	int has_log_index;
	plomb_view log_id;       /* 32 bytes or absent */
	plomb_view kind, version; /* kindVersion; absent in a cosign 2 layer */
	int64_t integrated_time; /* 0: absent */
	plomb_view set;          /* signed entry timestamp, DER; absent: {NULL,0} */
	int has_proof;
	int64_t proof_index, proof_size;
	plomb_view proof_root;
	const unsigned char *proof_hashes; /* count times 32 bytes */
	size_t proof_count;
	plomb_view checkpoint;   /* envelope text, unescaped */
	plomb_view body;         /* canonicalizedBody, decoded */
} plomb_entry;

typedef enum {
	PLOMB_MATERIAL_NONE = 0, /* a cosign 2 layer without a certificate */
	PLOMB_MATERIAL_CERT,
	PLOMB_MATERIAL_KEY
} plomb_material;

typedef enum {
	PLOMB_CONTENT_MESSAGE = 1, /* signature over the artifact itself */
	PLOMB_CONTENT_DSSE,        /* over PAE of a payload */
	PLOMB_CONTENT_SIMPLESIGNING /* over a simple signing payload */
} plomb_content;

typedef struct {
	plomb_format format;
	plomb_material material;
	plomb_view cert;  /* leaf DER */
	plomb_view hint;  /* publicKey.hint */
	const plomb_view *chain; /* further certificates, DER, untrusted */
	size_t chain_count;
	const plomb_entry *entries;
	size_t entry_count;
	const plomb_view *timestamps; /* TimeStampResp DER */
	size_t timestamp_count;
	plomb_content content;
	plomb_view signature; /* raw bytes */
	plomb_view stamped;   /* what RFC 3161 tokens are about: the signature, or a cosign 2 envelope's bytes */
	int has_digest;       /* messageDigest */
	plomb_hash digest_hash;
	plomb_view digest;
	plomb_view payload;      /* DSSE: decoded; simple signing: the blob */
	plomb_view payload_type; /* DSSE */
	plomb_view keyid;        /* DSSE signatures[0].keyid */
	plomb_view envelope;     /* the envelope's JSON bytes as uploaded, cosign 2 only */
} plomb_candidate;

/*
 * What a signature, a log entry and a key are asked about, as messages: each
 * digest of each is computed once, however many entries ask. Hashing an
 * envelope's payload for every entry made 2 GB of 60 MB.
 */
typedef struct {
	plomb_message *signed_; /* what the signature is over: the artifact, PAE, or the simple signing payload */
	plomb_message payload;  /* an envelope's payload, decoded */
	plomb_message own;      /* signed_, where it is not the artifact */
	unsigned char scratch[PLOMB_PAE_SCRATCH];
} plomb_messages;

/* Nothing is hashed yet. messages points into itself and at artifact: it must stay where it is. */
void plomb_messages_init(plomb_messages *messages, const plomb_candidate *candidate, plomb_message *artifact);

#endif
