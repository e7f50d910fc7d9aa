/* plomb verify, plomb verify-attestation: images. */
#include "room.h"
#include "timeout.h"
#include "trust_source.h"
#include "verdicts.h"
#include "verify_image.h"
#include "workers.h"

#include <stdlib.h>

/* One image on its way through the library. */
typedef struct {
	const plomb_settings *settings;
	const plomb_trust_source *source;
	plomb_image_question question;
	plomb_wanted wanted; /* there is one */
	plomb_policy policy;
	plomb_fault *fault;
} job;

/* The clock only ever refuses. */
static void
set_clock(const plomb_settings *settings, plomb_policy *policy)
{
	policy->now_known = settings->now_known;
	policy->now = settings->now;
}

static plomb_status
image_try(void *user, plomb_ctx *ctx)
{
	job *j;
	plomb_status s;

	j = user;
	plomb_judgement_clear(j->wanted.judgement);
	if ((s = plomb_trust_source_load(j->source, ctx, &j->wanted.trust, j->fault)) != PLOMB_OK
		|| (s = plomb_settings_policy(j->settings, ctx, &j->policy, j->fault)) != PLOMB_OK)
	{
		return s;
	}
	set_clock(j->settings, &j->policy);
	plomb_judgement_warn(j->wanted.judgement, &j->policy, &j->wanted.trust);
	return plomb_image_judge(&j->question, ctx);
}

/* ------------------------------------------------------------------ one image */

/* A place to work on one image, and what came out until it is its turn to be said. */
typedef struct {
	job j;
	plomb_judgement judgement;
	plomb_fault fault;
	plomb_local_image local;
	plomb_remote_image remote;
	plomb_text name; /* in full, of an image in a registry */
} slot;

/* All images of the command. */
typedef struct {
	plomb_app *app;
	const plomb_settings *settings;
	const plomb_trust_source *source;
	plomb_remote *remote; /* NULL for local images */
	slot *slots;
	int status; /* of the first that was not accepted */
} batch;

static void
begin(slot *p, const batch *b, const char *argument)
{
	memset(p, 0, sizeof *p);
	plomb_fault_init(&p->fault);
	plomb_text_init(&p->name);
	plomb_judgement_init(&p->judgement, argument, 1);
	p->judgement.platform = b->settings->platform;
	p->j.settings = b->settings;
	p->j.source = b->source;
	p->j.question.wanted = &p->j.wanted;
	p->j.question.wanted_count = 1;
	p->j.question.is_attestation = b->settings->command == PLOMB_CMD_VERIFY_ATTESTATION;
	p->j.question.old_formats_only = b->settings->old_formats_only;
	p->j.question.check_content = b->settings->check_content;
	p->j.question.platform = b->settings->platform;
	p->j.question.remote = b->remote;
	p->j.wanted.policy = &p->j.policy;
	p->j.wanted.policy_count = 1;
	p->j.wanted.judgement = &p->judgement;
	p->j.fault = &p->fault;
}

static void
finish(slot *p)
{
	plomb_judgement_free(&p->judgement);
	plomb_fault_free(&p->fault);
	plomb_text_free(&p->name);
}

static plomb_status
work_local(slot *p, plomb_app *app, const char *argument)
{
	plomb_status s;

	p->j.question.local = &p->local;
	s = plomb_local_image_open(&p->local, argument, app->progress, &p->fault);
	if (s == PLOMB_OK) {
		s = plomb_image_with_room(&p->j.question, image_try, &p->j, &p->fault);
	}
	plomb_local_image_free(&p->local);
	return s;
}

static plomb_status
work_remote(slot *p, plomb_remote *remote, const char *argument)
{
	plomb_status s;

	p->j.question.image = &p->remote;
	s = plomb_remote_image_open(&p->remote, remote, argument,
		p->j.question.is_attestation ? PLOMB_MAX_FETCHED_ATTESTATIONS : PLOMB_MAX_FETCHED_SIGNATURES, &p->fault);
	if (s == PLOMB_OK) {
		p->j.question.is_bounded = !p->j.question.is_attestation && p->j.settings->predicate_type != NULL;
		s = plomb_image_with_room(&p->j.question, image_try, &p->j, &p->fault);
		/* What was fetched is not kept until it is this image's turn, but its name is. */
		p->name = p->remote.name;
		plomb_text_init(&p->remote.name);
		p->judgement.full_name = plomb_text_cstr(&p->name);
	}
	plomb_remote_image_free(&p->remote);
	return s;
}

