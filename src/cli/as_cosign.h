/*
 * Started under cosign's name, so that a script written for it goes on
 * working: what came out is the same, but it is told in cosign's words and
 * with its exit statuses (SPEC 10.6, 10.7, of cosign 3.1.3).
 */
#ifndef PLOMB_AS_COSIGN_H
#define PLOMB_AS_COSIGN_H

#include <stdio.h>

#include "judgement.h"
#include "options.h"

/* The cosign whose ways these are. */
#define PLOMB_COSIGN_VERSION "v3.1.3"

/* cosign's status of every failure that has no number of its own. */
#define PLOMB_COSIGN_FAILURE 1

/*
 * argv[0] is cosign's: its last component is "cosign", or begins with
 * "cosign-" as the names of its releases do (cosign-linux-arm64). argv0 may
 * be NULL.
 */
int plomb_as_cosign(const char *argv0);

/*
 * The exit status: 0 accepted; of verify 10 no signature, 11 no such image,
 * 12 when cosign 2's signatures are there and none passes; else 1. What has a
 * bundle fails with 1 in cosign, and so do all attestations and files.
 */
int plomb_cosign_status(const plomb_judgement *judgement, plomb_cmd command);

/*
 * Why not, in cosign's words as far as it has some for this, and behind them
 * in brackets this program's own code and sentence. Several signatures have a
 * line each. type is --type as it was given, NULL for none.
 */
void plomb_cosign_message(plomb_text *text, const plomb_judgement *judgement, const plomb_settings *settings, const char *type);

/* "Error: MESSAGE", and the second line that cosign ends with. */
void plomb_cosign_error(FILE *err, const char *message);

#endif
