/* RFC 3161 timestamps: every rule of SPEC 8 has a response that it alone can refuse. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/core/timestamp.h"
#include "../src/core/tsr.h"
#include "vector_lines.h"

#define MAX_ROOTS 48
#define MAX_CERTS 4

static unsigned char memory[32768];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };

typedef struct {
	const char *name;
	plomb_view der[MAX_CERTS];
	plomb_cert certs[MAX_CERTS];
	plomb_authority authority;
} named_root;

static named_root roots[MAX_ROOTS];
static size_t root_count;
static plomb_authority chosen[8];
static vector_file file;

static int
setup(void **state)
{
	(void)state;
	plomb_work_init(&work, memory, sizeof memory);
	memset(&detail, 0, sizeof detail);
	root_count = 0;
	return 0;
}

static int
teardown(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < root_count; i ++) {
		for (k = 0; k < roots[i].authority.cert_count; k ++) {
			vector_free(roots[i].der[k]);
		}
	}
	root_count = 0;
	vector_close(&file);
	return 0;
}

static void
learn_root(char *line)
{
	named_root *root = &roots[root_count ++];
	char *list, *start, *end;

	assert_true(root_count <= MAX_ROOTS);
	memset(root, 0, sizeof *root);
	root->name = vector_field(&line);
	list = vector_field(&line);
	while (*list != 0) {
		char *comma = strchr(list, ',');
		size_t n = root->authority.cert_count ++;

		assert_true(n < MAX_CERTS);
		if (comma != NULL) {
			*comma = 0;
		}
		root->der[n] = vector_hex(list);
		assert_int_equal(plomb_cert_parse(root->der[n], &root->certs[n]), PLOMB_OK);
		list = comma != NULL ? comma + 1 : list + strlen(list);
	}
	root->authority.certs = root->certs;
	root->authority.uri = plomb_view_of(root->name);
	start = vector_field(&line);
	end = vector_field(&line);
	root->authority.valid.has_start = strcmp(start, "-") != 0;
	root->authority.valid.has_end = strcmp(end, "-") != 0;
	root->authority.valid.start.s = strtoll(start, NULL, 10);
	root->authority.valid.end.s = strtoll(end, NULL, 10);
}

/* The authorities of a comma-separated list of names, copied beside each other. */
static plomb_trust
choose_roots(char *names)
{
	plomb_trust trust;
	size_t i;

	memset(&trust, 0, sizeof trust);
	trust.tsas = chosen;
	while (*names != 0 && strcmp(names, "-") != 0) {
		size_t n = strcspn(names, ",");

		for (i = 0; i < root_count; i ++) {
			if (strlen(roots[i].name) == n && memcmp(roots[i].name, names, n) == 0) {
				break;
			}
		}
		if (i == root_count) {
			fail_msg("no root %s", names);
		}
		chosen[trust.tsa_count ++] = roots[i].authority;
		names += names[n] == ',' ? n + 1 : n;
	}
	return trust;
}

typedef struct {
	const char *want, *time, *name;
	plomb_trust trust;
	plomb_view stamped, tsr;
} tsr_case;

static int
next_case(tsr_case *c)
{
	char *line;

	while ((line = vector_next(&file)) != NULL) {
		const char *kind = vector_field(&line);

		if (strcmp(kind, "root") == 0) {
			learn_root(line);
		}
		if (strcmp(kind, "tsr") == 0) {
			c->want = vector_field(&line);
			c->trust = choose_roots(vector_field(&line));
			c->time = vector_field(&line);
			c->stamped = vector_hex(vector_field(&line));
			c->tsr = vector_hex(vector_field(&line));
			c->name = line;
			return 1;
		}
	}
	return 0;
}

static void
free_case(tsr_case *c)
{
	vector_free(c->stamped);
	vector_free(c->tsr);
}

static void
check_accepted(const tsr_case *c, plomb_time time, const plomb_authority *authority)
{
	char text[40];
	unsigned char other[128];
	plomb_view stamped = { other, c->stamped.n };

	assert_true(authority >= chosen && authority < chosen + c->trust.tsa_count);
	if (strcmp(c->time, "?") != 0) {
		snprintf(text, sizeof text, "%lld.%09lu", (long long)time.s, (unsigned long)time.ns);
		assert_string_equal(text, c->time);
	}
	assert_true(c->stamped.n <= sizeof other);
	memcpy(other, c->stamped.p, c->stamped.n);
	other[c->stamped.n / 2] ^= 1;
	assert_int_equal(plomb_timestamp_verify(&ctx, &c->trust, c->tsr, stamped, &time, &authority), PLOMB_TIMESTAMP_IMPRINT_MISMATCH);
	assert_null(authority);
}

