#include "root_builder.h"

#include <stdlib.h>

#include "../core/cert.h"
#include "../core/json.h"
#include "../core/pem.h"
#include "json_out.h"
#include "room.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
#define EPOCH "1970-01-01T00:00:00Z"

/* In the order of the enum, which is that of the files in circulation. */
static const char *const kind_names[PLOMB_ROOT_KINDS] = {
	"tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"
};

/* see root_builder.h */
void
plomb_root_builder_init(plomb_root_builder *builder)
{
	memset(builder, 0, sizeof *builder);
}

/* see root_builder.h */
void
plomb_root_builder_free(plomb_root_builder *builder)
{
	size_t i;

	for (i = 0; i < PLOMB_ROOT_KINDS; i ++) {
		plomb_text_free(&builder->part[i]);
	}
}

/* A further element of a kind. */
static void
append(plomb_text *part, const plomb_text *element)
{
	if (part->n != 0) {
		plomb_text_str(part, ",");
	}
	plomb_text_view(part, plomb_text_as_view(element));
	part->failed |= element->failed;
}

static void
put_base64(plomb_json_out *out, const char *key, plomb_view bytes)
{
	plomb_text text;

	plomb_text_init(&text);
	plomb_text_base64(&text, bytes);
	plomb_json_pair(out, key, plomb_text_as_view(&text));
	out->text->failed |= text.failed;
	plomb_text_free(&text);
}

static void
put_window(plomb_json_out *out, const char *start, const char *end)
{
	plomb_json_key(out, "validFor");
	plomb_json_object(out);
	if (start != NULL) {
		plomb_json_pair_str(out, "start", start);
	}
	if (end != NULL) {
		plomb_json_pair_str(out, "end", end);
	}
	plomb_json_object_end(out);
}

static plomb_status
check_time(const char *what, const char *text, plomb_fault *fault)
{
	plomb_time time;

	if (text == NULL || plomb_time_parse(plomb_view_of_arg(text), &time) == PLOMB_OK) {
		return PLOMB_OK;
	}
	return plomb_fail(fault, PLOMB_CONFIG_INVALID, what, ": ", text, " is not a time as RFC 3339 writes it", (const char *)NULL);
}

/* ------------------------------------------------------------- authorities */

/* The certificates of one or two PEM files. */
typedef struct {
	plomb_root_builder *builder;
	plomb_root_kind kind;
	const char *file[2];
	plomb_bytes pem[2];
	plomb_view given; /* the text of the first, which then is no file */
	const plomb_root_label *label;
	int anchor_start;
	int is_pool;
	int is_any_anchor; /* of a pool: without a root among them each is trusted for itself */
	plomb_fault *fault;
} chain_job;

static plomb_status
not_certificates(chain_job *job, const char *file)
{
	return plomb_fail(job->fault, PLOMB_CONFIG_INVALID, file, ": not certificates in PEM", (const char *)NULL);
}

static plomb_view
pem_of(const chain_job *job, size_t which)
{
	return which == 0 && job->given.p != NULL ? job->given : plomb_bytes_view(&job->pem[which]);
}

/* All certificates of a file, behind the *count that are there. */
static plomb_status
read_certs(chain_job *job, plomb_ctx *ctx, size_t which, plomb_cert *certs, size_t *count)
{
	plomb_view label, der;
	size_t at, before;

	at = 0;
	before = *count;
	for (;;) {
		plomb_status s;

		s = plomb_pem_next(ctx->work, pem_of(job, which), &at, &label, &der);
		if (s == PLOMB_UNSET) {
			return *count == before ? not_certificates(job, job->file[which]) : PLOMB_OK;
		}
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s != PLOMB_OK || !plomb_view_is(label, "CERTIFICATE")) {
			return not_certificates(job, job->file[which]);
		}
		if (*count == PLOMB_MAX_AUTHORITIES) {
			return plomb_fail_status(job->fault, PLOMB_LIMIT_EXCEEDED, job->file[which]);
		}
		s = plomb_cert_parse(der, &certs[*count]);
		if (s != PLOMB_OK) {
			return plomb_fail_status(job->fault, PLOMB_CONFIG_INVALID, job->file[which]);
		}
		*count += 1;
	}
}

