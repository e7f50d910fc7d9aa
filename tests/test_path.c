/* Paths: who issued a leaf, under which rules, and when. */
#include "cert_files.h"

#include "../src/core/trust.h"

#define CODE PLOMB_FOR_CODE_SIGNING
#define TSA PLOMB_FOR_TIMESTAMPING

/* Names are without .der, separated by spaces; the authority's last one is the anchor. */
struct path_row {
	const char *name;
	const char *leaf, *authority, *helpers;
	int64_t at; /* seconds after the leaf's notBefore */
	plomb_status wanted;
	const char *issuer; /* of an accepted leaf */
	plomb_purpose purpose;
	int64_t also_at; /* a second time; 0: none */
	uint32_t ns;
};

static const struct path_row path_rows[] = {
	/* The plain case and its search. */
	{ "leaf, intermediate, root", "leaf", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "an intermediate as anchor", "leaf", "inter", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "intermediate as helper", "leaf", "root", "inter", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "root as helper too", "leaf", "root", "root inter", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "leaf as helper too", "leaf", "root", "leaf inter", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "Fulcio's, at a time of 2024", "real_leaf", "real_inter real_root", "", 1710869186 - CERT_T0, PLOMB_OK,
		"real_inter", CODE, 0, 0 },
	{ "the wrong parent of two is first", "leaf", "inter_other_key inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "the wrong parent of two is last", "leaf", "inter inter_other_key root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "only the wrong parent", "leaf", "inter_other_key root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "the key identifier names the right one", "leaf_with_aki", "inter_other_key inter_with_ski root", "", 1, PLOMB_OK,
		"inter_with_ski", CODE, 0, 0 },
	{ "the key identifier names the wrong one", "leaf_with_wrong_aki", "inter_other_key inter_with_ski root", "", 1,
		PLOMB_OK, "inter_with_ski", CODE, 0, 0 },
	{ "the key identifier names another of the anchor's name", "leaf_ring", "ring_anchor", "ring_1 ring_2", 1, PLOMB_OK,
		"ring_anchor", CODE, 0, 0 },
	{ "nobody of this name", "leaf_by_stranger", "inter root", "", 1, PLOMB_CERT_UNTRUSTED, NULL, CODE, 0, 0 },
	{ "another authority", "leaf", "stranger", "", 1, PLOMB_CERT_UNTRUSTED, NULL, CODE, 0, 0 },
	{ "no intermediate", "leaf", "root", "", 1, PLOMB_CERT_UNTRUSTED, NULL, CODE, 0, 0 },
	{ "helpers do not anchor", "leaf", "stranger", "inter root", 1, PLOMB_CERT_UNTRUSTED, NULL, CODE, 0, 0 },
	{ "self-signed", "leaf_self_signed", "inter root", "", 1, PLOMB_CERT_UNTRUSTED, NULL, CODE, 0, 0 },
	{ "self-signed, offered as helper", "leaf_self_signed", "root", "leaf_self_signed", 1, PLOMB_CERT_UNTRUSTED, NULL,
		CODE, 0, 0 },

	/* Algorithms. */
	{ "P-256, SHA-256", "leaf_by_p256_sha256", "root_p256_sha256", "", 1, PLOMB_OK, "root_p256_sha256", CODE, 0, 0 },
	{ "P-256, SHA-512", "leaf_by_p256_sha512", "root_p256_sha512", "", 1, PLOMB_OK, "root_p256_sha512", CODE, 0, 0 },
	{ "P-384", "leaf_by_p384_sha384", "root_p384_sha384", "", 1, PLOMB_OK, "root_p384_sha384", CODE, 0, 0 },
	{ "P-521", "leaf_by_p521_sha512", "root_p521_sha512", "", 1, PLOMB_OK, "root_p521_sha512", CODE, 0, 0 },
	{ "RSA-2048", "leaf_by_rsa2048_sha256", "root_rsa2048_sha256", "", 1, PLOMB_OK, "root_rsa2048_sha256", CODE, 0, 0 },
	{ "RSA-2048, SHA-384", "leaf_by_rsa2048_sha384", "root_rsa2048_sha384", "", 1, PLOMB_OK, "root_rsa2048_sha384",
		CODE, 0, 0 },
	{ "RSA-4096", "leaf_by_rsa4096_sha512", "root_rsa4096_sha512", "", 1, PLOMB_OK, "root_rsa4096_sha512", CODE, 0, 0 },
	{ "Ed25519", "leaf_by_ed25519", "root_ed25519", "", 1, PLOMB_OK, "root_ed25519", CODE, 0, 0 },
	{ "leaf's key P-384", "leaf_key_p384", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "leaf's key P-521", "leaf_key_p521", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "leaf's key RSA-2048", "leaf_key_rsa2048", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "leaf's key Ed25519", "leaf_key_ed25519", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "leaf's key RSA-1024", "leaf_key_rsa1024", "inter root", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },
	{ "issuer's key RSA-1024", "leaf_by_rsa1024", "root_rsa1024", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },
	{ "issuer's key P-224", "leaf_by_p224", "root_p224", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },
	{ "issuer's key secp256k1", "leaf_by_k256", "root_k256", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },
	{ "intermediate's key RSA-1024", "leaf_by_inter_rsa1024", "inter_rsa1024 root", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL,
		CODE, 0, 0 },
	{ "intermediate's key P-224", "leaf_by_inter_p224", "inter_p224 root", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL,
		CODE, 0, 0 },
	{ "PKCS#1 under an RSA-PSS key", "leaf_by_pss", "root_pss", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "ECDSA with SHA-1", "leaf_ecdsa_sha1", "inter root", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },
	{ "RSA with SHA-1", "leaf_rsa_sha1", "root_rsa2048_sha256", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },
	{ "RSA-PSS", "leaf_rsa_pss", "root_rsa2048_sha256", "", 1, PLOMB_CERT_ALG_UNSUPPORTED, NULL, CODE, 0, 0 },

	/* Signatures. */
	{ "one bit of the leaf's signature", "leaf_flipped", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "one bit, anchor issued it", "leaf_flipped", "inter", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "one bit of the intermediate's", "leaf", "inter_flipped root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "intermediate by somebody else", "leaf", "inter_by_stranger root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE,
		0, 0 },
	{ "CVE-2022-21449: zero", "leaf_r_is_zero", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "zeros in front", "leaf_signature_zero_in_front", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "long length", "leaf_signature_long_length", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "negative numbers", "leaf_signature_negative", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "raw r||s", "leaf_signature_raw", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "an octet after it", "leaf_signature_trailing", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "RSA, one bit changed", "leaf_rsa_bad", "root_rsa2048_sha256", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "Ed25519, one bit changed", "leaf_ed25519_bad", "root_ed25519", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "ECDSA under an RSA key", "leaf_ecdsa_under_rsa", "root_rsa2048_sha256", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL,
		CODE, 0, 0 },
	{ "RSA under an EC key", "leaf_rsa_under_ec", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "Ed25519 under an EC key", "leaf_ed25519_under_ec", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL, CODE, 0, 0 },
	{ "where the engine cannot judge", "leaf_critical_eku_flipped", "inter root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL,
		CODE, 0, 0 },
	{ "no other reason than the signature", "leaf_flipped", "inter root", "", -1, PLOMB_CERT_SIGNATURE_INVALID, NULL,
		CODE, 0, 0 },

	/* Time: both ends belong to it, to the nanosecond. */
	{ "first second", "leaf", "inter root", "", 0, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "last second", "leaf", "inter root", "", 600, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "a second early", "leaf", "inter root", "", -1, PLOMB_CERT_NOT_YET_VALID, NULL, CODE, 0, 0 },
	{ "a second late", "leaf", "inter root", "", 601, PLOMB_CERT_EXPIRED, NULL, CODE, 0, 0 },
	{ "a nanosecond early", "leaf", "inter root", "", -1, PLOMB_CERT_NOT_YET_VALID, NULL, CODE, 0, 999999999 },
	{ "a nanosecond late", "leaf", "inter root", "", 600, PLOMB_CERT_EXPIRED, NULL, CODE, 0, 1 },
	{ "two times, both good", "leaf", "inter root", "", 1, PLOMB_OK, "inter", CODE, 600, 0 },
	{ "two times, the second is late", "leaf", "inter root", "", 1, PLOMB_CERT_EXPIRED, NULL, CODE, 601, 0 },
	{ "two times, the second is early", "leaf", "inter root", "", 1, PLOMB_CERT_NOT_YET_VALID, NULL, CODE, -1, 0 },
	{ "before 1970", "leaf_old", "root_old", "", -1000 - CERT_T0, PLOMB_OK, "root_old", CODE, 0, 0 },
	{ "intermediate's last second", "leaf", "inter_expires root", "", 100, PLOMB_OK, "inter_expires", CODE, 0, 0 },
	{ "CVE-2026-24122: intermediate expired", "leaf", "inter_expires root", "", 101, PLOMB_CERT_CA_NOT_VALID_AT_TIME, NULL,
		CODE, 0, 0 },
	{ "CVE-2026-24122: at the second time", "leaf", "inter_expires root", "", 1, PLOMB_CERT_CA_NOT_VALID_AT_TIME, NULL,
		CODE, 101, 0 },
	{ "an expired intermediate, and its successor", "leaf", "inter_expires inter_free root", "", 101, PLOMB_OK,
		"inter_free", CODE, 0, 0 },
	{ "intermediate's first second", "leaf", "inter_begins root", "", 100, PLOMB_OK, "inter_begins", CODE, 0, 0 },
	{ "intermediate not yet valid", "leaf", "inter_begins root", "", 99, PLOMB_CERT_CA_NOT_VALID_AT_TIME, NULL, CODE, 0, 0 },
	{ "root's last second", "leaf", "inter root_expires", "", 100, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "root expired", "leaf", "inter root_expires", "", 101, PLOMB_CERT_CA_NOT_VALID_AT_TIME, NULL, CODE, 0, 0 },
	{ "root not yet valid", "leaf", "inter root_begins", "", 99, PLOMB_CERT_CA_NOT_VALID_AT_TIME, NULL, CODE, 0, 0 },

	/* Who may issue. */
	{ "path length 0 and an intermediate", "leaf", "inter root_path_0", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "path length 1 and an intermediate", "leaf", "inter root_path_1", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "two intermediates", "leaf_by_inter2", "inter2 inter_free root", "", 1, PLOMB_OK, "inter2", CODE, 0, 0 },
	{ "two under a path length of 0", "leaf_by_inter2", "inter2 inter root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE,
		0, 0 },
	{ "two under a root with 1", "leaf_by_inter2", "inter2 inter_free root_path_1", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL,
		CODE, 0, 0 },
	{ "a self-issued one does not count", "leaf_by_self_issued", "inter_self_issued inter root", "", 1, PLOMB_OK,
		"inter_self_issued", CODE, 0, 0 },
	{ "an intermediate under the anchor's name", "leaf_by_self_issued", "inter_self_issued inter", "", 1, PLOMB_OK,
		"inter_self_issued", CODE, 0, 0 },
	{ "basic constraints absent", "leaf", "inter_no_basic root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "basic constraints without CA", "leaf", "inter_no_ca root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "a leaf issues a leaf", "leaf_by_stranger", "inter root", "leaf", 1, PLOMB_CERT_UNTRUSTED, NULL, CODE, 0, 0 },
	{ "key usage absent", "leaf", "inter_no_usage root", "", 1, PLOMB_OK, "inter_no_usage", CODE, 0, 0 },
	{ "key usage without keyCertSign", "leaf", "inter_crl_only root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "intermediate of version 1", "leaf", "inter_version_1 root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "root of version 1", "leaf", "inter root_version_1", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "critical name constraints", "leaf", "inter_constrained root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL, CODE, 0, 0 },
	{ "critical name constraints of the root", "leaf", "inter root_constrained", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL,
		CODE, 0, 0 },
	{ "critical name constraints of the leaf", "leaf_constrained", "inter root", "", 1, PLOMB_CERT_CA_CONSTRAINT, NULL,
		CODE, 0, 0 },
	{ "name constraints, not critical", "leaf", "inter_constrained_not_critical root", "", 1, PLOMB_CERT_CA_CONSTRAINT,
		NULL, CODE, 0, 0 },
	{ "intermediate for servers", "leaf", "inter_server_auth root", "", 1, PLOMB_CERT_EKU_MISSING, NULL, CODE, 0, 0 },
	{ "root for servers", "leaf", "inter root_server_auth", "", 1, PLOMB_CERT_EKU_MISSING, NULL, CODE, 0, 0 },
	{ "intermediate for any purpose", "leaf", "inter_any_purpose root", "", 1, PLOMB_OK, "inter_any_purpose", CODE, 0, 0 },
	{ "intermediate with critical purpose", "leaf", "inter_critical_eku root", "", 1, PLOMB_OK, "inter_critical_eku", CODE,
		0, 0 },
	{ "unknown critical, intermediate", "leaf", "inter_unknown_critical root", "", 1,
		PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION, NULL, CODE, 0, 0 },
	{ "unknown critical, root", "leaf", "inter root_unknown_critical", "", 1,
		PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION, NULL, CODE, 0, 0 },

	/* The leaf. */
	{ "unknown critical", "leaf_unknown_critical", "inter root", "", 1, PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION, NULL,
		CODE, 0, 0 },
	{ "critical where it must not be", "leaf_critical_sct", "inter root", "", 1, PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION,
		NULL, CODE, 0, 0 },
	{ "is a CA", "leaf_is_ca", "inter root", "", 1, PLOMB_CERT_IS_CA, NULL, CODE, 0, 0 },
	{ "says that it is no CA", "leaf_basic_false", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "no purpose", "leaf_no_eku", "inter root", "", 1, PLOMB_CERT_EKU_MISSING, NULL, CODE, 0, 0 },
	{ "for servers", "leaf_server_auth", "inter root", "", 1, PLOMB_CERT_EKU_MISSING, NULL, CODE, 0, 0 },
	{ "for any purpose", "leaf_any_purpose", "inter root", "", 1, PLOMB_CERT_EKU_MISSING, NULL, CODE, 0, 0 },
	{ "for servers and code", "leaf_two_purposes", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "with critical purpose", "leaf_critical_eku", "inter root", "", 1, PLOMB_OK, "inter", CODE, 0, 0 },
	{ "no key usage", "leaf_no_usage", "inter root", "", 1, PLOMB_CERT_KEY_USAGE, NULL, CODE, 0, 0 },
	{ "key for encipherment", "leaf_encipherment", "inter root", "", 1, PLOMB_CERT_KEY_USAGE, NULL, CODE, 0, 0 },
	{ "the intermediate itself", "inter", "inter root", "", 1, PLOMB_CERT_IS_CA, NULL, CODE, 0, 0 },
	{ "the anchor itself", "root", "inter root", "", 1, PLOMB_CERT_IS_CA, NULL, CODE, 0, 0 },
	{ "a leaf as anchor", "leaf", "leaf", "", 1, PLOMB_CERT_IS_CA, NULL, CODE, 0, 0 },

	/* Timestamp authorities: the same path, the signer's profile apart. */
	{ "tsa: signer in the trust root", "tsa_leaf", "tsa_leaf tsa_inter tsa_root", "", 1, PLOMB_OK, "tsa_inter", TSA, 0, 0 },
	{ "tsa: signer in the token", "tsa_leaf", "tsa_inter tsa_root", "tsa_leaf", 1, PLOMB_OK, "tsa_inter", TSA, 0, 0 },
	{ "tsa: intermediate in the token", "tsa_leaf", "tsa_root", "tsa_leaf tsa_inter", 1, PLOMB_OK, "tsa_inter", TSA, 0, 0 },
	{ "tsa: signer is a CA, timestamp.c asks", "tsa_leaf_ca", "tsa_inter tsa_root", "", 1, PLOMB_OK, "tsa_inter", TSA, 0, 0 },
	{ "tsa: intermediate for code", "tsa_leaf", "tsa_inter_code tsa_root", "", 1, PLOMB_CERT_EKU_MISSING, NULL, TSA, 0, 0 },
	{ "tsa: signer for code under the wrong purpose", "tsa_leaf", "tsa_inter tsa_root", "", 1, PLOMB_CERT_EKU_MISSING, NULL,
		CODE, 0, 0 },
	{ "tsa: the anchor itself", "tsa_root", "tsa_root", "", 1, PLOMB_CERT_IS_CA, NULL, TSA, 0, 0 },
	{ "tsa: signer expired", "leaf", "inter_free root", "", 601, PLOMB_CERT_EXPIRED, NULL, TSA, 0, 0 },
	{ "tsa: authority expired", "tsa_leaf", "tsa_inter tsa_root", "", 1000001, PLOMB_CERT_CA_NOT_VALID_AT_TIME, NULL, TSA,
		0, 0 },
	{ "tsa: one bit of a leaf's signature", "leaf_flipped", "inter_free root", "", 1, PLOMB_CERT_SIGNATURE_INVALID, NULL,
		TSA, 0, 0 },

	/* Limits. */
	{ "ten certificates", "leaf_long_8", "root", "long_1 long_2 long_3 long_4 long_5 long_6 long_7 long_8", 1, PLOMB_OK,
		"long_8", CODE, 0, 0 },
	{ "eleven certificates", "leaf_long_9", "root", "long_1 long_2 long_3 long_4 long_5 long_6 long_7 long_8 long_9", 1,
		PLOMB_LIMIT_EXCEEDED, NULL, CODE, 0, 0 },
	{ "a maze of copies", "leaf_maze", "root", "maze_0 maze_1 maze_2 maze_3 maze_4 maze_5 maze_6 maze_7 maze_8 maze_9"
		" maze_10 maze_11", 1, PLOMB_LIMIT_EXCEEDED, NULL, CODE, 0, 0 },
	{ "a maze around the anchor", "leaf_maze", "maze_0", "maze_1 maze_2 maze_3 maze_4 maze_5 maze_6 maze_7 maze_8 maze_9"
		" maze_10 maze_11", 601, PLOMB_LIMIT_EXCEEDED, NULL, CODE, 0, 0 },
	{ "a chain of eleven in the trust root", "leaf", "inter long_1 long_2 long_3 long_4 long_5 long_6 long_7 long_8 long_9"
		" root", "", 1, PLOMB_LIMIT_EXCEEDED, NULL, CODE, 0, 0 }
};

static unsigned char work_buffer[8192];

struct bench {
	plomb_work work;
	plomb_ctx ctx;
	plomb_detail detail;
	plomb_cert leaf, authority_certs[PLOMB_MAX_CHAIN + 1], helpers[PLOMB_MAX_HELPERS + 1];
	size_t helper_count;
	plomb_authority authority;
};

static void
prepare(struct bench *b)
{
	memset(b, 0, sizeof *b);
	plomb_work_init(&b->work, work_buffer, sizeof work_buffer);
	b->ctx.work = &b->work;
	b->ctx.crypto = &plomb_crypto_default;
	b->ctx.detail = &b->detail;
	b->authority.certs = b->authority_certs;
	cert_arena_used = 0;
}

/* The certificates of a list of names. */
static size_t
read_names(const char *names, plomb_cert *certs)
{
	size_t count = 0;

	while (*names != '\0') {
		size_t n = strcspn(names, " ");
		char name[64];

		assert_true(n < sizeof name);
		memcpy(name, names, n);
		name[n] = '\0';
		certs[count ++] = cert_named(name);
		names += n + (names[n] == ' ');
	}
	return count;
}

static void
load(struct bench *b, const char *leaf, const char *authority, const char *helpers)
{
	prepare(b);
	b->leaf = cert_named(leaf);
	b->authority.cert_count = read_names(authority, b->authority_certs);
	b->helper_count = read_names(helpers, b->helpers);
}

static plomb_time
at(int64_t offset, uint32_t ns)
{
	plomb_time time;

	time.s = CERT_T0 + offset;
	time.ns = ns;
	return time;
}

/* The leaf's own key is not the path's question, and verify.c asks it; the engine does too. */
static int
only_engine_asks(const struct path_row *row)
{
	return strcmp(row->name, "leaf's key RSA-1024") == 0;
}

/* Every row, with the same answer where no engine has a second look. */
static void
check_paths(const plomb_crypto *crypto)
{
	static struct bench b;
	size_t i;

	for (i = 0; i < COUNT(path_rows); i ++) {
		const struct path_row *row = &path_rows[i];
		const plomb_cert *issuer;
		plomb_time times[2];
		size_t used;
		plomb_status s;

		if (crypto->path_engine == NULL && only_engine_asks(row)) {
			continue;
		}
		load(&b, row->leaf, row->authority, row->helpers);
		b.ctx.crypto = crypto;
		times[0] = at(row->at, row->ns);
		times[1] = at(row->also_at, 0);
		used = b.work.used;
		s = plomb_path_verify(&b.ctx, &b.leaf, &b.authority, b.helpers, b.helper_count, row->purpose,
			times, row->also_at == 0 ? 1 : 2, &issuer);
		if (s != row->wanted) {
			fail_msg("%s: %s, wanted %s (%.*s)", row->name, plomb_status_code(s), plomb_status_code(row->wanted),
				(int)b.detail.what.n, b.detail.what.p == NULL ? "" : (const char *)b.detail.what.p);
		}
		if (s == PLOMB_OK) {
			plomb_cert wanted = cert_named(row->issuer);

			assert_true(plomb_view_eq(issuer->der, wanted.der));
			assert_int_equal(b.work.used, used);
			continue;
		}
		assert_null(issuer);
		assert_non_null(b.detail.what.p);

		/* Nobody has to want the details. */
		b.ctx.detail = NULL;
		assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, b.helpers, b.helper_count, row->purpose,
			times, row->also_at == 0 ? 1 : 2, &issuer), row->wanted);
	}
}

