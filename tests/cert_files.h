/* The files that make_certs.py wrote, for the tests of certificates. */
#ifndef CERT_FILES_H
#define CERT_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../src/core/cert.h"

#define COUNT(rows) (sizeof (rows) / sizeof (rows)[0])

#define CERT_T0 1700000000 /* when every leaf begins; it ends 600 seconds later */

/* Room for every file of one test program; what was read stays. */
static unsigned char cert_arena[1 << 18];
static size_t cert_arena_used;

static plomb_view
cert_file(const char *name)
{
	char path[256];
	plomb_view v;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/cert/%s", VECTORS, name);
	file = fopen(path, "rb");
	if (file == NULL) {
		fail_msg("cannot open %s", path);
	}
	v.p = cert_arena + cert_arena_used;
	v.n = fread(cert_arena + cert_arena_used, 1, sizeof cert_arena - cert_arena_used, file);
	(void)fclose(file);
	cert_arena_used += v.n;
	if (v.n == 0 || cert_arena_used == sizeof cert_arena) {
		fail_msg("%s is empty or too large", path);
	}
	return v;
}

/* A certificate that must be readable; name without .der. */
static plomb_cert
cert_named(const char *name)
{
	char file[128];
	plomb_cert cert;
	size_t mark = cert_arena_used;
	plomb_status s;

	(void)snprintf(file, sizeof file, "%s.der", name);
	s = plomb_cert_parse(cert_file(file), &cert);
	if (s != PLOMB_OK) {
		cert_arena_used = mark;
		fail_msg("%s: %s", name, plomb_status_code(s));
	}
	return cert;
}

#endif
