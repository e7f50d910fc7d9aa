/* plomb verify-blob, plomb verify-blob-attestation: files. */
#include <stdlib.h>

#include "../core/json.h"
#include "blob.h"
#include "room.h"

/* cosign reads signatures of at most this much, too; a base64 signature has some hundred bytes. */
#define MAX_SIGNATURE_BYTES (1u << 20)
#define MAX_BUNDLES 100 /* lines of a .jsonl file; as many as an image may have candidates */

/* One file on its way through the library. */
typedef struct {
	const plomb_blob_job *blob;
	plomb_ctx *ctx;
	plomb_trust trust;
	plomb_policy policy;
} job;

/* An attestation about a file is not a signature of it, as with images. */
static void
check_kind(const plomb_blob_job *blob, plomb_finding *finding)
{
	if (finding->accepted && blob->refuse_envelopes && finding->payload_type.p != NULL) {
		plomb_finding_refuse(finding, PLOMB_CHECK_PREDICATE, PLOMB_PREDICATE_TYPE_MISMATCH,
			NULL, "a signature of the file itself", plomb_bytes_view(&finding->predicate_type));
	}
}

static plomb_status
verify_once(job *j, const plomb_blob_candidate *candidate, plomb_verdict *verdict)
{
	if (candidate->is_layer) {
		return candidate->is_envelope
			? plomb_verify_envelope(j->ctx, &j->trust, &j->policy, &j->blob->artifact->message, &candidate->layer, verdict)
			: plomb_verify_detached(j->ctx, &j->trust, &j->policy, &j->blob->artifact->message, &candidate->layer, verdict);
	}
	return plomb_verify_bundle(j->ctx, &j->trust, &j->policy, &j->blob->artifact->message, candidate->bundle, verdict);
}

/* A statement may name its subject by the longer hashes alone (SPEC 3.5). */
static plomb_status
add_all_hashes(plomb_artifact *artifact, plomb_fault *fault)
{
	plomb_status s384, s512;

	s384 = plomb_artifact_add_hash(artifact, PLOMB_SHA384, fault);
	if (s384 != PLOMB_OK && s384 != PLOMB_UNSET) {
		return s384;
	}
	s512 = plomb_artifact_add_hash(artifact, PLOMB_SHA512, fault);
	return s512 == PLOMB_UNSET ? s384 : s512;
}

/* What the library would have to know about the file to say more: PLOMB_OK if it knows it now. */
static plomb_status
tell_more(plomb_artifact *artifact, const plomb_verdict *verdict, plomb_fault *fault)
{
	switch (verdict->status) {
	case PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED:
		return plomb_artifact_add_hash(artifact, verdict->hash_wanted, fault);
	case PLOMB_SIGNATURE_NEEDS_ARTIFACT:
		return plomb_artifact_add_bytes(artifact, fault);
	case PLOMB_SUBJECT_MISMATCH:
		return add_all_hashes(artifact, fault);
	default:
		return PLOMB_UNSET;
	}
}

/* Ask, and if the library wants to know more about the file, find it out and ask again. */
static plomb_status
verify_candidate(job *j, const plomb_blob_candidate *candidate)
{
	plomb_verdict verdict;
	plomb_finding *finding;
	plomb_status s, more;
	size_t mark;

	mark = plomb_work_mark(j->ctx->work);
	for (;;) {
		s = verify_once(j, candidate, &verdict);
		more = tell_more(j->blob->artifact, &verdict, j->blob->fault);
		if (more != PLOMB_OK) {
			break;
		}
		plomb_work_release(j->ctx->work, mark);
	}
	if (s == PLOMB_NO_ROOM || more != PLOMB_UNSET) {
		return s == PLOMB_NO_ROOM ? s : more;
	}
	finding = plomb_judgement_add(j->blob->judgement, &verdict, candidate->is_layer ? &candidate->layer : NULL);
	plomb_work_release(j->ctx->work, mark);
	if (finding == NULL) {
		return PLOMB_NO_ROOM;
	}
	plomb_judgement_set_file(j->blob->judgement, finding, candidate->file);
	check_kind(j->blob, finding);
	return PLOMB_OK;
}

