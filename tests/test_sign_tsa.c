/* Timestamps: the query byte for byte, and replies to other questions. */
#include "sign_support.h"

#include "../src/core/hash.h"
#include "../src/core/tsr.h"
#include "../src/sign/tsa.h"

static sign_room room;

static plomb_status
sevens(const plomb_random *self, void *p, size_t n)
{
	(void)self;
	memset(p, 0xF7, n);
	return PLOMB_OK;
}

static plomb_status
nothing(const plomb_random *self, void *p, size_t n)
{
	(void)self;
	(void)p;
	(void)n;
	return PLOMB_IO_ERROR;
}

static int
open_all(void **state)
{
	(void)state;
	room_open(&room);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	room_close(&room);
	return 0;
}

static void
test_query(void **state)
{
	static const plomb_random random = { sevens };
	unsigned char nonce[PLOMB_TSA_NONCE], imprint[PLOMB_MAX_HASH_LEN];
	plomb_view query;

	(void)state;
	assert_int_equal(plomb_tsa_request(&room.ctx, &random, plomb_view_of("signature"), nonce, &query), PLOMB_OK);
	assert_int_equal(query.n, 69);
	assert_int_equal(query.p[1], 67);
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, plomb_view_of("signature"), imprint);
	assert_memory_equal(query.p + 24, imprint, 32);
	/* A positive INTEGER of eight octets. */
	assert_memory_equal(query.p + 56, "\x02\x08\x77\xF7\xF7\xF7\xF7\xF7\xF7\xF7\x01\x01\xFF", 13);
	assert_memory_equal(nonce, query.p + 58, 8);
}

static void
test_no_random_numbers(void **state)
{
	static const plomb_random random = { nothing };
	unsigned char nonce[PLOMB_TSA_NONCE];
	plomb_view query;

	(void)state;
	assert_int_equal(plomb_tsa_request(&room.ctx, &random, plomb_view_of("signature"), nonce, &query), PLOMB_IO_ERROR);
	assert_null(query.p);
}

/* The reply of timestamps.txt with that name, with the imprint of another signature in it. */
static plomb_view
reply_for(const char *name, const char *signature)
{
	vector_file file = vector_open("timestamps/timestamps.txt");
	unsigned char imprint[PLOMB_MAX_HASH_LEN];
	plomb_view der = { NULL, 0 }, copy = { NULL, 0 };
	plomb_tsr tsr;
	char *line;
	int i;

	while ((line = vector_next(&file)) != NULL) {
		const char *hex = NULL;

		for (i = 0; i < 6; i ++) {
			hex = vector_field(&line);
		}
		if (strcmp(line, name) == 0) {
			der = vector_hex(hex);
			assert_int_equal(plomb_work_copy(&room.work, der, &copy), PLOMB_OK);
			vector_free(der);
		}
	}
	vector_close(&file);
	assert_non_null(copy.p);
	assert_int_equal(plomb_tsr_parse(copy, &tsr), PLOMB_OK);
	plomb_hash_of(&plomb_crypto_default, PLOMB_SHA256, plomb_view_of(signature), imprint);
	memcpy((unsigned char *)(uintptr_t)tsr.imprint.p, imprint, 32);
	return copy;
}

static void
test_reply(void **state)
{
	static const unsigned char nonce[PLOMB_TSA_NONCE] = { 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00 };
	unsigned char other[PLOMB_TSA_NONCE];
	plomb_view reply;

	(void)state;
	reply = reply_for("as made", "signature");
	assert_int_equal(plomb_tsa_check(&room.ctx, reply, plomb_view_of("signature"), nonce), PLOMB_OK);
	assert_int_equal(plomb_tsa_check(&room.ctx, reply, plomb_view_of("another"), nonce), PLOMB_TIMESTAMP_IMPRINT_MISMATCH);
	memcpy(other, nonce, sizeof other);
	other[7] = 1;
	assert_int_equal(plomb_tsa_check(&room.ctx, reply, plomb_view_of("signature"), other), PLOMB_TIMESTAMP_NONCE_MISMATCH);
	reply.n --;
	assert_int_equal(plomb_tsa_check(&room.ctx, reply, plomb_view_of("signature"), nonce), PLOMB_TIMESTAMP_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_query, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_no_random_numbers, open_all, close_all),
		cmocka_unit_test_setup_teardown(test_reply, open_all, close_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
