/* plomb sign-blob, attest-blob, conformance sign-bundle: files. */
#include <stdlib.h>

#include "../../core/base64.h"
#include "../../core/json.h"
#include "../artifact.h"
#include "../room.h"
#include "../../sign/payload.h"
#include "plan.h"

#define IN_TOTO_TYPE "application/vnd.in-toto+json"

typedef struct {
	plomb_app *app;
	plomb_plan plan;
	plomb_artifact artifact;
	const char *name;       /* of the file; NULL with --hash */
	const char *predicate_type;
	plomb_bytes predicate;  /* or, with --in-toto, the statement */
	plomb_bytes payload;    /* the statement; absent: the file is signed itself */
	plomb_to_sign what;
	/* Made. */
	plomb_text out, bundle, signature, certificate, timestamp;
	plomb_fault *fault;
} job;

/* -------------------------------------------------------------------- inputs */

static plomb_status
open_hash(job *j, const char *hex)
{
	plomb_digest digest;
	plomb_text text;
	plomb_status s;

	plomb_text_init(&text);
	plomb_text_str(&text, "sha256:");
	plomb_text_str(&text, hex);
	s = plomb_digest_parse(plomb_text_as_view(&text), &digest);
	plomb_text_free(&text);
	if (s != PLOMB_OK) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--hash: ", hex, " is not a SHA-256 digest in hex", (const char *)NULL);
	}
	plomb_artifact_from_digest(&j->artifact, &digest);
	return PLOMB_OK;
}

static plomb_status
open_artifact(job *j)
{
	const char *hex;

	hex = plomb_args_text(j->app->args, PLOMB_OPTION_HASH);
	if (j->app->operand_count > 1 || (hex == NULL && (j->app->operand_count != 1 || j->app->operand[0][0] == 0))) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "exactly one file is required", (const char *)NULL);
	}
	j->name = j->app->operand_count == 1 ? j->app->operand[0] : NULL;
	if (hex != NULL) {
		return open_hash(j, hex);
	}
	return plomb_artifact_open(&j->artifact, j->name, j->app->progress, j->fault);
}

static plomb_view
base_name(const char *path)
{
	const char *slash;

	slash = path == NULL ? NULL : strrchr(path, '/');
	return plomb_view_of_arg(path == NULL ? "" : slash == NULL ? path : slash + 1);
}

static plomb_status
attestation_try(void *user, plomb_ctx *ctx)
{
	plomb_view payload;
	plomb_status s;
	job *j;

	j = user;
	s = plomb_payload_attestation(ctx->work, base_name(j->name), &j->artifact.shown, plomb_view_of_arg(j->predicate_type),
		plomb_bytes_view(&j->predicate), &payload);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : plomb_fail(j->fault, PLOMB_CONFIG_INVALID, "--predicate: ", plomb_status_sentence(s), (const char *)NULL);
	}
	j->payload.p = (unsigned char *)plomb_copy_view(payload);
	j->payload.n = payload.n;
	return j->payload.p == NULL ? plomb_fail_status(j->fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

static plomb_status
make_attestation(job *j)
{
	const char *file, *type;
	plomb_status s;

	file = plomb_args_text(j->app->args, PLOMB_OPTION_PREDICATE);
	type = plomb_args_text(j->app->args, PLOMB_OPTION_TYPE);
	j->predicate_type = plomb_predicate_type(type == NULL ? "custom" : type);
	if (file == NULL) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--predicate is required", (const char *)NULL);
	}
	if ((s = plomb_read_config(&j->predicate, file, PLOMB_MAX_BUNDLE_BYTES, j->fault)) != PLOMB_OK) {
		return s;
	}
	s = plomb_with_room(attestation_try, j, j->fault);
	j->what.predicate_type = plomb_view_of_arg(j->predicate_type);
	return s;
}