/* One image, on any thread: of all that it writes only the slot is its own, so nothing else is written. */
static plomb_status
work(void *user, size_t item, size_t slot_index)
{
	const batch *b;
	plomb_status s;
	slot *p;

	b = user;
	p = &b->slots[slot_index];
	/* From a first try that lacked memory. */
	finish(p);
	begin(p, b, b->app->operand[item]);
	s = b->remote == NULL ? work_local(p, b->app, b->app->operand[item]) : work_remote(p, b->remote, b->app->operand[item]);
	if (s != PLOMB_OK) {
		plomb_judgement_blame(&p->judgement, s, plomb_text_cstr(&p->fault.message));
	}
	/* A reason that lost its words is one that cannot be said. */
	if (s == PLOMB_NO_ROOM || p->judgement.out_of_memory || p->fault.message.failed || p->judgement.sentence.failed) {
		s = PLOMB_NO_ROOM;
		/* Others may need what this one had. */
		plomb_judgement_clear(&p->judgement);
		plomb_judgement_blame(&p->judgement, s, NULL);
	}
	/* Where the system has no memory to read a directory it calls that an error too; a file can be read again. */
	return b->remote == NULL && p->judgement.status == PLOMB_IO_ERROR ? PLOMB_NO_ROOM : s;
}

/* An image's turn: say what came out, as its part of the exit status. cosign stops at the first that was not accepted. */
static int
conclude(void *user, size_t item, size_t slot_index)
{
	batch *b;
	slot *p;
	int each;

	(void)item;
	b = user;
	p = &b->slots[slot_index];
	plomb_progress_image(b->app->progress);
	plomb_progress_hide(b->app->progress);
	each = plomb_conclude(b->app, b->settings, &p->judgement);
	plomb_progress_show(b->app->progress);
	finish(p);
	if (b->status == 0) {
		b->status = each;
	}
	return !(b->status != 0 && b->app->is_cosign);
}

static void
tick(void *user)
{
	const batch *b;

	b = user;
	plomb_progress_tick(b->app->progress);
}

/* ----------------------------------------------------------------- all images */

/* A stream is read once, by one thread, in its turn; an image in a registry is none. */
static int
has_stream(const batch *b)
{
	size_t i;

	if (b->remote != NULL) {
		return 0;
	}
	for (i = 0; i < b->app->operand_count; i ++) {
		if (plomb_local_image_is_stream(b->app->operand[i])) {
			return 1;
		}
	}
	return 0;
}

static unsigned
count_workers(const batch *b)
{
	unsigned workers;

	/* cosign stops at the first image that is not accepted, and asks for none behind it. */
	if (b->app->is_cosign) {
		return 1;
	}
	workers = b->settings->workers;
	if (workers == 0) {
		workers = plomb_threads_system.processors(&plomb_threads_system);
		if (workers > PLOMB_DEFAULT_WORKERS) {
			workers = PLOMB_DEFAULT_WORKERS;
		}
	}
	if (workers > b->app->operand_count) {
		workers = (unsigned)b->app->operand_count;
	}
	return workers > 1 && has_stream(b) ? 1 : workers;
}

/* What several workers share has a lock, or there is one worker. */
static unsigned
share(const batch *b, unsigned workers)
{
	if (workers > 1
		&& (plomb_progress_share(b->app->progress, &plomb_threads_system) != PLOMB_OK
			|| (b->remote != NULL && plomb_remote_share(b->remote, &plomb_threads_system) != PLOMB_OK)))
	{
		return 1;
	}
	return workers;
}

/* As many slots as there is memory for, and so as many workers. */
static unsigned
take_slots(batch *b, unsigned workers)
{
	for (; workers != 0; workers /= 2) {
		b->slots = calloc(PLOMB_SLOTS_OF(workers), sizeof *b->slots);
		if (b->slots != NULL) {
			return workers;
		}
	}
	return 0;
}

