/* see policy.h: names of images, and whether a signature is for the one that was asked for. */
#include "policy_inner.h"
#include "reference.h"

#include "../core/base64.h"
#include "../core/refusal.h"

/* see policy_inner.h */
plomb_status
plomb_policy_join(plomb_work *work, const plomb_view *part, size_t count, plomb_view *text)
{
	unsigned char *p;
	size_t i, n;

	text->p = NULL;
	text->n = 0;
	n = 0;
	for (i = 0; i < count; i ++) {
		n += part[i].n;
	}
	p = plomb_work_take(work, n + 1);
	if (p == NULL) {
		return PLOMB_NO_ROOM;
	}
	n = 0;
	for (i = 0; i < count; i ++) {
		if (part[i].n != 0) {
			memcpy(p + n, part[i].p, part[i].n);
		}
		n += part[i].n;
	}
	text->p = p;
	text->n = n;
	return PLOMB_OK;
}

/*
 * The tag as it is written. plomb_reference drops one that stands beside a
 * digest and adds one where there is none; for a policy both are differences.
 */
static plomb_view
written_tag(plomb_view text, plomb_view repository, plomb_view *digest)
{
	plomb_view none = { NULL, 0 };
	size_t at;

	*digest = none;
	/* The repository is a part of the text, so that what follows it is there too. */
	at = (size_t)(repository.p - text.p) + repository.n;
	text = plomb_view_cut(text, at, text.n);
	for (at = 0; at < text.n; at ++) {
		if (text.p[at] == '@') {
			*digest = plomb_view_cut(text, at + 1, text.n);
			break;
		}
	}
	return at > 1 ? plomb_view_cut(text, 1, at - 1) : none;
}

/*
 * A host's name means the same in capitals, and to compare it is the business
 * of nobody here: in capitals an image would be in none of the scopes of its
 * own registry.
 */
static int
has_capitals(plomb_view text)
{
	size_t i;

	for (i = 0; i < text.n; i ++) {
		if (text.p[i] >= 'A' && text.p[i] <= 'Z') {
			return 1;
		}
	}
	return 0;
}

/* 64 hex digits alone are the id of an image and no name: docker/reference says so too. */
static int
is_image_id(plomb_view text)
{
	unsigned char bytes[32];

	return plomb_hex_decode(text, bytes, sizeof bytes) == PLOMB_OK;
}

/* see policy.h */
plomb_status
plomb_image_name_parse(plomb_work *work, plomb_view text, plomb_image_name *name)
{
	plomb_reference reference;
	plomb_view part[4] = { { NULL, 0 }, PLOMB_LIT("/"), { NULL, 0 }, { NULL, 0 } };
	plomb_status s;

	memset(name, 0, sizeof *name);
	s = plomb_reference_parse(text, &reference);
	if (s != PLOMB_OK) {
		return s;
	}
	if (has_capitals(reference.registry) || is_image_id(text)) {
		return PLOMB_REFERENCE_INVALID;
	}
	part[0] = reference.registry;
	if (plomb_view_is(reference.registry, "index.docker.io")) {
		part[0] = plomb_view_of("docker.io");
	}
	if (reference.is_library) {
		part[2] = plomb_view_of("library/");
	}
	part[3] = reference.repository;
	s = plomb_policy_join(work, part, 4, &name->repository);
	if (s == PLOMB_OK) {
		name->tag = written_tag(text, reference.repository, &name->digest);
	}
	return s;
}

/* see policy_inner.h */
plomb_image_name
plomb_image_name_asked(const plomb_image_name *image)
{
	plomb_image_name asked;

	asked = *image;
	if (asked.tag.n == 0 && asked.digest.n == 0) {
		asked.tag = plomb_view_of("latest");
	}
	return asked;
}

/* ---------------------------------------------------------------- comparison */

static int
has_version(const plomb_image_name *name)
{
	return name->tag.n != 0 || name->digest.n != 0;
}

static int
same_repository(const plomb_image_name *a, const plomb_image_name *b)
{
	return plomb_view_eq(a->repository, b->repository);
}

static int
same_name(const plomb_image_name *a, const plomb_image_name *b)
{
	return same_repository(a, b) && plomb_view_eq(a->tag, b->tag) && plomb_view_eq(a->digest, b->digest);
}

/*
 * The tag decides if there is one, also beside a digest. A digest alone says
 * which image already, so any tag will do; but a signature without one, which
 * is what cosign writes, will not: containers/image refuses it, and a file
 * must not mean more here than there.
 */
static int
is_repo_digest_or_exact(const plomb_image_name *image, const plomb_image_name *signed_)
{
	if (!has_version(signed_)) {
		return 0;
	}
	if (image->tag.n != 0) {
		return same_name(image, signed_);
	}
	return same_repository(image, signed_);
}

/* The prefix is the repository or a whole number of its components. */
static int
has_prefix(plomb_view repository, plomb_view prefix)
{
	if (repository.n < prefix.n || !plomb_view_eq(plomb_view_cut(repository, 0, prefix.n), prefix)) {
		return 0;
	}
	return repository.n == prefix.n || repository.p[prefix.n] == '/';
}

