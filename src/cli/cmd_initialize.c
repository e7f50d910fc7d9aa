/* plomb initialize, plomb trusted-root update: the only commands that bring in new trust. */
#include <stdlib.h>

#include "../core/hash.h"
#include "app.h"
#include "clock_arg.h"
#include "timeout.h"
#include "tuf_update.h"

/* What a run was asked, and what has to be given back after it. */
typedef struct {
	char *folder;
	plomb_bytes root;   /* --root */
	plomb_bytes kept;   /* the mirror of the last run */
	int lock;
	plomb_tuf_mirror mirror;
	plomb_tuf_job job;
	plomb_tuf_outcome outcome;
} update;

static plomb_status
find_folder(update *u, plomb_fault *fault)
{
	plomb_status s;

	if ((s = plomb_tuf_folder(&u->folder, fault)) != PLOMB_OK) {
		return s;
	}
	if (u->folder == NULL) {
		return plomb_fail(fault, PLOMB_CONFIG_INVALID, "no place to keep the trust root: "
			"TUF_ROOT, XDG_DATA_HOME and HOME are not set", (const char *)NULL);
	}
	u->job.folder = u->folder;
	return PLOMB_OK;
}

/* --root-checksum as cosign reads it: SHA-512 unless it says sha256. */
static plomb_status
check_root(const update *u, const char *checksum, const char *name, plomb_fault *fault)
{
	unsigned char is[PLOMB_MAX_HASH_LEN];
	plomb_digest digest;
	plomb_text text;
	plomb_status s;

	plomb_text_init(&text);
	plomb_text_str(&text, strchr(checksum, ':') == NULL ? "sha512:" : "");
	plomb_text_str(&text, checksum);
	s = plomb_digest_parse(plomb_text_as_view(&text), &digest);
	plomb_text_free(&text);
	if (s != PLOMB_OK) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--root-checksum: ", checksum,
			" is neither sha256:HEX nor the hex of SHA-512", (const char *)NULL);
	}
	plomb_hash_of(&plomb_crypto_default, digest.hash, plomb_bytes_view(&u->root), is);
	return memcmp(is, digest.bytes, plomb_hash_len(digest.hash)) == 0 ? PLOMB_OK
		: plomb_fail(fault, PLOMB_TUF_HASH_MISMATCH, "--root: ", name, ": is not the file of --root-checksum", (const char *)NULL);
}

/* What is to be trusted cannot be taken from a network on trust. */
static plomb_status
fetch_root(update *u, const plomb_args *args, const char *url, plomb_fault *fault)
{
	plomb_fetcher fetcher;
	plomb_status s;

	if (plomb_args_text(args, PLOMB_OPTION_ROOT_CHECKSUM) == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--root with a URL needs --root-checksum", (const char *)NULL);
	}
	if ((s = plomb_check_url("--root", url, fault)) != PLOMB_OK) {
		return s;
	}
	s = plomb_fetcher_open(&fetcher, plomb_args_text(args, PLOMB_OPTION_MIRROR_CACERT), fault);
	if (s == PLOMB_OK) {
		s = plomb_fetch(&fetcher, url, PLOMB_TUF_MAX_ROOT_BYTES, &u->root, fault);
	}
	plomb_fetcher_close(&fetcher);
	return s != PLOMB_UNSET ? s : plomb_fail(fault, PLOMB_TUF_NETWORK, "--root: ", url, ": there is no such file", (const char *)NULL);
}

/* --root is what the user trusts now, whatever was trusted before; else the kept one, else the one compiled in. */
static plomb_status
read_root(update *u, const plomb_args *args, plomb_fault *fault)
{
	const char *name, *checksum;
	plomb_status s;

	name = plomb_args_text(args, PLOMB_OPTION_ROOT);
	checksum = plomb_args_text(args, PLOMB_OPTION_ROOT_CHECKSUM);
	u->job.root.p = plomb_tuf_root_json;
	u->job.root.n = plomb_tuf_root_json_len;
	if (name == NULL) {
		return checksum == NULL ? PLOMB_OK
			: plomb_fail(fault, PLOMB_USAGE_ERROR, "--root-checksum is of --root", (const char *)NULL);
	}
	s = plomb_is_url(name) ? fetch_root(u, args, name, fault) : plomb_read_config(&u->root, name, PLOMB_TUF_MAX_ROOT_BYTES, fault);
	if (s != PLOMB_OK || (checksum != NULL && (s = check_root(u, checksum, name, fault)) != PLOMB_OK)) {
		return s;
	}
	u->job.root = plomb_bytes_view(&u->root);
	u->job.is_forgetting = 1;
	return PLOMB_OK;
}

