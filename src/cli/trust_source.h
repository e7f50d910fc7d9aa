/*
 * Which trust root is in use: --trusted-root, else PLOMB_TRUSTED_ROOT, else
 * what the last update kept, else the public-good root compiled in; and cosign 2's options and environment
 * variables, which replace one part of it each. Nothing here touches a
 * network.
 */
#ifndef PLOMB_TRUST_SOURCE_H
#define PLOMB_TRUST_SOURCE_H

#include "options.h"

typedef struct {
	plomb_view json;
	const char *origin; /* a file's name, or "compiled in" */
	plomb_bytes file;   /* owned */
	plomb_text built;   /* owned */
	char *kept;         /* the folder of updates that it is from, or NULL; owned */
	char *kept_file;    /* owned */
} plomb_trust_source;

/*
 * The root for these options. A trust root file beside an option that
 * replaces a part of it is PLOMB_USAGE_ERROR. Freed by the caller also after
 * a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_trust_source_read(plomb_trust_source *source, const plomb_args *args, plomb_fault *fault);
void plomb_trust_source_free(plomb_trust_source *source);

/* Load it for a try; a fault that names the root for everything but PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_trust_source_load(const plomb_trust_source *source, plomb_ctx *ctx, plomb_trust *trust, plomb_fault *fault);

/*
 * A line for stderr about the age of what is kept; nothing if something else
 * is in use, or if it is up to date. now is the floor if it is not known.
 * Thorough: what is kept is held against its metadata, and what nobody can
 * tell is said as well.
 */
void plomb_trust_source_warn(const plomb_trust_source *source, int is_thorough, int now_known, plomb_time now, plomb_text *text);

/* The public-good root, made by embed.sh from trusted_root.json. */
extern const unsigned char plomb_trusted_root_json[];
extern const size_t plomb_trusted_root_json_len;

#endif
