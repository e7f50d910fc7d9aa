/*
 * The trust root's updates. Folders of tests/vectors/tuf/made are what
 * attackers put in place of a good repository's files (make_tuf.py); each
 * differs from an accepted one in one thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tuf_support.h"

/* Seconds of 2026-08-24T00:00:00Z, when the public files of the vectors were fresh. */
#define NOW 1787529600

static unsigned char *buffer;
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx;
static plomb_view held[512];
static size_t held_count;

static void
start(size_t size)
{
	plomb_work_init(&work, buffer, size);
	memset(&detail, 0, sizeof detail);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	ctx.detail = &detail;
}

static void
drop_files(void)
{
	while (held_count != 0) {
		held_count --;
		free((void *)(uintptr_t)held[held_count].p);
	}
}

static plomb_view
file(const char *folder, const char *name)
{
	plomb_view view = tuf_read(folder, name);

	if (view.p != NULL) {
		assert_true(held_count < sizeof held / sizeof held[0]);
		held[held_count ++] = view;
	}
	return view;
}

/* A file of the repository as the attacker serves it. */
static plomb_view
served(const char *folder, const char *name)
{
	char path[128];
	plomb_view view;

	(void)snprintf(path, sizeof path, "made/%s", folder);
	view = file(path, name);
	return view.p != NULL ? view : file("made/base", name);
}

static plomb_view
served_version(const char *folder, int64_t version, const char *what)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%d.%s.json", (int)version, what);
	return served(folder, name);
}

static plomb_status
walk_roots(const char *folder, plomb_tuf_root *root)
{
	plomb_tuf_root next;
	plomb_view bytes;
	plomb_status s = plomb_tuf_root_load(&ctx, served(folder, "1.root.json"), root);

	while (s == PLOMB_OK) {
		bytes = served_version(folder, root->file.version + 1, "root");
		if (bytes.p == NULL) {
			break;
		}
		s = plomb_tuf_root_next(&ctx, root, bytes, &next);
		if (s == PLOMB_OK) {
			*root = next;
		}
	}
	return s;
}

/* A whole run of a client that was up to date with base. */
static plomb_status
update(const char *folder, int64_t now_s)
{
	static const plomb_view name = PLOMB_LIT("trusted_root.json");
	plomb_tuf_root known, root;
	plomb_tuf_timestamp old_timestamp, timestamp;
	plomb_tuf_snapshot old_snapshot, snapshot;
	plomb_tuf_targets targets;
	plomb_tuf_description target;
	plomb_time now = { 0, 0 };
	plomb_view path;
	char text[256];
	int changed, forget = 0;
	plomb_status s;

	now.s = now_s;
	if ((s = walk_roots("base", &known)) != PLOMB_OK || (s = walk_roots(folder, &root)) != PLOMB_OK
		|| (s = plomb_tuf_fresh(&ctx, &root.file, now)) != PLOMB_OK
		|| (s = plomb_tuf_keys_changed(&ctx, &known, &root, PLOMB_TUF_ROLE_TIMESTAMP, &changed)) != PLOMB_OK)
	{
		return s;
	}
	forget |= changed;
	if ((s = plomb_tuf_keys_changed(&ctx, &known, &root, PLOMB_TUF_ROLE_SNAPSHOT, &changed)) != PLOMB_OK) {
		return s;
	}
	forget |= changed;
	if ((s = plomb_tuf_timestamp_next(&ctx, &known, NULL, file("made/base", "timestamp.json"), NULL, &old_timestamp)) != PLOMB_OK
		|| (s = plomb_tuf_snapshot_next(&ctx, &known, NULL, NULL, file("made/base", "4.snapshot.json"), NULL, &old_snapshot)) != PLOMB_OK
		|| (s = plomb_tuf_timestamp_next(&ctx, &root, forget ? NULL : &old_timestamp,
			served(folder, "timestamp.json"), &now, &timestamp)) != PLOMB_OK
		|| (s = plomb_tuf_snapshot_next(&ctx, &root, &timestamp, forget ? NULL : &old_snapshot,
			served_version(folder, timestamp.snapshot.version, "snapshot"), &now, &snapshot)) != PLOMB_OK
		|| (s = plomb_tuf_targets_next(&ctx, &root, &snapshot,
			served_version(folder, snapshot.targets.version, "targets"), &now, &targets)) != PLOMB_OK
		|| (s = plomb_tuf_target_find(&ctx, &targets, name, &target)) != PLOMB_OK
		|| (s = plomb_tuf_target_path(&ctx, &root, &target, name, &path)) != PLOMB_OK)
	{
		return s;
	}
	(void)snprintf(text, sizeof text, "targets/%.*s", (int)path.n, (const char *)path.p);
	return plomb_tuf_target_check(&ctx, &target, served(folder, text));
}

