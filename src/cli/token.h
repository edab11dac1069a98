/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the token comes from (promise 7: it is never in argv, and never shown). */
#ifndef SIDESTAGE_CLI_TOKEN_H
#define SIDESTAGE_CLI_TOKEN_H

#include <stddef.h>
#include <sys/types.h>

struct error;
struct token_source;

#define TOKEN_MAX 8192

/* From SIDESTAGE_TOKEN, HUMANITEC_TOKEN, or the file (one line; a regular file of ours that
 * nobody else may read).  *token is NULL when there is none, else free() it.  0, or -1. */
int token_read(const char *file, char **token, struct error *err)
	__attribute__((warn_unused_result));
/* The first line that a shell command prints, e.g. of a password manager; it may ask on the
 * terminal.  0, or -1 with what went wrong (never with what was printed). */
int token_command(const char *command, char **token, struct error *err)
	__attribute__((warn_unused_result));

/*
 * The same again while a session goes on, for its token_source: `file` is read anew, or `command`
 * runs beside the screen, without the terminal and without a word on it.  Both are borrowed; one of
 * them is NULL.
 */
struct token_fetch {
	const char *file, *command;
	pid_t pid;			/* of the command, which leads a group; 0: none runs */
	int fd;				/* -1: nothing is fetched */
	char bytes[TOKEN_MAX + 2];	/* one more than a token may have, and the NUL */
	size_t length;
};
/* The source that fetches with it; it must not move meanwhile. */
struct token_source token_fetch_source(struct token_fetch *fetch);

#endif
