/* Where the files of the user are who runs the program. */
#ifndef PLOMB_PORT_HOME_H
#define PLOMB_PORT_HOME_H

#include <stddef.h>

/*
 * The user's own folder, NUL-terminated: $HOME, or where that is not set or
 * empty, as for a system service, what the list of users says. 0 if nobody
 * says, or if it is longer than room.
 */
int plomb_home(char *path, size_t room);

/* The user's number, of which /run/containers has a folder. */
unsigned long plomb_user_number(void);

#endif
