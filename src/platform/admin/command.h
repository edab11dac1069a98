/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sub-commands of sidestaged: each gets its own argv, with its name in front. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* What they end with. */
enum { STATUS_FINE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_IN_PART = 3 };

/* `sidestaged` itself: the daemon, in the foreground, until it is asked to end. */
int command_serve(int argc, char **argv);
/* Reads the configuration and says every fault of it; starts nothing. */
int command_check_config(int argc, char **argv);
/* The five that follow work on a state directory: by its daemon if one runs, else on the files. */
int command_backup(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_import(int argc, char **argv);
int command_export(int argc, char **argv);
int command_error_codes(int argc, char **argv);
int command_extensions(int argc, char **argv);
int command_fields(int argc, char **argv);

/* --- what several of them share (command.c) --- */

struct error;
struct option;
struct settings;

struct command_arguments {
	char *state;		/* owned; from --state, or the configuration file; NULL */
	char *secret_key_file;	/* owned; from the configuration file; NULL */
	const char *file;	/* the one argument; NULL */
	const char *user;	/* NULL: not given */
};

/* Reads `[--config FILE] [--state DIR] [--user NAME] [FILE]`.  STATUS_FINE to go on, else what
 * to end with; -1: --help was answered. */
int command_read_arguments(struct command_arguments *arguments, int argc, char **argv,
			   const char *usage, bool needs_file);
/* Frees what command_read_arguments() made. */
void command_clear_arguments(struct command_arguments *arguments);
/* Says what is wrong with the option that getopt_long() (with ":" first, opterr 0) has just answered
 * with `found`, ':' or '?'; STATUS_USAGE. */
int command_refuse_option(const struct option *longs, char **argv, int found);
/* Writes a fault to standard error; for settings_read(). */
void command_print_fault(void *data, const char *text);
/* The state's lock: a descriptor; -1 with ERROR_CONFLICT when a daemon holds it; waits up to
 * limit_ms for that to end. */
int command_lock_state(const char *state, int limit_ms, struct error *err);
int command_fail(const struct error *err);	/* prints it; STATUS_FAILED */

#endif
