#include "progress.h"

#include "patient.h"
#include "text.h"
#include "timeout.h"

/* see progress.h */
void
plomb_progress_init(plomb_progress *progress, FILE *err, const plomb_pause *pause, int is_on)
{
	memset(progress, 0, sizeof *progress);
	progress->err = err;
	progress->pause = pause;
	progress->is_on = is_on;
}

/* -------------------------------------------------------------------- drawing */

/* Text into the line, cut at its end. */
typedef struct {
	char text[PLOMB_PROGRESS_WIDTH + 1];
	size_t n;
} line;

static void
put(line *l, const char *text)
{
	for (; *text != 0 && l->n < PLOMB_PROGRESS_WIDTH; text ++) {
		l->text[l->n] = *text;
		l->n ++;
	}
	l->text[l->n] = 0;
}

static void
put_number(line *l, uint64_t value)
{
	char text[21];

	text[plomb_decimal_put((unsigned char *)text, value)] = 0;
	put(l, text);
}

/* The largest unit of which there is one. */
static unsigned
unit_of(uint64_t bytes)
{
	return bytes >> 30 != 0 ? 30 : bytes >> 20 != 0 ? 20 : 10;
}

/* With one decimal, rounded down. */
static void
put_amount(line *l, uint64_t bytes, unsigned unit)
{
	put_number(l, bytes >> unit);
	put(l, ".");
	put_number(l, ((bytes & ((UINT64_C(1) << unit) - 1)) * 10) >> unit);
}

static void
put_hashed(line *l, uint64_t bytes, uint64_t most)
{
	unsigned unit = unit_of(most > bytes ? most : bytes);

	put(l, "hashed ");
	put_amount(l, bytes, unit);
	if (most >= bytes && most != 0) {
		put(l, " of ");
		put_amount(l, most, unit);
	}
	put(l, unit == 30 ? " GiB" : unit == 20 ? " MiB" : " KiB");
}

/* What manifests have is not worth a word. */
static int
is_much(const plomb_progress *p)
{
	return p->most_bytes != 0 || p->bytes >> 20 != 0;
}

static void
put_progress(line *l, const plomb_progress *p)
{
	put(l, "plomb: ");
	if (p->images > 1) {
		put_number(l, p->done);
		put(l, "/");
		put_number(l, p->images);
		put(l, " images");
		if (is_much(p)) {
			put(l, ", ");
			put_hashed(l, p->bytes, 0);
		}
		return;
	}
	put_hashed(l, p->bytes, p->most_bytes);
}

/* Over what stands there: the text, blanks over what was longer, and the cursor back behind the text. */
static void
draw(plomb_progress *p, const line *l)
{
	size_t i;

	plomb_timeout_line(1);
	(void)fputs("\r", p->err);
	(void)fputs(l->text, p->err);
	for (i = l->n; i < p->width; i ++) {
		(void)fputs(" ", p->err);
	}
	for (i = l->n; i < p->width; i ++) {
		(void)fputs("\b", p->err);
	}
	(void)fflush(p->err);
	p->width = l->n;
}

static void
clear(plomb_progress *p)
{
	line none;

	if (p->width == 0) {
		return;
	}
	none.n = 0;
	none.text[0] = 0;
	draw(p, &none);
	(void)fputs("\r", p->err);
	(void)fflush(p->err);
	plomb_timeout_line(0);
}

static int
is_due(const plomb_progress *p)
{
	return p->is_working && !p->is_hidden && (p->images > 1 || is_much(p))
		&& p->pause->now_ms(p->pause) >= p->next_ms;
}

static void
draw_if_due(plomb_progress *p)
{
	line l;

	if (!is_due(p)) {
		return;
	}
	p->next_ms = p->pause->now_ms(p->pause) + PLOMB_PROGRESS_NEXT_MS;
	l.n = 0;
	put_progress(&l, p);
	draw(p, &l);
}

/* ---------------------------------------------------------------------- telling */

/* Somebody looks; then nobody else tells anything until leave. */
static int
enter(plomb_progress *p)
{
	if (p == NULL || !p->is_on) {
		return 0;
	}
	if (p->threads != NULL) {
		p->threads->enter(p->threads, p->monitor);
	}
	return 1;
}

