#include "trust_source.h"

#include <stdlib.h>

#include "root_builder.h"
#include "tuf_update.h"

/* The options that replace a part of the root, and cosign's variables that do. */
typedef struct {
	const char *chain, *ca_roots, *ca_intermediates, *tsa_chain;
	const char *root_file, *rekor_key, *ct_key, *tsa_file;
} parts;

static void
read_parts(parts *p, const plomb_args *args)
{
	memset(p, 0, sizeof *p);
	p->chain = plomb_args_text(args, PLOMB_OPTION_CERTIFICATE_CHAIN);
	p->ca_roots = plomb_args_text(args, PLOMB_OPTION_CA_ROOTS);
	p->ca_intermediates = plomb_args_text(args, PLOMB_OPTION_CA_INTERMEDIATES);
	p->tsa_chain = plomb_args_text(args, PLOMB_OPTION_TSA_CHAIN);
}

/* What the environment says where no root is named on the command line: a root, or cosign's parts of one. */
static plomb_status
read_variables(parts *p, const char **root, plomb_fault *fault)
{
	plomb_status s;

	if ((s = plomb_variable("PLOMB_TRUSTED_ROOT", root, fault)) != PLOMB_OK
		|| (s = plomb_variable("SIGSTORE_ROOT_FILE", &p->root_file, fault)) != PLOMB_OK
		|| (s = plomb_variable("SIGSTORE_REKOR_PUBLIC_KEY", &p->rekor_key, fault)) != PLOMB_OK
		|| (s = plomb_variable("SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", &p->ct_key, fault)) != PLOMB_OK
		|| (s = plomb_variable("SIGSTORE_TSA_CERTIFICATE_FILE", &p->tsa_file, fault)) != PLOMB_OK)
	{
		return s;
	}
	return PLOMB_OK;
}

static int
has_parts(const parts *p)
{
	return p->chain != NULL || p->ca_roots != NULL || p->tsa_chain != NULL || p->root_file != NULL
		|| p->rekor_key != NULL || p->ct_key != NULL || p->tsa_file != NULL;
}

static plomb_status
check_parts(const parts *p, const char *root, plomb_fault *fault)
{
	if (p->chain != NULL && (p->ca_roots != NULL || p->ca_intermediates != NULL)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--certificate-chain cannot be combined with --ca-roots and --ca-intermediates", (const char *)NULL);
	}
	if (p->ca_intermediates != NULL && p->ca_roots == NULL) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--ca-intermediates needs --ca-roots", (const char *)NULL);
	}
	if (root != NULL && (p->chain != NULL || p->ca_roots != NULL || p->tsa_chain != NULL)) {
		return plomb_fail(fault, PLOMB_USAGE_ERROR, "--trusted-root cannot be combined with --certificate-chain, "
			"--ca-roots, --timestamp-certificate-chain: it says already who is trusted", (const char *)NULL);
	}
	return PLOMB_OK;
}

/* Options win over variables, part by part. */
static plomb_status
add_parts(plomb_root_builder *builder, const parts *p, plomb_fault *fault)
{
	static const plomb_root_label no_label = { NULL, NULL, NULL, NULL };
	const char *tsa;
	plomb_status s;

	s = PLOMB_OK;
	if (p->chain != NULL) {
		s = plomb_root_add_chain(builder, PLOMB_ROOT_CAS, p->chain, &no_label, 0, fault);
	}
	if (p->chain == NULL && p->ca_roots != NULL) {
		s = plomb_root_add_pool(builder, PLOMB_ROOT_CAS, p->ca_roots, p->ca_intermediates, fault);
	}
	if (p->chain == NULL && p->ca_roots == NULL && p->root_file != NULL) {
		s = plomb_root_add_pool(builder, PLOMB_ROOT_CAS, p->root_file, NULL, fault);
	}
	tsa = p->tsa_chain != NULL ? p->tsa_chain : p->tsa_file;
	if (s == PLOMB_OK && tsa != NULL) {
		s = plomb_root_add_chain(builder, PLOMB_ROOT_TSAS, tsa, &no_label, 0, fault);
	}
	if (s == PLOMB_OK && p->rekor_key != NULL) {
		s = plomb_root_add_log(builder, PLOMB_ROOT_TLOGS, p->rekor_key, &no_label, fault);
	}
	if (s == PLOMB_OK && p->ct_key != NULL) {
		s = plomb_root_add_log(builder, PLOMB_ROOT_CTLOGS, p->ct_key, &no_label, fault);
	}
	builder->replaced[PLOMB_ROOT_CAS] = p->chain != NULL || p->ca_roots != NULL || p->root_file != NULL;
	builder->replaced[PLOMB_ROOT_TSAS] = tsa != NULL;
	builder->replaced[PLOMB_ROOT_TLOGS] = p->rekor_key != NULL;
	builder->replaced[PLOMB_ROOT_CTLOGS] = p->ct_key != NULL;
	return s;
}

