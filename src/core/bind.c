#include "bind.h"

#include "base64.h"
#include "refusal.h"

#define CONTENT(c) (1u << (c))

/* see bind.h */
plomb_status
plomb_bind_refuse(plomb_binding *b, plomb_status status, const char *what,
	plomb_view want, plomb_view got)
{
	return plomb_refuse_text(b->ctx, status, what, want, got);
}

/* SHA-256 of a certificate or key in hex, as people compare them. */
static plomb_view
fingerprint(plomb_binding *b, plomb_view der)
{
	unsigned char hash[PLOMB_MAX_HASH_LEN];
	plomb_view bytes;

	plomb_hash_of(b->ctx->crypto, PLOMB_SHA256, der, hash);
	bytes.p = hash;
	bytes.n = plomb_hash_len(PLOMB_SHA256);
	return plomb_refusal_hex(b->ctx, bytes);
}

/* see bind.h */
plomb_status
plomb_bind_refuse_signature(plomb_binding *b, plomb_view got)
{
	return plomb_bind_refuse(b, PLOMB_TLOG_SIGNATURE_MISMATCH, "signature",
		plomb_refusal_base64(b->ctx, b->candidate->signature), got);
}

/* see bind.h */
plomb_status
plomb_bind_refuse_key(plomb_binding *b, plomb_view got)
{
	plomb_view want = fingerprint(b, plomb_bind_der(b));

	return plomb_bind_refuse(b, PLOMB_TLOG_KEY_MISMATCH,
		b->cert != NULL ? "certificate" : "public key", want, fingerprint(b, got));
}

/* see bind.h */
plomb_status
plomb_bind_members(plomb_binding *b, uint32_t object,
	const char *const *names, size_t count, uint32_t *values)
{
	plomb_status s;

	s = plomb_json_members(&b->doc, object, names, count, PLOMB_JSON_STRICT, values, NULL);
	return s == PLOMB_OK ? PLOMB_OK : PLOMB_TLOG_BODY_MALFORMED;
}

/* see bind.h */
plomb_status
plomb_bind_string(plomb_binding *b, uint32_t value, plomb_view *text)
{
	plomb_status s = plomb_json_string(b->ctx->work, &b->doc, value, text);

	return s == PLOMB_OK || s == PLOMB_NO_ROOM ? s : PLOMB_TLOG_BODY_MALFORMED;
}

/* see bind.h */
plomb_status
plomb_bind_signature(plomb_binding *b, plomb_view text)
{
	if (plomb_base64_eq(text, b->candidate->signature)) {
		return PLOMB_OK;
	}
	return plomb_bind_refuse_signature(b, text);
}

/* see bind.h */
plomb_view
plomb_bind_der(const plomb_binding *b)
{
	return b->cert != NULL ? b->cert->der : b->key->spki;
}

/* see bind.h */
plomb_status
plomb_bind_digest(plomb_binding *b, plomb_message *message, plomb_hash hash, plomb_view *digest)
{
	digest->p = plomb_message_digest(message, b->ctx->crypto, hash);
	digest->n = plomb_hash_len(hash);
	if (digest->p != NULL) {
		return PLOMB_OK;
	}
	*digest = plomb_nothing;
	return plomb_bind_refuse(b, PLOMB_ARTIFACT_DIGEST_ALG_UNSUPPORTED, "artifact digest",
		plomb_view_of(plomb_hash_name(hash)), plomb_nothing);
}

/* Which kinds of entry there are, and what they can be about (SPEC 6.4, 7.2). */
static const struct {
	const char *kind, *version;
	unsigned contents;
	plomb_status (*bind)(plomb_binding *b);
} KINDS[] = {
	{ "hashedrekord", "0.0.1", CONTENT(PLOMB_CONTENT_MESSAGE) | CONTENT(PLOMB_CONTENT_SIMPLESIGNING),
		plomb_bind_hashedrekord_v001 },
	{ "dsse", "0.0.1", CONTENT(PLOMB_CONTENT_DSSE), plomb_bind_dsse_v001 },
	{ "intoto", "0.0.1", CONTENT(PLOMB_CONTENT_DSSE), plomb_bind_intoto_v001 },
	{ "intoto", "0.0.2", CONTENT(PLOMB_CONTENT_DSSE), plomb_bind_intoto_v002 },
	{ "hashedrekord", "0.0.2", CONTENT(PLOMB_CONTENT_MESSAGE) | CONTENT(PLOMB_CONTENT_DSSE),
		plomb_bind_hashedrekord_v002 },
	{ "dsse", "0.0.2", CONTENT(PLOMB_CONTENT_DSSE), plomb_bind_dsse_v002 }
};

/* The body's kind is the one that the bundle claims, and which kind it is. */
static plomb_status
bind_kind(plomb_binding *b, plomb_view kind, plomb_view version)
{
	const plomb_entry *e = b->entry;
	size_t i;

	if (e->kind.n != 0 && !plomb_view_eq(e->kind, kind)) {
		return plomb_bind_refuse(b, PLOMB_TLOG_KIND_MISMATCH, "kind", e->kind, kind);
	}
	if (e->version.n != 0 && !plomb_view_eq(e->version, version)) {
		return plomb_bind_refuse(b, PLOMB_TLOG_KIND_MISMATCH, "apiVersion", e->version, version);
	}
	for (i = 0; i < sizeof KINDS / sizeof KINDS[0]; i ++) {
		if (!plomb_view_is(kind, KINDS[i].kind) || !plomb_view_is(version, KINDS[i].version)) {
			continue;
		}
		if ((KINDS[i].contents & CONTENT(b->candidate->content)) == 0) {
			return plomb_bind_refuse(b, PLOMB_TLOG_CONTENT_MISMATCH, "kind",
				plomb_nothing, kind);
		}
		return KINDS[i].bind(b);
	}
	return plomb_bind_refuse(b, PLOMB_TLOG_KIND_UNSUPPORTED, "kind", version, kind);
}

static plomb_status
bind_body(plomb_binding *b)
{
	static const char *const NAMES[] = { "kind", "apiVersion", "spec" };
	plomb_view kind, version;
	uint32_t v[3];
	plomb_status s;

	s = plomb_json_parse(b->ctx->work, b->entry->body, &b->doc);
	if (s != PLOMB_OK) {
		return s == PLOMB_NO_ROOM ? s : PLOMB_TLOG_BODY_MALFORMED;
	}
	if ((s = plomb_bind_members(b, 0, NAMES, 3, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[0], &kind)) != PLOMB_OK) {
		return s;
	}
	if ((s = plomb_bind_string(b, v[1], &version)) != PLOMB_OK) {
		return s;
	}
	b->spec = v[2];
	return bind_kind(b, kind, version);
}

/* see entry.h */
plomb_status
plomb_entry_bind(plomb_ctx *ctx, const plomb_candidate *candidate, const plomb_entry *entry,
	const plomb_cert *cert, const plomb_key *key, plomb_messages *messages)
{
	size_t mark = plomb_work_mark(ctx->work);
	plomb_binding b;
	plomb_status s;

	/* A caller that does not know who signed cannot be told that it fits. */
	if (key == NULL) {
		return PLOMB_INTERNAL_ERROR;
	}
	memset(&b, 0, sizeof b);
	b.ctx = ctx;
	b.candidate = candidate;
	b.entry = entry;
	b.cert = cert;
	b.key = key;
	b.messages = messages;
	s = bind_body(&b);
	/* After a refusal the memory stays: the detail points into it. */
	if (s == PLOMB_OK) {
		plomb_work_release(ctx->work, mark);
	}
	return s;
}
