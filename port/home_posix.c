/* see home.h: POSIX */
#define _POSIX_C_SOURCE 200809L

#include "home.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* see home.h */
int
plomb_home(char *path, size_t room)
{
	const struct passwd *user;
	const char *home;
	size_t n;

	home = getenv("HOME");
	if (home == NULL || home[0] == 0) {
		user = getpwuid(getuid());
		home = user == NULL ? NULL : user->pw_dir;
	}
	n = home == NULL ? 0 : strlen(home);
	if (n == 0 || n >= room) {
		return 0;
	}
	memcpy(path, home, n + 1);
	return 1;
}

/* see home.h */
unsigned long
plomb_user_number(void)
{
	return (unsigned long)getuid();
}
