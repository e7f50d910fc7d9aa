/*
 * plomb: verify cosign/Sigstore signatures of container images and files.
 *
 * This is the one header of the library and its manual. The library is a
 * function from bytes to a verdict: it does no I/O, allocates nothing, keeps
 * no state, reads no clock. The caller brings a buffer (plomb_work), the trust
 * root, a policy that says what is wanted, and the bytes that came from
 * outside. Freestanding C99; it needs BearSSL, jsmn and the four mem*
 * functions.
 *
 * A verification in five steps:
 *
 *	plomb_work_init(&work, buffer, sizeof buffer);
 *	ctx.work = &work; ctx.crypto = &plomb_crypto_default;
 *	plomb_trust_load(&ctx, &trust, trusted_root_json);
 *	plomb_artifact_from_digest(&artifact, &digest);
 *	plomb_verify_bundle(&ctx, &trust, &policy, &artifact, bundle, &verdict);
 *
 * and `plomb_accepted(&verdict)` is nonzero only if every check that the
 * policy requires has said yes.
 *
 * Trusted: the buffer, the policy, the trust root's content, the artifact's
 * digests. Untrusted: the bundle, the layer and its annotations, every length
 * and count inside them. The trust root's syntax is checked as strictly as
 * untrusted input.
 *
 * What this library does not do: it never looks anything up, so an entry
 * whose proof is not in the bundle is a refusal; it does not check
 * revocation (nobody does); it does not decide who may sign, the policy does.
 *
 * Nothing here is NUL-terminated unless it says so. Lengths are bytes, times
 * are seconds since 1970-01-01T00:00:00Z with nanoseconds beside them.
 */
#ifndef PLOMB_H
#define PLOMB_H

#include <stddef.h>
#include <stdint.h>

#include <bearssl.h>

#define PLOMB_VERSION "0.1.0"

#if defined(__GNUC__)
#define PLOMB_MUST_CHECK __attribute__((warn_unused_result))
#else
#define PLOMB_MUST_CHECK
#endif

/* ------------------------------------------------------------------ limits */

/*
 * Every count that an outsider chooses has a ceiling, tested before anything
 * is looped over. The values are those of SPEC 1.6 and of the peers.
 */
#define PLOMB_MAX_BUNDLE_BYTES      (4u << 20)   /* what the program reads by default; the core itself stops at the next line */
#define PLOMB_MAX_INPUT_BYTES       (128u << 20) /* hard ceiling of any one input; cosign's blob cap */
#define PLOMB_MAX_ENTRIES           32   /* tlog entries in a bundle, as the protobuf clients */
#define PLOMB_MAX_TIMESTAMPS        32   /* RFC 3161 tokens in a bundle, as the protobuf clients */
#define PLOMB_MAX_CHAIN             10   /* certificates in a chain; real chains have 2 or 3 */
#define PLOMB_MAX_PROOF_HASHES      64   /* a tree of 2^63 leaves has a path of 63 */
#define PLOMB_MAX_CHECKPOINT_BYTES  65536
#define PLOMB_MAX_CHECKPOINT_LINES  64   /* signature lines; real ones have at most a dozen witnesses */
#define PLOMB_MAX_SIGNATURE_BYTES   1024 /* RSA of 4096 bits has 512; timestamps are hashed over it */
#define PLOMB_MAX_CERT_BYTES        16384
#define PLOMB_MAX_TSR_BYTES         65536
#define PLOMB_MAX_SUBJECTS          1024
#define PLOMB_MAX_DIGESTS           32   /* digests of one subject */
#define PLOMB_MAX_JSON_DEPTH        32
#define PLOMB_MAX_SCTS              16   /* SCTs in one certificate; Fulcio writes 1 */
#define PLOMB_MAX_LOGS              64   /* logs of one kind in a trust root */
#define PLOMB_MAX_AUTHORITIES       64   /* CAs or TSAs in a trust root */
#define PLOMB_MAX_SIGNATURE_CHECKS  100  /* certificate signatures tried for one chain, against path explosion */
#define PLOMB_MAX_PATTERN_BYTES     4096 /* a regular expression */
#define PLOMB_MAX_PATTERN_STATES    20000 /* its compiled instructions: {1000} of a class fits */
#define PLOMB_MAX_WARNINGS          8

/* ------------------------------------------------------------------- views */

/* Borrowed bytes. p may be NULL only if n is 0; {NULL,0} means "absent". */
typedef struct {
	const unsigned char *p;
	size_t n;
} plomb_view;

/* A string literal as a view, without its NUL. */
#define PLOMB_LIT(s) { (const unsigned char *)(s), sizeof(s) - 1 }

/* ------------------------------------------------------------------ status */

/*
 * X(NAME, "code", class, "sentence"). The code is the stable name of SPEC 16
 * that machines read; it never changes its meaning. The class decides the
 * program's exit status.
 */