static void
put_authority(chain_job *job, const plomb_cert *const *chain, size_t count)
{
	plomb_text text, start;
	plomb_json_out out;
	size_t i;

	plomb_text_init(&text);
	plomb_text_init(&start);
	plomb_json_out_init(&out, &text, NULL);
	plomb_json_object(&out);
	if (job->label->url != NULL) {
		plomb_json_pair_str(&out, "uri", job->label->url);
	}
	plomb_json_key(&out, "certChain");
	plomb_json_object(&out);
	plomb_json_key(&out, "certificates");
	plomb_json_array(&out);
	for (i = 0; i < count; i ++) {
		plomb_json_object(&out);
		put_base64(&out, "rawBytes", chain[i]->der);
		plomb_json_object_end(&out);
	}
	plomb_json_array_end(&out);
	plomb_json_object_end(&out);
	if (job->label->start == NULL && job->anchor_start) {
		plomb_text_time(&start, chain[count - 1]->not_before);
	}
	put_window(&out, start.n != 0 ? plomb_text_cstr(&start) : job->label->start, job->label->end);
	plomb_json_object_end(&out);
	append(&job->builder->part[job->kind], &text);
	plomb_text_free(&text);
	plomb_text_free(&start);
}

static int
is_self_issued(const plomb_cert *cert)
{
	return plomb_view_eq(cert->issuer, cert->subject);
}

/* One authority for each root, the others below it. */
static plomb_status
put_pool(chain_job *job, const plomb_cert *certs, size_t count)
{
	const plomb_cert *chain[PLOMB_MAX_AUTHORITIES + 1];
	size_t i, below, roots;

	below = 0;
	for (i = 0; i < count; i ++) {
		if (!is_self_issued(&certs[i])) {
			chain[below] = &certs[i];
			below ++;
		}
	}
	roots = 0;
	for (i = 0; i < count; i ++) {
		if (is_self_issued(&certs[i])) {
			chain[below] = &certs[i];
			put_authority(job, chain, below + 1);
			roots ++;
		}
	}
	if (roots == 0 && !job->is_any_anchor) {
		return plomb_fail(job->fault, PLOMB_CONFIG_INVALID, job->file[0], ": has no root certificate", (const char *)NULL);
	}
	for (i = 0; i < below && roots == 0; i ++) {
		put_authority(job, &chain[i], 1);
	}
	return PLOMB_OK;
}

static plomb_status
chain_try(void *user, plomb_ctx *ctx)
{
	chain_job *job;
	plomb_cert *certs;
	const plomb_cert *chain[PLOMB_MAX_AUTHORITIES];
	plomb_status s;
	size_t count, i;

	job = user;
	certs = plomb_work_take_array(ctx->work, PLOMB_MAX_AUTHORITIES, sizeof *certs);
	if (certs == NULL) {
		return PLOMB_NO_ROOM;
	}
	count = 0;
	for (i = 0; i < 2; i ++) {
		if (job->file[i] != NULL && (s = read_certs(job, ctx, i, certs, &count)) != PLOMB_OK) {
			return s;
		}
	}
	if (job->is_pool) {
		return put_pool(job, certs, count);
	}
	for (i = 0; i < count; i ++) {
		chain[i] = &certs[i];
	}
	put_authority(job, chain, count);
	return PLOMB_OK;
}

static plomb_status
add_certificates(chain_job *job)
{
	plomb_status s;
	size_t i;

	s = PLOMB_OK;
	for (i = 0; i < 2 && s == PLOMB_OK; i ++) {
		if (job->file[i] != NULL && !(i == 0 && job->given.p != NULL)) {
			s = plomb_read_config(&job->pem[i], job->file[i], PLOMB_MAX_PEM_BYTES, job->fault);
		}
	}
	if (s == PLOMB_OK && (s = check_time("start-time", job->label->start, job->fault)) == PLOMB_OK
		&& (s = check_time("end-time", job->label->end, job->fault)) == PLOMB_OK)
	{
		s = plomb_with_room(chain_try, job, job->fault);
	}
	plomb_bytes_free(&job->pem[0]);
	plomb_bytes_free(&job->pem[1]);
	return s;
}

/* see root_builder.h */
plomb_status
plomb_root_add_chain(plomb_root_builder *builder, plomb_root_kind kind,
	const char *file, const plomb_root_label *label, int anchor_start, plomb_fault *fault)
{
	chain_job job;

	memset(&job, 0, sizeof job);
	job.builder = builder;
	job.kind = kind;
	job.file[0] = file;
	job.label = label;
	job.anchor_start = anchor_start;
	job.fault = fault;
	return add_certificates(&job);
}

/* see root_builder.h */
plomb_status
plomb_root_add_pool(plomb_root_builder *builder, plomb_root_kind kind,
	const char *roots, const char *intermediates, plomb_fault *fault)
{
	static const plomb_root_label no_label = { NULL, NULL, NULL, NULL };
	chain_job job;

	memset(&job, 0, sizeof job);
	job.builder = builder;
	job.kind = kind;
	job.file[0] = roots;
	job.file[1] = intermediates;
	job.label = &no_label;
	job.is_pool = 1;
	job.fault = fault;
	return add_certificates(&job);
}

