/* see app.h: the table of commands. */
#include "app.h"

static const plomb_command table[] = {
	{ PLOMB_CMD_VERIFY, "verify", "IMAGE... | --local-image PATH[:TAG|@DIGEST]...", "verify the signatures of images", plomb_cmd_verify },
	{ PLOMB_CMD_VERIFY_ATTESTATION, "verify-attestation", "IMAGE... | --local-image PATH[:TAG|@DIGEST]...", "verify attestations about images", plomb_cmd_verify },
	{ PLOMB_CMD_VERIFY_BLOB, "verify-blob", "FILE|DIGEST", "verify the signature of a file", plomb_cmd_blob },
	{ PLOMB_CMD_VERIFY_BLOB_ATTESTATION, "verify-blob-attestation", "[FILE|DIGEST]", "verify an attestation about a file", plomb_cmd_blob },
	{ PLOMB_CMD_GATE, "gate", "-name REFERENCE -digest DIGEST", "allow or refuse an image by policy.json, as containerd's verifier plugin", plomb_cmd_gate },
	{ PLOMB_CMD_INSPECT, "inspect", "BUNDLE", "show what a bundle says, without verifying it", plomb_cmd_inspect },
	{ PLOMB_CMD_TREE, "tree", "IMAGE | --local-image PATH[:TAG|@DIGEST]", "show what hangs on an image, without verifying it", plomb_cmd_tree },
	{ PLOMB_CMD_ROOT_SHOW, "trusted-root show", "", "show the trust root in use", plomb_cmd_trusted_root },
	{ PLOMB_CMD_ROOT_CREATE, "trusted-root create", "", "make a trust root from PEM files", plomb_cmd_trusted_root },
	{ PLOMB_CMD_ROOT_UPDATE, "trusted-root update", "", "bring the trust root up to date from a mirror", plomb_cmd_initialize },
	{ PLOMB_CMD_INITIALIZE, "initialize", "", "the same, as cosign calls it", plomb_cmd_initialize },
	{ PLOMB_CMD_CONFORMANCE, "conformance verify-bundle", "FILE|DIGEST", "the client protocol of sigstore-conformance", plomb_cmd_conformance },
	{ PLOMB_CMD_CONFORMANCE, "verify-bundle", "FILE|DIGEST", "the same", plomb_cmd_conformance },
#if PLOMB_SIGN
	{ PLOMB_CMD_SIGN, "sign", "IMAGE...", "sign images", plomb_cmd_sign_image },
	{ PLOMB_CMD_ATTEST, "attest", "IMAGE...", "attest something about images", plomb_cmd_sign_image },
	{ PLOMB_CMD_SIGN_BLOB, "sign-blob", "FILE", "sign a file", plomb_cmd_sign_blob },
	{ PLOMB_CMD_ATTEST_BLOB, "attest-blob", "FILE", "attest something about a file", plomb_cmd_sign_blob },
	{ PLOMB_CMD_SIGN_BUNDLE, "conformance sign-bundle", "FILE", "the client protocol of sigstore-conformance", plomb_cmd_sign_blob },
	{ PLOMB_CMD_SIGN_BUNDLE, "sign-bundle", "FILE", "the same", plomb_cmd_sign_blob },
	{ PLOMB_CMD_GENERATE_KEY, "generate-key-pair", "", "make a key pair for signing", plomb_cmd_keys },
	{ PLOMB_CMD_IMPORT_KEY, "import-key-pair", "", "make a key pair of a private key in PEM", plomb_cmd_keys },
	{ PLOMB_CMD_PUBLIC_KEY, "public-key", "", "the public half of a private key", plomb_cmd_keys },
#endif
	{ PLOMB_CMD_VERSION, "version", "", "the release and what is compiled in", plomb_cmd_version },
	{ PLOMB_CMD_HELP, "help", "[COMMAND]", "what commands do, and their options", plomb_cmd_help }
};

/* Commands of plomb or cosign that this build does not have. */
static const char *const others[] = {
#if !PLOMB_SIGN
	"sign", "attest", "sign-blob", "attest-blob", "conformance sign-bundle", "sign-bundle",
	"generate-key-pair", "import-key-pair", "public-key",
#endif
	"completion",
	"attach", "bundle", "clean", "copy", "dockerfile", "download", "env", "generate", "load", "login", "manifest",
	"pkcs11-tool", "piv-tool", "save", "signing-config", "triangulate", "upload"
};

/* see app.h */
const plomb_command *
plomb_command_at(size_t i)
{
	return i < sizeof table / sizeof table[0] ? &table[i] : NULL;
}

/* How many words the name has if the words start with it; else 0. */
static size_t
words_match(const char *name, const char *const *words, size_t count)
{
	size_t used;

	for (used = 0; used < count; used ++) {
		size_t n;

		n = strlen(words[used]);
		if (strncmp(name, words[used], n) != 0) {
			return 0;
		}
		if (name[n] == 0) {
			return used + 1;
		}
		if (name[n] != ' ') {
			return 0;
		}
		name += n + 1;
	}
	return 0;
}

/* see app.h */
const plomb_command *
plomb_command_find(const char *const *words, size_t count, size_t *used, const char **later)
{
	size_t i;

	*later = NULL;
	for (i = 0; i < sizeof table / sizeof table[0]; i ++) {
		*used = words_match(table[i].name, words, count);
		if (*used != 0) {
			return &table[i];
		}
	}
	for (i = 0; i < sizeof others / sizeof others[0]; i ++) {
		if (words_match(others[i], words, count) != 0) {
			*later = others[i];
			break;
		}
	}
	*used = 0;
	return NULL;
}