#define PLOMB_STATUS_LIST(X) \
	X(USAGE_ERROR, "usage-error", USAGE, "the options do not fit together") \
	X(CONFIG_INVALID, "config-invalid", USAGE, "a value given by option or file is invalid") \
	X(UNSUPPORTED_FEATURE, "unsupported-feature", USAGE, "not supported by this build") \
	X(NO_ROOM, "no-room", USAGE, "the buffer given is too small") \
	X(IO_ERROR, "io-error", UNDECIDED, "could not be read") \
	X(TIMEOUT, "timeout", UNDECIDED, "the deadline has passed") \
	X(LIMIT_EXCEEDED, "limit-exceeded", REJECTED, "more or larger than this program accepts") \
	X(INTERNAL_ERROR, "internal-error", UNDECIDED, "an invariant inside plomb is broken") \
	X(JSON_MALFORMED, "json-malformed", REJECTED, "not JSON as RFC 8259 defines it") \
	X(JSON_DUPLICATE_KEY, "json-duplicate-key", REJECTED, "a JSON object has the same member twice") \
	X(JSON_UNKNOWN_FIELD, "json-unknown-field", REJECTED, "a JSON object has a member that is not defined") \
	X(JSON_TYPE_MISMATCH, "json-type-mismatch", REJECTED, "a JSON value is of another type, or out of range") \
	X(JSON_TRAILING_DATA, "json-trailing-data", REJECTED, "bytes follow the JSON document") \
	X(BASE64_INVALID, "base64-invalid", REJECTED, "not canonical base64") \
	X(DER_MALFORMED, "der-malformed", REJECTED, "not DER") \
	X(BUNDLE_MEDIA_TYPE_UNSUPPORTED, "bundle-media-type-unsupported", REJECTED, "the bundle is of a type or version that is not read") \
	X(BUNDLE_CONTENT_MISSING, "bundle-content-missing", REJECTED, "the bundle holds neither a message signature nor an envelope") \
	X(BUNDLE_CONTENT_AMBIGUOUS, "bundle-content-ambiguous", REJECTED, "the bundle holds both a message signature and an envelope") \
	X(BUNDLE_MATERIAL_MISSING, "bundle-material-missing", REJECTED, "the bundle names no certificate and no key") \
	X(BUNDLE_MATERIAL_AMBIGUOUS, "bundle-material-ambiguous", REJECTED, "the bundle names several kinds of verification material") \
	X(BUNDLE_CHAIN_NOT_ALLOWED, "bundle-chain-not-allowed", REJECTED, "a 0.3 bundle may not carry a certificate chain") \
	X(BUNDLE_CERT_MISSING, "bundle-cert-missing", NO_CERT, "the bundle's certificate is empty") \
	X(BUNDLE_CA_CERT_INCLUDED, "bundle-ca-cert-included", REJECTED, "the bundle brings its own root certificate") \
	X(BUNDLE_SIGNATURE_MISSING, "bundle-signature-missing", REJECTED, "the signature is empty") \
	X(BUNDLE_TOO_MANY_ENTRIES, "bundle-too-many-entries", REJECTED, "more log entries or timestamps than are accepted") \
	X(BUNDLE_KEY_HINT_MISMATCH, "bundle-key-hint-mismatch", REJECTED, "the bundle's key hint names another key") \
	X(CERT_NOT_EXPECTED, "cert-not-expected", REJECTED, "a key was given, but this was signed with a certificate") \
	X(KEY_NOT_EXPECTED, "key-not-expected", NO_CERT, "an identity was given, but this was signed with a bare key") \
	X(KEY_REQUIRED, "key-required", NO_CERT, "signed with a key: no certificate to compare with the identity, give --key") \
	X(ROOT_MALFORMED, "root-malformed", USAGE, "the trust root is not readable") \
	X(ROOT_MEDIA_TYPE_UNSUPPORTED, "root-media-type-unsupported", USAGE, "the trust root is of a type that is not read") \
	X(ROOT_LOG_VALIDITY_MISSING, "root-log-validity-missing", USAGE, "a log in the trust root has no start of validity") \
	X(ROOT_LOG_HASH_UNSUPPORTED, "root-log-hash-unsupported", USAGE, "a log in the trust root uses a hash other than SHA2_256") \
	X(ROOT_KEY_DETAILS_UNSUPPORTED, "root-key-details-unsupported", REJECTED, "the log's key is of a kind that is not supported") \
	X(ROOT_KEY_MALFORMED, "root-key-malformed", USAGE, "a key in the trust root is not what it says it is") \
	X(ROOT_CA_INVALID, "root-ca-invalid", USAGE, "a certificate chain in the trust root is empty or unreadable") \
	X(ROOT_EMPTY, "root-empty", USAGE, "the trust root has nothing that this verification needs") \
	X(KEY_MALFORMED, "key-malformed", USAGE, "not a public key") \
	X(KEY_TYPE_UNSUPPORTED, "key-type-unsupported", USAGE, "a key of a kind that is not supported") \
	X(KEY_TOO_SMALL, "key-too-small", USAGE, "an RSA key of fewer than 2048 bits") \
	X(KEY_OUTSIDE_VALIDITY, "key-outside-validity", REJECTED, "signed outside the key's period of validity") \
	X(SIGNATURE_MALFORMED, "signature-malformed", REJECTED, "not a signature of this kind of key") \
	X(SIGNATURE_INVALID, "signature-invalid", REJECTED, "the signature does not verify") \
	X(SIGNATURE_NEEDS_ARTIFACT, "signature-needs-artifact", REJECTED, "this kind of signature can only be verified with the artifact itself") \
	X(ARTIFACT_DIGEST_ALG_UNSUPPORTED, "artifact-digest-alg-unsupported", REJECTED, "the signature is over another hash than the digest that was given") \
	X(ARTIFACT_DIGEST_MISMATCH, "artifact-digest-mismatch", REJECTED, "what was signed is another artifact") \
	X(CERT_MALFORMED, "cert-malformed", REJECTED, "not a certificate in DER") \
	X(CERT_ALG_UNSUPPORTED, "cert-alg-unsupported", REJECTED, "the certificate uses an algorithm that is not supported") \
	X(CERT_UNTRUSTED, "cert-untrusted", REJECTED, "the certificate was issued by no authority of the trust root") \
	X(CERT_SIGNATURE_INVALID, "cert-signature-invalid", REJECTED, "the issuer's signature on a certificate does not verify") \
	X(CERT_NOT_YET_VALID, "cert-not-yet-valid", REJECTED, "signed before the certificate was valid") \
	X(CERT_EXPIRED, "cert-expired", REJECTED, "signed after the certificate had expired") \
	X(CERT_CA_NOT_VALID_AT_TIME, "cert-ca-not-valid-at-time", REJECTED, "the issuing certificate was not valid when this was signed") \
	X(CERT_CA_OUTSIDE_VALIDITY, "cert-ca-outside-validity", REJECTED, "the trust root does not trust the authority at the time of signing") \
	X(CERT_CA_CONSTRAINT, "cert-ca-constraint", REJECTED, "an issuing certificate may not issue this one") \
	X(CERT_EKU_MISSING, "cert-eku-missing", REJECTED, "the certificate is not for code signing") \
	X(CERT_KEY_USAGE, "cert-key-usage", REJECTED, "the certificate's key is not for digital signatures") \
	X(CERT_IS_CA, "cert-is-ca", REJECTED, "a certificate authority's certificate cannot sign artifacts") \
	X(CERT_UNKNOWN_CRITICAL_EXTENSION, "cert-unknown-critical-extension", REJECTED, "the certificate has a critical extension that is not known") \
	X(IDENTITY_SAN_MISSING, "identity-san-missing", REJECTED, "the certificate names nobody") \
	X(IDENTITY_SAN_AMBIGUOUS, "identity-san-ambiguous", REJECTED, "the certificate names several subjects") \
	X(IDENTITY_SAN_MISMATCH, "identity-san-mismatch", REJECTED, "signed by somebody else") \
	X(IDENTITY_ISSUER_MISSING, "identity-issuer-missing", REJECTED, "the certificate names no OIDC issuer") \
	X(IDENTITY_ISSUER_INCONSISTENT, "identity-issuer-inconsistent", REJECTED, "the certificate names two different OIDC issuers") \
	X(IDENTITY_ISSUER_MISMATCH, "identity-issuer-mismatch", REJECTED, "the identity comes from another OIDC issuer") \
	X(IDENTITY_EXTENSION_MISMATCH, "identity-extension-mismatch", REJECTED, "a certificate extension is absent or has another value") \
	X(IDENTITY_EXTENSION_MALFORMED, "identity-extension-malformed", REJECTED, "a certificate extension is not encoded as defined") \
	X(IDENTITY_REGEX_INVALID, "identity-regex-invalid", USAGE, "not a regular expression that is supported") \
	X(SCT_MISSING, "sct-missing", REJECTED, "the certificate has no signed certificate timestamp") \
	X(SCT_MALFORMED, "sct-malformed", REJECTED, "the signed certificate timestamps are not readable") \
	X(SCT_LOG_UNKNOWN, "sct-log-unknown", REJECTED, "the certificate timestamp is from a log that is not trusted") \
	X(SCT_OUTSIDE_LOG_VALIDITY, "sct-outside-log-validity", REJECTED, "the certificate timestamp is outside the log's validity") \
	X(SCT_SIGNATURE_INVALID, "sct-signature-invalid", REJECTED, "the certificate timestamp does not verify") \
	X(TLOG_ENTRY_MISSING, "tlog-entry-missing", REJECTED, "not in a transparency log") \
	X(TLOG_ENTRY_MALFORMED, "tlog-entry-malformed", REJECTED, "a log entry lacks a field or has an impossible one") \
	X(TLOG_DUPLICATE_ENTRY, "tlog-duplicate-entry", REJECTED, "the same log entry is there twice") \
	X(TLOG_LOG_UNKNOWN, "tlog-log-unknown", REJECTED, "the entry is in a log that is not trusted") \
	X(TLOG_LOG_OUTSIDE_VALIDITY, "tlog-log-outside-validity", REJECTED, "the entry was made outside the log's validity") \
	X(TLOG_KIND_UNSUPPORTED, "tlog-kind-unsupported", REJECTED, "a log entry of a kind that is not supported") \
	X(TLOG_KIND_MISMATCH, "tlog-kind-mismatch", REJECTED, "the entry's body is of another kind than the bundle says") \
	X(TLOG_BODY_MALFORMED, "tlog-body-malformed", REJECTED, "the entry's body is not readable") \
	X(TLOG_BODY_NOT_CANONICAL, "tlog-body-not-canonical", REJECTED, "the entry's body is not in canonical form") \
	X(TLOG_CONTENT_MISMATCH, "tlog-content-mismatch", REJECTED, "the entry's kind does not fit what was signed") \
	X(TLOG_SIGNATURE_MISMATCH, "tlog-signature-mismatch", REJECTED, "the log entry is about another signature") \
	X(TLOG_KEY_MISMATCH, "tlog-key-mismatch", REJECTED, "the log entry is about another key or certificate") \
	X(TLOG_DIGEST_MISMATCH, "tlog-digest-mismatch", REJECTED, "the log entry is about another artifact") \
	X(TLOG_PROMISE_MISSING, "tlog-promise-missing", REJECTED, "the log's signed entry timestamp is absent") \
	X(TLOG_PROMISE_INVALID, "tlog-promise-invalid", REJECTED, "the log's signed entry timestamp does not verify") \
	X(TLOG_PROOF_MISSING, "tlog-proof-missing", REJECTED, "the inclusion proof is absent") \
	X(TLOG_PROOF_MALFORMED, "tlog-proof-malformed", REJECTED, "the inclusion proof does not fit its index and tree size") \
	X(TLOG_PROOF_INDEX_RANGE, "tlog-proof-index-range", REJECTED, "the inclusion proof's index is not in the tree") \
	X(TLOG_PROOF_INVALID, "tlog-proof-invalid", REJECTED, "the inclusion proof leads to another root") \
	X(TLOG_TIME_IN_FUTURE, "tlog-time-in-future", REJECTED, "the log entry is from the future") \
	X(TLOG_TIME_OUTSIDE_CERT, "tlog-time-outside-cert", REJECTED, "logged outside the certificate's period of validity") \
	X(TLOG_THRESHOLD, "tlog-threshold", REJECTED, "in fewer distinct logs than required") \
	X(CHECKPOINT_MISSING, "checkpoint-missing", REJECTED, "the inclusion proof has no checkpoint") \
	X(CHECKPOINT_MALFORMED, "checkpoint-malformed", REJECTED, "the checkpoint is not readable") \
	X(CHECKPOINT_ORIGIN_MISMATCH, "checkpoint-origin-mismatch", REJECTED, "the checkpoint is another log's") \
	X(CHECKPOINT_KEY_UNKNOWN, "checkpoint-key-unknown", REJECTED, "the checkpoint has no signature by the log's key") \
	X(CHECKPOINT_SIGNATURE_INVALID, "checkpoint-signature-invalid", REJECTED, "the checkpoint's signature does not verify") \
	X(CHECKPOINT_ROOT_MISMATCH, "checkpoint-root-mismatch", REJECTED, "the checkpoint has another root than the proof") \
	X(CHECKPOINT_SIZE_MISMATCH, "checkpoint-size-mismatch", REJECTED, "the checkpoint has another tree size than the proof") \
	X(TIME_MISSING, "time-missing", REJECTED, "nobody who is trusted says when this was signed") \
	X(CLOCK_UNKNOWN, "clock-unknown", REJECTED, "the time is not known, so nothing was compared with it") \
	X(TIMESTAMP_MALFORMED, "timestamp-malformed", REJECTED, "a timestamp is not readable") \
	X(TIMESTAMP_STATUS_REJECTED, "timestamp-status-rejected", REJECTED, "a timestamp response is a refusal") \
	X(TIMESTAMP_CONTENT_TYPE, "timestamp-content-type", REJECTED, "a timestamp holds something else") \
	X(TIMESTAMP_HASH_UNSUPPORTED, "timestamp-hash-unsupported", REJECTED, "a timestamp uses a hash that is not supported") \
	X(TIMESTAMP_SIGNER_MISSING, "timestamp-signer-missing", REJECTED, "the timestamp's signer is not known") \
	X(TIMESTAMP_SIGNER_UNTRUSTED, "timestamp-signer-untrusted", REJECTED, "the timestamp is by an authority that is not trusted") \
	X(TIMESTAMP_ATTR_MISSING, "timestamp-attr-missing", REJECTED, "a timestamp lacks a signed attribute") \
	X(TIMESTAMP_ATTR_MISMATCH, "timestamp-attr-mismatch", REJECTED, "a timestamp's signed attribute does not fit its content") \
	X(TIMESTAMP_ESS_MISMATCH, "timestamp-ess-mismatch", REJECTED, "a timestamp names another signing certificate") \
	X(TIMESTAMP_SIGNATURE_INVALID, "timestamp-signature-invalid", REJECTED, "a timestamp's signature does not verify") \
	X(TIMESTAMP_CHAIN_INVALID, "timestamp-chain-invalid", REJECTED, "the timestamp signer's chain is not valid at its time") \
	X(TIMESTAMP_EKU, "timestamp-eku", REJECTED, "the timestamp's signer is not for timestamping alone") \
	X(TIMESTAMP_IMPRINT_MISMATCH, "timestamp-imprint-mismatch", REJECTED, "the timestamp is of another signature") \
	X(TIMESTAMP_OUTSIDE_TSA_VALIDITY, "timestamp-outside-tsa-validity", REJECTED, "the trust root does not trust the timestamp authority at this time") \
	X(TIMESTAMP_DUPLICATE_AUTHORITY, "timestamp-duplicate-authority", REJECTED, "two timestamps of one authority count once") \
	X(DSSE_SIGNATURE_COUNT, "dsse-signature-count", REJECTED, "the envelope must have exactly one signature") \
	X(DSSE_PAYLOAD_TYPE_UNSUPPORTED, "dsse-payload-type-unsupported", REJECTED, "the envelope holds something other than an in-toto statement") \
	X(STATEMENT_MALFORMED, "statement-malformed", REJECTED, "the in-toto statement is not readable") \
	X(STATEMENT_TYPE_UNSUPPORTED, "statement-type-unsupported", REJECTED, "an in-toto statement of a type that is not read") \
	X(SUBJECT_MISSING, "subject-missing", REJECTED, "the statement has no subject") \
	X(SUBJECT_MISMATCH, "subject-mismatch", REJECTED, "the statement is about another artifact") \
	X(PREDICATE_TYPE_MISMATCH, "predicate-type-mismatch", REJECTED, "the statement is of another predicate type") \
	X(PAYLOAD_MALFORMED, "payload-malformed", REJECTED, "the signed payload is not readable") \
	X(PAYLOAD_TYPE_MISMATCH, "payload-type-mismatch", REJECTED, "the signed payload is not a container image signature") \
	X(PAYLOAD_DIGEST_MISMATCH, "payload-digest-mismatch", REJECTED, "the payload was signed for another image") \
	X(ANNOTATION_MISMATCH, "annotation-mismatch", REJECTED, "an annotation is absent or has another value") \
	X(LAYER_SIGNATURE_MISSING, "layer-signature-missing", REJECTED, "the layer has no signature annotation") \
	X(LAYER_ANNOTATION_MALFORMED, "layer-annotation-malformed", REJECTED, "an annotation of the signature layer is not readable") \
	X(REFERENCE_INVALID, "reference-invalid", USAGE, "not an image reference") \
	X(IMAGE_NOT_FOUND, "image-not-found", NO_IMAGE, "there is no such image") \
	X(MANIFEST_MALFORMED, "manifest-malformed", REJECTED, "not an OCI manifest or index") \
	X(MANIFEST_MEDIA_TYPE, "manifest-media-type", REJECTED, "a manifest of a type that is not read") \
	X(DIGEST_MISMATCH, "digest-mismatch", REJECTED, "the bytes are not what their digest or size says") \
	X(DIGEST_ALG_UNSUPPORTED, "digest-alg-unsupported", REJECTED, "not a digest that is supported") \
	X(SIGNATURE_NOT_FOUND, "signature-not-found", NO_SIGNATURE, "no signature is attached") \
	X(ATTESTATION_NOT_FOUND, "attestation-not-found", NO_SIGNATURE, "no attestation is attached") \
	X(NO_MATCHING_SIGNATURE, "no-matching-signature", REJECTED, "there are signatures, but none passes") \
	X(LAYOUT_MALFORMED, "layout-malformed", REJECTED, "not an image layout, or one that is damaged") \
	X(LAYOUT_AMBIGUOUS, "layout-ambiguous", USAGE, "the layout holds several images: name one") \
	X(LAYOUT_BLOB_MISSING, "layout-blob-missing", REJECTED, "the layout lacks a blob of the image") \
	X(LAYOUT_NO_MANIFEST, "layout-no-manifest", REJECTED, "an archive without the registry's manifest: what was signed cannot be recomputed") \
	X(TUF_MALFORMED, "tuf-malformed", REJECTED, "not TUF metadata that can be read") \
	X(TUF_SIGNATURE_THRESHOLD, "tuf-signature-threshold", REJECTED, "the metadata is signed by fewer trusted keys than required") \
	X(TUF_VERSION, "tuf-version", REJECTED, "the metadata is of another version than it should be") \
	X(TUF_ROLLBACK, "tuf-rollback", REJECTED, "older than what was already trusted") \
	X(TUF_EXPIRED, "tuf-expired", REJECTED, "the metadata has expired") \
	X(TUF_HASH_MISMATCH, "tuf-hash-mismatch", REJECTED, "the file is not the one whose hash was signed") \
	X(TUF_LENGTH, "tuf-length", REJECTED, "the file is longer or shorter than it may be") \
	X(TUF_TARGET_MISSING, "tuf-target-missing", REJECTED, "the repository does not offer this file") \
	X(TUF_NETWORK, "tuf-network", UNDECIDED, "the mirror could not be read") \
	X(REGISTRY_UNREACHABLE, "registry-unreachable", UNDECIDED, "there is no connection to the registry") \
	X(REGISTRY_TLS, "registry-tls", UNDECIDED, "no trusted TLS connection to the registry") \
	X(REGISTRY_AUTH_FAILED, "registry-auth-failed", UNDECIDED, "the registry does not let us in") \
	X(REGISTRY_REALM_REFUSED, "registry-realm-refused", UNDECIDED, "the registry sends us for a token to a place that gets no credentials") \
	X(REGISTRY_REDIRECT_REFUSED, "registry-redirect-refused", UNDECIDED, "the registry redirects to a place that is not followed") \
	X(REGISTRY_HTTP_ERROR, "registry-http-error", UNDECIDED, "the registry answers with an error") \
	X(REFERRERS_TOO_MANY, "referrers-too-many", REJECTED, "more referrers than are looked at") \
	X(REFERRERS_MALFORMED, "referrers-malformed", REJECTED, "the list of referrers is not readable") \
	X(POLICY_MALFORMED, "policy-malformed", USAGE, "the policy file is not readable, or says something that is not known") \
	X(POLICY_UNSUPPORTED, "policy-unsupported", USAGE, "the policy asks for something that this program cannot check") \
	X(POLICY_IDENTITY_MISMATCH, "policy-identity-mismatch", REJECTED, "the signature is for an image of another name") \
	X(POLICY_REJECTED, "policy-rejected", REJECTED, "the policy rejects this image") \
	X(PLUGIN_INPUT_MISMATCH, "plugin-input-mismatch", USAGE, "what the gate was asked does not fit together") \
	X(TIMESTAMP_NONCE_MISMATCH, "timestamp-nonce-mismatch", REJECTED, "the timestamp is no answer to what was asked") \
	X(TOKEN_MALFORMED, "token-malformed", USAGE, "not an identity token that can be read") \
	X(TOKEN_EXPIRED, "token-expired", USAGE, "the identity token has expired") \
	X(TOKEN_AUDIENCE, "token-audience", USAGE, "the identity token is not meant for sigstore") \
	X(TOKEN_MAIL_UNVERIFIED, "token-mail-unverified", USAGE, "the identity token's mail address was not verified") \
	X(KEY_PASSWORD_WRONG, "key-password-wrong", USAGE, "the key file cannot be opened with this password") \
	X(SIGNING_CONFIG_MALFORMED, "signing-config-malformed", USAGE, "the signing config is not readable") \
	X(SIGNING_CONFIG_UNSATISFIED, "signing-config-unsatisfied", USAGE, "the signing config names no service that can be used now") \
	X(FULCIO_ANSWER_MALFORMED, "fulcio-answer-malformed", UNDECIDED, "the certificate authority's answer is not readable") \
	X(FULCIO_KEY_MISMATCH, "fulcio-key-mismatch", UNDECIDED, "the certificate authority certified another key") \
	X(FULCIO_SCT_DETACHED, "fulcio-sct-detached", UNDECIDED, "the certificate authority's certificate is in no certificate log") \
	X(REKOR_ANSWER_MALFORMED, "rekor-answer-malformed", UNDECIDED, "the transparency log's answer is not readable") \
	X(SIGN_TOKEN, "sign-token", UNDECIDED, "an identity token could not be had") \
	X(SIGN_FULCIO, "sign-fulcio", UNDECIDED, "the certificate authority gives no certificate") \
	X(SIGN_REKOR, "sign-rekor", UNDECIDED, "the transparency log makes no entry") \
	X(SIGN_TSA, "sign-tsa", UNDECIDED, "the timestamp authority gives no timestamp") \
	X(SIGN_UNVERIFIED, "sign-unverified", UNDECIDED, "what was signed does not verify, and nobody gets it")