static plomb_status
replace_parts(plomb_trust_source *source, const parts *p, plomb_fault *fault)
{
	plomb_root_builder builder;
	plomb_status s;

	plomb_root_builder_init(&builder);
	s = add_parts(&builder, p, fault);
	if (s == PLOMB_OK) {
		s = plomb_root_build(&builder, source->json, &source->built, fault);
	}
	plomb_root_builder_free(&builder);
	source->json = plomb_text_as_view(&source->built);
	source->origin = "built from options and environment";
	return s;
}

/* What the last update has kept, if there was one. It stays in use however old it is: nothing here asks a network. */
static plomb_status
read_kept(plomb_trust_source *source, plomb_fault *fault)
{
	const char *folder;
	plomb_status s;

	/* plomb_tuf_folder asks again; here it is only held against being empty. */
	if ((s = plomb_variable("TUF_ROOT", &folder, fault)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_tuf_folder(&source->kept, fault)) != PLOMB_OK || source->kept == NULL) {
		return s;
	}
	source->kept_file = plomb_tuf_path(source->kept, PLOMB_TUF_TARGET);
	if (source->kept_file == NULL) {
		return plomb_fail_status(fault, PLOMB_NO_ROOM, NULL);
	}
	s = plomb_tuf_read(source->kept_file, PLOMB_MAX_ROOT_BYTES, &source->file, fault);
	if (s == PLOMB_OK) {
		source->json = plomb_bytes_view(&source->file);
		source->origin = source->kept_file;
		return PLOMB_OK;
	}
	free(source->kept);
	source->kept = NULL;
	return s == PLOMB_UNSET ? PLOMB_OK : s;
}

/* see trust_source.h */
plomb_status
plomb_trust_source_read(plomb_trust_source *source, const plomb_args *args, plomb_fault *fault)
{
	const char *option, *file;
	plomb_status s;
	parts p;

	memset(source, 0, sizeof *source);
	option = plomb_args_text(args, PLOMB_OPTION_TRUSTED_ROOT);
	read_parts(&p, args);
	if ((s = check_parts(&p, option, fault)) != PLOMB_OK) {
		return s;
	}
	source->json.p = plomb_trusted_root_json;
	source->json.n = plomb_trusted_root_json_len;
	source->origin = "compiled in";
	file = option;
	/* A root named on the command line is the whole truth; a variable left over from a script does not change it. */
	if (option == NULL && (s = read_variables(&p, &file, fault)) != PLOMB_OK) {
		return s;
	}
	if (file != NULL) {
		if ((s = plomb_read_config(&source->file, file, PLOMB_MAX_ROOT_BYTES, fault)) != PLOMB_OK) {
			return s;
		}
		source->json = plomb_bytes_view(&source->file);
		source->origin = file;
	}
	if (file == NULL && (s = read_kept(source, fault)) != PLOMB_OK) {
		return s;
	}
	return option == NULL && has_parts(&p) ? replace_parts(source, &p, fault) : PLOMB_OK;
}

/* see trust_source.h */
void
plomb_trust_source_free(plomb_trust_source *source)
{
	plomb_bytes_free(&source->file);
	plomb_text_free(&source->built);
	free(source->kept);
	free(source->kept_file);
}

/* see trust_source.h */
plomb_status
plomb_trust_source_load(const plomb_trust_source *source, plomb_ctx *ctx, plomb_trust *trust, plomb_fault *fault)
{
	plomb_status s;

	memset(ctx->detail, 0, sizeof *ctx->detail);
	s = plomb_trust_load(ctx, source->json, trust);
	if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
		return s;
	}
	/* Whatever is wrong with the trusted file is a matter of configuration, never a verdict on the artifact. */
	if (plomb_status_class(s) != PLOMB_CLASS_USAGE) {
		return plomb_fail(fault, PLOMB_ROOT_MALFORMED, source->origin, ": ", plomb_status_sentence(PLOMB_ROOT_MALFORMED),
			": ", plomb_status_sentence(s), (const char *)NULL);
	}
	return plomb_fail_detail(fault, s, source->origin, ctx->detail);
}

/* see trust_source.h */
void
plomb_trust_source_warn(const plomb_trust_source *source, int is_thorough, int now_known, plomb_time now, plomb_text *text)
{
	plomb_time expires;
	int is_told;

	if (source->kept == NULL) {
		return;
	}
	is_told = is_thorough ? plomb_tuf_kept_until(source->kept, &expires) : plomb_tuf_said_until(source->kept, &expires);
	if (is_told && plomb_time_cmp(&expires, &now) <= 0) {
		plomb_text_str(text, "plomb: warning: this trust root was good until ");
		plomb_text_time(text, expires);
		plomb_text_str(text, ": plomb trusted-root update renews it\n");
		return;
	}
	if (!is_thorough) {
		return;
	}
	if (!is_told) {
		plomb_text_str(text, "plomb: warning: nobody can tell how old this trust root is: plomb trusted-root update renews it\n");
		return;
	}
	if (!now_known) {
		plomb_text_str(text, "plomb: warning: this trust root is good until ");
		plomb_text_time(text, expires);
		plomb_text_str(text, ", and without a clock nobody can tell whether that is over\n");
	}
}
