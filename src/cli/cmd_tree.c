/* plomb tree: what hangs on an image, for people and as JSON. Nothing is verified. */
#include "app.h"
#include "json_out.h"
#include "local_image.h"
#include "remote.h"
#include "room.h"
#include "timeout.h"
#include "verify_image.h"

#define NOT_VERIFIED "not verified: this is what is listed for the image, nothing was checked"

/* Of all answers together: manifests and lists of them, no blobs. */
#define MAX_FETCHED (32u << 20)

typedef struct {
	const char *name;     /* as it is shown */
	const char *platform; /* whose manifest is meant, or NULL */
	int is_json, has_utf8, with_referrers;
	/* Where the image is: local, or else remote and image. */
	plomb_local_image *local;
	plomb_remote *remote;
	plomb_remote_image *image;
	plomb_ctx *ctx; /* of the try under way */
	plomb_text *text;
	plomb_json_out json;
	int is_begun;
	size_t count; /* of what was shown */
	/* The first thing that could not be read; PLOMB_OK if there is none. */
	plomb_status status;
	plomb_text reason;
} tree;

/* The status as a sentence, with what is known about the registry. */
static void
put_reason(const tree *t, plomb_status s, plomb_text *text)
{
	if (s == PLOMB_SUBJECT_MISMATCH) {
		plomb_text_str(text, "it is listed for this image, but does not say itself that it is about it");
	} else if (t->local != NULL) {
		plomb_text_str(text, plomb_status_sentence(s));
	} else {
		plomb_remote_sentence(t->image, s, text);
	}
}

/* Something could not be read. The first one is what the last line is about. */
static void
note(tree *t, plomb_status s, const char *sentence)
{
	if (t->status != PLOMB_OK) {
		return;
	}
	t->status = s;
	if (sentence != NULL) {
		plomb_text_str(&t->reason, sentence);
	} else {
		put_reason(t, s, &t->reason);
	}
}

/* ------------------------------------------------------------------- members */

static void
put_digest(tree *t, const char *key, const plomb_digest *digest)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_text_digest(&text, digest);
	plomb_json_pair(&t->json, key, plomb_text_as_view(&text));
	t->text->failed |= text.failed;
	plomb_text_free(&text);
}

static void
put_known(tree *t, const char *key, plomb_view value)
{
	if (value.p != NULL) {
		plomb_json_pair(&t->json, key, value);
	}
}

static void
put_size(tree *t, uint64_t size)
{
	if (size <= INT64_MAX) {
		plomb_json_key(&t->json, "size");
		plomb_json_put_number(&t->json, (int64_t)size);
	}
}

/* An annotation if it is there and a string; only for lack of memory PLOMB_NO_ROOM. */
static plomb_status
annotation(tree *t, const plomb_manifest *manifest, uint32_t annotations, const char *name, plomb_view *value)
{
	plomb_status s;

	s = plomb_manifest_annotation(t->ctx->work, manifest, annotations, name, value);
	if (s != PLOMB_OK) {
		value->p = NULL;
		value->n = 0;
	}
	return s == PLOMB_NO_ROOM ? s : PLOMB_OK;
}

/* -------------------------------------------------------------------- layers */

/* Annotations that tell people what something is. */
typedef struct {
	plomb_view predicate_type, title;
} hints;

static plomb_status
read_hints(tree *t, const plomb_manifest *manifest, uint32_t annotations, hints *h)
{
	plomb_status s;

	s = annotation(t, manifest, annotations, "predicateType", &h->predicate_type);
	return s == PLOMB_OK ? annotation(t, manifest, annotations, "org.opencontainers.image.title", &h->title) : s;
}

static void
put_layer_json(tree *t, const plomb_descriptor *layer, const hints *h)
{
	plomb_json_object(&t->json);
	put_digest(t, "digest", &layer->digest);
	put_known(t, "mediaType", layer->media_type);
	put_size(t, layer->size);
	put_known(t, "predicateType", h->predicate_type);
	put_known(t, "title", h->title);
	plomb_json_object_end(&t->json);
}

static void
put_part(tree *t, plomb_view value)
{
	if (value.n != 0) {
		plomb_text_str(t->text, ", ");
		plomb_text_visible(t->text, value);
	}
}