static void
leave(plomb_progress *p)
{
	if (p->threads != NULL) {
		p->threads->leave(p->threads, p->monitor);
	}
}

/* see progress.h */
plomb_status
plomb_progress_share(plomb_progress *progress, const plomb_threads *threads)
{
	plomb_status s;

	s = threads->open(threads, &progress->monitor);
	if (s == PLOMB_OK) {
		progress->threads = threads;
	}
	return s;
}

/* see progress.h */
void
plomb_progress_unshare(plomb_progress *progress)
{
	if (progress->threads != NULL) {
		progress->threads->close(progress->threads, progress->monitor);
		progress->threads = NULL;
	}
}

/* see progress.h */
void
plomb_progress_tick(plomb_progress *progress)
{
	if (enter(progress)) {
		draw_if_due(progress);
		leave(progress);
	}
}

/* see progress.h */
void
plomb_progress_begin(plomb_progress *progress, size_t images)
{
	if (!enter(progress)) {
		return;
	}
	progress->is_working = 1;
	progress->is_hidden = 0;
	progress->done = 0;
	progress->images = images;
	progress->bytes = 0;
	progress->most_bytes = 0;
	progress->next_ms = progress->pause->now_ms(progress->pause) + PLOMB_PROGRESS_FIRST_MS;
	leave(progress);
}

/* see progress.h */
void
plomb_progress_end(plomb_progress *progress)
{
	if (enter(progress)) {
		clear(progress);
		progress->is_working = 0;
		leave(progress);
	}
}

/* see progress.h */
void
plomb_progress_hide(plomb_progress *progress)
{
	if (enter(progress)) {
		clear(progress);
		progress->is_hidden = 1;
		leave(progress);
	}
}

/* see progress.h */
void
plomb_progress_show(plomb_progress *progress)
{
	if (enter(progress)) {
		progress->is_hidden = 0;
		leave(progress);
	}
}

/* see progress.h */
void
plomb_progress_expect(plomb_progress *progress, uint64_t bytes)
{
	if (!enter(progress)) {
		return;
	}
	if (progress->images <= 1) {
		progress->bytes = 0;
		progress->most_bytes = bytes;
	}
	leave(progress);
}

/* see progress.h */
void
plomb_progress_hashed(plomb_progress *progress, uint64_t bytes)
{
	if (enter(progress)) {
		progress->bytes += bytes;
		draw_if_due(progress);
		leave(progress);
	}
}

/* see progress.h */
void
plomb_progress_image(plomb_progress *progress)
{
	if (enter(progress)) {
		progress->done ++;
		draw_if_due(progress);
		leave(progress);
	}
}

/* ---------------------------------------------------------------------- files */

static plomb_status
counted_open(const plomb_files *self, const char *path, unsigned how, plomb_file *file)
{
	(void)self;
	return plomb_files_patient.open(&plomb_files_patient, path, how, file);
}

static plomb_status
counted_read(const plomb_files *self, plomb_file *file, unsigned char *buffer, size_t room, size_t *got)
{
	const plomb_counted_files *counted = (const plomb_counted_files *)self;
	plomb_status s;

	s = plomb_files_patient.read(&plomb_files_patient, file, buffer, room, got);
	if (s == PLOMB_OK) {
		plomb_progress_hashed(counted->progress, *got);
	}
	return s;
}

static void
counted_close(const plomb_files *self, plomb_file *file)
{
	(void)self;
	plomb_files_patient.close(&plomb_files_patient, file);
}

static plomb_status
counted_list(const plomb_files *self, const char *path, plomb_file_name_fn each, void *user)
{
	(void)self;
	return plomb_files_patient.list(&plomb_files_patient, path, each, user);
}

/* see progress.h */
void
plomb_counted_files_init(plomb_counted_files *counted, plomb_progress *progress)
{
	counted->files.open = counted_open;
	counted->files.read = counted_read;
	counted->files.close = counted_close;
	counted->files.list = counted_list;
	counted->progress = progress;
}