/* What the image is called where it was signed. */
static plomb_status
remap(plomb_work *work, const plomb_signed_identity *identity, const plomb_image_name *image, plomb_image_name *remapped)
{
	plomb_view part[2];

	*remapped = *image;
	if (identity->type != PLOMB_REMAP_IDENTITY || !has_prefix(image->repository, identity->prefix)) {
		return PLOMB_OK;
	}
	part[0] = identity->signed_prefix;
	part[1] = plomb_view_cut(image->repository, identity->prefix.n, image->repository.n);
	return plomb_policy_join(work, part, 2, &remapped->repository);
}

static int
matches(const plomb_signed_identity *identity, const plomb_image_name *want, const plomb_image_name *signed_)
{
	switch (identity->type) {
	case PLOMB_MATCH_REPO_DIGEST_OR_EXACT:
	case PLOMB_REMAP_IDENTITY:
		return is_repo_digest_or_exact(want, signed_);
	case PLOMB_MATCH_EXACT:
	case PLOMB_EXACT_REFERENCE:
		return has_version(want) && same_name(want, signed_);
	case PLOMB_MATCH_REPOSITORY:
	case PLOMB_EXACT_REPOSITORY:
		return same_repository(want, signed_);
	}
	return 0;
}

/* What a signature has to call the image, as far as it is one name. */
static plomb_status
wanted(plomb_work *work, const plomb_signed_identity *identity, const plomb_image_name *image, plomb_image_name *want)
{
	plomb_image_name asked;

	switch (identity->type) {
	case PLOMB_EXACT_REFERENCE:
	case PLOMB_EXACT_REPOSITORY:
		return plomb_image_name_parse(work, identity->reference, want);
	default:
		asked = plomb_image_name_asked(image);
		return remap(work, identity, &asked, want);
	}
}

/* The same for a person. */
static plomb_view
wanted_text(plomb_work *work, const plomb_signed_identity *identity, const plomb_image_name *want)
{
	plomb_view part[5], text;
	size_t count;

	count = 0;
	part[count ++] = want->repository;
	if (identity->type != PLOMB_MATCH_REPOSITORY && want->tag.n != 0) {
		part[count ++] = plomb_view_of(":");
		part[count ++] = want->tag;
	}
	if (identity->type != PLOMB_MATCH_REPOSITORY && want->digest.n != 0) {
		int any_tag = count == 1 && identity->type != PLOMB_MATCH_EXACT && identity->type != PLOMB_EXACT_REFERENCE;

		part[count ++] = plomb_view_of(any_tag ? ":*" : "@");
		part[count ++] = any_tag ? plomb_view_of("") : want->digest;
	}
	return plomb_policy_join(work, part, count, &text) == PLOMB_OK ? text : want->repository;
}

/* see policy.h */
plomb_status
plomb_signed_identity_check(plomb_ctx *ctx, const plomb_signed_identity *identity,
	const plomb_image_name *image, plomb_view signed_, int accept_unnamed)
{
	static const plomb_view what = PLOMB_LIT("the image's name in the signature");
	plomb_image_name want, got;
	plomb_status s;

	s = wanted(ctx->work, identity, image, &want);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s
			: plomb_refuse(ctx, PLOMB_POLICY_IDENTITY_MISMATCH, what, identity->reference, signed_);
	}
	/* Whose signature names nothing is asked for a repository alone: that is all that the digest leaves open. */
	if (signed_.n == 0 && accept_unnamed && identity->type == PLOMB_MATCH_REPOSITORY) {
		return PLOMB_OK;
	}
	s = plomb_image_name_parse(ctx->work, signed_, &got);
	if (s == PLOMB_NO_ROOM || (s == PLOMB_OK && matches(identity, &want, &got))) {
		return s;
	}
	return plomb_refuse(ctx, PLOMB_POLICY_IDENTITY_MISMATCH, what, wanted_text(ctx->work, identity, &want), signed_);
}

/* ---------------------------------------------------------------- validation */

/* see policy_inner.h: with one more component it is a repository of that name. */
plomb_status
plomb_policy_prefix_check(plomb_work *work, plomb_view prefix)
{
	plomb_view part[2] = { { NULL, 0 }, PLOMB_LIT("/x") };
	plomb_image_name name;
	plomb_view text;
	plomb_status s;

	part[0] = prefix;
	if ((s = plomb_policy_join(work, part, 2, &text)) != PLOMB_OK) {
		return s;
	}
	s = plomb_image_name_parse(work, text, &name);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_REFERENCE_INVALID;
	}
	/* Something that is called otherwise when it is written out would never be the prefix of a name. */
	return plomb_view_eq(name.repository, text) || plomb_view_is(prefix, "docker.io") ? PLOMB_OK : PLOMB_REFERENCE_INVALID;
}

/* see policy.h */
plomb_status
plomb_signed_identity_validate(plomb_work *work, const plomb_signed_identity *identity)
{
	plomb_image_name name;
	plomb_status s;

	switch (identity->type) {
	case PLOMB_EXACT_REFERENCE:
	case PLOMB_EXACT_REPOSITORY:
		s = plomb_image_name_parse(work, identity->reference, &name);
		if (s != PLOMB_OK) {
			return s;
		}
		return has_version(&name) == (identity->type == PLOMB_EXACT_REFERENCE) ? PLOMB_OK : PLOMB_REFERENCE_INVALID;
	case PLOMB_REMAP_IDENTITY:
		s = plomb_policy_prefix_check(work, identity->prefix);
		return s != PLOMB_OK ? s : plomb_policy_prefix_check(work, identity->signed_prefix);
	default:
		return PLOMB_OK;
	}
}
