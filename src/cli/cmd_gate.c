/* see gate.h: the gate's question, and its answer as containerd's image verifiers give it. */
#include "gate.h"

#include <stdlib.h>

#include "../oci/gate_input.h"
#include "app.h"
#include "clock_arg.h"
#include "room.h"
#include "timeout.h"
#include "verdicts.h"

#define DEFAULT_POLICY "/etc/containers/policy.json"
/* containerd waits for ten seconds, and then says only that nobody answered. */
#define DEADLINE_MS 8000
/* A helper that still runs when the deadline passes would keep containerd waiting. */
#define HELPER_MS 4000
/* Of an answer; containerd reads 32 KiB, and people less. */
#define MAX_LINE 1000

static const char late[] = "rejected: timeout: the deadline has passed\n";

typedef struct {
	plomb_app *app;
	plomb_gate_terms terms;
	const char *name;
	int is_report;
	int has_digest;
	plomb_gate_question asked;
	const char *policy_file;
	plomb_bytes policy;
	/* Where the image is. */
	int is_remote_open, is_image_open;
	plomb_local_image local;
	plomb_remote remote;
	plomb_remote_image remote_image;
	plomb_text reference; /* of the image in a registry, by digest */
	plomb_text late;      /* what is said if the registry takes too long */
	plomb_image_question question;
	/* Of the list that was chosen: those that ask for a signature. */
	plomb_image_name image;
	plomb_wanted wanted[PLOMB_MAX_REQUIREMENTS];
	plomb_gate_requirement requirement[PLOMB_MAX_REQUIREMENTS];
	plomb_judgement judgement[PLOMB_MAX_REQUIREMENTS];
	size_t count;
	plomb_text place;       /* the list: which scope of which file */
	plomb_text signers;     /* who satisfied which requirement */
	plomb_judgement whole;  /* all that was found, and the decision */
} gate;

/* What standard output gets if the deadline passes; a report is not cut short by it, it is not there. */
static void
set_last_answer(const gate *g, const char *line)
{
	int is_elsewhere;

	is_elsewhere = plomb_args_text(g->app->args, PLOMB_OPTION_OUTPUT_FILE) != NULL;
	plomb_timeout_answer(g->is_report || is_elsewhere ? NULL : line);
}

/* --------------------------------------------------------------------- input */

static plomb_status
mismatch(plomb_fault *fault, const char *a, const char *b, const char *c)
{
	return plomb_fail(fault, PLOMB_PLUGIN_INPUT_MISMATCH, a, b, c, (const char *)NULL);
}

static plomb_status
question_try(void *user, plomb_ctx *ctx)
{
	gate *g;
	plomb_status s;

	g = user;
	s = plomb_gate_question_check(ctx, &g->asked);
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_detail(g->terms.fault, s, NULL, ctx->detail);
}

typedef struct {
	gate *g;
	plomb_bytes text;
} input_job;

static plomb_status
input_try(void *user, plomb_ctx *ctx)
{
	input_job *job;
	plomb_status s;

	job = user;
	s = plomb_gate_input_check(ctx, &job->g->asked, plomb_bytes_view(&job->text));
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_detail(job->g->terms.fault, s, NULL, ctx->detail);
}

/* Standard input, if it was said to be something, is about the digest that is asked for. */
static plomb_status
check_input(gate *g)
{
	input_job job;
	plomb_status s;

	s = plomb_with_room(question_try, g, g->terms.fault);
	if (s != PLOMB_OK || g->asked.media_type.p == NULL) {
		return s;
	}
	if (!g->has_digest) {
		return mismatch(g->terms.fault, "-stdin-media-type without -digest", "", "");
	}
	job.g = g;
	s = plomb_read_file(&job.text, "-", PLOMB_MAX_GATE_INPUT, g->terms.fault);
	if (s == PLOMB_OK) {
		s = plomb_with_room(input_try, &job, g->terms.fault);
	}
	plomb_bytes_free(&job.text);
	return s;
}

