/* see payload.h */
#include "payload.h"

#include "../core/base64.h"
#include "../core/dsse.h"
#include "../core/json.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define SIGN_PREDICATE "https://sigstore.dev/cosign/sign/v1"
#define SIMPLESIGNING_TYPE "cosign container image signature"

static int
compare(plomb_view a, plomb_view b)
{
	int order;

	order = a.n == 0 || b.n == 0 ? 0 : memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	return order != 0 ? order : a.n < b.n ? -1 : a.n > b.n;
}

/*
 * The next annotation by name: the smallest above after, and of those with
 * one name the last. NULL at the end. There are few, so nothing is sorted.
 */
static const plomb_annotation *
next_by_name(const plomb_annotation *annotations, size_t count, const plomb_annotation *after)
{
	const plomb_annotation *next;
	size_t i;

	next = NULL;
	for (i = 0; i < count; i ++) {
		const plomb_annotation *a;

		a = &annotations[i];
		if (after != NULL && compare(a->name, after->name) <= 0) {
			continue;
		}
		if (next == NULL || compare(a->name, next->name) <= 0) {
			next = a;
		}
	}
	return next;
}

static void
write_annotations(plomb_writer *writer, const plomb_annotation *annotations, size_t count)
{
	const plomb_annotation *a;
	int is_first;

	plomb_write_str(writer, "{");
	is_first = 1;
	for (a = next_by_name(annotations, count, NULL); a != NULL; a = next_by_name(annotations, count, a)) {
		plomb_write_str(writer, is_first ? "" : ",");
		is_first = 0;
		plomb_write_json(writer, a->name);
		plomb_write_str(writer, ":");
		plomb_write_json(writer, a->value);
	}
	plomb_write_str(writer, "}");
}

static void
write_hash(plomb_writer *writer, const plomb_digest *digest)
{
	plomb_view bytes;

	bytes.p = digest->bytes;
	bytes.n = plomb_hash_len(digest->hash);
	plomb_write_hex(writer, bytes);
}

static void
write_statement_start(plomb_writer *writer)
{
	plomb_write_str(writer, "{\"_type\":\"" STATEMENT_TYPE "\",\"subject\":[{");
}

static void
write_digest(plomb_writer *writer, const plomb_digest *digest)
{
	plomb_write_str(writer, "\"digest\":{\"");
	plomb_write_str(writer, plomb_hash_name(digest->hash));
	plomb_write_str(writer, "\":\"");
	write_hash(writer, digest);
	plomb_write_str(writer, "\"}");
}

/* see payload.h */
plomb_status
plomb_payload_statement(plomb_work *work, const plomb_digest *image, const plomb_annotation *annotations, size_t count, plomb_view *payload)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, work);
	write_statement_start(&writer);
	write_digest(&writer, image);
	if (count != 0) {
		plomb_write_str(&writer, ",\"annotations\":");
		write_annotations(&writer, annotations, count);
	}
	plomb_write_str(&writer, "}],\"predicateType\":\"" SIGN_PREDICATE "\",\"predicate\":{}}");
	return plomb_writer_end(&writer, payload);
}

/* see payload.h */
plomb_status
plomb_payload_attestation(plomb_work *work, plomb_view name, const plomb_digest *digest, plomb_view predicate_type,
	plomb_view predicate, plomb_view *payload)
{
	plomb_writer writer;
	plomb_json doc;
	plomb_status s;
	size_t mark;

	payload->p = NULL;
	payload->n = 0;
	/* What a verifier would refuse is not signed. */
	mark = plomb_work_mark(work);
	s = plomb_json_parse(work, predicate, &doc);
	plomb_work_release(work, mark);
	if (s != PLOMB_OK) {
		return s;
	}
	plomb_writer_begin(&writer, work);
	write_statement_start(&writer);
	plomb_write_str(&writer, "\"name\":");
	plomb_write_json(&writer, name);
	plomb_write_str(&writer, ",");
	write_digest(&writer, digest);
	plomb_write_str(&writer, "}],\"predicateType\":");
	plomb_write_json(&writer, predicate_type);
	plomb_write_str(&writer, ",\"predicate\":");
	plomb_write_view(&writer, predicate);
	plomb_write_str(&writer, "}");
	return plomb_writer_end(&writer, payload);
}

/* see payload.h */
plomb_status
plomb_payload_simplesigning(plomb_work *work, plomb_view repository, const plomb_digest *image,
	const plomb_annotation *annotations, size_t count, plomb_view *payload)
{
	plomb_writer writer;

	plomb_writer_begin(&writer, work);
	plomb_write_str(&writer, "{\"critical\":{\"identity\":{\"docker-reference\":");
	plomb_write_json(&writer, repository);
	plomb_write_str(&writer, "},\"image\":{\"docker-manifest-digest\":\"");
	plomb_write_str(&writer, plomb_hash_name(image->hash));
	plomb_write_str(&writer, ":");
	write_hash(&writer, image);
	plomb_write_str(&writer, "\"},\"type\":\"" SIMPLESIGNING_TYPE "\"},\"optional\":");
	if (count == 0) {
		plomb_write_str(&writer, "null");
	} else {
		write_annotations(&writer, annotations, count);
	}
	plomb_write_str(&writer, "}");
	return plomb_writer_end(&writer, payload);
}

/* see payload.h */
plomb_status
plomb_payload_pae(plomb_work *work, plomb_view payload_type, plomb_view payload, plomb_message *message)
{
	unsigned char *scratch;

	plomb_message_start(message);
	scratch = plomb_work_take(work, PLOMB_PAE_SCRATCH);
	if (scratch == NULL) {
		return PLOMB_NO_ROOM;
	}
	plomb_dsse_pae(payload_type, payload, scratch, message);
	return PLOMB_OK;
}
