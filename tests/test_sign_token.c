/* Identity tokens, each with one thing wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../src/sign/token.h"
#include "vector_lines.h"

static unsigned char memory[65536];
static plomb_work work;
static plomb_detail detail;
static plomb_ctx ctx = { &work, &plomb_crypto_default, &detail };

#define NOW 1800000000

static void
start(void)
{
	plomb_work_init(&work, memory, sizeof memory);
	memset(&detail, 0, sizeof detail);
}

/* header.payload.signature around these claims. */
static const char *
token_of(const char *claims)
{
	static char text[40000];
	static unsigned char encoded[30000];
	size_t n, i;

	n = plomb_base64_encode(encoded, plomb_view_of(claims));
	while (n != 0 && encoded[n - 1] == '=') {
		n --;
	}
	for (i = 0; i < n; i ++) {
		encoded[i] = (unsigned char)(encoded[i] == '+' ? '-' : encoded[i] == '/' ? '_' : encoded[i]);
	}
	(void)snprintf(text, sizeof text, "eyJhbGciOiJSUzI1NiJ9.%.*s.c2lnbmF0dXJl", (int)n, (const char *)encoded);
	return text;
}

static plomb_status
read_text(const char *text, plomb_token *token)
{
	start();
	return plomb_token_read(&ctx, plomb_view_of(text), 1, NOW, token);
}

#define HEAD "{\"iss\":\"https://issuer\",\"sub\":\"somebody\","
#define TAIL "\"aud\":\"sigstore\",\"exp\":1800000001}"

