/* plomb generate-key-pair, plomb import-key-pair, plomb public-key. */
#include <stdlib.h>

#include "consent.h"
#include "key_arg.h"

#include "../../sign/writer.h"
#include "../../../port/file_write.h"

#define GENERATED "cosign"
#define IMPORTED  "import-cosign"

/* A pair on its way into two files. */
typedef struct {
	plomb_key_kind kind; /* of a new key */
	unsigned bits;
	const plomb_key_arg *source; /* of an imported one, or NULL */
	const plomb_password *password;
	plomb_text key, pub; /* the files' texts: sealed, and public */
	plomb_fault *fault;
} pair;

static plomb_status
read_kind(const plomb_args *args, pair *p, plomb_fault *fault)
{
	static const struct {
		const char *name;
		plomb_key_kind kind;
		unsigned bits;
	} kinds[] = {
		{ "p256", PLOMB_KEY_P256, 0 }, { "p384", PLOMB_KEY_P384, 0 }, { "p521", PLOMB_KEY_P521, 0 },
		{ "rsa-2048", PLOMB_KEY_RSA, 2048 }, { "rsa-3072", PLOMB_KEY_RSA, 3072 }, { "rsa-4096", PLOMB_KEY_RSA, 4096 },
		{ "ed25519", PLOMB_KEY_ED25519, 0 }
	};
	const char *name;
	size_t i;

	name = plomb_args_text(args, PLOMB_OPTION_KEY_TYPE);
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i ++) {
		if (strcmp(name == NULL ? "p256" : name, kinds[i].name) == 0) {
			p->kind = kinds[i].kind;
			p->bits = kinds[i].bits;
			return PLOMB_OK;
		}
	}
	return plomb_fail(fault, PLOMB_USAGE_ERROR, "--key-type: ", name,
		" is none of p256, p384, p521, rsa-2048, rsa-3072, rsa-4096, ed25519", (const char *)NULL);
}

static plomb_status
put_public(plomb_ctx *ctx, const plomb_private_key *key, plomb_text *out, plomb_fault *fault)
{
	plomb_writer writer;
	plomb_view pem;
	plomb_status s;

	plomb_writer_begin(&writer, ctx->work);
	plomb_write_pem(&writer, "PUBLIC KEY", key->public_key.spki);
	if ((s = plomb_writer_end(&writer, &pem)) != PLOMB_OK) {
		return s;
	}
	plomb_text_clear(out);
	plomb_text_view(out, pem);
	return out->failed ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

static plomb_status
seal(plomb_ctx *ctx, const plomb_private_key *key, pair *p)
{
	plomb_view text;
	plomb_status s;

	if ((s = put_public(ctx, key, &p->pub, p->fault)) != PLOMB_OK
		|| (s = plomb_key_file_seal(ctx, &plomb_random_system, key, plomb_password_view(p->password), &text)) != PLOMB_OK)
	{
		return s;
	}
	plomb_text_clear(&p->key);
	plomb_text_view(&p->key, text);
	return p->key.failed ? plomb_fail_status(p->fault, PLOMB_NO_ROOM, NULL) : PLOMB_OK;
}

/* One try: a key, and the two texts. */
static plomb_status
make_try(void *user, plomb_ctx *ctx)
{
	plomb_private_key key;
	plomb_status s;
	pair *p;

	p = user;
	s = p->source != NULL ? plomb_key_arg_open(p->source, ctx, &key, p->fault)
		: plomb_private_key_generate(ctx, &plomb_random_system, p->kind, p->bits, &key);
	if (s == PLOMB_OK) {
		s = seal(ctx, &key, p);
	}
	plomb_private_key_wipe(&key);
	if (s == PLOMB_IO_ERROR) {
		return plomb_fail(p->fault, s, "the system gives no random numbers", (const char *)NULL);
	}
	return s == PLOMB_OK || s == PLOMB_NO_ROOM || p->fault->status != PLOMB_UNSET ? s : plomb_fail_status(p->fault, s, NULL);
}

/* ------------------------------------------------------------------ files */

static plomb_status
write_file(const char *path, const plomb_text *text, unsigned how, plomb_fault *fault)
{
	plomb_status s;
	int error;

	s = plomb_file_writer_posix.replace(&plomb_file_writer_posix, path, plomb_text_as_view(text), how, &error);
	if (s == PLOMB_UNSET) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, path, ": somebody has made a file of that name meanwhile", (const char *)NULL);
	}
	return s == PLOMB_OK ? s : plomb_fail(fault, s, path, ": cannot be written: ", strerror(error), (const char *)NULL);
}

