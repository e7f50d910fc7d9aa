/* Outputs of the verify commands, each made from a judgement alone. */
#ifndef PLOMB_VERDICTS_H
#define PLOMB_VERDICTS_H

#include "app.h"
#include "judgement.h"
#include "trust_source.h"

/*
 * report.c: the machine interface, one JSON object on one line (its schema is
 * in the README).
 */
void plomb_report(const plomb_judgement *judgement, plomb_text *out);

/* explain.c: one line a check, aligned, for people. */
void plomb_explain(const plomb_app *app, const plomb_judgement *judgement, plomb_text *err);

/*
 * output_cosign.c: what cosign prints about an accepted image (SPEC 10.6),
 * both its header for stderr and its JSON or text for stdout.
 */
PLOMB_MUST_CHECK plomb_status plomb_output_cosign(const plomb_judgement *judgement, const plomb_settings *settings,
	plomb_text *out, plomb_text *err, plomb_fault *fault);

/* cosign's warning of --insecure-ignore-tlog. */
void plomb_warn_settings(plomb_app *app, const plomb_settings *settings);
/* That the trust root is a copy whose time is over: it is used all the same (SPEC 14.4). */
void plomb_warn_root(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source);

/*
 * Write what the settings ask for and, if it was not accepted, the last line
 * on stderr: the exit status. For a file an acceptance is "Verified OK" on
 * stderr.
 */
int plomb_conclude(plomb_app *app, const plomb_settings *settings, plomb_judgement *judgement);

#endif