struct attack {
	const char *folder;
	plomb_status want;
	const char *what; /* the thing that was compared; NULL: not looked at */
};

static const struct attack attacks[] = {
	{ "base", PLOMB_OK, NULL },
	{ "root-good", PLOMB_OK, NULL },
	{ "root-older", PLOMB_TUF_ROLLBACK, "version of root" },
	{ "root-skips-one", PLOMB_TUF_VERSION, "version of root" },
	{ "root-expired", PLOMB_TUF_EXPIRED, "expires" },
	{ "root-one-signature", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-one-key-signs-twice", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-other-keys", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-new-keys-only", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-old-keys-only", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-two-names-of-one-key", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-one-name-twice", PLOMB_TUF_SIGNATURE_THRESHOLD, "root" },
	{ "root-threshold-0-root", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-threshold-0-timestamp", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-threshold-0-snapshot", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-threshold-0-targets", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-threshold-negative", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-threshold-beyond-keys", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-threshold-a-string", PLOMB_TUF_MALFORMED, "threshold" },
	{ "root-type-unknown", PLOMB_TUF_MALFORMED, "_type" },
	{ "root-spec-2", PLOMB_TUF_MALFORMED, "spec_version" },
	{ "root-version-a-string", PLOMB_TUF_MALFORMED, "version" },
	{ "root-keys-a-list", PLOMB_TUF_MALFORMED, "keys" },
	{ "root-roles-a-list", PLOMB_TUF_MALFORMED, "keyids" },
	{ "root-keyids-a-string", PLOMB_TUF_MALFORMED, "keyids" },
	{ "root-keyids-numbers", PLOMB_TUF_MALFORMED, "keyids" },
	{ "root-consistent-snapshot-a-string", PLOMB_TUF_MALFORMED, "consistent_snapshot" },
	{ "root-expires-not-a-time", PLOMB_TUF_MALFORMED, "expires" },
	{ "root-not-json", PLOMB_TUF_MALFORMED, "root" },
	{ "timestamp-good", PLOMB_OK, NULL },
	{ "timestamp-older", PLOMB_TUF_ROLLBACK, "version of timestamp" },
	{ "timestamp-expired", PLOMB_TUF_EXPIRED, "expires" },
	{ "timestamp-snapshot-older", PLOMB_TUF_ROLLBACK, "version of snapshot" },
	{ "timestamp-by-snapshot-key", PLOMB_TUF_SIGNATURE_THRESHOLD, "timestamp" },
	{ "timestamp-without-snapshot", PLOMB_TUF_MALFORMED, "version in meta" },
	{ "timestamp-meta-a-list", PLOMB_TUF_MALFORMED, "version in meta" },
	{ "timestamp-type-snapshot", PLOMB_TUF_MALFORMED, "_type" },
	{ "timestamp-spec-2", PLOMB_TUF_MALFORMED, "spec_version" },
	{ "timestamp-version-0", PLOMB_TUF_MALFORMED, "version" },
	{ "timestamp-hashes-unknown", PLOMB_TUF_MALFORMED, "hashes" },
	{ "timestamp-hashes-a-list", PLOMB_TUF_MALFORMED, "hashes" },
	{ "timestamp-length-negative", PLOMB_TUF_MALFORMED, "length" },
	{ "timestamp-same-version", PLOMB_OK, NULL }, /* the one that was seen first stays */
	{ "chain-good", PLOMB_OK, NULL },
	{ "chain-good-undescribed", PLOMB_OK, NULL },
	{ "snapshot-expired", PLOMB_TUF_EXPIRED, "expires" },
	{ "snapshot-other-version", PLOMB_TUF_VERSION, "version of snapshot" },
	{ "snapshot-by-timestamp-key", PLOMB_TUF_SIGNATURE_THRESHOLD, "snapshot" },
	{ "snapshot-targets-older", PLOMB_TUF_ROLLBACK, "version in snapshot" },
	{ "snapshot-other-older", PLOMB_TUF_ROLLBACK, "version in snapshot" },
	{ "snapshot-other-gone", PLOMB_TUF_ROLLBACK, "meta" },
	{ "snapshot-without-targets", PLOMB_TUF_MALFORMED, "version in meta" },
	{ "snapshot-entry-a-string", PLOMB_TUF_MALFORMED, "version in meta" },
	{ "snapshot-meta-a-list", PLOMB_TUF_MALFORMED, "version in meta" },
	{ "snapshot-type-targets", PLOMB_TUF_MALFORMED, "_type" },
	{ "snapshot-too-many", PLOMB_LIMIT_EXCEEDED, "meta" },
	{ "snapshot-other-hash", PLOMB_TUF_HASH_MISMATCH, "sha256" },
	{ "snapshot-other-length", PLOMB_TUF_LENGTH, "length" },
	{ "targets-other-hash", PLOMB_TUF_HASH_MISMATCH, "sha256" },
	{ "targets-other-length", PLOMB_TUF_LENGTH, "length" },
	{ "targets-other-version", PLOMB_TUF_VERSION, "version of targets" },
	{ "targets-expired", PLOMB_TUF_EXPIRED, "expires" },
	{ "targets-one-signature", PLOMB_TUF_SIGNATURE_THRESHOLD, "targets" },
	{ "targets-one-key-signs-twice", PLOMB_TUF_SIGNATURE_THRESHOLD, "targets" },
	{ "targets-by-snapshot-key", PLOMB_TUF_SIGNATURE_THRESHOLD, "targets" },
	{ "targets-a-list", PLOMB_TUF_MALFORMED, "targets" },
	{ "targets-type-snapshot", PLOMB_TUF_MALFORMED, "_type" },
	{ "target-missing", PLOMB_TUF_TARGET_MISSING, "targets" },
	{ "target-delegated", PLOMB_TUF_TARGET_MISSING, "targets" },
	{ "target-without-hashes", PLOMB_TUF_MALFORMED, "target" },
	{ "target-without-length", PLOMB_TUF_MALFORMED, "target" },
	{ "target-hash-not-hex", PLOMB_TUF_MALFORMED, "hashes" },
	{ "target-hash-a-number", PLOMB_TUF_MALFORMED, "hashes" },
	{ "target-a-string", PLOMB_TUF_MALFORMED, "target" },
	{ "target-other-length", PLOMB_TUF_LENGTH, "length" },
	{ "target-longer", PLOMB_TUF_LENGTH, "length" },
	{ "target-arbitrary", PLOMB_TUF_HASH_MISMATCH, "sha256" },
	{ "target-other-sha512", PLOMB_TUF_HASH_MISMATCH, "sha512" },
	{ "fast-forward-recovery", PLOMB_OK, NULL }
};

