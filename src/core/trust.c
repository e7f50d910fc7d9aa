#include "trust.h"

#include "json.h"
#include "refusal.h"
#include "time.h"

/*
 * What every step of the loading needs. A TrustedRoot is signed and grows new
 * members over time, so unknown ones are noted and not refused: the one
 * deliberate exception to the strict reading of SPEC 1.3.
 */
typedef struct {
	plomb_ctx *ctx;
	plomb_json doc;
	plomb_trust *trust;
} loader;

/*
 * Kinds that are not here (LMS, ML-DSA, the deprecated RSA forms that nobody
 * uses) make the log unusable, not the file: a new log in the public root
 * must not break an old verifier. Pure Ed25519 needs the message itself, so
 * no entry has it.
 */
static const plomb_key_details KEY_DETAILS[] = {
	{ "PKCS1_RSA_PKCS1V5", 1, PLOMB_KEY_RSA, PLOMB_SHA256, 0, 1, 0 },
	{ "PKIX_ECDSA_P256_SHA_256", 5, PLOMB_KEY_P256, PLOMB_SHA256, 0, 0, 1 },
	{ "PKIX_ECDSA_P256_HMAC_SHA_256", 6, PLOMB_KEY_P256, PLOMB_SHA256, 0, 0, 0 },
	{ "PKIX_ED25519", 7, PLOMB_KEY_ED25519, PLOMB_HASH_NONE, 0, 0, 0 },
	{ "PKIX_ED25519_PH", 8, PLOMB_KEY_ED25519, PLOMB_SHA512, 0, 0, 1 },
	{ "PKIX_RSA_PKCS1V15_2048_SHA256", 9, PLOMB_KEY_RSA, PLOMB_SHA256, 256, 0, 1 },
	{ "PKIX_RSA_PKCS1V15_3072_SHA256", 10, PLOMB_KEY_RSA, PLOMB_SHA256, 384, 0, 1 },
	{ "PKIX_RSA_PKCS1V15_4096_SHA256", 11, PLOMB_KEY_RSA, PLOMB_SHA256, 512, 0, 1 },
	{ "PKIX_ECDSA_P384_SHA_384", 12, PLOMB_KEY_P384, PLOMB_SHA384, 0, 0, 1 },
	{ "PKIX_ECDSA_P521_SHA_512", 13, PLOMB_KEY_P521, PLOMB_SHA512, 0, 0, 1 },
	{ "PKIX_RSA_PSS_2048_SHA256", 16, PLOMB_KEY_RSA_PSS, PLOMB_SHA256, 256, 0, 1 },
	{ "PKIX_RSA_PSS_3072_SHA256", 17, PLOMB_KEY_RSA_PSS, PLOMB_SHA256, 384, 0, 1 },
	{ "PKIX_RSA_PSS_4096_SHA256", 18, PLOMB_KEY_RSA_PSS, PLOMB_SHA256, 512, 0, 1 },
	{ "PKIX_ECDSA_P384_SHA_256", 19, PLOMB_KEY_P384, PLOMB_SHA256, 0, 0, 1 }, /* old clients hashed so */
	{ "PKIX_ECDSA_P521_SHA_256", 20, PLOMB_KEY_P521, PLOMB_SHA256, 0, 0, 1 }  /* likewise */
};

/* see trust.h */
const plomb_key_details *
plomb_key_details_at(size_t i)
{
	return i < sizeof KEY_DETAILS / sizeof KEY_DETAILS[0] ? &KEY_DETAILS[i] : NULL;
}

/* SHA2_256 as the enum's value. */
#define HASH_ALGORITHM_SHA2_256 1

/* A member of the wrong type makes the root malformed; other reasons stay. */
static plomb_status
as_root(plomb_status status)
{
	return status == PLOMB_JSON_TYPE_MISMATCH ? PLOMB_ROOT_MALFORMED : status;
}

static plomb_status
read_members(loader *l, uint32_t object, const char *const *names, size_t count, uint32_t *values)
{
	plomb_status s;
	int unknown = 0;

	s = plomb_json_members(&l->doc, object, names, count, PLOMB_JSON_PROTO, values, &unknown);
	if (s == PLOMB_OK && unknown) {
		l->trust->has_unknown_fields = 1;
	}
	return as_root(s);
}

/* An absent string is empty. */
static plomb_status
read_string(loader *l, uint32_t value, plomb_view *text)
{
	text->p = NULL;
	text->n = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	return as_root(plomb_json_string(l->ctx->work, &l->doc, value, text));
}

