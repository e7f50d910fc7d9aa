/* DER: one encoding of everything, and every other one refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/der.h"

#define YES PLOMB_OK
#define NO PLOMB_DER_MALFORMED
#define COUNT(rows) (sizeof (rows) / sizeof (rows)[0])

static void
check(const char *name, plomb_status got, plomb_status wanted)
{
	if (got != wanted) {
		fail_msg("%s: %s, wanted %s", name, plomb_status_code(got), plomb_status_code(wanted));
	}
}

/* ------------------------------------------------------------ elements */

struct element_row {
	const char *name;
	plomb_view in;
	plomb_status wanted;
	unsigned tag;
	size_t whole_n, body_n;
};

static unsigned char long_form[4 + 256];

static const struct element_row element_rows[] = {
	{ "NULL", PLOMB_LIT("\x05\x00"), YES, 5, 2, 0 },
	{ "something follows", PLOMB_LIT("\x04\x01\x41\x05\x00"), YES, 4, 3, 1 },
	{ "context tag", PLOMB_LIT("\x80\x00"), YES, 0x80, 2, 0 },
	{ "256 octets", { long_form, sizeof long_form }, YES, 4, 260, 256 },
	{ "256 octets, one is missing", { long_form, sizeof long_form - 1 }, NO, 0, 0, 0 },
	{ "nothing", PLOMB_LIT(""), NO, 0, 0, 0 },
	{ "absent", { NULL, 0 }, NO, 0, 0, 0 },
	{ "identifier alone", PLOMB_LIT("\x04"), NO, 0, 0, 0 },
	{ "content is missing", PLOMB_LIT("\x04\x01"), NO, 0, 0, 0 },
	{ "content is short", PLOMB_LIT("\x04\x02\x41"), NO, 0, 0, 0 },
	{ "end-of-contents", PLOMB_LIT("\x00\x00"), NO, 0, 0, 0 },
	{ "tag of several octets", PLOMB_LIT("\x1F\x81\x01\x00"), NO, 0, 0, 0 },
	{ "context tag of several octets", PLOMB_LIT("\xBF\x21\x00"), NO, 0, 0, 0 },
	{ "indefinite length", PLOMB_LIT("\x30\x80\x05\x00\x00\x00"), NO, 0, 0, 0 },
	{ "long form of a short length", PLOMB_LIT("\x04\x81\x01\x41"), NO, 0, 0, 0 },
	{ "long form of 127", PLOMB_LIT("\x04\x81\x7F"), NO, 0, 0, 0 },
	{ "zero in front of the length", PLOMB_LIT("\x04\x82\x00\x80"), NO, 0, 0, 0 },
	{ "length octets missing", PLOMB_LIT("\x04\x82\x01"), NO, 0, 0, 0 },
	{ "length of four octets, over the end", PLOMB_LIT("\x04\x84\xFF\xFF\xFF\xFF\x41"), NO, 0, 0, 0 },
	{ "length of five octets", PLOMB_LIT("\x04\x85\x01\x00\x00\x00\x00\x41"), NO, 0, 0, 0 },
	{ "length of 127 octets", PLOMB_LIT("\x04\xFF\x41"), NO, 0, 0, 0 }
};

static void
elements(void **state)
{
	size_t i;

	(void)state;
	memcpy(long_form, "\x04\x82\x01\x00", 4);
	for (i = 0; i < COUNT(element_rows); i ++) {
		const struct element_row *row = &element_rows[i];
		plomb_der der = plomb_der_open(row->in);
		plomb_tlv tlv;

		check(row->name, plomb_der_next(&der, &tlv), row->wanted);
		assert_int_equal(tlv.tag, row->tag);
		assert_int_equal(tlv.whole.n, row->whole_n);
		assert_int_equal(tlv.body.n, row->body_n);
		assert_int_equal(der.at, row->whole_n);
		if (row->wanted == PLOMB_OK) {
			assert_ptr_equal(tlv.whole.p, row->in.p);
			assert_ptr_equal(tlv.body.p, row->in.p + row->whole_n - row->body_n);
		}
	}
}

