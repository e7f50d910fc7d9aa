/*
 * Faults of the program itself (usage, files, memory) and the one line that
 * a refusal ends with on stderr.
 */
#ifndef PLOMB_ERROR_H
#define PLOMB_ERROR_H

#include <stdio.h>

#include "text.h"

typedef struct {
	plomb_status status; /* PLOMB_UNSET: no fault */
	plomb_text message;  /* one line, harmless for a terminal */
} plomb_fault;

#if defined(__GNUC__)
#define PLOMB_SENTINEL __attribute__((sentinel))
#else
#define PLOMB_SENTINEL
#endif

void plomb_fault_init(plomb_fault *fault);
void plomb_fault_free(plomb_fault *fault);

/*
 * Note a fault and give its status back. The message is the parts, up to
 * NULL, each made visible. The first fault stays.
 */
PLOMB_SENTINEL plomb_status plomb_fail(plomb_fault *fault, plomb_status status, ...);
/* The same with the status's own sentence, and "FILE: " in front if file is not NULL. */
plomb_status plomb_fail_status(plomb_fault *fault, plomb_status status, const char *file);

/*
 * What is no image's name or address, as far as it may be repeated: somebody
 * may have written a user name and a password into it. The same text, or one
 * that stands for it.
 */
const char *plomb_tellable(const char *address);

/*
 * A refusal as a sentence with both values, as far as they are known:
 * annotation "tag" is "v2", wanted "v1".
 */
void plomb_sentence(plomb_text *text, plomb_status status, const plomb_detail *detail);

/* A fault with that sentence, and "SUBJECT: " in front if subject is not NULL. */
plomb_status plomb_fail_detail(plomb_fault *fault, plomb_status status, const char *subject, const plomb_detail *detail);

/* "plomb: SUBJECT: code: sentence" and a line's end, where subject may be NULL. */
void plomb_error_text(plomb_text *line, const char *subject, plomb_status status, const char *sentence);
/* The same to a file. */
void plomb_error_line(FILE *err, const char *subject, plomb_status status, const char *sentence);

#endif
