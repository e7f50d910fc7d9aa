/*
 * Pairs that options give: annotations as cosign reads them (a CSV record
 * each, SPEC 10.5), certificate extensions, and files of annotations.
 */
#ifndef PLOMB_ANNOTATIONS_ARG_H
#define PLOMB_ANNOTATIONS_ARG_H

#include "error.h"

/* More pairs than anybody asks for, few enough to compare each with each. */
#define PLOMB_MAX_PAIRS 1000
#define PLOMB_MAX_ANNOTATIONS_FILE (1u << 20)

typedef struct {
	char *name;
	char *value;
	int is_regexp; /* KEY~=REGEXP */
	int is_from_file;
} plomb_pair;

typedef struct {
	plomb_pair *item;
	size_t count;
	int last_wins; /* as in cosign: a later exact pair replaces an earlier one of that key */
} plomb_pairs;

void plomb_pairs_free(plomb_pairs *pairs);

/*
 * "KEY=VALUE" or "KEY~=REGEXP", split at the first "=". option names it in a
 * fault: PLOMB_USAGE_ERROR without "=", with an empty key, with an empty
 * pattern, or with another value for a key that an option gave already. What
 * a file said of that key is replaced.
 */
PLOMB_MUST_CHECK plomb_status plomb_pairs_add(plomb_pairs *pairs, const char *option, plomb_view text, plomb_fault *fault);

/*
 * The value of one -a: fields of a CSV record by the rules of Go's
 * encoding/csv, each a pair. Go drops what stands on further lines; here it
 * is PLOMB_USAGE_ERROR, as are quotes that Go refuses.
 */
PLOMB_MUST_CHECK plomb_status plomb_pairs_add_csv(plomb_pairs *pairs, const char *option, plomb_view record, plomb_fault *fault);

/*
 * The content of an annotations file: a JSON object of strings, or lines of
 * KEY=VALUE and KEY~=REGEXP with blank lines and # comments between them.
 * name is the file's. PLOMB_CONFIG_INVALID, also for a key that has another
 * value already.
 */
PLOMB_MUST_CHECK plomb_status plomb_pairs_add_file(plomb_pairs *pairs, const char *name, plomb_view content, plomb_fault *fault);

#endif