/*
 * The public half first: if the private one then fails, an old private key is
 * still there, and of a new pair nothing is left.
 */
static plomb_status
write_pair(const char *key_path, const char *pub_path, const pair *p, unsigned how, plomb_fault *fault)
{
	plomb_status s;
	int ignored;

	if ((s = write_file(pub_path, &p->pub, how, fault)) != PLOMB_OK) {
		return s;
	}
	s = write_file(key_path, &p->key, how | PLOMB_WRITE_PRIVATE, fault);
	if (s != PLOMB_OK && (how & PLOMB_WRITE_NEW) != 0) {
		(void)plomb_file_writer_posix.remove(&plomb_file_writer_posix, pub_path, &ignored);
	}
	return s;
}

static char *
name_with(const char *prefix, const char *suffix)
{
	size_t n, m;
	char *name;

	n = strlen(prefix);
	m = strlen(suffix);
	name = malloc(n + m + 1);
	if (name != NULL) {
		memcpy(name, prefix, n);
		memcpy(name + n, suffix, m + 1);
	}
	return name;
}

/* What is there is replaced only by somebody who wants it: *how says which it is. */
static plomb_status
ask_for_place(const plomb_app *app, const char *key_path, const char *pub_path, unsigned *how, plomb_fault *fault)
{
	const char *taken;
	plomb_text warning;
	plomb_status s;
	int is_given;

	*how = PLOMB_WRITE_NEW;
	taken = plomb_file_exists(key_path) ? key_path : plomb_file_exists(pub_path) ? pub_path : NULL;
	if (taken == NULL) {
		return PLOMB_OK;
	}
	if ((s = plomb_consent_read(app->args, &is_given, fault)) != PLOMB_OK) {
		return s;
	}
	*how = 0;
	if (is_given) {
		return PLOMB_OK;
	}
	plomb_text_init(&warning);
	plomb_text_str(&warning, "File ");
	plomb_text_visible(&warning, plomb_view_of_arg(taken));
	plomb_text_str(&warning, " already exists. Overwrite?");
	s = warning.failed ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : plomb_consent_ask(app, plomb_text_cstr(&warning), fault);
	plomb_text_free(&warning);
	return s;
}

/* ---------------------------------------------------------------- commands */

static plomb_status
make_pair(const plomb_app *app, pair *p, const char *key_path, const char *pub_path, plomb_fault *fault)
{
	plomb_password password;
	plomb_status s;
	unsigned how;

	if ((s = ask_for_place(app, key_path, pub_path, &how, fault)) != PLOMB_OK) {
		return s;
	}
	p->password = &password;
	s = plomb_password_read(&password, 1, fault);
	if (s == PLOMB_OK) {
		s = plomb_with_secret_room(make_try, p, fault);
	}
	plomb_password_wipe(&password);
	if (s == PLOMB_OK) {
		s = write_pair(key_path, pub_path, p, how, fault);
	}
	if (s == PLOMB_OK) {
		(void)fprintf(app->err, "Private key written to %s\nPublic key written to %s\n", key_path, pub_path);
	}
	return s;
}