static plomb_status
read_digest(gate *g)
{
	const char *text;
	plomb_status s;

	text = plomb_args_text(g->app->args, PLOMB_OPTION_DIGEST);
	if (text == NULL) {
		return PLOMB_OK;
	}
	s = plomb_digest_parse(plomb_view_of_arg(text), &g->asked.digest);
	if (s != PLOMB_OK) {
		return plomb_fail(g->terms.fault, s, "-digest: ", text, " is not a digest such as sha256:...", (const char *)NULL);
	}
	g->has_digest = 1;
	return PLOMB_OK;
}

/* --policy, else PLOMB_POLICY, else the system's file. */
static plomb_status
find_policy(gate *g)
{
	plomb_status s;
	size_t at;

	at = 0;
	g->policy_file = plomb_args_each(g->app->args, PLOMB_OPTION_POLICY, &at);
	if (g->policy_file != NULL && plomb_args_each(g->app->args, PLOMB_OPTION_POLICY, &at) != NULL) {
		return plomb_fail(g->terms.fault, PLOMB_USAGE_ERROR, "--policy: there is one policy file", (const char *)NULL);
	}
	if (g->policy_file == NULL) {
		if ((s = plomb_variable("PLOMB_POLICY", &g->policy_file, g->terms.fault)) != PLOMB_OK) {
			return s;
		}
		if (g->policy_file == NULL) {
			g->policy_file = DEFAULT_POLICY;
		}
	}
	/* Standard input has something else to say. */
	return strcmp(g->policy_file, "-") != 0 ? PLOMB_OK
		: plomb_fail(g->terms.fault, PLOMB_USAGE_ERROR, "the policy is a file, not standard input", (const char *)NULL);
}

static plomb_status
read_output(gate *g)
{
	const char *name;

	name = plomb_args_text(g->app->args, PLOMB_OPTION_OUTPUT);
	g->is_report = name != NULL && strcmp(name, "report") == 0;
	set_last_answer(g, late);
	return name == NULL || g->is_report || strcmp(name, "text") == 0 ? PLOMB_OK
		: plomb_fail(g->terms.fault, PLOMB_USAGE_ERROR, "--output: ", name, " is neither text nor report", (const char *)NULL);
}

/* "-", with or without which image of it. */
static int
is_standard_input(const char *path)
{
	return path[0] == '-' && (path[1] == 0 || path[1] == ':' || path[1] == '@');
}

/* What the options say, before anything is read. */
static plomb_status
check_options(gate *g)
{
	const plomb_args *args;
	plomb_fault *fault;
	plomb_status s;
	int is_local;

	args = g->app->args;
	fault = g->terms.fault;
	is_local = plomb_args_on(args, PLOMB_OPTION_LOCAL_IMAGE, 0);
	g->asked.media_type = plomb_view_of_arg(plomb_args_text(args, PLOMB_OPTION_STDIN_MEDIA_TYPE));
	g->asked.operation = plomb_view_of_arg(plomb_args_text(args, PLOMB_OPTION_OPERATION));
	if (g->name == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "-name is required: what the image is called", (const char *)NULL);
	}
	if (g->app->operand_count != (is_local ? 1u : 0u)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, is_local ? "--local-image needs one path"
			: "there are arguments that are no options", (const char *)NULL);
	}
	if (is_local && (s = plomb_options_local(args, fault)) != PLOMB_OK) {
		return s;
	}
	if (is_local && g->asked.media_type.p != NULL && is_standard_input(g->app->operand[0])) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "standard input cannot be both image and descriptor", (const char *)NULL);
	}
	if ((s = read_digest(g)) != PLOMB_OK) {
		return s;
	}
	if (!g->has_digest && !is_local) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "-digest is required: a name alone may mean another image later", (const char *)NULL);
	}
	return plomb_clock_read(args, 0, &g->terms.now_known, &g->terms.now, fault);
}

