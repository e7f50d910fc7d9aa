/*
 * The Update Framework's client, as far as a Sigstore repository needs it
 * (TUF specification 1.0, section 5; SPEC 14): who may say what the trust
 * root is now, and that nobody turns the clock back. Bytes in, verdict out:
 * which file comes next, where from and where it is kept are the caller's.
 *
 * The order of a run is the caller's too: roots one by one, each kept before
 * the next step; then timestamp, snapshot, targets, and the target itself.
 * Each function needs the result of the one before and so cannot be left out.
 *
 * Untrusted: all bytes but the first root. Delegations are not followed: a
 * target is what the top-level targets file says, or it is not offered
 * (CVE-2024-47534 was their search order).
 *
 * The texts must stay as long as the results are used; what is derived is
 * taken from ctx->work and stays. Reasons: PLOMB_TUF_MALFORMED (anything
 * that is not what it should be), and those that each function names;
 * PLOMB_LIMIT_EXCEEDED, PLOMB_NO_ROOM.
 */
#ifndef PLOMB_TUF_H
#define PLOMB_TUF_H

#include "json.h"
#include "time.h"

/* Ceilings of SPEC 14.3, for files whose length nobody has signed. */
#define PLOMB_TUF_MAX_ROOT_BYTES      (512u << 10)
#define PLOMB_TUF_MAX_TIMESTAMP_BYTES (16u << 10)
#define PLOMB_TUF_MAX_SNAPSHOT_BYTES  (2u << 20)
#define PLOMB_TUF_MAX_TARGETS_BYTES   (5u << 20)
#define PLOMB_TUF_MAX_TOKENS          65536 /* of JSON; what a file of zeros and commas would take in memory is eight times its size */
#define PLOMB_TUF_MAX_ROOT_STEPS      256  /* new roots in one run; the public instance made 15 in five years */
#define PLOMB_TUF_MAX_KEYS            64   /* of one role; real ones have up to 6 */
#define PLOMB_TUF_MAX_SIGNATURES      64   /* of one file */
#define PLOMB_TUF_MAX_META            1024 /* files that a snapshot names */

typedef enum {
	PLOMB_TUF_ROLE_ROOT = 0,
	PLOMB_TUF_ROLE_TIMESTAMP,
	PLOMB_TUF_ROLE_SNAPSHOT,
	PLOMB_TUF_ROLE_TARGETS,
	PLOMB_TUF_ROLES
} plomb_tuf_role;

/* "root", "timestamp", …: the value of _type and the file's name. */
const char *plomb_tuf_role_name(plomb_tuf_role role);
/* The most bytes of such a file. */
size_t plomb_tuf_role_max(plomb_tuf_role role);

/* One file, read; what every kind has. */
typedef struct {
	plomb_json doc;
	uint32_t signed_;
	int64_t version; /* at least 1 */
	plomb_time expires;
} plomb_tuf_file;

typedef struct {
	plomb_tuf_file file;
	uint32_t keys;
	uint32_t roles[PLOMB_TUF_ROLES];
	int consistent_snapshot; /* file names carry versions and hashes */
} plomb_tuf_root;

/* What a signed file says about another one. */
typedef struct {
	int64_t version; /* at least 1; 0 for a target, which has none */
	int has_length;
	uint64_t length;
	plomb_digest sha256, sha512; /* hash NONE: not given */
} plomb_tuf_description;

typedef struct {
	plomb_tuf_file file;
	plomb_tuf_description snapshot;
} plomb_tuf_timestamp;

typedef struct {
	plomb_tuf_file file;
	uint32_t meta;
	plomb_tuf_description targets;
} plomb_tuf_snapshot;

typedef struct {
	plomb_tuf_file file;
	uint32_t targets;
} plomb_tuf_targets;