static plomb_status
blob_try(void *user, plomb_ctx *ctx)
{
	const plomb_blob_job *blob;
	plomb_status s;
	size_t i;
	job j;

	blob = user;
	j.blob = blob;
	j.ctx = ctx;
	plomb_judgement_clear(blob->judgement);
	blob->judgement->digest = blob->artifact->shown;
	if ((s = plomb_trust_source_load(blob->source, ctx, &j.trust, blob->fault)) != PLOMB_OK
		|| (s = plomb_settings_policy(blob->settings, ctx, &j.policy, blob->fault)) != PLOMB_OK)
	{
		return s;
	}
	j.policy.now_known = blob->settings->now_known;
	j.policy.now = blob->settings->now;
	plomb_judgement_warn(blob->judgement, &j.policy, &j.trust);
	for (i = 0; i < blob->count; i ++) {
		if ((s = verify_candidate(&j, &blob->candidates[i])) != PLOMB_OK) {
			return s;
		}
	}
	plomb_judgement_decide(blob->judgement, PLOMB_SIGNATURE_NOT_FOUND);
	return PLOMB_OK;
}

/* see blob.h */
void
plomb_blob_judge(plomb_blob_job *blob)
{
	plomb_status s;

	s = plomb_with_room(blob_try, blob, blob->fault);
	if (s == PLOMB_OK && blob->judgement->out_of_memory) {
		s = plomb_fail_status(blob->fault, PLOMB_NO_ROOM, NULL);
	}
	if (s != PLOMB_OK) {
		plomb_judgement_blame(blob->judgement, s, plomb_text_cstr(&blob->fault->message));
	}
}

/* ------------------------------------------------------------------ inputs */

/* What the options name, read; views in candidates point here. */
typedef struct {
	plomb_bytes bundle, signature, certificate, timestamp;
	char *found; /* the discovered bundle's name */
	plomb_blob_candidate candidates[MAX_BUNDLES];
	size_t count;
} inputs;

static void
free_inputs(inputs *in)
{
	plomb_bytes_free(&in->bundle);
	plomb_bytes_free(&in->signature);
	plomb_bytes_free(&in->certificate);
	plomb_bytes_free(&in->timestamp);
	free(in->found);
}

static int
ends_with(const char *text, const char *end)
{
	return plomb_view_ends(plomb_view_of_arg(text), end);
}

/*
 * A Sigstore bundle has a mediaType; cosign 2's blob bundle has not. What is
 * no JSON at all is taken for a bundle, so that the reason is told about it.
 */
static plomb_status
look_at_bundle(void *user, plomb_ctx *ctx)
{
	static const char *const old[] = { "base64Signature", "rekorBundle", "SignedEntryTimestamp" };
	inputs *in;
	plomb_json doc;
	plomb_status s;
	size_t i;

	in = user;
	s = plomb_json_parse(ctx->work, plomb_bytes_view(&in->bundle), &doc);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_UNSET;
	}
	for (i = 0; i < sizeof old / sizeof old[0]; i ++) {
		if (plomb_json_member(&doc, 0, old[i]) != PLOMB_JSON_NONE) {
			return PLOMB_OK;
		}
	}
	return PLOMB_UNSET;
}

/* The names of the client specification, and several bundles in one file. */
static plomb_status
discover(inputs *in, const char *file)
{
	static const char *const endings[] = { ".sigstore.json", ".sigstore", ".sigstore.jsonl" };
	plomb_text name;
	size_t i;

	plomb_text_init(&name);
	for (i = 0; i < sizeof endings / sizeof endings[0]; i ++) {
		plomb_text_clear(&name);
		plomb_text_str(&name, file);
		plomb_text_str(&name, endings[i]);
		if (!name.failed && plomb_file_exists(plomb_text_cstr(&name))) {
			in->found = plomb_copy_view(plomb_text_as_view(&name));
			break;
		}
	}
	plomb_text_free(&name);
	return in->found == NULL ? PLOMB_SIGNATURE_NOT_FOUND : PLOMB_OK;
}

