/* see random.h */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The system's generator by its oldest name, which every kernel has and which
 * a caller can see failing. It blocks nowhere and is seeded by the time that
 * keys are made.
 */
static plomb_status
fill(const plomb_random *self, void *p, size_t n)
{
	unsigned char *at;
	int fd;

	(void)self;
	at = p;
	do {
		fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0) {
		return PLOMB_IO_ERROR;
	}
	while (n != 0) {
		ssize_t got;

		got = read(fd, at, n);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			(void)close(fd);
			return PLOMB_IO_ERROR;
		}
		at += got;
		n -= (size_t)got;
	}
	(void)close(fd);
	return PLOMB_OK;
}

const plomb_random plomb_random_system = { fill };
