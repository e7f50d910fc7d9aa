/* Whether the user agrees to something that cannot be taken back. */
#ifndef PLOMB_CONSENT_H
#define PLOMB_CONSENT_H

#include "../app.h"

/*
 * *is_given: --yes, or COSIGN_YES as Go reads a truth value. PLOMB_CONFIG_INVALID
 * for any other text there, with a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_consent_read(const plomb_args *args, int *is_given, plomb_fault *fault);

/*
 * Ask at the terminal, with a warning in front; anything but y is no.
 * PLOMB_OK is yes; PLOMB_USAGE_ERROR with a fault is no, also where nobody
 * can be asked.
 */
PLOMB_MUST_CHECK plomb_status plomb_consent_ask(const plomb_app *app, const char *warning, plomb_fault *fault);

#endif