static void
levels(void **state)
{
	static const plomb_view in = PLOMB_LIT("\x30\x04\x02\x00\x05\x00\x04\x00");
	plomb_der der = plomb_der_open(in);
	plomb_der inner;
	plomb_tlv tlv;

	(void)state;
	assert_int_equal(plomb_der_peek(&der), 0x30);
	assert_false(plomb_der_end(&der));
	check("another tag", plomb_der_take(&der, PLOMB_DER_SET, &tlv), NO);
	assert_int_equal(der.at, 0);
	check("another tag, entered", plomb_der_enter(&der, PLOMB_DER_SET, &inner), NO);
	assert_true(plomb_der_end(&inner));
	check("enter", plomb_der_enter(&der, PLOMB_DER_SEQUENCE, &inner), YES);
	check("first inside", plomb_der_take(&inner, PLOMB_DER_INTEGER, &tlv), YES);
	assert_non_null(tlv.body.p); /* empty is not absent */
	check("second inside", plomb_der_take(&inner, PLOMB_DER_NULL, &tlv), YES);
	assert_true(plomb_der_end(&inner));
	assert_int_equal(plomb_der_peek(&inner), 0);
	check("over the end of the level", plomb_der_take(&inner, PLOMB_DER_OCTETS, &tlv), NO);
	check("tag 0 at the end", plomb_der_take(&inner, 0, &tlv), NO);
	check("after the level", plomb_der_take(&der, PLOMB_DER_OCTETS, &tlv), YES);
	assert_true(plomb_der_end(&der));
}

static void
only(void **state)
{
	static const plomb_view one = PLOMB_LIT("\x05\x00");
	static const plomb_view two = PLOMB_LIT("\x05\x00\x05\x00");
	plomb_tlv tlv;

	(void)state;
	check("one", plomb_der_only(one, PLOMB_DER_NULL, &tlv), YES);
	check("of another tag", plomb_der_only(one, PLOMB_DER_SET, &tlv), NO);
	check("two", plomb_der_only(two, PLOMB_DER_NULL, &tlv), NO);
	assert_null(tlv.whole.p);
}

/* ------------------------------------------------------------ integers */

struct integer_row {
	const char *name;
	plomb_view body;
	plomb_status is_integer, is_unsigned, is_small;
	size_t magnitude_n;
	uint32_t small;
};

static const struct integer_row integer_rows[] = {
	{ "0", PLOMB_LIT("\x00"), YES, YES, YES, 0, 0 },
	{ "1", PLOMB_LIT("\x01"), YES, YES, YES, 1, 1 },
	{ "127", PLOMB_LIT("\x7F"), YES, YES, YES, 1, 127 },
	{ "128", PLOMB_LIT("\x00\x80"), YES, YES, YES, 1, 128 },
	{ "256", PLOMB_LIT("\x01\x00"), YES, YES, YES, 2, 256 },
	{ "2^31 - 1", PLOMB_LIT("\x7F\xFF\xFF\xFF"), YES, YES, YES, 4, 0x7FFFFFFF },
	{ "2^31", PLOMB_LIT("\x00\x80\x00\x00\x00"), YES, YES, NO, 4, 0 },
	{ "2^32", PLOMB_LIT("\x01\x00\x00\x00\x00"), YES, YES, NO, 5, 0 },
	{ "-1", PLOMB_LIT("\xFF"), YES, NO, NO, 0, 0 },
	{ "-128", PLOMB_LIT("\x80"), YES, NO, NO, 0, 0 },
	{ "-129", PLOMB_LIT("\xFF\x7F"), YES, NO, NO, 0, 0 },
	{ "no octets", PLOMB_LIT(""), NO, NO, NO, 0, 0 },
	{ "0 twice", PLOMB_LIT("\x00\x00"), NO, NO, NO, 0, 0 },
	{ "1 with a zero in front", PLOMB_LIT("\x00\x01"), NO, NO, NO, 0, 0 },
	{ "-1 with ones in front", PLOMB_LIT("\xFF\xFF"), NO, NO, NO, 0, 0 },
	{ "-128 with ones in front", PLOMB_LIT("\xFF\x80"), NO, NO, NO, 0, 0 }
};

static void
integers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(integer_rows); i ++) {
		const struct integer_row *row = &integer_rows[i];
		plomb_view magnitude;
		uint32_t value;

		check(row->name, plomb_der_integer_check(row->body), row->is_integer);
		check(row->name, plomb_der_unsigned(row->body, &magnitude), row->is_unsigned);
		assert_int_equal(magnitude.n, row->magnitude_n);
		check(row->name, plomb_der_small(row->body, &value), row->is_small);
		assert_int_equal(value, row->small);
	}
}

/* --------------------------------------------- booleans, bits, identifiers */

typedef enum { A_BOOLEAN, BITS, AN_OID } primitive;

