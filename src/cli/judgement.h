/*
 * What came out about one image or file: every signature that was found with
 * every check, kept on the heap after the library's work buffer is gone, and
 * the decision over all of them. All outputs are made from this.
 */
#ifndef PLOMB_JUDGEMENT_H
#define PLOMB_JUDGEMENT_H

#include "source.h"

/* One signature. Bytes that are absent have p NULL. */
typedef struct {
	const char *origin;      /* "layout", "referrer", "tag" or "file" */
	char *file;              /* of a file, its name; else NULL */
	plomb_digest source;     /* of the manifest that held it; hash NONE for a file */
	plomb_format format;
	size_t policy;           /* which of several policies it was held against */
	int accepted;            /* plomb_accepted said so, and nothing of ours spoke against it */
	plomb_status status;     /* PLOMB_OK if accepted */
	plomb_status check[PLOMB_CHECK_COUNT];
	plomb_bytes what, want, got;
	plomb_status warning[PLOMB_MAX_WARNINGS];
	size_t warning_count;
	plomb_bytes subject, issuer, predicate_type;
	plomb_time times[PLOMB_MAX_TIMES];
	plomb_time_source time_sources[PLOMB_MAX_TIMES];
	size_t time_count;
	size_t tlog_verified;
	/* Of accepted ones only: what the outputs show. */
	plomb_bytes certificate, payload, payload_type, signature;
	plomb_bytes log_annotation, timestamp_annotation; /* cosign 2's, as they stand in the manifest */
	plomb_bytes envelope;    /* cosign 2's attestation, as it was uploaded */
} plomb_finding;

/* What the user should know whatever was decided. */
#define PLOMB_WARN_IDENTITY_PATTERN 1u /* not anchored: it also matches longer names */
#define PLOMB_WARN_ISSUER_PATTERN   2u
#define PLOMB_WARN_ROOT_FIELDS      4u /* the trust root has members that are not known */
#define PLOMB_WARN_FALLBACK         8u /* see plomb_store's has_odd_fallback */

/* Bytes of a value that are kept of what was refused. */
#define PLOMB_MAX_TOLD 1024

typedef struct {
	const char *name; /* as the user gave it */
	const char *full_name; /* of an image in a registry, with registry and tag or digest; else NULL */
	int is_image;
	plomb_digest digest; /* hash NONE until it is known */
	const char *platform;
	plomb_digest platform_digest;
	plomb_finding *finding;
	size_t count;
	unsigned warnings; /* PLOMB_WARN_… */
	int out_of_memory; /* while a finding was kept */
	plomb_status status; /* PLOMB_OK: accepted; PLOMB_UNSET: undecided yet */
	plomb_class class_;
	size_t headline;   /* the finding that got furthest; count if none is to blame */
	plomb_text sentence; /* why not */
} plomb_judgement;

void plomb_judgement_init(plomb_judgement *judgement, const char *name, int is_image);
void plomb_judgement_free(plomb_judgement *judgement);
/* Forget the findings and the decision, for another try. */
void plomb_judgement_clear(plomb_judgement *judgement);

/*
 * Keep a verdict. layer is NULL for a bundle. The finding, for the caller to
 * fill in where it came from; NULL without memory.
 */
plomb_finding *plomb_judgement_add(plomb_judgement *judgement, const plomb_verdict *verdict, const plomb_layer *layer);
/* Note what policy and trust root give reason to warn of. */
void plomb_judgement_warn(plomb_judgement *judgement, const plomb_policy *policy, const plomb_trust *trust);
/* A file is where it came from. */
void plomb_judgement_set_file(plomb_judgement *judgement, plomb_finding *finding, const char *file);
/* A signature that could not be read, and why. */
plomb_finding *plomb_judgement_add_trouble(plomb_judgement *judgement, plomb_format format, plomb_status trouble);
/* What is known about a signature that could not be read. */
void plomb_finding_explain(plomb_finding *finding, const char *what);
/* Refuse an accepted finding after all, at this check. */
void plomb_finding_refuse(plomb_finding *finding, plomb_check check, plomb_status status, const char *what, const char *want, plomb_view got);

/*
 * Decide: accepted if one finding is. Otherwise the headline is the finding
 * that got furthest; undecided if one could not be read (it might have been
 * the good one); NO_CERT if all lack a certificate; none_found if there is
 * no finding at all.
 */
void plomb_judgement_decide(plomb_judgement *judgement, plomb_status none_found);
/* Something else stands in the way, whatever the findings say. sentence may be NULL: the status's own. */
void plomb_judgement_blame(plomb_judgement *judgement, plomb_status status, const char *sentence);

/*
 * Take over the findings of another judgement, behind those that are there.
 * The other has none afterwards.
 */
void plomb_judgement_take(plomb_judgement *judgement, plomb_judgement *other);

/* Accepted findings. */
size_t plomb_judgement_accepted(const plomb_judgement *judgement);
/* "accepted", "rejected", "undecided". */
const char *plomb_judgement_result(const plomb_judgement *judgement);
/* "bundle-0.3", "simplesigning", … */
const char *plomb_format_name(plomb_format format);
/* Views of the finding's details. */
plomb_detail plomb_finding_detail(const plomb_finding *finding);

#endif