typedef enum {
	PLOMB_UNSET = 0,      /* no check has run yet; a zeroed verdict is not a pass */
	PLOMB_OK = 0x4F00,    /* far from 0 and from all others, so that no flipped bit makes it */
	PLOMB_NOT_REQUIRED = 0x4E52, /* in a verdict's list of checks only */
	PLOMB_STATUS_FIRST = 0x10, /* that they fit in a byte makes code small */
#define PLOMB_STATUS_ENUM(name, code, class_, sentence) PLOMB_##name,
	PLOMB_STATUS_LIST(PLOMB_STATUS_ENUM)
#undef PLOMB_STATUS_ENUM
	PLOMB_STATUS_END
} plomb_status;

typedef enum {
	PLOMB_CLASS_ACCEPTED = 0,
	PLOMB_CLASS_USAGE = 2,
	PLOMB_CLASS_UNDECIDED = 3,
	PLOMB_CLASS_NO_SIGNATURE = 10,
	PLOMB_CLASS_NO_IMAGE = 11,
	PLOMB_CLASS_REJECTED = 12,
	PLOMB_CLASS_NO_CERT = 13
} plomb_class;

/* NUL-terminated constants: "tlog-promise-invalid", "unset", "ok", … */
const char *plomb_status_code(plomb_status status);
/* NUL-terminated constant: one sentence without a full stop. */
const char *plomb_status_sentence(plomb_status status);
/* The class, which is the program's exit status; an unknown status is UNDECIDED. */
plomb_class plomb_status_class(plomb_status status);