/* The digest under this hash that the first subject has. PLOMB_UNSET if it has none. */
static plomb_status
subject_digest(plomb_work *work, const plomb_json *doc, plomb_hash hash, plomb_digest *digest)
{
	uint32_t subject, value;
	plomb_view hex;
	plomb_status s;

	subject = plomb_json_first(doc, plomb_json_member(doc, 0, "subject"));
	value = plomb_json_member(doc, plomb_json_member(doc, subject, "digest"), plomb_hash_name(hash));
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_UNSET;
	}
	if ((s = plomb_json_string(work, doc, value, &hex)) != PLOMB_OK) {
		return s;
	}
	digest->hash = hash;
	return plomb_hex_decode(hex, digest->bytes, plomb_hash_len(hash));
}

/* What the statement itself says that it is about. */
static plomb_status
subject_try(void *user, plomb_ctx *ctx)
{
	plomb_digest digest;
	plomb_json doc;
	plomb_status s;
	plomb_hash hash;
	job *j;

	j = user;
	s = plomb_json_parse(ctx->work, plomb_bytes_view(&j->payload), &doc);
	for (hash = PLOMB_SHA256; s == PLOMB_OK && hash <= PLOMB_SHA512; hash ++) {
		memset(&digest, 0, sizeof digest);
		s = subject_digest(ctx->work, &doc, hash, &digest);
		if (s == PLOMB_OK) {
			plomb_artifact_free(&j->artifact);
			plomb_artifact_from_digest(&j->artifact, &digest);
			return PLOMB_OK;
		}
		s = s == PLOMB_UNSET ? PLOMB_OK : s;
	}
	return s == PLOMB_NO_ROOM ? s : plomb_fail(j->fault, PLOMB_CONFIG_INVALID, j->name, ": is no statement about a SHA-2 digest", (const char *)NULL);
}

/* --in-toto: the file is the statement, about whatever it says. */
static plomb_status
read_statement(job *j)
{
	plomb_status s;

	s = plomb_read_file(&j->payload, j->name, PLOMB_MAX_BUNDLE_BYTES, j->fault);
	return s == PLOMB_OK ? plomb_with_room(subject_try, j, j->fault) : s;
}

static plomb_status
read_what(job *j)
{
	plomb_status s;

	s = PLOMB_OK;
	if (j->plan.command == PLOMB_CMD_ATTEST_BLOB) {
		s = make_attestation(j);
	}
	if (j->plan.command == PLOMB_CMD_SIGN_BUNDLE && plomb_args_on(j->app->args, PLOMB_OPTION_IN_TOTO, 0)) {
		s = read_statement(j);
	}
	j->what.form = j->plan.form;
	j->what.artifact = &j->artifact.message;
	j->what.message = &j->artifact.message;
	if (j->payload.p != NULL) {
		j->what.payload_type = plomb_view_of(IN_TOTO_TYPE);
		j->what.payload = plomb_bytes_view(&j->payload);
	}
	return s;
}

static plomb_status
check_options(job *j, plomb_cmd command)
{
	const char *type;

	type = plomb_args_text(j->app->args, PLOMB_OPTION_ENTRY_TYPE);
	if (type != NULL && strcmp(type, "dsse") != 0) {
		return plomb_fail(j->fault, PLOMB_UNSUPPORTED_FEATURE, "--rekor-entry-type: only dsse is supported", (const char *)NULL);
	}
	if (command != PLOMB_CMD_SIGN_BUNDLE) {
		return PLOMB_OK;
	}
	if (plomb_args_text(j->app->args, PLOMB_OPTION_BUNDLE) == NULL || plomb_args_text(j->app->args, PLOMB_OPTION_IDENTITY_TOKEN) == NULL) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--bundle and --identity-token are required", (const char *)NULL);
	}
	if (plomb_args_on(j->app->args, PLOMB_OPTION_STAGING, 0) && !(plomb_args_has(j->app->args, PLOMB_OPTION_TRUSTED_ROOT)
		&& plomb_args_has(j->app->args, PLOMB_OPTION_SIGNING_CONFIG)))
	{
		return plomb_fail(j->fault, PLOMB_UNSUPPORTED_FEATURE, "--staging: needs --trusted-root and --signing-config", (const char *)NULL);
	}
	return PLOMB_OK;
}