static void
test_attacks(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof attacks / sizeof attacks[0]; i ++) {
		plomb_status s;

		start(TUF_WORK);
		s = update(attacks[i].folder, NOW);
		if (s != attacks[i].want || (attacks[i].what != NULL && !plomb_view_is(detail.what, attacks[i].what))) {
			fail_msg("%s: %s, about %.*s", attacks[i].folder, plomb_status_code(s), (int)detail.what.n, (const char *)detail.what.p);
		}
		drop_files();
	}
}

/* The same state is refused once its time is over: the root first, as it is checked first. */
static void
test_freeze(void **state)
{
	(void)state;
	start(TUF_WORK);
	assert_int_equal(update("base", INT64_C(4102444799)), PLOMB_OK);
	start(TUF_WORK);
	assert_int_equal(update("base", INT64_C(4102444800)), PLOMB_TUF_EXPIRED); /* the second itself is over */
	assert_true(plomb_view_is(detail.want, "2100-01-01T00:00:00Z"));
	assert_true(plomb_view_is(detail.got, "2100-01-01T00:00:00Z"));
	drop_files();
}

/* A stolen timestamp key had pushed the version up; its successor starts below that. */
static void
test_fast_forward(void **state)
{
	plomb_tuf_root known, root;
	plomb_tuf_timestamp stuck, timestamp;
	plomb_time now = { NOW, 0 };
	int changed;

	(void)state;
	start(TUF_WORK);
	assert_int_equal(walk_roots("base", &known), PLOMB_OK);
	assert_int_equal(walk_roots("fast-forward-recovery", &root), PLOMB_OK);
	assert_int_equal(plomb_tuf_timestamp_next(&ctx, &known, NULL,
		file("made/timestamp-fast-forward", "timestamp.json"), &now, &stuck), PLOMB_OK);
	assert_int_equal(plomb_tuf_timestamp_next(&ctx, &root, &stuck,
		file("made/fast-forward-recovery", "timestamp.json"), &now, &timestamp), PLOMB_TUF_ROLLBACK);
	assert_int_equal(plomb_tuf_keys_changed(&ctx, &known, &root, PLOMB_TUF_ROLE_TIMESTAMP, &changed), PLOMB_OK);
	assert_int_equal(changed, 1);
	assert_int_equal(plomb_tuf_keys_changed(&ctx, &known, &root, PLOMB_TUF_ROLE_SNAPSHOT, &changed), PLOMB_OK);
	assert_int_equal(changed, 0);
	assert_int_equal(plomb_tuf_timestamp_next(&ctx, &root, NULL,
		file("made/fast-forward-recovery", "timestamp.json"), &now, &timestamp), PLOMB_OK);
	drop_files();
}