static unsigned
check_file(const char *name)
{
	tsr_case c;
	unsigned cases = 0;

	file = vector_open(name);
	while (next_case(&c)) {
		plomb_time time = { 1, 1 };
		const plomb_authority *authority = chosen;
		plomb_status status = plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority);

		if (strcmp(plomb_status_code(status), c.want) != 0) {
			fail_msg("%s: want %s, got %s", c.name, c.want, plomb_status_code(status));
		}
		/* A refusal that is fatal may keep the words for it. */
		assert_true(plomb_work_mark(&work) <= (status == PLOMB_OK || status == PLOMB_TIMESTAMP_SIGNER_UNTRUSTED
			|| status == PLOMB_TIMESTAMP_SIGNER_MISSING ? 0 : 256));
		if (status == PLOMB_OK) {
			check_accepted(&c, time, authority);
		} else {
			assert_null(authority);
			assert_true(time.s == 0 && time.ns == 0);
		}
		plomb_work_release(&work, 0);
		free_case(&c);
		cases ++;
	}
	return cases;
}

static void
made_up_responses(void **state)
{
	(void)state;
	assert_true(check_file("timestamps/timestamps.txt") > 260);
}

static void
real_responses(void **state)
{
	(void)state;
	assert_int_equal(check_file("timestamps/real.txt"), 18);
}

/* The case of that name. */
static void
find_case(const char *name, tsr_case *c)
{
	file = vector_open("timestamps/timestamps.txt");
	while (next_case(c)) {
		if (strcmp(c->name, name) == 0) {
			return;
		}
		free_case(c);
	}
	fail_msg("no case %s", name);
}

static void
prefixes_and_changed_bits(void **state)
{
	unsigned char copy[2048];
	const plomb_authority *authority;
	plomb_time time;
	tsr_case c;
	size_t n;
	unsigned survived = 0;

	(void)state;
	find_case("without embedded certificates", &c);
	assert_true(c.tsr.n <= sizeof copy);
	for (n = 0; n < c.tsr.n; n ++) {
		plomb_view part = { c.tsr.p, n }, changed = { copy, c.tsr.n };

		assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, part, c.stamped, &time, &authority), PLOMB_TIMESTAMP_MALFORMED);
		memcpy(copy, c.tsr.p, c.tsr.n);
		copy[n] ^= (unsigned char)(1u << n % 8);
		if (plomb_timestamp_verify(&ctx, &c.trust, changed, c.stamped, &time, &authority) == PLOMB_OK) {
			/* Nobody signs the status, granted in two ways, and SignedData.digestAlgorithms, which nobody uses. */
			assert_true(n == 8 || (n >= 41 && n < 50));
			assert_int_equal(time.s, 1700000000);
			survived ++;
		}
	}
	assert_int_equal(survived, 10);
	free_case(&c);
}

static void
too_large(void **state)
{
	static unsigned char zeros[PLOMB_MAX_TSR_BYTES + 1];
	plomb_view tsr = { zeros, sizeof zeros };
	const plomb_authority *authority;
	plomb_trust trust;
	plomb_time time;

	(void)state;
	file.text = NULL;
	memset(&trust, 0, sizeof trust);
	assert_int_equal(plomb_timestamp_verify(&ctx, &trust, tsr, tsr, &time, &authority), PLOMB_LIMIT_EXCEEDED);
	tsr.n --;
	assert_int_equal(plomb_timestamp_verify(&ctx, &trust, tsr, tsr, &time, &authority), PLOMB_TIMESTAMP_MALFORMED);
}

static void
no_room(void **state)
{
	const plomb_authority *authority;
	plomb_time time;
	tsr_case c;

	(void)state;
	find_case("as made", &c);
	plomb_work_init(&work, memory, 64);
	assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority), PLOMB_NO_ROOM);
	assert_true(work.missing > 0);
	assert_null(authority);
	free_case(&c);
}