static plomb_status
new_pair(const plomb_app *app, pair *p, const char *otherwise, plomb_fault *fault)
{
	char *key_path, *pub_path;
	const char *prefix;
	plomb_status s;

	prefix = plomb_args_text(app->args, PLOMB_OPTION_KEY_PREFIX);
	key_path = name_with(prefix == NULL ? otherwise : prefix, ".key");
	pub_path = name_with(prefix == NULL ? otherwise : prefix, ".pub");
	plomb_text_init(&p->key);
	plomb_text_init(&p->pub);
	p->fault = fault;
	s = key_path == NULL || pub_path == NULL ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL)
		: make_pair(app, p, key_path, pub_path, fault);
	plomb_text_free(&p->key);
	plomb_text_free(&p->pub);
	free(key_path);
	free(pub_path);
	return s;
}

static plomb_status
generate(const plomb_app *app, plomb_fault *fault)
{
	plomb_status s;
	pair p;

	memset(&p, 0, sizeof p);
	s = read_kind(app->args, &p, fault);
	return s == PLOMB_OK ? new_pair(app, &p, GENERATED, fault) : s;
}

static plomb_status
import(const plomb_app *app, const plomb_key_arg *source, plomb_fault *fault)
{
	pair p;

	memset(&p, 0, sizeof p);
	p.source = source;
	return new_pair(app, &p, IMPORTED, fault);
}

typedef struct {
	const plomb_key_arg *source;
	plomb_text *out;
	plomb_fault *fault;
} publication;

static plomb_status
publish_try(void *user, plomb_ctx *ctx)
{
	const publication *job;
	plomb_private_key key;
	plomb_status s;

	job = user;
	s = plomb_key_arg_open(job->source, ctx, &key, job->fault);
	if (s == PLOMB_OK) {
		s = put_public(ctx, &key, job->out, job->fault);
	}
	plomb_private_key_wipe(&key);
	return s;
}

static plomb_status
publish(plomb_app *app, const plomb_key_arg *source, plomb_fault *fault)
{
	publication job;
	const char *path;
	plomb_text out;
	plomb_status s;

	plomb_text_init(&out);
	job.source = source;
	job.out = &out;
	job.fault = fault;
	path = plomb_args_text(app->args, PLOMB_OPTION_OUTFILE);
	s = plomb_with_secret_room(publish_try, &job, fault);
	if (s == PLOMB_OK && path == NULL) {
		s = plomb_app_write(app->out, &out);
		return s == PLOMB_OK ? s : plomb_fail(fault, s, "the output could not be written", (const char *)NULL);
	}
	if (s == PLOMB_OK && (s = write_file(path, &out, 0, fault)) == PLOMB_OK) {
		(void)fprintf(app->err, "Public key written to %s\n", path);
	}
	plomb_text_free(&out);
	return s;
}

/* Commands that open a key. */
static plomb_status
with_key(plomb_app *app, plomb_cmd command, plomb_fault *fault)
{
	const char *reference;
	plomb_key_arg source;
	plomb_status s;

	reference = plomb_args_text(app->args, PLOMB_OPTION_KEY);
	if (reference == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--key is required", (const char *)NULL);
	}
	s = plomb_key_arg_read(&source, reference, fault);
	if (s == PLOMB_OK) {
		s = command == PLOMB_CMD_IMPORT_KEY ? import(app, &source, fault) : publish(app, &source, fault);
	}
	plomb_key_arg_free(&source);
	return s;
}

/* see app.h */
int
plomb_cmd_keys(plomb_app *app, plomb_cmd command)
{
	plomb_fault fault;
	plomb_status s;

	plomb_fault_init(&fault);
	if (app->operand_count != 0) {
		s = strstr(app->operand[0], "://") != NULL && command == PLOMB_CMD_GENERATE_KEY
			? plomb_fail(&fault, PLOMB_UNSUPPORTED_FEATURE, app->operand[0], ": keys are kept in files only", (const char *)NULL)
			: plomb_fail(&fault, PLOMB_USAGE_ERROR, "unexpected argument: ", app->operand[0], (const char *)NULL);
	} else {
		s = command == PLOMB_CMD_GENERATE_KEY ? generate(app, &fault) : with_key(app, command, &fault);
	}
	return s == PLOMB_OK ? 0 : plomb_app_fail(app, NULL, &fault);
}
