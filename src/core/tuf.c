/* see tuf.h */
#include "tuf.h"

#include "base64.h"
#include "canonical_json.h"
#include "key.h"
#include "refusal.h"

/* The longest signature in hex: RSA with 4096 bits. */
#define MAX_SIGNATURE 512

static const struct {
	const char *name;
	size_t max;
} roles[PLOMB_TUF_ROLES] = {
	{ "root", PLOMB_TUF_MAX_ROOT_BYTES },
	{ "timestamp", PLOMB_TUF_MAX_TIMESTAMP_BYTES },
	{ "snapshot", PLOMB_TUF_MAX_SNAPSHOT_BYTES },
	{ "targets", PLOMB_TUF_MAX_TARGETS_BYTES }
};

/* see tuf.h */
const char *
plomb_tuf_role_name(plomb_tuf_role role)
{
	return roles[role].name;
}

/* see tuf.h */
size_t
plomb_tuf_role_max(plomb_tuf_role role)
{
	return roles[role].max;
}

/* ----------------------------------------------------------------- refusing */

static plomb_status
refuse(plomb_ctx *ctx, plomb_status status, const char *what, const char *want, plomb_view got)
{
	return plomb_refuse_text(ctx, status, what, plomb_view_of(want), got);
}

static plomb_status
malformed(plomb_ctx *ctx, const char *what, const char *want, const plomb_json *doc, uint32_t value)
{
	return refuse(ctx, PLOMB_TUF_MALFORMED, what, want, plomb_json_raw(doc, value));
}

static plomb_status
refuse_numbers(plomb_ctx *ctx, plomb_status status, const char *what, uint64_t want, uint64_t got)
{
	plomb_view wanted = plomb_refusal_number(ctx, want);

	return plomb_refuse_text(ctx, status, what, wanted, plomb_refusal_number(ctx, got));
}

/* A reader's reason, which is only that the file is not what it should be. */
static plomb_status
as_malformed(plomb_ctx *ctx, plomb_status status, const char *what)
{
	if (status == PLOMB_NO_ROOM || status == PLOMB_LIMIT_EXCEEDED) {
		return status;
	}
	return refuse(ctx, PLOMB_TUF_MALFORMED, what, "TUF metadata", plomb_view_of(plomb_status_sentence(status)));
}

/* ------------------------------------------------------------------ reading */

/* A whole number as JSON writes it; a string of digits is another type. */
static int
read_number(const plomb_json *doc, uint32_t value, int64_t least, int64_t *number)
{
	*number = 0;
	return plomb_json_typeof(doc, value) == PLOMB_JSON_NUMBER
		&& plomb_json_int64(doc, value, number) == PLOMB_OK && *number >= least;
}

/* The member that has this name, PLOMB_JSON_NONE if there is none. */
static uint32_t
member_named(const plomb_json *doc, uint32_t object, plomb_view name)
{
	uint32_t key;

	if (plomb_json_typeof(doc, object) != PLOMB_JSON_OBJECT) {
		return PLOMB_JSON_NONE;
	}
	key = plomb_json_first(doc, object);
	while (key != PLOMB_JSON_NONE && !plomb_json_eq(doc, key, name)) {
		key = plomb_json_next(doc, key);
	}
	return plomb_json_value(doc, key);
}

/* "1.0.31" or "1.0": two or three numbers, of which the first is 1. */
static int
is_spec_version(plomb_view text)
{
	size_t i, dots = 0, digits = 0;

	if (!plomb_view_starts(text, "1.")) {
		return 0;
	}
	for (i = 0; i < text.n; i ++) {
		if (text.p[i] == '.') {
			if (digits == 0) {
				return 0;
			}
			dots ++;
			digits = 0;
			continue;
		}
		if (text.p[i] < '0' || text.p[i] > '9') {
			return 0;
		}
		digits ++;
	}
	return digits != 0 && dots <= 2;
}

/* The members that every kind of file has. */
static plomb_status
read_common(plomb_ctx *ctx, plomb_tuf_role role, plomb_tuf_file *file)
{
	static const char *const NAMES[] = { "_type", "spec_version", "version", "expires" };
	const plomb_json *doc = &file->doc;
	plomb_view text;
	uint32_t v[4];
	plomb_status s;

	if ((s = plomb_json_members(doc, file->signed_, NAMES, 4, 0, v, NULL)) != PLOMB_OK) {
		return as_malformed(ctx, s, "signed");
	}
	if (!plomb_json_is(doc, v[0], roles[role].name)) {
		return malformed(ctx, "_type", roles[role].name, doc, v[0]);
	}
	if (plomb_json_typeof(doc, v[1]) != PLOMB_JSON_STRING || !is_spec_version(plomb_json_raw(doc, v[1]))) {
		return malformed(ctx, "spec_version", "1.0", doc, v[1]);
	}
	if (!read_number(doc, v[2], 1, &file->version)) {
		return malformed(ctx, "version", "a number from 1", doc, v[2]);
	}
	if ((s = plomb_json_string(ctx->work, doc, v[3], &text)) == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK || plomb_time_parse(text, &file->expires) != PLOMB_OK) {
		return malformed(ctx, "expires", "a time", doc, v[3]);
	}
	return PLOMB_OK;
}

