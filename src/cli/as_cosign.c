#include "as_cosign.h"

#include <string.h>

/* see as_cosign.h */
int
plomb_as_cosign(const char *argv0)
{
	const char *name;

	if (argv0 == NULL) {
		return 0;
	}
	name = strrchr(argv0, '/');
	name = name == NULL ? argv0 : name + 1;
	return strcmp(name, "cosign") == 0 || strncmp(name, "cosign-", 7) == 0;
}

/* cosign 2 kept each signature apart; everything else is a bundle, or wanted to be one. */
static int
is_bundle(const plomb_finding *finding)
{
	return finding->format != PLOMB_FORMAT_SIMPLESIGNING && finding->format != PLOMB_FORMAT_DSSE
		&& finding->format != PLOMB_FORMAT_DETACHED;
}

static int
has_bundle(const plomb_judgement *judgement)
{
	size_t i;

	for (i = 0; i < judgement->count; i ++) {
		if (is_bundle(&judgement->finding[i])) {
			return 1;
		}
	}
	return 0;
}

/* A signature is to blame, and not what stands around it. */
static int
is_about_findings(const plomb_judgement *judgement)
{
	return judgement->headline < judgement->count && judgement->class_ != PLOMB_CLASS_UNDECIDED;
}

/* cosign asks for a tag's digest; of a digest it only finds that there is no signature. */
static plomb_class
class_of(const plomb_judgement *judgement)
{
	if (judgement->class_ == PLOMB_CLASS_NO_IMAGE && judgement->full_name != NULL
		&& strchr(judgement->full_name, '@') != NULL)
	{
		return PLOMB_CLASS_NO_SIGNATURE;
	}
	return judgement->class_;
}

/* see as_cosign.h */
int
plomb_cosign_status(const plomb_judgement *judgement, plomb_cmd command)
{
	if (judgement->class_ == PLOMB_CLASS_ACCEPTED) {
		return 0;
	}
	if (command != PLOMB_CMD_VERIFY) {
		return PLOMB_COSIGN_FAILURE;
	}
	switch (class_of(judgement)) {
	case PLOMB_CLASS_NO_SIGNATURE:
		return PLOMB_CLASS_NO_SIGNATURE;
	case PLOMB_CLASS_NO_IMAGE:
		/* A path that is not there is a fault like any other. */
		return judgement->full_name != NULL ? PLOMB_CLASS_NO_IMAGE : PLOMB_COSIGN_FAILURE;
	default:
		return is_about_findings(judgement) && !has_bundle(judgement) ? PLOMB_CLASS_REJECTED : PLOMB_COSIGN_FAILURE;
	}
}

/* -------------------------------------------------------------------- words */

#define NOT_LOGGED "failed to verify log inclusion: not enough verified log entries from transparency log: 0 < 1"
#define NO_LEAF    "leaf certificate verification failed"
#define NO_SCT     "only able to verify 0 SCT entries; unable to meet threshold of 1"
#define NO_ASN1    "invalid signature when validating ASN.1 encoded signature"

/*
 * What scripts and people look for. NULL: cosign has no words of its own for
 * this, or misleading ones. A file's signature that does not verify is told
 * in the words of ECDSA whatever the key, as most keys are.
 */
static const struct {
	plomb_status status;
	const char *layer;  /* of cosign 2's signatures */
	const char *bundle;
	const char *file;   /* of a bundle, about a file's own signature */
} phrases[] = {
	{ PLOMB_ANNOTATION_MISMATCH, "missing or incorrect annotation", "missing or incorrect annotation", NULL },
	{ PLOMB_SIGNATURE_INVALID, NO_ASN1,
		"failed to verify signature: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1",
		"failed to verify signature: could not verify message: " NO_ASN1 },
	{ PLOMB_ARTIFACT_DIGEST_MISMATCH, NO_ASN1, NULL, "failed to verify signature: could not verify message: " NO_ASN1 },
	{ PLOMB_SUBJECT_MISMATCH, "no matching subject digest found",
		"failed to verify signature: provided artifact digest does not match any digest in statement", NULL },
	{ PLOMB_DSSE_SIGNATURE_COUNT, NULL, "failed to verify signature: exactly one signature is required", NULL },
	{ PLOMB_TLOG_ENTRY_MISSING, "offline verification failed", NOT_LOGGED, NOT_LOGGED },
	{ PLOMB_TLOG_LOG_UNKNOWN, "error verifying bundle: verifying bundle with trusted root: rekor log public key not found for payload",
		NOT_LOGGED, NOT_LOGGED },
	{ PLOMB_TLOG_PROMISE_INVALID, "error verifying bundle: verifying bundle with trusted root: unable to verify SET",
		NOT_LOGGED, NOT_LOGGED },
	{ PLOMB_CERT_UNTRUSTED, NO_LEAF, "failed to verify leaf certificate: " NO_LEAF, "failed to verify leaf certificate: " NO_LEAF },
	{ PLOMB_CERT_CA_OUTSIDE_VALIDITY, NO_LEAF, "failed to verify leaf certificate: " NO_LEAF, "failed to verify leaf certificate: " NO_LEAF },
	{ PLOMB_SCT_LOG_UNKNOWN, NO_SCT, "failed to verify signed certificate timestamp: " NO_SCT,
		"failed to verify signed certificate timestamp: " NO_SCT },
	{ PLOMB_CERT_NOT_EXPECTED, NULL, "expected key signature, not certificate", "expected key signature, not certificate" }
};

static const char *
phrase_of(const plomb_finding *finding, plomb_cmd command)
{
	size_t i;

	for (i = 0; i < sizeof phrases / sizeof phrases[0]; i ++) {
		if (phrases[i].status == finding->status) {
			return !is_bundle(finding) ? phrases[i].layer
				: command == PLOMB_CMD_VERIFY_BLOB ? phrases[i].file : phrases[i].bundle;
		}
	}
	return NULL;
}