static void
put_bytes(tree *t, uint64_t size)
{
	if (size <= INT64_MAX) {
		plomb_text_str(t->text, ", ");
		plomb_text_decimal(t->text, (int64_t)size);
		plomb_text_str(t->text, " bytes");
	}
}

static void
put_branch(tree *t, int is_last)
{
	static const char *const branches[2][2] = { { "|-- ", "`-- " }, { "\xE2\x94\x9C\xE2\x94\x80\xE2\x94\x80 ", "\xE2\x94\x94\xE2\x94\x80\xE2\x94\x80 " } };

	plomb_text_str(t->text, branches[t->has_utf8 != 0][is_last != 0]);
}

static void
put_layer_text(tree *t, const plomb_descriptor *layer, const hints *h, int is_last)
{
	plomb_text_str(t->text, "   ");
	put_branch(t, is_last);
	plomb_text_digest(t->text, &layer->digest);
	put_part(t, layer->media_type);
	put_bytes(t, layer->size);
	put_part(t, h->predicate_type);
	put_part(t, h->title);
	plomb_text_str(t->text, "\n");
}

static plomb_status
put_layer(tree *t, const plomb_manifest *manifest, uint32_t i)
{
	plomb_descriptor layer;
	plomb_status s;
	hints h;

	if ((s = plomb_manifest_descriptor(t->ctx->work, manifest, i, &layer)) != PLOMB_OK
		|| (s = read_hints(t, manifest, layer.annotations, &h)) != PLOMB_OK)
	{
		return s;
	}
	if (t->is_json) {
		put_layer_json(t, &layer, &h);
	} else {
		put_layer_text(t, &layer, &h, i + 1 == manifest->count);
	}
	return PLOMB_OK;
}

/* Layers of a manifest, or manifests of an index. */
static plomb_status
put_layers(tree *t, const plomb_manifest *manifest)
{
	plomb_status s;
	uint32_t i;

	if (t->is_json) {
		plomb_json_key(&t->json, manifest->kind == PLOMB_MANIFEST_INDEX ? "manifests" : "layers");
		plomb_json_array(&t->json);
	}
	s = PLOMB_OK;
	for (i = 0; s == PLOMB_OK && i < manifest->count; i ++) {
		size_t mark;

		mark = plomb_work_mark(t->ctx->work);
		s = put_layer(t, manifest, i);
		plomb_work_release(t->ctx->work, mark);
	}
	if (t->is_json) {
		plomb_json_array_end(&t->json);
	}
	return s;
}

/* ----------------------------------------------------------------- artifacts */

/* What is shown of one artifact. */
typedef struct {
	const plomb_hanging *hanging;
	plomb_view predicate_type, created;
	plomb_text reason; /* of trouble */
} artifact;

static void
put_artifact_json(tree *t, const artifact *a)
{
	const plomb_hanging *h = a->hanging;

	plomb_json_pair_str(&t->json, "source", h->origin);
	if (h->name.n != 0) {
		plomb_json_pair(&t->json, "tag", h->name);
	}
	put_digest(t, "digest", &h->digest);
	put_known(t, "mediaType", h->media_type);
	put_known(t, "artifactType", h->artifact_type);
	put_size(t, h->size);
	put_known(t, "predicateType", a->predicate_type);
	put_known(t, "created", a->created);
	plomb_json_pair_str(&t->json, "code", plomb_status_code(h->trouble));
	plomb_json_pair(&t->json, "message", plomb_text_as_view(&a->reason));
}

/* REGISTRY/REPOSITORY and what stands behind it; a layout has no such place. */
static void
put_place(tree *t, const char *between)
{
	if (t->local != NULL) {
		return;
	}
	plomb_text_str(t->text, t->image->store.signatures.authority);
	plomb_text_str(t->text, "/");
	plomb_text_str(t->text, t->image->store.signatures.repository);
	plomb_text_str(t->text, between);
}