/* A bundle is the form if there is a file for it. */
static void
choose_form(job *j)
{
	if (plomb_args_text(j->app->args, PLOMB_OPTION_BUNDLE) == NULL) {
		j->plan.form = j->plan.command == PLOMB_CMD_SIGN_BLOB ? PLOMB_FORM_DETACHED : PLOMB_FORM_LAYER;
	}
}

/* ------------------------------------------------------------------- signing */

/* What the key signs over has to be known of the file. */
static plomb_status
prepare(void *user, size_t item, const plomb_session *session, plomb_fault *fault)
{
	plomb_hash hash;
	plomb_status s;
	job *j;

	(void)item;
	j = user;
	if (j->payload.p != NULL) {
		return PLOMB_OK;
	}
	hash = plomb_session_hash(session, &j->what);
	/* Ed25519 is signed from the bytes in both of its forms. */
	s = session->key->public_key.kind == PLOMB_KEY_ED25519 ? plomb_artifact_add_bytes(&j->artifact, fault) : plomb_artifact_add_hash(&j->artifact, hash, fault);
	return s == PLOMB_UNSET ? PLOMB_OK : s;
}

/* What cosign 2 calls the signature: of an attestation the whole envelope. */
static plomb_view
signature_of(const job *j, const plomb_made *made)
{
	return j->payload.p != NULL ? made->envelope : made->parts.signature;
}

/* cosign 2's bundle of a file. */
static void
put_old_bundle(job *j, const plomb_session *session, const plomb_made *made)
{
	plomb_text_str(&j->bundle, "{\"base64Signature\":\"");
	plomb_text_base64(&j->bundle, signature_of(j, made));
	plomb_text_str(&j->bundle, "\"");
	if (session->certificate.leaf_pem.n != 0) {
		plomb_text_str(&j->bundle, ",\"cert\":\"");
		plomb_text_base64(&j->bundle, session->certificate.leaf_pem);
		plomb_text_str(&j->bundle, "\"");
	}
	if (made->log_annotation.n != 0) {
		plomb_text_str(&j->bundle, ",\"rekorBundle\":");
		plomb_text_view(&j->bundle, made->log_annotation);
	}
	plomb_text_str(&j->bundle, "}");
}

static void
put_bytes(const job *j, plomb_text *text, plomb_view bytes)
{
	if (plomb_args_on(j->app->args, PLOMB_OPTION_B64, 1)) {
		plomb_text_base64(text, bytes);
		return;
	}
	plomb_text_view(text, bytes);
}

