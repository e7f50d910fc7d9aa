/*
 * The whole verifier on minted signatures: one policy after another is asked
 * about each, so that thresholds, warnings, times and claims are seen to
 * decide on their own. The files of vectors/verify/ say what is asked and
 * what must be answered; make_verify.py writes them and has their form. The
 * words of a question:
 *
 *	ROLE=PART            another part in this role; "-": none
 *	tlog=N               distinct logs that are asked for
 *	flags=A+B            ignore-tlog, ignore-sct, ignore-claims, require-timestamp, require-statement
 *	know=sha256+sha512   only these digests of the artifact are known, not its bytes
 *	annotation=NAME=VALUE, predicate=TYPE
 *	valid=SECONDS..SECONDS, now=SECONDS
 *	warn=A,B             expected warnings, all of them but clock-unknown; without it there are none
 *	wanted=HASH          expected hash_wanted; without it there is none
 *	times=N              expected verified times
 *	pin=HASH             the hash that the policy pins for signatures
 *	long=N               pieces of 20,000 bytes and more that are hashed
 *	sweep                ask again with every smaller buffer
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/hash.h"
#include "../src/core/work.h"
#include "vector_lines.h"

#define IDENTITY "https://gitlab.mint.example/acme/edge//.gitlab-ci.yml@refs/heads/main"
#define ISSUER "https://gitlab.mint.example"

/* ------------------------------------------------- the same answer, sooner */

/*
 * With every smaller buffer the same signatures are verified thousands of
 * times. What the real functions answered is kept by a hash of what they
 * were asked, and a second question gets the first one's answer.
 */
struct answer {
	unsigned char question[br_sha256_SIZE];
	uint32_t yes;
	unsigned char point[133];
};

static struct answer answers[512];
static size_t answer_count;

static void
question_begin(br_sha256_context *sha, unsigned char kind)
{
	br_sha256_init(sha);
	br_sha256_update(sha, &kind, 1);
}

static void
question_add(br_sha256_context *sha, const void *bytes, size_t n)
{
	unsigned char len[4];

	len[0] = (unsigned char)(n >> 24);
	len[1] = (unsigned char)(n >> 16);
	len[2] = (unsigned char)(n >> 8);
	len[3] = (unsigned char)n;
	br_sha256_update(sha, len, sizeof len);
	br_sha256_update(sha, bytes, n);
}

/* The answer to this question; *is_new if it has to be found. */
static struct answer *
answer_to(const br_sha256_context *sha, int *is_new)
{
	unsigned char question[br_sha256_SIZE];
	size_t i;

	br_sha256_out(sha, question);
	for (i = 0; i < answer_count; i ++) {
		if (memcmp(answers[i].question, question, sizeof question) == 0) {
			*is_new = 0;
			return &answers[i];
		}
	}
	*is_new = 1;
	assert_true(answer_count < sizeof answers / sizeof answers[0]);
	memcpy(answers[answer_count].question, question, sizeof question);
	return &answers[answer_count ++];
}

static uint32_t
ecdsa(unsigned char kind, br_ecdsa_vrfy verify, const br_ec_impl *impl, const void *hash, size_t hash_len,
	const br_ec_public_key *key, const void *sig, size_t sig_len)
{
	unsigned char curve = (unsigned char)key->curve;
	br_sha256_context sha;
	struct answer *answer;
	int is_new;

	question_begin(&sha, kind);
	question_add(&sha, hash, hash_len);
	question_add(&sha, &curve, 1);
	question_add(&sha, key->q, key->qlen);
	question_add(&sha, sig, sig_len);
	answer = answer_to(&sha, &is_new);
	if (is_new) {
		answer->yes = verify(impl, hash, hash_len, key, sig, sig_len);
	}
	return answer->yes;
}

static uint32_t
ecdsa_raw(const br_ec_impl *impl, const void *hash, size_t hash_len,
	const br_ec_public_key *key, const void *sig, size_t sig_len)
{
	return ecdsa('r', plomb_crypto_default.ecdsa_raw, impl, hash, hash_len, key, sig, sig_len);
}

static uint32_t
ecdsa_asn1(const br_ec_impl *impl, const void *hash, size_t hash_len,
	const br_ec_public_key *key, const void *sig, size_t sig_len)
{
	return ecdsa('a', plomb_crypto_default.ecdsa_asn1, impl, hash, hash_len, key, sig, sig_len);
}