static void
paths(void **state)
{
	(void)state;
	check_paths(&plomb_crypto_default);
}

static void
paths_without_engine(void **state)
{
	(void)state;
	assert_null(plomb_crypto_small.path_engine);
	check_paths(&plomb_crypto_small);
}

/* ------------------------------------------------------------ the authority's window */

struct window_row {
	const char *name;
	int has_start, has_end;
	int64_t start, end;
	int64_t at, also_at;
	plomb_status wanted;
};

static const struct window_row window_rows[] = {
	{ "unbounded", 0, 0, 0, 0, 5, 6, PLOMB_OK },
	{ "first and last second", 1, 1, 5, 6, 5, 6, PLOMB_OK },
	{ "before it", 1, 1, 5, 6, 4, 4, PLOMB_CERT_CA_OUTSIDE_VALIDITY },
	{ "after it", 1, 1, 5, 6, 7, 7, PLOMB_CERT_CA_OUTSIDE_VALIDITY },
	{ "after it, no start", 0, 1, 0, 6, 7, 7, PLOMB_CERT_CA_OUTSIDE_VALIDITY },
	{ "one of two times after it", 1, 1, 5, 6, 5, 7, PLOMB_CERT_CA_OUTSIDE_VALIDITY },
	{ "one of two times before it", 1, 0, 5, 0, 5, 4, PLOMB_CERT_CA_OUTSIDE_VALIDITY }
};