/* A signature is a file, or else the base64 itself. An attestation's is the whole envelope. */
static plomb_status
read_signature(inputs *in, const char *value, int is_envelope, plomb_fault *fault)
{
	if (plomb_file_exists(value)) {
		return plomb_read_evidence(&in->signature, value, is_envelope ? PLOMB_MAX_INPUT_BYTES : MAX_SIGNATURE_BYTES, fault);
	}
	if (strstr(value, "://") != NULL) {
		return plomb_fail(fault, PLOMB_UNSUPPORTED_FEATURE, "--signature: nothing is fetched from ", value, (const char *)NULL);
	}
	in->signature.p = (unsigned char *)plomb_copy_view(plomb_view_of_arg(value));
	in->signature.n = in->signature.p == NULL ? 0 : strlen(value);
	return in->signature.p == NULL ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

/* cosign's text, for the options that a Sigstore bundle leaves no room for (SPEC 10.7). */
static plomb_status
refuse_old_options(const plomb_args *args, plomb_fault *fault)
{
	static const plomb_option old[] = {
		PLOMB_OPTION_CERTIFICATE, PLOMB_OPTION_CERTIFICATE_CHAIN, PLOMB_OPTION_CA_ROOTS, PLOMB_OPTION_CA_INTERMEDIATES,
		PLOMB_OPTION_TSA_CHAIN, PLOMB_OPTION_RFC3161, PLOMB_OPTION_SIGNATURE
	};
	size_t i;

	for (i = 0; i < sizeof old / sizeof old[0]; i ++) {
		if (plomb_args_has(args, old[i])) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "unsupported: --", plomb_option_table[old[i]].name,
				" when using --new-bundle-format: the bundle says that itself", (const char *)NULL);
		}
	}
	return PLOMB_OK;
}

/* The bytes of one bundle: a signature is small, an SBOM need not be. */
static size_t
most_bytes(plomb_cmd command)
{
	return command == PLOMB_CMD_VERIFY_BLOB ? PLOMB_MAX_BUNDLE_BYTES : PLOMB_MAX_INPUT_BYTES;
}

/* Each line of a .jsonl file that is not blank is a bundle. */
static plomb_status
split_lines(inputs *in, const char *file, size_t most, plomb_fault *fault)
{
	plomb_view all, line;
	size_t at, end;

	all = plomb_bytes_view(&in->bundle);
	for (at = 0; at < all.n; at = end + 1) {
		const unsigned char *newline;

		newline = memchr(all.p + at, '\n', all.n - at);
		end = newline == NULL ? all.n : (size_t)(newline - all.p);
		line = plomb_view_cut(all, at, end - at);
		if (line.n == 0 || (line.n == 1 && line.p[0] == '\r')) {
			continue;
		}
		if (in->count == MAX_BUNDLES || line.n > most) {
			return plomb_fail_status(fault, PLOMB_LIMIT_EXCEEDED, file);
		}
		in->candidates[in->count].bundle = line;
		in->candidates[in->count].file = file;
		in->count ++;
	}
	return PLOMB_OK;
}

static plomb_status
add_bundle(inputs *in, const plomb_args *args, plomb_cmd command, const char *file, plomb_fault *fault)
{
	plomb_status s;

	if ((s = refuse_old_options(args, fault)) != PLOMB_OK) {
		return s;
	}
	if (!plomb_args_on(args, PLOMB_OPTION_NEW_BUNDLE_FORMAT, 1)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, file,
			": is a Sigstore bundle, which --new-bundle-format=false leaves out", (const char *)NULL);
	}
	if (ends_with(file, ".jsonl")) {
		return split_lines(in, file, most_bytes(command), fault);
	}
	in->candidates[0].bundle = plomb_bytes_view(&in->bundle);
	in->candidates[0].file = file;
	in->count = 1;
	return PLOMB_OK;
}

