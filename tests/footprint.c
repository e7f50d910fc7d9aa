/*
 * How much stack and workspace one whole verification takes: a thread
 * whose stack was painted runs it, and the deepest changed byte tells.
 * Prints "STACK TRUST-WORKSPACE WORKSPACE".
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/plomb.h"

#define STACK (256 * 1024)

static unsigned char bundle[1 << 20], root[1 << 20], buffer[1 << 18];
static plomb_work work;
static plomb_verdict verdict;
static size_t trust_bytes;

static plomb_view
load(const char *path, unsigned char *out, size_t size)
{
	FILE *file = fopen(path, "rb");
	plomb_view view = { out, 0 };

	if (file == NULL) {
		exit(2);
	}
	view.n = fread(out, 1, size, file);
	fclose(file);
	return view;
}

__attribute__((noinline)) static void
verify(plomb_view input, plomb_view trust_text)
{
	static const char identity[] = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
		".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
	static const char issuer[] = "https://token.actions.githubusercontent.com";
	static plomb_trust trust;
	static plomb_policy policy;
	static plomb_message artifact;
	static plomb_digest digest;
	static plomb_ctx ctx;
	plomb_view name = PLOMB_LIT("sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf");

	policy.identity.exact.p = (const unsigned char *)identity;
	policy.identity.exact.n = sizeof identity - 1;
	policy.issuer.exact.p = (const unsigned char *)issuer;
	policy.issuer.exact.n = sizeof issuer - 1;
	plomb_work_init(&work, buffer, sizeof buffer);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	if (plomb_digest_parse(name, &digest) != PLOMB_OK || plomb_trust_load(&ctx, trust_text, &trust) != PLOMB_OK) {
		exit(3);
	}
	trust_bytes = work.used;
	plomb_message_from_digest(&artifact, &digest);
	if (plomb_verify_bundle(&ctx, &trust, &policy, &artifact, input, &verdict) != PLOMB_OK || !plomb_accepted(&verdict)) {
		exit(4);
	}
}

static plomb_view text, trusted_root;

static void *
nothing(void *unused)
{
	return unused;
}

static void *
once(void *unused)
{
	verify(text, trusted_root);
	return unused;
}

/* How deep a thread went into its painted stack. */
static size_t
depth(void *(*run)(void *))
{
	static unsigned char stack[STACK] __attribute__((aligned(4096)));
	pthread_attr_t attr;
	pthread_t thread;
	size_t i;

	memset(stack, 0xA5, sizeof stack);
	if (pthread_attr_init(&attr) != 0 || pthread_attr_setstack(&attr, stack, sizeof stack) != 0
		|| pthread_create(&thread, &attr, run, NULL) != 0 || pthread_join(thread, NULL) != 0)
	{
		exit(5);
	}
	for (i = 0; i < STACK && stack[i] == 0xA5; i ++) {
		continue;
	}
	return STACK - i;
}

int
main(int argc, char **argv)
{
	size_t base, full;

	if (argc != 3) {
		return 2;
	}
	text = load(argv[1], bundle, sizeof bundle);
	trusted_root = load(argv[2], root, sizeof root);
	/* Once before, so that lazy binding is not counted. */
	verify(text, trusted_root);
	base = depth(nothing);
	full = depth(once);
	printf("%lu %lu %lu\n", (unsigned long)(full - base), (unsigned long)trust_bytes, (unsigned long)work.high_water);
	return 0;
}
