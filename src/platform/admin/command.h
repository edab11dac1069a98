/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the sub-commands of sidestaged share.  Each gets its own argv, with its name in front, and
 * returns what to exit with. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct option;
struct settings;

/* What they end with. */
enum { STATUS_FINE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_IN_PART = 3 };

struct command_arguments {
	char *state;		/* owned; from --state, or the configuration file; NULL */
	char *secret_key_file;	/* owned; from the configuration file; NULL */
	char *images;		/* owned; from the configuration file; NULL */
	const char *file;	/* the one argument; NULL */
	const char *user;	/* NULL: not given */
};

/* Reads `[--config FILE] [--state DIR] [--user NAME] [FILE]`.  --help prints usage, `help` and
 * these options.  STATUS_FINE to go on, else what to end with; -1: --help was answered. */
int command_read_arguments(struct command_arguments *arguments, int argc, char **argv,
			   const char *usage, const char *help, bool needs_file);
/* For a command that takes no argument but --help, which prints the command's usage and `help`.
 * As command_read_arguments(). */
int command_read_nothing(int argc, char **argv, const char *help);
/* Frees what command_read_arguments() made. */
void command_clear_arguments(struct command_arguments *arguments);
/* As getopt_long() with ":h" and opterr 0; ':' also where the value of an option, as a word of its
 * own, begins with "--": it is the next option, and a value was forgotten. */
int command_next_option(int argc, char **argv, const struct option *longs, int *index);
/* Says what is wrong with the option that command_next_option() has just answered with `found`, ':'
 * or '?'; STATUS_USAGE. */
int command_refuse_option(const struct option *longs, char **argv, int found);
/* Writes a fault to standard error; for settings_read(). */
void command_print_fault(void *data, const char *text);
/* The state's lock: a descriptor; -1 with ERROR_CONFLICT when a daemon holds it; waits up to
 * limit_ms for that to end. */
int command_lock_state(const char *state, int limit_ms, struct error *err);
/* Whether a file of that name may be written: 0 where there is none, or a regular one, which is
 * replaced.  A link, a device, a pipe or a directory is somebody's: -1 with err.  path NULL: 0. */
int command_check_target(const char *path, struct error *err);
int command_fail(const struct error *err);	/* prints it; STATUS_FAILED */

#endif