static void
test_claims(void **state)
{
	static const struct {
		const char *claims;
		plomb_status want;
		const char *subject;
	} cases[] = {
		{ HEAD TAIL, PLOMB_OK, "somebody" },
		{ HEAD "\"email\":\"a@b\",\"email_verified\":true," TAIL, PLOMB_OK, "a@b" },
		{ HEAD "\"email\":\"a@b\",\"email_verified\":\"true\"," TAIL, PLOMB_OK, "a@b" },
		{ HEAD "\"email\":\"\"," TAIL, PLOMB_OK, "somebody" },
		{ HEAD "\"email\":null," TAIL, PLOMB_OK, "somebody" },
		{ HEAD "\"aud\":[\"x\",\"sigstore\"],\"exp\":1800000001}", PLOMB_OK, "somebody" },
		{ HEAD "\"email\":\"a@b\",\"email_verified\":false," TAIL, PLOMB_TOKEN_MAIL_UNVERIFIED, NULL },
		{ HEAD "\"email\":\"a@b\",\"email_verified\":\"false\"," TAIL, PLOMB_TOKEN_MAIL_UNVERIFIED, NULL },
		{ HEAD "\"email\":\"a@b\",\"email_verified\":1," TAIL, PLOMB_TOKEN_MAIL_UNVERIFIED, NULL },
		{ HEAD "\"email\":\"a@b\"," TAIL, PLOMB_TOKEN_MAIL_UNVERIFIED, NULL },
		{ HEAD "\"email\":5,\"email_verified\":true," TAIL, PLOMB_TOKEN_MALFORMED, NULL },
		{ HEAD "\"aud\":\"sigstore2\",\"exp\":1800000001}", PLOMB_TOKEN_AUDIENCE, NULL },
		{ HEAD "\"aud\":[],\"exp\":1800000001}", PLOMB_TOKEN_AUDIENCE, NULL },
		{ HEAD "\"aud\":[[\"sigstore\"]],\"exp\":1800000001}", PLOMB_TOKEN_AUDIENCE, NULL },
		{ HEAD "\"aud\":{\"sigstore\":\"sigstore\"},\"exp\":1800000001}", PLOMB_TOKEN_AUDIENCE, NULL },
		{ HEAD "\"exp\":1800000001}", PLOMB_TOKEN_AUDIENCE, NULL },
		{ HEAD "\"aud\":\"sigstore\",\"exp\":1800000000}", PLOMB_TOKEN_EXPIRED, NULL },
		{ HEAD "\"aud\":\"sigstore\",\"exp\":-1}", PLOMB_TOKEN_EXPIRED, NULL },
		{ HEAD "\"aud\":\"sigstore\"}", PLOMB_TOKEN_MALFORMED, NULL },
		{ HEAD "\"aud\":\"sigstore\",\"exp\":1.8e9}", PLOMB_TOKEN_MALFORMED, NULL },
		{ HEAD "\"aud\":\"sigstore\",\"exp\":\"soon\"}", PLOMB_TOKEN_MALFORMED, NULL },
		{ "{\"sub\":\"somebody\"," TAIL, PLOMB_TOKEN_MALFORMED, NULL },
		{ "{\"iss\":\"\",\"sub\":\"somebody\"," TAIL, PLOMB_TOKEN_MALFORMED, NULL },
		{ "{\"iss\":\"https://issuer\"," TAIL, PLOMB_TOKEN_MALFORMED, NULL },
		{ "{\"iss\":\"https://issuer\",\"sub\":\"\"," TAIL, PLOMB_TOKEN_MALFORMED, NULL },
		{ HEAD "\"iss\":\"https://another\"," TAIL, PLOMB_TOKEN_MALFORMED, NULL },
		{ "[]", PLOMB_TOKEN_MALFORMED, NULL },
		{ "\"sigstore\"", PLOMB_TOKEN_MALFORMED, NULL },
		{ HEAD TAIL "x", PLOMB_TOKEN_MALFORMED, NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i ++) {
		plomb_token token;
		plomb_status s = read_text(token_of(cases[i].claims), &token);

		if (s != cases[i].want) {
			fail_msg("%s: %s", cases[i].claims, plomb_status_code(s));
		}
		if (s == PLOMB_OK) {
			assert_true(plomb_view_is(token.subject, cases[i].subject));
			assert_true(plomb_view_is(token.issuer, "https://issuer"));
			assert_int_equal(token.expires_s, NOW + 1);
		}
		/* The reason never holds any of it. */
		assert_true(detail.got.n == 0 && detail.want.n == 0);
	}
}

static void
test_without_a_clock(void **state)
{
	plomb_token token;

	(void)state;
	start();
	assert_int_equal(plomb_token_read(&ctx, plomb_view_of(token_of(HEAD "\"aud\":\"sigstore\",\"exp\":5}")), 0, NOW, &token), PLOMB_OK);
}

static void
test_text(void **state)
{
	static const char *const texts[] = {
		"", ".", "..", "a.b", "a.b.c.d", ".e30.c", "a..c", "a.e30.", "a.e30.c\nX", "a.e3 0.c", "a.e30=.c", "a.e30.c=", "a.e3+.c", "a.e30/.c", "a.e30.\xC3\xA9"
	};
	static char padded[20000], large[PLOMB_MAX_TOKEN + 2];
	const char *good;
	plomb_token token;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i ++) {
		if (read_text(texts[i], &token) != PLOMB_TOKEN_MALFORMED) {
			fail_msg("%s", texts[i]);
		}
	}
	good = token_of(HEAD TAIL);
	(void)snprintf(padded, sizeof padded, " \r\n\t%s\n \r\t", good);
	assert_int_equal(read_text(padded, &token), PLOMB_OK);
	assert_true(plomb_view_is(token.text, good));
	/* No prefix that lacks the third part is a token. */
	n = (size_t)(strrchr(good, '.') - good);
	for (i = 0; i <= n + 0; i ++) {
		(void)snprintf(padded, i + 1, "%s", good);
		assert_int_equal(read_text(padded, &token), PLOMB_TOKEN_MALFORMED);
	}
	/* As long as one may be, and one letter longer. */
	n = strlen(good);
	memset(large, 'a', sizeof large - 1);
	memcpy(large, good, n);
	large[PLOMB_MAX_TOKEN] = 0;
	assert_int_equal(read_text(large, &token), PLOMB_OK);
	large[PLOMB_MAX_TOKEN] = 'a';
	large[PLOMB_MAX_TOKEN + 1] = 0;
	assert_int_equal(read_text(large, &token), PLOMB_TOKEN_MALFORMED);
}

static void
test_github(void **state)
{
	static const char *const bad[] = { "", "{}", "[]", "{\"value\":1}", "{\"value\":null}", "{\"count\":1,\"value\":\"a\"}x", "{\"value\":\"a\",\"value\":\"b\"}" };
	plomb_view token;
	size_t i;

	(void)state;
	start();
	assert_int_equal(plomb_token_of_github(&work, plomb_view_of("{\"count\":1,\"value\":\"a.b\\u002ec\"}"), &token), PLOMB_OK);
	assert_true(plomb_view_is(token, "a.b.c"));
	for (i = 0; i < sizeof bad / sizeof bad[0]; i ++) {
		start();
		assert_int_equal(plomb_token_of_github(&work, plomb_view_of(bad[i]), &token), PLOMB_TOKEN_MALFORMED);
	}
	plomb_work_init(&work, memory, 8);
	assert_int_equal(plomb_token_of_github(&work, plomb_view_of("{\"value\":\"a\"}"), &token), PLOMB_NO_ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_without_a_clock),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_github)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