/* A required base64 string. */
static plomb_status
read_bytes(loader *l, uint32_t value, plomb_view *bytes)
{
	bytes->p = NULL;
	bytes->n = 0;
	if (value == PLOMB_JSON_NONE) {
		return PLOMB_ROOT_MALFORMED;
	}
	return as_root(plomb_json_base64(l->ctx->work, &l->doc, value, bytes));
}

/* A member that is known and not needed still has to be an object. */
static plomb_status
check_object(const loader *l, uint32_t value)
{
	plomb_json_type type = plomb_json_typeof(&l->doc, value);

	return type == PLOMB_JSON_OBJECT || type == PLOMB_JSON_ABSENT
		? PLOMB_OK : PLOMB_ROOT_MALFORMED;
}

/* An array's length, 0 if it is absent. */
static plomb_status
count_elements(const loader *l, uint32_t array, uint32_t limit, uint32_t *count)
{
	*count = 0;
	if (array == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if (plomb_json_typeof(&l->doc, array) != PLOMB_JSON_ARRAY) {
		return PLOMB_ROOT_MALFORMED;
	}
	*count = plomb_json_size(&l->doc, array, limit);
	return *count > limit ? PLOMB_LIMIT_EXCEEDED : PLOMB_OK;
}

static plomb_status
read_time(loader *l, uint32_t value, plomb_time *time, int *is_there)
{
	plomb_status s;
	plomb_view text;

	if (value == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = read_string(l, value, &text)) != PLOMB_OK) {
		return s;
	}
	if (plomb_time_parse(text, time) != PLOMB_OK) {
		return plomb_refuse_text(l->ctx, PLOMB_ROOT_MALFORMED, "validFor",
			plomb_view_of("RFC 3339"), text);
	}
	*is_there = 1;
	return PLOMB_OK;
}

