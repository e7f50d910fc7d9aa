#include "checkpoint.h"

#include "base64.h"
#include "refusal.h"

/* The mark of a signature line: EM DASH and a blank. */
static const unsigned char DASH[4] = { 0xE2, 0x80, 0x94, 0x20 };

/* Characters of base64 that are looked at in one step; a multiple of 4. */
#define BASE64_STEP 64

/* Four bytes that say which key a signature line is by. */
#define KEY_ID_LEN 4

/*
 * Lines by one key that are tried. A log writes one; without a ceiling a
 * bundle of 32 entries buys 2048 verifications.
 */
#define MAX_TRIES 4

/* One signature line without its end. */
typedef struct {
	plomb_view name;
	plomb_view base64; /* of key id and signature */
} note_line;

/* The next line without its LF; 0 if there is no further LF. */
static int
take_line(plomb_view text, size_t *at, plomb_view *line)
{
	size_t i;

	for (i = *at; i < text.n; i ++) {
		if (text.p[i] == '\n') {
			*line = plomb_view_cut(text, *at, i - *at);
			*at = i + 1;
			return 1;
		}
	}
	return 0;
}

/* White space as Unicode has it: a name with some of it could pass for another name. */
static int
is_space(int32_t rune)
{
	switch (rune) {
	case 0x20: case 0x85: case 0xA0: case 0x1680: case 0x2028: case 0x2029:
	case 0x202F: case 0x205F: case 0x3000:
		return 1;
	default:
		return rune >= 0x2000 && rune <= 0x200A;
	}
}

/* A key name: not empty, no blanks, no "+". The text is known to be UTF-8. */
static int
is_name(plomb_view name)
{
	size_t at = 0;

	while (at < name.n) {
		int32_t rune = plomb_utf8_next(name, &at);

		if (rune < 0 || rune == '+' || is_space(rune)) {
			return 0;
		}
	}
	return name.n != 0;
}

/*
 * Canonical base64 of at least 5 bytes, checked without memory for the
 * result. Padding may only stand at the very end, so no step but the last
 * may have any.
 */
static int
is_signature_base64(plomb_view text)
{
	unsigned char out[3 * (BASE64_STEP / 4) + 3];
	size_t at, total = 0;

	for (at = 0; at < text.n; at += BASE64_STEP) {
		plomb_view step = plomb_view_cut(text, at, BASE64_STEP);
		size_t n;

		if (plomb_base64_decode_to(out, step, 0, &n) != PLOMB_OK) {
			return 0;
		}
		if (at + step.n < text.n && step.p[step.n - 1] == '=') {
			return 0;
		}
		total += n;
	}
	return total > KEY_ID_LEN;
}

/* The next signature line; its syntax was checked when the note was parsed. */
static int
take_signature(plomb_view lines, size_t *at, note_line *out)
{
	plomb_view line;
	size_t i;

	if (!take_line(lines, at, &line)) {
		return 0;
	}
	line = plomb_view_cut(line, sizeof DASH, line.n);
	for (i = 0; i < line.n && line.p[i] != ' '; i ++) { }
	out->name = plomb_view_cut(line, 0, i);
	out->base64 = plomb_view_cut(line, i + 1, line.n);
	return 1;
}

/*
 * Unknown lines are ignored when signatures are checked, but every line must
 * be one: otherwise two readers could disagree about where the text ends.
 */
static plomb_status
check_signatures(plomb_view lines, size_t *count)
{
	size_t at = 0;
	plomb_view line;

	*count = 0;
	while (at < lines.n) {
		size_t start = at;
		note_line parts;

		if (*count == PLOMB_MAX_CHECKPOINT_LINES || !take_line(lines, &at, &line)) {
			return PLOMB_CHECKPOINT_MALFORMED;
		}
		if (line.n < sizeof DASH || memcmp(line.p, DASH, sizeof DASH) != 0) {
			return PLOMB_CHECKPOINT_MALFORMED;
		}
		if (!take_signature(lines, &start, &parts)
			|| !is_name(parts.name) || !is_signature_base64(parts.base64))
		{
			return PLOMB_CHECKPOINT_MALFORMED;
		}
		(*count) ++;
	}
	return *count == 0 ? PLOMB_CHECKPOINT_MALFORMED : PLOMB_OK;
}

/* UTF-8 without control characters other than the line end. */
static int
is_plain_text(plomb_view text)
{
	size_t i;

	for (i = 0; i < text.n; i ++) {
		if (text.p[i] < 0x20 && text.p[i] != '\n') {
			return 0;
		}
	}
	return plomb_utf8_valid(text);
}

/* Where the text ends: after the newline that is before the last empty line; 0 if there is none. */
static size_t
text_length(plomb_view envelope)
{
	size_t i;

	for (i = envelope.n; i >= 2; i --) {
		if (envelope.p[i - 1] == '\n' && envelope.p[i - 2] == '\n') {
			return i - 1;
		}
	}
	return 0;
}

