/* plomb sign, plomb attest: images in registries. */
#include <stdlib.h>

#include "../remote.h"
#include "../room.h"
#include "../../sign/payload.h"
#include "../../sign/publish.h"
#include "plan.h"

#define IN_TOTO_TYPE      "application/vnd.in-toto+json"
#define SIGN_PREDICATE    "https://sigstore.dev/cosign/sign/v1"
#define MEDIA_SIMPLE      "application/vnd.dev.cosign.simplesigning.v1+json"
#define MEDIA_ENVELOPE    "application/vnd.dsse.envelope.v1+json"
#define MAX_TARGETS       PLOMB_MAX_DESCRIPTORS
#define MAX_FETCHED       (64u << 20) /* manifests of one reference */

/* One manifest that is signed: of an operand, or below an index that one names. */
typedef struct {
	size_t operand;
	plomb_subject subject;
	plomb_bytes payload;
	plomb_message message, artifact;
} target;

typedef struct {
	plomb_app *app;
	plomb_plan plan;
	plomb_remote remote;
	plomb_remote_image *image; /* of each operand */
	plomb_pairs pairs;
	plomb_annotation *annotation;
	plomb_bytes predicate;
	const char *predicate_type;
	const char *identity; /* --sign-container-identity, or NULL */
	int is_referrer;      /* of cosign 2's format */
	int is_uploaded, is_recursive;
	target *target;
	plomb_to_sign *what;
	size_t count;
	size_t at;            /* of the step under way */
	plomb_text out;
	plomb_fault *fault;
} job;

static int
is_attestation(const job *j)
{
	return j->plan.command == PLOMB_CMD_ATTEST;
}

/* ------------------------------------------------------------------- options */

static plomb_status
read_annotation_files(job *j)
{
	const char *name;
	size_t at;

	at = 0;
	while ((name = plomb_args_each(j->app->args, PLOMB_OPTION_ANNOTATIONS_FILE, &at)) != NULL) {
		plomb_bytes content;
		plomb_status s;

		if ((s = plomb_read_config(&content, name, PLOMB_MAX_ANNOTATIONS_FILE, j->fault)) != PLOMB_OK) {
			return s;
		}
		s = plomb_pairs_add_file(&j->pairs, name, plomb_bytes_view(&content), j->fault);
		plomb_bytes_free(&content);
		if (s != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

static plomb_status
keep_annotations(job *j)
{
	size_t i;

	j->annotation = calloc(j->pairs.count + 1, sizeof *j->annotation);
	if (j->annotation == NULL) {
		return plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	}
	for (i = 0; i < j->pairs.count; i ++) {
		if (j->pairs.item[i].is_regexp) {
			return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--annotations: ", j->pairs.item[i].name,
				"~=: what is signed is a value, not a pattern", (const char *)NULL);
		}
		j->annotation[i].name = plomb_view_of_arg(j->pairs.item[i].name);
		j->annotation[i].value = plomb_view_of_arg(j->pairs.item[i].value);
	}
	return PLOMB_OK;
}

static plomb_status
read_annotations(job *j)
{
	const char *value;
	plomb_status s;
	size_t at;

	if ((s = read_annotation_files(j)) != PLOMB_OK) {
		return s;
	}
	j->pairs.last_wins = j->app->args->last_wins;
	at = 0;
	while ((value = plomb_args_each(j->app->args, PLOMB_OPTION_ANNOTATIONS, &at)) != NULL) {
		if ((s = plomb_pairs_add_csv(&j->pairs, "--annotations", plomb_view_of_arg(value), j->fault)) != PLOMB_OK) {
			return s;
		}
	}
	return keep_annotations(j);
}

static plomb_status
read_predicate(job *j)
{
	const char *file, *type, *entry;

	file = plomb_args_text(j->app->args, PLOMB_OPTION_PREDICATE);
	type = plomb_args_text(j->app->args, PLOMB_OPTION_TYPE);
	entry = plomb_args_text(j->app->args, PLOMB_OPTION_ENTRY_TYPE);
	if (entry != NULL && strcmp(entry, "dsse") != 0) {
		return plomb_fail(j->fault, PLOMB_UNSUPPORTED_FEATURE, "--rekor-entry-type: only dsse is supported", (const char *)NULL);
	}
	if (file == NULL) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--predicate is required", (const char *)NULL);
	}
	j->predicate_type = plomb_predicate_type(type == NULL ? "custom" : type);
	return plomb_read_config(&j->predicate, file, PLOMB_MAX_BUNDLE_BYTES, j->fault);
}

static plomb_status
read_mode(job *j)
{
	const char *mode;

	mode = plomb_args_text(j->app->args, PLOMB_OPTION_REFERRERS_MODE);
	if (mode != NULL && strcmp(mode, "oci-1-1") != 0 && strcmp(mode, "legacy") != 0) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--registry-referrers-mode: ", mode, " is neither oci-1-1 nor legacy", (const char *)NULL);
	}
	j->is_referrer = mode != NULL && strcmp(mode, "oci-1-1") == 0;
	return PLOMB_OK;
}

