/*
 * The options of every command: cosign's names where cosign has them, both
 * spellings where versions 2 and 3 differ, and what they mean together.
 *
 * An option that could not be enforced is refused, never ignored
 * (CVE-2026-48815).
 */
#ifndef PLOMB_OPTIONS_H
#define PLOMB_OPTIONS_H

#include "annotations_arg.h"
#include "args.h"
#include "source.h"

typedef enum {
	PLOMB_CMD_VERIFY = 1u << 0,
	PLOMB_CMD_VERIFY_ATTESTATION = 1u << 1,
	PLOMB_CMD_VERIFY_BLOB = 1u << 2,
	PLOMB_CMD_VERIFY_BLOB_ATTESTATION = 1u << 3,
	PLOMB_CMD_INSPECT = 1u << 4,
	PLOMB_CMD_ROOT_SHOW = 1u << 5,
	PLOMB_CMD_ROOT_CREATE = 1u << 6,
	PLOMB_CMD_CONFORMANCE = 1u << 7,
	PLOMB_CMD_VERSION = 1u << 8,
	PLOMB_CMD_HELP = 1u << 9,
	PLOMB_CMD_INITIALIZE = 1u << 10,
	PLOMB_CMD_ROOT_UPDATE = 1u << 11,
	PLOMB_CMD_TREE = 1u << 12,
	PLOMB_CMD_GATE = 1u << 13,
	PLOMB_CMD_GENERATE_KEY = 1u << 14,
	PLOMB_CMD_IMPORT_KEY = 1u << 15,
	PLOMB_CMD_PUBLIC_KEY = 1u << 16,
	PLOMB_CMD_SIGN = 1u << 17,
	PLOMB_CMD_ATTEST = 1u << 18,
	PLOMB_CMD_SIGN_BLOB = 1u << 19,
	PLOMB_CMD_ATTEST_BLOB = 1u << 20,
	PLOMB_CMD_SIGN_BUNDLE = 1u << 21
} plomb_cmd;

#define PLOMB_CMDS_IMAGE (PLOMB_CMD_VERIFY | PLOMB_CMD_VERIFY_ATTESTATION)
#define PLOMB_CMDS_BLOB  (PLOMB_CMD_VERIFY_BLOB | PLOMB_CMD_VERIFY_BLOB_ATTESTATION)
#define PLOMB_CMDS_VERIFY (PLOMB_CMDS_IMAGE | PLOMB_CMDS_BLOB)
#define PLOMB_CMDS_UPDATE (PLOMB_CMD_INITIALIZE | PLOMB_CMD_ROOT_UPDATE)
#define PLOMB_CMDS_SIGN_IMAGE (PLOMB_CMD_SIGN | PLOMB_CMD_ATTEST)
#define PLOMB_CMDS_SIGN_BLOB (PLOMB_CMD_SIGN_BLOB | PLOMB_CMD_ATTEST_BLOB)
#define PLOMB_CMDS_SIGN  (PLOMB_CMDS_SIGN_IMAGE | PLOMB_CMDS_SIGN_BLOB)
#define PLOMB_CMDS_ATTEST (PLOMB_CMD_ATTEST | PLOMB_CMD_ATTEST_BLOB)
#define PLOMB_CMDS_REGISTRY (PLOMB_CMDS_IMAGE | PLOMB_CMD_TREE | PLOMB_CMD_GATE | PLOMB_CMDS_SIGN_IMAGE)
#if PLOMB_SIGN
#define PLOMB_CMDS_NEW_KEY (PLOMB_CMD_GENERATE_KEY | PLOMB_CMD_IMPORT_KEY)
#define PLOMB_CMDS_OPEN_KEY (PLOMB_CMD_IMPORT_KEY | PLOMB_CMD_PUBLIC_KEY) /* their --key is a private one */
#else
#define PLOMB_CMDS_OPEN_KEY 0
#endif
#define PLOMB_CMDS_ALL   0x3FFFFFu

#define PLOMB_WHY_REGISTRY "this build has no registry access"
#define PLOMB_WHY_OWN_CERTIFICATE "a certificate comes from --fulcio-url; a key of your own signs without one"
#define PLOMB_WHY_TSA_LOGIN "nobody logs in at a timestamp authority"
#define PLOMB_WHY_HARDWARE "hardware keys are not supported"