/* origin, size, root, then lines that mean nothing to us. */
static plomb_status
read_text(plomb_checkpoint *c)
{
	unsigned char root[PLOMB_HASH_LEN + 4];
	plomb_view line;
	size_t at = 0, n;

	if (!take_line(c->text, &at, &c->origin) || c->origin.n == 0) {
		return PLOMB_CHECKPOINT_MALFORMED;
	}
	if (!take_line(c->text, &at, &line)
		|| plomb_decimal_parse(line, (uint64_t)INT64_MAX, &c->size) != PLOMB_OK)
	{
		return PLOMB_CHECKPOINT_MALFORMED;
	}
	if (!take_line(c->text, &at, &line) || line.n != 4 * ((PLOMB_HASH_LEN + 2) / 3)) {
		return PLOMB_CHECKPOINT_MALFORMED;
	}
	if (plomb_base64_decode_to(root, line, 0, &n) != PLOMB_OK || n != PLOMB_HASH_LEN) {
		return PLOMB_CHECKPOINT_MALFORMED;
	}
	memcpy(c->root, root, PLOMB_HASH_LEN);
	/* An empty line here would be the end of the text for a reader that takes the first one. */
	while (take_line(c->text, &at, &line)) {
		if (line.n == 0) {
			return PLOMB_CHECKPOINT_MALFORMED;
		}
	}
	return PLOMB_OK;
}

/* see checkpoint.h */
plomb_status
plomb_checkpoint_parse(plomb_view envelope, plomb_checkpoint *checkpoint)
{
	size_t n;
	plomb_status s;

	memset(checkpoint, 0, sizeof *checkpoint);
	if (envelope.n == 0) {
		return PLOMB_CHECKPOINT_MISSING;
	}
	if (envelope.n > PLOMB_MAX_CHECKPOINT_BYTES || !is_plain_text(envelope)) {
		return PLOMB_CHECKPOINT_MALFORMED;
	}
	n = text_length(envelope);
	checkpoint->text = plomb_view_cut(envelope, 0, n);
	checkpoint->signatures = plomb_view_cut(envelope, n + 1, envelope.n);
	if (n == 0 || (s = read_text(checkpoint)) != PLOMB_OK) {
		return PLOMB_CHECKPOINT_MALFORMED;
	}
	s = check_signatures(checkpoint->signatures, &checkpoint->line_count);
	return s;
}

/* see checkpoint.h */
int
plomb_checkpoint_is_v1(const plomb_checkpoint *checkpoint)
{
	plomb_view o = checkpoint->origin;
	size_t i = o.n;

	while (i > 0 && o.p[i - 1] >= '0' && o.p[i - 1] <= '9') {
		i --;
	}
	return i != o.n && plomb_view_ends(plomb_view_cut(o, 0, i), " - ");
}

/* The line's first four bytes are this key id. */
static int
has_key_id(const note_line *line, const unsigned char id[KEY_ID_LEN])
{
	unsigned char out[9];
	size_t n;

	/* A line has at least 5 bytes, so its first 8 characters are there. */
	return plomb_base64_decode_to(out, plomb_view_cut(line->base64, 0, 8), 0, &n) == PLOMB_OK
		&& n >= KEY_ID_LEN && memcmp(out, id, KEY_ID_LEN) == 0;
}

/* Rekor v1: H(SPKI), whatever the key. */
static void
key_id_v1(const plomb_crypto *crypto, const plomb_log *log, unsigned char id[KEY_ID_LEN])
{
	unsigned char hash[PLOMB_MAX_HASH_LEN];

	plomb_hash_of(crypto, PLOMB_SHA256, log->key.spki, hash);
	memcpy(id, hash, KEY_ID_LEN);
}

/* C2SP signed-note: name, newline, kind of signature, key; for ECDSA H(SPKI). */
static void
key_id_v2(const plomb_crypto *crypto, const plomb_log *log, unsigned char id[KEY_ID_LEN])
{
	static const plomb_view ED25519 = PLOMB_LIT("\n\x01");
	static const plomb_view RSA = PLOMB_LIT("\n\xFF" "PKIX-RSA-PKCS#1v1.5");
	unsigned char hash[PLOMB_MAX_HASH_LEN];
	plomb_hasher hasher;
	int is_ed25519 = log->key.kind == PLOMB_KEY_ED25519;

	if (!is_ed25519 && log->key.kind != PLOMB_KEY_RSA && log->key.kind != PLOMB_KEY_RSA_PSS) {
		key_id_v1(crypto, log, id);
		return;
	}
	plomb_hasher_init(&hasher, crypto, PLOMB_SHA256);
	plomb_hasher_update(&hasher, log->host);
	plomb_hasher_update(&hasher, is_ed25519 ? ED25519 : RSA);
	plomb_hasher_update(&hasher, is_ed25519 ? log->key.point : log->key.spki);
	plomb_hasher_out(&hasher, hash);
	memcpy(id, hash, KEY_ID_LEN);
}