/* As cosign's tree has it: by the tag's suffix, else by what it is. */
static void
put_title(tree *t, const artifact *a)
{
	static const struct {
		const char *suffix, *title;
	} titles[] = { { ".sig", "Signatures" }, { ".att", "Attestations" }, { ".sbom", "SBOMs" } };
	const plomb_hanging *h = a->hanging;
	plomb_view type;
	size_t i;

	put_branch(t, 1);
	for (i = 0; i < sizeof titles / sizeof titles[0]; i ++) {
		if (strcmp(titles[i].suffix, h->suffix) != 0) {
			continue;
		}
		plomb_text_str(t->text, titles[i].title);
		if (h->name.n == 0) {
			plomb_text_str(t->text, " for an image\n");
			return;
		}
		plomb_text_str(t->text, " for an image tag: ");
		put_place(t, ":");
		plomb_text_visible(t->text, h->name);
		plomb_text_str(t->text, "\n");
		return;
	}
	type = a->predicate_type.n != 0 ? a->predicate_type : h->artifact_type;
	plomb_text_visible(t->text, type.n != 0 ? type : plomb_view_of("untyped"));
	plomb_text_str(t->text, " artifacts via OCI referrer: ");
	put_place(t, "@");
	plomb_text_digest(t->text, &h->digest);
	plomb_text_str(t->text, "\n");
}

/* A line between the title and the layers. */
static void
put_margin(tree *t, const plomb_hanging *h)
{
	int has_layers = h->manifest != NULL && h->manifest->count != 0;

	plomb_text_str(t->text, "   ");
	plomb_text_str(t->text, !has_layers ? " " : t->has_utf8 ? "\xE2\x94\x82" : "|");
	plomb_text_str(t->text, "   ");
}

static void
put_artifact_text(tree *t, const artifact *a)
{
	const plomb_hanging *h = a->hanging;

	put_title(t, a);
	put_margin(t, h);
	plomb_text_str(t->text, "manifest");
	if (h->suffix[0] != 0) {
		plomb_text_str(t->text, " ");
		plomb_text_digest(t->text, &h->digest);
	}
	put_part(t, h->artifact_type.n != 0 ? h->artifact_type : h->media_type);
	put_bytes(t, h->size);
	put_part(t, a->created);
	plomb_text_str(t->text, "\n");
	if (h->trouble != PLOMB_OK) {
		put_margin(t, h);
		plomb_text_str(t->text, plomb_status_code(h->trouble));
		plomb_text_str(t->text, ": ");
		plomb_text_str(t->text, plomb_text_cstr(&a->reason));
		plomb_text_str(t->text, "\n");
	}
}

static plomb_status
put_artifact(tree *t, const artifact *a)
{
	const plomb_hanging *h = a->hanging;
	plomb_status s;

	if (t->is_json) {
		plomb_json_object(&t->json);
		put_artifact_json(t, a);
	} else {
		put_artifact_text(t, a);
	}
	s = h->manifest == NULL ? PLOMB_OK : put_layers(t, h->manifest);
	if (t->is_json) {
		plomb_json_object_end(&t->json);
	}
	return s;
}

/* A plomb_hanging_fn. */
static plomb_status
on_hanging(void *user, const plomb_hanging *hanging)
{
	const plomb_manifest *m = hanging->manifest;
	artifact a;
	plomb_status s;
	tree *t;

	t = user;
	memset(&a, 0, sizeof a);
	a.hanging = hanging;
	plomb_text_init(&a.reason);
	if (m != NULL
		&& ((s = annotation(t, m, m->annotations, "dev.sigstore.bundle.predicateType", &a.predicate_type)) != PLOMB_OK
			|| (s = annotation(t, m, m->annotations, "org.opencontainers.image.created", &a.created)) != PLOMB_OK))
	{
		return s;
	}
	if (hanging->trouble != PLOMB_OK) {
		put_reason(t, hanging->trouble, &a.reason);
	}
	if (m == NULL) {
		note(t, hanging->trouble, plomb_text_cstr(&a.reason));
	}
	t->count ++;
	s = put_artifact(t, &a);
	t->text->failed |= a.reason.failed;
	plomb_text_free(&a.reason);
	return s;
}

/* ---------------------------------------------------------------- the whole */