static void
windows(void **state)
{
	static struct bench b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(window_rows); i ++) {
		const struct window_row *row = &window_rows[i];
		const plomb_cert *issuer;
		plomb_time times[2];
		plomb_status s;

		load(&b, "leaf", "inter root", "");
		b.authority.valid.has_start = row->has_start;
		b.authority.valid.has_end = row->has_end;
		b.authority.valid.start = at(row->start, 0);
		b.authority.valid.end = at(row->end, 0);
		times[0] = at(row->at, 0);
		times[1] = at(row->also_at, 0);
		s = plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, times, 2, &issuer);
		if (s != row->wanted) {
			fail_msg("%s: %s", row->name, plomb_status_code(s));
		}
	}
}

/* Outside the window, but not this authority's leaf: then that is the reason. */
static void
window_of_a_stranger(void **state)
{
	static struct bench b;
	const plomb_cert *issuer;
	plomb_time time = at(1, 0);

	(void)state;
	load(&b, "leaf", "stranger", "");
	b.authority.valid.has_end = 1;
	b.authority.valid.end = at(0, 0);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_UNTRUSTED);
	load(&b, "leaf_flipped", "inter root", "");
	b.authority.valid.has_end = 1;
	b.authority.valid.end = at(0, 0);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_SIGNATURE_INVALID);
}

