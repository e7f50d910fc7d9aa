/*
 * Mutate one accepted signature in every way of a list and print what is
 * still accepted. One process does a whole signature; sweep.py drives it.
 *
 *	sweep --root F [--key F | --identity T --issuer T] [--annotation K=V]…
 *		[--predicate T] [--flags N] (--artifact F | --digest D)
 *		--kind bundle|simplesigning|envelope|detached --PART F…
 *		[--only PART] [--stride N] [--seed S --count N]
 *
 * PART is payload, signature, certificate, chain, bundle, timestamp. First the
 * unchanged signature must be accepted. Then, for each part: every strict
 * prefix, and one flipped bit in every byte (bit number: offset times 5 modulo
 * 8, so that neighbours differ). --stride N takes every N-th byte;
 * --seed and --count take a random sample of both instead. Output lines:
 * "cut PART LENGTH", "flip PART OFFSET BIT", and a last line
 * "tried N accepted N".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/core/regex.h"
#include "../src/core/work.h"

#define MAX_ANNOTATIONS 32

enum part { PAYLOAD, SIGNATURE, CERTIFICATE, CHAIN, BUNDLE, TIMESTAMP, PARTS };
static const char *const part_names[PARTS] = { "payload", "signature", "certificate", "chain", "bundle", "timestamp" };

struct job {
	plomb_view root, key_pem, part[PARTS], artifact;
	plomb_digest digest;
	int by_digest;
	const char *kind;
	const char *only;
	plomb_policy policy;
	plomb_want annotations[MAX_ANNOTATIONS];
	unsigned long stride, seed, count;
	plomb_work work;
	plomb_trust trust;
	plomb_key key;
	size_t mark;
};

static void
die(const char *what, const char *which)
{
	fprintf(stderr, "sweep: %s %s\n", what, which);
	exit(2);
}

static plomb_view
load(const char *path)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes;
	plomb_view view;
	long n;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (n = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) {
		die("cannot read", path);
	}
	bytes = malloc((size_t)n + 1);
	if (bytes == NULL || fread(bytes, 1, (size_t)n, file) != (size_t)n) {
		die("cannot read", path);
	}
	fclose(file);
	view.p = bytes;
	view.n = (size_t)n;
	return view;
}

static void
add_annotation(struct job *job, const char *text)
{
	const char *equals = strchr(text, '=');
	plomb_want *want = &job->annotations[job->policy.annotation_count];

	if (equals == NULL || job->policy.annotation_count == MAX_ANNOTATIONS) {
		die("bad annotation", text);
	}
	want->name.p = (const unsigned char *)text;
	want->name.n = (size_t)(equals - text);
	want->value.exact = plomb_view_of(equals + 1);
	job->policy.annotation_count ++;
	job->policy.annotations = job->annotations;
}

static void
option(struct job *job, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < PARTS; i ++) {
		if (strcmp(name, part_names[i]) == 0) {
			job->part[i] = load(value);
			return;
		}
	}
	if (strcmp(name, "root") == 0) {
		job->root = load(value);
	} else if (strcmp(name, "key") == 0) {
		job->key_pem = load(value);
	} else if (strcmp(name, "identity") == 0) {
		job->policy.identity.exact = plomb_view_of(value);
	} else if (strcmp(name, "issuer") == 0) {
		job->policy.issuer.exact = plomb_view_of(value);
	} else if (strcmp(name, "annotation") == 0) {
		add_annotation(job, value);
	} else if (strcmp(name, "predicate") == 0) {
		job->policy.predicate_type = plomb_view_of(value);
	} else if (strcmp(name, "flags") == 0) {
		job->policy.flags = (unsigned)strtoul(value, NULL, 0);
	} else if (strcmp(name, "artifact") == 0) {
		job->artifact = load(value);
	} else if (strcmp(name, "digest") == 0) {
		job->by_digest = 1;
		if (plomb_digest_parse(plomb_view_of(value), &job->digest) != PLOMB_OK) {
			die("bad digest", value);
		}
	} else if (strcmp(name, "kind") == 0) {
		job->kind = value;
	} else if (strcmp(name, "only") == 0) {
		job->only = value;
	} else if (strcmp(name, "stride") == 0) {
		job->stride = strtoul(value, NULL, 10);
	} else if (strcmp(name, "seed") == 0) {
		job->seed = strtoul(value, NULL, 10);
	} else if (strcmp(name, "count") == 0) {
		job->count = strtoul(value, NULL, 10);
	} else {
		die("unknown option", name);
	}
}

static plomb_status
verify(struct job *job, plomb_ctx *ctx, plomb_message *artifact, plomb_verdict *verdict)
{
	plomb_layer layer;

	if (strcmp(job->kind, "bundle") == 0) {
		return plomb_verify_bundle(ctx, &job->trust, &job->policy, artifact, job->part[BUNDLE], verdict);
	}
	layer.payload = job->part[PAYLOAD];
	layer.signature = job->part[SIGNATURE];
	layer.certificate = job->part[CERTIFICATE];
	layer.chain = job->part[CHAIN];
	layer.bundle = job->part[BUNDLE];
	layer.timestamp = job->part[TIMESTAMP];
	if (strcmp(job->kind, "simplesigning") == 0) {
		return plomb_verify_simplesigning(ctx, &job->trust, &job->policy, artifact, &layer, verdict);
	}
	if (strcmp(job->kind, "envelope") == 0) {
		return plomb_verify_envelope(ctx, &job->trust, &job->policy, artifact, &layer, verdict);
	}
	return plomb_verify_detached(ctx, &job->trust, &job->policy, artifact, &layer, verdict);
}

/* 1 if the job's parts, as they are now, are accepted. */
static int
accepted(struct job *job)
{
	plomb_message artifact;
	plomb_verdict verdict;
	plomb_ctx ctx = { &job->work, &plomb_crypto_default, NULL };
	plomb_status s;

	if (job->by_digest) {
		plomb_message_from_digest(&artifact, &job->digest);
	} else {
		plomb_message_from_bytes(&artifact, job->artifact);
	}
	s = verify(job, &ctx, &artifact, &verdict);
	plomb_work_release(&job->work, job->mark);
	if (s == PLOMB_NO_ROOM || s == PLOMB_INTERNAL_ERROR || s == PLOMB_UNSET) {
		die("a mutation ended in", plomb_status_code(s));
	}
	return plomb_accepted(&verdict) && s == PLOMB_OK;
}

