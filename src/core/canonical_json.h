/*
 * Canonical JSON as TUF signs it (OLPC's form, SPEC 14.1): members sorted by
 * the bytes of their UTF-8 names, no white space, integers only, and only the
 * quote and the backslash escaped in strings. It is not RFC 8785: a line
 * break in a PEM key stands as the byte 0x0A between the quotes.
 *
 * Untrusted: the document. Unknown members are signed too and so are written.
 */
#ifndef PLOMB_CANONICAL_JSON_H
#define PLOMB_CANONICAL_JSON_H

#include "json.h"

/*
 * The canonical form of a value, in work; it is never longer than the value's
 * text. PLOMB_JSON_TYPE_MISMATCH for a number that is not an integer without
 * fraction and exponent (also "-0") or if there is no value,
 * PLOMB_JSON_MALFORMED for a string with a NUL in it, PLOMB_NO_ROOM. A
 * failure gives back what was taken.
 */
PLOMB_MUST_CHECK plomb_status plomb_canonical_json(plomb_work *work, const plomb_json *doc, uint32_t value, plomb_view *bytes);

#endif