/* ------------------------------------------------------------ what a person sees */

static void
is_text(plomb_view got, const char *wanted)
{
	if (!plomb_view_is(got, wanted)) {
		fail_msg("\"%.*s\", wanted \"%s\"", (int)got.n, got.p == NULL ? "" : (const char *)got.p, wanted);
	}
}

struct detail_row {
	const char *leaf, *authority;
	int64_t at;
	const char *what, *want, *got;
};

static const struct detail_row detail_rows[] = {
	{ "leaf", "inter root", -1, "notBefore", "2023-11-14T22:13:20Z", "2023-11-14T22:13:19Z" },
	{ "leaf", "inter root", 601, "notAfter", "2023-11-14T22:23:20Z", "2023-11-14T22:23:21Z" },
	{ "leaf", "stranger", 1, "issuer", "stranger", "intermediate" },
	{ "leaf", "inter_crl_only root", 1, "key usage without keyCertSign", "", "intermediate" },
	{ "leaf_unknown_critical", "inter root", 1, "critical extension", "", "1.3.6.1.4.1.57264.1.99" },
	{ "leaf", "inter_unknown_critical root", 1, "critical extension", "", "1.2.3.4" },
	{ "leaf", "inter root_unknown_critical", 1, "critical extension", "", "2.999.2147483647" },
	{ "leaf_flipped", "inter root", 1, "signature by an issuer", "", "root" }
};