/* Signature, certificate and timestamp in files beside each other, cosign 2's bundle among them. */
static plomb_status
add_detached(inputs *in, const plomb_args *args, const char *bundle_file, int is_envelope, plomb_fault *fault)
{
	plomb_blob_candidate *candidate;
	const char *certificate, *timestamp;
	plomb_status s;

	certificate = plomb_args_text(args, PLOMB_OPTION_CERTIFICATE);
	timestamp = plomb_args_text(args, PLOMB_OPTION_RFC3161);
	if (certificate != NULL && (s = plomb_read_evidence(&in->certificate, certificate, PLOMB_MAX_PEM_BYTES, fault)) != PLOMB_OK) {
		return s;
	}
	if (timestamp != NULL && (s = plomb_read_evidence(&in->timestamp, timestamp, PLOMB_MAX_PEM_BYTES, fault)) != PLOMB_OK) {
		return s;
	}
	candidate = &in->candidates[0];
	candidate->is_layer = 1;
	candidate->is_envelope = is_envelope;
	candidate->file = bundle_file;
	candidate->layer.signature = plomb_bytes_view(&in->signature);
	candidate->layer.certificate = plomb_bytes_view(&in->certificate);
	candidate->layer.timestamp = plomb_bytes_view(&in->timestamp);
	if (bundle_file != NULL) {
		candidate->layer.bundle = plomb_bytes_view(&in->bundle);
	}
	if (is_envelope) {
		/* The envelope is the payload, as in an image's attestation layer; the signature is inside. */
		candidate->layer.payload = candidate->layer.signature;
		candidate->layer.signature = plomb_view_of("");
	}
	in->count = 1;
	return PLOMB_OK;
}

/* The --bundle file, or the one that lies beside the artifact. */
static const char *
bundle_name(const plomb_args *args, inputs *in, const char *file)
{
	const char *name;

	name = plomb_args_text(args, PLOMB_OPTION_BUNDLE);
	if (name != NULL || plomb_args_has(args, PLOMB_OPTION_SIGNATURE) || file == NULL || strcmp(file, "-") == 0) {
		return name;
	}
	return discover(in, file) == PLOMB_OK ? in->found : NULL;
}

static plomb_status
no_bundle(const char *file, plomb_fault *fault)
{
	if (file == NULL || strcmp(file, "-") == 0) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "nothing lies beside it: give --bundle or --signature", (const char *)NULL);
	}
	return plomb_fail(fault, PLOMB_SIGNATURE_NOT_FOUND, "there is no --bundle, no --signature, and none of ",
		file, ".sigstore.json, ", file, ".sigstore, ", file, ".sigstore.jsonl", (const char *)NULL);
}

static plomb_status
read_inputs(inputs *in, const plomb_args *args, plomb_cmd command, const char *file, plomb_fault *fault)
{
	const char *bundle, *signature;
	int is_envelope;
	plomb_status s;

	is_envelope = command == PLOMB_CMD_VERIFY_BLOB_ATTESTATION;
	signature = plomb_args_text(args, PLOMB_OPTION_SIGNATURE);
	bundle = bundle_name(args, in, file);
	if (bundle == NULL && signature == NULL) {
		return no_bundle(file, fault);
	}
	if (bundle != NULL) {
		size_t most;

		most = ends_with(bundle, ".jsonl") ? PLOMB_MAX_INPUT_BYTES : most_bytes(command);
		s = bundle == in->found ? plomb_read_found(&in->bundle, bundle, most, fault)
			: plomb_read_evidence(&in->bundle, bundle, most, fault);
		if (s != PLOMB_OK) {
			return s;
		}
		s = ends_with(bundle, ".jsonl") ? PLOMB_UNSET : plomb_with_room(look_at_bundle, in, fault);
		if (s == PLOMB_UNSET) {
			return add_bundle(in, args, command, bundle, fault);
		}
		if (s != PLOMB_OK) {
			return s;
		}
	}
	if (signature != NULL && (s = read_signature(in, signature, is_envelope, fault)) != PLOMB_OK) {
		return s;
	}
	if (is_envelope && signature == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "cosign 2's bundle of an attestation needs --signature, the envelope", (const char *)NULL);
	}
	return add_detached(in, args, bundle, is_envelope, fault);
}

/* ---------------------------------------------------------------- artifacts */

/* --digest and --digestAlg in place of a file. */
static plomb_status
read_digest(plomb_artifact *artifact, const char *hex, const char *algorithm, plomb_fault *fault)
{
	plomb_digest digest;
	plomb_text text;
	plomb_status s;

	if (hex == NULL || algorithm == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--digest and --digestAlg go together", (const char *)NULL);
	}
	plomb_text_init(&text);
	plomb_text_str(&text, algorithm);
	plomb_text_str(&text, ":");
	plomb_text_str(&text, hex);
	s = plomb_digest_parse(plomb_text_as_view(&text), &digest);
	plomb_text_free(&text);
	if (s != PLOMB_OK) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--digest: ", algorithm, ":", hex, " is not a digest", (const char *)NULL);
	}
	plomb_artifact_from_digest(artifact, &digest);
	return PLOMB_OK;
}