/* Keep what is wanted of it; nothing is written yet. */
static plomb_status
use(void *user, size_t item, const plomb_session *session, const plomb_made *made, plomb_fault *fault)
{
	job *j;

	(void)item;
	j = user;
	if (j->payload.p != NULL) {
		plomb_text_view(&j->signature, made->envelope);
	} else {
		put_bytes(j, &j->signature, made->parts.signature);
	}
	put_bytes(j, &j->certificate, session->certificate.leaf_pem);
	plomb_text_view(&j->timestamp, made->timestamp_annotation);
	if (j->plan.form == PLOMB_FORM_BUNDLE) {
		plomb_text_view(&j->bundle, made->bundle);
	} else {
		put_old_bundle(j, session, made);
	}
	return j->signature.failed || j->certificate.failed || j->timestamp.failed || j->bundle.failed
		? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

/* ------------------------------------------------------------------- outputs */

static plomb_status
write_file(job *j, plomb_option option, const plomb_text *text, const char *what)
{
	const char *name;
	plomb_status s;

	name = plomb_args_text(j->app->args, option);
	if (name == NULL) {
		return PLOMB_OK;
	}
	if (text->n == 0) {
		return plomb_fail(j->fault, PLOMB_USAGE_ERROR, "--", plomb_option_table[option].name, ": there is none", (const char *)NULL);
	}
	s = plomb_plan_write(name, plomb_text_as_view(text), j->fault);
	if (s == PLOMB_OK) {
		(void)fprintf(j->app->err, "Wrote %s to file %s\n", what, name);
	}
	return s;
}

static plomb_status
write_outputs(job *j)
{
	const char *signature;
	plomb_status s;

	signature = plomb_args_text(j->app->args, PLOMB_OPTION_OUTPUT_SIGNATURE);
	if ((s = write_file(j, PLOMB_OPTION_OUTPUT_CERTIFICATE, &j->certificate, "certificate")) != PLOMB_OK
		|| (s = write_file(j, PLOMB_OPTION_RFC3161, &j->timestamp, "RFC3161 timestamp")) != PLOMB_OK
		|| (s = write_file(j, PLOMB_OPTION_OUTPUT_SIGNATURE, &j->signature, "signature")) != PLOMB_OK
		|| (signature == NULL && (s = write_file(j, PLOMB_OPTION_OUTPUT, &j->signature, "signature")) != PLOMB_OK))
	{
		return s;
	}
	s = plomb_plan_write(plomb_args_text(j->app->args, PLOMB_OPTION_OUTPUT_ATTESTATION), plomb_bytes_view(&j->payload), j->fault);
	return s == PLOMB_OK ? write_file(j, PLOMB_OPTION_BUNDLE, &j->bundle, "bundle") : s;
}

/* The signature, unless it went into a file. */
static int
say_signature(job *j)
{
	if (j->plan.form == PLOMB_FORM_BUNDLE || plomb_args_has(j->app->args, PLOMB_OPTION_OUTPUT_SIGNATURE)
		|| plomb_args_has(j->app->args, PLOMB_OPTION_OUTPUT))
	{
		return 0;
	}
	plomb_text_view(&j->out, plomb_text_as_view(&j->signature));
	if (j->payload.p != NULL || plomb_args_on(j->app->args, PLOMB_OPTION_B64, 1)) {
		plomb_text_str(&j->out, "\n");
	}
	return plomb_app_say(j->app, &j->out);
}

static int
show_dry(job *j)
{
	plomb_plan_show(&j->plan, &j->out);
	plomb_text_str(&j->out, "artifact: ");
	plomb_text_digest(&j->out, &j->artifact.shown);
	plomb_text_str(&j->out, "\n");
	if (j->payload.p != NULL) {
		plomb_text_str(&j->out, "payload: ");
		plomb_text_view(&j->out, plomb_bytes_view(&j->payload));
		plomb_text_str(&j->out, "\n");
	}
	return plomb_app_say(j->app, &j->out);
}

static plomb_status
prepare_all(job *j, plomb_cmd command)
{
	plomb_status s;

	if ((s = check_options(j, command)) != PLOMB_OK || (s = open_artifact(j)) != PLOMB_OK) {
		return s;
	}
	s = plomb_plan_read(&j->plan, j->app, command, command == PLOMB_CMD_SIGN_BLOB ? PLOMB_FORM_DETACHED : PLOMB_FORM_LAYER, j->fault);
	if (s != PLOMB_OK) {
		return s;
	}
	choose_form(j);
	return read_what(j);
}

static int
run(job *j, plomb_cmd command)
{
	plomb_plan_user user;

	if (prepare_all(j, command) != PLOMB_OK) {
		return plomb_app_fail(j->app, j->name, j->fault);
	}
	if (j->plan.is_dry) {
		return show_dry(j);
	}
	user.user = j;
	user.prepare = prepare;
	user.use = use;
	if (plomb_plan_sign(&j->plan, j->app, &j->what, 1, j->payload.n, &user, j->fault) != PLOMB_OK || write_outputs(j) != PLOMB_OK) {
		return plomb_app_fail(j->app, j->name, j->fault);
	}
	return say_signature(j);
}

/* see app.h */
int
plomb_cmd_sign_blob(plomb_app *app, plomb_cmd command)
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
	plomb_plan_free(&j->plan);
	plomb_artifact_free(&j->artifact);
	plomb_bytes_free(&j->predicate);
	plomb_bytes_free(&j->payload);
	plomb_text_free(&j->out);
	plomb_text_free(&j->bundle);
	plomb_text_free(&j->signature);
	plomb_text_free(&j->certificate);
	plomb_text_free(&j->timestamp);
	plomb_fault_free(&fault);
	free(j);
	return status;
}