static void
run_batch(batch *b)
{
	plomb_fault fault;
	plomb_jobs jobs;
	unsigned workers;
	size_t done;

	plomb_fault_init(&fault);
	workers = take_slots(b, share(b, count_workers(b)));
	if (workers == 0) {
		(void)plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
		b->status = plomb_app_fail(b->app, NULL, &fault);
		return;
	}
	jobs.count = b->app->operand_count;
	jobs.work = work;
	jobs.conclude = conclude;
	jobs.tick = tick;
	jobs.user = b;
	plomb_progress_begin(b->app->progress, jobs.count);
	done = plomb_workers_run(&jobs, &plomb_threads_system, workers);
	plomb_progress_end(b->app->progress);
	plomb_progress_unshare(b->app->progress);
	free(b->slots);
	/* An image that nobody has said anything about was not accepted: CVE-2026-44310. */
	if (done != jobs.count && b->status == 0) {
		(void)plomb_fail_status(&fault, PLOMB_INTERNAL_ERROR, NULL);
		b->status = plomb_app_fail(b->app, NULL, &fault);
	}
}

/*
 * Every image; the first that was not accepted decides, and its reason is
 * what stderr ends with.
 */
static int
verify_all(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source, plomb_remote *remote)
{
	plomb_text held;
	batch b;

	memset(&b, 0, sizeof b);
	b.app = app;
	b.settings = settings;
	b.source = source;
	b.remote = remote;
	plomb_text_init(&held);
	app->held = &held;
	plomb_warn_settings(app, settings);
	plomb_warn_root(app, settings, source);
	run_batch(&b);
	app->held = NULL;
	if (held.n != 0 && !held.failed) {
		(void)plomb_app_write(app->err, &held);
	}
	plomb_text_free(&held);
	return b.status;
}

/* Images from registries: connections and logins are shared by all of them. */
static int
verify_remotes(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source)
{
	plomb_remote remote;
	plomb_fault fault;
	int status;

	plomb_fault_init(&fault);
	if (plomb_remote_open(&remote, app->args, &fault) != PLOMB_OK || plomb_timeout_network(app->args, &fault) != PLOMB_OK) {
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		remote.progress = app->progress;
		status = verify_all(app, settings, source, &remote);
	}
	plomb_remote_close(&remote);
	plomb_fault_free(&fault);
	return status;
}

/* A name that cannot be one is a mistake before anything is fetched. */
static plomb_status
check_references(const plomb_app *app, plomb_fault *fault)
{
	size_t i;

	for (i = 0; i < app->operand_count; i ++) {
		plomb_reference reference;
		plomb_status s;

		s = plomb_reference_parse(plomb_view_of_arg(app->operand[i]), &reference);
		if (s != PLOMB_OK) {
			return plomb_fail_status(fault, s, plomb_tellable(app->operand[i]));
		}
	}
	return PLOMB_OK;
}

static plomb_status
check_operands(const plomb_app *app, plomb_fault *fault)
{
	size_t i;

	if (app->operand_count == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "no image was given", (const char *)NULL);
	}
	for (i = 0; i < app->operand_count; i ++) {
		if (app->operand[i][0] == 0) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "an image's name is empty", (const char *)NULL);
		}
	}
	return plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0)
		? plomb_options_local(app->args, fault) : check_references(app, fault);
}

/* see app.h */
int
plomb_cmd_verify(plomb_app *app, plomb_cmd command)
{
	plomb_settings settings;
	plomb_trust_source source;
	plomb_fault fault;
	int status;

	plomb_fault_init(&fault);
	memset(&source, 0, sizeof source);
	if (plomb_settings_read(&settings, app->args, command, &fault) != PLOMB_OK
		|| check_operands(app, &fault) != PLOMB_OK
		|| plomb_trust_source_read(&source, app->args, &fault) != PLOMB_OK)
	{
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		status = plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0)
			? verify_all(app, &settings, &source, NULL) : verify_remotes(app, &settings, &source);
	}
	plomb_trust_source_free(&source);
	plomb_settings_free(&settings);
	plomb_fault_free(&fault);
	return status;
}