static void
begin_json(tree *t, const plomb_layout_image *image, const plomb_digest *subject)
{
	plomb_json_object(&t->json);
	plomb_json_pair_str(&t->json, "image", t->name);
	put_digest(t, "digest", &image->digest);
	put_known(t, "mediaType", image->media_type);
	if (t->platform != NULL) {
		plomb_json_key(&t->json, "platform");
		plomb_json_object(&t->json);
		plomb_json_pair_str(&t->json, "name", t->platform);
		put_digest(t, "digest", subject);
		plomb_json_object_end(&t->json);
	}
	plomb_json_key(&t->json, "verified");
	plomb_json_put_bool(&t->json, 0);
	plomb_json_key(&t->json, "artifacts");
	plomb_json_array(&t->json);
}

static void
begin_text(tree *t, const plomb_layout_image *image, const plomb_digest *subject)
{
	plomb_text_str(t->text, "Supply Chain Security Related artifacts for an image: ");
	plomb_text_visible(t->text, plomb_view_of_arg(t->name));
	plomb_text_str(t->text, "\n");
	plomb_text_digest(t->text, &image->digest);
	put_part(t, image->media_type);
	plomb_text_str(t->text, "\n");
	if (t->platform != NULL) {
		plomb_text_visible(t->text, plomb_view_of_arg(t->platform));
		plomb_text_str(t->text, ": ");
		plomb_text_digest(t->text, subject);
		plomb_text_str(t->text, "\n");
	}
	plomb_text_str(t->text, NOT_VERIFIED "\n");
}

static void
begin(tree *t, const plomb_layout_image *image, const plomb_digest *subject)
{
	t->is_begun = 1;
	if (t->is_json) {
		begin_json(t, image, subject);
	} else {
		begin_text(t, image, subject);
	}
}

static int
has_odd_fallback(const tree *t)
{
	return t->local != NULL ? t->local->store->has_odd_fallback : t->image->store.store.has_odd_fallback;
}

static void
end_json(tree *t)
{
	static const char *const listers[] = { NULL, "registry", "tag", "none" };

	plomb_json_array_end(&t->json);
	if (t->local == NULL && listers[t->image->store.lister] != NULL) {
		plomb_json_pair_str(&t->json, "referrers", listers[t->image->store.lister]);
	}
	plomb_json_key(&t->json, "warnings");
	plomb_json_array(&t->json);
	if (has_odd_fallback(t)) {
		plomb_json_put_str(&t->json, PLOMB_FALLBACK_WARNING);
	}
	plomb_json_array_end(&t->json);
	plomb_json_key(&t->json, "complete");
	plomb_json_put_bool(&t->json, t->status == PLOMB_OK);
	plomb_json_object_end(&t->json);
	plomb_text_str(t->text, "\n");
}

static void
end_text(tree *t)
{
	if (t->count == 0 && t->status == PLOMB_OK) {
		plomb_text_str(t->text, "No Supply Chain Security Related Artifacts found for image ");
		plomb_text_visible(t->text, plomb_view_of_arg(t->name));
		plomb_text_str(t->text, "\n");
	}
	if (t->local == NULL && t->image->store.lister == PLOMB_LISTER_TAG) {
		plomb_text_str(t->text, "The registry does not list referrers: the tag of the digest did.\n");
	}
	if (has_odd_fallback(t)) {
		plomb_text_str(t->text, "Warning: " PLOMB_FALLBACK_WARNING ".\n");
	}
	if (t->status != PLOMB_OK) {
		plomb_text_str(t->text, "Not everything could be read.\n");
	}
}

/* The walk is over; what it showed is shown, whatever ended it. */
static plomb_status
end(tree *t, plomb_status s)
{
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK) {
		/* What ended the walk counts more than one thing that could not be read. */
		t->status = PLOMB_OK;
		plomb_text_clear(&t->reason);
		note(t, s, NULL);
	}
	if (t->is_json) {
		end_json(t);
	} else {
		end_text(t);
	}
	return PLOMB_OK;
}

/* Nothing can be shown at all. */
static plomb_status
give_up(tree *t, plomb_status s, const char *sentence)
{
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	note(t, s, sentence);
	return PLOMB_OK;
}

