/*
 * Trust roots from PEM files: the JSON text of a TrustedRoot (SPEC 2.1), put
 * together from authorities and logs, and from the parts of another root that
 * nothing replaces. The text is then loaded as any other: there is one way in.
 */
#ifndef PLOMB_ROOT_BUILDER_H
#define PLOMB_ROOT_BUILDER_H

#include "source.h"

typedef enum {
	PLOMB_ROOT_TLOGS = 0,
	PLOMB_ROOT_CAS,
	PLOMB_ROOT_CTLOGS,
	PLOMB_ROOT_TSAS,
	PLOMB_ROOT_KINDS
} plomb_root_kind;

typedef struct {
	plomb_text part[PLOMB_ROOT_KINDS]; /* JSON elements with commas between them */
	int replaced[PLOMB_ROOT_KINDS];    /* nothing of that kind is taken from a base */
} plomb_root_builder;

/* What a log or an authority is called and when it is trusted; each may be NULL. */
typedef struct {
	const char *url;
	const char *start, *end; /* RFC 3339 */
	const char *origin;      /* of a Rekor v2 log: the name it signs checkpoints with */
} plomb_root_label;

void plomb_root_builder_init(plomb_root_builder *builder);
void plomb_root_builder_free(plomb_root_builder *builder);

/*
 * An authority from a PEM file of certificates, in the file's order: the last
 * is the anchor. For a TSA the first may be the signer itself. Without a
 * start the anchor's own is taken if anchor_start is set, else it is open.
 */
PLOMB_MUST_CHECK plomb_status plomb_root_add_chain(plomb_root_builder *builder, plomb_root_kind kind,
	const char *file, const plomb_root_label *label, int anchor_start, plomb_fault *fault);

/*
 * An authority for each self-issued certificate of roots and, if it is not
 * NULL, of intermediates, with every certificate that is not self-issued as
 * an intermediate of each.
 */
PLOMB_MUST_CHECK plomb_status plomb_root_add_pool(plomb_root_builder *builder, plomb_root_kind kind,
	const char *roots, const char *intermediates, plomb_fault *fault);

/*
 * The same from PEM text; name is what it is called in a fault. Where no
 * certificate in it is self-issued, each is an authority for itself, as every
 * certificate of caPath is to containers/image.
 */
PLOMB_MUST_CHECK plomb_status plomb_root_add_pool_pem(plomb_root_builder *builder, plomb_root_kind kind,
	const char *name, plomb_view pem, plomb_fault *fault);

/* A log from the PEM file of its public key. Without a start it is trusted from 1970 on. */
PLOMB_MUST_CHECK plomb_status plomb_root_add_log(plomb_root_builder *builder, plomb_root_kind kind,
	const char *file, const plomb_root_label *label, plomb_fault *fault);

/* The same from PEM text. */
PLOMB_MUST_CHECK plomb_status plomb_root_add_log_pem(plomb_root_builder *builder, plomb_root_kind kind,
	const char *name, plomb_view pem, const plomb_root_label *label, plomb_fault *fault);

/*
 * The root's JSON. base, if it is not empty, gives the kinds that were not
 * replaced, and stands in front of what was added to the others.
 */
PLOMB_MUST_CHECK plomb_status plomb_root_build(plomb_root_builder *builder, plomb_view base, plomb_text *json, plomb_fault *fault);

#endif
