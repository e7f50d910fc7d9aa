/* see gate.h: the gate's question, and its answer as containerd's image verifiers give it. */
#include "gate.h"

#include <signal.h>
#include <stdlib.h>

#include "app.h"
#include "clock_arg.h"
#include "room.h"
#include "timeout.h"
#include "verdicts.h"

#define DEFAULT_POLICY "/etc/containers/policy.json"
#define DESCRIPTOR_TYPE "application/vnd.oci.descriptor.v1+json"
#define MAX_DESCRIPTOR 32768
/* containerd waits for ten seconds, and then says only that nobody answered. */
#define DEADLINE_MS 8000

typedef struct {
	plomb_app *app;
	plomb_gate_terms terms;
	const char *name;
	int has_digest;
	plomb_digest digest;
	const char *policy_file;
	plomb_bytes policy;
	/* Where the image is. */
	int is_remote_open, is_image_open;
	plomb_local_image local;
	plomb_remote remote;
	plomb_remote_image remote_image;
	plomb_text reference; /* of the image in a registry, by digest */
	plomb_image_question question;
	/* Of the list that was chosen: those that ask for a signature. */
	plomb_image_name image;
	plomb_wanted wanted[PLOMB_MAX_REQUIREMENTS];
	plomb_gate_requirement requirement[PLOMB_MAX_REQUIREMENTS];
	plomb_judgement judgement[PLOMB_MAX_REQUIREMENTS];
	size_t count;
	plomb_text answer;
} gate;

/* --------------------------------------------------------------------- input */

static plomb_status
mismatch(plomb_fault *fault, const char *a, const char *b, const char *c)
{
	return plomb_fail(fault, PLOMB_PLUGIN_INPUT_MISMATCH, a, b, c, (const char *)NULL);
}

static plomb_status
descriptor_try(void *user, plomb_ctx *ctx)
{
	gate *g;
	plomb_bytes input;
	plomb_digest digest;
	plomb_json doc;
	plomb_view text;
	plomb_status s;

	/* Taken in the caller: standard input is read once. */
	g = user;
	input = g->policy;
	if ((s = plomb_json_parse(ctx->work, plomb_bytes_view(&input), &doc)) != PLOMB_OK
		|| (s = plomb_json_string(ctx->work, &doc, plomb_json_member(&doc, 0, "digest"), &text)) != PLOMB_OK)
	{
		return s == PLOMB_NO_ROOM ? s : mismatch(g->terms.fault, "standard input is not the descriptor of an image", "", "");
	}
	if (plomb_digest_parse(text, &digest) != PLOMB_OK || digest.hash != g->digest.hash
		|| memcmp(digest.bytes, g->digest.bytes, plomb_hash_len(digest.hash)) != 0)
	{
		return mismatch(g->terms.fault, "the descriptor on standard input has another digest than -digest", "", "");
	}
	return PLOMB_OK;
}

/* The descriptor on standard input is about the digest that is asked for. */
static plomb_status
check_descriptor(gate *g)
{
	const char *type;
	plomb_status s;

	type = plomb_args_text(g->app->args, PLOMB_OPTION_STDIN_MEDIA_TYPE);
	if (type == NULL) {
		return PLOMB_OK;
	}
	if (strcmp(type, DESCRIPTOR_TYPE) != 0) {
		return mismatch(g->terms.fault, "-stdin-media-type: ", type, " is not " DESCRIPTOR_TYPE);
	}
	if (!g->has_digest) {
		return mismatch(g->terms.fault, "-stdin-media-type without -digest", "", "");
	}
	s = plomb_read_file(&g->policy, "-", MAX_DESCRIPTOR, g->terms.fault);
	if (s == PLOMB_OK) {
		s = plomb_with_room(descriptor_try, g, g->terms.fault);
	}
	plomb_bytes_free(&g->policy);
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
	s = plomb_digest_parse(plomb_view_of_arg(text), &g->digest);
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
	const char *value;
	size_t at;

	at = 0;
	g->policy_file = plomb_args_each(g->app->args, PLOMB_OPTION_POLICY, &at);
	if (g->policy_file != NULL && plomb_args_each(g->app->args, PLOMB_OPTION_POLICY, &at) != NULL) {
		return plomb_fail(g->terms.fault, PLOMB_USAGE_ERROR, "--policy: there is one policy file", (const char *)NULL);
	}
	value = getenv("PLOMB_POLICY");
	if (g->policy_file == NULL) {
		g->policy_file = value != NULL && value[0] != 0 ? value : DEFAULT_POLICY;
	}
	return PLOMB_OK;
}

