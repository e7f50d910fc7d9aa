/*
 * A whole verification with the heap trapped: malloc and its kin abort once
 * the core is running. Files are read without stdio, which would allocate.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/plomb.h"

static int armed;

void *malloc(size_t n) { (void)n; if (armed) abort(); return NULL; }
void *calloc(size_t n, size_t m) { (void)n; (void)m; if (armed) abort(); return NULL; }
void *realloc(void *p, size_t n) { (void)p; (void)n; if (armed) abort(); return NULL; }
void free(void *p) { (void)p; if (armed) abort(); }

static unsigned char files[3][65536], buffer[65536];

static plomb_view
load(int i, const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, files[i], sizeof files[i]);
	plomb_view view = { files[i], 0 };

	if (n <= 0) {
		_exit(2);
	}
	view.n = (size_t)n;
	close(fd);
	return view;
}

int
main(int argc, char **argv)
{
	static const char identity[] = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
		".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
	static const char issuer[] = "https://token.actions.githubusercontent.com";
	static plomb_work work;
	static plomb_trust trust;
	static plomb_policy policy;
	static plomb_message artifact;
	static plomb_verdict verdict;
	static plomb_ctx ctx;
	plomb_view bundle, file, root;

	if (argc != 4) {
		return 2;
	}
	bundle = load(0, argv[1]);
	file = load(1, argv[2]);
	root = load(2, argv[3]);
	policy.identity.exact.p = (const unsigned char *)identity;
	policy.identity.exact.n = sizeof identity - 1;
	policy.issuer.exact.p = (const unsigned char *)issuer;
	policy.issuer.exact.n = sizeof issuer - 1;
	armed = 1;
	plomb_work_init(&work, buffer, sizeof buffer);
	ctx.work = &work;
	ctx.crypto = &plomb_crypto_default;
	if (plomb_trust_load(&ctx, root, &trust) != PLOMB_OK) {
		return 3;
	}
	plomb_message_from_bytes(&artifact, file);
	if (plomb_verify_bundle(&ctx, &trust, &policy, &artifact, bundle, &verdict) != PLOMB_OK) {
		return 4;
	}
	return plomb_accepted(&verdict) ? 0 : 5;
}