/* see root_builder.h */
plomb_status
plomb_root_add_pool_pem(plomb_root_builder *builder, plomb_root_kind kind,
	const char *name, plomb_view pem, plomb_fault *fault)
{
	static const plomb_root_label no_label = { NULL, NULL, NULL, NULL };
	chain_job job;

	memset(&job, 0, sizeof job);
	job.builder = builder;
	job.kind = kind;
	job.file[0] = name;
	job.given = pem;
	job.label = &no_label;
	job.is_pool = 1;
	job.is_any_anchor = 1;
	job.fault = fault;
	return add_certificates(&job);
}

/* -------------------------------------------------------------------- logs */

typedef struct {
	plomb_root_builder *builder;
	plomb_root_kind kind;
	const char *file;
	plomb_view pem;
	const plomb_root_label *label;
	plomb_fault *fault;
} log_job;

/* The name of a key's kind and the hash that goes with it; NULL if a log cannot have such a key. */
static const char *
key_details(const plomb_key *key)
{
	switch (key->kind) {
	case PLOMB_KEY_P256:
		return "PKIX_ECDSA_P256_SHA_256";
	case PLOMB_KEY_P384:
		return "PKIX_ECDSA_P384_SHA_384";
	case PLOMB_KEY_P521:
		return "PKIX_ECDSA_P521_SHA_512";
	case PLOMB_KEY_ED25519:
		return "PKIX_ED25519";
	case PLOMB_KEY_RSA:
		return key->n.n == 256 ? "PKIX_RSA_PKCS1V15_2048_SHA256"
			: key->n.n == 384 ? "PKIX_RSA_PKCS1V15_3072_SHA256"
			: key->n.n == 512 ? "PKIX_RSA_PKCS1V15_4096_SHA256" : NULL;
	default:
		return NULL;
	}
}

/*
 * A log's id: of Rekor v1 and CT the hash of the key; of Rekor v2 the hash
 * of name, algorithm and key of which the checkpoint's key id is the start
 * (SPEC 7.3).
 */
static void
log_id(const plomb_ctx *ctx, const plomb_key *key, const char *origin, unsigned char id[32])
{
	static const unsigned char ed25519[2] = { '\n', 1 };
	static const unsigned char rsa[] = "\n\377PKIX-RSA-PKCS#1v1.5";
	plomb_hasher hasher;
	plomb_view part;

	plomb_hasher_init(&hasher, ctx->crypto, PLOMB_SHA256);
	part = key->spki;
	if (origin != NULL && key->kind == PLOMB_KEY_ED25519) {
		plomb_hasher_update(&hasher, plomb_view_of_arg(origin));
		part.p = ed25519;
		part.n = sizeof ed25519;
		plomb_hasher_update(&hasher, part);
		part = key->point;
	}
	if (origin != NULL && key->kind == PLOMB_KEY_RSA) {
		plomb_hasher_update(&hasher, plomb_view_of_arg(origin));
		part.p = rsa;
		part.n = sizeof rsa - 1;
		plomb_hasher_update(&hasher, part);
		part = key->spki;
	}
	plomb_hasher_update(&hasher, part);
	plomb_hasher_out(&hasher, id);
}

static void
put_log(log_job *job, const plomb_ctx *ctx, const plomb_key *key)
{
	unsigned char id[32];
	plomb_text text;
	plomb_json_out out;
	plomb_view view;

	log_id(ctx, key, job->label->origin, id);
	view.p = id;
	view.n = sizeof id;
	plomb_text_init(&text);
	plomb_json_out_init(&out, &text, NULL);
	plomb_json_object(&out);
	if (job->label->url != NULL) {
		plomb_json_pair_str(&out, "baseUrl", job->label->url);
	}
	plomb_json_pair_str(&out, "hashAlgorithm", "SHA2_256");
	plomb_json_key(&out, "publicKey");
	plomb_json_object(&out);
	put_base64(&out, "rawBytes", key->spki);
	plomb_json_pair_str(&out, "keyDetails", key_details(key));
	put_window(&out, job->label->start == NULL ? EPOCH : job->label->start, job->label->end);
	plomb_json_object_end(&out);
	plomb_json_key(&out, "logId");
	plomb_json_object(&out);
	put_base64(&out, "keyId", view);
	plomb_json_object_end(&out);
	plomb_json_object_end(&out);
	append(&job->builder->part[job->kind], &text);
	plomb_text_free(&text);
}

static plomb_status
log_try(void *user, plomb_ctx *ctx)
{
	log_job *job;
	plomb_key key;
	plomb_status s;

	job = user;
	memset(&key, 0, sizeof key);
	s = plomb_key_from_pem(ctx, job->pem, &key);
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK || key_details(&key) == NULL) {
		return plomb_fail_status(job->fault, s == PLOMB_OK ? PLOMB_KEY_TYPE_UNSUPPORTED : s, job->file);
	}
	put_log(job, ctx, &key);
	return PLOMB_OK;
}

