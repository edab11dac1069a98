/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Interrupted operations: told, resumed and abandoned. */
#ifndef SIDESTAGE_CLI_PLAIN_INTERRUPTED_H
#define SIDESTAGE_CLI_PLAIN_INTERRUPTED_H

#include <stddef.h>

struct plain;

/* One line about them, if there are any and the command is not about them; what ended unwatched
 * is asked about. */
void plain_tell_interrupted(struct plain *p);
/* Waits until it is known, for commands that tell the history. */
void plain_await_records(struct plain *p);
/* For the table of commands: without words it lists, else it goes on with that operation. */
void plain_resume(struct plain *p, char **words, size_t count);
/* The operation is given up, with a reason if there are more words. */
void plain_abandon(struct plain *p, char **words, size_t count);

#endif
