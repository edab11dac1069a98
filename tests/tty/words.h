/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One line of a story as words.  Words are parted by blanks; "..." knows \n \t \e \" \\ and
 * $NAME; '...' is taken as it stands; outside of quotes $NAME is replaced too.  A # that
 * begins a word begins a remark.
 */
#ifndef SIDESTAGE_TESTS_TTY_WORDS_H
#define SIDESTAGE_TESTS_TTY_WORDS_H

#include <stddef.h>

#define WORDS_MAX 64

/* The count; -1 with a message in *why.  The words end with a NULL, as argv does. */
int words_split(const char *line, char *words[WORDS_MAX + 1], const char **why);
void words_free(char *words[WORDS_MAX + 1]);

#endif
