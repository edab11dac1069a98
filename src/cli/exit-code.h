/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The exit codes of every command, and which of them an error is.  They are part of the interface:
 * sidestage(1) and `sidestage --help` list them from the table in exit-code.c.
 */
#ifndef SIDESTAGE_CLI_EXIT_CODE_H
#define SIDESTAGE_CLI_EXIT_CODE_H

#include "base/error.h"

enum exit_code {
	EXIT_OK = 0,		/* done as asked; diff: the same */
	EXIT_FAILED = 1,	/* it failed; diff: different */
	EXIT_USAGE = 2,		/* the command line is wrong, or names what is not there */
	EXIT_UNREAD = 3,	/* something needed could not be read */
	EXIT_REFUSED = 4,	/* by the token, rights, protection, a freeze, --read-only */
	EXIT_PREVIEWED = 5,	/* a change was previewed only: it was not approved */
	EXIT_MOVED = 6,		/* the target moved, or a conflict waits for a decision */
	EXIT_RUNNING = 7,	/* it is still running: --no-wait, --timeout */
	EXIT_CODE_COUNT
};

/* What was going on when the error came. */
enum exit_stage {
	EXIT_STAGE_WORDS,	/* looking up what the command line names */
	EXIT_STAGE_READ,	/* reading what was asked for, or what a review needs */
	EXIT_STAGE_CHANGE	/* carrying out what was approved */
};

/* EXIT_OK for ERROR_NONE. */
enum exit_code exit_code_of(enum error_kind kind, enum exit_stage stage);
/* One line of the list in the manual, N_(); without a full stop. */
const char *exit_code_help(enum exit_code code);

#endif