/* Of the signing module; rows as below. */
#if PLOMB_SIGN
#define PLOMB_OPTION_LIST_SIGN(X) \
	X(KEY_PREFIX, "output-key-prefix", 0, TEXT, PLOMB_CMDS_NEW_KEY, 0, NULL, "NAME", "write NAME.key and NAME.pub (default cosign, imported import-cosign)") \
	X(KEY_TYPE, "key-type", 0, TEXT, PLOMB_CMD_GENERATE_KEY, 0, NULL, "TYPE", "p256 (default), p384, p521, rsa-2048, rsa-3072, rsa-4096 or ed25519") \
	X(OUTFILE, "outfile", 0, TEXT, PLOMB_CMD_PUBLIC_KEY, 0, NULL, "FILE", "write the public key there (else stdout)") \
	X(YES, "yes", 'y', SWITCH, PLOMB_CMDS_NEW_KEY | PLOMB_CMDS_SIGN, 0, NULL, NULL, "what would be asked is answered with yes (or COSIGN_YES=true)") \
	X(IDENTITY_TOKEN, "identity-token", 0, TEXT, PLOMB_CMDS_SIGN | PLOMB_CMD_SIGN_BUNDLE, 0, NULL, "TOKEN|FILE", "who signs: an OIDC token (else SIGSTORE_ID_TOKEN, SIGSTORE_ID_TOKEN_FILE, GitHub's)") \
	X(FULCIO_URL, "fulcio-url", 0, TEXT, PLOMB_CMDS_SIGN, 0, NULL, "URL", "the certificate authority (default https://fulcio.sigstore.dev)") \
	X(TSA_URL, "timestamp-server-url", 0, TEXT, PLOMB_CMDS_SIGN, 0, NULL, "URL", "a timestamp authority, with its path (default none)") \
	X(SIGNING_CONFIG, "signing-config", 0, TEXT, PLOMB_CMDS_SIGN | PLOMB_CMD_SIGN_BUNDLE, 0, NULL, "FILE", "which services to use") \
	X(USE_SIGNING_CONFIG, "use-signing-config", 0, SWITCH, PLOMB_CMDS_SIGN, 0, NULL, NULL, "that of COSIGN_SIGNING_CONFIG, if there is one (default true)") \
	X(TLOG_UPLOAD, "tlog-upload", 0, SWITCH, PLOMB_CMDS_SIGN, 0, NULL, NULL, "make an entry in the transparency log (default true)") \
	X(OUTPUT_SIGNATURE, "output-signature", 0, TEXT, PLOMB_CMD_SIGN | PLOMB_CMDS_SIGN_BLOB, 0, NULL, "FILE", "where to write the signature") \
	X(OUTPUT_CERTIFICATE, "output-certificate", 0, TEXT, PLOMB_CMD_SIGN | PLOMB_CMDS_SIGN_BLOB, 0, NULL, "FILE", "where to write the certificate") \
	X(OUTPUT_PAYLOAD, "output-payload", 0, TEXT, PLOMB_CMD_SIGN, 0, NULL, "FILE", "where to write what was signed") \
	X(OUTPUT_ATTESTATION, "output-attestation", 0, TEXT, PLOMB_CMD_ATTEST_BLOB, 0, NULL, "FILE", "where to write the statement") \
	X(B64, "b64", 0, SWITCH, PLOMB_CMD_SIGN_BLOB, 0, NULL, NULL, "write signature and certificate in base64 (default true)") \
	X(RECURSIVE, "recursive", 'r', SWITCH, PLOMB_CMD_SIGN, 0, NULL, NULL, "of an index, sign each of its images too") \
	X(UPLOAD, "upload", 0, SWITCH, PLOMB_CMD_SIGN, 0, NULL, NULL, "attach the signature to the image (default true)") \
	X(NO_UPLOAD, "no-upload", 0, SWITCH, PLOMB_CMD_ATTEST, 0, NULL, NULL, "write the attestation to stdout instead") \
	X(SIGN_IDENTITY, "sign-container-identity", 0, TEXT, PLOMB_CMD_SIGN, 0, NULL, "NAME", "what the image is called in cosign 2's payload") \
	X(PREDICATE, "predicate", 0, TEXT, PLOMB_CMDS_ATTEST, 0, NULL, "FILE", "what is attested: a JSON file") \
	X(STATEMENT, "statement", 0, TEXT, 0, PLOMB_CMDS_ATTEST, "the statement is made here, from --predicate and --type", "FILE", NULL) \
	X(HASH, "hash", 0, TEXT, PLOMB_CMD_ATTEST_BLOB, 0, NULL, "HEX", "the file's SHA-256, instead of the file") \
	X(REPLACE, "replace", 0, SWITCH, 0, PLOMB_CMD_ATTEST, "nothing that others attached is taken away", NULL, NULL) \
	X(ENTRY_TYPE, "rekor-entry-type", 0, TEXT, PLOMB_CMDS_ATTEST, 0, NULL, "TYPE", "dsse alone") \
	X(RECORD_CREATION, "record-creation-timestamp", 0, SWITCH, 0, PLOMB_CMDS_SIGN_IMAGE, "cosign 2's formats have no time of creation here", NULL, NULL) \
	X(ISSUE_CERTIFICATE, "issue-certificate", 0, SWITCH, PLOMB_CMDS_SIGN, 0, NULL, NULL, "get a certificate for --key too") \
	X(SKIP_SCT, "insecure-skip-verify", 0, SWITCH, PLOMB_CMDS_SIGN, 0, NULL, NULL, "the certificate need not be in a certificate log") \
	X(SIGNING_ALGORITHM, "signing-algorithm", 0, TEXT, PLOMB_CMD_SIGN_BLOB, 0, NULL, "NAME", "of the key that is made: ecdsa-sha2-256-nistp256, -384-nistp384 or -512-nistp521") \
	X(OIDC_ISSUER, "oidc-issuer", 0, TEXT, PLOMB_CMDS_SIGN, 0, NULL, "URL", "who vouches for a person at a terminal (default https://oauth2.sigstore.dev/auth)") \
	X(OIDC_CLIENT, "oidc-client-id", 0, TEXT, PLOMB_CMDS_SIGN, 0, NULL, "NAME", "who we are there (default sigstore)") \
	X(OIDC_SECRET, "oidc-client-secret-file", 0, TEXT, 0, PLOMB_CMDS_SIGN, "a client with a secret is not supported", "FILE", NULL) \
	X(OIDC_REDIRECT, "oidc-redirect-url", 0, TEXT, 0, PLOMB_CMDS_SIGN, "no browser is waited for: --fulcio-auth-flow device", "URL", NULL) \
	X(OIDC_PROVIDER, "oidc-provider", 0, TEXT, PLOMB_CMDS_SIGN, 0, NULL, "NAME", "github-actions or filesystem: the token from there alone") \
	X(OIDC_NO_AMBIENT, "oidc-disable-ambient-providers", 0, SWITCH, PLOMB_CMDS_SIGN, 0, NULL, NULL, "no token that lies around in the environment") \
	X(AUTH_FLOW, "fulcio-auth-flow", 0, TEXT, PLOMB_CMDS_SIGN, 0, NULL, "FLOW", "token or device (default: device at a terminal)") \
	X(TSA_CACERT, "timestamp-client-cacert", 0, TEXT, 0, PLOMB_CMDS_SIGN, PLOMB_WHY_TSA_LOGIN, "FILE", NULL) \
	X(TSA_CERT, "timestamp-client-cert", 0, TEXT, 0, PLOMB_CMDS_SIGN, PLOMB_WHY_TSA_LOGIN, "FILE", NULL) \
	X(TSA_KEY, "timestamp-client-key", 0, TEXT, 0, PLOMB_CMDS_SIGN, PLOMB_WHY_TSA_LOGIN, "FILE", NULL) \
	X(TSA_SERVER_NAME, "timestamp-server-name", 0, TEXT, 0, PLOMB_CMDS_SIGN, PLOMB_WHY_TSA_LOGIN, "NAME", NULL) \
	X(TIMESTAMP_BUNDLE, "rfc3161-timestamp-bundle", 0, TEXT, 0, PLOMB_CMD_ATTEST_BLOB, "the bundle holds the timestamp", "FILE", NULL) \
	X(DRY_RUN, "dry-run", 0, SWITCH, PLOMB_CMDS_SIGN, 0, NULL, NULL, "show what would be sent, and send nothing") \
	X(IN_TOTO, "in-toto", 0, SWITCH, PLOMB_CMD_SIGN_BUNDLE, 0, NULL, NULL, "the file is a statement: sign an envelope around it") \
	X(KMS, "kms", 0, TEXT, 0, PLOMB_CMD_GENERATE_KEY, "keys are kept in files only", "URI", NULL)