/* --mirror, else the one of the last run, else the public-good instance's. */
static plomb_status
open_mirror(update *u, const plomb_args *args, plomb_fault *fault)
{
	const char *place;
	plomb_status s;
	char *path;

	place = plomb_args_text(args, PLOMB_OPTION_MIRROR);
	if (place == NULL && !u->job.is_forgetting) {
		path = plomb_tuf_path(u->folder, "mirror");
		if (path == NULL) {
			return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
		}
		s = plomb_tuf_read(path, 4096, &u->kept, fault);
		free(path);
		if (s != PLOMB_OK && s != PLOMB_UNSET) {
			return s;
		}
		place = (const char *)u->kept.p;
	}
	return plomb_tuf_mirror_open(&u->mirror, place != NULL && place[0] != 0 ? place : PLOMB_TUF_DEFAULT_MIRROR,
		plomb_args_text(args, PLOMB_OPTION_MIRROR_CACERT), fault);
}

/* A frozen mirror shows only in what has expired, so a clock that is not set has to be admitted. */
static plomb_status
read_clock(update *u, const plomb_args *args, plomb_fault *fault)
{
	plomb_text floor;
	plomb_status s;

	if ((s = plomb_clock_read(args, 1, &u->job.is_now_known, &u->job.now, fault)) != PLOMB_OK) {
		return s;
	}
	if (u->job.is_now_known || plomb_args_text(args, PLOMB_OPTION_CLOCK) != NULL) {
		return PLOMB_OK;
	}
	plomb_text_init(&floor);
	plomb_text_time(&floor, u->job.now);
	s = plomb_fail(fault, PLOMB_CONFIG_INVALID, "the clock is not set: it is before ", plomb_text_cstr(&floor),
		", so nobody can tell whether the mirror is up to date: give --clock TIME, or --clock none to do without", (const char *)NULL);
	plomb_text_free(&floor);
	return s;
}

static void
tell(const update *u, plomb_text *out)
{
	const plomb_tuf_outcome *outcome;

	outcome = &u->outcome;
	plomb_text_str(out, outcome->is_changed ? "trust root updated from " : "trust root is up to date with ");
	plomb_text_visible(out, plomb_view_of_arg(u->mirror.place));
	plomb_text_str(out, "\n  root      version ");
	plomb_text_decimal(out, outcome->root_version);
	if (outcome->root_version != outcome->root_before) {
		plomb_text_str(out, ", from ");
		plomb_text_decimal(out, outcome->root_before);
	}
	plomb_text_str(out, "\n  timestamp version ");
	plomb_text_decimal(out, outcome->timestamp_version);
	plomb_text_str(out, ", good until ");
	plomb_text_time(out, outcome->expires);
	plomb_text_str(out, "\n  kept in   ");
	plomb_text_visible(out, plomb_view_of_arg(u->folder));
	plomb_text_str(out, "\n");
	if (!u->job.is_now_known) {
		plomb_text_str(out, "  the clock is not known: only what expired before ");
		plomb_text_time(out, u->job.now);
		plomb_text_str(out, " was refused as too old\n");
	}
}

static plomb_status
run(update *u, const plomb_args *args, plomb_fault *fault)
{
	plomb_status s;

	u->job.writer = &plomb_file_writer_posix;
	if ((s = find_folder(u, fault)) != PLOMB_OK
		|| (s = read_clock(u, args, fault)) != PLOMB_OK
		|| (s = plomb_tuf_lock(u->job.writer, u->folder, &u->lock, fault)) != PLOMB_OK
		|| (s = read_root(u, args, fault)) != PLOMB_OK
		|| (s = open_mirror(u, args, fault)) != PLOMB_OK)
	{
		return s;
	}
	u->job.mirror = &u->mirror;
	return plomb_tuf_update(&u->job, &u->outcome, fault);
}

/* see app.h */
int
plomb_cmd_initialize(plomb_app *app, plomb_cmd command)
{
	plomb_fault fault;
	plomb_text out;
	plomb_status s;
	update u;

	(void)command;
	memset(&u, 0, sizeof u);
	u.lock = -1;
	plomb_fault_init(&fault);
	plomb_text_init(&out);
	/* As for registries: nobody waits longer if nothing is said. */
	s = plomb_timeout_network(app->args, &fault);
	if (s == PLOMB_OK) {
		s = app->operand_count == 0 ? run(&u, app->args, &fault)
			: plomb_fail(&fault, PLOMB_USAGE_ERROR, "unexpected argument: ", app->operand[0], (const char *)NULL);
	}
	if (s == PLOMB_OK) {
		tell(&u, &out);
	}
	plomb_tuf_unlock(&plomb_file_writer_posix, u.lock);
	free(u.folder);
	plomb_bytes_free(&u.root);
	plomb_bytes_free(&u.kept);
	plomb_tuf_mirror_close(&u.mirror);
	if (s != PLOMB_OK) {
		plomb_text_free(&out);
		return plomb_app_fail(app, NULL, &fault);
	}
	return plomb_app_say(app, &out);
}