/* Without SHA-1 nobody can say whose certificate an old attribute names. */
static void
no_sha1(void **state)
{
	plomb_crypto crypto = plomb_crypto_default;
	const plomb_authority *authority;
	plomb_time time;
	tsr_case c;

	(void)state;
	find_case("ESS by SHA-1", &c);
	assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority), PLOMB_OK);
	crypto.sha1 = NULL;
	ctx.crypto = &crypto;
	assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority),
		PLOMB_TIMESTAMP_HASH_UNSUPPORTED);
	ctx.crypto = &plomb_crypto_default;
	assert_null(authority);
	free_case(&c);
}

/* A person sees the time that did not fit, and whose authority was nearest. */
static void
details(void **state)
{
	const plomb_authority *authority;
	plomb_time time;
	tsr_case c;
	unsigned seen = 0;

	(void)state;
	file = vector_open("timestamps/timestamps.txt");
	while (next_case(&c)) {
		memset(&detail, 0, sizeof detail);
		if (strcmp(c.name, "the reason of the authority that got furthest") == 0) {
			assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority), PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY);
			assert_true(plomb_view_is(detail.what, "end of the validity of ended"));
			assert_true(plomb_view_is(detail.want, "2023-11-14T22:13:19Z"));
			assert_true(plomb_view_is(detail.got, "2023-11-14T22:13:20Z"));
			ctx.detail = NULL;
			assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority), PLOMB_TIMESTAMP_OUTSIDE_TSA_VALIDITY);
			ctx.detail = &detail;
			seen ++;
		}
		if (strcmp(c.name, "the authority's other signer") == 0) {
			assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority), PLOMB_TIMESTAMP_SIGNER_UNTRUSTED);
			assert_true(plomb_view_is(detail.what, "timestamp authority"));
			assert_true(plomb_view_is(detail.want, "other"));
			assert_null(detail.got.p);
			seen ++;
		}
		if (strcmp(c.name, "no extended key usage") == 0) {
			assert_int_equal(plomb_timestamp_verify(&ctx, &c.trust, c.tsr, c.stamped, &time, &authority), PLOMB_TIMESTAMP_EKU);
			assert_true(plomb_view_is(detail.what, "timestamp of ca"));
			assert_null(detail.want.p);
			assert_null(detail.got.p);
			seen ++;
		}
		free_case(&c);
	}
	assert_int_equal(seen, 3);
}

static void
same_authority(void **state)
{
	static const struct {
		const char *name, *a_operator, *a_uri, *b_operator, *b_uri;
		int same;
	} rows[] = {
		{ "nothing known", "", "", "", "", 0 },
		{ "one operator", "o", "a", "o", "b", 1 },
		{ "two operators at one address", "o", "a", "p", "a", 0 },
		{ "one address", "", "a", "", "a", 1 },
		{ "two addresses", "", "a", "", "b", 0 },
		{ "an operator is known of one", "o", "a", "", "a", 1 },
		{ "an operator is known of the other, another address", "", "a", "o", "b", 0 },
		{ "an address is known of one", "", "a", "", "", 0 }
	};
	size_t i;

	(void)state;
	file.text = NULL;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i ++) {
		plomb_authority a, b;

		memset(&a, 0, sizeof a);
		memset(&b, 0, sizeof b);
		a.operator_ = plomb_view_of(rows[i].a_operator);
		a.uri = plomb_view_of(rows[i].a_uri);
		b.operator_ = plomb_view_of(rows[i].b_operator);
		b.uri = plomb_view_of(rows[i].b_uri);
		if (plomb_authority_same(&a, &b) != rows[i].same || plomb_authority_same(&b, &a) != rows[i].same) {
			fail_msg("%s", rows[i].name);
		}
		assert_true(plomb_authority_same(&a, &a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(made_up_responses, setup, teardown),
		cmocka_unit_test_setup_teardown(real_responses, setup, teardown),
		cmocka_unit_test_setup_teardown(prefixes_and_changed_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(no_sha1, setup, teardown),
		cmocka_unit_test_setup_teardown(details, setup, teardown),
		cmocka_unit_test_setup_teardown(same_authority, setup, teardown)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