static void
start(struct job *job)
{
	size_t size = 64u << 20;
	plomb_ctx ctx = { &job->work, &plomb_crypto_default, NULL };

	plomb_work_init(&job->work, malloc(size), size);
	if (plomb_trust_load(&ctx, job->root, &job->trust) != PLOMB_OK) {
		die("the trust root", "does not load");
	}
	if (job->key_pem.p != NULL) {
		if (plomb_key_from_pem(&ctx, job->key_pem, &job->key) != PLOMB_OK) {
			die("the key", "does not load");
		}
		job->policy.key = &job->key;
	}
	job->mark = plomb_work_mark(&job->work);
	if (!accepted(job)) {
		die("not accepted as it is:", job->kind);
	}
}

struct totals {
	unsigned long tried, accepted;
};

static void
cut(struct job *job, size_t part, size_t length, struct totals *totals)
{
	size_t whole = job->part[part].n;

	job->part[part].n = length;
	totals->tried ++;
	if (accepted(job)) {
		totals->accepted ++;
		printf("cut %s %lu\n", part_names[part], (unsigned long)length);
	}
	job->part[part].n = whole;
}

static void
flip(struct job *job, size_t part, size_t offset, unsigned bit, struct totals *totals)
{
	/* The bytes came from load(), so they may be written. */
	unsigned char *bytes = (unsigned char *)(size_t)job->part[part].p;

	bytes[offset] ^= (unsigned char)(1u << bit);
	totals->tried ++;
	if (accepted(job)) {
		totals->accepted ++;
		printf("flip %s %lu %u\n", part_names[part], (unsigned long)offset, bit);
	}
	bytes[offset] ^= (unsigned char)(1u << bit);
}

static void
sweep_all(struct job *job, size_t part, struct totals *totals)
{
	size_t i;

	for (i = 0; i < job->part[part].n; i += job->stride) {
		cut(job, part, i, totals);
		flip(job, part, i, (unsigned)(i * 5 % 8), totals);
	}
}

static unsigned long
random_below(unsigned long *state, unsigned long limit)
{
	*state = (*state * 1103515245u + 12345u) & 0x7fffffffu;
	return (*state >> 3) % limit;
}

static void
sweep_sample(struct job *job, size_t part, struct totals *totals)
{
	unsigned long i, n = (unsigned long)job->part[part].n;

	for (i = 0; i < job->count; i ++) {
		cut(job, part, random_below(&job->seed, n), totals);
		flip(job, part, random_below(&job->seed, n), (unsigned)random_below(&job->seed, 8), totals);
	}
}

int
main(int argc, char **argv)
{
	static struct job job;
	struct totals totals = { 0, 0 };
	size_t part;
	int i;

	job.stride = 1;
	for (i = 1; i + 1 < argc; i += 2) {
		if (strncmp(argv[i], "--", 2) != 0) {
			die("not an option", argv[i]);
		}
		option(&job, argv[i] + 2, argv[i + 1]);
	}
	if (job.kind == NULL || job.root.p == NULL || job.stride == 0) {
		die("wanted are", "--root and --kind");
	}
	start(&job);
	for (part = 0; part < PARTS; part ++) {
		if (job.part[part].n == 0 || (job.only != NULL && strcmp(job.only, part_names[part]) != 0)) {
			continue;
		}
		if (job.count != 0) {
			sweep_sample(&job, part, &totals);
		} else {
			sweep_all(&job, part, &totals);
		}
	}
	printf("tried %lu accepted %lu\n", totals.tried, totals.accepted);
	return 0;
}
