/*
 * The gate: may this image be pulled? Decided by the policy file of
 * containers/image, answered as containerd's image verifiers answer.
 * cmd_gate.c asks and answers; gate_requirement.c turns a requirement into
 * what the library is asked; gate_argv.c reads the command line.
 */
#ifndef PLOMB_GATE_H
#define PLOMB_GATE_H

#include "../oci/policy.h"
#include "trust_source.h"
#include "verify_image.h"

/* What the files that one list of requirements names may come to: keys, authorities, logs, trust roots. */
#define PLOMB_MAX_POLICY_FILES      256
#define PLOMB_MAX_POLICY_FILE_BYTES (16u << 20)

/* What all requirements have in common. */
typedef struct {
	const plomb_args *args; /* the trust root, where a requirement names none */
	int now_known;
	plomb_time now;
	size_t files, file_bytes; /* that were read in this try */
	plomb_fault *fault;
} plomb_gate_terms;

/* One requirement under evaluation; what it points to lives in the try's work buffer. */
typedef struct {
	const plomb_requirement *requirement;
	const plomb_image_name *image;
	plomb_message *artifact;
	plomb_trust_source source;
	char *root_file; /* of the source; owned */
} plomb_gate_requirement;

/*
 * The question that a sigstoreSigned requirement asks: its policies, one for
 * each key or identity, and its trust. Files that it names are read, those
 * with a relative name from the working directory, as containers/image does.
 * A fault for everything but PLOMB_NO_ROOM. The caller frees it whatever
 * comes back.
 */
PLOMB_MUST_CHECK plomb_status plomb_gate_ask(plomb_gate_requirement *g, plomb_gate_terms *terms, plomb_ctx *ctx, plomb_wanted *wanted);
void plomb_gate_requirement_free(plomb_gate_requirement *g);

/* Who it was that signed: "key=…" or "identity=… issuer=…". */
void plomb_gate_signer(const plomb_requirement *requirement, const plomb_judgement *judgement, plomb_text *text);

/*
 * argv of a program that was started as a plugin, or as "gate", as the option
 * parser reads it: Go's "-name VALUE" becomes "--name=VALUE", so that a value
 * that looks like an option is one no more. *out and *count are argv's own if
 * it is something else; else 1 is returned and *out is for
 * plomb_gate_argv_free. Without memory *out is NULL.
 */
int plomb_gate_argv(int argc, char **argv, char ***out, int *count);
void plomb_gate_argv_free(char **argv, int count);

/* An option of the protocol was given: somebody waits for an answer. */
int plomb_gate_is_asked(const plomb_args *args);

/* "rejected: CODE: SENTENCE" as one line that containerd shows whole. */
void plomb_gate_rejection(plomb_text *line, plomb_status status, const char *sentence);

#endif