/*
 * The one argument, or a digest in its place. With --check-claims=false an
 * envelope is verified whatever it is about, and no argument is needed.
 */
static plomb_status
read_artifact(plomb_artifact *artifact, const plomb_app *app, const plomb_settings *settings, const char **name, plomb_fault *fault)
{
	const char *hex, *algorithm;

	memset(artifact, 0, sizeof *artifact);
	hex = plomb_args_text(app->args, PLOMB_OPTION_DIGEST);
	algorithm = plomb_args_text(app->args, PLOMB_OPTION_DIGEST_ALG);
	if (app->operand_count > 1) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "more than one file was given: ", app->operand[1], (const char *)NULL);
	}
	if (app->operand_count == 1) {
		if (hex != NULL || algorithm != NULL) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "--digest is given in place of a file, not beside one", (const char *)NULL);
		}
		if (app->operand[0][0] == 0) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, "the file's name is empty", (const char *)NULL);
		}
		*name = app->operand[0];
		return plomb_artifact_open(artifact, app->operand[0], app->progress, fault);
	}
	if (hex != NULL || algorithm != NULL) {
		*name = hex == NULL ? algorithm : hex;
		return read_digest(artifact, hex, algorithm, fault);
	}
	*name = "(no file)";
	if ((settings->flags & PLOMB_IGNORE_CLAIMS) != 0) {
		return PLOMB_OK;
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, "no file was given", (const char *)NULL);
}

static int
verify_blob(plomb_app *app, const plomb_settings *settings, const plomb_trust_source *source)
{
	plomb_artifact artifact;
	plomb_judgement judgement;
	plomb_fault fault;
	plomb_blob_job blob;
	inputs *in;
	const char *name;
	int status;

	plomb_fault_init(&fault);
	name = NULL;
	in = calloc(1, sizeof *in);
	if (in == NULL) {
		(void)plomb_fail_status(&fault, PLOMB_NO_ROOM, NULL);
		return plomb_app_fail(app, NULL, &fault);
	}
	plomb_judgement_init(&judgement, "", 0);
	plomb_warn_settings(app, settings);
	plomb_warn_root(app, settings, source);
	if (read_artifact(&artifact, app, settings, &name, &fault) == PLOMB_OK
		&& read_inputs(in, app->args, settings->command, artifact.path, &fault) == PLOMB_OK)
	{
		blob.settings = settings;
		blob.source = source;
		blob.artifact = &artifact;
		blob.candidates = in->candidates;
		blob.count = in->count;
		blob.refuse_envelopes = settings->command == PLOMB_CMD_VERIFY_BLOB
			&& !plomb_args_on(app->args, PLOMB_OPTION_ANY_PREDICATE, 0);
		blob.judgement = &judgement;
		blob.fault = &fault;
		plomb_blob_judge(&blob);
	}
	judgement.name = name == NULL ? "(no file)" : name;
	if (judgement.status == PLOMB_UNSET) {
		plomb_judgement_blame(&judgement, fault.status, plomb_text_cstr(&fault.message));
	}
	/* A command that makes no sense is about no file. */
	status = judgement.status == PLOMB_USAGE_ERROR
		? plomb_app_fail(app, NULL, &fault) : plomb_conclude(app, settings, &judgement);
	plomb_artifact_free(&artifact);
	plomb_judgement_free(&judgement);
	plomb_fault_free(&fault);
	free_inputs(in);
	free(in);
	return status;
}

/* see app.h */
int
plomb_cmd_blob(plomb_app *app, plomb_cmd command)
{
	plomb_settings settings;
	plomb_trust_source source;
	plomb_fault fault;
	int status;

	plomb_fault_init(&fault);
	memset(&source, 0, sizeof source);
	if (plomb_settings_read(&settings, app->args, command, &fault) != PLOMB_OK
		|| plomb_trust_source_read(&source, app->args, &fault) != PLOMB_OK)
	{
		status = plomb_app_fail(app, NULL, &fault);
	} else {
		status = verify_blob(app, &settings, &source);
	}
	plomb_trust_source_free(&source);
	plomb_settings_free(&settings);
	plomb_fault_free(&fault);
	return status;
}
