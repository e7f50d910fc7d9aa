/* PEM (RFC 7468), strict: no headers, equal labels, base64 lines. */
#ifndef PLOMB_PEM_H
#define PLOMB_PEM_H

#include "work.h"

/*
 * The next block at *at, which is advanced past its END line: label and
 * decoded DER (in work). Text before the first BEGIN is skipped when *at is 0;
 * between blocks only white space may stand. PLOMB_OK; PLOMB_UNSET when only
 * white space is left; PLOMB_KEY_MALFORMED for anything else; PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_pem_next(plomb_work *work, plomb_view text, size_t *at,
	plomb_view *label, plomb_view *der);

/* Exactly one block, then white space only. */
PLOMB_MUST_CHECK plomb_status plomb_pem_one(plomb_work *work, plomb_view text, plomb_view *label, plomb_view *der);

#endif