/* see root_builder.h */
plomb_status
plomb_root_add_log_pem(plomb_root_builder *builder, plomb_root_kind kind,
	const char *name, plomb_view pem, const plomb_root_label *label, plomb_fault *fault)
{
	log_job job;
	plomb_status s;

	job.builder = builder;
	job.kind = kind;
	job.file = name;
	job.pem = pem;
	job.label = label;
	job.fault = fault;
	if ((s = check_time("start-time", label->start, fault)) != PLOMB_OK
		|| (s = check_time("end-time", label->end, fault)) != PLOMB_OK)
	{
		return s;
	}
	return plomb_with_room(log_try, &job, fault);
}

/* see root_builder.h */
plomb_status
plomb_root_add_log(plomb_root_builder *builder, plomb_root_kind kind,
	const char *file, const plomb_root_label *label, plomb_fault *fault)
{
	plomb_bytes pem;
	plomb_status s;

	s = plomb_read_config(&pem, file, PLOMB_MAX_PEM_BYTES, fault);
	if (s == PLOMB_OK) {
		s = plomb_root_add_log_pem(builder, kind, file, plomb_bytes_view(&pem), label, fault);
	}
	plomb_bytes_free(&pem);
	return s;
}

/* --------------------------------------------------------------- the whole */

typedef struct {
	plomb_root_builder *builder;
	plomb_view base;
	plomb_text *json;
	plomb_fault *fault;
} build_job;

/* The elements of one kind: the base's, unless they are replaced, and the added ones. */
static void
put_kind(build_job *job, plomb_root_kind kind, plomb_view base_array)
{
	plomb_text *part;
	plomb_view elements;

	part = &job->builder->part[kind];
	elements.p = NULL;
	elements.n = 0;
	if (!job->builder->replaced[kind] && base_array.n > 2) {
		elements = plomb_view_cut(base_array, 1, base_array.n - 2);
	}
	plomb_text_str(job->json, ",\"");
	plomb_text_str(job->json, kind_names[kind]);
	plomb_text_str(job->json, "\":[");
	plomb_text_view(job->json, elements);
	if (elements.n != 0 && part->n != 0) {
		plomb_text_str(job->json, ",");
	}
	plomb_text_view(job->json, plomb_text_as_view(part));
	plomb_text_str(job->json, "]");
	job->json->failed |= part->failed;
}

static plomb_status
build_try(void *user, plomb_ctx *ctx)
{
	build_job *job;
	plomb_json doc;
	uint32_t value[PLOMB_ROOT_KINDS];
	plomb_status s;
	unsigned kind;

	job = user;
	memset(&doc, 0, sizeof doc);
	for (kind = 0; kind < PLOMB_ROOT_KINDS; kind ++) {
		value[kind] = PLOMB_JSON_NONE;
	}
	if (job->base.n != 0) {
		if ((s = plomb_json_parse(ctx->work, job->base, &doc)) != PLOMB_OK
			|| (s = plomb_json_members(&doc, 0, kind_names, PLOMB_ROOT_KINDS, PLOMB_JSON_PROTO, value, NULL)) != PLOMB_OK)
		{
			return s == PLOMB_NO_ROOM ? s : plomb_fail_status(job->fault, PLOMB_ROOT_MALFORMED, NULL);
		}
	}
	plomb_text_str(job->json, "{\"mediaType\":\"" MEDIA_TYPE "\"");
	for (kind = 0; kind < PLOMB_ROOT_KINDS; kind ++) {
		plomb_view array = { NULL, 0 };
		int only_space;

		if (value[kind] != PLOMB_JSON_NONE && plomb_json_typeof(&doc, value[kind]) != PLOMB_JSON_ARRAY) {
			return plomb_fail_status(job->fault, PLOMB_ROOT_MALFORMED, NULL);
		}
		only_space = plomb_json_first(&doc, value[kind]) == PLOMB_JSON_NONE;
		if (value[kind] != PLOMB_JSON_NONE && !only_space) {
			array = plomb_json_raw(&doc, value[kind]);
		}
		put_kind(job, (plomb_root_kind)kind, array);
	}
	plomb_text_str(job->json, "}");
	return PLOMB_OK;
}

/* see root_builder.h */
plomb_status
plomb_root_build(plomb_root_builder *builder, plomb_view base, plomb_text *json, plomb_fault *fault)
{
	build_job job;
	plomb_status s;

	job.builder = builder;
	job.base = base;
	job.json = json;
	job.fault = fault;
	s = plomb_with_room(build_try, &job, fault);
	return s == PLOMB_OK && json->failed ? plomb_fail_status(fault, PLOMB_NO_ROOM, NULL) : s;
}