static plomb_status
read_options(job *j, plomb_cmd command)
{
	plomb_status s;
	size_t i;

	if (j->app->operand_count == 0) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "no image was given", (const char *)NULL);
	}
	for (i = 0; i < j->app->operand_count; i ++) {
		if (j->app->operand[i][0] == 0) {
			return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "an image's name is empty", (const char *)NULL);
		}
	}
	j->identity = plomb_args_text(j->app->args, PLOMB_OPTION_SIGN_IDENTITY);
	j->is_recursive = plomb_args_on(j->app->args, PLOMB_OPTION_RECURSIVE, 0);
	j->is_uploaded = plomb_args_on(j->app->args, PLOMB_OPTION_UPLOAD, 1) && !plomb_args_on(j->app->args, PLOMB_OPTION_NO_UPLOAD, 0);
	if ((s = read_mode(j)) != PLOMB_OK) {
		return s;
	}
	return command == PLOMB_CMD_ATTEST ? read_predicate(j) : read_annotations(j);
}

/* ------------------------------------------------------------------- targets */

static plomb_status
registry_fault(job *j, plomb_remote_image *image, plomb_status s)
{
	plomb_text text;

	if (s == PLOMB_NO_ROOM || j->fault->status != PLOMB_UNSET) {
		return s;
	}
	plomb_text_init(&text);
	plomb_remote_sentence(image, s, &text);
	s = plomb_fail(j->fault, s, plomb_text_cstr(&image->name), ": ", plomb_text_cstr(&text), (const char *)NULL);
	plomb_text_free(&text);
	return s;
}

/* Once in the list, whoever else names it. */
static plomb_status
add_target(job *j, size_t operand, const plomb_layout_image *found)
{
	target *more;
	size_t i;

	for (i = 0; i < j->count; i ++) {
		if (j->target[i].operand == operand && plomb_digest_eq(&j->target[i].subject.digest, &found->digest)) {
			return PLOMB_OK;
		}
	}
	if (j->count == MAX_TARGETS) {
		return plomb_fail_status(j->fault, PLOMB_LIMIT_EXCEEDED, j->app->operand[operand]);
	}
	more = realloc(j->target, (j->count + 1) * sizeof *more);
	if (more == NULL) {
		return plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	}
	j->target = more;
	memset(&more[j->count], 0, sizeof *more);
	more[j->count].operand = operand;
	more[j->count].subject.digest = found->digest;
	more[j->count].subject.size = found->manifest.n;
	(void)plomb_media_kind(found->media_type, &more[j->count].subject.media_type);
	j->count ++;
	return PLOMB_OK;
}