static plomb_status
read_input(gate *g)
{
	const plomb_args *args;
	plomb_fault *fault;
	plomb_status s;
	int is_local;

	args = g->app->args;
	fault = g->terms.fault;
	g->name = plomb_args_text(args, PLOMB_OPTION_NAME);
	is_local = plomb_args_on(args, PLOMB_OPTION_LOCAL_IMAGE, 0);
	if (g->name == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "-name is required: what the image is called", (const char *)NULL);
	}
	if (g->app->operand_count != (is_local ? 1u : 0u)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, is_local ? "--local-image needs one path"
			: "there are arguments that are no options", (const char *)NULL);
	}
	if ((s = read_digest(g)) != PLOMB_OK) {
		return s;
	}
	if (!g->has_digest && !is_local) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "-digest is required: a name alone may mean another image later", (const char *)NULL);
	}
	if ((s = plomb_clock_read(args, 0, &g->terms.now_known, &g->terms.now, fault)) != PLOMB_OK
		|| (s = check_descriptor(g)) != PLOMB_OK || (s = find_policy(g)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_read_config(&g->policy, g->policy_file, PLOMB_MAX_POLICY_BYTES, fault);
}

/* -------------------------------------------------------------------- policy */

/* "default" or the scope, for a message. */
static void
put_place(const plomb_policy_choice *choice, plomb_text *text)
{
	if (choice->scope.n != 0) {
		plomb_text_str(text, "scope ");
		plomb_text_quoted(text, choice->scope);
		return;
	}
	plomb_text_str(text, strcmp(choice->scope_kind, "transport") == 0 ? "the transport's default" : "default");
}

static plomb_status
choose(gate *g, plomb_ctx *ctx, plomb_policy_choice *choice)
{
	plomb_text name;
	plomb_view text;
	plomb_status s;

	memset(ctx->detail, 0, sizeof *ctx->detail);
	s = plomb_image_name_parse(ctx->work, plomb_view_of_arg(g->name), &g->image);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		return plomb_fail_status(g->terms.fault, s, g->name);
	}
	/* As docker and podman read it. */
	if (g->image.tag.n == 0 && g->image.digest.n == 0) {
		g->image.tag = plomb_view_of_arg("latest");
	}
	/* A name that brings its own digest is a name for that image only. */
	plomb_text_init(&name);
	plomb_text_digest(&name, &g->digest);
	text = plomb_text_as_view(&name);
	s = g->has_digest && g->image.digest.n != 0 && !plomb_view_eq(g->image.digest, text)
		? mismatch(g->terms.fault, "-name has another digest than -digest", "", "") : PLOMB_OK;
	plomb_text_free(&name);
	if (s != PLOMB_OK) {
		return s;
	}
	s = plomb_policy_choose(ctx, plomb_bytes_view(&g->policy), &g->image, choice);
	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : plomb_fail_detail(g->terms.fault, s, g->policy_file, ctx->detail);
}

/* What can be said without looking at the image. */
static plomb_status
screen(gate *g, const plomb_policy_choice *choice)
{
	plomb_text place;
	plomb_status s;
	size_t i;

	g->count = 0;
	s = PLOMB_OK;
	plomb_text_init(&place);
	put_place(choice, &place);
	for (i = 0; i < choice->count && s == PLOMB_OK; i ++) {
		switch (choice->list[i].type) {
		case PLOMB_REQUIRE_NOTHING:
			break;
		case PLOMB_REQUIRE_REJECT:
			s = plomb_fail(g->terms.fault, PLOMB_POLICY_REJECTED, plomb_status_sentence(PLOMB_POLICY_REJECTED), ": ",
				plomb_text_cstr(&place), (const char *)NULL);
			break;
		case PLOMB_REQUIRE_GPG:
		case PLOMB_REQUIRE_PKI:
			s = plomb_fail(g->terms.fault, PLOMB_POLICY_UNSUPPORTED, plomb_status_sentence(PLOMB_POLICY_UNSUPPORTED), ": ",
				choice->list[i].type == PLOMB_REQUIRE_GPG ? "signedBy in " : "pki in ", plomb_text_cstr(&place), (const char *)NULL);
			break;
		default:
			g->count ++;
		}
	}
	plomb_text_free(&place);
	return s;
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
	if (g->count == 0) {
		plomb_text_str(&g->answer, "sigstore: accepted without a signature: insecureAcceptAnything in ");
		put_place(&choice, &g->answer);
	}
	return PLOMB_OK;
}

/* --------------------------------------------------------------------- image */