/* ------------------------------------------------------------------ memory */

/*
 * The caller's buffer. Stages take from the front and give back as a stack.
 * high_water is the most that was ever in use; after PLOMB_NO_ROOM, missing
 * is how many more bytes that one request wanted, so that a caller can grow
 * and try again, or a port find its number once and write it down.
 */
typedef struct {
	unsigned char *base;
	size_t size;
	size_t used;
	size_t high_water;
	size_t missing;
} plomb_work;

void plomb_work_init(plomb_work *work, void *buffer, size_t size);

/* ------------------------------------------------------------------ digests */

typedef enum {
	PLOMB_HASH_NONE = 0,
	PLOMB_SHA256 = 1,
	PLOMB_SHA384 = 2,
	PLOMB_SHA512 = 3
} plomb_hash;

#define PLOMB_MAX_HASH_LEN 64

/* A checked digest: it came through plomb_digest_parse or a hash function. */
typedef struct {
	plomb_hash hash;
	unsigned char bytes[PLOMB_MAX_HASH_LEN];
} plomb_digest;

/* 32, 48 or 64; 0 for PLOMB_HASH_NONE. */
size_t plomb_hash_len(plomb_hash hash);
/* "sha256", "sha384", "sha512", or "". */
const char *plomb_hash_name(plomb_hash hash);