static plomb_status
find_platform(tree *t, plomb_store *store, const plomb_layout_image *image, plomb_digest *subject, const char **sentence)
{
	plomb_status s;

	*subject = image->digest;
	*sentence = NULL;
	if (t->platform == NULL) {
		return PLOMB_OK;
	}
	s = plomb_layout_platform(t->ctx->work, store, image, plomb_view_of_arg(t->platform), subject);
	*sentence = s == PLOMB_IMAGE_NOT_FOUND ? "the image has no such platform" : NULL;
	return s;
}

static plomb_status
show_local(tree *t)
{
	plomb_view none = { NULL, 0 };
	plomb_layout_image image, child;
	const char *sentence = NULL;
	plomb_digest subject;
	plomb_status s;

	s = plomb_layout_find(t->ctx->work, t->local->store, t->local->tag,
		t->local->has_digest ? &t->local->digest : NULL, &image);
	if (s == PLOMB_OK) {
		s = find_platform(t, t->local->store, &image, &subject, &sentence);
	}
	child = image;
	if (s == PLOMB_OK && t->platform != NULL) {
		s = plomb_layout_find(t->ctx->work, t->local->store, none, &subject, &child);
	}
	if (s != PLOMB_OK) {
		return give_up(t, s, sentence);
	}
	begin(t, &image, &subject);
	return end(t, plomb_layout_hanging(t->ctx->work, t->local->store, &child, on_hanging, t));
}

static plomb_status
find_remote(tree *t, plomb_layout_image *image, plomb_digest *subject, const char **sentence)
{
	plomb_store_registry *store = &t->image->store;
	plomb_view none = { NULL, 0 };
	plomb_place signatures;
	plomb_status s;

	s = t->image->reference.has_digest
		? plomb_registry_image(t->ctx->work, store, none, &t->image->reference.digest, image)
		: plomb_registry_image(t->ctx->work, store, t->image->reference.tag, NULL, image);
	if (s != PLOMB_OK) {
		return s;
	}
	/* The image's own blobs are where the image is. */
	signatures = store->signatures;
	store->signatures = store->image;
	s = find_platform(t, &store->store, image, subject, sentence);
	store->signatures = signatures;
	return s;
}

static plomb_status
show_remote(tree *t)
{
	plomb_layout_image image;
	const char *sentence = NULL;
	plomb_digest subject;
	plomb_status s;

	s = find_remote(t, &image, &subject, &sentence);
	if (s != PLOMB_OK) {
		return give_up(t, s, sentence);
	}
	begin(t, &image, &subject);
	return end(t, plomb_registry_hanging(t->ctx->work, &t->image->store, &subject, t->remote->prefix,
		t->with_referrers, on_hanging, t));
}

static plomb_status
tree_try(void *user, plomb_ctx *ctx)
{
	tree *t;

	t = user;
	t->ctx = ctx;
	plomb_text_clear(t->text);
	plomb_text_clear(&t->reason);
	plomb_json_out_init(&t->json, t->text, "  ");
	t->is_begun = 0;
	t->count = 0;
	t->status = PLOMB_OK;
	return t->local != NULL ? show_local(t) : show_remote(t);
}

/* ------------------------------------------------------------------ command */

/*
 * What was asked is wrong, the image is not there, or something could not be
 * read: nothing here is a verdict. status is that of the error's line.
 */
static int
exit_status(const plomb_app *app, plomb_status s, int status)
{
	plomb_class class_ = plomb_status_class(s);

	if (app->is_cosign || class_ == PLOMB_CLASS_USAGE || class_ == PLOMB_CLASS_NO_IMAGE) {
		return status;
	}
	return PLOMB_CLASS_UNDECIDED;
}

static int
say(plomb_app *app, tree *t)
{
	int status;

	status = t->is_begun ? plomb_app_say(app, t->text) : 0;
	if (status == 0 && t->status != PLOMB_OK) {
		status = plomb_app_error(app, t->name, t->status, plomb_text_cstr(&t->reason));
		status = exit_status(app, t->status, status);
	}
	return status;
}