static plomb_status
open_local(gate *g)
{
	plomb_status s;

	g->is_image_open = 1;
	g->question.local = &g->local;
	s = plomb_local_image_open(&g->local, g->app->operand[0], g->terms.fault);
	if (s != PLOMB_OK || !g->has_digest) {
		return s;
	}
	if (g->local.has_digest && memcmp(&g->local.digest, &g->digest, sizeof g->digest) != 0) {
		return mismatch(g->terms.fault, "--local-image names another digest than -digest", "", "");
	}
	g->local.has_digest = 1;
	g->local.digest = g->digest;
	return PLOMB_OK;
}

/* By digest, whatever the name's tag means by now. */
static plomb_status
open_remote(gate *g)
{
	plomb_reference reference;
	plomb_text *name;
	plomb_status s;

	g->is_remote_open = 1;
	if ((s = plomb_remote_open(&g->remote, g->app->args, g->terms.fault)) != PLOMB_OK) {
		return s;
	}
	s = plomb_reference_parse(plomb_view_of_arg(g->name), &reference);
	if (s != PLOMB_OK) {
		return plomb_fail_status(g->terms.fault, s, g->name);
	}
	/* The opened image has views of this text. */
	name = &g->reference;
	plomb_text_view(name, reference.registry);
	plomb_text_str(name, "/");
	plomb_text_view(name, reference.repository);
	plomb_text_str(name, "@");
	plomb_text_digest(name, &g->digest);
	g->is_image_open = 1;
	g->question.remote = &g->remote;
	g->question.image = &g->remote_image;
	return name->failed ? plomb_fail_status(g->terms.fault, PLOMB_NO_ROOM, NULL)
		: plomb_remote_image_open(&g->remote_image, &g->remote, plomb_text_cstr(name), PLOMB_MAX_FETCHED_SIGNATURES, g->terms.fault);
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
	plomb_text_clear(&g->answer);
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
	if (g->count == 0) {
		return plomb_fail_status(g->terms.fault, PLOMB_INTERNAL_ERROR, NULL);
	}
	plomb_text_str(&g->answer, "sigstore: accepted");
	for (i = 0; i < g->count && find_refusal(g) == g->count; i ++) {
		plomb_text_str(&g->answer, i == 0 ? " " : ", ");
		plomb_gate_signer(g->requirement[i].requirement, &g->judgement[i], &g->answer);
	}
	return PLOMB_OK;
}

static void
explain(gate *g)
{
	plomb_text text;
	size_t i;

	if (!g->app->is_terminal && !plomb_args_on(g->app->args, PLOMB_OPTION_VERBOSE, 0)) {
		return;
	}
	plomb_text_init(&text);
	for (i = 0; i < g->count; i ++) {
		plomb_explain(g->app, &g->judgement[i], &text);
	}
	(void)plomb_app_write(g->app->err, &text);
}

/* Why not, as a fault like any other: the answer has one place where it is given. */
static plomb_status
refuse(gate *g, size_t i)
{
	const plomb_judgement *judgement;

	judgement = &g->judgement[i];
	if (judgement->out_of_memory || judgement->status == PLOMB_OK) {
		return plomb_fail_status(g->terms.fault, judgement->out_of_memory ? PLOMB_NO_ROOM : PLOMB_INTERNAL_ERROR, NULL);
	}
	return plomb_fail(g->terms.fault, judgement->status, plomb_text_cstr(&judgement->sentence), (const char *)NULL);
}

static plomb_status
decide(gate *g)
{
	plomb_status s;
	size_t i;

	if ((s = read_input(g)) != PLOMB_OK || (s = plomb_with_room(policy_try, g, g->terms.fault)) != PLOMB_OK) {
		return s;
	}
	if (g->count == 0) {
		return PLOMB_OK;
	}
	s = plomb_args_on(g->app->args, PLOMB_OPTION_LOCAL_IMAGE, 0) ? open_local(g) : open_remote(g);
	if (s != PLOMB_OK || (s = plomb_with_room(judge_try, g, g->terms.fault)) != PLOMB_OK) {
		return s;
	}
	explain(g);
	i = find_refusal(g);
	return i == g->count ? PLOMB_OK : refuse(g, i);
}

static int
answer(gate *g, plomb_status s)
{
	if (s == PLOMB_OK && g->answer.n != 0) {
		plomb_text_str(&g->answer, "\n");
		/* An answer that nobody got is not a yes. */
		return plomb_app_say(g->app, &g->answer);
	}
	return plomb_app_fail(g->app, g->name, g->terms.fault);
}