static uint32_t
multiply(unsigned char *point, size_t point_len, const unsigned char *x, size_t x_len, int curve)
{
	unsigned char name = (unsigned char)curve;
	br_sha256_context sha;
	struct answer *answer;
	int is_new;

	assert_true(point_len <= sizeof answer->point);
	question_begin(&sha, 'm');
	question_add(&sha, point, point_len);
	question_add(&sha, x, x_len);
	question_add(&sha, &name, 1);
	answer = answer_to(&sha, &is_new);
	if (is_new) {
		answer->yes = plomb_crypto_default.ec->mul(point, point_len, x, x_len, curve);
		memcpy(answer->point, point, point_len);
	}
	memcpy(point, answer->point, point_len);
	return answer->yes;
}

static plomb_crypto crypto;
static br_ec_impl curves;
static br_hash_class counting;
static int long_pieces;

/* A payload that is hashed once for every log entry is minutes for a hostile bundle. */
static void
count_long(const br_hash_class **ctx, const void *data, size_t len)
{
	long_pieces += len >= 20000;
	br_sha256_vtable.update(ctx, data, len);
}

static void
remember_answers(void)
{
	curves = *plomb_crypto_default.ec;
	curves.mul = multiply;
	crypto = plomb_crypto_default;
	counting = br_sha256_vtable;
	counting.update = count_long;
	crypto.sha256 = &counting;
	crypto.ec = &curves;
	crypto.ecdsa_raw = ecdsa_raw;
	crypto.ecdsa_asn1 = ecdsa_asn1;
}

/* ------------------------------------------------------------------- files */

struct part {
	const char *name;
	plomb_view text; /* of its own size, so that a sanitizer sees a read past the end */
};

struct cases {
	vector_file file;
	const char *kind;
	struct part parts[32];
	size_t part_count;
};

static plomb_view
unescape(const char *text)
{
	plomb_view out;
	unsigned char *p = malloc(strlen(text) + 1);
	size_t n = 0;

	assert_non_null(p);
	for (; *text != 0; text ++) {
		if (*text == '\\') {
			text ++;
			p[n ++] = (unsigned char)(*text == 'n' ? '\n' : *text);
		} else {
			p[n ++] = (unsigned char)*text;
		}
	}
	out.p = realloc(p, n == 0 ? 1 : n);
	assert_non_null(out.p);
	out.n = n;
	return out;
}

/* {NULL,0} if there is no such part. */
static plomb_view
part(const struct cases *cases, const char *name)
{
	plomb_view none = { NULL, 0 };
	size_t i;

	for (i = 0; i < cases->part_count; i ++) {
		if (strcmp(cases->parts[i].name, name) == 0) {
			return cases->parts[i].text;
		}
	}
	return none;
}

static plomb_view
load_root(const char *name)
{
	char path[256];
	vector_file file;
	plomb_view text;

	snprintf(path, sizeof path, "verify/root-%s.json", name);
	file = vector_open(path);
	text.p = (const unsigned char *)file.text;
	text.n = strlen(file.text);
	return text;
}

/* --------------------------------------------------------------- questions */

enum { ROOT, BUNDLE, PAYLOAD, SIGNATURE, CERTIFICATE, CHAIN, TIMESTAMP, KEY, ARTIFACT, ROLES };

static const char *const role_names[ROLES] = {
	"root", "bundle", "payload", "signature", "certificate", "chain", "timestamp", "key", "artifact"
};

#define MAX_WANTS 4
#define MAX_EXPECTED_WARNINGS (PLOMB_MAX_WARNINGS + 1)

struct question {
	const char *kind;
	plomb_view role[ROLES];
	plomb_policy policy;
	plomb_want annotations[MAX_WANTS];
	plomb_window valid;
	const char *know; /* NULL: the artifact itself */
	/* expected */
	const char *status;
	const char *warnings[MAX_EXPECTED_WARNINGS];
	size_t warning_count;
	const char *hash_wanted;
	int times; /* -1: any */
	int long_pieces; /* -1: any */
	int sweep;
	/* loaded once */
	plomb_trust trust;
	plomb_key key;
};

static const struct {
	const char *name;
	unsigned flag;
} flag_names[] = {
	{ "ignore-tlog", PLOMB_IGNORE_TLOG },
	{ "ignore-sct", PLOMB_IGNORE_SCT },
	{ "ignore-claims", PLOMB_IGNORE_CLAIMS },
	{ "require-timestamp", PLOMB_REQUIRE_TIMESTAMP },
	{ "require-statement", PLOMB_REQUIRE_STATEMENT },
};

/* Cut the list's first item off; NULL at its end. */
static char *
next_item(char **list, char separator)
{
	char *item = *list, *end;

	if (item == NULL) {
		return NULL;
	}
	end = strchr(item, separator);
	if (end == NULL) {
		*list = NULL;
		return item;
	}
	*end = 0;
	*list = end + 1;
	return item;
}