static plomb_status
read_input(gate *g)
{
	plomb_status s;

	if ((s = read_output(g)) != PLOMB_OK || (s = check_options(g)) != PLOMB_OK
		|| (s = check_input(g)) != PLOMB_OK || (s = find_policy(g)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_read_config(&g->policy, g->policy_file, PLOMB_MAX_POLICY_BYTES, g->terms.fault);
}

/* -------------------------------------------------------------------- policy */

/* Which list of the file it is, for people. */
static void
put_place(gate *g, const plomb_policy_choice *choice)
{
	plomb_text *text;

	text = &g->place;
	plomb_text_clear(text);
	if (choice->scope.n != 0) {
		plomb_text_str(text, "scope ");
		plomb_text_quoted(text, choice->scope);
		if (strcmp(choice->scope_kind, "evaded") == 0) {
			plomb_text_str(text, ", whose registry the name writes in another way,");
		}
	} else {
		plomb_text_str(text, strcmp(choice->scope_kind, "transport") == 0 ? "the transport's default" : "default");
	}
	plomb_text_str(text, " of ");
	plomb_text_visible(text, plomb_view_of_arg(g->policy_file));
}

/* A name that brings its own digest is a name for that image only, also where no other digest is asked for. */
static plomb_status
check_name(gate *g)
{
	plomb_digest digest;
	plomb_status s;

	if (g->image.digest.n == 0) {
		return PLOMB_OK;
	}
	s = plomb_digest_parse(g->image.digest, &digest);
	if (s != PLOMB_OK) {
		return plomb_fail_status(g->terms.fault, s, plomb_tellable(g->name));
	}
	if (g->has_digest && !plomb_digest_eq(&digest, &g->asked.digest)) {
		return mismatch(g->terms.fault, "-name has another digest than -digest", "", "");
	}
	g->asked.digest = digest;
	g->has_digest = 1;
	return PLOMB_OK;
}

static plomb_status
choose(gate *g, plomb_ctx *ctx, plomb_policy_choice *choice)
{
	plomb_status s;

	memset(ctx->detail, 0, sizeof *ctx->detail);
	s = plomb_image_name_parse(ctx->work, plomb_view_of_arg(g->name), &g->image);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		return plomb_fail_status(g->terms.fault, s, plomb_tellable(g->name));
	}
	if ((s = check_name(g)) != PLOMB_OK) {
		return s;
	}
	s = plomb_policy_choose(ctx, plomb_bytes_view(&g->policy), &g->image, choice);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : plomb_fail_detail(g->terms.fault, s, g->policy_file, ctx->detail);
	}
	put_place(g, choice);
	return PLOMB_OK;
}

/* What can be said without looking at the image. */
static plomb_status
screen(gate *g, const plomb_policy_choice *choice)
{
	size_t i;

	g->count = 0;
	for (i = 0; i < choice->count; i ++) {
		switch (choice->list[i].type) {
		case PLOMB_REQUIRE_NOTHING:
			break;
		case PLOMB_REQUIRE_REJECT:
			return plomb_fail(g->terms.fault, PLOMB_POLICY_REJECTED, plomb_status_sentence(PLOMB_POLICY_REJECTED), ": ",
				plomb_text_cstr(&g->place), (const char *)NULL);
		case PLOMB_REQUIRE_KEY:
		case PLOMB_REQUIRE_FULCIO:
		case PLOMB_REQUIRE_IDENTITY:
			g->count ++;
			break;
		default:
			return plomb_fail(g->terms.fault, PLOMB_POLICY_UNSUPPORTED, plomb_status_sentence(PLOMB_POLICY_UNSUPPORTED), ": ",
				choice->list[i].type == PLOMB_REQUIRE_GPG ? "signedBy in " : "pki in ", plomb_text_cstr(&g->place), (const char *)NULL);
		}
	}
	return PLOMB_OK;
}