static void
explanations(void **state)
{
	static struct bench b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(detail_rows); i ++) {
		const struct detail_row *row = &detail_rows[i];
		const plomb_cert *issuer;
		plomb_time time = at(row->at, 0);

		load(&b, row->leaf, row->authority, "");
		assert_int_not_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer), PLOMB_OK);
		is_text(b.detail.what, row->what);
		is_text(b.detail.want, row->want);
		is_text(b.detail.got, row->got);
	}
}

/* ------------------------------------------------------------ callers' mistakes and little memory */

static void
impossible_input(void **state)
{
	static struct bench b;
	const plomb_cert *issuer;
	plomb_time time = at(1, 0);

	(void)state;
	load(&b, "leaf", "inter root", "");
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 0, &issuer),
		PLOMB_INTERNAL_ERROR);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, b.helpers, PLOMB_MAX_HELPERS + 1, CODE, &time, 1,
		&issuer), PLOMB_LIMIT_EXCEEDED);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, PLOMB_MAX_HELPERS + 1, CODE, &time, 1,
		&issuer), PLOMB_OK);
	b.authority.cert_count = 0;
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_UNTRUSTED);
}

static void
little_memory(void **state)
{
	static struct bench b;
	const plomb_cert *issuer;
	plomb_time time = at(1, 0);

	(void)state;
	load(&b, "leaf", "inter root", "");
	plomb_work_init(&b.work, work_buffer, sizeof (br_x509_minimal_context) - 1);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer), PLOMB_NO_ROOM);
	assert_true(b.work.missing > 0);
	assert_null(issuer);

	/* Not enough for the words is no reason to accept, or to give another reason. */
	plomb_work_init(&b.work, work_buffer, 0);
	load(&b, "leaf_unknown_critical", "inter root", "");
	plomb_work_init(&b.work, work_buffer, 0);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_UNKNOWN_CRITICAL_EXTENSION);
	load(&b, "leaf", "inter root", "");
	plomb_work_init(&b.work, work_buffer, 0);
	time = at(-1, 0);
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_NOT_YET_VALID);
	assert_null(b.detail.got.p);
}

