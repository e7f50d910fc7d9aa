/* Base64 (RFC 4648) and hex, strict. */
#ifndef PLOMB_BASE64_H
#define PLOMB_BASE64_H

#include "work.h"

/* Which forms are read; a zero accepts only the padded standard alphabet. */
#define PLOMB_BASE64_URL      1u /* also the URL alphabet; never both in one string */
#define PLOMB_BASE64_UNPADDED 2u /* also without padding */
#define PLOMB_BASE64_LINES    4u /* line breaks are skipped, as in PEM */

/*
 * Decode into work. Non-zero trailing bits, wrong padding, any other
 * character: PLOMB_BASE64_INVALID. Empty text is empty bytes (with p not NULL). PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_base64_decode(plomb_work *work, plomb_view text, unsigned flags, plomb_view *bytes);
/*
 * The same for base64 into a buffer of the caller's: out has room for at
 * least 3 * (text.n / 4) + 3 bytes. out may be where text is: nothing is
 * written ahead of what was read.
 */
PLOMB_MUST_CHECK plomb_status plomb_base64_decode_to(unsigned char *out, plomb_view text, unsigned flags, size_t *n);

/* Standard alphabet, padded: writes 4 * ((n + 2) / 3) characters, no NUL; returns how many. */
size_t plomb_base64_encode(unsigned char *out, plomb_view bytes);
size_t plomb_base64_encoded_len(size_t n);

/* The text is exactly the standard padded base64 of these bytes (no memory needed). */
int plomb_base64_eq(plomb_view text, plomb_view bytes);

/* Lower-case hex of exactly n bytes: PLOMB_OK or PLOMB_BASE64_INVALID. */
PLOMB_MUST_CHECK plomb_status plomb_hex_decode(plomb_view text, unsigned char *out, size_t n);
/* Writes 2 * n lower-case digits. */
void plomb_hex_encode(unsigned char *out, plomb_view bytes);

#endif