/*
 * The root that is trusted because of where it came from. It must be signed
 * by its own keys, which tells a damaged file. It may have expired:
 * PLOMB_TUF_SIGNATURE_THRESHOLD, PLOMB_TUF_LENGTH.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_root_load(plomb_ctx *ctx, plomb_view bytes, plomb_tuf_root *root);

/*
 * The next root: signed by the threshold of the trusted one's root keys and
 * of its own, its version exactly one more. Also PLOMB_TUF_VERSION,
 * PLOMB_TUF_ROLLBACK. It may have expired: only the last one must not.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_root_next(plomb_ctx *ctx, const plomb_tuf_root *trusted, plomb_view bytes, plomb_tuf_root *next);

/* Not expired: PLOMB_TUF_EXPIRED. Of the last root, and of anything else that was loaded without a time. */
PLOMB_MUST_CHECK plomb_status plomb_tuf_fresh(plomb_ctx *ctx, const plomb_tuf_file *file, plomb_time now);

/*
 * The keys of a role are others than before. If those of timestamp or
 * snapshot are, both files are forgotten: a version number that a stolen key
 * has pushed up would lock the client out for ever ("fast-forward attack").
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_keys_changed(plomb_ctx *ctx, const plomb_tuf_root *a, const plomb_tuf_root *b,
	plomb_tuf_role role, int *changed);

/*
 * trusted is what was accepted before, NULL if nothing; now is NULL only to
 * load a copy that was accepted before, which may have expired since. Of two
 * timestamps with one version the trusted one stays. Also
 * PLOMB_TUF_SIGNATURE_THRESHOLD, PLOMB_TUF_ROLLBACK, PLOMB_TUF_EXPIRED,
 * PLOMB_TUF_LENGTH.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_timestamp_next(plomb_ctx *ctx, const plomb_tuf_root *root,
	const plomb_tuf_timestamp *trusted, plomb_view bytes, const plomb_time *now, plomb_tuf_timestamp *timestamp);

/* When a timestamp says that it ends, whoever wrote it. */
PLOMB_MUST_CHECK plomb_status plomb_tuf_timestamp_expires(plomb_ctx *ctx, plomb_view bytes, plomb_time *expires);

/*
 * The snapshot that the timestamp describes; timestamp is NULL only to load a
 * copy that was accepted before. Nothing that the trusted snapshot named may
 * be gone or older. Also PLOMB_TUF_VERSION, PLOMB_TUF_HASH_MISMATCH.
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_snapshot_next(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_timestamp *timestamp,
	const plomb_tuf_snapshot *trusted, plomb_view bytes, const plomb_time *now, plomb_tuf_snapshot *snapshot);

/* The targets file that the snapshot describes. */
PLOMB_MUST_CHECK plomb_status plomb_tuf_targets_next(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_snapshot *snapshot,
	plomb_view bytes, const plomb_time *now, plomb_tuf_targets *targets);

/* What is said about a target: length and at least one hash that is known. PLOMB_TUF_TARGET_MISSING. */
PLOMB_MUST_CHECK plomb_status plomb_tuf_target_find(plomb_ctx *ctx, const plomb_tuf_targets *targets, plomb_view name,
	plomb_tuf_description *target);

/*
 * The target's path below the repository's targets, in work: DIR/HASH.FILE if
 * the root has consistent_snapshot, else the name. A name that would leave
 * the directory, or that a file system reads in another way, is
 * PLOMB_TUF_MALFORMED (CVE-2021-41131, CVE-2026-24137, CVE-2026-24686).
 */
PLOMB_MUST_CHECK plomb_status plomb_tuf_target_path(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_description *target,
	plomb_view name, plomb_view *path);

/* These are its bytes: exactly so many, with every hash that is given. PLOMB_TUF_LENGTH, PLOMB_TUF_HASH_MISMATCH. */
PLOMB_MUST_CHECK plomb_status plomb_tuf_target_check(plomb_ctx *ctx, const plomb_tuf_description *target, plomb_view bytes);

#endif