/* The image in its registry by digest, whatever the name's tag means by now; and under the name that the policy was asked about. */
static void
put_reference(gate *g)
{
	plomb_text_clear(&g->reference);
	plomb_text_view(&g->reference, g->image.repository);
	plomb_text_str(&g->reference, "@");
	plomb_text_digest(&g->reference, &g->asked.digest);
}

static plomb_status
policy_try(void *user, plomb_ctx *ctx)
{
	gate *g;
	plomb_policy_choice choice;
	plomb_status s;

	g = user;
	if ((s = choose(g, ctx, &choice)) != PLOMB_OK || (s = screen(g, &choice)) != PLOMB_OK) {
		return s;
	}
	put_reference(g);
	return PLOMB_OK;
}

/* --------------------------------------------------------------------- image */

static plomb_status
open_local(gate *g)
{
	plomb_status s;

	g->is_image_open = 1;
	g->question.local = &g->local;
	s = plomb_local_image_open(&g->local, g->app->operand[0], NULL, g->terms.fault);
	if (s != PLOMB_OK || !g->has_digest) {
		return s;
	}
	if (g->local.has_digest && !plomb_digest_eq(&g->local.digest, &g->asked.digest)) {
		return mismatch(g->terms.fault, "--local-image names another digest than -digest", "", "");
	}
	g->local.has_digest = 1;
	g->local.digest = g->asked.digest;
	return PLOMB_OK;
}

/* The deadline's answer names the image that a registry was silent about. */
static void
prepare_lateness(gate *g)
{
	plomb_text_str(&g->late, "rejected: timeout: the deadline has passed while this was asked for: ");
	plomb_text_visible(&g->late, plomb_text_as_view(&g->reference));
	plomb_text_str(&g->late, "\n");
	set_last_answer(g, g->late.failed ? late : plomb_text_cstr(&g->late));
}

static plomb_status
open_remote(gate *g)
{
	plomb_status s;

	if (g->reference.failed) {
		return plomb_fail_status(g->terms.fault, PLOMB_NO_ROOM, NULL);
	}
	g->is_remote_open = 1;
	if ((s = plomb_remote_open(&g->remote, g->app->args, g->terms.fault)) != PLOMB_OK) {
		return s;
	}
	if (plomb_args_text(g->app->args, PLOMB_OPTION_TIMEOUT) == NULL) {
		g->remote.helper.most_ms = HELPER_MS;
	}
	prepare_lateness(g);
	g->is_image_open = 1;
	g->question.remote = &g->remote;
	g->question.image = &g->remote_image;
	g->question.is_bounded = 1;
	return plomb_remote_image_open(&g->remote_image, &g->remote, plomb_text_cstr(&g->reference),
		PLOMB_MAX_FETCHED_SIGNATURES, g->terms.fault);
}

static void
close_image(gate *g)
{
	if (g->is_image_open && g->question.local != NULL) {
		plomb_local_image_free(&g->local);
	}
	if (g->is_image_open && g->question.local == NULL) {
		plomb_remote_image_free(&g->remote_image);
	}
	if (g->is_remote_open) {
		plomb_remote_close(&g->remote);
	}
}

/* ------------------------------------------------------------------- decision */

static void
forget(gate *g)
{
	size_t i;

	for (i = 0; i < PLOMB_MAX_REQUIREMENTS; i ++) {
		plomb_gate_requirement_free(&g->requirement[i]);
		plomb_judgement_clear(&g->judgement[i]);
	}
	plomb_text_clear(&g->signers);
	g->terms.files = 0;
	g->terms.file_bytes = 0;
}

