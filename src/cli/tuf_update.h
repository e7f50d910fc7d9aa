/*
 * Updates of the trust root: what tuf.h verifies is fetched from a mirror and
 * kept in a folder. The only part of the program that brings in new trust,
 * and only when it is asked to: no verification comes here.
 *
 * The folder holds root.json, timestamp.json, snapshot.json, targets.json,
 * trusted_root.json; mirror: where they came from; time: the clock at the last
 * update, if there was one. Each is replaced as a whole, in the order in which
 * it was verified. What must change together is first written under names
 * with "next." in front; once next.commit is there, that is what holds, and
 * whoever comes next finishes it. So the folder is good after a failure or a
 * loss of power at any moment, and one update at a time works on it.
 */
#ifndef PLOMB_TUF_UPDATE_H
#define PLOMB_TUF_UPDATE_H

#include "../../port/file_write.h"
#include "../core/tuf.h"
#include "fetch.h"

#define PLOMB_TUF_DEFAULT_MIRROR "https://tuf-repo-cdn.sigstore.dev"
#define PLOMB_TUF_TARGET "trusted_root.json"

/* Where files come from. */
typedef struct plomb_tuf_mirror plomb_tuf_mirror;
struct plomb_tuf_mirror {
	/*
	 * The file of this name, such as "5.root.json", of at most max bytes,
	 * on the heap. PLOMB_UNSET if the mirror has no such file; else a
	 * fault: PLOMB_TUF_LENGTH, PLOMB_TUF_NETWORK, PLOMB_NO_ROOM.
	 */
	plomb_status (*fetch)(plomb_tuf_mirror *self, const char *name, size_t max, plomb_bytes *bytes, plomb_fault *fault);
	char *place;
	plomb_fetcher *fetcher; /* of a URL; else NULL */
};

/*
 * A directory, also as file:///PATH, or a URL with http:// or https:// in
 * front; ca_file as in fetch.h. PLOMB_TUF_NETWORK if there is no such
 * directory, PLOMB_USAGE_ERROR, and what fetch.h says. Closed by the caller
 * after PLOMB_OK.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_mirror_open(plomb_tuf_mirror *mirror, const char *place, const char *ca_file, plomb_fault *fault);
void plomb_tuf_mirror_close(plomb_tuf_mirror *mirror);

/*
 * A regular file of at most max bytes, never waiting for anybody. PLOMB_UNSET
 * if there is none; PLOMB_LIMIT_EXCEEDED, PLOMB_IO_ERROR, PLOMB_NO_ROOM with
 * a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_read(const char *path, size_t max, plomb_bytes *bytes, plomb_fault *fault);

typedef struct {
	plomb_tuf_mirror *mirror;
	const plomb_file_writer *writer;
	const char *folder;
	plomb_view root;   /* to start with */
	int is_forgetting; /* also if there is a root in the folder */
	int is_now_known;
	plomb_time now;    /* or the earliest that it can be */
} plomb_tuf_job;

/* What came of it. */
typedef struct {
	int64_t root_before, root_version, timestamp_version;
	plomb_time expires; /* of the timestamp */
	int is_changed;     /* the trust root is another one than before */
} plomb_tuf_outcome;

/*
 * Make the folder and have it for ourselves until it is given back; finish or
 * undo what an update that was cut short has left there. PLOMB_IO_ERROR,
 * PLOMB_NO_ROOM, with a fault. *lock is for plomb_tuf_unlock, also then.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_lock(const plomb_file_writer *writer, const char *folder, int *lock, plomb_fault *fault);
void plomb_tuf_unlock(const plomb_file_writer *writer, int lock);

/* One run over a folder that is locked. */
PLOMB_MUST_CHECK plomb_status plomb_tuf_update(const plomb_tuf_job *job, plomb_tuf_outcome *outcome, plomb_fault *fault);

/*
 * The folder by the environment: TUF_ROOT, else plomb/tuf in XDG_DATA_HOME or
 * ~/.local/share. NULL if there is no home; PLOMB_NO_ROOM with a fault is
 * something else, or another trust root would be taken for want of memory.
 * Freed by the caller.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_folder(char **folder, plomb_fault *fault);
/* A file in it, freed by the caller; NULL if there is no memory. */
char *plomb_tuf_path(const char *folder, const char *name);

/*
 * Until when the kept trust root is said to be up to date, by metadata that
 * verifies and describes it; 0 if that cannot be told.
 */
int plomb_tuf_kept_until(const char *folder, plomb_time *expires);
/* The same by the kept timestamp alone, unverified: good for a warning. */
int plomb_tuf_said_until(const char *folder, plomb_time *expires);

/*
 * The clock of the last update, which that update's metadata bounds from
 * above: it is not earlier now. PLOMB_UNSET if none is kept;
 * PLOMB_CONFIG_INVALID, PLOMB_IO_ERROR, PLOMB_NO_ROOM with a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_kept_time(plomb_time *time, plomb_fault *fault);

/* The public-good instance's root, made by embed.sh from tuf_root.json. */
extern const unsigned char plomb_tuf_root_json[];
extern const size_t plomb_tuf_root_json_len;

#endif
