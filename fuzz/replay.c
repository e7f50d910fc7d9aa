/* Feed every file of a folder to a fuzz target: what was found once is tested for ever. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *in, size_t len);

#define MAX_INPUT (8u << 20)

static int
replay(const char *path)
{
	unsigned char *bytes = malloc(MAX_INPUT), *exact;
	FILE *file = fopen(path, "rb");
	size_t n;

	if (bytes == NULL || file == NULL) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 0;
	}
	n = fread(bytes, 1, MAX_INPUT, file);
	fclose(file);
	/* A buffer of exactly that size, so that the sanitizer sees the first byte past it. */
	exact = malloc(n == 0 ? 1 : n);
	if (exact == NULL) {
		return 0;
	}
	memcpy(exact, bytes, n);
	free(bytes);
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

int
main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	unsigned count = 0;
	char path[4096];

	if (folder == NULL) {
		fprintf(stderr, "usage: replay CORPUS\n");
		return 2;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.') {
			continue;
		}
		snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		if (!replay(path)) {
			return 1;
		}
		count ++;
	}
	closedir(folder);
	printf("%s: %u inputs replayed\n", argv[1], count);
	return count == 0;
}