/*
 * "sha256:" and 64 lower-case hex digits, or sha384, sha512 likewise:
 * PLOMB_OK, PLOMB_DIGEST_ALG_UNSUPPORTED for another name, else
 * PLOMB_REFERENCE_INVALID. Nothing becomes a path or URL that did not pass here.
 */
PLOMB_MUST_CHECK plomb_status plomb_digest_parse(plomb_view text, plomb_digest *digest);

/* ------------------------------------------------------------------- crypto */

typedef struct plomb_ctx plomb_ctx;
typedef struct plomb_cert plomb_cert; /* core/cert.h */

/* Nanoseconds are kept apart: the public-good root has ends like …59.999Z. */
typedef struct {
	int64_t s;
	uint32_t ns; /* 0 … 999999999 */
} plomb_time;

/*
 * The primitives, behind BearSSL's own types so that a faster backend slots
 * in without touching a caller. ed25519_verify takes the 32-byte key, the
 * 64-byte signature and the message; ed25519ph_verify takes SHA-512 of the
 * message (RFC 8032 section 5.1, empty context). Both give 1 for a good
 * signature and 0 for anything else.
 *
 * sha1, rsa_public and the two of Ed25519 may be NULL where nobody needs
 * them: what does is then refused as of a kind that is not supported.
 */