/* Files without end are refused before they are read. */
static void
test_endless(void **state)
{
	plomb_view endless;
	unsigned char *spaces = malloc((size_t)6 << 20);
	plomb_tuf_root root, next;
	plomb_tuf_timestamp timestamp;
	plomb_tuf_snapshot snapshot;
	plomb_tuf_targets targets;
	plomb_tuf_description any;
	int role;

	(void)state;
	assert_non_null(spaces);
	memset(spaces, ' ', (size_t)6 << 20);
	start(TUF_WORK);
	memset(&any, 0, sizeof any);
	memset(&snapshot, 0, sizeof snapshot);
	assert_int_equal(walk_roots("base", &root), PLOMB_OK);
	for (role = 0; role < PLOMB_TUF_ROLES; role ++) {
		plomb_status more = PLOMB_OK, most = PLOMB_OK;
		int i;

		for (i = 0; i < 2; i ++) {
			plomb_status s;

			endless.p = spaces;
			endless.n = plomb_tuf_role_max((plomb_tuf_role)role) + (i == 0);
			s = role == PLOMB_TUF_ROLE_ROOT ? plomb_tuf_root_next(&ctx, &root, endless, &next)
				: role == PLOMB_TUF_ROLE_TIMESTAMP ? plomb_tuf_timestamp_next(&ctx, &root, NULL, endless, NULL, &timestamp)
				: role == PLOMB_TUF_ROLE_SNAPSHOT ? plomb_tuf_snapshot_next(&ctx, &root, NULL, NULL, endless, NULL, &snapshot)
				: plomb_tuf_targets_next(&ctx, &root, &snapshot, endless, NULL, &targets);
			if (i == 0) {
				more = s;
			} else {
				most = s;
			}
		}
		assert_int_equal(more, PLOMB_TUF_LENGTH);
		assert_int_equal(most, PLOMB_TUF_MALFORMED);
	}
	free(spaces);
	drop_files();
}

/* ---------------------------------------------------------- the public chain */