static unsigned
flag_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof flag_names / sizeof flag_names[0]; i ++) {
		if (strcmp(flag_names[i].name, name) == 0) {
			return flag_names[i].flag;
		}
	}
	vector_fail("no such flag", name);
	return 0;
}

static plomb_hash
hash_of(const char *name)
{
	plomb_hash hash;

	for (hash = PLOMB_SHA256; hash <= PLOMB_SHA512; hash ++) {
		if (strcmp(plomb_hash_name(hash), name) == 0) {
			return hash;
		}
	}
	vector_fail("no such hash", name);
	return PLOMB_HASH_NONE;
}

static void
set_valid(struct question *q, char *value)
{
	char *end = strstr(value, "..");

	assert_non_null(end);
	q->valid.has_start = end != value;
	q->valid.start.s = strtoll(value, NULL, 10);
	q->valid.has_end = end[2] != 0;
	q->valid.end.s = strtoll(end + 2, NULL, 10);
}

static void
set_annotation(struct question *q, char *value)
{
	plomb_want *want = &q->annotations[q->policy.annotation_count ++];

	assert_true(q->policy.annotation_count <= MAX_WANTS);
	want->name = plomb_view_of(next_item(&value, '='));
	want->value.exact = plomb_view_of(value);
	q->policy.annotations = q->annotations;
}

static int
set_role(const struct cases *cases, struct question *q, const char *word, const char *value)
{
	plomb_view none = { NULL, 0 };
	int role;

	for (role = 0; role < ROLES; role ++) {
		if (strcmp(word, role_names[role]) != 0) {
			continue;
		}
		if (role == ROOT) {
			free((void *)q->role[ROOT].p);
			q->role[ROOT] = load_root(value);
			return 1;
		}
		q->role[role] = strcmp(value, "-") == 0 ? none : part(cases, value);
		if (q->role[role].p == NULL && strcmp(value, "-") != 0) {
			vector_fail("no such part", value);
		}
		return 1;
	}
	return 0;
}

static void
set_word(const struct cases *cases, struct question *q, char *word)
{
	char *value = word, *item;

	(void)next_item(&value, '=');
	if (strcmp(word, "sweep") == 0) {
		q->sweep = 1;
		return;
	}
	if (value == NULL) {
		vector_fail("no such word", word);
		return;
	}
	if (strcmp(word, "tlog") == 0) {
		q->policy.tlog_threshold = (unsigned)atoi(value);
	} else if (strcmp(word, "flags") == 0) {
		while ((item = next_item(&value, '+')) != NULL) {
			q->policy.flags |= flag_of(item);
		}
	} else if (strcmp(word, "know") == 0) {
		q->know = value;
	} else if (strcmp(word, "annotation") == 0) {
		set_annotation(q, value);
	} else if (strcmp(word, "predicate") == 0) {
		q->policy.predicate_type = plomb_view_of(value);
	} else if (strcmp(word, "valid") == 0) {
		set_valid(q, value);
	} else if (strcmp(word, "now") == 0) {
		q->policy.now_known = 1;
		q->policy.now.s = strtoll(value, NULL, 10);
	} else if (strcmp(word, "warn") == 0) {
		while ((item = next_item(&value, ',')) != NULL) {
			assert_true(q->warning_count < MAX_EXPECTED_WARNINGS);
			q->warnings[q->warning_count ++] = item;
		}
	} else if (strcmp(word, "wanted") == 0) {
		q->hash_wanted = value;
	} else if (strcmp(word, "times") == 0) {
		q->times = atoi(value);
	} else if (strcmp(word, "long") == 0) {
		q->long_pieces = atoi(value);
	} else if (strcmp(word, "pin") == 0) {
		q->policy.signature_hash = hash_of(value);
	} else if (!set_role(cases, q, word, value)) {
		vector_fail("no such word", word);
	}
}

/* Trust root and key live here, apart from what a question is asked with. */
static unsigned char lasting_memory[1 << 17];