typedef struct {
	const br_hash_class *sha256;
	const br_hash_class *sha384;
	const br_hash_class *sha512;
	const br_hash_class *sha1; /* only to compare an ESS signingCertificate (RFC 2634); never for a signature */
	const br_ec_impl *ec; /* P-256, P-384, P-521 */
	br_ecdsa_vrfy ecdsa_raw; /* signature as r||s of fixed length */
	br_rsa_public rsa_public;
	int (*ed25519_verify)(const unsigned char key[32], const unsigned char sig[64],
		const unsigned char *msg, size_t len);
	int (*ed25519ph_verify)(const unsigned char key[32], const unsigned char sig[64],
		const unsigned char digest[64]);
	/*
	 * A second reading of a certificate path that obeys every rule, which
	 * then checks its signatures too (core/path_engine.h). NULL: none, and
	 * each signature is checked with the primitives above.
	 */
	plomb_status (*path_engine)(plomb_ctx *ctx, const plomb_cert *const *path, size_t depth,
		const plomb_time *time);
	br_ecdsa_vrfy ecdsa_asn1; /* for the path engine only, as is the next */
	br_rsa_pkcs1_vrfy rsa_pkcs1;
} plomb_crypto;

extern const plomb_crypto plomb_crypto_default;
/* The same without a path engine: 8 KB less of code and 3 KB of workspace, for the smallest machines. */
extern const plomb_crypto plomb_crypto_small;

/*
 * What every check is lent: memory, primitives, and where to write what it
 * found and what it wanted. detail may be NULL.
 */
typedef struct {
	plomb_view what; /* the thing compared: an annotation's name, an extension's name */
	plomb_view want;
	plomb_view got;
} plomb_detail;

struct plomb_ctx {
	plomb_work *work;
	const plomb_crypto *crypto;
	plomb_detail *detail;
};

/* -------------------------------------------------------------------- time */

/* Both ends belong to it; a missing end is unbounded. */
typedef struct {
	plomb_time start, end;
	int has_start, has_end;
} plomb_window;

/* -------------------------------------------------------------------- keys */

typedef enum {
	PLOMB_KEY_NONE = 0,
	PLOMB_KEY_P256,
	PLOMB_KEY_P384,
	PLOMB_KEY_P521,
	PLOMB_KEY_RSA,     /* PKCS#1 v1.5 */
	PLOMB_KEY_RSA_PSS, /* id-RSASSA-PSS, or a log whose keyDetails say PSS */
	PLOMB_KEY_ED25519
} plomb_key_kind;

/* Views into the DER that it was parsed from, which must stay. */
typedef struct {
	plomb_key_kind kind;
	plomb_view spki;  /* SubjectPublicKeyInfo DER */
	plomb_view point; /* EC: 04||X||Y. Ed25519: 32 bytes */
	plomb_view n, e;  /* RSA, without leading zeros */
	plomb_window valid; /* of a key given by a policy or trust root; zeroed: always */
} plomb_key;

