/*
 * Text that grows: what the program says is put together here before it goes
 * anywhere, so that nothing is half said. Running out of memory is noted and
 * found at the end, where it is an error like any other.
 */
#ifndef PLOMB_TEXT_H
#define PLOMB_TEXT_H

#include "../core/time.h"

/* The largest attestation (128 MiB) in base64 with its JSON around it fits. */
#define PLOMB_MAX_TEXT_BYTES (256u << 20)

typedef struct {
	char *p;    /* NUL-terminated once anything was put; else NULL */
	size_t n;
	size_t cap;
	int failed; /* something did not fit; p holds what came before */
} plomb_text;

void plomb_text_init(plomb_text *text);
void plomb_text_free(plomb_text *text);
/* Empty again, keeping the memory. */
void plomb_text_clear(plomb_text *text);

void plomb_text_put(plomb_text *text, const void *bytes, size_t n);
void plomb_text_str(plomb_text *text, const char *s);
void plomb_text_view(plomb_text *text, plomb_view view);
void plomb_text_decimal(plomb_text *text, int64_t value);
/* RFC 3339. */
void plomb_text_time(plomb_text *text, plomb_time time);
/* "sha256:…"; nothing for a digest without a hash. */
void plomb_text_digest(plomb_text *text, const plomb_digest *digest);
void plomb_text_hex(plomb_text *text, plomb_view bytes);
void plomb_text_base64(plomb_text *text, plomb_view bytes);

/*
 * Text from outside, made harmless for a terminal and a log file: control
 * characters, what is not UTF-8, and the characters that turn the direction
 * of writing or break lines are written as \n, \x1b or \u202e. At most
 * PLOMB_MAX_VISIBLE bytes are shown; what was cut is counted.
 */
#define PLOMB_MAX_VISIBLE 512
void plomb_text_visible(plomb_text *text, plomb_view view);
/* The same between double quotes, with quotes and backslashes in it escaped. */
void plomb_text_quoted(plomb_text *text, plomb_view view);

/* Never NULL. */
const char *plomb_text_cstr(const plomb_text *text);
plomb_view plomb_text_as_view(const plomb_text *text);

/* A NUL-terminated string from outside (argv, environment) as a view. */
plomb_view plomb_view_of_arg(const char *s);
/* A copy on the heap with a NUL behind it; NULL if there is no memory. */
char *plomb_copy_view(plomb_view view);

#endif