/* Not described by a hash, a file is parsed before anybody has vouched for it. */
static plomb_status
check_tokens(plomb_view bytes)
{
	uint32_t count = 0;
	plomb_status s;

	if (bytes.n / 2 < PLOMB_TUF_MAX_TOKENS) {
		return PLOMB_OK;
	}
	s = plomb_json_check(bytes, &count);
	return s == PLOMB_OK && count > PLOMB_TUF_MAX_TOKENS ? PLOMB_LIMIT_EXCEEDED : s;
}

static plomb_status
open_file(plomb_ctx *ctx, plomb_tuf_role role, plomb_view bytes, plomb_tuf_file *file)
{
	plomb_status s;

	memset(file, 0, sizeof *file);
	/* Before anything is read of it: "endless data" must cost nothing. */
	if (bytes.n > roles[role].max) {
		return refuse_numbers(ctx, PLOMB_TUF_LENGTH, "length", roles[role].max, bytes.n);
	}
	if ((s = check_tokens(bytes)) != PLOMB_OK || (s = plomb_json_parse(ctx->work, bytes, &file->doc)) != PLOMB_OK) {
		return as_malformed(ctx, s, roles[role].name);
	}
	file->signed_ = plomb_json_member(&file->doc, 0, "signed");
	return read_common(ctx, role, file);
}

/* --------------------------------------------------------------------- keys */

/*
 * An EC point or an Ed25519 key that is given bare: SubjectPublicKeyInfo up
 * to where its bytes begin, so that key.c judges them as it does all others.
 */
static const unsigned char spki_p256[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00
};
static const unsigned char spki_ed25519[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
};

typedef struct {
	const char *keytype;
	const char *scheme;
	plomb_key_kind kind;
	plomb_hash hash;
	const unsigned char *spki; /* of the bare form, which is hex; NULL: PEM only */
	size_t spki_len, bare_len;
} key_scheme;