/*
 * From PEM: PUBLIC KEY, RSA PUBLIC KEY, or a CERTIFICATE whose key it is.
 * The DER is put in the work buffer and stays there. PLOMB_KEY_MALFORMED,
 * PLOMB_KEY_TYPE_UNSUPPORTED, PLOMB_KEY_TOO_SMALL, PLOMB_NO_ROOM (SPEC 3.1).
 */
PLOMB_MUST_CHECK plomb_status plomb_key_from_pem(plomb_ctx *ctx, plomb_view pem, plomb_key *key);

/* -------------------------------------------------------------- trust root */

typedef struct plomb_log plomb_log; /* core/trust.h */
typedef struct plomb_authority plomb_authority; /* core/trust.h */

typedef struct {
	const plomb_log *tlogs;
	size_t tlog_count;
	const plomb_log *ctlogs;
	size_t ctlog_count;
	const plomb_authority *cas;
	size_t ca_count;
	const plomb_authority *tsas;
	size_t tsa_count;
	int has_unknown_fields; /* a newer file; only what is known was read */
} plomb_trust;

/*
 * Load a TrustedRoot (JSON, SPEC 2.1). The text must stay; what is derived
 * from it is taken from ctx->work and stays until the caller releases it.
 * PLOMB_ROOT_…, PLOMB_JSON_…, PLOMB_BASE64_INVALID, PLOMB_LIMIT_EXCEEDED,
 * PLOMB_NO_ROOM.
 */
PLOMB_MUST_CHECK plomb_status plomb_trust_load(plomb_ctx *ctx, plomb_view text, plomb_trust *trust);

/* --------------------------------------------------------- artifact, policy */

/*
 * What the signature should be about: bytes if the caller has them, else
 * digests. Hashes are computed at most once and kept here.
 */
#define PLOMB_MESSAGE_PARTS 6
typedef struct {
	plomb_view part[PLOMB_MESSAGE_PARTS]; /* the message is their concatenation */
	size_t parts; /* 0: only the digests are known */
	unsigned known; /* bit h set: digest[h] holds the digest under hash h */
	unsigned char digest[4][PLOMB_MAX_HASH_LEN];
} plomb_message;

/* The whole bytes, which must stay. */
void plomb_message_from_bytes(plomb_message *message, plomb_view bytes);
/* One digest alone; call plomb_message_add_digest for further ones. */
void plomb_message_from_digest(plomb_message *message, const plomb_digest *digest);
void plomb_message_add_digest(plomb_message *message, const plomb_digest *digest);

typedef struct plomb_regex plomb_regex; /* core/regex.h */

/* A value that must equal exact (if exact.p is not NULL) and match regex (if not NULL). */
typedef struct {
	plomb_view exact;
	const plomb_regex *regex;
} plomb_match;

/*
 * Compile RE2 syntax into the work buffer, unanchored as in cosign, matched
 * in time linear in pattern times text. PLOMB_IDENTITY_REGEX_INVALID for
 * anything that is not supported, never a different meaning; PLOMB_NO_ROOM;
 * PLOMB_LIMIT_EXCEEDED.
 */
PLOMB_MUST_CHECK plomb_status plomb_regex_compile(plomb_ctx *ctx, plomb_view pattern, const plomb_regex **regex);

typedef struct {
	plomb_view name;  /* a key of SPEC 4.4 such as "source-repository-uri", or a dotted OID */
	plomb_match value;
} plomb_want;

/* Switches of a policy, none is set by default. These take one requirement away each. */
#define PLOMB_IGNORE_TLOG      0x01u /* no log entry is required; those present must still be about this signature */
#define PLOMB_IGNORE_SCT       0x02u
#define PLOMB_IGNORE_CLAIMS    0x04u /* the payload's digest and annotations are not compared */
#define PLOMB_ALLOW_CHAIN      0x08u /* a 0.3 bundle may carry a chain; its CA certificates are still ignored */

/* Switches that add one. */
#define PLOMB_REQUIRE_TIMESTAMP 0x10u /* at least one RFC 3161 timestamp, also in key mode */
#define PLOMB_REQUIRE_STATEMENT 0x20u /* a bundle must hold a statement: a bare signature over an image's manifest says nothing */

typedef struct {
	/* Who: a key, or else an identity and its issuer. */
	const plomb_key *key;
	plomb_match identity;
	plomb_match issuer;
	const plomb_want *extensions;
	size_t extension_count;
	/* What: all of them on one signature. */
	const plomb_want *annotations;
	size_t annotation_count;
	plomb_view predicate_type; /* {NULL,0}: any */
	unsigned flags; /* PLOMB_IGNORE_…, PLOMB_ALLOW_…, PLOMB_REQUIRE_… */
	unsigned tlog_threshold; /* distinct logs; 0 means the default, 1 */
	unsigned sct_threshold;  /* distinct logs; 0 means the default, 1 */
	plomb_hash signature_hash; /* pinned by --signature-digest-algorithm; NONE: by the key */
	/* The clock: only ever refuses. Without it PLOMB_CLOCK_UNKNOWN is among the warnings where it would have been asked. */
	int now_known;
	plomb_time now;
} plomb_policy;

/* ----------------------------------------------------------------- verdict */

/*
 * X(NAME, "name in reports", "what it says when it passed"), in the order of
 * SPEC 0, which is also how far a candidate got.
 */
#define PLOMB_CHECK_LIST(X) \
	X(PARSE, "parse", "the signature is well-formed") \
	X(MATERIAL, "material", "it was made with the kind of key that was asked for") \
	X(TLOG, "transparency-log", "it is in a transparency log") \
	X(BINDING, "log-binding", "each log entry is about this signature") \
	X(TIME, "time", "what it says about when it was made is trusted") \
	X(CHAIN, "certificate", "the certificate was issued by a trusted authority and valid then") \
	X(SCT, "certificate-transparency", "the certificate is in a certificate log") \
	X(IDENTITY, "identity", "it was signed by the identity that was asked for") \
	X(ISSUER, "issuer", "the identity comes from the issuer that was asked for") \
	X(EXTENSIONS, "extensions", "the certificate's extensions are as asked for") \
	X(SIGNATURE, "signature", "the signature verifies") \
	X(SUBJECT, "subject", "it is about this artifact") \
	X(PREDICATE, "predicate-type", "the predicate type is the one asked for") \
	X(ANNOTATIONS, "annotations", "the annotations are as asked for")