static void
open_question(const struct cases *cases, struct question *q, char *line)
{
	plomb_work work;
	plomb_ctx ctx = { &work, &crypto, NULL };
	char *word;
	int role;

	memset(q, 0, sizeof *q);
	q->kind = cases->kind;
	q->times = q->long_pieces = -1;
	q->hash_wanted = "";
	q->policy.identity.exact = plomb_view_of(IDENTITY);
	q->policy.issuer.exact = plomb_view_of(ISSUER);
	q->role[ROOT] = load_root("main");
	for (role = BUNDLE; role < ROLES; role ++) {
		q->role[role] = part(cases, role_names[role]);
	}
	q->status = vector_field(&line);
	while (strcmp(word = vector_field(&line), ":") != 0) {
		set_word(cases, q, word);
	}
	plomb_work_init(&work, lasting_memory, sizeof lasting_memory);
	assert_int_equal(plomb_trust_load(&ctx, q->role[ROOT], &q->trust), PLOMB_OK);
	if (q->role[KEY].p != NULL) {
		assert_int_equal(plomb_key_from_pem(&ctx, q->role[KEY], &q->key), PLOMB_OK);
		q->key.valid = q->valid;
		q->policy.key = &q->key;
	}
}

static void
know_only(plomb_message *artifact, const char *know)
{
	plomb_message whole = *artifact;
	plomb_digest digest;
	int count = 0;

	for (digest.hash = PLOMB_SHA256; digest.hash <= PLOMB_SHA512; digest.hash ++) {
		if (strstr(know, plomb_hash_name(digest.hash)) == NULL) {
			continue;
		}
		memcpy(digest.bytes, plomb_message_digest(&whole, &plomb_crypto_default, digest.hash),
			plomb_hash_len(digest.hash));
		if (count ++ == 0) {
			plomb_message_from_digest(artifact, &digest);
		} else {
			plomb_message_add_digest(artifact, &digest);
		}
	}
	assert_true(count > 0);
}

/* Ask with a buffer of this size. */
static plomb_status
ask(const struct question *q, unsigned char *memory, size_t room, plomb_work *work, plomb_verdict *verdict)
{
	plomb_ctx ctx = { work, &crypto, NULL };
	plomb_message artifact;
	plomb_layer layer;
	plomb_status s;

	layer.payload = q->role[PAYLOAD];
	layer.signature = q->role[SIGNATURE];
	layer.certificate = q->role[CERTIFICATE];
	layer.chain = q->role[CHAIN];
	layer.bundle = q->role[BUNDLE];
	layer.timestamp = q->role[TIMESTAMP];
	plomb_message_from_bytes(&artifact, q->role[ARTIFACT]);
	if (q->know != NULL) {
		know_only(&artifact, q->know);
	}
	plomb_work_init(work, memory, room);
	long_pieces = 0;
	if (strcmp(q->kind, "bundle") == 0) {
		s = plomb_verify_bundle(&ctx, &q->trust, &q->policy, &artifact, q->role[BUNDLE], verdict);
	} else if (strcmp(q->kind, "simplesigning") == 0) {
		s = plomb_verify_simplesigning(&ctx, &q->trust, &q->policy, &artifact, &layer, verdict);
	} else if (strcmp(q->kind, "envelope") == 0) {
		s = plomb_verify_envelope(&ctx, &q->trust, &q->policy, &artifact, &layer, verdict);
	} else {
		s = plomb_verify_detached(&ctx, &q->trust, &q->policy, &artifact, &layer, verdict);
	}
	assert_int_equal(s, verdict->status);
	assert_int_equal(s == PLOMB_OK, plomb_accepted(verdict) != 0);
	return s;
}

static unsigned char whole_memory[1 << 18];

static void
check_answer(const struct question *q, const plomb_verdict *verdict)
{
	size_t i, n = 0, clockless = 0, logged = 0;

	assert_string_equal(plomb_status_code(verdict->status), q->status);
	for (i = 0; i < verdict->warning_count; i ++) {
		if (verdict->warning[i] == PLOMB_CLOCK_UNKNOWN) {
			clockless ++;
			continue;
		}
		assert_true(n < q->warning_count);
		assert_string_equal(plomb_status_code(verdict->warning[i]), q->warnings[n]);
		n ++;
	}
	assert_int_equal(n, q->warning_count);
	/* A log's time is compared with the clock, or it is said that there is none. */
	for (i = 0; i < verdict->time_count; i ++) {
		logged |= verdict->time_sources[i] == PLOMB_TIME_SOURCE_TLOG;
	}
	assert_true(clockless <= 1 && (clockless == 0 || !q->policy.now_known));
	assert_true(clockless == 1 || !logged || q->policy.now_known);
	assert_string_equal(plomb_hash_name(verdict->hash_wanted), q->hash_wanted);
	if (q->times >= 0) {
		assert_int_equal(verdict->time_count, q->times);
	}
	if (q->long_pieces >= 0) {
		assert_int_equal(long_pieces, q->long_pieces);
	}
}