static void
test_public_chain(void **state)
{
	static const plomb_view name = PLOMB_LIT("trusted_root.json");
	plomb_tuf_root root, next;
	plomb_tuf_timestamp timestamp;
	plomb_tuf_snapshot snapshot;
	plomb_tuf_targets targets;
	plomb_tuf_description target;
	plomb_time now = { NOW, 0 };
	plomb_view path;
	char text[256];
	int version;

	(void)state;
	start(TUF_WORK);
	assert_int_equal(plomb_tuf_root_load(&ctx, file("public", "1.root.json"), &root), PLOMB_OK);
	for (version = 2; version <= 15; version ++) {
		(void)snprintf(text, sizeof text, "%d.root.json", version);
		if (plomb_tuf_root_next(&ctx, &root, file("public", text), &next) != PLOMB_OK) {
			fail_msg("root %d", version);
		}
		root = next;
	}
	assert_int_equal(root.file.version, 15);
	assert_int_equal(root.consistent_snapshot, 1);
	assert_int_equal(plomb_tuf_fresh(&ctx, &root.file, now), PLOMB_OK);
	assert_int_equal(plomb_tuf_timestamp_next(&ctx, &root, NULL, file("public", "timestamp.json"), &now, &timestamp), PLOMB_OK);
	assert_int_equal(timestamp.file.version, 762);
	assert_int_equal(plomb_tuf_snapshot_next(&ctx, &root, &timestamp, NULL, file("public", "165.snapshot.json"), &now, &snapshot), PLOMB_OK);
	assert_int_equal(plomb_tuf_targets_next(&ctx, &root, &snapshot, file("public", "14.targets.json"), &now, &targets), PLOMB_OK);
	assert_int_equal(plomb_tuf_target_find(&ctx, &targets, name, &target), PLOMB_OK);
	assert_int_equal(plomb_tuf_target_path(&ctx, &root, &target, name, &path), PLOMB_OK);
	(void)snprintf(text, sizeof text, "targets/%.*s", (int)path.n, (const char *)path.p);
	assert_int_equal(plomb_tuf_target_check(&ctx, &target, file("public", text)), PLOMB_OK);
	/* Its timestamp is good for a week. */
	now.s += 7 * 86400;
	assert_int_equal(plomb_tuf_timestamp_next(&ctx, &root, NULL, file("public", "timestamp.json"), &now, &timestamp), PLOMB_TUF_EXPIRED);
	assert_int_equal(plomb_tuf_timestamp_next(&ctx, &root, NULL, file("public", "timestamp.json"), NULL, &timestamp), PLOMB_OK);
	drop_files();
}

/* A root that is out of its turn, of the public chain. */
static void
test_public_order(void **state)
{
	plomb_tuf_root root, next;

	(void)state;
	start(TUF_WORK);
	assert_int_equal(plomb_tuf_root_load(&ctx, file("public", "14.root.json"), &root), PLOMB_OK);
	assert_int_equal(plomb_tuf_root_next(&ctx, &root, file("public", "13.root.json"), &next), PLOMB_TUF_ROLLBACK);
	assert_int_equal(plomb_tuf_root_next(&ctx, &root, file("public", "14.root.json"), &next), PLOMB_TUF_ROLLBACK);
	assert_int_equal(plomb_tuf_root_next(&ctx, &root, file("public", "15.root.json"), &next), PLOMB_OK);
	assert_int_equal(plomb_tuf_root_load(&ctx, file("public", "13.root.json"), &root), PLOMB_OK);
	assert_int_equal(plomb_tuf_root_next(&ctx, &root, file("public", "15.root.json"), &next), PLOMB_TUF_VERSION);
	drop_files();
}

/* ----------------------------------------------------------- damaged at will */

/*
 * One byte of what is signed changed: no root with that is accepted, unless
 * the change says the same in JSON.
 */
static void
test_changed_bytes(void **state)
{
	plomb_view whole;
	unsigned char *copy;
	plomb_tuf_root root;
	size_t i;

	(void)state;
	whole = file("made/base", "1.root.json");
	copy = malloc(whole.n);
	assert_non_null(copy);
	for (i = 0; i < whole.n; i += 7) {
		plomb_view changed = { NULL, 0 };

		if (whole.p[i] == ' ' || whole.p[i] == '\n') {
			continue;
		}
		memcpy(copy, whole.p, whole.n);
		copy[i] ^= 1;
		changed.p = copy;
		changed.n = whole.n;
		start(TUF_WORK);
		/* Two of three have signed: a damaged signature is always one too few. */
		if (plomb_tuf_root_load(&ctx, changed, &root) == PLOMB_OK) {
			fail_msg("accepted with byte %u changed", (unsigned)i);
		}
	}
	free(copy);
	drop_files();
}