/* A name that plomb_cert_parse would have refused still gives a reason, only no text. */
static void
unreadable_name(void **state)
{
	static const plomb_view no_sequence = PLOMB_LIT("\x31\x00");
	static const plomb_view no_set = PLOMB_LIT("\x30\x02\x05\x00");
	static struct bench b;
	const plomb_cert *issuer;
	plomb_time time = at(1, 0);

	(void)state;
	load(&b, "leaf", "inter root", "");
	b.leaf.issuer = no_sequence;
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_UNTRUSTED);
	assert_null(b.detail.got.p);
	b.leaf.issuer = no_set;
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_UNTRUSTED);
	assert_null(b.detail.got.p);
}

/* The engine has a word in it: what it refuses is refused, although every rule here is obeyed. */
static uint32_t
ecdsa_says_no(const br_ec_impl *impl, const void *hash, size_t hash_len, const br_ec_public_key *pk,
	const void *sig, size_t sig_len)
{
	(void)impl;
	(void)hash;
	(void)hash_len;
	(void)pk;
	(void)sig;
	(void)sig_len;
	return 0;
}

/* Where the engine cannot tell, each signature is verified; never are both left out. */
static void
engine_cannot_tell(void **state)
{
	static const char *const leaves[] = { "leaf_key_ed25519", "leaf_key_p224", "leaf_key_k256", "leaf_critical_eku" };
	static struct bench b;
	plomb_crypto crypto = plomb_crypto_default;
	const plomb_cert *issuer;
	plomb_time time = at(1, 0);
	size_t i;

	(void)state;
	crypto.ecdsa_raw = ecdsa_says_no;
	for (i = 0; i < COUNT(leaves); i ++) {
		load(&b, leaves[i], "inter root", "");
		assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer), PLOMB_OK);
		b.ctx.crypto = &crypto;
		assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
			PLOMB_CERT_SIGNATURE_INVALID);
	}
}