/* The bit of a refusal's check is not set, and the check has the refusal as its answer. */
static void
check_refusal(const plomb_verdict *verdict)
{
	unsigned i, refused = 0;

	for (i = 0; i < PLOMB_CHECK_COUNT; i ++) {
		uint32_t bit = (uint32_t)1 << i;

		assert_int_equal((verdict->passed & bit) != 0, verdict->check[i] == PLOMB_OK);
		if (verdict->check[i] != PLOMB_OK && verdict->check[i] != PLOMB_UNSET
			&& verdict->check[i] != PLOMB_NOT_REQUIRED)
		{
			assert_int_equal(verdict->check[i], verdict->status);
			refused ++;
		}
	}
	assert_int_equal(refused, verdict->status == PLOMB_OK ? 0 : 1);
}

/*
 * Every smaller buffer, down to none: too little room is told as that, and
 * where it is only the text of a refusal that has no room, the refusal
 * stands. Each is of its own size, so that a sanitizer sees a write past it.
 */
static void
sweep(const struct question *q, size_t enough, const plomb_verdict *whole)
{
	size_t room = enough;
	unsigned full = 0, short_ = 0;

	for (;;) {
		unsigned char *memory = malloc(room == 0 ? 1 : room);
		plomb_verdict verdict;
		plomb_work work;
		plomb_status s;

		assert_non_null(memory);
		s = ask(q, memory, room, &work, &verdict);
		if (s != PLOMB_NO_ROOM) {
			assert_string_equal(plomb_status_code(s), plomb_status_code(whole->status));
			check_answer(q, &verdict);
			full ++;
		} else {
			assert_true(work.missing > 0);
			short_ ++;
		}
		check_refusal(&verdict);
		free(memory);
		if (room == 0) {
			break;
		}
		room -= room < 16 ? room : 16;
	}
	assert_true(full > 0 && short_ > 0);
}

static void
answer(const struct cases *cases, char *line)
{
	plomb_verdict verdict;
	struct question q;
	plomb_work work;
	plomb_status s;

	open_question(cases, &q, line);
	/* Once as everybody does it, with nothing remembered. */
	answer_count = 0;
	s = ask(&q, whole_memory, sizeof whole_memory, &work, &verdict);
	if (strcmp(plomb_status_code(s), q.status) != 0) {
		print_error("%.*s, wanted %s\n", (int)verdict.detail.what.n,
			verdict.detail.what.n == 0 ? "" : (const char *)verdict.detail.what.p, q.status);
	}
	check_answer(&q, &verdict);
	check_refusal(&verdict);
	if (q.sweep) {
		/* The alignment of another address may cost a few bytes. */
		sweep(&q, work.high_water + 16, &verdict);
	}
	free((void *)q.role[ROOT].p);
}

static void
run_file(const char *name)
{
	char path[64];
	struct cases cases;
	unsigned asked = 0;
	char *line;
	size_t i;

	memset(&cases, 0, sizeof cases);
	snprintf(path, sizeof path, "verify/%s.txt", name);
	cases.file = vector_open(path);
	while ((line = vector_next(&cases.file)) != NULL) {
		const char *word = vector_field(&line);

		if (strcmp(word, "kind") == 0) {
			cases.kind = line;
		} else if (strcmp(word, "part") == 0) {
			struct part *new_ = &cases.parts[cases.part_count ++];

			assert_true(cases.part_count <= sizeof cases.parts / sizeof cases.parts[0]);
			new_->name = vector_field(&line);
			new_->text = unescape(line);
		} else {
			const char *title = strstr(line, " : ");

			assert_string_equal(word, "ask");
			assert_non_null(title);
			print_message("%s:%s\n", name, title + 2);
			answer(&cases, line);
			asked ++;
		}
	}
	assert_true(asked > 0);
	for (i = 0; i < cases.part_count; i ++) {
		free((void *)cases.parts[i].text.p);
	}
	vector_close(&cases.file);
}

#define TEST(name, file) \
	static void \
	test_ ## name(void **state) \
	{ \
		(void)state; \
		run_file(file); \
	}

TEST(logs, "logs")
TEST(hints, "hints")
TEST(times_of_keys, "times-of-keys")
TEST(times_of_certificates, "times-of-certificates")
TEST(leaves, "leaves")
TEST(digests, "digests")
TEST(statements, "statements")
TEST(simplesigning, "simplesigning")
TEST(chains, "chains")
TEST(envelopes, "envelopes")
TEST(detached, "detached")

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_times_of_keys),
		cmocka_unit_test(test_times_of_certificates),
		cmocka_unit_test(test_leaves),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_simplesigning),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_detached),
	};

	remember_answers();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
