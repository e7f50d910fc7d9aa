/*
 * Targets plomb_tuf_targets_next, plomb_tuf_target_find, plomb_tuf_target_path
 * and plomb_tuf_target_check. Input: what is signed of a snapshot and of a
 * targets file, a target's name, and its bytes. Holds: accepted targets are
 * those that the snapshot describes, and with a changed bit are refused; a
 * path stays below its directory; a target has its length and its hashes and
 * is refused with a changed bit or one more.
 */
#include "tuf_toy.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

/* No way out of the directory, in whatever way it is read. */
static void
check_path(plomb_view path, plomb_view name)
{
	size_t i;

	must(path.n > name.n && path.p[0] != '/' && path.p[path.n - 1] != '/');
	for (i = 0; i < path.n; i ++) {
		must(path.p[i] > 0x20 && path.p[i] < 0x7F && path.p[i] != '\\' && path.p[i] != ':' && path.p[i] != '%' && path.p[i] != '?' && path.p[i] != '#');
		must(path.p[i] != '.' || (i != 0 && path.p[i - 1] != '/'));
		must(path.p[i] != '/' || path.p[i - 1] != '/');
	}
}

static void
check_bytes(plomb_ctx *ctx, const plomb_tuf_description *target, plomb_view bytes, size_t where)
{
	unsigned char digest[64];
	unsigned char *copy;
	plomb_view other;

	must(target->has_length && (target->sha256.hash != PLOMB_HASH_NONE || target->sha512.hash != PLOMB_HASH_NONE));
	if (plomb_tuf_target_check(ctx, target, bytes) != PLOMB_OK) {
		return;
	}
	must(target->length == bytes.n);
	if (target->sha256.hash != PLOMB_HASH_NONE) {
		plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, bytes, digest);
		must(memcmp(digest, target->sha256.bytes, 32) == 0);
	}
	if (target->sha512.hash != PLOMB_HASH_NONE) {
		plomb_hash_of(&plomb_crypto_default, PLOMB_SHA512, bytes, digest);
		must(memcmp(digest, target->sha512.bytes, 64) == 0);
	}
	copy = plomb_work_take(ctx->work, bytes.n + 1);
	must(copy != NULL);
	if (bytes.n != 0) {
		memcpy(copy, bytes.p, bytes.n);
	}
	copy[bytes.n] = 0;
	other.p = copy;
	other.n = bytes.n + 1;
	must(plomb_tuf_target_check(ctx, target, other) != PLOMB_OK);
	if (bytes.n != 0) {
		other.n = bytes.n;
		copy[where / 8 % bytes.n] ^= (unsigned char)(1u << where % 8);
		must(plomb_tuf_target_check(ctx, target, other) != PLOMB_OK);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_view rest, leader, file, name, path, flipped;
	plomb_tuf_description target;
	plomb_tuf_targets targets, ignored;
	plomb_tuf_snapshot snapshot;
	plomb_crypto crypto;
	plomb_tuf_root root;
	plomb_work work;
	plomb_ctx ctx;

	rest.p = in;
	rest.n = len;
	toy_start(&work, &ctx, &crypto, &root);
	leader = toy_file(&work, PLOMB_TUF_ROLE_SNAPSHOT, toy_next(&rest));
	file = toy_file(&work, PLOMB_TUF_ROLE_TARGETS, toy_next(&rest));
	name = toy_next(&rest);
	rest = plomb_view_cut(rest, 0, TOY_MAX_TEXT);
	if (plomb_tuf_snapshot_next(&ctx, &root, NULL, NULL, leader, NULL, &snapshot) != PLOMB_OK
		|| plomb_tuf_targets_next(&ctx, &root, &snapshot, file, NULL, &targets) != PLOMB_OK)
	{
		return 0;
	}
	must(targets.file.version == snapshot.targets.version && plomb_tuf_target_check(&ctx, &snapshot.targets, file) == PLOMB_OK);
	must(plomb_tuf_targets_next(&ctx, &root, &snapshot, file, &targets.file.expires, &ignored) == PLOMB_TUF_EXPIRED);
	if (toy_flip(&work, file, toy_number(in, len), &flipped)) {
		must(plomb_tuf_targets_next(&ctx, &root, &snapshot, flipped, NULL, &ignored) != PLOMB_OK);
	}
	if (plomb_tuf_target_find(&ctx, &targets, name, &target) != PLOMB_OK) {
		return 0;
	}
	if (plomb_tuf_target_path(&ctx, &root, &target, name, &path) == PLOMB_OK) {
		check_path(path, name);
	}
	check_bytes(&ctx, &target, rest, toy_number(in, len));
	return 0;
}
