#include "tuf_update.h"

#include <stdlib.h>

#include "../../port/file.h"
#include "../../port/home.h"
#include "../core/trust.h"
#include "room.h"

/* A file of ours is never longer than what was once accepted. */
#define MAX_KEPT (5u << 20)

/* ---------------------------------------------------------------------- folder */

static char *
join(const char *a, const char *b, const char *c)
{
	plomb_text text;
	char *path;

	plomb_text_init(&text);
	plomb_text_str(&text, a);
	plomb_text_str(&text, b);
	plomb_text_str(&text, c);
	path = text.failed ? NULL : plomb_copy_view(plomb_text_as_view(&text));
	plomb_text_free(&text);
	return path;
}

/* see tuf_update.h */
char *
plomb_tuf_path(const char *folder, const char *name)
{
	return join(folder, "/", name);
}

/* see tuf_update.h */
plomb_status
plomb_tuf_folder(char **folder, plomb_fault *fault)
{
	char home[PLOMB_MAX_PATH];
	const char *below, *value;

	*folder = NULL;
	below = "";
	value = getenv("TUF_ROOT");
	if (value == NULL || value[0] == 0) {
		below = "/plomb/tuf";
		value = getenv("XDG_DATA_HOME");
	}
	/* The XDG specification: a relative path is to be ignored. */
	if (below[0] != 0 && (value == NULL || value[0] != '/')) {
		below = "/.local/share/plomb/tuf";
		value = plomb_home(home, sizeof home) ? home : NULL;
	}
	if (value == NULL) {
		return PLOMB_OK;
	}
	*folder = join(value, below, "");
	return *folder != NULL ? PLOMB_OK : plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
}