struct primitive_row {
	const char *name;
	primitive type;
	plomb_view body;
	plomb_status wanted;
};

static unsigned char long_oid[65];

static const struct primitive_row primitive_rows[] = {
	{ "FALSE", A_BOOLEAN, PLOMB_LIT("\x00"), YES },
	{ "TRUE", A_BOOLEAN, PLOMB_LIT("\xFF"), YES },
	{ "BER's TRUE", A_BOOLEAN, PLOMB_LIT("\x01"), NO },
	{ "no octets", A_BOOLEAN, PLOMB_LIT(""), NO },
	{ "two octets", A_BOOLEAN, PLOMB_LIT("\xFF\xFF"), NO },
	{ "no bits", BITS, PLOMB_LIT("\x00"), YES },
	{ "eight bits", BITS, PLOMB_LIT("\x00\x41"), YES },
	{ "seven bits", BITS, PLOMB_LIT("\x01\x40"), NO },
	{ "not even the count", BITS, PLOMB_LIT(""), NO },
	{ "2.5.29.17", AN_OID, PLOMB_LIT("\x55\x1D\x11"), YES },
	{ "an arc of 2^31 - 1", AN_OID, PLOMB_LIT("\x2A\x87\xFF\xFF\xFF\x7F"), YES },
	{ "an arc of 2^31", AN_OID, PLOMB_LIT("\x2A\x88\x80\x80\x80\x00"), NO },
	{ "an arc that wraps around 2^32", AN_OID, PLOMB_LIT("\x2A\x90\x80\x80\x80\x03"), NO },
	{ "zero in front of an arc", AN_OID, PLOMB_LIT("\x55\x80\x1D"), NO },
	{ "zero in front of the first arc", AN_OID, PLOMB_LIT("\x80\x55"), NO },
	{ "80 inside an arc", AN_OID, PLOMB_LIT("\x55\x81\x80\x00"), YES },
	{ "ends inside an arc", AN_OID, PLOMB_LIT("\x55\x9D"), NO },
	{ "no arcs", AN_OID, PLOMB_LIT(""), NO },
	{ "64 octets", AN_OID, { long_oid, 64 }, YES },
	{ "65 octets", AN_OID, { long_oid, 65 }, NO }
};

static void
primitives(void **state)
{
	size_t i;

	(void)state;
	memset(long_oid, 1, sizeof long_oid);
	for (i = 0; i < COUNT(primitive_rows); i ++) {
		const struct primitive_row *row = &primitive_rows[i];
		plomb_view octets;
		int value;

		switch (row->type) {
		case A_BOOLEAN:
			check(row->name, plomb_der_boolean(row->body, &value), row->wanted);
			assert_int_equal(value, row->wanted == PLOMB_OK && row->body.p[0] != 0);
			break;
		case BITS:
			check(row->name, plomb_der_bits(row->body, &octets), row->wanted);
			assert_int_equal(octets.n, row->wanted == PLOMB_OK ? row->body.n - 1 : 0);
			break;
		case AN_OID:
			check(row->name, plomb_der_oid_check(row->body), row->wanted);
			break;
		}
	}
}

/* -------------------------------------------------------------------- times */

struct time_row {
	const char *name;
	unsigned tag;
	plomb_view body;
	plomb_status of_cert, of_token;
	int64_t s;
	uint32_t ns;
};

