/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the token comes from (promise 7: it is never in argv, and never shown). */
#ifndef SIDESTAGE_CLI_TOKEN_H
#define SIDESTAGE_CLI_TOKEN_H

struct error;

/* From SIDESTAGE_TOKEN, HUMANITEC_TOKEN, or the file (one line; a regular file of ours that
 * nobody else may read).  *token is NULL when there is none, else free() it.  0, or -1. */
int token_read(const char *file, char **token, struct error *err)
	__attribute__((warn_unused_result));
/* The first line that a shell command prints, e.g. of a password manager; it may ask on the
 * terminal.  0, or -1 with what went wrong (never with what was printed). */
int token_command(const char *command, char **token, struct error *err)
	__attribute__((warn_unused_result));

#endif
