/*
 * Targets plomb_tuf_snapshot_next. Input: what is signed of a timestamp and of
 * two snapshots. Holds: an accepted snapshot is the one that the timestamp
 * describes, has all that the trusted one had, none of it older, and with a
 * changed bit is refused.
 */
#include "tuf_toy.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

/* As the library does not: by every pair of members. */
static void
check_meta(plomb_work *work, const plomb_tuf_snapshot *old, const plomb_tuf_snapshot *new)
{
	const plomb_json *a = &old->file.doc, *b = &new->file.doc;
	uint32_t i, j;

	for (i = plomb_json_first(a, old->meta); i != PLOMB_JSON_NONE; i = plomb_json_next(a, i)) {
		size_t mark = plomb_work_mark(work);
		plomb_view name, other;
		int64_t before, after;
		int is_found = 0;

		must(plomb_json_string(work, a, i, &name) == PLOMB_OK);
		must(plomb_json_int64(a, plomb_json_member(a, plomb_json_value(a, i), "version"), &before) == PLOMB_OK);
		for (j = plomb_json_first(b, new->meta); j != PLOMB_JSON_NONE && !is_found; j = plomb_json_next(b, j)) {
			size_t inner = plomb_work_mark(work);

			must(plomb_json_string(work, b, j, &other) == PLOMB_OK);
			if (plomb_view_eq(name, other)) {
				must(plomb_json_int64(b, plomb_json_member(b, plomb_json_value(b, j), "version"), &after) == PLOMB_OK);
				must(after >= before);
				is_found = 1;
			}
			plomb_work_release(work, inner);
		}
		must(is_found);
		plomb_work_release(work, mark);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_tuf_snapshot old, next, ignored;
	plomb_tuf_timestamp timestamp;
	plomb_view rest, leader, one, two, flipped;
	plomb_crypto crypto;
	plomb_tuf_root root;
	plomb_work work;
	plomb_ctx ctx;
	int has_leader, has_old;

	rest.p = in;
	rest.n = len;
	toy_start(&work, &ctx, &crypto, &root);
	leader = toy_file(&work, PLOMB_TUF_ROLE_TIMESTAMP, toy_next(&rest));
	one = toy_file(&work, PLOMB_TUF_ROLE_SNAPSHOT, toy_next(&rest));
	two = toy_file(&work, PLOMB_TUF_ROLE_SNAPSHOT, toy_next(&rest));
	has_leader = plomb_tuf_timestamp_next(&ctx, &root, NULL, leader, NULL, &timestamp) == PLOMB_OK;
	has_old = plomb_tuf_snapshot_next(&ctx, &root, NULL, NULL, one, NULL, &old) == PLOMB_OK;
	if (has_old) {
		must(old.targets.version >= 1 && plomb_tuf_snapshot_next(&ctx, &root, NULL, NULL, one, &old.file.expires, &ignored) == PLOMB_TUF_EXPIRED);
	}
	if (has_old && toy_flip(&work, one, toy_number(in, len), &flipped)) {
		must(plomb_tuf_snapshot_next(&ctx, &root, NULL, NULL, flipped, NULL, &ignored) != PLOMB_OK);
	}
	if (plomb_tuf_snapshot_next(&ctx, &root, has_leader ? &timestamp : NULL, has_old ? &old : NULL, two, NULL, &next) != PLOMB_OK) {
		return 0;
	}
	if (has_leader) {
		must(next.file.version == timestamp.snapshot.version);
		must(!timestamp.snapshot.has_length || timestamp.snapshot.length == two.n);
		must(plomb_tuf_target_check(&ctx, &timestamp.snapshot, two) == PLOMB_OK);
	}
	if (has_old) {
		check_meta(&work, &old, &next);
		must(next.targets.version >= old.targets.version);
	}
	return 0;
}