/* Does this line's signature verify over the text? */
static plomb_status
verify_line(plomb_ctx *ctx, const plomb_checkpoint *checkpoint, const plomb_log *log,
	const note_line *line)
{
	/* Notes are signed with SHA-256 whatever the log's key details say; Ed25519 is pure. */
	plomb_hash hash = log->key.kind == PLOMB_KEY_ED25519 ? PLOMB_HASH_NONE : PLOMB_SHA256;
	size_t mark = plomb_work_mark(ctx->work);
	plomb_message message;
	plomb_view bytes;
	plomb_status s;

	s = plomb_base64_decode(ctx->work, line->base64, 0, &bytes);
	if (s == PLOMB_OK) {
		plomb_message_from_bytes(&message, checkpoint->text);
		s = plomb_key_verify(ctx, &log->key, hash, &message,
			plomb_view_cut(bytes, KEY_ID_LEN, bytes.n));
	}
	plomb_work_release(ctx->work, mark);
	return s;
}

/*
 * One of the lines with this key id, and this name if one is given, must
 * verify. All of them are tried: a key id has 32 bits and anybody can add a
 * line that has the same.
 */
static plomb_status
verify_lines(plomb_ctx *ctx, const plomb_checkpoint *checkpoint, const plomb_log *log,
	const plomb_view *name, const unsigned char id[KEY_ID_LEN])
{
	plomb_status reason = PLOMB_CHECKPOINT_KEY_UNKNOWN;
	note_line line;
	size_t at = 0;
	unsigned tries = 0;

	while (tries < MAX_TRIES && take_signature(checkpoint->signatures, &at, &line)) {
		plomb_status s;

		if (!has_key_id(&line, id) || (name != NULL && !plomb_view_eq(line.name, *name))) {
			continue;
		}
		tries ++;
		s = verify_line(ctx, checkpoint, log, &line);
		if (s == PLOMB_OK || s == PLOMB_NO_ROOM) {
			return s;
		}
		reason = PLOMB_CHECKPOINT_SIGNATURE_INVALID;
	}
	return reason;
}

static plomb_status
refuse(plomb_ctx *ctx, plomb_status status, const plomb_checkpoint *checkpoint, const plomb_log *log)
{
	return plomb_refuse_text(ctx, status, "checkpoint", log->host, checkpoint->origin);
}

/* see checkpoint.h */
plomb_status
plomb_checkpoint_verify_v1(plomb_ctx *ctx, const plomb_checkpoint *checkpoint, const plomb_log *log)
{
	unsigned char id[KEY_ID_LEN];
	plomb_status s;

	if (log->usable != PLOMB_OK) {
		return log->usable;
	}
	/*
	 * The origin is not compared with the log's address: shards and
	 * private logs name themselves as they like, and the key binds.
	 */
	key_id_v1(ctx->crypto, log, id);
	s = verify_lines(ctx, checkpoint, log, NULL, id);
	return s == PLOMB_OK ? s : refuse(ctx, s, checkpoint, log);
}

/* see checkpoint.h */
plomb_status
plomb_checkpoint_verify_v2(plomb_ctx *ctx, const plomb_checkpoint *checkpoint, const plomb_log *log)
{
	unsigned char id[KEY_ID_LEN];
	plomb_status s;

	if (log->usable != PLOMB_OK) {
		return log->usable;
	}
	/* A log without an address has an empty host, which no origin equals. */
	if (!plomb_view_eq(checkpoint->origin, log->host)) {
		return refuse(ctx, PLOMB_CHECKPOINT_ORIGIN_MISMATCH, checkpoint, log);
	}
	key_id_v2(ctx->crypto, log, id);
	s = verify_lines(ctx, checkpoint, log, &log->host, id);
	return s == PLOMB_OK ? s : refuse(ctx, s, checkpoint, log);
}

/* Is there a line by this log, judged by name and key id alone? */
static int
has_line_of(const plomb_crypto *crypto, const plomb_checkpoint *checkpoint, const plomb_log *log)
{
	unsigned char id[KEY_ID_LEN];
	note_line line;
	size_t at = 0;

	key_id_v2(crypto, log, id);
	while (take_signature(checkpoint->signatures, &at, &line)) {
		if (plomb_view_eq(line.name, log->host) && has_key_id(&line, id)) {
			return 1;
		}
	}
	return 0;
}

/* see checkpoint.h */
const plomb_log *
plomb_checkpoint_log_v2(plomb_ctx *ctx, const plomb_checkpoint *checkpoint,
	const plomb_trust *trust, plomb_view log_id)
{
	const plomb_log *found = NULL;
	size_t i;

	for (i = 0; i < trust->tlog_count; i ++) {
		const plomb_log *log = &trust->tlogs[i];

		if (log->usable != PLOMB_OK || log->host.n == 0) {
			continue;
		}
		if (log_id.n != 0 && !plomb_view_eq(log->log_id, log_id)) {
			continue;
		}
		if (!has_line_of(ctx->crypto, checkpoint, log)) {
			continue;
		}
		/* Logs may witness each other; the one that the checkpoint names is its author. */
		if (plomb_view_eq(log->host, checkpoint->origin)) {
			return log;
		}
		if (found == NULL) {
			found = log;
		}
	}
	return found;
}
