/*
 * Targets plomb_docker_config_find and plomb_docker_helper_read.
 *
 * Holds: a registry whose name does not occur in the file gets nothing of
 * auths; a helper's name is one that no path can be made of.
 */
#include <stdlib.h>

#include "../src/oci/docker_config.h"

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

static unsigned char buffer[1u << 20];

int
LLVMFuzzerTestOneInput(const unsigned char *in, size_t len)
{
	plomb_docker_entry entry;
	plomb_login login;
	plomb_view text;
	plomb_work work;
	size_t i;

	text.p = in;
	text.n = len;
	plomb_work_init(&work, buffer, sizeof buffer);
	if (plomb_docker_config_find(&work, text, plomb_view_of("r.example:5000"), plomb_view_of("acme/app"), &entry) == PLOMB_OK) {
		for (i = 0; i < entry.helper.n; i ++) {
			if (entry.helper.p[i] == '/' || entry.helper.p[i] <= ' ' || entry.helper.p[i] >= 0x7F) {
				abort();
			}
		}
	}
	/* A host that JSON could only spell with escapes is in no corpus file. */
	plomb_work_init(&work, buffer, sizeof buffer);
	if (plomb_docker_config_find(&work, text, plomb_view_of("\x01.never"), plomb_view_of("a"), &entry) == PLOMB_OK
		&& entry.login.username.n != 0)
	{
		for (i = 0; i + 6 <= len && memcmp(in + i, "\\u0001", 6) != 0; i ++) {
			/* Look for it. */
		}
		if (i + 6 > len) {
			abort();
		}
	}
	plomb_work_init(&work, buffer, sizeof buffer);
	(void)(plomb_docker_helper_read(&work, text, 0, &login) == PLOMB_OK);
	return 0;
}