static const struct time_row time_rows[] = {
	{ "UTCTime", PLOMB_DER_UTCTIME, PLOMB_LIT("231114221320Z"), YES, NO, 1700000000, 0 },
	{ "1950", PLOMB_DER_UTCTIME, PLOMB_LIT("500101000000Z"), YES, NO, -631152000, 0 },
	{ "2049", PLOMB_DER_UTCTIME, PLOMB_LIT("491231235959Z"), YES, NO, 2524607999, 0 },
	{ "UTCTime without seconds", PLOMB_DER_UTCTIME, PLOMB_LIT("2311142213Z"), NO, NO, 0, 0 },
	{ "UTCTime with an offset", PLOMB_DER_UTCTIME, PLOMB_LIT("231114221320+0000"), NO, NO, 0, 0 },
	{ "UTCTime with a fraction", PLOMB_DER_UTCTIME, PLOMB_LIT("231114221320.5Z"), NO, NO, 0, 0 },
	{ "UTCTime in lower case", PLOMB_DER_UTCTIME, PLOMB_LIT("231114221320z"), NO, NO, 0, 0 },
	{ "UTCTime with something after it", PLOMB_DER_UTCTIME, PLOMB_LIT("231114221320Z0"), NO, NO, 0, 0 },
	{ "UTCTime, empty", PLOMB_DER_UTCTIME, PLOMB_LIT(""), NO, NO, 0, 0 },
	{ "29 February of no leap year", PLOMB_DER_UTCTIME, PLOMB_LIT("230229000000Z"), NO, NO, 0, 0 },
	{ "hour 24", PLOMB_DER_UTCTIME, PLOMB_LIT("231114240000Z"), NO, NO, 0, 0 },
	{ "a leap second", PLOMB_DER_UTCTIME, PLOMB_LIT("161231235960Z"), NO, NO, 0, 0 },
	{ "a letter", PLOMB_DER_UTCTIME, PLOMB_LIT("23111422132oZ"), NO, NO, 0, 0 },
	{ "a sign", PLOMB_DER_UTCTIME, PLOMB_LIT("23-114221320Z"), NO, NO, 0, 0 },
	{ "GeneralizedTime", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320Z"), YES, YES, 1700000000, 0 },
	{ "year 9999", PLOMB_DER_GENTIME, PLOMB_LIT("99991231235959Z"), YES, YES, 253402300799, 0 },
	{ "a fraction", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.5Z"), NO, YES, 1700000000, 500000000 },
	{ "a fraction of nine digits", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.000000001Z"), NO, YES, 1700000000, 1 },
	{ "a fraction of ten digits", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.0000000001Z"), NO, NO, 0, 0 },
	{ "a fraction ending in zero", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.50Z"), NO, NO, 0, 0 },
	{ "a fraction of zero", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.0Z"), NO, NO, 0, 0 },
	{ "a point and no digits", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.Z"), NO, NO, 0, 0 },
	{ "a comma", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320,5Z"), NO, NO, 0, 0 },
	{ "a fraction without Z", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320.5"), NO, NO, 0, 0 },
	{ "local time", PLOMB_DER_GENTIME, PLOMB_LIT("20231114221320"), NO, NO, 0, 0 },
	{ "year 0", PLOMB_DER_GENTIME, PLOMB_LIT("00000101000000Z"), NO, NO, 0, 0 },
	{ "month 13", PLOMB_DER_GENTIME, PLOMB_LIT("20231314221320Z"), NO, NO, 0, 0 },
	{ "GeneralizedTime, empty", PLOMB_DER_GENTIME, PLOMB_LIT(""), NO, NO, 0, 0 },
	{ "no time at all", PLOMB_DER_UTF8, PLOMB_LIT("20231114221320Z"), NO, YES, 1700000000, 0 }
};

static void
times(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(time_rows); i ++) {
		const struct time_row *row = &time_rows[i];
		plomb_time time;
		plomb_tlv tlv;

		memset(&tlv, 0, sizeof tlv);
		tlv.tag = row->tag;
		tlv.body = row->body;
		check(row->name, plomb_der_time(&tlv, &time), row->of_cert);
		assert_int_equal(time.s, row->of_cert == PLOMB_OK ? row->s : 0);
		check(row->name, plomb_der_gentime(row->body, &time), row->of_token);
		assert_int_equal(time.s, row->of_token == PLOMB_OK ? row->s : 0);
		assert_int_equal(time.ns, row->of_token == PLOMB_OK ? row->ns : 0);
	}
}

/* -------------------------------------------------------- AlgorithmIdentifier */

struct algorithm_row {
	const char *name;
	plomb_view in;
	plomb_status wanted;
	size_t oid_n, parameters_n;
};

static const struct algorithm_row algorithm_rows[] = {
	{ "without parameters", PLOMB_LIT("\x30\x05\x06\x03\x2B\x65\x70"), YES, 3, 0 },
	{ "with NULL", PLOMB_LIT("\x30\x07\x06\x03\x2B\x65\x70\x05\x00"), YES, 3, 2 },
	{ "with two parameters", PLOMB_LIT("\x30\x09\x06\x03\x2B\x65\x70\x05\x00\x05\x00"), NO, 3, 2 },
	{ "with a broken parameter", PLOMB_LIT("\x30\x06\x06\x03\x2B\x65\x70\x05"), NO, 3, 0 },
	{ "without identifier", PLOMB_LIT("\x30\x00"), NO, 0, 0 },
	{ "with a broken identifier", PLOMB_LIT("\x30\x04\x06\x02\x2B\x80"), NO, 0, 0 },
	{ "not a sequence", PLOMB_LIT("\x31\x05\x06\x03\x2B\x65\x70"), NO, 0, 0 }
};

static void
algorithms(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(algorithm_rows); i ++) {
		const struct algorithm_row *row = &algorithm_rows[i];
		plomb_der der = plomb_der_open(row->in);
		plomb_view oid, parameters;

		check(row->name, plomb_der_algorithm(&der, &oid, &parameters), row->wanted);
		assert_int_equal(oid.n, row->oid_n);
		assert_int_equal(parameters.n, row->parameters_n);
		assert_int_equal(parameters.p == NULL, row->parameters_n == 0);
	}
}

/* ------------------------------------------------------------ dotted text */

struct text_row {
	const char *name;
	plomb_view text;
	plomb_view oid; /* absent: PLOMB_CONFIG_INVALID */
};

#define REFUSED { NULL, 0 }

static const struct text_row text_rows[] = {
	{ "Fulcio's issuer", PLOMB_LIT("1.3.6.1.4.1.57264.1.8"), PLOMB_LIT("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x08") },
	{ "two arcs", PLOMB_LIT("2.5"), PLOMB_LIT("\x55") },
	{ "0.0", PLOMB_LIT("0.0"), PLOMB_LIT("\x00") },
	{ "0.39", PLOMB_LIT("0.39"), PLOMB_LIT("\x27") },
	{ "1.39", PLOMB_LIT("1.39"), PLOMB_LIT("\x4F") },
	{ "2.999", PLOMB_LIT("2.999.0"), PLOMB_LIT("\x88\x37\x00") },
	{ "largest arcs", PLOMB_LIT("2.2147483567.2147483647"), PLOMB_LIT("\x87\xFF\xFF\xFF\x7F\x87\xFF\xFF\xFF\x7F") },
	{ "64 octets", PLOMB_LIT("1.2.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3"
		".3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3"),
		PLOMB_LIT("\x2A\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03"
		"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03"
		"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03") },
	{ "65 octets", PLOMB_LIT("1.2.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3"
		".3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3"), REFUSED },
	{ "65 octets by a long arc", PLOMB_LIT("1.2.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3"
		".3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.300"), REFUSED },
	{ "nothing", PLOMB_LIT(""), REFUSED },
	{ "one arc", PLOMB_LIT("1"), REFUSED },
	{ "a point at the end", PLOMB_LIT("1.2."), REFUSED },
	{ "a point in front", PLOMB_LIT(".1.2"), REFUSED },
	{ "no second arc", PLOMB_LIT("1."), REFUSED },
	{ "two points", PLOMB_LIT("1.2..3"), REFUSED },
	{ "first arc 3", PLOMB_LIT("3.1"), REFUSED },
	{ "second arc 40", PLOMB_LIT("1.40"), REFUSED },
	{ "second arc over 2^31 - 81", PLOMB_LIT("2.2147483568"), REFUSED },
	{ "an arc of 2^31", PLOMB_LIT("1.2.2147483648"), REFUSED },
	{ "an arc of 2^64 + 3", PLOMB_LIT("1.2.18446744073709551619"), REFUSED },
	{ "a zero in front", PLOMB_LIT("1.2.03"), REFUSED },
	{ "a space", PLOMB_LIT("1.2 .3"), REFUSED },
	{ "a name", PLOMB_LIT("issuer"), REFUSED }
};

static void
dotted(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(text_rows); i ++) {
		const struct text_row *row = &text_rows[i];
		unsigned char out[64];
		size_t n;

		check(row->name, plomb_oid_from_text(row->text, out, &n),
			row->oid.p == NULL ? PLOMB_CONFIG_INVALID : PLOMB_OK);
		assert_int_equal(n, row->oid.n);
		if (row->oid.p != NULL) {
			plomb_view oid;

			oid.p = out;
			oid.n = n;
			assert_memory_equal(out, row->oid.p, n);
			check(row->name, plomb_der_oid_check(oid), PLOMB_OK);
		}
	}
}

/* ------------------------------------------------------------ ECDSA signatures */

struct ecdsa_row {
	const char *name;
	plomb_view sig;
	plomb_view raw; /* for half = 2; absent: PLOMB_SIGNATURE_MALFORMED */
};

static const struct ecdsa_row ecdsa_rows[] = {
	{ "two small numbers", PLOMB_LIT("\x30\x06\x02\x01\x01\x02\x01\x02"), PLOMB_LIT("\x00\x01\x00\x02") },
	{ "high bits", PLOMB_LIT("\x30\x08\x02\x02\x00\xFF\x02\x02\x00\x80"), PLOMB_LIT("\x00\xFF\x00\x80") },
	{ "full size", PLOMB_LIT("\x30\x0A\x02\x03\x00\xFF\xFE\x02\x03\x00\x80\x01"), PLOMB_LIT("\xFF\xFE\x80\x01") },
	{ "CVE-2022-21449: both zero", PLOMB_LIT("\x30\x06\x02\x01\x00\x02\x01\x00"), REFUSED },
	{ "r is zero", PLOMB_LIT("\x30\x06\x02\x01\x00\x02\x01\x01"), REFUSED },
	{ "s is zero", PLOMB_LIT("\x30\x06\x02\x01\x01\x02\x01\x00"), REFUSED },
	{ "r is too long", PLOMB_LIT("\x30\x08\x02\x03\x01\x00\x00\x02\x01\x01"), REFUSED },
	{ "r is negative", PLOMB_LIT("\x30\x06\x02\x01\xFF\x02\x01\x01"), REFUSED },
	{ "s is negative", PLOMB_LIT("\x30\x06\x02\x01\x01\x02\x01\xFF"), REFUSED },
	{ "surplus zero in r", PLOMB_LIT("\x30\x07\x02\x02\x00\x01\x02\x01\x01"), REFUSED },
	{ "surplus zero in s", PLOMB_LIT("\x30\x07\x02\x01\x01\x02\x02\x00\x01"), REFUSED },
	{ "long form of the length", PLOMB_LIT("\x30\x81\x06\x02\x01\x01\x02\x01\x02"), REFUSED },
	{ "long form inside", PLOMB_LIT("\x30\x07\x02\x81\x01\x01\x02\x01\x02"), REFUSED },
	{ "indefinite length", PLOMB_LIT("\x30\x80\x02\x01\x01\x02\x01\x02\x00\x00"), REFUSED },
	{ "something after it", PLOMB_LIT("\x30\x06\x02\x01\x01\x02\x01\x02\x00"), REFUSED },
	{ "a third number", PLOMB_LIT("\x30\x09\x02\x01\x01\x02\x01\x02\x02\x01\x03"), REFUSED },
	{ "one number", PLOMB_LIT("\x30\x03\x02\x01\x01"), REFUSED },
	{ "an empty number", PLOMB_LIT("\x30\x05\x02\x00\x02\x01\x01"), REFUSED },
	{ "an octet string", PLOMB_LIT("\x30\x06\x04\x01\x01\x02\x01\x02"), REFUSED },
	{ "a set", PLOMB_LIT("\x31\x06\x02\x01\x01\x02\x01\x02"), REFUSED },
	{ "raw r||s", PLOMB_LIT("\x00\x01\x00\x02"), REFUSED },
	{ "nothing", PLOMB_LIT(""), REFUSED }
};

static void
ecdsa(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ecdsa_rows); i ++) {
		const struct ecdsa_row *row = &ecdsa_rows[i];
		unsigned char raw[4];

		check(row->name, plomb_der_ecdsa(row->sig, 2, raw),
			row->raw.p == NULL ? PLOMB_SIGNATURE_MALFORMED : PLOMB_OK);
		if (row->raw.p != NULL) {
			assert_memory_equal(raw, row->raw.p, 4);
		}
	}
}

/* What is written is read, and has no shorter form. */
static void
headers(void **state)
{
	static const size_t lengths[] = { 0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x1234, 0xFFFF };
	static unsigned char element[4 + 0xFFFF];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lengths); i ++) {
		plomb_view whole = { element, 0 };
		plomb_tlv tlv;

		memset(element, 0, sizeof element);
		whole.n = plomb_der_put_header(element, PLOMB_DER_OCTETS, lengths[i]) + lengths[i];
		assert_int_equal(whole.n - lengths[i], lengths[i] < 0x80 ? 2 : lengths[i] < 0x100 ? 3 : 4);
		assert_int_equal(plomb_der_only(whole, PLOMB_DER_OCTETS, &tlv), PLOMB_OK);
		assert_int_equal(tlv.body.n, lengths[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements),
		cmocka_unit_test(levels),
		cmocka_unit_test(only),
		cmocka_unit_test(integers),
		cmocka_unit_test(primitives),
		cmocka_unit_test(times),
		cmocka_unit_test(algorithms),
		cmocka_unit_test(dotted),
		cmocka_unit_test(ecdsa),
		cmocka_unit_test(headers)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
