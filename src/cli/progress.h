/*
 * How far long work has come, for somebody at a terminal: one line on stderr
 * that is written over in place and is gone before anything else is said. It
 * has no escape sequences, so it is as good without colour.
 *
 * Nothing is shown in the first second, and at most five times in one.
 */
#ifndef PLOMB_PROGRESS_H
#define PLOMB_PROGRESS_H

#include <stdio.h>

#include "../../port/file.h"
#include "../../port/pause.h"
#include "../../port/threads.h"

#define PLOMB_PROGRESS_FIRST_MS 1000
#define PLOMB_PROGRESS_NEXT_MS  200
#define PLOMB_PROGRESS_WIDTH    78

typedef struct {
	FILE *err;
	const plomb_pause *pause;
	int is_on;       /* somebody can see it */
	int is_working, is_hidden;
	uint64_t next_ms; /* not before then */
	size_t width;    /* of what stands there now; 0: nothing */
	size_t done, images;
	uint64_t bytes, most_bytes; /* hashed, and expected; 0 if nobody knows */
	const plomb_threads *threads; /* NULL: one thread tells */
	plomb_monitor *monitor;
} plomb_progress;

/*
 * is_on: err is a terminal on which a line can be written over; else nothing
 * is ever written. In all that follows progress may be NULL.
 */
void plomb_progress_init(plomb_progress *progress, FILE *err, const plomb_pause *pause, int is_on);

/*
 * From now on several threads may tell something at a time, until unshare.
 * PLOMB_NO_ROOM: then one has to.
 */
PLOMB_MUST_CHECK plomb_status plomb_progress_share(plomb_progress *progress, const plomb_threads *threads);
void plomb_progress_unshare(plomb_progress *progress);

/* Work on so many images begins, or ends; with the end the line is gone. */
void plomb_progress_begin(plomb_progress *progress, size_t images);
void plomb_progress_end(plomb_progress *progress);

/* Something else is to be said: the line is gone until show. */
void plomb_progress_hide(plomb_progress *progress);
void plomb_progress_show(plomb_progress *progress);

/* So many bytes are to be hashed now; 0 if that is not known. */
void plomb_progress_expect(plomb_progress *progress, uint64_t bytes);
/* These were. */
void plomb_progress_hashed(plomb_progress *progress, uint64_t bytes);
/* One more image is done. */
void plomb_progress_image(plomb_progress *progress);
/* Time goes by. */
void plomb_progress_tick(plomb_progress *progress);

/* plomb_files_patient; whatever is read of them counts as hashed. */
typedef struct {
	plomb_files files; /* first, so that it can be cast back */
	plomb_progress *progress;
} plomb_counted_files;

void plomb_counted_files_init(plomb_counted_files *counted, plomb_progress *progress);

#endif