static const key_scheme key_schemes[] = {
	{ "ecdsa", "ecdsa-sha2-nistp256", PLOMB_KEY_P256, PLOMB_SHA256, spki_p256, sizeof spki_p256, 65 },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", PLOMB_KEY_P256, PLOMB_SHA256, spki_p256, sizeof spki_p256, 65 },
	{ "ecdsa", "ecdsa-sha2-nistp384", PLOMB_KEY_P384, PLOMB_SHA384, NULL, 0, 0 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", PLOMB_KEY_P384, PLOMB_SHA384, NULL, 0, 0 },
	{ "ed25519", "ed25519", PLOMB_KEY_ED25519, PLOMB_HASH_NONE, spki_ed25519, sizeof spki_ed25519, 32 },
	{ "rsa", "rsassa-pss-sha256", PLOMB_KEY_RSA, PLOMB_SHA256, NULL, 0, 0 }
};

static const key_scheme *
find_scheme(const plomb_json *doc, uint32_t object)
{
	size_t i;

	for (i = 0; i < sizeof key_schemes / sizeof key_schemes[0]; i ++) {
		if (plomb_json_is(doc, plomb_json_member(doc, object, "keytype"), key_schemes[i].keytype)
			&& plomb_json_is(doc, plomb_json_member(doc, object, "scheme"), key_schemes[i].scheme))
		{
			return &key_schemes[i];
		}
	}
	return NULL;
}

/* Hex of the key's own bytes; PLOMB_UNSET if the text is not that. */
static plomb_status
read_bare_key(plomb_ctx *ctx, const key_scheme *scheme, plomb_view text, plomb_key *key)
{
	plomb_view spki;
	unsigned char *out;

	if (scheme->spki == NULL || text.n != 2 * scheme->bare_len) {
		return PLOMB_UNSET;
	}
	out = plomb_work_take(ctx->work, scheme->spki_len + scheme->bare_len);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	memcpy(out, scheme->spki, scheme->spki_len);
	if (plomb_hex_decode(text, out + scheme->spki_len, scheme->bare_len) != PLOMB_OK) {
		return PLOMB_UNSET;
	}
	spki.p = out;
	spki.n = scheme->spki_len + scheme->bare_len;
	return plomb_key_from_spki(ctx->crypto, spki, key);
}

/*
 * A key object. PLOMB_NO_ROOM, or any other reason for which the key counts
 * for nothing: a repository may have keys of kinds that are not known here.
 */
static plomb_status
read_key(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_key *key, plomb_hash *hash)
{
	const key_scheme *scheme = find_scheme(doc, object);
	plomb_view text;
	plomb_status s;

	memset(key, 0, sizeof *key);
	if (scheme == NULL) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	s = plomb_json_string(ctx->work, doc,
		plomb_json_member(doc, plomb_json_member(doc, object, "keyval"), "public"), &text);
	if (s != PLOMB_OK) {
		return s;
	}
	s = read_bare_key(ctx, scheme, text, key);
	if (s == PLOMB_UNSET) {
		s = plomb_key_from_pem(ctx, text, key);
	}
	if (s != PLOMB_OK) {
		return s;
	}
	if (key->kind != scheme->kind) {
		return PLOMB_KEY_TYPE_UNSUPPORTED;
	}
	if (key->kind == PLOMB_KEY_RSA) {
		/* The SPKI of these keys does not say it, the scheme does. */
		key->kind = PLOMB_KEY_RSA_PSS;
	}
	*hash = scheme->hash;
	return PLOMB_OK;
}

/* A list of different keys. */
typedef struct {
	plomb_key *key;
	uint32_t count;
} key_set;

static int
has_key(const key_set *set, const plomb_key *key)
{
	uint32_t i;

	for (i = 0; i < set->count; i ++) {
		if (plomb_key_eq(&set->key[i], key)) {
			return 1;
		}
	}
	return 0;
}

static plomb_status
start_keys(plomb_ctx *ctx, key_set *set)
{
	set->count = 0;
	set->key = plomb_work_take_array(ctx->work, PLOMB_TUF_MAX_KEYS, sizeof *set->key);
	return set->key != NULL ? PLOMB_OK : PLOMB_NO_ROOM;
}

/* ------------------------------------------------------------ signatures */

/* The bytes that are signed, and the signatures. */
typedef struct {
	const plomb_tuf_file *file;
	uint32_t signatures;
	plomb_message message;
} signed_part;

/* The first signature that says it is by this key; a second one would only be more work. */
static uint32_t
find_signature(const signed_part *part, plomb_view keyid)
{
	const plomb_json *doc = &part->file->doc;
	uint32_t item;

	for (item = plomb_json_first(doc, part->signatures); item != PLOMB_JSON_NONE; item = plomb_json_next(doc, item)) {
		if (plomb_json_eq(doc, plomb_json_member(doc, item, "keyid"), keyid)) {
			return plomb_json_member(doc, item, "sig");
		}
	}
	return PLOMB_JSON_NONE;
}

/* Whether the key has signed; an absent signer's sig is an empty string. */
static plomb_status
verify_one(plomb_ctx *ctx, signed_part *part, const plomb_key *key, plomb_hash hash, plomb_view keyid)
{
	unsigned char sig[MAX_SIGNATURE];
	plomb_view text, bytes;
	plomb_status s;

	s = plomb_json_string(ctx->work, &part->file->doc, find_signature(part, keyid), &text);
	if (s != PLOMB_OK) {
		return s;
	}
	if (text.n / 2 > sizeof sig || plomb_hex_decode(text, sig, text.n / 2) != PLOMB_OK) {
		return PLOMB_SIGNATURE_MALFORMED;
	}
	bytes.p = sig;
	bytes.n = text.n / 2;
	return plomb_key_verify(ctx, key, hash, &part->message, bytes);
}

/*
 * One keyid of a role: if its key has signed, it is in the set afterwards. A
 * key is counted by what it is and not by what it is called, so that two ids
 * or two signatures of one key are one (CVE-2020-15093, CVE-2020-6174,
 * GHSA-3633-5h82-39pq).
 */
static plomb_status
count_one(plomb_ctx *ctx, const plomb_tuf_root *root, uint32_t keyid, signed_part *part, key_set *set)
{
	const plomb_json *doc = &root->file.doc;
	plomb_hash hash = PLOMB_HASH_NONE;
	plomb_view id;
	plomb_key key;
	plomb_status s;

	if ((s = plomb_json_string(ctx->work, doc, keyid, &id)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_key(ctx, doc, member_named(doc, root->keys, id), &key, &hash)) != PLOMB_OK) {
		return s;
	}
	if (has_key(set, &key)) {
		return PLOMB_OK;
	}
	if ((s = verify_one(ctx, part, &key, hash, id)) == PLOMB_OK) {
		set->key[set->count ++] = key;
	}
	return s;
}

static plomb_status
count_signatures(plomb_ctx *ctx, const plomb_tuf_root *root, plomb_tuf_role role, signed_part *part)
{
	const plomb_json *doc = &root->file.doc;
	uint32_t keyid;
	int64_t threshold;
	key_set set;
	plomb_status s;

	if ((s = start_keys(ctx, &set)) != PLOMB_OK) {
		return s;
	}
	keyid = plomb_json_first(doc, plomb_json_member(doc, root->roles[role], "keyids"));
	for (; keyid != PLOMB_JSON_NONE; keyid = plomb_json_next(doc, keyid)) {
		if (count_one(ctx, root, keyid, part, &set) == PLOMB_NO_ROOM) {
			return PLOMB_NO_ROOM;
		}
	}
	/* read_role has seen that it is at least 1; if it were not read, nothing would be enough. */
	if (!read_number(doc, plomb_json_member(doc, root->roles[role], "threshold"), 1, &threshold)
		|| (int64_t)set.count < threshold)
	{
		return refuse_numbers(ctx, PLOMB_TUF_SIGNATURE_THRESHOLD, roles[role].name, (uint64_t)threshold, set.count);
	}
	return PLOMB_OK;
}

/* The file is signed by as many keys of the role as the root asks for. */
static plomb_status
verify(plomb_ctx *ctx, const plomb_tuf_root *root, plomb_tuf_role role, const plomb_tuf_file *file)
{
	signed_part part;
	plomb_view canonical;
	uint32_t count;
	plomb_status s;

	part.file = file;
	part.signatures = plomb_json_member(&file->doc, 0, "signatures");
	if (plomb_json_typeof(&file->doc, part.signatures) != PLOMB_JSON_ARRAY) {
		return malformed(ctx, "signatures", "a list", &file->doc, part.signatures);
	}
	count = plomb_json_size(&file->doc, part.signatures, PLOMB_TUF_MAX_SIGNATURES);
	if (count > PLOMB_TUF_MAX_SIGNATURES) {
		return refuse_numbers(ctx, PLOMB_LIMIT_EXCEEDED, "signatures", PLOMB_TUF_MAX_SIGNATURES, count);
	}
	s = plomb_canonical_json(ctx->work, &file->doc, file->signed_, &canonical);
	if (s != PLOMB_OK) {
		return as_malformed(ctx, s, "signed");
	}
	plomb_message_from_bytes(&part.message, canonical);
	return count_signatures(ctx, root, role, &part);
}

/* see tuf.h */
plomb_status
plomb_tuf_fresh(plomb_ctx *ctx, const plomb_tuf_file *file, plomb_time now)
{
	if (plomb_time_cmp(&file->expires, &now) > 0) {
		return PLOMB_OK;
	}
	return plomb_refuse_time(ctx, PLOMB_TUF_EXPIRED, "expires", &now, &file->expires);
}

static plomb_status
check_fresh(plomb_ctx *ctx, const plomb_tuf_file *file, const plomb_time *now)
{
	return now == NULL ? PLOMB_OK : plomb_tuf_fresh(ctx, file, *now);
}

/* --------------------------------------------------------------------- root */

/* A threshold of 0 would be met by nobody's signature (CVE-2026-23992). */
static plomb_status
read_role(plomb_ctx *ctx, const plomb_json *doc, uint32_t role)
{
	uint32_t keyids = plomb_json_member(doc, role, "keyids");
	uint32_t threshold = plomb_json_member(doc, role, "threshold");
	uint32_t count, keyid;
	int64_t number;

	if (plomb_json_typeof(doc, keyids) != PLOMB_JSON_ARRAY) {
		return malformed(ctx, "keyids", "a list", doc, keyids);
	}
	count = plomb_json_size(doc, keyids, PLOMB_TUF_MAX_KEYS);
	if (count > PLOMB_TUF_MAX_KEYS) {
		return refuse_numbers(ctx, PLOMB_LIMIT_EXCEEDED, "keyids", PLOMB_TUF_MAX_KEYS, count);
	}
	for (keyid = plomb_json_first(doc, keyids); keyid != PLOMB_JSON_NONE; keyid = plomb_json_next(doc, keyid)) {
		if (plomb_json_typeof(doc, keyid) != PLOMB_JSON_STRING) {
			return malformed(ctx, "keyids", "strings", doc, keyid);
		}
	}
	if (!read_number(doc, threshold, 1, &number) || number > (int64_t)count) {
		return malformed(ctx, "threshold", "at least 1, at most the number of keys", doc, threshold);
	}
	return PLOMB_OK;
}

static plomb_status
read_root(plomb_ctx *ctx, plomb_view bytes, plomb_tuf_root *root)
{
	const plomb_json *doc = &root->file.doc;
	uint32_t all, consistent;
	plomb_status s;
	int i;

	memset(root, 0, sizeof *root);
	if ((s = open_file(ctx, PLOMB_TUF_ROLE_ROOT, bytes, &root->file)) != PLOMB_OK) {
		return s;
	}
	root->keys = plomb_json_member(doc, root->file.signed_, "keys");
	if (plomb_json_typeof(doc, root->keys) != PLOMB_JSON_OBJECT) {
		return malformed(ctx, "keys", "an object", doc, root->keys);
	}
	all = plomb_json_member(doc, root->file.signed_, "roles");
	for (i = 0; i < PLOMB_TUF_ROLES; i ++) {
		root->roles[i] = plomb_json_member(doc, all, roles[i].name);
		if ((s = read_role(ctx, doc, root->roles[i])) != PLOMB_OK) {
			return s;
		}
	}
	consistent = plomb_json_member(doc, root->file.signed_, "consistent_snapshot");
	if (consistent != PLOMB_JSON_NONE
		&& plomb_json_bool(doc, consistent, &root->consistent_snapshot) != PLOMB_OK)
	{
		return malformed(ctx, "consistent_snapshot", "true or false", doc, consistent);
	}
	return PLOMB_OK;
}

/* see tuf.h */
plomb_status
plomb_tuf_root_load(plomb_ctx *ctx, plomb_view bytes, plomb_tuf_root *root)
{
	plomb_status s;

	if ((s = read_root(ctx, bytes, root)) != PLOMB_OK) {
		return s;
	}
	return verify(ctx, root, PLOMB_TUF_ROLE_ROOT, &root->file);
}

/* see tuf.h */
plomb_status
plomb_tuf_root_next(plomb_ctx *ctx, const plomb_tuf_root *trusted, plomb_view bytes, plomb_tuf_root *next)
{
	/* Versions are not negative, and the next of the largest is none that a file can have. */
	uint64_t found, wanted = (uint64_t)trusted->file.version + 1;
	plomb_status s;

	if ((s = read_root(ctx, bytes, next)) != PLOMB_OK) {
		return s;
	}
	if ((s = verify(ctx, trusted, PLOMB_TUF_ROLE_ROOT, &next->file)) != PLOMB_OK) {
		return s;
	}
	found = (uint64_t)next->file.version;
	if (found != wanted) {
		return refuse_numbers(ctx, found < wanted ? PLOMB_TUF_ROLLBACK : PLOMB_TUF_VERSION, "version of root", wanted, found);
	}
	return verify(ctx, next, PLOMB_TUF_ROLE_ROOT, &next->file);
}

/* Every usable key of a role. */
static plomb_status
read_keys(plomb_ctx *ctx, const plomb_tuf_root *root, plomb_tuf_role role, key_set *set)
{
	const plomb_json *doc = &root->file.doc;
	uint32_t keyid;
	plomb_status s;

	if ((s = start_keys(ctx, set)) != PLOMB_OK) {
		return s;
	}
	keyid = plomb_json_first(doc, plomb_json_member(doc, root->roles[role], "keyids"));
	for (; keyid != PLOMB_JSON_NONE; keyid = plomb_json_next(doc, keyid)) {
		plomb_hash hash;
		plomb_view id;
		plomb_key key;

		s = plomb_json_string(ctx->work, doc, keyid, &id);
		if (s == PLOMB_OK) {
			s = read_key(ctx, doc, member_named(doc, root->keys, id), &key, &hash);
		}
		if (s == PLOMB_NO_ROOM) {
			return s;
		}
		if (s == PLOMB_OK && !has_key(set, &key)) {
			set->key[set->count ++] = key;
		}
	}
	return PLOMB_OK;
}

/* see tuf.h */
plomb_status
plomb_tuf_keys_changed(plomb_ctx *ctx, const plomb_tuf_root *a, const plomb_tuf_root *b, plomb_tuf_role role, int *changed)
{
	size_t mark = plomb_work_mark(ctx->work);
	key_set before, after;
	plomb_status s;
	uint32_t i;

	*changed = 1;
	s = read_keys(ctx, a, role, &before);
	if (s == PLOMB_OK) {
		s = read_keys(ctx, b, role, &after);
	}
	if (s == PLOMB_OK) {
		*changed = before.count != after.count;
		for (i = 0; i < before.count; i ++) {
			*changed |= !has_key(&after, &before.key[i]);
		}
	}
	plomb_work_release(ctx->work, mark);
	return s;
}

/* ------------------------------------------------------------- descriptions */

static plomb_status
read_hash(const plomb_json *doc, uint32_t value, plomb_hash hash, plomb_digest *digest)
{
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	digest->hash = hash;
	if (plomb_json_typeof(doc, value) != PLOMB_JSON_STRING) {
		return PLOMB_TUF_MALFORMED;
	}
	return plomb_hex_decode(plomb_json_raw(doc, value), digest->bytes, plomb_hash_len(hash));
}

/* Length and hashes, each if it is there; hashes of which none is known cannot be checked. */
static plomb_status
read_content(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_tuf_description *d)
{
	uint32_t length = plomb_json_member(doc, object, "length");
	uint32_t hashes = plomb_json_member(doc, object, "hashes");
	int64_t number;

	if (length != PLOMB_JSON_NONE) {
		if (!read_number(doc, length, 0, &number)) {
			return malformed(ctx, "length", "a number", doc, length);
		}
		d->has_length = 1;
		d->length = (uint64_t)number;
	}
	if (hashes == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (read_hash(doc, plomb_json_member(doc, hashes, "sha256"), PLOMB_SHA256, &d->sha256) != PLOMB_OK
		|| read_hash(doc, plomb_json_member(doc, hashes, "sha512"), PLOMB_SHA512, &d->sha512) != PLOMB_OK
		|| (d->sha256.hash == PLOMB_HASH_NONE && d->sha512.hash == PLOMB_HASH_NONE))
	{
		return malformed(ctx, "hashes", "sha256 or sha512 in hex", doc, hashes);
	}
	return PLOMB_OK;
}

/* One entry of meta. */
static plomb_status
read_meta(plomb_ctx *ctx, const plomb_json *doc, uint32_t object, plomb_tuf_description *d)
{
	uint32_t version = plomb_json_member(doc, object, "version");

	memset(d, 0, sizeof *d);
	if (!read_number(doc, version, 1, &d->version)) {
		return malformed(ctx, "version in meta", "a number from 1", doc, version);
	}
	return read_content(ctx, doc, object, d);
}

static plomb_status
check_hash(plomb_ctx *ctx, const plomb_digest *digest, plomb_view bytes)
{
	unsigned char is[PLOMB_MAX_HASH_LEN];
	plomb_view want, got;

	if (digest->hash == PLOMB_HASH_NONE) {
		return PLOMB_OK;
	}
	plomb_hash_of(ctx->crypto, digest->hash, bytes, is);
	want.p = digest->bytes;
	got.p = is;
	want.n = got.n = plomb_hash_len(digest->hash);
	if (plomb_view_eq(want, got)) {
		return PLOMB_OK;
	}
	want = plomb_refusal_hex(ctx, want);
	got = plomb_refusal_hex(ctx, got);
	return plomb_refuse_text(ctx, PLOMB_TUF_HASH_MISMATCH, plomb_hash_name(digest->hash), want, got);
}

/* see tuf.h */
plomb_status
plomb_tuf_target_check(plomb_ctx *ctx, const plomb_tuf_description *target, plomb_view bytes)
{
	plomb_status s;

	if (target->has_length && target->length != bytes.n) {
		return refuse_numbers(ctx, PLOMB_TUF_LENGTH, "length", target->length, bytes.n);
	}
	if ((s = check_hash(ctx, &target->sha256, bytes)) != PLOMB_OK) {
		return s;
	}
	return check_hash(ctx, &target->sha512, bytes);
}

static plomb_status
check_version(plomb_ctx *ctx, const char *what, int64_t wanted, int64_t version)
{
	if (version == wanted) {
		return PLOMB_OK;
	}
	return refuse_numbers(ctx, PLOMB_TUF_VERSION, what, (uint64_t)wanted, (uint64_t)version);
}

static plomb_status
check_not_older(plomb_ctx *ctx, const char *what, int64_t trusted, int64_t version)
{
	if (version >= trusted) {
		return PLOMB_OK;
	}
	return refuse_numbers(ctx, PLOMB_TUF_ROLLBACK, what, (uint64_t)trusted, (uint64_t)version);
}

/* ------------------------------------------------------- timestamp, snapshot */

/* see tuf.h */
plomb_status
plomb_tuf_timestamp_next(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_timestamp *trusted,
	plomb_view bytes, const plomb_time *now, plomb_tuf_timestamp *timestamp)
{
	plomb_tuf_file *file = &timestamp->file;
	uint32_t meta;
	plomb_status s;

	memset(timestamp, 0, sizeof *timestamp);
	if ((s = open_file(ctx, PLOMB_TUF_ROLE_TIMESTAMP, bytes, file)) != PLOMB_OK) {
		return s;
	}
	if ((s = verify(ctx, root, PLOMB_TUF_ROLE_TIMESTAMP, file)) != PLOMB_OK) {
		return s;
	}
	meta = plomb_json_member(&file->doc, file->signed_, "meta");
	s = read_meta(ctx, &file->doc, plomb_json_member(&file->doc, meta, "snapshot.json"), &timestamp->snapshot);
	if (s != PLOMB_OK) {
		return s;
	}
	if (trusted != NULL) {
		if ((s = check_not_older(ctx, "version of timestamp", trusted->file.version, file->version)) != PLOMB_OK
			|| (s = check_not_older(ctx, "version of snapshot", trusted->snapshot.version, timestamp->snapshot.version)) != PLOMB_OK)
		{
			return s;
		}
		if (file->version == trusted->file.version) {
			*timestamp = *trusted;
		}
	}
	return check_fresh(ctx, file, now);
}

/* see tuf.h */
plomb_status
plomb_tuf_timestamp_expires(plomb_ctx *ctx, plomb_view bytes, plomb_time *expires)
{
	plomb_tuf_file file;
	plomb_status s;

	s = open_file(ctx, PLOMB_TUF_ROLE_TIMESTAMP, bytes, &file);
	*expires = file.expires;
	return s;
}

/* Nothing that was named is gone or older (CVE-2022-29173). */
static plomb_status
check_meta(plomb_ctx *ctx, const plomb_tuf_snapshot *trusted, const plomb_tuf_snapshot *snapshot)
{
	const plomb_json *old = &trusted->file.doc, *new = &snapshot->file.doc;
	plomb_tuf_description before, after;
	uint32_t key;
	plomb_status s;

	for (key = plomb_json_first(old, trusted->meta); key != PLOMB_JSON_NONE; key = plomb_json_next(old, key)) {
		size_t mark = plomb_work_mark(ctx->work);
		plomb_view name;
		uint32_t entry;

		if ((s = plomb_json_string(ctx->work, old, key, &name)) != PLOMB_OK
			|| (s = read_meta(ctx, old, plomb_json_value(old, key), &before)) != PLOMB_OK)
		{
			return as_malformed(ctx, s, "meta");
		}
		entry = member_named(new, snapshot->meta, name);
		if (entry == PLOMB_JSON_NONE) {
			return plomb_refuse_text(ctx, PLOMB_TUF_ROLLBACK, "meta", name, plomb_view_of("absent"));
		}
		if ((s = read_meta(ctx, new, entry, &after)) != PLOMB_OK
			|| (s = check_not_older(ctx, "version in snapshot", before.version, after.version)) != PLOMB_OK)
		{
			return s;
		}
		plomb_work_release(ctx->work, mark);
	}
	return PLOMB_OK;
}

/* Every entry, whether it is needed or not; and that of targets.json. */
static plomb_status
read_snapshot(plomb_ctx *ctx, plomb_tuf_snapshot *snapshot)
{
	const plomb_json *doc = &snapshot->file.doc;
	plomb_tuf_description ignored;
	uint32_t key, count;
	plomb_status s;

	snapshot->meta = plomb_json_member(doc, snapshot->file.signed_, "meta");
	count = plomb_json_size(doc, snapshot->meta, PLOMB_TUF_MAX_META);
	if (count > PLOMB_TUF_MAX_META) {
		return refuse_numbers(ctx, PLOMB_LIMIT_EXCEEDED, "meta", PLOMB_TUF_MAX_META, count);
	}
	if ((s = read_meta(ctx, doc, plomb_json_member(doc, snapshot->meta, "targets.json"), &snapshot->targets)) != PLOMB_OK) {
		return s;
	}
	for (key = plomb_json_first(doc, snapshot->meta); key != PLOMB_JSON_NONE; key = plomb_json_next(doc, key)) {
		if ((s = read_meta(ctx, doc, plomb_json_value(doc, key), &ignored)) != PLOMB_OK) {
			return s;
		}
	}
	return PLOMB_OK;
}

/* see tuf.h */
plomb_status
plomb_tuf_snapshot_next(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_timestamp *timestamp,
	const plomb_tuf_snapshot *trusted, plomb_view bytes, const plomb_time *now, plomb_tuf_snapshot *snapshot)
{
	plomb_tuf_file *file = &snapshot->file;
	plomb_status s;

	memset(snapshot, 0, sizeof *snapshot);
	if (timestamp != NULL && (s = plomb_tuf_target_check(ctx, &timestamp->snapshot, bytes)) != PLOMB_OK) {
		return s;
	}
	if ((s = open_file(ctx, PLOMB_TUF_ROLE_SNAPSHOT, bytes, file)) != PLOMB_OK
		|| (s = verify(ctx, root, PLOMB_TUF_ROLE_SNAPSHOT, file)) != PLOMB_OK
		|| (s = read_snapshot(ctx, snapshot)) != PLOMB_OK)
	{
		return s;
	}
	if (timestamp != NULL
		&& (s = check_version(ctx, "version of snapshot", timestamp->snapshot.version, file->version)) != PLOMB_OK)
	{
		return s;
	}
	if (trusted != NULL && (s = check_meta(ctx, trusted, snapshot)) != PLOMB_OK) {
		return s;
	}
	return check_fresh(ctx, file, now);
}

/* ------------------------------------------------------------------ targets */

/* see tuf.h */
plomb_status
plomb_tuf_targets_next(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_snapshot *snapshot,
	plomb_view bytes, const plomb_time *now, plomb_tuf_targets *targets)
{
	plomb_tuf_file *file = &targets->file;
	plomb_status s;

	memset(targets, 0, sizeof *targets);
	if ((s = plomb_tuf_target_check(ctx, &snapshot->targets, bytes)) != PLOMB_OK) {
		return s;
	}
	if ((s = open_file(ctx, PLOMB_TUF_ROLE_TARGETS, bytes, file)) != PLOMB_OK
		|| (s = verify(ctx, root, PLOMB_TUF_ROLE_TARGETS, file)) != PLOMB_OK
		|| (s = check_version(ctx, "version of targets", snapshot->targets.version, file->version)) != PLOMB_OK)
	{
		return s;
	}
	targets->targets = plomb_json_member(&file->doc, file->signed_, "targets");
	if (plomb_json_typeof(&file->doc, targets->targets) != PLOMB_JSON_OBJECT) {
		return malformed(ctx, "targets", "an object", &file->doc, targets->targets);
	}
	return check_fresh(ctx, file, now);
}

/* see tuf.h */
plomb_status
plomb_tuf_target_find(plomb_ctx *ctx, const plomb_tuf_targets *targets, plomb_view name, plomb_tuf_description *target)
{
	const plomb_json *doc = &targets->file.doc;
	uint32_t entry = member_named(doc, targets->targets, name);
	plomb_status s;

	memset(target, 0, sizeof *target);
	if (entry == PLOMB_JSON_NONE) {
		return plomb_refuse_text(ctx, PLOMB_TUF_TARGET_MISSING, "targets", name, plomb_view_of("absent"));
	}
	if ((s = read_content(ctx, doc, entry, target)) != PLOMB_OK) {
		return s;
	}
	if (!target->has_length || (target->sha256.hash == PLOMB_HASH_NONE && target->sha512.hash == PLOMB_HASH_NONE)) {
		return malformed(ctx, "target", "length and hashes", doc, entry);
	}
	return PLOMB_OK;
}

/*
 * Names below a directory on any file system and in any URL: parts of
 * letters, digits and a few signs, none of which begins with a dot.
 */
static int
is_safe_name(plomb_view name)
{
	size_t i;

	for (i = 0; i < name.n; i ++) {
		unsigned char c = name.p[i];
		int starts = i == 0 || name.p[i - 1] == '/';

		if (starts && (c == '.' || c == '/')) {
			return 0;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
			|| c == '.' || c == '_' || c == '-' || c == '+' || c == '/'))
		{
			return 0;
		}
	}
	return name.n != 0 && name.p[name.n - 1] != '/';
}

/* see tuf.h */
plomb_status
plomb_tuf_target_path(plomb_ctx *ctx, const plomb_tuf_root *root, const plomb_tuf_description *target, plomb_view name, plomb_view *path)
{
	const plomb_digest *digest = target->sha256.hash != PLOMB_HASH_NONE ? &target->sha256 : &target->sha512;
	size_t folder = name.n, hex = 2 * plomb_hash_len(digest->hash);
	unsigned char *out;
	plomb_view bytes;

	path->p = NULL;
	path->n = 0;
	if (!is_safe_name(name)) {
		return refuse(ctx, PLOMB_TUF_MALFORMED, "target name", "a path below targets", name);
	}
	if (!root->consistent_snapshot) {
		return plomb_work_copy(ctx->work, name, path);
	}
	while (folder > 0 && name.p[folder - 1] != '/') {
		folder --;
	}
	out = plomb_work_take(ctx->work, name.n + hex + 1);
	if (out == NULL) {
		return PLOMB_NO_ROOM;
	}
	bytes.p = digest->bytes;
	bytes.n = hex / 2;
	memcpy(out, name.p, folder);
	plomb_hex_encode(out + folder, bytes);
	out[folder + hex] = '.';
	memcpy(out + folder + hex + 1, name.p + folder, name.n - folder);
	path->p = out;
	path->n = name.n + hex + 1;
	return PLOMB_OK;
}