static void
engine_refuses(void **state)
{
	static struct bench b;
	plomb_crypto crypto = plomb_crypto_default;
	const plomb_cert *issuer;
	plomb_time time = at(1, 0);

	(void)state;
	crypto.ecdsa_asn1 = ecdsa_says_no;
	load(&b, "leaf", "inter root", "");
	b.ctx.crypto = &crypto;
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_SIGNATURE_INVALID);
	load(&b, "leaf_key_rsa8192", "inter root", "");
	assert_int_equal(plomb_path_verify(&b.ctx, &b.leaf, &b.authority, NULL, 0, CODE, &time, 1, &issuer),
		PLOMB_CERT_UNTRUSTED);
}

static void
ranks(void **state)
{
	static const plomb_status order[] = {
		PLOMB_CERT_MALFORMED, PLOMB_CERT_UNTRUSTED, PLOMB_CERT_SIGNATURE_INVALID, PLOMB_CERT_CA_OUTSIDE_VALIDITY,
		PLOMB_CERT_CA_CONSTRAINT, PLOMB_CERT_EKU_MISSING, PLOMB_CERT_CA_NOT_VALID_AT_TIME, PLOMB_CERT_EXPIRED,
		PLOMB_NO_ROOM, PLOMB_OK
	};
	size_t i;

	(void)state;
	assert_int_equal(plomb_path_rank(PLOMB_UNSET), 0);
	assert_int_equal(plomb_path_rank(order[0]), 0);
	for (i = 1; i < COUNT(order); i ++) {
		assert_true(plomb_path_rank(order[i - 1]) < plomb_path_rank(order[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(paths_without_engine),
		cmocka_unit_test(windows),
		cmocka_unit_test(window_of_a_stranger),
		cmocka_unit_test(explanations),
		cmocka_unit_test(impossible_input),
		cmocka_unit_test(little_memory),
		cmocka_unit_test(unreadable_name),
		cmocka_unit_test(engine_cannot_tell),
		cmocka_unit_test(engine_refuses),
		cmocka_unit_test(ranks)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