/* Each requirement that asks for a signature as a question. */
static plomb_status
ask(gate *g, plomb_ctx *ctx, const plomb_policy_choice *choice)
{
	plomb_status s;
	size_t i;

	g->count = 0;
	for (i = 0; i < choice->count; i ++) {
		plomb_gate_requirement *r;

		if (choice->list[i].type == PLOMB_REQUIRE_NOTHING) {
			continue;
		}
		r = &g->requirement[g->count];
		r->requirement = &choice->list[i];
		r->image = &g->image;
		r->artifact = &g->question.artifact;
		g->wanted[g->count].judgement = &g->judgement[g->count];
		if ((s = plomb_gate_ask(r, &g->terms, ctx, &g->wanted[g->count])) != PLOMB_OK) {
			return s;
		}
		g->count ++;
	}
	g->question.wanted = g->wanted;
	g->question.wanted_count = g->count;
	g->question.check_content = plomb_args_on(g->app->args, PLOMB_OPTION_CHECK_CONTENT, 1);
	return PLOMB_OK;
}

/* The first requirement that does not hold; g->count if all do. */
static size_t
find_refusal(const gate *g)
{
	size_t i;

	for (i = 0; i < g->count; i ++) {
		if (g->judgement[i].status != PLOMB_OK || g->judgement[i].class_ != PLOMB_CLASS_ACCEPTED
			|| g->judgement[i].out_of_memory || plomb_judgement_accepted(&g->judgement[i]) == 0)
		{
			return i;
		}
	}
	return g->count;
}

static plomb_status
judge_try(void *user, plomb_ctx *ctx)
{
	gate *g;
	plomb_policy_choice choice;
	plomb_status s;
	size_t i;

	g = user;
	forget(g);
	if ((s = choose(g, ctx, &choice)) != PLOMB_OK || (s = screen(g, &choice)) != PLOMB_OK
		|| (s = ask(g, ctx, &choice)) != PLOMB_OK || (s = plomb_image_judge(&g->question, ctx)) != PLOMB_OK)
	{
		return s;
	}
	for (i = 0; i < g->count && find_refusal(g) == g->count; i ++) {
		plomb_text_str(&g->signers, i == 0 ? "" : ", ");
		plomb_gate_signer(g->requirement[i].requirement, &g->judgement[i], &g->signers);
	}
	return PLOMB_OK;
}

/* Why not, as a fault like any other: the decision has one place where it is taken. */
static plomb_status
refuse(gate *g, size_t i)
{
	const plomb_judgement *judgement;
	plomb_text which;
	plomb_status s;

	judgement = &g->judgement[i];
	if (judgement->out_of_memory || judgement->status == PLOMB_OK) {
		return plomb_fail_status(g->terms.fault, judgement->out_of_memory ? PLOMB_NO_ROOM : PLOMB_INTERNAL_ERROR, NULL);
	}
	plomb_text_init(&which);
	if (g->count > 1) {
		plomb_text_str(&which, " (requirement ");
		plomb_text_decimal(&which, (int64_t)i + 1);
		plomb_text_str(&which, " of ");
		plomb_text_decimal(&which, (int64_t)g->count);
		plomb_text_str(&which, ")");
	}
	s = plomb_fail(g->terms.fault, judgement->status, plomb_text_cstr(&judgement->sentence), plomb_text_cstr(&which), (const char *)NULL);
	plomb_text_free(&which);
	return s;
}

/* What the image is after s: the class of the requirement that does not hold knows more than its status alone. */
static plomb_class
class_of(const gate *g, size_t refusal, plomb_status s)
{
	if (s == PLOMB_OK) {
		return PLOMB_CLASS_ACCEPTED;
	}
	return refusal < g->count && g->judgement[refusal].status == s ? g->judgement[refusal].class_ : plomb_status_class(s);
}

/* Everything that was looked at, as one judgement. */
static void
collect(gate *g)
{
	size_t i;

	g->whole.digest = g->count == 0 ? g->asked.digest : g->judgement[0].digest;
	for (i = 0; i < g->count; i ++) {
		plomb_judgement_take(&g->whole, &g->judgement[i]);
	}
}