typedef enum {
#define PLOMB_CHECK_ENUM(name, text, passed) PLOMB_CHECK_##name,
	PLOMB_CHECK_LIST(PLOMB_CHECK_ENUM)
#undef PLOMB_CHECK_ENUM
	PLOMB_CHECK_COUNT
} plomb_check;

/* NUL-terminated constants from the list above. */
const char *plomb_check_name(plomb_check check);
const char *plomb_check_sentence(plomb_check check);

typedef enum {
	PLOMB_FORMAT_UNKNOWN = 0,
	PLOMB_FORMAT_BUNDLE_0_1,
	PLOMB_FORMAT_BUNDLE_0_2,
	PLOMB_FORMAT_BUNDLE_0_3,
	PLOMB_FORMAT_SIMPLESIGNING, /* cosign 2 image signature */
	PLOMB_FORMAT_DSSE,          /* cosign 2 attestation */
	PLOMB_FORMAT_DETACHED       /* a file's signature with certificate or key beside it */
} plomb_format;

typedef enum {
	PLOMB_TIME_SOURCE_TLOG = 1, /* integratedTime under a verified SET */
	PLOMB_TIME_SOURCE_TSA,      /* genTime of a verified RFC 3161 timestamp */
	PLOMB_TIME_SOURCE_CLOCK     /* policy.now: only with PLOMB_IGNORE_TLOG and no other time */
} plomb_time_source;

#define PLOMB_MAX_TIMES (PLOMB_MAX_ENTRIES + PLOMB_MAX_TIMESTAMPS)

typedef struct {
	/*
	 * PLOMB_OK if accepted, else the reason: the first check that failed
	 * in the order of PLOMB_CHECK_LIST. Set in one place.
	 */
	plomb_status status;
	uint32_t required, passed; /* sets of 1 << plomb_check */
	plomb_status check[PLOMB_CHECK_COUNT]; /* OK, NOT_REQUIRED, a reason, or UNSET: not reached */
	plomb_detail detail; /* of the failed check */
	plomb_status warning[PLOMB_MAX_WARNINGS];
	size_t warning_count;

	/*
	 * What it says. Views into the input, the policy and the work buffer;
	 * untrusted unless the verdict is accepted.
	 */
	plomb_format format;
	plomb_view subject; /* the certificate's SAN */
	plomb_view issuer;  /* its OIDC issuer */
	plomb_view certificate; /* the leaf's DER; absent in key mode */
	plomb_view payload; /* statement or simple signing payload */
	plomb_view payload_type; /* of a DSSE envelope */
	plomb_view predicate_type;
	plomb_view signature; /* raw bytes */
	size_t tlog_verified; /* distinct logs */
	plomb_time times[PLOMB_MAX_TIMES]; /* verified */
	plomb_time_source time_sources[PLOMB_MAX_TIMES];
	size_t time_count;
	/*
	 * After ARTIFACT_DIGEST_ALG_UNSUPPORTED: the hash that would have
	 * been needed of the artifact. A caller that has the bytes adds it
	 * and asks again.
	 */
	plomb_hash hash_wanted;
} plomb_verdict;

/*
 * Nonzero only for a verdict whose passed set equals its required set and
 * whose status is PLOMB_OK; compares twice. The only way to read a yes.
 */
int plomb_accepted(const plomb_verdict *verdict);

/*
 * Verify a Sigstore bundle (SPEC 1) about an artifact. Returns
 * verdict->status. Memory is taken from ctx->work and stays, so that the
 * verdict's views can be read: a caller brackets the call with
 * plomb_work_mark and plomb_work_release.
 */
PLOMB_MUST_CHECK plomb_status plomb_verify_bundle(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_policy *policy, plomb_message *artifact, plomb_view bundle, plomb_verdict *verdict);

/*
 * A cosign 2 signature layer (SPEC 10.2): the payload blob and the layer's
 * annotations as they stand in the manifest, {NULL,0} where absent.
 */
typedef struct {
	plomb_view payload;     /* the blob: simple signing JSON, or a DSSE envelope */
	plomb_view signature;   /* dev.cosignproject.cosign/signature, base64 */
	plomb_view certificate; /* dev.sigstore.cosign/certificate, PEM */
	plomb_view chain;       /* dev.sigstore.cosign/chain, PEM */
	plomb_view bundle;      /* dev.sigstore.cosign/bundle, JSON */
	plomb_view timestamp;   /* dev.sigstore.cosign/rfc3161timestamp, JSON */
} plomb_layer;

/* As plomb_verify_bundle, for an image signature in cosign 2's form. */
PLOMB_MUST_CHECK plomb_status plomb_verify_simplesigning(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_policy *policy, plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict);

/* As plomb_verify_bundle, for an attestation in cosign 2's form. */
PLOMB_MUST_CHECK plomb_status plomb_verify_envelope(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_policy *policy, plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict);

/*
 * As plomb_verify_bundle, for a file with its signature beside it: layer's
 * payload is not used, signature is base64 or raw DER; bundle may be cosign
 * 2's blob bundle {"base64Signature","cert","rekorBundle"} or a rekorBundle
 * alone. The certificate may be PEM, DER or base64 of PEM.
 */
PLOMB_MUST_CHECK plomb_status plomb_verify_detached(plomb_ctx *ctx, const plomb_trust *trust,
	const plomb_policy *policy, plomb_message *artifact, const plomb_layer *layer, plomb_verdict *verdict);

/* Marks and releases: what was taken since the mark is given back. */
size_t plomb_work_mark(const plomb_work *work);
void plomb_work_release(plomb_work *work, size_t mark);

#endif
