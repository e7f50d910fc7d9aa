/* Files and their signatures: what verify-blob and conformance have in common. */
#ifndef PLOMB_BLOB_H
#define PLOMB_BLOB_H

#include "artifact.h"
#include "trust_source.h"
#include "verdicts.h"

/* One signature of the file: a bundle, or cosign 2's parts beside each other. */
typedef struct {
	const char *file;  /* where it came from, or NULL */
	plomb_view bundle; /* a Sigstore bundle, unless is_layer */
	int is_layer;
	int is_envelope;   /* the layer is a DSSE envelope */
	plomb_layer layer;
} plomb_blob_candidate;

typedef struct {
	const plomb_settings *settings;
	const plomb_trust_source *source;
	plomb_artifact *artifact;
	const plomb_blob_candidate *candidates; /* any of them may satisfy */
	size_t count;
	int refuse_envelopes; /* an attestation does not count */
	plomb_judgement *judgement;
	plomb_fault *fault;
} plomb_blob_job;

/* Judge all candidates; the judgement says what came out, or went wrong. */
void plomb_blob_judge(plomb_blob_job *blob);

#endif