#else
#define PLOMB_OPTION_LIST_SIGN(X)
#endif

/* X(ID, name, letter, kind, commands, refused, why, value, help) */
#define PLOMB_OPTION_LIST(X) \
	X(KEY, "key", 'k', TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_CONFORMANCE | PLOMB_CMDS_SIGN | PLOMB_CMDS_OPEN_KEY, 0, NULL, "FILE", "public key, or to sign the private one: a PEM file, or env://VARIABLE") \
	X(IDENTITY, "certificate-identity", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_CONFORMANCE, 0, NULL, "NAME", "who must have signed: the certificate's subject, exactly") \
	X(IDENTITY_REGEXP, "certificate-identity-regexp", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "REGEXP", "the same by RE2 expression, unanchored") \
	X(ISSUER, "certificate-oidc-issuer", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_CONFORMANCE, 0, NULL, "URL", "who must have vouched for that identity, exactly") \
	X(ISSUER_REGEXP, "certificate-oidc-issuer-regexp", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "REGEXP", "the same by RE2 expression, unanchored") \
	X(GITHUB_TRIGGER, "certificate-github-workflow-trigger", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "EVENT", "GitHub: event that started the workflow") \
	X(GITHUB_SHA, "certificate-github-workflow-sha", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "SHA", "GitHub: commit of the workflow") \
	X(GITHUB_NAME, "certificate-github-workflow-name", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "NAME", "GitHub: name of the workflow") \
	X(GITHUB_REPOSITORY, "certificate-github-workflow-repository", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "OWNER/NAME", "GitHub: repository of the workflow") \
	X(GITHUB_REF, "certificate-github-workflow-ref", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "REF", "GitHub: git ref of the workflow") \
	X(EXTENSION, "certificate-extension", 0, LIST, PLOMB_CMDS_VERIFY, 0, NULL, "NAME=VALUE", "any Fulcio extension by name or OID; NAME~=REGEXP too") \
	X(ANNOTATIONS, "annotations", 'a', LIST, PLOMB_CMD_VERIFY | PLOMB_CMD_SIGN, 0, NULL, "KEY=VALUE", "must be on the signature; KEY~=REGEXP too; repeatable") \
	X(ANNOTATIONS_FILE, "annotations-file", 0, LIST, PLOMB_CMD_VERIFY | PLOMB_CMD_SIGN, 0, NULL, "FILE", "annotations as a JSON object or KEY=VALUE lines") \
	X(TYPE, "type", 0, TEXT, PLOMB_CMDS_ATTEST | PLOMB_CMD_VERIFY_ATTESTATION | PLOMB_CMD_VERIFY_BLOB_ATTESTATION, 0, NULL, "TYPE", "predicate type: a short name or a URI (default custom)") \
	X(ANY_PREDICATE, "any-predicate", 0, SWITCH, PLOMB_CMD_VERIFY | PLOMB_CMD_VERIFY_BLOB, 0, NULL, NULL, "take any attestation for a signature, as cosign 3 does") \
	X(CHECK_CLAIMS, "check-claims", 0, SWITCH, PLOMB_CMDS_IMAGE | PLOMB_CMD_VERIFY_BLOB_ATTESTATION, 0, NULL, NULL, "compare what was signed with the artifact (default true)") \
	X(CHECK_CONTENT, "check-content", 0, SWITCH, PLOMB_CMDS_IMAGE | PLOMB_CMD_GATE, 0, NULL, NULL, "hash the image's own blobs too (default true)") \
	X(PLATFORM, "platform", 0, TEXT, PLOMB_CMDS_IMAGE | PLOMB_CMD_TREE, 0, NULL, "OS/ARCH", "the verified index must name this platform; tree: of that manifest") \
	X(LOCAL_IMAGE, "local-image", 0, SWITCH, PLOMB_CMDS_IMAGE | PLOMB_CMD_GATE | PLOMB_CMD_TREE, 0, NULL, NULL, "images are paths of OCI layouts, cosign save directories or tars") \
	X(TRUSTED_ROOT, "trusted-root", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_GATE | PLOMB_CMD_ROOT_SHOW | PLOMB_CMD_CONFORMANCE | PLOMB_CMDS_SIGN | PLOMB_CMD_SIGN_BUNDLE, 0, NULL, "FILE", "trust root (else PLOMB_TRUSTED_ROOT, else the last update, else the public-good one)") \
	X(CERTIFICATE_CHAIN, "certificate-chain", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_ROOT_CREATE, PLOMB_CMDS_SIGN, PLOMB_WHY_OWN_CERTIFICATE, "FILE", "trust this authority instead: PEM, intermediates first, root last") \
	X(CA_ROOTS, "ca-roots", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_ROOT_CREATE, 0, NULL, "FILE", "trust these authorities instead: PEM roots") \
	X(CA_INTERMEDIATES, "ca-intermediates", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_ROOT_CREATE, 0, NULL, "FILE", "intermediates that go with --ca-roots") \
	X(TSA_CHAIN, "timestamp-certificate-chain", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_ROOT_CREATE, 0, NULL, "FILE", "trust this timestamp authority instead: PEM, root last") \
	X(IGNORE_TLOG, "insecure-ignore-tlog", 0, SWITCH, PLOMB_CMDS_VERIFY, 0, NULL, NULL, "do not require a transparency log entry") \
	X(PRIVATE, "private-infrastructure", 0, SWITCH, PLOMB_CMDS_VERIFY, 0, NULL, NULL, "the same") \
	X(IGNORE_SCT, "insecure-ignore-sct", 0, SWITCH, PLOMB_CMDS_VERIFY, 0, NULL, NULL, "do not require that the certificate is in a certificate log") \
	X(SIGNED_TIMESTAMPS, "use-signed-timestamps", 0, SWITCH, PLOMB_CMDS_VERIFY, 0, NULL, NULL, "require an RFC 3161 timestamp (cosign 2's image signatures: if there is one)") \
	X(DIGEST_ALGORITHM, "signature-digest-algorithm", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "HASH", "sha256, sha384 or sha512 only (default: by the key)") \
	X(ALLOW_CHAIN, "allow-certificate-chain", 0, SWITCH, PLOMB_CMDS_VERIFY, 0, NULL, NULL, "a 0.3 bundle may carry a certificate chain") \
	X(NEW_BUNDLE_FORMAT, "new-bundle-format", 0, SWITCH, PLOMB_CMDS_VERIFY | PLOMB_CMDS_SIGN, 0, NULL, NULL, "if false, only cosign 2's formats count (default true: both)") \
	X(OFFLINE, "offline", 0, SWITCH, PLOMB_CMDS_VERIFY, 0, NULL, NULL, "always so: nothing is ever looked up in a log") \
	X(OCI11, "experimental-oci11", 0, SWITCH, PLOMB_CMDS_VERIFY | PLOMB_CMD_TREE, 0, NULL, NULL, "OCI 1.1 referrers are always looked at; tree: not if false") \
	X(REFERRERS_MODE, "registry-referrers-mode", 0, TEXT, PLOMB_CMD_TREE | PLOMB_CMD_SIGN, 0, NULL, "MODE", "oci-1-1 or legacy; sign: where cosign 2's format goes") \
	X(MAX_WORKERS, "max-workers", 0, TEXT, PLOMB_CMDS_VERIFY, 0, NULL, "N", "images verified at a time (default: as many as there are processors, at most 10)") \
	X(REKOR_URL, "rekor-url", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMDS_SIGN, 0, NULL, "URL", "sign: the log (default https://rekor.sigstore.dev); verify: only the default, logs are known by the trust root") \
	X(BUNDLE, "bundle", 0, TEXT, PLOMB_CMDS_BLOB | PLOMB_CMD_CONFORMANCE | PLOMB_CMDS_SIGN | PLOMB_CMD_SIGN_BUNDLE, 0, NULL, "FILE", "the bundle; to sign: where to write it (verify: else FILE.sigstore.json, .sigstore, .sigstore.jsonl)") \
	X(SIGNATURE, "signature", 0, TEXT, PLOMB_CMDS_BLOB, PLOMB_CMDS_IMAGE, "an image's signatures are those attached to it", "FILE", "a detached signature: a file, or base64") \
	X(CERTIFICATE, "certificate", 0, TEXT, PLOMB_CMDS_BLOB, PLOMB_CMDS_IMAGE | PLOMB_CMDS_SIGN, "an image's certificate is the one attached to it; to sign, one comes from --fulcio-url", "FILE", "the signer's certificate, beside --signature") \
	X(RFC3161, "rfc3161-timestamp", 0, TEXT, PLOMB_CMDS_BLOB | PLOMB_CMD_SIGN_BLOB, 0, NULL, "FILE", "cosign 2's timestamp file, beside --signature; to sign: where to write it") \
	X(DIGEST, "digest", 0, TEXT, PLOMB_CMD_VERIFY_BLOB_ATTESTATION | PLOMB_CMD_GATE, 0, NULL, "DIGEST", "of the file, as hex, instead of the file; gate: of the image, as sha256:...") \
	X(NAME, "name", 0, TEXT, PLOMB_CMD_GATE, 0, NULL, "REFERENCE", "what the image is called") \
	X(STDIN_MEDIA_TYPE, "stdin-media-type", 0, TEXT, PLOMB_CMD_GATE, 0, NULL, "TYPE", "standard input is the image's descriptor, of this type") \
	X(OPERATION, "operation", 0, TEXT, PLOMB_CMD_GATE, 0, NULL, "WORD", "what the image is wanted for, pull or run; both are decided alike") \
	X(DIGEST_ALG, "digestAlg", 0, TEXT, PLOMB_CMD_VERIFY_BLOB_ATTESTATION, 0, NULL, "HASH", "of --digest: sha256, sha384 or sha512") \
	X(OUTPUT, "output", 'o', TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMD_SIGN_BLOB | PLOMB_CMD_GATE | PLOMB_CMD_TREE | PLOMB_CMD_INSPECT | PLOMB_CMD_ROOT_SHOW | PLOMB_CMD_VERSION, 0, NULL, "FORMAT", "json, text, or report: every check of every signature; sign-blob: file for the signature") \
	X(JSON, "json", 0, SWITCH, PLOMB_CMD_VERSION, 0, NULL, NULL, "the same as --output json") \
	X(EXPLAIN, "explain", 0, SWITCH, PLOMB_CMDS_VERIFY | PLOMB_CMD_GATE, 0, NULL, NULL, "one line a check on stderr, as on a terminal") \
	X(STAGING, "staging", 0, SWITCH, PLOMB_CMD_CONFORMANCE | PLOMB_CMD_SIGN_BUNDLE, PLOMB_CMDS_UPDATE, "only the public-good root is compiled in; give --mirror and --root", NULL, "needs --trusted-root: only the public-good root is compiled in") \
	X(FULCIO, "fulcio", 0, LIST, PLOMB_CMD_ROOT_CREATE, 0, NULL, "SPEC", "url=...,certificate-chain=FILE[,start-time=...][,end-time=...]") \
	X(REKOR, "rekor", 0, LIST, PLOMB_CMD_ROOT_CREATE, 0, NULL, "SPEC", "url=...,public-key=FILE,start-time=...[,end-time=...][,origin=...]") \
	X(CTFE, "ctfe", 0, LIST, PLOMB_CMD_ROOT_CREATE, 0, NULL, "SPEC", "url=...,public-key=FILE,start-time=...[,end-time=...]") \
	X(TSA, "tsa", 0, LIST, PLOMB_CMD_ROOT_CREATE, 0, NULL, "SPEC", "url=...,certificate-chain=FILE[,start-time=...][,end-time=...]") \
	X(WITH_DEFAULTS, "with-default-services", 0, SWITCH, PLOMB_CMD_ROOT_CREATE, 0, NULL, NULL, "start from the trust root in use") \
	X(NO_DEFAULT_FULCIO, "no-default-fulcio", 0, SWITCH, PLOMB_CMD_ROOT_CREATE, 0, NULL, NULL, "but without its certificate authorities") \
	X(NO_DEFAULT_CTFE, "no-default-ctfe", 0, SWITCH, PLOMB_CMD_ROOT_CREATE, 0, NULL, NULL, "but without its certificate logs") \
	X(NO_DEFAULT_REKOR, "no-default-rekor", 0, SWITCH, PLOMB_CMD_ROOT_CREATE, 0, NULL, NULL, "but without its transparency logs") \
	X(NO_DEFAULT_TSA, "no-default-tsa", 0, SWITCH, PLOMB_CMD_ROOT_CREATE, 0, NULL, NULL, "but without its timestamp authorities") \
	X(OUT, "out", 0, TEXT, PLOMB_CMD_ROOT_CREATE, 0, NULL, "FILE", "where to write the trust root (else stdout)") \
	X(MIRROR, "mirror", 0, TEXT, PLOMB_CMDS_UPDATE, 0, NULL, "URL|DIR", "where the TUF repository is (else as last time, else the public one)") \
	X(MIRROR_CACERT, "mirror-cacert", 0, TEXT, PLOMB_CMDS_UPDATE, 0, NULL, "FILE", "the authorities of a mirror with https: PEM, instead of the system's") \
	X(ROOT, "root", 0, TEXT, PLOMB_CMDS_UPDATE, 0, NULL, "FILE|URL", "begin with this root.json instead of the one that is kept or compiled in") \
	X(ROOT_CHECKSUM, "root-checksum", 0, TEXT, PLOMB_CMDS_UPDATE, 0, NULL, "DIGEST", "of --root, needed if that is a URL: sha256:HEX, or the hex of SHA-512") \
	X(CLOCK, "clock", 0, TEXT, PLOMB_CMDS_VERIFY | PLOMB_CMDS_SIGN | PLOMB_CMD_GATE | PLOMB_CMDS_UPDATE | PLOMB_CMD_ROOT_SHOW, 0, NULL, "CLOCK", "none: the time is not known; system (default); updates: or a time") \
	X(OUTPUT_FILE, "output-file", 0, TEXT, PLOMB_CMDS_ALL, 0, NULL, "FILE", "write there what would go to stdout") \
	X(TIMEOUT, "timeout", 't', TEXT, PLOMB_CMDS_ALL, 0, NULL, "DURATION", "give up after, say, 90s or 3m0s (exit 3)") \
	X(VERBOSE, "verbose", 'd', SWITCH, PLOMB_CMDS_ALL, 0, NULL, NULL, "as --explain") \
	X(HELP, "help", 'h', SWITCH, PLOMB_CMDS_ALL, 0, NULL, NULL, "what a command does, and its options") \
	X(SK, "sk", 0, SWITCH, 0, PLOMB_CMDS_VERIFY | PLOMB_CMDS_SIGN | PLOMB_CMDS_OPEN_KEY, PLOMB_WHY_HARDWARE, NULL, NULL) \
	X(SLOT, "slot", 0, TEXT, 0, PLOMB_CMDS_VERIFY | PLOMB_CMDS_SIGN | PLOMB_CMDS_OPEN_KEY, PLOMB_WHY_HARDWARE, "SLOT", NULL) \
	X(SCT, "sct", 0, TEXT, 0, PLOMB_CMDS_VERIFY, "detached certificate timestamps are not supported", "FILE", NULL) \
	X(POLICY, "policy", 0, LIST, PLOMB_CMD_GATE, PLOMB_CMD_VERIFY_ATTESTATION, "CUE and Rego policies are not evaluated", "FILE", "policy.json (else PLOMB_POLICY, else /etc/containers/policy.json)") \
	X(ATTACHMENT, "attachment", 0, TEXT, 0, PLOMB_CMD_VERIFY | PLOMB_CMD_SIGN, "attachments are not verified, and not signed", "KIND", NULL) \
	X(TAG_PREFIX, "attachment-tag-prefix", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "PREFIX", "what stands in front of sha256-... in the tags of attachments") \
	X(PAYLOAD, "payload", 0, TEXT, 0, PLOMB_CMD_VERIFY | PLOMB_CMD_SIGN, "an image's payloads are made here, or attached to it", "FILE", NULL) \
	X(K8S_KEYCHAIN, "k8s-keychain", 0, SWITCH, 0, PLOMB_CMDS_REGISTRY, "logins come from docker's configuration and its helpers", NULL, NULL) \
	X(ALLOW_HTTP, "allow-http-registry", 0, SWITCH, PLOMB_CMDS_REGISTRY, 0, NULL, NULL, "a registry without TLS may be used (localhost always may)") \
	X(ALLOW_INSECURE, "allow-insecure-registry", 0, SWITCH, PLOMB_CMDS_REGISTRY, 0, NULL, NULL, "believe any certificate of a registry") \
	X(REGISTRY_CACERT, "registry-cacert", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "FILE", "the authorities of registries: PEM, instead of the system's") \
	X(REGISTRY_CLIENT_CERT, "registry-client-cert", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "FILE", "our certificate for the registry: PEM") \
	X(REGISTRY_CLIENT_KEY, "registry-client-key", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "FILE", "and its key: PEM") \
	X(REGISTRY_PASSWORD, "registry-password", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "PASSWORD", "log in with it (else docker's configuration)") \
	X(REGISTRY_SERVER_NAME, "registry-server-name", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "NAME", "the name in the registry's certificate") \
	X(REGISTRY_TOKEN, "registry-token", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "TOKEN", "a bearer token for the registry") \
	X(REGISTRY_USERNAME, "registry-username", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "NAME", "log in as") \
	X(REGISTRY_MIRROR, "registry-mirror", 0, TEXT, PLOMB_CMDS_REGISTRY, 0, NULL, "HOST", "fetch images from there; what they are called stays") \
	PLOMB_OPTION_LIST_SIGN(X)