static int
run(plomb_app *app, tree *t, plomb_status opened, plomb_fault *fault)
{
	plomb_text text;
	int status;

	plomb_text_init(&text);
	plomb_text_init(&t->reason);
	t->text = &text;
	if (opened != PLOMB_OK) {
		/* A layout that is damaged is one that could not be read. */
		status = exit_status(app, opened, plomb_app_fail(app, NULL, fault));
	} else if (plomb_with_room(tree_try, t, fault) != PLOMB_OK) {
		status = plomb_app_fail(app, t->name, fault);
	} else {
		status = say(app, t);
	}
	plomb_text_free(&text);
	plomb_text_free(&t->reason);
	return status;
}

static int
run_local(plomb_app *app, tree *t, plomb_fault *fault)
{
	plomb_local_image local;
	plomb_status s;
	int status;

	plomb_progress_begin(app->progress, 1);
	s = plomb_local_image_open(&local, app->operand[0], app->progress, fault);
	plomb_progress_end(app->progress);
	t->local = &local;
	status = run(app, t, s, fault);
	plomb_local_image_free(&local);
	return status;
}

static int
run_remote(plomb_app *app, tree *t, plomb_fault *fault)
{
	plomb_remote remote;
	plomb_remote_image image;
	plomb_status s;
	int status;

	memset(&image, 0, sizeof image);
	s = plomb_remote_open(&remote, app->args, fault);
	if (s == PLOMB_OK) {
		s = plomb_remote_image_open(&image, &remote, app->operand[0], MAX_FETCHED, fault);
	}
	if (s == PLOMB_OK) {
		s = plomb_timeout_network(app->args, fault);
	}
	t->remote = &remote;
	t->image = &image;
	if (s == PLOMB_OK) {
		t->name = plomb_text_cstr(&image.name);
	}
	status = run(app, t, s, fault);
	plomb_remote_image_free(&image);
	plomb_remote_close(&remote);
	return status;
}

/* cosign shows referrers unless both options speak against it. */
static plomb_status
read_referrers(const plomb_args *args, int *with_referrers, plomb_fault *fault)
{
	const char *mode;

	mode = plomb_args_text(args, PLOMB_OPTION_REFERRERS_MODE);
	if (mode != NULL && strcmp(mode, "oci-1-1") != 0 && strcmp(mode, "legacy") != 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--registry-referrers-mode: ", mode, " is neither oci-1-1 nor legacy", (const char *)NULL);
	}
	*with_referrers = plomb_args_on(args, PLOMB_OPTION_OCI11, 1) || (mode != NULL && strcmp(mode, "oci-1-1") == 0);
	if (!*with_referrers && plomb_args_on(args, PLOMB_OPTION_LOCAL_IMAGE, 0)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--experimental-oci11=false has no meaning with --local-image", (const char *)NULL);
	}
	return PLOMB_OK;
}

static plomb_status
read_options(const plomb_app *app, tree *t, plomb_fault *fault)
{
	const char *output;

	output = plomb_args_text(app->args, PLOMB_OPTION_OUTPUT);
	t->is_json = output != NULL && strcmp(output, "json") == 0;
	if (output != NULL && !t->is_json && strcmp(output, "text") != 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--output: ", output, " is neither json nor text", (const char *)NULL);
	}
	if (app->operand_count != 1 || app->operand[0][0] == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "exactly one image is required", (const char *)NULL);
	}
	if (plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0) && plomb_options_local(app->args, fault) != PLOMB_OK) {
		return fault->status;
	}
	t->name = app->operand[0];
	t->platform = plomb_args_text(app->args, PLOMB_OPTION_PLATFORM);
	t->has_utf8 = app->has_utf8;
	return read_referrers(app->args, &t->with_referrers, fault);
}

/* see app.h */
int
plomb_cmd_tree(plomb_app *app, plomb_cmd command)
{
	plomb_fault fault;
	tree t;
	int status;

	(void)command;
	memset(&t, 0, sizeof t);
	plomb_fault_init(&fault);
	if (read_options(app, &t, &fault) != PLOMB_OK) {
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		status = plomb_args_on(app->args, PLOMB_OPTION_LOCAL_IMAGE, 0)
			? run_local(app, &t, &fault) : run_remote(app, &t, &fault);
	}
	plomb_fault_free(&fault);
	return status;
}