/* Every prefix and every size of the work buffer ends in a reason and never in a yes. */
static void
test_no_room(void **state)
{
	size_t size, most;
	plomb_status s;

	(void)state;
	start(TUF_WORK);
	assert_int_equal(update("chain-good", NOW), PLOMB_OK);
	most = work.high_water;
	for (size = 0; size < most; size += 1 + most / 401) {
		start(size);
		s = update("chain-good", NOW);
		if (s != PLOMB_NO_ROOM) {
			fail_msg("%u bytes: %s", (unsigned)size, plomb_status_code(s));
		}
		drop_files();
	}
	/* A refusal without room for its numbers is the same refusal. */
	start(TUF_WORK);
	assert_int_equal(update("target-arbitrary", NOW), PLOMB_TUF_HASH_MISMATCH);
	most = work.high_water;
	start(most - 1);
	assert_int_equal(update("target-arbitrary", NOW), PLOMB_TUF_HASH_MISMATCH);
	start(TUF_WORK);
	assert_int_equal(update("targets-expired", NOW), PLOMB_TUF_EXPIRED);
	drop_files();
}

struct text_row {
	const char *name;
	const char *text;
	plomb_status want;
};

/* Types that nobody signed; CVE-2026-23991 was a panic on such. */
static const struct text_row roots[] = {
	{ "nothing", "", PLOMB_TUF_MALFORMED },
	{ "null", "null", PLOMB_TUF_MALFORMED },
	{ "a list", "[]", PLOMB_TUF_MALFORMED },
	{ "a string", "\"signed\"", PLOMB_TUF_MALFORMED },
	{ "empty", "{}", PLOMB_TUF_MALFORMED },
	{ "signed is null", "{\"signed\":null,\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "signed is a list", "{\"signed\":[],\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "signed twice", "{\"signed\":{},\"signed\":{},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "_type is a number", "{\"signed\":{\"_type\":1},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "spec_version is a number", "{\"signed\":{\"_type\":\"root\",\"spec_version\":1.0},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "spec_version without minor", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.\"},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "spec_version 1..0", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1..0\"},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "spec_version 1.x", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.x\"},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "spec_version 1.0.0.0", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0.0.0\"},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "spec_version 10.0", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"10.0\"},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "version is a fraction", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":1.5},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "version beyond 2^63", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":9223372036854775808},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "expires is a number", "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":1,\"expires\":1},\"signatures\":[]}", PLOMB_TUF_MALFORMED }
};

static void
test_types(void **state)
{
	plomb_tuf_root root;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof roots / sizeof roots[0]; i ++) {
		plomb_status s;

		start(TUF_WORK);
		s = plomb_tuf_root_load(&ctx, plomb_view_of(roots[i].text), &root);
		if (s != roots[i].want) {
			fail_msg("%s: %s", roots[i].name, plomb_status_code(s));
		}
	}
}

#define ROLE "{\"keyids\":[\"a\"],\"threshold\":1}"
#define SIGNED "{\"_type\":\"root\",\"spec_version\":\"1.0.31\",\"version\":1,\"expires\":\"2100-01-01T00:00:00Z\"," \
	"\"roles\":{\"root\":" ROLE ",\"timestamp\":" ROLE ",\"snapshot\":" ROLE ",\"targets\":" ROLE "},"
#define WITH_KEY(key) "{\"signed\":" SIGNED "\"keys\":{\"a\":" key "}},\"signatures\":[{\"keyid\":\"a\",\"sig\":\"00\"}]}"
#define WITH_SIGNATURES(list) "{\"signed\":" SIGNED "\"keys\":{\"a\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\"," \
	"\"keyval\":{\"public\":\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"}}}},\"signatures\":" list "}"