/* The manifests that an index names, as far as the registry has them: all of them, or it is an error. */
static plomb_status
add_children(job *j, plomb_ctx *ctx, size_t operand, plomb_view text)
{
	plomb_manifest manifest;
	plomb_status s;
	uint32_t i;

	if ((s = plomb_manifest_parse(ctx->work, text, &manifest)) != PLOMB_OK) {
		return s;
	}
	for (i = 0; manifest.kind == PLOMB_MANIFEST_INDEX && i < manifest.count; i ++) {
		plomb_descriptor child;
		plomb_layout_image found;

		if ((s = plomb_manifest_descriptor(ctx->work, &manifest, i, &child)) != PLOMB_OK) {
			return s;
		}
		memset(&found, 0, sizeof found);
		s = plomb_registry_image(ctx->work, &j->image[operand].store, found.index, &child.digest, &found);
		if (s != PLOMB_OK) {
			return s;
		}
		if ((s = add_target(j, operand, &found)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* What an operand names. A second try begins with the same list: what is there is not added again. */
static plomb_status
find_operand(void *user, plomb_ctx *ctx)
{
	plomb_remote_image *image;
	plomb_layout_image found;
	plomb_status s;
	job *j;

	j = user;
	image = &j->image[j->at];
	s = plomb_registry_image(ctx->work, &image->store, image->reference.tag,
		image->reference.has_digest ? &image->reference.digest : NULL, &found);
	return s == PLOMB_OK ? add_target(j, j->at, &found) : registry_fault(j, image, s);
}

/* What a target of the list is an index of. */
static plomb_status
find_children(void *user, plomb_ctx *ctx)
{
	plomb_layout_image found;
	plomb_remote_image *image;
	plomb_status s;
	job *j;

	j = user;
	image = &j->image[j->target[j->at].operand];
	memset(&found, 0, sizeof found);
	s = plomb_registry_image(ctx->work, &image->store, found.index, &j->target[j->at].subject.digest, &found);
	if (s == PLOMB_OK) {
		s = add_children(j, ctx, j->target[j->at].operand, found.manifest);
	}
	return s == PLOMB_OK ? s : registry_fault(j, image, s);
}

/* cosign's words. */
static void
warn_of_tag(const job *j, size_t operand)
{
	plomb_text text;

	if (j->image[operand].reference.has_digest) {
		return;
	}
	plomb_text_init(&text);
	plomb_text_str(&text, "WARNING: Image reference ");
	plomb_text_visible(&text, plomb_view_of_arg(j->app->operand[operand]));
	plomb_text_str(&text, " uses a tag, not a digest, to identify the image to sign.\n"
		"    This can lead you to sign a different image than the intended one.\n");
	(void)plomb_app_write(j->app->err, &text);
}

static plomb_status
find_targets(job *j)
{
	plomb_status s;
	size_t i;

	j->image = calloc(j->app->operand_count, sizeof *j->image);
	if (j->image == NULL) {
		return plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	}
	if (j->remote.mirror != NULL) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "what is signed goes to the image's own registry: no mirror has a meaning here", (const char *)NULL);
	}
	for (i = 0; i < j->app->operand_count; i ++) {
		if ((s = plomb_remote_image_open(&j->image[i], &j->remote, j->app->operand[i], MAX_FETCHED, j->fault)) != PLOMB_OK) {
			return s;
		}
		warn_of_tag(j, i);
		j->at = i;
		if ((s = plomb_with_room(find_operand, j, j->fault)) != PLOMB_OK) {
			return s;
		}
	}
	/* The list grows at its end while it is gone through. */
	for (j->at = 0; j->is_recursive && j->at < j->count; j->at ++) {
		if ((s = plomb_with_room(find_children, j, j->fault)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* ------------------------------------------------------------------ payloads */

/* registry/repository in full, as cosign calls it. */
static void
put_repository(const job *j, size_t operand, plomb_text *text)
{
	const plomb_reference *reference;

	reference = &j->image[operand].reference;
	plomb_text_view(text, reference->registry);
	plomb_text_str(text, reference->is_library ? "/library/" : "/");
	plomb_text_view(text, reference->repository);
}

static plomb_status
write_payload(job *j, plomb_ctx *ctx, const target *t, plomb_view *payload)
{
	plomb_text name;
	plomb_status s;

	plomb_text_init(&name);
	put_repository(j, t->operand, &name);
	if (name.failed) {
		s = plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	} else if (is_attestation(j)) {
		s = plomb_payload_attestation(ctx->work, plomb_text_as_view(&name), &t->subject.digest, plomb_view_of_arg(j->predicate_type),
			plomb_bytes_view(&j->predicate), payload);
	} else if (j->plan.form == PLOMB_FORM_BUNDLE) {
		s = plomb_payload_statement(ctx->work, &t->subject.digest, j->annotation, j->pairs.count, payload);
	} else {
		s = plomb_payload_simplesigning(ctx->work, j->identity != NULL ? plomb_view_of_arg(j->identity) : plomb_text_as_view(&name),
			&t->subject.digest, j->annotation, j->pairs.count, payload);
	}
	plomb_text_free(&name);
	return s;
}

static plomb_status
payload_try(void *user, plomb_ctx *ctx)
{
	plomb_view payload;
	plomb_status s;
	target *t;
	job *j;

	j = user;
	t = &j->target[j->at];
	s = write_payload(j, ctx, t, &payload);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM || j->fault->status != PLOMB_UNSET ? s : plomb_fail(j->fault, PLOMB_CONFIG_INVALID,
			is_attestation(j) ? "--predicate: " : "--annotations: ", plomb_status_sentence(s), (const char *)NULL);
	}
	t->payload.p = (unsigned char *)plomb_copy_view(payload);
	t->payload.n = payload.n;
	return t->payload.p == NULL ? plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

static void
fill_what(job *j, size_t i)
{
	plomb_to_sign *what;
	target *t;

	t = &j->target[i];
	what = &j->what[i];
	what->form = j->plan.form;
	what->payload = plomb_bytes_view(&t->payload);
	plomb_message_from_digest(&t->artifact, &t->subject.digest);
	plomb_message_from_bytes(&t->message, what->payload);
	what->artifact = &t->artifact;
	what->message = &t->message;
	if (is_attestation(j) || j->plan.form == PLOMB_FORM_BUNDLE) {
		what->payload_type = plomb_view_of(IN_TOTO_TYPE);
		what->predicate_type = plomb_view_of_arg(is_attestation(j) ? j->predicate_type : SIGN_PREDICATE);
	}
}

static plomb_status
make_payloads(job *j)
{
	plomb_status s;

	j->what = calloc(j->count, sizeof *j->what);
	if (j->what == NULL) {
		return plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL);
	}
	for (j->at = 0; j->at < j->count; j->at ++) {
		if ((s = plomb_with_room(payload_try, j, j->fault)) != PLOMB_OK) {
			return s;
		}
		fill_what(j, j->at);
	}
	return PLOMB_OK;
}

/* --------------------------------------------------------------- publication */

static plomb_status
publish_layer(plomb_publisher *publisher, const job *j, const target *t, const plomb_session *session, const plomb_made *made)
{
	plomb_attachment attachment;
	plomb_text signature;
	plomb_status s;

	memset(&attachment, 0, sizeof attachment);
	plomb_text_init(&signature);
	attachment.certificate = session->certificate.leaf_pem;
	attachment.chain = session->certificate.chain_pem;
	attachment.bundle = made->log_annotation;
	attachment.timestamp = made->timestamp_annotation;
	attachment.media_type = plomb_view_of(is_attestation(j) ? MEDIA_ENVELOPE : MEDIA_SIMPLE);
	if (is_attestation(j)) {
		attachment.signature = plomb_view_of("");
		attachment.predicate_type = plomb_view_of_arg(j->predicate_type);
		return plomb_publish_layer(publisher, &t->subject, "att", j->is_referrer, made->envelope, &attachment);
	}
	plomb_text_base64(&signature, made->parts.signature);
	attachment.signature = plomb_text_as_view(&signature);
	s = signature.failed ? PLOMB_NO_ROOM
		: plomb_publish_layer(publisher, &t->subject, "sig", j->is_referrer, plomb_bytes_view(&t->payload), &attachment);
	plomb_text_free(&signature);
	return s;
}

static void
say_where(const job *j, const plomb_place *place)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_text_str(&text, is_attestation(j) ? "Pushing attestation to: " : "Pushing signature to: ");
	plomb_text_str(&text, place->authority);
	plomb_text_str(&text, "/");
	plomb_text_str(&text, place->repository);
	plomb_text_str(&text, "\n");
	(void)plomb_app_write(j->app->err, &text);
}

static plomb_status
publish(job *j, const target *t, const plomb_session *session, const plomb_made *made, plomb_fault *fault)
{
	plomb_publisher publisher;
	plomb_remote_image *image;
	plomb_status s;

	image = &j->image[t->operand];
	memset(&publisher, 0, sizeof publisher);
	publisher.network = &j->remote.network;
	publisher.owner = image;
	publisher.place = &image->store.signatures;
	publisher.tag_prefix = j->remote.prefix;
	publisher.memory = &image->heap.memory;
	publisher.ctx = session->ctx;
	publisher.random = &plomb_random_system;
	publisher.now_s = j->plan.now_known ? j->plan.now.s : 0;
	say_where(j, publisher.place);
	s = j->plan.form == PLOMB_FORM_BUNDLE
		? plomb_publish_bundle(&publisher, &t->subject, made->bundle, plomb_view_of_arg(is_attestation(j) ? j->predicate_type : SIGN_PREDICATE))
		: publish_layer(&publisher, j, t, session, made);
	if (s == PLOMB_OK) {
		return s;
	}
	return plomb_fail(fault, s, plomb_text_cstr(&image->name), ": ", publisher.why[0] != 0 ? publisher.why : plomb_status_sentence(s),
		(const char *)NULL);
}

/* ------------------------------------------------------------------- outputs */

static plomb_status
write_encoded(const char *name, plomb_view bytes, plomb_fault *fault)
{
	plomb_text text;
	plomb_status s;

	plomb_text_init(&text);
	plomb_text_base64(&text, bytes);
	s = text.failed ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : plomb_plan_write(name, plomb_text_as_view(&text), fault);
	plomb_text_free(&text);
	return s;
}

static plomb_status
write_files(job *j, const target *t, const plomb_session *session, const plomb_made *made, plomb_fault *fault)
{
	const plomb_args *args;
	plomb_status s;

	args = j->app->args;
	if ((s = plomb_plan_write(plomb_args_text(args, PLOMB_OPTION_OUTPUT_PAYLOAD), plomb_bytes_view(&t->payload), fault)) != PLOMB_OK
		|| (s = plomb_plan_write(plomb_args_text(args, PLOMB_OPTION_OUTPUT_CERTIFICATE), session->certificate.leaf_pem, fault)) != PLOMB_OK
		|| (s = write_encoded(plomb_args_text(args, PLOMB_OPTION_OUTPUT_SIGNATURE), made->parts.signature, fault)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_plan_write(plomb_args_text(args, PLOMB_OPTION_BUNDLE), made->bundle, fault);
}

/* What is attached to nothing goes to stdout, unless there is a file for it. */
static void
put_output(job *j, const plomb_made *made)
{
	const plomb_args *args;

	args = j->app->args;
	if (j->is_uploaded || plomb_args_has(args, PLOMB_OPTION_BUNDLE) || plomb_args_has(args, PLOMB_OPTION_OUTPUT_SIGNATURE)) {
		return;
	}
	if (j->plan.form == PLOMB_FORM_BUNDLE) {
		plomb_text_view(&j->out, made->bundle);
	} else if (is_attestation(j)) {
		plomb_text_view(&j->out, made->envelope);
	} else {
		plomb_text_base64(&j->out, made->parts.signature);
	}
	plomb_text_str(&j->out, "\n");
}

static plomb_status
use(void *user, size_t item, const plomb_session *session, const plomb_made *made, plomb_fault *fault)
{
	plomb_status s;
	job *j;

	j = user;
	if (j->is_uploaded && (s = publish(j, &j->target[item], session, made, fault)) != PLOMB_OK) {
		return s;
	}
	put_output(j, made);
	return write_files(j, &j->target[item], session, made, fault);
}

/* One file holds what belongs to one image. */
static plomb_status
check_files(job *j)
{
	static const plomb_option files[] = {
		PLOMB_OPTION_BUNDLE, PLOMB_OPTION_OUTPUT_SIGNATURE, PLOMB_OPTION_OUTPUT_CERTIFICATE, PLOMB_OPTION_OUTPUT_PAYLOAD
	};
	size_t i;

	for (i = 0; i < sizeof files / sizeof files[0]; i ++) {
		if (j->count > 1 && plomb_args_has(j->app->args, files[i])) {
			return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--", plomb_option_table[files[i]].name, " is for one image, and there are several",
				(const char *)NULL);
		}
	}
	if (j->plan.form != PLOMB_FORM_BUNDLE && plomb_args_has(j->app->args, PLOMB_OPTION_BUNDLE)) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--bundle: with --new-bundle-format=false there is none", (const char *)NULL);
	}
	if (!j->plan.has_token && plomb_args_has(j->app->args, PLOMB_OPTION_OUTPUT_CERTIFICATE)) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--output-certificate: a bare key has none", (const char *)NULL);
	}
	return PLOMB_OK;
}

static void
show_target(const job *j, const target *t, plomb_text *text)
{
	const plomb_place *place;

	place = &j->image[t->operand].store.signatures;
	plomb_text_str(text, "image: ");
	put_repository(j, t->operand, text);
	plomb_text_str(text, "@");
	plomb_text_digest(text, &t->subject.digest);
	plomb_text_str(text, "\npayload: ");
	plomb_text_view(text, plomb_bytes_view(&t->payload));
	plomb_text_str(text, "\n");
	if (!j->is_uploaded) {
		return;
	}
	plomb_text_str(text, "push: ");
	plomb_text_str(text, place->authority);
	plomb_text_str(text, "/");
	plomb_text_str(text, place->repository);
	plomb_text_str(text, j->plan.form == PLOMB_FORM_BUNDLE ? ", a bundle that refers to it"
		: j->is_referrer ? ", cosign 2's manifest that refers to it" : is_attestation(j) ? ", a layer under its tag .att" : ", a layer under its tag .sig");
	plomb_text_str(text, "\n");
}

static int
show_dry(job *j)
{
	size_t i;

	plomb_plan_show(&j->plan, &j->out);
	for (i = 0; i < j->count; i ++) {
		show_target(j, &j->target[i], &j->out);
	}
	return plomb_app_say(j->app, &j->out);
}

static size_t
largest(const job *j)
{
	size_t i, most;

	most = 0;
	for (i = 0; i < j->count; i ++) {
		most = j->target[i].payload.n > most ? j->target[i].payload.n : most;
	}
	return most;
}

static plomb_status
prepare_all(job *j, plomb_cmd command)
{
	plomb_status s;

	if ((s = read_options(j, command)) != PLOMB_OK
		|| (s = plomb_remote_open(&j->remote, j->app->args, j->fault)) != PLOMB_OK
		|| (s = plomb_plan_read(&j->plan, j->app, command, PLOMB_FORM_LAYER, j->fault)) != PLOMB_OK
		|| (s = find_targets(j)) != PLOMB_OK
		|| (s = check_files(j)) != PLOMB_OK)
	{
		return s;
	}
	return make_payloads(j);
}

static int
run(job *j, plomb_cmd command)
{
	plomb_plan_user user;

	if (prepare_all(j, command) != PLOMB_OK) {
		return plomb_app_fail(j->app, NULL, j->fault);
	}
	if (j->plan.is_dry) {
		return show_dry(j);
	}
	user.user = j;
	user.prepare = NULL;
	user.use = use;
	if (plomb_plan_sign(&j->plan, j->app, j->what, j->count, largest(j), &user, j->fault) != PLOMB_OK) {
		return plomb_app_fail(j->app, NULL, j->fault);
	}
	return plomb_app_say(j->app, &j->out);
}

static void
free_job(job *j)
{
	size_t i;

	for (i = 0; i < j->count; i ++) {
		plomb_bytes_free(&j->target[i].payload);
	}
	for (i = 0; j->image != NULL && i < j->app->operand_count; i ++) {
		plomb_remote_image_free(&j->image[i]);
	}
	free(j->image);
	free(j->target);
	free(j->what);
	free(j->annotation);
	plomb_pairs_free(&j->pairs);
	plomb_bytes_free(&j->predicate);
	plomb_text_free(&j->out);
	plomb_plan_free(&j->plan);
	plomb_remote_close(&j->remote);
	free(j);
}

/* see app.h */
int
plomb_cmd_sign_image(plomb_app *app, plomb_cmd command)
{
	plomb_fault fault;
	int status;
	job *j;

	plomb_fault_init(&fault);
	j = calloc(1, sizeof *j);
	if (j == NULL) {
		(void)plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
		return plomb_app_fail(app, NULL, &fault);
	}
	j->app = app;
	j->fault = &fault;
	status = run(j, command);
	free_job(j);
	plomb_fault_free(&fault);
	return status;
}
