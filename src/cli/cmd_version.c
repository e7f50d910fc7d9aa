/* plomb version: the release, and what is compiled in with which limits. */
#include "app.h"
#include "as_cosign.h"
#include "json_out.h"
#include "room.h"

#include "../../port/http.h"
#include "workers.h"

#ifndef PLOMB_PROFILE
#define PLOMB_PROFILE "offline"
#endif

#define LIMIT_LIST(X) \
	X("bundleBytes", PLOMB_MAX_BUNDLE_BYTES) \
	X("inputBytes", PLOMB_MAX_INPUT_BYTES) \
	X("workBytes", PLOMB_ROOM_MOST) \
	X("entries", PLOMB_MAX_ENTRIES) \
	X("timestamps", PLOMB_MAX_TIMESTAMPS) \
	X("chainCertificates", PLOMB_MAX_CHAIN) \
	X("signatureBytes", PLOMB_MAX_SIGNATURE_BYTES) \
	X("certificateBytes", PLOMB_MAX_CERT_BYTES) \
	X("proofHashes", PLOMB_MAX_PROOF_HASHES) \
	X("checkpointBytes", PLOMB_MAX_CHECKPOINT_BYTES) \
	X("checkpointLines", PLOMB_MAX_CHECKPOINT_LINES) \
	X("timestampBytes", PLOMB_MAX_TSR_BYTES) \
	X("subjects", PLOMB_MAX_SUBJECTS) \
	X("digestsPerSubject", PLOMB_MAX_DIGESTS) \
	X("jsonDepth", PLOMB_MAX_JSON_DEPTH) \
	X("logs", PLOMB_MAX_LOGS) \
	X("authorities", PLOMB_MAX_AUTHORITIES) \
	X("signatureChecks", PLOMB_MAX_SIGNATURE_CHECKS) \
	X("patternBytes", PLOMB_MAX_PATTERN_BYTES) \
	X("patternStates", PLOMB_MAX_PATTERN_STATES) \
	X("workers", PLOMB_MAX_WORKERS)

static const struct {
	const char *name;
	int64_t value;
} limits[] = {
#define LIMIT_ROW(name, value) { name, (int64_t)(value) },
	LIMIT_LIST(LIMIT_ROW)
#undef LIMIT_ROW
};

/* Pairs of names and values, and where each group starts. */
static const char *const backends[][2] = {
	{ "x509", "BearSSL" },
	{ "hash", "BearSSL" },
	{ "ecdsa", "BearSSL" },
	{ "rsa", "BearSSL" },
	{ "ed25519", "libsodium" },
	{ "json", "jsmn" },
	{ "http", plomb_http_backend },
	{ "threads", plomb_threads_backend }
};

static void
write_json(plomb_text *text)
{
	plomb_json_out out;
	size_t i;

	plomb_json_out_init(&out, text, "  ");
	plomb_json_object(&out);
	plomb_json_pair_str(&out, "version", PLOMB_VERSION);
	plomb_json_pair_str(&out, "profile", PLOMB_PROFILE);
	plomb_json_key(&out, "backends");
	plomb_json_object(&out);
	for (i = 0; i < sizeof backends / sizeof backends[0]; i ++) {
		plomb_json_pair_str(&out, backends[i][0], backends[i][1]);
	}
	plomb_json_object_end(&out);
	plomb_json_key(&out, "limits");
	plomb_json_object(&out);
	for (i = 0; i < sizeof limits / sizeof limits[0]; i ++) {
		plomb_json_key(&out, limits[i].name);
		plomb_json_put_number(&out, limits[i].value);
	}
	plomb_json_object_end(&out);
	plomb_json_object_end(&out);
	plomb_text_str(text, "\n");
}

static void
write_text(plomb_text *text)
{
	size_t i;

	plomb_text_str(text, "plomb " PLOMB_VERSION " (" PLOMB_PROFILE ")\n");
	for (i = 0; i < sizeof backends / sizeof backends[0]; i ++) {
		plomb_text_str(text, i == 0 ? "backends:" : ",");
		plomb_text_str(text, " ");
		plomb_text_str(text, backends[i][0]);
		plomb_text_str(text, " ");
		plomb_text_str(text, backends[i][1]);
	}
	plomb_text_str(text, "\n");
}

/*
 * What scripts read of cosign's version: its behaviour is that release's, and
 * what is behind the "+" (SemVer's build metadata) says that we are not it.
 */
static const struct {
	const char *json;
	const char *text;
	const char *value;
} cosign[] = {
	{ "gitVersion", "GitVersion:    ", PLOMB_COSIGN_VERSION "+plomb." PLOMB_VERSION },
	{ "gitCommit", "GitCommit:     ", "unknown" },
	{ "gitTreeState", "GitTreeState:  ", "unknown" },
	{ "buildDate", "BuildDate:     ", "unknown" },
	{ "goVersion", "GoVersion:     ", "none" },
	{ "compiler", "Compiler:      ", "cc" },
	{ "platform", "Platform:      ", "unknown" }
};

static void
write_cosign_json(plomb_text *text)
{
	plomb_json_out out;
	size_t i;

	plomb_json_out_init(&out, text, "  ");
	plomb_json_object(&out);
	for (i = 0; i < sizeof cosign / sizeof cosign[0]; i ++) {
		plomb_json_pair_str(&out, cosign[i].json, cosign[i].value);
	}
	plomb_json_object_end(&out);
	plomb_text_str(text, "\n");
}

static void
write_cosign_text(plomb_text *text)
{
	size_t i;

	plomb_text_str(text, "cosign: plomb " PLOMB_VERSION " (" PLOMB_PROFILE "), started under this name\n\n");
	for (i = 0; i < sizeof cosign / sizeof cosign[0]; i ++) {
		plomb_text_str(text, cosign[i].text);
		plomb_text_str(text, cosign[i].value);
		plomb_text_str(text, "\n");
	}
}

/* see app.h */
int
plomb_cmd_version(plomb_app *app, plomb_cmd command)
{
	const char *output;
	plomb_text text;
	plomb_fault fault;
	int is_json;

	(void)command;
	output = plomb_args_text(app->args, PLOMB_OPTION_OUTPUT);
	is_json = plomb_args_on(app->args, PLOMB_OPTION_JSON, 0) || (output != NULL && strcmp(output, "json") == 0);
	if (output != NULL && !is_json && strcmp(output, "text") != 0) {
		plomb_fault_init(&fault);
		(void)plomb_fail(&fault, PLOMB_USAGE_ERROR, "--output: ", output, " is neither json nor text", (const char *)NULL);
		return plomb_app_fail(app, NULL, &fault);
	}
	plomb_text_init(&text);
	if (app->is_cosign) {
		(is_json ? write_cosign_json : write_cosign_text)(&text);
		return plomb_app_say(app, &text);
	}
	(is_json ? write_json : write_text)(&text);
	return plomb_app_say(app, &text);
}
