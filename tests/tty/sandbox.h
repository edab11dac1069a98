/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The private world of one story: a directory that is removed at the end, an environment that
 * holds nothing of the person's own, and a mark that finds every process of the story again.
 */
#ifndef SIDESTAGE_TESTS_TTY_SANDBOX_H
#define SIDESTAGE_TESTS_TTY_SANDBOX_H

#include <stddef.h>

struct buf;

struct sandbox {
	char *directory;	/* short, since names of sockets below it are */
	char *mark; /* "TTY_MARK=..." in the environment of everything that is started */
};

/* Replaces this process's own environment.  Ends the program when that cannot be done. */
void sandbox_enter(struct sandbox *sandbox, const char *story);
/* Removes the directory with all that is in it. */
void sandbox_leave(struct sandbox *sandbox);
/*
 * How many processes carry the mark or work below the directory, ourselves not counted.
 * `list` (may be NULL) gets a line for each; `end` sends them SIGKILL.
 */
size_t sandbox_processes(const struct sandbox *sandbox, struct buf *list, int end);

#endif