/* validFor; absent: unbounded on both sides. */
static plomb_status
read_window(loader *l, uint32_t object, plomb_window *window)
{
	static const char *const NAMES[] = { "start", "end" };
	uint32_t v[2];
	plomb_status s;

	memset(window, 0, sizeof *window);
	if (object == PLOMB_JSON_NONE) {
		return PLOMB_OK;
	}
	if ((s = read_members(l, object, NAMES, 2, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_time(l, v[0], &window->start, &window->has_start)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_time(l, v[1], &window->end, &window->has_end)) != PLOMB_OK) {
		return s;
	}
	if (window->has_start && window->has_end
		&& plomb_time_cmp(&window->start, &window->end) > 0)
	{
		return PLOMB_ROOT_MALFORMED;
	}
	return PLOMB_OK;
}

/* By name or by number; NULL if the kind is absent or not supported. */
static plomb_status
read_details(loader *l, uint32_t value, const plomb_key_details **details)
{
	plomb_json_type type = plomb_json_typeof(&l->doc, value);
	int64_t number = 0;
	size_t i;

	*details = NULL;
	if (type == PLOMB_JSON_ABSENT) {
		return PLOMB_OK;
	}
	if (type == PLOMB_JSON_NUMBER) {
		plomb_status s = plomb_json_int64(&l->doc, value, &number);

		if (s != PLOMB_OK) {
			return as_root(s);
		}
	} else if (type != PLOMB_JSON_STRING) {
		return PLOMB_ROOT_MALFORMED;
	}
	for (i = 0; i < sizeof KEY_DETAILS / sizeof KEY_DETAILS[0]; i ++) {
		const plomb_key_details *row = &KEY_DETAILS[i];

		if (number == row->number || plomb_json_is(&l->doc, value, row->name)) {
			*details = row;
			return PLOMB_OK;
		}
	}
	return PLOMB_OK;
}

/* The key that was parsed is of the kind that keyDetails promise. */
static int
fits_details(const plomb_key *key, const plomb_key_details *details)
{
	int is_kind = key->kind == details->kind;

	/* A PSS log may publish its key under the plain rsaEncryption OID. */
	if (details->kind == PLOMB_KEY_RSA_PSS && key->kind == PLOMB_KEY_RSA) {
		is_kind = 1;
	}
	if (!is_kind) {
		return 0;
	}
	return details->modulus == 0 || key->n.n == details->modulus;
}

static plomb_status
parse_key(loader *l, const plomb_key_details *details, plomb_view der, plomb_log *log)
{
	plomb_window valid = log->key.valid;
	plomb_status s;

	if (details->is_pkcs1) {
		s = plomb_key_from_pkcs1(l->ctx, der, &log->key);
	} else {
		s = plomb_key_from_spki(l->ctx->crypto, der, &log->key);
	}
	log->key.valid = valid;
	if (s == PLOMB_NO_ROOM) {
		return s;
	}
	if (s != PLOMB_OK || !fits_details(&log->key, details)) {
		return plomb_refuse_of(l->ctx, PLOMB_ROOT_KEY_MALFORMED, "publicKey", log->base_url,
			plomb_view_of(details->name), plomb_nothing);
	}
	log->key.kind = details->kind;
	log->hash = details->hash;
	return PLOMB_OK;
}

static plomb_status
read_key(loader *l, uint32_t object, plomb_log *log)
{
	static const char *const NAMES[] = { "rawBytes", "keyDetails", "validFor" };
	const plomb_key_details *details;
	plomb_view der;
	uint32_t v[3];
	plomb_status s;

	if ((s = read_members(l, object, NAMES, 3, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_bytes(l, v[0], &der)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_window(l, v[2], &log->key.valid)) != PLOMB_OK) {
		return s;
	}
	/* For a log, unlike an authority, a missing start is not "unbounded". */
	if (!log->key.valid.has_start) {
		return plomb_refuse_of(l->ctx, PLOMB_ROOT_LOG_VALIDITY_MISSING, "publicKey.validFor.start", log->base_url,
			plomb_nothing, plomb_nothing);
	}
	if ((s = read_details(l, v[1], &details)) != PLOMB_OK) {
		return s;
	}
	if (details == NULL) {
		log->usable = PLOMB_ROOT_KEY_DETAILS_UNSUPPORTED;
		return PLOMB_OK;
	}
	log->usable = PLOMB_OK;
	return parse_key(l, details, der, log);
}

static plomb_status
check_hash_algorithm(loader *l, uint32_t value, const plomb_log *log)
{
	plomb_json_type type = plomb_json_typeof(&l->doc, value);
	int64_t number = 0;

	if (type == PLOMB_JSON_NUMBER) {
		plomb_status s = plomb_json_int64(&l->doc, value, &number);

		if (s != PLOMB_OK) {
			return as_root(s);
		}
	} else if (type != PLOMB_JSON_STRING && type != PLOMB_JSON_ABSENT) {
		return PLOMB_ROOT_MALFORMED;
	}
	if (number == HASH_ALGORITHM_SHA2_256 || plomb_json_is(&l->doc, value, "SHA2_256")) {
		return PLOMB_OK;
	}
	return plomb_refuse_of(l->ctx, PLOMB_ROOT_LOG_HASH_UNSUPPORTED, "hashAlgorithm", log->base_url,
		plomb_view_of("SHA2_256"), plomb_nothing);
}

/* "scheme://user@host:port/path" to "host"; empty if it has another form. */
static plomb_view
host_of(plomb_view url)
{
	static const plomb_view NONE = { NULL, 0 };
	size_t start = 0, end, i;

	while (start + 3 <= url.n && memcmp(url.p + start, "://", 3) != 0) {
		start ++;
	}
	if (start + 3 > url.n) {
		return NONE;
	}
	start += 3;
	for (end = start; end < url.n; end ++) {
		unsigned char c = url.p[end];

		if (c == '/' || c == '?' || c == '#') {
			break;
		}
	}
	for (i = start; i < end; i ++) {
		if (url.p[i] == '@') {
			start = i + 1;
		}
	}
	/* An IPv6 address in brackets has colons of its own. */
	if (start < end && url.p[start] == '[') {
		for (i = ++ start; i < end && url.p[i] != ']'; i ++) { }
		return i < end ? plomb_view_cut(url, start, i - start) : NONE;
	}
	for (i = start; i < end && url.p[i] != ':'; i ++) { }
	return i > start ? plomb_view_cut(url, start, i - start) : NONE;
}

static plomb_status
read_log_id(loader *l, uint32_t object, plomb_view *log_id)
{
	static const char *const NAMES[] = { "keyId" };
	uint32_t v[1];
	plomb_status s;

	if ((s = read_members(l, object, NAMES, 1, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_bytes(l, v[0], log_id)) != PLOMB_OK) {
		return s;
	}
	return log_id->n == 0 ? PLOMB_ROOT_MALFORMED : PLOMB_OK;
}

static plomb_status
read_log(loader *l, uint32_t object, plomb_log *log)
{
	static const char *const NAMES[] = { "baseUrl", "hashAlgorithm", "publicKey",
		"logId", "checkpointKeyId", "operator" };
	uint32_t v[6];
	plomb_status s;

	memset(log, 0, sizeof *log);
	if ((s = read_members(l, object, NAMES, 6, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_string(l, v[0], &log->base_url)) != PLOMB_OK) {
		return s;
	}
	log->host = host_of(log->base_url);
	if ((s = read_string(l, v[5], &log->operator_)) != PLOMB_OK) {
		return s;
	}
	if ((s = check_hash_algorithm(l, v[1], log)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_key(l, v[2], log)) != PLOMB_OK) {
		return s;
	}
	/*
	 * checkpointKeyId is recomputed from name and key where it is needed,
	 * so that it cannot disagree with them.
	 */
	if ((s = check_object(l, v[4])) != PLOMB_OK) {
		return s;
	}
	return read_log_id(l, v[3], &log->log_id);
}

static const plomb_log *
find_log(const plomb_log *logs, size_t count, plomb_view log_id)
{
	size_t i;

	for (i = 0; i < count; i ++) {
		if (plomb_view_eq(logs[i].log_id, log_id)) {
			return &logs[i];
		}
	}
	return NULL;
}

static plomb_status
read_logs(loader *l, uint32_t array, const plomb_log **list, size_t *list_count)
{
	plomb_log *logs;
	uint32_t count, element;
	size_t i;
	plomb_status s;

	if ((s = count_elements(l, array, PLOMB_MAX_LOGS, &count)) != PLOMB_OK || count == 0) {
		return s;
	}
	logs = plomb_work_take_array(l->ctx->work, count, sizeof *logs);
	if (logs == NULL) {
		return PLOMB_NO_ROOM;
	}
	element = plomb_json_first(&l->doc, array);
	for (i = 0; i < count; i ++) {
		if ((s = read_log(l, element, &logs[i])) != PLOMB_OK) {
			return s;
		}
		/* Which of two logs with one id is meant must not depend on their order. */
		if (find_log(logs, i, logs[i].log_id) != NULL) {
			return plomb_refuse_of(l->ctx, PLOMB_ROOT_MALFORMED, "logId", logs[i].base_url,
				plomb_view_of("one log for each logId"), plomb_nothing);
		}
		element = plomb_json_next(&l->doc, element);
	}
	*list = logs;
	*list_count = count;
	return PLOMB_OK;
}

static plomb_status
read_cert(loader *l, uint32_t object, plomb_cert *cert)
{
	static const char *const NAMES[] = { "rawBytes" };
	plomb_view der;
	uint32_t v[1];
	plomb_status s;

	if ((s = read_members(l, object, NAMES, 1, v)) != PLOMB_OK) {
		return s;
	}
	if (v[0] == PLOMB_JSON_NONE) {
		return PLOMB_ROOT_CA_INVALID;
	}
	if ((s = read_bytes(l, v[0], &der)) != PLOMB_OK) {
		return s;
	}
	return plomb_cert_parse(der, cert) == PLOMB_OK ? PLOMB_OK : PLOMB_ROOT_CA_INVALID;
}

static plomb_status
read_chain(loader *l, uint32_t object, plomb_authority *authority)
{
	static const char *const NAMES[] = { "certificates" };
	plomb_cert *certs;
	uint32_t v[1], count, element;
	size_t i;
	plomb_status s;

	if (object == PLOMB_JSON_NONE) {
		return PLOMB_ROOT_CA_INVALID;
	}
	if ((s = read_members(l, object, NAMES, 1, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = count_elements(l, v[0], PLOMB_MAX_CHAIN, &count)) != PLOMB_OK) {
		return s;
	}
	if (count == 0) {
		return PLOMB_ROOT_CA_INVALID;
	}
	certs = plomb_work_take_array(l->ctx->work, count, sizeof *certs);
	if (certs == NULL) {
		return PLOMB_NO_ROOM;
	}
	element = plomb_json_first(&l->doc, v[0]);
	for (i = 0; i < count; i ++) {
		if ((s = read_cert(l, element, &certs[i])) != PLOMB_OK) {
			return s;
		}
		element = plomb_json_next(&l->doc, element);
	}
	authority->certs = certs;
	authority->cert_count = count;
	return PLOMB_OK;
}

static plomb_status
read_authority(loader *l, uint32_t object, plomb_authority *authority)
{
	static const char *const NAMES[] = { "uri", "certChain", "validFor", "subject", "operator" };
	uint32_t v[5];
	plomb_status s;

	memset(authority, 0, sizeof *authority);
	if ((s = read_members(l, object, NAMES, 5, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_string(l, v[0], &authority->uri)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_string(l, v[4], &authority->operator_)) != PLOMB_OK) {
		return s;
	}
	if ((s = check_object(l, v[3])) != PLOMB_OK) {
		return s;
	}
	if ((s = read_window(l, v[2], &authority->valid)) != PLOMB_OK) {
		return s;
	}
	s = read_chain(l, v[1], authority);
	if (s == PLOMB_ROOT_CA_INVALID) {
		return plomb_refuse_of(l->ctx, s, "certChain", authority->uri,
			plomb_view_of("certificates in DER"), plomb_nothing);
	}
	return s;
}

static plomb_status
read_authorities(loader *l, uint32_t array, const plomb_authority **list, size_t *list_count)
{
	plomb_authority *authorities;
	uint32_t count, element;
	size_t i;
	plomb_status s;

	if ((s = count_elements(l, array, PLOMB_MAX_AUTHORITIES, &count)) != PLOMB_OK || count == 0) {
		return s;
	}
	authorities = plomb_work_take_array(l->ctx->work, count, sizeof *authorities);
	if (authorities == NULL) {
		return PLOMB_NO_ROOM;
	}
	element = plomb_json_first(&l->doc, array);
	for (i = 0; i < count; i ++) {
		if ((s = read_authority(l, element, &authorities[i])) != PLOMB_OK) {
			return s;
		}
		element = plomb_json_next(&l->doc, element);
	}
	*list = authorities;
	*list_count = count;
	return PLOMB_OK;
}

static plomb_status
check_media_type(loader *l, uint32_t value)
{
	static const char *const TYPES[] = {
		"application/vnd.dev.sigstore.trustedroot+json;version=0.1", /* what the public instance publishes */
		"application/vnd.dev.sigstore.trustedroot.v0.1+json",
		"application/vnd.dev.sigstore.trustedroot.v0.2+json"
	};
	plomb_view text;
	plomb_status s;
	size_t i;

	if ((s = read_string(l, value, &text)) != PLOMB_OK) {
		return s;
	}
	for (i = 0; i < sizeof TYPES / sizeof TYPES[0]; i ++) {
		if (plomb_view_is(text, TYPES[i])) {
			return PLOMB_OK;
		}
	}
	return plomb_refuse_text(l->ctx, PLOMB_ROOT_MEDIA_TYPE_UNSUPPORTED, "mediaType",
		plomb_view_of(TYPES[0]), text);
}

static plomb_status
read_root(loader *l, plomb_view text)
{
	static const char *const NAMES[] = { "mediaType", "tlogs", "ctlogs",
		"certificateAuthorities", "timestampAuthorities" };
	plomb_trust *t = l->trust;
	uint32_t v[5];
	plomb_status s;

	if (text.n > PLOMB_MAX_INPUT_BYTES) {
		return PLOMB_LIMIT_EXCEEDED;
	}
	if ((s = plomb_json_parse(l->ctx->work, text, &l->doc)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_members(l, 0, NAMES, 5, v)) != PLOMB_OK) {
		return s;
	}
	if ((s = check_media_type(l, v[0])) != PLOMB_OK) {
		return s;
	}
	if ((s = read_logs(l, v[1], &t->tlogs, &t->tlog_count)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_logs(l, v[2], &t->ctlogs, &t->ctlog_count)) != PLOMB_OK) {
		return s;
	}
	if ((s = read_authorities(l, v[3], &t->cas, &t->ca_count)) != PLOMB_OK) {
		return s;
	}
	return read_authorities(l, v[4], &t->tsas, &t->tsa_count);
}

/* see plomb.h */
plomb_status
plomb_trust_load(plomb_ctx *ctx, plomb_view text, plomb_trust *trust)
{
	loader l;
	plomb_status s;

	memset(&l, 0, sizeof l);
	memset(trust, 0, sizeof *trust);
	l.ctx = ctx;
	l.trust = trust;
	s = read_root(&l, text);
	if (s != PLOMB_OK) {
		/* Half a trust root would be a different trust root. */
		memset(trust, 0, sizeof *trust);
	}
	return s;
}

/* see trust.h */
const plomb_log *
plomb_trust_tlog(const plomb_trust *trust, plomb_view log_id)
{
	return find_log(trust->tlogs, trust->tlog_count, log_id);
}

/* see trust.h */
const plomb_log *
plomb_trust_ctlog(const plomb_trust *trust, plomb_view log_id)
{
	return find_log(trust->ctlogs, trust->ctlog_count, log_id);
}

/* see trust.h */
int
plomb_log_is(const plomb_log *a, const plomb_log *b)
{
	return a == b || plomb_key_eq(&a->key, &b->key);
}

/* see trust.h */
int
plomb_log_same(const plomb_log *a, const plomb_log *b)
{
	/*
	 * One key is one log whatever the operators are called: counting it
	 * twice would fill a threshold alone (CVE-2026-49834).
	 */
	if (plomb_log_is(a, b)) {
		return 1;
	}
	return a->operator_.n != 0 && plomb_view_eq(a->operator_, b->operator_);
}