/* cosign 3's words for a bundle by somebody else. */
static void
put_identity(plomb_text *text, const char *what, const char *pattern, const plomb_finding *finding)
{
	plomb_text_str(text, "failed to verify certificate identity: no matching CertificateIdentity found, last error: expected ");
	plomb_text_str(text, what);
	plomb_text_str(text, pattern != NULL ? " to match regex " : " ");
	plomb_text_quoted(text, pattern != NULL ? plomb_view_of_arg(pattern) : plomb_bytes_view(&finding->want));
	plomb_text_str(text, ", got ");
	plomb_text_quoted(text, plomb_bytes_view(&finding->got));
}

/* cosign 2's for the same. */
static void
put_subject(plomb_text *text, const plomb_finding *finding)
{
	plomb_text_str(text, "none of the expected identities matched what was in the certificate, got subjects [");
	plomb_text_visible(text, plomb_bytes_view(&finding->subject));
	plomb_text_str(text, "]");
	/* Unlike cosign we do not look at the issuer of somebody else's certificate. */
	plomb_text_str(text, finding->issuer.n != 0 ? " with issuer " : "");
	plomb_text_visible(text, plomb_bytes_view(&finding->issuer));
}

/* cosign's words: 0 if it has none. */
static int
put_words(plomb_text *text, const plomb_finding *finding, const plomb_settings *settings)
{
	const char *phrase;
	int is_san;

	is_san = finding->status == PLOMB_IDENTITY_SAN_MISMATCH;
	if (is_san || finding->status == PLOMB_IDENTITY_ISSUER_MISMATCH) {
		if (is_bundle(finding)) {
			put_identity(text, is_san ? "SAN value" : "issuer value",
				is_san ? settings->identity_regexp : settings->issuer_regexp, finding);
			return 1;
		}
		put_subject(text, finding);
		return 1;
	}
	if (finding->status == PLOMB_PAYLOAD_DIGEST_MISMATCH) {
		plomb_text_str(text, "invalid or missing digest in claim: ");
		plomb_text_visible(text, plomb_bytes_view(&finding->got));
		return 1;
	}
	phrase = phrase_of(finding, settings->command);
	plomb_text_str(text, phrase == NULL ? "" : phrase);
	return phrase != NULL;
}

static void
put_reason(plomb_text *text, const plomb_finding *finding, const plomb_settings *settings)
{
	plomb_detail detail;
	int has_words;

	has_words = put_words(text, finding, settings);
	detail = plomb_finding_detail(finding);
	plomb_text_str(text, has_words ? " (" : "");
	plomb_text_str(text, plomb_status_code(finding->status));
	plomb_text_str(text, ": ");
	plomb_sentence(text, finding->status, &detail);
	plomb_text_str(text, has_words ? ")" : "");
}

static void
put_reasons(plomb_text *text, const plomb_judgement *judgement, const plomb_settings *settings)
{
	size_t i;

	for (i = 0; i < judgement->count; i ++) {
		plomb_text_str(text, i == 0 ? "" : has_bundle(judgement) ? "\n" : "\n ");
		put_reason(text, &judgement->finding[i], settings);
	}
}

/* Attestations that are good but of another type: cosign names their types and nothing else. */
static int
put_other_types(plomb_text *text, const plomb_judgement *judgement, const char *type)
{
	size_t i, count;

	count = 0;
	for (i = 0; i < judgement->count; i ++) {
		if (judgement->finding[i].status != PLOMB_PREDICATE_TYPE_MISMATCH) {
			continue;
		}
		if (count == 0) {
			plomb_text_str(text, "none of the attestations matched the predicate type: ");
			plomb_text_visible(text, plomb_view_of_arg(type == NULL ? "custom" : type));
		}
		plomb_text_str(text, count == 0 ? ", found: " : ",");
		plomb_text_visible(text, plomb_bytes_view(&judgement->finding[i].got));
		count ++;
	}
	return count != 0;
}

/* see as_cosign.h */
void
plomb_cosign_message(plomb_text *text, const plomb_judgement *judgement, const plomb_settings *settings, const char *type)
{
	plomb_cmd command;

	command = settings->command;
	if (command == PLOMB_CMD_VERIFY_ATTESTATION && is_about_findings(judgement) && put_other_types(text, judgement, type)) {
		return;
	}
	if (is_about_findings(judgement)) {
		plomb_text_str(text, !judgement->is_image ? "" : command == PLOMB_CMD_VERIFY && !has_bundle(judgement)
			? "no matching signatures: " : "no matching attestations: ");
		put_reasons(text, judgement, settings);
		return;
	}
	switch (plomb_cosign_status(judgement, command)) {
	case PLOMB_CLASS_NO_SIGNATURE:
		plomb_text_str(text, "no signatures found");
		return;
	case PLOMB_CLASS_NO_IMAGE:
		plomb_text_str(text, "image tag not found: ");
		break;
	default:
		plomb_text_str(text, judgement->is_image && judgement->class_ == PLOMB_CLASS_NO_SIGNATURE ? "no matching attestations: " : "");
		break;
	}
	plomb_text_visible(text, plomb_view_of_arg(judgement->name));
	plomb_text_str(text, ": ");
	plomb_text_str(text, plomb_text_cstr(&judgement->sentence));
}

/* see as_cosign.h */
void
plomb_cosign_error(FILE *err, const char *message)
{
	/* The exit status says it too, so a stderr that is closed changes nothing. */
	(void)fprintf(err, "Error: %s\nerror during command execution: %s\n", message, message);
}
