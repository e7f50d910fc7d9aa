/* The work buffer as a stack (see plomb.h). */
#ifndef PLOMB_WORK_H
#define PLOMB_WORK_H

#include "view.h"

/*
 * size bytes aligned for any object; NULL if there is no room (then
 * work->missing says how many more bytes this request wanted).
 */
void *plomb_work_take(plomb_work *work, size_t size);
/* count objects of size each, with the product checked. */
void *plomb_work_take_array(plomb_work *work, size_t count, size_t size);
/* A copy that lives in the work buffer. PLOMB_NO_ROOM. */
PLOMB_MUST_CHECK plomb_status plomb_work_copy(plomb_work *work, plomb_view bytes, plomb_view *copy);
/* Give back the tail of the newest object, when less was needed than taken. */
void plomb_work_shrink(plomb_work *work, const unsigned char *end);

#endif