typedef enum {
#define PLOMB_OPTION_ENUM(id, name, letter, kind, commands, refused, why, value, help) PLOMB_OPTION_##id,
	PLOMB_OPTION_LIST(PLOMB_OPTION_ENUM)
#undef PLOMB_OPTION_ENUM
	PLOMB_OPTION_COUNT
} plomb_option;

/* Options of registries beside --local-image ask for what is not done: PLOMB_USAGE_ERROR. */
PLOMB_MUST_CHECK plomb_status plomb_options_local(const plomb_args *args, plomb_fault *fault);

/* The table, in the order of the enum. */
extern const plomb_arg_spec plomb_option_table[PLOMB_OPTION_COUNT];

/* Parse the program's arguments with the table and cosign's older spellings; as_cosign: the last of several values wins. */
PLOMB_MUST_CHECK plomb_status plomb_options_parse(plomb_args *args, int as_cosign, int argc, char *const *argv, plomb_fault *fault);

typedef enum {
	PLOMB_OUTPUT_JSON = 1,
	PLOMB_OUTPUT_TEXT,
	PLOMB_OUTPUT_REPORT
} plomb_output;

/* What the verify commands were asked, with the small files it names read. */
typedef struct {
	plomb_cmd command;
	plomb_output output;
	int explain;
	const char *key;     /* as given, or NULL */
	plomb_bytes key_pem; /* owned */
	const char *identity, *identity_regexp, *issuer, *issuer_regexp;
	plomb_pairs extensions;  /* owned */
	plomb_pairs annotations; /* owned */
	const char *predicate_type; /* NULL: any */
	plomb_hash digest_algorithm;
	unsigned flags;      /* PLOMB_IGNORE_… */
	int is_tlog_skipped; /* by --insecure-ignore-tlog, of which cosign warns */
	int old_formats_only; /* --new-bundle-format=false */
	int check_content;
	const char *platform;
	unsigned workers; /* --max-workers; 0: not given */
	int now_known; /* --clock */
	plomb_time now;
} plomb_settings;

/*
 * Read the options of a verify command. Everything that is wrong about them
 * is found here, before any input is looked at. The caller frees the
 * settings also after a fault.
 */
PLOMB_MUST_CHECK plomb_status plomb_settings_read(plomb_settings *settings, const plomb_args *args, plomb_cmd command, plomb_fault *fault);
void plomb_settings_free(plomb_settings *settings);

/*
 * The library's policy for these settings; the key and the regular
 * expressions are put in ctx->work. PLOMB_NO_ROOM is returned without a
 * fault, for a caller that grows the buffer and asks again.
 */
PLOMB_MUST_CHECK plomb_status plomb_settings_policy(const plomb_settings *settings, plomb_ctx *ctx, plomb_policy *policy, plomb_fault *fault);

/*
 * The policy for cosign 2's layers: there --use-signed-timestamps has only
 * ever meant that a timestamp, if there is one, is verified.
 */
plomb_policy plomb_settings_layer_policy(const plomb_policy *policy);

/* "slsaprovenance" and the other short names of predicate types; anything else is itself. */
const char *plomb_predicate_type(const char *name);

#endif
