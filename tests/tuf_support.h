/* The TUF vectors, and a client without network and files around the functions of tuf.h. */
#ifndef PLOMB_TUF_SUPPORT_H
#define PLOMB_TUF_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/core/hash.h"
#include "../src/core/tuf.h"

#ifndef VECTORS
#define VECTORS "tests/vectors"
#endif

#define TUF_WORK ((size_t)4 << 20)

/* One whole file; {NULL,0} if there is none. The caller frees p. */
static inline plomb_view
tuf_read(const char *folder, const char *name)
{
	plomb_view view = { NULL, 0 };
	char path[512];
	unsigned char *p;
	FILE *f;

	(void)snprintf(path, sizeof path, VECTORS "/tuf/%s/%s", folder, name);
	f = fopen(path, "rb");
	if (f == NULL) {
		return view;
	}
	p = malloc((size_t)1 << 20);
	if (p != NULL) {
		view.n = fread(p, 1, (size_t)1 << 20, f);
		view.p = p;
	}
	(void)fclose(f);
	return view;
}

#endif
