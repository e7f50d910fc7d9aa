/*
 * Bytes that are put together in the work buffer: JSON, PEM and DER that the
 * signing module sends or writes. Running out of room is noted and found at
 * the end, where it is an error like any other.
 */
#ifndef PLOMB_WRITER_H
#define PLOMB_WRITER_H

#include "../core/work.h"

typedef struct {
	plomb_work *work;
	unsigned char *p;
	size_t n, room;
	int is_bad; /* something was no UTF-8, or too long for what it had to be */
} plomb_writer;

/* What is written is the newest object of work until plomb_writer_end: nothing else may be taken from it meanwhile. */
void plomb_writer_begin(plomb_writer *writer, plomb_work *work);
/*
 * What was written; it stays in work, and the rest is given back.
 * PLOMB_NO_ROOM; PLOMB_CONFIG_INVALID for what is_bad says.
 */
PLOMB_MUST_CHECK plomb_status plomb_writer_end(plomb_writer *writer, plomb_view *bytes);

void plomb_write_bytes(plomb_writer *writer, const void *bytes, size_t n);
void plomb_write_view(plomb_writer *writer, plomb_view view);
void plomb_write_str(plomb_writer *writer, const char *s); /* a constant */
void plomb_write_decimal(plomb_writer *writer, int64_t value);
void plomb_write_hex(plomb_writer *writer, plomb_view bytes);
void plomb_write_base64(plomb_writer *writer, plomb_view bytes); /* standard alphabet, padded, one line */
/* The same as a JSON string. */
void plomb_write_json_base64(plomb_writer *writer, plomb_view bytes);
/*
 * A JSON string with its quotes, as Go's encoder writes it with HTML
 * escaping off: " \ control characters, U+2028 and U+2029 are escaped, the
 * rest stays.
 * Bytes that are not UTF-8, and a NUL, are noted as a failure.
 */
void plomb_write_json(plomb_writer *writer, plomb_view text);
/* "-----BEGIN LABEL-----", base64 in lines of 64, END, each line with its newline. */
void plomb_write_pem(plomb_writer *writer, const char *label, plomb_view der);
/* A DER element: tag, minimal definite length, content of fewer than 2^16 bytes: more are noted as a failure. */
void plomb_write_der(plomb_writer *writer, unsigned tag, plomb_view content);

#endif