/* see app.h */
int
plomb_cmd_gate(plomb_app *app, plomb_cmd command)
{
	plomb_fault fault;
	gate *g;
	size_t i;
	int status;

	(void)command;
	/* A caller that went away is told nothing; that is no reason to die without an exit status. */
	(void)signal(SIGPIPE, SIG_IGN);
	plomb_timeout_answer();
	if (plomb_args_text(app->args, PLOMB_OPTION_TIMEOUT) == NULL) {
		(void)plomb_timeout_start(DEADLINE_MS);
	}
	plomb_fault_init(&fault);
	g = calloc(1, sizeof *g);
	if (g == NULL) {
		(void)plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
		return plomb_app_fail(app, NULL, &fault);
	}
	g->app = app;
	g->terms.args = app->args;
	g->terms.fault = &fault;
	plomb_text_init(&g->answer);
	plomb_text_init(&g->reference);
	for (i = 0; i < PLOMB_MAX_REQUIREMENTS; i ++) {
		plomb_judgement_init(&g->judgement[i], "", 1);
	}
	status = answer(g, decide(g));
	forget(g);
	for (i = 0; i < PLOMB_MAX_REQUIREMENTS; i ++) {
		plomb_judgement_free(&g->judgement[i]);
	}
	close_image(g);
	plomb_bytes_free(&g->policy);
	plomb_text_free(&g->answer);
	plomb_text_free(&g->reference);
	free(g);
	plomb_fault_free(&fault);
	return status;
}

/* ----------------------------------------------------------------- arguments */

/* The protocol's options, which Go's programs take with one dash or two. */
static const char *const protocol[] = { "name", "digest", "stdin-media-type", "operation" };

/* The name behind one dash, of these; NULL if the argument is none of them. */
static const char *
protocol_option(const char *argument)
{
	size_t i;

	if (argument[0] != '-' || argument[1] == '-') {
		return NULL;
	}
	for (i = 0; i < sizeof protocol / sizeof protocol[0]; i ++) {
		size_t n;

		n = strlen(protocol[i]);
		if (strncmp(argument + 1, protocol[i], n) == 0 && (argument[n + 1] == 0 || argument[n + 1] == '=')) {
			return protocol[i];
		}
	}
	return NULL;
}

/* Started as a plugin: options come first, and one of them is the protocol's. */
static int
is_plugin(int argc, char **argv)
{
	int i;

	if (argc < 2 || argv[1][0] != '-') {
		return 0;
	}
	for (i = 1; i < argc; i ++) {
		if (protocol_option(argv[i]) != NULL) {
			return 1;
		}
	}
	return 0;
}

/* One argument of the new list, from one or two of the old. */
static char *
translate(int argc, char **argv, int *at)
{
	plomb_text text;
	const char *argument;
	char *copy;

	argument = argv[*at];
	plomb_text_init(&text);
	if (protocol_option(argument) != NULL) {
		plomb_text_str(&text, "-");
	}
	plomb_text_str(&text, argument);
	if (protocol_option(argument) != NULL && strchr(argument, '=') == NULL && *at + 1 < argc) {
		*at += 1;
		plomb_text_str(&text, "=");
		plomb_text_str(&text, argv[*at]);
	}
	copy = text.failed ? NULL : plomb_copy_view(plomb_text_as_view(&text));
	plomb_text_free(&text);
	return copy;
}

/* see gate.h */
int
plomb_gate_argv(int argc, char **argv, char ***out, int *count)
{
	int at, n, is_started;

	*out = argv;
	*count = argc;
	is_started = is_plugin(argc, argv);
	if (!is_started && (argc < 2 || strcmp(argv[1], "gate") != 0)) {
		return 0;
	}
	*count = 0;
	*out = calloc((size_t)argc + 2, sizeof **out);
	if (*out == NULL) {
		return 1;
	}
	n = 0;
	for (at = 0; at < argc; at ++) {
		(*out)[n] = translate(argc, argv, &at);
		if ((*out)[n] == NULL) {
			break;
		}
		n ++;
		if (at == 0 && is_started) {
			(*out)[n] = plomb_copy_view(plomb_view_of_arg("gate"));
			if ((*out)[n] == NULL) {
				break;
			}
			n ++;
		}
	}
	*count = n;
	if (at < argc) {
		plomb_gate_argv_free(*out, n);
		*out = NULL;
	}
	return 1;
}

/* see gate.h */
void
plomb_gate_argv_free(char **argv, int count)
{
	int i;

	for (i = 0; argv != NULL && i < count; i ++) {
		free(argv[i]);
	}
	free(argv);
}