/* What is kept under this name; nothing is nothing. */
static plomb_status
read_kept(const char *folder, const char *name, plomb_bytes *bytes, plomb_fault *fault)
{
	plomb_status s;
	char *path;

	bytes->p = NULL;
	bytes->n = 0;
	path = plomb_tuf_path(folder, name);
	if (path == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	s = plomb_tuf_read(path, MAX_KEPT, bytes, fault);
	free(path);
	return s == PLOMB_UNSET ? PLOMB_OK : s;
}

static plomb_status
write_fault(const char *path, int error, plomb_fault *fault)
{
	return plomb_fail(fault, PLOMB_IO_ERROR, path, ": ", error == 0
		? plomb_status_sentence(PLOMB_IO_ERROR) : strerror(error), (const char *)NULL);
}

static plomb_status
keep(const plomb_tuf_job *job, const char *name, plomb_view bytes, plomb_fault *fault)
{
	plomb_status s;
	char *path;
	int error;

	path = plomb_tuf_path(job->folder, name);
	if (path == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	s = job->writer->replace(job->writer, path, bytes, 0, &error);
	if (s != PLOMB_OK) {
		s = write_fault(path, error, fault);
	}
	free(path);
	return s;
}

/* --------------------------------------------------- what must change together */

enum { TIMESTAMP, SNAPSHOT, TARGETS, ROOT, TARGET, MIRROR, NAMES };

static const char *const names[NAMES] = {
	"timestamp.json", "snapshot.json", "targets.json", "root.json", PLOMB_TUF_TARGET, "mirror"
};

#define TIME_NAME "time"
#define NEXT   "next."
#define COMMIT "next.commit"

/* next.NAME becomes NAME, if there is one. */
static plomb_status
move_next(const plomb_file_writer *writer, const char *folder, const char *name, plomb_fault *fault)
{
	char *from, *to;
	plomb_status s;
	int error;

	from = join(folder, "/" NEXT, name);
	to = plomb_tuf_path(folder, name);
	if (from == NULL || to == NULL) {
		s = plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	} else {
		s = writer->move(writer, from, to, &error);
		s = s == PLOMB_IO_ERROR ? write_fault(to, error, fault) : PLOMB_OK;
	}
	free(from);
	free(to);
	return s;
}

static plomb_status
remove_file(const plomb_file_writer *writer, const char *folder, const char *prefix, const char *name, plomb_fault *fault)
{
	plomb_status s;
	char *path;
	int error;

	path = join(folder, prefix, name);
	if (path == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	s = writer->remove(writer, path, &error);
	if (s != PLOMB_OK) {
		s = write_fault(path, error, fault);
	}
	free(path);
	return s;
}

/* It holds already; each step may be done again after a loss of power. */
static plomb_status
finish_commit(const plomb_file_writer *writer, const char *folder, plomb_fault *fault)
{
	plomb_status s;
	size_t i;

	for (i = 0; i < NAMES; i ++) {
		if ((s = move_next(writer, folder, names[i], fault)) != PLOMB_OK) {
			return s;
		}
	}
	return remove_file(writer, folder, "/", COMMIT, fault);
}

/* All files of which p is not NULL at once. One of no bytes is as good as none. */
static plomb_status
keep_together(const plomb_tuf_job *job, const plomb_view files[NAMES], plomb_fault *fault)
{
	static const plomb_view empty = PLOMB_LIT("");
	plomb_status s;
	size_t i;

	for (i = 0; i < NAMES; i ++) {
		char next[64];

		(void)snprintf(next, sizeof next, NEXT "%s", names[i]);
		if (files[i].p != NULL && (s = keep(job, next, files[i], fault)) != PLOMB_OK) {
			return s;
		}
	}
	if ((s = keep(job, COMMIT, empty, fault)) != PLOMB_OK) {
		return s;
	}
	return finish_commit(job->writer, job->folder, fault);
}

/* What was never committed has never been. */
static plomb_status
finish_or_undo(const plomb_file_writer *writer, const char *folder, plomb_fault *fault)
{
	plomb_bytes commit;
	plomb_status s;
	int is_committed;
	size_t i;

	if ((s = read_kept(folder, COMMIT, &commit, fault)) != PLOMB_OK) {
		return s;
	}
	is_committed = commit.p != NULL;
	plomb_bytes_free(&commit);
	if (is_committed) {
		return finish_commit(writer, folder, fault);
	}
	for (i = 0; i < NAMES; i ++) {
		if ((s = remove_file(writer, folder, "/" NEXT, names[i], fault)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* ---------------------------------------------------------------------- the lock */

typedef struct {
	const plomb_file_writer *writer;
	const char *folder;
	plomb_fault *fault;
} sweeper;

/* NAME or next.NAME, and a suffix of its length: a file that was being written when the program ended. */
static int
is_left_over(plomb_view name)
{
	static const char *const others[] = { "commit", TIME_NAME };
	const size_t tail = sizeof PLOMB_WRITER_SUFFIX - 1;
	size_t i;

	if (name.n <= tail || name.p[name.n - tail] != PLOMB_WRITER_SUFFIX[0]) {
		return 0;
	}
	name = plomb_view_cut(name, 0, name.n - tail);
	if (plomb_view_starts(name, NEXT)) {
		name = plomb_view_cut(name, sizeof NEXT - 1, name.n);
	}
	for (i = 0; i < NAMES + 2; i ++) {
		if (plomb_view_is(name, i < NAMES ? names[i] : others[i - NAMES])) {
			return 1;
		}
	}
	return 0;
}

/* A plomb_file_name_fn. */
static plomb_status
sweep(void *user, plomb_view name)
{
	const sweeper *w;
	plomb_status s;
	char *copy;

	w = user;
	if (!is_left_over(name)) {
		return PLOMB_OK;
	}
	copy = plomb_copy_view(name);
	s = copy == NULL ? plomb_fail_status(w->fault, PLOMB_NO_ROOM, NULL) : remove_file(w->writer, w->folder, "/", copy, w->fault);
	free(copy);
	return s;
}

/* see tuf_update.h */
plomb_status
plomb_tuf_lock(const plomb_file_writer *writer, const char *folder, int *lock, plomb_fault *fault)
{
	plomb_status s, locked;
	sweeper w;
	int error;

	*lock = -1;
	if ((s = writer->make(writer, folder, &error)) != PLOMB_OK) {
		return write_fault(folder, error, fault);
	}
	locked = writer->lock(writer, folder, lock, &error);
	if (locked == PLOMB_IO_ERROR) {
		return write_fault(folder, error, fault);
	}
	if ((s = finish_or_undo(writer, folder, fault)) != PLOMB_OK) {
		return s;
	}
	/* Without a lock they may be somebody's who is at work. */
	if (locked != PLOMB_OK) {
		return PLOMB_OK;
	}
	w.writer = writer;
	w.folder = folder;
	w.fault = fault;
	s = plomb_files_posix.list(&plomb_files_posix, folder, sweep, &w);
	return s == PLOMB_OK || fault->status != PLOMB_UNSET ? s : plomb_fail_status(fault, PLOMB_IO_ERROR, folder);
}

/* see tuf_update.h */
void
plomb_tuf_unlock(const plomb_file_writer *writer, int lock)
{
	writer->unlock(writer, lock);
}

/* --------------------------------------------------------------------- a run */

/*
 * Everything that was fetched or kept, as bytes: each question to tuf.h reads
 * what it needs from them again, so that it can be asked with more room.
 */
typedef struct {
	const plomb_tuf_job *job;
	plomb_tuf_outcome *outcome;
	plomb_fault *fault;
	plomb_bytes root, next;
	plomb_bytes old_timestamp, timestamp;
	plomb_bytes old_snapshot, snapshot;
	plomb_bytes old_targets, targets;
	plomb_bytes old_target, target;
	/* Answers. */
	int64_t version;       /* of the root */
	int forget;            /* the keys of timestamp or snapshot are others */
	int is_same;           /* the kept timestamp stays */
	int has_root;          /* in the folder */
	int has_target;        /* the kept trust root is the one described */
	plomb_tuf_description described; /* the next file */
	char name[256];        /* of the file in question */
} run;

static plomb_status
refused(run *r, plomb_ctx *ctx, plomb_status s)
{
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_detail(r->fault, s, r->name, ctx->detail);
}

static plomb_status
load_root(run *r, plomb_ctx *ctx, plomb_tuf_root *root)
{
	return plomb_tuf_root_load(ctx, plomb_bytes_view(&r->root), root);
}

static plomb_status
start_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_tuf_root root;
	plomb_status s = load_root(r, ctx, &root);

	if (s == PLOMB_OK) {
		r->version = root.file.version;
	}
	return refused(r, ctx, s);
}

static plomb_status
root_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_tuf_root root, next;
	int timestamp, snapshot;
	plomb_status s;

	if ((s = load_root(r, ctx, &root)) == PLOMB_OK
		&& (s = plomb_tuf_root_next(ctx, &root, plomb_bytes_view(&r->next), &next)) == PLOMB_OK
		&& (s = plomb_tuf_keys_changed(ctx, &root, &next, PLOMB_TUF_ROLE_TIMESTAMP, &timestamp)) == PLOMB_OK
		&& (s = plomb_tuf_keys_changed(ctx, &root, &next, PLOMB_TUF_ROLE_SNAPSHOT, &snapshot)) == PLOMB_OK)
	{
		r->version = next.file.version;
		r->forget = timestamp || snapshot;
	}
	return refused(r, ctx, s);
}

static plomb_status
fresh_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_tuf_root root;
	plomb_status s;

	if ((s = load_root(r, ctx, &root)) == PLOMB_OK) {
		s = plomb_tuf_fresh(ctx, &root.file, r->job->now);
	}
	return refused(r, ctx, s);
}

/* What was kept and does not verify any more is as if it were not there; never that of which there is no room. */
static plomb_status
load_timestamp(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_bytes *kept, plomb_tuf_timestamp *timestamp,
	const plomb_tuf_timestamp **found)
{
	plomb_status s;

	*found = NULL;
	if (kept->p == NULL) {
		return PLOMB_OK;
	}
	s = plomb_tuf_timestamp_next(ctx, root, NULL, plomb_bytes_view(kept), NULL, timestamp);
	*found = s == PLOMB_OK ? timestamp : NULL;
	return s == PLOMB_NO_ROOM ? s : PLOMB_OK;
}

static plomb_status
timestamp_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_tuf_root root;
	plomb_tuf_timestamp old, timestamp;
	const plomb_tuf_timestamp *trusted;
	plomb_status s;

	if ((s = load_root(r, ctx, &root)) == PLOMB_OK
		&& (s = load_timestamp(ctx, &root, &r->old_timestamp, &old, &trusted)) == PLOMB_OK
		&& (s = plomb_tuf_timestamp_next(ctx, &root, trusted, plomb_bytes_view(&r->timestamp), &r->job->now, &timestamp)) == PLOMB_OK)
	{
		r->is_same = trusted != NULL && trusted->file.version == timestamp.file.version;
		r->described = timestamp.snapshot;
		r->outcome->timestamp_version = timestamp.file.version;
		r->outcome->expires = timestamp.file.expires;
	}
	return refused(r, ctx, s);
}

static plomb_status
load_snapshot(run *r, plomb_ctx *ctx, plomb_tuf_root *root, plomb_tuf_snapshot *snapshot)
{
	plomb_tuf_timestamp timestamp;
	plomb_tuf_snapshot old;
	const plomb_tuf_snapshot *trusted = NULL;
	plomb_status s;

	if ((s = load_root(r, ctx, root)) != PLOMB_OK
		|| (s = plomb_tuf_timestamp_next(ctx, root, NULL, plomb_bytes_view(&r->timestamp), &r->job->now, &timestamp)) != PLOMB_OK)
	{
		return s;
	}
	if (r->old_snapshot.p != NULL) {
		s = plomb_tuf_snapshot_next(ctx, root, NULL, NULL, plomb_bytes_view(&r->old_snapshot), NULL, &old);
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		trusted = s == PLOMB_OK ? &old : NULL;
	}
	return plomb_tuf_snapshot_next(ctx, root, &timestamp, trusted, plomb_bytes_view(&r->snapshot), &r->job->now, snapshot);
}

static plomb_status
snapshot_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_tuf_root root;
	plomb_tuf_snapshot snapshot;
	plomb_status s = load_snapshot(r, ctx, &root, &snapshot);

	if (s == PLOMB_OK) {
		r->described = snapshot.targets;
	}
	return refused(r, ctx, s);
}

/* The path is in r->name afterwards. */
static plomb_status
targets_try(void *user, plomb_ctx *ctx)
{
	static const plomb_view name = PLOMB_LIT(PLOMB_TUF_TARGET);
	run *r = user;
	plomb_tuf_root root;
	plomb_tuf_snapshot snapshot;
	plomb_tuf_targets targets;
	plomb_view path;
	plomb_status s;

	if ((s = load_snapshot(r, ctx, &root, &snapshot)) == PLOMB_OK
		&& (s = plomb_tuf_targets_next(ctx, &root, &snapshot, plomb_bytes_view(&r->targets), &r->job->now, &targets)) == PLOMB_OK
		&& (s = plomb_tuf_target_find(ctx, &targets, name, &r->described)) == PLOMB_OK
		&& (s = plomb_tuf_target_path(ctx, &root, &r->described, name, &path)) == PLOMB_OK)
	{
		(void)snprintf(r->name, sizeof r->name, "targets/%.*s", (int)path.n, (const char *)path.p);
		r->has_target = r->old_target.p != NULL
			&& plomb_tuf_target_check(ctx, &r->described, plomb_bytes_view(&r->old_target)) == PLOMB_OK;
	}
	return refused(r, ctx, s);
}

/* A trust root that this version cannot read must not replace one that it can. */
static plomb_status
target_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_trust trust;
	plomb_status s = plomb_tuf_target_check(ctx, &r->described, plomb_bytes_view(&r->target));

	if (s == PLOMB_OK) {
		s = plomb_trust_load(ctx, plomb_bytes_view(&r->target), &trust);
	}
	return refused(r, ctx, s);
}

/* Whether names carry versions: not before the public root's fifth. */
static plomb_status
prefix_try(void *user, plomb_ctx *ctx)
{
	run *r = user;
	plomb_tuf_root root;
	plomb_status s = load_root(r, ctx, &root);

	if (s == PLOMB_OK && !root.consistent_snapshot) {
		r->described.version = 0;
	}
	return refused(r, ctx, s);
}

/* VERSION.ROLE.json, or without a version. */
static void
set_name(run *r, uint64_t version, const char *role)
{
	if (version == 0) {
		(void)snprintf(r->name, sizeof r->name, "%s.json", role);
		return;
	}
	(void)snprintf(r->name, sizeof r->name, "%llu.%s.json", (unsigned long long)version, role);
}

/* The file that must be there. */
static plomb_status
fetch(run *r, size_t max, plomb_bytes *bytes)
{
	plomb_status s = r->job->mirror->fetch(r->job->mirror, r->name, max, bytes, r->fault);

	if (s == PLOMB_UNSET) {
		return plomb_fail(r->fault, PLOMB_TUF_NETWORK, r->job->mirror->place, ": has no ", r->name, (const char *)NULL);
	}
	return s;
}

/* The signed length, if there is one that is shorter than the ceiling. */
static size_t
most(const run *r, size_t max)
{
	return r->described.has_length && r->described.length < max ? (size_t)r->described.length : max;
}

/*
 * After a root with other keys both go, so that the version that a stolen key
 * has signed stays behind; with the root, for either alone would lose
 * something: what was seen, or that it is to be forgotten.
 */
static plomb_status
keep_root(run *r)
{
	static const plomb_view empty = PLOMB_LIT("");
	plomb_view files[NAMES];

	if (r->forget) {
		plomb_bytes_free(&r->old_timestamp);
		plomb_bytes_free(&r->old_snapshot);
	}
	if (r->job->is_forgetting) {
		return PLOMB_OK;
	}
	if (!r->forget) {
		return keep(r->job, names[ROOT], plomb_bytes_view(&r->root), r->fault);
	}
	memset(files, 0, sizeof files);
	files[TIMESTAMP] = files[SNAPSHOT] = empty;
	files[ROOT] = plomb_bytes_view(&r->root);
	return keep_together(r->job, files, r->fault);
}

/* One root after the other; each is kept before the next is asked for. */
static plomb_status
walk_roots(run *r)
{
	plomb_status s;
	int i;

	for (i = 0; i < PLOMB_TUF_MAX_ROOT_STEPS; i ++) {
		set_name(r, (uint64_t)r->version + 1, "root");
		s = r->job->mirror->fetch(r->job->mirror, r->name, PLOMB_TUF_MAX_ROOT_BYTES, &r->next, r->fault);
		if (s == PLOMB_UNSET) {
			set_name(r, (uint64_t)r->version, "root");
			s = plomb_with_room(fresh_try, r, r->fault);
			/* The one compiled in may be another one in the next version: what was trusted is kept. */
			return s != PLOMB_OK || r->has_root || r->job->is_forgetting ? s
				: keep(r->job, names[ROOT], plomb_bytes_view(&r->root), r->fault);
		}
		if (s != PLOMB_OK || (s = plomb_with_room(root_try, r, r->fault)) != PLOMB_OK) {
			return s;
		}
		plomb_bytes_free(&r->root);
		r->root = r->next;
		memset(&r->next, 0, sizeof r->next);
		if ((s = keep_root(r)) != PLOMB_OK) {
			return s;
		}
		r->has_root = 1;
	}
	return plomb_fail(r->fault, PLOMB_LIMIT_EXCEEDED, r->job->mirror->place, ": more new roots than are followed in one run", (const char *)NULL);
}

static plomb_status
step_timestamp(run *r)
{
	plomb_status s;

	set_name(r, 0, "timestamp");
	if ((s = fetch(r, PLOMB_TUF_MAX_TIMESTAMP_BYTES, &r->timestamp)) != PLOMB_OK
		|| (s = plomb_with_room(timestamp_try, r, r->fault)) != PLOMB_OK)
	{
		return s;
	}
	if (r->is_same) {
		/* The one that was seen first stays. */
		plomb_bytes_free(&r->timestamp);
		r->timestamp = r->old_timestamp;
		memset(&r->old_timestamp, 0, sizeof r->old_timestamp);
		return PLOMB_OK;
	}
	return r->job->is_forgetting ? PLOMB_OK : keep(r->job, names[TIMESTAMP], plomb_bytes_view(&r->timestamp), r->fault);
}

/* What is kept already may be what is described: then it need not come again. */
static int
is_kept(run *r, plomb_bytes *kept, plomb_bytes *bytes, plomb_room_fn try)
{
	plomb_fault ignored, *fault;
	plomb_tuf_description described;
	plomb_status s;

	if (kept->p == NULL) {
		return 0;
	}
	plomb_fault_init(&ignored);
	described = r->described;
	fault = r->fault;
	r->fault = &ignored;
	bytes->p = (unsigned char *)plomb_copy_view(plomb_bytes_view(kept));
	bytes->n = kept->n;
	s = bytes->p == NULL ? PLOMB_NO_ROOM : plomb_with_room(try, r, r->fault);
	r->fault = fault;
	plomb_fault_free(&ignored);
	if (s != PLOMB_OK) {
		r->described = described;
		plomb_bytes_free(bytes);
	}
	return s == PLOMB_OK;
}

static plomb_status
step_described(run *r, int name, size_t max, plomb_bytes *kept, plomb_bytes *bytes, plomb_room_fn try)
{
	char role[32];
	plomb_status s;

	(void)snprintf(role, sizeof role, "%.*s", (int)(strlen(names[name]) - strlen(".json")), names[name]);
	if (is_kept(r, kept, bytes, try)) {
		return PLOMB_OK;
	}
	if ((s = plomb_with_room(prefix_try, r, r->fault)) != PLOMB_OK) {
		return s;
	}
	set_name(r, (uint64_t)r->described.version, role);
	if ((s = fetch(r, most(r, max), bytes)) != PLOMB_OK || (s = plomb_with_room(try, r, r->fault)) != PLOMB_OK) {
		return s;
	}
	return r->job->is_forgetting ? PLOMB_OK : keep(r->job, names[name], plomb_bytes_view(bytes), r->fault);
}

static plomb_status
step_target(run *r)
{
	plomb_status s;

	if (r->has_target) {
		r->target = r->old_target;
		memset(&r->old_target, 0, sizeof r->old_target);
		return PLOMB_OK;
	}
	if ((s = fetch(r, most(r, PLOMB_MAX_ROOT_BYTES), &r->target)) != PLOMB_OK
		|| (s = plomb_with_room(target_try, r, r->fault)) != PLOMB_OK)
	{
		return s;
	}
	r->outcome->is_changed = 1;
	return r->job->is_forgetting ? PLOMB_OK : keep(r->job, names[TARGET], plomb_bytes_view(&r->target), r->fault);
}

/*
 * Starting anew: nothing was written until all was verified, and then the
 * folder never mixes two repositories.
 */
static plomb_status
keep_all(run *r)
{
	plomb_view files[NAMES];

	files[TIMESTAMP] = plomb_bytes_view(&r->timestamp);
	files[SNAPSHOT] = plomb_bytes_view(&r->snapshot);
	files[TARGETS] = plomb_bytes_view(&r->targets);
	files[ROOT] = plomb_bytes_view(&r->root);
	files[TARGET] = plomb_bytes_view(&r->target);
	files[MIRROR] = plomb_view_of_arg(r->job->mirror->place);
	return keep_together(r->job, files, r->fault);
}

/* The mirror of this run, unless it is the one of the last run too. */
static plomb_status
keep_mirror(const run *r)
{
	plomb_bytes kept;
	plomb_status s;
	int is_same;

	if ((s = read_kept(r->job->folder, names[MIRROR], &kept, r->fault)) != PLOMB_OK) {
		return s;
	}
	is_same = kept.p != NULL && plomb_view_is(plomb_bytes_view(&kept), r->job->mirror->place);
	plomb_bytes_free(&kept);
	return is_same ? PLOMB_OK : keep(r->job, names[MIRROR], plomb_view_of_arg(r->job->mirror->place), r->fault);
}

/* A clock that was ahead would have found the metadata expired: what is kept here is never far off. */
static plomb_status
keep_time(const run *r)
{
	plomb_text text;
	plomb_status s;

	if (!r->job->is_now_known) {
		return PLOMB_OK;
	}
	plomb_text_init(&text);
	plomb_text_time(&text, r->job->now);
	s = text.failed ? plomb_fail_status(r->fault, PLOMB_NO_ROOM, NULL) : keep(r->job, TIME_NAME, plomb_text_as_view(&text), r->fault);
	plomb_text_free(&text);
	return s;
}

/* The root to start with, and what is kept. */
static plomb_status
start(run *r)
{
	const plomb_tuf_job *job = r->job;
	plomb_status s;

	if (!job->is_forgetting) {
		if ((s = read_kept(job->folder, names[ROOT], &r->root, r->fault)) != PLOMB_OK
			|| (s = read_kept(job->folder, names[TIMESTAMP], &r->old_timestamp, r->fault)) != PLOMB_OK
			|| (s = read_kept(job->folder, names[SNAPSHOT], &r->old_snapshot, r->fault)) != PLOMB_OK
			|| (s = read_kept(job->folder, names[TARGETS], &r->old_targets, r->fault)) != PLOMB_OK
			|| (s = read_kept(job->folder, names[TARGET], &r->old_target, r->fault)) != PLOMB_OK)
		{
			return s;
		}
	}
	r->has_root = r->root.p != NULL;
	(void)snprintf(r->name, sizeof r->name, "the trusted root.json");
	if (r->root.p == NULL) {
		r->root.p = (unsigned char *)plomb_copy_view(job->root);
		r->root.n = job->root.n;
		if (r->root.p == NULL) {
			return plomb_fail_status(r->fault, PLOMB_NO_ROOM, NULL);
		}
	}
	s = plomb_with_room(start_try, r, r->fault);
	r->outcome->root_before = r->version;
	return s;
}

static plomb_status
run_all(run *r)
{
	plomb_status s;

	if ((s = start(r)) != PLOMB_OK
		|| (s = walk_roots(r)) != PLOMB_OK
		|| (s = step_timestamp(r)) != PLOMB_OK
		|| (s = step_described(r, SNAPSHOT, PLOMB_TUF_MAX_SNAPSHOT_BYTES, &r->old_snapshot, &r->snapshot, snapshot_try)) != PLOMB_OK
		|| (s = step_described(r, TARGETS, PLOMB_TUF_MAX_TARGETS_BYTES, &r->old_targets, &r->targets, targets_try)) != PLOMB_OK
		|| (s = step_target(r)) != PLOMB_OK)
	{
		return s;
	}
	s = r->job->is_forgetting ? keep_all(r) : keep_mirror(r);
	if (s != PLOMB_OK) {
		return s;
	}
	r->outcome->root_version = r->version;
	return keep_time(r);
}

/* see tuf_update.h */
plomb_status
plomb_tuf_update(const plomb_tuf_job *job, plomb_tuf_outcome *outcome, plomb_fault *fault)
{
	plomb_status s;
	run r;

	memset(&r, 0, sizeof r);
	memset(outcome, 0, sizeof *outcome);
	r.job = job;
	r.outcome = outcome;
	r.fault = fault;
	s = run_all(&r);
	plomb_bytes_free(&r.root);
	plomb_bytes_free(&r.next);
	plomb_bytes_free(&r.old_timestamp);
	plomb_bytes_free(&r.timestamp);
	plomb_bytes_free(&r.old_snapshot);
	plomb_bytes_free(&r.snapshot);
	plomb_bytes_free(&r.old_targets);
	plomb_bytes_free(&r.targets);
	plomb_bytes_free(&r.old_target);
	plomb_bytes_free(&r.target);
	return s;
}

/* ---------------------------------------------------------------------- its age */

typedef struct {
	plomb_bytes file[NAMES];
	plomb_time expires;
} age;

/* Who signed the timestamp, and that what it leads to is what is kept. */
static plomb_status
age_try(void *user, plomb_ctx *ctx)
{
	static const plomb_view name = PLOMB_LIT(PLOMB_TUF_TARGET);
	age *a = user;
	plomb_tuf_root root;
	plomb_tuf_timestamp timestamp;
	plomb_tuf_snapshot snapshot;
	plomb_tuf_targets targets;
	plomb_tuf_description target;
	plomb_status s;

	if ((s = plomb_tuf_root_load(ctx, plomb_bytes_view(&a->file[ROOT]), &root)) == PLOMB_OK
		&& (s = plomb_tuf_timestamp_next(ctx, &root, NULL, plomb_bytes_view(&a->file[TIMESTAMP]), NULL, &timestamp)) == PLOMB_OK
		&& (s = plomb_tuf_snapshot_next(ctx, &root, &timestamp, NULL, plomb_bytes_view(&a->file[SNAPSHOT]), NULL, &snapshot)) == PLOMB_OK
		&& (s = plomb_tuf_targets_next(ctx, &root, &snapshot, plomb_bytes_view(&a->file[TARGETS]), NULL, &targets)) == PLOMB_OK
		&& (s = plomb_tuf_target_find(ctx, &targets, name, &target)) == PLOMB_OK
		&& (s = plomb_tuf_target_check(ctx, &target, plomb_bytes_view(&a->file[TARGET]))) == PLOMB_OK)
	{
		a->expires = timestamp.file.expires;
	}
	return s;
}

/* see tuf_update.h */
int
plomb_tuf_kept_until(const char *folder, plomb_time *expires)
{
	plomb_fault ignored;
	int is_known;
	size_t i;
	age a;

	memset(&a, 0, sizeof a);
	plomb_fault_init(&ignored);
	is_known = 1;
	for (i = 0; i < MIRROR; i ++) {
		is_known = is_known && read_kept(folder, names[i], &a.file[i], &ignored) == PLOMB_OK && a.file[i].p != NULL;
	}
	is_known = is_known && plomb_with_room(age_try, &a, &ignored) == PLOMB_OK;
	*expires = a.expires;
	for (i = 0; i < MIRROR; i ++) {
		plomb_bytes_free(&a.file[i]);
	}
	plomb_fault_free(&ignored);
	return is_known;
}

static plomb_status
said_try(void *user, plomb_ctx *ctx)
{
	age *a = user;

	return plomb_tuf_timestamp_expires(ctx, plomb_bytes_view(&a->file[TIMESTAMP]), &a->expires);
}

/* see tuf_update.h */
int
plomb_tuf_said_until(const char *folder, plomb_time *expires)
{
	plomb_fault ignored;
	int is_known;
	age a;

	memset(&a, 0, sizeof a);
	plomb_fault_init(&ignored);
	is_known = read_kept(folder, names[TIMESTAMP], &a.file[TIMESTAMP], &ignored) == PLOMB_OK && a.file[TIMESTAMP].p != NULL
		&& plomb_with_room(said_try, &a, &ignored) == PLOMB_OK;
	*expires = a.expires;
	plomb_bytes_free(&a.file[TIMESTAMP]);
	plomb_fault_free(&ignored);
	return is_known;
}

/* see tuf_update.h */
plomb_status
plomb_tuf_kept_time(plomb_time *time, plomb_fault *fault)
{
	plomb_bytes bytes;
	plomb_status s;
	char *folder;

	time->s = 0;
	time->ns = 0;
	if ((s = plomb_tuf_folder(&folder, fault)) != PLOMB_OK) {
		return s;
	}
	if (folder == NULL) {
		return PLOMB_UNSET;
	}
	s = read_kept(folder, TIME_NAME, &bytes, fault);
	if (s == PLOMB_OK && bytes.p == NULL) {
		s = PLOMB_UNSET;
	}
	if (s == PLOMB_OK && plomb_time_parse(plomb_bytes_view(&bytes), time) != PLOMB_OK) {
		s = plomb_fail(fault, PLOMB_CONFIG_INVALID, folder, "/" TIME_NAME ": is not a time; remove the file, or write one such as 2026-01-31T12:00:00Z",
			(const char *)NULL);
	}
	plomb_bytes_free(&bytes);
	free(folder);
	return s;
}