/* PLOMB_OK, with nothing left to hold against it, or why not; *class_ is what the image is then. */
static plomb_status
judge(gate *g, plomb_class *class_)
{
	plomb_status s;
	size_t i;

	*class_ = PLOMB_CLASS_UNDECIDED;
	s = plomb_args_on(g->app->args, PLOMB_OPTION_LOCAL_IMAGE, 0) ? open_local(g) : open_remote(g);
	if (s == PLOMB_OK) {
		s = plomb_image_with_room(&g->question, judge_try, g, g->terms.fault);
	}
	set_last_answer(g, late);
	if (s != PLOMB_OK) {
		*class_ = plomb_status_class(s);
		return s;
	}
	i = find_refusal(g);
	if (i != g->count || g->count == 0) {
		s = g->count == 0 ? plomb_fail_status(g->terms.fault, PLOMB_INTERNAL_ERROR, NULL) : refuse(g, i);
	}
	*class_ = class_of(g, i, s);
	collect(g);
	return s;
}

static plomb_status
decide(gate *g, plomb_class *class_)
{
	plomb_status s;

	if ((s = read_input(g)) != PLOMB_OK || (s = plomb_with_room(policy_try, g, g->terms.fault)) != PLOMB_OK) {
		*class_ = plomb_status_class(s);
		return s;
	}
	/* Nothing but insecureAcceptAnything: the image need not even exist. */
	if (g->count == 0) {
		*class_ = PLOMB_CLASS_ACCEPTED;
		return PLOMB_OK;
	}
	return judge(g, class_);
}

/* --------------------------------------------------------------------- answer */

/* One line of at most so many bytes, not cut in the middle of a character. */
static void
end_line(plomb_text *line)
{
	if (line->n > MAX_LINE) {
		line->n = MAX_LINE;
		while (line->n > 0 && ((unsigned char)line->p[line->n] & 0xC0) == 0x80) {
			line->n --;
		}
		line->p[line->n] = 0;
		plomb_text_str(line, "...");
	}
	plomb_text_str(line, "\n");
}

/* see gate.h */
void
plomb_gate_rejection(plomb_text *line, plomb_status status, const char *sentence)
{
	plomb_text_str(line, "rejected: ");
	plomb_text_str(line, plomb_status_code(status));
	plomb_text_str(line, ": ");
	plomb_text_str(line, sentence);
	end_line(line);
}

static void
put_acceptance(const gate *g, plomb_text *line)
{
	plomb_text_str(line, "sigstore: accepted ");
	if (g->count == 0) {
		plomb_text_str(line, "without a signature: insecureAcceptAnything in ");
	} else {
		plomb_text_view(line, plomb_text_as_view(&g->signers));
		plomb_text_str(line, " by ");
	}
	plomb_text_view(line, plomb_text_as_view(&g->place));
	line->failed |= g->signers.failed | g->place.failed;
	end_line(line);
}

static void
explain(gate *g)
{
	plomb_text text;

	if (!g->app->is_terminal && !plomb_args_on(g->app->args, PLOMB_OPTION_EXPLAIN, 0)
		&& !plomb_args_on(g->app->args, PLOMB_OPTION_VERBOSE, 0))
	{
		return;
	}
	plomb_text_init(&text);
	plomb_explain(g->app, &g->whole, &text);
	(void)plomb_app_write(g->app->err, &text);
}

/* The answer, on standard output: PLOMB_OK if it was written. */
static plomb_status
say(gate *g)
{
	plomb_text out;

	plomb_text_init(&out);
	if (g->is_report) {
		plomb_report(&g->whole, &out);
	} else if (g->whole.status == PLOMB_OK) {
		put_acceptance(g, &out);
	} else {
		plomb_gate_rejection(&out, g->whole.status, plomb_text_cstr(&g->whole.sentence));
	}
	return plomb_app_write(g->app->out, &out);
}

