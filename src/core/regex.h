/*
 * RE2-syntax regular expressions, yes or no, unanchored, in time linear in
 * pattern times text and without allocation beyond the work buffer.
 */
#ifndef PLOMB_REGEX_H
#define PLOMB_REGEX_H

#include "work.h"

/*
 * A compiled expression brings its matcher along, so that a program which
 * compiles none does not link one.
 */
struct plomb_regex {
	int (*match)(const plomb_regex *regex, plomb_view text); /* plomb_regex_match */
	plomb_view pattern; /* as it was given, for a person */
	struct plomb_re_program *program;
};

/*
 * 1 if the pattern occurs in the text. Text that is not UTF-8 is matched as
 * Go does (each bad byte is U+FFFD). The state sets were taken at compile
 * time, so matching takes no memory; a compiled regex is therefore for one
 * thread at a time.
 */
int plomb_regex_match(const plomb_regex *regex, plomb_view text);
/* The pattern has a beginning and an end anchor around everything (for the warning of SPEC 4.5). */
int plomb_regex_anchored(const plomb_regex *regex);

#endif
