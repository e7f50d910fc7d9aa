/* see hash.h */
#include "hash.h"

#include "base64.h"

/* see plomb.h */
size_t
plomb_hash_len(plomb_hash hash)
{
	switch (hash) {
	case PLOMB_SHA256:
		return 32;
	case PLOMB_SHA384:
		return 48;
	case PLOMB_SHA512:
		return 64;
	case PLOMB_HASH_NONE:
		break;
	}
	return 0;
}

/* see plomb.h */
const char *
plomb_hash_name(plomb_hash hash)
{
	switch (hash) {
	case PLOMB_SHA256:
		return "sha256";
	case PLOMB_SHA384:
		return "sha384";
	case PLOMB_SHA512:
		return "sha512";
	case PLOMB_HASH_NONE:
		break;
	}
	return "";
}

/* see hash.h */
plomb_hash
plomb_hash_named(plomb_view name)
{
	plomb_hash hash;

	for (hash = PLOMB_SHA256; hash <= PLOMB_SHA512; hash ++) {
		if (plomb_view_is(name, plomb_hash_name(hash))) {
			return hash;
		}
	}
	return PLOMB_HASH_NONE;
}

/* Characters of an algorithm's name in the OCI image specification. */
static int
is_name_character(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
		|| c == '+' || c == '.' || c == '_' || c == '-';
}

/* What stands before the first colon, if it is a name at all; else empty. */
static plomb_view
algorithm_of(plomb_view text)
{
	size_t n = 0;

	while (n < text.n && is_name_character(text.p[n])) {
		n ++;
	}
	if (n == text.n || text.p[n] != ':') {
		n = 0;
	}
	return plomb_view_cut(text, 0, n);
}

/* see plomb.h */
plomb_status
plomb_digest_parse(plomb_view text, plomb_digest *digest)
{
	plomb_view name = algorithm_of(text);
	plomb_hash hash = plomb_hash_named(name);
	plomb_view hex = plomb_view_cut(text, name.n + 1, text.n);

	memset(digest, 0, sizeof *digest);
	if (name.n == 0) {
		return PLOMB_REFERENCE_INVALID;
	}
	if (hash == PLOMB_HASH_NONE) {
		return PLOMB_DIGEST_ALG_UNSUPPORTED;
	}
	if (plomb_hex_decode(hex, digest->bytes, plomb_hash_len(hash)) != PLOMB_OK) {
		return PLOMB_REFERENCE_INVALID;
	}
	digest->hash = hash;
	return PLOMB_OK;
}

/* see hash.h */
void
plomb_hasher_init(plomb_hasher *hasher, const plomb_crypto *crypto, plomb_hash hash)
{
	hasher->hash = hash;
	hasher->class_ = hash == PLOMB_SHA256 ? crypto->sha256
		: hash == PLOMB_SHA384 ? crypto->sha384 : crypto->sha512;
	hasher->class_->init(&hasher->state.vtable);
}

/* see hash.h */
void
plomb_hasher_update(plomb_hasher *hasher, plomb_view bytes)
{
	if (bytes.n != 0) {
		hasher->class_->update(&hasher->state.vtable, bytes.p, bytes.n);
	}
}

/* see hash.h */
void
plomb_hasher_out(const plomb_hasher *hasher, unsigned char *out)
{
	hasher->class_->out(&hasher->state.vtable, out);
}

/* see hash.h */
void
plomb_hash_of(const plomb_crypto *crypto, plomb_hash hash, plomb_view bytes, unsigned char *out)
{
	plomb_hasher hasher;

	plomb_hasher_init(&hasher, crypto, hash);
	plomb_hasher_update(&hasher, bytes);
	plomb_hasher_out(&hasher, out);
}

/* see hash.h */
void
plomb_message_start(plomb_message *message)
{
	memset(message, 0, sizeof *message);
}

/* see hash.h */
void
plomb_message_add(plomb_message *message, plomb_view part)
{
	static const unsigned char nothing[1] = { 0 };

	/* What was known was about fewer bytes. */
	message->known = 0;
	/*
	 * One part too many is a mistake of ours. Leaving it out would verify
	 * a signature over other bytes, so the count stays out of range and
	 * nobody gets an answer from this message any more.
	 */
	if (message->parts >= PLOMB_MESSAGE_PARTS) {
		message->parts = PLOMB_MESSAGE_PARTS + 1;
		return;
	}
	/* An empty message is present: it must not look like an absent view. */
	if (part.p == NULL) {
		part.p = nothing;
	}
	message->part[message->parts] = part;
	message->parts ++;
}

/* see plomb.h */
void
plomb_message_from_bytes(plomb_message *message, plomb_view bytes)
{
	plomb_message_start(message);
	plomb_message_add(message, bytes);
}

/* see plomb.h */
void
plomb_message_from_digest(plomb_message *message, const plomb_digest *digest)
{
	plomb_message_start(message);
	plomb_message_add_digest(message, digest);
}

/* see plomb.h */
void
plomb_message_add_digest(plomb_message *message, const plomb_digest *digest)
{
	/* Where the bytes are known they decide; a digest beside them could only contradict. */
	if (message->parts != 0 || plomb_hash_len(digest->hash) == 0) {
		return;
	}
	memcpy(message->digest[digest->hash], digest->bytes, plomb_hash_len(digest->hash));
	message->known |= 1u << digest->hash;
}

/* see hash.h */
const unsigned char *
plomb_message_digest(plomb_message *message, const plomb_crypto *crypto, plomb_hash hash)
{
	plomb_hasher hasher;
	size_t i;

	if (plomb_hash_len(hash) == 0) {
		return NULL;
	}
	if ((message->known >> hash & 1) != 0) {
		return message->digest[hash];
	}
	if (message->parts == 0 || message->parts > PLOMB_MESSAGE_PARTS) {
		return NULL;
	}
	plomb_hasher_init(&hasher, crypto, hash);
	for (i = 0; i < message->parts; i ++) {
		plomb_hasher_update(&hasher, message->part[i]);
	}
	plomb_hasher_out(&hasher, message->digest[hash]);
	message->known |= 1u << hash;
	return message->digest[hash];
}

/* How long the parts are together; 0 and *n = SIZE_MAX if that is not a size. */
static int
length_of_parts(const plomb_message *message, size_t *n)
{
	size_t sum = 0, i;

	*n = SIZE_MAX;
	for (i = 0; i < message->parts; i ++) {
		if (message->part[i].n > SIZE_MAX - sum) {
			return 0;
		}
		sum += message->part[i].n;
	}
	*n = sum;
	return 1;
}

/* see hash.h */
plomb_status
plomb_message_bytes(plomb_message *message, plomb_work *work, plomb_view *bytes)
{
	unsigned char *copy;
	size_t n, at, i;

	bytes->p = NULL;
	bytes->n = 0;
	if (message->parts == 0) {
		return PLOMB_SIGNATURE_NEEDS_ARTIFACT;
	}
	if (message->parts > PLOMB_MESSAGE_PARTS) {
		return PLOMB_INTERNAL_ERROR;
	}
	if (message->parts == 1) {
		*bytes = message->part[0];
		return PLOMB_OK;
	}
	if (!length_of_parts(message, &n)) {
		work->missing = n;
		return PLOMB_NO_ROOM;
	}
	copy = plomb_work_take(work, n);
	if (copy == NULL) {
		return PLOMB_NO_ROOM;
	}
	for (i = 0, at = 0; i < message->parts; at += message->part[i].n, i ++) {
		memcpy(copy + at, message->part[i].p, message->part[i].n);
	}
	bytes->p = copy;
	bytes->n = n;
	return PLOMB_OK;
}