/* Keys and signatures that count for nothing, and lists that are none. */
static const struct text_row worthless[] = {
	{ "key is null", WITH_KEY("null"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "key is a list", WITH_KEY("[]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "key of another type", WITH_KEY("{\"keytype\":\"gpg\",\"scheme\":\"gpg\",\"keyval\":{\"public\":\"00\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "scheme of another type of key", WITH_KEY("{\"keytype\":\"ed25519\",\"scheme\":\"rsassa-pss-sha256\",\"keyval\":{\"public\":\"00\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "keyval is a string", WITH_KEY("{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":\"x\"}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "public is a number", WITH_KEY("{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":1}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "Ed25519 key of 31 bytes", WITH_KEY("{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":"
		"\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "Ed25519 key that is no hex", WITH_KEY("{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":"
		"\"z75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "Ed25519 key of small order", WITH_KEY("{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":"
		"\"0100000000000000000000000000000000000000000000000000000000000000\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "point that is not on the curve", WITH_KEY("{\"keytype\":\"ecdsa\",\"scheme\":\"ecdsa-sha2-nistp256\",\"keyval\":{\"public\":\"04"
		"0000000000000000000000000000000000000000000000000000000000000001"
		"0000000000000000000000000000000000000000000000000000000000000001\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "P-256 key that says it is P-384", WITH_KEY("{\"keytype\":\"ecdsa\",\"scheme\":\"ecdsa-sha2-nistp384\",\"keyval\":{\"public\":"
		"\"-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzBzVOmHCPojMVLSI364WiiV8NPrD\\n"
		"6IgRxVliskz/v+y3JER5mcVGcONliDcWMC5J2lfHmjPNPhb4H7xm8LzfSA==\\n-----END PUBLIC KEY-----\\n\"}}"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "no signature", WITH_SIGNATURES("[]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "signature is a string", WITH_SIGNATURES("[\"a\"]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "sig is a number", WITH_SIGNATURES("[{\"keyid\":\"a\",\"sig\":1}]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "sig is empty: an absent signer", WITH_SIGNATURES("[{\"keyid\":\"a\",\"sig\":\"\"}]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "sig is no hex", WITH_SIGNATURES("[{\"keyid\":\"a\",\"sig\":\"zz\"}]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "sig has half a byte", WITH_SIGNATURES("[{\"keyid\":\"a\",\"sig\":\"000\"}]"), PLOMB_TUF_SIGNATURE_THRESHOLD },
	{ "signatures are an object", WITH_SIGNATURES("{}"), PLOMB_TUF_MALFORMED },
	{ "signatures are null", WITH_SIGNATURES("null"), PLOMB_TUF_MALFORMED },
	{ "a float is signed", "{\"signed\":" SIGNED "\"keys\":{},\"x\":1.5},\"signatures\":[]}", PLOMB_TUF_MALFORMED },
	{ "a NUL in a string is signed", "{\"signed\":" SIGNED "\"keys\":{},\"x\":\"\\u0000\"},\"signatures\":[]}", PLOMB_TUF_MALFORMED }
};

static void
test_worthless(void **state)
{
	plomb_tuf_root root;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof worthless / sizeof worthless[0]; i ++) {
		plomb_status s;

		start(TUF_WORK);
		s = plomb_tuf_root_load(&ctx, plomb_view_of(worthless[i].text), &root);
		if (s != worthless[i].want) {
			fail_msg("%s: %s", worthless[i].name, plomb_status_code(s));
		}
	}
}

/* Ceilings of what an outsider counts: at the limit, and one more. */
static void
test_ceilings(void **state)
{
	char *text = malloc((size_t)64 << 10);
	plomb_tuf_root root;
	int more, i, n;

	(void)state;
	assert_non_null(text);
	for (more = 0; more < 2; more ++) {
		n = snprintf(text, 64 << 10, "{\"signed\":" SIGNED "\"keys\":{}},\"signatures\":[{}");
		for (i = 1; i < PLOMB_TUF_MAX_SIGNATURES + more; i ++) {
			n += snprintf(text + n, (size_t)((64 << 10) - n), ",{}");
		}
		(void)snprintf(text + n, (size_t)((64 << 10) - n), "]}");
		start(TUF_WORK);
		assert_int_equal(plomb_tuf_root_load(&ctx, plomb_view_of(text), &root),
			more ? PLOMB_LIMIT_EXCEEDED : PLOMB_TUF_SIGNATURE_THRESHOLD);
		n = snprintf(text, 64 << 10, "{\"signed\":{\"_type\":\"root\",\"spec_version\":\"1.0\",\"version\":1,"
			"\"expires\":\"2100-01-01T00:00:00Z\",\"keys\":{},\"roles\":{\"root\":{\"threshold\":1,\"keyids\":[\"\"");
		for (i = 1; i < PLOMB_TUF_MAX_KEYS + more; i ++) {
			n += snprintf(text + n, (size_t)((64 << 10) - n), ",\"\"");
		}
		(void)snprintf(text + n, (size_t)((64 << 10) - n), "]}}},\"signatures\":[]}");
		start(TUF_WORK);
		assert_int_equal(plomb_tuf_root_load(&ctx, plomb_view_of(text), &root),
			more ? PLOMB_LIMIT_EXCEEDED : PLOMB_TUF_MALFORMED);
	}
	free(text);
}

/* ------------------------------------------------------------------- targets */

struct path_row {
	const char *name;
	int consistent;
	const char *want; /* NULL: refused; HASH stands for the hash */
};

static const struct path_row paths[] = {
	{ "trusted_root.json", 1, "HASH.trusted_root.json" },
	{ "trusted_root.json", 0, "trusted_root.json" },
	{ "npm/keys.v1+x.json", 1, "npm/HASH.keys.v1+x.json" },
	{ "a/b/c", 1, "a/b/HASH.c" },
	{ "", 1, NULL },
	{ "/etc/passwd", 1, NULL },
	{ "../x", 1, NULL },
	{ "../../evil", 0, NULL },
	{ "a/../b", 1, NULL },
	{ "a/./b", 1, NULL },
	{ "a//b", 1, NULL },
	{ "a/", 1, NULL },
	{ ".hidden", 1, NULL },
	{ "a\\b", 1, NULL },
	{ "..\\x", 1, NULL },
	{ "C:x", 1, NULL },
	{ "a%2fb", 1, NULL },
	{ "a?b", 1, NULL },
	{ "a#b", 1, NULL },
	{ "a b", 1, NULL },
	{ "a\nb", 1, NULL },
	{ "\xc3\xa9", 1, NULL }
};

static void
test_paths(void **state)
{
	plomb_tuf_description target;
	plomb_tuf_root root;
	size_t i;

	(void)state;
	memset(&target, 0, sizeof target);
	memset(&root, 0, sizeof root);
	target.sha256.hash = PLOMB_SHA256;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i ++) {
		char want[256];
		plomb_view path;
		plomb_status s;
		const char *hash;

		start(TUF_WORK);
		root.consistent_snapshot = paths[i].consistent;
		s = plomb_tuf_target_path(&ctx, &root, &target, plomb_view_of(paths[i].name), &path);
		if (s != (paths[i].want == NULL ? PLOMB_TUF_MALFORMED : PLOMB_OK)) {
			fail_msg("%s: %s", paths[i].name, plomb_status_code(s));
		}
		if (paths[i].want == NULL) {
			continue;
		}
		hash = strstr(paths[i].want, "HASH");
		(void)snprintf(want, sizeof want, "%.*s%.*s%s",
			hash == NULL ? 0 : (int)(hash - paths[i].want), paths[i].want, hash == NULL ? 0 : 64,
			"0000000000000000000000000000000000000000000000000000000000000000",
			hash == NULL ? paths[i].want : hash + 4);
		assert_true(plomb_view_is(path, want));
	}
	/* Only the other hash is known: it is the one in the name. */
	start(TUF_WORK);
	memset(&target, 0, sizeof target);
	target.sha512.hash = PLOMB_SHA512;
	root.consistent_snapshot = 1;
	{
		plomb_view path;

		assert_int_equal(plomb_tuf_target_path(&ctx, &root, &target, plomb_view_of("x"), &path), PLOMB_OK);
		assert_int_equal(path.n, 128 + 2);
		start(16);
		assert_int_equal(plomb_tuf_target_path(&ctx, &root, &target, plomb_view_of("x"), &path), PLOMB_NO_ROOM);
		assert_null(path.p);
	}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(plomb_tuf_role_name(PLOMB_TUF_ROLE_ROOT), "root");
	assert_string_equal(plomb_tuf_role_name(PLOMB_TUF_ROLE_TARGETS), "targets");
}

static int
bring(void **state)
{
	(void)state;
	buffer = malloc(TUF_WORK);
	return buffer == NULL;
}

static int
take_away(void **state)
{
	(void)state;
	free(buffer);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attacks),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_fast_forward),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_public_chain),
		cmocka_unit_test(test_public_order),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_worthless),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_names)
	};

	return cmocka_run_group_tests(tests, bring, take_away);
}