/* The exit status; 0 only for what was accepted and said. */
static int
conclude(gate *g, plomb_status s, plomb_class class_)
{
	const char *name;
	plomb_status written;

	name = g->name == NULL ? NULL : plomb_tellable(g->name);
	if (s == PLOMB_OK && class_ == PLOMB_CLASS_ACCEPTED && !g->whole.out_of_memory) {
		g->whole.status = PLOMB_OK;
		g->whole.class_ = PLOMB_CLASS_ACCEPTED;
		explain(g);
		written = say(g);
		/* An answer that nobody got is not a yes. */
		return written == PLOMB_OK ? 0 : plomb_app_error(g->app, name, written,
			written == PLOMB_IO_ERROR ? "the output could not be written" : plomb_status_sentence(written));
	}
	if (s == PLOMB_OK) {
		s = g->whole.out_of_memory ? PLOMB_NO_ROOM : PLOMB_INTERNAL_ERROR;
		class_ = plomb_status_class(s);
	}
	plomb_judgement_blame(&g->whole, s, g->terms.fault->message.n == 0 ? NULL : plomb_text_cstr(&g->terms.fault->message));
	g->whole.class_ = class_ == PLOMB_CLASS_ACCEPTED ? PLOMB_CLASS_UNDECIDED : class_;
	explain(g);
	(void)say(g);
	(void)plomb_app_error(g->app, name, s, plomb_text_cstr(&g->whole.sentence));
	return (int)g->whole.class_;
}

/* --------------------------------------------------------------------- program */

static void
init(gate *g, plomb_app *app, plomb_fault *fault)
{
	size_t i;

	g->app = app;
	g->terms.args = app->args;
	g->terms.fault = fault;
	g->name = plomb_args_text(app->args, PLOMB_OPTION_NAME);
	plomb_text_init(&g->reference);
	plomb_text_init(&g->late);
	plomb_text_init(&g->place);
	plomb_text_init(&g->signers);
	plomb_judgement_init(&g->whole, g->name == NULL ? "" : plomb_tellable(g->name), 1);
	for (i = 0; i < PLOMB_MAX_REQUIREMENTS; i ++) {
		plomb_judgement_init(&g->judgement[i], g->whole.name, 1);
	}
}

static void
finish(gate *g)
{
	size_t i;

	plomb_timeout_answer(NULL);
	forget(g);
	for (i = 0; i < PLOMB_MAX_REQUIREMENTS; i ++) {
		plomb_judgement_free(&g->judgement[i]);
	}
	plomb_judgement_free(&g->whole);
	close_image(g);
	plomb_bytes_free(&g->policy);
	plomb_text_free(&g->reference);
	plomb_text_free(&g->late);
	plomb_text_free(&g->place);
	plomb_text_free(&g->signers);
	free(g);
}

/* The clock runs before anything is waited for; a gate without one does not open. */
static plomb_status
start_deadline(const plomb_app *app, plomb_fault *fault)
{
	return plomb_args_text(app->args, PLOMB_OPTION_TIMEOUT) != NULL || plomb_timeout_start(DEADLINE_MS)
		? PLOMB_OK : plomb_fail_status(fault, PLOMB_INTERNAL_ERROR, NULL);
}

/* see app.h */
int
plomb_cmd_gate(plomb_app *app, plomb_cmd command)
{
	plomb_class class_;
	plomb_fault fault;
	plomb_status s;
	gate *g;
	int status;

	(void)command;
	plomb_fault_init(&fault);
	if (start_deadline(app, &fault) != PLOMB_OK) {
		return plomb_app_fail(app, NULL, &fault);
	}
	g = calloc(1, sizeof *g);
	if (g == NULL) {
		(void)plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
		return plomb_app_fail(app, NULL, &fault);
	}
	init(g, app, &fault);
	set_last_answer(g, late);
	s = decide(g, &class_);
	status = conclude(g, s, class_);
	finish(g);
	plomb_fault_free(&fault);
	return status;
}
