#include "artifact.h"

#include <string.h>

#include "../core/hash.h"
#include "patient.h"

static plomb_status
hash_pieces(const plomb_files *files, plomb_file *file, plomb_digest *digest)
{
	unsigned char piece[16384];
	plomb_hasher hasher;
	plomb_view bytes;

	plomb_hasher_init(&hasher, &plomb_crypto_default, digest->hash);
	bytes.p = piece;
	for (;;) {
		plomb_status s;

		s = files->read(files, file, piece, sizeof piece, &bytes.n);
		if (s != PLOMB_OK) {
			return s;
		}
		if (bytes.n == 0) {
			plomb_hasher_out(&hasher, digest->bytes);
			return PLOMB_OK;
		}
		plomb_hasher_update(&hasher, bytes);
	}
}

static plomb_status
hash_open(plomb_file *file, plomb_progress *progress, plomb_digest *digest)
{
	plomb_counted_files counted;
	plomb_status s;

	plomb_counted_files_init(&counted, progress);
	plomb_progress_begin(progress, 1);
	plomb_progress_expect(progress, file->size);
	s = hash_pieces(&counted.files, file, digest);
	plomb_progress_end(progress);
	return s;
}

/* Open a file or stream that can be an artifact. */
static plomb_status
open_path(const char *path, plomb_file *file, plomb_fault *fault)
{
	plomb_status s;

	s = plomb_files_patient.open(&plomb_files_patient, path, 0, file);
	if (s == PLOMB_UNSET) {
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": no such file", (const char *)NULL);
	}
	if (s != PLOMB_OK) {
		return plomb_file_fault(fault, path, file);
	}
	if (file->kind == PLOMB_FILE_DIRECTORY) {
		plomb_files_patient.close(&plomb_files_patient, file);
		return plomb_fail(fault, PLOMB_IO_ERROR, path, ": is a directory", (const char *)NULL);
	}
	return PLOMB_OK;
}

/* The digest of a file by its name, under digest->hash. */
static plomb_status
hash_file(const char *path, plomb_progress *progress, plomb_digest *digest, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	if ((s = open_path(path, &file, fault)) != PLOMB_OK) {
		return s;
	}
	s = hash_open(&file, progress, digest);
	if (s != PLOMB_OK) {
		s = plomb_file_fault(fault, path, &file);
	}
	plomb_files_patient.close(&plomb_files_patient, &file);
	return s;
}

static plomb_status
hash_regular(plomb_artifact *artifact, plomb_file *file, plomb_fault *fault)
{
	if (hash_open(file, artifact->progress, &artifact->shown) != PLOMB_OK) {
		return plomb_file_fault(fault, artifact->path, file);
	}
	plomb_message_from_digest(&artifact->message, &artifact->shown);
	return PLOMB_OK;
}

/* A stream can be read only once, and nobody knows yet what a signature will ask of it. */
static plomb_status
read_stream(plomb_artifact *artifact, plomb_file *file, plomb_fault *fault)
{
	const unsigned char *digest;
	plomb_status s;

	s = plomb_read_rest(&artifact->bytes, file, artifact->path, PLOMB_MAX_INPUT_BYTES, fault);
	if (s != PLOMB_OK) {
		return s;
	}
	plomb_message_from_bytes(&artifact->message, plomb_bytes_view(&artifact->bytes));
	digest = plomb_message_digest(&artifact->message, &plomb_crypto_default, PLOMB_SHA256);
	memcpy(artifact->shown.bytes, digest, plomb_hash_len(PLOMB_SHA256));
	return PLOMB_OK;
}

/* "sha256:…", good or bad. */
static int
is_meant_as_digest(const char *argument)
{
	size_t digits;

	if (strncmp(argument, "sha", 3) != 0) {
		return 0;
	}
	digits = strspn(argument + 3, "0123456789");
	return digits != 0 && argument[3 + digits] == ':';
}

/* see artifact.h */
plomb_status
plomb_artifact_open(plomb_artifact *artifact, const char *argument, plomb_progress *progress, plomb_fault *fault)
{
	plomb_file file;
	plomb_status s;

	memset(artifact, 0, sizeof *artifact);
	artifact->progress = progress;
	if (is_meant_as_digest(argument) && !plomb_file_exists(argument)) {
		if (plomb_digest_parse(plomb_view_of_arg(argument), &artifact->shown) != PLOMB_OK) {
			return plomb_fail(fault, PLOMB_USAGE_ERROR, argument, ": there is no such file, and it is not a digest: "
				"sha256, sha384 or sha512, a colon, and all of its digits in lower case", (const char *)NULL);
		}
		plomb_message_from_digest(&artifact->message, &artifact->shown);
		return PLOMB_OK;
	}
	artifact->path = argument;
	if ((s = open_path(argument, &file, fault)) != PLOMB_OK) {
		return s;
	}
	artifact->shown.hash = PLOMB_SHA256;
	/* Standard input that is a file may have been read from before. */
	s = file.kind == PLOMB_FILE_REGULAR && strcmp(argument, "-") != 0
		? hash_regular(artifact, &file, fault) : read_stream(artifact, &file, fault);
	plomb_files_patient.close(&plomb_files_patient, &file);
	return s;
}

/* see artifact.h */
void
plomb_artifact_from_digest(plomb_artifact *artifact, const plomb_digest *digest)
{
	memset(artifact, 0, sizeof *artifact);
	artifact->shown = *digest;
	plomb_message_from_digest(&artifact->message, digest);
}

/* see artifact.h */
void
plomb_artifact_free(plomb_artifact *artifact)
{
	plomb_bytes_free(&artifact->bytes);
}

static int
is_known(const plomb_artifact *artifact, plomb_hash hash)
{
	return artifact->bytes.p != NULL || (artifact->message.known & (1u << hash)) != 0;
}

/* see artifact.h */
plomb_status
plomb_artifact_add_hash(plomb_artifact *artifact, plomb_hash hash, plomb_fault *fault)
{
	plomb_digest digest;
	plomb_status s;

	if (artifact->path == NULL || hash == PLOMB_HASH_NONE || is_known(artifact, hash)) {
		return PLOMB_UNSET;
	}
	digest.hash = hash;
	if ((s = hash_file(artifact->path, artifact->progress, &digest, fault)) != PLOMB_OK) {
		return s;
	}
	plomb_message_add_digest(&artifact->message, &digest);
	return PLOMB_OK;
}

/* see artifact.h */
plomb_status
plomb_artifact_add_bytes(plomb_artifact *artifact, plomb_fault *fault)
{
	plomb_status s;

	if (artifact->path == NULL || artifact->bytes.p != NULL) {
		return PLOMB_UNSET;
	}
	s = plomb_read_file(&artifact->bytes, artifact->path, PLOMB_MAX_INPUT_BYTES, fault);
	if (s == PLOMB_OK) {
		plomb_message_from_bytes(&artifact->message, plomb_bytes_view(&artifact->bytes));
	}
	return s;
}
